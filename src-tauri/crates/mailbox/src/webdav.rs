//! A mailbox in a folder on a WebDAV server (RFC 4918): written beside, read back, then renamed.

use crate::address::{WebdavAddress, server};
use crate::error::MailboxError;
use crate::fetch::fetch;
use crate::folder::copy;
use crate::limits::CLEARING;
use crate::name::Name;
use crate::patience::Patience;
use crate::place::{Item, Place, in_order};
use crate::progress::{Watch, briefly};
use crate::wire::{Answer, Load, Taker, Unread, Wire};
use crate::xml::{Step, walk};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::DateTime;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use ureq::http::{Request, StatusCode, header};
use url::Url;
use zeroize::Zeroizing;

/// A folder on a WebDAV server.
pub struct Webdav {
    wire: Wire,
    /// The folder; ends in a slash.
    folder: Url,
    /// What the `Authorization` field says; empty where nobody asks.
    opens: Zeroizing<String>,
}

impl fmt::Debug for Webdav {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Webdav").field(&self.folder.as_str()).finish()
    }
}

impl Webdav {
    /// Makes ready for a folder. Nothing is asked of the server yet.
    ///
    /// # Errors
    /// [`MailboxError::BadAddress`]; [`MailboxError::Unencrypted`]; [`MailboxError::Insecure`] where the file of
    /// certificates holds none.
    pub fn at(address: &WebdavAddress) -> Result<Webdav, MailboxError> {
        Webdav::with(address, Patience::default())
    }

    /// As [`Webdav::at`], waiting as long as is said.
    ///
    /// # Errors
    /// As of [`Webdav::at`].
    pub fn with(address: &WebdavAddress, patience: Patience) -> Result<Webdav, MailboxError> {
        let server = server(&address.address, address.unencrypted)?;
        let mut folder = server.url.clone();
        if !folder.path().ends_with('/') {
            let path = format!("{}/", folder.path());
            folder.set_path(&path);
        }
        let opens = if address.user.is_empty() {
            Zeroizing::default()
        } else {
            let both = Zeroizing::new(format!("{}:{}", address.user, address.password.as_str()));
            Zeroizing::new(format!("Basic {}", BASE64_STANDARD.encode(both.as_bytes())))
        };
        Ok(Webdav {
            wire: Wire::new(&server, address.vouching.as_deref(), patience)?,
            folder,
            opens,
        })
    }

    fn url(&self, name: &str) -> Url {
        let mut url = self.folder.clone();
        url.set_path(&format!("{}{name}", self.folder.path()));
        url
    }

    fn ask(
        &self,
        (method, name): (&str, &str),
        fields: &[(&str, &str)],
        load: &Load<'_>,
        taker: &mut dyn Taker,
        watch: &mut Watch<'_>,
    ) -> Result<Answer, MailboxError> {
        let mut request = Request::builder().method(method).uri(self.url(name).as_str());
        if !self.opens.is_empty() {
            request = request.header(header::AUTHORIZATION, self.opens.as_str());
        }
        for (field, value) in fields {
            request = request.header(*field, *value);
        }
        let request = request
            .body(())
            .map_err(|_| MailboxError::BadAddress(self.folder.to_string()))?;
        self.wire.ask(request, load, taker, watch)
    }

    /// What lies under a name; none if nothing does.
    fn about(&self, path: &str, watch: &mut Watch<'_>) -> Result<Option<Answer>, MailboxError> {
        self.wire.persist((0, 0), watch, |watch| {
            let answer = self.ask(("HEAD", path), &[], &Load::Nothing, &mut Unread(0, 0), watch)?;
            match answer.status {
                StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
                _ => answer.good(None).map(Some),
            }
        })
    }

    fn send(&self, path: &str, file: &Path, total: u64, watch: &mut Watch<'_>) -> Result<(), MailboxError> {
        self.wire.persist((0, total), watch, |watch| {
            let answer = self.ask(("PUT", path), &[], &Load::File(file), &mut Unread(0, total), watch)?;
            answer.good(None).map(drop)
        })
    }

    fn fetch(
        &self,
        path: &str,
        name: &Name,
        out: &mut dyn Write,
        share: Option<(u64, u64)>,
        watch: &mut Watch<'_>,
    ) -> Result<(u64, blake3::Hash), MailboxError> {
        fetch(&self.wire, name, out, share, watch, &|fields, taker, watch| {
            self.ask(("GET", path), fields, &Load::Nothing, taker, watch)
        })
    }

    fn place(&self, name: &Name, file: &Path, watch: &mut Watch<'_>) -> Result<(), MailboxError> {
        let (path, part) = (name.to_string(), name.part());
        if self.about(&path, watch)?.is_some() {
            return Err(MailboxError::Taken(path));
        }
        let whole = copy(&mut File::open(file)?, &mut io::sink(), (0, 0), watch)?;
        let total = whole.0 * 2;
        self.send(&part, file, total, watch)?;
        self.same(&part, name, whole, watch)?;
        let to = self.url(&path);
        let fields = [("Destination", to.as_str()), ("Overwrite", "F")];
        let moved = self.ask(
            ("MOVE", &part),
            &fields,
            &Load::Nothing,
            &mut Unread(total, total),
            watch,
        );
        let is_there = |watch: &mut Watch<'_>| {
            let there = self.about(&path, watch)?;
            Ok::<_, MailboxError>(there.is_some_and(|there| there.size().is_none_or(|there| there == whole.0)))
        };
        match moved.map(|moved| (moved.status, moved)) {
            Ok((StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED, _)) => {
                // One that cannot rename: whoever fetches it half written sees that it is not whole.
                self.send(&path, file, total, watch)?;
                self.same(&path, name, whole, watch)?;
                self.erase(&part, watch)
            }
            Ok((_, moved)) => {
                moved.good(Some(name))?;
                match is_there(watch)? {
                    true => Ok(()),
                    false => Err(MailboxError::ReadsBackWrong(path)),
                }
            }
            // Whether it was renamed before the answer was lost, only looking tells.
            Err(error) if error.is_faltering() => match self.about(&part, watch)?.is_none() && is_there(watch)? {
                true => Ok(()),
                false => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    fn same(
        &self,
        path: &str,
        name: &Name,
        whole: (u64, blake3::Hash),
        watch: &mut Watch<'_>,
    ) -> Result<(), MailboxError> {
        match self.fetch(path, name, &mut io::sink(), Some((whole.0, whole.0 * 2)), watch)? == whole {
            true => Ok(()),
            false => Err(MailboxError::ReadsBackWrong(name.to_string())),
        }
    }

    fn erase(&self, path: &str, watch: &mut Watch<'_>) -> Result<(), MailboxError> {
        self.wire.persist((0, 0), watch, |watch| {
            let answer = self.ask(("DELETE", path), &[], &Load::Nothing, &mut Unread(0, 0), watch)?;
            match answer.status {
                StatusCode::NOT_FOUND | StatusCode::GONE => Ok(()),
                _ => answer.good(None).map(drop),
            }
        })
    }
}

impl Place for Webdav {
    fn list(&self, watch: &mut Watch<'_>) -> Result<Vec<Item>, MailboxError> {
        self.wire.persist((0, 0), watch, |watch| {
            let mut text = Vec::new();
            // Without a body: all properties, as every server understands it.
            let answer = self.ask(("PROPFIND", ""), &[("Depth", "1")], &Load::Nothing, &mut text, watch)?;
            match answer.good(None)?.status {
                StatusCode::MULTI_STATUS => in_order(listed(&text)?),
                // A page that asks for a login, or says that there is no network, must not pass for an empty folder.
                status => Err(MailboxError::Failed(status.to_string())),
            }
        })
    }

    fn holds(&self, name: &Name, watch: &mut Watch<'_>) -> Result<bool, MailboxError> {
        Ok(self.about(&name.to_string(), watch)?.is_some())
    }

    fn put(&self, name: &Name, file: &Path, watch: &mut Watch<'_>) -> Result<(), MailboxError> {
        let placed = self.place(name, file, watch);
        match &placed {
            // Where nobody answers, nothing can be cleared away either.
            Ok(()) | Err(MailboxError::Unreachable(_)) => {}
            Err(MailboxError::Taken(_)) => drop(self.erase(&name.part(), &mut briefly(CLEARING))),
            // Nobody else's file can be under a name that was free a moment ago: names are drawn at random.
            Err(_) => drop(self.clear(name, &mut briefly(CLEARING))),
        }
        placed
    }

    fn get(&self, name: &Name, out: &mut dyn Write, watch: &mut Watch<'_>) -> Result<u64, MailboxError> {
        Ok(self.fetch(&name.to_string(), name, out, None, watch)?.0)
    }

    fn remove(&self, name: &Name, watch: &mut Watch<'_>) -> Result<(), MailboxError> {
        self.erase(&name.to_string(), watch)
    }

    fn clear(&self, name: &Name, watch: &mut Watch<'_>) -> Result<(), MailboxError> {
        self.erase(&name.part(), watch)?;
        self.erase(&name.to_string(), watch)
    }
}

/// The bundles of a multi-status answer. Names of ours need no decoding; whatever does is a stranger's.
fn listed(text: &[u8]) -> Result<Vec<Item>, MailboxError> {
    let mut items = Vec::new();
    let (mut href, mut size, mut modified) = (String::new(), 0, None);
    walk(text, &mut |step| match step {
        Step::Begin("response") => (href, size, modified) = (String::new(), 0, None),
        Step::End("href", text) => text.clone_into(&mut href),
        Step::End("getcontentlength", text) => size = text.parse().unwrap_or(0),
        Step::End("getlastmodified", text) => modified = DateTime::parse_from_rfc2822(text).ok(),
        Step::End("response", _) => {
            // A folder's address ends in a slash, and so in no name.
            if let Some(name) = href.rsplit('/').next().and_then(Name::parse) {
                items.push(Item {
                    name,
                    size,
                    modified: modified.map(|at| at.timestamp_millis()),
                });
            }
        }
        _ => {}
    })?;
    Ok(items)
}

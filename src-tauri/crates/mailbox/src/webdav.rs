//! A mailbox in a folder on a WebDAV server (RFC 4918): written beside, read back, then renamed.

use crate::address::{WebdavAddress, server};
use crate::error::MailboxError;
use crate::folder::copy;
use crate::limits;
use crate::name::Name;
use crate::place::{Item, Place, in_order};
use crate::progress::{Watch, unwatched};
use crate::wire::{Answer, Load, Share, Wanted, Wire, refused};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::DateTime;
use quick_xml::Reader;
use quick_xml::events::Event;
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
            wire: Wire::new(&server, address.vouching.as_deref())?,
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
        load: Load,
        wanted: Wanted<'_>,
        share: Share,
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
        self.wire.ask(request, load, wanted, share, watch)
    }

    /// A request of which only the status matters.
    fn status(
        &self,
        what: (&str, &str),
        fields: &[(&str, &str)],
        watch: &mut Watch<'_>,
    ) -> Result<Answer, MailboxError> {
        let (mut out, allowed) = (io::sink(), limits::COMPLAINT);
        let wanted = Wanted { out: &mut out, allowed };
        self.ask(what, fields, Load::Nothing, wanted, (0, 0), watch)
    }

    fn size(&self, path: &str, watch: &mut Watch<'_>) -> Result<Option<Answer>, MailboxError> {
        let answer = self.status(("HEAD", path), &[], watch)?;
        match answer.status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            status if status.is_success() => Ok(Some(answer)),
            status => Err(refused(status, None)),
        }
    }

    fn send(&self, path: &str, file: &Path, share: Share, watch: &mut Watch<'_>) -> Result<(), MailboxError> {
        let file = File::open(file)?;
        let size = file.metadata()?.len();
        let (mut out, allowed) = (io::sink(), limits::COMPLAINT);
        let wanted = Wanted { out: &mut out, allowed };
        let answer = self.ask(("PUT", path), &[], Load::File(file, size), wanted, share, watch)?;
        if answer.status.is_success() {
            return Ok(());
        }
        Err(refused(answer.status, None))
    }

    fn fetch(
        &self,
        path: &str,
        name: &Name,
        out: &mut dyn Write,
        share: Share,
        watch: &mut Watch<'_>,
    ) -> Result<Answer, MailboxError> {
        let allowed = limits::FILE;
        let answer = self.ask(("GET", path), &[], Load::Nothing, Wanted { out, allowed }, share, watch)?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        Err(refused(answer.status, Some(name)))
    }

    fn place(&self, name: &Name, file: &Path, watch: &mut Watch<'_>) -> Result<(), MailboxError> {
        let (path, part) = (name.to_string(), name.part());
        if self.size(&path, watch)?.is_some() {
            return Err(MailboxError::Taken(path));
        }
        let (size, hash) = copy(&mut File::open(file)?, &mut io::sink(), (0, 0), watch)?;
        let total = size * 2;
        self.send(&part, file, (0, total), watch)?;
        self.same(&part, name, (size, hash), watch)?;
        let to = self.url(&path);
        let fields = [("Destination", to.as_str()), ("Overwrite", "F")];
        let moved = self.status(("MOVE", &part), &fields, watch)?.status;
        match moved {
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
                // One that cannot rename: whoever fetches it half written sees that it is not whole.
                self.send(&path, file, (0, total), watch)?;
                self.same(&path, name, (size, hash), watch)?;
                self.erase(&part, watch)
            }
            moved if moved.is_success() => match self.size(&path, watch)? {
                Some(there) if there.size().is_none_or(|there| there == size) => Ok(()),
                _ => Err(MailboxError::ReadsBackWrong(path)),
            },
            moved => Err(refused(moved, Some(name))),
        }
    }

    fn same(
        &self,
        path: &str,
        name: &Name,
        (size, hash): (u64, blake3::Hash),
        watch: &mut Watch<'_>,
    ) -> Result<(), MailboxError> {
        let back = self.fetch(path, name, &mut io::sink(), (size, size * 2), watch)?;
        if (back.count, back.hash) == (size, hash) {
            return Ok(());
        }
        Err(MailboxError::ReadsBackWrong(name.to_string()))
    }

    fn erase(&self, path: &str, watch: &mut Watch<'_>) -> Result<(), MailboxError> {
        let status = self.status(("DELETE", path), &[], watch)?.status;
        match status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(()),
            status if status.is_success() => Ok(()),
            status => Err(refused(status, None)),
        }
    }
}

impl Place for Webdav {
    fn list(&self, watch: &mut Watch<'_>) -> Result<Vec<Item>, MailboxError> {
        let mut text = Vec::new();
        let wanted = Wanted {
            out: &mut text,
            allowed: limits::PAGE,
        };
        // Without a body: all properties, as every server understands it.
        let answer = self.ask(
            ("PROPFIND", ""),
            &[("Depth", "1")],
            Load::Nothing,
            wanted,
            (0, 0),
            watch,
        )?;
        match answer.status {
            StatusCode::MULTI_STATUS => in_order(listed(&text)?),
            // A page that asks for a login, or says that there is no network, must not pass for an empty folder.
            status if status.is_success() => Err(MailboxError::Failed(status.to_string())),
            status => Err(refused(status, None)),
        }
    }

    fn holds(&self, name: &Name, watch: &mut Watch<'_>) -> Result<bool, MailboxError> {
        Ok(self.size(&name.to_string(), watch)?.is_some())
    }

    fn put(&self, name: &Name, file: &Path, watch: &mut Watch<'_>) -> Result<(), MailboxError> {
        let placed = self.place(name, file, watch);
        match &placed {
            Ok(()) => {}
            Err(MailboxError::Taken(_)) => drop(self.erase(&name.part(), &mut unwatched)),
            // Nobody else's file can be under a name that was free a moment ago: names are drawn at random.
            Err(_) => drop(self.clear(name, &mut unwatched)),
        }
        placed
    }

    fn get(&self, name: &Name, out: &mut dyn Write, watch: &mut Watch<'_>) -> Result<u64, MailboxError> {
        let path = name.to_string();
        let head = self.size(&path, watch)?;
        let head = head.ok_or_else(|| MailboxError::Gone(path.clone()))?;
        let size = head.size();
        let answer = self.fetch(&path, name, out, (0, size.unwrap_or(0)), watch)?;
        if size.is_some_and(|size| answer.count < size) {
            return Err(MailboxError::CutShort(path));
        }
        Ok(answer.count)
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
    let wrong = || MailboxError::Failed("XML".to_owned());
    let mut reader = Reader::from_reader(text);
    let mut items = Vec::new();
    let (mut inside, mut href, mut size, mut modified) = (String::new(), String::new(), 0, None);
    loop {
        match reader.read_event().map_err(|_| wrong())? {
            Event::Start(tag) => {
                inside = tag.local_name().as_ref().to_owned();
                if inside == "response" {
                    (href, size, modified) = (String::new(), 0, None);
                }
            }
            Event::Text(piece) => match inside.as_str() {
                "href" => href.push_str(piece.trim()),
                "getcontentlength" => size = piece.trim().parse().unwrap_or(0),
                "getlastmodified" => modified = DateTime::parse_from_rfc2822(piece.trim()).ok(),
                _ => {}
            },
            Event::End(tag) => {
                inside.clear();
                // A folder's address ends in a slash, and so in no name.
                let name = href.rsplit('/').next().and_then(Name::parse);
                if let ("response", Some(name)) = (tag.local_name().as_ref(), name) {
                    items.push(Item {
                        name,
                        size,
                        modified: modified.map(|at| at.timestamp_millis()),
                    });
                }
            }
            Event::Eof => return Ok(items),
            _ => {}
        }
    }
}

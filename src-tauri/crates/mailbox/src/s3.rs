//! A mailbox in a part of a bucket of an S3-compatible store, where what is put appears whole or not at all.

use crate::address::{S3Address, server};
use crate::error::MailboxError;
use crate::fetch::fetch;
use crate::folder::copy;
use crate::limits::{self, CLEARING};
use crate::name::Name;
use crate::patience::Patience;
use crate::place::{Item, Place, in_order};
use crate::progress::{Watch, briefly};
use crate::wire::{Answer, Load, Taker, Unread, Wire};
use crate::xml::{Step, walk};
use chrono::DateTime;
use jiff::Timestamp;
use rusty_s3::signing::sign;
use rusty_s3::{Bucket, Credentials, Method, UrlStyle};
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use ureq::http::{Request, StatusCode, header};

/// How long a signed request may be used, in seconds: longer than a slow line needs to deliver its head.
const SIGNED_FOR: u64 = 900;
/// From which difference of clocks on, in milliseconds, a request may have been denied for its time.
const CLOCKS_DIFFER: i64 = 60_000;

/// A part of a bucket.
pub struct S3 {
    wire: Wire,
    bucket: Bucket,
    credentials: Credentials,
    /// What all names begin with: empty, or ending in a slash.
    folder: String,
    /// For what time requests are signed, in milliseconds since 1970: this machine's, until the store has told its own.
    /// A store denies what comes from another time, and clocks of laptops are wrong.
    time: AtomicI64,
}

/// What a request is about.
#[derive(Clone, Copy)]
enum About<'a> {
    /// The listing, with these parameters in the order of their names.
    Listing(&'a [(&'a str, &'a str)]),
    Object(&'a Name),
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("S3").field(&self.bucket.base_url().as_str()).finish()
    }
}

impl S3 {
    /// Makes ready for a bucket. Nothing is asked of the server yet. `now` is this machine's time, in milliseconds since
    /// 1970.
    ///
    /// # Errors
    /// [`MailboxError::BadAddress`]; [`MailboxError::Unencrypted`]; [`MailboxError::Insecure`] where the file of
    /// certificates holds none.
    pub fn at(address: &S3Address, now: i64) -> Result<S3, MailboxError> {
        S3::with(address, now, Patience::default())
    }

    /// As [`S3::at`], waiting as long as is said.
    ///
    /// # Errors
    /// As of [`S3::at`].
    pub fn with(address: &S3Address, now: i64, patience: Patience) -> Result<S3, MailboxError> {
        let server = server(&address.address, address.unencrypted)?;
        let (name, prefix) = (address.bucket.trim(), address.prefix.trim().trim_matches('/'));
        let wrong = || MailboxError::BadAddress(format!("{name}/{prefix}"));
        let strange = |part: &str| matches!(part, "." | "..");
        if name.is_empty()
            || name.contains('/')
            || strange(name)
            || prefix.contains("//")
            || prefix.split('/').any(strange)
        {
            return Err(wrong());
        }
        let region = match address.region.trim() {
            "" => S3Address::REGION,
            region => region,
        };
        // The bucket in the path: the servers of offices have no names for their buckets.
        let bucket = Bucket::new(server.url.clone(), UrlStyle::Path, name.to_owned(), region.to_owned());
        Ok(S3 {
            wire: Wire::new(&server, address.vouching.as_deref(), patience)?,
            bucket: bucket.map_err(|_| wrong())?,
            credentials: Credentials::new(address.key_id.trim(), address.secret.trim()),
            folder: match prefix {
                "" => String::new(),
                prefix => format!("{prefix}/"),
            },
            time: AtomicI64::new(now),
        })
    }

    /// A request, signed for a time.
    fn request(
        &self,
        method: Method,
        about: About<'_>,
        fields: &[(&str, &str)],
        time: i64,
    ) -> Result<Request<()>, MailboxError> {
        let wrong = |_| MailboxError::BadAddress(self.bucket.base_url().to_string());
        let (url, query) = match about {
            About::Listing(query) => (self.bucket.base_url().clone(), query),
            About::Object(name) => (self.bucket.object_url(&format!("{}{name}", self.folder)), [].as_slice()),
        };
        let time = Timestamp::from_millisecond(time).unwrap_or(Timestamp::UNIX_EPOCH);
        let (key, secret) = (self.credentials.key(), self.credentials.secret());
        let region = self.bucket.region();
        let no_fields = std::iter::empty::<(&str, &str)>();
        let signed = sign(
            &time,
            method,
            url,
            key,
            secret,
            None,
            region,
            SIGNED_FOR,
            query.iter().copied(),
            no_fields,
        );
        let mut request = Request::builder().method(method.to_str()).uri(signed.as_str());
        for (field, value) in fields {
            request = request.header(*field, *value);
        }
        request.body(()).map_err(wrong)
    }

    fn ask(
        &self,
        (method, about): (Method, About<'_>),
        fields: &[(&str, &str)],
        load: &Load<'_>,
        taker: &mut dyn Taker,
        watch: &mut Watch<'_>,
    ) -> Result<Answer, MailboxError> {
        let time = self.time.load(Ordering::Relaxed);
        let answer = self
            .wire
            .ask(self.request(method, about, fields, time)?, load, taker, watch)?;
        let told = answer
            .field(header::DATE)
            .and_then(|date| DateTime::parse_from_rfc2822(date).ok());
        let Some(told) = told.map(|told| told.timestamp_millis()) else {
            return Ok(answer);
        };
        self.time.store(told, Ordering::Relaxed);
        if answer.status == StatusCode::FORBIDDEN && (told - time).abs() > CLOCKS_DIFFER {
            let request = self.request(method, about, fields, told)?;
            return self.wire.ask(request, load, taker, watch);
        }
        Ok(answer)
    }

    /// The answer if it is a good one, else what it means.
    fn good(&self, answer: Answer, about: Option<&Name>) -> Result<Answer, MailboxError> {
        match code(&answer.complaint) {
            // Some stores deny with the same status what they have no room for.
            Some("QuotaExceeded" | "XMinioStorageFull" | "StorageQuotaExceeded") => Err(MailboxError::Full),
            // It denies the place, not this file.
            Some("NoSuchBucket") => Err(MailboxError::NoSuchPlace),
            _ => answer.good(about),
        }
    }

    /// What lies under a name; none if nothing does.
    fn about(&self, name: &Name, watch: &mut Watch<'_>) -> Result<Option<Answer>, MailboxError> {
        self.wire.persist((0, 0), watch, |watch| {
            let what = (Method::Head, About::Object(name));
            let answer = self.ask(what, &[], &Load::Nothing, &mut Unread(0, 0), watch)?;
            match answer.status {
                StatusCode::NOT_FOUND => Ok(None),
                _ => self.good(answer, None).map(Some),
            }
        })
    }

    fn fetch(
        &self,
        name: &Name,
        out: &mut dyn Write,
        share: Option<(u64, u64)>,
        watch: &mut Watch<'_>,
    ) -> Result<(u64, blake3::Hash), MailboxError> {
        fetch(&self.wire, name, out, share, watch, &|fields, taker, watch| {
            self.ask((Method::Get, About::Object(name)), fields, &Load::Nothing, taker, watch)
        })
    }

    /// Puts a file where there is none; answers whether what lies there is this one for sure. A repeated try may meet what the
    /// first one left, or somebody else's.
    fn send(&self, name: &Name, file: &Path, total: u64, watch: &mut Watch<'_>) -> Result<bool, MailboxError> {
        let what = (Method::Put, About::Object(name));
        let mut again = false;
        let mut once = [("If-None-Match", "*")].as_slice();
        self.wire.persist((0, total), watch, |watch| {
            let met = std::mem::replace(&mut again, true);
            let mut answer = self.ask(what, once, &Load::File(file), &mut Unread(0, total), watch)?;
            if answer.status == StatusCode::NOT_IMPLEMENTED && !once.is_empty() {
                // An older store knows no conditions; that the name is free was looked up.
                once = &[];
                answer = self.ask(what, once, &Load::File(file), &mut Unread(0, total), watch)?;
            }
            match answer.status {
                // Reading back tells whether it is ours.
                StatusCode::PRECONDITION_FAILED if met => Ok(false),
                // Two at once: the store lets neither through, or this one not.
                StatusCode::CONFLICT if code(&answer.complaint) == Some("ConditionalRequestConflict") => {
                    Err(MailboxError::Taken(name.to_string()))
                }
                StatusCode::PRECONDITION_FAILED => Err(MailboxError::Taken(name.to_string())),
                _ => self.good(answer, None).map(|_| true),
            }
        })
    }

    fn place(&self, name: &Name, file: &Path, watch: &mut Watch<'_>) -> Result<(), MailboxError> {
        if self.about(name, watch)?.is_some() {
            return Err(MailboxError::Taken(name.to_string()));
        }
        let whole = copy(&mut File::open(file)?, &mut io::sink(), (0, 0), watch)?;
        let ours = self.send(name, file, whole.0 * 2, watch)?;
        match self.fetch(name, &mut io::sink(), Some((whole.0, whole.0 * 2)), watch)? == whole {
            true => Ok(()),
            false if ours => Err(MailboxError::ReadsBackWrong(name.to_string())),
            false => Err(MailboxError::Taken(name.to_string())),
        }
    }

    /// One page of the listing, and where the next one begins.
    fn page(
        &self,
        next: Option<&str>,
        items: &mut Vec<Item>,
        watch: &mut Watch<'_>,
    ) -> Result<Option<String>, MailboxError> {
        let mut query = vec![("delimiter", "/"), ("list-type", "2"), ("prefix", self.folder.as_str())];
        if let Some(next) = next {
            query.insert(0, ("continuation-token", next));
        }
        let what = (Method::Get, About::Listing(&query));
        let text = self.wire.persist((0, 0), watch, |watch| {
            let mut text = Vec::new();
            let answer = self.ask(what, &[], &Load::Nothing, &mut text, watch)?;
            self.good(answer, None).map(|_| text)
        })?;
        let page = listed(&text, &self.folder)?;
        items.extend(page.items);
        Ok(page.next)
    }
}

impl Place for S3 {
    fn list(&self, watch: &mut Watch<'_>) -> Result<Vec<Item>, MailboxError> {
        let (mut items, mut next) = (Vec::new(), None);
        for _ in 0..limits::PAGES {
            next = self.page(next.as_deref(), &mut items, watch)?;
            if next.is_none() || items.len() > limits::LISTING {
                return in_order(items);
            }
        }
        Err(MailboxError::TooBig {
            what: "listing",
            allowed: limits::PAGES as u64,
        })
    }

    fn holds(&self, name: &Name, watch: &mut Watch<'_>) -> Result<bool, MailboxError> {
        Ok(self.about(name, watch)?.is_some())
    }

    fn put(&self, name: &Name, file: &Path, watch: &mut Watch<'_>) -> Result<(), MailboxError> {
        let placed = self.place(name, file, watch);
        match &placed {
            // Where nobody answers, nothing can be cleared away either.
            Ok(()) | Err(MailboxError::Taken(_) | MailboxError::Unreachable(_)) => {}
            // Nobody else's file can be under a name that was free a moment ago: names are drawn at random.
            Err(_) => drop(self.remove(name, &mut briefly(CLEARING))),
        }
        placed
    }

    fn get(&self, name: &Name, out: &mut dyn Write, watch: &mut Watch<'_>) -> Result<u64, MailboxError> {
        Ok(self.fetch(name, out, None, watch)?.0)
    }

    fn remove(&self, name: &Name, watch: &mut Watch<'_>) -> Result<(), MailboxError> {
        self.wire.persist((0, 0), watch, |watch| {
            let what = (Method::Delete, About::Object(name));
            let answer = self.ask(what, &[], &Load::Nothing, &mut Unread(0, 0), watch)?;
            match (answer.status, code(&answer.complaint)) {
                (StatusCode::NOT_FOUND, code) if code != Some("NoSuchBucket") => Ok(()),
                _ => self.good(answer, None).map(drop),
            }
        })
    }

    fn clear(&self, name: &Name, watch: &mut Watch<'_>) -> Result<(), MailboxError> {
        self.remove(name, watch)
    }
}

/// The store's own word for a failure.
fn code(complaint: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(complaint).ok()?;
    let (_, rest) = text.split_once("<Code>")?;
    Some(rest.split_once("</Code>")?.0.trim())
}

/// A page of a listing.
#[derive(Debug, Default, PartialEq, Eq)]
struct Page {
    items: Vec<Item>,
    /// Where the next one begins.
    next: Option<String>,
}

fn listed(text: &[u8], folder: &str) -> Result<Page, MailboxError> {
    let (mut page, mut is_listing, mut is_cut) = (Page::default(), false, false);
    let (mut key, mut size, mut modified) = (String::new(), 0, None);
    walk(text, &mut |step| match step {
        Step::Begin("ListBucketResult") => is_listing = true,
        Step::Begin("Contents") => (key, size, modified) = (String::new(), 0, None),
        Step::End("Key", text) => text.clone_into(&mut key),
        Step::End("Size", text) => size = text.parse().unwrap_or(0),
        Step::End("LastModified", text) => modified = DateTime::parse_from_rfc3339(text).ok(),
        Step::End("Contents", _) => {
            if let Some(name) = key.strip_prefix(folder).and_then(Name::parse) {
                page.items.push(Item {
                    name,
                    size,
                    modified: modified.map(|at| at.timestamp_millis()),
                });
            }
        }
        Step::End("IsTruncated", text) => is_cut = text == "true",
        Step::End("NextContinuationToken", text) if !text.is_empty() => page.next = Some(text.to_owned()),
        _ => {}
    })?;
    match (is_listing, is_cut, &page.next) {
        // A page that asks for a login, or says that there is no network, must not pass for an empty store.
        (false, ..) => Err(MailboxError::Failed("XML".to_owned())),
        // More is to come, and nobody says where.
        (true, true, None) => Err(MailboxError::Failed("NextContinuationToken".to_owned())),
        // Some name a next page behind the last.
        (true, false, Some(_)) => Ok(Page { next: None, ..page }),
        (true, ..) => Ok(page),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Tag;

    fn listing(text: &str) -> Result<Page, MailboxError> {
        listed(
            format!("<?xml version='1.0'?><ListBucketResult xmlns='x'>{text}</ListBucketResult>").as_bytes(),
            "Hộp & thư/",
        )
    }

    #[test]
    fn only_names_of_ours_directly_below_the_prefix_are_listed() {
        let name = Name::new(Tag([1; 16]), [2; 16]);
        let object = |key: &str| {
            format!(
                "<Contents><Key>{key}</Key><LastModified>2026-11-02T07:00:00.000Z</LastModified><Size>12</Size></Contents>"
            )
        };
        let keys = [
            format!("Hộp &amp; thư/{name}"),
            format!("Hộp &amp; thư/sâu/{name}"),
            format!("Hộp &amp; thư/{name}.part"),
            format!("khác/{name}"),
            "Hộp &amp; thư/".to_owned(),
            "&#x1;&thing;".to_owned(),
        ];
        let page = listing(&keys.map(|key| object(&key)).concat()).unwrap();
        let modified = DateTime::parse_from_rfc3339("2026-11-02T14:00:00+07:00").unwrap();
        let wanted = Item {
            name,
            size: 12,
            modified: Some(modified.timestamp_millis()),
        };
        assert_eq!(page.items, [wanted]);
        assert_eq!(page.next, None);
    }

    #[test]
    fn a_listing_goes_on_where_the_store_says_and_never_ends_early_without_a_word() {
        let more = "<IsTruncated>true</IsTruncated><NextContinuationToken>a/b=</NextContinuationToken>";
        assert_eq!(listing(more).unwrap().next.as_deref(), Some("a/b="));
        let last = "<IsTruncated>false</IsTruncated><NextContinuationToken>a</NextContinuationToken>";
        assert_eq!(listing(last).unwrap().next, None);
        assert!(matches!(
            listing("<IsTruncated>true</IsTruncated>"),
            Err(MailboxError::Failed(_))
        ));
        for other in ["", "<html></html>", "xin đăng nhập"] {
            assert!(
                matches!(listed(other.as_bytes(), ""), Err(MailboxError::Failed(_))),
                "{other}"
            );
        }
    }

    #[test]
    fn a_place_that_is_none_is_refused() {
        let at = |bucket: &str, prefix: &str| {
            let address = S3Address {
                address: "https://s3.example".into(),
                region: String::new(),
                bucket: bucket.into(),
                prefix: prefix.into(),
                key_id: "AKIA".into(),
                secret: zeroize::Zeroizing::new("mật".into()),
                unencrypted: false,
                vouching: None,
            };
            S3::at(&address, 0).map(|s3| s3.folder)
        };
        assert_eq!(at("chidao", " /hộp thư/ ").unwrap(), "hộp thư/");
        assert_eq!(at("chidao", "").unwrap(), "");
        for (bucket, prefix) in [
            ("", ""),
            ("a/b", ""),
            ("..", ""),
            ("a", "x//y"),
            ("a", "x/../y"),
            ("a", "."),
        ] {
            assert!(
                matches!(at(bucket, prefix), Err(MailboxError::BadAddress(_))),
                "{bucket} {prefix}"
            );
        }
    }

    #[test]
    fn the_store_s_own_word_is_found() {
        assert_eq!(code(b"<Error><Code>NoSuchBucket</Code></Error>"), Some("NoSuchBucket"));
        assert_eq!(code(b"\xff<Code>x</Code>"), None);
        assert_eq!(code(b""), None);
    }
}

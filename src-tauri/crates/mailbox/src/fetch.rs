//! Taking a file from a server to its end, from where the connection broke.

use crate::error::MailboxError;
use crate::limits;
use crate::name::Name;
use crate::progress::Watch;
use crate::wire::{Answer, Taker, Wire};
use std::io::Write;
use ureq::http::{HeaderMap, StatusCode, header};

/// Sends a request for the whole file, with these fields more; what comes goes to the taker.
pub(crate) type Ask<'a> = dyn Fn(&[(&str, &str)], &mut dyn Taker, &mut Watch<'_>) -> Result<Answer, MailboxError> + 'a;

/// Fetches a file to its end; answers how many bytes came, and their hash. `share` is the part that this is of a longer
/// piece of work: bytes before it, and of how many in all; nothing for this file alone.
pub(crate) fn fetch(
    wire: &Wire,
    name: &Name,
    out: &mut dyn Write,
    share: Option<(u64, u64)>,
    watch: &mut Watch<'_>,
    ask: &Ask<'_>,
) -> Result<(u64, blake3::Hash), MailboxError> {
    let mut coming = Coming {
        name,
        out,
        hasher: blake3::Hasher::new(),
        done: 0,
        skip: 0,
        size: None,
        version: None,
        share,
    };
    let mut failures = 0;
    loop {
        let before = coming.done;
        let range = format!("bytes={before}-");
        let version = coming.version.clone().unwrap_or_default();
        let mut fields = Vec::new();
        if before > 0 {
            fields.push(("Range", range.as_str()));
            // Only a strong one may stand here (RFC 9110, 13.1.5).
            if version.starts_with('"') {
                fields.push(("If-Range", version.as_str()));
            }
        }
        let asked = ask(&fields, &mut coming, watch);
        match asked.and_then(|answer| coming.ended(answer)) {
            Ok(()) => return Ok((coming.done, coming.hasher.finalize())),
            Err(error) if error.is_faltering() => {
                // A line that brings something each time is worth more tries than one that brings nothing.
                if coming.done > before {
                    failures = 0;
                }
                wire.recover(&mut failures, error, coming.stands(), watch)?;
            }
            Err(error) => return Err(error),
        }
    }
}

/// A file on its way here.
struct Coming<'o> {
    name: &'o Name,
    out: &'o mut dyn Write,
    hasher: blake3::Hasher,
    /// Bytes that have come.
    done: u64,
    /// Bytes of this answer's beginning that have come before.
    skip: u64,
    /// Bytes of the whole file, once a server has told.
    size: Option<u64>,
    /// What the server calls this very version.
    version: Option<String>,
    share: Option<(u64, u64)>,
}

impl Coming<'_> {
    fn cut_short(&self) -> MailboxError {
        MailboxError::CutShort(self.name.to_string())
    }

    fn ended(&self, answer: Answer) -> Result<(), MailboxError> {
        // It was asked for what is beyond the end: of a file that is shorter now, or is whole.
        if answer.status == StatusCode::RANGE_NOT_SATISFIABLE && self.size != Some(self.done) {
            return Err(self.cut_short());
        }
        if answer.status != StatusCode::RANGE_NOT_SATISFIABLE {
            answer.good(Some(self.name))?;
        }
        match self.size {
            Some(size) if size != self.done => Err(self.cut_short()),
            _ => Ok(()),
        }
    }
}

impl Taker for Coming<'_> {
    fn begins(&mut self, status: StatusCode, headers: &HeaderMap) -> Result<(), MailboxError> {
        let field = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let told: Option<u64> = field(header::CONTENT_LENGTH).and_then(|told| told.parse().ok());
        let (from, size) = match status {
            StatusCode::PARTIAL_CONTENT => {
                let wrong = || MailboxError::Failed("Content-Range".to_owned());
                let range = field(header::CONTENT_RANGE).and_then(content_range).ok_or_else(wrong)?;
                if range.0 != self.done {
                    return Err(wrong());
                }
                range
            }
            _ => (0, told),
        };
        let version = field(header::ETAG).map(str::to_owned);
        // Another file in its place, of which this would be the end.
        let differs = (self.size.is_some() && size.is_some() && size != self.size)
            || (self.version.is_some() && version.is_some() && version != self.version);
        if differs {
            return Err(self.cut_short());
        }
        self.size = self.size.or(size);
        self.version = self.version.take().or(version);
        self.skip = self.done - from;
        match self.size {
            Some(size) if size > limits::FILE => Err(too_big()),
            _ => Ok(()),
        }
    }

    fn takes(&mut self, piece: &[u8]) -> Result<(), MailboxError> {
        let known = self.skip.min(piece.len() as u64);
        self.skip -= known;
        let new = piece.get(known as usize..).unwrap_or_default();
        if self.done + new.len() as u64 > limits::FILE {
            return Err(too_big());
        }
        self.out.write_all(new)?;
        self.hasher.update(new);
        self.done += new.len() as u64;
        Ok(())
    }

    fn stands(&self) -> (u64, u64) {
        match self.share {
            Some((before, total)) => (before + self.done, total),
            None => (self.done, self.size.unwrap_or(0)),
        }
    }
}

fn too_big() -> MailboxError {
    MailboxError::TooBig {
        what: "file",
        allowed: limits::FILE,
    }
}

/// `bytes 5-9/10` as where it begins and the size of the whole, if that is told.
fn content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, size) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (from, _) = range.split_once('-')?;
    let size = match size {
        "*" => None,
        size => Some(size.parse().ok()?),
    };
    Some((from.parse().ok()?, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        assert_eq!(content_range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(content_range("bytes 0-9/*"), Some((0, None)));
        for wrong in ["", "bytes */10", "items 5-9/10", "bytes 5-9", "bytes x-9/10"] {
            assert_eq!(content_range(wrong), None, "{wrong}");
        }
    }
}

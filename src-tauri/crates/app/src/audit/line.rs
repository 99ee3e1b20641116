//! One line of the file, and how it holds to the line before it. AUDIT.md, sections 1 and 2.

use crate::api::{PersonName, UnitName};
use chidao_domain::ids::{ChannelId, DeviceId, FeedId, Hash, RecordKey};
use chidao_ledger::entry::{Content, Entry, Target};
use chidao_ledger::trust::{ChannelKind, Signed};
use serde::{Deserialize, Serialize};

/// How every file begins: as many bytes as are looked at when a file is handed over.
pub(crate) const OPENING: &[u8] = b"{\"type\":\"audit\",\"line";

/// Most bytes of a line of the file: an entry of a mebibyte, with all of it escaped and told again.
pub(super) const LIMIT: u64 = 16 << 20;

/// What stands before what is hashed.
const TAG: &str = "chidao audit line 1\n";

/// `,"hash":"` and 64 digits and `"}`.
const TAIL: usize = 9 + 64 + 2;

/// What is above the first line.
pub(super) const NOTHING: Hash = Hash([0; 32]);

/// What a line can say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Record {
    /// The first line: which channel, by whom, when.
    Audit {
        v: u32,
        channel: ChannelId,
        kind: ChannelKind,
        parent: Option<UnitName>,
        child: Option<UnitName>,
        at: String,
        by: PersonName,
        device: DeviceId,
    },
    Charter(Signed),
    Certificate(Signed),
    /// A feed, or a branch of one, begins.
    Feed {
        feed: FeedId,
        root: FeedId,
        of: Option<FeedId>,
        from: u64,
        device: DeviceId,
        device_name: String,
        unit: String,
        epoch: u64,
    },
    Header {
        feed: FeedId,
        text: String,
        chain: Hash,
    },
    Entry {
        feed: FeedId,
        n: u64,
        at: String,
        by: PersonName,
        person: RecordKey,
        act: String,
        what: Vec<String>,
        text: String,
        chain: Hash,
    },
    /// A detached value of the entry above.
    Value {
        value: Hash,
        salt: String,
        text: String,
    },
    /// A detached value of the entry above that is not here.
    Gone {
        value: Hash,
        why: Why,
    },
    Checkpoint(Signed),
    /// A change that was not applied where the file was made.
    Quarantine {
        at: String,
        reason: String,
    },
    /// Something that should not have happened, as the machine that made the file noted it.
    Incident {
        kind: String,
        at: Option<String>,
        feed: Option<FeedId>,
        n: u64,
        branches: Vec<FeedId>,
    },
    End {
        entries: u64,
        feeds: u64,
        values: u64,
        digest: Hash,
        seal: Signed,
    },
}

/// Why a value is not in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Why {
    /// Its author's side erased it.
    Erased,
    /// It has not come to the machine that made the file.
    Missing,
}

/// The hash of a line: of the one before it, and of all that stands before `,"hash":` in it.
pub(super) fn hash(before: Hash, body: &str) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(TAG.as_bytes());
    hasher.update(before.to_string().as_bytes());
    hasher.update(b"\n");
    hasher.update(body.as_bytes());
    Hash(*hasher.finalize().as_bytes())
}

/// Writes a line after another; answers its hash.
///
/// # Errors
/// A record that JSON cannot write, which there is none.
pub(super) fn write(line: u64, before: Hash, record: &Record) -> serde_json::Result<(String, Hash)> {
    let mut text = serde_json::to_string(record)?;
    // The number stands right after the type, so that it can be found without understanding the rest.
    let number = format!(",\"line\":{line}");
    let after_type = text
        .match_indices('"')
        .nth(3)
        .map(|(at, _)| at + 1)
        .ok_or_else(|| serde::ser::Error::custom("a record opens with its type"))?;
    text.insert_str(after_type, &number);
    text.pop();
    let hash = hash(before, &text);
    text.push_str(&format!(",\"hash\":\"{hash}\"}}\n"));
    Ok((text, hash))
}

/// A line taken apart, before anybody looks at what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Framed<'a> {
    /// The number that it bears.
    pub line: u64,
    /// What its hash covers.
    pub body: &'a str,
    /// The hash that it bears.
    pub hash: Hash,
}

/// Takes a line apart, without its line feed; nothing if it is not of this form.
pub(super) fn frame(text: &str) -> Option<Framed<'_>> {
    let body = text.get(..text.len().checked_sub(TAIL)?)?;
    let tail = text.get(body.len()..)?;
    let hash = tail.strip_prefix(",\"hash\":\"")?.strip_suffix("\"}")?.parse().ok()?;
    let rest = body.strip_prefix("{\"type\":\"")?;
    let (kind, rest) = rest.split_once('"')?;
    let digits = rest.strip_prefix(",\"line\":")?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let line = digits[..end].parse().ok()?;
    (!kind.is_empty()).then_some(Framed { line, body, hash })
}

impl Framed<'_> {
    /// Whether it is line `line` after one with the hash `before`.
    pub(super) fn follows(&self, line: u64, before: Hash) -> bool {
        self.line == line && hash(before, self.body) == self.hash
    }

    /// What it says.
    pub(super) fn record(&self) -> Option<Record> {
        serde_json::from_str(&format!("{}}}", self.body)).ok()
    }
}

/// What an entry does, one text a change, for people. It is told again when the file is verified, and must be the same.
pub(super) fn told(entry: &Entry) -> Vec<String> {
    let mut all = Vec::new();
    for item in &entry.items {
        let record = match &item.target {
            Target::New(kind) => format!("+ {kind}"),
            Target::On(id) => id.to_string(),
        };
        for change in &item.changes {
            let value = match &change.content {
                Content::Inline(value) => value.to_string(),
                Content::Detached(hash) => format!("#{}", &hash.to_string()[..16]),
            };
            all.push(format!("{record} {} = {value}", change.field));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_back_as_it_was_written_and_holds_to_the_one_before() {
        let record = Record::Gone {
            value: Hash([7; 32]),
            why: Why::Erased,
        };
        let (text, end) = write(12, Hash([1; 32]), &record).unwrap();
        assert!(text.starts_with("{\"type\":\"gone\",\"line\":12,"), "{text}");
        let framed = frame(text.trim_end_matches('\n')).unwrap();
        assert!(framed.follows(12, Hash([1; 32])));
        assert_eq!((framed.hash, framed.record()), (end, Some(record)));
        assert!(!framed.follows(12, Hash([2; 32])) && !framed.follows(13, Hash([1; 32])));
    }

    #[test]
    fn no_text_whatever_makes_the_reader_fail() {
        for text in [
            "",
            "{}",
            "{\"type\":\"x\"}",
            "{\"type\":\"\",\"line\":1,\"hash\":\"\"}",
            "ạ".repeat(40).as_str(),
        ] {
            assert_eq!(frame(text), None);
        }
        let of_zeros = format!("{{\"type\":\"x\",\"line\":99999999999999999999,\"hash\":\"{NOTHING}\"}}");
        assert_eq!(frame(&of_zeros), None);
    }
}

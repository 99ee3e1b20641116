//! Identities: units, devices, channels, feeds, positions, records.
//!
//! All are 128 bits, written as 32 lower-case hexadecimal digits. A unit's and a channel's are drawn at random; a
//! device's and a feed's are the first half of a hash of what they name, so that nobody can take another's.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A text that is not an identity of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {0}")]
pub struct NotAnId(pub &'static str);

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// Reads exactly `N` bytes written as lower-case hexadecimal digits.
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let text = text.as_bytes();
    if text.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
    }
    Some(bytes)
}

/// Writes bytes as lower-case hexadecimal digits.
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| {
            [
                DIGITS[usize::from(byte >> 4)] as char,
                DIGITS[usize::from(byte & 15)] as char,
            ]
        })
        .collect()
}

macro_rules! text_serde {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

macro_rules! identity {
    ($(#[$doc:meta])* $name:ident, $label:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub [u8; 16]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_hex(&self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                from_hex(text).map($name).ok_or(NotAnId($label))
            }
        }
        text_serde!($name);
    };
}

identity!(
    /// An office; drawn at random when it first starts, or when it is entered into a tree of units.
    UnitId, "unit id");
identity!(
    /// One installation: the first half of the hash of its public key.
    DeviceId, "device id");
identity!(
    /// Who shares data with whom; drawn at random by the child of a pair.
    ChannelId, "channel id");
identity!(
    /// The chain that one device writes to one channel in one epoch: the first half of the hash of its header.
    FeedId, "feed id");

/// A hash of 256 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}
impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}
impl FromStr for Hash {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        from_hex(text).map(Hash).ok_or(NotAnId("hash"))
    }
}
text_serde!(Hash);

/// The place of one change: feed, sequence number of its entry, index within the entry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The feed.
    pub feed: FeedId,
    /// Sequence number of the entry, from 1 (0 is the header).
    pub n: u64,
    /// Index of the change (or, in a record's id, of the item) within the entry, from 0.
    pub k: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.feed, self.n, self.k)
    }
}
impl fmt::Debug for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Position({self})")
    }
}
impl FromStr for Position {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let wrong = NotAnId("position");
        let mut parts = text.split('.');
        let (Some(feed), Some(n), Some(k), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(wrong);
        };
        let feed = feed.parse().map_err(|_| wrong.clone())?;
        let n = canonical(n).ok_or(wrong.clone())?;
        let k = canonical(k).and_then(|k| u32::try_from(k).ok()).ok_or(wrong)?;
        Ok(Position { feed, n, k })
    }
}
text_serde!(Position);

/// A decimal number written in the one canonical way (no sign, no leading zero), below 2^53 so that every JSON
/// reader keeps it exactly.
fn canonical(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) || (text.len() > 1 && text.starts_with('0')) {
        return None;
    }
    text.parse().ok().filter(|n| *n < (1 << 53))
}

/// What tells the records of one kind apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKey {
    /// Made by the item `k` of the entry at this position: who made it is a fact of the id itself.
    Made(Position),
    /// Belongs to this unit, which drew the second half at random: persons and offices that stand in several channels.
    Owned(UnitId, [u8; 8]),
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordKey::Made(position) => position.fmt(f),
            RecordKey::Owned(unit, tail) => write!(f, "{unit}-{}", to_hex(tail)),
        }
    }
}
impl FromStr for RecordKey {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        match text.split_once('-') {
            Some((unit, tail)) => {
                let unit = unit.parse().map_err(|_| NotAnId("record key"))?;
                from_hex(tail)
                    .map(|tail| RecordKey::Owned(unit, tail))
                    .ok_or(NotAnId("record key"))
            }
            None => text.parse().map(RecordKey::Made).map_err(|_| NotAnId("record key")),
        }
    }
}
text_serde!(RecordKey);

/// One record: its kind's word and what tells it apart. Kinds that this program does not know are kept as they are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId {
    /// The kind's word, for example `task`.
    pub kind: String,
    /// What tells it apart.
    pub key: RecordKey,
}

impl RecordId {
    /// A record of this kind made at a position.
    pub fn made(kind: &str, position: Position) -> RecordId {
        RecordId {
            kind: kind.to_owned(),
            key: RecordKey::Made(position),
        }
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.key)
    }
}
impl FromStr for RecordId {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let (kind, key) = text.split_once(':').ok_or(NotAnId("record id"))?;
        if !is_word(kind) {
            return Err(NotAnId("record id"));
        }
        Ok(RecordId {
            kind: kind.to_owned(),
            key: key.parse().map_err(|_| NotAnId("record id"))?,
        })
    }
}
text_serde!(RecordId);

/// A word of the ledger: a kind, a field, a use case. 1 to 64 of `a`–`z`, `0`–`9`, `_`, `.`, starting with a letter.
pub fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.as_bytes()[0].is_ascii_lowercase()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_back_and_nothing_else_is() {
        let feed = FeedId([0xab; 16]);
        let position = Position { feed, n: 12, k: 0 };
        let task = RecordId::made("task", position);
        assert_eq!(task.to_string().parse(), Ok(task.clone()));
        let person = RecordId {
            kind: "person".into(),
            key: RecordKey::Owned(UnitId([1; 16]), [2; 8]),
        };
        assert_eq!(person.to_string().parse(), Ok(person));
        for wrong in [
            "",
            "task",
            "task:",
            "task:ab.1.0",
            "Task:x",
            &format!("task:{feed}.01.0"),
            &format!("task:{feed}.1"),
        ] {
            assert!(wrong.parse::<RecordId>().is_err(), "{wrong}");
        }
        assert!(format!("{feed}.9007199254740992.0").parse::<Position>().is_err());
        assert!("AB".repeat(16).parse::<FeedId>().is_err());
    }
}

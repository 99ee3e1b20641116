//! One line of a feed: its header, or an entry. ENTRY.md, sections 3 and 4.

use crate::trust::Signed;
use chidao_domain::ids::{self, ChannelId, DeviceId, FeedId, Hash, Position, RecordId, RecordKey};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

/// Most bytes of a line.
pub const LINE_LIMIT: usize = 1 << 20;
/// Most items of an entry.
pub const ITEM_LIMIT: usize = 1_000;
/// Most changes of an entry.
pub const CHANGE_LIMIT: usize = 10_000;
/// Most predecessors of a change.
pub const PREV_LIMIT: usize = 64;
/// Most feeds that an entry can have seen anew.
pub const SEEN_LIMIT: usize = 10_000;

/// Why a line is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {n}: {what}")]
pub struct BadLine {
    /// Its sequence number.
    pub n: u64,
    /// What is wrong.
    pub what: String,
}

/// The first line of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// `chidao feed`.
    pub r#type: String,
    /// Version, 1.
    pub v: u32,
    /// The channel.
    pub channel: ChannelId,
    /// The device that writes.
    pub device: DeviceId,
    /// Its certificate.
    pub certificate: Signed,
    /// Its epoch, from 1.
    pub epoch: u64,
    /// The last entry of its epoch before.
    pub after: Option<After>,
}

/// The last entry of an epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    /// The feed.
    pub feed: FeedId,
    /// The last entry.
    pub n: u64,
    /// Its hash.
    pub hash: Hash,
}

impl Header {
    /// The value of `type`.
    pub const TYPE: &'static str = "chidao feed";

    /// Reads line 0.
    pub fn read(line: &str) -> Result<Header, BadLine> {
        let bad = |what: String| BadLine { n: 0, what };
        if line.len() > LINE_LIMIT || line.contains(['\n', '\r']) {
            return Err(bad("too long, or more than one line".into()));
        }
        let header: Header = serde_json::from_str(line).map_err(|error| bad(error.to_string()))?;
        if header.r#type != Header::TYPE || header.v != 1 || header.epoch == 0 {
            return Err(bad("not a feed header of version 1".into()));
        }
        Ok(header)
    }
}

/// Hybrid-logical time: milliseconds since 1970-01-01T00:00Z, and a counter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Time(pub u64, pub u32);

/// A feed that advanced for the author: (feed, number, hash there).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen(pub FeedId, pub u64, pub Hash);

/// What a change sets.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// The value stands in the line.
    Inline(Value),
    /// The value lies beside the line.
    Detached(Hash),
}

/// One field of one record set to one value.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The field.
    pub field: String,
    /// The value.
    pub content: Content,
    /// The heads of the cell that the author saw.
    pub prev: Vec<Position>,
}

/// Which record an item is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// It makes one of this kind.
    New(String),
    /// It changes this one.
    On(RecordId),
}

/// One record made or changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The record.
    pub target: Target,
    /// Changes, inline ones first.
    pub changes: Vec<Change>,
}

/// One transaction: who, when, having seen what, which changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its sequence number.
    pub n: u64,
    /// When.
    pub t: Time,
    /// Who.
    pub by: RecordKey,
    /// The use case.
    pub act: String,
    /// The rules version by which it is judged.
    pub rules: u32,
    /// What its author had seen of others since its entry before.
    pub seen: Vec<Seen>,
    /// What it makes and changes.
    pub items: Vec<Item>,
}

#[derive(Serialize, Deserialize)]
struct WireEntry {
    n: u64,
    t: Time,
    by: RecordKey,
    r#do: String,
    rules: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    seen: Vec<Seen>,
    items: Vec<WireItem>,
}

#[derive(Serialize, Deserialize)]
struct WireItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    new: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on: Option<RecordId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    set: Vec<WireChange<Value>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hid: Vec<WireChange<Hash>>,
}

struct WireChange<T>(String, T, Vec<Position>);

impl<T: Serialize> Serialize for WireChange<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        list.serialize_element(&self.0)?;
        list.serialize_element(&self.1)?;
        if !self.2.is_empty() {
            list.serialize_element(&self.2)?;
        }
        list.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for WireChange<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> serde::de::Visitor<'de> for Visitor<T> {
            type Value = WireChange<T>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a change: [field, value] or [field, value, prev]")
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let missing = || serde::de::Error::custom("a change is [field, value] or [field, value, prev]");
                let field = list.next_element()?.ok_or_else(missing)?;
                let value = list.next_element()?.ok_or_else(missing)?;
                let prev = list.next_element()?.unwrap_or_default();
                match list.next_element::<serde::de::IgnoredAny>()? {
                    None => Ok(WireChange(field, value, prev)),
                    Some(_) => Err(missing()),
                }
            }
        }
        deserializer.deserialize_seq(Visitor(std::marker::PhantomData))
    }
}

impl Entry {
    /// Reads line `n`.
    ///
    /// # Errors
    /// A line that is not of the form of ENTRY.md, section 4. Whether its changes are permitted is not asked here.
    pub fn read(n: u64, line: &str) -> Result<Entry, BadLine> {
        let bad = |what: &str| BadLine {
            n,
            what: what.to_owned(),
        };
        if line.len() > LINE_LIMIT || line.contains(['\n', '\r']) {
            return Err(bad("too long, or more than one line"));
        }
        let wire: WireEntry = serde_json::from_str(line).map_err(|error| BadLine {
            n,
            what: error.to_string(),
        })?;
        if wire.n != n {
            return Err(bad("its number is not the one after the line before it"));
        }
        if !matches!(wire.by, RecordKey::Owned(..)) || !ids::is_word(&wire.r#do) || wire.rules == 0 {
            return Err(bad("its person, use case or rules version is none"));
        }
        if wire.t.0 >= 1 << 53 || wire.seen.len() > SEEN_LIMIT || wire.items.is_empty() || wire.items.len() > ITEM_LIMIT
        {
            return Err(bad("a limit is exceeded, or it has no items"));
        }
        let mut items = Vec::with_capacity(wire.items.len());
        let mut count = 0;
        for item in wire.items {
            let target = match (item.new, item.on) {
                (Some(kind), None) if ids::is_word(&kind) => Target::New(kind),
                (None, Some(record)) => Target::On(record),
                _ => return Err(bad("an item makes one record or changes one")),
            };
            let inline = item
                .set
                .into_iter()
                .map(|WireChange(field, value, prev)| (field, Content::Inline(value), prev));
            let detached = item
                .hid
                .into_iter()
                .map(|WireChange(field, hash, prev)| (field, Content::Detached(hash), prev));
            let changes: Vec<Change> = inline
                .chain(detached)
                .map(|(field, content, prev)| Change { field, content, prev })
                .collect();
            count += changes.len();
            if changes.is_empty() || count > CHANGE_LIMIT {
                return Err(bad("an item without changes, or too many"));
            }
            for change in &changes {
                if !ids::is_word(&change.field) || change.prev.len() > PREV_LIMIT {
                    return Err(bad("a field that is no word, or too many predecessors"));
                }
            }
            items.push(Item { target, changes });
        }
        let entry = Entry {
            n,
            t: wire.t,
            by: wire.by,
            act: wire.r#do,
            rules: wire.rules,
            seen: wire.seen,
            items,
        };
        if entry.sets_a_cell_twice() {
            return Err(bad("a cell is set twice"));
        }
        Ok(entry)
    }

    fn sets_a_cell_twice(&self) -> bool {
        let mut cells = std::collections::HashSet::new();
        self.items.iter().enumerate().any(|(i, item)| {
            item.changes.iter().any(|change| {
                let record = match &item.target {
                    Target::New(_) => (Some(i), None),
                    Target::On(record) => (None, Some(record)),
                };
                !cells.insert((record, change.field.as_str()))
            })
        })
    }

    /// Writes the line. What is written reads back as the same entry, with inline changes before detached ones.
    pub fn write(&self) -> String {
        let items = self
            .items
            .iter()
            .map(|item| {
                let mut wire = WireItem {
                    new: None,
                    on: None,
                    set: Vec::new(),
                    hid: Vec::new(),
                };
                match &item.target {
                    Target::New(kind) => wire.new = Some(kind.clone()),
                    Target::On(record) => wire.on = Some(record.clone()),
                }
                for change in &item.changes {
                    match &change.content {
                        Content::Inline(value) => {
                            wire.set
                                .push(WireChange(change.field.clone(), value.clone(), change.prev.clone()));
                        }
                        Content::Detached(hash) => {
                            wire.hid
                                .push(WireChange(change.field.clone(), *hash, change.prev.clone()));
                        }
                    }
                }
                wire
            })
            .collect();
        let wire = WireEntry {
            n: self.n,
            t: self.t,
            by: self.by,
            r#do: self.act.clone(),
            rules: self.rules,
            seen: self.seen.clone(),
            items,
        };
        serde_json::to_string(&wire)
            .expect("an entry has only string keys and finite numbers, which JSON can always write")
    }
}

/// A detached value as it travels: one line beside the entries. ENTRY.md, section 6.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetachedValue {
    /// The hash that stands in the line.
    pub hash: Hash,
    /// 16 random bytes.
    pub salt: [u8; 16],
    /// The JSON text of the value.
    pub value: String,
}

#[derive(Serialize, Deserialize)]
struct WireValue<'a> {
    hash: Hash,
    salt: String,
    #[serde(borrow)]
    value: &'a serde_json::value::RawValue,
}

impl DetachedValue {
    /// Detaches a value.
    pub fn new(salt: [u8; 16], value: &Value) -> DetachedValue {
        let value = value.to_string();
        DetachedValue {
            hash: crate::chain::value_hash(&salt, value.as_bytes()),
            salt,
            value,
        }
    }

    /// Reads one line of a bundle's values and checks its hash.
    pub fn read(line: &str) -> Result<DetachedValue, BadLine> {
        let bad = |what: &str| BadLine {
            n: 0,
            what: what.to_owned(),
        };
        if line.len() > LINE_LIMIT {
            return Err(bad("a value is too long"));
        }
        let wire: WireValue<'_> = serde_json::from_str(line).map_err(|error| bad(&error.to_string()))?;
        let salt = ids::from_hex(&wire.salt).ok_or_else(|| bad("a salt is 32 hexadecimal digits"))?;
        if crate::chain::value_hash(&salt, wire.value.get().as_bytes()) != wire.hash {
            return Err(bad("a detached value does not have its hash"));
        }
        Ok(DetachedValue {
            hash: wire.hash,
            salt,
            value: wire.value.get().to_owned(),
        })
    }

    /// Writes the line.
    pub fn write(&self) -> String {
        format!(
            "{{\"hash\":\"{}\",\"salt\":\"{}\",\"value\":{}}}",
            self.hash,
            ids::to_hex(&self.salt),
            self.value
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chidao_domain::ids::UnitId;
    use proptest::prelude::*;
    use serde_json::json;

    fn entry() -> Entry {
        let feed = FeedId([3; 16]);
        Entry {
            n: 2,
            t: Time(1_498_190_400_000, 1),
            by: RecordKey::Owned(UnitId([1; 16]), [2; 8]),
            act: "task.set".into(),
            rules: 1,
            seen: vec![Seen(FeedId([4; 16]), 9, Hash([5; 32]))],
            items: vec![
                Item {
                    target: Target::New("task".into()),
                    changes: vec![
                        Change {
                            field: "code".into(),
                            content: Content::Inline(json!("NV01")),
                            prev: vec![],
                        },
                        Change {
                            field: "content".into(),
                            content: Content::Detached(Hash([6; 32])),
                            prev: vec![],
                        },
                    ],
                },
                Item {
                    target: Target::On(RecordId::made("task", Position { feed, n: 1, k: 0 })),
                    changes: vec![Change {
                        field: "lead".into(),
                        content: Content::Inline(json!("Phòng Tư pháp")),
                        prev: vec![Position { feed, n: 1, k: 4 }],
                    }],
                },
            ],
        }
    }

    #[test]
    fn a_line_reads_back_as_it_was_written() {
        let line = entry().write();
        assert_eq!(Entry::read(2, &line).unwrap(), entry());
        assert_eq!(Entry::read(2, &line).unwrap().write(), line);
    }

    #[test]
    fn lines_that_break_the_form_are_refused() {
        let line = entry().write();
        let refused = |from: &str, to: &str| {
            let altered = line.replacen(from, to, 1);
            assert_ne!(altered, line, "the case must alter the line");
            assert!(Entry::read(2, &altered).is_err(), "{altered}");
        };
        assert!(Entry::read(3, &line).is_err());
        refused("\"new\":\"task\"", "\"new\":\"Task\"");
        refused("\"new\":\"task\",", "");
        refused("\"rules\":1", "\"rules\":0");
        refused("\"code\",\"NV01\"", "\"code\",\"NV01\",[],1");
        refused("\"code\",\"NV01\"", "\"code\"");
        refused("\"hid\":[[\"content\"", "\"hid\":[[\"code\"");
        refused("\"t\":[1498190400000,1]", "\"t\":[-1,1]");
        refused(".1.4", ".01.4");
    }

    #[test]
    fn a_detached_value_carries_its_own_proof() {
        let value = DetachedValue::new([8; 16], &json!("khiếu kiện dự án hồ sông Sỏi"));
        let line = value.write();
        assert_eq!(DetachedValue::read(&line).unwrap(), value);
        assert!(DetachedValue::read(&line.replace("hồ", "hố")).is_err());
    }

    proptest! {
        #[test]
        fn no_line_makes_the_reader_panic(line in "\\PC*", n in 0u64..3) {
            let _ = Entry::read(n, &line);
            let _ = Header::read(&line);
            let _ = DetachedValue::read(&line);
        }

        #[test]
        fn no_damage_makes_the_reader_panic(at in 0usize..400, byte in 0u8..128) {
            let mut line = entry().write().into_bytes();
            let at = at % line.len();
            line[at] = byte;
            if let Ok(line) = String::from_utf8(line) {
                let _ = Entry::read(2, &line);
            }
        }
    }
}

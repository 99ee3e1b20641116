//! Writing here: one use case becomes one entry of this device's own feed, judged like any other.

use super::apply::Applied;
use super::lines;
use super::{LedgerError, Result, Writer};
use crate::chain;
use crate::entry::{Change, Content, DetachedValue, Entry, Header, Item, Seen, Target, Time};
use crate::trust::Signed;
use chidao_domain::authority::Reason;
use chidao_domain::ids::{ChannelId, Position, RecordId, RecordKey};
use rusqlite::{OptionalExtension, params};
use serde_json::Value;

/// Who writes here: this device in its present epoch, and the person at it.
#[derive(Clone)]
pub struct Author {
    /// This device's certificate.
    pub certificate: Signed,
    /// The epoch of this device, from 1: it writes in no earlier one, and in a later one where this is not its alone.
    pub epoch: u64,
    /// The person's key.
    pub person: RecordKey,
}

/// What a person wants to write, before the ledger knows what it follows.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// The record.
    pub target: Target,
    /// Fields and values; `null` clears. Where a value goes (in the line or beside it) is the table's affair.
    pub set: Vec<(String, Value)>,
}

impl Wish {
    /// Makes a record.
    pub fn make(kind: &str, set: Vec<(&str, Value)>) -> Wish {
        Wish {
            target: Target::New(kind.to_owned()),
            set: set.into_iter().map(|(f, v)| (f.to_owned(), v)).collect(),
        }
    }

    /// Changes a record.
    pub fn change(record: RecordId, set: Vec<(&str, Value)>) -> Wish {
        Wish {
            target: Target::On(record),
            set: set.into_iter().map(|(f, v)| (f.to_owned(), v)).collect(),
        }
    }
}

/// The edges of a write: the clock, and randomness for salts.
pub struct Edges<'a> {
    /// Milliseconds since 1970-01-01T00:00Z.
    pub now: u64,
    /// Fills bytes at random.
    pub random: &'a mut dyn FnMut(&mut [u8]),
}

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Appended {
    /// The feed and number of the entry; the index is 0.
    pub at: Position,
    /// Records made, by item.
    pub made: Vec<Option<RecordId>>,
}

impl Writer<'_> {
    /// Writes one entry. Every wish must be permitted: one that is not undoes the transaction.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] with the field and the reason; the caller rolls back.
    pub fn append(
        &mut self,
        channel: ChannelId,
        author: &Author,
        act: &str,
        wishes: Vec<Wish>,
        edges: &mut Edges<'_>,
    ) -> Result<Appended> {
        let feed = self.own_feed(channel, author)?;
        assert_eq!(
            self.feeds[&feed].applied_n, self.feeds[&feed].received_n,
            "what this device wrote it has applied, or it would not know what it follows"
        );
        let n = self.feeds[&feed].received_n + 1;
        let feed_key = self.feeds[&feed].key;
        let mut items = Vec::with_capacity(wishes.len());
        let mut made = Vec::with_capacity(wishes.len());
        for (i, wish) in wishes.into_iter().enumerate() {
            made.push(match &wish.target {
                Target::New(kind) => Some(RecordId::made(
                    kind,
                    Position {
                        feed: feed_key,
                        n,
                        k: i as u32,
                    },
                )),
                Target::On(_) => None,
            });
            items.push(self.item(channel, wish, edges)?);
        }
        let channel_id = self.channel(channel)?.id;
        let t = self.next_time(channel, edges.now)?;
        let entry = Entry {
            n,
            t,
            by: author.person,
            act: act.to_owned(),
            rules: self.knowledge.version,
            seen: self.newly_seen(feed)?,
            items,
        };
        let line = entry.write();
        // What could not be read back must not be written: the limits of the form hold for this machine too.
        let bad = |bad| LedgerError::BadLine {
            feed: feed_key.to_string(),
            bad,
        };
        Entry::read(n, &line).map_err(bad)?;
        let before = self.feeds[&feed].received_hash;
        let hash = lines::keep(self, feed, n, &[&line], Some(before))?;
        let row = self.feed_row(feed);
        row.received_n = n;
        row.received_hash = hash;
        lines::gather(self, feed, n)?;
        let applied: Applied = self.apply_waiting()?;
        // The clock of this machine is believed here: after a silence of days the channel's time goes on with it.
        let time = &mut self.channel_row(channel_id).time;
        *time = (*time).max(t);
        if self.feeds[&feed].applied_n != n {
            return Err(LedgerError::Inconsistent(
                "an entry written here waits for others".into(),
            ));
        }
        if applied.quarantined + applied.deferred > 0 {
            self.refusal_of(feed, n)?;
        }
        Ok(Appended {
            at: Position {
                feed: feed_key,
                n,
                k: 0,
            },
            made,
        })
    }

    /// Turns the first quarantined change of an entry written here into an error.
    fn refusal_of(&mut self, feed: i64, n: u64) -> Result<()> {
        let refused: Option<(String, String, Option<String>)> = self
            .tx
            .prepare_cached(
                "SELECT k.text, w.text, c.reason FROM change c
                 JOIN record r ON r.id = c.record JOIN word k ON k.id = r.kind JOIN word w ON w.id = c.field
                 WHERE c.feed = ?1 AND c.n = ?2 AND c.state >= 2 ORDER BY c.k LIMIT 1",
            )?
            .query_row(params![feed, n], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((kind, field, code)) = refused else {
            return Ok(());
        };
        let reason = Reason::ALL
            .into_iter()
            .find(|reason| Some(reason.code()) == code.as_deref())
            .unwrap_or(Reason::UnknownField);
        Err(LedgerError::Refused { kind, field, reason })
    }

    /// The feed of this device and epoch in a channel; made, with its header, at the first entry.
    pub fn own_feed(&mut self, channel: ChannelId, author: &Author) -> Result<i64> {
        let channel_id = self.channel(channel)?.id;
        let certificate = crate::trust::Certificate::read(&author.certificate)?;
        let mine =
            |feed: &&super::writer::FeedState| feed.channel == channel_id && feed.device_key == certificate.device;
        let present = || {
            self.feeds
                .values()
                .filter(mine)
                .filter(|feed| feed.epoch >= author.epoch)
        };
        let whole =
            |feed: &&super::writer::FeedState| feed.here && feed.of.is_none() && self.branches(feed.id).is_empty();
        if let Some(feed) = present().filter(whole).max_by_key(|feed| feed.epoch) {
            return Ok(feed.id);
        }
        // Where another machine wrote under this device's name, a copy or this one before it was restored, a new epoch begins.
        let epoch = present().map(|feed| feed.epoch + 1).max().unwrap_or(author.epoch);
        let after = self
            .feeds
            .values()
            .filter(mine)
            .filter(|feed| self.branches(feed.id).is_empty())
            .max_by_key(|feed| (feed.epoch, feed.here, feed.key))
            .map(|feed| crate::entry::After {
                feed: feed.root,
                n: feed.received_n,
                hash: feed.received_hash,
            });
        let header = Header {
            r#type: Header::TYPE.to_owned(),
            v: 1,
            channel,
            device: certificate.device,
            certificate: author.certificate.clone(),
            epoch,
            after,
        };
        let line = serde_json::to_string(&header)
            .map_err(|error| LedgerError::Inconsistent(format!("a header cannot be written: {error}")))?;
        let feed = self.accept_header(channel, &line)?;
        self.tx.execute("UPDATE feed SET here = 1 WHERE id = ?1", [feed])?;
        self.feed_row(feed).here = true;
        Ok(feed)
    }

    /// Accepts a header line, written here or received: the row of its feed.
    pub(super) fn accept_header(&mut self, channel: ChannelId, line: &str) -> Result<i64> {
        let hash = chain::header_hash(line.as_bytes());
        let key = chain::feed_id(hash);
        let header = Header::read(line).map_err(|bad| LedgerError::BadLine {
            feed: key.to_string(),
            bad,
        })?;
        let broken = |what| LedgerError::Broken { feed: key, what };
        if header.channel != channel {
            return Err(broken("its header names another channel"));
        }
        let certificate = crate::trust::Certificate::read(&header.certificate)?;
        if certificate.device != header.device {
            return Err(broken("its header carries another device's certificate"));
        }
        let state = self.channel(channel)?;
        let (channel_id, side) = (state.id, state.charter.side(certificate.unit, &certificate.root));
        let side = side.ok_or_else(|| broken("its device belongs to neither unit of the channel"))?;
        let (device, _) = self.take_device(&header.certificate)?;
        let feed = Self::new_feed(key, channel_id, device, header.device, header.epoch, side, hash);
        let id = self.insert_feed(feed)?;
        lines::keep(self, id, 0, &[line], None)?;
        Ok(id)
    }

    /// The present time of a channel: the wall clock, or just after what was already seen.
    fn next_time(&self, channel: ChannelId, now: u64) -> Result<Time> {
        let last = self.channel(channel)?.time;
        if last.0 >= now && last.0 - now <= super::apply::CLOCK_TOLERANCE {
            return Ok(Time(last.0, last.1 + 1));
        }
        Ok(Time(now, 0))
    }

    fn newly_seen(&mut self, feed: i64) -> Result<Vec<Seen>> {
        let channel = self.feeds[&feed].channel;
        let others: Vec<(i64, u64)> = self
            .feeds
            .values()
            .filter(|other| other.channel == channel && other.applied_n >= other.from_n)
            .filter(|other| !self.descends(feed, other.id))
            .map(|other| (other.id, other.applied_n))
            .collect();
        let mut seen = Vec::new();
        for (other, applied) in others {
            if self.known(feed, other)?.is_none_or(|known| known.n < applied) {
                let hash = self.hash_of_line(other, applied)?;
                seen.push(Seen(self.feeds[&other].root, applied, hash));
            }
        }
        seen.sort_by_key(|seen| (seen.0, seen.1, seen.2.0));
        Ok(seen)
    }

    fn item(&mut self, channel: ChannelId, wish: Wish, edges: &mut Edges<'_>) -> Result<Item> {
        let channel_id = self.channel(channel)?.id;
        let (kind, row) = match &wish.target {
            Target::New(kind) => (kind.clone(), None),
            Target::On(record) => (record.kind.clone(), self.find_record(channel_id, record)?),
        };
        let target = match (wish.target, row) {
            // Its feed may have forked since it was named here.
            (Target::On(record), Some(row)) if row > 0 && self.feeds.values().any(|feed| feed.of.is_some()) => {
                let words = super::cells::Words::load(self.tx)?;
                match record.key {
                    RecordKey::Made(_) => Target::On(super::cells::record_info(self.tx, &words, row)?.id),
                    RecordKey::Owned(..) => Target::On(record),
                }
            }
            (target, _) => target,
        };
        let mut inline = Vec::new();
        let mut detached = Vec::new();
        for (field, value) in wish.set {
            let prev = match row {
                Some(row) => self.heads_of_cell(row, &field)?,
                None => Vec::new(),
            };
            let beside = self
                .knowledge
                .kind(&kind)
                .and_then(|kind| kind.field(&field))
                .is_some_and(|field| field.detached);
            if beside && !value.is_null() {
                let form = self
                    .knowledge
                    .kind(&kind)
                    .and_then(|kind| kind.field(&field))
                    .map(|field| field.form);
                if form.is_some_and(|form| !form.fits(&value)) {
                    return Err(LedgerError::Refused {
                        kind,
                        field,
                        reason: Reason::WrongValue,
                    });
                }
                let mut salt = [0; 16];
                (edges.random)(&mut salt);
                let value = DetachedValue::new(salt, &value);
                detached.push(Change {
                    field,
                    content: Content::Detached(value.hash),
                    prev,
                });
                self.values.insert(value.hash, value);
            } else {
                inline.push(Change {
                    field,
                    content: Content::Inline(value),
                    prev,
                });
            }
        }
        inline.append(&mut detached);
        Ok(Item {
            target,
            changes: inline,
        })
    }

    fn heads_of_cell(&mut self, record: i64, field: &str) -> Result<Vec<Position>> {
        let field = self.word(field)?;
        let mut statement = self.tx.prepare_cached(
            "SELECT feed, n, k FROM change WHERE record = ?1 AND field = ?2 AND state = 0 ORDER BY feed, n, k",
        )?;
        let rows: Vec<(i64, u64, u32)> = statement
            .query_map(params![record, field], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok(rows
            .into_iter()
            .map(|(feed, n, k)| Position {
                feed: self.feeds[&feed].key,
                n,
                k,
            })
            .collect())
    }

    /// The detached value of a hash: from this transaction, or laid aside by an earlier one. Two changes may carry the same
    /// hash, so it is not used up.
    pub(super) fn take_value(&mut self, hash: &chidao_domain::ids::Hash) -> Result<Option<DetachedValue>> {
        if let Some(value) = self.values.get(hash) {
            self.used.insert(*hash);
            return Ok(Some(value.clone()));
        }
        if !self.any_loose {
            return Ok(None);
        }
        let found: Option<([u8; 16], String)> = self
            .tx
            .prepare_cached("SELECT salt, value FROM loose_value WHERE hash = ?1")?
            .query_row([hash.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(found.map(|(salt, value)| DetachedValue {
            hash: *hash,
            salt,
            value,
        }))
    }
}

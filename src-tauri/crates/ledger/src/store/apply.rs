//! The merge: what a set of entries means. ENTRY.md, section 5.
//!
//! An entry is applied once its predecessor and all that it has seen are applied; then each of its changes is judged by
//! facts of its own past alone. So the state depends on the set of entries, never on the order in which they came.

use super::lines;
use super::{LedgerError, Result, Watch, Writer, tell, unwatched};
use crate::entry::{Change, Content, Entry, Target, Time};
use chidao_domain::authority::{self, Proposal, Reason, Side, Verdict};
use chidao_domain::ids::{Hash, Position, RecordId, RecordKey};
use chidao_domain::records;
use rusqlite::{OptionalExtension, params};
use serde_json::Value;

/// State of a change in its row.
pub mod state {
    /// Applied, and not superseded.
    pub const HEAD: i64 = 0;
    /// Applied, and superseded by a later change.
    pub const SUPERSEDED: i64 = 1;
    /// Not applied.
    pub const QUARANTINED: i64 = 2;
    /// Waits for newer rules.
    pub const DEFERRED: i64 = 3;
}

/// What stands as the reason of a change whose value was erased.
pub const ERASED: &str = "erased";

/// A clock that is further off than this is told, and does not drag others along. Milliseconds.
pub const CLOCK_TOLERANCE: u64 = 24 * 60 * 60 * 1000;

/// What applying did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Entries applied.
    pub entries: u64,
    /// Changes applied.
    pub changes: u64,
    /// Changes put into quarantine.
    pub quarantined: u64,
    /// Changes deferred to a newer program.
    pub deferred: u64,
    /// Entries that still wait for others.
    pub waiting: u64,
}

/// A change by its row of feed, entry and index.
type Located = (i64, u64, u32);

/// The record of an item, once its place is known.
struct Resolved {
    id: RecordId,
    row: Option<i64>,
    making: bool,
    maker: Option<Side>,
}

/// Entries applied between two looks at whoever watches.
const STEP: u64 = 64;

impl Writer<'_> {
    /// Tells this machine's clock (milliseconds since 1970): a time that it bears out is not doubted, however long nothing came.
    pub fn by_the_clock(&mut self, now: u64) {
        self.clock = Some(now);
    }

    /// Applies every entry that can be applied, until nothing moves any more.
    pub fn apply_waiting(&mut self) -> Result<Applied> {
        self.apply_watched(&mut unwatched)
    }

    /// The same, telling how many entries of those that waited are applied.
    ///
    /// # Errors
    /// [`LedgerError::Cancelled`] besides those of applying.
    pub fn apply_watched(&mut self, watch: &mut Watch<'_>) -> Result<Applied> {
        let mut done = Applied::default();
        let waiting = |writer: &Writer<'_>| -> u64 {
            let feeds = writer.feeds.values();
            feeds.map(|feed| feed.received_n.saturating_sub(feed.applied_n)).sum()
        };
        let total = waiting(self);
        self.until_settled(|writer| {
            loop {
                let before = done.entries;
                let mut ready: Vec<i64> = writer
                    .feeds
                    .values()
                    .filter(|feed| feed.applied_n < feed.received_n)
                    .map(|feed| feed.id)
                    .collect();
                ready.sort_unstable();
                for feed in ready {
                    writer.apply_feed(feed, &mut done, &mut |done| tell(watch, done.min(total), total))?;
                }
                if done.entries == before {
                    return Ok(());
                }
            }
        })?;
        done.waiting = waiting(self);
        Ok(done)
    }

    fn apply_feed(&mut self, feed: i64, done: &mut Applied, told: &mut dyn FnMut(u64) -> Result<()>) -> Result<()> {
        let state = &self.feeds[&feed];
        if let Some(trunk) = state.of
            && self.feeds[&trunk].applied_n + 1 < state.from_n
        {
            return Ok(());
        }
        let (first, last) = (self.feeds[&feed].applied_n + 1, self.feeds[&feed].received_n);
        let connection = self.tx;
        lines::each(connection, feed, first, last, |n, line| {
            let entry = Entry::read(n, line).map_err(|bad| LedgerError::BadLine {
                feed: self.feeds[&feed].key.to_string(),
                bad,
            })?;
            if done.entries.is_multiple_of(STEP) {
                told(done.entries)?;
            }
            self.apply_entry(feed, &entry, done)
        })
    }

    /// Applies one entry if all that it has seen is applied; answers whether it was.
    fn apply_entry(&mut self, feed: i64, entry: &Entry, done: &mut Applied) -> Result<bool> {
        let mut seen = Vec::with_capacity(entry.seen.len());
        for item in &entry.seen {
            let Some((root, channel, of)) = self.feed(item.0).map(|other| (other.id, other.channel, other.of)) else {
                return Ok(false);
            };
            // What cannot have been seen is waited for in vain: whoever wrote that must not spoil the bundle of somebody else.
            if channel != self.feeds[&feed].channel {
                return Ok(false);
            }
            // A feed is seen under the name of its header, and the hash tells the branch. One that is not here may come.
            let row = match of {
                None => self.row_of_line(root, item.1, item.2)?,
                Some(_) => None,
            };
            let Some(other) = row.filter(|row| self.feeds[row].applied_n >= item.1) else {
                return Ok(false);
            };
            if self.descends(feed, other) {
                return Ok(false);
            }
            seen.push((other, item.1));
        }
        for (other, n) in seen {
            if self.known(feed, other)?.is_none_or(|known| known.n < n) {
                self.set_known(feed, other, n, entry.n)?;
            }
        }
        self.note_rules(entry.rules)?;
        self.apply_items(feed, entry, done)?;
        let clock = self.clock;
        let channel = self.feeds[&feed].channel;
        let channel = self.channel_row(channel);
        // A clock far ahead does not drag this machine's along; one that this machine's own bears out may, after a long silence.
        let within = |of: u64| entry.t.0 <= of.saturating_add(CLOCK_TOLERANCE);
        if entry.t > channel.time
            && (channel.time == Time::default() || within(channel.time.0) || clock.is_some_and(within))
        {
            channel.time = entry.t;
        }
        self.feed_row(feed).applied_n = entry.n;
        done.entries += 1;
        Ok(true)
    }

    pub(super) fn hash_of_line(&mut self, feed: i64, n: u64) -> Result<Hash> {
        if n == self.feeds[&feed].received_n {
            return Ok(self.feeds[&feed].received_hash);
        }
        if let Some(hash) = self.hashes.get(&(feed, n)) {
            return Ok(*hash);
        }
        let hash = lines::hash_at(self.tx, feed, n)?;
        self.hashes.insert((feed, n), hash);
        Ok(hash)
    }

    fn apply_items(&mut self, feed: i64, entry: &Entry, done: &mut Applied) -> Result<()> {
        let mut k = 0;
        for (i, item) in entry.items.iter().enumerate() {
            let resolved = self.resolve(feed, entry, i as u32, &item.target)?;
            let Some(record) = resolved.row else {
                // Changes of a record that is not there are kept under a row of their own, so that they can be shown.
                let row = self.insert_missing(feed, &resolved.id)?;
                for change in &item.changes {
                    self.keep_change(
                        row,
                        feed,
                        entry,
                        k,
                        change,
                        &[],
                        Verdict::Quarantined(Reason::NoSuchRecord),
                        &resolved.id,
                    )?;
                    done.quarantined += 1;
                    k += 1;
                }
                continue;
            };
            self.touched.insert(record);
            for change in &item.changes {
                let (verdict, prev) = self.judge_change(feed, entry, &resolved, record, change, item)?;
                // What is cut off is judged all the same, so that its reason is the rules' wherever they refuse it.
                let verdict = match verdict {
                    Verdict::Applied | Verdict::Deferred => match self.cut_of(feed, entry) {
                        Some(reason) => Verdict::Quarantined(reason),
                        None => verdict,
                    },
                    refused => refused,
                };
                match verdict {
                    Verdict::Applied => done.changes += 1,
                    Verdict::Quarantined(_) => done.quarantined += 1,
                    Verdict::Deferred => done.deferred += 1,
                }
                self.keep_change(record, feed, entry, k, change, &prev, verdict, &resolved.id)?;
                k += 1;
            }
        }
        Ok(())
    }

    /// The row that holds a position, if that lies in the past of the entry being applied.
    fn in_past(&mut self, feed: i64, n: u64, position: &Position) -> Result<Option<i64>> {
        let Some(row) = self.locate(feed, position.feed, position.n)? else {
            return Ok(None);
        };
        let past = if row == feed {
            position.n < n
        } else if self.descends(feed, row) {
            true
        } else {
            self.known(feed, row)?.is_some_and(|known| known.n >= position.n)
        };
        Ok(past.then_some(row))
    }

    fn resolve(&mut self, feed: i64, entry: &Entry, item: u32, target: &Target) -> Result<Resolved> {
        let channel = self.feeds[&feed].channel;
        let author = self.feeds[&feed].side;
        match target {
            Target::New(kind) => {
                let id = RecordId::made(
                    kind,
                    Position {
                        feed: self.feeds[&feed].key,
                        n: entry.n,
                        k: item,
                    },
                );
                let row = match self.find_record(channel, &id)? {
                    None => self.insert_record(channel, &id)?,
                    Some(row) => row,
                };
                let row = Some(row);
                Ok(Resolved {
                    id,
                    row,
                    making: true,
                    maker: Some(author),
                })
            }
            Target::On(id) => match id.key {
                RecordKey::Made(position) => {
                    let Some(other) = self.in_past(feed, entry.n, &position)? else {
                        return Ok(Resolved {
                            id: id.clone(),
                            row: None,
                            making: false,
                            maker: None,
                        });
                    };
                    // A feed may have forked since its author named it: the record's own name is that of its branch.
                    let key = self.feeds[&other].key;
                    let id = RecordId::made(&id.kind, Position { feed: key, ..position });
                    // What a revocation says must not depend on what another says of it; it is weighed with the others.
                    let row = match id.kind != "revocation" && self.is_cut(other, position.n) {
                        true => None,
                        false => self.find_made(channel, &id)?,
                    };
                    Ok(Resolved {
                        id,
                        row,
                        making: false,
                        maker: Some(self.feeds[&other].side),
                    })
                }
                RecordKey::Owned(unit, _) => {
                    let maker = self.channels[&channel].charter.side_of_unit(unit);
                    let row = match (self.find_record(channel, id)?, maker) {
                        (Some(row), _) => Some(row),
                        (None, Some(_)) => Some(self.insert_record(channel, id)?),
                        (None, None) => None,
                    };
                    Ok(Resolved {
                        id: id.clone(),
                        row,
                        making: false,
                        maker,
                    })
                }
            },
        }
    }

    /// A record that an entry made; rows under which only quarantined changes lie do not count.
    fn find_made(&mut self, channel: i64, id: &RecordId) -> Result<Option<i64>> {
        Ok(self.find_record(channel, id)?.filter(|row| *row > 0))
    }

    /// A row for changes of a record that is not there, below zero so that nothing takes it for one.
    fn insert_missing(&mut self, feed: i64, id: &RecordId) -> Result<i64> {
        let channel = self.feeds[&feed].channel;
        let kind = self.word(&id.kind)?;
        let key = format!("?{}", id.key);
        let known: Option<i64> = self
            .tx
            .prepare_cached("SELECT id FROM record WHERE channel = ?1 AND kind = ?2 AND owned = ?3")?
            .query_row(params![channel, kind, key], |row| row.get(0))
            .optional()?;
        if let Some(row) = known {
            return Ok(row);
        }
        let row: i64 = self
            .tx
            .query_row("SELECT min(0, coalesce(min(id), 0)) - 1 FROM record", [], |row| {
                row.get(0)
            })?;
        self.tx
            .prepare_cached(
                "INSERT INTO record (id, channel, kind, feed, n, k, owned) VALUES (?1, ?2, ?3, 0, 0, 0, ?4)",
            )?
            .execute(params![row, channel, kind, key])?;
        Ok(row)
    }

    fn judge_change(
        &mut self,
        feed: i64,
        entry: &Entry,
        resolved: &Resolved,
        record: i64,
        change: &Change,
        item: &crate::entry::Item,
    ) -> Result<(Verdict, Vec<Located>)> {
        let field = self.word(&change.field)?;
        let refused = |reason| Ok((Verdict::Quarantined(reason), Vec::new()));
        let mut before = Vec::with_capacity(change.prev.len());
        let mut prev = Vec::with_capacity(change.prev.len());
        for position in &change.prev {
            let Some(other) = self.in_past(feed, entry.n, position)? else {
                return refused(Reason::WrongPredecessor);
            };
            prev.push((other, position.n, position.k));
            let found: Option<(i64, Option<String>, bool)> = self
                .tx
                .prepare_cached(
                    "SELECT state, value, hash IS NOT NULL FROM change
                     WHERE record = ?1 AND field = ?2 AND feed = ?3 AND n = ?4 AND k = ?5",
                )?
                .query_row(params![record, field, other, position.n, position.k], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })
                .optional()?;
            match found {
                None => return refused(Reason::WrongPredecessor),
                Some((state::HEAD | state::SUPERSEDED, Some(value), false)) => {
                    before.push(serde_json::from_str(&value).unwrap_or(Value::Null));
                }
                Some(_) => {}
            }
        }
        let opening = self.opening(record, resolved, &change.field, item)?;
        let Some(maker) = resolved.maker else {
            return refused(Reason::NoSuchRecord);
        };
        let value = match &change.content {
            Content::Inline(value) => Some(value),
            Content::Detached(_) => None,
        };
        let proposal = Proposal {
            rules: entry.rules,
            kind: &resolved.id.kind,
            field: &change.field,
            author: self.feeds[&feed].side,
            maker,
            making: resolved.making,
            value,
            before: &before,
            opening: opening.as_ref(),
        };
        Ok((authority::judge_by(&self.knowledge, &proposal), prev))
    }

    /// The value a task's status opened with: set by the entry that made it, so always in the past.
    fn opening(
        &mut self,
        record: i64,
        resolved: &Resolved,
        field: &str,
        item: &crate::entry::Item,
    ) -> Result<Option<Value>> {
        if resolved.id.kind != "task" || field != "status" {
            return Ok(None);
        }
        if resolved.making {
            let opening = item.changes.iter().find(|change| change.field == "opening_status");
            return Ok(opening.and_then(|change| match &change.content {
                Content::Inline(value) => Some(value.clone()),
                Content::Detached(_) => None,
            }));
        }
        let opening = self.word("opening_status")?;
        let value: Option<Option<String>> = self
            .tx
            .prepare_cached("SELECT value FROM change WHERE record = ?1 AND field = ?2 AND state = 0")?
            .query_row(params![record, opening], |row| row.get(0))
            .optional()?;
        Ok(value.flatten().and_then(|text| serde_json::from_str(&text).ok()))
    }

    #[allow(clippy::too_many_arguments)]
    fn keep_change(
        &mut self,
        record: i64,
        feed: i64,
        entry: &Entry,
        k: u32,
        change: &Change,
        prev: &[Located],
        verdict: Verdict,
        id: &RecordId,
    ) -> Result<()> {
        let field = self.word(&change.field)?;
        let feed_key = self.feeds[&feed].key;
        let channel = self.feeds[&feed].channel;
        let (state, reason) = match verdict {
            Verdict::Applied => (state::HEAD, None),
            Verdict::Quarantined(reason) => (state::QUARANTINED, Some(reason.code())),
            Verdict::Deferred => (state::DEFERRED, None),
        };
        let text = |feed, n, k| format!("{id} {} {}", change.field, Position { feed, n, k });
        let mine = text(feed_key, entry.n, k);
        match verdict {
            Verdict::Applied => {
                for (row, n, k) in prev {
                    let feed = self.feeds[row].key;
                    self.supersede(channel, record, field, (*row, *n, *k), &text(feed, *n, *k))?;
                }
                self.channel_row(channel).sum.head_added(&mine);
            }
            Verdict::Quarantined(reason) => {
                self.channel_row(channel)
                    .sum
                    .quarantined(&format!("{mine} {}", reason.code()));
            }
            Verdict::Deferred => {}
        }
        let (value, hash, salt) = match &change.content {
            Content::Inline(value) => (Some(value.to_string()), None, None),
            Content::Detached(hash) => {
                let (value, salt) = self
                    .take_value(hash)?
                    .map_or((None, None), |value| (Some(value.value), Some(value.salt)));
                (value, Some(hash.0), salt)
            }
        };
        self.tx
            .prepare_cached(
                "INSERT INTO change (record, field, feed, n, k, state, t, c, value, hash, salt, reason)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                record, field, feed, entry.n, k, state, entry.t.0, entry.t.1, value, hash, salt, reason
            ])?;
        if state == state::HEAD
            && change.field == records::ERASE.name
            && let Content::Inline(value) = &change.content
        {
            self.erase(feed, entry.n, record, value)?;
        }
        Ok(())
    }

    fn supersede(&mut self, channel: i64, record: i64, field: i64, (feed, n, k): Located, text: &str) -> Result<()> {
        let changed = self
            .tx
            .prepare_cached(
                "UPDATE change SET state = 1 WHERE record = ?1 AND field = ?2 AND feed = ?3 AND n = ?4 AND k = ?5 AND state = 0",
            )?
            .execute(params![record, field, feed, n, k])?;
        if changed > 0 {
            self.channel_row(channel).sum.head_removed(text);
        }
        Ok(())
    }

    /// Removes values for ever; the hashes in the lines stay. Only changes of the same record, that the author knew, can be
    /// named: what comes later is not erased before it is here.
    fn erase(&mut self, author: i64, n: u64, record: i64, positions: &Value) -> Result<()> {
        for position in positions.as_array().into_iter().flatten().filter_map(Value::as_str) {
            let Ok(position) = position.parse::<Position>() else {
                continue;
            };
            let Some(feed) = self.in_past(author, n, &position)? else {
                continue;
            };
            let gone: Option<(String, Option<String>)> = self
                .tx
                .prepare_cached(
                    "SELECT w.text, c.value FROM change c JOIN word w ON w.id = c.field
                     WHERE c.record = ?1 AND c.feed = ?2 AND c.n = ?3 AND c.k = ?4 AND c.hash IS NOT NULL",
                )?
                .query_row(params![record, feed, position.n, position.k], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            let Some((field, value)) = gone else { continue };
            self.tx
                .prepare_cached(
                    "UPDATE change SET value = NULL, salt = NULL, reason = 'erased'
                     WHERE record = ?1 AND feed = ?2 AND n = ?3 AND k = ?4 AND hash IS NOT NULL",
                )?
                .execute(params![record, feed, position.n, position.k])?;
            self.erased = true;
            if let (true, Some(value)) = (field == "blob", value) {
                self.drop_content(&value)?;
            }
        }
        Ok(())
    }

    /// Drops the bytes of an attachment that was erased, unless another attachment has the same.
    fn drop_content(&mut self, value: &str) -> Result<()> {
        let hash = serde_json::from_str::<String>(value)
            .ok()
            .and_then(|text| text.parse::<Hash>().ok());
        match hash {
            Some(hash) => self.sweep_unnamed(&[hash]),
            None => Ok(()),
        }
    }
}

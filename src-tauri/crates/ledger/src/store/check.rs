//! Rebuilds every derived table from the entries, and compares.

use super::cells;
use super::writer::hash_of;
use super::{LedgerError, Result, Store, Writer, attachments, lines, tasks, tell};
use crate::chain;
use crate::entry::DetachedValue;
use chidao_domain::ids::Hash;
use rusqlite::Connection;
use std::collections::HashMap;
use std::ops::ControlFlow;

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Feeds read.
    pub feeds: u32,
    /// Entries replayed.
    pub entries: u64,
    /// Changes replayed.
    pub changes: u64,
    /// Attachments compared with their hash.
    pub blobs: u32,
    /// What does not agree, one word and its object each.
    pub troubles: Vec<String>,
}

/// The tables to compare: a name, and a query that describes each row without row numbers of this database.
const DERIVED: &[(&str, &str)] = &[
    (
        "changes",
        "SELECT hex(f.key) || ' ' || c.n || ' ' || c.k || ' ' || w.text || ' ' || kw.text || ' ' || c.state || ' ' ||
           coalesce(hex(rf.key) || '.' || r.n || '.' || r.k, r.owned) || ' ' ||
           coalesce(c.value, '') || ' ' || coalesce(hex(c.hash), '') || ' ' || coalesce(c.reason, '')
         FROM change c JOIN feed f ON f.id = c.feed JOIN word w ON w.id = c.field
           JOIN record r ON r.id = c.record JOIN word kw ON kw.id = r.kind
           LEFT JOIN feed rf ON rf.id = r.feed AND r.owned IS NULL
         ORDER BY f.key, c.n, c.k",
    ),
    (
        "links",
        "SELECT w.text || ' ' || coalesce(hex(tf.key) || '.' || t.n || '.' || t.k, t.owned) || ' ' ||
           coalesce(hex(sf.key) || '.' || s.n || '.' || s.k, s.owned) AS line
         FROM link l JOIN word w ON w.id = l.field JOIN record t ON t.id = l.target JOIN record s ON s.id = l.source
           LEFT JOIN feed tf ON tf.id = t.feed AND t.owned IS NULL LEFT JOIN feed sf ON sf.id = s.feed AND s.owned IS NULL
         ORDER BY line",
    ),
    (
        "conflicts",
        "SELECT w.text || ' ' || coalesce(hex(f.key) || '.' || r.n || '.' || r.k, r.owned) AS line
         FROM conflict x JOIN word w ON w.id = x.field JOIN record r ON r.id = x.record
           LEFT JOIN feed f ON f.id = r.feed AND r.owned IS NULL
         ORDER BY line",
    ),
    (
        "feeds",
        "SELECT hex(key) || ' ' || hex(root) || ' ' || from_n || ' ' || received_n || ' ' || hex(received_hash) || ' ' || applied_n FROM feed ORDER BY key",
    ),
    // Not the channel's time: it is this machine's memory of clocks, in the order in which it met them.
    ("channels", "SELECT hex(key) || ' ' || hex(state_sum) FROM channel ORDER BY key"),
];

fn describe(connection: &Connection, query: &str) -> Result<(blake3::Hash, u64)> {
    let mut statement = connection.prepare(query)?;
    let mut rows = statement.query([])?;
    let mut hasher = blake3::Hasher::new();
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let line = row.get_ref(0)?;
        hasher.update(line.as_str().map_err(rusqlite::Error::from)?.as_bytes());
        hasher.update(b"\n");
        count += 1;
    }
    Ok((hasher.finalize(), count))
}

/// What a check is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckStep {
    /// Reading the lines of all feeds; counted in entries.
    Reading,
    /// Applying them anew; counted in entries.
    Applying,
    /// Comparing what was derived; counted in tables.
    Comparing,
    /// Reading attachments; counted in bytes.
    Attachments,
}

/// Told of each step how much of how much is done; `ControlFlow::Break(())` ends the check.
pub type CheckWatch<'w> = dyn FnMut(CheckStep, u64, u64) -> ControlFlow<()> + 'w;

impl Store {
    /// Compares everything derived with what the entries say, and every attachment with its hash. Changes nothing.
    pub fn check(&self) -> Result<Checked> {
        self.check_watched(&mut |_, _, _| ControlFlow::Continue(()))
    }

    /// The same, telling how far it is.
    ///
    /// # Errors
    /// [`LedgerError::Cancelled`] besides those of reading.
    pub fn check_watched(&self, watch: &mut CheckWatch<'_>) -> Result<Checked> {
        self.read(|connection| {
            let mut found = Checked::default();
            let integrity: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            if integrity != "ok" {
                found.troubles.push(format!("database {integrity}"));
            }
            let rebuilt = Store::in_memory_knowing(self.knowledge)?;
            rebuilt.write(|writer| replay(connection, writer, &mut found, watch))?;
            rebuilt.read(|other| {
                let tables: Vec<_> = DERIVED.iter().chain(tasks::DERIVED).collect();
                for (i, (name, query)) in tables.iter().enumerate() {
                    tell(
                        &mut |done, total| watch(CheckStep::Comparing, done, total),
                        i as u64,
                        tables.len() as u64,
                    )?;
                    if describe(connection, query)? != describe(other, query)? {
                        found.troubles.push(format!("derived {name}"));
                    }
                }
                Ok::<_, LedgerError>(())
            })?;
            found.troubles.extend(tasks::verify(connection)?);
            let (blobs, wrong) = attachments::verify(connection, &mut |done, total| {
                watch(CheckStep::Attachments, done, total)
            })?;
            found.blobs = blobs;
            found
                .troubles
                .extend(wrong.into_iter().map(|hash| format!("attachment {hash}")));
            Ok(found)
        })
    }
}

/// Replays every line into an empty store, whatever its checkpoints: this machine accepted it once.
fn replay(from: &Connection, to: &mut Writer<'_>, found: &mut Checked, watch: &mut CheckWatch<'_>) -> Result<()> {
    for channel in cells::channels(from)? {
        to.take_charter(&channel.signed)?;
    }
    let mut statement = from.prepare(
        "SELECT f.id, f.received_n, f.received_hash, c.key, f.key, f.of, f.from_n
         FROM feed f JOIN channel c ON c.id = f.channel ORDER BY f.from_n, f.id",
    )?;
    type Row = (i64, u64, Vec<u8>, [u8; 16], [u8; 16], Option<i64>, u64);
    let feeds: Vec<Row> = statement
        .query_map([], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
                row.get(6)?,
            ))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let total = feeds.iter().map(|feed| feed.1.saturating_sub(feed.6)).sum();
    take_values(from, to)?;
    let mut rows: HashMap<i64, i64> = HashMap::new();
    for (feed, received, hash, channel, key, of, first) in feeds {
        found.feeds += 1;
        let channel = chidao_domain::ids::ChannelId(channel);
        let opening = lines::one(from, feed, first)?;
        let (row, mut end) = match of.map(|of| rows.get(&of).copied()) {
            None => (
                to.accept_header(channel, &opening)?,
                chain::header_hash(opening.as_bytes()),
            ),
            Some(trunk) => {
                let trunk = trunk.ok_or_else(|| LedgerError::Inconsistent("a branch comes before its trunk".into()))?;
                let before = to.feeds[&trunk].received_hash;
                let end = chain::entry_hash(before, opening.as_bytes());
                let row = to.begin_branch(trunk, end)?;
                lines::keep(to, row, first, &[&opening], Some(before))?;
                found.entries += 1;
                (row, end)
            }
        };
        rows.insert(feed, row);
        if to.feeds[&row].key.0 != key {
            found
                .troubles
                .push(format!("feed {} has another header", chidao_domain::ids::to_hex(&key)));
        }
        let mut batch: Vec<String> = Vec::new();
        let mut flush = |to: &mut Writer<'_>, batch: &mut Vec<String>, last: u64| -> Result<()> {
            let texts: Vec<&str> = batch.iter().map(String::as_str).collect();
            if !texts.is_empty() {
                end = lines::keep(to, row, last + 1 - texts.len() as u64, &texts, Some(end))?;
                let state = to.feed_row(row);
                state.received_n = last;
                state.received_hash = end;
                batch.clear();
            }
            Ok(())
        };
        lines::each(from, feed, first + 1, received, |n, line| {
            batch.push(line.to_owned());
            found.entries += 1;
            if batch.len() == 512 {
                tell(
                    &mut |done, total| watch(CheckStep::Reading, done, total),
                    found.entries.min(total),
                    total,
                )?;
                flush(to, &mut batch, n)?;
            }
            Ok(true)
        })?;
        flush(to, &mut batch, received)?;
        tell(
            &mut |done, total| watch(CheckStep::Reading, done, total),
            found.entries.min(total),
            total,
        )?;
        if to.feeds[&row].received_hash != hash_of(&hash)? {
            found.troubles.push(format!(
                "feed {} does not end where it should",
                chidao_domain::ids::to_hex(&key)
            ));
        }
    }
    let applied = to.apply_watched(&mut |done, total| watch(CheckStep::Applying, done, total))?;
    found.changes = applied.changes + applied.quarantined + applied.deferred;
    Ok(())
}

fn take_values(from: &Connection, to: &mut Writer<'_>) -> Result<()> {
    let mut statement = from.prepare(
        "SELECT hash, salt, value FROM change WHERE hash IS NOT NULL AND value IS NOT NULL
         UNION ALL SELECT hash, salt, value FROM loose_value",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let hash: Hash = hash_of(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?;
        let salt: [u8; 16] = row.get(1)?;
        let value = DetachedValue {
            hash,
            salt,
            value: row.get(2)?,
        };
        if chain::value_hash(&value.salt, value.value.as_bytes()) == hash {
            to.values.insert(hash, value);
        }
    }
    Ok(())
}

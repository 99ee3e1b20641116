//! What stands: the heads of a record's cells, who set them, and everything that was ever written of it.

use super::apply::state;
use super::writer::{hash_of, id_of, side_of};
use super::{LedgerError, Result, lines};
use crate::entry::{Entry, Time};
use chidao_domain::authority::Side;
use chidao_domain::ids::{ChannelId, DeviceId, FeedId, Position, RecordId, RecordKey, UnitId};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;
use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeMap, HashMap};

/// The words of kinds and fields by number, read once for a query.
pub struct Words {
    by_id: HashMap<i64, String>,
    by_text: HashMap<String, i64>,
}

impl Words {
    /// Reads them.
    pub fn load(connection: &Connection) -> Result<Words> {
        let mut words = Words {
            by_id: HashMap::new(),
            by_text: HashMap::new(),
        };
        let mut statement = connection.prepare_cached("SELECT id, text FROM word")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (id, text): (i64, String) = (row.get(0)?, row.get(1)?);
            words.by_text.insert(text.clone(), id);
            words.by_id.insert(id, text);
        }
        Ok(words)
    }

    /// The word of a number.
    pub fn text(&self, id: i64) -> &str {
        self.by_id.get(&id).map_or("", String::as_str)
    }

    /// The number of a word; −1, which no row has, for one that was never written.
    pub fn id(&self, text: &str) -> i64 {
        self.by_text.get(text).copied().unwrap_or(-1)
    }
}

/// A feed as readers see it.
#[derive(Clone, Debug)]
pub struct FeedInfo {
    /// Row.
    pub id: i64,
    /// Identity.
    pub key: FeedId,
    /// Row of its channel.
    pub channel: i64,
    /// Row of its device.
    pub device: i64,
    /// Identity of its device.
    pub device_key: DeviceId,
    /// Name of its device.
    pub device_name: String,
    /// Unit of its device.
    pub unit: UnitId,
    /// Side on which it writes.
    pub side: Side,
}

/// One feed by row.
pub fn feed_info(connection: &Connection, feed: i64) -> Result<FeedInfo> {
    let mut statement = connection.prepare_cached(
        "SELECT f.id, f.key, f.channel, f.device, d.key, d.name, d.unit, f.side
         FROM feed f JOIN device d ON d.id = f.device WHERE f.id = ?1",
    )?;
    let mut rows = statement.query([feed])?;
    let row = rows
        .next()?
        .ok_or_else(|| LedgerError::Inconsistent("a change names a feed that is not here".into()))?;
    let blob = |i: usize| {
        row.get_ref(i)
            .map(|value| value.as_blob().map_err(rusqlite::Error::from))
    };
    Ok(FeedInfo {
        id: row.get(0)?,
        key: FeedId(id_of(blob(1)??)?),
        channel: row.get(2)?,
        device: row.get(3)?,
        device_key: DeviceId(id_of(blob(4)??)?),
        device_name: row.get(5)?,
        unit: UnitId(id_of(blob(6)??)?),
        side: side_of(row.get_ref(7)?.as_str().map_err(rusqlite::Error::from)?)?,
    })
}

/// Feeds met during one query.
#[derive(Default)]
pub struct Feeds(HashMap<i64, FeedInfo>);

impl Feeds {
    /// One feed, read once.
    pub fn get(&mut self, connection: &Connection, feed: i64) -> Result<&FeedInfo> {
        match self.0.entry(feed) {
            Slot::Occupied(known) => Ok(known.into_mut()),
            Slot::Vacant(new) => Ok(new.insert(feed_info(connection, feed)?)),
        }
    }
}

/// One value of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// Row of its feed.
    pub feed: i64,
    /// Its entry.
    pub n: u64,
    /// Its index.
    pub k: u32,
    /// When.
    pub t: Time,
    /// The value; none while a detached one is missing or erased.
    pub value: Option<Value>,
    /// The hash of a detached value.
    pub hash: Option<Vec<u8>>,
}

/// One cell: its heads, the one shown first.
#[derive(Clone, Debug, Default)]
pub struct CellHeads(pub Vec<Head>);

impl CellHeads {
    /// The value shown; `None` when the cell is empty, cleared, or its value is not here.
    pub fn value(&self) -> Option<&Value> {
        self.0.first()?.value.as_ref().filter(|value| !value.is_null())
    }

    /// Several heads whose values differ.
    pub fn in_conflict(&self) -> bool {
        self.0.iter().skip(1).any(|head| match (&head.value, &self.0[0].value) {
            (Some(a), Some(b)) => a != b,
            _ => head.hash != self.0[0].hash,
        })
    }
}

/// The cells of one record by field.
pub type Cells = BTreeMap<String, CellHeads>;

/// Text shown of a cell; empty when there is none.
pub fn text(cells: &Cells, field: &str) -> String {
    cells
        .get(field)
        .and_then(CellHeads::value)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// Number shown of a cell.
pub fn number(cells: &Cells, field: &str) -> Option<i64> {
    cells.get(field).and_then(CellHeads::value).and_then(Value::as_i64)
}

/// Flag shown of a cell.
pub fn flag(cells: &Cells, field: &str) -> bool {
    cells
        .get(field)
        .and_then(CellHeads::value)
        .and_then(Value::as_bool)
        .unwrap_or(false)
}

/// The heads of every cell of a record, in each the one shown first: the latest by time, then by device, feed and place.
pub fn heads(connection: &Connection, words: &Words, feeds: &mut Feeds, record: i64) -> Result<Cells> {
    let mut statement = connection.prepare_cached(
        "SELECT field, feed, n, k, t, c, value, hash FROM change WHERE record = ?1 AND state = 0 ORDER BY field",
    )?;
    let mut rows = statement.query([record])?;
    let mut cells: Cells = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let value: Option<String> = row.get(6)?;
        let head = Head {
            feed: row.get(1)?,
            n: row.get(2)?,
            k: row.get(3)?,
            t: Time(row.get(4)?, row.get(5)?),
            value: value.and_then(|text| serde_json::from_str(&text).ok()),
            hash: row.get(7)?,
        };
        cells
            .entry(words.text(row.get(0)?).to_owned())
            .or_default()
            .0
            .push(head);
    }
    for cell in cells.values_mut().filter(|cell| cell.0.len() > 1) {
        let mut keyed = Vec::with_capacity(cell.0.len());
        for head in cell.0.drain(..) {
            let feed = feeds.get(connection, head.feed)?;
            keyed.push(((head.t, feed.device_key, feed.key, head.n, head.k), head));
        }
        keyed.sort_by_key(|(key, _)| std::cmp::Reverse(*key));
        cell.0 = keyed.into_iter().map(|(_, head)| head).collect();
    }
    Ok(cells)
}

/// A record's row.
#[derive(Clone, Debug)]
pub struct RecordInfo {
    /// Row.
    pub row: i64,
    /// Row of its channel.
    pub channel: i64,
    /// Identity.
    pub id: RecordId,
}

/// A record by row.
pub fn record_info(connection: &Connection, words: &Words, row: i64) -> Result<RecordInfo> {
    let found: Option<(i64, i64, i64, u64, u32, Option<String>)> = connection
        .prepare_cached("SELECT channel, kind, feed, n, k, owned FROM record WHERE id = ?1")?
        .query_row([row], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
            ))
        })
        .optional()?;
    let (channel, kind, feed, n, k, owned) = found.ok_or_else(|| LedgerError::NotFound(format!("record {row}")))?;
    let kind = words.text(kind).to_owned();
    let id = match owned {
        Some(key) => RecordId {
            kind,
            key: key
                .trim_start_matches('?')
                .parse()
                .map_err(|_| LedgerError::Inconsistent("a record's key cannot be read".into()))?,
        },
        None => RecordId::made(
            &kind,
            Position {
                feed: feed_info(connection, feed)?.key,
                n,
                k,
            },
        ),
    };
    Ok(RecordInfo { row, channel, id })
}

/// The row of a record by identity, in whatever channel it lies.
pub fn record_row(connection: &Connection, words: &Words, id: &RecordId) -> Result<Option<i64>> {
    let kind = words.id(&id.kind);
    let row = match id.key {
        RecordKey::Made(position) => connection
            .prepare_cached(
                "SELECT r.id FROM record r JOIN feed f ON f.id = r.feed
                 WHERE f.key = ?1 AND r.n = ?2 AND r.k = ?3 AND r.kind = ?4 AND r.owned IS NULL",
            )?
            .query_row(params![position.feed.0, position.n, position.k, kind], |row| row.get(0))
            .optional()?
            .map_or_else(|| record_row_in_branch(connection, position, kind), |row| Ok(Some(row)))?,
        RecordKey::Owned(..) => connection
            .prepare_cached("SELECT id FROM record WHERE kind = ?1 AND owned = ?2 ORDER BY channel LIMIT 1")?
            .query_row(params![kind, id.key.to_string()], |row| row.get(0))
            .optional()?,
    };
    Ok(row)
}

/// A record whose feed has forked since it was named: that of this machine's own branch, or of the first.
fn record_row_in_branch(connection: &Connection, position: Position, kind: i64) -> Result<Option<i64>> {
    Ok(connection
        .prepare_cached(
            "SELECT r.id FROM feed f JOIN record r ON r.feed = f.id AND r.n = ?2 AND r.k = ?3 AND r.kind = ?4
             WHERE f.root = ?1 AND f.of IS NOT NULL AND r.owned IS NULL ORDER BY f.here DESC, f.key LIMIT 1",
        )?
        .query_row(params![position.feed.0, position.n, position.k, kind], |row| row.get(0))
        .optional()?)
}

/// The row of a record by identity in one channel.
pub fn record_row_in(connection: &Connection, words: &Words, channel: i64, id: &RecordId) -> Result<Option<i64>> {
    match id.key {
        RecordKey::Made(_) => record_row(connection, words, id),
        RecordKey::Owned(..) => Ok(connection
            .prepare_cached("SELECT id FROM record WHERE channel = ?1 AND kind = ?2 AND owned = ?3")?
            .query_row(params![channel, words.id(&id.kind), id.key.to_string()], |row| {
                row.get(0)
            })
            .optional()?),
    }
}

/// The row of a feed by identity.
pub fn feed_row(connection: &Connection, feed: FeedId) -> Result<i64> {
    connection
        .prepare_cached("SELECT id FROM feed WHERE key = ?1")?
        .query_row([feed.0], |row| row.get(0))
        .optional()?
        .ok_or_else(|| LedgerError::NotFound(format!("feed {feed}")))
}

/// The records that name this one in a field, oldest row first.
pub fn sources(connection: &Connection, words: &Words, target: i64, field: &str) -> Result<Vec<i64>> {
    let mut statement =
        connection.prepare_cached("SELECT source FROM link WHERE target = ?1 AND field = ?2 ORDER BY source")?;
    Ok(statement
        .query_map(params![target, words.id(field)], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?)
}

/// The records that this one names in a field.
pub fn targets(connection: &Connection, words: &Words, source: i64, field: &str) -> Result<Vec<i64>> {
    let mut statement =
        connection.prepare_cached("SELECT target FROM link WHERE source = ?1 AND field = ?2 ORDER BY target")?;
    Ok(statement
        .query_map(params![source, words.id(field)], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?)
}

/// The records of a kind, in all channels, oldest first. Records whose every change lies in quarantine are left out.
pub fn records_of(connection: &Connection, words: &Words, kind: &str) -> Result<Vec<i64>> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM record r WHERE kind = ?1 AND id > 0
           AND EXISTS (SELECT 1 FROM change c WHERE c.record = r.id AND c.state = 0) ORDER BY id",
    )?;
    Ok(statement
        .query_map([words.id(kind)], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?)
}

/// Who wrote an entry, when, on which machine.
#[derive(Clone, Debug)]
pub struct Authorship {
    /// Row of its feed.
    pub feed: i64,
    /// Its number.
    pub n: u64,
    /// When.
    pub t: Time,
    /// The person's key.
    pub by: RecordKey,
    /// The use case.
    pub act: String,
    /// Its time is far from what its author had seen.
    pub clock_doubtful: bool,
    /// The heads that its author saw in the cell of each change, by the change's index.
    pub prev: Vec<Vec<Position>>,
}

/// Reads who wrote an entry from its line.
pub fn authorship(connection: &Connection, feed: i64, n: u64) -> Result<Authorship> {
    let line = lines::one(connection, feed, n)?;
    let entry = Entry::read(n, &line)
        .map_err(|bad| LedgerError::Inconsistent(format!("a stored line cannot be read: {bad}")))?;
    let channel: u64 = connection
        .prepare_cached("SELECT c.t FROM channel c JOIN feed f ON f.channel = c.id WHERE f.id = ?1")?
        .query_row([feed], |row| row.get(0))?;
    // A time beyond everything the channel accepted as its time is that of a broken clock.
    let clock_doubtful = entry.t.0 > channel;
    Ok(Authorship {
        feed,
        n,
        t: entry.t,
        by: entry.by,
        act: entry.act,
        clock_doubtful,
        prev: entry
            .items
            .into_iter()
            .flat_map(|item| item.changes)
            .map(|change| change.prev)
            .collect(),
    })
}

/// One line of a record's history.
#[derive(Clone, Debug)]
pub struct Written {
    /// The record.
    pub record: i64,
    /// The field.
    pub field: String,
    /// Row of the feed.
    pub feed: i64,
    /// The entry.
    pub n: u64,
    /// The index.
    pub k: u32,
    /// When.
    pub t: Time,
    /// Its state: see [`state`].
    pub state: i64,
    /// The value, if it is here.
    pub value: Option<Value>,
    /// Why it was not applied, or `erased`.
    pub reason: Option<String>,
}

/// Every change of a record, newest first.
pub fn written(connection: &Connection, words: &Words, record: i64) -> Result<Vec<Written>> {
    let mut statement = connection.prepare_cached(
        "SELECT field, feed, n, k, t, c, state, value, reason FROM change WHERE record = ?1
         ORDER BY t DESC, c DESC, feed DESC, n DESC, k",
    )?;
    let mut rows = statement.query([record])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let value: Option<String> = row.get(7)?;
        all.push(Written {
            record,
            field: words.text(row.get(0)?).to_owned(),
            feed: row.get(1)?,
            n: row.get(2)?,
            k: row.get(3)?,
            t: Time(row.get(4)?, row.get(5)?),
            state: row.get(6)?,
            value: value.and_then(|text| serde_json::from_str(&text).ok()),
            reason: row.get(8)?,
        });
    }
    Ok(all)
}

/// Every change that was not applied, newest first.
pub fn quarantined(connection: &Connection, words: &Words) -> Result<Vec<Written>> {
    let mut statement = connection.prepare_cached(
        "SELECT record, field, feed, n, k, t, c, state, value, reason FROM change INDEXED BY change_quarantined
         WHERE state >= 2 ORDER BY t DESC, c DESC, n DESC, k",
    )?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let value: Option<String> = row.get(8)?;
        all.push(Written {
            record: row.get(0)?,
            field: words.text(row.get(1)?).to_owned(),
            feed: row.get(2)?,
            n: row.get(3)?,
            k: row.get(4)?,
            t: Time(row.get(5)?, row.get(6)?),
            state: row.get(7)?,
            value: value.and_then(|text| serde_json::from_str(&text).ok()),
            reason: row.get(9)?,
        });
    }
    debug_assert!(
        all.iter().all(|change| change.state >= state::QUARANTINED),
        "the index holds only what was not applied"
    );
    Ok(all)
}

/// Cells in conflict: record and field.
pub fn conflicts(connection: &Connection, words: &Words) -> Result<Vec<(i64, String)>> {
    let mut statement = connection.prepare_cached("SELECT record, field FROM conflict ORDER BY record, field")?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push((row.get(0)?, words.text(row.get(1)?).to_owned()));
    }
    Ok(all)
}

/// The reports on a task, each by one of its heads.
pub fn reports(connection: &Connection, words: &Words, feeds: &mut Feeds, task: i64) -> Result<Vec<Head>> {
    let mut all = Vec::new();
    for row in sources(connection, words, task, "task")? {
        if record_info(connection, words, row)?.id.kind == "report" {
            let cells = heads(connection, words, feeds, row)?;
            all.extend(cells.into_values().next().and_then(|cell| cell.0.into_iter().next()));
        }
    }
    Ok(all)
}

/// A channel as readers see it.
#[derive(Clone, Debug)]
pub struct ChannelInfo {
    /// Row.
    pub id: i64,
    /// Identity.
    pub key: ChannelId,
    /// Its constitution.
    pub charter: crate::trust::Charter,
    /// The constitution with its signature.
    pub signed: crate::trust::Signed,
    /// Digest over state.
    pub state_sum: [u8; 32],
}

/// All channels, oldest first.
pub fn channels(connection: &Connection) -> Result<Vec<ChannelInfo>> {
    let mut statement =
        connection.prepare_cached("SELECT id, key, charter, sig, state_sum FROM channel ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let signed = crate::trust::Signed {
            text: row.get(2)?,
            sig: row.get(3)?,
        };
        all.push(ChannelInfo {
            id: row.get(0)?,
            key: ChannelId(id_of(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?),
            charter: signed.claims()?,
            signed,
            state_sum: hash_of(row.get_ref(4)?.as_blob().map_err(rusqlite::Error::from)?)?.0,
        });
    }
    Ok(all)
}

//! What one transaction can do, and what it remembers while it lasts.

use super::{LedgerError, Result, upgrade};
use crate::chain::StateSum;
use crate::entry::{DetachedValue, Time};
use crate::trust::{Certificate, Charter, Signed};
use chidao_domain::authority::Side;
use chidao_domain::ids::{ChannelId, DeviceId, FeedId, Hash, RecordId, RecordKey};
use chidao_domain::records::Knowledge;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::collections::{HashMap, HashSet};

/// A channel as a transaction remembers it.
pub struct ChannelState {
    /// Row.
    pub id: i64,
    /// Identity.
    pub key: ChannelId,
    /// Its constitution.
    pub charter: Charter,
    /// Largest time applied.
    pub time: Time,
    /// Digest over state.
    pub sum: StateSum,
    dirty: bool,
}

/// A feed as a transaction remembers it.
#[derive(Clone, Debug)]
pub struct FeedState {
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
    /// Its epoch.
    pub epoch: u64,
    /// On which side it writes.
    pub side: Side,
    /// Identity of the whole feed: that of its header. Differs from `key` in a branch.
    pub root: FeedId,
    /// Row of what it branches off from.
    pub of: Option<i64>,
    /// Its first line: 0, or that by which it differs from its sisters.
    pub from_n: u64,
    /// Written on this machine.
    pub here: bool,
    /// Last line received.
    pub received_n: u64,
    /// Its hash.
    pub received_hash: Hash,
    /// Last entry applied; the header counts as 0.
    pub applied_n: u64,
    pub(super) dirty: bool,
}

/// How far an author knew another feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// The last line.
    pub n: u64,
    /// The author's entry from which on it knew anything of it.
    pub since: u64,
}

/// One write transaction.
pub struct Writer<'a> {
    pub(super) tx: &'a Transaction<'a>,
    words: HashMap<String, i64>,
    pub(super) channels: HashMap<i64, ChannelState>,
    channel_ids: HashMap<ChannelId, i64>,
    pub(super) feeds: HashMap<i64, FeedState>,
    feed_ids: HashMap<FeedId, i64>,
    pub(super) past: HashMap<i64, HashMap<i64, Known>>,
    past_dirty: HashSet<(i64, i64)>,
    /// Hashes of lines met in this transaction: `seen` mostly names recent ones.
    pub(super) hashes: HashMap<(i64, u64), Hash>,
    /// Detached values that came with this transaction and wait for their change.
    pub(super) values: HashMap<Hash, DetachedValue>,
    /// Those of them whose change was found.
    pub(super) used: HashSet<Hash>,
    pub(super) any_loose: bool,
    /// Records whose projection has to be made anew.
    pub(super) touched: HashSet<i64>,
    records: HashMap<RecordKeyed, i64>,
    /// Beyond which line what a feed says is not accepted: of all rules (0), or of one version. Section 9 of ENTRY.md.
    pub(super) cuts: HashMap<(i64, u32), u64>,
    /// Feeds that were found, in this transaction, to have another branch: the row of the device, and whose lines
    /// were already here.
    pub(super) forks: Vec<Fork>,
    /// By what every change is judged.
    pub(super) knowledge: Knowledge,
    /// This machine's clock, in milliseconds since 1970, where it was told.
    pub(super) clock: Option<u64>,
    /// The newest version of the rules that an applied entry names.
    pub(super) newest_rules: u32,
    /// Some value was erased.
    pub(super) erased: bool,
}

/// A fork that was found: two lines in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fork {
    /// The feed.
    pub feed: FeedId,
    /// The first line that differs.
    pub n: u64,
    /// Its device.
    pub device: DeviceId,
}

type RecordKeyed = (i64, String, RecordKey);

/// A hash read from a row.
pub(super) fn hash_of(bytes: &[u8]) -> Result<Hash> {
    bytes
        .try_into()
        .map(Hash)
        .map_err(|_| LedgerError::Inconsistent("a hash has not 32 bytes".into()))
}

/// An identity read from a row.
pub(super) fn id_of(bytes: &[u8]) -> Result<[u8; 16]> {
    bytes
        .try_into()
        .map_err(|_| LedgerError::Inconsistent("an identity has not 16 bytes".into()))
}

/// The word of a side in a row.
pub(super) fn side_code(side: Side) -> &'static str {
    match side {
        Side::Parent => "parent",
        Side::Child => "child",
        Side::Own => "own",
    }
}

/// The side of a word in a row.
pub(super) fn side_of(code: &str) -> Result<Side> {
    match code {
        "parent" => Ok(Side::Parent),
        "child" => Ok(Side::Child),
        "own" => Ok(Side::Own),
        _ => Err(LedgerError::Inconsistent(format!("no such side: {code}"))),
    }
}

impl<'a> Writer<'a> {
    pub(super) fn new(tx: &'a Transaction<'a>) -> Result<Writer<'a>> {
        let mut writer = Writer {
            tx,
            words: HashMap::new(),
            channels: HashMap::new(),
            channel_ids: HashMap::new(),
            feeds: HashMap::new(),
            feed_ids: HashMap::new(),
            past: HashMap::new(),
            past_dirty: HashSet::new(),
            hashes: HashMap::new(),
            values: HashMap::new(),
            used: HashSet::new(),
            any_loose: tx.query_row("SELECT EXISTS (SELECT 1 FROM loose_value)", [], |row| row.get(0))?,
            touched: HashSet::new(),
            records: HashMap::new(),
            cuts: HashMap::new(),
            forks: Vec::new(),
            knowledge: Knowledge::THIS,
            clock: None,
            newest_rules: upgrade::newest_rules(tx)?,
            erased: false,
        };
        writer.load()?;
        Ok(writer)
    }

    fn load(&mut self) -> Result<()> {
        let mut statement = self.tx.prepare_cached("SELECT id, text FROM word")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            self.words.insert(row.get(1)?, row.get(0)?);
        }
        let mut statement = self
            .tx
            .prepare_cached("SELECT id, key, charter, sig, t, c, state_sum FROM channel")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let signed = Signed {
                text: row.get(2)?,
                sig: row.get(3)?,
            };
            let sum: [u8; 32] = hash_of(row.get_ref(6)?.as_blob().map_err(rusqlite::Error::from)?)?.0;
            let state = ChannelState {
                id: row.get(0)?,
                key: ChannelId(id_of(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?),
                charter: signed.claims()?,
                time: Time(row.get(4)?, row.get(5)?),
                sum: StateSum(sum),
                dirty: false,
            };
            self.channel_ids.insert(state.key, state.id);
            self.channels.insert(state.id, state);
        }
        let mut statement = self.tx.prepare_cached(
            "SELECT f.id, f.key, f.channel, f.device, d.key, f.epoch, f.side, f.received_n, f.received_hash, f.applied_n,
               f.root, f.of, f.from_n, f.here
             FROM feed f JOIN device d ON d.id = f.device",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let blob = |i: usize| {
                row.get_ref(i)
                    .map(|value| value.as_blob().map_err(rusqlite::Error::from))
            };
            let state = FeedState {
                id: row.get(0)?,
                key: FeedId(id_of(blob(1)??)?),
                channel: row.get(2)?,
                device: row.get(3)?,
                device_key: DeviceId(id_of(blob(4)??)?),
                epoch: row.get(5)?,
                side: side_of(row.get_ref(6)?.as_str().map_err(rusqlite::Error::from)?)?,
                root: FeedId(id_of(blob(10)??)?),
                of: row.get(11)?,
                from_n: row.get(12)?,
                here: row.get(13)?,
                received_n: row.get(7)?,
                received_hash: hash_of(blob(8)??)?,
                applied_n: row.get(9)?,
                dirty: false,
            };
            self.feed_ids.insert(state.key, state.id);
            self.feeds.insert(state.id, state);
        }
        let mut statement = self.tx.prepare_cached("SELECT feed, rules, n FROM cut")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            self.cuts.insert((row.get(0)?, row.get(1)?), row.get(2)?);
        }
        Ok(())
    }

    /// The connection, for reading within the transaction.
    pub fn connection(&self) -> &Connection {
        self.tx
    }

    /// The number of a kind's or field's word.
    pub(super) fn word(&mut self, text: &str) -> Result<i64> {
        if let Some(id) = self.words.get(text) {
            return Ok(*id);
        }
        self.tx
            .prepare_cached("INSERT INTO word (text) VALUES (?1)")?
            .execute([text])?;
        let id = self.tx.last_insert_rowid();
        self.words.insert(text.to_owned(), id);
        Ok(id)
    }

    /// The channel, if its charter is here.
    pub fn channel(&self, key: ChannelId) -> Result<&ChannelState> {
        let id = self.channel_ids.get(&key).ok_or(LedgerError::UnknownChannel(key))?;
        Ok(&self.channels[id])
    }

    pub(super) fn channel_row(&mut self, id: i64) -> &mut ChannelState {
        let channel = self
            .channels
            .get_mut(&id)
            .expect("a feed's row names a channel that was loaded with it");
        channel.dirty = true;
        channel
    }

    /// The feed, if its header is here.
    pub fn feed(&self, key: FeedId) -> Option<&FeedState> {
        self.feed_ids.get(&key).map(|id| &self.feeds[id])
    }

    pub(super) fn feed_row(&mut self, id: i64) -> &mut FeedState {
        let feed = self
            .feeds
            .get_mut(&id)
            .expect("rows name feeds that were loaded or inserted in this transaction");
        feed.dirty = true;
        feed
    }

    /// Takes in a charter: a new channel, or the one with a parent in place of the one without.
    pub fn take_charter(&mut self, signed: &Signed) -> Result<ChannelId> {
        let charter = Charter::read(signed)?;
        let key = charter.channel;
        if let Some(id) = self.channel_ids.get(&key).copied() {
            let before = &self.channels[&id].charter;
            if !charter.may_follow(before) {
                // An older charter of the same channel, come again, changes nothing.
                if before.may_follow(&charter) {
                    return Ok(key);
                }
                return Err(crate::trust::TrustError::Mismatch("chidao charter").into());
            }
            self.tx
                .prepare_cached("UPDATE channel SET charter = ?2, sig = ?3 WHERE id = ?1")?
                .execute(params![id, signed.text, signed.sig])?;
            self.channel_row(id).charter = charter;
            return Ok(key);
        }
        let sum = StateSum::default();
        self.tx
            .prepare_cached("INSERT INTO channel (key, kind, charter, sig, state_sum) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![key.0, charter.kind.code(), signed.text, signed.sig, sum.0])?;
        let id = self.tx.last_insert_rowid();
        let state = ChannelState {
            id,
            key,
            charter,
            time: Time::default(),
            sum,
            dirty: false,
        };
        self.channel_ids.insert(key, id);
        self.channels.insert(id, state);
        Ok(key)
    }

    /// Takes in a device with its certificate. The caller knows that the root is the unit's.
    pub fn take_device(&mut self, signed: &Signed) -> Result<(i64, Certificate)> {
        let certificate = Certificate::read(signed)?;
        let known: Option<i64> = self
            .tx
            .prepare_cached("SELECT id FROM device WHERE key = ?1")?
            .query_row([certificate.device.0], |row| row.get(0))
            .optional()?;
        if let Some(id) = known {
            return Ok((id, certificate));
        }
        self.tx
            .prepare_cached(
                "INSERT INTO device (key, unit, name, signing, age, certificate, sig) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                certificate.device.0,
                certificate.unit.0,
                certificate.name,
                certificate.key,
                certificate.age,
                signed.text,
                signed.sig
            ])?;
        Ok((self.tx.last_insert_rowid(), certificate))
    }

    /// Makes the row of a feed whose header was accepted.
    pub(super) fn insert_feed(&mut self, mut feed: FeedState) -> Result<i64> {
        self.tx
            .prepare_cached(
                "INSERT INTO feed (key, channel, device, epoch, side, received_n, received_hash, applied_n, root, of, from_n, here)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                feed.key.0,
                feed.channel,
                feed.device,
                feed.epoch,
                side_code(feed.side),
                feed.received_n,
                feed.received_hash.0,
                feed.applied_n,
                feed.root.0,
                feed.of,
                feed.from_n,
                feed.here
            ])?;
        feed.id = self.tx.last_insert_rowid();
        let id = feed.id;
        self.feed_ids.insert(feed.key, id);
        self.feeds.insert(id, feed);
        Ok(id)
    }

    /// A feed not yet inserted.
    pub(super) fn new_feed(
        key: FeedId,
        channel: i64,
        device: i64,
        device_key: DeviceId,
        epoch: u64,
        side: Side,
        hash: Hash,
    ) -> FeedState {
        FeedState {
            id: 0,
            key,
            channel,
            device,
            device_key,
            epoch,
            side,
            root: key,
            of: None,
            from_n: 0,
            here: false,
            received_n: 0,
            received_hash: hash,
            applied_n: 0,
            dirty: false,
        }
    }

    /// The row of a record, if it is here.
    pub fn find_record(&mut self, channel: i64, record: &RecordId) -> Result<Option<i64>> {
        let keyed = (channel, record.kind.clone(), record.key);
        if let Some(id) = self.records.get(&keyed) {
            return Ok(Some(*id));
        }
        let Some(kind) = self.words.get(&record.kind).copied() else {
            return Ok(None);
        };
        let found: Option<i64> = match record.key {
            RecordKey::Made(position) => {
                let Some(feed) = self.feed_ids.get(&position.feed).copied() else {
                    return Ok(None);
                };
                if self.feeds[&feed].channel != channel {
                    return Ok(None);
                }
                let feed = self.branch_here(feed, position.n);
                self.tx
                    .prepare_cached(
                        "SELECT id FROM record WHERE feed = ?1 AND n = ?2 AND k = ?3 AND kind = ?4 AND owned IS NULL",
                    )?
                    .query_row(params![feed, position.n, position.k, kind], |row| row.get(0))
                    .optional()?
            }
            RecordKey::Owned(..) => self
                .tx
                .prepare_cached("SELECT id FROM record WHERE channel = ?1 AND kind = ?2 AND owned = ?3")?
                .query_row(params![channel, kind, record.key.to_string()], |row| row.get(0))
                .optional()?,
        };
        if let Some(id) = found {
            self.remember_record(keyed, id);
        }
        Ok(found)
    }

    fn remember_record(&mut self, keyed: RecordKeyed, id: i64) {
        // Bounded: a cache, not a copy of the table.
        if self.records.len() >= 50_000 {
            self.records.clear();
        }
        self.records.insert(keyed, id);
    }

    /// Rows of records were given to another feed.
    pub(super) fn records_moved(&mut self) {
        self.records.clear();
    }

    /// Makes the row of a record.
    pub(super) fn insert_record(&mut self, channel: i64, record: &RecordId) -> Result<i64> {
        let kind = self.word(&record.kind)?;
        let (feed, n, k, owned) = match record.key {
            RecordKey::Made(position) => {
                let feed = self.feed_ids.get(&position.feed).copied().ok_or_else(|| {
                    LedgerError::Inconsistent("a record is made only by an entry of a feed that is here".into())
                })?;
                (feed, position.n, position.k, None)
            }
            RecordKey::Owned(..) => (0, 0, 0, Some(record.key.to_string())),
        };
        self.tx
            .prepare_cached("INSERT INTO record (channel, kind, feed, n, k, owned) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![channel, kind, feed, n, k, owned])?;
        let id = self.tx.last_insert_rowid();
        self.remember_record((channel, record.kind.clone(), record.key), id);
        Ok(id)
    }

    /// How far an author knew another feed, from its entries applied so far. A branch knows what its trunk knew.
    pub(super) fn known(&mut self, feed: i64, other: i64) -> Result<Option<Known>> {
        self.load_past(feed)?;
        let own = self.past[&feed].get(&other).copied();
        let before = match self.feeds[&feed].of {
            Some(trunk) => self.known(trunk, other)?,
            None => None,
        };
        Ok(match (own, before) {
            (Some(own), Some(before)) => Some(Known {
                n: own.n.max(before.n),
                since: own.since.min(before.since),
            }),
            (own, before) => own.or(before),
        })
    }

    /// Notes that an author knows another feed up to a line, since this entry of its own; and with it what that branched off from.
    pub(super) fn set_known(&mut self, feed: i64, other: i64, n: u64, at: u64) -> Result<()> {
        self.load_past(feed)?;
        let known = self.past.entry(feed).or_default();
        let entry = known.entry(other).or_insert(Known { n, since: at });
        entry.n = entry.n.max(n);
        self.past_dirty.insert((feed, other));
        let state = &self.feeds[&other];
        match (state.of, state.from_n) {
            (Some(trunk), from) if trunk != feed => self.set_known(feed, trunk, from - 1, at),
            _ => Ok(()),
        }
    }

    pub(super) fn load_past(&mut self, feed: i64) -> Result<()> {
        if self.past.contains_key(&feed) {
            return Ok(());
        }
        let mut past = HashMap::new();
        let mut statement = self
            .tx
            .prepare_cached("SELECT other, n, since FROM past WHERE feed = ?1")?;
        let mut rows = statement.query([feed])?;
        while let Some(row) = rows.next()? {
            let known = Known {
                n: row.get(1)?,
                since: row.get(2)?,
            };
            past.insert(row.get(0)?, known);
        }
        self.past.insert(feed, past);
        Ok(())
    }

    /// Forgets what every feed of a channel was found to know, and what was applied of it.
    pub(super) fn forget_applied(&mut self, channel: i64) -> Result<()> {
        let feeds: Vec<i64> = self
            .feeds
            .values()
            .filter(|feed| feed.channel == channel)
            .map(|feed| feed.id)
            .collect();
        for feed in feeds {
            self.tx
                .prepare_cached("DELETE FROM past WHERE feed = ?1")?
                .execute([feed])?;
            self.past.insert(feed, HashMap::new());
            self.past_dirty.retain(|(of, _)| *of != feed);
            let from = self.feeds[&feed].from_n;
            self.feed_row(feed).applied_n = from.saturating_sub(1);
        }
        let state = self.channel_row(channel);
        state.time = Time::default();
        state.sum = StateSum::default();
        Ok(())
    }

    /// Writes back what was remembered, and makes the projections of everything touched.
    pub(super) fn finish(&mut self) -> Result<()> {
        // A value without its change is kept only while entries are still to come; else it came again.
        let waits = self.feeds.values().any(|feed| feed.applied_n < feed.received_n)
            || self
                .tx
                .query_row("SELECT EXISTS (SELECT 1 FROM early)", [], |row| row.get(0))?;
        if !waits && self.any_loose {
            self.tx.execute("DELETE FROM loose_value", [])?;
        }
        let used = std::mem::take(&mut self.used);
        let unused = std::mem::take(&mut self.values).into_values();
        for value in unused.filter(|value| waits && !used.contains(&value.hash)) {
            self.tx
                .prepare_cached("INSERT OR IGNORE INTO loose_value (hash, salt, value) VALUES (?1, ?2, ?3)")?
                .execute(params![value.hash.0, value.salt, value.value])?;
        }
        for channel in self.channels.values().filter(|channel| channel.dirty) {
            self.tx
                .prepare_cached("UPDATE channel SET t = ?2, c = ?3, state_sum = ?4 WHERE id = ?1")?
                .execute(params![channel.id, channel.time.0, channel.time.1, channel.sum.0])?;
        }
        for feed in self.feeds.values().filter(|feed| feed.dirty) {
            assert!(
                feed.applied_n <= feed.received_n,
                "nothing is applied before it is received"
            );
            self.tx
                .prepare_cached("UPDATE feed SET received_n = ?2, received_hash = ?3, applied_n = ?4 WHERE id = ?1")?
                .execute(params![feed.id, feed.received_n, feed.received_hash.0, feed.applied_n])?;
        }
        for (feed, other) in self.past_dirty.drain() {
            let Known { n, since } = self.past[&feed][&other];
            self.tx
                .prepare_cached(
                    "INSERT INTO past (feed, other, n, since) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO UPDATE SET n = excluded.n, since = excluded.since",
                )?
                .execute(params![feed, other, n, since])?;
        }
        // What is projected asks who knew what, and so for what was just written.
        super::project::project_touched(self)
    }
}

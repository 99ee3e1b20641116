//! What goes to another unit, and what it says of what it has.

use super::writer::{hash_of, id_of};
use super::{LedgerError, Result, Writer, attachments, lack, lines};
use crate::chain;
use crate::entry::{Content, DetachedValue, Entry};
use crate::trust::Signed;
use chidao_domain::ids::{DeviceId, FeedId, Hash, Position, UnitId};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{HashMap, HashSet};

/// A device that is known here.
#[derive(Clone, Debug)]
pub struct DeviceInfo {
    /// Row.
    pub id: i64,
    /// Identity.
    pub key: DeviceId,
    /// Unit.
    pub unit: UnitId,
    /// Name, for people.
    pub name: String,
    /// minisign public key.
    pub signing: String,
    /// age recipient.
    pub age: String,
    /// Its certificate.
    pub certificate: Signed,
}

/// The devices of a unit that are known here and believed: whom bundles are encrypted to, and whose word is waited for.
pub fn devices_of(connection: &Connection, unit: UnitId) -> Result<Vec<DeviceInfo>> {
    let all = every_device(connection, unit)?;
    Ok(all
        .into_iter()
        .filter(|(_, revoked)| !revoked)
        .map(|(device, _)| device)
        .collect())
}

/// The devices of a unit that were ever known here, and whether each was revoked.
pub fn every_device(connection: &Connection, unit: UnitId) -> Result<Vec<(DeviceInfo, bool)>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, key, unit, name, signing, age, certificate, sig, key IN (SELECT device FROM revoked)
         FROM device WHERE unit = ?1 ORDER BY id",
    )?;
    let mut rows = statement.query([unit.0])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let blob = |i: usize| {
            row.get_ref(i)
                .map(|value| value.as_blob().map_err(rusqlite::Error::from))
        };
        let device = DeviceInfo {
            id: row.get(0)?,
            key: DeviceId(id_of(blob(1)??)?),
            unit: UnitId(id_of(blob(2)??)?),
            name: row.get(3)?,
            signing: row.get(4)?,
            age: row.get(5)?,
            certificate: Signed {
                text: row.get(6)?,
                sig: row.get(7)?,
            },
        };
        all.push((device, row.get(8)?));
    }
    Ok(all)
}

/// How far a feed, or a branch of it, has come here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Row.
    pub id: i64,
    /// Row of its channel.
    pub channel: i64,
    /// Identity: of a branch, that of its first line.
    pub feed: FeedId,
    /// Identity of the whole feed, by which bundles name it.
    pub root: FeedId,
    /// Row of what it branches off from.
    pub of: Option<i64>,
    /// Its first line.
    pub from_n: u64,
    /// Written on this machine.
    pub here: bool,
    /// Its device.
    pub device: DeviceId,
    /// Row of its device.
    pub device_row: i64,
    /// Last line received.
    pub n: u64,
    /// Its hash.
    pub hash: Hash,
    /// The last line for which its device vouched, with its word.
    pub checkpoint: Option<(u64, Signed)>,
}

/// The epoch in which a feed is written.
pub fn epoch_of(connection: &Connection, feed: i64) -> Result<u64> {
    Ok(connection
        .prepare_cached("SELECT epoch FROM feed WHERE id = ?1")?
        .query_row([feed], |row| row.get(0))?)
}

/// The feeds of a channel, in order of identity.
pub fn tips(connection: &Connection, channel: i64) -> Result<Vec<Tip>> {
    let mut statement = connection.prepare_cached(
        "SELECT f.id, f.key, d.key, d.id, f.received_n, f.received_hash, f.checkpoint, f.checkpoint_sig, f.checkpoint_n,
           f.root, f.of, f.from_n, f.here
         FROM feed f JOIN device d ON d.id = f.device WHERE f.channel = ?1 ORDER BY f.key",
    )?;
    let mut rows = statement.query([channel])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let blob = |i: usize| {
            row.get_ref(i)
                .map(|value| value.as_blob().map_err(rusqlite::Error::from))
        };
        let checkpoint = match (
            row.get::<_, Option<String>>(6)?,
            row.get::<_, Option<String>>(7)?,
            row.get(8)?,
        ) {
            (Some(text), Some(sig), Some(n)) => Some((n, Signed { text, sig })),
            _ => None,
        };
        all.push(Tip {
            id: row.get(0)?,
            channel,
            feed: FeedId(id_of(blob(1)??)?),
            root: FeedId(id_of(blob(9)??)?),
            of: row.get(10)?,
            from_n: row.get(11)?,
            here: row.get(12)?,
            device: DeviceId(id_of(blob(2)??)?),
            device_row: row.get(3)?,
            n: row.get(4)?,
            hash: hash_of(blob(5)??)?,
            checkpoint,
        });
    }
    Ok(all)
}

/// The ends of a channel's feeds: of one that forked, those of its branches.
pub fn ends(connection: &Connection, channel: i64) -> Result<Vec<Tip>> {
    let all = tips(connection, channel)?;
    let trunks: HashSet<i64> = all.iter().filter_map(|tip| tip.of).collect();
    Ok(all.into_iter().filter(|tip| !trunks.contains(&tip.id)).collect())
}

/// Lines `first…last` of a feed that are to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The feed, or the branch in which the lines end.
    pub tip: Tip,
    /// First line.
    pub first: u64,
    /// Last line.
    pub last: u64,
    /// Hash of the line before the first.
    pub before: Option<Hash>,
    /// Hash of the last.
    pub hash: Hash,
    /// The device's word for the last, if it is another's feed or this one was vouched for up to there.
    pub checkpoint: Option<Signed>,
    /// Where the lines lie: rows of feeds with first and last line, in order.
    pub rows: Vec<(i64, u64, u64)>,
}

/// What a unit has not acknowledged: from the least acknowledgement of its devices. A feed of this device goes up to its
/// end, another's up to the last checkpoint of its own device. What one of the unit's devices wrote goes back to it only if it
/// says that it has less.
pub fn outgoing(connection: &Connection, channel: i64, to: UnitId, own: DeviceId) -> Result<Vec<Outgoing>> {
    let devices: Vec<DeviceInfo> = devices_of(connection, to)?
        .into_iter()
        .filter(|device| device.key != own)
        .collect();
    outgoing_to(connection, channel, &devices, own)
}

/// The same for some devices of a unit, or, with no acknowledgement counted, everything.
pub fn outgoing_to(
    connection: &Connection,
    channel: i64,
    devices: &[DeviceInfo],
    own: DeviceId,
) -> Result<Vec<Outgoing>> {
    let rows: HashMap<i64, Tip> = tips(connection, channel)?
        .into_iter()
        .map(|tip| (tip.id, tip))
        .collect();
    let heard = heard(connection, channel)?;
    // Lines that branches share go with the first of them.
    let mut covered: HashMap<i64, u64> = HashMap::new();
    let mut all = Vec::new();
    for tip in ends(connection, channel)? {
        let path = path_of(&rows, &tip);
        let vouched = path.iter().rev().find_map(|row| row.checkpoint.as_ref());
        let (last, checkpoint) = match vouched {
            Some((n, signed)) if tip.device != own || !tip.here || *n == tip.n => (*n, Some(signed.clone())),
            _ if tip.device == own && tip.here => (tip.n, None),
            _ => continue,
        };
        let mut least: Option<Option<u64>> = None;
        for device in devices {
            let asked = lack::asked(connection, device.id, tip.id)?;
            let mut has = None;
            for row in &path {
                has = has.max(match &asked {
                    Some(asked) => asked.iter().find(|(asked, _)| *asked == row.id).map(|(_, n)| *n),
                    None => acknowledged(connection, device.id, row.id)?,
                });
            }
            // A device has what it wrote, unless it tells what it has and leaves it out: then it lost it.
            if has.is_none() && asked.is_none() && device.id == tip.device_row && !heard.contains(&device.id) {
                has = Some(tip.n);
            }
            least = Some(least.map_or(has, |least| least.min(has)));
        }
        let mut first = least.flatten().map_or(0, |n| n + 1);
        for row in path.iter().filter(|row| row.id != tip.id) {
            if covered.get(&row.id).is_some_and(|from| *from <= first) {
                first = first.max(row.n + 1);
            }
        }
        if first > last {
            continue;
        }
        let row_of = |n: u64| path.iter().find(|row| (row.from_n..=row.n).contains(&n));
        let missing = || LedgerError::Inconsistent("a feed has a hole".into());
        let before = match first {
            0 => None,
            first => Some(lines::hash_at(
                connection,
                row_of(first - 1).ok_or_else(missing)?.id,
                first - 1,
            )?),
        };
        let hash = if last == tip.n {
            tip.hash
        } else {
            lines::hash_at(connection, row_of(last).ok_or_else(missing)?.id, last)?
        };
        let rows = path
            .iter()
            .map(|row| (row.id, row.from_n.max(first), row.n.min(last)))
            .filter(|(_, from, to)| from <= to)
            .collect::<Vec<_>>();
        for (row, from, _) in &rows {
            covered.entry(*row).or_insert(*from);
        }
        all.push(Outgoing {
            tip,
            first,
            last,
            before,
            hash,
            checkpoint,
            rows,
        });
    }
    Ok(all)
}

/// From the header's row to this one.
fn path_of(rows: &HashMap<i64, Tip>, tip: &Tip) -> Vec<Tip> {
    let mut path = vec![tip.clone()];
    while let Some(trunk) = path.last().and_then(|row| row.of).and_then(|of| rows.get(&of)) {
        path.push(trunk.clone());
    }
    path.reverse();
    path
}

/// Calls back with each line of a range, in order.
pub fn each_line(connection: &Connection, range: &Outgoing, mut line: impl FnMut(u64, &str)) -> Result<()> {
    for (row, first, last) in &range.rows {
        lines::each(connection, *row, *first, *last, |n, text| {
            line(n, text);
            Ok(true)
        })?;
    }
    Ok(())
}

/// The devices that have told what they have of a channel.
fn heard(connection: &Connection, channel: i64) -> Result<HashSet<i64>> {
    let mut statement = connection.prepare_cached("SELECT device FROM heard WHERE channel = ?1")?;
    let rows = statement.query_map([channel], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How far a device has a feed, by its own word.
pub fn acknowledged(connection: &Connection, device: i64, feed: i64) -> Result<Option<u64>> {
    Ok(connection
        .prepare_cached("SELECT n FROM acknowledged WHERE device = ?1 AND feed = ?2")?
        .query_row([device, feed], |row| row.get(0))
        .optional()?)
}

/// How far all devices of a unit have a feed; none while one of them has said nothing, or there is none.
pub fn acknowledged_by_all(connection: &Connection, unit: UnitId, feed: i64) -> Result<Option<u64>> {
    let (count, acknowledged, least): (u64, u64, Option<u64>) = connection
        .prepare_cached(
            "SELECT count(*), count(a.n), min(a.n) FROM device d
             LEFT JOIN acknowledged a ON a.device = d.id AND a.feed = ?2
             WHERE d.unit = ?1 AND d.key NOT IN (SELECT device FROM revoked)",
        )?
        .query_row(params![unit.0, feed], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(if count > 0 && count == acknowledged {
        least
    } else {
        None
    })
}

/// The detached values of a range that are here, in the order of their lines.
pub fn each_value(
    connection: &Connection,
    range: &Outgoing,
    mut value: impl FnMut(DetachedValue) -> Result<()>,
) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT hash, salt, value FROM change
         WHERE feed = ?1 AND n BETWEEN ?2 AND ?3 AND hash IS NOT NULL AND value IS NOT NULL ORDER BY n, k",
    )?;
    for (feed, first, last) in &range.rows {
        let mut rows = statement.query(params![feed, first, last])?;
        while let Some(row) = rows.next()? {
            let salt: [u8; 16] = row.get(1)?;
            let hash = hash_of(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?;
            value(DetachedValue {
                hash,
                salt,
                value: row.get(2)?,
            })?;
        }
        // Lines that wait here are relayed as well: their values are laid aside until they are applied.
        let applied: u64 = connection
            .prepare_cached("SELECT applied_n FROM feed WHERE id = ?1")?
            .query_row([feed], |row| row.get(0))?;
        let mut waiting = Vec::new();
        if applied < *last {
            lines::each(connection, *feed, (*first).max(applied + 1), *last, |n, line| {
                let items = Entry::read(n, line).map(|entry| entry.items).unwrap_or_default();
                for change in items.into_iter().flat_map(|item| item.changes) {
                    if let Content::Detached(hash) = change.content {
                        waiting.push(hash);
                    }
                }
                Ok(true)
            })?;
        }
        let mut loose = connection.prepare_cached("SELECT salt, value FROM loose_value WHERE hash = ?1")?;
        for hash in waiting {
            let found = loose
                .query_row([hash.0], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            if let Some((salt, text)) = found {
                value(DetachedValue {
                    hash,
                    salt,
                    value: text,
                })?;
            }
        }
    }
    Ok(())
}

/// The contents that attachments in a range name, that are here, and that may be served in the channel.
pub fn blobs_of(connection: &Connection, channel: i64, range: &Outgoing) -> Result<Vec<attachments::Blob>> {
    let mut statement = connection.prepare_cached(
        "SELECT c.value FROM change c JOIN word w ON w.id = c.field
         WHERE c.feed = ?1 AND c.n BETWEEN ?2 AND ?3 AND w.text = 'blob' AND c.value IS NOT NULL AND c.state = 0",
    )?;
    let mut all = Vec::new();
    for (feed, first, last) in &range.rows {
        let mut rows = statement.query(params![feed, first, last])?;
        while let Some(row) = rows.next()? {
            let text: String = row.get(0)?;
            let Some(hash) = serde_json::from_str::<String>(&text)
                .ok()
                .and_then(|hash| hash.parse::<Hash>().ok())
            else {
                continue;
            };
            if let Some(blob) = attachments::find(connection, hash)?
                && attachments::served_in(connection, hash, channel)?
            {
                all.push(blob);
            }
        }
    }
    Ok(all)
}

/// What this device put into quarantine in a channel, for the acknowledgement: position and reason, oldest first.
pub fn quarantine_of(connection: &Connection, channel: i64, most: u32) -> Result<Vec<(Position, String)>> {
    let mut statement = connection.prepare_cached(
        "SELECT f.key, c.n, c.k, c.reason FROM change c INDEXED BY change_quarantined JOIN feed f ON f.id = c.feed
         WHERE c.state >= 2 AND c.reason IS NOT NULL AND f.channel = ?1 ORDER BY f.key, c.n, c.k LIMIT ?2",
    )?;
    let mut rows = statement.query(params![channel, most])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let feed = FeedId(id_of(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?);
        all.push((
            Position {
                feed,
                n: row.get(1)?,
                k: row.get(2)?,
            },
            row.get::<_, Option<String>>(3)?.unwrap_or_default(),
        ));
    }
    Ok(all)
}

/// Both digests of a channel: over entries, and over state.
pub fn digests(connection: &Connection, channel: i64) -> Result<(Hash, Hash)> {
    let mut all: Vec<(FeedId, u64, Hash)> = tips(connection, channel)?
        .into_iter()
        .map(|tip| (tip.feed, tip.n, tip.hash))
        .collect();
    let sum: [u8; 32] = connection
        .prepare_cached("SELECT state_sum FROM channel WHERE id = ?1")?
        .query_row([channel], |row| row.get(0))?;
    Ok((chain::entries_digest(&mut all), Hash(sum)))
}

impl Writer<'_> {
    /// Notes how far a device has a feed, if what it says fits what is here. A smaller number than before changes nothing, nor
    /// does a branch that is not here: its lines will come.
    pub fn note_acknowledgement(
        &mut self,
        device: i64,
        feed: FeedId,
        (n, hash): (u64, Hash),
        at: &str,
        epoch: u64,
    ) -> Result<bool> {
        let path = self.path_to(feed, n, hash)?;
        for (row, n, hash) in &path {
            self.tx
                .prepare_cached(
                    "INSERT INTO acknowledged (device, feed, n, hash, at, epoch) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT DO UPDATE SET n = excluded.n, hash = excluded.hash, at = excluded.at, epoch = excluded.epoch
                       WHERE excluded.n > n",
                )?
                .execute(params![device, row, n, hash.0, at, epoch])?;
        }
        Ok(!path.is_empty())
    }

    /// The rows in which a feed lies up to a line, the line's first, with the last line of each and its hash; none if it is not
    /// here.
    pub(super) fn path_to(&mut self, feed: FeedId, n: u64, hash: Hash) -> Result<Vec<(i64, u64, Hash)>> {
        let Some((root, None)) = self.feed(feed).map(|feed| (feed.id, feed.of)) else {
            return Ok(Vec::new());
        };
        let mut path = Vec::new();
        let mut next = self.row_of_line(root, n, hash)?.map(|row| (row, n, hash));
        while let Some((row, n, hash)) = next {
            path.push((row, n, hash));
            next = self.feeds[&row].of.map(|trunk| {
                let state = &self.feeds[&trunk];
                (trunk, state.received_n, state.received_hash)
            });
        }
        Ok(path)
    }
}

/// A fork, as it lies here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForkInfo {
    /// Row of the channel.
    pub channel: i64,
    /// The feed.
    pub feed: FeedId,
    /// The device that it belongs to.
    pub device: DeviceId,
    /// The first line that differs.
    pub n: u64,
    /// Its branches with the last line of each that is here, in order of identity.
    pub branches: Vec<(FeedId, u64)>,
}

/// Every fork: a machine that was copied or restored, or somebody who tells two stories.
pub fn forks(connection: &Connection) -> Result<Vec<ForkInfo>> {
    let mut statement = connection.prepare_cached(
        "SELECT f.channel, f.root, d.key, f.from_n, f.key, f.received_n FROM feed f JOIN device d ON d.id = f.device
         WHERE f.of IS NOT NULL ORDER BY f.channel, f.root, f.from_n, f.of, f.key",
    )?;
    let mut rows = statement.query([])?;
    let mut all: Vec<ForkInfo> = Vec::new();
    while let Some(row) = rows.next()? {
        let blob = |i: usize| {
            row.get_ref(i)
                .map(|value| value.as_blob().map_err(rusqlite::Error::from))
        };
        let info = ForkInfo {
            channel: row.get(0)?,
            feed: FeedId(id_of(blob(1)??)?),
            device: DeviceId(id_of(blob(2)??)?),
            n: row.get(3)?,
            branches: vec![(FeedId(id_of(blob(4)??)?), row.get(5)?)],
        };
        match all.last_mut() {
            Some(last) if (last.channel, last.feed, last.n) == (info.channel, info.feed, info.n) => {
                last.branches.extend(info.branches);
            }
            _ => all.push(info),
        }
    }
    Ok(all)
}

/// When a unit last acknowledged something.
pub fn last_acknowledged_at(connection: &Connection, unit: UnitId) -> Result<Option<String>> {
    Ok(connection
        .prepare_cached("SELECT max(a.at) FROM acknowledged a JOIN device d ON d.id = a.device WHERE d.unit = ?1")?
        .query_row([unit.0], |row| row.get(0))?)
}

/// When a device last said what it has.
pub fn last_word_of(connection: &Connection, device: i64) -> Result<Option<String>> {
    Ok(connection
        .prepare_cached("SELECT max(at) FROM acknowledged WHERE device = ?1")?
        .query_row([device], |row| row.get(0))?)
}

//! What is not here: lines that came early name the ones before them, and who sends a bundle tells how far it has each feed.
//! A bundle brings all that its sender does not know to be here; so where its word goes beyond what is here afterwards, it was
//! mistaken: what was acknowledged was lost (a backup was restored), or another home speaks in this one's name. That is asked
//! for by name, and whoever is asked goes by what the asking home says that it has.

use super::cells::ChannelInfo;
use super::writer::{hash_of, id_of};
use super::{Result, Writer, exchange, lines};
use chidao_domain::ids::{ChannelId, FeedId, Hash, UnitId};
use rusqlite::{Connection, OptionalExtension, params};

/// Last line of a device that has not even the header.
const NOTHING: i64 = -1;

/// Lines that are not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// The channel.
    pub channel: ChannelId,
    /// The feed.
    pub feed: FeedId,
    /// First line.
    pub first: u64,
    /// Last line.
    pub last: u64,
}

/// The lines known to be missing, of every channel: what came early names them.
pub fn lacking(connection: &Connection) -> Result<Vec<Lacking>> {
    let mut statement = connection.prepare_cached(
        "SELECT e.channel, e.feed, coalesce(f.received_n + 1, 0), min(e.first) - 1
         FROM early e LEFT JOIN feed f ON f.key = e.feed
         GROUP BY e.channel, e.feed HAVING min(e.first) > coalesce(f.received_n + 1, 0) ORDER BY e.channel, e.feed",
    )?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let blob = |i: usize| {
            row.get_ref(i)
                .map(|value| value.as_blob().map_err(rusqlite::Error::from))
        };
        all.push(Lacking {
            channel: ChannelId(id_of(blob(0)??)?),
            feed: FeedId(id_of(blob(1)??)?),
            first: row.get(2)?,
            last: row.get(3)?,
        });
    }
    Ok(all)
}

/// What to ask for in a channel, one for each feed, in order of identity: the lines known to be missing, and those of which
/// another device said that it has them when its last bundle did not bring them. These may be a branch of a feed that is here.
pub fn to_ask(connection: &Connection, channel: &ChannelInfo) -> Result<Vec<Lacking>> {
    let mut all: Vec<Lacking> = lacking(connection)?;
    all.retain(|lacking| lacking.channel == channel.key);
    let here = exchange::tips(connection, channel.id)?;
    let mut statement = connection
        .prepare_cached("SELECT DISTINCT feed, n, hash FROM told WHERE channel = ?1 ORDER BY feed, n, hash")?;
    let mut rows = statement.query([channel.id])?;
    while let Some(row) = rows.next()? {
        let feed = FeedId(id_of(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?);
        let n: u64 = row.get(1)?;
        let hash = hash_of(row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?)?;
        let (mut holds, mut first) = (false, 0);
        for tip in here.iter().filter(|tip| tip.root == feed) {
            if tip.of.is_none() {
                // Another branch of what is here differs somewhere before: whoever is asked knows where.
                first = (tip.n + 1).min(n);
            }
            holds |= (tip.from_n..=tip.n).contains(&n) && lines::hash_at(connection, tip.id, n)? == hash;
        }
        if holds {
            continue;
        }
        match all.iter_mut().find(|lacking| lacking.feed == feed) {
            Some(known) => {
                known.first = known.first.min(first);
                known.last = known.last.max(n);
            }
            None => all.push(Lacking {
                channel: channel.key,
                feed,
                first,
                last: n,
            }),
        }
    }
    all.sort_unstable_by_key(|lacking| lacking.feed);
    Ok(all)
}

/// What a device said that it has of a feed when it last asked for lines of it, by row with the last line; `None` if it does not
/// ask.
pub(super) fn asked(connection: &Connection, device: i64, root: i64) -> Result<Option<Vec<(i64, u64)>>> {
    let mut statement = connection.prepare_cached(
        "SELECT a.feed, a.n FROM asking a JOIN feed f ON f.id = a.feed
         WHERE a.device = ?1 AND f.root = (SELECT root FROM feed WHERE id = ?2)",
    )?;
    let rows = statement.query_map([device, root], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?;
    let mut all = Vec::new();
    let mut asks = false;
    for row in rows {
        let (feed, n) = row?;
        asks = true;
        all.extend(u64::try_from(n).ok().map(|n| (feed, n)));
    }
    Ok(asks.then_some(all))
}

impl Writer<'_> {
    fn holds(&mut self, feed: FeedId, n: u64, hash: Hash) -> Result<bool> {
        let Some((root, None)) = self.feed(feed).map(|state| (state.id, state.of)) else {
            return Ok(false);
        };
        Ok(self.row_of_line(root, n, hash)?.is_some())
    }

    /// A device tells how far it has each feed of a channel (feed, last line, its hash); what goes beyond what is here is kept for
    /// [`to_ask`], in place of what it told before.
    pub fn hear_ends(&mut self, device: i64, channel: ChannelId, ends: &[(FeedId, u64, Hash)]) -> Result<()> {
        let row = self.channel(channel)?.id;
        self.tx
            .prepare_cached("DELETE FROM told WHERE device = ?1 AND channel = ?2")?
            .execute(params![device, row])?;
        for (feed, n, hash) in ends {
            if !self.holds(*feed, *n, *hash)? {
                self.tx
                    .prepare_cached(
                        "INSERT INTO told (device, channel, feed, n, hash) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
                    )?
                    .execute(params![device, row, feed.0, n, hash.0])?;
            }
        }
        Ok(())
    }

    /// A device tells what it has of a channel. From a later epoch, or after it was found to be a copy or restored, what it said
    /// before counts no longer, even where it now says less. Answers whether what it says now counts.
    pub fn hear_acknowledgements(&mut self, device: i64, channel: ChannelId, epoch: u64, anew: bool) -> Result<bool> {
        let channel = self.channel(channel)?.id;
        let known: Option<u64> = self
            .tx
            .prepare_cached("SELECT epoch FROM heard WHERE device = ?1 AND channel = ?2")?
            .query_row([device, channel], |row| row.get(0))
            .optional()?;
        if known.is_some_and(|known| known > epoch) {
            return Ok(false);
        }
        if anew || known.is_some_and(|known| known < epoch) {
            self.tx.execute(
                "DELETE FROM acknowledged WHERE device = ?1 AND feed IN (SELECT id FROM feed WHERE channel = ?2)",
                params![device, channel],
            )?;
        }
        self.tx
            .prepare_cached(
                "INSERT INTO heard (device, channel, epoch) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET epoch = excluded.epoch",
            )?
            .execute(params![device, channel, epoch])?;
        Ok(true)
    }

    /// A device asks for feeds, and says how far it has each (feed, last line, its hash). That is kept beside its
    /// acknowledgements until a bundle is made for it: where several homes speak in one name, what another has says nothing of
    /// this one.
    pub fn hear_asking(&mut self, device: i64, feeds: &[FeedId], ends: &[(FeedId, u64, Hash)]) -> Result<()> {
        for feed in feeds {
            let Some(root) = self.feed(*feed).map(|state| state.id) else {
                continue;
            };
            let rows: Vec<i64> = self
                .feeds
                .values()
                .filter(|state| state.root == *feed)
                .map(|state| state.id)
                .collect();
            for row in rows {
                self.tx
                    .prepare_cached("DELETE FROM asking WHERE device = ?1 AND feed = ?2")?
                    .execute([device, row])?;
            }
            let mut has = vec![(root, NOTHING)];
            for (_, n, hash) in ends.iter().filter(|(of, ..)| of == feed) {
                let path = self.path_to(*feed, *n, *hash)?;
                has.extend(path.into_iter().map(|(row, n, _)| (row, n.cast_signed())));
            }
            let mut asking = self.tx.prepare_cached(
                "INSERT INTO asking (device, feed, n) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET n = max(n, excluded.n)",
            )?;
            for (row, n) in has {
                asking.execute(params![device, row, n])?;
            }
        }
        Ok(())
    }

    /// A bundle was made for a unit, with all that its devices asked for in a channel.
    pub fn answer_asking(&mut self, unit: UnitId, channel: i64) -> Result<()> {
        self.tx.execute(
            "DELETE FROM asking WHERE device IN (SELECT id FROM device WHERE unit = ?1)
               AND feed IN (SELECT id FROM feed WHERE channel = ?2)",
            params![unit.0, channel],
        )?;
        Ok(())
    }
}

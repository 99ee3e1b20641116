//! The whole history of a channel, line by line, for an audit. Reads only, and holds no more than a feed's checkpoints.

use super::exchange::{Tip, tips};
use super::writer::hash_of;
use super::{Result, apply};
use crate::entry::DetachedValue;
use crate::trust::Signed;
use chidao_domain::ids::{FeedId, Hash, Position};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

/// The feeds of a channel with their branches: what a branch continues stands before it.
pub fn feeds(connection: &Connection, channel: i64) -> Result<Vec<Tip>> {
    let mut all = tips(connection, channel)?;
    all.sort_by_key(|tip| (tip.from_n, tip.id));
    Ok(all)
}

/// The certificates of the devices that wrote in a channel.
pub fn certificates(connection: &Connection, channel: i64) -> Result<Vec<Signed>> {
    let mut statement = connection.prepare_cached(
        "SELECT certificate, sig FROM device WHERE id IN (SELECT device FROM feed WHERE channel = ?1) ORDER BY id",
    )?;
    let rows = statement.query_map([channel], |row| {
        Ok(Signed {
            text: row.get(0)?,
            sig: row.get(1)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Every word of a feed's device for a line of it that was heard here, by line. Of a feed that forked, a line of another
/// branch has another hash.
pub fn vouched(connection: &Connection, tip: &Tip) -> Result<BTreeMap<u64, Vec<(Hash, Signed)>>> {
    let mut statement =
        connection.prepare_cached("SELECT n, hash, text, sig FROM vouched WHERE feed = ?1 AND n BETWEEN ?2 AND ?3")?;
    let mut rows = statement.query(params![tip.root.0, tip.from_n, tip.n])?;
    let mut all: BTreeMap<u64, Vec<(Hash, Signed)>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let signed = Signed {
            text: row.get(2)?,
            sig: row.get(3)?,
        };
        let hash = hash_of(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?;
        all.entry(row.get(0)?).or_default().push((hash, signed));
    }
    if let Some((n, signed)) = &tip.checkpoint {
        let claims: crate::trust::Checkpoint = signed.claims()?;
        let there = all.entry(*n).or_default();
        if !there.iter().any(|(hash, _)| *hash == claims.hash) {
            there.push((claims.hash, signed.clone()));
        }
    }
    Ok(all)
}

/// A detached value of a line, as far as it is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beside {
    /// It is here.
    Here(DetachedValue),
    /// It was erased.
    Erased,
    /// It has not come.
    Missing,
}

/// The detached value that change `k` of line `n` of a feed or branch names by its hash.
pub fn value_at(connection: &Connection, feed: i64, n: u64, k: u32, hash: Hash) -> Result<Beside> {
    type Row = (Option<String>, Option<[u8; 16]>, Option<String>);
    let of_change: Option<Row> = connection
        .prepare_cached("SELECT value, salt, reason FROM change WHERE feed = ?1 AND n = ?2 AND k = ?3")?
        .query_row(params![feed, n, k], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let found = match of_change {
        Some((Some(value), Some(salt), _)) => Some((value, salt)),
        Some((_, _, Some(reason))) if reason == apply::ERASED => return Ok(Beside::Erased),
        _ => connection
            .prepare_cached("SELECT value, salt FROM loose_value WHERE hash = ?1")?
            .query_row([hash.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?,
    };
    Ok(found.map_or(Beside::Missing, |(value, salt)| {
        Beside::Here(DetachedValue { hash, salt, value })
    }))
}

/// Calls back with each change of a channel that was not applied, in order of feed and line: where it stands, and why, which
/// is nothing for one that waits for newer rules.
pub fn each_unapplied(
    connection: &Connection,
    channel: i64,
    mut change: impl FnMut(Position, Option<String>) -> Result<()>,
) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT f.key, c.n, c.k, c.reason FROM change c INDEXED BY change_quarantined JOIN feed f ON f.id = c.feed
         WHERE c.state >= 2 AND f.channel = ?1 ORDER BY f.key, c.n, c.k",
    )?;
    let mut rows = statement.query([channel])?;
    while let Some(row) = rows.next()? {
        let at = Position {
            feed: FeedId(row.get(0)?),
            n: row.get(1)?,
            k: row.get(2)?,
        };
        change(at, row.get(3)?)?;
    }
    Ok(())
}

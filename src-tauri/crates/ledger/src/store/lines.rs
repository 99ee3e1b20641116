//! Lines as they came: kept in compressed runs, read back byte for byte.

use super::{LedgerError, Result, Writer};
use crate::chain;
use chidao_domain::ids::Hash;
use rusqlite::{Connection, OptionalExtension, params};
use std::io::Read;

/// A run holds at most this many lines, so that reading one line unpacks little.
const RUN_LINES: usize = 128;
/// And about this many bytes.
const RUN_BYTES: usize = 128 << 10;
/// Lines written one by one here are gathered into one run when so many stand alone.
const GATHER: u64 = 64;

fn pack(lines: &[&str]) -> Result<Vec<u8>> {
    Ok(zstd::bulk::compress(lines.join("\n").as_bytes(), 3)?)
}

fn unpack(packed: &[u8]) -> Result<String> {
    let mut text = String::new();
    zstd::Decoder::new(packed)?.read_to_string(&mut text)?;
    Ok(text)
}

/// Keeps lines `first…` of a feed, of which the hash before the first is known. Returns the hash of the last.
pub(super) fn keep(
    writer: &mut Writer<'_>,
    feed: i64,
    first: u64,
    lines: &[&str],
    before: Option<Hash>,
) -> Result<Hash> {
    let mut hash = before;
    let mut at = first;
    let mut rest = lines;
    while !rest.is_empty() {
        let mut count = 0;
        let mut bytes = 0;
        while count < rest.len() && count < RUN_LINES && (count == 0 || bytes + rest[count].len() < RUN_BYTES) {
            bytes += rest[count].len();
            let next = match hash {
                None => chain::header_hash(rest[count].as_bytes()),
                Some(hash) => chain::entry_hash(hash, rest[count].as_bytes()),
            };
            writer.hashes.insert((feed, at + count as u64), next);
            hash = Some(next);
            count += 1;
        }
        let last = at + count as u64 - 1;
        let end = hash.ok_or_else(|| LedgerError::Inconsistent("a run has at least one line".into()))?;
        writer
            .tx
            .prepare_cached("INSERT INTO run (feed, first, last, hash, lines) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![feed, at, last, end.0, pack(&rest[..count])?])?;
        at = last + 1;
        rest = &rest[count..];
    }
    hash.ok_or_else(|| LedgerError::Inconsistent("no lines to keep".into()))
}

/// Gathers the newest single lines of a feed into one run, when there are enough of them.
pub(super) fn gather(writer: &Writer<'_>, feed: i64, last: u64) -> Result<()> {
    if last == 0 || !last.is_multiple_of(GATHER) {
        return Ok(());
    }
    let mut statement = writer
        .tx
        .prepare_cached("SELECT first, last, lines, hash FROM run WHERE feed = ?1 AND first > ?2 ORDER BY first")?;
    let runs: Vec<(u64, u64, Vec<u8>, Vec<u8>)> = statement
        .query_map(params![feed, last.saturating_sub(GATHER)], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let (Some(start), Some(end)) = (runs.first(), runs.last()) else {
        return Ok(());
    };
    if runs.len() < 2 {
        return Ok(());
    }
    let texts: Vec<String> = runs.iter().map(|run| unpack(&run.2)).collect::<Result<_>>()?;
    if texts.iter().map(String::len).sum::<usize>() > RUN_BYTES * 4 {
        return Ok(());
    }
    let lines: Vec<&str> = texts.iter().map(String::as_str).collect();
    writer
        .tx
        .prepare_cached("DELETE FROM run WHERE feed = ?1 AND first >= ?2")?
        .execute(params![feed, start.0])?;
    writer
        .tx
        .prepare_cached("INSERT INTO run (feed, first, last, hash, lines) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![feed, start.0, end.1, end.3, pack(&lines)?])?;
    Ok(())
}

/// Calls back with each line from `first` to `last`, in order, until it answers `false`.
pub fn each(
    connection: &Connection,
    feed: i64,
    first: u64,
    last: u64,
    mut line: impl FnMut(u64, &str) -> Result<bool>,
) -> Result<()> {
    let mut next = first;
    while next <= last {
        let run: Option<(u64, u64, Vec<u8>)> = connection
            .prepare_cached(
                "SELECT first, last, lines FROM run WHERE feed = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1",
            )?
            .query_row(params![feed, next], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let missing = || LedgerError::Inconsistent(format!("line {next} of a feed is missing"));
        let (start, end, packed) = run.filter(|run| run.1 >= next).ok_or_else(missing)?;
        let text = unpack(&packed)?;
        if text.split('\n').count() as u64 != end - start + 1 {
            return Err(LedgerError::Inconsistent(
                "a run does not hold the lines that it names".into(),
            ));
        }
        for (n, text) in (start..).zip(text.split('\n')) {
            if n >= next && n <= last && !line(n, text)? {
                return Ok(());
            }
        }
        next = end + 1;
    }
    Ok(())
}

/// One line.
pub fn one(connection: &Connection, feed: i64, n: u64) -> Result<String> {
    let mut found = None;
    each(connection, feed, n, n, |_, line| {
        found = Some(line.to_owned());
        Ok(true)
    })?;
    found.ok_or_else(|| LedgerError::NotFound(format!("line {n}")))
}

/// What a branch continues, and from which line on it is its own; nothing for a whole feed.
fn trunk(connection: &Connection, feed: i64) -> Result<Option<(i64, u64)>> {
    let of: (Option<i64>, u64) = connection
        .prepare_cached("SELECT of, from_n FROM feed WHERE id = ?1")?
        .query_row([feed], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(of.0.map(|trunk| (trunk, of.1)))
}

/// The hash at line `n` of a feed, computed from the end of the run before it.
pub fn hash_at(connection: &Connection, feed: i64, n: u64) -> Result<Hash> {
    let start: Option<(u64, Vec<u8>)> = connection
        .prepare_cached("SELECT last, hash FROM run WHERE feed = ?1 AND last <= ?2 ORDER BY first DESC LIMIT 1")?
        .query_row(params![feed, n], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (mut at, mut hash) = match start {
        Some((last, hash)) if last == n => return super::writer::hash_of(&hash),
        Some((last, hash)) => (last + 1, Some(super::writer::hash_of(&hash)?)),
        None => match trunk(connection, feed)? {
            Some((of, from)) => (from, Some(hash_at(connection, of, from - 1)?)),
            None => (0, None),
        },
    };
    if n < at {
        return Err(LedgerError::NotFound(format!("line {n}")));
    }
    each(connection, feed, at, n, |line_n, line| {
        hash = Some(match hash {
            None => chain::header_hash(line.as_bytes()),
            Some(hash) => chain::entry_hash(hash, line.as_bytes()),
        });
        at = line_n;
        Ok(true)
    })?;
    hash.ok_or_else(|| LedgerError::NotFound(format!("line {n}")))
}

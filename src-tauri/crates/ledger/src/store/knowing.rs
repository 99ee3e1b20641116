//! Who knew what: whether a line had been seen by the author of another when it was written. And what follows for
//! deletions: one that did not know of an edit is a conflict, not a victory.

use super::cells::{Cells, Head};
use super::{Result, lines};
use crate::entry::Entry;
use chidao_domain::ids::FeedId;
use rusqlite::{Connection, params};
use std::collections::HashMap;

/// An entry that saw more of another feed: its number, how far it saw, and the hash there.
type Sight = (u64, u64, [u8; 32]);

/// What the authors of some feeds had seen of others, read once for a query: by row of feed and identity of the other.
#[derive(Default)]
pub struct Seen(HashMap<(i64, FeedId), Vec<Sight>>);

/// One feed's row and its trunks: row, last line that belongs to the descent.
fn descent(connection: &Connection, feed: i64, n: u64) -> Result<Vec<(i64, u64)>> {
    let mut all = vec![(feed, n)];
    let mut at = feed;
    loop {
        let (of, from): (Option<i64>, u64) = connection
            .prepare_cached("SELECT of, from_n FROM feed WHERE id = ?1")?
            .query_row([at], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let Some(trunk) = of else { return Ok(all) };
        all.push((trunk, from - 1));
        at = trunk;
    }
}

fn root_of(connection: &Connection, feed: i64) -> Result<FeedId> {
    Ok(connection
        .prepare_cached("SELECT root FROM feed WHERE id = ?1")?
        .query_row([feed], |row| row.get(0))
        .map(FeedId)?)
}

impl Seen {
    fn of(&mut self, connection: &Connection, feed: i64, root: FeedId) -> Result<&[Sight]> {
        let all = match self.0.entry((feed, root)) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(new) => {
                let (from, last): (u64, u64) = connection
                    .prepare_cached("SELECT max(from_n, 1), received_n FROM feed WHERE id = ?1")?
                    .query_row([feed], |row| Ok((row.get(0)?, row.get(1)?)))?;
                let name = root.to_string();
                let mut all = Vec::new();
                lines::each(connection, feed, from, last, |n, line| {
                    // Most lines name nobody: reading them whole would cost more than the question is worth.
                    if line.contains(&name)
                        && let Ok(entry) = Entry::read(n, line)
                    {
                        let of_root = entry.seen.iter().filter(|seen| seen.0 == root);
                        all.extend(of_root.map(|seen| (n, seen.1, seen.2.0)));
                    }
                    Ok(true)
                })?;
                new.insert(all)
            }
        };
        Ok(all)
    }

    /// Whether the author of line `n` of one feed had, when it wrote that, line `m` of another.
    pub fn knew(&mut self, connection: &Connection, author: (i64, u64), other: (i64, u64)) -> Result<bool> {
        let own = descent(connection, author.0, author.1)?;
        if let Some((row, last)) = own.iter().find(|(row, _)| *row == other.0) {
            return Ok(if *row == author.0 {
                other.1 < *last
            } else {
                other.1 <= *last
            });
        }
        let root = root_of(connection, other.0)?;
        for (row, last) in own {
            let seen: Vec<_> = self
                .of(connection, row, root)?
                .iter()
                .filter(|(at, upto, _)| *at <= last && *upto >= other.1)
                .copied()
                .collect();
            for (_, upto, hash) in seen {
                if in_branch(connection, root, other.0, upto, hash)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The heads of other cells that a deletion did not know of, and that did not know of the deletion.
    pub fn doubts(&mut self, connection: &Connection, cells: &Cells, beside: &[Head]) -> Result<Vec<(String, Head)>> {
        let mut all: Vec<(String, Head)> = Vec::new();
        let Some(deletions) = cells.get("deleted") else {
            return Ok(all);
        };
        let deleted = |head: &&Head| !head.value.as_ref().is_some_and(serde_json::Value::is_null);
        for deletion in deletions.0.iter().filter(deleted) {
            let edits = cells.iter().filter(|(field, _)| *field != "deleted");
            let edits = edits.flat_map(|(field, cell)| cell.0.iter().map(move |head| (field.as_str(), head)));
            for (field, edit) in edits.chain(beside.iter().map(|head| ("report", head))) {
                let (one, other) = ((deletion.feed, deletion.n), (edit.feed, edit.n));
                if one != other && !self.knew(connection, one, other)? && !self.knew(connection, other, one)? {
                    all.push((field.to_owned(), edit.clone()));
                }
            }
        }
        Ok(all)
    }
}

/// Whether the line with this number and hash continues a row, or lies in it.
fn in_branch(connection: &Connection, root: FeedId, feed: i64, n: u64, hash: [u8; 32]) -> Result<bool> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM feed WHERE root = ?1 AND ?2 BETWEEN from_n AND received_n")?;
    let rows: Vec<i64> = statement
        .query_map(params![root.0, n], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for row in rows {
        if lines::hash_at(connection, row, n)?.0 == hash {
            return Ok(descent(connection, row, n)?.iter().any(|(at, _)| *at == feed));
        }
    }
    Ok(false)
}

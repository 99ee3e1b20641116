//! Cutting what goes out into pieces, each of which its own device vouches for.

use super::exchange::Outgoing;
use super::{LedgerError, Result, Writer, lines};
use crate::trust::{Checkpoint, Signed};
use rusqlite::{Connection, params};

impl Outgoing {
    /// Where lines `first…last` of the range lie.
    fn rows_between(&self, first: u64, last: u64) -> Vec<(i64, u64, u64)> {
        let rows = self.rows.iter();
        rows.map(|(row, from, to)| (*row, (*from).max(first), (*to).min(last)))
            .filter(|(_, from, to)| from <= to)
            .collect()
    }

    /// Lines `first…last` of the range, for reading them; nobody vouches for its end.
    #[must_use]
    pub fn between(&self, first: u64, last: u64) -> Outgoing {
        Outgoing {
            first: first.max(self.first),
            last: last.min(self.last),
            before: None,
            checkpoint: None,
            rows: self.rows_between(first, last),
            ..self.clone()
        }
    }
}

/// Cuts a range after line `at`, which must be one of its lines but not the last. The first piece ends there, and its device
/// vouches for that by this checkpoint; the second goes on to the range's end.
pub fn cut(connection: &Connection, range: &Outgoing, at: u64, vouched: Signed) -> Result<(Outgoing, Outgoing)> {
    let end = checkpoint_at(connection, range, at)?;
    if at >= range.last {
        return Err(LedgerError::NotFound(format!("line {} of a range", at + 1)));
    }
    if vouched.claims::<Checkpoint>()? != end {
        return Err(LedgerError::Broken {
            feed: range.tip.root,
            what: "its lines are not those that its device vouches for",
        });
    }
    let first = Outgoing {
        last: at,
        hash: end.hash,
        checkpoint: Some(vouched),
        rows: range.rows_between(range.first, at),
        ..range.clone()
    };
    let second = Outgoing {
        first: at + 1,
        before: Some(end.hash),
        rows: range.rows_between(at + 1, range.last),
        ..range.clone()
    };
    Ok((first, second))
}

/// What this device would have to sign to cut its own feed after line `at`.
pub fn checkpoint_at(connection: &Connection, range: &Outgoing, at: u64) -> Result<Checkpoint> {
    let row = (range.rows.iter()).find(|(_, from, to)| (*from..=*to).contains(&at));
    let (row, _, _) = row.ok_or_else(|| LedgerError::NotFound(format!("line {at} of a range")))?;
    Ok(Checkpoint {
        v: 1,
        feed: range.tip.root,
        n: at,
        hash: lines::hash_at(connection, *row, at)?,
    })
}

/// The lines of a range, but for its last, after which it can be cut by what was heard of its device, in order.
pub fn vouched(connection: &Connection, range: &Outgoing) -> Result<Vec<(u64, Signed)>> {
    let mut statement = connection
        .prepare_cached("SELECT n, hash, text, sig FROM vouched WHERE feed = ?1 AND n >= ?2 AND n < ?3 ORDER BY n")?;
    let mut rows = statement.query(params![range.tip.root.0, range.first, range.last])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let n: u64 = row.get(0)?;
        let hash: [u8; 32] = row.get(1)?;
        // Of a feed that forked, what is vouched for may be another branch.
        if checkpoint_at(connection, range, n)?.hash.0 == hash {
            all.push((
                n,
                Signed {
                    text: row.get(2)?,
                    sig: row.get(3)?,
                },
            ));
        }
    }
    Ok(all)
}

impl Writer<'_> {
    /// Remembers for which line a device vouched: there its feed can be cut when it is passed on.
    pub(super) fn note_vouched(&mut self, checkpoint: &Signed) -> Result<()> {
        let claims: Checkpoint = checkpoint.claims()?;
        self.tx
            .prepare_cached("INSERT OR IGNORE INTO vouched (feed, n, hash, text, sig) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![
                claims.feed.0,
                claims.n,
                claims.hash.0,
                checkpoint.text,
                checkpoint.sig
            ])?;
        Ok(())
    }
}

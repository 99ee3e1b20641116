//! Feeds that forked. Two lines in one place, with different hashes, are two branches: both are kept, both are applied,
//! each under the name of the first line by which it differs. ENTRY.md, section 8.
//!
//! A feed that never forked is one row. At a fork its row keeps what both branches share, and each branch continues it in
//! a row of its own. Which lines are here decides the rows, never which of them came first.

use super::lines;
use super::writer::{FeedState, Fork};
use super::{LedgerError, Result, Writer};
use chidao_domain::ids::{FeedId, Hash};
use rusqlite::params;

/// The name of a branch: the first 16 bytes of the hash of its first line.
pub fn branch_id(first: Hash) -> FeedId {
    let mut id = [0; 16];
    id.copy_from_slice(&first.0[..16]);
    FeedId(id)
}

impl Writer<'_> {
    /// The rows that continue this one, in order of identity.
    pub(super) fn branches(&self, feed: i64) -> Vec<i64> {
        let mut all: Vec<&FeedState> = self.feeds.values().filter(|other| other.of == Some(feed)).collect();
        all.sort_by_key(|branch| branch.key);
        all.into_iter().map(|branch| branch.id).collect()
    }

    /// Whether a row is another, or branches off from it.
    pub(super) fn descends(&self, feed: i64, from: i64) -> bool {
        let mut at = Some(feed);
        while let Some(row) = at {
            if row == from {
                return true;
            }
            at = self.feeds[&row].of;
        }
        false
    }

    /// The row of a feed in which the line with this number has this hash.
    pub(super) fn row_of_line(&mut self, root: i64, n: u64, hash: Hash) -> Result<Option<i64>> {
        let mut open = vec![root];
        while let Some(row) = open.pop() {
            let state = &self.feeds[&row];
            if n > state.received_n {
                open.extend(self.branches(row));
            } else if n >= state.from_n && self.hash_of_line(row, n)? == hash {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// The row that holds line `n` of what an author calls `key`: in its own line of descent, or else in the branch that it
    /// has known longest.
    pub(super) fn locate(&mut self, author: i64, key: FeedId, n: u64) -> Result<Option<i64>> {
        let Some(mut row) = self.feed(key).map(|feed| feed.id) else {
            return Ok(None);
        };
        loop {
            let state = &self.feeds[&row];
            if n < state.from_n {
                return Ok(None);
            }
            if n <= state.received_n {
                return Ok(Some(row));
            }
            let mut best = None;
            for branch in self.branches(row) {
                let since = if self.descends(author, branch) {
                    Some(0)
                } else {
                    self.known(author, branch)?.map(|known| known.since)
                };
                if let Some(since) = since
                    && best.is_none_or(|(least, _)| since < least)
                {
                    best = Some((since, branch));
                }
            }
            let Some((_, branch)) = best else { return Ok(None) };
            row = branch;
        }
    }

    /// The row that holds line `n` of a row that may have forked since it was named here: what was written on this machine,
    /// or else the branch that comes first.
    pub(super) fn branch_here(&self, feed: i64, n: u64) -> i64 {
        let mut row = feed;
        while n > self.feeds[&row].received_n {
            let branches = self.branches(row);
            let mine = branches.iter().find(|branch| self.feeds[branch].here);
            match mine.or(branches.first()) {
                Some(branch) => row = *branch,
                None => break,
            }
        }
        row
    }

    /// Cuts a row before line `n`: the lines from there on become a branch of it. Returns the branch.
    pub(super) fn split(&mut self, feed: i64, n: u64) -> Result<i64> {
        let before = self.feeds[&feed].clone();
        assert!(
            before.from_n < n && n <= before.received_n,
            "a branch keeps at least one line, and so does what it leaves"
        );
        let first = self.hash_of_line(feed, n)?;
        let stem = self.hash_of_line(feed, n - 1)?;
        let mut texts = Vec::new();
        let run_first: u64 = self.tx.query_row(
            "SELECT max(first) FROM run WHERE feed = ?1 AND first <= ?2",
            params![feed, n],
            |row| row.get(0),
        )?;
        lines::each(self.tx, feed, run_first, before.received_n, |_, line| {
            texts.push(line.to_owned());
            Ok(true)
        })?;
        self.tx.execute(
            "DELETE FROM run WHERE feed = ?1 AND first >= ?2",
            params![feed, run_first],
        )?;
        self.hashes.retain(|(row, at), _| *row != feed || *at < run_first);
        let (stays, moves) = texts.split_at((n - run_first) as usize);
        if !stays.is_empty() {
            let stays: Vec<&str> = stays.iter().map(String::as_str).collect();
            let prior = match run_first {
                0 => None,
                first if first == before.from_n => {
                    let trunk = before
                        .of
                        .ok_or_else(|| LedgerError::Inconsistent("a branch has no trunk".into()))?;
                    Some(self.hash_of_line(trunk, first - 1)?)
                }
                first => Some(lines::hash_at(self.tx, feed, first - 1)?),
            };
            lines::keep(self, feed, run_first, &stays, prior)?;
        }
        let sisters = self.branches(feed);
        let branch = self.insert_feed(FeedState {
            id: 0,
            key: branch_id(first),
            of: Some(feed),
            from_n: n,
            applied_n: n - 1,
            ..before.clone()
        })?;
        let moves: Vec<&str> = moves.iter().map(String::as_str).collect();
        lines::keep(self, branch, n, &moves, Some(stem))?;
        for sister in sisters {
            self.tx
                .execute("UPDATE feed SET of = ?2 WHERE id = ?1", params![sister, branch])?;
            self.feed_row(sister).of = Some(branch);
        }
        self.tx.execute(
            "UPDATE feed SET (checkpoint, checkpoint_sig, checkpoint_n) =
               (SELECT checkpoint, checkpoint_sig, checkpoint_n FROM feed WHERE id = ?2) WHERE id = ?1",
            params![branch, feed],
        )?;
        self.tx.execute(
            "UPDATE feed SET checkpoint = NULL, checkpoint_sig = NULL, checkpoint_n = NULL
             WHERE id = (SELECT CASE WHEN checkpoint_n >= ?3 THEN ?1 ELSE ?2 END FROM feed WHERE id = ?1)",
            params![feed, branch, n],
        )?;
        self.tx.execute(
            "INSERT INTO acknowledged (device, feed, n, hash, at, epoch)
             SELECT device, ?2, n, hash, at, epoch FROM acknowledged WHERE feed = ?1 AND n >= ?3",
            params![feed, branch, n],
        )?;
        self.tx.execute(
            "UPDATE acknowledged SET n = ?2, hash = ?3 WHERE feed = ?1 AND n > ?2",
            params![feed, n - 1, stem.0],
        )?;
        self.tx.execute(
            "INSERT INTO asking (device, feed, n) SELECT device, ?2, n FROM asking WHERE feed = ?1 AND n >= ?3",
            params![feed, branch, n],
        )?;
        self.tx.execute(
            "UPDATE asking SET n = ?2 WHERE feed = ?1 AND n > ?2",
            params![feed, n - 1],
        )?;
        self.tx.execute(
            "UPDATE record SET feed = ?2 WHERE feed = ?1 AND n >= ?3 AND owned IS NULL",
            params![feed, branch, n],
        )?;
        let state = self.feed_row(feed);
        state.received_n = n - 1;
        state.received_hash = stem;
        state.applied_n = state.applied_n.min(n - 1);
        self.records_moved();
        Ok(branch)
    }

    /// Begins a branch after line `n` − 1 of a row with lines of its own. `first` is the hash of the first.
    pub(super) fn begin_branch(&mut self, feed: i64, first: Hash) -> Result<i64> {
        let trunk = self.feeds[&feed].clone();
        let n = trunk.received_n + 1;
        self.forks.push(Fork {
            feed: trunk.root,
            n,
            device: trunk.device_key,
        });
        // Copied or restored, it may have less than it said, whoever brings the news.
        self.tx.execute(
            "DELETE FROM acknowledged WHERE device = ?1 AND feed IN (SELECT id FROM feed WHERE channel = ?2)",
            params![trunk.device, trunk.channel],
        )?;
        self.insert_feed(FeedState {
            id: 0,
            key: branch_id(first),
            of: Some(feed),
            from_n: n,
            here: false,
            received_n: n,
            received_hash: first,
            applied_n: n - 1,
            ..trunk
        })
    }

    /// The forks that this transaction found.
    pub fn found_forks(&self) -> &[Fork] {
        &self.forks
    }

    /// Undoes everything that was derived in a channel; the next [`Writer::apply_waiting`] derives it anew.
    pub(super) fn undo_derived(&mut self, channel: i64) -> Result<()> {
        let mut feeds: Vec<i64> = self
            .feeds
            .values()
            .filter(|feed| feed.channel == channel)
            .map(|feed| feed.id)
            .collect();
        feeds.sort_unstable();
        for feed in feeds {
            self.tx
                .prepare_cached(
                    "INSERT OR IGNORE INTO loose_value (hash, salt, value)
                     SELECT hash, salt, value FROM change WHERE feed = ?1 AND hash IS NOT NULL AND value IS NOT NULL",
                )?
                .execute([feed])?;
            self.tx
                .prepare_cached("DELETE FROM change WHERE feed = ?1")?
                .execute([feed])?;
        }
        self.any_loose = true;
        let mut statement = self.tx.prepare_cached("SELECT id FROM record WHERE channel = ?1")?;
        let records: Vec<i64> = statement
            .query_map([channel], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        self.touched.extend(records);
        // By other rules other fields name records, and what is not known any more makes no links anew.
        self.tx
            .prepare_cached("DELETE FROM link WHERE source IN (SELECT id FROM record WHERE channel = ?1)")?
            .execute([channel])?;
        self.forget_applied(channel)
    }
}

//! Taking in what another device wrote: ranges of its feeds, and the values that lie beside them.

use super::lines;
use super::{LedgerError, Result, Writer};
use crate::chain;
use crate::entry::{DetachedValue, Entry};
use crate::trust::{Checkpoint, Signed};
use chidao_domain::ids::{ChannelId, FeedId, Hash};
use rusqlite::params;

/// Lines `first…last` of one feed, with the checkpoint by which its device vouches for the last.
#[derive(Clone, Debug)]
pub struct Range {
    /// The channel.
    pub channel: ChannelId,
    /// The feed.
    pub feed: FeedId,
    /// The first line.
    pub first: u64,
    /// Hash of the line before it; none when the first is the header.
    pub before: Option<Hash>,
    /// The lines, each ended by a line feed.
    pub lines: String,
    /// The device's word for the last.
    pub checkpoint: Signed,
}

/// What became of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// So many lines were new.
    New(u64),
    /// Nothing was new.
    Known,
    /// Lines before it are missing; it is kept and applied when they come.
    Early,
}

impl Writer<'_> {
    /// Takes in a range. Its hashes and its checkpoint must hold; where it overlaps with what is here, both must agree.
    pub fn take_range(&mut self, range: &Range) -> Result<Taken> {
        let taken = self.take_one(range)?;
        if taken != Taken::Early {
            self.take_early(range.channel, range.feed)?;
        }
        Ok(taken)
    }

    fn take_one(&mut self, range: &Range) -> Result<Taken> {
        let broken = |what| LedgerError::Broken { feed: range.feed, what };
        let text = range
            .lines
            .strip_suffix('\n')
            .ok_or_else(|| broken("its lines do not end in a line feed"))?;
        let lines: Vec<&str> = text.split('\n').collect();
        let last = range.first + lines.len() as u64 - 1;
        if (range.first == 0) != range.before.is_none() {
            return Err(broken("only a header has nothing before it"));
        }
        let root = match self.feed(range.feed).map(|feed| (feed.id, feed.of)) {
            Some((feed, None)) => feed,
            Some((_, Some(_))) => return Err(broken("a range goes by the name of the whole feed")),
            None if range.first > 0 => {
                self.keep_early(range, last)?;
                return Ok(Taken::Early);
            }
            None => {
                if chain::feed_id(chain::header_hash(lines[0].as_bytes())) != range.feed {
                    return Err(broken("its header is another feed's"));
                }
                self.accept_header(range.channel, lines[0])?
            }
        };
        if self.channels[&self.feeds[&root].channel].key != range.channel {
            return Err(broken("it belongs to another channel"));
        }
        // What is here already was read when it came; unless it differs.
        let known = match self.branches(root).is_empty() {
            true => self.feeds[&root].received_n,
            false => 0,
        };
        let well_formed = |from: u64, to: u64| {
            let lines = (range.first..).zip(&lines).filter(|(n, _)| (from..=to).contains(n));
            lines.into_iter().try_for_each(|(n, line)| match Entry::read(n, line) {
                Ok(_) => Ok(()),
                Err(bad) => Err(LedgerError::BadLine {
                    feed: range.feed.to_string(),
                    bad,
                }),
            })
        };
        well_formed(known + 1, last)?;
        let mut hashes = Vec::with_capacity(lines.len());
        let mut hash = range.before;
        for line in &lines {
            let next = match hash {
                None => chain::header_hash(line.as_bytes()),
                Some(hash) => chain::entry_hash(hash, line.as_bytes()),
            };
            hashes.push(next);
            hash = Some(next);
        }
        let end = hash.ok_or_else(|| broken("it has no lines"))?;
        self.check_checkpoint(range, root, last, end)?;
        let start = match range.before {
            None if hashes[0] == self.hash_of_line(root, 0)? => Some(root),
            None => return Err(broken("its header is another feed's")),
            Some(before) => self.row_of_line(root, range.first - 1, before)?,
        };
        let Some(start) = start else {
            // What it follows is not here: lines are missing, or a branch that nobody brought yet.
            self.keep_early(range, last)?;
            return Ok(Taken::Early);
        };
        let (row, fresh) = self.place(start, range.first, &hashes)?;
        let new = hashes.len() as u64 - (fresh - range.first);
        if new > 0 {
            well_formed(fresh, known)?;
            self.keep_fresh(row, fresh, range, &lines, &hashes)?;
        } else if self.feeds[&row].received_n == last && self.checkpoint_of(row)?.is_none_or(|n| n < last) {
            self.keep_checkpoint(row, last, &range.checkpoint)?;
        }
        Ok(if new > 0 { Taken::New(new) } else { Taken::Known })
    }

    /// Follows lines, by their hashes, through what is here: the row that they end in, and the first of them that is new.
    /// Where they differ from what is here they begin a branch, and so does what was here.
    fn place(&mut self, start: i64, first: u64, hashes: &[Hash]) -> Result<(i64, u64)> {
        let last = first + hashes.len() as u64 - 1;
        let hash = |n: u64| hashes[(n - first) as usize];
        let mut row = start;
        let mut next = first;
        while next <= last {
            let here = self.feeds[&row].received_n;
            if next <= here {
                let until = here.min(last);
                if self.hash_of_line(row, until)? == hash(until) {
                    next = until + 1;
                    continue;
                }
                // Hashes hang together: all before the first difference are equal, all after it differ.
                let (mut low, mut high) = (next, until);
                while low < high {
                    let middle = low + (high - low) / 2;
                    if self.hash_of_line(row, middle)? == hash(middle) {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                if low > self.feeds[&row].from_n {
                    self.split(row, low)?;
                } else {
                    // Another sister at the place where this row itself branches off.
                    row = self.feeds[&row].of.ok_or_else(|| LedgerError::Broken {
                        feed: self.feeds[&row].root,
                        what: "its header is another feed's",
                    })?;
                }
                next = low;
                continue;
            }
            let branches = self.branches(row);
            if branches.is_empty() {
                return Ok((row, next));
            }
            let mut known = None;
            for branch in branches {
                if self.hash_of_line(branch, next)? == hash(next) {
                    known = Some(branch);
                }
            }
            match known {
                Some(branch) => row = branch,
                None => {
                    let channel = self.feeds[&row].channel;
                    let branch = self.begin_branch(row, hash(next))?;
                    self.undo_derived(channel)?;
                    return Ok((branch, next));
                }
            }
        }
        Ok((row, next))
    }

    /// Keeps the lines from `fresh` on, which follow what is in a row or are a whole new branch.
    fn keep_fresh(&mut self, row: i64, fresh: u64, range: &Range, lines: &[&str], hashes: &[Hash]) -> Result<()> {
        let skip = (fresh - range.first) as usize;
        let before = match skip.checked_sub(1) {
            Some(i) => Some(hashes[i]),
            None => range.before,
        };
        let last = range.first + lines.len() as u64 - 1;
        let kept = lines::keep(self, row, fresh, &lines[skip..], before)?;
        assert_eq!(
            Some(&kept),
            hashes.last(),
            "the same lines after the same hash give the same hash"
        );
        if self.feeds[&row].here {
            // This device's own feed, but these lines come from outside: a copy of it wrote them, or it did itself before it was
            // restored. It writes on in an epoch of its own.
            self.tx.execute("UPDATE feed SET here = 0 WHERE id = ?1", [row])?;
        }
        let state = self.feed_row(row);
        state.here = false;
        state.received_n = last;
        state.received_hash = kept;
        self.keep_checkpoint(row, last, &range.checkpoint)
    }

    fn checkpoint_of(&self, row: i64) -> Result<Option<u64>> {
        Ok(self
            .tx
            .prepare_cached("SELECT checkpoint_n FROM feed WHERE id = ?1")?
            .query_row([row], |row| row.get(0))?)
    }

    fn check_checkpoint(&self, range: &Range, feed: i64, last: u64, end: Hash) -> Result<()> {
        let key: String = self
            .tx
            .prepare_cached("SELECT signing FROM device WHERE id = ?1")?
            .query_row([self.feeds[&feed].device], |row| row.get(0))?;
        let checkpoint: Checkpoint = range.checkpoint.verify(&key)?;
        if checkpoint.feed != range.feed || checkpoint.n != last || checkpoint.hash != end {
            return Err(LedgerError::Broken {
                feed: range.feed,
                what: "its lines are not those that its device vouches for",
            });
        }
        Ok(())
    }

    /// What this device can vouch for of a feed that it writes: the row, and the claim for its last line.
    #[must_use]
    pub fn own_end(&self, feed: FeedId) -> Option<(i64, Checkpoint)> {
        let own = self
            .feeds
            .values()
            .filter(|state| state.here && (state.root == feed || state.key == feed));
        own.max_by_key(|state| state.received_n).map(|state| {
            let claim = Checkpoint {
                v: 1,
                feed: state.root,
                n: state.received_n,
                hash: state.received_hash,
            };
            (state.id, claim)
        })
    }

    /// Keeps the checkpoint by which a feed can be relayed up to a line.
    pub fn keep_checkpoint(&mut self, feed: i64, n: u64, checkpoint: &Signed) -> Result<()> {
        self.tx
            .prepare_cached("UPDATE feed SET checkpoint = ?2, checkpoint_sig = ?3, checkpoint_n = ?4 WHERE id = ?1")?
            .execute(params![feed, checkpoint.text, checkpoint.sig, n])?;
        if !self.feeds[&feed].here {
            self.note_vouched(checkpoint)?;
        }
        Ok(())
    }

    fn keep_early(&mut self, range: &Range, last: u64) -> Result<()> {
        let before = range.before.map(|hash| hash.0.to_vec()).unwrap_or_default();
        let hash = (range.lines.trim_end_matches('\n').split('\n')).fold(range.before, |hash, line| {
            hash.map(|hash| chain::entry_hash(hash, line.as_bytes()))
        });
        let hash = hash.ok_or(LedgerError::Broken {
            feed: range.feed,
            what: "only a header has nothing before it",
        })?;
        self.tx
            .prepare_cached(
                "INSERT OR IGNORE INTO early (feed, first, last, before, hash, lines, checkpoint, checkpoint_sig, channel)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                range.feed.0,
                range.first,
                last,
                before,
                hash.0,
                zstd::bulk::compress(range.lines.as_bytes(), 3)?,
                range.checkpoint.text,
                range.checkpoint.sig,
                range.channel.0
            ])?;
        Ok(())
    }

    /// Takes in ranges that had come early and now follow what is here, and those that follow these.
    fn take_early(&mut self, channel: ChannelId, feed: FeedId) -> Result<()> {
        // In order of their lines one pass mostly does; branches may need more.
        while self.take_early_once(channel, feed)? {}
        Ok(())
    }

    /// One pass in order of first lines. Answers whether anything was taken in.
    fn take_early_once(&mut self, channel: ChannelId, feed: FeedId) -> Result<bool> {
        type Row = (u64, [u8; 32], Vec<u8>, String, String);
        let Some(root) = self.feed(feed).map(|feed| feed.id) else {
            return Ok(false);
        };
        let mut progress = false;
        let known: Vec<(u64, [u8; 32], [u8; 32])> = {
            let mut statement = self
                .tx
                .prepare_cached("SELECT first, before, hash FROM early WHERE feed = ?1 ORDER BY first, last, hash")?;
            statement
                .query_map([feed.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect::<rusqlite::Result<_>>()?
        };
        for (first, before, hash) in known {
            if self.row_of_line(root, first - 1, Hash(before))?.is_none() {
                continue;
            }
            let found: Row = self
                .tx
                .prepare_cached(
                    "DELETE FROM early WHERE feed = ?1 AND first = ?2 AND hash = ?3
                     RETURNING first, before, lines, checkpoint, checkpoint_sig",
                )?
                .query_row(params![feed.0, first, hash], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
                })?;
            let (first, before, packed, text, sig) = found;
            let mut lines = String::new();
            std::io::Read::read_to_string(&mut zstd::Decoder::new(packed.as_slice())?, &mut lines)?;
            let range = Range {
                channel,
                feed,
                first,
                before: Some(Hash(before)),
                lines,
                checkpoint: Signed { text, sig },
            };
            let well_formed = (first..)
                .zip(range.lines.trim_end_matches('\n').split('\n'))
                .all(|(n, line)| Entry::read(n, line).is_ok());
            // Without its header nobody could tell whose word it is. A range that turns out to be nobody's is dropped, and
            // must not keep the bundle out that brought the header.
            if !well_formed {
                continue;
            }
            match self.take_one(&range) {
                Ok(_) => progress = true,
                Err(LedgerError::Broken { .. } | LedgerError::BadLine { .. } | LedgerError::Trust(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(progress)
    }

    /// Takes in detached values. Those whose change is here already fill it; the rest wait for theirs.
    pub fn take_values(&mut self, values: impl IntoIterator<Item = DetachedValue>) -> Result<()> {
        for value in values {
            let filled = self.fill(&value)?;
            if !filled && !self.was_erased(&value)? {
                self.values.insert(value.hash, value);
            }
        }
        Ok(())
    }

    /// Whether the change that a value belongs to is here, and was erased: it is not accepted again.
    fn was_erased(&self, value: &DetachedValue) -> Result<bool> {
        Ok(self
            .tx
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM change
                 WHERE hash = ?1 AND hash IS NOT NULL AND value IS NULL AND reason = 'erased')",
            )?
            .query_row([value.hash.0], |row| row.get(0))?)
    }

    fn fill(&mut self, value: &DetachedValue) -> Result<bool> {
        let mut statement = self.tx.prepare_cached(
            "UPDATE change SET value = ?2, salt = ?3
             WHERE hash = ?1 AND hash IS NOT NULL AND value IS NULL AND reason IS NOT 'erased' RETURNING record",
        )?;
        let records: Vec<i64> = statement
            .query_map(params![value.hash.0, value.value, value.salt], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        self.touched.extend(records.iter().filter(|row| **row > 0));
        Ok(!records.is_empty())
    }
}

//! Taking in what another device wrote: ranges of its feeds, and the values that lie beside them.

use super::lines;
use super::{LedgerError, Result, Writer};
use crate::chain;
use crate::entry::{DetachedValue, Entry};
use crate::trust::{Checkpoint, Signed};
use chidao_domain::ids::{ChannelId, FeedId, Hash};
use rusqlite::{OptionalExtension, params};

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
        let feed = match self.feed(range.feed).map(|feed| feed.id) {
            Some(feed) => feed,
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
        let state = &self.feeds[&feed];
        if self.channels[&state.channel].key != range.channel {
            return Err(broken("it belongs to another channel"));
        }
        let (received, received_hash) = (state.received_n, state.received_hash);
        if range.first > received + 1 {
            self.keep_early(range, last)?;
            return Ok(Taken::Early);
        }
        let mut hash = range.before;
        let mut at_received = (range.first == received + 1).then_some(range.before).flatten();
        for (n, line) in (range.first..).zip(&lines) {
            hash = Some(match hash {
                None => chain::header_hash(line.as_bytes()),
                Some(hash) => chain::entry_hash(hash, line.as_bytes()),
            });
            if n == received {
                at_received = hash;
            }
            if n > received {
                Entry::read(n, line).map_err(|bad| LedgerError::BadLine {
                    feed: range.feed.to_string(),
                    bad,
                })?;
            }
        }
        let end = hash.ok_or_else(|| broken("it has no lines"))?;
        self.check_checkpoint(range, feed, last, end)?;
        if last <= received {
            if self.hash_of_line(feed, last)? != end {
                return Err(LedgerError::Forked {
                    feed: range.feed,
                    n: last,
                });
            }
            // A header that came alone: what had come before it may follow now.
            self.take_early(range.channel, range.feed, received)?;
            return Ok(Taken::Known);
        }
        if at_received != Some(received_hash) {
            return Err(LedgerError::Forked {
                feed: range.feed,
                n: received,
            });
        }
        let fresh = &lines[(received + 1 - range.first) as usize..];
        let kept = lines::keep(self, feed, received + 1, fresh, Some(received_hash))?;
        assert_eq!(kept, end, "the same lines after the same hash give the same hash");
        let row = self.feed_row(feed);
        row.received_n = last;
        row.received_hash = end;
        self.keep_checkpoint(feed, last, &range.checkpoint)?;
        self.take_early(range.channel, range.feed, last)?;
        Ok(Taken::New(fresh.len() as u64))
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

    /// Keeps the checkpoint by which a feed can be relayed up to a line.
    pub fn keep_checkpoint(&mut self, feed: i64, n: u64, checkpoint: &Signed) -> Result<()> {
        self.tx
            .prepare_cached("UPDATE feed SET checkpoint = ?2, checkpoint_sig = ?3, checkpoint_n = ?4 WHERE id = ?1")?
            .execute(params![feed, checkpoint.text, checkpoint.sig, n])?;
        Ok(())
    }

    fn keep_early(&mut self, range: &Range, last: u64) -> Result<()> {
        let before = range.before.map(|hash| hash.0.to_vec()).unwrap_or_default();
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO early (feed, first, last, before, lines, checkpoint, checkpoint_sig)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                range.feed.0,
                range.first,
                last,
                before,
                zstd::bulk::compress(range.lines.as_bytes(), 3)?,
                range.checkpoint.text,
                range.checkpoint.sig
            ])?;
        Ok(())
    }

    /// Takes in ranges that had come early and now follow what is here.
    fn take_early(&mut self, channel: ChannelId, feed: FeedId, last: u64) -> Result<()> {
        type Row = (u64, [u8; 32], Vec<u8>, String, String);
        let found: Option<Row> = self
            .tx
            .prepare_cached(
                "SELECT first, before, lines, checkpoint, checkpoint_sig FROM early
                 WHERE feed = ?1 AND first <= ?2 ORDER BY first LIMIT 1",
            )?
            .query_row(params![feed.0, last + 1], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })
            .optional()?;
        let Some((first, before, packed, text, sig)) = found else {
            return Ok(());
        };
        self.tx
            .prepare_cached("DELETE FROM early WHERE feed = ?1 AND first = ?2")?
            .execute(params![feed.0, first])?;
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
        self.take_range(&range)?;
        Ok(())
    }

    /// Takes in detached values. Those whose change is here already fill it; the rest wait for theirs.
    pub fn take_values(&mut self, values: impl IntoIterator<Item = DetachedValue>) -> Result<()> {
        for value in values {
            let filled = self.fill(&value)?;
            if !filled {
                self.values.insert(value.hash, value);
            }
        }
        Ok(())
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

//! Epochs: a restored backup or a copied home must not write the same numbers twice. DESIGN 4.8.
//!
//! A mark lies outside the database: where this home is, and how far its own feeds had come when a bundle left. A home
//! that does not fit its mark begins a new epoch; what it lost comes back from the other side.

use crate::AppError;
use crate::home::{App, Open};
use chidao_domain::ids::{FeedId, Hash};
use chidao_ledger::store::{LedgerError, exchange, lines, local};
use serde::{Deserialize, Serialize};
use std::fs;

const MARK: &str = "mark.json";
/// Setting: a bundle has left this home, so there must be a mark.
const LEFT: &str = "bundle_left";
/// Latest second that an epoch follows (in the year 6325): with it a number stays exact in every reader of JSON.
const CLOCK_LIMIT: u64 = (1 << 37) - 1;

#[derive(Serialize, Deserialize)]
struct Mark {
    /// Hash of machine and folder.
    place: Hash,
    /// Own feeds at the last bundle: identity, last line, its hash.
    feeds: Vec<(FeedId, u64, Hash)>,
    /// The latest epoch that was chosen here, also for a home that has been replaced since.
    #[serde(default)]
    epoch: u64,
    /// The highest number that a bundle of this folder bore: a home that went back does not give it out again.
    #[serde(default)]
    bundle: u64,
}

impl App {
    fn place_hash(&self) -> Hash {
        Hash(*blake3::hash(self.place().as_bytes()).as_bytes())
    }

    /// Goes to a new epoch where the home does not fit its mark.
    pub(crate) fn settle_epoch(&self, open: &mut Open) -> Result<(), AppError> {
        let mark = self.read_mark();
        let left = open.store.read(|c| local::setting(c, LEFT))?.is_some();
        let fits = match &mark {
            None => !left,
            Some(mark) => mark.place == self.place_hash() && self.holds(open, mark)?,
        };
        if !fits {
            open.profile.epoch = self.later_epoch(open.profile.epoch);
            open.keep_profile()?;
        }
        if !fits || mark.is_none() {
            self.write_mark(open.profile.epoch, Vec::new())?;
        }
        Ok(())
    }

    /// The number of an epoch after this one and after any that this folder has seen.
    ///
    /// Two homes made from one copy, or one that goes back to the same backup twice, must not choose alike; and others
    /// believe the word of a later epoch even if it has less, so the second must choose the greater number. The mark knows
    /// what this folder chose before; elsewhere the clock orders them, and chance parts those of one moment.
    pub(crate) fn later_epoch(&self, epoch: u64) -> u64 {
        let before = self.read_mark().map_or(0, |mark| mark.epoch).max(epoch);
        let by_clock = (self.now_millis() / 1000).min(CLOCK_LIMIT) << 16;
        before.saturating_add(1).max(by_clock) + u64::from(u16::from_le_bytes(self.random()))
    }

    fn read_mark(&self) -> Option<Mark> {
        let bytes = fs::read(self.home.join(MARK)).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Remembers an epoch that was chosen, before anything is written in it.
    pub(crate) fn mark_epoch(&self, epoch: u64) -> Result<(), AppError> {
        match self.read_mark() {
            Some(mark) if mark.epoch < epoch => self.keep_mark(&Mark { epoch, ..mark }),
            Some(_) => Ok(()),
            // Nothing of it is here, so nothing is held against it.
            None => self.write_mark(epoch, Vec::new()),
        }
    }

    fn holds(&self, open: &Open, mark: &Mark) -> Result<bool, AppError> {
        open.store
            .read(|connection| {
                let mut here = Vec::new();
                for channel in chidao_ledger::store::cells::channels(connection)? {
                    here.extend(exchange::tips(connection, channel.id)?);
                }
                for (feed, n, hash) in &mark.feeds {
                    let mut found = false;
                    for tip in here
                        .iter()
                        .filter(|tip| tip.root == *feed && (tip.from_n..=tip.n).contains(n))
                    {
                        found |= lines::hash_at(connection, tip.id, *n)? == *hash;
                    }
                    if !found {
                        return Ok(false);
                    }
                }
                Ok::<_, LedgerError>(true)
            })
            .map_err(AppError::from)
    }

    fn write_mark(&self, epoch: u64, feeds: Vec<(FeedId, u64, Hash)>) -> Result<(), AppError> {
        self.keep_mark(&Mark {
            place: self.place_hash(),
            feeds,
            epoch,
            bundle: self.last_bundle(),
        })
    }

    /// The highest number that a bundle of this folder bore, as far as the mark knows.
    pub(crate) fn last_bundle(&self) -> u64 {
        self.read_mark().map_or(0, |mark| mark.bundle)
    }

    fn keep_mark(&self, mark: &Mark) -> Result<(), AppError> {
        let bytes = serde_json::to_vec(mark).map_err(|error| AppError::internal("mark", &error))?;
        self.write_home_file(MARK, &bytes)
    }

    /// Remembers the number of a bundle that was made.
    pub(crate) fn mark_bundle(&self, number: u64) -> Result<(), AppError> {
        match self.read_mark() {
            Some(mark) if mark.bundle < number => self.keep_mark(&Mark { bundle: number, ..mark }),
            _ => Ok(()),
        }
    }

    /// Marks how far this device's feeds have come; flushed before a bundle leaves.
    pub(crate) fn mark(&self, open: &Open) -> Result<(), AppError> {
        let feeds = open.store.read(|connection| {
            let mut own = Vec::new();
            for channel in chidao_ledger::store::cells::channels(connection)? {
                let ends = exchange::ends(connection, channel.id)?;
                own.extend(
                    ends.into_iter()
                        .filter(|tip| tip.device == open.profile.device && tip.here)
                        .map(|tip| (tip.root, tip.n, tip.hash)),
                );
            }
            Ok::<_, LedgerError>(own)
        })?;
        self.write_mark(open.profile.epoch, feeds)?;
        Ok(open.store.write(|writer| writer.set(LEFT, "1"))?)
    }
}

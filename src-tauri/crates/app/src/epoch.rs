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

#[derive(Serialize, Deserialize)]
struct Mark {
    /// Hash of machine and folder.
    place: Hash,
    /// Own feeds at the last bundle: identity, last line, its hash.
    feeds: Vec<(FeedId, u64, Hash)>,
}

impl App {
    fn place_hash(&self) -> Hash {
        Hash(*blake3::hash(self.place().as_bytes()).as_bytes())
    }

    /// Goes to a new epoch where the home does not fit its mark.
    pub(crate) fn settle_epoch(&self, open: &mut Open) -> Result<(), AppError> {
        let mark: Option<Mark> = fs::read(self.home.join(MARK))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let left = open.store.read(|c| local::setting(c, LEFT))?.is_some();
        let fits = match &mark {
            None => !left,
            Some(mark) => mark.place == self.place_hash() && self.holds(open, mark)?,
        };
        if !fits {
            open.profile.epoch += 1;
            open.keep_profile()?;
        }
        if !fits || mark.is_none() {
            self.write_mark(Vec::new())?;
        }
        Ok(())
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

    fn write_mark(&self, feeds: Vec<(FeedId, u64, Hash)>) -> Result<(), AppError> {
        let mark = Mark {
            place: self.place_hash(),
            feeds,
        };
        let bytes = serde_json::to_vec(&mark).map_err(|error| AppError::internal("mark", &error))?;
        self.write_home_file(MARK, &bytes)
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
        self.write_mark(feeds)?;
        Ok(open.store.write(|writer| writer.set(LEFT, "1"))?)
    }
}

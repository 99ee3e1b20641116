//! Sets of volumes that come in: which of them are here, which are missing or were refused, which contradict each other.

use super::Note;
use crate::AppError;
use crate::api::{VolumeOf, VolumesMissing};
use chidao_bundle as file;
use chidao_domain::ids::Hash;
use chidao_ledger::store::local::{self, JournalLine};
use chidao_ledger::store::{Connection, LedgerError, awaited, cells, exchange};

/// Most sets named as incomplete.
const SETS: usize = 50;

/// Which volume a manifest is of.
pub(super) fn volume_of(manifest: &file::Manifest, own: Hash) -> Option<VolumeOf> {
    manifest.volume.as_ref().map(|volume| VolumeOf {
        set: volume.of.map_or_else(|| own.to_string(), |of| of.to_string()),
        index: volume.index,
        count: volume.count,
    })
}

/// What the journal tells of one incoming volume.
struct Told {
    line: JournalLine,
    note: Note,
    volume: VolumeOf,
}

impl Told {
    fn is_taken(&self) -> bool {
        matches!(&self.line.outcome[..], "imported" | "already_imported")
    }

    /// A set is one machine's: the same hash from another machine names another set.
    fn is_of(&self, set: &str, device: &str) -> bool {
        self.volume.set == set && self.note.device == device
    }
}

/// The incoming volumes of the newest lines of the journal, newest first.
fn told(connection: &Connection, most: u32) -> Result<Vec<Told>, LedgerError> {
    let lines = local::journal(connection, most)?.into_iter();
    Ok(lines
        .filter(|line| !line.outgoing)
        .filter_map(|line| {
            let note: Note = serde_json::from_str(&line.line).ok()?;
            let volume = note.volume.clone()?;
            Some(Told { line, note, volume })
        })
        .collect())
}

/// Refuses a volume that contradicts one of its set that was taken in: other sizes of the set, or another in its place.
pub(super) fn check(connection: &Connection, volume: &VolumeOf, device: &str, manifest: Hash) -> Result<(), AppError> {
    for other in told(connection, u32::MAX)? {
        if !other.is_taken() || !other.is_of(&volume.set, device) {
            continue;
        }
        let displaces = other.volume.index == volume.index && other.line.manifest != Some(manifest);
        if other.volume.count != volume.count || displaces {
            return Err(AppError::new("bundle_volume_foreign")
                .with("index", volume.index)
                .with("count", volume.count));
        }
    }
    Ok(())
}

/// The volumes of a set that have not been taken in.
pub(super) fn missing(connection: &Connection, volume: &VolumeOf, device: &str) -> Result<Vec<u32>, LedgerError> {
    let told = told(connection, u32::MAX)?;
    let here = |index: u32| {
        told.iter()
            .any(|other| other.is_taken() && other.is_of(&volume.set, device) && other.volume.index == index)
    };
    Ok((1..=volume.count).filter(|index| !here(*index)).collect())
}

/// Whether everything is here that a sender had when it made a volume: then what is missing of the set is needed no longer.
fn is_superseded(connection: &Connection, told: &Told) -> Result<bool, LedgerError> {
    for channel in cells::channels(connection)? {
        let tips = exchange::tips(connection, channel.id)?;
        let mut concerned = false;
        for (feed, n) in &told.note.sender_has {
            let mut of_feed = tips.iter().filter(|tip| tip.root == *feed).peekable();
            concerned |= of_feed.peek().is_some();
            if of_feed.peek().is_some() && !of_feed.any(|tip| tip.n >= *n) {
                return Ok(false);
            }
        }
        if concerned && !awaited::awaited(connection, channel.id, 1)?.is_empty() {
            return Ok(false);
        }
    }
    // A feed of which nothing is here at all is missing too.
    for (feed, _) in &told.note.sender_has {
        if cells::feed_row(connection, *feed).is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The sets of which volumes are still missed, newest first.
pub(super) fn incomplete(connection: &Connection, most: u32) -> Result<Vec<VolumesMissing>, LedgerError> {
    let told = told(connection, most)?;
    let mut sets: Vec<VolumesMissing> = Vec::new();
    let mut known: Vec<(&str, &str)> = Vec::new();
    for one in &told {
        let key = (&one.volume.set[..], &one.note.device[..]);
        let Some(unit) = one.note.unit.clone() else { continue };
        if known.contains(&key) || sets.len() == SETS {
            continue;
        }
        known.push(key);
        let of_set = |other: &&Told| other.is_of(key.0, key.1);
        let taken: Vec<u32> = (told.iter().filter(of_set).filter(|other| other.is_taken()))
            .map(|other| other.volume.index)
            .collect();
        let missing: Vec<u32> = (1..=one.volume.count).filter(|index| !taken.contains(index)).collect();
        if missing.is_empty() || is_superseded(connection, one)? {
            continue;
        }
        let was_refused = |index: &u32| {
            let mut of_index = told.iter().filter(of_set).filter(|other| other.volume.index == *index);
            of_index.any(|other| !other.is_taken())
        };
        sets.push(VolumesMissing {
            unit,
            number: one.note.number.unwrap_or(0),
            set: one.volume.set.clone(),
            count: one.volume.count,
            refused: missing.iter().copied().filter(was_refused).collect(),
            missing,
        });
    }
    Ok(sets)
}

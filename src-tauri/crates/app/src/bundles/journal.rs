//! The journal of bundles: what was made, taken in or refused.

use super::sets;
use crate::AppError;
use crate::api::*;
use crate::channels;
use crate::home::{App, Open, name_of};
use chidao_domain::ids::{FeedId, Hash, UnitId};
use chidao_ledger::store::local::{self, JournalLine};
use chidao_ledger::store::{Connection, LedgerError, awaited, cells, exchange, lack};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most lines shown.
const JOURNAL_LINES: u32 = 1_000;

/// What a line of the journal keeps besides its columns.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Note {
    pub unit: Option<UnitName>,
    pub file_name: String,
    pub size: u64,
    pub number: Option<u64>,
    pub entries: u32,
    pub blobs: u32,
    #[serde(default)]
    pub refusal: Option<String>,
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    /// Outgoing: the last line of each feed carried, by which the other side's confirmation is known.
    #[serde(default)]
    pub carried: Vec<(FeedId, u64)>,
    /// Of one of several volumes: which.
    #[serde(default)]
    pub volume: Option<VolumeOf>,
    /// Incoming volumes: the machine that made them.
    #[serde(default)]
    pub device: String,
    /// Incoming volumes: how far the sender had each feed, by which it is known whether others are still needed.
    #[serde(default)]
    pub sender_has: Vec<(FeedId, u64)>,
    /// Outgoing: BLAKE3 of the file as it left, by which it is known again; lines of older programs have none.
    #[serde(default)]
    pub file_hash: Option<Hash>,
}

fn outcome(word: &str) -> BundleOutcome {
    match word {
        "imported" => BundleOutcome::Imported,
        "already_imported" => BundleOutcome::AlreadyImported,
        "exported" => BundleOutcome::Exported,
        "verified" => BundleOutcome::Verified,
        _ => BundleOutcome::Refused,
    }
}

/// Whether every device of a unit has acknowledged what a bundle carried, and lacks no attachment.
fn confirmed(connection: &Connection, unit: UnitId, note: &Note) -> Result<bool, LedgerError> {
    for channel in channels::pairs(connection)? {
        if note.blobs > 0 && awaited::is_asked(connection, channel.id, unit)? {
            return Ok(false);
        }
    }
    for (feed, last) in &note.carried {
        let mut here = false;
        for channel in channels::pairs(connection)? {
            for tip in exchange::tips(connection, channel.id)?
                .into_iter()
                .filter(|tip| tip.root == *feed && (tip.from_n..=tip.n).contains(last))
            {
                here = exchange::acknowledged_by_all(connection, unit, tip.id)?.is_some_and(|n| n >= *last);
            }
        }
        if !here {
            return Ok(false);
        }
    }
    Ok(true)
}

impl App {
    pub(crate) fn write_journal(
        &self,
        outcome: &str,
        outgoing: bool,
        unit: Option<UnitId>,
        manifest: Option<Hash>,
        note: &Note,
    ) -> Result<(), AppError> {
        let line = self.journal_line(outcome, outgoing, unit, manifest, note)?;
        Ok(self.opened()?.store.write(|writer| writer.journal(&line))?)
    }

    /// A line of the journal, for whoever writes it together with what it tells of.
    pub(super) fn journal_line(
        &self,
        outcome: &str,
        outgoing: bool,
        unit: Option<UnitId>,
        manifest: Option<Hash>,
        note: &Note,
    ) -> Result<JournalLine, AppError> {
        Ok(JournalLine {
            at: self.now_text(),
            outcome: outcome.to_owned(),
            outgoing,
            unit,
            manifest,
            line: serde_json::to_string(note).map_err(|error| AppError::internal("journal", &error))?,
        })
    }

    /// BLAKE3 of the file under a token.
    pub(super) fn file_hash(&self, token: &str) -> Result<Hash, AppError> {
        let mut hasher = blake3::Hasher::new();
        self.read_file(token, &mut hasher)?;
        Ok(Hash(*hasher.finalize().as_bytes()))
    }

    /// What opens by no key of ours may have been made here, for somebody else to open: the journal knows the file.
    pub(super) fn or_own(&self, open: &Open, token: &str, error: AppError) -> AppError {
        if error.code != "bundle_not_for_us" {
            return error;
        }
        let own = || {
            let hash = self.file_hash(token).ok()?;
            let lines = open.store.read(|c| local::journal(c, JOURNAL_LINES)).ok()?;
            lines.into_iter().filter(|line| line.outgoing).find_map(|line| {
                let note: Note = serde_json::from_str(&line.line).ok()?;
                (note.file_hash == Some(hash)).then_some(note.unit?.name)
            })
        };
        match own() {
            Some(unit) => AppError::new("bundle_own").with("unit", unit),
            None => error,
        }
    }

    pub(crate) fn do_bundles(&self) -> Result<BundleJournal, AppError> {
        let open = self.opened()?;
        let lines = open.store.read(|connection| {
            let mut lines = Vec::new();
            for line in local::journal(connection, JOURNAL_LINES)? {
                let note: Note = serde_json::from_str(&line.line).unwrap_or_default();
                let confirmed = match line.unit {
                    // What carries nothing but acknowledgements is not acknowledged itself.
                    Some(unit) if line.outgoing && (note.entries > 0 || note.blobs > 0) => {
                        Some(confirmed(connection, unit, &note)?)
                    }
                    _ => None,
                };
                lines.push(BundleLine {
                    at: line.at,
                    outcome: outcome(&line.outcome),
                    outgoing: line.outgoing,
                    unit: note.unit,
                    file_name: note.file_name,
                    size: note.size,
                    number: note.number,
                    manifest_hash: line.manifest.map(|hash| hash.to_string()),
                    volume: note.volume,
                    entries: note.entries,
                    blobs: note.blobs,
                    refusal: note.refusal,
                    params: note.params,
                    confirmed,
                });
            }
            Ok::<_, LedgerError>(lines)
        })?;
        let missing = open.store.read(|connection| {
            let channels = channels::pairs(connection)?;
            let mut missing = Vec::new();
            for gap in lack::lacking(connection)? {
                let channel = channels.iter().find(|channel| channel.key == gap.channel);
                let Some((_, party)) = channel.and_then(|channel| channels::other(channel, open.profile.unit())) else {
                    continue;
                };
                let device = match cells::feed_row(connection, gap.feed) {
                    Ok(row) => cells::feed_info(connection, row)?.device_name,
                    Err(_) => String::new(),
                };
                missing.push(MissingEntries {
                    unit: name_of(party),
                    device,
                    entries: u32::try_from(gap.last + 1 - gap.first.max(1)).unwrap_or(u32::MAX),
                });
            }
            Ok::<_, LedgerError>(missing)
        })?;
        let volumes = open
            .store
            .read(|connection| sets::incomplete(connection, JOURNAL_LINES))?;
        Ok(BundleJournal {
            lines,
            missing,
            volumes,
        })
    }
}

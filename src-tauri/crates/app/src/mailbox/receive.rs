//! What lies in a mailbox for this unit and is new here: fetched, opened, taken in whole or not at all.

use super::sync::Run;
use super::{trouble, watched};
use crate::api::{BundleReport, MailboxReceived, UnitName, WorkStep};
use crate::bundles::Note;
use crate::home::name_of;
use crate::staging::Place as Staged;
use crate::work::Watch;
use crate::{AppError, channels};
use chidao_domain::ids::{UnitId, to_hex};
use chidao_ledger::store::LedgerError;
use chidao_ledger::store::mailbox::MailboxFile;
use chidao_mailbox::{ChannelSecret, Item, MailboxError, Tag};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

/// How often a file whose end is missing is tried as long as it does not change.
const TRIES: u32 = 3;

/// What became of another's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// Taken in, here or before.
    Taken,
    /// Refused: trying again would not help.
    Refused,
    /// Its end is missing, or it does not decrypt to the end: it may be on its way.
    Unfinished,
}

/// What is remembered of another's file.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Met {
    state: State,
    size: u64,
    modified: Option<i64>,
    /// How often it was tried as it is.
    #[serde(default)]
    tries: u32,
    /// Why it was refused.
    #[serde(default)]
    code: String,
    /// The program that refused it: a later one may think otherwise.
    #[serde(default)]
    version: String,
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Refusals that a file still being written can give.
fn may_be_unfinished(code: &str) -> bool {
    matches!(code, "bundle_cut_short" | "bundle_damaged" | "bundle_not_one")
}

/// Failures of this machine, not of the file: nothing is known of the file then.
fn is_ours(error: &AppError) -> bool {
    error.retryable
        || matches!(
            error.code.as_str(),
            "internal" | "locked" | "cancelled" | "store_inconsistent"
        )
}

/// Bundles to the unit that not every machine of it can read: older ones know nothing of this one.
const NOT_FOR_US: &str = "bundle_not_for_us";

/// Whether another's file was refused for good, and it matters to somebody here.
pub(super) fn is_refused(file: &MailboxFile) -> bool {
    serde_json::from_str::<Met>(&file.line).is_ok_and(|met| met.state == State::Refused && met.code != NOT_FOR_US)
}

impl Met {
    /// Whether a file is to be tried now.
    fn tries_again(&self, item: &Item, again: bool) -> bool {
        let changed = (self.size, self.modified) != (item.size, item.modified);
        match self.state {
            State::Taken => false,
            State::Refused => again || changed || (self.code == "bundle_too_new" && self.version != VERSION),
            State::Unfinished => true,
        }
    }
}

impl Run<'_> {
    /// The channels whose files to this unit may lie here, by how their names begin.
    fn incoming(&self) -> Result<HashMap<Tag, (UnitId, UnitName)>, AppError> {
        let own = self.open.profile.unit();
        Ok(self.open.store.read(|connection| {
            let mut tags = HashMap::new();
            for channel in channels::pairs(connection)? {
                let Some((_, party)) = channels::other(&channel, own) else {
                    continue;
                };
                if self.kept.serves(party.unit) {
                    let secret = ChannelSecret::of(&channel.key.0, &channel.signed.text, &channel.signed.sig);
                    tags.insert(secret.tag(&own.0), (party.unit, name_of(party)));
                }
            }
            Ok::<_, LedgerError>(tags)
        })?)
    }

    /// Takes in everything new, oldest first.
    pub(super) fn receive(&mut self, watch: &mut Watch<'_>) -> Result<(), AppError> {
        let tags = self.incoming()?;
        for item in self.listed.clone() {
            let Some((unit, from)) = tags.get(&item.name.tag) else {
                continue;
            };
            let known = self.known.get(&item.name.to_string());
            let met = match known {
                Some(file) if file.own => continue,
                Some(file) => serde_json::from_str::<Met>(&file.line).ok(),
                None => None,
            };
            if met.as_ref().is_some_and(|met| !met.tries_again(&item, self.again)) {
                continue;
            }
            self.receive_one(&item, (*unit, from), met, watch)?;
        }
        Ok(())
    }

    fn receive_one(
        &mut self,
        item: &Item,
        (unit, from): (UnitId, &UnitName),
        met: Option<Met>,
        watch: &mut Watch<'_>,
    ) -> Result<(), AppError> {
        let name = item.name.to_string();
        let path = self
            .app
            .staging
            .folder
            .join(format!("{}.chidao", to_hex(&self.app.random::<16>())));
        let mut note = Note {
            unit: Some(from.clone()),
            file_name: format!("{}/{name}", self.kept.name),
            ..Note::default()
        };
        let taken = match self.fetch(item, &path, watch) {
            Ok(size) => {
                note.size = size;
                self.take_in(&path, &mut note, watch)
            }
            // Whoever put it removed it meanwhile.
            Err(MailboxError::Gone(_)) => return Ok(()),
            Err(MailboxError::CutShort(_)) => Err(AppError::new("bundle_cut_short")),
            Err(MailboxError::TooBig { what, allowed }) => Err(AppError::new("bundle_too_big")
                .with("limit", what)
                .with("allowed", allowed)),
            Err(error) => Err(self.failed(error).retryable()),
        };
        let _ = fs::remove_file(&path);
        let mut now = Met {
            state: State::Taken,
            size: item.size,
            modified: item.modified,
            tries: 0,
            code: String::new(),
            version: VERSION.to_owned(),
        };
        let mut received = MailboxReceived {
            name: name.clone(),
            from: from.clone(),
            report: None,
            trouble: None,
            unfinished: false,
        };
        match taken {
            Ok(report) => received.report = Some(report),
            Err(error) if is_ours(&error) => return Err(error),
            Err(error) => {
                let unchanged = met.filter(|met| (met.size, met.modified) == (now.size, now.modified));
                now.tries = unchanged.map_or(0, |met| met.tries) + 1;
                now.code.clone_from(&error.code);
                received.unfinished = may_be_unfinished(&error.code) && now.tries < TRIES;
                received.trouble = Some(trouble(&error));
                now.state = match received.unfinished {
                    true => State::Unfinished,
                    false => State::Refused,
                };
                if now.state == State::Refused && error.code != NOT_FOR_US {
                    note.refusal = Some(error.code);
                    note.params = error.params;
                    self.app.write_journal("refused", false, Some(unit), None, &note)?;
                }
            }
        }
        let line = serde_json::to_string(&now).map_err(|error| AppError::internal("mailbox", &error))?;
        self.note(MailboxFile {
            name,
            own: false,
            unit,
            line,
        })?;
        self.row.received.push(received);
        Ok(())
    }

    /// Copies a file to the private folder of this run.
    fn fetch(&self, item: &Item, path: &Path, watch: &mut Watch<'_>) -> Result<u64, MailboxError> {
        let mut file = File::create(path)?;
        let size = self
            .place
            .get(&item.name, &mut file, &mut watched(watch, WorkStep::Fetching))?;
        file.flush()?;
        Ok(size)
    }

    fn take_in(&self, path: &Path, note: &mut Note, watch: &mut Watch<'_>) -> Result<BundleReport, AppError> {
        let staged = self
            .app
            .keep_staged(&note.file_name, note.size, Staged::File(path.to_owned()));
        let taken = self.app.take_in_bundle(&self.open, &staged.file, note, watch);
        self.app.drop_staged(&staged.file);
        taken
    }
}

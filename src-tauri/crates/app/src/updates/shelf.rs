//! The updates that are kept here, each whole in `updates/<blake3>.chidao-update`: to be installed, or to be carried on to the
//! units below. They hold no secret. Who brought them stands in the database.

use super::plan;
use crate::AppError;
use crate::api::WorkStep;
use crate::home::{App, Open};
use crate::staging::Place;
use crate::work::Watch;
use chidao_bundle::update::{self, ENDING, Head, UpdateError};
use chidao_domain::ids::Hash;
use chidao_ledger::store::local;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Setting: who brought which update, and which are carried on.
const SETTING: &str = "updates";
/// So many are kept at once; beyond that, those that are of no use here go.
const KEPT: usize = 16;

/// What is known of an update that is kept, beyond what it says itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Known {
    /// The unit whose bundle carried it; empty if a person handed it over.
    pub brought_by: String,
    /// When, RFC 3339.
    pub at: String,
    /// It is carried on in bundles to units below.
    pub carried_on: bool,
    /// The units to which a bundle has carried it.
    pub sent: BTreeSet<String>,
}

/// An update on the shelf.
#[derive(Clone, Debug)]
pub(crate) struct Shelved {
    /// BLAKE3 of the file.
    pub id: String,
    pub path: PathBuf,
    pub size: u64,
    pub head: Head,
    pub known: Known,
}

impl From<UpdateError> for AppError {
    fn from(error: UpdateError) -> AppError {
        match error {
            UpdateError::NotAnUpdate => AppError::new("update_not_one"),
            UpdateError::CutShort => AppError::new("update_cut_short"),
            UpdateError::Damaged => AppError::new("update_damaged"),
            UpdateError::Malformed(what) => AppError::new("update_malformed").with("detail", what),
            UpdateError::TooNew { reader } => AppError::new("update_too_new").with("reader", reader),
            UpdateError::TooBig { what, allowed } => AppError::new("update_too_big")
                .with("what", what)
                .with("allowed", allowed),
            UpdateError::SignatureWrong => AppError::new("update_signature_wrong"),
            UpdateError::Cancelled => AppError::new("cancelled"),
            UpdateError::Io(error) => AppError::of_writing("file_unreadable", &error).retryable(),
        }
    }
}

/// Whether a name is that of a shelved file; the identity in it.
fn id_of(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let id = name.strip_suffix(&format!(".{ENDING}"))?;
    id.parse::<Hash>().ok().map(|hash| hash.to_string())
}

/// Reads and hashes what passes.
struct Hashing<R> {
    inner: R,
    hasher: blake3::Hasher,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.hasher.update(&out[..read]);
        Ok(read)
    }
}

impl App {
    /// The key by which updates are believed.
    pub(crate) fn update_key(&self) -> Result<&chidao_bundle::keys::VerifyingKey, AppError> {
        let key = self.installation.key.as_ref();
        key.ok_or_else(|| AppError::new("update_no_key"))
    }

    /// Verifies an update file to its end; answers what it says, and its own BLAKE3.
    pub(crate) fn verify_update(&self, input: &mut dyn Read, watch: &mut Watch<'_>) -> Result<(Head, Hash), AppError> {
        let mut input = Hashing {
            inner: input,
            hasher: blake3::Hasher::new(),
        };
        let mut told = |done| watch.step(WorkStep::Reading, done, done);
        let head = update::read(&mut input, self.update_key()?, &mut io::sink(), &mut told)?;
        Ok((head, Hash(*input.hasher.finalize().as_bytes())))
    }

    /// The file of an update that was handed over.
    pub(crate) fn handed_update(&self, token: &str) -> Result<PathBuf, AppError> {
        match self.staged(token)?.place {
            Place::File(path) => Ok(path),
            _ => Err(AppError::new("update_not_one")),
        }
    }

    /// What is known of the updates here.
    fn known_updates(&self, open: &Open) -> Result<BTreeMap<String, Known>, AppError> {
        let text = open.store.read(|c| local::setting(c, SETTING))?;
        Ok(text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default())
    }

    fn keep_known(&self, open: &Open, known: &BTreeMap<String, Known>) -> Result<(), AppError> {
        let text = serde_json::to_string(known).map_err(|error| AppError::internal("updates", &error))?;
        Ok(open.store.write(|writer| writer.set(SETTING, &text))?)
    }

    /// The updates on the shelf, the newest version first. What cannot be verified is passed over.
    pub(crate) fn shelf(&self, open: &Open) -> Result<Vec<Shelved>, AppError> {
        let Ok(key) = self.update_key() else {
            return Ok(Vec::new());
        };
        let mut known = self.known_updates(open)?;
        let files = fs::read_dir(plan::folder(&self.home)).into_iter().flatten().flatten();
        let mut all = Vec::new();
        for path in files.map(|entry| entry.path()) {
            let Some(id) = id_of(&path) else { continue };
            let head = File::open(&path)
                .map_err(UpdateError::from)
                .and_then(|mut file| update::read_head(&mut file, key));
            if let Ok(head) = head {
                all.push(Shelved {
                    size: fs::metadata(&path).map_or(0, |file| file.len()),
                    known: known.remove(&id).unwrap_or_default(),
                    id,
                    path,
                    head,
                });
            }
        }
        all.sort_by(|a, b| (b.head.manifest.version, &a.id).cmp(&(a.head.manifest.version, &b.id)));
        Ok(all)
    }

    /// One update of the shelf.
    pub(crate) fn shelved(&self, open: &Open, id: &str) -> Result<Shelved, AppError> {
        let found = self.shelf(open)?.into_iter().find(|one| one.id == id);
        found.ok_or_else(|| AppError::new("update_unknown").with("update", id))
    }

    /// Puts an update that was verified on the shelf: copied, flushed, read back and verified again.
    pub(crate) fn put_on_shelf(
        &self,
        open: &Open,
        from: &Path,
        id: Hash,
        brought_by: &str,
        watch: &mut Watch<'_>,
    ) -> Result<(), AppError> {
        let folder = plan::folder(&self.home);
        let failed = |error: io::Error| AppError::of_writing("file_not_written", &error).retryable();
        fs::create_dir_all(&folder).map_err(failed)?;
        let place = folder.join(format!("{id}.{ENDING}"));
        if !place.exists() {
            let run = self.staging.folder.file_name().unwrap_or_default().to_string_lossy();
            let part = folder.join(format!("{id}.{run}.part"));
            let copied = fs::copy(from, &part)
                .and_then(|_| File::options().write(true).open(&part)?.sync_all())
                .map_err(failed)
                .and_then(|()| {
                    let mut file = File::open(&part).map_err(failed)?;
                    match self.verify_update(&mut file, watch)?.1 == id {
                        true => crate::vault::put_in_place(&part, &place),
                        false => Err(AppError::new("file_reads_back_wrong")
                            .with("path", place.display())
                            .retryable()),
                    }
                });
            copied.inspect_err(|_| {
                let _ = fs::remove_file(&part);
            })?;
        }
        let mut known = self.known_updates(open)?;
        known.entry(id.to_string()).or_insert_with(|| Known {
            brought_by: brought_by.to_owned(),
            at: self.now_text(),
            ..Known::default()
        });
        self.keep_known(open, &known)?;
        self.tidy_shelf(open)
    }

    /// Removes what is of no use here where there is too much, and what was left half written.
    fn tidy_shelf(&self, open: &Open) -> Result<(), AppError> {
        let all = self.shelf(open)?;
        let of_no_use = |one: &&Shelved| !one.known.carried_on && self.unfit(&one.head.manifest, &one.id).is_some();
        let over = all.len().saturating_sub(KEPT);
        for one in all.iter().rev().filter(of_no_use).take(over) {
            let _ = fs::remove_file(&one.path);
        }
        if self.staging.is_alone() {
            for entry in fs::read_dir(plan::folder(&self.home)).into_iter().flatten().flatten() {
                if entry.path().extension().is_some_and(|end| end == "part") {
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
        Ok(())
    }

    /// Changes what is known of one update.
    pub(crate) fn note_update(&self, open: &Open, id: &str, change: impl FnOnce(&mut Known)) -> Result<(), AppError> {
        let mut known = self.known_updates(open)?;
        change(known.entry(id.to_owned()).or_default());
        self.keep_known(open, &known)
    }

    /// Takes an update off the shelf.
    pub(crate) fn take_off_shelf(&self, open: &Open, id: &str) -> Result<(), AppError> {
        let shelved = self.shelved(open, id)?;
        fs::remove_file(&shelved.path).map_err(|error| AppError::of_writing("file_not_written", &error).retryable())?;
        let mut known = self.known_updates(open)?;
        known.remove(id);
        self.keep_known(open, &known)
    }
}

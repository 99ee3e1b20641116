//! Backups: made by themselves, verified after writing, kept in turn, and gone back to.
//!
//! A backup is one encrypted file ([`file`]): the database with the vault's files, so that it can be opened with a passphrase
//! that was good when it was made, or with the office's recovery key. [`making`] makes one,
//! [`before`] knows before what, [`keeping`] says which stay, [`verify`] tries one out, [`restore`] goes back.

mod before;
pub(crate) mod file;
mod keeping;
mod making;
pub(crate) mod restore;
mod verify;

use crate::AppError;
use crate::api::*;
use crate::home::{App, Open};
use crate::work::Watch;
pub(crate) use before::Beside;
use chidao_domain::ids::DeviceId;
use chidao_ledger::store::{LedgerError, exchange, local};
use chrono::DateTime;
use std::fs;
use std::path::{Path, PathBuf};

/// Setting: where backups lie and how many are kept.
const KEEPING: &str = "backups";
/// The folder of the home in which backups lie unless another is chosen.
const FOLDER: &str = "backups";
/// Bytes that must stay free beside a backup, so that work can go on.
const SPARE: u64 = 2 << 20;

/// A backup in a folder.
struct Found {
    name: String,
    size: u64,
    head: file::Head,
}

/// The backups of a folder, newest first. What cannot be read as one is passed over.
fn found_in(folder: &Path) -> Vec<Found> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let backups = files
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == file::ENDING));
    let mut all: Vec<Found> = backups
        .filter_map(|path| {
            let backup = file::look(&path).ok()?;
            Some(Found {
                name: path.file_name()?.to_string_lossy().into_owned(),
                size: backup.size,
                head: backup.head,
            })
        })
        .collect();
    all.sort_by(|a, b| (moment(&b.head), &b.name).cmp(&(moment(&a.head), &a.name)));
    all
}

fn moment(head: &file::Head) -> DateTime<chrono::FixedOffset> {
    DateTime::parse_from_rfc3339(&head.at).unwrap_or_default()
}

impl App {
    fn keeping(&self, open: &Open) -> Result<BackupKeeping, AppError> {
        let text = open.store.read(|c| local::setting(c, KEEPING))?;
        Ok(text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default())
    }

    fn own_backups(&self) -> PathBuf {
        self.home.join(FOLDER)
    }

    /// Where backups go, and whether the folder that was chosen cannot be reached.
    fn backup_folder(&self, keeping: &BackupKeeping) -> (PathBuf, bool) {
        match keeping.folder.as_deref().map(Path::new) {
            Some(chosen) if chosen.is_dir() => (chosen.to_owned(), false),
            Some(_) => (self.own_backups(), true),
            None => (self.own_backups(), false),
        }
    }

    /// Bytes of the database with its log.
    fn store_size(&self) -> u64 {
        let size = |name: &str| fs::metadata(self.home.join(name)).map_or(0, |file| file.len());
        size("ledger.db") + size("ledger.db-wal")
    }

    pub(crate) fn do_backups(&self) -> Result<Backups, AppError> {
        let open = self.opened().ok();
        let keeping = match &open {
            Some(open) => self.keeping(open)?,
            None => BackupKeeping::default(),
        };
        let (folder, folder_lost) = self.backup_folder(&keeping);
        let mut found = found_in(&folder);
        if folder != self.own_backups() {
            // Those made while the chosen folder could not be reached.
            found.extend(found_in(&self.own_backups()));
            found.sort_by_key(|one| std::cmp::Reverse(moment(&one.head)));
        }
        let device = open.as_ref().map(|open| open.profile.device);
        let here = |one: &Found| device.is_none_or(|device| one.head.is_of(device));
        let revoked = match &open {
            Some(open) => revoked(open)?,
            None => Vec::new(),
        };
        let is_today_done = found
            .iter()
            .any(|one| here(one) && moment(&one.head).date_naive() == self.today() && one.head.why == BackupWhy::Daily);
        Ok(Backups {
            free: fs4::available_space(existing(&folder)).ok(),
            next: self.store_size(),
            needed: self.store_size() + SPARE,
            rows: found.iter().map(|one| row(one, here(one), &revoked)).collect(),
            folder: crate::error::without_prefix(folder.display().to_string()),
            folder_lost,
            keeping,
            is_today_done,
        })
    }

    pub(crate) fn do_backup_keeping(&self, keeping: BackupKeeping) -> Result<Backups, AppError> {
        let open = self.opened()?;
        for (field, value, least, most) in [
            ("daily", keeping.daily, 1, 60),
            ("weekly", keeping.weekly, 0, 52),
            ("before_import", keeping.before_import, 0, 20),
            ("before_upgrade", keeping.before_upgrade, 1, 10),
            ("by_hand", keeping.by_hand, 1, 50),
        ] {
            if !(least..=most).contains(&value) {
                return Err(AppError::new("bad_value").with("field", field).with("value", value));
            }
        }
        if let Some(folder) = &keeping.folder {
            let path = Path::new(folder);
            if !path.is_absolute() || !path.is_dir() {
                return Err(AppError::new("backup_folder_lost").with("folder", folder));
            }
        }
        let text = serde_json::to_string(&keeping).map_err(|error| AppError::internal("backups", &error))?;
        open.store.write(|writer| writer.set(KEEPING, &text))?;
        self.do_backups()
    }

    pub(crate) fn do_backup_make(&self, watch: &mut Watch<'_>) -> Result<BackupMade, AppError> {
        let open = self.opened()?;
        let plan = self.plan_backup(&open, BackupWhy::ByHand)?;
        self.carry_out(&open, &plan, &mut |step, done, total| watch.step(step, done, total))
    }

    /// Today's backup, unless it has been made.
    pub(crate) fn do_backup_daily(&self, watch: &mut Watch<'_>) -> Result<BackupMade, AppError> {
        let open = self.opened()?;
        if self.do_backups()?.is_today_done {
            return Ok(BackupMade { made: None, removed: 0 });
        }
        let plan = self.plan_backup(&open, BackupWhy::Daily)?;
        self.carry_out(&open, &plan, &mut |step, done, total| watch.step(step, done, total))
    }

    pub(crate) fn do_backup_remove(&self, request: &BackupName) -> Result<Backups, AppError> {
        self.opened()?;
        let found = self.find_backup(&request.name)?;
        fs::remove_file(&found).map_err(|error| AppError::of_writing("file_not_written", &error).retryable())?;
        self.do_backups()
    }

    /// A backup as a file to be saved elsewhere: on a stick, in the safe.
    pub(crate) fn do_backup_take(&self, request: &BackupName) -> Result<ReadyFile, AppError> {
        let found = self.find_backup(&request.name)?;
        let name = found.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.linked(&found, &name)
    }

    /// A file of the home ready to be saved: what is staged is removed at the lock, the file itself is not.
    pub(crate) fn linked(&self, path: &Path, name: &str) -> Result<ReadyFile, AppError> {
        let failed = |error: std::io::Error| AppError::of_writing("file_not_written", &error).retryable();
        let staged = self
            .staging
            .folder
            .join(chidao_domain::ids::to_hex(&self.random::<16>()));
        if fs::hard_link(path, &staged).is_err() {
            fs::copy(path, &staged).map_err(failed)?;
        }
        let size = fs::metadata(&staged).map_err(failed)?.len();
        Ok(self.keep_staged(name, size, crate::staging::Place::File(staged)))
    }

    /// A backup from anywhere, as the register that is open sees it.
    fn looked_at(&self, found: &Found) -> Result<BackupRow, AppError> {
        Ok(match self.opened() {
            Ok(open) => row(found, found.head.is_of(open.profile.device), &revoked(&open)?),
            Err(_) => row(found, false, &[]),
        })
    }

    /// A backup by its name, in the folder chosen or in the home's own.
    fn find_backup(&self, name: &str) -> Result<PathBuf, AppError> {
        let keeping = match self.opened() {
            Ok(open) => self.keeping(&open)?,
            Err(_) => BackupKeeping::default(),
        };
        let plain = Path::new(name).file_name().is_some_and(|last| last == name);
        [self.backup_folder(&keeping).0, self.own_backups()]
            .into_iter()
            .map(|folder| folder.join(name))
            .find(|path| plain && path.is_file())
            .ok_or_else(|| AppError::new("backup_unknown").with("name", name))
    }
}

/// The machines of this unit that are believed no longer.
fn revoked(open: &Open) -> Result<Vec<DeviceId>, LedgerError> {
    let all = open
        .store
        .read(|connection| exchange::every_device(connection, open.profile.unit()))?;
    let revoked = all.into_iter().filter(|(_, revoked)| *revoked);
    Ok(revoked.map(|(device, _)| device.key).collect())
}

fn row(found: &Found, here: bool, revoked: &[DeviceId]) -> BackupRow {
    BackupRow {
        name: found.name.clone(),
        at: found.head.at.clone(),
        why: found.head.why,
        size: found.size,
        program: found.head.program.clone(),
        here,
        revoked: revoked.contains(&found.head.device),
    }
}

/// The folder, or the nearest one above it that exists.
fn existing(folder: &Path) -> &Path {
    folder.ancestors().find(|path| path.exists()).unwrap_or(folder)
}

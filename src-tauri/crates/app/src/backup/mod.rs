//! Backups: made by themselves, verified after writing, kept in turn, and gone back to.
//!
//! A backup is one encrypted file ([`file`]): the database with the vault's files, so that it can be opened with a passphrase
//! that was good when it was made, or with the office's recovery key. [`keeping`] says which stay; [`restore`] goes back.

pub(crate) mod file;
mod keeping;
pub(crate) mod restore;

use crate::AppError;
use crate::api::*;
use crate::home::{App, Open};
use crate::work::Watch;
use chidao_domain::ids::{Hash, from_hex};
use chidao_ledger::store::copying::{self, CopyStep};
use chidao_ledger::store::{Connection, LedgerError, cells, exchange, local};
use chrono::{DateTime, TimeDelta};
use keeping::Kept;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Scope, ScopedJoinHandle};

/// Setting: where backups lie and how many are kept.
const KEEPING: &str = "backups";
/// Setting: the version of the program that last opened this home.
const PROGRAM: &str = "program";
/// The folder of the home in which backups lie unless another is chosen.
const FOLDER: &str = "backups";
/// Bytes that must stay free beside a backup, so that work can go on.
const SPARE: u64 = 2 << 20;
/// Imports that follow a backup of their kind within so many minutes share it, if nothing was written by hand between.
const SHARED_MINUTES: i64 = 10;

/// A backup in a folder.
struct Found {
    name: String,
    size: u64,
    head: file::Head,
}

/// What is needed to make one.
struct Plan {
    folder: PathBuf,
    keeping: BackupKeeping,
    why: BackupWhy,
}

fn word(why: BackupWhy) -> &'static str {
    match why {
        BackupWhy::Daily => "daily",
        BackupWhy::BeforeImport => "before-import",
        BackupWhy::BeforeUpgrade => "before-upgrade",
        BackupWhy::ByHand => "by-hand",
    }
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

/// What this machine itself has written, in one hash.
fn own_words(connection: &Connection) -> Result<Hash, LedgerError> {
    let mut hasher = blake3::Hasher::new();
    for channel in cells::channels(connection)? {
        for tip in exchange::tips(connection, channel.id)?.iter().filter(|tip| tip.here) {
            hasher.update(&tip.feed.0);
            hasher.update(&tip.hash.0);
        }
    }
    Ok(Hash(*hasher.finalize().as_bytes()))
}

/// A backup that is made while something else goes on. What it is made for waits for it before it becomes final.
pub(crate) struct Beside<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
    app: &'env App,
    open: &'env Open,
    stop: &'env AtomicBool,
    making: Option<ScopedJoinHandle<'scope, Result<BackupMade, AppError>>>,
}

impl Beside<'_, '_> {
    /// Begins the backup, unless the last one will do.
    ///
    /// # Errors
    /// `backup_no_room`; `backup_not_written`.
    pub(crate) fn begin(&mut self) -> Result<(), AppError> {
        let (app, open, stop) = (self.app, self.open, self.stop);
        if let Some(plan) = app.plan_before_import(open)? {
            self.making = Some(self.scope.spawn(move || {
                app.carry_out(open, &plan, &mut |_, _, _| match stop.load(Ordering::Relaxed) {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                })
            }));
        }
        Ok(())
    }

    /// Waits until the backup is made and verified.
    ///
    /// # Errors
    /// Why it could not be made.
    pub(crate) fn wait(&mut self) -> Result<(), AppError> {
        match self.making.take().map(ScopedJoinHandle::join) {
            None | Some(Ok(Ok(_))) => Ok(()),
            Some(Ok(Err(error))) => Err(error),
            Some(Err(_)) => Err(AppError::new("internal").with("place", "backup")),
        }
    }
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
        let is_today_done = found
            .iter()
            .any(|one| here(one) && moment(&one.head).date_naive() == self.today() && one.head.why == BackupWhy::Daily);
        Ok(Backups {
            free: fs4::available_space(existing(&folder)).ok(),
            next: self.store_size(),
            needed: self.store_size() + SPARE,
            rows: found.iter().map(|one| row(one, here(one))).collect(),
            folder: folder.display().to_string(),
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
        let failed = |error: std::io::Error| AppError::of_writing("file_not_written", &error).retryable();
        let name = found.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // What is staged is removed at the lock; the backup itself is not.
        let staged = self
            .staging
            .folder
            .join(chidao_domain::ids::to_hex(&self.random::<16>()));
        if fs::hard_link(&found, &staged).is_err() {
            fs::copy(&found, &staged).map_err(failed)?;
        }
        let size = fs::metadata(&staged).map_err(failed)?.len();
        Ok(self.keep_staged(&name, size, crate::staging::Place::File(staged)))
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

    /// Whether there is room and a folder; nothing is written yet but the folder.
    fn plan_backup(&self, open: &Open, why: BackupWhy) -> Result<Plan, AppError> {
        let keeping = self.keeping(open)?;
        let (folder, _) = self.backup_folder(&keeping);
        fs::create_dir_all(&folder).map_err(|error| not_written(&folder, LedgerError::File(error)))?;
        room_for(self.store_size() + SPARE, fs4::available_space(&folder).ok(), &folder)?;
        Ok(Plan { folder, keeping, why })
    }

    fn carry_out(
        &self,
        open: &Open,
        plan: &Plan,
        told: &mut dyn FnMut(WorkStep, u64, u64) -> ControlFlow<()>,
    ) -> Result<BackupMade, AppError> {
        let now = (self.edges.now)();
        let stem = format!(
            "{}_{}_{}",
            &open.profile.device.to_string()[..8],
            now.format("%Y-%m-%dT%H%M%S"),
            word(plan.why)
        );
        let name = (1..)
            .map(|i| match i {
                1 => format!("{stem}.{}", file::ENDING),
                i => format!("{stem}-{i}.{}", file::ENDING),
            })
            .find(|name| !plan.folder.join(name).exists())
            .ok_or_else(|| AppError::new("internal").with("place", "backup name"))?;
        self.sweep_parts(&plan.folder);
        let part = plan.folder.join(format!("{name}.{}", self.part_ending()));
        let done = self.write_backup(open, plan, &part, told).and_then(|head| {
            let place = plan.folder.join(&name);
            let size = fs::metadata(&part).map_or(0, |file| file.len());
            crate::vault::put_in_place(&part, &place)?;
            Ok(Found { name, size, head })
        });
        let found = done.inspect_err(|_| {
            let _ = fs::remove_file(&part);
        })?;
        Ok(BackupMade {
            removed: self.make_room(open, plan)?,
            made: Some(row(&found, true)),
        })
    }

    /// Parts bear the name of the run that writes them: those of others may still be growing.
    fn part_ending(&self) -> String {
        let run = self.staging.folder.file_name().unwrap_or_default();
        format!("{}.part", run.to_string_lossy())
    }

    /// Removes what runs that are over left half written.
    fn sweep_parts(&self, folder: &Path) {
        if !self.staging.is_alone() {
            return;
        }
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let half = name.contains(&format!(".{}.", file::ENDING)) && name.ends_with(".part");
            // A run may be making two at once, each for an import of its own.
            if half && !name.ends_with(&self.part_ending()) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn write_backup(
        &self,
        open: &Open,
        plan: &Plan,
        part: &Path,
        told: &mut dyn FnMut(WorkStep, u64, u64) -> ControlFlow<()>,
    ) -> Result<file::Head, AppError> {
        let key: [u8; 32] = from_hex(&open.keys.database).ok_or_else(|| AppError::new("vault_unreadable"))?;
        let files = file::key_files(&self.home.join("vault"))?;
        let own = open.store.read(own_words)?;
        let mut watch = |step, done, total| told(step_of(step), done, total);
        open.store
            .copy_to(part, &key, &mut watch)
            .map_err(|error| match error {
                LedgerError::Cancelled => AppError::new("cancelled"),
                LedgerError::Inconsistent(detail) => AppError::new("backup_damaged").with("detail", detail).retryable(),
                error => not_written(&plan.folder, error),
            })?;
        let mut hearing = |done, total| match told(WorkStep::Verifying, done, total) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(AppError::new("cancelled")),
        };
        let (database, _) = file::hash_file(part, &mut hearing)?;
        let head = file::Head {
            v: 1,
            at: self.now_text(),
            why: plan.why,
            device: open.profile.device,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            own,
            database,
            vault: file::named(&files),
        };
        file::finish(part, &head, &files)?;
        if file::look(part)?.head != head {
            return Err(AppError::new("backup_damaged").with("detail", "head"));
        }
        Ok(head)
    }

    /// Removes those backups of this machine that the rule lets go.
    fn make_room(&self, open: &Open, plan: &Plan) -> Result<u32, AppError> {
        let mine = found_in(&plan.folder)
            .into_iter()
            .filter(|one| one.head.is_of(open.profile.device));
        let all: Vec<Kept> = mine
            .map(|one| Kept {
                at: moment(&one.head),
                why: one.head.why,
                name: one.name,
            })
            .collect();
        let mut removed = 0;
        for name in keeping::superfluous(&all, &plan.keeping) {
            // One that cannot be removed now is removed the next time.
            removed += u32::from(fs::remove_file(plan.folder.join(name)).is_ok());
        }
        Ok(removed)
    }

    /// Does something beside which a backup of what was there before can be made. One that was begun and not waited for is
    /// given up: nothing was taken in.
    pub(crate) fn beside_backup<T>(&self, open: &Open, work: impl FnOnce(&mut Beside<'_, '_>) -> T) -> T {
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let mut beside = Beside {
                scope,
                app: self,
                open,
                stop: &stop,
                making: None,
            };
            let done = work(&mut beside);
            stop.store(true, Ordering::Relaxed);
            done
        })
    }

    /// Makes the backup that goes before taking something in, first the one and then the other.
    pub(crate) fn backup_before_import(&self, open: &Open, watch: &mut Watch<'_>) -> Result<(), AppError> {
        if let Some(plan) = self.plan_before_import(open)? {
            self.carry_out(open, &plan, &mut |step, done, total| watch.step(step, done, total))?;
        }
        Ok(())
    }

    /// None where none is wanted, or where the last one was made for an import just before and nothing was written by hand
    /// since.
    fn plan_before_import(&self, open: &Open) -> Result<Option<Plan>, AppError> {
        let keeping = self.keeping(open)?;
        if keeping.before_import == 0 {
            return Ok(None);
        }
        let own = open.store.read(own_words)?;
        let now = (self.edges.now)();
        let last = found_in(&self.backup_folder(&keeping).0)
            .into_iter()
            .find(|one| one.head.device == open.profile.device && one.head.why == BackupWhy::BeforeImport);
        let is_shared = last.is_some_and(|last| {
            let age = now - moment(&last.head);
            last.head.own == own && (TimeDelta::zero()..=TimeDelta::minutes(SHARED_MINUTES)).contains(&age)
        });
        match is_shared {
            true => Ok(None),
            false => self.plan_backup(open, BackupWhy::BeforeImport).map(Some),
        }
    }

    /// Before a newer program changes the store: a backup of it as the older one left it.
    pub(crate) fn backup_before_upgrade(&self, open: &Open) -> Result<(), AppError> {
        let program = env!("CARGO_PKG_VERSION");
        let last = open.store.read(|c| local::setting(c, PROGRAM))?;
        if last.as_deref() == Some(program) {
            return Ok(());
        }
        if last.is_some() {
            let plan = self.plan_backup(open, BackupWhy::BeforeUpgrade)?;
            self.carry_out(open, &plan, &mut |_, _, _| ControlFlow::Continue(()))?;
        }
        Ok(open.store.write(|writer| writer.set(PROGRAM, program))?)
    }

    /// The same where opening the store would bring its tables to a newer version: it is copied unopened.
    pub(crate) fn backup_before_migration(&self, keys: &crate::vault::Keys) -> Result<(), AppError> {
        let key: [u8; 32] = from_hex(&keys.database).ok_or_else(|| AppError::new("vault_unreadable"))?;
        let path = self.home.join("ledger.db");
        match copying::version_at(&path, &key)? {
            Some(version) if copying::would_migrate(version) => self.copy_unopened(&path, &key),
            _ => Ok(()),
        }
    }

    fn copy_unopened(&self, path: &Path, key: &[u8; 32]) -> Result<(), AppError> {
        let folder = self.own_backups();
        fs::create_dir_all(&folder).map_err(|error| not_written(&folder, LedgerError::File(error)))?;
        room_for(self.store_size() + SPARE, fs4::available_space(&folder).ok(), &folder)?;
        let name = format!(
            "{}_before-migration.{}",
            (self.edges.now)().format("%Y-%m-%dT%H%M%S"),
            file::ENDING
        );
        let (part, place) = (
            folder.join(format!("{name}.{}", self.part_ending())),
            folder.join(&name),
        );
        if place.exists() {
            return Ok(());
        }
        let files = file::key_files(&self.home.join("vault"))?;
        let written = copying::copy_unopened(path, key, &part, key, &mut |_, _, _| ControlFlow::Continue(()))
            .map_err(AppError::from)
            .and_then(|_| {
                let (database, _) = file::hash_file(&part, &mut |_, _| Ok(()))?;
                let head = file::Head {
                    v: 1,
                    at: self.now_text(),
                    why: BackupWhy::BeforeUpgrade,
                    device: file::UNTOLD,
                    program: env!("CARGO_PKG_VERSION").to_owned(),
                    own: Hash([0; 32]),
                    database,
                    vault: file::named(&files),
                };
                file::finish(&part, &head, &files)?;
                crate::vault::put_in_place(&part, &place)
            });
        written.inspect_err(|_| {
            let _ = fs::remove_file(&part);
        })
    }
}

fn step_of(step: CopyStep) -> WorkStep {
    match step {
        CopyStep::Writing => WorkStep::Copying,
        CopyStep::Verifying => WorkStep::Verifying,
    }
}

fn row(found: &Found, here: bool) -> BackupRow {
    BackupRow {
        name: found.name.clone(),
        at: found.head.at.clone(),
        why: found.head.why,
        size: found.size,
        program: found.head.program.clone(),
        here,
    }
}

/// `disk_full` where that is all; otherwise what stood in the way, and where.
fn not_written(folder: &Path, error: LedgerError) -> AppError {
    let detail = error.to_string();
    match AppError::from(error) {
        full if full.code == "disk_full" => full,
        _ => AppError::new("backup_not_written")
            .with("folder", folder.display())
            .with("detail", detail)
            .retryable(),
    }
}

/// The folder, or the nearest one above it that exists.
fn existing(folder: &Path) -> &Path {
    folder.ancestors().find(|path| path.exists()).unwrap_or(folder)
}

/// Whether a folder has room for so many bytes. A system that does not tell is believed to have.
fn room_for(needed: u64, free: Option<u64>, folder: &Path) -> Result<(), AppError> {
    match free {
        Some(free) if free < needed => Err(AppError::new("backup_no_room")
            .with("folder", folder.display())
            .with("needed", megabytes(needed))
            .with("free", megabytes(free))
            .retryable()),
        _ => Ok(()),
    }
}

/// Megabytes with one decimal, as a Vietnamese reader writes them.
fn megabytes(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000);
    format!("{},{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_with_what_is_needed_and_what_is_free() {
        let refused = room_for(5_250_000, Some(1_000_000), Path::new("/d")).unwrap_err();
        assert_eq!(refused.code, "backup_no_room");
        assert_eq!(
            (refused.params["needed"].as_str(), refused.params["free"].as_str()),
            ("5,3", "1,0")
        );
        assert!(room_for(5, Some(5), Path::new("/d")).is_ok());
        assert!(
            room_for(5, None, Path::new("/d")).is_ok(),
            "a system that does not tell"
        );
    }
}

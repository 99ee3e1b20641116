//! How a backup is made: whether there is room, the copy and its reading back, the name it gets, and which older ones go.

use super::keeping::{self, Kept};
use super::{Found, SPARE, before, file, found_in, moment, revoked, row};
use crate::AppError;
use crate::api::{BackupKeeping, BackupMade, BackupWhy, WorkStep};
use crate::home::{App, Open};
use chidao_domain::ids::{Hash, from_hex};
use chidao_ledger::store::LedgerError;
use chidao_ledger::store::copying::{self, CopyStep};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// What is needed to make one.
pub(super) struct Plan {
    pub(super) folder: PathBuf,
    pub(super) keeping: BackupKeeping,
    pub(super) why: BackupWhy,
}

fn word(why: BackupWhy) -> &'static str {
    match why {
        BackupWhy::Daily => "daily",
        BackupWhy::BeforeImport => "before-import",
        BackupWhy::BeforeUpgrade => "before-upgrade",
        BackupWhy::ByHand => "by-hand",
    }
}

impl App {
    /// Whether there is room and a folder; nothing is written yet but the folder.
    pub(super) fn plan_backup(&self, open: &Open, why: BackupWhy) -> Result<Plan, AppError> {
        let keeping = self.keeping(open)?;
        let (folder, _) = self.backup_folder(&keeping);
        fs::create_dir_all(&folder).map_err(|error| not_written(&folder, LedgerError::File(error)))?;
        room_for(self.store_size() + SPARE, fs4::available_space(&folder).ok(), &folder)?;
        Ok(Plan { folder, keeping, why })
    }

    pub(super) fn carry_out(
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
            made: Some(row(&found, true, &revoked(open)?)),
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
        let own = open.store.read(before::own_words)?;
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

    pub(super) fn copy_unopened(&self, path: &Path, key: &[u8; 32]) -> Result<(), AppError> {
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

/// `disk_full` where that is all; otherwise what stood in the way, and where.
pub(super) fn not_written(folder: &Path, error: LedgerError) -> AppError {
    let detail = error.to_string();
    match AppError::from(error) {
        full if full.code == "disk_full" => full,
        _ => AppError::new("backup_not_written")
            .with("folder", folder.display())
            .with("detail", detail)
            .retryable(),
    }
}

/// Whether a folder has room for so many bytes. A system that does not tell is believed to have.
pub(super) fn room_for(needed: u64, free: Option<u64>, folder: &Path) -> Result<(), AppError> {
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

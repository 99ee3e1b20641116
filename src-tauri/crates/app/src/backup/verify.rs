//! Verifying a backup: whether one could go back to it, found out without going back.

use super::restore::copying;
use super::{Found, file, making};
use crate::AppError;
use crate::api::{BackupFrom, BackupVerified};
use crate::home::App;
use crate::use_cases::check_step;
use crate::vault::Vault;
use crate::work::Watch;
use chidao_domain::ids::{from_hex, to_hex};
use chidao_ledger::store::Store;
use chidao_ledger::store::check::Checked;
use std::fs;
use std::path::Path;

impl App {
    /// Opens a backup that lies anywhere on this machine, and checks all of it as [`check`](crate::api::UseCases::check) checks
    /// the home. It happens in a copy, encrypted as the backup is, which goes afterwards: neither the backup nor the home changes,
    /// and the home need not be open.
    ///
    /// # Errors
    /// `not_a_backup`; `backup_damaged`; `wrong_passphrase` when it opens with neither a passphrase that was good when it was made
    /// nor the recovery key; `backup_no_room` for the copy.
    pub fn verify_backup_file(&self, path: &Path, passphrase: &str) -> Result<BackupVerified, AppError> {
        self.verify(path, passphrase, &mut Watch::nobody())
    }

    pub(crate) fn do_backup_verify(
        &self,
        request: &BackupFrom,
        watch: &mut Watch<'_>,
    ) -> Result<BackupVerified, AppError> {
        self.verify(&self.backup_at(request)?, &request.passphrase, watch)
    }

    fn verify(&self, path: &Path, passphrase: &str, watch: &mut Watch<'_>) -> Result<BackupVerified, AppError> {
        let backup = file::look(path)?;
        making::room_for(
            backup.size + super::SPARE,
            fs4::available_space(&self.home).ok(),
            &self.home,
        )?;
        // Left by a crash, it goes with the run's folder.
        let beside = self.staging.folder.join(to_hex(&self.random::<16>()));
        fs::create_dir(&beside).map_err(|error| AppError::of_writing("file_not_written", &error).retryable())?;
        let taken = backup.take_out(path, &beside, &mut copying(watch));
        let found = taken.and_then(|()| check_copy(&beside, passphrase, watch));
        let _ = fs::remove_dir_all(&beside);
        let report = found?.into();
        let looked_at = Found {
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            size: backup.size,
            head: backup.head,
        };
        Ok(BackupVerified {
            backup: self.looked_at(&looked_at)?,
            report,
        })
    }
}

fn check_copy(copy: &Path, passphrase: &str, watch: &mut Watch<'_>) -> Result<Checked, AppError> {
    let keys = Vault::of(copy).open(passphrase)?.keys;
    let key = from_hex(&keys.database).ok_or_else(|| AppError::new("vault_unreadable"))?;
    let store = Store::open(&copy.join("ledger.db"), &key)?;
    Ok(store.check_watched(&mut |step, done, total| watch.step(check_step(step), done, total))?)
}

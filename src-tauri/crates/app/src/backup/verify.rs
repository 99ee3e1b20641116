//! Verifying a backup: whether one could go back to it, found out without going back.

use super::{Found, file, making, row};
use crate::AppError;
use crate::api::{BackupRow, CheckReport};
use crate::home::App;
use crate::vault::Vault;
use chidao_domain::ids::{from_hex, to_hex};
use chidao_ledger::store::Store;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

impl App {
    /// Opens a backup that lies anywhere on this machine, and checks all of it as [`check`](crate::api::UseCases::check) checks
    /// the home. It happens in a copy, encrypted as the backup is, which goes afterwards: neither the backup nor the home changes,
    /// and the home need not be open.
    ///
    /// # Errors
    /// `not_a_backup`; `backup_damaged`; `wrong_passphrase` when it opens with neither a passphrase that was good when it was made
    /// nor the recovery key; `backup_no_room` for the copy.
    pub fn verify_backup_file(&self, path: &Path, passphrase: &str) -> Result<(BackupRow, CheckReport), AppError> {
        let backup = file::look(path)?;
        making::room_for(
            backup.size + super::SPARE,
            fs4::available_space(&self.home).ok(),
            &self.home,
        )?;
        // Left by a crash, it goes with the run's folder.
        let beside = self.staging.folder.join(to_hex(&self.random::<16>()));
        fs::create_dir(&beside).map_err(|error| AppError::of_writing("file_not_written", &error).retryable())?;
        let checked = backup
            .take_out(path, &beside, &mut |_, _| Ok(()))
            .and_then(|()| self.check_copy(&beside, passphrase));
        let _ = fs::remove_dir_all(&beside);
        let here = self.opened().is_ok_and(|open| backup.head.is_of(open.profile.device));
        let found = Found {
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            size: backup.size,
            head: backup.head,
        };
        Ok((row(&found, here), checked?))
    }

    fn check_copy(&self, copy: &Path, passphrase: &str) -> Result<CheckReport, AppError> {
        let keys = Vault::of(copy).open(passphrase)?.keys;
        let key = from_hex(&keys.database).ok_or_else(|| AppError::new("vault_unreadable"))?;
        let store = Store::open(&copy.join("ledger.db"), &key)?;
        let found = store.check_watched(&mut |_, _, _| ControlFlow::Continue(()))?;
        Ok(found.into())
    }
}

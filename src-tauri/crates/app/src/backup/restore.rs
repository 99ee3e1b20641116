//! Going back to a backup. Everything is taken out and tried beside the home first; then it takes the home's place in steps
//! that go on by themselves after a crash. What was there before is set aside, not removed.
//!
//! `restoring/` holds what was taken out; once it bears the file `ready`, the change is decided, and whoever opens the home
//! next finishes it before doing anything else.

use super::file;
use crate::api::{BackupFrom, BackupRow, FileRef, Restored, WorkStep};
use crate::home::{App, Open, PROFILE, Profile, unpoisoned};
use crate::staging::Place;
use crate::vault::{Keys, Unlocked, Vault, put_in_place, sync_folder, write_whole};
use crate::work::Watch;
use crate::{AppError, patience};
use chidao_ledger::store::{LedgerError, Store, local};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folder of what is about to take the home's place.
const RESTORING: &str = "restoring";
/// The file in it that decides; its text names the folder into which the present state goes.
const READY: &str = "ready";
/// Folder of states that were replaced.
const SET_ASIDE: &str = "set-aside";
/// So many of them are kept.
const ASIDE_KEPT: usize = 2;
/// The database with what may lie beside it. The log goes first: it must never meet another database.
const DATABASE: [&str; 3] = ["ledger.db-wal", "ledger.db-shm", "ledger.db"];

fn failed(error: std::io::Error) -> AppError {
    AppError::of_writing("file_not_written", &error).retryable()
}

/// Tells how far the taking out of a backup is, and stops it where that is wished.
pub(super) fn copying(watch: &mut Watch<'_>) -> impl FnMut(u64, u64) -> Result<(), AppError> {
    |done, total| match watch.step(WorkStep::Copying, done, total) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(AppError::new("cancelled")),
    }
}

/// Whether something was taken out, decided or not.
pub(crate) fn is_pending(home: &Path) -> bool {
    home.join(RESTORING).exists()
}

/// Whether a change is decided and not finished.
pub(crate) fn is_decided(home: &Path) -> bool {
    home.join(RESTORING).join(READY).exists()
}

/// Finishes a change that was decided. Every step may be done again. Nobody else may have the home open.
pub(crate) fn finish(home: &Path) -> Result<Option<String>, AppError> {
    let coming = home.join(RESTORING);
    let Ok(aside) = fs::read_to_string(coming.join(READY)) else {
        // What was taken out and not decided is of no use.
        if coming.exists() {
            fs::remove_dir_all(&coming).map_err(failed)?;
        }
        return Ok(None);
    };
    let aside = aside.trim().to_owned();
    let place = home.join(SET_ASIDE).join(&aside);
    fs::create_dir_all(&place).map_err(failed)?;
    if coming.join("ledger.db").exists() {
        for name in DATABASE {
            if home.join(name).exists() {
                patience::insist(|| fs::rename(home.join(name), place.join(name))).map_err(failed)?;
            }
        }
        sync_folder(home);
        put_in_place(&coming.join("ledger.db"), &home.join("ledger.db"))?;
    }
    if coming.join("vault").exists() {
        if home.join("vault").exists() {
            patience::insist(|| fs::rename(home.join("vault"), place.join("vault"))).map_err(failed)?;
        }
        put_in_place(&coming.join("vault"), &home.join("vault"))?;
    }
    sync_folder(&place);
    fs::remove_file(coming.join(READY)).map_err(failed)?;
    sync_folder(&coming);
    let _ = fs::remove_dir_all(&coming);
    let was_empty = fs::read_dir(&place).is_ok_and(|mut files| files.next().is_none());
    if was_empty {
        let _ = fs::remove_dir(&place);
    }
    forget_oldest(home);
    Ok((!was_empty).then(|| format!("{SET_ASIDE}/{aside}")))
}

/// The states that are set aside, by name.
pub(crate) fn set_aside(home: &Path) -> Vec<String> {
    let states = fs::read_dir(home.join(SET_ASIDE)).into_iter().flatten().flatten();
    let mut names: Vec<String> = states
        .filter_map(|state| state.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

/// Removes a state that is set aside.
pub(crate) fn forget_aside(home: &Path, name: &str) -> Result<(), AppError> {
    let folder = home.join(SET_ASIDE);
    fs::remove_dir_all(folder.join(name)).map_err(failed)?;
    // It goes too when nothing else lies in it.
    let _ = fs::remove_dir(folder);
    Ok(())
}

/// Goes back to a backup of this very home without opening it: for a program that cannot. Nobody may have the home open. What
/// a bundle carried away after the backup is known by the mark, which stays; then the next opening begins a new epoch.
///
/// # Errors
/// `not_a_backup`; `backup_damaged`; `file_not_written`. Until it is decided the home is as before.
pub(crate) fn go_back_unopened(home: &Path, path: &Path, aside: &str) -> Result<(), AppError> {
    let backup = file::look(path)?;
    // One that was decided before goes first.
    finish(home)?;
    let coming = home.join(RESTORING);
    fs::create_dir(&coming).map_err(failed)?;
    let taken = backup.take_out(path, &coming, &mut |_, _| Ok(()));
    taken.inspect_err(|_| {
        let _ = fs::remove_dir_all(&coming);
    })?;
    decide(home, &free_aside(home, aside))?;
    finish(home)?;
    Ok(())
}

/// A name for a state that is set aside: this one, with a number where a state of this name is there.
fn free_aside(home: &Path, wanted: &str) -> String {
    let taken = set_aside(home);
    (1..)
        .map(|i| match i {
            1 => wanted.to_owned(),
            more => format!("{wanted}-{more}"),
        })
        .find(|name| !taken.contains(name))
        .unwrap_or_default()
}

/// Decides for what was taken out: the present state will be set aside under this name.
fn decide(home: &Path, aside: &str) -> Result<(), AppError> {
    write_whole(&home.join(RESTORING).join(READY), aside.as_bytes())
}

fn forget_oldest(home: &Path) {
    let folder = home.join(SET_ASIDE);
    // Named by when they were set aside.
    for name in set_aside(home).iter().rev().skip(ASIDE_KEPT) {
        let _ = fs::remove_dir_all(folder.join(name));
    }
    let _ = fs::remove_dir(folder);
}

impl App {
    /// Goes back to a backup of the folder, or to one that was handed over.
    pub(crate) fn do_backup_restore(&self, request: &BackupFrom, watch: &mut Watch<'_>) -> Result<Restored, AppError> {
        self.restore(&self.backup_at(request)?, &request.passphrase, watch)
    }

    /// Where a backup of the folder, or one that was handed over, lies.
    pub(super) fn backup_at(&self, request: &BackupFrom) -> Result<PathBuf, AppError> {
        match request.name.as_str() {
            "" => Ok(self.handed_backup(&request.file)?.1),
            name => self.find_backup(name),
        }
    }

    /// The name and the place of a backup that was handed over.
    fn handed_backup(&self, token: &str) -> Result<(String, PathBuf), AppError> {
        let staged = self.staged(token)?;
        match staged.place {
            Place::File(path) => Ok((staged.ready.name, path)),
            _ => Err(AppError::new("not_a_backup")),
        }
    }

    /// What a backup that was handed over says of itself, before anybody goes back to it.
    pub(crate) fn do_backup_look(&self, request: &FileRef) -> Result<BackupRow, AppError> {
        let (name, path) = self.handed_backup(&request.file)?;
        let file::Backup { head, size, .. } = file::look(&path)?;
        self.looked_at(&super::Found { name, size, head })
    }

    /// Goes back to a backup that lies anywhere on this machine.
    ///
    /// # Errors
    /// `not_a_backup`; `backup_damaged`; `wrong_passphrase`; `home_in_use` when another program has this home open;
    /// `backup_no_room`. On failure the home is as before.
    pub fn restore_file(&self, path: &Path, passphrase: &str) -> Result<Restored, AppError> {
        self.restore(path, passphrase, &mut Watch::nobody())
    }

    fn restore(&self, path: &Path, passphrase: &str, watch: &mut Watch<'_>) -> Result<Restored, AppError> {
        let busy = || AppError::new("home_in_use").retryable();
        let _only = self.lock.replacement.try_lock().map_err(|_| busy())?;
        let backup = file::look(path)?;
        super::making::room_for(
            backup.size + super::SPARE,
            fs4::available_space(&self.home).ok(),
            &self.home,
        )?;
        let coming = self.home.join(RESTORING);
        if is_decided(&self.home) {
            return Err(busy());
        }
        if coming.exists() {
            fs::remove_dir_all(&coming).map_err(failed)?;
        }
        fs::create_dir(&coming).map_err(failed)?;
        let taken = backup
            .take_out(path, &coming, &mut copying(watch))
            .and_then(|()| self.try_out(&coming, passphrase));
        let keys = taken.inspect_err(|_| {
            let _ = fs::remove_dir_all(&coming);
        })?;
        let set_aside = self.replace(&self.next_aside())?;
        // It has taken its place, and opened well before. If it does not now, the session says that it is locked.
        let _ = self.open_with(keys);
        Ok(Restored {
            at: backup.head.at,
            set_aside,
            session: self.do_session()?,
        })
    }

    /// Opens what was taken out, and lets it begin a new epoch: what it wrote after the backup may be with others.
    fn try_out(&self, coming: &Path, passphrase: &str) -> Result<Unlocked, AppError> {
        let unlocked = Vault::of(coming).open(passphrase)?;
        let key =
            chidao_domain::ids::from_hex(&unlocked.keys.database).ok_or_else(|| AppError::new("vault_unreadable"))?;
        let store = Store::open(&coming.join("ledger.db"), &key)?;
        let mut chosen = 0;
        store.write(|writer| {
            let text = local::setting(writer.connection(), PROFILE)?;
            let Some(mut profile) = text.and_then(|text| serde_json::from_str::<Profile>(&text).ok()) else {
                return Err(LedgerError::NotFound("profile".into()));
            };
            profile.epoch = self.later_epoch(profile.epoch);
            chosen = profile.epoch;
            let text = serde_json::to_string(&profile).map_err(|_| LedgerError::NotFound("profile".into()))?;
            writer.set(PROFILE, &text)
        })?;
        self.mark_epoch(chosen)?;
        // Closing folds its log into the file.
        drop(store);
        if coming.join("ledger.db-wal").exists() {
            return Err(AppError::new("store_failed")
                .with("detail", "a log beside the restored database")
                .retryable());
        }
        Ok(unlocked)
    }

    /// Makes another state of this home ready, under other keys, and lets it take the home's place. `fill` is told the name under
    /// which the present state will be set aside.
    pub(crate) fn prepare(
        &self,
        open: Arc<Open>,
        keys: &Keys,
        fill: impl FnOnce(&Vault, &Store, &str) -> Result<(), AppError>,
    ) -> Result<(), AppError> {
        let busy = || AppError::new("home_in_use").retryable();
        let _only = self.lock.replacement.try_lock().map_err(|_| busy())?;
        if is_decided(&self.home) {
            return Err(busy());
        }
        let free = fs4::available_space(&self.home).ok();
        super::making::room_for(self.store_size() + super::SPARE, free, &self.home)?;
        let coming = self.home.join(RESTORING);
        if coming.exists() {
            fs::remove_dir_all(&coming).map_err(failed)?;
        }
        fs::create_dir(&coming).map_err(failed)?;
        let key = chidao_domain::ids::from_hex(&keys.database).ok_or_else(|| AppError::new("vault_unreadable"))?;
        let path = coming.join("ledger.db");
        let aside = self.next_aside();
        let filled = open
            .store
            .copy_to(&path, &key, &mut |_, _, _| ControlFlow::Continue(()))
            .and_then(|_| Store::open(&path, &key))
            .map_err(AppError::from)
            .and_then(|store| fill(&Vault::of(&coming), &store, &aside));
        drop(open);
        filled.inspect_err(|_| {
            let _ = fs::remove_dir_all(&coming);
        })?;
        self.replace(&aside).map(drop)
    }

    /// The name of the next state that is set aside, by the clock.
    fn next_aside(&self) -> String {
        free_aside(&self.home, &(self.edges.now)().format("%Y-%m-%dT%H%M%S").to_string())
    }

    /// Lets what was taken out take the home's place; the present state is set aside under this name.
    pub(super) fn replace(&self, aside: &str) -> Result<Option<String>, AppError> {
        let give_up = || {
            let _ = fs::remove_dir_all(self.home.join(RESTORING));
        };
        let open = self.close().inspect_err(|_| give_up())?;
        let replaced = self.lock.alone(|| {
            decide(&self.home, aside)?;
            self.staging.forget_all();
            finish(&self.home)
        });
        if replaced.is_err() && !is_decided(&self.home) {
            // As before: nothing was decided.
            give_up();
            if let Some(keys) = open {
                let _ = self.open_with(keys);
            }
        }
        replaced
    }

    /// Finishes a change that was decided and could not be finished then: a file of the home was held by another program.
    /// Until it is finished the home is neither the one nor the other, and must not be opened or started.
    ///
    /// # Errors
    /// Why it still cannot be finished.
    pub(crate) fn finish_replacing(&self) -> Result<(), AppError> {
        if is_decided(&self.home) {
            self.lock.alone(|| match is_decided(&self.home) {
                true => finish(&self.home),
                // Another thread was quicker.
                false => Ok(None),
            })?;
        }
        Ok(())
    }

    /// Closes the store, if it is open, and answers with what it was opened.
    ///
    /// # Errors
    /// `home_in_use` while something else is being done with it.
    pub(crate) fn close(&self) -> Result<Option<Unlocked>, AppError> {
        let mut held = unpoisoned(&self.open);
        let busy = || AppError::new("home_in_use").retryable();
        let keys = match held.take().map(Arc::try_unwrap) {
            None => None,
            Some(Ok(open)) => {
                let unlocked = open.unlocked();
                drop(open);
                Some(unlocked)
            }
            Some(Err(open)) => {
                *held = Some(open);
                return Err(busy());
            }
        };
        // Locked for all others, and somebody is still at work with it.
        if unpoisoned(&self.last_open).strong_count() > 0 {
            return Err(busy());
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn text(path: &Path) -> Option<String> {
        fs::read_to_string(path).ok()
    }

    /// A home with the backup beside it that is to take its place.
    fn taken_out(home: &Path) {
        for (name, held) in [
            ("ledger.db", "old"),
            ("ledger.db-wal", "old log"),
            ("vault/person-1.age", "old keys"),
            ("restoring/ledger.db", "new"),
            ("restoring/vault/person-2.age", "new keys"),
        ] {
            put(&home.join(name), held);
        }
    }

    #[test]
    fn cut_off_after_any_step_it_is_finished_and_nothing_is_lost() {
        let steps = [
            ("ledger.db-wal", "set-aside/then/ledger.db-wal"),
            ("ledger.db", "set-aside/then/ledger.db"),
            ("restoring/ledger.db", "ledger.db"),
            ("vault", "set-aside/then/vault"),
            ("restoring/vault", "vault"),
        ];
        for cut in 0..=steps.len() {
            let home = tempfile::tempdir().unwrap();
            let home = home.path();
            taken_out(home);
            put(&home.join("restoring/ready"), "then");
            fs::create_dir_all(home.join("set-aside/then")).unwrap();
            for (from, to) in &steps[..cut] {
                fs::rename(home.join(from), home.join(to)).unwrap();
            }
            assert_eq!(
                finish(home).unwrap().as_deref(),
                Some("set-aside/then"),
                "after {cut} steps"
            );
            for (name, held) in [
                ("ledger.db", Some("new")),
                ("ledger.db-wal", None),
                ("vault/person-1.age", None),
                ("vault/person-2.age", Some("new keys")),
                ("set-aside/then/ledger.db", Some("old")),
                ("set-aside/then/ledger.db-wal", Some("old log")),
                ("set-aside/then/vault/person-1.age", Some("old keys")),
            ] {
                assert_eq!(text(&home.join(name)).as_deref(), held, "{name} after {cut} steps");
            }
            assert!(!is_pending(home), "after {cut} steps");
            assert_eq!(finish(home).unwrap(), None, "and only once");
        }
    }

    #[test]
    fn what_was_not_decided_changes_nothing() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        taken_out(home);
        put(&home.join("restoring/ready.part"), "th");
        assert_eq!(finish(home).unwrap(), None);
        assert_eq!(text(&home.join("ledger.db")).as_deref(), Some("old"));
        assert_eq!(text(&home.join("ledger.db-wal")).as_deref(), Some("old log"));
        assert_eq!(text(&home.join("vault/person-1.age")).as_deref(), Some("old keys"));
        assert!(!is_pending(home));
    }

    #[test]
    fn on_a_new_machine_nothing_is_set_aside_and_of_many_states_the_last_two_stay() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        put(&home.join("restoring/ledger.db"), "new");
        put(&home.join("restoring/vault/person-2.age"), "new keys");
        put(&home.join("restoring/ready"), "2017-06-20T080000");
        assert_eq!(finish(home).unwrap(), None);
        assert!(!home.join(SET_ASIDE).exists());
        for day in ["21", "22", "23"] {
            taken_out(home);
            put(&home.join("restoring/ready"), &format!("2017-06-{day}T080000"));
            assert!(finish(home).unwrap().is_some());
        }
        let mut kept: Vec<_> = fs::read_dir(home.join(SET_ASIDE))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        kept.sort();
        assert_eq!(kept, ["2017-06-22T080000", "2017-06-23T080000"]);
    }
}

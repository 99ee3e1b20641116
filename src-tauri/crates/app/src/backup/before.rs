//! The backups that go before something else: before taking in, before a newer program changes the store.

use super::making::Plan;
use super::{found_in, moment};
use crate::AppError;
use crate::api::{BackupMade, BackupWhy};
use crate::home::{App, Open};
use crate::work::Watch;
use chidao_domain::ids::{Hash, from_hex};
use chidao_ledger::store::copying;
use chidao_ledger::store::{Connection, LedgerError, cells, exchange, local};
use chrono::TimeDelta;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Scope, ScopedJoinHandle};

/// Setting: the version of the program that last opened this home.
const PROGRAM: &str = "program";
/// Imports that follow a backup of their kind within so many minutes share it, if nothing was written by hand between.
const SHARED_MINUTES: i64 = 10;

/// What this machine itself has written, in one hash.
pub(super) fn own_words(connection: &Connection) -> Result<Hash, LedgerError> {
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

    /// Before a newer program is installed: a backup in the home's own folder, which is there whatever is plugged in; answers
    /// its name.
    pub(crate) fn backup_before_update(&self, open: &Open, watch: &mut Watch<'_>) -> Result<String, AppError> {
        let mut plan = self.plan_backup(open, BackupWhy::BeforeUpgrade)?;
        plan.folder = self.own_backups();
        std::fs::create_dir_all(&plan.folder)
            .map_err(|error| super::making::not_written(&plan.folder, error.into()))?;
        let made = self.carry_out(open, &plan, &mut |step, done, total| watch.step(step, done, total))?;
        let made = made
            .made
            .ok_or_else(|| AppError::new("internal").with("place", "backup"))?;
        Ok(made.name)
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
}

//! One synchronisation from end to end: look what lies there, take in what is new, then send what is unsent.

use super::kept::{self, Kept};
use super::{told, trouble, watched};
use crate::AppError;
use crate::api::*;
use crate::home::{App, Open};
use crate::work::Watch;
use chidao_ledger::store::mailbox::{self as rows, MailboxFile};
use chidao_mailbox::{Item, MailboxError, Place};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One mailbox at work.
pub(super) struct Run<'a> {
    pub app: &'a App,
    pub open: Arc<Open>,
    pub kept: Kept,
    pub place: Box<dyn Place>,
    /// What lies there.
    pub listed: Vec<Item>,
    /// What is known of it, by name.
    pub known: BTreeMap<String, MailboxFile>,
    /// Also what was refused before, and what lies there unconfirmed.
    pub again: bool,
    /// What came of it so far.
    pub row: MailboxSyncedRow,
}

impl Run<'_> {
    /// The error of a place, in the words of the seam.
    pub(super) fn failed(&self, error: MailboxError) -> AppError {
        told(error, &self.kept.name)
    }

    /// Keeps what is known of a file, here and in the store.
    pub(super) fn note(&mut self, file: MailboxFile) -> Result<(), AppError> {
        self.open
            .store
            .write(|writer| writer.keep_mailbox_file(&self.kept.id, &file))?;
        self.known.insert(file.name.clone(), file);
        Ok(())
    }

    /// Forgets a file.
    pub(super) fn forget(&mut self, name: &str) -> Result<(), AppError> {
        self.open
            .store
            .write(|writer| writer.forget_mailbox_file(&self.kept.id, name))?;
        self.known.remove(name);
        Ok(())
    }

    fn work(&mut self, watch: &mut Watch<'_>) -> Result<(), AppError> {
        self.receive(watch)?;
        self.send(watch)?;
        // Of others' files only those are remembered that still lie there: one that a listing omitted once is fetched
        // again, and changes nothing.
        let gone: Vec<String> = self
            .known
            .values()
            .filter(|file| !file.own && !self.listed.iter().any(|item| item.name.to_string() == file.name))
            .map(|file| file.name.clone())
            .collect();
        for name in gone {
            self.forget(&name)?;
        }
        Ok(())
    }
}

impl App {
    pub(crate) fn do_mailbox_sync(
        &self,
        request: &MailboxSync,
        watch: &mut Watch<'_>,
    ) -> Result<MailboxSynced, AppError> {
        let open = self.opened()?;
        let chosen = if request.mailboxes.is_empty() {
            open.store.read(kept::all)?
        } else {
            let chosen = request.mailboxes.iter().map(|wanted| self.mailbox(&open, wanted));
            chosen.collect::<Result<_, _>>()?
        };
        let _busy = self.begin_sync()?;
        let mut rows = Vec::new();
        for mut kept in chosen {
            self.note_try(&kept);
            kept.tried_at = Some(self.now_text());
            let (mut kept, row) = self.sync_one(&open, kept, request.again, watch);
            // A folder that was not asked for by name and is not there is nobody's trouble.
            let absent = row
                .trouble
                .as_ref()
                .is_some_and(|trouble| trouble.code == "mailbox_not_there");
            if absent && request.mailboxes.is_empty() {
                continue;
            }
            kept.trouble.clone_from(&row.trouble);
            if row.trouble.is_none() {
                kept.synced_at.clone_from(&kept.tried_at);
            }
            self.keep(&open, &kept)?;
            let cancelled = row.trouble.as_ref().is_some_and(|trouble| trouble.code == "cancelled");
            rows.push(row);
            if cancelled {
                break;
            }
        }
        Ok(MailboxSynced { rows })
    }

    fn sync_one(
        &self,
        open: &Arc<Open>,
        mut kept: Kept,
        again: bool,
        watch: &mut Watch<'_>,
    ) -> (Kept, MailboxSyncedRow) {
        let empty = MailboxSyncedRow {
            id: kept.id.clone(),
            name: kept.name.clone(),
            sent: Vec::new(),
            received: Vec::new(),
            removed: 0,
            waiting: 0,
            strays: Vec::new(),
            trouble: None,
        };
        let mut begin = || {
            let place = self.enter(open, &mut kept)?;
            let listed = place
                .list(&mut watched(watch, WorkStep::Looking))
                .map_err(|error| told(error, &kept.name))?;
            let known = open.store.read(|connection| rows::files(connection, &kept.id))?;
            Ok::<_, AppError>((place, listed, known))
        };
        let (place, listed, known) = match begin() {
            Ok(begun) => begun,
            Err(error) => {
                let row = MailboxSyncedRow {
                    trouble: Some(trouble(&error)),
                    ..empty
                };
                return (kept, row);
            }
        };
        let mut run = Run {
            app: self,
            open: Arc::clone(open),
            kept,
            place,
            listed,
            known: known.into_iter().map(|file| (file.name.clone(), file)).collect(),
            again,
            row: empty,
        };
        if let Err(error) = run.work(watch) {
            run.row.trouble = Some(trouble(&error));
        }
        run.row.strays = run.place.strays();
        let own = run.known.values().filter(|file| file.own).map(kept::own);
        run.row.waiting = own.filter(|own| own.entries > 0 && !own.begun).count() as u32;
        (run.kept, run.row)
    }
}

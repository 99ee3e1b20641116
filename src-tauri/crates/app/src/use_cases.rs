//! The use cases, one line each: where the seam meets the rooms behind it.

use crate::AppError;
use crate::api::*;
use crate::home::App;
use crate::work::Watch;
use chidao_ledger::store::check::CheckStep;
use chidao_ledger::store::{cells, exchange};
use serde_json::Value;

type Answer<T> = Result<T, AppError>;

impl UseCases for App {
    fn session(&self, _: Nothing) -> Answer<Session> {
        self.do_session()
    }
    fn first_start(&self, request: FirstStart) -> Answer<FirstStarted> {
        self.do_first_start(request)
    }
    fn recovery_key(&self, _: Nothing) -> Answer<RecoveryKey> {
        self.do_recovery_key()
    }
    fn recovery_printed(&self, _: Nothing) -> Answer<Session> {
        self.do_recovery_printed()
    }
    fn unlock(&self, request: Unlock) -> Answer<Session> {
        self.do_unlock(request)
    }
    fn take_over(&self, request: TakeOver) -> Answer<Session> {
        self.do_take_over(&request)
    }
    fn renewal_request(&self, _: Nothing) -> Answer<ReadyFile> {
        self.do_renewal_request()
    }
    fn renewal_accept(&self, request: RenewalAccept) -> Answer<Session> {
        self.do_renewal_accept(&request)
    }
    fn people(&self, _: Nothing) -> Answer<People> {
        self.do_people()
    }
    fn person_add(&self, request: PersonAdd) -> Answer<People> {
        self.do_person_add(&request)
    }
    fn person_remove(&self, request: PersonRef) -> Answer<People> {
        self.do_person_remove(&request)
    }
    fn passphrase_change(&self, request: PassphraseChange) -> Answer<People> {
        self.do_passphrase_change(&request)
    }
    fn remember(&self, request: Remember) -> Answer<Session> {
        self.do_remember(&request)
    }
    fn forget_remembered(&self, _: Nothing) -> Answer<Session> {
        self.do_forget_remembered()
    }
    fn unlock_remembered(&self, _: Nothing) -> Answer<Session> {
        self.do_unlock_remembered()
    }
    fn lock(&self, _: Nothing) -> Answer<Session> {
        self.do_lock()
    }
    fn settings(&self, _: Nothing) -> Answer<Settings> {
        self.both().map(|(_, settings)| settings)
    }
    fn settings_set(&self, request: Settings) -> Answer<Settings> {
        self.do_settings_set(request)
    }
    fn keys(&self, _: Nothing) -> Answer<PublicKeys> {
        self.do_keys()
    }
    fn draft_keep(&self, request: Draft) -> Answer<Nothing> {
        self.do_draft_keep(&request)
    }
    fn draft_find(&self, request: DraftName) -> Answer<Draft> {
        self.do_draft_find(request)
    }
    fn units(&self, _: Nothing) -> Answer<Units> {
        self.do_units()
    }
    fn enrol_request(&self, _: Nothing) -> Answer<ReadyFile> {
        self.do_enrol_request()
    }
    fn enrol_look(&self, request: FileRef) -> Answer<EnrolmentSeen> {
        self.do_enrol_look(request)
    }
    fn enrol_approve(&self, request: FileRef) -> Answer<EnrolmentApproved> {
        self.do_enrol_approve(request)
    }
    fn enrol_confirm(&self, request: ConfirmCode) -> Answer<Session> {
        self.do_enrol_confirm(request)
    }
    fn tasks_page(&self, request: TasksPage) -> Answer<TaskRows> {
        self.do_tasks_page(&request)
    }
    fn tasks_count(&self, request: TaskFilter) -> Answer<Count> {
        self.do_tasks_count(&request)
    }
    fn task_choices(&self, _: Nothing) -> Answer<TaskChoices> {
        self.do_task_choices()
    }
    fn task_show(&self, request: TaskId) -> Answer<TaskDetail> {
        self.do_task_show(&request)
    }
    fn task_history(&self, request: TaskId) -> Answer<History> {
        self.do_task_history(&request)
    }
    fn task_create(&self, request: TaskCreate) -> Answer<TaskDetail> {
        self.do_task_create(request)
    }
    fn task_set(&self, request: TaskSet) -> Answer<TaskDetail> {
        self.do_task_set(request)
    }
    fn task_step(&self, request: TaskStep) -> Answer<TaskDetail> {
        self.do_task_step(request)
    }
    fn task_undo(&self, request: TaskId) -> Answer<TaskDetail> {
        self.do_task_undo(request)
    }
    fn report_add(&self, request: ReportAdd) -> Answer<TaskDetail> {
        self.do_report_add(request)
    }
    fn assess(&self, request: Assess) -> Answer<TaskDetail> {
        self.do_assess(request)
    }
    fn totals(&self, request: TotalsAsk) -> Answer<TotalsAnswer> {
        self.do_totals(&request)
    }
    fn tasks_preview(&self, request: TakeIn) -> Answer<TakeInPreview> {
        self.do_tasks_preview(&request)
    }
    fn tasks_take_in(&self, request: TakeIn) -> Answer<TakenIn> {
        self.do_tasks_take_in(&request, &mut Watch::nobody())
    }
    fn inspections(&self, _: Nothing) -> Answer<Inspections> {
        self.do_inspections()
    }
    fn inspection_save(&self, request: InspectionSave) -> Answer<InspectionDetail> {
        self.do_inspection_save(request)
    }
    fn inspection_show(&self, request: InspectionId) -> Answer<InspectionDetail> {
        self.do_inspection_show(&request)
    }
    fn finding_add(&self, request: FindingAdd) -> Answer<InspectionDetail> {
        self.do_finding_add(request)
    }
    fn inspection_close(&self, request: InspectionId) -> Answer<InspectionDetail> {
        self.do_inspection_close(&request)
    }
    fn recommendations(&self, request: RecommendationFilter) -> Answer<Recommendations> {
        self.do_recommendations(&request)
    }
    fn recommendation_add(&self, request: RecommendationAdd) -> Answer<Recommendation> {
        self.do_recommendation_add(request)
    }
    fn recommendation_answer(&self, request: RecommendationAnswer) -> Answer<Recommendation> {
        self.do_recommendation_answer(request)
    }
    fn attachment_open(&self, request: AttachmentId) -> Answer<ReadyFile> {
        self.do_attachment_open(&request)
    }
    fn bundle_preview(&self, request: BundleTo) -> Answer<BundlePreview> {
        self.do_bundle_preview(request)
    }
    fn bundle_export(&self, request: BundleTo) -> Answer<BundleExported> {
        self.do_bundle_export(request, &mut Watch::nobody())
    }
    fn bundle_export_volumes(&self, request: BundleVolumes) -> Answer<BundleExported> {
        self.do_bundle_export_volumes(request, &mut Watch::nobody())
    }
    fn bundle_verify(&self, request: FileRef) -> Answer<BundleReport> {
        self.do_bundle_verify(request, &mut Watch::nobody())
    }
    fn bundle_import(&self, request: FileRef) -> Answer<BundleReport> {
        self.do_bundle_import(request, &mut Watch::nobody())
    }
    fn bundles(&self, _: Nothing) -> Answer<BundleJournal> {
        self.do_bundles()
    }
    fn mailboxes(&self, _: Nothing) -> Answer<Mailboxes> {
        self.do_mailboxes()
    }
    fn mailbox_save(&self, request: MailboxSave) -> Answer<Mailboxes> {
        self.do_mailbox_save(&request)
    }
    fn mailbox_remove(&self, request: MailboxRemove) -> Answer<Mailboxes> {
        self.do_mailbox_remove(&request)
    }
    fn mailbox_sync(&self, request: MailboxSync) -> Answer<MailboxSynced> {
        self.do_mailbox_sync(&request, &mut Watch::nobody())
    }
    fn mailboxes_due(&self, request: Nothing) -> Answer<MailboxesDue> {
        self.do_mailboxes_due(request)
    }
    fn sticks(&self, _: Nothing) -> Answer<Sticks> {
        self.do_sticks()
    }
    fn stick_save(&self, request: StickSave) -> Answer<StickSaved> {
        self.do_stick_save(&request)
    }
    fn conflicts(&self, _: Nothing) -> Answer<Conflicts> {
        self.do_conflicts()
    }
    fn conflict_settle(&self, request: ConflictSettle) -> Answer<Conflicts> {
        self.do_conflict_settle(&request)
    }
    fn quarantine(&self, _: Nothing) -> Answer<Quarantine> {
        self.do_quarantine()
    }
    fn quarantine_export(&self, _: Nothing) -> Answer<ReadyFile> {
        self.do_quarantine_export()
    }
    fn incidents(&self, _: Nothing) -> Answer<Incidents> {
        self.do_incidents()
    }
    fn erase(&self, request: Erase) -> Answer<Erased> {
        self.do_erase(&request)
    }
    fn audit_export(&self, request: AuditExport) -> Answer<AuditExported> {
        self.do_audit_export(&request, &mut Watch::nobody())
    }
    fn audit_verify(&self, request: FileRef) -> Answer<AuditReport> {
        self.do_audit_verify(&request, &mut Watch::nobody())
    }
    fn devices(&self, _: Nothing) -> Answer<Devices> {
        self.do_devices()
    }
    fn device_revoke(&self, request: DeviceRevoke) -> Answer<Devices> {
        self.do_device_revoke(&request)
    }
    fn join_request(&self, request: JoinRequest) -> Answer<ReadyFile> {
        self.do_join_request(&request)
    }
    fn join_accept(&self, request: JoinAccept) -> Answer<Session> {
        self.do_join_accept(&request)
    }
    fn device_look(&self, request: FileRef) -> Answer<DeviceSeen> {
        self.do_device_look(&request)
    }
    fn device_approve(&self, request: FileRef) -> Answer<DeviceApproved> {
        self.do_device_approve(&request)
    }
    fn device_admit(&self, request: DeviceRef) -> Answer<Devices> {
        self.do_device_admit(&request)
    }
    fn backups(&self, _: Nothing) -> Answer<Backups> {
        self.do_backups()
    }
    fn backup_make(&self, _: Nothing) -> Answer<BackupMade> {
        self.do_backup_make(&mut Watch::nobody())
    }
    fn backup_daily(&self, _: Nothing) -> Answer<BackupMade> {
        self.do_backup_daily(&mut Watch::nobody())
    }
    fn backup_keeping(&self, request: BackupKeeping) -> Answer<Backups> {
        self.do_backup_keeping(request)
    }
    fn backup_take(&self, request: BackupName) -> Answer<ReadyFile> {
        self.do_backup_take(&request)
    }
    fn backup_remove(&self, request: BackupName) -> Answer<Backups> {
        self.do_backup_remove(&request)
    }
    fn backup_look(&self, request: FileRef) -> Answer<BackupRow> {
        self.do_backup_look(&request)
    }
    fn backup_verify(&self, request: BackupFrom) -> Answer<BackupVerified> {
        self.do_backup_verify(&request, &mut Watch::nobody())
    }
    fn backup_restore(&self, request: BackupFrom) -> Answer<Restored> {
        self.do_backup_restore(&request, &mut Watch::nobody())
    }
    fn updates(&self, _: Nothing) -> Answer<Updates> {
        self.do_updates()
    }
    fn update_look(&self, request: FileRef) -> Answer<UpdateRow> {
        self.do_update_look(&request, &mut Watch::nobody())
    }
    fn update_keep(&self, request: FileRef) -> Answer<Updates> {
        self.do_update_keep(&request, &mut Watch::nobody())
    }
    fn update_forget(&self, request: UpdateRef) -> Answer<Updates> {
        self.do_update_forget(&request)
    }
    fn update_carry(&self, request: UpdateCarry) -> Answer<Updates> {
        self.do_update_carry(&request)
    }
    fn update_take(&self, request: UpdateTake) -> Answer<ReadyFile> {
        self.do_update_take(&request, &mut Watch::nobody())
    }
    fn update_install(&self, request: UpdateRef) -> Answer<UpdateReady> {
        self.do_update_install(&request, &mut Watch::nobody())
    }
    fn update_seen(&self, _: Nothing) -> Answer<Updates> {
        self.do_update_seen()
    }
    fn work_cancel(&self, request: WorkRef) -> Answer<Nothing> {
        self.works.stop(&request.work);
        Ok(Nothing {})
    }
    fn check(&self, _: Nothing) -> Answer<CheckReport> {
        self.do_check(&mut Watch::nobody())
    }
    fn digest(&self, request: DigestOf) -> Answer<Digests> {
        let open = self.opened()?;
        open.store.read(|connection| {
            let own = request.channel.is_empty()
                || request.channel == open.profile.unit().to_string()
                || request.channel.eq_ignore_ascii_case(&open.profile.party.code);
            let all = cells::channels(connection).map_err(AppError::from)?;
            let inner = all.into_iter().find(|channel| channel.key == open.profile.inner);
            let channel = match inner.filter(|_| own) {
                Some(inner) => inner,
                None => crate::channels::with_unit(connection, &open, &request.channel)?.0,
            };
            let (entries, state) = exchange::digests(connection, channel.id).map_err(AppError::from)?;
            Ok(Digests {
                channel: channel.key.to_string(),
                entries: entries.to_string(),
                state: state.to_string(),
                rules: chidao_domain::records::RULES_VERSION,
            })
        })
    }
}

/// A step of a check in the words of the seam.
pub(crate) fn check_step(step: CheckStep) -> WorkStep {
    match step {
        CheckStep::Reading => WorkStep::Replaying,
        CheckStep::Applying => WorkStep::Applying,
        CheckStep::Comparing => WorkStep::Comparing,
        CheckStep::Attachments => WorkStep::Attachments,
    }
}

impl App {
    /// Answers one call of the seam: `{"do": …, "with": …}`, and the name of its work where somebody watches. Never
    /// panics on any input.
    pub fn call_json(&self, call: &Value) -> Answer<Value> {
        match call.get("work").and_then(Value::as_str).filter(|work| !work.is_empty()) {
            Some(work) => self.watched(call, &mut self.works.begin(work)?),
            None => dispatch(self, call),
        }
    }

    /// The long use cases, told step by step.
    fn watched(&self, call: &Value, watch: &mut Watch<'_>) -> Answer<Value> {
        let (name, with) = asked(call);
        match name {
            "bundle_export" => answered(name, with, |request| self.do_bundle_export(request, watch)),
            "bundle_export_volumes" => answered(name, with, |request| self.do_bundle_export_volumes(request, watch)),
            "bundle_verify" => answered(name, with, |request| self.do_bundle_verify(request, watch)),
            "bundle_import" => answered(name, with, |request| self.do_bundle_import(request, watch)),
            "tasks_take_in" => answered(name, with, |request: TakeIn| self.do_tasks_take_in(&request, watch)),
            "audit_export" => answered(name, with, |request: AuditExport| self.do_audit_export(&request, watch)),
            "audit_verify" => answered(name, with, |request: FileRef| self.do_audit_verify(&request, watch)),
            "backup_make" => answered(name, with, |_: Nothing| self.do_backup_make(watch)),
            "backup_daily" => answered(name, with, |_: Nothing| self.do_backup_daily(watch)),
            "backup_verify" => answered(name, with, |request: BackupFrom| self.do_backup_verify(&request, watch)),
            "backup_restore" => answered(name, with, |request: BackupFrom| {
                self.do_backup_restore(&request, watch)
            }),
            "update_keep" => answered(name, with, |request: FileRef| self.do_update_keep(&request, watch)),
            "update_take" => answered(name, with, |request: UpdateTake| self.do_update_take(&request, watch)),
            "update_install" => answered(name, with, |request: UpdateRef| self.do_update_install(&request, watch)),
            "check" => answered(name, with, |_: Nothing| self.do_check(watch)),
            "mailbox_sync" => answered(name, with, |request: MailboxSync| self.do_mailbox_sync(&request, watch)),
            _ => dispatch(self, call),
        }
    }

    pub(crate) fn do_check(&self, watch: &mut Watch<'_>) -> Answer<CheckReport> {
        let open = self.opened()?;
        let found = open
            .store
            .check_watched(&mut |step, done, total| watch.step(check_step(step), done, total))?;
        Ok(found.into())
    }

    fn do_attachment_open(&self, request: &AttachmentId) -> Answer<ReadyFile> {
        let open = self.opened()?;
        let unknown = || {
            AppError::new("record_unknown")
                .with("kind", "attachment")
                .with("name", &request.attachment)
        };
        let id: chidao_domain::ids::RecordId = request.attachment.parse().map_err(|_| unknown())?;
        let shown = open.store.read(|connection| {
            let mut views = crate::views::Views::new(connection, &open)?;
            match cells::record_row(connection, &views.words, &id)? {
                Some(row) => views.attachment(row),
                None => Ok(None),
            }
        })?;
        let shown = shown.ok_or_else(unknown)?;
        if !shown.here {
            return Err(AppError::new("attachment_not_here").with("name", shown.name));
        }
        let hash = shown
            .blake3
            .parse()
            .map_err(|error| AppError::internal("attachment", &error))?;
        Ok(self.keep_staged(&shown.name, shown.size, crate::staging::Place::Blob(hash)))
    }
}

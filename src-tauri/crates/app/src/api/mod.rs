//! The seam: one typed request and one typed response for each thing a person can do.
//!
//! On the wire a call is `{"do": "<name>", "with": {…request…}}`; the answer is the response itself, or an
//! [`AppError`](crate::AppError) as `{code, params, retryable}`. The TypeScript side is generated from these types.
//! Conventions: dates are `YYYY-MM-DD`, moments RFC 3339 at +07:00, ids opaque strings, percents whole numbers 0–100.

mod audit;
mod backup;
mod bundles;
mod devices;
mod erasure;
#[cfg(test)]
mod fresh;
mod inspections;
mod mailbox;
mod people;
mod review;
mod session;
mod sticks;
mod taking_in;
mod tasks;
mod updates;
mod work;

pub use audit::*;
pub use backup::*;
pub use bundles::*;
pub use devices::*;
pub use erasure::*;
pub use inspections::*;
pub use mailbox::*;
pub use people::*;
pub use review::*;
pub use session::*;
pub use sticks::*;
pub use taking_in::*;
pub use tasks::*;
pub use updates::*;
pub use work::*;

use crate::AppError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The name of a call's use case, and its request.
pub(crate) fn asked(call: &Value) -> (&str, &Value) {
    const EMPTY: &Value = &Value::Null;
    let name = call.get("do").and_then(Value::as_str).unwrap_or_default();
    (name, call.get("with").unwrap_or(EMPTY))
}

/// Reads a request, acts, and writes the response. No request is an empty one.
pub(crate) fn answered<Q: DeserializeOwned, R: Serialize>(
    name: &str,
    with: &Value,
    act: impl FnOnce(Q) -> Result<R, AppError>,
) -> Result<Value, AppError> {
    let with = match with {
        Value::Null => Value::Object(Default::default()),
        with => with.clone(),
    };
    let request = serde_json::from_value(with).map_err(|error| AppError::bad_request(name, &error))?;
    serde_json::to_value(act(request)?).map_err(|error| AppError::internal("response", &error))
}

/// Declares every use case once: the trait the application implements, the dispatcher of the seam, and the
/// TypeScript map from name to request and response.
macro_rules! use_cases {
    ($( $(#[doc = $doc:literal])* $name:ident ( $req:ty ) -> $res:ty ; )*) => {
        /// Everything a person can do, one method each.
        pub trait UseCases {
            $( $(#[doc = $doc])* fn $name(&self, request: $req) -> Result<$res, AppError>; )*
        }

        /// Answers one call of the seam. Unknown names and ill-formed requests are errors, never panics.
        pub fn dispatch(app: &dyn UseCases, call: &Value) -> Result<Value, AppError> {
            let (name, with) = asked(call);
            match name {
                $( stringify!($name) => answered::<$req, $res>(name, with, |request| app.$name(request)), )*
                _ => Err(AppError::unknown_request(name)),
            }
        }

        /// The TypeScript declaration of the map from name to request and response.
        pub fn use_cases_typescript(config: &ts_rs::Config) -> String {
            let mut text = String::from("export interface UseCases {\n");
            $(
                for line in [$($doc),*] as [&str; [$($doc),*].len()] { text.push_str(&format!("  /**{line} */\n")); }
                text.push_str(&format!("  {}: {{ request: {}; response: {} }};\n",
                    stringify!($name), <$req as ts_rs::TS>::name(config), <$res as ts_rs::TS>::name(config)));
            )*
            text.push_str("}\n");
            text
        }

        /// Exports the types of every request and response, with what they contain.
        pub fn export_types(config: &ts_rs::Config) -> Result<(), ts_rs::ExportError> {
            $( <$req as ts_rs::TS>::export_all(config)?; <$res as ts_rs::TS>::export_all(config)?; )*
            <AppError as ts_rs::TS>::export_all(config)?;
            <Progress as ts_rs::TS>::export_all(config)?;
            Ok(())
        }
    };
}

use_cases! {
    /// Where this installation stands: fresh, locked or open, and for whom.
    session(Nothing) -> Session;
    /// First start: makes the unit, the person, the keys and the store. Shows the recovery key once.
    first_start(FirstStart) -> FirstStarted;
    /// The recovery key once more, as long as nobody has said that it is on paper.
    recovery_key(Nothing) -> RecoveryKey;
    /// The recovery key is on paper: it is kept here no longer.
    recovery_printed(Nothing) -> Session;
    /// Opens the vault with a passphrase.
    unlock(Unlock) -> Session;
    /// Makes a machine that was opened with the recovery key another device of its unit, at which a person works with a new
    /// passphrase. Whoever worked there before is asked no more.
    take_over(TakeOver) -> Session;
    /// The request of a machine that became another device and does not hold the unit's root key.
    renewal_request(Nothing) -> ReadyFile;
    /// The answer to it: from then on the machine writes again.
    renewal_accept(RenewalAccept) -> Session;
    /// The persons who can open this machine.
    people(Nothing) -> People;
    /// Lets another person work at this machine, with a passphrase of their own.
    person_add(PersonAdd) -> People;
    /// Lets a person work here no longer: the database gets another key, and the machine becomes another device.
    person_remove(PersonRef) -> People;
    /// Changes the passphrase of the person who works here now.
    passphrase_change(PassphraseChange) -> People;
    /// Lets the system open the vault for this account without a passphrase from the next start on; where one person alone opens it.
    remember(Remember) -> Session;
    /// Asks for the passphrase again from the next start on.
    forget_remembered(Nothing) -> Session;
    /// Opens the vault without a passphrase: `not_remembered` where the system does not, or somebody locked it since the start.
    unlock_remembered(Nothing) -> Session;
    /// Closes the vault and forgets the keys.
    lock(Nothing) -> Session;
    /// The settings of this installation.
    settings(Nothing) -> Settings;
    /// Changes settings.
    settings_set(Settings) -> Settings;
    /// This installation's public keys.
    keys(Nothing) -> PublicKeys;
    /// Keeps what is being typed, so that a crash loses nothing. An empty value drops the draft.
    draft_keep(Draft) -> Nothing;
    /// What was kept under a name, if anything.
    draft_find(DraftName) -> Draft;
    /// The units this installation knows: itself, its parent, its children, and their offices.
    units(Nothing) -> Units;

    /// Writes a request to be enrolled under a parent, to be carried to it.
    enrol_request(Nothing) -> ReadyFile;
    /// Reads a request without accepting it: who asks, and the code to be read out.
    enrol_look(FileRef) -> EnrolmentSeen;
    /// The parent accepts a request; the answer is the unit's first bundle.
    enrol_approve(FileRef) -> EnrolmentApproved;
    /// Either side confirms the code that both read out.
    enrol_confirm(ConfirmCode) -> Session;

    /// One window of the task list.
    tasks_page(TasksPage) -> TaskRows;
    /// How many tasks the filter finds.
    tasks_count(TaskFilter) -> Count;
    /// The values that filters and choices can take: assigners, leads, fields of work, units.
    task_choices(Nothing) -> TaskChoices;
    /// One task whole.
    task_show(TaskId) -> TaskDetail;
    /// Everything that was ever written of a task, newest first.
    task_history(TaskId) -> History;
    /// Adds one task.
    task_create(TaskCreate) -> TaskDetail;
    /// Sets one field of a task.
    task_set(TaskSet) -> TaskDetail;
    /// Takes one step of a task's status.
    task_step(TaskStep) -> TaskDetail;
    /// Takes back the last change that this person made to a task on this machine.
    task_undo(TaskId) -> TaskDetail;
    /// Reports progress. Reports are never edited, only followed by another.
    report_add(ReportAdd) -> TaskDetail;
    /// The parent's verdict on a reported completion.
    assess(Assess) -> TaskDetail;
    /// Totals of a period as of a date; each number carries the filter of the list that it counts.
    totals(TotalsAsk) -> TotalsAnswer;

    /// Reads a list of tasks and shows what taking it in would do. Writes nothing.
    tasks_preview(TakeIn) -> TakeInPreview;
    /// Takes in a list of tasks: all of it or nothing.
    tasks_take_in(TakeIn) -> TakenIn;

    /// The inspections, newest first.
    inspections(Nothing) -> Inspections;
    /// Starts an inspection or changes its head data.
    inspection_save(InspectionSave) -> InspectionDetail;
    /// One inspection whole: team, tasks, findings, recommendations.
    inspection_show(InspectionId) -> InspectionDetail;
    /// Records what was found of one task. A correction is a new finding that follows the old.
    finding_add(FindingAdd) -> InspectionDetail;
    /// Ends an inspection; refused while a negative finding lacks one of its four mandatory fields.
    inspection_close(InspectionId) -> InspectionDetail;
    /// The recommendations, newest first.
    recommendations(RecommendationFilter) -> Recommendations;
    /// Enters a recommendation.
    recommendation_add(RecommendationAdd) -> Recommendation;
    /// The parent answers a recommendation.
    recommendation_answer(RecommendationAnswer) -> Recommendation;

    /// Makes a stored attachment ready to be shown or saved.
    attachment_open(AttachmentId) -> ReadyFile;

    /// What a bundle to a unit would carry now.
    bundle_preview(BundleTo) -> BundlePreview;
    /// Packs, signs and encrypts a bundle; the file waits to be saved.
    bundle_export(BundleTo) -> BundleExported;
    /// The same in volumes of a size, for mail.
    bundle_export_volumes(BundleVolumes) -> BundleExported;
    /// Verifies a bundle and tells what it carries. Changes nothing.
    bundle_verify(FileRef) -> BundleReport;
    /// Takes in a bundle: whole, or not at all.
    bundle_import(FileRef) -> BundleReport;
    /// The journal of bundles, newest first.
    bundles(Nothing) -> BundleJournal;

    /// The mailboxes of this machine.
    mailboxes(Nothing) -> Mailboxes;
    /// Adds a mailbox or changes one; it is entered first.
    mailbox_save(MailboxSave) -> Mailboxes;
    /// Forgets a mailbox.
    mailbox_remove(MailboxRemove) -> Mailboxes;
    /// Takes in what is new in mailboxes, then puts there what is unsent.
    mailbox_sync(MailboxSync) -> MailboxSynced;
    /// The mailboxes to be synchronised by themselves now; asked every few seconds.
    mailboxes_due(Nothing) -> MailboxesDue;
    /// The sticks that are plugged in; asked every few seconds where files are saved.
    sticks(Nothing) -> Sticks;
    /// Saves files that wait on a stick, all or none: flushed and read back, so that it can be pulled out.
    stick_save(StickSave) -> StickSaved;

    /// Cells on which two sides wrote without knowing of each other.
    conflicts(Nothing) -> Conflicts;
    /// Settles a conflict with one of its values, or with a third.
    conflict_settle(ConflictSettle) -> Conflicts;
    /// Changes that were not applied, with the reason.
    quarantine(Nothing) -> Quarantine;
    /// The quarantine as a file of JSON lines, each with the entry as it came; the file waits to be saved.
    quarantine_export(Nothing) -> ReadyFile;
    /// What should not have happened, newest first.
    incidents(Nothing) -> Incidents;

    /// Removes values for ever, here and on every machine that the entry reaches; the chain of entries still proves itself.
    erase(Erase) -> Erased;

    /// The whole history of a channel as JSON lines that prove themselves; the file waits to be saved.
    audit_export(AuditExport) -> AuditExported;
    /// Proves such a file, line by line. Needs nothing that is here.
    audit_verify(FileRef) -> AuditReport;

    /// The machines of this unit and of the units around it.
    devices(Nothing) -> Devices;
    /// Believes a machine no longer: what is here of it stands, nothing after.
    device_revoke(DeviceRevoke) -> Devices;
    /// A further machine of a unit asks to work for it.
    join_request(JoinRequest) -> ReadyFile;
    /// Accepts the unit's answer, by the code that the answering machine shows.
    join_accept(JoinAccept) -> Session;
    /// What a machine's request says. Nothing is changed.
    device_look(FileRef) -> DeviceSeen;
    /// Certifies a further machine of this unit and makes the answer.
    device_approve(FileRef) -> DeviceApproved;
    /// Admits what a revoked machine wrote after all, as far as it is here.
    device_admit(DeviceRef) -> Devices;

    /// The backups that are here, where they lie and how many are kept.
    backups(Nothing) -> Backups;
    /// Makes a backup now, verified.
    backup_make(Nothing) -> BackupMade;
    /// Makes today's backup, unless it has been made.
    backup_daily(Nothing) -> BackupMade;
    /// Changes where backups lie and how many are kept.
    backup_keeping(BackupKeeping) -> Backups;
    /// Makes a backup ready to be saved elsewhere.
    backup_take(BackupName) -> ReadyFile;
    /// Removes a backup.
    backup_remove(BackupName) -> Backups;
    /// What a backup that was handed over says of itself.
    backup_look(FileRef) -> BackupRow;
    /// Tries a backup out in a copy and checks all of it: whether one could go back to it. Also before anything was started here.
    backup_verify(BackupFrom) -> BackupVerified;
    /// Goes back to a backup, also before anything was started here. The present state is set aside.
    backup_restore(BackupFrom) -> Restored;

    /// The updates of the program that are kept here, and how far an installation is.
    updates(Nothing) -> Updates;
    /// Verifies an update file and tells what it is. Keeps nothing.
    update_look(FileRef) -> UpdateRow;
    /// Keeps an update file that a person handed over.
    update_keep(FileRef) -> Updates;
    /// Removes an update that is kept.
    update_forget(UpdateRef) -> Updates;
    /// Carries an update on in bundles to the units below, or no longer.
    update_carry(UpdateCarry) -> Updates;
    /// Makes an update file, or the package in it, ready to be saved.
    update_take(UpdateTake) -> ReadyFile;
    /// Lays an update ready and shuts the vault: the next start installs it, and goes back if it cannot open the data.
    update_install(UpdateRef) -> UpdateReady;
    /// A person has seen how the last installation ended.
    update_seen(Nothing) -> Updates;

    /// Stops long work that was given a name, and leaves nothing half written. Work that is over is not touched.
    work_cancel(WorkRef) -> Nothing;
    /// Rebuilds every derived table from the entries and compares.
    check(Nothing) -> CheckReport;
    /// The two digests of the channel shared with a unit (its own inner channel for the unit itself).
    digest(DigestOf) -> Digests;
}

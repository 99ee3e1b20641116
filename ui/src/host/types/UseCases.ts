import type { Assess } from "./Assess";
import type { AttachmentId } from "./AttachmentId";
import type { AuditExport } from "./AuditExport";
import type { AuditExported } from "./AuditExported";
import type { AuditReport } from "./AuditReport";
import type { BackupFrom } from "./BackupFrom";
import type { BackupKeeping } from "./BackupKeeping";
import type { BackupMade } from "./BackupMade";
import type { BackupName } from "./BackupName";
import type { BackupRow } from "./BackupRow";
import type { BackupVerified } from "./BackupVerified";
import type { Backups } from "./Backups";
import type { BundleExported } from "./BundleExported";
import type { BundleJournal } from "./BundleJournal";
import type { BundlePreview } from "./BundlePreview";
import type { BundleReport } from "./BundleReport";
import type { BundleTo } from "./BundleTo";
import type { BundleVolumes } from "./BundleVolumes";
import type { CheckReport } from "./CheckReport";
import type { ConfirmCode } from "./ConfirmCode";
import type { ConflictSettle } from "./ConflictSettle";
import type { Conflicts } from "./Conflicts";
import type { Count } from "./Count";
import type { DeviceApproved } from "./DeviceApproved";
import type { DeviceRef } from "./DeviceRef";
import type { DeviceRevoke } from "./DeviceRevoke";
import type { DeviceSeen } from "./DeviceSeen";
import type { Devices } from "./Devices";
import type { DigestOf } from "./DigestOf";
import type { Digests } from "./Digests";
import type { Draft } from "./Draft";
import type { DraftName } from "./DraftName";
import type { EnrolmentApproved } from "./EnrolmentApproved";
import type { EnrolmentSeen } from "./EnrolmentSeen";
import type { Erase } from "./Erase";
import type { Erased } from "./Erased";
import type { FileRef } from "./FileRef";
import type { FindingAdd } from "./FindingAdd";
import type { FirstStart } from "./FirstStart";
import type { FirstStarted } from "./FirstStarted";
import type { History } from "./History";
import type { Incidents } from "./Incidents";
import type { InspectionDetail } from "./InspectionDetail";
import type { InspectionId } from "./InspectionId";
import type { InspectionSave } from "./InspectionSave";
import type { Inspections } from "./Inspections";
import type { JoinAccept } from "./JoinAccept";
import type { JoinRequest } from "./JoinRequest";
import type { MailboxRemove } from "./MailboxRemove";
import type { MailboxSave } from "./MailboxSave";
import type { MailboxSync } from "./MailboxSync";
import type { MailboxSynced } from "./MailboxSynced";
import type { Mailboxes } from "./Mailboxes";
import type { MailboxesDue } from "./MailboxesDue";
import type { Nothing } from "./Nothing";
import type { PassphraseChange } from "./PassphraseChange";
import type { People } from "./People";
import type { PersonAdd } from "./PersonAdd";
import type { PersonRef } from "./PersonRef";
import type { PublicKeys } from "./PublicKeys";
import type { Quarantine } from "./Quarantine";
import type { ReadyFile } from "./ReadyFile";
import type { Recommendation } from "./Recommendation";
import type { RecommendationAdd } from "./RecommendationAdd";
import type { RecommendationAnswer } from "./RecommendationAnswer";
import type { RecommendationFilter } from "./RecommendationFilter";
import type { Recommendations } from "./Recommendations";
import type { RecoveryKey } from "./RecoveryKey";
import type { Remember } from "./Remember";
import type { RenewalAccept } from "./RenewalAccept";
import type { ReportAdd } from "./ReportAdd";
import type { Restored } from "./Restored";
import type { Session } from "./Session";
import type { Settings } from "./Settings";
import type { StickSave } from "./StickSave";
import type { StickSaved } from "./StickSaved";
import type { Sticks } from "./Sticks";
import type { TakeIn } from "./TakeIn";
import type { TakeInPreview } from "./TakeInPreview";
import type { TakeOver } from "./TakeOver";
import type { TakenIn } from "./TakenIn";
import type { TaskChoices } from "./TaskChoices";
import type { TaskCreate } from "./TaskCreate";
import type { TaskDetail } from "./TaskDetail";
import type { TaskFilter } from "./TaskFilter";
import type { TaskId } from "./TaskId";
import type { TaskRows } from "./TaskRows";
import type { TaskSet } from "./TaskSet";
import type { TaskStep } from "./TaskStep";
import type { TasksPage } from "./TasksPage";
import type { TotalsAnswer } from "./TotalsAnswer";
import type { TotalsAsk } from "./TotalsAsk";
import type { Units } from "./Units";
import type { Unlock } from "./Unlock";
import type { UpdateCarry } from "./UpdateCarry";
import type { UpdateReady } from "./UpdateReady";
import type { UpdateRef } from "./UpdateRef";
import type { UpdateRow } from "./UpdateRow";
import type { UpdateTake } from "./UpdateTake";
import type { Updates } from "./Updates";
import type { WorkRef } from "./WorkRef";

export interface UseCases {
  /** Where this installation stands: fresh, locked or open, and for whom. */
  session: { request: Nothing; response: Session };
  /** First start: makes the unit, the person, the keys and the store. Shows the recovery key once. */
  first_start: { request: FirstStart; response: FirstStarted };
  /** The recovery key once more, as long as nobody has said that it is on paper. */
  recovery_key: { request: Nothing; response: RecoveryKey };
  /** The recovery key is on paper: it is kept here no longer. */
  recovery_printed: { request: Nothing; response: Session };
  /** Opens the vault with a passphrase. */
  unlock: { request: Unlock; response: Session };
  /** Makes a machine that was opened with the recovery key another device of its unit, at which a person works with a new */
  /** passphrase. Whoever worked there before is asked no more. */
  take_over: { request: TakeOver; response: Session };
  /** The request of a machine that became another device and does not hold the unit's root key. */
  renewal_request: { request: Nothing; response: ReadyFile };
  /** The answer to it: from then on the machine writes again. */
  renewal_accept: { request: RenewalAccept; response: Session };
  /** The persons who can open this machine. */
  people: { request: Nothing; response: People };
  /** Lets another person work at this machine, with a passphrase of their own. */
  person_add: { request: PersonAdd; response: People };
  /** Lets a person work here no longer: the database gets another key, and the machine becomes another device. */
  person_remove: { request: PersonRef; response: People };
  /** Changes the passphrase of the person who works here now. */
  passphrase_change: { request: PassphraseChange; response: People };
  /** Lets the system open the vault for this account without a passphrase from the next start on; where one person alone opens it. */
  remember: { request: Remember; response: Session };
  /** Asks for the passphrase again from the next start on. */
  forget_remembered: { request: Nothing; response: Session };
  /** Opens the vault without a passphrase: `not_remembered` where the system does not, or somebody locked it since the start. */
  unlock_remembered: { request: Nothing; response: Session };
  /** Closes the vault and forgets the keys. */
  lock: { request: Nothing; response: Session };
  /** The settings of this installation. */
  settings: { request: Nothing; response: Settings };
  /** Changes settings. */
  settings_set: { request: Settings; response: Settings };
  /** This installation's public keys. */
  keys: { request: Nothing; response: PublicKeys };
  /** Keeps what is being typed, so that a crash loses nothing. An empty value drops the draft. */
  draft_keep: { request: Draft; response: Nothing };
  /** What was kept under a name, if anything. */
  draft_find: { request: DraftName; response: Draft };
  /** The units this installation knows: itself, its parent, its children, and their offices. */
  units: { request: Nothing; response: Units };
  /** Writes a request to be enrolled under a parent, to be carried to it. */
  enrol_request: { request: Nothing; response: ReadyFile };
  /** Reads a request without accepting it: who asks, and the code to be read out. */
  enrol_look: { request: FileRef; response: EnrolmentSeen };
  /** The parent accepts a request; the answer is the unit's first bundle. */
  enrol_approve: { request: FileRef; response: EnrolmentApproved };
  /** Either side confirms the code that both read out. */
  enrol_confirm: { request: ConfirmCode; response: Session };
  /** One window of the task list. */
  tasks_page: { request: TasksPage; response: TaskRows };
  /** How many tasks the filter finds. */
  tasks_count: { request: TaskFilter; response: Count };
  /** The values that filters and choices can take: assigners, leads, fields of work, units. */
  task_choices: { request: Nothing; response: TaskChoices };
  /** One task whole. */
  task_show: { request: TaskId; response: TaskDetail };
  /** Everything that was ever written of a task, newest first. */
  task_history: { request: TaskId; response: History };
  /** Adds one task. */
  task_create: { request: TaskCreate; response: TaskDetail };
  /** Sets one field of a task. */
  task_set: { request: TaskSet; response: TaskDetail };
  /** Takes one step of a task's status. */
  task_step: { request: TaskStep; response: TaskDetail };
  /** Takes back the last change that this person made to a task on this machine. */
  task_undo: { request: TaskId; response: TaskDetail };
  /** Reports progress. Reports are never edited, only followed by another. */
  report_add: { request: ReportAdd; response: TaskDetail };
  /** The parent's verdict on a reported completion. */
  assess: { request: Assess; response: TaskDetail };
  /** Totals of a period as of a date; each number carries the filter of the list that it counts. */
  totals: { request: TotalsAsk; response: TotalsAnswer };
  /** Reads a list of tasks and shows what taking it in would do. Writes nothing. */
  tasks_preview: { request: TakeIn; response: TakeInPreview };
  /** Takes in a list of tasks: all of it or nothing. */
  tasks_take_in: { request: TakeIn; response: TakenIn };
  /** The inspections, newest first. */
  inspections: { request: Nothing; response: Inspections };
  /** Starts an inspection or changes its head data. */
  inspection_save: { request: InspectionSave; response: InspectionDetail };
  /** One inspection whole: team, tasks, findings, recommendations. */
  inspection_show: { request: InspectionId; response: InspectionDetail };
  /** Records what was found of one task. A correction is a new finding that follows the old. */
  finding_add: { request: FindingAdd; response: InspectionDetail };
  /** Ends an inspection; refused while a negative finding lacks one of its four mandatory fields. */
  inspection_close: { request: InspectionId; response: InspectionDetail };
  /** The recommendations, newest first. */
  recommendations: { request: RecommendationFilter; response: Recommendations };
  /** Enters a recommendation. */
  recommendation_add: { request: RecommendationAdd; response: Recommendation };
  /** The parent answers a recommendation. */
  recommendation_answer: { request: RecommendationAnswer; response: Recommendation };
  /** Makes a stored attachment ready to be shown or saved. */
  attachment_open: { request: AttachmentId; response: ReadyFile };
  /** What a bundle to a unit would carry now. */
  bundle_preview: { request: BundleTo; response: BundlePreview };
  /** Packs, signs and encrypts a bundle; the file waits to be saved. */
  bundle_export: { request: BundleTo; response: BundleExported };
  /** The same in volumes of a size, for mail. */
  bundle_export_volumes: { request: BundleVolumes; response: BundleExported };
  /** Verifies a bundle and tells what it carries. Changes nothing. */
  bundle_verify: { request: FileRef; response: BundleReport };
  /** Takes in a bundle: whole, or not at all. */
  bundle_import: { request: FileRef; response: BundleReport };
  /** The journal of bundles, newest first. */
  bundles: { request: Nothing; response: BundleJournal };
  /** The mailboxes of this machine. */
  mailboxes: { request: Nothing; response: Mailboxes };
  /** Adds a mailbox or changes one; it is entered first. */
  mailbox_save: { request: MailboxSave; response: Mailboxes };
  /** Forgets a mailbox. */
  mailbox_remove: { request: MailboxRemove; response: Mailboxes };
  /** Takes in what is new in mailboxes, then puts there what is unsent. */
  mailbox_sync: { request: MailboxSync; response: MailboxSynced };
  /** The mailboxes to be synchronised by themselves now; asked every few seconds. */
  mailboxes_due: { request: Nothing; response: MailboxesDue };
  /** The sticks that are plugged in; asked every few seconds where files are saved. */
  sticks: { request: Nothing; response: Sticks };
  /** Saves files that wait on a stick, all or none: flushed and read back, so that it can be pulled out. */
  stick_save: { request: StickSave; response: StickSaved };
  /** Cells on which two sides wrote without knowing of each other. */
  conflicts: { request: Nothing; response: Conflicts };
  /** Settles a conflict with one of its values, or with a third. */
  conflict_settle: { request: ConflictSettle; response: Conflicts };
  /** Changes that were not applied, with the reason. */
  quarantine: { request: Nothing; response: Quarantine };
  /** The quarantine as a file of JSON lines, each with the entry as it came; the file waits to be saved. */
  quarantine_export: { request: Nothing; response: ReadyFile };
  /** What should not have happened, newest first. */
  incidents: { request: Nothing; response: Incidents };
  /** Removes values for ever, here and on every machine that the entry reaches; the chain of entries still proves itself. */
  erase: { request: Erase; response: Erased };
  /** The whole history of a channel as JSON lines that prove themselves; the file waits to be saved. */
  audit_export: { request: AuditExport; response: AuditExported };
  /** Proves such a file, line by line. Needs nothing that is here. */
  audit_verify: { request: FileRef; response: AuditReport };
  /** The machines of this unit and of the units around it. */
  devices: { request: Nothing; response: Devices };
  /** Believes a machine no longer: what is here of it stands, nothing after. */
  device_revoke: { request: DeviceRevoke; response: Devices };
  /** A further machine of a unit asks to work for it. */
  join_request: { request: JoinRequest; response: ReadyFile };
  /** Accepts the unit's answer, by the code that the answering machine shows. */
  join_accept: { request: JoinAccept; response: Session };
  /** What a machine's request says. Nothing is changed. */
  device_look: { request: FileRef; response: DeviceSeen };
  /** Certifies a further machine of this unit and makes the answer. */
  device_approve: { request: FileRef; response: DeviceApproved };
  /** Admits what a revoked machine wrote after all, as far as it is here. */
  device_admit: { request: DeviceRef; response: Devices };
  /** The backups that are here, where they lie and how many are kept. */
  backups: { request: Nothing; response: Backups };
  /** Makes a backup now, verified. */
  backup_make: { request: Nothing; response: BackupMade };
  /** Makes today's backup, unless it has been made. */
  backup_daily: { request: Nothing; response: BackupMade };
  /** Changes where backups lie and how many are kept. */
  backup_keeping: { request: BackupKeeping; response: Backups };
  /** Makes a backup ready to be saved elsewhere. */
  backup_take: { request: BackupName; response: ReadyFile };
  /** Removes a backup. */
  backup_remove: { request: BackupName; response: Backups };
  /** What a backup that was handed over says of itself. */
  backup_look: { request: FileRef; response: BackupRow };
  /** Tries a backup out in a copy and checks all of it: whether one could go back to it. Also before anything was started here. */
  backup_verify: { request: BackupFrom; response: BackupVerified };
  /** Goes back to a backup, also before anything was started here. The present state is set aside. */
  backup_restore: { request: BackupFrom; response: Restored };
  /** The updates of the program that are kept here, and how far an installation is. */
  updates: { request: Nothing; response: Updates };
  /** Verifies an update file and tells what it is. Keeps nothing. */
  update_look: { request: FileRef; response: UpdateRow };
  /** Keeps an update file that a person handed over. */
  update_keep: { request: FileRef; response: Updates };
  /** Removes an update that is kept. */
  update_forget: { request: UpdateRef; response: Updates };
  /** Carries an update on in bundles to the units below, or no longer. */
  update_carry: { request: UpdateCarry; response: Updates };
  /** Makes an update file, or the package in it, ready to be saved. */
  update_take: { request: UpdateTake; response: ReadyFile };
  /** Lays an update ready and shuts the vault: the next start installs it, and goes back if it cannot open the data. */
  update_install: { request: UpdateRef; response: UpdateReady };
  /** A person has seen how the last installation ended. */
  update_seen: { request: Nothing; response: Updates };
  /** Stops long work that was given a name, and leaves nothing half written. Work that is over is not touched. */
  work_cancel: { request: WorkRef; response: Nothing };
  /** Rebuilds every derived table from the entries and compares. */
  check: { request: Nothing; response: CheckReport };
  /** The two digests of the channel shared with a unit (its own inner channel for the unit itself). */
  digest: { request: DigestOf; response: Digests };
}

//! First start, vault, settings, units, enrolment, files that cross the seam.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A request or response without content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Nothing {}

/// Which of the two editions this installation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Edition {
    /// Receives, does, reports.
    Unit,
    /// Assigns, receives bundles, judges, answers.
    Province,
}

/// Whether the vault is made, shut or open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VaultState {
    /// Nothing is here yet: first start.
    Fresh,
    /// A passphrase is needed.
    Locked,
    /// Work can go on.
    Open,
}

/// Whether this account of the system opens the vault without a passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Remembered {
    /// The system seals nothing to an account.
    Unavailable,
    /// The passphrase is asked for.
    No,
    /// It opens without one.
    Yes,
}

/// How far the enrolment with the parent has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EnrolmentState {
    /// No parent yet; work goes on and goes along later.
    None,
    /// A request was written and waits for its answer.
    Requested,
    /// The parent answered; the code has not been confirmed.
    Unverified,
    /// Both sides confirmed the code.
    Confirmed,
}

/// A unit as named in lists and headings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UnitName {
    /// Opaque id.
    pub id: String,
    /// Full name, for example "UBND huyện Yên Thế".
    pub name: String,
    /// Mã định danh, for example "H02.15".
    pub code: String,
}

/// A person as named in lists and headings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PersonName {
    /// Full name.
    pub name: String,
    /// Title or post.
    pub title: String,
}

/// Where this installation stands. The optional parts are present once the vault is open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Session {
    /// Whether the vault is made, shut or open.
    pub vault: VaultState,
    /// The edition.
    pub edition: Option<Edition>,
    /// This unit.
    pub unit: Option<UnitName>,
    /// Who works here.
    pub person: Option<PersonName>,
    /// The name of this machine.
    pub device: Option<String>,
    /// The parent, once it answered.
    pub parent: Option<UnitName>,
    /// How far the enrolment has come.
    pub enrolment: EnrolmentState,
    /// The code to be read out while the enrolment is unverified.
    pub enrolment_code: Option<String>,
    /// The moment by this program's clock.
    pub now: String,
    /// The day by this program's clock, at +07:00.
    pub today: String,
    /// The program's version.
    pub version: String,
    /// Whether this is the demonstration with invented data.
    pub demo: bool,
    /// It joined the unit and does not hold its root key: what the unit has comes with a bundle of another of its machines.
    pub joined: bool,
    /// Opened with the recovery key: everything can be read, and nothing written, until somebody takes the machine over.
    pub recovered: bool,
    /// It became another device and waits to be certified by a machine that holds the unit's root key: everything can be read, and
    /// nothing written.
    pub awaiting: bool,
    /// Nobody has said yet that the recovery key is on paper: it can still be shown.
    pub recovery_unprinted: bool,
    /// Whether it opens without a passphrase. While it is shut, only where it would do so now.
    pub remembered: Remembered,
    /// Counts for the navigation: conflicts, quarantined changes.
    pub conflicts: u32,
    /// Changes in quarantine.
    pub quarantined: u32,
    /// Changes written here that no bundle has carried yet (unit: to the parent).
    pub unsent: u32,
}

/// First start.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct FirstStart {
    /// The edition.
    pub edition: Edition,
    /// Full name of the unit.
    pub unit_name: String,
    /// Mã định danh of the unit.
    pub unit_code: String,
    /// Who works here.
    pub person_name: String,
    /// Title or post.
    pub person_title: String,
    /// Name of this machine; may be empty.
    #[serde(default)]
    pub device_name: String,
    /// At least 8 characters.
    pub passphrase: String,
    /// Keeps the recovery key, encrypted with everything else, until a person says that it is on paper: whoever asks for it is
    /// a page, which may be closed before that.
    #[serde(default)]
    pub keep_recovery: bool,
}

/// The recovery key of a register whose key is not on paper yet.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RecoveryKey {
    /// The key, to be printed.
    pub recovery_key: String,
}

/// What first start made.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct FirstStarted {
    /// The office's recovery key, to be printed.
    pub recovery_key: String,
    /// Where the installation stands now.
    pub session: Session,
}

/// Opens the vault.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Unlock {
    /// The person's passphrase.
    pub passphrase: String,
}

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// The language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Tiếng Việt.
    #[default]
    Vi,
    /// English.
    En,
}

/// Settings of this installation; kept on this machine only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// Language.
    pub language: Language,
    /// Theme.
    pub theme: Theme,
    /// "Sắp đến hạn": working days before the deadline. 0–30.
    pub due_soon_days: u8,
    /// Minutes without use before the vault is locked. 0 never.
    pub lock_after_minutes: u16,
    /// The official reporting period offered first, if set.
    pub assigned_from: Option<String>,
    /// End of that period.
    pub assigned_to: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            language: Language::Vi,
            theme: Theme::System,
            due_soon_days: 3,
            lock_after_minutes: 15,
            assigned_from: None,
            assigned_to: None,
        }
    }
}

/// Public keys of this installation.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PublicKeys {
    /// Unit id.
    pub unit: String,
    /// Device id.
    pub device: String,
    /// minisign public key of the device: verifies bundles.
    pub signing: String,
    /// age recipient of the device: bundles are encrypted to it.
    pub age: String,
    /// minisign public key of the unit's root: certifies devices.
    pub root: String,
    /// age recipient of the unit's recovery key.
    pub recovery: String,
}

/// What is being typed somewhere.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct Draft {
    /// Which form, for example `report/<task>`. At most 200 characters.
    pub name: String,
    /// The form's content as the page wrote it, or empty. At most 1 MiB. Files whose tokens stand in it are kept with it:
    /// their tokens are good as long as it is.
    pub text: String,
    /// When it was kept.
    #[serde(default)]
    pub at: Option<String>,
}

/// The name of a draft.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct DraftName {
    /// Which form.
    pub name: String,
}

/// How a unit stands to this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// This unit.
    Own,
    /// The parent.
    Parent,
    /// A child.
    Child,
}

/// One unit, in the Vietnamese order of names.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct UnitRow {
    /// Opaque id.
    pub id: String,
    /// Full name.
    pub name: String,
    /// Mã định danh.
    pub code: String,
    /// How it stands to this one.
    pub relation: Relation,
    /// Enrolment with it.
    pub enrolment: EnrolmentState,
    /// The code to read out while unverified.
    pub enrolment_code: Option<String>,
    /// Devices of it that are known.
    pub devices: u32,
    /// Tasks shared with it.
    pub tasks: u32,
    /// When its last bundle was taken in.
    pub last_bundle_at: Option<String>,
    /// Offices below it that lead tasks, in the Vietnamese order, with the number of tasks.
    pub offices: Vec<OfficeRow>,
}

/// An office below a unit, as named in tasks.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OfficeRow {
    /// Name.
    pub name: String,
    /// Tasks it leads.
    pub tasks: u32,
}

/// All units known here.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Units {
    /// Rows in the Vietnamese order of names, this unit first.
    pub rows: Vec<UnitRow>,
}

/// A file that was handed to the program (dropped, chosen, uploaded) and waits under a token.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct FileRef {
    /// The token.
    pub file: String,
}

/// A file that the program made and that waits to be saved or shown.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ReadyFile {
    /// The token.
    pub file: String,
    /// The suggested name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Media type, if known.
    pub media_type: String,
}

/// Who asks to be enrolled.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EnrolmentSeen {
    /// The unit that asks.
    pub unit: UnitName,
    /// Who wrote the request.
    pub person: PersonName,
    /// On which machine.
    pub device: String,
    /// When.
    pub at: String,
    /// Whether a unit with this id is enrolled already.
    pub known: bool,
    /// The code both sides will read out.
    pub code: String,
}

/// The answer to a request.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EnrolmentApproved {
    /// The unit enrolled.
    pub unit: UnitName,
    /// The code both sides read out.
    pub code: String,
    /// The unit's first bundle.
    pub bundle: ReadyFile,
}

/// The code that both sides read out.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ConfirmCode {
    /// Digits; spaces and hyphens are ignored.
    pub code: String,
}

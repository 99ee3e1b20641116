//! Bundles and checks.

use super::{Origin, ReadyFile, UnitName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// To whom a bundle goes.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BundleTo {
    /// Unit by id or code; the parent (unit edition) if empty. This unit itself stands for its further machines, which get every
    /// channel that is here.
    #[serde(default)]
    pub to: String,
}

/// One thing that a bundle would carry, in a person's words.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct OutgoingLine {
    /// What was done (the use case).
    pub act: String,
    /// Task code or other name it concerns; the first of several.
    pub about: String,
    /// How many more it concerns.
    pub others: u32,
    /// Task id, if it concerns one.
    pub task: Option<String>,
    /// What it says that needs no translation, joined: percents, notes, contents, dates.
    pub text: String,
    /// What it says part by part, in the order to be read.
    pub says: Vec<Said>,
    /// Files that go along with it.
    pub files: u32,
    /// Who.
    pub origin: Origin,
}

/// One field as an act set it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Said {
    /// Record kind.
    pub kind: String,
    /// Field.
    pub field: String,
    /// The value: string, number, boolean, list or object.
    #[ts(type = "unknown")]
    pub value: serde_json::Value,
    /// The value as text; of a coded one it is the code.
    pub text: String,
    /// The value is a code that is to be told in the reader's words: a status, a verdict, yes or no.
    pub coded: bool,
}

/// What a bundle would carry now.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BundlePreview {
    /// To whom.
    pub to: UnitName,
    /// Entries not yet acknowledged.
    pub entries: u32,
    /// Attachments not yet acknowledged.
    pub blobs: u32,
    /// Their bytes.
    pub blob_bytes: u64,
    /// The newest 500 acts.
    pub lines: Vec<OutgoingLine>,
    /// Control totals as they will stand in the manifest.
    pub totals: BTreeMap<String, i64>,
    /// Date of the totals.
    pub as_of: String,
    /// Recipients are known (the unit is enrolled).
    pub ready: bool,
    /// The other side is unverified.
    pub unverified: bool,
    /// When the other side last confirmed something.
    pub confirmed_at: Option<String>,
}

/// To whom a bundle goes in volumes, and of which size.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BundleVolumes {
    /// Unit by id or code; the parent (unit edition) if empty.
    #[serde(default)]
    pub to: String,
    /// Largest size of a file, in bytes.
    pub size: u64,
}

/// One file of a bundle.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct VolumeMade {
    /// The file.
    pub file: ReadyFile,
    /// 1 for the first.
    pub index: u32,
    /// Entries carried.
    pub entries: u32,
    /// Attachments carried.
    pub blobs: u32,
    /// It is larger than asked for: what it carries cannot be cut.
    pub larger: bool,
}

/// Which of several volumes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VolumeOf {
    /// The set: hash of the first volume's manifest.
    pub set: String,
    /// 1 for the first.
    pub index: u32,
    /// How many there are.
    pub count: u32,
}

/// Volumes that came from a unit, of which some are still missed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VolumesMissing {
    /// The sender.
    pub unit: UnitName,
    /// The bundle's number.
    pub number: u64,
    /// The set: hash of the first volume's manifest.
    pub set: String,
    /// How many volumes there are.
    pub count: u32,
    /// Those that have not come.
    pub missing: Vec<u32>,
    /// Those that came damaged, cut or otherwise refused, and not whole since.
    pub refused: Vec<u32>,
}

/// A bundle that was made.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BundleExported {
    /// The file.
    pub file: ReadyFile,
    /// Its number.
    pub number: u64,
    /// Hash of its manifest.
    pub manifest_hash: String,
    /// Entries carried.
    pub entries: u32,
    /// Attachments carried.
    pub blobs: u32,
    /// To whom.
    pub to: UnitName,
    /// Its files: one, or several volumes.
    pub volumes: Vec<VolumeMade>,
}

/// What became of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BundleOutcome {
    /// Verified only.
    Verified,
    /// Taken in.
    Imported,
    /// Had been taken in already; nothing changed.
    AlreadyImported,
    /// Refused; nothing changed.
    Refused,
    /// Made here and saved.
    Exported,
}

/// What a bundle carried and what became of it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BundleReport {
    /// What became of it.
    pub outcome: BundleOutcome,
    /// Hash of its manifest.
    pub manifest_hash: String,
    /// Its number.
    pub number: u64,
    /// Sender.
    pub sender: UnitName,
    /// Person and machine that sent it.
    pub sender_person: String,
    /// Machine.
    pub sender_device: String,
    /// When it was made.
    pub made_at: String,
    /// Which volume it is, if there are several.
    pub volume: Option<VolumeOf>,
    /// Volumes of its set that have not been taken in.
    pub missing_volumes: Vec<u32>,
    /// Attachments shared with the sender whose bytes have not come.
    pub awaited: u32,
    /// When it had been taken in before.
    pub imported_before_at: Option<String>,
    /// Entries carried.
    pub entries: u32,
    /// Entries that were new here.
    pub new_entries: u32,
    /// Entries that wait for others still on their way.
    pub waiting: u32,
    /// Attachments carried.
    pub blobs: u32,
    /// Changes applied.
    pub applied: u32,
    /// Changes quarantined.
    pub quarantined: u32,
    /// Forks found: two machines wrote under one name. Both stories are kept.
    pub forks: u32,
    /// Conflicts that it brought.
    pub conflicts: u32,
    /// Recommendations taken up with it.
    pub taken_up: u32,
    /// The sender's totals.
    pub totals: BTreeMap<String, i64>,
    /// Date of the totals.
    pub totals_as_of: Option<String>,
    /// Whether this side counts the same; none while entries wait.
    pub totals_agree: Option<bool>,
    /// Whether both digests agree; none while either side lacks entries.
    pub digests_agree: Option<bool>,
    /// The sender is unverified: the code has not been confirmed.
    pub unverified: bool,
    /// It enrolled this unit under a parent; the code is to be confirmed.
    pub enrolled: bool,
    /// Units whose code was confirmed at another machine of this unit, and thereby here too.
    pub confirmed: Vec<UnitName>,
}

/// One line of the journal.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BundleLine {
    /// When.
    pub at: String,
    /// What became of it.
    pub outcome: BundleOutcome,
    /// Outgoing.
    pub outgoing: bool,
    /// The other unit, if known.
    pub unit: Option<UnitName>,
    /// File name.
    pub file_name: String,
    /// Bytes.
    pub size: u64,
    /// Number.
    pub number: Option<u64>,
    /// Hash of the manifest, if it could be read.
    pub manifest_hash: Option<String>,
    /// Which volume it is, if there are several.
    pub volume: Option<VolumeOf>,
    /// Entries.
    pub entries: u32,
    /// Attachments.
    pub blobs: u32,
    /// Refusal's code and its parameters.
    pub refusal: Option<String>,
    /// Parameters of the refusal.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    /// The other side has confirmed everything it carried; none for incoming ones.
    pub confirmed: Option<bool>,
}

/// Entries of another unit that have not come, though later ones have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MissingEntries {
    /// The unit.
    pub unit: UnitName,
    /// The machine that wrote them; empty while nothing of it is here.
    pub device: String,
    /// How many.
    pub entries: u32,
}

/// The journal, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BundleJournal {
    /// Lines.
    pub lines: Vec<BundleLine>,
    /// What came too early: entries before it are still missing. The next bundle sent asks for them.
    pub missing: Vec<MissingEntries>,
    /// Volumes of which some have not come, newest first.
    pub volumes: Vec<VolumesMissing>,
}

/// What a check found.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CheckReport {
    /// Everything agrees.
    pub ok: bool,
    /// Feeds read.
    pub feeds: u32,
    /// Entries read.
    pub entries: u64,
    /// Changes replayed.
    pub changes: u64,
    /// Attachments compared with their hash.
    pub blobs: u32,
    /// What does not agree, one sentence code each.
    pub troubles: Vec<String>,
}

impl From<chidao_ledger::store::check::Checked> for CheckReport {
    fn from(found: chidao_ledger::store::check::Checked) -> CheckReport {
        CheckReport {
            ok: found.troubles.is_empty(),
            feeds: found.feeds,
            entries: found.entries,
            changes: found.changes,
            blobs: found.blobs,
            troubles: found.troubles,
        }
    }
}

/// Whose channel.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct DigestOf {
    /// Unit by id or code.
    pub channel: String,
}

/// The two digests of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Digests {
    /// Channel id.
    pub channel: String,
    /// Over entries: always comparable.
    pub entries: String,
    /// Over state: comparable at equal entries and rules.
    pub state: String,
    /// Rules version.
    pub rules: u32,
}

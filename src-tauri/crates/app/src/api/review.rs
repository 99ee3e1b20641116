//! What a person has to look at: conflicts and their settling, the quarantine, incidents.

use super::{CellValue, Origin, UnitName};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A cell with several values, or a deletion that did not know of an edit.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Conflict {
    /// Record kind.
    pub kind: String,
    /// Record id.
    pub record: String,
    /// Task id, if it concerns one.
    pub task: Option<String>,
    /// Visible code or name.
    pub about: String,
    /// Field.
    pub field: String,
    /// The values; the first is the one shown.
    pub values: Vec<CellValue>,
    /// Where each of them was written: what settling names.
    pub positions: Vec<String>,
    /// Of a deletion: what was written without knowing of it.
    pub edits: Vec<ConcurrentEdit>,
    /// This side may settle it.
    pub mine: bool,
    /// A third value can be typed; else one of those that are there is chosen.
    pub plain: bool,
}

/// What somebody wrote while another deleted the record.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ConcurrentEdit {
    /// Field, or `report`.
    pub field: String,
    /// The value, and who wrote it.
    pub value: CellValue,
}

/// All conflicts.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Conflicts {
    /// Rows.
    pub rows: Vec<Conflict>,
}

/// Settles a conflict with one of its values, or with a new one. An ordinary change, which travels.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ConflictSettle {
    /// Record id.
    pub record: String,
    /// Field.
    pub field: String,
    /// The position of the value to keep.
    pub keep: Option<String>,
    /// A third value, as typed; empty clears. Of a deletion, empty restores the record.
    pub value: Option<String>,
}

/// A change that was not applied.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct QuarantineRow {
    /// Position: feed, sequence, index.
    pub at: String,
    /// Record kind.
    pub kind: String,
    /// Field.
    pub field: String,
    /// Visible code or name of what it concerns.
    pub about: String,
    /// Task id, if it concerns one.
    pub task: Option<String>,
    /// The value it wanted to set, as text.
    pub value: String,
    /// The reason's code.
    pub reason: String,
    /// Who.
    pub origin: Origin,
}

/// The quarantine.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Quarantine {
    /// Rows.
    pub rows: Vec<QuarantineRow>,
}

/// Something that should not happen, kept until somebody has read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// Two machines wrote under one name: a copy, a restored backup, or somebody who tells two stories.
    Fork,
    /// Both sides hold the same entries and make something else of them.
    Digest,
}

/// One incident.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Incident {
    /// What kind.
    pub kind: IncidentKind,
    /// When it was found here, if that was noted.
    pub at: Option<String>,
    /// The unit.
    pub unit: UnitName,
    /// The machine under whose name it was written; empty if it concerns none.
    pub device: String,
    /// It is this machine's own name.
    pub own: bool,
    /// The stories, each by who began it and by how many entries.
    pub branches: Vec<IncidentBranch>,
}

/// One story of a fork.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct IncidentBranch {
    /// Who wrote its first entry, and when.
    pub origin: Origin,
    /// Entries in it that are here.
    pub entries: u32,
    /// Written on this machine.
    pub here: bool,
}

/// All incidents.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Incidents {
    /// Rows, newest first.
    pub rows: Vec<Incident>,
}

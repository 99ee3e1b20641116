//! The audit: the whole history of a channel, and its proof.

use super::{PersonName, ReadyFile, UnitName};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which channel.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct AuditExport {
    /// The unit with which it is shared, by id, code or name; this unit's own for its inner channel; empty for
    /// the one upward, whether a parent has answered or not, or that with the only child.
    pub channel: String,
}

/// A file that waits to be saved.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AuditExported {
    /// The file.
    pub file: ReadyFile,
    /// Its lines.
    pub lines: u64,
    /// Entries in it.
    pub entries: u64,
    /// Feeds in it, with branches.
    pub feeds: u64,
    /// Detached values in it.
    pub values: u64,
    /// Values that were erased.
    pub erased: u64,
    /// Values that have not come here.
    pub missing: u64,
}

/// A unit of the channel, with the key that a reader has to know from elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AuditParty {
    /// The unit.
    pub unit: UnitName,
    /// Its root key, one base64 line. The file proves itself by it; whose it is, nobody can prove to one who does not know it.
    pub root: String,
}

/// What a file says, once every line of it was proven.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AuditReport {
    /// The channel.
    pub channel: String,
    /// Its kind: pair, inner, broadcast.
    pub kind: String,
    /// The unit above.
    pub parent: Option<AuditParty>,
    /// The unit below, or the unit itself.
    pub child: Option<AuditParty>,
    /// When the file was made.
    pub made_at: String,
    /// By whom, as that machine says.
    pub made_by: PersonName,
    /// On which machine.
    pub made_on: String,
    /// Of which unit.
    pub made_in: UnitName,
    /// Lines of the file.
    pub lines: u64,
    /// Entries.
    pub entries: u64,
    /// Feeds, with branches.
    pub feeds: u64,
    /// Detached values, each with its hash.
    pub values: u64,
    /// Values that were erased.
    pub erased: u64,
    /// Values that had not come to the machine that made the file.
    pub missing: u64,
    /// Signed words of the machines that wrote.
    pub checkpoints: u64,
    /// Entries after the last such word: only the machine that made the file answers for them.
    pub unvouched: u64,
    /// Changes that were not applied there.
    pub quarantined: u64,
    /// Incidents noted there.
    pub incidents: u64,
    /// When the first entry was written.
    pub first_at: Option<String>,
    /// When the last entry was written.
    pub last_at: Option<String>,
    /// The digest over the entries, to be compared with that of the other side.
    pub digest: String,
}

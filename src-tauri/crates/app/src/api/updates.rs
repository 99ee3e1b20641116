//! Updates of the program without a network: what lies ready, and installing it.

use super::ReadyFile;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One update that is kept here, or that was handed over to be looked at. The maker's signature was verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UpdateRow {
    /// By it an update is named in requests: BLAKE3 of its file.
    pub id: String,
    /// Version of the program.
    pub version: String,
    /// System and processor: `windows-x86_64`.
    pub platform: String,
    /// `installer`, `portable` or `deb`.
    pub kind: String,
    /// Bytes of the file.
    pub size: u64,
    /// When it was made.
    pub made_at: String,
    /// What is new, in Vietnamese.
    pub news_vi: String,
    /// What is new, in English.
    pub news_en: String,
    /// The unit whose bundle brought it; empty if it was handed over here.
    pub brought_by: String,
    /// When it came; empty if it is not kept.
    pub brought_at: String,
    /// Why it is not installed here, as the code of an error; none if it can be.
    pub unfit: Option<String>,
    /// It is carried on in bundles to the units below.
    pub carried_on: bool,
}

/// How the last installation ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UpdateEnded {
    /// The program before.
    pub from: String,
    /// The program that was installed.
    pub to: String,
    /// Why it was taken back, as the code of an error; none if it works.
    pub reason: Option<String>,
    /// When a person had asked for it.
    pub at: String,
}

/// Updates of this program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Updates {
    /// This program's version.
    pub version: String,
    /// System and processor.
    pub platform: String,
    /// How it was installed: `installer`, `portable` or `deb`; none where that cannot be told, and then it installs nothing.
    pub kind: Option<String>,
    /// It believes a maker's key. Without one it takes no updates.
    pub takes: bool,
    /// The updates that are kept here, the newest version first.
    pub rows: Vec<UpdateRow>,
    /// The version that the next start puts in place.
    pub ready: Option<String>,
    /// How the last installation ended, until somebody has seen it.
    pub last: Option<UpdateEnded>,
}

/// An update by its name.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct UpdateRef {
    /// [`UpdateRow::id`].
    pub id: String,
}

/// Whether an update is carried on.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct UpdateCarry {
    /// [`UpdateRow::id`].
    pub id: String,
    /// In bundles to the units below.
    pub on: bool,
}

/// Which file of an update is wanted.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct UpdateTake {
    /// [`UpdateRow::id`].
    pub id: String,
    /// The package alone, for the system's own installer; otherwise the update file, to be carried on.
    #[serde(default)]
    pub package: bool,
}

/// An update that lies ready.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct UpdateReady {
    /// The version.
    pub version: String,
    /// The backup that goes before it, verified; none where the system's own installer does the work, since the new program
    /// makes one.
    pub backup: Option<String>,
    /// The package, where a person hands it to the system's own installer.
    pub package: Option<ReadyFile>,
}

//! Backups: which there are, how many are kept and where, and going back to one.

use super::{CheckReport, ReadyFile, Session};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a backup was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BackupWhy {
    /// At the first opening of a day.
    Daily,
    /// Before a bundle or a list was taken in.
    BeforeImport,
    /// Before a newer program changed the store.
    BeforeUpgrade,
    /// A person asked for it.
    ByHand,
}

/// One backup in the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BackupRow {
    /// Name of its file; by it a backup is named in requests.
    pub name: String,
    /// When it was made.
    pub at: String,
    /// Why.
    pub why: BackupWhy,
    /// Bytes.
    pub size: u64,
    /// Version of the program that made it.
    pub program: String,
    /// It is of this machine.
    pub here: bool,
    /// The machine that made it is believed no longer, as far as is known here: one that was revoked, or this one before it
    /// became another device. What is written after going back to it nobody accepts, until a person takes the machine over
    /// with the recovery key. Always false while the vault is shut.
    pub revoked: bool,
}

/// Where backups lie and how many are kept of each kind; older ones are removed after a newer one was verified. Erased
/// data is thus gone from the backups too, once they have been replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct BackupKeeping {
    /// A folder of one's own choice, best on another disk; none is the folder `backups` of the home.
    pub folder: Option<String>,
    /// The newest of so many days. 1–60.
    pub daily: u8,
    /// Beyond those, the newest of so many weeks. 0–52.
    pub weekly: u8,
    /// Made before taking something in. 0–20; with 0 none is made.
    pub before_import: u8,
    /// Made before a newer program changed the store. 1–10.
    pub before_upgrade: u8,
    /// Made by hand. 1–50.
    pub by_hand: u8,
}

impl Default for BackupKeeping {
    fn default() -> Self {
        BackupKeeping {
            folder: None,
            daily: 7,
            weekly: 4,
            before_import: 3,
            before_upgrade: 2,
            by_hand: 5,
        }
    }
}

/// The backups that are here. While the vault is shut, those in the home's own folder.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Backups {
    /// The folder in which they lie.
    pub folder: String,
    /// The folder that was chosen cannot be reached now (a stick that is not plugged in): backups go to the home's own.
    pub folder_lost: bool,
    /// How many are kept.
    pub keeping: BackupKeeping,
    /// Newest first.
    pub rows: Vec<BackupRow>,
    /// Bytes free in the folder, where the system tells.
    pub free: Option<u64>,
    /// Bytes that the next one will take.
    pub next: u64,
    /// Bytes that must be free for it: its own, and some for work to go on.
    pub needed: u64,
    /// Today's has been made.
    pub is_today_done: bool,
}

/// What became of making one.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BackupMade {
    /// The backup, verified; none if today's was there already.
    pub made: Option<BackupRow>,
    /// Older ones removed after it.
    pub removed: u32,
}

/// A backup by the name of its file.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BackupName {
    /// The name.
    pub name: String,
}

/// Which backup to go back to or to verify: one of the folder by name, or a file that was handed over.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct BackupFrom {
    /// Name of a backup in the folder.
    pub name: String,
    /// Or the token of a file.
    pub file: String,
    /// A passphrase with which the backup can be opened: one that was good when it was made; or the office's recovery key.
    pub passphrase: String,
}

/// What a backup was found to be, without going back to it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct BackupVerified {
    /// The backup.
    pub backup: BackupRow,
    /// What a check of all that is in it found.
    #[serde(flatten)]
    pub report: CheckReport,
}

/// The home is as it was when the backup was made. What it lacks comes back with the bundles of the other side.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Restored {
    /// When the backup was made.
    pub at: String,
    /// What was here before lies in this folder of the home, encrypted; none if nothing was.
    pub set_aside: Option<String>,
    /// Where the installation stands now.
    pub session: Session,
}

/// A backup ready to be saved elsewhere.
pub type BackupReady = ReadyFile;

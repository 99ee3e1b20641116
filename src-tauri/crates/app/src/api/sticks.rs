//! Sticks: what is plugged in, and files saved there.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A stick, or another drive that a person can pull out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StickRow {
    /// By what it is named in a request: where it begins, `E:\` or a folder.
    pub stick: String,
    /// Its label; where it has none, its letter.
    pub label: String,
    /// As the system names it: `FAT32`, `exFAT`, `NTFS`.
    pub file_system: String,
    /// Bytes that are free.
    pub free: u64,
    /// Bytes altogether.
    pub total: u64,
    /// The most that one file may have on it, in bytes; null where a bundle never comes near the limit.
    pub largest_file: Option<u64>,
    /// Nothing can be written on it.
    pub read_only: bool,
}

/// The sticks that are plugged in, by label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Sticks {
    /// Each of them.
    pub sticks: Vec<StickRow>,
}

/// Files to be saved on a stick.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StickSave {
    /// The tokens under which they wait.
    pub files: Vec<String>,
    /// The stick, as it was named.
    pub stick: String,
}

/// Files that lie on a stick now, flushed and read back: it can be pulled out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StickSaved {
    /// The stick's label.
    pub label: String,
    /// Where each file lies, in the order in which they were asked for.
    pub paths: Vec<String>,
}

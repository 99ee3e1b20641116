//! Long work: how far it is, and stopping it.
//!
//! A call may bear a name for its work beside its request, `{"do", "with", "work"}`, chosen by whoever calls. While it
//! goes on, each [`Progress`] of that name is told to whoever listens, and [`work_cancel`](super::UseCases::work_cancel)
//! stops it: the call then fails with `cancelled`, and nothing was written. Making a bundle, verifying and taking in one,
//! taking in a list, backups, the audit and the check can be watched so; other calls are quick, and their work's name means
//! nothing.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What long work is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WorkStep {
    /// A file is being handed over; counted in bytes.
    HandingOver,
    /// A bundle is being packed and encrypted; counted in bytes.
    Packing,
    /// A bundle is being decrypted and verified; counted in bytes.
    Reading,
    /// What came is being applied; counted in entries.
    Applying,
    /// The lines of all feeds are being read; counted in entries.
    Replaying,
    /// A backup is being written or taken out; counted in bytes.
    Copying,
    /// A backup is being read back; counted in bytes.
    Verifying,
    /// What was derived is being compared; counted in tables.
    Comparing,
    /// Attachments are being compared with their hashes; counted in bytes.
    Attachments,
    /// A list is being written; counted in rows.
    Writing,
    /// A mailbox is being looked into; not counted.
    Looking,
    /// A bundle is being fetched from a mailbox; counted in bytes.
    Fetching,
    /// A bundle is being put into a mailbox and read back; counted in bytes.
    Putting,
}

/// How far long work is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Progress {
    /// The name that the caller gave it.
    pub work: String,
    /// What it is doing.
    pub step: WorkStep,
    /// The file's name, where it is about one.
    pub name: String,
    /// How much of this step is done.
    pub done: u64,
    /// Of how much.
    pub total: u64,
}

/// Long work by the name that its caller gave it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct WorkRef {
    /// The name.
    pub work: String,
}

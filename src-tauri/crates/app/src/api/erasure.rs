//! Erasure: personal data and attachments leave every machine, though the chain of entries is for ever.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is to be erased.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct Erase {
    /// A task by code or id, or any record by id: a report, a finding, an attachment, a person.
    pub record: String,
    /// Fields of which every value that was ever written goes. None: all that can be erased, with the record's attachments.
    pub fields: Vec<String>,
}

/// What was erased here; it goes to every other machine of the channel with the next bundle.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Erased {
    /// Record id.
    pub record: String,
    /// Fields of which values went.
    pub fields: Vec<String>,
    /// Values that went.
    pub values: u32,
    /// Attachments of which the bytes went.
    pub attachments: u32,
    /// Values that this side may not erase: only the side that made their record may.
    pub kept: u32,
}

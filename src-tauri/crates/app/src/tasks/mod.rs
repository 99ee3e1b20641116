//! The register of tasks: adding, changing, reporting, judging; one task whole, with its history.

pub(crate) mod detail;
mod report;
pub(crate) mod write;

pub(crate) use report::{Attaching, attachments, percent, put_text};
pub(crate) use write::find;

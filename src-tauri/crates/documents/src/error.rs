//! Why a file cannot be read as a list.

use crate::limits::Limit;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use ts_rs::TS;

/// What a file that is no spreadsheet looks like, so that the answer can say what to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Looks {
    /// A web page, often saved by a web system under the ending .xls: open it in Excel and save it as .xlsx.
    WebPage,
    /// An XML document; "XML Spreadsheet 2003" too: open it in Excel and save it as .xlsx.
    Xml,
    /// A binary workbook (.xlsb): save it as .xlsx.
    BinaryWorkbook,
    /// A Word document.
    Word,
    /// A PDF document.
    Pdf,
    /// A picture.
    Picture,
    /// A packed file without a workbook in it.
    Archive,
    /// Some other file of an old Office program.
    OldOffice,
    /// None of these.
    Unknown,
}

/// Why a file cannot be read as a list. None of them carries text from the file.
#[derive(Debug, Error, PartialEq, Eq, Clone)]
#[non_exhaustive]
pub enum ReadError {
    /// There is nothing in the file, or nothing on its sheets.
    #[error("the file is empty")]
    Empty,
    /// The file is something else.
    #[error("the file is not a spreadsheet; it looks like {0:?}")]
    NotASpreadsheet(Looks),
    /// The workbook is encrypted: open it in Excel with its password and save it without one.
    #[error("the workbook is protected by a password")]
    PasswordProtected,
    /// It begins as a workbook and does not go on as one: cut short or damaged. The reason is for engineers.
    #[error("the workbook is damaged: {0}")]
    Damaged(String),
    /// It exceeds a limit.
    #[error("the file exceeds the limit {}: {found} of at most {allowed}", limit.code())]
    TooLarge {
        /// Which limit.
        limit: Limit,
        /// What was found; counting stops at the limit, so it may be more.
        found: u64,
        /// The limit's number.
        allowed: u64,
    },
}

impl ReadError {
    /// The error's word, as on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            ReadError::Empty => "list_empty",
            ReadError::NotASpreadsheet(_) => "not_a_spreadsheet",
            ReadError::PasswordProtected => "password_protected",
            ReadError::Damaged(_) => "file_damaged",
            ReadError::TooLarge { .. } => "file_too_large",
        }
    }

    pub(crate) fn damaged(reason: impl std::fmt::Display) -> ReadError {
        // Reasons of parsers can quote the file; an engineer needs only their beginning.
        ReadError::Damaged(reason.to_string().chars().take(120).collect())
    }

    /// `Err` if `found` exceeds `allowed`.
    pub(crate) fn limit(limit: Limit, found: u64, allowed: u64) -> Result<(), ReadError> {
        if found > allowed {
            Err(ReadError::TooLarge { limit, found, allowed })
        } else {
            Ok(())
        }
    }
}

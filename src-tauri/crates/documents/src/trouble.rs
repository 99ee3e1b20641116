//! What is wrong with a list, row by row, in words that the page can turn into a sentence.

use crate::fields::TaskField;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whether a trouble stops the taking in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The list can be taken in; somebody should look.
    Warning,
    /// The list cannot be taken in as it is.
    Error,
}

/// One trouble, where Excel shows it. It never repeats what the cell holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Trouble {
    /// The row as Excel numbers it; none if it concerns the whole sheet.
    pub row: Option<u32>,
    /// The column's letters; none if it concerns the whole row.
    pub column: Option<String>,
    /// The column's heading, if it has one.
    pub heading: Option<String>,
    /// Whether it stops the taking in.
    pub severity: Severity,
    /// What it is: `code` and `params`.
    #[serde(flatten)]
    pub what: TroubleKind,
}

/// The kinds of trouble, each with what its sentence needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
pub enum TroubleKind {
    /// Error. The row bears a secrecy mark; such a document must not be registered on this machine (DOMAIN 5.4).
    SecrecyMark,
    /// Error. No row reads like headings: choose the row of the headings.
    NoHeadings,
    /// Error. No column feeds a field without which there is no task.
    MissingColumn {
        /// The field.
        field: TaskField,
    },
    /// Error. The table has no rows.
    NoRows,
    /// Error. The task has no content.
    MissingContent,
    /// Error. Shaped like a date, but there is no such day, or its year is out of reason.
    ImpossibleDate {
        /// The field.
        field: TaskField,
    },
    /// Error. Not a date.
    NotADate {
        /// The field.
        field: TaskField,
    },
    /// Warning, of a whole column. Its texts are all of days after the 12th and its true dates all of days up to the 12th:
    /// it was probably typed into an Excel that reads the month first, which exchanged day and month where it could.
    DayAndMonthMayBeExchanged {
        /// The field.
        field: TaskField,
    },
    /// Warning. The deadline is told in words; they are kept, and no date is derived from them.
    DeadlineInWords,
    /// Error. A percentage below 0 or above 100.
    PercentOutOfRange,
    /// Warning. A percentage in words; they are kept as the progress in words.
    PercentInWords,
    /// Warning. A percentage with a fraction: its whole part is kept.
    PercentRounded {
        /// What is kept.
        kept: u8,
    },
    /// Error. A status that no known register uses.
    UnknownStatus,
    /// Warning. Only a class of the deadline ("quá hạn"), which the program computes itself; the status stays open.
    StatusOnlySaysDeadline,
    /// Warning. A kind that is none of the four; the kind stays open.
    UnknownKind,
    /// Warning. Neither a tick nor an empty cell where a tick is expected.
    UnclearTick,
    /// Error. The same code stands in an earlier row.
    DuplicateCode {
        /// The earlier row.
        first_row: u32,
    },
    /// Warning. The same document number and content stand in an earlier row.
    DuplicateTask {
        /// The earlier row.
        first_row: u32,
    },
    /// Warning. The deadline lies before the date of assignment.
    DeadlineBeforeAssignment,
    /// Warning. The completion lies before the date of assignment.
    CompletedBeforeAssignment,
    /// Warning. Completed, but without the date.
    CompletedWithoutDate,
    /// Warning. It has a date of completion, but its status is another.
    DateWithoutCompletion,
    /// Warning. Completed, but its percentage is less than 100.
    CompletedBelowHundred,
    /// Error. The cell holds the error of a formula (`#N/A`).
    FormulaError,
    /// Warning. The row goes on with the task above (its content is merged with it) and holds more than is taken in.
    ContinuedRow {
        /// The row of the task.
        task_row: u32,
    },
}

impl TroubleKind {
    /// Whether it stops the taking in.
    pub fn severity(&self) -> Severity {
        use TroubleKind::*;
        match self {
            SecrecyMark
            | NoHeadings
            | MissingColumn { .. }
            | NoRows
            | MissingContent
            | ImpossibleDate { .. }
            | NotADate { .. }
            | PercentOutOfRange
            | UnknownStatus
            | DuplicateCode { .. }
            | FormulaError => Severity::Error,
            DayAndMonthMayBeExchanged { .. }
            | DeadlineInWords
            | PercentInWords
            | PercentRounded { .. }
            | StatusOnlySaysDeadline
            | UnknownKind
            | UnclearTick
            | DuplicateTask { .. }
            | DeadlineBeforeAssignment
            | CompletedBeforeAssignment
            | CompletedWithoutDate
            | DateWithoutCompletion
            | CompletedBelowHundred
            | ContinuedRow { .. } => Severity::Warning,
        }
    }
}

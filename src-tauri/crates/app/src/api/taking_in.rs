//! Taking in a list of tasks from a spreadsheet.

pub use chidao_documents::Mapping;
use chidao_documents::{TaskRow as ListedTask, Trouble};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A list to be taken in.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TakeIn {
    /// The file by token.
    pub file: String,
    /// Sheet by name; the likeliest if absent.
    #[serde(default)]
    pub sheet: Option<String>,
    /// Which column feeds which field; guessed if absent.
    #[serde(default)]
    pub mapping: Option<Mapping>,
    /// Unit (id or code) whose tasks these are; this unit itself, or the only child, if absent.
    #[serde(default)]
    pub unit: Option<String>,
}

/// What taking in one row would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RowEffect {
    /// A new task.
    New,
    /// The same task is here already, alike in every field.
    Same,
    /// The same task is here already, and some fields differ; they are left as they are.
    Different,
    /// Cannot be taken in.
    Refused,
}

/// One row of the preview.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PreviewRow {
    /// The row as read.
    pub task: ListedTask,
    /// What would happen.
    pub effect: RowEffect,
    /// Fields that differ from the task already here.
    pub differs: Vec<String>,
}

/// What taking in would do.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TakeInPreview {
    /// Sheets of the file.
    pub sheets: Vec<String>,
    /// The sheet shown.
    pub sheet: String,
    /// The mapping used: guessed, or as given.
    pub mapping: Mapping,
    /// The first 500 rows.
    pub rows: Vec<PreviewRow>,
    /// Rows in all.
    pub row_count: u32,
    /// Troubles by row and column.
    pub troubles: Vec<Trouble>,
    /// New tasks.
    pub new: u32,
    /// Already here and alike.
    pub same: u32,
    /// Already here and different.
    pub different: u32,
    /// Whether it can be taken in as it is.
    pub importable: bool,
    /// The unit whose tasks these would be.
    pub unit: super::UnitName,
}

/// What was taken in.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TakenIn {
    /// New tasks.
    pub new: u32,
    /// Already here and alike.
    pub same: u32,
    /// Already here and different, left as they are.
    pub different: u32,
    /// The unit.
    pub unit: super::UnitName,
}

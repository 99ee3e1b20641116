//! A list as tasks: what a preview gives.

use crate::trouble::Trouble;
use crate::values::ListedKind;
use chidao_domain::dates::DeadlineMeaning;
use chidao_domain::status::Status;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A deadline as the list tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ListedDeadline {
    /// The day, if it is one.
    #[ts(type = "string | null")]
    pub date: Option<NaiveDate>,
    /// The words of the cell, if it tells more than a day ("trong quý II/2017").
    pub words: Option<String>,
    /// What the words mean, if they are understood; a period of days ("trong 05 ngày làm việc") needs a calendar.
    pub meaning: Option<DeadlineMeaning>,
}

/// One task as the list tells it. What the list does not tell is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "ListedTask")]
pub struct TaskRow {
    /// The row as Excel numbers it.
    pub row: u32,
    /// The same for the same task in another list: from its code, else from document number and content.
    pub fingerprint: String,
    /// The title of the group in which it stands, if the list is grouped.
    pub group: Option<String>,
    /// Mã nhiệm vụ.
    pub code: Option<String>,
    /// Whether it is on the province's system; absent if the list does not tell.
    pub on_province_system: Option<bool>,
    /// Kind.
    pub kind: Option<ListedKind>,
    /// Người giao.
    pub assigner: Option<String>,
    /// Số, ký hiệu.
    pub document_number: Option<String>,
    /// Ngày văn bản.
    #[ts(type = "string | null")]
    pub document_date: Option<NaiveDate>,
    /// Ngày giao.
    #[ts(type = "string | null")]
    pub assigned_on: Option<NaiveDate>,
    /// Cơ quan ban hành.
    pub issuer: Option<String>,
    /// Nội dung nhiệm vụ.
    pub content: String,
    /// Sản phẩm.
    pub product: Option<String>,
    /// Đơn vị chủ trì.
    pub lead: Option<String>,
    /// Đơn vị phối hợp.
    pub coordinating: Vec<String>,
    /// Người chịu trách nhiệm.
    pub responsible: Option<String>,
    /// Người theo dõi.
    pub follower: Option<String>,
    /// Lĩnh vực.
    pub field_of_work: Option<String>,
    /// Mức ưu tiên, in the list's words.
    pub priority: Option<String>,
    /// Hạn.
    pub deadline: Option<ListedDeadline>,
    /// Hạn gốc.
    pub original_deadline: Option<ListedDeadline>,
    /// Trạng thái.
    pub status: Option<Status>,
    /// Tiến độ, 0–100.
    pub percent: Option<u8>,
    /// Tiến độ in words, where the list gives no number ("cơ bản đạt 100% kế hoạch").
    pub progress_words: Option<String>,
    /// Ngày hoàn thành.
    #[ts(type = "string | null")]
    pub completed_on: Option<NaiveDate>,
    /// Kết quả.
    pub result: Option<String>,
    /// Khó khăn, vướng mắc.
    pub difficulty: Option<String>,
    /// Kiến nghị.
    pub recommendation: Option<String>,
    /// Ghi chú.
    pub note: Option<String>,
}

/// Why a row is no task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LeftOutReason {
    /// It numbers the columns.
    ColumnNumbers,
    /// It repeats the headings, as lists printed on several pages do.
    Headings,
    /// It is the title of a group.
    Group,
    /// It is a sum.
    Total,
    /// It stands below the table: signatures, notes.
    BelowTable,
    /// It goes on with the task above, its content being merged with it.
    Continued,
}

/// A row that is no task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LeftOut {
    /// The row as Excel numbers it.
    pub row: u32,
    /// Why.
    pub reason: LeftOutReason,
    /// Its first words.
    pub title: String,
}

/// What the one who takes in wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct PreviewOptions {
    /// At most so many troubles are listed; all are counted. Rows with a secrecy mark are listed whatever the number.
    pub most_troubles: u32,
}

impl Default for PreviewOptions {
    fn default() -> Self {
        PreviewOptions { most_troubles: 1000 }
    }
}

/// The list as tasks, with its troubles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "ListPreview")]
pub struct Preview {
    /// Tasks in the order of the list; rows with a secrecy mark are not among them.
    pub rows: Vec<TaskRow>,
    /// Rows below the headings that are no tasks.
    pub left_out: Vec<LeftOut>,
    /// Troubles in the order of the rows.
    pub troubles: Vec<Trouble>,
    /// Errors, listed or not.
    pub errors: u32,
    /// Warnings, listed or not.
    pub warnings: u32,
    /// Whether the list can be taken in: it has tasks and no errors. All or nothing.
    pub importable: bool,
}

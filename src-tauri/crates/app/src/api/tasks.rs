//! The register of tasks: list, detail, history, reports, totals.

use super::PersonName;
use chidao_domain::deadline::DeadlineClass;
use chidao_domain::status::Status;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Kind of a task (DOMAIN 1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// Nhiệm vụ.
    Task,
    /// Kết luận.
    Conclusion,
    /// Chỉ đạo.
    Instruction,
    /// Đột xuất.
    AdHoc,
}

/// What is in the list. Empty parts do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct TaskFilter {
    /// Statuses.
    pub statuses: Vec<Status>,
    /// Deadline classes as of `as_of`.
    pub classes: Vec<DeadlineClass>,
    /// Units (ids) whose channel holds the task: at the province, which unit.
    pub units: Vec<String>,
    /// Lead offices by name.
    pub leads: Vec<String>,
    /// Kinds.
    pub kinds: Vec<TaskKind>,
    /// Assigners by name.
    pub assigners: Vec<String>,
    /// Fields of work by name.
    pub fields: Vec<String>,
    /// Responsible persons by name; an empty string finds tasks without one.
    pub responsible: Vec<String>,
    /// On the province's system, or ad hoc.
    pub on_province_system: Option<bool>,
    /// Assigned on or after.
    pub assigned_from: Option<String>,
    /// Assigned on or before.
    pub assigned_to: Option<String>,
    /// The date at which deadlines and completions are judged; today if absent.
    pub as_of: Option<String>,
    /// Counted in totals as done at `as_of` (true) or not (false): a completion after `as_of` is not yet done.
    pub done: Option<bool>,
    /// Extended: the current deadline is another than the original (true), or is not (false).
    pub extended: Option<bool>,
    /// Classes are judged by the original instead of the current deadline.
    pub original_deadline: bool,
    /// Words, without or with diacritics; numbers of documents too.
    pub search: String,
    /// Ids of tasks: only these.
    pub only: Vec<String>,
}

/// The column by which the list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TaskSort {
    /// Code, in natural order (NV2 before NV10).
    #[default]
    Code,
    /// Current deadline; tasks without one last.
    Deadline,
    /// Date of assignment.
    AssignedOn,
    /// Content, in the Vietnamese order.
    Content,
    /// Lead, in the Vietnamese order.
    Lead,
    /// Status.
    Status,
    /// Percent.
    Percent,
    /// Last change.
    Updated,
}

/// One window of the list.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct TasksPage {
    /// What is in the list.
    pub filter: TaskFilter,
    /// Sorted by.
    pub sort: TaskSort,
    /// Largest first.
    pub descending: bool,
    /// First row, counted from 0. For deep jumps; `after` is faster.
    pub offset: u32,
    /// Rows wanted, at most 500; 0 means 100.
    pub limit: u32,
    /// Cursor of a page before: rows after its last.
    pub after: Option<String>,
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskRow {
    /// Opaque id.
    pub id: String,
    /// Visible code, for example NV01.
    pub code: String,
    /// Kind.
    pub kind: TaskKind,
    /// Content.
    pub content: String,
    /// Unit (id) that carries it out.
    pub unit: String,
    /// Its name.
    pub unit_name: String,
    /// Who assigned it.
    pub assigner: String,
    /// Number and symbol of the document.
    pub document_number: String,
    /// Lead office.
    pub lead: String,
    /// Responsible person.
    pub responsible: String,
    /// Date of assignment.
    pub assigned_on: Option<String>,
    /// Original deadline.
    pub original_deadline: Option<String>,
    /// Current deadline.
    pub deadline: Option<String>,
    /// Date of completion.
    pub completed_on: Option<String>,
    /// Status.
    pub status: Status,
    /// Deadline class at the filter's date.
    pub class: DeadlineClass,
    /// Days past the deadline judged by (positive) or days left (negative), calendar days; none without deadline or when
    /// done.
    pub days_over: Option<i32>,
    /// Working days left until the deadline; none when past, without deadline or done.
    pub working_days_left: Option<u32>,
    /// Percent.
    pub percent: u8,
    /// Words of progress, when given instead of a number ("cơ bản đạt 100% kế hoạch").
    pub percent_words: String,
    /// Last report's date and time, or none.
    pub reported_at: Option<String>,
    /// Last change.
    pub updated_at: String,
    /// On the province's system.
    pub on_province_system: bool,
    /// Number of attachments.
    pub attachments: u32,
    /// Open conflicts.
    pub conflicts: u32,
    /// Reports whose heads are several (to be settled).
    pub several_reports: bool,
    /// Whether the other side has confirmed everything written of it here.
    pub confirmed: bool,
}

/// A window of rows.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TaskRows {
    /// Rows in order.
    pub rows: Vec<TaskRow>,
    /// Cursor for the next page; none at the end.
    pub next: Option<String>,
    /// The date at which classes were judged.
    pub as_of: String,
}

/// A number of rows.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Count {
    /// How many.
    pub count: u32,
}

/// Values for filters.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct TaskChoices {
    /// Assigners in use.
    pub assigners: Vec<String>,
    /// Lead offices in use, in the Vietnamese order.
    pub leads: Vec<String>,
    /// Fields of work in use.
    pub fields: Vec<String>,
    /// Responsible persons in use, sorted by last word.
    pub responsible: Vec<String>,
    /// Units with tasks.
    pub units: Vec<super::UnitName>,
}

/// A task by id or by visible code.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TaskId {
    /// Id or code.
    pub task: String,
}

/// Who set something, when, on which machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Origin {
    /// Person.
    pub person: PersonName,
    /// Unit name.
    pub unit: String,
    /// Machine's name.
    pub device: String,
    /// Moment by that machine's clock.
    pub at: String,
    /// The machine's clock was far from what was already seen.
    pub clock_doubtful: bool,
    /// Written on this side.
    pub own_side: bool,
    /// The other side has acknowledged it (own side), or it came from there (other side).
    pub confirmed: bool,
}

/// One value of a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CellValue {
    /// The value: string, number, boolean, list or object; null when empty.
    #[ts(type = "unknown")]
    pub value: serde_json::Value,
    /// The value as text for a person.
    pub text: String,
    /// Who set it.
    pub origin: Origin,
    /// Removed by an erasure, or of a newer version: the text says so.
    pub unavailable: bool,
}

/// One field of a record as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Cell {
    /// Field name.
    pub field: String,
    /// The value shown; none if never set.
    pub shown: Option<CellValue>,
    /// All values when several stand side by side (a conflict); else empty.
    pub conflict: Vec<CellValue>,
    /// This installation may set it.
    pub editable: bool,
}

/// A stored attachment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Attachment {
    /// Record id.
    pub id: String,
    /// File name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Media type.
    pub media_type: String,
    /// BLAKE3 of the content.
    pub blake3: String,
    /// The bytes are here (they may still be on their way).
    pub here: bool,
    /// Who attached it.
    pub origin: Origin,
}

/// One progress report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Report {
    /// Record id.
    pub id: String,
    /// Percent.
    pub percent: Option<u8>,
    /// Words of progress.
    pub percent_words: String,
    /// Narrative.
    pub note: String,
    /// Difficulty.
    pub difficulty: String,
    /// Product: number and symbol of the result document.
    pub product: String,
    /// Done on.
    pub done_on: Option<String>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Who reported.
    pub origin: Origin,
    /// Not followed by another: the current one (several heads are to be settled).
    pub head: bool,
    /// The parent's verdict, if any.
    pub assessment: Option<Assessment>,
}

/// The parent's verdict on a reported completion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Assessment {
    /// Accepted, or returned.
    pub accepted: bool,
    /// Why.
    pub reason: String,
    /// Who.
    pub origin: Origin,
}

/// A step of status that can be taken here now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Step {
    /// Where to.
    pub to: Status,
    /// The one obvious next step.
    pub next: bool,
}

/// One task whole.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TaskDetail {
    /// The row as in the list, as of today.
    pub row: TaskRow,
    /// Every field with its value and who set it, in the order of the form.
    pub cells: Vec<Cell>,
    /// Reports, newest first.
    pub reports: Vec<Report>,
    /// Findings of inspections, newest first.
    pub findings: Vec<super::Finding>,
    /// Recommendations that name it.
    pub recommendations: Vec<super::Recommendation>,
    /// Files attached to the task itself.
    pub attachments: Vec<Attachment>,
    /// Steps of status that this side may take now.
    pub steps: Vec<Step>,
    /// This side may report progress.
    pub may_report: bool,
    /// This side may judge the last completion.
    pub may_assess: bool,
    /// What the parent says of the last completion, also of one that came with a list.
    pub assessment: Option<Assessment>,
    /// This person's last change on this machine can be taken back.
    pub may_undo: bool,
}

/// One line of a history.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct HistoryLine {
    /// What was done (the use case), for example `task.set`, `report.add`.
    pub act: String,
    /// Record kind and field, for example `task` and `deadline`.
    pub kind: String,
    /// Field.
    pub field: String,
    /// What its author saw before it, as text; none if that was empty. Several values if they stood side by side.
    pub old: Option<String>,
    /// After, as text.
    pub new: Option<String>,
    /// Before, as a value; null if it was empty, or if several stood side by side.
    #[ts(type = "unknown")]
    pub old_value: serde_json::Value,
    /// After, as a value.
    #[ts(type = "unknown")]
    pub new_value: serde_json::Value,
    /// Who.
    pub origin: Origin,
    /// Another change was written from the same value, by somebody who did not know of this one, nor this one's author of it.
    pub side_by_side: bool,
    /// Not applied, with the reason's code.
    pub quarantined: Option<String>,
    /// What was written has been erased for ever.
    pub erased: bool,
}

/// A history, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct History {
    /// Lines.
    pub lines: Vec<HistoryLine>,
}

/// Adds one task.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TaskCreate {
    /// Unit (id or code) that carries it out: a child, or this unit itself.
    pub unit: String,
    /// Fields by name (`content`, `kind`, `assigner`, `document_number`, `deadline`, …) as text a person would type.
    pub fields: BTreeMap<String, String>,
    /// A person declared that the document bears no secrecy mark. Without it nothing is written.
    pub not_secret: bool,
}

/// Sets one field of a task.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TaskSet {
    /// Id or code.
    pub task: String,
    /// Field name.
    pub field: String,
    /// The new value as text a person would type; empty clears.
    pub value: String,
}

/// Takes one step of status.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TaskStep {
    /// Id or code.
    pub task: String,
    /// Where to.
    pub to: Status,
    /// The date it counts from; today if absent.
    #[serde(default)]
    pub on: Option<String>,
    /// Document that orders it (parent's steps).
    #[serde(default)]
    pub document: String,
}

/// Reports progress.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ReportAdd {
    /// Id or code.
    pub task: String,
    /// Percent.
    pub percent: Option<u8>,
    /// Words of progress.
    pub percent_words: String,
    /// Narrative.
    pub note: String,
    /// Difficulty.
    pub difficulty: String,
    /// Product: number and symbol of the result document.
    pub product: String,
    /// Done on this date: the task is completed with this report.
    pub done_on: Option<String>,
    /// Files by token.
    pub files: Vec<String>,
}

/// The parent's verdict.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Assess {
    /// Id or code.
    pub task: String,
    /// Accepted, or returned.
    pub accepted: bool,
    /// Why; mandatory when returned.
    pub reason: String,
}

/// By what totals are broken down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TotalsBy {
    /// Lead office (unit edition) or unit (province).
    Unit,
    /// Lead office.
    Lead,
    /// Kind.
    Kind,
    /// Field of work.
    Field,
    /// Assigner.
    Assigner,
}

/// Asks for totals.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct TotalsAsk {
    /// What is counted; `assigned_from`, `assigned_to` and `as_of` are its period and date.
    pub filter: TaskFilter,
    /// Broken down by.
    pub by: Option<TotalsBy>,
    /// Count deadlines by the original instead of the current deadline; the same as the filter's own.
    pub original_deadline: bool,
}

/// The official totals of one group (DOMAIN 1.4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TotalsRow {
    /// The group's name; empty for the grand total.
    pub name: String,
    /// The group's key, to be put into a filter.
    pub key: String,
    /// Tổng số.
    pub total: u32,
    /// Hoàn thành.
    pub done: u32,
    /// Hoàn thành đúng hạn (with those without deadline, see `done_without_deadline`).
    pub done_on_time: u32,
    /// Hoàn thành quá hạn.
    pub done_late: u32,
    /// Of `done_on_time`, those without deadline.
    pub done_without_deadline: u32,
    /// Chưa hoàn thành.
    pub open: u32,
    /// Chưa hoàn thành, trong hạn (with those due soon).
    pub open_in_time: u32,
    /// Of `open_in_time`, those due soon.
    pub open_due_soon: u32,
    /// Chưa hoàn thành, quá hạn.
    pub open_overdue: u32,
    /// Chưa hoàn thành, không thời hạn.
    pub open_without_deadline: u32,
    /// Chưa thực hiện.
    pub not_started: u32,
    /// Đang thực hiện.
    pub under_way: u32,
    /// Tạm dừng.
    pub suspended: u32,
    /// Outside the total: transferred or withdrawn.
    pub excluded: u32,
    /// Extended: current deadline differs from the original.
    pub extended: u32,
    /// Hoàn thành / tổng, for example "80,49%"; empty when the base is 0.
    pub rate_done: String,
    /// Hoàn thành / (hoàn thành + chưa hoàn thành quá hạn): base "đến hạn".
    pub rate_done_of_due: String,
    /// The rest of that base.
    pub rate_overdue_of_due: String,
    /// Đúng hạn / hoàn thành.
    pub rate_on_time_of_done: String,
}

/// Totals, whole and broken down.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TotalsAnswer {
    /// The date.
    pub as_of: String,
    /// Grand total.
    pub all: TotalsRow,
    /// Groups in the Vietnamese order; their sums equal the grand total.
    pub groups: Vec<TotalsRow>,
    /// Counts by status.
    pub statuses: BTreeMap<String, u32>,
    /// On the province's system, and ad hoc beside it.
    pub on_province_system: u32,
    /// Ad hoc.
    pub ad_hoc: u32,
    /// The filter that was counted; a list opened with it and one more restriction shows what a number counts.
    pub filter: TaskFilter,
}

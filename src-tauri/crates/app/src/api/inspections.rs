//! Inspections, findings, recommendations.

use super::{Attachment, Origin, PersonName, TaskRow, UnitName};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which half of the day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DayPart {
    /// The whole day.
    #[default]
    Day,
    /// Buổi sáng.
    Morning,
    /// Buổi chiều.
    Afternoon,
}

/// An inspection by id or code.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct InspectionId {
    /// Id or code.
    pub inspection: String,
}

/// Head data of an inspection.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct InspectionSave {
    /// Id when it is changed; empty when it is new.
    pub inspection: String,
    /// Unit (id or code) inspected: a child, or this unit itself for its own offices.
    pub unit: String,
    /// Title; made from the unit and date when empty.
    pub title: String,
    /// Held on.
    pub held_on: String,
    /// Half of the day.
    pub day_part: DayPart,
    /// Place.
    pub place: String,
    /// The body that sends the team.
    pub sending_body: String,
    /// Head of the team. Without one nothing is saved ("Chưa có trưởng đoàn").
    pub head: PersonName,
    /// Members.
    pub members: Vec<PersonName>,
    /// Who takes part for the unit inspected.
    pub local_side: Vec<PersonName>,
    /// Tasks assigned from.
    pub period_from: Option<String>,
    /// Tasks assigned to.
    pub period_to: Option<String>,
    /// Tasks to be inspected, by id or code.
    pub tasks: Vec<String>,
    /// The team's overall evaluation.
    pub evaluation: String,
}

/// What was found of one task.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct FindingAdd {
    /// Inspection by id or code.
    pub inspection: String,
    /// Task by id or code.
    pub task: String,
    /// Percent as reported.
    pub reported_percent: Option<u8>,
    /// Percent as found.
    pub found_percent: Option<u8>,
    /// What was found, in words.
    pub note: String,
    /// The unit agrees.
    pub agreed: bool,
    /// What the unit objects.
    pub objection: String,
    /// The finding is negative: not done or wrongly done. Then the next four are mandatory before closing.
    pub negative: bool,
    /// Tính chất.
    pub nature: String,
    /// Mức độ.
    pub degree: String,
    /// Nguyên nhân.
    pub cause: String,
    /// Trách nhiệm.
    pub responsibility: String,
    /// Photos by token.
    pub files: Vec<String>,
    /// Photos kept from the finding that this one corrects, by attachment id.
    pub keep: Vec<String>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Finding {
    /// Record id.
    pub id: String,
    /// Inspection id.
    pub inspection: String,
    /// Inspection title.
    pub inspection_title: String,
    /// Task id.
    pub task: String,
    /// Percent as reported.
    pub reported_percent: Option<u8>,
    /// Percent as found.
    pub found_percent: Option<u8>,
    /// What was found.
    pub note: String,
    /// The unit agrees.
    pub agreed: bool,
    /// What the unit objects.
    pub objection: String,
    /// Negative.
    pub negative: bool,
    /// Tính chất.
    pub nature: String,
    /// Mức độ.
    pub degree: String,
    /// Nguyên nhân.
    pub cause: String,
    /// Trách nhiệm.
    pub responsibility: String,
    /// Photos.
    pub attachments: Vec<Attachment>,
    /// Who recorded it.
    pub origin: Origin,
    /// Not corrected by another.
    pub head: bool,
    /// The mandatory fields that are still empty.
    pub missing: Vec<String>,
}

/// One inspection in the list.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct InspectionRow {
    /// Record id.
    pub id: String,
    /// Visible code, for example KT01.
    pub code: String,
    /// Title.
    pub title: String,
    /// Held on.
    pub held_on: String,
    /// Half of the day.
    pub day_part: DayPart,
    /// Unit inspected.
    pub unit: UnitName,
    /// Place.
    pub place: String,
    /// Head of the team.
    pub head: PersonName,
    /// Tasks to be inspected.
    pub tasks: u32,
    /// Tasks with a finding.
    pub found: u32,
    /// Negative findings.
    pub negative: u32,
    /// Ended.
    pub closed: bool,
    /// This installation may record in it.
    pub editable: bool,
}

/// The list of inspections.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Inspections {
    /// Newest first.
    pub rows: Vec<InspectionRow>,
}

/// One line of the check sheet.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CheckLine {
    /// The task.
    pub task: TaskRow,
    /// The current finding, if recorded.
    pub finding: Option<Finding>,
}

/// One inspection whole.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct InspectionDetail {
    /// Row as in the list.
    pub row: InspectionRow,
    /// The body that sends the team.
    pub sending_body: String,
    /// Members.
    pub members: Vec<PersonName>,
    /// Who takes part for the unit inspected.
    pub local_side: Vec<PersonName>,
    /// Tasks assigned from.
    pub period_from: Option<String>,
    /// Tasks assigned to.
    pub period_to: Option<String>,
    /// The team's overall evaluation.
    pub evaluation: String,
    /// The check sheet.
    pub lines: Vec<CheckLine>,
    /// Recommendations entered for this inspection.
    pub recommendations: Vec<Recommendation>,
    /// Who created it.
    pub origin: Origin,
}

/// Which recommendations.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct RecommendationFilter {
    /// Of this unit (id or code).
    pub unit: Option<String>,
    /// Of this inspection.
    pub inspection: Option<String>,
    /// Naming this task.
    pub task: Option<String>,
    /// Only those without an answer.
    pub unanswered: bool,
}

/// Enters a recommendation.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct RecommendationAdd {
    /// What is asked.
    pub content: String,
    /// Of whom.
    pub addressee: String,
    /// Tasks it is about, by id or code.
    pub tasks: Vec<String>,
    /// The inspection in which it was made, if any.
    pub inspection: Option<String>,
}

/// How far a recommendation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RecommendationState {
    /// Written here, not yet taken up.
    Entered,
    /// Taken up by the parent (đã tiếp nhận).
    TakenUp,
    /// Answered.
    Answered,
}

/// One recommendation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Recommendation {
    /// Record id.
    pub id: String,
    /// Visible code, for example KN01.
    pub code: String,
    /// Unit that recommends.
    pub unit: UnitName,
    /// What is asked.
    pub content: String,
    /// Of whom.
    pub addressee: String,
    /// Tasks: id and visible code.
    pub tasks: Vec<TaskName>,
    /// The inspection.
    pub inspection: Option<String>,
    /// How far it has come.
    pub state: RecommendationState,
    /// When it was taken up.
    pub taken_up_on: Option<String>,
    /// The answer.
    pub answer: String,
    /// Number and symbol of the answer's document.
    pub answer_document: String,
    /// Date of the answer.
    pub answered_on: Option<String>,
    /// This installation may answer it.
    pub may_answer: bool,
    /// Who entered it.
    pub origin: Origin,
}

/// A task as named in other records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskName {
    /// Id.
    pub id: String,
    /// Visible code.
    pub code: String,
    /// Content.
    pub content: String,
}

/// A list of recommendations.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Recommendations {
    /// Newest first.
    pub rows: Vec<Recommendation>,
}

/// The parent's answer.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RecommendationAnswer {
    /// Id or code.
    pub recommendation: String,
    /// The answer.
    pub answer: String,
    /// Number and symbol of its document.
    #[serde(default)]
    pub document: String,
    /// Date; today if absent.
    #[serde(default)]
    pub on: Option<String>,
}

/// An attachment by record id.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AttachmentId {
    /// Record id.
    pub attachment: String,
}

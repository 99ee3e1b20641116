//! Inspections, findings and recommendations.

mod own;
mod recommend;
mod visit;

pub(crate) use recommend::recommendations_of_task;
pub(crate) use visit::{findings_of_task, own_findings_of_task};

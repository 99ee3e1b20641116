//! The row of the task list: projected from a task's cells, its reports and assessments.

use super::Result;
use super::cells::{Cells, Feeds, RecordInfo, Words};
use rusqlite::Connection;

pub(super) const SCHEMA: &str = "";
pub(super) const DERIVED: &[(&str, &str)] = &[];

pub(super) fn project(_c: &Connection, _w: &Words, _f: &mut Feeds, _info: &RecordInfo, _heads: &Cells) -> Result<()> {
    Ok(())
}

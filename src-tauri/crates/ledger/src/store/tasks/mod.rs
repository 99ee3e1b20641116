//! The row of the task list: projected from a task's cells, its reports and assessments.

use super::Result;
use super::cells::{Cells, Feeds, RecordInfo, Words};
use rusqlite::Connection;

pub(super) const SCHEMA: &str = "";
pub(super) const DERIVED: &[(&str, &str)] = &[];

pub(super) struct Projector<'a>(&'a Connection);

impl<'a> Projector<'a> {
    pub(super) fn new(connection: &'a Connection) -> Result<Projector<'a>> {
        Ok(Projector(connection))
    }
    pub(super) fn project(&mut self, words: &Words, feeds: &mut Feeds, info: &RecordInfo, heads: &Cells) -> Result<()> {
        super::register::project(self.0, words, feeds, info, heads)
    }
    pub(super) fn finish(self) -> Result<()> {
        Ok(())
    }
}

pub(super) fn verify(_: &Connection) -> Result<Vec<String>> {
    Ok(Vec::new())
}

//! One row of the register.

use super::super::Result;
use chidao_domain::deadline::Deadlines;
use chidao_domain::status::{ChildStatus, Standing, Status};
use chrono::{Datelike, NaiveDate};
use rusqlite::{Connection, OptionalExtension, params};

/// Kind of a task (DOMAIN 1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Nhiệm vụ.
    #[default]
    Task,
    /// Kết luận.
    Conclusion,
    /// Chỉ đạo.
    Instruction,
    /// Đột xuất.
    AdHoc,
}

impl Kind {
    /// All four, in the order of their numbers.
    pub const ALL: [Kind; 4] = [Kind::Task, Kind::Conclusion, Kind::Instruction, Kind::AdHoc];

    /// The word of the field `kind`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Task => "task",
            Kind::Conclusion => "conclusion",
            Kind::Instruction => "instruction",
            Kind::AdHoc => "ad_hoc",
        }
    }

    /// The kind of a word.
    pub fn from_code(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == code)
    }
}

pub(super) const CHILD: [ChildStatus; 5] = [
    ChildStatus::New,
    ChildStatus::Received,
    ChildStatus::InProgress,
    ChildStatus::AwaitingApproval,
    ChildStatus::Completed,
];

pub(super) const STANDING: [Standing; 4] = [
    Standing::Active,
    Standing::Suspended,
    Standing::Transferred,
    Standing::Withdrawn,
];

/// Where a record was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Row of the feed.
    pub feed: i64,
    /// The entry.
    pub n: u64,
    /// The item of the entry.
    pub k: u32,
}

/// A task as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Row of the record.
    pub record: i64,
    /// Row of the channel.
    pub channel: i64,
    /// Visible code.
    pub code: String,
    /// Kind.
    pub kind: Kind,
    /// The province's own code of it.
    pub province_code: String,
    /// Content.
    pub content: String,
    /// What is to come of it.
    pub product: String,
    /// Who assigned it.
    pub assigner: String,
    /// Number and symbol of the document.
    pub document_number: String,
    /// Lead office.
    pub lead: String,
    /// Responsible person.
    pub responsible: String,
    /// Field of work.
    pub field_of_work: String,
    /// Date of assignment.
    pub assigned_on: Option<NaiveDate>,
    /// Original deadline.
    pub original_deadline: Option<NaiveDate>,
    /// Current deadline.
    pub deadline: Option<NaiveDate>,
    /// The child's word; a completion that the parent returned is in progress again.
    pub child: ChildStatus,
    /// The parent's word.
    pub standing: Standing,
    /// The one status shown: the parent's word prevails.
    pub status: Status,
    /// Date of completion, while the child's word is completed.
    pub completed_on: Option<NaiveDate>,
    /// Percent of the current report, else of the opening.
    pub percent: u8,
    /// Words of progress of the current report.
    pub percent_words: String,
    /// When the current report was written, in milliseconds since 1970-01-01T00:00Z.
    pub reported: Option<u64>,
    /// The latest time of what stands in it and in its reports, in milliseconds since 1970-01-01T00:00Z.
    pub updated: u64,
    /// On the province's system.
    pub on_province_system: bool,
    /// Attachments of the task, its reports and findings.
    pub attachments: u32,
    /// Fields whose values stand side by side.
    pub conflicts: u32,
    /// Several reports that none follows.
    pub several_reports: bool,
    /// Taken out of the register: in no list and no total.
    pub deleted: bool,
    /// Where it was made; none if it is named for a unit.
    pub made: Option<Made>,
    /// For each feed, by row, the last entry of what stands in the task or in what names it, in order of feeds.
    pub ends: Vec<(i64, u64)>,
}

const FIELDS: &str =
    "record, channel, code, kind, content, product, assigner, document_number, lead, responsible, field_of_work,
  assigned_on, original_deadline, deadline, child, standing, completed_on, percent, percent_words, reported, updated,
  on_province_system, attachments, conflicts, several_reports, deleted, province_code, status, made_feed, made_n, made_k,
  ends";

/// Where the slot stands, read after [`FIELDS`].
const SLOT: usize = 32;

fn pack(ends: &[(i64, u64)]) -> Vec<u8> {
    let bytes = ends.iter().map(|(feed, n)| [feed.to_le_bytes(), n.to_le_bytes()]);
    bytes.flatten().flatten().collect()
}

fn unpack(bytes: &[u8]) -> Vec<(i64, u64)> {
    let (numbers, _) = bytes.as_chunks::<8>();
    let (pairs, _) = numbers.as_chunks::<2>();
    pairs
        .iter()
        .map(|[feed, n]| (i64::from_le_bytes(*feed), u64::from_le_bytes(*n)))
        .collect()
}

fn day(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Option<NaiveDate>> {
    Ok(row
        .get::<_, Option<i32>>(column)?
        .and_then(NaiveDate::from_num_days_from_ce_opt))
}

fn number(date: Option<NaiveDate>) -> Option<i32> {
    date.map(|date| date.num_days_from_ce())
}

impl Row {
    /// Both deadlines.
    pub fn deadlines(&self) -> Deadlines {
        Deadlines {
            original: self.original_deadline,
            current: self.deadline,
        }
    }

    /// Everything in which words are searched, with line ends between the fields.
    pub fn searched(&self) -> String {
        let fields = [
            &self.content,
            &self.code,
            &self.document_number,
            &self.lead,
            &self.assigner,
            &self.responsible,
            &self.product,
            &self.province_code,
        ];
        let mut text = String::with_capacity(fields.iter().map(|field| field.len() + 1).sum());
        for field in fields.into_iter().filter(|field| !field.is_empty()) {
            text.push_str(field);
            text.push('\n');
        }
        text
    }

    pub(super) fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
        let child: usize = row.get(14)?;
        let standing: usize = row.get(15)?;
        let kind: usize = row.get(3)?;
        let status: usize = row.get(27)?;
        Ok(Row {
            record: row.get(0)?,
            channel: row.get(1)?,
            code: row.get(2)?,
            kind: Kind::ALL.get(kind).copied().unwrap_or_default(),
            content: row.get(4)?,
            product: row.get(5)?,
            assigner: row.get(6)?,
            document_number: row.get(7)?,
            lead: row.get(8)?,
            responsible: row.get(9)?,
            field_of_work: row.get(10)?,
            assigned_on: day(row, 11)?,
            original_deadline: day(row, 12)?,
            deadline: day(row, 13)?,
            child: CHILD.get(child).copied().unwrap_or(ChildStatus::New),
            standing: STANDING.get(standing).copied().unwrap_or_default(),
            status: Status::ALL.get(status).copied().unwrap_or(Status::New),
            completed_on: day(row, 16)?,
            percent: row.get(17)?,
            percent_words: row.get(18)?,
            reported: row.get(19)?,
            updated: row.get(20)?,
            on_province_system: row.get(21)?,
            attachments: row.get(22)?,
            conflicts: row.get(23)?,
            several_reports: row.get(24)?,
            deleted: row.get(25)?,
            province_code: row.get(26)?,
            made: match row.get(28)? {
                Some(feed) => Some(Made {
                    feed,
                    n: row.get(29)?,
                    k: row.get(30)?,
                }),
                None => None,
            },
            ends: unpack(row.get_ref(31)?.as_blob()?),
        })
    }

    /// The row at a slot.
    pub(super) fn at(connection: &Connection, slot: u32) -> Result<Option<Row>> {
        Ok(connection
            .prepare_cached(&format!("SELECT {FIELDS} FROM task WHERE slot = ?1"))?
            .query_row([slot], Row::read)
            .optional()?)
    }

    /// The row of a record, with its slot.
    pub(super) fn of(connection: &Connection, record: i64) -> Result<Option<(u32, Row)>> {
        Ok(connection
            .prepare_cached(&format!("SELECT {FIELDS}, slot FROM task WHERE record = ?1"))?
            .query_row([record], |row| Ok((row.get(SLOT)?, Row::read(row)?)))
            .optional()?)
    }

    /// Calls back with every row in the order of slots.
    pub(super) fn each(connection: &Connection, mut each: impl FnMut(u32, Row) -> Result<()>) -> Result<()> {
        let mut statement = connection.prepare(&format!("SELECT {FIELDS}, slot FROM task ORDER BY slot"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(row.get(SLOT)?, Row::read(row)?)?;
        }
        Ok(())
    }

    /// Writes the row at a slot.
    pub(super) fn write(&self, connection: &Connection, slot: u32) -> Result<()> {
        let place = |found: Option<usize>| found.unwrap_or(0) as i64;
        connection
            .prepare_cached(&format!(
                "INSERT OR REPLACE INTO task ({FIELDS}, slot) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
                   ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33)"
            ))?
            .execute(params![
                self.record,
                self.channel,
                self.code,
                self.kind as i64,
                self.content,
                self.product,
                self.assigner,
                self.document_number,
                self.lead,
                self.responsible,
                self.field_of_work,
                number(self.assigned_on),
                number(self.original_deadline),
                number(self.deadline),
                place(CHILD.iter().position(|child| *child == self.child)),
                place(STANDING.iter().position(|standing| *standing == self.standing)),
                number(self.completed_on),
                self.percent,
                self.percent_words,
                self.reported,
                self.updated,
                self.on_province_system,
                self.attachments,
                self.conflicts,
                self.several_reports,
                self.deleted,
                self.province_code,
                place(Status::ALL.iter().position(|status| *status == self.status)),
                self.made.map(|made| made.feed),
                self.made.map(|made| made.n),
                self.made.map(|made| made.k),
                pack(&self.ends),
                slot
            ])?;
        Ok(())
    }
}

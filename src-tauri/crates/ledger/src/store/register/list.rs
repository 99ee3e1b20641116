//! One window of the list, and what finds a task.

use super::{day_number, day_of};
use crate::store::Result;
use chidao_domain::deadline::DeadlineClass;
use chidao_domain::status::Status;
use chidao_domain::text::Query;
use chrono::NaiveDate;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

/// A search whose rarest syllable is in no more tasks than this is driven by the index of words; else the list is walked.
const RARE: i64 = 5_000;

/// What is in the list. Empty parts do not restrict.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Statuses.
    pub statuses: Vec<Status>,
    /// Deadline classes at `as_of`.
    pub classes: Vec<DeadlineClass>,
    /// Rows of channels.
    pub channels: Vec<i64>,
    /// Lead offices.
    pub leads: Vec<String>,
    /// Kinds, by their words.
    pub kinds: Vec<String>,
    /// Assigners.
    pub assigners: Vec<String>,
    /// Fields of work.
    pub fields: Vec<String>,
    /// Responsible persons; an empty name finds tasks without one.
    pub responsible: Vec<String>,
    /// On the province's system.
    pub on_province_system: Option<bool>,
    /// Assigned on or after.
    pub assigned_from: Option<NaiveDate>,
    /// Assigned on or before.
    pub assigned_to: Option<NaiveDate>,
    /// The date at which deadlines and completions are judged.
    pub as_of: NaiveDate,
    /// The last deadline that is still "due soon" at that date.
    pub due_soon_until: NaiveDate,
    /// Done at that date, or not.
    pub done: Option<bool>,
    /// Words.
    pub search: String,
    /// Records: only these.
    pub only: Vec<i64>,
    /// Judge by the original deadline.
    pub original_deadline: bool,
}

/// The column by which the list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Code.
    #[default]
    Code,
    /// Current deadline; tasks without one last.
    Deadline,
    /// Date of assignment.
    AssignedOn,
    /// Content.
    Content,
    /// Lead.
    Lead,
    /// Status.
    Status,
    /// Percent.
    Percent,
    /// Last change.
    Updated,
}

impl Sort {
    fn column(self) -> &'static str {
        match self {
            Sort::Code => "code_key",
            Sort::Deadline => "coalesce(deadline, 9999999)",
            Sort::AssignedOn => "coalesce(assigned_on, 0)",
            Sort::Content => "content_key",
            Sort::Lead => "lead_key",
            Sort::Status => "status",
            Sort::Percent => "percent",
            Sort::Updated => "updated",
        }
    }
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Row of the record.
    pub record: i64,
    /// Row of the channel.
    pub channel: i64,
    /// Visible code.
    pub code: String,
    /// Kind, by its word.
    pub kind: String,
    /// Content.
    pub content: String,
    /// Who assigned it.
    pub assigner: String,
    /// Number and symbol of the document.
    pub document_number: String,
    /// Lead office.
    pub lead: String,
    /// Responsible person.
    pub responsible: String,
    /// Date of assignment.
    pub assigned_on: Option<NaiveDate>,
    /// Original deadline.
    pub original_deadline: Option<NaiveDate>,
    /// Current deadline.
    pub deadline: Option<NaiveDate>,
    /// Status.
    pub status: Status,
    /// Date of completion.
    pub completed_on: Option<NaiveDate>,
    /// Percent.
    pub percent: u8,
    /// Words of progress.
    pub percent_words: String,
    /// Time of the last report, milliseconds.
    pub reported: Option<u64>,
    /// Time of the last change, milliseconds.
    pub updated: u64,
    /// On the province's system.
    pub on_province_system: bool,
    /// Attachments.
    pub attachments: u32,
    /// Open conflicts.
    pub conflicts: u32,
    /// Several current reports.
    pub several_reports: bool,
}

/// A window of rows.
#[derive(Clone, Debug)]
pub struct Page {
    /// Rows in order.
    pub rows: Vec<Row>,
    /// More follow.
    pub more: bool,
}

const COLUMNS: &str = "record, channel, code, kind, content, assigner, document_number, lead, responsible, assigned_on,
    original_deadline, deadline, status, completed_on, percent, percent_words, reported, updated, on_province_system,
    attachments, conflicts, several_reports";

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let day = |i| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(i)?.and_then(day_of));
    let status: usize = row.get(12)?;
    Ok(Row {
        record: row.get(0)?,
        channel: row.get(1)?,
        code: row.get(2)?,
        kind: row.get(3)?,
        content: row.get(4)?,
        assigner: row.get(5)?,
        document_number: row.get(6)?,
        lead: row.get(7)?,
        responsible: row.get(8)?,
        assigned_on: day(9)?,
        original_deadline: day(10)?,
        deadline: day(11)?,
        status: Status::ALL.get(status).copied().unwrap_or(Status::New),
        completed_on: day(13)?,
        percent: row.get(14)?,
        percent_words: row.get(15)?,
        reported: row.get(16)?,
        updated: row.get(17)?,
        on_province_system: row.get(18)?,
        attachments: row.get(19)?,
        conflicts: row.get(20)?,
        several_reports: row.get(21)?,
    })
}

/// The class of a row at a date, as SQL: its place in [`DeadlineClass::ALL`]. Days are numbers, so nothing can be injected.
pub(super) fn class_sql(filter: &Filter) -> String {
    let (at, soon) = (day_number(filter.as_of), day_number(filter.due_soon_until));
    let deadline = if filter.original_deadline {
        "original_deadline"
    } else {
        "deadline"
    };
    format!(
        "CASE WHEN status = 4 AND completed_on <= {at}
           THEN CASE WHEN {deadline} IS NULL THEN 2 WHEN completed_on <= {deadline} THEN 0 ELSE 1 END
           ELSE CASE WHEN {deadline} IS NULL THEN 6 WHEN {at} > {deadline} THEN 5 WHEN {deadline} <= {soon} THEN 4 ELSE 3 END
         END"
    )
}

/// The conditions of a filter, with their values. Words are left to the caller.
pub(super) struct Conditions {
    pub sql: String,
    pub values: Vec<Value>,
}

impl Conditions {
    fn add(&mut self, sql: &str) {
        self.sql.push_str(" AND ");
        self.sql.push_str(sql);
    }

    fn among(&mut self, column: &str, values: impl IntoIterator<Item = Value>) {
        let values: Vec<Value> = values.into_iter().collect();
        if !values.is_empty() {
            let marks = vec!["?"; values.len()].join(", ");
            self.add(&format!("{column} IN ({marks})"));
            self.values.extend(values);
        }
    }

    pub(super) fn of(filter: &Filter) -> Conditions {
        let mut all = Conditions {
            sql: "NOT deleted".into(),
            values: Vec::new(),
        };
        let text = |list: &[String]| list.iter().cloned().map(Value::from).collect::<Vec<_>>();
        let places = filter
            .statuses
            .iter()
            .filter_map(|status| Status::ALL.iter().position(|one| one == status));
        all.among("status", places.map(|place| Value::from(place as i64)));
        let places = filter
            .classes
            .iter()
            .filter_map(|class| DeadlineClass::ALL.iter().position(|one| one == class));
        all.among(&class_sql(filter), places.map(|place| Value::from(place as i64)));
        all.among("channel", filter.channels.iter().copied().map(Value::from));
        all.among("lead", text(&filter.leads));
        all.among("kind", text(&filter.kinds));
        all.among("assigner", text(&filter.assigners));
        all.among("field_of_work", text(&filter.fields));
        all.among("responsible", text(&filter.responsible));
        all.among("record", filter.only.iter().copied().map(Value::from));
        if let Some(on) = filter.on_province_system {
            all.among("on_province_system", [Value::from(i64::from(on))]);
        }
        if let Some(from) = filter.assigned_from {
            all.add(&format!("assigned_on >= {}", day_number(from)));
        }
        if let Some(to) = filter.assigned_to {
            all.add(&format!("assigned_on <= {}", day_number(to)));
        }
        if let Some(done) = filter.done {
            let at = day_number(filter.as_of);
            let sql = format!(
                "(status = 4 AND completed_on IS NOT NULL AND completed_on <= {at}) = {}",
                i64::from(done)
            );
            all.add(&sql);
        }
        all
    }

    /// Adds the search: by the index of words where a syllable is rare, else by testing each row.
    pub(super) fn search(&mut self, connection: &Connection, words: &str) -> Result<()> {
        let query = Query::parse(words);
        let syllables: Vec<&str> = query
            .terms()
            .iter()
            .flat_map(|term| term.folded.split(' '))
            .filter(|word| !word.is_empty())
            .collect();
        let Some((last, whole)) = syllables.split_last() else {
            return Ok(());
        };
        let mut parts: Vec<String> = whole.iter().map(|word| format!("\"{word}\"")).collect();
        parts.push(format!("\"{last}\"*"));
        let mut rarest = i64::MAX;
        for part in &parts {
            let found: i64 = connection
                .prepare_cached(
                    "SELECT count(*) FROM (SELECT 1 FROM register_words WHERE register_words MATCH ?1 LIMIT ?2)",
                )?
                .query_row(params![part, RARE], |row| row.get(0))?;
            rarest = rarest.min(found);
        }
        if rarest < RARE {
            self.add("record IN (SELECT rowid FROM register_words WHERE register_words MATCH ?)");
            self.values.push(Value::from(parts.join(" ")));
        }
        // Syllables typed without a space between them must stand together, and only the last is a beginning.
        let (end, terms) = query.terms().split_last().expect("there is at least one syllable");
        for term in terms {
            self.add("instr(' ' || fold || ' ', ?) > 0");
            self.values.push(Value::from(format!(" {} ", term.folded)));
        }
        self.add("instr(' ' || fold, ?) > 0");
        self.values.push(Value::from(format!(" {}", end.folded)));
        Ok(())
    }
}

/// One window of the list.
pub fn page(
    connection: &Connection,
    filter: &Filter,
    sort: Sort,
    descending: bool,
    offset: u64,
    limit: u64,
) -> Result<Page> {
    let mut conditions = Conditions::of(filter);
    conditions.search(connection, &filter.search)?;
    let direction = if descending { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT {COLUMNS} FROM register WHERE {} ORDER BY {} {direction}, record {direction} LIMIT {} OFFSET {offset}",
        conditions.sql,
        sort.column(),
        limit + 1
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows: Vec<Row> = statement
        .query_map(params_from_iter(conditions.values), read)?
        .collect::<rusqlite::Result<_>>()?;
    let more = rows.len() as u64 > limit;
    rows.truncate(limit as usize);
    Ok(Page { rows, more })
}

/// How many tasks a filter finds.
pub fn count(connection: &Connection, filter: &Filter) -> Result<u64> {
    let mut conditions = Conditions::of(filter);
    conditions.search(connection, &filter.search)?;
    let sql = format!("SELECT count(*) FROM register WHERE {}", conditions.sql);
    Ok(connection
        .prepare_cached(&sql)?
        .query_row(params_from_iter(conditions.values), |row| row.get(0))?)
}

/// One row by record.
pub fn row(connection: &Connection, record: i64) -> Result<Option<Row>> {
    let sql = format!("SELECT {COLUMNS} FROM register WHERE record = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([record], read).optional()?)
}

/// Records whose visible code this is, whatever its case.
pub fn by_code(connection: &Connection, code: &str) -> Result<Vec<(i64, i64)>> {
    let mut statement = connection.prepare_cached(
        "SELECT record, channel FROM register WHERE code = ?1 COLLATE NOCASE AND NOT deleted ORDER BY record",
    )?;
    Ok(statement
        .query_map([code], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?)
}

/// What tells the tasks of a channel apart: record, code, number of the document, content.
pub fn identities(connection: &Connection, channel: i64) -> Result<Vec<(i64, String, String, String)>> {
    let mut statement = connection.prepare_cached(
        "SELECT record, code, document_number, content FROM register WHERE channel = ?1 AND NOT deleted",
    )?;
    let rows = statement.query_map([channel], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// One more than the largest number behind a prefix among the codes of a channel. Taken-back tasks keep theirs.
pub fn next_number(connection: &Connection, channel: i64, prefix: &str) -> Result<u64> {
    let largest: Option<u64> = connection
        .prepare_cached(
            "SELECT max(CAST(substr(code, length(?2) + 1) AS INTEGER)) FROM register
             WHERE channel = ?1 AND substr(code, 1, length(?2)) = ?2 AND substr(code, length(?2) + 1) GLOB '[0-9]*'
               AND substr(code, length(?2) + 1) NOT GLOB '*[^0-9]*'",
        )?
        .query_row(params![channel, prefix], |row| row.get(0))?;
    Ok(largest.unwrap_or(0) + 1)
}

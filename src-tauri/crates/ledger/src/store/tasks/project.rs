//! The row of a task, made from its cells, its reports, assessments and attachments.

use super::super::cells::{self, CellHeads, Cells, Feeds, RecordInfo, Words};
use super::super::{LedgerError, Result};
use super::columns::{self, Column};
use super::index;
use super::labels::{self, Of};
use super::order::{self, Which};
use super::row::{Kind, Made, Row};
use crate::entry::Time;
use chidao_domain::ids::{DeviceId, FeedId, Position};
use chidao_domain::status::{ChildStatus, Standing, Status};
use chidao_domain::text;
use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;
use std::collections::BTreeMap;

/// Tasks after which what was gathered is written.
const BATCH: usize = 20_000;

/// Projects the tasks of one transaction. What they have in common is gathered and written in batches.
pub(in super::super) struct Projector<'c> {
    connection: &'c Connection,
    next_slot: u32,
    gathered: usize,
    columns: columns::Pending,
    words: index::Pending,
    labels: labels::Pending,
    placed: [Vec<(Vec<u8>, u32)>; 2],
}

impl<'c> Projector<'c> {
    pub(in super::super) fn new(connection: &'c Connection) -> Result<Projector<'c>> {
        let mut projector = Projector {
            connection,
            next_slot: columns::slots(connection)?,
            gathered: 0,
            columns: columns::Pending::default(),
            words: index::Pending::default(),
            labels: labels::Pending::default(),
            placed: [Vec::new(), Vec::new()],
        };
        projector.keep_order()?;
        Ok(projector)
    }

    /// Sorts anew when the program's alphabet is another than the one by which the stored keys were made.
    fn keep_order(&mut self) -> Result<()> {
        let fingerprint = text::collation_fingerprint();
        let stored: Option<String> = self
            .connection
            .prepare_cached("SELECT value FROM meta WHERE name = 'collation'")?
            .query_row([], |row| row.get(0))
            .optional()?;
        if stored.as_ref() == Some(&fingerprint) {
            return Ok(());
        }
        self.connection.execute("DELETE FROM task_order", [])?;
        for of in Of::ALL {
            for label in labels::all(self.connection, of)? {
                self.connection
                    .prepare_cached("UPDATE task_label SET sort = ?2 WHERE id = ?1")?
                    .execute(params![label.id, of.sort_key(&label.text)])?;
            }
        }
        for slot in 0..self.next_slot {
            if let Some(row) = Row::at(self.connection, slot)? {
                self.place(slot, &row);
                self.count()?;
            }
        }
        self.flush()?;
        self.connection.execute(
            "INSERT INTO meta (name, value) VALUES ('collation', ?1) ON CONFLICT DO UPDATE SET value = excluded.value",
            [fingerprint],
        )?;
        Ok(())
    }

    fn place(&mut self, slot: u32, row: &Row) {
        self.placed[Which::Code as usize].push((order::key(&row.code), slot));
        self.placed[Which::Content as usize].push((order::key(&row.content), slot));
    }

    fn count(&mut self) -> Result<()> {
        self.gathered += 1;
        if self.gathered >= BATCH {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.gathered = 0;
        for which in Which::ALL {
            let new = std::mem::take(&mut self.placed[which as usize]);
            order::place(self.connection, &mut self.columns, which, new)?;
        }
        self.columns.write(self.connection)?;
        self.words.write(self.connection)
    }

    /// Writes what is still gathered.
    pub(in super::super) fn finish(mut self) -> Result<()> {
        self.flush()?;
        self.labels.drop_unused(self.connection)
    }

    /// Projects one task.
    pub(in super::super) fn project(
        &mut self,
        words: &Words,
        feeds: &mut Feeds,
        info: &RecordInfo,
        heads: &Cells,
    ) -> Result<()> {
        // A task all of whose changes lie in quarantine is none; one that was listed until then is listed no more.
        let before = Row::of(self.connection, info.row)?;
        if heads.is_empty() && before.is_none() {
            return Ok(());
        }
        let mut row = row(self.connection, words, feeds, info, heads)?;
        row.deleted &= !doubted(self.connection, words, info.row)?;
        row.deleted |= heads.is_empty();
        if before.as_ref().is_some_and(|(_, before)| *before == row) {
            return Ok(());
        }
        let slot = match &before {
            Some((slot, _)) => *slot,
            None => {
                let slot = self.next_slot;
                self.next_slot = slot
                    .checked_add(1)
                    .ok_or_else(|| LedgerError::Inconsistent("more tasks than can be numbered".into()))?;
                slot
            }
        };
        row.write(self.connection, slot)?;
        let before = before.map(|(_, before)| before);
        self.write_columns(slot, before.as_ref(), &row)?;
        let searched = row.searched();
        let searched_before = before.as_ref().map(Row::searched);
        if searched_before.as_ref() != Some(&searched) {
            let folded_before = searched_before.as_deref().map(text::fold);
            self.words
                .change(slot, folded_before.as_deref(), &text::fold(&searched));
        }
        match &before {
            None => self.place(slot, &row),
            Some(before) => {
                for (which, old, new) in [
                    (Which::Code, &before.code, &row.code),
                    (Which::Content, &before.content, &row.content),
                ] {
                    if old != new {
                        order::remove(self.connection, which, &order::key(old), slot)?;
                        self.placed[which as usize].push((order::key(new), slot));
                    }
                }
            }
        }
        self.count()
    }

    fn write_columns(&mut self, slot: u32, before: Option<&Row>, row: &Row) -> Result<()> {
        for (column, value) in facts(row) {
            self.columns.set(self.connection, column, slot, value)?;
        }
        for of in Of::ALL {
            let (old, new) = (before.map_or("", |row| name(row, of)), name(row, of));
            let new = self.labels.number(self.connection, of, new)?;
            if !old.is_empty() {
                let old = self.labels.number(self.connection, of, old)?;
                if old != new {
                    self.labels.release(of, old);
                }
            }
            self.columns.set(self.connection, of.column(), slot, u64::from(new))?;
        }
        Ok(())
    }
}

/// The name that a row bears.
pub(super) fn name(row: &Row, of: Of) -> &str {
    match of {
        Of::Lead => &row.lead,
        Of::Assigner => &row.assigner,
        Of::FieldOfWork => &row.field_of_work,
        Of::Responsible => &row.responsible,
    }
}

/// What a row says in each column, but for names and places in an order.
pub(super) fn facts(row: &Row) -> [(Column, u64); 8] {
    let day = |date| u64::from(columns::day(date));
    [
        (Column::State, u64::from(columns::state(row))),
        (Column::Percent, u64::from(row.percent)),
        (Column::Deadline, day(row.deadline)),
        (Column::OriginalDeadline, day(row.original_deadline)),
        (Column::CompletedOn, day(row.completed_on)),
        (Column::AssignedOn, day(row.assigned_on)),
        (Column::Channel, row.channel as u64 & u64::from(u32::MAX)),
        (Column::UpdatedAt, row.updated),
    ]
}

/// Whether somebody edited a task without knowing that it was being deleted.
fn doubted(connection: &Connection, words: &Words, record: i64) -> Result<bool> {
    Ok(connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM conflict WHERE record = ?1 AND field = ?2)")?
        .query_row(params![record, words.id("deleted")], |row| row.get(0))?)
}

fn row(connection: &Connection, words: &Words, feeds: &mut Feeds, info: &RecordInfo, heads: &Cells) -> Result<Row> {
    let mut found = Related::of(connection, words, feeds, info.row)?;
    let (child, on) = child_step(connection, feeds, heads, &found.returned)?;
    let standing = shown(heads, "standing")
        .and_then(|step| step.get("standing"))
        .and_then(Value::as_str)
        .and_then(Standing::from_code)
        .unwrap_or_default();
    found.reports.sort_by_key(|report| std::cmp::Reverse(report.written));
    let several_reports = found.reports.iter().filter(|report| !report.followed).count() > 1;
    let current = found.reports.iter().find(|report| !report.followed);
    // A report in words alone leaves the number where the one before it put it.
    let percent = current
        .into_iter()
        .chain(found.reports.iter().filter(|report| report.followed))
        .find_map(|report| report.percent)
        .or_else(|| cells::number(heads, "opening_percent"))
        .unwrap_or(if child == ChildStatus::Completed { 100 } else { 0 });
    let updated = heads
        .values()
        .flat_map(|cell| &cell.0)
        .map(|head| head.t.0)
        .chain(found.reports.iter().map(|report| report.updated_at))
        .max()
        .unwrap_or(0);
    Ok(Row {
        record: info.row,
        channel: info.channel,
        code: cells::text(heads, "code"),
        province_code: cells::text(heads, "province_code"),
        kind: Kind::from_code(&cells::text(heads, "kind")).unwrap_or_default(),
        content: cells::text(heads, "content"),
        product: cells::text(heads, "product"),
        assigner: cells::text(heads, "assigner"),
        document_number: cells::text(heads, "document_number"),
        lead: cells::text(heads, "lead"),
        responsible: cells::text(heads, "responsible"),
        field_of_work: cells::text(heads, "field_of_work"),
        assigned_on: date(shown(heads, "assigned_on")),
        original_deadline: date(shown(heads, "original_deadline")),
        deadline: date(shown(heads, "deadline")),
        child,
        standing,
        status: Status::of(child, standing),
        completed_on: on.filter(|_| child == ChildStatus::Completed),
        percent: u8::try_from(percent.clamp(0, 100)).unwrap_or(100),
        percent_words: current.map(|report| report.percent_words.clone()).unwrap_or_default(),
        reported: current.map(|report| report.written.0.0),
        updated,
        on_province_system: cells::flag(heads, "on_province_system"),
        attachments: found.attachments,
        conflicts: heads.values().filter(|cell| cell.in_conflict()).count() as u32,
        several_reports,
        deleted: is_set(heads, "deleted"),
        made: made(connection, info.row)?,
        ends: ends(connection, info.row, heads)?,
    })
}

/// Where a record was made, by rows.
pub(super) fn made(connection: &Connection, record: i64) -> Result<Option<Made>> {
    Ok(connection
        .prepare_cached("SELECT feed, n, k FROM record WHERE id = ?1 AND owned IS NULL")?
        .query_row([record], |row| {
            Ok(Made {
                feed: row.get(0)?,
                n: row.get(1)?,
                k: row.get(2)?,
            })
        })
        .optional()?)
}

/// For each feed the last entry of what stands in a record and in what names it.
fn ends(connection: &Connection, record: i64, heads: &Cells) -> Result<Vec<(i64, u64)>> {
    let mut ends: BTreeMap<i64, u64> = BTreeMap::new();
    let mut stands = |feed, n| {
        let end = ends.entry(feed).or_insert(n);
        *end = n.max(*end);
    };
    for head in heads.values().flat_map(|cell| &cell.0) {
        stands(head.feed, head.n);
    }
    let mut statement = connection.prepare_cached(
        "SELECT c.feed, c.n FROM link l JOIN change c ON c.record = l.source WHERE l.target = ?1 AND c.state = 0",
    )?;
    let mut rows = statement.query([record])?;
    while let Some(row) = rows.next()? {
        stands(row.get(0)?, row.get(1)?);
    }
    Ok(ends.into_iter().collect())
}

fn shown<'h>(heads: &'h Cells, field: &str) -> Option<&'h Value> {
    heads.get(field).and_then(CellHeads::value)
}

fn date(value: Option<&Value>) -> Option<NaiveDate> {
    value.and_then(Value::as_str).and_then(|text| text.parse().ok())
}

/// Whether a field holds something, be it that its detached value is not here.
fn is_set(heads: &Cells, field: &str) -> bool {
    let head = heads.get(field).and_then(|cell| cell.0.first());
    head.is_some_and(|head| match &head.value {
        Some(value) => !value.is_null(),
        None => head.hash.is_some(),
    })
}

/// The child's word and its date; a completion that the parent returned is in progress again, without a date.
fn child_step(
    connection: &Connection,
    feeds: &mut Feeds,
    heads: &Cells,
    returned: &[String],
) -> Result<(ChildStatus, Option<NaiveDate>)> {
    let step = |value: &Value| {
        let status = value
            .get("status")
            .and_then(Value::as_str)
            .and_then(ChildStatus::from_code)?;
        Some((status, date(value.get("on"))))
    };
    // What the task came with counts as the child's word until it has spoken itself.
    let said = ["status", "opening_status"]
        .into_iter()
        .find_map(|field| Some((field, shown(heads, field).and_then(step)?)));
    let Some((field, (status, on))) = said else {
        return Ok((ChildStatus::New, None));
    };
    if status == ChildStatus::Completed
        && !returned.is_empty()
        && let Some(head) = heads.get(field).and_then(|cell| cell.0.first())
    {
        let position = Position {
            feed: feeds.get(connection, head.feed)?.key,
            n: head.n,
            k: head.k,
        };
        if returned.contains(&position.to_string()) {
            return Ok((ChildStatus::InProgress, None));
        }
    }
    Ok((status, on))
}

struct Report {
    /// Time, then place, of the entry that made it: the latest is shown of several that none follows.
    written: (Time, DeviceId, FeedId, u64, u32),
    percent: Option<i64>,
    percent_words: String,
    followed: bool,
    updated_at: u64,
}

/// What other records say of a task.
#[derive(Default)]
struct Related {
    reports: Vec<Report>,
    /// Positions of the completions that the parent returned.
    returned: Vec<String>,
    attachments: u32,
}

impl Related {
    fn of(connection: &Connection, words: &Words, feeds: &mut Feeds, task: i64) -> Result<Related> {
        let mut related = Related {
            attachments: attachments(connection, words, feeds, task)?,
            ..Related::default()
        };
        for source in cells::sources(connection, words, task, "task")? {
            let info = cells::record_info(connection, words, source)?;
            let heads = cells::heads(connection, words, feeds, source)?;
            if matches!(info.id.kind.as_str(), "report" | "finding") {
                related.attachments += attachments(connection, words, feeds, source)?;
            }
            if is_set(&heads, "retracted") {
                continue;
            }
            match info.id.kind.as_str() {
                "report" => related
                    .reports
                    .extend(report(connection, words, feeds, source, &heads)?),
                "assessment" if cells::text(&heads, "verdict") == "returned" => {
                    let of = shown(&heads, "of").and_then(Value::as_array);
                    let of = of.into_iter().flatten().filter_map(Value::as_str);
                    related.returned.extend(of.map(str::to_owned));
                }
                _ => {}
            }
        }
        Ok(related)
    }
}

fn report(
    connection: &Connection,
    words: &Words,
    feeds: &mut Feeds,
    report: i64,
    heads: &Cells,
) -> Result<Option<Report>> {
    // A report names its task in the entry that makes it.
    let Some(head) = heads.get("task").and_then(|cell| cell.0.first()) else {
        return Ok(None);
    };
    let mut followed = false;
    for follower in cells::sources(connection, words, report, "follows")? {
        let heads = cells::heads(connection, words, feeds, follower)?;
        followed |= !is_set(&heads, "retracted");
    }
    let feed = feeds.get(connection, head.feed)?;
    Ok(Some(Report {
        written: (head.t, feed.device_key, feed.key, head.n, head.k),
        percent: cells::number(heads, "percent"),
        percent_words: cells::text(heads, "percent_words"),
        followed,
        updated_at: heads
            .values()
            .flat_map(|cell| &cell.0)
            .map(|head| head.t.0)
            .max()
            .unwrap_or(head.t.0),
    }))
}

/// Attachments of a record that were not retracted.
fn attachments(connection: &Connection, words: &Words, feeds: &mut Feeds, of: i64) -> Result<u32> {
    let mut count = 0;
    for source in cells::sources(connection, words, of, "of")? {
        let heads = cells::heads(connection, words, feeds, source)?;
        if !is_set(&heads, "retracted") {
            count += 1;
        }
    }
    Ok(count)
}

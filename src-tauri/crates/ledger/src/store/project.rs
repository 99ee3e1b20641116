//! What is derived from the cells of a record: links, conflicts, the row of the task list.
//!
//! Made anew, at the end of a transaction, for every record it touched and for those that they name.

use super::cells::{self, Cells, Feeds, Words};
use super::knowing::Seen;
use super::{Result, Writer, tasks};
use chidao_domain::ids::{Position, RecordId, RecordKey};
use chidao_domain::records::{Form, Knowledge};
use rusqlite::{OptionalExtension, params};
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};

/// Projects every record that the transaction touched, and those that name or are named by them.
pub(super) fn project_touched(writer: &mut Writer<'_>) -> Result<()> {
    if writer.touched.is_empty() {
        return Ok(());
    }
    let words = Words::load(writer.tx)?;
    let mut feeds = Feeds::default();
    let mut queue: Vec<i64> = writer.touched.drain().collect();
    queue.sort_unstable();
    let mut queued: HashSet<i64> = queue.iter().copied().collect();
    let mut tasks = BTreeSet::new();
    let mut seen = Seen::default();
    while let Some(record) = queue.pop() {
        let info = cells::record_info(writer.tx, &words, record)?;
        let heads = cells::heads(writer.tx, &words, &mut feeds, record)?;
        note_conflicts(writer, &words, record, &heads)?;
        if heads.contains_key("deleted") {
            note_doubts(writer, &words, &mut feeds, &mut seen, record, &heads)?;
        }
        if info.id.kind == "task" {
            tasks.insert(record);
        }
        for target in link(writer, &words, &info, &heads)? {
            if queued.insert(target) {
                queue.push(target);
            }
        }
    }
    if tasks.is_empty() {
        return Ok(());
    }
    let mut projector = tasks::Projector::new(writer.tx)?;
    for record in tasks {
        let info = cells::record_info(writer.tx, &words, record)?;
        let heads = cells::heads(writer.tx, &words, &mut feeds, record)?;
        projector.project(&words, &mut feeds, &info, &heads)?;
    }
    projector.finish()?;
    Ok(())
}

fn note_conflicts(writer: &Writer<'_>, words: &Words, record: i64, heads: &Cells) -> Result<()> {
    writer
        .tx
        .prepare_cached("DELETE FROM conflict WHERE record = ?1")?
        .execute([record])?;
    for (field, cell) in heads {
        if cell.in_conflict() {
            writer
                .tx
                .prepare_cached("INSERT INTO conflict (record, field) VALUES (?1, ?2)")?
                .execute(params![record, words.id(field)])?;
        }
    }
    Ok(())
}

/// A deletion and an edit that did not know of each other stand side by side, as two values of a cell would.
fn note_doubts(
    writer: &Writer<'_>,
    words: &Words,
    feeds: &mut Feeds,
    seen: &mut Seen,
    record: i64,
    heads: &Cells,
) -> Result<()> {
    let reports = cells::reports(writer.tx, words, feeds, record)?;
    if !seen.doubts(writer.tx, heads, &reports)?.is_empty() {
        writer
            .tx
            .prepare_cached("INSERT OR IGNORE INTO conflict (record, field) VALUES (?1, ?2)")?
            .execute(params![record, words.id("deleted")])?;
    }
    Ok(())
}

fn names_records(known: &Knowledge, kind: &str, field: &str) -> bool {
    let form = known
        .kind(kind)
        .and_then(|kind| kind.field(field))
        .map(|field| field.form);
    matches!(form, Some(Form::Record(_) | Form::Records(_))) || (kind == "attachment" && field == "of")
}

/// Writes the links of a record and answers every record that it names now or named before.
fn link(writer: &mut Writer<'_>, words: &Words, info: &cells::RecordInfo, heads: &Cells) -> Result<BTreeSet<i64>> {
    let mut all = BTreeSet::new();
    let known = writer.knowledge;
    let Some(kind) = known.kind(&info.id.kind) else {
        return Ok(all);
    };
    for field in kind
        .fields
        .iter()
        .filter(|field| names_records(&known, kind.name, field.name))
    {
        let mut named = BTreeSet::new();
        let head = heads.get(field.name).and_then(|cell| cell.0.first());
        if let Some((head, value)) = head.and_then(|head| Some((head, head.value.as_ref()?))) {
            let many = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            for name in many.iter().filter_map(Value::as_str) {
                named.extend(find(writer, info.channel, head.feed, head.n, name)?);
            }
        }
        let number = words.id(field.name);
        let before: BTreeSet<i64> = cells::targets(writer.tx, words, info.row, field.name)?
            .into_iter()
            .collect();
        for gone in before.difference(&named) {
            writer
                .tx
                .prepare_cached("DELETE FROM link WHERE target = ?1 AND field = ?2 AND source = ?3")?
                .execute(params![gone, number, info.row])?;
        }
        for new in named.difference(&before) {
            writer
                .tx
                .prepare_cached("INSERT INTO link (target, field, source) VALUES (?1, ?2, ?3)")?
                .execute(params![new, number, info.row])?;
        }
        all.extend(before);
        all.extend(named);
    }
    Ok(all)
}

/// The row that a value names: an identity, or `@i`, the record made by item `i` of the entry that set the value.
fn find(writer: &mut Writer<'_>, channel: i64, feed: i64, n: u64, name: &str) -> Result<Option<i64>> {
    match name.strip_prefix('@') {
        Some(item) => {
            let Ok(item) = item.parse::<u32>() else { return Ok(None) };
            Ok(writer
                .tx
                .prepare_cached("SELECT id FROM record WHERE feed = ?1 AND n = ?2 AND k = ?3 AND owned IS NULL")?
                .query_row(params![feed, n, item], |row| row.get(0))
                .optional()?)
        }
        None => match name.parse::<RecordId>() {
            Ok(target) => {
                // The author named it in its own past; a fork found since then must not send the link astray.
                let target = match target.key {
                    RecordKey::Made(position) => match writer.locate(feed, position.feed, position.n)? {
                        Some(row) => RecordId::made(
                            &target.kind,
                            Position {
                                feed: writer.feeds[&row].key,
                                ..position
                            },
                        ),
                        None => target,
                    },
                    RecordKey::Owned(..) => target,
                };
                Ok(writer.find_record(channel, &target)?.filter(|row| *row > 0))
            }
            Err(_) => Ok(None),
        },
    }
}

//! From cells to the row.

use super::{code_key, day_number};
use crate::store::Result;
use crate::store::cells::{self, CellHeads, Cells, Feeds, RecordInfo, Words, flag, number, text};
use chidao_domain::ids::Position;
use chidao_domain::status::{ChildStatus, Standing, Status};
use chidao_domain::text::{collation_key, fold};
use rusqlite::{Connection, params};
use serde_json::Value;

fn day(cells: &Cells, field: &str) -> Option<i64> {
    text(cells, field).parse().ok().map(day_number)
}

fn newest(cells: &Cells) -> u64 {
    cells
        .values()
        .flat_map(|cell| &cell.0)
        .map(|head| head.t.0)
        .max()
        .unwrap_or(0)
}

fn gone(cells: &Cells) -> bool {
    cells.get("retracted").and_then(CellHeads::value).is_some()
}

/// What the reports and assessments of a task say.
#[derive(Default)]
struct About {
    percent: Option<i64>,
    percent_words: String,
    reported: Option<u64>,
    several: bool,
    returned: Vec<String>,
    attachments: i64,
    newest: u64,
}

fn about(connection: &Connection, words: &Words, feeds: &mut Feeds, task: i64) -> Result<About> {
    let mut found = About {
        attachments: count_attachments(connection, words, task)?,
        ..About::default()
    };
    let mut reports = Vec::new();
    let mut followed = Vec::new();
    for source in cells::sources(connection, words, task, "task")? {
        let info = cells::record_info(connection, words, source)?;
        let heads = cells::heads(connection, words, feeds, source)?;
        found.newest = found.newest.max(newest(&heads));
        if gone(&heads) {
            continue;
        }
        found.attachments += count_attachments(connection, words, source)?;
        match info.id.kind.as_str() {
            "report" => {
                if let Some(Value::Array(names)) = heads.get("follows").and_then(CellHeads::value) {
                    followed.extend(names.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                found.reported = found.reported.max(Some(newest(&heads)));
                reports.push((info.id.to_string(), newest(&heads), heads));
            }
            "assessment" if text(&heads, "verdict") == "returned" => {
                if let Some(Value::Array(names)) = heads.get("of").and_then(CellHeads::value) {
                    found
                        .returned
                        .extend(names.iter().filter_map(Value::as_str).map(str::to_owned));
                }
            }
            _ => {}
        }
    }
    reports.retain(|(id, _, _)| !followed.contains(id));
    // Several current reports are to be settled; until then the latest is shown.
    reports.sort_by(|a, b| (b.1, &b.0).cmp(&(a.1, &a.0)));
    found.several = reports.len() > 1;
    if let Some((_, _, heads)) = reports.first() {
        found.percent = number(heads, "percent");
        found.percent_words = text(heads, "percent_words");
    }
    Ok(found)
}

fn count_attachments(connection: &Connection, words: &Words, record: i64) -> Result<i64> {
    Ok(connection
        .prepare_cached("SELECT count(*) FROM link WHERE target = ?1 AND field = ?2")?
        .query_row([record, words.id("of")], |row| row.get(0))?)
}

/// The child's step that counts, and its date: its own word, or what the task opened with; a returned completion is
/// work again.
fn child_step(
    connection: &Connection,
    feeds: &mut Feeds,
    heads: &Cells,
    returned: &[String],
) -> Result<(ChildStatus, Option<i64>)> {
    let shown = ["status", "opening_status"].into_iter().find_map(|field| {
        let head = heads.get(field)?.0.first()?;
        head.value
            .as_ref()
            .filter(|value| !value.is_null())
            .map(|value| (head, value))
    });
    let Some((head, value)) = shown else {
        return Ok((ChildStatus::New, None));
    };
    let status = value
        .get("status")
        .and_then(Value::as_str)
        .and_then(ChildStatus::from_code)
        .unwrap_or(ChildStatus::New);
    let on = value
        .get("on")
        .and_then(Value::as_str)
        .and_then(|on| on.parse().ok())
        .map(day_number);
    if status != ChildStatus::Completed {
        return Ok((status, None));
    }
    let feed = feeds.get(connection, head.feed)?.key;
    let position = Position {
        feed,
        n: head.n,
        k: head.k,
    }
    .to_string();
    if returned.contains(&position) {
        Ok((ChildStatus::InProgress, None))
    } else {
        Ok((status, on))
    }
}

/// Makes the row of a task anew.
pub(in crate::store) fn project(
    connection: &Connection,
    words: &Words,
    feeds: &mut Feeds,
    info: &RecordInfo,
    heads: &Cells,
) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM register WHERE record = ?1")?
        .execute([info.row])?;
    connection
        .prepare_cached("DELETE FROM register_words WHERE rowid = ?1")?
        .execute([info.row])?;
    // A task all of whose changes lie in quarantine is none.
    if heads.is_empty() {
        return Ok(());
    }
    let about = about(connection, words, feeds, info.row)?;
    let (child, completed_on) = child_step(connection, feeds, heads, &about.returned)?;
    let standing = heads.get("standing").and_then(CellHeads::value);
    let standing = standing
        .and_then(|value| Standing::from_code(value.get("standing")?.as_str()?))
        .unwrap_or_default();
    let status = Status::of(child, standing);
    let column = |field| text(heads, field);
    let (code, content, lead) = (column("code"), column("content"), column("lead"));
    let searched = [
        &code,
        &content,
        &column("document_number"),
        &lead,
        &column("assigner"),
        &column("responsible"),
        &column("product"),
        &column("province_code"),
    ];
    let searched = searched.map(|text| fold(text)).join(" ");
    let conflicts: i64 = connection
        .prepare_cached("SELECT count(*) FROM conflict WHERE record = ?1")?
        .query_row([info.row], |row| row.get(0))?;
    let opening = number(heads, "opening_percent");
    let percent = about
        .percent
        .or(opening)
        .unwrap_or(if child == ChildStatus::Completed { 100 } else { 0 });
    let updated = newest(heads).max(about.newest);
    connection
        .prepare_cached(
            "INSERT INTO register VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
               ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28)",
        )?
        .execute(params![
            info.row,
            info.channel,
            code,
            code_key(&code),
            column("kind"),
            content,
            collation_key(&content),
            searched,
            column("assigner"),
            column("document_number"),
            lead,
            collation_key(&lead),
            column("responsible"),
            column("field_of_work"),
            day(heads, "assigned_on"),
            day(heads, "original_deadline"),
            day(heads, "deadline"),
            Status::ALL.iter().position(|one| *one == status).unwrap_or(0) as i64,
            completed_on,
            percent,
            about.percent_words,
            about.reported,
            updated,
            flag(heads, "on_province_system"),
            about.attachments,
            conflicts,
            about.several,
            heads.get("deleted").and_then(CellHeads::value).is_some(),
        ])?;
    connection
        .prepare_cached("INSERT INTO register_words (rowid, fold) VALUES (?1, ?2)")?
        .execute(params![info.row, searched])?;
    Ok(())
}

//! One task whole, and everything that was ever written of it.

use super::write;
use crate::api::*;
use crate::home::{App, Open};
use crate::views::{Views, moment, value_text};
use crate::{AppError, inspections, register};
use chidao_domain::authority::Side;
use chidao_domain::ids::{Position, RecordId, RecordKey};
use chidao_domain::records::{self, Form};
use chidao_domain::status::{ChildStatus, Standing, Status};
use chidao_ledger::store::apply::state;
use chidao_ledger::store::cells::{self, CellHeads, Cells, Written};
use chidao_ledger::store::{Connection, LedgerError};
use serde_json::Value;
use std::collections::{HashMap, hash_map};

/// Fields of a task that have no line of their own in its form.
const NOT_SHOWN: &[&str] = &["opening_status", "opening_percent", "directive", "deleted"];

/// The child's status that a value says.
fn step_of(value: Option<&Value>) -> Option<ChildStatus> {
    ChildStatus::from_code(value?.get("status")?.as_str()?)
}

/// The child's status, as the list tells it.
pub(crate) fn child_status(connection: &Connection, task: i64) -> Result<ChildStatus, LedgerError> {
    let row = chidao_ledger::store::tasks::row(connection, task)?;
    Ok(row.map_or(ChildStatus::New, |row| row.child))
}

fn standing(heads: &Cells) -> Standing {
    let value = heads.get("standing").and_then(CellHeads::value);
    value
        .and_then(|value| Standing::from_code(value.get("standing")?.as_str()?))
        .unwrap_or_default()
}

/// The change that says that a task is completed: what an assessment names.
pub(crate) fn completion(views: &mut Views<'_>, task: i64) -> Result<Vec<Position>, LedgerError> {
    let heads = cells::heads(views.connection, &views.words, &mut views.feeds, task)?;
    let cell = heads.get("status").or_else(|| heads.get("opening_status"));
    let mut all = Vec::new();
    for head in cell.map(|cell| cell.0.as_slice()).unwrap_or_default() {
        if step_of(head.value.as_ref()) == Some(ChildStatus::Completed) {
            let feed = views.feeds.get(views.connection, head.feed)?.key;
            all.push(Position {
                feed,
                n: head.n,
                k: head.k,
            });
        }
    }
    Ok(all)
}

/// The verdicts on the completion that stands, by the report or step that they judge.
fn assessments(views: &mut Views<'_>, task: i64) -> Result<Vec<(Vec<String>, Assessment)>, LedgerError> {
    let standing: Vec<String> = completion(views, task)?.iter().map(ToString::to_string).collect();
    let mut all = Vec::new();
    for record in cells::sources(views.connection, &views.words, task, "task")? {
        let info = cells::record_info(views.connection, &views.words, record)?;
        if info.id.kind != "assessment" {
            continue;
        }
        let heads = cells::heads(views.connection, &views.words, &mut views.feeds, record)?;
        if heads.contains_key("retracted") {
            continue;
        }
        let of: Vec<String> = match heads.get("of").and_then(CellHeads::value) {
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        if of.iter().any(|of| standing.contains(of)) {
            let verdict = Assessment {
                accepted: cells::text(&heads, "verdict") == "accepted",
                reason: cells::text(&heads, "reason"),
                origin: views.made_by(&info.id)?,
            };
            all.push((of, verdict));
        }
    }
    Ok(all)
}

/// Reports of a task that were not retracted, with their cells, oldest row first.
fn reports(views: &mut Views<'_>, task: i64) -> Result<Vec<(cells::RecordInfo, Cells)>, LedgerError> {
    let mut all = Vec::new();
    for record in cells::sources(views.connection, &views.words, task, "task")? {
        let info = cells::record_info(views.connection, &views.words, record)?;
        if info.id.kind == "report" {
            let heads = cells::heads(views.connection, &views.words, &mut views.feeds, record)?;
            if !heads.contains_key("retracted") {
                all.push((info, heads));
            }
        }
    }
    Ok(all)
}

fn followed(reports: &[(cells::RecordInfo, Cells)]) -> Vec<String> {
    let names = reports
        .iter()
        .filter_map(|(_, heads)| heads.get("follows").and_then(CellHeads::value)?.as_array());
    names.flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The reports that no other follows.
pub(crate) fn current_reports(views: &mut Views<'_>, task: i64) -> Result<Vec<RecordId>, LedgerError> {
    let all = reports(views, task)?;
    let followed = followed(&all);
    Ok(all
        .into_iter()
        .map(|(info, _)| info.id)
        .filter(|id| !followed.contains(&id.to_string()))
        .collect())
}

fn report_views(views: &mut Views<'_>, task: i64) -> Result<Vec<Report>, LedgerError> {
    let all = reports(views, task)?;
    let followed = followed(&all);
    let verdicts = assessments(views, task)?;
    let mut shown = Vec::new();
    for (info, heads) in all {
        let id = info.id.to_string();
        // A verdict names the step to "completed" that was written in the same entry as its report.
        let entry = match info.id.key {
            RecordKey::Made(at) => format!("{}.{}.", at.feed, at.n),
            RecordKey::Owned(..) => String::new(),
        };
        let verdict = verdicts
            .iter()
            .find(|(of, _)| of.iter().any(|of| of.starts_with(&entry)));
        shown.push(Report {
            percent: cells::number(&heads, "percent").and_then(|percent| u8::try_from(percent).ok()),
            percent_words: cells::text(&heads, "percent_words"),
            note: cells::text(&heads, "note"),
            difficulty: cells::text(&heads, "difficulty"),
            product: cells::text(&heads, "product"),
            done_on: Some(cells::text(&heads, "done_on")).filter(|date| !date.is_empty()),
            attachments: views.attachments(info.row)?,
            origin: views.made_by(&info.id)?,
            head: !followed.contains(&id),
            assessment: verdict.map(|(_, verdict)| verdict.clone()),
            id,
        });
    }
    shown.sort_by(|a, b| (&b.origin.at, b.head).cmp(&(&a.origin.at, a.head)));
    Ok(shown)
}

/// The steps that this side may take now, the one obvious next step first marked.
fn steps(own: Side, child: ChildStatus, standing: Standing) -> Vec<Step> {
    use ChildStatus::*;
    let mut all = Vec::new();
    if matches!(own, Side::Child | Side::Own) && standing == Standing::Active {
        let next = match child {
            New => Some(Received),
            Received => Some(InProgress),
            InProgress => Some(AwaitingApproval),
            AwaitingApproval => Some(Completed),
            Completed => None,
        };
        for step in [Received, InProgress, AwaitingApproval, Completed] {
            if step != child && child.may_become(step) {
                all.push(Step {
                    to: Status::of(step, Standing::Active),
                    next: next == Some(step),
                });
            }
        }
    }
    if matches!(own, Side::Parent | Side::Own) {
        if standing == Standing::Suspended {
            all.push(Step {
                to: Status::InProgress,
                next: true,
            });
        }
        for step in [Standing::Suspended, Standing::Transferred, Standing::Withdrawn] {
            if step != standing && standing.may_become(step) {
                all.push(Step {
                    to: Status::of(child, step),
                    next: false,
                });
            }
        }
    }
    all
}

impl App {
    pub(crate) fn do_task_show(&self, request: &TaskId) -> Result<TaskDetail, AppError> {
        let (open, settings) = self.both()?;
        let today = self.today();
        open.store.read(|connection| {
            let info = write::find(connection, &request.task)?;
            let row = register::row(connection, &open, info.row, today, settings.due_soon_days)?;
            Ok(detail(connection, &open, &info, row)?)
        })
    }

    pub(crate) fn do_task_history(&self, request: &TaskId) -> Result<History, AppError> {
        let open = self.opened()?;
        open.store.read(|connection| {
            let info = write::find(connection, &request.task)?;
            Ok(History {
                lines: history(connection, &open, &info)?,
            })
        })
    }
}

fn detail(
    connection: &Connection,
    open: &Open,
    info: &cells::RecordInfo,
    row: TaskRow,
) -> Result<TaskDetail, LedgerError> {
    let mut views = Views::new(connection, open)?;
    let heads = cells::heads(connection, &views.words, &mut views.feeds, info.row)?;
    let own = views.own_side(info.channel)?;
    let mut shown = Vec::new();
    let kind = records::kind("task").ok_or_else(|| LedgerError::NotFound("task".into()))?;
    for field in kind.fields.iter().filter(|field| !NOT_SHOWN.contains(&field.name)) {
        shown.push(views.cell(info.channel, &info.id, field, &heads)?);
    }
    let child = child_status(connection, info.row)?;
    let standing = standing(&heads);
    let reports = report_views(&mut views, info.row)?;
    let completed = !completion(&mut views, info.row)?.is_empty() && child == ChildStatus::Completed;
    // The latest of several, which machines may have written side by side.
    let verdicts = assessments(&mut views, info.row)?.into_iter();
    let assessment = verdicts
        .map(|(_, verdict)| verdict)
        .max_by(|one, other| one.origin.at.cmp(&other.origin.at));
    Ok(TaskDetail {
        cells: shown,
        findings: inspections::findings_of_task(&mut views, info.row)?,
        recommendations: inspections::recommendations_of_task(&mut views, info.row)?,
        attachments: views.attachments(info.row)?,
        steps: steps(own, child, standing),
        may_report: matches!(own, Side::Child | Side::Own) && standing == Standing::Active,
        may_assess: matches!(own, Side::Parent | Side::Own) && completed && assessment.is_none(),
        assessment,
        may_undo: write::undoable(connection, open, info)?.is_some(),
        reports,
        row,
    })
}

/// The cells of the records that a report or a finding follows, as far as what it says stands in place of what they said:
/// a report's percent, and everything that a corrected finding found.
fn followed_cells(views: &mut Views<'_>, kind: &str, record: i64) -> Result<Vec<Cells>, LedgerError> {
    if !matches!(kind, "report" | "finding") {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for before in cells::targets(views.connection, &views.words, record, "follows")? {
        let mut heads = cells::heads(views.connection, &views.words, &mut views.feeds, before)?;
        heads.retain(|field, _| kind == "finding" || field.starts_with("percent"));
        all.push(heads);
    }
    Ok(all)
}

/// What an entry tells of all its changes.
struct Act {
    name: String,
    origin: Origin,
    prev: Vec<Vec<Position>>,
}

impl Act {
    /// The heads that the author of a change saw in its cell.
    fn seen(&self, change: &Written) -> &[Position] {
        let k = usize::try_from(change.k).unwrap_or(usize::MAX);
        self.prev.get(k).map_or(&[], Vec::as_slice)
    }
}

/// From where a change was written: each head that its author saw, or the empty cell.
fn from(seen: &[Position]) -> impl Iterator<Item = Option<Position>> + '_ {
    let nothing = seen.is_empty().then_some(None);
    seen.iter().copied().map(Some).chain(nothing)
}

/// Each value once, in order.
fn unlike(values: Vec<&Value>) -> Vec<&Value> {
    let mut unlike: Vec<&Value> = Vec::new();
    for value in values {
        if !unlike.contains(&value) {
            unlike.push(value);
        }
    }
    unlike
}

/// The lines of a task's history: of the task itself and of what is about it, newest first.
fn history(connection: &Connection, open: &Open, info: &cells::RecordInfo) -> Result<Vec<HistoryLine>, LedgerError> {
    let mut views = Views::new(connection, open)?;
    let mut records = vec![info.row];
    for field in ["task", "of", "tasks"] {
        records.extend(cells::sources(connection, &views.words, info.row, field)?);
    }
    records.extend(inspections::own_findings_of_task(&mut views, info.row)?);
    for record in records.clone() {
        records.extend(cells::sources(connection, &views.words, record, "of")?);
    }
    records.sort_unstable();
    records.dedup();
    let mut lines = Vec::new();
    let mut acts: HashMap<(i64, u64), Act> = HashMap::new();
    for record in records {
        let kind = cells::record_info(connection, &views.words, record)?.id.kind;
        let written = cells::written(connection, &views.words, record)?;
        let before = followed_cells(&mut views, &kind, record)?;
        let mut places: HashMap<Position, &Written> = HashMap::new();
        // By a field and a head that was seen in it, or none: how many applied changes were written from there.
        let mut written_from: HashMap<(&str, Option<Position>), u32> = HashMap::new();
        for change in &written {
            let key = (change.feed, change.n);
            if let hash_map::Entry::Vacant(unknown) = acts.entry(key) {
                let told = cells::authorship(connection, change.feed, change.n)?;
                unknown.insert(Act {
                    name: told.act,
                    origin: views.origin(change.feed, change.n)?,
                    prev: told.prev,
                });
            }
            let position = Position {
                feed: views.feeds.get(connection, change.feed)?.key,
                n: change.n,
                k: change.k,
            };
            if change.state < state::QUARANTINED {
                places.insert(position, change);
                for from in from(acts[&key].seen(change)) {
                    *written_from.entry((change.field.as_str(), from)).or_default() += 1;
                }
            }
        }
        for change in &written {
            let form = records::kind(&kind)
                .and_then(|kind| kind.field(&change.field))
                .map(|field| field.form);
            // What names other records says nothing to a person; nor does how a content is stored.
            let names = matches!(form, Some(Form::Record(_) | Form::Records(_) | Form::Positions));
            let told = ["tasks", records::ERASE.name].contains(&change.field.as_str());
            let hidden = (names && !told) || ["of", "blob", "media_type"].contains(&change.field.as_str());
            if hidden || (kind == "inspection" && change.field != "tasks") {
                continue;
            }
            let act = &acts[&(change.feed, change.n)];
            let text = |value: Option<&Value>| value.map(value_text).filter(|text| !text.is_empty());
            // What its author saw there. Several stood side by side if it settles them, be they values or reports.
            let replaced = act.seen(change).iter().filter_map(|position| places.get(position));
            let mut old: Vec<&Value> = Vec::new();
            match replaced.clone().next() {
                Some(_) => old.extend(replaced.filter_map(|older| older.value.as_ref())),
                None => old.extend(before.iter().filter_map(|heads| heads.get(&change.field)?.value())),
            }
            let old = unlike(old);
            let applied = change.state < state::QUARANTINED;
            let side_by_side = applied
                && from(act.seen(change)).any(|from| written_from.get(&(change.field.as_str(), from)) > Some(&1));
            let texts: Vec<String> = old.iter().filter_map(|value| text(Some(value))).collect();
            // Of one moment, in an order that is the same on every machine.
            let feed = views.feeds.get(connection, change.feed)?.key;
            lines.push((
                (change.t, feed),
                HistoryLine {
                    act: act.name.clone(),
                    kind: kind.clone(),
                    field: change.field.clone(),
                    old: Some(texts.join("; ")).filter(|text| !text.is_empty()),
                    old_value: match old[..] {
                        [one] => one.clone(),
                        _ => Value::Null,
                    },
                    new_value: change.value.clone().unwrap_or(Value::Null),
                    new: text(change.value.as_ref()),
                    origin: act.origin.clone(),
                    side_by_side,
                    quarantined: change.reason.clone().filter(|_| change.state >= state::QUARANTINED),
                    erased: change.state < state::QUARANTINED && change.reason.as_deref() == Some("erased"),
                },
            ));
        }
    }
    debug_assert!(
        lines.iter().all(|((t, _), line)| moment(*t) == line.origin.at),
        "a change is as old as its entry"
    );
    lines.sort_by_key(|line| std::cmp::Reverse(line.0));
    Ok(lines.into_iter().map(|(_, line)| line).collect())
}

//! An inspection: the parent's team visits a unit, and records one finding for each task inspected.
//!
//! A unit also inspects its own offices. That stays within the unit: the inspection and its findings lie in the inner
//! channel, though the tasks that they name lie in the one that is shared with the parent. The ledger derives links
//! within one channel only, so [`own`] follows these names itself.

use super::{own, recommend};
use crate::api::*;
use crate::home::{App, Open, name_of};
use crate::views::Views;
use crate::{AppError, channels, dates, register};
use chidao_domain::authority::Side;
use chidao_domain::ids::RecordId;
use chidao_domain::text;
use chidao_ledger::store::append::Wish;
use chidao_ledger::store::cells::{self, CellHeads, Cells, RecordInfo};
use chidao_ledger::store::{Connection, LedgerError};
use serde_json::{Value, json};

/// The four fields without which a negative finding cannot be closed (QĐ 42/2014, as DOMAIN 1.6 tells).
const MANDATORY: [&str; 4] = ["nature", "degree", "cause", "responsibility"];
/// Most tasks of one inspection.
const TASKS_LIMIT: usize = 5_000;

fn person(value: Option<&Value>) -> PersonName {
    let text = |name: &str| {
        value
            .and_then(|value| value.get(name)?.as_str())
            .unwrap_or_default()
            .to_owned()
    };
    PersonName {
        name: text("name"),
        title: text("title"),
    }
}

fn persons(heads: &Cells, field: &str) -> Vec<PersonName> {
    let list = heads.get(field).and_then(CellHeads::value).and_then(Value::as_array);
    list.into_iter().flatten().map(|value| person(Some(value))).collect()
}

fn date(heads: &Cells, field: &str) -> Option<String> {
    Some(cells::text(heads, field)).filter(|date| !date.is_empty())
}

fn clean_person(given: &PersonName) -> Option<Value> {
    let (name, title) = (text::clean(&given.name), text::clean(&given.title));
    (!name.is_empty()).then(|| json!({"name": name, "title": title}))
}

/// An inspection named by id or code.
fn find(connection: &Connection, name: &str) -> Result<RecordInfo, AppError> {
    by_id_or_code(connection, "inspection", name)
}

/// A record of a kind named by id or by its visible code.
pub(super) fn by_id_or_code(connection: &Connection, kind: &str, name: &str) -> Result<RecordInfo, AppError> {
    let name = text::clean(name);
    let words = cells::Words::load(connection).map_err(AppError::from)?;
    let unknown = || AppError::new("record_unknown").with("kind", kind).with("name", &name);
    if let Ok(id) = name.parse::<RecordId>() {
        let row = cells::record_row(connection, &words, &id).map_err(AppError::from)?;
        let row = row.filter(|row| id.kind == kind && *row > 0).ok_or_else(unknown)?;
        return cells::record_info(connection, &words, row).map_err(AppError::from);
    }
    let mut feeds = cells::Feeds::default();
    let mut found = Vec::new();
    for row in cells::records_of(connection, &words, kind).map_err(AppError::from)? {
        let heads = cells::heads(connection, &words, &mut feeds, row).map_err(AppError::from)?;
        if cells::text(&heads, "code").eq_ignore_ascii_case(&name) {
            found.push(row);
        }
    }
    match found[..] {
        [row] => cells::record_info(connection, &words, row).map_err(AppError::from),
        [] => Err(unknown()),
        _ => Err(AppError::new("record_ambiguous").with("kind", kind).with("name", &name)),
    }
}

/// The next visible code of a kind in a channel: a prefix and the number of records made so far.
pub(super) fn next_code(
    connection: &Connection,
    kind: &str,
    channel: i64,
    prefix: &str,
) -> Result<String, LedgerError> {
    let words = cells::Words::load(connection)?;
    let mut count = 0;
    for row in cells::records_of(connection, &words, kind)? {
        if cells::record_info(connection, &words, row)?.channel == channel {
            count += 1;
        }
    }
    Ok(format!("{prefix}{:02}", count + 1))
}

/// Findings that name a record in a field, with their cells; retracted ones are left out.
pub(super) fn findings(views: &mut Views<'_>, of: i64, field: &str) -> Result<Vec<(RecordInfo, Cells)>, LedgerError> {
    let mut all = Vec::new();
    for record in cells::sources(views.connection, &views.words, of, field)? {
        let info = cells::record_info(views.connection, &views.words, record)?;
        if info.id.kind == "finding" {
            let heads = cells::heads(views.connection, &views.words, &mut views.feeds, record)?;
            if !heads.contains_key("retracted") {
                all.push((info, heads));
            }
        }
    }
    Ok(all)
}

fn finding_views(views: &mut Views<'_>, all: Vec<(RecordInfo, Cells)>) -> Result<Vec<Finding>, LedgerError> {
    let followed: Vec<String> = all
        .iter()
        .filter_map(|(_, heads)| heads.get("follows").and_then(CellHeads::value)?.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let mut shown = Vec::new();
    for (info, heads) in all {
        let id = info.id.to_string();
        let percent = |field| cells::number(&heads, field).and_then(|percent| u8::try_from(percent).ok());
        let inspection = cells::text(&heads, "inspection");
        let title = match inspection.parse::<RecordId>() {
            Ok(id) => match cells::record_row(views.connection, &views.words, &id)? {
                Some(row) => {
                    let heads = cells::heads(views.connection, &views.words, &mut views.feeds, row)?;
                    cells::text(&heads, "title")
                }
                None => String::new(),
            },
            Err(_) => String::new(),
        };
        let mut attachments = views.attachments(info.row)?;
        for kept in cells::targets(views.connection, &views.words, info.row, "keeps")? {
            attachments.extend(views.attachment(kept)?);
        }
        let negative = cells::flag(&heads, "negative");
        let missing = MANDATORY
            .iter()
            .filter(|field| negative && cells::text(&heads, field).is_empty());
        shown.push(Finding {
            inspection,
            inspection_title: title,
            task: cells::text(&heads, "task"),
            reported_percent: percent("reported_percent"),
            found_percent: percent("found_percent"),
            note: cells::text(&heads, "note"),
            agreed: cells::flag(&heads, "agreed"),
            objection: cells::text(&heads, "objection"),
            negative,
            nature: cells::text(&heads, "nature"),
            degree: cells::text(&heads, "degree"),
            cause: cells::text(&heads, "cause"),
            responsibility: cells::text(&heads, "responsibility"),
            attachments,
            origin: views.made_by(&info.id)?,
            head: !followed.contains(&id),
            missing: missing.map(|field| (*field).to_owned()).collect(),
            id,
        });
    }
    shown.sort_by(|a, b| b.origin.at.cmp(&a.origin.at));
    Ok(shown)
}

/// Findings of a task, newest first.
pub(crate) fn findings_of_task(views: &mut Views<'_>, task: i64) -> Result<Vec<Finding>, LedgerError> {
    let mut all = findings(views, task, "task")?;
    all.extend(own::findings_of_task(views, task)?);
    finding_views(views, all)
}

/// The rows of what this unit's own inspections found of a task.
pub(crate) fn own_findings_of_task(views: &mut Views<'_>, task: i64) -> Result<Vec<i64>, LedgerError> {
    let all = own::findings_of_task(views, task)?;
    Ok(all.into_iter().map(|(info, _)| info.row).collect())
}

fn row(views: &mut Views<'_>, info: &RecordInfo, heads: &Cells) -> Result<InspectionRow, LedgerError> {
    let child = channels::child(views.channel(info.channel)?).map(name_of);
    let tasks = own::tasks(views, info, heads)?;
    let all = findings(views, info.row, "inspection")?;
    let current: Vec<Finding> = finding_views(views, all)?
        .into_iter()
        .filter(|finding| finding.head)
        .collect();
    let closed = heads.get("closed_on").and_then(CellHeads::value).is_some();
    let own = views.own_side(info.channel)?;
    Ok(InspectionRow {
        id: info.id.to_string(),
        code: cells::text(heads, "code"),
        title: cells::text(heads, "title"),
        held_on: cells::text(heads, "held_on"),
        day_part: serde_json::from_value(json!(cells::text(heads, "day_part"))).unwrap_or_default(),
        unit: child.unwrap_or_else(|| views.open.profile.unit_name()),
        place: cells::text(heads, "place"),
        head: person(heads.get("head").and_then(CellHeads::value)),
        tasks: tasks.len() as u32,
        found: current.len() as u32,
        negative: current.iter().filter(|finding| finding.negative).count() as u32,
        closed,
        editable: own != Side::Child && !closed,
    })
}

impl App {
    pub(crate) fn do_inspections(&self) -> Result<Inspections, AppError> {
        let open = self.opened()?;
        let mut rows = open.store.read(|connection| {
            let mut views = Views::new(connection, &open)?;
            let mut rows = Vec::new();
            for record in cells::records_of(connection, &views.words, "inspection")? {
                let info = cells::record_info(connection, &views.words, record)?;
                let heads = cells::heads(connection, &views.words, &mut views.feeds, record)?;
                if heads.get("deleted").and_then(CellHeads::value).is_none() {
                    rows.push(row(&mut views, &info, &heads)?);
                }
            }
            Ok::<_, LedgerError>(rows)
        })?;
        rows.sort_by(|a, b| (&b.held_on, &b.code).cmp(&(&a.held_on, &a.code)));
        Ok(Inspections { rows })
    }

    pub(crate) fn do_inspection_show(&self, request: &InspectionId) -> Result<InspectionDetail, AppError> {
        let (open, settings) = self.both()?;
        let today = self.today();
        open.store.read(|connection| {
            let info = find(connection, &request.inspection)?;
            self.inspection(connection, &open, &info, today, settings.due_soon_days)
        })
    }

    fn inspection(
        &self,
        connection: &Connection,
        open: &Open,
        info: &RecordInfo,
        today: chrono::NaiveDate,
        due_soon: u8,
    ) -> Result<InspectionDetail, AppError> {
        let mut views = Views::new(connection, open).map_err(AppError::from)?;
        let work = |views: &mut Views<'_>| -> Result<InspectionDetail, LedgerError> {
            let heads = cells::heads(connection, &views.words, &mut views.feeds, info.row)?;
            let all = findings(views, info.row, "inspection")?;
            let current: Vec<Finding> = finding_views(views, all)?
                .into_iter()
                .filter(|finding| finding.head)
                .collect();
            let mut lines = Vec::new();
            for task in own::tasks(views, info, &heads)? {
                let task = register::row(connection, open, task, today, due_soon)?;
                let finding = current.iter().find(|finding| finding.task == task.id).cloned();
                lines.push(CheckLine { task, finding });
            }
            lines.sort_by_cached_key(|line| register::code_key(&line.task.code));
            Ok(InspectionDetail {
                row: row(views, info, &heads)?,
                sending_body: cells::text(&heads, "sending_body"),
                members: persons(&heads, "members"),
                local_side: persons(&heads, "local_side"),
                period_from: date(&heads, "period_from"),
                period_to: date(&heads, "period_to"),
                evaluation: cells::text(&heads, "evaluation"),
                lines,
                recommendations: recommend::of_inspection(views, info)?,
                origin: views.made_by(&info.id)?,
            })
        };
        Ok(work(&mut views)?)
    }

    pub(crate) fn do_inspection_save(&self, request: InspectionSave) -> Result<InspectionDetail, AppError> {
        let open = self.opened()?;
        let head = clean_person(&request.head).ok_or_else(|| AppError::new("no_team_head"))?;
        let held_on = dates::required("held_on", &request.held_on)?;
        let from = dates::optional("period_from", request.period_from.as_deref())?;
        let to = dates::optional("period_to", request.period_to.as_deref())?;
        if matches!((from, to), (Some(from), Some(to)) if from > to) {
            return Err(AppError::new("period_reversed"));
        }
        if request.tasks.len() > TASKS_LIMIT {
            return Err(AppError::new("too_many_tasks").with("limit", TASKS_LIMIT));
        }
        let (channel, existing, code, tasks) = open.store.read(|connection| {
            let existing = match request.inspection.is_empty() {
                true => None,
                false => Some(find(connection, &request.inspection)?),
            };
            let channel = match &existing {
                Some(info) => Views::new(connection, &open)
                    .map_err(AppError::from)?
                    .channel(info.channel)
                    .map_err(AppError::from)?
                    .clone(),
                None => own::channel(connection, &open, &request.unit)?,
            };
            let own = channel.key == open.profile.inner;
            let inspecting =
                channels::other(&channel, open.profile.unit()).is_some_and(|(relation, _)| relation == Relation::Child);
            if !inspecting && !own {
                return Err(AppError::new("not_your_unit_to_inspect"));
            }
            let mut tasks = Vec::new();
            for task in &request.tasks {
                let info = own::task(connection, &open, channel.id, task)?;
                tasks.push(info.id.to_string());
            }
            let prefix = if own { own::PREFIX } else { "KT" };
            let code = next_code(connection, "inspection", channel.id, prefix).map_err(AppError::from)?;
            Ok::<_, AppError>((channel, existing, code, tasks))
        })?;
        if let Some(info) = &existing {
            self.still_open(&open, info)?;
        }
        let unit = channels::child(&channel)
            .map(|party| party.name.clone())
            .unwrap_or_default();
        let title = match text::clean(&request.title) {
            title if title.is_empty() => format!("Kiểm tra {unit} ngày {}", chidao_domain::dates::print_date(held_on)),
            title => title,
        };
        let list = |people: &[PersonName]| Value::Array(people.iter().filter_map(clean_person).collect());
        let day = |date: Option<chrono::NaiveDate>| date.map_or(Value::Null, |date| json!(date.to_string()));
        let line = |typed: &str| {
            Some(text::clean_lines(typed))
                .filter(|text| !text.is_empty())
                .map_or(Value::Null, |text| json!(text))
        };
        let mut set = vec![
            ("title", json!(title)),
            ("held_on", json!(held_on.to_string())),
            (
                "day_part",
                serde_json::to_value(request.day_part).unwrap_or(Value::Null),
            ),
            ("sending_body", json!(text::clean(&request.sending_body))),
            ("place", line(&request.place)),
            ("head", head),
            ("members", list(&request.members)),
            ("local_side", list(&request.local_side)),
            ("period_from", day(from)),
            ("period_to", day(to)),
            ("tasks", json!(tasks)),
            ("evaluation", line(&request.evaluation)),
        ];
        let id = match existing {
            None => {
                set.insert(0, ("code", json!(code)));
                set.retain(|(_, value)| !value.is_null());
                let done = self.commit(
                    &open,
                    channel.key,
                    "inspection.start",
                    vec![Wish::make("inspection", set)],
                )?;
                done.made[0]
                    .clone()
                    .ok_or_else(|| AppError::new("internal").with("place", "inspection"))?
            }
            Some(info) => {
                let changed = self.only_changed(&open, &info, set)?;
                if !changed.is_empty() {
                    self.commit(
                        &open,
                        channel.key,
                        "inspection.change",
                        vec![Wish::change(info.id.clone(), changed)],
                    )?;
                }
                info.id
            }
        };
        self.do_inspection_show(&InspectionId {
            inspection: id.to_string(),
        })
    }

    /// The fields whose value differs from what stands.
    fn only_changed<'f>(
        &self,
        open: &Open,
        info: &RecordInfo,
        set: Vec<(&'f str, Value)>,
    ) -> Result<Vec<(&'f str, Value)>, AppError> {
        let heads = open.store.read(|connection| {
            let words = cells::Words::load(connection)?;
            cells::heads(connection, &words, &mut cells::Feeds::default(), info.row)
        })?;
        let stands = |field: &str| {
            heads
                .get(field)
                .and_then(CellHeads::value)
                .cloned()
                .unwrap_or(Value::Null)
        };
        Ok(set
            .into_iter()
            .filter(|(field, value)| stands(field) != *value)
            .collect())
    }

    fn still_open(&self, open: &Open, info: &RecordInfo) -> Result<(), AppError> {
        let heads = open.store.read(|connection| {
            let words = cells::Words::load(connection)?;
            cells::heads(connection, &words, &mut cells::Feeds::default(), info.row)
        })?;
        match heads.get("closed_on").and_then(CellHeads::value) {
            Some(on) => Err(AppError::new("inspection_closed").with("on", on.as_str().unwrap_or_default())),
            None => Ok(()),
        }
    }

    pub(crate) fn do_finding_add(&self, request: FindingAdd) -> Result<InspectionDetail, AppError> {
        let open = self.opened()?;
        let (info, channel, task, follows) = open.store.read(|connection| {
            let info = find(connection, &request.inspection)?;
            let task = own::task(connection, &open, info.channel, &request.task)?;
            let mut views = Views::new(connection, &open).map_err(AppError::from)?;
            let all = findings(&mut views, info.row, "inspection").map_err(AppError::from)?;
            let shown = finding_views(&mut views, all).map_err(AppError::from)?;
            let name = task.id.to_string();
            let follows: Vec<String> = shown
                .into_iter()
                .filter(|finding| finding.head && finding.task == name)
                .map(|finding| finding.id)
                .collect();
            let channel = views.channel(info.channel).map_err(AppError::from)?.key;
            Ok::<_, AppError>((info, channel, task, follows))
        })?;
        self.still_open(&open, &info)?;
        let mut set = vec![
            ("inspection", json!(info.id.to_string())),
            ("task", json!(task.id.to_string())),
            ("follows", json!(follows)),
            ("agreed", json!(request.agreed)),
            ("negative", json!(request.negative)),
        ];
        for (field, value) in [
            ("reported_percent", request.reported_percent),
            ("found_percent", request.found_percent),
        ] {
            if let Some(percent) = crate::tasks::percent(field, value)? {
                set.push((field, json!(percent)));
            }
        }
        for (field, typed) in [
            ("note", &request.note),
            ("objection", &request.objection),
            ("nature", &request.nature),
            ("degree", &request.degree),
            ("cause", &request.cause),
            ("responsibility", &request.responsibility),
        ] {
            crate::tasks::put_text(&mut set, field, typed);
        }
        if !request.keep.is_empty() {
            set.push(("keeps", json!(request.keep)));
        }
        let files = self.attaching(&open, &request.files)?;
        let mut wishes = vec![Wish::make("finding", set)];
        wishes.extend(crate::tasks::attachments("@0", &files));
        let listed = open.store.read(|connection| {
            let mut views = Views::new(connection, &open)?;
            let heads = cells::heads(connection, &views.words, &mut views.feeds, info.row)?;
            own::tasks(&views, &info, &heads)
        })?;
        if !listed.contains(&task.row) {
            // A task that the team looks at on the spot joins the list.
            let names = open.store.read(|connection| {
                let words = cells::Words::load(connection)?;
                let all = listed.iter().chain([&task.row]);
                all.map(|row| Ok(cells::record_info(connection, &words, *row)?.id.to_string()))
                    .collect::<Result<Vec<_>, LedgerError>>()
            })?;
            wishes.push(Wish::change(info.id.clone(), vec![("tasks", json!(names))]));
        }
        self.commit_attaching(&open, channel, "finding.add", wishes, &files)?;
        self.do_inspection_show(&InspectionId {
            inspection: info.id.to_string(),
        })
    }

    pub(crate) fn do_inspection_close(&self, request: &InspectionId) -> Result<InspectionDetail, AppError> {
        let open = self.opened()?;
        let shown = self.do_inspection_show(request)?;
        let (info, channel) = open.store.read(|connection| {
            let info = find(connection, &request.inspection)?;
            let channel = Views::new(connection, &open)
                .map_err(AppError::from)?
                .channel(info.channel)
                .map_err(AppError::from)?
                .key;
            Ok::<_, AppError>((info, channel))
        })?;
        self.still_open(&open, &info)?;
        let wanting = shown
            .lines
            .iter()
            .find(|line| line.finding.as_ref().is_some_and(|finding| !finding.missing.is_empty()));
        if let Some(line) = wanting {
            let missing = line
                .finding
                .as_ref()
                .map(|finding| finding.missing.join(", "))
                .unwrap_or_default();
            return Err(AppError::new("finding_incomplete")
                .with("task", &line.task.code)
                .with("missing", missing));
        }
        let on = json!(self.today().to_string());
        self.commit(
            &open,
            channel,
            "inspection.close",
            vec![Wish::change(info.id.clone(), vec![("closed_on", on)])],
        )?;
        self.do_inspection_show(&InspectionId {
            inspection: info.id.to_string(),
        })
    }
}

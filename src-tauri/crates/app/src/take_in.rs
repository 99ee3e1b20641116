//! Taking in a list of tasks: preview, then all of it or nothing. The same file twice changes nothing.

use crate::api::*;
use crate::home::{App, Open, name_of};
use crate::work::Watch;
use crate::{AppError, channels, register};
use chidao_documents::{Book, Mapping, Preview, PreviewOptions, ReadError, Sheets, TaskRow as ListedTask, limits};
use chidao_domain::ids::RecordId;
use chidao_domain::status::{ChildStatus, Status};
use chidao_domain::text;
use chidao_ledger::store::append::Wish;
use chidao_ledger::store::cells::{self, CellHeads, Cells, ChannelInfo};
use chidao_ledger::store::{Connection, LedgerError};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Rows shown in a preview.
const PREVIEW_ROWS: usize = 500;
/// Tasks written as one entry each; the transaction holds them all.
const ACT: &str = "tasks.take_in";

/// A list that was read, with what taking it in would do.
struct Listed {
    book: Book,
    mapping: Mapping,
    preview: Preview,
    channel: ChannelInfo,
    effects: Vec<(RowEffect, Vec<String>)>,
}

fn unreadable(name: &str, error: &ReadError) -> AppError {
    let code = match error {
        ReadError::Empty => "list_empty",
        ReadError::NotASpreadsheet(_) => "list_not_a_spreadsheet",
        ReadError::PasswordProtected => "list_protected",
        ReadError::TooLarge { .. } => "list_too_large",
        _ => "list_damaged",
    };
    AppError::new(code).with("name", name).with("detail", error)
}

/// The fields of a listed task as the ledger keeps them.
pub(crate) fn fields(task: &ListedTask) -> Vec<(&'static str, Value)> {
    let mut set = Vec::new();
    let mut put = |field: &'static str, value: Option<Value>| set.extend(value.map(|value| (field, value)));
    let line = |text: &Option<String>| {
        text.as_deref()
            .map(text::clean)
            .filter(|text| !text.is_empty())
            .map(Value::from)
    };
    let long = |text: &Option<String>| {
        text.as_deref()
            .map(text::clean_lines)
            .filter(|text| !text.is_empty())
            .map(Value::from)
    };
    let day = |date: Option<chrono::NaiveDate>| date.map(|date| json!(date.to_string()));
    put("code", line(&task.code));
    put(
        "kind",
        Some(task.kind.map_or(json!("task"), |kind| {
            serde_json::to_value(kind).unwrap_or(json!("task"))
        })),
    );
    put("on_province_system", task.on_province_system.map(Value::from));
    put("document_number", line(&task.document_number));
    put("assigner", line(&task.assigner).or_else(|| line(&task.issuer)));
    put("assigned_on", day(task.assigned_on.or(task.document_date)));
    put("content", Some(json!(text::clean_lines(&task.content))));
    put("product", long(&task.product));
    put("field_of_work", line(&task.field_of_work));
    let deadline = task.deadline.as_ref().and_then(|deadline| deadline.date);
    let original = task
        .original_deadline
        .as_ref()
        .and_then(|deadline| deadline.date)
        .or(deadline);
    put("original_deadline", day(original));
    put("deadline", day(deadline.or(original)));
    put(
        "deadline_words",
        task.deadline.as_ref().and_then(|deadline| line(&deadline.words)),
    );
    put("lead", line(&task.lead));
    let coordinating: Vec<String> = task.coordinating.iter().map(|name| text::clean(name)).collect();
    put("coordinating", (!coordinating.is_empty()).then(|| json!(coordinating)));
    let child = task.status.and_then(|status| ChildStatus::from_code(status.code()));
    let step = child.map(
        |status| match task.completed_on.filter(|_| status == ChildStatus::Completed) {
            Some(on) => json!({"status": status.code(), "on": on.to_string()}),
            None => json!({"status": status.code()}),
        },
    );
    put("opening_status", step);
    put("opening_percent", task.percent.map(Value::from));
    put("result", long(&task.result));
    put("difficulty", long(&task.difficulty));
    put("note", long(&task.note));
    set
}

/// Fields that belong to the child and can be set only where this unit is the child.
fn child_fields(task: &ListedTask) -> Vec<(&'static str, Value)> {
    let named = [("responsible", &task.responsible), ("follower", &task.follower)];
    let clean = named
        .into_iter()
        .filter_map(|(field, name)| Some((field, text::clean(name.as_deref()?))));
    clean
        .filter(|(_, name)| !name.is_empty())
        .map(|(field, name)| (field, json!(name)))
        .collect()
}

/// What tells that two tasks are the same: the code, else number of the document and content.
fn key(code: &str, document: &str, content: &str) -> String {
    let code = text::fold(code);
    if code.is_empty() {
        format!("#{}|{}", text::fold(document), text::fold(content))
    } else {
        code
    }
}

fn listed_key(task: &ListedTask) -> String {
    key(
        task.code.as_deref().unwrap_or_default(),
        task.document_number.as_deref().unwrap_or_default(),
        &task.content,
    )
}

/// The tasks of a channel by what tells them apart.
fn known(connection: &Connection, channel: i64) -> Result<HashMap<String, i64>, LedgerError> {
    let mut all = HashMap::new();
    for task in register::identities(connection, channel)? {
        all.insert(key("", &task.document_number, &task.content), task.record);
        if !task.code.is_empty() {
            all.insert(key(&task.code, "", ""), task.record);
        }
    }
    Ok(all)
}

/// The fields in which a listed task differs from what stands.
fn differences(heads: &Cells, task: &ListedTask) -> Vec<String> {
    let stands = |field: &str| heads.get(field).and_then(CellHeads::value);
    fields(task)
        .into_iter()
        .filter(|(field, value)| {
            // The list's status and percent are those of its day; what was reported since then is not a difference.
            !field.starts_with("opening") && *field != "original_deadline" && stands(field) != Some(value)
        })
        .map(|(field, _)| field.to_owned())
        .collect()
}

impl App {
    fn listed(&self, open: &Open, request: &TakeIn) -> Result<Listed, AppError> {
        let ready = self.file(&request.file)?;
        let bytes = self.file_bytes(&request.file, limits::MAX_FILE_BYTES)?;
        let book = Sheets::read(&bytes, &ready.name).map_err(|error| unreadable(&ready.name, &error))?;
        let sheet = match &request.sheet {
            Some(name) => book
                .sheet_index(name)
                .ok_or_else(|| AppError::new("sheet_unknown").with("sheet", name))?,
            None => book.likeliest_sheet(),
        };
        let mapping = request.mapping.clone().unwrap_or_else(|| Mapping::guess(&book, sheet));
        let preview = chidao_documents::preview(&book, sheet, &mapping, &PreviewOptions::default());
        let (channel, effects) = open.store.read(|connection| {
            let channel = channels::of_unit(connection, open, request.unit.as_deref().unwrap_or_default())?;
            let known = known(connection, channel.id).map_err(AppError::from)?;
            let words = cells::Words::load(connection).map_err(AppError::from)?;
            let mut feeds = cells::Feeds::default();
            let mut effects = Vec::with_capacity(preview.rows.len());
            for task in &preview.rows {
                let refused = preview.troubles.iter().any(|trouble| {
                    trouble.row == Some(task.row) && trouble.severity == chidao_documents::Severity::Error
                });
                effects.push(match known.get(&listed_key(task)) {
                    _ if refused => (RowEffect::Refused, Vec::new()),
                    None => (RowEffect::New, Vec::new()),
                    Some(row) => {
                        let heads = cells::heads(connection, &words, &mut feeds, *row).map_err(AppError::from)?;
                        let differs = differences(&heads, task);
                        (
                            if differs.is_empty() {
                                RowEffect::Same
                            } else {
                                RowEffect::Different
                            },
                            differs,
                        )
                    }
                });
            }
            Ok::<_, AppError>((channel, effects))
        })?;
        Ok(Listed {
            book,
            mapping,
            preview,
            channel,
            effects,
        })
    }

    pub(crate) fn do_tasks_preview(&self, request: &TakeIn) -> Result<TakeInPreview, AppError> {
        let open = self.opened()?;
        let listed = self.listed(&open, request)?;
        let count = |effect| listed.effects.iter().filter(|(e, _)| *e == effect).count() as u32;
        let rows = listed.preview.rows.iter().zip(&listed.effects).take(PREVIEW_ROWS);
        Ok(TakeInPreview {
            sheets: listed.book.sheets.iter().map(|sheet| sheet.name.clone()).collect(),
            sheet: listed.mapping.sheet.clone(),
            rows: rows
                .map(|(task, (effect, differs))| PreviewRow {
                    task: task.clone(),
                    effect: *effect,
                    differs: differs.clone(),
                })
                .collect(),
            row_count: listed.preview.rows.len() as u32,
            new: count(RowEffect::New),
            same: count(RowEffect::Same),
            different: count(RowEffect::Different),
            importable: listed.preview.importable,
            unit: channels::child(&listed.channel)
                .map(name_of)
                .unwrap_or_else(|| open.profile.unit_name()),
            troubles: listed.preview.troubles,
            mapping: listed.mapping,
        })
    }

    pub(crate) fn do_tasks_take_in(&self, request: &TakeIn, watch: &mut Watch<'_>) -> Result<TakenIn, AppError> {
        let open = self.opened()?;
        let listed = self.listed(&open, request)?;
        if !listed.preview.importable {
            return Err(AppError::new("list_has_errors").with("count", listed.preview.errors));
        }
        self.backup_before_import(&open, watch)?;
        let own = channels::child(&listed.channel).is_some_and(|party| party.unit == open.profile.unit());
        let count = |effect| listed.effects.iter().filter(|(e, _)| *e == effect).count() as u32;
        let (new, same, different) = (
            count(RowEffect::New),
            count(RowEffect::Same),
            count(RowEffect::Different),
        );
        let mut number = open.store.read(|c| register::next_number(c, listed.channel.id, "NV"))?;
        open.store.write(|writer| {
            let mut directives: HashMap<String, RecordId> = HashMap::new();
            for (done, (task, _)) in listed
                .preview
                .rows
                .iter()
                .zip(&listed.effects)
                .filter(|(_, (e, _))| *e == RowEffect::New)
                .enumerate()
            {
                if watch.step(WorkStep::Writing, done as u64, u64::from(new)).is_break() {
                    return Err(LedgerError::Cancelled);
                }
                let mut set = fields(task);
                if !set.iter().any(|(field, _)| *field == "code") {
                    set.push(("code", json!(format!("NV{number:02}"))));
                    number += 1;
                }
                if own {
                    set.extend(child_fields(task));
                }
                let mut wishes = Vec::new();
                let document = task.document_number.as_deref().map(text::clean).unwrap_or_default();
                if !document.is_empty() {
                    match directives.get(&document) {
                        Some(id) => set.push(("directive", json!(id.to_string()))),
                        None => {
                            set.push(("directive", json!("@1")));
                            wishes.push(directive(task, &document));
                        }
                    }
                }
                wishes.insert(0, Wish::make("task", set));
                let done = self.append(&open, writer, listed.channel.key, ACT, wishes)?;
                if let Some(Some(id)) = done.made.get(1) {
                    directives.insert(document, id.clone());
                }
                // Tạm dừng, chuyển, rút are the parent's word: they follow as its own step.
                let standing = task
                    .status
                    .filter(|status| ChildStatus::from_code(status.code()).is_none());
                if let (Some(status), Some(Some(id)), false) = (standing, done.made.first(), own) {
                    let step = json!({"standing": standing_code(status), "on": null, "document": ""});
                    self.append(
                        &open,
                        writer,
                        listed.channel.key,
                        ACT,
                        vec![Wish::change(id.clone(), vec![("standing", step)])],
                    )?;
                }
            }
            Ok::<_, LedgerError>(())
        })?;
        let unit = channels::child(&listed.channel)
            .map(name_of)
            .unwrap_or_else(|| open.profile.unit_name());
        Ok(TakenIn {
            new,
            same,
            different,
            unit,
        })
    }
}

fn standing_code(status: Status) -> &'static str {
    match status {
        Status::Suspended => "suspended",
        Status::Transferred => "transferred",
        Status::Withdrawn => "withdrawn",
        _ => "active",
    }
}

/// The document that a listed task comes from.
fn directive(task: &ListedTask, number: &str) -> Wish {
    let mut set = vec![("number", json!(number))];
    if let Ok(parsed) = chidao_domain::number::DocumentNumber::parse(number)
        && let Some(kind) = parsed.document_type()
    {
        set.push(("kind", json!(kind.abbreviation)));
    }
    if let Some(on) = task.document_date.or(task.assigned_on) {
        set.push(("issued_on", json!(on.to_string())));
    }
    if let Some(issuer) = task.issuer.as_deref().or(task.assigner.as_deref()) {
        set.push(("issuer", json!(text::clean(issuer))));
    }
    Wish::make("directive", set)
}

//! Adding and changing tasks.

use crate::api::*;
use crate::home::{App, Open};
use crate::views::Views;
use crate::{AppError, channels, dates, register};
use chidao_domain::ids::{ChannelId, RecordId};
use chidao_domain::records::{self, Form};
use chidao_domain::status::{ChildStatus, Standing};
use chidao_domain::text;
use chidao_ledger::store::append::Wish;
use chidao_ledger::store::cells::{self, CellHeads};
use chidao_ledger::store::{Connection, LedgerError};
use serde_json::{Value, json};

/// Fields that a person may give when a task is added, in the order of the form.
const CREATE_FIELDS: &[&str] = &[
    "code",
    "kind",
    "content",
    "product",
    "assigner",
    "document_number",
    "assigned_on",
    "deadline",
    "deadline_words",
    "field_of_work",
    "priority",
    "lead",
    "coordinating",
    "responsible",
    "follower",
    "note",
    "unit_note",
    "on_province_system",
    "highlighted",
];

/// What a person typed, as the value that a field's form asks for. Empty clears.
pub(crate) fn value_of(field: &records::Field, typed: &str) -> Result<Value, AppError> {
    let bad = || {
        AppError::new("bad_value")
            .with("field", field.name)
            .with("value", typed)
    };
    let line = text::clean(typed);
    if line.is_empty() {
        return Ok(Value::Null);
    }
    let value = match field.form {
        Form::Text(_) if field.detached => json!(text::clean_lines(typed)),
        Form::Text(_) => json!(line),
        Form::Date => json!(dates::required(field.name, &line)?.to_string()),
        Form::Number(..) => json!(line.trim_end_matches('%').trim().parse::<i64>().map_err(|_| bad())?),
        Form::Flag => match text::fold(&line).as_str() {
            "x" | "co" | "true" | "1" | "yes" => json!(true),
            "khong" | "false" | "0" | "no" => json!(false),
            _ => return Err(bad()),
        },
        Form::Word(words) => words
            .iter()
            .find(|word| **word == line)
            .map(|word| json!(word))
            .ok_or_else(bad)?,
        Form::Texts => json!(
            line.split(';')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
        ),
        Form::Person | Form::Persons | Form::Record(_) | Form::Records(_) => return Err(bad()),
        Form::ChildStep | Form::ParentStep | Form::Positions | Form::Cuts => return Err(bad()),
    };
    if !field.form.fits(&value) {
        return Err(match field.form {
            Form::Text(limit) => AppError::new("field_too_long")
                .with("field", field.name)
                .with("limit", limit),
            _ => bad(),
        });
    }
    Ok(value)
}

fn task_field(name: &str) -> Result<&'static records::Field, AppError> {
    records::kind("task")
        .and_then(|kind| kind.field(name))
        .ok_or_else(|| AppError::new("unknown_field").with("field", name))
}

/// Whether words say that a document bears a secrecy mark (DOMAIN 5.4): Mật, Tối mật, Tuyệt mật.
pub(crate) fn bears_secrecy_mark(words: &str) -> bool {
    let spelled = text::clean(words).to_lowercase();
    [
        "(mật)",
        "(tối mật)",
        "(tuyệt mật)",
        "độ mật: mật",
        "tối mật",
        "tuyệt mật",
    ]
    .iter()
    .any(|mark| spelled.contains(mark))
}

/// A task named by id or visible code: its row and identity.
pub(crate) fn find(connection: &Connection, name: &str) -> Result<cells::RecordInfo, AppError> {
    let name = text::clean(name);
    let words = cells::Words::load(connection).map_err(AppError::from)?;
    let unknown = || AppError::new("task_unknown").with("task", &name);
    let row = match name.parse::<RecordId>() {
        Ok(id) if id.kind == "task" => cells::record_row(connection, &words, &id).map_err(AppError::from)?,
        _ => {
            let found = register::by_code(connection, &name).map_err(AppError::from)?;
            if found.len() > 1 {
                return Err(AppError::new("task_ambiguous")
                    .with("task", &name)
                    .with("count", found.len()));
            }
            found.first().copied()
        }
    };
    cells::record_info(connection, &words, row.filter(|row| *row > 0).ok_or_else(unknown)?).map_err(AppError::from)
}

impl App {
    pub(crate) fn task_place(&self, open: &Open, name: &str) -> Result<(cells::RecordInfo, ChannelId), AppError> {
        open.store.read(|connection| {
            let info = find(connection, name)?;
            let channel = Views::new(connection, open)?.channel(info.channel)?.key;
            Ok((info, channel))
        })
    }

    pub(crate) fn do_task_create(&self, request: TaskCreate) -> Result<TaskDetail, AppError> {
        let open = self.opened()?;
        if !request.not_secret {
            return Err(AppError::new("secrecy_undeclared"));
        }
        if request.fields.values().any(|value| bears_secrecy_mark(value)) {
            return Err(AppError::new("secret"));
        }
        if let Some(unknown) = request
            .fields
            .keys()
            .find(|name| !CREATE_FIELDS.contains(&name.as_str()))
        {
            return Err(AppError::new("unknown_field").with("field", unknown));
        }
        let (channel, code) = open.store.read(|connection| {
            let channel = channels::of_unit(connection, &open, &request.unit)?;
            let code = register::next_code(connection, channel.id, "NV").map_err(AppError::from)?;
            Ok::<_, AppError>((channel, code))
        })?;
        let mut set = Vec::new();
        for name in CREATE_FIELDS {
            let typed = request.fields.get(*name).map_or("", String::as_str);
            let value = value_of(task_field(name)?, typed)?;
            match (*name, value) {
                ("code", Value::Null) => set.push(("code", json!(code))),
                ("kind", Value::Null) => set.push(("kind", json!("task"))),
                ("content", Value::Null) => return Err(AppError::new("field_missing").with("field", "content")),
                ("deadline", value) if !value.is_null() => {
                    set.push(("original_deadline", value.clone()));
                    set.push(("deadline", value));
                }
                (_, Value::Null) => {}
                (name, value) => set.push((name, value)),
            }
        }
        if !set.iter().any(|(name, _)| *name == "assigned_on") {
            set.push(("assigned_on", json!(self.today().to_string())));
        }
        let given = request
            .fields
            .get("code")
            .map(|code| text::clean(code))
            .unwrap_or_default();
        if !given.is_empty()
            && !open
                .store
                .read(|c| register::by_code_in(c, channel.id, &given))?
                .is_empty()
        {
            return Err(AppError::new("code_taken").with("code", given));
        }
        let done = self.commit(&open, channel.key, "task.create", vec![Wish::make("task", set)])?;
        let id = done.made[0].as_ref().map(ToString::to_string).unwrap_or_default();
        self.do_task_show(&TaskId { task: id })
    }

    pub(crate) fn do_task_set(&self, request: TaskSet) -> Result<TaskDetail, AppError> {
        let open = self.opened()?;
        let field = task_field(&request.field)?;
        let (info, channel) = self.task_place(&open, &request.task)?;
        let value = match field.form {
            // From the terminal a status is a step like any other.
            Form::ChildStep | Form::ParentStep => {
                let to = Status::from_code(request.value.trim()).ok_or_else(|| {
                    AppError::new("bad_value")
                        .with("field", field.name)
                        .with("value", &request.value)
                })?;
                return self.do_task_step(TaskStep {
                    task: info.id.to_string(),
                    to,
                    on: None,
                    document: String::new(),
                });
            }
            _ => value_of(field, &request.value)?,
        };
        if bears_secrecy_mark(&request.value) {
            return Err(AppError::new("secret"));
        }
        if field.name == "content" && value.is_null() {
            return Err(AppError::new("field_missing").with("field", "content"));
        }
        self.commit(
            &open,
            channel,
            "task.set",
            vec![Wish::change(info.id.clone(), vec![(field.name, value)])],
        )?;
        self.do_task_show(&TaskId {
            task: info.id.to_string(),
        })
    }

    pub(crate) fn do_task_step(&self, request: TaskStep) -> Result<TaskDetail, AppError> {
        let open = self.opened()?;
        let (info, channel) = self.task_place(&open, &request.task)?;
        let today = self.today();
        let on = dates::optional("on", request.on.as_deref())?.unwrap_or(today);
        if on > today {
            return Err(AppError::new("date_ahead").with("field", "on").with("value", on));
        }
        let as_child = ChildStatus::from_code(request.to.code());
        let own = open.store.read(|c| Views::new(c, &open)?.own_side(info.channel))?;
        // The parent's way back to work is to let the task stand again.
        let resumes = own == chidao_domain::authority::Side::Parent && request.to == Status::InProgress;
        let set = match as_child {
            Some(step) if !resumes => ("status", json!({"status": step.code(), "on": on.to_string()})),
            _ => {
                let standing = Standing::from_code(request.to.code()).unwrap_or(Standing::Active);
                let document = text::clean(&request.document);
                if standing != Standing::Active && document.is_empty() {
                    return Err(AppError::new("field_missing").with("field", "document"));
                }
                (
                    "standing",
                    json!({"standing": standing.code(), "on": on.to_string(), "document": document}),
                )
            }
        };
        self.commit(
            &open,
            channel,
            "task.step",
            vec![Wish::change(info.id.clone(), vec![set])],
        )?;
        self.do_task_show(&TaskId {
            task: info.id.to_string(),
        })
    }

    /// Takes back the last change that this person made to a task on this machine: an ordinary change to the values before.
    pub(crate) fn do_task_undo(&self, request: TaskId) -> Result<TaskDetail, AppError> {
        let open = self.opened()?;
        let (info, channel) = self.task_place(&open, &request.task)?;
        let set = open.store.read(|connection| undoable(connection, &open, &info))?;
        let set = set.ok_or_else(|| AppError::new("nothing_to_undo"))?;
        let set = set
            .iter()
            .map(|(field, value)| (field.as_str(), value.clone()))
            .collect();
        self.commit(&open, channel, "task.undo", vec![Wish::change(info.id.clone(), set)])?;
        self.do_task_show(&TaskId {
            task: info.id.to_string(),
        })
    }
}

/// The fields that this person's last change to a task set, with the values they had before; none if there is no such
/// change, if somebody wrote after it, or if it was itself an undoing.
pub(crate) fn undoable(
    connection: &Connection,
    open: &Open,
    info: &cells::RecordInfo,
) -> Result<Option<Vec<(String, Value)>>, LedgerError> {
    let words = cells::Words::load(connection)?;
    let mut feeds = cells::Feeds::default();
    let written = cells::written(connection, &words, info.row)?;
    let Some(last) = written.first() else { return Ok(None) };
    let author = cells::authorship(connection, last.feed, last.n)?;
    let device = feeds.get(connection, last.feed)?.device_key;
    if device != open.profile.device || author.by != open.profile.person || author.act != "task.set" {
        return Ok(None);
    }
    let heads = cells::heads(connection, &words, &mut feeds, info.row)?;
    let mut set = Vec::new();
    for change in written
        .iter()
        .filter(|change| (change.feed, change.n) == (last.feed, last.n))
    {
        let stands = heads
            .get(&change.field)
            .map(|cell: &CellHeads| &cell.0)
            .is_some_and(|heads| heads.len() == 1 && (heads[0].feed, heads[0].n) == (change.feed, change.n));
        if !stands {
            return Ok(None);
        }
        let before = written.iter().find(|older| {
            older.field == change.field && (older.feed, older.n) != (change.feed, change.n) && older.state < 2
        });
        match before {
            None => set.push((change.field.clone(), Value::Null)),
            Some(older) => match &older.value {
                Some(value) => set.push((change.field.clone(), value.clone())),
                None => return Ok(None),
            },
        }
    }
    Ok((!set.is_empty()).then_some(set))
}

use chidao_domain::status::Status;

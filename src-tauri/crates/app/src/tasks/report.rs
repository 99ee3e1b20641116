//! Reporting progress, and judging what was reported.

use crate::api::*;
use crate::home::{App, Open};
use crate::staging::{Place, Staged};
use crate::views::Views;
use crate::{AppError, dates};
use chidao_domain::ids::Hash;
use chidao_domain::text;
use chidao_ledger::store::LedgerError;
use chidao_ledger::store::append::Wish;
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read;

/// Most files of one report or finding.
const FILES_LIMIT: usize = 100;

/// Adds a cleaned text if it is not empty.
pub(crate) fn put_text<'f>(set: &mut Vec<(&'f str, Value)>, field: &'f str, typed: &str) {
    let clean = text::clean_lines(typed);
    if !clean.is_empty() {
        set.push((field, json!(clean)));
    }
}

pub(crate) fn percent(field: &str, value: Option<u8>) -> Result<Option<u8>, AppError> {
    match value {
        Some(value) if value > 100 => Err(AppError::new("bad_value").with("field", field).with("value", value)),
        value => Ok(value),
    }
}

/// A staged file that is about to be attached.
pub(crate) struct Attaching {
    name: String,
    media_type: String,
    pub(crate) hash: Hash,
    size: u64,
}

impl App {
    /// Brings staged files into the store, so that an entry can attach them.
    pub(crate) fn attaching(&self, open: &Open, tokens: &[String]) -> Result<Vec<Attaching>, AppError> {
        if tokens.len() > FILES_LIMIT {
            return Err(AppError::new("too_many_files").with("limit", FILES_LIMIT));
        }
        let mut all = Vec::new();
        for token in tokens {
            let Staged { ready, place } = self.staged(token)?;
            let put = |mut bytes: &mut dyn Read| open.store.write(|writer| writer.put_blob(&[], &mut bytes));
            let hash = match place {
                Place::Blob(hash) => hash,
                Place::Memory(bytes) => put(&mut bytes.as_slice())?.hash,
                Place::Sealed(sealed) => put(&mut sealed.open()?)?.hash,
                Place::File(path) => {
                    let mut file = File::open(path).map_err(|error| {
                        AppError::new("file_unreadable")
                            .with("name", &ready.name)
                            .with("detail", error)
                    })?;
                    put(&mut file)?.hash
                }
            };
            all.push(Attaching {
                name: ready.name,
                media_type: ready.media_type,
                size: ready.size,
                hash,
            });
        }
        Ok(all)
    }

    pub(crate) fn do_report_add(&self, request: ReportAdd) -> Result<TaskDetail, AppError> {
        let open = self.opened()?;
        let (info, channel) = self.task_place(&open, &request.task)?;
        let percent = percent("percent", request.percent)?;
        let done_on = dates::optional("done_on", request.done_on.as_deref())?;
        if done_on.is_some_and(|done_on| done_on > self.today()) {
            return Err(AppError::new("date_ahead").with("field", "done_on"));
        }
        let mut set = vec![("task", json!(info.id.to_string()))];
        if let Some(percent) = percent.or(done_on.map(|_| 100)) {
            set.push(("percent", json!(percent)));
        }
        for (field, typed) in [
            ("percent_words", &request.percent_words),
            ("note", &request.note),
            ("difficulty", &request.difficulty),
            ("product", &request.product),
        ] {
            put_text(&mut set, field, typed);
        }
        if set.len() == 1 && request.files.is_empty() {
            return Err(AppError::new("report_empty"));
        }
        if let Some(done_on) = done_on {
            set.push(("done_on", json!(done_on.to_string())));
        }
        let (follows, status) = open.store.read(|connection| {
            let mut views = Views::new(connection, &open)?;
            let reports = super::detail::current_reports(&mut views, info.row)?;
            Ok::<_, LedgerError>((reports, super::detail::child_status(connection, info.row)?))
        })?;
        set.push((
            "follows",
            json!(follows.iter().map(ToString::to_string).collect::<Vec<_>>()),
        ));
        let files = self.attaching(&open, &request.files)?;
        let mut wishes = vec![Wish::make("report", set)];
        wishes.extend(attachments("@0", &files));
        // A report says what the status is: work goes on, or it is done.
        use chidao_domain::status::ChildStatus;
        let step = match (done_on, status) {
            (Some(done_on), _) => Some((ChildStatus::Completed, done_on)),
            (None, ChildStatus::New | ChildStatus::Received) => Some((ChildStatus::InProgress, self.today())),
            _ => None,
        };
        if let Some((step, on)) = step {
            let value = json!({"status": step.code(), "on": on.to_string()});
            wishes.push(Wish::change(info.id.clone(), vec![("status", value)]));
        }
        self.commit_attaching(&open, channel, "report.add", wishes, &files)?;
        self.do_task_show(&TaskId {
            task: info.id.to_string(),
        })
    }

    pub(crate) fn do_assess(&self, request: Assess) -> Result<TaskDetail, AppError> {
        let open = self.opened()?;
        let (info, channel) = self.task_place(&open, &request.task)?;
        if !request.accepted && text::clean(&request.reason).is_empty() {
            return Err(AppError::new("field_missing").with("field", "reason"));
        }
        let of = open.store.read(|connection| {
            let mut views = Views::new(connection, &open)?;
            super::detail::completion(&mut views, info.row)
        })?;
        if of.is_empty() {
            return Err(AppError::new("not_completed"));
        }
        let mut set = vec![
            ("task", json!(info.id.to_string())),
            ("of", json!(of.iter().map(ToString::to_string).collect::<Vec<_>>())),
            ("verdict", json!(if request.accepted { "accepted" } else { "returned" })),
        ];
        put_text(&mut set, "reason", &request.reason);
        self.commit(&open, channel, "task.assess", vec![Wish::make("assessment", set)])?;
        self.do_task_show(&TaskId {
            task: info.id.to_string(),
        })
    }
}

/// One attachment record for each file, of a record (`@i` for one made by the same entry).
pub(crate) fn attachments(of: &str, files: &[Attaching]) -> Vec<Wish> {
    let make = |file: &Attaching| {
        Wish::make(
            "attachment",
            vec![
                ("of", json!(of)),
                ("name", json!(file.name)),
                ("blob", json!(file.hash.to_string())),
                ("size", json!(file.size)),
                ("media_type", json!(file.media_type)),
            ],
        )
    };
    files.iter().map(make).collect()
}

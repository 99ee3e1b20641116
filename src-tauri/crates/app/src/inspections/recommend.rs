//! Recommendations (kiến nghị): what a unit asks of a higher authority, until answered.

use super::own;
use super::visit::{by_id_or_code, next_code};
use crate::api::*;
use crate::home::{App, name_of};
use crate::views::Views;
use crate::{AppError, channels, dates, register};
use chidao_domain::text;
use chidao_ledger::store::LedgerError;
use chidao_ledger::store::append::Wish;
use chidao_ledger::store::cells::{self, CellHeads, RecordInfo};
use serde_json::json;

/// Most tasks that one recommendation names.
const TASKS_LIMIT: usize = 200;

fn view(views: &mut Views<'_>, info: &RecordInfo) -> Result<Option<Recommendation>, LedgerError> {
    let heads = cells::heads(views.connection, &views.words, &mut views.feeds, info.row)?;
    if heads.get("retracted").and_then(CellHeads::value).is_some() {
        return Ok(None);
    }
    let mut tasks = Vec::new();
    for task in cells::targets(views.connection, &views.words, info.row, "tasks")? {
        let id = cells::record_info(views.connection, &views.words, task)?.id.to_string();
        let heads = cells::heads(views.connection, &views.words, &mut views.feeds, task)?;
        tasks.push(TaskName {
            id,
            code: cells::text(&heads, "code"),
            content: cells::text(&heads, "content"),
        });
    }
    let mut answer = None;
    for record in cells::sources(views.connection, &views.words, info.row, "recommendation")? {
        let heads = cells::heads(views.connection, &views.words, &mut views.feeds, record)?;
        if heads.get("retracted").and_then(CellHeads::value).is_none() {
            answer = Some(heads);
        }
    }
    let text_of = |field: &str| {
        answer
            .as_ref()
            .map(|heads| cells::text(heads, field))
            .unwrap_or_default()
    };
    let taken_up_on = Some(cells::text(&heads, "taken_up_on")).filter(|date| !date.is_empty());
    let state = match (&answer, &taken_up_on) {
        (Some(_), _) => RecommendationState::Answered,
        (None, Some(_)) => RecommendationState::TakenUp,
        (None, None) => RecommendationState::Entered,
    };
    let own_side = views.own_side(info.channel)?;
    let inspection = cells::text(&heads, "inspection");
    Ok(Some(Recommendation {
        id: info.id.to_string(),
        code: cells::text(&heads, "code"),
        unit: channels::child(views.channel(info.channel)?)
            .map(name_of)
            .unwrap_or_else(|| views.open.profile.unit_name()),
        content: cells::text(&heads, "content"),
        addressee: cells::text(&heads, "addressee"),
        tasks,
        // One's own inspections are not shared: to the other side there is none.
        inspection: own::named(views, &inspection)?.map(|_| inspection),
        state,
        taken_up_on,
        answer: text_of("text"),
        answer_document: text_of("document"),
        answered_on: Some(text_of("on")).filter(|date| !date.is_empty()),
        may_answer: own_side == chidao_domain::authority::Side::Parent && answer.is_none(),
        origin: views.made_by(&info.id)?,
    }))
}

/// Recommendations that name a record in a field, newest first.
pub(super) fn naming(views: &mut Views<'_>, target: i64, field: &str) -> Result<Vec<Recommendation>, LedgerError> {
    let mut all = Vec::new();
    for record in cells::sources(views.connection, &views.words, target, field)? {
        let info = cells::record_info(views.connection, &views.words, record)?;
        if info.id.kind == "recommendation" {
            all.extend(view(views, &info)?);
        }
    }
    all.reverse();
    Ok(all)
}

/// Recommendations entered for an inspection, newest first.
pub(super) fn of_inspection(views: &mut Views<'_>, info: &RecordInfo) -> Result<Vec<Recommendation>, LedgerError> {
    if !own::is_own(views, info)? {
        return naming(views, info.row, "inspection");
    }
    let mut all = Vec::new();
    for record in own::recommendations(views, info)? {
        let info = cells::record_info(views.connection, &views.words, record)?;
        all.extend(view(views, &info)?);
    }
    all.reverse();
    Ok(all)
}

/// Recommendations that name a task, newest first.
pub(crate) fn recommendations_of_task(views: &mut Views<'_>, task: i64) -> Result<Vec<Recommendation>, LedgerError> {
    naming(views, task, "tasks")
}

impl App {
    pub(crate) fn do_recommendations(&self, filter: &RecommendationFilter) -> Result<Recommendations, AppError> {
        let open = self.opened()?;
        open.store.read(|connection| {
            let unit = match filter.unit.as_deref() {
                None | Some("") => None,
                Some(unit) => Some(channels::of_unit(connection, &open, unit)?.id),
            };
            let mut views = Views::new(connection, &open).map_err(AppError::from)?;
            let mut rows = Vec::new();
            let all = cells::records_of(connection, &views.words, "recommendation").map_err(AppError::from)?;
            for record in all {
                let info = cells::record_info(connection, &views.words, record).map_err(AppError::from)?;
                if unit.is_some_and(|unit| unit != info.channel) {
                    continue;
                }
                rows.extend(view(&mut views, &info).map_err(AppError::from)?);
            }
            rows.retain(|row| {
                filter
                    .inspection
                    .as_ref()
                    .is_none_or(|id| row.inspection.as_ref() == Some(id))
                    && filter
                        .task
                        .as_ref()
                        .is_none_or(|task| row.tasks.iter().any(|t| t.id == *task || t.code == *task))
                    && !(filter.unanswered && row.state == RecommendationState::Answered)
            });
            rows.reverse();
            Ok(Recommendations { rows })
        })
    }

    pub(crate) fn do_recommendation_add(&self, request: RecommendationAdd) -> Result<Recommendation, AppError> {
        let open = self.opened()?;
        let content = text::clean_lines(&request.content);
        if content.is_empty() {
            return Err(AppError::new("field_missing").with("field", "content"));
        }
        if request.tasks.len() > TASKS_LIMIT {
            return Err(AppError::new("too_many_tasks").with("limit", TASKS_LIMIT));
        }
        let upward = open.profile.upward.ok_or_else(|| AppError::new("no_parent_possible"))?;
        let (code, tasks, inspection) = open.store.read(|connection| {
            let channel = channels::upward(connection, &open.profile).map_err(AppError::from)?;
            let channel = channel.ok_or_else(|| AppError::new("no_parent_possible"))?;
            let mut tasks = Vec::new();
            for task in &request.tasks {
                tasks.push(register::task_in(connection, channel.id, task)?.id.to_string());
            }
            let inspection = match request.inspection.as_deref() {
                None | Some("") => None,
                Some(name) => Some(by_id_or_code(connection, "inspection", name)?.id.to_string()),
            };
            let code = next_code(connection, "recommendation", channel.id, "KN").map_err(AppError::from)?;
            Ok::<_, AppError>((code, tasks, inspection))
        })?;
        let mut set = vec![
            ("code", json!(code)),
            ("content", json!(content)),
            ("tasks", json!(tasks)),
            ("made_on", json!(self.today().to_string())),
        ];
        let addressee = text::clean(&request.addressee);
        if !addressee.is_empty() {
            set.push(("addressee", json!(addressee)));
        }
        if let Some(inspection) = inspection {
            set.push(("inspection", json!(inspection)));
        }
        let done = self.commit(
            &open,
            upward,
            "recommendation.add",
            vec![Wish::make("recommendation", set)],
        )?;
        let id = done.made[0].as_ref().map(ToString::to_string).unwrap_or_default();
        self.one_recommendation(&id)
    }

    fn one_recommendation(&self, id: &str) -> Result<Recommendation, AppError> {
        let open = self.opened()?;
        open.store.read(|connection| {
            let info = by_id_or_code(connection, "recommendation", id)?;
            let mut views = Views::new(connection, &open).map_err(AppError::from)?;
            let shown = view(&mut views, &info).map_err(AppError::from)?;
            shown.ok_or_else(|| {
                AppError::new("record_unknown")
                    .with("kind", "recommendation")
                    .with("name", id)
            })
        })
    }

    pub(crate) fn do_recommendation_answer(&self, request: RecommendationAnswer) -> Result<Recommendation, AppError> {
        let open = self.opened()?;
        let answer = text::clean_lines(&request.answer);
        if answer.is_empty() {
            return Err(AppError::new("field_missing").with("field", "answer"));
        }
        let on = dates::optional("on", request.on.as_deref())?.unwrap_or(self.today());
        let (info, channel) = open.store.read(|connection| {
            let info = by_id_or_code(connection, "recommendation", &request.recommendation)?;
            let views = Views::new(connection, &open).map_err(AppError::from)?;
            let channel = views.channel(info.channel).map_err(AppError::from)?.key;
            Ok::<_, AppError>((info, channel))
        })?;
        let mut set = vec![
            ("recommendation", json!(info.id.to_string())),
            ("text", json!(answer)),
            ("on", json!(on.to_string())),
        ];
        let document = text::clean(&request.document);
        if !document.is_empty() {
            set.push(("document", json!(document)));
        }
        self.commit(&open, channel, "recommendation.answer", vec![Wish::make("answer", set)])?;
        self.one_recommendation(&info.id.to_string())
    }
}

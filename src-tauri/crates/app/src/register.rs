//! The task list and its totals: from the seam's filters to the ledger's, and back.

use crate::api::*;
use crate::channels;
use crate::home::{App, Open, name_of};
use crate::views::moment;
use crate::{AppError, dates};
use chidao_domain::calendar::WorkingCalendar;
use chidao_domain::deadline::{AsOf, DeadlineBase, Deadlines};
use chidao_domain::ids::{Position, RecordId};
use chidao_domain::status::Status;
use chidao_domain::text::{collation_key, person_collation_key};
use chidao_domain::totals::{Base, Fact, SharePart, Totals};
use chidao_ledger::entry::Time;
use chidao_ledger::store::cells::{self, ChannelInfo, RecordInfo};
use chidao_ledger::store::tasks as list;
use chidao_ledger::store::{Connection, LedgerError, exchange};
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap};

/// Most rows of one window.
const PAGE_LIMIT: u32 = 500;
const PAGE_DEFAULT: u32 = 100;

/// How deadlines are read at a date.
fn as_of(date: NaiveDate, due_soon_days: u8, base: DeadlineBase) -> AsOf<'static> {
    let calendar = WorkingCalendar::vietnam();
    AsOf {
        date,
        base,
        due_soon_working_days: u32::from(due_soon_days),
        calendar,
    }
}

/// A code so that NV2 comes before NV10.
pub(crate) fn code_key(code: &str) -> Vec<u8> {
    list::code_key(code)
}

/// Rows whose visible code this is.
pub(crate) fn by_code(connection: &Connection, code: &str) -> Result<Vec<i64>, LedgerError> {
    Ok(list::by_code(connection, code)?
        .into_iter()
        .map(|(record, _)| record)
        .collect())
}

/// The same in one channel.
pub(crate) fn by_code_in(connection: &Connection, channel: i64, code: &str) -> Result<Vec<i64>, LedgerError> {
    let found = list::by_code(connection, code)?;
    Ok(found
        .into_iter()
        .filter(|(_, place)| *place == channel)
        .map(|(record, _)| record)
        .collect())
}

/// A task of one channel, named by id or visible code.
pub(crate) fn task_in(connection: &Connection, channel: i64, name: &str) -> Result<RecordInfo, AppError> {
    let name = chidao_domain::text::clean(name);
    let unknown = || AppError::new("task_unknown").with("task", &name);
    let words = cells::Words::load(connection).map_err(AppError::from)?;
    let row = match name.parse::<RecordId>() {
        Ok(id) => cells::record_row(connection, &words, &id).map_err(AppError::from)?,
        Err(_) => by_code_in(connection, channel, &name)
            .map_err(AppError::from)?
            .first()
            .copied(),
    };
    let info = cells::record_info(connection, &words, row.ok_or_else(unknown)?).map_err(AppError::from)?;
    if info.channel == channel && info.id.kind == "task" {
        Ok(info)
    } else {
        Err(unknown())
    }
}

/// A task as taking in compares it.
pub(crate) struct Identity {
    pub record: i64,
    pub code: String,
    pub document_number: String,
    pub content: String,
}

/// What tells the tasks of a channel apart.
pub(crate) fn identities(connection: &Connection, channel: i64) -> Result<Vec<Identity>, LedgerError> {
    let all = list::identities(connection, channel)?.into_iter();
    Ok(all
        .map(|(record, code, document_number, content)| Identity {
            record,
            code,
            document_number,
            content,
        })
        .collect())
}

/// The next free number behind a prefix.
pub(crate) fn next_number(connection: &Connection, channel: i64, prefix: &str) -> Result<u64, LedgerError> {
    list::next_number(connection, channel, prefix)
}

/// The next free code.
pub(crate) fn next_code(connection: &Connection, channel: i64, prefix: &str) -> Result<String, LedgerError> {
    Ok(format!("{prefix}{:02}", next_number(connection, channel, prefix)?))
}

/// What one query remembers while it makes rows.
struct Rows<'a> {
    connection: &'a Connection,
    open: &'a Open,
    words: cells::Words,
    feeds: cells::Feeds,
    units: HashMap<i64, (UnitName, Option<chidao_domain::ids::UnitId>)>,
    at: AsOf<'a>,
    acknowledged: HashMap<i64, Option<u64>>,
}

impl<'a> Rows<'a> {
    fn new(connection: &'a Connection, open: &'a Open, at: AsOf<'a>) -> Result<Rows<'a>, LedgerError> {
        let mut units = HashMap::new();
        for channel in channels::pairs(connection)? {
            let child = channels::child(&channel)
                .map(name_of)
                .unwrap_or_else(|| open.profile.unit_name());
            let other = channels::other(&channel, open.profile.unit()).map(|(_, party)| party.unit);
            units.insert(channel.id, (child, other));
        }
        Ok(Rows {
            connection,
            open,
            words: cells::Words::load(connection)?,
            feeds: cells::Feeds::default(),
            units,
            at,
            acknowledged: HashMap::new(),
        })
    }

    /// Whether the other side has everything that stands in a task and was written here.
    fn confirmed(&mut self, row: &list::Row) -> Result<bool, LedgerError> {
        let other = self.units.get(&row.channel).and_then(|(_, other)| *other);
        for &(feed, n) in &row.ends {
            if self.feeds.get(self.connection, feed)?.unit != self.open.profile.unit() {
                continue;
            }
            let known = match self.acknowledged.get(&feed) {
                Some(known) => *known,
                None => {
                    let known = match other {
                        Some(unit) => exchange::acknowledged_by_all(self.connection, unit, feed)?,
                        None => None,
                    };
                    self.acknowledged.insert(feed, known);
                    known
                }
            };
            if known.is_none_or(|known| known < n) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn id(&mut self, row: &list::Row) -> Result<RecordId, LedgerError> {
        let Some(list::Made { feed, n, k }) = row.made else {
            return Ok(cells::record_info(self.connection, &self.words, row.record)?.id);
        };
        let feed = self.feeds.get(self.connection, feed)?.key;
        Ok(RecordId::made("task", Position { feed, n, k }))
    }

    fn row(&mut self, row: list::Row) -> Result<TaskRow, LedgerError> {
        let id = self.id(&row)?;
        let confirmed = self.confirmed(&row)?;
        let deadlines = Deadlines {
            original: row.original_deadline,
            current: row.deadline,
        };
        let class = self.at.class(row.status, row.completed_on, deadlines);
        let (unit, _) = self
            .units
            .get(&row.channel)
            .cloned()
            .unwrap_or_else(|| (self.open.profile.unit_name(), None));
        let open_until = deadlines.by(self.at.base).filter(|_| !class.is_done());
        let days_over = open_until.and_then(|deadline| i32::try_from((self.at.date - deadline).num_days()).ok());
        let working_days_left = open_until
            .filter(|deadline| *deadline >= self.at.date)
            .and_then(|deadline| u32::try_from(self.at.calendar.working_days_between(self.at.date, deadline)).ok());
        let date = |date: Option<NaiveDate>| date.map(|date| date.to_string());
        Ok(TaskRow {
            id: id.to_string(),
            kind: serde_json::from_value(row.kind.as_str().into()).unwrap_or(TaskKind::Task),
            content: row.content,
            unit: unit.id,
            unit_name: unit.name,
            assigner: row.assigner,
            document_number: row.document_number,
            lead: row.lead,
            responsible: row.responsible,
            assigned_on: date(row.assigned_on),
            original_deadline: date(row.original_deadline),
            deadline: date(row.deadline),
            completed_on: date(row.completed_on),
            status: row.status,
            class,
            days_over,
            working_days_left,
            percent: row.percent,
            percent_words: row.percent_words,
            reported_at: row.reported.map(|t| moment(Time(t, 0))),
            updated_at: moment(Time(row.updated, 0)),
            on_province_system: row.on_province_system,
            attachments: row.attachments,
            conflicts: row.conflicts,
            several_reports: row.several_reports,
            confirmed,
            code: row.code,
        })
    }
}

/// One task's row as of a date.
pub(crate) fn row(
    connection: &Connection,
    open: &Open,
    record: i64,
    date: NaiveDate,
    due_soon_days: u8,
) -> Result<TaskRow, LedgerError> {
    let found = list::row(connection, record)?.ok_or_else(|| LedgerError::NotFound("task".into()))?;
    Rows::new(connection, open, as_of(date, due_soon_days, DeadlineBase::Current))?.row(found)
}

/// The deadline by which a filter judges.
fn base(asked: &TaskFilter) -> DeadlineBase {
    if asked.original_deadline {
        DeadlineBase::Original
    } else {
        DeadlineBase::Current
    }
}

fn filter(
    connection: &Connection,
    open: &Open,
    asked: &TaskFilter,
    today: NaiveDate,
    due_soon_days: u8,
) -> Result<list::Filter, AppError> {
    let date = dates::optional("as_of", asked.as_of.as_deref())?.unwrap_or(today);
    let mut rows = Vec::new();
    for unit in &asked.units {
        rows.push(channels::of_unit(connection, open, unit)?.id);
    }
    let mut only = Vec::new();
    for task in &asked.only {
        only.push(crate::tasks::find(connection, task)?.row);
    }
    let kinds = asked
        .kinds
        .iter()
        .filter_map(|kind| serde_json::to_value(kind).ok()?.as_str().map(str::to_owned));
    Ok(list::Filter {
        statuses: asked.statuses.clone(),
        classes: asked.classes.clone(),
        channels: rows,
        leads: asked.leads.clone(),
        kinds: kinds.collect(),
        assigners: asked.assigners.clone(),
        fields: asked.fields.clone(),
        responsible: asked.responsible.clone(),
        on_province_system: asked.on_province_system,
        assigned_from: dates::optional("assigned_from", asked.assigned_from.as_deref())?,
        assigned_to: dates::optional("assigned_to", asked.assigned_to.as_deref())?,
        as_of: date,
        due_soon_until: as_of(date, due_soon_days, base(asked)).due_soon_until(),
        done: asked.done,
        extended: asked.extended,
        search: asked.search.clone(),
        only,
        original_deadline: asked.original_deadline,
    })
}

fn sort(asked: TaskSort) -> list::Sort {
    match asked {
        TaskSort::Code => list::Sort::Code,
        TaskSort::Deadline => list::Sort::Deadline,
        TaskSort::AssignedOn => list::Sort::AssignedOn,
        TaskSort::Content => list::Sort::Content,
        TaskSort::Lead => list::Sort::Lead,
        TaskSort::Status => list::Sort::Status,
        TaskSort::Percent => list::Sort::Percent,
        TaskSort::Updated => list::Sort::Updated,
    }
}

/// Totals of groups of tasks that are alike.
fn totals_of(groups: &[list::Group]) -> Result<Totals, AppError> {
    let facts = groups.iter().map(|group| Fact {
        status: group.status,
        class: group.class,
        early: group.early,
        extended: group.extended,
        kind: group.kind,
        assigner: "",
        field: "",
        lead: "",
        coordinating: &[],
        count: group.count,
    });
    Totals::of(facts).map_err(|error| AppError::internal("totals", &error))
}

fn totals_row(name: String, key: String, totals: &Totals) -> TotalsRow {
    let official = &totals.official;
    let part = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let rate = |base, share| {
        official
            .percent(base, share)
            .map(|percent| percent.to_string())
            .unwrap_or_default()
    };
    TotalsRow {
        name,
        key,
        total: part(official.total),
        done: part(official.done),
        done_on_time: part(official.done_on_time),
        done_late: part(official.done_late),
        done_without_deadline: part(official.done_without_deadline),
        open: part(official.open),
        open_in_time: part(official.open_in_time),
        open_due_soon: part(official.open_due_soon),
        open_overdue: part(official.open_overdue),
        open_without_deadline: part(official.open_without_deadline),
        not_started: part(totals.not_started),
        under_way: part(totals.under_way),
        suspended: part(totals.suspended),
        excluded: part(totals.excluded()),
        extended: part(totals.extended),
        rate_done: rate(Base::All, SharePart::Done),
        rate_done_of_due: rate(Base::CameDue, SharePart::Done),
        rate_overdue_of_due: rate(Base::CameDue, SharePart::Overdue),
        rate_on_time_of_done: rate(Base::Done, SharePart::OnTime),
    }
}

/// The control totals that go with a bundle: what both sides must count alike at a date.
pub(crate) fn control_totals(
    connection: &Connection,
    channel: &ChannelInfo,
    date: NaiveDate,
) -> Result<BTreeMap<String, i64>, LedgerError> {
    // Judged by the shipped calendar and threshold, never by this machine's settings: both sides count alike.
    let at = AsOf::new(date, WorkingCalendar::vietnam());
    let filter = list::Filter {
        channels: vec![channel.id],
        as_of: date,
        due_soon_until: at.due_soon_until(),
        ..Default::default()
    };
    let groups = list::grouped(connection, &filter, list::GroupBy::All)?;
    let totals = totals_of(&groups).map_err(|error| LedgerError::Inconsistent(error.to_string()))?;
    let row = totals_row(String::new(), String::new(), &totals);
    let words = cells::Words::load(connection)?;
    let mut recommendations = 0;
    for record in cells::records_of(connection, &words, "recommendation")? {
        recommendations += i64::from(cells::record_info(connection, &words, record)?.channel == channel.id);
    }
    let counts = [
        ("tasks", row.total),
        ("done", row.done),
        ("done_on_time", row.done_on_time),
        ("done_late", row.done_late),
        ("open", row.open),
        ("open_in_time", row.open_in_time),
        ("open_overdue", row.open_overdue),
        ("open_without_deadline", row.open_without_deadline),
        ("not_started", row.not_started),
        ("under_way", row.under_way),
    ];
    let mut all: BTreeMap<String, i64> = counts
        .into_iter()
        .map(|(name, n)| (name.to_owned(), i64::from(n)))
        .collect();
    all.insert("recommendations".into(), recommendations);
    Ok(all)
}

impl App {
    pub(crate) fn do_tasks_page(&self, request: &TasksPage) -> Result<TaskRows, AppError> {
        let (open, settings) = self.both()?;
        let today = self.today();
        let limit = if request.limit == 0 {
            PAGE_DEFAULT
        } else {
            request.limit.min(PAGE_LIMIT)
        };
        open.store.read(|connection| {
            let filter = filter(connection, &open, &request.filter, today, settings.due_soon_days)?;
            let at = as_of(filter.as_of, settings.due_soon_days, base(&request.filter));
            let ask = list::Ask {
                filter: &filter,
                sort: sort(request.sort),
                descending: request.descending,
                offset: if request.after.is_some() {
                    0
                } else {
                    request.offset.into()
                },
                limit: limit.into(),
                after: request.after.as_deref(),
            };
            let page = list::window(connection, &ask).map_err(|error| match error {
                LedgerError::NotFound(what) if what == "cursor" => AppError::new("bad_cursor"),
                error => AppError::from(error),
            })?;
            let mut views = Rows::new(connection, &open, at).map_err(AppError::from)?;
            let mut rows = Vec::with_capacity(page.rows.len());
            for row in page.rows {
                rows.push(views.row(row).map_err(AppError::from)?);
            }
            Ok(TaskRows {
                rows,
                next: page.next,
                as_of: filter.as_of.to_string(),
            })
        })
    }

    pub(crate) fn do_tasks_count(&self, request: &TaskFilter) -> Result<Count, AppError> {
        let (open, settings) = self.both()?;
        let today = self.today();
        open.store.read(|connection| {
            let filter = filter(connection, &open, request, today, settings.due_soon_days)?;
            let count = list::count(connection, &filter).map_err(AppError::from)?;
            Ok(Count {
                count: u32::try_from(count).unwrap_or(u32::MAX),
            })
        })
    }

    pub(crate) fn do_task_choices(&self) -> Result<TaskChoices, AppError> {
        let open = self.opened()?;
        Ok(open.store.read(|connection| {
            let sorted = |column, key: fn(&str) -> Vec<u8>| -> Result<Vec<String>, LedgerError> {
                let mut all = list::choices(connection, column)?;
                all.sort_by_cached_key(|text| key(text));
                Ok(all)
            };
            let mut units = Vec::new();
            for channel in channels::pairs(connection)? {
                if !list::leads(connection, channel.id)?.is_empty() {
                    units.extend(channels::child(&channel).map(name_of));
                }
            }
            units.sort_by_cached_key(|unit| collation_key(&unit.name));
            Ok::<_, LedgerError>(TaskChoices {
                assigners: sorted(list::Column::Assigner, collation_key)?,
                leads: sorted(list::Column::Lead, collation_key)?,
                fields: sorted(list::Column::Field, collation_key)?,
                responsible: sorted(list::Column::Responsible, person_collation_key)?,
                units,
            })
        })?)
    }

    pub(crate) fn do_totals(&self, request: &TotalsAsk) -> Result<TotalsAnswer, AppError> {
        let (open, settings) = self.both()?;
        let today = self.today();
        open.store.read(|connection| {
            let mut asked = request.filter.clone();
            asked.original_deadline |= request.original_deadline;
            let filter = filter(connection, &open, &asked, today, settings.due_soon_days)?;
            let all = list::grouped(connection, &filter, list::GroupBy::All).map_err(AppError::from)?;
            let totals = totals_of(&all)?;
            let group_by = request.by.map(|by| match by {
                TotalsBy::Unit if open.profile.edition == Edition::Province => list::GroupBy::Channel,
                TotalsBy::Unit | TotalsBy::Lead => list::GroupBy::Lead,
                TotalsBy::Kind => list::GroupBy::Kind,
                TotalsBy::Field => list::GroupBy::Field,
                TotalsBy::Assigner => list::GroupBy::Assigner,
            });
            let mut groups = Vec::new();
            if let Some(by) = group_by {
                let mut keyed: BTreeMap<String, Vec<list::Group>> = BTreeMap::new();
                for group in list::grouped(connection, &filter, by).map_err(AppError::from)? {
                    keyed.entry(group.key.clone()).or_default().push(group);
                }
                let pairs = channels::pairs(connection).map_err(AppError::from)?;
                for (key, members) in keyed {
                    let (name, key) = match by {
                        list::GroupBy::Channel => {
                            let channel = pairs.iter().find(|channel| channel.id.to_string() == key);
                            let unit = channel.and_then(channels::child).map(name_of);
                            unit.map_or((key.clone(), key), |unit| (unit.name, unit.id))
                        }
                        _ => (key.clone(), key),
                    };
                    groups.push(totals_row(name, key, &totals_of(&members)?));
                }
                groups.sort_by_cached_key(|row| collation_key(&row.name));
            }
            let row = totals_row(String::new(), String::new(), &totals);
            assert!(
                group_by.is_none() || groups.iter().map(|group| group.total).sum::<u32>() == row.total,
                "every task is in exactly one group"
            );
            let mut statuses: BTreeMap<String, u32> = BTreeMap::new();
            for group in &all {
                // A completion after the date was work under way then.
                let status = match group.status {
                    Status::Completed if !group.class.is_done() => Status::InProgress,
                    status => status,
                };
                *statuses.entry(status.code().to_owned()).or_default() += group.count;
            }
            let counted = |group: &&list::Group| !matches!(group.status, Status::Transferred | Status::Withdrawn);
            let on_system = all
                .iter()
                .filter(counted)
                .filter(|group| group.on_province_system)
                .map(|group| group.count)
                .sum();
            let ad_hoc = all
                .iter()
                .filter(counted)
                .filter(|group| group.kind == "ad_hoc")
                .map(|group| group.count)
                .sum();
            asked.as_of = Some(filter.as_of.to_string());
            Ok(TotalsAnswer {
                as_of: filter.as_of.to_string(),
                all: row,
                groups,
                statuses,
                on_province_system: on_system,
                ad_hoc,
                filter: asked,
            })
        })
    }
}

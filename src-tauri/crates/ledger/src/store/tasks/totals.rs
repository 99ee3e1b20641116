//! What totals count: tasks alike, counted together. And the names that filters can choose from.

use super::super::Result;
use super::columns::{self, Selection, four, places};
use super::labels::{self, Of};
use super::row::Kind;
use super::select::{Filter, select, status};
use chidao_domain::deadline::DeadlineClass;
use chidao_domain::status::{CountedAs, Status};
use rusqlite::Connection;
use std::collections::HashMap;

/// By what tasks are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// All together.
    All,
    /// Channel, as its row: at the province, the unit.
    Channel,
    /// Lead office.
    Lead,
    /// Kind.
    Kind,
    /// Field of work.
    Field,
    /// Assigner.
    Assigner,
}

/// Tasks alike in all that totals ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The group: a name, a kind's word, the row of a channel; empty for tasks without a name.
    pub key: String,
    /// Status at the date judged: a later completion is work under way.
    pub status: Status,
    /// Class at the date.
    pub class: DeadlineClass,
    /// Done before the deadline day.
    pub early: bool,
    /// The current deadline differs from the original.
    pub extended: bool,
    /// On the province's system.
    pub on_province_system: bool,
    /// Kind, by its word.
    pub kind: &'static str,
    /// How many.
    pub count: u32,
}

const STATUSES: usize = Status::ALL.len();
const CLASSES: usize = DeadlineClass::ALL.len();
/// One counter for each status, class, early, extended, kind and system.
const COUNTERS: usize = STATUSES * CLASSES * 2 * 2 * Kind::ALL.len() * 2;

/// The tasks that a filter lets through, counted by what totals need to know of them.
pub fn grouped(connection: &Connection, filter: &Filter, by: GroupBy) -> Result<Vec<Group>> {
    let tasks = select(connection, filter)?.proved(connection)?;
    let days = filter.days();
    let grouping = match by {
        GroupBy::All | GroupBy::Kind => None,
        GroupBy::Channel => Some(columns::Column::Channel),
        GroupBy::Lead => Some(columns::Column::Lead),
        GroupBy::Field => Some(columns::Column::FieldOfWork),
        GroupBy::Assigner => Some(columns::Column::Assigner),
    };
    let mut groups: HashMap<u32, Vec<u32>> = HashMap::new();
    let which = [
        columns::Column::State,
        columns::Column::CompletedOn,
        columns::Column::OriginalDeadline,
        columns::Column::Deadline,
        // Without grouping, any column serves.
        grouping.unwrap_or(columns::Column::Channel),
    ];
    let used: Vec<usize> = tasks.used().collect();
    columns::sweep(
        connection,
        which,
        &used,
        |chunk, [state, completed, original, current, group]| {
            let judged = if filter.original_deadline { original } else { current };
            for at in places(tasks.bits(chunk)) {
                let (status, completed, deadline) = (status(state, at), four(completed, at), four(judged, at));
                let class = days.class(status, completed, deadline);
                let early = class == DeadlineClass::DoneOnTime && completed < deadline;
                let extended = four(original, at) != four(current, at);
                let state = state.get(at).copied().unwrap_or(0);
                let kind = usize::from(state >> columns::KIND & 0b11);
                let on_system = state & columns::ON_PROVINCE_SYSTEM != 0;
                let mut counter = days.status(status, completed) as usize;
                counter = counter * CLASSES + class as usize;
                counter = counter * 2 + usize::from(early);
                counter = counter * 2 + usize::from(extended);
                counter = counter * Kind::ALL.len() + kind;
                counter = counter * 2 + usize::from(on_system);
                let group = match by {
                    GroupBy::All => 0,
                    GroupBy::Kind => kind as u32,
                    _ => four(group, at),
                };
                groups.entry(group).or_insert_with(|| vec![0; COUNTERS])[counter] += 1;
            }
            Ok(())
        },
    )?;
    let names = names(connection, by)?;
    let mut all = Vec::new();
    for (number, counters) in groups {
        let key = match by {
            GroupBy::All => String::new(),
            GroupBy::Channel => number.to_string(),
            GroupBy::Kind => Kind::ALL[number as usize % Kind::ALL.len()].as_str().to_owned(),
            _ => names.get(&number).cloned().unwrap_or_default(),
        };
        let counted = counters.into_iter().enumerate().filter(|(_, count)| *count > 0);
        all.extend(counted.map(|(counter, count)| group_of(key.clone(), counter, count)));
    }
    all.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(all)
}

/// What a counter counts: its number read digit by digit, the last first.
fn group_of(key: String, mut counter: usize, count: u32) -> Group {
    let mut digit = |base: usize| {
        let digit = counter % base;
        counter /= base;
        digit
    };
    let on_province_system = digit(2) == 1;
    let kind = Kind::ALL[digit(Kind::ALL.len())].as_str();
    let extended = digit(2) == 1;
    let early = digit(2) == 1;
    let class = DeadlineClass::ALL[digit(CLASSES)];
    Group {
        key,
        status: Status::ALL[digit(STATUSES)],
        class,
        early,
        extended,
        on_province_system,
        kind,
        count,
    }
}

fn names(connection: &Connection, by: GroupBy) -> Result<HashMap<u32, String>> {
    let of = match by {
        GroupBy::Lead => Of::Lead,
        GroupBy::Field => Of::FieldOfWork,
        GroupBy::Assigner => Of::Assigner,
        _ => return Ok(HashMap::new()),
    };
    let labels = labels::all(connection, of)?;
    Ok(labels.into_iter().map(|label| (label.id, label.text)).collect())
}

/// Names that filters can choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Assigners.
    Assigner,
    /// Lead offices.
    Lead,
    /// Fields of work.
    Field,
    /// Responsible persons.
    Responsible,
}

fn by_state(connection: &Connection, bit: u8) -> Result<Selection> {
    let mut tasks = Selection::all(columns::slots(connection)?);
    tasks.keep(connection, [columns::Column::State], |[state], at| {
        state.get(at).is_some_and(|state| state & bit != 0)
    })?;
    Ok(tasks)
}

/// How many of the selected tasks bear each number of a column.
fn numbers(connection: &Connection, tasks: &Selection, column: columns::Column) -> Result<Vec<u32>> {
    let mut counts: Vec<u32> = Vec::new();
    let used: Vec<usize> = tasks.used().collect();
    columns::sweep(connection, [column], &used, |chunk, [bytes]| {
        for at in places(tasks.bits(chunk)) {
            let number = four(bytes, at) as usize;
            if counts.len() <= number {
                counts.resize(number + 1, 0);
            }
            counts[number] += 1;
        }
        Ok(())
    })?;
    Ok(counts)
}

/// The names that tasks in the register bear, in the Vietnamese order; persons by given name.
pub fn choices(connection: &Connection, column: Column) -> Result<Vec<String>> {
    let of = match column {
        Column::Assigner => Of::Assigner,
        Column::Lead => Of::Lead,
        Column::Field => Of::FieldOfWork,
        Column::Responsible => Of::Responsible,
    };
    let tasks = by_state(connection, columns::LISTED)?;
    let used = numbers(connection, &tasks, of.column())?;
    let labels = labels::all(connection, of)?.into_iter();
    let in_use = labels.filter(|label| used.get(label.id as usize).is_some_and(|count| *count > 0));
    Ok(in_use.map(|label| label.text).collect())
}

/// The lead offices of a channel in the Vietnamese order, with the number of their tasks; an empty name stands for tasks
/// without one. Transferred and withdrawn tasks are left out.
pub fn leads(connection: &Connection, channel: i64) -> Result<Vec<(String, u32)>> {
    let mut tasks = by_state(connection, columns::LISTED)?;
    tasks.keep(
        connection,
        [columns::Column::State, columns::Column::Channel],
        |[state, channels], at| {
            status(state, at).counted_as() != CountedAs::Excluded && i64::from(four(channels, at)) == channel
        },
    )?;
    let counts = numbers(connection, &tasks, columns::Column::Lead)?;
    let count = |id: u32| counts.get(id as usize).copied().unwrap_or(0);
    let labels = labels::all(connection, Of::Lead)?.into_iter();
    let counted = labels.map(|label| (label.text, count(label.id)));
    let unnamed = std::iter::once((String::new(), count(labels::NONE)));
    Ok(unnamed.chain(counted).filter(|(_, count)| *count > 0).collect())
}

/// How many tasks were deleted.
pub fn deleted(connection: &Connection) -> Result<u32> {
    Ok(by_state(connection, columns::DELETED)?.count())
}

//! Which tasks a filter lets through.

use super::super::{LedgerError, Result};
use super::columns::{self, Column, Selection, four};
use super::index::{Index, WORD_LETTERS};
use super::labels::{self, Of};
use super::row::{Kind, Row};
use chidao_domain::deadline::DeadlineClass;
use chidao_domain::status::{CountedAs, Status};
use chidao_domain::text::{self, Query};
use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension};

/// The same as numbers of a column. The formula is that of `domain::deadline`.
#[derive(Clone, Copy)]
pub(super) struct Days {
    as_of: u32,
    due_soon_until: u32,
}

impl Days {
    pub(super) fn done(self, status: Status, completed_on: u32) -> bool {
        status == Status::Completed && completed_on != columns::NO_DAY && completed_on <= self.as_of
    }

    pub(super) fn status(self, status: Status, completed_on: u32) -> Status {
        if status == Status::Completed && !self.done(status, completed_on) {
            Status::InProgress
        } else {
            status
        }
    }

    pub(super) fn class(self, status: Status, completed_on: u32, deadline: u32) -> DeadlineClass {
        match (self.done(status, completed_on), deadline) {
            (true, columns::NO_DAY) => DeadlineClass::DoneWithoutDeadline,
            (true, deadline) if completed_on <= deadline => DeadlineClass::DoneOnTime,
            (true, _) => DeadlineClass::DoneLate,
            (false, columns::NO_DAY) => DeadlineClass::OpenWithoutDeadline,
            (false, deadline) if self.as_of > deadline => DeadlineClass::OpenOverdue,
            (false, deadline) if deadline <= self.due_soon_until => DeadlineClass::OpenDueSoon,
            (false, _) => DeadlineClass::OpenInTime,
        }
    }
}

/// What is in the list. Empty parts do not restrict. Deleted tasks are never in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Statuses at `as_of`: a completion that is later, or has no date, was work under way.
    pub statuses: Vec<Status>,
    /// Deadline classes at `as_of`. Transferred and withdrawn tasks have one too; `done` leaves them out.
    pub classes: Vec<DeadlineClass>,
    /// Rows of channels.
    pub channels: Vec<i64>,
    /// Lead offices by name; an empty name finds tasks without one. So with the other names.
    pub leads: Vec<String>,
    /// Kinds, by their words.
    pub kinds: Vec<String>,
    /// Assigners by name.
    pub assigners: Vec<String>,
    /// Fields of work by name.
    pub fields: Vec<String>,
    /// Responsible persons by name.
    pub responsible: Vec<String>,
    /// On the province's system, or not.
    pub on_province_system: Option<bool>,
    /// Assigned on or after.
    pub assigned_from: Option<NaiveDate>,
    /// Assigned on or before.
    pub assigned_to: Option<NaiveDate>,
    /// The date at which statuses and deadlines are judged.
    pub as_of: NaiveDate,
    /// The last deadline that counts as due soon at that date (`AsOf::due_soon_until`).
    pub due_soon_until: NaiveDate,
    /// Counted in totals as done at `as_of` (true) or as open (false); what totals leave out is neither.
    pub done: Option<bool>,
    /// The current deadline is another than the original, or is not.
    pub extended: Option<bool>,
    /// Words, with or without diacritics.
    pub search: String,
    /// Records: only these.
    pub only: Vec<i64>,
    /// Judge by the original deadline.
    pub original_deadline: bool,
}

impl Filter {
    /// The status of a row at `as_of`.
    pub fn status(&self, row: &Row) -> Status {
        self.days().status(row.status, columns::day(row.completed_on))
    }

    /// The class of a row at `as_of`.
    pub fn class(&self, row: &Row) -> DeadlineClass {
        let deadline = if self.original_deadline {
            row.original_deadline
        } else {
            row.deadline
        };
        self.days()
            .class(row.status, columns::day(row.completed_on), columns::day(deadline))
    }

    pub(super) fn days(&self) -> Days {
        Days {
            as_of: columns::day(Some(self.as_of)),
            due_soon_until: columns::day(Some(self.due_soon_until)),
        }
    }

    /// The deadline that counts.
    pub(super) fn deadline(&self) -> Column {
        if self.original_deadline {
            Column::OriginalDeadline
        } else {
            Column::Deadline
        }
    }
}

/// What a filter let through.
pub(super) struct Selected {
    pub(super) tasks: Selection,
    /// Asked of each task's text before it is shown or counted: the words stand there, but perhaps not together.
    pub(super) unproved: Option<Query>,
}

impl Selected {
    /// Whether a task is what was searched.
    pub(super) fn proves(&self, row: &Row) -> bool {
        self.unproved
            .as_ref()
            .is_none_or(|query| answers(query, &row.searched()))
    }

    /// Asks every task that is not proved.
    pub(super) fn proved(mut self, connection: &Connection) -> Result<Selection> {
        if self.unproved.is_some() {
            let wrong: Vec<u32> = self
                .tasks
                .iter()
                .filter_map(|slot| match Row::at(connection, slot) {
                    Ok(Some(row)) if self.proves(&row) => None,
                    Ok(_) => Some(Ok(slot)),
                    Err(error) => Some(Err(error)),
                })
                .collect::<Result<_>>()?;
            for slot in wrong {
                self.tasks.remove(slot);
            }
        }
        Ok(self.tasks)
    }
}

fn answers(query: &Query, text: &str) -> bool {
    // Spelling decides the rank only.
    let folded = text::fold(text);
    query.matches(&folded, &folded).is_some()
}

fn status_of(state: u8) -> Status {
    Status::ALL
        .get(usize::from(state & columns::STATUS))
        .copied()
        .unwrap_or(Status::New)
}

/// The status in a byte of [`Column::State`].
pub(super) fn status(state: &[u8], at: usize) -> Status {
    state.get(at).copied().map_or(Status::New, status_of)
}

/// Selects the tasks that a filter lets through.
pub(super) fn select(connection: &Connection, filter: &Filter) -> Result<Selected> {
    let slots = columns::slots(connection)?;
    let mut tasks = Selection::all(slots);
    if !filter.only.is_empty() {
        let mut named = Selection::none(slots);
        for record in &filter.only {
            let slot = connection
                .prepare_cached("SELECT slot FROM task WHERE record = ?1")?
                .query_row([record], |row| row.get(0))
                .optional()?;
            if let Some(slot) = slot {
                named.add(slot);
            }
        }
        tasks = named;
    }
    let unproved = search(connection, slots, &filter.search, &mut tasks)?;
    by_state(connection, filter, &mut tasks)?;
    for (of, names) in [
        (Of::Lead, &filter.leads),
        (Of::Assigner, &filter.assigners),
        (Of::FieldOfWork, &filter.fields),
        (Of::Responsible, &filter.responsible),
    ] {
        if names.is_empty() {
            continue;
        }
        let mut wanted = Vec::new();
        for name in names {
            wanted.extend(labels::find(connection, of, name)?);
        }
        by_number(connection, of.column(), wanted, &mut tasks)?;
    }
    if !filter.channels.is_empty() {
        let wanted = filter
            .channels
            .iter()
            .filter_map(|channel| u32::try_from(*channel).ok())
            .collect();
        by_number(connection, Column::Channel, wanted, &mut tasks)?;
    }
    if filter.assigned_from.is_some() || filter.assigned_to.is_some() {
        let from = filter.assigned_from.map_or(0, |date| columns::day(Some(date)));
        let to = filter
            .assigned_to
            .map_or(columns::NO_DAY - 1, |date| columns::day(Some(date)));
        tasks.keep(connection, [Column::AssignedOn], |[on], at| {
            (from..=to).contains(&four(on, at))
        })?;
    }
    by_date(connection, filter, &mut tasks)?;
    Ok(Selected { tasks, unproved })
}

fn search(connection: &Connection, slots: u32, text: &str, tasks: &mut Selection) -> Result<Option<Query>> {
    let query = Query::parse(text);
    let Some((last, whole)) = query.terms().split_last() else {
        return Ok(None);
    };
    let mut index = Index::new(connection, slots)?;
    let mut proved = true;
    let whole = whole.iter().flat_map(|term| &term.syllables);
    let (beginning, rest) = last
        .syllables
        .split_last()
        .ok_or_else(|| LedgerError::Inconsistent("a term has at least one syllable".into()))?;
    let mut asked: Vec<&str> = whole.chain(rest).map(|syllable| syllable.folded.as_str()).collect();
    asked.sort_unstable();
    asked.dedup();
    for word in asked {
        proved &= word.chars().nth(WORD_LETTERS).is_none();
        tasks.keep_common(&index.word(word)?);
    }
    proved &= beginning.folded.chars().nth(WORD_LETTERS).is_none();
    tasks.keep_common(&index.beginning(&beginning.folded)?);
    // The syllables of one term must follow one another.
    proved &= query.terms().iter().all(|term| term.syllables.len() == 1);
    Ok((!proved).then_some(query))
}

fn by_state(connection: &Connection, filter: &Filter, tasks: &mut Selection) -> Result<()> {
    let wanted = |state: u8| {
        let status = status_of(state);
        // A completion may turn out to be later than the date judged.
        let status_fits = filter.statuses.is_empty()
            || filter.statuses.contains(&status)
            || (status == Status::Completed && filter.statuses.contains(&Status::InProgress));
        let kind = Kind::ALL[usize::from(state >> columns::KIND & 0b11)];
        state & columns::LISTED != 0
            && status_fits
            && (filter.kinds.is_empty() || filter.kinds.iter().any(|one| one == kind.as_str()))
            && filter
                .on_province_system
                .is_none_or(|on| on == (state & columns::ON_PROVINCE_SYSTEM != 0))
    };
    let table: [bool; 256] = std::array::from_fn(|state| wanted(state as u8));
    tasks.keep(connection, [Column::State], |[state], at| {
        state.get(at).is_some_and(|state| table[usize::from(*state)])
    })
}

fn by_number(connection: &Connection, column: Column, wanted: Vec<u32>, tasks: &mut Selection) -> Result<()> {
    match wanted.as_slice() {
        [] => *tasks = Selection::none(0),
        [one] => tasks.keep(connection, [column], |[numbers], at| four(numbers, at) == *one)?,
        many => {
            let mut table = vec![false; many.iter().max().map_or(0, |most| *most as usize + 1)];
            for number in many {
                table[*number as usize] = true;
            }
            tasks.keep(connection, [column], |[numbers], at| {
                table.get(four(numbers, at) as usize).copied().unwrap_or(false)
            })?;
        }
    }
    Ok(())
}

fn by_date(connection: &Connection, filter: &Filter, tasks: &mut Selection) -> Result<()> {
    let days = filter.days();
    let both = |status| filter.statuses.contains(&status);
    if both(Status::Completed) != both(Status::InProgress) {
        let wanted = [Status::Completed, Status::InProgress].map(both);
        tasks.keep(
            connection,
            [Column::State, Column::CompletedOn],
            |[state, completed], at| match days.status(status(state, at), four(completed, at)) {
                Status::Completed => wanted[0],
                Status::InProgress => wanted[1],
                _ => true,
            },
        )?;
    }
    if let Some(done) = filter.done {
        tasks.keep(
            connection,
            [Column::State, Column::CompletedOn],
            |[state, completed], at| {
                let status = status(state, at);
                status.counted_as() != CountedAs::Excluded && days.done(status, four(completed, at)) == done
            },
        )?;
    }
    if let Some(extended) = filter.extended {
        tasks.keep(
            connection,
            [Column::OriginalDeadline, Column::Deadline],
            |[original, current], at| (four(original, at) != four(current, at)) == extended,
        )?;
    }
    if !filter.classes.is_empty() {
        let wanted = DeadlineClass::ALL.map(|class| filter.classes.contains(&class));
        tasks.keep(
            connection,
            [Column::State, Column::CompletedOn, filter.deadline()],
            |[state, completed, deadline], at| {
                let class = days.class(status(state, at), four(completed, at), four(deadline, at));
                wanted[class as usize]
            },
        )?;
    }
    Ok(())
}

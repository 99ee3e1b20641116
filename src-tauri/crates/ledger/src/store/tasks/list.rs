//! Windows of the list: sorted, by cursor or by offset; its length; a task by its code.

use super::super::{LedgerError, Result};
use super::columns::{self, Column, Columns, four, places, value};
use super::labels::{self, Of};
use super::order::{self, Which};
use super::row::Row;
use super::select::{Filter, Selected, select};
use chidao_domain::ids::to_hex;
use rusqlite::Connection;
use std::collections::BinaryHeap;

/// What the list is sorted by. Tasks alike in it come in the order of their codes; those that have none of it, last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Code, in natural order.
    #[default]
    Code,
    /// Current deadline.
    Deadline,
    /// Date of assignment.
    AssignedOn,
    /// Content, in the Vietnamese order of its first [`order::SORTED_LETTERS`] letters.
    Content,
    /// Lead, in the Vietnamese order.
    Lead,
    /// Status, in the order of a task's life.
    Status,
    /// Percent.
    Percent,
    /// Last change.
    Updated,
}

/// A window of the list.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// What is in the list.
    pub filter: &'a Filter,
    /// Sorted by.
    pub sort: Sort,
    /// Greatest first.
    pub descending: bool,
    /// Rows left out before the first: for jumps. To go on, a cursor is faster.
    pub offset: u64,
    /// Rows wanted.
    pub limit: u64,
    /// The cursor of a page before.
    pub after: Option<&'a str>,
}

/// Rows in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
    /// More follow.
    pub more: bool,
    /// The cursor of the next page; none at the end.
    pub next: Option<String>,
}

/// Where a task stands: what it is sorted by, then its code's place, then its slot.
type Place = (u64, u32, u32);

/// Greater than every value of a column of at most 63 bits; stands for "none" in both directions.
const LAST: u64 = u64::MAX;

/// How a value is turned into the first part of a [`Place`].
struct Sorting {
    column: Column,
    /// For numbers of names: the rank of each.
    ranks: Option<Vec<u32>>,
    descending: bool,
}

impl Sorting {
    fn new(connection: &Connection, sort: Sort, descending: bool) -> Result<Sorting> {
        let column = match sort {
            Sort::Code => Column::Code,
            Sort::Deadline => Column::Deadline,
            Sort::AssignedOn => Column::AssignedOn,
            Sort::Content => Column::Content,
            Sort::Lead => Column::Lead,
            Sort::Status => Column::State,
            Sort::Percent => Column::Percent,
            Sort::Updated => Column::UpdatedAt,
        };
        let ranks = if sort == Sort::Lead {
            let mut ranks = Vec::new();
            for (rank, label) in labels::all(connection, Of::Lead)?.into_iter().enumerate() {
                let id = label.id as usize;
                if ranks.len() <= id {
                    ranks.resize(id + 1, u32::MAX);
                }
                ranks[id] = rank as u32;
            }
            Some(ranks)
        } else {
            None
        };
        Ok(Sorting {
            column,
            ranks,
            descending,
        })
    }

    fn directed(&self, value: u64) -> u64 {
        if self.descending {
            (1 << 63) - value.min(1 << 63)
        } else {
            value
        }
    }

    /// What the tasks of a chunk are sorted by.
    fn firsts(&self, bytes: &[u8], bits: &columns::Bits, into: &mut Vec<(u64, usize)>) {
        into.clear();
        let four = |at| u64::from(four(bytes, at));
        // One loop for each form of a column: which one it is must not be asked a million times.
        match self.column {
            Column::State => into.extend(places(bits).map(|at| {
                let status = bytes.get(at).map_or(0, |state| state & columns::STATUS);
                (self.directed(u64::from(status)), at)
            })),
            Column::Deadline | Column::AssignedOn => into.extend(places(bits).map(|at| match four(at) {
                day if day == u64::from(columns::NO_DAY) => (LAST, at),
                day => (self.directed(day), at),
            })),
            Column::Lead => into.extend(places(bits).map(|at| {
                let rank = self.ranks.as_ref().and_then(|ranks| ranks.get(four(at) as usize));
                match rank {
                    Some(rank) if *rank != u32::MAX => (self.directed(u64::from(*rank)), at),
                    _ => (LAST, at),
                }
            })),
            Column::Code | Column::Content => into.extend(places(bits).map(|at| (self.directed(four(at)), at))),
            column => into.extend(places(bits).map(|at| (self.directed(value(column, bytes, at)), at))),
        }
    }
}

/// More places than these are not kept in order one by one, but all gathered and then parted.
const GATHERED: usize = if cfg!(test) { 48 } else { 4_096 };

/// The tasks in order after a place, without the first `skip`, at most so many.
fn first_places(
    connection: &Connection,
    selected: &Selected,
    sorting: &Sorting,
    after: Option<Place>,
    skip: usize,
    most: usize,
) -> Result<Vec<Place>> {
    let mut codes = Columns::new(connection)?;
    let (mut firsts, mut code_bytes) = (Vec::with_capacity(columns::CHUNK), Vec::new());
    let bound = Some(skip.saturating_add(most)).filter(|bound| *bound <= GATHERED);
    let mut best: BinaryHeap<Place> = BinaryHeap::new();
    let mut gathered: Vec<Place> = Vec::new();
    let least = after.map_or(0, |after| after.0);
    let used: Vec<usize> = selected.tasks.used().collect();
    columns::sweep(connection, [sorting.column], &used, |chunk, [bytes]| {
        sorting.firsts(bytes, selected.tasks.bits(chunk), &mut firsts);
        let mut worst = match best.peek() {
            Some(worst) if bound == Some(best.len()) => worst.0,
            _ => u64::MAX,
        };
        let mut have_codes = false;
        for (first, at) in &firsts {
            if *first < least || *first > worst {
                continue;
            }
            if !have_codes {
                if sorting.column == Column::Code {
                    code_bytes.clear();
                    code_bytes.extend_from_slice(bytes);
                } else {
                    codes.read(Column::Code, chunk, &mut code_bytes)?;
                }
                have_codes = true;
            }
            let place = (*first, four(&code_bytes, *at), (chunk * columns::CHUNK + at) as u32);
            if after.is_some_and(|after| place <= after) {
                continue;
            }
            match bound {
                None => gathered.push(place),
                Some(bound) if best.len() < bound => best.push(place),
                Some(_) => {
                    if let Some(mut last) = best.peek_mut()
                        && place < *last
                    {
                        *last = place;
                    }
                }
            }
            if let Some(last) = best.peek()
                && bound == Some(best.len())
            {
                worst = last.0;
            }
        }
        Ok(())
    })?;
    if bound.is_some() {
        gathered = best.into_sorted_vec();
        gathered.drain(..skip.min(gathered.len()));
        return Ok(gathered);
    }
    if skip >= gathered.len() {
        return Ok(Vec::new());
    }
    gathered.select_nth_unstable(skip);
    gathered.drain(..skip);
    if most < gathered.len() {
        gathered.select_nth_unstable(most);
        gathered.truncate(most);
    }
    gathered.sort_unstable();
    Ok(gathered)
}

/// One window of the list, by offset.
pub fn page(
    connection: &Connection,
    filter: &Filter,
    sort: Sort,
    descending: bool,
    offset: u64,
    limit: u64,
) -> Result<Page> {
    let ask = Ask {
        filter,
        sort,
        descending,
        offset,
        limit,
        after: None,
    };
    window(connection, &ask)
}

/// One window of the list, by cursor or by offset.
///
/// # Errors
/// [`LedgerError::NotFound`] named `cursor` for a cursor that no page of this sort gave.
pub fn window(connection: &Connection, ask: &Ask<'_>) -> Result<Page> {
    let limit = usize::try_from(ask.limit).unwrap_or(usize::MAX);
    let selected = select(connection, ask.filter)?;
    let sorting = Sorting::new(connection, ask.sort, ask.descending)?;
    let mut after = match ask.after {
        Some(cursor) => Some(read_cursor(connection, ask, &sorting, cursor)?),
        None => None,
    };
    let mut skip = usize::try_from(ask.offset).unwrap_or(usize::MAX);
    let mut rows = Vec::new();
    // One more than wanted tells whether there is a next page.
    let wanted = limit.saturating_add(1);
    if selected.unproved.is_none() {
        for place in first_places(connection, &selected, &sorting, after, skip, wanted)? {
            rows.push((place, row_at(connection, place)?));
        }
    } else {
        // What is not proved is asked in portions that double: few wrong ones cost little, and many not much more than
        // asking all at once.
        let mut portion = skip.saturating_add(wanted).saturating_mul(2).max(256);
        while rows.len() < wanted {
            let places = first_places(connection, &selected, &sorting, after, 0, portion)?;
            let last = places.len() < portion;
            for place in places {
                after = Some(place);
                let row = row_at(connection, place)?;
                if !selected.proves(&row) {
                    continue;
                }
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                rows.push((place, row));
                if rows.len() == wanted {
                    break;
                }
            }
            if last {
                break;
            }
            portion = portion.saturating_mul(2);
        }
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = match rows.last() {
        Some((place, row)) if more => Some(write_cursor(ask, *place, row)),
        _ => None,
    };
    Ok(Page {
        more,
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        next,
    })
}

fn row_at(connection: &Connection, place: Place) -> Result<Row> {
    Row::at(connection, place.2)?
        .ok_or_else(|| LedgerError::Inconsistent("a column names a task that is not here".into()))
}

fn sort_letter(sort: Sort, descending: bool) -> char {
    let letter = match sort {
        Sort::Code => 'c',
        Sort::Deadline => 'd',
        Sort::AssignedOn => 'a',
        Sort::Content => 't',
        Sort::Lead => 'l',
        Sort::Status => 's',
        Sort::Percent => 'p',
        Sort::Updated => 'u',
    };
    if descending {
        letter.to_ascii_uppercase()
    } else {
        letter
    }
}

/// A cursor names what the last row was sorted by, not its place: places move when texts come between.
fn write_cursor(ask: &Ask<'_>, place: Place, row: &Row) -> String {
    let first = match ask.sort {
        Sort::Code => String::new(),
        Sort::Content => to_hex(&order::key(&row.content)),
        Sort::Lead => to_hex(row.lead.as_bytes()),
        _ => format!("{:x}", place.0),
    };
    format!(
        "{}.{first}.{}.{}",
        sort_letter(ask.sort, ask.descending),
        to_hex(&order::key(&row.code)),
        place.2
    )
}

fn read_cursor(connection: &Connection, ask: &Ask<'_>, sorting: &Sorting, cursor: &str) -> Result<Place> {
    let wrong = || LedgerError::NotFound("cursor".into());
    let mut parts = cursor.split('.');
    let (Some(letter), Some(first), Some(code), Some(slot), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(wrong());
    };
    if !letter.chars().eq([sort_letter(ask.sort, ask.descending)]) {
        return Err(wrong());
    }
    let slot: u32 = slot.parse().map_err(|_| wrong())?;
    let code = bytes_of(code).ok_or_else(wrong)?;
    // If the text has gone, the page goes on at the one that came after it.
    let text = |which, key: &[u8]| -> Result<Place> {
        let (place, own) = order::place_of(connection, which, key, slot)?.unwrap_or((u32::MAX, false));
        Ok(match (own, ask.descending) {
            (true, _) => (sorting.directed(u64::from(place)), u32::MAX, slot),
            (false, false) => (u64::from(place).saturating_sub(1), u32::MAX, u32::MAX),
            (false, true) => (sorting.directed(u64::from(place)), u32::MAX, u32::MAX),
        })
    };
    let first = match ask.sort {
        Sort::Code => return text(Which::Code, &code),
        Sort::Content => return text(Which::Content, &bytes_of(first).ok_or_else(wrong)?),
        Sort::Lead => {
            let name = String::from_utf8(bytes_of(first).ok_or_else(wrong)?).map_err(|_| wrong())?;
            lead_before(connection, sorting, &name)?
        }
        _ => u64::from_str_radix(first, 16).map_err(|_| wrong())?,
    };
    Ok(match order::place_of(connection, Which::Code, &code, slot)? {
        Some((place, true)) => (first, place, slot),
        Some((place, false)) => (first, place.saturating_sub(1), u32::MAX),
        None => (first, u32::MAX, u32::MAX),
    })
}

/// The first part of the place of a lead; if no task bears the name any more, of the one that came before it.
fn lead_before(connection: &Connection, sorting: &Sorting, name: &str) -> Result<u64> {
    if name.is_empty() {
        return Ok(LAST);
    }
    let sort = Of::Lead.sort_key(name);
    let labels = labels::all(connection, Of::Lead)?;
    let rank = labels.partition_point(|label| (&label.sort, label.text.as_str()) < (&sort, name)) as u64;
    Ok(sorting.directed(rank))
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) {
        return None;
    }
    hex.as_bytes()
        .chunks_exact(2)
        .map(|pair| {
            std::str::from_utf8(pair)
                .ok()
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
        })
        .collect()
}

/// How many tasks are in the list.
pub fn count(connection: &Connection, filter: &Filter) -> Result<u64> {
    Ok(select(connection, filter)?.proved(connection)?.count().into())
}

/// One row by the row of its record.
pub fn row(connection: &Connection, record: i64) -> Result<Option<Row>> {
    Ok(Row::of(connection, record)?.map(|(_, row)| row))
}

/// A code so that NV2 comes before NV10: runs of digits compare by value.
pub fn code_key(code: &str) -> Vec<u8> {
    order::key(code)
}

/// Record and channel of the tasks whose visible code this is, whatever the case of its letters: several when units use
/// the same code. Deleted tasks are left out.
pub fn by_code(connection: &Connection, code: &str) -> Result<Vec<(i64, i64)>> {
    let mut statement = connection
        .prepare_cached("SELECT record, channel FROM task WHERE code = ?1 AND NOT deleted ORDER BY record")?;
    Ok(statement
        .query_map([code], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?)
}

/// What tells the tasks of a channel apart: record, code, number of the document, content.
pub fn identities(connection: &Connection, channel: i64) -> Result<Vec<(i64, String, String, String)>> {
    let mut statement = connection.prepare_cached(
        "SELECT record, code, document_number, content FROM task WHERE channel = ?1 AND NOT deleted ORDER BY slot",
    )?;
    let rows = statement.query_map([channel], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// One more than the largest number behind a prefix among the codes of a channel. Deleted tasks keep theirs.
pub fn next_number(connection: &Connection, channel: i64, prefix: &str) -> Result<u64> {
    let mut statement =
        connection.prepare_cached("SELECT code FROM task WHERE channel = ?1 AND code >= ?2 AND code < ?3")?;
    let mut rows = statement.query(rusqlite::params![channel, prefix, format!("{prefix}{}", char::MAX)])?;
    let mut largest: u64 = 0;
    while let Some(row) = rows.next()? {
        let code = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        let number = code.get(prefix.len()..).and_then(|rest| rest.parse().ok());
        largest = largest.max(number.unwrap_or(0));
    }
    Ok(largest.saturating_add(1))
}

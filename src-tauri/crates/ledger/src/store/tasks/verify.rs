//! Whether columns, words, names and places say what the rows say.

use super::super::Result;
use super::columns::{self, Column, Columns};
use super::labels::{self, Of};
use super::order::{self, Which};
use super::row::Row;
use super::{index, project};
use chidao_domain::text;
use rusqlite::{Connection, params};
use std::collections::{HashMap, HashSet};

/// Compares everything packed with the rows; answers what does not agree.
pub(in super::super) fn verify(connection: &Connection) -> Result<Vec<String>> {
    let mut troubles = Vec::new();
    let mut columns = Columns::new(connection)?;
    let mut names: HashMap<(Of, String), u32> = HashMap::new();
    for of in Of::ALL {
        names.extend(
            labels::all(connection, of)?
                .into_iter()
                .map(|label| ((of, label.text), label.id)),
        );
    }
    let mut borne: HashSet<u32> = HashSet::new();
    let mut next = 0;
    let mut words: HashMap<(String, usize), columns::Bits> = HashMap::new();
    let mut wrong: HashSet<&str> = HashSet::new();
    Row::each(connection, |slot, row| {
        if slot != next {
            wrong.insert("tasks numbers");
        }
        next = slot + 1;
        for (column, value) in project::facts(&row) {
            if columns.value(column, slot)? != value {
                wrong.insert("tasks columns");
            }
        }
        if row.made != project::made(connection, row.record)? || row.ends != ends(connection, row.record)? {
            wrong.insert("tasks ends");
        }
        for of in Of::ALL {
            let name = project::name(&row, of);
            let number = match name {
                "" => Some(labels::NONE),
                name => names.get(&(of, name.to_owned())).copied(),
            };
            borne.extend(number);
            if number.map(u64::from) != Some(columns.value(of.column(), slot)?) {
                wrong.insert("tasks names");
            }
        }
        for (which, text) in [(Which::Code, &row.code), (Which::Content, &row.content)] {
            let place = order::place_of(connection, which, &order::key(text), slot)?;
            if place.map(|(place, own)| (u64::from(place), own)) != Some((columns.value(which.column(), slot)?, true)) {
                wrong.insert("tasks order");
            }
        }
        let (chunk, at) = columns::place(slot);
        for word in index::words(&text::fold(&row.searched())) {
            words.entry((word, chunk)).or_default()[at / 64] |= 1 << (at % 64);
        }
        Ok(())
    })?;
    if names.values().any(|id| !borne.contains(id)) {
        wrong.insert("tasks names");
    }
    let mut found = 0;
    index::each(connection, |word, chunk, bits| {
        found += 1;
        if words.get(&(word.to_owned(), chunk)) != Some(&bits) {
            wrong.insert("tasks words");
        }
        Ok(())
    })?;
    if found != words.len() {
        wrong.insert("tasks words");
    }
    for which in Which::ALL {
        let unordered: bool = connection
            .prepare_cached(
                "SELECT count(*) <> ?2 OR coalesce(sum(place <= before), 0) > 0 FROM (
                   SELECT place, lag(place) OVER (ORDER BY key, slot) AS before FROM task_order WHERE which = ?1)",
            )?
            .query_row(params![which as i64, next], |row| row.get(0))?;
        if unordered {
            wrong.insert("tasks order");
        }
    }
    // A column that nothing above reads back whole would be one that nothing writes.
    debug_assert_eq!(
        Column::ALL.len(),
        8 + Of::ALL.len() + Which::ALL.len(),
        "every column is compared"
    );
    troubles.extend(wrong.into_iter().map(|what| format!("derived {what}")));
    troubles.sort();
    Ok(troubles)
}

/// For each feed the last entry of what stands in a task and in what names it, asked of the changes themselves.
fn ends(connection: &Connection, record: i64) -> Result<Vec<(i64, u64)>> {
    let mut statement = connection.prepare_cached(
        "SELECT feed, max(n) FROM change
         WHERE state = 0 AND record IN (SELECT ?1 UNION SELECT source FROM link WHERE target = ?1) GROUP BY feed ORDER BY feed",
    )?;
    let rows = statement.query_map([record], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

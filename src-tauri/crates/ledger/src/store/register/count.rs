//! Counting: groups for totals, choices for filters.

use super::list::{Conditions, Filter, class_sql};
use crate::store::Result;
use chidao_domain::deadline::DeadlineClass;
use chidao_domain::status::Status;
use rusqlite::{Connection, params_from_iter};

/// By what tasks are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// All together.
    All,
    /// Channel, as its row.
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
    /// The group.
    pub key: String,
    /// Shown status.
    pub status: Status,
    /// Class at the date.
    pub class: DeadlineClass,
    /// Current deadline differs from the original.
    pub extended: bool,
    /// On the province's system.
    pub on_province_system: bool,
    /// Kind, by its word.
    pub kind: String,
    /// How many.
    pub count: u32,
}

/// The tasks that a filter finds, grouped.
pub fn grouped(connection: &Connection, filter: &Filter, by: GroupBy) -> Result<Vec<Group>> {
    let mut conditions = Conditions::of(filter);
    conditions.search(connection, &filter.search)?;
    let key = match by {
        GroupBy::All => "''",
        GroupBy::Channel => "CAST(channel AS TEXT)",
        GroupBy::Lead => "lead",
        GroupBy::Kind => "kind",
        GroupBy::Field => "field_of_work",
        GroupBy::Assigner => "assigner",
    };
    let sql = format!(
        "SELECT {key}, status, {}, deadline IS NOT original_deadline, on_province_system, kind, count(*)
         FROM register WHERE {} GROUP BY 1, 2, 3, 4, 5, 6",
        class_sql(filter),
        conditions.sql
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(conditions.values), |row| {
        let (status, class): (usize, usize) = (row.get(1)?, row.get(2)?);
        Ok(Group {
            key: row.get(0)?,
            status: Status::ALL.get(status).copied().unwrap_or(Status::New),
            class: DeadlineClass::ALL
                .get(class)
                .copied()
                .unwrap_or(DeadlineClass::OpenWithoutDeadline),
            extended: row.get(3)?,
            on_province_system: row.get(4)?,
            kind: row.get(5)?,
            count: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The values in use of a column.
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

/// The values in use of a column, unsorted, without the empty one.
pub fn choices(connection: &Connection, column: Column) -> Result<Vec<String>> {
    let column = match column {
        Column::Assigner => "assigner",
        Column::Lead => "lead",
        Column::Field => "field_of_work",
        Column::Responsible => "responsible",
    };
    let sql = format!("SELECT DISTINCT {column} FROM register WHERE NOT deleted AND {column} <> ''");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?)
}

/// The lead offices of a channel with the number of their tasks.
pub fn leads(connection: &Connection, channel: i64) -> Result<Vec<(String, u32)>> {
    let mut statement = connection.prepare_cached(
        "SELECT lead, count(*) FROM register WHERE channel = ?1 AND NOT deleted AND status < 6 GROUP BY lead",
    )?;
    Ok(statement
        .query_map([channel], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?)
}

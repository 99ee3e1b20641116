//! Names that many tasks share, as small numbers: leads, assigners, fields of work, responsible persons.

use super::super::Result;
use super::columns::{self, Column, Columns, Selection};
use chidao_domain::text;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{HashMap, HashSet};

/// What a label names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Of {
    Lead,
    Assigner,
    FieldOfWork,
    Responsible,
}

/// The number of the empty name; numbers of names begin at 1.
pub(super) const NONE: u32 = 0;

impl Of {
    pub(super) const ALL: [Of; 4] = [Of::Lead, Of::Assigner, Of::FieldOfWork, Of::Responsible];

    pub(super) fn column(self) -> Column {
        match self {
            Of::Lead => Column::Lead,
            Of::Assigner => Column::Assigner,
            Of::FieldOfWork => Column::FieldOfWork,
            Of::Responsible => Column::Responsible,
        }
    }

    pub(super) fn sort_key(self, name: &str) -> Vec<u8> {
        match self {
            Of::Responsible => text::person_collation_key(name),
            _ => text::collation_key(name),
        }
    }
}

/// The number of a name, if a task bears it.
pub(super) fn find(connection: &Connection, of: Of, name: &str) -> Result<Option<u32>> {
    if name.is_empty() {
        return Ok(Some(NONE));
    }
    Ok(connection
        .prepare_cached("SELECT id FROM task_label WHERE kind = ?1 AND text = ?2")?
        .query_row(params![of as i64, name], |row| row.get(0))
        .optional()?)
}

/// A name with its number.
pub(super) struct Label {
    pub(super) id: u32,
    pub(super) text: String,
    pub(super) sort: Vec<u8>,
}

/// All names of a kind, in the Vietnamese order.
pub(super) fn all(connection: &Connection, of: Of) -> Result<Vec<Label>> {
    let mut statement =
        connection.prepare_cached("SELECT id, text, sort FROM task_label WHERE kind = ?1 ORDER BY sort, text")?;
    Ok(statement
        .query_map([of as i64], |row| {
            Ok(Label {
                id: row.get(0)?,
                text: row.get(1)?,
                sort: row.get(2)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?)
}

/// Names given and taken away in one transaction.
#[derive(Default)]
pub(super) struct Pending {
    known: HashMap<(Of, String), u32>,
    released: HashSet<(Of, u32)>,
}

impl Pending {
    /// The number of a name, given now if it has none.
    pub(super) fn number(&mut self, connection: &Connection, of: Of, name: &str) -> Result<u32> {
        if name.is_empty() {
            return Ok(NONE);
        }
        let key = (of, name.to_owned());
        if let Some(id) = self.known.get(&key) {
            return Ok(*id);
        }
        let id = match find(connection, of, name)? {
            Some(id) => id,
            None => {
                connection
                    .prepare_cached("INSERT INTO task_label (kind, text, sort) VALUES (?1, ?2, ?3)")?
                    .execute(params![of as i64, name, of.sort_key(name)])?;
                u32::try_from(connection.last_insert_rowid()).unwrap_or(u32::MAX)
            }
        };
        // A cache, not a copy of the table.
        if self.known.len() >= 50_000 {
            self.known.clear();
        }
        self.known.insert(key, id);
        Ok(id)
    }

    /// A task no longer bears a name; perhaps none does.
    pub(super) fn release(&mut self, of: Of, id: u32) {
        if id != NONE {
            self.released.insert((of, id));
        }
    }

    /// Drops the names that no task bears any more: a name that was erased must not stay.
    pub(super) fn drop_unused(&mut self, connection: &Connection) -> Result<()> {
        for of in Of::ALL {
            let mut unused: HashSet<u32> = self
                .released
                .iter()
                .filter(|(kind, _)| *kind == of)
                .map(|(_, id)| *id)
                .collect();
            if unused.is_empty() {
                continue;
            }
            let mut columns = Columns::new(connection)?;
            for chunk in 0..Selection::none(columns::slots(connection)?).chunks() {
                columns.with(of.column(), chunk, |bytes| {
                    for at in 0..columns::CHUNK {
                        let id = columns::four(bytes, at);
                        if id != NONE {
                            unused.remove(&id);
                        }
                    }
                })?;
                if unused.is_empty() {
                    break;
                }
            }
            for id in unused {
                connection
                    .prepare_cached("DELETE FROM task_label WHERE id = ?1")?
                    .execute([id])?;
                self.known.retain(|_, known| *known != id);
            }
        }
        self.released.clear();
        Ok(())
    }
}

//! SQLite's session extension: a session records what changes in a table, its changeset is applied elsewhere. Of a cell that
//! was edited many times it carries the last value. Where the receiver changed the same cell, what comes replaces it.

use super::{Made, ONE_BY_ONE, Peer, Receiver, TOGETHER};
use crate::stages::{UNITS, Values, copy, share, size};
use benches::Failure;
use benches::timing::Times;
use benches::workload::{Edit, FIELDS, Row, Workload};
use rusqlite::session::{Changegroup, ConflictAction, ConflictType, Session as Recorder};
use rusqlite::{Connection, params, params_from_iter};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// SQLite, or SQLCipher.
pub struct Session {
    /// Encrypted at rest, as ours is.
    pub encrypted: bool,
}

const KEY: &str = "x'2dd29ca851e7b56e4697b0e1f08507293d761a05ce4d1b628663f411a8086d99'";
const FILE: &str = "tasks.db";

impl Session {
    fn open(&self, folder: &Path) -> Result<Connection, Failure> {
        std::fs::create_dir_all(folder)?;
        let connection = Connection::open(folder.join(FILE))?;
        if self.encrypted {
            connection.pragma_update(None, "key", KEY)?;
        }
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536;",
        )?;
        Ok(connection)
    }

    fn with_rows(&self, folder: &Path, rows: &[Row]) -> Result<(), Failure> {
        let connection = self.open(folder)?;
        let columns: Vec<String> = FIELDS.iter().map(|field| format!("{field} TEXT")).collect();
        connection.execute_batch(&format!(
            "CREATE TABLE task (id INTEGER PRIMARY KEY, {});",
            columns.join(", ")
        ))?;
        let marks = vec!["?"; FIELDS.len() + 1].join(", ");
        let tx = connection.unchecked_transaction()?;
        for (id, row) in rows.iter().enumerate() {
            let id = id.to_string();
            tx.prepare_cached(&format!("INSERT INTO task VALUES ({marks})"))?
                .execute(params_from_iter([&id].into_iter().chain(row)))?;
        }
        tx.commit()?;
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
        Ok(())
    }
}

fn set(connection: &Connection, edit: &Edit) -> Result<(), Failure> {
    let sql = format!("UPDATE task SET {} = ?2 WHERE id = ?1", FIELDS[edit.field]);
    connection
        .prepare_cached(&sql)?
        .execute(params![edit.row as i64, edit.value])?;
    Ok(())
}

fn together(connection: &Connection, edits: &[Edit]) -> Result<(), Failure> {
    for some in edits.chunks(TOGETHER) {
        let tx = connection.unchecked_transaction()?;
        some.iter().try_for_each(|edit| set(&tx, edit))?;
        tx.commit()?;
    }
    Ok(())
}

fn recorder(connection: &Connection) -> Result<Recorder<'_>, Failure> {
    let mut recorder = Recorder::new(connection)?;
    recorder.attach(Some("task"))?;
    Ok(recorder)
}

impl Peer for Session {
    fn name(&self) -> &'static str {
        match self.encrypted {
            false => "SQLite session",
            true => "SQLite session in SQLCipher",
        }
    }

    fn make(&self, folder: &Path, work: &Workload) -> Result<Made, Failure> {
        let (sender, receiver) = (folder.join("sender"), folder.join("receiver"));
        self.with_rows(&sender, &work.rows)?;
        copy(&sender, &receiver)?;
        together(&self.open(&receiver)?, &work.meanwhile)?;
        let connection = self.open(&sender)?;
        let (first_half, second_half) = work.edits.split_at(work.edits.len() / 2);
        let (one_by_one, rest) = first_half.split_at(ONE_BY_ONE.min(first_half.len()));
        let mut edits = Times::default();
        let mut recording = recorder(&connection)?;
        for (number, edit) in one_by_one.iter().enumerate() {
            edits.take(number, || set(&connection, edit))?;
        }
        together(&connection, rest)?;
        let mut first = Vec::new();
        let start = Instant::now();
        recording.changeset_strm(&mut first)?;
        let mut export = start.elapsed();
        drop(recording);
        let mut recording = recorder(&connection)?;
        together(&connection, second_half)?;
        let (mut second, mut all) = (Vec::new(), Vec::new());
        let start = Instant::now();
        recording.changeset_strm(&mut second)?;
        let mut group = Changegroup::new()?;
        group.add_stream(&mut first.as_slice())?;
        group.add_stream(&mut second.as_slice())?;
        group.output_strm(&mut all)?;
        export += start.elapsed();
        Ok(Made {
            edits,
            export,
            all,
            first,
            second,
        })
    }

    fn make_units(&self, folder: &Path, work: &Workload) -> Result<Vec<Vec<u8>>, Failure> {
        let base = folder.join("units");
        self.with_rows(&base, &work.rows)?;
        let mut parcels = Vec::new();
        for number in 0..UNITS {
            let unit = folder.join("unit");
            copy(&base, &unit)?;
            let connection = self.open(&unit)?;
            let mut recording = recorder(&connection)?;
            together(&connection, &share(work, number))?;
            let mut parcel = Vec::new();
            recording.changeset_strm(&mut parcel)?;
            parcels.push(parcel);
            drop(recording);
            drop(connection);
            std::fs::remove_dir_all(unit)?;
        }
        Ok(parcels)
    }

    fn receiver(&self, folder: &Path) -> Result<Box<dyn Receiver>, Failure> {
        Ok(Box::new(Table {
            connection: self.open(folder)?,
            folder: folder.to_owned(),
        }))
    }
}

struct Table {
    connection: Connection,
    folder: PathBuf,
}

impl Receiver for Table {
    fn import(&mut self, parcel: Vec<u8>) -> Result<(), Failure> {
        self.connection.apply_strm(
            &mut parcel.as_slice(),
            None::<fn(&str) -> bool>,
            |conflict, _| match conflict {
                ConflictType::SQLITE_CHANGESET_DATA | ConflictType::SQLITE_CHANGESET_CONFLICT => {
                    ConflictAction::SQLITE_CHANGESET_REPLACE
                }
                _ => ConflictAction::SQLITE_CHANGESET_OMIT,
            },
        )?;
        Ok(())
    }

    fn values(&mut self, cells: &[(usize, usize)]) -> Result<Values, Failure> {
        let mut found = Values::new();
        for (row, field) in cells {
            let sql = format!("SELECT {} FROM task WHERE id = ?1", FIELDS[*field]);
            let value = self
                .connection
                .prepare_cached(&sql)?
                .query_row([*row as i64], |row| row.get(0))?;
            found.insert((*row, *field), vec![value]);
        }
        Ok(found)
    }

    fn size(&mut self) -> Result<u64, Failure> {
        size(&self.folder)
    }
}

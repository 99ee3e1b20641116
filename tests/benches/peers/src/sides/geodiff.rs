//! Geodiff (PyPI: `pygeodiff`): the difference of two databases, rebased onto a third. What met on a cell is listed in a
//! file of conflicts. Driven as a process; `PYGEODIFF_PYTHON` names the Python that has it.

use super::{Made, ONE_BY_ONE, Peer, Receiver, TOGETHER};
use crate::stages::{UNITS, Values, share, size};
use benches::Failure;
use benches::timing::Times;
use benches::workload::{Edit, FIELDS, Row, Workload};
use rusqlite::{Connection, params, params_from_iter};
use serde_json::Value;
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Geodiff.
pub struct Geodiff;

const SCRIPT: &str = include_str!("geodiff.py");

fn python() -> Command {
    let program = std::env::var_os("PYGEODIFF_PYTHON").unwrap_or_else(|| "python3".into());
    let mut command = Command::new(program);
    command.args(["-c", SCRIPT]).stdin(Stdio::null());
    command
}

/// Runs the script; answers the most memory that it held.
fn run(words: &[&Path]) -> Result<u64, Failure> {
    let output = python().args(words).stderr(Stdio::null()).output()?;
    let told = String::from_utf8(output.stdout)?;
    match output.status.success() {
        true => Ok(told.trim().parse::<u64>()? * 1_024),
        false => Err(format!("geodiff: {}", told.trim()).into()),
    }
}

fn open(path: &Path) -> Result<Connection, Failure> {
    let connection = Connection::open(path)?;
    // It reads the file itself, so nothing may stand in a log beside it.
    connection.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;")?;
    Ok(connection)
}

fn with_rows(path: &Path, rows: &[Row]) -> Result<(), Failure> {
    let connection = open(path)?;
    let columns: Vec<String> = FIELDS.iter().map(|field| format!("{field} TEXT")).collect();
    connection.execute_batch(&format!(
        "CREATE TABLE task (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {});",
        columns.join(", ")
    ))?;
    let marks = vec!["?"; FIELDS.len() + 1].join(", ");
    let tx = connection.unchecked_transaction()?;
    for (number, row) in rows.iter().enumerate() {
        let id = (number + 1).to_string();
        tx.prepare_cached(&format!("INSERT INTO task VALUES ({marks})"))?
            .execute(params_from_iter([&id].into_iter().chain(row)))?;
    }
    tx.commit()?;
    Ok(())
}

fn set(connection: &Connection, edit: &Edit) -> Result<(), Failure> {
    let sql = format!("UPDATE task SET {} = ?2 WHERE id = ?1", FIELDS[edit.field]);
    connection
        .prepare_cached(&sql)?
        .execute(params![edit.row as i64 + 1, edit.value])?;
    Ok(())
}

fn together(path: &Path, edits: &[Edit]) -> Result<(), Failure> {
    let connection = open(path)?;
    for some in edits.chunks(TOGETHER) {
        let tx = connection.unchecked_transaction()?;
        some.iter().try_for_each(|edit| set(&tx, edit))?;
        tx.commit()?;
    }
    Ok(())
}

fn difference(before: &Path, after: &Path, out: &Path) -> Result<Vec<u8>, Failure> {
    run(&[Path::new("difference"), before, after, out])?;
    Ok(std::fs::read(out)?)
}

impl Peer for Geodiff {
    fn name(&self) -> &'static str {
        "pygeodiff"
    }

    fn ready(&self) -> Result<(), String> {
        let found = python()
            .arg("version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        match found.is_ok_and(|status| status.success()) {
            true => Ok(()),
            false => Err("pygeodiff is not installed (PyPI)".to_owned()),
        }
    }

    fn make(&self, folder: &Path, work: &Workload) -> Result<Made, Failure> {
        let receiver = folder.join("receiver");
        std::fs::create_dir_all(&receiver)?;
        let (base, middle, sender) = (
            receiver.join("base.db"),
            folder.join("middle.db"),
            folder.join("sender.db"),
        );
        with_rows(&base, &work.rows)?;
        let mine = receiver.join("mine.db");
        std::fs::copy(&base, &mine)?;
        std::fs::copy(&base, &sender)?;
        together(&mine, &work.meanwhile)?;
        let (first_half, second_half) = work.edits.split_at(work.edits.len() / 2);
        let (one_by_one, rest) = first_half.split_at(ONE_BY_ONE.min(first_half.len()));
        let mut edits = Times::default();
        let connection = open(&sender)?;
        for (number, edit) in one_by_one.iter().enumerate() {
            edits.take(number, || set(&connection, edit))?;
        }
        drop(connection);
        together(&sender, rest)?;
        std::fs::copy(&sender, &middle)?;
        together(&sender, second_half)?;
        let out = folder.join("difference");
        let start = Instant::now();
        let all = difference(&base, &sender, &out)?;
        let export = start.elapsed();
        Ok(Made {
            edits,
            export,
            all,
            first: difference(&base, &middle, &out)?,
            second: difference(&middle, &sender, &out)?,
        })
    }

    fn make_units(&self, folder: &Path, work: &Workload) -> Result<Vec<Vec<u8>>, Failure> {
        let receiver = folder.join("units");
        std::fs::create_dir_all(&receiver)?;
        let base = receiver.join("base.db");
        with_rows(&base, &work.rows)?;
        std::fs::copy(&base, receiver.join("mine.db"))?;
        let unit = folder.join("unit.db");
        let mut parcels = Vec::new();
        for number in 0..UNITS {
            std::fs::copy(&base, &unit)?;
            together(&unit, &share(work, number))?;
            parcels.push(difference(&base, &unit, &folder.join("difference"))?);
        }
        Ok(parcels)
    }

    fn receiver(&self, folder: &Path) -> Result<Box<dyn Receiver>, Failure> {
        Ok(Box::new(Database {
            folder: folder.to_owned(),
            peak: Cell::new(0),
        }))
    }
}

struct Database {
    folder: PathBuf,
    peak: Cell<u64>,
}

impl Receiver for Database {
    fn import(&mut self, parcel: Vec<u8>) -> Result<(), Failure> {
        let incoming = self.folder.join("incoming");
        std::fs::write(&incoming, parcel)?;
        let peak = run(&[Path::new("rebase"), &self.folder, &incoming])?;
        self.peak.set(peak.max(self.peak.get()));
        Ok(())
    }

    fn values(&mut self, cells: &[(usize, usize)]) -> Result<Values, Failure> {
        let connection = open(&self.folder.join("mine.db"))?;
        let mut listed = Values::new();
        let conflicts = std::fs::read(self.folder.join("conflicts.json")).unwrap_or_default();
        let conflicts: Value = serde_json::from_slice(&conflicts).unwrap_or_default();
        for conflict in conflicts["geodiff"].as_array().into_iter().flatten() {
            let id: Option<usize> = conflict["fid"].as_str().and_then(|id| id.parse().ok());
            for change in conflict["changes"].as_array().into_iter().flatten() {
                let field = change["column"].as_u64().map(|column| column as usize);
                let (Some(id), Some(field)) = (id, field) else { continue };
                let values = ["old", "new"].iter().filter_map(|name| change[*name].as_str());
                let cell = (id.saturating_sub(1), field.saturating_sub(1));
                listed.entry(cell).or_default().extend(values.map(str::to_owned));
            }
        }
        let mut found = Values::new();
        for (row, field) in cells {
            let sql = format!("SELECT {} FROM task WHERE id = ?1", FIELDS[*field]);
            let value: String = connection
                .prepare_cached(&sql)?
                .query_row([*row as i64 + 1], |row| row.get(0))?;
            let mut values = vec![value];
            values.extend(listed.remove(&(*row, *field)).into_iter().flatten());
            found.insert((*row, *field), values);
        }
        Ok(found)
    }

    fn size(&mut self) -> Result<u64, Failure> {
        size(&self.folder)
    }

    fn peak(&self) -> Option<u64> {
        Some(self.peak.get())
    }
}

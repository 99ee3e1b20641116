//! Loro: a map of maps. Of concurrent values of a key one stays.

use super::updates::Updates;
use super::{Made, ONE_BY_ONE, Peer, Receiver, TOGETHER};
use crate::stages::{UNITS, Values, share};
use ::loro::{ExportMode, LoroDoc, LoroMap, ValueOrContainer, VersionVector};
use benches::Failure;
use benches::timing::Times;
use benches::workload::{Edit, FIELDS, Row, Workload};
use std::path::Path;
use std::time::Instant;

/// Loro.
pub struct Loro;

const TASKS: &str = "tasks";

fn with_rows(rows: &[Row]) -> Result<Vec<u8>, Failure> {
    let document = LoroDoc::new();
    document.set_peer_id(1)?;
    let tasks = document.get_map(TASKS);
    for (number, row) in rows.iter().enumerate() {
        let task = tasks.insert_container(&number.to_string(), LoroMap::new())?;
        for (field, value) in FIELDS.iter().zip(row) {
            task.insert(field, value.as_str())?;
        }
    }
    document.commit();
    Ok(document.export(ExportMode::Snapshot)?)
}

struct Document {
    document: LoroDoc,
    tasks: Vec<LoroMap>,
}

impl Document {
    fn load(parts: &[Vec<u8>], peer: u64) -> Result<Document, Failure> {
        let document = LoroDoc::new();
        document.set_peer_id(peer)?;
        for part in parts {
            document.import(part)?;
        }
        let root = document.get_map(TASKS);
        let mut tasks = Vec::new();
        while let Some(ValueOrContainer::Container(task)) = root.get(&tasks.len().to_string()) {
            tasks.push(task.into_map().map_err(|_| "a task is a map")?);
        }
        Ok(Document { document, tasks })
    }

    fn set(&self, edit: &Edit) -> Result<(), Failure> {
        self.tasks[edit.row].insert(FIELDS[edit.field], edit.value.as_str())?;
        self.document.commit();
        Ok(())
    }

    fn together(&self, edits: &[Edit], disk: &mut Updates) -> Result<(), Failure> {
        for some in edits.chunks(TOGETHER) {
            let before = self.document.oplog_vv();
            some.iter().try_for_each(|edit| self.set(edit))?;
            disk.append(&self.since(&before)?)?;
        }
        Ok(())
    }

    fn since(&self, version: &VersionVector) -> Result<Vec<u8>, Failure> {
        Ok(self.document.export(ExportMode::updates(version))?)
    }
}

impl Peer for Loro {
    fn name(&self) -> &'static str {
        "loro"
    }

    fn make(&self, folder: &Path, work: &Workload) -> Result<Made, Failure> {
        let saved = with_rows(&work.rows)?;
        let mut disk = Updates::begin(&folder.join("receiver"), &saved)?;
        Document::load(&[saved.clone()], 3)?.together(&work.meanwhile, &mut disk)?;
        let mut disk = Updates::begin(&folder.join("sender"), &saved)?;
        let sender = Document::load(&[saved], 2)?;
        let base = sender.document.oplog_vv();
        let (first_half, second_half) = work.edits.split_at(work.edits.len() / 2);
        let (one_by_one, rest) = first_half.split_at(ONE_BY_ONE.min(first_half.len()));
        let mut edits = Times::default();
        for (number, edit) in one_by_one.iter().enumerate() {
            edits.take(number, || {
                let before = sender.document.oplog_vv();
                sender.set(edit)?;
                disk.append(&sender.since(&before)?)
            })?;
        }
        sender.together(rest, &mut disk)?;
        let middle = sender.document.oplog_vv();
        let first = sender.since(&base)?;
        sender.together(second_half, &mut disk)?;
        let start = Instant::now();
        let all = sender.since(&base)?;
        let export = start.elapsed();
        let second = sender.since(&middle)?;
        Ok(Made {
            edits,
            export,
            all,
            first,
            second,
        })
    }

    fn make_units(&self, folder: &Path, work: &Workload) -> Result<Vec<Vec<u8>>, Failure> {
        let saved = with_rows(&work.rows)?;
        Updates::begin(&folder.join("units"), &saved)?;
        let mut parcels = Vec::new();
        for number in 0..UNITS {
            let unit = Document::load(std::slice::from_ref(&saved), 10 + number as u64)?;
            let base = unit.document.oplog_vv();
            share(work, number).iter().try_for_each(|edit| unit.set(edit))?;
            parcels.push(unit.since(&base)?);
        }
        Ok(parcels)
    }

    fn receiver(&self, folder: &Path) -> Result<Box<dyn Receiver>, Failure> {
        let disk = Updates::open(folder)?;
        Ok(Box::new(Copy {
            document: Document::load(&disk.read()?, 4)?,
            disk,
        }))
    }
}

struct Copy {
    document: Document,
    disk: Updates,
}

impl Receiver for Copy {
    fn import(&mut self, parcel: Vec<u8>) -> Result<(), Failure> {
        self.document.document.import(&parcel)?;
        self.disk.append(&parcel)
    }

    fn values(&mut self, cells: &[(usize, usize)]) -> Result<Values, Failure> {
        let mut found = Values::new();
        for (row, field) in cells {
            let value = self.document.tasks[*row].get(FIELDS[*field]);
            let text = value.and_then(|value| Some(value.into_value().ok()?.into_string().ok()?.to_string()));
            found.insert((*row, *field), text.into_iter().collect());
        }
        Ok(found)
    }

    fn size(&mut self) -> Result<u64, Failure> {
        Ok(self.document.document.export(ExportMode::Snapshot)?.len() as u64)
    }
}

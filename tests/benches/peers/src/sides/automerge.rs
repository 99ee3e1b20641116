//! Automerge: a map of maps. It keeps concurrent values of a key and lists them.

use super::updates::Updates;
use super::{Made, ONE_BY_ONE, Peer, Receiver, TOGETHER};
use crate::stages::{UNITS, Values, share};
use ::automerge::transaction::Transactable;
use ::automerge::{AutoCommit, ObjId, ObjType, ROOT, ReadDoc};
use benches::Failure;
use benches::timing::Times;
use benches::workload::{Edit, FIELDS, Row, Workload};
use std::path::Path;
use std::time::Instant;

/// Automerge.
pub struct Automerge;

const TASKS: &str = "tasks";

fn with_rows(rows: &[Row]) -> Result<Vec<u8>, Failure> {
    let mut document = AutoCommit::new();
    let tasks = document.put_object(ROOT, TASKS, ObjType::Map)?;
    for (number, row) in rows.iter().enumerate() {
        let task = document.put_object(&tasks, number.to_string(), ObjType::Map)?;
        for (field, value) in FIELDS.iter().zip(row) {
            document.put(&task, *field, value.as_str())?;
        }
    }
    document.commit();
    Ok(document.save())
}

struct Document {
    document: AutoCommit,
    tasks: Vec<ObjId>,
}

impl Document {
    fn load(parts: &[Vec<u8>]) -> Result<Document, Failure> {
        let (saved, updates) = parts.split_first().ok_or("nothing was saved")?;
        let mut document = AutoCommit::load(saved)?;
        for update in updates {
            document.load_incremental(update)?;
        }
        let (_, tasks) = document.get(ROOT, TASKS)?.ok_or("no tasks")?;
        let mut ids = Vec::new();
        while let Some((_, id)) = document.get(&tasks, ids.len().to_string())? {
            ids.push(id);
        }
        // What was loaded is on the disk already.
        document.save_incremental();
        Ok(Document { document, tasks: ids })
    }

    fn set(&mut self, edit: &Edit) -> Result<(), Failure> {
        self.document
            .put(&self.tasks[edit.row], FIELDS[edit.field], edit.value.as_str())?;
        self.document.commit();
        Ok(())
    }

    fn together(&mut self, edits: &[Edit], disk: &mut Updates) -> Result<(), Failure> {
        for some in edits.chunks(TOGETHER) {
            some.iter().try_for_each(|edit| self.set(edit))?;
            disk.append(&self.document.save_incremental())?;
        }
        Ok(())
    }
}

impl Peer for Automerge {
    fn name(&self) -> &'static str {
        "automerge"
    }

    fn make(&self, folder: &Path, work: &Workload) -> Result<Made, Failure> {
        let saved = with_rows(&work.rows)?;
        let mut disk = Updates::begin(&folder.join("receiver"), &saved)?;
        Document::load(&[saved.clone()])?.together(&work.meanwhile, &mut disk)?;
        let mut disk = Updates::begin(&folder.join("sender"), &saved)?;
        let mut sender = Document::load(&[saved])?;
        let base = sender.document.get_heads();
        let (first_half, second_half) = work.edits.split_at(work.edits.len() / 2);
        let (one_by_one, rest) = first_half.split_at(ONE_BY_ONE.min(first_half.len()));
        let mut edits = Times::default();
        for (number, edit) in one_by_one.iter().enumerate() {
            edits.take(number, || {
                sender.set(edit)?;
                disk.append(&sender.document.save_incremental())
            })?;
        }
        sender.together(rest, &mut disk)?;
        let middle = sender.document.get_heads();
        let first = sender.document.save_after(&base);
        sender.together(second_half, &mut disk)?;
        let start = Instant::now();
        let all = sender.document.save_after(&base);
        let export = start.elapsed();
        let second = sender.document.save_after(&middle);
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
            let mut unit = Document::load(std::slice::from_ref(&saved))?;
            let base = unit.document.get_heads();
            share(work, number).iter().try_for_each(|edit| unit.set(edit))?;
            parcels.push(unit.document.save_after(&base));
        }
        Ok(parcels)
    }

    fn receiver(&self, folder: &Path) -> Result<Box<dyn Receiver>, Failure> {
        let disk = Updates::open(folder)?;
        Ok(Box::new(Copy {
            document: Document::load(&disk.read()?)?,
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
        self.document.document.load_incremental(&parcel)?;
        self.disk.append(&parcel)
    }

    fn values(&mut self, cells: &[(usize, usize)]) -> Result<Values, Failure> {
        let mut found = Values::new();
        for (row, field) in cells {
            let all = self
                .document
                .document
                .get_all(&self.document.tasks[*row], FIELDS[*field])?;
            let texts = all.iter().filter_map(|(value, _)| value.as_str().map(str::to_owned));
            found.insert((*row, *field), texts.collect());
        }
        Ok(found)
    }

    fn size(&mut self) -> Result<u64, Failure> {
        Ok(self.document.document.save().len() as u64)
    }
}

//! Yrs, the Rust port of Yjs: a map of maps. Of concurrent values of a key one stays.

use super::updates::Updates;
use super::{Made, ONE_BY_ONE, Peer, Receiver, TOGETHER};
use crate::stages::{UNITS, Values, share};
use ::yrs::updates::decoder::Decode;
use ::yrs::{Doc, Map, MapPrelim, MapRef, Out, ReadTxn, StateVector, Transact, Update};
use benches::Failure;
use benches::timing::Times;
use benches::workload::{Edit, FIELDS, Row, Workload};
use std::path::Path;
use std::time::Instant;

/// Yrs.
pub struct Yrs;

const TASKS: &str = "tasks";

fn with_rows(rows: &[Row]) -> Vec<u8> {
    let document = Doc::with_client_id(1);
    let tasks = document.get_or_insert_map(TASKS);
    let mut txn = document.transact_mut();
    for (number, row) in rows.iter().enumerate() {
        let fields = FIELDS.iter().zip(row).map(|(field, value)| (*field, value.clone()));
        tasks.insert(&mut txn, number.to_string(), MapPrelim::from_iter(fields));
    }
    txn.encode_state_as_update_v1(&StateVector::default())
}

struct Document {
    document: Doc,
    tasks: Vec<MapRef>,
}

impl Document {
    fn load(parts: &[Vec<u8>], client: u64) -> Result<Document, Failure> {
        let document = Doc::with_client_id(client);
        let tasks = document.get_or_insert_map(TASKS);
        {
            let mut txn = document.transact_mut();
            for part in parts {
                txn.apply_update(Update::decode_v1(part)?)?;
            }
        }
        let mut all = Vec::new();
        {
            let txn = document.transact();
            while let Some(Out::YMap(task)) = tasks.get(&txn, &all.len().to_string()) {
                all.push(task);
            }
        }
        Ok(Document { document, tasks: all })
    }

    /// One edit, and the update that it makes.
    fn set(&self, edit: &Edit) -> Vec<u8> {
        let mut txn = self.document.transact_mut();
        self.tasks[edit.row].insert(&mut txn, FIELDS[edit.field], edit.value.as_str());
        txn.encode_update_v1()
    }

    fn together(&self, edits: &[Edit], disk: &mut Updates) -> Result<(), Failure> {
        for some in edits.chunks(TOGETHER) {
            let before = self.state();
            for edit in some {
                self.set(edit);
            }
            disk.append(&self.since(&before))?;
        }
        Ok(())
    }

    fn state(&self) -> StateVector {
        self.document.transact().state_vector()
    }

    fn since(&self, state: &StateVector) -> Vec<u8> {
        self.document.transact().encode_diff_v1(state)
    }
}

impl Peer for Yrs {
    fn name(&self) -> &'static str {
        "yrs"
    }

    fn make(&self, folder: &Path, work: &Workload) -> Result<Made, Failure> {
        let saved = with_rows(&work.rows);
        let mut disk = Updates::begin(&folder.join("receiver"), &saved)?;
        Document::load(&[saved.clone()], 3)?.together(&work.meanwhile, &mut disk)?;
        let mut disk = Updates::begin(&folder.join("sender"), &saved)?;
        let sender = Document::load(&[saved], 2)?;
        let base = sender.state();
        let (first_half, second_half) = work.edits.split_at(work.edits.len() / 2);
        let (one_by_one, rest) = first_half.split_at(ONE_BY_ONE.min(first_half.len()));
        let mut edits = Times::default();
        for (number, edit) in one_by_one.iter().enumerate() {
            edits.take(number, || disk.append(&sender.set(edit)))?;
        }
        sender.together(rest, &mut disk)?;
        let middle = sender.state();
        let first = sender.since(&base);
        sender.together(second_half, &mut disk)?;
        let start = Instant::now();
        let all = sender.since(&base);
        let export = start.elapsed();
        let second = sender.since(&middle);
        Ok(Made {
            edits,
            export,
            all,
            first,
            second,
        })
    }

    fn make_units(&self, folder: &Path, work: &Workload) -> Result<Vec<Vec<u8>>, Failure> {
        let saved = with_rows(&work.rows);
        Updates::begin(&folder.join("units"), &saved)?;
        let mut parcels = Vec::new();
        for number in 0..UNITS {
            let unit = Document::load(std::slice::from_ref(&saved), 10 + number as u64)?;
            let base = unit.state();
            for edit in share(work, number) {
                unit.set(&edit);
            }
            parcels.push(unit.since(&base));
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
        let update = Update::decode_v1(&parcel)?;
        self.document.document.transact_mut().apply_update(update)?;
        self.disk.append(&parcel)
    }

    fn values(&mut self, cells: &[(usize, usize)]) -> Result<Values, Failure> {
        let txn = self.document.document.transact();
        let value = |(row, field): (usize, usize)| self.document.tasks[row].get(&txn, FIELDS[field]);
        let texts = |cell| value(cell).map(|value| value.to_string(&txn)).into_iter().collect();
        Ok(cells.iter().map(|cell| (*cell, texts(*cell))).collect())
    }

    fn size(&mut self) -> Result<u64, Failure> {
        Ok(self.document.since(&StateVector::default()).len() as u64)
    }
}

//! Ours: the ledger with its bundle, and with bare lines to see what signing and encryption cost.

use super::{Made, ONE_BY_ONE, Peer, Receiver, TOGETHER};
use crate::stages::{UNITS, Values, share, size};
use benches::Failure;
use benches::exchange::{Desk, Office, Pair, RecordId, Wrapping};
use benches::timing::Times;
use benches::workload::{Edit, Row, Workload};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The ledger.
pub struct Ours(pub Wrapping);

/// What a receiver has to know beside its store: with whom it speaks, and what the rows are called.
#[derive(Serialize, Deserialize)]
struct Known {
    pairs: Vec<Pair>,
    /// By row: its record.
    tasks: Vec<String>,
}

fn together(desk: &mut Desk, pair: &Pair, office: &Office, tasks: &[RecordId], edits: &[Edit]) -> Result<(), Failure> {
    edits
        .chunks(TOGETHER)
        .try_for_each(|some| desk.edit(pair, office, tasks, some))
}

impl Peer for Ours {
    fn name(&self) -> &'static str {
        match self.0 {
            Wrapping::Bundle => "ours",
            Wrapping::Bare => "ours, neither signed nor encrypted",
        }
    }

    fn packs_itself(&self) -> bool {
        true
    }

    fn make(&self, folder: &Path, work: &Workload) -> Result<Made, Failure> {
        let pair = Pair::new()?;
        let receiver = folder.join("receiver");
        std::fs::create_dir_all(&receiver)?;
        let mut province = Desk::open(&receiver.join("ledger.db"), 2)?;
        province.join(&pair)?;
        let mut unit = Desk::open(&folder.join("unit.db"), 1)?;
        unit.join(&pair)?;
        let child = &pair.child;
        let tasks = unit.create(&pair, child, &work.rows)?;
        let base = unit.place(&pair, child)?;
        let carried = unit.export(&pair, child, (None, &base), Wrapping::Bare)?;
        province.import(&pair, &pair.parent, &carried, Wrapping::Bare)?;
        let mut edits = Times::default();
        let half = work.edits.len() / 2;
        let (one_by_one, rest) = work.edits.split_at(ONE_BY_ONE.min(half));
        for (number, edit) in one_by_one.iter().enumerate() {
            edits.take(number, || unit.edit(&pair, child, &tasks, [edit]))?;
        }
        let (first_half, second_half) = rest.split_at(half - one_by_one.len());
        together(&mut unit, &pair, child, &tasks, first_half)?;
        let middle = unit.place(&pair, child)?;
        together(&mut unit, &pair, child, &tasks, second_half)?;
        let end = unit.place(&pair, child)?;
        together(&mut province, &pair, &pair.parent, &tasks, &work.meanwhile)?;
        let start = Instant::now();
        let all = unit.export(&pair, child, (Some(&base), &end), self.0)?;
        let export = start.elapsed();
        let first = unit.export(&pair, child, (Some(&base), &middle), self.0)?;
        let second = unit.export(&pair, child, (Some(&middle), &end), self.0)?;
        let known = Known {
            pairs: vec![pair],
            tasks: tasks.iter().map(ToString::to_string).collect(),
        };
        std::fs::write(receiver.join("known.json"), serde_json::to_vec(&known)?)?;
        Ok(Made {
            edits,
            export,
            all,
            first,
            second,
        })
    }

    fn make_units(&self, folder: &Path, work: &Workload) -> Result<Vec<Vec<u8>>, Failure> {
        let receiver = folder.join("units");
        std::fs::create_dir_all(&receiver)?;
        let province = Desk::open(&receiver.join("ledger.db"), 2)?;
        let parent: Office = Pair::new()?.parent;
        let mut known = Known {
            pairs: Vec::new(),
            tasks: vec![String::new(); work.rows.len()],
        };
        let mut parcels = Vec::new();
        for number in 0..UNITS {
            let pair = Pair::below(&parent, number as u16 + 1)?;
            province.join(&pair)?;
            let path = folder.join(format!("unit-{number}.db"));
            let mut unit = Desk::open(&path, number as u64)?;
            unit.join(&pair)?;
            let own: Vec<usize> = (number..work.rows.len()).step_by(UNITS).collect();
            let rows: Vec<Row> = own.iter().map(|row| work.rows[*row].clone()).collect();
            let made = unit.create(&pair, &pair.child, &rows)?;
            for (row, task) in own.iter().zip(&made) {
                known.tasks[*row] = task.to_string();
            }
            let base = unit.place(&pair, &pair.child)?;
            let carried = unit.export(&pair, &pair.child, (None, &base), Wrapping::Bare)?;
            province.import(&pair, &pair.parent, &carried, Wrapping::Bare)?;
            let edits: Vec<Edit> = share(work, number)
                .into_iter()
                .map(|edit| Edit {
                    row: edit.row / UNITS,
                    ..edit
                })
                .collect();
            together(&mut unit, &pair, &pair.child, &made, &edits)?;
            let end = unit.place(&pair, &pair.child)?;
            parcels.push(unit.export(&pair, &pair.child, (Some(&base), &end), self.0)?);
            known.pairs.push(pair);
            drop(unit);
            std::fs::remove_file(path)?;
        }
        std::fs::write(receiver.join("known.json"), serde_json::to_vec(&known)?)?;
        Ok(parcels)
    }

    fn receiver(&self, folder: &Path) -> Result<Box<dyn Receiver>, Failure> {
        let known: Known = serde_json::from_slice(&std::fs::read(folder.join("known.json"))?)?;
        Ok(Box::new(Province {
            desk: Desk::open(&folder.join("ledger.db"), 3)?,
            known,
            wrapping: self.0,
            folder: folder.to_owned(),
            next: 0,
        }))
    }
}

struct Province {
    desk: Desk,
    known: Known,
    wrapping: Wrapping,
    folder: PathBuf,
    next: usize,
}

impl Receiver for Province {
    fn import(&mut self, parcel: Vec<u8>) -> Result<(), Failure> {
        // The parcels of units come in their order; those of one unit are all of the same pair.
        let pair = &self.known.pairs[self.next % self.known.pairs.len()];
        self.next += 1;
        self.desk.import(pair, &pair.parent, &parcel, self.wrapping)?;
        Ok(())
    }

    fn values(&mut self, cells: &[(usize, usize)]) -> Result<Values, Failure> {
        let tasks = self.known.tasks.iter().map(|task| task.parse());
        let tasks = tasks.collect::<Result<Vec<_>, _>>().map_err(|_| "a task's name")?;
        let found = self.desk.values(&tasks, cells.iter().copied())?;
        Ok(found.into_iter().collect::<BTreeMap<_, _>>())
    }

    fn size(&mut self) -> Result<u64, Failure> {
        size(&self.folder)
    }
}

//! What a peer does, stage by stage, each in a process of its own.

use crate::sides::{Peer, Receiver};
use benches::Failure;
use benches::workload::Workload;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;
use std::time::Instant;

/// Units that send to one province.
pub const UNITS: usize = 64;

/// A stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Both sides edit, and the sender exports.
    Make,
    /// The receiver takes it in, twice.
    Import,
    /// The receiver takes in the second half first.
    Reversed,
    /// Units edit and export, each its own rows.
    MakeUnits,
    /// One receiver takes in what all of them sent.
    Units,
}

const STAGES: [(Stage, &str); 5] = [
    (Stage::Make, "make"),
    (Stage::Import, "import"),
    (Stage::Reversed, "reversed"),
    (Stage::MakeUnits, "make-units"),
    (Stage::Units, "units"),
];

impl Stage {
    /// Its word.
    pub fn name(self) -> &'static str {
        STAGES
            .iter()
            .find(|(stage, _)| *stage == self)
            .map_or("", |(_, name)| name)
    }
}

impl FromStr for Stage {
    type Err = String;

    fn from_str(text: &str) -> Result<Stage, String> {
        let found = STAGES.iter().find(|(_, name)| *name == text);
        found.map(|(stage, _)| *stage).ok_or_else(|| format!("no stage {text}"))
    }
}

/// What a stage came to.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Times, by stage.
    pub seconds: Vec<f64>,
    /// Size of what was exported, or of the receiver on the disk.
    pub bytes: u64,
    /// Most memory that the process held, in bytes, if that could be told.
    pub peak: Option<u64>,
    /// Values written by one side that the receiver neither shows nor lists, though nobody who wrote knew of the other.
    pub lost: usize,
    /// Cells that only one side edited and that do not hold its last value.
    pub wrong: usize,
}

/// Name of a parcel in the folder.
pub fn parcel(folder: &Path, name: &str) -> std::path::PathBuf {
    folder.join(format!("{name}.parcel"))
}

/// Does one stage.
pub fn run(peer: &dyn Peer, stage: Stage, folder: &Path, work: &Workload) -> Result<Outcome, Failure> {
    match stage {
        Stage::Make => {
            let made = peer.make(folder, work)?;
            let mut bytes = 0;
            for (name, parcel_bytes) in [("all", made.all), ("first", made.first), ("second", made.second)] {
                let packed = pack(peer, parcel_bytes)?;
                if name == "all" {
                    bytes = packed.len() as u64;
                }
                std::fs::write(parcel(folder, name), packed)?;
            }
            Ok(Outcome {
                seconds: vec![
                    made.edits.percentile(50) / 1_000.0,
                    made.edits.percentile(99) / 1_000.0,
                    made.export.as_secs_f64(),
                ],
                bytes,
                ..Outcome::default()
            })
        }
        Stage::Import => {
            let before = folder.join("receiver");
            copy(&before, &folder.join("once"))?;
            let mut receiver = peer.receiver(&folder.join("once"))?;
            let mut seconds = Vec::new();
            for _ in 0..2 {
                let packed = std::fs::read(parcel(folder, "all"))?;
                let start = Instant::now();
                receiver.import(unpack(peer, packed)?)?;
                seconds.push(start.elapsed().as_secs_f64());
            }
            let peak = receiver.peak().or_else(own_peak);
            compared(receiver.as_mut(), work, seconds, peak)
        }
        Stage::Reversed => {
            copy(&folder.join("receiver"), &folder.join("reversed"))?;
            let mut receiver = peer.receiver(&folder.join("reversed"))?;
            let start = Instant::now();
            for name in ["second", "first"] {
                receiver.import(unpack(peer, std::fs::read(parcel(folder, name))?)?)?;
            }
            let seconds = vec![start.elapsed().as_secs_f64()];
            compared(receiver.as_mut(), work, seconds, None)
        }
        Stage::MakeUnits => {
            let parcels = peer.make_units(folder, work)?;
            for (number, bytes) in parcels.into_iter().enumerate() {
                std::fs::write(parcel(folder, &format!("unit-{number}")), pack(peer, bytes)?)?;
            }
            Ok(Outcome::default())
        }
        Stage::Units => {
            let mut receiver = peer.receiver(&folder.join("units"))?;
            let start = Instant::now();
            for number in 0..UNITS {
                let packed = std::fs::read(parcel(folder, &format!("unit-{number}")))?;
                receiver.import(unpack(peer, packed)?)?;
            }
            let seconds = vec![start.elapsed().as_secs_f64()];
            let alone = Workload {
                meanwhile: Vec::new(),
                ..work.clone()
            };
            compared(receiver.as_mut(), &alone, seconds, None)
        }
    }
}

/// The edits of one unit: those of its rows.
pub fn share(work: &Workload, unit: usize) -> Vec<benches::workload::Edit> {
    let mine = work.edits.iter().filter(|edit| edit.row % UNITS == unit);
    mine.cloned().collect()
}

fn compared(
    receiver: &mut dyn Receiver,
    work: &Workload,
    seconds: Vec<f64>,
    peak: Option<u64>,
) -> Result<Outcome, Failure> {
    let expected = work.expected();
    let found = receiver.values(&expected.keys().copied().collect::<Vec<_>>())?;
    let (mut lost, mut wrong) = (0, 0);
    let nothing = Vec::new();
    for (cell, values) in &expected {
        let there = found.get(cell).unwrap_or(&nothing);
        let missing = values.iter().filter(|value| !there.contains(value)).count();
        if values.len() > 1 {
            lost += missing;
        } else {
            wrong += missing.max(usize::from(there.len() != 1));
        }
    }
    Ok(Outcome {
        seconds,
        bytes: receiver.size()?,
        peak,
        lost,
        wrong,
    })
}

/// Compression as bundles have it, for those who do not compress themselves.
fn pack(peer: &dyn Peer, bytes: Vec<u8>) -> Result<Vec<u8>, Failure> {
    Ok(match peer.packs_itself() {
        true => bytes,
        false => zstd::bulk::compress(&bytes, 3)?,
    })
}

fn unpack(peer: &dyn Peer, bytes: Vec<u8>) -> Result<Vec<u8>, Failure> {
    Ok(match peer.packs_itself() {
        true => bytes,
        false => zstd::decode_all(bytes.as_slice())?,
    })
}

/// Most memory that this process held.
pub fn own_peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1_024)
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Bytes of all files in a folder.
pub fn size(folder: &Path) -> Result<u64, Failure> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += match entry.file_type()?.is_dir() {
            true => size(&entry.path())?,
            false => entry.metadata()?.len(),
        };
    }
    Ok(bytes)
}

/// Cells with every value that stands or is listed there.
pub type Values = BTreeMap<(usize, usize), Vec<String>>;

//! The exchange of edits beside its peers, in one run: who loses what, who needs how long and how much room.
//!
//! `cargo xtask bench -- --only exchange` runs it. Every peer works in processes of its own, so that its memory can be
//! told. `--peer NAME` runs one alone, `--edits N` one number of edits, `--units N` the units that send up their lists
//! (0: none), `--rows N` and `--seed S` make another work.

mod sides;
mod stages;
mod units;

use benches::Failure;
use benches::workload::Workload;
use stages::{Outcome, Stage};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    peer: Option<String>,
    edits: Vec<usize>,
    rows: usize,
    units: u16,
    tasks: usize,
    seed: u64,
    stage: Option<Stage>,
    folder: PathBuf,
}

fn asked() -> Result<Asked, Failure> {
    let mut all = Asked {
        peer: None,
        edits: vec![1_000, 100_000],
        rows: 10_000,
        units: 1_000,
        tasks: 1_000,
        seed: 1,
        stage: None,
        folder: PathBuf::new(),
    };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        let value = given.next().ok_or_else(|| format!("{argument} wants a value"))?;
        match argument.as_str() {
            "--peer" => all.peer = Some(value),
            "--edits" => all.edits = vec![value.parse()?],
            "--rows" => all.rows = value.parse()?,
            "--units" => all.units = value.parse()?,
            "--tasks" => all.tasks = value.parse()?,
            "--seed" => all.seed = value.parse()?,
            "--stage" => all.stage = Some(value.parse()?),
            "--folder" => all.folder = value.into(),
            other => return Err(format!("unknown argument {other}").into()),
        }
    }
    Ok(all)
}

fn main() -> Result<(), Failure> {
    let asked = asked()?;
    if let Some(stage) = asked.stage {
        let name = asked.peer.as_deref().unwrap_or_default();
        let peer = sides::named(name).ok_or_else(|| format!("no peer is called {name}"))?;
        let edits = asked.edits.first().copied().unwrap_or_default();
        let work = Workload::new(asked.rows, edits, asked.seed);
        let outcome = stages::run(peer.as_ref(), stage, &asked.folder, &work)?;
        println!("{}", serde_json::to_string(&outcome)?);
        return Ok(());
    }
    for &edits in &asked.edits {
        exchange(&asked, edits)?;
    }
    if asked.units > 0 && asked.peer.is_none() {
        units::run(asked.units, asked.tasks, asked.seed)?;
    }
    Ok(())
}

const HEAD: &str = "| | one edit p50 ms | p99 | export s | size kB | import s | again s | reversed | 64 units s | peak MB | on disk MB | values lost |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|";

fn exchange(asked: &Asked, edits: usize) -> Result<(), Failure> {
    println!("\n## {edits} edits of {} tasks of 20 fields\n\n{HEAD}", asked.rows);
    for peer in sides::all() {
        if asked.peer.as_deref().is_some_and(|name| name != peer.name()) {
            continue;
        }
        if let Err(why) = peer.ready() {
            println!("| {} | left out: {why} |", peer.name());
            continue;
        }
        let row = in_processes(asked, peer.name(), edits);
        match row {
            Ok(row) => println!("| {} | {row} |", peer.name()),
            Err(failure) => println!("| {} | failed: {failure} |", peer.name()),
        }
    }
    Ok(())
}

/// Every stage of a peer in a process of its own.
fn in_processes(asked: &Asked, peer: &str, edits: usize) -> Result<String, Failure> {
    let folder = tempfile::tempdir()?;
    let stage = |stage: Stage| -> Result<Outcome, Failure> { in_process(asked, peer, edits, stage, folder.path()) };
    let made = stage(Stage::Make)?;
    let imported = stage(Stage::Import)?;
    let reversed = stage(Stage::Reversed);
    stage(Stage::MakeUnits)?;
    let merged = stage(Stage::Units)?;
    let reversed = match reversed {
        Ok(Outcome { wrong: 0, seconds, .. }) => format!("{:.2} s", seconds.first().copied().unwrap_or_default()),
        Ok(Outcome { wrong, .. }) => format!("{wrong} wrong"),
        Err(_) => "refused".to_owned(),
    };
    let second = |outcome: &Outcome, place: usize| outcome.seconds.get(place).copied().unwrap_or_default();
    let wrong = match imported.wrong + merged.wrong {
        0 => String::new(),
        wrong => format!(" ({wrong} wrong)"),
    };
    Ok(format!(
        "{:.2} | {:.2} | {:.3} | {:.0} | {:.2} | {:.3} | {reversed} | {:.2} | {} | {:.1} | {}{wrong}",
        second(&made, 0) * 1_000.0,
        second(&made, 1) * 1_000.0,
        second(&made, 2),
        made.bytes as f64 / 1_000.0,
        second(&imported, 0),
        second(&imported, 1),
        second(&merged, 0),
        imported
            .peak
            .map_or_else(|| "–".to_owned(), |bytes| format!("{:.0}", bytes as f64 / 1e6)),
        imported.bytes as f64 / 1e6,
        imported.lost
    ))
}

fn in_process(asked: &Asked, peer: &str, edits: usize, stage: Stage, folder: &Path) -> Result<Outcome, Failure> {
    let output = Command::new(std::env::current_exe()?)
        .args(["--peer", peer, "--stage", stage.name()])
        .args(["--edits", &edits.to_string(), "--rows", &asked.rows.to_string()])
        .args(["--seed", &asked.seed.to_string()])
        .arg("--folder")
        .arg(folder)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("{}: {}", stage.name(), output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

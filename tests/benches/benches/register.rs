//! The register under load beside plain SQLite with FTS5, and bundles from a unit to its province.
//!
//! `cargo xtask bench` runs it for 100,000 and 1,000,000 tasks. `--tasks N` runs it for one number; `--keep DIR` keeps the
//! registers there and uses them again; `--seed S` makes others; `--only register` or `--only bundles` leaves out the rest;
//! `--no-peer` asks only us, for profiles.

use benches::peer::Peer;
use benches::register::{self, Rounds};
use benches::{Failure, import, office};
use std::path::{Path, PathBuf};

struct Arguments {
    sizes: Vec<u32>,
    seed: u64,
    keep: Option<PathBuf>,
    only: Option<String>,
    peer: bool,
}

fn arguments() -> Result<Arguments, Failure> {
    let mut all = Arguments {
        sizes: vec![100_000, 1_000_000],
        seed: 1,
        keep: None,
        only: None,
        peer: true,
    };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        let mut value = || given.next().ok_or_else(|| format!("{argument} wants a value"));
        match argument.as_str() {
            // What cargo itself adds.
            "--bench" => {}
            "--tasks" => all.sizes = vec![value()?.parse()?],
            "--seed" => all.seed = value()?.parse()?,
            "--keep" => all.keep = Some(PathBuf::from(value()?)),
            "--only" => all.only = Some(value()?),
            "--no-peer" => all.peer = false,
            other => return Err(format!("unknown argument {other}").into()),
        }
    }
    Ok(all)
}

/// Each question is asked so often; reports are written so many times.
const ROUNDS: Rounds = Rounds {
    ours: 4,
    peer: 2,
    reports: 500,
};

fn registers(asked: &Arguments, folder: &Path) -> Result<(), Failure> {
    for &tasks in &asked.sizes {
        println!("\n## {tasks} tasks\n");
        let name = format!("{tasks}-{}", asked.seed);
        let (app, written) = office::open(&folder.join(&name), tasks, asked.seed)?;
        if let Some(written) = written {
            println!("Written one entry each in {:.1} s.\n", written.as_secs_f64());
        }
        let mut peers = Vec::new();
        if asked.peer {
            for encrypted in [false, true] {
                let file = format!("{name}-{}.db", if encrypted { "sqlcipher" } else { "plain" });
                peers.push(Peer::open(&folder.join(file), encrypted, tasks, asked.seed)?);
            }
        }
        print!("{}", register::measure(&app, &peers, tasks, asked.seed, ROUNDS)?);
    }
    Ok(())
}

fn bundles(asked: &Arguments) -> Result<(), Failure> {
    const TASKS: u32 = 20_000;
    const EDITS: u32 = 10_000;
    println!("\n## Bundles from a unit to its province\n");
    println!("| | entries | export s | size kB | import s | changes | changes a second | again s |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    let row = |name: &str, sent: office::Sent| {
        println!(
            "| {name} | {} | {:.2} | {:.0} | {:.2} | {} | {:.0} | {:.2} |",
            sent.entries,
            sent.export.as_secs_f64(),
            sent.size as f64 / 1_000.0,
            sent.import.as_secs_f64(),
            sent.changes,
            f64::from(sent.changes) / sent.import.as_secs_f64(),
            sent.again.as_secs_f64()
        );
    };
    let place = tempfile::tempdir()?;
    let pair = office::Pair::new(place.path(), TASKS, asked.seed)?;
    row(&format!("{TASKS} tasks, never sent before"), pair.send_up()?);
    pair.answer()?;
    for i in 0..EDITS {
        office::report(&pair.unit, 1 + i * 7 % TASKS, (i % 101) as u8)?;
    }
    row(&format!("{EDITS} progress reports"), pair.send_up()?);
    println!("\nThe ledger's part alone, without packing, signing and encryption:\n");
    for tasks in [5_000, 20_000] {
        let place = tempfile::tempdir()?;
        let done = import::run(place.path(), tasks, asked.seed)?;
        println!(
            "- {} changes of {tasks} tasks in {:.2} s: {:.0} changes a second",
            done.changes,
            done.time.as_secs_f64(),
            done.changes as f64 / done.time.as_secs_f64()
        );
    }
    Ok(())
}

fn main() -> Result<(), Failure> {
    let asked = arguments()?;
    let wanted = |part: &str| asked.only.as_deref().is_none_or(|only| only == part);
    let scratch = tempfile::tempdir()?;
    let folder = asked.keep.as_deref().unwrap_or(scratch.path());
    std::fs::create_dir_all(folder)?;
    if wanted("register") {
        registers(&asked, folder)?;
    }
    if wanted("bundles") {
        bundles(&asked)?;
    }
    Ok(())
}

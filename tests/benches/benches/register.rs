//! The register under load: the first page of the list beside plain SQLite's FTS5, its length, a progress report, taking in.
//!
//! `cargo xtask bench` runs it for 100,000 and 1,000,000 tasks. `--tasks N` runs it for one number; `--keep DIR` keeps the
//! data there and uses them again; `--seed S` makes others; `--no-import` leaves out the taking in.

use benches::asks::{self, FILTERS, Words};
use benches::timing::Times;
use benches::{Failure, import, office, peer};
use chidao_app::api::TaskSort;
use std::path::{Path, PathBuf};

struct Arguments {
    sizes: Vec<u32>,
    seed: u64,
    keep: Option<PathBuf>,
    import: bool,
}

fn arguments() -> Result<Arguments, Failure> {
    let mut all = Arguments {
        sizes: vec![100_000, 1_000_000],
        seed: 1,
        keep: None,
        import: true,
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
            "--no-import" => all.import = false,
            other => return Err(format!("unknown argument {other}").into()),
        }
    }
    Ok(all)
}

/// The orders asked in turn, and the peer's words for them.
const ORDERS: [(TaskSort, &str); 3] = [
    (TaskSort::Deadline, "deadline IS NULL, deadline, code_key"),
    (TaskSort::Code, "code_key"),
    (TaskSort::Content, "content_key"),
];

/// Each pair of words is asked so often, in different orders and with different filters.
const ROUNDS: usize = 12;
/// The peer is asked less often: it takes its time.
const PEER_ROUNDS: usize = 3;

fn pages(home: &Path, plain: &Path, tasks: u32, seed: u64) -> Result<(), Failure> {
    let (app, written) = office::open(home, tasks, seed)?;
    if let Some(written) = written {
        println!("{tasks} tasks written one by one in {:.1} s", written.as_secs_f64());
    }
    let peer = peer::open(plain, tasks, seed)?;
    println!();
    println!("| words | filters | rows | median ms | p95 ms | FTS5 join median ms | p95 ms | ratio of medians |");
    println!("|---|---|---:|---:|---:|---:|---:|---:|");
    let mut all = Times::default();
    for (words, pairs) in asks::pairs(seed) {
        for filtered in [false, true] {
            let (mut ours, mut theirs, mut rows) = (Times::default(), Times::default(), 0);
            for round in 0..=ROUNDS {
                for (i, pair) in pairs.iter().enumerate() {
                    let (sort, order) = ORDERS[(round + i) % ORDERS.len()];
                    let filters = filtered.then(|| FILTERS[(round / 3 + i) % FILTERS.len()]);
                    // The first round warms the caches of both.
                    let mut warming = Times::default();
                    let times = if round == 0 { &mut warming } else { &mut ours };
                    let found = times.take(|| office::first_page(&app, pair, filters, sort))?;
                    rows += found;
                    if round <= PEER_ROUNDS {
                        let times = if round == 0 { &mut warming } else { &mut theirs };
                        let same = times.take(|| peer::first_page(&peer, pair, filters, order))?;
                        if found != same {
                            return Err(format!("{pair}: {found} rows, FTS5 finds {same}").into());
                        }
                    }
                }
            }
            println!(
                "| {} | {} | {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.3} |",
                words.name(),
                if filtered { "two" } else { "none" },
                rows / (pairs.len() * (ROUNDS + 1)),
                ours.percentile(50),
                ours.percentile(95),
                theirs.percentile(50),
                theirs.percentile(95),
                ours.percentile(50) / theirs.percentile(50)
            );
            all.extend(&ours);
        }
    }
    println!();
    println!(
        "First page of {tasks} tasks, all of {} questions: median {:.2} ms, p95 {:.2} ms, p99 {:.2} ms",
        all.count(),
        all.percentile(50),
        all.percentile(95),
        all.percentile(99)
    );
    others(&app, tasks, seed)
}

fn others(app: &chidao_app::App, tasks: u32, seed: u64) -> Result<(), Failure> {
    let mut unfiltered = Times::default();
    for round in 0..60 {
        let (sort, _) = ORDERS[round % ORDERS.len()];
        unfiltered.take(|| office::first_page(app, "", None, sort))?;
    }
    println!(
        "First page without words or filters: median {:.2} ms, p95 {:.2} ms",
        unfiltered.percentile(50),
        unfiltered.percentile(95)
    );
    let mut counts = Times::default();
    for (words, pairs) in asks::pairs(seed) {
        if words != Words::Absent {
            for pair in &pairs {
                counts.take(|| office::count(app, pair))?;
            }
        }
    }
    println!(
        "Length of the list: median {:.2} ms, p95 {:.2} ms",
        counts.percentile(50),
        counts.percentile(95)
    );
    let mut reports = Times::default();
    for i in 0..500 {
        let task = 1 + i * (tasks / 500).max(1);
        reports.take(|| office::report(app, task.min(tasks), (i % 101) as u8))?;
    }
    println!(
        "One progress report, committed: p50 {:.2} ms, p99 {:.2} ms",
        reports.percentile(50),
        reports.percentile(99)
    );
    Ok(())
}

fn main() -> Result<(), Failure> {
    let asked = arguments()?;
    let scratch = tempfile::tempdir()?;
    let folder = asked.keep.as_deref().unwrap_or(scratch.path());
    std::fs::create_dir_all(folder)?;
    for tasks in &asked.sizes {
        println!("\n## {tasks} tasks\n");
        let name = format!("{tasks}-{}", asked.seed);
        pages(
            &folder.join(&name),
            &folder.join(format!("{name}.db")),
            *tasks,
            asked.seed,
        )?;
    }
    if asked.import {
        println!("\n## Taking in\n");
        for tasks in [5_000, 20_000] {
            let place = tempfile::tempdir()?;
            let done = import::run(place.path(), tasks, asked.seed)?;
            println!(
                "{} changes of {tasks} tasks in {:.2} s: {:.0} changes a second",
                done.changes,
                done.time.as_secs_f64(),
                done.changes as f64 / done.time.as_secs_f64()
            );
        }
    }
    Ok(())
}

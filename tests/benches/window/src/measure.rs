//! Start, memory and size of the program's window beside the smallest one: `measure OURS SMALLEST`.
//!
//! Both are started by turns on the same screen. Start: from the process to the page's second frame with text, seen from outside.
//! Memory: the proportional share (PSS) of the process and all that it started, once it has stood still for two seconds.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error>;

/// So often each is started; the first of each warms up and does not count.
const STARTS: usize = 11;
/// So often each is left open to look at its memory.
const LOOKS: usize = 3;
const GLANCE: Duration = Duration::from_millis(250);
/// Standing still: so many glances within one part in a hundred.
const STILL: usize = 8;
const PATIENCE: Duration = Duration::from_secs(60);

struct Side {
    name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    start: Vec<f64>,
    memory: Vec<f64>,
}

impl Side {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Milliseconds to the painted page.
    fn started(&self) -> Result<f64, Failure> {
        let began = Instant::now();
        let mut child = self
            .command()
            .arg("--exit-once-painted")
            .stdout(Stdio::piped())
            .spawn()?;
        let told = BufReader::new(child.stdout.take().ok_or("no output")?);
        let painted = told
            .lines()
            .map_while(Result::ok)
            .find(|line| line.starts_with("painted"));
        let took = began.elapsed();
        let status = child.wait()?;
        match painted {
            Some(_) => Ok(took.as_secs_f64() * 1e3),
            None => Err(format!("{} painted nothing: {status}", self.name).into()),
        }
    }

    /// Megabytes once it stands still.
    fn held(&self) -> Result<f64, Failure> {
        let mut child = self.command().stdout(Stdio::null()).spawn()?;
        let told = still(&mut child);
        child.kill()?;
        child.wait()?;
        told
    }
}

fn still(child: &mut Child) -> Result<f64, Failure> {
    let began = Instant::now();
    let mut last: Vec<f64> = Vec::new();
    while began.elapsed() < PATIENCE {
        std::thread::sleep(GLANCE);
        if let Some(status) = child.try_wait()? {
            return Err(format!("it ended: {status}").into());
        }
        last.push(shared(child.id()));
        let end = &last[last.len().saturating_sub(STILL)..];
        let (least, most) = (
            end.iter().copied().fold(f64::MAX, f64::min),
            end.iter().copied().fold(0.0, f64::max),
        );
        // The engine's page process holds more than the shell: before it is there, nothing counts.
        if end.len() == STILL && most - least < most / 100.0 && family(child.id()).len() > 2 {
            return Ok(most);
        }
    }
    Err("it never stood still".into())
}

/// A process and all that it started.
fn family(first: u32) -> Vec<u32> {
    let mut parents = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let parent = stat
            .rsplit_once(')')
            .and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        parents.extend(parent.map(|parent| (process, parent)));
    }
    let mut all = vec![first];
    let mut seen = 0;
    while let Some(&parent) = all.get(seen) {
        let children = parents.iter().filter(|(_, of)| **of == parent);
        all.extend(children.map(|(process, _)| *process));
        seen += 1;
    }
    all
}

fn shared(first: u32) -> f64 {
    let of = |process: u32| {
        let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("Pss:"))
            .unwrap_or_default();
        line.split_whitespace()
            .next()
            .and_then(|kb| kb.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    family(first).into_iter().map(of).sum::<f64>() / 1e3
}

fn median(all: &mut [f64]) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn size(path: &Path) -> Result<f64, Failure> {
    Ok(fs::metadata(path)?.len() as f64 / 1e6)
}

fn main() -> Result<(), Failure> {
    let mut words = std::env::args_os().skip(1).map(PathBuf::from);
    let (ours, smallest) = words.next().zip(words.next()).ok_or("measure OURS SMALLEST")?;
    let home = tempfile::tempdir()?;
    let at = ["--home".to_owned(), home.path().display().to_string()];
    let side = |name, program: &Path, arguments: &[String]| Side {
        name,
        program: program.to_owned(),
        arguments: arguments.to_vec(),
        start: Vec::new(),
        memory: Vec::new(),
    };
    let mut sides = [
        side("ours, first start", &ours, &at),
        side("ours, demonstration", &ours, &["--demo".to_owned()]),
        side("smallest", &smallest, &[]),
    ];
    for round in 0..STARTS {
        for side in &mut sides {
            let took = side.started()?;
            if round > 0 {
                side.start.push(took);
            }
        }
    }
    for _ in 0..LOOKS {
        for side in &mut sides {
            let held = side.held()?;
            side.memory.push(held);
        }
    }
    println!("| | start ms | memory MB | program MB |");
    println!("|---|---:|---:|---:|");
    let mut rows = Vec::new();
    for side in &mut sides {
        let row = [median(&mut side.start), median(&mut side.memory), size(&side.program)?];
        println!("| {} | {:.0} | {:.0} | {:.1} |", side.name, row[0], row[1], row[2]);
        rows.push((side.name, row));
    }
    let (_, peer) = rows[rows.len() - 1];
    for (name, row) in &rows[..rows.len() - 1] {
        println!(
            "| {name}, ratio | {:.2} | {:.2} | {:.1} |",
            row[0] / peer[0],
            row[1] / peer[1],
            row[2] / peer[2]
        );
    }
    Ok(())
}

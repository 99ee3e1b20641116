//! Many units send their whole lists up to one province: the time that one more takes must not grow with those that came.

use benches::Failure;
use benches::exchange::{Desk, Office, Pair, Wrapping};
use benches::workload::Workload;
use std::time::{Duration, Instant};

/// Rows of the table.
const POINTS: u16 = 10;

/// Takes in so many tasks from each of so many units, and shows the curve.
pub fn run(units: u16, tasks: usize, seed: u64) -> Result<(), Failure> {
    println!("\n## {units} units of {tasks} tasks into one province\n");
    println!("| units | ms a unit, last ones | seconds in all | changes a second | database MB | memory MB |");
    println!("|---:|---:|---:|---:|---:|---:|");
    let folder = tempfile::tempdir()?;
    let rows = Workload::new(tasks, 0, seed).rows;
    let ledger = folder.path().join("province.db");
    let province = Desk::open(&ledger, 1)?;
    let parent: Office = Pair::new()?.parent;
    let step = (units / POINTS).max(1);
    let (mut all, mut last, mut changes) = (Duration::ZERO, Duration::ZERO, 0);
    for number in 1..=units {
        let pair = Pair::below(&parent, number)?;
        province.join(&pair)?;
        let path = folder.path().join("unit.db");
        let mut unit = Desk::open(&path, u64::from(number))?;
        unit.join(&pair)?;
        unit.create(&pair, &pair.child, &rows)?;
        let end = unit.place(&pair, &pair.child)?;
        let parcel = unit.export(&pair, &pair.child, (None, &end), Wrapping::Bundle)?;
        drop(unit);
        for file in ["unit.db", "unit.db-wal", "unit.db-shm"] {
            let _ = std::fs::remove_file(folder.path().join(file));
        }
        let start = Instant::now();
        changes += province.import(&pair, &parent, &parcel, Wrapping::Bundle)?.changes;
        let took = start.elapsed();
        all += took;
        last += took;
        if number.is_multiple_of(step) {
            println!(
                "| {number} | {:.0} | {:.1} | {:.0} | {:.0} | {:.0} |",
                last.as_secs_f64() * 1_000.0 / f64::from(step),
                all.as_secs_f64(),
                changes as f64 / all.as_secs_f64(),
                std::fs::metadata(&ledger)?.len() as f64 / 1e6,
                resident().unwrap_or_default() as f64 / 1e6
            );
            last = Duration::ZERO;
        }
    }
    Ok(())
}

/// Memory that this process holds now.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1_024)
}

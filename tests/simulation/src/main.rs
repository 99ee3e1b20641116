//! `simulation --seed N [--units U] [--days D]`, `--seeds A..B`, `--script FILE`, `--minutes M`.

use simulation::machine::Failure;
use simulation::run::{Outcome, run, shrink};
use simulation::script::{Script, Size};
use std::process::ExitCode;
use std::time::{Duration, Instant};

const USAGE: &str = "\
simulation --seed N [--units U] [--days D]   one run, and what happened in it
simulation --seeds A..B                      several
simulation --minutes M [--from N]            as many as go by
simulation --script FILE                     a script that was printed before
A run that finds something prints a script with as few steps as needed.
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match carry_out(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("simulation: {failure}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn option(words: &[String], name: &str) -> Option<String> {
    let at = words.iter().position(|word| word == name)?;
    words.get(at + 1).cloned()
}

fn carry_out(words: &[String]) -> Result<bool, Failure> {
    if let Some(path) = option(words, "--script") {
        return tell(&Script::read(&std::fs::read_to_string(path)?)?, true);
    }
    if let Some(seed) = option(words, "--seed") {
        let seed = seed.parse()?;
        let mut size = Size::of_seed(seed);
        size.units = option(words, "--units").map_or(Ok(size.units), |text| text.parse())?;
        size.days = option(words, "--days").map_or(Ok(size.days), |text| text.parse())?;
        return tell(&Script::draw(seed, size), true);
    }
    if let Some(seeds) = option(words, "--seeds") {
        let (from, to) = seeds.split_once("..").ok_or("--seeds A..B")?;
        return several(from.parse()?..to.parse()?, None);
    }
    let minutes: u64 = option(words, "--minutes").ok_or("nothing to do")?.parse()?;
    let from = option(words, "--from").map_or(Ok(1_000), |text| text.parse())?;
    several(from..u64::MAX, Some(Duration::from_secs(60 * minutes)))
}

fn several(seeds: std::ops::Range<u64>, time: Option<Duration>) -> Result<bool, Failure> {
    let (begun, mut fine, mut count) = (Instant::now(), true, 0_u32);
    for seed in seeds {
        if time.is_some_and(|time| begun.elapsed() > time) {
            break;
        }
        fine &= tell(&Script::draw(seed, Size::of_seed(seed)), false)?;
        count += 1;
    }
    println!("{count} seeds in {} s", begun.elapsed().as_secs());
    Ok(fine)
}

fn tell(script: &Script, in_full: bool) -> Result<bool, Failure> {
    let Outcome { found, counts } = run(script)?;
    let Some(found) = found else {
        if in_full {
            println!("seed {}: nothing found\n{counts:?}", script.seed);
        }
        return Ok(true);
    };
    println!("seed {}: {found}", script.seed);
    if in_full {
        let least = shrink(script, 400)?;
        let found = run(&least)?.found.unwrap_or_default();
        println!(
            "{} of {} steps are enough: {found}\n{}",
            least.steps.len(),
            script.steps.len(),
            least.write()
        );
    }
    Ok(false)
}

//! `crash --kills N [--from SEED]`: kills the program, a hundred times in each world, and tells what was found.

use crash::kills;
use std::process::ExitCode;
use std::time::Instant;

/// Kills in one world: enough history to lose, and not so much that looking takes longer than killing.
const IN_ONE_WORLD: u32 = 100;

fn option(words: &[String], name: &str, usual: u32) -> Option<u32> {
    match words.iter().position(|word| word == name) {
        None => Some(usual),
        Some(at) => words.get(at + 1)?.parse().ok(),
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (Some(kills), Some(from)) = (option(&words, "--kills", 1_000), option(&words, "--from", 1)) else {
        eprintln!("crash [--kills N] [--from SEED]");
        return ExitCode::from(2);
    };
    let begun = Instant::now();
    let (mut killed, mut seed, mut fine) = (0, u64::from(from), true);
    while killed < kills {
        let wanted = IN_ONE_WORLD.min(kills - killed);
        match kills::run(seed, wanted) {
            Ok(counts) => println!("seed {seed}: {counts:?}"),
            Err(found) => {
                fine = false;
                println!("FOUND {found}");
            }
        }
        killed += wanted;
        seed += 1;
    }
    println!("{killed} kills in {} s", begun.elapsed().as_secs());
    match fine {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

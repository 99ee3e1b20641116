//! `cargo xtask …`: everything that is done to the program rather than by it. Plain Rust instead of scripts, so that it
//! is the same on every system.
//!
//! It must never be needed by the program itself, and it knows no rule of the office. Start reading at `test.rs`.

mod counts;
mod dist;
mod fuzz;
mod house;
mod pieces;
mod programs;
mod setup;
mod steps;
mod test;
mod windows;

use programs::Failure;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <what>

  setup               finds what this machine lacks; as root on Debian or Ubuntu installs it, otherwise names it
  run [--release] [-- ARGS…]
                      sets up, builds the page and the program, and opens it; without a display serves it instead.
                      ARGS go to the program: `cargo xtask run -- --demo`
  test                sets up and runs every test; the last line is the total
  types               writes ui/src/host/types anew from the Rust types
  house               checks the rules of the house: arrows, edges, names, places
  shots               takes pictures of every screen from the running program into ui/pictures
  bench [-- ARGS…]    runs the benchmarks, optimised
  soak [-- --minutes M --from N]
                      simulates one seed after another, for an hour unless told otherwise
  crash [-- --kills N --from N]
                      kills the program at any moment, a thousand times unless told otherwise, and looks what is left
  fuzz [-- TARGET --minutes N]
                      libFuzzer at the bundle, the entry and the enrolment file, ten minutes each unless told otherwise
  dist [--target windows]
                      builds the optimised programs and lays them out in target/dist; from Linux for Windows too
  test-windows [--short | --only PART]
                      on Linux: builds for Windows and runs under Wine what can be run there; briefly with --short;
                      one part of it: stories, rooms, kills, users (installer and updates), page
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match carry_out(&words) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(words: &[String]) -> Result<ExitCode, Failure> {
    let Some((what, rest)) = words.split_first() else {
        eprint!("{USAGE}");
        return Ok(ExitCode::from(2));
    };
    // What stands after `--` is for the program that is started, what stands before is ours.
    let (ours, theirs) = match rest.iter().position(|word| word == "--") {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (rest, &[][..]),
    };
    let understood = match what.as_str() {
        "run" => ours == ["--release"],
        "dist" => ours == ["--target", "windows"],
        "test-windows" => windows::Extent::asked(ours).is_some(),
        _ => false,
    };
    let passes_on = matches!(what.as_str(), "run" | "bench" | "soak" | "crash" | "fuzz");
    if (!ours.is_empty() && !understood) || (!theirs.is_empty() && !passes_on) {
        eprint!("xtask: {what}: not understood: {}\n\n{USAGE}", rest.join(" "));
        return Ok(ExitCode::from(2));
    }
    let root = programs::root()?;
    match what.as_str() {
        "setup" => setup::everything(&root)?,
        "run" => return pieces::run(&root, understood, theirs),
        "test" => return test::test(&root),
        "types" => pieces::write_types(&root)?,
        "house" => house::report(&root)?,
        "shots" => pieces::shots(&root)?,
        "bench" => pieces::bench(&root, theirs)?,
        "soak" => pieces::soak(&root, theirs)?,
        "crash" => pieces::crash(&root, theirs)?,
        "fuzz" => fuzz::fuzz(&root, theirs)?,
        "dist" if understood => drop(windows::dist(&root)?),
        "dist" => dist::dist(&root)?,
        "test-windows" => {
            let extent = windows::Extent::asked(ours).unwrap_or(windows::Extent::Whole);
            return windows::test(&root, &extent);
        }
        "help" | "--help" | "-h" => print!("{USAGE}"),
        _ => {
            eprint!("xtask: not understood: {what}\n\n{USAGE}");
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}

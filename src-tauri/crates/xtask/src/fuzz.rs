//! libFuzzer at the doors that take bytes from strangers, built with the toolchain that builds everything else.

use crate::pieces::target;
use crate::programs::{self, Failure, cargo, program};
use std::fs;
use std::path::Path;

/// The targets of `tests/fuzz`.
const TARGETS: [&str; 3] = ["bundle", "entry", "enrolment"];

/// Minutes for each target, unless told otherwise.
const MINUTES: u64 = 10;

/// What libFuzzer counts by. Address checks would need a nightly compiler; in safe Rust a panic is what there is to find.
const COVERAGE: &[&str] = &[
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

/// Builds the targets and runs the one that is named, or each in turn. What it learns stays in `target/fuzz/corpus`, what it
/// finds in `target/fuzz/found`.
pub(crate) fn fuzz(root: &Path, rest: &[String]) -> Result<(), Failure> {
    let (targets, minutes) = asked(rest)?;
    let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    if programs::find(&compiler).is_none() {
        return Err(Failure::new(format!(
            "libFuzzer is C++, and there is no compiler named {compiler}: install one (Debian: g++), or name it in CXX"
        )));
    }
    let host = programs::answer(program("rustc", root).arg("-vV"))
        .and_then(|told| {
            told.lines()
                .find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
        })
        .ok_or_else(|| Failure::new("rustc does not say which machine this is"))?;
    let folder = target(root).join("fuzz");
    // With a target named, what runs during the build itself is built without the counters.
    programs::run(
        cargo(root)
            .args([
                "build",
                "--release",
                "--manifest-path",
                "tests/fuzz/Cargo.toml",
                "--target",
                &host,
            ])
            .arg("--target-dir")
            .arg(&folder)
            .env("RUSTFLAGS", COVERAGE.join(" ")),
    )?;
    for name in targets {
        let (learnt, found) = (folder.join("corpus").join(name), folder.join("found").join(name));
        for folder in [&learnt, &found] {
            fs::create_dir_all(folder).map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
        }
        let built = folder.join(&host).join("release").join(name);
        programs::run(
            program(built, root)
                .arg(format!("-max_total_time={}", minutes * 60))
                .args([
                    "-max_len=65536",
                    "-timeout=20",
                    "-rss_limit_mb=1024",
                    "-print_final_stats=1",
                ])
                .arg(format!("-artifact_prefix={}/", found.display()))
                .arg(&learnt)
                .arg(root.join("tests/fuzz/corpus").join(name)),
        )?;
    }
    Ok(())
}

fn asked(rest: &[String]) -> Result<(Vec<&'static str>, u64), Failure> {
    let mut targets = Vec::new();
    let mut minutes = MINUTES;
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        if word == "--minutes" {
            minutes = words
                .next()
                .and_then(|number| number.parse().ok())
                .filter(|number| (1..=100_000).contains(number))
                .ok_or_else(|| Failure::new("--minutes wants a number from 1"))?;
        } else if let Some(target) = TARGETS.into_iter().find(|target| target == word) {
            targets.push(target);
        } else {
            return Err(Failure::new(format!("fuzz: {word} is none of {}", TARGETS.join(", "))));
        }
    }
    if targets.is_empty() {
        targets = TARGETS.to_vec();
    }
    Ok((targets, minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_and_minutes_are_understood_in_any_order() {
        let asked = |words: &str| asked(&words.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).ok();
        assert_eq!(asked(""), Some((TARGETS.to_vec(), MINUTES)));
        assert_eq!(asked("entry --minutes 3"), Some((vec!["entry"], 3)));
        assert_eq!(asked("--minutes 3 entry bundle"), Some((vec!["entry", "bundle"], 3)));
        for wrong in ["--minutes", "--minutes 0", "--minutes x", "ledger"] {
            assert_eq!(asked(wrong), None, "{wrong}");
        }
    }
}

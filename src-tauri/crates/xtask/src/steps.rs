//! Doing one thing after another under clear headings, stopping at the first that fails, and telling what ran.

use crate::counts::Counts;
use crate::programs::{self, Failure};
use std::process::Command;
use std::time::{Duration, Instant};

/// What ran so far.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    ran: Vec<Ran>,
}

#[derive(Debug)]
struct Ran {
    name: String,
    took: Duration,
    counts: Counts,
    passed: bool,
}

/// A step failed, and said why; nothing after it runs.
#[derive(Debug)]
pub(crate) struct Stop;

impl Steps {
    /// Does this and counts it: by the tests that it reports, or as one check where it reports none.
    pub(crate) fn step(
        &mut self,
        name: &str,
        work: impl FnOnce() -> (Counts, Result<(), Failure>),
    ) -> Result<Counts, Stop> {
        println!("\n━━ {name}");
        let began = Instant::now();
        let (mut counts, done) = work();
        let passed = done.is_ok() && counts.failed == 0;
        match passed {
            true if counts == Counts::default() => counts.passed = 1,
            false if counts.failed == 0 => counts.failed = 1,
            _ => {}
        }
        if let Err(failure) = done {
            eprintln!("\n{failure}");
        }
        self.ran.push(Ran {
            name: name.to_owned(),
            took: began.elapsed(),
            counts,
            passed,
        });
        if passed { Ok(counts) } else { Err(Stop) }
    }

    /// Runs one program as a step.
    pub(crate) fn run(&mut self, name: &str, command: &mut Command) -> Result<Counts, Stop> {
        self.step(name, || programs::run_counted(command))
    }

    /// What ran, with times, and the total alone on the last line.
    pub(crate) fn summary(&self) -> String {
        let mut total = Counts::default();
        let mut text = String::from("\n━━ What ran\n");
        let widest = self.ran.iter().map(|ran| ran.name.chars().count()).max().unwrap_or(0);
        for ran in &self.ran {
            total += ran.counts;
            let mark = if ran.passed { "ok    " } else { "FAILED" };
            let took = ran.took.as_secs_f64();
            let Counts { passed, failed } = ran.counts;
            text.push_str(&format!(
                "{mark} {:widest$} {took:>8.1} s {passed:>6} passed {failed:>4} failed\n",
                ran.name
            ));
        }
        text.push_str(&format!("{} passed, {} failed", total.passed, total.failed));
        text
    }

    /// Whether everything that ran passed.
    pub(crate) fn all_passed(&self) -> bool {
        self.ran.iter().all(|ran| ran.passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_the_total() {
        let mut steps = Steps::default();
        steps.step("House", || (Counts::default(), Ok(()))).unwrap();
        steps
            .step("Rust", || (Counts { passed: 41, failed: 0 }, Ok(())))
            .unwrap();
        assert!(steps.all_passed());
        assert_eq!(steps.summary().lines().last(), Some("42 passed, 0 failed"));
    }

    #[test]
    fn a_failure_counts_once_even_if_no_test_reports_it() {
        let mut steps = Steps::default();
        assert!(
            steps
                .step("Build", || (Counts::default(), Err(Failure::new("no"))))
                .is_err()
        );
        assert!(
            steps
                .step("Page", || (Counts { passed: 1, failed: 2 }, Err(Failure::new("no"))))
                .is_err()
        );
        assert!(steps.step("Odd", || (Counts { passed: 3, failed: 1 }, Ok(()))).is_err());
        assert!(!steps.all_passed());
        assert_eq!(steps.summary().lines().last(), Some("4 passed, 4 failed"));
    }
}

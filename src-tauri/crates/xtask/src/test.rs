//! `cargo xtask test`: every test there is, cheapest first.

use crate::counts::Counts;
use crate::programs::{self, Failure, cargo, npm};
use crate::steps::{Steps, Stop};
use crate::{house, pieces, setup};
use std::path::Path;
use std::process::ExitCode;

/// The tests that drive the real window live in a module of this name, in the test program [`WINDOW_TESTS`].
const WINDOW_MODULE: &str = "real_window::";
const WINDOW_TESTS: &str = "window";

/// Runs everything; the last line printed is the total.
pub(crate) fn test(root: &Path) -> Result<ExitCode, Failure> {
    let mut steps = Steps::default();
    // The steps have told what went wrong; the summary tells it once more.
    let _: Result<(), Stop> = run_all(root, &mut steps);
    println!("{}", steps.summary());
    Ok(if steps.all_passed() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn run_all(root: &Path, steps: &mut Steps) -> Result<(), Stop> {
    let plain = |done: Result<(), Failure>| (Counts::default(), done);
    let (ui, browser) = (root.join("ui"), root.join("tests/browser"));

    steps.step("Setup", || plain(setup::everything(root)))?;
    steps.step("House", || plain(house::report(root)))?;
    steps.run("Rust: format", cargo(root).args(["fmt", "--all", "--check"]))?;
    // Every cargo command below names the whole workspace: other selections of packages would choose other features
    // for shared dependencies, and build them twice.
    steps.step("Types: fresh", || pieces::types_are_fresh(root))?;

    // The page comes before clippy and the Rust tests, for the window's program embeds it.
    steps.run("Page: check", npm(&ui).args(["run", "check"]))?;
    if pieces::has_script(&ui, "lint") {
        steps.run("Page: lint", npm(&ui).args(["run", "lint"]))?;
    }
    steps.run("Page: tests", npm(&ui).arg("test"))?;
    steps.run("Page: build", npm(&ui).args(["run", "build"]))?;

    let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    steps.run("Rust: clippy", cargo(root).args(clippy))?;
    steps.run("Rust: build", cargo(root).args(["test", "--workspace", "--no-run"]))?;
    let skip = ["test", "--workspace", "--", "--skip", WINDOW_MODULE];
    steps.run("Rust: tests", cargo(root).args(skip))?;

    if browser.join("package.json").is_file() {
        let mut tests = npm(&browser);
        steps.run("Browser", pieces::with_programs(root, tests.arg("test")))?;
    }
    if cfg!(target_os = "linux") {
        let mut window = cargo(root);
        window.args(["test", "--workspace", "--test", WINDOW_TESTS]);
        steps.step("Window", || some_ran(&mut window))?;
    }
    Ok(())
}

/// Green because nothing ran is not green.
fn some_ran(command: &mut std::process::Command) -> (Counts, Result<(), Failure>) {
    let (counts, done) = programs::run_counted(command);
    match done {
        Ok(()) if counts == Counts::default() => (
            counts,
            Err(Failure::new(format!("`{}` ran no test", programs::told(command)))),
        ),
        done => (counts, done),
    }
}

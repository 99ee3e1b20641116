//! The single pieces of work: running, types, pictures, benchmarks.

use crate::counts::Counts;
use crate::programs::{self, Failure, cargo, npm, program};
use crate::setup::{self, Purpose};
use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The test, in a library of the workspace, that compares the generated types with those in the tree.
const TYPES_TEST: &str = "generated_types_are_fresh";
/// Tells that test to write them instead.
const WRITE_TYPES: &str = "CHIDAO_WRITE_TYPES";

/// Builds and opens the window; serves the page where there is no display. The exit code is the program's.
pub(crate) fn run(root: &Path, release: bool, rest: &[String]) -> Result<ExitCode, Failure> {
    setup::prepare(root, Purpose::Run)?;
    build_page(root)?;
    let windowless = cfg!(target_os = "linux") && !has_display();
    let package = if windowless { "chidao" } else { "so-chi-dao" };
    build(root, package, release)?;
    let mut opened = program(built(root, package, release), root);
    if windowless {
        println!("no display: serving the page to a browser instead");
        opened.arg("serve");
    }
    opened.args(rest);
    let status = opened
        .status()
        .map_err(|error| Failure::new(format!("{package} could not be started: {error}")))?;
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Whether the generated types are those in the tree. A test that does not exist is a failure, not a pass.
pub(crate) fn types_are_fresh(root: &Path) -> (Counts, Result<(), Failure>) {
    types(root, false)
}

/// Writes the generated types into the tree.
pub(crate) fn write_types(root: &Path) -> Result<(), Failure> {
    types(root, true).1
}

fn types(root: &Path, write: bool) -> (Counts, Result<(), Failure>) {
    let mut test = cargo(root);
    test.args(["test", "--workspace", "--lib", TYPES_TEST]);
    match write {
        true => test.env(WRITE_TYPES, "1"),
        false => test.env_remove(WRITE_TYPES),
    };
    match programs::run_counted(&mut test) {
        (counts, Ok(())) if counts.passed == 0 => (
            counts,
            Err(Failure::new(format!("no library has a test named {TYPES_TEST}"))),
        ),
        (counts, Err(failure)) if !write => (
            counts,
            Err(Failure::new(format!(
                "{failure}\nif a type was changed on purpose: cargo xtask types"
            ))),
        ),
        done => done,
    }
}

/// Takes pictures of every screen.
pub(crate) fn shots(root: &Path) -> Result<(), Failure> {
    const SCRIPT: &str = "tests/browser/shots.mjs";
    setup::everything(root)?;
    build_page(root)?;
    build(root, "chidao", false)?;
    let pictures = root.join("ui/pictures");
    fs::create_dir_all(&pictures).map_err(|error| Failure::new(format!("{}: {error}", pictures.display())))?;
    let mut node = program("node", root);
    node.arg(root.join(SCRIPT)).env("CHIDAO_PICTURES", &pictures);
    programs::run(with_programs(root, &mut node))
}

/// Simulates, optimised, as many seeds as go by; those of the tests are passed over.
pub(crate) fn soak(root: &Path, rest: &[String]) -> Result<(), Failure> {
    let mut cargo = cargo(root);
    cargo.args(["run", "--release", "--package", "simulation", "--"]);
    match rest {
        [] => cargo.args(["--minutes", "60"]),
        rest => cargo.args(rest),
    };
    programs::run(&mut cargo)
}

/// Kills the optimised program, and says what it left. What follows goes to the killer.
pub(crate) fn crash(root: &Path, rest: &[String]) -> Result<(), Failure> {
    let mut cargo = cargo(root);
    cargo.args(["run", "--release", "--package", "crash", "--"]).args(rest);
    programs::run(&mut cargo)
}

/// Runs the benchmarks: those of the register and its bundles; the exchange beside its peers and the window beside the smallest
/// one, which are workspaces of their own.
pub(crate) fn bench(root: &Path, rest: &[String]) -> Result<(), Failure> {
    setup::prepare(root, Purpose::Run)?;
    let only = rest.iter().position(|one| one == "--only");
    let is_only = |asked: &str| only.and_then(|at| rest.get(at + 1)).is_some_and(|what| what == asked);
    let (exchange, window) = (is_only("exchange"), is_only("window"));
    if !exchange && !window {
        programs::run(cargo(root).args(["bench", "--package", "benches", "--"]).args(rest))?;
    }
    if exchange || only.is_none() {
        let asked = rest.iter().enumerate();
        let asked = asked.filter(|(at, _)| exchange && only.is_none_or(|only| *at != only && *at != only + 1));
        programs::run(
            cargo(root)
                .args(["run", "--release", "--manifest-path", "tests/benches/peers/Cargo.toml"])
                .arg("--target-dir")
                .arg(target(root).join("peers"))
                .arg("--")
                .args(asked.map(|(_, one)| one)),
        )?;
    }
    if window || only.is_none() {
        bench_window(root)?;
    }
    Ok(())
}

/// The window beside the smallest program that Tauri makes, by turns on a screen that nobody looks at.
fn bench_window(root: &Path) -> Result<(), Failure> {
    setup::prepare(root, Purpose::Test)?;
    build_page(root)?;
    build(root, "so-chi-dao", true)?;
    let folder = target(root).join("window");
    programs::run(
        cargo(root)
            .args([
                "build",
                "--release",
                "--manifest-path",
                "tests/benches/window/Cargo.toml",
            ])
            .arg("--target-dir")
            .arg(&folder),
    )?;
    let mut measure = program("xvfb-run", root);
    measure
        .args(["-a", "-s", "-screen 0 1366x768x24"])
        .arg(folder.join("release/measure"))
        .arg(target(root).join("release/so-chi-dao"))
        .arg(folder.join("release/smallest"));
    programs::run(&mut measure)
}

/// Builds one program. In development with the features that the tests choose too, so that nothing is built twice.
fn build(root: &Path, name: &str, release: bool) -> Result<(), Failure> {
    let mut build = cargo(root);
    match release {
        true => build.args(["build", "--release", "--package", name]),
        false => build.args(["build", "--workspace", "--bin", name]),
    };
    programs::run(&mut build)
}

/// Builds the page.
pub(crate) fn build_page(root: &Path) -> Result<(), Failure> {
    programs::run(npm(&root.join("ui")).args(["run", "build"]))
}

/// Whether a folder's package has this script.
pub(crate) fn has_script(folder: &Path, name: &str) -> bool {
    let text = fs::read_to_string(folder.join("package.json")).unwrap_or_default();
    let package: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    package["scripts"][name].is_string()
}

/// Tells the scripts of `tests/browser` where the programs are that they start: `CHIDAO_BIN` the terminal program,
/// `CHIDAO_UI` the built page, `CHIDAO_CHROMIUM` the browser.
pub(crate) fn with_programs<'a>(root: &Path, command: &'a mut Command) -> &'a mut Command {
    if let Some(chromium) = setup::CHROMIUM.iter().find_map(|name| programs::find(name)) {
        command.env("CHIDAO_CHROMIUM", chromium);
    }
    command
        .env("CHIDAO_BIN", built(root, "chidao", false))
        .env("CHIDAO_UI", root.join("ui/dist"))
}

/// Where a program lies that was built for this system.
pub(crate) fn built(root: &Path, name: &str, release: bool) -> PathBuf {
    let profile = if release { "release" } else { "debug" };
    target(root).join(profile).join(format!("{name}{EXE_SUFFIX}"))
}

/// Where cargo builds: beside the sources, unless this machine is told otherwise.
pub(crate) fn target(root: &Path) -> PathBuf {
    let told = cargo(root)
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .output()
        .ok()
        .and_then(|told| serde_json::from_slice::<serde_json::Value>(&told.stdout).ok());
    match told.as_ref().and_then(|told| told["target_directory"].as_str()) {
        Some(folder) => PathBuf::from(folder),
        None => root.join("target"),
    }
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_found_in_a_package() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_script(folder.path(), "lint"));
        fs::write(folder.path().join("package.json"), r#"{"scripts":{"lint":"x"}}"#).unwrap();
        assert!(has_script(folder.path(), "lint"));
        assert!(!has_script(folder.path(), "test"));
    }
}

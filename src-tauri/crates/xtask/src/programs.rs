//! Finding and starting other programs, without a shell between.

use crate::counts::Counts;
use std::ffi::OsStr;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// Why something was not done, as a sentence for the person at the terminal.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Failure {
    /// A failure that this sentence tells.
    pub(crate) fn new(sentence: impl Into<String>) -> Failure {
        Failure(sentence.into())
    }
}

/// The folder of the workspace, told by where this package lies.
pub(crate) fn root() -> Result<PathBuf, Failure> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    match here.ancestors().nth(3) {
        Some(root) if root.join("Cargo.toml").is_file() => Ok(root.to_owned()),
        _ => Err(Failure::new(format!(
            "the workspace is not where it was when xtask was built: {}",
            here.display()
        ))),
    }
}

/// A program to be started in a folder.
pub(crate) fn program(name: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(folder);
    // `cargo run` describes xtask's own package in the environment; a build below must not take that for its own.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Cargo, the same that started xtask.
pub(crate) fn cargo(root: &Path) -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), root)
}

/// npm, which on Windows is a batch file.
pub(crate) fn npm(folder: &Path) -> Command {
    program(if cfg!(windows) { "npm.cmd" } else { "npm" }, folder)
}

/// The command as a person would type it.
pub(crate) fn told(command: &Command) -> String {
    let name = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    let words = std::iter::once(name).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs to the end, everything shown as it comes.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    judge(command, status)
}

/// Runs to the end, shows what it prints as it comes, and counts the tests that it reports. Red tests and a failure
/// are both told: the counts stand beside the failure.
pub(crate) fn run_counted(command: &mut Command) -> (Counts, Result<(), Failure>) {
    let mut counts = Counts::default();
    let done = stream(command, &mut |line| counts.read(line));
    (counts, done)
}

fn stream(command: &mut Command, hear: &mut dyn FnMut(&str)) -> Result<(), Failure> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| not_started(command, &error))?;
    if let Some(output) = child.stdout.take() {
        let mut lines = BufReader::new(output);
        let mut line = Vec::new();
        let mut shown = std::io::stdout();
        while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            // A closed terminal is no reason to stop testing.
            let _ = shown.write_all(&line);
            hear(&String::from_utf8_lossy(&line));
            line.clear();
        }
    }
    let status = child.wait().map_err(|error| not_started(command, &error))?;
    judge(command, status)
}

/// What it prints on its standard output, if it can be started and succeeds. Its complaints are not shown.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).stdin(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Where a program of this name lies on the path.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
}

fn judge(command: &Command, status: ExitStatus) -> Result<(), Failure> {
    match status.success() {
        true => Ok(()),
        false => Err(Failure::new(format!("`{}` failed ({status})", told(command)))),
    }
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{}` could not be started: {error}", told(command)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_the_workspace() {
        assert!(root().unwrap().join("src-tauri/crates/xtask").is_dir());
    }

    #[test]
    fn what_is_printed_is_heard_line_by_line_and_failure_is_told() {
        let mut heard = Vec::new();
        let folder = root().unwrap();
        let mut command = cargo(&folder);
        stream(command.arg("--version"), &mut |line| heard.push(line.trim().to_owned())).unwrap();
        assert_eq!(heard.len(), 1);
        assert!(heard[0].starts_with("cargo "));
        let failure = run(cargo(&folder).args(["no-such-command"]).stderr(Stdio::null())).unwrap_err();
        assert!(failure.0.starts_with("`cargo no-such-command` failed"), "{failure}");
        let failure = run(&mut program("no-such-program-anywhere", &folder)).unwrap_err();
        assert!(failure.0.contains("could not be started"), "{failure}");
    }
}

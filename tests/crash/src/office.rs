//! An office with its own home, worked by the real program.

use crate::{Answer, Failure};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

const PASSPHRASE: &str = "đồng lúa chín vàng";
const NOW: &str = "2017-06-23T14:00:00+07:00";

/// The program that `CHIDAO_BIN` names; else the one built as this crate is: with the same selection of packages as the tests, so that nothing is built twice.
fn program() -> Answer<&'static Path> {
    static PROGRAM: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match PROGRAM.get_or_init(|| built().map_err(|error| error.to_string())) {
        Ok(path) => Ok(path),
        Err(why) => Err(why.as_str().into()),
    }
}

fn built() -> Answer<PathBuf> {
    if let Some(told) = std::env::var_os("CHIDAO_BIN") {
        return Ok(told.into());
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--workspace", "--bin", "chidao", "--message-format", "json"]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let output = cargo
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("the terminal program does not build".into());
    }
    let text = String::from_utf8(output.stdout)?;
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut programs = messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    let found = programs.rfind(|path| path.file_stem().is_some_and(|name| name == "chidao"));
    found.ok_or_else(|| "cargo does not say where the terminal program is".into())
}

/// What the program was refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// One word.
    pub code: String,
    /// All of it, for people.
    pub told: String,
}

/// One office.
#[derive(Clone, Debug)]
pub struct Office {
    /// Where its data lies.
    pub home: PathBuf,
    /// Its code.
    pub code: &'static str,
    /// What opens it.
    pub passphrase: String,
    /// The recovery key that was printed once.
    pub recovery_key: String,
}

impl Office {
    /// An office that nobody has started yet.
    #[must_use]
    pub fn at(home: &Path, code: &'static str) -> Office {
        Office {
            home: home.to_owned(),
            code,
            passphrase: PASSPHRASE.to_owned(),
            recovery_key: String::new(),
        }
    }

    /// Starts an office.
    ///
    /// # Errors
    /// What the program was refused.
    pub fn start(home: &Path, edition: &str, name: &str, code: &'static str) -> Answer<Office> {
        let mut office = Office::at(home, code);
        let words = ["init", "--edition", edition, "--unit", name, "--code", code];
        let made = office.json(&[&words[..], &["--person", "Hoàng Thị Mai", "--title", "Chuyên viên"]].concat())?;
        let key = made["recovery_key"].as_str();
        office.recovery_key = key.ok_or("a first start prints the recovery key")?.to_owned();
        Ok(office)
    }

    /// The same office as somebody else opens it.
    #[must_use]
    pub fn opened_with(&self, passphrase: &str) -> Office {
        Office {
            passphrase: passphrase.to_owned(),
            ..self.clone()
        }
    }

    /// A command of the program on this home.
    ///
    /// # Errors
    /// When the program does not build.
    pub fn command(&self, words: &[&str]) -> Answer<Command> {
        let mut command = Command::new(program()?);
        self.dress(&mut command, words);
        Ok(command)
    }

    /// The same, but no file may grow beyond a size, in KiB: a file system that is full for whoever may mount none.
    ///
    /// # Errors
    /// When the program does not build.
    pub fn command_within(&self, kib: u64, words: &[&str]) -> Answer<Command> {
        let mut command = Command::new("sh");
        // The signal is ignored, so that the write itself fails. A shell of POSIX counts blocks of 512 bytes.
        let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", kib * 2);
        command.args(["-c", &script]).arg(program()?);
        self.dress(&mut command, words);
        Ok(command)
    }

    fn dress(&self, command: &mut Command, words: &[&str]) {
        command
            .arg("--home")
            .arg(&self.home)
            .args(words)
            .arg("--json")
            .env("CHIDAO_NOW", NOW)
            .env("CHIDAO_PASSPHRASE", &self.passphrase)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
    }

    /// Does something and gives the JSON that it answers.
    ///
    /// # Errors
    /// What the program was refused, or a crash.
    pub fn json(&self, words: &[&str]) -> Answer<Value> {
        match self.asked(words)? {
            Ok(answer) => Ok(answer),
            Err(refusal) => Err(format!("{words:?} in {}: {}", self.code, refusal.told).into()),
        }
    }

    /// Does something that may be refused.
    ///
    /// # Errors
    /// A crash, or an answer that is none.
    pub fn asked(&self, words: &[&str]) -> Answer<Result<Value, Refusal>> {
        answer_of(words, self.command(words)?.output()?)
    }

    /// Everything derived fits the entries.
    ///
    /// # Errors
    /// What does not.
    pub fn is_whole(&self) -> Answer<()> {
        let checked = self.json(&["check"])?;
        match checked["ok"] == true {
            true => Ok(()),
            false => Err(format!("check in {}: {checked}", self.code).into()),
        }
    }
}

/// What a program that ended by itself answered.
///
/// # Errors
/// A crash, or an answer that is none.
pub fn answer_of(words: &[&str], output: Output) -> Answer<Result<Value, Refusal>> {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.code() {
        Some(0) => Ok(Ok(serde_json::from_slice(&output.stdout)?)),
        // What goes through several places tells of each that was in trouble.
        Some(1) if said.is_empty() => {
            let told: Value = serde_json::from_slice(&output.stdout)?;
            Ok(Err(Refusal {
                code: trouble(&told).unwrap_or_default(),
                told: told.to_string(),
            }))
        }
        Some(1) => {
            let told: Value =
                serde_json::from_str(&said).map_err(|_| -> Failure { format!("{words:?}: {said}").into() })?;
            Ok(Err(Refusal {
                code: told["code"].as_str().unwrap_or_default().to_owned(),
                told: said,
            }))
        }
        other => Err(format!("{words:?} ended with {other:?}: {said}").into()),
    }
}

/// The first trouble that an answer tells of.
fn trouble(told: &Value) -> Option<String> {
    match told {
        Value::Object(all) => {
            let here = all.get("trouble").and_then(|trouble| trouble["code"].as_str());
            here.map(str::to_owned).or_else(|| all.values().find_map(trouble))
        }
        Value::Array(all) => all.iter().find_map(trouble),
        _ => None,
    }
}

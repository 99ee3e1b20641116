//! One installation of an update, from the moment a person asked for it to its end, as it stands on the disk.
//!
//! `updates/state.json` in the home says how far it has come; whoever finds it goes on from there. It lies outside the
//! database, because the program that reads it may be the one that cannot open the database.

use super::ground::Ground;
use crate::AppError;
use chidao_bundle::update::Version;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// Makes an NSIS installer ask nothing.
pub(super) const INSTALLER_SILENT: &str = "/S";
/// Folder of the home for updates.
pub(crate) const FOLDER: &str = "updates";
/// How far the installation has come.
const STATE: &str = "state.json";
/// Folder in it of what is about to be installed, and of what was there before.
const COMING: &str = "coming";
/// What an installer for Windows puts in place, and what is kept of it to go back.
pub(super) const INSTALLED: [&str; 6] = [
    "so-chi-dao.exe",
    "chidao.exe",
    "WebView2Loader.dll",
    "bundle.ico",
    "LICENSE.txt",
    "uninstall.exe",
];
/// So many updates that failed are remembered.
const FAILED_KEPT: usize = 32;

/// How far an installation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    /// Verified and laid ready, with the former program beside it; no backup yet.
    Staged,
    /// The backup is made. The next start puts the new program in place.
    Ready,
    /// The new program is being put in place.
    Swapping,
    /// It is in place and tells its version. Nobody has opened the data with it.
    Swapped,
    /// It has begun to open the data.
    Trying,
    /// It does not start, or could not open the data.
    Failed,
    /// The former program and the data of before are being put back.
    GoingBack,
}

/// An installation under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// The program that was there when a person asked.
    pub from: Version,
    /// The program that is being installed.
    pub to: Version,
    /// BLAKE3 of the update file.
    pub update: String,
    /// `installer` or `portable`.
    pub kind: String,
    /// The folder of the program.
    pub program: PathBuf,
    /// What is put in place there of files that were there before, and are kept.
    pub files: Vec<String>,
    /// What comes with the new program alone.
    pub added: Vec<String>,
    /// Name of the installer, where there is one.
    pub package: String,
    /// Name of the backup in the home's own folder.
    pub backup: String,
    /// How far it has come.
    pub phase: Phase,
    /// How often the present phase was begun.
    pub tries: u32,
    /// The new program has touched the data.
    pub touched: bool,
    /// Why it failed: the code of an error.
    pub reason: String,
    /// When a person asked, RFC 3339.
    pub at: String,
}

/// How an installation ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ended {
    /// The program that was there before.
    pub from: Version,
    /// The program that was installed.
    pub to: Version,
    /// Why it was taken back; nothing if it opened the data.
    pub reason: Option<String>,
    /// When a person had asked, RFC 3339.
    pub at: String,
}

/// All that is kept of installations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    /// The one under way.
    pub plan: Option<Plan>,
    /// How the last one ended, until a person has seen it.
    pub last: Option<Ended>,
    /// Updates that could not open the data here.
    pub failed: Vec<String>,
}

/// The folder for updates of a home.
pub(crate) fn folder(home: &Path) -> PathBuf {
    home.join(FOLDER)
}

/// The folder of what is about to be installed.
pub(super) fn coming(home: &Path) -> PathBuf {
    folder(home).join(COMING)
}

/// The new program's files, or its installer.
pub(super) fn new_files(home: &Path) -> PathBuf {
    coming(home).join("new")
}

/// The former program's files.
pub(crate) fn former_files(home: &Path) -> PathBuf {
    coming(home).join("former")
}

/// What stands on the disk. What cannot be read is nothing: an installation whose state is lost is begun anew.
pub(crate) fn read(home: &Path) -> State {
    let text = fs::read(folder(home).join(STATE)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Writes it, whole.
pub(crate) fn write(home: &Path, state: &State, ground: &dyn Ground) -> Result<(), AppError> {
    let text = serde_json::to_vec_pretty(state).map_err(|error| AppError::internal("update state", &error))?;
    let failed = |error: std::io::Error| AppError::of_writing("file_not_written", &error).retryable();
    fs::create_dir_all(folder(home)).map_err(failed)?;
    ground.write(&folder(home).join(STATE), &text).map_err(failed)
}

impl State {
    /// The installation is over: what is kept of it, and the update's name if it failed.
    pub(super) fn end(&mut self, reason: Option<String>) {
        let Some(plan) = self.plan.take() else { return };
        if reason.is_some() && !self.failed.contains(&plan.update) {
            self.failed.push(plan.update);
            let over = self.failed.len().saturating_sub(FAILED_KEPT);
            self.failed.drain(..over);
        }
        self.last = Some(Ended {
            from: plan.from,
            to: plan.to,
            reason,
            at: plan.at,
        });
    }
}

//! Where the data lies, and opening what lies there.

use crate::edges;
use chidao_app::api::{Nothing, Remembered, Unlock, UseCases, VaultState};
use chidao_app::{App, AppError, Edges};
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

/// The user's own place for this program's data, or nothing where the environment names none: the same as the desktop's.
///
/// Windows: `%LOCALAPPDATA%\SoChiDao`. macOS: `~/Library/Application Support/SoChiDao`. Elsewhere:
/// `$XDG_DATA_HOME/so-chi-dao`, by default `~/.local/share/so-chi-dao`.
fn usual(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        folder("LOCALAPPDATA").map(|base| base.join("SoChiDao"))
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|base| base.join("Library/Application Support/SoChiDao"))
    } else {
        folder("XDG_DATA_HOME")
            .or_else(|| folder("HOME").map(|base| base.join(".local/share")))
            .map(|base| base.join("so-chi-dao"))
    }
}

/// The place of the data of a program on a stick, as the desktop's: `du-lieu` beside it, if `portable.txt` lies there.
fn beside(program: &Path) -> Option<PathBuf> {
    let folder = program.parent()?;
    folder.join("portable.txt").is_file().then(|| folder.join("du-lieu"))
}

/// The folder asked for, or the usual one.
///
/// # Errors
/// `home_unknown` where none was given and the environment names none.
pub(crate) fn chosen(home: Option<&Path>) -> Result<PathBuf, AppError> {
    match home {
        Some(home) => Ok(home.to_owned()),
        None => std::env::current_exe()
            .ok()
            .and_then(|program| beside(&program))
            .or_else(|| usual(edges::variable))
            .ok_or_else(|| AppError::new("home_unknown")),
    }
}

/// Opens a home where somebody has made a first start, and its vault.
///
/// # Errors
/// `not_started` where nothing is; `passphrase_missing`; whatever the application answers.
pub(crate) fn open(home: &Path, given: Edges, passphrase_file: Option<&Path>) -> Result<App, AppError> {
    // Looking must not make the folder.
    if !home.is_dir() {
        return Err(AppError::new("not_started").with("home", home.display()));
    }
    let app = App::open(home, given)?.with_installation(edges::installation());
    let session = app.session(Nothing {})?;
    match session.vault {
        VaultState::Fresh => Err(AppError::new("not_started").with("home", home.display())),
        VaultState::Open => Ok(app),
        VaultState::Locked => {
            let given = passphrase_file.is_some() || edges::passphrase_set().is_some();
            if given || session.remembered != Remembered::Yes || app.unlock_remembered(Nothing {}).is_err() {
                let passphrase = edges::passphrase(passphrase_file)?;
                app.unlock(Unlock { passphrase })?;
            }
            Ok(app)
        }
    }
}

/// Hands a file of this machine to the application; what comes back is its token.
pub(crate) fn hand_over(app: &App, path: &Path) -> Result<String, AppError> {
    let unreadable = |error: std::io::Error| {
        AppError::new("file_unreadable")
            .with("name", path.display())
            .with("detail", error)
    };
    let mut file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(unreadable(std::io::ErrorKind::IsADirectory.into()));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(app.stage(&name, &mut file)?.file)
}

/// A file in a folder that the person named; the folder is made if need be.
pub(crate) fn place_in(folder: &Path, name: &str) -> Result<PathBuf, AppError> {
    std::fs::create_dir_all(folder)
        .map_err(|error| AppError::of_writing("file_not_written", &error).with("path", folder.display()))?;
    Ok(folder.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_a_stick_the_data_lies_beside_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("chidao.exe");
        assert_eq!(beside(&program), None);
        std::fs::write(folder.path().join("portable.txt"), "").unwrap();
        assert_eq!(beside(&program), Some(folder.path().join("du-lieu")));
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn the_usual_place_follows_the_environment() {
        let only = |name: &'static str, value: &'static str| move |asked: &str| (asked == name).then(|| value.into());
        assert_eq!(usual(only("XDG_DATA_HOME", "/data")), Some("/data/so-chi-dao".into()));
        assert_eq!(usual(only("HOME", "/h")), Some("/h/.local/share/so-chi-dao".into()));
        assert_eq!(usual(only("HOME", "relative")), None);
        assert_eq!(usual(|_| None), None);
    }
}

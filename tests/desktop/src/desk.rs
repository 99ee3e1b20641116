//! A place to work.

use crate::screen::Screen;
use crate::{DeskError, Window};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A home, a folder that answers file dialogs, a clock and a screen. Everything is removed when it is dropped.
#[derive(Debug)]
pub struct Desk {
    folder: TempDir,
    screen: Screen,
    now: Option<String>,
}

impl Desk {
    /// An empty desk. The clock is the machine's.
    ///
    /// # Errors
    /// No screen, or no temporary folder.
    pub fn new() -> Result<Desk, DeskError> {
        let folder = tempfile::tempdir().map_err(|error| DeskError::File(std::env::temp_dir(), error))?;
        for part in ["home", "tmp", "dialogs/pick", "dialogs/save"] {
            let path = folder.path().join(part);
            fs::create_dir_all(&path).map_err(|error| DeskError::File(path, error))?;
        }
        Ok(Desk {
            folder,
            screen: Screen::at_hand()?,
            now: None,
        })
    }

    /// The clock stands still at this moment (RFC 3339).
    #[must_use]
    pub fn at(mut self, now: &str) -> Desk {
        self.now = Some(now.to_owned());
        self
    }

    /// Where the program keeps its data.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Lays a file ready: the next dialog that asks for a file is answered with all that lie ready, by name. Gives
    /// the path, for a page that takes files by itself.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn lay_ready(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, DeskError> {
        let path = self.folder.path().join("dialogs/pick").join(name);
        fs::write(&path, bytes).map_err(|error| DeskError::File(path.clone(), error))?;
        Ok(path)
    }

    /// Lays a folder ready to be chosen as a place. Gives its path.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn lay_folder_ready(&self, name: &str) -> Result<PathBuf, DeskError> {
        let path = self.folder.path().join("dialogs/place").join(name);
        fs::create_dir_all(&path).map_err(|error| DeskError::File(path.clone(), error))?;
        Ok(path)
    }

    /// Takes away what lay ready.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn clear(&self) -> Result<(), DeskError> {
        let folder = self.folder.path().join("dialogs/pick");
        let cleared = fs::remove_dir_all(&folder).and_then(|()| fs::create_dir(&folder));
        cleared.map_err(|error| DeskError::File(folder, error))
    }

    /// The files that were saved through dialogs, by name.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn saved(&self) -> Result<Vec<PathBuf>, DeskError> {
        files_in(&self.folder.path().join("dialogs/save"))
    }

    /// Opens the window here.
    ///
    /// # Errors
    /// The program is not built, the driver is missing, or no window came in time.
    pub async fn open(&self) -> Result<Window, DeskError> {
        self.open_with(&[]).await
    }

    /// Opens the window here, with more arguments.
    ///
    /// # Errors
    /// As [`Desk::open`].
    pub async fn open_with(&self, arguments: &[&str]) -> Result<Window, DeskError> {
        let mut all = vec!["--home".to_owned(), self.home().to_string_lossy().into_owned()];
        all.extend(arguments.iter().map(|&argument| argument.to_owned()));
        Window::open(&program()?, &all, &self.environment()).await
    }

    /// Opens the demonstration here. Its home lies in this desk's temporary folder, as [`Desk::left_behind`] tells.
    ///
    /// # Errors
    /// As [`Desk::open`].
    pub async fn open_demonstration(&self) -> Result<Window, DeskError> {
        Window::open(&program()?, &["--demo".to_owned()], &self.environment()).await
    }

    /// What lies in the temporary folder of the programs that were opened here, by name.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn left_behind(&self) -> Result<Vec<PathBuf>, DeskError> {
        files_in(&self.folder.path().join("tmp"))
    }

    /// The program itself, undriven, on this desk: for what happens before there is a window.
    ///
    /// # Errors
    /// It is not built.
    pub fn program(&self) -> Result<Command, DeskError> {
        let mut command = Command::new(program()?);
        command.envs(self.environment()).arg("--home").arg(self.home());
        Ok(command)
    }

    /// What distinguishes this desk from the rest of the machine. The web engine's own folders lie here too, so that no
    /// test finds what another left.
    fn environment(&self) -> Vec<(&'static str, OsString)> {
        let at = |part: &str| -> OsString { self.folder.path().join(part).into() };
        let mut environment = vec![
            ("DISPLAY", self.screen.name().into()),
            ("TMPDIR", at("tmp")),
            ("XDG_DATA_HOME", at("xdg/data")),
            ("XDG_CACHE_HOME", at("xdg/cache")),
            ("XDG_CONFIG_HOME", at("xdg/config")),
            ("CHIDAO_TEST_DIALOG_DIR", at("dialogs")),
            // A killed web process would still write there while the desk is cleared.
            ("MESA_SHADER_CACHE_DISABLE", "true".into()),
        ];
        environment.extend(self.now.as_ref().map(|now| ("CHIDAO_NOW", now.into())));
        environment
    }
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>, DeskError> {
    let entries = fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut files: Vec<PathBuf> = entries.map_err(|error| DeskError::File(folder.to_owned(), error))?;
    files.sort();
    Ok(files)
}

/// The program as `cargo xtask test` builds it: beside the folder in which this test program lies.
fn program() -> Result<PathBuf, DeskError> {
    let here = std::env::current_exe().map_err(|error| DeskError::Missing("the test program", error))?;
    let folder = here.parent().and_then(Path::parent).unwrap_or(Path::new("."));
    let program = folder.join("so-chi-dao");
    if program.is_file() {
        Ok(program)
    } else {
        Err(DeskError::NotBuilt(program))
    }
}

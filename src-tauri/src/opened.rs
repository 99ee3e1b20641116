//! The file that the program was opened with, by a double-click or `--bundle`: kept until the page asks for it, once.

use crate::host::Host;
use chidao_app::AppError;
use chidao_app::api::ReadyFile;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The file that waits for the page.
#[derive(Debug, Default)]
pub(crate) struct Opened(Mutex<Option<PathBuf>>);

impl Opened {
    /// With the file of the command line. A relative path is meant from here: later the program may stand elsewhere.
    pub(crate) fn with(file: Option<&Path>) -> Opened {
        let file = file.map(|file| std::path::absolute(file).unwrap_or_else(|_| file.to_owned()));
        Opened(Mutex::new(file))
    }

    /// Another file takes the place of the one that waits.
    pub(crate) fn put(&self, file: PathBuf) {
        *self.locked() = Some(file);
    }

    /// Hands the file over to the application, if one waits.
    ///
    /// # Errors
    /// `file_unreadable`, and whatever the application answers. The file waits no longer.
    pub(crate) fn take(&self, host: &dyn Host) -> Result<Option<ReadyFile>, AppError> {
        let Some(path) = self.locked().take() else {
            return Ok(None);
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut file = File::open(&path).map_err(|error| {
            AppError::new("file_unreadable")
                .with("name", &name)
                .with("detail", error)
                .retryable()
        })?;
        host.stage(&name, &mut file).map(Some)
    }

    fn locked(&self) -> MutexGuard<'_, Option<PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! What the window needs of the application, and the one place where the two are put together: [`open`].

use crate::edges::{self, Clock};
use chidao_app::api::{Progress, ReadyFile};
use chidao_app::updates::Installation;
use chidao_app::{App, AppError, Edges};
use serde_json::Value;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

/// The application behind the window. Every method may be called from several threads at once and may take long: the
/// seam calls them off the window's thread. Files wait under tokens; where their bytes lie is the application's affair.
pub(crate) trait Host: Send + Sync {
    /// Answers one request of the page; long work that it names is told as it goes on.
    fn call(&self, request: &Value) -> Result<Value, AppError>;
    /// Takes in the bytes of a file that a person dropped or chose.
    fn stage(&self, name: &str, bytes: &mut dyn Read) -> Result<ReadyFile, AppError>;
    /// What waits under a token.
    fn file(&self, token: &str) -> Result<ReadyFile, AppError>;
    /// Writes the bytes under a token, and gives how many.
    fn read_file(&self, token: &str, out: &mut dyn Write) -> Result<u64, AppError>;
    /// Who is told from now on how far long work is.
    fn on_progress(&self, hearer: Box<dyn Fn(Progress) + Send + Sync>);
    /// Stops all long work at its next step.
    fn stop_work(&self);
    /// Saves the file under a token where nothing stands yet, whole or not at all.
    fn save_file(&self, token: &str, path: &Path) -> Result<(), AppError>;
}

/// What the application is opened with.
#[derive(Debug)]
pub(crate) struct Opening<'a> {
    /// Where the data lies; exists, and is held by this window.
    pub(crate) home: &'a Path,
    /// The clock to go by. Randomness comes from [`crate::edges::fill_random`].
    pub(crate) clock: Clock,
    /// What tells this machine from others.
    pub(crate) machine: String,
}

/// Opens the application.
///
/// # Errors
/// Whatever the application answers; the window then says so and ends.
pub(crate) fn open(opening: Opening<'_>) -> Result<Arc<dyn Host>, AppError> {
    let clock = opening.clock;
    let edges = Edges {
        now: Box::new(move || clock.now()),
        random: Box::new(edges::fill_random),
        machine: opening.machine,
    };
    let program = std::env::current_exe().unwrap_or_default();
    let installation = Installation::of(&program);
    Ok(Arc::new(
        App::open(opening.home, edges)?.with_installation(installation),
    ))
}

/// Opens the district's side of the demonstration, filled by the use cases themselves and open already; the province's
/// home is left beside it.
///
/// # Errors
/// Whatever the application answers; the window then says so and ends.
pub(crate) fn open_demonstration(opening: Opening<'_>, province: &Path) -> Result<Arc<dyn Host>, AppError> {
    let app = |home: &Path| {
        let clock = opening.clock;
        let edges = Edges {
            now: Box::new(move || clock.now()),
            random: Box::new(edges::fill_random),
            machine: opening.machine.clone(),
        };
        App::open(home, edges)
    };
    let (province, district) = (app(province)?, app(opening.home)?);
    chidao_app::demo::fill(&province, &district)?;
    Ok(Arc::new(district))
}

impl Host for App {
    fn call(&self, request: &Value) -> Result<Value, AppError> {
        self.call_json(request)
    }

    fn stage(&self, name: &str, bytes: &mut dyn Read) -> Result<ReadyFile, AppError> {
        App::stage(self, name, bytes)
    }

    fn file(&self, token: &str) -> Result<ReadyFile, AppError> {
        App::file(self, token)
    }

    fn read_file(&self, token: &str, out: &mut dyn Write) -> Result<u64, AppError> {
        App::read_file(self, token, out)
    }

    fn on_progress(&self, hearer: Box<dyn Fn(Progress) + Send + Sync>) {
        App::on_progress(self, hearer);
    }

    fn stop_work(&self) {
        App::stop_work(self);
    }

    fn save_file(&self, token: &str, path: &Path) -> Result<(), AppError> {
        App::save_file(self, token, path)
    }
}

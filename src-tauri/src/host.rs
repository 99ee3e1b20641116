//! What the window needs of the application, and the one place where the two are put together: [`open`].

use crate::edges::{self, Clock};
use chidao_app::AppError;
use chidao_app::api::ReadyFile;
use serde_json::Value;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

/// Hears of progress: each value is one event of the application, passed to the page as it is.
pub(crate) type Listener = Box<dyn Fn(&Value) + Send + Sync>;

/// The application behind the window. Every method may be called from several threads at once and may take long: the
/// seam calls them off the window's thread. Files wait under tokens; where their bytes lie is the application's affair.
pub(crate) trait Host: Send + Sync {
    /// Answers one request of the page.
    fn call(&self, request: &Value) -> Result<Value, AppError>;
    /// Takes in the bytes of a file that a person dropped or chose.
    fn stage(&self, name: &str, bytes: &mut dyn Read) -> Result<ReadyFile, AppError>;
    /// What waits under a token.
    fn file(&self, token: &str) -> Result<ReadyFile, AppError>;
    /// Writes the bytes under a token, and gives how many.
    fn read_file(&self, token: &str, out: &mut dyn Write) -> Result<u64, AppError>;
    /// Saves the file under a token where nothing stands yet, whole or not at all.
    fn save_file(&self, token: &str, path: &Path) -> Result<(), AppError>;
    /// From now on, progress is told to this listener and to no earlier one.
    fn watch(&self, listener: Listener);
}

/// What the application is opened with.
#[derive(Debug)]
pub(crate) struct Opening<'a> {
    /// Where the data lies; exists, and is held by this window.
    pub(crate) home: &'a Path,
    /// Fill it with the demonstration first.
    pub(crate) demo: bool,
    /// The clock to go by. Randomness comes from [`crate::edges::fill_random`].
    pub(crate) clock: Clock,
    /// What tells this machine from others.
    pub(crate) machine: String,
}

/// Opens the application.
///
/// # Errors
/// Whatever the application answers; the window then says so and ends.
pub(crate) fn open(opening: &Opening<'_>) -> Result<Arc<dyn Host>, AppError> {
    let mut token = [0_u8; 16];
    edges::fill_random(&mut token);
    let _ = (opening.home, opening.demo, opening.clock.now(), &opening.machine);
    Ok(Arc::new(Unconnected))
}

/// Stands where the application will: every request is answered as unknown, no file is taken.
struct Unconnected;

impl Host for Unconnected {
    fn call(&self, request: &Value) -> Result<Value, AppError> {
        Err(AppError::unknown_request(
            request.get("do").and_then(Value::as_str).unwrap_or_default(),
        ))
    }

    fn stage(&self, name: &str, _bytes: &mut dyn Read) -> Result<ReadyFile, AppError> {
        Err(AppError::unknown_request(name))
    }

    fn file(&self, token: &str) -> Result<ReadyFile, AppError> {
        Err(AppError::unknown_request(token))
    }

    fn read_file(&self, token: &str, _out: &mut dyn Write) -> Result<u64, AppError> {
        Err(AppError::unknown_request(token))
    }

    fn save_file(&self, token: &str, _path: &Path) -> Result<(), AppError> {
        Err(AppError::unknown_request(token))
    }

    fn watch(&self, _listener: Listener) {}
}

//! What a person or a script reads on stdout.

pub(crate) mod sentences;
mod table;
pub(crate) mod words;

pub(crate) use table::{Table, pairs};

use chidao_app::AppError;
use serde::Serialize;
use std::io::Write;

/// Prints one answer: for a person as Vietnamese text, for a script as one JSON document.
pub(crate) struct Output {
    json: bool,
}

impl Output {
    /// Text, or JSON.
    pub(crate) fn new(json: bool) -> Output {
        Output { json }
    }

    /// Whether a script reads.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Prints an answer.
    ///
    /// # Errors
    /// `file_not_written` when stdout takes no more. A reader that has gone away (`| head`) is no error.
    pub(crate) fn answer<T: Serialize>(&mut self, answer: &T, text: impl FnOnce() -> String) -> Result<(), AppError> {
        let mut told = if self.json {
            serde_json::to_string_pretty(answer).map_err(|error| AppError::internal("json", &error))?
        } else {
            text()
        };
        if !told.ends_with('\n') {
            told.push('\n');
        }
        let mut out = std::io::stdout().lock();
        match out.write_all(told.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(AppError::of_writing("file_not_written", &error).with("path", "stdout"))
            }
            _ => Ok(()),
        }
    }
}

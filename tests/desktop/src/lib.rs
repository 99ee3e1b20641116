//! The real window, driven as a person would: the program that was built, in WebKit, on a screen of its own.
//!
//! A [`Desk`] is a place to work: a home, a folder that answers file dialogs, a clock, a screen. [`Desk::open`] starts the
//! program there through `WebKitWebDriver` and gives the [`Window`]. Several windows in a row on one desk are one person
//! who comes back; several desks are several offices.
//!
//! It must never reach behind the window: what it knows, it sees on the page or in the files that were saved. Works on
//! Linux, where WebKit can be driven.

mod desk;
mod screen;
mod window;

pub use desk::Desk;
pub use window::Window;

use std::path::PathBuf;

/// Why a window could not be driven. The text says what to do.
#[derive(Debug)]
pub enum DeskError {
    /// The program under test was not built.
    NotBuilt(PathBuf),
    /// A program that is needed is missing or does not start.
    Missing(&'static str, std::io::Error),
    /// A program that is needed started and was not ready in time.
    NotReady(&'static str),
    /// The window did not do what it was asked for.
    Window(String),
    /// A file could not be read or written.
    File(PathBuf, std::io::Error),
}

impl std::fmt::Display for DeskError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DeskError::NotBuilt(path) => write!(out, "{} is not built: run `cargo xtask test`", path.display()),
            DeskError::Missing(name, error) => write!(out, "{name} does not start ({error}): run `cargo xtask setup`"),
            DeskError::NotReady(name) => write!(out, "{name} was not ready in time"),
            DeskError::Window(told) => out.write_str(told),
            DeskError::File(path, error) => write!(out, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for DeskError {}

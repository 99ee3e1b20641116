//! A screen: the one at hand, or one of our own that nobody looks at.

use crate::DeskError;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A display. One of our own is taken down when this is dropped.
#[derive(Debug)]
pub(crate) struct Screen {
    name: String,
    own: Option<Child>,
}

impl Screen {
    /// The display of the environment, or a new one of 1366×768 on a free number.
    pub(crate) fn at_hand() -> Result<Screen, DeskError> {
        match std::env::var("DISPLAY") {
            Ok(name) if !name.is_empty() => Ok(Screen { name, own: None }),
            _ => Screen::new(),
        }
    }

    fn new() -> Result<Screen, DeskError> {
        // The server chooses a free number by itself, and tells it once it is ready. When the last window is gone it
        // would begin anew and turn away who comes just then, as the next window on the same desk does.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1366x768x24"])
            .args(["-nolisten", "tcp", "-noreset"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| DeskError::Missing("Xvfb", error))?;
        let mut number = String::new();
        if let Some(told) = server.stdout.take() {
            // An error reads as nothing, which is told below.
            let _ = BufReader::new(told).read_line(&mut number);
        }
        let screen = Screen {
            name: format!(":{}", number.trim()),
            own: Some(server),
        };
        match number.trim().parse::<u32>() {
            Ok(_) => Ok(screen),
            Err(_) => Err(DeskError::NotReady("Xvfb")),
        }
    }

    /// As in the environment variable `DISPLAY`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if let Some(server) = &mut self.own {
            // Gone already is as good.
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

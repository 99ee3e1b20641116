//! The desktop program: one window over [`chidao_app`]. Thin: it owns the window, the dialogs, the paths and the lock
//! that keeps a second window off the same data, and passes everything else through the seam.
//!
//! It must never know a rule of the office, a table or a format. Start reading at `seam.rs`.

// A console window beside the program would only frighten people; in development it shows what is printed.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod browser;
mod demonstration;
mod dialogs;
mod door;
mod edges;
mod ending;
mod home;
mod host;
mod opened;
mod seam;
mod start;
mod updating;
mod window;
mod words;

use start::{Asked, Shown, Start};
use std::process::ExitCode;

fn main() -> ExitCode {
    chidao_app::patience::wait_by(std::thread::sleep);
    match Start::parse(std::env::args_os().skip(1)) {
        Ok(Asked::Window(start)) => {
            if start.shown != Shown::Address
                && let Some(reason) = window::no_display(|name| std::env::var_os(name))
            {
                eprintln!("{reason}");
                return ExitCode::from(2);
            }
            window::open(start)
        }
        Ok(Asked::Help) => {
            print!("{}", start::USAGE);
            ExitCode::SUCCESS
        }
        Ok(Asked::Version) => {
            println!("so-chi-dao {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        Err(wrong) => {
            eprintln!("so-chi-dao: {wrong}\n\n{}", start::USAGE);
            ExitCode::from(2)
        }
    }
}

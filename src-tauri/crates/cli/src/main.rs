//! `chidao`: the use cases of [`chidao_app`] from a terminal, for the province's scripts and for tests.
//!
//! It must never know a rule of the office, a table or a format: it reads words, asks the application, and prints what
//! it answers. The contract that scripts rely on stands in this crate's README. Start reading at [`arguments`], then
//! [`commands`].

mod arguments;
mod commands;
mod edges;
mod home;
mod print;
mod serve;

use arguments::Arguments;
use chidao_app::AppError;
use clap::Parser;
use print::{Output, sentences};
use std::process::ExitCode;

/// Refused, with the reason on stderr.
const REFUSED: u8 = 1;
/// Wrong usage; clap ends with the same.
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    chidao_app::patience::wait_by(std::thread::sleep);
    let arguments = Arguments::parse();
    let clock = match edges::Clock::from_environment(std::env::var_os("CHIDAO_NOW")) {
        Ok(clock) => clock,
        Err(wrong) => {
            eprintln!("chidao: {wrong}");
            return ExitCode::from(WRONG_USAGE);
        }
    };
    let mut output = Output::new(arguments.json);
    match commands::run(&arguments, clock, &mut output) {
        Ok(commands::Outcome::Done) => ExitCode::SUCCESS,
        Ok(commands::Outcome::Disagrees) => ExitCode::from(REFUSED),
        Err(refusal) => {
            tell(&refusal);
            ExitCode::from(REFUSED)
        }
    }
}

/// One JSON document on stderr: the code, the sentence for a person, and what the sentence was made of.
fn tell(refusal: &AppError) {
    let told = serde_json::json!({
        "code": refusal.code,
        "message": sentences::sentence(refusal),
        "params": refusal.params,
        "retryable": refusal.retryable,
    });
    eprintln!("{told}");
}

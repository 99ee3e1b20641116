//! The simulation, which is a program of its own beside this one: it forges, and so knows the ledger and the bundle from
//! inside, which this program must not. An office's installation does not have it.

use super::Outcome;
use chidao_app::AppError;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// Its name, beside this program.
const NAME: &str = "simulation";

/// Runs the simulation with what was given, its output passing through.
///
/// # Errors
/// `simulation_missing` where it is not beside this program or does not start.
pub(super) fn simulate(what: &[OsString]) -> Result<Outcome, AppError> {
    let here = std::env::current_exe().map_err(|error| missing(Path::new(NAME), &error))?;
    let program = here.with_file_name(format!("{NAME}{}", std::env::consts::EXE_SUFFIX));
    let ended = Command::new(&program)
        .args(what)
        .status()
        .map_err(|error| missing(&program, &error))?;
    Ok(if ended.success() {
        Outcome::Done
    } else {
        Outcome::Disagrees
    })
}

fn missing(program: &Path, error: &std::io::Error) -> AppError {
    AppError::new("simulation_missing")
        .with("path", program.display())
        .with("detail", error)
}

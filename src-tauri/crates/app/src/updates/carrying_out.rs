//! Carrying an installation out while nobody has the home open: the new program is put in place, or the former one and the
//! data of before are put back. Every step is written down before it is taken and may be taken again, so that it goes on
//! after a power cut wherever that struck.

use super::ground::Ground;
use super::plan::{self, Phase, Plan, State};
use crate::AppError;
use crate::alone::HomeLock;
use std::path::{Path, PathBuf};

/// How often the new program is put in place before it is given up: a power cut is not its fault.
const TRIES: u32 = 3;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CarriedOut {
    /// Nothing was to be done.
    Nothing,
    /// The new program is in place; the next opening tries it out. The folder of the programs.
    New(PathBuf),
    /// The former program and the data of before are back. The folder of the programs.
    Former(PathBuf),
}

/// Whether a start of the program has something to carry out before the data may be opened.
#[must_use]
pub fn is_due(home: &Path) -> bool {
    let plan = plan::read(home).plan;
    plan.is_some_and(|plan| {
        matches!(
            plan.phase,
            Phase::Ready | Phase::Swapping | Phase::Failed | Phase::GoingBack
        )
    })
}

/// The folder of a copy of the former program, from which an installation is carried out: a program that runs cannot be
/// replaced on Windows.
#[must_use]
pub fn former_program(home: &Path) -> PathBuf {
    plan::former_files(home)
}

/// Carries out what is due.
///
/// # Errors
/// `home_in_use` as long as another program has the home open; `file_not_written`. It goes on from there the next time.
pub fn carry_out(home: &Path, ground: &dyn Ground) -> Result<CarriedOut, AppError> {
    HomeLock::take(home)?.alone(|| steps(home, ground))
}

/// Why the last installation was taken back, until a person has seen it.
#[must_use]
pub fn last_reason(home: &Path) -> Option<String> {
    plan::read(home).last?.reason
}

/// Gives up the new program: it ended without a word when it opened the data. Says whether there is something to go back to.
///
/// # Errors
/// `file_not_written`.
pub fn give_up(home: &Path, ground: &dyn Ground) -> Result<bool, AppError> {
    let mut state = plan::read(home);
    match &mut state.plan {
        Some(plan) if matches!(plan.phase, Phase::Swapped | Phase::Trying) => {
            plan.reason = "ended".to_owned();
            plan.touched = true;
            to(home, &mut state, Phase::Failed, ground)?;
            Ok(true)
        }
        Some(plan) => Ok(matches!(plan.phase, Phase::Failed | Phase::GoingBack)),
        None => Ok(false),
    }
}

/// Goes to a phase, on the disk first.
pub(super) fn to(home: &Path, state: &mut State, phase: Phase, ground: &dyn Ground) -> Result<(), AppError> {
    if let Some(plan) = &mut state.plan {
        plan.tries = if plan.phase == phase { plan.tries + 1 } else { 1 };
        plan.phase = phase;
    }
    plan::write(home, state, ground)
}

pub(super) fn steps(home: &Path, ground: &dyn Ground) -> Result<CarriedOut, AppError> {
    loop {
        let mut state = plan::read(home);
        let Some(plan) = state.plan.clone() else {
            return Ok(CarriedOut::Nothing);
        };
        match plan.phase {
            // Nobody asked to the end.
            Phase::Staged => return Ok(CarriedOut::Nothing),
            Phase::Ready => to(home, &mut state, Phase::Swapping, ground)?,
            Phase::Swapping => {
                let reason = match plan.tries > TRIES {
                    true => Some("not_put_in_place"),
                    false => {
                        // Counted before it is tried: it may be what cuts the power.
                        to(home, &mut state, Phase::Swapping, ground)?;
                        swap(home, &plan, ground)
                    }
                };
                match (reason, &mut state.plan) {
                    (Some(reason), Some(plan)) => {
                        plan.reason = reason.to_owned();
                        to(home, &mut state, Phase::Failed, ground)?;
                    }
                    _ => to(home, &mut state, Phase::Swapped, ground)?,
                }
            }
            Phase::Swapped | Phase::Trying => return Ok(CarriedOut::New(plan.program)),
            Phase::Failed => to(home, &mut state, Phase::GoingBack, ground)?,
            Phase::GoingBack => {
                put_back(home, &plan, ground)?;
                state.end(Some(plan.reason));
                plan::write(home, &state, ground)?;
                return Ok(CarriedOut::Former(plan.program));
            }
        }
    }
}

/// Puts the new program in place. Answers why it could not, if so.
fn swap(home: &Path, plan: &Plan, ground: &dyn Ground) -> Option<&'static str> {
    let new = plan::new_files(home);
    let done = match plan.kind.as_str() {
        "installer" => ground.install(&new.join(&plan.package), &plan.program),
        _ => {
            let mut names = plan.files.iter().chain(&plan.added);
            let put = names.try_for_each(|name| match new.join(name) {
                file if file.is_file() => ground.put(&file, &plan.program.join(name)),
                // The new program does without it.
                _ => Ok(()),
            });
            put.map(|()| true)
        }
    };
    match done {
        Ok(true) if ground.version_in(&plan.program) == Some(plan.to) => None,
        Ok(true) => Some("does_not_start"),
        Ok(false) | Err(_) => Some("not_put_in_place"),
    }
}

/// Puts the former program back, and, where the new one has touched them, the data.
fn put_back(home: &Path, plan: &Plan, ground: &dyn Ground) -> Result<(), AppError> {
    let failed = |error: std::io::Error| AppError::of_writing("file_not_written", &error).retryable();
    let former = plan::former_files(home);
    for name in &plan.files {
        // What somebody took away meanwhile cannot be put back; the data can, all the same.
        if former.join(name).is_file() {
            ground
                .put(&former.join(name), &plan.program.join(name))
                .map_err(failed)?;
        }
    }
    for name in &plan.added {
        ground.remove(&plan.program.join(name)).map_err(failed)?;
    }
    if plan.touched {
        let aside: String = plan.at.chars().filter(|c| !":+".contains(*c)).take(17).collect();
        ground.go_back(home, &home.join("backups").join(&plan.backup), &aside)?;
    }
    Ok(())
}

//! The first opening of the data by a program that was just installed: whether it can is found out before anybody works with
//! it.

use super::carrying_out;
use super::ground::Machine;
use super::plan::{self, Phase};
use crate::AppError;
use crate::home::{App, Open, unpoisoned};
use crate::work::Watch;
use std::sync::Arc;

/// A program that ended so often while it opened the data for the first time is given up.
const OPENINGS: u32 = 2;

/// Whether an opening is the first of a new program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// The data was opened with this program before.
    Usual,
    /// It is the first.
    First,
}

impl App {
    /// Looks whether an installation is under way before anything is opened, and writes down that the new program begins.
    ///
    /// # Errors
    /// `update_under_way` where the program must be started anew first; `update_goes_back` where the new program ended twice
    /// while it opened the data.
    pub(crate) fn begin_opening(&self) -> Result<Opening, AppError> {
        let mut state = plan::read(&self.home);
        let Some(plan) = &mut state.plan else {
            return Ok(Opening::Usual);
        };
        let own = self.installation.version;
        match plan.phase {
            Phase::Swapping | Phase::Failed | Phase::GoingBack => {
                Err(AppError::new("update_under_way").with("version", plan.to))
            }
            Phase::Swapped | Phase::Trying if own == plan.to => {
                if plan.phase == Phase::Trying && plan.tries >= OPENINGS {
                    return Err(self.fails("ended"));
                }
                plan.touched = true;
                carrying_out::to(&self.home, &mut state, Phase::Trying, &Machine)?;
                Ok(Opening::First)
            }
            // The new program has been at the data: only the backup is sure to be whole.
            Phase::Trying => Err(self.fails("replaced")),
            // Before it: the data is about to change, and the backup would be old. Or another program was installed by hand.
            Phase::Staged | Phase::Ready | Phase::Swapped => {
                state.plan = None;
                plan::write(&self.home, &state, &Machine)?;
                Ok(Opening::Usual)
            }
        }
    }

    /// After the first opening: whether what is derived can be rebuilt from the entries and is the same. If so the
    /// installation is over, and if not the next start goes back.
    ///
    /// # Errors
    /// `update_goes_back`, with the reason; what will pass by itself, as it is.
    pub(crate) fn end_opening(
        &self,
        opening: Opening,
        opened: Result<Arc<Open>, AppError>,
    ) -> Result<Arc<Open>, AppError> {
        if opening == Opening::Usual {
            return opened;
        }
        let checked = opened.and_then(|open| match self.do_check(&mut Watch::nobody())?.ok {
            true => Ok(open),
            false => Err(AppError::new("check_disagrees")),
        });
        match checked {
            Ok(open) => {
                let mut state = plan::read(&self.home);
                state.end(None);
                plan::write(&self.home, &state, &Machine)?;
                // What it was installed from; the former program stays until the next update.
                let _ = std::fs::remove_dir_all(plan::new_files(&self.home));
                Ok(open)
            }
            Err(error) => {
                *unpoisoned(&self.open) = None;
                // No room, or a home in use, says nothing of the program.
                if error.retryable {
                    let mut state = plan::read(&self.home);
                    carrying_out::to(&self.home, &mut state, Phase::Swapped, &Machine)?;
                    return Err(error);
                }
                Err(self.fails(&error.code))
            }
        }
    }

    /// The new program cannot open the data: the next start puts the former one back.
    fn fails(&self, reason: &str) -> AppError {
        let mut state = plan::read(&self.home);
        let Some(plan) = &mut state.plan else {
            return AppError::new(reason);
        };
        plan.reason = reason.to_owned();
        plan.touched = true;
        let told = AppError::new("update_goes_back")
            .with("version", plan.to)
            .with("former", plan.from)
            .with("reason", reason);
        match carrying_out::to(&self.home, &mut state, Phase::Failed, &Machine) {
            Ok(()) => told,
            Err(error) => error,
        }
    }
}

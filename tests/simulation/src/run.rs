//! One run from beginning to end, and how a failing one is made small.

use crate::machine::Failure;
use crate::script::Script;
use crate::world::World;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What is not as it must be, and the step at which it was seen.
    pub found: Option<String>,
    /// How often what happened.
    pub counts: BTreeMap<String, u32>,
}

/// Carries a script out in a folder of its own. What panics is found, too.
///
/// # Errors
/// When there is no room for the folder.
pub fn run(script: &Script) -> Result<Outcome, Failure> {
    // In memory where there is such a place: every write is flushed.
    let memory = Path::new("/dev/shm");
    let folder = match memory.is_dir() {
        true => tempfile::tempdir_in(memory)?,
        false => tempfile::tempdir()?,
    };
    let mut outcome = Outcome::default();
    let carried_out = catch_unwind(AssertUnwindSafe(|| carry_out(script, folder.path(), &mut outcome)));
    outcome.found = match carried_out {
        Ok(Ok(())) => None,
        Ok(Err(failure)) => Some(failure.to_string()),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Some(format!("panic: {}", text.unwrap_or_default()))
        }
    };
    Ok(outcome)
}

fn carry_out(script: &Script, folder: &Path, outcome: &mut Outcome) -> Result<(), Failure> {
    let mut world = World::new(script, folder.to_owned())?;
    let mut minute = 0;
    for step in &script.steps {
        minute = step.minute;
        let done = world.step(step);
        outcome.counts.clone_from(&world.counts);
        done.map_err(|failure| format!("step {} ({:?}): {failure}", step.step, step.act))?;
    }
    let steps = script.steps.iter().map(|step| step.step + 1).max().unwrap_or(0);
    world.come_to_rest(minute + 1, steps)?;
    outcome.counts.clone_from(&world.counts);
    world.judge()
}

/// What kind of finding it is: its words, without names, numbers and what is quoted.
fn kind(found: &str) -> Vec<&str> {
    let words = found
        .split(": ")
        .filter(|part| !part.starts_with("step "))
        .flat_map(str::split_whitespace);
    words
        .filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == ','))
        .take(6)
        .collect()
}

/// Drops steps as long as the same kind of thing is found: what remains is all needed. At most `tries` runs.
///
/// # Errors
/// When a run cannot be carried out.
pub fn shrink(script: &Script, mut tries: usize) -> Result<Script, Failure> {
    let mut least = script.clone();
    let wanted = run(script)?.found;
    let wanted = wanted.as_deref().map(kind);
    let mut size = least.steps.len().div_ceil(2);
    while size > 0 && tries > 0 {
        let mut at = 0;
        let mut dropped = false;
        while at < least.steps.len() && tries > 0 {
            let mut fewer = least.clone();
            fewer.steps.drain(at..(at + size).min(fewer.steps.len()));
            tries -= 1;
            if run(&fewer)?.found.as_deref().map(kind) == wanted {
                (least, dropped) = (fewer, true);
            } else {
                at += size;
            }
        }
        size = match (size, dropped) {
            (1, true) => 1,
            (size, _) => size / 2,
        };
    }
    Ok(least)
}

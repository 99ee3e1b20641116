//! What happens, in order: drawn from a seed, or read from a file.
//!
//! A step names what is to be chosen by a number (`dice`), never by a place in a list: so it keeps a meaning when other
//! steps are dropped, and a failing script can be made small.

use crate::chance::Chance;
use serde::{Deserialize, Serialize};

/// What is to happen in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Somebody writes.
    Edit,
    /// Somebody tries what is the other side's: it must be refused, without a trace.
    Trespass,
    /// A bundle is made and lies in the mail.
    Send,
    /// A bundle of the mail arrives, sooner or later than others, and stays in the mail: it may come again.
    Deliver,
    /// A bundle arrives cut.
    DeliverCut,
    /// A bundle arrives with one bit flipped.
    DeliverFlipped,
    /// A bundle comes to whom it is not for.
    Misdeliver,
    /// A copy of the database is laid aside.
    BackUp,
    /// The database is put back from a copy; the mark beside it stays.
    Restore,
    /// The whole home, mark and all, is put back from a copy: nothing tells that it was.
    RestoreUnnoticed,
    /// A home is copied to another machine.
    Clone,
    /// A home is copied, and nothing tells the copy from the original.
    CloneUnnoticed,
    /// A clock jumps by years.
    ClockJump,
    /// The power fails in the middle of a write.
    CrashEditing,
    /// The power fails in the middle of taking in a bundle.
    CrashImporting,
    /// The disk is full when a bundle is taken in.
    FullDisk,
    /// A machine of a unit signs what it may not write.
    Forge,
    /// A newer program writes what this one does not know.
    Newer,
    /// A unit sends what belongs to another channel.
    ForgeChannel,
    /// The province believes a machine no longer.
    Revoke,
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its number in the first script: what is drawn at random in it depends on this, not on the steps around it.
    pub step: u32,
    /// Minutes since the beginning.
    pub minute: u64,
    /// What happens.
    pub act: Act,
    /// Who does it, of the machines that there are.
    pub who: u32,
    /// How.
    pub dice: u64,
}

/// A whole run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// What random bytes are drawn from.
    pub seed: u64,
    /// Units below the province.
    pub units: usize,
    /// Machines of the province, and of each unit.
    pub machines: Vec<usize>,
    /// What happens.
    #[serde(skip)]
    pub steps: Vec<Step>,
}

/// How large a run is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Units below the province, at most [`crate::cast::UNITS`].
    pub units: usize,
    /// Days that go by.
    pub days: u64,
    /// Steps a day.
    pub steps_a_day: u64,
}

impl Size {
    /// A small run whose size depends on the seed: one to three units, two months.
    #[must_use]
    pub fn of_seed(seed: u64) -> Size {
        let mut chance = Chance::from_seed(seed ^ 0x5eed_0512e);
        Size {
            units: 1 + chance.below(3) as usize,
            days: 20 + chance.below(60),
            steps_a_day: 2,
        }
    }
}

impl Script {
    /// Draws what happens.
    #[must_use]
    pub fn draw(seed: u64, size: Size) -> Script {
        let mut chance = Chance::from_seed(seed);
        let units = size.units.clamp(1, crate::cast::UNITS);
        let machines = (0..=units).map(|_| 1 + chance.below(2) as usize).collect();
        // Every seed has its own weather: some faults often, some never.
        let mut weather = |n: u64| if chance.percent(60) { chance.below(n + 1) } else { 0 };
        let acts = [
            (90, Act::Edit),
            (4, Act::Trespass),
            (60, Act::Send),
            (80, Act::Deliver),
            (weather(6), Act::DeliverCut),
            (weather(6), Act::DeliverFlipped),
            (weather(4), Act::Misdeliver),
            (weather(8), Act::BackUp),
            (weather(6), Act::Restore),
            (weather(6), Act::RestoreUnnoticed),
            (weather(2), Act::Clone),
            (weather(2), Act::CloneUnnoticed),
            (weather(6), Act::ClockJump),
            (weather(6), Act::CrashEditing),
            (weather(6), Act::CrashImporting),
            (weather(6), Act::FullDisk),
            (weather(10), Act::Forge),
            (weather(6), Act::Newer),
            (weather(3), Act::ForgeChannel),
            (weather(2), Act::Revoke),
        ];
        let mut chance = Chance::from_seed(seed.wrapping_mul(0x9e37).wrapping_add(1));
        let count = size.days * size.steps_a_day;
        let mut minute = 0;
        let steps = (0..count as u32)
            .map(|step| {
                minute += 1 + chance.below(2 * 24 * 60 / size.steps_a_day.max(1));
                Step {
                    step,
                    minute,
                    act: chance.pick(&acts),
                    who: chance.draw() as u32,
                    dice: chance.draw(),
                }
            })
            .collect();
        Script {
            seed,
            units,
            machines,
            steps,
        }
    }

    /// The script as lines of JSON: who plays, then one step a line.
    #[must_use]
    pub fn write(&self) -> String {
        let mut text = String::new();
        let lines = std::iter::once(serde_json::to_string(self)).chain(self.steps.iter().map(serde_json::to_string));
        for line in lines.map_while(Result::ok) {
            text.push_str(&line);
            text.push('\n');
        }
        text
    }

    /// Reads what [`Script::write`] wrote.
    ///
    /// # Errors
    /// The first line that is not understood.
    pub fn read(text: &str) -> Result<Script, String> {
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let wrong = |i: usize, error: serde_json::Error| format!("line {}: {error}", i + 1);
        let (i, first) = lines.next().ok_or("the script is empty")?;
        let mut script: Script = serde_json::from_str(first).map_err(|error| wrong(i, error))?;
        let most = crate::cast::UNITS;
        let fits = (1..=most).contains(&script.units)
            && script.machines.len() == script.units + 1
            && script.machines.iter().all(|n| (1..=crate::cast::DEVICES).contains(n));
        if !fits {
            return Err(format!(
                "1 to {most} units, and machines for the province and each of them"
            ));
        }
        for (i, line) in lines {
            script
                .steps
                .push(serde_json::from_str(line).map_err(|error| wrong(i, error))?);
        }
        Ok(script)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_as_it_was_written_and_depends_on_its_seed_alone() {
        let script = Script::draw(7, Size::of_seed(7));
        assert_eq!(Script::read(&script.write()), Ok(script.clone()));
        assert_eq!(Script::draw(7, Size::of_seed(7)), script);
        assert_ne!(Script::draw(8, Size::of_seed(7)).steps, script.steps);
        assert!(Script::read("{}").is_err());
    }
}

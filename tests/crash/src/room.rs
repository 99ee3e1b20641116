//! Too little room: a small file system of its own, or, for whoever may mount none, files that may not grow.

use crate::office::{Office, Refusal, answer_of};
use crate::{Answer, Failure};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a file system takes at a time. KiB.
const PAGE: u64 = 4;

/// Room that looking needs after a failure. KiB.
const ENOUGH: u64 = 64 << 10;

/// A file system in memory, of a size that can be changed; unmounted when dropped.
#[derive(Debug)]
pub struct Room {
    /// Where it is mounted.
    pub folder: PathBuf,
}

fn tool(name: &str, words: &[&str]) -> Answer<String> {
    let output = Command::new(name).args(words).output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => Err(format!("{name} {words:?}: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

impl Room {
    /// Mounts one. Nobody but root may.
    ///
    /// # Errors
    /// What `mount` says.
    pub fn mount(folder: &Path) -> Answer<Room> {
        std::fs::create_dir_all(folder)?;
        tool(
            "mount",
            &[
                "-t",
                "tmpfs",
                "-o",
                &format!("size={ENOUGH}k"),
                "tmpfs",
                crate::world::text(folder)?,
            ],
        )?;
        Ok(Room {
            folder: folder.to_owned(),
        })
    }

    /// What is taken of it. KiB.
    ///
    /// # Errors
    /// What `df` says.
    pub fn used(&self) -> Answer<u64> {
        let told = tool("df", &["-k", "--output=used", crate::world::text(&self.folder)?])?;
        let number = told.lines().nth(1).map(str::trim).unwrap_or_default();
        Ok(number.parse()?)
    }

    /// Changes its size. KiB.
    ///
    /// # Errors
    /// What `mount` says: it cannot be smaller than what is in it.
    pub fn size(&self, kib: u64) -> Answer<()> {
        tool(
            "mount",
            &["-o", &format!("remount,size={kib}k"), crate::world::text(&self.folder)?],
        )?;
        Ok(())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // Nothing can be done about one that stays: it is memory, and ends with the machine.
        let _ = Command::new("umount").arg(&self.folder).status();
    }
}

/// How little room is made.
#[derive(Debug)]
pub enum Little {
    /// By a file system that is full.
    Full(Room),
    /// By files that may not grow.
    Short,
}

impl Little {
    /// A full file system where one can be mounted.
    ///
    /// # Errors
    /// Of making the folder.
    pub fn at(folder: &Path) -> Answer<Little> {
        match Room::mount(folder) {
            Ok(room) => Ok(Little::Full(room)),
            Err(_) => {
                std::fs::create_dir_all(folder)?;
                Ok(Little::Short)
            }
        }
    }
}

/// What became of an act that was tried with ever more room.
#[derive(Debug, Default)]
pub struct Tried {
    /// Why it was refused, each time.
    pub refusals: Vec<Refusal>,
    /// What it answered in the end.
    pub answer: Value,
}

/// Does something with no room at all, then with a little more each time, until there is enough for all of it: so each of its
/// writes is once the one that fails. After each refusal, with room again, the home is looked at.
///
/// # Errors
/// A crash, what looking finds, or an act that needs more room than can be.
pub fn with_ever_more(
    little: &Little,
    office: &Office,
    words: &[&str],
    step: u64,
    look: &mut dyn FnMut(&Refusal) -> Answer<()>,
) -> Answer<Tried> {
    let mut tried = Tried::default();
    let largest = crate::world::files(&office.home)?
        .iter()
        .map(|path| path.metadata().map_or(0, |file| file.len()))
        .max();
    let largest = largest.unwrap_or(0) >> 10;
    for room in (0..ENOUGH).step_by(usize::try_from(step.max(PAGE))?) {
        let output = match little {
            Little::Full(place) => {
                place.size((place.used()? + room).max(PAGE))?;
                let output = office.command(words)?.output()?;
                place.size(ENOUGH)?;
                output
            }
            // From nothing to beyond the largest file there is, in larger steps while that is far.
            Little::Short if room > 256 && room < largest && room % 64 != 0 => continue,
            Little::Short => office.command_within(room, words)?.output()?,
        };
        match answer_of(words, output)? {
            Ok(answer) => {
                tried.answer = answer;
                return Ok(tried);
            }
            Err(refusal) => {
                look(&refusal)
                    .map_err(|error| -> Failure { format!("with {room} KiB, {}: {error}", refusal.told).into() })?;
                tried.refusals.push(refusal);
            }
        }
    }
    Err(format!("{words:?} needs more than {ENOUGH} KiB").into())
}

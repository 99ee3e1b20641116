//! The program killed at moments drawn from a seed, while it edits, reports, takes in, exports, synchronises, audits, makes
//! backups and goes back to them, and while persons come, go, change their passphrases and take a machine over.

mod persons;

use crate::Answer;
use crate::chance::Chance;
use crate::office::{Office, answer_of};
use crate::world::{Side, World, Written, files, text, word};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Kills between two looks at everything that was ever written; what one kill concerns is looked at after each.
const LOOK: u32 = 12;

/// What can be broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    Set,
    Report,
    TakeIn,
    Export,
    Volumes,
    Import,
    Sync,
    Audit,
    Erase,
    Backup,
    Restore,
    PersonAdd,
    PersonRemove,
    Passphrase,
    TakeOver,
}

const ACTS: [Act; 15] = [
    Act::Set,
    Act::Report,
    Act::TakeIn,
    Act::Export,
    Act::Volumes,
    Act::Import,
    Act::Sync,
    Act::Audit,
    Act::Erase,
    Act::Backup,
    Act::Restore,
    Act::PersonAdd,
    Act::PersonRemove,
    Act::Passphrase,
    Act::TakeOver,
];

/// What a run did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Processes killed.
    pub killed: u32,
    /// Processes that were quicker.
    pub answered: u32,
    /// Broken off, and there all the same.
    pub there_all_the_same: u32,
}

struct Run {
    world: World,
    chance: Chance,
    counts: Counts,
    /// What opening alone takes: nothing happens before.
    opening: Duration,
    /// What each act takes as a whole, as far as it is known.
    whole: BTreeMap<Act, Duration>,
}

/// Kills the program a number of times, and looks.
///
/// # Errors
/// What was found, or what stood in the way.
pub fn run(seed: u64, kills: u32) -> Answer<Counts> {
    let folder = tempfile::tempdir()?;
    let world = World::begin(folder.path())?;
    let begun = Instant::now();
    world.offices[1].json(&["session"])?;
    let mut run = Run {
        world,
        chance: Chance::new(seed),
        counts: Counts::default(),
        opening: begun.elapsed(),
        whole: BTreeMap::new(),
    };
    let mut looked = 0;
    // On a machine that has much else to do, the moments fall late: not for ever.
    while run.counts.killed < kills && run.counts.answered < kills {
        let act = ACTS[run.chance.below(ACTS.len() as u64) as usize];
        let side = run.chance.below(2) as Side;
        run.act(act, side).map_err(|error| {
            format!(
                "seed {seed}, after {} kills, {act:?} of {side}: {error}",
                run.counts.killed
            )
        })?;
        if run.counts.killed >= looked + LOOK {
            looked = run.counts.killed;
            run.world.nothing_is_missing(false)?;
        }
    }
    let all = |error| format!("seed {seed}, at the end: {error}");
    run.world.nothing_is_missing(false).map_err(all)?;
    run.settle_mailbox().map_err(all)?;
    run.world.agree().map_err(all)?;
    run.world.nothing_is_plain().map_err(all)?;
    Ok(run.counts)
}

impl Run {
    fn act(&mut self, act: Act, side: Side) -> Answer<()> {
        match act {
            Act::Set => {
                let mark = self.world.mark();
                let task = self.some_task();
                self.write(act, side, &["task", "set", &task, "lead", &mark], Some(&task), &mark, 0)
            }
            Act::Report => {
                // Progress is the district's to report.
                let mark = self.world.mark();
                let task = self.some_task();
                let photos = self.chance.below(3) as usize;
                let mut words = vec![
                    "task".into(),
                    "report".into(),
                    task.clone(),
                    "--note".into(),
                    mark.clone(),
                ];
                for i in 0..photos {
                    let size = 1_000 + self.chance.below(400_000) as usize;
                    let photo = self.world.photo(&mark, size, i)?;
                    words.extend(["--attach".to_owned(), text(&photo)?.to_owned()]);
                }
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                self.write(act, 1, &words, Some(&task), &mark, photos)
            }
            Act::TakeIn => {
                let mark = self.world.mark();
                let rows = 5 + self.chance.below(40) as usize;
                let list = self.world.list(&mark, rows)?;
                let words = ["import", "tasks", text(&list)?, "--unit", "H02.15"];
                self.write(act, side, &words, None, &mark, rows)
            }
            Act::Export => self.export(act, side, None),
            Act::Volumes => self.export(act, side, Some("100KB")),
            Act::Import => self.import(side),
            Act::Sync => {
                self.broken_off(act, side, &["mailbox", "sync"])?;
                self.look(side)
            }
            Act::Erase => self.erase(),
            Act::Backup => self.backup(side),
            Act::Restore => self.restore(side),
            Act::PersonAdd => self.person_added(side).map(|_| ()),
            Act::PersonRemove => self.person_removed(side),
            Act::Passphrase => self.passphrase_changed(side),
            Act::TakeOver => self.taken_over(side),
            Act::Audit => {
                let out = self.world.folder.join(format!("desk/{}.jsonl", self.chance.number()));
                let other = self.world.offices[1 - side].code;
                let answered = self.broken_off(
                    act,
                    side,
                    &["audit", "export", "--channel", other, "--out", text(&out)?],
                )?;
                if answered.is_some() || out.exists() {
                    self.world.offices[side].json(&["audit", "verify", text(&out)?])?;
                }
                self.look(side)
            }
        }
    }

    /// Erases a report with its photos: all of it goes, or nothing.
    fn erase(&mut self) -> Answer<()> {
        let reports = self.world.written.iter().enumerate();
        let mut reports = reports.filter(|(_, what)| what.stands && what.task.is_some() && what.parts > 0);
        let Some((at, what)) = reports.next().map(|(at, what)| (at, what.clone())) else {
            return Ok(());
        };
        let Some(report) = self.world.report(what.side, &what)? else {
            return Err(format!("what was answered is gone: {what:?}").into());
        };
        let id = word(&report["id"])?;
        let answered = self.broken_off(Act::Erase, what.side, &["erase", id, "--for-ever"])?;
        self.look(what.side)?;
        // One that is there still is there with all its photos, or this says so.
        if self.world.is_there(what.side, &what)? {
            return match answered {
                Some(_) => Err(format!("erased, and there all the same: {what:?}").into()),
                None => Ok(()),
            };
        }
        self.world.written.remove(at);
        match self.world.photos_left(what.side, &what, id)? {
            0 => Ok(()),
            left => Err(format!("{left} photos are left of what was erased: {what:?}").into()),
        }
    }

    /// Makes a backup: each that has its name is whole.
    fn backup(&mut self, side: Side) -> Answer<()> {
        let answered = self.broken_off(Act::Backup, side, &["backup"])?;
        self.look(side)?;
        let office = &self.world.offices[side];
        let listed = office.json(&["backup", "--list"])?;
        let rows = listed["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
        let listed: BTreeSet<&str> = rows.iter().filter_map(|row| row["name"].as_str()).collect();
        let there = files(&office.home.join("backups"))?;
        let whole = there
            .iter()
            .filter(|path| path.extension().is_some_and(|end| end == "chidao-backup"));
        for path in whole {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if !listed.contains(name) {
                return Err(format!("half a backup has its name: {name}").into());
            }
        }
        match answered {
            Some(answer) if !listed.contains(word(&answer["made"]["name"])?) => {
                Err(format!("what was answered is not there: {answer}").into())
            }
            _ => Ok(()),
        }
    }

    /// Goes back to a backup: the home is as it was just before, or as the backup has it.
    fn restore(&mut self, side: Side) -> Answer<()> {
        let out = self
            .world
            .folder
            .join(format!("desk/{}.chidao-backup", self.chance.number()));
        let (office, other) = (self.world.offices[side].clone(), self.world.offices[1 - side].code);
        let digest = || -> Answer<Value> { Ok(office.json(&["digest", "--channel", other])?["entries"].clone()) };
        office.json(&["backup", "--out", text(&out)?])?;
        let then = digest()?;
        // By this the two are told apart. It leaves this machine in no bundle before it may be gone again.
        office.json(&["task", "set", "NV41", "lead", &self.chance.number().to_string()])?;
        let before = digest()?;
        let answered = self.broken_off(Act::Restore, side, &["restore", text(&out)?])?;
        self.look(side)?;
        if office.home.join("restoring").exists() {
            return Err("what was taken out and not decided is left".into());
        }
        let now = digest()?;
        std::fs::remove_file(&out)?;
        match answered {
            Some(_) if now != then => Err("answered, and not as the backup has it".into()),
            None if now != then && now != before => Err("neither as before nor as the backup has it".into()),
            _ => Ok(()),
        }
    }

    fn some_task(&mut self) -> String {
        format!("NV{:02}", 1 + self.chance.below(41))
    }

    /// Writes something, which is there afterwards or not, and never half.
    fn write(
        &mut self,
        act: Act,
        side: Side,
        words: &[&str],
        task: Option<&str>,
        mark: &str,
        parts: usize,
    ) -> Answer<()> {
        let answered = self.broken_off(act, side, words)?.is_some();
        let mut what = Written {
            side,
            task: task.map(str::to_owned),
            mark: mark.to_owned(),
            parts,
            stands: answered,
        };
        self.look(side)?;
        if !answered {
            what.stands = self.world.is_there(side, &what)?;
            self.counts.there_all_the_same += u32::from(what.stands);
        }
        self.world.written.push(what);
        Ok(())
    }

    /// Puts bundles on the stick: each that has its name is whole, whatever happened.
    fn export(&mut self, act: Act, side: Side, size: Option<&str>) -> Answer<()> {
        let stick = self.world.stick();
        let before: BTreeSet<PathBuf> = bundles(&stick)?;
        let to = self.world.offices[1 - side].code;
        let mut words = vec!["bundle", "export", "--to", to, "--out", text(&stick)?];
        words.extend(size.into_iter().flat_map(|size| ["--volume-size", size]));
        let answered = self.broken_off(act, side, &words)?;
        let after = bundles(&stick)?;
        if let Some(answer) = &answered {
            let paths = answer["paths"].as_array().map(Vec::as_slice).unwrap_or_default();
            for path in paths {
                // A program for another system names it as that does.
                if !after.contains(Path::new(&word(path)?.replace('\\', "/"))) {
                    return Err(format!("what was answered is not on the stick: {path}").into());
                }
            }
        }
        for new in after.difference(&before) {
            self.world.offices[1 - side].json(&["bundle", "verify", text(new)?])?;
            self.world.bundles[1 - side].insert(new.clone());
        }
        self.look(side)
    }

    /// Takes in a bundle: as a whole, or not at all.
    fn import(&mut self, side: Side) -> Answer<()> {
        if self.world.bundles[side].is_empty() {
            self.world.offices[1 - side].json(&["task", "set", "NV41", "lead", &self.chance.number().to_string()])?;
            self.export(Act::Export, 1 - side, None)?;
        }
        let Some(bundle) = self.world.bundles[side].first().cloned() else {
            return Ok(());
        };
        let (office, other) = (self.world.offices[side].clone(), self.world.offices[1 - side].code);
        let digest = || -> Answer<Value> { Ok(office.json(&["digest", "--channel", other])?["entries"].clone()) };
        let before = digest()?;
        let words = ["bundle", "import", text(&bundle)?];
        let answered = self.broken_off(Act::Import, side, &words)?;
        self.look(side)?;
        let now = digest()?;
        if answered.is_none() {
            office.json(&words)?;
        }
        if now != before && now != digest()? {
            return Err("half a bundle was taken in".into());
        }
        self.world.bundles[side].remove(&bundle);
        Ok(())
    }

    /// Starts something and kills it at a moment that falls after the home was opened and mostly before the end. Gives the answer
    /// if it was quicker.
    fn broken_off(&mut self, act: Act, side: Side, words: &[&str]) -> Answer<Option<Value>> {
        let office = self.world.offices[side].clone();
        self.broken_off_by(act, &office, words)
    }

    /// The same, opened with another passphrase.
    fn broken_off_by(&mut self, act: Act, office: &Office, words: &[&str]) -> Answer<Option<Value>> {
        let whole = *self.whole.get(&act).unwrap_or(&(self.opening * 2));
        let earliest = self.opening.mul_f64(0.9).min(whole.mul_f64(0.7));
        let span = whole.mul_f64(1.05).saturating_sub(earliest);
        let moment = earliest + span.mul_f64(self.chance.part());
        let begun = Instant::now();
        let mut child = office.command(words)?.spawn()?;
        // A moment by the clock is the point here: wherever it falls, the same must hold.
        while begun.elapsed() < moment {
            if child.try_wait()?.is_some() {
                break;
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        let took = begun.elapsed();
        // One that has ended cannot be killed any more.
        let _ = child.kill();
        let output = child.wait_with_output()?;
        if output.status.code().is_none() {
            self.counts.killed += 1;
            // Killed at its very end again and again, it takes longer than was thought.
            if moment > whole {
                self.whole.insert(act, whole.mul_f64(1.1));
            }
            return Ok(None);
        }
        self.counts.answered += 1;
        self.whole.insert(act, took);
        // It was opened while the machine had other things to do.
        self.opening = self.opening.min(took);
        match answer_of(words, output)? {
            Ok(answer) => Ok(Some(answer)),
            // The journal of an export is kept: a name may be taken by a file that was put there before the kill.
            Err(refusal) if refusal.code == "file_exists" => Ok(None),
            Err(refusal) => Err(format!("{words:?}: {}", refusal.told).into()),
        }
    }

    /// The home opens, everything fits, and nothing plain lies there.
    fn look(&self, side: Side) -> Answer<()> {
        self.world.offices[side].is_whole()?;
        self.world.nothing_is_plain()
    }

    /// Whatever was broken off in the mailbox, both get through it in the end. A bundle that a machine left there before it became
    /// another device is refused once that is known: what it carried comes with a newer one, and its unit clears it away.
    fn settle_mailbox(&self) -> Answer<()> {
        let sync = ["mailbox", "sync"];
        for _ in 0..2 {
            for office in &self.world.offices {
                match office.asked(&sync)? {
                    Ok(_) => {}
                    Err(refusal) if refusal.code == "bundle_device_revoked" => {}
                    Err(refusal) => return Err(format!("{sync:?} in {}: {}", office.code, refusal.told).into()),
                }
            }
        }
        for office in &self.world.offices {
            office.json(&sync)?;
        }
        Ok(())
    }
}

/// The files on the stick that bear a bundle's name.
fn bundles(stick: &Path) -> Answer<BTreeSet<PathBuf>> {
    let all = files(stick)?.into_iter();
    Ok(all
        .filter(|path| path.extension().is_some_and(|ending| ending == "chidao"))
        .collect())
}

//! An installation on a machine that dies after any of its acts, and goes on when it is started again.

use super::carrying_out::steps;
use super::plan::{self, Ended, Phase, Plan, State};
use super::*;
use chidao_bundle::update::Version;
use std::cell::Cell;
use std::fs;
use std::io;
use std::path::Path;

/// A machine that does so many acts and then nothing more. A program there is a text with its version.
struct Mortal {
    left: Cell<usize>,
}

impl Mortal {
    fn dying_after(acts: usize) -> Mortal {
        Mortal { left: Cell::new(acts) }
    }

    fn act(&self) -> io::Result<()> {
        match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(io::Error::other("the power is cut")),
        }
    }
}

impl Ground for Mortal {
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.act()?;
        Machine.write(path, bytes)
    }
    fn put(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.act()?;
        Machine.put(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.act()?;
        Machine.remove(path)
    }
    fn install(&self, installer: &Path, folder: &Path) -> io::Result<bool> {
        self.act()?;
        // It writes one of its files, and the power may go before the next.
        Machine.put(installer, &folder.join("chidao"))?;
        self.act()?;
        Machine.put(installer, &folder.join("so-chi-dao"))?;
        Ok(true)
    }
    fn version_in(&self, folder: &Path) -> Option<Version> {
        fs::read_to_string(folder.join("chidao")).ok()?.parse().ok()
    }
    fn go_back(&self, home: &Path, backup: &Path, _aside: &str) -> Result<(), AppError> {
        self.act()
            .map_err(|error| AppError::of_writing("file_not_written", &error))?;
        fs::copy(backup, home.join("ledger.db")).unwrap();
        Ok(())
    }
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

/// A home with an installation laid ready, and the folder of its programs.
fn laid(kind: &str, new: &str) -> (tempfile::TempDir, Plan) {
    let folder = tempfile::tempdir().unwrap();
    let (home, program) = (folder.path().join("home"), folder.path().join("program"));
    let put = |path: std::path::PathBuf, text: &str| {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put(home.join("ledger.db"), "data");
    put(home.join("backups/b"), "data");
    for name in ["chidao", "so-chi-dao"] {
        put(program.join(name), "0.1.0");
        put(plan::former_files(&home).join(name), "0.1.0");
        put(plan::new_files(&home).join(name), new);
    }
    put(program.join("portable.txt"), "");
    put(plan::new_files(&home).join("new.dll"), new);
    put(plan::new_files(&home).join("setup.exe"), new);
    let plan = Plan {
        from: version("0.1.0"),
        to: version("0.2.0"),
        update: "u".to_owned(),
        kind: kind.to_owned(),
        program,
        files: vec!["chidao".to_owned(), "so-chi-dao".to_owned()],
        added: match kind {
            "portable" => vec!["new.dll".to_owned()],
            _ => Vec::new(),
        },
        package: "setup.exe".to_owned(),
        backup: "b".to_owned(),
        phase: Phase::Ready,
        tries: 1,
        touched: false,
        reason: String::new(),
        at: "2026-11-23T08:00:00+07:00".to_owned(),
    };
    begin(&home, &plan);
    (folder, plan)
}

fn begin(home: &Path, plan: &Plan) {
    let state = State {
        plan: Some(plan.clone()),
        ..State::default()
    };
    plan::write(home, &state, &Machine).unwrap();
}

/// What the programs' folder holds, but for the word that it is carried about.
fn programs(plan: &Plan) -> Vec<(String, String)> {
    let mut all: Vec<_> = fs::read_dir(&plan.program)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap() != "portable.txt")
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read_to_string(&path).unwrap(),
            )
        })
        .collect();
    all.sort();
    all
}

fn named(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect()
}

/// Lets the machine die after each of its acts in turn, once or twice, and starts it again.
fn however_it_dies(make: &dyn Fn() -> (tempfile::TempDir, Plan), check: &dyn Fn(&Path, &Plan, CarriedOut)) {
    let mut died = 0;
    for first in 0..60 {
        for second in [0, 1, 2, 60] {
            let (folder, plan) = make();
            let home = folder.path().join("home");
            let mut done = steps(&home, &Mortal::dying_after(first));
            if done.is_err() {
                died += 1;
                done = steps(&home, &Mortal::dying_after(second));
            }
            let done = done.or_else(|_| steps(&home, &Mortal::dying_after(60)));
            check(&home, &plan, done.unwrap());
            if first > 14 {
                return assert!(died > 8, "it has died {died} times");
            }
        }
    }
}

#[test]
fn cut_off_anywhere_the_new_program_comes_to_stand_whole() {
    however_it_dies(&|| laid("portable", "0.2.0"), &|home, plan, done| {
        assert_eq!(done, CarriedOut::New(plan.program.clone()));
        assert_eq!(plan::read(home).plan.unwrap().phase, Phase::Swapped);
        let expected = named(&[("chidao", "0.2.0"), ("new.dll", "0.2.0"), ("so-chi-dao", "0.2.0")]);
        assert_eq!(programs(plan), expected);
        assert!(plan.program.join("portable.txt").exists());
        assert!(!is_due(home));
    });
}

#[test]
fn cut_off_anywhere_an_installer_is_run_again() {
    however_it_dies(&|| laid("installer", "0.2.0"), &|home, plan, done| {
        assert_eq!(done, CarriedOut::New(plan.program.clone()));
        assert_eq!(plan::read(home).plan.unwrap().phase, Phase::Swapped);
        assert_eq!(programs(plan), named(&[("chidao", "0.2.0"), ("so-chi-dao", "0.2.0")]));
    });
}

#[test]
fn a_program_that_does_not_start_is_taken_back_however_the_machine_dies() {
    for kind in ["portable", "installer"] {
        however_it_dies(&|| laid(kind, "not a version"), &|home, plan, done| {
            assert_eq!(done, CarriedOut::Former(plan.program.clone()));
            assert_eq!(programs(plan), named(&[("chidao", "0.1.0"), ("so-chi-dao", "0.1.0")]));
            let state = plan::read(home);
            let reason = state.last.unwrap().reason.unwrap();
            // Whoever dies at it often enough has not put it in place either.
            assert!(
                ["does_not_start", "not_put_in_place"].contains(&reason.as_str()),
                "{reason}"
            );
            assert_eq!((state.plan, state.failed), (None, vec!["u".to_owned()]));
        });
    }
}

#[test]
fn what_a_program_did_that_could_not_open_the_data_is_undone_however_the_machine_dies() {
    let failed = || {
        let (folder, mut plan) = laid("portable", "0.2.0");
        let home = folder.path().join("home");
        steps(&home, &Machineless).unwrap();
        plan.phase = Phase::Failed;
        plan.touched = true;
        plan.reason = "store_failed".to_owned();
        begin(&home, &plan);
        fs::write(home.join("ledger.db"), "spoilt").unwrap();
        (folder, plan)
    };
    however_it_dies(&failed, &|home, plan, done| {
        assert_eq!(done, CarriedOut::Former(plan.program.clone()));
        assert_eq!(programs(plan), named(&[("chidao", "0.1.0"), ("so-chi-dao", "0.1.0")]));
        assert_eq!(fs::read_to_string(home.join("ledger.db")).unwrap(), "data");
        let ended = Ended {
            from: version("0.1.0"),
            to: version("0.2.0"),
            reason: Some("store_failed".to_owned()),
            at: plan.at.clone(),
        };
        assert_eq!(plan::read(home).last, Some(ended));
        assert_eq!(
            steps(home, &Mortal::dying_after(0)).unwrap(),
            CarriedOut::Nothing,
            "and only once"
        );
    });
}

/// Puts files and asks no program for its version but reads it.
struct Machineless;

impl Ground for Machineless {
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        Machine.write(path, bytes)
    }
    fn put(&self, from: &Path, to: &Path) -> io::Result<()> {
        Machine.put(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        Machine.remove(path)
    }
    fn install(&self, _: &Path, _: &Path) -> io::Result<bool> {
        Ok(false)
    }
    fn version_in(&self, folder: &Path) -> Option<Version> {
        Mortal::dying_after(0).version_in(folder)
    }
    fn go_back(&self, _: &Path, _: &Path, _: &str) -> Result<(), AppError> {
        Ok(())
    }
}

#[test]
fn an_installer_that_refuses_leaves_the_former_program() {
    let (folder, plan) = laid("installer", "0.2.0");
    let home = folder.path().join("home");
    assert_eq!(
        steps(&home, &Machineless).unwrap(),
        CarriedOut::Former(plan.program.clone())
    );
    assert_eq!(programs(&plan), named(&[("chidao", "0.1.0"), ("so-chi-dao", "0.1.0")]));
    assert_eq!(
        plan::read(&home).last.unwrap().reason.as_deref(),
        Some("not_put_in_place")
    );
}

#[test]
fn a_new_program_that_ended_without_a_word_is_given_up() {
    let (folder, _) = laid("portable", "0.2.0");
    let home = folder.path().join("home");
    assert!(!give_up(&home, &Machine).unwrap(), "it is not in place yet");
    steps(&home, &Machineless).unwrap();
    assert!(give_up(&home, &Machine).unwrap());
    let plan = plan::read(&home).plan.unwrap();
    assert_eq!(
        (plan.phase, plan.touched, plan.reason.as_str()),
        (Phase::Failed, true, "ended")
    );
    assert!(is_due(&home));
}

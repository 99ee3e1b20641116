//! Bundles onto a stick: all files or none, and in words when it does not work.

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

mod office;

use chidao_app::App;
use chidao_app::api::*;
use chidao_mailbox::Stick;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A unit with a bundle for its parent, and a stick of which a test says how it is.
struct Desk {
    _folder: tempfile::TempDir,
    unit: App,
    /// What is plugged in: asked of each time, from the last to the first, which stays.
    plugged: Arc<Mutex<Vec<Vec<Stick>>>>,
    stick: Stick,
    token: String,
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let province = office::province(&folder.path().join("tinh"));
        let unit = office::unit(&folder.path().join("huyen"));
        office::enrol(&province, &unit);
        let root = folder.path().join("USB");
        fs::create_dir(&root).unwrap();
        let stick = Stick {
            root,
            label: "VP UBND".into(),
            file_system: "FAT32".into(),
            free: 4_000_000_000,
            total: 8_000_000_000,
            read_only: false,
        };
        let plugged = Arc::new(Mutex::new(vec![vec![stick.clone()]]));
        let asked = Arc::clone(&plugged);
        let unit = unit.with_sticks(move || {
            let mut plugged = asked.lock().unwrap();
            match plugged.len() {
                0 => Vec::new(),
                1 => plugged[0].clone(),
                _ => plugged.pop().unwrap(),
            }
        });
        let to = unit.units(Nothing {}).unwrap().rows;
        let to = to.into_iter().find(|row| row.code == "H02").unwrap().id;
        let token = unit.bundle_export(BundleTo { to }).unwrap().file.file;
        Desk {
            _folder: folder,
            unit,
            plugged,
            stick,
            token,
        }
    }

    fn plug(&self, later: &[&[Stick]]) {
        *self.plugged.lock().unwrap() = later.iter().rev().map(|sticks| sticks.to_vec()).collect();
    }

    fn save(&self, times: usize) -> Result<StickSaved, chidao_app::AppError> {
        self.unit.stick_save(StickSave {
            files: vec![self.token.clone(); times],
            stick: self.stick.root.display().to_string(),
        })
    }

    fn refused(&self, times: usize) -> String {
        self.save(times).unwrap_err().code
    }

    fn lying(&self) -> Vec<String> {
        names(&self.stick.root)
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_is_saved_lies_there_whole_and_nothing_is_written_over() {
    let desk = Desk::new();
    let rows = desk.unit.sticks(Nothing {}).unwrap().sticks;
    assert_eq!(
        (rows.len(), rows[0].label.as_str(), rows[0].largest_file),
        (1, "VP UBND", Some(4_294_967_295))
    );
    let saved = desk.save(1).unwrap();
    assert_eq!(saved.label, "VP UBND");
    let mut waiting = Vec::new();
    desk.unit.read_file(&desk.token, &mut waiting).unwrap();
    assert_eq!(fs::read(&saved.paths[0]).unwrap(), waiting);
    let again = desk.save(1).unwrap();
    assert_ne!(again.paths, saved.paths);
    assert!(again.paths[0].ends_with(" (2).chidao"), "{again:?}");
    assert_eq!(desk.lying().len(), 2);
}

#[test]
fn what_cannot_work_is_said_before_anything_is_written() {
    let desk = Desk::new();
    desk.plug(&[&[Stick {
        free: 1000,
        ..desk.stick.clone()
    }]]);
    let full = desk.save(1).unwrap_err();
    assert_eq!((full.code.as_str(), full.params["free"].as_str()), ("stick_full", "0"));
    desk.plug(&[&[Stick {
        read_only: true,
        ..desk.stick.clone()
    }]]);
    assert_eq!(desk.refused(1), "disk_read_only");
    desk.plug(&[&[]]);
    assert_eq!(desk.refused(1), "stick_gone");
    assert_eq!(desk.lying(), [""; 0]);
}

#[test]
fn when_one_file_cannot_be_written_none_is_left() {
    let desk = Desk::new();
    let name = desk.unit.file(&desk.token).unwrap().name;
    let second = PathBuf::from(&name).file_stem().unwrap().to_string_lossy().into_owned();
    // Where the second one would be written first.
    let in_the_way = format!("{second} (2).chidao.part");
    fs::create_dir(desk.stick.root.join(&in_the_way)).unwrap();
    assert_eq!(desk.refused(2), "file_not_written");
    assert_eq!(desk.lying(), [in_the_way]);
}

#[test]
fn a_stick_that_was_pulled_out_is_told_as_that() {
    let desk = Desk::new();
    let there = [desk.stick.clone()];
    // While it is being written to: what fails then fails because of that.
    fs::remove_dir(&desk.stick.root).unwrap();
    desk.plug(&[&there, &[]]);
    assert_eq!(desk.refused(1), "stick_gone");
    // After the last byte: it was not said yet that it can be pulled out.
    fs::create_dir(&desk.stick.root).unwrap();
    desk.plug(&[&there, &[]]);
    assert_eq!(desk.refused(1), "stick_gone");
    desk.plug(&[&there]);
    assert!(desk.save(1).is_ok());
}

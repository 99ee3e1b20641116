//! Every write in turn is the one for which there is no room: a plain refusal each time, and everything as it was.
//!
//! As root a small file system is filled; otherwise files may not grow beyond a size, which fails the same writes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

use crash::office::{Office, Refusal, answer_of};
use crash::room::{Little, with_ever_more};
use crash::world::{World, Written, files, text, word};
use std::collections::BTreeMap;

/// A world in a place of which the room can be taken.
struct Place {
    little: Little,
    world: World,
    // Dropped last: the room is unmounted before its folder goes.
    _folder: tempfile::TempDir,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let little = Little::at(&folder.path().join("place")).unwrap();
    place_with(folder, little)
}

fn place_with(folder: tempfile::TempDir, little: Little) -> Place {
    let at = folder.path().join("place");
    let world = World::begin(&at).unwrap_or_else(|found| panic!("{found}"));
    for office in &world.offices {
        // A backup before taking in would want more room than any write after it: those would never be without.
        office.json(&["backup", "--before-import", "0"]).unwrap();
    }
    Place {
        little,
        world,
        _folder: folder,
    }
}

impl Place {
    /// Does something with ever more room; afterwards everything is there, and no half file has a name.
    fn squeezed(&self, side: usize, words: &[&str], step: u64, what: Option<&Written>) -> BTreeMap<String, usize> {
        let office = &self.world.offices[side];
        let named = || -> Vec<_> {
            let all = ["stick", "mailbox"]
                .iter()
                .flat_map(|name| files(&self.world.folder.join(name)).unwrap());
            let whole = all.filter(|path| path.extension().is_some_and(|ending| ending == "chidao"));
            whole.map(|path| (path.metadata().unwrap().len(), path)).collect()
        };
        let before = named();
        let tried = with_ever_more(&self.little, office, words, step, &mut |_: &Refusal| {
            office.is_whole()?;
            if let Some(what) = what
                && self.world.is_there(side, what)?
            {
                return Err("what was refused was written".into());
            }
            match named() == before || words[0] == "mailbox" {
                true => Ok(()),
                false => Err("a file that was refused has its name".into()),
            }
        });
        let tried = tried.unwrap_or_else(|found| panic!("{words:?}: {found}"));
        if let Some(what) = what {
            assert!(self.world.is_there(side, what).unwrap(), "{words:?} was answered");
        }
        self.world.nothing_is_plain().unwrap();
        office.is_whole().unwrap();
        let mut codes = BTreeMap::new();
        for refusal in &tried.refusals {
            *codes.entry(refusal.code.clone()).or_default() += 1;
        }
        println!("{:?}: {codes:?}", &words[..2]);
        if matches!(self.little, Little::Full(_)) {
            for refusal in &tried.refusals {
                let plain = ["disk_full", "mailbox_full", "backup_no_room"].contains(&refusal.code.as_str());
                assert!(plain, "{words:?}: {}", refusal.told);
            }
        }
        assert!(!tried.refusals.is_empty(), "{words:?} was never without room");
        codes
    }
}

fn what(task: Option<&str>, mark: &str, parts: usize) -> Written {
    Written {
        side: 1,
        task: task.map(str::to_owned),
        mark: mark.to_owned(),
        parts,
        stands: true,
    }
}

#[test]
fn an_edit_and_a_report_without_room_are_refused_and_leave_everything() {
    let mut place = place();
    let mark = place.world.mark();
    let words = ["task", "set", "NV20", "lead", &mark];
    place.squeezed(1, &words, 8, Some(&what(Some("NV20"), &mark, 0)));
    let mark = place.world.mark();
    let photo = place.world.photo(&mark, 90_000, 0).unwrap();
    let words = [
        "task",
        "report",
        "NV19",
        "--note",
        &mark,
        "--attach",
        text(&photo).unwrap(),
    ];
    place.squeezed(1, &words, 32, Some(&what(Some("NV19"), &mark, 1)));
}

#[test]
fn a_list_taken_in_without_room_is_refused_and_leaves_nothing() {
    let mut place = place();
    let mark = place.world.mark();
    let list = place.world.list(&mark, 60).unwrap();
    let words = ["import", "tasks", text(&list).unwrap(), "--unit", "H02.15"];
    place.squeezed(1, &words, 44, Some(&what(None, &mark, 60)));
}

#[test]
fn a_bundle_made_and_taken_in_without_room_is_refused_and_leaves_nothing() {
    let mut place = place();
    let mark = place.world.mark();
    let photo = place.world.photo(&mark, 60_000, 0).unwrap();
    let district = place.world.offices[1].clone();
    let report = [
        "task",
        "report",
        "NV19",
        "--note",
        &mark,
        "--attach",
        text(&photo).unwrap(),
    ];
    district.json(&report).unwrap();
    let stick = place.world.stick();
    let words = ["bundle", "export", "--to", "H02", "--out", text(&stick).unwrap()];
    place.squeezed(1, &words, 20, None);
    let sent = district.json(&words).unwrap();
    let words = ["bundle", "import", word(&sent["path"]).unwrap()];
    let digest = |office: &Office| office.json(&["digest", "--channel", "H02.15"]).unwrap()["entries"].clone();
    let before = digest(&place.world.offices[0]);
    place.squeezed(0, &words, 36, Some(&what(Some("NV19"), &mark, 1)));
    assert_ne!(before, digest(&place.world.offices[0]));
}

#[test]
fn a_mailbox_without_room_is_told_and_holds_nothing_half() {
    let mut place = place();
    let mark = place.world.mark();
    let photo = place.world.photo(&mark, 60_000, 0).unwrap();
    let report = [
        "task",
        "report",
        "NV19",
        "--note",
        &mark,
        "--attach",
        text(&photo).unwrap(),
    ];
    place.world.offices[1].json(&report).unwrap();
    place.squeezed(1, &["mailbox", "sync"], 24, None);
    place.world.offices[0].json(&["mailbox", "sync"]).unwrap();
    assert!(place.world.is_there(0, &what(Some("NV19"), &mark, 1)).unwrap());
}

#[test]
fn an_erasure_without_room_is_refused_and_leaves_everything() {
    let mut place = place();
    let mark = place.world.mark();
    let photo = place.world.photo(&mark, 90_000, 0).unwrap();
    let district = place.world.offices[1].clone();
    let report = [
        "task",
        "report",
        "NV19",
        "--note",
        &mark,
        "--attach",
        text(&photo).unwrap(),
    ];
    let shown = district.json(&report).unwrap();
    let id = shown["reports"][0]["id"].as_str().unwrap().to_owned();
    let written = what(Some("NV19"), &mark, 1);
    let tried = with_ever_more(&place.little, &district, &["erase", &id, "--for-ever"], 24, &mut |_| {
        district.is_whole()?;
        match place.world.is_there(1, &written)? {
            true => Ok(()),
            false => Err("what was refused was erased".into()),
        }
    });
    let tried = tried.unwrap_or_else(|found| panic!("{found}"));
    assert!(!tried.refusals.is_empty());
    assert_eq!(tried.answer["attachments"], 1);
    assert!(!place.world.is_there(1, &written).unwrap());
    district.is_whole().unwrap();
}

#[test]
fn a_history_for_an_audit_without_room_is_refused_and_leaves_nothing() {
    let place = place();
    let out = place.world.folder.join("stick/kiem-toan.jsonl");
    let words = ["audit", "export", "--channel", "H02", "--out", text(&out).unwrap()];
    place.squeezed(1, &words, 24, None);
    let [_, district] = &place.world.offices;
    district.json(&["audit", "verify", text(&out).unwrap()]).unwrap();
}

#[test]
fn a_backup_without_room_is_refused_and_one_for_which_an_import_waits_lets_nothing_in() {
    let mut place = place();
    let district = place.world.offices[1].clone();
    let backups = |why: &str| {
        let all = files(&district.home.join("backups")).unwrap();
        all.iter()
            .filter(|path| path.to_string_lossy().ends_with(&format!("_{why}.chidao-backup")))
            .count()
    };
    let tried = with_ever_more(&place.little, &district, &["backup"], 300, &mut |_| {
        district.is_whole()?;
        match backups("by-hand") {
            0 => Ok(()),
            _ => Err("a backup that was refused has its name".into()),
        }
    });
    let tried = tried.unwrap_or_else(|found| panic!("{found}"));
    assert!(!tried.refusals.is_empty());
    assert_eq!(
        (backups("by-hand"), backups("before-import")),
        (1, 0),
        "those that are no longer wanted make room"
    );
    district.json(&["backup", "--before-import", "2"]).unwrap();
    let mark = place.world.mark();
    let list = place.world.list(&mark, 60).unwrap();
    let words = ["import", "tasks", text(&list).unwrap(), "--unit", "H02.15"];
    place.squeezed(1, &words, 300, Some(&what(None, &mark, 60)));
    assert_eq!(backups("before-import"), 1);
}

#[test]
fn a_first_start_without_room_can_be_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("place");
    let little = Little::at(&at).unwrap();
    let unit = [
        "init",
        "--edition",
        "unit",
        "--unit",
        "UBND huyện Yên Thế",
        "--code",
        "H02.15",
    ];
    let words = [&unit[..], &["--person", "Hoàng Thị Mai", "--title", "Chuyên viên"]].concat();
    let mut refused = 0;
    for i in 0.. {
        let office = Office::at(&at.join(format!("home {i}")), "H02.15");
        let output = match &little {
            Little::Full(room) => {
                room.size(room.used().unwrap() + 4 + 28 * i).unwrap();
                let output = office.command(&words).unwrap().output();
                room.size(64 << 10).unwrap();
                output
            }
            Little::Short => office.command_within(28 * i, &words).unwrap().output(),
        };
        let started = answer_of(&words, output.unwrap()).unwrap_or_else(|found| panic!("{found}"));
        let Err(refusal) = started else {
            office.is_whole().unwrap();
            break;
        };
        refused += 1;
        if matches!(little, Little::Full(_)) {
            assert_eq!(refusal.code, "disk_full", "{}", refusal.told);
        }
        office
            .json(&words)
            .unwrap_or_else(|found| panic!("after {}: {found}", refusal.told));
        office.is_whole().unwrap();
        std::fs::remove_dir_all(&office.home).unwrap();
    }
    assert!(refused > 2, "{refused}");
}

#[test]
fn an_edit_for_which_no_file_may_grow_is_refused_and_leaves_everything() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("place")).unwrap();
    let mut place = place_with(folder, Little::Short);
    let mark = place.world.mark();
    let words = ["task", "set", "NV20", "lead", &mark];
    place.squeezed(1, &words, 12, Some(&what(Some("NV20"), &mark, 0)));
}

//! Backups: made, read back, kept in turn, gone back to; and what a restored home lacked comes back from the other side.
#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

mod office;

use chidao_app::App;
use chidao_app::api::*;
use office::*;
use std::fs;
use std::path::Path;

const PASSPHRASE: &str = "mật khẩu thử";

fn made(app: &App) -> BackupRow {
    app.backup_make(Nothing {}).unwrap().made.unwrap()
}

fn saved(app: &App, row: &BackupRow, folder: &Path) -> std::path::PathBuf {
    let ready = app.backup_take(BackupName { name: row.name.clone() }).unwrap();
    let path = folder.join(&row.name);
    app.save_file(&ready.file, &path).unwrap();
    path
}

fn narratives(app: &App, code: &str) -> Vec<String> {
    let mut all: Vec<String> = show(app, code)
        .reports
        .iter()
        .map(|report| report.note.clone())
        .collect();
    all.sort();
    all
}

fn said(app: &App, code: &str, text: &str) {
    report(app, 40, text, vec![]);
    assert!(narratives(app, code).iter().any(|one| one == text));
}

fn go_back(app: &App, row: &BackupRow) -> Restored {
    app.backup_restore(BackupFrom {
        name: row.name.clone(),
        passphrase: PASSPHRASE.into(),
        ..BackupFrom::default()
    })
    .unwrap()
}

fn is_whole(app: &App) {
    let checked = app.check(Nothing {}).unwrap();
    assert!(checked.ok, "{:?}", checked.troubles);
}

#[test]
fn what_a_restored_home_lacked_comes_back_and_nothing_is_overwritten() {
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (province, unit) = (province(homes[0].path()), unit(homes[1].path()));
    enrol(&province, &unit);
    take_in(&unit, None);
    send(&unit, "", &province);
    let backup = made(&unit);
    said(&unit, "NV19", "Ghi sau khi sao lưu, đã gửi đi");
    send(&unit, "", &province);
    said(&unit, "NV19", "Ghi sau khi sao lưu, chưa gửi");

    let restored = go_back(&unit, &backup);
    assert_eq!(restored.at, backup.at);
    let aside = homes[1].path().join(restored.set_aside.unwrap());
    assert!(
        aside.join("ledger.db").is_file() && aside.join("vault").is_dir(),
        "set aside, not removed"
    );
    assert!(narratives(&unit, "NV19").is_empty());
    // Work goes on before anything came back: the place of a lost entry must not be written a second time.
    said(&unit, "NV19", "Ghi sau khi trở lại");
    send(&province, "H02.15", &unit);
    send(&unit, "", &province);
    send(&province, "H02.15", &unit);
    let all = ["Ghi sau khi sao lưu, đã gửi đi", "Ghi sau khi trở lại"];
    assert_eq!(narratives(&unit, "NV19"), all);
    assert_eq!(narratives(&province, "NV19"), all);
    for app in [&unit, &province] {
        is_whole(app);
        assert!(
            app.incidents(Nothing {}).unwrap().rows.is_empty(),
            "a restore is no fork"
        );
    }
}

#[test]
fn going_back_to_one_backup_twice_never_writes_one_place_twice() {
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (province, unit) = (province(homes[0].path()), unit(homes[1].path()));
    enrol(&province, &unit);
    take_in(&unit, None);
    send(&unit, "", &province);
    let backup = made(&unit);
    for text in ["Lần thứ nhất", "Lần thứ hai", "Lần thứ ba"] {
        go_back(&unit, &backup);
        said(&unit, "NV19", text);
        send(&unit, "", &province);
    }
    send(&province, "H02.15", &unit);
    let all = ["Lần thứ ba", "Lần thứ hai", "Lần thứ nhất"];
    assert_eq!(narratives(&province, "NV19"), all);
    assert_eq!(narratives(&unit, "NV19"), all);
    assert!(province.incidents(Nothing {}).unwrap().rows.is_empty());
    is_whole(&province);
    is_whole(&unit);
}

#[test]
fn a_new_machine_goes_on_from_a_backup_and_a_wrong_passphrase_changes_nothing() {
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let stick = tempfile::tempdir().unwrap();
    let old = unit(homes[0].path());
    take_in(&old, None);
    let file = saved(&old, &made(&old), stick.path());
    drop(old);

    let new = App::open(homes[1].path(), edges(9)).unwrap();
    let refused = new.restore_file(&file, "mật khẩu khác").unwrap_err();
    assert_eq!(refused.code, "wrong_passphrase");
    assert_eq!(new.session(Nothing {}).unwrap().vault, VaultState::Fresh);
    // Handed over by the page, before anything is open.
    let handed = new
        .stage("cu.chidao-backup", &mut fs::File::open(&file).unwrap())
        .unwrap();
    let restored = new
        .backup_restore(BackupFrom {
            file: handed.file,
            passphrase: PASSPHRASE.into(),
            ..BackupFrom::default()
        })
        .unwrap();
    assert_eq!((restored.session.vault, restored.set_aside), (VaultState::Open, None));
    assert_eq!(new.tasks_count(TaskFilter::default()).unwrap().count, 41);
    said(&new, "NV19", "Ghi ở máy mới");
    is_whole(&new);
    // Damaged on the stick.
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 3;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    assert_eq!(new.restore_file(&file, PASSPHRASE).unwrap_err().code, "backup_damaged");
    assert_eq!(narratives(&new, "NV19"), ["Ghi ở máy mới"]);
    assert!(!homes[1].path().join("restoring").exists(), "nothing half done is left");
}

#[test]
fn taking_in_makes_a_backup_first_and_a_series_shares_one() {
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (province, unit) = (province(homes[0].path()), unit(homes[1].path()));
    enrol(&province, &unit);
    take_in(&unit, None);
    let count = |app: &App| {
        let rows = app.backups(Nothing {}).unwrap().rows;
        rows.iter().filter(|row| row.why == BackupWhy::BeforeImport).count()
    };
    let before = count(&province);
    send(&unit, "", &province);
    let one = count(&province);
    assert_eq!(one, before + 1);
    report(&unit, 40, "Đã làm", vec![]);
    send(&unit, "", &province);
    assert_eq!(count(&province), one, "nothing was written here in between");
    // None where none is wanted.
    let keeping = BackupKeeping {
        before_import: 0,
        ..BackupKeeping::default()
    };
    unit.backup_keeping(keeping).unwrap();
    let none = count(&unit);
    send(&province, "H02.15", &unit);
    assert_eq!(count(&unit), none);
}

#[test]
fn one_a_day_by_itself_and_old_ones_make_room() {
    let home = tempfile::tempdir().unwrap();
    let unit = unit(home.path());
    assert!(!unit.backups(Nothing {}).unwrap().is_today_done);
    assert!(unit.backup_daily(Nothing {}).unwrap().made.is_some());
    assert!(unit.backup_daily(Nothing {}).unwrap().made.is_none());
    assert!(unit.backups(Nothing {}).unwrap().is_today_done);
    let keeping = BackupKeeping {
        by_hand: 2,
        ..BackupKeeping::default()
    };
    unit.backup_keeping(keeping.clone()).unwrap();
    for _ in 0..4 {
        made(&unit);
    }
    let rows = unit.backups(Nothing {}).unwrap().rows;
    assert_eq!(rows.iter().filter(|row| row.why == BackupWhy::ByHand).count(), 2);
    assert_eq!(rows.iter().filter(|row| row.why == BackupWhy::Daily).count(), 1);
    let far = BackupKeeping {
        folder: Some("/không/có/đâu".into()),
        ..keeping.clone()
    };
    assert_eq!(unit.backup_keeping(far).unwrap_err().code, "backup_folder_lost");
    let never = BackupKeeping { daily: 0, ..keeping };
    assert_eq!(unit.backup_keeping(never).unwrap_err().code, "bad_value");
    for name in ["../ledger.db", "/etc/passwd", "ledger.db"] {
        let asked = BackupName { name: name.into() };
        assert_eq!(unit.backup_take(asked).unwrap_err().code, "backup_unknown");
    }
}

#[test]
fn a_home_that_another_program_has_open_is_not_replaced() {
    let home = tempfile::tempdir().unwrap();
    let unit = unit(home.path());
    let backup = made(&unit);
    let other = opened_again(home.path(), 5);
    let asked = BackupFrom {
        name: backup.name.clone(),
        passphrase: PASSPHRASE.into(),
        ..BackupFrom::default()
    };
    assert_eq!(unit.backup_restore(asked).unwrap_err().code, "home_in_use");
    assert_eq!(unit.session(Nothing {}).unwrap().vault, VaultState::Open, "as before");
    drop(other);
    go_back(&unit, &backup);
}

#[test]
fn a_backup_is_verified_without_going_back_to_it() {
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let stick = tempfile::tempdir().unwrap();
    let unit = unit(homes[0].path());
    take_in(&unit, None);
    let file = saved(&unit, &made(&unit), stick.path());
    said(&unit, "NV19", "Ghi sau khi sao lưu");
    let before = fs::read(&file).unwrap();

    let verified = unit.verify_backup_file(&file, PASSPHRASE).unwrap();
    let checked = verified.report;
    assert!(verified.backup.here && checked.ok, "{:?}", checked.troubles);
    let now = unit.check(Nothing {}).unwrap();
    assert!(
        0 < checked.entries && checked.entries < now.entries,
        "the backup was checked, not the home"
    );
    assert_eq!(narratives(&unit, "NV19"), ["Ghi sau khi sao lưu"]);
    assert_eq!(fs::read(&file).unwrap(), before, "the backup is as it was");

    // As the page asks for it: one of the folder, or one that was handed over.
    let of_the_folder = unit.backups(Nothing {}).unwrap().rows[0].name.clone();
    let handed = unit.stage("goi.chidao-backup", &mut before.as_slice()).unwrap().file;
    for (name, file) in [(of_the_folder, String::new()), (String::new(), handed)] {
        let passphrase = PASSPHRASE.into();
        let asked = BackupFrom { name, file, passphrase };
        assert!(unit.backup_verify(asked).unwrap().report.ok);
    }

    // Also where nothing was started; and nothing is left behind.
    let new = App::open(homes[1].path(), edges(9)).unwrap();
    assert!(new.verify_backup_file(&file, PASSPHRASE).unwrap().report.ok);
    let refused = |file: &Path, passphrase: &str| new.verify_backup_file(file, passphrase).unwrap_err().code;
    assert_eq!(refused(&file, "mật khẩu khác"), "wrong_passphrase");
    assert_eq!(new.session(Nothing {}).unwrap().vault, VaultState::Fresh);
    let mut bytes = before;
    let middle = bytes.len() / 3;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    assert_eq!(refused(&file, PASSPHRASE), "backup_damaged");
    for run in fs::read_dir(homes[1].path().join("staging")).unwrap() {
        for left in fs::read_dir(run.unwrap().path()).unwrap() {
            assert!(left.unwrap().file_type().unwrap().is_file(), "a copy was left behind");
        }
    }
}

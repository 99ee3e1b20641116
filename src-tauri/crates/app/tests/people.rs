//! Several persons at one machine, the passphrases they open it with, and the recovery key when all are forgotten.

#![allow(
    clippy::unwrap_used,
    reason = "what a test builds on must be there; the panic is the failure"
)]

mod office;

use chidao_app::api::*;
use chidao_app::{Account, App, AppError};
use office::*;
use std::fs;
use std::path::Path;

const FIRST: &str = "mật khẩu thử";
const SECOND: &str = "mật khẩu của chị Hà";

fn unlock(app: &App, passphrase: &str) -> Result<String, AppError> {
    app.lock(Nothing {})?;
    let passphrase = passphrase.into();
    Ok(app.unlock(Unlock { passphrase })?.person.unwrap().name)
}

fn code<T: std::fmt::Debug>(answer: Result<T, AppError>) -> String {
    answer.unwrap_err().code
}

fn add(app: &App, name: &str, passphrase: &str) -> Result<People, AppError> {
    app.person_add(PersonAdd {
        name: name.into(),
        title: String::new(),
        passphrase: passphrase.into(),
    })
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        match entry.path().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

/// A unit at work with its province.
fn office(homes: &[tempfile::TempDir]) -> (App, App) {
    let (province, unit) = (province(homes[0].path()), unit(homes[1].path()));
    enrol(&province, &unit);
    take_in(&province, Some("H02.15"));
    send(&province, "H02.15", &unit);
    (province, unit)
}

/// Begins a unit's work; answers the key that is printed.
fn begun(unit: &App) -> String {
    started_here(unit, false).recovery_key
}

fn started_here(unit: &App, keep_recovery: bool) -> FirstStarted {
    let started = unit.first_start(FirstStart {
        edition: Edition::Unit,
        unit_name: "UBND huyện Yên Thế".into(),
        unit_code: "H02.15".into(),
        person_name: "Trần Thị Hạnh".into(),
        person_title: String::new(),
        device_name: "Máy văn thư".into(),
        passphrase: FIRST.into(),
        keep_recovery,
    });
    started.unwrap()
}

fn homes() -> Vec<tempfile::TempDir> {
    (0..3).map(|_| tempfile::tempdir().unwrap()).collect()
}

#[test]
fn each_person_opens_with_a_passphrase_of_their_own_and_signs_with_their_own_name() {
    let homes = homes();
    let (province, unit) = office(&homes);
    assert_eq!(code(add(&unit, "Phạm Thu Hà", FIRST)), "passphrase_unfit");
    assert_eq!(code(add(&unit, "Phạm Thu Hà", "ngắn")), "passphrase_too_short");
    assert_eq!(code(add(&unit, "Phạm Thu Hà", &" ".repeat(12))), "passphrase_too_short");
    assert_eq!(code(add(&unit, " ", SECOND)), "field_missing");
    let people = add(&unit, "Phạm Thu Hà", SECOND).unwrap();
    let names: Vec<_> = people
        .rows
        .iter()
        .map(|row| (row.name.name.as_str(), row.here))
        .collect();
    assert_eq!(names, [("Phạm Thu Hà", false), ("Trần Thị Hạnh", true)]);
    assert_eq!(unlock(&unit, SECOND).unwrap(), "Phạm Thu Hà");
    report(&unit, 40, "Chị Hà ghi", vec![]);
    assert_eq!(unlock(&unit, FIRST).unwrap(), "Trần Thị Hạnh");
    report(&unit, 50, "Chị Hạnh ghi", vec![]);
    assert_eq!(send(&unit, "", &province).quarantined, 0);
    let reports = show(&province, "NV19").reports;
    let by: Vec<_> = reports.iter().map(|one| one.origin.person.name.as_str()).collect();
    assert_eq!(by, ["Trần Thị Hạnh", "Phạm Thu Hà"]);
}

#[test]
fn a_changed_passphrase_is_the_only_one_that_opens() {
    let homes = homes();
    let (_, unit) = office(&homes);
    add(&unit, "Phạm Thu Hà", SECOND).unwrap();
    let change = |old: &str, new: &str| {
        let (old, new) = (old.into(), new.into());
        unit.passphrase_change(PassphraseChange { old, new })
    };
    assert_eq!(code(change("mật khẩu sai", "mật khẩu mới nhất")), "wrong_passphrase");
    assert_eq!(
        code(change(SECOND, "mật khẩu mới nhất")),
        "wrong_passphrase",
        "another's is not one's own"
    );
    assert_eq!(code(change(FIRST, SECOND)), "passphrase_unfit");
    assert_eq!(code(change(FIRST, "ngắn")), "passphrase_too_short");
    assert_eq!(unlock(&unit, FIRST).unwrap(), "Trần Thị Hạnh");
    change(FIRST, "mật khẩu mới nhất").unwrap();
    assert_eq!(code(unlock(&unit, FIRST)), "wrong_passphrase");
    assert_eq!(unlock(&unit, "mật khẩu mới nhất").unwrap(), "Trần Thị Hạnh");
    assert_eq!(unlock(&unit, SECOND).unwrap(), "Phạm Thu Hà");
}

#[test]
fn who_is_removed_opens_nothing_newer_and_the_machine_goes_on_as_another_device() {
    let homes = homes();
    let (province, unit) = office(&homes);
    add(&unit, "Phạm Thu Hà", SECOND).unwrap();
    unlock(&unit, SECOND).unwrap();
    report(&unit, 40, "Chị Hà ghi", vec![]);
    unlock(&unit, FIRST).unwrap();
    let before = unit.keys(Nothing {}).unwrap();
    let own = unit.people(Nothing {}).unwrap().rows;
    let of = |name: &str| own.iter().find(|row| row.name.name == name).unwrap().person.clone();
    let remove = |person: String| unit.person_remove(PersonRef { person });
    assert_eq!(code(remove(of("Trần Thị Hạnh"))), "own_person");
    assert_eq!(code(remove("00".into())), "not_found");
    let kept_copy = homes[2].path().join("copy");
    copy(homes[1].path(), &kept_copy);
    let on_its_way = province.bundle_export(BundleTo { to: "H02.15".into() }).unwrap();
    assert_eq!(remove(of("Phạm Thu Hà")).unwrap().rows.len(), 1);
    let after = unit.keys(Nothing {}).unwrap();
    assert_ne!(
        (after.device.as_str(), &after.age),
        (before.device.as_str(), &before.age)
    );
    assert!(!homes[1].path().join("set-aside").exists());
    let devices = unit.devices(Nothing {}).unwrap().rows;
    let revoked = |id: &str| devices.iter().find(|row| row.device == id).unwrap().revoked;
    assert_eq!((revoked(&before.device), revoked(&after.device)), (true, false));
    report(&unit, 70, "Sau khi chị Hà chuyển công tác", vec![]);
    assert!(unit.check(Nothing {}).unwrap().ok);

    assert_eq!(code(unlock(&unit, SECOND)), "wrong_passphrase");
    assert_eq!(unlock(&unit, FIRST).unwrap(), "Trần Thị Hạnh");
    assert_eq!(show(&unit, "NV19").row.percent, 70);
    // What she still has of before opens what was before, and not the database of now.
    fs::copy(homes[1].path().join("ledger.db"), kept_copy.join("ledger.db")).unwrap();
    for name in ["ledger.db-wal", "ledger.db-shm"] {
        let _ = fs::remove_file(kept_copy.join(name));
    }
    let hers = App::open(&kept_copy, edges(31)).unwrap();
    let passphrase = SECOND.into();
    assert_eq!(code(hers.unlock(Unlock { passphrase })), "store_wrong_key");

    // The province did not know yet that the machine would be another device.
    unit.bundle_import(carry(&province, &on_its_way.file, &unit)).unwrap();
    let told = send(&unit, "", &province);
    assert_eq!((told.quarantined, told.waiting, told.digests_agree), (0, 0, Some(true)));
    assert_eq!(show(&province, "NV19").row.percent, 70);
    assert_eq!(send(&province, "H02.15", &unit).digests_agree, Some(true));
}

#[test]
fn a_removed_persons_machine_keys_are_believed_no_longer() {
    let homes = homes();
    let (province, unit) = office(&homes);
    add(&unit, "Phạm Thu Hà", SECOND).unwrap();
    let kept_copy = homes[2].path().join("copy");
    copy(homes[1].path(), &kept_copy);
    let rows = unit.people(Nothing {}).unwrap().rows;
    let person = rows.into_iter().find(|row| !row.here).unwrap().person;
    unit.person_remove(PersonRef { person }).unwrap();
    send(&unit, "", &province);
    let hers = App::open(&kept_copy, edges(31)).unwrap();
    assert_eq!(unlock(&hers, SECOND).unwrap(), "Phạm Thu Hà");
    report(&hers, 99, "Ghi bằng bản sao cũ", vec![]);
    let made = hers.bundle_export(BundleTo { to: String::new() }).unwrap();
    let refused = province.bundle_import(carry(&hers, &made.file, &province)).unwrap_err();
    assert_eq!(refused.code, "bundle_device_revoked");
    assert_ne!(show(&province, "NV19").row.percent, 99);
}

#[test]
fn with_the_recovery_key_everything_is_read_and_taken_over_by_a_new_device() {
    let homes = homes();
    let province = province(homes[0].path());
    let unit = App::open(homes[1].path(), edges(2)).unwrap();
    let recovery_key = begun(&unit);
    enrol(&province, &unit);
    take_in(&province, Some("H02.15"));
    send(&province, "H02.15", &unit);
    report(&unit, 50, "Trước khi quên mật khẩu", vec![]);
    send(&unit, "", &province);
    report(&unit, 55, "Chưa kịp gửi", vec![]);
    let old = unit.keys(Nothing {}).unwrap().device;

    // As it is typed off paper.
    let typed = recovery_key.to_lowercase().replace("key-1", "key-1 ");
    let mistyped = match recovery_key.ends_with('Q') {
        true => format!("{}P", &recovery_key[..recovery_key.len() - 1]),
        false => format!("{}Q", &recovery_key[..recovery_key.len() - 1]),
    };
    assert_eq!(code(unlock(&unit, &mistyped)), "wrong_passphrase");
    unlock(&unit, &typed).unwrap();
    assert!(unit.session(Nothing {}).unwrap().recovered);
    assert_eq!(show(&unit, "NV19").row.percent, 55);
    let task_set = |value: &str| {
        let (task, field, value) = ("NV19".into(), "unit_note".into(), value.into());
        unit.task_set(TaskSet { task, field, value })
    };
    assert_eq!(code(task_set("chưa ghi được")), "recovered_read_only");
    assert_eq!(code(add(&unit, "Phạm Thu Hà", SECOND)), "recovered_read_only");
    assert!(unit.bundle_export(BundleTo { to: String::new() }).is_err());

    let take_over = |passphrase: &str| {
        unit.take_over(TakeOver {
            person_name: "Phạm Thu Hà".into(),
            person_title: "Phó Chánh Văn phòng".into(),
            passphrase: passphrase.into(),
        })
    };
    assert_eq!(code(take_over("ngắn")), "passphrase_too_short");
    let session = take_over(SECOND).unwrap();
    assert_eq!(
        (session.recovered, session.person.unwrap().name.as_str()),
        (false, "Phạm Thu Hà")
    );
    assert_eq!(code(take_over(SECOND)), "not_recovered");
    task_set("đã ghi được").unwrap();
    assert_eq!(code(unlock(&unit, FIRST)), "wrong_passphrase");
    assert_eq!(unlock(&unit, SECOND).unwrap(), "Phạm Thu Hà");
    assert_ne!(unit.keys(Nothing {}).unwrap().device, old);
    let told = send(&unit, "", &province);
    assert_eq!((told.quarantined, told.waiting, told.digests_agree), (0, 0, Some(true)));
    assert_eq!(show(&province, "NV19").row.percent, 55);
    assert_eq!(send(&province, "H02.15", &unit).digests_agree, Some(true));
    assert!(unit.check(Nothing {}).unwrap().ok);
    // The printed key stays good.
    unlock(&unit, &recovery_key).unwrap();
    assert!(unit.session(Nothing {}).unwrap().recovered);
}

#[test]
fn a_backup_opens_on_a_new_machine_with_the_recovery_key_alone() {
    let homes = homes();
    let unit = App::open(homes[1].path(), edges(2)).unwrap();
    let recovery_key = begun(&unit);
    take_in(&unit, None);
    let made = unit.backup_make(Nothing {}).unwrap();
    let folder = homes[1].path().join("backups");
    let path = folder.join(&made.made.unwrap().name);
    let new = App::open(homes[2].path(), edges(8)).unwrap();
    new.restore_file(&path, &recovery_key).unwrap();
    assert!(new.session(Nothing {}).unwrap().recovered);
    assert_eq!(totals(&new, "2017-06-23", None).all.total, 41);
    let passphrase = SECOND.into();
    let (person_name, person_title) = ("Phạm Thu Hà".into(), String::new());
    let session = new
        .take_over(TakeOver {
            person_name,
            person_title,
            passphrase,
        })
        .unwrap();
    assert!(!session.recovered);
    report(&new, 30, "Trên máy mới", vec![]);
    assert!(new.check(Nothing {}).unwrap().ok);
}

#[test]
fn a_backup_of_before_a_removal_says_whose_it_is_and_with_the_recovery_key_work_goes_on_from_it() {
    let homes = homes();
    let (province, unit) = (province(homes[0].path()), App::open(homes[1].path(), edges(2)).unwrap());
    let recovery_key = begun(&unit);
    enrol(&province, &unit);
    take_in(&province, Some("H02.15"));
    send(&province, "H02.15", &unit);
    add(&unit, "Phạm Thu Hà", SECOND).unwrap();
    let before = unit.backup_make(Nothing {}).unwrap().made.unwrap().name;
    let of_former = |app: &App| -> Vec<bool> {
        let rows = app.backups(Nothing {}).unwrap().rows;
        let is_before = rows.iter().filter(|row| row.name == before);
        is_before.map(|row| row.revoked).collect()
    };
    assert_eq!(of_former(&unit), [false]);
    remove(&unit, "Phạm Thu Hà").unwrap();
    let after = unit.backup_make(Nothing {}).unwrap().made.unwrap();
    assert_eq!((of_former(&unit), after.revoked), (vec![true], false));
    let ready = unit.backup_take(BackupName { name: before.clone() }).unwrap();
    let handed = FileRef { file: ready.file };
    assert!(unit.backup_look(handed).unwrap().revoked, "nor does one on a stick");
    send(&unit, "", &province);

    let from = |passphrase: &str| BackupFrom {
        name: before.clone(),
        passphrase: passphrase.into(),
        ..BackupFrom::default()
    };
    unit.backup_restore(from(&recovery_key)).unwrap();
    assert!(unit.session(Nothing {}).unwrap().recovered);
    let taken_over = unit.take_over(TakeOver {
        person_name: "Trần Thị Hạnh".into(),
        person_title: String::new(),
        passphrase: FIRST.into(),
    });
    assert!(!taken_over.unwrap().recovered);
    report(&unit, 55, "Sau khi nhận lại máy", vec![]);
    send(&unit, "", &province);
    assert_eq!(send(&province, "H02.15", &unit).digests_agree, Some(true));
    assert_eq!(show(&province, "NV19").row.percent, 55);
    assert!(unit.check(Nothing {}).unwrap().ok);
    assert_eq!(
        of_former(&unit),
        [true],
        "and what was known of the former machine is known again"
    );
}

/// A unit with two machines, the second of which does not hold the root key; two persons work there.
/// Also answers the office's recovery key.
fn with_a_sibling(homes: &[tempfile::TempDir]) -> (App, App, App, String) {
    let (province, first) = (province(homes[0].path()), App::open(homes[1].path(), edges(2)).unwrap());
    let recovery_key = begun(&first);
    enrol(&province, &first);
    take_in(&province, Some("H02.15"));
    send(&province, "H02.15", &first);
    let second = joined(homes[2].path(), 7, &first, "Lê Văn Bình");
    send(&first, "H02.15", &second);
    add(&second, "Phạm Thu Hà", SECOND).unwrap();
    report(&second, 40, "Ghi trước khi gỡ, chưa gửi", vec![]);
    (province, first, second, recovery_key)
}

fn remove(app: &App, name: &str) -> Result<People, AppError> {
    let rows = app.people(Nothing {})?.rows;
    let person = rows.into_iter().find(|row| row.name.name == name).unwrap().person;
    app.person_remove(PersonRef { person })
}

/// What an answer to this machine's request comes to.
fn certified(first: &App, second: &App, code: Option<&str>) -> Result<Session, AppError> {
    let asked = second.renewal_request(Nothing {})?;
    let approved = first.device_approve(carry(second, &asked, first))?;
    let answer = carry(first, &approved.answer, second);
    let code = code.map_or(approved.code, str::to_owned);
    second.renewal_accept(RenewalAccept {
        file: answer.file,
        code,
    })
}

#[test]
fn on_a_machine_without_the_root_key_a_removed_person_is_out_at_once_and_work_goes_on_once_it_is_certified() {
    let homes = homes();
    let (province, first, second, _) = with_a_sibling(&homes);
    let before = second.keys(Nothing {}).unwrap();
    assert_eq!(code(second.renewal_request(Nothing {})), "not_joining");
    assert_eq!(remove(&second, "Phạm Thu Hà").unwrap().rows.len(), 1);
    let waits = |app: &App| {
        let session = app.session(Nothing {}).unwrap();
        (session.awaiting, session.recovered)
    };
    assert_eq!(waits(&second), (true, false));
    assert!(
        !homes[2].path().join("set-aside").exists(),
        "what she could open is gone"
    );
    assert_eq!(code(unlock(&second, SECOND)), "wrong_passphrase");
    assert_eq!(unlock(&second, JOINED).unwrap(), "Lê Văn Bình");
    // Everything is read, nothing written: nobody would believe it.
    assert_eq!(waits(&second), (true, false));
    assert_eq!(show(&second, "NV19").row.percent, 40);
    let task_set = |value: &str| {
        let (task, field, value) = ("NV19".into(), "unit_note".into(), value.into());
        second.task_set(TaskSet { task, field, value })
    };
    assert_eq!(code(task_set("chưa ghi được")), "awaiting_certificate");
    assert_eq!(code(add(&second, "Trần Văn Nam", FIRST)), "awaiting_certificate");
    assert_eq!(code(remove(&second, "Lê Văn Bình")), "awaiting_certificate");
    let export = |to: &str| second.bundle_export(BundleTo { to: to.into() });
    assert_eq!(code(export("")), "awaiting_certificate");
    assert!(second.check(Nothing {}).unwrap().ok);
    // A state that is set aside meanwhile has nothing to do with it, and stays.
    let made = second.backup_make(Nothing {}).unwrap().made.unwrap().name;
    let from = BackupFrom {
        name: made,
        passphrase: JOINED.into(),
        ..BackupFrom::default()
    };
    let aside = second.backup_restore(from).unwrap().set_aside.unwrap();

    assert_eq!(code(certified(&first, &second, Some("0000 0000"))), "wrong_code");
    assert_eq!(waits(&second), (true, false));
    assert!(!certified(&first, &second, None).unwrap().awaiting);
    assert_eq!(code(second.renewal_request(Nothing {})), "not_joining");
    assert!(homes[2].path().join(aside).is_dir());
    task_set("đã ghi được").unwrap();
    let after = second.keys(Nothing {}).unwrap();
    assert_ne!(
        (after.device.as_str(), &after.age),
        (before.device.as_str(), &before.age)
    );
    let devices = second.devices(Nothing {}).unwrap().rows;
    let revoked = |id: &str| devices.iter().find(|row| row.device == id).unwrap().revoked;
    assert_eq!((revoked(&before.device), revoked(&after.device)), (true, false));

    // What the device of before wrote and had not sent is believed, by its sibling as by the province.
    let told = send(&second, "H02.15", &first);
    assert_eq!((told.quarantined, told.waiting, told.digests_agree), (0, 0, Some(true)));
    let told = send(&first, "", &province);
    assert_eq!((told.quarantined, told.waiting, told.digests_agree), (0, 0, Some(true)));
    assert_eq!(show(&province, "NV19").row.percent, 40);
    send(&province, "H02.15", &first);
    assert_eq!(send(&first, "H02.15", &second).digests_agree, Some(true));
    for app in [&province, &first, &second] {
        assert!(app.check(Nothing {}).unwrap().ok);
    }
}

#[test]
fn an_answer_for_another_machine_or_from_another_unit_certifies_nothing() {
    let homes = homes();
    let (province, first, second, _) = with_a_sibling(&homes);
    remove(&second, "Phạm Thu Hà").unwrap();
    // The province is no machine of the unit: what it signs names its own unit.
    assert_eq!(code(certified(&province, &second, None)), "not_an_answer");
    let stranger = tempfile::tempdir().unwrap();
    let stranger = App::open(stranger.path(), edges(23)).unwrap();
    let asked = JoinRequest {
        person_name: "Đỗ Văn Tú".into(),
        person_title: String::new(),
        device_name: "Máy khác".into(),
        passphrase: FIRST.into(),
    };
    let asked = stranger.join_request(asked).unwrap();
    let approved = first.device_approve(carry(&stranger, &asked, &first)).unwrap();
    let file = carry(&first, &approved.answer, &second).file;
    let code_read = approved.code;
    assert_eq!(
        code(second.renewal_accept(RenewalAccept { file, code: code_read })),
        "not_an_answer"
    );
    assert!(second.session(Nothing {}).unwrap().awaiting);
    assert!(!certified(&first, &second, None).unwrap().awaiting);
}

#[test]
fn a_machine_without_the_root_key_is_taken_over_and_what_a_removal_left_to_be_done_is_done() {
    let homes = homes();
    let (province, first, second, recovery_key) = with_a_sibling(&homes);
    let hers = second.keys(Nothing {}).unwrap().device;
    remove(&second, "Phạm Thu Hà").unwrap();
    // Before the answer comes, the one who is left forgets the passphrase.
    unlock(&second, &recovery_key).unwrap();
    let session = second.session(Nothing {}).unwrap();
    assert_eq!((session.recovered, session.awaiting), (true, false));
    let taken = TakeOver {
        person_name: "Trần Văn Nam".into(),
        person_title: String::new(),
        passphrase: "mật khẩu của anh Nam".into(),
    };
    let session = second.take_over(taken).unwrap();
    assert_eq!((session.recovered, session.awaiting), (false, true));
    assert_eq!(code(unlock(&second, JOINED)), "wrong_passphrase");
    assert_eq!(unlock(&second, "mật khẩu của anh Nam").unwrap(), "Trần Văn Nam");
    assert!(!certified(&first, &second, None).unwrap().awaiting);
    let devices = second.devices(Nothing {}).unwrap().rows;
    assert!(devices.iter().any(|row| row.device == hers && row.revoked));
    report(&second, 30, "Sau khi nhận lại máy", vec![]);
    let told = send(&second, "H02.15", &first);
    assert_eq!((told.quarantined, told.waiting, told.digests_agree), (0, 0, Some(true)));
    let told = send(&first, "", &province);
    assert_eq!((told.quarantined, told.waiting, told.digests_agree), (0, 0, Some(true)));
    assert_eq!(show(&province, "NV19").row.percent, 30);
}

#[test]
fn a_recovery_key_that_nobody_has_printed_is_shown_again_and_no_longer_once_it_is_on_paper() {
    let homes = homes();
    let unit = App::open(homes[1].path(), edges(2)).unwrap();
    let started = started_here(&unit, true);
    assert!(started.session.recovery_unprinted);
    // The page was closed before it was printed.
    drop(unit);
    let unit = App::open(homes[1].path(), edges(3)).unwrap();
    assert_eq!(code(unit.recovery_key(Nothing {})), "locked");
    unlock(&unit, FIRST).unwrap();
    assert_eq!(
        unit.recovery_key(Nothing {}).unwrap().recovery_key,
        started.recovery_key
    );
    // Whoever opened it with the key has it on paper.
    unlock(&unit, &started.recovery_key).unwrap();
    assert!(!unit.session(Nothing {}).unwrap().recovery_unprinted);
    unlock(&unit, FIRST).unwrap();
    assert!(unit.session(Nothing {}).unwrap().recovery_unprinted);
    assert!(!unit.recovery_printed(Nothing {}).unwrap().recovery_unprinted);
    assert_eq!(code(unit.recovery_key(Nothing {})), "recovery_key_gone");
    unlock(&unit, &started.recovery_key).unwrap();
}

/// A system that seals: to this account alone, and noticing every change.
struct Sealing(u8);

impl Account for Sealing {
    fn seal(&self, secret: &[u8]) -> Option<Vec<u8>> {
        let sum = secret.iter().fold(self.0, |sum, byte| sum.wrapping_add(*byte));
        Some(secret.iter().map(|byte| byte ^ self.0).chain([sum]).collect())
    }
    fn open(&self, sealed: &[u8]) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        let (sum, sealed) = sealed.split_last()?;
        let secret: Vec<u8> = sealed.iter().map(|byte| byte ^ self.0).collect();
        (secret.iter().fold(self.0, |sum, byte| sum.wrapping_add(*byte)) == *sum).then(|| secret.into())
    }
}

fn remember(app: &App, passphrase: &str) -> Result<Session, AppError> {
    let passphrase = passphrase.into();
    app.remember(Remember { passphrase })
}

/// The program once more, at the same place, for an account.
fn again(app: App, home: &Path, account: u8) -> App {
    drop(app);
    App::open(home, edges(9)).unwrap().with_account(Sealing(account))
}

#[test]
fn an_account_that_remembers_opens_without_a_passphrase_and_no_other_account_does() {
    let home = tempfile::tempdir().unwrap();
    let app = unit(home.path()).with_account(Sealing(7));
    assert_eq!(app.session(Nothing {}).unwrap().remembered, Remembered::No);
    assert_eq!(code(remember(&app, SECOND)), "wrong_passphrase");
    assert_eq!(remember(&app, FIRST).unwrap().remembered, Remembered::Yes);
    let app = again(app, home.path(), 7);
    assert_eq!(app.session(Nothing {}).unwrap().remembered, Remembered::Yes);
    let session = app.unlock_remembered(Nothing {}).unwrap();
    assert_eq!(
        (session.vault, session.person.unwrap().name.as_str()),
        (VaultState::Open, "Trần Thị Hạnh")
    );
    // Another account, and a file that was tampered with.
    let app = again(app, home.path(), 8);
    assert_eq!(code(app.unlock_remembered(Nothing {})), "not_remembered");
    let sealed = home.path().join("vault/account.sealed");
    let mut bytes = fs::read(&sealed).unwrap();
    bytes[40] ^= 1;
    fs::write(&sealed, bytes).unwrap();
    let app = again(app, home.path(), 7);
    assert_eq!(code(app.unlock_remembered(Nothing {})), "not_remembered");
    assert_eq!(unlock(&app, FIRST).unwrap(), "Trần Thị Hạnh");
    assert_eq!(remember(&app, FIRST).unwrap().remembered, Remembered::Yes);
    let session = app.forget_remembered(Nothing {}).unwrap();
    assert_eq!((session.remembered, sealed.exists()), (Remembered::No, false));
}

#[test]
fn a_register_that_was_locked_asks_for_the_passphrase_though_the_account_remembers() {
    let home = tempfile::tempdir().unwrap();
    let app = unit(home.path()).with_account(Sealing(7));
    remember(&app, FIRST).unwrap();
    assert_eq!(app.lock(Nothing {}).unwrap().remembered, Remembered::No);
    assert_eq!(code(app.unlock_remembered(Nothing {})), "not_remembered");
    assert_eq!(unlock(&app, FIRST).unwrap(), "Trần Thị Hạnh");
    assert_eq!(app.session(Nothing {}).unwrap().remembered, Remembered::Yes);
    let app = again(app, home.path(), 7);
    assert!(app.unlock_remembered(Nothing {}).is_ok());
}

#[test]
fn what_an_account_remembers_ends_with_the_passphrase_and_when_another_person_comes() {
    let home = tempfile::tempdir().unwrap();
    let app = unit(home.path()).with_account(Sealing(7));
    remember(&app, FIRST).unwrap();
    let changed = PassphraseChange {
        old: FIRST.into(),
        new: "mật khẩu khác hẳn".into(),
    };
    app.passphrase_change(changed).unwrap();
    assert_eq!(app.session(Nothing {}).unwrap().remembered, Remembered::No);
    remember(&app, "mật khẩu khác hẳn").unwrap();
    let people = add(&app, "Phạm Thu Hà", SECOND).unwrap();
    assert_eq!(app.session(Nothing {}).unwrap().remembered, Remembered::No);
    assert_eq!(code(remember(&app, "mật khẩu khác hẳn")), "remembered_for_one");
    // Alone again, under other keys.
    let other = people.rows.iter().find(|row| !row.here).unwrap().person.clone();
    app.person_remove(PersonRef { person: other }).unwrap();
    remember(&app, "mật khẩu khác hẳn").unwrap();
    let app = again(app, home.path(), 7);
    assert!(app.unlock_remembered(Nothing {}).is_ok());
}

#[test]
fn no_backup_holds_what_an_account_remembers() {
    let home = tempfile::tempdir().unwrap();
    let app = unit(home.path()).with_account(Sealing(7));
    remember(&app, FIRST).unwrap();
    let sealed = fs::read(home.path().join("vault/account.sealed")).unwrap();
    app.backup_make(Nothing {}).unwrap();
    let mut seen = 0;
    for entry in fs::read_dir(home.path().join("backups")).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(sealed.len()).any(|piece| piece == sealed));
        seen += 1;
    }
    assert!(seen > 0);
}

//! Mailboxes: two offices that carry nothing by hand.

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

mod office;

use chidao_app::App;
use chidao_app::api::*;
use chidao_mailbox::marker;
use office::{enrol, photo, report, show, take_in};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

const DISTRICT: &str = "H02.15";

/// A province and a district, each with a home of its own, and a stick that goes between them.
struct Desk {
    folder: tempfile::TempDir,
    province: App,
    unit: App,
}

impl Desk {
    /// Enrolled with each other; the province has given the district 41 tasks. Both use the stick.
    fn new() -> Desk {
        let desk = Desk::apart();
        for app in [&desk.province, &desk.unit] {
            add(app, &desk.stick(), false);
        }
        desk
    }

    fn apart() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let province = office::province(&folder.path().join("tinh"));
        let unit = office::unit(&folder.path().join("huyen"));
        enrol(&province, &unit);
        take_in(&province, Some(DISTRICT));
        fs::create_dir(folder.path().join("USB")).unwrap();
        Desk { folder, province, unit }
    }

    fn stick(&self) -> PathBuf {
        self.folder.path().join("USB")
    }

    /// Everything that lies on the stick beside the marker, with sizes.
    fn lying(&self) -> Vec<(String, u64)> {
        let entries = fs::read_dir(self.stick()).unwrap().map(|entry| entry.unwrap());
        let named = entries.map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                entry.metadata().unwrap().len(),
            )
        });
        let mut all: Vec<_> = named.filter(|(name, _)| name != marker::NAME).collect();
        all.sort();
        all
    }

    /// Both, in turn, until nobody has anything to say.
    fn settle(&self) {
        for _ in 0..4 {
            let said = [&self.province, &self.unit].map(|app| sync(app).sent.len());
            if said == [0, 0] {
                return;
            }
        }
        panic!("they never stop talking");
    }

    fn agree(&self) {
        let of = |app: &App, unit: &str| app.digest(DigestOf { channel: unit.into() }).unwrap();
        let (ours, theirs) = (of(&self.province, DISTRICT), of(&self.unit, "H02"));
        assert_eq!(ours, theirs);
    }
}

fn folder_at(path: &Path) -> MailboxPlace {
    MailboxPlace::Folder {
        path: path.to_str().unwrap().into(),
    }
}

fn add(app: &App, path: &Path, by_itself: bool) -> MailboxRow {
    let request = MailboxSave {
        id: None,
        name: "USB văn thư".into(),
        place: folder_at(path),
        units: Vec::new(),
        by_itself,
    };
    app.mailbox_save(request).unwrap().rows.remove(0)
}

/// One mailbox, asked for by name; whatever went wrong is in the row.
fn tried(app: &App, again: bool) -> MailboxSyncedRow {
    let request = MailboxSync {
        mailboxes: vec!["USB văn thư".into()],
        again,
    };
    let mut rows = app.mailbox_sync(request).unwrap().rows;
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

fn sync(app: &App) -> MailboxSyncedRow {
    let row = tried(app, false);
    assert_eq!(row.trouble, None);
    row
}

/// How many files the list of mailboxes says to be refused.
fn refused_there(app: &App) -> u32 {
    app.mailboxes(Nothing {}).unwrap().rows[0].refused
}

fn refusals(row: &MailboxSyncedRow) -> Vec<(&str, bool)> {
    let refused = row
        .received
        .iter()
        .filter_map(|one| Some((one.trouble.as_ref()?, one.unfinished)));
    refused
        .map(|(trouble, unfinished)| (trouble.code.as_str(), unfinished))
        .collect()
}

fn journal(app: &App, outcome: BundleOutcome) -> usize {
    let lines = app.bundles(Nothing {}).unwrap().lines;
    lines.iter().filter(|line| line.outcome == outcome).count()
}

fn percent(app: &App) -> u8 {
    show(app, "NV19").row.percent
}

#[test]
fn what_one_side_writes_the_other_has_without_anybody_carrying_anything() {
    let desk = Desk::new();
    let first = sync(&desk.province);
    assert_eq!(
        (first.sent.len(), first.sent[0].to.code.as_str(), first.waiting),
        (1, DISTRICT, 1)
    );
    let came = sync(&desk.unit);
    let came_in = came.received[0].report.as_ref().unwrap();
    assert_eq!(
        (came_in.outcome, came_in.totals_agree, came_in.digests_agree),
        (BundleOutcome::Imported, Some(true), Some(true))
    );
    assert_eq!(came.received[0].from.code, "H02");
    assert_eq!(desk.unit.tasks_count(TaskFilter::default()).unwrap().count, 41);

    let staged = office::handed(&desk.unit, "hiện trường.jpg", &photo(1, 400_000));
    report(&desk.unit, 65, "Đã triển khai 21/21 xã", vec![staged.file]);
    let sent = sync(&desk.unit);
    assert_eq!((sent.sent.len(), sent.sent[0].entries, sent.sent[0].blobs), (1, 1, 1));
    let taken = sync(&desk.province);
    assert_eq!(
        taken.received.len(),
        1,
        "the report, in whose place the mere answer lay before"
    );
    assert_eq!(taken.removed, 1, "the 41 tasks are confirmed, and no longer lie there");
    assert_eq!(percent(&desk.province), 65);
    desk.settle();
    assert!(
        show(&desk.unit, "NV19").row.confirmed,
        "the district knows that the province has it"
    );
    desk.agree();

    // What is left only confirms: one small file each way at most, and nothing waits.
    assert!(
        desk.lying().len() <= 2 && desk.lying().iter().all(|(_, size)| *size < 10_000),
        "{:?}",
        desk.lying()
    );
    assert_eq!((sync(&desk.unit).waiting, sync(&desk.province).waiting), (0, 0));
    let plain = fs::read(desk.stick().join(&desk.lying()[0].0)).unwrap();
    assert!(plain.starts_with(b"age-encryption.org/v1"));
}

#[test]
fn only_what_is_new_is_put_beside_what_still_lies_there() {
    let desk = Desk::new();
    desk.province_and_unit_have_all();
    let staged = office::handed(&desk.unit, "lớn.jpg", &photo(1, 600_000));
    report(&desk.unit, 40, "Có ảnh", vec![staged.file]);
    let with_photo = sync(&desk.unit);
    assert_eq!(with_photo.sent[0].blobs, 1);
    report(&desk.unit, 50, "Không ảnh", vec![]);
    let next = sync(&desk.unit);
    assert_eq!((next.sent[0].entries, next.sent[0].blobs), (1, 0));
    assert!(next.sent[0].size < 20_000, "{} bytes", next.sent[0].size);
    assert_eq!(sync(&desk.unit).sent.len(), 0, "nothing new, nothing put");
    assert_eq!(sync(&desk.unit).waiting, 2);
    sync(&desk.province);
    assert_eq!(percent(&desk.province), 50);
    desk.settle();
    desk.agree();
    assert_eq!(sync(&desk.unit).waiting, 0);
}

impl Desk {
    fn province_and_unit_have_all(&self) {
        self.settle();
        self.agree();
    }
}

#[test]
fn a_file_that_somebody_removed_unread_is_sent_again() {
    let desk = Desk::new();
    desk.province_and_unit_have_all();
    report(&desk.unit, 40, "Một", vec![]);
    let before = desk.lying();
    sync(&desk.unit);
    report(&desk.unit, 50, "Hai", vec![]);
    let middle = desk.lying();
    sync(&desk.unit);
    // The first of the two is lost; the second alone would leave a gap.
    let lost = middle.iter().find(|file| !before.contains(file)).unwrap();
    fs::remove_file(desk.stick().join(&lost.0)).unwrap();
    let again = sync(&desk.unit);
    assert_eq!((again.sent.len(), again.sent[0].entries), (1, 2));
    sync(&desk.province);
    assert_eq!(percent(&desk.province), 50);
    desk.settle();
    desk.agree();
}

#[test]
fn a_half_written_file_is_tried_again_and_told_only_when_it_stays_so() {
    let desk = Desk::new();
    sync(&desk.province);
    let (name, _) = desk.lying().remove(0);
    let path = desk.stick().join(&name);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let first = sync(&desk.unit);
    assert_eq!(refusals(&first), [("bundle_damaged", true)]);
    assert_eq!(
        desk.unit.tasks_count(TaskFilter::default()).unwrap().count,
        0,
        "nothing is half taken in"
    );
    assert_eq!(
        journal(&desk.unit, BundleOutcome::Refused),
        0,
        "it may still be on its way"
    );

    // It grows, and is still not whole; then it stays as it is.
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    let outcomes: Vec<_> = (0..3)
        .map(|_| refusals(&sync(&desk.unit)).first().map(|(_, unfinished)| *unfinished))
        .collect();
    assert_eq!(outcomes, [Some(true), Some(true), Some(false)]);
    assert_eq!(journal(&desk.unit, BundleOutcome::Refused), 1);
    assert_eq!(refused_there(&desk.unit), 1, "and the list says so");
    assert_eq!(sync(&desk.unit).received.len(), 0, "and then it is left alone");

    fs::write(&path, &whole).unwrap();
    let report = sync(&desk.unit).received.remove(0).report.unwrap();
    assert_eq!(report.outcome, BundleOutcome::Imported);
    assert_eq!(refused_there(&desk.unit), 0);
    desk.settle();
    desk.agree();
}

#[test]
fn strangers_files_are_left_alone_whatever_they_are_called() {
    let desk = Desk::new();
    sync(&desk.province);
    let ours = desk.lying().remove(0).0;
    let (tag, _) = ours.split_once('-').unwrap();
    let forged = format!("{tag}-{}.chidao", "0".repeat(32));
    let other = format!("{}-{}.chidao", "1".repeat(32), "2".repeat(32));
    let strange = ["đọc tôi.txt", "H02-15_H02_so0003.chidao", &forged, &other];
    for name in strange {
        fs::write(desk.stick().join(name), "không phải gói").unwrap();
    }
    // An older bundle under a new name: nothing happens twice.
    let copied = format!("{tag}-{}.chidao", "f".repeat(32));
    fs::copy(desk.stick().join(&ours), desk.stick().join(&copied)).unwrap();
    let row = sync(&desk.unit);
    let mut outcomes: Vec<_> = row
        .received
        .iter()
        .filter_map(|one| Some(one.report.as_ref()?.outcome))
        .collect();
    outcomes.sort_by_key(|outcome| *outcome != BundleOutcome::Imported);
    assert_eq!(outcomes, [BundleOutcome::Imported, BundleOutcome::AlreadyImported]);
    assert_eq!(refusals(&row), [("bundle_not_one", true)]);
    desk.settle();
    let left: Vec<String> = desk.lying().into_iter().map(|(name, _)| name).collect();
    for name in strange.into_iter().chain([copied.as_str()]) {
        assert!(left.iter().any(|there| there == name), "{name} is gone");
    }
    desk.agree();
}

#[test]
fn a_file_that_nobody_can_read_is_sent_anew_once_the_other_side_was_heard_without_it() {
    let desk = Desk::new();
    desk.province_and_unit_have_all();
    report(&desk.unit, 40, "Không ai đọc được", vec![]);
    let before = desk.lying();
    sync(&desk.unit);
    let damaged = desk.lying().into_iter().find(|file| !before.contains(file)).unwrap();
    let path = desk.stick().join(&damaged.0);
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 20;
    bytes[last] ^= 1;
    fs::write(&path, bytes).unwrap();
    for day in 0..4 {
        let set = TaskSet {
            task: "NV20".into(),
            field: "note".into(),
            value: format!("ngày {day}"),
        };
        desk.province.task_set(set).unwrap();
        sync(&desk.province);
        sync(&desk.unit);
    }
    sync(&desk.province);
    assert_eq!(percent(&desk.province), 40);
    desk.settle();
    desk.agree();
}

#[test]
fn a_stick_that_is_pulled_out_is_no_trouble_until_it_is_asked_for() {
    let desk = Desk::new();
    let pocket = desk.folder.path().join("túi");
    fs::rename(desk.stick(), &pocket).unwrap();
    let row = tried(&desk.province, false);
    assert_eq!(row.trouble.unwrap().code, "mailbox_not_there");
    let all = desk.province.mailbox_sync(MailboxSync::default()).unwrap();
    assert_eq!(all.rows.len(), 0);
    assert_eq!(
        journal(&desk.province, BundleOutcome::Exported),
        1,
        "the answer to the enrolment, and nothing since"
    );
    let shown = desk.province.mailboxes(Nothing {}).unwrap().rows.remove(0);
    assert_eq!(
        (shown.there, shown.trouble.unwrap().code.as_str()),
        (Some(false), "mailbox_not_there")
    );
    fs::rename(pocket, desk.stick()).unwrap();
    sync(&desk.province);
    let shown = desk.province.mailboxes(Nothing {}).unwrap().rows.remove(0);
    assert_eq!((shown.there, shown.trouble, shown.waiting), (Some(true), None, 1));
    assert!(shown.synced_at.is_some());
}

#[test]
fn a_stick_is_noticed_when_it_is_plugged_in_and_only_then() {
    let desk = Desk::apart();
    let machine = desk.folder.path().join("máy");
    fs::create_dir_all(machine.join("E/Hộp thư")).unwrap();
    let roots = Arc::new(Mutex::new(vec![machine.join("E"), machine.join("F")]));
    let asked = Arc::clone(&roots);
    let province = desk.province.with_mounts(move || asked.lock().unwrap().clone());
    let added = add(&province, &machine.join("E/Hộp thư"), true);
    let due = || province.mailboxes_due(Nothing {}).unwrap().ids;
    assert_eq!(due(), std::slice::from_ref(&added.id));
    sync(&province);
    assert_eq!(due(), [""; 0], "it was there all the time, and was just served");
    fs::rename(machine.join("E"), desk.folder.path().join("túi")).unwrap();
    assert_eq!(due(), [""; 0]);
    fs::rename(desk.folder.path().join("túi"), machine.join("F")).unwrap();
    assert_eq!(due(), std::slice::from_ref(&added.id), "under another letter");
    sync(&province);
    let moved = province.mailboxes(Nothing {}).unwrap().rows.remove(0);
    assert_eq!(moved.place, folder_at(&machine.join("F").join("Hộp thư")));

    // One that is not to act by itself never does.
    let quiet = MailboxSave {
        id: Some(added.id),
        name: "USB văn thư".into(),
        place: moved.place,
        units: Vec::new(),
        by_itself: false,
    };
    province.mailbox_save(quiet).unwrap();
    *roots.lock().unwrap() = Vec::new();
    assert_eq!(due(), [""; 0]);
}

#[test]
fn a_mailbox_can_be_for_some_units_only() {
    let desk = Desk::new();
    let other = office::started(
        &desk.folder.path().join("xa"),
        3,
        Edition::Unit,
        "UBND huyện Lục Ngạn",
        "H02.17",
        "Vi Văn An",
        "Chuyên viên",
    );
    enrol(&desk.province, &other);
    let row = desk.province.mailboxes(Nothing {}).unwrap().rows.remove(0);
    let only = MailboxSave {
        id: Some(row.id.clone()),
        name: row.name,
        place: row.place,
        units: vec!["H02.17".into()],
        by_itself: false,
    };
    let shown = desk.province.mailbox_save(only).unwrap().rows.remove(0);
    assert_eq!(
        shown.units.iter().map(|unit| unit.code.as_str()).collect::<Vec<_>>(),
        ["H02.17"]
    );
    let sent: Vec<_> = sync(&desk.province).sent.into_iter().map(|sent| sent.to.code).collect();
    assert_eq!(sent, ["H02.17"]);
    assert_eq!(sync(&desk.unit).received.len(), 0);
    // Whose a file is, its name tells nobody else.
    add(&other, &desk.stick(), false);
    assert_eq!(sync(&other).received.len(), 1);
}

#[test]
fn names_are_one_mailboxs_and_what_is_wrong_is_told() {
    let desk = Desk::new();
    let refused = |request: MailboxSave| desk.unit.mailbox_save(request).unwrap_err().code;
    let save = |name: &str, path: &Path| MailboxSave {
        id: None,
        name: name.into(),
        place: folder_at(path),
        units: Vec::new(),
        by_itself: false,
    };
    assert_eq!(refused(save("USB văn thư", &desk.stick())), "mailbox_name_taken");
    assert_eq!(refused(save(" ", &desk.stick())), "field_missing");
    assert_eq!(
        refused(save("Khác", &desk.folder.path().join("không có"))),
        "mailbox_not_there"
    );
    assert_eq!(refused(save("Khác", Path::new("USB"))), "mailbox_bad_address");
    assert_eq!(
        refused(save("Khác", &desk.stick())),
        "mailbox_place_taken",
        "the same folder again"
    );
    let link = desk.folder.path().join("lối khác");
    #[cfg(unix)]
    std::os::unix::fs::symlink(desk.stick(), &link).unwrap();
    #[cfg(unix)]
    assert_eq!(refused(save("Khác", &link)), "mailbox_place_taken", "by another way");
    #[cfg(not(unix))]
    drop(link);
    let stranger = MailboxSave {
        units: vec!["H99".into()],
        ..save("Khác", &desk.stick())
    };
    assert_eq!(refused(stranger), "unit_unknown");
    let unknown = MailboxSync {
        mailboxes: vec!["không có".into()],
        again: false,
    };
    assert_eq!(desk.unit.mailbox_sync(unknown).unwrap_err().code, "mailbox_unknown");

    sync(&desk.province);
    assert_eq!(desk.lying().len(), 1);
    let removed = MailboxRemove {
        mailbox: "USB văn thư".into(),
        clear: true,
    };
    assert_eq!(desk.province.mailbox_remove(removed).unwrap().rows.len(), 0);
    assert_eq!(desk.lying().len(), 0, "its own went with it");
    desk.unit.lock(Nothing {}).unwrap();
    assert_eq!(desk.unit.mailboxes(Nothing {}).unwrap_err().code, "locked");
}

#[test]
fn a_bundle_laid_into_the_folder_by_hand_is_told_and_left_alone() {
    let desk = Desk::new();
    assert_eq!(sync(&desk.province).strays, [""; 0]);
    let by_hand = desk.stick().join("GÓI gửi tỉnh.CHIDAO");
    fs::write(&by_hand, "gói").unwrap();
    fs::write(desk.stick().join("ghi chú.txt"), "không phải gói").unwrap();
    let row = sync(&desk.unit);
    assert_eq!(
        (row.strays, row.received.len()),
        (vec!["GÓI gửi tỉnh.CHIDAO".to_owned()], 1)
    );
    assert_eq!(fs::read(&by_hand).unwrap(), "gói".as_bytes());
}

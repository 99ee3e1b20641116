//! Several machines of one unit: each enrolled by the first, exchanging among themselves all that they share.

#![allow(
    clippy::unwrap_used,
    reason = "what a test builds on must be there; the panic is the failure"
)]

mod office;

use chidao_app::App;
use chidao_app::api::*;
use office::*;

#[test]
fn a_further_machine_of_the_province_gets_units_that_were_enrolled_after_it_from_the_first() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let first = province(homes[0].path());
    let alone = first.bundle_export(BundleTo { to: "H02".into() }).unwrap_err();
    assert_eq!(alone.code, "no_siblings");
    let second = joined(homes[1].path(), 5, &first, "Lê Văn Bình");
    let unit = unit(homes[2].path());
    enrol(&first, &unit);
    take_in(&first, Some("H02.15"));
    send(&first, "H02.15", &unit);
    let file = handed(&unit, "ảnh hồ Sỏi.jpg", &photo(1, 1 << 20)).file;
    report(&unit, 65, "Hoàn thành phần chữ ký số", vec![file]);
    assert_eq!(send(&unit, "", &first).blobs, 1);

    // The second machine does not know the unit yet.
    let stranger = unit.bundle_export(BundleTo { to: String::new() }).unwrap();
    let refused = second.bundle_import(carry(&unit, &stranger.file, &second)).unwrap_err();
    assert_eq!(refused.code, "bundle_not_for_us");
    assert!(second.bundle_export(BundleTo { to: "H02.15".into() }).is_err());

    let told = send(&first, "H02", &second);
    assert_eq!(
        (told.outcome, told.quarantined, told.waiting),
        (BundleOutcome::Imported, 0, 0)
    );
    assert_eq!((told.blobs, told.awaited, told.taken_up), (1, 0, 0));
    assert_eq!((told.totals_agree, told.digests_agree), (Some(true), Some(true)));
    assert_eq!(told.totals["tasks"], 41);
    assert_eq!(totals(&second, "2017-06-23", None).all.total, 41);
    let detail = show(&second, "NV19");
    assert_eq!((detail.row.percent, detail.reports[0].attachments.len()), (65, 1));
    assert!(second.check(Nothing {}).unwrap().ok);

    // What is written there goes back, and through the first to the unit, which then knows the second and writes to both.
    let (task, field, value) = ("NV19".into(), "priority".into(), "urgent".into());
    second.task_set(TaskSet { task, field, value }).unwrap();
    let told = send(&second, "H02", &first);
    assert_eq!(
        (told.new_entries, told.quarantined),
        (2, 0),
        "its first entry and the edit"
    );
    assert_eq!(told.digests_agree, Some(true));
    assert_eq!(send(&first, "H02", &second).new_entries, 0);
    send(&first, "H02.15", &unit);
    let made = unit.bundle_export(BundleTo { to: String::new() }).unwrap();
    for machine in [&first, &second] {
        let told = machine.bundle_import(carry(&unit, &made.file, machine)).unwrap();
        assert_eq!(told.digests_agree, Some(true));
    }
}

/// A province, and a unit at work with it that has just got a second machine.
fn two_machines(homes: &[tempfile::TempDir]) -> (App, App, App) {
    let (province, first) = (province(homes[0].path()), unit(homes[1].path()));
    enrol(&province, &first);
    take_in(&province, Some("H02.15"));
    send(&province, "H02.15", &first);
    let second = joined(homes[2].path(), 7, &first, "Phạm Thu Hà");
    (province, first, second)
}

#[test]
fn a_unit_s_further_machine_reports_through_the_first() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let (province, first, second) = two_machines(&homes);
    assert_eq!(second.session(Nothing {}).unwrap().enrolment, EnrolmentState::Confirmed);
    assert_eq!(send(&first, "H02.15", &second).totals["tasks"], 41);
    report(&second, 40, "Đã rà soát xong hai xã", vec![]);
    assert_eq!(send(&second, "H02.15", &first).quarantined, 0);
    let told = send(&first, "", &province);
    assert_eq!((told.quarantined, told.waiting), (0, 0));
    let detail = show(&province, "NV19");
    assert_eq!(detail.row.percent, 40);
    assert_eq!(detail.reports[0].origin.person.name, "Phạm Thu Hà");
}

/// What the history of NV19 tells of a field, newest first: before, after, whether it was written side by side with another.
fn history_of(app: &App, field: &str) -> Vec<(Option<String>, Option<String>, bool)> {
    let lines = app.task_history(TaskId { task: "NV19".into() }).unwrap().lines;
    let of_field = lines.into_iter().filter(|line| line.field == field);
    of_field.map(|line| (line.old, line.new, line.side_by_side)).collect()
}

#[test]
fn the_history_tells_what_each_author_saw_and_what_was_written_side_by_side() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let (_, first, second) = two_machines(&homes);
    send(&first, "H02.15", &second);
    let set = |app: &App, value: &str| {
        let (task, field, value) = ("NV19".into(), "lead".into(), value.into());
        app.task_set(TaskSet { task, field, value }).unwrap();
    };
    let opening = history_of(&first, "lead").remove(0).1;
    set(&first, "Phòng Nội vụ");
    set(&second, "Phòng Văn hoá và Thông tin");
    send(&second, "H02.15", &first);
    let some = |text: &str| Some(text.to_owned());
    let told = history_of(&first, "lead");
    assert_eq!(told[2], (None, opening.clone(), false));
    for (app, own) in [(&first, 0), (&second, 1)] {
        let told = history_of(app, "lead");
        let side_by_side = told.iter().filter(|line| line.2).count();
        assert_eq!(side_by_side, [2, 0][own], "the second does not know of it yet");
    }
    for new in ["Phòng Nội vụ", "Phòng Văn hoá và Thông tin"] {
        assert!(
            told.contains(&(opening.clone(), some(new), true)),
            "neither overwrote the other: {told:?}"
        );
    }
    set(&first, "Phòng Nội vụ chủ trì");
    let (old, new, side_by_side) = history_of(&first, "lead").remove(0);
    let old = old.unwrap();
    assert!(
        old.contains("Phòng Nội vụ") && old.contains("Phòng Văn hoá và Thông tin") && old.contains("; "),
        "it settles both: {old}"
    );
    assert_eq!((new, side_by_side), (some("Phòng Nội vụ chủ trì"), false));
    send(&first, "H02.15", &second);
    assert_eq!(history_of(&second, "lead"), history_of(&first, "lead"));
}

#[test]
fn only_a_machine_of_the_unit_itself_may_bring_channels_that_are_not_here() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let (first, one) = (province(homes[0].path()), unit(homes[1].path()));
    enrol(&first, &one);
    let second = joined(homes[2].path(), 9, &first, "Lê Văn Bình");
    let other = started(
        homes[3].path(),
        11,
        Edition::Unit,
        "UBND huyện Lạng Giang",
        "H02.16",
        "Đỗ Văn Tú",
        "",
    );
    enrol(&first, &other);
    // What the first sends to the other unit is no affair of the second, though it knows the sender.
    take_in(&first, Some("H02.16"));
    let made = first.bundle_export(BundleTo { to: "H02.16".into() }).unwrap();
    let refused = second.bundle_import(carry(&first, &made.file, &second)).unwrap_err();
    assert_eq!(refused.code, "bundle_not_for_us");
    assert_eq!(totals(&second, "2017-06-23", None).all.total, 0);
}

/// How the unit stands with its parent, as one of its machines tells.
fn enrolment(app: &App) -> EnrolmentState {
    app.session(Nothing {}).unwrap().enrolment
}

#[test]
fn a_code_that_was_confirmed_at_one_machine_is_confirmed_at_the_others_of_its_office() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let (province, first) = (province(homes[0].path()), unit(homes[1].path()));
    let second = joined(homes[2].path(), 7, &first, "Phạm Thu Hà");
    let third = joined(homes[3].path(), 9, &first, "Đỗ Văn Tú");
    let request = first.enrol_request(Nothing {}).unwrap();
    let approved = province.enrol_approve(carry(&first, &request, &province)).unwrap();
    first.bundle_import(carry(&province, &approved.bundle, &first)).unwrap();

    // With the parent's answer alone nothing is confirmed anywhere.
    let told = send(&first, "H02.15", &second);
    assert!(told.confirmed.is_empty());
    assert_eq!(
        (enrolment(&first), enrolment(&second)),
        (EnrolmentState::Unverified, EnrolmentState::Unverified)
    );
    // Confirmed at the second; the first learns it, and passes it on to the third together with the parent's answer.
    let code = approved.code.clone();
    second.enrol_confirm(ConfirmCode { code }).unwrap();
    let told = send(&second, "H02.15", &first);
    assert_eq!(told.confirmed[0].code, "H02");
    assert_eq!(told.confirmed.len(), 1);
    let told = send(&first, "H02.15", &third);
    assert_eq!(told.confirmed.len(), 1);
    for machine in [&first, &third] {
        assert_eq!(enrolment(machine), EnrolmentState::Confirmed);
        assert!(machine.session(Nothing {}).unwrap().enrolment_code.is_none());
    }
    // It is news once.
    assert!(send(&second, "H02.15", &first).confirmed.is_empty());
    // What the unit has confirmed the parent confirms for itself, and the other way round.
    assert!(send(&first, "", &province).unverified);
    province.enrol_confirm(ConfirmCode { code: approved.code }).unwrap();
    assert!(!send(&first, "", &province).unverified);
}

#[test]
fn a_further_machine_of_the_province_learns_which_units_codes_were_confirmed() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let (first, unit) = (province(homes[0].path()), unit(homes[1].path()));
    let second = joined(homes[2].path(), 5, &first, "Lê Văn Bình");
    enrol(&first, &unit);
    let told = send(&first, "H02", &second);
    assert_eq!(told.confirmed.len(), 1);
    assert_eq!(told.confirmed[0].code, "H02.15");
    let rows = second.units(Nothing {}).unwrap().rows;
    assert!(rows.iter().all(|row| row.enrolment_code.is_none()));
}

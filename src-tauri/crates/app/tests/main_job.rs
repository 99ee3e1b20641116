//! The main job through the use cases: a unit and a province on 23 June 2017, each with its own home.

#![allow(
    clippy::unwrap_used,
    reason = "what a test builds on must be there; the panic is the failure"
)]

mod office;

use chidao_app::api::*;
use chidao_app::{App, AppError};
use chidao_domain::status::Status;
use office::*;

fn check_totals(app: &App) {
    let expected: serde_json::Value = serde_json::from_str(include_str!("sample_41_expected.json")).unwrap();
    for date in ["2017-05-31", "2017-06-23"] {
        let all = totals(app, date, None).all;
        let told = serde_json::json!({
            "tong": all.total, "ht_dung_han": all.done_on_time, "ht_qua_han": all.done_late,
            "chua_trong_han": all.open_in_time, "chua_qua_han": all.open_overdue,
            "chua_khong_han": all.open_without_deadline,
        });
        assert_eq!(told, expected[date], "{date}");
    }
    let groups = |by| -> Vec<(String, u32)> {
        totals(app, "2017-06-23", Some(by))
            .groups
            .into_iter()
            .map(|row| (row.key, row.total))
            .collect()
    };
    assert_eq!(
        groups(TotalsBy::Kind),
        [
            ("conclusion".into(), 10),
            ("instruction".into(), 19),
            ("task".into(), 12)
        ]
    );
    assert_eq!(
        groups(TotalsBy::Assigner),
        [("Chủ tịch UBND tỉnh".into(), 17), ("UBND tỉnh".into(), 24)]
    );
    for (lead, count) in groups(TotalsBy::Lead) {
        assert_eq!(expected["chu_tri"][&lead], count, "{lead}");
    }
    let rates = totals(app, "2017-06-23", None).all;
    let told = [
        rates.rate_done,
        rates.rate_done_of_due,
        rates.rate_overdue_of_due,
        rates.rate_on_time_of_done,
    ];
    assert_eq!(told, ["80,49%", "94,29%", "5,71%", "90,91%"]);
}

#[test]
fn the_sample_counts_alike_wherever_it_is_taken_in() {
    let (homes, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (province, unit) = (province(homes.path()), unit(other.path()));
    enrol(&province, &unit);
    assert_eq!(take_in(&province, Some("H02.15")).new, 41);
    check_totals(&province);
    let again = take_in(&province, Some("H02.15"));
    assert_eq!((again.new, again.same, again.different), (0, 41, 0));
    let report = send(&province, "H02.15", &unit);
    assert_eq!((report.outcome, report.quarantined), (BundleOutcome::Imported, 0));
    assert_eq!((report.totals_agree, report.digests_agree), (Some(true), Some(true)));
    assert_eq!(report.totals["tasks"], 41);
    check_totals(&unit);
    for words in ["ho song soi", "HỒ SÔNG SỎI", "ho\u{302}\u{300} so\u{302}ng so\u{309}i"] {
        assert_eq!(search(&unit, words), ["NV01"], "{words}");
    }
    assert_eq!(search(&unit, "cau go"), ["NV03"]);
    assert!(
        unit.check(Nothing {}).unwrap().ok,
        "{:?}",
        unit.check(Nothing {}).unwrap()
    );
    assert!(province.check(Nothing {}).unwrap().ok);
}

#[test]
fn a_unit_works_before_it_is_enrolled_and_what_it_wrote_goes_along() {
    let (homes, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (province, unit) = (province(homes.path()), unit(other.path()));
    assert_eq!(take_in(&unit, None).new, 41);
    check_totals(&unit);
    report(&unit, 50, "Đã triển khai một nửa", vec![]);
    enrol(&province, &unit);
    let told = send(&unit, "", &province);
    assert_eq!((told.quarantined, told.waiting), (0, 0));
    assert_eq!(show(&province, "NV19").row.percent, 50);
    assert_eq!(totals(&province, "2017-06-23", None).all.total, 41);
}

#[test]
fn a_report_with_a_photo_arrives_whole_and_is_acknowledged() {
    let (homes, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (province, unit) = (province(homes.path()), unit(other.path()));
    enrol(&province, &unit);
    take_in(&province, Some("H02.15"));
    send(&province, "H02.15", &unit);
    report(&unit, 50, "Đã triển khai một nửa", vec![]);
    let bytes = photo(1, 5 << 20);
    let file = handed(&unit, "ảnh hồ Sỏi.jpg", &bytes).file;
    let detail = report(&unit, 65, "Hoàn thành phần chữ ký số", vec![file]);
    assert_eq!(
        (detail.row.percent, detail.reports.len(), detail.row.status),
        (65, 2, Status::InProgress)
    );
    let history = unit.task_history(TaskId { task: "NV19".into() }).unwrap();
    let percents: Vec<_> = history
        .lines
        .iter()
        .filter(|line| line.field == "percent")
        .map(|line| line.new.clone())
        .collect();
    assert_eq!(percents, [Some("65".to_owned()), Some("50".to_owned())]);

    let made = unit.bundle_export(BundleTo { to: String::new() }).unwrap();
    assert_eq!(made.blobs, 1);
    let first = province.bundle_import(carry(&unit, &made.file, &province)).unwrap();
    assert_eq!((first.outcome, first.new_entries), (BundleOutcome::Imported, 2));
    let again = province.bundle_import(carry(&unit, &made.file, &province)).unwrap();
    assert_eq!(again.outcome, BundleOutcome::AlreadyImported);
    let journal = province.bundles(Nothing {}).unwrap().lines;
    assert_eq!(
        journal
            .iter()
            .filter(|line| line.outcome == BundleOutcome::Imported)
            .count(),
        1
    );

    let attachment = show(&province, "NV19").reports[0].attachments[0].clone();
    assert_eq!(attachment.name, "ảnh hồ Sỏi.jpg");
    let ready = province
        .attachment_open(AttachmentId {
            attachment: attachment.id,
        })
        .unwrap();
    let mut got = Vec::new();
    province.read_file(&ready.file, &mut got).unwrap();
    assert!(got == bytes, "the photo is the same byte for byte");

    assert_eq!(unit.bundles(Nothing {}).unwrap().lines[0].confirmed, Some(false));
    assert!(!show(&unit, "NV19").row.confirmed);
    let answer = send(&province, "H02.15", &unit);
    assert_eq!(answer.digests_agree, Some(true));
    assert_eq!(
        unit.bundles(Nothing {})
            .unwrap()
            .lines
            .iter()
            .find(|line| line.outgoing)
            .unwrap()
            .confirmed,
        Some(true)
    );
    assert!(show(&unit, "NV19").row.confirmed);
    let next = unit.bundle_export(BundleTo { to: String::new() }).unwrap();
    assert_eq!(
        (next.entries, next.blobs),
        (0, 0),
        "what was acknowledged is not sent again"
    );
    for app in [&unit, &province] {
        assert!(app.check(Nothing {}).unwrap().ok);
    }
    let ours = unit.digest(DigestOf { channel: "H02".into() }).unwrap();
    assert_eq!(
        ours,
        province
            .digest(DigestOf {
                channel: "H02.15".into()
            })
            .unwrap()
    );
}

#[test]
fn an_inspection_and_its_recommendations_cross_and_stay_whose_they_are() {
    let (homes, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (province, unit) = (province(homes.path()), unit(other.path()));
    enrol(&province, &unit);
    take_in(&province, Some("H02.15"));
    send(&province, "H02.15", &unit);
    let head = PersonName {
        name: "Nguyễn Đức Đăng".into(),
        title: "Chánh Văn phòng UBND tỉnh".into(),
    };
    let mut visit = InspectionSave {
        unit: "H02.15".into(),
        held_on: "23/6/2017".into(),
        day_part: DayPart::Afternoon,
        place: "huyện Yên Thế".into(),
        sending_body: "Văn phòng UBND tỉnh Bắc Giang".into(),
        period_from: Some("2017-01-01".into()),
        period_to: Some("2017-05-31".into()),
        tasks: vec!["NV26".into(), "NV14".into()],
        ..InspectionSave::default()
    };
    assert_eq!(
        province.inspection_save(visit.clone()).unwrap_err().code,
        "no_team_head"
    );
    visit.head = head.clone();
    let inspection = province.inspection_save(visit).unwrap();
    assert_eq!(inspection.row.code, "KT01");
    let files = (0..2)
        .map(|i| handed(&province, &format!("anh{i}.jpg"), &photo(i, 100_000)).file)
        .collect();
    let mut finding = FindingAdd {
        inspection: "KT01".into(),
        task: "NV26".into(),
        reported_percent: Some(70),
        found_percent: Some(50),
        agreed: true,
        negative: true,
        nature: "Chậm tiến độ".into(),
        files,
        ..FindingAdd::default()
    };
    province.finding_add(finding.clone()).unwrap();
    assert_eq!(
        province
            .inspection_close(InspectionId {
                inspection: "KT01".into()
            })
            .unwrap_err()
            .code,
        "finding_incomplete"
    );
    let shown = province
        .inspection_show(InspectionId {
            inspection: "KT01".into(),
        })
        .unwrap();
    let line = shown.lines.iter().find(|line| line.task.code == "NV26").unwrap();
    finding.keep = line
        .finding
        .as_ref()
        .unwrap()
        .attachments
        .iter()
        .map(|a| a.id.clone())
        .collect();
    finding.files.clear();
    finding.degree = "Trung bình".into();
    finding.cause = "Thiếu kinh phí".into();
    finding.responsibility = "Phòng Nông nghiệp và PTNT".into();
    let corrected = province.finding_add(finding.clone()).unwrap();
    let line = corrected.lines.iter().find(|line| line.task.code == "NV26").unwrap();
    assert_eq!(line.finding.as_ref().unwrap().attachments.len(), 2);
    send(&province, "H02.15", &unit);
    let seen = unit
        .inspection_show(InspectionId {
            inspection: "KT01".into(),
        })
        .unwrap();
    assert_eq!(seen.row.head, head);
    assert!(!seen.row.editable);
    assert_eq!(unit.finding_add(finding).unwrap_err().params["reason"], "not_yours");
    assert_eq!(
        show(&unit, "NV26")
            .findings
            .iter()
            .filter(|finding| finding.head)
            .count(),
        1
    );

    for i in 0..5 {
        let tasks = if i < 2 { vec!["NV01".into()] } else { vec![] };
        let content = format!("Đề nghị tỉnh bố trí kinh phí đợt {i}");
        unit.recommendation_add(RecommendationAdd {
            content,
            tasks,
            ..RecommendationAdd::default()
        })
        .unwrap();
    }
    let told = send(&unit, "", &province);
    assert_eq!((told.taken_up, told.totals["recommendations"]), (5, 5));
    assert_eq!(show(&province, "NV01").recommendations.len(), 2);
    send(&province, "H02.15", &unit);
    let all = unit.recommendations(RecommendationFilter::default()).unwrap().rows;
    assert_eq!(
        all.iter()
            .filter(|row| row.state == RecommendationState::TakenUp)
            .count(),
        5
    );
    let answer = RecommendationAnswer {
        recommendation: "KN01".into(),
        answer: "Đồng ý".into(),
        document: "9100/UBND-TN".into(),
        on: None,
    };
    assert_eq!(
        unit.recommendation_answer(answer.clone()).unwrap_err().params["reason"],
        "not_yours"
    );
    province.recommendation_answer(answer).unwrap();
    send(&province, "H02.15", &unit);
    let answered = unit
        .recommendations(RecommendationFilter {
            unanswered: true,
            ..Default::default()
        })
        .unwrap();
    assert_eq!(answered.rows.len(), 4);
    for app in [&unit, &province] {
        assert!(
            app.check(Nothing {}).unwrap().ok,
            "{:?}",
            app.check(Nothing {}).unwrap()
        );
    }
}

fn refused(app: &App, bytes: &[u8]) -> AppError {
    let before = app
        .digest(DigestOf {
            channel: "H02.15".into(),
        })
        .unwrap();
    let file = handed(app, "hong.chidao", bytes);
    let error = app.bundle_import(file).unwrap_err();
    let line = app.bundles(Nothing {}).unwrap().lines.remove(0);
    assert_eq!(
        (line.outcome, line.refusal.as_deref()),
        (BundleOutcome::Refused, Some(error.code.as_str()))
    );
    assert_eq!(
        app.digest(DigestOf {
            channel: "H02.15".into()
        })
        .unwrap(),
        before
    );
    assert!(app.check(Nothing {}).unwrap().ok);
    error
}

#[test]
fn a_bundle_that_is_cut_damaged_misdirected_or_a_strangers_changes_nothing() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let (province, unit) = (province(homes[0].path()), unit(homes[1].path()));
    enrol(&province, &unit);
    take_in(&unit, None);
    let made = unit.bundle_export(BundleTo { to: String::new() }).unwrap();
    let mut bytes = Vec::new();
    unit.read_file(&made.file.file, &mut bytes).unwrap();
    assert_eq!(
        refused(&province, &bytes[..bytes.len() - 1000]).code,
        "bundle_cut_short"
    );
    let mut flipped = bytes.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    assert_eq!(refused(&province, &flipped).code, "bundle_damaged");
    assert_eq!(refused(&province, b"khong phai goi dong bo").code, "bundle_not_one");
    // For another unit: encrypted to others.
    let other = started(
        homes[2].path(),
        3,
        Edition::Unit,
        "UBND huyện Tân Yên",
        "H02.16",
        "Lê Văn A",
        "Chuyên viên",
    );
    let theirs = started(
        homes[3].path(),
        4,
        Edition::Province,
        "UBND tỉnh khác",
        "H03",
        "Lê Văn B",
        "Chuyên viên",
    );
    enrol(&theirs, &other);
    let misdirected = other.bundle_export(BundleTo { to: String::new() }).unwrap();
    let mut foreign = Vec::new();
    other.read_file(&misdirected.file.file, &mut foreign).unwrap();
    assert_eq!(refused(&province, &foreign).code, "bundle_not_for_us");
    // What was made here is for the other side, and is known as such.
    let own = || handed(&other, "đổi tên.chidao", &foreign);
    for error in [
        other.bundle_verify(own()).unwrap_err(),
        other.bundle_import(own()).unwrap_err(),
    ] {
        assert_eq!(
            (error.code.as_str(), error.params["unit"].as_str()),
            ("bundle_own", "UBND tỉnh khác")
        );
    }
    // Another of the same size was not: who made it is for its reader to say.
    let mut same_size = foreign.clone();
    if let Some(byte) = same_size.last_mut() {
        *byte ^= 1;
    }
    let strange = handed(&other, "cùng cỡ.chidao", &same_size);
    assert_eq!(other.bundle_import(strange).unwrap_err().code, "bundle_not_for_us");
    assert_eq!(
        province
            .bundle_import(handed(&province, "goi.chidao", &bytes))
            .unwrap()
            .outcome,
        BundleOutcome::Imported
    );
}

#[test]
fn nothing_typed_lies_readable_on_the_disk() {
    let home = tempfile::tempdir().unwrap();
    let unit = unit(home.path());
    take_in(&unit, None);
    report(&unit, 65, "Hoàn thành phần chữ ký số", vec![]);
    unit.draft_keep(Draft {
        name: "report/NV19".into(),
        text: "bản nháp về hồ sông Sỏi".into(),
        at: None,
    })
    .unwrap();
    let words = [
        "sông Sỏi",
        "Yên Thế",
        "chữ ký số",
        "Trần Thị Hạnh",
        "song soi",
        "yen the",
        "Phòng Tư pháp",
        "bản nháp",
    ];
    let mut files = vec![home.path().to_owned()];
    let mut seen = 0;
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        seen += bytes.len();
        for word in words {
            let found = bytes.windows(word.len()).any(|window| window == word.as_bytes());
            assert!(!found, "{word} stands in {}", path.display());
        }
    }
    assert!(seen > 100_000, "the store was looked at");
}

#[test]
fn a_copied_home_writes_under_a_new_epoch() {
    let (homes, other, copy) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let (province, unit) = (province(homes.path()), unit(other.path()));
    enrol(&province, &unit);
    take_in(&unit, None);
    send(&unit, "", &province);
    unit.lock(Nothing {}).unwrap();
    for name in ["ledger.db", "ledger.db-wal", "mark.json"] {
        if other.path().join(name).exists() {
            std::fs::copy(other.path().join(name), copy.path().join(name)).unwrap();
        }
    }
    std::fs::create_dir(copy.path().join("vault")).unwrap();
    for entry in std::fs::read_dir(other.path().join("vault")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.path().join("vault").join(entry.file_name())).unwrap();
    }
    let cloned = App::open(copy.path(), edges(9)).unwrap();
    assert_eq!(
        cloned
            .unlock(Unlock {
                passphrase: "sai mật khẩu".into()
            })
            .unwrap_err()
            .code,
        "wrong_passphrase"
    );
    for app in [&unit, &cloned] {
        app.unlock(Unlock {
            passphrase: "mật khẩu thử".into(),
        })
        .unwrap();
    }
    report(&unit, 50, "Máy cũ", vec![]);
    report(&cloned, 60, "Máy sao", vec![]);
    let one = send(&unit, "", &province);
    let two = send(&cloned, "", &province);
    assert_eq!((one.new_entries, two.new_entries, two.waiting), (1, 1, 0));
    let detail = show(&province, "NV19");
    assert_eq!(
        detail.reports.iter().filter(|report| report.head).count(),
        2,
        "both reports stand, to be settled"
    );
    assert!(detail.row.several_reports);
    assert!(province.check(Nothing {}).unwrap().ok);
}

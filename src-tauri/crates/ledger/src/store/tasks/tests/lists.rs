use super::*;
use chidao_domain::deadline::DeadlineClass;
use chidao_domain::status::Status;

/// Four tasks, each different from the others in everything by which lists are filtered.
fn four() -> Office {
    let office = Office::new();
    let tasks = [
        (
            "NV1",
            "task",
            "Dự án hồ sông Sỏi",
            "UBND tỉnh",
            "Phòng Tư pháp",
            "Đất đai",
            "2017-01-05",
            Some("2017-06-16"),
        ),
        (
            "NV2",
            "conclusion",
            "Khu dân cư Cầu Gồ",
            "Chủ tịch UBND tỉnh",
            "Phòng Y tế",
            "Y tế",
            "2017-02-05",
            Some("2017-06-26"),
        ),
        (
            "NV10",
            "instruction",
            "Làm đường liên xã",
            "Thanh tra tỉnh",
            "Đài Truyền thanh",
            "",
            "2017-03-05",
            None,
        ),
        (
            "NV3",
            "ad_hoc",
            "Tập huấn",
            "",
            "",
            "Nội chính",
            "2017-04-05",
            Some("2017-08-01"),
        ),
    ];
    for (code, kind, content, assigner, lead, field, on, deadline) in tasks {
        office.task(vec![
            ("code", json!(code)),
            ("kind", json!(kind)),
            ("content", json!(content)),
            ("assigner", json!(assigner)),
            ("lead", json!(lead)),
            ("field_of_work", json!(field)),
            ("assigned_on", json!(on)),
            ("original_deadline", json!(deadline)),
            ("deadline", json!(deadline)),
            ("document_number", json!(format!("{}/2015/QĐ-UBND", 100 + code.len()))),
            ("on_province_system", json!(code != "NV3")),
        ]);
    }
    office
}

fn id(office: &Office, code: &str) -> RecordId {
    let found = office.store.read(|connection| {
        let (record, _) = by_code(connection, code)?[0];
        Ok::<_, LedgerError>(cells::record_info(connection, &cells::Words::load(connection)?, record)?.id)
    });
    found.expect("here")
}

#[test]
fn each_filter_lets_through_what_it_says() {
    let office = four();
    let one = |text: &str| vec![text.to_owned()];
    let all = everything;
    let channel = office.row(&id(&office, "NV1")).channel;
    let only = office.row(&id(&office, "NV2")).record;
    office.set(
        &office.child,
        &id(&office, "NV10"),
        "responsible",
        json!("Bùi Quang Huy"),
    );
    office.set(
        &office.child,
        &id(&office, "NV10"),
        "status",
        child_step("in_progress", "2017-04-01"),
    );
    let cases: Vec<(Filter, &[&str])> = vec![
        (all(), &["NV1", "NV2", "NV3", "NV10"]),
        (
            Filter {
                kinds: one("conclusion"),
                ..all()
            },
            &["NV2"],
        ),
        (
            Filter {
                kinds: vec!["task".into(), "ad_hoc".into()],
                ..all()
            },
            &["NV1", "NV3"],
        ),
        (
            Filter {
                statuses: vec![Status::InProgress],
                ..all()
            },
            &["NV10"],
        ),
        (
            Filter {
                leads: one("Phòng Y tế"),
                ..all()
            },
            &["NV2"],
        ),
        (
            Filter {
                leads: vec!["".into(), "Phòng Tư pháp".into()],
                ..all()
            },
            &["NV1", "NV3"],
        ),
        (
            Filter {
                leads: one("Phòng Ma"),
                ..all()
            },
            &[],
        ),
        (
            Filter {
                assigners: one("Thanh tra tỉnh"),
                ..all()
            },
            &["NV10"],
        ),
        (
            Filter {
                fields: one("Đất đai"),
                ..all()
            },
            &["NV1"],
        ),
        (
            Filter {
                responsible: one(""),
                ..all()
            },
            &["NV1", "NV2", "NV3"],
        ),
        (
            Filter {
                responsible: one("Bùi Quang Huy"),
                ..all()
            },
            &["NV10"],
        ),
        (
            Filter {
                on_province_system: Some(false),
                ..all()
            },
            &["NV3"],
        ),
        (
            Filter {
                assigned_from: Some(day("2017-03-05")),
                ..all()
            },
            &["NV3", "NV10"],
        ),
        (
            Filter {
                assigned_to: Some(day("2017-03-04")),
                ..all()
            },
            &["NV1", "NV2"],
        ),
        (
            Filter {
                channels: vec![channel],
                ..all()
            },
            &["NV1", "NV2", "NV3", "NV10"],
        ),
        (
            Filter {
                channels: vec![channel + 1],
                ..all()
            },
            &[],
        ),
        (
            Filter {
                only: vec![only, 999_999],
                ..all()
            },
            &["NV2"],
        ),
        (
            Filter {
                classes: vec![DeadlineClass::OpenOverdue],
                ..all()
            },
            &["NV1"],
        ),
        (
            Filter {
                classes: vec![DeadlineClass::OpenDueSoon],
                ..all()
            },
            &["NV2"],
        ),
        (
            Filter {
                classes: vec![DeadlineClass::OpenInTime],
                ..all()
            },
            &["NV3"],
        ),
        (
            Filter {
                classes: vec![DeadlineClass::OpenWithoutDeadline],
                ..all()
            },
            &["NV10"],
        ),
        (
            Filter {
                kinds: one("task"),
                search: "song".into(),
                ..all()
            },
            &["NV1"],
        ),
        (
            Filter {
                kinds: one("ad_hoc"),
                search: "song".into(),
                ..all()
            },
            &[],
        ),
    ];
    for (filter, codes) in cases {
        assert_eq!(office.codes(&filter), codes, "{filter:?}");
    }
}

#[test]
fn a_completion_counts_from_its_date() {
    let office = four();
    let task = id(&office, "NV1");
    office.set(&office.child, &task, "status", child_step("completed", "2017-06-20"));
    let at = |as_of: &str, filter: Filter| {
        office.codes(&Filter {
            as_of: day(as_of),
            ..filter
        })
    };
    let done = |done| Filter {
        done: Some(done),
        ..everything()
    };
    let status = |status| Filter {
        statuses: vec![status],
        ..everything()
    };
    assert_eq!(at("2017-06-20", done(true)), ["NV1"]);
    assert!(at("2017-06-19", done(true)).is_empty());
    assert_eq!(at("2017-06-19", status(Status::InProgress)), ["NV1"]);
    assert!(at("2017-06-20", status(Status::InProgress)).is_empty());
    assert_eq!(at("2017-06-20", status(Status::Completed)), ["NV1"]);
    assert_eq!(
        at(
            "2017-06-20",
            Filter {
                classes: vec![DeadlineClass::DoneLate],
                ..everything()
            }
        ),
        ["NV1"]
    );
    // Withdrawn tasks are in the list, but neither done nor open.
    office.set(&office.parent, &id(&office, "NV2"), "standing", standing("withdrawn"));
    assert_eq!(at("2017-06-20", done(false)), ["NV3", "NV10"]);
    assert_eq!(office.count(&everything()), 4);
    office.check();
}

#[test]
fn the_original_deadline_counts_where_it_is_asked() {
    let office = four();
    office.set(&office.parent, &id(&office, "NV1"), "deadline", json!("2017-07-30"));
    let overdue = |original_deadline| Filter {
        classes: vec![DeadlineClass::OpenOverdue],
        original_deadline,
        ..everything()
    };
    assert!(office.codes(&overdue(false)).is_empty());
    assert_eq!(office.codes(&overdue(true)), ["NV1"]);
}

#[test]
fn every_order_is_that_of_an_office() {
    let office = four();
    office.set(
        &office.child,
        &id(&office, "NV3"),
        "status",
        child_step("received", "2017-04-06"),
    );
    office.report(&id(&office, "NV2"), &[], vec![("percent", json!(40))]);
    let order = |sort, descending| office.sorted(&everything(), sort, descending);
    assert_eq!(order(Sort::Code, false), ["NV1", "NV2", "NV3", "NV10"]);
    assert_eq!(order(Sort::Code, true), ["NV10", "NV3", "NV2", "NV1"]);
    // What has none comes last both ways.
    assert_eq!(order(Sort::Deadline, false), ["NV1", "NV2", "NV3", "NV10"]);
    assert_eq!(order(Sort::Deadline, true), ["NV3", "NV2", "NV1", "NV10"]);
    assert_eq!(order(Sort::AssignedOn, true), ["NV3", "NV10", "NV2", "NV1"]);
    assert_eq!(order(Sort::Content, false), ["NV1", "NV2", "NV10", "NV3"]);
    // Đ after D and before P; without a lead, last.
    assert_eq!(order(Sort::Lead, false), ["NV10", "NV1", "NV2", "NV3"]);
    assert_eq!(order(Sort::Lead, true), ["NV2", "NV1", "NV10", "NV3"]);
    assert_eq!(order(Sort::Status, true), ["NV3", "NV1", "NV2", "NV10"]);
    assert_eq!(order(Sort::Percent, true), ["NV2", "NV1", "NV3", "NV10"]);
    assert_eq!(order(Sort::Updated, true), ["NV2", "NV3", "NV10", "NV1"]);
}

#[test]
fn words_are_found_however_they_are_typed() {
    let office = four();
    let search = |text: &str| {
        office.codes(&Filter {
            search: text.into(),
            ..everything()
        })
    };
    // NFD.
    let decomposed = "ho\u{302}\u{300} so\u{302}ng so\u{309}i";
    for text in ["ho song soi", "HỒ SÔNG SỎI", decomposed, "song so", "soi ho s"] {
        assert_eq!(search(text), ["NV1"], "{text}");
    }
    assert_eq!(search("cau go"), ["NV2"]);
    assert_eq!(
        search("cầu gỗ"),
        ["NV2"],
        "another tone is another spelling, not another word"
    );
    assert_eq!(search("103/2015"), ["NV1", "NV2", "NV3"]);
    assert_eq!(search("104/2015/qđ-ub"), ["NV10"]);
    // Syllables typed without a space must stand together: these stand in every number, but not so.
    assert!(search("2015/103").is_empty() && search("ubnd-qđ").is_empty());
    assert_eq!(search("nv1"), ["NV1", "NV10"]);
    assert_eq!(search("thanh tra tinh"), ["NV10"]);
    assert!(search("song go").is_empty());
    assert_eq!(search("").len(), 4);
    assert_eq!(search(" -/ ").len(), 4);
    assert!(search("'\"* OR NOT (").is_empty());
}

#[test]
fn codes_are_given_on_and_tasks_told_apart() {
    let office = four();
    let channel = office.row(&id(&office, "NV1")).channel;
    let next = |prefix: &str| {
        office
            .store
            .read(|c| next_number(c, channel, prefix))
            .expect("readable")
    };
    assert_eq!((next("NV"), next("ĐX")), (11, 1));
    office.set(&office.parent, &id(&office, "NV10"), "deleted", json!("trùng"));
    assert_eq!(next("NV"), 11);
    let identities = office.store.read(|c| identities(c, channel)).expect("readable");
    assert_eq!(identities.len(), 3);
    assert_eq!(
        (identities[0].1.as_str(), identities[0].3.as_str()),
        ("NV1", "Dự án hồ sông Sỏi")
    );
}

#[test]
fn a_cursor_goes_on_where_the_page_ended_even_if_rows_come_between() {
    let office = four();
    let filter = everything();
    for sort in [Sort::Code, Sort::Content, Sort::Lead, Sort::Deadline] {
        let mut ask = Ask {
            filter: &filter,
            sort,
            descending: false,
            offset: 0,
            limit: 2,
            after: None,
        };
        let whole = office.sorted(&filter, sort, false);
        let first = window_of(&office, &ask);
        let cursor = first.next.expect("more follow");
        // A row that sorts before all others must not push the second page back; nor may the last row's going.
        let before = office.task(vec![
            ("code", json!("A1")),
            ("content", json!("A")),
            ("lead", json!("A")),
            ("deadline", json!("2001-01-01")),
        ]);
        ask.after = Some(&cursor);
        let codes = |page: Page| page.rows.into_iter().map(|row| row.code).collect::<Vec<_>>();
        assert_eq!(codes(window_of(&office, &ask)), whole[2..], "{sort:?}");
        let last = id(&office, &whole[1]);
        office.set(&office.parent, &last, "deleted", json!("thử"));
        assert_eq!(codes(window_of(&office, &ask)), whole[2..], "{sort:?}");
        office.set(&office.parent, &last, "deleted", Value::Null);
        office.set(&office.parent, &before, "deleted", json!("thử"));
    }
    for wrong in ["", "c", "d.0.00.0", "c..zz.1", "c...", "c..00.99999999999", "l.ff.00.1"] {
        let ask = Ask {
            filter: &filter,
            sort: Sort::Code,
            descending: false,
            offset: 0,
            limit: 2,
            after: Some(wrong),
        };
        let answer: Result<Page, LedgerError> = office.store.read(|connection| window(connection, &ask));
        assert!(
            matches!(answer, Err(LedgerError::NotFound(what)) if what == "cursor"),
            "{wrong:?}"
        );
    }
}

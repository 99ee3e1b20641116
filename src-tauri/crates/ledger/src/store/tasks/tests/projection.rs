use super::*;
use chidao_domain::status::{ChildStatus, Status};

fn nv01(office: &Office) -> RecordId {
    office.task(vec![
        ("code", json!("NV01")),
        ("kind", json!("instruction")),
        ("content", json!("Xử lý dứt điểm hồ sông Sỏi")),
        ("assigner", json!("Chủ tịch UBND tỉnh")),
        ("document_number", json!("113/2015/QĐ-UBND")),
        ("lead", json!("Phòng Tài nguyên và Môi trường")),
        ("assigned_on", json!("2017-01-05")),
        ("original_deadline", json!("2017-06-16")),
        ("deadline", json!("2017-06-16")),
        ("opening_status", child_step("received", "2017-01-06")),
        ("opening_percent", json!(10)),
        ("on_province_system", json!(true)),
    ])
}

#[test]
fn a_new_task_is_listed_with_what_it_was_given() {
    let office = Office::new();
    let row = office.row(&nv01(&office));
    assert_eq!(row.code, "NV01");
    assert_eq!(row.kind, Kind::Instruction);
    assert_eq!((row.child, row.status), (ChildStatus::Received, Status::Received));
    assert_eq!((row.percent, row.reported), (10, None));
    assert_eq!(row.deadline, Some(day("2017-06-16")));
    assert!(row.on_province_system && !row.deadlines().is_moved() && !row.deleted);
    assert_eq!(row.updated, office.now.get());
    assert_eq!((office.by_code("nv01"), office.by_code("NV1")), (1, 0));
    office.check();
}

#[test]
fn every_field_follows_its_cell() {
    let office = Office::new();
    let task = nv01(&office);
    office.set(&office.parent, &task, "deadline", json!("2017-07-05"));
    office.set(&office.parent, &task, "content", json!("Sửa cầu Gồ"));
    office.set(&office.child, &task, "responsible", json!("Nguyễn Đức Đăng"));
    office.set(&office.child, &task, "lead", json!("Phòng Tư pháp"));
    office.set(&office.parent, &task, "code", json!("NV02"));
    let row = office.row(&task);
    assert!(row.deadlines().is_moved());
    assert_eq!(
        (row.content.as_str(), row.lead.as_str()),
        ("Sửa cầu Gồ", "Phòng Tư pháp")
    );
    assert_eq!(row.responsible, "Nguyễn Đức Đăng");
    assert_eq!(office.by_code("NV01"), 0);
    let search = |text: &str| {
        office.codes(&Filter {
            search: text.into(),
            ..everything()
        })
    };
    assert!(search("song soi").is_empty(), "words that were replaced are not found");
    assert_eq!(search("cau go"), ["NV02"]);
    assert_eq!(search("dang"), ["NV02"]);
    // A name that no task bears any more is not offered, nor kept.
    assert_eq!(office.choices(Column::Lead), ["Phòng Tư pháp"]);
    office.set(&office.child, &task, "responsible", Value::Null);
    office.check();
}

#[test]
fn status_is_the_childs_until_the_parent_speaks() {
    let office = Office::new();
    let task = nv01(&office);
    office.set(&office.child, &task, "status", child_step("completed", "2017-06-10"));
    let row = office.row(&task);
    assert_eq!(
        (row.status, row.completed_on),
        (Status::Completed, Some(day("2017-06-10")))
    );
    office.set(&office.parent, &task, "standing", standing("suspended"));
    assert_eq!(office.row(&task).status, Status::Suspended);
    office.set(&office.parent, &task, "standing", standing("active"));
    assert_eq!(office.row(&task).status, Status::Completed);
    office.check();
}

#[test]
fn a_returned_completion_is_in_progress_until_the_return_is_taken_back() {
    let office = Office::new();
    let task = nv01(&office);
    office.set(&office.child, &task, "status", child_step("completed", "2017-06-10"));
    let verdict = |verdict: &str| {
        Wish::make(
            "assessment",
            vec![
                ("task", json!(task.to_string())),
                ("of", json!([position(&office, &task, "status")])),
                ("verdict", json!(verdict)),
                ("reason", json!("chưa đủ hồ sơ")),
            ],
        )
    };
    office.write(&office.parent, vec![verdict("accepted")]);
    assert_eq!(office.row(&task).child, ChildStatus::Completed);
    let returned = office.write(&office.parent, vec![verdict("returned")]).remove(0);
    let row = office.row(&task);
    assert_eq!((row.child, row.completed_on), (ChildStatus::InProgress, None));
    office.set(&office.parent, &returned, "retracted", json!("nhầm"));
    assert_eq!(office.row(&task).child, ChildStatus::Completed);
    // A return is of the completion that it names: the next one stands.
    office.write(&office.parent, vec![verdict("returned")]);
    office.set(&office.child, &task, "status", child_step("completed", "2017-06-20"));
    assert_eq!(office.row(&task).completed_on, Some(day("2017-06-20")));
    office.check();
}

#[test]
fn the_current_report_is_the_one_that_none_follows() {
    let office = Office::new();
    let task = nv01(&office);
    let first = office.report(&task, &[], vec![("percent", json!(50))]);
    let at = office.now.get();
    let row = office.row(&task);
    assert_eq!((row.percent, row.reported, row.updated), (50, Some(at), at));
    let second = office.report(&task, &[&first], vec![("percent_words", json!("cơ bản đạt"))]);
    let row = office.row(&task);
    assert_eq!((row.percent, row.percent_words.as_str()), (50, "cơ bản đạt"));
    let third = office.report(&task, &[&second], vec![("percent", json!(30))]);
    assert_eq!(office.row(&task).percent, 30);
    // Beside the third: two are current, the later one is shown.
    let beside = office.report(&task, &[&second], vec![("percent", json!(65))]);
    let row = office.row(&task);
    assert!(row.several_reports);
    assert_eq!(row.percent, 65);
    office.report(&task, &[&third, &beside], vec![("percent", json!(70))]);
    let row = office.row(&task);
    assert!(!row.several_reports);
    assert_eq!(row.percent, 70);
    office.check();
}

#[test]
fn a_report_taken_back_gives_way_to_the_one_before() {
    let office = Office::new();
    let task = nv01(&office);
    let first = office.report(&task, &[], vec![("percent", json!(50))]);
    let second = office.report(&task, &[&first], vec![("percent", json!(90))]);
    office.set(&office.child, &second, "retracted", json!("nhầm việc"));
    assert_eq!(office.row(&task).percent, 50);
    office.set(&office.child, &first, "retracted", json!("nhầm việc"));
    let row = office.row(&task);
    assert_eq!((row.percent, row.reported), (10, None));
    office.check();
}

#[test]
fn attachments_of_the_task_its_reports_and_findings_are_counted() {
    let office = Office::new();
    let task = nv01(&office);
    let attach = |author: &Author, of: &RecordId| {
        let set = vec![
            ("of", json!(of.to_string())),
            ("name", json!("ảnh.jpg")),
            ("blob", json!("ab".repeat(32))),
        ];
        office.write(author, vec![Wish::make("attachment", set)]).remove(0)
    };
    attach(&office.parent, &task);
    let report = office.report(&task, &[], vec![("percent", json!(50))]);
    let photo = attach(&office.child, &report);
    let inspection = office
        .write(
            &office.parent,
            vec![Wish::make("inspection", vec![("code", json!("KT01"))])],
        )
        .remove(0);
    let finding = Wish::make(
        "finding",
        vec![
            ("inspection", json!(inspection.to_string())),
            ("task", json!(task.to_string())),
            ("found_percent", json!(40)),
        ],
    );
    let finding = office.write(&office.parent, vec![finding]).remove(0);
    attach(&office.parent, &finding);
    assert_eq!(office.row(&task).attachments, 3);
    assert_eq!(office.row(&task).percent, 50, "a finding is not a report");
    office.set(&office.child, &photo, "retracted", json!("nhầm ảnh"));
    assert_eq!(office.row(&task).attachments, 2);
    office.check();
}

#[test]
fn a_deleted_task_is_in_no_list_but_counted_apart() {
    let office = Office::new();
    let task = nv01(&office);
    office.set(&office.parent, &task, "deleted", json!("trùng"));
    assert!(office.row(&task).deleted);
    assert!(office.codes(&everything()).is_empty());
    assert_eq!(office.by_code("NV01"), 0);
    assert_eq!(office.store.read(deleted).expect("readable"), 1);
    assert!(office.choices(Column::Lead).is_empty());
    office.set(&office.parent, &task, "deleted", Value::Null);
    assert_eq!(office.codes(&everything()), ["NV01"]);
    office.check();
}

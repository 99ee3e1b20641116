//! What will be sent is shown in a person's words, never as the wire's.

use crate::office::*;
use chidao_app::App;
use chidao_app::api::*;
use chidao_domain::status::Status;
use serde_json::json;

fn newest(app: &App) -> OutgoingLine {
    let to = app.session(Nothing {}).unwrap();
    let to = to.parent.map_or("H02.15".to_owned(), |parent| parent.id);
    let mut lines = app.bundle_preview(BundleTo { to }).unwrap().lines;
    assert!(!lines.is_empty());
    lines.swap_remove(0)
}

fn told(line: &OutgoingLine) -> Vec<(&str, serde_json::Value)> {
    line.says
        .iter()
        .map(|said| (said.field.as_str(), said.value.clone()))
        .collect()
}

fn step(app: &App, task: &str, to: Status, document: &str) {
    app.task_step(TaskStep {
        task: task.into(),
        to,
        on: None,
        document: document.into(),
    })
    .unwrap();
}

#[test]
fn each_act_tells_what_the_other_side_will_read_first() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (province, unit) = (province(one.path()), unit(two.path()));
    enrol(&province, &unit);
    take_in(&province, Some("H02.15"));
    let preview = province.bundle_preview(BundleTo { to: "H02.15".into() }).unwrap();
    let listed = preview.lines.iter().find(|line| line.about == "NV01").unwrap();
    assert!(listed.text.contains("hồ sông Sỏi"), "{}", listed.text);
    assert_eq!(listed.says.len(), 1, "a task by its content alone: {:?}", listed.says);
    send(&province, "H02.15", &unit);

    let file = handed(&unit, "ảnh.jpg", &photo(1, 100)).file;
    report(&unit, 65, "21/21 xã đã dùng chữ ký số", vec![file]);
    let line = newest(&unit);
    assert_eq!((line.about.as_str(), line.files), ("NV19", 1));
    assert_eq!(line.text, "65% · 21/21 xã đã dùng chữ ký số");

    step(&unit, "NV20", Status::AwaitingApproval, "");
    let line = newest(&unit);
    assert_eq!(
        line.text, "",
        "a status has no text of its own, only a code for the page's words"
    );
    assert_eq!(
        told(&line),
        [("status", json!({"on": "2017-06-23", "status": "awaiting_approval"}))]
    );
    assert!(line.says[0].coded);
    let history = unit.task_history(TaskId { task: "NV20".into() }).unwrap().lines;
    assert_eq!(history[0].new_value["status"], "awaiting_approval");
    assert_eq!(history.last().unwrap().old_value, serde_json::Value::Null);

    province
        .inspection_save(InspectionSave {
            unit: "H02.15".into(),
            held_on: "2017-06-23".into(),
            head: PersonName {
                name: "Nguyễn Đức Đăng".into(),
                title: "Chánh Văn phòng".into(),
            },
            tasks: vec!["NV26".into()],
            ..InspectionSave::default()
        })
        .unwrap();
    assert_eq!(newest(&province).text, "Kiểm tra UBND huyện Yên Thế ngày 23/06/2017");
    province
        .finding_add(FindingAdd {
            inspection: "KT01".into(),
            task: "NV26".into(),
            found_percent: Some(50),
            note: "Mới phát dọn một nửa".into(),
            ..FindingAdd::default()
        })
        .unwrap();
    let line = newest(&province);
    assert_eq!(
        (line.about.as_str(), line.text.as_str()),
        ("NV26", "50% · Mới phát dọn một nửa")
    );
    assert!(told(&line).contains(&("agreed", json!(false))));
    step(&province, "NV26", Status::Suspended, "88/UBND-TH");
    let line = newest(&province);
    assert_eq!(line.says[0].value["document"], "88/UBND-TH");

    for app in [&unit, &province] {
        let to = if app.session(Nothing {}).unwrap().parent.is_some() {
            ""
        } else {
            "H02.15"
        };
        for line in app.bundle_preview(BundleTo { to: to.into() }).unwrap().lines {
            let plain = format!("{} {}", line.about, line.text);
            for code in [
                "in_progress",
                "awaiting_approval",
                "suspended",
                "task:",
                "report:",
                "true",
                "false",
            ] {
                assert!(!plain.contains(code), "{plain}");
            }
        }
    }
}

#[test]
fn an_act_on_several_things_names_the_first_counts_the_others_and_says_alike_once() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (province, unit) = (province(one.path()), unit(two.path()));
    enrol(&province, &unit);
    for content in ["Cấp máy tính", "Nâng cấp đường truyền", "Mở lớp tập huấn"] {
        unit.recommendation_add(RecommendationAdd {
            content: content.into(),
            ..RecommendationAdd::default()
        })
        .unwrap();
    }
    assert_eq!(newest(&unit).others, 0, "each by itself");
    assert_eq!(send(&unit, "", &province).taken_up, 3);
    let line = newest(&province);
    assert_eq!(
        (line.about.as_str(), line.others, line.text.as_str()),
        ("KN01", 2, "23/06/2017")
    );
    province
        .recommendation_answer(RecommendationAnswer {
            recommendation: "KN02".into(),
            answer: "Đồng ý".into(),
            document: String::new(),
            on: None,
        })
        .unwrap();
    assert_eq!(newest(&province).about, "KN02", "an answer by what it answers");
}

//! A unit inspects its own offices: it records as the province's team does, and the province hears nothing of it.

use crate::office::*;
use chidao_app::App;
use chidao_app::api::*;

fn inspection(app: &App, unit: &str) -> Result<InspectionDetail, chidao_app::AppError> {
    app.inspection_save(InspectionSave {
        unit: unit.into(),
        held_on: "2017-06-20".into(),
        head: PersonName {
            name: "Giáp Thị Hạnh".into(),
            title: "Phó Chủ tịch UBND huyện".into(),
        },
        tasks: vec!["NV19".into()],
        ..InspectionSave::default()
    })
}

fn finding(app: &App, inspection: &str, task: &str, percent: u8) -> InspectionDetail {
    app.finding_add(FindingAdd {
        inspection: inspection.into(),
        task: task.into(),
        reported_percent: Some(50),
        found_percent: Some(percent),
        note: "Xã Đồng Hưu chưa dùng chữ ký số".into(),
        agreed: true,
        files: vec![handed(app, "xã Đồng Hưu.jpg", &photo(4, 3_000)).file],
        ..FindingAdd::default()
    })
    .unwrap()
}

#[test]
fn a_unit_inspects_its_own_offices_and_keeps_it_to_itself() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (province, unit) = (province(one.path()), unit(two.path()));
    enrol(&province, &unit);
    take_in(&province, Some("H02.15"));
    send(&province, "H02.15", &unit);
    let held = inspection(&unit, "").unwrap();
    assert_eq!((held.row.code.as_str(), held.row.editable), ("TKT01", true));
    assert_eq!(
        (held.row.unit.code.as_str(), held.lines[0].task.code.as_str()),
        ("H02.15", "NV19")
    );
    assert!(held.row.title.contains("UBND huyện Yên Thế"));
    // By its own code it is the same; and a task found on the spot joins the list.
    assert_eq!(inspection(&unit, "H02.15").unwrap().row.code, "TKT02");
    finding(&unit, "TKT01", "NV19", 45);
    let sheet = finding(&unit, "TKT01", "NV26", 30);
    assert_eq!((sheet.row.tasks, sheet.row.found), (2, 2));
    let corrected = finding(&unit, "TKT01", "NV19", 40);
    assert_eq!((corrected.row.tasks, corrected.row.found), (2, 2));
    let shown = show(&unit, "NV19");
    let found: Vec<_> = shown.findings.iter().map(|one| (one.found_percent, one.head)).collect();
    assert!(
        found.contains(&(Some(40), true)) && found.contains(&(Some(45), false)),
        "{found:?}"
    );
    assert_eq!(shown.findings[0].attachments.len(), 1);
    let history = unit.task_history(TaskId { task: "NV19".into() }).unwrap();
    let line = history.lines.iter().find(|line| line.field == "found_percent").unwrap();
    assert_eq!((line.old.as_deref(), line.new.as_deref()), (Some("45"), Some("40")));

    let recommendation = unit
        .recommendation_add(RecommendationAdd {
            content: "Đề nghị cấp thêm chữ ký số cho xã Đồng Hưu".into(),
            inspection: Some("TKT01".into()),
            ..RecommendationAdd::default()
        })
        .unwrap();
    assert!(recommendation.inspection.is_some());
    let held = unit
        .inspection_close(InspectionId {
            inspection: "TKT01".into(),
        })
        .unwrap();
    assert_eq!(
        (held.recommendations.len(), held.row.closed, held.row.editable),
        (1, true, false)
    );

    let sent = send(&unit, "", &province);
    assert_eq!((sent.blobs, sent.quarantined), (0, 0));
    assert!(province.inspections(Nothing {}).unwrap().rows.is_empty());
    assert!(show(&province, "NV19").findings.is_empty());
    let asked = province.recommendations(RecommendationFilter::default()).unwrap().rows;
    assert_eq!((asked.len(), asked[0].inspection.clone()), (1, None));
    for app in [&unit, &province] {
        let checked = app.check(Nothing {}).unwrap();
        assert!(checked.ok, "{:?}", checked.troubles);
    }
}

#[test]
fn a_unit_that_is_not_enrolled_inspects_itself_but_never_its_parent() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let unit = unit(two.path());
    take_in(&unit, None);
    inspection(&unit, "").unwrap();
    assert_eq!(finding(&unit, "TKT01", "NV19", 45).row.found, 1);
    let province = province(one.path());
    enrol(&province, &unit);
    assert_eq!(inspection(&unit, "H02").unwrap_err().code, "unit_unknown");
    assert_eq!(show(&unit, "NV19").findings.len(), 1, "what was found before stays");
}

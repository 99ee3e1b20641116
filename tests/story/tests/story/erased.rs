//! Erasure: what a person had removed leaves the province and both districts' machines that ever had it, the chain still
//! proves itself, and an old bundle does not bring it back.

use crate::office::{DISTRICT, Office, Pair, enrol, text};
use serde_json::Value;
use std::fs;
use std::path::Path;

const NAME: &str = "Nguyễn Thị Sáu, thôn Đồng Gián";

fn attachments(office: &Office) -> Vec<Value> {
    let task = office.task("NV19");
    let reports = task["reports"].as_array().unwrap().iter();
    reports
        .flat_map(|report| report["attachments"].as_array().unwrap().clone())
        .collect()
}

/// All that an office can be asked about a task, as one text.
fn told(office: &Office) -> String {
    format!("{}{}", office.task("NV19"), office.json(&["task", "history", "NV19"]))
}

fn audited(office: &Office, folder: &Path, with: &Office) -> (Value, String) {
    let out = folder.join(format!(
        "{}-{}.jsonl",
        office.code,
        fs::read_dir(folder).unwrap().count()
    ));
    office.json(&["audit", "export", "--channel", with.code, "--out", text(&out)]);
    (
        office.json(&["audit", "verify", text(&out)]),
        fs::read_to_string(out).unwrap(),
    )
}

#[test]
fn personal_data_and_a_photo_leave_every_machine_and_the_chain_still_proves_itself() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    let clerk = ["Lê Thị Thu", "Chuyên viên"];
    let other = Office::start(pair.folder.path(), "unit", "UBND huyện Tân Yên", "H02.16", clerk);
    enrol(province, &other, pair.folder.path());

    let photo = pair.folder.path().join("hộ dân.jpg");
    fs::write(&photo, b"\xff\xd8\xff\xe0 a face").unwrap();
    district.json(&[
        "task",
        "report",
        "NV19",
        "--percent",
        "60",
        "--note",
        NAME,
        "--attach",
        text(&photo),
    ]);
    district.json(&["task", "set", "NV19", "responsible", NAME]);
    let old = district.export(province, &pair.stick());
    province.import(&old);
    for office in [province, district] {
        assert!(told(office).contains(NAME) && attachments(office)[0]["here"] == true);
    }
    let (before, _) = audited(province, pair.folder.path(), district);

    // The report is the district's: the province may not take anything out of it.
    let report = district.task("NV19")["reports"][0]["id"].as_str().unwrap().to_owned();
    let refused = province.refused(&["erase", &report, "--for-ever"]);
    assert_eq!(refused["params"]["reason"], "not_yours");
    assert_eq!(
        district.refused(&["erase", &report, "--field", "percent", "--for-ever"])["code"],
        "not_erasable"
    );
    let erased = district.json(&["erase", &report, "--for-ever"]);
    assert_eq!(
        (&erased["attachments"], &erased["kept"]),
        (&1.into(), &0.into()),
        "{erased}"
    );
    // The task is the province's: what stands in it goes by the province's word, in all its history.
    assert_eq!(
        district.refused(&["erase", "NV19", "--for-ever"])["params"]["reason"],
        "not_yours"
    );
    province.json(&["erase", "NV19", "--field", "responsible", "--for-ever"]);

    let gone = |office: &Office| {
        assert!(!told(office).contains("Nguyễn Thị Sáu"), "{}", office.code);
        assert!(
            attachments(office)
                .iter()
                .all(|file| file["here"] == false && file["name"] == "")
        );
        assert!(
            office.json(&["tasks", "--search", "Nguyễn Thị Sáu"])["rows"]
                .as_array()
                .unwrap()
                .is_empty()
        );
        office.is_whole();
    };
    for _ in 0..2 {
        pair.up();
        pair.down();
    }
    gone(province);
    gone(district);
    pair.agree();
    // What is told once more does not bring it back: an old bundle, or everything sent anew.
    assert_eq!(province.import(&old)["outcome"], "already_imported");
    gone(province);
    assert_eq!(
        district.refused(&["erase", &report, "--for-ever"])["code"],
        "nothing_to_erase"
    );

    // The history is as long as it was, and proves itself without what is gone.
    let (after, history) = audited(province, pair.folder.path(), district);
    assert!(after["entries"].as_u64() > before["entries"].as_u64());
    assert!(after["erased"].as_u64().unwrap() >= 4, "{after}");
    assert!(!history.contains("Nguyễn Thị Sáu") && !history.contains("hộ dân.jpg"));
    assert_eq!(province.json(&["session"])["unit"]["code"], "H02");
    // And the second district never had any of it.
    let (strange, told) = audited(&other, pair.folder.path(), province);
    assert_eq!(strange["erased"], 0);
    assert!(!told.contains("Đồng Gián"), "{DISTRICT} is nobody else's affair");
}

#[test]
fn an_old_bundle_that_comes_after_the_erasure_brings_nothing_back() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    let photo = pair.folder.path().join("anh.jpg");
    fs::write(&photo, b"\xff\xd8\xff\xe0 a face").unwrap();
    district.json(&["task", "report", "NV19", "--note", NAME, "--attach", text(&photo)]);
    // It waits in the post while the district thinks better of it.
    let old = district.export(province, &pair.stick());
    let report = district.task("NV19")["reports"][0]["id"].as_str().unwrap().to_owned();
    district.json(&["erase", &report, "--for-ever"]);
    pair.up();
    assert_eq!(province.import(&old)["outcome"], "imported");
    assert!(!told(province).contains("Nguyễn Thị Sáu"));
    assert!(attachments(province).iter().all(|file| file["here"] == false));
    // That something was erased is told, with who did it; what it was is not.
    for office in [province, district] {
        let history = office.json(&["task", "history", "NV19"]);
        let lines = history["lines"].as_array().unwrap();
        let erasing = lines.iter().find(|line| line["act"] == "erase").unwrap();
        assert_eq!(erasing["origin"]["person"]["name"], "Hoàng Thị Mai");
        let note = lines
            .iter()
            .find(|line| line["field"] == "note" && line["act"] == "report.add");
        assert_eq!(note.unwrap()["erased"], true);
    }
    pair.down();
    pair.agree();
}

//! Point 6: the province inspects, the district recommends; each sees the other's part and cannot change it.

use crate::office::{DISTRICT, Office, Pair, text};
use crate::offline::save_and_compare;
use crate::samples;
use serde_json::{Value, json};

const HEAD: &str = "Nguyễn Đức Đăng, Chánh Văn phòng UBND tỉnh";

#[test]
fn an_inspection_and_five_recommendations_go_both_ways() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    let photos = [1, 2].map(|i| samples::photo(pair.folder.path(), &format!("băng cản lửa {i}.jpg"), 400_000, i));
    let headless = province.refused(&[
        "inspect",
        "new",
        "--unit",
        DISTRICT,
        "--held-on",
        "2017-06-23",
        "--task",
        "NV26",
    ]);
    assert_eq!(
        (
            &headless["code"],
            headless["message"].as_str().unwrap().starts_with("Chưa có trưởng đoàn")
        ),
        (&json!("no_team_head"), true)
    );
    let held = province.json(&[
        "inspect",
        "new",
        "--unit",
        DISTRICT,
        "--held-on",
        "2017-06-23",
        "--day-part",
        "afternoon",
        "--head",
        HEAD,
        "--place",
        "Trụ sở UBND huyện Yên Thế",
        "--sending-body",
        "Văn phòng UBND tỉnh Bắc Giang",
        "--period-from",
        "2017-01-01",
        "--period-to",
        "2017-05-31",
        "--task",
        "NV26",
        "--task",
        "NV14",
    ]);
    assert_eq!(
        held["row"]["head"],
        json!({"name": "Nguyễn Đức Đăng", "title": "Chánh Văn phòng UBND tỉnh"})
    );
    let visit = held["row"]["code"].as_str().unwrap();
    province.json(&[
        "inspect",
        "finding",
        visit,
        "NV26",
        "--reported",
        "70",
        "--found",
        "50",
        "--agreed",
        "--note",
        "Mới phát dọn một nửa đường băng cản lửa",
        "--photo",
        text(&photos[0]),
        "--photo",
        text(&photos[1]),
    ]);
    // A negative finding is mandatory in four fields before the inspection can end.
    province.json(&[
        "inspect",
        "finding",
        visit,
        "NV14",
        "--reported",
        "0",
        "--found",
        "0",
        "--negative",
        "--nature",
        "Chậm",
    ]);
    let unfinished = province.refused(&["inspect", "close", visit]);
    assert_eq!(unfinished["code"], "finding_incomplete");
    assert!(
        unfinished["message"]
            .as_str()
            .unwrap()
            .contains("Mức độ, Nguyên nhân, Trách nhiệm"),
        "{unfinished}"
    );
    province.json(&[
        "inspect",
        "finding",
        visit,
        "NV14",
        "--reported",
        "0",
        "--found",
        "0",
        "--negative",
        "--agreed",
        "--nature",
        "Chậm",
        "--degree",
        "Quá hạn 18 ngày",
        "--cause",
        "Chưa phân công",
        "--responsibility",
        "Phòng Tư pháp",
    ]);
    pair.down();
    finding_is_there(district, &photos, &pair);

    let recommend = |content: &str, tasks: &[&str]| {
        let mut words = vec![
            "recommend",
            "add",
            "--content",
            content,
            "--addressee",
            "UBND tỉnh",
            "--inspection",
            visit,
        ];
        words.extend(tasks.iter().flat_map(|task| ["--task", task]));
        district.json(&words)
    };
    recommend("Bố trí bổ sung vốn bồi thường dự án hồ sông Sỏi", &["NV01"]);
    recommend("Hướng dẫn xử lý các hộ chưa có giấy chứng nhận", &["NV01"]);
    recommend("Sớm phê duyệt quy hoạch Khu du lịch Xuân Lung - Thác Ngà", &["NV02"]);
    recommend("Hỗ trợ máy phát dọn đường băng cản lửa", &["NV26"]);
    recommend("Nâng cấp đường truyền cho các xã vùng cao", &[]);
    assert!(states(district).iter().all(|state| state == "entered"));

    let report = pair.up();
    assert_eq!(report["taken_up"], 5);
    assert_eq!(report["totals"]["recommendations"], 5);
    assert_eq!(
        province.json(&["recommend", "list", "--task", "NV01"])["rows"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(province.task("NV01")["recommendations"].as_array().unwrap().len(), 2);
    assert!(
        states(district).iter().all(|state| state == "entered"),
        "not before the receipt"
    );
    pair.down();
    assert_eq!(states(district), ["taken_up"; 5]);
    for rec in district.json(&["recommend", "list"])["rows"].as_array().unwrap() {
        assert_eq!(
            (&rec["taken_up_on"], &rec["may_answer"]),
            (&json!("2017-06-23"), &json!(false))
        );
    }

    cannot_change(&pair, visit);
    let closed = province.json(&["inspect", "close", visit]);
    assert_eq!(closed["row"]["closed"], true);
    let late = province.refused(&["inspect", "finding", visit, "NV26", "--found", "60"]);
    assert_eq!(late["code"], "inspection_closed");
    province.json(&[
        "recommend",
        "answer",
        "KN01",
        "--answer",
        "Đồng ý bố trí vốn",
        "--document",
        "9101/UBND-TN",
    ]);
    pair.down();
    pair.up();
    pair.down();
    let answered = district.json(&["recommend", "list", "--task", "NV01"]);
    let one = answered["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["code"] == "KN01")
        .unwrap();
    assert_eq!(
        (&one["state"], &one["answer_document"]),
        (&json!("answered"), &json!("9101/UBND-TN"))
    );
    pair.agree();
}

fn states(office: &Office) -> Vec<String> {
    let list = office.json(&["recommend", "list"]);
    list["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["state"].as_str().unwrap().to_owned())
        .collect()
}

fn finding_is_there(district: &Office, photos: &[std::path::PathBuf], pair: &Pair) {
    let findings = district.task("NV26")["findings"].clone();
    let finding = &findings[0];
    assert_eq!(
        (
            &finding["reported_percent"],
            &finding["found_percent"],
            &finding["agreed"]
        ),
        (&json!(70), &json!(50), &json!(true))
    );
    let shown = finding["attachments"].as_array().unwrap();
    assert_eq!(shown.len(), 2);
    for attachment in shown {
        let original = photos
            .iter()
            .find(|photo| photo.file_name().unwrap().to_str() == attachment["name"].as_str())
            .unwrap();
        save_and_compare(district, attachment, original, pair.folder.path());
    }
    assert_eq!(
        district.task("NV26")["row"]["percent"],
        70,
        "what was found does not overwrite what was reported"
    );
}

/// Neither side can write what is the other's.
fn cannot_change(pair: &Pair, visit: &str) {
    let (province, district) = (&pair.province, &pair.district);
    let before = (province.digest(district), district.digest(province));
    let attempts: [(&Office, Vec<&str>); 6] = [
        (district, vec!["inspect", "finding", visit, "NV26", "--found", "70"]),
        (district, vec!["inspect", "edit", visit, "--evaluation", "Tốt"]),
        (district, vec!["inspect", "close", visit]),
        (district, vec!["recommend", "answer", "KN01", "--answer", "Đồng ý"]),
        (province, vec!["task", "report", "NV26", "--percent", "50"]),
        (
            province,
            vec!["recommend", "add", "--content", "Của tỉnh", "--task", "NV26"],
        ),
    ];
    for (office, words) in attempts {
        let refusal: Value = office.refused(&words);
        assert_ne!(refusal["code"], "internal", "{words:?}: {refusal}");
    }
    assert_eq!((province.digest(district), district.digest(province)), before);
}

#[test]
fn a_unit_inspects_the_units_below_it_with_the_same_commands() {
    let folder = tempfile::tempdir().unwrap();
    let district = Office::district(folder.path());
    let clerk = ["Nông Văn Tài", "Công chức Văn phòng - thống kê"];
    let commune = Office::start(folder.path(), "unit", "UBND xã Đồng Hưu", "H02.15.06", clerk);
    crate::office::enrol(&district, &commune, folder.path());
    let made = district.json(&[
        "task",
        "create",
        "--unit",
        "H02.15.06",
        "--field",
        "content=Rà soát hộ nghèo",
        "--field",
        "deadline=30/6/2017",
        "--not-secret",
    ]);
    let code = made["row"]["code"].as_str().unwrap();
    let pair = Pair {
        folder,
        province: district,
        district: commune,
    };
    pair.down();
    let held = pair.province.json(&[
        "inspect",
        "new",
        "--unit",
        "H02.15.06",
        "--held-on",
        "23/6/2017",
        "--head",
        "Nguyễn Quang Hưng, Phó Chủ tịch UBND huyện",
        "--task",
        code,
    ]);
    let visit = held["row"]["code"].as_str().unwrap();
    pair.province
        .json(&["inspect", "finding", visit, code, "--found", "10", "--agreed"]);
    pair.down();
    assert_eq!(pair.district.task(code)["findings"][0]["found_percent"], 10);
    pair.up();
    pair.down();
    pair.agree();
}

//! Points 1 to 3: the 41 tasks, from above and from below; their totals; finding them.

use crate::office::{DISTRICT, Office, Pair, enrol, text};
use crate::{samples, stock};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

/// Counts by kind and by assigner.
fn counts(office: &Office) -> (Value, Value) {
    let by = |what: &str| {
        let totals = office.json(&["totals", "--by", what]);
        let groups = totals["groups"].as_array().unwrap();
        let all: serde_json::Map<String, Value> = groups
            .iter()
            .map(|group| (group["name"].as_str().unwrap().to_owned(), group["total"].clone()))
            .collect();
        Value::Object(all)
    };
    (by("kind"), by("assigner"))
}

fn are_the_41(office: &Office) {
    let (kinds, assigners) = counts(office);
    assert_eq!(kinds, json!({"task": 12, "conclusion": 10, "instruction": 19}));
    assert_eq!(assigners, json!({"UBND tỉnh": 24, "Chủ tịch UBND tỉnh": 17}));
    assert_eq!(office.json(&["tasks", "--count"]), json!({"count": 41}));
}

/// The program's totals under the names of the sample.
fn as_sample(totals: &Value) -> Value {
    json!({
        "tong": totals["total"],
        "ht_dung_han": totals["done_on_time"],
        "ht_qua_han": totals["done_late"],
        "chua_trong_han": totals["open_in_time"],
        "chua_qua_han": totals["open_overdue"],
        "chua_khong_han": totals["open_without_deadline"],
    })
}

fn manifest_as_sample(totals: &Value) -> Value {
    let mut counts = totals["counts"].clone();
    counts["total"] = counts["tasks"].clone();
    as_sample(&counts)
}

#[test]
fn the_province_takes_in_the_41_and_sends_them_down() {
    let pair = Pair::enrolled();
    let list = samples::csv(pair.folder.path());
    let seen = pair
        .province
        .json(&["import", "tasks", text(&list), "--unit", DISTRICT, "--preview"]);
    assert_eq!(
        (&seen["row_count"], &seen["new"], &seen["importable"]),
        (&json!(41), &json!(41), &json!(true))
    );
    assert_eq!(
        pair.province.json(&["tasks", "--count"])["count"],
        0,
        "a preview writes nothing"
    );
    let taken = pair.province.json(&["import", "tasks", text(&list)]);
    assert_eq!((&taken["new"], &taken["same"]), (&json!(41), &json!(0)));
    let before = pair.province.digest(&pair.district);
    let again = pair.province.json(&["import", "tasks", text(&list)]);
    assert_eq!(
        (&again["new"], &again["same"], &again["different"]),
        (&json!(0), &json!(41), &json!(0))
    );
    assert_eq!(
        pair.province.digest(&pair.district),
        before,
        "the same file twice changes nothing"
    );
    let report = pair.down();
    assert_eq!(
        (&report["outcome"], &report["totals_agree"]),
        (&json!("imported"), &json!(true))
    );
    are_the_41(&pair.province);
    are_the_41(&pair.district);
    pair.agree();
}

#[test]
fn the_unit_takes_in_the_41_itself_before_it_is_enrolled() {
    let folder = tempfile::tempdir().unwrap();
    let (province, district) = (Office::province(folder.path()), Office::district(folder.path()));
    let taken = district.json(&["import", "tasks", text(&samples::xlsx(folder.path()))]);
    assert_eq!(taken["new"], 41);
    let again = district.json(&["import", "tasks", text(&samples::csv(folder.path()))]);
    assert_eq!(
        (&again["new"], &again["same"]),
        (&json!(0), &json!(41)),
        "the same list in another form is the same"
    );
    are_the_41(&district);
    enrol(&province, &district, folder.path());
    let pair = Pair {
        folder,
        province,
        district,
    };
    pair.up();
    are_the_41(&pair.province);
    pair.down();
    pair.agree();
}

#[test]
fn a_list_with_a_trouble_is_not_taken_in_at_all() {
    let pair = Pair::enrolled();
    let list = pair.folder.path().join("sai.csv");
    std::fs::write(
        &list,
        samples::THE_41.replace("2017-05-20;2017-05-16", "2017-02-30;2017-05-16"),
    )
    .unwrap();
    let seen = pair.district.json(&["import", "tasks", text(&list), "--preview"]);
    let trouble = &seen["troubles"][0];
    assert_eq!(
        (&trouble["row"], &trouble["column"], &trouble["code"]),
        (&json!(2), &json!("J"), &json!("impossible_date"))
    );
    assert_eq!(
        pair.district.refused(&["import", "tasks", text(&list)])["code"],
        "list_has_errors"
    );
    assert_eq!(pair.district.json(&["tasks", "--count"])["count"], 0);
}

#[test]
fn a_column_that_a_person_names_feeds_the_field_they_named() {
    let pair = Pair::enrolled();
    let list = samples::csv(pair.folder.path());
    let import = ["import", "tasks", text(&list)];
    let refused = |more: &[&str]| pair.district.refused(&[&import, more].concat())["code"].clone();
    assert_eq!(refused(&["--map", "ZZ=content"]), "column_unknown");
    assert_eq!(refused(&["--map", "H=noi_dung"]), "field_unknown");
    // The column of contents left out, and that of the numbers of documents read as contents instead.
    let chosen = [&import[..], &["--map", "h=", "--map", "F=content"]].concat();
    let seen = pair.district.json(&[&chosen[..], &["--preview"]].concat());
    assert_eq!(seen["rows"][0]["task"]["content"], "9001/CT-UBND");
    pair.district.json(&chosen);
    assert_eq!(pair.district.task("NV01")["row"]["content"], "9001/CT-UBND");
}

#[test]
fn totals_are_those_of_the_sample_at_both_dates() {
    let pair = Pair::with_the_41();
    let expected = samples::expected();
    for office in [&pair.province, &pair.district] {
        for date in ["2017-05-31", "2017-06-23"] {
            let period = [
                "--assigned-from",
                "2017-01-01",
                "--assigned-to",
                "2017-05-31",
                "--as-of",
                date,
            ];
            let totals = office.json(&[&["totals"], &period[..]].concat());
            assert_eq!(as_sample(&totals["all"]), expected[date]);
            let printed = office.text(&[&["totals"], &period[..]].concat());
            let line = format!(
                "đúng hạn {}, quá hạn {}",
                expected[date]["ht_dung_han"], expected[date]["ht_qua_han"]
            );
            assert!(printed.contains(&line), "{printed}");
        }
        let totals = office.json(&["totals", "--as-of", "2017-06-23"]);
        assert_eq!(
            totals["statuses"]
                .as_object()
                .unwrap()
                .iter()
                .filter(|(_, n)| **n != json!(0))
                .map(|(s, n)| (s.as_str(), n.clone()))
                .collect::<Vec<_>>(),
            [
                ("completed", json!(33)),
                ("in_progress", json!(5)),
                ("new", json!(1)),
                ("received", json!(2))
            ]
        );
        // By office, as the sample has it.
        let by_lead = office.json(&["totals", "--by", "lead"]);
        let leads: Value = by_lead["groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|g| (g["name"].as_str().unwrap().to_owned(), g["total"].clone()))
            .collect::<serde_json::Map<_, _>>()
            .into();
        assert_eq!(leads, expected["chu_tri"]);
        assert_eq!(office.codes(&["--class", "open_overdue"]), ["NV14", "NV26"]);
    }
    for (office, to, now, date) in [
        (
            &pair.district,
            &pair.province,
            "2017-05-31T17:00:00+07:00",
            "2017-05-31",
        ),
        (
            &pair.district,
            &pair.province,
            "2017-06-23T17:00:00+07:00",
            "2017-06-23",
        ),
        (
            &pair.province,
            &pair.district,
            "2017-06-23T17:05:00+07:00",
            "2017-06-23",
        ),
    ] {
        let bundle = office.at(now).export(to, &pair.stick());
        let opened = stock::open(&bundle, to, office, &format!("{}-{date}", office.code));
        assert_eq!(opened.totals()["as_of"], date);
        assert_eq!(manifest_as_sample(opened.totals()), expected[date]);
    }
}

#[test]
fn tasks_are_found_with_or_without_diacritics() {
    let pair = Pair::with_the_41();
    let lake = "HỒ SÔNG SỎI";
    let decomposed: String = lake.nfd().collect();
    assert_ne!(lake, decomposed);
    for words in ["ho song soi", lake, &decomposed, "Hồ sông Sỏi"] {
        assert_eq!(pair.district.codes(&["--search", words]), ["NV01"], "{words}");
    }
    assert_eq!(pair.district.codes(&["--search", "cau go"]), ["NV03"]);
    assert_eq!(pair.province.codes(&["--search", "xuan lung thac nga"]), ["NV02"]);
    assert!(pair.province.codes(&["--search", "không có từ này"]).is_empty());
}

#[test]
fn offices_stand_in_the_vietnamese_order() {
    let pair = Pair::with_the_41();
    let units = pair.province.json(&["units"]);
    let district = units["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["code"] == DISTRICT)
        .unwrap();
    let offices: Vec<&str> = district["offices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|office| office["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        offices,
        [
            "Ban QLDA đầu tư xây dựng",
            "Phòng Giáo dục và Đào tạo",
            "Phòng Kinh tế và Hạ tầng",
            "Phòng Lao động - TB và XH",
            "Phòng Nội vụ",
            "Phòng Nông nghiệp và PTNT",
            "Phòng Tài chính - Kế hoạch",
            "Phòng Tài nguyên và Môi trường",
            "Phòng Tư pháp",
            "Phòng Văn hóa và Thông tin",
            "Phòng Y tế",
            "Thanh tra huyện",
            "Văn phòng HĐND và UBND huyện",
        ]
    );
    assert_eq!(
        (&district["tasks"], &district["enrolment"]),
        (&json!(41), &json!("confirmed"))
    );
}

//! What two sides, or two machines, wrote without knowing of each other: kept side by side, told in plain words, settled by a
//! person.

use crate::office::{Office, Pair, lies_at, text};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn lead(office: &Office, code: &str) -> Value {
    office.task(code)["row"]["lead"].clone()
}

#[test]
fn a_conflict_keeps_both_values_until_a_person_settles_it_and_the_settling_travels() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    district.json(&["task", "set", "NV19", "lead", "Phòng Nội vụ"]);
    province
        .at("2017-06-23T15:00:00+07:00")
        .json(&["task", "set", "NV19", "lead", "Phòng Tư pháp"]);
    let bundle = district.export(province, &pair.stick());
    let report = province.import(&bundle);
    assert_eq!(report["conflicts"], 1);
    let conflicts = province.json(&["conflicts"]);
    let row = &conflicts["rows"][0];
    assert_eq!(
        (&row["about"], &row["field"], &row["mine"]),
        (&json!("NV19"), &json!("lead"), &json!(true))
    );
    let texts: Vec<&Value> = row["values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|value| &value["text"])
        .collect();
    assert_eq!(texts, ["Phòng Tư pháp", "Phòng Nội vụ"], "the later first, both kept");
    for value in row["values"].as_array().unwrap() {
        assert!(value["origin"]["person"]["name"].is_string() && value["origin"]["device"].is_string());
    }
    let wrong = province.refused(&["conflicts", "settle", "NV19", "lead", "--keep", "3"]);
    assert_eq!(wrong["code"], "conflict_changed");
    let left = province.json(&["conflicts", "settle", "NV19", "lead", "--keep", "2"]);
    assert_eq!(left["rows"], json!([]));
    assert_eq!(lead(province, "NV19"), "Phòng Nội vụ");
    let again = province.refused(&["conflicts", "settle", "NV19", "lead", "--value", "Phòng Y tế"]);
    assert_eq!(again["code"], "conflict_changed");
    let answer = province.export(district, &pair.stick());
    district.import(&answer);
    assert_eq!(lead(district, "NV19"), "Phòng Nội vụ");
    assert_eq!(district.json(&["conflicts"])["rows"], json!([]));
    pair.agree();
}

#[test]
fn a_home_opens_with_the_program_of_the_other_office_too() {
    let pair = Pair::with_the_41();
    pair.up();
    for (office, other) in [(&pair.province, &pair.district), (&pair.district, &pair.province)] {
        let copy = pair.folder.path().join(format!("bản sao {}", office.code));
        copy_folder(&office.home, &copy);
        let (tasks, digest) = (office.json(&["tasks"]), office.digest(other));
        // The other office's program, which may be that of another system, on this office's home.
        let elsewhere = Office {
            home: copy,
            ..other.clone()
        };
        assert_eq!(elsewhere.json(&["tasks"]), tasks);
        assert_eq!(elsewhere.json(&["digest", "--channel", other.code]), digest);
        elsewhere.json(&["check"]);
    }
}

#[test]
fn a_restored_copy_that_wrote_under_the_old_numbers_is_told_and_nothing_is_lost() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    // Somebody keeps a copy of the whole folder, works on, and then puts the copy back over it.
    let kept = pair.folder.path().join("bản sao");
    copy_folder(&district.home, &kept);
    district.report("NV19", 50, "trước khi chép đè");
    let first = district.export(province, &pair.stick());
    province.import(&first);
    fs::remove_dir_all(&district.home).unwrap();
    copy_folder(&kept, &district.home);
    let district = &district.at("2017-06-23T15:00:00+07:00");
    district.report("NV20", 40, "sau khi chép đè");
    let second = district.export(province, &pair.stick());
    let report = province.import(&second);
    assert_eq!((&report["outcome"], &report["forks"]), (&json!("imported"), &json!(1)));
    // The province has both, and says so.
    assert_eq!(province.task("NV19")["row"]["percent"], 50);
    assert_eq!(province.task("NV20")["row"]["percent"], 40);
    let incidents = province.json(&["incidents"]);
    let incident = &incidents["rows"][0];
    assert_eq!(
        (&incident["kind"], &incident["own"], &incident["unit"]["name"]),
        (&json!("fork"), &json!(false), &json!("UBND huyện Yên Thế"))
    );
    assert_eq!(incident["branches"].as_array().unwrap().len(), 2);
    assert!(province.text(&["incidents"]).contains("Hai máy ghi dưới cùng một tên"));
    // The unit gets back what the copy lacked, and goes on.
    let answer = province.export(district, &pair.stick());
    district.import(&answer);
    assert_eq!(
        district.task("NV19")["row"]["percent"],
        50,
        "what the copy lacked has come back"
    );
    assert_eq!(district.json(&["incidents"])["rows"][0]["own"], true);
    district.report("NV19", 60, "làm tiếp");
    let third = district.export(province, &pair.stick());
    province.import(&third);
    assert_eq!(province.task("NV19")["row"]["percent"], 60);
    assert_eq!(province.json(&["conflicts"])["rows"], json!([]));
    pair.agree();
}

#[test]
fn what_a_lost_machine_sends_is_refused_and_nothing_more_is_encrypted_to_it() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    let machines = province.json(&["devices"]);
    let theirs = machines["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["unit"]["code"] == district.code)
        .unwrap()
        .clone();
    let id = theirs["device"].as_str().unwrap();
    let own = machines["rows"][0]["device"].as_str().unwrap();
    assert_eq!(province.refused(&["devices", "revoke", own])["code"], "own_device");
    let after = province.json(&["devices", "revoke", id, "--reason", "mất máy ngày 23/6/2017"]);
    let row = after["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["device"] == id)
        .unwrap();
    assert_eq!(row["revoked"], true);
    district.report("NV19", 50, "ai đang viết đây");
    let bundle = district.export(province, &pair.stick());
    let refused = province.refused(&["bundle", "import", bundle.to_str().unwrap()]);
    assert_eq!(refused["code"], "bundle_device_revoked");
    assert_eq!(
        province.json(&["bundles"])["lines"][0]["refusal"],
        "bundle_device_revoked"
    );
    assert_eq!(province.task("NV19")["row"]["percent"], 30);
    let none = province.refused(&[
        "bundle",
        "export",
        "--to",
        district.code,
        "--out",
        pair.stick().to_str().unwrap(),
    ]);
    assert_eq!(none["code"], "no_recipients");
    assert_eq!(
        district.refused(&[
            "devices",
            "revoke",
            province.json(&["keys"])["device"].as_str().unwrap()
        ])["code"],
        "not_your_device"
    );
    province.json(&["check"]);
}

#[test]
fn what_a_restored_home_lacks_is_named_and_comes_back_without_a_word() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    let kept = pair.folder.path().join("bản sao");
    copy_folder(&district.home, &kept);
    province.json(&["task", "set", "NV01", "deadline", "2017-08-01"]);
    pair.down();
    pair.up();
    fs::remove_dir_all(&district.home).unwrap();
    copy_folder(&kept, &district.home);
    let (province, district) = (
        &province.at("2017-06-24T08:00:00+07:00"),
        &district.at("2017-06-24T08:00:00+07:00"),
    );
    province.json(&["task", "set", "NV02", "deadline", "2017-08-02"]);
    district.import(&province.export(district, &pair.stick()));
    let missing = &district.json(&["bundles"])["missing"];
    assert_eq!(
        (&missing[0]["unit"]["code"], &missing[0]["entries"]),
        (&json!(province.code), &json!(1))
    );
    assert!(district.text(&["bundles"]).contains("Còn thiếu 1 bút toán"));
    province.import(&district.export(province, &pair.stick()));
    let (province, district) = (
        &province.at("2017-06-24T09:00:00+07:00"),
        &district.at("2017-06-24T09:00:00+07:00"),
    );
    district.import(&province.export(district, &pair.stick()));
    assert_eq!(district.json(&["bundles"])["missing"], json!([]));
    for (code, deadline) in [("NV01", "2017-08-01"), ("NV02", "2017-08-02")] {
        assert_eq!(district.task(code)["row"]["deadline"], deadline);
    }
    pair.agree();
}

#[test]
fn a_second_machine_joins_its_unit_with_two_files_and_a_code_and_its_work_reaches_the_province() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    let folder = pair.folder.path();
    let second = Office {
        home: folder.join("máy hai"),
        ..district.clone()
    };
    let request = folder.join("máy hai.chidao-request");
    let asks = [
        "join",
        "request",
        "--person",
        "Trần Văn Hùng",
        "--device",
        "YENTHE-VP-07",
    ];
    second.json(&[&asks[..], &["--out", text(&request)]].concat());
    assert_eq!(second.refused(&["tasks"])["code"], "awaiting_answer");
    let approved = district.json(&["devices", "approve", text(&request), "--out", text(&pair.stick())]);
    let answer = lies_at(&approved["path"]);
    let answer = text(&answer);
    let code = approved["code"].as_str().unwrap();
    let wrong = if code.starts_with('0') { "111111" } else { "000000" };
    assert_eq!(
        second.refused(&["join", "accept", answer, "--code", wrong])["code"],
        "wrong_code"
    );
    let joined = second.json(&["join", "accept", answer, "--code", code]);
    assert_eq!(joined["unit"]["code"], district.code);
    assert_eq!(joined["person"]["name"], "Trần Văn Hùng");
    // Both machines are known by their names, on the machine that answered.
    let devices = district.json(&["devices"]);
    let names = devices["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].clone());
    assert!(names.into_iter().any(|name| name == "YENTHE-VP-07"));
    // Its first bundle shows the province its certificate; from then on what comes down is for every machine of the unit.
    province.import(&second.export(province, &pair.stick()));
    let down = province.export(district, &pair.stick());
    second.import(&down);
    second.report("NV19", 65, "Ghi ở máy thứ hai");
    let up = second.export(province, &pair.stick());
    province.import(&up);
    assert_eq!(province.task("NV19")["row"]["percent"], 65);
    second.is_whole();
    province.is_whole();
}

//! An office with two machines reads the code of its enrolment out once, at whichever of them somebody sits.

use crate::office::{Office, lies_at, text};
use serde_json::json;

/// A further machine of an office, by two files and a code.
fn joined(first: &Office, name: &str, person: &str) -> Office {
    let folder = first.home.parent().unwrap();
    let machine = Office {
        home: folder.join(name),
        ..first.clone()
    };
    let request = folder.join(format!("{name}.chidao-request"));
    let asks = ["join", "request", "--person", person, "--device", name];
    machine.json(&[&asks[..], &["--out", text(&request)]].concat());
    let approved = first.json(&["devices", "approve", text(&request), "--out", text(folder)]);
    let (answer, code) = (lies_at(&approved["path"]), approved["code"].as_str().unwrap());
    machine.json(&["join", "accept", text(&answer), "--code", code]);
    machine
}

#[test]
fn a_code_confirmed_at_one_machine_is_not_asked_for_at_the_other() {
    let folder = tempfile::tempdir().unwrap();
    // A stick for each machine: the names of their bundles could be the same.
    let (stick, other) = (folder.path().join("USB"), folder.path().join("USB 2"));
    let (province, district) = (Office::province(folder.path()), Office::district(folder.path()));
    let second = joined(&district, "YENTHE-VP-07", "Trần Văn Hùng");
    let enrolment = |office: &Office| office.json(&["session"])["enrolment"].clone();

    let request = folder.path().join("de-nghi.chidao-request");
    district.json(&["enrol", "request", "--out", text(&request)]);
    let approved = province.json(&["enrol", "approve", text(&request), "--out", text(&stick)]);
    district.import(&lies_at(&approved["path"]));
    // The second machine learns the parent's answer from the first, and asks for the code as the first does.
    let told = second.import(&district.export(&second, &stick));
    assert_eq!(told["confirmed"], json!([]));
    for machine in [&district, &second] {
        assert_eq!(enrolment(machine), "unverified");
        assert_eq!(machine.json(&["session"])["enrolment_code"], approved["code"]);
    }
    // The telephone stands beside the second.
    second.json(&["enrol", "confirm", approved["code"].as_str().unwrap()]);
    assert_eq!(enrolment(&district), "unverified", "nobody has told it");
    let bundle = second.export(&district, &other);
    let told = district.text(&["bundle", "import", text(&bundle)]);
    let sentence =
        "Mã với Văn phòng UBND tỉnh Bắc Giang đã được xác nhận ở máy khác của cơ quan; máy này không phải đối lại.";
    assert!(told.contains(sentence), "{told}");
    assert_eq!(enrolment(&district), "confirmed");
    // The province heard nothing of it, and takes nobody's word for it.
    let told = province.import(&district.export(&province, &stick));
    assert_eq!(told["unverified"], true);
    for office in [&province, &district, &second] {
        office.is_whole();
    }
}

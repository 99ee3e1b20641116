//! A laptop is lost, and nobody remembers its passphrase. What is left: a backup on a stick, and the sheet of paper with the
//! recovery key.

use crate::office::{Office, Pair, text};
use serde_json::Value;
use std::fs;

fn report(office: &Office, opening: &[&str], task: &str, percent: &str, note: &str) -> Value {
    let words = ["task", "report", task, "--percent", percent, "--note", note];
    office.json(&[&words, opening].concat())
}

#[test]
fn a_new_laptop_goes_on_from_a_backup_and_the_printed_key() {
    let (pair, recovery_key) = Pair::enrolled_and_key();
    let pair = pair.given_the_41();
    let (province, district) = (&pair.province, &pair.district);
    report(district, &[], "NV19", "60", "Đã gửi trước khi mất máy");
    pair.up();
    report(district, &[], "NV20", "45", "Chưa gửi, chỉ có trong bản sao lưu");
    let saved = district.json(&["backup", "--out", text(&pair.stick())]);
    let saved = saved["saved"].as_str().unwrap().to_owned();
    // The province writes on, for the laptop that is no more.
    province.json(&["task", "set", "NV21", "lead", "Phòng Nông nghiệp"]);
    let on_its_way = province.export(district, &pair.stick());

    let desk = pair.folder.path();
    let (sheet, new) = (desk.join("to-giay.txt"), desk.join("mat-khau-moi.txt"));
    fs::write(&sheet, format!("{}\n", recovery_key.to_lowercase())).unwrap();
    fs::write(&new, "mưa nguồn suối lũ\n").unwrap();
    let laptop = Office {
        home: desk.join("may-moi"),
        now: "2017-06-23T16:30:00+07:00",
        code: district.code,
    };
    let by_paper = ["--passphrase-file", text(&sheet)];
    let opened = ["--passphrase-file", text(&new)];
    let with = |words: &[&str], opening: &[&str]| laptop.json(&[words, opening].concat());
    let restored = with(&["restore", &saved], &by_paper);
    assert_eq!(restored["session"]["recovered"], true);
    // Everything is read, nothing is written before a person stands for it.
    assert_eq!(with(&["task", "show", "NV20"], &by_paper)["row"]["percent"], 45);
    let early = ["task", "report", "NV20", "--percent", "50"];
    let refused = laptop.refused(&[&early[..], &by_paper].concat());
    assert_eq!(refused["code"], "recovered_read_only");
    let person = ["persons", "take-over", "Lê Văn Bình", "--title", "Phó Chánh Văn phòng"];
    let taken = with(
        &[&person[..], &["--new-passphrase-file", text(&new)]].concat(),
        &by_paper,
    );
    assert_eq!(taken["rows"][0]["name"]["name"], "Lê Văn Bình");

    // The old passphrase opens nothing here; the new one does, and work goes on.
    assert_eq!(laptop.refused(&["session"])["code"], "wrong_passphrase");
    with(&["bundle", "import", text(&on_its_way)], &opened);
    assert_eq!(
        with(&["task", "show", "NV21"], &opened)["row"]["lead"],
        "Phòng Nông nghiệp"
    );
    report(&laptop, &opened, "NV22", "30", "Ghi trên máy mới");
    let made = with(
        &["bundle", "export", "--to", province.code, "--out", text(&pair.stick())],
        &opened,
    );
    let told = province.json(&["bundle", "import", made["path"].as_str().unwrap()]);
    assert_eq!(
        (&told["quarantined"], &told["waiting"]),
        (&0.into(), &0.into()),
        "{told}"
    );
    for (task, percent) in [("NV19", 60), ("NV20", 45), ("NV22", 30)] {
        assert_eq!(province.task(task)["row"]["percent"], percent, "{task}");
    }
    let digest = with(&["digest", "--channel", province.code], &opened);
    assert_eq!(province.digest(district), digest);

    // Whoever finds the old laptop, and its passphrase, is believed no longer once it is revoked.
    let devices = with(&["devices"], &opened);
    let lost = devices["rows"].as_array().unwrap().iter();
    let mut lost =
        lost.filter(|row| row["mine"] == true && row["here"] == false && row["unit"]["code"] == district.code);
    let lost = lost.next().unwrap()["device"].as_str().unwrap();
    with(&["devices", "revoke", lost, "--reason", "Mất máy"], &opened);
    let made = with(
        &["bundle", "export", "--to", province.code, "--out", text(&pair.stick())],
        &opened,
    );
    province.json(&["bundle", "import", made["path"].as_str().unwrap()]);
    report(district, &[], "NV19", "100", "Người nhặt được máy ghi");
    let forged = district.export(province, &pair.stick());
    assert_eq!(
        province.refused(&["bundle", "import", text(&forged)])["code"],
        "bundle_device_revoked"
    );
    assert_eq!(province.task("NV19")["row"]["percent"], 60);
    let checked = with(&["check"], &opened);
    assert_eq!(checked["ok"], true, "{checked}");
    province.is_whole();
}

//! A laptop goes back to a backup: nothing that was sent is lost, and what was there before is set aside.

use crate::office::{Pair, text};
use serde_json::json;

#[test]
fn a_laptop_that_went_back_to_a_backup_gets_back_what_it_had_sent() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    let stick = pair.stick();
    std::fs::create_dir_all(&stick).unwrap();
    let made = district.json(&["backup", "--out", text(&stick)]);
    let saved = made["saved"].as_str().unwrap();
    let listed = district.json(&["backup", "--list"]);
    assert!(
        listed["rows"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["name"] == made["made"]["name"])
    );
    district.report("NV19", 65, "Ghi sau khi sao lưu, đã gửi đi");
    pair.up();
    // A backup that was damaged on the stick is refused, and the register is as it was.
    let damaged = pair.folder.path().join("hong.chidao-backup");
    let mut bytes = std::fs::read(saved).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&damaged, bytes).unwrap();
    assert_eq!(district.refused(&["restore", text(&damaged)])["code"], "backup_damaged");
    // Whether one could go back is found out without going back.
    assert_eq!(
        district.refused(&["backup", "--verify", text(&damaged)])["code"],
        "backup_damaged"
    );
    let verified = district.json(&["backup", "--verify", saved]);
    assert_eq!(
        (&verified["ok"], &verified["backup"]["name"]),
        (&json!(true), &made["made"]["name"])
    );
    assert_eq!(district.task("NV19")["row"]["percent"], 65);

    let restored = district.json(&["restore", saved]);
    assert!(district.home.join(restored["set_aside"].as_str().unwrap()).is_dir());
    assert_ne!(district.task("NV19")["row"]["percent"], 65);
    district.report("NV20", 40, "Ghi sau khi trở lại");
    pair.up();
    pair.down();
    assert_eq!(district.task("NV19")["row"]["percent"], 65, "what was sent came back");
    pair.up();
    assert_eq!(province.task("NV20")["row"]["percent"], 40);
    assert_eq!(province.json(&["incidents"])["rows"], json!([]));
    pair.agree();
    district.is_whole();
}

//! The audit: the province writes down the whole history of its channel with the district; anybody proves it, with this
//! program or with stock tools, and every kind of tampering is found.

use crate::office::{DISTRICT, Office, Pair, text};
use crate::stock::run;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Somebody without data and without a passphrase.
fn stranger(words: &[&str]) -> (i32, Value) {
    let nobody = Office {
        home: PathBuf::from("/nonexistent"),
        code: "",
        now: crate::office::AFTERNOON,
    };
    let mut command = nobody.command(&[words, &["--json"]].concat());
    let output = command.env_remove("CHIDAO_PASSPHRASE").output().unwrap();
    let code = output.status.code().unwrap();
    let said = if code == 0 { output.stdout } else { output.stderr };
    (code, serde_json::from_slice(&said).unwrap())
}

fn with_a_history() -> (Pair, PathBuf) {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    district.report("NV19", 60, "Còn 2 hộ chưa nhận tiền");
    // Both wrote the same cell without knowing of each other.
    district.json(&["task", "set", "NV20", "lead", "Phòng Tài chính"]);
    province.json(&["task", "set", "NV20", "lead", "Phòng Nông nghiệp"]);
    pair.up();
    pair.down();
    let file = pair.folder.path().join("kiem-toan.jsonl");
    let made = province.json(&["audit", "export", "--channel", DISTRICT, "--out", text(&file)]);
    assert!(made["entries"].as_u64().unwrap() > 41, "{made}");
    (pair, file)
}

#[test]
fn a_stranger_proves_the_history_of_a_channel_without_data_and_passphrase() {
    let (pair, file) = with_a_history();
    let (code, report) = stranger(&["audit", "verify", text(&file)]);
    assert_eq!(code, 0, "{report}");
    assert_eq!(report["digest"], pair.district.digest(&pair.province)["entries"]);
    assert_eq!(report["child"]["unit"]["code"], DISTRICT);
    assert_eq!(report["unvouched"], 0);
    let history = fs::read_to_string(&file).unwrap();
    for told in [
        "Hoàng Thị Mai",
        "Còn 2 hộ chưa nhận tiền",
        "Phòng Nông nghiệp",
        "Phòng Tài chính",
    ] {
        assert!(history.contains(told), "{told}");
    }
    // The file stays as it is, and no half one is left.
    let again = pair
        .province
        .refused(&["audit", "export", "--channel", DISTRICT, "--out", text(&file)]);
    assert_eq!(again["code"], "file_exists");
    assert!(!pair.folder.path().join("kiem-toan.jsonl.part").exists());
    // A unit's inner channel goes by the unit itself.
    let inner = pair.folder.path().join("noi-bo.jsonl");
    pair.district
        .json(&["audit", "export", "--channel", DISTRICT, "--out", text(&inner)]);
    assert_eq!(stranger(&["audit", "verify", text(&inner)]).1["kind"], "inner");
}

#[test]
fn stock_tools_verify_what_was_signed() {
    let (pair, file) = with_a_history();
    let folder = pair.folder.path();
    let lines: Vec<Value> = fs::read_to_string(&file)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |kind: &str| lines.iter().filter(|line| line["type"] == *kind).collect::<Vec<_>>();
    let signed = |signed: &Value, key: &str| -> Value {
        fs::write(folder.join("text"), signed["text"].as_str().unwrap()).unwrap();
        fs::write(folder.join("text.minisig"), signed["sig"].as_str().unwrap()).unwrap();
        run(folder, "minisign", &["-V", "-q", "-m", "text", "-P", key]);
        serde_json::from_str(signed["text"].as_str().unwrap()).unwrap()
    };
    let charter: Value = serde_json::from_str(of("charter")[0]["text"].as_str().unwrap()).unwrap();
    let root = charter["parent"]["root"].as_str().unwrap();
    signed(of("charter")[0], root);
    let mut keys = std::collections::HashMap::new();
    for certificate in of("certificate") {
        let claims: Value = serde_json::from_str(certificate["text"].as_str().unwrap()).unwrap();
        let of_unit = ["parent", "child"]
            .into_iter()
            .find(|side| charter[side]["unit"] == claims["unit"]);
        signed(certificate, charter[of_unit.unwrap()]["root"].as_str().unwrap());
        keys.insert(claims["device"].clone(), claims["key"].as_str().unwrap().to_owned());
    }
    let end = of("end")[0];
    let claims: Value = serde_json::from_str(end["seal"]["text"].as_str().unwrap()).unwrap();
    let sealed = signed(&end["seal"], &keys[&claims["device"]]);
    assert_eq!(sealed["lines"], lines.len() - 1);
    assert_eq!(sealed["hash"], lines[lines.len() - 2]["hash"]);
    let mut feed = Value::Null;
    for line in &lines {
        match line["type"].as_str().unwrap() {
            "feed" => feed = line["device"].clone(),
            "checkpoint" => drop(signed(line, &keys[&feed])),
            _ => {}
        }
    }
}

#[test]
fn a_line_changed_lost_moved_or_added_is_named() {
    let (pair, file) = with_a_history();
    let whole = fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let at = lines.iter().position(|line| line.contains("Còn 2 hộ")).unwrap();
    let line = at as u64 + 1;
    let put = |lines: &[&str]| -> PathBuf {
        let path = pair.folder.path().join("sửa.jsonl");
        fs::write(&path, lines.join("\n") + "\n").unwrap();
        path
    };
    let refused = |file: &Path, code: &str, line: u64| {
        let (exit, told) = stranger(&["audit", "verify", text(file)]);
        assert_eq!(
            (exit, &told["code"], &told["params"]["line"]),
            (1, &code.into(), &line.to_string().into()),
            "{told}"
        );
        assert!(told["message"].as_str().unwrap().contains(&line.to_string()), "{told}");
    };
    let mut changed = lines.clone();
    let milder = lines[at].replace("Còn 2 hộ", "Còn 0 hộ");
    changed[at] = &milder;
    refused(&put(&changed), "audit_line_changed", line);
    let mut without = lines.clone();
    without.remove(at);
    refused(&put(&without), "audit_line_missing", line);
    let mut moved = lines.clone();
    moved.swap(at, at + 1);
    refused(&put(&moved), "audit_line_moved", line);
    let mut added = lines.clone();
    added.insert(at, lines[at - 1]);
    refused(&put(&added), "audit_line_added", line);
    refused(&put(&lines[..at]), "audit_cut_short", line);
    let (exit, told) = stranger(&["audit", "verify", text(&pair.province.home.join("ledger.db"))]);
    assert_eq!((exit, &told["code"]), (1, &"audit_not_one".into()));
}

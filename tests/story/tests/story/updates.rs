//! A newer program comes on a stick, without a network: it is verified, offered, installed, tried out, and taken back if it
//! cannot open the data.

use crate::office::{Office, Pair, text};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use zip::write::SimpleFileOptions;

/// The maker's secret key that development builds believe.
const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/update-test.key");

/// A program in a folder of its own, as it is carried about.
struct Carried<'a> {
    office: &'a Office,
    folder: PathBuf,
}

impl<'a> Carried<'a> {
    fn laid(office: &'a Office, folder: &Path) -> Carried<'a> {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("portable.txt"), "").unwrap();
        fs::copy(office.command(&[]).get_program(), folder.join("chidao")).unwrap();
        Carried {
            office,
            folder: folder.to_owned(),
        }
    }

    /// Does something with the program that lies there now.
    fn answers(&self, words: &[&str]) -> (Option<i32>, Value) {
        let usual = self.office.command(words);
        let mut command = Command::new(self.folder.join("chidao"));
        command.args(usual.get_args()).arg("--json");
        for (name, value) in usual.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        let output = command.output().unwrap();
        let told = match output.stdout.is_empty() {
            true => output.stderr,
            false => output.stdout,
        };
        let told = String::from_utf8(told).unwrap();
        (
            output.status.code(),
            serde_json::from_str(&told).unwrap_or_else(|_| panic!("{words:?}: {told}")),
        )
    }

    fn json(&self, words: &[&str]) -> Value {
        let (code, told) = self.answers(words);
        assert_eq!(code, Some(0), "{words:?}: {told}");
        told
    }

    fn refused(&self, words: &[&str]) -> String {
        let (code, told) = self.answers(words);
        assert_eq!(code, Some(1), "{words:?}: {told}");
        told["code"].as_str().unwrap().to_owned()
    }

    fn program(&self) -> Vec<u8> {
        fs::read(self.folder.join("chidao")).unwrap()
    }
}

/// An update that the maker packs and signs: a program that is a script.
fn packed(maker: &Office, stick: &Path, version: &str, platform: &str, script: &str) -> PathBuf {
    fs::create_dir_all(stick).unwrap();
    let package = stick.join(format!("so-chi-dao-{version}-usb.zip"));
    let mut zip = zip::ZipWriter::new(File::create(&package).unwrap());
    let options = SimpleFileOptions::default().unix_permissions(0o755);
    for (name, text) in [("chidao", script), ("MOI.txt", version), ("portable.txt", "")] {
        zip.start_file(format!("so-chi-dao/{name}"), options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    let made = maker.json(&[
        "update",
        "pack",
        text(&package),
        "--key",
        KEY,
        "--of-version",
        version,
        "--platform",
        platform,
        "--kind",
        "portable",
        "--news-vi",
        "Nhanh hơn, và cập nhật không cần mạng",
        "--news-en",
        "Faster",
        "--out",
        text(stick),
    ]);
    assert_eq!(made["version"], version);
    PathBuf::from(made["saved"].as_str().unwrap())
}

/// A program of a version that does what is said, with `$2` for the home that it is given.
fn script(version: &str, does: &str) -> String {
    format!("#!/bin/sh\ncase \"$1\" in --version) echo 'chidao {version}'; exit 0;; esac\n{does}\n")
}

fn platform() -> String {
    format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH)
}

#[test]
fn a_newer_program_is_installed_from_a_stick_or_taken_back() {
    let pair = Pair::with_the_41();
    let (maker, district) = (&pair.province, &pair.district);
    let stick = pair.stick();
    let program = Carried::laid(district, &pair.folder.path().join("chuong-trinh"));
    let former = program.program();
    let works = script(
        "0.2.0",
        &format!(
            "CHIDAO_AS_VERSION=0.2.0 exec '{}' \"$@\"",
            district.command(&[]).get_program().display()
        ),
    );
    let good = packed(maker, &stick, "0.2.0", &platform(), &works);
    let spoils = script("0.3.0", "printf 'hong' > \"$2/ledger.db\"; rm -rf \"$2/vault\"; exit 3");
    let bad = packed(maker, &stick, "0.3.0", &platform(), &spoils);

    // Looked at: what it is and what is new, and nothing is kept.
    let looked = program.json(&["update", "check", text(&good)]);
    assert_eq!(
        (&looked["version"], &looked["unfit"], &looked["news_vi"]),
        (
            &json!("0.2.0"),
            &Value::Null,
            &json!("Nhanh hơn, và cập nhật không cần mạng")
        )
    );
    assert_eq!(program.json(&["update", "list"])["rows"], json!([]));

    // One that is forged, cut or none is refused, and what is older or for others is not installed.
    let bytes = fs::read(&good).unwrap();
    let other = |name: &str, bytes: &[u8]| {
        let path = pair.folder.path().join(format!("{name}.chidao-update"));
        fs::write(&path, bytes).unwrap();
        path
    };
    let mut forged = bytes.clone();
    let at = bytes.windows(5).position(|part| part == b"0.2.0").unwrap();
    forged[at] = b'9';
    for (code, path) in [
        ("update_signature_wrong", other("gia", &forged)),
        ("update_cut_short", other("cut", &bytes[..bytes.len() - 1500])),
        ("update_not_one", other("khac", &former[..4096])),
    ] {
        assert_eq!(program.refused(&["update", "check", text(&path)]), code);
        assert_eq!(program.refused(&["update", "install", text(&path)]), code);
    }
    let older = packed(maker, &stick, "0.0.9", &platform(), &works);
    assert_eq!(
        program.refused(&["update", "install", text(&older)]),
        "update_not_newer"
    );
    let foreign = packed(maker, &stick, "0.4.0", "windows-x86_64", &works);
    assert_eq!(
        program.refused(&["update", "install", text(&foreign)]),
        "update_other_platform"
    );
    assert_eq!(program.program(), former);

    // One that cannot open the data, and spoils it: the program and the data are as before.
    let before = district.digest(maker);
    let (code, told) = program.answers(&["update", "install", text(&bad)]);
    assert_eq!(
        (code, &told["opened"], &told["reason"]),
        (Some(1), &json!(false), &json!("ended"))
    );
    assert_eq!(program.program(), former);
    assert!(!program.folder.join("MOI.txt").exists());
    assert_eq!(district.digest(maker), before);
    district.is_whole();
    let listed = program.json(&["update", "list"]);
    assert_eq!(
        (&listed["version"], &listed["last"]["to"]),
        (&json!("0.1.0"), &json!("0.3.0"))
    );
    assert_eq!(program.refused(&["update", "install", "0.3.0"]), "update_failed_before");

    // One that can: it stands in place and is the one that answers.
    let told = program.json(&["update", "install", text(&good)]);
    assert_eq!((&told["opened"], &told["version"]), (&json!(true), &json!("0.2.0")));
    assert_eq!(program.program(), works.as_bytes());
    assert_eq!(fs::read_to_string(program.folder.join("MOI.txt")).unwrap(), "0.2.0");
    let listed = program.json(&["update", "list"]);
    assert_eq!(
        (&listed["version"], &listed["last"]["reason"]),
        (&json!("0.2.0"), &Value::Null)
    );
    assert_eq!(
        program.refused(&["update", "install", "0.2.0"]),
        "update_not_newer",
        "the same again"
    );
    district.report("NV19", 70, "Ghi bằng bản mới");
    pair.up();
    pair.agree();
}

#[test]
fn a_newer_program_rides_in_the_provinces_bundle() {
    let pair = Pair::enrolled();
    let (province, district) = (&pair.province, &pair.district);
    let program = Carried::laid(district, &pair.folder.path().join("chuong-trinh"));
    let works = script("0.2.0", "exit 0");
    let file = packed(province, &pair.stick(), "0.2.0", &platform(), &works);
    province.json(&["update", "keep", text(&file)]);
    pair.down();
    assert_eq!(
        program.json(&["update", "list"])["rows"],
        json!([]),
        "nobody chose to carry it on"
    );
    province.json(&["update", "carry", "0.2.0"]);
    pair.down();
    let rows = program.json(&["update", "list"])["rows"].clone();
    assert_eq!(rows.as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&rows[0]["version"], &rows[0]["brought_by"], &rows[0]["unfit"]),
        (&json!("0.2.0"), &json!("Văn phòng UBND tỉnh Bắc Giang"), &Value::Null)
    );
    // It stays out of the channel, and what was removed does not come again by itself.
    pair.up();
    pair.agree();
    program.json(&["update", "forget", "0.2.0"]);
    pair.down();
    assert_eq!(program.json(&["update", "list"])["rows"], json!([]));
    pair.agree();
}

//! Point 7: what is cut, damaged, for another or from a stranger is refused with its own words, noted, and changes nothing.

use crate::office::{Office, Pair, enrol, text};
use crate::stock::{self, run};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Refuses a bundle: its code; afterwards the journal has a line for it and the ledger is as before.
fn refuse(office: &Office, with: &Office, bundle: &Path) -> Value {
    let before = (office.digest(with), office.json(&["tasks"]));
    let lines = journal(office).len();
    let refusal = office.refused(&["bundle", "import", text(bundle)]);
    let journal = journal(office);
    assert_eq!(journal.len(), lines + 1);
    assert_eq!(
        (&journal[0]["outcome"], &journal[0]["refusal"]),
        (&json!("refused"), &refusal["code"])
    );
    assert_eq!(journal[0]["file_name"].as_str(), bundle.file_name().unwrap().to_str());
    assert_eq!((office.digest(with), office.json(&["tasks"])), before);
    office.is_whole();
    assert_eq!(
        office.refused(&["bundle", "verify", text(bundle)])["code"],
        refusal["code"]
    );
    refusal
}

fn journal(office: &Office) -> Vec<Value> {
    office.json(&["bundles"])["lines"].as_array().unwrap().clone()
}

#[test]
fn each_bad_bundle_is_refused_in_its_own_words_and_changes_nothing() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    // A province that has not yet heard of the second district, kept aside.
    let aside = Office {
        home: pair.folder.path().join("trước"),
        ..province.clone()
    };
    copy(&province.home, &aside.home);
    let clerk = ["Lê Thị Thu", "Chuyên viên"];
    let other = Office::start(pair.folder.path(), "unit", "UBND huyện Tân Yên", "H02.16", clerk);
    enrol(province, &other, pair.folder.path());

    district.report("NV19", 65, "Đã triển khai");
    let good = district.export(province, &pair.stick());
    let bytes = fs::read(&good).unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = pair.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };

    let mut words = Vec::new();
    let mut refused = |office: &Office, with: &Office, bundle: &Path, code: &str| {
        let refusal = refuse(office, with, bundle);
        assert_eq!(refusal["code"], code, "{}", bundle.display());
        words.push(refusal["message"].as_str().unwrap().to_owned());
    };
    // A copy that was broken off ends at a whole sector.
    refused(
        province,
        district,
        &put("cắt.chidao", &bytes[..bytes.len() / 2 / 512 * 512]),
        "bundle_cut_short",
    );
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    refused(province, district, &put("hỏng.chidao", &flipped), "bundle_damaged");
    refused(
        province,
        district,
        &put("ảnh.chidao", b"\xff\xd8\xff\xe0 no bundle"),
        "bundle_not_one",
    );
    refused(
        district,
        province,
        &province.export(&other, &pair.stick()),
        "bundle_not_for_us",
    );
    refused(
        &aside,
        district,
        &other.export(province, &pair.stick()),
        "bundle_stranger",
    );
    let signed_by_another = forged(&pair, &good, "giả", |_| {});
    refused(province, district, &signed_by_another, "bundle_signature_wrong");
    // What a later program makes may be signed in ways that this one cannot know: it says so before anything else.
    let newer = forged(&pair, &good, "mới", |manifest| {
        assert_eq!(manifest["reader"], 1);
        manifest["reader"] = 7.into();
        manifest["moods"] = json!(["hopeful"]);
    });
    refused(province, district, &newer, "bundle_too_new");
    words.sort();
    words.dedup();
    assert_eq!(words.len(), 7, "each has its own words");
    assert!(
        words
            .iter()
            .any(|words| words.contains("(cần trình đọc 7)") && words.contains("cập nhật"))
    );

    // Cut anywhere and flipped anywhere, it is refused all the same.
    for i in 1..=8 {
        let place = bytes.len() * i / 9;
        let cut = put(&format!("cắt {i}.chidao"), &bytes[..place]);
        province.refused(&["bundle", "import", text(&cut)]);
        let mut flipped = bytes.clone();
        flipped[place] ^= 0x10;
        province.refused(&["bundle", "import", text(&put(&format!("hỏng {i}.chidao"), &flipped))]);
    }
    assert_eq!(province.task("NV19")["row"]["percent"], 30);
    // And the good one still goes in.
    assert_eq!(province.import(&good)["outcome"], "imported");
    pair.down();
    pair.agree();
}

/// The same bundle with another manifest, signed by somebody else's key, packed with the stock tools.
fn forged(pair: &Pair, good: &Path, name: &str, edit: impl Fn(&mut Value)) -> std::path::PathBuf {
    let opened = stock::open(good, &pair.province, &pair.district, name);
    let at = &opened.folder;
    let mut manifest = opened.manifest.clone();
    edit(&mut manifest);
    fs::write(at.join("manifest.json"), manifest.to_string()).unwrap();
    run(
        at,
        "minisign",
        &["-G", "-W", "-p", "stranger.pub", "-s", "stranger.key"],
    );
    fs::remove_file(at.join("manifest.json.minisig")).unwrap();
    run(
        at,
        "minisign",
        &["-S", "-W", "-s", "stranger.key", "-m", "manifest.json", "-t", "x"],
    );
    let members = opened.manifest["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member["name"].as_str().unwrap());
    let names: Vec<&str> = ["manifest.json", "manifest.json.minisig"]
        .into_iter()
        .chain(members)
        .collect();
    let plain = [
        "--format=ustar",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--mode=0644",
        "--mtime=@0",
        "-cf",
        "new.tar",
    ];
    run(at, "tar", &[&plain[..], &names[..]].concat());
    run(at, "zstd", &["-q", "--check", "new.tar", "-o", "new.tar.zst"]);
    let recipient = pair.province.json(&["keys"])["age"].as_str().unwrap().to_owned();
    let name = format!("{name}.chidao");
    run(at, "age", &["-r", &recipient, "-o", &name, "new.tar.zst"]);
    at.join(name)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &place),
            false => drop(fs::copy(entry.path(), place).unwrap()),
        }
    }
}

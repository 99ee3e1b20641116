//! The stock tools of Debian open what is packed here, and what they pack opens here.

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]
#![cfg(unix)]

mod common;

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use chidao_bundle::keys::{self, VerifyingKey};
use chidao_bundle::{Limits, MANIFEST_NAME, Manifest, once, unwatched, verify, write_file};
use common::*;

/// Runs a stock tool in `folder` and gives what it printed.
fn run(folder: &Path, tool: &str, arguments: &[&str]) -> String {
    let output = match Command::new(tool)
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .output()
    {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            panic!("{tool} is missing: apt-get install age minisign zstd tar")
        }
        output => output.unwrap(),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool} {arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn stock_tools_open_and_verify_a_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let limits = Limits::default();
    write_file(
        &at.join("12.chidao"),
        manifest(),
        outgoing(contents()),
        &SIDES.signer,
        &limits,
        once,
        &mut unwatched,
    )
    .unwrap();
    fs::write(at.join("identity.txt"), &**keys::identity_text(&SIDES.identity[0])).unwrap();

    run(
        at,
        "age",
        &["--decrypt", "-i", "identity.txt", "-o", "12.tar.zst", "12.chidao"],
    );
    run(at, "zstd", &["-q", "--test", "12.tar.zst"]);
    // 2^23 bytes of window are all that a reader need have.
    run(at, "zstd", &["-q", "-d", "--memory=8MB", "12.tar.zst", "-o", "12.tar"]);
    let listed = run(
        at,
        "tar",
        &[
            "--list",
            "--verbose",
            "--numeric-owner",
            "--full-time",
            "--utc",
            "-f",
            "12.tar",
        ],
    );
    let names: Vec<String> = ["manifest.json".to_owned(), "manifest.json.minisig".to_owned()]
        .into_iter()
        .chain(contents().iter().map(|(name, _)| name.to_string()))
        .collect();
    assert_eq!(listed.lines().count(), names.len());
    for (line, name) in listed.lines().zip(&names) {
        assert!(
            line.starts_with("-rw-r--r-- 0/0 ") && line.ends_with(&format!("1970-01-01 00:00:00 {name}")),
            "{line}"
        );
    }
    run(at, "tar", &["--extract", "-f", "12.tar"]);
    for (name, bytes) in contents() {
        assert_eq!(fs::read(at.join(name.to_string())).unwrap(), bytes);
    }
    let key = SIDES.signer.public().to_string();
    let said = run(
        at,
        "minisign",
        &[
            "-V",
            "-H",
            "-m",
            MANIFEST_NAME,
            "-x",
            "manifest.json.minisig",
            "-P",
            &key,
        ],
    );
    assert!(
        said.contains("Trusted comment: chidao bundle manifest, number 12, 2017-06-23T16:30:00+07:00"),
        "{said}"
    );
    let manifest = Manifest::from_bytes(&fs::read(at.join(MANIFEST_NAME)).unwrap()).unwrap();
    assert_eq!(manifest, filled(&contents()));
}

/// Packs the folder's parts with stock tools, signing with the key file `device.key`.
fn pack_by_hand(at: &Path) {
    for (name, bytes) in contents() {
        let path = at.join(name.to_string());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let sign = [
        "-S",
        "-W",
        "-s",
        "device.key",
        "-m",
        MANIFEST_NAME,
        "-t",
        "made by hand",
    ];
    run(at, "minisign", &[&sign[..], &["-x", "manifest.json.minisig"]].concat());
    let names: Vec<String> = contents().iter().map(|(name, _)| name.to_string()).collect();
    let mut tar = vec![
        "--create",
        "--format=ustar",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--mtime=@0",
    ];
    tar.extend(["--mode=0644", "-f", "hand.tar", MANIFEST_NAME, "manifest.json.minisig"]);
    tar.extend(names.iter().map(|name| &name[..]));
    run(at, "tar", &tar);
    run(at, "zstd", &["-q", "hand.tar"]);
    let recipients = [
        SIDES.identity[0].to_public().to_string(),
        SIDES.recovery[0].to_public().to_string(),
    ];
    let [ours, recovery] = &recipients;
    run(
        at,
        "age",
        &["-r", ours, "-r", recovery, "-o", "hand.chidao", "hand.tar.zst"],
    );
}

fn opens(at: &Path, key: &VerifyingKey) {
    let file = fs::File::open(at.join("hand.chidao")).unwrap();
    let trust = |_: &Manifest| Ok(key.clone());
    let report = verify(file, &SIDES.recovery, trust, &Limits::default(), &mut unwatched).unwrap();
    assert_eq!(report.manifest.members, filled(&contents()).members);
}

#[test]
fn a_bundle_packed_by_stock_tools_opens() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    run(at, "minisign", &["-G", "-W", "-p", "device.pub", "-s", "device.key"]);
    let key = fs::read_to_string(at.join("device.pub"))
        .unwrap()
        .lines()
        .nth(1)
        .unwrap()
        .to_owned();
    let mut manifest = filled(&contents());
    manifest.sender.key = key.clone();
    fs::write(at.join(MANIFEST_NAME), serde_json::to_string_pretty(&manifest).unwrap()).unwrap();
    pack_by_hand(at);
    opens(at, &key.parse().unwrap());
}

#[test]
fn stock_minisign_signs_with_our_keys_and_stock_age_makes_our_identities() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("device.key"), &**SIDES.signer.to_text().unwrap()).unwrap();
    fs::write(at.join(MANIFEST_NAME), filled(&contents()).to_bytes().unwrap()).unwrap();
    pack_by_hand(at);
    opens(at, SIDES.signer.public());

    let made = run(at, "age-keygen", &[]);
    let identity = keys::parse_identity(made.lines().last().unwrap()).unwrap();
    assert!(made.contains(&identity.to_public().to_string()));
}

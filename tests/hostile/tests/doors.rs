//! Every door with its corpus, and with what chance from a seed makes of it. `cargo xtask fuzz` goes on where this ends.

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

use chidao_app::api::*;
use chidao_bundle::keys::SigningKey;
use hostile::chance::Chance;
use hostile::doors::{DOORS, Door, addressed};
use hostile::forge::{Parts, tar_stream};
use hostile::office::Offices;
use serde_json::json;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

fn corpus(door: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(door)
}

/// A door comes back; otherwise the bytes are shown, to be kept in the corpus when the door is mended.
fn come_back((name, door): Door, bytes: &[u8]) {
    let shown: String = bytes
        .iter()
        .flat_map(|byte| std::ascii::escape_default(*byte))
        .map(char::from)
        .collect();
    assert!(catch_unwind(|| door(bytes)).is_ok(), "{name}: b\"{shown}\"");
}

fn every_door(rounds: usize) {
    for door in DOORS {
        let mut files: Vec<PathBuf> = fs::read_dir(corpus(door.0))
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect();
        files.sort();
        let seeds: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
        assert!(seeds.len() >= 5, "{}: a corpus", door.0);
        seeds.iter().for_each(|seed| come_back(door, seed));
        let mut chance = Chance::new(2017);
        for _ in 0..rounds {
            let (one, other) = (&seeds[chance.below(seeds.len())], &seeds[chance.below(seeds.len())]);
            let changed = chance.changed(one, other);
            come_back(door, &changed);
        }
    }
}

#[test]
fn every_door_comes_back_from_its_corpus_and_what_chance_makes_of_it() {
    every_door(2_000);
}

#[test]
fn the_corpus_reaches_behind_every_door() {
    use chidao_ledger::entry::{DetachedValue, Entry, Header};
    use chidao_ledger::trust::{Certificate, Charter, EnrolmentRequest, Signed};
    let texts = |door: &str| -> Vec<String> {
        let files = fs::read_dir(corpus(door))
            .unwrap()
            .map(|file| fs::read(file.unwrap().path()).unwrap());
        files.filter_map(|bytes| String::from_utf8(bytes).ok()).collect()
    };
    for file in fs::read_dir(corpus("bundle")).unwrap().map(|file| file.unwrap().path()) {
        assert!(hostile::doors::opens(&fs::read(&file).unwrap()), "{}", file.display());
    }
    let lines = texts("entry");
    assert!(lines.iter().any(|line| Header::read(line).is_ok()));
    assert!(lines.iter().any(|line| DetachedValue::read(line).is_ok()));
    assert!(lines.iter().any(|line| (1..9).any(|n| Entry::read(n, line).is_ok())));
    let signed: Vec<Signed> = texts("enrolment")
        .iter()
        .filter_map(|text| serde_json::from_str(text).ok())
        .collect();
    assert!(signed.iter().any(|one| EnrolmentRequest::read(one).is_ok()));
    assert!(signed.iter().any(|one| Certificate::read(one).is_ok()));
    assert!(signed.iter().any(|one| Charter::read(one).is_ok()));
}

/// Writes what an honest exchange holds into the corpus, beside what is there.
#[test]
#[ignore = "writes tests/fuzz/corpus"]
fn make_the_corpus() {
    let offices = Offices::new();
    let write = |door: &str, name: &str, bytes: &[u8]| {
        fs::create_dir_all(corpus(door)).unwrap();
        fs::write(corpus(door).join(name), bytes).unwrap();
    };
    let (signing, to) = addressed();
    let key = SigningKey::from_text(signing).unwrap().public().to_string();
    for (name, file) in [
        ("first", &offices.earlier),
        ("next", &offices.bundle),
        ("other", &offices.others),
    ] {
        let mut parts = Parts::of(file, &offices.province.keys.age);
        parts.manifest["sender"]["key"] = json!(key);
        parts.manifest["to"]["recipients"] = json!(to);
        let stored = parts.stored(&parts.listed(), signing);
        let at = |depth: u8, bytes: &[u8]| [&[depth][..], bytes].concat();
        let stream = tar_stream(&stored);
        write(
            "bundle",
            &format!("{name}.file"),
            &at(0, &hostile::forge::seal(&stream, to)),
        );
        write(
            "bundle",
            &format!("{name}.frame"),
            &at(1, &hostile::forge::frame(&stream)),
        );
        write("bundle", &format!("{name}.stream"), &at(2, &stream));
        let members = [&stored[0].bytes, &b"\0"[..], &tar_stream(&stored[2..])].concat();
        write("bundle", &format!("{name}.members"), &at(3, &members));
        for (member, bytes) in &parts.members {
            if member.ends_with(".jsonl") {
                for (i, line) in bytes
                    .split(|byte| *byte == b'\n')
                    .filter(|line| !line.is_empty())
                    .enumerate()
                {
                    write(
                        "entry",
                        &format!("{name}.{}.{i}", member.replace('/', "-").split('-').next().unwrap()),
                        line,
                    );
                }
            }
        }
        let certificate = parts.manifest["sender"]["certificate"].to_string();
        write("enrolment", &format!("{name}.certificate"), certificate.as_bytes());
        let member = |ending: &str| {
            let found = parts
                .members
                .iter()
                .find(|(name, _)| name.starts_with("charters/") && name.ends_with(ending));
            String::from_utf8(found.unwrap().1.clone()).unwrap()
        };
        let charter = json!({"text": member(".json"), "sig": member(".minisig")});
        write("enrolment", &format!("{name}.charter"), charter.to_string().as_bytes());
    }
    let request = offices.unit.app.enrol_request(Nothing {}).unwrap();
    write("enrolment", "request", &offices.unit.bytes(&request));
    let certificate = Parts::of(&offices.bundle, &offices.province.keys.age).manifest["sender"]["certificate"].clone();
    let lines: Vec<&str> = certificate["sig"].as_str().unwrap().lines().collect();
    let cut = format!("{}\n{}\n{}\nAAAA\n", lines[0], lines[1], lines[2]);
    let cut = json!({"text": certificate["text"], "sig": cut});
    write("enrolment", "cut-signature", cut.to_string().as_bytes());
}

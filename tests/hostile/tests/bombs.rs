//! Bundles that are small on the stick and enormous inside. In a file of its own and one test, so that the memory measured
//! is theirs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

use chidao_bundle::keys;
use hostile::forge::{Parts, Stored, head};
use hostile::office::{Desk, Offices};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::path::Path;

const MIB: u64 = 1 << 20;

/// Most memory that this process ever had, in bytes.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[cfg(not(target_os = "linux"))]
fn peak() -> u64 {
    0
}

/// Bytes of everything in a folder.
fn size_of(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            if path.is_dir() {
                size_of(&path)
            } else {
                path.metadata().unwrap().len()
            }
        })
        .sum()
}

/// A file of these members and then of `count` members of the same byte, packed as it is made.
fn bomb(first: &[Stored], names: &[String], size: u64, unit: &[u8], to: &[String]) -> Vec<u8> {
    let to: Vec<keys::Recipient> = to.iter().map(|one| keys::parse_recipient(one).unwrap()).collect();
    let all = to.iter().map(|one| one as &dyn age::Recipient);
    let age = age::Encryptor::with_recipients(all)
        .unwrap()
        .wrap_output(Vec::new())
        .unwrap();
    let mut zstd = zstd::stream::write::Encoder::new(age, 1).unwrap();
    zstd.include_checksum(true).unwrap();
    for stored in first {
        zstd.write_all(&head(stored)).unwrap();
        zstd.write_all(&stored.bytes).unwrap();
        zstd.write_all(&vec![0; stored.bytes.len().next_multiple_of(512) - stored.bytes.len()])
            .unwrap();
    }
    let piece = unit.repeat(MIB as usize / unit.len());
    for name in names {
        let mut stored = Stored::file(name, b"");
        stored.size = Some(size);
        zstd.write_all(&head(&stored)).unwrap();
        std::io::copy(
            &mut Repeated { piece: &piece, at: 0 }.take(size.next_multiple_of(512)),
            &mut zstd,
        )
        .unwrap();
    }
    zstd.write_all(&[0; 1024]).unwrap();
    zstd.finish().unwrap().finish().unwrap()
}

struct Repeated<'p> {
    piece: &'p [u8],
    at: usize,
}

impl Read for Repeated<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = (&self.piece[self.at..]).read(buffer)?;
        self.at = (self.at + n) % self.piece.len();
        Ok(n)
    }
}

/// The unit's manifest, which lists these members alone.
fn listing(parts: &Parts, offices: &Offices, ranges: &Value, names: &[String], size: u64) -> Vec<Stored> {
    let mut bare = parts.clone();
    bare.members.clear();
    bare.manifest["channels"][0]["ranges"] = ranges.clone();
    let mut manifest = bare.listed();
    let members = names.iter().map(|name| {
        let hash = name
            .strip_prefix("blobs/")
            .map_or_else(|| "0".repeat(64), str::to_owned);
        json!({"name": name, "size": size, "blake3": hash})
    });
    manifest["members"] = members.collect();
    for end in ["checkpoint", "checkpoint.minisig"] {
        if let Some(entries) = names[0].strip_suffix("jsonl") {
            let member = json!({"name": format!("{entries}{end}"), "size": 1, "blake3": "0".repeat(64)});
            manifest["members"].as_array_mut().unwrap().push(member);
        }
    }
    bare.stored(&manifest, &offices.unit.keys.signing)
}

/// How far memory may rise, and what the home may grow by in its journal and its log of writes.
fn refused(desk: &Desk, name: &str, file: &[u8], code: &str, memory: u64, disk: u64) {
    // What starting the homes took (keys are stretched in 64 MiB) is not the bomb's.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let (before, had) = (peak(), size_of(desk.home.path()));
    let error = desk.refuses(name, file, &[code]);
    let (rise, grown) = (peak() - before, size_of(desk.home.path()).saturating_sub(had));
    println!(
        "{name}: {} bytes, {error}: memory +{} KiB, disk +{} KiB",
        file.len(),
        rise / 1024,
        grown / 1024
    );
    assert!(rise <= memory, "{name}: memory rose by {rise}");
    assert!(grown <= disk, "{name}: the home grew by {grown}");
}

#[test]
fn bombs_are_refused_within_little_memory_and_disk() {
    let offices = Offices::new();
    let desk = &offices.province;
    let parts = Parts::of(&offices.bundle, &desk.keys.age);
    let to = parts.recipients();
    let before = desk.stand();
    let gib = 1 << 30;

    // From anybody at all: a manifest without end, or its signature.
    let file = bomb(&[], &["manifest.json".into()], gib, b"\0", &to);
    refused(desk, "ke-khai", &file, "bundle_too_big", 24 * MIB, MIB);
    let file = bomb(
        &[Stored::file("manifest.json", b"{}")],
        &["manifest.json.minisig".into()],
        gib,
        b"\0",
        &to,
    );
    refused(desk, "chu-ky", &file, "bundle_too_big", 24 * MIB, MIB);

    // From a unit that is known, and hostile: a line without end, and more blobs than any file of that length may hold.
    let ranges = &parts.manifest["channels"][0]["ranges"];
    let names = [parts.members[0].0.clone()];
    let file = bomb(
        &listing(&parts, &offices, ranges, &names, 32 * MIB),
        &names,
        32 * MIB,
        b"x",
        &to,
    );
    refused(desk, "dong", &file, "bundle_too_big", 24 * MIB, MIB);

    // Lines that are read whole before anybody can say that they are none: as many as a small file may hold, and more.
    for (name, mib, code, memory) in [
        ("it-dong", 60, "bad_range", 200 * MIB),
        ("nhieu-dong", 256, "bundle_too_big", 24 * MIB),
    ] {
        let mut lines = parts.clone();
        lines.members[0].1 = [&[b'x'; 1023][..], b"\n"].concat().repeat(mib << 10);
        let range = &mut lines.manifest["channels"][0]["ranges"][0];
        range["last"] = json!(range["first"].as_u64().unwrap() + (mib as u64) * 1024 - 1);
        let file = lines.sealed(&offices.unit.keys.signing, &to);
        drop(lines);
        refused(desk, name, &file, code, memory, MIB);
    }
    assert_eq!(desk.stand(), before);
}

#[test]
#[ignore = "writes half a gigabyte, which it takes back"]
fn blobs_out_of_all_proportion_are_refused_and_the_disk_is_given_back() {
    let offices = Offices::new();
    let desk = &offices.province;
    let parts = Parts::of(&offices.bundle, &desk.keys.age);
    let before = desk.stand();
    let mut names: Vec<String> = (0..4).map(|i| format!("blobs/{i}{}", "0".repeat(63))).collect();
    names[0] = format!("blobs/{}", hash_of_zeros(512 * MIB));
    names.sort();
    let stored = listing(&parts, &offices, &json!([]), &names, 512 * MIB);
    let file = bomb(&stored, &names, 512 * MIB, b"\0", &parts.recipients());
    let (_, had) = (std::fs::write("/proc/self/clear_refs", "5"), size_of(desk.home.path()));
    // Either its first blob is not as signed, or the whole is too much; both before a second one is read to its end.
    let error = desk.refuses("anh", &file, &["bundle_too_big", "bundle_malformed"]);
    println!(
        "{error}: {} bytes, memory {} MiB, home {} MiB",
        file.len(),
        peak() / MIB,
        size_of(desk.home.path()) / MIB
    );
    assert_eq!(desk.stand(), before);
    assert!(peak() < 256 * MIB);
    assert!(
        size_of(desk.home.path()) < had + MIB,
        "the log of writes keeps what was taken back"
    );
}

fn hash_of_zeros(size: u64) -> String {
    let mut hasher = blake3::Hasher::new();
    std::io::copy(&mut std::io::repeat(0).take(size), &mut hasher).unwrap();
    hasher.finalize().to_hex().to_string()
}

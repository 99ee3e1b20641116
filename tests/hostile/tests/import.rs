//! A bundle cut anywhere and with any bit changed, through the import of a whole home.

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

use chidao_app::api::*;
use hostile::chance::Chance;
use hostile::forge::{Parts, Stored, head, seal, tar_stream};
use hostile::office::{Desk, Offices};

/// What a copy may be refused as whose end is missing, or one of whose bits is another.
const CUT: &[&str] = &["bundle_cut_short", "bundle_damaged", "bundle_not_one"];
const FLIPPED: &[&str] = &["bundle_damaged", "bundle_not_one", "bundle_not_for_us"];

fn cut(desk: &Desk, file: &[u8], length: usize) {
    let codes = if length < 22 { CUT } else { &CUT[..2] };
    desk.refuses(&format!("cat-{length}.chidao"), &file[..length], codes);
}

fn flipped(desk: &Desk, file: &[u8], bit: usize) {
    let mut changed = file.to_vec();
    changed[bit / 8] ^= 1 << (bit % 8);
    desk.refuses(&format!("lat-{bit}.chidao"), &changed, FLIPPED);
}

#[test]
fn a_bundle_cut_or_changed_anywhere_leaves_the_register_as_it_was() {
    let offices = Offices::new();
    let (desk, file) = (&offices.province, &offices.bundle);
    let before = desk.stand();
    let mut chance = Chance::new(23);
    for at in 0..64 {
        cut(desk, file, at);
    }
    for _ in 0..186 {
        cut(desk, file, chance.below(file.len()));
    }
    for _ in 0..250 {
        flipped(desk, file, chance.below(file.len() * 8));
    }
    assert_eq!(desk.stand(), before);
    // And it was a good one.
    assert_eq!(
        desk.import("goi.chidao", file).unwrap().outcome,
        BundleOutcome::Imported
    );
}

#[test]
#[ignore = "takes many minutes; the bundle crate does it all at its own door"]
fn a_bundle_cut_at_every_length_and_changed_in_every_bit_leaves_the_register_as_it_was() {
    let offices = Offices::new();
    let (desk, file) = (&offices.province, &offices.bundle);
    let before = desk.stand();
    (0..file.len()).for_each(|length| cut(desk, file, length));
    (0..file.len() * 8).for_each(|bit| flipped(desk, file, bit));
    assert_eq!(desk.stand(), before);
    assert_eq!(
        desk.import("goi.chidao", file).unwrap().outcome,
        BundleOutcome::Imported
    );
}

/// The bundle, signed honestly, whose stream a hostile hand then changed.
fn tampered(offices: &Offices, change: impl FnOnce(&mut Vec<Stored>)) -> Vec<u8> {
    let parts = Parts::of(&offices.bundle, &offices.province.keys.age);
    let mut stored = parts.stored(&parts.listed(), &offices.unit.keys.signing);
    change(&mut stored);
    seal(&tar_stream(&stored), &parts.recipients())
}

#[test]
fn members_that_are_not_the_signed_ones_are_named() {
    let offices = Offices::new();
    let desk = &offices.province;
    let before = desk.stand();
    let count = Parts::of(&offices.bundle, &desk.keys.age).members.len() + 2;
    let last = count - 1;
    type Change = Box<dyn FnOnce(&mut Vec<Stored>)>;
    let mut cases: Vec<(String, Change)> = Vec::new();
    for at in 2..count {
        cases.push((format!("thieu-{at}"), Box::new(move |all| drop(all.remove(at)))));
        cases.push((
            format!("lap-{at}"),
            Box::new(move |all| all.insert(at, all[at].clone())),
        ));
        cases.push((
            format!("doi-cho-{at}"),
            Box::new(move |all| all.swap(at, if at == last { 2 } else { at + 1 })),
        ));
        cases.push((format!("dai-hon-{at}"), Box::new(move |all| all[at].bytes.push(b'\n'))));
        cases.push((
            format!("ngan-hon-{at}"),
            Box::new(move |all| {
                all[at].bytes.pop();
            }),
        ));
        cases.push((format!("khac-{at}"), Box::new(move |all| all[at].bytes[0] ^= 1)));
        cases.push((format!("noi-doi-{at}"), Box::new(move |all| all[at].size = Some(7))));
    }
    let names = [
        "../thoat",
        "blobs/../../thoat",
        "/etc/passwd",
        "C:\\x",
        "CON",
        "nul.txt",
        "entries/0001-\u{1}",
        "",
        ".",
        "blobs/",
    ];
    for name in names {
        let bad = name.to_owned();
        cases.push((
            format!("ten-{}", cases.len()),
            Box::new(move |all| all[last].name = bad),
        ));
        let more = Stored::file(name, b"x");
        cases.push((format!("them-{}", cases.len()), Box::new(move |all| all.push(more))));
    }
    use tar::EntryType as Kind;
    for kind in [
        Kind::Symlink,
        Kind::Link,
        Kind::Directory,
        Kind::Char,
        Kind::Block,
        Kind::Fifo,
        Kind::GNULongName,
        Kind::XHeader,
        Kind::XGlobalHeader,
        Kind::GNUSparse,
    ] {
        cases.push((format!("loai-{kind:?}"), Box::new(move |all| all[last].kind = kind)));
    }
    for size in [u64::MAX >> 1, 1 << 33, 8_589_934_591] {
        cases.push((format!("co-{size}"), Box::new(move |all| all[last].size = Some(size))));
    }
    for (name, change) in cases {
        let file = tampered(&offices, change);
        let error = desk.refuses(
            &name,
            &file,
            &["bundle_malformed", "bundle_too_big", "bad_entry", "bad_signature"],
        );
        // Values and charters are read as they come: what is no value, or is signed wrongly, is told before its hash is.
        let read = name.starts_with("khac-") && ["bad_entry", "bad_signature"].contains(&error.code.as_str());
        assert!(
            error.code == "bundle_malformed" || read || name.starts_with("co-"),
            "{name}: {error}"
        );
    }
    assert_eq!(desk.stand(), before);
    assert!(!desk.home.path().join("thoat").exists() && !desk.home.path().parent().unwrap().join("thoat").exists());
}

#[test]
fn a_stream_that_ends_within_a_member_is_malformed() {
    let offices = Offices::new();
    let parts = Parts::of(&offices.bundle, &offices.province.keys.age);
    let stored = parts.stored(&parts.listed(), &offices.unit.keys.signing);
    let stream = tar_stream(&stored);
    let mut chance = Chance::new(7);
    for _ in 0..40 {
        let length = 1024 + chance.below(stream.len() - 2048);
        let file = seal(&stream[..length], &parts.recipients());
        offices
            .province
            .refuses("cut-trong.chidao", &file, &["bundle_malformed"]);
    }
    // Only a head, and nothing of what it promises.
    let mut only = stream[..stream.len() - 1024].to_vec();
    only.extend(head(&Stored::file("blobs/x", &[0; 512])));
    offices
        .province
        .refuses("dau.chidao", &seal(&only, &parts.recipients()), &["bundle_malformed"]);
}

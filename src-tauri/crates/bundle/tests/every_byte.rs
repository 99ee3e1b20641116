//! A bundle cut at any length and with any byte changed is refused, and the two are told apart.

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

mod common;

use std::io::Read;

use chidao_bundle::{BundleError, Hash, Limits, Outgoing, pack, unwatched};
use common::*;

#[track_caller]
fn assert_cut(file: &[u8], length: usize) {
    match verify_bytes(&file[..length]) {
        Err(BundleError::CutShort) => {}
        // The one length in 1024 that a whole file could have.
        Err(BundleError::Damaged) if length % 1024 == 1023 => {}
        other => panic!("cut to {length} of {}: {other:?}", file.len()),
    }
}

#[test]
fn every_length_is_cut_short() {
    let file = small_bundle();
    (0..file.len()).for_each(|length| assert_cut(&file, length));
}

#[test]
fn every_byte_changed_is_noticed_and_not_taken_for_a_cut() {
    let file = small_bundle();
    let head = file.windows(4).position(|bytes| bytes == b"\n---").unwrap() + 4 + 1 + 43 + 1;
    for at in 0..file.len() {
        for bit in [0x01, 0x20, 0x80] {
            let mut changed = file.clone();
            changed[at] ^= bit;
            match verify_bytes(&changed) {
                Err(BundleError::Damaged) => {}
                Err(BundleError::NotABundle) if at < 22 => {}
                // A byte of the line that is for us: age cannot tell it from a line for somebody else.
                Err(BundleError::NotForUs) if at < head => {}
                other => panic!("bit {bit:#x} of byte {at} of {}: {other:?}", file.len()),
            }
        }
    }
}

/// A bundle of several of age's chunks.
fn large_bundle() -> Vec<u8> {
    let mut noise = vec![0; 300_000];
    blake3::Hasher::new().finalize_xof().fill(&mut noise);
    let mut manifest = manifest();
    manifest.channels[0].ranges.clear();
    let blob = Outgoing::blob(Hash::of(&noise), noise.len() as u64, || Ok(Box::new(&noise[..])));
    let mut file = Vec::new();
    pack(
        &mut file,
        manifest,
        vec![blob],
        &SIDES.signer,
        &Limits::default(),
        &mut unwatched,
    )
    .unwrap();
    file
}

#[test]
fn several_chunks_cut_and_changed() {
    let file = large_bundle();
    assert!(verify_bytes(&file).is_ok());
    let head = file.windows(4).position(|bytes| bytes == b"\n---").unwrap() + 4 + 1 + 43 + 1 + 16;
    for chunk in 0..=4 {
        let start = head + chunk * (64 * 1024 + 16);
        for at in start.saturating_sub(20)..start + 20 {
            assert_cut(&file, at);
            let mut changed = file.clone();
            changed[at] ^= 1;
            if at >= head - 16 {
                assert!(matches!(verify_bytes(&changed), Err(BundleError::Damaged)), "{at}");
            }
        }
        // Copies stop at whole sectors and clusters; those are always known for a cut.
        let sector = start.next_multiple_of(4096);
        assert!(matches!(verify_bytes(&file[..sector]), Err(BundleError::CutShort)));
    }
}

#[test]
fn more_than_the_file_is_refused() {
    let file = small_bundle();
    for more in [1, 16, 17, 512, 70_000] {
        let longer: Vec<u8> = file.iter().copied().chain(std::iter::repeat_n(0, more)).collect();
        assert!(verify_bytes(&longer).is_err(), "{more}");
        let twice: Vec<u8> = file
            .iter()
            .copied()
            .chain(file.bytes().map(Result::unwrap).take(more))
            .collect();
        assert!(verify_bytes(&twice).is_err(), "{more}");
    }
}

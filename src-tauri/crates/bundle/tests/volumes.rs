//! Volumes: what is divided by its measure never turns out larger than it was measured.
#![allow(clippy::unwrap_used, reason = "in a test, that is how it fails")]

mod common;

use chidao_bundle::{BundleError, Cost, Hash, Limit, Limits, Manifest, MemberName, Volume};
use common::*;
use proptest::prelude::*;

/// Text as entries have it: words that come again, and hashes that do not.
fn lines(seed: u64, count: usize) -> Vec<u8> {
    let mut text = String::new();
    for n in 0..count {
        let hash = blake3::hash(format!("{seed} {n}").as_bytes());
        text.push_str(&format!(
            "{{\"n\":{n},\"do\":\"report.add\",\"items\":[{{\"new\":\"report\",\"set\":[[\"percent\",{}]],\"hid\":[[\"note\",\"{hash}\"]]}}]}}\n",
            n % 100
        ));
    }
    text.into_bytes()
}

fn noise(seed: u64, size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    let mut hasher = blake3::Hasher::new_derive_key("noise");
    hasher.update(&seed.to_le_bytes());
    hasher.finalize_xof().fill(&mut bytes);
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_file_is_never_larger_than_it_was_measured(seed: u64, count in 1..3_000_usize, photos in prop::collection::vec(0..200_000_usize, 0..6), piece in 500..40_000_usize) {
        let mut manifest = manifest();
        manifest.channels[0].ranges = vec![range(FEED, 1, count as u64)];
        let mut cost = Cost::opening(&Manifest { channels: vec![], ..manifest.clone() }, 0).unwrap();
        let text = lines(seed, count);
        let checkpoint = noise(seed, 300);
        cost += Cost::range(300, 300);
        for piece in text.chunks(piece) {
            cost += Cost::lines(piece).unwrap();
        }
        // What the manifest says of the channel besides its ranges.
        cost += Cost::member(2_048);
        let mut contents: Contents = vec![
            (MemberName::Entries { number: 1, feed: FEED }, text),
            (MemberName::Checkpoint { number: 1, feed: FEED }, checkpoint.clone()),
            (MemberName::CheckpointSignature { number: 1, feed: FEED }, checkpoint),
        ];
        for (i, size) in photos.into_iter().enumerate() {
            let bytes = noise(seed.wrapping_add(i as u64 + 1), size);
            cost += Cost::member(size as u64);
            let name = MemberName::Blob { hash: Hash::of(&bytes) };
            if contents.iter().all(|(other, _)| *other != name) {
                contents.push((name, bytes));
            }
        }
        let (file, _) = pack_with(manifest, contents, &Limits::default()).unwrap();
        prop_assert!(file.len() as u64 <= cost.file_size(2), "{} > {}", file.len(), cost.file_size(2));
        // Nor is it so much larger that volumes would go out half empty.
        prop_assert!(cost.file_size(2) <= file.len() as u64 * 3 / 2 + 16_384);
    }
}

#[test]
fn a_set_has_no_more_volumes_than_the_limit() {
    let mut manifest = manifest();
    manifest.volume = Some(Volume {
        of: None,
        index: 1,
        count: 10_000,
    });
    let refused = pack_with(manifest, contents(), &Limits::default()).unwrap_err();
    assert!(matches!(
        refused,
        BundleError::TooBig {
            limit: Limit::Volumes,
            allowed: 9_999
        }
    ));
}

#[test]
fn a_manifest_from_before_lacked_blobs_were_told_is_read() {
    let contents = contents();
    let mut value: serde_json::Value = serde_json::from_slice(&filled(&contents).to_bytes().unwrap()).unwrap();
    value["channels"][0].as_object_mut().unwrap().remove("lacks_blobs");
    let bytes = serde_json::to_vec(&value).unwrap();
    // The order of members within an object is nobody's affair but the type's, which the reader does not ask for.
    let file = seal_stream(&tar_stream(&honest(&bytes, &contents)));
    let report = verify_bytes(&file).unwrap();
    assert!(report.manifest.channels[0].lacks_blobs.is_empty());
}

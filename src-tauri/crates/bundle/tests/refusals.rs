//! What is not an honest bundle for us is refused, each kind with its own answer.

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

mod common;

use std::io::{self, Read};

use chidao_bundle::keys::{self, SigningKey};
use chidao_bundle::{
    BundleError, Hash, Id, Limit, Limits, Manifest, MemberName, Mismatch, Refusal, Volume, open, unwatched, verify,
};
use common::*;
use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;
use tar::EntryType;

fn refused(file: &[u8]) -> BundleError {
    verify_bytes(file).unwrap_err()
}

/// The answer to a bundle whose signed manifest was changed as text.
fn with_manifest(change: impl FnOnce(&mut serde_json::Value)) -> BundleError {
    let contents = contents();
    let mut value = serde_json::to_value(filled(&contents)).unwrap();
    change(&mut value);
    let members = honest(&serde_json::to_vec(&value).unwrap(), &contents);
    match verify_bytes(&seal_stream(&tar_stream(&members))) {
        Ok(_) => panic!("accepted"),
        Err(error) => error,
    }
}

#[track_caller]
fn assert_malformed(error: &BundleError, about: &str) {
    assert!(
        matches!(error, BundleError::Malformed(what) if what.contains(about)),
        "{about}: {error:?}"
    );
}

#[test]
fn something_else_is_not_a_bundle() {
    let identity = &SIDES.identity[0];
    let armored = b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n";
    let mut other_type = filled(&contents());
    other_type.text_type = "chidao backup manifest".into();
    let other_type = seal_stream(&tar_stream(&opening(&other_type.to_bytes().unwrap(), &SIDES.signer)));
    for file in [
        b"PK\x03\x04 a spreadsheet".to_vec(),
        b"age-encryption.org/v2\n".to_vec(),
        armored.to_vec(),
        age_file(b"", &[identity]),
        age_file(b"not compressed", &[identity]),
        seal_stream(&tar_stream(&[Stored::file("letter.txt", "Kính gửi")])),
        other_type,
    ] {
        let error = refused(&file);
        assert!(matches!(error, BundleError::NotABundle), "{error:?}");
    }
    assert!(matches!(refused(b""), BundleError::CutShort));
}

#[test]
fn a_bundle_for_another_unit_is_not_for_us() {
    let file = small_bundle();
    let open_as = |identities| verify(&file[..], identities, trusted, &Limits::default(), &mut unwatched);
    assert!(matches!(open_as(&SIDES.outsider), Err(BundleError::NotForUs)));
    assert!(matches!(open_as(&[]), Err(BundleError::NotForUs)));
}

#[test]
fn a_bundle_encrypted_anew_to_us_by_somebody_else_is_not_for_us() {
    let contents = contents();
    let members = honest(&filled(&contents).to_bytes().unwrap(), &contents);
    let file = age_file(&zstd_frame(&tar_stream(&members)), &[&SIDES.outsider[0]]);
    let read = verify(&file[..], &SIDES.outsider, trusted, &Limits::default(), &mut unwatched);
    assert!(matches!(read, Err(BundleError::NotForUs)));
}

#[test]
fn a_passphrase_is_not_asked_for() {
    // A work factor of 2^21, which would take long to try.
    let file = b"age-encryption.org/v1\n-> scrypt bBjlhJVYZeE4aqUdmtRHfw 21\nZV/AhotwSGqaPCU43cepl4WYUouAa17a3xpu4G2yi5k\n--- fgMiVLJHMlg9fW7CVG/hPS5EAU4Zeg19LyCP7SoH5nA\n0123456789abcdef0123456789abcdef";
    assert!(matches!(refused(file), BundleError::NotForUs));
}

#[test]
fn a_later_reader_is_asked_for_before_anything_else_is_judged() {
    assert!(matches!(
        with_manifest(|manifest| *manifest = serde_json::json!({ "type": manifest["type"], "reader": 2 })),
        BundleError::TooNew { reader: 2 }
    ));
    // A later format that this reader may still read, with fields that it does not know.
    let contents = contents();
    let mut later = serde_json::to_value(filled(&contents)).unwrap();
    later["format"] = 2.into();
    later["mood"] = "cheerful".into();
    later["channels"][0]["weather"] = serde_json::json!([1, 2]);
    let members = honest(&serde_json::to_vec(&later).unwrap(), &contents);
    assert_eq!(
        verify_bytes(&seal_stream(&tar_stream(&members)))
            .unwrap()
            .manifest
            .format,
        2
    );
}

#[test]
fn a_wrong_signature_and_a_refused_sender_are_different_answers() {
    let file = small_bundle();
    let limits = Limits::default();
    let stranger = |_: &Manifest| Ok(SIDES.stranger.public().clone());
    assert!(matches!(
        verify(&file[..], &SIDES.identity, stranger, &limits, &mut unwatched),
        Err(BundleError::SignatureWrong)
    ));

    #[derive(Debug, PartialEq, thiserror::Error)]
    #[error("no unit knows {0}")]
    struct Stranger(Id);
    let refuse = |manifest: &Manifest| Err(Refusal::new(Stranger(manifest.sender.device)));
    match verify(&file[..], &SIDES.identity, refuse, &limits, &mut unwatched) {
        Err(BundleError::Refused(reason)) => {
            assert_eq!(
                reason.into_inner().downcast_ref(),
                Some(&Stranger(manifest().sender.device))
            );
        }
        other => panic!("{other:?}"),
    }

    // The stranger names the trusted key and signs with its own.
    let bytes = filled(&[]).to_bytes().unwrap();
    let forged = seal_stream(&tar_stream(&opening(&bytes, &SIDES.stranger)));
    let mut bare = filled(&[]);
    bare.channels[0].ranges.clear();
    let forged_bare = seal_stream(&tar_stream(&opening(&bare.to_bytes().unwrap(), &SIDES.stranger)));
    assert!(matches!(refused(&forged), BundleError::MemberMissing { .. }));
    assert!(matches!(refused(&forged_bare), BundleError::SignatureWrong));

    // The trusted signer names another key than its own.
    bare.sender.key = SIDES.stranger.public().to_string();
    let crossed = seal_stream(&tar_stream(&opening(&bare.to_bytes().unwrap(), &SIDES.signer)));
    assert_malformed(&refused(&crossed), "sender.key");
}

#[test]
fn the_signature_covers_every_byte_of_the_manifest() {
    let file = tampered(|members| {
        let text = String::from_utf8(members[0].bytes.clone()).unwrap();
        members[0].bytes = text.replace("\"number\":12", "\"number\":13").into_bytes();
    });
    assert!(matches!(refused(&file), BundleError::SignatureWrong));
    let file = tampered(|members| members[0].bytes.push(b' '));
    assert!(matches!(refused(&file), BundleError::SignatureWrong));
}

#[test]
fn a_signature_is_written_in_one_way() {
    for broken in ["", "x", "untrusted comment: x\nx\ntrusted comment: x\nx\n"] {
        let file = tampered(|members| members[1].bytes = broken.into());
        assert_malformed(&refused(&file), "signature");
    }
    let file = tampered(|members| members[1].bytes = vec![0xff, 0xfe]);
    assert_malformed(&refused(&file), "signature");
    let file = tampered(|members| members[1].bytes.extend(b"\n"));
    assert_malformed(&refused(&file), "signature");
}

#[test]
fn a_manifest_that_breaks_a_rule_is_malformed() {
    let feed = FEED.to_string();
    let same = Id::new([0x22; 16]).to_string();
    type Change = Box<dyn FnOnce(&mut serde_json::Value)>;
    let cases: Vec<(&str, Change)> = vec![
        (
            "missing field",
            Box::new(|m| drop(m.as_object_mut().unwrap().remove("sender"))),
        ),
        (
            "hexadecimal",
            Box::new(|m| m["channels"][0]["channel"] = "C1".repeat(16).into()),
        ),
        ("hexadecimal", Box::new(|m| m["previous"] = "12".into())),
        ("counted from 1", Box::new(|m| m["format"] = 0.into())),
        ("2^53", Box::new(|m| m["number"] = u64::MAX.into())),
        ("time", Box::new(|m| m["at"] = "2017-06-23T16:30:00Z".into())),
        (
            "day",
            Box::new(|m| m["channels"][0]["totals"]["as_of"] = "23/06/2017".into()),
        ),
        (
            "no recipients",
            Box::new(|m| m["to"]["recipients"] = serde_json::json!([])),
        ),
        ("age recipient", Box::new(|m| m["to"]["recipients"][0] = "age1".into())),
        (
            "twice",
            Box::new(|m| m["to"]["recipients"][0] = m["to"]["recipients"][1].clone()),
        ),
        ("public key", Box::new(|m| m["sender"]["key"] = "RW".into())),
        (
            "range twice",
            Box::new(move |m| {
                m["channels"][0]["ranges"][0]["feed"] = same.into();
                m["channels"][0]["ranges"][0]["hash"] = m["channels"][0]["ranges"][1]["hash"].clone();
            }),
        ),
        (
            "ends before",
            Box::new(|m| m["channels"][0]["ranges"][1]["last"] = 6.into()),
        ),
        (
            "before is there",
            Box::new(|m| m["channels"][0]["ranges"][1]["before"] = ().into()),
        ),
        (
            "position",
            Box::new(move |m| m["channels"][0]["quarantined"][0]["at"] = feed.into()),
        ),
        ("range", Box::new(|m| m["channels"][0]["lacks"][0]["last"] = 3.into())),
        (
            "unknown variant",
            Box::new(|m| m["channels"][0]["kind"] = "secret".into()),
        ),
        (
            "not within its count",
            Box::new(|m| m["volume"] = serde_json::json!({"of": null, "index": 3, "count": 2})),
        ),
        (
            "names the first",
            Box::new(|m| m["volume"] = serde_json::json!({"of": null, "index": 2, "count": 2})),
        ),
        (
            "not the name",
            Box::new(|m| m["members"][8]["name"] = "values/../../x".into()),
        ),
        (
            "not named for its hash",
            Box::new(|m| m["members"][9]["blake3"] = Hash::of(b"other").to_string().into()),
        ),
        ("empty member", Box::new(|m| m["members"][0]["size"] = 0.into())),
    ];
    for (about, change) in cases {
        assert_malformed(&with_manifest(change), about);
    }
    let not_json = seal_stream(&tar_stream(&opening(b"{", &SIDES.signer)));
    assert_malformed(&refused(&not_json), "manifest");
    let deep = seal_stream(&tar_stream(&opening("[".repeat(100_000).as_bytes(), &SIDES.signer)));
    assert_malformed(&refused(&deep), "manifest");
}

#[test]
fn further_volumes_name_the_first() {
    let mut manifest = manifest();
    manifest.channels[0].ranges.clear();
    manifest.volume = Some(Volume {
        of: Some(Hash::of(b"first")),
        index: 2,
        count: 3,
    });
    let (file, packed) = pack_with(manifest, vec![], &Limits::default()).unwrap();
    assert_eq!(verify_bytes(&file).unwrap().manifest.volume, packed.manifest.volume);
}

#[test]
fn the_manifest_lists_members_in_one_order_only() {
    let swap = |a: usize, b: usize| {
        with_manifest(|manifest| {
            let members = manifest["members"].as_array_mut().unwrap();
            members.swap(a, b);
        })
    };
    for (a, b) in [(0, 1), (0, 3), (5, 6), (6, 7), (8, 9), (9, 10)] {
        let error = swap(a, b);
        assert!(
            matches!(
                error,
                BundleError::MemberMismatch {
                    what: Mismatch::Order,
                    ..
                } | BundleError::MemberMissing { .. }
            ),
            "{a} {b}: {error:?}"
        );
    }
    let repeated = with_manifest(|manifest| {
        let members = manifest["members"].as_array_mut().unwrap();
        members.push(members[10].clone());
    });
    assert!(matches!(
        repeated,
        BundleError::MemberMismatch {
            what: Mismatch::Order,
            ..
        }
    ));
    for missing in 0..6 {
        let error = with_manifest(|manifest| drop(manifest["members"].as_array_mut().unwrap().remove(missing)));
        assert!(
            matches!(error, BundleError::MemberMissing { .. }),
            "{missing}: {error:?}"
        );
    }
    let alone = with_manifest(|manifest| drop(manifest["members"].as_array_mut().unwrap().remove(7)));
    assert!(matches!(alone, BundleError::MemberMissing { name } if name.ends_with("json.minisig")));
    let gap = with_manifest(|manifest| manifest["members"][8]["name"] = "values/0002.jsonl".into());
    assert!(matches!(
        gap,
        BundleError::MemberMismatch {
            what: Mismatch::Order,
            ..
        }
    ));
}

#[test]
fn members_are_exactly_the_signed_ones() {
    assert!(
        verify_bytes(&tampered(|_| {})).is_ok(),
        "what is made by hand must be right when nothing is changed"
    );

    let swapped = refused(&tampered(|members| members.swap(5, 8)));
    assert!(matches!(
        swapped,
        BundleError::MemberMismatch {
            what: Mismatch::Order,
            ..
        }
    ));
    let repeated = refused(&tampered(|members| {
        let again = Stored::file(members[4].name.clone(), members[4].bytes.clone());
        members.insert(5, again);
    }));
    assert!(matches!(
        repeated,
        BundleError::MemberMismatch {
            what: Mismatch::Order,
            ..
        }
    ));
    let missing = refused(&tampered(|members| drop(members.remove(4))));
    assert!(matches!(
        missing,
        BundleError::MemberMismatch {
            what: Mismatch::Order,
            ..
        }
    ));
    let last_missing = refused(&tampered(|members| drop(members.pop())));
    assert!(matches!(last_missing, BundleError::MemberMissing { .. }));
    for name in ["notes.txt", "../x", "/etc/passwd", "entries/../../x", "blobs/x", ""] {
        for at in [2, 13] {
            let extra = refused(&tampered(|members| members.insert(at, Stored::file(name, "x"))));
            assert!(
                matches!(&extra, BundleError::MemberExtra { name: found } if found == name),
                "{extra:?}"
            );
        }
    }
    let no_signature = refused(&tampered(|members| drop(members.remove(1))));
    assert!(matches!(no_signature, BundleError::MemberMissing { name } if name == "manifest.json.minisig"));
    let nothing = seal_stream(&tar_stream(&[]));
    assert!(matches!(refused(&nothing), BundleError::MemberMissing { name } if name == "manifest.json"));
}

#[test]
fn members_have_the_signed_size_and_content() {
    let longer = refused(&tampered(|members| members[4].bytes.push(b'x')));
    assert!(matches!(
        longer,
        BundleError::MemberMismatch {
            what: Mismatch::Size,
            ..
        }
    ));
    let shorter = refused(&tampered(|members| members[4].bytes.truncate(3)));
    assert!(matches!(
        shorter,
        BundleError::MemberMismatch {
            what: Mismatch::Size,
            ..
        }
    ));
    for at in 2..12 {
        let other = refused(&tampered(|members| match members[at].bytes.first_mut() {
            Some(byte) => *byte ^= 1,
            None => members[at].bytes.push(1),
        }));
        assert!(
            matches!(
                other,
                BundleError::MemberMismatch {
                    what: Mismatch::Content | Mismatch::Size,
                    ..
                }
            ),
            "{at}: {other:?}"
        );
    }
}

/// The answer to a first range of three lines whose bytes are `entries`, honestly signed.
fn with_entries(entries: &[u8]) -> Result<(), BundleError> {
    let mut contents = contents();
    contents[0].1 = entries.to_vec();
    let packed = pack_with(manifest(), contents.clone(), &Limits::default());
    let members = honest(&filled(&contents).to_bytes().unwrap(), &contents);
    let read = verify_bytes(&seal_stream(&tar_stream(&members)));
    assert_eq!(packed.is_ok(), read.is_ok(), "packer and reader agree");
    read.map(drop)
}

#[test]
fn entries_have_the_lines_of_their_range() {
    assert!(with_entries(b"a\nb\nc\n").is_ok());
    for wrong in [
        &b"a\nb\n"[..],
        b"a\nb\nc\nd\n",
        b"a\nb\nc",
        b"a\n\nc\n",
        b"\na\nb\n",
        b"a\nb\nc\n\n",
    ] {
        let error = with_entries(wrong).unwrap_err();
        assert!(
            matches!(
                error,
                BundleError::MemberMismatch {
                    what: Mismatch::Lines,
                    ..
                }
            ),
            "{error:?}"
        );
    }
    let long = [b"a\nb\n".to_vec(), vec![b'x'; 1024 * 1024], b"\n".to_vec()].concat();
    assert!(with_entries(&long).is_ok());
    let longer = [b"a\nb\n".to_vec(), vec![b'x'; 1024 * 1024 + 1], b"\n".to_vec()].concat();
    assert!(matches!(
        with_entries(&longer),
        Err(BundleError::TooBig {
            limit: Limit::Line,
            allowed: 1_048_576
        })
    ));
}

#[test]
fn only_regular_files_of_the_one_tar_format_are_taken() {
    for kind in [
        EntryType::Directory,
        EntryType::Symlink,
        EntryType::Link,
        EntryType::Fifo,
        EntryType::Char,
        EntryType::GNULongName,
        EntryType::XHeader,
        EntryType::XGlobalHeader,
        EntryType::GNUSparse,
        EntryType::Continuous,
    ] {
        for at in [0, 1, 2, 9] {
            let error = refused(&tampered(|members| members[at].kind = kind));
            assert_malformed(&error, "not a regular file");
        }
        let error = refused(&tampered(|members| {
            members.insert(
                2,
                Stored {
                    kind,
                    ..Stored::file("entries/", "")
                },
            );
        }));
        assert_malformed(&error, "not a regular file");
    }
}

#[test]
fn nothing_hides_between_or_behind_members() {
    let contents = contents();
    let members = honest(&filled(&contents).to_bytes().unwrap(), &contents);
    let stream = tar_stream(&members);
    let end = stream.len();
    assert!(verify_bytes(&seal_stream(&stream)).is_ok());

    let mut changed = stream.clone();
    changed[end - 1] = 1;
    assert_malformed(&refused(&seal_stream(&changed)), "zeros");
    let mut in_padding = stream.clone();
    in_padding[end - 1025] = 1;
    assert!(verify_bytes(&seal_stream(&in_padding)).is_err());
    let padded = [stream.clone(), vec![0; 10_240]].concat();
    assert!(verify_bytes(&seal_stream(&padded)).is_ok());
    let followed = [stream.clone(), vec![0; 512], vec![1]].concat();
    assert_malformed(&refused(&seal_stream(&followed)), "zeros");
    let too_padded = [stream.clone(), vec![0; 64 * 1024 + 1]].concat();
    assert!(matches!(
        refused(&seal_stream(&too_padded)),
        BundleError::TooBig {
            limit: Limit::Padding,
            ..
        }
    ));
    for length in [end - 1, end - 512, end - 513, end - 1024, end - 1500, 512, 100] {
        assert_malformed(&refused(&seal_stream(&stream[..length])), "ends");
    }
    let mut wrong_sum = stream.clone();
    wrong_sum[150] ^= 1;
    assert_malformed(&refused(&seal_stream(&wrong_sum)), "checksum");
    let mut old = stream;
    old[257..265].fill(0);
    assert_malformed(&refused(&seal_stream(&old)), "ustar");
}

#[test]
fn the_frame_is_one_checked_frame_and_padding() {
    let contents = contents();
    let members = honest(&filled(&contents).to_bytes().unwrap(), &contents);
    let frame = zstd_frame(&tar_stream(&members));
    let with = |more: &[u8]| verify_bytes(&age_file(&[&frame, more].concat(), &[&SIDES.identity[0]]));
    assert!(with(b"").is_ok());
    assert!(with(b"\x50\x2a\x4d\x18\x03\0\0\0\0\0\0").is_ok());
    assert_malformed(&with(b"\x50\x2a\x4d\x18\x03\0\0\0\0\0").unwrap_err(), "padding ends");
    assert_malformed(&with(b"\x50\x2a\x4d\x18\x03\0\0\0\0\x01\0").unwrap_err(), "zeros");
    assert_malformed(&with(b"\x51\x2a\x4d\x18\0\0\0\0").unwrap_err(), "follows");
    assert_malformed(&with(b"x").unwrap_err(), "follows");
    assert_malformed(&with(&zstd_frame(b"")).unwrap_err(), "follows");
    assert!(matches!(
        with(b"\x50\x2a\x4d\x18\xff\xff\xff\xff").unwrap_err(),
        BundleError::TooBig {
            limit: Limit::Padding,
            ..
        }
    ));

    let sealed = |frame: &[u8]| refused(&age_file(frame, &[&SIDES.identity[0]]));
    for length in 0..frame.len() {
        let error = sealed(&frame[..length]);
        assert!(
            matches!(error, BundleError::Malformed(_) | BundleError::NotABundle),
            "{length}: {error:?}"
        );
    }
    for at in 0..frame.len() {
        let mut changed = frame.clone();
        changed[at] ^= 1;
        // A few bits do not matter to what comes out, such as the window's width. Nothing else may ever come out.
        if let Ok(report) = verify_bytes(&age_file(&changed, &[&SIDES.identity[0]])) {
            assert_eq!(report.manifest, filled(&contents), "{at}");
        }
    }
    let unchecked = zstd::stream::encode_all(&tar_stream(&members)[..], 3).unwrap();
    assert_malformed(&sealed(&unchecked), "checksum");
}

#[test]
fn a_wide_window_is_refused_before_memory_is_taken_for_it() {
    use std::io::Write;
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.window_log(27).unwrap();
    encoder.write_all(&[0; 100]).unwrap();
    let wide = age_file(&encoder.finish().unwrap(), &[&SIDES.identity[0]]);
    assert!(matches!(
        refused(&wide),
        BundleError::TooBig {
            limit: Limit::Window,
            allowed: 8_388_608
        }
    ));
}

#[test]
fn bombs_are_stopped_by_the_first_limit_that_they_pass() {
    // 64 MB of zeros in a few kilobytes, as the manifest itself and as a member.
    let zeros = vec![0; 64_000_000];
    let bomb = seal_stream(&tar_stream(&[Stored::file("manifest.json", zeros.clone())]));
    assert!(bomb.len() < 20_000);
    assert!(matches!(
        refused(&bomb),
        BundleError::TooBig {
            limit: Limit::Manifest,
            allowed: 4_194_304
        }
    ));
    let bomb = seal_stream(&tar_stream(&[
        Stored::file("manifest.json", "{}"),
        Stored::file("manifest.json.minisig", zeros.clone()),
    ]));
    assert!(matches!(
        refused(&bomb),
        BundleError::TooBig {
            limit: Limit::Signature,
            ..
        }
    ));

    let mut bare = manifest();
    bare.channels[0].ranges.clear();
    let blob = (MemberName::Blob { hash: Hash::of(&zeros) }, zeros);
    let (file, _) = pack_with(bare, vec![blob], &Limits::default()).unwrap();
    let with = |limits: Limits| verify(&file[..], &SIDES.identity, trusted, &limits, &mut unwatched);
    let full = Limits::default();
    assert!(with(full).is_ok());
    let mut read = 0;
    let tight = Limits {
        ratio: 100,
        ratio_allowance: 1_000_000,
        ..full
    };
    let error = open(&file[..], &SIDES.identity, trusted, &tight)
        .unwrap()
        .members(&mut unwatched, |_, body| {
            let mut buffer = [0; 4096];
            loop {
                match body.read(&mut buffer)? {
                    0 => return Ok::<(), BundleError>(()),
                    n => read += n,
                }
            }
        });
    assert!(matches!(
        error,
        Err(BundleError::TooBig {
            limit: Limit::Ratio,
            allowed: 100
        })
    ));
    assert!(read < 4_000_000, "{read}");
    for (limits, limit) in [
        (
            Limits {
                blob: 63_999_999,
                ..full
            },
            Limit::Blob,
        ),
        (
            Limits {
                total: 64_000_000,
                ..full
            },
            Limit::Total,
        ),
        (Limits { header: 100, ..full }, Limit::Header),
        (Limits { recipients: 0, ..full }, Limit::Recipients),
        (Limits { channels: 0, ..full }, Limit::Channels),
        (Limits { members: 0, ..full }, Limit::Members),
        (
            Limits {
                window: 1 << 20,
                ..full
            },
            Limit::Window,
        ),
    ] {
        let error = with(limits).unwrap_err();
        assert!(
            matches!(error, BundleError::TooBig { limit: which, .. } if which == limit),
            "{limit}: {error:?}"
        );
    }
}

#[test]
fn an_endless_head_is_not_read_to_its_end() {
    let endless = || io::Read::chain(&b"age-encryption.org/v1\n"[..], io::repeat(b'x'));
    let read = verify(endless(), &SIDES.identity, trusted, &Limits::default(), &mut unwatched);
    assert!(matches!(read, Err(BundleError::Damaged)));
    let many = [&b"age-encryption.org/v1\n"[..], &b"-> X25519 x\nx\n".repeat(300)].concat();
    assert!(matches!(
        refused(&many),
        BundleError::TooBig {
            limit: Limit::Recipients,
            allowed: 256
        }
    ));
    let wide = [
        &b"age-encryption.org/v1\n"[..],
        &[&[b'x'; 200][..], b"\n"].concat().repeat(400),
    ]
    .concat();
    assert!(matches!(
        refused(&wide),
        BundleError::TooBig {
            limit: Limit::Header,
            ..
        }
    ));
}

/// Fails once `left` bytes have been read.
struct Failing<'a> {
    bytes: &'a [u8],
    left: usize,
    kind: io::ErrorKind,
}

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(self.kind.into());
        }
        let most = buffer.len().min(self.left);
        let n = self.bytes.read(&mut buffer[..most])?;
        self.left -= n;
        Ok(n)
    }
}

#[test]
fn a_disk_that_fails_is_not_a_damaged_bundle() {
    let file = small_bundle();
    for kind in [
        io::ErrorKind::UnexpectedEof,
        io::ErrorKind::InvalidData,
        io::ErrorKind::TimedOut,
    ] {
        for left in 0..file.len() {
            let input = Failing {
                bytes: &file,
                left,
                kind,
            };
            match verify(input, &SIDES.identity, trusted, &Limits::default(), &mut unwatched) {
                Err(BundleError::Io(error)) if error.kind() == kind => {}
                other => panic!("{kind} after {left} bytes: {other:?}"),
            }
        }
    }
}

#[test]
fn keys_that_are_not_keys_are_refused() {
    assert!(SigningKey::from_text("untrusted comment: x\nRWRTY0IyEQ==\n").is_err());
    assert!(keys::parse_recipient("ssh-ed25519 AAAA").is_err());
}

proptest::proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(12), failure_persistence: None, ..Default::default() })]

    /// Age keeps out everybody but those who have our public keys; whoever has them can write any stream. Whatever it is,
    /// nothing but what was signed ever comes out.
    #[test]
    fn a_stream_changed_anywhere_gives_the_signed_members_or_an_error(
        changes in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), 0_u8..), 1..4),
    ) {
        let signed = contents();
        let mut stream = tar_stream(&honest(&filled(&signed).to_bytes().unwrap(), &signed));
        for (at, byte) in changes {
            *at.get_mut(&mut stream) = byte;
        }
        if let Ok((report, read)) = read_all(&seal_stream(&stream), &SIDES.identity) {
            proptest::prop_assert_eq!(read, signed);
            proptest::prop_assert_eq!(report.manifest, filled(&contents()));
        }
    }
}

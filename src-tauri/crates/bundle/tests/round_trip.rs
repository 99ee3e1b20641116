//! What is packed is read back, whole and in order; files appear whole or not at all.

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

mod common;

use std::cell::RefCell;
use std::fs;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;

use chidao_bundle::{
    BundleError, Hash, Insist, Limits, MemberName, Mismatch, Outgoing, once, open, pack, unwatched, write_file,
};
use common::*;

#[test]
fn everything_comes_back() {
    let mut shuffled = contents();
    shuffled.reverse();
    let (file, packed) = pack_with(manifest(), shuffled, &Limits::default()).unwrap();
    for identity in [&SIDES.identity, &SIDES.recovery] {
        let (report, read) = read_all(&file, identity).unwrap();
        assert_eq!(read, contents());
        assert_eq!(report.manifest, filled(&contents()));
        assert_eq!(report.manifest_hash, packed.manifest_hash);
        assert_eq!(report.manifest, packed.manifest);
        assert_eq!(report.file_size, file.len() as u64);
        assert_eq!(packed.size, file.len() as u64);
    }
}

#[test]
fn the_manifest_is_known_before_anything_further_is_unpacked() {
    let file = small_bundle();
    let both = [SIDES.outsider[0].clone(), SIDES.identity[0].clone()];
    let opened = open(&file[..], &both, trusted, &Limits::default()).unwrap();
    assert_eq!(opened.identity(), 1);
    assert_eq!(opened.manifest_hash(), Hash::of(opened.manifest_bytes()));
    assert_eq!(opened.manifest().sender.unit_name, "UBND huyện Yên Thế");
    assert!(opened.signature().starts_with("untrusted comment: "));
}

#[test]
fn a_member_knows_its_range() {
    let file = small_bundle();
    let mut seen = Vec::new();
    open(&file[..], &SIDES.identity, trusted, &Limits::default())
        .unwrap()
        .members(&mut unwatched, |incoming, _| {
            seen.push((incoming.name.to_string(), incoming.range.map(|range| range.feed)));
            Ok::<(), BundleError>(())
        })
        .unwrap();
    assert_eq!(seen[0].1, Some(FEED));
    assert_eq!(seen[5].1, Some(SECOND_FEED));
    assert_eq!(seen[6].1, None);
}

#[test]
fn a_bundle_of_acknowledgements_alone_is_a_bundle() {
    let mut manifest = manifest();
    manifest.channels[0].ranges.clear();
    let (file, _) = pack_with(manifest, vec![], &Limits::default()).unwrap();
    assert_eq!(verify_bytes(&file).unwrap().members_size, 0);
}

#[test]
fn the_sinks_own_error_comes_back_and_a_failed_bundle_cannot_be_hidden() {
    #[derive(Debug)]
    enum Mine {
        Bundle(BundleError),
        Full,
    }
    impl From<BundleError> for Mine {
        fn from(error: BundleError) -> Self {
            Self::Bundle(error)
        }
    }
    let file = small_bundle();
    let opened = open(&file[..], &SIDES.identity, trusted, &Limits::default()).unwrap();
    assert!(matches!(
        opened.members(&mut unwatched, |_, _| Err(Mine::Full)),
        Err(Mine::Full)
    ));

    let wrong = tampered(|members| members[2].bytes[3] ^= 1);
    let opened = open(&wrong[..], &SIDES.identity, trusted, &Limits::default()).unwrap();
    let swallowing = opened.members(&mut unwatched, |_, body| {
        let _ = io::copy(body, &mut io::sink());
        Ok::<(), Mine>(())
    });
    assert!(matches!(
        swallowing,
        Err(Mine::Bundle(BundleError::MemberMismatch {
            what: Mismatch::Content,
            ..
        }))
    ));
}

#[test]
fn work_can_be_cancelled() {
    let mut calls = 0;
    let mut stop = |_| {
        calls += 1;
        if calls == 3 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let members = outgoing(contents());
    let packed = pack(
        io::sink(),
        manifest(),
        members,
        &SIDES.signer,
        &Limits::default(),
        &mut stop,
    );
    assert!(matches!(packed, Err(BundleError::Cancelled)));

    let file = small_bundle();
    let mut last = None;
    let read = chidao_bundle::verify(
        &file[..],
        &SIDES.identity,
        trusted,
        &Limits::default(),
        &mut |progress| {
            last = Some(progress);
            ControlFlow::Continue(())
        },
    );
    assert_eq!(last.unwrap().done, last.unwrap().total);
    assert!(read.is_ok());
    let stopped = chidao_bundle::verify(&file[..], &SIDES.identity, trusted, &Limits::default(), &mut |_| {
        ControlFlow::Break(())
    });
    assert!(matches!(stopped, Err(BundleError::Cancelled)));
}

/// A member whose source gives `given`, while `promised` was promised.
fn unkept(promised: &'static [u8], given: &'static [u8]) -> BundleError {
    let mut manifest = manifest();
    manifest.channels[0].ranges.clear();
    let member = Outgoing::blob(Hash::of(promised), promised.len() as u64, move || Ok(Box::new(given)));
    pack(
        io::sink(),
        manifest,
        vec![member],
        &SIDES.signer,
        &Limits::default(),
        &mut unwatched,
    )
    .unwrap_err()
}

#[test]
fn a_source_must_keep_its_promise() {
    let what = |error| match error {
        BundleError::MemberMismatch { what, .. } => what,
        other => panic!("{other}"),
    };
    assert_eq!(what(unkept(b"promised", b"promise")), Mismatch::Size);
    assert_eq!(what(unkept(b"promised", b"promised!")), Mismatch::Size);
    assert_eq!(what(unkept(b"promised", b"Promised")), Mismatch::Content);
}

#[test]
fn a_source_that_cannot_be_opened_fails_the_pack() {
    let mut manifest = manifest();
    manifest.channels[0].ranges.clear();
    let member = Outgoing::blob(Hash::of(b"x"), 1, || Err(io::ErrorKind::NotFound.into()));
    let packed = pack(
        io::sink(),
        manifest,
        vec![member],
        &SIDES.signer,
        &Limits::default(),
        &mut unwatched,
    );
    assert!(matches!(packed, Err(BundleError::Io(error)) if error.kind() == io::ErrorKind::NotFound));
}

#[test]
fn only_the_manifests_own_key_signs() {
    let packed = pack(
        io::sink(),
        manifest(),
        outgoing(contents()),
        &SIDES.stranger,
        &Limits::default(),
        &mut unwatched,
    );
    assert!(matches!(packed, Err(BundleError::SignatureWrong)));
}

fn names_in(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_appears_whole_and_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Yên Thế gửi tỉnh 12.chidao");
    let write = || {
        let members = outgoing(contents());
        write_file(
            &path,
            manifest(),
            members,
            &SIDES.signer,
            &Limits::default(),
            once,
            &mut unwatched,
        )
    };
    let packed = write().unwrap();
    assert_eq!(names_in(folder.path()), ["Yên Thế gửi tỉnh 12.chidao"]);
    let bytes = fs::read(&path).unwrap();
    assert_eq!(bytes.len() as u64, packed.size);
    assert_eq!(verify_bytes(&bytes).unwrap().manifest_hash, packed.manifest_hash);

    assert!(matches!(write(), Err(BundleError::Io(error)) if error.kind() == io::ErrorKind::AlreadyExists));
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert_eq!(names_in(folder.path()).len(), 1);
}

#[test]
fn a_failed_or_cancelled_write_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("12.chidao");
    let limits = Limits::default();
    let mut broken = outgoing(contents());
    broken.push(Outgoing::blob(Hash::new([0xff; 32]), 9, || {
        Ok(Box::new(io::repeat(1).take(9)))
    }));
    let failed = write_file(&path, manifest(), broken, &SIDES.signer, &limits, once, &mut unwatched);
    assert!(matches!(
        failed,
        Err(BundleError::MemberMismatch {
            what: Mismatch::Content,
            ..
        })
    ));
    let mut seen_while_writing = Vec::new();
    let stopped = write_file(
        &path,
        manifest(),
        outgoing(contents()),
        &SIDES.signer,
        &limits,
        once,
        &mut |_| {
            seen_while_writing = names_in(folder.path());
            ControlFlow::Break(())
        },
    );
    assert!(matches!(stopped, Err(BundleError::Cancelled)));
    assert!(matches!(&seen_while_writing[..], [one] if one.ends_with(".part")));
    assert!(names_in(folder.path()).is_empty());
    let nowhere = folder.path().join("missing/12.chidao");
    let failed = write_file(
        &nowhere,
        manifest(),
        outgoing(contents()),
        &SIDES.signer,
        &limits,
        once,
        &mut unwatched,
    );
    assert!(matches!(failed, Err(BundleError::Io(_))));
}

thread_local! {
    /// The folder in which [`let_go`] holds what is being written.
    static HELD_IN: RefCell<PathBuf> = RefCell::default();
}

/// Lets the first try fail, as if another program had the file.
fn let_go(act: &mut dyn FnMut() -> io::Result<()>) -> io::Result<()> {
    let folder = HELD_IN.with_borrow(PathBuf::clone);
    let part = folder.join(&names_in(&folder)[0]);
    let held = folder.join("held");
    fs::rename(&part, &held)?;
    assert_eq!(act().unwrap_err().kind(), io::ErrorKind::NotFound);
    fs::rename(&held, &part)?;
    act()
}

#[test]
fn a_file_that_another_program_holds_gets_its_name_once_it_is_let_go_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("12.chidao");
    let limits = Limits::default();
    let write = |insist: Insist| {
        let members = outgoing(contents());
        write_file(
            &path,
            manifest(),
            members,
            &SIDES.signer,
            &limits,
            insist,
            &mut unwatched,
        )
    };
    let given_up = write(|_| Err(io::ErrorKind::PermissionDenied.into()));
    assert!(matches!(given_up, Err(BundleError::Io(error)) if error.kind() == io::ErrorKind::PermissionDenied));
    assert_eq!(names_in(folder.path()), [""; 0]);

    HELD_IN.set(folder.path().to_owned());
    let packed = write(let_go).unwrap();
    assert_eq!(names_in(folder.path()), ["12.chidao"]);
    let bytes = fs::read(&path).unwrap();
    assert_eq!(verify_bytes(&bytes).unwrap().manifest_hash, packed.manifest_hash);
}

#[test]
fn every_limit_that_stops_a_reader_stops_the_packer_first() {
    let full = Limits::default();
    for limits in [
        Limits { manifest: 100, ..full },
        Limits { members: 10, ..full },
        Limits { feeds: 1, ..full },
        Limits { blob: 10, ..full },
        Limits { total: 4096, ..full },
        Limits { recipients: 1, ..full },
        Limits { values: 10, ..full },
        Limits {
            ratio: 1,
            ratio_allowance: 100,
            ..full
        },
    ] {
        let packed = pack_with(manifest(), contents(), &limits);
        assert!(
            matches!(packed, Err(BundleError::TooBig { .. })),
            "{limits:?}: {packed:?}"
        );
    }
    let extra = (MemberName::Entries { number: 3, feed: FEED }, b"x\n".to_vec());
    assert!(pack_with(manifest(), contents().into_iter().chain([extra]).collect(), &full).is_err());
    assert!(pack_with(manifest(), contents()[1..].to_vec(), &full).is_err());
}

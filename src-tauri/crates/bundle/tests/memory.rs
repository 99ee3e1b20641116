//! Memory does not grow with what streams through. In a file of its own, so that nothing else runs in the process.

#![allow(clippy::unwrap_used, reason = "in a test, that is how it fails")]

mod common;

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};

use chidao_bundle::{BundleError, Hash, Limits, MemberName, Outgoing, Range, open, pack, unwatched};
use common::*;

const SIZE: u64 = 64_000_000;

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

fn noise() -> impl Read {
    blake3::Hasher::new().finalize_xof().take(SIZE)
}

fn lines() -> impl Read {
    Repeated {
        line: [&[b'x'; 999][..], b"\n"].concat(),
        at: 0,
    }
    .take(SIZE)
}

struct Repeated {
    line: Vec<u8>,
    at: usize,
}

impl Read for Repeated {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = (&self.line[self.at..]).read(buffer)?;
        self.at = (self.at + n) % self.line.len();
        Ok(n)
    }
}

fn hash_of(mut source: impl Read) -> Hash {
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut source, &mut hasher).unwrap();
    hasher.finalize().into()
}

#[test]
fn large_members_stream_through_little_memory() {
    let mut manifest = manifest();
    manifest.channels[0].ranges = vec![Range {
        last: SIZE / 1000 - 1,
        ..range(FEED, 0, 0)
    }];
    let entries = MemberName::Entries { number: 1, feed: FEED };
    let (zeros, noisy, lined) = (hash_of(io::repeat(0).take(SIZE)), hash_of(noise()), hash_of(lines()));
    let members = vec![
        Outgoing::streamed(entries, SIZE, lined, || Ok(Box::new(lines()))),
        Outgoing::bytes(MemberName::Checkpoint { number: 1, feed: FEED }, b"{}".to_vec()),
        Outgoing::bytes(MemberName::CheckpointSignature { number: 1, feed: FEED }, b"x".to_vec()),
        Outgoing::blob(zeros, SIZE, || Ok(Box::new(io::repeat(0).take(SIZE)))),
        Outgoing::blob(noisy, SIZE, || Ok(Box::new(noise()))),
    ];
    let file = tempfile::NamedTempFile::new().unwrap();
    let before = peak();

    let mut out = BufWriter::new(file.as_file());
    let packed = pack(
        &mut out,
        manifest,
        members,
        &SIDES.signer,
        &Limits::default(),
        &mut unwatched,
    )
    .unwrap();
    out.flush().unwrap();
    assert!(packed.size > SIZE && packed.size < SIZE + SIZE / 100);

    let mut read = Vec::new();
    let input = File::open(file.path()).unwrap();
    open(input, &SIDES.identity, trusted, &Limits::default())
        .unwrap()
        .members(&mut unwatched, |incoming, body| {
            read.push((incoming.member.size, hash_of(body)));
            Ok::<(), BundleError>(())
        })
        .unwrap();
    for hash in [zeros, noisy, lined] {
        assert!(read.contains(&(SIZE, hash)));
    }

    let grown = peak() - before;
    assert!(
        grown < SIZE / 2,
        "{grown} bytes more at most than before, for members of {SIZE}"
    );
}

//! A district's device, a province's, and a small bundle between them.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "in a test, that is how it fails")]

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::LazyLock;

use chidao_bundle::keys::{self, Identity, SigningKey, VerifyingKey};
use chidao_bundle::{
    Acknowledged, BundleError, Certificate, Channel, ChannelKind, FORMAT, Hash, Id, Lacks, Limits, MANIFEST_TYPE,
    Manifest, Member, MemberName, Outgoing, Packed, Quarantined, READER, Range, Recipients, Refusal, Report, Sender,
    Totals, open, pack, unwatched, verify,
};

pub const FEED: Id = Id::new([0x11; 16]);
pub const SECOND_FEED: Id = Id::new([0x22; 16]);
pub const CHANNEL: Id = Id::new([0xc1; 16]);
pub const PHOTO: &[u8] = b"\xff\xd8\xff\xe0 a photo of the H\xe1\xbb\x93 S\xc3\xb4ng S\xe1\xbb\x8fi reservoir";

/// Members and their bytes.
pub type Contents = Vec<(MemberName, Vec<u8>)>;

/// The keys of both sides, made once for all tests of a file.
pub struct Sides {
    pub signer: SigningKey,
    pub stranger: SigningKey,
    pub identity: [Identity; 1],
    pub recovery: [Identity; 1],
    pub outsider: [Identity; 1],
}

pub static SIDES: LazyLock<Sides> = LazyLock::new(|| Sides {
    signer: SigningKey::generate().unwrap(),
    stranger: SigningKey::generate().unwrap(),
    identity: [keys::generate_identity()],
    recovery: [keys::generate_identity()],
    outsider: [keys::generate_identity()],
});

pub fn trusted(_: &Manifest) -> Result<VerifyingKey, Refusal> {
    Ok(SIDES.signer.public().clone())
}

pub fn range(feed: Id, first: u64, last: u64) -> Range {
    Range {
        feed,
        first,
        last,
        before: (first > 0).then(|| Hash::of(b"before")),
        hash: Hash::of(b"last"),
    }
}

pub fn manifest() -> Manifest {
    Manifest {
        text_type: MANIFEST_TYPE.into(),
        format: FORMAT,
        reader: READER,
        number: 12,
        epoch: 1,
        sender: Sender {
            unit: Id::new([1; 16]),
            unit_name: "UBND huyện Yên Thế".into(),
            unit_code: "H02.10".into(),
            device: Id::new([2; 16]),
            device_name: "Máy văn phòng".into(),
            key: SIDES.signer.public().to_string(),
            person: format!("person:{}-1", Id::new([1; 16])),
            person_name: "Nguyễn Thị Hồng".into(),
            certificate: Certificate {
                text: "{\"type\":\"certificate\"}".into(),
                sig: "opaque".into(),
            },
            parent_verified: true,
        },
        to: Recipients {
            unit: Id::new([4; 16]),
            name: "UBND tỉnh Bắc Giang".into(),
            recipients: vec![
                SIDES.identity[0].to_public().to_string(),
                SIDES.recovery[0].to_public().to_string(),
            ],
        },
        at: "2017-06-23T16:30:00+07:00".into(),
        previous: Some(Hash::of(b"previous")),
        channels: vec![Channel {
            channel: CHANNEL,
            kind: ChannelKind::Pair,
            ranges: vec![range(FEED, 0, 2), range(SECOND_FEED, 7, 7)],
            acknowledged: vec![Acknowledged {
                feed: SECOND_FEED,
                n: 7,
                hash: Hash::of(b"last"),
            }],
            quarantined: vec![Quarantined {
                at: format!("{SECOND_FEED}.5.0"),
                reason: "not_permitted".into(),
            }],
            lacks: vec![Lacks {
                feed: Id::new([0x33; 16]),
                first: 4,
                last: 9,
            }],
            lacks_blobs: vec![Hash::of(b"still to come")],
            confirmed: None,
            rules: 1,
            entries_digest: Hash::of(b"entries"),
            state_digest: Hash::of(b"state"),
            totals: Some(Totals {
                as_of: "2017-06-23".into(),
                counts: BTreeMap::from([("tasks".into(), 41), ("tasks.task".into(), 12)]),
            }),
        }],
        blobs_later: vec![],
        updates: Vec::new(),
        volume: None,
        members: vec![],
    }
}

/// Everything that a bundle may carry, small.
pub fn contents() -> Contents {
    let blob = |bytes: &[u8]| (MemberName::Blob { hash: Hash::of(bytes) }, bytes.to_vec());
    let mut all = vec![
        (
            MemberName::Entries { number: 1, feed: FEED },
            b"{\"header\":1}\n{\"n\":1}\n{\"n\":2}\n".to_vec(),
        ),
        (
            MemberName::Checkpoint { number: 1, feed: FEED },
            b"{\"checkpoint\":1}".to_vec(),
        ),
        (
            MemberName::CheckpointSignature { number: 1, feed: FEED },
            b"signed elsewhere\n".to_vec(),
        ),
        (
            MemberName::Entries {
                number: 2,
                feed: SECOND_FEED,
            },
            b"{\"n\":7}\n".to_vec(),
        ),
        (
            MemberName::Checkpoint {
                number: 2,
                feed: SECOND_FEED,
            },
            b"{\"checkpoint\":2}".to_vec(),
        ),
        (
            MemberName::CheckpointSignature {
                number: 2,
                feed: SECOND_FEED,
            },
            b"signed elsewhere\n".to_vec(),
        ),
        (MemberName::Charter { channel: CHANNEL }, b"{\"charter\":1}".to_vec()),
        (
            MemberName::CharterSignature { channel: CHANNEL },
            b"signed elsewhere\n".to_vec(),
        ),
        (MemberName::Values { number: 1 }, "{\"value\":\"Hồ Sông Sỏi\"}\n".into()),
    ];
    let mut blobs = vec![blob(PHOTO), blob(b"")];
    blobs.sort_by_key(|(name, _)| name.to_string());
    all.extend(blobs);
    all
}

pub fn outgoing(contents: Contents) -> Vec<Outgoing<'static>> {
    contents
        .into_iter()
        .map(|(name, bytes)| Outgoing::bytes(name, bytes))
        .collect()
}

pub fn pack_with(manifest: Manifest, contents: Contents, limits: &Limits) -> Result<(Vec<u8>, Packed), BundleError> {
    let mut file = Vec::new();
    let packed = pack(
        &mut file,
        manifest,
        outgoing(contents),
        &SIDES.signer,
        limits,
        &mut unwatched,
    )?;
    Ok((file, packed))
}

pub fn small_bundle() -> Vec<u8> {
    pack_with(manifest(), contents(), &Limits::default()).unwrap().0
}

pub fn verify_bytes(file: &[u8]) -> Result<Report, BundleError> {
    verify(file, &SIDES.identity, trusted, &Limits::default(), &mut unwatched)
}

/// Reads everything into memory.
pub fn read_all(file: &[u8], identities: &[Identity]) -> Result<(Report, Contents), BundleError> {
    let mut read = Vec::new();
    let report = open(file, identities, trusted, &Limits::default())?.members(&mut unwatched, |incoming, body| {
        let mut bytes = Vec::new();
        body.read_to_end(&mut bytes)?;
        read.push((incoming.name, bytes));
        Ok::<(), BundleError>(())
    })?;
    Ok((report, read))
}

/// A member of a tar stream that is made by hand: what an honest packer would not write.
pub struct Stored {
    pub name: String,
    pub bytes: Vec<u8>,
    pub kind: tar::EntryType,
    pub size: Option<u64>,
}

impl Stored {
    pub fn file(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            name: name.into(),
            bytes: bytes.into(),
            kind: tar::EntryType::Regular,
            size: None,
        }
    }

    fn header(&self) -> tar::Header {
        let mut header = tar::Header::new_ustar();
        // Past the library's own care for names.
        header.as_old_mut().name[..self.name.len()].copy_from_slice(self.name.as_bytes());
        header.set_entry_type(self.kind);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_size(self.size.unwrap_or(self.bytes.len() as u64));
        header.set_cksum();
        header
    }
}

pub fn tar_stream(members: &[Stored]) -> Vec<u8> {
    let mut stream = Vec::new();
    for member in members {
        stream.extend_from_slice(member.header().as_bytes());
        stream.extend_from_slice(&member.bytes);
        stream.resize(stream.len().next_multiple_of(512), 0);
    }
    stream.resize(stream.len() + 1024, 0);
    stream
}

pub fn zstd_frame(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn age_file(bytes: &[u8], to: &[&Identity]) -> Vec<u8> {
    let recipients: Vec<_> = to.iter().map(|identity| identity.to_public()).collect();
    let encryptor = age::Encryptor::with_recipients(recipients.iter().map(|r| r as &dyn age::Recipient)).unwrap();
    let mut writer = encryptor.wrap_output(Vec::new()).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

pub fn seal_stream(stream: &[u8]) -> Vec<u8> {
    age_file(&zstd_frame(stream), &[&SIDES.identity[0]])
}

/// The manifest of `contents`, with its members filled in.
pub fn filled(contents: &[(MemberName, Vec<u8>)]) -> Manifest {
    let members = contents
        .iter()
        .map(|(name, bytes)| Member {
            name: name.to_string(),
            size: bytes.len() as u64,
            blake3: Hash::of(bytes),
        })
        .collect();
    Manifest { members, ..manifest() }
}

/// The first two members for a manifest, signed by `signer`.
pub fn opening(manifest_bytes: &[u8], signer: &SigningKey) -> Vec<Stored> {
    let signature = keys::sign(signer, manifest_bytes, "").unwrap();
    vec![
        Stored::file("manifest.json", manifest_bytes),
        Stored::file("manifest.json.minisig", signature),
    ]
}

/// All members of a tar stream: the manifest as given, honestly signed, and `contents`.
pub fn honest(manifest_bytes: &[u8], contents: &[(MemberName, Vec<u8>)]) -> Vec<Stored> {
    let mut members = opening(manifest_bytes, &SIDES.signer);
    members.extend(
        contents
            .iter()
            .map(|(name, bytes)| Stored::file(name.to_string(), bytes.clone())),
    );
    members
}

/// A bundle with an honestly signed manifest of [`contents`], whose members `change` may tamper with.
pub fn tampered(change: impl FnOnce(&mut Vec<Stored>)) -> Vec<u8> {
    let contents = contents();
    let mut members = honest(&filled(&contents).to_bytes().unwrap(), &contents);
    change(&mut members);
    seal_stream(&tar_stream(&members))
}

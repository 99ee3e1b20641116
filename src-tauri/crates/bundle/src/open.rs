//! Opening: from the file's bytes to a verified manifest, and then member by member.

use std::collections::HashMap;
use std::io::{self, Read};

use crate::archive;
use crate::envelope::unseal::Unsealed;
use crate::error::{BundleError, Mismatch, Refusal};
use crate::hex::Hash;
use crate::keys::{self, Identity, KeyError, VerifyingKey};
use crate::limits::{Limit, Limits};
use crate::lines::Lines;
use crate::manifest::{Manifest, Member, Range};
use crate::names::{MANIFEST_NAME, MANIFEST_SIGNATURE_NAME, MemberName};
use crate::pack::BUFFER;
use crate::progress::{Progress, Watch, tell};

/// A bundle whose manifest has been read and verified, and whose members have not been read yet.
pub struct Opened<R: Read> {
    stream: Unsealed<R>,
    manifest: Manifest,
    manifest_bytes: Vec<u8>,
    signature: String,
    names: Vec<MemberName>,
    identity: usize,
    limits: Limits,
}

/// A bundle that was read to its end and is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The manifest.
    pub manifest: Manifest,
    /// The hash by which bundles are the same.
    pub manifest_hash: Hash,
    /// Length of the file in bytes.
    pub file_size: u64,
    /// Bytes of all members after the signature.
    pub members_size: u64,
}

/// What is known of a member before its bytes come.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'m> {
    /// What it is.
    pub name: MemberName,
    /// What the manifest says of it.
    pub member: &'m Member,
    /// For entries, checkpoints and their signatures: the range that they belong to.
    pub range: Option<&'m Range>,
}

/// Takes off encryption and compression, reads the manifest and its signature, and verifies them; nothing further is
/// unpacked.
///
/// `trust` is asked which key the manifest must be signed with. What it sees is not yet verified: it is asked only to
/// look up the sender and to refuse strangers. Nothing may be kept of it unless this function returns `Ok`.
///
/// # Errors
/// Every variant of [`BundleError`] except those about members after the signature.
pub fn open<R: Read>(
    input: R,
    identities: &[Identity],
    trust: impl FnOnce(&Manifest) -> Result<VerifyingKey, Refusal>,
    limits: &Limits,
) -> Result<Opened<R>, BundleError> {
    let (mut stream, identity) = Unsealed::open(input, identities, limits)?;
    let manifest_bytes = read_first(&mut stream, MANIFEST_NAME, Limit::Manifest, limits)?;
    let signature = read_first(&mut stream, MANIFEST_SIGNATURE_NAME, Limit::Signature, limits)?;

    let manifest = Manifest::from_bytes(&manifest_bytes)?;
    let names = manifest.check(limits)?;
    let key = trust(&manifest).map_err(BundleError::Refused)?;
    let signature = String::from_utf8(signature).map_err(|_| BundleError::malformed("the signature is not text"))?;
    keys::verify(&key, &manifest_bytes, &signature).map_err(|error| match error {
        KeyError::SignatureWrong => BundleError::SignatureWrong,
        error => BundleError::malformed(format!("manifest: {error}")),
    })?;
    if manifest.sender.key != key.to_string() {
        return Err(BundleError::malformed(
            "manifest: sender.key is not the key that signed it",
        ));
    }
    // Whoever can read a bundle can encrypt it anew for somebody else. That the sender meant us stands in what he signed.
    let ours = identities
        .get(identity)
        .map(|identity| identity.to_public().to_string());
    if !ours.is_some_and(|ours| manifest.to.recipients.contains(&ours)) {
        return Err(BundleError::NotForUs);
    }
    Ok(Opened {
        stream,
        manifest,
        manifest_bytes,
        signature,
        names,
        identity,
        limits: *limits,
    })
}

/// Reads a whole bundle and keeps nothing of it but its manifest.
///
/// # Errors
/// As of [`open()`] and [`Opened::members`].
pub fn verify<R: Read>(
    input: R,
    identities: &[Identity],
    trust: impl FnOnce(&Manifest) -> Result<VerifyingKey, Refusal>,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<Report, BundleError> {
    open(input, identities, trust, limits)?.members(watch, |_, _| Ok(()))
}

impl<R: Read> Opened<R> {
    /// The verified manifest.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The bytes of `manifest.json`, as they were signed.
    #[must_use]
    pub fn manifest_bytes(&self) -> &[u8] {
        &self.manifest_bytes
    }

    /// The text of `manifest.json.minisig`.
    #[must_use]
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// The hash by which bundles are the same.
    #[must_use]
    pub fn manifest_hash(&self) -> Hash {
        Hash::of(&self.manifest_bytes)
    }

    /// Which of the identities given to [`open()`] the file was encrypted to.
    #[must_use]
    pub const fn identity(&self) -> usize {
        self.identity
    }

    /// Streams every member, in order, to `sink`, which need not read it to its end. Sizes, hashes and lines are checked
    /// while bytes pass, so what `sink` reads is **not verified until this function returns `Ok`**: stage it, and apply
    /// nothing before.
    ///
    /// An error of `sink`'s ends the reading and is returned, unless the bundle itself failed: then that is the error,
    /// whatever `sink` made of the failed read.
    ///
    /// # Errors
    /// Those of [`BundleError`] about members, and about a file that is cut, damaged, malformed or too big; `E`.
    pub fn members<E: From<BundleError>>(
        mut self,
        watch: &mut Watch<'_>,
        mut sink: impl FnMut(Incoming<'_>, &mut dyn Read) -> Result<(), E>,
    ) -> Result<Report, E> {
        let ranges: Vec<&Range> = self.manifest.ranges().collect();
        let places: HashMap<&str, usize> = self.manifest.members.iter().map(|m| &m.name[..]).zip(0..).collect();
        let mut progress = Progress {
            done: 0,
            total: self.manifest.members.iter().map(|member| member.size).sum(),
        };
        for (member, name) in self.manifest.members.iter().zip(&self.names) {
            let range = name.range_index().and_then(|index| ranges.get(index)).copied();
            expect_member(&mut self.stream, member, &places)?;
            let lines = name.is_lines().then(|| Lines::expecting(range, &self.limits));
            let mut body = Body {
                stream: &mut self.stream,
                member,
                left: member.size,
                hasher: blake3::Hasher::new(),
                lines,
                progress: &mut progress,
                watch,
                failure: None,
            };
            let outcome = sink(
                Incoming {
                    name: *name,
                    member,
                    range,
                },
                &mut body,
            );
            if let Some(failure) = body.failure.take() {
                return Err(failure.into());
            }
            outcome?;
            body.finish()?;
        }
        if let Some(extra) = archive::read_header(&mut self.stream)? {
            return Err(unexpected(extra.name, &places).into());
        }
        archive::read_end(&mut self.stream, &self.limits)?;
        let file_size = self.stream.finish()?;
        Ok(Report {
            manifest_hash: Hash::of(&self.manifest_bytes),
            manifest: self.manifest,
            file_size,
            members_size: progress.total,
        })
    }
}

/// Reads one of the two members that come before anything is verified.
fn read_first<R: Read>(
    stream: &mut Unsealed<R>,
    name: &str,
    limit: Limit,
    limits: &Limits,
) -> Result<Vec<u8>, BundleError> {
    let entry = archive::read_header(stream)?.ok_or_else(|| BundleError::MemberMissing { name: name.to_owned() })?;
    if entry.name != name {
        return Err(match name {
            MANIFEST_NAME => BundleError::NotABundle,
            _ => BundleError::MemberMissing { name: name.to_owned() },
        });
    }
    limit.check(entry.size, limits)?;
    let mut bytes = Vec::new();
    stream.take(entry.size).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != entry.size {
        return Err(BundleError::malformed("tar: the stream ends before its end marker"));
    }
    archive::read_padding(stream, entry.size)?;
    Ok(bytes)
}

/// Reads the header of a member, which must be that of `member`.
fn expect_member<R: Read>(
    stream: &mut Unsealed<R>,
    member: &Member,
    places: &HashMap<&str, usize>,
) -> Result<(), BundleError> {
    let Some(entry) = archive::read_header(stream)? else {
        return Err(BundleError::MemberMissing {
            name: member.name.clone(),
        });
    };
    if entry.name != member.name {
        return Err(unexpected(entry.name, places));
    }
    if entry.size != member.size {
        return Err(BundleError::MemberMismatch {
            name: entry.name,
            what: Mismatch::Size,
        });
    }
    Ok(())
}

fn unexpected(name: String, places: &HashMap<&str, usize>) -> BundleError {
    if places.contains_key(&name[..]) {
        BundleError::MemberMismatch {
            name,
            what: Mismatch::Order,
        }
    } else {
        BundleError::MemberExtra { name }
    }
}

/// The bytes of one member, checked as they pass.
struct Body<'b, 'w, R: Read> {
    stream: &'b mut Unsealed<R>,
    member: &'b Member,
    left: u64,
    hasher: blake3::Hasher,
    lines: Option<Lines>,
    progress: &'b mut Progress,
    watch: &'b mut Watch<'w>,
    failure: Option<BundleError>,
}

impl<R: Read> Body<'_, '_, R> {
    fn read_checked(&mut self, buffer: &mut [u8]) -> Result<usize, BundleError> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let n = self.stream.read(&mut buffer[..most])?;
        if n == 0 {
            return Err(BundleError::malformed("tar: the stream ends before its end marker"));
        }
        let bytes = &buffer[..n];
        self.left -= n as u64;
        self.hasher.update(bytes);
        if let Some(lines) = &mut self.lines {
            lines.pass(bytes, &self.member.name)?;
        }
        self.progress.done += n as u64;
        tell(self.watch, *self.progress)?;
        Ok(n)
    }

    /// Reads what the caller left, and settles size, hash and lines.
    fn finish(mut self) -> Result<(), BundleError> {
        let mut buffer = vec![0; usize::try_from(self.left).unwrap_or(BUFFER).min(BUFFER)];
        while self.read_checked(&mut buffer)? != 0 {}
        if Hash::from(self.hasher.finalize()) != self.member.blake3 {
            return Err(BundleError::MemberMismatch {
                name: self.member.name.clone(),
                what: Mismatch::Content,
            });
        }
        if let Some(lines) = self.lines {
            lines.finish(&self.member.name)?;
        }
        archive::read_padding(self.stream, self.member.size)
    }
}

impl<R: Read> Read for Body<'_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.failure.is_some() {
            return Err(io::Error::other("the bundle failed before"));
        }
        self.read_checked(buffer).map_err(|failure| {
            let told = io::Error::other(failure.to_string());
            self.failure = Some(failure);
            told
        })
    }
}

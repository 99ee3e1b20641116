//! Packing and reading the file: a tar of the manifest, its signature and the package, in this order, and nothing else.

use super::{MANIFEST_LIMIT, PACKAGE_LIMIT, SIGNATURE_LIMIT, UpdateError, UpdateManifest};
use crate::archive;
use crate::error::BundleError;
use crate::hex::Hash;
use crate::keys::{self, KeyError, SigningKey, VerifyingKey};
use crate::limits::Limits;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;

pub(super) const MANIFEST_NAME: &str = "update.json";
pub(super) const SIGNATURE_NAME: &str = "update.json.minisig";
/// Bytes moved at once.
const PIECE: usize = 128 << 10;

/// What an update says of itself, and the signature that proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// What it says.
    pub manifest: UpdateManifest,
    /// The bytes of `update.json`.
    pub text: String,
    /// The text of `update.json.minisig`.
    pub signature: String,
}

/// Writes an update file. The manifest's `size` and `blake3` are filled in from the package, which is read twice.
///
/// # Errors
/// [`UpdateError::Malformed`] for a manifest that no reader would take; [`UpdateError::TooBig`]; [`UpdateError::SignatureWrong`]
/// for a key whose parts do not belong together; [`UpdateError::Damaged`] when the package changes meanwhile;
/// [`UpdateError::Io`].
pub fn pack(
    out: &mut impl Write,
    mut manifest: UpdateManifest,
    package: &mut (impl Read + Seek),
    key: &SigningKey,
) -> Result<UpdateManifest, UpdateError> {
    let (size, hash) = passed_on(package, PACKAGE_LIMIT + 1, &mut io::sink(), &mut |_| {
        ControlFlow::Continue(())
    })?;
    manifest.size = size;
    manifest.blake3 = hash;
    manifest.check()?;
    let text = serde_json::to_string_pretty(&manifest).map_err(|error| UpdateError::malformed(error.to_string()))?;
    let comment = manifest.comment();
    let signature = keys::sign(key, text.as_bytes(), &comment).map_err(of_key)?;
    // A key file without a checksum may be damaged: then nobody could verify what it signs.
    keys::verify(key.public(), text.as_bytes(), &signature).map_err(of_key)?;
    for (name, bytes) in [(MANIFEST_NAME, &text), (SIGNATURE_NAME, &signature)] {
        archive::write_header(out, name, bytes.len() as u64)?;
        out.write_all(bytes.as_bytes())?;
        archive::write_padding(out, bytes.len() as u64)?;
    }
    archive::write_header(out, &manifest.file, size)?;
    package.seek(SeekFrom::Start(0))?;
    let again = passed_on(package, size, out, &mut |_| ControlFlow::Continue(()))?;
    if again != (size, hash) {
        return Err(UpdateError::Damaged);
    }
    archive::write_padding(out, size)?;
    archive::write_end(out)?;
    Ok(manifest)
}

/// Reads what an update file says of itself, and verifies it. The package is not looked at. At most the limits of the
/// first two members are read, whatever the file is.
///
/// # Errors
/// Those of [`read`] that concern the first two members.
pub fn read_head(input: &mut impl Read, key: &VerifyingKey) -> Result<Head, UpdateError> {
    let mut input = Ended {
        inner: input,
        ended: false,
    };
    let head = head(&mut input, key);
    input.told(head)
}

/// Reads and verifies a whole update file, and hands the package on as it comes: it is worth nothing until this has
/// returned. Memory does not grow with the file. `watch` hears how many bytes of the package are done.
///
/// # Errors
/// Every variant of [`UpdateError`].
pub fn read(
    input: &mut impl Read,
    key: &VerifyingKey,
    package: &mut impl Write,
    watch: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Head, UpdateError> {
    let mut input = Ended {
        inner: input,
        ended: false,
    };
    let whole = whole(&mut input, key, package, watch);
    input.told(whole)
}

fn whole<R: Read>(
    input: &mut Ended<'_, R>,
    key: &VerifyingKey,
    package: &mut impl Write,
    watch: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Head, UpdateError> {
    let head = head(input, key)?;
    let manifest = &head.manifest;
    let entry = archive::read_header(input).map_err(of_archive)?;
    if !entry.is_some_and(|entry| entry.name == manifest.file && entry.size == manifest.size) {
        return Err(UpdateError::malformed(
            "the package is not the one that the manifest names",
        ));
    }
    let (size, hash) = passed_on(input, manifest.size, package, watch)?;
    if size < manifest.size {
        return Err(UpdateError::CutShort);
    }
    if hash != manifest.blake3 {
        return Err(UpdateError::Damaged);
    }
    archive::read_padding(input, manifest.size).map_err(of_archive)?;
    if archive::read_header(input).map_err(of_archive)?.is_some() {
        return Err(UpdateError::malformed("a member after the package"));
    }
    archive::read_end(input, &Limits::default()).map_err(of_archive)?;
    Ok(head)
}

fn head<R: Read>(input: &mut Ended<'_, R>, key: &VerifyingKey) -> Result<Head, UpdateError> {
    let text = small(input, MANIFEST_NAME, MANIFEST_LIMIT)?;
    let signature = small(input, SIGNATURE_NAME, SIGNATURE_LIMIT)?;
    let comment = keys::verify(key, text.as_bytes(), &signature).map_err(of_key)?;
    // Nothing is read that was not signed.
    let manifest = UpdateManifest::from_bytes(text.as_bytes())?;
    if comment != manifest.comment() {
        return Err(UpdateError::SignatureWrong);
    }
    Ok(Head {
        manifest,
        text,
        signature,
    })
}

/// A member of text, within its limit.
fn small<R: Read>(input: &mut Ended<'_, R>, name: &'static str, allowed: u64) -> Result<String, UpdateError> {
    let entry = archive::read_header(input);
    if name == MANIFEST_NAME && !input.ended && !matches!(&entry, Ok(Some(entry)) if entry.name == name) {
        return Err(UpdateError::NotAnUpdate);
    }
    let entry = entry.map_err(of_archive)?.filter(|entry| entry.name == name);
    let entry = entry.ok_or_else(|| UpdateError::malformed(format!("{name} is not at its place")))?;
    if entry.size > allowed {
        return Err(UpdateError::TooBig { what: name, allowed });
    }
    let mut bytes = Vec::new();
    input.take(entry.size).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < entry.size {
        return Err(UpdateError::CutShort);
    }
    archive::read_padding(input, entry.size).map_err(of_archive)?;
    String::from_utf8(bytes).map_err(|_| UpdateError::malformed(format!("{name} is not text")))
}

/// Hands at most so many bytes on; answers how many there were, and their hash.
fn passed_on(
    input: &mut impl Read,
    most: u64,
    out: &mut impl Write,
    watch: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<(u64, Hash), UpdateError> {
    let mut hasher = blake3::Hasher::new();
    let mut piece = vec![0; PIECE];
    let mut done = 0;
    while done < most {
        let want = usize::try_from(most - done).unwrap_or(PIECE).min(PIECE);
        let read = input.read(&mut piece[..want])?;
        if read == 0 {
            break;
        }
        hasher.update(&piece[..read]);
        out.write_all(&piece[..read])?;
        done += read as u64;
        if watch(done).is_break() {
            return Err(UpdateError::Cancelled);
        }
    }
    Ok((done, hasher.finalize().into()))
}

/// Notices that the input ended, so that what is cut short is told as such.
struct Ended<'a, R> {
    inner: &'a mut R,
    ended: bool,
}

impl<R: Read> Ended<'_, R> {
    fn told<T>(&self, done: Result<T, UpdateError>) -> Result<T, UpdateError> {
        match done {
            Err(UpdateError::Malformed(_)) if self.ended => Err(UpdateError::CutShort),
            done => done,
        }
    }
}

impl<R: Read> Read for Ended<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.ended |= read == 0 && !buffer.is_empty();
        Ok(read)
    }
}

fn of_key(error: KeyError) -> UpdateError {
    match error {
        KeyError::NoRandomness(what) => UpdateError::Io(io::Error::other(what)),
        _ => UpdateError::SignatureWrong,
    }
}

fn of_archive(error: BundleError) -> UpdateError {
    match error {
        BundleError::Io(error) => UpdateError::Io(error),
        BundleError::Malformed(what) => UpdateError::Malformed(what),
        other => UpdateError::Malformed(other.to_string()),
    }
}

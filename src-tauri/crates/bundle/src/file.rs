//! Writing a bundle to a file, so that a whole one is there or none.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use tempfile::{NamedTempFile, PersistError};

use crate::error::BundleError;
use crate::hex::Hash;
use crate::keys::SigningKey;
use crate::limits::Limits;
use crate::manifest::Manifest;
use crate::outgoing::Outgoing;
use crate::pack::{BUFFER, Packed, pack};
use crate::progress::Watch;

/// Does something with a file, and may do it again as long as another program holds the file for a moment: virus scanners open
/// what was just written, and until they let go Windows refuses to rename or remove it. How long to wait, and for which
/// errors, is the caller's to know. [`once`] never tries again.
pub type Insist = fn(&mut dyn FnMut() -> io::Result<()>) -> io::Result<()>;

/// An [`Insist`] that takes the first answer.
///
/// # Errors
/// That of the one try.
pub fn once(act: &mut dyn FnMut() -> io::Result<()>) -> io::Result<()> {
    act()
}

/// Packs a bundle into a new file at `path`.
///
/// It is written beside it under a name that ends in `.part`, flushed to the disk, read back and compared, and only then
/// gets its name, by `insist`: nobody who looks into the folder ever sees half a bundle. On failure nothing is left behind.
///
/// # Errors
/// Those of [`pack()`]; [`BundleError::Io`] of kind `AlreadyExists` if there is a file of that name, which is left as it
/// is; [`BundleError::Damaged`] if what is read back is not what was written.
pub fn write_file(
    path: &Path,
    manifest: Manifest,
    members: Vec<Outgoing<'_>>,
    signer: &SigningKey,
    limits: &Limits,
    insist: Insist,
    watch: &mut Watch<'_>,
) -> Result<Packed, BundleError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let name = path
        .file_name()
        .ok_or(io::ErrorKind::InvalidInput)
        .map_err(io::Error::from)?;
    refuse_existing(path)?;

    let mut prefix = name.to_owned();
    prefix.push(".");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".part");
    #[cfg(unix)]
    {
        // As any program's new file: the folder decides who may read it, and its bytes are encrypted.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    // Removes itself when dropped, until it has its name.
    let mut part = builder.tempfile_in(folder)?;

    let mut out = Hashing {
        inner: BufWriter::with_capacity(BUFFER, part.as_file_mut()),
        hasher: blake3::Hasher::new(),
    };
    let packed = pack(&mut out, manifest, members, signer, limits, watch)?;
    out.flush()?;
    let written = Hash::from(out.hasher.finalize());
    drop(out);
    part.as_file().sync_all()?;

    compare(part.path(), packed.size, written)?;
    // Taken for each try, and put back when it fails: dropped, it would remove itself.
    let mut unnamed = Some(part);
    insist(&mut || match unnamed.take() {
        Some(part) => give_name(part, path).map_err(|error| {
            unnamed = Some(error.file);
            error.error
        }),
        None => Ok(()),
    })?;
    if let Err(error) = settle(path, folder, packed.size) {
        // Its name may not last, or it is not whole under it: better none. That it failed is said by the error.
        let _ = insist(&mut || fs::remove_file(path));
        return Err(error);
    }
    Ok(packed)
}

/// Gives the file its name, unless another has it.
fn give_name(part: NamedTempFile, path: &Path) -> Result<(), PersistError> {
    let error = match part.persist_noclobber(path) {
        Ok(_) => return Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
        Err(error) => error,
    };
    // Some file systems of USB sticks and shares can neither rename without replacing nor link.
    match fs::symlink_metadata(path) {
        Err(absent) if absent.kind() == io::ErrorKind::NotFound => error.file.persist(path).map(drop),
        Ok(_) => Err(PersistError {
            error: io::ErrorKind::AlreadyExists.into(),
            file: error.file,
        }),
        Err(other) => Err(PersistError {
            error: other,
            file: error.file,
        }),
    }
}

/// After the file got its name.
fn settle(path: &Path, folder: &Path, size: u64) -> Result<(), BundleError> {
    sync_folder(folder)?;
    if fs::metadata(path)?.len() == size {
        Ok(())
    } else {
        Err(BundleError::Damaged)
    }
}

fn refuse_existing(path: &Path) -> Result<(), BundleError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Err(io::Error::from(io::ErrorKind::AlreadyExists).into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Reads the file again by its name.
fn compare(path: &Path, size: u64, hash: Hash) -> Result<(), BundleError> {
    let mut file = File::open(path)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; BUFFER];
    let mut read = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            n => {
                hasher.update(&buffer[..n]);
                read += n as u64;
            }
        }
    }
    if read == size && Hash::from(hasher.finalize()) == hash {
        Ok(())
    } else {
        Err(BundleError::Damaged)
    }
}

/// Makes the new name itself lasting, where the system has a way to ask for it.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    match File::open(folder)?.sync_all() {
        // Some file systems do not know the wish.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}

struct Hashing<W> {
    inner: W,
    hasher: blake3::Hasher,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

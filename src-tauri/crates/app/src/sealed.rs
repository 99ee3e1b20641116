//! Plain files that wait on the disk: compressed, and encrypted to a key that lives in this run's memory alone. When the
//! run ends, nobody can read them any more.

use crate::AppError;
use age::secrecy::ExposeSecret;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Quick above all: the file is read once and thrown away.
const LEVEL: i32 = 1;

/// A file that waits.
#[derive(Clone)]
pub(crate) struct Sealed {
    pub(crate) path: PathBuf,
    /// Bytes of what is in it.
    pub(crate) size: u64,
    key: Zeroizing<String>,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealed")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// A file that is being written; dropped before its end, it is removed.
pub(crate) struct Sealing {
    out: Option<zstd::stream::write::Encoder<'static, age::stream::StreamWriter<File>>>,
    file: Option<Sealed>,
}

fn failed(error: io::Error) -> AppError {
    AppError::of_writing("file_not_written", &error)
        .with("path", "")
        .retryable()
}

impl Sealing {
    /// Begins a file under a key of its own.
    ///
    /// # Errors
    /// `file_not_written`.
    pub(crate) fn begin(path: &Path) -> Result<Sealing, AppError> {
        let identity = age::x25519::Identity::generate();
        let recipient = identity.to_public();
        let file = Sealed {
            path: path.to_owned(),
            size: 0,
            key: Zeroizing::new(identity.to_string().expose_secret().to_owned()),
        };
        let mut sealing = Sealing {
            out: None,
            file: Some(file),
        };
        let recipients = std::iter::once(&recipient as &dyn age::Recipient);
        let encryptor =
            age::Encryptor::with_recipients(recipients).map_err(|error| AppError::internal("sealing", &error))?;
        let age = encryptor
            .wrap_output(File::create(path).map_err(failed)?)
            .map_err(failed)?;
        sealing.out = Some(zstd::stream::write::Encoder::new(age, LEVEL).map_err(failed)?);
        Ok(sealing)
    }

    /// Ends the file.
    pub(crate) fn finish(mut self) -> io::Result<Sealed> {
        let over = || io::Error::other("a sealed file that is over");
        let out = self.out.take().ok_or_else(over)?;
        out.finish()?.finish()?;
        self.file.take().ok_or_else(over)
    }
}

impl Write for Sealing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let over = || io::Error::other("a sealed file that is over");
        let count = self.out.as_mut().ok_or_else(over)?.write(bytes)?;
        if let Some(file) = &mut self.file {
            file.size += count as u64;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Sealing {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            drop(self.out.take());
            let _ = std::fs::remove_file(&file.path);
        }
    }
}

impl Sealed {
    /// Reads it from its beginning.
    ///
    /// # Errors
    /// `file_gone`; `file_unreadable`.
    pub(crate) fn open(&self) -> Result<Box<dyn Read>, AppError> {
        let gone = |_| AppError::new("file_gone").with("file", self.path.display());
        let unreadable = |error: &dyn std::fmt::Display| {
            AppError::new("file_unreadable")
                .with("name", self.path.display())
                .with("detail", error)
        };
        let file = BufReader::new(File::open(&self.path).map_err(gone)?);
        let identity: age::x25519::Identity = self.key.parse().map_err(|error: &str| unreadable(&error))?;
        let plain = age::Decryptor::new_buffered(file)
            .and_then(|decryptor| decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)))
            .map_err(|error| unreadable(&error))?;
        let plain = zstd::stream::read::Decoder::new(plain).map_err(|error| unreadable(&error))?;
        Ok(Box::new(plain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_reads_back_and_lies_nowhere_plain() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.sealed");
        let text = "Xã Đồng Kỳ, nghị quyết 2017. ".repeat(10_000);
        let mut sealing = Sealing::begin(&path).unwrap();
        sealing.write_all(text.as_bytes()).unwrap();
        let sealed = sealing.finish().unwrap();
        assert_eq!(sealed.size, text.len() as u64);
        let mut back = String::new();
        sealed.open().unwrap().read_to_string(&mut back).unwrap();
        assert_eq!(back, text);
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(9).any(|window| window == b"2017. X\xc3\xa3"));
    }

    #[test]
    fn what_was_broken_off_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.sealed");
        let mut sealing = Sealing::begin(&path).unwrap();
        sealing.write_all(b"half").unwrap();
        drop(sealing);
        assert!(!path.exists());
    }
}

//! Writing the outer layers.

use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;

use age::stream::StreamWriter;
use zstd::stream::write::Encoder;

use super::{LENGTH_MODULUS, LENGTH_REMAINDER, PADDING_MAGIC};
use crate::error::BundleError;
use crate::keys::{KeyError, Recipient};

/// A middle level: lines shrink well at any, photos at none, and old laptops are slow.
pub(crate) const LEVEL: i32 = 6;

/// 4 MiB, half of what readers must allow.
const WINDOW_LOG: u32 = 22;

/// Plain bytes in one chunk of age's, and what encryption adds to each.
pub(crate) const AGE_CHUNK: u64 = 64 * 1024;
pub(crate) const AGE_TAG: u64 = 16;

/// A writer that counts, into a place that can be read while others own the writer.
struct Counter<W> {
    inner: W,
    count: Rc<Cell<u64>>,
}

impl<W: Write> Write for Counter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.count.set(self.count.get() + n as u64);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Takes the tar stream and writes the file.
pub(crate) struct Sealer<W: Write> {
    zstd: Encoder<'static, Counter<StreamWriter<Counter<W>>>>,
    /// Bytes of the age header and nonce.
    header: u64,
    /// Bytes given to age.
    plain: Rc<Cell<u64>>,
    /// Bytes of the file.
    written: Rc<Cell<u64>>,
}

impl<W: Write> Sealer<W> {
    /// Begins a file to `recipients`, of a tar stream of exactly `size` bytes.
    pub(crate) fn begin(out: W, recipients: &[Recipient], size: u64) -> Result<Self, BundleError> {
        let recipients = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(recipients).map_err(|error| match error {
            age::EncryptError::Io(error) => BundleError::Io(error),
            _ => BundleError::Key(KeyError::NotARecipient),
        })?;
        let (plain, written) = (Rc::<Cell<u64>>::default(), Rc::<Cell<u64>>::default());
        let age = encryptor.wrap_output(Counter {
            inner: out,
            count: Rc::clone(&written),
        })?;
        let header = written.get();
        let mut zstd = Encoder::new(
            Counter {
                inner: age,
                count: Rc::clone(&plain),
            },
            LEVEL,
        )?;
        zstd.include_checksum(true)?;
        zstd.window_log(WINDOW_LOG)?;
        zstd.set_pledged_src_size(Some(size))?;
        Ok(Self {
            zstd,
            header,
            plain,
            written,
        })
    }

    /// Ends both layers. Gives the file's length in bytes.
    pub(crate) fn finish(self) -> Result<u64, BundleError> {
        let mut age = self.zstd.finish()?;
        if let Some(padding) = padding_frame(self.header, self.plain.get()) {
            age.write_all(&padding)?;
        }
        age.inner.finish()?.flush()?;
        Ok(self.written.get())
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.zstd.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zstd.flush()
    }
}

/// Length of an age file with a header of `header` bytes around `plain` bytes.
const fn age_length(header: u64, plain: u64) -> u64 {
    let chunks = if plain == 0 { 1 } else { plain.div_ceil(AGE_CHUNK) };
    header + plain + chunks * AGE_TAG
}

/// The skippable zstd frame that brings the file to a length of the right remainder; `None` if it has it already.
fn padding_frame(header: u64, plain: u64) -> Option<Vec<u8>> {
    const FRAME_HEADER: u64 = 8;
    let fits = |added: u64| age_length(header, plain + added) % LENGTH_MODULUS == LENGTH_REMAINDER;
    if fits(0) {
        return None;
    }
    // A new chunk may begin within the padding and jump over the right length once; the next one is as good.
    let added = (FRAME_HEADER..FRAME_HEADER + 3 * LENGTH_MODULUS).find(|added| fits(*added))?;
    let content = u32::try_from(added - FRAME_HEADER).ok()?;
    let mut frame = Vec::from(PADDING_MAGIC);
    frame.extend(content.to_le_bytes());
    frame.resize(frame.len() + content as usize, 0);
    Some(frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_always_reaches_the_length() {
        for header in [200, 216, 7_777] {
            for plain in (0..3_000).chain(AGE_CHUNK - 3_000..AGE_CHUNK + 3_000) {
                let added = padding_frame(header, plain).map_or(0, |frame| frame.len() as u64);
                assert_eq!(
                    age_length(header, plain + added) % LENGTH_MODULUS,
                    LENGTH_REMAINDER,
                    "{header} {plain}"
                );
                assert!(added <= 2 * LENGTH_MODULUS + 8 + AGE_TAG);
            }
        }
    }
}

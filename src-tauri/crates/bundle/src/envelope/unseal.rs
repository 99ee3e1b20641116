//! Reading the outer layers.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use age::stream::StreamReader;
use age::{DecryptError, Decryptor};
use zstd::stream::read::Decoder;

use super::{LENGTH_MODULUS, LENGTH_REMAINDER, PADDING_MAGIC, ZSTD_MAGIC};
use crate::error::BundleError;
use crate::keys::Identity;
use crate::limits::{Limit, Limits, check_ratio};

const AGE_MAGIC: &[u8] = b"age-encryption.org/v1\n";
const AGE_NONCE: u64 = 16;
/// Longest line of an age header that is taken; a recipient's lines have 53 and 43 letters.
const AGE_LINE: u64 = 512;

/// What is known of the file while others own its reader.
#[derive(Default)]
struct Gauge {
    read: AtomicU64,
    ended: AtomicBool,
}

impl Gauge {
    /// What a file is that ends where it should not, or whose last part does not decrypt: its length tells.
    fn cut_or_damaged(&self) -> BundleError {
        if self.read.load(Relaxed) % LENGTH_MODULUS == LENGTH_REMAINDER {
            BundleError::Damaged
        } else {
            BundleError::CutShort
        }
    }
}

/// The file itself. Its own errors pass the layers above as [`BundleError::Io`], so none of them is taken for damage.
pub(crate) struct Source<R> {
    inner: R,
    gauge: Arc<Gauge>,
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buffer) {
            Ok(0) if !buffer.is_empty() => {
                self.gauge.ended.store(true, Relaxed);
                Ok(0)
            }
            Ok(n) => {
                self.gauge.read.fetch_add(n as u64, Relaxed);
                Ok(n)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(io::Error::other(BundleError::Io(error))),
        }
    }
}

/// A header that was looked at, and what follows it.
type Rejoined<R> = Chain<Cursor<Vec<u8>>, BufReader<R>>;

/// What age decrypts: authenticated, chunk by chunk.
pub(crate) struct Plain<R: Read> {
    inner: StreamReader<Rejoined<Source<R>>>,
    gauge: Arc<Gauge>,
}

impl<R: Read> Read for Plain<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            // Only age's own errors are of these kinds; those of the file come wrapped.
            io::ErrorKind::UnexpectedEof => BundleError::CutShort.into_io(),
            io::ErrorKind::InvalidData if self.gauge.ended.load(Relaxed) => self.gauge.cut_or_damaged().into_io(),
            io::ErrorKind::InvalidData => BundleError::Damaged.into_io(),
            _ => error,
        })
    }
}

/// Opens the age layer. Also tells which of the identities fits.
fn decrypt<R: Read>(input: R, identities: &[Identity], limits: &Limits) -> Result<(Plain<R>, usize), BundleError> {
    let gauge = Arc::<Gauge>::default();
    let mut input = BufReader::with_capacity(
        64 * 1024,
        Source {
            inner: input,
            gauge: Arc::clone(&gauge),
        },
    );
    let header = read_age_header(&mut input, &gauge, limits)?;
    // Each identity is tried on the header alone first, to know which one it is for.
    let mut fitting = None;
    for (index, identity) in identities.iter().enumerate() {
        match Decryptor::new_buffered(&header[..]).and_then(|header| header.decrypt(iter::once(identity as _))) {
            Ok(_) => {
                fitting = Some((index, identity));
                break;
            }
            Err(DecryptError::NoMatchingKeys) => {}
            Err(_) => return Err(BundleError::Damaged),
        }
    }
    let (index, identity) = fitting.ok_or(BundleError::NotForUs)?;
    let inner = Decryptor::new_buffered(Cursor::new(header).chain(input))
        .and_then(|file| file.decrypt(iter::once(identity as _)))
        .map_err(|_| BundleError::Damaged)?;
    Ok((Plain { inner, gauge }, index))
}

/// Reads age's header and nonce line by line, so that neither a large nor an endless one is ever in memory, and one that
/// is cut is known from one that is damaged.
fn read_age_header(input: &mut impl BufRead, gauge: &Gauge, limits: &Limits) -> Result<Vec<u8>, BundleError> {
    let mut header = Vec::new();
    let mut recipients = 0;
    loop {
        let line_start = header.len();
        input.by_ref().take(AGE_LINE).read_until(b'\n', &mut header)?;
        let line = &header[line_start..];
        if line_start == 0 && !AGE_MAGIC.starts_with(line) {
            return Err(BundleError::NotABundle);
        }
        if !line.ends_with(b"\n") {
            return Err(if line.len() as u64 == AGE_LINE {
                BundleError::Damaged
            } else {
                gauge.cut_or_damaged()
            });
        }
        recipients += u64::from(line.starts_with(b"-> "));
        let is_last = line.starts_with(b"---");
        Limit::Header.check(header.len() as u64, limits)?;
        // One more than the recipients: writers of age files add a line that is for nobody.
        if recipients > limits.recipients + 1 {
            return Err(BundleError::TooBig {
                limit: Limit::Recipients,
                allowed: limits.recipients,
            });
        }
        if is_last {
            break;
        }
    }
    let nonce = input.by_ref().take(AGE_NONCE).read_to_end(&mut header)?;
    if nonce as u64 == AGE_NONCE {
        Ok(header)
    } else {
        Err(gauge.cut_or_damaged())
    }
}

/// The unpacked stream: age and zstd taken off.
pub(crate) struct Unsealed<R: Read> {
    zstd: Decoder<'static, Rejoined<Plain<R>>>,
    gauge: Arc<Gauge>,
    unpacked: u64,
    limits: Limits,
}

impl<R: Read> Unsealed<R> {
    /// Takes off both layers. Also tells which of the identities fits.
    pub(crate) fn open(input: R, identities: &[Identity], limits: &Limits) -> Result<(Self, usize), BundleError> {
        let (plain, identity) = decrypt(input, identities, limits)?;
        let gauge = Arc::clone(&plain.gauge);
        let mut plain = BufReader::with_capacity(64 * 1024, plain);
        let header = read_zstd_header(&mut plain, limits)?;
        let mut zstd = Decoder::with_buffer(Cursor::new(header).chain(plain))?.single_frame();
        zstd.window_log_max(limits.window.max(1024).ilog2())?;
        Ok((
            Self {
                zstd,
                gauge,
                unpacked: 0,
                limits: *limits,
            },
            identity,
        ))
    }

    /// After all has been read: nothing may follow the zstd frame but padding, and age must end there.
    pub(crate) fn finish(mut self) -> Result<u64, BundleError> {
        if self.read(&mut [0])? != 0 {
            return Err(BundleError::malformed("zstd: there is more than the tar stream"));
        }
        let mut after = self.zstd.into_inner();
        let mut skipped = 0;
        loop {
            let mut header = [0; 8];
            match read_up_to(&mut after, &mut header)? {
                0 => return Ok(self.gauge.read.load(Relaxed)),
                8 if header.starts_with(&PADDING_MAGIC) => {}
                _ => return Err(BundleError::malformed("zstd: something follows the frame")),
            }
            let [.., a, b, c, d] = header;
            let content = u64::from(u32::from_le_bytes([a, b, c, d]));
            skipped += 8 + content;
            Limit::Padding.check(skipped, &self.limits)?;
            let mut zeros = Vec::new();
            if (&mut after).take(content).read_to_end(&mut zeros)? as u64 != content {
                return Err(BundleError::malformed("zstd: the padding ends early"));
            }
            if zeros.iter().any(|byte| *byte != 0) {
                return Err(BundleError::malformed("zstd: padding is not zeros"));
            }
        }
    }
}

impl<R: Read> Read for Unsealed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.zstd.read(buffer).map_err(|error| {
            if error.get_ref().is_some_and(|inner| inner.is::<BundleError>())
                || error.kind() == io::ErrorKind::Interrupted
            {
                return error;
            }
            // What age let through is as its writer made it, so it is not the way here that harmed it.
            BundleError::malformed(format!("zstd: {error}")).into_io()
        })?;
        self.unpacked += n as u64;
        let limits = &self.limits;
        Limit::Total
            .check(self.unpacked, limits)
            .map_err(BundleError::into_io)?;
        check_ratio(self.unpacked, self.gauge.read.load(Relaxed), limits).map_err(BundleError::into_io)?;
        Ok(n)
    }
}

/// Reads and judges the header of the zstd frame (RFC 8878, 3.1.1.1), and gives its bytes.
fn read_zstd_header(input: &mut impl Read, limits: &Limits) -> Result<Vec<u8>, BundleError> {
    let mut read = |count: usize, header: &mut Vec<u8>| -> Result<u64, BundleError> {
        let start = header.len();
        header.resize(start + count, 0);
        if read_up_to(input, &mut header[start..])? != count {
            return Err(BundleError::NotABundle);
        }
        // Little-endian, and never more than eight bytes.
        Ok(header[start..]
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)))
    };
    let mut header = Vec::new();
    read(4, &mut header)?;
    if header != ZSTD_MAGIC {
        return Err(BundleError::NotABundle);
    }
    let descriptor = read(1, &mut header)?;
    let is_single_segment = descriptor & 0x20 != 0;
    let window = if is_single_segment {
        None
    } else {
        let byte = read(1, &mut header)?;
        let base = 1_u64 << (10 + (byte >> 3));
        Some(base + base / 8 * (byte & 7))
    };
    let dictionary = read([0, 1, 2, 4][(descriptor & 3) as usize], &mut header)?;
    let content_size = match descriptor >> 6 {
        0 if !is_single_segment => None,
        0 => Some(read(1, &mut header)?),
        1 => Some(read(2, &mut header)? + 256),
        2 => Some(read(4, &mut header)?),
        _ => Some(read(8, &mut header)?),
    };
    if descriptor & 0x08 != 0 || dictionary != 0 {
        return Err(BundleError::malformed("zstd: the frame asks for what is not used here"));
    }
    if descriptor & 0x04 == 0 {
        return Err(BundleError::malformed("zstd: the frame has no checksum"));
    }
    // A frame of a single segment is its own window.
    if let Some(window) = window.or(content_size) {
        Limit::Window.check(window, limits)?;
    }
    if let Some(size) = content_size {
        Limit::Total.check(size, limits)?;
    }
    Ok(header)
}

/// Reads until `buffer` is full or the input ends; gives how many bytes came.
fn read_up_to(input: &mut impl Read, buffer: &mut [u8]) -> Result<usize, BundleError> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(filled)
}

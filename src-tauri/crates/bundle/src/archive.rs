//! The tar stream: POSIX ustar, regular files only, nothing hidden between or after them.

use std::io::{self, Read, Write};

use tar::{EntryType, Header};

use crate::error::BundleError;
use crate::limits::{Limit, Limits};

const BLOCK: usize = 512;

/// Bytes that a member of `size` bytes takes in the stream: its header block and its data in whole blocks.
pub(crate) const fn stored_size(size: u64) -> u64 {
    (BLOCK as u64).saturating_add(size).saturating_add(padding(size))
}

/// Bytes of the end marker.
pub(crate) const END: u64 = 2 * BLOCK as u64;

const fn padding(size: u64) -> u64 {
    size.wrapping_neg() % BLOCK as u64
}

/// Writes the header block of a member.
pub(crate) fn write_header(out: &mut impl Write, name: &str, size: u64) -> io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_path(name)?;
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_device_major(0)?;
    header.set_device_minor(0)?;
    header.set_size(size);
    header.set_cksum();
    out.write_all(header.as_bytes())
}

/// Fills the last block of a member of `size` bytes.
pub(crate) fn write_padding(out: &mut impl Write, size: u64) -> io::Result<()> {
    io::copy(&mut io::repeat(0).take(padding(size)), out).map(drop)
}

/// Writes the end marker.
pub(crate) fn write_end(out: &mut impl Write) -> io::Result<()> {
    out.write_all(&[0; 2 * BLOCK])
}

/// What a header block says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) size: u64,
}

/// Reads the next header block: `None` at the first block of the end marker.
pub(crate) fn read_header(input: &mut impl Read) -> Result<Option<Entry>, BundleError> {
    let mut header = Header::new_ustar();
    fill(input, header.as_mut_bytes())?;
    if header.as_bytes().iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let malformed = |what: &str| BundleError::malformed(format!("tar: {what}"));
    let Some(ustar) = header.as_ustar() else {
        return Err(malformed("a header is not a ustar header"));
    };
    let name_end = ustar
        .name
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(ustar.name.len());
    let name = std::str::from_utf8(&ustar.name[..name_end])
        .map_err(|_| malformed("a name is not text"))?
        .to_owned();
    if ustar.prefix.iter().any(|byte| *byte != 0) {
        return Err(malformed("a name is split"));
    }
    let mut summed = header.clone();
    summed.set_cksum();
    if !matches!((header.cksum(), summed.cksum()), (Ok(said), Ok(is)) if said == is) {
        return Err(malformed("a header's checksum is wrong"));
    }
    if header.as_old().linkflag != [EntryType::Regular.as_byte()] {
        return Err(malformed(&format!("{name:?} is not a regular file")));
    }
    let size = header.entry_size().map_err(|_| malformed("a size is not a number"))?;
    Ok(Some(Entry { name, size }))
}

/// Reads the rest of the last block of a member of `size` bytes, which must be zeros.
pub(crate) fn read_padding(input: &mut impl Read, size: u64) -> Result<(), BundleError> {
    let mut block = [0; BLOCK];
    // Less than a block by construction.
    let rest = &mut block[..padding(size) as usize];
    fill(input, rest)?;
    require_zeros(rest)
}

/// Reads the second block of the end marker and all that follows: zeros, and not too many, to the end of the stream.
pub(crate) fn read_end(input: &mut impl Read, limits: &Limits) -> Result<(), BundleError> {
    let mut block = [0; BLOCK];
    fill(input, &mut block)?;
    require_zeros(&block)?;
    let mut after = 0;
    loop {
        match input.read(&mut block)? {
            0 => return Ok(()),
            n => {
                require_zeros(&block[..n])?;
                after += n as u64;
                Limit::Padding.check(after, limits)?;
            }
        }
    }
}

fn require_zeros(bytes: &[u8]) -> Result<(), BundleError> {
    if bytes.iter().all(|byte| *byte == 0) {
        Ok(())
    } else {
        Err(BundleError::malformed("tar: padding is not zeros"))
    }
}

fn fill(input: &mut impl Read, buffer: &mut [u8]) -> Result<(), BundleError> {
    input.read_exact(buffer).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => BundleError::malformed("tar: the stream ends before its end marker"),
        _ => error.into(),
    })
}

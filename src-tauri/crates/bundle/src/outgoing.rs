//! What goes into a bundle.

use std::fmt;
use std::io::{self, Read};

use crate::hex::Hash;
use crate::names::MemberName;

/// A member to be packed: its name, what is promised of it, and where its bytes come from.
#[derive(Debug)]
pub struct Outgoing<'a> {
    /// What the member is.
    pub name: MemberName,
    /// Its size in bytes, which the source must keep exactly.
    pub size: u64,
    /// BLAKE3 of its bytes, which the source must keep exactly.
    pub blake3: Hash,
    /// Its bytes.
    pub source: Source<'a>,
}

/// Opens the bytes of a member, when their turn comes.
pub type Opener<'a> = Box<dyn FnOnce() -> io::Result<Box<dyn Read + 'a>> + 'a>;

/// Where the bytes of a member come from.
pub enum Source<'a> {
    /// They are here.
    Bytes(Vec<u8>),
    /// They are opened when their turn comes, and streamed.
    Opener(Opener<'a>),
}

impl<'a> Outgoing<'a> {
    /// A member whose bytes are here.
    #[must_use]
    pub fn bytes(name: MemberName, bytes: Vec<u8>) -> Self {
        Self {
            name,
            size: bytes.len() as u64,
            blake3: Hash::of(&bytes),
            source: Source::Bytes(bytes),
        }
    }

    /// A member whose bytes are opened when their turn comes, and streamed.
    pub fn streamed(
        name: MemberName,
        size: u64,
        blake3: Hash,
        open: impl FnOnce() -> io::Result<Box<dyn Read + 'a>> + 'a,
    ) -> Self {
        Self {
            name,
            size,
            blake3,
            source: Source::Opener(Box::new(open)),
        }
    }

    /// A blob, named for its hash, whose bytes are opened when their turn comes, and streamed.
    pub fn blob(hash: Hash, size: u64, open: impl FnOnce() -> io::Result<Box<dyn Read + 'a>> + 'a) -> Self {
        Self::streamed(MemberName::Blob { hash }, size, hash, open)
    }
}

impl fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Opener(_) => f.write_str("opened later"),
        }
    }
}

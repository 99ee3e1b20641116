//! The update file: a newer program, carried to machines without a network. `UPDATE.md` beside this crate specifies it.
//!
//! It is a tar of three members: a manifest, its minisign signature by the maker of the program, and the package that is
//! installed. It holds no secret and is not encrypted; whoever carries it need not be trusted. Like the rest of this crate
//! it takes bytes in and gives bytes out: which key is believed, and whether a package fits a machine, the caller decides.

mod file;
mod manifest;
mod version;

pub use file::{Head, pack, read, read_head};
pub use manifest::{News, UPDATE_READER, UPDATE_TYPE, UpdateManifest};
pub use version::{NotAVersion, Version};

/// How the name of an update file ends.
pub const ENDING: &str = "chidao-update";

/// Most bytes of a package.
pub const PACKAGE_LIMIT: u64 = 256 << 20;
/// Most bytes of `update.json`.
pub const MANIFEST_LIMIT: u64 = 64 << 10;
/// Most bytes of its signature.
pub const SIGNATURE_LIMIT: u64 = 4 << 10;
/// Most bytes of a whole update file: its three members, their headers and the end of the tar.
pub const FILE_LIMIT: u64 = PACKAGE_LIMIT + MANIFEST_LIMIT + SIGNATURE_LIMIT + (16 << 10);

/// Why an update file was refused, or could not be made. Each is an answer of its own to the person at the screen.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// The bytes are something else.
    #[error("not an update file")]
    NotAnUpdate,
    /// The end of the file is missing.
    #[error("cut short: the end of the file is missing")]
    CutShort,
    /// The package is not the one that was signed for.
    #[error("damaged: the package is not the one that was signed for")]
    Damaged,
    /// Not made as the format demands; says what is wrong.
    #[error("malformed: {0}")]
    Malformed(String),
    /// It asks for a reader of a later version.
    #[error("too new: it needs reader version {reader}")]
    TooNew {
        /// The least reader version that it asks for.
        reader: u32,
    },
    /// A member is larger than the format allows.
    #[error("too big: {what} is limited to {allowed} bytes")]
    TooBig {
        /// Name of the member.
        what: &'static str,
        /// Its limit.
        allowed: u64,
    },
    /// It is not signed by the key that is believed, or what is signed is another update.
    #[error("the signature is wrong")]
    SignatureWrong,
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// Reading or writing failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl UpdateError {
    fn malformed(what: impl Into<String>) -> UpdateError {
        UpdateError::Malformed(what.into())
    }
}

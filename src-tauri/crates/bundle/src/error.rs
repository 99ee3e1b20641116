//! Why a bundle was refused, or could not be made.

use std::fmt;
use std::io;

use crate::limits::Limit;

/// Why a bundle was refused, or could not be made. Each variant is an answer of its own to the person at the screen.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The bytes are something else: not an age file, or one that does not hold a bundle.
    #[error("not a bundle")]
    NotABundle,
    /// It is encrypted, or signed, for others: no identity of ours fits. A byte damaged in the very line of the file's
    /// head that is meant for us looks the same.
    #[error("not for this unit")]
    NotForUs,
    /// The end of the file is missing.
    #[error("cut short: the end of the file is missing")]
    CutShort,
    /// The file has its length, but its bytes are not the ones that were written.
    #[error("damaged: the bytes are not the ones that were written")]
    Damaged,
    /// Whole and undamaged, but not made as the format demands; says what is wrong.
    #[error("malformed: {0}")]
    Malformed(String),
    /// It asks for a reader of a later version.
    #[error("too new: it needs reader version {reader}")]
    TooNew {
        /// The least reader version that the bundle asks for.
        reader: u32,
    },
    /// A limit is exceeded.
    #[error("too big: {limit} is limited to {allowed}")]
    TooBig {
        /// Which limit.
        limit: Limit,
        /// Its number.
        allowed: u64,
    },
    /// The manifest's signature does not verify under the key that the caller trusts for this sender.
    #[error("the signature is wrong")]
    SignatureWrong,
    /// The caller refused the sender, with its reason.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// The manifest promises a member that does not come.
    #[error("member {name} is missing")]
    MemberMissing {
        /// The member's name.
        name: String,
    },
    /// A member comes that the manifest does not name.
    #[error("member {name} is not in the manifest")]
    MemberExtra {
        /// The member's name.
        name: String,
    },
    /// A member is not as the manifest says.
    #[error("member {name}: {what}")]
    MemberMismatch {
        /// The member's name.
        name: String,
        /// In what it differs.
        what: Mismatch,
    },
    /// The caller's callback asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// A key could not be used for packing.
    #[error(transparent)]
    Key(#[from] crate::keys::KeyError),
    /// Reading or writing failed.
    #[error("{0}")]
    Io(#[source] io::Error),
}

/// In what a member differs from what the manifest says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    /// Longer or shorter than signed.
    Size,
    /// The bytes have another BLAKE3 hash than signed.
    Content,
    /// Not at its place, or there twice.
    Order,
    /// The number of lines is not that of the range, a line is empty, or the last one is not ended.
    Lines,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Size => "its size is not the signed one",
            Self::Content => "its content is not the signed one",
            Self::Order => "it is not at its place",
            Self::Lines => "its lines are not those of its range",
        })
    }
}

/// The caller's own reason for not trusting a sender. Get it back with [`Refusal::into_inner`].
#[derive(Debug)]
pub struct Refusal(Box<dyn std::error::Error + Send + Sync>);

impl Refusal {
    /// Wraps a reason: an error value of the caller's, or a text.
    pub fn new(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(reason.into())
    }

    /// The reason, to be downcast to what the caller put in.
    #[must_use]
    pub fn into_inner(self) -> Box<dyn std::error::Error + Send + Sync> {
        self.0
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl BundleError {
    pub(crate) fn malformed(what: impl Into<String>) -> Self {
        Self::Malformed(what.into())
    }

    /// Carries this error through a [`std::io::Read`] chain, out of which `From<io::Error>` takes it again.
    pub(crate) fn into_io(self) -> io::Error {
        match self {
            Self::Io(error) => error,
            other => io::Error::other(other),
        }
    }
}

impl From<io::Error> for BundleError {
    fn from(error: io::Error) -> Self {
        match error.downcast::<BundleError>() {
            Ok(ours) => ours,
            Err(error) => Self::Io(error),
        }
    }
}

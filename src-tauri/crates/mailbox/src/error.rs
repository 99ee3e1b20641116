//! What can go wrong at a place, each an answer of its own to the person at the screen.

use std::io;

/// Why something could not be done at a mailbox. Nothing is ever half done under a bundle's own name.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    /// The folder is not there: the stick is not plugged in, the share is not connected.
    #[error("the mailbox is not there")]
    NotThere,
    /// The address of a place is not one, or lacks a part.
    #[error("the address is wrong: {0}")]
    BadAddress(String),
    /// The address would send the password without encryption, and nobody agreed to that.
    #[error("the address is not encrypted")]
    Unencrypted,
    /// The server cannot be reached: no network, no such name, nobody answers, or not in time.
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    /// The connection broke while something was on its way, and trying again at once did not help.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The server is reached, but its certificate or its encryption is not in order.
    #[error("the connection is not secure: {0}")]
    Insecure(String),
    /// The name, the password or the key is wrong, or does not allow this.
    #[error("not allowed")]
    Denied,
    /// The place itself, the bucket or the folder on the server, does not exist.
    #[error("there is no such place")]
    NoSuchPlace,
    /// No room is left.
    #[error("no room is left")]
    Full,
    /// The place takes no files: a write-protected stick, a share for reading only.
    #[error("the place is read-only")]
    ReadOnly,
    /// The file is not there any more.
    #[error("{0} is not there")]
    Gone(String),
    /// A file of this name is there already; names are written once.
    #[error("{0} is there already")]
    Taken(String),
    /// What is read back is not what was written.
    #[error("{0} reads back wrong")]
    ReadsBackWrong(String),
    /// The end of a file did not come: it is still being written, or was replaced while it was read.
    #[error("{0} ends too early")]
    CutShort(String),
    /// A limit of [`crate::limits`] is exceeded.
    #[error("too big: {what} is limited to {allowed}")]
    TooBig {
        /// What is too big.
        what: &'static str,
        /// The limit's number.
        allowed: u64,
    },
    /// The server answers what it should not, or that it cannot just now.
    #[error("the server failed: {0}")]
    Failed(String),
    /// The server does not do this, now or later.
    #[error("the server refuses: {0}")]
    Refused(String),
    /// The caller's callback asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// A file on this machine could not be read or written.
    #[error("{0}")]
    Io(#[source] io::Error),
}

impl MailboxError {
    /// One word for it, for those who turn it into a sentence.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotThere => "not_there",
            Self::BadAddress(_) => "bad_address",
            Self::Unencrypted => "unencrypted",
            Self::Unreachable(_) => "unreachable",
            Self::Broken(_) => "broken",
            Self::Insecure(_) => "insecure",
            Self::Denied => "denied",
            Self::NoSuchPlace => "no_such_place",
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::Gone(_) => "gone",
            Self::Taken(_) => "taken",
            Self::ReadsBackWrong(_) => "reads_back_wrong",
            Self::CutShort(_) => "cut_short",
            Self::TooBig { .. } => "too_big",
            Self::Failed(_) => "failed",
            Self::Refused(_) => "refused",
            Self::Cancelled => "cancelled",
            Self::Io(_) => "io",
        }
    }

    /// Trying again later may help, without anybody changing anything.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::NotThere
                | Self::Unreachable(_)
                | Self::Broken(_)
                | Self::Gone(_)
                | Self::ReadsBackWrong(_)
                | Self::CutShort(_)
                | Self::Failed(_)
                | Self::Io(_)
        )
    }

    /// Asking once more at once may help: the server or the way there faltered.
    pub(crate) fn is_faltering(&self) -> bool {
        matches!(self, Self::Broken(_) | Self::Failed(_))
    }

    /// The whole place is out of use: nothing else need be tried there now.
    #[must_use]
    pub fn ends_all(&self) -> bool {
        !matches!(
            self,
            Self::Gone(_) | Self::Taken(_) | Self::ReadsBackWrong(_) | Self::CutShort(_) | Self::TooBig { .. }
        )
    }
}

impl From<io::Error> for MailboxError {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as Kind;
        match error.kind() {
            Kind::StorageFull | Kind::QuotaExceeded => Self::Full,
            Kind::ReadOnlyFilesystem => Self::ReadOnly,
            Kind::PermissionDenied => Self::Denied,
            Kind::FileTooLarge => Self::TooBig {
                what: "file",
                // What the place's own file system allows; FAT32 is the one that is met.
                allowed: u64::from(u32::MAX),
            },
            _ => Self::Io(error),
        }
    }
}

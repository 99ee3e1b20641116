//! The names of a bundle's members.

use std::fmt;

use crate::error::BundleError;
use crate::hex::{Hash, Id};
use crate::limits::Limit;

/// The first member.
pub const MANIFEST_NAME: &str = "manifest.json";

/// The second member.
pub const MANIFEST_SIGNATURE_NAME: &str = "manifest.json.minisig";

/// What a member after the manifest's signature is, as its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberName {
    /// `entries/0001-<feed>.jsonl`: the lines of one feed's range, each ended by a line feed.
    Entries {
        /// 1 for the first range of the manifest, counted through all channels.
        number: u32,
        /// The feed.
        feed: Id,
    },
    /// `entries/0001-<feed>.checkpoint`: the feed's signed state at the end of the range, one JSON text.
    Checkpoint {
        /// As of [`MemberName::Entries`].
        number: u32,
        /// The feed.
        feed: Id,
    },
    /// `entries/0001-<feed>.checkpoint.minisig`: the signature over the checkpoint, by the feed's own device.
    CheckpointSignature {
        /// As of [`MemberName::Entries`].
        number: u32,
        /// The feed.
        feed: Id,
    },
    /// `charters/<channel>.json`: the channel's charter.
    Charter {
        /// The channel.
        channel: Id,
    },
    /// `charters/<channel>.json.minisig`: the signature over the charter.
    CharterSignature {
        /// The channel.
        channel: Id,
    },
    /// `values/0001.jsonl`: detached values, one per line.
    Values {
        /// 1 for the first.
        number: u32,
    },
    /// `blobs/<blake3>`: an attachment, named for its content.
    Blob {
        /// The content's hash.
        hash: Hash,
    },
}

impl MemberName {
    /// Reads a member's name. `None` if it is not written exactly as a name of this format is.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (folder, file) = name.split_once('/')?;
        let parsed = match folder {
            "entries" => {
                let (number, rest) = file.split_once('-')?;
                let number = number.parse().ok()?;
                let (feed, ending) = rest.split_once('.')?;
                let feed = feed.parse().ok()?;
                match ending {
                    "jsonl" => Self::Entries { number, feed },
                    "checkpoint" => Self::Checkpoint { number, feed },
                    "checkpoint.minisig" => Self::CheckpointSignature { number, feed },
                    _ => return None,
                }
            }
            "charters" => {
                let (channel, ending) = file.split_once('.')?;
                let channel = channel.parse().ok()?;
                match ending {
                    "json" => Self::Charter { channel },
                    "json.minisig" => Self::CharterSignature { channel },
                    _ => return None,
                }
            }
            "values" => Self::Values {
                number: file.strip_suffix(".jsonl")?.parse().ok()?,
            },
            "blobs" => Self::Blob {
                hash: file.parse().ok()?,
            },
            _ => return None,
        };
        // Numbers have more than one spelling ("+1", "01"); only the one that is written back is a name.
        (parsed.to_string() == name).then_some(parsed)
    }

    /// The limit on the size of such a member.
    #[must_use]
    pub const fn limit(self) -> Limit {
        match self {
            Self::Entries { .. } => Limit::Entries,
            Self::Checkpoint { .. } => Limit::Checkpoint,
            Self::CheckpointSignature { .. } | Self::CharterSignature { .. } => Limit::Signature,
            Self::Charter { .. } => Limit::Charter,
            Self::Values { .. } => Limit::Values,
            Self::Blob { .. } => Limit::Blob,
        }
    }

    /// Whether the member is made of lines.
    #[must_use]
    pub const fn is_lines(self) -> bool {
        matches!(self, Self::Entries { .. } | Self::Values { .. })
    }

    /// For members that belong to a range: its place among all ranges of the manifest, from 0.
    #[must_use]
    pub const fn range_index(self) -> Option<usize> {
        match self {
            Self::Entries { number, .. }
            | Self::Checkpoint { number, .. }
            | Self::CheckpointSignature { number, .. } => (number as usize).checked_sub(1),
            _ => None,
        }
    }

    pub(crate) fn require(name: &str) -> Result<Self, BundleError> {
        Self::parse(name).ok_or_else(|| BundleError::malformed(format!("{name:?} is not the name of a member")))
    }
}

impl fmt::Display for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entries { number, feed } => write!(f, "entries/{number:04}-{feed}.jsonl"),
            Self::Checkpoint { number, feed } => write!(f, "entries/{number:04}-{feed}.checkpoint"),
            Self::CheckpointSignature { number, feed } => {
                write!(f, "entries/{number:04}-{feed}.checkpoint.minisig")
            }
            Self::Charter { channel } => write!(f, "charters/{channel}.json"),
            Self::CharterSignature { channel } => write!(f, "charters/{channel}.json.minisig"),
            Self::Values { number } => write!(f, "values/{number:04}.jsonl"),
            Self::Blob { hash } => write!(f, "blobs/{hash}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_nothing_else_is_a_name() {
        let feed = Id::new([0xab; 16]);
        let hash = Hash::new([0xcd; 32]);
        for name in [
            MemberName::Entries { number: 1, feed },
            MemberName::Checkpoint { number: 9_999, feed },
            MemberName::CheckpointSignature { number: 20, feed },
            MemberName::Charter { channel: feed },
            MemberName::CharterSignature { channel: feed },
            MemberName::Values { number: 1 },
            MemberName::Blob { hash },
        ] {
            assert_eq!(MemberName::parse(&name.to_string()), Some(name));
        }
        for wrong in [
            "",
            "manifest.json",
            "entries/../x",
            "../entries/0001.jsonl",
            "/blobs/x",
            "values/1.jsonl",
            "values/+001.jsonl",
            "values/00001.jsonl",
            "values/0001.jsonl/",
            "values//0001.jsonl",
            "Values/0001.jsonl",
            &format!("blobs/{}", "CD".repeat(32)),
            &format!("entries/0001-{feed}.json"),
            &format!("entries/0001-{feed}.jsonl\0"),
        ] {
            assert_eq!(MemberName::parse(wrong), None, "{wrong}");
        }
    }
}

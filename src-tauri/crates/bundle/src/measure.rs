//! How large a bundle's file will be at most, told before it is packed: by this, what is to be sent is divided into volumes.

use crate::archive;
use crate::envelope::LENGTH_MODULUS;
use crate::envelope::seal::{AGE_CHUNK, AGE_TAG, LEVEL};
use crate::error::BundleError;
use crate::limits::Limits;
use crate::manifest::Manifest;
use crate::names::{MANIFEST_NAME, MANIFEST_SIGNATURE_NAME};
use std::ops::AddAssign;

/// More than a recipient's line of the age header, and more than the rest of it, the lines included that age's writers
/// add on purpose.
const RECIPIENT: u64 = 160;
const HEADER: u64 = 2 * 1024;
/// More than the manifest says of one member; of one range, its members not counted; of one blob that comes later.
const MEMBER: u64 = 192;
const RANGE: u64 = 320;
const HASH: u64 = 68;
/// More than a signature of minisign's with our comments.
const SIGNATURE: u64 = 640;
/// Lines compressed piece by piece take more room than together, all but always; this much is left over for the rest.
const MARGIN: u64 = 64;

/// What something takes in a bundle: never less than it will turn out to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Bytes of the file, before encryption.
    pub packed: u64,
    /// Bytes of the tar stream.
    pub unpacked: u64,
    /// Members.
    pub members: u64,
    /// Ranges.
    pub ranges: u64,
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.packed = self.packed.saturating_add(other.packed);
        self.unpacked = self.unpacked.saturating_add(other.unpacked);
        self.members = self.members.saturating_add(other.members);
        self.ranges = self.ranges.saturating_add(other.ranges);
    }
}

/// Bytes that do not shrink, and what compression adds to them.
const fn incompressible(size: u64) -> u64 {
    size + size / 256 + 64
}

impl Cost {
    /// What every volume has: the manifest, its signature, the end. `blobs_later` is how many it will name besides.
    ///
    /// # Errors
    /// As of [`Manifest::to_bytes`].
    pub fn opening(manifest: &Manifest, blobs_later: u64) -> Result<Self, BundleError> {
        let manifest_size = manifest.to_bytes()?.len() as u64 + blobs_later * HASH + MEMBER;
        let mut cost = Self {
            packed: archive::END,
            unpacked: archive::END,
            ..Self::default()
        };
        for (name, size) in [(MANIFEST_NAME, manifest_size), (MANIFEST_SIGNATURE_NAME, SIGNATURE)] {
            let stored = archive::stored_size(size);
            cost.packed += incompressible(size + name.len() as u64);
            cost.unpacked += stored;
        }
        Ok(cost)
    }

    /// A member whose bytes do not shrink: a photo, a signature.
    #[must_use]
    pub const fn member(size: u64) -> Self {
        Self {
            packed: incompressible(size + MEMBER) + 128,
            unpacked: archive::stored_size(size) + MEMBER,
            members: 1,
            ranges: 0,
        }
    }

    /// A range without its lines: its three members, and what the manifest says of it. The checkpoint and its signature
    /// are given by their sizes.
    #[must_use]
    pub fn range(checkpoint: u64, signature: u64) -> Self {
        let mut cost = Self {
            packed: incompressible(RANGE),
            unpacked: RANGE,
            members: 0,
            ranges: 1,
        };
        for size in [0, checkpoint, signature] {
            cost += Self::member(size);
        }
        cost
    }

    /// Lines of a member that is counted already: compressed by themselves, to see what they shrink to.
    ///
    /// # Errors
    /// [`BundleError::Io`] if the compressor fails.
    pub fn lines(bytes: &[u8]) -> Result<Self, BundleError> {
        let packed = zstd::bulk::compress(bytes, LEVEL)?.len() as u64;
        Ok(Self {
            packed: packed + packed / MARGIN,
            unpacked: bytes.len() as u64,
            members: 0,
            ranges: 0,
        })
    }

    /// The length of a file to so many recipients, at most.
    #[must_use]
    pub const fn file_size(&self, recipients: u64) -> u64 {
        let chunks = self.packed / AGE_CHUNK + 1;
        let sealed = self.packed + chunks * AGE_TAG;
        sealed + HEADER + recipients * RECIPIENT + 3 * LENGTH_MODULUS
    }

    /// Whether a file of this fits in `size` bytes and keeps the format's limits.
    #[must_use]
    pub const fn fits(&self, recipients: u64, size: u64, limits: &Limits) -> bool {
        self.file_size(recipients) <= size
            && self.unpacked <= limits.total
            && self.members <= limits.members
            && self.ranges <= limits.feeds
    }
}

//! Every limit, with a number and a name.

use std::fmt;

use crate::error::BundleError;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;

/// What a reader and a writer of bundles put up with. [`Limits::default`] is what the format promises; a test, or a
/// machine with little room, may set less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the age header.
    pub header: u64,
    /// Recipients of one bundle.
    pub recipients: u64,
    /// Bytes of the zstd window, which is what a reader must keep in memory.
    pub window: u64,
    /// Bytes of `manifest.json`.
    pub manifest: u64,
    /// Bytes of a minisign signature.
    pub signature: u64,
    /// Channels of one bundle.
    pub channels: u64,
    /// Feeds of one bundle.
    pub feeds: u64,
    /// Members after the signature. As many as fit in the manifest.
    pub members: u64,
    /// Volumes of one set.
    pub volumes: u64,
    /// Bytes of one member of entries.
    pub entries: u64,
    /// Bytes of a checkpoint.
    pub checkpoint: u64,
    /// Bytes of a charter.
    pub charter: u64,
    /// Bytes of one member of detached values.
    pub values: u64,
    /// Bytes of one line of entries or values, its line end not counted.
    pub line: u64,
    /// Bytes of one blob.
    pub blob: u64,
    /// Bytes of the whole unpacked tar stream. Below 4 GiB, so that even what does not compress fits on a FAT32 stick.
    pub total: u64,
    /// How many times larger than the file the unpacked stream may be, once it is beyond [`Limits::ratio_allowance`].
    pub ratio: u64,
    /// Unpacked bytes that no ratio is asked of: one blob of the largest size always passes.
    pub ratio_allowance: u64,
    /// Bytes of padding after the end of the tar stream, and again after the zstd frame.
    pub padding: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header: 64 * KIB,
            recipients: 256,
            window: 8 * MIB,
            manifest: 4 * MIB,
            signature: 4 * KIB,
            channels: 4_096,
            feeds: 9_999,
            members: 20_000,
            volumes: 9_999,
            entries: GIB,
            checkpoint: 64 * KIB,
            charter: MIB,
            values: GIB,
            line: MIB,
            blob: 512 * MIB,
            total: 4_000_000_000,
            ratio: 1_000,
            ratio_allowance: 576 * MIB,
            padding: 64 * KIB,
        }
    }
}

/// The name of a limit of [`Limits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is named for the field of Limits that documents it")]
pub enum Limit {
    Header,
    Recipients,
    Window,
    Manifest,
    Signature,
    Channels,
    Feeds,
    Members,
    Volumes,
    Entries,
    Checkpoint,
    Charter,
    Values,
    Line,
    Blob,
    Total,
    Ratio,
    Padding,
}

impl Limit {
    /// The limit's name, as in FORMAT.md.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Recipients => "recipients",
            Self::Window => "window",
            Self::Manifest => "manifest",
            Self::Signature => "signature",
            Self::Channels => "channels",
            Self::Feeds => "feeds",
            Self::Members => "members",
            Self::Volumes => "volumes",
            Self::Entries => "entries",
            Self::Checkpoint => "checkpoint",
            Self::Charter => "charter",
            Self::Values => "values",
            Self::Line => "line",
            Self::Blob => "blob",
            Self::Total => "total",
            Self::Ratio => "ratio",
            Self::Padding => "padding",
        }
    }

    /// Refuses a `size` beyond this limit.
    pub(crate) fn check(self, size: u64, limits: &Limits) -> Result<(), BundleError> {
        let allowed = self.allowed(limits);
        if size > allowed {
            Err(BundleError::TooBig { limit: self, allowed })
        } else {
            Ok(())
        }
    }

    /// This limit's number in `limits`.
    #[must_use]
    pub const fn allowed(self, limits: &Limits) -> u64 {
        match self {
            Self::Header => limits.header,
            Self::Recipients => limits.recipients,
            Self::Window => limits.window,
            Self::Manifest => limits.manifest,
            Self::Signature => limits.signature,
            Self::Channels => limits.channels,
            Self::Feeds => limits.feeds,
            Self::Members => limits.members,
            Self::Volumes => limits.volumes,
            Self::Entries => limits.entries,
            Self::Checkpoint => limits.checkpoint,
            Self::Charter => limits.charter,
            Self::Values => limits.values,
            Self::Line => limits.line,
            Self::Blob => limits.blob,
            Self::Total => limits.total,
            Self::Ratio => limits.ratio,
            Self::Padding => limits.padding,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Refuses an unpacked stream that is out of all proportion to the file it comes from.
pub(crate) fn check_ratio(unpacked: u64, packed: u64, limits: &Limits) -> Result<(), BundleError> {
    if unpacked > limits.ratio_allowance && unpacked / limits.ratio.max(1) > packed {
        return Err(BundleError::TooBig {
            limit: Limit::Ratio,
            allowed: limits.ratio,
        });
    }
    Ok(())
}

//! Every limit, with a number and a name.

/// Files that one listing may name; a place with more is not a mailbox of ours.
pub const LISTING: usize = 200_000;

/// Names of bundles laid into a folder by hand that are told.
pub const STRAYS: usize = 100;

/// Bytes of one file: the largest bundle, with room for what encryption adds.
pub const FILE: u64 = 4_100_000_000;

/// Bytes of the file that marks a folder as a mailbox.
pub const MARKER: u64 = 4_096;

/// Bytes that are read or written between two looks at whether to go on.
pub(crate) const STEP: usize = 256 * 1024;

/// Bytes of one page of a listing that a server answers.
pub(crate) const PAGE: u64 = 256 << 20;

/// Bytes that are read of an answer in which a server only tells of a failure.
pub(crate) const COMPLAINT: u64 = 64 << 10;

/// Looks at a server that is to clear something away after a failure, before that is left for another occasion.
pub const CLEARING: u32 = 40;

/// Pages of one listing; a store that always points on to another lists nothing.
pub(crate) const PAGES: usize = 100_000;

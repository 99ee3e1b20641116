//! The bundle file: pack, sign, encrypt, verify, unpack.
//!
//! A bundle (gói đồng bộ) carries ledger lines and attachments from one device to one unit: **age** around **zstd**
//! around **tar**, opened by a manifest that the sending device signs with **minisign**. The stock tools of those four
//! names open it. `FORMAT.md` beside this crate specifies it; entry lines are specified by the ledger and are opaque
//! bytes here.
//!
//! This crate takes bytes in and gives bytes out. It must never know a database, a clock, a key store, or what a line of
//! a feed means. Whether a sender is to be trusted is the caller's decision, asked for once, in [`open()`].
//!
//! Beside it stands the [`update`] file, which carries a newer program and has its own text, `UPDATE.md`.
//!
//! Start reading at [`Manifest`] (what a bundle says about itself), then [`pack()`] and [`open()`].

mod archive;
mod envelope;
mod error;
mod file;
mod hex;
pub mod keys;
mod limits;
mod lines;
mod manifest;
mod measure;
mod names;
mod open;
mod outgoing;
mod pack;
mod progress;
pub mod update;

pub use error::{BundleError, Mismatch, Refusal};
pub use file::{Insist, once, write_file};
pub use hex::{Hash, Hex, Id, NotHex};
pub use limits::{Limit, Limits};
pub use manifest::{
    Acknowledged, Certificate, Channel, ChannelKind, FORMAT, Lacks, MANIFEST_TYPE, Manifest, Member, Quarantined,
    READER, Range, Recipients, Sender, Totals, Volume,
};
pub use measure::Cost;
pub use names::{MANIFEST_NAME, MANIFEST_SIGNATURE_NAME, MemberName};
pub use open::{Incoming, Opened, Report, open, verify};
pub use outgoing::{Opener, Outgoing, Source};
pub use pack::{Packed, pack};
pub use progress::{Progress, Watch, unwatched};

/// The hash by which two bundles are the same: BLAKE3 of the bytes of `manifest.json`.
#[must_use]
pub fn manifest_hash(manifest_bytes: &[u8]) -> Hash {
    Hash::of(manifest_bytes)
}

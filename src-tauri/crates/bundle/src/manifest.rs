//! The manifest: what a bundle says about itself, and what the sending device signs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::BundleError;
use crate::hex::{Hash, Id};

mod check;

/// The value of [`Manifest::text_type`]: every signed text opens with its type.
pub const MANIFEST_TYPE: &str = "chidao bundle manifest";

/// The format version written by this crate.
pub const FORMAT: u32 = 1;

/// The reader version of this crate: it reads bundles whose `reader` is at most this.
pub const READER: u32 = 1;

/// `manifest.json`. Fields that a reader does not know are ignored: what it must know raises `reader`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always [`MANIFEST_TYPE`], and always the first field.
    #[serde(rename = "type")]
    pub text_type: String,
    /// Version of the format that the writer followed: [`FORMAT`].
    pub format: u32,
    /// Least reader version that may open the bundle.
    pub reader: u32,
    /// Number of the bundle, counted by the sending device within its epoch. For people: sameness is the manifest's
    /// hash.
    pub number: u64,
    /// Epoch of the sending device.
    pub epoch: u64,
    /// Who sends.
    pub sender: Sender,
    /// To whom.
    pub to: Recipients,
    /// When the bundle was made: RFC 3339 with offset +07:00, by the sender's clock.
    pub at: String,
    /// Hash of the manifest that this device last sent to this unit; `None` if this is the first.
    pub previous: Option<Hash>,
    /// What is carried, confirmed and missed, channel by channel.
    pub channels: Vec<Channel>,
    /// Blobs that the entries name and that come in further volumes.
    pub blobs_later: Vec<Hash>,
    /// Which volume this is; `None` for a bundle of one file.
    pub volume: Option<Volume>,
    /// Which of the blobs are update files ([`crate::update`]). Readers without updates ignore it, and sweep a blob that no
    /// entry names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub updates: Vec<Hash>,
    /// Every member after the signature, in order. Filled in by [`crate::pack()`].
    pub members: Vec<Member>,
}

/// The sending unit, device and person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// The unit.
    pub unit: Id,
    /// Its name.
    pub unit_name: String,
    /// Its code (mã định danh).
    pub unit_code: String,
    /// The device.
    pub device: Id,
    /// The name by which people know the device.
    pub device_name: String,
    /// The device's minisign public key, one line of base64.
    pub key: String,
    /// Key of the `person` record of the person at the device; the device's word, not proven by the signature.
    pub person: String,
    /// The person's name.
    pub person_name: String,
    /// The certificate by which the unit's parent vouches for the device.
    pub certificate: Certificate,
    /// Whether the sender has confirmed its parent's root key by reading out the code.
    pub parent_verified: bool,
}

/// A signed text, opaque to this crate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The text.
    pub text: String,
    /// Its minisign signature.
    pub sig: String,
}

/// The unit that a bundle is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipients {
    /// The unit.
    pub unit: Id,
    /// Its name.
    pub name: String,
    /// Every age recipient that the file is encrypted to, `age1…`: the unit's devices and its recovery key.
    pub recipients: Vec<String>,
}

/// What kind of channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Between one parent and one child.
    Pair,
    /// Among a unit's own devices.
    Inner,
    /// From a parent to all below it.
    Broadcast,
}

/// One channel's part of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// The channel.
    pub channel: Id,
    /// Its kind.
    pub kind: ChannelKind,
    /// Ranges of feeds carried, in the order of their members.
    pub ranges: Vec<Range>,
    /// How far the sending device has each feed of the channel.
    pub acknowledged: Vec<Acknowledged>,
    /// Changes that the sending device has in quarantine.
    pub quarantined: Vec<Quarantined>,
    /// What the sending device knows of and does not have.
    pub lacks: Vec<Lacks>,
    /// Blobs that entries name and whose bytes the sending device does not have.
    #[serde(default)]
    pub lacks_blobs: Vec<Hash>,
    /// Hash of the channel's enrolment, if somebody has confirmed its code at the sending device. Told to the unit's own further
    /// devices only, and believed of these only: another unit's word on it is no word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Hash>,
    /// Newest rules version that the sending device knows.
    pub rules: u32,
    /// The ledger's digest over the channel's entries at the sending device.
    pub entries_digest: Hash,
    /// The ledger's digest over the channel's state at the sending device.
    pub state_digest: Hash,
    /// Control totals; `None` for a channel that has nothing to count.
    pub totals: Option<Totals>,
}

/// The lines `first..=last` of one feed. A feed has one range in a bundle, or one for each of its branches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The feed.
    pub feed: Id,
    /// Sequence number of the first line; 0 is the feed's header.
    pub first: u64,
    /// Sequence number of the last line.
    pub last: u64,
    /// Chain hash of line `first - 1`; `None` exactly if `first` is 0.
    pub before: Option<Hash>,
    /// Chain hash of line `last`.
    pub hash: Hash,
}

/// A feed is held without holes up to and including line `n`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// The feed.
    pub feed: Id,
    /// Sequence number of the last line held.
    pub n: u64,
    /// Chain hash of that line.
    pub hash: Hash,
}

/// A change that was not applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// Position of the change: `<feed>.<sequence>.<index>`, numbers in decimal.
    pub at: String,
    /// Why, as a code of the ledger's.
    pub reason: String,
}

/// Lines that the sender knows of and does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lacks {
    /// The feed.
    pub feed: Id,
    /// Sequence number of the first line missed.
    pub first: u64,
    /// Sequence number of the last line missed.
    pub last: u64,
}

/// Control totals, to be compared by people and programs on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// The day as of which they hold, `YYYY-MM-DD`.
    pub as_of: String,
    /// Name of the count and the count.
    pub counts: BTreeMap<String, i64>,
}

/// One file of several that together carry a large bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Manifest hash of the first volume; `None` exactly in the first volume itself.
    pub of: Option<Hash>,
    /// 1 for the first.
    pub index: u32,
    /// How many there are.
    pub count: u32,
}

/// One member of the tar stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name, see [`crate::MemberName`].
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// BLAKE3 of its bytes.
    pub blake3: Hash,
}

/// What can be read of a manifest of any version.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "type")]
    text_type: String,
    reader: u32,
}

impl Manifest {
    /// Reads the bytes of `manifest.json`, without judging what it says.
    ///
    /// # Errors
    /// [`BundleError::NotABundle`] for a text of another type, [`BundleError::TooNew`], [`BundleError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BundleError> {
        let malformed = |error: serde_json::Error| BundleError::malformed(format!("manifest: {error}"));
        let head: Head = serde_json::from_slice(bytes).map_err(malformed)?;
        if head.text_type != MANIFEST_TYPE {
            return Err(BundleError::NotABundle);
        }
        if head.reader > READER {
            return Err(BundleError::TooNew { reader: head.reader });
        }
        serde_json::from_slice(bytes).map_err(malformed)
    }

    /// The bytes of `manifest.json`: what is signed and hashed.
    ///
    /// # Errors
    /// [`BundleError::Malformed`], which a manifest of these types never gives.
    pub fn to_bytes(&self) -> Result<Vec<u8>, BundleError> {
        serde_json::to_vec(self).map_err(|error| BundleError::malformed(format!("manifest: {error}")))
    }

    /// All ranges of all channels, in the order in which their members are numbered, from 1.
    pub fn ranges(&self) -> impl Iterator<Item = &Range> {
        self.channels.iter().flat_map(|channel| &channel.ranges)
    }
}

impl Manifest {
    /// The set of volumes that this bundle belongs to, by the hash of its first manifest; none for a bundle of one file.
    /// `own` is the hash of this one.
    #[must_use]
    pub fn set(&self, own: Hash) -> Option<Hash> {
        self.volume.as_ref().map(|volume| volume.of.unwrap_or(own))
    }
}

impl Range {
    /// How many lines the range has; saturates for a range that is malformed.
    #[must_use]
    pub const fn lines(&self) -> u64 {
        self.last.saturating_sub(self.first).saturating_add(1)
    }
}

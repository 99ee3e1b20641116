//! Packing: from a manifest and its members to the file's bytes.

use std::collections::HashMap;
use std::io::{Read, Write};

use crate::archive;
use crate::envelope::seal::Sealer;
use crate::error::{BundleError, Mismatch};
use crate::hex::Hash;
use crate::keys::{self, Recipient, SigningKey};
use crate::limits::{Limit, Limits, check_ratio};
use crate::lines::Lines;
use crate::manifest::{Manifest, Member, Range};
use crate::names::{MANIFEST_NAME, MANIFEST_SIGNATURE_NAME, MemberName};
use crate::outgoing::{Outgoing, Source};
use crate::progress::{Progress, Watch, tell};

/// Bytes moved at once.
pub(crate) const BUFFER: usize = 128 * 1024;

/// A bundle that was packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// The hash by which bundles are the same.
    pub manifest_hash: Hash,
    /// The manifest as it was signed, members filled in.
    pub manifest: Manifest,
    /// Length of the file in bytes.
    pub size: u64,
}

/// Packs a bundle into `out`, encrypted to `manifest.to.recipients` and signed with `signer`, which must be the key that
/// `manifest.sender.key` names.
///
/// The manifest's `members` are filled in here. `members` may come in any order and are put into that of the format;
/// each range of the manifest needs its entries, checkpoint and signature. Memory does not grow with sources that are
/// streamed. Whatever fails, what was written to `out` is then worthless: see [`crate::write_file`] for files.
///
/// # Errors
/// [`BundleError::Malformed`], [`BundleError::MemberMissing`], [`BundleError::MemberMismatch`] and
/// [`BundleError::TooBig`] for what would be refused by those who open it; [`BundleError::MemberMismatch`] also for a
/// source that turns out shorter, longer or other than promised; [`BundleError::SignatureWrong`] if the signer is not
/// the manifest's; [`BundleError::Io`]; [`BundleError::Cancelled`].
pub fn pack(
    out: impl Write,
    manifest: Manifest,
    members: Vec<Outgoing<'_>>,
    signer: &SigningKey,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<Packed, BundleError> {
    let (manifest, members) = arrange(manifest, members)?;
    manifest.check(limits)?;
    if manifest.sender.key != signer.public().to_string() {
        return Err(BundleError::SignatureWrong);
    }
    let recipients: Vec<Recipient> = manifest
        .to
        .recipients
        .iter()
        .map(|text| keys::parse_recipient(text))
        .collect::<Result<_, _>>()?;

    let manifest_bytes = manifest.to_bytes()?;
    Limit::Manifest.check(manifest_bytes.len() as u64, limits)?;
    let comment = format!("{}, number {}, {}", manifest.text_type, manifest.number, manifest.at);
    let signature = keys::sign(signer, &manifest_bytes, &comment)?;

    let sizes = [manifest_bytes.len() as u64, signature.len() as u64];
    let sizes = sizes.into_iter().chain(members.iter().map(|member| member.size));
    let unpacked = sizes.map(archive::stored_size).sum::<u64>() + archive::END;
    Limit::Total.check(unpacked, limits)?;

    let mut sealer = Sealer::begin(out, &recipients, unpacked)?;
    for (name, bytes) in [
        (MANIFEST_NAME, &manifest_bytes[..]),
        (MANIFEST_SIGNATURE_NAME, signature.as_bytes()),
    ] {
        let size = bytes.len() as u64;
        archive::write_header(&mut sealer, name, size)?;
        sealer.write_all(bytes)?;
        archive::write_padding(&mut sealer, size)?;
    }
    let mut progress = Progress {
        done: 0,
        total: members.iter().map(|member| member.size).sum(),
    };
    let ranges: Vec<&Range> = manifest.ranges().collect();
    for member in members {
        let range = member.name.range_index().and_then(|index| ranges.get(index)).copied();
        let lines = member.name.is_lines().then(|| Lines::expecting(range, limits));
        write_member(&mut sealer, member, lines, &mut progress, watch)?;
    }
    archive::write_end(&mut sealer)?;
    let size = sealer.finish()?;
    check_ratio(unpacked, size, limits)?;
    Ok(Packed {
        manifest_hash: Hash::of(&manifest_bytes),
        manifest,
        size,
    })
}

/// Puts the members into the order of the format and lists them in the manifest.
fn arrange<'a>(
    mut manifest: Manifest,
    mut members: Vec<Outgoing<'a>>,
) -> Result<(Manifest, Vec<Outgoing<'a>>), BundleError> {
    let charters: HashMap<_, _> = manifest.channels.iter().map(|c| c.channel).zip(0_usize..).collect();
    // A charter of a channel that the manifest does not have goes last, where the check refuses it.
    let channel = |id| charters.get(&id).copied().unwrap_or(usize::MAX);
    members.sort_by_key(|member| match member.name {
        MemberName::Entries { number, .. } => (0, number as usize, 0, None),
        MemberName::Checkpoint { number, .. } => (0, number as usize, 1, None),
        MemberName::CheckpointSignature { number, .. } => (0, number as usize, 2, None),
        MemberName::Charter { channel: id } => (1, channel(id), 0, None),
        MemberName::CharterSignature { channel: id } => (1, channel(id), 1, None),
        MemberName::Values { number } => (2, number as usize, 0, None),
        MemberName::Blob { hash } => (3, 0, 0, Some(hash)),
    });
    manifest.members = members
        .iter()
        .map(|member| Member {
            name: member.name.to_string(),
            size: member.size,
            blake3: member.blake3,
        })
        .collect();
    Ok((manifest, members))
}

/// Streams one member, and holds its source to what was promised.
fn write_member<W: Write>(
    out: &mut Sealer<W>,
    member: Outgoing<'_>,
    mut lines: Option<Lines>,
    progress: &mut Progress,
    watch: &mut Watch<'_>,
) -> Result<(), BundleError> {
    let name = member.name.to_string();
    let mismatch = |what| BundleError::MemberMismatch {
        name: name.clone(),
        what,
    };
    archive::write_header(out, &name, member.size)?;
    let held;
    let mut source: Box<dyn Read + '_> = match member.source {
        Source::Bytes(bytes) => {
            held = bytes;
            Box::new(&held[..])
        }
        Source::Opener(open) => open()?,
    };
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; BUFFER];
    let mut left = member.size;
    loop {
        let n = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        left = left.checked_sub(n as u64).ok_or_else(|| mismatch(Mismatch::Size))?;
        hasher.update(&buffer[..n]);
        if let Some(lines) = &mut lines {
            lines.pass(&buffer[..n], &name)?;
        }
        out.write_all(&buffer[..n])?;
        progress.done += n as u64;
        tell(watch, *progress)?;
    }
    if left != 0 {
        return Err(mismatch(Mismatch::Size));
    }
    if Hash::from(hasher.finalize()) != member.blake3 {
        return Err(mismatch(Mismatch::Content));
    }
    if let Some(lines) = lines {
        lines.finish(&name)?;
    }
    archive::write_padding(out, member.size)?;
    Ok(())
}

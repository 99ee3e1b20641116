//! The files of a bundle: what goes out, put into volumes, each written beside its name, flushed, read back, renamed.

use super::volumes::{Piece, Set};
use crate::api::{VolumeMade, WorkStep};
use crate::home::{App, Open};
use crate::staging::Place;
use crate::updates::{Shelved, in_bundles};
use crate::work::Watch;
use crate::{AppError, patience};
use chidao_bundle as file;
use chidao_domain::ids::{Hash, to_hex};
use chidao_ledger::store::cells::ChannelInfo;
use chidao_ledger::store::exchange::{self, Outgoing};
use chidao_ledger::store::{Connection, LedgerError, attachments};
use std::io::Read;

/// How often what turned out larger than measured is divided anew, by a little less.
const TRIES: u32 = 4;

/// One file of a bundle, as it was made.
pub(super) struct Made {
    pub made: VolumeMade,
    pub manifest_hash: file::Hash,
}

pub(super) fn id(bytes: [u8; 16]) -> Result<file::Id, AppError> {
    to_hex(&bytes).parse().map_err(|error| AppError::internal("id", &error))
}

pub(super) fn hash(hash: Hash) -> Result<file::Hash, AppError> {
    hash.to_string()
        .parse()
        .map_err(|error| AppError::internal("hash", &error))
}

/// A content of the store, read piece by piece as the packer asks.
struct BlobReader<'a> {
    open: &'a Open,
    hash: Hash,
    next: u64,
    piece: std::io::Cursor<Vec<u8>>,
}

impl Read for BlobReader<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let count = self.piece.read(out)?;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            let piece = self
                .open
                .store
                .read(|connection| attachments::piece(connection, self.hash, self.next))
                .map_err(|error: LedgerError| std::io::Error::other(error))?;
            let Some(piece) = piece else { return Ok(0) };
            self.next += 1;
            self.piece = std::io::Cursor::new(piece);
        }
    }
}

pub(super) fn ledger_hash(hash: file::Hash) -> Result<Hash, AppError> {
    hash.to_string()
        .parse()
        .map_err(|error| AppError::internal("hash", &error))
}

/// The contents that attachments in some ranges name, each once, in the order in which they are named.
pub(super) fn contents(connection: &Connection, ranges: &[Outgoing]) -> Result<Vec<attachments::Blob>, LedgerError> {
    let mut all: Vec<attachments::Blob> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for range in ranges {
        for blob in exchange::blobs_of(connection, range.tip.channel, range)? {
            if known.insert(blob.hash) {
                all.push(blob);
            }
        }
    }
    Ok(all)
}

/// A bundle about to be written.
pub(super) struct Making<'a> {
    pub open: &'a Open,
    /// What it carries is of these, in the manifest's order.
    pub channels: &'a [ChannelInfo],
    /// What every volume says of itself, before what it carries is put in.
    pub manifest: file::Manifest,
    /// Code of the recipient unit, for the files' names.
    pub to_code: String,
    pub sending: Piece,
    /// The updates that the first file carries.
    pub updates: &'a [Shelved],
}

impl Making<'_> {
    /// Puts the pieces of one volume into its manifest.
    fn manifest_of(&self, piece: &Piece, blobs_later: &[attachments::Blob]) -> Result<file::Manifest, AppError> {
        let mut manifest = self.manifest.clone();
        for range in &piece.ranges {
            let place = self.channels.iter().position(|channel| channel.id == range.tip.channel);
            let described = place.and_then(|place| manifest.channels.get_mut(place));
            let described = described.ok_or_else(|| AppError::new("internal").with("place", "channels"))?;
            described.ranges.push(file::Range {
                feed: id(range.tip.root.0)?,
                first: range.first,
                last: range.last,
                before: range.before.map(hash).transpose()?,
                hash: hash(range.hash)?,
            });
        }
        for blob in blobs_later {
            manifest.blobs_later.push(hash(blob.hash)?);
        }
        Ok(manifest)
    }

    fn divided(&self, size: u64) -> Result<Vec<Piece>, AppError> {
        let signer = self.open.signer()?;
        let mut further = file::Cost::opening(&self.manifest, 0)?;
        for signed in self.channels.iter().map(|channel| &channel.signed) {
            for bytes in [&signed.text, &signed.sig] {
                further += file::Cost::member(bytes.len() as u64);
            }
        }
        // The member of values.
        further += file::Cost::member(0);
        let mut first = further;
        first += file::Cost::opening(&self.manifest, self.sending.blobs.len() as u64)?;
        let set = Set {
            size,
            first,
            further,
            recipients: self.manifest.to.recipients.len() as u64,
            own: self.open.profile.device,
            signer: &signer,
        };
        let Piece { ranges, blobs, .. } = self.sending.clone();
        self.open.store.read(|connection| set.divide(connection, ranges, blobs))
    }
}

impl App {
    /// Writes what goes out: as volumes of a size, or, without one, as one file if the format allows it. Either all files
    /// are there at the end, or none.
    pub(super) fn write_volumes(
        &self,
        making: &Making<'_>,
        size: Option<u64>,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<Made>, AppError> {
        let limits = file::Limits::default();
        let mut wanted = size;
        for _ in 0..TRIES {
            let pieces = match wanted {
                Some(size) => making.divided(size)?,
                None => vec![making.sending.clone()],
            };
            let mut made = Vec::new();
            let written = self.write_pieces(making, &pieces, &mut made, watch);
            match (written, wanted) {
                (Ok(()), None) => return Ok(made),
                (Ok(()), Some(now)) => {
                    let asked = size.unwrap_or(now);
                    for volume in &mut made {
                        volume.made.larger = volume.made.file.size > asked;
                    }
                    let mut each = made.iter().zip(&pieces);
                    if each.all(|(volume, piece)| piece.is_larger || !volume.made.larger) {
                        return Ok(made);
                    }
                    // Together they shrank less than apart, which hardly ever happens.
                    wanted = Some(now - now / 32);
                }
                // What is too large for one file, or has too many members, is divided by the format's own limit.
                (Err(error), None) if error.code == "bundle_too_big" => wanted = Some(limits.total),
                (Err(error), _) => {
                    self.drop_made(&made);
                    return Err(error);
                }
            }
            self.drop_made(&made);
        }
        Err(AppError::new("volume_too_small").with("least", size.unwrap_or(limits.total)))
    }

    fn drop_made(&self, made: &[Made]) {
        for volume in made {
            self.drop_staged(&volume.made.file.file);
        }
    }

    fn write_pieces(
        &self,
        making: &Making<'_>,
        pieces: &[Piece],
        made: &mut Vec<Made>,
        watch: &mut Watch<'_>,
    ) -> Result<(), AppError> {
        let secret = making.open.signing()?;
        let signer = file::keys::SigningKey::from_text(secret).map_err(file::BundleError::from)?;
        let count = u32::try_from(pieces.len()).map_err(|error| AppError::internal("volumes", &error))?;
        let total = pieces.iter().map(|piece| piece.weight).sum();
        let mut before = 0;
        for (index, piece) in (1..).zip(pieces) {
            let later: Vec<attachments::Blob> = match index {
                1 => pieces.iter().skip(1).flat_map(|piece| piece.blobs.clone()).collect(),
                _ => Vec::new(),
            };
            let mut manifest = making.manifest_of(piece, &later)?;
            manifest.volume = (count > 1).then(|| file::Volume {
                of: made.first().map(|first| first.manifest_hash),
                index,
                count,
            });
            let open = making.open;
            let mut members = open
                .store
                .read(|connection| members(connection, open, making.channels, piece))?;
            if index == 1 {
                manifest.updates = making.updates.iter().map(in_bundles::hash).collect::<Result<_, _>>()?;
                members.extend(in_bundles::members(making.updates)?);
            }
            let path = self
                .staging
                .folder
                .join(format!("{}.chidao", to_hex(&self.random::<16>())));
            let mut told = |progress: file::Progress| match count {
                1 => watch.step(WorkStep::Packing, progress.done, progress.total),
                _ => {
                    let done = before + progress.done.min(piece.weight);
                    watch.step(WorkStep::Packing, done.min(total), total)
                }
            };
            let limits = file::Limits::default();
            let insist = patience::insist_on;
            let packed = file::write_file(&path, manifest, members, &signer, &limits, insist, &mut told)?;
            before += piece.weight;
            let volume = (count > 1).then_some((index, count));
            let to_code = &making.to_code;
            let name = self.bundle_name(open, to_code, packed.manifest.number, volume);
            made.push(Made {
                made: VolumeMade {
                    file: self.keep_staged(&name, packed.size, Place::File(path)),
                    index,
                    entries: super::export::entry_count(&piece.ranges),
                    blobs: piece.blobs.len() as u32,
                    larger: false,
                },
                manifest_hash: packed.manifest_hash,
            });
        }
        Ok(())
    }
}

/// The members of one volume.
fn members<'a>(
    connection: &Connection,
    open: &'a Open,
    channels: &[ChannelInfo],
    piece: &Piece,
) -> Result<Vec<file::Outgoing<'a>>, AppError> {
    let mut all = Vec::new();
    let mut values = Vec::new();
    for (i, range) in piece.ranges.iter().enumerate() {
        let feed = id(range.tip.root.0)?;
        let number = u32::try_from(i + 1).map_err(|error| AppError::internal("ranges", &error))?;
        let mut text = String::new();
        exchange::each_line(connection, range, |_, line| {
            text.push_str(line);
            text.push('\n');
        })?;
        let vouched = range.checkpoint.clone();
        let checkpoint = vouched.ok_or_else(|| AppError::new("no_checkpoint").with("feed", range.tip.root))?;
        all.push(file::Outgoing::bytes(
            file::MemberName::Entries { number, feed },
            text.into_bytes(),
        ));
        all.push(file::Outgoing::bytes(
            file::MemberName::Checkpoint { number, feed },
            checkpoint.text.into_bytes(),
        ));
        let name = file::MemberName::CheckpointSignature { number, feed };
        all.push(file::Outgoing::bytes(name, checkpoint.sig.into_bytes()));
        exchange::each_value(connection, range, |value| {
            values.extend_from_slice(value.write().as_bytes());
            values.push(b'\n');
            Ok(())
        })?;
    }
    for channel in channels {
        let charter = id(channel.key.0)?;
        all.push(file::Outgoing::bytes(
            file::MemberName::Charter { channel: charter },
            channel.signed.text.clone().into_bytes(),
        ));
        all.push(file::Outgoing::bytes(
            file::MemberName::CharterSignature { channel: charter },
            channel.signed.sig.clone().into_bytes(),
        ));
    }
    if !values.is_empty() {
        all.push(file::Outgoing::bytes(file::MemberName::Values { number: 1 }, values));
    }
    for attachments::Blob { hash: content, size } in piece.blobs.iter().copied() {
        all.push(file::Outgoing::blob(hash(content)?, size, move || {
            let reader = BlobReader {
                open,
                hash: content,
                next: 0,
                piece: std::io::Cursor::default(),
            };
            Ok(Box::new(reader) as Box<dyn Read + 'a>)
        }));
    }
    Ok(all)
}

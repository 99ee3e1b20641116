//! A bundle out: what the other side has not acknowledged, signed, encrypted, read back.

use super::{Note, telling};
use crate::api::*;
use crate::home::{App, Open, name_of};
use crate::staging::Place;
use crate::work::Watch;
use crate::{AppError, channels, register, views};
use chidao_bundle as file;
use chidao_domain::ids::{Hash, UnitId, to_hex};
use chidao_domain::records::RULES_VERSION;
use chidao_ledger::entry::Entry;
use chidao_ledger::store::cells::{self, ChannelInfo};
use chidao_ledger::store::exchange::{self, Outgoing};
use chidao_ledger::store::{Connection, LedgerError, attachments, lines, local};
use chidao_ledger::trust::{Checkpoint, Party};
use std::collections::BTreeMap;
use std::io::Read;

/// Setting: the number of this device's last bundle in this epoch.
const NUMBER: &str = "bundle_number";
/// Most acts shown before sending.
const PREVIEW_LINES: usize = 500;
/// Most quarantined changes reported back at once.
const QUARANTINE_LINES: u32 = 10_000;

fn id(bytes: [u8; 16]) -> Result<file::Id, AppError> {
    to_hex(&bytes).parse().map_err(|error| AppError::internal("id", &error))
}

fn hash(hash: Hash) -> Result<file::Hash, AppError> {
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

/// The recipients of a unit: its devices and its recovery key.
fn recipients(connection: &Connection, party: &Party) -> Result<Vec<String>, LedgerError> {
    let mut all: Vec<String> = exchange::devices_of(connection, party.unit)?
        .into_iter()
        .map(|device| device.age)
        .collect();
    if !all.is_empty() {
        all.push(party.recovery.clone());
    }
    all.sort();
    all.dedup();
    Ok(all)
}

/// The entries of ranges (headers do not count).
fn entry_count(ranges: &[Outgoing]) -> u32 {
    ranges
        .iter()
        .map(|range| u32::try_from(range.last + 1 - range.first.max(1)).unwrap_or(u32::MAX))
        .sum()
}

impl App {
    pub(crate) fn do_bundle_preview(&self, request: BundleTo) -> Result<BundlePreview, AppError> {
        let open = self.opened()?;
        let today = self.today();
        open.store.read(|connection| {
            let (channel, party) = channels::with_unit(connection, &open, &request.to)?;
            let ranges = exchange::outgoing(connection, channel.id, party.unit, open.profile.device)?;
            let mut blobs = 0;
            let mut blob_bytes = 0;
            for range in &ranges {
                for blob in exchange::blobs_of(connection, channel.id, range)? {
                    blobs += 1;
                    blob_bytes += blob.size;
                }
            }
            let (enrolment, _) = channels::enrolment(connection, &channel)?;
            let confirmed_at = exchange::last_acknowledged_at(connection, party.unit)?;
            Ok(BundlePreview {
                to: name_of(&party),
                entries: entry_count(&ranges),
                blobs,
                blob_bytes,
                lines: self.preview_lines(connection, &open, &ranges)?,
                totals: register::control_totals(connection, &channel, today)?,
                as_of: today.to_string(),
                ready: !recipients(connection, &party)?.is_empty(),
                unverified: enrolment != EnrolmentState::Confirmed,
                confirmed_at,
            })
        })
    }

    fn preview_lines(
        &self,
        connection: &Connection,
        open: &Open,
        ranges: &[Outgoing],
    ) -> Result<Vec<OutgoingLine>, AppError> {
        let mut views = views::Views::new(connection, open)?;
        let mut all = Vec::new();
        for range in ranges.iter().filter(|range| range.tip.device == open.profile.device) {
            let first = range
                .first
                .max(1)
                .max((range.last + 1).saturating_sub(PREVIEW_LINES as u64));
            let mut entries = Vec::new();
            for (row, from, to) in &range.rows {
                lines::each(connection, *row, first.max(*from), *to, |n, line| {
                    entries.extend(Entry::read(n, line).ok().map(|entry| (*row, entry)));
                    Ok(true)
                })?;
            }
            for (row, entry) in entries {
                let feed = cells::feed_info(connection, row)?.key;
                all.push((entry.t, telling::line(&mut views, row, feed, &entry)?));
            }
        }
        all.sort_by_key(|line| std::cmp::Reverse(line.0));
        all.truncate(PREVIEW_LINES);
        Ok(all.into_iter().map(|(_, line)| line).collect())
    }

    pub(crate) fn do_bundle_export(
        &self,
        request: BundleTo,
        watch: &mut Watch<'_>,
    ) -> Result<BundleExported, AppError> {
        let open = self.opened()?;
        let (channel, party) = open
            .store
            .read(|connection| channels::with_unit(connection, &open, &request.to))?;
        self.vouch(&open, &channel)?;
        let profile = &open.profile;
        let today = self.today();
        let (manifest, members, carried) = open.store.read(|connection| {
            let ranges = exchange::outgoing(connection, channel.id, party.unit, profile.device)?;
            let to = recipients(connection, &party)?;
            if to.is_empty() {
                return Err(AppError::new("no_recipients").with("unit", &party.name));
            }
            let members = members(connection, &open, &channel, &ranges)?;
            let number = local::setting(connection, NUMBER)?
                .and_then(|text| text.parse().ok())
                .unwrap_or(0)
                + 1;
            let previous = local::setting(connection, &previous_setting(party.unit))?;
            let (enrolment, _) = channels::enrolment(connection, &channel)?;
            let manifest = file::Manifest {
                text_type: file::MANIFEST_TYPE.to_owned(),
                format: file::FORMAT,
                reader: file::READER,
                number,
                epoch: profile.epoch,
                sender: file::Sender {
                    unit: id(profile.unit().0)?,
                    unit_name: profile.party.name.clone(),
                    unit_code: profile.party.code.clone(),
                    device: id(profile.device.0)?,
                    device_name: profile.device_name.clone(),
                    key: open.signer()?.public().to_owned(),
                    person: profile.person.to_string(),
                    person_name: profile.person_name.name.clone(),
                    certificate: file::Certificate {
                        text: profile.certificate.text.clone(),
                        sig: profile.certificate.sig.clone(),
                    },
                    parent_verified: enrolment == EnrolmentState::Confirmed,
                },
                to: file::Recipients {
                    unit: id(party.unit.0)?,
                    name: party.name.clone(),
                    recipients: to,
                },
                at: self.now_text(),
                previous: previous.and_then(|text| text.parse().ok()),
                channels: vec![described(connection, &channel, &ranges, today)?],
                blobs_later: Vec::new(),
                volume: None,
                members: Vec::new(),
            };
            let carried = (
                entry_count(&ranges),
                ranges
                    .iter()
                    .map(|range| (range.tip.root, range.last))
                    .collect::<Vec<_>>(),
            );
            Ok((manifest, members, carried))
        })?;
        // Flushed before the bundle leaves: what somebody has received is never numbered again.
        self.mark(&open)?;
        let blobs = members
            .iter()
            .filter(|member| matches!(member.name, file::MemberName::Blob { .. }))
            .count() as u32;
        let number = manifest.number;
        let name = self.bundle_name(&open, &party, number);
        let path = self
            .staging
            .folder
            .join(format!("{}.chidao", to_hex(&self.random::<16>())));
        let secret = open
            .keys
            .signing
            .as_ref()
            .ok_or_else(|| AppError::new("no_signing_key"))?;
        let signer = file::keys::SigningKey::from_text(secret).map_err(file::BundleError::from)?;
        let mut told = |progress: file::Progress| watch.step(WorkStep::Packing, progress.done, progress.total);
        let packed = file::write_file(&path, manifest, members, &signer, &file::Limits::default(), &mut told)?;
        let ready = self.keep_staged(&name, packed.size, Place::File(path));
        let manifest_hash = packed.manifest_hash.to_string();
        let note = Note {
            unit: Some(name_of(&party)),
            file_name: name,
            size: packed.size,
            number: Some(number),
            entries: carried.0,
            blobs,
            carried: carried.1,
            ..Note::default()
        };
        open.store.write(|writer| {
            writer.set(NUMBER, &number.to_string())?;
            writer.set(&previous_setting(party.unit), &manifest_hash)
        })?;
        let known_hash = manifest_hash
            .parse()
            .map_err(|error| AppError::internal("hash", &error))?;
        self.write_journal("exported", true, Some(party.unit), Some(known_hash), &note)?;
        Ok(BundleExported {
            file: ready,
            number,
            manifest_hash,
            entries: carried.0,
            blobs,
            to: name_of(&party),
        })
    }

    /// Signs how far this device's own feed of a channel has come.
    fn vouch(&self, open: &Open, channel: &ChannelInfo) -> Result<(), AppError> {
        let signer = open.signer()?;
        open.store.write(|writer| {
            for tip in exchange::ends(writer.connection(), channel.id)? {
                if tip.device == open.profile.device
                    && tip.here
                    && tip.checkpoint.as_ref().is_none_or(|(n, _)| *n < tip.n)
                {
                    let signed = signer.sign(Checkpoint {
                        v: 1,
                        feed: tip.root,
                        n: tip.n,
                        hash: tip.hash,
                    })?;
                    writer.keep_checkpoint(tip.id, tip.n, &signed)?;
                }
            }
            Ok::<_, LedgerError>(())
        })?;
        Ok(())
    }

    /// A name that a person can read and every file system takes.
    fn bundle_name(&self, open: &Open, to: &Party, number: u64) -> String {
        let plain = |code: &str| code.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let at = (self.edges.now)().format("%Y-%m-%dT%H%M");
        format!(
            "{}_{}_{at}_so{number:04}.chidao",
            plain(&open.profile.party.code),
            plain(&to.code)
        )
    }
}

fn previous_setting(unit: UnitId) -> String {
    format!("bundle_previous:{unit}")
}

fn described(
    connection: &Connection,
    channel: &ChannelInfo,
    ranges: &[Outgoing],
    today: chrono::NaiveDate,
) -> Result<file::Channel, AppError> {
    let (entries_digest, state_digest) = exchange::digests(connection, channel.id)?;
    let mut acknowledged = Vec::new();
    for tip in exchange::ends(connection, channel.id)? {
        acknowledged.push(file::Acknowledged {
            feed: id(tip.root.0)?,
            n: tip.n,
            hash: hash(tip.hash)?,
        });
    }
    let mut all = Vec::new();
    for range in ranges {
        let before = range.before.map(hash).transpose()?;
        all.push(file::Range {
            feed: id(range.tip.root.0)?,
            first: range.first,
            last: range.last,
            before,
            hash: hash(range.hash)?,
        });
    }
    let quarantined = exchange::quarantine_of(connection, channel.id, QUARANTINE_LINES)?;
    let mut lacks = Vec::new();
    for (feed, first, last) in exchange::lacking(connection)? {
        lacks.push(file::Lacks {
            feed: id(feed.0)?,
            first,
            last,
        });
    }
    let counts: BTreeMap<String, i64> = register::control_totals(connection, channel, today)?;
    Ok(file::Channel {
        channel: id(channel.key.0)?,
        kind: file::ChannelKind::Pair,
        ranges: all,
        acknowledged,
        quarantined: quarantined
            .into_iter()
            .map(|(at, reason)| file::Quarantined {
                at: at.to_string(),
                reason,
            })
            .collect(),
        lacks,
        lacks_blobs: Vec::new(),
        rules: RULES_VERSION,
        entries_digest: hash(entries_digest)?,
        state_digest: hash(state_digest)?,
        totals: Some(file::Totals {
            as_of: today.to_string(),
            counts,
        }),
    })
}

fn members<'a>(
    connection: &Connection,
    open: &'a Open,
    channel: &ChannelInfo,
    ranges: &[Outgoing],
) -> Result<Vec<file::Outgoing<'a>>, AppError> {
    let mut all = Vec::new();
    let mut values = Vec::new();
    let mut blobs = BTreeMap::new();
    for (i, range) in ranges.iter().enumerate() {
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
        for blob in exchange::blobs_of(connection, channel.id, range)? {
            blobs.insert(blob.hash, blob.size);
        }
    }
    let charter = id(channel.key.0)?;
    all.push(file::Outgoing::bytes(
        file::MemberName::Charter { channel: charter },
        channel.signed.text.clone().into_bytes(),
    ));
    all.push(file::Outgoing::bytes(
        file::MemberName::CharterSignature { channel: charter },
        channel.signed.sig.clone().into_bytes(),
    ));
    if !values.is_empty() {
        all.push(file::Outgoing::bytes(file::MemberName::Values { number: 1 }, values));
    }
    for (content, size) in blobs {
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

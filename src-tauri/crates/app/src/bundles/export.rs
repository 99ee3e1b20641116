//! A bundle out: what the other side has not acknowledged, signed, encrypted, read back.

use super::making::{Making, contents, hash, id, ledger_hash};
use super::volumes::Piece;
use super::{Carried, Note, Told, code_confirmed, ranges_beyond, telling};
use crate::api::*;
use crate::channels::Shared;
use crate::home::{App, Open, name_of};
use crate::work::Watch;
use crate::{AppError, channels, register, views};
use chidao_bundle as file;
use chidao_domain::ids::{FeedId, UnitId};
use chidao_domain::records::RULES_VERSION;
use chidao_ledger::entry::Entry;
use chidao_ledger::store::cells::{self, ChannelInfo};
use chidao_ledger::store::exchange::{self, Outgoing};
use chidao_ledger::store::{Connection, LedgerError, awaited, lack, lines, local};
use chidao_ledger::trust::{ChannelKind, Checkpoint, Party};
use std::collections::BTreeMap;

/// Setting: the number of this device's last bundle.
const NUMBER: &str = "bundle_number";
/// Most acts shown before sending.
const PREVIEW_LINES: usize = 500;
/// Most quarantined changes reported back at once.
const QUARANTINE_LINES: u32 = 10_000;
/// Most attachments asked for at once.
const LACKED_BLOBS: u32 = 5_000;

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
pub(super) fn entry_count(ranges: &[Outgoing]) -> u32 {
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
            let Shared { party, channels } = channels::shared_with(connection, &open, &request.to)?;
            let (mut ranges, mut blobs) = (Vec::new(), Vec::new());
            let mut totals = BTreeMap::new();
            for channel in &channels {
                ranges.extend(exchange::outgoing(
                    connection,
                    channel.id,
                    party.unit,
                    open.profile.device,
                )?);
                blobs.extend(awaited::asked_for(connection, channel.id, party.unit)?);
                for (name, count) in control_totals(connection, channel, today)?.unwrap_or_default() {
                    *totals.entry(name).or_default() += count;
                }
            }
            blobs.extend(contents(connection, &ranges)?);
            blobs.sort_by_key(|blob| blob.hash);
            blobs.dedup();
            let confirmed_at = exchange::last_acknowledged_at(connection, party.unit)?;
            Ok(BundlePreview {
                to: name_of(&party),
                entries: entry_count(&ranges),
                blobs: blobs.len() as u32,
                blob_bytes: blobs.iter().map(|blob| blob.size).sum(),
                lines: self.preview_lines(connection, &open, &ranges)?,
                totals,
                as_of: today.to_string(),
                ready: !recipients(connection, &party)?.is_empty(),
                unverified: !confirmed(connection, &open, &channels)?,
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
        Ok(self.bundle_made(&request.to, None, &[], watch)?.0)
    }

    pub(crate) fn do_bundle_export_volumes(
        &self,
        request: BundleVolumes,
        watch: &mut Watch<'_>,
    ) -> Result<BundleExported, AppError> {
        Ok(self.bundle_made(&request.to, Some(request.size), &[], watch)?.0)
    }

    /// Makes a bundle of what is not on its way already; answers also what it tells.
    pub(crate) fn bundle_beyond(
        &self,
        request: &BundleTo,
        on_the_way: &[Carried],
        watch: &mut Watch<'_>,
    ) -> Result<(BundleExported, Told), AppError> {
        self.bundle_made(&request.to, None, on_the_way, watch)
    }

    /// Makes a bundle: in volumes of a size, or, without one, in as few files as the format allows.
    fn bundle_made(
        &self,
        to: &str,
        size: Option<u64>,
        on_the_way: &[Carried],
        watch: &mut Watch<'_>,
    ) -> Result<(BundleExported, Told), AppError> {
        let open = self.opened()?;
        let Shared { party, channels } = open
            .store
            .read(|connection| channels::shared_with(connection, &open, to))?;
        for channel in &channels {
            self.vouch(&open, channel)?;
        }
        let (manifest, sending, tells) = open.store.read(|connection| {
            let mut ranges = Vec::new();
            for channel in &channels {
                let beyond = ranges_beyond(connection, channel, party.unit, open.profile.device, on_the_way)?;
                ranges.extend(beyond);
            }
            let manifest = self.manifest(connection, &open, &channels, &party)?;
            let tells = Told::of(connection, &channels, &ranges, open.profile.device)?;
            let mut blobs = contents(connection, &ranges)?;
            // What is asked for goes once more, unless it may be among what is on its way.
            if on_the_way.is_empty() {
                for channel in &channels {
                    for asked in awaited::asked_for(connection, channel.id, party.unit)? {
                        if !blobs.iter().any(|blob| blob.hash == asked.hash) {
                            blobs.push(asked);
                        }
                    }
                }
            }
            Ok::<_, AppError>((
                manifest,
                Piece {
                    ranges,
                    blobs,
                    ..Piece::default()
                },
                tells,
            ))
        })?;
        // Flushed before the bundle leaves: what somebody has received is never numbered again.
        self.mark(&open)?;
        let number = manifest.number;
        let entries = entry_count(&sending.ranges);
        let blobs = sending.blobs.len() as u32;
        let carried: Vec<(FeedId, u64)> = sending
            .ranges
            .iter()
            .map(|range| (range.tip.root, range.last))
            .collect();
        // A volume for mail has a size to keep to.
        let updates = match size {
            None => self.updates_for(&open, party.unit, &channels)?,
            Some(_) => Vec::new(),
        };
        let making = Making {
            updates: &updates,
            open: &open,
            channels: &channels,
            manifest,
            to_code: party.code.clone(),
            sending,
        };
        let made = self.write_volumes(&making, size, watch)?;
        let first = made
            .first()
            .ok_or_else(|| AppError::new("internal").with("place", "volumes"))?;
        let (ready, manifest_hash) = (first.made.file.clone(), first.manifest_hash);
        self.mark_bundle(number)?;
        self.updates_sent(&open, party.unit, &updates)?;
        open.store.write(|writer| {
            writer.set(NUMBER, &number.to_string())?;
            writer.set(&previous_setting(party.unit), &manifest_hash.to_string())?;
            for channel in &channels {
                writer.answer_asking(party.unit, channel.id)?;
            }
            Ok::<_, LedgerError>(())
        })?;
        let count = made.len() as u32;
        // The newest line stands first: the first volume's.
        for volume in made.iter().rev() {
            let note = Note {
                unit: Some(name_of(&party)),
                file_name: volume.made.file.name.clone(),
                size: volume.made.file.size,
                number: Some(number),
                entries: volume.made.entries,
                blobs: volume.made.blobs,
                carried: carried.clone(),
                volume: (count > 1).then(|| VolumeOf {
                    set: manifest_hash.to_string(),
                    index: volume.made.index,
                    count,
                }),
                file_hash: Some(self.file_hash(&volume.made.file.file)?),
                ..Note::default()
            };
            let known_hash = ledger_hash(volume.manifest_hash)?;
            self.write_journal("exported", true, Some(party.unit), Some(known_hash), &note)?;
        }
        let made = BundleExported {
            file: ready,
            number,
            manifest_hash: manifest_hash.to_string(),
            entries,
            blobs,
            to: name_of(&party),
            volumes: made.into_iter().map(|volume| volume.made).collect(),
        };
        Ok((made, tells))
    }

    /// What a bundle says of itself, before what it carries is put in.
    fn manifest(
        &self,
        connection: &Connection,
        open: &Open,
        channels: &[ChannelInfo],
        party: &Party,
    ) -> Result<file::Manifest, AppError> {
        let profile = &open.profile;
        let to = recipients(connection, party)?;
        if to.is_empty() {
            return Err(AppError::new("no_recipients").with("unit", &party.name));
        }
        let last: u64 = local::setting(connection, NUMBER)?
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        let number = last.max(self.last_bundle()) + 1;
        let previous = local::setting(connection, &previous_setting(party.unit))?;
        let of_siblings = party.unit == profile.unit();
        let described = channels.iter().map(|channel| {
            let mut described = described(connection, channel, self.today())?;
            if of_siblings {
                described.confirmed = code_confirmed::told(connection, channel)?;
            }
            Ok(described)
        });
        Ok(file::Manifest {
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
                parent_verified: confirmed(connection, open, channels)?,
            },
            to: file::Recipients {
                unit: id(party.unit.0)?,
                name: party.name.clone(),
                recipients: to,
            },
            at: self.now_text(),
            previous: previous.and_then(|text| text.parse().ok()),
            channels: described.collect::<Result<_, AppError>>()?,
            blobs_later: Vec::new(),
            updates: Vec::new(),
            volume: None,
            members: Vec::new(),
        })
    }

    /// Signs how far this device's own feed of a channel has come.
    pub(crate) fn vouch(&self, open: &Open, channel: &ChannelInfo) -> Result<(), AppError> {
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
    pub(super) fn bundle_name(&self, open: &Open, to_code: &str, number: u64, volume: Option<(u32, u32)>) -> String {
        let plain = |code: &str| code.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let at = (self.edges.now)().format("%Y-%m-%dT%H%M");
        let volume = volume.map_or_else(String::new, |(index, count)| {
            let digits = count.to_string().len();
            format!("_tap{index:0digits$}-{count}")
        });
        format!(
            "{}_{}_{at}_so{number:04}{volume}.chidao",
            plain(&open.profile.party.code),
            plain(to_code)
        )
    }
}

/// What a channel counts, where there are tasks to count.
fn control_totals(
    connection: &Connection,
    channel: &ChannelInfo,
    today: chrono::NaiveDate,
) -> Result<Option<BTreeMap<String, i64>>, AppError> {
    match channel.charter.kind {
        ChannelKind::Pair => Ok(Some(register::control_totals(connection, channel, today)?)),
        ChannelKind::Inner | ChannelKind::Broadcast => Ok(None),
    }
}

/// Whether this unit's enrolment is confirmed: with the unit at the other end, or, among this unit's own machines, with its parent.
fn confirmed(connection: &Connection, open: &Open, channels: &[ChannelInfo]) -> Result<bool, AppError> {
    let upward = open.profile.upward;
    let of = match channels {
        [channel] => Some(channel),
        _ => channels.iter().find(|channel| Some(channel.key) == upward),
    };
    let state = of.map(|channel| channels::enrolment(connection, channel)).transpose()?;
    Ok(state.is_none_or(|(state, _)| state == EnrolmentState::Confirmed))
}

fn previous_setting(unit: UnitId) -> String {
    format!("bundle_previous:{unit}")
}

fn described(
    connection: &Connection,
    channel: &ChannelInfo,
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
    let quarantined = exchange::quarantine_of(connection, channel.id, QUARANTINE_LINES)?;
    let mut lacks = Vec::new();
    for missing in lack::to_ask(connection, channel)? {
        lacks.push(file::Lacks {
            feed: id(missing.feed.0)?,
            first: missing.first,
            last: missing.last,
        });
    }
    let lacks_blobs = awaited::awaited(connection, channel.id, LACKED_BLOBS)?;
    let lacks_blobs = lacks_blobs.into_iter().map(hash).collect::<Result<_, _>>()?;
    let counts = control_totals(connection, channel, today)?;
    Ok(file::Channel {
        channel: id(channel.key.0)?,
        kind: match channel.charter.kind {
            ChannelKind::Pair => file::ChannelKind::Pair,
            ChannelKind::Inner => file::ChannelKind::Inner,
            ChannelKind::Broadcast => file::ChannelKind::Broadcast,
        },
        ranges: Vec::new(),
        acknowledged,
        quarantined: quarantined
            .into_iter()
            .map(|(at, reason)| file::Quarantined {
                at: at.to_string(),
                reason,
            })
            .collect(),
        lacks,
        lacks_blobs,
        confirmed: None,
        rules: RULES_VERSION,
        entries_digest: hash(entries_digest)?,
        state_digest: hash(state_digest)?,
        totals: counts.map(|counts| file::Totals {
            as_of: today.to_string(),
            counts,
        }),
    })
}

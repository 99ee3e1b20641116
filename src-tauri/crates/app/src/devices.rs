//! The machines of this unit and of the units around it: which there are, and which are believed no longer.

use crate::AppError;
use crate::api::*;
use crate::home::{App, Open, name_of};
use chidao_domain::authority::Side;
use chidao_domain::ids::{DeviceId, RecordId, UnitId};
use chidao_domain::records::Cut;
use chidao_domain::text;
use chidao_ledger::store::append::Wish;
use chidao_ledger::store::cells::{self, ChannelInfo, Words};
use chidao_ledger::store::exchange::{self, DeviceInfo};
use chidao_ledger::store::{Connection, LedgerError};
use chidao_ledger::trust::{Certificate, ChannelKind, Party, Signed};
use std::collections::BTreeMap;

/// A unit's machines, each with whether it was revoked.
struct UnitDevices {
    party: Party,
    devices: Vec<(DeviceInfo, bool)>,
}

impl App {
    pub(crate) fn do_devices(&self) -> Result<Devices, AppError> {
        let open = self.opened()?;
        let rows = open.store.read(|connection| {
            let words = Words::load(connection)?;
            let mut held: BTreeMap<DeviceId, u32> = BTreeMap::new();
            let mut feeds = cells::Feeds::default();
            for change in cells::quarantined(connection, &words)? {
                if change.reason.as_deref() == Some("revoked") {
                    *held.entry(feeds.get(connection, change.feed)?.device_key).or_default() += 1;
                }
            }
            let mut rows = Vec::new();
            for unit in units(connection, &open)? {
                for (device, revoked) in unit.devices {
                    let since = device.certificate.claims::<Certificate>().map(|claims| claims.at);
                    rows.push(DeviceRow {
                        device: device.key.to_string(),
                        name: device.name.clone(),
                        unit: name_of(&unit.party),
                        here: device.key == open.profile.device,
                        since: since.unwrap_or_default(),
                        last_word_at: exchange::last_word_of(connection, device.id)?,
                        revoked,
                        mine: !channels_of(connection, &open, unit.party.unit)?.is_empty(),
                        held_back: held.get(&device.key).copied().unwrap_or(0),
                    });
                }
            }
            Ok::<_, LedgerError>(rows)
        })?;
        Ok(Devices { rows })
    }

    pub(crate) fn do_device_revoke(&self, request: &DeviceRevoke) -> Result<Devices, AppError> {
        let open = self.opened()?;
        let (device, channels) = self.find_device(&open, &request.device)?;
        if device.key == open.profile.device {
            return Err(AppError::new("own_device"));
        }
        let reason = text::clean_lines(&request.reason);
        open.store.write(|writer| {
            for channel in &channels {
                let lines = writer.lines_standing(channel.key, Some(device.key))?;
                let mut set = vec![("device", device.key.to_string().into()), ("cuts", cuts_value(&lines))];
                if !reason.is_empty() {
                    set.push(("reason", reason.as_str().into()));
                }
                self.append(
                    &open,
                    writer,
                    channel.key,
                    "device.revoke",
                    vec![Wish::make("revocation", set)],
                )?;
            }
            Ok::<_, LedgerError>(())
        })?;
        self.do_devices()
    }

    pub(crate) fn do_device_admit(&self, request: &DeviceRef) -> Result<Devices, AppError> {
        let open = self.opened()?;
        let (device, channels) = self.find_device(&open, &request.device)?;
        let mut any = false;
        open.store.write(|writer| {
            for channel in &channels {
                let lines = writer.lines_standing(channel.key, Some(device.key))?;
                let side = channel.charter.side(open.profile.unit(), &open.profile.party.root);
                for revocation in revocations(writer.connection(), channel, device.key, side)? {
                    any = true;
                    let wish = Wish::change(revocation, vec![("admitted", cuts_value(&lines))]);
                    self.append(&open, writer, channel.key, "device.admit", vec![wish])?;
                }
            }
            Ok::<_, LedgerError>(())
        })?;
        if !any {
            return Err(AppError::new("not_revoked").with("device", device.name));
        }
        self.do_devices()
    }

    /// A machine by id or name, with the channels in which this side may say that it is believed no longer.
    fn find_device(&self, open: &Open, name: &str) -> Result<(DeviceInfo, Vec<ChannelInfo>), AppError> {
        let name = text::clean(name);
        open.store.read(|connection| {
            let mut found = Vec::new();
            for unit in units(connection, open).map_err(AppError::from)? {
                for (device, _) in unit.devices {
                    if device.key.to_string() == name || device.name == name {
                        found.push((device, unit.party.unit));
                    }
                }
            }
            let (device, unit) = match <[_; 1]>::try_from(found) {
                Ok([only]) => only,
                Err(none) if none.is_empty() => return Err(AppError::new("device_unknown").with("device", &name)),
                Err(_) => return Err(AppError::new("device_ambiguous").with("device", &name)),
            };
            let channels = channels_of(connection, open, unit).map_err(AppError::from)?;
            if channels.is_empty() {
                return Err(AppError::new("not_your_device").with("device", &device.name));
            }
            Ok((device, channels))
        })
    }
}

fn cuts_value(lines: &[Cut]) -> serde_json::Value {
    lines
        .iter()
        .map(|Cut(feed, n, hash)| serde_json::json!([feed.to_string(), n, hash.to_string()]))
        .collect()
}

/// This unit and those with which it shares a channel, each with its machines.
fn units(connection: &Connection, open: &Open) -> Result<Vec<UnitDevices>, LedgerError> {
    let mut parties = vec![open.profile.party.clone()];
    for channel in crate::channels::pairs(connection)? {
        parties.extend(crate::channels::other(&channel, open.profile.unit()).map(|(_, party)| party.clone()));
    }
    parties
        .into_iter()
        .map(|party| {
            let devices = exchange::every_device(connection, party.unit)?;
            Ok(UnitDevices { party, devices })
        })
        .collect()
}

/// The certificates of all machines that are believed, of this unit and of those it exchanges with.
pub(crate) fn believed(connection: &Connection, open: &Open) -> Result<Vec<Signed>, LedgerError> {
    let all = units(connection, open)?.into_iter().flat_map(|unit| unit.devices);
    Ok(all
        .filter(|(_, revoked)| !revoked)
        .map(|(device, _)| device.certificate)
        .collect())
}

/// The channels in which this unit may revoke a machine of a unit: its own machines wherever they write, a child's where it is
/// the parent.
fn channels_of(connection: &Connection, open: &Open, unit: UnitId) -> Result<Vec<ChannelInfo>, LedgerError> {
    let own = open.profile.unit();
    let all = cells::channels(connection)?.into_iter();
    Ok(all
        .filter(|channel| {
            let side = channel.charter.side(own, &open.profile.party.root);
            let concerns = channel.charter.side_of_unit(unit).is_some();
            let inner = channel.charter.kind == ChannelKind::Inner;
            concerns && (unit == own && side.is_some() || !inner && side == Some(Side::Parent))
        })
        .collect())
}

/// The revocations of a machine that this side made in a channel.
fn revocations(
    connection: &Connection,
    channel: &ChannelInfo,
    device: DeviceId,
    side: Option<Side>,
) -> Result<Vec<RecordId>, LedgerError> {
    let words = Words::load(connection)?;
    let mut feeds = cells::Feeds::default();
    let mut all = Vec::new();
    for row in cells::records_of(connection, &words, "revocation")? {
        let info = cells::record_info(connection, &words, row)?;
        let heads = cells::heads(connection, &words, &mut feeds, row)?;
        let by = match heads.get("device").and_then(|cell| cell.0.first()) {
            Some(head) => Some(feeds.get(connection, head.feed)?.side),
            None => None,
        };
        if info.channel == channel.id && by == side && cells::text(&heads, "device") == device.to_string() {
            all.push(info.id);
        }
    }
    Ok(all)
}

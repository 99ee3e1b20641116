//! Which channels there are, and how the units at their ends stand to this one.

use crate::AppError;
use crate::api::{EnrolmentState, OfficeRow, Relation};
use crate::home::{Open, Profile};
use chidao_domain::ids::{ChannelId, UnitId};
use chidao_ledger::chain;
use chidao_ledger::store::cells::{self, ChannelInfo};
use chidao_ledger::store::{Connection, LedgerError, exchange, local};
use chidao_ledger::trust::{ChannelKind, Party};
use std::collections::BTreeMap;

/// The channel to the parent.
pub(crate) fn upward(connection: &Connection, profile: &Profile) -> Result<Option<ChannelInfo>, LedgerError> {
    let Some(key) = profile.upward else { return Ok(None) };
    Ok(cells::channels(connection)?
        .into_iter()
        .find(|channel| channel.key == key))
}

/// The unit at the other end of a pair; none for a pair whose parent has not answered.
pub(crate) fn other(channel: &ChannelInfo, own: UnitId) -> Option<(Relation, &Party)> {
    let (parent, child) = (channel.charter.parent.as_ref(), channel.charter.child.as_ref());
    match (parent, child) {
        (Some(parent), Some(child)) if parent.unit == own => Some((Relation::Child, child)),
        (Some(parent), _) if parent.unit != own => Some((Relation::Parent, parent)),
        _ => None,
    }
}

/// Name of the setting that says that the code was confirmed.
pub(crate) fn confirmed_setting(channel: ChannelId) -> String {
    format!("confirmed:{channel}")
}

/// Name of the setting that says that a request was written.
pub(crate) const REQUESTED: &str = "enrolment_requested";

/// How far the enrolment of a pair has come, and the code that both sides read out while it is unverified.
pub(crate) fn enrolment(
    connection: &Connection,
    channel: &ChannelInfo,
) -> Result<(EnrolmentState, Option<String>), LedgerError> {
    let (Some(parent), Some(request)) = (&channel.charter.parent, channel.charter.request) else {
        let requested = local::setting(connection, REQUESTED)?.is_some();
        return Ok((
            if requested {
                EnrolmentState::Requested
            } else {
                EnrolmentState::None
            },
            None,
        ));
    };
    if local::setting(connection, &confirmed_setting(channel.key))?.is_some() {
        return Ok((EnrolmentState::Confirmed, None));
    }
    Ok((
        EnrolmentState::Unverified,
        Some(chain::enrolment_code(request, &parent.root)),
    ))
}

/// The offices that lead tasks of a channel, in the Vietnamese order.
pub(crate) fn offices(connection: &Connection, channel: i64) -> Result<Vec<OfficeRow>, LedgerError> {
    let mut counts: BTreeMap<(Vec<u8>, String), u32> = BTreeMap::new();
    for (lead, tasks) in chidao_ledger::store::tasks::leads(connection, channel)? {
        *counts
            .entry((chidao_domain::text::collation_key(&lead), lead))
            .or_default() += tasks;
    }
    Ok(counts
        .into_iter()
        .map(|((_, name), tasks)| OfficeRow { name, tasks })
        .collect())
}

/// When the last bundle of a unit was taken in.
pub(crate) fn last_bundle(connection: &Connection, unit: UnitId) -> Result<Option<String>, LedgerError> {
    let lines = local::journal(connection, 10_000)?;
    Ok(lines
        .into_iter()
        .find(|line| line.unit == Some(unit) && line.outcome == "imported")
        .map(|line| line.at))
}

/// The pair channels by the unit at their other end; the provisional one to a parent goes by this unit itself.
pub(crate) fn pairs(connection: &Connection) -> Result<Vec<ChannelInfo>, LedgerError> {
    Ok(cells::channels(connection)?
        .into_iter()
        .filter(|channel| channel.charter.kind == ChannelKind::Pair)
        .collect())
}

/// The unit that carries out the tasks of a pair.
pub(crate) fn child(channel: &ChannelInfo) -> Option<&Party> {
    channel.charter.child.as_ref()
}

/// The channel whose tasks are those of a unit, named by id or code: a child's, or the one upward for this unit itself.
/// An empty name means this unit (unit edition) or the only child.
pub(crate) fn of_unit(connection: &Connection, open: &Open, name: &str) -> Result<ChannelInfo, AppError> {
    let name = chidao_domain::text::clean(name);
    let pairs = pairs(connection).map_err(AppError::from)?;
    if name.is_empty() {
        if let Some(own) = open
            .profile
            .upward
            .and_then(|key| pairs.iter().find(|channel| channel.key == key))
        {
            return Ok(own.clone());
        }
        return match <[ChannelInfo; 1]>::try_from(pairs) {
            Ok([only]) => Ok(only),
            Err(pairs) => Err(AppError::new("unit_needed").with("units", pairs.len())),
        };
    }
    let mut found: Vec<ChannelInfo> = pairs
        .into_iter()
        .filter(|channel| child(channel).is_some_and(|party| names(party, &name)))
        .collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(AppError::new("unit_unknown").with("unit", name)),
        _ => Err(AppError::new("unit_ambiguous").with("unit", name)),
    }
}

/// The channel shared with a unit, named by id or code: a child, or the parent. Empty means the parent, or the only child.
pub(crate) fn with_unit(connection: &Connection, open: &Open, name: &str) -> Result<(ChannelInfo, Party), AppError> {
    let name = chidao_domain::text::clean(name);
    let own = open.profile.unit();
    let mut all = Vec::new();
    for channel in pairs(connection).map_err(AppError::from)? {
        if let Some((_, party)) = other(&channel, own) {
            let party = party.clone();
            all.push((channel, party));
        }
    }
    let wanted = |(channel, party): &(ChannelInfo, Party)| {
        if name.is_empty() {
            Some(channel.key) == open.profile.upward
        } else {
            names(party, &name)
        }
    };
    if let Some(at) = all.iter().position(wanted) {
        return Ok(all.swap_remove(at));
    }
    if name.is_empty() && open.profile.upward.is_some() {
        return Err(AppError::new("not_enrolled"));
    }
    if name.is_empty() && all.len() == 1 {
        return Ok(all.remove(0));
    }
    Err(if name.is_empty() {
        AppError::new("unit_needed")
    } else {
        AppError::new("unit_unknown").with("unit", name)
    })
}

/// Where a bundle goes, and what it may carry there.
pub(crate) struct Shared {
    /// The unit.
    pub party: Party,
    /// The channels that it shares with this one, in order of identity: one with another unit, all that are here with this unit's own
    /// further machines.
    pub channels: Vec<ChannelInfo>,
}

/// What is shared with a unit, named as for [`with_unit`]; by this unit's own name, with its further machines.
pub(crate) fn shared_with(connection: &Connection, open: &Open, name: &str) -> Result<Shared, AppError> {
    let own = &open.profile.party;
    match with_unit(connection, open, name) {
        Ok((channel, party)) => Ok(Shared {
            party,
            channels: vec![channel],
        }),
        Err(error) if error.code == "unit_unknown" && names(own, &chidao_domain::text::clean(name)) => {
            let machines = exchange::devices_of(connection, own.unit)?;
            if machines.iter().all(|machine| machine.key == open.profile.device) {
                return Err(AppError::new("no_siblings"));
            }
            let mut channels = cells::channels(connection)?;
            channels.sort_unstable_by_key(|channel| channel.key);
            Ok(Shared {
                party: own.clone(),
                channels,
            })
        }
        Err(error) => Err(error),
    }
}

/// Whether a unit is meant by a name: its id, its code or its full name.
pub(crate) fn names(party: &Party, name: &str) -> bool {
    party.unit.to_string() == name || party.code.eq_ignore_ascii_case(name) || party.name == name
}

//! What goes beyond what is on its way already: bundles that lie in a mailbox count as sent before they are acknowledged.

use chidao_domain::ids::{DeviceId, FeedId, UnitId};
use chidao_ledger::store::cells::ChannelInfo;
use chidao_ledger::store::exchange::{self, Outgoing};
use chidao_ledger::store::{Connection, LedgerError, mailbox};
use serde::{Deserialize, Serialize};

/// The last line of a feed that a bundle carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Carried {
    /// The feed.
    pub feed: FeedId,
    /// Its branch, where it forked; else the feed again.
    pub branch: FeedId,
    /// The line.
    pub last: u64,
}

/// What a bundle tells its recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    /// How far it goes in each feed.
    pub carried: Vec<Carried>,
    /// How far this device has each feed that others write, by branch.
    pub acknowledged: Vec<(FeedId, u64)>,
}

impl Told {
    /// What a bundle with these ranges tells.
    pub(super) fn of(
        connection: &Connection,
        channels: &[ChannelInfo],
        ranges: &[Outgoing],
        own: DeviceId,
    ) -> Result<Told, LedgerError> {
        let carried = |range: &Outgoing| Carried {
            feed: range.tip.root,
            branch: range.tip.feed,
            last: range.last,
        };
        let mut ends = Vec::new();
        for channel in channels {
            ends.extend(exchange::ends(connection, channel.id)?);
        }
        Ok(Told {
            carried: ranges.iter().map(carried).collect(),
            acknowledged: ends
                .iter()
                .filter(|tip| tip.device != own)
                .map(|tip| (tip.feed, tip.n))
                .collect(),
        })
    }
}

/// What a unit has neither acknowledged nor on its way.
pub(crate) fn ranges_beyond(
    connection: &Connection,
    channel: &ChannelInfo,
    to: UnitId,
    own: DeviceId,
    on_the_way: &[Carried],
) -> Result<Vec<Outgoing>, LedgerError> {
    let mut beyond = Vec::new();
    for range in exchange::outgoing(connection, channel.id, to, own)? {
        let sent = on_the_way.iter().filter(|carried| carried.branch == range.tip.feed);
        match sent.map(|carried| carried.last).max() {
            Some(last) => beyond.extend(mailbox::beyond(connection, range, last)?),
            None => beyond.push(range),
        }
    }
    Ok(beyond)
}

/// The rows in which lines of a feed lie that a bundle carried last: one, or the branches that share it.
fn rows_of(connection: &Connection, channel: i64, carried: &Carried) -> Result<Vec<i64>, LedgerError> {
    let tips = exchange::tips(connection, channel)?;
    let holds = |tip: &&exchange::Tip| {
        tip.root == carried.feed
            && (tip.from_n..=tip.n).contains(&carried.last)
            && (tip.feed == carried.branch || carried.branch == carried.feed)
    };
    Ok(tips.iter().filter(holds).map(|tip| tip.id).collect())
}

/// Whether every live device of a unit has acknowledged what a bundle carried.
pub(crate) fn confirmed(
    connection: &Connection,
    channel: i64,
    unit: UnitId,
    carried: &[Carried],
) -> Result<bool, LedgerError> {
    all_have(connection, channel, carried, |row, last| {
        Ok(exchange::acknowledged_by_all(connection, unit, row)?.is_some_and(|n| n >= last))
    })
}

/// Whether one device has acknowledged what a bundle carried.
pub(crate) fn confirmed_by(
    connection: &Connection,
    channel: i64,
    device: i64,
    carried: &[Carried],
) -> Result<bool, LedgerError> {
    all_have(connection, channel, carried, |row, last| {
        Ok(exchange::acknowledged(connection, device, row)?.is_some_and(|n| n >= last))
    })
}

fn all_have(
    connection: &Connection,
    channel: i64,
    carried: &[Carried],
    has: impl Fn(i64, u64) -> Result<bool, LedgerError>,
) -> Result<bool, LedgerError> {
    for one in carried {
        let mut somewhere = false;
        for row in rows_of(connection, channel, one)? {
            somewhere |= has(row, one.last)?;
        }
        if !somewhere {
            return Ok(false);
        }
    }
    Ok(true)
}

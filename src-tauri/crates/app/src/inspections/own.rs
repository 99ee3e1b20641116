//! A unit's inspections of its own offices: written in the inner channel, about tasks that lie in the one shared with the
//! parent.

use super::visit;
use crate::home::Open;
use crate::views::Views;
use crate::{AppError, channels, register};
use chidao_domain::ids::RecordId;
use chidao_ledger::store::cells::{self, CellHeads, Cells, ChannelInfo, RecordInfo};
use chidao_ledger::store::{Connection, LedgerError};
use serde_json::Value;

/// Visible codes begin with this (tự kiểm tra): the parent's inspections of the same tasks are counted apart.
pub(super) const PREFIX: &str = "TKT";

/// The channel in which an inspection of a unit is written: that shared with a child, or the inner one for this unit.
pub(super) fn channel(connection: &Connection, open: &Open, unit: &str) -> Result<ChannelInfo, AppError> {
    let clean = chidao_domain::text::clean(unit);
    let own = channels::names(&open.profile.party, &clean) || (clean.is_empty() && open.profile.upward.is_some());
    if !own {
        return channels::of_unit(connection, open, unit);
    }
    let all = cells::channels(connection).map_err(AppError::from)?;
    let inner = all.into_iter().find(|channel| channel.key == open.profile.inner);
    inner.ok_or_else(|| AppError::new("unit_unknown").with("unit", clean))
}

/// A task that an inspection in a channel can name, by id or visible code.
pub(super) fn task(connection: &Connection, open: &Open, channel: i64, name: &str) -> Result<RecordInfo, AppError> {
    let upward = channels::upward(connection, &open.profile).map_err(AppError::from)?;
    let place = match upward {
        Some(upward) if is_inner(connection, open, channel)? => upward.id,
        _ => channel,
    };
    register::task_in(connection, place, name)
}

fn is_inner(connection: &Connection, open: &Open, channel: i64) -> Result<bool, LedgerError> {
    let all = cells::channels(connection)?;
    Ok(all.iter().any(|one| one.id == channel && one.key == open.profile.inner))
}

/// Whether an inspection is one of this unit's own offices.
pub(super) fn is_own(views: &Views<'_>, info: &RecordInfo) -> Result<bool, LedgerError> {
    Ok(views.channel(info.channel)?.key == views.open.profile.inner)
}

/// The row of a record that a text names, wherever it lies.
pub(super) fn named(views: &Views<'_>, name: &str) -> Result<Option<i64>, LedgerError> {
    match name.parse::<RecordId>() {
        Ok(id) => Ok(cells::record_row(views.connection, &views.words, &id)?.filter(|row| *row > 0)),
        Err(_) => Ok(None),
    }
}

/// The tasks of an inspection that are here.
pub(super) fn tasks(views: &Views<'_>, info: &RecordInfo, heads: &Cells) -> Result<Vec<i64>, LedgerError> {
    if !is_own(views, info)? {
        return cells::targets(views.connection, &views.words, info.row, "tasks");
    }
    let names = heads.get("tasks").and_then(CellHeads::value).and_then(Value::as_array);
    let mut rows = Vec::new();
    for name in names.into_iter().flatten().filter_map(Value::as_str) {
        rows.extend(named(views, name)?.filter(|row| !rows.contains(row)));
    }
    Ok(rows)
}

/// What this unit's own inspections found of a task.
pub(super) fn findings_of_task(views: &mut Views<'_>, task: i64) -> Result<Vec<(RecordInfo, Cells)>, LedgerError> {
    let mut all = Vec::new();
    for inspection in cells::records_of(views.connection, &views.words, "inspection")? {
        let info = cells::record_info(views.connection, &views.words, inspection)?;
        if !is_own(views, &info)? {
            continue;
        }
        for (info, heads) in visit::findings(views, inspection, "inspection")? {
            if named(views, &cells::text(&heads, "task"))? == Some(task) {
                all.push((info, heads));
            }
        }
    }
    Ok(all)
}

/// The rows of the recommendations that name one of this unit's own inspections.
pub(super) fn recommendations(views: &mut Views<'_>, inspection: &RecordInfo) -> Result<Vec<i64>, LedgerError> {
    let mut all = Vec::new();
    for record in cells::records_of(views.connection, &views.words, "recommendation")? {
        let heads = cells::heads(views.connection, &views.words, &mut views.feeds, record)?;
        if named(views, &cells::text(&heads, "inspection"))? == Some(inspection.row) {
            all.push(record);
        }
    }
    Ok(all)
}

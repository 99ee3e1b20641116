//! What a person has to look at and decide: conflicts, the quarantine, incidents.

use crate::AppError;
use crate::api::*;
use crate::home::{App, name_of};
use crate::staging::Place;
use crate::tasks::write::{bears_secrecy_mark, value_of};
use crate::views::{Views, value_text};
use chidao_domain::ids::{FeedId, Position, RecordId};
use chidao_domain::records;
use chidao_ledger::store::append::Wish;
use chidao_ledger::store::cells::{self, Head};
use chidao_ledger::store::knowing::Seen;
use chidao_ledger::store::{Connection, LedgerError, Writer, exchange, lines, local};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What is noted of an incident beside its kind.
#[derive(Serialize, Deserialize)]
pub(crate) struct Noted {
    /// Of a fork: the feed.
    #[serde(default)]
    pub feed: Option<FeedId>,
    /// Of a fork: the first line that differs.
    #[serde(default)]
    pub n: u64,
    /// Of differing digests: the channel.
    #[serde(default)]
    pub channel: String,
}

fn position(connection: &Connection, head: &Head) -> Result<Position, LedgerError> {
    Ok(Position {
        feed: cells::feed_info(connection, head.feed)?.key,
        n: head.n,
        k: head.k,
    })
}

impl App {
    pub(crate) fn do_conflicts(&self) -> Result<Conflicts, AppError> {
        let open = self.opened()?;
        let rows = open.store.read(|connection| {
            let mut views = Views::new(connection, &open)?;
            let mut seen = Seen::default();
            let mut rows = Vec::new();
            for (record, field) in cells::conflicts(connection, &views.words)? {
                let info = cells::record_info(connection, &views.words, record)?;
                let heads = cells::heads(connection, &views.words, &mut views.feeds, record)?;
                let kind = records::kind(&info.id.kind);
                let Some(rule) = kind.and_then(|kind| kind.field(&field)) else {
                    continue;
                };
                let (about, task) = views.about(record)?;
                let cell = views.cell(info.channel, &info.id, rule, &heads)?;
                let mut edits = Vec::new();
                if field == "deleted" {
                    let reports = cells::reports(connection, &views.words, &mut views.feeds, record)?;
                    for (field, head) in seen.doubts(connection, &heads, &reports)? {
                        edits.push(ConcurrentEdit {
                            field,
                            value: views.cell_value(&head)?,
                        });
                    }
                }
                let values = if cell.conflict.is_empty() {
                    cell.shown.into_iter().collect()
                } else {
                    cell.conflict
                };
                let positions = heads.get(&field).map(|cell| cell.0.as_slice()).unwrap_or_default();
                let positions = positions.iter().map(|head| Ok(position(connection, head)?.to_string()));
                rows.push(Conflict {
                    kind: info.id.kind.clone(),
                    record: info.id.to_string(),
                    task,
                    about,
                    mine: views.settles(info.channel, &info.id, rule)?,
                    plain: cell.editable,
                    values,
                    positions: positions.collect::<Result<_, LedgerError>>()?,
                    edits,
                    field,
                });
            }
            Ok::<_, LedgerError>(rows)
        })?;
        Ok(Conflicts { rows })
    }

    pub(crate) fn do_conflict_settle(&self, request: &ConflictSettle) -> Result<Conflicts, AppError> {
        let open = self.opened()?;
        let gone = || AppError::new("conflict_changed").with("field", &request.field);
        let id: RecordId = request.record.parse().map_err(|_| gone())?;
        let rule = records::kind(&id.kind)
            .and_then(|kind| kind.field(&request.field))
            .ok_or_else(|| AppError::new("unknown_field").with("field", &request.field))?;
        let (channel, info, heads) = open.store.read(|connection| {
            let words = cells::Words::load(connection)?;
            let row = cells::record_row(connection, &words, &id)?;
            let in_conflict = cells::conflicts(connection, &words)?
                .into_iter()
                .any(|(record, field)| Some(record) == row && field == request.field);
            let Some(row) = row.filter(|_| in_conflict) else {
                return Err(gone());
            };
            let info = cells::record_info(connection, &words, row)?;
            let mut all = cells::heads(connection, &words, &mut cells::Feeds::default(), row)?;
            let heads = all.remove(&request.field).unwrap_or_default().0;
            let mut placed = Vec::new();
            for head in heads {
                placed.push((position(connection, &head)?.to_string(), head));
            }
            let channels = cells::channels(connection)?;
            let channel = channels.into_iter().find(|channel| channel.id == info.channel);
            Ok((channel.ok_or_else(gone)?.key, info, placed))
        })?;
        let value = match (&request.keep, &request.value) {
            (Some(at), _) => {
                let kept = heads
                    .into_iter()
                    .find(|(position, _)| position == at)
                    .ok_or_else(gone)?;
                let unavailable = || AppError::new("value_not_here").with("field", &request.field);
                kept.1.value.ok_or_else(unavailable)?
            }
            (None, Some(typed)) => {
                if bears_secrecy_mark(typed) {
                    return Err(AppError::new("secret"));
                }
                value_of(rule, typed)?
            }
            (None, None) => return Err(AppError::new("field_missing").with("field", "value")),
        };
        let wish = Wish::change(info.id, vec![(rule.name, value)]);
        self.commit(&open, channel, "conflict.settle", vec![wish])?;
        self.do_conflicts()
    }

    pub(crate) fn do_quarantine(&self) -> Result<Quarantine, AppError> {
        let open = self.opened()?;
        let rows = open.store.read(|connection| {
            let mut views = Views::new(connection, &open)?;
            let mut rows = Vec::new();
            for change in cells::quarantined(connection, &views.words)? {
                let info = cells::record_info(connection, &views.words, change.record)?;
                let (about, task) = if change.record > 0 {
                    views.about(change.record)?
                } else {
                    (String::new(), None)
                };
                let feed = views.feeds.get(connection, change.feed)?.key;
                rows.push(QuarantineRow {
                    at: Position {
                        feed,
                        n: change.n,
                        k: change.k,
                    }
                    .to_string(),
                    kind: info.id.kind,
                    field: change.field,
                    about,
                    task,
                    value: change.value.as_ref().map(value_text).unwrap_or_default(),
                    reason: change.reason.unwrap_or_else(|| "newer_rules".to_owned()),
                    origin: views.origin(change.feed, change.n)?,
                });
            }
            Ok::<_, LedgerError>(rows)
        })?;
        Ok(Quarantine { rows })
    }

    pub(crate) fn do_quarantine_export(&self) -> Result<ReadyFile, AppError> {
        let open = self.opened()?;
        let text = open.store.read(|connection| {
            let mut views = Views::new(connection, &open)?;
            let mut text = String::new();
            for change in cells::quarantined(connection, &views.words)? {
                let info = cells::record_info(connection, &views.words, change.record)?;
                let feed = views.feeds.get(connection, change.feed)?.key;
                let at = Position {
                    feed,
                    n: change.n,
                    k: change.k,
                };
                let origin = views.origin(change.feed, change.n)?;
                let line = json!({
                    "at": at.to_string(),
                    "record": info.id.to_string(),
                    "field": change.field,
                    "value": change.value,
                    "reason": change.reason.as_deref().unwrap_or("newer_rules"),
                    "person": origin.person.name,
                    "unit": origin.unit,
                    "device": origin.device,
                    "written_at": origin.at,
                    "entry": lines::one(connection, change.feed, change.n)?,
                });
                text.push_str(&line.to_string());
                text.push('\n');
            }
            Ok::<_, LedgerError>(text)
        })?;
        let name = format!("cach-ly-{}.jsonl", self.today());
        Ok(self.keep_staged(&name, text.len() as u64, Place::Memory(text.into_bytes())))
    }

    /// Keeps an incident until somebody has read it.
    pub(crate) fn note_incident(&self, writer: &mut Writer<'_>, kind: &str, noted: &Noted) -> Result<(), LedgerError> {
        let line = serde_json::to_string(noted)
            .map_err(|error| LedgerError::Inconsistent(format!("an incident cannot be written: {error}")))?;
        writer.incident(&self.now_text(), kind, &line)
    }

    pub(crate) fn do_incidents(&self) -> Result<Incidents, AppError> {
        let open = self.opened()?;
        let rows = open.store.read(|connection| {
            let mut views = Views::new(connection, &open)?;
            let channels = cells::channels(connection)?;
            let noted: Vec<(String, String, Noted)> = local::incidents(connection)?
                .into_iter()
                .filter_map(|(at, kind, line)| Some((at, kind, serde_json::from_str(&line).ok()?)))
                .collect();
            let mut rows = Vec::new();
            for fork in exchange::forks(connection)? {
                let found = noted
                    .iter()
                    .find(|(_, kind, about)| kind == "fork" && about.feed == Some(fork.feed) && about.n == fork.n);
                let mut branches = Vec::new();
                let mut device = None;
                for (branch, last) in &fork.branches {
                    let row = cells::feed_row(connection, *branch)?;
                    let info = views.feeds.get(connection, row)?.clone();
                    let here = exchange::tips(connection, fork.channel)?
                        .iter()
                        .any(|tip| tip.id == row && tip.here);
                    branches.push(IncidentBranch {
                        origin: views.origin(row, fork.n)?,
                        entries: u32::try_from(last + 1 - fork.n).unwrap_or(u32::MAX),
                        here,
                    });
                    device = Some(info);
                }
                let unit = device.as_ref().and_then(|info| {
                    let charter = &channels.iter().find(|channel| channel.id == fork.channel)?.charter;
                    let parties = [&charter.parent, &charter.child];
                    parties
                        .into_iter()
                        .flatten()
                        .find(|party| party.unit == info.unit)
                        .map(name_of)
                });
                rows.push(Incident {
                    kind: IncidentKind::Fork,
                    at: found.map(|(at, _, _)| at.clone()),
                    unit: unit.unwrap_or_else(|| open.profile.unit_name()),
                    own: fork.device == open.profile.device,
                    device: device.map(|info| info.device_name).unwrap_or_default(),
                    branches,
                });
            }
            for (at, _, about) in noted.iter().filter(|(_, kind, _)| kind == "digest") {
                let channel = channels.iter().find(|channel| channel.key.to_string() == about.channel);
                let unit = channel.and_then(|channel| crate::channels::other(channel, open.profile.unit()));
                rows.push(Incident {
                    kind: IncidentKind::Digest,
                    at: Some(at.clone()),
                    unit: unit.map_or_else(|| open.profile.unit_name(), |(_, party)| name_of(party)),
                    own: false,
                    device: String::new(),
                    branches: Vec::new(),
                });
            }
            rows.sort_by(|one, other| other.at.cmp(&one.at));
            Ok::<_, LedgerError>(rows)
        })?;
        Ok(Incidents { rows })
    }
}

//! Records as a person sees them: who set what, when, on which machine, and whether the other side has it.

use crate::api::{Attachment, Cell, CellValue, Origin, PersonName};
use crate::home::Open;
use chidao_domain::authority::Side;
use chidao_domain::ids::{RecordId, RecordKey, UnitId};
use chidao_domain::records::{self, Form, Owner};
use chidao_ledger::entry::Time;
use chidao_ledger::store::cells::{self, CellHeads, Cells, ChannelInfo, Feeds, Head, Words};
use chidao_ledger::store::{Connection, LedgerError, attachments, exchange};
use chrono::{DateTime, FixedOffset};
use serde_json::Value;
use std::collections::HashMap;

type Result<T> = std::result::Result<T, LedgerError>;

/// What one query remembers while it makes views.
pub(crate) struct Views<'a> {
    pub connection: &'a Connection,
    pub open: &'a Open,
    pub words: Words,
    pub feeds: Feeds,
    channels: Vec<ChannelInfo>,
    people: HashMap<(i64, RecordKey), PersonName>,
    acknowledged: HashMap<i64, Option<u64>>,
}

/// A moment of the ledger as RFC 3339 at +07:00.
pub(crate) fn moment(t: Time) -> String {
    let utc = i64::try_from(t.0)
        .ok()
        .and_then(DateTime::from_timestamp_millis)
        .unwrap_or_default();
    let hanoi = FixedOffset::east_opt(7 * 3600).expect("seven hours is an offset");
    utc.with_timezone(&hanoi)
        .to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
}

/// A value as text for a person who reads a history; dates as dd/mm/yyyy.
pub(crate) fn value_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => match text.parse::<chrono::NaiveDate>() {
            Ok(date) if text.len() == 10 => chidao_domain::dates::print_date(date),
            _ => text.clone(),
        },
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Array(list) => list.iter().map(value_text).collect::<Vec<_>>().join("; "),
        Value::Object(object) => object
            .values()
            .map(value_text)
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
    }
}

impl<'a> Views<'a> {
    pub(crate) fn new(connection: &'a Connection, open: &'a Open) -> Result<Views<'a>> {
        Ok(Views {
            connection,
            open,
            words: Words::load(connection)?,
            feeds: Feeds::default(),
            channels: cells::channels(connection)?,
            people: HashMap::new(),
            acknowledged: HashMap::new(),
        })
    }

    pub(crate) fn channel(&self, row: i64) -> Result<&ChannelInfo> {
        let found = self.channels.iter().find(|channel| channel.id == row);
        found.ok_or_else(|| LedgerError::Inconsistent("a record lies in a channel that is not here".into()))
    }

    /// The side on which this unit writes in a channel.
    pub(crate) fn own_side(&self, channel: i64) -> Result<Side> {
        let party = &self.open.profile.party;
        let side = self.channel(channel)?.charter.side(party.unit, &party.root);
        side.ok_or_else(|| LedgerError::Inconsistent("a channel that this unit does not belong to".into()))
    }

    /// The other unit of a pair.
    fn other_unit(&self, channel: i64) -> Result<Option<UnitId>> {
        let own = self.open.profile.unit();
        Ok(crate::channels::other(self.channel(channel)?, own).map(|(_, party)| party.unit))
    }

    pub(crate) fn person(&mut self, channel: i64, key: RecordKey) -> Result<PersonName> {
        if let Some(name) = self.people.get(&(channel, key)) {
            return Ok(name.clone());
        }
        let id = RecordId {
            kind: "person".into(),
            key,
        };
        let mut name = PersonName::default();
        let row = cells::record_row_in(self.connection, &self.words, channel, &id)?;
        if let Some(row) = row {
            let heads = cells::heads(self.connection, &self.words, &mut self.feeds, row)?;
            name = PersonName {
                name: cells::text(&heads, "name"),
                title: cells::text(&heads, "title"),
            };
        }
        self.people.insert((channel, key), name.clone());
        Ok(name)
    }

    /// Whether the other side has what a line of a feed says: by its acknowledgement, or because it wrote it.
    fn confirmed(&mut self, feed: i64, n: u64) -> Result<bool> {
        let info = self.feeds.get(self.connection, feed)?.clone();
        if info.unit != self.open.profile.unit() {
            return Ok(true);
        }
        if let Some(known) = self.acknowledged.get(&feed) {
            return Ok(known.is_some_and(|known| known >= n));
        }
        let known = match self.other_unit(info.channel)? {
            Some(unit) => exchange::acknowledged_by_all(self.connection, unit, feed)?,
            None => None,
        };
        self.acknowledged.insert(feed, known);
        Ok(known.is_some_and(|known| known >= n))
    }

    /// Who wrote an entry, when, on which machine.
    pub(crate) fn origin(&mut self, feed: i64, n: u64) -> Result<Origin> {
        let written = cells::authorship(self.connection, feed, n)?;
        let info = self.feeds.get(self.connection, feed)?.clone();
        let person = self.person(info.channel, written.by)?;
        let charter = &self.channel(info.channel)?.charter;
        let party = [&charter.parent, &charter.child]
            .into_iter()
            .flatten()
            .find(|party| party.unit == info.unit);
        Ok(Origin {
            person,
            unit: party.map(|party| party.name.clone()).unwrap_or_default(),
            device: info.device_name,
            at: moment(written.t),
            clock_doubtful: written.clock_doubtful,
            own_side: info.unit == self.open.profile.unit(),
            confirmed: self.confirmed(feed, n)?,
        })
    }

    /// Who made a record.
    pub(crate) fn made_by(&mut self, id: &RecordId) -> Result<Origin> {
        match id.key {
            RecordKey::Made(position) => {
                let feed = cells::feed_row(self.connection, position.feed)?;
                self.origin(feed, position.n)
            }
            RecordKey::Owned(..) => Err(LedgerError::NotFound(id.to_string())),
        }
    }

    pub(crate) fn cell_value(&mut self, head: &Head) -> Result<CellValue> {
        Ok(CellValue {
            value: head.value.clone().unwrap_or(Value::Null),
            text: head.value.as_ref().map(value_text).unwrap_or_default(),
            origin: self.origin(head.feed, head.n)?,
            unavailable: head.value.is_none(),
        })
    }

    /// One field as it stands.
    pub(crate) fn cell(&mut self, channel: i64, id: &RecordId, field: &records::Field, heads: &Cells) -> Result<Cell> {
        let empty = CellHeads::default();
        let cell = heads.get(field.name).unwrap_or(&empty);
        let shown = match cell.0.first() {
            Some(head) if !head.value.as_ref().is_some_and(Value::is_null) => Some(self.cell_value(head)?),
            _ => None,
        };
        let mut conflict = Vec::new();
        if cell.in_conflict() {
            for head in &cell.0 {
                conflict.push(self.cell_value(head)?);
            }
        }
        Ok(Cell {
            field: field.name.to_owned(),
            shown,
            conflict,
            editable: self.editable(channel, id, field)?,
        })
    }

    /// Whether this side may set a field of a record that is there already, from a plain form.
    pub(crate) fn editable(&mut self, channel: i64, id: &RecordId, field: &records::Field) -> Result<bool> {
        // Steps have forms of their own.
        let plain = !matches!(
            field.form,
            Form::ChildStep | Form::ParentStep | Form::Record(_) | Form::Positions | Form::Cuts
        );
        Ok(plain && self.settles(channel, id, field)?)
    }

    /// Whether this side may set a field of a record that is there already, and so settle a conflict on it.
    pub(crate) fn settles(&mut self, channel: i64, id: &RecordId, field: &records::Field) -> Result<bool> {
        let own = self.own_side(channel)?;
        let maker = match id.key {
            RecordKey::Made(position) => {
                let feed = cells::feed_row(self.connection, position.feed)?;
                self.feeds.get(self.connection, feed)?.side
            }
            RecordKey::Owned(unit, _) => match self.channel(channel)?.charter.side_of_unit(unit) {
                Some(side) => side,
                None => return Ok(false),
            },
        };
        Ok(match field.owner {
            Owner::Parent => matches!(own, Side::Parent | Side::Own),
            Owner::Child => matches!(own, Side::Child | Side::Own),
            Owner::Creator => own == maker,
            Owner::Once => false,
            Owner::Either => true,
        })
    }

    /// The files attached to a record.
    pub(crate) fn attachments(&mut self, record: i64) -> Result<Vec<Attachment>> {
        let mut all = Vec::new();
        for source in cells::sources(self.connection, &self.words, record, "of")? {
            all.extend(self.attachment(source)?);
        }
        Ok(all)
    }

    /// One attachment, unless it was retracted.
    pub(crate) fn attachment(&mut self, record: i64) -> Result<Option<Attachment>> {
        let info = cells::record_info(self.connection, &self.words, record)?;
        let heads = cells::heads(self.connection, &self.words, &mut self.feeds, record)?;
        if info.id.kind != "attachment" || heads.contains_key("retracted") {
            return Ok(None);
        }
        let blake3 = cells::text(&heads, "blob");
        let here = match blake3.parse() {
            Ok(hash) => attachments::find(self.connection, hash)?.is_some(),
            Err(_) => false,
        };
        Ok(Some(Attachment {
            id: info.id.to_string(),
            name: cells::text(&heads, "name"),
            size: cells::number(&heads, "size")
                .and_then(|size| u64::try_from(size).ok())
                .unwrap_or(0),
            media_type: cells::text(&heads, "media_type"),
            blake3,
            here,
            origin: self.made_by(&info.id)?,
        }))
    }

    /// The task that a record is, or is about, if it is about one.
    pub(crate) fn task_of(&self, record: i64) -> Result<Option<i64>> {
        let mut at = record;
        for _ in 0..4 {
            let info = cells::record_info(self.connection, &self.words, at)?;
            if info.id.kind == "task" {
                return Ok(Some(at));
            }
            let mut next = None;
            for field in ["task", "of", "extension", "recommendation"] {
                next = next.or(cells::targets(self.connection, &self.words, at, field)?
                    .first()
                    .copied());
            }
            match next {
                Some(target) => at = target,
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    /// What a record is called, by the task or the recommendation that it is about, if there is one: code, title or name.
    pub(crate) fn about(&mut self, record: i64) -> Result<(String, Option<String>)> {
        let task = self.task_of(record)?;
        let answered = cells::targets(self.connection, &self.words, record, "recommendation")?;
        let named = task.or(answered.first().copied()).unwrap_or(record);
        let heads = cells::heads(self.connection, &self.words, &mut self.feeds, named)?;
        let name = ["code", "title", "name", "number"]
            .iter()
            .map(|field| cells::text(&heads, field));
        let name = name.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        let id = match task {
            Some(task) => Some(cells::record_info(self.connection, &self.words, task)?.id.to_string()),
            None => None,
        };
        Ok((name, id))
    }
}

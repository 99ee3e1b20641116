//! Erasing: an ordinary entry names the values that go, and every machine that gets it lets go of them. DESIGN 4.11.

use crate::AppError;
use crate::api::{Erase, Erased};
use crate::home::App;
use crate::tasks::write::find;
use crate::views::Views;
use chidao_domain::ids::{Position, RecordId};
use chidao_domain::records;
use chidao_ledger::store::append::Wish;
use chidao_ledger::store::cells::{self, RecordInfo};
use chidao_ledger::store::{Connection, LedgerError, apply};
use serde_json::Value;

/// The values of one record that are to go.
struct Going {
    info: RecordInfo,
    positions: Vec<String>,
    fields: Vec<String>,
    /// Its bytes go with it.
    content: bool,
}

impl App {
    pub(crate) fn do_erase(&self, request: &Erase) -> Result<Erased, AppError> {
        let open = self.opened()?;
        let (all, kept, channel) = open.store.read(|connection| {
            let mut views = Views::new(connection, &open)?;
            let info = sought(connection, &views, &request.record)?;
            let of_kind = records::kind(&info.id.kind);
            for field in &request.fields {
                // What is not of a known kind is a newer program's, and only that knows what may go.
                let known = of_kind.and_then(|kind| kind.field(field));
                if !known.is_some_and(|field| field.detached) {
                    return Err(AppError::new("not_erasable").with("field", field));
                }
            }
            let channel = views.channel(info.channel)?.key;
            let mut records = vec![info.row];
            if request.fields.is_empty() {
                records.extend(cells::sources(connection, &views.words, info.row, "of")?);
            }
            let (mut all, mut kept) = (Vec::new(), 0);
            for row in records {
                let going = going(connection, &mut views, row, &request.fields)?;
                // Only the side that made a record may take anything out of it.
                match views.settles(going.info.channel, &going.info.id, &records::ERASE)? {
                    true if !going.positions.is_empty() => all.push(going),
                    true => {}
                    false => kept += going.positions.len() as u32,
                }
            }
            Ok::<_, AppError>((all, kept, channel))
        })?;
        let record = match all.first() {
            Some(first) => first.info.id.to_string(),
            None if kept > 0 => {
                return Err(AppError::new("refused")
                    .with("field", "erase")
                    .with("reason", "not_yours"));
            }
            None => return Err(AppError::new("nothing_to_erase").with("name", &request.record)),
        };
        let mut fields: Vec<String> = all.iter().flat_map(|one| one.fields.clone()).collect();
        fields.sort();
        fields.dedup();
        let answer = Erased {
            record,
            fields,
            values: all.iter().map(|one| one.positions.len() as u32).sum(),
            attachments: all.iter().filter(|one| one.content).count() as u32,
            kept,
        };
        let wishes = all
            .into_iter()
            .map(|one| {
                let positions = one.positions.into_iter().map(Value::String).collect();
                Wish::change(one.info.id, vec![(records::ERASE.name, Value::Array(positions))])
            })
            .collect();
        self.commit(&open, channel, "erase", wishes)?;
        Ok(answer)
    }
}

/// A record by its id, or a task by its code.
fn sought(connection: &Connection, views: &Views<'_>, name: &str) -> Result<RecordInfo, AppError> {
    let unknown = || {
        AppError::new("record_unknown")
            .with("kind", "record")
            .with("name", name)
    };
    let row = match name.parse::<RecordId>() {
        Ok(id) => cells::record_row(connection, &views.words, &id)
            .map_err(AppError::from)?
            .ok_or_else(unknown)?,
        Err(_) => return find(connection, name),
    };
    Ok(cells::record_info(connection, &views.words, row)?)
}

/// The detached values of a record that are here and were not erased before.
fn going(connection: &Connection, views: &mut Views<'_>, row: i64, fields: &[String]) -> Result<Going, LedgerError> {
    let info = cells::record_info(connection, &views.words, row)?;
    let kind = records::kind(&info.id.kind);
    let mut going = Going {
        info,
        positions: Vec::new(),
        fields: Vec::new(),
        content: false,
    };
    for change in cells::written(connection, &views.words, row)? {
        let detached = kind
            .and_then(|kind| kind.field(&change.field))
            .is_some_and(|field| field.detached);
        let asked = fields.is_empty() || fields.contains(&change.field);
        // One that has not come yet goes as well: it is not accepted any more.
        if !detached || !asked || change.reason.as_deref() == Some(apply::ERASED) {
            continue;
        }
        let feed = views.feeds.get(connection, change.feed)?.key;
        let at = Position {
            feed,
            n: change.n,
            k: change.k,
        };
        going.content |= change.field == "blob";
        going.positions.push(at.to_string());
        going.fields.push(change.field);
    }
    Ok(going)
}

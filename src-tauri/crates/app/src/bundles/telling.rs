//! What waits to be sent, as a person reads it: of each act, what the other side will read first.
//!
//! Values stay values here: a status is told by its code, and the page and the terminal have their words for it.

use crate::api::{OutgoingLine, Said};
use crate::views::{Views, value_text};
use chidao_domain::ids::{FeedId, Position, RecordId};
use chidao_domain::records::{self, Form};
use chidao_ledger::entry::{Content, Entry, Item, Target};
use chidao_ledger::store::LedgerError;
use chidao_ledger::store::cells;
use serde_json::Value;
use std::collections::BTreeSet;

/// Most parts of one line.
const PARTS: usize = 12;
/// Most characters of one part, and of all together.
const LETTERS: usize = 300;

/// Of a record that is being made: the fields that tell what it says, in the order to be read. Of other kinds, all.
const FIRST: &[(&str, &[&str])] = &[
    ("task", &["content"]),
    ("directive", &["number", "abstract"]),
    ("report", &["percent", "percent_words", "note"]),
    ("assessment", &["verdict", "reason"]),
    ("extension", &["deadline", "reason"]),
    ("extension_decision", &["verdict", "deadline", "reason"]),
    ("reminder", &["text"]),
    ("inspection", &["title"]),
    ("finding", &["found_percent", "agreed", "note"]),
    ("recommendation", &["content"]),
    ("answer", &["text"]),
    ("attachment", &["name"]),
    ("revocation", &["reason"]),
    ("retirement", &["reason"]),
];

/// One entry that waits to be sent.
pub(super) fn line(views: &mut Views<'_>, feed: i64, key: FeedId, entry: &Entry) -> Result<OutgoingLine, LedgerError> {
    let made = |item: &Item, kind: &str| matches!(&item.target, Target::New(one) if one == kind);
    let files = entry.items.iter().filter(|item| made(item, "attachment")).count();
    let mut about = (String::new(), None);
    let mut others = BTreeSet::new();
    let mut says: Vec<Said> = Vec::new();
    for (i, item) in entry.items.iter().enumerate() {
        let (id, making) = match &item.target {
            Target::New(kind) => {
                let at = Position {
                    feed: key,
                    n: entry.n,
                    k: i as u32,
                };
                (RecordId::made(kind, at), true)
            }
            Target::On(id) => (id.clone(), false),
        };
        // Who somebody is, a task's document and a report's photos come along with what the act is about.
        let beside = matches!(id.kind.as_str(), "person" | "unit" | "directive" | "attachment");
        if beside && entry.items.iter().any(|other| !is_beside(other)) {
            continue;
        }
        let Some(row) = cells::record_row(views.connection, &views.words, &id)? else {
            continue;
        };
        let concerned = views.about(row)?;
        if about.0.is_empty() {
            about = concerned;
        } else if concerned.0 != about.0 {
            others.insert(concerned.0);
        }
        let mut fields: Vec<&str> = item.changes.iter().map(|change| change.field.as_str()).collect();
        if let Some((_, first)) = FIRST.iter().find(|(kind, _)| making && *kind == id.kind) {
            fields = first.iter().copied().filter(|field| fields.contains(field)).collect();
        }
        for field in fields {
            if says.len() < PARTS && !names_records(&id.kind, field) {
                // What is said of several alike is said once.
                let one = said(views, feed, entry.n, row, item, &id.kind, field)?;
                says.extend(one.filter(|one| !says.contains(one)));
            }
        }
    }
    let plain = says.iter().filter(|said| !said.coded).map(|said| said.text.as_str());
    let text = plain.collect::<Vec<_>>().join(" · ").chars().take(LETTERS).collect();
    Ok(OutgoingLine {
        act: entry.act.clone(),
        about: about.0,
        task: about.1,
        others: u32::try_from(others.iter().filter(|name| !name.is_empty()).count()).unwrap_or(u32::MAX),
        text,
        says,
        files: u32::try_from(files).unwrap_or(u32::MAX),
        origin: views.origin(feed, entry.n)?,
    })
}

fn is_beside(item: &Item) -> bool {
    let kind = match &item.target {
        Target::New(kind) => kind,
        Target::On(id) => &id.kind,
    };
    matches!(kind.as_str(), "person" | "unit" | "directive" | "attachment")
}

fn form(kind: &str, field: &str) -> Option<Form> {
    records::kind(kind)?.field(field).map(|field| field.form)
}

/// A field that names records says nothing to a person; nor does where a content lies.
fn names_records(kind: &str, field: &str) -> bool {
    matches!(
        form(kind, field),
        Some(Form::Record(_) | Form::Records(_) | Form::Positions | Form::Cuts)
    ) || (kind == "attachment" && field != "name")
        || (kind == "revocation" && field == "device")
}

/// One field, as this very entry set it; none if it was cleared or made empty.
fn said(
    views: &Views<'_>,
    feed: i64,
    n: u64,
    row: i64,
    item: &Item,
    kind: &str,
    field: &str,
) -> Result<Option<Said>, LedgerError> {
    let Some(change) = item.changes.iter().find(|change| change.field == field) else {
        return Ok(None);
    };
    let value = match &change.content {
        Content::Inline(value) => Some(value.clone()),
        Content::Detached(_) => cells::written(views.connection, &views.words, row)?
            .into_iter()
            .find(|written| (written.feed, written.n) == (feed, n) && written.field == field)
            .and_then(|written| written.value),
    };
    let value = value.unwrap_or(Value::Null);
    let text: String = match (&value, form(kind, field)) {
        (Value::Number(number), Some(Form::Number(0, 100))) if field.contains("percent") => format!("{number}%"),
        _ => value_text(&value).chars().take(LETTERS).collect(),
    };
    let coded = matches!(
        form(kind, field),
        Some(Form::Word(_) | Form::Flag | Form::ChildStep | Form::ParentStep)
    );
    Ok(Some(Said {
        kind: kind.to_owned(),
        field: field.to_owned(),
        value,
        text,
        coded,
    })
    .filter(|said| !said.text.is_empty()))
}

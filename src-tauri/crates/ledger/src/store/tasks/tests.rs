mod agreement;
mod lists;
mod projection;
mod totals;

use super::*;
use crate::entry::Target;
use crate::store::append::{Appended, Author, Edges, Wish};
use crate::store::{LedgerError, Store, cells};
use crate::trust::{Certificate, ChannelKind, Charter, Party, Signer};
use chidao_domain::ids::{ChannelId, RecordId, RecordKey, UnitId};
use chrono::NaiveDate;
use serde_json::{Value, json};
use std::cell::Cell;

/// A province and a unit below it, both writing into one store.
struct Office {
    store: Store,
    channel: ChannelId,
    parent: Author,
    child: Author,
    now: Cell<u64>,
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn everything() -> Filter {
    Filter {
        as_of: day("2017-06-23"),
        due_soon_until: day("2017-06-26"),
        ..Filter::default()
    }
}

fn party(unit: UnitId, signer: &Signer) -> Party {
    Party {
        unit,
        name: "UBND".into(),
        code: "H02".into(),
        root: signer.public().to_owned(),
        recovery: "age1".into(),
    }
}

fn author(unit: UnitId) -> (Signer, Author) {
    let root = Signer::parse(&Signer::generate().expect("a key")).expect("a signer");
    let device = Signer::parse(&Signer::generate().expect("a key")).expect("a signer");
    let certificate = Certificate {
        v: 1,
        unit,
        root: root.public().to_owned(),
        device: crate::chain::device_id(device.public()),
        key: device.public().to_owned(),
        age: "age1".into(),
        name: "Máy văn thư".into(),
        at: "2017-01-01T00:00:00+07:00".into(),
    };
    let author = Author {
        certificate: root.sign(certificate).expect("a certificate"),
        epoch: 1,
        person: RecordKey::Owned(unit, [1; 8]),
    };
    (root, author)
}

impl Office {
    fn new() -> Office {
        let (province, unit) = (UnitId([1; 16]), UnitId([2; 16]));
        let (province_root, parent) = author(province);
        let (unit_root, child) = author(unit);
        let channel = ChannelId([3; 16]);
        let charter = Charter {
            v: 1,
            channel,
            kind: ChannelKind::Pair,
            parent: Some(party(province, &province_root)),
            child: Some(party(unit, &unit_root)),
            request: None,
            at: "2017-01-01T00:00:00+07:00".into(),
        };
        let charter = province_root.sign(charter).expect("a charter");
        let store = Store::in_memory().expect("a store");
        store.write(|writer| writer.take_charter(&charter)).expect("a channel");
        Office {
            store,
            channel,
            parent,
            child,
            now: Cell::new(1_000),
        }
    }

    fn try_write(&self, author: &Author, wishes: Vec<Wish>) -> Result<Appended, LedgerError> {
        self.now.set(self.now.get() + 1_000);
        let mut edges = Edges {
            now: self.now.get(),
            random: &mut |bytes| bytes.fill(7),
        };
        self.store
            .write(|writer| writer.append(self.channel, author, "test", wishes, &mut edges))
    }

    fn write(&self, author: &Author, wishes: Vec<Wish>) -> Vec<RecordId> {
        let appended = self.try_write(author, wishes).expect("permitted");
        appended.made.into_iter().flatten().collect()
    }

    /// A task made by the province.
    fn task(&self, set: Vec<(&str, Value)>) -> RecordId {
        self.write(&self.parent, vec![Wish::make("task", set)]).remove(0)
    }

    fn set(&self, author: &Author, record: &RecordId, field: &str, value: Value) {
        self.write(author, vec![Wish::change(record.clone(), vec![(field, value)])]);
    }

    fn report(&self, task: &RecordId, follows: &[&RecordId], mut set: Vec<(&str, Value)>) -> RecordId {
        set.push(("task", json!(task.to_string())));
        let follows: Vec<String> = follows.iter().map(ToString::to_string).collect();
        set.push(("follows", json!(follows)));
        self.write(&self.child, vec![Wish::make("report", set)]).remove(0)
    }

    fn row(&self, task: &RecordId) -> Row {
        let found = self.store.read(|connection| {
            let words = cells::Words::load(connection)?;
            let record = cells::record_row(connection, &words, task)?.expect("here");
            row(connection, record)
        });
        found.expect("readable").expect("projected")
    }

    fn by_code(&self, code: &str) -> usize {
        self.store
            .read(|connection| by_code(connection, code))
            .expect("readable")
            .len()
    }

    fn choices(&self, column: Column) -> Vec<String> {
        self.store
            .read(|connection| choices(connection, column))
            .expect("readable")
    }

    fn codes(&self, filter: &Filter) -> Vec<String> {
        self.sorted(filter, Sort::Code, false)
    }

    fn sorted(&self, filter: &Filter, sort: Sort, descending: bool) -> Vec<String> {
        let page = self
            .store
            .read(|connection| page(connection, filter, sort, descending, 0, 1_000))
            .expect("a page");
        assert_eq!(
            page.rows.len() as u64,
            self.count(filter),
            "the count is that of the rows"
        );
        page.rows.into_iter().map(|row| row.code).collect()
    }

    fn count(&self, filter: &Filter) -> u64 {
        self.store
            .read(|connection| count(connection, filter))
            .expect("a count")
    }

    /// Rebuilt from the entries, everything is the same, and what is packed says what the rows say.
    fn check(&self) {
        // A store in memory has no second connection, so the parts of a check are done one by one.
        let troubles = self.store.read(verify).expect("readable");
        assert_eq!(troubles, Vec::<String>::new());
    }
}

fn child_step(status: &str, on: &str) -> Value {
    json!({"status": status, "on": on})
}

fn standing(standing: &str) -> Value {
    json!({"standing": standing, "on": "2017-06-01"})
}

fn window_of(office: &Office, ask: &Ask<'_>) -> Page {
    office
        .store
        .read(|connection| window(connection, ask))
        .expect("a window")
}

/// The position of a field's only head, as an assessment names it.
fn position(office: &Office, record: &RecordId, field: &str) -> String {
    office
        .store
        .read(|connection| {
            let words = cells::Words::load(connection)?;
            let row = cells::record_row(connection, &words, record)?.expect("here");
            let mut feeds = cells::Feeds::default();
            let heads = cells::heads(connection, &words, &mut feeds, row)?;
            let head = &heads[field].0[0];
            let feed = feeds.get(connection, head.feed)?.key;
            Ok::<_, LedgerError>(format!("{feed}.{}.{}", head.n, head.k))
        })
        .expect("readable")
}

#[test]
fn what_is_refused_leaves_no_row() {
    let office = Office::new();
    let refused = office.try_write(
        &office.child,
        vec![Wish {
            target: Target::New("task".into()),
            set: vec![("standing".into(), standing("withdrawn"))],
        }],
    );
    assert!(matches!(refused, Err(LedgerError::Refused { .. })));
    assert_eq!(office.count(&everything()), 0);
    office.check();
}

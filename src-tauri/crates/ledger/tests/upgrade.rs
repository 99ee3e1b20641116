//! Two versions of the rules in one channel: what an older program does not know is kept and passed on byte for byte, never
//! overwritten, and stands once the program knows it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

mod office;

use chidao_domain::ids::RecordId;
use chidao_domain::records::{Form, Kind, Knowledge, Maker, Owner};
use chidao_ledger::chain;
use chidao_ledger::store::append::Wish;
use chidao_ledger::store::apply::state;
use chidao_ledger::store::receive::Range;
use chidao_ledger::store::{LedgerError, Store, cells};
use chidao_ledger::trust::Checkpoint;
use office::*;
use serde_json::{Value, json};
use std::path::Path;

const KEY: [u8; 32] = [7; 32];

/// A program of years to come: tasks have a risk and a lesson, a priority has one more value, and there are commitments.
fn newer() -> Knowledge {
    let field = |name, form, owner, detached| chidao_domain::records::Field {
        name,
        form,
        owner,
        detached,
    };
    let mut kinds: Vec<Kind> = Knowledge::THIS.kinds.to_vec();
    let task = kinds.iter_mut().find(|kind| kind.name == "task").unwrap();
    let mut fields = task.fields.to_vec();
    let priority = fields.iter_mut().find(|field| field.name == "priority").unwrap();
    priority.form = Form::Word(&["critical", "urgent", "high", "normal"]);
    fields.push(field("risk", Form::Word(&["low", "high"]), Owner::Either, false));
    fields.push(field("lesson", Form::Text(2_000), Owner::Either, true));
    task.fields = Box::leak(fields.into_boxed_slice());
    kinds.push(Kind {
        name: "commitment",
        maker: Maker::Either,
        fields: Box::leak(Box::new([
            field("task", Form::Record("task"), Owner::Once, false),
            field("words", Form::Text(2_000), Owner::Once, true),
        ])),
    });
    Knowledge {
        version: Knowledge::THIS.version + 1,
        kinds: Box::leak(kinds.into_boxed_slice()),
    }
}

fn knowing(machine: Machine, path: &Path, office: &Office, knowledge: Knowledge) -> Machine {
    let store = Store::open_knowing(path, &KEY, knowledge).unwrap();
    store.write(|writer| writer.take_charter(&office.charter)).unwrap();
    Machine { store, ..machine }
}

/// The program is ended, and one that knows something else is started.
fn started_again(machine: Machine, path: &Path, knowledge: Knowledge) -> Machine {
    let Machine {
        store,
        signer,
        author,
        blank,
    } = machine;
    drop(store);
    let store = Store::open_knowing(path, &KEY, knowledge).unwrap();
    Machine {
        store,
        signer,
        author,
        blank,
    }
}

/// What stands in a field.
fn shown(machine: &Machine, record: &RecordId, field: &str) -> Option<Value> {
    let value = machine.store.read(|connection| {
        let words = cells::Words::load(connection)?;
        let Some(row) = cells::record_row(connection, &words, record)? else {
            return Ok(None);
        };
        let all = cells::heads(connection, &words, &mut cells::Feeds::default(), row)?;
        Ok::<_, LedgerError>(all.get(field).and_then(|cell| cell.value().cloned()))
    });
    value.unwrap()
}

/// Changes that wait for newer rules.
fn laid_aside(machine: &Machine) -> usize {
    let found = machine.store.read(|connection| {
        let words = cells::Words::load(connection)?;
        cells::quarantined(connection, &words)
    });
    let found = found.unwrap();
    assert!(found.iter().all(|change| change.state == state::DEFERRED), "{found:?}");
    found.len()
}

fn sound(machine: &Machine) {
    assert_eq!(machine.store.check().unwrap().troubles, Vec::<String>::new());
}

/// One more line of a machine's feed, with a member that no version has yet, vouched for as its own lines are.
fn with_a_strange_member(machine: &Machine, of: &Range) -> Range {
    let lines: Vec<&str> = of.lines.trim_end().split('\n').collect();
    let mut hash = chain::header_hash(lines[0].as_bytes());
    for line in &lines[1..] {
        hash = chain::entry_hash(hash, line.as_bytes());
    }
    let n = of.first + lines.len() as u64;
    let mut entry: Value = serde_json::from_str(lines.last().unwrap()).unwrap();
    entry["n"] = json!(n);
    entry["mood"] = json!({"of the author": ["hopeful", 1.5e300]});
    entry["seen"] = json!([]);
    entry["items"] = json!([{"new": "task", "why": "not yet known", "set": [["code", "NV99"], ["kind", "task"]]}]);
    let line = entry.to_string();
    let checkpoint = Checkpoint {
        v: 1,
        feed: of.feed,
        n,
        hash: chain::entry_hash(hash, line.as_bytes()),
    };
    Range {
        lines: format!("{}{line}\n", of.lines),
        checkpoint: machine.signer.sign(checkpoint).unwrap(),
        ..of.clone()
    }
}

#[test]
fn what_is_newer_is_kept_and_passed_on_and_stands_after_the_upgrade() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut office = office();
    let two = office.machines.remove(2);
    let one = office.machines.remove(1);
    let province = office.machines.remove(0);
    let province = knowing(province, &path("province.db"), &office, newer());
    let one = knowing(one, &path("one.db"), &office, Knowledge::THIS);
    let two = knowing(two, &path("two.db"), &office, Knowledge::THIS);

    let task = vec![
        ("code", json!("NV01")),
        ("kind", json!("task")),
        ("content", json!("Rà soát hộ nghèo")),
        ("priority", json!("critical")),
        ("risk", json!("high")),
        ("lesson", json!("Họp dân trước khi đo")),
    ];
    province.write(1_000_000, 1, Wish::make("task", task)).unwrap();
    let task = tasks(&province.store)[0].clone();
    let commitment = vec![("task", json!(task.to_string())), ("words", json!("Xong trước Tết"))];
    province
        .write(1_000_001, 2, Wish::make("commitment", commitment))
        .unwrap();
    let commitment = province.store.read(|connection| {
        let words = cells::Words::load(connection)?;
        let row = cells::records_of(connection, &words, "commitment")?[0];
        Ok::<_, LedgerError>(cells::record_info(connection, &words, row)?.id)
    });
    let commitment = commitment.unwrap();

    // The older program shows what it knows, and lays the rest aside.
    let (ranges, values) = province.held(&[], true);
    one.take(&ranges, &values);
    assert_eq!(shown(&one, &task, "content"), Some(json!("Rà soát hộ nghèo")));
    for field in ["priority", "risk", "lesson"] {
        assert_eq!(shown(&one, &task, field), None, "{field}");
    }
    assert_eq!(laid_aside(&one), 5);
    sound(&one);
    // It goes on working, also on the same record, and cannot write what it does not know.
    let change = |field, value: Value| Wish::change(task.clone(), vec![(field, value)]);
    one.write(2_000_000, 3, change("lead", json!("Phòng Lao động")))
        .unwrap();
    assert!(matches!(
        one.write(2_000_001, 4, change("risk", json!("low"))).unwrap_err(),
        LedgerError::Refused { .. }
    ));

    // What is passed on by it is what the province wrote, byte for byte, with the values of what it does not know.
    let (passed, passed_values) = one.held(&[], true);
    let of_province = |all: &[Range]| {
        all.iter()
            .find(|range| range.feed == ranges[0].feed)
            .unwrap()
            .lines
            .clone()
    };
    assert_eq!(of_province(&passed), of_province(&ranges));
    two.take(&passed, &passed_values);
    assert_eq!(laid_aside(&two), 5);
    assert_eq!(digests(&one.store), digests(&two.store));
    sound(&two);

    // After the upgrade all of it stands, as if it had been known from the first day.
    let (ranges, values) = one.ranges(&[]);
    province.take(&ranges, &values);
    for (machine, path) in [(one, path("one.db")), (two, path("two.db"))] {
        let (entries, state) = digests(&machine.store);
        let machine = started_again(machine, &path, newer());
        assert_eq!(laid_aside(&machine), 0);
        assert_eq!(shown(&machine, &task, "priority"), Some(json!("critical")));
        assert_eq!(shown(&machine, &task, "risk"), Some(json!("high")));
        assert_eq!(shown(&machine, &task, "lesson"), Some(json!("Họp dân trước khi đo")));
        assert_eq!(shown(&machine, &commitment, "words"), Some(json!("Xong trước Tết")));
        assert_eq!(shown(&machine, &task, "lead"), Some(json!("Phòng Lao động")));
        assert_eq!(digests(&machine.store), digests(&province.store));
        assert_ne!(digests(&machine.store), (entries, state));
        sound(&machine);
        // Who has to go back to the older program loses nothing, and finds it again.
        let machine = started_again(machine, &path, Knowledge::THIS);
        assert_eq!((laid_aside(&machine), digests(&machine.store)), (5, (entries, state)));
        sound(&machine);
        let machine = started_again(machine, &path, newer());
        assert_eq!(
            (laid_aside(&machine), digests(&machine.store)),
            (0, digests(&province.store))
        );
        sound(&machine);
    }
}

#[test]
fn members_of_a_line_that_nobody_knows_yet_are_kept_and_passed_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut office = office();
    let two = office.machines.remove(2);
    let one = office.machines.remove(1);
    let province = office.machines.remove(0);
    let wish = Wish::make("task", vec![("code", json!("NV01")), ("kind", json!("task"))]);
    province.write(1_000_000, 1, wish).unwrap();
    let (ranges, values) = province.held(&[], true);
    let strange = with_a_strange_member(&province, &ranges[0]);
    let one = knowing(one, &folder.path().join("one.db"), &office, Knowledge::THIS);
    one.take(std::slice::from_ref(&strange), &values);
    assert_eq!(tasks(&one.store).len(), 2, "what is known of the line stands");
    let (passed, _) = one.held(&[], true);
    assert_eq!(passed[0].lines, strange.lines);
    two.take(&passed, &[]);
    assert_eq!(digests(&one.store), digests(&two.store));
    sound(&one);
}

#[test]
fn an_upgrade_that_meets_nothing_newer_judges_nothing_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.db");
    let mut office = office();
    let one = knowing(office.machines.remove(0), &path, &office, Knowledge::THIS);
    let wish = Wish::make("task", vec![("code", json!("NV01")), ("kind", json!("task"))]);
    one.write(1_000_000, 1, wish).unwrap();
    let rows = |machine: &Machine| -> i64 {
        let all = machine.store.read(|connection| {
            let first = connection.query_row("SELECT min(rowid) + count(*) FROM record", [], |row| row.get(0));
            first.map_err(LedgerError::from)
        });
        all.unwrap()
    };
    let before = rows(&one);
    let one = started_again(one, &path, newer());
    assert_eq!(rows(&one), before);
    sound(&one);
}

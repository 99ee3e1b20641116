//! Point 7: a unit whose program has been tampered with writes what it may not. The line is well formed and well signed;
//! the province keeps it apart and applies the rest.

use crate::office::{Office, PASSPHRASE, Pair};
use age::secrecy::SecretString;
use chidao_domain::ids::{Position, RecordId};
use chidao_ledger::chain;
use chidao_ledger::entry::{Change, Content, Entry, Item, Target, Time};
use chidao_ledger::store::receive::Range;
use chidao_ledger::store::{LedgerError, Store, cells, exchange, lines};
use chidao_ledger::trust::{Checkpoint, Signer};
use serde_json::{Value, json};
use std::fs;
use std::io::Read;

/// The keys of a home, opened as its owner can.
fn keys(office: &Office) -> Value {
    let vault = fs::read_dir(office.home.join("vault")).unwrap().flatten();
    let own = vault
        .map(|file| file.path())
        .find(|path| path.file_name().unwrap().to_str().unwrap().starts_with("person-"));
    let bytes = fs::read(own.unwrap()).unwrap();
    let identity = age::scrypt::Identity::new(SecretString::from(PASSPHRASE.to_owned()));
    let mut text = String::new();
    let opened = age::Decryptor::new(&bytes[..]).unwrap();
    opened
        .decrypt(std::iter::once(&identity as &dyn age::Identity))
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Writes a line past all checks into the unit's own feed: a task's deadline set to another day.
fn move_deadline(office: &Office, task: &str, to: &str) {
    let keys = keys(office);
    let hex = keys["database"].as_str().unwrap();
    let mut key = [0_u8; 32];
    for (i, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap();
    }
    let store = Store::open(&office.home.join("ledger.db"), &key).unwrap();
    let signer = Signer::parse(keys["signing"].as_str().unwrap()).unwrap();
    let device = chain::device_id(signer.public());
    let record: RecordId = task.parse().unwrap();
    let range = store
        .read(|connection| {
            let words = cells::Words::load(connection)?;
            let mut feeds = cells::Feeds::default();
            let row = cells::record_row(connection, &words, &record)?.unwrap();
            let channel = cells::record_info(connection, &words, row)?.channel;
            let channel = cells::channels(connection)?
                .into_iter()
                .find(|one| one.id == channel)
                .unwrap();
            let own = exchange::tips(connection, channel.id)?
                .into_iter()
                .find(|tip| tip.device == device)
                .unwrap();
            let last = Entry::read(own.n, &lines::one(connection, own.id, own.n)?).unwrap();
            let heads = cells::heads(connection, &words, &mut feeds, row)?;
            let deadline = &heads["deadline"].0[0];
            let head = Position {
                feed: feeds.get(connection, deadline.feed)?.key,
                n: deadline.n,
                k: deadline.k,
            };
            let entry = Entry {
                n: own.n + 1,
                t: Time(last.t.0, last.t.1 + 1),
                by: last.by,
                act: "task.set".into(),
                rules: last.rules,
                seen: Vec::new(),
                items: vec![Item {
                    target: Target::On(record.clone()),
                    changes: vec![
                        Change {
                            field: "deadline".into(),
                            content: Content::Inline(json!(to)),
                            prev: vec![head],
                        },
                        Change {
                            field: "highlighted".into(),
                            content: Content::Inline(json!(true)),
                            prev: Vec::new(),
                        },
                    ],
                }],
            };
            let line = entry.write();
            let hash = chain::entry_hash(own.hash, line.as_bytes());
            let checkpoint = Checkpoint {
                v: 1,
                feed: own.feed,
                n: entry.n,
                hash,
            };
            Ok::<_, LedgerError>(Range {
                channel: channel.key,
                feed: own.feed,
                first: entry.n,
                before: Some(own.hash),
                lines: format!("{line}\n"),
                checkpoint: signer.sign(checkpoint).unwrap(),
            })
        })
        .unwrap();
    store
        .write(|writer| {
            writer.take_range(&range)?;
            writer.apply_waiting()?;
            Ok::<_, LedgerError>(())
        })
        .unwrap();
}

#[test]
fn a_moved_deadline_lies_in_quarantine_and_the_rest_is_applied() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    let honest = district.refused(&["task", "set", "NV26", "deadline", "2017-12-31"]);
    assert_eq!(
        (&honest["code"], &honest["params"]["reason"]),
        (&json!("refused"), &json!("not_yours"))
    );

    district.report("NV26", 75, "Trước");
    let task = district.task("NV26")["row"]["id"].as_str().unwrap().to_owned();
    move_deadline(district, &task, "2017-12-31");
    district.report("NV26", 80, "Sau");
    let report = pair.up();
    assert_eq!(
        (&report["outcome"], &report["quarantined"]),
        (&json!("imported"), &json!(1))
    );

    let shown = province.task("NV26");
    assert_eq!(
        (&shown["row"]["deadline"], &shown["row"]["percent"]),
        (&json!("2017-06-16"), &json!(80))
    );
    let highlighted = shown["cells"]
        .as_array()
        .unwrap()
        .iter()
        .find(|cell| cell["field"] == "highlighted")
        .unwrap();
    assert_eq!(
        highlighted["shown"]["value"], true,
        "the other change of the same entry is applied"
    );
    let rows = province.json(&["quarantine"])["rows"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (&rows[0]["field"], &rows[0]["reason"], &rows[0]["about"]),
        (&json!("deadline"), &json!("not_yours"), &json!("NV26"))
    );
    let history = province.json(&["task", "history", "NV26"]);
    let lines = history["lines"].as_array().unwrap();
    assert!(
        lines
            .iter()
            .any(|line| line["field"] == "deadline" && line["quarantined"] == "not_yours")
    );
    // The unit hears of it with the answer, and both still agree on what there is.
    pair.down();
    pair.agree();
    assert_eq!(district.task("NV26")["row"]["deadline"], "2017-06-16");
}

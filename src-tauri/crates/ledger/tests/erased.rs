//! What was erased is gone from the file, for whoever holds the key too: every page is decrypted with the stock tool and
//! looked through, free ones and what lies between the cells included.
// The stock tool that opens the pages is not on every Windows.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

mod office;

use chidao_domain::ids::RecordId;
use chidao_ledger::store::append::Wish;
use chidao_ledger::store::{LedgerError, Store, cells};
use office::*;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const KEY: [u8; 32] = [0x5a; 32];
const PAGE: usize = 4096;
/// What SQLCipher keeps at the end of a page: 16 bytes of initialisation vector, then the authentication.
const RESERVED: usize = 80;

const NAME: &str = "Nguyễn Thị Khuyểnh, thôn Đồng Gián";
/// A word of it as the search keeps it.
const FOLDED: &str = "khuyenh";

/// Every page of a database and of its write-ahead log, decrypted with `openssl`.
fn decrypted(path: &Path) -> Vec<u8> {
    let database = std::fs::read(path).unwrap();
    let mut pages: Vec<(bool, Vec<u8>)> = Vec::new();
    for (i, page) in database.chunks_exact(PAGE).enumerate() {
        pages.push((i == 0, page.to_vec()));
    }
    let log = std::fs::read(path.with_extension("db-wal")).unwrap_or_default();
    for frame in log.get(32..).unwrap_or_default().chunks_exact(24 + PAGE) {
        let number = u32::from_be_bytes(frame[..4].try_into().unwrap());
        pages.push((number == 1, frame[24..].to_vec()));
    }
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut plain = Vec::new();
    for (first, page) in pages {
        // The first page begins with the salt, which is not encrypted.
        let from = if first { 16 } else { 0 };
        let vector = &page[PAGE - RESERVED..PAGE - RESERVED + 16];
        let words = [
            "enc",
            "-d",
            "-aes-256-cbc",
            "-nopad",
            "-K",
            &hex(&KEY),
            "-iv",
            &hex(vector),
        ];
        let mut openssl = Command::new("openssl")
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("apt-get install openssl: {error}"));
        openssl
            .stdin
            .take()
            .unwrap()
            .write_all(&page[from..PAGE - RESERVED])
            .unwrap();
        let output = openssl.wait_with_output().unwrap();
        assert!(output.status.success());
        plain.extend(output.stdout);
    }
    assert!(
        plain.windows(12).any(|window| window == b"CREATE TABLE"),
        "it is decrypted"
    );
    plain
}

/// How often something stands in what was decrypted.
fn traces(plain: &[u8], what: &[u8]) -> usize {
    plain.windows(what.len()).filter(|window| *window == what).count()
}

/// A machine whose store lies in a file.
fn in_file(machine: Machine, path: &Path, office: &Office) -> Machine {
    let store = Store::open(path, &KEY).unwrap();
    store.write(|writer| writer.take_charter(&office.charter)).unwrap();
    Machine { store, ..machine }
}

/// Positions of all detached values of some records.
fn positions(machine: &Machine, records: &[RecordId]) -> Vec<(RecordId, Vec<Value>)> {
    let positions = machine.store.read(|connection| {
        let words = cells::Words::load(connection)?;
        let mut all = Vec::new();
        for record in records {
            let row = cells::record_row(connection, &words, record)?.unwrap();
            let mut of_record = Vec::new();
            for change in cells::written(connection, &words, row)? {
                if ["content", "name", "blob"].contains(&change.field.as_str()) {
                    let feed = cells::feed_info(connection, change.feed)?.key;
                    of_record.push(json!(format!("{feed}.{}.{}", change.n, change.k)));
                }
            }
            all.push((record.clone(), of_record));
        }
        Ok::<_, LedgerError>(all)
    });
    positions.unwrap()
}

#[test]
fn what_was_erased_is_in_no_page_of_the_file_on_either_side() {
    let folder = tempfile::tempdir().unwrap();
    let mut office = office();
    let unit = office.machines.remove(1);
    let province = office.machines.remove(0);
    let (here, there) = (folder.path().join("province.db"), folder.path().join("unit.db"));
    let province = in_file(province, &here, &office);
    let unit = in_file(unit, &there, &office);

    // Short and long texts, values that others followed, and a photo over many pages: what is freed lies everywhere.
    let task = |i: u64, content: &str| {
        Wish::make(
            "task",
            vec![
                ("code", json!(format!("NV{i:02}"))),
                ("kind", json!("task")),
                ("content", json!(content)),
            ],
        )
    };
    for i in 0..30_u64 {
        let length = if i % 5 == 0 { 150 } else { 1 };
        province
            .write(1_000_000 + i, i as u8, task(i, &format!("{NAME} {i}. ").repeat(length)))
            .unwrap();
    }
    let records = tasks(&province.store);
    for (i, record) in (30_u64..).zip(&records) {
        let wish = Wish::change(record.clone(), vec![("content", json!(format!("{NAME}, sửa lần {i}")))]);
        province.write(1_000_000 + i, i as u8, wish).unwrap();
    }
    let face: Vec<u8> = (0..120_000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let blob = province.store.write(|writer| {
        let channel = writer.channel(CHANNEL)?.id;
        writer.put_blob(&[channel], &mut face.as_slice())
    });
    let hash = blob.unwrap().hash.to_string();
    let attached = vec![
        ("of", json!(records[0].to_string())),
        ("name", json!(format!("{NAME}.jpg"))),
        ("blob", json!(hash)),
        ("size", json!(120_000)),
    ];
    province
        .write(2_000_000, 90, Wish::make("attachment", attached))
        .unwrap();
    let (ranges, values) = province.held(&[], true);
    unit.take(&ranges, &values);
    unit.store
        .write(|writer| {
            let channel = writer.channel(CHANNEL)?.id;
            writer.put_blob(&[channel], &mut face.as_slice())
        })
        .unwrap();
    let piece = &face[60_000..60_064];
    for path in [&here, &there] {
        let plain = decrypted(path);
        for what in [NAME.as_bytes(), FOLDED.as_bytes(), piece] {
            assert!(
                traces(&plain, what) > 0,
                "{:?} is not found",
                String::from_utf8_lossy(what)
            );
        }
    }

    let attachment = province.store.read(|connection| {
        let words = cells::Words::load(connection)?;
        let row = cells::records_of(connection, &words, "attachment")?[0];
        Ok::<_, LedgerError>(cells::record_info(connection, &words, row)?.id)
    });
    let all: Vec<RecordId> = records.iter().cloned().chain([attachment.unwrap()]).collect();
    for (record, positions) in positions(&province, &all) {
        province
            .write(3_000_000, 91, Wish::change(record, vec![("erase", json!(positions))]))
            .unwrap();
    }
    let (ranges, fewer) = province.held(&[], true);
    assert!(fewer.is_empty(), "nothing that was erased is sent");
    unit.take(&ranges, &fewer);
    // The values come again from an old bundle, while lines of another machine wait for those before them, and values with them.
    let second = office.machines.remove(0);
    second.take(&ranges, &fewer);
    second
        .write(
            4_000_000,
            92,
            Wish::change(records[0].clone(), vec![("lead", json!("Phòng Nội vụ"))]),
        )
        .unwrap();
    let (pieces, _) = second.ranges(&[0]);
    unit.take(&pieces[1..], &values);
    for path in [&here, &there] {
        let plain = decrypted(path);
        for what in [NAME.as_bytes(), FOLDED.as_bytes(), piece] {
            assert_eq!(
                traces(&plain, what),
                0,
                "of {:?} in {}",
                String::from_utf8_lossy(what),
                path.display()
            );
        }
    }
    unit.take(&pieces, &[]);
    province.take(&pieces, &[]);
    for machine in [&province, &unit] {
        let checked = machine.store.check().unwrap();
        assert_eq!(checked.troubles, Vec::<String>::new());
    }
    assert_eq!(digests(&province.store), digests(&unit.store));
}

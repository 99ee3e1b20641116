//! A feed that goes out in pieces: in any order, cut again where its device vouched, and attachments that come apart.
#![allow(clippy::unwrap_used, reason = "in a test, that is how it fails")]

mod office;

use chidao_domain::ids::Hash;
use chidao_ledger::chain;
use chidao_ledger::store::append::Wish;
use chidao_ledger::store::receive::Taken;
use chidao_ledger::store::{LedgerError, awaited, cells, cutting, exchange, lack};
use office::*;

const NOW: u64 = 1_498_190_400_000;

fn edits(machine: &Machine, count: u64) {
    machine
        .write(NOW, 1, Wish::make("task", vec![("code", "NV01".into())]))
        .unwrap();
    let task = tasks(&machine.store)[0].clone();
    for i in 1..count {
        let change = Wish::change(task.clone(), vec![("code", format!("NV{i:04}").into())]);
        machine.write(NOW + i, 1, change).unwrap();
    }
}

/// Each early range that fits brings the next one: however many there are, taking them in needs no deep stack.
#[test]
fn thousands_of_pieces_come_in_reverse_order() {
    let office = office();
    let [province, unit, ..] = &office.machines[..] else {
        unreachable!()
    };
    let count = 2_000;
    edits(province, count);
    let (ranges, values) = province.ranges(&(0..=count).collect::<Vec<_>>());
    assert!(ranges.len() as u64 > count);
    let backwards: Vec<_> = ranges.into_iter().rev().collect();
    unit.take(&backwards, &values);
    assert_eq!(digests(&unit.store), digests(&province.store));
    let lacking = unit.store.read(lack::lacking).unwrap();
    assert_eq!(lacking, vec![]);
}

#[test]
fn what_came_in_pieces_is_passed_on_in_the_same_pieces() {
    let office = office();
    let [province, first, sibling, ..] = &office.machines[..] else {
        unreachable!()
    };
    edits(first, 30);
    let (pieces, values) = first.ranges(&[9, 19]);
    sibling.take(&pieces, &values);
    let device = chain::device_id(sibling.signer.public());
    let relayed = sibling
        .store
        .read(|connection| {
            let channel = cells::channels(connection)?[0].id;
            let whole = exchange::outgoing_to(connection, channel, &[], device)?;
            let [whole] = &whole[..] else { unreachable!() };
            let places = cutting::vouched(connection, whole)?;
            assert_eq!(places.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [9, 19]);
            let (head, rest) = cutting::cut(connection, whole, 9, places[0].1.clone())?;
            let (middle, tail) = cutting::cut(connection, &rest, 19, places[1].1.clone())?;
            // The word for one line does not do for another.
            assert!(cutting::cut(connection, whole, 10, places[0].1.clone()).is_err());
            assert!(cutting::cut(connection, whole, 30, places[0].1.clone()).is_err());
            let mut out = Vec::new();
            for piece in [head, middle, tail] {
                let mut lines = String::new();
                exchange::each_line(connection, &piece, |_, line| {
                    lines.push_str(line);
                    lines.push('\n');
                })?;
                out.push(chidao_ledger::store::receive::Range {
                    channel: CHANNEL,
                    feed: piece.tip.root,
                    first: piece.first,
                    before: piece.before,
                    lines,
                    checkpoint: piece.checkpoint.unwrap(),
                });
            }
            Ok::<_, LedgerError>(out)
        })
        .unwrap();
    province
        .store
        .write(|writer| {
            assert_eq!(writer.take_range(&relayed[1])?, Taken::Early);
            assert_eq!(writer.take_range(&relayed[2])?, Taken::Early);
            assert!(matches!(writer.take_range(&relayed[0])?, Taken::New(_)));
            writer.take_values(values.iter().cloned())?;
            writer.apply_waiting()?;
            Ok::<_, LedgerError>(())
        })
        .unwrap();
    assert_eq!(digests(&province.store), digests(&first.store));
}

#[test]
fn what_is_awaited_is_asked_for_until_it_is_here() {
    let office = office();
    let [province, unit, ..] = &office.machines[..] else {
        unreachable!()
    };
    let photo = b"\xff\xd8 a photo".as_slice();
    let hash = Hash(*blake3::hash(photo).as_bytes());
    edits(unit, 1);
    let task = tasks(&unit.store)[0].clone();
    let attach = Wish::make(
        "attachment",
        vec![
            ("of", task.to_string().into()),
            ("name", "ho.jpg".into()),
            ("blob", hash.to_string().into()),
        ],
    );
    unit.write(NOW + 10, 2, attach).unwrap();
    let row = |machine: &Machine| {
        machine
            .store
            .read(|c| Ok::<_, LedgerError>(cells::channels(c)?[0].id))
            .unwrap()
    };
    let (here, there) = (row(unit), row(province));
    unit.store
        .write(|writer| writer.put_blob(&[here], &mut &photo[..]))
        .unwrap();
    let (ranges, values) = unit.ranges(&[]);
    province.take(&ranges, &values);
    let awaiting = |machine: &Machine| {
        let channel = row(machine);
        machine
            .store
            .read(|connection| awaited::awaited(connection, channel, 10))
            .unwrap()
    };
    assert_eq!(awaiting(province), [hash]);
    assert_eq!(awaiting(unit), []);

    let unit_of_province = chidao_domain::ids::UnitId([1; 16]);
    let asked = || {
        unit.store
            .read(|connection| awaited::asked_for(connection, here, unit_of_province))
            .unwrap()
    };
    let hear = |hashes: &[Hash]| {
        unit.store
            .write(|writer| {
                let (device, _) = writer.take_device(&province.author.certificate)?;
                writer.hear_asked(device, CHANNEL, hashes)
            })
            .unwrap();
    };
    // What is not here, or not of this channel, is not answered.
    hear(&[hash, Hash([7; 32])]);
    assert_eq!(asked().iter().map(|blob| blob.hash).collect::<Vec<_>>(), [hash]);
    province
        .store
        .write(|writer| writer.put_blob(&[there], &mut &photo[..]))
        .unwrap();
    assert_eq!(awaiting(province), []);
    hear(&[]);
    assert_eq!(asked(), []);
}

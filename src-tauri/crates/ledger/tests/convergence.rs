//! Any order, repetition and partition of a set of entries gives one state: the promise on which everything else stands.

#![allow(
    clippy::unwrap_used,
    reason = "what a test builds on must be there; the panic is the failure"
)]

mod office;

use chidao_ledger::store::append::Wish;
use chidao_ledger::store::receive::{Range, Taken};
use chidao_ledger::store::{LedgerError, Store, cells};
use office::{Machine, Office, digests, office, revoke, take, tasks};
use proptest::prelude::*;
use serde_json::json;

/// One act of one machine: write something, or hear from another.
fn act(office: &Office, step: usize, who: usize, what: u8, which: usize, now: u64) {
    let machine = &office.machines[who];
    if machine.blank.replace(false) {
        machine.become_copy_of(&office.machines[1]);
    }
    let known = tasks(&machine.store);
    let salt = step as u8;
    let wish = match (what, known.get(which % known.len().max(1)).cloned()) {
        (0, _) | (_, None) => Wish::make(
            "task",
            vec![
                ("code", json!(format!("NV{step:02}"))),
                ("content", json!("Rà soát hộ nghèo")),
                ("lead", json!("Phòng Nội vụ")),
            ],
        ),
        (1, Some(task)) => Wish::change(task, vec![("lead", json!(format!("Phòng {}", what + salt)))]),
        (2, Some(task)) => Wish::change(
            task,
            vec![("status", json!({"status": "in_progress", "on": "2017-06-20"}))],
        ),
        (3, Some(task)) => Wish::change(task, vec![("deadline", json!("2017-07-01"))]),
        (4, Some(task)) => Wish::change(task, vec![("unit_note", json!(format!("Ghi chú {step}")))]),
        (5, Some(_)) if which.is_multiple_of(4) => revoke(machine, &office.machines[which % 3]),
        (_, Some(_)) => {
            let (ranges, values) = office.machines[(who + 1 + which % 3) % 4].ranges(&[]);
            machine.take(&ranges, &values);
            return;
        }
    };
    // Half of these a machine may not write: refused at once, and without a trace.
    let before = digests(&machine.store);
    if let Err(error) = machine.write(now, salt, wish) {
        assert!(matches!(error, LedgerError::Refused { .. }), "{error}");
        assert_eq!(digests(&machine.store), before);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order_repetition_and_partition_gives_one_state(
        acts in proptest::collection::vec((0usize..4, 0u8..8, 0usize..8, 0u64..100_000), 1..40),
        cuts in proptest::collection::vec(0u64..50, 0..6),
        order in proptest::collection::vec(any::<u32>(), 60),
        together in proptest::collection::vec(1usize..4, 60),
    ) {
        let office = office();
        for (step, (who, what, which, jitter)) in acts.iter().enumerate() {
            act(&office, step, *who, *what, *which, 1_498_190_400_000 + step as u64 * 60_000 + jitter);
        }
        let (mut ranges, mut values) = (Vec::new(), Vec::new());
        for machine in &office.machines {
            let (some, beside) = machine.ranges(&cuts);
            ranges.extend(some);
            values.extend(beside);
        }
        // One store takes everything at once, in order.
        let plain = Store::in_memory().unwrap();
        plain.write(|writer| { writer.take_charter(&office.charter)?; take(writer, &ranges, &values) }).unwrap();
        // Another takes it shuffled, some of it twice, in several goes.
        let mut shuffled: Vec<Range> = ranges.iter().cloned().enumerate().flat_map(|(i, range)| {
            let times = if order[i % order.len()] % 3 == 0 { 2 } else { 1 };
            std::iter::repeat_n(range, times)
        }).collect();
        let keys: Vec<u32> = (0..shuffled.len()).map(|i| order[(i * 7 + 3) % order.len()].wrapping_mul(i as u32 + 1)).collect();
        let mut keyed: Vec<_> = keys.into_iter().zip(shuffled.drain(..)).collect();
        keyed.sort_by_key(|(key, _)| *key);
        let mixed = Store::in_memory().unwrap();
        mixed.write(|writer| writer.take_charter(&office.charter)).unwrap();
        let mut rest: Vec<Range> = keyed.into_iter().map(|(_, range)| range).collect();
        let mut goes = together.iter().cycle();
        while !rest.is_empty() {
            let some: Vec<Range> = rest.drain(..(*goes.next().unwrap()).min(rest.len())).collect();
            mixed.write(|writer| take(writer, &some, &values)).unwrap();
        }
        prop_assert_eq!(digests(&plain), digests(&mixed));
        for machine in &office.machines {
            machine.take(&ranges, &values);
            prop_assert_eq!(digests(&machine.store), digests(&plain));
        }
        for store in [&plain, &mixed] {
            let found = store.check().unwrap();
            prop_assert!(found.troubles.is_empty(), "{:?}", found.troubles);
        }
    }
}

#[test]
fn what_two_machines_write_without_knowing_of_each_other_stands_side_by_side_until_it_is_settled() {
    let office = office();
    let [province, one, two, _] = &office.machines[..] else {
        panic!("four machines")
    };
    province
        .write(1_000_000, 1, Wish::make("task", vec![("code", json!("NV01"))]))
        .unwrap();
    let (ranges, values) = province.ranges(&[]);
    for machine in [one, two] {
        machine.take(&ranges, &values);
    }
    let task = tasks(&one.store).remove(0);
    one.write(
        2_000_000,
        2,
        Wish::change(task.clone(), vec![("lead", json!("Phòng Nội vụ"))]),
    )
    .unwrap();
    two.write(
        1_500_000,
        3,
        Wish::change(task.clone(), vec![("lead", json!("Phòng Tư pháp"))]),
    )
    .unwrap();
    let (ranges, values) = two.ranges(&[]);
    one.take(&ranges, &values);
    let lead = |machine: &Machine| {
        machine
            .store
            .read(|connection| {
                let words = cells::Words::load(connection)?;
                let row = cells::record_row(connection, &words, &task)?.unwrap();
                Ok::<_, LedgerError>(
                    cells::heads(connection, &words, &mut cells::Feeds::default(), row)?
                        .remove("lead")
                        .unwrap(),
                )
            })
            .unwrap()
    };
    let cell = lead(one);
    assert!(cell.in_conflict());
    assert_eq!(cell.value(), Some(&json!("Phòng Nội vụ")), "the later by time is shown");
    assert_eq!(cell.0.len(), 2);
    one.write(
        3_000_000,
        4,
        Wish::change(task.clone(), vec![("lead", json!("Phòng Tư pháp"))]),
    )
    .unwrap();
    assert!(!lead(one).in_conflict());
    let (ranges, values) = one.ranges(&[]);
    two.take(&ranges, &values);
    assert!(!lead(two).in_conflict());
    assert_eq!(digests(&one.store), digests(&two.store));
}

#[test]
fn an_entry_that_has_seen_what_is_not_here_waits_and_is_not_a_conflict() {
    let office = office();
    let [province, one, two, _] = &office.machines[..] else {
        panic!("four machines")
    };
    province
        .write(1_000_000, 1, Wish::make("task", vec![("code", json!("NV01"))]))
        .unwrap();
    let (from_province, province_values) = province.ranges(&[]);
    one.take(&from_province, &province_values);
    let task = tasks(&one.store).remove(0);
    one.write(
        2_000_000,
        2,
        Wish::change(task, vec![("unit_note", json!("Đã tiếp nhận"))]),
    )
    .unwrap();
    let (from_one, one_values) = one.ranges(&[]);
    let applied = two
        .store
        .write(|writer| {
            writer.take_values(one_values.clone())?;
            let taken = writer.take_range(&from_one[0])?;
            assert!(matches!(taken, Taken::New(_)));
            writer.apply_waiting()
        })
        .unwrap();
    assert_eq!((applied.entries, applied.waiting, applied.quarantined), (0, 1, 0));
    two.take(&from_province, &province_values);
    assert_eq!(digests(&two.store), digests(&one.store));
    assert!(two.store.check().unwrap().troubles.is_empty());
}

#[test]
fn a_line_that_was_altered_or_dropped_is_seen() {
    let office = office();
    let [province, one, ..] = &office.machines[..] else {
        panic!("four machines")
    };
    for i in 0..5 {
        province
            .write(
                1_000_000 + i,
                1,
                Wish::make("task", vec![("code", json!(format!("NV{i}")))]),
            )
            .unwrap();
    }
    let (ranges, _) = province.ranges(&[]);
    let refused = |range: Range| one.store.write(|writer| writer.take_range(&range)).unwrap_err();
    let mut altered = ranges[0].clone();
    altered.lines = altered.lines.replace("NV3", "NV9");
    assert!(matches!(refused(altered), LedgerError::Broken { .. }));
    let mut dropped = ranges[0].clone();
    dropped.lines = dropped
        .lines
        .lines()
        .filter(|line| !line.contains("NV3"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(matches!(refused(dropped), LedgerError::BadLine { .. }));
    let mut cut = ranges[0].clone();
    cut.lines = cut.lines.lines().take(3).map(|line| format!("{line}\n")).collect();
    assert!(matches!(refused(cut), LedgerError::Broken { .. }));
    assert!(tasks(&one.store).is_empty());
}

#[test]
fn lines_that_came_before_their_header_are_taken_in_with_it() {
    let office = office();
    let [province, one, ..] = &office.machines[..] else {
        panic!("four machines")
    };
    province
        .write(1_000_000, 1, Wish::make("task", vec![("code", json!("NV01"))]))
        .unwrap();
    let (ranges, values) = province.ranges(&[0]);
    assert_eq!(ranges.len(), 2, "the header alone, then the rest");
    one.take(&ranges[1..], &values);
    assert!(tasks(&one.store).is_empty());
    one.take(&ranges[..1], &values);
    assert_eq!(tasks(&one.store).len(), 1);
    assert_eq!(digests(&one.store), digests(&province.store));
}

#[test]
fn two_changes_that_carry_the_same_detached_value_both_have_it() {
    let office = office();
    let [province, one, ..] = &office.machines[..] else {
        panic!("four machines")
    };
    // The same salt and the same text give the same hash.
    for code in ["NV01", "NV02"] {
        let set = vec![("code", json!(code)), ("content", json!("Rà soát hộ nghèo"))];
        province.write(1_000_000, 7, Wish::make("task", set)).unwrap();
    }
    let (ranges, values) = province.ranges(&[]);
    one.take(&ranges, &values);
    for machine in [province, one] {
        assert!(machine.store.check().unwrap().troubles.is_empty());
        let filled: u32 = machine
            .store
            .read(|connection| {
                let query = "SELECT count(*) FROM change WHERE hash IS NOT NULL AND value IS NOT NULL";
                Ok::<_, LedgerError>(connection.query_row(query, [], |row| row.get(0))?)
            })
            .unwrap();
        assert_eq!(filled, 2);
    }
}

#[test]
fn a_line_that_waits_is_relayed_with_its_values() {
    let office = office();
    let [province, one, two, _] = &office.machines[..] else {
        panic!("four machines")
    };
    province
        .write(1_000_000, 1, Wish::make("task", vec![("code", json!("NV01"))]))
        .unwrap();
    let (from_province, province_values) = province.ranges(&[]);
    one.take(&from_province, &province_values);
    let task = tasks(&one.store).remove(0);
    let wish = Wish::change(task, vec![("unit_note", json!("Đã tiếp nhận"))]);
    one.write(2_000_000, 2, wish).unwrap();
    let (from_one, one_values) = one.ranges(&[]);
    // The second machine has not heard of the task yet, and passes on what it cannot apply.
    two.take(&from_one, &one_values);
    let (_, relayed) = two.held(&[], true);
    assert_eq!(relayed.len(), 1);
    assert_eq!(relayed[0].hash, one_values[0].hash);
}

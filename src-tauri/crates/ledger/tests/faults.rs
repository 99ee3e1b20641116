//! What goes wrong between machines: copies that write under one name, machines that are lost, rules that are retired,
//! values that must go. ENTRY.md, sections 6, 8 and 9.

#![allow(
    clippy::unwrap_used,
    reason = "what a test builds on must be there; the panic is the failure"
)]

mod office;

use chidao_domain::authority::Reason;
use chidao_domain::ids::RecordId;
use chidao_ledger::chain;
use chidao_ledger::store::append::Wish;
use chidao_ledger::store::{LedgerError, cells, exchange};
use office::{CHANNEL, Machine, Office, digests, office, revoke, tasks};
use serde_json::{Value, json};

fn noted(text: &str, task: &RecordId) -> Wish {
    Wish::change(task.clone(), vec![("unit_note", json!(text))])
}

/// A province's task in the hands of a unit's first machine.
fn handed_out(office: &Office) -> RecordId {
    let [province, one, ..] = &office.machines[..] else {
        unreachable!()
    };
    let set = vec![("code", json!("NV01")), ("content", json!("Rà soát hộ nghèo"))];
    province.write(1_000_000, 1, Wish::make("task", set)).unwrap();
    hear(one, province);
    tasks(&one.store).remove(0)
}

/// One takes in everything that another has.
fn hear(one: &Machine, from: &Machine) {
    let (ranges, values) = from.held(&[], true);
    one.take(&ranges, &values);
}

fn heads(machine: &Machine, task: &RecordId, field: &str) -> Vec<Value> {
    machine
        .store
        .read(|connection| {
            let words = cells::Words::load(connection)?;
            let row = cells::record_row(connection, &words, task)?.unwrap();
            let mut all = cells::heads(connection, &words, &mut cells::Feeds::default(), row)?;
            let cell = all.remove(field).unwrap_or_default();
            Ok::<_, LedgerError>(cell.0.into_iter().filter_map(|head| head.value).collect())
        })
        .unwrap()
}

fn reasons(machine: &Machine) -> Vec<String> {
    machine
        .store
        .read(|connection| {
            let words = cells::Words::load(connection)?;
            let all = cells::quarantined(connection, &words)?;
            Ok::<_, LedgerError>(all.into_iter().filter_map(|change| change.reason).collect())
        })
        .unwrap()
}

fn sound(machines: &[&Machine]) {
    for machine in machines {
        let found = machine.store.check().unwrap();
        assert!(found.troubles.is_empty(), "{:?}", found.troubles);
        assert_eq!(digests(&machine.store), digests(&machines[0].store));
    }
}

#[test]
fn a_copied_machine_makes_a_fork_and_both_branches_live() {
    let office = office();
    let task = handed_out(&office);
    let [province, one, _, copy] = &office.machines[..] else {
        unreachable!()
    };
    one.write(2_000_000, 2, noted("trước khi sao máy", &task)).unwrap();
    copy.become_copy_of(one);
    // Both write line 2 of the same feed.
    one.write(3_000_000, 3, noted("máy cũ viết", &task)).unwrap();
    copy.write(3_100_000, 4, noted("máy sao viết", &task)).unwrap();
    copy.write(3_200_000, 5, Wish::make("task", vec![("code", json!("NV02"))]))
        .unwrap();
    hear(province, one);
    hear(province, copy);
    let forks = province.store.read(exchange::forks).unwrap();
    assert_eq!(forks.len(), 1);
    assert_eq!((forks[0].n, forks[0].branches.len()), (2, 2));
    let both = heads(province, &task, "unit_note");
    assert_eq!(
        both,
        [json!("máy sao viết"), json!("máy cũ viết")],
        "the later is shown, both stand"
    );
    assert_eq!(tasks(&province.store).len(), 2);
    // Each goes on, in a new epoch, once it has heard of the other.
    hear(one, province);
    hear(copy, province);
    one.write(4_000_000, 6, noted("đã thống nhất", &task)).unwrap();
    for (to, from) in [(copy, one), (province, copy)] {
        hear(to, from);
    }
    assert_eq!(heads(province, &task, "unit_note"), [json!("đã thống nhất")]);
    sound(&[province, one, copy]);
}

#[test]
fn a_machine_whose_copy_wrote_on_in_its_feed_begins_an_epoch_of_its_own() {
    let office = office();
    let task = handed_out(&office);
    let [province, one, _, copy] = &office.machines[..] else {
        unreachable!()
    };
    one.write(2_000_000, 2, noted("trước khi sao máy", &task)).unwrap();
    copy.become_copy_of(one);
    // Only the copy writes: its line fits behind the other's last, and waits there for what the other has not seen.
    province
        .write(2_500_000, 3, Wish::make("task", vec![("code", json!("NV02"))]))
        .unwrap();
    hear(copy, province);
    copy.write(3_000_000, 4, noted("máy sao viết", &task)).unwrap();
    let (ranges, values) = copy.ranges(&[]);
    one.take(&ranges, &values);
    one.write(4_000_000, 5, noted("máy cũ viết", &task)).unwrap();
    hear(province, one);
    hear(province, copy);
    assert!(province.store.read(exchange::forks).unwrap().is_empty());
    assert_eq!(heads(province, &task, "unit_note").len(), 2);
    hear(one, province);
    hear(copy, province);
    sound(&[province, one, copy]);
}

#[test]
fn a_record_named_before_its_feed_forked_is_found_afterwards() {
    let office = office();
    let task = handed_out(&office);
    let [_, one, _, copy] = &office.machines[..] else {
        unreachable!()
    };
    copy.become_copy_of(one);
    one.write(2_000_000, 2, Wish::make("task", vec![("code", json!("NV02"))]))
        .unwrap();
    copy.write(2_000_000, 3, noted("máy sao viết", &task)).unwrap();
    let own = tasks(&one.store).into_iter().find(|known| *known != task).unwrap();
    hear(one, copy);
    one.write(3_000_000, 4, noted("vẫn là việc ấy", &own)).unwrap();
    assert_eq!(heads(one, &own, "unit_note"), [json!("vẫn là việc ấy")]);
    assert_eq!(reasons(one), Vec::<String>::new());
    sound(&[one]);
}

#[test]
fn what_a_lost_machine_writes_is_quarantined_whenever_it_comes_and_can_be_admitted() {
    let office = office();
    let task = handed_out(&office);
    let [province, one, two, _] = &office.machines[..] else {
        unreachable!()
    };
    hear(two, one);
    two.write(2_000_000, 2, noted("trước khi mất", &task)).unwrap();
    hear(province, two);
    // The province had this; what comes after it stays out, even what another relays.
    province.write(3_000_000, 3, revoke(province, two)).unwrap();
    two.write(4_000_000, 4, noted("sau khi mất", &task)).unwrap();
    hear(one, two);
    hear(one, province);
    hear(province, one);
    for machine in [province, one] {
        assert_eq!(heads(machine, &task, "unit_note"), [json!("trước khi mất")]);
        assert_eq!(reasons(machine), ["revoked"]);
    }
    sound(&[province, one]);
    // The machine itself learns of it, and can write no more.
    hear(two, province);
    let refused = two.write(5_000_000, 5, noted("vẫn viết", &task)).unwrap_err();
    assert!(
        matches!(
            refused,
            LedgerError::Refused {
                reason: Reason::Revoked,
                ..
            }
        ),
        "{refused}"
    );
    // A person finds that it was no thief who wrote that.
    let revocation = province
        .store
        .read(|connection| {
            let words = cells::Words::load(connection)?;
            let row = cells::records_of(connection, &words, "revocation")?[0];
            Ok::<_, LedgerError>(cells::record_info(connection, &words, row)?.id)
        })
        .unwrap();
    let device = chain::device_id(two.signer.public());
    let lines = province
        .store
        .write(|writer| writer.lines_standing(CHANNEL, Some(device)))
        .unwrap();
    let admits = Wish::change(revocation, vec![("admitted", json!(lines))]);
    province.write(6_000_000, 6, admits).unwrap();
    hear(one, province);
    for machine in [province, one] {
        assert_eq!(heads(machine, &task, "unit_note"), [json!("sau khi mất")]);
        assert_eq!(reasons(machine), Vec::<String>::new());
    }
    sound(&[province, one]);
}

#[test]
fn a_child_does_not_revoke_its_parent_and_the_parents_word_prevails() {
    let office = office();
    let task = handed_out(&office);
    let [province, one, two, _] = &office.machines[..] else {
        unreachable!()
    };
    hear(two, one);
    one.write(2_000_000, 2, revoke(one, province)).unwrap();
    province
        .write(
            3_000_000,
            3,
            Wish::change(task.clone(), vec![("deadline", json!("2017-07-01"))]),
        )
        .unwrap();
    hear(one, province);
    assert_eq!(heads(one, &task, "deadline"), [json!("2017-07-01")]);
    // A thief at one machine revokes the other; the province revokes the thief's, from before that.
    let before = revoke(province, one);
    let stolen = revoke(one, two);
    one.write(4_000_000, 4, stolen).unwrap();
    two.write(5_000_000, 5, noted("máy còn lại", &task)).unwrap();
    hear(one, two);
    assert_eq!(reasons(one), ["revoked"]);
    province.write(6_000_000, 6, before).unwrap();
    hear(one, province);
    hear(province, one);
    for machine in [province, one] {
        assert_eq!(heads(machine, &task, "unit_note"), [json!("máy còn lại")]);
    }
    sound(&[province, one]);
}

#[test]
fn what_follows_retired_rules_is_quarantined_beyond_the_line_named() {
    let office = office();
    let task = handed_out(&office);
    let [province, one, ..] = &office.machines[..] else {
        unreachable!()
    };
    one.write(2_000_000, 2, noted("theo quy tắc cũ", &task)).unwrap();
    hear(province, one);
    let lines = province
        .store
        .write(|writer| writer.lines_standing(CHANNEL, None))
        .unwrap();
    let retires = |rules| Wish::make("retirement", vec![("rules", json!(rules)), ("cuts", json!(lines))]);
    province.write(3_000_000, 3, retires(7)).unwrap();
    one.write(4_000_000, 4, noted("quy tắc khác thì không sao", &task))
        .unwrap();
    hear(province, one);
    assert_eq!(reasons(province), Vec::<String>::new());
    province.write(5_000_000, 5, retires(1)).unwrap();
    assert_eq!(heads(province, &task, "unit_note"), [json!("theo quy tắc cũ")]);
    assert_eq!(reasons(province), ["retired"]);
    let refused = province.write(6_000_000, 6, retires(1)).unwrap_err();
    assert!(
        matches!(
            refused,
            LedgerError::Refused {
                reason: Reason::Retired,
                ..
            }
        ),
        "{refused}"
    );
    hear(one, province);
    sound(&[province, one]);
}

#[test]
fn an_erased_value_is_gone_on_every_machine_and_the_chain_still_holds() {
    let office = office();
    let task = handed_out(&office);
    let [province, one, two, _] = &office.machines[..] else {
        unreachable!()
    };
    let (old_ranges, old_values) = province.held(&[], true);
    let written = province
        .store
        .read(|connection| {
            let words = cells::Words::load(connection)?;
            let row = cells::record_row(connection, &words, &task)?.unwrap();
            let content = cells::written(connection, &words, row)?;
            let content = content.into_iter().find(|change| change.field == "content").unwrap();
            let feed = cells::feed_info(connection, content.feed)?.key;
            Ok::<_, LedgerError>(format!("{feed}.{}.{}", content.n, content.k))
        })
        .unwrap();
    province
        .write(
            2_000_000,
            2,
            Wish::change(task.clone(), vec![("erase", json!([written]))]),
        )
        .unwrap();
    hear(one, province);
    assert!(heads(one, &task, "content").is_empty() && heads(province, &task, "content").is_empty());
    // A machine that hears of the task only now, and from an old bundle too, does not get it back.
    hear(two, province);
    two.take(&old_ranges, &old_values);
    one.take(&old_ranges, &old_values);
    for machine in [one, two] {
        assert!(heads(machine, &task, "content").is_empty());
        let (_, values) = machine.held(&[], true);
        assert!(!values.iter().any(|value| value.value.contains("hộ nghèo")));
    }
    sound(&[province, one, two]);
}

#[test]
fn a_deletion_that_did_not_know_of_an_edit_is_a_conflict_and_no_victory() {
    let office = office();
    let task = handed_out(&office);
    let [province, one, ..] = &office.machines[..] else {
        unreachable!()
    };
    let deletes = |why: &str| Wish::change(task.clone(), vec![("deleted", json!(why))]);
    let listed = |machine: &Machine| {
        let count = machine.store.read(|connection| {
            let filter = chidao_ledger::store::tasks::Filter::default();
            chidao_ledger::store::tasks::count(connection, &filter)
        });
        count.unwrap()
    };
    let doubted = |machine: &Machine| {
        let conflicts = machine.store.read(|connection| {
            let words = cells::Words::load(connection)?;
            cells::conflicts(connection, &words)
        });
        conflicts
            .unwrap()
            .into_iter()
            .map(|(_, field)| field)
            .collect::<Vec<_>>()
    };
    province.write(2_000_000, 2, deletes("nhập trùng")).unwrap();
    one.write(2_500_000, 3, noted("đang làm dở", &task)).unwrap();
    hear(province, one);
    hear(one, province);
    for machine in [province, one] {
        assert_eq!(doubted(machine), ["deleted"]);
        assert_eq!(listed(machine), 1, "it stays in the list until somebody decides");
    }
    sound(&[province, one]);
    // Whoever deletes knowingly, deletes.
    province.write(3_000_000, 4, deletes("vẫn là nhập trùng")).unwrap();
    hear(one, province);
    for machine in [province, one] {
        assert_eq!(doubted(machine), Vec::<String>::new());
        assert_eq!(listed(machine), 0);
    }
    // And an edit by one who knows of the deletion is none.
    one.write(4_000_000, 5, noted("đã biết là xoá", &task)).unwrap();
    assert_eq!(doubted(one), Vec::<String>::new());
    sound(&[one]);
}

#[test]
fn after_a_long_silence_only_a_clock_that_runs_ahead_of_ours_is_doubted() {
    const DAY: u64 = 24 * 60 * 60 * 1000;
    let office = office();
    let task = handed_out(&office);
    let [province, one, ..] = &office.machines[..] else {
        unreachable!()
    };
    let doubted = |machine: &Machine| {
        let all = machine.store.read(|connection| {
            let words = cells::Words::load(connection)?;
            let row = cells::record_row(connection, &words, &task)?.unwrap();
            let heads = cells::heads(connection, &words, &mut cells::Feeds::default(), row)?;
            let head = &heads["priority"].0[0];
            cells::authorship(connection, head.feed, head.n)
        });
        all.unwrap().clock_doubtful
    };
    let told = |value: &str| Wish::change(task.clone(), vec![("priority", json!(value))]);
    // One only reads. A month later the province writes again.
    province.write(1_000_000 + 30 * DAY, 2, told("high")).unwrap();
    hear_by(one, province, 1_000_000 + 31 * DAY);
    assert!(!doubted(one));
    // And then with its clock a year ahead.
    province.write(1_000_000 + 400 * DAY, 3, told("urgent")).unwrap();
    hear_by(one, province, 1_000_000 + 32 * DAY);
    assert!(doubted(one));
    sound(&[province, one]);
}

/// Takes in everything that another has, by a clock.
fn hear_by(one: &Machine, from: &Machine, now: u64) {
    let (ranges, values) = from.held(&[], true);
    let taken: Result<(), LedgerError> = one.store.write(|writer| {
        writer.by_the_clock(now);
        office::take(writer, &ranges, &values)
    });
    taken.unwrap();
}

use super::*;
use crate::calendar::WorkingCalendar;
use crate::deadline::{AsOf, Deadlines};
use chrono::NaiveDate;
use proptest::prelude::*;

const SAMPLE: &str = include_str!("sample_41.csv");

/// One line of the sample register.
struct Line {
    code: &'static str,
    kind: &'static str,
    assigner: &'static str,
    lead: &'static str,
    deadline: Option<NaiveDate>,
    completed_on: Option<NaiveDate>,
    status: Status,
}

fn sample() -> Vec<Line> {
    let date = |text: &str| (!text.is_empty()).then(|| text.parse().expect("a date"));
    let lines = SAMPLE.lines().skip(1).map(|line| {
        let cells: Vec<&'static str> = line.split(';').collect();
        let [code, kind, assigner, lead, deadline, completed_on, status] = cells[..] else {
            panic!("seven cells: {line}");
        };
        Line {
            code,
            kind,
            assigner,
            lead,
            deadline: date(deadline),
            completed_on: date(completed_on),
            status: Status::from_code(status).expect("a status"),
        }
    });
    lines.collect()
}

fn facts(lines: &[Line], as_of: &str) -> Vec<Fact<'static>> {
    let as_of = AsOf::new(as_of.parse().expect("a date"), WorkingCalendar::vietnam());
    let read = |line: &Line| {
        let reading = as_of.read(line.status, line.completed_on, Deadlines::unmoved(line.deadline));
        Fact {
            kind: line.kind,
            assigner: line.assigner,
            lead: line.lead,
            early: reading.early,
            ..fact(line.status, reading.class)
        }
    };
    lines.iter().map(read).collect()
}

fn fact(status: Status, class: DeadlineClass) -> Fact<'static> {
    Fact {
        status,
        class,
        early: false,
        extended: false,
        kind: "task",
        assigner: "",
        field: "",
        lead: "",
        coordinating: &[],
        count: 1,
    }
}

fn percent(totals: &OfficialTotals, base: Base, part: SharePart) -> String {
    let percent = totals.percent(base, part);
    percent.map_or_else(String::new, |percent| percent.to_string())
}

#[test]
fn the_41_tasks_give_the_two_rows_of_the_article() {
    let lines = sample();
    assert_eq!(lines.len(), 41);
    for (as_of, expected) in [
        ("2017-05-31", [41, 29, 3, 8, 0, 1]),
        ("2017-06-23", [41, 30, 3, 5, 2, 1]),
    ] {
        let totals = Totals::of(facts(&lines, as_of)).expect("the sums hold");
        let official = totals.official;
        let counted = [
            official.total,
            official.done_on_time,
            official.done_late,
            official.open_in_time,
            official.open_overdue,
            official.open_without_deadline,
        ];
        assert_eq!(counted, expected, "{as_of}");
    }
}

#[test]
fn the_41_tasks_give_the_rates_of_the_article() {
    let totals = Totals::of(facts(&sample(), "2017-06-23")).expect("the sums hold");
    assert_eq!((totals.official.done, totals.under_way, totals.not_started), (33, 5, 3));
    assert_eq!(percent(&totals.official, Base::All, SharePart::Done), "80,49%");
    assert_eq!(percent(&totals.official, Base::CameDue, SharePart::Done), "94,29%");
    assert_eq!(percent(&totals.official, Base::CameDue, SharePart::Overdue), "5,71%");
    assert_eq!(percent(&totals.official, Base::Done, SharePart::OnTime), "90,91%");
}

#[test]
fn the_41_tasks_are_grouped_without_losing_one() {
    let facts = facts(&sample(), "2017-06-23");
    let total = |groups: &BTreeMap<&str, Totals>, key: &str| groups[key].official.total;
    let kinds = Totals::by(facts.clone(), |fact| fact.kind).expect("the sums hold");
    assert_eq!(
        ["task", "conclusion", "instruction"].map(|kind| total(&kinds, kind)),
        [12, 10, 19]
    );
    let assigners = Totals::by(facts.clone(), |fact| fact.assigner).expect("the sums hold");
    assert_eq!(total(&assigners, "UBND tỉnh"), 24);
    assert_eq!(total(&assigners, "Chủ tịch UBND tỉnh"), 17);
    let leads = Totals::by(facts.clone(), |fact| fact.lead).expect("the sums hold");
    assert_eq!(leads.len(), 13);
    assert_eq!(total(&leads, "Phòng Nông nghiệp và PTNT"), 8);
    assert_eq!(Totals::sum(leads.values()), Totals::of(facts).expect("the sums hold"));
}

#[test]
fn the_41_tasks_show_who_is_late_and_what_comes_next() {
    let lines = sample();
    let classed = |class: DeadlineClass| -> Vec<&str> {
        let facts = facts(&lines, "2017-06-23");
        let codes = lines.iter().zip(facts);
        codes
            .filter(|(_, fact)| fact.class == class)
            .map(|(line, _)| line.code)
            .collect()
    };
    assert_eq!(classed(DeadlineClass::OpenOverdue), ["NV14", "NV26"]);
    assert_eq!(classed(DeadlineClass::OpenWithoutDeadline), ["NV02"]);
    assert_eq!(classed(DeadlineClass::OpenDueSoon), ["NV09"]);
    assert_eq!(classed(DeadlineClass::DoneLate), ["NV13", "NV25", "NV40"]);
}

#[test]
fn published_totals_hold_and_their_rates_are_right_where_the_print_was_not() {
    let government = OfficialTotals {
        total: 21_914,
        done: 16_051,
        done_on_time: 14_068,
        done_late: 1_983,
        open: 5_863,
        open_in_time: 5_640,
        open_overdue: 223,
        ..OfficialTotals::default()
    };
    assert_eq!(government.check(), Ok(()));
    assert_eq!(percent(&government, Base::CameDue, SharePart::Done), "98,63%");
    assert_eq!(percent(&government, Base::CameDue, SharePart::Overdue), "1,37%");
    let cao_loc = OfficialTotals {
        total: 13,
        done: 9,
        done_on_time: 4,
        done_early: 4,
        done_late: 5,
        open: 4,
        open_in_time: 4,
        ..OfficialTotals::default()
    };
    assert_eq!(cao_loc.check(), Ok(()));
    assert_eq!(percent(&cao_loc, Base::Done, SharePart::Late), "55,56%");
    let quang_nam = OfficialTotals {
        total: 833,
        done: 585,
        done_unsplit: 585,
        open: 248,
        open_in_time: 181,
        open_overdue: 67,
        ..OfficialTotals::default()
    };
    assert_eq!(quang_nam.check(), Ok(()));
    assert_eq!(percent(&quang_nam, Base::Done, SharePart::Unsplit), "100,00%");
}

#[test]
fn totals_that_do_not_add_up_are_refused_with_the_reason() {
    let wrong = OfficialTotals {
        total: 42,
        done: 33,
        done_on_time: 33,
        open: 8,
        open_in_time: 8,
        ..OfficialTotals::default()
    };
    let reason = wrong.check().expect_err("42 is not 41");
    assert_eq!(reason.to_string(), "total is 42, its parts make 41");
    let wrong = OfficialTotals {
        total: 1,
        open: 1,
        open_overdue: 1,
        open_due_soon: 1,
        ..OfficialTotals::default()
    };
    assert!(matches!(
        wrong.check(),
        Err(TotalsError::Part {
            part: "open_due_soon",
            ..
        })
    ));
    let contradiction = Totals::of([fact(Status::InProgress, DeadlineClass::DoneLate)]);
    assert!(matches!(contradiction, Err(TotalsError::Contradiction { .. })));
}

#[test]
fn what_the_parent_decided_is_counted_where_it_belongs() {
    let totals = Totals::of([
        fact(Status::Suspended, DeadlineClass::OpenOverdue),
        fact(Status::Transferred, DeadlineClass::OpenInTime),
        fact(Status::Withdrawn, DeadlineClass::OpenOverdue),
        fact(Status::Withdrawn, DeadlineClass::OpenInTime),
        // Completed, but later than the date judged.
        fact(Status::Completed, DeadlineClass::OpenInTime),
        fact(Status::AwaitingApproval, DeadlineClass::OpenDueSoon),
    ])
    .expect("the sums hold");
    assert_eq!(totals.official.total, 3);
    assert_eq!((totals.suspended, totals.under_way, totals.not_started), (1, 2, 0));
    assert_eq!((totals.transferred, totals.withdrawn, totals.excluded()), (1, 2, 3));
    assert_eq!((totals.official.open_overdue, totals.official.open_in_time), (1, 2));
}

#[test]
fn tasks_without_deadline_never_came_due() {
    let totals = Totals::of([
        fact(Status::Completed, DeadlineClass::DoneWithoutDeadline),
        fact(Status::Completed, DeadlineClass::DoneOnTime),
        fact(Status::InProgress, DeadlineClass::OpenOverdue),
    ])
    .expect("the sums hold");
    assert_eq!(totals.official.done_on_time, 2);
    let due = totals.official.shares(Base::CameDue);
    assert_eq!((due[0].count, due[0].whole, due[1].count), (1, 2, 1));
    let none = OfficialTotals::default();
    assert!(none.shares(Base::All).iter().all(|share| share.percent.is_none()));
}

#[test]
fn coordination_is_a_column_beside_the_sum() {
    let led = |lead, coordinating| Fact {
        lead,
        coordinating,
        ..fact(Status::InProgress, DeadlineClass::OpenInTime)
    };
    let units = Totals::by_lead([
        led("Phòng TN&MT", &["Thanh tra huyện", "xã Đồng Hưu"]),
        led("Thanh tra huyện", &["Phòng TN&MT"]),
    ])
    .expect("the sums hold");
    assert_eq!(units.values().map(|unit| unit.totals.official.total).sum::<u64>(), 2);
    assert_eq!(units["xã Đồng Hưu"].coordinated, 1);
    assert_eq!(units["xã Đồng Hưu"].totals, Totals::default());
}

fn any_fact() -> impl Strategy<Value = Fact<'static>> {
    let leads = prop::sample::select(vec!["Phòng Nội vụ", "Phòng Y tế", "Thanh tra huyện"]);
    let statuses = prop::sample::select(Status::ALL.to_vec());
    let deadline = prop::option::of(736_400..736_600i32);
    let completed = prop::option::of(736_400..736_600i32);
    (statuses, deadline, completed, leads, 0..5u32).prop_map(|(status, deadline, completed, lead, count)| {
        let date = |day: Option<i32>| day.and_then(NaiveDate::from_num_days_from_ce_opt);
        let as_of = NaiveDate::from_num_days_from_ce_opt(736_500).expect("in range");
        let as_of = AsOf::new(as_of, WorkingCalendar::vietnam());
        let reading = as_of.read(status, date(completed), Deadlines::unmoved(date(deadline)));
        Fact {
            lead,
            count,
            early: reading.early,
            extended: count % 2 == 0,
            ..fact(status, reading.class)
        }
    })
}

proptest! {
    #[test]
    fn every_sum_holds_whatever_the_tasks(facts in prop::collection::vec(any_fact(), 0..60)) {
        let totals = Totals::of(facts.clone()).expect("the sums hold");
        let everything: u64 = facts.iter().map(|fact| u64::from(fact.count)).sum();
        prop_assert_eq!(totals.official.total + totals.excluded(), everything);
        let o = totals.official;
        prop_assert_eq!(o.total, o.done + o.open);
        prop_assert_eq!(o.done, o.done_on_time + o.done_late);
        prop_assert_eq!(o.open, o.open_in_time + o.open_overdue + o.open_without_deadline);
        prop_assert_eq!(o.open, totals.not_started + totals.under_way + totals.suspended);
    }

    #[test]
    fn the_sum_over_lead_units_is_the_grand_total(facts in prop::collection::vec(any_fact(), 0..60)) {
        let by_lead = Totals::by(facts.clone(), |fact| fact.lead).expect("the sums hold");
        prop_assert_eq!(Totals::sum(by_lead.values()), Totals::of(facts).expect("the sums hold"));
    }

    #[test]
    fn percentages_of_each_base_make_a_hundred(facts in prop::collection::vec(any_fact(), 0..60)) {
        let totals = Totals::of(facts).expect("the sums hold");
        for base in [Base::All, Base::CameDue, Base::Done] {
            let shares = totals.official.shares(base);
            let sum: u32 = shares.iter().filter_map(|share| share.percent).map(|percent| percent.0).sum();
            prop_assert_eq!(sum, if shares[0].whole == 0 { 0 } else { 10_000 });
        }
    }
}

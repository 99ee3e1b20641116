use super::*;
use chidao_domain::deadline::{AsOf, DeadlineBase, DeadlineClass};
use chidao_domain::status::Status;
use chidao_domain::text::{self, Query};
use proptest::prelude::*;
use std::cmp::Ordering;

const SORTS: [Sort; 8] = [
    Sort::Code,
    Sort::Deadline,
    Sort::AssignedOn,
    Sort::Content,
    Sort::Lead,
    Sort::Status,
    Sort::Percent,
    Sort::Updated,
];

/// The same list, by filtering and sorting rows one by one with the rules of the domain.
fn naive(office: &Office, filter: &Filter, sort: Sort, descending: bool) -> Vec<i64> {
    let mut rows = Vec::new();
    office
        .store
        .read(|connection| {
            row::Row::each(connection, |slot, row| {
                rows.push((slot, row));
                Ok(())
            })
        })
        .expect("rows");
    let query = Query::parse(&filter.search);
    let at = AsOf {
        base: if filter.original_deadline {
            DeadlineBase::Original
        } else {
            DeadlineBase::Current
        },
        due_soon_working_days: 1,
        ..AsOf::new(filter.as_of, chidao_domain::calendar::WorkingCalendar::vietnam())
    };
    assert_eq!(at.due_soon_until(), filter.due_soon_until);
    let among = |list: &[String], one: &str| list.is_empty() || list.iter().any(|name| name == one);
    rows.retain(|(_, row)| {
        let class = at.class(row.status, row.completed_on, row.deadlines());
        let done = at.is_done(row.status, row.completed_on);
        let status = if row.status == Status::Completed && !done {
            Status::InProgress
        } else {
            row.status
        };
        let excluded = matches!(status, Status::Transferred | Status::Withdrawn);
        let searched = row.searched();
        !row.deleted
            && (filter.statuses.is_empty() || filter.statuses.contains(&status))
            && (filter.classes.is_empty() || filter.classes.contains(&class))
            && among(&filter.leads, &row.lead)
            && among(&filter.kinds, row.kind.as_str())
            && among(&filter.assigners, &row.assigner)
            && among(&filter.responsible, &row.responsible)
            && filter.on_province_system.is_none_or(|on| on == row.on_province_system)
            && filter
                .assigned_from
                .is_none_or(|from| row.assigned_on.is_some_and(|on| on >= from))
            && filter
                .assigned_to
                .is_none_or(|to| row.assigned_on.is_some_and(|on| on <= to))
            && filter.done.is_none_or(|wanted| !excluded && done == wanted)
            && filter
                .extended
                .is_none_or(|wanted| row.deadlines().is_moved() == wanted)
            && query
                .matches(&text::fold(&searched), &text::spelling(&searched))
                .is_some()
    });
    let directed = |order: Ordering| if descending { order.reverse() } else { order };
    let last = |a: bool, b: bool| a.cmp(&b);
    rows.sort_by(|(slot_a, a), (slot_b, b)| {
        let days =
            |a: Option<NaiveDate>, b: Option<NaiveDate>| last(a.is_none(), b.is_none()).then(directed(a.cmp(&b)));
        let key = |text: &str| text::collation_key(text);
        let code = key(&a.code).cmp(&key(&b.code)).then(slot_a.cmp(slot_b));
        let place = |status| Status::ALL.iter().position(|one| *one == status);
        match sort {
            Sort::Code => directed(code),
            Sort::Deadline => days(a.deadline, b.deadline),
            Sort::AssignedOn => days(a.assigned_on, b.assigned_on),
            Sort::Content => directed(
                order::key(&a.content)
                    .cmp(&order::key(&b.content))
                    .then(slot_a.cmp(slot_b)),
            ),
            Sort::Lead => last(a.lead.is_empty(), b.lead.is_empty()).then(directed(key(&a.lead).cmp(&key(&b.lead)))),
            Sort::Status => directed(place(a.status).cmp(&place(b.status))),
            Sort::Percent => directed(a.percent.cmp(&b.percent)),
            Sort::Updated => directed(a.updated.cmp(&b.updated)),
        }
        .then(code)
    });
    rows.into_iter().map(|(_, row)| row.record).collect()
}

/// A register of generated tasks, some of them edited by both sides.
fn generated(seed: u64, tasks: usize, edits: usize) -> Office {
    let office = Office::new();
    let mut generator = crate::generate::Generator::new(seed);
    let wishes: Vec<Wish> = (0..tasks).map(|_| generator.task()).collect();
    let ids: Vec<RecordId> = wishes
        .chunks(300)
        .flat_map(|wishes| office.write(&office.child, wishes.to_vec()))
        .collect();
    for _ in 0..edits {
        let (at, wish) = generator.edit(&ids);
        for report in office.write(&office.child, vec![wish]) {
            generator.reported(at, report);
        }
    }
    for (i, id) in ids.iter().enumerate().filter(|(i, _)| i % 7 == 0) {
        match i % 5 {
            0 => office.set(&office.parent, id, "standing", standing("suspended")),
            1 => office.set(&office.parent, id, "standing", standing("transferred")),
            2 => office.set(&office.child, id, "deleted", json!("trùng")),
            3 => office.set(&office.child, id, "content", json!("Làm đường 5/2015 và cầu")),
            _ => office.set(&office.child, id, "status", json!({"status": "completed"})),
        }
    }
    office
}

fn filters() -> impl Strategy<Value = Filter> {
    let names = |names: &'static [&'static str]| {
        proptest::collection::vec(proptest::sample::select(names).prop_map(str::to_owned), 0..3)
    };
    let words = proptest::sample::select(
        &[
            "",
            "",
            "",
            "t",
            "th",
            "duong",
            "cong tac",
            "đường",
            "xa dong",
            "du an ho",
            "5/2015",
            "qđ-ubnd",
            "zzz",
            "thuc hien bao cao",
            "nv1",
            "va c",
        ][..],
    );
    let base = (
        proptest::collection::vec(proptest::sample::select(&Status::ALL[..]), 0..3),
        proptest::collection::vec(proptest::sample::select(&DeadlineClass::ALL[..]), 0..3),
        names(&["Phòng Tài nguyên và Môi trường", "Phòng Nội vụ", ""]),
        names(&["task", "conclusion", "ad_hoc"]),
        names(&["UBND tỉnh", "Thanh tra tỉnh"]),
        proptest::option::weighted(0.2, proptest::bool::ANY),
        proptest::option::weighted(0.2, proptest::bool::ANY),
        proptest::option::weighted(0.2, 0..1_000_u64),
        words,
        (
            0..1_500_u64,
            proptest::bool::ANY,
            proptest::option::weighted(0.3, proptest::bool::ANY),
        ),
    );
    base.prop_map(
        |(statuses, classes, leads, kinds, assigners, on, done, from, words, (at, original_deadline, extended))| {
            let as_of = day("2014-01-02") + chrono::Days::new(at);
            let calendar = chidao_domain::calendar::WorkingCalendar::vietnam();
            let judged = AsOf {
                due_soon_working_days: 1,
                ..AsOf::new(as_of, calendar)
            };
            Filter {
                statuses,
                classes,
                leads,
                kinds,
                assigners,
                on_province_system: on,
                done,
                assigned_from: from.map(|days| day("2014-01-02") + chrono::Days::new(days)),
                as_of,
                due_soon_until: judged.due_soon_until(),
                search: words.to_owned(),
                original_deadline,
                extended,
                ..Filter::default()
            }
        },
    )
}

#[test]
fn any_list_is_that_of_a_plain_reading() {
    // More than a chunk, so that its border is crossed.
    let office = generated(3, 990, 400);
    office.check();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let asked = (
        filters(),
        proptest::sample::select(&SORTS[..]),
        proptest::bool::ANY,
        1..60_u64,
    );
    let answer = runner.run(&asked, |(filter, sort, descending, limit)| {
        let expected = naive(&office, &filter, sort, descending);
        prop_assert_eq!(office.count(&filter), expected.len() as u64);
        // A few pages by cursor, and the same by offset.
        let mut after: Option<String> = None;
        for offset in (0..).step_by(limit as usize).take(4) {
            let ask = Ask {
                filter: &filter,
                sort,
                descending,
                offset: 0,
                limit,
                after: after.as_deref(),
            };
            let page = window_of(&office, &ask);
            let records: Vec<i64> = page.rows.iter().map(|row| row.record).collect();
            let end = expected.len().min(offset + limit as usize);
            prop_assert_eq!(&records[..], expected.get(offset..end).unwrap_or_default());
            prop_assert_eq!(page.more, end < expected.len());
            let by_offset = Ask {
                offset: offset as u64,
                after: None,
                ..ask
            };
            let by_offset = window_of(&office, &by_offset);
            prop_assert_eq!(&by_offset, &page);
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        Ok(())
    });
    answer.expect("alike");
}

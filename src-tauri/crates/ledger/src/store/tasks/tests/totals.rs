use super::*;
use chidao_domain::deadline::DeadlineClass;
use chidao_domain::status::Status;
use chidao_domain::totals::{Fact, Totals};

fn register() -> Office {
    let office = Office::new();
    let task = |lead: &str, kind: &str, original: &str, deadline: &str, opening: Value| {
        office.task(vec![
            ("lead", json!(lead)),
            ("kind", json!(kind)),
            ("original_deadline", json!(original)),
            ("deadline", json!(deadline)),
            ("opening_status", opening),
            ("on_province_system", json!(kind != "ad_hoc")),
        ])
    };
    task(
        "Phòng Y tế",
        "task",
        "2017-06-16",
        "2017-06-16",
        child_step("completed", "2017-06-16"),
    );
    task(
        "Phòng Y tế",
        "task",
        "2017-06-16",
        "2017-06-16",
        child_step("completed", "2017-06-15"),
    );
    task(
        "Phòng Y tế",
        "ad_hoc",
        "2017-06-16",
        "2017-07-16",
        child_step("in_progress", "2017-05-01"),
    );
    task(
        "Phòng Nội vụ",
        "task",
        "2017-06-16",
        "2017-06-16",
        child_step("completed", "2017-07-01"),
    );
    let gone = task("", "task", "2017-06-16", "2017-06-16", child_step("new", "2017-05-01"));
    office.set(&office.parent, &gone, "standing", standing("withdrawn"));
    office
}

fn groups(office: &Office, filter: &Filter, by: GroupBy) -> Vec<Group> {
    office
        .store
        .read(|connection| grouped(connection, filter, by))
        .expect("readable")
}

fn totals(groups: &[Group]) -> Totals {
    let facts = groups.iter().map(|group| Fact {
        status: group.status,
        class: group.class,
        early: group.early,
        extended: group.extended,
        kind: group.kind,
        assigner: "",
        field: "",
        lead: &group.key,
        coordinating: &[],
        count: group.count,
    });
    Totals::of(facts).expect("sums that hold")
}

#[test]
fn tasks_alike_are_counted_together() {
    let office = register();
    let all = groups(&office, &everything(), GroupBy::All);
    let sum = totals(&all);
    assert_eq!(
        (sum.official.total, sum.official.done, sum.official.done_early),
        (4, 2, 1)
    );
    assert_eq!(
        (
            sum.official.open_overdue,
            sum.official.open_in_time,
            sum.extended,
            sum.withdrawn
        ),
        (1, 1, 1, 1)
    );
    // Done in July: in June it was work under way.
    assert_eq!(sum.under_way, 2);
    let later = Filter {
        as_of: day("2017-07-01"),
        due_soon_until: day("2017-07-04"),
        ..everything()
    };
    assert_eq!(totals(&groups(&office, &later, GroupBy::All)).official.done_late, 1);
    let by_original = Filter {
        original_deadline: true,
        ..everything()
    };
    assert_eq!(
        totals(&groups(&office, &by_original, GroupBy::All))
            .official
            .open_overdue,
        2
    );
}

#[test]
fn groups_add_up_and_are_named() {
    let office = register();
    let whole: u32 = groups(&office, &everything(), GroupBy::All)
        .iter()
        .map(|group| group.count)
        .sum();
    for by in [
        GroupBy::Channel,
        GroupBy::Lead,
        GroupBy::Kind,
        GroupBy::Field,
        GroupBy::Assigner,
    ] {
        let counted: u32 = groups(&office, &everything(), by).iter().map(|group| group.count).sum();
        assert_eq!(counted, whole, "{by:?}");
    }
    let count = |by, key: &str| -> u32 {
        let groups = groups(&office, &everything(), by);
        groups
            .iter()
            .filter(|group| group.key == key)
            .map(|group| group.count)
            .sum()
    };
    assert_eq!((count(GroupBy::Lead, "Phòng Y tế"), count(GroupBy::Lead, "")), (3, 1));
    assert_eq!((count(GroupBy::Kind, "ad_hoc"), count(GroupBy::Kind, "task")), (1, 4));
    let leads = office.store.read(|connection| leads(connection, 1)).expect("readable");
    assert_eq!(leads, [("Phòng Nội vụ".to_owned(), 1), ("Phòng Y tế".to_owned(), 3)]);
}

#[test]
fn every_number_opens_the_list_that_it_counts() {
    let office = register();
    for group in groups(&office, &everything(), GroupBy::Lead) {
        let alike = Filter {
            leads: vec![group.key.clone()],
            statuses: vec![group.status],
            classes: vec![group.class],
            kinds: vec![group.kind.to_owned()],
            on_province_system: Some(group.on_province_system),
            ..everything()
        };
        let counted: u32 = groups(&office, &alike, GroupBy::All)
            .iter()
            .map(|group| group.count)
            .sum();
        assert_eq!(office.count(&alike), u64::from(counted));
        assert!(counted >= group.count);
    }
    let open = Filter {
        done: Some(false),
        ..everything()
    };
    assert_eq!(
        office.count(&open),
        totals(&groups(&office, &everything(), GroupBy::All)).official.open
    );
    let all = groups(&office, &everything(), GroupBy::All);
    assert!(
        all.iter()
            .all(|group| group.status != Status::Completed || group.class != DeadlineClass::OpenOverdue)
    );
}

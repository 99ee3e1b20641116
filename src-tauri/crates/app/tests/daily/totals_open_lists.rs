//! Every number of the totals opens exactly the list that it counts.

use crate::office::*;
use chidao_app::App;
use chidao_app::api::*;
use chidao_domain::deadline::DeadlineClass;
use chidao_domain::status::Status;

const COUNTED: [Status; 6] = [
    Status::New,
    Status::Received,
    Status::InProgress,
    Status::AwaitingApproval,
    Status::Completed,
    Status::Suspended,
];

/// The district's 41 tasks at the province, and three whose deadlines were moved, one of them then withdrawn: overdue by
/// the original deadline, in time by the current one.
fn moved() -> (tempfile::TempDir, tempfile::TempDir, App) {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (province, unit) = (province(one.path()), unit(two.path()));
    enrol(&province, &unit);
    take_in(&province, Some("H02.15"));
    for code in ["GH1", "GH2", "GH3"] {
        let fields = [
            ("code", code),
            ("content", "Rà soát quỹ đất"),
            ("deadline", "2017-06-01"),
        ];
        province
            .task_create(TaskCreate {
                unit: "H02.15".into(),
                fields: fields.map(|(field, value)| (field.to_owned(), value.to_owned())).into(),
                not_secret: true,
            })
            .unwrap();
        province
            .task_set(TaskSet {
                task: code.into(),
                field: "deadline".into(),
                value: "2017-12-31".into(),
            })
            .unwrap();
    }
    province
        .task_step(TaskStep {
            task: "GH3".into(),
            to: Status::Withdrawn,
            on: None,
            document: "88/UBND-TH".into(),
        })
        .unwrap();
    (one, two, province)
}

fn list(app: &App, filter: TaskFilter) -> Vec<TaskRow> {
    let page = app
        .tasks_page(TasksPage {
            filter: filter.clone(),
            limit: 500,
            ..TasksPage::default()
        })
        .unwrap();
    assert_eq!(app.tasks_count(filter).unwrap().count as usize, page.rows.len());
    page.rows
}

#[test]
fn by_either_deadline_each_number_is_the_length_of_its_list() {
    let (_one, _two, app) = moved();
    let told = [false, true].map(|original_deadline| {
        let asked = TotalsAsk {
            original_deadline,
            ..TotalsAsk::default()
        };
        let answer = app.totals(asked).unwrap();
        assert_eq!(answer.filter.original_deadline, original_deadline);
        let base = &answer.filter;
        use DeadlineClass::*;
        let by_class: [(u32, bool, &[DeadlineClass]); 6] = [
            (answer.all.done_on_time, true, &[DoneOnTime, DoneWithoutDeadline]),
            (answer.all.done_late, true, &[DoneLate]),
            (answer.all.open_in_time, false, &[OpenInTime, OpenDueSoon]),
            (answer.all.open_due_soon, false, &[OpenDueSoon]),
            (answer.all.open_overdue, false, &[OpenOverdue]),
            (answer.all.open_without_deadline, false, &[OpenWithoutDeadline]),
        ];
        for (number, done, classes) in by_class {
            let rows = list(
                &app,
                TaskFilter {
                    done: Some(done),
                    classes: classes.to_vec(),
                    ..base.clone()
                },
            );
            assert_eq!(rows.len() as u32, number, "{classes:?}, original {original_deadline}");
            assert!(
                rows.iter().all(|row| classes.contains(&row.class)),
                "a row says its class"
            );
            if classes == [OpenOverdue] {
                assert!(rows.iter().all(|row| row.days_over.is_some_and(|days| days > 0)));
            }
        }
        let counted = |extended| TaskFilter {
            extended: Some(extended),
            statuses: COUNTED.to_vec(),
            ..base.clone()
        };
        assert_eq!(list(&app, counted(true)).len() as u32, answer.all.extended);
        assert_eq!(
            list(&app, counted(false)).len() as u32,
            answer.all.total - answer.all.extended
        );
        (answer.all.extended, answer.all.open_overdue)
    });
    let [(extended, overdue), (also_extended, overdue_by_original)] = told;
    assert_eq!((extended, also_extended), (2, 2), "what was withdrawn is not counted");
    assert!(
        overdue_by_original > overdue,
        "an extension hides what is late by the original"
    );
}

#[test]
fn a_list_judged_by_the_original_deadline_says_how_late_by_it() {
    let (_one, _two, app) = moved();
    let row = |original_deadline| {
        let filter = TaskFilter {
            only: vec!["GH1".into()],
            original_deadline,
            ..TaskFilter::default()
        };
        list(&app, filter).remove(0)
    };
    let (current, original) = (row(false), row(true));
    assert_eq!(
        (current.class, current.days_over),
        (DeadlineClass::OpenInTime, Some(-191))
    );
    assert_eq!(
        (original.class, original.days_over),
        (DeadlineClass::OpenOverdue, Some(22))
    );
    assert_eq!(
        (current.working_days_left.is_some(), original.working_days_left),
        (true, None)
    );
}

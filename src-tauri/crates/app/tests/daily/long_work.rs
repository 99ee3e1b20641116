//! Long work tells how far it is, and stopped at whichever step it leaves everything as it was.

use crate::office::*;
use chidao_app::api::*;
use chidao_app::{App, AppError};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex, Weak};

/// Calls as the page does, under a name, and stops at a step if one is given. Answers the steps heard, too.
fn call(
    app: &Arc<App>,
    name: &str,
    with: Value,
    stop_at: Option<WorkStep>,
) -> (Result<Value, AppError>, Vec<WorkStep>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (kept, weak): (_, Weak<App>) = (Arc::clone(&heard), Arc::downgrade(app));
    app.on_progress(move |progress| {
        assert_eq!(progress.work, "w7");
        assert!(progress.done <= progress.total, "{progress:?}");
        let mut kept = kept.lock().unwrap();
        if kept.last() != Some(&progress.step) {
            kept.push(progress.step);
        }
        if stop_at == Some(progress.step) {
            let app = weak.upgrade().unwrap();
            app.work_cancel(WorkRef { work: "w7".into() }).unwrap();
        }
    });
    let answer = app.call_json(&json!({"do": name, "with": with, "work": "w7"}));
    app.on_progress(|_| {});
    let steps = heard.lock().unwrap().clone();
    (answer, steps)
}

fn cancelled(answer: &Result<Value, AppError>) -> bool {
    answer.as_ref().is_err_and(|error| error.code == "cancelled")
}

/// Files of a home but the database's own.
fn files(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            all.extend(files(&entry.path()));
        } else if !name.starts_with("ledger.db") && name != "mark.json" {
            all.push(name);
        }
    }
    all.sort();
    all
}

struct Pair {
    homes: [tempfile::TempDir; 2],
    province: Arc<App>,
    unit: Arc<App>,
}

fn enrolled() -> Pair {
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (province, unit) = (province(homes[0].path()), unit(homes[1].path()));
    enrol(&province, &unit);
    take_in(&province, Some("H02.15"));
    Pair {
        homes,
        province: Arc::new(province),
        unit: Arc::new(unit),
    }
}

#[test]
fn a_bundle_whose_making_was_stopped_never_was() {
    let pair = enrolled();
    let before = files(pair.homes[0].path());
    let lines = pair.province.bundles(Nothing {}).unwrap().lines.len();
    let to = json!({"to": "H02.15"});
    let (answer, _) = call(&pair.province, "bundle_export", to.clone(), Some(WorkStep::Packing));
    assert!(cancelled(&answer), "{answer:?}");
    assert_eq!(files(pair.homes[0].path()), before, "nothing lies about");
    assert_eq!(pair.province.bundles(Nothing {}).unwrap().lines.len(), lines);
    let (answer, steps) = call(&pair.province, "bundle_export", to, None);
    // The first was the answer to the request.
    assert_eq!(
        (answer.unwrap()["number"].as_u64(), steps),
        (Some(2), vec![WorkStep::Packing])
    );
}

#[test]
fn a_bundle_whose_taking_in_was_stopped_left_no_trace() {
    let pair = enrolled();
    let made = pair.province.bundle_export(BundleTo { to: "H02.15".into() }).unwrap();
    let file = carry(&pair.province, &made.file, &pair.unit).file;
    let stands = |app: &App| {
        let checked = app.check(Nothing {}).unwrap();
        assert!(checked.ok, "{:?}", checked.troubles);
        (
            app.digest(DigestOf { channel: "H02".into() }).unwrap(),
            app.bundles(Nothing {}).unwrap().lines.len(),
            app.tasks_count(TaskFilter::default()).unwrap().count,
        )
    };
    let before = stands(&pair.unit);
    for step in [WorkStep::Reading, WorkStep::Applying] {
        let (answer, _) = call(&pair.unit, "bundle_import", json!({"file": file}), Some(step));
        assert!(cancelled(&answer), "{step:?}: {answer:?}");
        assert_eq!(stands(&pair.unit), before, "{step:?}");
    }
    let (answer, _) = call(
        &pair.unit,
        "bundle_verify",
        json!({"file": file}),
        Some(WorkStep::Reading),
    );
    assert!(cancelled(&answer));
    let (answer, steps) = call(&pair.unit, "bundle_import", json!({"file": file}), None);
    assert_eq!(answer.unwrap()["outcome"], "imported");
    assert_eq!(steps, [WorkStep::Reading, WorkStep::Applying]);
    assert_eq!(stands(&pair.unit).2, 41);
}

#[test]
fn a_check_can_be_stopped_at_each_of_its_steps() {
    let home = tempfile::tempdir().unwrap();
    let app = unit(home.path());
    take_in(&app, None);
    let file = handed(&app, "ảnh.jpg", &photo(1, 600_000)).file;
    report(&app, 65, "21/21 xã", vec![file]);
    let app = Arc::new(app);
    let all = [
        WorkStep::Replaying,
        WorkStep::Applying,
        WorkStep::Comparing,
        WorkStep::Attachments,
    ];
    for (i, step) in all.into_iter().enumerate() {
        let (answer, steps) = call(&app, "check", json!({}), Some(step));
        assert!(cancelled(&answer), "{step:?}: {answer:?}");
        assert_eq!(steps, all[..=i], "it stops where it was asked to");
    }
    let (answer, steps) = call(&app, "check", Value::Null, None);
    assert_eq!((answer.unwrap()["ok"].as_bool(), steps), (Some(true), all.to_vec()));
}

#[test]
fn a_list_whose_taking_in_was_stopped_brought_no_task() {
    let home = tempfile::tempdir().unwrap();
    let app = Arc::new(unit(home.path()));
    let file = handed(&app, "sample_41_tasks.csv", SAMPLE).file;
    let (answer, _) = call(&app, "tasks_take_in", json!({"file": file}), Some(WorkStep::Writing));
    assert!(cancelled(&answer), "{answer:?}");
    assert_eq!(app.tasks_count(TaskFilter::default()).unwrap().count, 0);
    let (answer, steps) = call(&app, "tasks_take_in", json!({"file": file}), None);
    assert_eq!(
        (answer.unwrap()["new"].as_u64(), steps),
        (Some(41), vec![WorkStep::Writing])
    );
}

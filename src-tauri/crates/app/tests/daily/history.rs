//! A history says what stood before, also where a new record follows another.

use crate::office::*;
use chidao_app::App;
use chidao_app::api::*;

type Pair = (Option<String>, Option<String>);

fn lines(app: &App, field: &str) -> Vec<Pair> {
    let history = app.task_history(TaskId { task: "NV19".into() }).unwrap();
    let of_field = history.lines.into_iter().filter(|line| line.field == field);
    of_field.map(|line| (line.old, line.new)).collect()
}

fn pair(old: &str, new: &str) -> Pair {
    (
        Some(old).filter(|old| !old.is_empty()).map(str::to_owned),
        Some(new.to_owned()),
    )
}

#[test]
fn a_report_tells_the_percent_of_the_one_it_follows() {
    let home = tempfile::tempdir().unwrap();
    let app = unit(home.path());
    take_in(&app, None);
    report(&app, 50, "19/21 xã", vec![]);
    report(&app, 65, "21/21 xã", vec![]);
    assert_eq!(lines(&app, "percent"), [pair("50", "65"), pair("", "50")]);
    assert_eq!(
        lines(&app, "note"),
        [pair("", "21/21 xã"), pair("", "19/21 xã")],
        "what was told before still stands: nothing is put in its place"
    );
}

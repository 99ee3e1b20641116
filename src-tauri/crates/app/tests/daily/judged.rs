//! What the parent says of a completion, and what becomes of the task.

use crate::office::*;
use chidao_app::App;
use chidao_app::api::*;
use chidao_domain::status::Status;

fn judge(province: &App, task: &str, accepted: bool, reason: &str) -> TaskDetail {
    let (task, reason) = (task.into(), reason.into());
    province.assess(Assess { task, accepted, reason }).unwrap()
}

#[test]
fn a_completion_that_came_with_the_list_is_work_again_once_it_is_returned_and_both_sides_see_why() {
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (province, unit) = (province(homes[0].path()), unit(homes[1].path()));
    enrol(&province, &unit);
    take_in(&province, Some("H02.15"));
    send(&province, "H02.15", &unit);
    let before = totals(&province, "2017-06-23", None).all;
    assert_eq!(show(&province, "NV03").row.status, Status::Completed);
    assert!(show(&province, "NV03").may_assess);

    let judged = judge(&province, "NV03", false, "Chưa có biên bản nghiệm thu");
    assert_eq!((judged.row.status, judged.may_assess), (Status::InProgress, false));
    let after = totals(&province, "2017-06-23", None).all;
    assert_eq!((after.total, after.done), (before.total, before.done - 1));
    assert!(province.check(Nothing {}).unwrap().ok);

    send(&province, "H02.15", &unit);
    let told = show(&unit, "NV03");
    assert_eq!(told.row.status, Status::InProgress);
    let verdict = told.assessment.unwrap();
    assert_eq!(
        (verdict.accepted, verdict.reason.as_str()),
        (false, "Chưa có biên bản nghiệm thu")
    );
    assert_eq!(totals(&unit, "2017-06-23", None).all.done, after.done);

    // Done again, it is judged again.
    let (task, document) = ("NV03".into(), String::new());
    let (to, on) = (Status::Completed, None);
    let done = unit.task_step(TaskStep { task, to, on, document }).unwrap();
    assert_eq!((done.row.status, done.assessment.is_none()), (Status::Completed, true));
    send(&unit, "", &province);
    assert!(show(&province, "NV03").may_assess);
    judge(&province, "NV03", true, "");
    assert_eq!(send(&province, "H02.15", &unit).digests_agree, Some(true));
    assert!(show(&unit, "NV03").assessment.unwrap().accepted);
    assert_eq!(totals(&unit, "2017-06-23", None).all.done, before.done);
    assert!(unit.check(Nothing {}).unwrap().ok);
}

//! What is being written survives a crash, with the photos that were handed over for it.

use crate::office::*;
use chidao_app::App;
use chidao_app::api::*;

const DRAFT: &str = "report/NV19";

fn keep(app: &App, name: &str, files: &[&str]) {
    let text = serde_json::json!({ "note": "Đã xong phần chữ ký số", "files": files }).to_string();
    let text = if files.is_empty() { String::new() } else { text };
    app.draft_keep(Draft {
        name: name.into(),
        text,
        at: None,
    })
    .unwrap();
}

fn bytes_of(app: &App, token: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    app.read_file(token, &mut bytes).unwrap();
    bytes
}

fn contents(app: &App) -> u32 {
    let checked = app.check(Nothing {}).unwrap();
    assert!(checked.ok, "{:?}", checked.troubles);
    checked.blobs
}

#[test]
fn photos_of_a_draft_are_good_again_after_a_crash() {
    let home = tempfile::tempdir().unwrap();
    let app = unit(home.path());
    take_in(&app, None);
    let (first, second) = (photo(1, 700_000), photo(2, 900));
    let tokens = [
        handed(&app, "hồ Sỏi.jpg", &first).file,
        handed(&app, "cầu Gồ.jpg", &second).file,
    ];
    keep(&app, DRAFT, &[&tokens[0], &tokens[1]]);
    drop(app);

    let app = opened_again(home.path(), 3);
    let kept = app.draft_find(DraftName { name: DRAFT.into() }).unwrap();
    assert!(kept.text.contains(&tokens[0]));
    let ready = app.file(&tokens[0]).unwrap();
    assert_eq!(
        (ready.name.as_str(), ready.size, ready.media_type.as_str()),
        ("hồ Sỏi.jpg", first.len() as u64, "image/jpeg")
    );
    assert!(bytes_of(&app, &tokens[0]) == first);
    // One photo is taken out of the draft, and the program ends again.
    keep(&app, DRAFT, &[&tokens[0]]);
    drop(app);

    let app = opened_again(home.path(), 4);
    assert_eq!(app.file(&tokens[1]).unwrap_err().code, "file_gone");
    let told = report(&app, 65, "Đã xong phần chữ ký số", vec![tokens[0].clone()]);
    assert_eq!(told.reports[0].attachments[0].name, "hồ Sỏi.jpg");
    keep(&app, DRAFT, &[]);
    drop(app);

    let app = opened_again(home.path(), 5);
    assert_eq!(app.file(&tokens[0]).unwrap_err().code, "file_gone");
    assert_eq!(
        contents(&app),
        1,
        "what was recorded stays, whatever becomes of its draft"
    );
    let attachment = show(&app, "NV19").reports[0].attachments[0].id.clone();
    let ready = app.attachment_open(AttachmentId { attachment }).unwrap();
    assert!(bytes_of(&app, &ready.file) == first);
}

#[test]
fn what_no_draft_names_is_swept_when_its_run_is_over() {
    let home = tempfile::tempdir().unwrap();
    let app = unit(home.path());
    let staged = handed(&app, "hồ Sỏi.jpg", &photo(1, 5_000)).file;
    let dropped = handed(&app, "cầu Gồ.jpg", &photo(2, 5_000)).file;
    keep(&app, DRAFT, &[&dropped]);
    keep(&app, DRAFT, &[]);
    // A second program on the same home must not take away what the first one still holds.
    let beside = opened_again(home.path(), 6);
    assert_eq!((contents(&beside), bytes_of(&app, &staged).len()), (2, 5_004));
    assert_eq!(beside.file(&staged).unwrap_err().code, "file_gone");
    drop((app, beside));
    let app = opened_again(home.path(), 7);
    assert_eq!(contents(&app), 0);
}

#[test]
fn an_encrypted_file_handed_over_for_a_draft_is_kept_with_it() {
    let home = tempfile::tempdir().unwrap();
    let app = unit(home.path());
    take_in(&app, None);
    let sealed = [b"age-encryption.org/v1\n".as_slice(), &photo(3, 2_000)].concat();
    let token = handed(&app, "biên bản.age", &sealed).file;
    keep(&app, "finding/KT01", &[&token]);
    drop(app);
    let app = opened_again(home.path(), 8);
    assert!(bytes_of(&app, &token) == sealed);
    // The same file in a second draft outlives the first.
    keep(&app, DRAFT, &[&token]);
    keep(&app, "finding/KT01", &[]);
    drop(app);
    let app = opened_again(home.path(), 9);
    let told = report(&app, 65, "", vec![token]);
    assert_eq!(told.reports[0].attachments[0].size, sealed.len() as u64);
}

#[test]
fn locking_keeps_the_photos_of_a_draft() {
    let home = tempfile::tempdir().unwrap();
    let app = unit(home.path());
    let token = handed(&app, "hồ Sỏi.jpg", &photo(1, 5_000)).file;
    keep(&app, DRAFT, &[&token]);
    app.lock(Nothing {}).unwrap();
    assert_eq!(app.file(&token).unwrap_err().code, "locked");
    drop(app);
    let app = opened_again(home.path(), 10);
    assert_eq!(bytes_of(&app, &token).len(), 5_004);
}

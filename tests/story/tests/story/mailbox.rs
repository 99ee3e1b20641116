//! Two offices exchange through a folder that both can reach, and nobody carries anything by hand.

use crate::office::{Office, Pair, text};
use serde_json::{Value, json};
use servers::{PASSWORD, S3Server, USER, WebdavServer};
use std::path::PathBuf;

fn sync(office: &Office) -> Value {
    office.json(&["mailbox", "sync"])["rows"][0].clone()
}

#[test]
fn a_shared_folder_carries_everything_and_is_cleared_once_it_is_confirmed() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    let folder = pair.folder.path().join("Thư mục chung");
    std::fs::create_dir(&folder).unwrap();
    let strange = folder.join("báo cáo của ai đó.docx");
    std::fs::write(&strange, "không phải của chúng tôi").unwrap();
    for office in [province, district] {
        let all = office.json(&["mailbox", "add", "Chung", text(&folder)]);
        assert_eq!(
            (&all["rows"][0]["name"], &all["rows"][0]["there"]),
            (&json!("Chung"), &json!(true))
        );
    }
    assert_eq!(
        province.refused(&["mailbox", "add", "Chung", text(&folder)])["code"],
        "mailbox_name_taken"
    );
    district.report("NV19", 65, "Đã khảo sát tuyến");
    let sent = sync(district);
    assert_eq!(sent["sent"][0]["to"]["code"], province.code);
    let received = sync(province);
    assert_eq!(received["received"][0]["from"]["code"], district.code);
    assert_eq!(province.task("NV19")["row"]["percent"], 65);
    // The answer confirms it; what was confirmed lies there no longer, and what is a stranger's is left alone.
    let confirmed = sync(district);
    assert_eq!((&confirmed["removed"], &confirmed["waiting"]), (&json!(1), &json!(0)));
    assert_eq!(district.task("NV19")["row"]["confirmed"], true);
    pair.agree();
    assert!(strange.exists());
    // Nothing new: nothing moves.
    let quiet = sync(district);
    assert_eq!((&quiet["sent"], &quiet["received"]), (&json!([]), &json!([])));
    // A folder that is gone is named; when it is back, work goes on.
    let away = pair.folder.path().join("rút ra");
    std::fs::rename(&folder, &away).unwrap();
    assert_eq!(district.json(&["mailbox", "list"])["rows"][0]["there"], false);
    std::fs::rename(&away, &folder).unwrap();
    district.report("NV20", 40, "Sau khi cắm lại");
    sync(district);
    sync(province);
    assert_eq!(province.task("NV20")["row"]["percent"], 40);
    assert_eq!(district.json(&["mailbox", "remove", "Chung"])["rows"], json!([]));
}

/// Both offices add a server as their mailbox with these words and exchange through it, until it is gone: `stop` ends it.
fn a_server_carries_everything(pair: &Pair, words: &[&str], stop: impl FnOnce()) {
    let (province, district) = (&pair.province, &pair.district);
    let desk = pair.folder.path();
    let (secret, wrong) = (desk.join("mật khẩu.txt"), desk.join("sai.txt"));
    std::fs::write(&secret, format!("{PASSWORD}\n")).unwrap();
    std::fs::write(&wrong, "không phải").unwrap();
    let add = |file| [&["mailbox", "add", "Chung"], words, &["--password-file", text(file)]].concat();
    for office in [province, district] {
        assert_eq!(office.refused(&add(&wrong))["code"], "mailbox_denied");
        let all = office.json(&add(&secret));
        assert_eq!(all["rows"][0]["place"]["address"], words[1]);
        assert!(!all.to_string().contains(PASSWORD));
    }
    district.report("NV19", 65, "Đã khảo sát tuyến");
    assert_eq!(sync(district)["sent"][0]["to"]["code"], province.code);
    assert_eq!(sync(province)["received"][0]["from"]["code"], district.code);
    assert_eq!(province.task("NV19")["row"]["percent"], 65);
    let confirmed = sync(district);
    assert_eq!((&confirmed["removed"], &confirmed["waiting"]), (&json!(1), &json!(0)));
    pair.agree();
    let quiet = sync(district);
    assert_eq!((&quiet["sent"], &quiet["received"]), (&json!([]), &json!([])));
    stop();
    // The server is gone: nothing is lost, and what went wrong has its own word.
    district.report("NV20", 40, "Khi mất mạng");
    assert!(!district.begin(&["mailbox", "sync"]).wait().unwrap().success());
    let list = district.json(&["mailbox", "list"]);
    assert_eq!(list["rows"][0]["trouble"]["code"], "mailbox_unreachable");
    assert!(!list.to_string().contains(PASSWORD));
}

/// A folder of a server, with a file of somebody else's.
fn served(pair: &Pair) -> (PathBuf, PathBuf) {
    let folder = pair.folder.path().join("Máy chủ");
    std::fs::create_dir_all(folder.join("chidao")).unwrap();
    let strange = folder.join("chidao/báo cáo.docx");
    std::fs::write(&strange, "không phải của chúng tôi").unwrap();
    (folder, strange)
}

#[test]
fn a_webdav_server_carries_everything_and_its_password_is_told_to_nobody() {
    let pair = Pair::with_the_41();
    let (folder, strange) = served(&pair);
    let server = WebdavServer::start(&folder.join("chidao"));
    let address = format!("http://{}/", server.at);
    a_server_carries_everything(&pair, &["--webdav", &address, "--user", USER], || drop(server));
    assert!(strange.exists());
}

#[test]
fn an_s3_store_carries_everything_and_its_secret_is_told_to_nobody() {
    let pair = Pair::with_the_41();
    let (folder, strange) = served(&pair);
    let server = S3Server::start(&folder);
    let address = format!("http://{}/", server.at);
    let words = ["--s3", &address, "--bucket", "chidao", "--key-id", USER];
    a_server_carries_everything(&pair, &words, || drop(server));
    assert!(strange.exists());
}

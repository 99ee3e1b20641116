//! Two offices exchange through a folder that both can reach, and nobody carries anything by hand.

use crate::office::{Office, Pair, text};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

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
    district.json(&[
        "task",
        "report",
        "NV19",
        "--percent",
        "65",
        "--note",
        "Đã khảo sát tuyến",
    ]);
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
    district.json(&["task", "report", "NV20", "--percent", "40", "--note", "Sau khi cắm lại"]);
    sync(district);
    sync(province);
    assert_eq!(province.task("NV20")["row"]["percent"], 40);
    assert_eq!(district.json(&["mailbox", "remove", "Chung"])["rows"], json!([]));
}

const PASSWORD: &str = "lúa chín vàng";

/// A WebDAV server on this machine.
struct Server {
    child: Child,
    at: SocketAddr,
}

impl Server {
    fn start(folder: &Path) -> Server {
        let mut child = Command::new("rclone")
            .args(["serve", "webdav"])
            .arg(folder)
            .args([
                "--addr",
                "127.0.0.1:0",
                "--config",
                "/dev/null",
                "--dir-cache-time",
                "0s",
            ])
            .args(["--user", "mai", "--pass", PASSWORD])
            .stderr(Stdio::piped())
            .spawn()
            .expect("rclone must be installed: cargo xtask setup");
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = lines.find_map(|line| line.ok().filter(|line| line.contains("started on ")));
        let line = line.expect("rclone ended at its start");
        let at = line.rsplit("http://").next().unwrap().trim_end_matches(['/', ']']);
        let at = at.parse().unwrap();
        // Whatever it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Server { child, at }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_webdav_server_carries_everything_and_its_password_is_told_to_nobody() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    let folder = pair.folder.path().join("Máy chủ");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("báo cáo.docx"), "không phải của chúng tôi").unwrap();
    let server = Server::start(&folder);
    let address = format!("http://{}/", server.at);
    let (secret, wrong) = (
        pair.folder.path().join("mật khẩu.txt"),
        pair.folder.path().join("sai.txt"),
    );
    std::fs::write(&secret, format!("{PASSWORD}\n")).unwrap();
    std::fs::write(&wrong, "không phải").unwrap();
    let add = |file| {
        [
            "mailbox",
            "add",
            "Chung",
            "--webdav",
            &address,
            "--user",
            "mai",
            "--password-file",
            text(file),
        ]
        .map(str::to_owned)
    };
    for office in [province, district] {
        let refused = add(&wrong);
        let refused: Vec<&str> = refused.iter().map(String::as_str).collect();
        assert_eq!(office.refused(&refused)["code"], "mailbox_denied");
        let added = add(&secret);
        let added: Vec<&str> = added.iter().map(String::as_str).collect();
        let all = office.json(&added);
        assert_eq!(all["rows"][0]["place"]["address"], json!(address));
        assert!(!all.to_string().contains(PASSWORD));
    }
    district.json(&[
        "task",
        "report",
        "NV19",
        "--percent",
        "65",
        "--note",
        "Đã khảo sát tuyến",
    ]);
    assert_eq!(sync(district)["sent"][0]["to"]["code"], province.code);
    assert_eq!(sync(province)["received"][0]["from"]["code"], district.code);
    assert_eq!(province.task("NV19")["row"]["percent"], 65);
    let confirmed = sync(district);
    assert_eq!((&confirmed["removed"], &confirmed["waiting"]), (&json!(1), &json!(0)));
    pair.agree();
    let quiet = sync(district);
    assert_eq!((&quiet["sent"], &quiet["received"]), (&json!([]), &json!([])));
    assert!(folder.join("báo cáo.docx").exists());
    drop(server);
    // The server is gone: nothing is lost, and what went wrong has its own word.
    district.json(&["task", "report", "NV20", "--percent", "40", "--note", "Khi mất mạng"]);
    assert!(!district.begin(&["mailbox", "sync"]).wait().unwrap().success());
    let list = district.json(&["mailbox", "list"]);
    assert_eq!(list["rows"][0]["trouble"]["code"], "mailbox_unreachable");
    assert!(!list.to_string().contains(PASSWORD));
}

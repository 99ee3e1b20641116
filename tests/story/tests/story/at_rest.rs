//! Nothing that a person typed, searched for, drafted or photographed can be read in any file that the program writes on its
//! own: not in the home, not in the system's folder for temporary files, not on the stick; neither while the program is open
//! nor after it was killed or ended. `src-tauri/crates/app/HOME.md` says what each file is.

use crate::office::{Office, Pair, text};
use crate::samples;
use crate::sealed::{Search, files, needles};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

const NOTE: &str = "Đã phát quang xong bờ tả, còn vướng ba hộ chưa chịu bàn giao";
const DIFFICULTY: &str = "Thiếu kinh phí giải phóng mặt bằng cho đợt hai";
const DRAFT: &str = "Nháp: lãnh đạo nhắc miệng về việc trồng bổ sung bạch đàn";
const SEARCHED: &str = "nghiêng ngả đê điều Bố Hạ";
const WISHED: &str = "Đề nghị bố trí máy bơm dã chiến cho trạm Cầu Sơn";
const PHOTO: &str = "Sạt lở kè Đáp Cầu sáng nay.jpg";
const BROKEN: &str = "Gói hỏng của bà Thuỷ ở phòng Nội vụ.chidao";
const FOUND: &str = "Mái đập còn nguyên vết xói lở dưới chân cống";
const PASSPHRASE: &str = crate::office::PASSPHRASE;

/// The program that serves the page, as long as it is not dropped.
struct Served {
    child: Child,
    port: u16,
    token: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    fn begin(office: &Office, page: &Path) -> Served {
        fs::create_dir_all(page).unwrap();
        fs::write(page.join("index.html"), "<!doctype html>").unwrap();
        let mut child = office
            .command(&["serve", "--ui", text(page)])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        let (host, once) = address.trim().split_once("/#token=").unwrap();
        let port = host.rsplit(':').next().unwrap().parse().unwrap();
        let mut served = Served {
            child,
            port,
            token: String::new(),
        };
        let session = served.ask("POST /session", json!({"token": once}).to_string().as_bytes());
        let session: Value = serde_json::from_slice(&session.1).unwrap();
        served.token = session["session"].as_str().unwrap().to_owned();
        served
    }

    fn ask(&self, line: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let head = format!(
            "{line} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nX-Chidao-Token: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.port,
            self.token,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
        let status = std::str::from_utf8(&answer[9..12]).unwrap().parse().unwrap();
        (status, answer.split_off(end))
    }

    fn call(&self, what: &str, with: &Value) -> (u16, Value) {
        let (status, body) = self.ask("POST /call", json!({"do": what, "with": with}).to_string().as_bytes());
        (status, serde_json::from_slice(&body).unwrap())
    }

    fn done(&self, what: &str, with: &Value) -> Value {
        let (status, answer) = self.call(what, with);
        assert_eq!(status, 200, "{what}: {answer}");
        answer
    }

    /// Hands a file over, and gives its token.
    fn handed(&self, name: &str, bytes: &[u8]) -> String {
        let name: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let (status, body) = self.ask(&format!("POST /upload?name={name}"), bytes);
        assert_eq!(status, 200);
        let ready: Value = serde_json::from_slice(&body).unwrap();
        ready["file"].as_str().unwrap().to_owned()
    }
}

/// Looks through every file of some folders, at their bytes and their names, and gives how many there were.
fn nothing_is_readable(search: &Search, folders: &[PathBuf]) -> usize {
    let mut looked_at = 0;
    for folder in folders {
        let mut all = Vec::new();
        files(folder, &mut all);
        for path in all {
            let Ok(bytes) = fs::read(&path) else {
                // It went between the list and the look: a file that is no more holds nothing.
                continue;
            };
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            for place in [&bytes[..], name.as_bytes()] {
                assert_eq!(search.found(place), None, "readable in {}", path.display());
            }
            looked_at += 1;
        }
    }
    looked_at
}

#[test]
fn nothing_typed_in_the_page_can_be_read_while_it_is_open_or_after() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    let photo = fs::read(samples::photo(pair.folder.path(), PHOTO, 400_000, 5)).unwrap();
    let mut wanted = needles(&[
        NOTE, DIFFICULTY, DRAFT, SEARCHED, WISHED, PHOTO, BROKEN, FOUND, PASSPHRASE,
    ]);
    // The photo, by pieces of it.
    wanted.extend((1..12).map(|i| photo[i * 30_000..i * 30_000 + 16].to_vec()));
    let search = Search::new(wanted);
    for readable in [NOTE.as_bytes(), DRAFT.as_bytes(), &photo[..]] {
        assert!(search.found(readable).is_some(), "what is readable is found");
    }
    let backwards: Vec<u8> = DIFFICULTY.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert!(search.found(&backwards).is_some());

    // The province inspects from the terminal, and its bundle brings that to the district.
    let visit = ["--head", "Nguyễn Đức Đăng, Chánh Văn phòng UBND tỉnh", "--task", "NV26"];
    let new = ["inspect", "new", "--unit", "H02.15", "--held-on", "2017-06-23"];
    province.json(&[&new[..], &visit[..]].concat());
    province.json(&["inspect", "finding", "KT01", "NV26", "--found", "50", "--note", FOUND]);
    pair.down();

    // The district works in the page.
    let page = Served::begin(district, &pair.folder.path().join("page"));
    let kept = page.handed(PHOTO, &photo);
    let draft = json!({"name": "report/NV20", "text": format!("{DRAFT} {kept}")});
    page.done("draft_keep", &draft);
    page.done("tasks_page", &json!({"filter": {"search": SEARCHED}}));
    let file = page.handed(PHOTO, &photo);
    let report = json!({"task": "NV19", "percent": 65, "note": NOTE, "difficulty": DIFFICULTY, "files": [file]});
    let reported = page.done("report_add", &report);
    assert!(
        reported.to_string().contains(DIFFICULTY),
        "the page reads what it wrote"
    );
    page.done("recommendation_add", &json!({"content": WISHED, "tasks": ["NV01"]}));
    let made = page.done("bundle_export", &json!({"to": ""}));
    let (status, bundle) = page.ask(&format!("GET /file/{}", made["file"]["file"].as_str().unwrap()), b"");
    assert!(status == 200 && !bundle.is_empty());
    let broken = page.handed(BROKEN, &photo);
    let (status, refused) = page.call("bundle_import", &json!({"file": broken}));
    assert_eq!((status, &refused["code"]), (422, &json!("bundle_not_one")));
    let mut cut = fs::read(province.export(district, &pair.stick())).unwrap();
    cut.truncate(cut.len() / 2);
    let cut = page.handed(BROKEN, &cut);
    assert_eq!(page.call("bundle_import", &json!({"file": cut})).0, 422);
    let set = page.done("bundle_export_volumes", &json!({"to": "", "size": 200_000}));
    assert!(set["volumes"].as_array().is_some_and(|volumes| !volumes.is_empty()));

    let folders = [
        district.home.clone(),
        district.temporary(),
        province.home.clone(),
        province.temporary(),
        pair.stick(),
    ];
    let open = nothing_is_readable(&search, &folders);
    assert!(open > 10, "the store, its log, the vault, staging, bundles: {open}");

    // Killed, it leaves its log; begun again, it has the draft; ended, it leaves what is meant to stay.
    drop(page);
    nothing_is_readable(&search, &folders);
    let page = Served::begin(district, &pair.folder.path().join("page"));
    let found = page.done("draft_find", &json!({"name": "report/NV20"}));
    assert!(found["text"].as_str().unwrap().contains(DRAFT));
    drop(page);
    pair.up();
    pair.down();
    pair.agree();
    nothing_is_readable(&search, &folders);

    // What lies in a home is what its inventory names, and nothing is left in the folder for temporary files.
    let mut left = Vec::new();
    files(&district.home, &mut left);
    for path in left {
        let name = path
            .strip_prefix(&district.home)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let known = ["ledger.db", "mark.json", "vault/", "staging/", "backups/", "lock"];
        assert!(
            known.iter().any(|known| name.starts_with(known)),
            "{name} is in no inventory"
        );
    }
    let mut left = Vec::new();
    files(&district.temporary(), &mut left);
    assert!(left.is_empty(), "{left:?}");
}

//! The gate and the seam over a real socket on loopback, with a stand-in for the application.

use super::*;
use chidao_app::api::WorkStep;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;

/// Answers `echo`, refuses everything else; keeps the last file.
#[derive(Default)]
struct StandIn {
    kept: std::sync::Mutex<Vec<u8>>,
    hearer: std::sync::Mutex<Option<Hearer>>,
}

type Hearer = Box<dyn Fn(Progress) + Send + Sync>;

impl Seam for StandIn {
    fn call(&self, request: &Value) -> Result<Value, AppError> {
        match request["do"].as_str() {
            Some("echo") => Ok(request["with"].clone()),
            Some("long") => {
                let hearer = self.hearer.lock().unwrap();
                for done in 0..3 {
                    hearer.as_ref().unwrap()(Progress {
                        work: "w1".into(),
                        step: WorkStep::Packing,
                        name: String::new(),
                        done,
                        total: 2,
                    });
                }
                Ok(Value::Null)
            }
            other => Err(AppError::unknown_request(other.unwrap_or_default())),
        }
    }
    fn stage(&self, name: &str, bytes: &mut dyn Read) -> Result<ReadyFile, AppError> {
        let mut kept = Vec::new();
        bytes
            .read_to_end(&mut kept)
            .map_err(|error| AppError::new("file_unreadable").with("detail", error))?;
        let size = kept.len() as u64;
        *self.kept.lock().unwrap() = kept;
        Ok(ReadyFile {
            file: "t1".into(),
            name: name.into(),
            size,
            media_type: "image/jpeg".into(),
        })
    }
    fn file(&self, token: &str) -> Result<ReadyFile, AppError> {
        let size = self.kept.lock().unwrap().len() as u64;
        match token {
            "t1" => Ok(ReadyFile {
                file: "t1".into(),
                name: "Ảnh \"1\".jpg".into(),
                size,
                media_type: "image/jpeg".into(),
            }),
            _ => Err(AppError::new("file_gone").with("file", token)),
        }
    }
    fn read_file(&self, _token: &str, out: &mut dyn Write) -> Result<u64, AppError> {
        let kept = self.kept.lock().unwrap();
        out.write_all(&kept)
            .map_err(|error| AppError::internal("test", &error))?;
        Ok(kept.len() as u64)
    }
    fn on_progress(&self, hearer: Hearer) {
        *self.hearer.lock().unwrap() = Some(hearer);
    }
}

struct Server {
    port: u16,
    entrance: Arc<Entrance>,
    hearers: Arc<Hearers>,
    _folder: tempfile::TempDir,
    _runtime: tokio::runtime::Runtime,
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(own, _)| own == name)
            .map_or("", |(_, value)| value)
    }
}

impl Server {
    fn start() -> Server {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("index.html"), "<!doctype html><title>Sổ</title>").unwrap();
        let page = Page::find(Some(folder.path())).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let port = listener.local_addr().unwrap().port();
        let entrance = Arc::new(Entrance::new("session".into()));
        entrance.expect("once".into());
        let gate = Gate::new(port, Arc::clone(&entrance));
        let served = Served::new(Arc::new(StandIn::default()), gate, page);
        let hearers = Arc::clone(&served.hearers);
        runtime.spawn(async move { axum::serve(listener, router(served)).await });
        Server {
            port,
            entrance,
            hearers,
            _folder: folder,
            _runtime: runtime,
        }
    }

    fn ask(&self, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let mut request = format!(
            "{line} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n",
            body.len()
        );
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request.push_str(&format!("Host: 127.0.0.1:{}\r\n", self.port));
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        reader.read_line(&mut head).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            match line.trim_end().split_once(": ") {
                Some((name, value)) => headers.push((name.to_lowercase(), value.to_owned())),
                None => break,
            }
        }
        let mut body = Vec::new();
        reader.read_to_end(&mut body).unwrap();
        Answer { status, headers, body }
    }

    fn call(&self, token: &str) -> Answer {
        self.ask(
            "POST /call",
            &[("X-Chidao-Token", token)],
            br#"{"do":"echo","with":{"a":1}}"#,
        )
    }
}

#[test]
fn the_printed_token_works_once_and_the_session_goes_on() {
    let server = Server::start();
    assert_eq!(server.call("").status, 401);
    assert_eq!(server.ask("POST /session", &[], br#"{"token":"guess"}"#).status, 401);
    let exchanged = server.ask("POST /session", &[], br#"{"token":"once"}"#);
    assert_eq!(
        serde_json::from_slice::<Value>(&exchanged.body).unwrap()["session"],
        "session"
    );
    assert_eq!(server.ask("POST /session", &[], br#"{"token":"once"}"#).status, 401);
    assert_eq!(server.call("once").status, 401);
    let answer = server.call("session");
    assert_eq!((answer.status, answer.body.as_slice()), (200, br#"{"a":1}"#.as_slice()));
    assert_eq!(server.call("session").status, 200);
}

#[test]
fn the_first_call_may_exchange_the_token_itself() {
    let server = Server::start();
    let answer = server.call("once");
    assert_eq!((answer.status, answer.header("x-chidao-token")), (200, "session"));
    assert_eq!(server.call("once").status, 401);
    assert_eq!(server.call("session").header("x-chidao-token"), "");
}

#[test]
fn a_page_that_is_opened_again_is_let_in_by_a_new_token_into_the_same_session() {
    let server = Server::start();
    assert_eq!(server.call("once").status, 200);
    server.entrance.expect("again".into());
    assert_eq!(server.call("once").status, 401);
    let answer = server.call("again");
    assert_eq!((answer.status, answer.header("x-chidao-token")), (200, "session"));
    assert_eq!(server.call("again").status, 401);
    assert_eq!(server.call("session").status, 200);
}

#[test]
fn a_file_that_the_program_was_opened_with_is_handed_over_to_the_session_alone() {
    let server = Server::start();
    assert_eq!(server.ask("POST /opened", &[], b"").status, 401);
    let answer = server.ask("POST /opened", &[("X-Chidao-Token", "session")], b"");
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"null".as_slice()));
}

#[test]
fn only_this_very_address_is_served() {
    let server = Server::start();
    let own = format!("localhost:{}", server.port);
    assert_eq!(server.ask("GET /", &[("Host", &own)], b"").status, 200);
    for host in ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost"] {
        assert_eq!(server.ask("GET /", &[("Host", host)], b"").status, 403, "{host}");
    }
    let call = |origin: &str| {
        server
            .ask(
                "POST /call",
                &[("X-Chidao-Token", "session"), ("Origin", origin)],
                br#"{"do":"echo"}"#,
            )
            .status
    };
    assert_eq!(call(&format!("http://127.0.0.1:{}", server.port)), 200);
    for origin in [
        "http://evil.example",
        "null",
        "https://127.0.0.1:1",
        &format!("http://localhost:{}", server.port),
    ] {
        assert_eq!(call(origin), 403, "{origin}");
    }
    assert_eq!(
        server.ask("GET /", &[("Sec-Fetch-Site", "cross-site")], b"").status,
        403
    );
}

#[test]
fn every_answer_tells_the_browser_its_limits() {
    let server = Server::start();
    for answer in [
        server.ask("GET /", &[], b""),
        server.ask("GET /absent", &[], b""),
        server.call("wrong"),
    ] {
        assert!(
            answer
                .header("content-security-policy")
                .starts_with("default-src 'self'")
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
    let page = server.ask("GET /", &[], b"");
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    assert_eq!(server.ask("GET /../Cargo.toml", &[], b"").status, 404);
}

#[test]
fn a_refusal_crosses_as_its_code() {
    let server = Server::start();
    let token = [("X-Chidao-Token", "session")];
    let refused = server.ask("POST /call", &token, br#"{"do":"nonsense"}"#);
    assert_eq!(refused.status, 422);
    assert_eq!(
        serde_json::from_slice::<Value>(&refused.body).unwrap()["code"],
        "unknown_request"
    );
    assert_eq!(server.ask("POST /call", &token, b"{").status, 422);
    assert_eq!(
        server.ask("POST /call", &token, &vec![b' '; CALL_LIMIT + 1]).status,
        413
    );
    assert_eq!(server.ask("GET /file/other", &token, b"").status, 422);
    assert_eq!(server.ask("GET /call", &token, b"").status, 405);
}

#[test]
fn files_go_in_and_out_byte_for_byte() {
    let server = Server::start();
    let bytes: Vec<u8> = (0..3_000_001_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let token = [("X-Chidao-Token", "session")];
    assert_eq!(server.ask("POST /upload?name=a.jpg", &[], &bytes[..10]).status, 401);
    let staged = server.ask("POST /upload?name=%E1%BA%A2nh%201.jpg", &token, &bytes);
    assert_eq!(staged.status, 200);
    let staged: ReadyFile = serde_json::from_slice(&staged.body).unwrap();
    assert_eq!((staged.name.as_str(), staged.size), ("Ảnh 1.jpg", 3_000_001));
    let file = server.ask("GET /file/t1", &token, b"");
    assert!(file.body == bytes);
    assert_eq!(file.header("cache-control"), "no-store");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename*=UTF-8''%E1%BA%A2nh%20%221%22.jpg"
    );
    assert_eq!(server.ask("GET /file/t1", &[], b"").status, 401);
}

#[test]
fn a_page_that_listens_hears_each_step_and_the_answer_ends_with_the_server() {
    let server = Server::start();
    assert_eq!(server.ask("GET /watch", &[], b"").status, 401);
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let asked = format!(
        "GET /watch HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nX-Chidao-Token: session\r\nConnection: close\r\n\r\n",
        server.port
    );
    stream.write_all(asked.as_bytes()).unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().contains(" 200 "));
    // The head has come, so the page is among the hearers.
    assert!(lines.by_ref().any(|line| line.is_empty()));
    let long = server.ask("POST /call", &[("X-Chidao-Token", "session")], br#"{"do":"long"}"#);
    assert_eq!(long.status, 200);
    server.hearers.end();
    let steps: Vec<Value> = lines.filter_map(|line| serde_json::from_str(&line).ok()).collect();
    let done: Vec<_> = steps
        .iter()
        .filter(|step| step.is_object())
        .map(|step| step["done"].clone())
        .collect();
    assert_eq!(done, [0, 1, 2], "{steps:?}");
    assert_eq!(steps.iter().find(|step| step.is_object()).unwrap()["work"], "w1");
}

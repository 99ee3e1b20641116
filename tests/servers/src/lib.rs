//! Real servers on this machine, and what goes wrong between them and us.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "it serves tests, and that is how they fail"
)]
#![allow(
    clippy::missing_panics_doc,
    reason = "whatever breaks here is this machine, and the test says so"
)]

mod secured;

pub use secured::{Secured, another_authority, secured};

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

/// Who may use them; for a store, the id of the key.
pub const USER: &str = "mai";
/// With what; for a store, the secret key.
pub const PASSWORD: &str = "lúa chín vàng";

/// `rclone serve webdav` over a folder.
pub struct WebdavServer {
    child: Child,
    /// Where it listens.
    pub at: SocketAddr,
}

impl WebdavServer {
    /// Starts it; it ends with this value. Needs `rclone`.
    pub fn start(folder: &Path) -> WebdavServer {
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
            .args(["--user", USER, "--pass", PASSWORD])
            .stderr(Stdio::piped())
            .spawn()
            .expect("rclone must be installed: cargo xtask setup");
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let at = loop {
            let line = lines.next().expect("rclone ended at its start").unwrap();
            if let Some((_, rest)) = line.split_once("started on ") {
                let address = rest.split("://").nth(1).unwrap().trim_end_matches(['/', '\r', ']']);
                break address.split('/').next().unwrap().parse().unwrap();
            }
        };
        // Whatever it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        WebdavServer { child, at }
    }
}

impl Drop for WebdavServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An S3-compatible server over a folder: each folder in it is a bucket.
pub struct S3Server {
    /// Where it listens.
    pub at: SocketAddr,
    runtime: Option<tokio::runtime::Runtime>,
}

impl S3Server {
    /// Starts it; it ends with this value.
    pub fn start(folder: &Path) -> S3Server {
        use hyper_util::rt::{TokioExecutor, TokioIo};
        let mut builder = s3s::service::S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).unwrap());
        builder.set_auth(s3s::auth::SimpleAuth::from_single(USER, PASSWORD));
        let service = builder.build();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let http = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                    let _ = http.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        S3Server {
            at,
            runtime: Some(runtime),
        }
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(std::time::Duration::from_secs(5));
        }
    }
}

/// What happens to one request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Nothing: it is passed on.
    None,
    /// This is answered instead.
    Answer(String),
    /// The connection breaks after so many bytes of the request's body.
    CutRequest(usize),
    /// The connection breaks after so many bytes of the answer.
    CutAnswer(usize),
    /// The connection breaks before the request is passed on.
    Refuse,
    /// Nobody ever answers.
    Silence,
}

/// An answer with this status.
pub fn status(line: &str, body: &str) -> Fault {
    Fault::Answer(format!(
        "HTTP/1.1 {line}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ))
}

type Faults = Arc<dyn Fn(&str) -> Fault + Send + Sync>;

/// Stands between us and a server. Each request comes on a connection of its own.
pub struct Between {
    /// Where it listens.
    pub at: SocketAddr,
    /// The first lines of the requests, as they came.
    pub asked: Arc<Mutex<VecDeque<String>>>,
}

impl Between {
    /// `faults` is asked with the first line of each request.
    pub fn new(server: Option<SocketAddr>, faults: impl Fn(&str) -> Fault + Send + Sync + 'static) -> Between {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(VecDeque::new()));
        let (faults, kept): (Faults, _) = (Arc::new(faults), Arc::clone(&asked));
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (faults, asked) = (Arc::clone(&faults), Arc::clone(&kept));
                std::thread::spawn(move || relay(client.unwrap(), server, &faults, &asked));
            }
        });
        Between { at, asked }
    }

    /// The methods of the requests, as they came.
    pub fn methods(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect()
    }
}

/// One request and its answer. Whatever breaks here breaks as a network does: without a word.
fn relay(
    client: TcpStream,
    server: Option<SocketAddr>,
    faults: &Faults,
    asked: &Mutex<VecDeque<String>>,
) -> Option<()> {
    let mut reading = BufReader::new(client.try_clone().ok()?);
    let (mut head, mut length, mut first) = (String::new(), 0_usize, String::new());
    loop {
        let mut line = String::new();
        if reading.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let lower = line.to_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            head.push_str("Connection: close\r\n\r\n");
            break;
        }
        if first.is_empty() {
            first.clone_from(&line);
        }
        if !lower.starts_with("connection:") {
            head.push_str(&line);
        }
    }
    asked.lock().unwrap().push_back(first.trim().to_owned());
    let fault = faults(&first);
    let mut client = client;
    match fault {
        Fault::Answer(answer) => {
            std::io::copy(&mut reading.take(length as u64), &mut std::io::sink()).ok()?;
            client
                .write_all(
                    answer
                        .replacen("\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1)
                        .as_bytes(),
                )
                .ok()?;
            let _ = client.shutdown(Shutdown::Write);
            return Some(());
        }
        Fault::Refuse => {
            let _ = client.shutdown(Shutdown::Both);
            return None;
        }
        Fault::Silence => {
            // Until the client goes away.
            let _ = std::io::copy(&mut reading, &mut std::io::sink());
            return Some(());
        }
        _ => {}
    }
    let mut upstream = TcpStream::connect(server?).ok()?;
    upstream.write_all(head.as_bytes()).ok()?;
    let passed = match fault {
        Fault::CutRequest(count) => count.min(length),
        _ => length,
    };
    std::io::copy(&mut (&mut reading).take(passed as u64), &mut upstream).ok()?;
    if let Fault::CutRequest(_) = fault {
        let _ = upstream.shutdown(Shutdown::Both);
        let _ = client.shutdown(Shutdown::Both);
        return None;
    }
    match fault {
        Fault::CutAnswer(count) => {
            std::io::copy(&mut upstream.take(count as u64), &mut client).ok()?;
            let _ = client.shutdown(Shutdown::Both);
        }
        _ => {
            std::io::copy(&mut upstream, &mut client).ok()?;
            let _ = client.shutdown(Shutdown::Write);
        }
    }
    Some(())
}

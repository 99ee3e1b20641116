//! One request to a server and its answer, on a thread of its own, so that whoever waits can look up and leave.

use crate::address::Server;
use crate::error::MailboxError;
use crate::limits::{self, STEP};
use crate::progress::{Watch, tell};
use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;
use ureq::http::{HeaderMap, Request, StatusCode, header};
use ureq::tls::{PemItem, RootCerts, TlsConfig};
use ureq::{Agent, Body, SendBody};

/// How often a wait is interrupted to look whether to go on.
const TICK: Duration = Duration::from_millis(200);
/// How long a server may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(20);
/// How long a server may say nothing before it counts as gone.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is sent along with a request.
pub(crate) enum Load {
    Nothing,
    /// A file of this machine, with its size in bytes.
    File(File, u64),
}

/// What came back. The body has gone to where it was wanted.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Bytes of the body.
    pub(crate) count: u64,
    /// Their hash.
    pub(crate) hash: blake3::Hash,
}

/// Where a good answer's body goes.
pub(crate) struct Wanted<'o> {
    pub(crate) out: &'o mut dyn Write,
    /// The most bytes that are taken.
    pub(crate) allowed: u64,
}

impl Answer {
    /// The size that the answer's head tells, in bytes.
    pub(crate) fn size(&self) -> Option<u64> {
        let told = self.headers.get(header::CONTENT_LENGTH)?;
        told.to_str().ok()?.parse().ok()
    }
}

/// The part of a longer piece of work that one request is: bytes done before it, and of how many in all.
pub(crate) type Share = (u64, u64);

/// The way to one server.
#[derive(Debug)]
pub(crate) struct Wire {
    agent: Agent,
}

enum Said {
    Head(StatusCode, HeaderMap),
    Piece(Vec<u8>),
    End(Result<(), MailboxError>),
}

/// What both threads look at.
#[derive(Default)]
struct Both {
    sent: AtomicU64,
    left: AtomicBool,
}

impl Wire {
    /// `vouching`: PEM certificates that alone vouch for the server.
    pub(crate) fn new(server: &Server, vouching: Option<&str>) -> Result<Wire, MailboxError> {
        let roots = match vouching {
            None => RootCerts::PlatformVerifier,
            Some(pem) => {
                let items = ureq::tls::parse_pem(pem.as_bytes());
                let certificates: Vec<_> = items
                    .filter_map(|item| match item {
                        Ok(PemItem::Certificate(certificate)) => Some(certificate),
                        _ => None,
                    })
                    .collect();
                if certificates.is_empty() {
                    return Err(MailboxError::Insecure("no certificate in the file".to_owned()));
                }
                RootCerts::new_with_certs(&certificates)
            }
        };
        let mut config = Agent::config_builder()
            .user_agent(concat!("so-chi-dao/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .https_only(server.encrypted)
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            // A password goes to the server that it was given for, and nowhere else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_resolve(Some(CONNECT))
            .timeout_connect(Some(CONNECT))
            .timeout_per_read(Some(PATIENCE))
            .timeout_per_write(Some(PATIENCE));
        if server.local {
            // No proxy leads to this very machine.
            config = config.proxy(None);
        }
        Ok(Wire {
            agent: config.build().new_agent(),
        })
    }

    /// Sends a request and takes the answer; `wanted` gets the body if the answer is a good one.
    pub(crate) fn ask(
        &self,
        request: Request<()>,
        load: Load,
        mut wanted: Wanted<'_>,
        (before, total): Share,
        watch: &mut Watch<'_>,
    ) -> Result<Answer, MailboxError> {
        let both = Arc::new(Both::default());
        let (say, said) = mpsc::sync_channel(4);
        let (agent, seen) = (self.agent.clone(), Arc::clone(&both));
        std::thread::Builder::new().spawn(move || {
            let end = exchange(&agent, request, load, &seen, &say);
            // Nobody listens any more if the work was cancelled.
            let _ = say.send(Said::End(end));
        })?;
        let taken = take(&said, &both, &mut wanted, (before, total), watch);
        both.left.store(true, Ordering::Relaxed);
        taken
    }
}

fn take(
    said: &Receiver<Said>,
    both: &Both,
    wanted: &mut Wanted<'_>,
    (before, total): Share,
    watch: &mut Watch<'_>,
) -> Result<Answer, MailboxError> {
    let mut head = None;
    let (mut count, mut hasher) = (0, blake3::Hasher::new());
    loop {
        tell(watch, before + both.sent.load(Ordering::Relaxed) + count, total)?;
        match said.recv_timeout(TICK) {
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(MailboxError::Failed("no answer".to_owned())),
            Ok(Said::Head(status, headers)) => head = Some((status, headers)),
            Ok(Said::Piece(piece)) => {
                count += piece.len() as u64;
                let good = head.as_ref().is_some_and(|(status, _)| status.is_success());
                if good && count > wanted.allowed {
                    return Err(MailboxError::TooBig {
                        what: "file",
                        allowed: wanted.allowed,
                    });
                }
                if good {
                    hasher.update(&piece);
                    wanted.out.write_all(&piece)?;
                }
            }
            Ok(Said::End(end)) => {
                end?;
                let (status, headers) = head.ok_or_else(|| MailboxError::Failed("no answer".to_owned()))?;
                return Ok(Answer {
                    status,
                    headers,
                    count,
                    hash: hasher.finalize(),
                });
            }
        }
    }
}

/// The request, on its own thread.
fn exchange(
    agent: &Agent,
    request: Request<()>,
    load: Load,
    both: &Arc<Both>,
    say: &SyncSender<Said>,
) -> Result<(), MailboxError> {
    let (mut parts, ()) = request.into_parts();
    let answered = match load {
        Load::Nothing => agent.run(Request::from_parts(parts, SendBody::none())),
        Load::File(file, size) => {
            parts.headers.insert(header::CONTENT_LENGTH, size.into());
            let body = SendBody::from_owned_reader(Reading {
                file: file.take(size),
                both: Arc::clone(both),
            });
            agent.run(Request::from_parts(parts, body))
        }
    };
    let (parts, body) = answered.map_err(|error| trouble(&error))?.into_parts();
    let good = parts.status.is_success();
    let _ = say.send(Said::Head(parts.status, parts.headers));
    pass(body, good, say)
}

fn pass(mut body: Body, good: bool, say: &SyncSender<Said>) -> Result<(), MailboxError> {
    let allowed = if good { limits::FILE + 1 } else { limits::COMPLAINT };
    let mut reader = body.as_reader().take(allowed);
    loop {
        let mut piece = vec![0; STEP];
        match reader.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(read) => {
                piece.truncate(read);
                if say.send(Said::Piece(piece)).is_err() {
                    return Ok(());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) if !good => return Ok(()),
            Err(error) => return Err(MailboxError::Unreachable(error.kind().to_string())),
        }
    }
}

/// A file on its way out.
struct Reading {
    file: io::Take<File>,
    both: Arc<Both>,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.both.left.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        let read = self.file.read(buffer)?;
        self.both.sent.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// What a request that got no answer means. Addresses stay out of it: they may hold secrets.
fn trouble(error: &ureq::Error) -> MailboxError {
    use ureq::Error as E;
    match error {
        E::Tls(detail) => MailboxError::Insecure((*detail).to_owned()),
        E::Rustls(error) => MailboxError::Insecure(error.to_string()),
        E::Pem(_) | E::TlsRequired | E::RequireHttpsOnly(_) => MailboxError::Insecure("https".to_owned()),
        E::BadUri(_) | E::Http(_) => MailboxError::BadAddress("https://…".to_owned()),
        // What the encryption finds wrong comes out of the connection as bad data.
        E::Io(error) if error.kind() == io::ErrorKind::InvalidData => MailboxError::Insecure(error.to_string()),
        E::Io(error) => MailboxError::Unreachable(error.kind().to_string()),
        E::Timeout(_) => MailboxError::Unreachable("timeout".to_owned()),
        E::HostNotFound => MailboxError::Unreachable("host not found".to_owned()),
        E::Protocol(_) => MailboxError::Failed("HTTP".to_owned()),
        E::BodyExceedsLimit(_) => MailboxError::Io(io::ErrorKind::UnexpectedEof.into()),
        _ => MailboxError::Unreachable("no connection".to_owned()),
    }
}

/// What a status means that is not a success; `about` is the file that was asked for.
pub(crate) fn refused(status: StatusCode, about: Option<&crate::name::Name>) -> MailboxError {
    match (status, about) {
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => MailboxError::Denied,
        (StatusCode::INSUFFICIENT_STORAGE, _) => MailboxError::Full,
        (StatusCode::NOT_FOUND | StatusCode::GONE, Some(name)) => MailboxError::Gone(name.to_string()),
        (StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::CONFLICT, _) => MailboxError::NoSuchPlace,
        (StatusCode::PRECONDITION_FAILED, Some(name)) => MailboxError::Taken(name.to_string()),
        // A server that speaks another language, or sends us elsewhere.
        (StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED | StatusCode::BAD_REQUEST, None) => {
            MailboxError::BadAddress(status.to_string())
        }
        (status, _) if status.is_redirection() => MailboxError::BadAddress(status.to_string()),
        (status, _) => MailboxError::Failed(status.to_string()),
    }
}

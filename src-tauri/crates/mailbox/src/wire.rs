//! One request to a server and its answer, on a thread of its own, so that whoever waits can look up and leave.

use crate::address::Server;
use crate::error::MailboxError;
use crate::limits::{self, STEP};
use crate::name::Name;
use crate::patience::Patience;
use crate::progress::{Watch, tell};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;
use ureq::http::header::{HeaderName, HeaderValue};
use ureq::http::{HeaderMap, Request, StatusCode, header};
use ureq::tls::{PemItem, RootCerts, TlsConfig};
use ureq::{Agent, Body, SendBody};

/// How often a wait is interrupted to look whether to go on.
const TICK: Duration = Duration::from_millis(200);
/// From how many bytes on a server is asked whether it wants a file before the file is sent.
const ASKED_FIRST: u64 = 1 << 20;

/// What is sent along with a request.
pub(crate) enum Load<'f> {
    Nothing,
    /// A file of this machine, whole.
    File(&'f Path),
}

/// What came back. The body of a good answer has gone to its [`Taker`].
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The body of an answer that is not a good one, as far as anybody needs it.
    pub(crate) complaint: Vec<u8>,
}

/// Where the body of a good answer goes.
pub(crate) trait Taker {
    /// A good answer begins.
    fn begins(&mut self, _status: StatusCode, _headers: &HeaderMap) -> Result<(), MailboxError> {
        Ok(())
    }

    /// More of it.
    fn takes(&mut self, piece: &[u8]) -> Result<(), MailboxError>;

    /// How far the work stands without what this request has sent: bytes done, and of how many.
    fn stands(&self) -> (u64, u64) {
        (0, 0)
    }
}

/// Where only the status matters: how far the work stood before, and of how many bytes.
pub(crate) struct Unread(pub(crate) u64, pub(crate) u64);

impl Taker for Unread {
    fn takes(&mut self, _: &[u8]) -> Result<(), MailboxError> {
        Ok(())
    }

    fn stands(&self) -> (u64, u64) {
        (self.0, self.1)
    }
}

/// A listing's text.
impl Taker for Vec<u8> {
    fn takes(&mut self, piece: &[u8]) -> Result<(), MailboxError> {
        if (self.len() + piece.len()) as u64 > limits::PAGE {
            return Err(MailboxError::TooBig {
                what: "listing",
                allowed: limits::PAGE,
            });
        }
        self.extend_from_slice(piece);
        Ok(())
    }
}

impl Answer {
    /// A field of its head, if it can be read.
    pub(crate) fn field(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The size that the answer's head tells, in bytes.
    pub(crate) fn size(&self) -> Option<u64> {
        self.field(header::CONTENT_LENGTH)?.parse().ok()
    }

    /// The answer if it is a good one, else what its status means; `about` is the file that was asked for.
    pub(crate) fn good(self, about: Option<&Name>) -> Result<Answer, MailboxError> {
        match self.status.is_success() {
            true => Ok(self),
            false => Err(refused(self.status, about)),
        }
    }
}

/// The way to one server.
#[derive(Debug)]
pub(crate) struct Wire {
    agent: Agent,
    patience: Patience,
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
    pub(crate) fn new(server: &Server, vouching: Option<&str>, patience: Patience) -> Result<Wire, MailboxError> {
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
            .timeout_resolve(Some(patience.connect))
            .timeout_connect(Some(patience.connect))
            .timeout_per_read(Some(patience.silence))
            .timeout_per_write(Some(patience.silence));
        if server.local {
            // No proxy leads to this very machine.
            config = config.proxy(None);
        }
        Ok(Wire {
            agent: config.build().new_agent(),
            patience,
        })
    }

    /// Sends a request and takes the answer; `taker` gets the body if the answer is a good one.
    pub(crate) fn ask(
        &self,
        request: Request<()>,
        load: &Load<'_>,
        taker: &mut dyn Taker,
        watch: &mut Watch<'_>,
    ) -> Result<Answer, MailboxError> {
        let load = match load {
            Load::Nothing => None,
            Load::File(path) => {
                let file = File::open(path)?;
                let size = file.metadata()?.len();
                Some((file, size))
            }
        };
        let both = Arc::new(Both::default());
        let (say, said) = mpsc::sync_channel(4);
        let (agent, seen) = (self.agent.clone(), Arc::clone(&both));
        std::thread::Builder::new().spawn(move || {
            let end = exchange(&agent, request, load, &seen, &say);
            // Nobody listens any more if the work was cancelled.
            let _ = say.send(Said::End(end));
        })?;
        let taken = take(&said, &both, taker, watch);
        both.left.store(true, Ordering::Relaxed);
        taken
    }

    /// Does what may be repeated, and again when the server or the way there falters.
    pub(crate) fn persist<T>(
        &self,
        stands: (u64, u64),
        watch: &mut Watch<'_>,
        mut once: impl FnMut(&mut Watch<'_>) -> Result<T, MailboxError>,
    ) -> Result<T, MailboxError> {
        let mut failures = 0;
        loop {
            match once(watch) {
                Err(error) if error.is_faltering() => self.recover(&mut failures, error, stands, watch)?,
                done => return done,
            }
        }
    }

    /// Waits a while after a failure, unless there were too many.
    pub(crate) fn recover(
        &self,
        failures: &mut u32,
        error: MailboxError,
        (done, total): (u64, u64),
        watch: &mut Watch<'_>,
    ) -> Result<(), MailboxError> {
        let mut left = self.patience.pause * 2_u32.saturating_pow(*failures);
        *failures += 1;
        if *failures >= self.patience.tries {
            return Err(error);
        }
        // Nobody ever says anything here: a wait that looks up.
        let (_silent, nothing) = mpsc::channel::<()>();
        while !left.is_zero() {
            tell(watch, done, total)?;
            let _ = nothing.recv_timeout(left.min(TICK));
            left = left.saturating_sub(TICK);
        }
        Ok(())
    }
}

fn take(
    said: &Receiver<Said>,
    both: &Both,
    taker: &mut dyn Taker,
    watch: &mut Watch<'_>,
) -> Result<Answer, MailboxError> {
    let mut head = None;
    let mut complaint = Vec::new();
    loop {
        let (done, total) = taker.stands();
        tell(watch, done + both.sent.load(Ordering::Relaxed), total)?;
        match said.recv_timeout(TICK) {
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(MailboxError::Failed("no answer".to_owned())),
            Ok(Said::Head(status, headers)) => {
                if status.is_success() {
                    taker.begins(status, &headers)?;
                }
                head = Some((status, headers));
            }
            Ok(Said::Piece(piece)) => match &head {
                Some((status, _)) if status.is_success() => taker.takes(&piece)?,
                _ => complaint.extend_from_slice(&piece),
            },
            Ok(Said::End(end)) => {
                end?;
                let (status, headers) = head.ok_or_else(|| MailboxError::Failed("no answer".to_owned()))?;
                return Ok(Answer {
                    status,
                    headers,
                    complaint,
                });
            }
        }
    }
}

/// The request, on its own thread.
fn exchange(
    agent: &Agent,
    request: Request<()>,
    load: Option<(File, u64)>,
    both: &Arc<Both>,
    say: &SyncSender<Said>,
) -> Result<(), MailboxError> {
    let (mut parts, ()) = request.into_parts();
    let answered = match load {
        None => agent.run(Request::from_parts(parts, SendBody::none())),
        Some((file, size)) => {
            parts.headers.insert(header::CONTENT_LENGTH, size.into());
            if size >= ASKED_FIRST {
                // A server that has no room, or does not let us in, says so before everything was sent in vain.
                let first = HeaderValue::from_static("100-continue");
                parts.headers.insert(header::EXPECT, first);
            }
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
            Err(error) => return Err(broken(&error)),
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
        E::Io(error) => broken(error),
        E::Timeout(_) => MailboxError::Unreachable("timeout".to_owned()),
        E::HostNotFound => MailboxError::Unreachable("host not found".to_owned()),
        E::Protocol(_) => MailboxError::Failed("HTTP".to_owned()),
        E::BodyExceedsLimit(_) => MailboxError::Io(io::ErrorKind::UnexpectedEof.into()),
        _ => MailboxError::Unreachable("no connection".to_owned()),
    }
}

/// What an error of a connection means: it broke, or there never was one.
fn broken(error: &io::Error) -> MailboxError {
    use io::ErrorKind as Kind;
    let detail = error.kind().to_string();
    match error.kind() {
        Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe | Kind::UnexpectedEof => {
            MailboxError::Broken(detail)
        }
        _ => MailboxError::Unreachable(detail),
    }
}

/// What a status means that is not a success; `about` is the file that was asked for.
pub(crate) fn refused(status: StatusCode, about: Option<&Name>) -> MailboxError {
    use StatusCode as S;
    match (status, about) {
        (S::UNAUTHORIZED | S::FORBIDDEN | S::PROXY_AUTHENTICATION_REQUIRED, _) => MailboxError::Denied,
        (S::INSUFFICIENT_STORAGE, _) => MailboxError::Full,
        (S::NOT_FOUND | S::GONE, Some(name)) => MailboxError::Gone(name.to_string()),
        (S::NOT_FOUND | S::GONE | S::CONFLICT, _) => MailboxError::NoSuchPlace,
        (S::PRECONDITION_FAILED, Some(name)) => MailboxError::Taken(name.to_string()),
        // A server that speaks another language, or sends us elsewhere.
        (S::METHOD_NOT_ALLOWED | S::NOT_IMPLEMENTED | S::BAD_REQUEST, None) => {
            MailboxError::BadAddress(status.to_string())
        }
        (status, _) if status.is_redirection() => MailboxError::BadAddress(status.to_string()),
        (S::REQUEST_TIMEOUT | S::LOCKED | S::TOO_EARLY | S::TOO_MANY_REQUESTS, _) => {
            MailboxError::Failed(status.to_string())
        }
        (status, _) if status.is_client_error() => MailboxError::Refused(status.to_string()),
        (status, _) => MailboxError::Failed(status.to_string()),
    }
}

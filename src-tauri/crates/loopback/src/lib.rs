//! The page in a browser on this very machine, over the same use cases as the desktop window: for `chidao serve`, and for
//! the desktop program where no window can be shown.
//!
//! It listens on 127.0.0.1 only. Every request must name that address as its host (so that no foreign name can be
//! pointed here), come from the page itself, and, but for the page's own files, carry the session's token. The token in
//! the address is for one exchange. It must never know a rule of the office. Start at [`gate`].

mod bytes;
mod gate;
mod page;

pub use gate::Entrance;
pub use page::{Embedded, Page};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Hearers;
use chidao_app::api::{Progress, ReadyFile};
use chidao_app::{App, AppError};
use gate::{Gate, HEADER};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;

/// Largest request of the page, in bytes; files go another way.
const CALL_LIMIT: usize = 8 << 20;

/// What is served: the application, or a stand-in in tests. Every method may block.
pub trait Seam: Send + Sync {
    /// Answers one request of the page.
    fn call(&self, request: &Value) -> Result<Value, AppError>;
    /// Takes in the bytes of a file.
    fn stage(&self, name: &str, bytes: &mut dyn Read) -> Result<ReadyFile, AppError>;
    /// What waits under a token.
    fn file(&self, token: &str) -> Result<ReadyFile, AppError>;
    /// Writes the bytes under a token.
    fn read_file(&self, token: &str, out: &mut dyn Write) -> Result<u64, AppError>;
    /// Who is told from now on how far long work is.
    fn on_progress(&self, hearer: Box<dyn Fn(Progress) + Send + Sync>);
    /// The file that the program was opened with, as by a double-click; once.
    fn opened(&self) -> Result<Option<ReadyFile>, AppError> {
        Ok(None)
    }
}

impl Seam for App {
    fn call(&self, request: &Value) -> Result<Value, AppError> {
        self.call_json(request)
    }
    fn stage(&self, name: &str, bytes: &mut dyn Read) -> Result<ReadyFile, AppError> {
        App::stage(self, name, bytes)
    }
    fn file(&self, token: &str) -> Result<ReadyFile, AppError> {
        App::file(self, token)
    }
    fn read_file(&self, token: &str, out: &mut dyn Write) -> Result<u64, AppError> {
        App::read_file(self, token, out)
    }
    fn on_progress(&self, hearer: Box<dyn Fn(Progress) + Send + Sync>) {
        App::on_progress(self, hearer);
    }
}

/// A token: 256 bits at random, in hexadecimal digits.
#[must_use]
pub fn token(random: [u8; 32]) -> String {
    random.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The address at which a browser finds the page on a port; whom [`Entrance`] expects by this token may work in the register.
#[must_use]
pub fn address(port: u16, once: &str) -> String {
    format!("http://127.0.0.1:{port}/#token={once}")
}

/// An address that is listened on, not yet served.
#[derive(Debug)]
pub struct Listening {
    listener: TcpListener,
    port: u16,
}

impl Listening {
    /// Listens on 127.0.0.1; port 0 takes any that is free.
    ///
    /// # Errors
    /// `port_unusable`.
    pub async fn on(port: u16) -> Result<Listening, AppError> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .await
            .map_err(|error| unusable(port, &error))?;
        let port = listener.local_addr().map_err(|error| unusable(port, &error))?.port();
        Ok(Listening { listener, port })
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Serves until `stop` is done; lets in whom the entrance expects.
    ///
    /// # Errors
    /// `port_unusable`.
    pub async fn serve(
        self,
        seam: Arc<dyn Seam>,
        page: Page,
        entrance: Arc<Entrance>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), AppError> {
        let served = Served::new(seam, Gate::new(self.port, entrance), page);
        let hearers = Arc::clone(&served.hearers);
        axum::serve(self.listener, router(served))
            .with_graceful_shutdown(async move {
                stop.await;
                hearers.end();
            })
            .await
            .map_err(|error| unusable(self.port, &error))
    }
}

fn unusable(port: u16, error: &std::io::Error) -> AppError {
    AppError::new("port_unusable").with("port", port).with("detail", error)
}

#[derive(Clone)]
struct Served {
    seam: Arc<dyn Seam>,
    gate: Arc<Gate>,
    page: Arc<Page>,
    hearers: Arc<Hearers>,
}

impl Served {
    fn new(seam: Arc<dyn Seam>, gate: Gate, page: Page) -> Served {
        let hearers = Arc::new(Hearers::new());
        let told = Arc::clone(&hearers);
        seam.on_progress(Box::new(move |progress| told.tell(&progress)));
        Served {
            seam,
            gate: Arc::new(gate),
            page: Arc::new(page),
            hearers,
        }
    }
}

fn router(served: Served) -> Router {
    let guarded = Router::new()
        .route("/call", post(call))
        .route("/upload", post(upload))
        .route("/opened", post(opened))
        .route("/file/{token}", get(file))
        .route("/watch", get(watch))
        .layer(middleware::from_fn_with_state(served.clone(), gate::with_token));
    Router::new()
        .route("/session", post(session))
        .merge(guarded)
        .fallback(get(static_file))
        .layer(middleware::from_fn_with_state(served.clone(), gate::from_here))
        .with_state(served)
}

/// A refusal of the application, as the page expects it.
struct Refused(AppError);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        json_response(StatusCode::UNPROCESSABLE_ENTITY, &json!(self.0))
    }
}

fn json_response(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

/// Does blocking work off the server's threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, Refused> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(Refused),
        Err(error) => Err(Refused(AppError::internal("work", &error))),
    }
}

#[derive(Deserialize)]
struct Exchange {
    token: String,
}

/// Exchanges the token of the printed address, once.
async fn session(State(served): State<Served>, request: Request) -> Response {
    let asked = match to_bytes(request.into_body(), CALL_LIMIT).await {
        Ok(body) => serde_json::from_slice::<Exchange>(&body).ok(),
        Err(_) => None,
    };
    match asked.and_then(|asked| served.gate.exchange(&asked.token)) {
        Some(session) => {
            let mut response = json_response(StatusCode::OK, &json!({ "session": session }));
            if let Ok(value) = HeaderValue::from_str(&session) {
                response.headers_mut().insert(HEADER, value);
            }
            response
        }
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}

async fn call(State(served): State<Served>, request: Request) -> Result<Response, Refused> {
    let Ok(body) = to_bytes(request.into_body(), CALL_LIMIT).await else {
        return Ok(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    };
    let asked: Value = serde_json::from_slice(&body).map_err(|error| Refused(AppError::bad_request("call", &error)))?;
    let answer = blocking(move || served.seam.call(&asked)).await?;
    Ok(json_response(StatusCode::OK, &answer))
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

async fn upload(
    State(served): State<Served>,
    Query(named): Query<Named>,
    request: Request,
) -> Result<Response, Refused> {
    let (mut reader, pump) = bytes::reader(request.into_body());
    let pump = tokio::spawn(pump);
    let staged = blocking(move || served.seam.stage(&named.name, &mut reader)).await;
    // A body that is not read to its end would break the connection before the answer arrives.
    let _ = pump.await;
    Ok(json_response(StatusCode::OK, &json!(staged?)))
}

async fn opened(State(served): State<Served>) -> Result<Response, Refused> {
    let given = blocking(move || served.seam.opened()).await?;
    Ok(json_response(StatusCode::OK, &json!(given)))
}

/// Tells each step of long work as one line of JSON, for as long as the page listens.
async fn watch(State(served): State<Served>) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson")];
    (kind, Body::new(served.hearers.join())).into_response()
}

async fn file(State(served): State<Served>, Path(token): Path<String>) -> Result<Response, Refused> {
    let (seam, asked) = (served.seam.clone(), token.clone());
    let ready = blocking(move || seam.file(&asked)).await?;
    let (mut writer, body) = bytes::writer();
    tokio::task::spawn_blocking(move || {
        if let Err(error) = served.seam.read_file(&token, &mut writer) {
            writer.fail(&error);
        }
    });
    let mut headers = HeaderMap::new();
    let kind = HeaderValue::from_str(&ready.media_type);
    headers.insert(
        header::CONTENT_TYPE,
        kind.unwrap_or(HeaderValue::from_static("application/octet-stream")),
    );
    headers.insert(header::CONTENT_LENGTH, ready.size.into());
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{}", percent(&ready.name))) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok((headers, Body::new(body)).into_response())
}

/// A name as RFC 8187 wants it in a header.
fn percent(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => text.push(char::from(byte)),
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text
}

async fn static_file(State(served): State<Served>, request: Request) -> Response {
    served.page.answer(request.uri().path()).await
}

#[cfg(test)]
mod tests;

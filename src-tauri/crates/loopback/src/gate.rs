//! Who is let in.

use super::Served;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::{Arc, Mutex, PoisonError};

/// Carries the token. A header of its own cannot be sent by another site without this server's leave, which it never
/// gives.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-chidao-token");

/// What the page may load and do: itself, and pictures that it made from bytes.
const POLICY: &str = "default-src 'self'; connect-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; \
                      style-src 'self'; style-src-attr 'unsafe-inline'; object-src 'none'; base-uri 'none'; \
                      form-action 'none'; frame-src 'none'; frame-ancestors 'none'";

/// The tokens of one run: that of the session, and the one that a page exchanges for it.
pub struct Entrance {
    once: Mutex<Option<String>>,
    session: String,
}

impl std::fmt::Debug for Entrance {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Whoever reads a token is let in.
        out.write_str("Entrance")
    }
}

impl Entrance {
    /// Closed until somebody is expected. `session` is the token of the session.
    #[must_use]
    pub fn new(session: String) -> Entrance {
        Entrance {
            once: Mutex::new(None),
            session,
        }
    }

    /// Lets one more page in, by this token; one that was expected before is not any more.
    pub fn expect(&self, once: String) {
        *self.once.lock().unwrap_or_else(PoisonError::into_inner) = Some(once);
    }

    /// The session's token for the one that is expected; works once.
    fn exchange(&self, given: &str) -> Option<String> {
        let mut once = self.once.lock().unwrap_or_else(PoisonError::into_inner);
        if once.as_ref().is_some_and(|once| same(once, given)) {
            *once = None;
            return Some(self.session.clone());
        }
        None
    }
}

/// The tokens and the addresses by which this server may be called.
pub(super) struct Gate {
    hosts: [String; 2],
    entrance: Arc<Entrance>,
}

impl Gate {
    /// For a port and the tokens of a run.
    pub(super) fn new(port: u16, entrance: Arc<Entrance>) -> Gate {
        Gate {
            hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
            entrance,
        }
    }

    /// The session's token for the one of the address; works once.
    pub(super) fn exchange(&self, given: &str) -> Option<String> {
        self.entrance.exchange(given)
    }

    /// Whether a request names this address as its host, and comes from the page or from no page at all.
    fn is_from_here(&self, headers: &HeaderMap) -> bool {
        let mut named = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (named.next(), named.next()) else {
            return false;
        };
        let Some(host) = self
            .hosts
            .iter()
            .find(|own| host.as_bytes().eq_ignore_ascii_case(own.as_bytes()))
        else {
            return false;
        };
        let own_origin = |origin: &HeaderValue| {
            origin
                .as_bytes()
                .strip_prefix(b"http://")
                .is_some_and(|rest| rest.eq_ignore_ascii_case(host.as_bytes()))
        };
        let from_page = |site: &HeaderValue| site == "same-origin" || site == "none";
        headers.get_all(header::ORIGIN).iter().all(own_origin)
            && headers.get_all("sec-fetch-site").iter().all(from_page)
    }
}

/// Compares without telling by the time taken how much of it is right.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

/// Lets in only what calls this very server, and says on every answer what a browser may do with it.
pub(super) async fn from_here(State(served): State<Served>, request: Request, next: Next) -> Response {
    let mut response = if served.gate.is_from_here(request.headers()) {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(self), microphone=(), geolocation=()",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Lets in only the session. The first request may bear the token of the printed address instead; its answer then
/// carries the session's.
pub(super) async fn with_token(State(served): State<Served>, request: Request, next: Next) -> Response {
    let mut given = request.headers().get_all(HEADER).iter();
    let (Some(token), None) = (given.next().and_then(|value| value.to_str().ok()), given.next()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if same(token, &served.gate.entrance.session) {
        return next.run(request).await;
    }
    let Some(session) = served.gate.exchange(token) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&session) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

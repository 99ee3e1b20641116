//! Between the server, which waits, and the application, which blocks: bytes handed over piece by piece, never a whole
//! file in memory.

use axum::body::{Body, Bytes, HttpBody};
use http_body::Frame;
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Pieces under way between the two sides.
const PIECES: usize = 4;

type Piece = Result<Bytes, io::Error>;

/// A request's body to be read by blocking code; the future that comes with it must run beside.
pub(super) fn reader(mut body: Body) -> (BodyReader, impl Future<Output = ()> + Send) {
    let (to, from) = channel::<Piece>(PIECES);
    let pump = async move {
        let mut to = Some(to);
        while let Some(frame) = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            let (piece, last) = match frame {
                Ok(frame) => match frame.into_data() {
                    Ok(data) => (Ok(data), false),
                    Err(_) => continue,
                },
                // Cut off on the way: the reader must not take it for the end.
                Err(error) => (Err(io::Error::other(error)), true),
            };
            if let Some(sender) = &to
                && sender.send(piece).await.is_err()
            {
                // Nobody reads on; the rest of the body is let run out.
                to = None;
            }
            if last {
                break;
            }
        }
    };
    (
        BodyReader {
            from,
            left: Bytes::new(),
        },
        pump,
    )
}

/// Reads a body as it arrives.
pub(super) struct BodyReader {
    from: Receiver<Piece>,
    left: Bytes,
}

impl Read for BodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.left.is_empty() {
            match self.from.blocking_recv() {
                None => return Ok(0),
                Some(piece) => self.left = piece?,
            }
        }
        let count = self.left.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.left.split_to(count));
        Ok(count)
    }
}

/// A body that blocking code writes.
pub(super) fn writer() -> (BodyWriter, PieceBody) {
    let (to, from) = channel::<Piece>(PIECES);
    (BodyWriter { to }, PieceBody { from })
}

/// Writes a body; waits while the other side is slow.
pub(super) struct BodyWriter {
    to: Sender<Piece>,
}

impl BodyWriter {
    /// Breaks the answer off, so that nobody takes the half for the whole.
    pub(super) fn fail(&self, error: &dyn std::fmt::Display) {
        // Whoever has gone away needs no telling.
        let _ = self.to.blocking_send(Err(io::Error::other(error.to_string())));
    }
}

impl Write for BodyWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = Bytes::copy_from_slice(bytes);
        self.to
            .blocking_send(Ok(piece))
            .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Steps told that a page has not read yet; a page that is slower misses some.
const STEPS: usize = 256;

/// The pages that hear of long work, until the server is told to stop: its last answers must end then.
pub(super) struct Hearers(Mutex<Option<Vec<Sender<Piece>>>>);

impl Hearers {
    pub(super) fn new() -> Hearers {
        Hearers(Mutex::new(Some(Vec::new())))
    }

    /// An answer that goes on: each line of it is one step.
    pub(super) fn join(&self) -> PieceBody {
        let (to, from) = channel::<Piece>(STEPS);
        if let Some(hearers) = &mut *self.locked() {
            hearers.push(to);
        }
        PieceBody { from }
    }

    /// Tells a step to every page that still hears.
    pub(super) fn tell(&self, step: &impl serde::Serialize) {
        let Ok(mut line) = serde_json::to_vec(step) else {
            return;
        };
        line.push(b'\n');
        let line = Bytes::from(line);
        if let Some(hearers) = &mut *self.locked() {
            hearers.retain(|hearer| !matches!(hearer.try_send(Ok(line.clone())), Err(TrySendError::Closed(_))));
        }
    }

    /// Ends every answer under way, and every later one at once.
    pub(super) fn end(&self) {
        *self.locked() = None;
    }

    fn locked(&self) -> MutexGuard<'_, Option<Vec<Sender<Piece>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The body that a [`BodyWriter`] writes.
pub(super) struct PieceBody {
    from: Receiver<Piece>,
}

impl HttpBody for PieceBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.from
            .poll_recv(context)
            .map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

//! The seam between page and program: every command that the page can give, and nothing else.
//!
//! | command | takes | gives |
//! |---|---|---|
//! | `call` | `{request}`: `{"do", "with", "work"}` | the response, or the error `{code, params, retryable}` |
//! | `upload` | raw bytes, header `x-file-name` percent-encoded | [`ReadyFile`] |
//! | `download` | `{file}`: a token | raw bytes |
//! | `save_file` | `{file, language}` | `{path}`, or null if the person thought better of it |
//! | `pick_files` | `{kind, language}` | a list of [`ReadyFile`], empty if the person thought better of it |
//! | `pick_place` | `{kind, language}` | the path of a folder or file that is there, or null if the person thought better of it |
//! | `watch` | `{channel}`: where each [`Progress`] is to be sent from now on | nothing |
//! | `opened` | nothing | the [`ReadyFile`] that the program was opened with, once, or null |
//! | `painted` | nothing | nothing |
//!
//! Each command is a few lines over a function that knows no window, so that it can be tested without one. Everything
//! that may take long runs off the window's thread.

use crate::dialogs::{Dialogs, PickKind, PlaceKind};
use crate::ending::Counted;
use crate::host::Host;
use crate::opened::Opened;
use crate::window::Painting;
use chidao_app::AppError;
use chidao_app::api::{Language, Progress, ReadyFile, WorkStep};
use serde::Serialize;
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tauri::ipc::{Channel, InvokeBody, Request, Response};
use tauri::{AppHandle, State};

/// The header that carries an uploaded file's name, percent-encoded UTF-8.
const NAME_HEADER: &str = "x-file-name";

/// The most bytes that `download` shows at once. Larger files are saved, never shown: 64 MiB.
const SHOWN_LIMIT: u64 = 64 << 20;

/// The name under which the reading of chosen files is told: the shell's own work, which nobody can stop.
const PICKING: &str = "pick_files";

/// Where a file was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Saved {
    path: PathBuf,
}

/// Who hears of progress: the page that watched last.
type Watching = Arc<Mutex<Option<Channel<Progress>>>>;

/// What the commands work with.
pub(crate) struct Seam {
    host: Arc<Counted>,
    dialogs: Arc<dyn Dialogs>,
    watching: Watching,
}

impl Seam {
    /// Over this application and these dialogs.
    pub(crate) fn new(host: Arc<dyn Host>, dialogs: Box<dyn Dialogs>) -> Seam {
        let watching = Watching::default();
        let told = Arc::clone(&watching);
        host.on_progress(Box::new(move |progress| tell(&told, progress)));
        Seam {
            host: Arc::new(Counted::new(host)),
            dialogs: dialogs.into(),
            watching,
        }
    }

    /// As [`Counted::end`].
    pub(crate) fn end(&self, limit: Duration) -> bool {
        self.host.end(limit)
    }
}

/// Runs something long off the window's thread. A panic there is a mistake of ours: it is told, and the window lives.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, AppError> + Send + 'static) -> Result<T, AppError> {
    match tauri::async_runtime::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(AppError::internal("seam", &error)),
    }
}

#[tauri::command]
pub(crate) async fn call(request: Value, seam: State<'_, Seam>) -> Result<Value, AppError> {
    let host = Arc::clone(&seam.host);
    apart(move || host.call(&request)).await
}

#[tauri::command]
pub(crate) async fn upload(request: Request<'_>, seam: State<'_, Seam>) -> Result<ReadyFile, AppError> {
    let header = request.headers().get(NAME_HEADER).and_then(|name| name.to_str().ok());
    let name = uploaded_name(header)?;
    let InvokeBody::Raw(bytes) = request.body() else {
        return Err(AppError::bad_request("upload", &"the body is not raw bytes"));
    };
    let (host, bytes) = (Arc::clone(&seam.host), bytes.clone());
    apart(move || host.stage(&name, &mut bytes.as_slice())).await
}

#[tauri::command]
pub(crate) async fn download(file: String, seam: State<'_, Seam>) -> Result<Response, AppError> {
    let host = Arc::clone(&seam.host);
    apart(move || shown_bytes(&*host, &file)).await.map(Response::new)
}

#[tauri::command]
pub(crate) async fn save_file(
    file: String,
    language: Language,
    seam: State<'_, Seam>,
) -> Result<Option<Saved>, AppError> {
    let (host, dialogs) = (Arc::clone(&seam.host), Arc::clone(&seam.dialogs));
    apart(move || save(&*host, &*dialogs, &file, language)).await
}

#[tauri::command]
pub(crate) async fn pick_files(
    kind: PickKind,
    language: Language,
    seam: State<'_, Seam>,
) -> Result<Vec<ReadyFile>, AppError> {
    let (host, dialogs) = (Arc::clone(&seam.host), Arc::clone(&seam.dialogs));
    let watching = Arc::clone(&seam.watching);
    apart(move || pick(&*host, &*dialogs, kind, language, &|progress| tell(&watching, progress))).await
}

#[tauri::command]
pub(crate) async fn pick_place(
    kind: PlaceKind,
    language: Language,
    seam: State<'_, Seam>,
) -> Result<Option<String>, AppError> {
    let dialogs = Arc::clone(&seam.dialogs);
    apart(move || place(&*dialogs, kind, language)).await
}

#[tauri::command]
pub(crate) fn watch(channel: Channel<Progress>, seam: State<'_, Seam>) {
    *seam.watching.lock().unwrap_or_else(PoisonError::into_inner) = Some(channel);
}

#[tauri::command]
pub(crate) async fn opened(
    seam: State<'_, Seam>,
    opened: State<'_, Arc<Opened>>,
) -> Result<Option<ReadyFile>, AppError> {
    let (host, opened) = (Arc::clone(&seam.host), Arc::clone(&opened));
    apart(move || opened.take(&*host)).await
}

/// Tells whoever watches. A page that was reloaded no longer hears; it watches anew.
fn tell(watching: &Watching, progress: Progress) {
    if let Some(channel) = &*watching.lock().unwrap_or_else(PoisonError::into_inner) {
        let _ = channel.send(progress);
    }
}

#[tauri::command]
pub(crate) fn painted(app: AppHandle, painting: State<'_, Painting>) {
    painting.done(&app);
}

fn shown_bytes(host: &dyn Host, file: &str) -> Result<Vec<u8>, AppError> {
    let ready = host.file(file)?;
    if ready.size > SHOWN_LIMIT {
        let error = AppError::new("file_too_big_to_show").with("name", ready.name);
        return Err(error.with("size", ready.size).with("limit", SHOWN_LIMIT));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(ready.size).unwrap_or_default());
    host.read_file(file, &mut bytes)?;
    Ok(bytes)
}

fn save(host: &dyn Host, dialogs: &dyn Dialogs, file: &str, language: Language) -> Result<Option<Saved>, AppError> {
    let Some(path) = dialogs.place_to_save(&host.file(file)?.name, language) else {
        return Ok(None);
    };
    if path.exists() {
        replace(host, file, &path)?;
    } else {
        host.save_file(file, &path)?;
    }
    Ok(Some(Saved { path }))
}

/// A place whose path cannot be written as text cannot be typed, kept or told either.
fn place(dialogs: &dyn Dialogs, kind: PlaceKind, language: Language) -> Result<Option<String>, AppError> {
    let Some(path) = dialogs.place(kind, language) else {
        return Ok(None);
    };
    let text = path.into_os_string().into_string();
    let unwritable = |path: std::ffi::OsString| AppError::new("file_unreadable").with("name", path.display());
    text.map(Some)
        .map_err(|path| unwritable(path).with("detail", "not UTF-8"))
}

/// The person has agreed to replace what stands there; it is replaced only once the new file is whole.
fn replace(host: &dyn Host, file: &str, path: &Path) -> Result<(), AppError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let beside = path.with_file_name(name);
    host.save_file(file, &beside)?;
    std::fs::rename(&beside, path).map_err(|error| {
        // The file beside is ours, and whole, but nobody asked for it there.
        let _ = std::fs::remove_file(&beside);
        AppError::new("file_not_written")
            .with("path", path.display())
            .with("detail", error)
            .retryable()
    })
}

/// How many bytes go by between two steps of progress: 1 MiB.
const STEP: u64 = 1 << 20;

/// All of the chosen files, or the first trouble: a person who chose five photos never ends up with three unnoticed.
fn pick(
    host: &dyn Host,
    dialogs: &dyn Dialogs,
    kind: PickKind,
    language: Language,
    tell: &dyn Fn(Progress),
) -> Result<Vec<ReadyFile>, AppError> {
    let take = |path: PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let unreadable = |error: std::io::Error| not_read(&name, &error);
        let file = File::open(&path).map_err(unreadable)?;
        let total = file.metadata().map_err(unreadable)?.len();
        let step = |done| {
            tell(Progress {
                work: PICKING.to_owned(),
                step: WorkStep::HandingOver,
                name: name.clone(),
                done,
                total,
            })
        };
        host.stage(
            &name,
            &mut Told {
                inner: file,
                done: 0,
                told: 0,
                tell: &step,
            },
        )
    };
    dialogs.pick(kind, language).into_iter().map(take).collect()
}

/// Tells how much was read, at every step and at the end.
struct Told<'a, R> {
    inner: R,
    done: u64,
    told: u64,
    tell: &'a dyn Fn(u64),
}

impl<R: Read> Read for Told<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(into)?;
        self.done += count as u64;
        if self.done >= self.told + STEP || (count == 0 && self.done > self.told) {
            self.told = self.done;
            (self.tell)(self.done);
        }
        Ok(count)
    }
}

fn not_read(name: &str, error: &std::io::Error) -> AppError {
    AppError::new("file_unreadable")
        .with("name", name)
        .with("detail", error)
        .retryable()
}

/// The name in the header: percent-encoded, for a header holds no Vietnamese letter.
fn uploaded_name(header: Option<&str>) -> Result<String, AppError> {
    let wrong = || {
        AppError::bad_request(
            "upload",
            &"the header x-file-name is missing or not percent-encoded UTF-8",
        )
    };
    let text = header.ok_or_else(wrong)?.as_bytes();
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if byte == b'%' {
            let digits = text
                .get(at + 1..at + 3)
                .and_then(|two| std::str::from_utf8(two).ok())
                .ok_or_else(wrong)?;
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(wrong());
            }
            bytes.push(u8::from_str_radix(digits, 16).map_err(|_| wrong())?);
            at += 3;
        } else {
            bytes.push(byte);
            at += 1;
        }
    }
    match String::from_utf8(bytes) {
        Ok(name) if !name.is_empty() => Ok(name),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests;

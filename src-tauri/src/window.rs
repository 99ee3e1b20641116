//! The window: opened once, on one page, which it never leaves.

use crate::browser::{self, Serving, Shared};
use crate::demonstration::Demonstration;
use crate::dialogs;
use crate::door::{self, Door, Sign};
use crate::edges::{self, Clock};
use crate::ending::Counted;
use crate::home::{self, Held, HomeError};
use crate::host::{self, Opening};
use crate::opened::Opened;
use crate::seam::{self, Seam};
use crate::start::{Shown, Start};
use crate::updating;
use crate::words;
use chidao_app::AppError;
use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tauri::webview::NewWindowResponse;
use tauri::{App, AppHandle, Manager, RunEvent, WebviewUrl, WebviewWindowBuilder};
use tauri_plugin_dialog::{DialogExt, MessageDialogKind};

/// The window's label; `capabilities/page.json` names it.
const LABEL: &str = "register";
const TITLE: &str = "Sổ Chỉ Đạo";
/// The screen that the program is made for, and the least on which every screen still works, in logical pixels.
const SIZE: (f64, f64) = (1366.0, 768.0);
const LEAST_SIZE: (f64, f64) = (1024.0, 640.0);

/// Tells when the page shows text and that frame has reached the screen: the second animation frame after the first
/// with any text. Injected only when someone waits for it.
const TELL_WHEN_PAINTED: &str = "
addEventListener('DOMContentLoaded', () => {
  const look = () => requestAnimationFrame(() => {
    if (document.body.innerText.trim() === '') return look();
    requestAnimationFrame(() => window.__TAURI_INTERNALS__.invoke('painted'));
  });
  look();
});";

/// Someone waits for the page to paint, or nobody does.
pub(crate) struct Painting(Option<Instant>);

impl Painting {
    /// The page has painted: prints how long it took since the program began, and ends the program.
    pub(crate) fn done(&self, app: &AppHandle) {
        if let Some(began) = self.0 {
            println!("painted after {} ms", began.elapsed().as_millis());
            app.exit(0);
        }
    }
}

/// What must last as long as the window: the door for a second start, the home's lock and, in a demonstration, the home
/// itself.
struct Kept(Mutex<Option<(Standing, Option<Demonstration>)>>);

/// What a window holds as long as it stands.
type Standing = (Option<Sign>, Held);

/// Why no window was opened.
#[derive(Debug)]
enum NotOpened {
    NoPlace,
    NoDemonstration(std::io::Error),
    Home(HomeError),
    Clock(edges::NotAMoment),
    App(AppError),
}

impl fmt::Display for NotOpened {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotOpened::NoPlace => write!(
                out,
                "Không biết để dữ liệu ở đâu: hãy mở bằng --home THƯ-MỤC.\n\nThere is no place for the data: please start \
                 with --home DIR."
            ),
            NotOpened::NoDemonstration(error) => write!(
                out,
                "Không tạo được thư mục tạm cho bản dùng thử: {error}.\n\nNo temporary folder for the demonstration: {error}."
            ),
            NotOpened::Home(error) => error.fmt(out),
            NotOpened::Clock(error) => error.fmt(out),
            NotOpened::App(error) => write!(
                out,
                "Không mở được sổ ({error}). Dữ liệu vẫn còn nguyên.\n\nThe register could not be opened ({error}). The \
                 data is untouched."
            ),
        }
    }
}

impl Error for NotOpened {}

/// The page, the icon and the policy, as they were built into the program.
fn context() -> tauri::Context {
    tauri::generate_context!()
}

/// Shows the page and stays until it is closed: in a window, or where the system has none to offer in its browser. Where
/// a window has this home open already, that one comes forward.
pub(crate) fn open(start: Start) -> ExitCode {
    // What cannot be found out here is told below.
    if !start.demo && place_of(&start).is_ok_and(|home| updating::goes_first(&home, &start)) {
        return ExitCode::SUCCESS;
    }
    match start.shown {
        Shown::Window if cfg!(windows) && tauri::webview_version().is_err() => in_browser(&start, true),
        Shown::Window => in_window(start),
        Shown::Browser | Shown::Address => in_browser(&start, false),
    }
}

/// The page in a browser. `missing`: because there is no WebView2.
fn in_browser(start: &Start, missing: bool) -> ExitCode {
    let (host, held, demo) = match open_host(start) {
        Ok(opened) => opened,
        Err(NotOpened::Home(HomeError::InUse(home))) if door::knock(&home, start.bundle.as_deref()) => {
            return ExitCode::SUCCESS;
        }
        Err(reason) => {
            eprintln!("so-chi-dao: {reason}");
            words::say(&reason.to_string());
            return ExitCode::FAILURE;
        }
    };
    let host = Arc::new(Counted::new(host));
    let ended = serve_in_browser(start, missing, &host, &held);
    if !host.end(LONGEST_END) {
        eprintln!("{UNFINISHED}");
    }
    drop(held);
    if let Some(Err(error)) = demo.map(Demonstration::remove) {
        eprintln!("so-chi-dao: không xoá được bản dùng thử / the demonstration could not be removed: {error}");
    }
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let reason = NotOpened::App(error);
            eprintln!("so-chi-dao: {reason}");
            words::say(&reason.to_string());
            ExitCode::FAILURE
        }
    }
}

fn serve_in_browser(start: &Start, missing: bool, host: &Arc<Counted>, held: &Held) -> Result<(), AppError> {
    let context = context();
    let page = move |path: &str| context.assets().get(&path.into()).map(|bytes| bytes.into_owned());
    let opened = Arc::new(Opened::with(start.bundle.as_deref()));
    let shared = Shared {
        host: Arc::clone(host) as Arc<dyn host::Host>,
        opened: Arc::clone(&opened),
    };
    let serving = Arc::new(Serving::begin(shared, Box::new(page))?);
    let profile = held.path().join("browser");
    if start.shown == Shown::Address {
        println!("{}", serving.address());
        serving.until_asked();
        return Ok(());
    }
    let (again, at) = (Arc::clone(&serving), profile.clone());
    // A second start shows the page once more, whatever became of the first.
    let _sign = Door::open(held.path()).ok().map(|door| {
        door.attend(move |file| {
            if let Some(file) = file {
                opened.put(file);
            }
            let (again, at) = (Arc::clone(&again), at.clone());
            std::thread::spawn(move || browser::show(&again.address(), &at));
        })
    });
    if missing {
        words::tell_once(held.path(), words::NO_WEBVIEW2);
    }
    loop {
        match browser::show(&serving.address(), &profile) {
            Ok(true) => return Ok(()),
            // The page is open somewhere; only a person can say when it is not any more.
            Ok(false) => {
                if !words::open_again() {
                    return Ok(());
                }
            }
            Err(error) => {
                words::say(words::NO_BROWSER);
                return Err(AppError::internal("browser", &error));
            }
        }
    }
}

/// The page in a window of its own.
fn in_window(start: Start) -> ExitCode {
    let began = Instant::now();
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![
            seam::call,
            seam::upload,
            seam::download,
            seam::save_file,
            seam::pick_files,
            seam::pick_place,
            seam::watch,
            seam::opened,
            seam::painted
        ])
        .manage(Arc::new(Opened::with(start.bundle.as_deref())))
        .manage(Painting(start.exit_once_painted.then_some(began)))
        .setup(move |app| {
            #[cfg(unix)]
            end_when_asked(app.handle());
            match begin(app, &start)? {
                Ok(()) => {}
                Err(NotOpened::Home(HomeError::InUse(home))) if door::knock(&home, start.bundle.as_deref()) => {
                    app.handle().exit(0);
                }
                Err(reason) => say_and_end(app.handle(), &reason, start.exit_once_painted),
            }
            Ok(())
        })
        .build(context());
    match app {
        Ok(app) => {
            app.run(|app, event| {
                if let RunEvent::Exit = event {
                    let_go(app);
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("so-chi-dao: không mở được cửa sổ / the window could not be opened: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Ends the program as closing its window does when a terminal or the system asks it to, so that what it holds is let
/// go.
#[cfg(unix)]
fn end_when_asked(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            // Where it cannot be heard, the signal ends the program by itself.
            if let Ok(mut asked) = signal(kind)
                && asked.recv().await.is_some()
            {
                app.exit(0);
            }
        });
    }
}

/// Opens the application, then the window on it. The outer error is the window system's, the inner one ours.
fn begin(app: &mut App, start: &Start) -> tauri::Result<Result<(), NotOpened>> {
    let (host, held, demo) = match open_host(start) {
        Ok(opened) => opened,
        Err(reason) => return Ok(Err(reason)),
    };
    app.manage(Seam::new(host, dialogs::of(app.handle())));
    let web_data = held.path().join("web");
    let sign = Door::open(held.path()).ok().map(|door| {
        let app = app.handle().clone();
        door.attend(move |file| come_forward(&app, file))
    });
    app.manage(Kept(Mutex::new(Some(((sign, held), demo)))));

    // What the page may reach is decided by the policy in tauri.conf.json; these refuse to leave the page at all, even
    // by a file dropped where nothing takes it.
    let mut window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title(TITLE)
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(LEAST_SIZE.0, LEAST_SIZE.1)
        .center()
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        // The page takes dropped files itself; the shell's own handler would swallow them.
        .disable_drag_drop_handler()
        .general_autofill_enabled(false)
        .devtools(cfg!(debug_assertions));
    // No cache, cookie or history on disk: what the page showed is secret. What the web engine lays down all the same
    // (salts, empty tables) stays inside the home. A driven window needs a lasting profile under WebKit.
    window = window.data_directory(web_data).incognito(!driven());
    if start.exit_once_painted {
        window = window.initialization_script(TELL_WHEN_PAINTED);
    }
    window.build()?;
    Ok(Ok(()))
}

/// A second start has knocked: the window comes forward, and its page asks for the file that the start was given.
fn come_forward(app: &AppHandle, file: Option<PathBuf>) {
    if let (Some(file), Some(opened)) = (file, app.try_state::<Arc<Opened>>()) {
        opened.put(file);
    }
    if let Some(window) = app.get_webview_window(LABEL) {
        // A window that will not come stays where the person can find it.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
        let _ = window.eval("dispatchEvent(new Event('focus'))");
    }
}

/// How long the program waits at its end for what is under way. Long work stops at its next step; 20 seconds are many
/// times what the longest step takes on a slow disk.
const LONGEST_END: Duration = Duration::from_secs(20);

/// Told at the end where something took longer.
const UNFINISHED: &str = "so-chi-dao: việc đang dở bị bỏ ngang khi thoát / unfinished work was left at the end";

type OpenHost = (Arc<dyn host::Host>, Held, Option<Demonstration>);

/// Where the data lies that this start is for.
fn place_of(start: &Start) -> Result<PathBuf, NotOpened> {
    match &start.home {
        Some(folder) => {
            std::path::absolute(folder).map_err(|error| NotOpened::Home(HomeError::Unusable(folder.clone(), error)))
        }
        None => std::env::current_exe()
            .ok()
            .and_then(|program| home::beside(&program))
            .or_else(|| home::usual(|name| std::env::var_os(name)))
            .ok_or(NotOpened::NoPlace),
    }
}

fn open_host(start: &Start) -> Result<OpenHost, NotOpened> {
    let demo = match start.demo {
        true => Some(Demonstration::make().map_err(NotOpened::NoDemonstration)?),
        false => None,
    };
    let home: PathBuf = match &demo {
        Some(demo) => demo.district(),
        None => place_of(start)?,
    };
    let clock = match Clock::from_environment(std::env::var("CHIDAO_NOW").ok()).map_err(NotOpened::Clock)? {
        Clock::Machine if start.demo => Clock::of_the_demonstration(),
        clock => clock,
    };
    let held = Held::take(&home).map_err(NotOpened::Home)?;
    let opening = Opening {
        home: held.path(),
        clock,
        machine: edges::machine(),
    };
    let host = match &demo {
        Some(demo) => host::open_demonstration(opening, &demo.province()),
        None => host::open(opening),
    };
    let host = host.map_err(NotOpened::App)?;
    Ok((host, held, demo))
}

/// Whether WebDriver drives this window, as only development builds allow.
fn driven() -> bool {
    cfg!(debug_assertions) && std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some()
}

/// The program's own page: `tauri://localhost`, on Windows `http://tauri.localhost`.
fn is_own_page(url: &tauri::Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => cfg!(windows) && url.host_str() == Some("tauri.localhost") && url.port().is_none(),
        // What the web view itself opens first.
        "about" => url.path() == "blank",
        _ => false,
    }
}

/// Says why there is no window, and ends with 1 once that was read; at once where nobody is there to read it.
fn say_and_end(app: &AppHandle, reason: &NotOpened, unattended: bool) {
    eprintln!("so-chi-dao: {reason}");
    if unattended {
        return app.exit(1);
    }
    let ended = app.clone();
    let dialog = app
        .dialog()
        .message(reason.to_string())
        .title(TITLE)
        .kind(MessageDialogKind::Error);
    dialog.show(move |_| ended.exit(1));
}

/// Waits for what is under way, lets go of the home, and removes the demonstration's.
fn let_go(app: &AppHandle) {
    if let Some(seam) = app.try_state::<Seam>()
        && !seam.end(LONGEST_END)
    {
        eprintln!("{UNFINISHED}");
    }
    let kept = app
        .try_state::<Kept>()
        .and_then(|kept| kept.0.lock().ok().and_then(|mut kept| kept.take()));
    if let Some((standing, Some(demo))) = kept {
        drop(standing);
        if let Err(error) = demo.remove() {
            eprintln!("so-chi-dao: không xoá được bản dùng thử / the demonstration could not be removed: {error}");
        }
    }
}

/// What to tell someone who starts the program where no window can be shown. Elsewhere than on Linux there is always
/// a display, or the system says so itself.
pub(crate) fn no_display(variable: impl Fn(&str) -> Option<OsString>) -> Option<&'static str> {
    let display = ["DISPLAY", "WAYLAND_DISPLAY"]
        .into_iter()
        .any(|name| variable(name).is_some_and(|name| !name.is_empty()));
    (cfg!(target_os = "linux") && !display).then_some(
        "so-chi-dao: không có màn hình (DISPLAY và WAYLAND_DISPLAY đều trống); hãy dùng `chidao serve` và một trình duyệt\n\
         so-chi-dao: there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set); use `chidao serve` and a browser",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(url: &str) -> bool {
        is_own_page(&tauri::Url::parse(url).unwrap())
    }

    #[test]
    fn the_window_never_leaves_its_page() {
        assert!(own("about:blank"));
        assert!(own("tauri://localhost/#/tasks"));
        assert_eq!(own("http://tauri.localhost/"), cfg!(windows));
        for elsewhere in [
            "file:///home/a/danh-sach.xlsx",
            "https://example.org/",
            "http://tauri.localhost:8080/",
            "http://tauri.localhost.example.org/",
            "tauri://example.org/",
            "data:text/html,x",
            "about:config",
        ] {
            assert!(!own(elsewhere), "{elsewhere}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn without_a_display_the_other_way_in_is_named() {
        assert!(no_display(|_| None).is_some_and(|told| told.contains("chidao serve")));
        assert!(no_display(|name| (name == "DISPLAY").then(OsString::new)).is_some());
        assert_eq!(
            no_display(|name| (name == "WAYLAND_DISPLAY").then(|| "wayland-0".into())),
            None
        );
    }
}

//! The window: opened once, on one page, which it never leaves.

use crate::demonstration::Demonstration;
use crate::dialogs;
use crate::edges::{self, Clock};
use crate::home::{self, Held, HomeError};
use crate::host::{self, Opening};
use crate::seam::{self, Seam};
use crate::start::Start;
use chidao_app::AppError;
use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
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

/// What must last as long as the window: the home's lock and, in a demonstration, the home itself.
struct Kept(Mutex<Option<(Held, Option<Demonstration>)>>);

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

/// Opens the window and stays until it is closed.
pub(crate) fn open(start: Start) -> ExitCode {
    let began = Instant::now();
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![
            seam::call,
            seam::upload,
            seam::download,
            seam::save_file,
            seam::pick_files,
            seam::watch,
            seam::painted
        ])
        .manage(Painting(start.exit_once_painted.then_some(began)))
        .setup(move |app| {
            #[cfg(unix)]
            end_when_asked(app.handle());
            if let Err(reason) = begin(app, &start)? {
                say_and_end(app.handle(), &reason, start.exit_once_painted);
            }
            Ok(())
        })
        .build(tauri::generate_context!());
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
    app.manage(Kept(Mutex::new(Some((held, demo)))));

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

/// How long the program waits at its end for what is under way. Long work stops at its next step; 20 seconds are many
/// times what the longest step takes on a slow disk.
const LONGEST_END: Duration = Duration::from_secs(20);

type Opened = (std::sync::Arc<dyn host::Host>, Held, Option<Demonstration>);

fn open_host(start: &Start) -> Result<Opened, NotOpened> {
    let demo = match start.demo {
        true => Some(Demonstration::make().map_err(NotOpened::NoDemonstration)?),
        false => None,
    };
    let home: PathBuf = match (&demo, &start.home) {
        (Some(demo), _) => demo.district(),
        (None, Some(folder)) => {
            std::path::absolute(folder).map_err(|error| NotOpened::Home(HomeError::Unusable(folder.clone(), error)))?
        }
        (None, None) => home::usual(|name| std::env::var_os(name)).ok_or(NotOpened::NoPlace)?,
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
        eprintln!("so-chi-dao: việc đang dở bị bỏ ngang khi thoát / unfinished work was left at the end");
    }
    let kept = app
        .try_state::<Kept>()
        .and_then(|kept| kept.0.lock().ok().and_then(|mut kept| kept.take()));
    if let Some((held, Some(demo))) = kept {
        drop(held);
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

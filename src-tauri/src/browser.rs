//! The page in the machine's browser, where WebView2 is missing or a person wants it so: the same page over loopback, in a
//! window of the browser's own.

use crate::edges;
use crate::host::Host;
use crate::opened::Opened;
use chidao_app::AppError;
use chidao_app::api::{Progress, ReadyFile};
use chidao_loopback::{Embedded, Entrance, Listening, Page};
use serde_json::Value;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A browser that ends sooner has handed the page to one that runs already, and tells nothing of when it is closed.
const SHORTEST_VISIT: Duration = Duration::from_secs(5);

/// The application and the file that it was opened with, as the server asks for them.
pub(crate) struct Shared {
    /// The application.
    pub(crate) host: Arc<dyn Host>,
    /// The file that waits for the page.
    pub(crate) opened: Arc<Opened>,
}

impl chidao_loopback::Seam for Shared {
    fn call(&self, request: &Value) -> Result<Value, AppError> {
        self.host.call(request)
    }
    fn stage(&self, name: &str, bytes: &mut dyn Read) -> Result<ReadyFile, AppError> {
        self.host.stage(name, bytes)
    }
    fn file(&self, token: &str) -> Result<ReadyFile, AppError> {
        self.host.file(token)
    }
    fn read_file(&self, token: &str, out: &mut dyn Write) -> Result<u64, AppError> {
        self.host.read_file(token, out)
    }
    fn on_progress(&self, hearer: Box<dyn Fn(Progress) + Send + Sync>) {
        self.host.on_progress(hearer);
    }
    fn opened(&self) -> Result<Option<ReadyFile>, AppError> {
        self.opened.take(&*self.host)
    }
}

/// The page served to browsers of this machine, as long as the program runs.
pub(crate) struct Serving {
    runtime: tokio::runtime::Runtime,
    entrance: Arc<Entrance>,
    port: u16,
}

impl Serving {
    /// Begins to serve.
    ///
    /// # Errors
    /// `port_unusable`; `internal` where the system gives no threads.
    pub(crate) fn begin(seam: Shared, page: Embedded) -> Result<Serving, AppError> {
        let runtime = tokio::runtime::Runtime::new().map_err(|error| AppError::internal("runtime", &error))?;
        let listening = runtime.block_on(Listening::on(0))?;
        let port = listening.port();
        let entrance = Arc::new(Entrance::new(token()));
        // It serves as long as the program runs: that nothing is cut off at the end is seen to behind the seam.
        let never = std::future::pending();
        runtime.spawn(listening.serve(Arc::new(seam), Page::embedded(page), Arc::clone(&entrance), never));
        Ok(Serving {
            runtime,
            entrance,
            port,
        })
    }

    /// An address by which the page can be opened once.
    pub(crate) fn address(&self) -> String {
        let once = token();
        self.entrance.expect(once.clone());
        chidao_loopback::address(self.port, &once)
    }

    /// Serves until the system asks the program to end.
    pub(crate) fn until_asked(&self) {
        self.runtime.block_on(asked_to_end());
    }
}

async fn asked_to_end() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
            return;
        }
    }
    // Where no signal can be heard, it serves until it is killed.
    if interrupted.await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn token() -> String {
    let mut random = [0_u8; 32];
    edges::fill_random(&mut random);
    chidao_loopback::token(random)
}

/// Shows the page in a browser and stays as long as it is shown there. False where the browser does not tell when it is
/// closed.
///
/// # Errors
/// When no browser can be started.
pub(crate) fn show(address: &str, profile: &Path) -> std::io::Result<bool> {
    let Some(browser) = installed(|name| std::env::var_os(name), |path| path.is_file()) else {
        usual(address).spawn()?;
        return Ok(false);
    };
    let began = Instant::now();
    let mut child: Child = own_window(&browser, address, profile).spawn()?;
    child.wait()?;
    Ok(began.elapsed() >= SHORTEST_VISIT)
}

/// The folders under which Windows keeps programs, and where in them the browsers lie that can show a page in a window of its
/// own: Edge, Chrome, and Cốc Cốc, which many machines in Vietnam have.
const FOLDERS: [&str; 3] = ["ProgramFiles(x86)", "ProgramFiles", "LOCALAPPDATA"];
const BROWSERS: [&str; 3] = [
    r"Microsoft\Edge\Application\msedge.exe",
    r"Google\Chrome\Application\chrome.exe",
    r"CocCoc\Browser\Application\browser.exe",
];
/// The same on Linux.
const COMMANDS: [&str; 4] = ["chromium", "google-chrome", "chromium-browser", "microsoft-edge"];

/// A browser that can show a page in a window of its own. `CHIDAO_BROWSER` names another.
fn installed(variable: impl Fn(&str) -> Option<OsString>, is_there: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let told = variable("CHIDAO_BROWSER").map(PathBuf::from);
    let on_windows = BROWSERS.iter().flat_map(|browser| {
        let folders = FOLDERS.iter().filter_map(|folder| variable(folder));
        folders.map(move |folder| PathBuf::from(folder).join(browser))
    });
    let path = variable("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .collect();
    let elsewhere = COMMANDS
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let mut all: Vec<PathBuf> = told.into_iter().collect();
    match cfg!(windows) {
        true => all.extend(on_windows),
        false => all.extend(elsewhere),
    }
    all.into_iter().find(|path| is_there(path))
}

/// The page in a window of its own: with a profile of its own, so that the browser stays as long as the window does, and
/// writing nothing of what it showed to the disk.
fn own_window(browser: &Path, address: &str, profile: &Path) -> Command {
    let name = browser.file_name().unwrap_or_default().to_string_lossy();
    let private = if name.contains("edge") {
        "--inprivate"
    } else {
        "--incognito"
    };
    let mut profile_word = OsString::from("--user-data-dir=");
    profile_word.push(profile);
    let mut command = Command::new(browser);
    command
        .arg(format!("--app={address}"))
        .arg(profile_word)
        .args([
            private,
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-mode",
            "--disable-extensions",
            "--disable-sync",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Whatever the system opens addresses with.
fn usual(address: &str) -> Command {
    let mut command = if cfg!(windows) {
        let mut command = Command::new("rundll32.exe");
        command.arg("url.dll,FileProtocolHandler");
        command
    } else if cfg!(target_os = "macos") {
        Command::new("open")
    } else {
        Command::new("xdg-open")
    };
    command.arg(address);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_that_is_told_comes_before_those_that_are_found() {
        let told = |name: &str| (name == "CHIDAO_BROWSER").then(|| "/opt/b".into());
        assert_eq!(installed(told, |_| true), Some("/opt/b".into()));
        assert_eq!(installed(told, |_| false), None);
        assert_eq!(installed(|_| None, |_| true), None);
    }

    #[test]
    fn a_browser_shows_the_page_alone_and_keeps_nothing() {
        let words = |browser: &str| {
            let command = own_window(Path::new(browser), "http://127.0.0.1:1/#token=a", Path::new("hồ sơ"));
            let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
            words.collect::<Vec<_>>()
        };
        let edge = words("msedge.exe");
        assert_eq!(
            edge[..2],
            ["--app=http://127.0.0.1:1/#token=a", "--user-data-dir=hồ sơ"]
        );
        assert!(edge.contains(&"--inprivate".to_owned()));
        assert!(words("chrome.exe").contains(&"--incognito".to_owned()));
    }
}

//! The window, and what a person does in it.

use crate::DeskError;
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// How long anything may take on a busy machine before it counts as never.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked for.
const GLANCE: Duration = Duration::from_millis(30);

const DRIVER: &str = "WebKitWebDriver";
const PORTS: std::ops::Range<u16> = 20_000..30_000;

/// An open window. Close it with [`Window::close`]; a window that is dropped, as when a test fails, is killed.
#[derive(Debug)]
pub struct Window {
    client: Client,
    driver: Child,
    program: PathBuf,
}

impl Window {
    pub(crate) async fn open(
        program: &Path,
        arguments: &[String],
        environment: &[(&'static str, OsString)],
    ) -> Result<Window, DeskError> {
        let port = free_port().map_err(|error| DeskError::Missing("a free port", error))?;
        let mut driver = Command::new(DRIVER)
            .arg(format!("--port={port}"))
            .arg("--host=127.0.0.1")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            // The shell lets itself be driven only if it is told so at its start.
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("TAURI_AUTOMATION", "true")
            // With either of these, taking a picture never ends.
            .env_remove("WEBKIT_DISABLE_COMPOSITING_MODE")
            .env_remove("WEBKIT_DISABLE_DMABUF_RENDERER")
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| DeskError::Missing(DRIVER, error))?;
        let listening = async {
            while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                sleep(GLANCE).await;
            }
        };
        timeout(PATIENCE, listening)
            .await
            .map_err(|_| DeskError::NotReady(DRIVER))?;

        let options = json!({ "binary": program, "args": arguments });
        let capabilities = [("webkitgtk:browserOptions".to_owned(), options)].into_iter().collect();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let address = format!("http://127.0.0.1:{port}");
        // A program that ends at its start leaves the driver waiting for ever.
        let client = match timeout(PATIENCE, builder.connect(&address)).await {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => {
                kill_children_of(&driver, program);
                return Err(DeskError::Window(format!("no window: {error}")));
            }
            Err(_) => {
                kill_children_of(&driver, program);
                let _ = driver.start_kill();
                return Err(DeskError::Window(
                    "no window came; does the program end at its start?".to_owned(),
                ));
            }
        };
        Ok(Window {
            client,
            driver,
            program: program.to_owned(),
        })
    }

    /// Waits until something that this CSS selector finds is shown.
    ///
    /// # Errors
    /// It does not come in time.
    pub async fn wait(&self, selector: &str) -> Result<Element, DeskError> {
        self.wait_for(Locator::Css(selector), selector).await
    }

    /// Waits until an element whose own text holds this is shown. The text must not hold both kinds of quotes.
    ///
    /// # Errors
    /// It does not come in time.
    pub async fn wait_text(&self, text: &str) -> Result<Element, DeskError> {
        let quote = if text.contains('"') { '\'' } else { '"' };
        let path = format!("//body//*[not(self::script)][text()[contains(normalize-space(.), {quote}{text}{quote})]]");
        self.wait_for(Locator::XPath(&path), text).await
    }

    async fn wait_for(&self, locator: Locator<'_>, told: &str) -> Result<Element, DeskError> {
        let shown = async {
            loop {
                for element in self.client.find_all(locator).await.map_err(wrong)? {
                    // An element that the page replaced meanwhile is looked for again.
                    if element.is_displayed().await.unwrap_or(false) {
                        return Ok(element);
                    }
                }
                sleep(GLANCE).await;
            }
        };
        match timeout(PATIENCE, shown).await {
            Ok(found) => found,
            Err(_) => {
                let page = self.visible_text().await.unwrap_or_default();
                Err(DeskError::Window(format!(
                    "{told:?} was not shown in time; the page shows:\n{page}"
                )))
            }
        }
    }

    /// Waits until something that this CSS selector finds is laid out on the page and its text holds this. WebDriver
    /// itself takes some text that is cut with an ellipsis for hidden, so the page is asked.
    ///
    /// # Errors
    /// It does not come in time.
    pub async fn wait_says(&self, selector: &str, text: &str) -> Result<(), DeskError> {
        let says = "const [selector, text] = arguments;
            return [...document.querySelectorAll(selector)].some(
                (element) => element.getClientRects().length > 0 && element.innerText.includes(text));";
        let arguments = vec![json!(selector), json!(text)];
        let said = async {
            while self.client.execute(says, arguments.clone()).await.map_err(wrong)? != true {
                sleep(GLANCE).await;
            }
            Ok(())
        };
        match timeout(PATIENCE, said).await {
            Ok(said) => said,
            Err(_) => {
                let page = self.visible_text().await.unwrap_or_default();
                Err(DeskError::Window(format!(
                    "{selector:?} did not say {text:?} in time; the page shows:\n{page}"
                )))
            }
        }
    }

    /// The text of what this CSS selector finds, once it is shown.
    ///
    /// # Errors
    /// It does not come in time.
    pub async fn text_of(&self, selector: &str) -> Result<String, DeskError> {
        let text = self.wait(selector).await?.prop("innerText").await.map_err(wrong)?;
        Ok(text.unwrap_or_default())
    }

    /// Waits until nothing that this CSS selector finds is shown.
    ///
    /// # Errors
    /// It does not go in time.
    pub async fn wait_gone(&self, selector: &str) -> Result<(), DeskError> {
        let gone = async {
            loop {
                let mut shown = false;
                for element in self.client.find_all(Locator::Css(selector)).await.map_err(wrong)? {
                    shown |= element.is_displayed().await.unwrap_or(false);
                }
                if !shown {
                    return Ok(());
                }
                sleep(GLANCE).await;
            }
        };
        let late = |_| DeskError::Window(format!("{selector:?} did not go in time"));
        timeout(PATIENCE, gone).await.map_err(late)?
    }

    /// Clicks on what this CSS selector finds, once it is shown.
    ///
    /// # Errors
    /// It is not shown, or something lies over it.
    pub async fn click(&self, selector: &str) -> Result<(), DeskError> {
        let clicked = self.click_on(self.wait(selector).await?).await;
        clicked.map_err(|error| DeskError::Window(format!("{selector:?} cannot be clicked: {error:?}")))
    }

    /// Clicks on the element that shows this text.
    ///
    /// # Errors
    /// It is not shown, or something lies over it.
    pub async fn click_text(&self, text: &str) -> Result<(), DeskError> {
        let clicked = self.click_on(self.wait_text(text).await?).await;
        clicked.map_err(|error| DeskError::Window(format!("{text:?} cannot be clicked: {error:?}")))
    }

    async fn click_on(&self, element: Element) -> Result<(), CmdError> {
        // A person does not press what is greyed out, and the driver would without a word. What the page replaces
        // meanwhile is an error below.
        let enabled = async {
            while !element.is_enabled().await.unwrap_or(true) {
                sleep(GLANCE).await;
            }
        };
        // Greyed out for good, it is pressed in vain, and what was to come of it is missed.
        let _ = timeout(PATIENCE, enabled).await;
        // The driver takes an edge of it on the screen for enough, and then misses its middle.
        let scroll = "arguments[0].scrollIntoView({ block: 'nearest' })";
        self.client
            .execute(scroll, vec![serde_json::to_value(&element)?])
            .await?;
        element.click().await
    }

    /// Types into the field that this CSS selector finds, after what stands there.
    ///
    /// # Errors
    /// It is not shown or takes no text.
    pub async fn type_into(&self, selector: &str, text: &str) -> Result<(), DeskError> {
        let typed = self.wait(selector).await?.send_keys(text).await;
        typed.map_err(|error| DeskError::Window(format!("{selector:?} takes no text: {error:?}")))
    }

    /// Types into the field in place of what stands there.
    ///
    /// # Errors
    /// It is not shown or takes no text.
    pub async fn write_over(&self, selector: &str, text: &str) -> Result<(), DeskError> {
        let field = self.wait(selector).await?;
        let cleared = field.clear().await;
        cleared.map_err(|error| DeskError::Window(format!("{selector:?} cannot be emptied: {error:?}")))?;
        let typed = field.send_keys(text).await;
        typed.map_err(|error| DeskError::Window(format!("{selector:?} takes no text: {error:?}")))
    }

    /// Gives files to the file field that this CSS selector finds, once it is there; such fields are often hidden behind
    /// a button.
    ///
    /// # Errors
    /// No such field comes in time.
    pub async fn upload(&self, selector: &str, files: &[PathBuf]) -> Result<(), DeskError> {
        let paths: Vec<_> = files.iter().map(|file| file.to_string_lossy()).collect();
        let there = async {
            loop {
                match self.client.find(Locator::Css(selector)).await {
                    Ok(field) => return field,
                    Err(_) => sleep(GLANCE).await,
                }
            }
        };
        let field = timeout(PATIENCE, there)
            .await
            .map_err(|_| DeskError::Window(format!("no field {selector:?} came in time")))?;
        let given = field.send_keys(&paths.join("\n")).await;
        given.map_err(|error| DeskError::Window(format!("{selector:?} takes no files: {error:?}")))
    }

    /// The text that the page shows.
    ///
    /// # Errors
    /// The window is gone.
    pub async fn visible_text(&self) -> Result<String, DeskError> {
        let text = self
            .client
            .execute("return document.body.innerText", Vec::new())
            .await
            .map_err(wrong)?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Runs the body of an asynchronous function on the page, with `arguments`, and gives what it returns. For what no
    /// person can do: looking at what the page may reach.
    ///
    /// # Errors
    /// The function throws.
    pub async fn script(&self, body: &str, arguments: Value) -> Result<Value, DeskError> {
        let wrapped = "
            const [arguments_, done] = arguments;
            (async (arguments) => { BODY })(arguments_)
                .then((value) => done({ value: value ?? null }), (error) => done({ error: error?.message ?? JSON.stringify(error) ?? String(error) }));";
        let answer = self
            .client
            .execute_async(&wrapped.replace("BODY", body), vec![arguments])
            .await
            .map_err(wrong)?;
        match answer.get("error") {
            None => Ok(answer["value"].clone()),
            Some(error) => Err(DeskError::Window(format!("the page's script failed: {error}"))),
        }
    }

    /// Takes a picture of the page into `tests/out/NAME.png`, and gives its path.
    ///
    /// # Errors
    /// The picture cannot be taken or written.
    pub async fn picture(&self, name: &str) -> Result<PathBuf, DeskError> {
        // The frame that is on the screen now may still be the last one.
        let next_frames = "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));";
        self.script(next_frames, Value::Null).await?;
        let bytes = self.client.screenshot().await.map_err(wrong)?;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../out");
        let path = folder.join(format!("{name}.png"));
        let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, bytes));
        written
            .map(|()| path.clone())
            .map_err(|error| DeskError::File(path, error))
    }

    /// WebDriver itself, for what is not offered here.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Ends the program as the end of a person's session does, and waits until it has taken its leave.
    ///
    /// # Errors
    /// It does not end in time.
    pub async fn close(mut self) -> Result<(), DeskError> {
        let children = children_of(&self.driver, &self.program);
        // WebDriver's own way of closing kills the program in the middle of its leave-taking.
        send("-TERM", &children);
        until_ended(&children).await?;
        let _ = self.driver.kill().await;
        Ok(())
    }

    /// Kills the program at once, as a dead battery does, and waits until it is gone.
    ///
    /// # Errors
    /// It cannot be killed.
    pub async fn kill(mut self) -> Result<(), DeskError> {
        let children = children_of(&self.driver, &self.program);
        kill_children_of(&self.driver, &self.program);
        until_ended(&children).await?;
        let _ = self.driver.kill().await;
        Ok(())
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // After closing, nothing is left to kill.
        kill_children_of(&self.driver, &self.program);
    }
}

fn wrong(error: CmdError) -> DeskError {
    DeskError::Window(format!("{error:?}"))
}

/// A port that is free now and that no other test of this process is given. Below the range from which the system
/// takes ports for outgoing connections, one of which could otherwise take it before the driver does.
fn free_port() -> std::io::Result<u16> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Processes that run side by side have neighbouring numbers; each begins far from the next.
    let start = std::process::id().wrapping_mul(61);
    for _ in 0..PORTS.len() {
        let step = start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start + u16::try_from(step % PORTS.len() as u32).unwrap_or_default();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    Err(std::io::ErrorKind::AddrInUse.into())
}

/// The processes of this program that the driver started.
fn children_of(driver: &Child, program: &Path) -> Vec<u32> {
    let Some(parent) = driver.id() else { return Vec::new() };
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let started = |number: &u32| {
        let exe = std::fs::read_link(format!("/proc/{number}/exe"));
        parent_of(*number) == Some(parent) && exe.is_ok_and(|exe| exe == program)
    };
    numbers.filter(started).collect()
}

/// The fourth field of `stat`, after the name in parentheses, which may hold anything.
fn parent_of(number: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

async fn until_ended(processes: &[u32]) -> Result<(), DeskError> {
    let ended = async {
        while processes.iter().any(|process| is_running(*process)) {
            sleep(GLANCE).await;
        }
    };
    timeout(PATIENCE, ended)
        .await
        .map_err(|_| DeskError::Window("the program did not end".to_owned()))
}

fn is_running(number: u32) -> bool {
    // A dead process that nobody waited for has no program any more.
    std::fs::read_link(format!("/proc/{number}/exe")).is_ok()
}

fn kill_children_of(driver: &Child, program: &Path) {
    send("-KILL", &children_of(driver, program));
}

fn send(signal: &str, processes: &[u32]) {
    for process in processes {
        // Gone already is as good.
        let _ = std::process::Command::new("kill")
            .args([signal, &process.to_string()])
            .status();
    }
}

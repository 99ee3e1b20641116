//! The shell itself: the window paints, the page reaches the seam and nothing else, one home has one window.

use desktop::{Desk, DeskError};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

type Tested = Result<(), DeskError>;

/// Runs the program undriven until it ends by itself, and gives whether it succeeded and what it said.
async fn run_to_its_end(desk: &Desk) -> Result<(bool, String), DeskError> {
    let mut command = tokio::process::Command::from(desk.program()?);
    let ended = command
        .arg("--exit-once-painted")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .output();
    match tokio::time::timeout(Duration::from_secs(60), ended).await {
        Ok(Ok(output)) => {
            let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            Ok((output.status.success(), told.concat()))
        }
        Ok(Err(error)) => Err(DeskError::Missing("so-chi-dao", error)),
        Err(_) => Err(DeskError::NotReady("the first page")),
    }
}

#[tokio::test]
async fn the_first_page_is_painted() -> Tested {
    let (succeeded, told) = run_to_its_end(&Desk::new()?).await?;
    assert!(succeeded && told.contains("painted after "), "{told}");
    Ok(())
}

#[tokio::test]
async fn the_web_engine_keeps_nothing_that_was_shown() -> Tested {
    let desk = Desk::new()?;
    run_to_its_end(&desk).await?;
    // It lays down salts and an empty table even so; anything else would be a cache, a cookie or a history.
    let kept = files_below(&desk.home().join("web"))?;
    let harmless = |path: &&PathBuf| path.ends_with("salt") || path.ends_with("hsts-storage.sqlite");
    let told: Vec<_> = kept.iter().filter(|path| !harmless(path)).collect();
    assert!(told.is_empty(), "{told:?}");
    Ok(())
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>, DeskError> {
    let wrong = |error| DeskError::File(folder.to_owned(), error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

#[tokio::test]
async fn a_home_has_one_window() -> Tested {
    let desk = Desk::new()?;
    let window = desk.open().await?;
    // The second start asks the first window to come forward, and ends without one of its own.
    let (succeeded, told) = run_to_its_end(&desk).await?;
    assert!(succeeded && !told.contains("painted after "), "{told}");
    window.close().await?;
    let (succeeded, told) = run_to_its_end(&desk).await?;
    assert!(succeeded && told.contains("painted after "), "{told}");
    Ok(())
}

#[tokio::test]
async fn a_killed_window_leaves_the_home_free() -> Tested {
    let desk = Desk::new()?;
    desk.open().await?.kill().await?;
    let (succeeded, told) = run_to_its_end(&desk).await?;
    assert!(succeeded, "{told}");
    Ok(())
}

/// Asks the program as the page does, and gives the answer or the error.
const ASK: &str = "
    try { return { answer: await window.__TAURI_INTERNALS__.invoke(arguments.command, arguments.with) }; }
    catch (error) { return { error }; }";

#[tokio::test]
async fn the_page_reaches_the_seam_and_nothing_else() -> Tested {
    let desk = Desk::new()?;
    let window = desk.open().await?;
    window.wait("body").await?;

    let call = json!({ "command": "call", "with": { "request": { "do": "no_such_thing" } } });
    let answer = window.script(ASK, call).await?;
    assert_eq!(answer["error"]["code"], "unknown_request", "{answer}");

    for command in [
        "plugin:dialog|open",
        "plugin:fs|read_file",
        "plugin:window|close",
        "plugin:path|resolve_directory",
    ] {
        let answer = window
            .script(
                ASK,
                json!({ "command": command, "with": { "path": "/etc/hostname", "options": {} } }),
            )
            .await?;
        assert!(
            answer["error"]
                .as_str()
                .is_some_and(|told| told.contains("not allowed")),
            "{command}: {answer}"
        );
    }
    window.close().await
}

#[tokio::test]
async fn the_page_has_no_network_and_cannot_be_led_away() -> Tested {
    let desk = Desk::new()?;
    let window = desk.open().await?;
    window.wait("body").await?;
    // A server that would answer, so that only the page's own policy can refuse.
    let server = std::net::TcpListener::bind(("127.0.0.1", 0)).map_err(|error| DeskError::Missing("a port", error))?;
    let port = server
        .local_addr()
        .map_err(|error| DeskError::Missing("a port", error))?
        .port();
    let fetched = "return await new Promise((done) => {
        document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));
        fetch(arguments.address).then(() => done('fetched'), () => {});
    });";
    let address = format!("http://127.0.0.1:{port}/");
    assert_eq!(
        window.script(fetched, json!({ "address": address })).await?,
        "connect-src"
    );

    // The page asks to go there; what it is answered shows after the next frames at the latest.
    let next_frames = "await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));";
    let led_away = format!("location.href = arguments.address; {next_frames} {next_frames} return location.href;");
    for address in [&address, "file:///etc/hostname"] {
        let here = window.script(&led_away, json!({ "address": address })).await?;
        assert!(
            here.as_str().is_some_and(|here| here.starts_with("tauri://localhost")),
            "{here}"
        );
    }
    server
        .set_nonblocking(true)
        .map_err(|error| DeskError::Missing("a port", error))?;
    assert!(server.accept().is_err(), "something came through");
    window.close().await
}

#[tokio::test]
async fn what_is_typed_and_dropped_into_fields_arrives_whole() -> Tested {
    let desk = Desk::new()?;
    let window = desk.open().await?;
    window.wait("body").await?;
    let fields = "const text = document.createElement('input'), files = document.createElement('input');
        text.id = 'typed'; files.id = 'given'; files.type = 'file'; files.multiple = true;
        document.body.replaceChildren(text, files);";
    window.script(fields, Value::Null).await?;
    window.type_into("#typed", "Hồ Sông Sỏi, ").await?;
    window.type_into("#typed", "xã Đồng Hưu").await?;
    let files = [
        desk.lay_ready("Ảnh 1.jpg", b"mot")?,
        desk.lay_ready("Ảnh 2.jpg", &vec![7; 5_000_000])?,
    ];
    window.upload("#given", &files).await?;
    let got = "const files = [...document.querySelector('#given').files];
        return [document.querySelector('#typed').value, files.map((file) => [file.name, file.size])];";
    let got = window.script(got, Value::Null).await?;
    assert_eq!(
        got,
        json!(["Hồ Sông Sỏi, xã Đồng Hưu", [["Ảnh 1.jpg", 3], ["Ảnh 2.jpg", 5_000_000]]])
    );
    window.close().await
}

#[tokio::test]
async fn a_picture_shows_the_whole_page() -> Tested {
    let desk = Desk::new()?;
    let window = desk.open().await?;
    window.wait("body").await?;
    let picture = window.picture("first-page").await?;
    let bytes = std::fs::read(&picture).map_err(|error| DeskError::File(picture, error))?;
    assert!(
        bytes.starts_with(b"\x89PNG") && bytes.len() > 1_000,
        "{} bytes",
        bytes.len()
    );
    window.close().await
}

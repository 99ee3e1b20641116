//! The program before it has a window: what it says on a command line, and where there is no display.
//!
//! These tests also make `cargo test --workspace` build the program, which the tests of the real window then drive.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Output, Stdio};

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_so-chi-dao"));
    command
        .args(arguments)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY");
    command.output().expect("the program was built for this test")
}

fn told(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn help_and_version_need_no_display() {
    let help = run(&["--help"]);
    assert!(help.status.success());
    for option in ["--home", "--demo", "--exit-once-painted"] {
        assert!(told(&help.stdout).contains(option), "{option}");
    }
    let version = run(&["--version"]);
    assert_eq!(
        told(&version.stdout).trim(),
        format!("so-chi-dao {}", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_wrong_use_is_told_in_both_languages() {
    let wrong = run(&["--hom"]);
    assert_eq!(wrong.status.code(), Some(2));
    let told = told(&wrong.stderr);
    assert!(
        told.contains("không hiểu --hom") && told.contains("not understood: --hom"),
        "{told}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_display_the_other_way_in_is_named() {
    let nowhere = run(&[]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(told(&nowhere.stderr).contains("chidao serve"));
}

/// The head and the body that a server on this machine answers with.
fn asked(host: &str, request: &str, body: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(host)?;
    let length = body.len();
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn without_a_window_the_program_serves_the_page_that_it_carries() {
    let home = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_so-chi-dao"))
        .args(["--serve", "--home"])
        .arg(home.path().join("sổ"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut address)
        .unwrap();
    let (host, token) = address
        .trim()
        .strip_prefix("http://")
        .and_then(|address| address.split_once("/#token="))
        .unwrap();
    let page = asked(host, "GET /", "").unwrap();
    let script = page
        .split("src=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap();
    let script = asked(host, &format!("GET /{}", script.trim_start_matches(['.', '/'])), "").unwrap();
    let session = asked(host, "POST /session", &format!("{{\"token\":\"{token}\"}}")).unwrap();
    let again = asked(host, "POST /session", &format!("{{\"token\":\"{token}\"}}")).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("<title>"), "{page}");
    assert!(script.starts_with("HTTP/1.1 200") && script.contains("text/javascript"));
    assert!(session.starts_with("HTTP/1.1 200"), "{session}");
    assert!(again.starts_with("HTTP/1.1 401"), "{again}");
}

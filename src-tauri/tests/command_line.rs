//! The program before it has a window: what it says on a command line, and where there is no display.
//!
//! These tests also make `cargo test --workspace` build the program, which the tests of the real window then drive.

use std::process::{Command, Output};

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

//! An update that a person asked for is put in place by the next start, before anything is opened: by a copy of the
//! former program, since a program that runs cannot be replaced on Windows.

use crate::home::Held;
use crate::start::Start;
use chidao_app::updates::{self, Machine};
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether somebody else puts a program in place now and opens it afterwards, so that this one must end at once.
pub(crate) fn goes_first(home: &Path, start: &Start) -> bool {
    // While a window stands, a second start only brings it forward.
    if !updates::is_due(home) || Held::take(home).is_err() {
        return false;
    }
    let handed_over = std::env::current_exe().and_then(|own| {
        let program = format!("chidao{}", std::env::consts::EXE_SUFFIX);
        let mut command = Command::new(updates::former_program(home).join(program));
        command
            .arg("--home")
            .arg(home)
            .args(["update", "carry-out", "--then"])
            .arg(own)
            .arg("--")
            .args(again(start));
        without_window(&mut command);
        command.stdin(Stdio::null()).spawn()
    });
    match handed_over {
        Ok(_) => true,
        // Without the copy it is done here; where that fails, too, the page says what is the matter.
        Err(_) => {
            let _ = updates::carry_out(home, &Machine);
            false
        }
    }
}

/// The words with which the program is opened again.
fn again(start: &Start) -> Vec<OsString> {
    let home = start
        .home
        .iter()
        .flat_map(|home| ["--home".into(), home.clone().into_os_string()]);
    let bundle = start
        .bundle
        .iter()
        .flat_map(|file| ["--bundle".into(), file.clone().into_os_string()]);
    home.chain(bundle).collect()
}

#[cfg(windows)]
fn without_window(command: &mut Command) {
    /// `CREATE_NO_WINDOW`.
    const NO_WINDOW: u32 = 0x0800_0000;
    std::os::windows::process::CommandExt::creation_flags(command, NO_WINDOW);
}

#[cfg(not(windows))]
fn without_window(_: &mut Command) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_opened_again_as_it_was_asked() {
        let start = Start {
            home: Some("sổ".into()),
            bundle: Some("gói.chidao".into()),
            ..Start::default()
        };
        assert_eq!(
            again(&start),
            ["--home", "sổ", "--bundle", "gói.chidao"].map(OsString::from)
        );
        assert!(again(&Start::default()).is_empty());
    }

    #[test]
    fn where_nothing_is_due_the_window_opens() {
        let home = tempfile::tempdir().unwrap();
        assert!(!goes_first(home.path(), &Start::default()));
    }
}

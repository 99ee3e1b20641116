//! What an installation does to the machine: files, and programs that are started. A port, so that every step can be tried
//! out with a machine that dies after it.

use super::plan::INSTALLER_SILENT;
use crate::backup::restore;
use crate::{AppError, patience};
use chidao_bundle::update::Version;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs of an installation, each of which must start for the installation to be sound.
const PROGRAMS: [&str; 2] = ["chidao", "so-chi-dao"];

/// What can be done to the machine. Every act is whole or not at all, and may be done again.
pub trait Ground {
    /// Writes a small file.
    ///
    /// # Errors
    /// Those of the file system.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Puts a copy of a file in the place of another, which may be a program that runs.
    ///
    /// # Errors
    /// Those of the file system.
    fn put(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file, if it is there.
    ///
    /// # Errors
    /// Those of the file system.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Runs an installer silently into a folder and waits for it. Whether it says that all is done.
    ///
    /// # Errors
    /// When it cannot be started.
    fn install(&self, installer: &Path, folder: &Path) -> io::Result<bool>;
    /// The version that the programs in a folder tell when they are started; nothing where one of them does not start or
    /// they tell different ones.
    fn version_in(&self, folder: &Path) -> Option<Version>;
    /// Puts a backup in the place of what lies in a home.
    ///
    /// # Errors
    /// Those of the backup and of the file system.
    fn go_back(&self, home: &Path, backup: &Path, aside: &str) -> Result<(), AppError>;
}

/// The real machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Machine;

/// Another name beside a file.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Gives a program another name, by which it goes on running: Windows lets nobody write over a program that runs, and lets
/// everybody rename it.
fn set_aside(program: &Path) -> io::Result<PathBuf> {
    let old = beside(program, ".old");
    let _ = fs::remove_file(&old);
    patience::insist(|| fs::rename(program, &old))?;
    Ok(old)
}

/// An installer refuses to write over a program that runs. If this one lies in the folder, it leaves a copy there that does not.
fn stand_aside(folder: &Path) -> io::Result<()> {
    let own = std::env::current_exe()?.canonicalize()?;
    if own.parent() != Some(folder.canonicalize()?.as_path()) {
        return Ok(());
    }
    let old = set_aside(&own)?;
    fs::copy(&old, &own).map(drop).inspect_err(|_| {
        let _ = fs::remove_file(&own);
        let _ = fs::rename(&old, &own);
    })
}

/// Removes the programs that were set aside because they ran: they do so no longer.
pub(super) fn tidy(folder: &Path) {
    for name in PROGRAMS {
        let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        let _ = fs::remove_file(beside(&program, ".old"));
    }
}

impl Ground for Machine {
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let part = beside(path, ".part");
        let mut file = File::create(&part)?;
        io::Write::write_all(&mut file, bytes)?;
        file.sync_all()?;
        drop(file);
        patience::insist(|| fs::rename(&part, path))?;
        if let Some(folder) = path.parent() {
            crate::vault::sync_folder(folder);
        }
        Ok(())
    }

    fn put(&self, from: &Path, to: &Path) -> io::Result<()> {
        let part = beside(to, ".part");
        fs::copy(from, &part)?;
        File::options().write(true).open(&part)?.sync_all()?;
        if fs::rename(&part, to).is_err() {
            let old = set_aside(to)?;
            if let Err(error) = patience::insist(|| fs::rename(&part, to)) {
                // Rather the former program than none.
                let _ = fs::rename(&old, to);
                return Err(error);
            }
            let _ = fs::remove_file(&old);
        }
        if let Some(folder) = to.parent() {
            crate::vault::sync_folder(folder);
        }
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match patience::insist(|| fs::remove_file(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn install(&self, installer: &Path, folder: &Path) -> io::Result<bool> {
        if cfg!(windows) {
            stand_aside(folder)?;
        }
        let mut command = silent(installer);
        command.arg(INSTALLER_SILENT);
        // NSIS takes the folder as the last word, without quotes, whatever stands in it.
        #[cfg(windows)]
        std::os::windows::process::CommandExt::raw_arg(&mut command, format!("/D={}", folder.display()));
        #[cfg(not(windows))]
        command.arg(format!("/D={}", folder.display()));
        Ok(command.status()?.success())
    }

    fn version_in(&self, folder: &Path) -> Option<Version> {
        let files = PROGRAMS.map(|name| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)));
        let mut told = files.iter().filter(|file| file.exists()).map(|file| {
            let said = silent(file)
                .arg("--version")
                .output()
                .ok()
                .filter(|said| said.status.success())?;
            let text = String::from_utf8(said.stdout).ok()?;
            text.split_whitespace().last()?.parse::<Version>().ok()
        });
        let first = told.next()??;
        told.all(|other| other == Some(first)).then_some(first)
    }

    fn go_back(&self, home: &Path, backup: &Path, aside: &str) -> Result<(), AppError> {
        restore::go_back_unopened(home, backup, aside)
    }
}

/// A program that is started without a window of its own.
fn silent(program: &Path) -> Command {
    #[cfg_attr(not(windows), expect(unused_mut, reason = "only Windows opens windows by itself"))]
    let mut command = Command::new(program);
    #[cfg(windows)]
    {
        /// `CREATE_NO_WINDOW`.
        const NO_WINDOW: u32 = 0x0800_0000;
        std::os::windows::process::CommandExt::creation_flags(&mut command, NO_WINDOW);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_was_set_aside_is_removed_once_it_runs_no_longer() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join(format!("chidao{}", std::env::consts::EXE_SUFFIX));
        fs::write(&program, "cũ").unwrap();
        let old = set_aside(&program).unwrap();
        assert!(!program.exists());
        assert_eq!(fs::read_to_string(&old).unwrap(), "cũ");
        // What an earlier one left does not stand in the way.
        fs::write(&program, "mới").unwrap();
        assert_eq!(fs::read_to_string(set_aside(&program).unwrap()).unwrap(), "mới");
        fs::write(folder.path().join("ghi-chú.old"), "của người dùng").unwrap();
        tidy(folder.path());
        let left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .flatten()
            .map(|entry| entry.file_name())
            .collect();
        assert_eq!(left, ["ghi-chú.old"]);
    }

    #[test]
    fn a_program_elsewhere_does_not_stand_aside() {
        let folder = tempfile::tempdir().unwrap();
        stand_aside(folder.path()).unwrap();
        assert!(std::env::current_exe().unwrap().exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

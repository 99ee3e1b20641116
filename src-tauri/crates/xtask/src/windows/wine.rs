//! Wine: a Windows of the tests' own, in which what was built is run.

use super::toolchain::{GCC, quietly};
use crate::dist::{make, told};
use crate::programs::{Failure, program};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A prefix of Wine's: its drives and its registry.
#[derive(Debug)]
pub(crate) struct Wine {
    prefix: PathBuf,
}

impl Wine {
    /// Makes a prefix of this name below `folder`, unless it is there.
    pub(crate) fn ready(root: &Path, folder: &Path, name: &str) -> Result<Wine, Failure> {
        let wine = Wine {
            prefix: folder.join(name),
        };
        let mark = wine.prefix.join("ready");
        if mark.is_file() {
            return Ok(wine);
        }
        make(&wine.prefix)?;
        println!("making a Windows for the tests: {}", wine.prefix.display());
        let mut boot = program("wineboot", root);
        wine.dress(boot.arg("-i"));
        let log = folder.join(format!("{name}.log"));
        quietly(&mut boot, &log)?;
        // It goes on writing its registry after wineboot has ended.
        let mut wait = program("wineserver", root);
        wine.dress(wait.arg("-w"));
        quietly(&mut wait, &log)?;
        let library = wine.drive_c().join("windows/system32/bcryptprimitives.dll");
        if !library.exists() {
            let mut gcc = program(GCC, root);
            gcc.args(["-shared", "-O2", "-o"])
                .arg(&library)
                .arg(root.join("tests/windows/processprng.c"))
                .arg("-ladvapi32");
            quietly(&mut gcc, &log)?;
        }
        fs::write(&mark, "").map_err(|error| told(&mark, &error))?;
        Ok(wine)
    }

    /// A Windows program, to be started in a folder of this machine.
    pub(crate) fn run(&self, exe: impl AsRef<OsStr>, folder: &Path) -> Command {
        let mut command = program("wine", folder);
        self.dress(command.arg(exe));
        command
    }

    /// Gives a command the prefix. What it starts by `wine` runs in it too.
    pub(crate) fn dress<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("WINEPREFIX", &self.prefix)
            .env("WINEARCH", "win64")
            .env("WINEDEBUG", "-all")
            // Words and file names cross over by this encoding.
            .env("LC_ALL", "C.UTF-8")
            // Neither .NET nor a browser of its own is offered for download.
            .env("WINEDLLOVERRIDES", "mscoree,mshtml=")
    }

    /// Where its drive C: lies on this machine.
    pub(crate) fn drive_c(&self) -> PathBuf {
        self.prefix.join("drive_c")
    }

    /// Ends what still runs in this prefix.
    pub(crate) fn stop(&self, root: &Path) {
        let mut server = program("wineserver", root);
        // Nothing running is no failure.
        let _ = self.dress(server.arg("-k")).status();
    }
}

/// A path of this machine as a Windows program under Wine knows it.
pub(crate) fn windows_path(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_as_windows_knows_them() {
        assert_eq!(windows_path(Path::new("/tmp/dữ liệu/sổ")), "Z:\\tmp\\dữ liệu\\sổ");
    }
}

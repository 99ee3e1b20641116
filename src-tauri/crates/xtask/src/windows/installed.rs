//! The installer, run silently under Wine: what it puts in place, that data outlives an upgrade and an uninstall, and that
//! what was installed works.

use super::dist::{Laid, pack};
use super::toolchain::Toolchain;
use super::wine::{Wine, windows_path};
use super::{BEGINNING, holds};
use crate::dist::{VERSION, told};
use crate::programs::{self, Failure};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// A version before every other.
const OLDER: &str = "0.0.1";

/// How long Windows may take to finish what a program has started and left.
const PATIENCE: Duration = Duration::from_secs(60);

/// One machine with its installer.
struct Machine<'a> {
    root: &'a Path,
    wine: &'a Wine,
    /// `%LOCALAPPDATA%`.
    local: PathBuf,
    /// The start menu's folder of programs.
    menu: PathBuf,
}

/// Installs an older version and works with it, installs this one over it, opens the data, removes the program, and at
/// last the data.
pub(crate) fn check(root: &Path, toolchain: &Toolchain, wine: &Wine, laid: &Laid) -> Result<(), Failure> {
    let older = pack(root, OLDER, &|name| toolchain.built(name, true))?;
    let machine = Machine::of(root, wine)?;
    machine.clean()?;
    machine.install(&older.installer)?;
    machine.is_installed(OLDER)?;
    for made in [&older.programs, &older.installer, &older.stick] {
        drop(fs::remove_dir_all(made).or_else(|_| fs::remove_file(made)));
    }
    machine.chidao(&BEGINNING)?;
    let data = machine.local.join("SoChiDao/ledger.db");
    holds(data.is_file(), "the data does not lie in %LOCALAPPDATA%\\SoChiDao")?;

    machine.install(&laid.installer)?;
    machine.is_installed(VERSION)?;
    machine.chidao(&["check"])?;
    machine.page_is_served()?;

    machine.uninstall(&[])?;
    holds(data.is_file(), "the data went with the program")?;
    machine.install(&laid.installer)?;
    machine.chidao(&["check"])?;
    holds(machine.unasked(&["check"]).is_err(), "it opened without a passphrase")?;
    machine.chidao(&["persons", "remember"])?;
    machine.unasked(&["check"])?;
    machine.uninstall(&["/REMOVEDATA"])?;
    holds(!data.exists(), "the data is still there though it was to go")
}

impl Machine<'_> {
    fn of<'a>(root: &'a Path, wine: &'a Wine) -> Result<Machine<'a>, Failure> {
        let users = wine.drive_c().join("users");
        let user = fs::read_dir(&users)
            .map_err(|error| told(&users, &error))?
            .flatten()
            .map(|entry| entry.path())
            .find(|user| !user.ends_with("Public") && user.join("AppData/Local").is_dir())
            .ok_or_else(|| Failure::new(format!("no user of Windows in {}", users.display())))?;
        Ok(Machine {
            root,
            wine,
            local: user.join("AppData/Local"),
            menu: user.join("AppData/Roaming/Microsoft/Windows/Start Menu/Programs"),
        })
    }

    fn programs(&self) -> PathBuf {
        self.local.join("Programs/SoChiDao")
    }

    /// What an earlier run left.
    fn clean(&self) -> Result<(), Failure> {
        for folder in [self.programs(), self.local.join("SoChiDao")] {
            if folder.exists() {
                fs::remove_dir_all(&folder).map_err(|error| told(&folder, &error))?;
            }
        }
        Ok(())
    }

    fn install(&self, installer: &Path) -> Result<(), Failure> {
        programs::run(self.wine.run(windows_path(installer), self.root).arg("/S"))
    }

    /// The files, the menu and the registry; the exit code says nothing.
    fn is_installed(&self, version: &str) -> Result<(), Failure> {
        for name in [
            "so-chi-dao.exe",
            "chidao.exe",
            "WebView2Loader.dll",
            "bundle.ico",
            "uninstall.exe",
        ] {
            holds(
                self.programs().join(name).is_file(),
                &format!("{name} was not installed"),
            )?;
        }
        holds(
            self.menu.join("Sổ Chỉ Đạo.lnk").is_file(),
            "the start menu has no entry",
        )?;
        let uninstall = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\SoChiDao";
        for (key, value, wanted) in [
            (uninstall, "DisplayVersion", version),
            (r"HKCU\Software\Classes\.chidao", "", "SoChiDao.Bundle"),
            (
                r"HKCU\Software\Classes\SoChiDao.Bundle\shell\open\command",
                "",
                "--bundle \"%1\"",
            ),
        ] {
            let told = self.registry(key, value).unwrap_or_default();
            holds(
                told.contains(wanted),
                &format!("{key} {value}: {told:?} instead of {wanted}"),
            )?;
        }
        Ok(())
    }

    fn registry(&self, key: &str, value: &str) -> Option<String> {
        let mut reg = self.wine.run("reg", self.root);
        reg.args(["query", key]);
        match value {
            "" => reg.arg("/ve"),
            name => reg.args(["/v", name]),
        };
        programs::answer(&mut reg)
    }

    /// The installed terminal program, on the data in the usual place.
    fn chidao(&self, words: &[&str]) -> Result<(), Failure> {
        let mut chidao = self.wine.run(self.programs().join("chidao.exe"), self.root);
        chidao.args(words).env("CHIDAO_PASSPHRASE", "đồng lúa chín vàng");
        programs::run(chidao.stdout(Stdio::null()))
    }

    /// The same without the passphrase: the account of the tests is to open the register.
    fn unasked(&self, words: &[&str]) -> Result<(), Failure> {
        let mut chidao = self.wine.run(self.programs().join("chidao.exe"), self.root);
        let quiet = chidao.args(words).stdin(Stdio::null()).stdout(Stdio::null());
        programs::run(quiet.stderr(Stdio::null()).env_remove("CHIDAO_PASSPHRASE"))
    }

    /// The installed window's program serves the page that it carries.
    fn page_is_served(&self) -> Result<(), Failure> {
        let mut window = self.wine.run(self.programs().join("so-chi-dao.exe"), self.root);
        window.arg("--serve").stdout(Stdio::piped()).stdin(Stdio::null());
        let mut child = window
            .spawn()
            .map_err(|error| Failure::new(format!("so-chi-dao.exe could not be started: {error}")))?;
        let mut line = String::new();
        let read = child.stdout.take().map(|out| BufReader::new(out).read_line(&mut line));
        let answer = fetch(line.trim());
        let _ = child.kill();
        let _ = child.wait();
        holds(
            matches!(read, Some(Ok(_)))
                && answer.is_ok_and(|text| text.starts_with("HTTP/1.1 200") && text.contains("<title>")),
            &format!("so-chi-dao.exe --serve printed {line:?}, and no page was there"),
        )
    }

    fn uninstall(&self, words: &[&str]) -> Result<(), Failure> {
        let uninstaller = self.programs().join("uninstall.exe");
        programs::run(self.wine.run(&uninstaller, self.root).arg("/S").args(words))?;
        // It goes on as a copy of itself, so that it can remove itself.
        let began = Instant::now();
        while self.programs().exists() {
            if began.elapsed() > PATIENCE {
                return Err(Failure::new(format!("{} is still there", self.programs().display())));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        let mut wait = programs::program("wineserver", self.root);
        // Until the copy has ended too.
        programs::run(self.wine.dress(wait.arg("-w")))?;
        holds(
            !self.menu.join("Sổ Chỉ Đạo.lnk").exists(),
            "the start menu still has the entry",
        )?;
        let left = self.registry(r"HKCU\Software\Classes\SoChiDao.Bundle", "");
        holds(
            left.is_none(),
            "Windows still opens bundles with a program that is gone",
        )
    }
}

/// The head of the page at an address as the program prints it.
fn fetch(address: &str) -> std::io::Result<String> {
    let host = address
        .trim_start_matches("http://")
        .split('/')
        .next()
        .unwrap_or_default();
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

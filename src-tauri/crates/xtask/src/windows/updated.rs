//! Updates under Wine: a program that runs is replaced, by itself where it is carried about and by its installer where it was installed;
//! what cannot open the data is taken back, and the data with it.

use super::dist::{Laid, pack};
use super::toolchain::{GCC, Toolchain, quietly};
use super::wine::{Wine, windows_path};
use super::{BEGINNING, holds};
use crate::dist::{copy, fresh_folder, told};
use crate::programs::{self, Failure, program};
use serde_json::Value;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;

/// A version that opens the data, and a later one that spoils them.
const GOOD: &str = "0.2.0";
const BAD: &str = "0.3.0";

/// The two ways in which updates are put in place on Windows.
const KINDS: [&str; 2] = ["portable", "installer"];

/// An office that works with the program in a folder.
struct Office<'a> {
    root: &'a Path,
    wine: &'a Wine,
    /// Where the program lies.
    programs: PathBuf,
    home: PathBuf,
}

/// Tries both ways: an update that spoils the data, then one that works. It needs the programs for users, and the one
/// with the key of the tests.
pub(crate) fn check(root: &Path, toolchain: &Toolchain, wine: &Wine, laid: &Laid) -> Result<(), Failure> {
    let folder = fresh_folder(root, "windows-updates")?;
    let real = toolchain.built("chidao.exe", false);
    let newer = Newer::made(root, &folder, &real)?;
    for kind in KINDS {
        let office = Office {
            root,
            wine,
            programs: folder.join(format!("chương trình {kind}")),
            home: folder.join(format!("dữ liệu {kind}")),
        };
        let about = |failure: Failure| Failure::new(format!("{kind}: {failure}"));
        office.laid(kind, laid, &real).map_err(about)?;
        let done = office.updated(kind, &newer, &folder);
        if kind == "installer" {
            let uninstaller = office.programs.join("uninstall.exe");
            programs::run(wine.run(&uninstaller, root).arg("/S"))?;
        }
        done.map_err(about)?;
    }
    Ok(())
}

/// The programs of the two versions, and both packed in both ways.
struct Newer {
    good: PathBuf,
    packages: Vec<(&'static str, &'static str, PathBuf)>,
}

impl Newer {
    fn made(root: &Path, folder: &Path, real: &Path) -> Result<Newer, Failure> {
        let real = format!("-DREAL=\"{}\"", windows_path(real).replace('\\', "/"));
        let good = compiled(root, folder, GOOD, Some(&real))?;
        let bad = compiled(root, folder, BAD, None)?;
        let mut packages = Vec::new();
        for (version, exe) in [(GOOD, &good), (BAD, &bad)] {
            let stick = folder.join(format!("{version}.zip"));
            zipped(exe, &stick).map_err(|error| told(&stick, &error))?;
            packages.push((version, "portable", stick));
            // What else belongs to it does not matter here.
            let packed = pack(root, version, &|_| exe.clone())?;
            packages.push((version, "installer", packed.installer));
        }
        Ok(Newer { good, packages })
    }
}

fn compiled(root: &Path, folder: &Path, version: &str, real: Option<&str>) -> Result<PathBuf, Failure> {
    let exe = folder.join(format!("{version}.exe"));
    let mut gcc = program(GCC, root);
    gcc.args(["-municode", "-O2", "-Wall", "-Werror"])
        .arg(format!("-DVERSION=\"{version}\""))
        .args(real)
        .arg("-o")
        .arg(&exe)
        .arg(root.join("tests/windows/newer.c"));
    quietly(&mut gcc, &folder.join(format!("{version}.log")))?;
    Ok(exe)
}

fn zipped(exe: &Path, to: &Path) -> std::io::Result<()> {
    let mut zip = zip::ZipWriter::new(File::create(to)?);
    for (name, bytes) in [("chidao.exe", fs::read(exe)?), ("portable.txt", Vec::new())] {
        zip.start_file(format!("so-chi-dao/{name}"), SimpleFileOptions::default())?;
        zip.write_all(&bytes)?;
    }
    zip.finish()?.sync_all()
}

impl Office<'_> {
    /// Lays the program out as it comes in this way, and begins to work.
    fn laid(&self, kind: &str, laid: &Laid, real: &Path) -> Result<(), Failure> {
        if kind == "portable" {
            fs::create_dir_all(&self.programs).map_err(|error| told(&self.programs, &error))?;
            let mark = self.programs.join("portable.txt");
            fs::write(&mark, "").map_err(|error| told(&mark, &error))?;
        } else {
            let mut installer = self.wine.run(windows_path(&laid.installer), self.root);
            // The last word, and never in quotes, which a path with blanks would get here. It is given its name afterwards.
            let plain = self.programs.with_file_name("installed");
            installer.arg("/S").arg(format!("/D={}", windows_path(&plain)));
            programs::run(&mut installer)?;
            fs::rename(&plain, &self.programs).map_err(|error| told(&plain, &error))?;
            copy(real, &self.programs.join("so-chi-dao.exe"))?;
        }
        copy(real, &self.programs.join("chidao.exe"))?;
        self.json(&BEGINNING).map(drop)
    }

    fn updated(&self, kind: &str, newer: &Newer, folder: &Path) -> Result<(), Failure> {
        let former = self.program()?;
        let bad = self.signed(newer, BAD, kind, folder)?;
        let (code, told) = self.answers(&["update", "install", &windows_path(&bad)])?;
        holds(
            code == Some(1) && told["opened"] == false && told["reason"] == "ended",
            &format!("what spoils the data was answered with {code:?} {told}"),
        )?;
        holds(self.program()? == former, "the former program is not back")?;
        let whole = self.json(&["check"])?;
        holds(whole["ok"] == true, &format!("the data are not as before: {whole}"))?;

        let good = self.signed(newer, GOOD, kind, folder)?;
        let told = self.json(&["update", "install", &windows_path(&good)])?;
        holds(
            told["opened"] == true && told["version"] == GOOD,
            &format!("what works was answered with {told}"),
        )?;
        let wanted = fs::read(&newer.good).map_err(|error| crate::dist::told(&newer.good, &error))?;
        holds(self.program()? == wanted, "the new program is not in place")?;
        let whole = self.json(&["check"])?;
        holds(whole["ok"] == true, &format!("the new program: {whole}"))?;
        let listed = self.json(&["update", "list"])?;
        holds(listed["version"] == GOOD, &format!("the new program says {listed}"))?;
        let left = fs::read_dir(&self.programs).map_err(|error| crate::dist::told(&self.programs, &error))?;
        let left: Vec<PathBuf> = left.flatten().map(|entry| entry.path()).collect();
        // A program set aside while it ran goes when the new one starts from there, which here is another elsewhere.
        let unfit = |path: &&PathBuf| path.extension().is_some_and(|ending| ending == "part");
        match left.iter().find(unfit) {
            Some(path) => Err(Failure::new(format!("{} was left behind", path.display()))),
            None => Ok(()),
        }
    }

    /// An update file of a version, signed with the key of the tests.
    fn signed(&self, newer: &Newer, version: &str, kind: &str, folder: &Path) -> Result<PathBuf, Failure> {
        let package = newer
            .packages
            .iter()
            .find(|(of, way, _)| (*of, *way) == (version, kind));
        let (.., package) = package.ok_or_else(|| Failure::new("no such package"))?;
        let out = folder.join(format!("cập nhật {kind} {version}"));
        fs::create_dir_all(&out).map_err(|error| told(&out, &error))?;
        let key = self.root.join("tests/story/data/update-test.key");
        let (package, key, out_told) = (windows_path(package), windows_path(&key), windows_path(&out));
        self.json(&[
            "update",
            "pack",
            &package,
            "--key",
            &key,
            "--of-version",
            version,
            "--platform",
            "windows-x86_64",
            "--kind",
            kind,
            "--news-vi",
            "Bản mới",
            "--news-en",
            "A new version",
            "--out",
            &out_told,
        ])?;
        let files = fs::read_dir(&out).map_err(|error| told(&out, &error))?;
        let file = files.flatten().map(|entry| entry.path()).next();
        file.ok_or_else(|| Failure::new("no update was packed"))
    }

    fn program(&self) -> Result<Vec<u8>, Failure> {
        let path = self.programs.join("chidao.exe");
        fs::read(&path).map_err(|error| told(&path, &error))
    }

    fn answers(&self, words: &[&str]) -> Result<(Option<i32>, Value), Failure> {
        let mut chidao = self.wine.run(self.programs.join("chidao.exe"), self.root);
        chidao
            .args(["--home", &windows_path(&self.home)])
            .args(words)
            .arg("--json")
            .env("CHIDAO_PASSPHRASE", "đồng lúa chín vàng");
        let output = chidao
            .output()
            .map_err(|error| Failure::new(format!("wine could not be started: {error}")))?;
        let said = match output.stdout.is_empty() {
            true => &output.stderr,
            false => &output.stdout,
        };
        let said = String::from_utf8_lossy(said);
        let value = serde_json::from_str(said.trim());
        let value = value.map_err(|_| Failure::new(format!("{words:?} was answered with {said:?}")))?;
        Ok((output.status.code(), value))
    }

    fn json(&self, words: &[&str]) -> Result<Value, Failure> {
        match self.answers(words)? {
            (Some(0), told) => Ok(told),
            (code, told) => Err(Failure::new(format!("{words:?}: {code:?} {told}"))),
        }
    }
}

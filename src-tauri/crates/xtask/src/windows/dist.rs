//! `cargo xtask dist --target windows`: the programs, the installer and the zip for a stick, as they go to their users.

use super::toolchain::Toolchain;
use crate::dist::{VERSION, bytes_below, copy, fresh_folder, told, within};
use crate::pieces;
use crate::programs::{self, Failure, program};
use crate::setup::{self, Purpose};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;

/// The most that the installer may weigh, in bytes: 15 MB, without WebView2.
const INSTALLER_BUDGET: u64 = 15_000_000;

/// What was laid out for users.
#[derive(Debug)]
pub(crate) struct Laid {
    /// The folder with the programs.
    pub(crate) programs: PathBuf,
    /// The installer.
    pub(crate) installer: PathBuf,
    /// The zip for a stick.
    pub(crate) stick: PathBuf,
}

/// Builds the optimised programs for Windows and lays them out in `target/dist`.
pub(crate) fn dist(root: &Path) -> Result<Laid, Failure> {
    setup::prepare(root, Purpose::Run)?;
    setup::prepare_for_windows(root, Purpose::Run)?;
    pieces::build_page(root)?;
    let toolchain = Toolchain::ready(root)?;
    let mut build = toolchain.cargo(root, "build");
    programs::run(build.args(["--release", "--package", "so-chi-dao", "--package", "chidao"]))?;
    pack(root, VERSION, &|name| toolchain.built(name, true))
}

/// Lays out built programs, and packs them as this version.
pub(crate) fn pack(root: &Path, version: &str, built: &dyn Fn(&str) -> PathBuf) -> Result<Laid, Failure> {
    let programs = fresh_folder(root, &format!("so-chi-dao-{version}-windows"))?;
    for name in ["so-chi-dao.exe", "chidao.exe", "WebView2Loader.dll"] {
        copy(&built(name), &programs.join(name))?;
    }
    copy(&root.join("icons/bundle.ico"), &programs.join("bundle.ico"))?;
    // By this ending a double-click shows it.
    copy(&root.join("LICENSE"), &programs.join("LICENSE.txt"))?;
    let script = root.join("src-tauri/windows/installer.nsi");
    let text = fs::read_to_string(&script).map_err(|error| told(&script, &error))?;
    if let Some(left) = left_behind(&text, &names(&programs)?) {
        return Err(Failure::new(format!(
            "{} installs {left} and does not remove it",
            script.display()
        )));
    }

    let installer = programs.with_file_name(format!("so-chi-dao-{version}-setup.exe"));
    let mut makensis = program("makensis", root);
    makensis
        .args(["-V2", "-WX", "-INPUTCHARSET", "UTF8"])
        .arg(format!("-DVERSION={version}"))
        .arg(format!("-DPROGRAMS={}", programs.display()))
        .arg(format!("-DOUT={}", installer.display()))
        .arg(format!("-DSIZE={}", bytes_below(&programs).div_ceil(1024)))
        .arg(&script);
    programs::run(&mut makensis)?;
    within("the installer", &installer, INSTALLER_BUDGET)?;

    let stick = programs.with_file_name(format!("so-chi-dao-{version}-usb.zip"));
    zip_up(&programs, &root.join("src-tauri/windows/portable.txt"), &stick).map_err(|error| told(&stick, &error))?;
    println!(
        "{:>12} {}",
        fs::metadata(&stick).map_or(0, |about| about.len()),
        stick.display()
    );
    Ok(Laid {
        programs,
        installer,
        stick,
    })
}

/// The first of these names that the installer's script does not remove again.
fn left_behind<'a>(script: &str, installed: &'a [String]) -> Option<&'a str> {
    let removed = |name: &str| script.contains(&format!("Delete \"$INSTDIR\\{name}\""));
    installed.iter().map(String::as_str).find(|name| !removed(name))
}

fn names(folder: &Path) -> Result<Vec<String>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| told(folder, &error))?;
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}

/// The programs and the file that says that the data lies beside them, in one folder of a zip.
fn zip_up(programs: &Path, portable: &Path, to: &Path) -> io::Result<()> {
    let mut zip = zip::ZipWriter::new(fs::File::create(to)?);
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let mut files: Vec<PathBuf> = fs::read_dir(programs)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    files.push(portable.to_owned());
    files.sort();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        zip.start_file(format!("so-chi-dao/{name}"), options)?;
        zip.write_all(&fs::read(&file)?)?;
    }
    zip.finish()?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_installed_and_not_removed_is_found() {
        let installed = ["a.exe", "b.dll"].map(str::to_owned);
        let script = "Delete \"$INSTDIR\\a.exe\"\n";
        assert_eq!(left_behind(script, &installed), Some("b.dll"));
        assert_eq!(left_behind(script, &installed[..1]), None);
    }

    #[test]
    fn a_stick_gets_the_programs_and_the_word_that_it_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let programs = folder.path().join("programs");
        fs::create_dir(&programs).unwrap();
        fs::write(programs.join("so-chi-dao.exe"), b"MZ").unwrap();
        let portable = folder.path().join("portable.txt");
        fs::write(&portable, "mang theo").unwrap();
        let to = folder.path().join("usb.zip");
        zip_up(&programs, &portable, &to).unwrap();
        let zip = zip::ZipArchive::new(fs::File::open(&to).unwrap()).unwrap();
        let mut names: Vec<_> = zip.file_names().map(Result::unwrap).collect();
        names.sort_unstable();
        assert_eq!(names, ["so-chi-dao/portable.txt", "so-chi-dao/so-chi-dao.exe"]);
    }
}

//! `cargo xtask dist`: the optimised programs of this system, laid out in `target/dist` as they go to their users.

use crate::pieces;
use crate::programs::{self, Failure, cargo, find, program};
use crate::setup::{self, Purpose};
use std::env::consts::{ARCH, OS};
use std::fs;
use std::path::{Path, PathBuf};

/// The most that the window's program may weigh, in bytes: 25 MB.
const WINDOW_BUDGET: u64 = 25_000_000;

/// The version that is laid out.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Builds, lays out, and on Debian's kind of Linux packs a .deb.
pub(crate) fn dist(root: &Path) -> Result<(), Failure> {
    setup::prepare(root, Purpose::Run)?;
    pieces::build_page(root)?;
    programs::run(cargo(root).args(["build", "--release", "--package", "so-chi-dao", "--package", "chidao"]))?;
    let folder = fresh_folder(root, &format!("so-chi-dao-{VERSION}-{ARCH}-{OS}"))?;
    let window = pieces::built(root, "so-chi-dao", true);
    let mut files = vec![window.clone(), pieces::built(root, "chidao", true)];
    files.extend(["LICENSE", "README.md", "icons/icon.svg"].map(|name| root.join(name)));
    for file in files.iter().filter(|file| file.exists()) {
        copy(file, &folder.join(file.file_name().unwrap_or_default()))?;
    }
    within("the window's program", &window, WINDOW_BUDGET)?;
    if cfg!(target_os = "linux") && find("dpkg-deb").is_some() {
        let package = deb(root, &folder, &pieces::target(root).join("dist"))?;
        println!("{}", package.display());
    }
    Ok(())
}

/// Packs the laid out programs for Debian and Ubuntu, with their place in the menu and the kind of file that they open.
fn deb(root: &Path, programs: &Path, into: &Path) -> Result<PathBuf, Failure> {
    let machine = programs::answer(program("dpkg", root).arg("--print-architecture"))
        .ok_or_else(|| Failure::new("dpkg does not tell this machine's architecture"))?;
    let tree = into.join("deb");
    if tree.exists() {
        fs::remove_dir_all(&tree).map_err(|error| told(&tree, &error))?;
    }
    let laid = [
        (programs.join("so-chi-dao"), "usr/bin/so-chi-dao"),
        (programs.join("chidao"), "usr/bin/chidao"),
        (root.join("LICENSE"), "usr/share/doc/so-chi-dao/copyright"),
        (
            root.join("src-tauri/linux/so-chi-dao.desktop"),
            "usr/share/applications/so-chi-dao.desktop",
        ),
        (
            root.join("src-tauri/linux/so-chi-dao.xml"),
            "usr/share/mime/packages/so-chi-dao.xml",
        ),
        (
            root.join("icons/icon.svg"),
            "usr/share/icons/hicolor/scalable/apps/so-chi-dao.svg",
        ),
        (
            root.join("icons/bundle.svg"),
            "usr/share/icons/hicolor/scalable/mimetypes/so-chi-dao-bundle.svg",
        ),
    ];
    for (from, to) in laid {
        copy(&from, &tree.join(to))?;
    }
    let size = bytes_below(&tree).div_ceil(1024);
    let control = tree.join("DEBIAN/control");
    make(&tree.join("DEBIAN"))?;
    let text = format!(
        "Package: so-chi-dao\nVersion: {VERSION}\nArchitecture: {machine}\nMaintainer: Sổ Chỉ Đạo <so-chi-dao@localhost>\n\
         Installed-Size: {size}\nDepends: libwebkit2gtk-4.1-0, libgtk-3-0 | libgtk-3-0t64, libc6\nSection: \
         misc\nPriority: optional\nDescription: register of what a province hands down\n Keeps directives, tasks, \
         conclusions and their deadlines on one's own machine,\n without a network, and exchanges signed and encrypted \
         bundles.\n"
    );
    fs::write(&control, text).map_err(|error| told(&control, &error))?;
    let package = into.join(format!("so-chi-dao_{VERSION}_{machine}.deb"));
    programs::run(
        program("dpkg-deb", root)
            .args(["--build", "--root-owner-group"])
            .arg(&tree)
            .arg(&package),
    )?;
    fs::remove_dir_all(&tree).map_err(|error| told(&tree, &error))?;
    Ok(package)
}

/// An empty folder in `target/dist`: only what is laid out now may lie there.
pub(crate) fn fresh_folder(root: &Path, name: &str) -> Result<PathBuf, Failure> {
    let folder = pieces::target(root).join("dist").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| told(&folder, &error))?;
    }
    make(&folder)?;
    Ok(folder)
}

/// Copies one file, makes the folder for it, and shows what it weighs.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    if let Some(folder) = to.parent() {
        make(folder)?;
    }
    let size = fs::copy(from, to).map_err(|error| told(from, &error))?;
    println!("{size:>12} {}", to.display());
    Ok(())
}

/// Fails where a file weighs more than it may, in bytes.
pub(crate) fn within(what: &str, file: &Path, budget: u64) -> Result<(), Failure> {
    let size = fs::metadata(file).map_err(|error| told(file, &error))?.len();
    if size > budget {
        return Err(Failure::new(format!(
            "{what} weighs {size} bytes; {budget} are allowed"
        )));
    }
    println!("{what}: {size} of at most {budget} bytes");
    Ok(())
}

/// What all files below a folder weigh together, in bytes.
pub(crate) fn bytes_below(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(about) if about.is_dir() => bytes_below(&entry.path()),
            Ok(about) => about.len(),
            Err(_) => 0,
        })
        .sum()
}

pub(crate) fn make(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| told(folder, &error))
}

pub(crate) fn told(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_weighs_too_much_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a/b");
        make(&folder.path().join("a")).unwrap();
        fs::write(&file, [0; 10]).unwrap();
        fs::write(folder.path().join("c"), [0; 5]).unwrap();
        assert_eq!(bytes_below(folder.path()), 15);
        assert!(within("it", &file, 10).is_ok());
        let failure = within("it", &file, 9).unwrap_err();
        assert_eq!(failure.0, "it weighs 10 bytes; 9 are allowed");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_package_brings_the_programs_the_menu_and_the_kind_of_file() {
        if find("dpkg-deb").is_none() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        for name in ["so-chi-dao", "chidao"] {
            fs::write(folder.path().join(name), "#!/bin/sh\n").unwrap();
        }
        let root = programs::root().unwrap();
        let package = deb(&root, folder.path(), folder.path()).unwrap();
        let listed = programs::answer(program("dpkg-deb", &root).arg("--contents").arg(&package)).unwrap();
        for file in [
            "./usr/bin/so-chi-dao",
            "./usr/bin/chidao",
            "./usr/share/applications/so-chi-dao.desktop",
            "./usr/share/mime/packages/so-chi-dao.xml",
        ] {
            assert!(listed.contains(file), "{listed}");
        }
        let version = programs::answer(program("dpkg-deb", &root).arg("--field").arg(&package).arg("Version"));
        assert_eq!(version.as_deref(), Some(VERSION));
        assert!(!folder.path().join("deb").exists());
    }
}

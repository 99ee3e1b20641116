//! The compiler, the standard library and OpenSSL for Windows.

use super::TRIPLE;
use crate::dist::{make, told};
use crate::pieces;
use crate::programs::{self, Failure, program};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where distributions put their own compiler. It has to be asked for by its path: rustup's comes first on the path.
const DISTRIBUTION: &str = "/usr/bin";

/// What builds for Windows.
#[derive(Debug)]
pub(crate) struct Toolchain {
    /// `target/windows`.
    pub(crate) folder: PathBuf,
    compiler: Compiler,
    /// The folder with OpenSSL's `include` and `lib`.
    openssl: PathBuf,
}

#[derive(Debug)]
enum Compiler {
    /// The one that everything is built with; it has Windows' standard library.
    Usual,
    /// The distribution's, with a standard library that was built from its sources.
    Distribution { sysroot: PathBuf },
}

/// A package of its own, by which something is built that cargo does not build by itself.
struct Bench<'a> {
    name: &'a str,
    manifest: &'a str,
    source: &'a str,
}

impl Bench<'_> {
    /// Lays the package out. It is a workspace of its own, though it lies below another.
    fn lay_out(&self, below: &Path) -> Result<PathBuf, Failure> {
        let folder = below.join(self.name);
        make(&folder.join("src"))?;
        write(&folder.join("Cargo.toml"), self.manifest)?;
        write(&folder.join("src/main.rs"), self.source)?;
        Ok(folder)
    }
}

impl Toolchain {
    /// Finds the compiler, and builds the standard library and OpenSSL unless that was done before.
    pub(crate) fn ready(root: &Path) -> Result<Toolchain, Failure> {
        let folder = pieces::target(root).join("windows");
        make(&folder)?;
        let mut toolchain = Toolchain {
            compiler: compiler(root, &folder)?,
            openssl: PathBuf::new(),
            folder,
        };
        toolchain.openssl = toolchain.build_openssl(root)?;
        Ok(toolchain)
    }

    /// Cargo, for Windows: what it builds for the target lies where [`Toolchain::built`] says.
    pub(crate) fn cargo(&self, root: &Path, what: &str) -> Command {
        let mut cargo = self.compiler.cargo(root);
        let variable = |end: &str| format!("X86_64_PC_WINDOWS_GNU_{end}");
        cargo
            .arg(what)
            .args(["--target", TRIPLE, "--target-dir"])
            .arg(self.folder.join("build"))
            .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", GCC)
            // One OpenSSL for every profile: it takes longer than all the rest together.
            .env(variable("OPENSSL_NO_VENDOR"), "1")
            .env(variable("OPENSSL_STATIC"), "1")
            .env(variable("OPENSSL_DIR"), &self.openssl);
        if let Compiler::Distribution { sysroot } = &self.compiler {
            let flags = format!("--sysroot={}", sysroot.display());
            cargo
                .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUSTFLAGS", &flags)
                .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUSTDOCFLAGS", &flags);
        }
        cargo
    }

    /// Where a program lies that was built for Windows.
    pub(crate) fn built(&self, name: &str, release: bool) -> PathBuf {
        let profile = if release { "release" } else { "debug" };
        self.folder.join("build").join(TRIPLE).join(profile).join(name)
    }

    /// OpenSSL, of the version that the lock file names.
    fn build_openssl(&self, root: &Path) -> Result<PathBuf, Failure> {
        let lock = fs::read_to_string(root.join("Cargo.lock")).unwrap_or_default();
        let version = locked(&lock, "openssl-src")
            .ok_or_else(|| Failure::new("Cargo.lock names no openssl-src, which the database is encrypted with"))?;
        let into = self.folder.join(format!("openssl-{version}"));
        let installed = into.join("install");
        if installed.join("lib/libcrypto.a").is_file() {
            return Ok(installed);
        }
        println!("building OpenSSL {version} for Windows, once");
        let bench = Bench {
            name: "openssl-build",
            manifest: &format!(
                "[package]\nname = \"openssl-build\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                 openssl-src = \"={version}\"\n\n[workspace]\n"
            ),
            source: "fn main() {\n    let into = std::env::args_os().nth(1).expect(\"the folder\");\n    let mut build = \
                     openssl_src::Build::new();\n    let host = std::env::args().nth(2).expect(\"the host\");\n    \
                     build.out_dir(into).target(\"x86_64-pc-windows-gnu\").host(&host).build();\n}\n",
        };
        let folder = bench.lay_out(&self.folder)?;
        write(&folder.join("Cargo.lock"), &lock)?;
        let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        let mut run = self.compiler.cargo(&folder);
        run.args(["run", "--quiet", "--target-dir", "target", "--"])
            .arg(&into)
            .arg(host)
            .env("OPT_LEVEL", "3");
        quietly(&mut run, &self.folder.join("openssl-build.log"))?;
        // Half a gigabyte of objects that nobody asks for again.
        let _ = fs::remove_dir_all(into.join("build"));
        let _ = fs::remove_dir_all(folder.join("target"));
        Ok(installed)
    }
}

/// The linker and C compiler of mingw-w64.
pub(super) const GCC: &str = "x86_64-w64-mingw32-gcc";

impl Compiler {
    fn cargo(&self, folder: &Path) -> Command {
        match self {
            Compiler::Usual => programs::cargo(folder),
            Compiler::Distribution { .. } => distribution_cargo(folder),
        }
    }
}

fn distribution_cargo(folder: &Path) -> Command {
    let mut cargo = program(Path::new(DISTRIBUTION).join("cargo"), folder);
    cargo
        .env("RUSTC", Path::new(DISTRIBUTION).join("rustc"))
        .env("RUSTDOC", Path::new(DISTRIBUTION).join("rustdoc"))
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO");
    cargo
}

/// Whether the compiler that everything is built with has Windows' standard library.
pub(crate) fn usual_has_std(root: &Path) -> bool {
    let usual = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let libraries = programs::answer(program(usual, root).args(["--print", "target-libdir", "--target", TRIPLE]));
    let files = libraries.into_iter().flat_map(fs::read_dir).flatten().flatten();
    files
        .map(|file| file.file_name())
        .any(|name| name.to_string_lossy().starts_with("libstd-"))
}

/// The usual compiler, if rustup gave it Windows' standard library; else the distribution's.
fn compiler(root: &Path, folder: &Path) -> Result<Compiler, Failure> {
    if usual_has_std(root) {
        return Ok(Compiler::Usual);
    }
    let rustc = Path::new(DISTRIBUTION).join("rustc");
    let sources = programs::answer(program(&rustc, root).args(["--print", "sysroot"]))
        .map(|sysroot| Path::new(&sysroot).join("lib/rustlib/src/rust/library"))
        .filter(|library| library.join("vendor").is_dir());
    let version = programs::answer(program(&rustc, root).arg("-vV"));
    let (Some(sources), Some(version)) = (sources, version) else {
        return Err(Failure::new(format!(
            "Windows' standard library is missing: `rustup target add {TRIPLE}`, or on Debian the packages {}",
            crate::setup::RUST_FROM_DEBIAN.join(" ")
        )));
    };
    let sysroot = build_std(folder, &sources, &version)?;
    Ok(Compiler::Distribution { sysroot })
}

/// Builds the standard library from the distribution's sources, once for each version of the compiler.
fn build_std(folder: &Path, sources: &Path, version: &str) -> Result<PathBuf, Failure> {
    let sysroot = folder.join(format!("std-{}", short(version)));
    let libraries = sysroot.join("lib/rustlib").join(TRIPLE).join("lib");
    if libraries.is_dir() {
        return Ok(sysroot);
    }
    println!("building the standard library for Windows, once");
    let bench = Bench {
        name: "std-build",
        // As the library's own manifest has it: aborting is never built with unwinding, and each intrinsic lies alone.
        manifest: "cargo-features = [\"profile-rustflags\"]\n\n[package]\nname = \"std-build\"\nversion = \
                   \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[profile.release.package.panic_abort]\nrustflags = \
                   [\"-Cpanic=abort\"]\n\n[profile.release.package.compiler_builtins]\ncodegen-units = 10000\n",
        source: "fn main() {}\n",
    };
    let package = bench.lay_out(folder)?;
    make(&package.join(".cargo"))?;
    let vendored = format!(
        "[source.crates-io]\nreplace-with = \"vendored\"\n\n[source.vendored]\ndirectory = \"{}\"\n",
        sources.join("vendor").display()
    );
    write(&package.join(".cargo/config.toml"), &vendored)?;
    let mut build = distribution_cargo(&package);
    build
        .args([
            "build",
            "--release",
            "--offline",
            "--target",
            TRIPLE,
            "--target-dir",
            "target",
        ])
        .args(["-Z", "build-std=std,panic_unwind,panic_abort,proc_macro,test"])
        .env("RUSTC_BOOTSTRAP", "1")
        // As the library is shipped elsewhere: without its bitcode no optimised program can be linked.
        .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", GCC);
    quietly(&mut build, &folder.join("std-build.log"))?;
    // Laid out beside, so that a broken copy is never taken for a whole one.
    let part = sysroot.with_extension("part");
    let place = part.join("lib/rustlib").join(TRIPLE).join("lib");
    let _ = fs::remove_dir_all(&part);
    make(&place)?;
    let from = package.join("target").join(TRIPLE).join("release/deps");
    for file in fs::read_dir(&from).map_err(|error| told(&from, &error))?.flatten() {
        let name = file.file_name();
        if name.to_string_lossy().ends_with(".rlib") {
            fs::copy(file.path(), place.join(name)).map_err(|error| told(&file.path(), &error))?;
        }
    }
    fs::rename(&part, &sysroot).map_err(|error| told(&sysroot, &error))?;
    let _ = fs::remove_dir_all(package.join("target"));
    Ok(sysroot)
}

/// Runs something long; what it prints is shown only when it fails.
pub(super) fn quietly(command: &mut Command, log: &Path) -> Result<(), Failure> {
    let file = fs::File::create(log).map_err(|error| told(log, &error))?;
    let errors = file.try_clone().map_err(|error| told(log, &error))?;
    programs::run(command.stdout(file).stderr(errors)).map_err(|failure| {
        let text = fs::read(log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let last = lines[lines.len().saturating_sub(40)..].join("\n");
        Failure::new(format!("{last}\n{failure}\nall that it printed: {}", log.display()))
    })
}

/// The version of a package in a lock file, without what stands behind a plus.
fn locked(lock: &str, name: &str) -> Option<String> {
    let mut lines = lock.lines();
    lines.find(|line| *line == format!("name = \"{name}\""))?;
    let version = lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?;
    Some(version.split('+').next().unwrap_or(version).to_owned())
}

/// `1.96.0-ac68faa20` of what `rustc -vV` prints.
fn short(version: &str) -> String {
    let field = |name: &str| {
        let line = version.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim().chars().take(9).collect::<String>())
    };
    let release = field("release:").unwrap_or_default();
    format!("{release}-{}", field("commit-hash:").unwrap_or_default())
}

/// Writes a file that is built from; one that is the same stays as it is, so that nothing is built again.
pub(super) fn write(file: &Path, text: &str) -> Result<(), Failure> {
    if fs::read_to_string(file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(file, text).map_err(|error| told(file, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_a_lock_file() {
        let lock = "[[package]]\nname = \"openssl-src\"\nversion = \"300.6.1+3.6.3\"\n\n[[package]]\nname = \"tar\"\nversion = \
                    \"0.4.46\"\n";
        assert_eq!(locked(lock, "openssl-src").as_deref(), Some("300.6.1"));
        assert_eq!(locked(lock, "tar").as_deref(), Some("0.4.46"));
        assert_eq!(locked(lock, "openssl"), None);
    }

    #[test]
    fn a_compiler_is_told_by_release_and_commit() {
        let told = "rustc 1.96.0 (ac68faa20 2026-05-25)\ncommit-hash: ac68faa20c58cbccd01ee7208bf3b6e93a7d7f96\nrelease: 1.96.0\n";
        assert_eq!(short(told), "1.96.0-ac68faa20");
    }
}

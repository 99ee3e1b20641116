//! Finding what this machine lacks, and installing or naming it.

use crate::programs::{self, Failure, find, npm, program};
use crate::windows;
use std::fs;
use std::path::Path;

/// What the machine is to be good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// Building and running.
    Run,
    /// That, and every test.
    Test,
}

/// Something that the system must have.
struct Need {
    /// The Debian package.
    package: &'static str,
    /// How it is found, whoever installed it.
    found: Found,
    /// From which purpose on it is needed.
    from: Purpose,
}

enum Found {
    /// Any of these programs on the path.
    Program(&'static [&'static str]),
    /// A library that pkg-config knows.
    Library(&'static str),
    /// A Perl with this module: Debian's smallest Perl lacks what OpenSSL's build asks for.
    PerlModule(&'static str),
    /// Any of these files or folders.
    Path(&'static [&'static str]),
}

/// On Linux. Everything else comes with cargo and npm.
const LINUX: &[Need] = &[
    Need {
        package: "build-essential",
        found: Found::Program(&["cc"]),
        from: Purpose::Run,
    },
    Need {
        package: "make",
        found: Found::Program(&["make"]),
        from: Purpose::Run,
    },
    Need {
        package: "perl",
        found: Found::PerlModule("IPC::Cmd"),
        from: Purpose::Run,
    },
    Need {
        package: "pkg-config",
        found: Found::Program(&["pkg-config"]),
        from: Purpose::Run,
    },
    Need {
        package: "libwebkit2gtk-4.1-dev",
        found: Found::Library("webkit2gtk-4.1"),
        from: Purpose::Run,
    },
    // The house is checked over the files that git knows.
    Need {
        package: "git",
        found: Found::Program(&["git"]),
        from: Purpose::Test,
    },
    Need {
        package: "webkit2gtk-driver",
        found: Found::Program(&["WebKitWebDriver"]),
        from: Purpose::Test,
    },
    // The driven window is killed as a flat battery does it.
    Need {
        package: "procps",
        found: Found::Program(&["kill"]),
        from: Purpose::Test,
    },
    Need {
        package: "xvfb",
        found: Found::Program(&["Xvfb"]),
        from: Purpose::Test,
    },
    Need {
        package: "chromium",
        found: Found::Program(CHROMIUM),
        from: Purpose::Test,
    },
    Need {
        package: "fonts-noto-core",
        found: Found::Path(&[
            "/usr/share/fonts/truetype/noto",
            "/usr/share/fonts/noto",
            "/usr/share/fonts/google-noto",
        ]),
        from: Purpose::Test,
    },
    Need {
        package: "age",
        found: Found::Program(&["age"]),
        from: Purpose::Test,
    },
    // The WebDAV server of the mailbox's tests.
    Need {
        package: "rclone",
        found: Found::Program(&["rclone"]),
        from: Purpose::Test,
    },
    Need {
        package: "minisign",
        found: Found::Program(&["minisign"]),
        from: Purpose::Test,
    },
    Need {
        package: "openssl",
        found: Found::Program(&["openssl"]),
        from: Purpose::Test,
    },
    Need {
        package: "zstd",
        found: Found::Program(&["zstd"]),
        from: Purpose::Test,
    },
    Need {
        package: "tar",
        found: Found::Program(&["tar"]),
        from: Purpose::Test,
    },
    Need {
        package: "jq",
        found: Found::Program(&["jq"]),
        from: Purpose::Test,
    },
];

/// On Linux, to build for Windows. A compiler with Windows' standard library is looked for by the build itself.
const WINDOWS: &[Need] = &[
    Need {
        package: "gcc-mingw-w64-x86-64-posix",
        found: Found::Program(&["x86_64-w64-mingw32-gcc"]),
        from: Purpose::Run,
    },
    Need {
        package: "g++-mingw-w64-x86-64-posix",
        found: Found::Program(&["x86_64-w64-mingw32-g++"]),
        from: Purpose::Run,
    },
    Need {
        package: "nsis",
        found: Found::Program(&["makensis"]),
        from: Purpose::Run,
    },
    Need {
        package: "wine",
        found: Found::Program(&["wine"]),
        from: Purpose::Test,
    },
    Need {
        package: "wine64",
        found: Found::Path(&["/usr/lib/wine/wine64", "/usr/bin/wine64"]),
        from: Purpose::Test,
    },
];

/// Debian's packages of a compiler that is young enough, with the sources of its standard library.
pub(crate) const RUST_FROM_DEBIAN: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// The same as needs, for a machine of Debian's without rustup's library for Windows.
const WINDOWS_RUST: &[Need] = &[
    Need {
        package: RUST_FROM_DEBIAN[0],
        found: Found::Path(&["/usr/bin/rustc"]),
        from: Purpose::Run,
    },
    Need {
        package: RUST_FROM_DEBIAN[1],
        found: Found::Path(&["/usr/bin/cargo"]),
        from: Purpose::Run,
    },
    Need {
        package: RUST_FROM_DEBIAN[2],
        found: Found::Path(&["/usr/lib/rustlib/src/rust/library/vendor"]),
        from: Purpose::Run,
    },
];

/// The names under which Chromium is known.
pub(crate) const CHROMIUM: &[&str] = &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// The least Node that the page's tools run on.
const NODE: (u32, u32) = (20, 19);

/// Prepares for everything.
pub(crate) fn everything(root: &Path) -> Result<(), Failure> {
    prepare(root, Purpose::Test)
}

/// Prepares this machine for a purpose: the system's packages, Node, and the page's dependencies.
pub(crate) fn prepare(root: &Path, purpose: Purpose) -> Result<(), Failure> {
    check_node()?;
    if cfg!(target_os = "linux") {
        install(root, LINUX, purpose)?;
    } else if cfg!(windows) {
        check_windows(root)?;
    }
    if purpose == Purpose::Test {
        check_rust_tools(root)?;
    }
    install_node_modules(&root.join("ui"))?;
    if purpose == Purpose::Test {
        install_node_modules(&root.join("tests/browser"))?;
    }
    Ok(())
}

/// Prepares a Linux machine to build for Windows, or to test what was built.
pub(crate) fn prepare_for_windows(root: &Path, purpose: Purpose) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        return Err(Failure::new(
            "Windows is built for from Linux; on Windows itself `cargo xtask dist` builds for it",
        ));
    }
    install(root, WINDOWS, purpose)?;
    if System::read() == System::Debian && !windows::usual_has_std(root) {
        install(root, WINDOWS_RUST, purpose)?;
    }
    Ok(())
}

fn check_node() -> Result<(), Failure> {
    let here = Path::new(".");
    let wanted = format!(
        "Node {}.{} or newer, with npm, is needed: https://nodejs.org",
        NODE.0, NODE.1
    );
    let Some(version) = programs::answer(program("node", here).arg("--version")) else {
        return Err(Failure::new(wanted));
    };
    if node_version(&version).is_none_or(|version| version < NODE) {
        return Err(Failure::new(format!("{wanted} (this is {version})")));
    }
    match programs::answer(npm(here).arg("--version")) {
        Some(_) => Ok(()),
        None => Err(Failure::new(wanted)),
    }
}

/// `v20.20.2` as (20, 20).
fn node_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().strip_prefix('v')?.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

fn check_rust_tools(root: &Path) -> Result<(), Failure> {
    for (tool, component, package) in [("fmt", "rustfmt", "rustfmt"), ("clippy", "clippy", "rust-clippy")] {
        if programs::answer(programs::cargo(root).args([tool, "--version"])).is_none() {
            return Err(Failure::new(format!(
                "cargo {tool} is missing: `rustup component add {component}`, or the package {package} where Rust came \
                 from the distribution"
            )));
        }
    }
    Ok(())
}

fn install(root: &Path, needs: &'static [Need], purpose: Purpose) -> Result<(), Failure> {
    let missing = missing(root, needs, purpose);
    if missing.is_empty() {
        return Ok(());
    }
    let system = System::read();
    let packages: Vec<&str> = missing.iter().map(|need| system.package(need.package)).collect();
    match (system, is_root(root)) {
        (System::Other, _) => Err(Failure::new(format!(
            "this system lacks what Debian packages as: {}\ninstall them under this system's own names, then try again",
            packages.join(" ")
        ))),
        (_, false) => Err(Failure::new(format!(
            "this machine lacks a few packages; please run:\n\n    sudo apt-get install -y --no-install-recommends {}\n",
            packages.join(" ")
        ))),
        (_, true) => {
            println!("installing {}", packages.join(" "));
            let apt = || {
                let mut apt = program("apt-get", root);
                apt.env("DEBIAN_FRONTEND", "noninteractive");
                apt
            };
            programs::run(apt().args(["update", "-q"]))?;
            programs::run(
                apt()
                    .args(["install", "-y", "-q", "--no-install-recommends"])
                    .args(&packages),
            )?;
            // Installed and still not found is told here, not by a puzzling failure later.
            match self::missing(root, needs, purpose).as_slice() {
                [] => Ok(()),
                still => {
                    let names: Vec<_> = still.iter().map(|need| need.package).collect();
                    Err(Failure::new(format!(
                        "installed, but still not found: {}",
                        names.join(" ")
                    )))
                }
            }
        }
    }
}

fn missing(root: &Path, needs: &'static [Need], purpose: Purpose) -> Vec<&'static Need> {
    needs
        .iter()
        .filter(|need| need.from <= purpose && !need.found.here(root))
        .collect()
}

impl Found {
    fn here(&self, root: &Path) -> bool {
        match self {
            Found::Program(names) => names.iter().any(|name| find(name).is_some()),
            Found::Library(name) => programs::answer(program("pkg-config", root).args(["--exists", name])).is_some(),
            Found::PerlModule(name) => {
                programs::answer(program("perl", root).args([&format!("-M{name}"), "-e", "1"])).is_some()
            }
            Found::Path(paths) => paths.iter().any(|path| Path::new(path).exists()),
        }
    }
}

/// Whose packages are at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    Debian,
    Ubuntu,
    Other,
}

impl System {
    fn read() -> System {
        System::of(&fs::read_to_string("/etc/os-release").unwrap_or_default())
    }

    fn of(os_release: &str) -> System {
        let field = |name: &str| {
            let lines = os_release.lines().filter_map(|line| line.split_once('='));
            lines
                .filter(|(key, _)| *key == name)
                .map(|(_, value)| value.trim_matches('"'))
                .next()
                .unwrap_or_default()
        };
        let names: Vec<&str> = [field("ID")].into_iter().chain(field("ID_LIKE").split(' ')).collect();
        // Ubuntu calls itself like Debian, so it is asked for first.
        if names.contains(&"ubuntu") {
            System::Ubuntu
        } else if names.contains(&"debian") {
            System::Debian
        } else {
            System::Other
        }
    }

    /// What Debian's package is called here.
    fn package(self, debian: &'static str) -> &'static str {
        match (self, debian) {
            (System::Ubuntu, "chromium") => "chromium-browser",
            (_, name) => name,
        }
    }
}

fn is_root(root: &Path) -> bool {
    programs::answer(program("id", root).arg("-u")).is_some_and(|id| id == "0")
}

/// On Windows nothing is installed, only named: its installers ask questions that are the user's to answer.
fn check_windows(root: &Path) -> Result<(), Failure> {
    let mut lacks = Vec::new();
    if !Found::PerlModule("IPC::Cmd").here(root) {
        lacks.push("Perl, to build the encryption: https://strawberryperl.com");
    }
    let msvc = programs::answer(program("rustc", root).arg("-vV")).is_some_and(|told| told.contains("-windows-msvc"));
    if msvc && find("nasm").is_none() {
        lacks.push("NASM on the path, to build the encryption: https://www.nasm.us");
    }
    if !webview2(root) {
        lacks.push("the WebView2 runtime, to show the window: https://developer.microsoft.com/microsoft-edge/webview2");
    }
    match lacks.as_slice() {
        [] => Ok(()),
        lacks => Err(Failure::new(format!(
            "this machine lacks:\n  - {}\n(and, where Rust did not bring them along, the Visual Studio C++ Build Tools)",
            lacks.join("\n  - ")
        ))),
    }
}

/// Whether the registry knows a version of WebView2, for the machine or for this user.
fn webview2(root: &Path) -> bool {
    const CLIENT: &str = r"Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}";
    [r"HKLM\SOFTWARE\WOW6432Node\", r"HKLM\SOFTWARE\", r"HKCU\Software\"]
        .iter()
        .any(|hive| {
            programs::answer(program("reg", root).args(["query", &format!("{hive}{CLIENT}"), "/v", "pv"])).is_some()
        })
}

/// The lock file that the installed modules came from is kept beside them.
const STAMP: &str = "node_modules/.installed-from";

/// Installs a folder's modules if they did not come from its present lock file.
fn install_node_modules(folder: &Path) -> Result<(), Failure> {
    if !folder.join("package.json").is_file() || modules_fresh(folder) {
        return Ok(());
    }
    println!("installing the modules of {}", folder.display());
    programs::run(npm(folder).args(["ci", "--no-audit", "--no-fund"]))?;
    let stamped = fs::copy(folder.join("package-lock.json"), folder.join(STAMP));
    stamped
        .map(drop)
        .map_err(|error| Failure::new(format!("{}: {error}", folder.join(STAMP).display())))
}

fn modules_fresh(folder: &Path) -> bool {
    let lock = fs::read(folder.join("package-lock.json"));
    lock.is_ok_and(|lock| fs::read(folder.join(STAMP)).is_ok_and(|stamp| stamp == lock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_tell_themselves_apart() {
        assert_eq!(
            System::of("PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n"),
            System::Debian
        );
        assert_eq!(System::of("ID=ubuntu\nID_LIKE=debian\n"), System::Ubuntu);
        assert_eq!(System::of("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), System::Ubuntu);
        assert_eq!(System::of("ID=fedora\n"), System::Other);
        assert_eq!(System::of(""), System::Other);
        assert_eq!(System::Ubuntu.package("chromium"), "chromium-browser");
    }

    #[test]
    fn node_versions_are_read_and_compared() {
        assert_eq!(node_version("v20.20.2\n"), Some((20, 20)));
        assert!(node_version("v20.9.0").is_some_and(|version| version < NODE));
        assert!(node_version("v22.0.0").is_some_and(|version| version > NODE));
        assert_eq!(node_version("20"), None);
    }

    #[test]
    fn modules_are_fresh_only_for_their_own_lock_file() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        assert!(!modules_fresh(folder));
        fs::create_dir(folder.join("node_modules")).unwrap();
        fs::write(folder.join("package-lock.json"), "{}").unwrap();
        assert!(!modules_fresh(folder));
        fs::copy(folder.join("package-lock.json"), folder.join(STAMP)).unwrap();
        assert!(modules_fresh(folder));
        fs::write(folder.join("package-lock.json"), "{ }").unwrap();
        assert!(!modules_fresh(folder));
    }
}

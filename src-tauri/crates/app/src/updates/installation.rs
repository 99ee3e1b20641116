//! What is installed here, and whose updates it believes.

use chidao_bundle::keys::VerifyingKey;
use chidao_bundle::update::Version;
use std::path::{Path, PathBuf};

/// Set when the program is built: the maker's public key, the second line of a minisign `.pub` file.
const BUILT_IN: Option<&str> = option_env!("CHIDAO_UPDATE_KEY");
/// The key that development builds believe: its secret half lies in the tests for everybody to see.
const TEST_KEY: &str = include_str!("test.pub");

/// The file beside a program that says that it is carried about with its data.
const PORTABLE: &str = "portable.txt";
/// The file that the installer for Windows leaves beside the programs.
const UNINSTALLER: &str = "uninstall.exe";

/// The program that is running, and how it came here.
#[derive(Clone, Debug)]
pub struct Installation {
    /// Its version.
    pub version: Version,
    /// System and processor, as an update names them.
    pub platform: String,
    /// How it was installed: `installer`, `portable` or `deb`; nothing where that cannot be told, as of a program that was
    /// just built.
    pub kind: Option<String>,
    /// The folder in which it lies.
    pub folder: PathBuf,
    /// The key of the updates that it takes; without one it takes none.
    pub key: Option<VerifyingKey>,
}

impl Installation {
    /// The installation of a program, by where its file lies.
    #[must_use]
    pub fn of(program: &Path) -> Installation {
        let folder = program.parent().map(Path::to_owned).unwrap_or_default();
        let kind = if folder.join(PORTABLE).is_file() {
            Some("portable")
        } else if cfg!(windows) && folder.join(UNINSTALLER).is_file() {
            Some("installer")
        } else if cfg!(target_os = "linux") && folder == Path::new("/usr/bin") {
            Some("deb")
        } else {
            None
        };
        Installation {
            version: own_version(),
            platform: platform(),
            kind: kind.map(str::to_owned),
            folder,
            key: built_in_key(),
        }
    }

    /// A program that knows nothing of how it came here and takes no updates.
    #[must_use]
    pub(crate) fn unknown() -> Installation {
        Installation {
            version: own_version(),
            platform: platform(),
            kind: None,
            folder: PathBuf::new(),
            key: None,
        }
    }

    /// The same, as another version: for tests, in which one program stands for two.
    #[must_use]
    pub fn as_version(mut self, version: Version) -> Installation {
        self.version = version;
        self
    }
}

/// The key that was built in, if one was.
fn built_in_key() -> Option<VerifyingKey> {
    let text = match BUILT_IN {
        Some(key) => Some(key),
        None if cfg!(debug_assertions) => TEST_KEY.lines().nth(1),
        None => None,
    };
    text.and_then(|text| text.trim().parse().ok())
}

fn own_version() -> Version {
    let text = env!("CARGO_PKG_VERSION");
    text.parse().expect("the workspace's version is three numbers")
}

/// System and processor: `windows-x86_64`.
#[must_use]
pub fn platform() -> String {
    format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_program_came_is_told_by_what_lies_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("chidao");
        assert_eq!(Installation::of(&program).kind, None);
        std::fs::write(folder.path().join(PORTABLE), "").unwrap();
        let portable = Installation::of(&program);
        assert_eq!(portable.kind.as_deref(), Some("portable"));
        assert_eq!(portable.folder, folder.path());
        assert!(portable.key.is_some(), "a development build believes the tests' key");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_package_of_the_system_is_known_by_its_place() {
        let installed = Installation::of(Path::new("/usr/bin/chidao"));
        assert_eq!(installed.kind.as_deref(), Some("deb"));
    }
}

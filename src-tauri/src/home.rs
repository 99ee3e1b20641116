//! Where the data lies, and the lock that lets only one window write there.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The file whose lock says that a window has this home open. It stays; only the lock counts, and the system lifts it
/// even after a crash.
const LOCK: &str = "window.lock";

/// The user's own place for this program's data, or nothing where the environment names none.
///
/// Windows: `%LOCALAPPDATA%\SoChiDao`. macOS: `~/Library/Application Support/SoChiDao`. Elsewhere:
/// `$XDG_DATA_HOME/so-chi-dao`, by default `~/.local/share/so-chi-dao`.
pub(crate) fn usual(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        folder("LOCALAPPDATA").map(|base| base.join("SoChiDao"))
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|base| base.join("Library/Application Support/SoChiDao"))
    } else {
        folder("XDG_DATA_HOME")
            .or_else(|| folder("HOME").map(|base| base.join(".local/share")))
            .map(|base| base.join("so-chi-dao"))
    }
}

/// The file beside a program that says that its data lies there too: on a stick.
const PORTABLE: &str = "portable.txt";

/// The place of the data of a program on a stick: `du-lieu` beside it, if [`PORTABLE`] lies there.
pub(crate) fn beside(program: &Path) -> Option<PathBuf> {
    let folder = program.parent()?;
    folder.join(PORTABLE).is_file().then(|| folder.join("du-lieu"))
}

/// Why a home cannot be used.
#[derive(Debug)]
pub(crate) enum HomeError {
    /// Another window has it open.
    InUse(PathBuf),
    /// It cannot be made or written to.
    Unusable(PathBuf, io::Error),
}

impl std::fmt::Display for HomeError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            HomeError::InUse(_) => write!(
                out,
                "Sổ Chỉ Đạo đang mở trong một cửa sổ khác. Hãy dùng cửa sổ đó.\n\nSổ Chỉ Đạo is already open in another \
                 window. Please use that one."
            ),
            HomeError::Unusable(path, error) => write!(
                out,
                "Không dùng được thư mục dữ liệu {path}: {error}.\n\nThe data folder {path} cannot be used: {error}.",
                path = path.display()
            ),
        }
    }
}

/// A home held by this window. Dropping it lets go.
#[derive(Debug)]
pub(crate) struct Held {
    path: PathBuf,
    _lock: File,
}

impl Held {
    /// Makes the folder if need be and takes its lock.
    pub(crate) fn take(path: &Path) -> Result<Held, HomeError> {
        let unusable = |error| HomeError::Unusable(path.to_owned(), error);
        make_private(path).map_err(unusable)?;
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        let lock = options.open(path.join(LOCK)).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Held {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(HomeError::InUse(path.to_owned())),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Whether a window had this home open once and none has it open now.
pub(crate) fn is_abandoned(path: &Path) -> bool {
    let lock = OpenOptions::new().write(true).open(path.join(LOCK));
    lock.is_ok_and(|lock| lock.try_lock().is_ok())
}

/// Makes the folder for this user alone; one that exists keeps its permissions.
fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_held_by_one_window_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("dữ liệu/sổ");
        let first = Held::take(&home).unwrap();
        assert_eq!(first.path(), home);
        assert!(matches!(Held::take(&home), Err(HomeError::InUse(path)) if path == home));
        drop(first);
        assert!(Held::take(&home).is_ok());
    }

    #[test]
    fn on_a_stick_the_data_lies_beside_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("so-chi-dao.exe");
        assert_eq!(beside(&program), None);
        std::fs::write(folder.path().join("portable.txt"), "").unwrap();
        assert_eq!(beside(&program), Some(folder.path().join("du-lieu")));
    }

    #[test]
    fn a_file_in_the_way_is_told_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("sổ");
        std::fs::write(&home, "không phải thư mục").unwrap();
        assert!(matches!(Held::take(&home), Err(HomeError::Unusable(path, _)) if path == home));
        assert_eq!(std::fs::read_to_string(&home).unwrap(), "không phải thư mục");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_look_into_a_new_home() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("sổ");
        let _held = Held::take(&home).unwrap();
        assert_eq!(std::fs::metadata(&home).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn the_usual_place_follows_the_environment() {
        let only = |name: &'static str, value: &'static str| move |asked: &str| (asked == name).then(|| value.into());
        assert_eq!(usual(only("XDG_DATA_HOME", "/data")), Some("/data/so-chi-dao".into()));
        assert_eq!(usual(only("HOME", "/h")), Some("/h/.local/share/so-chi-dao".into()));
        assert_eq!(usual(only("HOME", "relative")), None);
        assert_eq!(usual(|_| None), None);
    }
}

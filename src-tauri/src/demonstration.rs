//! Where a demonstration lies: a temporary folder that goes with its window.

use crate::home;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const PREFIX: &str = "so-chi-dao-demo-";
const DISTRICT: &str = "huyen";
const PROVINCE: &str = "tinh";

/// The folder of one demonstration. It is removed when this is dropped, or with word of it by
/// [`Demonstration::remove`].
#[derive(Debug)]
pub(crate) struct Demonstration(TempDir);

impl Demonstration {
    /// Makes a folder among the system's temporary ones, and removes there what killed demonstrations left.
    pub(crate) fn make() -> io::Result<Demonstration> {
        Demonstration::make_in(&std::env::temp_dir())
    }

    fn make_in(folder: &Path) -> io::Result<Demonstration> {
        sweep(folder);
        tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(folder)
            .map(Demonstration)
    }

    /// The home that the window opens.
    pub(crate) fn district(&self) -> PathBuf {
        self.0.path().join(DISTRICT)
    }

    /// The home beside it.
    pub(crate) fn province(&self) -> PathBuf {
        self.0.path().join(PROVINCE)
    }

    /// Removes everything.
    pub(crate) fn remove(self) -> io::Result<()> {
        self.0.close()
    }
}

/// Only folders that a demonstration had open once and that nobody holds any more. What cannot be removed, as what is
/// another user's, stays.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if ours && home::is_abandoned(&entry.path().join(DISTRICT)) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::Held;

    #[test]
    fn only_what_nobody_holds_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let held = Demonstration::make_in(folder.path()).unwrap();
        let _lock = Held::take(&held.district()).unwrap();
        let starting = Demonstration::make_in(folder.path()).unwrap();
        // Killed: nothing was removed, and the system lifted the lock.
        let killed = Demonstration::make_in(folder.path()).unwrap();
        drop(Held::take(&killed.district()).unwrap());
        let left = killed.0.keep();
        let strange = folder.path().join("danh sách");
        drop(Held::take(&strange.join(DISTRICT)).unwrap());

        let next = Demonstration::make_in(folder.path()).unwrap();
        assert!(!left.exists());
        for stays in [&held, &starting, &next] {
            assert!(stays.0.path().exists());
        }
        assert!(strange.exists());
        let gone = held.0.path().to_owned();
        held.remove().unwrap();
        assert!(!gone.exists());
    }
}

//! Who has a home open: every program holds a lock on it, shared by all, and one that replaces what lies in it must be alone.

use crate::AppError;
use crate::backup::restore;
use crate::home::unpoisoned;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::Mutex;

/// The file that is locked; it stays empty.
const LOCK: &str = "lock";

/// Held as long as a program has the home open.
pub(crate) struct HomeLock {
    file: File,
    /// The file knows this program as one; its threads take turns here.
    turn: Mutex<()>,
    /// Held while something is being made ready to take the home's place.
    pub(crate) replacement: Mutex<()>,
}

fn unusable(error: std::io::Error) -> AppError {
    AppError::new("home_unusable").with("path", LOCK).with("detail", error)
}

/// What Wine tells of a lock that was let go, once more than asked: `ERROR_LOCK_VIOLATION`, where Windows says that
/// nothing is locked.
const NOTHING_LOCKED: i32 = 33;

/// Lets go of the lock.
fn let_go(file: &File) -> Result<(), AppError> {
    match file.unlock() {
        Err(error) if cfg!(windows) && error.raw_os_error() == Some(NOTHING_LOCKED) => Ok(()),
        done => done.map_err(unusable),
    }
}

impl HomeLock {
    /// Takes part in the lock of a home. A replacement that was decided and cut off is finished first.
    pub(crate) fn take(home: &Path) -> Result<HomeLock, AppError> {
        let options = || {
            File::options()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .open(home.join(LOCK))
        };
        let file = options().map_err(unusable)?;
        if restore::is_pending(home) {
            let alone = match file.try_lock() {
                Ok(()) => true,
                // Somebody is at it, or has taken out what is not decided yet.
                Err(TryLockError::WouldBlock) if restore::is_decided(home) => {
                    file.lock().map_err(unusable)?;
                    true
                }
                Err(TryLockError::WouldBlock) => false,
                Err(TryLockError::Error(error)) => return Err(unusable(error)),
            };
            if alone {
                restore::finish(home)?;
                let_go(&file)?;
            }
        }
        file.lock_shared().map_err(unusable)?;
        Ok(HomeLock {
            file,
            turn: Mutex::default(),
            replacement: Mutex::default(),
        })
    }

    /// Does something while no other program has the home open.
    ///
    /// # Errors
    /// `home_in_use` when one has.
    pub(crate) fn alone<T>(&self, work: impl FnOnce() -> Result<T, AppError>) -> Result<T, AppError> {
        let _turn = unpoisoned(&self.turn);
        // Not every system lets a shared lock become an exclusive one.
        let_go(&self.file)?;
        let done = match self.file.try_lock() {
            Ok(()) => {
                let done = work();
                let_go(&self.file)?;
                done
            }
            Err(TryLockError::WouldBlock) => Err(AppError::new("home_in_use").retryable()),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        };
        self.file.lock_shared().map_err(unusable)?;
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_share_a_home_and_one_alone_may_replace_it() {
        let home = tempfile::tempdir().unwrap();
        let one = HomeLock::take(home.path()).unwrap();
        let two = HomeLock::take(home.path()).unwrap();
        assert_eq!(one.alone(|| Ok(())).unwrap_err().code, "home_in_use");
        drop(two);
        assert_eq!(one.alone(|| Ok(7)).unwrap(), 7);
        assert!(HomeLock::take(home.path()).is_ok(), "shared again");
    }
}

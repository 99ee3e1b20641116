//! Opening without a passphrase, where a person wishes it: the keys, sealed by the system to this person's account on this machine.
//!
//! Windows does that (DPAPI). What it sealed opens for every program of that account on that machine and for nobody else, so that
//! whoever sits down before an unlocked Windows opens the register: the page says so before. Therefore only where one person alone
//! opens the home, since a passphrase tells who writes; and it ends when another person is added, when the passphrase is changed, when
//! the keys are, and for the running program when somebody locked it. It never goes into a backup: see `backup::file`.

use crate::AppError;
use crate::api::{Remember, Remembered, Session};
use crate::home::{App, Open, unpoisoned};
use crate::people::tail_of;
use crate::vault::{Keys, Unlocked};
use serde::{Deserialize, Serialize};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use zeroize::Zeroizing;

/// What the system seals for the account that the program runs under.
pub trait Account: Send {
    /// Seals a secret to the account; nothing where the system refuses.
    fn seal(&self, secret: &[u8]) -> Option<Vec<u8>>;
    /// The secret that was sealed; nothing on another machine, for another account, or where it was changed.
    fn open(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>>;
}

/// The account as this system knows it; nothing where it seals nothing that we know of.
fn of_the_system() -> Option<Box<dyn Account>> {
    #[cfg(windows)]
    return Some(Box::new(windows::Dpapi));
    #[cfg(not(windows))]
    None
}

#[cfg(windows)]
mod windows {
    use super::Account;
    use windows_dpapi::{Scope, decrypt_data, encrypt_data};
    use zeroize::Zeroizing;

    /// Tells our secrets from other programs': no secret itself.
    const PURPOSE: &[u8] = "Sổ Chỉ Đạo: két khoá".as_bytes();

    pub(super) struct Dpapi;

    impl Account for Dpapi {
        fn seal(&self, secret: &[u8]) -> Option<Vec<u8>> {
            encrypt_data(secret, Scope::User, Some(PURPOSE)).ok()
        }
        fn open(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
            decrypt_data(sealed, Scope::User, Some(PURPOSE))
                .ok()
                .map(Zeroizing::new)
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_windows_seals_it_opens_again_unless_it_was_changed() {
            let secret = "khoá của két".as_bytes();
            let mut sealed = Dpapi.seal(secret).unwrap();
            assert!(!sealed.windows(secret.len()).any(|piece| piece == secret));
            assert_eq!(Dpapi.open(&sealed).unwrap().as_slice(), secret);
            let last = sealed.len() - 1;
            sealed[last] ^= 1;
            assert!(Dpapi.open(&sealed).is_none() && Dpapi.open(&[]).is_none());
            let other = encrypt_data(secret, Scope::User, None).unwrap();
            assert!(Dpapi.open(&other).is_none());
        }
    }
}

/// The account, and whether somebody locked the register since the program runs.
pub(crate) struct Remembering {
    account: Mutex<Option<Box<dyn Account>>>,
    locked: AtomicBool,
}

impl Default for Remembering {
    fn default() -> Remembering {
        Remembering {
            account: Mutex::new(of_the_system()),
            locked: AtomicBool::new(false),
        }
    }
}

impl Remembering {
    /// From now on the passphrase is asked for, as long as the program runs.
    pub(crate) fn lock(&self) {
        self.locked.store(true, Ordering::SeqCst);
    }
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Sealed {
    /// Whose keys: the end of the person's key.
    person: String,
    keys: Keys,
}

fn not_remembered() -> AppError {
    AppError::new("not_remembered").retryable()
}

impl App {
    /// The same application, sealing to `account` instead of what the system knows.
    #[must_use]
    pub fn with_account(self, account: impl Account + 'static) -> App {
        *unpoisoned(&self.remembering.account) = Some(Box::new(account));
        self
    }

    /// Whether the keys are remembered, and would open now.
    pub(crate) fn remembered(&self) -> Remembered {
        let locked = self.remembering.locked.load(Ordering::SeqCst) && self.opened().is_err();
        match unpoisoned(&self.remembering.account).is_some() {
            false => Remembered::Unavailable,
            true if self.vault.sealed().is_some() && !locked => Remembered::Yes,
            true => Remembered::No,
        }
    }

    pub(crate) fn do_remember(&self, request: &Remember) -> Result<Session, AppError> {
        let open = self.opened()?;
        let unlocked = self.own_passphrase(&open, &request.passphrase)?;
        if self.vault.persons().len() != 1 {
            return Err(AppError::new("remembered_for_one"));
        }
        let refused = || AppError::new("account_refused");
        let sealed = Sealed {
            person: tail_of(&open.profile).ok_or_else(refused)?,
            keys: unlocked.keys,
        };
        let secret = serde_json::to_vec(&sealed).map_err(|error| AppError::internal("vault", &error))?;
        let secret = Zeroizing::new(secret);
        let sealed = unpoisoned(&self.remembering.account)
            .as_ref()
            .and_then(|account| {
                let sealed = account.seal(&secret)?;
                // What the system cannot open again is no help at the next start.
                (account.open(&sealed)? == secret).then_some(sealed)
            })
            .ok_or_else(refused)?;
        self.vault.keep_sealed(&sealed)?;
        self.do_session()
    }

    pub(crate) fn do_forget_remembered(&self) -> Result<Session, AppError> {
        self.opened()?;
        self.vault.drop_sealed()?;
        self.do_session()
    }

    pub(crate) fn do_unlock_remembered(&self) -> Result<Session, AppError> {
        self.finish_replacing()?;
        if self.opened().is_err() {
            let unlocked = self.unsealed().ok_or_else(not_remembered)?;
            self.open_up(unlocked)?;
        }
        self.do_session()
    }

    fn unsealed(&self) -> Option<Unlocked> {
        if self.remembered() != Remembered::Yes {
            return None;
        }
        let sealed = self.vault.sealed()?;
        let secret = unpoisoned(&self.remembering.account).as_ref()?.open(&sealed)?;
        let Sealed { person, keys } = serde_json::from_slice(&secret).ok()?;
        // Whoever can open it no longer by passphrase does not open it so either.
        if self.vault.persons() != [person.as_str()] {
            return None;
        }
        Some(Unlocked {
            keys,
            person: Some(person),
        })
    }

    /// What the passphrase of the person who works here now opens.
    ///
    /// # Errors
    /// `wrong_passphrase`, also for another person's and for the recovery key.
    pub(crate) fn own_passphrase(&self, open: &Open, passphrase: &str) -> Result<Unlocked, AppError> {
        let unlocked = self.vault.open(passphrase)?;
        match unlocked.person.is_some() && unlocked.person == tail_of(&open.profile) {
            true => Ok(unlocked),
            false => Err(AppError::new("wrong_passphrase").retryable()),
        }
    }
}

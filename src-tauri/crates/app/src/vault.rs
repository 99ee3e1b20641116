//! The vault (két khoá): a folder of age files that each hold this installation's keys.
//!
//! `person-<key>.age` opens with a person's passphrase. `recovery.age` opens with the office's recovery key and holds the
//! database key and the age identity only, never a signing key: a recovered machine is a new device.

use crate::AppError;
use age::secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// scrypt's work factor, log2 N: about a quarter of a second and 64 MiB on the laptops this is for.
const WORK_FACTOR: u8 = 16;
/// Shortest passphrase, in characters.
pub(crate) const PASSPHRASE_LEAST: usize = 8;

/// The keys of this installation.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Keys {
    /// Key of the database, 64 hexadecimal digits.
    pub(crate) database: Zeroizing<String>,
    /// age identity of the device.
    pub(crate) age: Zeroizing<String>,
    /// minisign secret key of the device; absent in the recovery file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signing: Option<Zeroizing<String>>,
    /// minisign secret key of the unit's root; absent in the recovery file and on the unit's other devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) root: Option<Zeroizing<String>>,
}

/// The folder.
pub(crate) struct Vault {
    folder: PathBuf,
}

fn sealed(keys: &Keys, recipient: &dyn age::Recipient) -> Result<Vec<u8>, AppError> {
    let broken = |error: &dyn std::fmt::Display| AppError::internal("vault", error);
    let text = Zeroizing::new(serde_json::to_vec(keys).map_err(|error| broken(&error))?);
    let encryptor = age::Encryptor::with_recipients(std::iter::once(recipient)).map_err(|error| broken(&error))?;
    let mut bytes = Vec::new();
    let mut out = encryptor.wrap_output(&mut bytes).map_err(|error| broken(&error))?;
    out.write_all(&text)
        .and_then(|()| out.finish().map(|_| ()))
        .map_err(|error| broken(&error))?;
    Ok(bytes)
}

fn opened(bytes: &[u8], identity: &dyn age::Identity) -> Option<Keys> {
    let decryptor = age::Decryptor::new(bytes).ok()?;
    let mut text = Zeroizing::new(Vec::new());
    decryptor
        .decrypt(std::iter::once(identity))
        .ok()?
        .read_to_end(&mut text)
        .ok()?;
    serde_json::from_slice(&text).ok()
}

/// Writes a file whole or not at all: beside its place, flushed, then renamed.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), AppError> {
    let failed = |error: std::io::Error| AppError::of_writing("file_not_written", &error).retryable();
    let part = path.with_extension("part");
    let written = fs::File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written
        .map_err(failed)
        .and_then(|()| put_in_place(&part, path))
        .inspect_err(|_| {
            let _ = fs::remove_file(&part);
        })
}

/// Gives a flushed file or folder its name, for good.
pub(crate) fn put_in_place(part: &Path, path: &Path) -> Result<(), AppError> {
    fs::rename(part, path).map_err(|error| AppError::of_writing("file_not_written", &error).retryable())?;
    if let Some(folder) = path.parent() {
        sync_folder(folder);
    }
    Ok(())
}

/// Flushes the names in a folder. Windows cannot; there a rename is enough.
pub(crate) fn sync_folder(folder: &Path) {
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
}

impl Vault {
    /// The vault of a home.
    pub(crate) fn of(home: &Path) -> Vault {
        Vault {
            folder: home.join("vault"),
        }
    }

    /// Whether there is one.
    pub(crate) fn exists(&self) -> bool {
        self.people().next().is_some()
    }

    fn people(&self) -> impl Iterator<Item = PathBuf> {
        let files = fs::read_dir(&self.folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        files.filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with("person-") && name.ends_with(".age")
        })
    }

    /// Makes the vault: one file for the person, one for the recovery key.
    pub(crate) fn make(
        &self,
        person: &str,
        passphrase: &str,
        recovery: &age::x25519::Recipient,
        keys: &Keys,
    ) -> Result<(), AppError> {
        if passphrase.chars().count() < PASSPHRASE_LEAST {
            return Err(AppError::new("passphrase_too_short").with("least", PASSPHRASE_LEAST));
        }
        fs::create_dir_all(&self.folder).map_err(|error| AppError::of_writing("file_not_written", &error))?;
        let recovered = Keys {
            signing: None,
            root: None,
            ..keys.clone()
        };
        write_whole(&self.folder.join("recovery.age"), &sealed(&recovered, recovery)?)?;
        let mut recipient = age::scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
        recipient.set_work_factor(WORK_FACTOR);
        // The person's file last: a vault with it is complete.
        write_whole(
            &self.folder.join(format!("person-{person}.age")),
            &sealed(keys, &recipient)?,
        )
    }

    /// Lets the office's recovery key open the data: a machine that joined learns of it with the answer.
    pub(crate) fn recover_with(&self, recovery: &age::x25519::Recipient, keys: &Keys) -> Result<(), AppError> {
        let recovered = Keys {
            signing: None,
            root: None,
            ..keys.clone()
        };
        write_whole(&self.folder.join("recovery.age"), &sealed(&recovered, recovery)?)
    }

    /// Opens the vault with a passphrase: whose file it fits does not matter, they hold the same keys.
    pub(crate) fn open(&self, passphrase: &str) -> Result<Keys, AppError> {
        for path in self.people() {
            let bytes = fs::read(&path).map_err(|error| AppError::new("vault_unreadable").with("detail", error))?;
            let mut identity = age::scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
            identity.set_max_work_factor(WORK_FACTOR + 6);
            if let Some(keys) = opened(&bytes, &identity) {
                return Ok(keys);
            }
        }
        Err(AppError::new("wrong_passphrase").retryable())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recovery_key_opens_the_data_but_cannot_sign() {
        let home = tempfile::tempdir().unwrap();
        let vault = Vault::of(home.path());
        let recovery = age::x25519::Identity::generate();
        let keys = Keys {
            database: Zeroizing::new("ab".repeat(32)),
            age: Zeroizing::new("AGE-SECRET-KEY-1".into()),
            signing: Some(Zeroizing::new("signing".into())),
            root: Some(Zeroizing::new("root".into())),
        };
        assert!(vault.make("1", "ngắn", &recovery.to_public(), &keys).is_err());
        assert!(!vault.exists());
        vault.make("1", "mật khẩu dài", &recovery.to_public(), &keys).unwrap();
        assert_eq!(vault.open("mật khẩu dài").unwrap().signing, keys.signing);
        assert_eq!(vault.open("mật khẩu sai").err().unwrap().code, "wrong_passphrase");
        let bytes = fs::read(home.path().join("vault/recovery.age")).unwrap();
        let recovered = opened(&bytes, &recovery).unwrap();
        assert_eq!(recovered.database, keys.database);
        assert!(recovered.signing.is_none() && recovered.root.is_none());
    }
}

//! The vault (két khoá): a folder of age files that each hold this installation's keys.
//!
//! `person-<key>.age` opens with a person's passphrase, and holds an age identity of that person's own besides. When another
//! person is removed, the keys change, and nobody's passphrase is at hand: then `keys-<key>.age`, encrypted to that identity,
//! holds the new ones, until its person's file is written again.
//!
//! `recovery.age` opens with the office's recovery key. It holds the database key and the age identity, never the device's
//! signing key: a recovered machine is a new device. On the machine that holds the unit's root key it holds that too, though the
//! sketch of this program had it otherwise: an office with one machine that forgot its passphrase could read for ever and never
//! write again, for nobody else can certify a machine of it. The printed key lies in the office's safe, and opens nothing without the
//! machine's files.

use crate::{AppError, patience};
use age::secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// scrypt's work factor, log2 N: about a quarter of a second and 64 MiB on the laptops this is for.
const WORK_FACTOR: u8 = 16;
/// Shortest passphrase, in characters.
const PASSPHRASE_LEAST: usize = 8;

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
    /// minisign secret key of the unit's root; absent on the unit's other devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) root: Option<Zeroizing<String>>,
    /// age identity of the person whose file was opened; absent in the recovery file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) own: Option<Zeroizing<String>>,
    /// age identities of the devices that this machine was before. What others sent before they learnt of the present one is
    /// still read with them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) former: Vec<Zeroizing<String>>,
}

impl Keys {
    /// By which a bundle is opened: the present device's first.
    pub(crate) fn identities(&self) -> Result<Vec<age::x25519::Identity>, AppError> {
        let all = std::iter::once(&self.age).chain(&self.former);
        all.map(|text| Ok(chidao_bundle::keys::parse_identity(text).map_err(chidao_bundle::BundleError::from)?))
            .collect()
    }

    /// What the recovery key is to open.
    fn recovered(&self) -> Keys {
        Keys {
            signing: None,
            own: None,
            ..self.clone()
        }
    }

    /// To whom the person's keys are encrypted when they change.
    pub(crate) fn recipient(&self) -> Option<String> {
        let own = chidao_bundle::keys::parse_identity(self.own.as_ref()?).ok()?;
        Some(own.to_public().to_string())
    }
}

/// Draws an identity for a person.
pub(crate) fn own_identity() -> Zeroizing<String> {
    chidao_bundle::keys::identity_text(&age::x25519::Identity::generate())
}

/// A recovery key as somebody types it off paper.
pub(crate) fn recovery_key(typed: &str) -> Option<age::x25519::Identity> {
    let text: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let text = Zeroizing::new(text.to_ascii_uppercase());
    text.starts_with("AGE-SECRET-KEY-1")
        .then(|| chidao_bundle::keys::parse_identity(&text).ok())
        .flatten()
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
    patience::insist(|| fs::rename(part, path))
        .map_err(|error| AppError::of_writing("file_not_written", &error).retryable())?;
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

/// Whether a passphrase may be one: blanks around it do not count, and blanks alone are none.
pub(crate) fn long_enough(passphrase: &str) -> Result<(), AppError> {
    match passphrase.trim().chars().count() >= PASSPHRASE_LEAST {
        true => Ok(()),
        false => Err(AppError::new("passphrase_too_short").with("least", PASSPHRASE_LEAST)),
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
        long_enough(passphrase)?;
        self.make_folder()?;
        self.recover_with(recovery, keys)?;
        // The person's file last: a vault with it is complete.
        self.admit(person, passphrase, keys)
    }

    /// Lets a person open the vault with a passphrase, from now on with no other.
    pub(crate) fn admit(&self, person: &str, passphrase: &str, keys: &Keys) -> Result<(), AppError> {
        long_enough(passphrase)?;
        self.make_folder()?;
        let mut recipient = age::scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
        recipient.set_work_factor(WORK_FACTOR);
        write_whole(&self.person_file(person), &sealed(keys, &recipient)?)?;
        // It held no others than the person's file holds now.
        remove(&self.newer_file(person))
    }

    /// Lets a person who opens the vault as before come to other keys.
    pub(crate) fn admit_to(&self, person: &str, recipient: &str, keys: &Keys) -> Result<(), AppError> {
        let recipient: age::x25519::Recipient = recipient
            .parse()
            .map_err(|error: &str| AppError::internal("recipient", &error))?;
        let keys = Keys {
            own: None,
            ..keys.clone()
        };
        write_whole(&self.newer_file(person), &sealed(&keys, &recipient)?)
    }

    fn make_folder(&self) -> Result<(), AppError> {
        fs::create_dir_all(&self.folder).map_err(|error| AppError::of_writing("file_not_written", &error))
    }

    fn person_file(&self, person: &str) -> PathBuf {
        self.folder.join(format!("person-{person}.age"))
    }

    fn newer_file(&self, person: &str) -> PathBuf {
        self.folder.join(format!("keys-{person}.age"))
    }

    /// Who can open the vault.
    pub(crate) fn persons(&self) -> Vec<String> {
        let mut all: Vec<String> = self.people().filter_map(|path| person_of(&path)).collect();
        all.sort();
        all
    }

    /// Takes a person's file over as it is.
    pub(crate) fn carry_over(&self, from: &Vault, person: &str) -> Result<(), AppError> {
        let unreadable = |error: std::io::Error| AppError::new("vault_unreadable").with("detail", error);
        self.make_folder()?;
        let bytes = fs::read(from.person_file(person)).map_err(unreadable)?;
        write_whole(&self.person_file(person), &bytes)
    }

    /// Lets the office's recovery key open the data: a machine that joined learns of it with the answer.
    pub(crate) fn recover_with(&self, recovery: &age::x25519::Recipient, keys: &Keys) -> Result<(), AppError> {
        write_whole(&self.folder.join("recovery.age"), &sealed(&keys.recovered(), recovery)?)
    }

    /// Opens the vault with a passphrase, which tells whose it is, or with the recovery key, which is nobody's.
    pub(crate) fn open(&self, passphrase: &str) -> Result<Unlocked, AppError> {
        let unreadable = |error: std::io::Error| AppError::new("vault_unreadable").with("detail", error);
        if let Some(identity) = recovery_key(passphrase) {
            let bytes = fs::read(self.folder.join("recovery.age")).map_err(unreadable)?;
            let keys = opened(&bytes, &identity).ok_or_else(|| AppError::new("wrong_recovery_key").retryable())?;
            return Ok(Unlocked { keys, person: None });
        }
        for path in self.people() {
            let bytes = fs::read(&path).map_err(unreadable)?;
            let mut identity = age::scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
            identity.set_max_work_factor(WORK_FACTOR + 6);
            if let Some(keys) = opened(&bytes, &identity) {
                let person = person_of(&path);
                let keys = match &person {
                    Some(person) => self.newest(person, keys)?,
                    None => keys,
                };
                return Ok(Unlocked { keys, person });
            }
        }
        Err(AppError::new("wrong_passphrase").retryable())
    }

    /// The keys as they are now, by those in a person's file.
    fn newest(&self, person: &str, keys: Keys) -> Result<Keys, AppError> {
        let Ok(bytes) = fs::read(self.newer_file(person)) else {
            return Ok(keys);
        };
        let own = keys
            .own
            .as_ref()
            .and_then(|own| chidao_bundle::keys::parse_identity(own).ok());
        let newer = own.and_then(|own| opened(&bytes, &own));
        let newer = newer.ok_or_else(|| AppError::new("vault_unreadable").with("detail", "keys"))?;
        Ok(Keys { own: keys.own, ..newer })
    }
}

/// The keys as the system sealed them to an account: see `remembered`.
impl Vault {
    fn sealed_file(&self) -> PathBuf {
        self.folder.join("account.sealed")
    }

    pub(crate) fn sealed(&self) -> Option<Vec<u8>> {
        fs::read(self.sealed_file()).ok()
    }

    pub(crate) fn keep_sealed(&self, bytes: &[u8]) -> Result<(), AppError> {
        write_whole(&self.sealed_file(), bytes)
    }

    pub(crate) fn drop_sealed(&self) -> Result<(), AppError> {
        remove(&self.sealed_file())
    }
}

fn person_of(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let person = name.strip_prefix("person-")?.strip_suffix(".age")?;
    Some(person.to_owned())
}

/// Removes a file for good, if it is there.
fn remove(path: &Path) -> Result<(), AppError> {
    match patience::insist(|| fs::remove_file(path)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(AppError::of_writing("file_not_written", &error).retryable())
        }
        _ => {
            path.parent().into_iter().for_each(sync_folder);
            Ok(())
        }
    }
}

/// What opening the vault gives.
pub(crate) struct Unlocked {
    /// The keys.
    pub(crate) keys: Keys,
    /// Whose passphrase it was; nobody's with the recovery key.
    pub(crate) person: Option<String>,
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
            own: Some(own_identity()),
            former: Vec::new(),
        };
        assert!(vault.make("1", "ngắn", &recovery.to_public(), &keys).is_err());
        assert!(!vault.exists());
        vault.make("1", "mật khẩu dài", &recovery.to_public(), &keys).unwrap();
        let unlocked = vault.open("mật khẩu dài").unwrap();
        assert_eq!(
            (unlocked.keys.signing, unlocked.person),
            (keys.signing.clone(), Some("1".into()))
        );
        assert_eq!(vault.open("mật khẩu sai").err().unwrap().code, "wrong_passphrase");
        let typed = chidao_bundle::keys::identity_text(&recovery)
            .to_lowercase()
            .replace("key-1", "key-1 ");
        let recovered = vault.open(&typed).unwrap();
        assert_eq!(
            (recovered.keys.database, recovered.keys.root),
            (keys.database.clone(), keys.root.clone())
        );
        assert!(recovered.keys.signing.is_none() && recovered.keys.own.is_none() && recovered.person.is_none());
        let another = chidao_bundle::keys::identity_text(&age::x25519::Identity::generate());
        assert_eq!(vault.open(&another).err().unwrap().code, "wrong_recovery_key");
    }

    #[test]
    fn a_person_comes_to_changed_keys_with_the_old_passphrase_and_the_one_who_was_dismissed_does_not() {
        let home = tempfile::tempdir().unwrap();
        let vault = Vault::of(home.path());
        let keys = |database: &str| Keys {
            database: Zeroizing::new(database.into()),
            age: Zeroizing::new("AGE-SECRET-KEY-1".into()),
            signing: None,
            root: None,
            own: Some(own_identity()),
            former: Vec::new(),
        };
        let (first, second) = (keys("cũ"), keys("cũ"));
        let recovery = age::x25519::Identity::generate().to_public();
        vault.make("1", "mật khẩu một", &recovery, &first).unwrap();
        vault.admit("2", "mật khẩu hai", &second).unwrap();
        assert_eq!(vault.persons(), ["1", "2"]);
        vault.admit_to("1", &first.recipient().unwrap(), &keys("mới")).unwrap();
        fs::remove_file(vault.person_file("2")).unwrap();
        let _ = fs::remove_file(vault.newer_file("2"));
        assert_eq!(vault.open("mật khẩu hai").err().unwrap().code, "wrong_passphrase");
        let unlocked = vault.open("mật khẩu một").unwrap();
        assert_eq!(
            (unlocked.keys.database.as_str(), &unlocked.keys.own),
            ("mới", &first.own)
        );
        vault.admit("1", "mật khẩu khác", &unlocked.keys).unwrap();
        assert_eq!(vault.open("mật khẩu khác").unwrap().keys.database.as_str(), "mới");
        assert!(vault.open("mật khẩu một").is_err());
        assert_eq!(fs::read_dir(home.path().join("vault")).unwrap().count(), 2);
    }
}

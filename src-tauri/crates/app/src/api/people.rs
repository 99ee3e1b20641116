//! The persons who work at a machine, their passphrases, and taking a machine over.

use super::PersonName;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One person.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PersonRow {
    /// The end of the person's key.
    pub person: String,
    /// Name and title.
    pub name: PersonName,
    /// Works here now.
    pub here: bool,
}

/// Who can open this machine.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct People {
    /// In the Vietnamese order of their names.
    pub rows: Vec<PersonRow>,
    /// This machine holds the unit's root key.
    pub holds_root: bool,
    /// Persons can be removed here: it can write. Without the root key it waits for a certificate afterwards.
    pub may_remove: bool,
}

/// Another person.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PersonAdd {
    /// Full name.
    pub name: String,
    /// Title.
    #[serde(default)]
    pub title: String,
    /// At least 8 characters, and not another person's.
    pub passphrase: String,
}

/// A person by the end of their key.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct PersonRef {
    /// The end of the key.
    pub person: String,
}

/// A person's passphrase and the one in its place.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct PassphraseChange {
    /// Good until now.
    pub old: String,
    /// At least 8 characters, and not another person's.
    pub new: String,
}

/// The passphrase of who works here now, that the system may open the vault for this account from now on.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct Remember {
    /// The passphrase.
    pub passphrase: String,
}

/// Who takes a machine over that was opened with the recovery key.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct TakeOver {
    /// Full name.
    pub person_name: String,
    /// Title.
    #[serde(default)]
    pub person_title: String,
    /// At least 8 characters.
    pub passphrase: String,
}

/// The answer of the machine that holds the unit's root key, for one that became another device.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RenewalAccept {
    /// Token of the answer's file.
    pub file: String,
    /// The code that the other machine shows.
    pub code: String,
}

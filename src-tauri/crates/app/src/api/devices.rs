//! The machines of this unit and of the units around it.

use super::{PersonName, ReadyFile, UnitName};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One machine.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct DeviceRow {
    /// Id.
    pub device: String,
    /// Its name, for people.
    pub name: String,
    /// Its unit.
    pub unit: UnitName,
    /// It is this machine.
    pub here: bool,
    /// When its certificate was signed.
    pub since: String,
    /// When it last said what it has.
    pub last_word_at: Option<String>,
    /// It is believed no longer: nothing is encrypted to it, and what it wrote after that is quarantined.
    pub revoked: bool,
    /// This side may revoke it, or admit what it wrote.
    pub mine: bool,
    /// Changes of it that lie in quarantine because it was revoked.
    pub held_back: u32,
}

/// All machines, this unit's first.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Devices {
    /// Rows.
    pub rows: Vec<DeviceRow>,
}

/// Believes a machine no longer: what is here of it stands, nothing after.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct DeviceRevoke {
    /// Id or name of the machine.
    pub device: String,
    /// Why; kept with the revocation.
    #[serde(default)]
    pub reason: String,
}

/// A machine by id or name.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct DeviceRef {
    /// Id or name of the machine.
    pub device: String,
}

/// A further machine of a unit asks to work for it. The file waits to be saved and carried there.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct JoinRequest {
    /// Full name of the person at this machine.
    pub person_name: String,
    /// Title.
    #[serde(default)]
    pub person_title: String,
    /// Name of this machine.
    pub device_name: String,
    /// Passphrase of this person, at least eight characters.
    pub passphrase: String,
}

/// Accepts the unit's answer. The code is the one that the answering machine shows, read out.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct JoinAccept {
    /// The answer, as a file token.
    pub file: String,
    /// The passphrase chosen when asking.
    pub passphrase: String,
    /// The code that the other machine shows.
    pub code: String,
}

/// What the request of a machine says, before anybody approves it.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct DeviceSeen {
    /// The machine, as it calls itself.
    pub device: String,
    /// Who says that they will work at it.
    pub person: PersonName,
    /// When it was written, by that machine's clock.
    pub at: String,
}

/// A machine was approved: the answer is carried back to it, the code read out.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct DeviceApproved {
    /// The machine.
    pub device: String,
    /// Who will work at it.
    pub person: PersonName,
    /// The code to read out.
    pub code: String,
    /// The answer.
    pub answer: ReadyFile,
}

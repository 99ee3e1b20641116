//! The machines of this unit and of the units around it.

use super::UnitName;
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

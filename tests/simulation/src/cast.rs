//! Who plays: a province and its units, each with several machines. Their keys and certificates were drawn once and lie in
//! `data/cast.json`, because keys draw their own randomness and a run must be the same each time. They guard nothing.

use chidao_bundle::keys;
use chidao_domain::ids::{ChannelId, DeviceId, UnitId};
use chidao_ledger::chain;
use chidao_ledger::trust::{Certificate, ChannelKind, Charter, Party, Signed, Signer, TrustError};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// When every story begins.
pub const BEGINNING: &str = "2017-06-23T08:00:00+07:00";
/// The same in milliseconds since 1970-01-01T00:00Z.
pub const BEGINNING_MILLIS: u64 = 1_498_179_600_000;

/// One machine of a unit.
#[derive(Clone, Serialize, Deserialize)]
pub struct Device {
    /// Its name.
    pub name: String,
    /// Its minisign secret key.
    pub signing: String,
    /// Its age identity.
    pub age: String,
    /// Its certificate.
    pub certificate: Signed,
}

/// A unit with its machines. The first of the cast is the province.
#[derive(Clone, Serialize, Deserialize)]
pub struct Unit {
    /// How a charter names it.
    pub party: Party,
    /// Secret key of its root.
    pub root: String,
    /// Its machines.
    pub devices: Vec<Device>,
}

/// Everybody.
#[derive(Clone, Serialize, Deserialize)]
pub struct Cast {
    /// The province, then its units.
    pub units: Vec<Unit>,
}

/// Most units below the province.
pub const UNITS: usize = 12;
/// Machines of a unit.
pub const DEVICES: usize = 3;

/// Offices below the province, by name.
const NAMES: [&str; UNITS] = [
    "UBND huyện Yên Thế",
    "UBND huyện Lục Ngạn",
    "UBND huyện Sơn Động",
    "UBND huyện Tân Yên",
    "UBND huyện Việt Yên",
    "UBND huyện Hiệp Hòa",
    "UBND huyện Lạng Giang",
    "UBND huyện Lục Nam",
    "UBND huyện Yên Dũng",
    "UBND thành phố Bắc Giang",
    "Sở Tư pháp",
    "Sở Nội vụ",
];

impl Cast {
    /// The cast that every seed plays with.
    ///
    /// # Panics
    /// If the data of this crate was damaged.
    #[must_use]
    pub fn standing() -> &'static Cast {
        static CAST: OnceLock<Cast> = OnceLock::new();
        CAST.get_or_init(|| {
            serde_json::from_str(include_str!("../data/cast.json"))
                .expect("the cast was written by `draw` of this file")
        })
    }

    /// Draws a new cast: only for `data/cast.json`, since every recorded script depends on it.
    ///
    /// # Errors
    /// Without randomness.
    pub fn draw() -> Result<Cast, TrustError> {
        let mut units = Vec::new();
        for number in 0..=UNITS {
            let root_text = Signer::generate()?;
            let root = Signer::parse(&root_text)?;
            let mut id = [0; 16];
            id.copy_from_slice(&blake3::hash(root.public().as_bytes()).as_bytes()[..16]);
            let unit = UnitId(id);
            let recovery = keys::generate_identity();
            let mut devices = Vec::new();
            for device in 1..=DEVICES {
                let signing = Signer::generate()?;
                let public = Signer::parse(&signing)?.public().to_owned();
                let age = keys::generate_identity();
                let name = format!("Máy {device}");
                let certificate = root.sign(Certificate {
                    v: 1,
                    unit,
                    root: root.public().to_owned(),
                    device: chain::device_id(&public),
                    key: public,
                    age: age.to_public().to_string(),
                    name: name.clone(),
                    at: BEGINNING.to_owned(),
                })?;
                devices.push(Device {
                    name,
                    signing,
                    age: keys::identity_text(&age).to_string(),
                    certificate,
                });
            }
            let (name, code) = match number.checked_sub(1) {
                None => ("UBND tỉnh Bắc Giang", "H02".to_owned()),
                Some(i) => (NAMES[i], format!("H02.{:02}", number)),
            };
            units.push(Unit {
                party: Party {
                    unit,
                    name: name.to_owned(),
                    code,
                    root: root.public().to_owned(),
                    recovery: recovery.to_public().to_string(),
                },
                root: root_text,
                devices,
            });
        }
        Ok(Cast { units })
    }

    /// The inner channel of a unit.
    #[must_use]
    pub fn inner(&self, unit: usize) -> ChannelId {
        channel(0, unit)
    }

    /// The channel of a unit with the province.
    #[must_use]
    pub fn pair(&self, unit: usize) -> ChannelId {
        channel(1, unit)
    }

    /// The charter of an inner channel.
    ///
    /// # Errors
    /// If the cast was damaged.
    pub fn inner_charter(&self, unit: usize) -> Result<Signed, TrustError> {
        let one = &self.units[unit];
        Signer::parse(&one.root)?.sign(Charter {
            v: 1,
            channel: self.inner(unit),
            kind: ChannelKind::Inner,
            parent: None,
            child: Some(one.party.clone()),
            request: None,
            at: BEGINNING.to_owned(),
        })
    }

    /// The charter of a pair.
    ///
    /// # Errors
    /// If the cast was damaged.
    pub fn pair_charter(&self, unit: usize) -> Result<Signed, TrustError> {
        let province = &self.units[0];
        Signer::parse(&province.root)?.sign(Charter {
            v: 1,
            channel: self.pair(unit),
            kind: ChannelKind::Pair,
            parent: Some(province.party.clone()),
            child: Some(self.units[unit].party.clone()),
            request: None,
            at: BEGINNING.to_owned(),
        })
    }
}

impl Device {
    /// Its identity.
    ///
    /// # Panics
    /// If the cast was damaged.
    #[must_use]
    pub fn id(&self) -> DeviceId {
        let claims: Certificate = self.certificate.claims().expect("the cast holds certificates");
        claims.device
    }
}

fn channel(kind: u8, unit: usize) -> ChannelId {
    let mut id = [0; 16];
    id.copy_from_slice(&blake3::hash(&[kind, unit as u8]).as_bytes()[..16]);
    ChannelId(id)
}

//! The mailboxes that this machine knows: adding, changing, forgetting, and entering them.

use super::receive::is_refused;
use super::told;
use crate::api::*;
use crate::bundles::Carried;
use crate::home::{App, Open, name_of, unpoisoned};
use crate::session::required;
use crate::{AppError, channels, patience};
use chidao_domain::ids::{DeviceId, UnitId, to_hex};
use chidao_domain::text;
use chidao_ledger::store::{Connection, LedgerError, mailbox as rows};
use chidao_mailbox::folder::FolderAddress;
use chidao_mailbox::marker::MarkerId;
use chidao_mailbox::{Folder, MailboxError, Place, S3, S3Address, Webdav, WebdavAddress, unwatched};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Longest name of a mailbox, in characters.
const NAME_LIMIT: usize = 80;
/// Most mailboxes of one machine.
const LIMIT: usize = 32;

/// Where a mailbox is, with what opens it; kept in the encrypted store alone. Never printed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Address {
    Folder(FolderAddress),
    Webdav(WebdavAddress),
    S3(S3Address),
}

impl Address {
    /// Whether two addresses lead to one place: told by its marker, or by how it is written where it has none.
    fn is_same_place(&self, other: &Address) -> bool {
        let plain = |text: &str| text.trim().trim_end_matches('/').to_lowercase();
        match (self, other) {
            (Address::Folder(one), Address::Folder(other)) => one.id == other.id,
            (Address::Webdav(one), Address::Webdav(other)) => plain(&one.address) == plain(&other.address),
            (Address::S3(one), Address::S3(other)) => {
                let place = |of: &S3Address| {
                    let prefix = of.prefix.trim_matches('/').to_owned();
                    (plain(&of.address), of.bucket.clone(), prefix)
                };
                place(one) == place(other)
            }
            _ => false,
        }
    }
}

/// A mailbox as it is kept.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    #[serde(skip)]
    pub id: String,
    pub name: String,
    pub address: Address,
    /// Empty for all units.
    pub units: Vec<UnitId>,
    pub by_itself: bool,
    #[serde(default)]
    pub synced_at: Option<String>,
    #[serde(default)]
    pub tried_at: Option<String>,
    #[serde(default)]
    pub trouble: Option<MailboxTrouble>,
}

/// An own bundle in a mailbox, as it is kept.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Own {
    /// Set out to be written; whether it came to lie there is not known.
    #[serde(default)]
    pub begun: bool,
    #[serde(default)]
    pub size: u64,
    #[serde(default)]
    pub entries: u32,
    /// The last line of each feed that it carries: feed, branch, line.
    #[serde(default)]
    pub carried: Vec<Carried>,
    /// The devices of the unit that can read it.
    #[serde(default)]
    pub devices: Vec<DeviceId>,
    /// How many bundles of the other unit had been taken in when it was put.
    #[serde(default)]
    pub heard: u64,
    /// In the order in which they were put.
    #[serde(default)]
    pub number: u64,
}

impl Kept {
    fn read(id: String, line: &str) -> Result<Kept, AppError> {
        let kept: Kept = serde_json::from_str(line).map_err(|error| AppError::internal("mailbox", &error))?;
        Ok(Kept { id, ..kept })
    }

    /// Whether a unit is served through it.
    pub(super) fn serves(&self, unit: UnitId) -> bool {
        self.units.is_empty() || self.units.contains(&unit)
    }
}

/// Every mailbox.
pub(super) fn all(connection: &Connection) -> Result<Vec<Kept>, AppError> {
    let rows = rows::mailboxes(connection)?;
    rows.into_iter().map(|(id, line)| Kept::read(id, &line)).collect()
}

/// One by id or name.
fn one(connection: &Connection, wanted: &str) -> Result<Kept, AppError> {
    let name = text::clean(wanted);
    let mut all = all(connection)?;
    let found = all.iter().position(|kept| kept.id == name || kept.name == name);
    let found = found.ok_or_else(|| AppError::new("mailbox_unknown").with("mailbox", wanted))?;
    Ok(all.swap_remove(found))
}

/// An own bundle's line.
pub(super) fn own(file: &rows::MailboxFile) -> Own {
    // Unreadable only if a later version wrote it: then as one that carries nothing, which stays until it is superseded.
    serde_json::from_str(&file.line).unwrap_or_default()
}

impl App {
    /// The folders at which something is plugged in now.
    pub(super) fn roots(&self) -> Vec<PathBuf> {
        unpoisoned(&self.mailboxes).roots()
    }

    /// A mailbox made ready for work: found where it is now. A folder that moved is remembered at its new place.
    pub(super) fn enter(&self, open: &Open, kept: &mut Kept) -> Result<Box<dyn Place>, AppError> {
        let (place, found) = self.find(&kept.address).map_err(|error| told(error, &kept.name))?;
        if let Some(address) = found {
            kept.address = address;
            self.keep(open, kept)?;
        }
        Ok(place)
    }

    /// The place at an address, and the address anew where it is found elsewhere now.
    fn find(&self, address: &Address) -> Result<(Box<dyn Place>, Option<Address>), MailboxError> {
        Ok(match address {
            Address::Folder(address) => {
                let (folder, found) = Folder::find(address, &self.roots(), patience::insist_on)?;
                let moved = (found != *address).then_some(Address::Folder(found));
                (Box::new(folder), moved)
            }
            Address::Webdav(address) => (Box::new(Webdav::at(address)?), None),
            // Asked by this machine's clock until it has told its own.
            Address::S3(address) => (Box::new(S3::at(address, (self.edges.now)().timestamp_millis())?), None),
        })
    }

    pub(super) fn keep(&self, open: &Open, kept: &Kept) -> Result<(), AppError> {
        // A serde_json text with credentials in it: wiped when it has been written.
        let line = Zeroizing::new(serde_json::to_string(kept).map_err(|error| AppError::internal("mailbox", &error))?);
        Ok(open.store.write(|writer| writer.keep_mailbox(&kept.id, &line))?)
    }

    pub(super) fn mailbox(&self, open: &Open, wanted: &str) -> Result<Kept, AppError> {
        open.store.read(|connection| one(connection, wanted))
    }

    pub(crate) fn do_mailboxes(&self) -> Result<Mailboxes, AppError> {
        let open = self.opened()?;
        let roots = self.roots();
        let mut rows = open.store.read(|connection| {
            let names = unit_names(connection, &open)?;
            all(connection)?
                .into_iter()
                .map(|kept| row(connection, &names, &roots, kept))
                .collect::<Result<Vec<_>, AppError>>()
        })?;
        rows.sort_by_cached_key(|row| text::collation_key(&row.name));
        Ok(Mailboxes { rows })
    }

    pub(crate) fn do_mailbox_save(&self, request: &MailboxSave) -> Result<Mailboxes, AppError> {
        let open = self.opened()?;
        let name = required("mailbox_name", &request.name, NAME_LIMIT)?;
        let (known, before, units) = open.store.read(|connection| {
            let known = all(connection)?;
            let before = match request.id.as_deref() {
                Some(id) => Some(one(connection, id)?),
                None => None,
            };
            let units: Vec<UnitId> = request
                .units
                .iter()
                .map(|unit| Ok(channels::with_unit(connection, &open, unit)?.1.unit))
                .collect::<Result<_, AppError>>()?;
            Ok::<_, AppError>((known, before, units))
        })?;
        let id = match &before {
            Some(kept) => kept.id.clone(),
            None => to_hex(&self.random::<16>()),
        };
        if known.iter().any(|kept| kept.id != id && kept.name == name) {
            return Err(AppError::new("mailbox_name_taken").with("mailbox", name));
        }
        if before.is_none() && known.len() >= LIMIT {
            return Err(AppError::new("mailbox_too_many").with("limit", LIMIT));
        }
        let address = self.entered(&name, &request.place, before.as_ref().map(|kept| &kept.address))?;
        // Under two names everything would be put there twice, and told twice.
        if let Some(same) = known
            .iter()
            .find(|kept| kept.id != id && kept.address.is_same_place(&address))
        {
            return Err(AppError::new("mailbox_place_taken").with("mailbox", &same.name));
        }
        let mut kept = before.unwrap_or(Kept {
            id,
            name: String::new(),
            address: address.clone(),
            units: Vec::new(),
            by_itself: false,
            synced_at: None,
            tried_at: None,
            trouble: None,
        });
        kept.name = name;
        kept.address = address;
        kept.units = units;
        kept.by_itself = request.by_itself;
        kept.trouble = None;
        self.keep(&open, &kept)?;
        self.do_mailboxes()
    }

    /// Enters a place for the first time; answers how to find it again.
    fn entered(&self, mailbox: &str, place: &MailboxPlace, before: Option<&Address>) -> Result<Address, AppError> {
        let entered = || {
            let address = self.addressed(place, before)?;
            self.find(&address)?.0.list(&mut unwatched)?;
            Ok(address)
        };
        entered().map_err(|error| told(error, mailbox))
    }

    /// The address of a place as it was typed; a folder is marked there, so that it is found again wherever it appears.
    fn addressed(&self, place: &MailboxPlace, before: Option<&Address>) -> Result<Address, MailboxError> {
        Ok(match place {
            MailboxPlace::Folder { path } => {
                let fresh = MarkerId::new(self.random());
                Address::Folder(Folder::make(Path::new(path), &self.roots(), fresh, patience::insist_on)?.1)
            }
            MailboxPlace::Webdav {
                address,
                user,
                password,
                unencrypted,
                ca_file,
            } => {
                let kept = match before {
                    Some(Address::Webdav(kept)) if kept.address == *address && kept.user == *user => Some(kept),
                    _ => None,
                };
                let secret = chosen(password, kept.map(|kept| &kept.password));
                Address::Webdav(WebdavAddress {
                    address: address.clone(),
                    user: user.clone(),
                    password: secret,
                    unencrypted: *unencrypted,
                    vouching: vouching(ca_file, kept.and_then(|kept| kept.vouching.as_ref()))?,
                })
            }
            MailboxPlace::S3 {
                address,
                region,
                bucket,
                prefix,
                key_id,
                secret,
                unencrypted,
                ca_file,
            } => {
                let kept = match before {
                    Some(Address::S3(kept)) if kept.address == *address && kept.key_id == *key_id => Some(kept),
                    _ => None,
                };
                Address::S3(S3Address {
                    address: address.clone(),
                    region: region.clone(),
                    bucket: bucket.clone(),
                    prefix: prefix.clone(),
                    key_id: key_id.clone(),
                    secret: chosen(secret, kept.map(|kept| &kept.secret)),
                    unencrypted: *unencrypted,
                    vouching: vouching(ca_file, kept.and_then(|kept| kept.vouching.as_ref()))?,
                })
            }
        })
    }

    pub(crate) fn do_mailbox_remove(&self, request: &MailboxRemove) -> Result<Mailboxes, AppError> {
        let open = self.opened()?;
        let mut kept = self.mailbox(&open, &request.mailbox)?;
        if request.clear {
            let place = self.enter(&open, &mut kept)?;
            let files = open.store.read(|connection| rows::files(connection, &kept.id))?;
            for file in files.iter().filter(|file| file.own) {
                if let Some(name) = chidao_mailbox::Name::parse(&file.name) {
                    place
                        .clear(&name, &mut unwatched)
                        .map_err(|error| told(error, &kept.name))?;
                }
                open.store
                    .write(|writer| writer.forget_mailbox_file(&kept.id, &file.name))?;
            }
        }
        open.store.write(|writer| writer.forget_mailbox(&kept.id))?;
        self.do_mailboxes()
    }
}

/// The secret that was given, or the one that is kept.
fn chosen(given: &str, kept: Option<&Zeroizing<String>>) -> Zeroizing<String> {
    match (given, kept) {
        ("", Some(kept)) => kept.clone(),
        (given, _) => Zeroizing::new(given.to_owned()),
    }
}

/// Largest file of certificates, in bytes.
const CERTIFICATES_LIMIT: u64 = 1 << 20;

/// The certificates of the file that was given, or those that are kept.
fn vouching(given: &str, kept: Option<&String>) -> Result<Option<String>, MailboxError> {
    if given.is_empty() {
        return Ok(kept.cloned());
    }
    let mut text = String::new();
    std::fs::File::open(given)?
        .take(CERTIFICATES_LIMIT)
        .read_to_string(&mut text)?;
    Ok(Some(text))
}

/// The units around this one, by id.
pub(super) fn unit_names(connection: &Connection, open: &Open) -> Result<BTreeMap<UnitId, UnitName>, LedgerError> {
    let pairs = channels::pairs(connection)?;
    let others = pairs
        .iter()
        .filter_map(|channel| channels::other(channel, open.profile.unit()));
    Ok(others.map(|(_, party)| (party.unit, name_of(party))).collect())
}

fn row(
    connection: &Connection,
    names: &BTreeMap<UnitId, UnitName>,
    roots: &[PathBuf],
    kept: Kept,
) -> Result<MailboxRow, AppError> {
    let (mut waiting, mut waiting_bytes, mut refused) = (0, 0, 0);
    for file in &rows::files(connection, &kept.id)? {
        if !file.own {
            refused += u32::from(is_refused(file));
            continue;
        }
        let own = own(file);
        if own.entries > 0 && !own.begun {
            waiting += 1;
            waiting_bytes += own.size;
        }
    }
    let (place, there) = match &kept.address {
        Address::Folder(address) => {
            let found = Folder::find(address, roots, patience::insist_on);
            let path = found.as_ref().map_or(&address.path, |(_, found)| &found.path);
            let path = path.display().to_string();
            (MailboxPlace::Folder { path }, Some(found.is_ok()))
        }
        Address::Webdav(kept) => {
            let place = MailboxPlace::Webdav {
                address: kept.address.clone(),
                user: kept.user.clone(),
                password: String::new(),
                unencrypted: kept.unencrypted,
                ca_file: String::new(),
            };
            (place, None)
        }
        Address::S3(kept) => {
            let place = MailboxPlace::S3 {
                address: kept.address.clone(),
                region: kept.region.clone(),
                bucket: kept.bucket.clone(),
                prefix: kept.prefix.clone(),
                key_id: kept.key_id.clone(),
                secret: String::new(),
                unencrypted: kept.unencrypted,
                ca_file: String::new(),
            };
            (place, None)
        }
    };
    Ok(MailboxRow {
        units: kept.units.iter().filter_map(|unit| names.get(unit).cloned()).collect(),
        id: kept.id,
        name: kept.name,
        place,
        by_itself: kept.by_itself,
        there,
        synced_at: kept.synced_at,
        tried_at: kept.tried_at,
        trouble: kept.trouble,
        waiting,
        waiting_bytes,
        refused,
    })
}

//! A home: one installation's folder, opened by one program at a time. `HOME.md` of this crate lists its files.

use crate::alone::HomeLock;
use crate::api::{Edition, PersonName, UnitName};
use crate::mailbox::Attended;
use crate::people;
use crate::remembered::Remembering;
use crate::sticks::Plugged;
use crate::tasks::Attaching;
use crate::updates::Installation;
use crate::vault::{Keys, Unlocked, Vault};
use crate::work::Works;
use crate::{AppError, staging::Staging};
use chidao_domain::ids::{ChannelId, DeviceId, RecordKey, UnitId, from_hex, to_hex};
use chidao_ledger::store::append::{Appended, Author, Edges as WriteEdges, Wish};
use chidao_ledger::store::{LedgerError, Store, Writer, local};
use chidao_ledger::trust::{Certificate, DeviceRequest, Party, Signed, Signer};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use zeroize::Zeroizing;

/// Tells the moment, at +07:00.
pub type Clock = Box<dyn Fn() -> DateTime<FixedOffset> + Send + Sync>;

/// Fills bytes at random.
pub type Randomness = Box<dyn Fn(&mut [u8]) + Send + Sync>;

/// The edges of the program: what it may not take from anywhere else, so that every act can be replayed.
pub struct Edges {
    /// The wall clock, at +07:00.
    pub now: Clock,
    /// Fills bytes at random, for identities, salts and tokens. Keys draw their own.
    pub random: Randomness,
    /// Name of this machine: a part of a home's identity.
    pub machine: String,
}

/// Who this installation is: kept in the store, encrypted with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub edition: Edition,
    pub party: Party,
    pub person: RecordKey,
    pub person_name: PersonName,
    pub device: DeviceId,
    pub device_name: String,
    pub age: String,
    pub certificate: Signed,
    /// The request of a device that is not certified yet; the certificate is that of the device before it. See `renewal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaiting: Option<Signed>,
    pub inner: ChannelId,
    /// The channel to the parent: provisional until one answers.
    pub upward: Option<ChannelId>,
    pub epoch: u64,
    #[serde(default)]
    pub demo: bool,
}

impl Profile {
    pub(crate) fn unit(&self) -> UnitId {
        self.party.unit
    }

    pub(crate) fn unit_name(&self) -> UnitName {
        name_of(&self.party)
    }
}

/// A unit as a charter names it.
pub(crate) fn name_of(party: &Party) -> UnitName {
    UnitName {
        id: party.unit.to_string(),
        name: party.name.clone(),
        code: party.code.clone(),
    }
}

/// An open home: the store and the keys.
pub(crate) struct Open {
    pub store: Store,
    pub keys: Keys,
    pub profile: Profile,
}

/// The program's core: the only door to everything a person can do. See [`crate::api::UseCases`].
pub struct App {
    pub(crate) home: PathBuf,
    pub(crate) edges: Edges,
    pub(crate) vault: Vault,
    pub(crate) open: Mutex<Option<Arc<Open>>>,
    /// What was opened last: somebody may be working with it though it has been closed for all others.
    pub(crate) last_open: Mutex<Weak<Open>>,
    pub(crate) lock: HomeLock,
    pub(crate) staging: Staging,
    pub(crate) works: Works,
    pub(crate) mailboxes: Mutex<Attended>,
    pub(crate) installation: Installation,
    pub(crate) plugged: Plugged,
    pub(crate) remembering: Remembering,
}

pub(crate) fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Name of the setting that holds the profile.
pub(crate) const PROFILE: &str = "profile";

impl App {
    /// Opens a home: a folder, which is made if need be. Nothing is decrypted yet.
    ///
    /// # Errors
    /// `home_unusable` when the folder cannot be made or written.
    pub fn open(home: &Path, edges: Edges) -> Result<App, AppError> {
        let unusable =
            |error: std::io::Error| AppError::of_writing("home_unusable", &error).with("path", home.display());
        std::fs::create_dir_all(home).map_err(unusable)?;
        let home = home.canonicalize().map_err(unusable)?;
        let mut run = [0; 16];
        (edges.random)(&mut run);
        let lock = HomeLock::take(&home)?;
        let staging = Staging::open(&home.join("staging"), &to_hex(&run))?;
        Ok(App {
            vault: Vault::of(&home),
            home,
            edges,
            open: Mutex::new(None),
            last_open: Mutex::default(),
            lock,
            staging,
            works: Works::default(),
            mailboxes: Mutex::default(),
            installation: Installation::unknown(),
            plugged: Plugged::default(),
            remembering: Remembering::default(),
        })
    }

    /// The day by this program's clock.
    pub(crate) fn today(&self) -> NaiveDate {
        (self.edges.now)().date_naive()
    }

    /// The moment by this program's clock, RFC 3339.
    pub(crate) fn now_text(&self) -> String {
        (self.edges.now)().to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
    }

    pub(crate) fn now_millis(&self) -> u64 {
        u64::try_from((self.edges.now)().timestamp_millis()).unwrap_or(0)
    }

    /// Bytes at random.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.edges.random)(&mut bytes);
        bytes
    }

    /// The open home, or `locked`.
    pub(crate) fn opened(&self) -> Result<Arc<Open>, AppError> {
        unpoisoned(&self.open).clone().ok_or_else(|| AppError::new("locked"))
    }

    fn store_path(&self) -> PathBuf {
        self.home.join("ledger.db")
    }

    /// Opens the store with the vault's keys.
    pub(crate) fn open_store(&self, keys: &Keys) -> Result<Store, AppError> {
        let key: [u8; 32] = from_hex(&keys.database).ok_or_else(|| AppError::new("vault_unreadable"))?;
        Ok(Store::open(&self.store_path(), &key)?)
    }

    /// Opens everything with the vault's keys, and goes to a new epoch where the home is a copy or a restored backup.
    pub(crate) fn open_with(&self, unlocked: Unlocked) -> Result<Arc<Open>, AppError> {
        let Unlocked { mut keys, person } = unlocked;
        self.backup_before_migration(&keys)?;
        let store = self.open_store(&keys)?;
        let text = store.read(|c| local::setting(c, PROFILE))?;
        let text = match text {
            Some(text) => text,
            None if store.read(|c| local::setting(c, crate::joining::JOINING))?.is_some() => {
                return Err(AppError::new("awaiting_answer"));
            }
            None => return Err(AppError::new("vault_unreadable")),
        };
        let profile: Profile = serde_json::from_str(&text).map_err(|error| AppError::internal("profile", &error))?;
        // A file of before this machine became another device: it reads, and cannot sign for this one.
        if !signs_for(&keys, &profile)? {
            keys.signing = None;
        }
        let mut open = Open { store, keys, profile };
        self.seat(&mut open, person.as_deref())?;
        self.settle_epoch(&mut open)?;
        self.sweep_staged(&open)?;
        // A newer program begins: what the older one left is kept. Without room it tries again the next time.
        let _ = self.backup_before_upgrade(&open);
        let open = Arc::new(open);
        *unpoisoned(&self.last_open) = Arc::downgrade(&open);
        *unpoisoned(&self.open) = Some(open.clone());
        Ok(open)
    }

    /// Whose passphrase it was is who writes.
    fn seat(&self, open: &mut Open, person: Option<&str>) -> Result<(), AppError> {
        let Some(person) = person else { return Ok(()) };
        let Some(kept) = people::kept(open)?.into_iter().find(|kept| kept.person == person) else {
            return Ok(());
        };
        let tail = from_hex(person).ok_or_else(|| AppError::new("vault_unreadable"))?;
        open.profile.person = RecordKey::Owned(open.profile.unit(), tail);
        open.profile.person_name = kept.name;
        Ok(())
    }

    /// This machine and folder, as the mark names them.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.edges.machine, self.home.display())
    }
}

/// Whether the signing key is that of the device that the profile names.
fn signs_for(keys: &Keys, profile: &Profile) -> Result<bool, AppError> {
    let Some(signing) = &keys.signing else { return Ok(false) };
    let signer = Signer::parse(signing).map_err(|error| AppError::internal("signing key", &error))?;
    let key = match &profile.awaiting {
        Some(request) => DeviceRequest::read(request).map_err(LedgerError::from)?.key,
        None => Certificate::read(&profile.certificate).map_err(LedgerError::from)?.key,
    };
    Ok(signer.public() == key)
}

impl Open {
    /// The keys that opened it, and whose they are: for opening it again.
    pub(crate) fn unlocked(&self) -> Unlocked {
        Unlocked {
            keys: self.keys.clone(),
            person: people::tail_of(&self.profile),
        }
    }

    pub(crate) fn author(&self) -> Author {
        Author {
            certificate: self.profile.certificate.clone(),
            epoch: self.profile.epoch,
            person: self.profile.person,
        }
    }

    /// The signing key, where what it signs would be believed.
    ///
    /// # Errors
    /// `recovered_read_only`; `awaiting_certificate`.
    pub(crate) fn signing(&self) -> Result<&Zeroizing<String>, AppError> {
        if self.profile.awaiting.is_some() {
            return Err(AppError::new(match self.keys.signing {
                Some(_) => "awaiting_certificate",
                None => "recovered_read_only",
            }));
        }
        let key = self.keys.signing.as_ref();
        key.ok_or_else(|| AppError::new("recovered_read_only"))
    }

    pub(crate) fn signer(&self) -> Result<Signer, AppError> {
        Signer::parse(self.signing()?).map_err(|error| AppError::internal("signing key", &error))
    }

    pub(crate) fn root(&self) -> Result<Signer, AppError> {
        let key = self.keys.root.as_ref().ok_or_else(|| AppError::new("no_root_key"))?;
        Signer::parse(key).map_err(|error| AppError::internal("root key", &error))
    }

    pub(crate) fn keep_profile(&self) -> Result<(), AppError> {
        let text = serde_json::to_string(&self.profile).map_err(|error| AppError::internal("profile", &error))?;
        Ok(self.store.write(|writer| writer.set(PROFILE, &text))?)
    }
}

impl App {
    /// Writes one entry within a transaction; the person who writes is made known to the channel first.
    pub(crate) fn append(
        &self,
        open: &Open,
        writer: &mut Writer<'_>,
        channel: ChannelId,
        act: &str,
        wishes: Vec<Wish>,
    ) -> Result<Appended, LedgerError> {
        // Nobody vouches for what a machine writes that cannot sign.
        let signing = open.signing().map_err(|error| LedgerError::NotFound(error.code))?;
        let person = chidao_domain::ids::RecordId {
            kind: "person".into(),
            key: open.profile.person,
        };
        let row = writer.channel(channel)?.id;
        let known = writer.find_record(row, &person)?.is_some();
        let mut all = Vec::with_capacity(wishes.len() + 1);
        // The person's item stands last, so that `@i` names the items that the caller counted.
        all.extend(wishes);
        if !known {
            let name = &open.profile.person_name;
            all.push(Wish::change(
                person,
                vec![
                    ("name", name.name.as_str().into()),
                    ("title", name.title.as_str().into()),
                ],
            ));
        }
        let mut random = |bytes: &mut [u8]| (self.edges.random)(bytes);
        let mut edges = WriteEdges {
            now: self.now_millis(),
            random: &mut random,
        };
        let appended = writer.append(channel, &open.author(), act, all, &mut edges)?;
        // Vouched for at once: were the key lost, by a forgotten passphrase or a stolen machine, nobody else could vouch for it.
        if let Some((row, claim)) = writer.own_end(appended.at.feed) {
            let n = claim.n;
            writer.keep_checkpoint(row, n, &Signer::parse(signing)?.sign(claim)?)?;
        }
        Ok(appended)
    }

    /// Writes one entry that attaches contents of the store, as a transaction of its own: either is there with the other,
    /// or neither.
    pub(crate) fn commit_attaching(
        &self,
        open: &Open,
        channel: ChannelId,
        act: &str,
        wishes: Vec<Wish>,
        attached: &[Attaching],
    ) -> Result<Appended, AppError> {
        Ok(open.store.write(|writer| {
            let row = writer.channel(channel)?.id;
            for file in attached {
                writer.share_blob(file.hash, row)?;
            }
            self.append(open, writer, channel, act, wishes)
        })?)
    }

    /// Writes one entry as a transaction of its own.
    pub(crate) fn commit(
        &self,
        open: &Open,
        channel: ChannelId,
        act: &str,
        wishes: Vec<Wish>,
    ) -> Result<Appended, AppError> {
        Ok(open
            .store
            .write(|writer| self.append(open, writer, channel, act, wishes))?)
    }
}

impl From<LedgerError> for AppError {
    fn from(error: LedgerError) -> AppError {
        match &error {
            LedgerError::Refused { kind, field, reason } => AppError::new("refused")
                .with("kind", kind)
                .with("field", field)
                .with("reason", reason.code()),
            LedgerError::WrongKey => AppError::new("store_wrong_key"),
            LedgerError::TooNew(version) => AppError::new("store_too_new").with("version", version),
            LedgerError::Cancelled => AppError::new("cancelled"),
            LedgerError::NotFound(what) if ["recovered_read_only", "awaiting_certificate"].contains(&what.as_str()) => {
                AppError::new(what)
            }
            LedgerError::NotFound(what) => AppError::new("not_found").with("what", what),
            LedgerError::BadLine { feed, bad } => AppError::new("bad_entry").with("feed", feed).with("detail", bad),
            LedgerError::Broken { feed, what } => AppError::new("bad_range").with("feed", feed).with("detail", what),
            LedgerError::Trust(error) => AppError::new("bad_signature").with("detail", error),
            LedgerError::UnknownChannel(channel) => AppError::new("unknown_channel").with("channel", channel),
            LedgerError::File(file) if AppError::of_writing("", file).code == "disk_full" => {
                AppError::new("disk_full").retryable()
            }
            LedgerError::File(_) => AppError::internal("store", &error).retryable(),
            LedgerError::Database(failed) if chidao_ledger::store::is_full(failed) => {
                AppError::new("disk_full").retryable()
            }
            LedgerError::Database(_) => AppError::new("store_failed").with("detail", &error).retryable(),
            LedgerError::Inconsistent(_) => AppError::new("store_inconsistent").with("detail", &error),
        }
    }
}

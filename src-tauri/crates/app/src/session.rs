//! First start, vault, settings, drafts, units.

use crate::api::*;
use crate::home::{App, Open, Profile, name_of, unpoisoned};
use crate::vault::{Keys, Unlocked};
use crate::{AppError, channels};
use chidao_domain::ids::{ChannelId, RecordKey, UnitId, to_hex};
use chidao_domain::text;
use chidao_ledger::chain;
use chidao_ledger::store::append::Wish;
use chidao_ledger::store::cells;
use chidao_ledger::store::{LedgerError, exchange, local};
use chidao_ledger::trust::{Certificate, ChannelKind, Charter, Party, Signer};
use std::sync::Arc;
use zeroize::Zeroizing;

const SETTINGS: &str = "settings";
/// Longest name of a draft, in characters.
const DRAFT_NAME_LIMIT: usize = 200;
/// Longest draft, in bytes.
const DRAFT_LIMIT: usize = 1 << 20;

/// Text that a person must give: cleaned, and not empty.
pub(crate) fn required(field: &str, value: &str, most: usize) -> Result<String, AppError> {
    let value = text::clean(value);
    if value.is_empty() {
        return Err(AppError::new("field_missing").with("field", field));
    }
    if value.chars().count() > most {
        return Err(AppError::new("field_too_long").with("field", field).with("limit", most));
    }
    Ok(value)
}

/// Setting: the recovery key, until it is on paper. It opens nothing that the store's own key does not open.
const RECOVERY: &str = "recovery_unprinted";

fn unprinted(open: &Open) -> Result<Option<String>, AppError> {
    let key = open.store.read(|c| local::setting(c, RECOVERY))?;
    Ok(key.filter(|key| !key.is_empty()))
}

impl App {
    pub(crate) fn do_session(&self) -> Result<Session, AppError> {
        self.finish_replacing()?;
        let vault = match (self.vault.exists(), unpoisoned(&self.open).is_some()) {
            (_, true) => VaultState::Open,
            (true, false) => VaultState::Locked,
            (false, false) => VaultState::Fresh,
        };
        let mut session = Session {
            vault,
            edition: None,
            unit: None,
            person: None,
            device: None,
            parent: None,
            enrolment: EnrolmentState::None,
            enrolment_code: None,
            now: self.now_text(),
            today: self.today().to_string(),
            version: self.installation.version.to_string(),
            demo: false,
            joined: false,
            recovered: false,
            awaiting: false,
            recovery_unprinted: false,
            remembered: self.remembered(),
            conflicts: 0,
            quarantined: 0,
            unsent: 0,
        };
        let Ok(open) = self.opened() else { return Ok(session) };
        session.edition = Some(open.profile.edition);
        session.unit = Some(open.profile.unit_name());
        session.person = Some(open.profile.person_name.clone());
        session.device = Some(open.profile.device_name.clone());
        session.demo = open.profile.demo;
        session.joined = open.keys.root.is_none();
        session.recovered = open.keys.signing.is_none();
        session.recovery_unprinted = !session.recovered && unprinted(&open)?.is_some();
        session.awaiting = open.profile.awaiting.is_some() && !session.recovered;
        open.store.read(|connection| {
            if let Some(upward) = channels::upward(connection, &open.profile)? {
                session.parent = upward.charter.parent.as_ref().map(name_of);
                (session.enrolment, session.enrolment_code) = channels::enrolment(connection, &upward)?;
                if let Some(parent) = &upward.charter.parent {
                    for range in exchange::outgoing(connection, upward.id, parent.unit, open.profile.device)? {
                        session.unsent += u32::try_from(range.last + 1 - range.first.max(1)).unwrap_or(u32::MAX);
                    }
                } else {
                    session.unsent = exchange::tips(connection, upward.id)?
                        .iter()
                        .map(|tip| u32::try_from(tip.n + 1 - tip.from_n.max(1)).unwrap_or(u32::MAX))
                        .sum();
                }
            }
            let words = cells::Words::load(connection)?;
            session.conflicts = cells::conflicts(connection, &words)?.len() as u32;
            session.quarantined = cells::quarantined(connection, &words)?.len() as u32;
            Ok::<_, LedgerError>(())
        })?;
        Ok(session)
    }

    pub(crate) fn do_recovery_key(&self) -> Result<RecoveryKey, AppError> {
        let recovery_key = unprinted(&*self.opened()?)?;
        let recovery_key = recovery_key.ok_or_else(|| AppError::new("recovery_key_gone"))?;
        Ok(RecoveryKey { recovery_key })
    }

    pub(crate) fn do_recovery_printed(&self) -> Result<Session, AppError> {
        self.opened()?.store.write(|writer| writer.set(RECOVERY, ""))?;
        self.do_session()
    }

    pub(crate) fn do_first_start(&self, request: FirstStart) -> Result<FirstStarted, AppError> {
        self.finish_replacing()?;
        if self.vault.exists() {
            return Err(AppError::new("already_started"));
        }
        let name = required("unit_name", &request.unit_name, 200)?;
        let code = text::clean(&request.unit_code);
        if let Err(error) = chidao_domain::number::OrganisationId::parse(&code) {
            return Err(AppError::new("bad_unit_code").with("code", code).with("detail", error));
        }
        let person = PersonName {
            name: required("person_name", &request.person_name, 120)?,
            title: text::clean(&request.person_title),
        };
        let device_name = match text::clean(&request.device_name) {
            empty if empty.is_empty() => self.edges.machine.clone(),
            given => given.chars().take(80).collect(),
        };
        let broken = |error: &dyn std::fmt::Display| AppError::internal("keys", error);
        let signing = Signer::generate().map_err(|error| broken(&error))?;
        let root_text = Signer::generate().map_err(|error| broken(&error))?;
        let root = Signer::parse(&root_text).map_err(|error| broken(&error))?;
        let signer = Signer::parse(&signing).map_err(|error| broken(&error))?;
        let identity = age::x25519::Identity::generate();
        let recovery = age::x25519::Identity::generate();
        let age_text = chidao_bundle::keys::identity_text(&identity);
        let keys = Keys {
            database: Zeroizing::new(to_hex(&self.random::<32>())),
            age: Zeroizing::new(age_text.to_string()),
            signing: Some(Zeroizing::new(signing)),
            root: Some(Zeroizing::new(root_text)),
            own: Some(crate::vault::own_identity()),
            former: Vec::new(),
        };
        let unit = UnitId(self.random());
        let party = Party {
            unit,
            name,
            code,
            root: root.public().to_owned(),
            recovery: recovery.to_public().to_string(),
        };
        let at = self.now_text();
        let device = chain::device_id(signer.public());
        let certificate = root
            .sign(Certificate::of(
                &party,
                signer.public(),
                &identity.to_public().to_string(),
                &device_name,
                at.clone(),
            ))
            .map_err(|error| broken(&error))?;
        let charter = |kind| {
            root.sign(Charter {
                v: 1,
                channel: ChannelId(self.random()),
                kind,
                parent: None,
                child: Some(party.clone()),
                request: None,
                at: at.clone(),
            })
        };
        let inner = charter(ChannelKind::Inner).map_err(|error| broken(&error))?;
        let upward = match request.edition {
            Edition::Unit => Some(charter(ChannelKind::Pair).map_err(|error| broken(&error))?),
            Edition::Province => None,
        };
        let person_key = RecordKey::Owned(unit, self.random());
        // A store without a vault is what a first start left that was cut off: its key is lost, and it holds nothing.
        for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
            let _ = std::fs::remove_file(self.home.join(name));
        }
        let store = self.open_store(&keys)?;
        let mut profile = Profile {
            edition: request.edition,
            party,
            person: person_key,
            person_name: person,
            device,
            device_name,
            age: identity.to_public().to_string(),
            certificate,
            inner: ChannelId([0; 16]),
            upward: None,
            epoch: 1,
            demo: false,
            awaiting: None,
        };
        store.write(|writer| {
            profile.inner = writer.take_charter(&inner)?;
            profile.upward = upward
                .as_ref()
                .map(|charter| writer.take_charter(charter))
                .transpose()?;
            writer.take_device(&profile.certificate)?;
            Ok::<_, LedgerError>(())
        })?;
        let person_file = match person_key {
            RecordKey::Owned(_, tail) => to_hex(&tail),
            RecordKey::Made(_) => unreachable!("a person's key is drawn just above"),
        };
        let open = Open { store, keys, profile };
        open.keep_profile()?;
        let recovery_key = chidao_bundle::keys::identity_text(&recovery).to_string();
        if request.keep_recovery {
            open.store.write(|writer| writer.set(RECOVERY, &recovery_key))?;
        }
        let own = chidao_domain::ids::RecordId {
            kind: "unit".into(),
            key: RecordKey::Owned(unit, [0; 8]),
        };
        let about = vec![
            ("name", open.profile.party.name.as_str().into()),
            ("code", open.profile.party.code.as_str().into()),
        ];
        self.commit(&open, open.profile.inner, "unit.start", vec![Wish::change(own, about)])?;
        let keys = open.keys.clone();
        crate::people::keep_own(&open)?;
        let unlocked = open.unlocked();
        drop(open);
        self.open_with(unlocked)?;
        // The vault last of all: until it is there, nothing has started, and once it is, the recovery key is shown.
        let made = self
            .vault
            .make(&person_file, &request.passphrase, &recovery.to_public(), &keys);
        if let Err(error) = made {
            *unpoisoned(&self.open) = None;
            return Err(error);
        }
        Ok(FirstStarted {
            recovery_key,
            session: self.do_session()?,
        })
    }

    pub(crate) fn do_unlock(&self, request: Unlock) -> Result<Session, AppError> {
        self.finish_replacing()?;
        if !self.vault.exists() {
            return Err(AppError::new("not_started"));
        }
        let mut unlocked = self.vault.open(&request.passphrase)?;
        if self.opened().is_err() {
            // A file of an older program holds no identity of its person's own.
            if let (Some(person), None) = (&unlocked.person, &unlocked.keys.own) {
                unlocked.keys.own = Some(crate::vault::own_identity());
                self.vault.admit(person, &request.passphrase, &unlocked.keys)?;
            }
            self.open_up(unlocked)?;
        }
        self.do_session()
    }

    /// Opens the home with keys, and does what was to be done at its next opening.
    pub(crate) fn open_up(&self, unlocked: Unlocked) -> Result<(), AppError> {
        let opening = self.begin_opening()?;
        let open = self.end_opening(opening, self.open_with(unlocked))?;
        crate::people::keep_own(&open)?;
        drop(open);
        // What cannot be done now is tried when it is opened the next time; reading and writing can go on meanwhile.
        let _ = self.finish_renewal();
        Ok(())
    }

    pub(crate) fn do_lock(&self) -> Result<Session, AppError> {
        self.remembering.lock();
        *unpoisoned(&self.open) = None;
        self.staging.forget_all();
        self.do_session()
    }

    pub(crate) fn read_settings(&self, open: &Open) -> Result<Settings, AppError> {
        let text = open.store.read(|c| local::setting(c, SETTINGS))?;
        Ok(text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default())
    }

    pub(crate) fn do_settings_set(&self, settings: Settings) -> Result<Settings, AppError> {
        let open = self.opened()?;
        if settings.due_soon_days > 30 {
            return Err(AppError::new("bad_value")
                .with("field", "due_soon_days")
                .with("value", settings.due_soon_days));
        }
        for (field, value) in [
            ("assigned_from", &settings.assigned_from),
            ("assigned_to", &settings.assigned_to),
        ] {
            crate::dates::optional(field, value.as_deref())?;
        }
        let text = serde_json::to_string(&settings).map_err(|error| AppError::internal("settings", &error))?;
        open.store.write(|writer| writer.set(SETTINGS, &text))?;
        Ok(settings)
    }

    pub(crate) fn do_keys(&self) -> Result<PublicKeys, AppError> {
        let open = self.opened()?;
        let profile = &open.profile;
        let certificate = Certificate::read(&profile.certificate).map_err(LedgerError::from)?;
        Ok(PublicKeys {
            unit: profile.unit().to_string(),
            device: profile.device.to_string(),
            signing: certificate.key,
            age: profile.age.clone(),
            root: profile.party.root.clone(),
            recovery: profile.party.recovery.clone(),
        })
    }

    /// The age identity of this device, for recovery and for tests with the stock tools. Guard it like the data itself.
    pub fn export_identity(&self) -> Result<String, AppError> {
        Ok(format!("{}\n", self.opened()?.keys.age.as_str()))
    }

    pub(crate) fn do_draft_keep(&self, draft: &Draft) -> Result<Nothing, AppError> {
        if draft.name.chars().count() > DRAFT_NAME_LIMIT || draft.text.len() > DRAFT_LIMIT {
            return Err(AppError::new("draft_too_long").with("limit", DRAFT_LIMIT));
        }
        self.keep_draft(&*self.opened()?, &draft.name, &draft.text)?;
        Ok(Nothing {})
    }

    pub(crate) fn do_draft_find(&self, request: DraftName) -> Result<Draft, AppError> {
        let found = self.opened()?.store.read(|c| local::draft(c, &request.name))?;
        let (text, at) = found.map_or((String::new(), None), |(text, at)| (text, Some(at)));
        Ok(Draft {
            name: request.name,
            text,
            at,
        })
    }

    pub(crate) fn do_units(&self) -> Result<Units, AppError> {
        let open = self.opened()?;
        let mut rows = open.store.read(|connection| {
            let mut rows = Vec::new();
            let own = open.profile.unit();
            let mut own_row = UnitRow {
                id: own.to_string(),
                name: open.profile.party.name.clone(),
                code: open.profile.party.code.clone(),
                relation: Relation::Own,
                enrolment: EnrolmentState::Confirmed,
                enrolment_code: None,
                devices: exchange::devices_of(connection, own)?.len() as u32,
                tasks: 0,
                last_bundle_at: None,
                offices: Vec::new(),
            };
            for channel in cells::channels(connection)? {
                if channel.charter.kind != ChannelKind::Pair {
                    continue;
                }
                let offices = channels::offices(connection, channel.id)?;
                let tasks = offices.iter().map(|office| office.tasks).sum();
                let Some((relation, other)) = channels::other(&channel, own) else {
                    own_row.tasks = tasks;
                    own_row.offices = offices;
                    continue;
                };
                let (enrolment, enrolment_code) = channels::enrolment(connection, &channel)?;
                let (tasks, offices) = match relation {
                    Relation::Parent => {
                        own_row.tasks = tasks;
                        own_row.offices = offices;
                        (0, Vec::new())
                    }
                    _ => (tasks, offices),
                };
                rows.push(UnitRow {
                    id: other.unit.to_string(),
                    name: other.name.clone(),
                    code: other.code.clone(),
                    relation,
                    enrolment,
                    enrolment_code,
                    devices: exchange::devices_of(connection, other.unit)?.len() as u32,
                    tasks,
                    last_bundle_at: channels::last_bundle(connection, other.unit)?,
                    offices,
                });
            }
            rows.insert(0, own_row);
            Ok::<_, LedgerError>(rows)
        })?;
        rows.sort_by_cached_key(|row| {
            let rank = match row.relation {
                Relation::Own => 0,
                Relation::Parent => 1,
                Relation::Child => 2,
            };
            (rank, text::collation_key(&row.name))
        });
        Ok(Units { rows })
    }

    /// Opens an already open home's parts for modules that need both at once.
    pub(crate) fn both(&self) -> Result<(Arc<Open>, Settings), AppError> {
        let open = self.opened()?;
        let settings = self.read_settings(&open)?;
        Ok((open, settings))
    }
}

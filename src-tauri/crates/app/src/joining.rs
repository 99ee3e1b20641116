//! A further machine for a unit: it asks, one of the unit's machines that holds the root key answers, and both read out one code.
//!
//! The new machine draws its own keys and knows nothing until the answer is accepted. What the unit has then comes with a
//! bundle from a sibling.

use crate::AppError;
use crate::api::*;
use crate::channels::confirmed_setting;
use crate::home::{App, PROFILE, Profile};
use crate::staging::Place;
use crate::vault::{Keys, long_enough};
use chidao_domain::ids::{RecordKey, to_hex};
use chidao_domain::text;
use chidao_ledger::chain;
use chidao_ledger::store::{LedgerError, Writer, cells, local};
use chidao_ledger::trust::{Certificate, DeviceAnswer, DeviceRequest, RequestPerson, Signed, Signer};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Largest request or answer, in bytes. An answer names every channel of its unit.
pub(crate) const JOINING_LIMIT: u64 = 4 << 20;
/// Setting: what a machine asked, until it is answered.
pub(crate) const JOINING: &str = "joining";

/// What a machine remembers of its own request.
#[derive(Serialize, Deserialize)]
struct Joining {
    request: Signed,
    tail: String,
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// What a machine learns of its unit with an answer.
pub(crate) fn take_answer(writer: &mut Writer<'_>, answer: &DeviceAnswer, at: &str) -> Result<(), LedgerError> {
    for charter in &answer.charters {
        writer.take_charter(charter)?;
    }
    for device in [&answer.certificate, &answer.by].into_iter().chain(&answer.devices) {
        writer.take_device(device)?;
    }
    for channel in &answer.confirmed {
        writer.set(&confirmed_setting(*channel), at)?;
    }
    Ok(())
}

impl App {
    pub(crate) fn do_join_request(&self, request: &JoinRequest) -> Result<ReadyFile, AppError> {
        self.finish_replacing()?;
        if self.vault.exists() {
            return Err(AppError::new("already_started"));
        }
        let broken = |error: &dyn std::fmt::Display| AppError::internal("joining", error);
        let named = |field: &str, value: &str| match text::clean(value) {
            name if name.is_empty() => Err(AppError::new("field_missing").with("field", field)),
            name => Ok(name),
        };
        let person = RequestPerson {
            name: named("person_name", &request.person_name)?,
            title: text::clean(&request.person_title),
        };
        let name = named("device_name", &request.device_name)?;
        long_enough(&request.passphrase)?;
        let identity = age::x25519::Identity::generate();
        let signing = Zeroizing::new(Signer::generate().map_err(|error| broken(&error))?);
        let keys = Keys {
            database: Zeroizing::new(to_hex(&self.random::<32>())),
            age: chidao_bundle::keys::identity_text(&identity),
            signing: Some(signing.clone()),
            root: None,
            own: Some(crate::vault::own_identity()),
            former: Vec::new(),
        };
        let signer = Signer::parse(&signing).map_err(|error| broken(&error))?;
        let signed = signer
            .sign(DeviceRequest {
                v: 1,
                key: signer.public().to_owned(),
                age: identity.to_public().to_string(),
                name: name.clone(),
                person,
                at: self.now_text(),
            })
            .map_err(|error| broken(&error))?;
        let tail = to_hex(&self.random::<8>());
        let bytes = serde_json::to_vec_pretty(&signed).map_err(|error| broken(&error))?;
        let joining = Joining {
            request: signed,
            tail: tail.clone(),
        };
        let joining = serde_json::to_string(&joining).map_err(|error| broken(&error))?;
        for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
            let _ = std::fs::remove_file(self.home.join(name));
        }
        let store = self.open_store(&keys)?;
        store.write(|writer| writer.set(JOINING, &joining))?;
        // The office's recovery key comes with the answer; until then there is nothing to recover.
        let nobody = age::x25519::Identity::generate().to_public();
        self.vault.make(&tail, &request.passphrase, &nobody, &keys)?;
        Ok(self.request_file(&name, bytes))
    }

    /// A device's request, ready to be carried to the machine that answers it.
    pub(crate) fn request_file(&self, device_name: &str, bytes: Vec<u8>) -> ReadyFile {
        let name = format!(
            "de-nghi-may-{}.chidao-request",
            text::fold(device_name).replace(' ', "-")
        );
        self.keep_staged(&name, bytes.len() as u64, Place::Memory(bytes))
    }

    fn read_signed(&self, file: &str, what: &str) -> Result<Signed, AppError> {
        let bytes = self.file_bytes(file, JOINING_LIMIT)?;
        serde_json::from_slice(&bytes).map_err(|error| AppError::new(what).with("detail", error))
    }

    fn read_device_request(&self, file: &FileRef) -> Result<(Signed, DeviceRequest), AppError> {
        let signed = self.read_signed(&file.file, "not_a_request")?;
        let request = DeviceRequest::read(&signed);
        let request = request.map_err(|error| AppError::new("not_a_request").with("detail", error))?;
        Ok((signed, request))
    }

    pub(crate) fn do_device_look(&self, file: &FileRef) -> Result<DeviceSeen, AppError> {
        self.opened()?.root()?;
        let (_, request) = self.read_device_request(file)?;
        Ok(DeviceSeen {
            device: request.name,
            person: PersonName {
                name: request.person.name,
                title: request.person.title,
            },
            at: request.at,
        })
    }

    pub(crate) fn do_device_approve(&self, file: &FileRef) -> Result<DeviceApproved, AppError> {
        let open = self.opened()?;
        let (signed, request) = self.read_device_request(file)?;
        let root = open.root()?;
        let profile = &open.profile;
        let broken = |error: &dyn std::fmt::Display| AppError::internal("answer", error);
        let certificate = root
            .sign(Certificate::of(
                &profile.party,
                &request.key,
                &request.age,
                &request.name,
                self.now_text(),
            ))
            .map_err(|error| broken(&error))?;
        let (channels, confirmed, devices) = open.store.read(|connection| {
            let channels = cells::channels(connection)?;
            let mut confirmed = Vec::new();
            for channel in &channels {
                if local::setting(connection, &confirmed_setting(channel.key))?.is_some() {
                    confirmed.push(channel.key);
                }
            }
            Ok::<_, LedgerError>((channels, confirmed, crate::devices::believed(connection, &open)?))
        })?;
        let hash = chain::device_request_hash(&signed.text);
        let answer = root
            .sign(DeviceAnswer {
                v: 1,
                request: hash,
                unit: profile.party.clone(),
                certificate: certificate.clone(),
                by: profile.certificate.clone(),
                inner: profile.inner,
                upward: profile.upward,
                charters: channels.into_iter().map(|channel| channel.signed).collect(),
                confirmed,
                devices,
                at: self.now_text(),
            })
            .map_err(|error| broken(&error))?;
        open.store
            .write(|writer| writer.take_device(&certificate).map(|_| ()))?;
        let bytes = serde_json::to_vec_pretty(&answer).map_err(|error| broken(&error))?;
        let name = format!(
            "tra-loi-may-{}.chidao-answer",
            text::fold(&request.name).replace(' ', "-")
        );
        Ok(DeviceApproved {
            device: request.name,
            person: PersonName {
                name: request.person.name,
                title: request.person.title,
            },
            code: chain::enrolment_code(hash, &profile.party.root),
            answer: self.keep_staged(&name, bytes.len() as u64, Place::Memory(bytes)),
        })
    }

    /// The answer to a request, verified: it comes from the unit whose root key the code names.
    pub(crate) fn answer_to(&self, request: &Signed, file: &str, code: &str) -> Result<DeviceAnswer, AppError> {
        let signed = self.read_signed(file, "not_an_answer")?;
        let wrong = |error: &dyn std::fmt::Display| AppError::new("not_an_answer").with("detail", error);
        let (answer, _) = DeviceAnswer::read(&signed, request).map_err(|error| wrong(&error))?;
        // Read out by the one who answered: whoever put another answer in its place has another root key.
        let right = chain::enrolment_code(answer.request, &answer.unit.root);
        if digits(code) != digits(&right) {
            return Err(AppError::new("wrong_code"));
        }
        Ok(answer)
    }

    pub(crate) fn do_join_accept(&self, request: &JoinAccept) -> Result<Session, AppError> {
        let unlocked = self.vault.open(&request.passphrase)?;
        let keys = &unlocked.keys;
        let store = self.open_store(keys)?;
        let asked = store.read(|c| local::setting(c, JOINING))?.unwrap_or_default();
        let joining: Joining = serde_json::from_str(&asked).map_err(|_| AppError::new("not_joining"))?;
        let wrong = |error: &dyn std::fmt::Display| AppError::new("not_an_answer").with("detail", error);
        let answer = self.answer_to(&joining.request, &request.file, &request.code)?;
        let certificate = Certificate::read(&answer.certificate).map_err(|error| wrong(&error))?;
        let asked = DeviceRequest::read(&joining.request).map_err(|error| wrong(&error))?;
        let tail = chidao_domain::ids::from_hex(&joining.tail).ok_or_else(|| AppError::new("vault_unreadable"))?;
        let recovery: age::x25519::Recipient = answer.unit.recovery.parse().map_err(|error: &str| wrong(&error))?;
        let profile = Profile {
            edition: match answer.upward {
                Some(_) => Edition::Unit,
                None => Edition::Province,
            },
            person: RecordKey::Owned(answer.unit.unit, tail),
            person_name: PersonName {
                name: asked.person.name,
                title: asked.person.title,
            },
            device: certificate.device,
            device_name: asked.name,
            age: asked.age,
            certificate: answer.certificate.clone(),
            inner: answer.inner,
            upward: answer.upward,
            epoch: 1,
            demo: false,
            awaiting: None,
            party: answer.unit.clone(),
        };
        self.vault.recover_with(&recovery, keys)?;
        let text = serde_json::to_string(&profile).map_err(|error| AppError::internal("profile", &error))?;
        let at = self.now_text();
        store.write(|writer| {
            take_answer(writer, &answer, &at)?;
            writer.set(PROFILE, &text)?;
            writer.set(JOINING, "")
        })?;
        drop(store);
        let open = self.open_with(unlocked)?;
        crate::people::keep_own(&open)?;
        // Its first entry shows its certificate to whoever shares a channel with it: so they know to encrypt to it.
        // It says who works here, as each person's first entry in a channel does.
        for channel in [Some(open.profile.inner), open.profile.upward].into_iter().flatten() {
            self.commit(&open, channel, "device.start", Vec::new())?;
        }
        self.do_session()
    }
}

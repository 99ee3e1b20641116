//! This machine becomes another device: where a person leaves it, and where it was opened with the recovery key.
//!
//! Whoever opened it before knew all its keys. So the database gets another key and the machine another signing key, and the device
//! that it was is believed no longer. That is made ready beside the home and takes its place as a restored backup does, in one decided
//! step; what follows is noted with it, and done by whoever opens the machine next.
//!
//! A machine that holds the unit's root key certifies itself. Any other asks one that does, with the request by which a further
//! machine joins, and is answered as that is: until then everything can be read and nothing written, for nobody would believe it. Only
//! the unit's own root key certifies its machines. Were the parent's to do so too, as a shorter way, the parent could write in
//! the unit's name.

use crate::api::{DeviceRevoke, ReadyFile, RenewalAccept, Session};
use crate::backup::restore::{forget_aside, set_aside};
use crate::home::{App, Open, PROFILE, Profile};
use crate::people::{Kept, PEOPLE, written};
use crate::vault::{Keys, Vault};
use crate::{AppError, channels};
use chidao_domain::ids::{RecordId, to_hex};
use chidao_ledger::chain;
use chidao_ledger::store::append::Wish;
use chidao_ledger::store::{LedgerError, local};
use chidao_ledger::trust::{Certificate, DeviceRequest, RequestPerson, Signer};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Setting: what is still to be done since this machine became another device.
const UNFINISHED: &str = "people_unfinished";

/// What follows when this machine has become another device. It is noted together with the change, and done by whoever
/// opens the machine next, should the program not come to it.
#[derive(Debug, Serialize, Deserialize)]
struct Unfinished {
    /// The state that was replaced, by the name under which it was set aside: it does not stay.
    replaced: Option<String>,
    /// A device to be believed no longer, and why.
    revoke: Option<(String, String)>,
}

/// Another device: its keys, and a profile that holds its certificate or its request for one.
pub(crate) struct Drawn {
    pub(crate) keys: Keys,
    pub(crate) profile: Profile,
}

fn broken(error: &dyn std::fmt::Display) -> AppError {
    AppError::internal("keys", error)
}

fn unfinished_of(open: &Open) -> Result<Option<Unfinished>, AppError> {
    let text = open.store.read(|c| local::setting(c, UNFINISHED))?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

fn noted(unfinished: &Unfinished) -> Result<String, AppError> {
    serde_json::to_string(unfinished).map_err(|error| AppError::internal("people", &error))
}

impl App {
    /// Keys for another device, with a certificate where the root key is here.
    pub(crate) fn drawn(&self, open: &Open) -> Result<Drawn, AppError> {
        let signing = Zeroizing::new(Signer::generate().map_err(|error| broken(&error))?);
        let signer = Signer::parse(&signing).map_err(|error| broken(&error))?;
        let identity = age::x25519::Identity::generate();
        let mut profile = open.profile.clone();
        profile.device = chain::device_id(signer.public());
        profile.age = identity.to_public().to_string();
        profile.awaiting = None;
        match &open.keys.root {
            Some(_) => {
                let certificate = open.root()?.sign(Certificate::of(
                    &profile.party,
                    signer.public(),
                    &profile.age,
                    &profile.device_name,
                    self.now_text(),
                ));
                profile.certificate = certificate.map_err(|error| broken(&error))?;
            }
            None => {
                let request = signer.sign(DeviceRequest {
                    v: 1,
                    key: signer.public().to_owned(),
                    age: profile.age.clone(),
                    name: profile.device_name.clone(),
                    person: RequestPerson {
                        name: profile.person_name.name.clone(),
                        title: profile.person_name.title.clone(),
                    },
                    at: self.now_text(),
                });
                profile.awaiting = Some(request.map_err(|error| broken(&error))?);
            }
        }
        let former = std::iter::once(&open.keys.age).chain(&open.keys.former).cloned();
        Ok(Drawn {
            keys: Keys {
                database: Zeroizing::new(to_hex(&self.random::<32>())),
                age: chidao_bundle::keys::identity_text(&identity),
                signing: Some(signing),
                root: open.keys.root.clone(),
                own: open.keys.own.clone(),
                former: former.collect(),
            },
            profile,
        })
    }

    /// Lets the machine be another device, which these people open: `admit` makes their files in the vault that is coming. The
    /// home is closed afterwards.
    pub(crate) fn become_another(
        &self,
        open: Arc<Open>,
        drawn: &Drawn,
        people: &[Kept],
        revoke: Option<(String, String)>,
        admit: impl FnOnce(&Vault) -> Result<(), AppError>,
    ) -> Result<(), AppError> {
        // What an earlier renewal left to be done is not forgotten by a later one.
        let revoke = match revoke {
            None => unfinished_of(&open)?.and_then(|before| before.revoke),
            some => some,
        };
        let profile = serde_json::to_string(&drawn.profile).map_err(|error| AppError::internal("profile", &error))?;
        let people = written(people)?;
        let recovery = drawn.profile.party.recovery.parse();
        let recovery = recovery.map_err(|error: &str| AppError::internal("recovery", &error))?;
        self.prepare(open, &drawn.keys, |coming, store, aside| {
            let unfinished = noted(&Unfinished {
                replaced: Some(aside.to_owned()),
                revoke,
            })?;
            store.write(|writer| {
                if drawn.profile.awaiting.is_none() {
                    writer.take_device(&drawn.profile.certificate)?;
                }
                writer.set(PROFILE, &profile)?;
                writer.set(PEOPLE, &people)?;
                writer.set(UNFINISHED, &unfinished)?;
                Ok::<_, LedgerError>(())
            })?;
            admit(coming)?;
            coming.recover_with(&recovery, &drawn.keys)
        })
    }

    /// Does what is still to be done since this machine became another device. What cannot be done now stays noted.
    pub(crate) fn finish_renewal(&self) -> Result<(), AppError> {
        let open = self.opened()?;
        let Some(mut unfinished) = unfinished_of(&open)? else {
            return Ok(());
        };
        if open.keys.signing.is_none() {
            return Ok(());
        }
        if let Some(replaced) = unfinished.replaced.take() {
            if set_aside(&self.home).contains(&replaced) {
                forget_aside(&self.home, &replaced)?;
            }
            // A state of this name that is set aside later has nothing to do with it.
            let text = noted(&unfinished)?;
            open.store.write(|writer| writer.set(UNFINISHED, &text))?;
        }
        if open.profile.awaiting.is_some() {
            return Ok(());
        }
        self.show_device()?;
        if let Some((device, reason)) = unfinished.revoke {
            let all = self.do_devices()?.rows;
            if !all.iter().any(|row| row.device == device && row.revoked) {
                self.do_device_revoke(&DeviceRevoke { device, reason })?;
            }
        }
        open.store.write(|writer| writer.set(UNFINISHED, ""))?;
        Ok(())
    }

    /// The new device's first entries show its certificate to whoever shares a channel with it.
    fn show_device(&self) -> Result<(), AppError> {
        let open = self.opened()?;
        let mut all = vec![open.profile.inner];
        all.extend(open.store.read(channels::pairs)?.into_iter().map(|channel| channel.key));
        let person = RecordId {
            kind: "person".into(),
            key: open.profile.person,
        };
        for channel in all {
            open.store.write(|writer| {
                let row = writer.channel(channel)?.id;
                // An entry says something: who works here, once more where that is known.
                let known = writer.find_record(row, &person)?.is_some();
                let name = vec![("name", open.profile.person_name.name.as_str().into())];
                let wishes = known.then(|| Wish::change(person.clone(), name));
                self.append(&open, writer, channel, "device.start", wishes.into_iter().collect())
            })?;
        }
        Ok(())
    }

    /// The request of a machine that waits to be certified anew, as often as it is asked for.
    pub(crate) fn do_renewal_request(&self) -> Result<ReadyFile, AppError> {
        let open = self.opened()?;
        let request = open.profile.awaiting.as_ref();
        let request = request.ok_or_else(|| AppError::new("not_joining"))?;
        let bytes = serde_json::to_vec_pretty(request).map_err(|error| broken(&error))?;
        Ok(self.request_file(&open.profile.device_name, bytes))
    }

    /// The answer to it: from then on the machine writes again, and what it was is believed no longer where that was wished.
    pub(crate) fn do_renewal_accept(&self, request: &RenewalAccept) -> Result<Session, AppError> {
        let open = self.opened()?;
        let asked = open.profile.awaiting.as_ref();
        let asked = asked.ok_or_else(|| AppError::new("not_joining"))?;
        let answer = self.answer_to(asked, &request.file, &request.code)?;
        let own = &open.profile.party;
        if (answer.unit.unit, &answer.unit.root, answer.inner) != (own.unit, &own.root, open.profile.inner) {
            return Err(AppError::new("not_an_answer").with("detail", "another unit"));
        }
        let profile = Profile {
            certificate: answer.certificate.clone(),
            awaiting: None,
            ..open.profile.clone()
        };
        let profile = serde_json::to_string(&profile).map_err(|error| AppError::internal("profile", &error))?;
        let at = self.now_text();
        open.store.write(|writer| {
            crate::joining::take_answer(writer, &answer, &at)?;
            writer.set(PROFILE, &profile)
        })?;
        let unlocked = open.unlocked();
        drop(open);
        self.close()?;
        self.open_with(unlocked)?;
        self.finish_renewal()?;
        self.do_session()
    }
}

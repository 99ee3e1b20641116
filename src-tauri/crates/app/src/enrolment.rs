//! Enrolment: a unit asks a parent, the parent answers with the unit's first bundle, both read out one code.

use crate::AppError;
use crate::api::*;
use crate::channels;
use crate::home::{App, name_of};
use crate::staging::Place;
use crate::work::Watch;
use chidao_ledger::chain;
use chidao_ledger::store::{LedgerError, cells};
use chidao_ledger::trust::{Certificate, ChannelKind, Charter, EnrolmentRequest, RequestPerson, Signed};

/// Largest request, in bytes.
const REQUEST_LIMIT: u64 = 256 * 1024;

impl App {
    pub(crate) fn do_enrol_request(&self) -> Result<ReadyFile, AppError> {
        let open = self.opened()?;
        let profile = &open.profile;
        let Some(channel) = profile.upward else {
            return Err(AppError::new("no_parent_possible"));
        };
        let request = EnrolmentRequest {
            v: 1,
            channel,
            unit: profile.party.clone(),
            certificate: profile.certificate.clone(),
            person: RequestPerson {
                name: profile.person_name.name.clone(),
                title: profile.person_name.title.clone(),
            },
            at: self.now_text(),
        };
        let signed = open
            .root()?
            .sign(request)
            .map_err(|error| AppError::internal("request", &error))?;
        let bytes = serde_json::to_vec_pretty(&signed).map_err(|error| AppError::internal("request", &error))?;
        let at = self.now_text();
        open.store.write(|writer| writer.set(channels::REQUESTED, &at))?;
        let name = format!("de-nghi-{}.chidao-request", profile.party.code.replace('.', "-"));
        Ok(self.keep_staged(&name, bytes.len() as u64, Place::Memory(bytes)))
    }

    fn read_request(&self, file: &str) -> Result<(Signed, EnrolmentRequest, Certificate), AppError> {
        let bytes = self.file_bytes(file, REQUEST_LIMIT)?;
        let wrong = |error: &dyn std::fmt::Display| AppError::new("not_a_request").with("detail", error);
        let signed: Signed = serde_json::from_slice(&bytes).map_err(|error| wrong(&error))?;
        let (request, certificate) = EnrolmentRequest::read(&signed).map_err(|error| wrong(&error))?;
        Ok((signed, request, certificate))
    }

    pub(crate) fn do_enrol_look(&self, request: FileRef) -> Result<EnrolmentSeen, AppError> {
        let open = self.opened()?;
        let (signed, request, certificate) = self.read_request(&request.file)?;
        let known = open.store.read(|connection| {
            Ok::<_, LedgerError>(
                cells::channels(connection)?
                    .iter()
                    .any(|channel| channel.key == request.channel),
            )
        })?;
        Ok(EnrolmentSeen {
            unit: name_of(&request.unit),
            person: PersonName {
                name: request.person.name.clone(),
                title: request.person.title.clone(),
            },
            device: certificate.name,
            at: request.at.clone(),
            known,
            code: chain::enrolment_code(chain::request_hash(&signed.text), &open.profile.party.root),
        })
    }

    pub(crate) fn do_enrol_approve(&self, file: FileRef) -> Result<EnrolmentApproved, AppError> {
        let open = self.opened()?;
        let (signed, request, _) = self.read_request(&file.file)?;
        let own = &open.profile.party;
        if request.unit.unit == own.unit {
            return Err(AppError::new("own_request"));
        }
        let hash = chain::request_hash(&signed.text);
        let channels = open.store.read(cells::channels)?;
        let taken = channels.iter().find(|channel| channel.key == request.channel);
        if taken.is_some_and(|channel| channel.charter.request != Some(hash)) {
            return Err(AppError::new("already_enrolled").with("unit", &request.unit.name));
        }
        let same_unit = |channel: &&cells::ChannelInfo| {
            channel.key != request.channel
                && channel
                    .charter
                    .child
                    .as_ref()
                    .is_some_and(|child| child.unit == request.unit.unit)
        };
        if channels.iter().any(|channel| same_unit(&channel)) {
            return Err(AppError::new("already_enrolled").with("unit", &request.unit.name));
        }
        if taken.is_none() {
            let charter = Charter {
                v: 1,
                channel: request.channel,
                kind: ChannelKind::Pair,
                parent: Some(own.clone()),
                child: Some(request.unit.clone()),
                request: Some(hash),
                at: self.now_text(),
            };
            let charter = open
                .root()?
                .sign(charter)
                .map_err(|error| AppError::internal("charter", &error))?;
            open.store.write(|writer| {
                writer.take_charter(&charter)?;
                writer.take_device(&request.certificate)?;
                // The parent's own feed in the channel tells the unit which device to encrypt to.
                let unit = chidao_domain::ids::RecordId {
                    kind: "unit".into(),
                    key: chidao_domain::ids::RecordKey::Owned(own.unit, [0; 8]),
                };
                let about = vec![("name", own.name.as_str().into()), ("code", own.code.as_str().into())];
                let wish = chidao_ledger::store::append::Wish::change(unit, about);
                self.append(&open, writer, request.channel, "enrol.approve", vec![wish])?;
                Ok::<_, LedgerError>(())
            })?;
        }
        let to = request.unit.unit.to_string();
        let bundle = self.do_bundle_export(BundleTo { to }, &mut Watch::nobody())?;
        Ok(EnrolmentApproved {
            unit: name_of(&request.unit),
            code: chain::enrolment_code(hash, &own.root),
            bundle: bundle.file,
        })
    }

    pub(crate) fn do_enrol_confirm(&self, request: ConfirmCode) -> Result<Session, AppError> {
        let open = self.opened()?;
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let given = digits(&request.code);
        let at = self.now_text();
        let found = open.store.read(|connection| {
            for channel in channels::pairs(connection)? {
                let (Some(parent), Some(request)) = (&channel.charter.parent, channel.charter.request) else {
                    continue;
                };
                if digits(&chain::enrolment_code(request, &parent.root)) == given {
                    return Ok(Some(channels::confirmed_setting(channel.key)));
                }
            }
            Ok::<_, LedgerError>(None)
        })?;
        let setting = found.ok_or_else(|| AppError::new("wrong_code"))?;
        open.store.write(|writer| writer.set(&setting, &at))?;
        self.do_session()
    }
}

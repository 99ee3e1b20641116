//! The persons who work at this machine, each with a passphrase of their own; and taking a machine over with the recovery key.
//!
//! Who is removed knew every key of this machine. So the machine becomes another device, as `renewal` tells. What cannot be
//! taken back: copies that were made before, and the unit's root key, if this machine holds it.

use crate::AppError;
use crate::api::{PassphraseChange, People, PersonAdd, PersonName, PersonRef, PersonRow, Session, TakeOver};
use crate::home::{App, Open, Profile};
use crate::vault::{Keys, Unlocked, own_identity};
use chidao_domain::ids::{RecordKey, to_hex};
use chidao_domain::text;
use chidao_ledger::store::local;
use serde::{Deserialize, Serialize};

/// Setting: the persons.
pub(crate) const PEOPLE: &str = "people";
/// Longest name or title, in characters.
const NAME_LIMIT: usize = 120;

/// A person as the store keeps them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The end of the person's key, in hexadecimal digits; the vault's files are named by it.
    pub(crate) person: String,
    pub(crate) name: PersonName,
    /// To whom changed keys are encrypted; none until the person has unlocked once.
    #[serde(default)]
    pub(crate) recipient: Option<String>,
}

/// The end of the key of the person who works here now.
pub(crate) fn tail_of(profile: &Profile) -> Option<String> {
    match profile.person {
        RecordKey::Owned(_, tail) => Some(to_hex(&tail)),
        RecordKey::Made(_) => None,
    }
}

/// The persons whom the store knows.
pub(crate) fn kept(open: &Open) -> Result<Vec<Kept>, AppError> {
    let text = open.store.read(|c| local::setting(c, PEOPLE))?;
    Ok(text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}

pub(crate) fn written(all: &[Kept]) -> Result<String, AppError> {
    serde_json::to_string(all).map_err(|error| AppError::internal("people", &error))
}

/// Notes who works here now, and to whom their keys are to be encrypted when they change.
pub(crate) fn keep_own(open: &Open) -> Result<(), AppError> {
    let (Some(person), Some(recipient)) = (tail_of(&open.profile), open.keys.recipient()) else {
        return Ok(());
    };
    let mut all = kept(open)?;
    let own = Kept {
        person: person.clone(),
        name: open.profile.person_name.clone(),
        recipient: Some(recipient),
    };
    match all.iter_mut().find(|kept| kept.person == person) {
        Some(known) if known.recipient == own.recipient => return Ok(()),
        Some(known) => *known = own,
        None => all.push(own),
    }
    let text = written(&all)?;
    Ok(open.store.write(|writer| writer.set(PEOPLE, &text))?)
}

fn named(name: &str, title: &str) -> Result<PersonName, AppError> {
    let name = text::clean(name);
    let title = text::clean(title);
    if name.is_empty() {
        return Err(AppError::new("field_missing").with("field", "person_name"));
    }
    for (field, value) in [("person_name", &name), ("person_title", &title)] {
        if value.chars().count() > NAME_LIMIT {
            return Err(AppError::new("field_too_long")
                .with("field", field)
                .with("limit", NAME_LIMIT));
        }
    }
    Ok(PersonName { name, title })
}

impl App {
    pub(crate) fn do_people(&self) -> Result<People, AppError> {
        let open = self.opened()?;
        let here = tail_of(&open.profile);
        let can_open = self.vault.persons();
        let mut rows: Vec<PersonRow> = kept(&open)?
            .into_iter()
            .filter(|kept| can_open.contains(&kept.person))
            .map(|kept| PersonRow {
                here: Some(&kept.person) == here.as_ref(),
                person: kept.person,
                name: kept.name,
            })
            .collect();
        rows.sort_by_key(|row| text::collation_key(&row.name.name));
        Ok(People {
            rows,
            holds_root: open.keys.root.is_some(),
            may_remove: open.signing().is_ok(),
        })
    }

    pub(crate) fn do_person_add(&self, request: &PersonAdd) -> Result<People, AppError> {
        let open = self.opened()?;
        open.signing()?;
        let name = named(&request.name, &request.title)?;
        self.unused(&request.passphrase)?;
        let person = to_hex(&self.random::<8>());
        let keys = Keys {
            own: Some(own_identity()),
            ..open.keys.clone()
        };
        let mut all = kept(&open)?;
        all.push(Kept {
            person: person.clone(),
            name,
            recipient: keys.recipient(),
        });
        let text = written(&all)?;
        // Whoever is noted and has no file is nobody: the file makes the person.
        open.store.write(|writer| writer.set(PEOPLE, &text))?;
        // Of two persons only a passphrase tells who opens.
        self.vault.drop_sealed()?;
        self.vault.admit(&person, &request.passphrase, &keys)?;
        self.do_people()
    }

    pub(crate) fn do_passphrase_change(&self, request: &PassphraseChange) -> Result<People, AppError> {
        let open = self.opened()?;
        let unlocked = self.own_passphrase(&open, &request.old)?;
        if request.new != request.old {
            self.unused(&request.new)?;
        }
        // Whoever changes it may have a reason: what opened without it opens no longer.
        self.vault.drop_sealed()?;
        let person = unlocked.person.as_deref().unwrap_or_default();
        self.vault.admit(person, &request.new, &unlocked.keys)?;
        self.do_people()
    }

    /// A passphrase tells who opens the vault: no two persons may have the same, and none is a recovery key.
    fn unused(&self, passphrase: &str) -> Result<(), AppError> {
        match self.vault.open(passphrase) {
            Ok(_) => Err(AppError::new("passphrase_unfit")),
            Err(error) if error.code == "wrong_recovery_key" => Err(AppError::new("passphrase_unfit")),
            Err(error) if error.code == "wrong_passphrase" => Ok(()),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn do_person_remove(&self, request: &PersonRef) -> Result<People, AppError> {
        let open = self.opened()?;
        open.signing()?;
        let me = tail_of(&open.profile);
        let all = kept(&open)?;
        let here = self.vault.persons();
        let unknown = || AppError::new("not_found").with("what", &request.person);
        let (gone, rest): (Vec<Kept>, Vec<Kept>) = all
            .into_iter()
            .filter(|kept| here.contains(&kept.person))
            .partition(|kept| kept.person == request.person);
        let gone = gone.first().ok_or_else(unknown)?;
        if me.as_ref() == Some(&gone.person) {
            return Err(AppError::new("own_person"));
        }
        let left_out: Vec<&String> = here
            .iter()
            .filter(|person| **person != gone.person && !rest.iter().any(|kept| kept.person == **person))
            .collect();
        if let Some(kept) = rest.iter().find(|kept| kept.recipient.is_none()) {
            return Err(AppError::new("person_not_seen").with("name", &kept.name.name));
        }
        if let Some(person) = left_out.first() {
            return Err(AppError::new("person_not_seen").with("name", person));
        }
        let reason = format!("{}: không còn làm việc ở máy này", gone.name.name);
        let revoke = Some((open.profile.device.to_string(), reason));
        let drawn = self.drawn(&open)?;
        let unlocked = Unlocked {
            keys: drawn.keys.clone(),
            person: me,
        };
        let vault = &self.vault;
        self.become_another(open, &drawn, &rest, revoke, |coming| {
            for kept in &rest {
                let recipient = kept.recipient.as_deref().unwrap_or_default();
                coming.carry_over(vault, &kept.person)?;
                coming.admit_to(&kept.person, recipient, &drawn.keys)?;
            }
            Ok(())
        })?;
        self.open_with(unlocked)?;
        self.finish_renewal()?;
        self.do_people()
    }

    pub(crate) fn do_take_over(&self, request: &TakeOver) -> Result<Session, AppError> {
        let open = self.opened()?;
        if open.keys.signing.is_some() {
            return Err(AppError::new("not_recovered"));
        }
        let name = named(&request.person_name, &request.person_title)?;
        crate::vault::long_enough(&request.passphrase)?;
        let tail: [u8; 8] = self.random();
        let person = to_hex(&tail);
        let mut drawn = self.drawn(&open)?;
        drawn.keys.own = Some(own_identity());
        drawn.profile.person = RecordKey::Owned(open.profile.unit(), tail);
        drawn.profile.person_name = name.clone();
        let people = [Kept {
            person: person.clone(),
            name,
            recipient: drawn.keys.recipient(),
        }];
        // Whoever opened it before does so no longer, nor with a copy of its keys.
        self.become_another(open, &drawn, &people, None, |coming| {
            coming.admit(&person, &request.passphrase, &drawn.keys)
        })?;
        self.open_with(Unlocked {
            keys: drawn.keys,
            person: Some(person),
        })?;
        self.finish_renewal()?;
        self.do_session()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_asked_for_and_not_without_end() {
        assert_eq!(named(" Lê  Văn Bình ", "").unwrap().name, "Lê Văn Bình");
        assert_eq!(named(" ", "").err().unwrap().code, "field_missing");
        assert_eq!(named(&"a".repeat(121), "").err().unwrap().code, "field_too_long");
    }
}

//! Persons: who opens the machine is decided at one moment, wherever the program is killed.

use super::{Act, Run};
use crate::Answer;
use crate::office::Office;
use crate::world::{Side, text, word};
use std::collections::BTreeSet;
use std::path::PathBuf;

impl Run {
    /// Somebody comes: listed, and opening with a passphrase of their own, or neither.
    pub(super) fn person_added(&mut self, side: Side) -> Answer<Option<(String, String)>> {
        let (name, passphrase, file) = self.somebody()?;
        let words = ["persons", "add", &name, "--new-passphrase-file", text(&file)?];
        let answered = self.broken_off(Act::PersonAdd, side, &words)?.is_some();
        self.look(side)?;
        let listed = self.stands(side, &name, &passphrase)?;
        if answered && !listed {
            return Err(format!("answered, and not among the persons: {name}").into());
        }
        Ok(listed.then_some((name, passphrase)))
    }

    /// Somebody goes: still listed and opening, or neither. Then the machine is another device.
    pub(super) fn person_removed(&mut self, side: Side) -> Answer<()> {
        let (name, passphrase, file) = self.somebody()?;
        let office = self.world.offices[side].clone();
        office.json(&["persons", "add", &name, "--new-passphrase-file", text(&file)?])?;
        let (before, aside) = (device(&office)?, set_aside(&office));
        let answered = self
            .broken_off(Act::PersonRemove, side, &["persons", "remove", &name])?
            .is_some();
        self.look(side)?;
        let listed = self.stands(side, &name, &passphrase)?;
        if answered && listed {
            return Err(format!("answered, and still among the persons: {name}").into());
        }
        if listed != (device(&office)? == before) {
            return Err("removed on the same device, or another device and not removed".into());
        }
        if !listed {
            // Whoever opened it just now has finished what was begun.
            let devices = office.json(&["devices"])?;
            let rows = devices["rows"].as_array().ok_or("devices are a list")?;
            if !rows
                .iter()
                .any(|row| row["device"] == *before && row["revoked"] == true)
            {
                return Err(format!("the device that {name} knew is still believed: {devices}").into());
            }
            if !set_aside(&office).is_subset(&aside) {
                return Err(format!("what {name} could open is still there").into());
            }
        }
        Ok(())
    }

    /// A passphrase is changed: exactly one of the two opens.
    pub(super) fn passphrase_changed(&mut self, side: Side) -> Answer<()> {
        let (_, passphrase, file) = self.somebody()?;
        let answered = self
            .broken_off(
                Act::Passphrase,
                side,
                &["persons", "passphrase", "--new-passphrase-file", text(&file)?],
            )?
            .is_some();
        let old = self.world.offices[side].passphrase.clone();
        match (self.opens(side, &old)?, self.opens(side, &passphrase)?) {
            (true, false) if !answered => {}
            (false, true) => self.world.offices[side].passphrase = passphrase,
            both => return Err(format!("the old and the new passphrase open: {both:?}").into()),
        }
        self.look(side)
    }

    /// The machine is taken over with the recovery key: it is as before, or another device with another person.
    pub(super) fn taken_over(&mut self, side: Side) -> Answer<()> {
        let (name, passphrase, file) = self.somebody()?;
        let office = self.world.offices[side].clone();
        let before = device(&office)?;
        let recovered = office.opened_with(&office.recovery_key);
        let words = ["persons", "take-over", &name, "--new-passphrase-file", text(&file)?];
        let answered = self.broken_off_by(Act::TakeOver, &recovered, &words)?.is_some();
        match (self.opens(side, &office.passphrase)?, self.opens(side, &passphrase)?) {
            (true, false) if !answered => {
                if device(&office)? != before {
                    return Err("another device, and not taken over".into());
                }
            }
            (false, true) => {
                self.world.offices[side].passphrase = passphrase;
                if device(&self.world.offices[side])? == before {
                    return Err("taken over on the same device".into());
                }
            }
            both => return Err(format!("the old and the new person open: {both:?}").into()),
        }
        self.look(side)
    }

    fn somebody(&mut self) -> Answer<(String, String, PathBuf)> {
        let number = self.chance.number();
        let passphrase = format!("mưa nguồn suối lũ {number}");
        let file = self.world.folder.join("desk/passphrase.txt");
        std::fs::write(&file, &passphrase)?;
        Ok((format!("Trần Văn {number}"), passphrase, file))
    }

    /// Whether somebody is listed and opens with their passphrase: both or neither.
    fn stands(&self, side: Side, name: &str, passphrase: &str) -> Answer<bool> {
        let (listed, opens) = (self.listed(side, name)?, self.opens(side, passphrase)?);
        if listed != opens {
            return Err(format!("{name} is listed: {listed}, and opens: {opens}").into());
        }
        Ok(listed)
    }

    fn listed(&self, side: Side, name: &str) -> Answer<bool> {
        let told = self.world.offices[side].json(&["persons"])?;
        let rows = told["rows"].as_array().ok_or("persons are a list")?;
        Ok(rows.iter().any(|row| row["name"]["name"] == name))
    }

    fn opens(&self, side: Side, passphrase: &str) -> Answer<bool> {
        match self.world.offices[side].opened_with(passphrase).asked(&["session"])? {
            Ok(_) => Ok(true),
            Err(refusal) if refusal.code == "wrong_passphrase" => Ok(false),
            Err(refusal) => Err(refusal.told.into()),
        }
    }
}

fn set_aside(office: &Office) -> BTreeSet<PathBuf> {
    let states = std::fs::read_dir(office.home.join("set-aside"));
    states
        .into_iter()
        .flatten()
        .flatten()
        .map(|state| state.path())
        .collect()
}

fn device(office: &Office) -> Answer<String> {
    Ok(word(&office.json(&["keys"])?["device"])?.to_owned())
}

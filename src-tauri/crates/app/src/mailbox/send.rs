//! What goes into a mailbox: what a unit has neither acknowledged nor will find there already; and what leaves it again.

use super::kept::{self, Own};
use super::sync::Run;
use super::watched;
use crate::api::{BundleTo, MailboxSent, WorkStep};
use crate::bundles::{self, Carried, Told};
use crate::staging::Place as Staged;
use crate::work::Watch;
use crate::{AppError, channels};
use chidao_domain::ids::{FeedId, UnitId};
use chidao_ledger::store::cells::ChannelInfo;
use chidao_ledger::store::mailbox::{self as rows, MailboxFile};
use chidao_ledger::store::{Connection, LedgerError, exchange};
use chidao_mailbox::{ChannelSecret, MailboxError, Name, Tag, briefly, limits};

/// Bundles of a unit that came since one was put without any word of it, until it counts as lost.
const DOUBTED_AFTER: u64 = 2;

/// A unit that is served, and how the names of files to it begin.
struct Served {
    unit: UnitId,
    channel: ChannelInfo,
    tag: Tag,
}

/// How an own bundle that lies in a mailbox stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// On its way.
    Lying,
    /// Every live device of the unit has acknowledged what it carried.
    Confirmed,
    /// It will not do: a device that came later cannot read it, or nobody seems to be able to.
    Useless,
}

impl Run<'_> {
    fn served(&self) -> Result<Vec<Served>, AppError> {
        let own = self.open.profile.unit();
        Ok(self.open.store.read(|connection| {
            let mut served = Vec::new();
            for channel in channels::pairs(connection)? {
                let Some((_, party)) = channels::other(&channel, own) else {
                    continue;
                };
                // Without a machine of its own that is known here, nothing can be encrypted to it.
                if self.kept.serves(party.unit) && !exchange::devices_of(connection, party.unit)?.is_empty() {
                    let secret = ChannelSecret::of(&channel.key.0, &channel.signed.text, &channel.signed.sig);
                    served.push(Served {
                        unit: party.unit,
                        tag: secret.tag(&party.unit.0),
                        channel,
                    });
                }
            }
            Ok::<_, LedgerError>(served)
        })?)
    }

    /// For each unit: clears away what is confirmed, and puts what is unsent.
    pub(super) fn send(&mut self, watch: &mut Watch<'_>) -> Result<(), AppError> {
        self.finish_begun(watch)?;
        for served in self.served()? {
            self.send_to(&served, watch)?;
        }
        Ok(())
    }

    /// Clears away what an earlier run set out to put: whether it is whole, nobody has seen.
    fn finish_begun(&mut self, watch: &mut Watch<'_>) -> Result<(), AppError> {
        let begun: Vec<String> = self
            .known
            .values()
            .filter(|file| file.own && kept::own(file).begun)
            .map(|file| file.name.clone())
            .collect();
        for text in begun {
            if let Some(name) = Name::parse(&text) {
                self.place
                    .clear(&name, &mut watched(watch, WorkStep::Looking))
                    .map_err(|error| self.failed(error))?;
            }
            self.forget(&text)?;
        }
        Ok(())
    }

    /// Own bundles to a unit in the order in which they were put.
    fn own_to(&self, unit: UnitId) -> Vec<(Name, Own)> {
        let mut own: Vec<(Name, Own)> = self
            .known
            .values()
            .filter(|file| file.own && file.unit == unit)
            .filter_map(|file| Some((Name::parse(&file.name)?, kept::own(file))))
            .collect();
        own.sort_by_key(|(_, own)| own.number);
        own
    }

    fn send_to(&mut self, served: &Served, watch: &mut Watch<'_>) -> Result<(), AppError> {
        let mut lying: Vec<(Name, Own)> = Vec::new();
        // Whether everything unacknowledged is to be sent, whatever lies there.
        let mut anew = self.again;
        for (name, own) in self.own_to(served.unit) {
            let standing = self.open.store.read(|connection| standing(connection, served, &own))?;
            let listed = self.listed.iter().any(|item| item.name == name);
            let there = listed
                || self
                    .place
                    .holds(&name, &mut watched(watch, WorkStep::Looking))
                    .map_err(|error| self.failed(error))?;
            match (there, standing) {
                (true, Standing::Confirmed) => {
                    self.remove(&name, watch)?;
                    self.row.removed += 1;
                }
                (false, Standing::Confirmed) => self.forget(&name.to_string())?,
                (false, _) => {
                    // Somebody removed it unread. What it told is untold.
                    anew = true;
                    self.forget(&name.to_string())?;
                    self.tell(served.unit, &Told::default())?;
                }
                (true, standing) => {
                    anew |= standing == Standing::Useless;
                    lying.push((name, own));
                }
            }
        }
        let on_the_way: Vec<Carried> = match anew {
            true => Vec::new(),
            false => lying.iter().flat_map(|(_, own)| own.carried.clone()).collect(),
        };
        if !self.is_needed(served, &on_the_way, anew)? {
            return Ok(());
        }
        self.put(
            served,
            &on_the_way,
            lying.last().map_or(0, |(_, own)| own.number) + 1,
            watch,
        )?;
        // What only confirmed is superseded by what has just been put; so is everything, if all of it was sent anew.
        for (name, own) in lying {
            if anew || own.entries == 0 {
                self.remove(&name, watch)?;
            }
        }
        Ok(())
    }

    fn remove(&mut self, name: &Name, watch: &mut Watch<'_>) -> Result<(), AppError> {
        self.place
            .remove(name, &mut watched(watch, WorkStep::Looking))
            .map_err(|error| self.failed(error))?;
        self.forget(&name.to_string())
    }

    /// Whether there is anything to say: entries not yet on their way, or acknowledgements not yet told through this mailbox.
    fn is_needed(&self, served: &Served, on_the_way: &[Carried], anew: bool) -> Result<bool, AppError> {
        let own = self.open.profile.device;
        self.open.store.read(|connection| {
            let told = rows::told(connection, &self.kept.id, served.unit)?;
            let told: Told = told
                .and_then(|line| serde_json::from_str(&line).ok())
                .unwrap_or_default();
            let ranges = bundles::ranges_beyond(connection, &served.channel, served.unit, own, on_the_way)?;
            if ranges.iter().any(|range| range.last > 0) {
                return Ok(true);
            }
            let ends = exchange::ends(connection, served.channel.id)?;
            let untold = ends.iter().filter(|tip| tip.device != own).any(|tip| {
                let covers = |(feed, n): &(FeedId, u64)| *feed == tip.feed && *n >= tip.n;
                !told.acknowledged.iter().any(covers)
            });
            Ok(untold || (anew && told.acknowledged.is_empty()))
        })
    }

    fn tell(&self, unit: UnitId, told: &Told) -> Result<(), AppError> {
        let line = serde_json::to_string(told).map_err(|error| AppError::internal("mailbox", &error))?;
        Ok(self
            .open
            .store
            .write(|writer| writer.keep_mailbox_told(&self.kept.id, unit, &line))?)
    }

    /// Makes a bundle and puts it. What is set out to be put is remembered first, so that a crash leaves nothing unknown.
    fn put(
        &mut self,
        served: &Served,
        on_the_way: &[Carried],
        number: u64,
        watch: &mut Watch<'_>,
    ) -> Result<(), AppError> {
        let to = BundleTo {
            to: served.unit.to_string(),
        };
        let (made, told) = self.app.bundle_beyond(&to, on_the_way, watch)?;
        let Staged::File(path) = self.app.staged(&made.file.file)?.place else {
            return Err(AppError::new("file_gone").with("file", made.file.file));
        };
        let name = Name::new(served.tag, self.app.random());
        let (devices, heard) = self.open.store.read(|connection| {
            let devices = exchange::devices_of(connection, served.unit)?;
            Ok::<_, LedgerError>((devices, rows::heard(connection, served.unit)?))
        })?;
        let mut own = Own {
            begun: true,
            size: made.file.size,
            entries: made.entries,
            carried: told.carried.clone(),
            devices: devices.into_iter().map(|device| device.key).collect(),
            heard,
            number,
        };
        self.note_own(served.unit, &name, &own)?;
        let put = self.place.put(&name, &path, &mut watched(watch, WorkStep::Putting));
        self.app.drop_staged(&made.file.file);
        if let Err(error) = put {
            // Best cleared away now; if the place is out of reach, at the next occasion: nobody waits for a silent server.
            let brief = &mut briefly(limits::CLEARING);
            if !matches!(error, MailboxError::Taken(_)) && self.place.clear(&name, brief).is_ok() {
                self.forget(&name.to_string())?;
            }
            return Err(self.failed(error));
        }
        own.begun = false;
        self.note_own(served.unit, &name, &own)?;
        self.tell(served.unit, &told)?;
        self.row.sent.push(MailboxSent {
            to: made.to,
            entries: made.entries,
            blobs: made.blobs,
            size: made.file.size,
        });
        Ok(())
    }

    fn note_own(&mut self, unit: UnitId, name: &Name, own: &Own) -> Result<(), AppError> {
        let line = serde_json::to_string(own).map_err(|error| AppError::internal("mailbox", &error))?;
        self.note(MailboxFile {
            name: name.to_string(),
            own: true,
            unit,
            line,
        })
    }
}

/// How an own bundle stands, as far as the other side has told.
fn standing(connection: &Connection, served: &Served, own: &Own) -> Result<Standing, LedgerError> {
    let channel = served.channel.id;
    if own.entries > 0 && bundles::confirmed(connection, channel, served.unit, &own.carried)? {
        return Ok(Standing::Confirmed);
    }
    let devices = exchange::devices_of(connection, served.unit)?;
    if devices.iter().any(|device| !own.devices.contains(&device.key)) {
        return Ok(Standing::Useless);
    }
    if own.entries > 0 && rows::heard(connection, served.unit)? >= own.heard + DOUBTED_AFTER {
        for device in &devices {
            if bundles::confirmed_by(connection, channel, device.id, &own.carried)? {
                return Ok(Standing::Lying);
            }
        }
        return Ok(Standing::Useless);
    }
    Ok(Standing::Lying)
}

//! Carries a script out: the machines, the mail between them, and beside them the model of what was written.

use crate::cast::{Cast, DEVICES};
use crate::chance;
use crate::edit::{self, Wanted};
use crate::machine::{Failure, Machine, row_of};
use crate::model::{At, Line, LineId, Lines, Model, Record, Revocation, Rule, State, Write};
use crate::parcel::{Parcel, Refused};
use crate::script::{Act, Script, Step};
use chidao_domain::ids::{ChannelId, DeviceId, Hash, Position, RecordId, RecordKey};
use chidao_ledger::store::append::{Edges, Wish};
use chidao_ledger::store::{LedgerError, cells, exchange, lines};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Most machines: copies end there.
const MACHINES: usize = 12;
/// Pages that a database may have but when its disk is full.
const PAGES: u32 = 1_073_741_823;
/// Milliseconds of a year.
const YEAR: i64 = 365 * 24 * 3_600_000;

/// Everything that there is in a run.
pub struct World {
    /// The machines; copies come last.
    pub machines: Vec<Machine>,
    /// The channel of each unit with the province; the first is nobody's.
    pub channels: Vec<ChannelId>,
    /// Every line that was ever written.
    pub model: Model,
    /// Devices that are believed no longer.
    pub revoked: Vec<DeviceId>,
    /// How often what happened.
    pub counts: BTreeMap<String, u32>,
    pub(crate) mail: Vec<Parcel>,
    pub(crate) seed: u64,
    folder: PathBuf,
    places: u32,
    pub(crate) bundles: usize,
}

fn finding<T>(what: impl Into<String>) -> Result<T, Failure> {
    Err(what.into().into())
}

impl World {
    /// Everybody at their desks, knowing of each other.
    ///
    /// # Errors
    /// When a database cannot be made.
    pub fn new(script: &Script, folder: PathBuf) -> Result<World, Failure> {
        let cast = Cast::standing();
        let channels: Vec<ChannelId> = (0..=script.units).map(|unit| cast.pair(unit)).collect();
        let mut world = World {
            machines: Vec::new(),
            channels,
            model: Model::default(),
            revoked: Vec::new(),
            counts: BTreeMap::new(),
            mail: Vec::new(),
            seed: script.seed,
            folder,
            places: 0,
            bundles: 0,
        };
        for (unit, count) in script.machines.iter().enumerate() {
            for number in 0..(*count).min(DEVICES) {
                let name = if unit == 0 {
                    format!("tỉnh.{number}")
                } else {
                    format!("U{unit}.{number}")
                };
                let folder = world.folder.join(format!("{unit}-{number}"));
                world.places += 1;
                let machine = Machine::new(name, unit, number, world.places, folder)?;
                let (below, count) = (world.units_of(unit), &script.machines);
                machine
                    .store()
                    .write(|writer| {
                        for child in below {
                            writer.take_charter(&cast.pair_charter(child)?)?;
                            for at in [0, child] {
                                for device in &cast.units[at].devices[..count[at]] {
                                    writer.take_device(&device.certificate)?;
                                }
                            }
                        }
                        Ok::<_, Failure>(())
                    })
                    .map_err(|error| error.to_string())?;
                world.machines.push(machine);
            }
        }
        Ok(world)
    }

    fn units_of(&self, unit: usize) -> Vec<usize> {
        if unit == 0 {
            (1..self.channels.len()).collect()
        } else {
            vec![unit]
        }
    }

    /// The channels that a unit has a part in.
    #[must_use]
    pub fn channels_of(&self, unit: usize) -> Vec<ChannelId> {
        self.units_of(unit)
            .into_iter()
            .map(|child| self.channels[child])
            .collect()
    }

    fn count(&mut self, what: &str) {
        *self.counts.entry(what.to_owned()).or_default() += 1;
    }

    /// Whether a machine is believed no longer.
    #[must_use]
    pub fn is_revoked(&self, machine: usize) -> bool {
        self.revoked.contains(&self.machines[machine].device.id())
    }

    /// What a machine has applied of a channel, by what it ought to have.
    #[must_use]
    pub fn applied(&self, machine: usize, channel: ChannelId) -> Lines {
        let whole = self.model.whole(self.machines[machine].held(), channel);
        self.model.applied(&whole)
    }

    /// The line at a place of a database.
    pub(crate) fn line_at(&self, machine: usize, position: Position) -> Result<Option<LineId>, Failure> {
        let store = self.machines[machine].store();
        let hash = store.read(|connection| {
            let row = cells::feed_row(connection, position.feed)?;
            lines::hash_at(connection, row, position.n)
        })?;
        Ok(self.model.find(hash))
    }

    /// The record as the model names it.
    pub(crate) fn record_of(&self, machine: usize, id: &RecordId) -> Result<Option<Record>, Failure> {
        Ok(match id.key {
            RecordKey::Owned(..) => Some(Record::Owned(id.to_string())),
            RecordKey::Made(position) => self
                .line_at(machine, position)?
                .map(|line| Record::Made(line, position.k)),
        })
    }

    /// Carries out one step.
    ///
    /// # Errors
    /// What is not as it must be.
    pub fn step(&mut self, step: &Step) -> Result<(), Failure> {
        let who = step.who as usize % self.machines.len();
        let units = self.units_of(self.machines[who].unit);
        let child = units[(step.dice >> 56) as usize % units.len()];
        let dice = step.dice;
        match step.act {
            Act::Edit => self.edit(who, child, step),
            Act::Trespass => self.trespass(who, child, step),
            Act::Send => self.send(who, child, dice),
            Act::Deliver => match self.pick_parcel(dice) {
                Some(parcel) => self.deliver_to_one(&parcel, step.who).map(drop),
                None => Ok(()),
            },
            Act::DeliverCut | Act::DeliverFlipped => self.deliver_damaged(step),
            Act::Misdeliver => self.misdeliver(who, dice),
            Act::BackUp => {
                self.count("backup");
                self.machines[who].back_up()
            }
            Act::Restore | Act::RestoreUnnoticed => {
                let channels = self.channels_of(self.machines[who].unit);
                if self.machines[who].restore(dice, step.act == Act::Restore, &channels)? {
                    self.count("restore");
                }
                Ok(())
            }
            Act::Clone | Act::CloneUnnoticed => self.clone_home(who, step.act == Act::Clone),
            Act::ClockJump => {
                self.count("clock jump");
                self.machines[who].skew = (dice as i64 % 20) * YEAR / 2 * i64::from(dice & 32 != 0);
                Ok(())
            }
            Act::CrashEditing => self.crash_editing(who, child, step),
            Act::CrashImporting => self.crash_importing(step),
            Act::FullDisk => self.full_disk(step),
            Act::Forge | Act::Newer | Act::ForgeChannel => self.forge(who, step),
            Act::Revoke => self.revoke(step),
        }
    }

    /// Whether a line and all before it are with a machine.
    fn has(&self, machine: usize, line: LineId) -> bool {
        let channel = self.model.lines[line].channel;
        self.model.whole(self.machines[machine].held(), channel).has(line)
    }

    fn digests(&self, machine: usize) -> Result<Vec<(Hash, Hash)>, Failure> {
        let channels = self.channels_of(self.machines[machine].unit);
        let digests = self.machines[machine].store().read(|connection| {
            let each = channels
                .iter()
                .map(|channel| exchange::digests(connection, row_of(connection, *channel)?));
            each.collect::<Result<Vec<_>, LedgerError>>()
        })?;
        Ok(digests)
    }

    /// Somebody writes what he may.
    pub(crate) fn edit(&mut self, who: usize, child: usize, step: &Step) -> Result<(), Failure> {
        let wanted = self.wanted(who, child, step)?;
        match self.write(who, child, step, &wanted, |_| Ok(())) {
            Ok(_) => self.count("edit"),
            Err(Refused::Lines(LedgerError::Refused { .. })) if wanted.may_be_refused => self.count("refused step"),
            Err(error) => {
                return finding(format!(
                    "{} could not write {}: {error}",
                    self.machines[who].name, wanted.act
                ));
            }
        }
        Ok(())
    }

    fn wanted(&self, who: usize, child: usize, step: &Step) -> Result<Wanted, Failure> {
        let side = self.machines[who].unit == 0;
        let of_side = |id: &RecordId| match self.record_of(who, id) {
            Ok(Some(Record::Made(line, _))) => (self.unit_of(self.model.lines[line].device) == Some(0)) == side,
            _ => false,
        };
        Ok(edit::choose(
            &self.machines[who],
            self.channels[child],
            (child, step.step, step.dice),
            of_side,
        )?)
    }

    fn unit_of(&self, device: DeviceId) -> Option<usize> {
        let machine = self.machines.iter().find(|machine| machine.device.id() == device);
        machine.map(|machine| machine.unit)
    }

    /// Writes, and takes down what was written with what its author knew. `last` is carried out before it is committed.
    fn write(
        &mut self,
        who: usize,
        child: usize,
        step: &Step,
        wanted: &Wanted,
        last: impl FnOnce(&Machine) -> Result<(), Refused>,
    ) -> Result<LineId, Refused> {
        let channel = self.channels[child];
        let machine = &self.machines[who];
        let (mut counter, seed, now) = (0, self.seed, machine.now(step.minute));
        let mut random = |bytes: &mut [u8]| chance::fill(seed, step.step, &mut counter, bytes);
        let mut edges = Edges {
            now,
            random: &mut random,
        };
        let author = machine.author();
        let person = RecordId {
            kind: "person".into(),
            key: author.person,
        };
        let mut wishes = wanted.wishes.clone();
        let appended = machine.store().write(|writer| {
            let row = writer.channel(channel)?.id;
            if writer.find_record(row, &person)?.is_none() {
                let name = edit::owned_text(child, step.step, "Nguyễn Văn Tám");
                wishes.push(Wish::change(person.clone(), vec![("name", json!(name))]));
            }
            let appended = writer.append(channel, &author, wanted.act, wishes.clone(), &mut edges)?;
            last(machine)?;
            Ok::<_, Refused>(appended)
        })?;
        let noted = self.take_down(who, channel, appended.at, &wishes);
        noted.map_err(|error| Refused::File(error.to_string()))
    }

    /// Takes down a line that was just written, and its header if it is the first.
    fn take_down(&mut self, who: usize, channel: ChannelId, at: Position, wishes: &[Wish]) -> Result<LineId, Failure> {
        let past = self.applied(who, channel);
        let machine = &self.machines[who];
        let device = machine.device.id();
        let (before, hash, header, text) = machine.store().read(|connection| {
            let row = cells::feed_row(connection, at.feed)?;
            let hash = |n| lines::hash_at(connection, row, n);
            Ok::<_, LedgerError>((
                hash(at.n - 1)?,
                hash(at.n)?,
                lines::one(connection, row, 0),
                lines::one(connection, row, at.n)?,
            ))
        })?;
        let mut past = past;
        let prior = match self.model.find(before) {
            Some(prior) => prior,
            None if at.n == 1 => {
                let header = Line {
                    channel,
                    text: header?,
                    hash: before,
                    n: 0,
                    prior: None,
                    device,
                    past: Lines::default(),
                    waits_for_ever: false,
                    writes: Vec::new(),
                };
                self.model.note(header)
            }
            None => return finding(format!("line {} of {} follows one that nobody wrote", at.n, at.feed)),
        };
        if at.n == 1 {
            // Machines that look the same begin with the same header, each for itself.
            past.add(prior);
            self.machines[who].hold(&std::iter::once(prior).collect());
        }
        let id = self.model.lines.len();
        let mut heads = self.model.heads(&self.model.states(&past));
        let parsed: Value = serde_json::from_str(&text)?;
        let mut writes = Vec::new();
        for (i, wish) in wishes.iter().enumerate() {
            let record = match &wish.target {
                chidao_ledger::entry::Target::New(_) => Record::Made(id, i as u32),
                chidao_ledger::entry::Target::On(record) => {
                    self.record_of(who, record)?.ok_or("a record that nobody made")?
                }
            };
            let item = &parsed["items"][i];
            let changes = ["set", "hid"]
                .into_iter()
                .flat_map(|list| item[list].as_array().into_iter().flatten());
            for change in changes {
                let field = change[0].as_str().unwrap_or_default().to_owned();
                let value = wish.set.iter().find(|(name, _)| *name == field);
                let cell = (record.clone(), field);
                let prev = heads.remove(&cell).unwrap_or_default();
                let named = change[2].as_array().map_or(0, Vec::len);
                if named != prev.len() {
                    return finding(format!(
                        "{} names {named} predecessors, its author saw {}: {text}",
                        cell.1,
                        prev.len()
                    ));
                }
                writes.push(Write {
                    k: writes.len() as u32,
                    value: value.ok_or("a field that nobody wished")?.1.clone(),
                    cell,
                    prev,
                    rule: Rule::Permitted,
                });
            }
        }
        let line = Line {
            channel,
            text,
            hash,
            n: at.n,
            prior: Some(prior),
            device,
            past,
            waits_for_ever: false,
            writes,
        };
        let id = self.model.note(line);
        self.machines[who].hold(&std::iter::once(id).collect());
        Ok(id)
    }

    fn trespass(&mut self, who: usize, child: usize, step: &Step) -> Result<(), Failure> {
        let tasks = edit::records(&self.machines[who], self.channels[child], "task")?;
        let Some(task) = tasks.get(step.dice as usize % tasks.len().max(1)) else {
            return Ok(());
        };
        let theirs = if self.machines[who].unit == 0 {
            "unit_note"
        } else {
            "province_code"
        };
        let text = edit::owned_text(child, step.step, "Lấn");
        let wanted = Wanted {
            act: "trespass",
            wishes: vec![Wish::change(task.clone(), vec![(theirs, json!(text))])],
            may_be_refused: true,
        };
        let before = self.digests(who)?;
        match self.write(who, child, step, &wanted, |_| Ok(())) {
            Err(Refused::Lines(LedgerError::Refused { .. })) if self.digests(who)? == before => {
                self.count("trespass refused")
            }
            Err(error) => return finding(format!("a trespass: {error}, or it left a trace")),
            Ok(_) => {
                return finding(format!(
                    "{} wrote {theirs}, which is the other side's",
                    self.machines[who].name
                ));
            }
        }
        Ok(())
    }

    /// A bundle for the other side, or for the own other machines.
    fn send(&mut self, who: usize, child: usize, dice: u64) -> Result<(), Failure> {
        let unit = self.machines[who].unit;
        let others = self.machines.iter().filter(|machine| machine.unit == unit).count() > 1;
        let to = match unit {
            own if others && dice.is_multiple_of(4) => own,
            0 => child,
            _ => 0,
        };
        let parcel = self.make(who, child, to)?;
        self.mail.push(parcel);
        self.count("bundle");
        Ok(())
    }

    /// Makes a bundle.
    pub(crate) fn make(&mut self, who: usize, child: usize, to: usize) -> Result<Parcel, Failure> {
        let channels = self.channels_of(self.machines[who].unit);
        let channel = self.channels[child];
        let machine = &mut self.machines[who];
        let contents = machine.outgoing(channel, Cast::standing().units[to].party.unit)?;
        machine.mark(&channels)?;
        let mut parcel = machine.pack(channel, to, &contents)?;
        self.bundles += 1;
        parcel.number = self.bundles;
        Ok(parcel)
    }

    /// Most often one that was made lately.
    fn pick_parcel(&self, dice: u64) -> Option<Parcel> {
        let among = match dice % 4 {
            0 => self.mail.len(),
            _ => self.mail.len().min(8),
        };
        let at = self.mail.len().checked_sub(1 + (dice >> 8) as usize % among.max(1))?;
        self.mail.get(at).cloned()
    }

    fn recipients(&self, unit: usize) -> Vec<usize> {
        (0..self.machines.len())
            .filter(|i| self.machines[*i].unit == unit)
            .collect()
    }

    fn deliver_to_one(&mut self, parcel: &Parcel, who: u32) -> Result<bool, Failure> {
        let all = self.recipients(parcel.to);
        self.deliver(parcel, all[who as usize % all.len()])
    }

    /// A bundle arrives. Answers whether it was taken in.
    pub(crate) fn deliver(&mut self, parcel: &Parcel, to: usize) -> Result<bool, Failure> {
        if !parcel.hostile && self.machines[to].has_taken_in(parcel.number) {
            self.count("known already");
            return Ok(true);
        }
        let before = self.digests(to)?;
        match self.machines[to].take_in(&parcel.bytes, |_| Ok(())) {
            Ok(()) if parcel.follows.is_some_and(|line| !self.has(to, line)) => Ok(true),
            Ok(()) if parcel.hostile => finding(format!(
                "{} took in a bundle that it must refuse",
                self.machines[to].name
            )),
            Ok(()) => {
                let lines = self
                    .model
                    .find_all(&parcel.lines)
                    .ok_or("a bundle with lines that nobody wrote")?;
                self.machines[to].hold(&lines);
                self.machines[to].note_taken_in(parcel.number);
                self.count("taken in");
                Ok(true)
            }
            Err(error) => {
                let excused = parcel.hostile || !self.revoked.is_empty() && matches!(error, Refused::File(_));
                if !excused {
                    return finding(format!(
                        "{} refused a bundle of {}: {error}",
                        self.machines[to].name, parcel.from
                    ));
                }
                if self.digests(to)? != before {
                    return finding(format!(
                        "{} refused a bundle, and it left a trace",
                        self.machines[to].name
                    ));
                }
                self.count("refused");
                Ok(false)
            }
        }
    }

    fn deliver_damaged(&mut self, step: &Step) -> Result<(), Failure> {
        let Some(mut parcel) = self.pick_parcel(step.dice) else {
            return Ok(());
        };
        let place = (step.dice >> 20) as usize % parcel.bytes.len();
        if step.act == Act::DeliverCut {
            parcel.bytes.truncate(place);
        } else {
            parcel.bytes[place] ^= 1 << (step.dice & 7);
        }
        parcel.hostile = true;
        self.deliver_to_one(&parcel, step.who).map(drop)
    }

    fn misdeliver(&mut self, who: usize, dice: u64) -> Result<(), Failure> {
        match self.pick_parcel(dice) {
            Some(mut parcel) if parcel.to != self.machines[who].unit => {
                parcel.hostile = true;
                self.deliver(&parcel, who).map(drop)
            }
            _ => Ok(()),
        }
    }

    fn clone_home(&mut self, who: usize, noticed: bool) -> Result<(), Failure> {
        if self.machines.len() >= MACHINES || self.is_revoked(who) {
            return Ok(());
        }
        self.places += 1;
        let channels = self.channels_of(self.machines[who].unit);
        let name = format!("{}~{}", self.machines[who].name, self.places);
        let folder = self.folder.join(format!("copy{}", self.places));
        let place = noticed.then_some(self.places);
        let copy = self.machines[who].copy(name, place, folder, &channels)?;
        self.machines.push(copy);
        self.count("clone");
        Ok(())
    }

    fn crash_editing(&mut self, who: usize, child: usize, step: &Step) -> Result<(), Failure> {
        let wanted = self.wanted(who, child, step)?;
        let before = self.digests(who)?;
        let mut disk = None;
        let crashed = self.write(who, child, step, &wanted, |machine| {
            disk = machine.disk_now().ok();
            Err(Refused::PowerFailed)
        });
        self.after_crash(who, crashed.map(drop), disk, &before)
    }

    fn crash_importing(&mut self, step: &Step) -> Result<(), Failure> {
        let Some(parcel) = self.pick_parcel(step.dice).filter(|parcel| !parcel.hostile) else {
            return Ok(());
        };
        let all = self.recipients(parcel.to);
        let who = all[step.who as usize % all.len()];
        if step.dice & 1 << 40 == 0 {
            // Just after: what was taken in stays.
            self.deliver(&parcel, who)?;
            let (before, disk) = (self.digests(who)?, self.machines[who].disk_now()?);
            return self.after_crash(who, Err(Refused::PowerFailed), Some(disk), &before);
        }
        let before = self.digests(who)?;
        let machine = &self.machines[who];
        let mut disk = None;
        let crashed = machine.take_in(&parcel.bytes, |_| {
            disk = machine.disk_now().ok();
            Err(Refused::PowerFailed)
        });
        self.after_crash(who, crashed, disk, &before)
    }

    fn after_crash(
        &mut self,
        who: usize,
        crashed: Result<(), Refused>,
        disk: Option<PathBuf>,
        before: &[(Hash, Hash)],
    ) -> Result<(), Failure> {
        match crashed {
            Err(Refused::PowerFailed) => {}
            // It did not come so far.
            Err(_) => return Ok(()),
            Ok(()) => return finding("the power failed, and nobody noticed"),
        }
        let channels = self.channels_of(self.machines[who].unit);
        self.machines[who].restart_from(&disk.ok_or("the disk could not be copied")?, &channels)?;
        if self.digests(who)? != *before {
            return finding(format!("{} is another after the power failed", self.machines[who].name));
        }
        self.count("crash");
        Ok(())
    }

    fn full_disk(&mut self, step: &Step) -> Result<(), Failure> {
        let Some(parcel) = self.pick_parcel(step.dice).filter(|parcel| !parcel.hostile) else {
            return Ok(());
        };
        let all = self.recipients(parcel.to);
        let who = all[step.who as usize % all.len()];
        let room = |pages: u32| {
            self.machines[who].store().write(|writer| {
                let connection = writer.connection();
                let set =
                    |pages: u32| connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()));
                let full: u32 = connection
                    .query_row("PRAGMA page_count", [], |row| row.get(0))
                    .map_err(LedgerError::from)?;
                set(if pages == 0 { full } else { pages }).map_err(LedgerError::from)
            })
        };
        let before = self.digests(who)?;
        room(0)?;
        let taken = self.machines[who].take_in(&parcel.bytes, |_| Ok(()));
        room(PAGES)?;
        match taken {
            Ok(()) => {
                let lines = self
                    .model
                    .find_all(&parcel.lines)
                    .ok_or("a bundle with lines that nobody wrote")?;
                self.machines[who].hold(&lines);
            }
            Err(_) if self.digests(who)? == before => self.count("full disk"),
            Err(error) => {
                return finding(format!(
                    "a full disk ({error}) left a trace on {}",
                    self.machines[who].name
                ));
            }
        }
        Ok(())
    }

    fn revoke(&mut self, step: &Step) -> Result<(), Failure> {
        let all: Vec<usize> = (0..self.machines.len())
            .filter(|i| self.machines[*i].unit > 0)
            .collect();
        let whom = all[step.dice as usize % all.len()];
        let (device, child) = (self.machines[whom].device.id(), self.machines[whom].unit);
        // Somebody must be left to talk to.
        let left = self
            .machines
            .iter()
            .any(|one| one.unit == child && one.device.id() != device && !self.revoked.contains(&one.device.id()));
        if self.is_revoked(whom) || !left {
            return Ok(());
        }
        let channel = self.channels[child];
        let cuts = self.machines[0]
            .store()
            .write(|writer| writer.lines_standing(channel, Some(device)))?;
        let wanted = Wanted {
            act: "device.revoke",
            wishes: vec![Wish::make(
                "revocation",
                vec![("device", json!(device.to_string())), ("cuts", json!(cuts))],
            )],
            may_be_refused: false,
        };
        let standing = self.model.whole(self.machines[0].held(), channel);
        let line = self.write(0, child, step, &wanted, |_| Ok(()))?;
        self.model.revocations.push(Revocation { device, line, standing });
        self.revoked.push(device);
        self.count("revocation");
        Ok(())
    }

    /// What a change has come to, as a database tells it.
    pub(crate) fn states(
        &self,
        machine: usize,
        channel: ChannelId,
    ) -> Result<BTreeMap<At, (State, Option<String>)>, Failure> {
        type Row = (i64, u64, u32, u8, Option<String>, Option<String>);
        let found: Vec<Row> = self.machines[machine].store().read(|connection| {
            let row = row_of(connection, channel)?;
            let query = "SELECT c.feed, c.n, c.k, c.state, c.reason, c.value FROM change c JOIN feed f ON f.id = c.feed WHERE f.channel = ?1";
            let mut statement = connection.prepare(query)?;
            let rows = statement.query_map([row], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
            })?;
            rows.collect::<Result<_, _>>().map_err(LedgerError::from)
        })?;
        let mut lines_of: BTreeMap<(i64, u64), LineId> = BTreeMap::new();
        let mut all = BTreeMap::new();
        for (feed, n, k, state, reason, value) in found {
            let line = match lines_of.get(&(feed, n)) {
                Some(line) => *line,
                None => {
                    let hash = self.machines[machine].store().read(|c| lines::hash_at(c, feed, n))?;
                    let line = self.model.find(hash).ok_or("a line that nobody wrote")?;
                    lines_of.insert((feed, n), line);
                    line
                }
            };
            let state = match state {
                0 => State::Head,
                1 => State::Superseded,
                3 => State::Deferred,
                _ => State::Quarantined(known_reason(reason.as_deref().unwrap_or_default())),
            };
            all.insert(At(line, k), (state, value));
        }
        Ok(all)
    }
}

fn known_reason(code: &str) -> &'static str {
    let all = chidao_domain::authority::Reason::ALL;
    all.into_iter()
        .map(|reason| reason.code())
        .find(|known| *known == code)
        .unwrap_or("another")
}

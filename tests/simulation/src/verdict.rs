//! After everybody has exchanged until nothing moves: what must be true.

use crate::machine::{Failure, row_of};
use crate::model::{At, Cell, LineId, Lines, Record, State};
use crate::script::{Act, Step};
use crate::world::World;
use chidao_domain::ids::{ChannelId, Hash, RecordId};
use chidao_ledger::store::{LedgerError, cells, exchange, lines};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

type States = BTreeMap<At, State>;

/// Rounds in which everybody writes to everybody, at most.
const ROUNDS: usize = 16;

fn wrong<T>(what: String) -> Result<T, Failure> {
    Err(what.into())
}

impl World {
    /// Everybody says one more word and sends to everybody until nothing moves.
    ///
    /// # Errors
    /// If it does not come to rest, or something is refused.
    pub fn come_to_rest(&mut self, minute: u64, steps: u32) -> Result<(), Failure> {
        let everybody: Vec<usize> = (0..self.machines.len()).filter(|i| !self.is_revoked(*i)).collect();
        for who in &everybody {
            for child in 1..self.channels.len() {
                if [0, child].contains(&self.machines[*who].unit) {
                    let step = steps + (who * self.channels.len() + child) as u32;
                    // A new task.
                    self.edit(
                        *who,
                        child,
                        &Step {
                            step,
                            minute,
                            act: Act::Edit,
                            who: 0,
                            dice: 0,
                        },
                    )?;
                }
            }
        }
        let mut quiet = 0;
        for _ in 0..ROUNDS {
            let before = self.everything(&everybody)?;
            for who in &everybody {
                let unit = self.machines[*who].unit;
                for child in 1..self.channels.len() {
                    if ![0, child].contains(&unit) {
                        continue;
                    }
                    for to in [0, child] {
                        let others: Vec<usize> = everybody
                            .iter()
                            .copied()
                            .filter(|i| i != who && self.machines[*i].unit == to)
                            .collect();
                        if others.is_empty() {
                            continue;
                        }
                        let parcel = self.make(*who, child, to)?;
                        for other in others {
                            self.deliver(&parcel, other)?;
                        }
                    }
                }
            }
            // One round in which nothing moves may be the one in which a machine hears what it lacks, and asks.
            quiet = if self.everything(&everybody)? == before {
                quiet + 1
            } else {
                0
            };
            if quiet == 3 {
                return Ok(());
            }
        }
        wrong(format!("it has not come to rest after {ROUNDS} rounds"))
    }

    fn everything(&self, everybody: &[usize]) -> Result<Vec<(Hash, Hash)>, Failure> {
        let mut all = Vec::new();
        for who in everybody {
            for channel in self.channels_of(self.machines[*who].unit) {
                all.push(self.digests_of(*who, channel)?);
            }
        }
        Ok(all)
    }

    fn digests_of(&self, who: usize, channel: ChannelId) -> Result<(Hash, Hash), Failure> {
        let store = self.machines[who].store();
        Ok(store.read(|connection| exchange::digests(connection, row_of(connection, channel)?))?)
    }

    /// Judges what there is.
    ///
    /// # Errors
    /// The first thing that is not as it must be.
    pub fn judge(&self) -> Result<(), Failure> {
        for (child, channel) in self.channels.iter().enumerate().skip(1) {
            let everybody: Vec<usize> = (0..self.machines.len())
                .filter(|i| [0, child].contains(&self.machines[*i].unit) && !self.is_revoked(*i))
                .collect();
            let mut union = Lines::default();
            for who in &everybody {
                union.add_all(&self.model.whole(self.machines[*who].held(), *channel));
            }
            for who in &everybody {
                self.judge_lines(*who, *channel, &union)?;
                self.judge_privacy(*who, child)?;
            }
            let digests: Vec<_> = everybody
                .iter()
                .map(|who| self.digests_of(*who, *channel))
                .collect::<Result<_, _>>()?;
            if let Some(other) = digests.iter().position(|digest| *digest != digests[0]) {
                let (one, other) = (&self.machines[everybody[0]].name, &self.machines[everybody[other]].name);
                return wrong(format!(
                    "{one} and {other} hold the same lines and see different things"
                ));
            }
            self.judge_states(everybody[0], *channel, &union)?;
        }
        for (who, machine) in self.machines.iter().enumerate() {
            let found = machine.store().check()?;
            if !found.troubles.is_empty() {
                return wrong(format!("{} ({who}): {:?}", machine.name, found.troubles));
            }
        }
        Ok(())
    }

    /// Nothing is missing, nothing was altered, and every fork is listed.
    fn judge_lines(&self, who: usize, channel: ChannelId, union: &Lines) -> Result<(), Failure> {
        let name = &self.machines[who].name;
        let (mut here, mut forks) = (BTreeMap::<LineId, String>::new(), BTreeSet::new());
        self.machines[who].store().read(|connection| {
            let row = row_of(connection, channel)?;
            for tip in exchange::tips(connection, row)? {
                let mut texts = Vec::new();
                lines::each(connection, tip.id, tip.from_n, tip.n, |n, line| {
                    texts.push((n, line.to_owned()));
                    Ok(true)
                })?;
                for (n, text) in texts {
                    let line = self.model.find(lines::hash_at(connection, tip.id, n)?);
                    here.insert(line.ok_or("a line that nobody wrote")?, text);
                }
            }
            for fork in exchange::forks(connection)?
                .into_iter()
                .filter(|fork| fork.channel == row)
            {
                forks.insert((fork.feed.to_string(), fork.n, fork.branches.len()));
            }
            Ok::<_, Failure>(())
        })?;
        for id in union.iter() {
            let line = &self.model.lines[id];
            match here.remove(&id) {
                None => {
                    return wrong(format!(
                        "{name} lacks line {} ({}), which others have: {}",
                        line.n, line.hash, line.text
                    ));
                }
                Some(text) if text != line.text => return wrong(format!("{name} has line {} altered: {text}", line.n)),
                Some(_) => {}
            }
        }
        if let Some((line, _)) = here.first_key_value() {
            return wrong(format!(
                "{name} has a line that it ought not to have: {}",
                self.model.lines[*line].text
            ));
        }
        let mut followers: BTreeMap<LineId, usize> = BTreeMap::new();
        for prior in union.iter().filter_map(|id| self.model.lines[id].prior) {
            *followers.entry(prior).or_default() += 1;
        }
        let expected = followers.values().filter(|count| **count > 1).count();
        if forks.len() != expected {
            return wrong(format!("{name} lists {} forks, there are {expected}", forks.len()));
        }
        Ok(())
    }

    /// Every change is what the model says: a value, superseded, or in quarantine for a reason; every conflict is listed.
    fn judge_states(&self, who: usize, channel: ChannelId, union: &Lines) -> Result<(), Failure> {
        let name = &self.machines[who].name;
        let revoked = self
            .model
            .revocations
            .iter()
            .any(|notice| self.model.lines[notice.line].channel == channel);
        let expected = self.model.states(&self.model.applied(union));
        let found = self.states(who, channel)?;
        // What a step of a state may follow depends on which steps before it stand.
        let is_step = |at: &At| {
            let write = self.model.write(*at);
            revoked && write.is_some_and(|write| matches!(write.cell.1.as_str(), "status" | "standing"))
        };
        for (at, state) in &expected {
            let write = self.model.write(*at).ok_or("a change")?;
            let Some((is, value)) = found.get(at) else {
                return wrong(format!(
                    "{name} has forgotten a change of {}: {}",
                    write.cell.1, self.model.lines[at.0].text
                ));
            };
            if is != state && !is_step(at) {
                let text = &self.model.lines[at.0].text;
                return wrong(format!(
                    "{name}: {} is {is:?} and must be {state:?}: {text}",
                    write.cell.1
                ));
            }
            let value: Option<Value> = value.as_deref().and_then(|text| serde_json::from_str(text).ok());
            if *state == State::Head && value.as_ref() != Some(&write.value) {
                return wrong(format!(
                    "{name}: {} is {value:?} and must be {}",
                    write.cell.1, write.value
                ));
            }
        }
        if let Some(at) = found.keys().find(|at| !expected.contains_key(at)) {
            return wrong(format!(
                "{name} has applied what must wait: {}",
                self.model.lines[at.0].text
            ));
        }
        let mut conflicts = BTreeSet::new();
        for (cell, heads) in self.model.heads(&expected) {
            let values: Vec<_> = heads
                .iter()
                .filter_map(|at| self.model.write(*at))
                .map(|write| &write.value)
                .collect();
            if values.iter().any(|value| *value != values[0]) {
                conflicts.insert(cell);
            }
        }
        let listed = self.conflicts(who, channel, &expected)?;
        let compared =
            |cell: &&Cell| cell.1 != "deleted" && !(revoked && matches!(cell.1.as_str(), "status" | "standing"));
        let must: BTreeSet<&Cell> = conflicts.iter().filter(compared).collect();
        let listed: BTreeSet<&Cell> = listed.iter().filter(compared).collect();
        if let Some(cell) = must.symmetric_difference(&listed).next() {
            let is = if listed.contains(cell) {
                "lists"
            } else {
                "does not list"
            };
            return wrong(format!("{name} {is} a conflict of {cell:?}"));
        }
        Ok(())
    }

    fn conflicts(&self, who: usize, channel: ChannelId, states: &States) -> Result<BTreeSet<Cell>, Failure> {
        let found = self.machines[who].store().read(|connection| {
            let row = row_of(connection, channel)?;
            let words = cells::Words::load(connection)?;
            let mut all = Vec::new();
            for (record, field) in cells::conflicts(connection, &words)? {
                let info = cells::record_info(connection, &words, record)?;
                if info.channel == row {
                    let heads = cells::heads(connection, &words, &mut cells::Feeds::default(), record)?;
                    let shown = heads.get(&field).and_then(|heads| heads.0.first());
                    all.push((info.id, field, shown.map(|head| (head.feed, head.n))));
                }
            }
            Ok::<_, LedgerError>(all)
        })?;
        let mut all = BTreeSet::new();
        for (id, field, shown) in found {
            self.judge_shown(who, (&id, &field), shown, states)?;
            all.insert((self.record_of(who, &id)?.unwrap_or(Record::Nowhere), field));
        }
        Ok(all)
    }

    /// Of values in conflict the latest is shown, and of those at one moment the one of the larger device.
    fn judge_shown(
        &self,
        who: usize,
        (id, field): (&RecordId, &str),
        shown: Option<(i64, u64)>,
        states: &States,
    ) -> Result<(), Failure> {
        let (Some(record), Some((feed, n))) = (self.record_of(who, id)?, shown) else {
            return Ok(());
        };
        let hash = self.machines[who].store().read(|c| lines::hash_at(c, feed, n))?;
        let shown = self.model.find(hash).ok_or("a line that nobody wrote")?;
        let rank = |line: LineId| {
            let line = &self.model.lines[line];
            let t =
                serde_json::from_str::<Value>(&line.text).map(|entry| (entry["t"][0].as_u64(), entry["t"][1].as_u64()));
            (t.ok(), line.device)
        };
        let heads = self.model.heads(states);
        let heads = heads
            .get(&(record, field.to_owned()))
            .map(Vec::as_slice)
            .unwrap_or_default();
        match heads.iter().map(|at| rank(at.0)).max() {
            Some(latest) if field != "deleted" && latest != rank(shown) => wrong(format!(
                "{} shows another than the latest {field}",
                self.machines[who].name
            )),
            _ => Ok(()),
        }
    }

    /// Nobody holds another's data: every text says whose it is.
    fn judge_privacy(&self, who: usize, child: usize) -> Result<(), Failure> {
        let machine = &self.machines[who];
        let channel = self.channels[child];
        let texts: Vec<String> = machine.store().read(|connection| {
            let query = if machine.unit == 0 {
                "SELECT c.value FROM change c JOIN feed f ON f.id = c.feed WHERE f.channel = ?1 AND c.value IS NOT NULL"
            } else {
                "SELECT value FROM change WHERE value IS NOT NULL AND ?1 > 0 UNION ALL SELECT value FROM loose_value"
            };
            let mut statement = connection.prepare(query)?;
            let rows = statement.query_map([row_of(connection, channel)?], |row| row.get(0))?;
            rows.collect::<Result<_, _>>().map_err(LedgerError::from)
        })?;
        let own = format!("«U{child}»");
        match texts.iter().find(|text| text.contains("«U") && !text.contains(&own)) {
            Some(text) => wrong(format!("{} holds another unit's {text}", machine.name)),
            None => Ok(()),
        }
    }
}

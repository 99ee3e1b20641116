//! What must be true, by rules simple enough to be believed: a list of every line that was ever written, with what its
//! author knew. It shares nothing with the ledger but the words of its format (ENTRY.md).

use chidao_domain::ids::{ChannelId, DeviceId, Hash};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

mod set;

pub use set::Lines;

/// A line of some feed, numbered as it was written in the run.
pub type LineId = usize;

/// One change: its line, and its index there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At(pub LineId, pub u32);

/// A record: made by an item of a line, or belonging to a unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Record {
    /// Line and item.
    Made(LineId, u32),
    /// Its identity in full.
    Owned(String),
    /// One that there is not.
    Nowhere,
}

/// A field of a record.
pub type Cell = (Record, String);

/// What a write must come to, wherever it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Its author may do this.
    Permitted,
    /// Its author may not, for this reason.
    Forbidden(&'static str),
    /// It follows rules that nobody here knows yet.
    Newer,
}

/// One field set.
#[derive(Clone, Debug)]
pub struct Write {
    /// Index within the line.
    pub k: u32,
    /// What it sets.
    pub cell: Cell,
    /// To what.
    pub value: Value,
    /// The heads that its author saw.
    pub prev: Vec<At>,
    /// What the rules say of it.
    pub rule: Rule,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its channel.
    pub channel: ChannelId,
    /// Its text, byte for byte.
    pub text: String,
    /// Its hash.
    pub hash: Hash,
    /// Its number.
    pub n: u64,
    /// The line before it.
    pub prior: Option<LineId>,
    /// The device that wrote it.
    pub device: DeviceId,
    /// Everything that its author knew.
    pub past: Lines,
    /// It says that it has seen what was never written: it waits for ever.
    pub waits_for_ever: bool,
    /// What it sets.
    pub writes: Vec<Write>,
}

/// A machine is believed no longer.
#[derive(Clone, Debug)]
pub struct Revocation {
    /// The machine.
    pub device: DeviceId,
    /// The line that says so.
    pub line: LineId,
    /// The lines that its author had.
    pub standing: Lines,
}

/// What a change has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It stands.
    Head,
    /// Another that knew it took its place.
    Superseded,
    /// It is not applied, for this reason.
    Quarantined(&'static str),
    /// It waits for newer rules.
    Deferred,
}

/// Every line that was ever written.
#[derive(Default)]
pub struct Model {
    /// The lines, in the order in which they were written.
    pub lines: Vec<Line>,
    /// Who is believed no longer.
    pub revocations: Vec<Revocation>,
    by_hash: HashMap<Hash, LineId>,
}

impl Model {
    /// Takes down a line.
    pub fn note(&mut self, line: Line) -> LineId {
        let id = self.lines.len();
        self.by_hash.insert(line.hash, id);
        self.lines.push(line);
        id
    }

    /// The line with a hash.
    #[must_use]
    pub fn find(&self, hash: Hash) -> Option<LineId> {
        self.by_hash.get(&hash).copied()
    }

    /// The lines with these hashes; none if one of them was never written.
    #[must_use]
    pub fn find_all(&self, hashes: &[Hash]) -> Option<Lines> {
        hashes.iter().map(|hash| self.find(*hash)).collect()
    }

    /// Of some lines of a channel those that hang together from their headers on.
    #[must_use]
    pub fn whole(&self, some: &Lines, channel: ChannelId) -> Lines {
        let mut whole = Lines::default();
        // A line is always younger than the one before it.
        for id in some.iter() {
            let line = &self.lines[id];
            if line.channel == channel && line.prior.is_none_or(|prior| whole.has(prior)) {
                whole.add(id);
            }
        }
        whole
    }

    /// Of lines that hang together, those whose whole past is among them.
    #[must_use]
    pub fn applied(&self, here: &Lines) -> Lines {
        let mut applied = Lines::default();
        for id in here.iter() {
            let line = &self.lines[id];
            let after_prior = line.prior.is_none_or(|prior| applied.has(prior));
            if after_prior && !line.waits_for_ever && applied.has_all(&line.past) {
                applied.add(id);
            }
        }
        applied
    }

    fn is_revoked(&self, id: LineId, applied: &Lines) -> bool {
        let line = &self.lines[id];
        self.revocations.iter().any(|notice| {
            let concerns = notice.device == line.device && self.lines[notice.line].channel == line.channel;
            concerns && applied.has(notice.line) && line.n > 0 && !notice.standing.has(id)
        })
    }

    /// What became of each change.
    #[must_use]
    pub fn states(&self, applied: &Lines) -> BTreeMap<At, State> {
        let mut states = BTreeMap::new();
        for id in applied.iter() {
            let revoked = self.is_revoked(id, applied);
            for write in &self.lines[id].writes {
                let orphan = match &write.cell.0 {
                    Record::Made(maker, _) => *maker != id && self.is_revoked(*maker, applied),
                    _ => false,
                };
                let state = match write.rule {
                    _ if orphan => State::Quarantined("no_such_record"),
                    Rule::Forbidden(reason) => State::Quarantined(reason),
                    _ if revoked => State::Quarantined("revoked"),
                    Rule::Newer => State::Deferred,
                    Rule::Permitted => State::Head,
                };
                if state == State::Head {
                    for prev in &write.prev {
                        if states.get(prev) == Some(&State::Head) {
                            states.insert(*prev, State::Superseded);
                        }
                    }
                }
                states.insert(At(id, write.k), state);
            }
        }
        states
    }

    /// The change at a place.
    #[must_use]
    pub fn write(&self, at: At) -> Option<&Write> {
        self.lines.get(at.0)?.writes.iter().find(|write| write.k == at.1)
    }

    /// The heads of each cell.
    #[must_use]
    pub fn heads(&self, states: &BTreeMap<At, State>) -> BTreeMap<Cell, Vec<At>> {
        let mut heads: BTreeMap<Cell, Vec<At>> = BTreeMap::new();
        for (at, state) in states {
            if *state == State::Head
                && let Some(write) = self.write(*at)
            {
                heads.entry(write.cell.clone()).or_default().push(*at);
            }
        }
        heads
    }
}

//! Proving a file: every line against the one before it, then what it says against signatures and hashes. Needs no store
//! and no key, and holds one line and what a channel has of feeds and machines.

use super::line::{self, NOTHING, Record, Why, frame};
use super::trace::{at, misplaced, next_line, text_of};
use super::{Seal, stands};
use crate::AppError;
use crate::api::{AuditParty, AuditReport, PersonName};
use crate::home::name_of;
use crate::views::moment;
use chidao_domain::ids::{DeviceId, FeedId, Hash, from_hex};
use chidao_ledger::chain;
use chidao_ledger::entry::{Content, Entry, Header};
use chidao_ledger::trust::{Certificate, Charter, Checkpoint, Signed};
use std::collections::{HashMap, VecDeque};
use std::io::BufRead;
use std::ops::ControlFlow;

/// Lines between two looks at whoever watches.
const STEP: u64 = 256;

/// A feed or branch that was read to its end.
struct Feed {
    root: FeedId,
    of: Option<FeedId>,
    device: DeviceId,
    epoch: u64,
    n: u64,
    hash: Hash,
    /// Lines after the last for which its device vouched, of its own or of a branch of it.
    unvouched: u64,
}

/// The feed whose lines come now.
struct Current {
    name: FeedId,
    feed: Feed,
    first: u64,
    /// Nothing has come of it yet.
    empty: bool,
}

/// What was read so far.
#[derive(Default)]
struct Reading {
    opening: Option<(u32, chidao_domain::ids::ChannelId, DeviceId, String)>,
    by: PersonName,
    charter: Option<Charter>,
    machines: HashMap<DeviceId, Certificate>,
    feeds: HashMap<FeedId, Feed>,
    current: Option<Current>,
    /// Values of the entry above that have to come.
    values: VecDeque<Hash>,
    report: AuditReport,
}

/// Verifies a file: line by line, without a store and without a passphrase. The listener is told how many bytes were read,
/// and may stop it.
///
/// # Errors
/// Each names its line, counted from 1: `audit_line_changed`, `audit_line_missing`, `audit_line_moved`, `audit_line_added`,
/// `audit_cut_short`, `audit_chain_broken`, `audit_signature_wrong`, `audit_value_wrong`, `audit_untrue`. Besides
/// `audit_not_one`, `audit_too_new`, `file_unreadable`, `cancelled`.
pub fn verify(mut file: impl BufRead, watch: &mut dyn FnMut(u64) -> ControlFlow<()>) -> Result<AuditReport, AppError> {
    let mut reading = Reading::default();
    let (mut number, mut before, mut bytes) = (0, NOTHING, 0);
    let mut raw = Vec::new();
    loop {
        if !next_line(&mut file, &mut raw)? {
            return Err(match number {
                0 => AppError::new("audit_not_one"),
                _ => at("audit_cut_short", number + 1),
            });
        }
        number += 1;
        bytes += raw.len() as u64;
        if (number - 1).is_multiple_of(STEP) && watch(bytes).is_break() {
            return Err(AppError::new("cancelled"));
        }
        if number == 1 && !raw.starts_with(line::OPENING) && !looks_like_a_line(&raw) {
            return Err(AppError::new("audit_not_one"));
        }
        let framed = text_of(&raw)
            .and_then(frame)
            .filter(|framed| framed.follows(number, before));
        let Some(framed) = framed else {
            return Err(misplaced(&raw, &mut file, number, before));
        };
        // Its hash fits: it is as it was written. What it says may still be wrong, and a kind of a newer program is unknown.
        let record = framed.record().ok_or_else(|| at("audit_untrue", number))?;
        let last = reading.take(record, number, before)?;
        before = framed.hash;
        if last {
            break;
        }
    }
    if next_line(&mut file, &mut raw)? {
        return Err(at("audit_line_added", number + 1));
    }
    let _ = watch(bytes);
    reading.report.lines = number;
    Ok(reading.report)
}

/// Whether a first line is another of the file's, so that the right one can be missed.
fn looks_like_a_line(raw: &[u8]) -> bool {
    text_of(raw).and_then(frame).is_some()
}

impl Reading {
    /// Takes one line; answers whether it is the last.
    fn take(&mut self, record: Record, line: u64, before: Hash) -> Result<bool, AppError> {
        let untrue = || at("audit_untrue", line);
        if (line == 1) != matches!(record, Record::Audit { .. }) || (line == 2) != matches!(record, Record::Charter(_))
        {
            return Err(untrue());
        }
        if !self.values.is_empty() && !matches!(record, Record::Value { .. } | Record::Gone { .. }) {
            return Err(untrue());
        }
        let in_feed = matches!(
            record,
            Record::Header { .. }
                | Record::Entry { .. }
                | Record::Value { .. }
                | Record::Gone { .. }
                | Record::Checkpoint(_)
        );
        if !in_feed {
            self.close(line)?;
        }
        match record {
            Record::Audit { .. } => self.audit(record, line)?,
            Record::Charter(signed) => self.charter(&signed, line)?,
            Record::Certificate(signed) => self.certificate(&signed, line)?,
            Record::Feed { .. } => self.begin(record, line)?,
            Record::Header { feed, text, chain } => self.header(feed, &text, chain, line)?,
            Record::Entry { .. } => self.entry(record, line)?,
            Record::Value { value, salt, text } => {
                let salt: [u8; 16] = from_hex(&salt).ok_or_else(|| at("audit_value_wrong", line))?;
                if self.values.pop_front() != Some(value) || chain::value_hash(&salt, text.as_bytes()) != value {
                    return Err(at("audit_value_wrong", line));
                }
                self.report.values += 1;
            }
            Record::Gone { value, why } => {
                if self.values.pop_front() != Some(value) {
                    return Err(at("audit_value_wrong", line));
                }
                match why {
                    Why::Erased => self.report.erased += 1,
                    Why::Missing => self.report.missing += 1,
                }
            }
            Record::Checkpoint(signed) => self.checkpoint(&signed, line)?,
            Record::Quarantine { .. } => self.report.quarantined += 1,
            Record::Incident { .. } => self.report.incidents += 1,
            Record::End { .. } => {
                self.end(record, line, before)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn audit(&mut self, record: Record, line: u64) -> Result<(), AppError> {
        let Record::Audit {
            v,
            channel,
            at: moment,
            by,
            device,
            kind,
            ..
        } = record
        else {
            return Err(at("audit_untrue", line));
        };
        if v > 1 {
            return Err(AppError::new("audit_too_new").with("version", v));
        }
        self.report.channel = channel.to_string();
        self.report.kind = kind.code().to_owned();
        self.report.made_at.clone_from(&moment);
        self.by = by;
        self.opening = Some((v, channel, device, moment));
        Ok(())
    }

    fn charter(&mut self, signed: &Signed, line: u64) -> Result<(), AppError> {
        let charter = Charter::read(signed).map_err(|_| at("audit_signature_wrong", line))?;
        if self.opening.as_ref().is_none_or(|opening| opening.1 != charter.channel) {
            return Err(at("audit_untrue", line));
        }
        let party = |party: &chidao_ledger::trust::Party| AuditParty {
            unit: name_of(party),
            root: party.root.clone(),
        };
        self.report.parent = charter.parent.as_ref().map(party);
        self.report.child = charter.child.as_ref().map(party);
        self.charter = Some(charter);
        Ok(())
    }

    /// A machine that belongs to one of the channel's units.
    fn machine(&self, signed: &Signed, line: u64) -> Result<Certificate, AppError> {
        let certificate = Certificate::read(signed).map_err(|_| at("audit_signature_wrong", line))?;
        let side = self
            .charter
            .as_ref()
            .and_then(|charter| charter.side(certificate.unit, &certificate.root));
        side.map(|_| certificate)
            .ok_or_else(|| at("audit_signature_wrong", line))
    }

    fn certificate(&mut self, signed: &Signed, line: u64) -> Result<(), AppError> {
        let machine = self.machine(signed, line)?;
        self.machines.insert(machine.device, machine);
        Ok(())
    }

    fn begin(&mut self, record: Record, line: u64) -> Result<(), AppError> {
        let Record::Feed {
            feed,
            root,
            of,
            from,
            device,
            device_name,
            unit,
            epoch,
        } = record
        else {
            return Err(at("audit_untrue", line));
        };
        let before = match of {
            None => (from == 0 && root == feed).then_some((NOTHING, 0)),
            Some(of) => self
                .feeds
                .get(&of)
                .filter(|trunk| (trunk.root, trunk.device, trunk.epoch) == (root, device, epoch) && trunk.n + 1 == from)
                .map(|trunk| (trunk.hash, trunk.n)),
        };
        let (hash, n) = before.ok_or_else(|| at("audit_chain_broken", line))?;
        let machine = self.machines.get(&device).filter(|_| !self.feeds.contains_key(&feed));
        let named = machine.is_some_and(|machine| {
            let charter = self
                .charter
                .iter()
                .flat_map(|charter| [&charter.parent, &charter.child]);
            let mut parties = charter.flatten();
            machine.name == device_name && parties.any(|party| party.unit == machine.unit && party.name == unit)
        });
        if !named {
            return Err(at("audit_untrue", line));
        }
        self.current = Some(Current {
            name: feed,
            first: from,
            empty: true,
            feed: Feed {
                root,
                of,
                device,
                epoch,
                n,
                hash,
                unvouched: 0,
            },
        });
        Ok(())
    }

    fn header(&mut self, feed: FeedId, text: &str, stated: Hash, line: u64) -> Result<(), AppError> {
        let channel = self.opening.as_ref().map(|opening| opening.1);
        let header = Header::read(text).map_err(|_| at("audit_chain_broken", line))?;
        let machine = self.machine(&header.certificate, line)?;
        let broken = || at("audit_chain_broken", line);
        let current = self
            .current
            .as_mut()
            .filter(|current| current.empty && current.first == 0);
        let current = current.ok_or_else(broken)?;
        let hash = chain::header_hash(text.as_bytes());
        let fits = hash == stated
            && chain::feed_id(hash) == feed
            && feed == current.name
            && Some(header.channel) == channel
            && header.device == machine.device
            && current.feed.device == machine.device
            && current.feed.epoch == header.epoch;
        if !fits {
            return Err(broken());
        }
        current.empty = false;
        current.feed.hash = hash;
        Ok(())
    }

    fn entry(&mut self, record: Record, line: u64) -> Result<(), AppError> {
        let Record::Entry {
            feed,
            n,
            at: told_at,
            person,
            act,
            what,
            text,
            chain: stated,
            ..
        } = record
        else {
            return Err(at("audit_untrue", line));
        };
        let broken = || at("audit_chain_broken", line);
        let current = self
            .current
            .as_mut()
            .filter(|current| current.name == feed)
            .ok_or_else(broken)?;
        let hash = chain::entry_hash(current.feed.hash, text.as_bytes());
        // The first line of a branch names it, as the header names a feed.
        let named = !current.empty || (current.first > 0 && chain::feed_id(hash) == feed);
        if n != current.feed.n + 1 || hash != stated || !named {
            return Err(broken());
        }
        let entry = Entry::read(n, &text).map_err(|_| broken())?;
        if entry.by != person || entry.act != act || moment(entry.t) != told_at || line::told(&entry) != what {
            return Err(at("audit_untrue", line));
        }
        current.empty = false;
        current.feed.n = n;
        current.feed.hash = hash;
        current.feed.unvouched += 1;
        let detached = entry.items.iter().flat_map(|item| &item.changes);
        self.values.extend(detached.filter_map(|change| match change.content {
            Content::Detached(hash) => Some(hash),
            Content::Inline(_) => None,
        }));
        self.report.entries += 1;
        let first = self.report.first_at.get_or_insert_with(|| told_at.clone());
        if told_at < *first {
            first.clone_from(&told_at);
        }
        let last = self.report.last_at.get_or_insert_with(|| told_at.clone());
        if told_at > *last {
            *last = told_at;
        }
        Ok(())
    }

    fn checkpoint(&mut self, signed: &Signed, line: u64) -> Result<(), AppError> {
        let wrong = || at("audit_signature_wrong", line);
        let current = self
            .current
            .as_mut()
            .filter(|current| !current.empty)
            .ok_or_else(wrong)?;
        let machine = self.machines.get(&current.feed.device).ok_or_else(wrong)?;
        let claims: Checkpoint = signed.verify(&machine.key).map_err(|_| wrong())?;
        if !stands(&claims, current.feed.root, current.feed.n, current.feed.hash) {
            return Err(at("audit_chain_broken", line));
        }
        current.feed.unvouched = 0;
        // Whoever vouches for a line vouches for all before it, those that branches share too.
        let mut trunk = current.feed.of;
        while let Some(feed) = trunk.and_then(|of| self.feeds.get_mut(&of)) {
            feed.unvouched = 0;
            trunk = feed.of;
        }
        self.report.checkpoints += 1;
        Ok(())
    }

    /// The feed whose lines came is over.
    fn close(&mut self, line: u64) -> Result<(), AppError> {
        if let Some(current) = self.current.take() {
            if current.empty {
                return Err(at("audit_chain_broken", line));
            }
            self.report.feeds += 1;
            self.feeds.insert(current.name, current.feed);
        }
        Ok(())
    }

    fn end(&mut self, record: Record, line: u64, before: Hash) -> Result<(), AppError> {
        let Record::End {
            entries,
            feeds,
            values,
            digest,
            seal,
        } = record
        else {
            return Err(at("audit_untrue", line));
        };
        let (_, channel, device, made_at) = self.opening.as_ref().ok_or_else(|| at("audit_untrue", line))?;
        let wrong = || at("audit_signature_wrong", line);
        let machine = self.machines.get(device).ok_or_else(wrong)?;
        let sealed: Seal = seal.verify(&machine.key).map_err(|_| wrong())?;
        let whole = sealed.channel == *channel
            && sealed.device == *device
            && sealed.at == *made_at
            && sealed.lines == line - 1
            && sealed.hash == before;
        if !whole {
            return Err(wrong());
        }
        let mut tips: Vec<_> = self
            .feeds
            .iter()
            .map(|(name, feed)| (*name, feed.n, feed.hash))
            .collect();
        let counted = (self.report.entries, self.report.feeds, self.report.values);
        if counted != (entries, feeds, values) || chain::entries_digest(&mut tips) != digest {
            return Err(at("audit_untrue", line));
        }
        self.report.digest = digest.to_string();
        self.report.unvouched = self.feeds.values().map(|feed| feed.unvouched).sum();
        self.report.made_by = self.by.clone();
        self.report.made_on.clone_from(&machine.name);
        let charter = self.charter.as_ref().ok_or_else(|| at("audit_untrue", line))?;
        let parties = [&charter.parent, &charter.child];
        let unit = parties.into_iter().flatten().find(|party| party.unit == machine.unit);
        self.report.made_in = unit.map(name_of).ok_or_else(wrong)?;
        Ok(())
    }
}

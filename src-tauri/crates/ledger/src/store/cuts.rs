//! What is believed no longer: devices that were revoked, and versions of the rules that were retired. ENTRY.md, section 9.
//!
//! Both name, for each feed, the last line that stands. They are entries like any other, so what they cut off is a function
//! of the set of entries: when they come, or when what they cut off comes, everything in the channel is judged anew.

use super::apply::state;
use super::{LedgerError, Result, Writer};
use crate::entry::{Entry, Time};
use chidao_domain::authority::{Reason, Side};
use chidao_domain::ids::DeviceId;
use chidao_domain::records::Cut;
use rusqlite::{OptionalExtension, params};
use std::collections::{BTreeSet, HashMap};

/// Stands in the place of a rules version where a device's every entry is meant.
const EVERY_RULE: u32 = 0;

/// By row of feed and rules version: the last line that stands.
type Cuts = HashMap<(i64, u32), u64>;

/// What the notices of a channel come to.
#[derive(Default, PartialEq)]
struct Weighed {
    cuts: Cuts,
    /// Devices that are believed no longer.
    devices: BTreeSet<DeviceId>,
}

/// A revocation or a retirement as its record tells it, whether or not it stands itself.
struct Notice {
    record: i64,
    feed: i64,
    n: u64,
    t: Time,
    cuts: Vec<Cut>,
    of: String,
}

impl Writer<'_> {
    /// Why an entry is not to be believed, if it is not.
    pub(super) fn cut_of(&self, feed: i64, entry: &Entry) -> Option<Reason> {
        let beyond = |rules| self.cuts.get(&(feed, rules)).is_some_and(|last| entry.n > *last);
        if beyond(EVERY_RULE) {
            Some(Reason::Revoked)
        } else {
            beyond(entry.rules).then_some(Reason::Retired)
        }
    }

    /// Whether a line was written by a device that was revoked before it.
    pub(super) fn is_cut(&self, feed: i64, n: u64) -> bool {
        self.cuts.get(&(feed, EVERY_RULE)).is_some_and(|last| n > *last)
    }

    /// Brings the cuts of every channel up to what its entries say; where they changed, what was derived is undone, and
    /// has to be applied again. Answers whether any did.
    pub(super) fn settle_cuts(&mut self) -> Result<bool> {
        let mut channels: BTreeSet<i64> = self.cuts.keys().map(|(feed, _)| self.feeds[feed].channel).collect();
        {
            let mut statement = self
                .tx
                .prepare_cached("SELECT channel FROM record INDEXED BY record_notice WHERE kind <= 2")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                channels.insert(row.get(0)?);
            }
        }
        let mut changed = false;
        for channel in channels {
            let revocations = self.notices(channel, "revocation", "device")?;
            let retirements = self.notices(channel, "retirement", "rules")?;
            let before: Cuts = self
                .cuts
                .iter()
                .filter(|((feed, _), _)| self.feeds[feed].channel == channel)
                .map(|(key, n)| (*key, *n))
                .collect();
            if revocations.is_empty() && retirements.is_empty() && before.is_empty() {
                continue;
            }
            let Weighed { cuts: now, devices } = self.weigh(channel, revocations, retirements)?;
            self.tx.execute("DELETE FROM revoked WHERE channel = ?1", [channel])?;
            for device in devices {
                self.tx.execute(
                    "INSERT INTO revoked (channel, device) VALUES (?1, ?2)",
                    params![channel, device.0],
                )?;
            }
            if now == before {
                continue;
            }
            changed = true;
            for key in before.keys() {
                self.cuts.remove(key);
                self.tx
                    .execute("DELETE FROM cut WHERE feed = ?1 AND rules = ?2", params![key.0, key.1])?;
            }
            for (key, n) in now {
                self.tx.execute(
                    "INSERT INTO cut (feed, rules, n) VALUES (?1, ?2, ?3)",
                    params![key.0, key.1, n],
                )?;
                self.cuts.insert(key, n);
            }
            self.undo_derived(channel)?;
        }
        Ok(changed)
    }

    /// The notices of a kind in a channel: those that the rules permit, though their device may be revoked.
    fn notices(&mut self, channel: i64, kind: &str, of: &str) -> Result<Vec<Notice>> {
        let (kind, of, cuts) = (self.word(kind)?, self.word(of)?, self.word("cuts")?);
        let mut statement = self.tx.prepare_cached(
            "SELECT r.id, r.feed, r.n, o.t, o.c, o.value, c.value FROM record r INDEXED BY record_notice
             JOIN change o ON o.record = r.id AND o.field = ?3 AND o.feed = r.feed AND o.n = r.n
             JOIN change c ON c.record = r.id AND c.field = ?4 AND c.feed = r.feed AND c.n = r.n
             WHERE r.channel = ?1 AND r.kind = ?2 AND r.kind <= 2 AND r.owned IS NULL
               AND (o.state < ?5 OR o.reason = 'revoked') AND (c.state < ?5 OR c.reason = 'revoked')",
        )?;
        let mut rows = statement.query(params![channel, kind, of, cuts, state::QUARANTINED])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let (of, cuts): (Option<String>, Option<String>) = (row.get(5)?, row.get(6)?);
            let parsed = cuts.and_then(|text| serde_json::from_str(&text).ok());
            let (Some(of), Some(cuts)) = (of, parsed) else { continue };
            all.push(Notice {
                record: row.get(0)?,
                feed: row.get(1)?,
                n: row.get(2)?,
                t: Time(row.get(3)?, row.get(4)?),
                cuts,
                of: of.trim_matches('"').to_owned(),
            });
        }
        Ok(all)
    }

    /// The parent's word comes first, then the earlier. A notice whose own device was cut off before it does not count.
    fn weigh(&mut self, channel: i64, mut revocations: Vec<Notice>, retirements: Vec<Notice>) -> Result<Weighed> {
        let rank = |writer: &Self, notice: &Notice| {
            let feed = &writer.feeds[&notice.feed];
            (feed.side == Side::Child, notice.t, feed.device_key, feed.key, notice.n)
        };
        revocations.sort_by_key(|notice| rank(self, notice));
        let mut cuts = Cuts::new();
        let mut devices = BTreeSet::new();
        let stands = |cuts: &Cuts, feed: i64, n: u64| cuts.get(&(feed, EVERY_RULE)).is_none_or(|last| n <= *last);
        for notice in revocations {
            if !stands(&cuts, notice.feed, notice.n) {
                continue;
            }
            let Ok(device) = notice.of.parse::<DeviceId>() else {
                continue;
            };
            let mut lines = notice.cuts;
            for (feed, n, admitted) in self.admissions(notice.record)? {
                if stands(&cuts, feed, n) {
                    lines.extend(admitted);
                }
            }
            let side = self.feeds[&notice.feed].side;
            // A child revokes its own machines; the parent whom it likes.
            if side == Side::Child && !self.belongs_to_child(channel, device)? {
                continue;
            }
            devices.insert(device);
            let feeds = self.whole_feeds(channel, |feed| feed.device_key == device);
            self.cut(&mut cuts, EVERY_RULE, &feeds, &lines, (notice.feed, notice.n))?;
        }
        for notice in retirements {
            let Ok(rules) = notice.of.parse::<u32>() else { continue };
            if stands(&cuts, notice.feed, notice.n) {
                let feeds = self.whole_feeds(channel, |_| true);
                self.cut(&mut cuts, rules, &feeds, &notice.cuts, (notice.feed, notice.n))?;
            }
        }
        Ok(Weighed { cuts, devices })
    }

    /// Whether all that is known of a device in a channel was written on the child's side. One that never wrote is the child's if
    /// its certificate says so.
    fn belongs_to_child(&self, channel: i64, device: DeviceId) -> Result<bool> {
        let mut sides = self
            .feeds
            .values()
            .filter(|feed| feed.channel == channel && feed.device_key == device)
            .map(|feed| feed.side)
            .peekable();
        if sides.peek().is_some() {
            return Ok(sides.all(|side| side == Side::Child));
        }
        let unit: Option<[u8; 16]> = self
            .tx
            .prepare_cached("SELECT unit FROM device WHERE key = ?1")?
            .query_row([device.0], |row| row.get(0))
            .optional()?;
        let child = self.channels[&channel].charter.child.as_ref().map(|child| child.unit.0);
        Ok(unit.is_some() && unit == child)
    }

    fn whole_feeds(&self, channel: i64, wanted: impl Fn(&super::writer::FeedState) -> bool) -> Vec<i64> {
        let feeds = self
            .feeds
            .values()
            .filter(|feed| feed.channel == channel && feed.of.is_none());
        feeds.filter(|feed| wanted(feed)).map(|feed| feed.id).collect()
    }

    /// What was admitted after all, with the place of each change that did so.
    fn admissions(&mut self, record: i64) -> Result<Vec<(i64, u64, Vec<Cut>)>> {
        let field = self.word("admitted")?;
        let mut statement = self.tx.prepare_cached(
            "SELECT feed, n, value FROM change WHERE record = ?1 AND field = ?2 AND (state < ?3 OR reason = 'revoked')",
        )?;
        let mut rows = statement.query(params![record, field, state::QUARANTINED])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let value: Option<String> = row.get(2)?;
            if let Some(cuts) = value.and_then(|text| serde_json::from_str(&text).ok()) {
                all.push((row.get(0)?, row.get(1)?, cuts));
            }
        }
        Ok(all)
    }

    /// Cuts whole feeds after the lines named; where none is named, after the header; and never before the notice that says so.
    fn cut(&mut self, cuts: &mut Cuts, rules: u32, feeds: &[i64], lines: &[Cut], notice: (i64, u64)) -> Result<()> {
        for root in feeds {
            let key = self.feeds[root].key;
            let mut ends = Vec::new();
            if self.feeds[&notice.0].root == key {
                ends.push(notice);
            }
            for Cut(_, n, hash) in lines.iter().filter(|cut| cut.0 == key) {
                if let Some(row) = self.row_of_line(*root, *n, *hash)? {
                    ends.push((row, *n));
                }
            }
            let rows: Vec<(i64, u64, u64)> = self
                .feeds
                .values()
                .filter(|feed| feed.root == key)
                .map(|feed| (feed.id, feed.from_n, feed.received_n))
                .collect();
            for (row, from, last) in rows {
                let kept = ends.iter().map(|(end, n)| {
                    if *end == row {
                        *n
                    } else if self.descends(*end, row) {
                        last
                    } else {
                        0
                    }
                });
                let kept = kept.max().unwrap_or(0).max(from.saturating_sub(1));
                let cut = cuts.entry((row, rules)).or_insert(kept);
                *cut = kept.min(*cut);
            }
        }
        Ok(())
    }

    /// How far each feed of a device has come in a channel: what a revocation or retirement written now lets stand. Without a
    /// device, the feeds of all.
    pub fn lines_standing(
        &mut self,
        channel: chidao_domain::ids::ChannelId,
        device: Option<DeviceId>,
    ) -> Result<Vec<Cut>> {
        let channel = self.channel(channel)?.id;
        let mut all: Vec<Cut> = self
            .feeds
            .values()
            .filter(|feed| feed.channel == channel && device.is_none_or(|device| feed.device_key == device))
            .filter(|feed| self.branches(feed.id).is_empty())
            .map(|feed| Cut(feed.root, feed.received_n, feed.received_hash))
            .collect();
        all.sort_by_key(|cut| (cut.0, cut.1, cut.2.0));
        Ok(all)
    }

    /// Whether a device is believed no longer, in any channel.
    pub fn is_revoked(&self, device: DeviceId) -> Result<bool> {
        Ok(self
            .tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM revoked WHERE device = ?1)")?
            .query_row([device.0], |row| row.get(0))?)
    }

    /// Applies until neither entries nor cuts move any more.
    pub(super) fn until_settled(&mut self, mut apply: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        // Which notices there are does not depend on the cuts: the second round finds nothing to change.
        for _ in 0..ROUNDS {
            apply(self)?;
            if !self.settle_cuts()? {
                return Ok(());
            }
        }
        Err(LedgerError::Inconsistent("revocations do not settle".into()))
    }
}

const ROUNDS: usize = 3;

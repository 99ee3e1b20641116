//! Writing the file: one pass over what lies in the store, line by line.

use super::line::{self, NOTHING, Record, Why};
use super::{Seal, WorkStep};
use crate::AppError;
use crate::api::PersonName;
use crate::home::{App, Open, name_of};
use crate::review::Noted;
use crate::views::{Views, moment};
use crate::work::Watch;
use chidao_domain::ids::{Hash, to_hex};
use chidao_ledger::chain;
use chidao_ledger::entry::{Content, Entry, Header};
use chidao_ledger::store::cells::ChannelInfo;
use chidao_ledger::store::exchange::{self, Tip};
use chidao_ledger::store::history::{self, Beside};
use chidao_ledger::store::{Connection, LedgerError, lines, local};
use chidao_ledger::trust::Signed;
use std::collections::HashMap;
use std::io::Write;

/// Entries between two looks at whoever watches.
const STEP: u64 = 64;

/// What was written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub lines: u64,
    pub entries: u64,
    pub feeds: u64,
    pub values: u64,
    pub erased: u64,
    pub missing: u64,
}

/// The file as far as it is written.
struct Page<'a> {
    out: &'a mut dyn Write,
    hash: Hash,
    counts: Counts,
}

impl Page<'_> {
    fn put(&mut self, record: &Record) -> Result<(), LedgerError> {
        self.counts.lines += 1;
        let (text, hash) = line::write(self.counts.lines, self.hash, record)
            .map_err(|error| LedgerError::Inconsistent(format!("a line of the audit cannot be written: {error}")))?;
        self.out.write_all(text.as_bytes())?;
        self.hash = hash;
        Ok(())
    }
}

/// Writes the whole history of a channel.
///
/// # Errors
/// `cancelled`; `disk_full`, `file_not_written`; those of reading the store.
pub(super) fn write(
    app: &App,
    open: &Open,
    channel: &ChannelInfo,
    out: &mut dyn Write,
    watch: &mut Watch<'_>,
) -> Result<Counts, AppError> {
    let signer = open.signer()?;
    let at = app.now_text();
    let written = open.store.read(|connection| {
        let mut page = Page {
            out,
            hash: NOTHING,
            counts: Counts::default(),
        };
        head(&mut page, open, channel, &at)?;
        page.put(&Record::Charter(channel.signed.clone()))?;
        let mut certificates = history::certificates(connection, channel.id)?;
        if !certificates.contains(&open.profile.certificate) {
            certificates.push(open.profile.certificate.clone());
        }
        for certificate in certificates {
            page.put(&Record::Certificate(certificate))?;
        }
        let mut views = Views::new(connection, open)?;
        let feeds = history::feeds(connection, channel.id)?;
        let total = feeds.iter().map(|tip| tip.n - tip.from_n + 1).sum();
        let names: HashMap<i64, &Tip> = feeds.iter().map(|tip| (tip.id, tip)).collect();
        for tip in &feeds {
            let of = tip.of.and_then(|of| names.get(&of).copied());
            feed(
                &mut page,
                connection,
                &mut views,
                channel,
                (tip, of),
                &mut |done| match watch.step(WorkStep::Replaying, done, total).is_break() {
                    true => Err(LedgerError::Cancelled),
                    false => Ok(()),
                },
            )?;
        }
        history::each_unapplied(connection, channel.id, |at, reason| {
            page.put(&Record::Quarantine {
                at: at.to_string(),
                reason: reason.unwrap_or_else(|| "newer_rules".to_owned()),
            })
        })?;
        incidents(&mut page, connection, channel)?;
        let seal = signer.sign(Seal {
            v: 1,
            channel: channel.key,
            lines: page.counts.lines,
            hash: page.hash,
            device: open.profile.device,
            at: at.clone(),
        })?;
        end(&mut page, &feeds, seal)?;
        Ok::<_, LedgerError>(page.counts)
    });
    written.map_err(|error| match error {
        LedgerError::File(error) => AppError::of_writing("file_not_written", &error)
            .with("path", "")
            .retryable(),
        error => error.into(),
    })
}

fn head(page: &mut Page<'_>, open: &Open, channel: &ChannelInfo, at: &str) -> Result<(), LedgerError> {
    page.put(&Record::Audit {
        v: 1,
        channel: channel.key,
        kind: channel.charter.kind,
        parent: channel.charter.parent.as_ref().map(name_of),
        child: channel.charter.child.as_ref().map(name_of),
        at: at.to_owned(),
        by: open.profile.person_name.clone(),
        device: open.profile.device,
    })
}

fn end(page: &mut Page<'_>, feeds: &[Tip], seal: Signed) -> Result<(), LedgerError> {
    let mut tips: Vec<_> = feeds.iter().map(|tip| (tip.feed, tip.n, tip.hash)).collect();
    page.put(&Record::End {
        entries: page.counts.entries,
        feeds: page.counts.feeds,
        values: page.counts.values,
        digest: chain::entries_digest(&mut tips),
        seal,
    })
}

/// One feed, or one branch: its lines, each with its values, and every word of its device.
fn feed(
    page: &mut Page<'_>,
    connection: &Connection,
    views: &mut Views<'_>,
    channel: &ChannelInfo,
    (tip, of): (&Tip, Option<&Tip>),
    told: &mut dyn FnMut(u64) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    page.counts.feeds += 1;
    let info = views.feeds.get(connection, tip.id)?.clone();
    let parties = [&channel.charter.parent, &channel.charter.child];
    let party = parties.into_iter().flatten().find(|party| party.unit == info.unit);
    page.put(&Record::Feed {
        feed: tip.feed,
        root: tip.root,
        of: of.map(|of| of.feed),
        from: tip.from_n,
        device: tip.device,
        device_name: info.device_name,
        unit: party.map(|party| party.name.clone()).unwrap_or_default(),
        epoch: exchange::epoch_of(connection, tip.id)?,
    })?;
    let words = history::vouched(connection, tip)?;
    let mut hash = of.map(|of| of.hash);
    lines::each(connection, tip.id, tip.from_n, tip.n, |n, text| {
        let here = match hash {
            None => chain::header_hash(text.as_bytes()),
            Some(before) => chain::entry_hash(before, text.as_bytes()),
        };
        hash = Some(here);
        if n == 0 {
            // Read for its own sake: what is not one has no place here.
            Header::read(text).map_err(|bad| bad_line(tip, bad))?;
            page.put(&Record::Header {
                feed: tip.feed,
                text: text.to_owned(),
                chain: here,
            })?;
        } else {
            entry(page, connection, views, tip, (n, text, here))?;
        }
        for (vouched, signed) in words.get(&n).into_iter().flatten() {
            if *vouched == here {
                page.put(&Record::Checkpoint(signed.clone()))?;
            }
        }
        if page.counts.entries.is_multiple_of(STEP) {
            told(page.counts.entries)?;
        }
        Ok(true)
    })
}

fn bad_line(tip: &Tip, bad: chidao_ledger::entry::BadLine) -> LedgerError {
    LedgerError::BadLine {
        feed: tip.root.to_string(),
        bad,
    }
}

fn entry(
    page: &mut Page<'_>,
    connection: &Connection,
    views: &mut Views<'_>,
    tip: &Tip,
    (n, text, chain): (u64, &str, Hash),
) -> Result<(), LedgerError> {
    let entry = Entry::read(n, text).map_err(|bad| bad_line(tip, bad))?;
    let info = views.feeds.get(connection, tip.id)?.clone();
    let by: PersonName = views.person(info.channel, entry.by)?;
    page.counts.entries += 1;
    page.put(&Record::Entry {
        feed: tip.feed,
        n,
        at: moment(entry.t),
        by,
        person: entry.by,
        act: entry.act.clone(),
        what: line::told(&entry),
        text: text.to_owned(),
        chain,
    })?;
    let changes = entry.items.iter().flat_map(|item| &item.changes);
    for (k, change) in (0..).zip(changes) {
        let Content::Detached(hash) = change.content else {
            continue;
        };
        let record = match history::value_at(connection, tip.id, n, k, hash)? {
            Beside::Here(value) => {
                page.counts.values += 1;
                Record::Value {
                    value: hash,
                    salt: to_hex(&value.salt),
                    text: value.value,
                }
            }
            Beside::Erased => {
                page.counts.erased += 1;
                Record::Gone {
                    value: hash,
                    why: Why::Erased,
                }
            }
            Beside::Missing => {
                page.counts.missing += 1;
                Record::Gone {
                    value: hash,
                    why: Why::Missing,
                }
            }
        };
        page.put(&record)?;
    }
    Ok(())
}

/// What this machine noted of the channel: forks, and digests that differed.
fn incidents(page: &mut Page<'_>, connection: &Connection, channel: &ChannelInfo) -> Result<(), LedgerError> {
    let noted: Vec<(String, String, Noted)> = local::incidents(connection)?
        .into_iter()
        .filter_map(|(at, kind, line)| Some((at, kind, serde_json::from_str(&line).ok()?)))
        .collect();
    for fork in exchange::forks(connection)? {
        if fork.channel != channel.id {
            continue;
        }
        let found = noted
            .iter()
            .find(|(_, kind, about)| kind == "fork" && about.feed == Some(fork.feed) && about.n == fork.n);
        page.put(&Record::Incident {
            kind: "fork".to_owned(),
            at: found.map(|(at, _, _)| at.clone()),
            feed: Some(fork.feed),
            n: fork.n,
            branches: fork.branches.iter().map(|(branch, _)| *branch).collect(),
        })?;
    }
    for (at, kind, about) in &noted {
        if kind != "fork" && about.channel == channel.key.to_string() {
            page.put(&Record::Incident {
                kind: kind.clone(),
                at: Some(at.clone()),
                feed: about.feed,
                n: about.n,
                branches: Vec::new(),
            })?;
        }
    }
    Ok(())
}

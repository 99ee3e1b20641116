//! A bundle in: verified first, then one transaction; refused without a trace but a line in the journal.

use super::{Note, code_confirmed, sets};
use crate::api::*;
use crate::backup::Beside;
use crate::home::{App, Open};
use crate::review::Noted;
use crate::staging::Place;
use crate::work::Watch;
use crate::{AppError, channels, register};
use chidao_bundle as file;
use chidao_domain::ids::{ChannelId, FeedId, Hash, RecordId, UnitId, from_hex};
use chidao_ledger::entry::DetachedValue;
use chidao_ledger::store::append::Wish;
use chidao_ledger::store::apply::Applied;
use chidao_ledger::store::cells::{self, Words};
use chidao_ledger::store::receive::{Range, Taken};
use chidao_ledger::store::{LedgerError, Writer, awaited, exchange, lack, local};
use chidao_ledger::trust::{Certificate, Charter, Checkpoint, Signed};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;
use std::ops::ControlFlow;

/// Bytes of lines that a bundle may hold whatever its length: they lie in memory until all of it was read.
const LINES_ALLOWANCE: u64 = 64 << 20;
/// Beyond that, bytes of lines for each byte of the file. Every line carries hashes or salts, which no packing makes smaller.
const LINES_RATIO: u64 = 100;

/// Either side's failure while members stream in.
pub(super) enum Failure {
    App(AppError),
    Ledger(LedgerError),
}

impl From<file::BundleError> for Failure {
    fn from(error: file::BundleError) -> Failure {
        Failure::App(error.into())
    }
}
impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Failure {
        Failure::Ledger(error)
    }
}
impl From<AppError> for Failure {
    fn from(error: AppError) -> Failure {
        Failure::App(error)
    }
}
impl From<Failure> for AppError {
    fn from(failure: Failure) -> AppError {
        match failure {
            Failure::App(error) => error,
            Failure::Ledger(error) => error.into(),
        }
    }
}

pub(super) fn ledger_hash(hash: file::Hash) -> Result<Hash, AppError> {
    hash.to_string()
        .parse()
        .map_err(|error| AppError::internal("hash", &error))
}

pub(super) fn ledger_id(id: file::Id) -> Result<[u8; 16], AppError> {
    from_hex(&id.to_string()).ok_or_else(|| AppError::new("internal").with("place", "id"))
}

/// What came of the channel's constitution, lines and values; collected while the members stream in.
#[derive(Default)]
struct Parts {
    charters: HashMap<String, Signed>,
    lines: HashMap<u32, String>,
    checkpoints: HashMap<u32, Signed>,
    blobs: Vec<Hash>,
}

impl App {
    pub(crate) fn do_bundle_verify(&self, request: FileRef, watch: &mut Watch<'_>) -> Result<BundleReport, AppError> {
        let open = self.opened()?;
        let (report, _) = self
            .read_only(&open, &request.file, watch)
            .map_err(|error| self.or_own(&open, &request.file, error))?;
        let before = open
            .store
            .read(|c| local::imported(c, ledger_hash_or_zero(&report.manifest_hash)))?;
        let mut told = self.told(&report.manifest, &report.manifest_hash.to_string())?;
        told.imported_before_at = before.map(|line| line.at);
        Ok(told)
    }

    fn read_only(&self, open: &Open, token: &str, watch: &mut Watch<'_>) -> Result<(file::Report, u64), AppError> {
        let input = self.bundle_bytes(token)?;
        let identities = open.keys.identities()?;
        let report = file::verify(
            input,
            &identities,
            |manifest| self.trust(open, manifest),
            &file::Limits::default(),
            &mut reading(watch),
        )?;
        let size = report.file_size;
        Ok((report, size))
    }

    fn bundle_bytes(&self, token: &str) -> Result<Box<dyn Read>, AppError> {
        match self.staged(token)?.place {
            Place::File(path) => {
                let file = std::fs::File::open(path).map_err(|_| AppError::new("file_gone").with("file", token))?;
                Ok(Box::new(file))
            }
            // Not an age file: let the reader say what it is not.
            Place::Memory(bytes) => Ok(Box::new(std::io::Cursor::new(bytes))),
            Place::Blob(_) | Place::Sealed(_) => Ok(Box::new(std::io::Cursor::new(
                self.file_bytes(token, 1 << 20).unwrap_or_default(),
            ))),
        }
    }

    /// Which key a sender must have signed with: that of its certificate, if its unit is known, or may enrol this one.
    fn trust(&self, open: &Open, manifest: &file::Manifest) -> Result<file::keys::VerifyingKey, file::Refusal> {
        self.trusted(open, manifest).map_err(file::Refusal::new)
    }

    fn trusted(&self, open: &Open, manifest: &file::Manifest) -> Result<file::keys::VerifyingKey, AppError> {
        let sender = &manifest.sender;
        let stranger = || {
            AppError::new("bundle_stranger")
                .with("unit", &sender.unit_name)
                .with("device", &sender.device_name)
        };
        if ledger_id(manifest.to.unit)? != open.profile.unit().0 {
            return Err(AppError::new("bundle_not_for_us").with("to", &manifest.to.name));
        }
        let signed = Signed {
            text: sender.certificate.text.clone(),
            sig: sender.certificate.sig.clone(),
        };
        let certificate = Certificate::read(&signed).map_err(|_| stranger())?;
        let belongs = certificate.unit.0 == ledger_id(sender.unit)?
            && certificate.device.0 == ledger_id(sender.device)?
            && certificate.key == sender.key;
        if !belongs {
            return Err(stranger());
        }
        let channels = open.store.read(cells::channels)?;
        let known = channels
            .iter()
            .any(|channel| channel.charter.side(certificate.unit, &certificate.root).is_some());
        // A parent that answers is a stranger until its charter, signed by the same root, is read with the rest.
        let may_enrol = open.profile.upward.is_some_and(|upward| {
            channels
                .iter()
                .any(|channel| channel.key == upward && channel.charter.parent.is_none())
                && manifest
                    .channels
                    .iter()
                    .any(|channel| ledger_id(channel.channel).is_ok_and(|id| id == upward.0))
        });
        if !known && !may_enrol {
            return Err(stranger());
        }
        let machines = open.store.read(|c| exchange::every_device(c, certificate.unit))?;
        if machines
            .iter()
            .any(|(device, revoked)| device.key == certificate.device && *revoked)
        {
            return Err(AppError::new("bundle_device_revoked")
                .with("unit", &sender.unit_name)
                .with("device", &sender.device_name));
        }
        sender.key.parse().map_err(|_| stranger())
    }

    pub(crate) fn do_bundle_import(&self, request: FileRef, watch: &mut Watch<'_>) -> Result<BundleReport, AppError> {
        let open = self.opened()?;
        let ready = self.file(&request.file)?;
        let mut note = Note {
            file_name: ready.name.clone(),
            size: ready.size,
            ..Note::default()
        };
        match self.take_in_bundle(&open, &request.file, &mut note, watch) {
            Ok(report) => {
                self.drop_staged(&request.file);
                Ok(report)
            }
            // Who thought better of it was not refused.
            Err(error) if error.code == "cancelled" => Err(error),
            Err(error) => {
                let error = self.or_own(&open, &request.file, error);
                note.refusal = Some(error.code.clone());
                note.params = error.params.clone();
                self.write_journal("refused", false, None, None, &note)?;
                // Nobody offers it again unless trying again may help: it need not wait for the end of the run.
                if !error.retryable {
                    self.drop_refused(&open, &request.file)?;
                }
                Err(error)
            }
        }
    }

    pub(crate) fn take_in_bundle(
        &self,
        open: &Open,
        token: &str,
        note: &mut Note,
        watch: &mut Watch<'_>,
    ) -> Result<BundleReport, AppError> {
        self.beside_backup(open, |backup| self.take_in_beside(open, token, note, watch, backup))
    }

    fn take_in_beside(
        &self,
        open: &Open,
        token: &str,
        note: &mut Note,
        watch: &mut Watch<'_>,
        backup: &mut Beside<'_, '_>,
    ) -> Result<BundleReport, AppError> {
        let identities = open.keys.identities()?;
        let input = self.bundle_bytes(token)?;
        let opened = file::open(
            input,
            &identities,
            |manifest| self.trust(open, manifest),
            &file::Limits::default(),
        )?;
        let manifest = opened.manifest().clone();
        check_lines(&manifest, note.size)?;
        let manifest_hash = ledger_hash(opened.manifest_hash())?;
        let sender_unit = UnitId(ledger_id(manifest.sender.unit)?);
        note.unit = Some(sender_name(&manifest));
        note.number = Some(manifest.number);
        note.volume = sets::volume_of(&manifest, manifest_hash);
        note.device = manifest.sender.device.to_string();
        if let Some(before) = open.store.read(|c| local::imported(c, manifest_hash))? {
            // Read to the end all the same: a damaged copy must not pass for the whole one.
            opened.members(&mut reading(watch), |_, _| Ok::<_, file::BundleError>(()))?;
            let mut report = self.told(&manifest, &manifest_hash.to_string())?;
            report.outcome = BundleOutcome::AlreadyImported;
            report.imported_before_at = Some(before.at);
            note.entries = report.entries;
            note.blobs = report.blobs;
            self.write_journal("already_imported", false, Some(sender_unit), Some(manifest_hash), note)?;
            tell_of_set(open, &manifest, note, &mut report)?;
            return Ok(report);
        }
        if let Some(volume) = &note.volume {
            for has in manifest.channels.iter().flat_map(|channel| &channel.acknowledged) {
                note.sender_has.push((FeedId(ledger_id(has.feed)?), has.n));
            }
            open.store
                .read(|c| sets::check(c, volume, &note.device, manifest_hash))?;
        }
        let conflicts_before = self.do_session()?.conflicts;
        let mut report = self.told(&manifest, &manifest_hash.to_string())?;
        let enrolled_before = open.store.read(|connection| {
            Ok::<_, LedgerError>(
                channels::upward(connection, &open.profile)?.is_some_and(|c| c.charter.parent.is_some()),
            )
        })?;
        backup.begin()?;
        let mut arrived = Vec::new();
        open.store
            .write(|writer| {
                writer.by_the_clock(self.now_millis());
                let mut parts = Parts::default();
                let mut channel_rows = known_rows(writer, &manifest);
                opened.members(&mut reading(watch), |incoming, bytes| {
                    if let file::MemberName::Blob { hash } = incoming.name
                        && manifest.updates.contains(&hash)
                    {
                        arrived.extend(self.update_arrives(hash, bytes).map_err(file::BundleError::from)?);
                        return Ok::<_, Failure>(());
                    }
                    take_member(writer, &channel_rows, &mut parts, &incoming, bytes)?;
                    // Charters come before what hangs on their channels.
                    if let file::MemberName::CharterSignature { channel } = incoming.name
                        && let Some(charter) = parts.charters.remove(&channel.to_string())
                    {
                        let of_sibling = sender_unit == open.profile.unit();
                        self.accept_charter(open, writer, ChannelId(ledger_id(channel)?), &charter, of_sibling)?;
                        channel_rows = known_rows(writer, &manifest);
                    }
                    Ok::<_, Failure>(())
                })?;
                let contents = std::mem::take(&mut parts.blobs);
                let applied = self.take_parts(open, writer, &manifest, parts, &mut report, watch)?;
                report.applied = applied.changes as u32;
                report.quarantined = applied.quarantined as u32;
                report.waiting = applied.waiting as u32;
                self.note_acknowledgements(writer, &manifest)?;
                report.confirmed = code_confirmed::take(&open.profile, writer, &manifest, &self.now_text())?;
                report.taken_up = self.take_up(open, writer, &manifest)?;
                for fork in writer.found_forks().to_vec() {
                    let noted = Noted {
                        feed: Some(fork.feed),
                        n: fork.n,
                        channel: String::new(),
                    };
                    self.note_incident(writer, "fork", &noted)?;
                    report.forks += 1;
                }
                // With what it tells of: a bundle that was taken in is in the journal, whatever happens afterwards.
                note.entries = report.entries;
                note.blobs = report.blobs;
                let line = self.journal_line("imported", false, Some(sender_unit), Some(manifest_hash), note)?;
                writer.journal(&line)?;
                // What nothing names was erased since it was sent, unless what names it is still on its way.
                let more_to_come = match &note.volume {
                    Some(volume) => !sets::missing(writer.connection(), volume, &note.device)?.is_empty(),
                    None => false,
                };
                if report.waiting == 0 && !more_to_come && lack::lacking(writer.connection())?.is_empty() {
                    writer.sweep_unnamed(&contents)?;
                }
                backup.wait()?;
                Ok::<_, Failure>(())
            })
            .map_err(AppError::from)?;
        self.updates_arrived(open, arrived, &manifest.sender.unit_name);
        report.outcome = BundleOutcome::Imported;
        report.conflicts = self.do_session()?.conflicts.saturating_sub(conflicts_before);
        for described in &manifest.channels {
            if self.compare(open, described, &mut report)? != Some(false) {
                continue;
            }
            let noted = Noted {
                feed: None,
                n: 0,
                channel: described.channel.to_string(),
            };
            // Where there is no room for it, the report tells it all the same, and the next bundle finds it again.
            let _: Result<(), LedgerError> = open.store.write(|writer| self.note_incident(writer, "digest", &noted));
        }
        report.enrolled = !enrolled_before
            && self.do_session()?.enrolment == EnrolmentState::Unverified
            && open.profile.upward.is_some();
        report.unverified = self.unverified(open, sender_unit)?;
        tell_of_set(open, &manifest, note, &mut report)?;
        Ok(report)
    }

    fn unverified(&self, open: &Open, unit: UnitId) -> Result<bool, AppError> {
        Ok(open.store.read(|connection| {
            for channel in channels::pairs(connection)? {
                let at_end =
                    channels::other(&channel, open.profile.unit()).is_some_and(|(_, party)| party.unit == unit);
                if at_end && channels::enrolment(connection, &channel)?.0 != EnrolmentState::Confirmed {
                    return Ok(true);
                }
            }
            Ok::<_, LedgerError>(false)
        })?)
    }

    /// What a manifest says, before anything is done with it.
    fn told(&self, manifest: &file::Manifest, manifest_hash: &str) -> Result<BundleReport, AppError> {
        let entries = manifest
            .ranges()
            .map(|range| range.last + 1 - range.first.max(1))
            .sum::<u64>();
        let mut counts = BTreeMap::new();
        let mut as_of = None;
        for totals in manifest.channels.iter().filter_map(|channel| channel.totals.as_ref()) {
            as_of = Some(totals.as_of.clone());
            for (name, count) in &totals.counts {
                let sum: &mut i64 = counts.entry(name.clone()).or_default();
                *sum = sum.saturating_add(*count);
            }
        }
        let blobs = manifest
            .members
            .iter()
            .filter(|member| member.name.starts_with("blobs/"))
            .count();
        Ok(BundleReport {
            outcome: BundleOutcome::Verified,
            manifest_hash: manifest_hash.to_owned(),
            number: manifest.number,
            sender: sender_name(manifest),
            sender_person: manifest.sender.person_name.clone(),
            sender_device: manifest.sender.device_name.clone(),
            made_at: manifest.at.clone(),
            volume: None,
            missing_volumes: Vec::new(),
            awaited: 0,
            imported_before_at: None,
            entries: u32::try_from(entries).unwrap_or(u32::MAX),
            new_entries: 0,
            waiting: 0,
            blobs: blobs as u32,
            applied: 0,
            quarantined: 0,
            conflicts: 0,
            taken_up: 0,
            totals: counts,
            totals_as_of: as_of,
            totals_agree: None,
            digests_agree: None,
            forks: 0,
            unverified: false,
            enrolled: false,
            confirmed: Vec::new(),
        })
    }

    fn take_parts(
        &self,
        open: &Open,
        writer: &mut Writer<'_>,
        manifest: &file::Manifest,
        mut parts: Parts,
        report: &mut BundleReport,
        watch: &mut Watch<'_>,
    ) -> Result<Applied, Failure> {
        let sender = UnitId(ledger_id(manifest.sender.unit)?);
        let certificate = Signed {
            text: manifest.sender.certificate.text.clone(),
            sig: manifest.sender.certificate.sig.clone(),
        };
        let root = Certificate::read(&certificate).map_err(LedgerError::from)?.root;
        let mut number = 0;
        for described in &manifest.channels {
            let channel = ChannelId(ledger_id(described.channel)?);
            // Whoever sends a channel must belong to it, by the same root: this is where a stranger's answer ends.
            let belongs = match writer.channel(channel) {
                Ok(state) => state.charter.side(sender, &root).is_some(),
                Err(_) => false,
            };
            if !belongs {
                let refusal = if open.profile.upward == Some(channel) {
                    AppError::new("bundle_stranger").with("unit", &manifest.sender.unit_name)
                } else {
                    AppError::new("bundle_foreign_channel").with("channel", channel)
                };
                return Err(refusal.into());
            }
            for range in &described.ranges {
                number += 1;
                let missing = || AppError::new("bundle_malformed").with("member", number);
                let vouched: Checkpoint = parts
                    .checkpoints
                    .get(&number)
                    .ok_or_else(missing)?
                    .claims()
                    .map_err(LedgerError::from)?;
                // What the manifest says of a range is what its device says: the sender pins it, and nobody else.
                if vouched.n != range.last || vouched.hash != ledger_hash(range.hash)? {
                    return Err(AppError::new("bad_range")
                        .with("feed", range.feed)
                        .with("detail", "its end is another than the manifest says")
                        .into());
                }
                let taken = writer.take_range(&Range {
                    channel,
                    feed: FeedId(ledger_id(range.feed)?),
                    first: range.first,
                    before: range.before.map(ledger_hash).transpose()?,
                    lines: parts.lines.remove(&number).ok_or_else(missing)?,
                    checkpoint: parts.checkpoints.remove(&number).ok_or_else(missing)?,
                })?;
                if let Taken::New(lines) = taken {
                    report.new_entries += u32::try_from(lines).unwrap_or(u32::MAX);
                }
            }
        }
        writer.take_device(&certificate)?;
        Ok(writer.apply_watched(&mut |done, total| watch.step(WorkStep::Applying, done, total))?)
    }

    /// A charter is accepted for a channel that is here, or, from another machine of this unit, for any in which this unit has a
    /// side.
    fn accept_charter(
        &self,
        open: &Open,
        writer: &mut Writer<'_>,
        channel: ChannelId,
        signed: &Signed,
        of_sibling: bool,
    ) -> Result<(), Failure> {
        let charter = Charter::read(signed).map_err(LedgerError::from)?;
        let ours = charter.side(open.profile.unit(), &open.profile.party.root).is_some();
        if charter.channel != channel || !ours || (!of_sibling && writer.channel(channel).is_err()) {
            return Err(AppError::new("bundle_foreign_channel").with("channel", channel).into());
        }
        writer.take_charter(signed)?;
        Ok(())
    }

    fn note_acknowledgements(&self, writer: &mut Writer<'_>, manifest: &file::Manifest) -> Result<(), Failure> {
        let certificate = Signed {
            text: manifest.sender.certificate.text.clone(),
            sig: manifest.sender.certificate.sig.clone(),
        };
        let (device, _) = writer.take_device(&certificate)?;
        let at = self.now_text();
        let key = Certificate::read(&certificate).map_err(LedgerError::from)?.device;
        // A machine that was restored has less than it said before.
        let restored = writer.found_forks().iter().any(|fork| fork.device == key);
        for channel in &manifest.channels {
            let of = ChannelId(ledger_id(channel.channel)?);
            let ends = channel
                .acknowledged
                .iter()
                .map(|has| Ok((FeedId(ledger_id(has.feed)?), has.n, ledger_hash(has.hash)?)))
                .collect::<Result<Vec<_>, Failure>>()?;
            writer.hear_ends(device, of, &ends)?;
            let asking = channel.lacks.iter().map(|lacks| Ok(FeedId(ledger_id(lacks.feed)?)));
            let asking = asking.collect::<Result<Vec<_>, Failure>>()?;
            writer.hear_asking(device, &asking, &ends)?;
            if !writer.hear_acknowledgements(device, of, manifest.epoch, restored)? {
                continue;
            }
            for (feed, n, hash) in ends {
                writer.note_acknowledgement(device, feed, (n, hash), &at, manifest.epoch)?;
            }
            let asked: Vec<Hash> = channel
                .lacks_blobs
                .iter()
                .map(|hash| ledger_hash(*hash))
                .collect::<Result<_, _>>()?;
            writer.hear_asked(device, of, &asked)?;
        }
        Ok(())
    }

    /// The parent takes up the recommendations that came: its receipt, which goes back with its next bundle.
    fn take_up(&self, open: &Open, writer: &mut Writer<'_>, manifest: &file::Manifest) -> Result<u32, Failure> {
        let today = self.today().to_string();
        let mut count = 0;
        // What another machine of this unit passes on it takes up itself, or has.
        if ledger_id(manifest.sender.unit)? == open.profile.unit().0 {
            return Ok(0);
        }
        for described in &manifest.channels {
            let channel = ChannelId(ledger_id(described.channel)?);
            let state = writer.channel(channel)?;
            if state
                .charter
                .parent
                .as_ref()
                .is_none_or(|parent| parent.unit != open.profile.unit())
            {
                continue;
            }
            let row = state.id;
            let wishes: Vec<Wish> = {
                let connection = writer.connection();
                let words = Words::load(connection)?;
                let mut feeds = cells::Feeds::default();
                let mut wishes = Vec::new();
                for record in cells::records_of(connection, &words, "recommendation")? {
                    let info = cells::record_info(connection, &words, record)?;
                    let heads = cells::heads(connection, &words, &mut feeds, record)?;
                    if info.channel == row && !heads.contains_key("taken_up_on") {
                        let id: RecordId = info.id;
                        wishes.push(Wish::change(id, vec![("taken_up_on", today.as_str().into())]));
                    }
                }
                wishes
            };
            count += wishes.len() as u32;
            for some in wishes.chunks(500) {
                self.append(open, writer, channel, "recommendation.take_up", some.to_vec())?;
            }
        }
        Ok(count)
    }

    /// Compares what both sides count and hold in a channel, where they can be compared: when both have the same entries. Answers
    /// whether the digests agree, if they were compared.
    fn compare(
        &self,
        open: &Open,
        described: &file::Channel,
        report: &mut BundleReport,
    ) -> Result<Option<bool>, AppError> {
        let key = ChannelId(ledger_id(described.channel)?);
        open.store.read(|connection| {
            let all = cells::channels(connection)?;
            let Some(channel) = all.iter().find(|channel| channel.key == key) else {
                return Ok(None);
            };
            let ours = exchange::ends(connection, channel.id)?;
            let theirs: BTreeSet<(String, u64, String)> = described
                .acknowledged
                .iter()
                .map(|has| (has.feed.to_string(), has.n, has.hash.to_string()))
                .collect();
            let own_device = open.profile.device;
            // What this import itself wrote (the receipt of recommendations) they cannot have yet.
            let equal = ours
                .iter()
                .filter(|tip| tip.device != own_device || report.taken_up == 0)
                .all(|tip| theirs.contains(&(tip.root.to_string(), tip.n, tip.hash.to_string())));
            if !equal || report.waiting > 0 {
                return Ok(None);
            }
            if let Some(totals) = &described.totals
                && let Ok(as_of) = totals.as_of.parse()
            {
                let mine = register::control_totals(connection, channel, as_of)?;
                let before = report.totals_agree.unwrap_or(true);
                report.totals_agree = Some(before && mine == totals.counts);
            }
            if report.taken_up > 0 {
                return Ok(None);
            }
            let (entries, state) = exchange::digests(connection, channel.id)?;
            let same_entries = entries.to_string() == described.entries_digest.to_string();
            let agree = same_entries && state.to_string() == described.state_digest.to_string();
            report.digests_agree = Some(report.digests_agree.unwrap_or(true) && agree);
            Ok::<_, AppError>(Some(agree))
        })
    }
}

/// Refuses lines out of all proportion to the file before any of them is unpacked.
fn check_lines(manifest: &file::Manifest, file_size: u64) -> Result<(), AppError> {
    let lines = manifest
        .members
        .iter()
        .filter(|member| member.name.starts_with("entries/") || member.name.starts_with("values/"));
    let size: u64 = lines.map(|member| member.size).sum();
    if size > LINES_ALLOWANCE && size / LINES_RATIO > file_size {
        return Err(file::BundleError::TooBig {
            limit: file::Limit::Ratio,
            allowed: LINES_RATIO,
        }
        .into());
    }
    Ok(())
}

/// Tells how much of a bundle is read.
fn reading<'w>(watch: &'w mut Watch<'_>) -> impl FnMut(file::Progress) -> ControlFlow<()> + 'w {
    |progress| watch.step(WorkStep::Reading, progress.done, progress.total)
}

/// Tells which volumes of the set are missing, and how many attachments of the sender's channels have not come.
fn tell_of_set(open: &Open, manifest: &file::Manifest, note: &Note, report: &mut BundleReport) -> Result<(), AppError> {
    report.volume = note.volume.clone();
    open.store.read(|connection| {
        if let Some(volume) = &note.volume {
            report.missing_volumes = sets::missing(connection, volume, &note.device)?;
        }
        for channel in cells::channels(connection)? {
            let key = channel.key.to_string();
            if manifest
                .channels
                .iter()
                .any(|described| described.channel.to_string() == key)
            {
                report.awaited += awaited::awaited(connection, channel.id, u32::MAX)?.len() as u32;
            }
        }
        Ok(())
    })
}

fn ledger_hash_or_zero(hash: &file::Hash) -> Hash {
    hash.to_string().parse().unwrap_or(Hash([0; 32]))
}

fn sender_name(manifest: &file::Manifest) -> UnitName {
    let sender = &manifest.sender;
    UnitName {
        id: sender.unit.to_string(),
        name: sender.unit_name.clone(),
        code: sender.unit_code.clone(),
    }
}

fn known_rows(writer: &Writer<'_>, manifest: &file::Manifest) -> Vec<i64> {
    let keys = manifest
        .channels
        .iter()
        .filter_map(|channel| ledger_id(channel.channel).ok());
    keys.filter_map(|key| writer.channel(ChannelId(key)).ok().map(|state| state.id))
        .collect()
}

fn text_of(bytes: &mut dyn Read) -> Result<String, Failure> {
    let mut text = String::new();
    bytes.read_to_string(&mut text).map_err(file::BundleError::from)?;
    Ok(text)
}

fn take_member(
    writer: &mut Writer<'_>,
    channels: &[i64],
    parts: &mut Parts,
    incoming: &file::Incoming<'_>,
    bytes: &mut dyn Read,
) -> Result<(), Failure> {
    use file::MemberName::*;
    let empty = || Signed {
        text: String::new(),
        sig: String::new(),
    };
    match incoming.name {
        Entries { number, .. } => {
            parts.lines.insert(number, text_of(bytes)?);
        }
        Checkpoint { number, .. } => {
            parts.checkpoints.entry(number).or_insert_with(empty).text = text_of(bytes)?;
        }
        CheckpointSignature { number, .. } => {
            parts.checkpoints.entry(number).or_insert_with(empty).sig = text_of(bytes)?;
        }
        Charter { channel } => {
            parts.charters.entry(channel.to_string()).or_insert_with(empty).text = text_of(bytes)?;
        }
        CharterSignature { channel } => {
            parts.charters.entry(channel.to_string()).or_insert_with(empty).sig = text_of(bytes)?;
        }
        Values { .. } => {
            let text = text_of(bytes)?;
            let mut values = Vec::new();
            for line in text.lines() {
                values.push(DetachedValue::read(line).map_err(|bad| AppError::new("bad_entry").with("detail", bad))?);
            }
            writer.take_values(values)?;
        }
        Blob { .. } => {
            parts.blobs.push(writer.put_blob(channels, bytes)?.hash);
        }
    }
    Ok(())
}

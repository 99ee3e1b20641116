//! Bundles out and in, as the program makes and takes them, without a home around them.

use crate::cast::{BEGINNING, Cast};
use crate::machine::{Failure, Machine, row_of};
use chidao_bundle as file;
use chidao_bundle::MemberName::{
    Charter as CharterName, CharterSignature, Checkpoint as CheckpointName, CheckpointSignature, Entries, Values,
};
use chidao_domain::ids::{ChannelId, FeedId, Hash, UnitId, from_hex, to_hex};
use chidao_domain::records::RULES_VERSION;
use chidao_ledger::chain;
use chidao_ledger::entry::DetachedValue;
use chidao_ledger::store::receive::Range;
use chidao_ledger::store::{Connection, LedgerError, Writer, cells, cells::ChannelInfo, exchange, lack};
use chidao_ledger::trust::{Certificate, Checkpoint, Signed};
use std::collections::BTreeMap;

/// A bundle on its way.
#[derive(Clone)]
pub struct Parcel {
    /// The file.
    pub bytes: Vec<u8>,
    /// The unit that it is for, by its place in the cast.
    pub to: usize,
    /// Hashes of the lines that it carries.
    pub lines: Vec<Hash>,
    /// It must be refused, whoever gets it.
    pub hostile: bool,
    /// Its lines can be judged only where this one is: elsewhere they wait unread.
    pub follows: Option<crate::model::LineId>,
    /// Its number among all bundles.
    pub number: usize,
    /// The machine that made it, for people.
    pub from: String,
}

/// What a bundle of one channel carries.
#[derive(Default)]
pub struct Contents {
    /// The ranges, each vouched for.
    pub ranges: Vec<Range>,
    /// Values beside the lines.
    pub values: Vec<DetachedValue>,
}

/// Why a bundle was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The file, or who sent it.
    #[error("{0}")]
    File(String),
    /// Its lines.
    #[error(transparent)]
    Lines(#[from] LedgerError),
    /// The power failed, as the script wanted it.
    #[error("the power failed")]
    PowerFailed,
}

impl From<file::BundleError> for Refused {
    fn from(error: file::BundleError) -> Refused {
        Refused::File(error.to_string())
    }
}

fn id(bytes: [u8; 16]) -> Result<file::Id, Failure> {
    Ok(to_hex(&bytes).parse()?)
}

fn hash(hash: Hash) -> Result<file::Hash, Failure> {
    Ok(hash.to_string().parse()?)
}

fn back(hash: file::Hash) -> Result<Hash, Refused> {
    let text = hash.to_string();
    text.parse().map_err(|_| Refused::File("a hash".into()))
}

fn id_back(id: file::Id) -> Result<[u8; 16], Refused> {
    from_hex(&id.to_string()).ok_or_else(|| Refused::File("an identity".into()))
}

/// The hashes of a range's lines.
#[must_use]
pub fn hashes_of(range: &Range) -> Vec<Hash> {
    let mut before = range.before;
    let each = range.lines.trim_end_matches('\n').split('\n').map(|line| {
        let next = match before {
            None => chain::header_hash(line.as_bytes()),
            Some(hash) => chain::entry_hash(hash, line.as_bytes()),
        };
        before = Some(next);
        next
    });
    each.collect()
}

impl Machine {
    /// What this machine would send to a unit now.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn outgoing(&self, channel: ChannelId, to: UnitId) -> Result<Contents, Failure> {
        let own = self.device.id();
        self.store().write(|writer| {
            let row = writer.channel(channel)?.id;
            for tip in exchange::ends(writer.connection(), row)? {
                let vouched = tip.checkpoint.as_ref().is_some_and(|(n, _)| *n >= tip.n);
                if tip.device == own && tip.here && !vouched {
                    let (feed, n, hash) = (tip.root, tip.n, tip.hash);
                    let signed = self.signer.sign(Checkpoint { v: 1, feed, n, hash })?;
                    writer.keep_checkpoint(tip.id, tip.n, &signed)?;
                }
            }
            Ok::<_, LedgerError>(())
        })?;
        let contents = self.store().read(|connection| {
            let mut contents = Contents::default();
            let row = row_of(connection, channel)?;
            for range in exchange::outgoing(connection, row, to, own)? {
                let mut lines = String::new();
                exchange::each_line(connection, &range, |_, line| lines.extend([line, "\n"]))?;
                exchange::each_value(connection, &range, |value| {
                    contents.values.push(value);
                    Ok(())
                })?;
                let word = range.checkpoint.clone();
                contents.ranges.push(Range {
                    channel,
                    feed: range.tip.root,
                    first: range.first,
                    before: range.before,
                    lines,
                    checkpoint: word.ok_or("a range without its device's word")?,
                });
            }
            Ok::<_, Failure>(contents)
        })?;
        self.store().write(|writer| {
            let row = writer.channel(channel)?.id;
            writer.answer_asking(to, row)
        })?;
        Ok(contents)
    }

    /// Puts what goes out into a bundle.
    ///
    /// # Errors
    /// When it cannot be read or packed.
    pub fn pack(&mut self, channel: ChannelId, to: usize, contents: &Contents) -> Result<Parcel, Failure> {
        let cast = Cast::standing();
        let (party, from) = (&cast.units[to].party, &cast.units[self.unit].party);
        let number = self.next_number();
        let (mut described, recipients, charter) = self.store().read(|connection| {
            let all = cells::channels(connection)?;
            let info = all.into_iter().find(|info| info.key == channel).ok_or("a channel")?;
            let devices = exchange::devices_of(connection, party.unit)?;
            let mut recipients: Vec<String> = devices.into_iter().map(|device| device.age).collect();
            recipients.push(party.recovery.clone());
            recipients.sort();
            recipients.dedup();
            Ok::<_, Failure>((describe(connection, &info)?, recipients, info.signed))
        })?;
        let mut members = Vec::new();
        let mut put = |name, text: &str| members.push(file::Outgoing::bytes(name, text.as_bytes().to_vec()));
        for (number, range) in (1..).zip(&contents.ranges) {
            let feed = id(range.feed.0)?;
            let hashes = hashes_of(range);
            described.ranges.push(file::Range {
                feed,
                first: range.first,
                last: range.first + hashes.len() as u64 - 1,
                before: range.before.map(hash).transpose()?,
                hash: hash(*hashes.last().ok_or("a range without lines")?)?,
            });
            put(Entries { number, feed }, &range.lines);
            put(CheckpointName { number, feed }, &range.checkpoint.text);
            put(CheckpointSignature { number, feed }, &range.checkpoint.sig);
        }
        let of = id(channel.0)?;
        put(CharterName { channel: of }, &charter.text);
        put(CharterSignature { channel: of }, &charter.sig);
        let values = contents.values.iter().map(|value| value.write() + "\n");
        let values: String = values.collect();
        if !values.is_empty() {
            put(Values { number: 1 }, &values);
        }
        let certificate = &self.device.certificate;
        let manifest = file::Manifest {
            text_type: file::MANIFEST_TYPE.to_owned(),
            format: file::FORMAT,
            reader: file::READER,
            number,
            epoch: self.author().epoch,
            sender: file::Sender {
                unit: id(from.unit.0)?,
                unit_name: from.name.clone(),
                unit_code: from.code.clone(),
                device: id(self.device.id().0)?,
                device_name: self.device.name.clone(),
                key: self.signer.public().to_owned(),
                person: self.author().person.to_string(),
                person_name: "Nguyễn Văn Tám".to_owned(),
                certificate: file::Certificate {
                    text: certificate.text.clone(),
                    sig: certificate.sig.clone(),
                },
                parent_verified: true,
            },
            to: file::Recipients {
                unit: id(party.unit.0)?,
                name: party.name.clone(),
                recipients,
            },
            at: BEGINNING.to_owned(),
            previous: None,
            channels: vec![described],
            blobs_later: Vec::new(),
            updates: Vec::new(),
            volume: None,
            members: Vec::new(),
        };
        let signer = file::keys::SigningKey::from_text(&self.device.signing)?;
        let mut bytes = Vec::new();
        let (limits, watch) = (file::Limits::default(), &mut file::unwatched);
        file::pack(&mut bytes, manifest, members, &signer, &limits, watch)?;
        Ok(Parcel {
            bytes,
            to,
            lines: contents.ranges.iter().flat_map(hashes_of).collect(),
            hostile: false,
            follows: None,
            number: 0,
            from: self.name.clone(),
        })
    }

    /// Takes in a bundle: verified first, then in one transaction. `last` is carried out at its end.
    ///
    /// # Errors
    /// Why it is refused; nothing has changed then.
    pub fn take_in(
        &self,
        bytes: &[u8],
        last: impl FnOnce(&mut Writer<'_>) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        let identity = file::keys::parse_identity(&self.device.age);
        let identity = identity.map_err(|error| Refused::File(error.to_string()))?;
        let trust = |manifest: &file::Manifest| {
            let trusted = self.trust(manifest);
            trusted.map_err(|refused| file::Refusal::new(refused.to_string()))
        };
        let opened = file::open(bytes, &[identity], trust, &file::Limits::default())?;
        let manifest = opened.manifest().clone();
        let (mut texts, mut words, mut values) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        opened.members(&mut file::unwatched, |incoming, bytes| {
            let mut text = String::new();
            bytes.read_to_string(&mut text).map_err(file::BundleError::from)?;
            let (sig, empty) = (String::new(), String::new());
            let word = Signed { text: empty, sig };
            match incoming.name {
                Entries { number, .. } => drop(texts.insert(number, text)),
                CheckpointName { number, .. } => words.entry(number).or_insert(word).text = text,
                CheckpointSignature { number, .. } => words.entry(number).or_insert(word).sig = text,
                Values { .. } => {
                    for line in text.lines() {
                        let value = DetachedValue::read(line);
                        values.push(value.map_err(|bad| Refused::File(bad.to_string()))?);
                    }
                }
                _ => {}
            }
            Ok::<_, Refused>(())
        })?;
        let (certificate, sender) = sender_of(&manifest)?;
        self.store().write(|writer| {
            writer.take_values(values)?;
            let mut number = 0;
            for described in &manifest.channels {
                let channel = ChannelId(id_back(described.channel)?);
                if writer
                    .channel(channel)?
                    .charter
                    .side(sender.unit, &sender.root)
                    .is_none()
                {
                    return Err(Refused::File("a stranger to the channel".into()));
                }
                for range in &described.ranges {
                    number += 1;
                    let missing = || Refused::File("a member is missing".into());
                    writer.take_range(&Range {
                        channel,
                        feed: FeedId(id_back(range.feed)?),
                        first: range.first,
                        before: range.before.map(back).transpose()?,
                        lines: texts.remove(&number).ok_or_else(missing)?,
                        checkpoint: words.remove(&number).ok_or_else(missing)?,
                    })?;
                }
            }
            let (device, _) = writer.take_device(&certificate)?;
            writer.apply_waiting()?;
            hear(writer, &manifest, device, &sender)?;
            last(writer)
        })
    }

    /// Whose word the bundle is: a certified device of a unit at one of this machine's channels, that is believed still.
    fn trust(&self, manifest: &file::Manifest) -> Result<file::keys::VerifyingKey, Refused> {
        let stranger = |what: &str| Refused::File(format!("a stranger: {what}"));
        let sender = &manifest.sender;
        let (_, certificate) = sender_of(manifest)?;
        let cast = Cast::standing();
        let root = cast.units.iter().find(|unit| unit.party.unit == certificate.unit);
        if root.is_none_or(|unit| unit.party.root != certificate.root) {
            return Err(stranger("another root"));
        }
        if certificate.key != sender.key || certificate.unit.0 != id_back(sender.unit)? {
            return Err(stranger("another's certificate"));
        }
        if id_back(manifest.to.unit)? != cast.units[self.unit].party.unit.0 {
            return Err(stranger("for another unit"));
        }
        let machines = self.store().read(|c| exchange::every_device(c, certificate.unit))?;
        if machines
            .iter()
            .any(|(device, revoked)| device.key == certificate.device && *revoked)
        {
            return Err(stranger("it is believed no longer"));
        }
        sender.key.parse().map_err(|_| stranger("a key"))
    }
}

fn sender_of(manifest: &file::Manifest) -> Result<(Signed, Certificate), Refused> {
    let file::Certificate { text, sig } = manifest.sender.certificate.clone();
    let signed = Signed { text, sig };
    let certificate = Certificate::read(&signed).map_err(LedgerError::from)?;
    Ok((signed, certificate))
}

/// What the sender says that it has.
fn hear(writer: &mut Writer<'_>, manifest: &file::Manifest, device: i64, sender: &Certificate) -> Result<(), Refused> {
    let restored = writer.found_forks().iter().any(|fork| fork.device == sender.device);
    for described in &manifest.channels {
        let channel = ChannelId(id_back(described.channel)?);
        let ends = described
            .acknowledged
            .iter()
            .map(|has| Ok((FeedId(id_back(has.feed)?), has.n, back(has.hash)?)))
            .collect::<Result<Vec<_>, Refused>>()?;
        writer.hear_ends(device, channel, &ends)?;
        let asking = described.lacks.iter().map(|lacks| Ok(FeedId(id_back(lacks.feed)?)));
        let asking = asking.collect::<Result<Vec<_>, Refused>>()?;
        writer.hear_asking(device, &asking, &ends)?;
        if !writer.hear_acknowledgements(device, channel, manifest.epoch, restored)? {
            continue;
        }
        for (feed, n, hash) in ends {
            writer.note_acknowledgement(device, feed, (n, hash), BEGINNING, manifest.epoch)?;
        }
    }
    Ok(())
}

/// What a machine says of a channel.
fn describe(connection: &Connection, info: &ChannelInfo) -> Result<file::Channel, Failure> {
    let row = info.id;
    let (entries_digest, state_digest) = exchange::digests(connection, row)?;
    let mut acknowledged = Vec::new();
    for tip in exchange::ends(connection, row)? {
        acknowledged.push(file::Acknowledged {
            feed: id(tip.root.0)?,
            n: tip.n,
            hash: hash(tip.hash)?,
        });
    }
    let mut lacks = Vec::new();
    for missing in lack::to_ask(connection, info)? {
        let (feed, first, last) = (id(missing.feed.0)?, missing.first, missing.last);
        lacks.push(file::Lacks { feed, first, last });
    }
    Ok(file::Channel {
        channel: id(info.key.0)?,
        kind: file::ChannelKind::Pair,
        ranges: Vec::new(),
        acknowledged,
        quarantined: Vec::new(),
        lacks,
        lacks_blobs: Vec::new(),
        confirmed: None,
        rules: RULES_VERSION,
        entries_digest: hash(entries_digest)?,
        state_digest: hash(state_digest)?,
        totals: None,
    })
}

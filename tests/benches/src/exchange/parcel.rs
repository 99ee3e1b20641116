//! Lines on their way: as a bundle, or bare.

use super::{AT, Desk, Office, Pair, Place};
use crate::Failure;
use chidao_bundle as file;
use chidao_domain::ids::{Hash, from_hex, to_hex};
use chidao_domain::records::RULES_VERSION;
use chidao_ledger::entry::DetachedValue;
use chidao_ledger::store::LedgerError;
use chidao_ledger::store::exchange::{self as ranges, Outgoing};
use chidao_ledger::store::receive::Range;
use chidao_ledger::trust::{Certificate, Checkpoint, Signed, Signer};
use serde::{Deserialize, Serialize};

/// What is put around the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapping {
    /// A bundle: manifest, tar, zstd, age, minisign.
    Bundle,
    /// zstd alone.
    Bare,
}

/// What was taken in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Changes applied.
    pub changes: u64,
    /// Entries that wait for others.
    pub waiting: u64,
}

#[derive(Serialize, Deserialize)]
struct BareHead {
    first: u64,
    before: Option<Hash>,
    feed: String,
    checkpoint: Signed,
    lines: usize,
}

fn id(bytes: [u8; 16]) -> Result<file::Id, Failure> {
    Ok(to_hex(&bytes).parse()?)
}

fn hash(hash: Hash) -> Result<file::Hash, Failure> {
    Ok(hash.to_string().parse()?)
}

fn back(hash: file::Hash) -> Result<Hash, Failure> {
    Ok(hash.to_string().parse()?)
}

/// Compression as bundles have it.
const LEVEL: i32 = 3;

impl Desk {
    /// What an office wrote after one place up to another, wrapped for the other side of its channel.
    pub fn export(
        &self,
        pair: &Pair,
        from: &Office,
        (after, upto): (Option<&Place>, &Place),
        wrapping: Wrapping,
    ) -> Result<Vec<u8>, Failure> {
        let outgoing = self.lines_between(after, upto)?;
        let (lines, values) = self.texts(&outgoing)?;
        let checkpoint = Signer::parse(&from.device)?.sign(Checkpoint {
            v: 1,
            feed: outgoing.tip.feed,
            n: outgoing.last,
            hash: outgoing.hash,
        })?;
        match wrapping {
            Wrapping::Bundle => self.bundle(pair, from, &outgoing, checkpoint, lines, values),
            Wrapping::Bare => {
                let head = BareHead {
                    first: outgoing.first,
                    before: outgoing.before,
                    feed: outgoing.tip.feed.to_string(),
                    checkpoint,
                    lines: lines.len(),
                };
                let text = format!("{}\n{lines}{values}", serde_json::to_string(&head)?);
                Ok(zstd::encode_all(text.as_bytes(), LEVEL)?)
            }
        }
    }

    fn bundle(
        &self,
        pair: &Pair,
        from: &Office,
        outgoing: &Outgoing,
        checkpoint: Signed,
        lines: String,
        values: String,
    ) -> Result<Vec<u8>, Failure> {
        let to = if from.unit == pair.child.unit {
            &pair.parent
        } else {
            &pair.child
        };
        let (entries_digest, state_digest) = self.store.read(|connection| {
            let all = chidao_ledger::store::cells::channels(connection)?;
            let channel = all.iter().find(|channel| channel.key == pair.channel);
            let channel = channel.ok_or(LedgerError::UnknownChannel(pair.channel))?;
            ranges::digests(connection, channel.id)
        })?;
        let signer = file::keys::SigningKey::from_text(&from.device)?;
        let device = Certificate::read(&from.certificate)?.device;
        let feed = id(outgoing.tip.feed.0)?;
        let manifest = file::Manifest {
            text_type: file::MANIFEST_TYPE.to_owned(),
            format: file::FORMAT,
            reader: file::READER,
            number: 1,
            epoch: 1,
            sender: file::Sender {
                unit: id(from.unit.0)?,
                unit_name: from.name.clone(),
                unit_code: from.code.clone(),
                device: id(device.0)?,
                device_name: from.name.clone(),
                key: signer.public().to_string(),
                person: from.author().person.to_string(),
                person_name: "Nguyễn Văn A".to_owned(),
                certificate: file::Certificate {
                    text: from.certificate.text.clone(),
                    sig: from.certificate.sig.clone(),
                },
                parent_verified: true,
            },
            to: file::Recipients {
                unit: id(to.unit.0)?,
                name: to.name.clone(),
                recipients: vec![to.recipient()?],
            },
            at: AT.to_owned(),
            previous: None,
            channels: vec![file::Channel {
                channel: id(pair.channel.0)?,
                kind: file::ChannelKind::Pair,
                ranges: vec![file::Range {
                    feed,
                    first: outgoing.first,
                    last: outgoing.last,
                    before: outgoing.before.map(hash).transpose()?,
                    hash: hash(outgoing.hash)?,
                }],
                acknowledged: Vec::new(),
                quarantined: Vec::new(),
                lacks: Vec::new(),
                lacks_blobs: Vec::new(),
                confirmed: None,
                rules: RULES_VERSION,
                entries_digest: hash(entries_digest)?,
                state_digest: hash(state_digest)?,
                totals: None,
            }],
            blobs_later: Vec::new(),
            updates: Vec::new(),
            volume: None,
            members: Vec::new(),
        };
        let number = 1;
        let mut members = vec![
            file::Outgoing::bytes(file::MemberName::Entries { number, feed }, lines.into_bytes()),
            file::Outgoing::bytes(
                file::MemberName::Checkpoint { number, feed },
                checkpoint.text.into_bytes(),
            ),
            file::Outgoing::bytes(
                file::MemberName::CheckpointSignature { number, feed },
                checkpoint.sig.into_bytes(),
            ),
        ];
        if !values.is_empty() {
            members.push(file::Outgoing::bytes(
                file::MemberName::Values { number },
                values.into_bytes(),
            ));
        }
        let mut out = Vec::new();
        file::pack(
            &mut out,
            manifest,
            members,
            &signer,
            &file::Limits::default(),
            &mut file::unwatched,
        )?;
        Ok(out)
    }

    /// Takes in, by an office, what the other side of a channel exported: verified first, then in one transaction.
    pub fn import(&self, pair: &Pair, by: &Office, bytes: &[u8], wrapping: Wrapping) -> Result<Taken, Failure> {
        let (range, values) = match wrapping {
            Wrapping::Bundle => unbundle(pair, by, bytes)?,
            Wrapping::Bare => unpack(pair, bytes)?,
        };
        let applied = self.store.write(|writer| {
            writer.take_values(values)?;
            writer.take_range(&range)?;
            writer.apply_waiting()
        })?;
        if applied.quarantined > 0 {
            return Err(format!("{} changes were refused", applied.quarantined).into());
        }
        Ok(Taken {
            changes: applied.changes,
            waiting: applied.waiting,
        })
    }
}

fn read_values(text: &str) -> Result<Vec<DetachedValue>, Failure> {
    let read = |line| DetachedValue::read(line).map_err(|bad| Failure::from(bad.to_string()));
    text.lines().map(read).collect()
}

fn unpack(pair: &Pair, bytes: &[u8]) -> Result<(Range, Vec<DetachedValue>), Failure> {
    let text = String::from_utf8(zstd::decode_all(bytes)?)?;
    let (head, rest) = text.split_once('\n').ok_or("no head")?;
    let head: BareHead = serde_json::from_str(head)?;
    let (lines, values) = rest.split_at(head.lines);
    let range = Range {
        channel: pair.channel,
        feed: head.feed.parse()?,
        first: head.first,
        before: head.before,
        lines: lines.to_owned(),
        checkpoint: head.checkpoint,
    };
    Ok((range, read_values(values)?))
}

fn unbundle(pair: &Pair, by: &Office, bytes: &[u8]) -> Result<(Range, Vec<DetachedValue>), Failure> {
    let from = if by.unit == pair.child.unit {
        &pair.parent
    } else {
        &pair.child
    };
    let key = Certificate::read(&from.certificate)?.key;
    let identity = file::keys::parse_identity(&by.age)?;
    let trust = |_: &file::Manifest| key.parse().map_err(|_| file::Refusal::new("a key"));
    let opened = file::open(bytes, &[identity], trust, &file::Limits::default())?;
    let described = opened.manifest().ranges().next().cloned().ok_or("no range")?;
    let (mut lines, mut values) = (String::new(), String::new());
    let mut checkpoint = Signed {
        text: String::new(),
        sig: String::new(),
    };
    opened.members(&mut file::unwatched, |incoming, bytes| {
        let into = match incoming.name {
            file::MemberName::Entries { .. } => &mut lines,
            file::MemberName::Checkpoint { .. } => &mut checkpoint.text,
            file::MemberName::CheckpointSignature { .. } => &mut checkpoint.sig,
            file::MemberName::Values { .. } => &mut values,
            _ => return Ok(()),
        };
        bytes.read_to_string(into).map(drop).map_err(file::BundleError::from)
    })?;
    let feed = from_hex(&described.feed.to_string()).ok_or("a feed")?;
    let range = Range {
        channel: pair.channel,
        feed: chidao_domain::ids::FeedId(feed),
        first: described.first,
        before: described.before.map(back).transpose()?,
        lines,
        checkpoint,
    };
    Ok((range, read_values(&values)?))
}

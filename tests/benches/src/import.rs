//! The rate of taking in: what one device wrote, received by another in one transaction.

use crate::Failure;
use chidao_domain::ids::{ChannelId, RecordKey, UnitId};
use chidao_ledger::chain;
use chidao_ledger::generate::Generator;
use chidao_ledger::store::append::{Author, Edges};
use chidao_ledger::store::receive::Range;
use chidao_ledger::store::{LedgerError, Store, cells, exchange, lines};
use chidao_ledger::trust::{Certificate, ChannelKind, Charter, Checkpoint, Party, Signed, Signer};
use std::path::Path;
use std::time::{Duration, Instant};

/// Entries of one task each, as a unit that registers its list writes them.
const WRITTEN_AT_ONCE: u32 = 1_000;

/// What was taken in.
#[derive(Clone, Copy, Debug)]
pub struct Imported {
    /// Changes applied.
    pub changes: u64,
    /// Until they were committed and every list showed them.
    pub time: Duration,
}

struct Sender {
    charter: Signed,
    channel: ChannelId,
    device: Signer,
    author: Author,
    key: chidao_domain::ids::DeviceId,
}

fn sender() -> Result<Sender, Failure> {
    let root = Signer::parse(&Signer::generate()?)?;
    let device = Signer::parse(&Signer::generate()?)?;
    let (unit, channel) = (UnitId([2; 16]), ChannelId([3; 16]));
    let at = "2017-06-23T08:00:00+07:00".to_owned();
    let key = chain::device_id(device.public());
    let certificate = root.sign(Certificate {
        v: 1,
        unit,
        root: root.public().to_owned(),
        device: key,
        key: device.public().to_owned(),
        age: "age1".into(),
        name: "Máy văn thư".into(),
        at: at.clone(),
    })?;
    let charter = root.sign(Charter {
        v: 1,
        channel,
        kind: ChannelKind::Pair,
        parent: None,
        child: Some(Party {
            unit,
            name: "UBND huyện Yên Thế".into(),
            code: "H02.15".into(),
            root: root.public().to_owned(),
            recovery: "age1".into(),
        }),
        request: None,
        at,
    })?;
    let author = Author {
        certificate,
        epoch: 1,
        person: RecordKey::Owned(unit, [1; 8]),
    };
    Ok(Sender {
        charter,
        channel,
        device,
        author,
        key,
    })
}

/// Writes so many tasks in one store and takes them in by another, both encrypted, on the disk of `folder`.
pub fn run(folder: &Path, tasks: u32, seed: u64) -> Result<Imported, Failure> {
    let sender = sender()?;
    let from = Store::open(&folder.join("from.db"), &[7; 32])?;
    let channel = from.write(|writer| {
        writer.take_charter(&sender.charter)?;
        Ok::<_, LedgerError>(writer.channel(sender.channel)?.id)
    })?;
    let mut generator = Generator::new(seed);
    let mut salt = 0_u64;
    let mut random = |bytes: &mut [u8]| {
        for byte in bytes {
            salt = salt.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (salt >> 56) as u8;
        }
    };
    let mut now = 1_498_190_400_000;
    let mut left = tasks;
    while left > 0 {
        let batch = left.min(WRITTEN_AT_ONCE);
        from.write(|writer| {
            for _ in 0..batch {
                now += 1_000;
                let mut edges = Edges {
                    now,
                    random: &mut random,
                };
                writer.append(
                    sender.channel,
                    &sender.author,
                    "task.create",
                    vec![generator.task()],
                    &mut edges,
                )?;
            }
            Ok::<_, LedgerError>(())
        })?;
        left -= batch;
    }
    let (range, values) = from.read(|connection| {
        let outgoing = exchange::outgoing(connection, channel, UnitId([9; 16]), sender.key)?;
        let outgoing = outgoing
            .into_iter()
            .next()
            .ok_or_else(|| LedgerError::NotFound("feed".into()))?;
        let feed = cells::feed_row(connection, outgoing.tip.feed)?;
        let mut text = String::new();
        lines::each(connection, feed, outgoing.first, outgoing.last, |_, line| {
            text.push_str(line);
            text.push('\n');
            Ok(true)
        })?;
        let mut values = Vec::new();
        exchange::each_value(connection, &outgoing, |value| {
            values.push(value);
            Ok(())
        })?;
        let checkpoint = sender.device.sign(Checkpoint {
            v: 1,
            feed: outgoing.tip.feed,
            n: outgoing.last,
            hash: outgoing.hash,
        })?;
        let range = Range {
            channel: sender.channel,
            feed: outgoing.tip.feed,
            first: outgoing.first,
            before: outgoing.before,
            lines: text,
            checkpoint,
        };
        Ok::<_, LedgerError>((range, values))
    })?;
    let to = Store::open(&folder.join("to.db"), &[8; 32])?;
    to.write(|writer| writer.take_charter(&sender.charter))?;
    let start = Instant::now();
    let applied = to.write(|writer| {
        writer.take_values(values)?;
        writer.take_range(&range)?;
        writer.apply_waiting()
    })?;
    let time = start.elapsed();
    let listed = to.read(|connection| {
        let all = chidao_ledger::store::tasks::Filter::default();
        chidao_ledger::store::tasks::count(connection, &all)
    })?;
    if listed != u64::from(tasks) {
        return Err(format!("{listed} of {tasks} tasks arrived").into());
    }
    Ok(Imported {
        changes: applied.changes,
        time,
    })
}

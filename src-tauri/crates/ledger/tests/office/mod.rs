//! A province and a unit with several machines, in memory: what the tests of the merge stand on.

#![allow(
    clippy::unwrap_used,
    reason = "what a test builds on must be there; the panic is the failure"
)]
#![allow(dead_code, reason = "each test program uses its part")]

use chidao_domain::ids::{ChannelId, Hash, RecordId, RecordKey, UnitId};
use chidao_ledger::chain;
use chidao_ledger::entry::DetachedValue;
use chidao_ledger::store::append::{Author, Edges, Wish};
use chidao_ledger::store::receive::Range;
use chidao_ledger::store::{LedgerError, Store, cells, exchange, lines};
use chidao_ledger::trust::{Certificate, ChannelKind, Charter, Checkpoint, Party, Signed, Signer};
use serde_json::json;
use std::cell::Cell;
use std::rc::Rc;

pub(crate) const CHANNEL: ChannelId = ChannelId([9; 16]);

/// One machine: its store, its key, and who works at it.
pub(crate) struct Machine {
    pub(crate) store: Store,
    pub(crate) signer: Rc<Signer>,
    pub(crate) author: Author,
    /// A copy whose disk has not been copied yet.
    pub(crate) blank: Cell<bool>,
}

/// A province and two machines of one unit, with the charter of their channel.
pub(crate) struct Office {
    pub(crate) charter: Signed,
    pub(crate) machines: Vec<Machine>,
}

pub(crate) fn signer() -> Signer {
    Signer::parse(&Signer::generate().unwrap()).unwrap()
}

pub(crate) fn party(unit: u8, root: &Signer) -> Party {
    Party {
        unit: UnitId([unit; 16]),
        name: format!("Đơn vị {unit}"),
        code: format!("H0{unit}"),
        root: root.public().into(),
        recovery: "age1".into(),
    }
}

pub(crate) fn machine(unit: u8, root: &Signer, number: u8, charter: &Signed) -> Machine {
    let signer = signer();
    let certificate = root
        .sign(Certificate {
            v: 1,
            unit: UnitId([unit; 16]),
            root: root.public().into(),
            device: chain::device_id(signer.public()),
            key: signer.public().into(),
            age: "age1".into(),
            name: format!("Máy {number}"),
            at: "2017-06-23T15:00:00+07:00".into(),
        })
        .unwrap();
    let store = Store::in_memory().unwrap();
    store.write(|writer| writer.take_charter(charter)).unwrap();
    let author = Author {
        certificate,
        epoch: 1,
        person: RecordKey::Owned(UnitId([unit; 16]), [number; 8]),
    };
    Machine {
        store,
        signer: Rc::new(signer),
        author,
        blank: Cell::new(false),
    }
}

/// A machine started from a copy of another's disk: same key, same feeds, and it does not know that it is a copy.
pub(crate) fn copy(of: &Machine, charter: &Signed) -> Machine {
    let store = Store::in_memory().unwrap();
    store.write(|writer| writer.take_charter(charter)).unwrap();
    Machine {
        store,
        signer: Rc::clone(&of.signer),
        author: of.author.clone(),
        blank: Cell::new(true),
    }
}

pub(crate) fn office() -> Office {
    let (province, unit) = (signer(), signer());
    let charter = Charter {
        v: 1,
        channel: CHANNEL,
        kind: ChannelKind::Pair,
        parent: Some(party(1, &province)),
        child: Some(party(2, &unit)),
        request: None,
        at: "2017-06-23T15:00:00+07:00".into(),
    };
    let charter = province.sign(charter).unwrap();
    let mut machines = vec![
        machine(1, &province, 1, &charter),
        machine(2, &unit, 2, &charter),
        machine(2, &unit, 3, &charter),
    ];
    machines.push(copy(&machines[1], &charter));
    Office { charter, machines }
}

/// The tasks that a machine knows, oldest first.
pub(crate) fn tasks(store: &Store) -> Vec<RecordId> {
    store
        .read(|connection| {
            let words = cells::Words::load(connection)?;
            let rows = cells::records_of(connection, &words, "task")?;
            rows.into_iter()
                .map(|row| Ok(cells::record_info(connection, &words, row)?.id))
                .collect::<Result<Vec<_>, LedgerError>>()
        })
        .unwrap()
}

impl Machine {
    pub(crate) fn write(&self, now: u64, salt: u8, wish: Wish) -> Result<(), LedgerError> {
        let mut random = |bytes: &mut [u8]| bytes.fill(salt);
        let mut edges = Edges {
            now,
            random: &mut random,
        };
        self.store
            .write(|writer| writer.append(CHANNEL, &self.author, "test.act", vec![wish], &mut edges))
            .map(|_| ())
    }

    /// What the other has, as if its disk had been copied: the copy believes that it wrote all that itself.
    pub(crate) fn become_copy_of(&self, other: &Machine) {
        let (ranges, values) = other.held(&[], true);
        self.take(&ranges, &values);
        self.store
            .write(|writer| {
                writer.connection().execute("UPDATE feed SET here = 1", [])?;
                Ok::<_, LedgerError>(())
            })
            .unwrap();
    }

    /// Everything of one of its feeds from a line on, vouched for.
    pub(crate) fn ranges(&self, cuts: &[u64]) -> (Vec<Range>, Vec<DetachedValue>) {
        self.held(cuts, false)
    }

    pub(crate) fn held(&self, cuts: &[u64], everything: bool) -> (Vec<Range>, Vec<DetachedValue>) {
        let (mut ranges, mut values) = (Vec::new(), Vec::new());
        let device = chain::device_id(self.signer.public());
        self.store
            .read(|connection| {
                let channel = cells::channels(connection)?[0].id;
                for all in exchange::outgoing_to(connection, channel, &[], device)? {
                    if all.tip.device != device && !everything {
                        continue;
                    }
                    let mut text = Vec::new();
                    exchange::each_line(connection, &all, |_, line| text.push(format!("{line}\n")))?;
                    let count = all.last + 1 - all.first;
                    let mut ends: Vec<u64> = cuts
                        .iter()
                        .map(|cut| all.first + cut % count)
                        .chain([all.last])
                        .collect();
                    ends.sort_unstable();
                    ends.dedup();
                    let (mut first, mut before) = (all.first, all.before);
                    for last in ends {
                        let row = all.rows.iter().find(|row| (row.1..=row.2).contains(&last)).unwrap();
                        let hash = lines::hash_at(connection, row.0, last)?;
                        let checkpoint = Checkpoint {
                            v: 1,
                            feed: all.tip.root,
                            n: last,
                            hash,
                        };
                        let others = all.checkpoint.clone().filter(|_| all.tip.device != device);
                        ranges.push(Range {
                            channel: CHANNEL,
                            feed: all.tip.root,
                            first,
                            before,
                            lines: text[(first - all.first) as usize..=(last - all.first) as usize].concat(),
                            checkpoint: match others {
                                Some(word) => word,
                                None => self.signer.sign(checkpoint)?,
                            },
                        });
                        (first, before) = (last + 1, Some(hash));
                    }
                    exchange::each_value(connection, &all, |value| {
                        values.push(value);
                        Ok(())
                    })?;
                }
                Ok::<_, LedgerError>(())
            })
            .unwrap();
        (ranges, values)
    }

    pub(crate) fn take(&self, ranges: &[Range], values: &[DetachedValue]) {
        self.store.write(|writer| take(writer, ranges, values)).unwrap();
    }
}

pub(crate) fn take(
    writer: &mut chidao_ledger::store::Writer<'_>,
    ranges: &[Range],
    values: &[DetachedValue],
) -> Result<(), LedgerError> {
    writer.take_values(values.iter().cloned())?;
    for range in ranges {
        writer.take_range(range)?;
    }
    writer.apply_waiting()?;
    Ok(())
}

pub(crate) fn digests(store: &Store) -> (Hash, Hash) {
    store
        .read(|connection| exchange::digests(connection, cells::channels(connection)?[0].id))
        .unwrap()
}

/// A machine is believed no longer beyond what is known of it here.
pub(crate) fn revoke(by: &Machine, of: &Machine) -> Wish {
    let device = chain::device_id(of.signer.public());
    let cuts = by
        .store
        .write(|writer| writer.lines_standing(CHANNEL, Some(device)))
        .unwrap();
    Wish::make(
        "revocation",
        vec![("device", json!(device.to_string())), ("cuts", json!(cuts))],
    )
}

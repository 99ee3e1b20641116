//! Two desks that exchange edits: the ledger and the bundle as the use cases use them, without the rest of an office.
//!
//! What is written lies in encrypted stores on the disk. A bundle is signed, compressed and encrypted; to see what that
//! costs, the same lines can go bare: compressed alike, neither signed nor encrypted.

mod parcel;

use crate::Failure;
use crate::workload::{self, Edit, FIELDS, Row};
use chidao_bundle::keys as bundle_keys;
use chidao_domain::ids::{ChannelId, RecordKey, UnitId};
use chidao_ledger::chain;
use chidao_ledger::store::append::{Author, Edges, Wish};
use chidao_ledger::store::exchange::{self as ranges, Outgoing, Tip};
use chidao_ledger::store::{LedgerError, Store, cells, lines};
use chidao_ledger::trust::{Certificate, ChannelKind, Charter, Party, Signed, Signer};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;

pub use chidao_domain::ids::RecordId;
pub use parcel::{Taken, Wrapping};

/// When everything happens, in milliseconds since 1970-01-01T00:00Z.
const NOW: u64 = 1_498_190_400_000;
const AT: &str = "2017-06-23T11:00:00+07:00";

/// One office with its one machine.
#[derive(Clone, Serialize, Deserialize)]
pub struct Office {
    unit: UnitId,
    name: String,
    code: String,
    root: String,
    device: String,
    age: String,
    certificate: Signed,
}

impl Office {
    fn new(number: u16) -> Result<Office, Failure> {
        let (root, device) = (Signer::generate()?, Signer::generate()?);
        let (root_signer, device_signer) = (Signer::parse(&root)?, Signer::parse(&device)?);
        let identity = bundle_keys::generate_identity();
        let mut unit = [7; 16];
        unit[..2].copy_from_slice(&number.to_be_bytes());
        let unit = UnitId(unit);
        let certificate = root_signer.sign(Certificate {
            v: 1,
            unit,
            root: root_signer.public().to_owned(),
            device: chain::device_id(device_signer.public()),
            key: device_signer.public().to_owned(),
            age: identity.to_public().to_string(),
            name: format!("Máy {number}"),
            at: AT.to_owned(),
        })?;
        Ok(Office {
            unit,
            name: format!("Đơn vị {number}"),
            code: format!("H02.{number}"),
            root: root.to_string(),
            device: device.to_string(),
            age: bundle_keys::identity_text(&identity).to_string(),
            certificate,
        })
    }

    fn party(&self) -> Result<Party, Failure> {
        Ok(Party {
            unit: self.unit,
            name: self.name.clone(),
            code: self.code.clone(),
            root: Signer::parse(&self.root)?.public().to_owned(),
            recovery: self.recipient()?,
        })
    }

    fn recipient(&self) -> Result<String, Failure> {
        Ok(bundle_keys::parse_identity(&self.age)?.to_public().to_string())
    }

    fn author(&self) -> Author {
        Author {
            certificate: self.certificate.clone(),
            epoch: 1,
            person: RecordKey::Owned(self.unit, [1; 8]),
        }
    }
}

/// A parent, a child, and the channel between them.
#[derive(Clone, Serialize, Deserialize)]
pub struct Pair {
    /// The child.
    pub child: Office,
    /// The parent.
    pub parent: Office,
    charter: Signed,
    channel: ChannelId,
}

impl Pair {
    /// A province with one of its units.
    pub fn new() -> Result<Pair, Failure> {
        Pair::below(&Office::new(0)?, 1)
    }

    /// Another unit below the same parent.
    pub fn below(parent: &Office, number: u16) -> Result<Pair, Failure> {
        let child = Office::new(number)?;
        let mut channel = [3; 16];
        channel[..2].copy_from_slice(&number.to_be_bytes());
        let channel = ChannelId(channel);
        let charter = Signer::parse(&parent.root)?.sign(Charter {
            v: 1,
            channel,
            kind: ChannelKind::Pair,
            parent: Some(parent.party()?),
            child: Some(child.party()?),
            request: None,
            at: AT.to_owned(),
        })?;
        Ok(Pair {
            child,
            parent: parent.clone(),
            charter,
            channel,
        })
    }
}

/// One end of a channel: an office's store, opened.
pub struct Desk {
    store: Store,
    salt: u64,
}

/// Where a feed has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    tip: Tip,
}

impl Place {
    /// The last line.
    pub fn line(&self) -> u64 {
        self.tip.n
    }
}

fn random(salt: &mut u64) -> impl FnMut(&mut [u8]) + '_ {
    move |bytes| {
        for byte in bytes {
            *salt = salt
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            *byte = (*salt >> 56) as u8;
        }
    }
}

impl Desk {
    /// Opens or makes the store at a path.
    pub fn open(path: &Path, salt: u64) -> Result<Desk, Failure> {
        let store = Store::open(path, &[9; 32])?;
        Ok(Desk { store, salt })
    }

    /// Learns of a channel.
    pub fn join(&self, pair: &Pair) -> Result<(), Failure> {
        Ok(self.store.write(|writer| {
            writer.take_charter(&pair.charter)?;
            for office in [&pair.child, &pair.parent] {
                writer.take_device(&office.certificate)?;
            }
            Ok::<_, LedgerError>(())
        })?)
    }

    /// Registers rows as tasks, one entry each; answers what they are called.
    pub fn create(&mut self, pair: &Pair, office: &Office, rows: &[Row]) -> Result<Vec<RecordId>, Failure> {
        let author = office.author();
        let salt = &mut self.salt;
        let mut made = Vec::with_capacity(rows.len());
        for some in rows.chunks(1_000) {
            self.store.write(|writer| {
                for row in some {
                    let set = FIELDS.iter().zip(row).enumerate();
                    let set = set.map(|(field, (name, text))| ((*name).to_owned(), workload::value(field, text)));
                    let mut wish = Wish::make("task", Vec::new());
                    wish.set = set.collect();
                    let mut edges = Edges {
                        now: NOW,
                        random: &mut random(salt),
                    };
                    let done = writer.append(pair.channel, &author, "task.create", vec![wish], &mut edges)?;
                    made.extend(done.made.into_iter().flatten());
                }
                Ok::<_, LedgerError>(())
            })?;
        }
        Ok(made)
    }

    /// Edits, one entry each, all of them committed together.
    pub fn edit<'e>(
        &mut self,
        pair: &Pair,
        office: &Office,
        tasks: &[RecordId],
        edits: impl IntoIterator<Item = &'e Edit>,
    ) -> Result<(), Failure> {
        let author = office.author();
        let salt = &mut self.salt;
        Ok(self.store.write(|writer| {
            for edit in edits {
                let set = vec![(FIELDS[edit.field], workload::value(edit.field, &edit.value))];
                let mut edges = Edges {
                    now: NOW,
                    random: &mut random(salt),
                };
                let wish = Wish::change(tasks[edit.row].clone(), set);
                writer.append(pair.channel, &author, "task.set", vec![wish], &mut edges)?;
            }
            Ok::<_, LedgerError>(())
        })?)
    }

    /// How far an office's own feed has come here.
    pub fn place(&self, pair: &Pair, office: &Office) -> Result<Place, Failure> {
        let device = Certificate::read(&office.certificate)?.device;
        let tip = self.store.read(|connection| {
            let all = cells::channels(connection)?;
            let channel = all.into_iter().find(|channel| channel.key == pair.channel);
            let channel = channel.ok_or(LedgerError::UnknownChannel(pair.channel))?;
            let tips = ranges::tips(connection, channel.id)?.into_iter();
            let tip = tips.filter(|tip| tip.device == device).max_by_key(|tip| tip.n);
            tip.ok_or_else(|| LedgerError::NotFound("feed".to_owned()))
        })?;
        Ok(Place { tip })
    }

    /// The lines after one place, up to another.
    fn lines_between(&self, after: Option<&Place>, upto: &Place) -> Result<Outgoing, LedgerError> {
        let first = after.map_or(0, |place| place.tip.n + 1);
        Ok(Outgoing {
            tip: upto.tip.clone(),
            first,
            last: upto.tip.n,
            before: after.map(|place| place.tip.hash),
            hash: upto.tip.hash,
            checkpoint: None,
            rows: vec![(upto.tip.id, first, upto.tip.n)],
        })
    }

    /// Every value that stands in each of these cells, whether shown or listed in a conflict.
    pub fn values(
        &self,
        tasks: &[RecordId],
        wanted: impl IntoIterator<Item = (usize, usize)>,
    ) -> Result<HashMap<(usize, usize), Vec<String>>, Failure> {
        Ok(self.store.read(|connection| {
            let words = cells::Words::load(connection)?;
            let mut feeds = cells::Feeds::default();
            let mut found = HashMap::new();
            for (row, field) in wanted {
                let record = cells::record_row(connection, &words, &tasks[row])?;
                let record = record.ok_or_else(|| LedgerError::NotFound(tasks[row].to_string()))?;
                let heads = cells::heads(connection, &words, &mut feeds, record)?;
                let values = heads.get(FIELDS[field]).into_iter().flat_map(|cell| &cell.0);
                let texts = values.filter_map(|head| head.value.as_ref()?.as_str().map(str::to_owned));
                found.insert((row, field), texts.collect());
            }
            Ok::<_, LedgerError>(found)
        })?)
    }

    /// How many cells show a conflict.
    pub fn conflicts(&self) -> Result<usize, Failure> {
        Ok(self.store.read(|connection| {
            let words = cells::Words::load(connection)?;
            cells::conflicts(connection, &words).map(|all| all.len())
        })?)
    }

    fn texts(&self, outgoing: &Outgoing) -> Result<(String, String), LedgerError> {
        self.store.read(|connection| {
            let mut text = String::new();
            for (feed, first, last) in &outgoing.rows {
                lines::each(connection, *feed, *first, *last, |_, line| {
                    text.push_str(line);
                    text.push('\n');
                    Ok(true)
                })?;
            }
            let mut values = String::new();
            ranges::each_value(connection, outgoing, |value| {
                values.push_str(&value.write());
                values.push('\n');
                Ok(())
            })?;
            Ok((text, values))
        })
    }
}

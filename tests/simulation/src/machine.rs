//! One machine: its database, the mark beside it, its clock, and the ways in which it is copied, restored and cut off.

use crate::cast::{self, Cast, Device};
use crate::model::Lines;
use chidao_domain::ids::{ChannelId, FeedId, Hash, RecordKey};
use chidao_ledger::store::append::Author;
use chidao_ledger::store::{Connection, LedgerError, Store, cells, exchange, lines};
use chidao_ledger::trust::Signer;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What went wrong with the run itself.
pub type Failure = Box<dyn std::error::Error>;

/// The key of every database: it guards nothing here.
const KEY: [u8; 32] = [7; 32];
/// The database and its journal.
const FILES: [&str; 2] = ["ledger.db", "ledger.db-wal"];

/// How far own feeds had come when a bundle left, kept outside the database. DESIGN 4.8.
#[derive(Clone, Debug)]
struct Mark {
    place: u32,
    feeds: Vec<(FeedId, u64, Hash)>,
}

/// What lies beside the database, or is told by the home as a whole.
#[derive(Clone)]
struct Home {
    epoch: u64,
    mark: Option<Mark>,
    left: bool,
    held: Lines,
    number: u64,
    taken_in: BTreeSet<usize>,
}

/// One machine.
pub struct Machine {
    /// For people who read what failed.
    pub name: String,
    /// Its unit, by its place in the cast.
    pub unit: usize,
    /// Its key and certificate.
    pub device: &'static Device,
    /// Its signing key.
    pub signer: Signer,
    /// How far its clock is wrong, in milliseconds.
    pub skew: i64,
    place: u32,
    folder: PathBuf,
    store: Option<Store>,
    home: Home,
    kept: Vec<(PathBuf, Home)>,
}

/// The channel's row in a database.
pub fn row_of(connection: &Connection, channel: ChannelId) -> Result<i64, LedgerError> {
    let all = cells::channels(connection)?;
    let found = all.iter().find(|one| one.key == channel);
    Ok(found.ok_or(LedgerError::UnknownChannel(channel))?.id)
}

fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for name in FILES {
        match fs::copy(from.join(name), to.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => match fs::remove_file(to.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            },
            copied => drop(copied?),
        }
    }
    Ok(())
}

impl Machine {
    /// A new machine of a unit.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn new(name: String, unit: usize, number: usize, place: u32, folder: PathBuf) -> Result<Machine, Failure> {
        let device = &Cast::standing().units[unit].devices[number];
        fs::create_dir_all(&folder)?;
        Ok(Machine {
            name,
            unit,
            device,
            signer: Signer::parse(&device.signing)?,
            skew: 0,
            place,
            store: Some(Store::open(&folder.join(FILES[0]), &KEY)?),
            folder,
            home: Home {
                epoch: 1,
                mark: None,
                left: false,
                held: Lines::default(),
                number: 0,
                taken_in: BTreeSet::new(),
            },
            kept: Vec::new(),
        })
    }

    /// Its database.
    ///
    /// # Panics
    /// Never: it is away only while this machine is being restored.
    #[must_use]
    pub fn store(&self) -> &Store {
        let store = self.store.as_ref();
        store.expect("a machine has its database but while it is restored")
    }

    /// Its moment, in milliseconds since 1970-01-01T00:00Z.
    #[must_use]
    pub fn now(&self, minute: u64) -> u64 {
        (cast::BEGINNING_MILLIS + minute * 60_000).saturating_add_signed(self.skew)
    }

    /// Who writes here.
    #[must_use]
    pub fn author(&self) -> Author {
        let mut tail = [0; 8];
        tail.copy_from_slice(&self.device.id().0[..8]);
        Author {
            certificate: self.device.certificate.clone(),
            epoch: self.home.epoch,
            person: RecordKey::Owned(Cast::standing().units[self.unit].party.unit, tail),
        }
    }

    /// Number of the next bundle.
    pub fn next_number(&mut self) -> u64 {
        self.home.number += 1;
        self.home.number
    }

    /// The lines that ought to be here, or to wait here for those before them.
    #[must_use]
    pub fn held(&self) -> &Lines {
        &self.home.held
    }

    /// Lines came here to stay.
    pub fn hold(&mut self, lines: &Lines) {
        self.home.held.add_all(lines);
    }

    /// Whether its journal tells that a bundle was taken in: then nothing more is done with it.
    #[must_use]
    pub fn has_taken_in(&self, bundle: usize) -> bool {
        self.home.taken_in.contains(&bundle)
    }

    /// Notes in the journal that a bundle was taken in.
    pub fn note_taken_in(&mut self, bundle: usize) {
        self.home.taken_in.insert(bundle);
    }

    /// Marks how far own feeds have come, before a bundle leaves.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn mark(&mut self, channels: &[ChannelId]) -> Result<(), LedgerError> {
        let device = self.device.id();
        let feeds = self.store().read(|connection| {
            let mut own = Vec::new();
            for channel in channels {
                let ends = exchange::ends(connection, row_of(connection, *channel)?)?;
                let mine = ends.into_iter().filter(|tip| tip.device == device && tip.here);
                own.extend(mine.map(|tip| (tip.root, tip.n, tip.hash)));
            }
            Ok::<_, LedgerError>(own)
        })?;
        let place = self.place;
        self.home.mark = Some(Mark { place, feeds });
        self.home.left = true;
        Ok(())
    }

    /// Lays a copy of the home aside.
    ///
    /// # Errors
    /// When files cannot be copied.
    pub fn back_up(&mut self) -> Result<(), Failure> {
        let folder = self.folder.join(format!("kept{}", self.kept.len()));
        self.store = None;
        copy_files(&self.folder, &folder)?;
        self.open()?;
        self.kept.push((folder, self.home.clone()));
        Ok(())
    }

    /// Puts the database back from a copy; whether the mark goes back with it decides whether it is noticed. Answers
    /// whether there was a copy.
    ///
    /// # Errors
    /// When files cannot be copied.
    pub fn restore(&mut self, dice: u64, noticed: bool, channels: &[ChannelId]) -> Result<bool, Failure> {
        if self.kept.is_empty() {
            return Ok(false);
        }
        self.store = None;
        let (folder, home) = &self.kept[dice as usize % self.kept.len()];
        copy_files(folder, &self.folder)?;
        let before = std::mem::replace(&mut self.home, home.clone());
        if noticed {
            self.home.mark = before.mark;
        }
        self.open()?;
        self.settle_epoch(channels)?;
        Ok(true)
    }

    /// A copy of this home in another place; unnoticed, the place looks the same.
    ///
    /// # Errors
    /// When files cannot be copied.
    pub fn copy(
        &mut self,
        name: String,
        place: Option<u32>,
        folder: PathBuf,
        channels: &[ChannelId],
    ) -> Result<Machine, Failure> {
        self.store = None;
        copy_files(&self.folder, &folder)?;
        self.open()?;
        let mut copy = Machine {
            name,
            unit: self.unit,
            device: self.device,
            signer: Signer::parse(&self.device.signing)?,
            skew: self.skew,
            place: place.unwrap_or(self.place),
            folder,
            store: None,
            home: self.home.clone(),
            kept: Vec::new(),
        };
        copy.open()?;
        copy.settle_epoch(channels)?;
        Ok(copy)
    }

    /// The power failed: what lay on the disk at that moment is what there is.
    ///
    /// # Errors
    /// When the database does not open again.
    pub fn restart_from(&mut self, disk: &Path, channels: &[ChannelId]) -> Result<(), Failure> {
        self.store = None;
        copy_files(disk, &self.folder)?;
        self.open()?;
        self.settle_epoch(channels)
    }

    /// Keeps what lies on the disk at this moment, in the middle of a write.
    ///
    /// # Errors
    /// When files cannot be copied.
    pub fn disk_now(&self) -> io::Result<PathBuf> {
        let disk = self.folder.join("disk");
        copy_files(&self.folder, &disk)?;
        Ok(disk)
    }

    fn open(&mut self) -> Result<(), LedgerError> {
        self.store = Some(Store::open(&self.folder.join(FILES[0]), &KEY)?);
        Ok(())
    }

    /// A home that does not fit its mark begins a new epoch, as the program does it when it opens a home.
    fn settle_epoch(&mut self, channels: &[ChannelId]) -> Result<(), Failure> {
        let fits = match &self.home.mark {
            None => !self.home.left,
            Some(mark) => mark.place == self.place && self.holds(mark, channels)?,
        };
        if !fits {
            let (place, feeds) = (self.place, Vec::new());
            self.home.epoch += 1;
            self.home.mark = Some(Mark { place, feeds });
        }
        Ok(())
    }

    fn holds(&self, mark: &Mark, channels: &[ChannelId]) -> Result<bool, LedgerError> {
        self.store().read(|connection| {
            let mut here = Vec::new();
            for channel in channels {
                here.extend(exchange::tips(connection, row_of(connection, *channel)?)?);
            }
            for (feed, n, hash) in &mark.feeds {
                let mut found = false;
                for tip in &here {
                    if tip.root == *feed && (tip.from_n..=tip.n).contains(n) {
                        found |= lines::hash_at(connection, tip.id, *n)? == *hash;
                    }
                }
                if !found {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }
}

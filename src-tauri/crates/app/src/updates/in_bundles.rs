//! Updates that ride in bundles: a parent's bundle carries whole update files as blobs that its manifest names. They never come
//! into a channel.

use super::shelf::Shelved;
use crate::AppError;
use crate::api::Relation;
use crate::channels;
use crate::home::{App, Open};
use crate::work::Watch;
use chidao_bundle as file;
use chidao_bundle::update::{ENDING, FILE_LIMIT};
use chidao_domain::ids::UnitId;
use chidao_ledger::store::cells::ChannelInfo;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;

/// An update file that came with a bundle and is not believed yet.
pub(crate) struct Arrived {
    hash: file::Hash,
    path: PathBuf,
}

impl App {
    /// The updates that a bundle to a unit carries: those that are carried on and have not gone to it, if it stands below
    /// this one or is this one.
    pub(crate) fn updates_for(
        &self,
        open: &Open,
        unit: UnitId,
        shared: &[ChannelInfo],
    ) -> Result<Vec<Shelved>, AppError> {
        let own = open.profile.unit();
        let is_below = |channel: &ChannelInfo| {
            channels::other(channel, own)
                .is_some_and(|(relation, party)| relation == Relation::Child && party.unit == unit)
        };
        if unit != own && !shared.iter().any(is_below) {
            return Ok(Vec::new());
        }
        let mut all = self.shelf(open)?;
        all.retain(|one| one.known.carried_on && !one.known.sent.contains(&unit.to_string()));
        Ok(all)
    }

    /// A bundle with these updates was made for a unit: they are not sent to it again, unless they are chosen anew.
    pub(crate) fn updates_sent(&self, open: &Open, unit: UnitId, sent: &[Shelved]) -> Result<(), AppError> {
        for one in sent {
            self.note_update(open, &one.id, |known| {
                known.sent.insert(unit.to_string());
            })?;
        }
        Ok(())
    }

    /// Lays an update aside that comes as a member of a bundle. Where it cannot be written it is passed over: the import is
    /// worth more.
    pub(crate) fn update_arrives(&self, hash: file::Hash, bytes: &mut dyn Read) -> io::Result<Option<Arrived>> {
        let path = self.staging.folder.join(format!("{hash}.{ENDING}"));
        let mut bounded = bytes.take(FILE_LIMIT + 1);
        let laid = File::create(&path).and_then(|mut out| {
            let mut piece = vec![0; 128 << 10];
            loop {
                match bounded.read(&mut piece) {
                    Ok(0) => return Ok(true),
                    Ok(read) => out.write_all(&piece[..read])?,
                    // The bundle's own fault is told by whoever reads it to its end.
                    Err(_) => return Ok(false),
                }
            }
        });
        io::copy(bytes, &mut io::sink())?;
        Ok(matches!(laid, Ok(true)).then_some(Arrived { hash, path }))
    }

    /// After the import: keeps those that the maker signed. What is not believed or cannot be kept goes without a trace.
    pub(crate) fn updates_arrived(&self, open: &Open, arrived: Vec<Arrived>, from: &str) {
        for Arrived { hash, path } in arrived {
            let believed = File::open(&path)
                .map_err(|_| AppError::new("update_not_one"))
                .and_then(|mut file| self.verify_update(&mut file, &mut Watch::nobody()));
            if let Ok((_, id)) = believed
                && id.to_string() == hash.to_string()
            {
                let _ = self.put_on_shelf(open, &path, id, from, &mut Watch::nobody());
            }
            let _ = std::fs::remove_file(&path);
        }
    }
}

/// The members that carry updates.
pub(crate) fn members<'a>(updates: &[Shelved]) -> Result<Vec<file::Outgoing<'a>>, AppError> {
    let members = updates.iter().map(|one| {
        let path = one.path.clone();
        Ok(file::Outgoing::blob(hash(one)?, one.size, move || {
            Ok(Box::new(File::open(path)?) as Box<dyn Read + 'a>)
        }))
    });
    members.collect()
}

/// What the manifest says of an update.
pub(crate) fn hash(update: &Shelved) -> Result<file::Hash, AppError> {
    update.id.parse().map_err(|error| AppError::internal("update", &error))
}

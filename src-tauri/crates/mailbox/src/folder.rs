//! A mailbox in a folder: on a stick, on a network share, or one that some program keeps the same on several machines.

use crate::error::MailboxError;
use crate::limits::{self, STEP};
use crate::marker::{self, MarkerId};
use crate::mounts;
use crate::name::Name;
use crate::patience::Insist;
use crate::place::{Item, Place, in_order};
use crate::progress::{Watch, tell};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Where a mailbox folder is, as an installation remembers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderAddress {
    /// The folder as it was last found.
    pub path: PathBuf,
    /// Its way from the root of the stick or share that it lies on, if it lies on one.
    pub below: Option<PathBuf>,
    /// Its identity.
    pub id: MarkerId,
}

/// A folder that is there.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    insist: Insist,
}

impl Folder {
    /// Makes a folder a mailbox, or joins the one that it is already. `roots` are those of [`mounts::roots`], `fresh` is
    /// drawn for this call. Files are given their names, and removed, by `insist`.
    ///
    /// # Errors
    /// [`MailboxError::BadAddress`] for a path that is not absolute; those of [`marker::make`].
    pub fn make(
        path: &Path,
        roots: &[PathBuf],
        fresh: MarkerId,
        insist: Insist,
    ) -> Result<(Folder, FolderAddress), MailboxError> {
        if !path.is_absolute() {
            return Err(MailboxError::BadAddress(path.display().to_string()));
        }
        let id = marker::make(path, fresh, insist)?;
        let address = FolderAddress {
            path: path.to_owned(),
            below: mounts::below(path, roots),
            id,
        };
        let path = path.to_owned();
        Ok((Folder { path, insist }, address))
    }

    /// Finds a mailbox folder again: where it was, or on whichever root it is plugged in now. The address says
    /// where that is. At its old place any mailbox will do, for there a stick may have been replaced by another; elsewhere
    /// it must be the very same. Files are given their names, and removed, by `insist`.
    ///
    /// # Errors
    /// [`MailboxError::NotThere`].
    pub fn find(
        address: &FolderAddress,
        roots: &[PathBuf],
        insist: Insist,
    ) -> Result<(Folder, FolderAddress), MailboxError> {
        let found = |path: PathBuf, id: MarkerId| {
            let address = FolderAddress {
                path: path.clone(),
                below: mounts::below(&path, roots).or_else(|| address.below.clone()),
                id,
            };
            (Folder { path, insist }, address)
        };
        if let Some(id) = marker::read(&address.path) {
            return Ok(found(address.path.clone(), id));
        }
        let below = address.below.as_ref().ok_or(MailboxError::NotThere)?;
        let elsewhere = roots.iter().map(|root| root.join(below));
        let same = |path: &PathBuf| marker::read(path).as_ref() == Some(&address.id);
        let path = elsewhere.into_iter().find(same).ok_or(MailboxError::NotThere)?;
        Ok(found(path, address.id.clone()))
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn at(&self, name: &Name) -> PathBuf {
        self.path.join(name.to_string())
    }

    /// What went wrong, or that the whole folder went away meanwhile: a stick is pulled out without a word.
    fn explained(&self, error: MailboxError) -> MailboxError {
        match error {
            MailboxError::Cancelled => error,
            error if marker::read(&self.path).is_some() => error,
            _ => MailboxError::NotThere,
        }
    }

    fn explain<T>(&self, done: Result<T, MailboxError>) -> Result<T, MailboxError> {
        done.map_err(|error| self.explained(error))
    }

    fn items(&self, watch: &mut Watch<'_>) -> Result<Vec<Item>, MailboxError> {
        let mut items = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            tell(watch, 0, 0)?;
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().and_then(Name::parse) else {
                continue;
            };
            // Of the entry itself: a link is no file of ours, wherever it leads.
            let about = match entry.metadata() {
                Ok(about) => about,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error.into()),
            };
            if about.is_file() {
                items.push(Item {
                    name,
                    size: about.len(),
                    modified: about.modified().ok().and_then(millis),
                });
            }
        }
        in_order(items)
    }

    fn removed(&self, path: &Path) -> Result<(), MailboxError> {
        match (self.insist)(&mut || fs::remove_file(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Copies the file beside its name, flushes it, reads it back, and gives it its name.
    fn place(&self, name: &Name, file: &Path, part: &Path, watch: &mut Watch<'_>) -> Result<(), MailboxError> {
        let path = self.at(name);
        if fs::symlink_metadata(&path).is_ok() {
            return Err(MailboxError::Taken(name.to_string()));
        }
        let mut from = File::open(file)?;
        let total = from.metadata()?.len();
        let mut out = File::create(part)?;
        let written = copy(&mut from, &mut out, (0, total * 2), watch)?;
        out.sync_all()?;
        drop(out);
        let read_back = copy(&mut File::open(part)?, &mut io::sink(), (total, total * 2), watch)?;
        if written != read_back || written.0 != total {
            return Err(MailboxError::ReadsBackWrong(name.to_string()));
        }
        (self.insist)(&mut || fs::rename(part, &path))?;
        // Windows and some shares cannot flush a folder; there the rename must be enough.
        if let Ok(folder) = File::open(&self.path) {
            let _ = folder.sync_all();
        }
        match fs::symlink_metadata(&path) {
            Ok(about) if about.is_file() && about.len() == total => Ok(()),
            _ => {
                let _ = self.removed(&path);
                Err(MailboxError::ReadsBackWrong(name.to_string()))
            }
        }
    }
}

impl Place for Folder {
    fn list(&self, watch: &mut Watch<'_>) -> Result<Vec<Item>, MailboxError> {
        let listed = self.items(watch)?;
        // An empty folder in the place of a stick that is gone lists nothing, and means nothing.
        if listed.is_empty() && marker::read(&self.path).is_none() {
            return Err(MailboxError::NotThere);
        }
        Ok(listed)
    }

    fn strays(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let mut strays: Vec<String> = entries
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| name.to_lowercase().ends_with(".chidao") && Name::parse(name).is_none())
            .take(limits::STRAYS)
            .collect();
        strays.sort();
        strays
    }

    fn holds(&self, name: &Name, _: &mut Watch<'_>) -> Result<bool, MailboxError> {
        match fs::symlink_metadata(self.at(name)) {
            Ok(about) => Ok(about.is_file()),
            Err(error) if error.kind() == io::ErrorKind::NotFound && marker::read(&self.path).is_some() => Ok(false),
            Err(error) => Err(self.explained(error.into())),
        }
    }

    fn put(&self, name: &Name, file: &Path, watch: &mut Watch<'_>) -> Result<(), MailboxError> {
        if marker::read(&self.path).is_none() {
            return Err(MailboxError::NotThere);
        }
        let part = self.path.join(name.part());
        let placed = self.place(name, file, &part, watch);
        if placed.is_err() {
            let _ = self.removed(&part);
        }
        self.explain(placed)
    }

    fn get(&self, name: &Name, out: &mut dyn Write, watch: &mut Watch<'_>) -> Result<u64, MailboxError> {
        let gone = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => MailboxError::Gone(name.to_string()),
            _ => error.into(),
        };
        let open = || -> Result<(File, u64), MailboxError> {
            let path = self.at(name);
            if !fs::symlink_metadata(&path).map_err(gone)?.is_file() {
                return Err(MailboxError::Gone(name.to_string()));
            }
            let file = File::open(path).map_err(gone)?;
            let size = file.metadata()?.len();
            Ok((file, size))
        };
        let (mut file, total) = self.explain(open())?;
        if total > limits::FILE {
            return Err(MailboxError::TooBig {
                what: "file",
                allowed: limits::FILE,
            });
        }
        // One that grows meanwhile is taken as long as it was: it is not whole, and who reads it will see that.
        let (count, _) = self.explain(copy(&mut (&mut file).take(total), out, (0, total), watch))?;
        if count == total {
            Ok(count)
        } else {
            Err(MailboxError::CutShort(name.to_string()))
        }
    }

    fn remove(&self, name: &Name, _: &mut Watch<'_>) -> Result<(), MailboxError> {
        self.explain(self.removed(&self.at(name)))
    }

    fn clear(&self, name: &Name, _: &mut Watch<'_>) -> Result<(), MailboxError> {
        let part = self.path.join(name.part());
        self.explain(self.removed(&part).and_then(|()| self.removed(&self.at(name))))
    }
}

/// Copies everything, and answers how many bytes with what hash.
pub(crate) fn copy(
    from: &mut dyn Read,
    to: &mut dyn Write,
    (done, total): (u64, u64),
    watch: &mut Watch<'_>,
) -> Result<(u64, blake3::Hash), MailboxError> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; STEP];
    let mut count = 0;
    loop {
        tell(watch, done + count, total)?;
        let read = match from.read(&mut buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        if read == 0 {
            return Ok((count, hasher.finalize()));
        }
        to.write_all(&buffer[..read])?;
        hasher.update(&buffer[..read]);
        count += read as u64;
    }
}

fn millis(at: SystemTime) -> Option<i64> {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

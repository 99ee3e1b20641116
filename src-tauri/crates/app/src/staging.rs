//! Files that cross the seam, each under a token: handed to the program, or made by it.
//!
//! Nothing plain lies on the disk: a bundle is encrypted already and waits as a file; anything else goes into the
//! encrypted store at once; small texts that a person is about to save stay in memory.
//!
//! A token lives as long as its run, unless a draft that was kept names it: then its content is kept with the draft, and
//! the token is good again after a crash. What no draft names and no record took is swept once no other run is alive.

use crate::api::ReadyFile;
use crate::home::{App, Open, unpoisoned};
use crate::joining::JOINING_LIMIT;
use crate::sealed::{Sealed, Sealing};
use crate::{AppError, audit, backup, patience, vault};
use chidao_bundle::update;
use chidao_domain::ids::{Hash, to_hex};
use chidao_ledger::store::local::{self, DraftFile};
use chidao_ledger::store::{LedgerError, attachments};
use std::collections::HashMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The file that a run holds locked in its folder.
const LOCK: &str = "lock";

/// How every age file begins.
const AGE: &[u8] = b"age-encryption.org/v1";

#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// An encrypted file in the staging folder.
    File(PathBuf),
    /// A content in the store.
    Blob(Hash),
    /// A plain text of any size, encrypted to a key of this run.
    Sealed(Sealed),
    /// A small text.
    Memory(Vec<u8>),
}

impl Place {
    /// Removes the file that waits there, if one does.
    fn remove(&self) {
        match self {
            Place::File(path) | Place::Sealed(Sealed { path, .. }) => drop(fs::remove_file(path)),
            Place::Blob(_) | Place::Memory(_) => {}
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Staged {
    pub ready: ReadyFile,
    pub place: Place,
}

/// The staged files of one run of the program.
pub(crate) struct Staging {
    pub folder: PathBuf,
    files: Mutex<HashMap<String, Staged>>,
    /// Held as long as this run lasts.
    _lock: fs::File,
}

impl Staging {
    /// Makes a folder of this run's own, and removes those of runs that have ended: their tokens are lost. A run that goes
    /// on holds the lock in its folder.
    pub(crate) fn open(folder: &Path, run: &str) -> Result<Staging, AppError> {
        let unusable =
            |error: std::io::Error| AppError::of_writing("home_unusable", &error).with("path", folder.display());
        fs::create_dir_all(folder).map_err(unusable)?;
        for entry in fs::read_dir(folder).map_err(unusable)?.flatten() {
            if has_ended(&entry.path()) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        let folder = folder.join(run);
        fs::create_dir_all(&folder).map_err(unusable)?;
        let lock = fs::File::create(folder.join(LOCK)).map_err(unusable)?;
        lock.lock().map_err(unusable)?;
        Ok(Staging {
            folder,
            files: Mutex::default(),
            _lock: lock,
        })
    }

    /// Whether no other run has this home open. One that starts meanwhile can hand over nothing before it may write.
    pub(crate) fn is_alone(&self) -> bool {
        let runs = self.folder.parent().map(fs::read_dir);
        let Some(Ok(runs)) = runs else { return false };
        runs.flatten()
            .all(|run| run.path() == self.folder || has_ended(&run.path()))
    }

    pub(crate) fn forget_all(&self) {
        for staged in unpoisoned(&self.files).drain() {
            staged.1.place.remove();
        }
    }
}

/// Whether the run that made a folder is over: nobody holds its lock.
fn has_ended(run: &Path) -> bool {
    match fs::File::open(run.join(LOCK)) {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(_) => true,
    }
}

/// The last part of a path as a person would name the file, without what file systems refuse.
pub(crate) fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = chidao_domain::text::nfc(last)
        .chars()
        .map(|c| {
            if c.is_control() || "<>:\"|?*".contains(c) {
                '_'
            } else {
                c
            }
        })
        .take(200)
        .collect();
    let clean = clean.trim_matches([' ', '.']).to_owned();
    if clean.is_empty() { "tep".to_owned() } else { clean }
}

/// The media type by a file's name; enough to show photos and to name the rest.
pub(crate) fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default().to_lowercase().as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "pdf" => "application/pdf",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "csv" => "text/csv",
        "txt" => "text/plain",
        "chidao" => "application/x-chidao-bundle",
        _ => "application/octet-stream",
    }
}

impl App {
    pub(crate) fn keep_staged(&self, name: &str, size: u64, place: Place) -> ReadyFile {
        let file = to_hex(&self.random::<16>());
        let ready = ReadyFile {
            file: file.clone(),
            name: safe_name(name),
            size,
            media_type: media_type(name).into(),
        };
        unpoisoned(&self.staging.files).insert(
            file,
            Staged {
                ready: ready.clone(),
                place,
            },
        );
        ready
    }

    /// Forgets a token, and removes the file under it.
    pub(crate) fn drop_staged(&self, token: &str) {
        let staged = unpoisoned(&self.staging.files).remove(token);
        if let Some(staged) = staged {
            staged.place.remove();
        }
    }

    /// Forgets a token that was refused, and its content in the store, unless a draft, a record or another token has it.
    pub(crate) fn drop_refused(&self, open: &Open, token: &str) -> Result<(), AppError> {
        let mut files = unpoisoned(&self.staging.files);
        let Some(staged) = files.remove(token) else {
            return Ok(());
        };
        let Place::Blob(hash) = staged.place else {
            staged.place.remove();
            return Ok(());
        };
        let wanted = files
            .values()
            .any(|other| matches!(other.place, Place::Blob(it) if it == hash));
        drop(files);
        if wanted {
            return Ok(());
        }
        Ok(open.store.write(|writer| match self.staging.is_alone() {
            true => writer.drop_unattached(hash).map(drop),
            false => Ok(()),
        })?)
    }

    pub(crate) fn staged(&self, token: &str) -> Result<Staged, AppError> {
        if let Some(staged) = unpoisoned(&self.staging.files).get(token) {
            return Ok(staged.clone());
        }
        let kept = self.opened()?.store.read(|connection| {
            let file = local::draft_file(connection, token)?;
            let blob = file.as_ref().map(|file| attachments::find(connection, file.hash));
            Ok::<_, LedgerError>(file.zip(blob.transpose()?.flatten()))
        })?;
        let (file, blob) = kept.ok_or_else(|| AppError::new("file_gone").with("file", token))?;
        Ok(Staged {
            ready: ReadyFile {
                file: file.token,
                media_type: media_type(&file.name).into(),
                name: file.name,
                size: blob.size,
            },
            place: Place::Blob(blob.hash),
        })
    }

    /// Keeps a draft together with the files whose tokens stand in its text.
    pub(crate) fn keep_draft(&self, open: &Open, name: &str, text: &str) -> Result<(), AppError> {
        let at = self.now_text();
        let mut named: Vec<(String, Staged)> = unpoisoned(&self.staging.files)
            .iter()
            .filter(|(token, _)| text.contains(token.as_str()))
            .map(|(token, staged)| (token.clone(), staged.clone()))
            .collect();
        named.sort_by(|a, b| a.0.cmp(&b.0));
        open.store.write::<_, AppError>(|writer| {
            let mut files = local::draft_files(writer.connection())?;
            files.retain(|file| text.contains(&file.token));
            for (token, staged) in named {
                if files.iter().any(|file| file.token == token) {
                    continue;
                }
                let hash = match staged.place {
                    Place::Blob(hash) => hash,
                    Place::Memory(bytes) => writer.put_blob(&[], &mut bytes.as_slice())?.hash,
                    Place::Sealed(sealed) => writer.put_blob(&[], &mut sealed.open()?)?.hash,
                    Place::File(path) => {
                        writer
                            .put_blob(&[], &mut fs::File::open(path).map_err(LedgerError::from)?)?
                            .hash
                    }
                };
                files.push(DraftFile {
                    token,
                    name: staged.ready.name,
                    hash,
                });
            }
            Ok(writer.keep_draft(name, text, &at, &files)?)
        })
    }

    /// Sweeps what runs that are over had taken in for something that was never written.
    pub(crate) fn sweep_staged(&self, open: &Open) -> Result<(), AppError> {
        open.store.write(|writer| {
            // Asked while writing: whoever hands over a file after this has to wait.
            if self.staging.is_alone() {
                writer.sweep_unattached()?;
            }
            Ok::<_, LedgerError>(())
        })?;
        Ok(())
    }

    /// Takes in the bytes of a file that a person handed over. The name is only a name.
    ///
    /// # Errors
    /// `locked` when nothing is open yet and the file is larger than an answer to a machine that joins; `file_too_big`;
    /// `file_unreadable`.
    pub fn stage(&self, name: &str, bytes: &mut dyn Read) -> Result<ReadyFile, AppError> {
        let unreadable =
            |error: std::io::Error| AppError::of_writing("file_unreadable", &error).with("name", safe_name(name));
        // A backup is encrypted, and is handed over before anything is open.
        let is_backup = name.to_ascii_lowercase().ends_with(backup::file::ENDING);
        // An update is no secret, and never goes into the store.
        let is_update = name.to_ascii_lowercase().ends_with(update::ENDING);
        let bytes: &mut dyn Read = match is_update {
            // One byte more than allowed is enough to be refused.
            true => &mut bytes.take(update::FILE_LIMIT + 1),
            false => bytes,
        };
        match self.opened() {
            Ok(_) => {}
            Err(_) if is_backup => {}
            // A machine that joins its unit has no store to keep the answer in; that is small, and stays in memory.
            Err(locked) => {
                let mut all = Vec::new();
                bytes
                    .take(JOINING_LIMIT + 1)
                    .read_to_end(&mut all)
                    .map_err(unreadable)?;
                if all.len() as u64 > JOINING_LIMIT {
                    return Err(locked);
                }
                return Ok(self.keep_staged(name, all.len() as u64, Place::Memory(all)));
            }
        }
        let mut head = Vec::new();
        (&mut *bytes)
            .take(AGE.len() as u64)
            .read_to_end(&mut head)
            .map_err(unreadable)?;
        if head == AGE || is_backup || is_update {
            let path = self
                .staging
                .folder
                .join(format!("{}.chidao", to_hex(&self.random::<16>())));
            let mut written = || -> std::io::Result<u64> {
                let mut file = fs::File::create(&path)?;
                file.write_all(&head)?;
                Ok(head.len() as u64 + std::io::copy(bytes, &mut file)?)
            };
            let size = written().map_err(|error| {
                let _ = fs::remove_file(&path);
                unreadable(error)
            })?;
            if is_backup && let Err(error) = backup::file::look(&path) {
                let _ = fs::remove_file(&path);
                return Err(error);
            }
            return Ok(self.keep_staged(name, size, Place::File(path)));
        }
        if head == audit::OPENING {
            return self.stage_sealed(name, &mut head.chain(bytes), &unreadable);
        }
        let open = self.opened()?;
        let mut all = head.chain(bytes);
        let blob = open
            .store
            .write(|writer| writer.put_blob(&[], &mut all))
            .map_err(|error| match error {
                LedgerError::NotFound(what) if what == "blob_too_big" => AppError::new("file_too_big")
                    .with("name", safe_name(name))
                    .with("limit", attachments::BLOB_LIMIT),
                error => error.into(),
            })?;
        Ok(self.keep_staged(name, blob.size, Place::Blob(blob.hash)))
    }

    /// Keeps a plain file that may be of any size, without taking it into the store.
    fn stage_sealed(
        &self,
        name: &str,
        bytes: &mut dyn Read,
        unreadable: &dyn Fn(std::io::Error) -> AppError,
    ) -> Result<ReadyFile, AppError> {
        let path = self
            .staging
            .folder
            .join(format!("{}.sealed", to_hex(&self.random::<16>())));
        let mut sealing = Sealing::begin(&path)?;
        std::io::copy(bytes, &mut sealing).map_err(unreadable)?;
        let sealed = sealing.finish().map_err(unreadable)?;
        Ok(self.keep_staged(name, sealed.size, Place::Sealed(sealed)))
    }

    /// What waits under a token.
    pub fn file(&self, token: &str) -> Result<ReadyFile, AppError> {
        Ok(self.staged(token)?.ready)
    }

    /// Writes the bytes under a token; answers how many.
    pub fn read_file(&self, token: &str, out: &mut dyn Write) -> Result<u64, AppError> {
        let failed = |error: std::io::Error| AppError::of_writing("file_not_written", &error).retryable();
        match self.staged(token)?.place {
            Place::File(path) => {
                let mut file = fs::File::open(path).map_err(|_| AppError::new("file_gone").with("file", token))?;
                std::io::copy(&mut file, out).map_err(failed)
            }
            Place::Sealed(sealed) => std::io::copy(&mut sealed.open()?, out).map_err(failed),
            Place::Memory(bytes) => out.write_all(&bytes).map(|()| bytes.len() as u64).map_err(failed),
            Place::Blob(hash) => {
                let mut count = 0;
                self.opened()?.store.read(|connection| {
                    attachments::each_piece(connection, hash, |piece| {
                        count += piece.len() as u64;
                        Ok(out.write_all(piece)?)
                    })
                })?;
                Ok(count)
            }
        }
    }

    /// All bytes under a token, at most `limit`.
    pub(crate) fn file_bytes(&self, token: &str, limit: u64) -> Result<Vec<u8>, AppError> {
        let ready = self.file(token)?;
        if ready.size > limit {
            return Err(AppError::new("file_too_big")
                .with("name", ready.name)
                .with("limit", limit));
        }
        let mut bytes = Vec::new();
        self.read_file(token, &mut bytes)?;
        Ok(bytes)
    }

    /// Saves the file under a token: written as `.part`, flushed, read back and compared, then renamed.
    ///
    /// # Errors
    /// `file_exists`; `file_not_written`; `file_reads_back_wrong`. On failure nothing is left behind.
    pub fn save_file(&self, token: &str, path: &Path) -> Result<(), AppError> {
        if path.exists() {
            return Err(AppError::new("file_exists").with("path", path.display()));
        }
        let mut name = path.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        let saved = self.save_part(token, path, &part);
        if saved.is_err() {
            let _ = patience::insist(|| fs::remove_file(&part));
        }
        saved
    }

    fn save_part(&self, token: &str, path: &Path, part: &Path) -> Result<(), AppError> {
        let failed = |error: std::io::Error| {
            AppError::of_writing("file_not_written", &error)
                .with("path", path.display())
                .retryable()
        };
        let mut out = Hashed {
            inner: fs::File::create(part).map_err(failed)?,
            hasher: blake3::Hasher::new(),
        };
        self.read_file(token, &mut out)?;
        out.inner.sync_all().map_err(failed)?;
        let written = out.hasher.finalize();
        drop(out);
        let mut hasher = blake3::Hasher::new();
        std::io::copy(&mut fs::File::open(part).map_err(failed)?, &mut hasher).map_err(failed)?;
        if hasher.finalize() != written {
            return Err(AppError::new("file_reads_back_wrong")
                .with("path", path.display())
                .retryable());
        }
        patience::insist(|| fs::rename(part, path)).map_err(failed)?;
        flush_name(path).map_err(|error| {
            let _ = fs::remove_file(path);
            failed(error)
        })
    }

    /// Writes a small file of the home whole or not at all.
    pub(crate) fn write_home_file(&self, name: &str, bytes: &[u8]) -> Result<(), AppError> {
        vault::write_whole(&self.home.join(name), bytes)
    }
}

/// Flushes the name that a flushed file has just been given: until then a stick may not be pulled out.
fn flush_name(path: &Path) -> std::io::Result<()> {
    use std::io::ErrorKind::{InvalidInput, Unsupported};
    if cfg!(windows) {
        // A folder cannot be flushed there; a file's flush takes the entry in its folder along.
        return patience::insist(|| fs::File::options().write(true).open(path))?.sync_all();
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    match fs::File::open(folder)?.sync_all() {
        // Some file systems flush no folders; they write them at once.
        Err(error) if matches!(error.kind(), InvalidInput | Unsupported) => Ok(()),
        flushed => flushed,
    }
}

struct Hashed<W> {
    inner: W,
    hasher: blake3::Hasher,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        Ok(count)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

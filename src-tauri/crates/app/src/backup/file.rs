//! The file of a backup: the encrypted database as it is, then a tar of the vault's files, then a foot that tells where
//! one ends and the other begins. HOME.md describes it for whoever has to open one without this program.
//!
//! Nothing in it is readable: the database and the vault's files are encrypted, and the head says only when, why and by
//! which machine it was made.

use crate::AppError;
use crate::api::BackupWhy;
use chidao_domain::ids::{DeviceId, Hash};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

/// How every backup ends.
const MAGIC: &[u8; 16] = b"chidao backup 1\n";
/// BLAKE3 of the tar, size of the database (little-endian), and [`MAGIC`].
const FOOT: u64 = 32 + 8 + 16;
/// Most bytes of the tar.
const TAR_LIMIT: u64 = 16 << 20;
/// Most bytes of one of the vault's files.
const KEY_FILE_LIMIT: u64 = 256 << 10;
/// Bytes between two looks at the watch.
const PIECE: usize = 1 << 20;

/// How the name of a backup ends.
pub(crate) const ENDING: &str = "chidao-backup";

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub v: u32,
    /// When, RFC 3339.
    pub at: String,
    pub why: BackupWhy,
    pub device: DeviceId,
    /// Version of the program.
    pub program: String,
    /// What this machine itself had written: two backups alike in this differ only by what came from others.
    pub own: Hash,
    /// BLAKE3 of the database.
    pub database: Hash,
    /// The vault's files, in order of name.
    pub vault: Vec<KeyFile>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyFile {
    pub name: String,
    pub blake3: Hash,
}

/// The device of a backup that was made before the store was opened, in the home's own folder.
pub(crate) const UNTOLD: DeviceId = DeviceId([0; 16]);

impl Head {
    /// Whether it is of this machine.
    pub(crate) fn is_of(&self, device: DeviceId) -> bool {
        self.device == device || self.device == UNTOLD
    }
}

/// A backup that was looked at: its foot and head fit. The database is compared when it is taken out.
#[derive(Debug)]
pub(crate) struct Backup {
    pub head: Head,
    pub size: u64,
    database: u64,
    files: Vec<(String, Vec<u8>)>,
}

fn damaged(what: &str) -> AppError {
    AppError::new("backup_damaged").with("detail", what)
}

fn unreadable(error: std::io::Error) -> AppError {
    AppError::new("backup_unreadable").with("detail", error)
}

fn hash_of(bytes: &[u8]) -> Hash {
    Hash(*blake3::hash(bytes).as_bytes())
}

/// Whether a name is that of a vault's file and nothing else.
fn is_key_file(name: &str) -> bool {
    name.strip_suffix(".age").is_some_and(|stem| {
        (1..=80).contains(&stem.len())
            && stem
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    })
}

/// The vault's files, in order of name.
pub(crate) fn key_files(vault: &Path) -> Result<Vec<(String, Vec<u8>)>, AppError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(vault).map_err(unreadable)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_key_file(&name) {
            files.push((name, fs::read(entry.path()).map_err(unreadable)?));
        }
    }
    files.sort();
    Ok(files)
}

/// Told how many bytes of how many are done; `true` goes on.
pub(crate) type Told<'a> = dyn FnMut(u64, u64) -> Result<(), AppError> + 'a;

/// BLAKE3 and size of a file.
pub(crate) fn hash_file(path: &Path, told: &mut Told<'_>) -> Result<(Hash, u64), AppError> {
    let mut file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let hash = pass_through(&mut file, size, told, |_| Ok(()))?;
    Ok((hash, size))
}

/// Reads so many bytes, hands them on, and answers their hash.
fn pass_through(
    from: &mut dyn Read,
    size: u64,
    told: &mut Told<'_>,
    mut on: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> Result<Hash, AppError> {
    let mut hasher = blake3::Hasher::new();
    let mut piece = vec![0; PIECE];
    let mut done = 0;
    while done < size {
        let most = usize::try_from(size - done).unwrap_or(PIECE).min(PIECE);
        let read = from.read(&mut piece[..most]).map_err(unreadable)?;
        if read == 0 {
            return Err(damaged("cut short"));
        }
        hasher.update(&piece[..read]);
        on(&piece[..read]).map_err(|error| AppError::of_writing("file_not_written", &error).retryable())?;
        done += read as u64;
        told(done, size)?;
    }
    Ok(Hash(*hasher.finalize().as_bytes()))
}

/// Turns the copy of a database into a backup: appends the vault's files and the foot, and flushes.
pub(crate) fn finish(path: &Path, head: &Head, files: &[(String, Vec<u8>)]) -> Result<(), AppError> {
    let failed = |error: std::io::Error| AppError::of_writing("file_not_written", &error).retryable();
    let text = serde_json::to_vec_pretty(head).map_err(|error| AppError::internal("backup", &error))?;
    let mut tar = tar::Builder::new(Vec::new());
    let mut put = |name: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        tar.append_data(&mut header, name, bytes)
    };
    put("backup.json", &text).map_err(failed)?;
    for (name, bytes) in files {
        put(&format!("vault/{name}"), bytes).map_err(failed)?;
    }
    let tar = tar.into_inner().map_err(failed)?;
    let mut file = File::options().append(true).open(path).map_err(failed)?;
    let database = file.metadata().map_err(failed)?.len();
    let mut tail = tar;
    let hash = hash_of(&tail);
    tail.extend_from_slice(&hash.0);
    tail.extend_from_slice(&database.to_le_bytes());
    tail.extend_from_slice(MAGIC);
    file.write_all(&tail).and_then(|()| file.sync_all()).map_err(failed)
}

/// Looks at a backup: its foot, its head and the vault's files.
///
/// # Errors
/// `not_a_backup`; `backup_damaged`; `backup_too_new`; `backup_unreadable`.
pub(crate) fn look(path: &Path) -> Result<Backup, AppError> {
    let mut file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let not = || AppError::new("not_a_backup");
    if size < FOOT {
        return Err(not());
    }
    let mut foot = [0; FOOT as usize];
    file.seek(SeekFrom::Start(size - FOOT)).map_err(unreadable)?;
    file.read_exact(&mut foot).map_err(unreadable)?;
    let (hash, rest) = foot.split_at(32);
    let (database, magic) = rest.split_at(8);
    if magic != MAGIC {
        return Err(match magic.strip_prefix(b"chidao backup ") {
            Some(_) => AppError::new("backup_too_new"),
            None => not(),
        });
    }
    let database = database.try_into().map(u64::from_le_bytes).map_err(|_| not())?;
    let tar_size = (size - FOOT).checked_sub(database).ok_or_else(|| damaged("foot"))?;
    if tar_size > TAR_LIMIT {
        return Err(damaged("foot"));
    }
    let mut bytes = vec![0; usize::try_from(tar_size).map_err(|_| damaged("foot"))?];
    file.seek(SeekFrom::Start(database)).map_err(unreadable)?;
    file.read_exact(&mut bytes).map_err(unreadable)?;
    if hash_of(&bytes).0 != *hash {
        return Err(damaged("vault"));
    }
    let mut head: Option<Head> = None;
    let mut files = Vec::new();
    let mut archive = tar::Archive::new(bytes.as_slice());
    for entry in archive.entries().map_err(unreadable)? {
        let mut entry = entry.map_err(unreadable)?;
        let name = entry.path().map_err(unreadable)?.to_string_lossy().into_owned();
        if entry.size() > KEY_FILE_LIMIT {
            return Err(damaged("vault"));
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(unreadable)?;
        match name.strip_prefix("vault/") {
            Some(name) if is_key_file(name) => files.push((name.to_owned(), content)),
            None if name == "backup.json" => {
                head = Some(serde_json::from_slice(&content).map_err(|_| damaged("backup.json"))?);
            }
            _ => return Err(damaged("vault")),
        }
    }
    let head = head.ok_or_else(|| damaged("backup.json"))?;
    if head.v > 1 {
        return Err(AppError::new("backup_too_new"));
    }
    let named = head.vault.iter().map(|file| (file.name.as_str(), file.blake3));
    if !named.eq(files.iter().map(|(name, bytes)| (name.as_str(), hash_of(bytes)))) {
        return Err(damaged("vault"));
    }
    Ok(Backup {
        head,
        size,
        database,
        files,
    })
}

/// What the vault's files are called, with their hashes: for the head.
pub(crate) fn named(files: &[(String, Vec<u8>)]) -> Vec<KeyFile> {
    let named = files.iter().map(|(name, bytes)| KeyFile {
        name: name.clone(),
        blake3: hash_of(bytes),
    });
    named.collect()
}

impl Backup {
    /// Takes everything out into an empty folder, `ledger.db` and `vault/`, each flushed and compared with the head.
    pub(crate) fn take_out(&self, path: &Path, into: &Path, told: &mut Told<'_>) -> Result<(), AppError> {
        let failed = |error: std::io::Error| AppError::of_writing("file_not_written", &error).retryable();
        let mut from = File::open(path).map_err(unreadable)?;
        let mut to = File::create_new(into.join("ledger.db")).map_err(failed)?;
        let hash = pass_through(&mut from, self.database, told, |piece| to.write_all(piece))?;
        to.sync_all().map_err(failed)?;
        if hash != self.head.database {
            return Err(damaged("database"));
        }
        let vault = into.join("vault");
        fs::create_dir(&vault).map_err(failed)?;
        for (name, bytes) in &self.files {
            crate::vault::write_whole(&vault.join(name), bytes)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(folder: &Path) -> (std::path::PathBuf, Head) {
        let path = folder.join("b.chidao-backup");
        let database: Vec<u8> = (0..1_000_u32).map(|i| (i % 251) as u8).collect();
        fs::write(&path, &database).unwrap();
        let files = vec![
            ("keys.age".to_owned(), b"k".to_vec()),
            ("person-1.age".to_owned(), b"pp".to_vec()),
        ];
        let head = Head {
            v: 1,
            at: "2017-06-23T15:00:00+07:00".into(),
            why: BackupWhy::Daily,
            device: DeviceId([3; 16]),
            program: "0.1.0".into(),
            own: Hash([1; 32]),
            database: hash_of(&database),
            vault: named(&files),
        };
        finish(&path, &head, &files).unwrap();
        (path, head)
    }

    fn unheard(_: u64, _: u64) -> Result<(), AppError> {
        Ok(())
    }

    #[test]
    fn a_backup_comes_out_as_it_went_in() {
        let folder = tempfile::tempdir().unwrap();
        let (path, head) = made(folder.path());
        let backup = look(&path).unwrap();
        assert_eq!(backup.head, head);
        let out = tempfile::tempdir().unwrap();
        backup.take_out(&path, out.path(), &mut unheard).unwrap();
        assert_eq!(
            hash_file(&out.path().join("ledger.db"), &mut unheard).unwrap(),
            (head.database, 1_000)
        );
        assert_eq!(key_files(&out.path().join("vault")).unwrap(), backup.files);
    }

    #[test]
    fn every_altered_byte_and_every_cut_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = made(folder.path());
        let whole = fs::read(&path).unwrap();
        let altered = folder.path().join("altered");
        let taken = |bytes: &[u8]| {
            fs::write(&altered, bytes).unwrap();
            let out = tempfile::tempdir().unwrap();
            look(&altered)?.take_out(&altered, out.path(), &mut unheard)
        };
        for at in (0..whole.len()).step_by(7) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x20;
            assert!(taken(&bytes).is_err(), "byte {at}");
        }
        for cut in (0..whole.len()).step_by(101) {
            assert!(taken(&whole[..cut]).is_err(), "cut at {cut}");
        }
        assert_eq!(taken(b"a photo").unwrap_err().code, "not_a_backup");
    }

    #[test]
    fn no_name_leads_out_of_the_vault() {
        for name in [
            "../x.age",
            "a/b.age",
            ".age",
            "person-1.age.part",
            "Person.age",
            "x.exe",
        ] {
            assert!(!is_key_file(name), "{name}");
        }
        assert!(is_key_file("person-00ff.age"));
    }
}

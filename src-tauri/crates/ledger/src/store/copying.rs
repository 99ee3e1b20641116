//! Whole copies of a store: for backups, and for a store under a new key.
//!
//! A copy is one file, encrypted like the store itself, of what was committed when the copying began. It is flushed, then
//! opened again and compared with what was copied. Others go on reading and writing meanwhile.

use super::{Connection, LedgerError, Result, STORE_VERSION, Store, cells, exchange, tell};
use rusqlite::OpenFlags;
use rusqlite::backup::{Backup, StepResult};
use std::fs::File;
use std::path::Path;
use zeroize::Zeroizing;

/// Bytes of a page, as SQLCipher makes them.
const PAGE: u64 = 4096;
/// Pages copied between two looks at the watch: 4 MiB.
const PAGES: i32 = 1024;

/// The tables whose rows are counted on both sides of a copy, beside the digests: those that nothing can rebuild.
const COUNTED: &[&str] = &[
    "channel",
    "device",
    "feed",
    "run",
    "early",
    "loose_value",
    "blob",
    "journal",
    "draft",
    "setting",
    "incident",
];

/// What a store holds, in few words: two stores that answer alike hold the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Version of its tables.
    pub version: i64,
    /// Both digests of every channel, and the rows of every table that is counted.
    pub digests: Vec<String>,
}

/// What copying is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyStep {
    /// Writing pages.
    Writing,
    /// Reading them back.
    Verifying,
}

/// Told of each step how much of how much is done, in bytes; `ControlFlow::Break(())` ends it with
/// [`LedgerError::Cancelled`].
pub type CopyWatch<'w> = dyn FnMut(CopyStep, u64, u64) -> std::ops::ControlFlow<()> + 'w;

impl Store {
    /// Copies what is committed now into a new file under a key of 32 bytes, flushes it, and verifies it. On failure
    /// the caller removes the file.
    ///
    /// # Errors
    /// [`LedgerError::File`] when the file exists; [`LedgerError::Inconsistent`] when the copy does not read back as
    /// what was copied; [`LedgerError::Cancelled`].
    pub fn copy_to(&self, path: &Path, key: &[u8; 32], watch: &mut CopyWatch<'_>) -> Result<Summary> {
        self.read(|connection| copy(connection, path, &quoted(key), watch))
    }
}

/// The same for a store that must not be opened as one yet, because opening would bring it to a newer version.
pub fn copy_unopened(
    from: &Path,
    from_key: &[u8; 32],
    path: &Path,
    key: &[u8; 32],
    watch: &mut CopyWatch<'_>,
) -> Result<Summary> {
    let connection = Store::connect(Some(from), &quoted(from_key))?;
    let snapshot = connection.unchecked_transaction()?;
    copy(&snapshot, path, &quoted(key), watch)
}

/// The version of the store at a path; none while nothing was written to it. Opens it without changing anything.
///
/// # Errors
/// [`LedgerError::WrongKey`].
pub fn version_at(path: &Path, key: &[u8; 32]) -> Result<Option<i64>> {
    if !path.exists() {
        return Ok(None);
    }
    let connection = Store::connect(Some(path), &quoted(key))?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok((version > 0).then_some(version))
}

/// Whether opening a store of this version changes it.
pub fn would_migrate(version: i64) -> bool {
    version < STORE_VERSION
}

fn quoted(key: &[u8; 32]) -> Zeroizing<String> {
    Zeroizing::new(format!("x'{}'", chidao_domain::ids::to_hex(key)))
}

/// Opens the file of a copy. It is written once and flushed by hand, so it needs no log of its own.
fn at(path: &Path, key: &str, flags: OpenFlags) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.pragma_update(None, "key", key)?;
    connection
        .execute_batch("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384; SELECT count(*) FROM sqlite_schema;")
        .map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => LedgerError::WrongKey,
            _ => error.into(),
        })?;
    Ok(connection)
}

fn copy(from: &Connection, path: &Path, key: &str, watch: &mut CopyWatch<'_>) -> Result<Summary> {
    File::create_new(path)?;
    let held = summary(from)?;
    let mut to = at(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    to.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
    {
        let backup = Backup::new(from, &mut to)?;
        loop {
            let step = backup.step(PAGES)?;
            let told = backup.progress();
            let (all, left) = (u64::try_from(told.pagecount), u64::try_from(told.remaining));
            let (all, left) = (all.unwrap_or(0), left.unwrap_or(0));
            tell(
                &mut |done, total| watch(CopyStep::Writing, done, total),
                all.saturating_sub(left) * PAGE,
                all * PAGE,
            )?;
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                // The source is held by this very transaction, and nobody else knows of the target.
                other => return Err(LedgerError::Inconsistent(format!("copying: {other:?}"))),
            }
        }
    }
    // A file by itself, with nothing beside it: a store in WAL mode would want its log.
    let mode: String = to.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0))?;
    if mode != "delete" {
        return Err(LedgerError::Inconsistent(format!("a copy in {mode} mode")));
    }
    to.close().map_err(|(_, error)| error)?;
    // Opened for writing: Windows flushes no file that was opened for reading.
    File::options().write(true).open(path)?.sync_all()?;
    let read_back = verify_copy(path, key, watch)?;
    if read_back != held {
        return Err(LedgerError::Inconsistent(
            "the copy does not hold what was copied".into(),
        ));
    }
    Ok(held)
}

/// Opens a copy, looks through all of its pages, and tells what it holds.
///
/// # Errors
/// [`LedgerError::WrongKey`]; [`LedgerError::Inconsistent`] when a page is damaged.
pub fn verify_at(path: &Path, key: &[u8; 32], watch: &mut CopyWatch<'_>) -> Result<Summary> {
    verify_copy(path, &quoted(key), watch)
}

fn verify_copy(path: &Path, key: &str, watch: &mut CopyWatch<'_>) -> Result<Summary> {
    let connection = at(path, key, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let size = path.metadata()?.len();
    tell(&mut |done, total| watch(CopyStep::Verifying, done, total), 0, size)?;
    let sound: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if sound != "ok" {
        return Err(LedgerError::Inconsistent(format!("database {sound}")));
    }
    let held = summary(&connection)?;
    tell(&mut |done, total| watch(CopyStep::Verifying, done, total), size, size)?;
    Ok(held)
}

/// What a store holds.
pub fn summary(connection: &Connection) -> Result<Summary> {
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let mut digests = Vec::new();
    for channel in cells::channels(connection)? {
        let (entries, state) = exchange::digests(connection, channel.id)?;
        digests.push(format!("{} {entries} {state}", channel.key));
    }
    for table in COUNTED {
        let rows: u64 = connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        digests.push(format!("{table} {rows}"));
    }
    Ok(Summary { version, digests })
}

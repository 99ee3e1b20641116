//! The encrypted store: entries, and everything derived from them, in one SQLCipher database.
//!
//! One writer, several readers (WAL). A write is one transaction: whole, or no trace. Start with [`Store`], then
//! [`writer`] for what a transaction can do, [`apply`] for the merge, [`cells`] for what stands.

pub mod append;
pub mod apply;
pub mod attachments;
pub mod awaited;
pub mod branches;
pub mod cells;
pub mod check;
pub mod copying;
pub mod cuts;
pub mod cutting;
pub mod exchange;
pub mod history;
pub mod knowing;
pub mod lack;
pub mod lines;
pub mod local;
pub mod mailbox;
pub mod project;
pub mod receive;
pub mod tasks;
mod upgrade;
pub mod writer;

use crate::entry::BadLine;
use crate::trust::TrustError;
use chidao_domain::authority::Reason;
use chidao_domain::ids::{ChannelId, FeedId};
use chidao_domain::records::Knowledge;
use rusqlite::OpenFlags;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use zeroize::Zeroizing;

pub use rusqlite::Connection;
pub use writer::Writer;

/// The version of the store's tables.
pub const STORE_VERSION: i64 = 2;
/// What each version added to the tables of the one before it.
const STEPS: [(i64, &str); 1] = [(2, include_str!("schema_2.sql"))];
/// The least program (by [`STORE_VERSION`]) that may still open what this one writes.
pub const STORE_FLOOR: i64 = 1;

/// What can go wrong in the ledger.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database could not be read or written.
    #[error("the store: {0}")]
    Database(#[from] rusqlite::Error),
    /// A file beside the database could not be read or written.
    #[error("the store's files: {0}")]
    File(#[from] std::io::Error),
    /// The key does not open the database, or it is not one.
    #[error("the key does not open the store, or it is damaged")]
    WrongKey,
    /// The store was written by a newer program.
    #[error("the store is of version {0}, newer than this program")]
    TooNew(i64),
    /// A line is not of the form of ENTRY.md.
    #[error("feed {feed}: {bad}")]
    BadLine {
        /// The feed.
        feed: String,
        /// The line.
        bad: BadLine,
    },
    /// A signed text is wrong.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The rules refuse what a person wanted to write.
    #[error("{kind}.{field}: {}", reason.code())]
    Refused {
        /// Kind of the record.
        kind: String,
        /// The field.
        field: String,
        /// Why.
        reason: Reason,
    },
    /// A range does not hold together: numbers, hashes or checkpoint.
    #[error("feed {feed}: {what}")]
    Broken {
        /// The feed.
        feed: FeedId,
        /// What does not fit.
        what: &'static str,
    },
    /// No charter of this channel is here.
    #[error("channel {0} is not known here")]
    UnknownChannel(ChannelId),
    /// Whoever watched asked for it to stop. The caller rolls back.
    #[error("stopped as asked")]
    Cancelled,
    /// What was asked for is not here.
    #[error("{0} is not here")]
    NotFound(String),
    /// The derived tables do not fit the entries; `check` tells more.
    #[error("the store is inconsistent: {0}")]
    Inconsistent(String),
}

/// How long one connection waits for another.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// Bytes of the write-ahead log beyond which it is emptied after a write that was taken back.
const LONG_LOG: u64 = 16 << 20;

/// Whether the database failed because no room is left where it lies.
pub fn is_full(error: &rusqlite::Error) -> bool {
    // The shared index of the write-ahead log is made larger before anything is written into it.
    const SHARED_INDEX_TOO_SMALL: i32 = rusqlite::ffi::SQLITE_IOERR_SHMSIZE;
    error.sqlite_error().is_some_and(|failed| {
        failed.code == rusqlite::ErrorCode::DiskFull || failed.extended_code == SHARED_INDEX_TOO_SMALL
    })
}

/// Told how much of how much is done; `ControlFlow::Break(())` ends the work with [`LedgerError::Cancelled`].
pub type Watch<'w> = dyn FnMut(u64, u64) -> ControlFlow<()> + 'w;

/// A [`Watch`] that looks at nothing and never stops.
pub fn unwatched(_: u64, _: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn tell(watch: &mut Watch<'_>, done: u64, total: u64) -> Result<()> {
    match watch(done, total) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(LedgerError::Cancelled),
    }
}

/// Empties the write-ahead log, which still holds what was just erased; answers whether it could. While somebody reads it cannot,
/// and the next write tries again; at the latest the log goes when the store is closed.
fn empty_log(connection: &Connection) -> bool {
    let emptied = || -> rusqlite::Result<bool> {
        connection.busy_timeout(std::time::Duration::ZERO)?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
            Ok(row.get::<_, i64>(0)? == 0)
        })
    };
    let done = emptied().unwrap_or(false);
    connection.busy_timeout(PATIENCE).is_ok() && done
}

/// Shorthand of the ledger.
pub type Result<T> = std::result::Result<T, LedgerError>;

/// The encrypted store.
pub struct Store {
    path: Option<PathBuf>,
    key: Zeroizing<String>,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    knowledge: Knowledge,
    /// The write-ahead log may still hold something that was erased, or much that was taken back.
    erased: AtomicBool,
}

/// A connection lent to a reader; it goes back when dropped.
pub struct Reader<'a> {
    store: &'a Store,
    connection: Option<Connection>,
}

impl std::ops::Deref for Reader<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.connection
            .as_ref()
            .expect("a reader holds its connection until it is dropped")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let (Some(connection), Ok(mut readers)) = (self.connection.take(), self.store.readers.lock())
            && readers.len() < 4
        {
            readers.push(connection);
        }
    }
}

fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere left the connection with a transaction that SQLite rolls back; the data is whole.
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// SQLite counts itself as begun before SQLCipher, which begins after it, has its keys and masks: a second thread that
/// opens its first database meanwhile is refused its key. So one thread begins both, and the others wait for it.
fn sqlite_ready() {
    static BEGUN: std::sync::Once = std::sync::Once::new();
    BEGUN.call_once(|| drop(Connection::open_in_memory()));
}

impl Store {
    /// Opens or makes the store at a path, with a random key of 32 bytes that lies in the vault.
    ///
    /// # Errors
    /// [`LedgerError::WrongKey`] when the key does not fit; [`LedgerError::TooNew`] when a newer program wrote it.
    pub fn open(path: &Path, key: &[u8; 32]) -> Result<Store> {
        Self::open_knowing(path, key, Knowledge::THIS)
    }

    /// The same for a program that knows other rules. What a program that knew less had to lay aside is judged anew here.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_knowing(path: &Path, key: &[u8; 32], knowledge: Knowledge) -> Result<Store> {
        let key = Zeroizing::new(format!("x'{}'", chidao_domain::ids::to_hex(key)));
        let writer = Self::connect(Some(path), &key)?;
        // Readers gain from a large cache, which holds the packed columns of a long list; the writer has besides it all that a
        // transaction remembers, and together they stay below 150 MB however much is taken in.
        writer.execute_batch("PRAGMA cache_size = -24576")?;
        Self::migrate(&writer)?;
        let store = Store {
            path: Some(path.to_owned()),
            key,
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            knowledge,
            erased: AtomicBool::new(false),
        };
        store.judge_by_what_is_known()?;
        Ok(store)
    }

    /// A store in memory, for tests and for `check`. It has no second connection: readers wait for the writer.
    pub fn in_memory() -> Result<Store> {
        Self::in_memory_knowing(Knowledge::THIS)
    }

    /// The same for a program that knows other rules.
    ///
    /// # Errors
    /// As [`Store::in_memory`].
    pub fn in_memory_knowing(knowledge: Knowledge) -> Result<Store> {
        sqlite_ready();
        let writer = Connection::open_in_memory()?;
        Self::prepare(&writer)?;
        Self::migrate(&writer)?;
        Ok(Store {
            path: None,
            key: Zeroizing::default(),
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            knowledge,
            erased: AtomicBool::new(false),
        })
    }

    fn connect(path: Option<&Path>, key: &str) -> Result<Connection> {
        let path = path.ok_or_else(|| LedgerError::NotFound("store path".into()))?;
        sqlite_ready();
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.pragma_update(None, "key", key)?;
        connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
            .map_err(|error| match error.sqlite_error_code() {
                Some(rusqlite::ErrorCode::NotADatabase) => LedgerError::WrongKey,
                _ => error.into(),
            })?;
        Self::prepare(&connection)?;
        Ok(connection)
    }

    fn prepare(connection: &Connection) -> Result<()> {
        connection.busy_timeout(PATIENCE)?;
        // Temporary tables and sorts stay in memory: nothing unencrypted may reach the disk. What is deleted is overwritten: whoever
        // holds the key later must not find what was erased.
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;
             PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536; PRAGMA cell_size_check = ON;",
        )?;
        connection.set_prepared_statement_cache_capacity(128);
        Ok(())
    }

    fn migrate(connection: &Connection) -> Result<()> {
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version == 0 {
            let tx = connection.unchecked_transaction()?;
            tx.execute_batch(include_str!("schema.sql"))?;
            tx.execute_batch(tasks::SCHEMA)?;
            tx.execute_batch(mailbox::SCHEMA)?;
            tx.execute("INSERT INTO meta (name, value) VALUES ('floor', ?1)", [STORE_FLOOR])?;
            Self::step_up(&tx, 1)?;
            tx.commit()?;
            return Ok(());
        }
        if version < STORE_VERSION {
            let tx = connection.unchecked_transaction()?;
            Self::step_up(&tx, version)?;
            tx.commit()?;
            return Ok(());
        }
        // A newer program may have added tables that this one can leave alone; it says so in `floor`.
        let floor: i64 = connection.query_row("SELECT value FROM meta WHERE name = 'floor'", [], |row| row.get(0))?;
        if version > STORE_VERSION && floor > STORE_VERSION {
            return Err(LedgerError::TooNew(version));
        }
        Ok(())
    }

    /// From the tables of a version to the ones of now. A new store takes the same steps as an old one.
    fn step_up(tx: &rusqlite::Transaction<'_>, version: i64) -> Result<()> {
        for (_, tables) in STEPS.iter().filter(|(to, _)| *to > version) {
            tx.execute_batch(tables)?;
        }
        Ok(tx.pragma_update(None, "user_version", STORE_VERSION)?)
    }

    /// One transaction: whole when `work` returns `Ok`, without a trace otherwise.
    pub fn write<T, E: From<LedgerError>>(
        &self,
        work: impl FnOnce(&mut Writer<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let mut connection = unpoisoned(&self.writer);
        let tx = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(LedgerError::from)?;
        let mut writer = Writer::new(&tx)?;
        writer.knowledge = self.knowledge;
        let done = work(&mut writer).and_then(|done| Ok(writer.finish().map(|()| done)?));
        let done = match done {
            Ok(done) => done,
            Err(error) => {
                if self.log_is_long() {
                    self.erased.store(true, Ordering::Relaxed);
                }
                return Err(error);
            }
        };
        if writer.erased {
            self.erased.store(true, Ordering::Relaxed);
        }
        drop(writer);
        tx.commit().map_err(LedgerError::from)?;
        if self.erased.load(Ordering::Relaxed) && empty_log(&connection) {
            self.erased.store(false, Ordering::Relaxed);
        }
        Ok(done)
    }

    /// Whether the write-ahead log takes more room than work needs: what was taken back stays in it until somebody empties it.
    fn log_is_long(&self) -> bool {
        let log = self.path.as_ref().map(|path| {
            let mut log = path.clone().into_os_string();
            log.push("-wal");
            PathBuf::from(log)
        });
        log.and_then(|log| log.metadata().ok())
            .is_some_and(|log| log.len() > LONG_LOG)
    }

    /// A consistent look at what is committed.
    pub fn read<T, E: From<LedgerError>>(
        &self,
        work: impl FnOnce(&Connection) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        if self.path.is_none() {
            let connection = unpoisoned(&self.writer);
            return work(&connection);
        }
        let reader = self.reader()?;
        let tx = reader.unchecked_transaction().map_err(LedgerError::from)?;
        work(&tx)
    }

    fn reader(&self) -> Result<Reader<'_>> {
        let pooled = unpoisoned(&self.readers).pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => {
                let connection = Self::connect(self.path.as_deref(), &self.key)?;
                connection.pragma_update(None, "query_only", true)?;
                connection
            }
        };
        Ok(Reader {
            store: self,
            connection: Some(connection),
        })
    }
}

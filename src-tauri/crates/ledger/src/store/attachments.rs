//! Bytes of attachments: stored once by content, encrypted with the rest of the store, whole or not at all.

use super::writer::hash_of;
use super::{LedgerError, Result, Watch, Writer, tell};
use chidao_domain::ids::Hash;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashSet;
use std::io::Read;

/// Bytes of one piece.
const PIECE: usize = 256 << 10;

/// Most bytes of one attachment.
pub const BLOB_LIMIT: u64 = 512 << 20;

/// A content that is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blob {
    /// BLAKE3 of its bytes.
    pub hash: Hash,
    /// Its size in bytes.
    pub size: u64,
}

impl Writer<'_> {
    /// Stores bytes, read in pieces, for a channel. The same content again is only noted for the channel.
    ///
    /// # Errors
    /// What the reader says, and [`LedgerError::NotFound`] named `blob_too_big` beyond [`BLOB_LIMIT`]; the caller rolls back.
    pub fn put_blob(&mut self, channels: &[i64], bytes: &mut dyn Read) -> Result<Blob> {
        // The row needs the hash, and the hash needs the bytes: the row is made first with a hash that none has.
        self.tx
            .execute("INSERT INTO blob (hash, size) VALUES (zeroblob(0), 0)", [])?;
        let row = self.tx.last_insert_rowid();
        let mut hasher = blake3::Hasher::new();
        let mut piece = vec![0; PIECE];
        let mut size = 0;
        for i in 0_i64.. {
            let mut filled = 0;
            while filled < PIECE {
                match bytes.read(&mut piece[filled..])? {
                    0 => break,
                    read => filled += read,
                }
            }
            size += filled as u64;
            if size > BLOB_LIMIT {
                return Err(LedgerError::NotFound("blob_too_big".into()));
            }
            if filled > 0 {
                hasher.update(&piece[..filled]);
                self.tx
                    .prepare_cached("INSERT INTO blob_piece (blob, i, bytes) VALUES (?1, ?2, ?3)")?
                    .execute(params![row, i, &piece[..filled]])?;
            }
            if filled < PIECE {
                break;
            }
        }
        let hash = Hash(*hasher.finalize().as_bytes());
        let known: Option<i64> = self
            .tx
            .query_row("SELECT id FROM blob WHERE hash = ?1", [hash.0], |row| row.get(0))
            .optional()?;
        let stored = match known {
            Some(known) => {
                self.tx.execute("DELETE FROM blob WHERE id = ?1", [row])?;
                known
            }
            None => {
                self.tx.execute(
                    "UPDATE blob SET hash = ?2, size = ?3 WHERE id = ?1",
                    params![row, hash.0, size],
                )?;
                row
            }
        };
        for channel in channels {
            self.tx.execute(
                "INSERT OR IGNORE INTO blob_channel (blob, channel) VALUES (?1, ?2)",
                [stored, *channel],
            )?;
        }
        Ok(Blob { hash, size })
    }

    /// Notes that a content that is here was attached in a channel.
    pub fn share_blob(&mut self, hash: Hash, channel: i64) -> Result<Blob> {
        let blob = find(self.tx, hash)?.ok_or_else(|| LedgerError::NotFound(format!("attachment {hash}")))?;
        self.tx.execute(
            "INSERT OR IGNORE INTO blob_channel (blob, channel) SELECT id, ?2 FROM blob WHERE hash = ?1",
            params![hash.0, channel],
        )?;
        Ok(blob)
    }

    /// Drops contents that neither entered through a channel, nor were attached in one, nor are named by a draft: what
    /// was handed over for something that was never written. Answers how many.
    pub fn sweep_unattached(&mut self) -> Result<usize> {
        Ok(self.tx.execute(
            "DELETE FROM blob WHERE NOT EXISTS (SELECT 1 FROM blob_channel c WHERE c.blob = blob.id)
               AND NOT EXISTS (SELECT 1 FROM draft_file f WHERE f.blob = blob.id)",
            [],
        )?)
    }

    /// Drops one content, if nothing holds it as [`Writer::sweep_unattached`] would see it. Answers whether it went.
    pub fn drop_unattached(&mut self, hash: Hash) -> Result<bool> {
        let gone = self.tx.execute(
            "DELETE FROM blob WHERE hash = ?1 AND NOT EXISTS (SELECT 1 FROM blob_channel c WHERE c.blob = blob.id)
               AND NOT EXISTS (SELECT 1 FROM draft_file f WHERE f.blob = blob.id)",
            [hash.0],
        )?;
        Ok(gone > 0)
    }
}

impl Writer<'_> {
    /// Drops those of some contents that no attachment of any channel names, and no draft: what came with a bundle that was
    /// made before they were erased. Where lines wait, or are missing, one that will be named may look like these.
    pub fn sweep_unnamed(&mut self, hashes: &[Hash]) -> Result<()> {
        let mut here = Vec::new();
        for hash in hashes {
            if find(self.tx, *hash)?.is_some() {
                here.push(*hash);
            }
        }
        if here.is_empty() {
            return Ok(());
        }
        let (kind, field) = (self.word("attachment")?, self.word("blob")?);
        let named: HashSet<String> = self
            .tx
            .prepare_cached(
                "SELECT DISTINCT c.value FROM record r JOIN change c ON c.record = r.id AND c.field = ?2
                 WHERE r.kind = ?1 AND c.value IS NOT NULL",
            )?
            .query_map([kind, field], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for hash in here.iter().filter(|hash| !named.contains(&format!("\"{hash}\""))) {
            let gone = self
                .tx
                .prepare_cached(
                    "DELETE FROM blob WHERE hash = ?1 AND NOT EXISTS (SELECT 1 FROM draft_file f WHERE f.blob = blob.id)",
                )?
                .execute([hash.0])?;
            self.erased |= gone > 0;
        }
        Ok(())
    }
}

/// A content, if it is here.
pub fn find(connection: &Connection, hash: Hash) -> Result<Option<Blob>> {
    let size = connection
        .prepare_cached("SELECT size FROM blob WHERE hash = ?1")?
        .query_row([hash.0], |row| row.get(0))
        .optional()?;
    Ok(size.map(|size| Blob { hash, size }))
}

/// Whether a content may be served in a channel.
pub fn served_in(connection: &Connection, hash: Hash, channel: i64) -> Result<bool> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM blob_channel c JOIN blob b ON b.id = c.blob WHERE b.hash = ?1 AND c.channel = ?2)",
        )?
        .query_row(params![hash.0, channel], |row| row.get(0))?)
}

/// Calls back with the bytes of a content, piece by piece.
pub fn each_piece(connection: &Connection, hash: Hash, mut piece: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT p.bytes FROM blob_piece p JOIN blob b ON b.id = p.blob WHERE b.hash = ?1 ORDER BY p.i",
    )?;
    let mut rows = statement.query([hash.0])?;
    while let Some(row) = rows.next()? {
        piece(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?;
    }
    Ok(())
}

/// The contents whose bytes no longer have their hash or size, and how many there are in all. Tells the bytes read.
pub fn verify(connection: &Connection, watch: &mut Watch<'_>) -> Result<(u32, Vec<Hash>)> {
    let mut statement = connection.prepare("SELECT hash, size FROM blob")?;
    let rows: Vec<(Vec<u8>, u64)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut wrong = Vec::new();
    let total = rows.iter().map(|(_, size)| size).sum();
    let mut done = 0;
    for (hash, size) in &rows {
        let hash = hash_of(hash)?;
        let mut hasher = blake3::Hasher::new();
        let mut read = 0;
        each_piece(connection, hash, |piece| {
            hasher.update(piece);
            read += piece.len() as u64;
            tell(watch, (done + read).min(total), total)
        })?;
        done += size;
        if *hasher.finalize().as_bytes() != hash.0 || read != *size {
            wrong.push(hash);
        }
    }
    Ok((rows.len() as u32, wrong))
}

/// Piece `i` of a content, from 0; none after the last. For readers that cannot hold a statement.
pub fn piece(connection: &Connection, hash: Hash, i: u64) -> Result<Option<Vec<u8>>> {
    Ok(connection
        .prepare_cached("SELECT p.bytes FROM blob_piece p JOIN blob b ON b.id = p.blob WHERE b.hash = ?1 AND p.i = ?2")?
        .query_row(params![hash.0, i], |row| row.get(0))
        .optional()?)
}

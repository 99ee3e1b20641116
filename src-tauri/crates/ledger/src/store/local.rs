//! What stays on this machine and is never sent: journal of bundles, drafts, settings.

use super::{Result, Writer};
use chidao_domain::ids::{Hash, UnitId};
use rusqlite::{Connection, OptionalExtension, params};

/// One line of the journal of bundles.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalLine {
    /// When, RFC 3339.
    pub at: String,
    /// What became of it.
    pub outcome: String,
    /// Made here.
    pub outgoing: bool,
    /// The other unit.
    pub unit: Option<UnitId>,
    /// Hash of its manifest.
    pub manifest: Option<Hash>,
    /// The rest, as the caller's JSON.
    pub line: String,
}

/// A file that was handed over for what a draft is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftFile {
    /// The token by which the draft names it.
    pub token: String,
    /// Its name.
    pub name: String,
    /// Its content, which is in the store.
    pub hash: Hash,
}

impl Writer<'_> {
    /// Writes a line of the journal.
    pub fn journal(&mut self, line: &JournalLine) -> Result<()> {
        self.tx.execute(
            "INSERT INTO journal (at, outcome, outgoing, unit, manifest, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                line.at,
                line.outcome,
                line.outgoing,
                line.unit.map(|unit| unit.0),
                line.manifest.map(|hash| hash.0),
                line.line
            ],
        )?;
        Ok(())
    }

    /// Keeps a draft with the files that it names; an empty text drops it. A content that is not here is passed over.
    pub fn keep_draft(&mut self, name: &str, text: &str, at: &str, files: &[DraftFile]) -> Result<()> {
        if text.is_empty() {
            self.tx.execute("DELETE FROM draft WHERE name = ?1", [name])?;
        } else {
            self.tx.execute(
                "INSERT INTO draft (name, text, at) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET text = excluded.text, at = excluded.at",
                [name, text, at],
            )?;
            self.tx.execute("DELETE FROM draft_file WHERE draft = ?1", [name])?;
            for file in files {
                self.tx.execute(
                    "INSERT OR IGNORE INTO draft_file (draft, token, blob, name)
                     SELECT ?1, ?2, id, ?4 FROM blob WHERE hash = ?3",
                    params![name, file.token, file.hash.0, file.name],
                )?;
            }
        }
        Ok(())
    }

    /// Notes something that should not have happened.
    pub fn incident(&mut self, at: &str, kind: &str, line: &str) -> Result<()> {
        self.tx.execute(
            "INSERT INTO incident (at, kind, line) VALUES (?1, ?2, ?3)",
            [at, kind, line],
        )?;
        Ok(())
    }

    /// Keeps a setting.
    pub fn set(&mut self, name: &str, value: &str) -> Result<()> {
        self.tx.execute(
            "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
            [name, value],
        )?;
        Ok(())
    }
}

/// The journal, newest first.
pub fn journal(connection: &Connection, most: u32) -> Result<Vec<JournalLine>> {
    let mut statement = connection
        .prepare_cached("SELECT at, outcome, outgoing, unit, manifest, line FROM journal ORDER BY id DESC LIMIT ?1")?;
    let rows = statement.query_map([most], |row| {
        Ok(JournalLine {
            at: row.get(0)?,
            outcome: row.get(1)?,
            outgoing: row.get(2)?,
            unit: row.get::<_, Option<[u8; 16]>>(3)?.map(UnitId),
            manifest: row.get::<_, Option<[u8; 32]>>(4)?.map(Hash),
            line: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The incidents noted, newest first: when, what kind, and the rest as the caller's JSON.
pub fn incidents(connection: &Connection) -> Result<Vec<(String, String, String)>> {
    let mut statement = connection.prepare_cached("SELECT at, kind, line FROM incident ORDER BY id DESC")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The line of the journal by which a bundle was taken in, if it was.
pub fn imported(connection: &Connection, manifest: Hash) -> Result<Option<JournalLine>> {
    Ok(connection
        .prepare_cached(
            "SELECT at, outcome, outgoing, unit, line FROM journal WHERE manifest = ?1 AND outcome = 'imported' LIMIT 1",
        )?
        .query_row([manifest.0], |row| {
            Ok(JournalLine {
                at: row.get(0)?,
                outcome: row.get(1)?,
                outgoing: row.get(2)?,
                unit: row.get::<_, Option<[u8; 16]>>(3)?.map(UnitId),
                manifest: Some(manifest),
                line: row.get(4)?,
            })
        })
        .optional()?)
}

/// A draft and when it was kept.
pub fn draft(connection: &Connection, name: &str) -> Result<Option<(String, String)>> {
    Ok(connection
        .prepare_cached("SELECT text, at FROM draft WHERE name = ?1")?
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

fn draft_file_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<DraftFile> {
    Ok(DraftFile {
        token: row.get(0)?,
        name: row.get(1)?,
        hash: Hash(row.get(2)?),
    })
}

/// The files that drafts name, each token once.
pub fn draft_files(connection: &Connection) -> Result<Vec<DraftFile>> {
    let mut statement = connection.prepare_cached(
        "SELECT f.token, f.name, b.hash FROM draft_file f JOIN blob b ON b.id = f.blob GROUP BY f.token",
    )?;
    let files = statement.query_map([], draft_file_of)?;
    Ok(files.collect::<rusqlite::Result<_>>()?)
}

/// The file that drafts name by a token.
pub fn draft_file(connection: &Connection, token: &str) -> Result<Option<DraftFile>> {
    Ok(connection
        .prepare_cached(
            "SELECT f.token, f.name, b.hash FROM draft_file f JOIN blob b ON b.id = f.blob WHERE f.token = ?1 LIMIT 1",
        )?
        .query_row([token], draft_file_of)
        .optional()?)
}

/// A setting.
pub fn setting(connection: &Connection, name: &str) -> Result<Option<String>> {
    Ok(connection
        .prepare_cached("SELECT value FROM setting WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

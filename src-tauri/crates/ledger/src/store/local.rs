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

    /// Keeps a draft; an empty text drops it.
    pub fn keep_draft(&mut self, name: &str, text: &str, at: &str) -> Result<()> {
        if text.is_empty() {
            self.tx.execute("DELETE FROM draft WHERE name = ?1", [name])?;
        } else {
            self.tx.execute(
                "INSERT INTO draft (name, text, at) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET text = excluded.text, at = excluded.at",
                [name, text, at],
            )?;
        }
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

/// A setting.
pub fn setting(connection: &Connection, name: &str) -> Result<Option<String>> {
    Ok(connection
        .prepare_cached("SELECT value FROM setting WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

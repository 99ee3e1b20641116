//! Mailboxes: where they are, what is known of the files in them, and what was told through them. Local to this machine,
//! never sent. What a line says is the caller's; credentials stand in it, and the store is encrypted.

use super::exchange::Outgoing;
use super::{LedgerError, Result, Writer, lines};
use chidao_domain::ids::UnitId;
use rusqlite::{Connection, OptionalExtension, params};

/// The tables.
pub(super) const SCHEMA: &str = "
CREATE TABLE mailbox (id TEXT PRIMARY KEY, line TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- Files in a mailbox by name: `own` ones were put there by this machine, for a unit; of the others, what became of them.
CREATE TABLE mailbox_file (
  mailbox TEXT NOT NULL REFERENCES mailbox ON DELETE CASCADE, name TEXT NOT NULL,
  own INTEGER NOT NULL, unit BLOB NOT NULL, line TEXT NOT NULL,
  PRIMARY KEY (mailbox, name)
) STRICT, WITHOUT ROWID;
-- What this machine has told a unit through a mailbox.
CREATE TABLE mailbox_told (
  mailbox TEXT NOT NULL REFERENCES mailbox ON DELETE CASCADE, unit BLOB NOT NULL, line TEXT NOT NULL,
  PRIMARY KEY (mailbox, unit)
) STRICT, WITHOUT ROWID;
";

/// A file in a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailboxFile {
    /// Its name there.
    pub name: String,
    /// Put there by this machine.
    pub own: bool,
    /// Own: the unit that it is for. Otherwise the unit that it is from.
    pub unit: UnitId,
    /// The rest, as the caller's JSON.
    pub line: String,
}

/// All mailboxes: id and the caller's JSON, in order of id.
pub fn mailboxes(connection: &Connection) -> Result<Vec<(String, String)>> {
    let mut statement = connection.prepare_cached("SELECT id, line FROM mailbox ORDER BY id")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What is known of the files in a mailbox, in order of name.
pub fn files(connection: &Connection, mailbox: &str) -> Result<Vec<MailboxFile>> {
    let mut statement =
        connection.prepare_cached("SELECT name, own, unit, line FROM mailbox_file WHERE mailbox = ?1 ORDER BY name")?;
    let rows = statement.query_map([mailbox], |row| {
        Ok(MailboxFile {
            name: row.get(0)?,
            own: row.get(1)?,
            unit: UnitId(row.get(2)?),
            line: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What was last told a unit through a mailbox.
pub fn told(connection: &Connection, mailbox: &str, unit: UnitId) -> Result<Option<String>> {
    Ok(connection
        .prepare_cached("SELECT line FROM mailbox_told WHERE mailbox = ?1 AND unit = ?2")?
        .query_row(params![mailbox, unit.0], |row| row.get(0))
        .optional()?)
}

/// How many bundles of a unit were ever taken in here.
pub fn heard(connection: &Connection, unit: UnitId) -> Result<u64> {
    Ok(connection
        .prepare_cached("SELECT count(*) FROM journal WHERE unit = ?1 AND outcome = 'imported' AND outgoing = 0")?
        .query_row([unit.0], |row| row.get(0))?)
}

/// What of a range lies beyond line `n` of its feed: for a unit to which the lines up to there are on their way.
pub fn beyond(connection: &Connection, mut range: Outgoing, n: u64) -> Result<Option<Outgoing>> {
    if n < range.first {
        return Ok(Some(range));
    }
    if n >= range.last {
        return Ok(None);
    }
    let row = range.rows.iter().find(|(_, from, to)| (*from..=*to).contains(&n));
    let (row, ..) = row.ok_or_else(|| LedgerError::Inconsistent("a range has a hole".into()))?;
    range.before = Some(lines::hash_at(connection, *row, n)?);
    range.first = n + 1;
    range.rows.retain(|(_, _, to)| *to > n);
    for (_, from, _) in &mut range.rows {
        *from = (*from).max(n + 1);
    }
    Ok(Some(range))
}

impl Writer<'_> {
    /// Keeps a mailbox.
    pub fn keep_mailbox(&mut self, id: &str, line: &str) -> Result<()> {
        self.connection().execute(
            "INSERT INTO mailbox (id, line) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET line = excluded.line",
            [id, line],
        )?;
        Ok(())
    }

    /// Forgets a mailbox with everything that is known of it.
    pub fn forget_mailbox(&mut self, id: &str) -> Result<()> {
        self.connection().execute("DELETE FROM mailbox WHERE id = ?1", [id])?;
        Ok(())
    }

    /// Keeps what is known of a file in a mailbox.
    pub fn keep_mailbox_file(&mut self, mailbox: &str, file: &MailboxFile) -> Result<()> {
        self.connection()
            .prepare_cached(
                "INSERT INTO mailbox_file (mailbox, name, own, unit, line) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO UPDATE SET own = excluded.own, unit = excluded.unit, line = excluded.line",
            )?
            .execute(params![mailbox, file.name, file.own, file.unit.0, file.line])?;
        Ok(())
    }

    /// Forgets a file in a mailbox.
    pub fn forget_mailbox_file(&mut self, mailbox: &str, name: &str) -> Result<()> {
        self.connection()
            .prepare_cached("DELETE FROM mailbox_file WHERE mailbox = ?1 AND name = ?2")?
            .execute([mailbox, name])?;
        Ok(())
    }

    /// Keeps what was told a unit through a mailbox; an empty text forgets it.
    pub fn keep_mailbox_told(&mut self, mailbox: &str, unit: UnitId, line: &str) -> Result<()> {
        let connection = self.connection();
        if line.is_empty() {
            connection.execute(
                "DELETE FROM mailbox_told WHERE mailbox = ?1 AND unit = ?2",
                params![mailbox, unit.0],
            )?;
        } else {
            connection.execute(
                "INSERT INTO mailbox_told (mailbox, unit, line) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET line = excluded.line",
                params![mailbox, unit.0, line],
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::*;

    #[test]
    fn a_forgotten_mailbox_leaves_nothing_behind() {
        let store = Store::in_memory().unwrap();
        let unit = UnitId([7; 16]);
        let file = |name: &str, own| MailboxFile {
            name: name.into(),
            own,
            unit,
            line: "{}".into(),
        };
        let written: Result<()> = store.write(|writer| {
            for id in ["a", "b"] {
                writer.keep_mailbox(id, "trước")?;
                writer.keep_mailbox(id, "sau")?;
                writer.keep_mailbox_file(id, &file("2", true))?;
                writer.keep_mailbox_file(id, &file("1", false))?;
                writer.keep_mailbox_told(id, unit, "đã nói")?;
            }
            writer.forget_mailbox("a")?;
            writer.forget_mailbox_file("b", "2")
        });
        written.unwrap();
        let read: Result<()> = store.read(|connection| {
            assert_eq!(mailboxes(connection)?, [("b".to_owned(), "sau".to_owned())]);
            assert_eq!(files(connection, "a")?, []);
            assert_eq!(files(connection, "b")?, [file("1", false)]);
            assert_eq!(told(connection, "a", unit)?, None);
            assert_eq!(told(connection, "b", unit)?.as_deref(), Some("đã nói"));
            assert_eq!(heard(connection, unit)?, 0);
            Ok(())
        });
        read.unwrap();
    }
}

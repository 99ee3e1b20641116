//! A program that knows other rules than the one before it: what followed rules that were not known then is judged anew.
//! DESIGN 4.10.

use super::{LedgerError, Result, Store, Writer};
use rusqlite::{Connection, OptionalExtension, params};

/// Name of the newest version of the rules that an applied entry names.
const NEWEST: &str = "newest_rules";
/// Name of the version that the program knew which judged what is here.
const JUDGED: &str = "judged_by";

fn number(connection: &Connection, name: &str) -> Result<Option<u32>> {
    Ok(connection
        .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

fn keep(connection: &Connection, name: &str, version: u32) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
        )?
        .execute(params![name, version])?;
    Ok(())
}

/// The newest version of the rules that an applied entry names.
pub(super) fn newest_rules(connection: &Connection) -> Result<u32> {
    Ok(number(connection, NEWEST)?.unwrap_or(1))
}

impl Writer<'_> {
    /// Notes the rules that an entry follows.
    pub(super) fn note_rules(&mut self, rules: u32) -> Result<()> {
        if rules > self.newest_rules {
            self.newest_rules = rules;
            keep(self.tx, NEWEST, rules)?;
        }
        Ok(())
    }
}

impl Store {
    /// Judges everything anew where another program judged it that knew more or less, if anything here follows rules that only
    /// one of them knows. It takes as long as taking everything in once more; most upgrades find nothing to do.
    pub(super) fn judge_by_what_is_known(&self) -> Result<()> {
        let now = self.knowledge.version;
        let (before, newest) = self.read(|connection| {
            Ok::<_, LedgerError>((number(connection, JUDGED)?.unwrap_or(1), newest_rules(connection)?))
        })?;
        if before == now {
            return Ok(());
        }
        self.write(|writer| {
            if newest > before.min(now) {
                let mut channels: Vec<i64> = writer.channels.keys().copied().collect();
                channels.sort_unstable();
                for channel in channels {
                    writer.undo_derived(channel)?;
                }
                writer.apply_waiting()?;
            }
            keep(writer.tx, JUDGED, now)
        })
    }
}

//! Attachments whose bytes are still to come: which are awaited here, and which another device asks for.

use super::writer::hash_of;
use super::{Result, Writer, attachments};
use chidao_domain::ids::{ChannelId, Hash, UnitId};
use rusqlite::{Connection, params};

/// The contents that attachments of a channel name and that are not here, in order of hash; at most so many. What was
/// retracted or erased is not waited for.
pub fn awaited(connection: &Connection, channel: i64, most: u32) -> Result<Vec<Hash>> {
    // A value is the JSON text of a hash: in quotes.
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT unhex(trim(c.value, '\"')) AS hash FROM record r
         JOIN change c ON c.record = r.id
         WHERE r.kind = (SELECT id FROM word WHERE text = 'attachment') AND r.channel = ?1
           AND c.field = (SELECT id FROM word WHERE text = 'blob') AND c.state = 0 AND c.value IS NOT NULL
           AND length(hash) = 32
           AND NOT EXISTS (SELECT 1 FROM blob b WHERE b.hash = unhex(trim(c.value, '\"')))
           AND NOT EXISTS (SELECT 1 FROM change x WHERE x.record = r.id AND x.state = 0
             AND x.field = (SELECT id FROM word WHERE text = 'retracted'))
         ORDER BY hash LIMIT ?2",
    )?;
    let mut rows = statement.query(params![channel, most])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(hash_of(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?);
    }
    Ok(all)
}

/// The contents of a channel that devices of a unit ask for, that are here, and that may be served in it, in order of hash.
pub fn asked_for(connection: &Connection, channel: i64, unit: UnitId) -> Result<Vec<attachments::Blob>> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT b.hash, b.size FROM asked a JOIN device d ON d.id = a.device
         JOIN blob b ON b.hash = a.hash JOIN blob_channel c ON c.blob = b.id AND c.channel = a.channel
         WHERE a.channel = ?1 AND d.unit = ?2 AND d.key NOT IN (SELECT device FROM revoked) ORDER BY b.hash",
    )?;
    let mut rows = statement.query(params![channel, unit.0])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(attachments::Blob {
            hash: hash_of(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?,
            size: row.get(1)?,
        });
    }
    Ok(all)
}

/// Whether some device of a unit, by its last word, lacks bytes of attachments of a channel.
pub fn is_asked(connection: &Connection, channel: i64, unit: UnitId) -> Result<bool> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM asked a JOIN device d ON d.id = a.device
             WHERE a.channel = ?1 AND d.unit = ?2 AND d.key NOT IN (SELECT device FROM revoked))",
        )?
        .query_row(params![channel, unit.0], |row| row.get(0))?)
}

impl Writer<'_> {
    /// A device tells which contents of a channel it lacks: these, and no longer those that it named before.
    pub fn hear_asked(&mut self, device: i64, channel: ChannelId, hashes: &[Hash]) -> Result<()> {
        let channel = self.channel(channel)?.id;
        self.tx
            .prepare_cached("DELETE FROM asked WHERE device = ?1 AND channel = ?2")?
            .execute(params![device, channel])?;
        let mut statement = self
            .tx
            .prepare_cached("INSERT OR IGNORE INTO asked (device, channel, hash) VALUES (?1, ?2, ?3)")?;
        for hash in hashes {
            statement.execute(params![device, channel, hash.0])?;
        }
        Ok(())
    }
}

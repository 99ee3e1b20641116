//! Facts of tasks packed by column: one row of the database holds one fact of [`CHUNK`] neighbouring tasks.
//!
//! A chunk of a column of four bytes fits one page, so a fact of a million tasks is read from a thousand pages in
//! order, and changing one task writes one page for each fact that changed.

use super::super::{LedgerError, Result};
use super::row::Row;
use chidao_domain::status::Status;
use chrono::{Datelike, NaiveDate};
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use std::collections::HashMap;

/// Tasks in a chunk: fifteen words of bits, and with four bytes each just less than a page.
pub(super) const CHUNK: usize = 64 * WORDS;
const WORDS: usize = 15;

/// One bit for each task of a chunk.
pub(super) type Bits = [u64; WORDS];

/// A day that is not set: after every day that is.
pub(super) const NO_DAY: u32 = u32::MAX;

/// The status number's bits in [`Column::State`].
pub(super) const STATUS: u8 = 0b111;
/// Shift of the kind's two bits.
pub(super) const KIND: u8 = 3;
/// The bit of tasks on the province's system.
pub(super) const ON_PROVINCE_SYSTEM: u8 = 1 << 5;
/// The bit of tasks that are in the register.
pub(super) const LISTED: u8 = 1 << 6;
/// The bit of tasks that were deleted.
pub(super) const DELETED: u8 = 1 << 7;

/// The facts kept in columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Column {
    /// Status, kind and flags in one byte.
    State,
    Percent,
    Deadline,
    OriginalDeadline,
    CompletedOn,
    AssignedOn,
    Channel,
    Lead,
    Assigner,
    FieldOfWork,
    Responsible,
    /// Milliseconds since 1970-01-01T00:00Z.
    UpdatedAt,
    /// Place of the code in the order of codes.
    Code,
    /// Place of the content in the Vietnamese order.
    Content,
}

impl Column {
    pub(super) const ALL: [Column; 14] = [
        Column::State,
        Column::Percent,
        Column::Deadline,
        Column::OriginalDeadline,
        Column::CompletedOn,
        Column::AssignedOn,
        Column::Channel,
        Column::Lead,
        Column::Assigner,
        Column::FieldOfWork,
        Column::Responsible,
        Column::UpdatedAt,
        Column::Code,
        Column::Content,
    ];

    /// Bytes of one value.
    pub(super) fn width(self) -> usize {
        match self {
            Column::State | Column::Percent => 1,
            Column::UpdatedAt => 8,
            _ => 4,
        }
    }

    fn row(self, chunk: usize) -> i64 {
        ((self as i64) << 32) | chunk as i64
    }
}

/// A day in a column.
pub(super) fn day(date: Option<NaiveDate>) -> u32 {
    date.map_or(NO_DAY, |date| date.num_days_from_ce().max(0).unsigned_abs())
}

/// The byte of [`Column::State`] of a row.
pub(super) fn state(row: &Row) -> u8 {
    let status = Status::ALL.iter().position(|status| *status == row.status).unwrap_or(0) as u8;
    let mut state = status | (row.kind as u8) << KIND;
    if row.on_province_system {
        state |= ON_PROVINCE_SYSTEM;
    }
    state | if row.deleted { DELETED } else { LISTED }
}

/// The number in four bytes at a place of a chunk.
pub(super) fn four(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(4 * at..4 * at + 4)
        .and_then(|four| four.try_into().ok())
        .map_or(0, u32::from_le_bytes)
}

/// The number at a place of a chunk of any column.
pub(super) fn value(column: Column, bytes: &[u8], at: usize) -> u64 {
    let width = column.width();
    let mut number = [0; 8];
    if let Some(bytes) = bytes.get(width * at..width * (at + 1)) {
        number[..width].copy_from_slice(bytes);
    }
    u64::from_le_bytes(number)
}

/// Reads single chunks.
pub(super) struct Columns<'c> {
    statement: CachedStatement<'c>,
}

impl<'c> Columns<'c> {
    pub(super) fn new(connection: &'c Connection) -> Result<Columns<'c>> {
        Ok(Columns {
            statement: connection.prepare_cached("SELECT bytes FROM task_column WHERE id = ?1")?,
        })
    }

    /// Hands a chunk over in place.
    pub(super) fn with<T>(&mut self, column: Column, chunk: usize, work: impl FnOnce(&[u8]) -> T) -> Result<T> {
        let mut rows = self.statement.query([column.row(chunk)])?;
        Ok(match rows.next()? {
            Some(row) => work(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?),
            None => work(&[]),
        })
    }

    /// Copies a chunk.
    pub(super) fn read(&mut self, column: Column, chunk: usize, into: &mut Vec<u8>) -> Result<()> {
        self.with(column, chunk, |bytes| {
            into.clear();
            into.extend_from_slice(bytes);
            into.resize(CHUNK * column.width(), 0);
        })
    }

    /// One value.
    pub(super) fn value(&mut self, column: Column, slot: u32) -> Result<u64> {
        let (chunk, at) = place(slot);
        self.with(column, chunk, |bytes| value(column, bytes, at))
    }
}

/// Chunks of which fewer than one in so many are wanted are looked up one by one.
const SCATTERED: usize = 4;

/// Calls back with some chunks of columns, in order. Neighbours are read in one sweep, where each chunk costs a step
/// and not a search.
pub(super) fn sweep<const N: usize>(
    connection: &Connection,
    which: [Column; N],
    chunks: &[usize],
    mut work: impl FnMut(usize, [&[u8]; N]) -> Result<()>,
) -> Result<()> {
    let (Some(first), Some(last)) = (chunks.first(), chunks.last()) else {
        return Ok(());
    };
    if SCATTERED * chunks.len() < last - first {
        let mut columns = Columns::new(connection)?;
        let mut read: [Vec<u8>; N] = std::array::from_fn(|_| Vec::new());
        for chunk in chunks {
            for (column, into) in which.iter().zip(&mut read) {
                columns.read(*column, *chunk, into)?;
            }
            work(*chunk, std::array::from_fn(|i| read[i].as_slice()))?;
        }
        return Ok(());
    }
    let mut statements = Vec::with_capacity(N);
    for column in which {
        // One text for each column, so that each has its own prepared statement.
        let sql = format!("SELECT id, bytes FROM task_column WHERE id BETWEEN ?1 AND ?2 ORDER BY id -- {column:?}");
        statements.push(connection.prepare_cached(&sql)?);
    }
    let mut sweeps = Vec::with_capacity(N);
    for (statement, column) in statements.iter_mut().zip(which) {
        sweeps.push(statement.query([column.row(*first), column.row(*last)])?);
    }
    for chunk in chunks {
        let mut bytes: [&[u8]; N] = [&[]; N];
        for ((found, sweep), column) in bytes.iter_mut().zip(&mut sweeps).zip(which) {
            *found = go_to(sweep, column.row(*chunk))?;
        }
        work(*chunk, bytes)?;
    }
    Ok(())
}

/// Goes on to the row of a chunk: there is one for every chunk that holds a task.
fn go_to<'r>(rows: &'r mut rusqlite::Rows<'_>, wanted: i64) -> Result<&'r [u8]> {
    let missing = || LedgerError::Inconsistent("a chunk of a column is missing".into());
    loop {
        rows.advance()?;
        if (*rows).get().ok_or_else(missing)?.get::<_, i64>(0)? == wanted {
            break;
        }
    }
    let rows: &'r rusqlite::Rows<'_> = rows;
    let row = rows.get().ok_or_else(missing)?;
    Ok(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)
}

/// The chunk of a slot, and its place there.
pub(super) fn place(slot: u32) -> (usize, usize) {
    (slot as usize / CHUNK, slot as usize % CHUNK)
}

/// The number of slots given out.
pub(super) fn slots(connection: &Connection) -> Result<u32> {
    Ok(connection
        .prepare_cached("SELECT coalesce(max(slot) + 1, 0) FROM task")?
        .query_row([], |row| row.get(0))?)
}

/// Values to be written, gathered chunk by chunk.
#[derive(Default)]
pub(super) struct Pending {
    chunks: HashMap<(Column, usize), Chunk>,
}

struct Chunk {
    bytes: Vec<u8>,
    changed: bool,
}

impl Pending {
    pub(super) fn set(&mut self, connection: &Connection, column: Column, slot: u32, value: u64) -> Result<()> {
        let (number, at) = place(slot);
        let width = column.width();
        let chunk = match self.chunks.entry((column, number)) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(new) => {
                let bytes: Option<Vec<u8>> = connection
                    .prepare_cached("SELECT bytes FROM task_column WHERE id = ?1")?
                    .query_row([column.row(number)], |row| row.get(0))
                    .optional()?;
                // A chunk of nothing is written too: a sweep goes by every one.
                let changed = bytes.is_none();
                let mut bytes = bytes.unwrap_or_default();
                bytes.resize(CHUNK * width, 0);
                new.insert(Chunk { bytes, changed })
            }
        };
        let new = value.to_le_bytes();
        let old = &mut chunk.bytes[width * at..width * (at + 1)];
        if old != &new[..width] {
            old.copy_from_slice(&new[..width]);
            chunk.changed = true;
        }
        Ok(())
    }

    pub(super) fn write(&mut self, connection: &Connection) -> Result<()> {
        let mut chunks: Vec<_> = self.chunks.drain().filter(|(_, chunk)| chunk.changed).collect();
        chunks.sort_unstable_by_key(|(key, _)| *key);
        for ((column, number), chunk) in chunks {
            connection
                .prepare_cached("INSERT INTO task_column (id, bytes) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET bytes = excluded.bytes")?
                .execute(params![column.row(number), chunk.bytes])?;
        }
        Ok(())
    }
}

/// A set of tasks: one bit for each slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selection {
    chunks: Vec<Bits>,
}

impl Selection {
    /// No task of so many slots.
    pub(super) fn none(slots: u32) -> Selection {
        Selection {
            chunks: vec![[0; WORDS]; (slots as usize).div_ceil(CHUNK)],
        }
    }

    /// Every slot, given out or not.
    pub(super) fn all(slots: u32) -> Selection {
        Selection {
            chunks: vec![[u64::MAX; WORDS]; (slots as usize).div_ceil(CHUNK)],
        }
    }

    pub(super) fn add(&mut self, slot: u32) {
        let (chunk, at) = place(slot);
        if let Some(bits) = self.chunks.get_mut(chunk) {
            bits[at / 64] |= 1 << (at % 64);
        }
    }

    pub(super) fn remove(&mut self, slot: u32) {
        let (chunk, at) = place(slot);
        if let Some(bits) = self.chunks.get_mut(chunk) {
            bits[at / 64] &= !(1 << (at % 64));
        }
    }

    /// The bits of a chunk, to be changed.
    pub(super) fn chunk_mut(&mut self, chunk: usize) -> Option<&mut Bits> {
        self.chunks.get_mut(chunk)
    }

    pub(super) fn chunks(&self) -> usize {
        self.chunks.len()
    }

    pub(super) fn bits(&self, chunk: usize) -> &Bits {
        &self.chunks[chunk]
    }

    pub(super) fn keep_common(&mut self, other: &Selection) {
        for (mine, theirs) in self.chunks.iter_mut().zip(&other.chunks) {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                *mine &= theirs;
            }
        }
    }

    pub(super) fn count(&self) -> u32 {
        self.chunks.iter().flatten().map(|word| word.count_ones()).sum()
    }

    /// The chunks in which something is selected.
    pub(super) fn used(&self) -> impl Iterator<Item = usize> + '_ {
        let any = |bits: &Bits| bits.iter().any(|word| *word != 0);
        self.chunks
            .iter()
            .enumerate()
            .filter(move |(_, bits)| any(bits))
            .map(|(chunk, _)| chunk)
    }

    /// The slots selected, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.used()
            .flat_map(|chunk| places(&self.chunks[chunk]).map(move |at| (chunk * CHUNK + at) as u32))
    }

    /// Keeps the tasks whose values in columns pass a test, chunk by chunk.
    pub(super) fn keep<const N: usize>(
        &mut self,
        connection: &Connection,
        which: [Column; N],
        test: impl Fn([&[u8]; N], usize) -> bool,
    ) -> Result<()> {
        let used: Vec<usize> = self.used().collect();
        sweep(connection, which, &used, |chunk, values| {
            for (i, word) in self.chunks[chunk].iter_mut().enumerate() {
                if word.count_ones() < 16 {
                    let mut left = *word;
                    while left != 0 {
                        let bit = left.trailing_zeros() as usize;
                        left &= left - 1;
                        if !test(values, 64 * i + bit) {
                            *word &= !(1 << bit);
                        }
                    }
                } else {
                    let mut passed = 0;
                    for bit in 0..64 {
                        passed |= u64::from(test(values, 64 * i + bit)) << bit;
                    }
                    *word &= passed;
                }
            }
            Ok(())
        })
    }
}

/// The places of the bits that are set.
pub(super) fn places(bits: &Bits) -> impl Iterator<Item = usize> + '_ {
    bits.iter().enumerate().flat_map(|(i, word)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let bit = left.trailing_zeros() as usize;
            left &= left - 1;
            Some(64 * i + bit)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_of_a_selection_are_its_slots() {
        let mut selection = Selection::none(3_000);
        for slot in [0, 63, 64, 959, 960, 2_999] {
            selection.add(slot);
        }
        assert_eq!(selection.iter().collect::<Vec<_>>(), [0, 63, 64, 959, 960, 2_999]);
        assert_eq!((selection.count(), selection.chunks()), (6, 4));
        assert_eq!(selection.used().collect::<Vec<_>>(), [0, 1, 3]);
        selection.remove(63);
        let mut other = Selection::all(3_000);
        other.remove(960);
        selection.keep_common(&other);
        assert_eq!(selection.iter().collect::<Vec<_>>(), [0, 64, 959, 2_999]);
    }

    #[test]
    fn values_come_back_from_every_width() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(super::super::SCHEMA).unwrap();
        let mut pending = Pending::default();
        for column in Column::ALL {
            let most = u64::MAX >> (64 - 8 * column.width());
            for (slot, value) in [(0, most), (959, 1), (960, 2), (961, most)] {
                pending.set(&connection, column, slot, value).unwrap();
            }
        }
        pending.write(&connection).unwrap();
        let mut columns = Columns::new(&connection).unwrap();
        for column in Column::ALL {
            let most = u64::MAX >> (64 - 8 * column.width());
            let values: Vec<u64> = [0, 1, 959, 960, 961, 5_000]
                .map(|slot| columns.value(column, slot).unwrap())
                .to_vec();
            assert_eq!(values, [most, 0, 1, 2, most, 0], "{column:?}");
        }
    }

    #[test]
    fn a_chunk_of_four_bytes_fits_a_page() {
        // 4,096 bytes, less the 80 that SQLCipher reserves and what SQLite needs for a cell that does not overflow.
        const { assert!(4 * CHUNK <= 4_096 - 80 - 35) };
    }
}

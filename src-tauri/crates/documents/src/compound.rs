//! Old workbooks (.xls) are walked once here before the reader that keeps them in memory sees them: it believes the
//! places and sizes that the file declares.
//!
//! Sources: [MS-CFB] for the container, [MS-XLS] for the records. Only as much is read as is needed to tell what the
//! file is and how large the rectangle around the cells of each sheet becomes.

use crate::error::{Looks, ReadError};
use crate::limits::{Limit, MAX_BOX_CELLS, MAX_COLUMNS, MAX_SHEETS};

/// How a compound file begins.
pub(crate) const SIGNATURE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

const END_OF_CHAIN: u32 = 0xFFFF_FFFA;

/// Refuses a compound file that is protected, damaged, too large or no workbook.
pub(crate) fn inspect(bytes: &[u8]) -> Result<(), ReadError> {
    let file = Container::open(bytes)?;
    if file.has("EncryptedPackage") {
        return Err(ReadError::PasswordProtected);
    }
    let stream = match file.stream("Workbook").or_else(|| file.stream("Book")) {
        Some(stream) => stream?,
        None if file.has("WordDocument") => return Err(ReadError::NotASpreadsheet(Looks::Word)),
        None => return Err(ReadError::NotASpreadsheet(Looks::OldOffice)),
    };
    walk_workbook(&stream)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..at.checked_add(2)?)
        .and_then(|pair| pair.try_into().ok())
        .map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..at.checked_add(4)?)
        .and_then(|four| four.try_into().ok())
        .map(u32::from_le_bytes)
}

struct Entry {
    name: String,
    start: u32,
    size: u64,
}

struct Container<'a> {
    bytes: &'a [u8],
    sector: usize,
    table: Vec<u32>,
    small_table: Vec<u32>,
    small_below: u64,
    entries: Vec<Entry>,
    small: Vec<u8>,
}

impl<'a> Container<'a> {
    fn open(bytes: &'a [u8]) -> Result<Container<'a>, ReadError> {
        Container::parse(bytes).ok_or_else(|| ReadError::damaged("the container of the old workbook is broken"))
    }

    fn parse(bytes: &'a [u8]) -> Option<Container<'a>> {
        let sector = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let small_below = u64::from(u32_at(bytes, 56)?);
        let mut file = Container {
            bytes,
            sector,
            table: Vec::new(),
            small_table: Vec::new(),
            small_below,
            entries: Vec::new(),
            small: Vec::new(),
        };
        // Where the allocation table lies: 109 places in the header, more in a chain of sectors.
        let mut places: Vec<u32> = (0..109).map_while(|index| u32_at(bytes, 76 + index * 4)).collect();
        let mut next = u32_at(bytes, 68)?;
        let mut seen = 0;
        while next < END_OF_CHAIN {
            seen += 1;
            if seen > bytes.len() / sector + 1 {
                return None;
            }
            let list = file.sector(next)?;
            let numbers: Vec<u32> = list.chunks_exact(4).filter_map(|four| u32_at(four, 0)).collect();
            let (last, rest) = numbers.split_last()?;
            places.extend_from_slice(rest);
            next = *last;
        }
        for place in places.into_iter().filter(|place| *place < END_OF_CHAIN) {
            let list: Vec<u32> = file
                .sector(place)?
                .chunks_exact(4)
                .filter_map(|four| u32_at(four, 0))
                .collect();
            file.table.extend(list);
            if file.table.len() > bytes.len() {
                return None;
            }
        }
        let directory = file.chain(u32_at(bytes, 48)?, u64::MAX)?;
        for entry in directory.chunks_exact(128) {
            let letters = usize::from(u16_at(entry, 64)?).min(64) / 2;
            let units: Vec<u16> = (0..letters.saturating_sub(1))
                .filter_map(|index| u16_at(entry, index * 2))
                .collect();
            file.entries.push(Entry {
                name: String::from_utf16_lossy(&units),
                start: u32_at(entry, 116)?,
                // The upper half of the size is meaningless in the older version of the format.
                size: u64::from(u32_at(entry, 120)?),
            });
        }
        let small_table = file.chain(u32_at(bytes, 60)?, u64::MAX)?;
        file.small_table = small_table.chunks_exact(4).filter_map(|four| u32_at(four, 0)).collect();
        let (start, size) = file.entries.first().map(|root| (root.start, root.size))?;
        file.small = file.chain(start, size)?;
        Some(file)
    }

    fn sector(&self, index: u32) -> Option<&'a [u8]> {
        let start = (index as usize).checked_add(1)?.checked_mul(self.sector)?;
        let end = start.checked_add(self.sector)?.min(self.bytes.len());
        // The last sector of a file may be short.
        self.bytes.get(start..end).filter(|sector| !sector.is_empty())
    }

    /// The sectors of a chain, at most `size` bytes. A chain that leads in a circle is longer than the file.
    fn chain(&self, start: u32, size: u64) -> Option<Vec<u8>> {
        let mut data = Vec::new();
        let mut next = start;
        while next < END_OF_CHAIN && (data.len() as u64) < size {
            data.extend_from_slice(self.sector(next)?);
            if data.len() > self.bytes.len() {
                return None;
            }
            next = *self.table.get(next as usize)?;
        }
        data.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Some(data)
    }

    fn small_chain(&self, start: u32, size: u64) -> Option<Vec<u8>> {
        let mut data = Vec::new();
        let mut next = start;
        while next < END_OF_CHAIN && (data.len() as u64) < size {
            let at = (next as usize).checked_mul(64)?;
            data.extend_from_slice(self.small.get(at..at.checked_add(64)?.min(self.small.len()))?);
            if data.len() > self.bytes.len() {
                return None;
            }
            next = *self.small_table.get(next as usize)?;
        }
        data.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Some(data)
    }

    fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    fn stream(&self, name: &str) -> Option<Result<Vec<u8>, ReadError>> {
        let entry = self
            .entries
            .iter()
            .find(|entry| entry.name.eq_ignore_ascii_case(name))?;
        let data = if entry.size < self.small_below {
            self.small_chain(entry.start, entry.size)
        } else {
            self.chain(entry.start, entry.size)
        };
        Some(data.ok_or_else(|| ReadError::damaged("the workbook's stream is cut short")))
    }
}

const BEGINNING: u16 = 0x0809;
const END: u16 = 0x000A;
const PROTECTED: u16 = 0x002F;
const SHEET: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;
const CELLS: [u16; 9] = [0x0201, 0x0203, 0x0204, 0x00D6, 0x0205, 0x0006, 0x027E, 0x00FD, 0x00BE];
const MANY_NUMBERS: u16 = 0x00BD;

/// One record: its type, its data, and where the next begins.
fn record(stream: &[u8], at: usize) -> Option<(u16, &[u8], usize)> {
    let kind = u16_at(stream, at)?;
    let length = usize::from(u16_at(stream, at + 2)?);
    let data = stream.get(at + 4..at + 4 + length)?;
    Some((kind, data, at + 4 + length))
}

fn walk_workbook(stream: &[u8]) -> Result<(), ReadError> {
    let broken = || ReadError::damaged("a record of the workbook is broken");
    let mut at = 0;
    let mut sheets = Vec::new();
    if record(stream, 0).is_none_or(|(kind, _, _)| kind != BEGINNING) {
        return Err(broken());
    }
    loop {
        let (kind, data, next) = record(stream, at).ok_or_else(broken)?;
        match kind {
            PROTECTED => return Err(ReadError::PasswordProtected),
            SHEET => {
                let place = u32_at(data, 0).ok_or_else(broken)? as usize;
                if place >= stream.len() {
                    return Err(broken());
                }
                sheets.push(place);
            }
            END => break,
            _ => {}
        }
        at = next;
    }
    ReadError::limit(Limit::Sheets, sheets.len() as u64, MAX_SHEETS)?;
    let mut cells = 0u64;
    let mut walked = 0usize;
    for place in sheets {
        let mut bounds = Bounds::default();
        let mut depth = 0u32;
        let mut at = place;
        loop {
            let Some((kind, data, next)) = record(stream, at) else {
                // Records may end with the stream; a piece of one is damage.
                if at == stream.len() {
                    break;
                } else {
                    return Err(broken());
                }
            };
            // Sheets that share their records would be read again and again.
            walked += next - at;
            if walked > stream.len().saturating_mul(2) {
                return Err(broken());
            }
            match kind {
                BEGINNING => depth += 1,
                END if depth <= 1 => break,
                END => depth -= 1,
                DIMENSIONS => bounds.declare(data).ok_or_else(broken)??,
                MANY_NUMBERS => {
                    let last = data
                        .len()
                        .checked_sub(2)
                        .and_then(|at| u16_at(data, at))
                        .ok_or_else(broken)?;
                    bounds.cell(data, Some(last)).ok_or_else(broken)?;
                }
                kind if CELLS.contains(&kind) => bounds.cell(data, None).ok_or_else(broken)?,
                _ => {}
            }
            at = next;
        }
        ReadError::limit(Limit::Columns, u64::from(bounds.last_column) + 1, MAX_COLUMNS)?;
        cells = cells.saturating_add(bounds.cells());
        ReadError::limit(Limit::BoxCells, cells, MAX_BOX_CELLS)?;
    }
    Ok(())
}

/// The rectangle around the cells of a sheet.
struct Bounds {
    first_row: u32,
    last_row: u32,
    first_column: u16,
    last_column: u16,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            first_row: u32::MAX,
            last_row: 0,
            first_column: u16::MAX,
            last_column: 0,
        }
    }
}

impl Bounds {
    fn cell(&mut self, data: &[u8], last_column: Option<u16>) -> Option<()> {
        let row = u32::from(u16_at(data, 0)?);
        let column = u16_at(data, 2)?;
        self.first_row = self.first_row.min(row);
        self.last_row = self.last_row.max(row);
        self.first_column = self.first_column.min(column);
        self.last_column = self.last_column.max(last_column.unwrap_or(column)).max(column);
        Some(())
    }

    /// Declared dimensions are only room to be reserved; they must be in reason all the same.
    fn declare(&self, data: &[u8]) -> Option<Result<(), ReadError>> {
        let (first_row, end_row, first_column, end_column) = match data.len() {
            10 => (
                u32::from(u16_at(data, 0)?),
                u32::from(u16_at(data, 2)?),
                u16_at(data, 4)?,
                u16_at(data, 6)?,
            ),
            14 | 16 => (u32_at(data, 0)?, u32_at(data, 4)?, u16_at(data, 8)?, u16_at(data, 10)?),
            _ => return None,
        };
        if end_row > 0 && end_column > 0 && first_row >= end_row {
            return None;
        }
        let first_column = if first_column > 0xFF || end_column < first_column {
            0
        } else {
            first_column
        };
        let rows = u64::from(end_row.saturating_sub(first_row));
        let columns = u64::from(end_column.saturating_sub(first_column));
        Some(ReadError::limit(
            Limit::BoxCells,
            rows.saturating_mul(columns),
            MAX_BOX_CELLS,
        ))
    }

    fn cells(&self) -> u64 {
        if self.first_row > self.last_row {
            return 0;
        }
        let rows = u64::from(self.last_row - self.first_row) + 1;
        let columns = u64::from(self.last_column.saturating_sub(self.first_column)) + 1;
        rows * columns
    }
}

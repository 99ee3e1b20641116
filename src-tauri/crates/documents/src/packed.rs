//! Packed workbooks (.xlsx, .ods) are unpacked once here and counted, before the reader that keeps them in memory sees
//! them: a few kilobytes can hold a terabyte, and a part can ask for more memory than it holds.

use crate::error::{Looks, ReadError};
use crate::limits::{
    Limit, MAX_BOX_CELLS, MAX_COLUMNS, MAX_PART_BYTES, MAX_PART_MARKS, MAX_PARTS, MAX_SHARED_TEXT_MARKS,
    MAX_SHARED_TEXTS, MAX_SHEETS, MAX_STYLE_MARKS, MAX_STYLE_TAG_BYTES, MAX_UNPACKED_BYTES,
};
use quick_xml::events::{BytesStart, Event};
use std::io::{BufReader, Cursor, Read};
use zip::ZipArchive;
use zip::result::ZipError;

/// What a packed file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packed {
    Xlsx,
    Ods,
}

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Tells what a packed file holds, and refuses it if it exceeds a limit, is damaged or is no workbook.
pub(crate) fn inspect(bytes: &[u8]) -> Result<Packed, ReadError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(zip_error)?;
    ReadError::limit(Limit::Parts, archive.len() as u64, MAX_PARTS)?;
    let names: Vec<String> = names(&archive)?.iter().map(|name| name.to_ascii_lowercase()).collect();
    let packed = recognise(&mut archive, &names)?;
    let mut unpacked = 0;
    for index in 0..archive.len() {
        count_part(&mut archive, index, &mut unpacked)?;
    }
    match packed {
        Packed::Xlsx => declared_texts(&mut archive)?,
        Packed::Ods => measure_tables(&mut archive)?,
    }
    Ok(packed)
}

fn names(archive: &Archive<'_>) -> Result<Vec<String>, ReadError> {
    archive
        .file_names()
        .map(|name| name.map(|name| name.into_owned()).map_err(zip_error))
        .collect()
}

fn recognise(archive: &mut Archive<'_>, names: &[String]) -> Result<Packed, ReadError> {
    let has = |name: &str| names.iter().any(|known| known == name);
    if has("mimetype") {
        let mut kind = String::new();
        let part = archive.by_name("mimetype").map_err(zip_error)?;
        part.take(128).read_to_string(&mut kind).map_err(ReadError::damaged)?;
        return match kind.trim() {
            "application/vnd.oasis.opendocument.spreadsheet" if is_encrypted(archive)? => {
                Err(ReadError::PasswordProtected)
            }
            "application/vnd.oasis.opendocument.spreadsheet" => Ok(Packed::Ods),
            "application/vnd.oasis.opendocument.text" => Err(ReadError::NotASpreadsheet(Looks::Word)),
            _ => Err(ReadError::NotASpreadsheet(Looks::Archive)),
        };
    }
    if has("xl/workbook.xml") {
        return Ok(Packed::Xlsx);
    }
    if has("xl/workbook.bin") {
        return Err(ReadError::NotASpreadsheet(Looks::BinaryWorkbook));
    }
    if names.iter().any(|name| name.starts_with("word/")) {
        return Err(ReadError::NotASpreadsheet(Looks::Word));
    }
    // A workbook may lie elsewhere; its list of content says so.
    if has("[content_types].xml") {
        let mut types = String::new();
        let part = archive.by_name("[Content_Types].xml").map_err(zip_error)?;
        part.take(1 << 20)
            .read_to_string(&mut types)
            .map_err(ReadError::damaged)?;
        if types.contains("spreadsheetml.sheet.main+xml") {
            return Ok(Packed::Xlsx);
        }
    }
    Err(ReadError::NotASpreadsheet(Looks::Archive))
}

/// Whether the list of an .ods's parts says that they are encrypted.
fn is_encrypted(archive: &mut Archive<'_>) -> Result<bool, ReadError> {
    let mut list = Vec::new();
    let part = archive.by_name("META-INF/manifest.xml").map_err(zip_error)?;
    part.take(MAX_PART_BYTES)
        .read_to_end(&mut list)
        .map_err(ReadError::damaged)?;
    let mark = b"encryption-data";
    Ok(list.windows(mark.len()).any(|window| window == mark))
}

/// Which limits hold for a part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PartKind {
    Sheet,
    SharedTexts,
    Styles,
    Other,
}

impl PartKind {
    fn of(name: &str) -> PartKind {
        let name = name.to_ascii_lowercase().replace('\\', "/");
        let file = name.rsplit('/').next().unwrap_or_default();
        match file {
            // Wherever they lie: the package itself says where its reader looks for them.
            "sharedstrings.xml" => PartKind::SharedTexts,
            "styles.xml" => PartKind::Styles,
            "workbook.xml" => PartKind::Other,
            "content.xml" => PartKind::Sheet,
            _ if name.starts_with("xl/worksheets/") && name.ends_with(".xml") => PartKind::Sheet,
            // Pictures are unpacked by nobody, and may be large.
            _ if !name.ends_with(".xml") && !name.ends_with(".rels") => PartKind::Sheet,
            _ => PartKind::Other,
        }
    }
}

/// Unpacks a part and counts what a reader of it would keep.
fn count_part(archive: &mut Archive<'_>, index: usize, unpacked: &mut u64) -> Result<(), ReadError> {
    let mut part = archive.by_index(index).map_err(zip_error)?;
    let kind = PartKind::of(&part.name().map_err(zip_error)?);
    let mut buffer = vec![0u8; 64 * 1024];
    let mut bytes = 0u64;
    let mut marks = 0u64;
    let mut tag = 0u64;
    loop {
        let read = part.read(&mut buffer).map_err(ReadError::damaged)?;
        let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else {
            return Ok(());
        };
        bytes += read as u64;
        *unpacked += read as u64;
        ReadError::limit(Limit::UnpackedBytes, *unpacked, MAX_UNPACKED_BYTES)?;
        match kind {
            PartKind::Sheet => continue,
            PartKind::SharedTexts => {}
            PartKind::Styles | PartKind::Other => ReadError::limit(Limit::PartBytes, bytes, MAX_PART_BYTES)?,
        }
        marks += piece.iter().filter(|byte| **byte == b'<').count() as u64;
        let allowed = match kind {
            PartKind::SharedTexts => MAX_SHARED_TEXT_MARKS,
            PartKind::Styles => MAX_STYLE_MARKS,
            PartKind::Sheet | PartKind::Other => MAX_PART_MARKS,
        };
        ReadError::limit(Limit::Marks, marks, allowed)?;
        if kind == PartKind::Styles {
            // Each style is given a copy of the font and the format that it names.
            for byte in piece {
                tag = if *byte == b'<' { 0 } else { tag + 1 };
                ReadError::limit(Limit::StyleTagBytes, tag, MAX_STYLE_TAG_BYTES)?;
            }
        }
    }
}

/// The reader reserves room for as many shared texts as the file declares, so the declaration is held to the limit.
fn declared_texts(archive: &mut Archive<'_>) -> Result<(), ReadError> {
    let names = names(archive)?;
    for name in names.iter().filter(|name| PartKind::of(name) == PartKind::SharedTexts) {
        let part = archive.by_name(name).map_err(zip_error)?;
        let mut xml = quick_xml::Reader::from_reader(BufReader::new(part));
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer).map_err(ReadError::damaged)? {
                Event::Start(start) | Event::Empty(start) if start.local_name().as_ref() == "sst" => {
                    let declared = attribute(&start, "uniqueCount").map_or(0, |text| digits(&text));
                    ReadError::limit(Limit::SharedTexts, declared, MAX_SHARED_TEXTS)?;
                    break;
                }
                Event::Eof => break,
                _ => {}
            }
        }
    }
    Ok(())
}

/// The digits of a text as a number, however large; other letters are passed over.
fn digits(text: &str) -> u64 {
    text.bytes().filter(u8::is_ascii_digit).fold(0u64, |number, digit| {
        number.saturating_mul(10).saturating_add(u64::from(digit - b'0'))
    })
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    start
        .attributes()
        .flatten()
        .find(|attribute| attribute.key.as_ref() == name)
        .map(|attribute| attribute.value.to_string())
}

/// Walks the tables of an .ods: its reader holds the rectangle around what is written, repeats rows and columns as
/// often as the file says, and does not end where a table is left open.
fn measure_tables(archive: &mut Archive<'_>) -> Result<(), ReadError> {
    let part = archive.by_name("content.xml").map_err(zip_error)?;
    let mut xml = quick_xml::Reader::from_reader(BufReader::new(part));
    let mut buffer = Vec::new();
    let mut depth = 0u64;
    let mut tables = 0u64;
    let mut measured = 0u64;
    let mut table = Table::default();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(ReadError::damaged)? {
            Event::Start(start) => {
                depth += 1;
                if start.name().as_ref() == "table:table" {
                    tables += 1;
                    ReadError::limit(Limit::Sheets, tables, MAX_SHEETS)?;
                    table = Table::default();
                }
                table.opens(&start)?;
            }
            Event::Empty(start) => {
                table.opens(&start)?;
                if start.name().as_ref() == "table:table-row" {
                    table.row_ends();
                }
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                match end.name().as_ref() {
                    "table:table-row" => table.row_ends(),
                    "table:table" => measured = measured.saturating_add(table.cells()),
                    _ => {}
                }
            }
            Event::Eof if depth == 0 => return Ok(()),
            Event::Eof => return Err(ReadError::damaged("content.xml ends early")),
            _ => {}
        }
        ReadError::limit(Limit::BoxCells, measured.saturating_add(table.cells()), MAX_BOX_CELLS)?;
    }
}

/// What is known of a table while it is walked.
#[derive(Default)]
struct Table {
    /// Rows before this one, with repetitions.
    row: u64,
    repeated: u64,
    first: Option<u64>,
    last: u64,
    width: u64,
    /// Cells that the reader keeps on its way, before it draws the rectangle.
    kept: u64,
    column: u64,
    row_width: u64,
}

impl Table {
    fn opens(&mut self, start: &BytesStart<'_>) -> Result<(), ReadError> {
        let repeats = |name: &str| attribute(start, name).map_or(1, |text| digits(&text));
        match start.name().as_ref() {
            "table:table-row" => {
                self.repeated = repeats("table:number-rows-repeated");
                self.column = 0;
                self.row_width = 0;
            }
            "table:table-cell" | "table:covered-table-cell" => {
                self.column = self.column.saturating_add(repeats("table:number-columns-repeated"));
                let filled = start.attributes().flatten().any(|attribute| {
                    let name = attribute.key.as_ref();
                    name.starts_with("office:") || name.starts_with("calcext:") || name == "table:formula"
                });
                if filled {
                    ReadError::limit(Limit::Columns, self.column, MAX_COLUMNS)?;
                    self.row_width = self.column;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn row_ends(&mut self) {
        if self.row_width > 0 {
            self.first.get_or_insert(self.row);
            self.last = self.row.saturating_add(self.repeated);
            self.width = self.width.max(self.row_width);
            self.kept = self.kept.saturating_add(self.row_width);
        }
        self.row = self.row.saturating_add(self.repeated);
        self.row_width = 0;
    }

    fn cells(&self) -> u64 {
        let height = self.first.map_or(0, |first| self.last.saturating_sub(first));
        height.saturating_mul(self.width).max(self.kept)
    }
}

fn zip_error(error: ZipError) -> ReadError {
    match error {
        ZipError::UnsupportedArchive(reason) if reason == ZipError::PASSWORD_REQUIRED => ReadError::PasswordProtected,
        other => ReadError::damaged(other),
    }
}

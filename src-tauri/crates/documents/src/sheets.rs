//! The door: bytes in, a book out.

use crate::book::{Book, Format};
use crate::compound;
use crate::delimited::{self, Separator};
use crate::error::{Looks, ReadError};
use crate::limits::{Limit, MAX_FILE_BYTES};
use crate::workbook;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a person can say about a text file where the evidence misleads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ReadOptions {
    /// What stands between cells; found by evidence if absent.
    pub separator: Option<Separator>,
}

/// Reads files of sheets.
#[derive(Clone, Copy, Debug)]
pub enum Sheets {}

impl Sheets {
    /// Reads a file. Its content decides what it is; its name only gives a text file's sheet a name.
    ///
    /// Errors: every [`ReadError`]. No input makes it panic.
    pub fn read(bytes: &[u8], file_name: &str) -> Result<Book, ReadError> {
        Sheets::read_with(bytes, file_name, &ReadOptions::default())
    }

    /// Reads a file as a person says it is written.
    pub fn read_with(bytes: &[u8], file_name: &str, options: &ReadOptions) -> Result<Book, ReadError> {
        ReadError::limit(Limit::FileBytes, bytes.len() as u64, MAX_FILE_BYTES)?;
        let book = if bytes.is_empty() {
            return Err(ReadError::Empty);
        } else if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
            workbook::read_packed(bytes)?
        } else if bytes.starts_with(&compound::SIGNATURE) {
            workbook::read_compound(bytes)?
        } else if let Some(looks) = looks_like_a_known_stranger(bytes) {
            return Err(ReadError::NotASpreadsheet(looks));
        } else {
            text(bytes, file_name, options)?
        };
        if book.sheets.iter().all(|sheet| sheet.rows.is_empty()) {
            Err(ReadError::Empty)
        } else {
            Ok(book)
        }
    }
}

fn text(bytes: &[u8], file_name: &str, options: &ReadOptions) -> Result<Book, ReadError> {
    let (text, encoding) = delimited::decode(bytes)?;
    if let Some(looks) = looks_like_markup(&text) {
        return Err(ReadError::NotASpreadsheet(looks));
    }
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.rsplit_once('.').map_or(name, |(name, _)| name);
    let name = crate::words::clean(name);
    let (sheet, separator) = delimited::read(&text, name, options.separator)?;
    Ok(Book {
        format: Format::Delimited { encoding, separator },
        sheets: vec![sheet],
        from_1904: false,
    })
}

fn looks_like_a_known_stranger(bytes: &[u8]) -> Option<Looks> {
    const BEGINNINGS: &[(&[u8], Looks)] = &[
        (b"%PDF", Looks::Pdf),
        (b"{\\rtf", Looks::Word),
        (b"\x89PNG", Looks::Picture),
        (b"\xFF\xD8\xFF", Looks::Picture),
        (b"GIF8", Looks::Picture),
        (b"BM", Looks::Picture),
        (b"Rar!", Looks::Archive),
        (b"7z\xBC\xAF", Looks::Archive),
        (b"\x1F\x8B", Looks::Archive),
        (b"age-encryption.org/", Looks::Archive),
    ];
    let (_, looks) = BEGINNINGS.iter().find(|(beginning, _)| bytes.starts_with(beginning))?;
    // A list of texts may begin with these two letters.
    if *looks == Looks::Picture && bytes.starts_with(b"BM") && !bytes.contains(&0) {
        None
    } else {
        Some(*looks)
    }
}

fn looks_like_markup(text: &str) -> Option<Looks> {
    let head: String = text.trim_start().chars().take(600).collect::<String>().to_lowercase();
    if !head.starts_with('<') {
        return None;
    }
    if head.contains("<html")
        || head.starts_with("<!doctype html")
        || head.starts_with("<table")
        || head.contains("<meta")
    {
        return Some(Looks::WebPage);
    }
    head.starts_with("<?xml").then_some(Looks::Xml)
}

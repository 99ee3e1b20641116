//! Text files of cells: .csv and .tsv, in the encodings and with the separators that Vietnamese machines write.
//!
//! Cells stay text: "01" is a code, and what is a date or a number is known only once its column is.

use crate::book::{Cell, Row, Sheet};
use crate::error::{Looks, ReadError};
use crate::limits::{Limit, MAX_CELL_CHARS, MAX_CELLS, MAX_COLUMNS, MAX_ROWS};
use crate::words::clean;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use ts_rs::TS;

/// How the letters of a text file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TextEncoding {
    /// UTF-8, with or without its mark.
    Utf8,
    /// UTF-16, known by its mark (Excel's "Unicode text").
    Utf16,
    /// Windows-1258 ("ANSI" on a Vietnamese Windows): letters and tones apart.
    Windows1258,
}

/// What stands between cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Separator {
    /// `;`, which Excel writes where the comma is the decimal sign, as in Vietnam.
    Semicolon,
    /// `,`
    Comma,
    /// The tab.
    Tab,
}

impl Separator {
    const ALL: [Separator; 3] = [Separator::Semicolon, Separator::Tab, Separator::Comma];

    fn byte(self) -> u8 {
        match self {
            Separator::Semicolon => b';',
            Separator::Comma => b',',
            Separator::Tab => b'\t',
        }
    }
}

/// How much of the text is looked at to find the separator.
const SAMPLE_RECORDS: usize = 200;

/// Decodes the bytes: by their mark, else as UTF-8 if they are, else as Windows-1258.
///
/// Errors: [`ReadError::NotASpreadsheet`] if they hold bytes that no text has.
pub(crate) fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, TextEncoding), ReadError> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let rest = bytes.get(mark..).unwrap_or_default();
        let (text, broken) = encoding.decode_without_bom_handling(rest);
        // A UTF-16 file cut short ends in half a letter; text with many broken letters is no text.
        let lost = if broken {
            text.chars().filter(|letter| *letter == '\u{FFFD}').count()
        } else {
            0
        };
        if lost > 1 + text.len() / 1000 || !is_text(&text) {
            return Err(ReadError::NotASpreadsheet(Looks::Unknown));
        }
        let kind = if encoding == encoding_rs::UTF_8 {
            TextEncoding::Utf8
        } else {
            TextEncoding::Utf16
        };
        return Ok((text, kind));
    }
    let (text, kind) = match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), TextEncoding::Utf8),
        Err(_) => {
            let (text, _) = encoding_rs::WINDOWS_1258.decode_without_bom_handling(bytes);
            (text, TextEncoding::Windows1258)
        }
    };
    if is_text(&text) {
        Ok((text, kind))
    } else {
        Err(ReadError::NotASpreadsheet(Looks::Unknown))
    }
}

/// Control characters other than tab and line ends do not occur in lists; a stray form feed is forgiven.
fn is_text(text: &str) -> bool {
    let mut strange = 0usize;
    for letter in text.chars() {
        match letter {
            '\t' | '\n' | '\r' => {}
            '\0' => return false,
            other if other.is_control() => strange += 1,
            _ => {}
        }
    }
    strange <= text.len() / 1000
}

/// Reads one sheet from decoded text. `separator` is found by evidence if not given.
pub(crate) fn read(text: &str, name: String, separator: Option<Separator>) -> Result<(Sheet, Separator), ReadError> {
    // Excel writes and reads a first line `sep=;`, which is no row.
    let (declared, body, first_row) = declared_separator(text);
    let separator = separator.or(declared).unwrap_or_else(|| likeliest(body));
    let mut records = reader(body, separator);
    let mut record = csv::StringRecord::new();
    let mut rows = Vec::new();
    let mut number = first_row;
    let mut cells_in_all = 0u64;
    loop {
        let start = records.position().byte() as usize;
        match records.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            // The text is valid UTF-8 and lengths are free, so this is not expected; it must not be a panic.
            Err(error) => return Err(ReadError::damaged(error)),
        }
        // The reader passes over blank lines, which Excel numbers.
        number = number.saturating_add(blank_lines(body.as_bytes(), start));
        ReadError::limit(Limit::Rows, u64::from(number), MAX_ROWS)?;
        let mut cells = Vec::with_capacity(record.len().min(MAX_COLUMNS as usize));
        let mut filled = 0;
        for (column, field) in record.iter().enumerate() {
            let cell = text_cell(field)?;
            if !cell.is_empty() {
                ReadError::limit(Limit::Columns, column as u64 + 1, MAX_COLUMNS)?;
                filled = column + 1;
                cells_in_all += 1;
            }
            if column < MAX_COLUMNS as usize {
                cells.push(cell);
            }
        }
        cells.truncate(filled);
        ReadError::limit(Limit::Cells, cells_in_all, MAX_CELLS)?;
        if !cells.is_empty() {
            rows.push(Row { number, cells });
        }
        number = number.saturating_add(1);
    }
    Ok((
        Sheet {
            name,
            visible: true,
            rows,
            merges: Vec::new(),
        },
        separator,
    ))
}

/// A text cell, or an empty one.
pub(crate) fn text_cell(text: &str) -> Result<Cell, ReadError> {
    // Letters are at most bytes, so counting is needed only for long cells.
    if text.len() as u64 > MAX_CELL_CHARS {
        ReadError::limit(Limit::CellChars, text.chars().count() as u64, MAX_CELL_CHARS)?;
    }
    let text = clean(text);
    Ok(if text.is_empty() {
        Cell::Empty
    } else {
        Cell::Text(text.into())
    })
}

fn reader(text: &str, separator: Separator) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator.byte())
        .from_reader(text.as_bytes())
}

fn declared_separator(text: &str) -> (Option<Separator>, &str, u32) {
    let line = text.lines().next().unwrap_or_default();
    let found = line
        .strip_prefix("sep=")
        .or_else(|| line.strip_prefix("SEP="))
        .and_then(|rest| {
            Separator::ALL
                .into_iter()
                .find(|separator| rest.as_bytes() == [separator.byte()])
        });
    match found {
        Some(separator) => {
            let body = text.get(line.len()..).unwrap_or_default();
            let body = body
                .strip_prefix("\r\n")
                .or_else(|| body.strip_prefix('\n'))
                .unwrap_or(body);
            (Some(separator), body, 2)
        }
        None => (None, text, 1),
    }
}

/// Blank lines at a place behind a record. The reader stops a record at `\r` and leaves the `\n` behind it.
fn blank_lines(bytes: &[u8], start: usize) -> u32 {
    let before = start.checked_sub(1).and_then(|before| bytes.get(before));
    let mut at = start + usize::from(before == Some(&b'\r') && bytes.get(start) == Some(&b'\n'));
    let mut blank = 0;
    loop {
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'\r'), Some(b'\n')) => at += 2,
            (Some(b'\r' | b'\n'), _) => at += 1,
            _ => return blank,
        }
        blank += 1;
    }
}

/// The separator by which most rows have the same number of cells, and more than one.
fn likeliest(text: &str) -> Separator {
    let mut best = (0u64, Separator::Semicolon);
    for separator in Separator::ALL {
        let mut counts: HashMap<usize, u64> = HashMap::new();
        let mut seen = 0u64;
        let mut records = reader(text, separator);
        let mut record = csv::StringRecord::new();
        while seen < SAMPLE_RECORDS as u64 && matches!(records.read_record(&mut record), Ok(true)) {
            seen += 1;
            *counts.entry(record.len()).or_default() += 1;
        }
        // Rows of one common width weigh most; among equals, the wider table.
        let score = counts
            .into_iter()
            .filter(|(width, _)| *width > 1)
            .map(|(width, rows)| rows * 1000 / seen.max(1) * 1000 + width.min(999) as u64)
            .max()
            .unwrap_or(0);
        if score > best.0 {
            best = (score, separator);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u32, Vec<String>)> {
        let (sheet, _) = read(text, "t".into(), None).unwrap();
        sheet
            .rows
            .iter()
            .map(|row| (row.number, row.cells.iter().map(Cell::words).collect()))
            .collect()
    }

    #[test]
    fn the_separator_is_found_though_texts_hold_commas() {
        let text = "ma;noi_dung\nNV01;Rà soát, kiểm tra, báo cáo\nNV02;Xây dựng, hình thành, nghiệm thu\n";
        assert_eq!(likeliest(text), Separator::Semicolon);
        assert_eq!(likeliest("ma,noi dung\n1,\"a, b; c\"\n"), Separator::Comma);
        assert_eq!(likeliest("ma\tnoi dung\n1\ta, b; c\n"), Separator::Tab);
    }

    #[test]
    fn rows_keep_the_numbers_that_excel_shows() {
        let found = rows("a;b\r\n\r\n\r\nc;\"hai\r\ndòng\"\r\n;\r\nd;e");
        assert_eq!(found.iter().map(|row| row.0).collect::<Vec<_>>(), [1, 4, 6]);
        assert_eq!(found[1].1[1], "hai\ndòng");
    }

    #[test]
    fn a_line_that_declares_the_separator_is_no_row_of_data() {
        assert_eq!(
            rows("sep=,\r\na,b;c\r\n"),
            [(2, vec!["a".to_owned(), "b;c".to_owned()])]
        );
    }

    #[test]
    fn windows_1258_gives_whole_letters() {
        let (bytes, _, lost) = encoding_rs::WINDOWS_1258.encode("Chi\u{309} đa\u{323}o;Hoa\u{300}n tha\u{300}nh");
        assert!(!lost);
        let (text, encoding) = decode(&bytes).unwrap();
        assert_eq!(encoding, TextEncoding::Windows1258);
        assert_eq!(rows(&text)[0].1, ["Chỉ đạo", "Hoàn thành"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert_eq!(
            decode(b"a;b\0c").unwrap_err(),
            ReadError::NotASpreadsheet(Looks::Unknown)
        );
        assert!(decode(&[0xFF, 0xFE, 0x00, 0xD8, 0x00, 0xD8, 0x00, 0xD8]).is_err());
    }
}

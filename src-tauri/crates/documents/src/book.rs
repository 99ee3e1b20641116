//! What was read: sheets, rows and typed cells, with the numbers that Excel shows.

use crate::delimited::{Separator, TextEncoding};
use chrono::NaiveDateTime;
use std::collections::HashMap;

/// The format that a file turned out to be, whatever its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// .xlsx, .xlsm
    Xlsx,
    /// .xls
    Xls,
    /// .ods
    Ods,
    /// .csv, .tsv, .txt
    Delimited {
        /// How its letters are written.
        encoding: TextEncoding,
        /// What stands between its cells.
        separator: Separator,
    },
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Cell {
    /// Nothing, or nothing but spaces.
    #[default]
    Empty,
    /// Text in NFC, trimmed.
    Text(Box<str>),
    /// A number; `percent` if the cell is formatted as a percentage (0.7 shown as 70%).
    Number {
        /// As stored.
        value: f64,
        /// Whether it is shown as a percentage.
        percent: bool,
    },
    /// A date, with the time of day if there is one.
    Date(NaiveDateTime),
    /// True or false.
    Bool(bool),
    /// The result of a formula that failed (`#N/A`, `#REF!`).
    Error(&'static str),
}

impl Cell {
    /// Whether the cell holds nothing.
    pub fn is_empty(&self) -> bool {
        matches!(self, Cell::Empty)
    }

    /// The text of a text cell.
    pub fn text(&self) -> Option<&str> {
        match self {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The cell in words, as a person would type it: dates dd/mm/yyyy, whole numbers without a point.
    pub fn words(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.to_string(),
            Cell::Number { value, percent: true } => format!("{}%", number_words(value * 100.0)),
            Cell::Number { value, percent: false } => number_words(*value),
            Cell::Date(moment) => moment.format("%d/%m/%Y").to_string(),
            Cell::Bool(true) => "x".to_owned(),
            Cell::Bool(false) => String::new(),
            Cell::Error(error) => (*error).to_owned(),
        }
    }
}

/// A number as Excel's general format shows it: up to ten digits after the point, decimal comma.
fn number_words(value: f64) -> String {
    let text = format!("{value:.10}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.replace('.', ",")
}

/// One row that holds something.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The number that Excel shows, from 1.
    pub number: u32,
    /// Cells from column A; cells beyond the end are empty.
    pub cells: Vec<Cell>,
}

impl Row {
    /// The cell of a column, counted from 0.
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }

    /// Columns that hold something, with their cells.
    pub fn filled(&self) -> impl Iterator<Item = (usize, &Cell)> {
        self.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty())
    }
}

/// A merged region. Rows are numbered from 1 as in Excel, columns from 0; both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    /// First row.
    pub first_row: u32,
    /// Last row.
    pub last_row: u32,
    /// First column.
    pub first_column: u32,
    /// Last column.
    pub last_column: u32,
}

impl Merge {
    pub(crate) fn columns(&self) -> u32 {
        self.last_column.saturating_sub(self.first_column).saturating_add(1)
    }
}

/// One sheet: only rows that hold something, in the order of their numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Its name; for a text file, the file's name without its ending.
    pub name: String,
    /// Whether Excel shows it.
    pub visible: bool,
    /// Rows that hold something.
    pub rows: Vec<Row>,
    /// Merged regions; an .ods tells none.
    pub merges: Vec<Merge>,
}

impl Sheet {
    /// How many columns hold something.
    pub fn width(&self) -> usize {
        self.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0)
    }

    /// The row of a number, if it holds something.
    pub fn row(&self, number: u32) -> Option<&Row> {
        self.rows
            .binary_search_by_key(&number, |row| row.number)
            .ok()
            .and_then(|at| self.rows.get(at))
    }

    /// For each cell covered by a region that spans several rows: the row of the region's first cell.
    pub(crate) fn covered_below(&self) -> HashMap<(u32, u32), u32> {
        let mut covered = HashMap::new();
        for merge in self.merges.iter().filter(|merge| merge.last_row > merge.first_row) {
            // A region over a whole column says nothing about single rows and would be very many cells.
            if merge.last_row - merge.first_row > 10_000 {
                continue;
            }
            for row in merge.first_row + 1..=merge.last_row {
                covered.insert((row, merge.first_column), merge.first_row);
            }
            if covered.len() > 1_000_000 {
                break;
            }
        }
        covered
    }

    /// For each row: columns spanned by its widest region that is one row high.
    pub(crate) fn widest_merges(&self) -> HashMap<u32, u32> {
        let mut widest = HashMap::new();
        for merge in self.merges.iter().filter(|merge| merge.first_row == merge.last_row) {
            let columns = widest.entry(merge.first_row).or_insert(0);
            *columns = (*columns).max(merge.columns());
        }
        widest
    }
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Book {
    /// What it turned out to be.
    pub format: Format,
    /// Its sheets, in the order of their tabs.
    pub sheets: Vec<Sheet>,
    /// Whether day 0 of its serial numbers is in 1904 (old files from a Mac) rather than 1900.
    pub from_1904: bool,
}

impl Book {
    /// The place of a sheet of this name.
    pub fn sheet_index(&self, name: &str) -> Option<usize> {
        self.sheets.iter().position(|sheet| sheet.name == name)
    }
}

/// The letters over a column counted from 0: A, B, … Z, AA.
pub fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    loop {
        letters.push(b'A' + (rest % 26) as u8);
        rest /= 26;
        if rest == 0 {
            break;
        }
        rest -= 1;
    }
    letters.iter().rev().map(|letter| char::from(*letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_in_excel() {
        for (column, letters) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (51, "AZ"),
            (52, "BA"),
            (701, "ZZ"),
            (702, "AAA"),
        ] {
            assert_eq!(column_letters(column), letters);
        }
    }

    #[test]
    fn numbers_are_worded_as_a_person_types_them() {
        assert_eq!(
            Cell::Number {
                value: 12.0,
                percent: false
            }
            .words(),
            "12"
        );
        assert_eq!(
            Cell::Number {
                value: 0.7,
                percent: true
            }
            .words(),
            "70%"
        );
        assert_eq!(
            Cell::Number {
                value: 1.5,
                percent: false
            }
            .words(),
            "1,5"
        );
    }
}

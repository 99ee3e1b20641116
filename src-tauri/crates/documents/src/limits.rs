//! Every limit on what is read, with its name and number. A file beyond one is refused with the limit's name.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Size of a file, in bytes (64 MiB).
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Size of everything packed in a workbook once unpacked, in bytes (1 GiB): a sheet of a million rows fits.
pub const MAX_UNPACKED_BYTES: u64 = 1024 * 1024 * 1024;
/// Size of one unpacked part other than a sheet or the shared texts, in bytes (64 MiB).
pub const MAX_PART_BYTES: u64 = 64 * 1024 * 1024;
/// Marks (`<`) in the shared texts: each may cost its reader a string, so four million texts fit.
pub const MAX_SHARED_TEXT_MARKS: u64 = 16_000_000;
/// Shared texts that a workbook may declare.
pub const MAX_SHARED_TEXTS: u64 = 4_000_000;
/// Marks (`<`) in the styles; Excel knows at most 65,490 of them.
pub const MAX_STYLE_MARKS: u64 = 500_000;
/// Size of one tag of the styles, in bytes: a number format has at most 255 letters.
pub const MAX_STYLE_TAG_BYTES: u64 = 4_096;
/// Marks (`<`) in any other part that is not a sheet.
pub const MAX_PART_MARKS: u64 = 2_000_000;
/// Parts packed in a workbook.
pub const MAX_PARTS: u64 = 10_000;
/// Sheets of a workbook.
pub const MAX_SHEETS: u64 = 256;
/// Rows of a sheet; a sheet of Excel has at most 1,048,576.
pub const MAX_ROWS: u64 = 1_100_000;
/// Columns of a sheet that hold anything.
pub const MAX_COLUMNS: u64 = 256;
/// Cells of a workbook that hold anything.
pub const MAX_CELLS: u64 = 20_000_000;
/// Cells of the rectangle around what is written on all sheets of an .xls or .ods, whose reader holds it whole.
pub const MAX_BOX_CELLS: u64 = 4_000_000;
/// Letters of a cell, as in Excel.
pub const MAX_CELL_CHARS: u64 = 32_767;
/// Merged regions kept of a sheet.
pub const MAX_MERGES: u64 = 200_000;
/// Rows from the top of a sheet among which the headings are sought.
pub const HEADING_ROWS_SEARCHED: usize = 30;

/// The limit that a file exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// [`MAX_FILE_BYTES`].
    FileBytes,
    /// [`MAX_UNPACKED_BYTES`].
    UnpackedBytes,
    /// [`MAX_PART_BYTES`].
    PartBytes,
    /// [`MAX_SHARED_TEXT_MARKS`], [`MAX_STYLE_MARKS`] or [`MAX_PART_MARKS`].
    Marks,
    /// [`MAX_SHARED_TEXTS`].
    SharedTexts,
    /// [`MAX_STYLE_TAG_BYTES`].
    StyleTagBytes,
    /// [`MAX_PARTS`].
    Parts,
    /// [`MAX_SHEETS`].
    Sheets,
    /// [`MAX_ROWS`].
    Rows,
    /// [`MAX_COLUMNS`].
    Columns,
    /// [`MAX_CELLS`].
    Cells,
    /// [`MAX_BOX_CELLS`].
    BoxCells,
    /// [`MAX_CELL_CHARS`].
    CellChars,
    /// [`MAX_MERGES`].
    Merges,
}

impl Limit {
    /// The limit's word, as on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Limit::FileBytes => "file_bytes",
            Limit::UnpackedBytes => "unpacked_bytes",
            Limit::PartBytes => "part_bytes",
            Limit::Marks => "marks",
            Limit::SharedTexts => "shared_texts",
            Limit::StyleTagBytes => "style_tag_bytes",
            Limit::Parts => "parts",
            Limit::Sheets => "sheets",
            Limit::Rows => "rows",
            Limit::Columns => "columns",
            Limit::Cells => "cells",
            Limit::BoxCells => "box_cells",
            Limit::CellChars => "cell_chars",
            Limit::Merges => "merges",
        }
    }
}

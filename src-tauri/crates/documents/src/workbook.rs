//! Workbooks of Excel and LibreOffice, read by `calamine` once [`packed`] or [`compound`] has held them to the limits.

use crate::book::{Book, Cell, Format, Merge, Row, Sheet};
use crate::compound;
use crate::delimited::text_cell;
use crate::error::ReadError;
use crate::limits::{Limit, MAX_CELLS, MAX_COLUMNS, MAX_MERGES, MAX_ROWS, MAX_SHEETS};
use crate::packed::{self, Packed};
use calamine::{
    CellErrorType, Data, DataRef, Dimensions, ExcelDateTime, Ods, OdsError, Range, Reader, SheetType, SheetVisible,
    Xls, XlsError, Xlsx, XlsxError,
};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Reads a packed workbook: .xlsx or .ods.
pub(crate) fn read_packed(bytes: &[u8]) -> Result<Book, ReadError> {
    match packed::inspect(bytes)? {
        Packed::Xlsx => guarded(|| read_xlsx(bytes)),
        Packed::Ods => guarded(|| read_ods(bytes)),
    }
}

/// Reads an old workbook: .xls.
pub(crate) fn read_compound(bytes: &[u8]) -> Result<Book, ReadError> {
    compound::inspect(bytes)?;
    guarded(|| read_xls(bytes))
}

/// A damaged file must not end the program: the reader of old workbooks indexes into records by what they declare.
fn guarded(read: impl FnOnce() -> Result<Book, ReadError>) -> Result<Book, ReadError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(ReadError::damaged("the reader stopped on it")))
}

fn read_xlsx(bytes: &[u8]) -> Result<Book, ReadError> {
    let mut file = Xlsx::new(Cursor::new(bytes)).map_err(xlsx_error)?;
    let known = file.sheets_metadata().to_vec();
    ReadError::limit(Limit::Sheets, known.len() as u64, MAX_SHEETS)?;
    let from_1904 = file.has_1904_epoch();
    let mut sheets = Vec::new();
    let mut cells = 0;
    for meta in known.iter().filter(|meta| meta.typ == SheetType::WorkSheet) {
        let mut rows = Filling::new(&mut cells);
        match file.worksheet_cells_reader(&meta.name) {
            Ok(mut reader) => {
                let percent: Vec<bool> = reader
                    .styles()
                    .iter()
                    .map(|style| {
                        style
                            .number_format
                            .as_ref()
                            .is_some_and(|format| format.format_code.contains('%'))
                    })
                    .collect();
                while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(xlsx_error)? {
                    let (row, column) = cell.get_position();
                    let percent = percent.get(style).copied().unwrap_or(false);
                    rows.put(row, column, borrowed_cell(cell.get_value(), percent)?)?;
                }
            }
            // A chart on a sheet of its own.
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(xlsx_error(error)),
        }
        let rows = rows.finish();
        let merges = file.merge_cells_by_sheet_name(&meta.name).map_err(xlsx_error)?;
        sheets.push(sheet(&meta.name, meta.visible == SheetVisible::Visible, rows, merges)?);
    }
    Ok(Book {
        format: Format::Xlsx,
        sheets,
        from_1904,
    })
}

fn read_xls(bytes: &[u8]) -> Result<Book, ReadError> {
    let mut file = Xls::new(Cursor::new(bytes)).map_err(xls_error)?;
    let known = file.sheets_metadata().to_vec();
    let from_1904 = file.has_1904_epoch();
    let mut sheets = Vec::new();
    let mut cells = 0;
    for meta in known.iter().filter(|meta| meta.typ == SheetType::WorkSheet) {
        let range = file.worksheet_range(&meta.name).map_err(xls_error)?;
        let merges = file.merge_cells_by_sheet_name(&meta.name).map_err(xls_error)?;
        let rows = range_rows(&range, &mut cells)?;
        sheets.push(sheet(&meta.name, meta.visible == SheetVisible::Visible, rows, merges)?);
    }
    Ok(Book {
        format: Format::Xls,
        sheets,
        from_1904,
    })
}

fn read_ods(bytes: &[u8]) -> Result<Book, ReadError> {
    let mut file = Ods::new(Cursor::new(bytes)).map_err(ods_error)?;
    let known = file.sheets_metadata().to_vec();
    let mut sheets = Vec::new();
    let mut cells = 0;
    for meta in &known {
        let range = file.worksheet_range(&meta.name).map_err(ods_error)?;
        let rows = range_rows(&range, &mut cells)?;
        sheets.push(sheet(
            &meta.name,
            meta.visible == SheetVisible::Visible,
            rows,
            Vec::new(),
        )?);
    }
    Ok(Book {
        format: Format::Ods,
        sheets,
        from_1904: false,
    })
}

fn sheet(name: &str, visible: bool, rows: Vec<Row>, merges: Vec<Dimensions>) -> Result<Sheet, ReadError> {
    ReadError::limit(Limit::Merges, merges.len() as u64, MAX_MERGES)?;
    let merges = merges
        .into_iter()
        .filter(|region| region.start.0 <= region.end.0 && region.start.1 <= region.end.1)
        .map(|region| Merge {
            first_row: region.start.0.saturating_add(1),
            last_row: region.end.0.saturating_add(1),
            first_column: region.start.1,
            last_column: region.end.1,
        })
        .collect();
    Ok(Sheet {
        name: crate::words::clean(name),
        visible,
        rows,
        merges,
    })
}

fn range_rows(range: &Range<Data>, cells: &mut u64) -> Result<Vec<Row>, ReadError> {
    let mut rows = Filling::new(cells);
    let (first_row, first_column) = range.start().unwrap_or((0, 0));
    for (row, column, data) in range.used_cells() {
        let (row, column) = (
            row as u64 + u64::from(first_row),
            column as u64 + u64::from(first_column),
        );
        let row = u32::try_from(row).map_err(ReadError::damaged)?;
        let column = u32::try_from(column).map_err(ReadError::damaged)?;
        rows.put(row, column, owned_cell(data)?)?;
    }
    Ok(rows.finish())
}

/// Rows as they come in: nearly always in order, from damaged or odd programs not.
struct Filling<'a> {
    rows: Vec<Row>,
    sorted: bool,
    cells: &'a mut u64,
}

impl Filling<'_> {
    fn new(cells: &mut u64) -> Filling<'_> {
        Filling {
            rows: Vec::new(),
            sorted: true,
            cells,
        }
    }

    /// Puts a cell; row and column are counted from 0.
    fn put(&mut self, row: u32, column: u32, cell: Cell) -> Result<(), ReadError> {
        if cell.is_empty() {
            return Ok(());
        }
        ReadError::limit(Limit::Rows, u64::from(row) + 1, MAX_ROWS)?;
        ReadError::limit(Limit::Columns, u64::from(column) + 1, MAX_COLUMNS)?;
        *self.cells += 1;
        ReadError::limit(Limit::Cells, *self.cells, MAX_CELLS)?;
        let number = row + 1;
        match self.rows.last() {
            Some(last) if last.number == number => {}
            Some(last) => {
                self.sorted &= last.number < number;
                self.rows.push(Row {
                    number,
                    cells: Vec::new(),
                });
            }
            None => self.rows.push(Row {
                number,
                cells: Vec::new(),
            }),
        }
        if let Some(last) = self.rows.last_mut() {
            place(&mut last.cells, column as usize, cell);
        }
        Ok(())
    }

    fn finish(mut self) -> Vec<Row> {
        if self.sorted {
            return self.rows;
        }
        self.rows.sort_by_key(|row| row.number);
        let mut rows: Vec<Row> = Vec::with_capacity(self.rows.len());
        for row in self.rows {
            match rows.last_mut().filter(|last| last.number == row.number) {
                Some(last) => {
                    for (column, cell) in row.cells.into_iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                        place(&mut last.cells, column, cell);
                    }
                }
                None => rows.push(row),
            }
        }
        rows
    }
}

fn place(cells: &mut Vec<Cell>, column: usize, cell: Cell) {
    if cells.len() <= column {
        cells.resize(column + 1, Cell::Empty);
    }
    if let Some(place) = cells.get_mut(column) {
        *place = cell;
    }
}

fn borrowed_cell(data: &DataRef<'_>, percent: bool) -> Result<Cell, ReadError> {
    Ok(match data {
        DataRef::Int(value) => number(*value as f64, percent),
        DataRef::Float(value) => number(*value, percent),
        DataRef::String(text) => text_cell(text)?,
        DataRef::SharedString(text) => text_cell(text)?,
        DataRef::Bool(value) => Cell::Bool(*value),
        DataRef::DateTime(moment) => excel_moment(moment),
        DataRef::DateTimeIso(text) => iso_moment(text)?,
        DataRef::DurationIso(text) => text_cell(text)?,
        DataRef::Error(error) => error_cell(error),
        DataRef::Empty => Cell::Empty,
    })
}

fn owned_cell(data: &Data) -> Result<Cell, ReadError> {
    Ok(match data {
        Data::Int(value) => number(*value as f64, false),
        Data::Float(value) => number(*value, false),
        Data::String(text) => text_cell(text)?,
        Data::Bool(value) => Cell::Bool(*value),
        Data::DateTime(moment) => excel_moment(moment),
        Data::DateTimeIso(text) => iso_moment(text)?,
        Data::DurationIso(text) => text_cell(text)?,
        Data::Error(error) => error_cell(error),
        Data::Empty => Cell::Empty,
    })
}

fn number(value: f64, percent: bool) -> Cell {
    // No number of an office is beyond this; what is not finite is the trace of a failed formula.
    if value.is_finite() && value.abs() < 1e15 {
        Cell::Number { value, percent }
    } else {
        Cell::Error("#NUM!")
    }
}

fn excel_moment(moment: &ExcelDateTime) -> Cell {
    let serial = moment.as_f64();
    // Times of day and spans of hours are numbers below one day; beyond the year 9999 there is no date.
    if moment.is_duration() || !(1.0..2_958_466.0).contains(&serial) {
        return number(serial, false);
    }
    moment.as_datetime().map_or_else(|| number(serial, false), Cell::Date)
}

fn iso_moment(text: &str) -> Result<Cell, ReadError> {
    let text = text.trim_end_matches('Z');
    let moment = text.parse::<NaiveDateTime>().ok();
    let date = || text.parse::<NaiveDate>().ok().map(|date| date.and_time(NaiveTime::MIN));
    match moment.or_else(date) {
        Some(moment) => Ok(Cell::Date(moment)),
        None => text_cell(text),
    }
}

fn error_cell(error: &CellErrorType) -> Cell {
    Cell::Error(match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#DATA!",
    })
}

fn xlsx_error(error: XlsxError) -> ReadError {
    match error {
        XlsxError::Password => ReadError::PasswordProtected,
        other => ReadError::damaged(other),
    }
}

fn xls_error(error: XlsError) -> ReadError {
    match error {
        XlsError::Password => ReadError::PasswordProtected,
        other => ReadError::damaged(other),
    }
}

fn ods_error(error: OdsError) -> ReadError {
    match error {
        OdsError::Password => ReadError::PasswordProtected,
        other => ReadError::damaged(other),
    }
}

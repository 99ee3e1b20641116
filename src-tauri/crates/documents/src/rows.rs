//! Which rows below the headings are tasks, and which are titles of groups, sums, signatures.

use crate::book::{Cell, Row, Sheet};
use crate::fields::TaskField;
use crate::mapping::{Mapping, UnmappedRole};
use crate::words::{begins_with, fold};
use std::collections::HashMap;

/// What a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RowKind {
    Task,
    /// The title of a group.
    Group(String),
    Total,
    Headings,
    BelowTable,
    /// Goes on with the task in the row of this number.
    Continued(u32),
}

/// What is known of the rows of a sheet as a whole.
pub(crate) struct Rows<'a> {
    sheet: &'a Sheet,
    covered: HashMap<(u32, u32), u32>,
    widest: HashMap<u32, u32>,
    content: Option<usize>,
    ordinal: Option<usize>,
    /// Columns whose values make a row a task even without content.
    telling: Vec<usize>,
    width: usize,
    headings: HashMap<usize, &'a str>,
    /// Rows from this place on stand below the table.
    below_table_from: usize,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(sheet: &'a Sheet, mapping: &'a Mapping, rows: &[Row]) -> Rows<'a> {
        let telling = [
            TaskField::Code,
            TaskField::DocumentNumber,
            TaskField::Deadline,
            TaskField::Status,
            TaskField::AssignedOn,
            TaskField::DocumentDate,
            TaskField::Percent,
            TaskField::CompletedOn,
            TaskField::Lead,
        ];
        let ordinal = mapping
            .unmapped
            .iter()
            .find(|unmapped| unmapped.role == UnmappedRole::Ordinal);
        let mut known = Rows {
            sheet,
            covered: sheet.covered_below(),
            widest: sheet.widest_merges(),
            content: mapping.column_of(TaskField::Content),
            ordinal: ordinal.map(|unmapped| unmapped.column as usize),
            telling: telling.iter().filter_map(|field| mapping.column_of(*field)).collect(),
            width: sheet.width(),
            headings: mapping
                .columns
                .iter()
                .map(|mapped| (mapped.column, &mapped.heading))
                .chain(
                    mapping
                        .unmapped
                        .iter()
                        .map(|unmapped| (unmapped.column, &unmapped.heading)),
                )
                .map(|(column, heading)| (column as usize, heading.as_str()))
                .collect(),
            below_table_from: rows.len(),
        };
        known.below_table_from = known.table_end(rows);
        known
    }

    /// The cell of a row: its own, or that of the region that covers it from above (a document number written once
    /// beside several tasks).
    pub(crate) fn cell(&self, row: &'a Row, column: usize) -> &'a Cell {
        let own = row.cell(column);
        if !own.is_empty() || self.covered.is_empty() {
            return own;
        }
        match self.covered.get(&(row.number, column as u32)) {
            Some(above) => self.sheet.row(*above).map_or(own, |row| row.cell(column)),
            None => own,
        }
    }

    pub(crate) fn kind(&self, at: usize, row: &Row) -> RowKind {
        if let Some(content) = self.content
            && row.cell(content).is_empty()
            && let Some(task_row) = self.covered.get(&(row.number, content as u32))
        {
            return RowKind::Continued(*task_row);
        }
        if at >= self.below_table_from {
            return RowKind::BelowTable;
        }
        if self.is_total(row) {
            return RowKind::Total;
        }
        if let Some(title) = self.group_title(row) {
            return RowKind::Group(title);
        }
        if self.repeats_headings(row) {
            RowKind::Headings
        } else {
            RowKind::Task
        }
    }

    fn tells(&self, row: &Row, except: Option<usize>) -> bool {
        self.telling
            .iter()
            .any(|column| Some(*column) != except && !row.cell(*column).is_empty())
    }

    /// "Tổng cộng", "Cộng: 41", "Tổng số nhiệm vụ", without a code, a number or a date of its own.
    fn is_total(&self, row: &Row) -> bool {
        let Some((at, text)) = row
            .filled()
            .find_map(|(column, cell)| cell.text().map(|text| (column, text)))
        else {
            return false;
        };
        if text.chars().count() > 60 {
            return false;
        }
        let folded = fold(text);
        let whole = [
            "tong",
            "cong",
            "tong so",
            "tong cong",
            "cong cong",
            "cong tong",
            "tong so nhiem vu",
            "tong cong nhiem vu",
        ];
        // "Cộng: 41", "Tổng cộng 12 nhiệm vụ", "Cộng nhóm I"; not "Tổng kết …", "Tổng số hộ nghèo …".
        let counted = |word: &&str| {
            let rest = folded.strip_prefix(*word).unwrap_or_default().trim_start();
            rest.starts_with(|letter: char| letter.is_ascii_digit())
                || ["nhom", "muc", "phan"].iter().any(|part| begins_with(rest, part))
        };
        let named = whole.contains(&folded.as_str()) || ["tong cong", "tong so", "cong", "tong"].iter().any(counted);
        let dates = self
            .sheet
            .row(row.number)
            .is_some_and(|row| row.filled().any(|(_, cell)| matches!(cell, Cell::Date(_))));
        let content_besides = self
            .content
            .is_some_and(|content| content != at && row.cell(content).text().is_some());
        let texts = row
            .filled()
            .filter(|(_, cell)| cell.text().is_some_and(|text| text.parse::<f64>().is_err()))
            .count();
        named && !dates && !content_besides && texts <= 2
    }

    /// The title of a group: words alone in their row and not in the place of a content, or merged over the table, or
    /// beside a Roman number or a capital letter.
    fn group_title(&self, row: &Row) -> Option<String> {
        let mut filled = row.filled();
        let (first, cell) = filled.next()?;
        let second = filled.next();
        if filled.next().is_some() {
            return None;
        }
        match second {
            None => {
                let text = cell.text()?;
                let merged = self
                    .widest
                    .get(&row.number)
                    .is_some_and(|columns| *columns >= 3 && *columns as usize * 2 >= self.width);
                // A code or a number alone is a task that lacks its content, and is told so.
                let elsewhere =
                    Some(first) != self.content && self.content.is_some() && self.width > 2 && !self.is_sure(row);
                let numbered = enumerator(text.split([' ', '.', ')']).next().unwrap_or_default());
                (merged || elsewhere || numbered).then(|| text.to_owned())
            }
            Some((column, title)) => {
                let title = title.text()?;
                let mark = cell.text()?;
                let place = Some(column) == self.content || Some(first) == self.ordinal;
                let bare =
                    !self.tells(row, Some(column)) || Some(first) == self.ordinal && !self.tells(row, self.content);
                (place && bare && enumerator(mark.trim_end_matches(['.', ')']))).then(|| format!("{mark} {title}"))
            }
        }
    }

    /// Most cells say what the heading of their column says, or its upper or lower half.
    fn repeats_headings(&self, row: &Row) -> bool {
        let mut same = 0;
        let mut filled = 0;
        for (column, cell) in row.filled() {
            let Some(text) = cell.text() else { return false };
            filled += 1;
            let heading = self.headings.get(&column).map_or("", |heading| heading);
            same +=
                u32::from(text == heading || text.len() > 3 && (heading.starts_with(text) || heading.ends_with(text)));
        }
        same >= 3 && same * 3 >= filled * 2
    }

    /// The place from which rows stand below the table: the first row of signatures or notes behind which no row looks
    /// like a task. Names of those who sign may stand in any column, so a text alone makes no task there.
    fn table_end(&self, rows: &[Row]) -> usize {
        let closes = |row: &Row| is_closing(row) && !self.is_numbered(row);
        let last_task = rows.iter().rposition(|row| self.is_sure(row) && !closes(row));
        let after = last_task.map_or(0, |at| at + 1);
        rows.iter()
            .skip(after)
            .position(closes)
            .map_or(rows.len(), |at| after + at)
    }

    /// Whether the row has a running number.
    fn is_numbered(&self, row: &Row) -> bool {
        self.ordinal.is_some_and(|column| match row.cell(column) {
            Cell::Number { .. } => true,
            Cell::Text(text) => !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'),
            _ => false,
        })
    }

    /// Whether the row is a task beyond doubt: numbered, or with a code, a document's number, a date or a percentage.
    fn is_sure(&self, row: &Row) -> bool {
        self.is_numbered(row)
            || self.telling.iter().any(|column| match row.cell(*column) {
                Cell::Number { .. } | Cell::Date(_) => true,
                Cell::Text(text) => text.bytes().any(|byte| byte.is_ascii_digit()),
                _ => false,
            })
    }
}

/// Roman numbers and single capital letters, as before titles of groups.
fn enumerator(text: &str) -> bool {
    if text.is_empty() || text.len() > 6 {
        return false;
    }
    let roman = text.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X' | b'L'));
    let letter = text.chars().count() == 1 && text.chars().all(|letter| letter.is_uppercase());
    roman || letter
}

/// Whether a row reads like what stands below a table: signatures, place and date, notes.
fn is_closing(row: &Row) -> bool {
    row.filled().count() <= 4 && row.filled().filter_map(|(_, cell)| cell.text()).any(is_closing_text)
}

/// The words themselves, or before a colon, or in capitals: "Nơi nhận:", "TM. ỦY BAN NHÂN DÂN", "Người lập biểu"; not "Chủ
/// tịch UBND xã báo cáo", which is a task.
fn is_closing_text(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "nguoi lap",
        "nguoi tong hop",
        "nguoi lap bieu",
        "nguoi lap bang",
        "thu truong",
        "thu truong don vi",
        "chu tich",
        "pho chu tich",
        "tm",
        "kt",
        "tl",
        "tuq",
        "noi nhan",
        "chanh van phong",
        "pho chanh van phong",
        "truong phong",
        "giam doc",
        "ghi chu",
        "luu y",
        "xac nhan",
        "lanh dao don vi",
        "ky ten",
        "ky ghi ro ho ten",
        "can bo tong hop",
    ];
    if text.chars().count() > 500 {
        return false;
    }
    let (head, colon) = text.split_once(':').map_or((text, false), |(head, _)| (head, true));
    let folded = fold(head);
    if WORDS.contains(&folded.as_str()) {
        return true;
    }
    let capitals = !colon && text.chars().any(char::is_alphabetic) && !text.chars().any(char::is_lowercase);
    let dated = text.chars().count() < 60
        && [" ngay ", " thang ", " nam "].iter().all(|word| folded.contains(word))
        && text.contains(',');
    dated || capitals && WORDS.iter().any(|word| begins_with(&folded, word))
}

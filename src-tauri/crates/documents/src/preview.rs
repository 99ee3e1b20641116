//! The rows of a list as tasks, before anything is taken in.

use crate::book::{Book, Cell, Format, Row, Sheet};
use crate::days::{self, DateWords};
use crate::fields::TaskField;
use crate::headings::is_column_numbers;
use crate::listed::{LeftOut, LeftOutReason, ListedDeadline, Preview, PreviewOptions, TaskRow};
use crate::mapping::Mapping;
use crate::rows::{RowKind, Rows};
use crate::secrecy;
use crate::trouble::{Severity, Trouble, TroubleKind};
use crate::values::{self, PercentWords, StatusWords};
use crate::words::fold;
use chidao_domain::dates::PhraseError;
use chidao_domain::status::Status;
use chrono::{Datelike, NaiveDate};
use std::collections::HashMap;

/// Reads the rows of a sheet as tasks.
pub fn preview(book: &Book, sheet: usize, mapping: &Mapping, options: &PreviewOptions) -> Preview {
    let mut reading = Reading::new(book, mapping, options);
    match book.sheets.get(sheet) {
        Some(sheet) => reading.sheet(sheet),
        None => reading.trouble(None, None, TroubleKind::NoRows),
    }
    reading.finish()
}

struct Reading<'a> {
    from_1904: bool,
    mapping: &'a Mapping,
    columns: HashMap<TaskField, usize>,
    most_troubles: usize,
    fractions: bool,
    /// Whether the format tells which numbers are shown as percentages.
    tells_percents: bool,
    out: Preview,
    codes: HashMap<String, u32>,
    tasks: HashMap<String, u32>,
    days: HashMap<TaskField, Days>,
}

/// The days of the month in a column of dates, by how they are written.
#[derive(Default)]
struct Days {
    texts_to_12: u32,
    texts_above_12: u32,
    dates_to_12: u32,
    dates_above_12: u32,
}

impl Days {
    /// Whether the column was typed day first into an Excel that reads month first: it made dates of what it could,
    /// with day and month exchanged, and left the rest as text.
    fn look_exchanged(&self) -> bool {
        self.texts_above_12 >= 3 && self.texts_to_12 == 0 && self.dates_to_12 >= 3 && self.dates_above_12 == 0
    }
}

impl<'a> Reading<'a> {
    fn new(book: &Book, mapping: &'a Mapping, options: &PreviewOptions) -> Reading<'a> {
        Reading {
            from_1904: book.from_1904,
            mapping,
            columns: mapping
                .columns
                .iter()
                .map(|mapped| (mapped.field, mapped.column as usize))
                .collect(),
            most_troubles: options.most_troubles as usize,
            fractions: false,
            tells_percents: !matches!(book.format, Format::Xls | Format::Ods),
            out: Preview {
                rows: Vec::new(),
                left_out: Vec::new(),
                troubles: Vec::new(),
                errors: 0,
                warnings: 0,
                importable: false,
            },
            codes: HashMap::new(),
            tasks: HashMap::new(),
            days: HashMap::new(),
        }
    }

    fn sheet(&mut self, sheet: &Sheet) {
        let secret = secrecy::columns(sheet, self.mapping.heading_row);
        let first = self.mapping.first_row();
        let start = sheet.rows.partition_point(|row| row.number < first);
        // A mark above the table ("MẬT" over the title) is a mark on the whole list.
        for row in sheet.rows.get(..start).unwrap_or_default() {
            if secrecy::is_marked(row, &secret) {
                self.trouble(Some(row.number), None, TroubleKind::SecrecyMark);
            }
        }
        if self.mapping.heading_row.is_none() && self.mapping.columns.is_empty() {
            self.trouble(None, None, TroubleKind::NoHeadings);
            return;
        }
        if !self.columns.contains_key(&TaskField::Content) {
            self.trouble(
                None,
                None,
                TroubleKind::MissingColumn {
                    field: TaskField::Content,
                },
            );
        }
        let rows = sheet.rows.get(start..).unwrap_or_default();
        let known = Rows::new(sheet, self.mapping, rows);
        self.fractions = self.percents_are_fractions(rows, &known);
        let mut group: Option<String> = None;
        for (at, row) in rows.iter().enumerate() {
            if secrecy::is_marked(row, &secret) {
                self.trouble(Some(row.number), None, TroubleKind::SecrecyMark);
                continue;
            }
            let reason = if is_column_numbers(row) && self.out.rows.is_empty() {
                Some(LeftOutReason::ColumnNumbers)
            } else {
                match known.kind(at, row) {
                    RowKind::Task => None,
                    RowKind::Headings => Some(LeftOutReason::Headings),
                    RowKind::Total => Some(LeftOutReason::Total),
                    RowKind::BelowTable => Some(LeftOutReason::BelowTable),
                    RowKind::Group(title) => {
                        group = Some(title);
                        Some(LeftOutReason::Group)
                    }
                    RowKind::Continued(task_row) => {
                        self.continued(row, task_row);
                        Some(LeftOutReason::Continued)
                    }
                }
            };
            match reason {
                Some(reason) => {
                    let title = row
                        .filled()
                        .map(|(_, cell)| cell.words())
                        .find(|words| !words.is_empty());
                    let title = title.unwrap_or_default().chars().take(120).collect();
                    self.out.left_out.push(LeftOut {
                        row: row.number,
                        reason,
                        title,
                    });
                }
                None => {
                    let task = self.task(row, &known, group.clone());
                    self.out.rows.push(task);
                }
            }
        }
        let mut exchanged: Vec<TaskField> = self
            .days
            .iter()
            .filter(|(_, days)| days.look_exchanged())
            .map(|(field, _)| *field)
            .collect();
        exchanged.sort();
        for field in exchanged {
            self.trouble(None, Some(field), TroubleKind::DayAndMonthMayBeExchanged { field });
        }
        if self.out.rows.is_empty() && self.out.errors == 0 {
            self.trouble(None, None, TroubleKind::NoRows);
        }
    }

    /// Whether bare numbers in the percent column are fractions: all of them at most 1, and some between 0 and 1; or, in
    /// a format that does not tell which cells are percentages, all of them 0 or 1 (1 is 100% there, not 1%).
    fn percents_are_fractions(&self, rows: &[Row], known: &Rows<'_>) -> bool {
        let Some(column) = self.columns.get(&TaskField::Percent) else {
            return false;
        };
        let mut between = false;
        let mut whole = false;
        for (at, row) in rows.iter().enumerate() {
            if is_column_numbers(row) || known.kind(at, row) != RowKind::Task {
                continue;
            }
            match values::percent(row.cell(*column)) {
                PercentWords::PerhapsFraction(value) => {
                    between |= value < 1.0;
                    whole |= !self.tells_percents && matches!(row.cell(*column), Cell::Number { .. });
                }
                // A cell formatted as a percentage says nothing about bare numbers.
                PercentWords::Is(_) if matches!(row.cell(*column), Cell::Number { percent: true, .. }) => {}
                PercentWords::Is(value) if value != 0.0 => return false,
                PercentWords::Is(_) | PercentWords::None | PercentWords::Words => {}
            }
        }
        between || whole
    }

    /// A row below a task, merged with its content: coordinating offices are often written one below the other.
    fn continued(&mut self, row: &Row, task_row: u32) {
        let column = self.columns.get(&TaskField::Coordinating).copied();
        let offices = column.map_or_else(Vec::new, |column| values::offices(&row.cell(column).words()));
        if let Some(task) = self.out.rows.last_mut().filter(|task| task.row == task_row) {
            for office in offices {
                if !task.coordinating.contains(&office) {
                    task.coordinating.push(office);
                }
            }
        }
        if row.filled().any(|(filled, _)| Some(filled) != column) {
            self.trouble(Some(row.number), None, TroubleKind::ContinuedRow { task_row });
        }
    }

    fn task(&mut self, row: &Row, known: &Rows<'_>, group: Option<String>) -> TaskRow {
        let mut task = TaskRow {
            row: row.number,
            group,
            ..TaskRow::default()
        };
        task.code = self.words(row, known, TaskField::Code);
        task.content = self.words(row, known, TaskField::Content).unwrap_or_default();
        task.assigner = self.words(row, known, TaskField::Assigner);
        task.issuer = self.words(row, known, TaskField::Issuer);
        task.product = self.words(row, known, TaskField::Product);
        task.lead = self.words(row, known, TaskField::Lead);
        task.coordinating = self
            .words(row, known, TaskField::Coordinating)
            .map_or_else(Vec::new, |words| values::offices(&words));
        task.responsible = self.words(row, known, TaskField::Responsible);
        task.follower = self.words(row, known, TaskField::Follower);
        task.field_of_work = self.words(row, known, TaskField::FieldOfWork);
        task.priority = self.words(row, known, TaskField::Priority);
        task.result = self.words(row, known, TaskField::Result);
        task.difficulty = self.words(row, known, TaskField::Difficulty);
        task.recommendation = self.words(row, known, TaskField::Recommendation);
        task.note = self.words(row, known, TaskField::Note);

        task.document_date = self.date(row, known, TaskField::DocumentDate);
        if let Some(words) = self.words(row, known, TaskField::DocumentNumber) {
            let (number, dated) = values::document_number(&words);
            task.document_number = (!number.is_empty()).then_some(number);
            task.document_date = task.document_date.or(dated);
        }
        task.assigned_on = self.date(row, known, TaskField::AssignedOn);
        task.completed_on = self.date(row, known, TaskField::CompletedOn);
        let given = task.assigned_on.or(task.document_date);
        task.deadline = self.deadline(row, known, TaskField::Deadline, given);
        task.original_deadline = self.deadline(row, known, TaskField::OriginalDeadline, given);

        if let Some(words) = self.words(row, known, TaskField::Kind) {
            task.kind = values::kind(&words);
            if task.kind.is_none() {
                self.trouble(Some(row.number), Some(TaskField::Kind), TroubleKind::UnknownKind);
            }
        }
        if let Some(words) = self.words(row, known, TaskField::Status) {
            match values::status(&words) {
                StatusWords::Is(status) => task.status = Some(status),
                StatusWords::OnlyDeadline => {
                    self.trouble(
                        Some(row.number),
                        Some(TaskField::Status),
                        TroubleKind::StatusOnlySaysDeadline,
                    );
                }
                StatusWords::Unknown => {
                    self.trouble(Some(row.number), Some(TaskField::Status), TroubleKind::UnknownStatus);
                }
            }
        }
        if let Some(cell) = self.cell(row, known, TaskField::OnProvinceSystem) {
            task.on_province_system = values::tick(cell);
            if task.on_province_system.is_none() {
                self.trouble(
                    Some(row.number),
                    Some(TaskField::OnProvinceSystem),
                    TroubleKind::UnclearTick,
                );
            }
        }
        self.percent(row, known, &mut task);
        self.judge(row.number, &mut task);
        task
    }

    /// The cell that feeds a field, if a column does: its own, or the one with which it is merged from above.
    fn cell<'r>(&self, row: &'r Row, known: &Rows<'r>, field: TaskField) -> Option<&'r Cell> {
        let column = *self.columns.get(&field)?;
        Some(known.cell(row, column))
    }

    fn words(&mut self, row: &Row, known: &Rows<'_>, field: TaskField) -> Option<String> {
        let cell = self.cell(row, known, field)?;
        if matches!(cell, Cell::Error(_)) {
            self.trouble(Some(row.number), Some(field), TroubleKind::FormulaError);
            return None;
        }
        let words = cell.words();
        (!words.is_empty()).then_some(words)
    }

    fn date(&mut self, row: &Row, known: &Rows<'_>, field: TaskField) -> Option<NaiveDate> {
        let cell = self.cell(row, known, field)?;
        let what = match (cell, days::date(cell, self.from_1904)) {
            (Cell::Error(_), _) => TroubleKind::FormulaError,
            (_, DateWords::None) => return None,
            (_, DateWords::Is(date)) => {
                self.note_day(field, cell, date);
                return Some(date);
            }
            (_, DateWords::Impossible) => TroubleKind::ImpossibleDate { field },
            (_, DateWords::Words) => TroubleKind::NotADate { field },
        };
        self.trouble(Some(row.number), Some(field), what);
        None
    }

    fn deadline(
        &mut self,
        row: &Row,
        known: &Rows<'_>,
        field: TaskField,
        given: Option<NaiveDate>,
    ) -> Option<ListedDeadline> {
        let cell = self.cell(row, known, field)?;
        match (cell, days::date(cell, self.from_1904)) {
            (Cell::Error(_), _) => {
                self.trouble(Some(row.number), Some(field), TroubleKind::FormulaError);
                None
            }
            (_, DateWords::None) => None,
            (_, DateWords::Is(date)) => {
                self.note_day(field, cell, date);
                Some(ListedDeadline {
                    date: Some(date),
                    words: None,
                    meaning: None,
                })
            }
            (_, DateWords::Impossible) => {
                self.trouble(Some(row.number), Some(field), TroubleKind::ImpossibleDate { field });
                None
            }
            (Cell::Text(text), DateWords::Words) => {
                let (deadline, trouble) = days::deadline_words(text, given);
                match trouble {
                    None => {}
                    Some(PhraseError::Date(_)) => {
                        self.trouble(Some(row.number), Some(field), TroubleKind::ImpossibleDate { field });
                    }
                    Some(_) => self.trouble(Some(row.number), Some(field), TroubleKind::DeadlineInWords),
                }
                Some(deadline)
            }
            (_, DateWords::Words) => {
                self.trouble(Some(row.number), Some(field), TroubleKind::NotADate { field });
                None
            }
        }
    }

    fn note_day(&mut self, field: TaskField, cell: &Cell, date: NaiveDate) {
        let days = self.days.entry(field).or_default();
        *match (cell, date.day() <= 12) {
            (Cell::Text(_), true) => &mut days.texts_to_12,
            (Cell::Text(_), false) => &mut days.texts_above_12,
            (_, true) => &mut days.dates_to_12,
            (_, false) => &mut days.dates_above_12,
        } += 1;
    }

    fn percent(&mut self, row: &Row, known: &Rows<'_>, task: &mut TaskRow) {
        let Some(cell) = self.cell(row, known, TaskField::Percent) else {
            return;
        };
        let value = match (cell, values::percent(cell)) {
            (Cell::Error(_), _) => {
                return self.trouble(Some(row.number), Some(TaskField::Percent), TroubleKind::FormulaError);
            }
            (_, PercentWords::None) => return,
            (_, PercentWords::Words) => {
                task.progress_words = Some(cell.words());
                return self.trouble(Some(row.number), Some(TaskField::Percent), TroubleKind::PercentInWords);
            }
            (_, PercentWords::Is(value)) => value,
            (_, PercentWords::PerhapsFraction(value)) if self.fractions => values::tidy(value * 100.0),
            (_, PercentWords::PerhapsFraction(value)) => value,
        };
        if !(0.0..=100.0).contains(&value) {
            return self.trouble(
                Some(row.number),
                Some(TaskField::Percent),
                TroubleKind::PercentOutOfRange,
            );
        }
        // Rounded down: 99,6 % is not done.
        let kept = value.floor() as u8;
        task.percent = Some(kept);
        if value.fract() != 0.0 {
            self.trouble(
                Some(row.number),
                Some(TaskField::Percent),
                TroubleKind::PercentRounded { kept },
            );
        }
    }

    /// What the fields of a task say about one another, and about earlier rows.
    fn judge(&mut self, row: u32, task: &mut TaskRow) {
        if task.content.is_empty() && self.columns.contains_key(&TaskField::Content) {
            self.trouble(Some(row), Some(TaskField::Content), TroubleKind::MissingContent);
        }
        task.fingerprint = fingerprint(task);
        match &task.code {
            Some(_) => match self.codes.get(&task.fingerprint).copied() {
                Some(first_row) => self.trouble(
                    Some(row),
                    Some(TaskField::Code),
                    TroubleKind::DuplicateCode { first_row },
                ),
                None => {
                    self.codes.insert(task.fingerprint.clone(), row);
                }
            },
            None if task.content.is_empty() => {}
            None => match self.tasks.get(&task.fingerprint).copied() {
                Some(first_row) => {
                    self.trouble(
                        Some(row),
                        Some(TaskField::Content),
                        TroubleKind::DuplicateTask { first_row },
                    );
                }
                None => {
                    self.tasks.insert(task.fingerprint.clone(), row);
                }
            },
        }
        let given = task.assigned_on.or(task.document_date);
        if let (Some(given), Some(due)) = (given, task.deadline.as_ref().and_then(|deadline| deadline.date))
            && due < given
        {
            self.trouble(
                Some(row),
                Some(TaskField::Deadline),
                TroubleKind::DeadlineBeforeAssignment,
            );
        }
        if let (Some(given), Some(done)) = (given, task.completed_on)
            && done < given
        {
            self.trouble(
                Some(row),
                Some(TaskField::CompletedOn),
                TroubleKind::CompletedBeforeAssignment,
            );
        }
        match (task.status, task.completed_on) {
            (Some(Status::Completed), None) => {
                let field = if self.columns.contains_key(&TaskField::CompletedOn) {
                    TaskField::CompletedOn
                } else {
                    TaskField::Status
                };
                self.trouble(Some(row), Some(field), TroubleKind::CompletedWithoutDate);
            }
            (Some(Status::New | Status::Received | Status::InProgress), Some(_)) => {
                self.trouble(Some(row), Some(TaskField::Status), TroubleKind::DateWithoutCompletion);
            }
            _ => {}
        }
        if task.status == Some(Status::Completed) && task.percent.is_some_and(|percent| percent < 100) {
            self.trouble(Some(row), Some(TaskField::Percent), TroubleKind::CompletedBelowHundred);
        }
    }

    fn trouble(&mut self, row: Option<u32>, field: Option<TaskField>, what: TroubleKind) {
        let severity = what.severity();
        match severity {
            Severity::Error => self.out.errors += 1,
            Severity::Warning => self.out.warnings += 1,
        }
        if self.out.troubles.len() >= self.most_troubles && what != TroubleKind::SecrecyMark {
            return;
        }
        let mapped = field.and_then(|field| self.mapping.mapped(field));
        self.out.troubles.push(Trouble {
            row,
            column: mapped.map(|mapped| mapped.letter.clone()),
            heading: mapped
                .map(|mapped| mapped.heading.clone())
                .filter(|heading| !heading.is_empty()),
            severity,
            what,
        });
    }

    fn finish(mut self) -> Preview {
        self.out.importable = self.out.errors == 0 && !self.out.rows.is_empty();
        self.out
    }
}

/// The key by which the same task is found again. Spelling of accents, case and signs does not matter.
fn fingerprint(task: &TaskRow) -> String {
    match &task.code {
        Some(code) => format!("code:{}", fold(code)),
        None => format!(
            "text:{}|{}",
            fold(task.document_number.as_deref().unwrap_or_default()),
            fold(&task.content)
        ),
    }
}

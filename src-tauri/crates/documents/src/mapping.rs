//! Which column feeds which field: guessed from headings and values, and changed by a person.

use crate::book::{Book, Cell, Row, Sheet, column_letters};
use crate::days::{self, DateWords};
use crate::fields::TaskField;
use crate::headings::{self, Headings};
use crate::meanings::{LEAST_SCORE, Meaning, meanings};
use crate::secrecy;
use crate::values::{self, PercentWords, StatusWords};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use ts_rs::TS;

/// How many rows below the headings are looked at for what a column holds.
const VALUES_CHECKED: usize = 200;
/// A column of values without a heading is mapped only if this share of them is understood.
const VALUES_ALONE: u32 = 80;
/// Letters of a sample value shown.
const SAMPLE_CHARS: usize = 80;

/// Why a column feeds its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The heading names the field.
    Heading,
    /// The heading speaks of the field among other words.
    PartOfHeading,
    /// The heading says nothing; the values do.
    Values,
    /// A person chose it.
    Chosen,
}

/// A column that feeds a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct MappedColumn {
    /// The column, counted from 0.
    pub column: u32,
    /// Its letters in Excel.
    pub letter: String,
    /// Its heading; empty if it has none.
    pub heading: String,
    /// The field that it feeds.
    pub field: TaskField,
    /// Why.
    pub evidence: Evidence,
    /// How sure, 0–100.
    pub confidence: u8,
    /// Values looked at.
    pub checked: u32,
    /// Values of these that the field understands; all of them where the field takes any text.
    pub understood: u32,
}

/// What a column that feeds nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UnmappedRole {
    /// The running number (STT): not kept, rows keep their own numbers.
    Ordinal,
    /// Độ mật: never taken in; rows with a mark are refused.
    Secrecy,
    /// It reads like a field that another column already feeds.
    Second,
    /// Not understood: it will not be taken in unless it is mapped.
    Unknown,
}

/// A column that feeds nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct UnmappedColumn {
    /// The column, counted from 0.
    pub column: u32,
    /// Its letters in Excel.
    pub letter: String,
    /// Its heading; empty if it has none.
    pub heading: String,
    /// What it is.
    pub role: UnmappedRole,
    /// How many of the values looked at are not empty.
    pub filled: u32,
    /// Some of its values, shortened; none of rows with a secrecy mark.
    pub samples: Vec<String>,
}

/// Which column feeds which field, on one sheet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Mapping {
    /// The sheet, by name.
    pub sheet: String,
    /// First row of the headings, as Excel numbers it; none if no row reads like headings.
    pub heading_row: Option<u32>,
    /// How many rows the headings take: 1 or 2; 0 without headings.
    pub heading_rows: u32,
    /// Columns that feed a field, by column.
    pub columns: Vec<MappedColumn>,
    /// Columns that feed nothing, by column: nothing is left out unseen.
    pub unmapped: Vec<UnmappedColumn>,
}

impl Mapping {
    /// Guesses the mapping of a sheet; an empty one if there is no such sheet.
    pub fn guess(book: &Book, sheet: usize) -> Mapping {
        match book.sheets.get(sheet) {
            Some(sheet) => guess(book, sheet, headings::find(sheet)),
            None => Mapping::none(""),
        }
    }

    /// Guesses it again with the headings in a row that a person chose (as Excel numbers it).
    pub fn with_heading_row(book: &Book, sheet: usize, row: u32) -> Mapping {
        match book.sheets.get(sheet) {
            Some(sheet) => guess(book, sheet, headings::at(sheet, row)),
            None => Mapping::none(""),
        }
    }

    fn none(sheet: &str) -> Mapping {
        Mapping {
            sheet: sheet.to_owned(),
            heading_row: None,
            heading_rows: 0,
            columns: Vec::new(),
            unmapped: Vec::new(),
        }
    }

    /// The column that feeds a field, counted from 0.
    pub fn column_of(&self, field: TaskField) -> Option<usize> {
        self.mapped(field).map(|mapped| mapped.column as usize)
    }

    /// What feeds a field.
    pub fn mapped(&self, field: TaskField) -> Option<&MappedColumn> {
        self.columns.iter().find(|mapped| mapped.field == field)
    }

    /// The first row below the headings, as Excel numbers it.
    pub fn first_row(&self) -> u32 {
        self.heading_row
            .map_or(1, |row| row.saturating_add(self.heading_rows.max(1)))
    }

    /// Lets a column feed a field, or nothing. A field is fed by one column: the one that fed it so far is freed.
    pub fn choose(&mut self, column: u32, field: Option<TaskField>) {
        let mut heading = String::new();
        let mut free = Vec::new();
        self.columns.retain(|mapped| {
            let goes = mapped.column == column || Some(mapped.field) == field;
            if goes {
                free.push((mapped.column, mapped.heading.clone(), mapped.checked));
            }
            !goes
        });
        if let Some(at) = self.unmapped.iter().position(|unmapped| unmapped.column == column) {
            let unmapped = self.unmapped.remove(at);
            // A column of secrecy feeds nothing, whoever asks.
            if unmapped.role == UnmappedRole::Secrecy {
                self.unmapped.insert(at, unmapped);
                return;
            }
            free.push((unmapped.column, unmapped.heading, unmapped.filled));
        }
        for (freed, text, filled) in free {
            if freed == column && field.is_some() {
                heading = text;
            } else {
                self.unmapped.push(UnmappedColumn {
                    column: freed,
                    letter: column_letters(freed as usize),
                    heading: text,
                    role: UnmappedRole::Unknown,
                    filled,
                    samples: Vec::new(),
                });
            }
        }
        if let Some(field) = field {
            self.columns.push(MappedColumn {
                column,
                letter: column_letters(column as usize),
                heading,
                field,
                evidence: Evidence::Chosen,
                confidence: 100,
                checked: 0,
                understood: 0,
            });
        }
        self.columns.sort_by_key(|mapped| mapped.column);
        self.unmapped.sort_by_key(|unmapped| unmapped.column);
    }
}

impl Book {
    /// The sheet that most looks like a list of tasks: visible sheets first, then by how much of it is understood.
    pub fn likeliest_sheet(&self) -> usize {
        let score = |index: usize| {
            let mapping = Mapping::guess(self, index);
            let sheet = self.sheets.get(index);
            let points: u32 = mapping.columns.iter().map(|mapped| u32::from(mapped.confidence)).sum();
            let content = u32::from(mapping.column_of(TaskField::Content).is_some()) * 1000;
            (
                sheet.is_some_and(|sheet| sheet.visible),
                points + content,
                sheet.map_or(0, |sheet| sheet.rows.len()),
            )
        };
        // Among equals the first tab.
        (0..self.sheets.len())
            .rev()
            .max_by_key(|index| score(*index))
            .unwrap_or(0)
    }
}

fn guess(book: &Book, sheet: &Sheet, headings: Option<Headings>) -> Mapping {
    let mut mapping = Mapping::none(&sheet.name);
    let mut texts = Vec::new();
    if let Some(headings) = headings {
        mapping.heading_row = Some(headings.row);
        mapping.heading_rows = headings.rows;
        texts = headings.texts;
    }
    let first = mapping.first_row();
    let secret = secrecy::columns(sheet, mapping.heading_row);
    let start = sheet.rows.partition_point(|row| row.number < first);
    let below: Vec<&Row> = sheet
        .rows
        .get(start..)
        .unwrap_or_default()
        .iter()
        .take(VALUES_CHECKED)
        .filter(|row| !headings::is_column_numbers(row) && !secrecy::is_marked(row, &secret))
        .collect();
    let width = sheet.width();
    let mut candidates = Vec::new();
    for column in 0..width {
        let heading = texts.get(column).map_or("", String::as_str);
        for (meaning, points) in meanings(heading) {
            let (checked, understood) = match meaning {
                Meaning::Field(field) => values_understood(book, field, &below, column),
                Meaning::Ordinal | Meaning::Secrecy => (0, 0),
            };
            if let Some(confidence) = confidence(meaning, points, checked, understood) {
                let evidence = if points >= 95 {
                    Evidence::Heading
                } else {
                    Evidence::PartOfHeading
                };
                candidates.push(Candidate {
                    column,
                    meaning,
                    confidence,
                    evidence,
                    checked,
                    understood,
                });
            }
        }
        // Where the heading is silent, values of an unmistakable shape speak.
        if meanings(heading).is_empty() {
            for field in [TaskField::Status, TaskField::Kind] {
                let (checked, understood) = values_understood(book, field, &below, column);
                if checked >= 3 && understood * 100 >= checked * VALUES_ALONE {
                    candidates.push(Candidate {
                        column,
                        meaning: Meaning::Field(field),
                        confidence: 40,
                        evidence: Evidence::Values,
                        checked,
                        understood,
                    });
                }
            }
        }
    }
    // The surest first; among equals, the columns from the left.
    candidates.sort_by_key(|candidate| (std::cmp::Reverse(candidate.confidence), candidate.column));
    let mut taken_columns: HashSet<usize> = HashSet::new();
    let mut taken_fields: HashSet<TaskField> = HashSet::new();
    let mut roles: Vec<UnmappedRole> = vec![UnmappedRole::Unknown; width];
    let mut settle = |column: usize, role: UnmappedRole| {
        if let Some(known) = roles.get_mut(column) {
            *known = role;
        }
    };
    for known in &secret {
        taken_columns.insert(known.column);
        settle(known.column, UnmappedRole::Secrecy);
    }
    for candidate in &candidates {
        if taken_columns.contains(&candidate.column) {
            continue;
        }
        let field = match candidate.meaning {
            Meaning::Ordinal => {
                taken_columns.insert(candidate.column);
                settle(candidate.column, UnmappedRole::Ordinal);
                continue;
            }
            Meaning::Secrecy => continue,
            Meaning::Field(field) => field,
        };
        if taken_fields.contains(&field) {
            settle(candidate.column, UnmappedRole::Second);
            continue;
        }
        taken_fields.insert(field);
        taken_columns.insert(candidate.column);
        mapping.columns.push(MappedColumn {
            column: candidate.column as u32,
            letter: column_letters(candidate.column),
            heading: texts.get(candidate.column).cloned().unwrap_or_default(),
            field,
            evidence: candidate.evidence,
            confidence: candidate.confidence,
            checked: candidate.checked,
            understood: candidate.understood,
        });
    }
    mapping.columns.sort_by_key(|mapped| mapped.column);
    for column in 0..width {
        if mapping.columns.iter().any(|mapped| mapped.column as usize == column) {
            continue;
        }
        let heading = texts.get(column).cloned().unwrap_or_default();
        let role = roles.get(column).copied().unwrap_or(UnmappedRole::Unknown);
        let filled = below.iter().filter(|row| !row.cell(column).is_empty()).count() as u32;
        if heading.is_empty() && filled == 0 && role == UnmappedRole::Unknown {
            continue;
        }
        let samples = if role == UnmappedRole::Secrecy {
            Vec::new()
        } else {
            samples(&below, column)
        };
        let letter = column_letters(column);
        mapping.unmapped.push(UnmappedColumn {
            column: column as u32,
            letter,
            heading,
            role,
            filled,
            samples,
        });
    }
    mapping
}

struct Candidate {
    column: usize,
    meaning: Meaning,
    confidence: u8,
    evidence: Evidence,
    checked: u32,
    understood: u32,
}

/// How sure a heading and its values together are; none if the values contradict it.
fn confidence(meaning: Meaning, points: u8, checked: u32, understood: u32) -> Option<u8> {
    if points < LEAST_SCORE {
        return None;
    }
    if checked == 0 {
        return Some(points);
    }
    // A column of statuses in unknown words is still the column of statuses: its rows will say so.
    let stays = matches!(
        meaning,
        Meaning::Field(TaskField::Status | TaskField::Deadline | TaskField::OriginalDeadline)
    );
    if understood == 0 && checked >= 3 && !stays {
        return None;
    }
    let share = 40 + 60 * understood / checked;
    Some((u32::from(points) * share / 100) as u8)
}

/// How many values of a column there are among the rows, and how many of them a field understands.
fn values_understood(book: &Book, field: TaskField, rows: &[&Row], column: usize) -> (u32, u32) {
    let mut checked = 0;
    let mut understood = 0;
    for cell in rows.iter().map(|row| row.cell(column)).filter(|cell| !cell.is_empty()) {
        checked += 1;
        understood += u32::from(understands(book, field, cell));
    }
    (checked, understood)
}

fn understands(book: &Book, field: TaskField, cell: &Cell) -> bool {
    let date = || {
        matches!(
            days::date(cell, book.from_1904),
            DateWords::Is(_) | DateWords::Impossible | DateWords::None
        )
    };
    match field {
        TaskField::DocumentDate | TaskField::AssignedOn | TaskField::CompletedOn => date(),
        TaskField::Deadline | TaskField::OriginalDeadline => date() || cell.text().is_some(),
        TaskField::Percent => !matches!(values::percent(cell), PercentWords::Words),
        TaskField::Status => !matches!(values::status(&cell.words()), StatusWords::Unknown),
        TaskField::Kind => values::kind(&cell.words()).is_some(),
        TaskField::OnProvinceSystem => values::tick(cell).is_some(),
        // A number with a slash or a dash and letters, or a citation around one.
        TaskField::DocumentNumber => cell
            .text()
            .is_some_and(|text| text.contains(['/', '-']) && text.chars().any(|letter| letter.is_ascii_digit())),
        TaskField::Content | TaskField::Lead | TaskField::Coordinating => cell.text().is_some(),
        _ => true,
    }
}

fn samples(rows: &[&Row], column: usize) -> Vec<String> {
    let mut samples: Vec<String> = Vec::new();
    for row in rows {
        let words = row.cell(column).words();
        let short: String = words.chars().take(SAMPLE_CHARS).collect();
        if !short.is_empty() && !samples.contains(&short) {
            samples.push(short);
        }
        if samples.len() == 3 {
            break;
        }
    }
    samples
}

//! Where the headings of a table are. Titles above them, headings over two rows, and a row of column numbers below
//! them are all usual in office lists.

use crate::book::{Cell, Row, Sheet};
use crate::limits::HEADING_ROWS_SEARCHED;
use crate::meanings::{Meaning, heading_points};
use crate::words::fold;
use std::collections::HashSet;

/// The headings of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Headings {
    /// First row of the headings, from 1.
    pub(crate) row: u32,
    /// How many rows they take: 1 or 2.
    pub(crate) rows: u32,
    /// The heading of each column, joined from both rows; empty where there is none.
    pub(crate) texts: Vec<String>,
}

impl Headings {
    /// How well the headings are understood: the points of different meanings, summed.
    fn score(&self) -> u32 {
        let mut meanings: HashSet<Meaning> = HashSet::new();
        let mut score = 0;
        for (meaning, points) in self
            .texts
            .iter()
            .filter(|text| !text.is_empty())
            .filter_map(|text| heading_points(text))
        {
            if meanings.insert(meaning) {
                score += u32::from(points);
            }
        }
        score
    }
}

/// The likeliest headings among the first rows; none if no row reads like headings.
pub(crate) fn find(sheet: &Sheet) -> Option<Headings> {
    let width = sheet.width();
    let mut best: Option<(u32, Headings)> = None;
    for row in sheet.rows.iter().take(HEADING_ROWS_SEARCHED) {
        // Headings are written in several cells, and in words.
        if row.filled().filter(|(_, cell)| cell.text().is_some()).count() < 2 {
            continue;
        }
        let found = of_row(sheet, row, width);
        let score = found.score();
        // Of rows alike the upper one: a list printed on several pages repeats its headings.
        if score >= 100 && best.as_ref().is_none_or(|(most, _)| score > *most) {
            best = Some((score, found));
        }
    }
    best.map(|(_, headings)| headings)
}

/// The headings that begin in the row of a number, of one or two rows, whichever reads better.
pub(crate) fn at(sheet: &Sheet, row: u32) -> Option<Headings> {
    sheet.row(row).map(|row| of_row(sheet, row, sheet.width()))
}

fn of_row(sheet: &Sheet, upper: &Row, width: usize) -> Headings {
    let text = |cell: &Cell| cell.words().split_whitespace().collect::<Vec<_>>().join(" ");
    let single = Headings {
        row: upper.number,
        rows: 1,
        texts: (0..width).map(|column| text(upper.cell(column))).collect(),
    };
    let Some(lower) = sheet.row(upper.number + 1) else {
        return single;
    };
    if !may_be_lower_half(sheet, upper, lower) {
        return single;
    }
    // What stands in the upper row spreads over the columns of its merged region, or, where regions are not told,
    // over the empty cells to its right that have something below them.
    let mut texts = Vec::with_capacity(width);
    let mut above = String::new();
    for column in 0..width {
        let own = text(upper.cell(column));
        let below = text(lower.cell(column));
        let region = sheet.merges.iter().find(|merge| {
            merge.first_row <= upper.number
                && merge.last_row >= upper.number
                && (merge.first_column as usize..=merge.last_column as usize).contains(&column)
        });
        if !own.is_empty() {
            above = own;
        } else {
            let spreads = match region {
                Some(region) => (region.first_column as usize) < column,
                None => sheet.merges.is_empty() && !below.is_empty(),
            };
            if !spreads {
                above.clear();
            }
        }
        texts.push(match (above.is_empty(), below.is_empty()) {
            (_, true) => text(upper.cell(column)),
            (true, false) => below,
            (false, false) if above == below => below,
            (false, false) => format!("{above} {below}"),
        });
    }
    let double = Headings {
        row: upper.number,
        rows: 2,
        texts,
    };
    if double.score() > single.score() {
        double
    } else {
        single
    }
}

/// Whether a row reads as the lower half of headings: words only, all short, and nothing below a heading that stands
/// alone, except in the columns of a spread heading.
fn may_be_lower_half(sheet: &Sheet, upper: &Row, lower: &Row) -> bool {
    let words_only = lower
        .filled()
        .all(|(_, cell)| cell.text().is_some_and(|text| text.chars().count() <= 60));
    let some_word = lower.filled().any(|(_, cell)| {
        cell.text()
            .is_some_and(|text| fold(text).chars().any(char::is_alphabetic))
    });
    if !words_only || !some_word || is_column_numbers(lower) {
        return false;
    }
    let spread = sheet.merges.iter().any(|merge| {
        merge.first_row == upper.number && merge.last_row == upper.number && merge.columns() > 1
            || merge.first_row == upper.number && merge.last_row == lower.number
    });
    let gaps = lower.filled().any(|(column, _)| upper.cell(column).is_empty());
    // Most of a data row's columns are filled below headings that need nothing more.
    let under_complete = lower
        .filled()
        .filter(|(column, _)| {
            upper
                .cell(*column)
                .text()
                .and_then(heading_points)
                .is_some_and(|(_, points)| points >= 90)
        })
        .count();
    (spread || gaps) && under_complete * 2 <= lower.filled().count()
}

/// Whether a row only numbers the columns: "1 2 3 …", "(1) (2) (3) …".
pub(crate) fn is_column_numbers(row: &Row) -> bool {
    let mut expected = None;
    let mut count = 0;
    for (_, cell) in row.filled() {
        let number = match cell {
            Cell::Number { value, percent: false } if value.fract() == 0.0 && (0.0..300.0).contains(value) => {
                *value as u32
            }
            Cell::Text(text) => match text.trim_matches(['(', ')', '[', ']', ' ']).parse::<u32>() {
                Ok(number) => number,
                // The running number's column is often lettered: "A 1 2 3".
                Err(_) if count == 0 && matches!(&**text, "A" | "B" | "(A)" | "a") => 0,
                Err(_) => return false,
            },
            _ => return false,
        };
        match expected {
            Some(next) if number == next => {}
            None if number <= 2 => {}
            _ => return false,
        }
        expected = Some(number + 1);
        count += 1;
    }
    count >= 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::Merge;

    fn sheet(rows: &[(u32, &[&str])], merges: &[(u32, u32, u32, u32)]) -> Sheet {
        let cell = |text: &&str| {
            if text.is_empty() {
                Cell::Empty
            } else {
                Cell::Text((*text).into())
            }
        };
        Sheet {
            name: "s".into(),
            visible: true,
            rows: rows
                .iter()
                .map(|(number, cells)| Row {
                    number: *number,
                    cells: cells.iter().map(cell).collect(),
                })
                .collect(),
            merges: merges
                .iter()
                .map(|(r1, c1, r2, c2)| Merge {
                    first_row: *r1,
                    first_column: *c1,
                    last_row: *r2,
                    last_column: *c2,
                })
                .collect(),
        }
    }

    const TITLE: (u32, &[&str]) = (1, &["DANH MỤC NHIỆM VỤ UBND TỈNH GIAO"]);
    const UPPER: &[&str] = &["STT", "Nội dung", "Văn bản giao", "", "Hạn"];
    const LOWER: &[&str] = &["", "", "Số, ký hiệu", "Ngày", ""];
    const DATA: &[&str] = &["1", "Rà soát", "1/UBND-TH", "01/02/2017", "03/03/2017"];

    #[test]
    fn headings_over_two_rows_are_joined_with_and_without_regions() {
        let merges: &[(u32, u32, u32, u32)] = &[(1, 0, 1, 4), (3, 0, 4, 0), (3, 1, 4, 1), (3, 2, 3, 3), (3, 4, 4, 4)];
        for merges in [merges, &[]] {
            let found = find(&sheet(&[TITLE, (3, UPPER), (4, LOWER), (5, DATA)], merges)).unwrap();
            assert_eq!((found.row, found.rows), (3, 2));
            assert_eq!(
                found.texts,
                [
                    "STT",
                    "Nội dung",
                    "Văn bản giao Số, ký hiệu",
                    "Văn bản giao Ngày",
                    "Hạn"
                ]
            );
        }
    }

    #[test]
    fn a_row_of_data_is_not_the_lower_half() {
        let found = find(&sheet(
            &[
                (1, &["STT", "Nội dung", "Chủ trì", ""]),
                (2, &["a", "Rà soát", "Phòng Y tế", "x"]),
            ],
            &[],
        ))
        .unwrap();
        assert_eq!(found.rows, 1);
    }

    #[test]
    fn column_numbers_are_known() {
        let numbers = |cells: &[&str]| is_column_numbers(&sheet(&[(1, cells)], &[]).rows[0]);
        assert!(numbers(&["1", "2", "3", "4"]));
        assert!(numbers(&["(1)", "(2)", "(3)"]));
        assert!(numbers(&["A", "1", "2", "3"]));
        assert!(!numbers(&["1", "Rà soát", "3"]));
        assert!(!numbers(&["7", "8", "9"]));
    }

    #[test]
    fn prose_has_no_headings() {
        assert_eq!(
            find(&sheet(&[(1, &["Kính gửi", "anh chị"]), (2, &["thân mến", "em"])], &[])),
            None
        );
    }
}

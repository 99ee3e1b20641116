//! Secrecy marks: documents that bear one are never registered (DOMAIN 5.4), so a list that names one is refused at
//! that row, and nothing of the row is repeated.

use crate::book::{Cell, Row, Sheet};
use crate::limits::HEADING_ROWS_SEARCHED;
use crate::meanings::{Meaning, heading_points};
use crate::words::fold;

/// A column whose heading speaks of secrecy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SecrecyColumn {
    pub(crate) column: usize,
    /// The row of its heading, from 1.
    pub(crate) heading_row: u32,
    /// The heading speaks of secrecy alone: any value but an ordinary one is a mark.
    pub(crate) alone: bool,
}

/// Finds columns of secrecy on the sheet itself: a changed mapping must not be able to hide one. `heading_row` is looked
/// at as well as the first rows.
pub(crate) fn columns(sheet: &Sheet, heading_row: Option<u32>) -> Vec<SecrecyColumn> {
    let mut found: Vec<SecrecyColumn> = Vec::new();
    let first = sheet.rows.iter().take(HEADING_ROWS_SEARCHED + 2);
    let chosen = heading_row
        .into_iter()
        .flat_map(|row| [row, row.saturating_add(1)])
        .filter_map(|row| sheet.row(row));
    for row in first.chain(chosen) {
        let mut among_headings = None;
        for (column, cell) in row.filled() {
            let Some(text) = cell.text().filter(|text| text.len() < 80) else {
                continue;
            };
            let alone = matches!(heading_points(text), Some((Meaning::Secrecy, 100)));
            // What only speaks of secrecy is a heading among headings; among data it is the content of a task.
            let speaks = || {
                let folded = fold(text);
                folded
                    .split(' ')
                    .collect::<Vec<_>>()
                    .windows(2)
                    .any(|pair| pair == ["do", "mat"])
            };
            let is_heading = alone || speaks() && *among_headings.get_or_insert_with(|| reads_like_headings(row));
            if is_heading && !found.iter().any(|known| known.column == column) {
                found.push(SecrecyColumn {
                    column,
                    heading_row: row.number,
                    alone,
                });
            }
        }
    }
    found
}

fn reads_like_headings(row: &Row) -> bool {
    let sure = |cell: &Cell| {
        cell.text()
            .and_then(heading_points)
            .is_some_and(|(_, points)| points >= 90)
    };
    row.filled().filter(|(_, cell)| sure(cell)).count() >= 2
}

/// Whether a row bears a secrecy mark, in a column of secrecy or as a mark in any of its cells.
pub(crate) fn is_marked(row: &Row, columns: &[SecrecyColumn]) -> bool {
    let in_column = columns
        .iter()
        .any(|known| row.number > known.heading_row && value_marks(row.cell(known.column), known.alone));
    in_column || row.filled().any(|(_, cell)| cell.text().is_some_and(text_marks))
}

fn value_marks(cell: &Cell, alone: bool) -> bool {
    match cell {
        Cell::Empty | Cell::Bool(false) => false,
        Cell::Text(text) => {
            let folded = fold(text);
            let ordinary = [
                "",
                "thuong",
                "binh thuong",
                "khong",
                "khong mat",
                "khong co",
                "luu hanh noi bo",
                "do mat",
            ];
            if alone {
                // The heading may be written over two rows, and printed again on the next page.
                let heading = matches!(heading_points(text), Some((Meaning::Secrecy, _)));
                let column_number = folded.bytes().all(|byte| byte.is_ascii_digit()) && text.starts_with('(');
                !ordinary.contains(&folded.as_str()) && !heading && !column_number
            } else {
                folded.split(' ').any(|word| word == "mat")
                    && !folded.contains("khong mat")
                    && !folded.contains("do mat")
            }
        }
        // A number in a column of levels is a level; a running number under the headings is not worth the risk.
        Cell::Number { value, .. } => alone && *value != 0.0,
        Cell::Bool(true) | Cell::Date(_) | Cell::Error(_) => alone,
    }
}

/// Whether a text bears a mark: "(Mật)", "MẬT" alone, "Mật - …", "… độ mật: Tối mật", "tuyệt mật". "Bí mật nhà nước",
/// "bảo mật" and "mật ong" are no marks.
fn text_marks(text: &str) -> bool {
    // Most texts have no such syllable; without its marks it is looked for only where it stands by itself.
    let open_signs = ['(', '[', '{', '<', '"', '“', '«'];
    if !text.contains(['ậ', 'Ậ']) && text.len() > 12 && !text.contains(open_signs) {
        return false;
    }
    let small = text.to_lowercase();
    if small.contains("tối mật") || small.contains("tuyệt mật") {
        return true;
    }
    let is_mark = |piece: &str| {
        matches!(
            piece.trim(),
            "mật" | "mat" | "toi mat" | "tuyet mat" | "dấu mật" | "độ mật: mật"
        )
    };
    if matches!(
        small.trim(),
        "mật" | "toi mat" | "tuyet mat" | "dấu mật" | "văn bản mật" | "tài liệu mật"
    ) {
        return true;
    }
    if !small.contains("mật") && !small.contains("mat") {
        return false;
    }
    for (open, close) in [
        ('(', ')'),
        ('[', ']'),
        ('{', '}'),
        ('<', '>'),
        ('"', '"'),
        ('“', '”'),
        ('«', '»'),
    ] {
        let mut rest = small.as_str();
        while let Some((_, after)) = rest.split_once(open) {
            let Some((inside, behind)) = after.split_once(close) else {
                break;
            };
            if is_mark(inside) {
                return true;
            }
            // A quotation mark closes and opens alike, so go on right behind the opening one.
            rest = if open == close { behind } else { after };
        }
    }
    for phrase in ["độ mật: mật", "độ mật mật", "đóng dấu mật", "dấu chỉ độ mật"] {
        if small.contains(phrase) {
            return true;
        }
    }
    let signs = ['-', '–', '—', ':', ';', '/', '|', '.', ','];
    let capital = |text: &str| text.starts_with("Mật") || text.starts_with("MẬT");
    let trimmed = text.trim();
    let behind = trimmed.chars().skip(3).find(|letter| *letter != ' ');
    let begins = capital(trimmed) && behind.is_some_and(|letter| signs.contains(&letter));
    let last = trimmed.rsplit(signs).next().unwrap_or_default().trim();
    let ends = trimmed.contains(signs) && (last == "Mật" || last == "MẬT");
    begins || ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_seen() {
        for text in [
            "MẬT",
            "Mật",
            "12/QĐ-UBND (Mật)",
            "Về công tác quốc phòng (MẬT)",
            "[Tối mật] Kế hoạch",
            "15/KH-UBND-Mật",
            "Mật: Kế hoạch phòng thủ",
            "Kế hoạch tuyệt mật",
            "Độ mật: Mật",
            "văn bản đóng dấu Mật số 3",
            "TỐI MẬT",
            "12/QĐ (mat)",
        ] {
            assert!(text_marks(text), "{text}");
        }
    }

    #[test]
    fn words_about_secrecy_are_no_marks() {
        for text in [
            "Tuyên truyền Luật Bảo vệ bí mật nhà nước",
            "TĂNG CƯỜNG BẢO MẬT THÔNG TIN",
            "Phát triển nghề nuôi ong lấy mật",
            "Mật ong Yên Thế",
            "Mật độ dân số",
            "bề mặt",
            "Làm mát (mặt trước)",
            "Kiểm tra công tác bảo vệ bí mật",
            "m",
        ] {
            assert!(!text_marks(text), "{text}");
        }
    }

    #[test]
    fn levels_in_a_column_are_marks() {
        let text = |text: &str| Cell::Text(text.into());
        for level in ["A", "b", "C", "Mật", "Tối mật", "mat", "x", "2"] {
            assert!(value_marks(&text(level), true), "{level}");
        }
        for level in ["Thường", "không", "-", "Lưu hành nội bộ"] {
            assert!(!value_marks(&text(level), true), "{level}");
        }
        assert!(!value_marks(&text("Khẩn"), false));
        assert!(value_marks(&text("Khẩn, Mật"), false));
    }
}

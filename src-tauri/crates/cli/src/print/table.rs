//! Tables and lists of pairs for a terminal, aligned by what a letter takes on the screen.

use chidao_domain::text::nfc;
use std::fmt::Write;

/// Between columns.
const GAP: &str = "  ";
/// After a text that was cut.
const CUT: char = '…';

/// On which side a column is filled up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

struct Column {
    heading: &'static str,
    align: Align,
    most: usize,
}

/// A table with headings.
#[derive(Default)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without columns.
    pub(crate) fn new() -> Table {
        Table::default()
    }

    /// With one more column of text, at most `most` cells wide; longer texts are cut.
    pub(crate) fn text(mut self, heading: &'static str, most: usize) -> Table {
        self.columns.push(Column {
            heading,
            align: Align::Left,
            most,
        });
        self
    }

    /// With one more column of numbers.
    pub(crate) fn number(mut self, heading: &'static str) -> Table {
        self.columns.push(Column {
            heading,
            align: Align::Right,
            most: usize::MAX,
        });
        self
    }

    /// Adds a row: one text for each column.
    pub(crate) fn row<const N: usize>(&mut self, row: [String; N]) {
        debug_assert_eq!(N, self.columns.len(), "a row has as many cells as the table");
        let cut = |(text, column): (String, &Column)| cut(&one_line(&text), column.most);
        self.rows.push(row.into_iter().zip(&self.columns).map(cut).collect());
    }

    /// The table as text, with its headings; without rows, `empty` instead.
    pub(crate) fn show(&self, empty: &str) -> String {
        if self.rows.is_empty() {
            return format!("{empty}\n");
        }
        let headings: Vec<String> = self.columns.iter().map(|column| column.heading.to_owned()).collect();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|i| {
                self.rows
                    .iter()
                    .chain([&headings])
                    .map(|row| width(&row[i]))
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        for row in [&headings].into_iter().chain(&self.rows) {
            let mut line = String::new();
            for ((cell, column), wide) in row.iter().zip(&self.columns).zip(&widths) {
                let space = " ".repeat(wide - width(cell));
                match column.align {
                    Align::Left => line.extend([cell, space.as_str(), GAP]),
                    Align::Right => line.extend([space.as_str(), cell, GAP]),
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// Names and values below each other; empty values are left out, further lines of a value are indented.
pub(crate) fn pairs(list: &[(&str, String)]) -> String {
    let list: Vec<_> = list.iter().filter(|(_, value)| !value.is_empty()).collect();
    let widest = list.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let mut text = String::new();
    for (name, value) in list {
        let space = " ".repeat(widest - width(name));
        let value = value.replace('\n', &format!("\n{}", " ".repeat(widest + 2)));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name}:{space} {value}");
    }
    text
}

/// Cells that a Vietnamese text takes: one for each letter, none for a mark that combines with it.
fn width(text: &str) -> usize {
    nfc(text).chars().filter(|c| !is_mark(*c)).count()
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200d}' | '\u{feff}')
}

fn one_line(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    nfc(&clean).into_owned()
}

fn cut(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut left = most.saturating_sub(1);
    let kept: String = text
        .chars()
        .take_while(|c| {
            is_mark(*c) || {
                let fits = left > 0;
                left = left.saturating_sub(1);
                fits
            }
        })
        .collect();
    format!("{}{CUT}", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_whatever_the_marks() {
        let mut table = Table::new().text("Mã", 10).text("Nội dung", 12).number("%");
        table.row(["NV01".into(), "Hồ sông Sỏi".into(), "5".into()]);
        // The same words decomposed take no more room.
        table.row([
            "NV02".into(),
            "Ho\u{302}\u{300} so\u{302}ng So\u{309}i".into(),
            "100".into(),
        ]);
        table.row(["NV03".into(), "Khu dân cư mới thị trấn Cầu Gồ".into(), String::new()]);
        let shown = table.show("");
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[0], "Mã    Nội dung       %");
        assert_eq!(lines[1], "NV01  Hồ sông Sỏi    5");
        assert_eq!(lines[2], "NV02  Hồ sông Sỏi  100");
        assert_eq!(lines[3], "NV03  Khu dân cư…");
    }

    #[test]
    fn a_table_without_rows_says_so() {
        assert_eq!(
            Table::new().text("Mã", 5).show("Không có nhiệm vụ nào."),
            "Không có nhiệm vụ nào.\n"
        );
    }

    #[test]
    fn no_text_can_steer_the_terminal() {
        let mut table = Table::new().text("Mã", 40);
        table.row(["a\u{1b}[2Jb\nc".into()]);
        assert_eq!(table.show(""), "Mã\na [2Jb c\n");
    }

    #[test]
    fn pairs_leave_out_what_is_empty() {
        let shown = pairs(&[
            ("Mã", "NV01".into()),
            ("Ghi chú", String::new()),
            ("Nội dung", "một\nhai".into()),
        ]);
        assert_eq!(shown, "Mã:       NV01\nNội dung: một\n          hai\n");
    }
}

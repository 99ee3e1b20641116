//! What goes in: the 41 tasks as .csv and as .xlsx, and photos.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// The 41 tasks; only the first three and the totals are those of the article.
pub(crate) const THE_41: &str = include_str!("../../data/sample_41_tasks.csv");

/// What must be counted.
pub(crate) fn expected() -> Value {
    serde_json::from_str(include_str!("../../data/sample_41_expected.json")).unwrap()
}

pub(crate) fn csv(folder: &Path) -> PathBuf {
    let path = folder.join("sample_41_tasks.csv");
    std::fs::write(&path, THE_41).unwrap();
    path
}

/// The same list as offices keep it: a title merged over the columns, a blank row, headings in Vietnamese.
pub(crate) fn xlsx(folder: &Path) -> PathBuf {
    use rust_xlsxwriter::{Format, Workbook};
    let headings = [
        "Mã nhiệm vụ",
        "",
        "Có trên hệ thống của tỉnh",
        "Loại",
        "Người giao",
        "Số, ký hiệu",
        "Ngày giao",
        "Nội dung",
        "Đơn vị chủ trì",
        "Thời hạn",
        "Ngày hoàn thành",
        "Trạng thái",
        "Tiến độ (%)",
    ];
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Nhiệm vụ").unwrap();
    let title = Format::new().set_bold();
    let columns: Vec<usize> = (0..headings.len())
        .filter(|column| !headings[*column].is_empty())
        .collect();
    let last = (columns.len() - 1) as u16;
    sheet
        .merge_range(
            0,
            0,
            0,
            last,
            "DANH SÁCH NHIỆM VỤ UBND TỈNH, CHỦ TỊCH UBND TỈNH GIAO",
            &title,
        )
        .unwrap();
    for (at, column) in columns.iter().enumerate() {
        sheet.write_string(2, at as u16, headings[*column]).unwrap();
    }
    for (row, line) in THE_41.trim_start_matches('\u{feff}').lines().skip(1).enumerate() {
        let cells: Vec<&str> = line.split(';').collect();
        for (at, column) in columns.iter().enumerate() {
            // Dates as people type them into Excel as text.
            let value = cells[*column];
            let date: Vec<&str> = value.split('-').collect();
            let value = match date[..] {
                [year, month, day] if year.len() == 4 && day.len() == 2 => format!("{day}/{month}/{year}"),
                _ => value.to_owned(),
            };
            sheet.write_string(row as u32 + 3, at as u16, value).unwrap();
        }
    }
    let path = folder.join("danh sách.xlsx");
    book.save(&path).unwrap();
    path
}

/// A photo of so many bytes: it begins as JPEG does, and nothing in it can be compressed.
pub(crate) fn photo(folder: &Path, name: &str, size: usize, seed: u64) -> PathBuf {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0];
    let mut z = seed;
    while bytes.len() < size {
        // xorshift64* (Vigna 2014).
        z ^= z >> 12;
        z ^= z << 25;
        z ^= z >> 27;
        bytes.extend(z.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes());
    }
    bytes.truncate(size);
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

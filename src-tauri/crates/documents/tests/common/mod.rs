//! Lists made for the tests.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]
#![allow(dead_code, reason = "each test file uses some of it")]

use chidao_documents::{Book, Mapping, Preview, PreviewOptions, Sheets, preview};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

pub(crate) const SAMPLE: &[u8] = include_bytes!("../fixtures/sample_41_tasks.csv");

/// The records of the sample without its headings.
pub(crate) fn sample_records() -> Vec<Vec<String>> {
    let text = std::str::from_utf8(SAMPLE).unwrap().trim_start_matches('\u{FEFF}');
    text.lines()
        .skip(1)
        .map(|line| line.split(';').map(str::to_owned).collect())
        .collect()
}

/// The sample as an office sends it: a merged title above the headings, a row of column numbers below them, real dates,
/// cells formatted as percentages, a group title, a sum and signatures.
pub(crate) fn sample_xlsx() -> Vec<u8> {
    let mut book = Workbook::new();
    let title = Format::new().set_bold();
    let day = Format::new().set_num_format("dd/mm/yyyy");
    let percent = Format::new().set_num_format("0%");
    let sheet = book.add_worksheet().set_name("Danh mục").unwrap();
    sheet
        .merge_range(
            0,
            0,
            0,
            11,
            "DANH MỤC NHIỆM VỤ UBND TỈNH, CHỦ TỊCH UBND TỈNH GIAO",
            &title,
        )
        .unwrap();
    sheet
        .merge_range(1, 0, 1, 11, "(Từ ngày 01/01/2017 đến ngày 31/5/2017)", &title)
        .unwrap();
    let headings = [
        "STT",
        "Mã nhiệm vụ",
        "Loại",
        "Cơ quan/người giao",
        "",
        "",
        "Nội dung nhiệm vụ",
        "Đơn vị chủ trì",
        "Hạn hoàn thành",
        "Ngày hoàn thành",
        "Trạng thái",
        "Tiến độ (%)",
    ];
    for (column, heading) in headings.iter().enumerate() {
        if heading.is_empty() {
            continue;
        }
        let column = column as u16;
        sheet.merge_range(3, column, 4, column, heading, &title).unwrap();
    }
    sheet.merge_range(3, 4, 3, 5, "Văn bản giao nhiệm vụ", &title).unwrap();
    sheet.write(4, 4, "Số, ký hiệu").unwrap();
    sheet.write(4, 5, "Ngày").unwrap();
    for column in 0..12u16 {
        sheet.write(5, column, f64::from(column + 1)).unwrap();
    }
    sheet.merge_range(6, 0, 6, 11, "I. UBND huyện Yên Thế", &title).unwrap();
    let mut row = 7;
    for (index, record) in sample_records().iter().enumerate() {
        let kind = match record[3].as_str() {
            "nhiem_vu" => "Nhiệm vụ",
            "ket_luan" => "Kết luận",
            _ => "Chỉ đạo",
        };
        let status = match record[11].as_str() {
            "hoan_thanh" => "Hoàn thành",
            "dang_thuc_hien" => "Đang thực hiện",
            "moi_giao" => "Mới giao",
            _ => "Đã tiếp nhận, chưa triển khai",
        };
        sheet.write(row, 0, index as f64 + 1.0).unwrap();
        for (column, text) in [
            (1, record[0].as_str()),
            (2, kind),
            (3, &record[4]),
            (4, &record[5]),
            (6, &record[7]),
            (7, &record[8]),
            (10, status),
        ] {
            sheet.write(row, column, text).unwrap();
        }
        for (column, date) in [(5, &record[6]), (8, &record[9]), (9, &record[10])] {
            if !date.is_empty() {
                sheet
                    .write_with_format(row, column, ExcelDateTime::parse_from_str(date).unwrap(), &day)
                    .unwrap();
            }
        }
        sheet
            .write_with_format(row, 11, record[12].parse::<f64>().unwrap() / 100.0, &percent)
            .unwrap();
        row += 1;
    }
    sheet.write(row, 1, "Tổng cộng").unwrap();
    sheet.write(row, 6, 41.0).unwrap();
    sheet.write(row + 2, 1, "Người lập biểu").unwrap();
    sheet.write(row + 2, 7, "CHÁNH VĂN PHÒNG").unwrap();
    book.add_worksheet()
        .set_name("Ghi chú")
        .unwrap()
        .write(0, 0, "In trên khổ A4")
        .unwrap();
    book.save_to_buffer().unwrap()
}

/// A workbook of texts.
pub(crate) fn xlsx(rows: &[&[&str]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in rows.iter().enumerate() {
        for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            sheet.write(row as u32, column as u16, *text).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

/// Reads, guesses and previews the likeliest sheet.
pub(crate) fn take(bytes: &[u8], name: &str) -> (Book, Mapping, Preview) {
    let book = Sheets::read(bytes, name).unwrap();
    let sheet = book.likeliest_sheet();
    let mapping = Mapping::guess(&book, sheet);
    let found = preview(&book, sheet, &mapping, &PreviewOptions::default());
    (book, mapping, found)
}

/// A list as text, with `;`.
pub(crate) fn take_text(text: &str) -> (Mapping, Preview) {
    let (_, mapping, found) = take(text.as_bytes(), "danh_muc.csv");
    (mapping, found)
}

/// Troubles as `row column code`.
pub(crate) fn codes(found: &Preview) -> Vec<String> {
    let code = |trouble| {
        serde_json::to_value(trouble).unwrap()["code"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    found
        .troubles
        .iter()
        .map(|trouble| {
            let row = trouble.row.map_or("-".to_owned(), |row| row.to_string());
            format!("{row} {} {}", trouble.column.as_deref().unwrap_or("-"), code(trouble))
        })
        .collect()
}

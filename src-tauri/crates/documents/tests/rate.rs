//! How fast a large list is read and judged. Run by hand: `cargo test -p chidao-documents --test rate -- --ignored --nocapture`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod common;

use chidao_documents::{Mapping, PreviewOptions, Sheets, preview};
use common::sample_records;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use std::time::Instant;

const ROWS: usize = 100_000;

fn measure(bytes: &[u8], name: &str) {
    let start = Instant::now();
    let book = Sheets::read(bytes, name).unwrap();
    let read = start.elapsed();
    let start = Instant::now();
    let mapping = Mapping::guess(&book, book.likeliest_sheet());
    let guessed = start.elapsed();
    let start = Instant::now();
    let found = preview(&book, 0, &mapping, &PreviewOptions::default());
    let judged = start.elapsed();
    assert_eq!((found.rows.len(), found.errors), (ROWS, 0));
    println!(
        "{name}: {} KiB, read {read:.0?}, guessed {guessed:.0?}, judged {judged:.0?}: {:.0} rows a second judged, {:.0} in all",
        bytes.len() / 1024,
        ROWS as f64 / judged.as_secs_f64(),
        ROWS as f64 / (read + guessed + judged).as_secs_f64()
    );
}

#[test]
#[ignore = "a measurement, not a check"]
fn a_hundred_thousand_rows() {
    let records = sample_records();
    let mut text = "ma;that;co_tren_he_thong_tinh;loai;nguoi_giao;so_ky_hieu;ngay_giao;noi_dung;chu_tri;han;ngay_hoan_thanh;trang_thai;tien_do\n".to_owned();
    let mut book = Workbook::new();
    let day = Format::new().set_num_format("dd/mm/yyyy");
    let sheet = book.add_worksheet();
    for (column, heading) in text.clone().trim_end().split(';').enumerate() {
        sheet.write(0, column as u16, heading).unwrap();
    }
    for index in 0..ROWS {
        let mut record = records[index % records.len()].clone();
        record[0] = format!("NV{index:06}");
        text.push_str(&record.join(";"));
        text.push('\n');
        for (column, cell) in record.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let (row, place) = (index as u32 + 1, column as u16);
            match column {
                6 | 9 | 10 => sheet
                    .write_with_format(row, place, ExcelDateTime::parse_from_str(cell).unwrap(), &day)
                    .unwrap(),
                12 => sheet.write(row, place, cell.parse::<f64>().unwrap()).unwrap(),
                _ => sheet.write(row, place, cell.as_str()).unwrap(),
            };
        }
    }
    measure(text.as_bytes(), "list.csv");
    measure(&book.save_to_buffer().unwrap(), "list.xlsx");
}

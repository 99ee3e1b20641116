//! Files that are cut short, swollen, disguised or made of nothing but chance: each gets its own answer, none a panic.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod common;

use chidao_documents::limits::{self, Limit};
use chidao_documents::{Looks, Mapping, PreviewOptions, ReadError, Sheets, preview};
use common::{sample_xlsx, take, xlsx};
use proptest::prelude::*;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const XLS: &[u8] = include_bytes!("fixtures/sample_41_tasks.xls");
const ODS: &[u8] = include_bytes!("fixtures/sample_41_tasks.ods");

/// Everything that the program does with a file, whatever comes of it.
fn use_it(bytes: &[u8], name: &str) -> Result<(), ReadError> {
    let book = Sheets::read(bytes, name)?;
    for sheet in 0..book.sheets.len() {
        let mapping = Mapping::guess(&book, sheet);
        preview(&book, sheet, &mapping, &PreviewOptions::default());
    }
    Ok(())
}

#[test]
fn a_file_cut_short_anywhere_is_damaged() {
    for whole in [sample_xlsx().as_slice(), ODS] {
        for length in (64..whole.len()).step_by(64) {
            match use_it(&whole[..length], "a.xlsx") {
                Err(ReadError::Damaged(_)) => {}
                other => panic!("{length} of {} bytes: {other:?}", whole.len()),
            }
        }
    }
    for length in (64..XLS.len() - 512).step_by(64) {
        match use_it(&XLS[..length], "a.xls") {
            // Behind the workbook lie only its properties.
            Ok(()) if length * 4 > XLS.len() * 3 => {}
            Err(ReadError::Damaged(_)) => {}
            other => panic!("{length} of {} bytes: {other:?}", XLS.len()),
        }
    }
}

#[test]
fn bytes_changed_here_and_there_never_stop_the_program() {
    for (whole, step) in [(XLS, 37), (ODS, 211)] {
        for at in (0..whole.len()).step_by(step) {
            let mut bytes = whole.to_vec();
            bytes[at] ^= 0xFF;
            let _ = use_it(&bytes, "a");
        }
    }
}

fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let deflated = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, data) in parts {
        zip.start_file(*name, deflated).unwrap();
        zip.write_all(data).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook with one of its parts replaced.
fn with_part(whole: &[u8], name: &str, data: &[u8]) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(Cursor::new(whole)).unwrap();
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for index in 0..old.len() {
        let mut part = old.by_index(index).unwrap();
        let known = part.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut part, &mut bytes).unwrap();
        parts.push((known.clone(), if known == name { data.to_vec() } else { bytes }));
    }
    assert!(parts.iter().any(|(known, _)| known == name), "{name}");
    let parts: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|(name, data)| (name.as_str(), data.as_slice()))
        .collect();
    packed(&parts)
}

fn limit_of(error: ReadError) -> Limit {
    match error {
        ReadError::TooLarge { limit, .. } => limit,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_small_file_that_unpacks_without_end_is_refused_before_it_is_read() {
    let zeros = vec![b' '; 80 * 1024 * 1024];
    let bomb = with_part(&sample_xlsx(), "xl/workbook.xml", &zeros);
    assert!(bomb.len() < 200_000);
    assert_eq!(limit_of(Sheets::read(&bomb, "a.xlsx").unwrap_err()), Limit::PartBytes);

    // Many parts, each in reason.
    let piece = vec![b' '; 48 * 1024 * 1024];
    let names: Vec<String> = (0..22).map(|index| format!("xl/p{index}.xml")).collect();
    let mut parts: Vec<(&str, &[u8])> = vec![("xl/workbook.xml", b"<workbook/>")];
    parts.extend(names.iter().map(|name| (name.as_str(), piece.as_slice())));
    assert_eq!(
        limit_of(Sheets::read(&packed(&parts), "a.xlsx").unwrap_err()),
        Limit::UnpackedBytes
    );
}

#[test]
fn declared_sizes_are_not_believed() {
    let sheet = |inner: &str| {
        format!(
            "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{inner}</worksheet>"
        )
    };
    let list = xlsx(&[&["STT", "Nội dung nhiệm vụ"], &["1", "Rà soát"]]);
    // A dimension over the whole sheet costs nothing.
    let huge = sheet(
        "<dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Nội dung nhiệm vụ</t></is></c>\
         <c r=\"B1\" t=\"inlineStr\"><is><t>Hạn</t></is></c></row><row r=\"1048576\"><c r=\"A1048576\" t=\"inlineStr\"><is><t>Rà soát</t></is></c></row></sheetData>",
    );
    let (_, _, found) = take(&with_part(&list, "xl/worksheets/sheet1.xml", huge.as_bytes()), "a.xlsx");
    assert_eq!((found.rows.len(), found.rows[0].row), (1, 1_048_576));
    // A column far to the right is beyond the limit.
    let wide = sheet("<sheetData><row r=\"1\"><c r=\"XFD1\"><v>1</v></c></row></sheetData>");
    let error = Sheets::read(&with_part(&list, "xl/worksheets/sheet1.xml", wide.as_bytes()), "a.xlsx").unwrap_err();
    assert_eq!(
        error,
        ReadError::TooLarge {
            limit: Limit::Columns,
            found: 16_384,
            allowed: limits::MAX_COLUMNS
        }
    );
    // So many shared texts that there is no memory for them.
    let texts = "<?xml version=\"1.0\"?><sst uniqueCount=\"999999999999\"><si><t>a</t></si></sst>";
    let error = Sheets::read(&with_part(&list, "xl/sharedStrings.xml", texts.as_bytes()), "a.xlsx").unwrap_err();
    assert_eq!(limit_of(error), Limit::SharedTexts);
    // One format that each of many styles would copy.
    let styles = format!(
        "<styleSheet><numFmts><numFmt numFmtId=\"200\" formatCode=\"{}\"/></numFmts></styleSheet>",
        "0".repeat(10_000)
    );
    let error = Sheets::read(&with_part(&list, "xl/styles.xml", styles.as_bytes()), "a.xlsx").unwrap_err();
    assert_eq!(limit_of(error), Limit::StyleTagBytes);
}

fn ods(table: &str) -> Vec<u8> {
    let content = format!(
        "<?xml version=\"1.0\"?><office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><office:body>\
         <office:spreadsheet>{table}</office:spreadsheet></office:body></office:document-content>"
    );
    with_part(ODS, "content.xml", content.as_bytes())
}

#[test]
fn tables_that_repeat_without_end_are_refused() {
    let cell = "<table:table-cell office:value-type=\"float\" office:value=\"1\"/>";
    let table = |rows: &str| format!("<table:table table:name=\"a\">{rows}</table:table>");
    let rows = format!(
        "<table:table-row table:number-rows-repeated=\"1048576\">{}</table:table-row>",
        cell.repeat(20)
    );
    assert_eq!(
        limit_of(Sheets::read(&ods(&table(&rows)), "a.ods").unwrap_err()),
        Limit::BoxCells
    );
    let wide = "<table:table-row><table:table-cell table:number-columns-repeated=\"16000\" office:value-type=\"float\" office:value=\"1\"/></table:table-row>";
    assert_eq!(
        limit_of(Sheets::read(&ods(&table(wide)), "a.ods").unwrap_err()),
        Limit::Columns
    );
    // Empty rows and columns down to the end of the sheet, as LibreOffice writes them, are nothing.
    let plain = format!(
        "<table:table-row>{cell}<table:table-cell table:number-columns-repeated=\"16383\"/></table:table-row>\
         <table:table-row table:number-rows-repeated=\"1048575\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>"
    );
    assert_eq!(
        Sheets::read(&ods(&table(&plain)), "a.ods").unwrap().sheets[0]
            .rows
            .len(),
        1
    );
    // A table that is never closed.
    let open = with_part(
        ODS,
        "content.xml",
        b"<office:document-content><table:table table:name=\"a\"><table:table-row>",
    );
    assert!(matches!(Sheets::read(&open, "a.ods"), Err(ReadError::Damaged(_))));
}

/// Where a record of a type stands in the .xls fixture whose stream lies in one piece.
fn record_places(kind: u16) -> Vec<usize> {
    XLS.windows(4)
        .enumerate()
        .filter(|(_, bytes)| {
            u16::from_le_bytes([bytes[0], bytes[1]]) == kind && u16::from_le_bytes([bytes[2], bytes[3]]) == 14
        })
        .map(|(at, _)| at)
        .collect()
}

#[test]
fn an_old_workbook_with_huge_declared_dimensions_is_refused() {
    let places = record_places(0x0200);
    assert!(!places.is_empty());
    let mut bytes = XLS.to_vec();
    for at in places {
        bytes[at + 8..at + 12].copy_from_slice(&0x00FF_FFFFu32.to_le_bytes());
    }
    assert_eq!(limit_of(Sheets::read(&bytes, "a.xls").unwrap_err()), Limit::BoxCells);
}

#[test]
fn strangers_are_named() {
    let looks = |bytes: &[u8], name: &str| match Sheets::read(bytes, name).unwrap_err() {
        ReadError::NotASpreadsheet(looks) => looks,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(
        looks("<html><table><tr><td>Mã</td></tr></table></html>".as_bytes(), "a.xls"),
        Looks::WebPage
    );
    assert_eq!(
        looks("\u{FEFF}<!DOCTYPE html>\n<html>".as_bytes(), "a.xls"),
        Looks::WebPage
    );
    assert_eq!(
        looks(
            b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook/>",
            "a.xls"
        ),
        Looks::Xml
    );
    assert_eq!(looks(b"%PDF-1.7\n", "a.pdf"), Looks::Pdf);
    assert_eq!(looks(b"\x89PNG\r\n\x1a\n", "a.png"), Looks::Picture);
    assert_eq!(looks(&packed(&[("word/document.xml", b"<w/>")]), "a.docx"), Looks::Word);
    assert_eq!(
        looks(&packed(&[("xl/workbook.bin", b"x")]), "a.xlsb"),
        Looks::BinaryWorkbook
    );
    assert_eq!(looks(&packed(&[("anh.jpg", b"x")]), "a.zip"), Looks::Archive);
    assert_eq!(looks(&[1, 2, 3, 0, 5, 6], "a.csv"), Looks::Unknown);
}

#[test]
fn nothing_is_said_to_be_nothing() {
    assert_eq!(Sheets::read(b"", "a.csv").unwrap_err(), ReadError::Empty);
    assert_eq!(
        Sheets::read(b"\xEF\xBB\xBF\r\n;;;\r\n", "a.csv").unwrap_err(),
        ReadError::Empty
    );
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet();
    assert_eq!(
        Sheets::read(&book.save_to_buffer().unwrap(), "a.xlsx").unwrap_err(),
        ReadError::Empty
    );
}

#[test]
fn one_cell_is_no_list() {
    let (_, mapping, found) = take(&xlsx(&[&["Nội dung"]]), "a.xlsx");
    assert_eq!((mapping.heading_row, found.importable), (None, false));
}

#[test]
fn a_file_too_large_is_refused_by_its_size() {
    let bytes = vec![b'a'; limits::MAX_FILE_BYTES as usize + 1];
    assert_eq!(limit_of(Sheets::read(&bytes, "a.csv").unwrap_err()), Limit::FileBytes);
    let long = "a".repeat(limits::MAX_CELL_CHARS as usize + 1);
    assert_eq!(
        limit_of(Sheets::read(long.as_bytes(), "a.csv").unwrap_err()),
        Limit::CellChars
    );
    let wide = format!("{}x", "x;".repeat(limits::MAX_COLUMNS as usize));
    assert_eq!(
        limit_of(Sheets::read(wide.as_bytes(), "a.csv").unwrap_err()),
        Limit::Columns
    );
    let trailing = format!("x;y{}\n", ";".repeat(1000));
    assert!(Sheets::read(trailing.as_bytes(), "a.csv").is_ok());
}

#[test]
fn protected_workbooks_say_so() {
    for name in ["protected.xlsx", "protected.xls", "protected.ods"] {
        let bytes = std::fs::read(format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert_eq!(
            Sheets::read(&bytes, name).unwrap_err(),
            ReadError::PasswordProtected,
            "{name}"
        );
    }
}

proptest! {
    #[test]
    fn bytes_by_chance_never_stop_the_program(bytes in proptest::collection::vec(any::<u8>(), 0..2000), kind in 0usize..5) {
        let beginnings: [&[u8]; 5] = [b"", b"PK\x03\x04", &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], &[0xFF, 0xFE], b"\xEF\xBB\xBF"];
        let whole = [beginnings[kind], bytes.as_slice()].concat();
        let _ = use_it(&whole, "a.xls");
    }

    #[test]
    fn words_by_chance_never_stop_the_program(
        rows in proptest::collection::vec(
            proptest::collection::vec(
                prop_oneof!["\\PC{0,12}", Just("Nội dung nhiệm vụ".to_owned()), Just("Hạn".to_owned()), Just("Độ mật".to_owned()),
                    "[0-9/.,%-]{0,12}", "ngày [0-9/]{0,9}", "trong [0-9]{1,9} (ngày|tháng|quý) [0-9/]{0,6}", Just("I".to_owned())],
                0..8,
            ),
            0..12,
        )
    ) {
        let text = rows.iter().map(|row| row.join(";")).collect::<Vec<_>>().join("\n");
        let _ = use_it(text.as_bytes(), "a.csv");
    }

    #[test]
    fn changed_records_of_an_old_workbook_never_stop_the_program(changes in proptest::collection::vec((0..XLS.len(), any::<u8>()), 1..20)) {
        let mut bytes = XLS.to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        let _ = use_it(&bytes, "a.xls");
    }
}

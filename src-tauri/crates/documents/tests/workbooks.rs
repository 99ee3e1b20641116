//! The sample as a workbook: .xlsx, .xls and .ods.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod common;

use chidao_documents::{Evidence, Format, LeftOutReason, ListedKind, Preview, TaskField};
use chidao_domain::status::Status;
use common::{sample_records, sample_xlsx, take};

fn is_the_sample(found: &Preview) {
    assert_eq!(common::codes(found), Vec::<String>::new());
    assert!(found.importable);
    assert_eq!(found.rows.len(), 41);
    let kind = |kind| found.rows.iter().filter(|task| task.kind == Some(kind)).count();
    assert_eq!(
        (
            kind(ListedKind::Task),
            kind(ListedKind::Conclusion),
            kind(ListedKind::Instruction)
        ),
        (12, 10, 19)
    );
    let assigner = |name: &str| {
        found
            .rows
            .iter()
            .filter(|task| task.assigner.as_deref() == Some(name))
            .count()
    };
    assert_eq!((assigner("UBND tỉnh"), assigner("Chủ tịch UBND tỉnh")), (24, 17));
    let status = |status| found.rows.iter().filter(|task| task.status == Some(status)).count();
    assert_eq!(
        [Status::Completed, Status::InProgress, Status::New, Status::Received].map(status),
        [33, 5, 1, 2]
    );
    for (index, (task, record)) in found.rows.iter().zip(sample_records()).enumerate() {
        assert_eq!(task.row, 8 + index as u32);
        assert_eq!(task.code.as_deref(), Some(record[0].as_str()));
        assert_eq!(task.document_number.as_deref(), Some(record[5].as_str()));
        assert_eq!(task.document_date.unwrap().to_string(), record[6]);
        assert_eq!(task.content, record[7]);
        let due = task.deadline.as_ref().and_then(|deadline| deadline.date);
        assert_eq!(due.map_or(String::new(), |date| date.to_string()), record[9]);
        assert_eq!(
            task.completed_on.map_or(String::new(), |date| date.to_string()),
            record[10]
        );
        assert_eq!(
            task.percent.map(|percent| percent.to_string()),
            Some(record[12].clone()),
            "row {}",
            task.row
        );
    }
}

#[test]
fn an_xlsx_with_a_merged_title_and_headings_over_two_rows() {
    let (book, mapping, found) = take(&sample_xlsx(), "danh_muc.xlsx");
    assert_eq!(book.format, Format::Xlsx);
    assert_eq!(
        (mapping.sheet.as_str(), mapping.heading_row, mapping.heading_rows),
        ("Danh mục", Some(4), 2)
    );
    let number = mapping.mapped(TaskField::DocumentNumber).unwrap();
    assert_eq!(
        (number.letter.as_str(), number.heading.as_str()),
        ("E", "Văn bản giao nhiệm vụ Số, ký hiệu")
    );
    let dated = mapping.mapped(TaskField::DocumentDate).unwrap();
    assert_eq!(
        (dated.heading.as_str(), dated.evidence),
        ("Văn bản giao nhiệm vụ Ngày", Evidence::Heading)
    );
    is_the_sample(&found);
    let left: Vec<(u32, LeftOutReason)> = found.left_out.iter().map(|left| (left.row, left.reason)).collect();
    assert_eq!(
        left,
        [
            (6, LeftOutReason::ColumnNumbers),
            (7, LeftOutReason::Group),
            (49, LeftOutReason::Total),
            (51, LeftOutReason::BelowTable),
        ]
    );
    assert_eq!(found.rows[0].group.as_deref(), Some("I. UBND huyện Yên Thế"));
}

#[test]
fn an_old_workbook() {
    let (book, _, found) = take(include_bytes!("fixtures/sample_41_tasks.xls"), "danh_muc.xls");
    assert_eq!(book.format, Format::Xls);
    assert!(!book.sheets[0].merges.is_empty());
    is_the_sample(&found);
}

#[test]
fn an_open_document() {
    let (book, _, found) = take(include_bytes!("fixtures/sample_41_tasks.ods"), "danh_muc.ods");
    assert_eq!(book.format, Format::Ods);
    is_the_sample(&found);
}

#[test]
fn the_content_decides_what_a_file_is_whatever_its_name() {
    let (book, _, found) = take(&sample_xlsx(), "danh_muc.csv");
    assert_eq!((book.format, found.rows.len()), (Format::Xlsx, 41));
}

#[test]
fn a_document_number_merged_beside_several_tasks_belongs_to_each() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let format = rust_xlsxwriter::Format::new();
    let sheet = book.add_worksheet();
    for (column, heading) in ["STT", "Nội dung nhiệm vụ", "Số, ký hiệu", "Phối hợp", "Hạn"]
        .iter()
        .enumerate()
    {
        sheet.write(0, column as u16, *heading).unwrap();
    }
    for (row, content) in [(1, "Rà soát quy hoạch"), (2, "Báo cáo tiến độ")] {
        sheet.write(row, 0, f64::from(row)).unwrap();
        sheet.write(row, 1, content).unwrap();
        sheet.write(row, 4, "30/6/2017").unwrap();
    }
    sheet.merge_range(1, 2, 2, 2, "15/TB-UBND", &format).unwrap();
    // A task over two rows, with one coordinating office in each.
    sheet.merge_range(3, 1, 4, 1, "Kiểm tra hồ, đập", &format).unwrap();
    sheet.write(3, 3, "Sở Xây dựng").unwrap();
    sheet.write(4, 3, "Công an huyện").unwrap();
    let (_, _, found) = take(&book.save_to_buffer().unwrap(), "a.xlsx");
    let numbers: Vec<Option<&str>> = found.rows.iter().map(|task| task.document_number.as_deref()).collect();
    assert_eq!(numbers, [Some("15/TB-UBND"), Some("15/TB-UBND"), None]);
    assert_eq!(found.rows[2].coordinating, ["Sở Xây dựng", "Công an huyện"]);
    assert_eq!(
        found
            .left_out
            .iter()
            .map(|left| (left.row, left.reason))
            .collect::<Vec<_>>(),
        [(5, LeftOutReason::Continued)]
    );
    assert!(found.importable);
}

#[test]
fn the_sheet_that_holds_the_list_is_found() {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet()
        .set_name("Bìa")
        .unwrap()
        .write(0, 0, "BÁO CÁO")
        .unwrap();
    let sheet = book.add_worksheet().set_name("PL1").unwrap();
    for (column, heading) in ["STT", "Nội dung nhiệm vụ", "Chủ trì", "Hạn"].iter().enumerate() {
        sheet.write(0, column as u16, *heading).unwrap();
    }
    sheet.write(1, 1, "Rà soát").unwrap();
    let (book, mapping, _) = take(&book.save_to_buffer().unwrap(), "a.xlsx");
    assert_eq!(book.likeliest_sheet(), 1);
    assert_eq!(mapping.sheet, "PL1");
    assert_eq!(book.sheet_index("PL1"), Some(1));
}

//! The list of 41 tasks, as the province's system writes it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

use chidao_documents::{
    Format, ListedKind, Mapping, PreviewOptions, Separator, Sheets, TaskField, TextEncoding, preview,
};
use chidao_domain::status::Status;

const SAMPLE: &[u8] = include_bytes!("fixtures/sample_41_tasks.csv");

#[test]
fn the_sample_gives_41_typed_tasks() {
    let book = Sheets::read(SAMPLE, "sample_41_tasks.csv").unwrap();
    assert_eq!(
        book.format,
        Format::Delimited {
            encoding: TextEncoding::Utf8,
            separator: Separator::Semicolon
        }
    );
    let mapping = Mapping::guess(&book, book.likeliest_sheet());
    let fed: Vec<(&str, TaskField)> = mapping
        .columns
        .iter()
        .map(|mapped| (mapped.heading.as_str(), mapped.field))
        .collect();
    assert_eq!(
        fed,
        [
            ("ma", TaskField::Code),
            ("co_tren_he_thong_tinh", TaskField::OnProvinceSystem),
            ("loai", TaskField::Kind),
            ("nguoi_giao", TaskField::Assigner),
            ("so_ky_hieu", TaskField::DocumentNumber),
            ("ngay_giao", TaskField::AssignedOn),
            ("noi_dung", TaskField::Content),
            ("chu_tri", TaskField::Lead),
            ("han", TaskField::Deadline),
            ("ngay_hoan_thanh", TaskField::CompletedOn),
            ("trang_thai", TaskField::Status),
            ("tien_do", TaskField::Percent),
        ]
    );
    assert_eq!(
        mapping
            .unmapped
            .iter()
            .map(|unmapped| unmapped.heading.as_str())
            .collect::<Vec<_>>(),
        ["that"]
    );

    let found = preview(&book, 0, &mapping, &PreviewOptions::default());
    assert_eq!(found.troubles, []);
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
    assert!(found.rows.iter().all(|task| task.on_province_system == Some(true)));
    let first = &found.rows[0];
    assert_eq!((first.row, first.fingerprint.as_str()), (2, "code:nv01"));
    assert_eq!(
        first
            .deadline
            .as_ref()
            .and_then(|deadline| deadline.date)
            .unwrap()
            .to_string(),
        "2017-05-20"
    );
    assert_eq!(found.rows[1].deadline, None);
    assert_eq!(found.rows[18].percent, Some(30));
}

//! The mapping is guessed whatever the order of the columns, and a person can change it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod common;

use chidao_documents::{Evidence, Mapping, PreviewOptions, Sheets, TaskField, UnmappedRole, preview};
use common::sample_records;
use proptest::prelude::*;

#[test]
fn the_registers_of_the_field_are_understood() {
    use TaskField::*;
    let registers: &[(&str, &[TaskField])] = &[
        // The default list of an office.
        (
            "STT;Mã;Số, ký hiệu, ngày văn bản giao;Cơ quan/người giao;Nội dung nhiệm vụ;Sản phẩm;Chủ trì;Phối hợp;Ngày giao;\
             Hạn (gốc → hiện tại);Trạng thái;Tiến độ, kết quả (văn bản kết quả);Vướng mắc, kiến nghị;Ghi chú",
            &[
                Code,
                DocumentNumber,
                Assigner,
                Content,
                Product,
                Lead,
                Coordinating,
                AssignedOn,
                Deadline,
                Status,
                Result,
                Difficulty,
                Note,
            ],
        ),
        // A commune's book.
        (
            "Mã;Nội dung nhiệm vụ/Trích yếu;Cơ quan chủ trì tham mưu;Chuyên viên VP tham mưu/theo dõi;Đơn vị thực hiện;\
             Văn bản cấp trên giao;Văn bản chỉ đạo của Đảng uỷ;Văn bản sản phẩm đầu ra;Hạn xử lý;Tóm tắt kết quả;Ghi chú",
            &[
                Code,
                Content,
                Lead,
                Follower,
                DocumentNumber,
                Product,
                Deadline,
                Result,
                Note,
            ],
        ),
        // An export of a tracking product.
        (
            "STT;Ngày ban hành;Tiêu đề;Trích yếu/Nội dung;Xử lý (chủ trì);Phối hợp;Ngày bắt đầu;Hạn xử lý;Tình trạng;Kết quả",
            &[
                DocumentDate,
                Content,
                Lead,
                Coordinating,
                AssignedOn,
                Deadline,
                Status,
                Result,
            ],
        ),
        // NĐ 30/2020, annex IV: the book of incoming documents.
        (
            "Số đến;Tên loại, số và ký hiệu, ngày tháng và tên cơ quan ban hành;Đơn vị hoặc người nhận;Thời hạn giải quyết;\
             Tiến độ giải quyết;Số, ký hiệu văn bản trả lời;Ghi chú",
            &[DocumentNumber, Lead, Deadline, Percent, Result, Note],
        ),
        // An import template.
        (
            "Tên nhiệm vụ;Đơn vị thực hiện (mã);Người thực hiện (mã cán bộ);Mức ưu tiên (mã);Hạn hoàn thành;Loại;Khối;\
             Văn bản cấp trên giao;Kết quả/Sản phẩm đầu ra;Ghi chú",
            &[
                Content,
                Lead,
                Responsible,
                Priority,
                Deadline,
                Kind,
                FieldOfWork,
                DocumentNumber,
                Product,
                Note,
            ],
        ),
    ];
    for (headings, expected) in registers {
        let book = Sheets::read(format!("{headings}\n").as_bytes(), "a.csv").unwrap();
        let mapping = Mapping::guess(&book, 0);
        let mut fields: Vec<TaskField> = mapping.columns.iter().map(|mapped| mapped.field).collect();
        let mut expected = expected.to_vec();
        fields.sort();
        expected.sort();
        assert_eq!(fields, expected, "{headings}");
        // Nothing is left out unseen.
        assert_eq!(
            mapping.columns.len() + mapping.unmapped.len(),
            headings.split(';').count(),
            "{headings}"
        );
    }
}

#[test]
fn values_speak_where_the_heading_is_silent_and_against_it_where_it_errs() {
    let text = "Nội dung nhiệm vụ;Hạn;Cột lạ;Tiến độ\n\
        Rà soát;20/5/2017;Đang thực hiện;đã họp 2 lần\n\
        Kiểm tra;20/5/2017;Hoàn thành;xong bước 1\n\
        Báo cáo;20/5/2017;Chưa thực hiện;chờ ý kiến\n";
    let book = Sheets::read(text.as_bytes(), "a.csv").unwrap();
    let mapping = Mapping::guess(&book, 0);
    let status = mapping.mapped(TaskField::Status).unwrap();
    assert_eq!(
        (
            status.letter.as_str(),
            status.evidence,
            status.checked,
            status.understood
        ),
        ("C", Evidence::Values, 3, 3)
    );
    assert_eq!(mapping.column_of(TaskField::Result), Some(3));
    assert_eq!(mapping.column_of(TaskField::Percent), None);
}

#[test]
fn a_person_changes_the_mapping() {
    let text = "Nội dung nhiệm vụ;Hạn;Đơn vị chủ trì;Cơ quan thực hiện\nRà soát;20/5/2017;A;B\n";
    let book = Sheets::read(text.as_bytes(), "a.csv").unwrap();
    let mut mapping = Mapping::guess(&book, 0);
    assert_eq!(mapping.column_of(TaskField::Lead), Some(2));
    assert_eq!(
        mapping
            .unmapped
            .iter()
            .map(|unmapped| unmapped.role)
            .collect::<Vec<_>>(),
        [UnmappedRole::Second]
    );
    mapping.choose(3, Some(TaskField::Lead));
    assert_eq!(mapping.column_of(TaskField::Lead), Some(3));
    assert_eq!(mapping.mapped(TaskField::Lead).unwrap().evidence, Evidence::Chosen);
    assert_eq!(mapping.mapped(TaskField::Lead).unwrap().heading, "Cơ quan thực hiện");
    assert_eq!(
        mapping
            .unmapped
            .iter()
            .map(|unmapped| unmapped.letter.as_str())
            .collect::<Vec<_>>(),
        ["C"]
    );
    // As it travels to the page and back.
    let back: Mapping = serde_json::from_str(&serde_json::to_string(&mapping).unwrap()).unwrap();
    assert_eq!(back, mapping);
    assert_eq!(
        preview(&book, 0, &back, &PreviewOptions::default()).rows[0]
            .lead
            .as_deref(),
        Some("B")
    );
    mapping.choose(3, None);
    assert_eq!(mapping.column_of(TaskField::Lead), None);
    assert_eq!(mapping.unmapped.len(), 2);
}

#[test]
fn a_person_points_at_the_headings() {
    let text = "Bảng 1;x\nA;B;C\nRà soát;20/5/2017;Phòng Y tế\n";
    let book = Sheets::read(text.as_bytes(), "a.csv").unwrap();
    assert_eq!(Mapping::guess(&book, 0).heading_row, None);
    let mut mapping = Mapping::with_heading_row(&book, 0, 2);
    assert_eq!((mapping.heading_row, mapping.first_row()), (Some(2), 3));
    mapping.choose(0, Some(TaskField::Content));
    mapping.choose(1, Some(TaskField::Deadline));
    let found = preview(&book, 0, &mapping, &PreviewOptions::default());
    assert!(found.importable);
    assert_eq!((found.rows.len(), found.rows[0].row), (1, 3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_guess_does_not_depend_on_the_order_of_columns(order in Just((0..13usize).collect::<Vec<_>>()).prop_shuffle()) {
        const HEADINGS: [(&str, Option<TaskField>); 13] = [
            ("Mã nhiệm vụ", Some(TaskField::Code)),
            ("Ký duyệt", None),
            ("Trên hệ thống", Some(TaskField::OnProvinceSystem)),
            ("Loại", Some(TaskField::Kind)),
            ("Người giao", Some(TaskField::Assigner)),
            ("Số, ký hiệu", Some(TaskField::DocumentNumber)),
            ("Ngày giao", Some(TaskField::AssignedOn)),
            ("Nội dung nhiệm vụ", Some(TaskField::Content)),
            ("Đơn vị chủ trì", Some(TaskField::Lead)),
            ("Thời hạn", Some(TaskField::Deadline)),
            ("Ngày hoàn thành", Some(TaskField::CompletedOn)),
            ("Tình trạng", Some(TaskField::Status)),
            ("Tiến độ", Some(TaskField::Percent)),
        ];
        let mut text = order.iter().map(|column| HEADINGS[*column].0).collect::<Vec<_>>().join(";");
        for record in sample_records() {
            text.push('\n');
            text.push_str(&order.iter().map(|column| record[*column].as_str()).collect::<Vec<_>>().join(";"));
        }
        let book = Sheets::read(text.as_bytes(), "a.csv").unwrap();
        let mapping = Mapping::guess(&book, 0);
        for (place, column) in order.iter().enumerate() {
            let fed = mapping.columns.iter().find(|mapped| mapped.column as usize == place).map(|mapped| mapped.field);
            prop_assert_eq!(fed, HEADINGS[*column].1);
        }
        let found = preview(&book, 0, &mapping, &PreviewOptions::default());
        prop_assert_eq!((found.rows.len(), found.errors), (41, 0));
    }
}

//! What is wrong with a row is named by row and column; what is no task is left out with a note.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod common;

use chidao_documents::{
    LeftOutReason, Mapping, PreviewOptions, Severity, Sheets, TaskField, TroubleKind, UnmappedRole, preview,
};
use chidao_domain::dates::{DeadlineMeaning, Period};
use chidao_domain::status::Status;
use common::{codes, take, take_text};

const HEADINGS: &str =
    "STT;Mã;Nội dung nhiệm vụ;Số, ký hiệu;Ngày giao;Chủ trì;Phối hợp;Hạn;Trạng thái;Tiến độ;Ngày hoàn thành";

fn list(rows: &[&str]) -> chidao_documents::Preview {
    take_text(&format!("{HEADINGS}\n{}\n", rows.join("\n"))).1
}

#[test]
fn a_good_row_has_no_trouble() {
    let found =
        list(&["1;NV01;Rà soát;1/UBND-TH;05/01/2017;Phòng Nội vụ;Sở Y tế;20/5/2017;Hoàn thành;100%;16/05/2017"]);
    assert_eq!(codes(&found), Vec::<String>::new());
    let task = &found.rows[0];
    assert_eq!(
        (task.row, task.percent, task.status),
        (2, Some(100), Some(Status::Completed))
    );
    assert_eq!(task.assigned_on.unwrap().to_string(), "2017-01-05");
}

#[test]
fn every_trouble_names_its_row_and_column() {
    let found = list(&[
        "1;NV01;Rà soát;1/UBND-TH;31/02/2017;A;;20/5/2017;Đang thực hiện;10;",
        "2;NV02;Rà soát;1/UBND-TH;hôm qua;A;;20/5/2017;Đang thực hiện;110;",
        "3;NV03;;2/UBND-TH;05/01/2017;A;;20/5/2017;lung tung;-1;",
        "4;nv01;Khác;3/UBND-TH;05/01/2017;A;;01/01/2017;Hoàn thành;50;",
        "5;NV05;Khác;3/UBND-TH;05/01/2017;A;;sớm nhất có thể;Quá hạn;gần xong;",
        "6;NV06;Khác;3/UBND-TH;05/01/2017;A;;;Mới giao;33,3%;01/01/2017",
    ]);
    assert_eq!(
        codes(&found),
        [
            "2 E impossible_date",
            "3 E not_a_date",
            "3 J percent_out_of_range",
            "4 I unknown_status",
            "4 J percent_out_of_range",
            "4 C missing_content",
            "5 B duplicate_code",
            "5 H deadline_before_assignment",
            "5 K completed_without_date",
            "5 J completed_below_hundred",
            "6 H deadline_in_words",
            "6 I status_only_says_deadline",
            "6 J percent_in_words",
            "7 J percent_rounded",
            "7 K completed_before_assignment",
            "7 I date_without_completion",
        ]
    );
    assert!(!found.importable);
    assert_eq!((found.errors, found.warnings), (7, 9));
    assert_eq!(found.troubles[0].heading.as_deref(), Some("Ngày giao"));
    assert_eq!(found.troubles[6].what, TroubleKind::DuplicateCode { first_row: 2 });
    assert_eq!(found.rows[4].progress_words.as_deref(), Some("gần xong"));
    assert_eq!(found.rows[5].percent, Some(33));
}

#[test]
fn warnings_alone_do_not_stop() {
    let found = list(&[
        "1;;Rà soát;1/UBND-TH;;A;;;Hoàn thành;100;",
        "2;;RÀ SOÁT;01/UBND-TH;;A;;;Đang thực hiện;10;",
    ]);
    assert_eq!(codes(&found), ["2 K completed_without_date", "3 C duplicate_task"]);
    assert!(found.importable);
    assert!(
        found
            .troubles
            .iter()
            .all(|trouble| trouble.severity == Severity::Warning)
    );
    assert_eq!(found.rows[0].fingerprint, found.rows[1].fingerprint);
}

#[test]
fn deadlines_in_words_are_understood_where_they_can_be() {
    let found = list(&[
        "1;NV01;Rà soát;1/UBND-TH;05/01/2017;A;;trước ngày 20/7/2017;;;",
        "2;NV02;Rà soát;1/UBND-TH;05/01/2017;A;;trong quý II/2017;;;",
        "3;NV03;Rà soát;1/UBND-TH;05/01/2017;A;;chậm nhất ngày 20/8;;;",
        "4;NV04;Rà soát;1/UBND-TH;;A;;chậm nhất ngày 20/8;;;",
        "5;NV05;Rà soát;1/UBND-TH;05/01/2017;A;;trong 05 ngày làm việc kể từ ngày nhận;;;",
        "6;NV06;Rà soát;1/UBND-TH;05/01/2017;A;;Thường xuyên;;;",
        "7;NV07;Rà soát;1/UBND-TH;05/01/2017;A;;trước ngày 31/6/2017;;;",
    ]);
    assert_eq!(codes(&found), ["5 H deadline_in_words", "8 H impossible_date"]);
    let due = |index: usize| found.rows[index].deadline.clone().unwrap();
    assert_eq!(due(0).date.unwrap().to_string(), "2017-07-20");
    assert_eq!(due(0).words.as_deref(), Some("trước ngày 20/7/2017"));
    assert!(matches!(
        due(1).meaning,
        Some(DeadlineMeaning::Within {
            period: Period::Quarter,
            ..
        })
    ));
    assert_eq!(due(1).date.unwrap().to_string(), "2017-06-30");
    assert_eq!(due(2).date.unwrap().to_string(), "2017-08-20");
    assert_eq!((due(3).date, due(3).meaning), (None, None));
    assert!(matches!(
        due(4).meaning,
        Some(DeadlineMeaning::WorkingDays { days: 5, .. })
    ));
    assert_eq!(due(5).meaning, Some(DeadlineMeaning::Standing));
}

#[test]
fn groups_sums_repeated_headings_and_signatures_are_left_out() {
    let found = list(&[
        "I;;Phòng Nội vụ;;;;;;;;",
        "1;NV01;Rà soát;1/UBND-TH;05/01/2017;A;;20/5/2017;Đang thực hiện;10;",
        HEADINGS,
        "II;;PHÒNG Y TẾ;;;;;;;;",
        "2;NV02;Tổng kết công tác năm;1/UBND-TH;05/01/2017;A;;20/5/2017;Đang thực hiện;10;",
        ";;Cộng: 2;;;;;;;;",
        "Tổng cộng;;;;;2;;;;;",
        "",
        ";;Yên Thế, ngày 23 tháng 6 năm 2017;;;;;;;;",
        ";Người lập;;;;Chánh Văn phòng;;;;;",
        ";Nguyễn Văn A;Trần Thị B;;;Lê Văn C;;;;;",
    ]);
    let left: Vec<(u32, LeftOutReason)> = found.left_out.iter().map(|left| (left.row, left.reason)).collect();
    assert_eq!(
        left,
        [
            (2, LeftOutReason::Group),
            (4, LeftOutReason::Headings),
            (5, LeftOutReason::Group),
            (7, LeftOutReason::Total),
            (8, LeftOutReason::Total),
            (10, LeftOutReason::BelowTable),
            (11, LeftOutReason::BelowTable),
            (12, LeftOutReason::BelowTable),
        ]
    );
    assert_eq!(codes(&found), Vec::<String>::new());
    let groups: Vec<Option<&str>> = found.rows.iter().map(|task| task.group.as_deref()).collect();
    assert_eq!(groups, [Some("I Phòng Nội vụ"), Some("II PHÒNG Y TẾ")]);
}

#[test]
fn a_task_that_says_little_is_still_a_task() {
    let found = list(&["1;;Tổng số hộ nghèo phải rà soát;;;;;;;;", "2;;Kiểm tra;;;;;;;;"]);
    assert_eq!(found.rows.len(), 2);
    assert!(found.importable);
}

#[test]
fn what_only_resembles_titles_and_signatures_is_not_left_out() {
    let found = list(&[
        ";;Ghi chú các hộ chưa đủ hồ sơ;;;;;;;;",
        ";;Chủ tịch UBND xã báo cáo;;;;;;;;",
        ";NV09;;;;;;;;;",
        ";;Xác nhận số liệu;;;Phòng Y tế;;;;;",
    ]);
    assert_eq!(found.left_out, []);
    assert_eq!(codes(&found), ["4 C missing_content"]);
}

#[test]
fn days_and_months_exchanged_by_a_foreign_excel_are_suspected() {
    let day = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, heading) in ["STT", "Nội dung nhiệm vụ", "Hạn"].iter().enumerate() {
        sheet.write(0, column as u16, *heading).unwrap();
    }
    for (row, text) in [
        (1, "13/02/2017"),
        (2, "25/02/2017"),
        (3, "31/05/2017"),
        (4, ""),
        (5, ""),
        (6, ""),
    ] {
        sheet.write(row, 0, f64::from(row)).unwrap();
        sheet.write(row, 1, format!("Việc {row}")).unwrap();
        if text.is_empty() {
            let date = rust_xlsxwriter::ExcelDateTime::from_ymd(2017, 5, row as u8).unwrap();
            sheet.write_with_format(row, 2, date, &day).unwrap();
        } else {
            sheet.write(row, 2, text).unwrap();
        }
    }
    let (_, _, found) = take(&book.save_to_buffer().unwrap(), "a.xlsx");
    assert_eq!(codes(&found), ["- C day_and_month_may_be_exchanged"]);
    assert!(found.importable);
}

#[test]
fn a_task_about_secrecy_levels_does_not_make_its_column_one() {
    let found = list(&[
        "1;NV01;Rà soát việc xác định độ mật;1/UBND-TH;;A;;;;;",
        "2;NV02;Làm mát chuồng trại;2/UBND-TH;;A;;;;;",
    ]);
    assert_eq!((codes(&found), found.rows.len()), (Vec::new(), 2));
}

/// The words of a marked row must not come out anywhere.
fn tells_nothing(found: &impl serde::Serialize, words: &[&str]) {
    let out = serde_json::to_string(found).unwrap();
    for word in words {
        assert!(!out.contains(word), "{word} in {out}");
    }
}

#[test]
fn a_row_with_a_secrecy_mark_is_refused_by_its_number_alone() {
    let text = "STT;Mã;Nội dung nhiệm vụ;Số, ký hiệu;Độ mật;Khác\n\
        1;NV01;Rà soát;1/UBND-TH;Thường;một\n\
        2;NV02;Phương án KHÔNG ĐƯỢC KỂ;2/UBND-KX;Tối mật;lộ\n\
        3;NV03;Kế hoạch KHÔNG ĐƯỢC KỂ (Mật);3/UBND-KX;;lộ\n\
        4;NV04;Việc KHÔNG ĐƯỢC KỂ;4/UBND-KX;A;lộ\n\
        5;NV05;Tuyên truyền Luật Bảo vệ bí mật nhà nước;5/UBND-TH;;năm\n";
    let (mapping, found) = take_text(text);
    assert_eq!(
        codes(&found),
        ["3 - secrecy_mark", "4 - secrecy_mark", "5 - secrecy_mark"]
    );
    assert!(!found.importable);
    assert_eq!(found.rows.iter().map(|task| task.row).collect::<Vec<_>>(), [2, 6]);
    let secrecy = mapping
        .unmapped
        .iter()
        .find(|unmapped| unmapped.role == UnmappedRole::Secrecy)
        .unwrap();
    assert_eq!((secrecy.letter.as_str(), secrecy.samples.len()), ("E", 0));
    tells_nothing(&found, &["KHÔNG ĐƯỢC KỂ", "UBND-KX", "lộ", "NV02"]);
    tells_nothing(&mapping, &["KHÔNG ĐƯỢC KỂ", "UBND-KX", "lộ"]);
}

#[test]
fn a_changed_mapping_cannot_hide_the_column_of_secrecy() {
    let text = "Mã;Nội dung nhiệm vụ;Độ mật;Hạn\nNV01;Việc;C;20/5/2017\n";
    let book = Sheets::read(text.as_bytes(), "a.csv").unwrap();
    let mut mapping = Mapping::guess(&book, 0);
    mapping.choose(2, Some(TaskField::Note));
    assert_eq!(mapping.column_of(TaskField::Note), None);
    mapping.unmapped.clear();
    let found = preview(&book, 0, &mapping, &PreviewOptions { most_troubles: 0 });
    assert_eq!(codes(&found), ["2 - secrecy_mark"]);
}

#[test]
fn a_mark_over_the_table_is_a_mark_on_the_list() {
    let (_, _, found) = take(
        &common::xlsx(&[
            &["", "", "MẬT"],
            &["STT", "Nội dung nhiệm vụ", "Hạn"],
            &["1", "Rà soát", "20/5/2017"],
        ]),
        "a.xlsx",
    );
    assert_eq!(codes(&found), ["1 - secrecy_mark"]);
}

#[test]
fn troubles_beyond_the_number_wanted_are_counted() {
    let rows: Vec<String> = (0..50)
        .map(|index| format!("{index};;Việc {index};;sai;;;;;;"))
        .collect();
    let text = format!("{HEADINGS}\n{}\n", rows.join("\n"));
    let book = Sheets::read(text.as_bytes(), "a.csv").unwrap();
    let mut mapping = Mapping::guess(&book, 0);
    mapping.choose(4, Some(TaskField::AssignedOn));
    let found = preview(&book, 0, &mapping, &PreviewOptions { most_troubles: 10 });
    assert_eq!((found.troubles.len(), found.errors), (10, 50));
}

#[test]
fn a_formula_that_failed_is_an_error() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, heading) in ["STT", "Nội dung nhiệm vụ", "Hạn"].iter().enumerate() {
        sheet.write(0, column as u16, *heading).unwrap();
    }
    sheet.write(1, 1, "Rà soát").unwrap();
    sheet
        .write_formula(1, 2, rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A"))
        .unwrap();
    let (_, _, found) = take(&book.save_to_buffer().unwrap(), "a.xlsx");
    assert!(!found.importable, "{:?}", found.rows);
}

#[test]
fn a_list_without_headings_or_rows_says_so() {
    let (_, found) = take_text("Kính gửi;anh\nchị;em\n");
    assert_eq!(codes(&found), ["- - no_headings"]);
    let (_, found) = take_text(&format!("{HEADINGS}\n"));
    assert_eq!(codes(&found), ["- - no_rows"]);
    let (_, found) = take_text("Mã;Hạn;Trạng thái\nNV01;20/5/2017;Hoàn thành\n");
    assert_eq!(codes(&found)[0], "- - missing_column");
}

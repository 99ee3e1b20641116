//! Taking in lists of tasks.

use crate::arguments::{ChosenColumn, Import};
use crate::home;
use crate::print::{Output, Table, words};
use chidao_app::api::{Mapping, TakeIn, TakeInPreview, UseCases};
use chidao_app::{App, AppError};
use serde::Serialize;
use serde_json::Value;

/// Shows what a list would do, or takes it in.
pub(super) fn import(app: &App, asked: &Import, output: &mut Output) -> Result<(), AppError> {
    let Import::Tasks {
        file,
        preview,
        unit,
        sheet,
        map,
    } = asked;
    let mut request = TakeIn {
        file: home::hand_over(app, file)?,
        sheet: sheet.clone(),
        mapping: None,
        unit: unit.clone(),
    };
    if !map.is_empty() {
        request.mapping = Some(chosen(app.tasks_preview(request.clone())?.mapping, map)?);
    }
    if *preview {
        let seen = app.tasks_preview(request)?;
        return output.answer(&seen, || preview_text(&seen));
    }
    match app.tasks_take_in(request.clone()) {
        Ok(taken) => output.answer(&taken, || {
            format!(
                "{}: nhận {} nhiệm vụ mới; {} đã có, giống hệt; {} đã có nhưng khác, giữ nguyên.",
                words::unit(&taken.unit),
                words::number(taken.new),
                words::number(taken.same),
                words::number(taken.different)
            )
        }),
        Err(refusal) => {
            if !output.is_json()
                && let Ok(seen) = app.tasks_preview(request)
            {
                output.answer(&(), || troubles(&seen))?;
            }
            Err(refusal)
        }
    }
}

/// The guess with the columns that a person chose.
fn chosen(mut mapping: Mapping, map: &[ChosenColumn]) -> Result<Mapping, AppError> {
    for column in map {
        let letters = mapping.columns.iter().map(|one| (&one.letter, one.column));
        let letters = letters.chain(mapping.unmapped.iter().map(|one| (&one.letter, one.column)));
        let unknown = || AppError::new("column_unknown").with("column", &column.letters);
        let number = letters.into_iter().find(|(letter, _)| **letter == column.letters);
        let number = number.map(|(_, number)| number).ok_or_else(unknown)?;
        let field = column.field.as_ref().map(|word| {
            let unknown = |_| AppError::new("field_unknown").with("field", word);
            serde_json::from_value(Value::String(word.clone())).map_err(unknown)
        });
        mapping.choose(number, field.transpose()?);
    }
    Ok(mapping)
}

fn preview_text(seen: &TakeInPreview) -> String {
    let mut columns = Table::new().text("Cột", 5).text("Tiêu đề", 40).text("Nhận vào", 30);
    for column in &seen.mapping.columns {
        let field = wire(&column.field);
        columns.row([
            column.letter.clone(),
            column.heading.clone(),
            words::field(&field).to_owned(),
        ]);
    }
    for column in &seen.mapping.unmapped {
        columns.row([column.letter.clone(), column.heading.clone(), "(không nhận)".to_owned()]);
    }
    let mut rows = Table::new()
        .number("Dòng")
        .text("Mã", 12)
        .text("Nội dung", 60)
        .text("Sẽ làm", 25);
    for row in &seen.rows {
        rows.row([
            row.task.row.to_string(),
            row.task.code.clone().unwrap_or_default(),
            row.task.content.clone(),
            words::effect(row.effect).to_owned(),
        ]);
    }
    format!(
        "{}, trang \"{}\": {} dòng; {} mới, {} giống hệt, {} khác. {}\n\n{}\n{}\n{}",
        words::unit(&seen.unit),
        seen.sheet,
        words::number(seen.row_count),
        words::number(seen.new),
        words::number(seen.same),
        words::number(seen.different),
        if seen.importable {
            "Nhận được."
        } else {
            "Chưa nhận được."
        },
        columns.show("Không nhận ra cột nào."),
        rows.show("Không có dòng nào."),
        troubles(seen)
    )
}

/// A value as the wire writes it.
fn wire<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

fn troubles(seen: &TakeInPreview) -> String {
    let mut table = Table::new()
        .text("Dòng", 8)
        .text("Cột", 5)
        .text("Tiêu đề", 30)
        .text("Mức", 8)
        .text("Điều cần xem", 90);
    for trouble in &seen.troubles {
        let told = serde_json::to_value(trouble).unwrap_or_default();
        table.row([
            trouble.row.map(|row| row.to_string()).unwrap_or_default(),
            trouble.column.clone().unwrap_or_default(),
            trouble.heading.clone().unwrap_or_default(),
            if told["severity"] == "error" {
                "lỗi"
            } else {
                "lưu ý"
            }
            .to_owned(),
            trouble_text(&told),
        ]);
    }
    table.show("Không có gì cần xem lại.")
}

fn trouble_text(told: &Value) -> String {
    let params = &told["params"];
    let field = words::field(params["field"].as_str().unwrap_or_default()).to_owned();
    match told["code"].as_str().unwrap_or_default() {
        "secrecy_mark" => "có dấu mật: không được đưa vào máy này".into(),
        "no_headings" => "không tìm thấy dòng tiêu đề".into(),
        "missing_column" => format!("thiếu cột \"{field}\""),
        "no_rows" => "bảng không có dòng nào".into(),
        "missing_content" => "thiếu nội dung".into(),
        "impossible_date" => format!("{field}: không có ngày này"),
        "not_a_date" => format!("{field}: không phải ngày"),
        "day_and_month_may_be_exchanged" => format!("{field}: ngày và tháng có thể bị đổi chỗ cho nhau"),
        "deadline_in_words" => "hạn ghi bằng lời: giữ nguyên lời, không tính ra ngày".into(),
        "percent_out_of_range" => "phần trăm phải từ 0 đến 100".into(),
        "percent_in_words" => "tiến độ ghi bằng lời: giữ nguyên lời".into(),
        "percent_rounded" => format!("phần trăm lẻ: giữ {}", params["kept"]),
        "unknown_status" => "không hiểu trạng thái".into(),
        "status_only_says_deadline" => "chỉ là tình trạng thời hạn; trạng thái để trống".into(),
        "unknown_kind" => "không hiểu loại; để trống".into(),
        "unclear_tick" => "không rõ có đánh dấu hay không".into(),
        "duplicate_code" => format!("trùng mã với dòng {}", params["first_row"]),
        "duplicate_task" => format!("trùng số văn bản và nội dung với dòng {}", params["first_row"]),
        "deadline_before_assignment" => "hạn trước ngày giao".into(),
        "completed_before_assignment" => "ngày hoàn thành trước ngày giao".into(),
        "completed_without_date" => "hoàn thành nhưng không có ngày".into(),
        "date_without_completion" => "có ngày hoàn thành nhưng trạng thái khác".into(),
        "completed_below_hundred" => "hoàn thành nhưng dưới 100%".into(),
        "formula_error" => "ô chứa lỗi công thức".into(),
        "continued_row" => format!(
            "nối tiếp nhiệm vụ ở dòng {}; phần thêm không được nhận",
            params["task_row"]
        ),
        other => other.to_owned(),
    }
}

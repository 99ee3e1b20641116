//! The office's own words for what the wire names in English, and dates as people write them.

use chidao_app::api::{
    BundleOutcome, DayPart, Edition, EnrolmentState, Origin, OutgoingLine, PersonName, RecommendationState, Relation,
    RowEffect, Said, TaskKind, UnitName,
};
use chidao_domain::deadline::DeadlineClass;
use chidao_domain::status::Status;

/// Trạng thái.
pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::New => "mới giao",
        Status::Received => "đã tiếp nhận",
        Status::InProgress => "đang thực hiện",
        Status::AwaitingApproval => "chờ duyệt",
        Status::Completed => "hoàn thành",
        Status::Suspended => "tạm dừng",
        Status::Transferred => "chuyển tiếp",
        Status::Withdrawn => "thu hồi",
    }
}

/// Tình trạng thời hạn.
pub(crate) fn class(class: DeadlineClass) -> &'static str {
    match class {
        DeadlineClass::DoneOnTime => "xong đúng hạn",
        DeadlineClass::DoneLate => "xong quá hạn",
        DeadlineClass::DoneWithoutDeadline => "xong, không hạn",
        DeadlineClass::OpenInTime => "trong hạn",
        DeadlineClass::OpenDueSoon => "sắp đến hạn",
        DeadlineClass::OpenOverdue => "quá hạn",
        DeadlineClass::OpenWithoutDeadline => "không thời hạn",
    }
}

/// Loại.
pub(crate) fn kind(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::Task => "nhiệm vụ",
        TaskKind::Conclusion => "kết luận",
        TaskKind::Instruction => "chỉ đạo",
        TaskKind::AdHoc => "đột xuất",
    }
}

/// Bản dùng.
pub(crate) fn edition(edition: Edition) -> &'static str {
    match edition {
        Edition::Unit => "đơn vị",
        Edition::Province => "tỉnh",
    }
}

/// Ghi danh.
pub(crate) fn enrolment(state: EnrolmentState) -> &'static str {
    match state {
        EnrolmentState::None => "chưa ghi danh",
        EnrolmentState::Requested => "đã đề nghị",
        EnrolmentState::Unverified => "chưa xác nhận mã",
        EnrolmentState::Confirmed => "đã xác nhận",
    }
}

/// Quan hệ.
pub(crate) fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Own => "đơn vị này",
        Relation::Parent => "cấp trên",
        Relation::Child => "cấp dưới",
    }
}

/// What taking in one row would do.
pub(crate) fn effect(effect: RowEffect) -> &'static str {
    match effect {
        RowEffect::New => "mới",
        RowEffect::Same => "đã có, giống hệt",
        RowEffect::Different => "đã có, khác; giữ nguyên",
        RowEffect::Refused => "không nhận được",
    }
}

/// What became of a bundle.
pub(crate) fn outcome(outcome: BundleOutcome) -> &'static str {
    match outcome {
        BundleOutcome::Verified => "đã kiểm tra",
        BundleOutcome::Imported => "đã nhận",
        BundleOutcome::AlreadyImported => "đã nhận từ trước",
        BundleOutcome::Refused => "từ chối",
        BundleOutcome::Exported => "đã gửi đi",
    }
}

/// Kiến nghị đã đến đâu.
pub(crate) fn recommendation(state: RecommendationState) -> &'static str {
    match state {
        RecommendationState::Entered => "đã nêu",
        RecommendationState::TakenUp => "đã tiếp nhận",
        RecommendationState::Answered => "đã trả lời",
    }
}

/// Buổi.
pub(crate) fn day_part(part: DayPart) -> &'static str {
    match part {
        DayPart::Day => "cả ngày",
        DayPart::Morning => "buổi sáng",
        DayPart::Afternoon => "buổi chiều",
    }
}

/// A task's field, where the office has a word for it.
pub(crate) fn field(name: &str) -> &str {
    match name {
        "code" => "Mã",
        "kind" => "Loại",
        "content" => "Nội dung",
        "product" => "Sản phẩm",
        "assigner" => "Người giao",
        "document_number" => "Số, ký hiệu",
        "assigned_on" => "Ngày giao",
        "deadline" => "Hạn hiện tại",
        "original_deadline" => "Hạn gốc",
        "deadline_words" => "Hạn bằng lời",
        "field_of_work" => "Lĩnh vực",
        "priority" => "Mức ưu tiên",
        "lead" => "Chủ trì",
        "coordinating" => "Phối hợp",
        "responsible" => "Người chịu trách nhiệm",
        "follower" => "Người theo dõi",
        "note" => "Ghi chú",
        "unit_note" => "Ghi chú của đơn vị",
        "on_province_system" => "Trên hệ thống của tỉnh",
        "highlighted" => "Nổi bật",
        "status" => "Trạng thái",
        "standing" => "Quyết định của cấp trên",
        "opening_status" => "Trạng thái lúc nhận",
        "opening_percent" => "Phần trăm lúc nhận",
        "directive" => "Văn bản chỉ đạo",
        "nature" => "Tính chất",
        "degree" => "Mức độ",
        "cause" => "Nguyên nhân",
        "responsibility" => "Trách nhiệm",
        "taken_up_on" => "Tiếp nhận ngày",
        "percent" => "Phần trăm",
        "percent_words" => "Tiến độ bằng lời",
        "difficulty" => "Khó khăn, vướng mắc",
        "done_on" => "Hoàn thành ngày",
        "document_date" => "Ngày văn bản",
        "issuer" => "Cơ quan ban hành",
        "completed_on" => "Ngày hoàn thành",
        "result" => "Kết quả",
        "recommendation" => "Kiến nghị",
        "reported_percent" => "Phần trăm theo báo cáo",
        "found_percent" => "Phần trăm thực tế",
        "agreed" => "Thống nhất",
        "negative" => "Có sai sót",
        "unit_name" => "Tên đơn vị",
        "person_name" => "Họ và tên",
        "head" => "Trưởng đoàn",
        "document" => "Văn bản làm căn cứ",
        "name" => "Tên tệp",
        "verdict" => "Đánh giá",
        "reason" => "Lý do",
        other => other,
    }
}

/// A value in a history, where it is one of the wire's words.
pub(crate) fn value<'a>(field: &str, value: &'a str) -> &'a str {
    match (field, value) {
        ("kind", "task") => "nhiệm vụ",
        ("kind", "conclusion") => "kết luận",
        ("kind", "instruction") => "chỉ đạo",
        ("kind", "ad_hoc") => "đột xuất",
        ("priority", "urgent") => "khẩn",
        ("priority", "high") => "cao",
        ("priority", "normal") => "thường",
        ("verdict", "accepted") => "chấp nhận",
        ("verdict", "returned") => "trả lại",
        ("standing", "active") => "tiếp tục thực hiện",
        ("status" | "opening_status" | "standing", code) => match Status::from_code(code) {
            Some(known) => status(known),
            None => value,
        },
        (_, "true") => "có",
        (_, "false") => "không",
        _ => value,
    }
}

/// A value of a field that the wire tells as a value and as text: a step of status by its word, with its day and document.
pub(crate) fn told(field: &str, value: &serde_json::Value, text: &str) -> String {
    let part = |name: &str| value.get(name).and_then(serde_json::Value::as_str);
    let Some(code) = part("status").or_else(|| part("standing")) else {
        return self::value(field, text).to_owned();
    };
    let day = part("on").map(date);
    let parts = [
        Some(self::value(field, code).to_owned()),
        day,
        part("document").map(str::to_owned),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// What an act says, part by part; coded values by their field and word.
pub(crate) fn said(line: &OutgoingLine) -> String {
    let part = |said: &Said| match said.coded {
        true => format!("{}: {}", field(&said.field), told(&said.field, &said.value, &said.text)),
        false => said.text.clone(),
    };
    let mut parts: Vec<String> = line.says.iter().map(part).collect();
    if line.files > 0 {
        parts.push(format!("{} tệp", number(line.files)));
    }
    parts.join(" · ")
}

/// Why a change was not applied.
pub(crate) fn reason(code: &str) -> &str {
    match code {
        "not_yours" => "không thuộc quyền của bên ghi",
        "written_once" => "chỉ được ghi một lần",
        "wrong_step" => "bước trạng thái không hợp lệ",
        "wrong_value" => "giá trị không hợp lệ",
        "wrong_predecessor" => "không nối tiếp giá trị trước",
        "no_such_record" => "không có bản ghi này",
        "unknown_field" => "trường của phiên bản mới hơn",
        "wrong_place" => "đặt sai chỗ",
        "revoked" => "máy đã bị thu hồi",
        "retired" => "theo bộ quy tắc đã hết hiệu lực",
        "erased" => "không được áp dụng, nội dung đã xoá hẳn",
        "newer_rules" => "theo quy tắc của bản chương trình mới hơn",
        other => other,
    }
}

/// `2017-06-23` as 23/06/2017; a moment with its time, to the minute. Anything else stays as it is.
pub(crate) fn date(iso: &str) -> String {
    let Some((day, rest)) = iso.split_at_checked(10) else {
        return iso.to_owned();
    };
    let parts: Vec<&str> = day.split('-').collect();
    let [year, month, of_month] = parts[..] else {
        return iso.to_owned();
    };
    if [year, month, of_month]
        .iter()
        .any(|part| !part.bytes().all(|b| b.is_ascii_digit()))
    {
        return iso.to_owned();
    }
    let time = rest.strip_prefix('T').and_then(|time| time.get(..5));
    match time {
        Some(time) => format!("{of_month}/{month}/{year} {time}"),
        None => format!("{of_month}/{month}/{year}"),
    }
}

/// A date that may be missing.
pub(crate) fn maybe_date(iso: Option<&String>) -> String {
    iso.map(|iso| date(iso)).unwrap_or_default()
}

/// A whole number as people write it: 1.234.567.
pub(crate) fn number(number: impl Into<u64>) -> String {
    let digits = number.into().to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

/// A percent, or nothing.
pub(crate) fn percent(percent: Option<u8>) -> String {
    percent.map(|percent| format!("{percent}%")).unwrap_or_default()
}

/// Yes, or nothing.
pub(crate) fn yes(yes: bool) -> String {
    if yes { "có".to_owned() } else { String::new() }
}

/// Yes or no.
pub(crate) fn yes_or_no(yes: bool) -> &'static str {
    if yes { "có" } else { "không" }
}

/// "UBND huyện Yên Thế (H02.15)".
pub(crate) fn unit(unit: &UnitName) -> String {
    if unit.code.is_empty() {
        unit.name.clone()
    } else {
        format!("{} ({})", unit.name, unit.code)
    }
}

/// "Nguyễn Đức Đăng, Chánh Văn phòng UBND tỉnh".
pub(crate) fn person(person: &PersonName) -> String {
    if person.title.is_empty() {
        person.name.clone()
    } else {
        format!("{}, {}", person.name, person.title)
    }
}

/// Persons, one a line.
pub(crate) fn persons(list: &[PersonName]) -> String {
    list.iter().map(person).collect::<Vec<_>>().join("\n")
}

/// Who wrote something, where and when.
pub(crate) fn origin(origin: &Origin) -> String {
    let doubt = if origin.clock_doubtful {
        " (đồng hồ đáng ngờ)"
    } else {
        ""
    };
    format!(
        "{}, {}, máy {}, {}{doubt}",
        origin.person.name,
        origin.unit,
        origin.device,
        date(&origin.at)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_numbers_are_written_as_in_vietnam() {
        assert_eq!(date("2017-06-23"), "23/06/2017");
        assert_eq!(date("2017-06-23T14:05:09+07:00"), "23/06/2017 14:05");
        assert_eq!(date("ngày mai"), "ngày mai");
        assert_eq!(date("trong quý III"), "trong quý III");
        assert_eq!(
            [0_u32, 41, 1234, 1_234_567].map(number),
            ["0", "41", "1.234", "1.234.567"]
        );
    }
}

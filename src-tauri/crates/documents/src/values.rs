//! What the words in a cell mean, once its column is known.

use crate::book::Cell;
use crate::days::{DateWords, date_text};
use crate::words::{begins_with, fold};
use chidao_domain::status::Status;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Kind of a listed task (DOMAIN 1.3: the article's three words, and what came ad hoc).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ListedKind {
    /// Nhiệm vụ.
    Task,
    /// Kết luận.
    Conclusion,
    /// Chỉ đạo.
    Instruction,
    /// Đột xuất.
    AdHoc,
}

/// A kind from its code or its Vietnamese words.
pub(crate) fn kind(text: &str) -> Option<ListedKind> {
    let folded = fold(text);
    if folded.contains("dot xuat") {
        return Some(ListedKind::AdHoc);
    }
    const KINDS: &[(&str, ListedKind)] = &[
        ("nhiem vu", ListedKind::Task),
        ("nv", ListedKind::Task),
        ("task", ListedKind::Task),
        ("cong viec", ListedKind::Task),
        ("ket luan", ListedKind::Conclusion),
        ("thong bao ket luan", ListedKind::Conclusion),
        ("kl", ListedKind::Conclusion),
        ("conclusion", ListedKind::Conclusion),
        ("chi dao", ListedKind::Instruction),
        ("y kien chi dao", ListedKind::Instruction),
        ("cd", ListedKind::Instruction),
        ("instruction", ListedKind::Instruction),
        ("ad hoc", ListedKind::AdHoc),
    ];
    KINDS
        .iter()
        .find(|(word, _)| begins_with(&folded, word))
        .map(|(_, kind)| *kind)
}

/// What a status cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatusWords {
    /// One of the eight.
    Is(Status),
    /// Only what the calendar says ("quá hạn"), which is derived and never stored (DOMAIN 1.4).
    OnlyDeadline,
    /// Words that no known register uses.
    Unknown,
}

/// A status from its code, its label, or the variants of DOMAIN 1.4.
pub(crate) fn status(text: &str) -> StatusWords {
    let folded = fold(text);
    // Longer phrases before the shorter ones with which they begin.
    const STATUSES: &[(&str, Status)] = &[
        ("chua tiep nhan", Status::New),
        ("chua thuc hien", Status::New),
        ("chua bat dau", Status::New),
        ("chua trien khai", Status::New),
        ("chua xu ly", Status::New),
        ("chua giai quyet", Status::New),
        ("moi giao", Status::New),
        ("moi", Status::New),
        ("new", Status::New),
        ("da tiep nhan", Status::Received),
        ("tiep nhan", Status::Received),
        ("da nhan", Status::Received),
        ("received", Status::Received),
        ("dang thuc hien", Status::InProgress),
        ("dang trien khai", Status::InProgress),
        ("dang giai quyet", Status::InProgress),
        ("dang xu ly", Status::InProgress),
        ("dang lam", Status::InProgress),
        ("thuc hien lai", Status::InProgress),
        ("chua hoan thanh", Status::InProgress),
        ("tra lai", Status::InProgress),
        ("in progress", Status::InProgress),
        ("cho duyet", Status::AwaitingApproval),
        ("cho phe duyet", Status::AwaitingApproval),
        ("cho xac nhan", Status::AwaitingApproval),
        ("cho lanh dao duyet", Status::AwaitingApproval),
        ("trinh duyet", Status::AwaitingApproval),
        ("awaiting approval", Status::AwaitingApproval),
        ("hoan thanh", Status::Completed),
        ("da hoan thanh", Status::Completed),
        ("da giai quyet", Status::Completed),
        ("da xu ly", Status::Completed),
        ("da thuc hien", Status::Completed),
        ("xong", Status::Completed),
        ("da xong", Status::Completed),
        ("completed", Status::Completed),
        ("tam dung", Status::Suspended),
        ("tam hoan", Status::Suspended),
        ("suspended", Status::Suspended),
        ("chuyen tiep", Status::Transferred),
        ("chuyen don vi", Status::Transferred),
        ("chuyen ky", Status::Transferred),
        ("da chuyen", Status::Transferred),
        ("transferred", Status::Transferred),
        ("huy", Status::Withdrawn),
        ("da huy", Status::Withdrawn),
        ("tinh rut", Status::Withdrawn),
        ("rut", Status::Withdrawn),
        ("da rut", Status::Withdrawn),
        ("thu hoi", Status::Withdrawn),
        ("withdrawn", Status::Withdrawn),
    ];
    if let Some((_, status)) = STATUSES.iter().find(|(word, _)| begins_with(&folded, word)) {
        return StatusWords::Is(*status);
    }
    const CLASSES: &[&str] = &[
        "qua han",
        "dung han",
        "trong han",
        "truoc han",
        "sap den han",
        "sap qua han",
        "den han",
        "khong han",
        "tre han",
    ];
    if CLASSES.iter().any(|class| begins_with(&folded, class)) {
        return StatusWords::OnlyDeadline;
    }
    StatusWords::Unknown
}

/// A tick: whether something is so. An empty cell is "no".
pub(crate) fn tick(cell: &Cell) -> Option<bool> {
    match cell {
        Cell::Empty => Some(false),
        Cell::Bool(yes) => Some(*yes),
        Cell::Number { value, .. } if *value == 1.0 => Some(true),
        Cell::Number { value, .. } if *value == 0.0 => Some(false),
        Cell::Text(text) => {
            if matches!(&**text, "✓" | "✔" | "☑" | "√" | "🗸" | "þ" | "+") {
                return Some(true);
            }
            match fold(text).as_str() {
                "x" | "co" | "1" | "true" | "yes" | "v" | "dung" | "co tren he thong" | "tren he thong" => Some(true),
                "" | "khong" | "0" | "false" | "no" | "k" | "sai" | "chua" | "ngoai he thong" => Some(false),
                _ => None,
            }
        }
        _ => None,
    }
}

/// How a percent cell was understood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum PercentWords {
    /// Nothing.
    None,
    /// A percentage as shown: 70 for "70", "70%" and 0.7 formatted as a percentage.
    Is(f64),
    /// A bare number up to 1, which may be a fraction: 0.7, 1.
    PerhapsFraction(f64),
    /// Other words ("cơ bản đạt 100% kế hoạch").
    Words,
}

/// A percentage.
pub(crate) fn percent(cell: &Cell) -> PercentWords {
    match cell {
        Cell::Empty => PercentWords::None,
        Cell::Number { value, percent: true } => PercentWords::Is(tidy(value * 100.0)),
        Cell::Number { value, percent: false } => bare(*value),
        Cell::Text(text) => {
            let text = text.trim();
            let (digits, sign) = match text.strip_suffix('%') {
                Some(digits) => (digits.trim_end(), true),
                None => (text, false),
            };
            if matches!(digits, "-" | "–" | "—") {
                return PercentWords::None;
            }
            let shaped = digits
                .bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.' | b'-'));
            match digits.replace(',', ".").parse::<f64>() {
                Ok(value) if shaped && sign => PercentWords::Is(value),
                Ok(value) if shaped => bare(value),
                _ => PercentWords::Words,
            }
        }
        _ => PercentWords::Words,
    }
}

fn bare(value: f64) -> PercentWords {
    if value > 0.0 && value <= 1.0 {
        PercentWords::PerhapsFraction(value)
    } else {
        PercentWords::Is(value)
    }
}

/// 0.57 × 100 is 56.99999999999999 in the machine's numbers.
pub(crate) fn tidy(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// Several offices from one cell: by `;`, line or bullet; by comma only before a word with which offices' names begin,
/// since "Phòng Lao động, Thương binh và Xã hội" is one office.
pub(crate) fn offices(text: &str) -> Vec<String> {
    const OPENERS: &[&str] = &[
        "so",
        "phong",
        "ban",
        "ubnd",
        "uy ban",
        "cong an",
        "van phong",
        "chi cuc",
        "cuc",
        "trung tam",
        "hoi",
        "thanh tra",
        "xa",
        "thi tran",
        "phuong",
        "huyen",
        "thi xa",
        "thanh pho",
        "tp",
        "cac",
        "vien",
        "toa an",
        "doan",
        "lien doan",
        "mat tran",
        "mttq",
        "uy ban mttq",
        "dang uy",
        "huyen uy",
        "tinh uy",
        "bo chi huy",
        "bao hiem",
        "bhxh",
        "kho bac",
        "chi nhanh",
        "truong",
        "benh vien",
        "tram",
        "hat",
        "doi",
        "to",
        "nha may",
        "cong ty",
        "ngan hang",
        "dien luc",
        "hdnd",
        "vksnd",
        "tand",
        "bch",
        "bqlda",
        "bql",
        "vp",
        "chi bo",
        "dan quan",
        "lien minh",
        "hop tac xa",
        "buu dien",
        "don vi",
        "chi doan",
        "kiem lam",
        "quan su",
        "thue",
        "buu cuc",
        "dai",
    ];
    let mut offices: Vec<String> = Vec::new();
    for part in text.split([';', '\n']) {
        let part = part.trim().trim_start_matches(['-', '+', '•', '–', '*']).trim();
        for (at, piece) in part.split(',').enumerate() {
            let piece = piece.trim().trim_end_matches('.');
            if piece.is_empty() {
                continue;
            }
            let folded = fold(piece);
            let opens = at == 0 || OPENERS.iter().any(|opener| begins_with(&folded, opener));
            match offices.last_mut() {
                Some(last) if !opens => {
                    last.push_str(", ");
                    last.push_str(piece);
                }
                _ => offices.push(piece.to_owned()),
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    offices.retain(|office| seen.insert(fold(office)));
    offices
}

/// A document's number and, if it stands beside it, its date: "9001/CT-UBND ngày 13/02/2017 của UBND tỉnh".
pub(crate) fn document_number(text: &str) -> (String, Option<NaiveDate>) {
    let mut number = text;
    let mut dated = None;
    for mark in [" ngày ", " ngay ", ", ngày ", "\nngày ", " Ngày ", "\nNgày "] {
        if let Some((before, after)) = text.split_once(mark) {
            let after = after.trim();
            let token = after.split([' ', '\n', ',', ';', ')']).next().unwrap_or_default();
            let found = match date_text(token, false) {
                DateWords::Is(date) => Some(date),
                _ => {
                    let words: Vec<&str> = after.split_whitespace().take(5).collect();
                    match date_text(&format!("ngày {}", words.join(" ")), false) {
                        DateWords::Is(date) => Some(date),
                        _ => None,
                    }
                }
            };
            if found.is_some() {
                number = before;
                dated = found;
                break;
            }
        }
    }
    let number = number.trim().trim_end_matches([',', ';', '(']).trim();
    let number = number
        .strip_prefix("Số:")
        .or_else(|| number.strip_prefix("Số "))
        .unwrap_or(number)
        .trim();
    (number.to_owned(), dated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_of_all_known_registers_are_understood() {
        use Status::*;
        for (text, expected) in [
            ("moi_giao", New),
            ("Mới giao (chưa tiếp nhận)", New),
            ("Chưa thực hiện", New),
            ("da-tiep-nhan", Received),
            ("Đã tiếp nhận, chưa triển khai", Received),
            ("Đang thực hiện (quá hạn)", InProgress),
            ("đang giải quyết trong hạn", InProgress),
            ("Chờ lãnh đạo duyệt kết quả", AwaitingApproval),
            ("HOÀN THÀNH ĐÚNG HẠN", Completed),
            ("đã hoàn thành (trong hạn)", Completed),
            ("Tạm hoãn", Suspended),
            ("Chuyển đơn vị/kỳ khác", Transferred),
            ("Tỉnh rút/huỷ nhiệm vụ", Withdrawn),
            ("huy", Withdrawn),
            ("Hủy", Withdrawn),
        ] {
            assert_eq!(status(text), StatusWords::Is(expected), "{text}");
        }
        assert_eq!(status("Quá hạn"), StatusWords::OnlyDeadline);
        assert_eq!(status("hay là"), StatusWords::Unknown);
        assert_eq!(status(""), StatusWords::Unknown);
    }

    #[test]
    fn every_status_code_is_read_back() {
        for code in Status::ALL {
            assert_eq!(status(code.code()), StatusWords::Is(code));
        }
    }

    #[test]
    fn percents_keep_their_shown_value() {
        assert_eq!(
            percent(&Cell::Number {
                value: 0.57,
                percent: true
            }),
            PercentWords::Is(57.0)
        );
        assert_eq!(percent(&Cell::Text("70 %".into())), PercentWords::Is(70.0));
        assert_eq!(percent(&Cell::Text("66,7%".into())), PercentWords::Is(66.7));
        assert_eq!(percent(&Cell::Text("70".into())), PercentWords::Is(70.0));
        assert_eq!(percent(&Cell::Text("0,7".into())), PercentWords::PerhapsFraction(0.7));
        assert_eq!(percent(&Cell::Text("cơ bản đạt 100%".into())), PercentWords::Words);
        assert_eq!(percent(&Cell::Text("nan".into())), PercentWords::Words);
        assert_eq!(percent(&Cell::Text("-5".into())), PercentWords::Is(-5.0));
    }

    #[test]
    fn offices_with_commas_in_their_names_stay_whole() {
        assert_eq!(
            offices("Phòng Lao động, Thương binh và Xã hội, Phòng Nội vụ; UBND xã Đồng Kỳ\n- Sở Y tế."),
            [
                "Phòng Lao động, Thương binh và Xã hội",
                "Phòng Nội vụ",
                "UBND xã Đồng Kỳ",
                "Sở Y tế"
            ]
        );
        assert_eq!(offices(" ; "), Vec::<String>::new());
    }

    #[test]
    fn a_number_may_bring_its_date() {
        let (number, dated) = document_number("9001/CT-UBND ngày 13/02/2017 của UBND tỉnh");
        assert_eq!(
            (number.as_str(), dated),
            ("9001/CT-UBND", NaiveDate::from_ymd_opt(2017, 2, 13))
        );
        let (number, dated) = document_number("Số 05/BC-UBND, ngày 05 tháng 01 năm 2017");
        assert_eq!(
            (number.as_str(), dated),
            ("05/BC-UBND", NaiveDate::from_ymd_opt(2017, 1, 5))
        );
        assert_eq!(document_number("12/UBND-VX").0, "12/UBND-VX");
    }

    #[test]
    fn kinds_are_read_in_every_spelling() {
        for (text, expected) in [
            ("nhiem_vu", ListedKind::Task),
            ("Nhiệm vụ", ListedKind::Task),
            ("Kết luận", ListedKind::Conclusion),
            ("chi_dao", ListedKind::Instruction),
            ("Ý kiến chỉ đạo", ListedKind::Instruction),
            ("Nhiệm vụ đột xuất", ListedKind::AdHoc),
            ("ad_hoc", ListedKind::AdHoc),
        ] {
            assert_eq!(kind(text), Some(expected), "{text}");
        }
        assert_eq!(kind("Công văn"), None);
    }
}

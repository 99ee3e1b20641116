//! The fields of a listed task and the words over their columns.
//!
//! Sources of the words: the registers of DOMAIN 1.3 and 1.9 (A, E), the annexes of NĐ 30/2020, the exports that
//! units hand in, and the machine headings of the province's own lists.

use crate::words::{find_words, fold};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::LazyLock;
use ts_rs::TS;

/// What a column can feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TaskField {
    /// Mã nhiệm vụ.
    Code,
    /// Có trên hệ thống của tỉnh.
    OnProvinceSystem,
    /// Loại: nhiệm vụ, kết luận, chỉ đạo, đột xuất.
    Kind,
    /// Người giao, cơ quan giao.
    Assigner,
    /// Số, ký hiệu văn bản giao.
    DocumentNumber,
    /// Ngày văn bản.
    DocumentDate,
    /// Ngày giao.
    AssignedOn,
    /// Cơ quan ban hành.
    Issuer,
    /// Nội dung nhiệm vụ.
    Content,
    /// Sản phẩm phải có.
    Product,
    /// Đơn vị chủ trì.
    Lead,
    /// Đơn vị phối hợp.
    Coordinating,
    /// Người chịu trách nhiệm.
    Responsible,
    /// Người theo dõi.
    Follower,
    /// Lĩnh vực.
    FieldOfWork,
    /// Mức ưu tiên.
    Priority,
    /// Hạn hoàn thành.
    Deadline,
    /// Hạn gốc.
    OriginalDeadline,
    /// Trạng thái.
    Status,
    /// Tiến độ, %.
    Percent,
    /// Ngày hoàn thành.
    CompletedOn,
    /// Kết quả.
    Result,
    /// Khó khăn, vướng mắc.
    Difficulty,
    /// Kiến nghị, đề xuất.
    Recommendation,
    /// Ghi chú.
    Note,
}

impl TaskField {
    /// All fields, in the order of a register.
    pub const ALL: [TaskField; 25] = [
        TaskField::Code,
        TaskField::OnProvinceSystem,
        TaskField::Kind,
        TaskField::Assigner,
        TaskField::DocumentNumber,
        TaskField::DocumentDate,
        TaskField::AssignedOn,
        TaskField::Issuer,
        TaskField::Content,
        TaskField::Product,
        TaskField::Lead,
        TaskField::Coordinating,
        TaskField::Responsible,
        TaskField::Follower,
        TaskField::FieldOfWork,
        TaskField::Priority,
        TaskField::Deadline,
        TaskField::OriginalDeadline,
        TaskField::Status,
        TaskField::Percent,
        TaskField::CompletedOn,
        TaskField::Result,
        TaskField::Difficulty,
        TaskField::Recommendation,
        TaskField::Note,
    ];
}

/// What a heading means besides a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Meaning {
    Field(TaskField),
    /// The running number of a row (STT).
    Ordinal,
    /// Độ mật: never taken in, always looked at.
    Secrecy,
}

/// A field's words: `clear` ones name it and nothing else, `doubtful` ones may name something else too.
struct Words {
    meaning: Meaning,
    clear: &'static [&'static str],
    doubtful: &'static [&'static str],
}

/// Points for a clear and a doubtful word that is the whole heading.
const CLEAR: u8 = 100;
const DOUBTFUL: u8 = 70;
/// Below this a heading says nothing.
pub(crate) const LEAST_SCORE: u8 = 55;

const WORDS: &[Words] = &[
    Words {
        meaning: Meaning::Ordinal,
        clear: &["STT", "TT", "Số TT", "Số thứ tự", "Thứ tự", "#"],
        doubtful: &["Số đến"],
    },
    Words {
        meaning: Meaning::Secrecy,
        clear: &[
            "Độ mật",
            "Mức độ mật",
            "Mức mật",
            "Độ mật văn bản",
            "Độ mật của văn bản",
            "Độ bảo mật",
        ],
        doubtful: &["Độ khẩn, độ mật", "Độ mật, độ khẩn"],
    },
    Words {
        meaning: Meaning::Field(TaskField::Code),
        clear: &[
            "Mã",
            "Mã nhiệm vụ",
            "Mã NV",
            "Mã số",
            "Mã số nhiệm vụ",
            "Mã công việc",
            "Mã nhiệm vụ của tỉnh",
            "Mã theo dõi",
            "ID nhiệm vụ",
        ],
        doubtful: &["ID", "Số hiệu nhiệm vụ"],
    },
    Words {
        meaning: Meaning::Field(TaskField::OnProvinceSystem),
        clear: &[
            "Trên hệ thống",
            "Có trên hệ thống",
            "Có trên hệ thống tỉnh",
            "Có trên hệ thống của tỉnh",
            "Trên hệ thống của tỉnh",
            "Nằm trên hệ thống của tỉnh",
            "Trên hệ thống CSDL theo dõi",
            "Trên hệ thống quản lý cơ sở dữ liệu",
            "Đã cập nhật trên hệ thống",
        ],
        doubtful: &["Hệ thống"],
    },
    Words {
        meaning: Meaning::Field(TaskField::Kind),
        clear: &[
            "Loại",
            "Loại nhiệm vụ",
            "Phân loại",
            "Phân loại nhiệm vụ",
            "Nhiệm vụ / kết luận / chỉ đạo",
            "Hình thức giao",
        ],
        doubtful: &["Nhóm nhiệm vụ", "Loại việc", "Nguồn"],
    },
    Words {
        meaning: Meaning::Field(TaskField::Assigner),
        clear: &[
            "Người giao",
            "Cơ quan giao",
            "Cơ quan/người giao",
            "Người giao nhiệm vụ",
            "Cơ quan giao nhiệm vụ",
            "Cấp giao",
            "Cấp giao nhiệm vụ",
            "Lãnh đạo giao",
            "Lãnh đạo giao nhiệm vụ",
            "Đơn vị giao",
            "Đơn vị giao nhiệm vụ",
            "Người chỉ đạo",
            "Lãnh đạo chỉ đạo",
            "Cơ quan chỉ đạo",
            "Lãnh đạo giao việc",
            "Người giao việc",
        ],
        doubtful: &["Thẩm quyền giao", "Nơi giao"],
    },
    Words {
        meaning: Meaning::Field(TaskField::DocumentNumber),
        clear: &[
            "Số, ký hiệu",
            "Số ký hiệu",
            "Số và ký hiệu",
            "Số/ký hiệu",
            "Số hiệu văn bản",
            "Số, ký hiệu văn bản",
            "Số, ký hiệu văn bản giao",
            "Số ký hiệu văn bản",
            "Số và ký hiệu văn bản",
            "Số văn bản",
            "Số VB",
            "Ký hiệu",
            "Văn bản giao",
            "Văn bản giao nhiệm vụ",
            "Văn bản cấp trên giao",
            "Văn bản chỉ đạo",
            "Số văn bản chỉ đạo",
            "Số văn bản giao",
            "Số, ký hiệu, ngày văn bản giao",
            "Số, ký hiệu, ngày tháng văn bản",
            "Số, ký hiệu và ngày văn bản",
            "Văn bản số",
            "Số, kí hiệu",
            "Số kí hiệu",
            "Văn bản giao số, ký hiệu",
            "Tên loại, số và ký hiệu, ngày tháng và tên cơ quan ban hành",
            "Văn bản",
        ],
        doubtful: &["Số hiệu", "Số", "Căn cứ", "Văn bản chỉ đạo của Đảng uỷ", "Nguồn giao"],
    },
    Words {
        meaning: Meaning::Field(TaskField::DocumentDate),
        clear: &[
            "Ngày văn bản",
            "Ngày VB",
            "Ngày ban hành",
            "Ngày, tháng văn bản",
            "Ngày tháng văn bản",
            "Ngày ký",
            "Ngày ban hành văn bản",
            "Văn bản giao ngày",
            "Văn bản ngày",
            "Văn bản ngày tháng",
            "Ngày tháng năm văn bản",
            "Văn bản giao nhiệm vụ ngày",
            "Văn bản chỉ đạo ngày",
            "Ngày tháng năm ban hành",
            "Văn bản ngày ban hành",
        ],
        doubtful: &["Ngày tháng", "Ngày, tháng, năm", "Ngày"],
    },
    Words {
        meaning: Meaning::Field(TaskField::AssignedOn),
        clear: &[
            "Ngày giao",
            "Ngày giao nhiệm vụ",
            "Ngày được giao",
            "Thời gian giao",
            "Ngày tỉnh giao",
            "Ngày giao việc",
        ],
        doubtful: &[
            "Ngày bắt đầu",
            "Ngày nhận",
            "Ngày đến",
            "Bắt đầu",
            "Thời điểm giao",
            "Ngày tiếp nhận",
        ],
    },
    Words {
        meaning: Meaning::Field(TaskField::Issuer),
        clear: &[
            "Cơ quan ban hành",
            "Đơn vị ban hành",
            "Nơi ban hành",
            "Cơ quan ban hành văn bản",
            "Tên cơ quan ban hành",
        ],
        doubtful: &["Nơi gửi", "Cơ quan gửi", "Ban hành"],
    },
    Words {
        meaning: Meaning::Field(TaskField::Content),
        clear: &[
            "Nội dung nhiệm vụ",
            "Nội dung",
            "Tên nhiệm vụ",
            "Nhiệm vụ",
            "Nội dung công việc",
            "Nội dung nhiệm vụ/Trích yếu",
            "Trích yếu/Nội dung",
            "Nội dung/Trích yếu",
            "Nội dung nhiệm vụ giao",
            "Nội dung nhiệm vụ được giao",
            "Nhiệm vụ được giao",
            "Nội dung giao",
            "Nội dung chỉ đạo",
            "Ý kiến chỉ đạo",
            "Nội dung ý kiến chỉ đạo",
            "Tên công việc",
            "Nội dung thực hiện",
            "Nội dung giao nhiệm vụ",
            "Nội dung kết luận, chỉ đạo",
            "Nhiệm vụ, kết luận, chỉ đạo",
        ],
        doubtful: &[
            "Trích yếu",
            "Trích yếu nội dung",
            "Công việc",
            "Tiêu đề",
            "Mô tả",
            "Diễn giải",
            "Mô tả nhiệm vụ",
        ],
    },
    Words {
        meaning: Meaning::Field(TaskField::Product),
        clear: &[
            "Sản phẩm",
            "Sản phẩm đầu ra",
            "Sản phẩm phải có",
            "Văn bản sản phẩm đầu ra",
            "Kết quả/Sản phẩm đầu ra",
            "Sản phẩm, kết quả đầu ra",
            "Sản phẩm dự kiến",
            "Sản phẩm hoàn thành",
            "Yêu cầu sản phẩm",
            "Sản phẩm giao nộp",
        ],
        doubtful: &["Kết quả đầu ra", "Đầu ra"],
    },
    Words {
        meaning: Meaning::Field(TaskField::Lead),
        clear: &[
            "Chủ trì",
            "Đơn vị chủ trì",
            "Cơ quan chủ trì",
            "Cơ quan, đơn vị chủ trì",
            "Đơn vị/cá nhân chủ trì",
            "Đơn vị chủ trì thực hiện",
            "Cơ quan chủ trì thực hiện",
            "Cơ quan chủ trì tham mưu",
            "Xử lý (chủ trì)",
            "Đơn vị xử lý chính",
            "Phân công chủ trì",
            "Phòng chủ trì",
        ],
        doubtful: &[
            "Đơn vị thực hiện",
            "Cơ quan thực hiện",
            "Cơ quan, đơn vị thực hiện",
            "Đơn vị được giao",
            "Đơn vị xử lý",
            "Đơn vị đầu mối",
            "Đơn vị",
            "Xử lý chính",
            "Cơ quan, đơn vị",
            "Đơn vị hoặc người nhận",
            "Cơ quan được giao",
            "Đơn vị tham mưu",
            "Xử lý",
        ],
    },
    Words {
        meaning: Meaning::Field(TaskField::Coordinating),
        clear: &[
            "Phối hợp",
            "Đơn vị phối hợp",
            "Cơ quan phối hợp",
            "Cơ quan, đơn vị phối hợp",
            "Đơn vị phối hợp thực hiện",
            "Cơ quan phối hợp thực hiện",
            "Phân công phối hợp",
            "Phòng phối hợp",
        ],
        doubtful: &[],
    },
    Words {
        meaning: Meaning::Field(TaskField::Responsible),
        clear: &[
            "Người chịu trách nhiệm",
            "Cá nhân chịu trách nhiệm",
            "Người thực hiện",
            "Cán bộ thực hiện",
            "Người phụ trách",
            "Cán bộ phụ trách",
            "Công chức thực hiện",
            "Người xử lý",
            "Cán bộ xử lý",
            "Chuyên viên xử lý",
            "Chuyên viên thực hiện",
            "Người được giao",
            "Cá nhân thực hiện",
            "Người chịu trách nhiệm chính",
            "Họ tên người thực hiện",
            "Người chủ trì",
        ],
        doubtful: &["Trách nhiệm", "Phụ trách", "Cán bộ", "Chuyên viên", "Người nhận"],
    },
    Words {
        meaning: Meaning::Field(TaskField::Follower),
        clear: &[
            "Người theo dõi",
            "Cán bộ theo dõi",
            "Chuyên viên theo dõi",
            "Đơn vị theo dõi",
            "Theo dõi, đôn đốc",
            "Người theo dõi, đôn đốc",
            "Chuyên viên VP tham mưu/theo dõi",
            "Đơn vị theo dõi, đôn đốc",
        ],
        doubtful: &["Theo dõi"],
    },
    Words {
        meaning: Meaning::Field(TaskField::FieldOfWork),
        clear: &["Lĩnh vực", "Khối lĩnh vực", "Lĩnh vực công tác", "Nhóm lĩnh vực"],
        doubtful: &["Khối", "Ngành", "Mảng công tác"],
    },
    Words {
        meaning: Meaning::Field(TaskField::Priority),
        clear: &[
            "Ưu tiên",
            "Mức ưu tiên",
            "Mức độ ưu tiên",
            "Độ ưu tiên",
            "Độ khẩn",
            "Mức độ khẩn",
        ],
        doubtful: &["Mức độ"],
    },
    Words {
        meaning: Meaning::Field(TaskField::Deadline),
        clear: &[
            "Hạn",
            "Thời hạn",
            "Hạn hoàn thành",
            "Hạn xử lý",
            "Hạn giải quyết",
            "Thời hạn giải quyết",
            "Thời hạn hoàn thành",
            "Thời hạn xử lý",
            "Hạn thực hiện",
            "Thời hạn thực hiện",
            "Hạn hiện tại",
            "Hạn báo cáo",
            "Ngày đến hạn",
            "Ngày hết hạn",
            "Ngày phải hoàn thành",
            "Thời hạn báo cáo",
            "Deadline",
            "Hạn cuối",
            "Hạn xử lý văn bản",
            "Thời hạn hoàn thành nhiệm vụ",
            "Hạn sau gia hạn",
            "Hạn điều chỉnh",
        ],
        doubtful: &[
            "Thời gian hoàn thành",
            "Thời gian thực hiện",
            "Thời gian xử lý",
            "Ngày kết thúc",
            "Dự kiến hoàn thành",
        ],
    },
    Words {
        meaning: Meaning::Field(TaskField::OriginalDeadline),
        clear: &[
            "Hạn gốc",
            "Hạn ban đầu",
            "Thời hạn gốc",
            "Thời hạn ban đầu",
            "Hạn hoàn thành gốc",
            "Hạn giao ban đầu",
            "Hạn cũ",
        ],
        doubtful: &[],
    },
    Words {
        meaning: Meaning::Field(TaskField::Status),
        clear: &[
            "Trạng thái",
            "Tình trạng",
            "Trạng thái thực hiện",
            "Tình trạng thực hiện",
            "Trạng thái xử lý",
            "Tình trạng xử lý",
            "Trạng thái nhiệm vụ",
            "Tình trạng nhiệm vụ",
            "Trạng thái hiện tại",
        ],
        doubtful: &["Tình hình"],
    },
    Words {
        meaning: Meaning::Field(TaskField::Percent),
        clear: &[
            "Tiến độ",
            "%",
            "Tỷ lệ",
            "Tiến độ (%)",
            "Tỷ lệ hoàn thành",
            "% hoàn thành",
            "Tiến độ thực hiện (%)",
            "Phần trăm hoàn thành",
            "Tỷ lệ %",
            "Mức độ hoàn thành",
            "Mức độ hoàn thành (%)",
            "Tỉ lệ hoàn thành",
            "% tiến độ",
            "Tiến độ thực hiện",
            "Tỷ lệ % hoàn thành",
            "Tỷ lệ hoàn thành (%)",
        ],
        doubtful: &[],
    },
    Words {
        meaning: Meaning::Field(TaskField::CompletedOn),
        clear: &[
            "Ngày hoàn thành",
            "Ngày hoàn thành thực tế",
            "Ngày HT",
            "Hoàn thành ngày",
            "Thời điểm hoàn thành",
            "Ngày kết thúc thực tế",
            "Ngày thực tế hoàn thành",
            "Thời gian hoàn thành thực tế",
        ],
        doubtful: &["Ngày báo cáo", "Ngày trả lời"],
    },
    Words {
        meaning: Meaning::Field(TaskField::Result),
        clear: &[
            "Kết quả",
            "Kết quả thực hiện",
            "Tóm tắt kết quả",
            "Tiến độ, kết quả",
            "Kết quả, tiến độ",
            "Kết quả xử lý",
            "Kết quả giải quyết",
            "Tình hình, kết quả thực hiện",
            "Văn bản kết quả",
            "Số, ký hiệu văn bản trả lời",
            "Tiến độ, kết quả thực hiện",
            "Kết quả đạt được",
            "Tình hình thực hiện",
            "Văn bản báo cáo kết quả",
        ],
        doubtful: &["Tiến độ", "Tiến độ thực hiện", "Tiến độ giải quyết", "Diễn biến"],
    },
    Words {
        meaning: Meaning::Field(TaskField::Difficulty),
        clear: &[
            "Vướng mắc",
            "Khó khăn",
            "Khó khăn, vướng mắc",
            "Khó khăn vướng mắc",
            "Tồn tại, hạn chế",
            "Nguyên nhân",
            "Vướng mắc, nguyên nhân",
            "Nguyên nhân, vướng mắc",
            "Lý do chậm",
            "Lý do quá hạn",
        ],
        doubtful: &[
            "Vướng mắc, kiến nghị",
            "Khó khăn, vướng mắc, kiến nghị",
            "Lý do",
            "Tồn tại",
        ],
    },
    Words {
        meaning: Meaning::Field(TaskField::Recommendation),
        clear: &[
            "Kiến nghị",
            "Đề xuất",
            "Kiến nghị, đề xuất",
            "Đề xuất, kiến nghị",
            "Kiến nghị của đơn vị",
        ],
        doubtful: &[],
    },
    Words {
        meaning: Meaning::Field(TaskField::Note),
        clear: &["Ghi chú", "Chú thích", "Ghi chú khác"],
        doubtful: &["Khác"],
    },
];

/// The words folded once: whole heading → its meanings, and all of several words for looking inside headings.
struct Vocabulary {
    whole: HashMap<String, Vec<(Meaning, u8)>>,
    within: Vec<(Vec<String>, Meaning, u8)>,
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let mut whole: HashMap<String, Vec<(Meaning, u8)>> = HashMap::new();
    let mut within = Vec::new();
    for words in WORDS {
        for (list, points) in [(words.clear, CLEAR), (words.doubtful, DOUBTFUL)] {
            for word in list {
                let folded = fold(word);
                // "#" folds to nothing.
                let key = if folded.is_empty() { (*word).to_owned() } else { folded };
                let meanings = whole.entry(key.clone()).or_default();
                if !meanings.iter().any(|(meaning, _)| *meaning == words.meaning) {
                    meanings.push((words.meaning, points));
                }
                let parts: Vec<String> = key.split(' ').map(str::to_owned).collect();
                if parts.len() > 1 {
                    within.push((parts, words.meaning, points));
                }
            }
        }
    }
    Vocabulary { whole, within }
});

/// What a heading may mean, each meaning once with its best points (100: said in so many words).
pub(crate) fn meanings(heading: &str) -> Vec<(Meaning, u8)> {
    let mut found: Vec<(Meaning, u8)> = Vec::new();
    let mut add = |meaning: Meaning, points: u8| {
        if points < LEAST_SCORE {
            return;
        }
        match found.iter_mut().find(|(known, _)| *known == meaning) {
            Some((_, best)) => *best = (*best).max(points),
            None => found.push((meaning, points)),
        }
    };
    let folded = fold(heading);
    let key = if folded.is_empty() {
        heading.trim()
    } else {
        folded.as_str()
    };
    for (meaning, points) in VOCABULARY.whole.get(key).into_iter().flatten() {
        add(*meaning, *points);
    }
    // What stands in brackets explains: "Hạn hoàn thành (gốc → hiện tại)".
    let bare = fold(&without_brackets(heading));
    if !bare.is_empty() && bare != folded {
        for (meaning, points) in VOCABULARY.whole.get(&bare).into_iter().flatten() {
            add(*meaning, points - 3);
        }
    }
    let parts: Vec<&str> = folded.split(' ').collect();
    if parts.len() > 2 {
        for (words, meaning, points) in &VOCABULARY.within {
            if words.len() >= parts.len() {
                continue;
            }
            if let Some(before) = find_words(&parts, words) {
                let covered = 40 * words.len() / parts.len();
                let first = if before == 0 { 8 } else { 0 };
                let score = (48 + covered + first) as u32 * u32::from(*points) / 100;
                add(*meaning, score.min(95) as u8);
            }
        }
    }
    found
}

/// Points of a heading as a heading: its best meaning's.
pub(crate) fn heading_points(heading: &str) -> Option<(Meaning, u8)> {
    meanings(heading).into_iter().max_by_key(|(_, points)| *points)
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0u32;
    text.chars()
        .filter(|letter| match letter {
            '(' | '[' => {
                depth = depth.saturating_add(1);
                false
            }
            ')' | ']' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(heading: &str) -> Option<TaskField> {
        match heading_points(heading) {
            Some((Meaning::Field(field), _)) => Some(field),
            _ => None,
        }
    }

    #[test]
    fn headings_of_known_registers_are_understood() {
        use TaskField::*;
        for (heading, field) in [
            ("Mã nhiệm vụ", Code),
            ("MÃ", Code),
            ("Số, ký hiệu, ngày văn bản giao", DocumentNumber),
            (
                "Tên loại, số và ký hiệu, ngày tháng và tên cơ quan ban hành",
                DocumentNumber,
            ),
            ("Văn bản cấp trên giao", DocumentNumber),
            ("Cơ quan/người giao", Assigner),
            ("Trích yếu/Nội dung", Content),
            ("Nội dung nhiệm vụ/Trích yếu", Content),
            ("Cơ quan chủ trì tham mưu", Lead),
            ("Xử lý (chủ trì)", Lead),
            ("Cơ quan, đơn vị phối hợp", Coordinating),
            ("Chuyên viên VP tham mưu/theo dõi", Follower),
            ("Hạn (gốc → hiện tại)", Deadline),
            ("Thời hạn giải quyết", Deadline),
            ("Hạn hoàn thành theo văn bản", Deadline),
            ("Hạn gốc", OriginalDeadline),
            ("Số, ký hiệu văn bản trả lời", Result),
            ("Tiến độ, kết quả (văn bản kết quả)", Result),
            ("Tiến độ (%)", Percent),
            ("%", Percent),
            ("Ngày hoàn thành", CompletedOn),
            ("co_tren_he_thong_tinh", OnProvinceSystem),
            ("Vướng mắc, kiến nghị", Difficulty),
            ("Kết quả/Sản phẩm đầu ra", Product),
        ] {
            assert_eq!(best(heading), Some(field), "{heading}");
        }
    }

    #[test]
    fn strangers_are_not_taken_for_fields() {
        for heading in [
            "that",
            "Số lần đôn đốc",
            "Điện thoại",
            "Mã đơn vị",
            "Lãnh đạo phê duyệt (x)",
            "Email",
            "",
        ] {
            assert_eq!(best(heading), None, "{heading}");
        }
        assert_eq!(heading_points("STT"), Some((Meaning::Ordinal, 100)));
        assert_eq!(heading_points("Độ mật"), Some((Meaning::Secrecy, 100)));
    }
}

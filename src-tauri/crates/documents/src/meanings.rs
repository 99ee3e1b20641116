//! What a heading may mean, and how surely.

use crate::fields::TaskField;
use crate::vocabulary::WORDS;
use crate::words::{find_words, fold};
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a heading means besides a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Meaning {
    Field(TaskField),
    /// The running number of a row (STT).
    Ordinal,
    /// Độ mật: never taken in, always looked at.
    Secrecy,
}

/// Points for a clear and a doubtful word that is the whole heading.
const CLEAR: u8 = 100;
const DOUBTFUL: u8 = 70;
/// Below this a heading says nothing.
pub(crate) const LEAST_SCORE: u8 = 55;

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

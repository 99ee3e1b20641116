//! Vietnamese words as lists write them: cleaned for keeping, folded for comparing.

use chidao_domain::text;

/// What is kept of a cell: several lines if it has several.
pub(crate) fn clean(words: &str) -> String {
    text::clean_lines(words)
}

/// What is compared: the program's one fold, with `%` as a word, since it can be all of a heading.
pub(crate) fn fold(words: &str) -> String {
    if words.contains('%') {
        text::fold(&words.replace('%', " phần trăm "))
    } else {
        text::fold(words)
    }
}

/// Whether `text` is `phrase`, or begins with it as whole words.
pub(crate) fn begins_with(text: &str, phrase: &str) -> bool {
    text.strip_prefix(phrase)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// Where `phrase` stands in `text` as whole words: the number of words before it.
pub(crate) fn find_words(text: &[&str], phrase: &[String]) -> Option<usize> {
    if phrase.is_empty() {
        return None;
    }
    text.windows(phrase.len())
        .position(|window| window.iter().zip(phrase).all(|(word, wanted)| word == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_forgets_case_marks_and_signs() {
        assert_eq!(fold("  Số, ký hiệu "), "so ky hieu");
        assert_eq!(fold("co_tren_he_thong_tinh"), "co tren he thong tinh");
        assert_eq!(fold("Tie\u{302}\u{301}n đo\u{323}\u{302} (%)"), "tien do phan tram");
        assert_eq!(fold("%"), "phan tram");
    }

    #[test]
    fn cleaning_keeps_visible_letters_and_lines() {
        assert_eq!(
            clean("\u{FEFF} Hoa\u{300}n\u{A0}thành\u{200B}\r\nxong "),
            "Hoàn thành\nxong"
        );
    }

    #[test]
    fn phrases_are_found_as_whole_words() {
        assert!(begins_with("hoan thanh dung han", "hoan thanh"));
        assert!(!begins_with("hoan thanhs", "hoan thanh"));
        assert_eq!(
            find_words(&["co", "quan", "chu", "tri"], &["chu".to_owned(), "tri".to_owned()]),
            Some(2)
        );
    }
}

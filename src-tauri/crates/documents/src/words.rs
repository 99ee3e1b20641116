//! Vietnamese words as lists write them: cleaned for keeping, folded for comparing.

use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The text in NFC, without invisible letters, trimmed; line ends become `\n`. Visible letters stay as they are.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let plain = |letter: char| match letter {
        '\n' => true,
        '\u{A0}' | '\u{AD}' | '\u{FEFF}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202F}' | '\u{2060}' => false,
        other => !other.is_control(),
    };
    if is_nfc_quick(text.chars()) == IsNormalized::Yes && text.chars().all(plain) {
        return Cow::Borrowed(text.trim());
    }
    let mut cleaned = String::with_capacity(text.len());
    let mut letters = text.nfc().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' if letters.peek() != Some(&'\n') => cleaned.push('\n'),
            '\u{A0}' | '\u{202F}' | '\t' => cleaned.push(' '),
            other if plain(other) => cleaned.push(other),
            _ => {}
        }
    }
    Cow::Owned(cleaned.trim().to_owned())
}

/// Small letters without marks, đ as d, `%` as words, everything else that is no letter or digit as one space.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfd() {
        match letter {
            'đ' | 'Đ' | 'Ð' | 'ð' | 'Ɖ' => folded.push('d'),
            '%' => folded.push_str(" phan tram "),
            letter if letter.is_alphanumeric() => folded.extend(letter.to_lowercase()),
            letter if unicode_normalization::char::is_combining_mark(letter) => {}
            _ => {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
        }
    }
    let trimmed = folded.trim_end().len();
    folded.truncate(trimmed);
    if folded.starts_with(' ') || folded.contains("  ") {
        folded = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    folded
}

/// Whether `text` is `phrase`, or begins with it as whole words.
pub(crate) fn begins_with(text: &str, phrase: &str) -> bool {
    text.strip_prefix(phrase)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// Where `phrase` stands in `text` as whole words: the number of words before it.
pub(crate) fn find_words(text: &[&str], phrase: &[&str]) -> Option<usize> {
    if phrase.is_empty() {
        return None;
    }
    text.windows(phrase.len()).position(|window| window == phrase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_forgets_case_marks_and_signs() {
        assert_eq!(fold("  Số, ký hiệu "), "so ky hieu");
        assert_eq!(fold("co_tren_he_thong_tinh"), "co tren he thong tinh");
        assert_eq!(fold("ĐỘ MẬT"), "do mat");
        assert_eq!(fold("Tie\u{302}\u{301}n đo\u{323}\u{302} (%)"), "tien do phan tram");
        assert_eq!(fold("%"), "phan tram");
    }

    #[test]
    fn cleaning_keeps_visible_letters() {
        assert_eq!(
            clean("\u{FEFF} Hoa\u{300}n\u{A0}thành\u{200B}\r\nxong "),
            "Hoàn thành\nxong"
        );
    }
}

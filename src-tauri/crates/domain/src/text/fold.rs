//! The two searched forms of a text: without marks ([`fold`]) and with them ([`spelling`]).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The folded form: lower case, no tones, no marks, đ as d, every run of punctuation, dashes and spaces one space.
///
/// "HỒ SÔNG SỎI", "hồ sông sỏi" in NFD and "ho song soi" fold to the same text, and "hoà" to the same as "hòa". y and
/// i stay apart ("kỹ", "kĩ"). A word of digits loses its leading zeros, so that "5/1/2017" finds "05/01/2017" and
/// "5/BC" finds "05/BC". This is the only fold in the program: what is indexed and what is asked pass through it.
pub fn fold(text: &str) -> String {
    fold_keeping(text, "")
}

/// As [`fold`], but the characters of `kept` stay where they are and count as part of a word: for parsers of phrases
/// in which dates and numbers stand.
pub(crate) fn fold_keeping(text: &str, kept: &str) -> String {
    let mut words = Words::new(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            words.push(c.to_ascii_lowercase());
        } else if kept.contains(c) {
            words.push(c);
        } else if !c.is_ascii() && !is_ignored(c) {
            for d in std::iter::once(c).nfd() {
                if is_combining_mark(d) {
                    continue;
                }
                match d {
                    'đ' | 'Đ' | 'Ð' | 'ð' | 'Ɖ' | 'ɖ' => words.push('d'),
                    _ if d.is_alphanumeric() => casefold(d, &mut |f| words.push(f)),
                    _ => words.end_word(),
                }
            }
        } else if c.is_ascii() {
            words.end_word();
        }
    }
    words.end_word();
    let mut out = words.out;
    if kept.is_empty() {
        out = without_leading_zeros(out);
    }
    out
}

/// The exact form: as [`fold`], word for word, but marks, đ and leading zeros are kept.
///
/// The tone stands before its syllable as a combining mark, so "hoà" and "hòa" are one spelling, and a beginning of a
/// word that was typed with its tone ("đườ") is a prefix of the word ("đường"). For comparison only, never shown.
pub fn spelling(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut word = String::new();
    let mut tones = String::new();
    let end_word = |word: &mut String, tones: &mut String, out: &mut String| {
        if !word.is_empty() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(tones);
            out.extend(word.nfc());
            word.clear();
        }
        tones.clear();
    };
    for c in text.nfd() {
        if is_ignored(c) {
            continue;
        }
        match c {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => tones.push(c),
            'Đ' | 'Ð' | 'ð' | 'Ɖ' | 'ɖ' => word.push('đ'),
            _ if is_combining_mark(c) => {
                if !word.is_empty() {
                    word.push(c);
                }
            }
            _ if c.is_alphanumeric() => casefold(c, &mut |f| word.push(f)),
            _ => end_word(&mut word, &mut tones, &mut out),
        }
    }
    end_word(&mut word, &mut tones, &mut out);
    out
}

/// Words gathered one letter at a time, one space between them.
struct Words {
    out: String,
    in_word: bool,
}

impl Words {
    fn new(capacity: usize) -> Words {
        Words {
            out: String::with_capacity(capacity),
            in_word: false,
        }
    }

    fn push(&mut self, c: char) {
        if !self.in_word {
            if !self.out.is_empty() {
                self.out.push(' ');
            }
            self.in_word = true;
        }
        self.out.push(c);
    }

    fn end_word(&mut self) {
        self.in_word = false;
    }
}

/// Lower case by way of upper case, which folds what lower case alone leaves apart (ß and ss, ς and σ). Marks that
/// the change of case splits off are dropped.
fn casefold(c: char, push: &mut impl FnMut(char)) {
    for upper in c.to_uppercase() {
        for lower in upper.to_lowercase() {
            if lower.is_alphanumeric() {
                push(lower);
            }
        }
    }
}

/// What shows nothing does not end a word either.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

fn without_leading_zeros(folded: String) -> String {
    let has_leading_zero = folded.starts_with('0') || folded.contains(" 0");
    if !has_leading_zero {
        return folded;
    }
    let mut out = String::with_capacity(folded.len());
    for (i, word) in folded.split(' ').enumerate() {
        if i > 0 {
            out.push(' ');
        }
        if word.bytes().all(|b| b.is_ascii_digit()) {
            let trimmed = word.trim_start_matches('0');
            out.push_str(if trimmed.is_empty() { "0" } else { trimmed });
        } else {
            out.push_str(word);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_fold_for_every_way_of_writing() {
        let expected = "ho song soi";
        let nfd: String = "Hồ sông Sỏi".nfd().collect();
        for text in [
            "hồ sông Sỏi",
            "HỒ SÔNG SỎI",
            "ho song soi",
            &nfd,
            "  Hồ–sông_Sỏi. ",
            "hồ\u{a0}sông\u{200b} sỏi",
        ] {
            assert_eq!(fold(text), expected, "{text:?}");
        }
    }

    #[test]
    fn folds_every_d_with_stroke() {
        assert_eq!(fold("Đồng Ðồng Ɖồng đường"), "dong dong dong duong");
        assert_eq!(spelling("Ðồng"), spelling("Đồng"));
    }

    #[test]
    fn is_indifferent_to_tone_placement_and_dashes() {
        assert_eq!(fold("HOÀ"), fold("hòa"));
        assert_eq!(spelling("HOÀ, thuý, uỷ"), spelling("hòa thúy ủy"));
        assert_eq!(fold("Xuân Lung - Thác Ngà"), fold("Xuân Lung – Thác Ngà"));
        assert_ne!(fold("kỹ"), fold("kĩ"));
    }

    #[test]
    fn every_vietnamese_letter_folds_to_its_base() {
        let families = [
            ("aàảãáạăằẳẵắặâầẩẫấậ", 'a'),
            ("eèẻẽéẹêềểễếệ", 'e'),
            ("iìỉĩíị", 'i'),
            ("oòỏõóọôồổỗốộơờởỡớợ", 'o'),
            ("uùủũúụưừửữứự", 'u'),
            ("yỳỷỹýỵ", 'y'),
            ("dđ", 'd'),
        ];
        for (letters, base) in families {
            for letter in letters.chars() {
                let upper: String = letter.to_uppercase().collect();
                assert_eq!(fold(&letter.to_string()), base.to_string());
                assert_eq!(fold(&upper), base.to_string());
            }
        }
    }

    #[test]
    fn numbers_of_documents_become_words_without_leading_zeros() {
        assert_eq!(fold("113/2015/QĐ-UBND"), "113 2015 qd ubnd");
        assert_eq!(fold("05/BC-UBND ngày 05/01/2017"), "5 bc ubnd ngay 5 1 2017");
        assert_eq!(fold("000.00.15.H02"), "0 0 15 h02");
        assert_eq!(spelling("05/BC-UBND"), "05 bc ubnd");
    }

    #[test]
    fn spelling_keeps_what_fold_drops() {
        assert_ne!(spelling("đường"), spelling("dương"));
        assert_ne!(spelling("đông"), spelling("đồng"));
        assert!(spelling("đường").starts_with(&spelling("đườ")));
    }

    #[test]
    fn other_languages_do_not_break_it() {
        assert_eq!(fold("Straße ΣΊΣΥΦΟΣ"), "strasse σισυφοσ");
        assert_eq!(fold("\u{301}\u{301}a\u{301}"), "a");
        assert_eq!(fold("…—'\"()"), "");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once.clone());
            prop_assert!(!once.starts_with(' ') && !once.ends_with(' ') && !once.contains("  "));
        }

        #[test]
        fn composition_does_not_matter(text in "[a-zA-ZàáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĐỒ0-9 /.,-]*") {
            let nfd: String = text.nfd().collect();
            prop_assert_eq!(fold(&text), fold(&nfd));
            prop_assert_eq!(spelling(&text), spelling(&nfd));
        }

        #[test]
        fn both_forms_have_the_same_words(text in "\\PC*|[a\u{300}\u{301}\u{302} đĐ0/.-]*") {
            prop_assert_eq!(fold(&text).split(' ').count(), spelling(&text).split(' ').count(), "{:?}", text);
        }
    }
}

//! Vietnamese text: what is stored, what is searched, what is sorted.
//!
//! Three forms of one text, each with one purpose. [`clean`] gives what is stored: NFC, no invisible
//! characters, every visible letter as it was typed. [`fold`] and [`spelling`] give what is searched: the first
//! without tones and marks, the second with them, so that exact spelling can rank first. [`collation_key`] gives
//! what is sorted. Source of the rules: DOMAIN 4.2 to 4.4.

mod collation;
mod fold;
mod query;

pub use collation::{SortKey, collation_fingerprint, collation_key, person_collation_key};
pub(crate) use fold::fold_keeping;
pub use fold::{fold, spelling};
pub use query::{MAX_QUERY_CHARS, MAX_QUERY_SYLLABLES, Query, Rank, Syllable, Term};

use std::borrow::Cow;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The composed form (NFC, "dựng sẵn") of a text; borrowed when it already is.
pub fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfc().collect())
}

/// One line as an office wants it: NFC; no-break and other odd spaces, tabs and line ends to one space; zero-width,
/// control and soft-hyphen characters out; no spaces at the ends or doubled within.
///
/// Never alters a visible letter or dash. Legacy encodings must be converted before: in TCVN3 the byte of "ư" is
/// the soft hyphen.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_cleaned_line(&mut out, text);
    recomposed(out)
}

/// Several lines as an office wants them: as [`clean`], but line ends (`\n`, `\r\n`, `\r`, U+2028, U+2029) are kept
/// as `\n`; no empty lines at the start or the end.
pub fn clean_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let unified = text.replace("\r\n", "\n");
    for line in unified.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']) {
        if !out.is_empty() {
            out.push('\n');
        }
        push_cleaned_line(&mut out, line);
    }
    out.truncate(out.trim_end_matches('\n').len());
    recomposed(out)
}

/// Appends one cleaned line. Composition comes afterwards: removing an invisible character can bring a letter and
/// its mark together.
fn push_cleaned_line(out: &mut String, text: &str) {
    let start = out.len();
    let mut space_owed = false;
    for c in text.chars() {
        if c.is_whitespace() {
            space_owed = out.len() > start;
        } else if !is_invisible(c, out[start..].chars().next_back()) {
            if space_owed {
                out.push(' ');
                space_owed = false;
            }
            out.push(c);
        }
    }
}

fn recomposed(text: String) -> String {
    match nfc(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(composed) => composed,
    }
}

/// Characters that show nothing and only spoil comparison. A joiner after a symbol is kept: it holds an emoji
/// together.
fn is_invisible(c: char, before: Option<char>) -> bool {
    match c {
        '\u{200d}' => before.is_none_or(|b| b < '\u{2190}'),
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{feff}' => true,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        _ => c.is_control(),
    }
}

/// The letter of the `n`th point (điểm) of a list, counted from 0: a, b, c, d, đ, e, g, h, i, k …, y.
///
/// The Vietnamese alphabet without f, j, w, z and without the letters that differ only by a mark, but with đ
/// (Nghị định 30/2020, Phụ lục I). `None` past the 23rd: the rule names no letter for it.
pub fn vietnamese_list_letter(n: usize) -> Option<char> {
    const LETTERS: [char; 23] = [
        'a', 'b', 'c', 'd', 'đ', 'e', 'g', 'h', 'i', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'x',
        'y',
    ];
    LETTERS.get(n).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn composes_what_arrives_decomposed() {
        assert_eq!(nfc("Ye\u{302}n The\u{302}\u{301}"), "Yên Thế");
        // Windows-1258 writes ê and a separate tone.
        assert_eq!(nfc("Th\u{ea}\u{301}"), "Thế");
        assert!(matches!(nfc("Yên Thế"), Cow::Borrowed(_)));
    }

    #[test]
    fn cleans_what_cannot_be_seen() {
        assert_eq!(clean("  xã\u{a0}Đồng\u{200b} Kỳ\t\r\n"), "xã Đồng Kỳ");
        assert_eq!(clean("\u{feff}NV01\u{0}"), "NV01");
        assert_eq!(clean("Xuân Lung – Thác Ngà"), "Xuân Lung – Thác Ngà");
        assert_eq!(clean("e\u{200b}\u{302}"), "ê");
        assert_eq!(clean("👩\u{200d}🌾"), "👩\u{200d}🌾");
        assert_eq!(clean(" \u{3000} "), "");
    }

    #[test]
    fn keeps_the_lines_of_a_narrative() {
        assert_eq!(
            clean_lines("\r\nĐã họp.\u{a0} \r\n\r\n- Kiến nghị: 2\r\n\n"),
            "Đã họp.\n\n- Kiến nghị: 2"
        );
        assert_eq!(clean_lines(" \n "), "");
    }

    #[test]
    fn list_letters_have_d_with_stroke_and_no_foreign_letters() {
        let letters: String = (0..24).map_while(vietnamese_list_letter).collect();
        assert_eq!(letters, "abcdđeghiklmnopqrstuvxy");
        assert_eq!(vietnamese_list_letter(23), None);
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(text in "\\PC*|[ \u{a0}\u{200b}\u{301}\n\raêĐ👩\u{200d}]*") {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once.clone());
            let lines = clean_lines(&text);
            prop_assert_eq!(clean_lines(&lines), lines);
        }
    }
}

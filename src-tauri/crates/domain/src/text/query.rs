//! What a person types into the search box, and how well a text answers it.

use super::fold::{fold, spelling};

/// Longest query read, in characters; the rest is not looked at.
pub const MAX_QUERY_CHARS: usize = 500;
/// Most syllables of a query; further ones are not looked at.
pub const MAX_QUERY_SYLLABLES: usize = 24;

/// One syllable of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syllable {
    /// As in the folded column.
    pub folded: String,
    /// As in the exact column, if the user typed more than the folded form holds: a tone, a mark, đ, a leading zero.
    pub spelling: Option<String>,
}

/// Syllables that must follow one another: one word, or a number such as "113/2015" or "QĐ-UBND".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The syllables, at least one.
    pub syllables: Vec<Syllable>,
    /// The syllables' folded forms with single spaces.
    pub folded: String,
}

/// How well a text answers a query; the lesser, the better.
///
/// A query typed without diacritics cannot be answered exactly, only as a phrase or word by word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// The whole query, one syllable after another, with the diacritics that were typed.
    ExactPhrase,
    /// Every syllable with the diacritics that were typed.
    Exact,
    /// The whole query, one syllable after another, if diacritics are ignored.
    Phrase,
    /// Every syllable, if diacritics are ignored.
    Words,
}

/// A search, parsed once and asked of many texts.
///
/// Every term must be found (AND); the last syllable may be the beginning of a word. Syllables without a space between
/// them ("23/6", "QĐ-UBND") must stand together.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Query {
    terms: Vec<Term>,
    phrase: String,
    spelled: bool,
}

impl Query {
    /// Reads what a person typed. Never fails: text without letters or digits is the empty query, which everything
    /// answers.
    pub fn parse(text: &str) -> Query {
        let text: String = super::nfc(text).chars().take(MAX_QUERY_CHARS).collect();
        let mut terms = Vec::new();
        let mut left = MAX_QUERY_SYLLABLES;
        for chunk in text.split_whitespace() {
            let folded = fold(chunk);
            let spelled = spelling(chunk);
            let syllables: Vec<Syllable> = folded
                .split(' ')
                .zip(spelled.split(' '))
                .filter(|(folded, _)| !folded.is_empty())
                .take(left)
                .map(|(folded, spelled)| Syllable {
                    folded: folded.to_owned(),
                    spelling: (spelled != folded).then(|| spelled.to_owned()),
                })
                .collect();
            left -= syllables.len();
            if !syllables.is_empty() {
                terms.push(Term {
                    folded: joined(&syllables),
                    syllables,
                });
            }
        }
        let all: Vec<Syllable> = terms.iter().flat_map(|term| term.syllables.clone()).collect();
        Query {
            phrase: joined(&all),
            spelled: all.iter().any(|syllable| syllable.spelling.is_some()),
            terms,
        }
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The terms, in the order typed; the last syllable of the last one is a prefix.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Whether the user typed diacritics, so that exact spelling ranks first.
    pub fn typed_diacritics(&self) -> bool {
        self.spelled
    }

    /// How well a text answers, given its two columns: [`fold`] and [`spelling`] of the same text. `None`: not at all.
    pub fn matches(&self, folded: &str, exact: &str) -> Option<Rank> {
        let Some((last, whole)) = self.terms.split_last() else {
            return Some(Rank::Words);
        };
        if !whole.iter().all(|term| contains_words(folded, &term.folded, false)) {
            return None;
        }
        if !contains_words(folded, &last.folded, true) {
            return None;
        }
        let is_phrase = self.terms.len() == 1 || contains_words(folded, &self.phrase, true);
        if self.spelled {
            let words: Vec<(&str, &str)> = folded.split(' ').zip(exact.split(' ')).collect();
            if is_phrase && spelled_somewhere(&words, self.terms.iter().flat_map(|term| &term.syllables), true) {
                return Some(Rank::ExactPhrase);
            }
            let is_exact = whole
                .iter()
                .all(|term| spelled_somewhere(&words, term.syllables.iter(), false))
                && spelled_somewhere(&words, last.syllables.iter(), true);
            if is_exact {
                return Some(Rank::Exact);
            }
        }
        Some(if is_phrase { Rank::Phrase } else { Rank::Words })
    }
}

fn joined(syllables: &[Syllable]) -> String {
    let folded: Vec<&str> = syllables.iter().map(|syllable| syllable.folded.as_str()).collect();
    folded.join(" ")
}

/// Whether `words` stand in `folded` from the beginning of a word to the end of one, or within one if `prefix`.
fn contains_words(folded: &str, words: &str, prefix: bool) -> bool {
    folded.match_indices(words).any(|(at, found)| {
        let starts = at == 0 || folded.as_bytes()[at - 1] == b' ';
        let end = at + found.len();
        starts && (prefix || end == folded.len() || folded.as_bytes()[end] == b' ')
    }) || (prefix_overlap(words) && overlapping(folded, words, prefix))
}

/// Whether an occurrence can begin inside an earlier one, which `match_indices` passes over: only if the first word
/// comes again.
fn prefix_overlap(words: &str) -> bool {
    match words.split_once(' ') {
        Some((first, rest)) => rest.split(' ').any(|word| word == first || first.starts_with(word)),
        None => false,
    }
}

fn overlapping(folded: &str, words: &str, prefix: bool) -> bool {
    let starts = std::iter::once(0).chain(folded.match_indices(' ').map(|(at, _)| at + 1));
    starts.into_iter().any(|start| {
        folded[start..]
            .strip_prefix(words)
            .is_some_and(|after| prefix || after.is_empty() || after.starts_with(' '))
    })
}

/// Whether the syllables follow one another somewhere among the words (folded, spelled), each spelled as typed.
fn spelled_somewhere<'q>(
    words: &[(&str, &str)],
    syllables: impl Iterator<Item = &'q Syllable> + Clone,
    prefix: bool,
) -> bool {
    let length = syllables.clone().count();
    words.windows(length).any(|window| {
        window
            .iter()
            .zip(syllables.clone())
            .enumerate()
            .all(|(i, (&(folded, spelled), syllable))| {
                let is_prefix = prefix && i + 1 == length;
                let (word, asked) = match &syllable.spelling {
                    Some(asked) => (spelled, asked),
                    None => (folded, &syllable.folded),
                };
                if is_prefix {
                    word.starts_with(asked.as_str())
                } else {
                    word == asked
                }
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    const NV01: &str =
        "Tập trung giải quyết dứt điểm những vấn đề vướng mắc và khiếu kiện liên quan đến dự án hồ sông Sỏi";

    fn rank(query: &str, text: &str) -> Option<Rank> {
        Query::parse(query).matches(&fold(text), &spelling(text))
    }

    #[test]
    fn finds_whatever_the_way_of_typing() {
        let nfd: String = "hồ sông sỏi".nfd().collect();
        for query in ["ho song soi", "HỒ SÔNG SỎI", &nfd, "hồ sông", "sỏi hồ", "ho son"] {
            assert!(rank(query, NV01).is_some(), "{query}");
        }
        assert!(rank("cau go", "khu dân cư mới thị trấn Cầu Gồ").is_some());
        assert!(rank("dong ky", "xã Đồng Kỳ").is_some());
        assert!(rank("xuan lung thac nga", "Xuân Lung – Thác Ngà").is_some());
        assert!(rank("Xuân Lung - Thác Ngà", "Xuân Lung – Thác Ngà").is_some());
        assert_eq!(rank("ho song hong", NV01), None);
    }

    #[test]
    fn exact_spelling_ranks_first() {
        assert_eq!(rank("đường", "Làm đường"), Some(Rank::ExactPhrase));
        assert_eq!(rank("đường", "Xã Dương Hưu"), Some(Rank::Phrase));
        assert!(rank("đường", "Làm đường") < rank("đường", "Xã Dương Hưu"));
        assert_eq!(rank("đông kỳ", "xã Đồng Kỳ"), Some(Rank::Phrase));
        assert_eq!(rank("hoà", "hòa giải"), Some(Rank::ExactPhrase));
        assert_eq!(rank("sỏi hồ", NV01), Some(Rank::Exact));
        // A syllable typed plainly asks for no diacritics.
        assert_eq!(rank("hồ song", NV01), Some(Rank::ExactPhrase));
    }

    #[test]
    fn a_phrase_ranks_before_scattered_words() {
        assert_eq!(rank("ho song", NV01), Some(Rank::Phrase));
        assert_eq!(rank("song ho", NV01), Some(Rank::Words));
    }

    #[test]
    fn only_the_last_syllable_is_a_prefix() {
        assert_eq!(rank("so ho", NV01), None);
        assert!(rank("ho so", NV01).is_some());
        assert_eq!(rank("ong", NV01), None);
    }

    #[test]
    fn numbers_stand_together() {
        let text = "113/2015/QĐ-UBND ngày 23/06/2017";
        for query in [
            "113",
            "113/2015",
            "113/2015/qđ-ubnd",
            "QĐ-UBND",
            "qd-ub",
            "23/6",
            "23/06/2017",
            "23.6",
        ] {
            assert!(rank(query, text).is_some(), "{query}");
        }
        assert_eq!(rank("2015/113", text), None);
        assert_eq!(rank("113/QĐ", text), None);
        // Zeros typed are spelling, so the exact number ranks first.
        assert!(rank("05/bc", "05/BC-UBND") < rank("05/bc", "5/BC-UBND"));
    }

    #[test]
    fn repeated_words_are_found_where_they_overlap() {
        assert_eq!(rank("a-a-b", "a a a b"), Some(Rank::Phrase));
        assert_eq!(rank("ba-b-x", "ba ba b x"), Some(Rank::Phrase));
    }

    #[test]
    fn an_empty_query_is_answered_by_everything() {
        for query in ["", "  ", "-/.", "\u{301}"] {
            assert!(Query::parse(query).is_empty(), "{query:?}");
            assert!(rank(query, NV01).is_some());
        }
    }

    #[test]
    fn is_bounded() {
        let query = Query::parse(&"a ".repeat(10_000));
        assert_eq!(query.terms().len(), MAX_QUERY_SYLLABLES);
    }

    proptest! {
        #[test]
        fn every_text_answers_its_own_words(text in "[a-zàáảãạăâđêôơưĐ0-9/. -]{1,60}") {
            prop_assert!(rank(&text, &text).is_some());
        }

        #[test]
        fn matching_agrees_with_a_plain_reading(query in "[ab]{1,2}( [ab]{1,2}){0,2}", text in "[ab]{1,2}( [ab]{1,2}){0,5}") {
            let words: Vec<&str> = text.split(' ').collect();
            let asked: Vec<&str> = query.split(' ').collect();
            let (last, whole) = asked.split_last().expect("at least one");
            let found = whole.iter().all(|a| words.contains(a)) && words.iter().any(|w| w.starts_with(last));
            let phrase = words.windows(asked.len()).any(|window| {
                let (tail, head) = window.split_last().expect("at least one");
                head == whole && tail.starts_with(last)
            });
            let expected = found.then_some(if phrase { Rank::Phrase } else { Rank::Words });
            prop_assert_eq!(rank(&query, &text), expected);
        }
    }
}

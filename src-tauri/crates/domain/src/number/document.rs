//! The number and symbol (số, ký hiệu) of a document: "113/2015/QĐ-UBND", "71-KL/TU" (DOMAIN 2.3).

use crate::text::clean;
use std::fmt;

/// A document's number and symbol, read from any of the forms in use.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DocumentNumber {
    /// The number.
    pub number: u32,
    /// A letter after it ("9a").
    pub letter: Option<char>,
    /// The year that stands in the number of a legal document.
    pub year: Option<u16>,
    /// What stands before the symbol: '/', or '-' in the Party's documents.
    pub separator: char,
    /// The symbol (ký hiệu): "QĐ-UBND", "KL/TU".
    pub symbol: String,
}

/// Why a text is not a document's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentNumberError {
    /// It does not begin with a number of at most five digits.
    #[error("no number stands at the beginning")]
    NoNumber,
    /// No symbol follows the number.
    #[error("no symbol follows the number")]
    NoSymbol,
    /// The symbol has no letter: a date such as 23/6/2017 is no document's number.
    #[error("the symbol has no letter")]
    NoLetter,
    /// A character that no symbol has.
    #[error("the character {0:?} stands in no symbol")]
    Character(char),
}

/// A type of document with its abbreviation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentType {
    /// The abbreviation in a symbol.
    pub abbreviation: &'static str,
    /// The name.
    pub name: &'static str,
    /// Whether it marks a copy.
    pub is_copy: bool,
}

const fn document(abbreviation: &'static str, name: &'static str) -> DocumentType {
    DocumentType {
        abbreviation,
        name,
        is_copy: false,
    }
}

const fn copy(abbreviation: &'static str, name: &'static str) -> DocumentType {
    DocumentType {
        abbreviation,
        name,
        is_copy: true,
    }
}

/// The types of Nghị định 30/2020, Phụ lục III. A công văn has none; a Party's kết luận (KL) is not among them.
pub const DOCUMENT_TYPES: [DocumentType; 30] = [
    document("NQ", "Nghị quyết"),
    document("QĐ", "Quyết định"),
    document("CT", "Chỉ thị"),
    document("QC", "Quy chế"),
    document("QyĐ", "Quy định"),
    document("TC", "Thông cáo"),
    document("TB", "Thông báo"),
    document("HD", "Hướng dẫn"),
    document("CTr", "Chương trình"),
    document("KH", "Kế hoạch"),
    document("PA", "Phương án"),
    document("ĐA", "Đề án"),
    document("DA", "Dự án"),
    document("BC", "Báo cáo"),
    document("BB", "Biên bản"),
    document("TTr", "Tờ trình"),
    document("HĐ", "Hợp đồng"),
    document("CĐ", "Công điện"),
    document("BGN", "Bản ghi nhớ"),
    document("BTT", "Bản thỏa thuận"),
    document("GUQ", "Giấy ủy quyền"),
    document("GM", "Giấy mời"),
    document("GGT", "Giấy giới thiệu"),
    document("GNP", "Giấy nghỉ phép"),
    document("PG", "Phiếu gửi"),
    document("PC", "Phiếu chuyển"),
    document("PB", "Phiếu báo"),
    copy("SY", "Bản sao y"),
    copy("TrS", "Bản trích sao"),
    copy("SL", "Bản sao lục"),
];

impl DocumentNumber {
    /// Reads a number and symbol. "Số:" before it, spaces within and any kind of dash are accepted.
    pub fn parse(text: &str) -> Result<DocumentNumber, DocumentNumberError> {
        let compact: String = clean(text)
            .chars()
            .filter(|c| *c != ' ')
            .map(|c| match c {
                '\u{2010}'..='\u{2015}' | '−' => '-',
                'Ð' | 'Ɖ' => 'Đ',
                other => other,
            })
            .collect();
        let body = ["Số", "SỐ", "số"]
            .into_iter()
            .find_map(|prefix| compact.strip_prefix(prefix))
            .map_or(compact.as_str(), |rest| rest.trim_start_matches([':', '.']));
        let digits = leading_digits(body);
        if digits.is_empty() || digits.len() > 5 {
            return Err(DocumentNumberError::NoNumber);
        }
        let number = digits.parse().map_err(|_| DocumentNumberError::NoNumber)?;
        let mut rest = &body[digits.len()..];
        let letter = rest
            .chars()
            .next()
            .filter(|c| c.is_ascii_alphabetic() || matches!(c, 'đ' | 'Đ'));
        rest = &rest[letter.map_or(0, char::len_utf8)..];
        let year = year_of(rest);
        if year.is_some() {
            rest = &rest["/2015".len()..];
        }
        let mut after = rest.chars();
        let separator = after
            .next()
            .filter(|c| matches!(c, '/' | '-'))
            .ok_or(DocumentNumberError::NoSymbol)?;
        let symbol = checked_symbol(after.as_str())?;
        Ok(DocumentNumber {
            number,
            letter,
            year,
            separator,
            symbol,
        })
    }

    /// The type that the symbol begins with, if it is one of Nghị định 30/2020.
    pub fn document_type(&self) -> Option<DocumentType> {
        let first = self.symbol.split(['-', '/', '.']).next()?;
        DOCUMENT_TYPES.into_iter().find(|kind| kind.abbreviation == first)
    }

    /// A text that is the same for every way of writing this number, to find duplicates: no leading zeros, capitals,
    /// one kind of separator.
    pub fn key(&self) -> String {
        let plain = DocumentNumber {
            separator: '/',
            symbol: self.symbol.to_uppercase(),
            letter: self.letter.map(|letter| letter.to_uppercase().next().unwrap_or(letter)),
            ..self.clone()
        };
        plain.to_string().trim_start_matches('0').to_owned()
    }
}

/// As printed: a number below 10 has a zero before it ("05/BC-UBND").
impl fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.letter {
            Some(letter) => write!(f, "{}{letter}", self.number)?,
            None => write!(f, "{:02}", self.number)?,
        }
        if let Some(year) = self.year {
            write!(f, "/{year}")?;
        }
        write!(f, "{}{}", self.separator, self.symbol)
    }
}

fn leading_digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    &text[..end]
}

/// The year of "/2015" before another separator; elsewhere four digits belong to the symbol.
fn year_of(text: &str) -> Option<u16> {
    let digits = leading_digits(text.strip_prefix('/')?);
    let followed = matches!(text[1 + digits.len()..].chars().next(), Some('/' | '-'));
    let is_year = digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
    (followed && is_year).then(|| digits.parse().ok()).flatten()
}

/// A symbol: letters, digits and `& . + -`, with at most one slash between two parts, at least one letter.
fn checked_symbol(text: &str) -> Result<String, DocumentNumberError> {
    let mut parts = 0;
    for part in text.split('/') {
        parts += 1;
        if part.is_empty() {
            return Err(DocumentNumberError::NoSymbol);
        }
        if parts > 2 {
            return Err(DocumentNumberError::Character('/'));
        }
        let stray = part.chars().find(|c| !c.is_alphanumeric() && !"&.+-".contains(*c));
        if let Some(stray) = stray {
            return Err(DocumentNumberError::Character(stray));
        }
    }
    if text.chars().any(char::is_alphabetic) {
        Ok(text.to_owned())
    } else {
        Err(DocumentNumberError::NoLetter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(text: &str) -> Option<(u32, Option<char>, Option<u16>, String)> {
        let read = DocumentNumber::parse(text).ok()?;
        Some((read.number, read.letter, read.year, read.symbol))
    }

    #[test]
    fn reads_every_form_in_use() {
        for (text, number, letter, year, symbol) in [
            ("113/2015/QĐ-UBND", 113, None, Some(2015), "QĐ-UBND"),
            ("05/BC-UBND", 5, None, None, "BC-UBND"),
            ("12/UBND-VX", 12, None, None, "UBND-VX"),
            ("71-KL/TU", 71, None, None, "KL/TU"),
            ("01/VBHN-VPCP", 1, None, None, "VBHN-VPCP"),
            ("1270/BC-TCTTTg", 1270, None, None, "BC-TCTTTg"),
            ("7816/VPCP-TTĐT", 7816, None, None, "VPCP-TTĐT"),
            ("9a/TB-UBND", 9, Some('a'), None, "TB-UBND"),
            ("15/NQ-HĐND", 15, None, None, "NQ-HĐND"),
            ("Số: 05 / BC – UBND", 5, None, None, "BC-UBND"),
            ("9003/QĐ-UBND", 9003, None, None, "QĐ-UBND"),
            ("191/2026/NĐ-CP", 191, None, Some(2026), "NĐ-CP"),
            ("33/CV-UBND", 33, None, None, "CV-UBND"),
        ] {
            assert_eq!(parts(text), Some((number, letter, year, symbol.to_owned())), "{text}");
        }
        assert_eq!(DocumentNumber::parse("71-KL/TU").map(|read| read.separator), Ok('-'));
    }

    #[test]
    fn composition_does_not_matter() {
        assert_eq!(
            DocumentNumber::parse("Sô\u{301}: 5/TTr-SNV"),
            DocumentNumber::parse("5/TTr-SNV")
        );
        assert_eq!(
            DocumentNumber::parse("113/2015/QÐ-UBND"),
            DocumentNumber::parse("113/2015/QĐ-UBND")
        );
    }

    #[test]
    fn refuses_what_is_none_and_says_why() {
        use DocumentNumberError::*;
        for (text, error) in [
            ("23/6/2017", NoLetter),
            ("23-6-2017", NoLetter),
            ("12/2015", NoLetter),
            ("", NoNumber),
            ("QĐ-UBND", NoNumber),
            ("123456/QĐ-UBND", NoNumber),
            ("113", NoSymbol),
            ("113/", NoSymbol),
            ("113/2015/", NoSymbol),
            ("5/BC//UBND", NoSymbol),
            ("5/BC/UBND/X", Character('/')),
            ("5/BC_UBND", Character('_')),
            ("5/<b>", Character('<')),
        ] {
            assert_eq!(DocumentNumber::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn prints_small_numbers_with_a_zero_and_finds_duplicates() {
        let read = |text| DocumentNumber::parse(text).expect("a number");
        assert_eq!(read("5/BC-UBND").to_string(), "05/BC-UBND");
        assert_eq!(read("9a/TB-UBND").to_string(), "9a/TB-UBND");
        assert_eq!(read("113/2015/QĐ-UBND").to_string(), "113/2015/QĐ-UBND");
        assert_eq!(read("05/bc-ubnd").key(), read("5/BC-UBND").key());
        assert_eq!(read("71-KL/TU").key(), read("71/KL/TU").key());
        assert_ne!(read("113/2015/QĐ-UBND").key(), read("113/QĐ-UBND").key());
    }

    #[test]
    fn knows_the_types_of_the_decree() {
        let kind = |text| {
            let read = DocumentNumber::parse(text).expect("a number");
            read.document_type().map(|kind| kind.name)
        };
        assert_eq!(kind("113/2015/QĐ-UBND"), Some("Quyết định"));
        assert_eq!(kind("9001/CT-UBND"), Some("Chỉ thị"));
        assert_eq!(kind("12/UBND-VX"), None);
        assert_eq!(kind("71-KL/TU"), None);
        assert_eq!(DOCUMENT_TYPES.iter().filter(|kind| !kind.is_copy).count(), 27);
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(number in 0..99_999u32, year in prop::option::of(1900..2100u16), symbol in "[A-ZĐ]{1,4}(-[A-ZĐ]{1,6})?(/[A-Z]{1,3})?") {
            let document = DocumentNumber { number, letter: None, year, separator: '/', symbol };
            prop_assert_eq!(DocumentNumber::parse(&document.to_string()), Ok(document));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*|[0-9aĐđ/-]{0,14}") {
            if let Ok(read) = DocumentNumber::parse(&text) {
                read.key();
                read.document_type();
            }
        }
    }
}

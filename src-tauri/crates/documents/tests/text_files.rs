//! The sample in every encoding and with every separator that Vietnamese machines write.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod common;

use chidao_documents::{Format, Separator, TextEncoding};
use common::{SAMPLE, sample_records, take};

fn sample_text() -> String {
    String::from_utf8(SAMPLE.to_vec())
        .unwrap()
        .trim_start_matches('\u{FEFF}')
        .to_owned()
}

fn check(bytes: &[u8], encoding: TextEncoding, separator: Separator) {
    let (book, _, found) = take(bytes, "danh_muc.csv");
    assert_eq!(book.format, Format::Delimited { encoding, separator });
    assert_eq!(common::codes(&found), Vec::<String>::new());
    for (task, record) in found.rows.iter().zip(sample_records()) {
        assert_eq!((&task.content, task.lead.as_ref()), (&record[7], Some(&record[8])));
    }
    assert_eq!(found.rows.len(), 41);
}

fn utf16(text: &str, bytes_of: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let text = format!("\u{FEFF}{text}");
    text.encode_utf16().flat_map(bytes_of).collect()
}

/// Text with `;` as another separator, quoted where it must be.
fn separated(with: u8) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(with).from_writer(Vec::new());
    for line in sample_text().lines() {
        writer.write_record(line.split(';')).unwrap();
    }
    writer.into_inner().unwrap()
}

#[test]
fn utf_8_with_and_without_its_mark() {
    check(SAMPLE, TextEncoding::Utf8, Separator::Semicolon);
    check(sample_text().as_bytes(), TextEncoding::Utf8, Separator::Semicolon);
}

#[test]
fn utf_16_of_both_orders() {
    check(
        &utf16(&sample_text(), u16::to_le_bytes),
        TextEncoding::Utf16,
        Separator::Semicolon,
    );
    check(
        &utf16(&sample_text(), u16::to_be_bytes),
        TextEncoding::Utf16,
        Separator::Semicolon,
    );
    let tabs = String::from_utf8(separated(b'\t')).unwrap();
    check(&utf16(&tabs, u16::to_le_bytes), TextEncoding::Utf16, Separator::Tab);
}

#[test]
fn commas_and_tabs() {
    check(&separated(b','), TextEncoding::Utf8, Separator::Comma);
    check(&separated(b'\t'), TextEncoding::Utf8, Separator::Tab);
}

/// Letters as a Vietnamese Windows writes them: the vowel with its hat or horn, then the tone by itself.
fn windows_1258(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for letter in text.chars() {
        let mut utf8 = [0; 4];
        let (whole, _, lost) = encoding_rs::WINDOWS_1258.encode(letter.encode_utf8(&mut utf8));
        if !lost {
            bytes.extend_from_slice(&whole);
            continue;
        }
        // Split off the tone: the last mark of the decomposed letter that is one of the five tones.
        let (base, tone) = split_tone(letter);
        for part in [base, tone] {
            let (encoded, _, lost) = encoding_rs::WINDOWS_1258.encode(part.encode_utf8(&mut utf8));
            assert!(!lost, "{letter} {part:?}");
            bytes.extend_from_slice(&encoded);
        }
    }
    bytes
}

fn split_tone(letter: char) -> (char, char) {
    const BASES: &str = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY";
    const LETTERS: [(&str, char); 5] = [
        ("àằầèềìòồờùừỳÀẰẦÈỀÌÒỒỜÙỪỲ", '\u{300}'),
        ("ảẳẩẻểỉỏổởủửỷẢẲẨẺỂỈỎỔỞỦỬỶ", '\u{309}'),
        ("ãẵẫẽễĩõỗỡũữỹÃẴẪẼỄĨÕỖỠŨỮỸ", '\u{303}'),
        ("áắấéếíóốớúứýÁẮẤÉẾÍÓỐỚÚỨÝ", '\u{301}'),
        ("ạặậẹệịọộợụựỵẠẶẬẸỆỊỌỘỢỤỰỴ", '\u{323}'),
    ];
    LETTERS
        .iter()
        .find_map(|(letters, tone)| {
            let at = letters.chars().position(|known| known == letter)?;
            Some((BASES.chars().nth(at)?, *tone))
        })
        .unwrap_or_else(|| panic!("{letter} is no toned letter"))
}

#[test]
fn windows_1258_as_written_by_an_old_machine() {
    check(
        &windows_1258(&sample_text()),
        TextEncoding::Windows1258,
        Separator::Semicolon,
    );
}

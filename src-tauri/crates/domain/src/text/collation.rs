//! Vietnamese alphabetical order, by ICU's `vi` data (DOMAIN 4.4).

use icu_collator::options::{CollatorOptions, Strength};
use icu_collator::preferences::CollationNumericOrdering;
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use icu_locale_core::locale;
use std::sync::LazyLock;

/// A text's place in Vietnamese alphabetical order.
///
/// Compares as the texts do: letters first (a ă â b c d đ e ê …), then tones (ngang, huyền, hỏi, ngã, sắc, nặng), then
/// case; numbers by value ("Phường 2" before "Phường 10").
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SortKey(Vec<u8>);

impl SortKey {
    /// The key of a text.
    pub fn of(text: &str) -> SortKey {
        SortKey(collation_key(text))
    }

    /// The key of a person's name, see [`person_collation_key`].
    pub fn of_person(name: &str) -> SortKey {
        SortKey(person_collation_key(name))
    }

    /// The bytes, whose order is the order of the texts.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The bytes of a text's [`SortKey`], for an indexed column.
///
/// Keys of different versions of ICU must not be mixed: keep [`collation_fingerprint`] beside a stored column and
/// rebuild it when that changes.
pub fn collation_key(text: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(text.len() + 8);
    append(&TERTIARY, text, &mut key);
    key
}

/// The bytes of a person's place: by given name (the last word), then by family and middle names, as a Vietnamese list
/// of persons is. Case matters only between names otherwise the same.
pub fn person_collation_key(name: &str) -> Vec<u8> {
    let name = name.trim();
    let (rest, given) = name.rsplit_once(char::is_whitespace).unwrap_or(("", name));
    let mut key = Vec::with_capacity(name.len() * 3 + 2);
    // 0 is below every byte of a key, so a shorter part comes first.
    append(&SECONDARY, given, &mut key);
    key.push(0);
    append(&SECONDARY, rest.trim_end(), &mut key);
    key.push(0);
    append(&TERTIARY, name, &mut key);
    key
}

/// Names the order that this build's keys follow: it changes when ICU's data changes a Vietnamese key.
pub fn collation_fingerprint() -> String {
    static FINGERPRINT: LazyLock<String> = LazyLock::new(|| {
        const PROBE: &str = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệfghiìỉĩíịjklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvwxyỳỷỹýỵz\
            AÀĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXY 0 1 2 10 2017 .,;:-–/()\"'“”+%&§ 05/BC-UBND Nguyễn Đức Đăng";
        // FNV-1a: only sameness is asked of it.
        let hash = person_collation_key(PROBE)
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
            });
        format!("vi-{hash:016x}")
    });
    FINGERPRINT.clone()
}

static TERTIARY: LazyLock<CollatorBorrowed<'static>> = LazyLock::new(|| collator(Strength::Tertiary));
static SECONDARY: LazyLock<CollatorBorrowed<'static>> = LazyLock::new(|| collator(Strength::Secondary));

fn collator(strength: Strength) -> CollatorBorrowed<'static> {
    let mut preferences = CollatorPreferences::from(locale!("vi"));
    preferences.numeric_ordering = Some(CollationNumericOrdering::True);
    let mut options = CollatorOptions::default();
    options.strength = Some(strength);
    Collator::try_new(preferences, options).expect("ICU's data for Vietnamese is compiled into the program")
}

fn append(collator: &CollatorBorrowed<'_>, text: &str, key: &mut Vec<u8>) {
    // A vector takes every byte: its error type has no values.
    let Ok(()) = collator.write_sort_key_to(text, key);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut texts: Vec<&str>, key: impl Fn(&str) -> Vec<u8>) -> Vec<&str> {
        texts.reverse();
        texts.sort_by_cached_key(|text| key(text));
        texts
    }

    #[test]
    fn letters_and_tones_come_in_the_vietnamese_order() {
        let expected: Vec<&str> =
            "a à ả ã á ạ ă ằ ẳ ẵ ắ ặ â ầ ẩ ẫ ấ ậ b c d đ e è ẻ ẽ é ẹ ê ề ể ễ ế ệ g h i ì ỉ ĩ í ị k l m n \
            o ò ỏ õ ó ọ ô ồ ổ ỗ ố ộ ơ ờ ở ỡ ớ ợ p q r s t u ù ủ ũ ú ụ ư ừ ử ữ ứ ự v x y ỳ ỷ ỹ ý ỵ"
                .split_whitespace()
                .collect();
        assert_eq!(sorted(expected.clone(), collation_key), expected);
    }

    #[test]
    fn the_communes_of_yen_the_come_in_their_order() {
        let expected = vec![
            "An Thượng",
            "Bố Hạ",
            "Canh Nậu",
            "Đồng Hưu",
            "Đồng Kỳ",
            "Đồng Lạc",
            "Đông Sơn",
            "Đồng Tâm",
            "Đồng Tiến",
            "Đồng Vương",
            "Hồng Kỳ",
            "Hương Vĩ",
            "Phồn Xương",
            "Tam Hiệp",
            "Tam Tiến",
            "Tân Hiệp",
            "Tân Sỏi",
            "Tiến Thắng",
            "Xuân Lương",
            "Yên Thế",
        ];
        assert_eq!(sorted(expected.clone(), collation_key), expected);
    }

    #[test]
    fn composition_does_not_matter_and_numbers_count() {
        assert_eq!(collation_key("The\u{302}\u{301}"), collation_key("Thế"));
        assert!(SortKey::of("Phường 2") < SortKey::of("Phường 10"));
        assert!(SortKey::of("NV9") < SortKey::of("NV10"));
    }

    #[test]
    fn persons_come_by_given_name_then_family_name() {
        let expected = vec![
            "An",
            "Nguyễn Văn An",
            "TRẦN THỊ AN",
            "Nguyễn Văn Ân",
            "Lê Đức Đăng",
            "Nguyễn Đức Đăng",
            "Phạm Bình  Đăng",
            "Bùi Quang Huy",
        ];
        assert_eq!(sorted(expected.clone(), person_collation_key), expected);
        assert!(SortKey::of_person("") < SortKey::of_person("An"));
    }

    #[test]
    fn the_fingerprint_stays_within_a_run() {
        assert_eq!(collation_fingerprint(), collation_fingerprint());
        assert!(collation_fingerprint().starts_with("vi-"));
    }
}

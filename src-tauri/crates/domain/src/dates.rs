//! Dates as officials write them: read tolerantly, printed in one form (DOMAIN 1.7, 2.2, 4.5).

mod phrase;

pub use phrase::{
    BeforeDay, DeadlineMeaning, DeadlinePhrase, Due, MAX_PHRASE_CHARS, Period, PhraseError, Recurrence, Starts,
    StartsFrom,
};

use crate::text::{clean, fold};
use chrono::{Datelike, Days, NaiveDate};
use std::ops::RangeInclusive;

/// Years in which a date of the office's work can lie. What lies outside is a slip of the keys.
pub const YEARS: RangeInclusive<i32> = 1900..=2199;

/// Why a text or number is not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Nothing is written.
    #[error("no date is written")]
    Empty,
    /// The form is not one of those read.
    #[error("not in a form of dates that is read, such as 23/06/2017")]
    Form,
    /// The form is right, the day does not exist.
    #[error("there is no day {day}/{month}/{year}")]
    NoSuchDay {
        /// Day of the month, as written.
        day: u32,
        /// Month, as written.
        month: u32,
        /// Year.
        year: i32,
    },
    /// The year lies outside [`YEARS`].
    #[error("the year {year} is out of range")]
    Year {
        /// The year.
        year: i32,
    },
    /// The serial number is none of a spreadsheet's days.
    #[error("the number is not a day of a spreadsheet")]
    Serial,
}

/// Reads a date: `dd/mm/yyyy`, `d/m/yyyy`, the same with `-` or `.`, two digits of the year, ISO `yyyy-mm-dd` (also with
/// `/`), and "ngày 05 tháng 01 năm 2017". A time of day after the date is passed over.
///
/// The day always comes before the month. Two digits of the year are 1970 to 2069.
pub fn parse_date(text: &str) -> Result<NaiveDate, DateError> {
    let text = clean(text);
    if text.is_empty() {
        return Err(DateError::Empty);
    }
    if let Some(date) = in_words(&text) {
        return date;
    }
    numeric(without_time(&text))
}

/// `dd/mm/yyyy`: the form of every screen and table.
pub fn print_date(date: NaiveDate) -> String {
    format!("{:02}/{:02}/{}", date.day(), date.month(), date.year())
}

/// "ngày 05 tháng 01 năm 2017": the form of a document's date line. Days below 10 and the months 1 and 2 have a zero,
/// the months 3 to 9 have none (Nghị định 30/2020, Phụ lục I).
pub fn print_date_in_words(date: NaiveDate) -> String {
    format!(
        "ngày {:02} tháng {} năm {}",
        date.day(),
        document_month(date),
        date.year()
    )
}

/// "31/5/2017", "01/01/2017": the short form in the body of a document, padded by the rule of the date line.
pub fn print_date_in_document(date: NaiveDate) -> String {
    format!("{:02}/{}/{}", date.day(), document_month(date), date.year())
}

fn document_month(date: NaiveDate) -> String {
    match date.month() {
        month @ 1..=2 => format!("{month:02}"),
        month => month.to_string(),
    }
}

/// The day from which a spreadsheet counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DateSystem {
    /// Day 1 is 1/1/1900, and a 29/2/1900 that never was is day 60.
    #[default]
    From1900,
    /// Day 0 is 1/1/1904.
    From1904,
}

/// The date of a spreadsheet's serial number; the time of day, its fraction, is dropped.
pub fn from_excel_serial(serial: f64, system: DateSystem) -> Result<NaiveDate, DateError> {
    let whole = serial.floor();
    // Day 110000 is past 2199 in both systems.
    if !(0.0..=110_000.0).contains(&whole) {
        return Err(DateError::Serial);
    }
    let day = whole as u64;
    let (epoch, days) = match system {
        DateSystem::From1904 => (NaiveDate::from_ymd_opt(1904, 1, 1), day),
        DateSystem::From1900 => match day {
            0 | 60 => return Err(DateError::Serial),
            1..60 => (NaiveDate::from_ymd_opt(1899, 12, 31), day),
            _ => (NaiveDate::from_ymd_opt(1899, 12, 30), day),
        },
    };
    let date = epoch.and_then(|epoch| epoch.checked_add_days(Days::new(days)));
    in_range(date.ok_or(DateError::Serial)?)
}

/// "ngày 5 tháng 1 năm 2017", if the text is that.
fn in_words(text: &str) -> Option<Result<NaiveDate, DateError>> {
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').collect();
    let words = words.strip_prefix(&["ngay"]).unwrap_or(&words);
    match words {
        [day, "thang", month, "nam", year] => Some(of_parts(day, month, year)),
        _ => None,
    }
}

/// The part before a time of day, if there is one.
fn without_time(text: &str) -> &str {
    let is_time = |rest: &str| {
        rest.contains(':')
            && rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.chars().all(|c| c.is_ascii_digit() || ":.+-Z ".contains(c))
    };
    match text.split_once(['T', ' ']) {
        Some((date, time)) if is_time(time) => date,
        _ => text,
    }
}

fn numeric(text: &str) -> Result<NaiveDate, DateError> {
    let compact: String = text.chars().filter(|c| *c != ' ').collect();
    let separator = compact
        .chars()
        .find(|c| !c.is_ascii_digit())
        .filter(|c| "/-.".contains(*c))
        .ok_or(DateError::Form)?;
    let parts: Vec<&str> = compact.split(separator).collect();
    match parts[..] {
        [year, month, day] if year.len() == 4 => of_parts(day, month, year),
        [day, month, year] => of_parts(day, month, year),
        _ => Err(DateError::Form),
    }
}

/// A date of three written numbers: one or two digits of day and month, two or four of the year.
fn of_parts(day: &str, month: &str, year: &str) -> Result<NaiveDate, DateError> {
    let number = |text: &str, lengths: RangeInclusive<usize>| {
        let is_number = lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        is_number
            .then(|| text.parse::<u32>().ok())
            .flatten()
            .ok_or(DateError::Form)
    };
    let day = number(day, 1..=2)?;
    let month = number(month, 1..=2)?;
    let year = match (year.len(), number(year, 2..=4)?) {
        (2, year @ 0..70) => year + 2000,
        (2, year) => year + 1900,
        (4, year) => year,
        _ => return Err(DateError::Form),
    };
    of_numbers(day, month, year as i32)
}

fn of_numbers(day: u32, month: u32, year: i32) -> Result<NaiveDate, DateError> {
    let date = NaiveDate::from_ymd_opt(year, month, day).ok_or(DateError::NoSuchDay { day, month, year })?;
    in_range(date)
}

fn in_range(date: NaiveDate) -> Result<NaiveDate, DateError> {
    if YEARS.contains(&date.year()) {
        Ok(date)
    } else {
        Err(DateError::Year { year: date.year() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn reads_every_usual_way_of_writing() {
        for text in [
            "05/01/2017",
            "5/1/2017",
            "5-1-2017",
            "05.01.2017",
            "5/1/17",
            "2017-01-05",
            "2017/01/05",
            " 5 / 1 / 2017 ",
            "ngày 05 tháng 01 năm 2017",
            "Ngày 5 tháng 1 năm 2017.",
            "5 tháng 1 năm 2017",
            "2017-01-05T00:00:00",
            "2017-01-05T07:30:00.000+07:00",
            "05/01/2017 07:30",
        ] {
            assert_eq!(parse_date(text), Ok(day("2017-01-05")), "{text}");
        }
        assert_eq!(parse_date("1/1/69"), Ok(day("2069-01-01")));
        assert_eq!(parse_date("1/1/70"), Ok(day("1970-01-01")));
    }

    #[test]
    fn refuses_what_is_no_date_and_says_why() {
        for text in [
            "23/6",
            "5/1-2017",
            "5/1/017",
            "1/2/3/4",
            "NV01",
            "23-6-2017a",
            "١/١/٢٠١٧",
            "5//2017",
            "/",
            "20170105",
        ] {
            assert_eq!(parse_date(text), Err(DateError::Form), "{text}");
        }
        assert_eq!(parse_date(" \u{a0}"), Err(DateError::Empty));
        let (day, month, year) = (31, 6, 2017);
        assert_eq!(parse_date("31/6/2017"), Err(DateError::NoSuchDay { day, month, year }));
        assert_eq!(parse_date("1/1/0217"), Err(DateError::Year { year: 217 }));
        // The day comes first, whatever a foreign list means.
        assert!(parse_date("6/23/2017").is_err());
    }

    #[test]
    fn prints_each_form_with_its_padding() {
        assert_eq!(print_date(day("2017-06-05")), "05/06/2017");
        assert_eq!(print_date_in_words(day("2017-01-05")), "ngày 05 tháng 01 năm 2017");
        assert_eq!(print_date_in_words(day("2017-02-15")), "ngày 15 tháng 02 năm 2017");
        assert_eq!(print_date_in_words(day("2017-06-23")), "ngày 23 tháng 6 năm 2017");
        assert_eq!(print_date_in_words(day("2017-12-01")), "ngày 01 tháng 12 năm 2017");
        assert_eq!(print_date_in_document(day("2017-01-01")), "01/01/2017");
        assert_eq!(print_date_in_document(day("2017-05-31")), "31/5/2017");
    }

    #[test]
    fn spreadsheets_count_from_two_epochs() {
        let of1900 = |serial| from_excel_serial(serial, DateSystem::From1900);
        assert_eq!(of1900(1.0), Ok(day("1900-01-01")));
        assert_eq!(of1900(59.0), Ok(day("1900-02-28")));
        assert_eq!(of1900(60.0), Err(DateError::Serial));
        assert_eq!(of1900(61.0), Ok(day("1900-03-01")));
        assert_eq!(of1900(42_909.75), Ok(day("2017-06-23")));
        let of1904 = |serial| from_excel_serial(serial, DateSystem::From1904);
        assert_eq!(of1904(0.0), Ok(day("1904-01-01")));
        assert_eq!(of1904(41_447.0), Ok(day("2017-06-23")));
        for serial in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300, 110_001.0] {
            assert_eq!(of1900(serial), Err(DateError::Serial), "{serial}");
        }
        assert_eq!(of1904(109_999.0), Err(DateError::Year { year: 2205 }));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(days in 693_596..803_000i32) {
            let date = NaiveDate::from_num_days_from_ce_opt(days).expect("in range");
            for text in [print_date(date), print_date_in_words(date), print_date_in_document(date), date.to_string()] {
                prop_assert_eq!(parse_date(&text), Ok(date), "{}", text);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*|[0-9/.: T-]{0,20}", serial: f64) {
            let _ = parse_date(&text);
            let _ = from_excel_serial(serial, DateSystem::From1904);
        }
    }
}

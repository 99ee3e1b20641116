//! Days in cells: dates and deadlines.

use crate::book::Cell;
use crate::listed::ListedDeadline;
use crate::words::fold;
use chidao_domain::dates::{
    DateError, DateSystem, DeadlineMeaning, DeadlinePhrase, PhraseError, from_excel_serial, parse_date,
};
use chrono::{Datelike, NaiveDate};

/// How a date cell was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DateWords {
    /// Nothing, or a dash.
    None,
    /// A date.
    Is(NaiveDate),
    /// Shaped like a date, but no such day exists (31/02/2017), or its year is out of reason.
    Impossible,
    /// Other words.
    Words,
}

/// Stands for an unknown date of assignment: what is reckoned from it is told by its year, which is out of reason. A leap
/// year, so that 29/2 exists.
const LONG_AGO: NaiveDate = match NaiveDate::from_ymd_opt(1904, 1, 1) {
    Some(date) => date,
    None => NaiveDate::MIN,
};

/// Years that an office list can name.
const YEARS: std::ops::RangeInclusive<i32> = 1976..=2100;

/// A date from a date cell, an Excel serial number, or words that the domain reads as a date (day first).
pub(crate) fn date(cell: &Cell, from_1904: bool) -> DateWords {
    match cell {
        Cell::Empty => DateWords::None,
        Cell::Date(moment) => in_reason(moment.date()),
        Cell::Number { value, percent: false } => serial(*value, from_1904),
        Cell::Text(text) => date_text(text, from_1904),
        _ => DateWords::Words,
    }
}

fn in_reason(date: NaiveDate) -> DateWords {
    if YEARS.contains(&date.year()) {
        DateWords::Is(date)
    } else {
        DateWords::Impossible
    }
}

/// The day of an Excel serial number that nobody formatted as a date.
fn serial(value: f64, from_1904: bool) -> DateWords {
    // A number of up to four digits in a column of dates is a day, a month or a year, not a date before 1928.
    if !(10_000.0..2_958_466.0).contains(&value) {
        return DateWords::Words;
    }
    let system = if from_1904 {
        DateSystem::From1904
    } else {
        DateSystem::From1900
    };
    from_excel_serial(value, system).map_or(DateWords::Impossible, in_reason)
}

pub(crate) fn date_text(text: &str, from_1904: bool) -> DateWords {
    let text = text.trim().trim_end_matches(['.', ',', ';']);
    if matches!(text, "" | "-" | "–" | "—" | "/" | "…") {
        return DateWords::None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text
            .parse::<f64>()
            .map_or(DateWords::Words, |number| serial(number, from_1904));
    }
    // Most cells of other columns show by their first letter that they are no dates.
    let days = match text.get(..5) {
        Some(day) if day.eq_ignore_ascii_case("ngày") || fold(day) == "ngay" => {
            text.get(5..).unwrap_or_default().trim()
        }
        _ => text,
    };
    if !days.starts_with(|letter: char| letter.is_ascii_digit()) {
        return DateWords::Words;
    }
    match parse_date(days) {
        Ok(date) => in_reason(date),
        Err(DateError::NoSuchDay { .. } | DateError::Year { .. }) => DateWords::Impossible,
        Err(_) if looks_like_a_date(days) => DateWords::Impossible,
        Err(_) => DateWords::Words,
    }
}

/// Three numbers with signs between them, whatever their lengths: "1/1/201".
fn looks_like_a_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    parts.len() == 3
        && parts
            .iter()
            .all(|part| !part.is_empty() && part.len() <= 5 && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A deadline told in words: what the domain makes of them, and the day that they name if they name one.
///
/// `given` is the date of assignment or of the document. Without it a day without a year ("trước ngày 20/8") cannot be
/// placed, and stays words.
pub(crate) fn deadline_words(text: &str, given: Option<NaiveDate>) -> (ListedDeadline, Option<PhraseError>) {
    let words = text.trim().to_owned();
    let (meaning, trouble) = match DeadlinePhrase::parse(&words, given.unwrap_or(LONG_AGO)) {
        Ok(phrase) => (Some(phrase.meaning), None),
        Err(error) => (None, Some(error)),
    };
    let date = match meaning {
        Some(
            DeadlineMeaning::On { date } | DeadlineMeaning::Before { date } | DeadlineMeaning::Within { date, .. },
        ) => Some(date),
        _ => None,
    };
    // A year out of reason here is one that the words do not tell.
    match date {
        Some(date) if !YEARS.contains(&date.year()) => (
            ListedDeadline {
                date: None,
                words: Some(words),
                meaning: None,
            },
            Some(PhraseError::Unknown),
        ),
        _ => (
            ListedDeadline {
                date,
                words: Some(words),
                meaning,
            },
            trouble,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> DateWords {
        DateWords::Is(NaiveDate::from_ymd_opt(year, month, day).unwrap())
    }

    #[test]
    fn dates_are_read_day_first() {
        for text in [
            "13/02/2017",
            "13/2/2017",
            "13-02-2017",
            "13.2.2017",
            "13/02/17",
            "2017-02-13",
            "2017-02-13T00:00:00",
            "ngày 13 tháng 02 năm 2017",
            "ngày 13/02/2017",
            "13/02/2017 00:00",
            "42779",
        ] {
            assert_eq!(date_text(text, false), day(2017, 2, 13), "{text}");
        }
        assert_eq!(date_text("03/04/2017", false), day(2017, 4, 3));
        for text in ["31/02/2017", "02/13/2017", "00/01/2017", "1/1/0217", "1/1/201"] {
            assert_eq!(date_text(text, false), DateWords::Impossible, "{text}");
        }
        for text in ["trong quý II/2017", "thường xuyên", "2017", "5/2017", "23", "20/8"] {
            assert_eq!(date_text(text, false), DateWords::Words, "{text}");
        }
        assert_eq!(
            date(
                &Cell::Number {
                    value: 41317.0,
                    percent: false
                },
                true
            ),
            day(2017, 2, 13)
        );
    }
}

//! Deadlines as documents word them, read into what they mean while the words are kept (DOMAIN 1.7).

use super::{DateError, of_numbers};
use crate::calendar::{CalendarError, Reckoned, WorkingCalendar};
use crate::text::{clean, fold_keeping};
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Longest phrase read, in characters.
pub const MAX_PHRASE_CHARS: usize = 300;
/// Longest period read, in its own units.
const MAX_PERIOD: u32 = 3_660;

/// A deadline with the words of the document and what they mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeadlinePhrase {
    /// The words as written.
    pub words: String,
    /// What they mean.
    pub meaning: DeadlineMeaning,
}

/// What a deadline's words mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DeadlineMeaning {
    /// "chậm nhất ngày 30/6", "hoàn thành ngày 30/6", or a bare date: that day is the last in time.
    On {
        /// The day.
        #[ts(type = "string")]
        date: NaiveDate,
    },
    /// "trước ngày 20/7/2020": whether the day itself is in time, the office decides ([`BeforeDay`]).
    Before {
        /// The day printed.
        #[ts(type = "string")]
        date: NaiveDate,
    },
    /// "trong tháng 6/2017", "trong quý II/2017", "trong năm 2017": until the last day of the period.
    Within {
        /// Which period.
        period: Period,
        /// The last day.
        #[ts(type = "string")]
        date: NaiveDate,
    },
    /// "trong 05 ngày làm việc kể từ ngày nhận".
    WorkingDays {
        /// How many.
        days: u32,
        /// Counted from when.
        from: StartsFrom,
    },
    /// "trong 15 ngày".
    CalendarDays {
        /// How many.
        days: u32,
        /// Counted from when.
        from: StartsFrom,
    },
    /// "trong 02 tháng".
    Months {
        /// How many.
        months: u32,
        /// Counted from when.
        from: StartsFrom,
    },
    /// "hằng tháng trước ngày 20": one occurrence in each period.
    Recurring {
        /// How often.
        recurrence: Recurrence,
    },
    /// "thường xuyên", without a period named.
    Standing,
    /// "không xác định thời hạn", or nothing.
    NoDeadline,
}

/// A period of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Tuần, that ends on Friday.
    Week,
    /// Tháng.
    Month,
    /// Quý.
    Quarter,
    /// 6 tháng.
    HalfYear,
    /// Năm.
    Year,
}

/// From when a period of days is counted; the day itself is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StartsFrom {
    /// "kể từ ngày nhận (được) văn bản".
    Receipt,
    /// "kể từ ngày ban hành", "kể từ ngày ký", or not said: the day on which the task was given.
    Issue,
    /// "kể từ ngày 20/6/2017".
    Date {
        /// The day.
        #[ts(type = "string")]
        date: NaiveDate,
    },
}

/// A deadline that comes again in each period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Recurrence {
    /// How often.
    pub every: Period,
    /// On or before this day of the period's last month; none: its last day.
    pub day: Option<u32>,
    /// The day was worded "trước ngày".
    pub before: bool,
}

/// Whether the day named by "trước ngày" is itself in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BeforeDay {
    /// It is: what registers do.
    #[default]
    Included,
    /// The day before is the last in time: the letter.
    Excluded,
}

/// The days from which periods are counted, as far as they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Starts {
    /// Ngày ban hành, ngày giao.
    pub issued_on: Option<NaiveDate>,
    /// Ngày nhận.
    pub received_on: Option<NaiveDate>,
}

/// The date that a phrase comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// The last day in time.
    On(Reckoned<NaiveDate>),
    /// The period is counted from a day that is not yet known.
    AwaitsStart(StartsFrom),
    /// There is no deadline.
    Never,
}

/// Why a phrase is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhraseError {
    /// None of the phrases known.
    #[error("not a deadline phrase that is read")]
    Unknown,
    /// Two dates, and no word that says which is the deadline.
    #[error("several dates are written")]
    SeveralDates,
    /// The date does not exist.
    #[error(transparent)]
    Date(#[from] DateError),
    /// The phrase or the period is longer than is read.
    #[error("longer than is read")]
    TooLong,
    /// The result cannot be reckoned.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

impl DeadlinePhrase {
    /// Reads a phrase. A date or month without a year is the next one on or after `issued_on`.
    pub fn parse(words: &str, issued_on: NaiveDate) -> Result<DeadlinePhrase, PhraseError> {
        let words = clean(words);
        if words.chars().count() > MAX_PHRASE_CHARS {
            return Err(PhraseError::TooLong);
        }
        let folded = fold_keeping(&words, "/.-");
        let tokens: Vec<&str> = folded
            .split(' ')
            .map(|token| token.trim_matches(['/', '.', '-']))
            .filter(|token| !token.is_empty())
            .collect();
        let meaning = meaning(&tokens, issued_on)?;
        Ok(DeadlinePhrase { words, meaning })
    }

    /// The last day in time. A recurring deadline gives its next occurrence after the day of issue.
    pub fn due(&self, starts: Starts, before: BeforeDay, calendar: &WorkingCalendar) -> Result<Due, PhraseError> {
        let firm = |value| {
            Ok(Due::On(Reckoned {
                value,
                provisional_years: Vec::new(),
            }))
        };
        let counted = |from, reckon: &dyn Fn(NaiveDate) -> Result<Reckoned<NaiveDate>, CalendarError>| {
            let start = match from {
                StartsFrom::Receipt => starts.received_on,
                StartsFrom::Issue => starts.issued_on,
                StartsFrom::Date { date } => Some(date),
            };
            match start {
                Some(start) => Ok(Due::On(reckon(start)?)),
                None => Ok(Due::AwaitsStart(from)),
            }
        };
        match self.meaning {
            DeadlineMeaning::On { date } | DeadlineMeaning::Within { date, .. } => firm(date),
            DeadlineMeaning::Before { date } => firm(before.last_day(date)),
            DeadlineMeaning::WorkingDays { days, from } => {
                counted(from, &|start| calendar.add_working_days(start, days))
            }
            DeadlineMeaning::CalendarDays { days, from } => {
                counted(from, &|start| calendar.add_calendar_days(start, days))
            }
            DeadlineMeaning::Months { months, from } => counted(from, &|start| calendar.add_months(start, months)),
            DeadlineMeaning::Recurring { recurrence } => match starts.issued_on {
                Some(issued_on) => firm(recurrence.next_after(issued_on, before)?),
                None => Ok(Due::AwaitsStart(StartsFrom::Issue)),
            },
            DeadlineMeaning::Standing | DeadlineMeaning::NoDeadline => Ok(Due::Never),
        }
    }
}

impl BeforeDay {
    fn last_day(self, date: NaiveDate) -> NaiveDate {
        match self {
            BeforeDay::Included => date,
            BeforeDay::Excluded => date.pred_opt().unwrap_or(date),
        }
    }
}

impl Period {
    /// The last day of the period in which a day lies; of a week, its Friday.
    pub fn last_day(self, of: NaiveDate) -> Result<NaiveDate, CalendarError> {
        let months = match self {
            Period::Week => {
                let friday = of.week(Weekday::Sat).checked_last_day();
                return friday.ok_or(CalendarError::BeyondCalendar);
            }
            Period::Month => 1,
            Period::Quarter => 3,
            Period::HalfYear => 6,
            Period::Year => 12,
        };
        let first_month = of.month0() / months * months + 1;
        NaiveDate::from_ymd_opt(of.year(), first_month, 1)
            .and_then(|first| first.checked_add_months(Months::new(months)))
            .and_then(|next| next.pred_opt())
            .ok_or(CalendarError::BeyondCalendar)
    }
}

impl Recurrence {
    /// The first occurrence after a day.
    pub fn next_after(&self, after: NaiveDate, before: BeforeDay) -> Result<NaiveDate, CalendarError> {
        let mut within = after;
        loop {
            let last = self.every.last_day(within)?;
            let day = match (self.every, self.day) {
                (Period::Week, _) | (_, None) => last,
                (_, Some(day)) => last.with_day(day.clamp(1, last.day())).unwrap_or(last),
            };
            let due = if self.before { before.last_day(day) } else { day };
            if due > after {
                return Ok(due);
            }
            within = last
                .checked_add_days(Days::new(1))
                .ok_or(CalendarError::BeyondCalendar)?;
        }
    }
}

fn meaning(tokens: &[&str], issued_on: NaiveDate) -> Result<DeadlineMeaning, PhraseError> {
    let says = |phrase: &[&str]| tokens.windows(phrase.len()).any(|window| window == phrase);
    let no_deadline: [&[&str]; 4] = [
        &["khong", "xac", "dinh"],
        &["khong", "thoi", "han"],
        &["khong", "co", "thoi", "han"],
        &["khong", "han"],
    ];
    if tokens.is_empty() || no_deadline.iter().any(|phrase| says(phrase)) {
        return Ok(DeadlineMeaning::NoDeadline);
    }
    if let Some(recurrence) = recurrence(tokens) {
        return Ok(DeadlineMeaning::Recurring { recurrence });
    }
    if let Some(meaning) = counted_period(tokens, issued_on)? {
        return Ok(meaning);
    }
    if let Some(meaning) = named_day(tokens, issued_on)? {
        return Ok(meaning);
    }
    if let Some((period, date)) = named_period(tokens, issued_on)? {
        return Ok(DeadlineMeaning::Within { period, date });
    }
    if says(&["thuong", "xuyen"]) || says(&["dinh", "ky"]) {
        return Ok(DeadlineMeaning::Standing);
    }
    Err(PhraseError::Unknown)
}

/// "hằng tháng", "hàng quý", "mỗi năm", "6 tháng một lần", with the day if one is named.
fn recurrence(tokens: &[&str]) -> Option<Recurrence> {
    let every = tokens.windows(2).find_map(|pair| match pair {
        ["hang" | "moi", "tuan"] => Some(Period::Week),
        ["hang" | "moi", "thang"] => Some(Period::Month),
        ["hang" | "moi", "quy"] => Some(Period::Quarter),
        ["hang" | "moi", "nam"] => Some(Period::Year),
        _ => None,
    });
    let half_yearly = || {
        tokens
            .windows(4)
            .any(|window| matches!(window, ["6" | "06", "thang", "mot" | "1", "lan"]))
    };
    let every = every.or_else(|| half_yearly().then_some(Period::HalfYear))?;
    let named = tokens.windows(2).enumerate().find_map(|(at, pair)| match pair {
        ["ngay", day] => Some((at, number(day).filter(|day| (1..=31).contains(day))?)),
        _ => None,
    });
    Some(Recurrence {
        every,
        day: named.map(|(_, day)| day),
        before: named.is_some_and(|(at, _)| tokens[..at].contains(&"truoc")),
    })
}

/// "trong 05 (năm) ngày làm việc kể từ ngày nhận", "15 ngày", "02 tháng", "3 tuần".
fn counted_period(tokens: &[&str], issued_on: NaiveDate) -> Result<Option<DeadlineMeaning>, PhraseError> {
    // Between the number and its unit stands at most the number in words ("một trăm hai mươi").
    const MAX_WORDS_BETWEEN: usize = 5;
    for (at, token) in tokens.iter().enumerate() {
        let Some(count) = number(token) else { continue };
        // "ngày 20 tháng 7" and "tháng 6 năm" name a day or a month.
        if at > 0 && matches!(tokens[at - 1], "ngay" | "thang" | "nam" | "quy") {
            continue;
        }
        let rest = &tokens[at + 1..];
        let Some(unit_at) = rest
            .iter()
            .take(MAX_WORDS_BETWEEN + 1)
            .position(|word| matches!(*word, "ngay" | "thang" | "tuan"))
        else {
            continue;
        };
        let after = &rest[unit_at + 1..];
        let names_a_day = after
            .first()
            .is_some_and(|next| day_and_month(next).is_some() || number(next).is_some());
        let names_a_half = matches!(after.first(), Some(&"dau" | &"cuoi"));
        let spelled_out = rest[..unit_at]
            .iter()
            .all(|word| word.bytes().all(|b| b.is_ascii_lowercase()));
        if names_a_day || names_a_half || !spelled_out {
            continue;
        }
        if count > MAX_PERIOD {
            return Err(PhraseError::TooLong);
        }
        let from = starts_from(after, issued_on)?;
        return Ok(Some(match (rest[unit_at], after) {
            ("ngay", ["lam", "viec", ..]) => DeadlineMeaning::WorkingDays { days: count, from },
            ("ngay", _) => DeadlineMeaning::CalendarDays { days: count, from },
            ("tuan", _) => DeadlineMeaning::CalendarDays { days: count * 7, from },
            _ => DeadlineMeaning::Months { months: count, from },
        }));
    }
    Ok(None)
}

fn starts_from(tokens: &[&str], issued_on: NaiveDate) -> Result<StartsFrom, PhraseError> {
    if tokens.contains(&"nhan") {
        return Ok(StartsFrom::Receipt);
    }
    match days_named(tokens, issued_on)?.first() {
        Some((_, date)) => Ok(StartsFrom::Date { date: *date }),
        None => Ok(StartsFrom::Issue),
    }
}

/// A day named outright: after "trước", "chậm nhất", "đến" or "hoàn thành", or the only one.
fn named_day(tokens: &[&str], issued_on: NaiveDate) -> Result<Option<DeadlineMeaning>, PhraseError> {
    let days = days_named(tokens, issued_on)?;
    let marker = tokens
        .iter()
        .rposition(|token| matches!(*token, "truoc" | "nhat" | "den"));
    let after_marker = marker.and_then(|marker| days.iter().find(|(at, _)| *at > marker));
    let (at, date) = match (after_marker, &days[..]) {
        (_, []) => return Ok(None),
        (Some(day), _) | (None, [day]) => *day,
        _ => return Err(PhraseError::SeveralDates),
    };
    Ok(Some(if tokens[..at].contains(&"truoc") {
        DeadlineMeaning::Before { date }
    } else {
        DeadlineMeaning::On { date }
    }))
}

/// Every day named, with its place among the tokens.
fn days_named(tokens: &[&str], issued_on: NaiveDate) -> Result<Vec<(usize, NaiveDate)>, PhraseError> {
    let mut days = Vec::new();
    for at in 0..tokens.len() {
        let written = match tokens[at..] {
            [day, "thang", month, "nam", year, ..] => numbers(&[day, month, year]),
            [day, "thang", month, ..] => numbers(&[day, month]).or_else(|| {
                // "20 tháng 7/2020"
                let (month, year) = month.split_once(['/', '-', '.'])?;
                numbers(&[day, month, year])
            }),
            [token, ..] => day_and_month(token),
            [] => None,
        };
        match written.as_deref() {
            Some(&[day, month]) => days.push((at, next_day(day, month, issued_on)?)),
            Some(&[day, month, year]) => {
                let year = if year < 70 { year + 2000 } else { year };
                days.push((at, of_numbers(day, month, i32::try_from(year).unwrap_or(i32::MAX))?));
            }
            _ => {}
        }
    }
    Ok(days)
}

/// The numbers of "20/7/2020", "20.7.2020" or "20/8"; not those of a month and year ("6/2017").
fn day_and_month(token: &str) -> Option<Vec<u32>> {
    let separator = token
        .chars()
        .find(|c| !c.is_ascii_digit())
        .filter(|c| "/-.".contains(*c))?;
    let parts: Vec<&str> = token.split(separator).collect();
    let numbers = numbers(&parts)?;
    match numbers[..] {
        [_, second] => (second < 100).then_some(numbers),
        [_, _, _] => Some(numbers),
        _ => None,
    }
}

/// The day and month in the year in which they come next.
fn next_day(day: u32, month: u32, issued_on: NaiveDate) -> Result<NaiveDate, PhraseError> {
    let this_year = of_numbers(day, month, issued_on.year());
    match this_year {
        Ok(date) if date >= issued_on => Ok(date),
        // 29/2 may exist only in a later year.
        _ => match of_numbers(day, month, issued_on.year().saturating_add(1)) {
            Ok(date) => Ok(date),
            Err(error) => Err(this_year.err().unwrap_or(error).into()),
        },
    }
}

/// "tháng 6/2017", "quý II/2017", "6 tháng đầu năm 2017", "năm 2017": the period and its last day.
fn named_period(tokens: &[&str], issued_on: NaiveDate) -> Result<Option<(Period, NaiveDate)>, PhraseError> {
    let year_named = tokens.windows(2).find_map(|pair| match pair {
        ["nam", year] => number(year).filter(|year| *year >= 1000),
        _ => None,
    });
    let end = |period: Period, month: u32, year: Option<u32>| -> Result<Option<(Period, NaiveDate)>, PhraseError> {
        let in_year =
            |year: i32| -> Result<NaiveDate, PhraseError> { Ok(period.last_day(of_numbers(1, month, year)?)?) };
        let date = match year {
            Some(year) => in_year(i32::try_from(year).unwrap_or(i32::MAX))?,
            None => match in_year(issued_on.year())? {
                date if date >= issued_on => date,
                _ => in_year(issued_on.year().saturating_add(1))?,
            },
        };
        Ok(Some((period, date)))
    };
    for window in tokens.windows(2) {
        let (name, year) = match window[1].split_once(['/', '-', '.']) {
            Some((name, year)) => (
                name,
                number(year).map(|year| if year < 70 { year + 2000 } else { year }),
            ),
            None => (window[1], year_named),
        };
        match window[0] {
            "thang" if name == "dau" => return end(Period::HalfYear, 1, year_named),
            "thang" if name == "cuoi" => return end(Period::HalfYear, 7, year_named),
            "thang" => {
                if let Some(month) = number(name) {
                    return end(Period::Month, month, year);
                }
            }
            "quy" => {
                let quarter = match name {
                    "i" | "1" => 1,
                    "ii" | "2" => 2,
                    "iii" | "3" => 3,
                    "iv" | "4" => 4,
                    _ => continue,
                };
                return end(Period::Quarter, quarter * 3, year);
            }
            _ => {}
        }
    }
    match year_named {
        Some(year) => end(Period::Year, 1, Some(year)),
        None => Ok(None),
    }
}

fn number(token: &str) -> Option<u32> {
    let is_number = !token.is_empty() && token.len() <= 6 && token.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| token.parse().ok()).flatten()
}

fn numbers(tokens: &[&str]) -> Option<Vec<u32>> {
    tokens.iter().map(|token| number(token)).collect()
}

#[cfg(test)]
mod tests;

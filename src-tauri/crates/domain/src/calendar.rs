//! The working calendar: which days an office works, and periods reckoned in them (DOMAIN 1.7 and 4.7).
//!
//! Three things make a calendar: the week pattern, the days off, and the make-up days. Official lists of single years
//! are data; a year without one is reckoned by the rules of the holidays and every answer that touches it says so.

mod holidays;
mod lunar;

pub use holidays::{
    CalendarYear, DayOff, DayOffKind, Holiday, HolidayRule, LunarYear, ShippedCalendar, lunar_year, shipped,
};

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::LazyLock;
use ts_rs::TS;

/// Years for which holidays are known or reckoned; outside them only the week pattern counts.
pub const YEARS: RangeInclusive<i32> = 1990..=2100;

/// Which days of the week an office works, Monday first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(transparent)]
pub struct WeekPattern(pub [bool; 7]);

impl Default for WeekPattern {
    /// Monday to Friday.
    fn default() -> WeekPattern {
        WeekPattern([true, true, true, true, true, false, false])
    }
}

impl WeekPattern {
    /// Whether the office works on this day of the week.
    pub fn works_on(&self, weekday: Weekday) -> bool {
        self.0[weekday.num_days_from_monday() as usize]
    }

    /// Working days of one week.
    fn per_week(&self) -> i64 {
        self.0.iter().filter(|works| **works).count() as i64
    }
}

/// Why a calendar or a reckoning is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The date stands in the list of days off and in that of make-up days.
    #[error("{date} is listed both as a day off and as a make-up day")]
    OffAndMakeUp {
        /// The date.
        date: NaiveDate,
    },
    /// The list of a year names a day of another year.
    #[error("{date} stands in the list of the year {year}")]
    OutsideYear {
        /// The date.
        date: NaiveDate,
        /// The list's year.
        year: i32,
    },
    /// A year has two lists.
    #[error("the year {year} has two lists")]
    YearTwice {
        /// The year.
        year: i32,
    },
    /// No day of the week is worked.
    #[error("the week has no working day")]
    NoWorkingDay,
    /// The result lies beyond the dates that can be represented.
    #[error("the period reaches beyond the calendar")]
    BeyondCalendar,
}

/// A result that may rest on years without an official list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reckoned<T> {
    /// The result.
    pub value: T,
    /// Years touched whose official list is not entered: "hạn tính tạm". Empty: the result is firm.
    pub provisional_years: Vec<i32>,
}

impl<T> Reckoned<T> {
    /// Whether the result rests on official lists alone.
    pub fn is_firm(&self) -> bool {
        self.provisional_years.is_empty()
    }
}

/// A working calendar.
///
/// Every question is answered in time logarithmic in the number of days off, so a register of a million tasks can be
/// classified with it.
#[derive(Clone, Debug)]
pub struct WorkingCalendar {
    week: WeekPattern,
    /// Days that differ from the week pattern, in order: days from the Common Era, and by how much the number of
    /// working days up to and including that day differs from the pattern's.
    exceptions: Vec<(i32, i32)>,
    official: BTreeSet<i32>,
}

impl WorkingCalendar {
    /// Makes a calendar of a week pattern, the holidays' rules, and the official lists of single years.
    pub fn new(week: WeekPattern, rules: &[HolidayRule], years: &[CalendarYear]) -> Result<Self, CalendarError> {
        if week.per_week() == 0 {
            return Err(CalendarError::NoWorkingDay);
        }
        let mut official = BTreeSet::new();
        let mut off = BTreeSet::new();
        let mut make_up = BTreeSet::new();
        for list in years {
            if !official.insert(list.year) {
                return Err(CalendarError::YearTwice { year: list.year });
            }
            off.extend(list.days_off.iter().map(|day| day.date));
            make_up.extend(list.make_up_days.iter().copied());
            let dates = list.days_off.iter().map(|day| day.date);
            if let Some(date) = dates
                .chain(list.make_up_days.iter().copied())
                .find(|date| !holidays::lies_in(list, *date))
            {
                return Err(CalendarError::OutsideYear { date, year: list.year });
            }
        }
        if let Some(date) = off.intersection(&make_up).next() {
            return Err(CalendarError::OffAndMakeUp { date: *date });
        }
        for year in YEARS {
            let has_list = official.contains(&year);
            let speaking = rules.iter().filter(|rule| !has_list || rule.beside_lists);
            // What a list says prevails over a rule beside it.
            off.extend(holidays::by_rules(speaking, year, &week).difference(&make_up).copied());
        }
        let mut exceptions = Vec::new();
        let mut difference = 0;
        for date in off.union(&make_up) {
            let by_pattern = week.works_on(date.weekday());
            let step = match (by_pattern, off.contains(date)) {
                (true, true) => -1,
                (false, false) => 1,
                _ => continue,
            };
            difference += step;
            exceptions.push((date.num_days_from_ce(), difference));
        }
        Ok(WorkingCalendar {
            week,
            exceptions,
            official,
        })
    }

    /// The calendar of an ordinary Vietnamese office, Monday to Friday, by the shipped data.
    pub fn vietnam() -> &'static WorkingCalendar {
        static VIETNAM: LazyLock<WorkingCalendar> = LazyLock::new(|| {
            let shipped = shipped();
            WorkingCalendar::new(WeekPattern::default(), &shipped.rules, &shipped.years)
                .expect("the shipped calendar is consistent, as a test shows")
        });
        &VIETNAM
    }

    /// Whether the office works on this day.
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        self.working_days_between(date.pred_opt().unwrap_or(date), date) == 1
    }

    /// Whether the official list of a year is entered.
    pub fn has_official_list(&self, year: i32) -> bool {
        self.official.contains(&year)
    }

    /// The working days after `from` up to and including `to`; negative if `to` is earlier.
    ///
    /// The day of the event is not counted (Bộ luật Dân sự, Điều 147): a task due Monday has, on Friday, 1 working day
    /// left, and on the day itself 0.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        self.working_days_up_to(to) - self.working_days_up_to(from)
    }

    /// The years of the days after `from` up to and including `to` that have no official list.
    pub fn provisional_years(&self, from: NaiveDate, to: NaiveDate) -> Vec<i32> {
        let (earlier, later) = (from.min(to), from.max(to));
        let first = earlier.succ_opt().unwrap_or(earlier).min(later);
        (first.year()..=later.year())
            .filter(|year| !self.has_official_list(*year))
            .collect()
    }

    /// The day on which a period of `days` working days ends; the start day is not counted. 0 days end at the start.
    pub fn add_working_days(&self, start: NaiveDate, days: u32) -> Result<Reckoned<NaiveDate>, CalendarError> {
        if days == 0 {
            return Ok(Reckoned {
                value: start,
                provisional_years: Vec::new(),
            });
        }
        let mut near = start;
        let mut stride = u64::from(days) + 2;
        let days = i64::from(days);
        let mut far = later(start, stride)?;
        while self.working_days_between(start, far) < days {
            near = far;
            stride = stride.saturating_mul(2);
            far = later(near, stride)?;
        }
        // The count grows from near, where it is too small, to far: find the first day on which it suffices.
        while (far - near).num_days() > 1 {
            let middle = later(near, (far - near).num_days().unsigned_abs() / 2)?;
            if self.working_days_between(start, middle) < days {
                near = middle;
            } else {
                far = middle;
            }
        }
        Ok(self.reckoned(start, far))
    }

    /// The end of a period whose last day is `last`: that day, or if it is a rest day or a holiday the next working day
    /// (Bộ luật Dân sự, Điều 148.5).
    pub fn end_of_period(&self, last: NaiveDate) -> Result<Reckoned<NaiveDate>, CalendarError> {
        let before = last.pred_opt().ok_or(CalendarError::BeyondCalendar)?;
        self.add_working_days(before, 1)
    }

    /// The end of a period of `days` calendar days; the start day is not counted, and a last day that is not worked
    /// moves on (Điều 147, 148.5).
    pub fn add_calendar_days(&self, start: NaiveDate, days: u32) -> Result<Reckoned<NaiveDate>, CalendarError> {
        self.end_of_period(later(start, u64::from(days))?)
    }

    /// The end of a period of `months` months: the same day of the last month, or that month's last day
    /// (Điều 148.3), moved on if it is not worked.
    pub fn add_months(&self, start: NaiveDate, months: u32) -> Result<Reckoned<NaiveDate>, CalendarError> {
        let last = start
            .checked_add_months(Months::new(months))
            .ok_or(CalendarError::BeyondCalendar)?;
        self.end_of_period(last)
    }

    fn reckoned(&self, start: NaiveDate, value: NaiveDate) -> Reckoned<NaiveDate> {
        Reckoned {
            provisional_years: self.provisional_years(start, value),
            value,
        }
    }

    /// Working days from the beginning of the Common Era up to and including a day.
    fn working_days_up_to(&self, date: NaiveDate) -> i64 {
        // Day 1 of the Common Era is a Monday.
        let day = date.num_days_from_ce();
        let (weeks, rest) = (i64::from(day.div_euclid(7)), day.rem_euclid(7) as usize);
        let in_rest = self.week.0[..rest].iter().filter(|works| **works).count() as i64;
        let before = self.exceptions.partition_point(|(exception, _)| *exception <= day);
        let difference = match before.checked_sub(1) {
            Some(last) => self.exceptions[last].1,
            None => 0,
        };
        weeks * self.week.per_week() + in_rest + i64::from(difference)
    }
}

fn later(date: NaiveDate, days: u64) -> Result<NaiveDate, CalendarError> {
    date.checked_add_days(Days::new(days))
        .ok_or(CalendarError::BeyondCalendar)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn list(year: i32, off: &[&str], make_up: &[&str]) -> CalendarYear {
        CalendarYear {
            year,
            source: "test".to_owned(),
            days_off: off
                .iter()
                .map(|date| DayOff {
                    date: day(date),
                    kind: DayOffKind::Holiday,
                    holiday: Holiday::Other,
                })
                .collect(),
            make_up_days: make_up.iter().map(|date| day(date)).collect(),
        }
    }

    #[test]
    fn periods_in_working_days_end_where_the_office_ends_them() {
        for (start, days, due, why) in [
            ("2017-06-23", 2, "2017-06-27", "plain weekend"),
            ("2017-01-25", 2, "2017-02-03", "Tết 2017"),
            ("2017-04-28", 2, "2017-05-04", "30/4 is a Sunday, 2/5 off"),
            ("2026-02-12", 2, "2026-02-23", "Tết 14 to 22 February 2026"),
            ("2025-12-31", 2, "2026-01-06", "2/1 swapped off"),
            ("2026-01-08", 2, "2026-01-10", "make-up Saturday"),
            ("2026-04-24", 1, "2026-04-28", "Giỗ Tổ on a Sunday"),
            ("2026-08-28", 3, "2026-09-07", "swap and 1 to 2 September"),
        ] {
            let reckoned = WorkingCalendar::vietnam().add_working_days(day(start), days);
            let reckoned = reckoned.expect("in range");
            assert_eq!(reckoned.value, day(due), "{why}");
            assert!(reckoned.is_firm(), "{why}");
        }
    }

    #[test]
    fn the_day_of_the_event_is_not_counted() {
        let calendar = WorkingCalendar::vietnam();
        let between = |from, to| calendar.working_days_between(day(from), day(to));
        assert_eq!(between("2017-06-23", "2017-06-26"), 1);
        assert_eq!(between("2017-06-26", "2017-06-26"), 0);
        assert_eq!(between("2017-06-26", "2017-06-23"), -1);
        assert_eq!(between("2017-06-01", "2017-06-12"), 7);
        assert_eq!(between("2017-05-03", "2017-05-04"), 1);
        assert_eq!(between("2017-04-28", "2017-05-03"), 1);
    }

    #[test]
    fn a_year_without_its_list_is_named() {
        let calendar = WorkingCalendar::vietnam();
        let reckoned = calendar.add_working_days(day("2026-12-30"), 5).expect("in range");
        assert_eq!(reckoned.provisional_years, [2027]);
        assert_eq!(calendar.provisional_years(day("2016-12-31"), day("2017-01-05")), [0; 0]);
        assert_eq!(
            calendar.provisional_years(day("2019-05-01"), day("2017-01-05")),
            [2018, 2019]
        );
        // And reckoned with its likely holidays: Tết 2027 is 5 to 9 February, with two days instead of the weekend.
        assert!(!calendar.is_working_day(day("2027-02-05")));
        assert!(!calendar.is_working_day(day("2027-02-11")));
        assert!(calendar.is_working_day(day("2027-02-12")));
        assert!(!calendar.has_official_list(2027) && calendar.has_official_list(2026));
    }

    #[test]
    fn a_period_ends_on_a_working_day() {
        let calendar = WorkingCalendar::vietnam();
        let value = |reckoned: Result<Reckoned<NaiveDate>, CalendarError>| reckoned.expect("in range").value;
        // Sunday 30/4/2017, then 1 and 2 May off.
        assert_eq!(value(calendar.end_of_period(day("2017-04-30"))), day("2017-05-03"));
        assert_eq!(value(calendar.end_of_period(day("2017-06-23"))), day("2017-06-23"));
        assert_eq!(
            value(calendar.add_calendar_days(day("2017-06-09"), 15)),
            day("2017-06-26")
        );
        assert_eq!(value(calendar.add_months(day("2017-01-31"), 1)), day("2017-02-28"));
        assert_eq!(value(calendar.add_months(day("2017-05-24"), 1)), day("2017-06-26"));
    }

    #[test]
    fn refuses_a_calendar_that_contradicts_itself() {
        let refuse = |week, years: &[CalendarYear]| WorkingCalendar::new(week, &[], years).err();
        let week = WeekPattern::default();
        let both = list(2027, &["2027-01-02"], &["2027-01-02"]);
        let date = day("2027-01-02");
        assert_eq!(refuse(week, &[both]), Some(CalendarError::OffAndMakeUp { date }));
        let stray = list(2026, &["2027-01-02"], &[]);
        assert_eq!(
            refuse(week, &[stray]),
            Some(CalendarError::OutsideYear { date, year: 2026 })
        );
        let twice = [list(2026, &[], &[]), list(2026, &[], &[])];
        assert_eq!(refuse(week, &twice), Some(CalendarError::YearTwice { year: 2026 }));
        assert_eq!(refuse(WeekPattern([false; 7]), &[]), Some(CalendarError::NoWorkingDay));
    }

    #[test]
    fn a_list_prevails_over_the_rules_unless_the_holiday_is_newer() {
        let mut rules = shipped().rules.clone();
        let years = [list(2026, &["2026-02-17"], &[])];
        let calendar = WorkingCalendar::new(WeekPattern::default(), &rules, &years).expect("consistent");
        assert!(calendar.is_working_day(day("2026-02-18")));
        assert!(calendar.is_working_day(day("2026-11-24")));
        rules.iter_mut().for_each(|rule| rule.enabled = true);
        let calendar = WorkingCalendar::new(WeekPattern::default(), &rules, &years).expect("consistent");
        assert!(calendar.is_working_day(day("2026-02-18")));
        assert!(!calendar.is_working_day(day("2026-11-24")));
    }

    #[test]
    fn the_ends_of_time_are_refused_not_a_panic() {
        let calendar = WorkingCalendar::vietnam();
        let beyond = Err(CalendarError::BeyondCalendar);
        assert_eq!(calendar.add_working_days(NaiveDate::MAX, 1), beyond);
        assert_eq!(calendar.add_working_days(day("2017-06-23"), u32::MAX), beyond);
        assert_eq!(calendar.add_calendar_days(NaiveDate::MAX, 1), beyond);
        assert_eq!(calendar.add_months(day("2017-06-23"), u32::MAX), beyond);
        assert_eq!(calendar.end_of_period(NaiveDate::MIN), beyond);
        calendar.is_working_day(NaiveDate::MIN);
        calendar.working_days_between(NaiveDate::MIN, NaiveDate::MAX);
    }

    proptest! {
        #[test]
        fn counting_agrees_with_walking(start in 729_000..760_000i32, length in 0..400i32) {
            let calendar = WorkingCalendar::vietnam();
            let from = NaiveDate::from_num_days_from_ce_opt(start).expect("in range");
            let to = NaiveDate::from_num_days_from_ce_opt(start + length).expect("in range");
            let walked = from.iter_days().skip(1).take_while(|day| *day <= to).filter(|day| calendar.is_working_day(*day)).count();
            prop_assert_eq!(calendar.working_days_between(from, to), walked as i64);
            prop_assert_eq!(calendar.working_days_between(to, from), -(walked as i64));
        }

        #[test]
        fn adding_undoes_counting(start in 729_000..760_000i32, days in 1..600u32) {
            let calendar = WorkingCalendar::vietnam();
            let from = NaiveDate::from_num_days_from_ce_opt(start).expect("in range");
            let due = calendar.add_working_days(from, days).expect("in range").value;
            prop_assert!(calendar.is_working_day(due));
            prop_assert_eq!(calendar.working_days_between(from, due), i64::from(days));
        }
    }
}

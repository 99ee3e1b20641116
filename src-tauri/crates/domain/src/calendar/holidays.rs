//! Days off and make-up days: the official lists of single years, the rules for years without one, and what is
//! shipped of both (DOMAIN 4.7).

use super::{WeekPattern, lunar};
use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use ts_rs::TS;

/// A public holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Holiday {
    /// Tết Dương lịch, 1/1.
    NewYear,
    /// Tết Nguyên đán.
    LunarNewYear,
    /// Giỗ Tổ Hùng Vương, 10/3 âm lịch.
    HungKings,
    /// Ngày Chiến thắng, 30/4.
    Reunification,
    /// Ngày Quốc tế lao động, 1/5.
    Labour,
    /// Quốc khánh, 2/9.
    NationalDay,
    /// Ngày Văn hóa Việt Nam, 24/11.
    Culture,
    /// Another day off that an authority decided.
    Other,
}

/// Why a day is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DayOffKind {
    /// The holiday itself.
    Holiday,
    /// Nghỉ bù: the holiday fell on a weekly rest day (Bộ luật Lao động, Điều 111.3).
    Compensation,
    /// Hoán đổi: exchanged for a make-up day.
    Swap,
}

/// A day off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DayOff {
    /// The day.
    #[ts(type = "string")]
    pub date: NaiveDate,
    /// Why.
    pub kind: DayOffKind,
    /// For which holiday.
    pub holiday: Holiday,
}

/// The official list of one year: once it is entered, the rules no longer speak for that year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CalendarYear {
    /// The year; every date of the list lies in it.
    pub year: i32,
    /// Where the list comes from, in words.
    pub source: String,
    /// Ngày nghỉ.
    pub days_off: Vec<DayOff>,
    /// Ngày làm bù: weekly rest days on which people work.
    #[ts(type = "string[]")]
    pub make_up_days: Vec<NaiveDate>,
}

/// A holiday of every year, for years whose official list is not entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HolidayRule {
    /// Which holiday.
    pub holiday: Holiday,
    /// Its name in Vietnamese.
    pub name_vi: String,
    /// Its name in English.
    pub name_en: String,
    /// How many days it lasts, compensation not counted.
    pub days: u8,
    /// First day of validity; none: always was.
    #[ts(type = "string | null")]
    pub from: Option<NaiveDate>,
    /// Last day of validity; none: still is.
    #[ts(type = "string | null")]
    pub to: Option<NaiveDate>,
    /// Holds in years with an official list too, which was made before this holiday was.
    #[serde(default)]
    pub beside_lists: bool,
    /// Whether it counts. What is not yet verified is shipped switched off.
    pub enabled: bool,
    /// The legal source, in words.
    pub source: String,
}

/// The two lunar dates of a year, as published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LunarYear {
    /// Mùng 1 Tết.
    pub new_year: NaiveDate,
    /// Giỗ Tổ.
    pub hung_kings: NaiveDate,
}

/// The data that the program brings along. All of it can be replaced by data that the province sends.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShippedCalendar {
    /// The rules.
    pub rules: Vec<HolidayRule>,
    /// Lunar dates as published; other years are computed.
    pub lunar: BTreeMap<i32, LunarYear>,
    /// The official lists.
    pub years: Vec<CalendarYear>,
}

/// The calendar data shipped with the program.
pub fn shipped() -> &'static ShippedCalendar {
    static SHIPPED: LazyLock<ShippedCalendar> = LazyLock::new(|| {
        serde_json::from_str(include_str!("holidays.json")).expect("the shipped calendar is read by a test")
    });
    &SHIPPED
}

/// Mùng 1 Tết and Giỗ Tổ of a year: as published if known, else computed.
pub fn lunar_year(year: i32) -> Option<LunarYear> {
    if let Some(published) = shipped().lunar.get(&year) {
        return Some(*published);
    }
    Some(LunarYear {
        new_year: lunar::lunar_new_year(year)?,
        hung_kings: lunar::hung_kings_day(year)?,
    })
}

impl HolidayRule {
    /// The days of this holiday in a year, weekly rest days included, in order. Where the choice is made year by year
    /// this is the likeliest one, not the official one: Tết begins on the last day of the old lunar year, and the second
    /// day of Quốc khánh stands on the side where it makes the longer rest.
    pub fn days_in(&self, year: i32) -> Vec<NaiveDate> {
        if !self.enabled {
            return Vec::new();
        }
        let first = match self.holiday {
            Holiday::NewYear => NaiveDate::from_ymd_opt(year, 1, 1),
            Holiday::LunarNewYear => lunar_year(year).and_then(|lunar| lunar.new_year.pred_opt()),
            Holiday::HungKings => lunar_year(year).map(|lunar| lunar.hung_kings),
            Holiday::Reunification => NaiveDate::from_ymd_opt(year, 4, 30),
            Holiday::Labour => NaiveDate::from_ymd_opt(year, 5, 1),
            Holiday::NationalDay => NaiveDate::from_ymd_opt(year, 9, 2).map(|day| match (self.days, day.weekday()) {
                (2.., Weekday::Tue | Weekday::Wed | Weekday::Fri | Weekday::Sat) => day - Days::new(1),
                _ => day,
            }),
            Holiday::Culture => NaiveDate::from_ymd_opt(year, 11, 24),
            Holiday::Other => None,
        };
        let Some(first) = first else { return Vec::new() };
        first
            .iter_days()
            .take(usize::from(self.days))
            .filter(|day| self.from.is_none_or(|from| from <= *day) && self.to.is_none_or(|to| *day <= to))
            .collect()
    }
}

/// The days off that the rules give for a year, with the compensation for those that fall on weekly rest days.
pub(super) fn by_rules<'r>(
    rules: impl Iterator<Item = &'r HolidayRule>,
    year: i32,
    week: &WeekPattern,
) -> BTreeSet<NaiveDate> {
    let holidays: BTreeSet<NaiveDate> = rules.flat_map(|rule| rule.days_in(year)).collect();
    let mut off = holidays.clone();
    for holiday in holidays {
        if !week.works_on(holiday.weekday()) {
            let instead = holiday
                .iter_days()
                .skip(1)
                .find(|day| week.works_on(day.weekday()) && !off.contains(day));
            off.extend(instead);
        }
    }
    off
}

/// Whether a date lies in the year of its list.
pub(super) fn lies_in(year: &CalendarYear, date: NaiveDate) -> bool {
    date.year() == year.year
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn the_published_lunar_dates_are_the_computed_ones() {
        for (year, lunar) in &shipped().lunar {
            assert_eq!(Some(lunar.new_year), lunar::lunar_new_year(*year), "{year}");
            assert_eq!(Some(lunar.hung_kings), lunar::hung_kings_day(*year), "{year}");
        }
        assert!(shipped().lunar.len() >= 11);
    }

    #[test]
    fn an_unverified_holiday_is_shipped_switched_off() {
        let culture = shipped().rules.iter().find(|rule| rule.holiday == Holiday::Culture);
        let culture = culture.expect("shipped");
        assert!(!culture.enabled && culture.days_in(2026).is_empty());
        let enabled = HolidayRule {
            enabled: true,
            ..culture.clone()
        };
        assert_eq!(enabled.days_in(2026), [day("2026-11-24")]);
        assert_eq!(enabled.days_in(2025), []);
    }

    #[test]
    fn the_second_day_of_quoc_khanh_stands_where_it_stood() {
        let rules = &shipped().rules;
        let of = |year| -> Vec<NaiveDate> {
            rules
                .iter()
                .filter(|rule| rule.holiday == Holiday::NationalDay)
                .flat_map(|rule| rule.days_in(year))
                .collect()
        };
        assert_eq!(of(2020), [day("2020-09-02")]);
        assert_eq!(of(2021), [day("2021-09-02"), day("2021-09-03")]);
        assert_eq!(of(2022), [day("2022-09-01"), day("2022-09-02")]);
        assert_eq!(of(2024), [day("2024-09-02"), day("2024-09-03")]);
        assert_eq!(of(2026), [day("2026-09-01"), day("2026-09-02")]);
    }

    #[test]
    fn the_rules_give_the_official_tet_and_compensation_of_2026() {
        let off = by_rules(shipped().rules.iter(), 2026, &WeekPattern::default());
        for date in [
            "2026-02-16",
            "2026-02-17",
            "2026-02-18",
            "2026-02-19",
            "2026-02-20",
            "2026-04-27",
        ] {
            assert!(off.contains(&day(date)), "{date}");
        }
        assert!(!off.contains(&day("2026-02-23")) && !off.contains(&day("2026-04-28")));
    }
}

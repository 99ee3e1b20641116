//! The two lunar dates that move the working calendar: mùng 1 Tết and Giỗ Tổ (10 of the third month).
//!
//! New moons and the sun's longitude after Meeus, *Astronomical Algorithms* (chapters 25 and 49), judged at the day
//! boundaries of UTC+7, as the Vietnamese calendar is. Good to some minutes of time, so a new moon that falls within
//! minutes of midnight could be a day off: such years want the official list, as every year does.

use chrono::{Datelike, Duration, NaiveDate};

/// First day of the lunar year that begins in this year (mùng 1 Tết). `None` outside 1900 to 2199.
pub(super) fn lunar_new_year(year: i32) -> Option<NaiveDate> {
    first_day_of_month(year, 1)
}

/// Giỗ Tổ Hùng Vương: day 10 of lunar month 3. `None` outside 1900 to 2199.
pub(super) fn hung_kings_day(year: i32) -> Option<NaiveDate> {
    first_day_of_month(year, 3)?.checked_add_signed(Duration::days(9))
}

/// First day of lunar month `month` (1 to 10, not the leap one) of the lunar year that begins in `year`.
fn first_day_of_month(year: i32, month: usize) -> Option<NaiveDate> {
    if !(1900..=2199).contains(&year) {
        return None;
    }
    let before = month_of_solstice(year - 1);
    let after = month_of_solstice(year);
    // Month 11 has index 0, month 12 index 1, month 1 index 2.
    let mut index = month as i64 + 1;
    if after - before == 13 {
        // Of thirteen months the first after the solstice without a principal solar term is the leap one.
        let leap = (1..13).find(|i| sun_sector(new_moon_day(before + i)) == sun_sector(new_moon_day(before + i + 1)));
        if leap.is_some_and(|leap| leap <= index) {
            index += 1;
        }
    }
    date_of(new_moon_day(before + index))
}

/// The number of the new moon that begins lunar month 11: the last one on or before the winter solstice.
fn month_of_solstice(year: i32) -> i64 {
    let from = day_number(year, 12, 18);
    // The solstice falls between 20 and 23 December in the years admitted.
    let solstice = (from..from + 8)
        .find(|day| sun_longitude(local_midnight(day + 1)) >= 270.0)
        .unwrap_or(from + 4);
    let mut k = ((solstice - 2_451_550) as f64 / 29.530_588_861).floor() as i64 + 1;
    while new_moon_day(k) > solstice {
        k -= 1;
    }
    k
}

/// Julian day number of a date.
fn day_number(year: i32, month: u32, day: u32) -> i64 {
    // 1721426 is the Julian day number of 1 January of the year 1, which is day 1 of the Common Era.
    NaiveDate::from_ymd_opt(year, month, day).map_or(0, |date| i64::from(date.num_days_from_ce()) + 1_721_425)
}

fn date_of(day_number: i64) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(day_number - 1_721_425).ok()?)
}

/// The instant, in Julian days of universal time, at which a day begins at UTC+7.
fn local_midnight(day_number: i64) -> f64 {
    day_number as f64 - 0.5 - 7.0 / 24.0
}

/// Which twelfth of its path the sun is in as a day begins.
fn sun_sector(day_number: i64) -> i64 {
    (sun_longitude(local_midnight(day_number)) / 30.0).floor() as i64
}

/// About the difference of dynamical and universal time in these centuries, in days.
const DELTA_T: f64 = 70.0 / 86_400.0;

/// The sun's apparent longitude in degrees, 0 to 360.
fn sun_longitude(jd: f64) -> f64 {
    let t = (jd + DELTA_T - 2_451_545.0) / 36_525.0;
    let mean = 280.466_46 + t * (36_000.769_83 + t * 0.000_303_2);
    let anomaly = (357.529_11 + t * (35_999.050_29 - t * 0.000_153_7)).to_radians();
    let centre = (1.914_602 - t * (0.004_817 + t * 0.000_014)) * anomaly.sin()
        + (0.019_993 - t * 0.000_101) * (2.0 * anomaly).sin()
        + 0.000_289 * (3.0 * anomaly).sin();
    let node = (125.04 - 1_934.136 * t).to_radians();
    (mean + centre - 0.005_69 - 0.004_78 * node.sin()).rem_euclid(360.0)
}

/// The day (Julian day number, at UTC+7) of new moon `k`, counted from that of 6 January 2000.
fn new_moon_day(k: i64) -> i64 {
    let k = k as f64;
    let t = k / 1_236.85;
    let mean =
        2_451_550.097_66 + 29.530_588_861 * k + t * t * (0.000_154_37 - t * (0.000_000_15 - t * 0.000_000_000_73));
    let e = 1.0 - t * (0.002_516 + t * 0.000_007_4);
    let sun = (2.5534 + 29.105_356_7 * k - t * t * (0.000_001_4 + t * 0.000_000_11)).to_radians();
    let moon =
        (201.5643 + 385.816_935_28 * k + t * t * (0.010_758_2 + t * (0.000_012_38 - t * 0.000_000_058))).to_radians();
    let latitude =
        (160.7108 + 390.670_502_84 * k - t * t * (0.001_611_8 + t * (0.000_002_27 - t * 0.000_000_011))).to_radians();
    let node = (124.7746 - 1.563_755_88 * k + t * t * (0.002_067_2 + t * 0.000_002_15)).to_radians();
    let correction = -0.407_20 * moon.sin()
        + 0.172_41 * e * sun.sin()
        + 0.016_08 * (2.0 * moon).sin()
        + 0.010_39 * (2.0 * latitude).sin()
        + 0.007_39 * e * (moon - sun).sin()
        - 0.005_14 * e * (moon + sun).sin()
        + 0.002_08 * e * e * (2.0 * sun).sin()
        - 0.001_11 * (moon - 2.0 * latitude).sin()
        - 0.000_57 * (moon + 2.0 * latitude).sin()
        + 0.000_56 * e * (2.0 * moon + sun).sin()
        - 0.000_42 * (3.0 * moon).sin()
        + 0.000_42 * e * (sun + 2.0 * latitude).sin()
        + 0.000_38 * e * (sun - 2.0 * latitude).sin()
        - 0.000_24 * e * (2.0 * moon - sun).sin()
        - 0.000_17 * node.sin()
        - 0.000_07 * (moon + 2.0 * sun).sin();
    (mean + correction - DELTA_T + 0.5 + 7.0 / 24.0).floor() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<NaiveDate> {
        Some(text.parse().expect("a date"))
    }

    #[test]
    fn agrees_with_published_dates() {
        // Years before and after the shipped list, and those around a leap month.
        for (year, expected) in [
            (1968, "1968-01-29"),
            (1985, "1985-01-21"),
            (2007, "2007-02-17"),
            (2014, "2014-01-31"),
            (2021, "2021-02-12"),
            (2022, "2022-02-01"),
            (2023, "2023-01-22"),
            (2033, "2033-01-31"),
            (2034, "2034-02-19"),
        ] {
            assert_eq!(lunar_new_year(year), day(expected), "{year}");
        }
        for (year, expected) in [(2021, "2021-04-21"), (2022, "2022-04-10"), (2023, "2023-04-29")] {
            assert_eq!(hung_kings_day(year), day(expected), "{year}");
        }
    }

    #[test]
    fn stays_within_its_season_in_every_year() {
        for year in 1900..=2199 {
            let new_year = lunar_new_year(year).expect("in range");
            let doy = new_year.ordinal();
            assert!(new_year.year() == year && (19..=54).contains(&doy), "{new_year}");
            let hung_kings = hung_kings_day(year).expect("in range");
            let apart = (hung_kings - new_year).num_days();
            assert!((67..=99).contains(&apart), "{year}: {apart}");
        }
        assert_eq!(lunar_new_year(1899), None);
        assert_eq!(lunar_new_year(2200), None);
        assert_eq!(hung_kings_day(i32::MAX), None);
    }
}

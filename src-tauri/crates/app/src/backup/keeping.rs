//! Which backups stay: the rule by which old ones make room.

use crate::api::{BackupKeeping, BackupWhy};
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};
use std::collections::HashSet;

/// One backup, as far as the rule asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub name: String,
    pub at: DateTime<FixedOffset>,
    pub why: BackupWhy,
}

/// The names of those that go: of each kind beyond its number, the oldest. The newest of all always stays.
pub(super) fn superfluous(all: &[Kept], keeping: &BackupKeeping) -> Vec<String> {
    let mut newest_first: Vec<&Kept> = all.iter().collect();
    newest_first.sort_by(|a, b| (b.at, &b.name).cmp(&(a.at, &a.name)));
    let mut days: HashSet<NaiveDate> = HashSet::new();
    let mut weeks: HashSet<(i32, u32)> = HashSet::new();
    let mut counts = [0_u32; 3];
    let mut gone = Vec::new();
    for (i, backup) in newest_first.iter().enumerate() {
        let day = backup.at.date_naive();
        let stays = match backup.why {
            BackupWhy::Daily => {
                let week = (day.iso_week().year(), day.iso_week().week());
                if days.contains(&day) {
                    false
                } else if days.len() < usize::from(keeping.daily) {
                    days.insert(day);
                    true
                } else {
                    !weeks.contains(&week) && weeks.len() < usize::from(keeping.weekly) && weeks.insert(week)
                }
            }
            BackupWhy::BeforeImport => within(&mut counts[0], keeping.before_import),
            BackupWhy::BeforeUpgrade => within(&mut counts[1], keeping.before_upgrade),
            BackupWhy::ByHand => within(&mut counts[2], keeping.by_hand),
        };
        if !stays && i > 0 {
            gone.push(backup.name.clone());
        }
    }
    gone
}

fn within(count: &mut u32, most: u8) -> bool {
    *count += 1;
    *count <= u32::from(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn backup(at: DateTime<FixedOffset>, why: BackupWhy) -> Kept {
        Kept {
            name: format!("{at} {why:?}"),
            at,
            why,
        }
    }

    fn start() -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339("2017-01-02T08:00:00+07:00").unwrap()
    }

    #[test]
    fn a_year_of_days_leaves_a_week_of_days_and_a_month_of_weeks() {
        let keeping = BackupKeeping::default();
        let mut there: Vec<Kept> = Vec::new();
        for day in 0..365 {
            let at = start() + TimeDelta::days(day);
            there.push(backup(at, BackupWhy::Daily));
            for hour in 1..3 {
                there.push(backup(at + TimeDelta::hours(hour), BackupWhy::BeforeImport));
            }
            let gone = superfluous(&there, &keeping);
            there.retain(|one| !gone.contains(&one.name));
        }
        let count = |why| there.iter().filter(|one| one.why == why).count();
        assert_eq!(count(BackupWhy::Daily), 7 + 4);
        assert_eq!(count(BackupWhy::BeforeImport), 3);
        let oldest = there.iter().map(|one| one.at).min().unwrap();
        let age = (start() + TimeDelta::days(364) - oldest).num_days();
        assert!((22..=35).contains(&age), "the oldest is {age} days old");
    }

    #[test]
    fn the_newest_stays_whatever_the_numbers_say() {
        let keeping = BackupKeeping {
            before_import: 0,
            by_hand: 1,
            ..BackupKeeping::default()
        };
        let there = [
            backup(start(), BackupWhy::ByHand),
            backup(start() + TimeDelta::hours(1), BackupWhy::ByHand),
            backup(start() + TimeDelta::hours(2), BackupWhy::BeforeImport),
        ];
        assert_eq!(superfluous(&there, &keeping), [there[0].name.clone()]);
    }
}

//! The official totals of a set of tasks at a date, with the sums that must hold (DOMAIN 1.4, 1.8).
//!
//! Two axes count the same tasks: by deadline (done on time or late; open in time, overdue or without deadline) and by
//! work (not started, under way, done). Every percentage names its base, because the bases give different numbers.

mod percent;

pub use percent::{Percent, percentages};

use crate::deadline::DeadlineClass;
use crate::status::{CountedAs, Status};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// What totals need to know of a task, judged at one date; or of many tasks alike.
#[derive(Clone, Copy, Debug)]
pub struct Fact<'t> {
    /// The shown status.
    pub status: Status,
    /// The class at the date.
    pub class: DeadlineClass,
    /// Done before the deadline day.
    pub early: bool,
    /// The current deadline differs from the original.
    pub extended: bool,
    /// Code of the kind.
    pub kind: &'t str,
    /// Who assigned it.
    pub assigner: &'t str,
    /// Field of work.
    pub field: &'t str,
    /// The lead unit, exactly one.
    pub lead: &'t str,
    /// The coordinating units.
    pub coordinating: &'t [&'t str],
    /// How many tasks are like this.
    pub count: u32,
}

impl Fact<'_> {
    /// Where the task is counted on the axis of work. A status of completed whose date is later than the one judged
    /// was work under way then.
    pub fn counted_as(&self) -> CountedAs {
        match self.status.counted_as() {
            CountedAs::Done if !self.class.is_done() => CountedAs::UnderWay,
            counted => counted,
        }
    }
}

/// The totals by deadline, as official reports give them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfficialTotals {
    /// Tổng số.
    #[ts(type = "number")]
    pub total: u64,
    /// Hoàn thành.
    #[ts(type = "number")]
    pub done: u64,
    /// Hoàn thành đúng hạn, with those before the deadline and those without one.
    #[ts(type = "number")]
    pub done_on_time: u64,
    /// Of those on time: before the deadline day.
    #[ts(type = "number")]
    pub done_early: u64,
    /// Of those on time: without deadline.
    #[ts(type = "number")]
    pub done_without_deadline: u64,
    /// Hoàn thành quá hạn.
    #[ts(type = "number")]
    pub done_late: u64,
    /// Hoàn thành, and the source does not say whether on time: only in totals taken over from others' reports.
    #[ts(type = "number")]
    pub done_unsplit: u64,
    /// Chưa hoàn thành.
    #[ts(type = "number")]
    pub open: u64,
    /// Chưa hoàn thành trong hạn, with those due soon.
    #[ts(type = "number")]
    pub open_in_time: u64,
    /// Of those in time: due soon.
    #[ts(type = "number")]
    pub open_due_soon: u64,
    /// Chưa hoàn thành quá hạn.
    #[ts(type = "number")]
    pub open_overdue: u64,
    /// Chưa hoàn thành, không thời hạn.
    #[ts(type = "number")]
    pub open_without_deadline: u64,
}

/// Totals on both axes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Totals {
    /// By deadline.
    #[serde(flatten)]
    pub official: OfficialTotals,
    /// Chưa thực hiện.
    #[ts(type = "number")]
    pub not_started: u64,
    /// Đang thực hiện.
    #[ts(type = "number")]
    pub under_way: u64,
    /// Tạm dừng: not done, shown apart.
    #[ts(type = "number")]
    pub suspended: u64,
    /// Đã chuyển: outside the total.
    #[ts(type = "number")]
    pub transferred: u64,
    /// Đã rút: outside the total.
    #[ts(type = "number")]
    pub withdrawn: u64,
    /// Of the total: the current deadline differs from the original.
    #[ts(type = "number")]
    pub extended: u64,
}

/// The totals of a lead unit, and what it coordinates, which is counted elsewhere and never added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LeadTotals {
    /// Of the tasks that it leads.
    #[serde(flatten)]
    pub totals: Totals,
    /// Phối hợp (không cộng).
    #[ts(type = "number")]
    pub coordinated: u64,
}

/// A sum that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TotalsError {
    /// A task is classed as done though its status is not completed.
    #[error("a task of status {} is classed as {}", .status.code(), .class.code())]
    Contradiction {
        /// Its status.
        status: Status,
        /// Its class.
        class: DeadlineClass,
    },
    /// A whole is not the sum of its parts.
    #[error("{whole} is {stated}, its parts make {sum}")]
    Sum {
        /// The field that holds the whole.
        whole: &'static str,
        /// What it says.
        stated: u64,
        /// What its parts make.
        sum: u64,
    },
    /// A part is larger than what it is part of.
    #[error("{part} is {count}, more than {whole}, which is {of}")]
    Part {
        /// The field that holds the part.
        part: &'static str,
        /// What it says.
        count: u64,
        /// The field that holds the whole.
        whole: &'static str,
        /// What that says.
        of: u64,
    },
}

/// The base of a percentage; a report names it beside every percentage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// Trên tổng số: done and open.
    All,
    /// Trên số đến hạn: done with a deadline, and open overdue. Tasks without deadline never come due.
    CameDue,
    /// Trong số hoàn thành: on time, late, and not stated.
    Done,
}

/// One part of a base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SharePart {
    /// Hoàn thành.
    Done,
    /// Chưa hoàn thành.
    Open,
    /// Chưa hoàn thành quá hạn.
    Overdue,
    /// Hoàn thành đúng hạn.
    OnTime,
    /// Hoàn thành quá hạn.
    Late,
    /// Hoàn thành, not stated whether on time.
    Unsplit,
}

/// How large one part of a base is: the exact fraction `count` / `whole` and its printed form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Share {
    /// The part.
    pub part: SharePart,
    /// Its count.
    #[ts(type = "number")]
    pub count: u64,
    /// The base's count.
    #[ts(type = "number")]
    pub whole: u64,
    /// Rounded so that the parts of the base make 100,00; none if the base is 0.
    pub percent: Option<Percent>,
}

impl OfficialTotals {
    /// The parts of a base with their percentages, which together make 100,00.
    pub fn shares(&self, base: Base) -> Vec<Share> {
        let parts: Vec<(SharePart, u64)> = match base {
            Base::All => vec![(SharePart::Done, self.done), (SharePart::Open, self.open)],
            Base::CameDue => vec![
                (SharePart::Done, self.done.saturating_sub(self.done_without_deadline)),
                (SharePart::Overdue, self.open_overdue),
            ],
            Base::Done => vec![
                (SharePart::OnTime, self.done_on_time),
                (SharePart::Late, self.done_late),
                (SharePart::Unsplit, self.done_unsplit),
            ],
        };
        let counts: Vec<u64> = parts.iter().map(|(_, count)| *count).collect();
        let percents = percentages(&counts);
        let whole = counts.iter().fold(0, |sum: u64, count| sum.saturating_add(*count));
        parts
            .into_iter()
            .enumerate()
            .map(|(i, (part, count))| Share {
                part,
                count,
                whole,
                percent: percents.as_ref().and_then(|percents| percents.get(i).copied()),
            })
            .collect()
    }

    /// The percentage of one part of a base; none if the base is 0 or has no such part.
    pub fn percent(&self, base: Base, part: SharePart) -> Option<Percent> {
        let shares = self.shares(base);
        shares
            .into_iter()
            .find(|share| share.part == part)
            .and_then(|share| share.percent)
    }

    /// Checks that every whole is the sum of its parts.
    pub fn check(&self) -> Result<(), TotalsError> {
        sum("total", self.total, &[self.done, self.open])?;
        sum(
            "done",
            self.done,
            &[self.done_on_time, self.done_late, self.done_unsplit],
        )?;
        sum(
            "open",
            self.open,
            &[self.open_in_time, self.open_overdue, self.open_without_deadline],
        )?;
        let on_time = ("done_on_time", self.done_on_time);
        // Early and without deadline are different tasks, both within those on time.
        part(
            "done_early",
            self.done_early.saturating_add(self.done_without_deadline),
            on_time,
        )?;
        part("open_due_soon", self.open_due_soon, ("open_in_time", self.open_in_time))
    }

    fn add(&mut self, class: DeadlineClass, early: bool, count: u64) {
        self.total += count;
        if class.is_done() {
            self.done += count;
        } else {
            self.open += count;
        }
        match class {
            DeadlineClass::DoneOnTime => {
                self.done_on_time += count;
                self.done_early += if early { count } else { 0 };
            }
            DeadlineClass::DoneLate => self.done_late += count,
            DeadlineClass::DoneWithoutDeadline => {
                self.done_on_time += count;
                self.done_without_deadline += count;
            }
            DeadlineClass::OpenInTime => self.open_in_time += count,
            DeadlineClass::OpenDueSoon => {
                self.open_in_time += count;
                self.open_due_soon += count;
            }
            DeadlineClass::OpenOverdue => self.open_overdue += count,
            DeadlineClass::OpenWithoutDeadline => self.open_without_deadline += count,
        }
    }
}

impl Totals {
    /// Counts tasks. Refuses a fact whose class contradicts its status.
    pub fn of<'t>(facts: impl IntoIterator<Item = Fact<'t>>) -> Result<Totals, TotalsError> {
        let mut totals = Totals::default();
        for fact in facts {
            totals.add(&fact)?;
        }
        totals.check()?;
        Ok(totals)
    }

    /// Counts tasks in groups. The groups' totals add up to the grand total, since every task is in one group.
    pub fn by<'t, K: Ord>(
        facts: impl IntoIterator<Item = Fact<'t>>,
        group: impl Fn(&Fact<'t>) -> K,
    ) -> Result<BTreeMap<K, Totals>, TotalsError> {
        let mut groups: BTreeMap<K, Totals> = BTreeMap::new();
        for fact in facts {
            groups.entry(group(&fact)).or_default().add(&fact)?;
        }
        groups.values().try_for_each(Totals::check)?;
        Ok(groups)
    }

    /// Counts tasks by their lead units, and beside that what each unit coordinates.
    pub fn by_lead<'t>(
        facts: impl IntoIterator<Item = Fact<'t>>,
    ) -> Result<BTreeMap<&'t str, LeadTotals>, TotalsError> {
        let mut units: BTreeMap<&'t str, LeadTotals> = BTreeMap::new();
        for fact in facts {
            units.entry(fact.lead).or_default().totals.add(&fact)?;
            if fact.counted_as() != CountedAs::Excluded {
                for unit in fact.coordinating {
                    units.entry(unit).or_default().coordinated += u64::from(fact.count);
                }
            }
        }
        units.values().try_for_each(|unit| unit.totals.check())?;
        Ok(units)
    }

    /// The sum of totals of different tasks.
    pub fn sum<'a>(parts: impl IntoIterator<Item = &'a Totals>) -> Totals {
        let mut sum = Totals::default();
        for part in parts {
            sum.add_totals(part);
        }
        sum
    }

    /// Checks that both axes count the same tasks and every whole is the sum of its parts.
    pub fn check(&self) -> Result<(), TotalsError> {
        self.official.check()?;
        sum(
            "open",
            self.official.open,
            &[self.not_started, self.under_way, self.suspended],
        )?;
        part("extended", self.extended, ("total", self.official.total))
    }

    /// Tasks outside the total.
    pub fn excluded(&self) -> u64 {
        self.transferred.saturating_add(self.withdrawn)
    }

    fn add(&mut self, fact: &Fact<'_>) -> Result<(), TotalsError> {
        let count = u64::from(fact.count);
        if fact.class.is_done() && fact.status != Status::Completed {
            return Err(TotalsError::Contradiction {
                status: fact.status,
                class: fact.class,
            });
        }
        match fact.counted_as() {
            CountedAs::Done => {}
            CountedAs::NotStarted => self.not_started += count,
            CountedAs::UnderWay => self.under_way += count,
            CountedAs::Suspended => self.suspended += count,
            CountedAs::Excluded => {
                match fact.status {
                    Status::Transferred => self.transferred += count,
                    _ => self.withdrawn += count,
                }
                return Ok(());
            }
        }
        self.official.add(fact.class, fact.early, count);
        if fact.extended {
            self.extended += count;
        }
        Ok(())
    }

    /// Saturates: totals that were read from elsewhere can be anything, and [`Totals::check`] tells.
    fn add_totals(&mut self, other: &Totals) {
        let (mine, theirs) = (&mut self.official, &other.official);
        grow(&mut mine.total, theirs.total);
        grow(&mut mine.done, theirs.done);
        grow(&mut mine.done_on_time, theirs.done_on_time);
        grow(&mut mine.done_early, theirs.done_early);
        grow(&mut mine.done_without_deadline, theirs.done_without_deadline);
        grow(&mut mine.done_late, theirs.done_late);
        grow(&mut mine.done_unsplit, theirs.done_unsplit);
        grow(&mut mine.open, theirs.open);
        grow(&mut mine.open_in_time, theirs.open_in_time);
        grow(&mut mine.open_due_soon, theirs.open_due_soon);
        grow(&mut mine.open_overdue, theirs.open_overdue);
        grow(&mut mine.open_without_deadline, theirs.open_without_deadline);
        grow(&mut self.not_started, other.not_started);
        grow(&mut self.under_way, other.under_way);
        grow(&mut self.suspended, other.suspended);
        grow(&mut self.transferred, other.transferred);
        grow(&mut self.withdrawn, other.withdrawn);
        grow(&mut self.extended, other.extended);
    }
}

fn grow(count: &mut u64, by: u64) {
    *count = count.saturating_add(by);
}

fn sum(whole: &'static str, stated: u64, parts: &[u64]) -> Result<(), TotalsError> {
    let sum = parts.iter().fold(0, |sum: u64, part| sum.saturating_add(*part));
    if sum == stated {
        Ok(())
    } else {
        Err(TotalsError::Sum { whole, stated, sum })
    }
}

fn part(part: &'static str, count: u64, (whole, of): (&'static str, u64)) -> Result<(), TotalsError> {
    if count <= of {
        Ok(())
    } else {
        Err(TotalsError::Part { part, count, whole, of })
    }
}

#[cfg(test)]
mod tests;

//! The deadline class: what the calendar says of a task at a date (DOMAIN 1.4). Derived, never stored.
//!
//! A task counts as done at a date only if its date of completion is not later; it is not late on the deadline day
//! itself, which ends at 24:00 (Bộ luật Dân sự, Điều 148.6). The deadline is a pair, the original and the current one
//! that an extension moves; which of them counts is declared.

use crate::calendar::WorkingCalendar;
use crate::status::Status;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the calendar says of a task at a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeadlineClass {
    /// Hoàn thành đúng hạn.
    DoneOnTime,
    /// Hoàn thành quá hạn.
    DoneLate,
    /// Hoàn thành, không thời hạn.
    DoneWithoutDeadline,
    /// Chưa hoàn thành, trong hạn.
    OpenInTime,
    /// Chưa hoàn thành, sắp đến hạn. In totals a part of those in time.
    OpenDueSoon,
    /// Chưa hoàn thành, quá hạn.
    OpenOverdue,
    /// Chưa hoàn thành, không thời hạn.
    OpenWithoutDeadline,
}

impl DeadlineClass {
    /// All seven, done before open.
    pub const ALL: [DeadlineClass; 7] = [
        DeadlineClass::DoneOnTime,
        DeadlineClass::DoneLate,
        DeadlineClass::DoneWithoutDeadline,
        DeadlineClass::OpenInTime,
        DeadlineClass::OpenDueSoon,
        DeadlineClass::OpenOverdue,
        DeadlineClass::OpenWithoutDeadline,
    ];

    /// The word in the terminal and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            DeadlineClass::DoneOnTime => "done_on_time",
            DeadlineClass::DoneLate => "done_late",
            DeadlineClass::DoneWithoutDeadline => "done_without_deadline",
            DeadlineClass::OpenInTime => "open_in_time",
            DeadlineClass::OpenDueSoon => "open_due_soon",
            DeadlineClass::OpenOverdue => "open_overdue",
            DeadlineClass::OpenWithoutDeadline => "open_without_deadline",
        }
    }

    /// The class of a code, if it is one.
    pub fn from_code(code: &str) -> Option<DeadlineClass> {
        DeadlineClass::ALL.into_iter().find(|class| class.code() == code)
    }

    /// Whether the task counts as done.
    pub fn is_done(self) -> bool {
        matches!(
            self,
            DeadlineClass::DoneOnTime | DeadlineClass::DoneLate | DeadlineClass::DoneWithoutDeadline
        )
    }
}

/// Which deadline a report counts by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeadlineBase {
    /// Hạn hiện tại: as extensions have moved it.
    #[default]
    Current,
    /// Hạn gốc: as first given.
    Original,
}

/// The two deadlines of a task; none means no deadline (không xác định thời hạn).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deadlines {
    /// Hạn gốc.
    pub original: Option<NaiveDate>,
    /// Hạn hiện tại.
    pub current: Option<NaiveDate>,
}

impl Deadlines {
    /// A deadline that was never moved.
    pub fn unmoved(deadline: Option<NaiveDate>) -> Deadlines {
        Deadlines {
            original: deadline,
            current: deadline,
        }
    }

    /// The one that counts.
    pub fn by(&self, base: DeadlineBase) -> Option<NaiveDate> {
        match base {
            DeadlineBase::Current => self.current,
            DeadlineBase::Original => self.original,
        }
    }

    /// Whether the current deadline is another than the original.
    pub fn is_moved(&self) -> bool {
        self.original != self.current
    }
}

/// Working days before the deadline within which a task is due soon, if the office sets nothing else.
pub const DUE_SOON_WORKING_DAYS: u32 = 3;

/// The date and the measure by which tasks are judged.
#[derive(Clone, Copy, Debug)]
pub struct AsOf<'c> {
    /// The date.
    pub date: NaiveDate,
    /// Which deadline counts.
    pub base: DeadlineBase,
    /// Working days before the deadline within which a task is due soon.
    pub due_soon_working_days: u32,
    /// The working days.
    pub calendar: &'c WorkingCalendar,
}

/// A length of time, as officials name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Span {
    /// Ngày.
    pub calendar_days: u32,
    /// Ngày làm việc.
    pub working_days: u32,
}

/// The class of a task with the numbers behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The class.
    pub class: DeadlineClass,
    /// Done before the deadline day (trước hạn).
    pub early: bool,
    /// Open and not past the deadline: how long until it ends. Zero on the day itself.
    pub left: Option<Span>,
    /// Overdue, or done late: by how much.
    pub late: Option<Span>,
}

/// The bands in which overdue tasks are listed, in calendar days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LatenessBand {
    /// 1 to 30 days.
    UpTo30,
    /// 31 to 60 days.
    UpTo60,
    /// 61 to 120 days.
    UpTo120,
    /// More than 120 days.
    Over120,
}

impl Span {
    /// The band, if it is at least a day.
    pub fn band(&self) -> Option<LatenessBand> {
        match self.calendar_days {
            0 => None,
            1..=30 => Some(LatenessBand::UpTo30),
            31..=60 => Some(LatenessBand::UpTo60),
            61..=120 => Some(LatenessBand::UpTo120),
            _ => Some(LatenessBand::Over120),
        }
    }
}

impl<'c> AsOf<'c> {
    /// At a date, by the current deadline and the usual measure.
    pub fn new(date: NaiveDate, calendar: &'c WorkingCalendar) -> AsOf<'c> {
        AsOf {
            date,
            base: DeadlineBase::default(),
            due_soon_working_days: DUE_SOON_WORKING_DAYS,
            calendar,
        }
    }

    /// Whether a task counts as done: its shown status is completed and its date of completion is not after this date.
    /// A completion without a date counts as not done, because no date can be shown for it.
    pub fn is_done(&self, status: Status, completed_on: Option<NaiveDate>) -> bool {
        status == Status::Completed && completed_on.is_some_and(|completed| completed <= self.date)
    }

    /// The class of a task. Suspended, transferred and withdrawn tasks have one too; totals leave the last two out.
    pub fn class(&self, status: Status, completed_on: Option<NaiveDate>, deadlines: Deadlines) -> DeadlineClass {
        let deadline = deadlines.by(self.base);
        match (completed_on.filter(|_| self.is_done(status, completed_on)), deadline) {
            (Some(_), None) => DeadlineClass::DoneWithoutDeadline,
            (Some(completed), Some(deadline)) if completed <= deadline => DeadlineClass::DoneOnTime,
            (Some(_), Some(_)) => DeadlineClass::DoneLate,
            (None, None) => DeadlineClass::OpenWithoutDeadline,
            (None, Some(deadline)) if self.date > deadline => DeadlineClass::OpenOverdue,
            (None, Some(deadline)) => {
                if self.calendar.working_days_between(self.date, deadline) <= i64::from(self.due_soon_working_days) {
                    DeadlineClass::OpenDueSoon
                } else {
                    DeadlineClass::OpenInTime
                }
            }
        }
    }

    /// The class of a task with the numbers behind it.
    pub fn read(&self, status: Status, completed_on: Option<NaiveDate>, deadlines: Deadlines) -> Reading {
        let class = self.class(status, completed_on, deadlines);
        let deadline = deadlines.by(self.base);
        let end = if class.is_done() { completed_on } else { Some(self.date) };
        let (left, late) = match (class, deadline, end) {
            (DeadlineClass::OpenInTime | DeadlineClass::OpenDueSoon, Some(deadline), Some(end)) => {
                (Some(self.span(end, deadline)), None)
            }
            (DeadlineClass::OpenOverdue | DeadlineClass::DoneLate, Some(deadline), Some(end)) => {
                (None, Some(self.span(deadline, end)))
            }
            _ => (None, None),
        };
        Reading {
            class,
            early: class == DeadlineClass::DoneOnTime && completed_on < deadline,
            left,
            late,
        }
    }

    /// The last deadline that counts as due soon at this date, so that a store can find the class by comparing dates.
    pub fn due_soon_until(&self) -> NaiveDate {
        let beyond = self.due_soon_working_days.saturating_add(1);
        match self.calendar.add_working_days(self.date, beyond) {
            Ok(reckoned) => reckoned.value - Days::new(1),
            Err(_) => NaiveDate::MAX,
        }
    }

    fn span(&self, from: NaiveDate, to: NaiveDate) -> Span {
        Span {
            calendar_days: u32::try_from((to - from).num_days()).unwrap_or(0),
            working_days: u32::try_from(self.calendar.working_days_between(from, to)).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn as_of(date: &str) -> AsOf<'static> {
        AsOf::new(day(date), WorkingCalendar::vietnam())
    }

    fn until(deadline: &str) -> Deadlines {
        Deadlines::unmoved(Some(day(deadline)))
    }

    #[test]
    fn the_deadline_day_itself_is_in_time() {
        let done = |on| as_of("2017-06-23").read(Status::Completed, Some(day(on)), until("2017-02-27"));
        assert_eq!(done("2017-02-27").class, DeadlineClass::DoneOnTime);
        assert!(!done("2017-02-27").early && done("2017-02-26").early);
        assert_eq!(done("2017-02-28").class, DeadlineClass::DoneLate);
        assert_eq!(
            done("2017-02-28").late,
            Some(Span {
                calendar_days: 1,
                working_days: 1
            })
        );
        let open = |date| as_of(date).class(Status::InProgress, None, until("2017-06-16"));
        assert_eq!(open("2017-06-16"), DeadlineClass::OpenDueSoon);
        assert_eq!(open("2017-06-17"), DeadlineClass::OpenOverdue);
    }

    #[test]
    fn due_soon_is_counted_in_working_days() {
        // NV09: due Monday, seen on Friday.
        let reading = as_of("2017-06-23").read(Status::New, None, until("2017-06-26"));
        assert_eq!(reading.class, DeadlineClass::OpenDueSoon);
        assert_eq!(
            reading.left,
            Some(Span {
                calendar_days: 3,
                working_days: 1
            })
        );
        let class = |deadline| as_of("2017-06-23").class(Status::New, None, until(deadline));
        assert_eq!(class("2017-06-28"), DeadlineClass::OpenDueSoon);
        assert_eq!(class("2017-06-29"), DeadlineClass::OpenInTime);
        assert_eq!(as_of("2017-06-23").due_soon_until(), day("2017-06-28"));
    }

    #[test]
    fn what_was_done_later_was_not_done_then() {
        let class = |date| as_of(date).class(Status::Completed, Some(day("2017-06-06")), until("2017-06-07"));
        assert_eq!(class("2017-05-31"), DeadlineClass::OpenInTime);
        assert_eq!(class("2017-06-06"), DeadlineClass::DoneOnTime);
        assert!(!as_of("2017-05-31").is_done(Status::Completed, None));
    }

    #[test]
    fn the_parents_word_keeps_a_task_open() {
        let on = Some(day("2017-06-01"));
        let class = as_of("2017-06-23").class(Status::Suspended, on, until("2017-06-16"));
        assert_eq!(class, DeadlineClass::OpenOverdue);
    }

    #[test]
    fn without_deadline_nothing_is_late() {
        let class = |status, on| as_of("2017-06-23").class(status, on, Deadlines::default());
        assert_eq!(class(Status::InProgress, None), DeadlineClass::OpenWithoutDeadline);
        let on = Some(day("2017-06-23"));
        assert_eq!(class(Status::Completed, on), DeadlineClass::DoneWithoutDeadline);
    }

    #[test]
    fn the_base_decides_whether_an_extension_counts() {
        let moved = Deadlines {
            original: Some(day("2017-06-05")),
            current: Some(day("2017-07-05")),
        };
        assert!(moved.is_moved());
        let mut as_of = as_of("2017-06-23");
        assert_eq!(as_of.class(Status::InProgress, None, moved), DeadlineClass::OpenInTime);
        as_of.base = DeadlineBase::Original;
        let reading = as_of.read(Status::InProgress, None, moved);
        assert_eq!(reading.class, DeadlineClass::OpenOverdue);
        assert_eq!(
            reading.late,
            Some(Span {
                calendar_days: 18,
                working_days: 14
            })
        );
        assert_eq!(reading.late.and_then(|late| late.band()), Some(LatenessBand::UpTo30));
    }

    #[test]
    fn bands_of_lateness_have_no_holes() {
        let band = |calendar_days| {
            Span {
                calendar_days,
                working_days: 0,
            }
            .band()
        };
        assert_eq!(band(0), None);
        assert_eq!(band(30), Some(LatenessBand::UpTo30));
        assert_eq!(band(31), Some(LatenessBand::UpTo60));
        assert_eq!(band(61), Some(LatenessBand::UpTo120));
        assert_eq!(band(121), Some(LatenessBand::Over120));
    }

    #[test]
    fn codes_name_each_class_once() {
        for class in DeadlineClass::ALL {
            assert_eq!(DeadlineClass::from_code(class.code()), Some(class));
            assert_eq!(serde_json::to_value(class).expect("a word"), class.code());
        }
    }

    #[test]
    fn far_dates_do_not_panic() {
        for date in [NaiveDate::MIN, NaiveDate::MAX] {
            let mut as_of = AsOf::new(date, WorkingCalendar::vietnam());
            as_of.due_soon_working_days = u32::MAX;
            as_of.due_soon_until();
            as_of.read(Status::New, None, Deadlines::unmoved(Some(NaiveDate::MAX)));
            as_of.read(Status::New, None, Deadlines::unmoved(Some(NaiveDate::MIN)));
        }
    }

    proptest! {
        #[test]
        fn a_store_can_compare_dates_instead(date in 736_000..737_000i32, deadline in 736_000..737_000i32) {
            let as_of = AsOf::new(NaiveDate::from_num_days_from_ce_opt(date).expect("in range"), WorkingCalendar::vietnam());
            let deadline = NaiveDate::from_num_days_from_ce_opt(deadline).expect("in range");
            let class = as_of.class(Status::New, None, Deadlines::unmoved(Some(deadline)));
            let due_soon = as_of.date <= deadline && deadline <= as_of.due_soon_until();
            prop_assert_eq!(class == DeadlineClass::OpenDueSoon, due_soon);
            prop_assert_eq!(class == DeadlineClass::OpenOverdue, as_of.date > deadline);
        }
    }
}

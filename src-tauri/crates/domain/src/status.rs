//! The status of a task: the child's five words, the parent's four, and the eight that the office reads.
//!
//! Source: DOMAIN table 1.4. What somebody did is the status; what the calendar says of it is the
//! [deadline class](crate::deadline), which is never stored.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the unit that carries a task out says of it. Written by the child only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChildStatus {
    /// Mới giao, chưa tiếp nhận.
    New,
    /// Đã tiếp nhận, chưa triển khai.
    Received,
    /// Đang thực hiện.
    InProgress,
    /// Chờ lãnh đạo duyệt kết quả.
    AwaitingApproval,
    /// Hoàn thành.
    Completed,
}

/// What the unit that assigned a task says of it. Written by the parent only; anything but `Active` prevails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The task stands; the child's word counts.
    #[default]
    Active,
    /// Tạm dừng theo ý kiến cấp giao.
    Suspended,
    /// Chuyển đơn vị hoặc kỳ khác.
    Transferred,
    /// Rút, huỷ nhiệm vụ.
    Withdrawn,
}

/// The one status shown and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Mới giao.
    New,
    /// Đã tiếp nhận.
    Received,
    /// Đang thực hiện.
    InProgress,
    /// Chờ duyệt kết quả.
    AwaitingApproval,
    /// Hoàn thành.
    Completed,
    /// Tạm dừng.
    Suspended,
    /// Đã chuyển.
    Transferred,
    /// Đã rút.
    Withdrawn,
}

/// The column of a report in which a status is counted (DOMAIN 1.4, "Counted as").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CountedAs {
    /// Chưa thực hiện.
    NotStarted,
    /// Đang thực hiện.
    UnderWay,
    /// Hoàn thành.
    Done,
    /// Tạm dừng: inside "chưa hoàn thành", shown apart.
    Suspended,
    /// Outside the unit's total.
    Excluded,
}

impl Status {
    /// All eight, in the order of a task's life.
    pub const ALL: [Status; 8] = [
        Status::New,
        Status::Received,
        Status::InProgress,
        Status::AwaitingApproval,
        Status::Completed,
        Status::Suspended,
        Status::Transferred,
        Status::Withdrawn,
    ];

    /// The status shown for a pair of cells: the parent's word prevails over the child's.
    pub fn of(child: ChildStatus, standing: Standing) -> Status {
        match standing {
            Standing::Suspended => Status::Suspended,
            Standing::Transferred => Status::Transferred,
            Standing::Withdrawn => Status::Withdrawn,
            Standing::Active => match child {
                ChildStatus::New => Status::New,
                ChildStatus::Received => Status::Received,
                ChildStatus::InProgress => Status::InProgress,
                ChildStatus::AwaitingApproval => Status::AwaitingApproval,
                ChildStatus::Completed => Status::Completed,
            },
        }
    }

    /// The column in which a report counts it.
    pub fn counted_as(self) -> CountedAs {
        match self {
            Status::New | Status::Received => CountedAs::NotStarted,
            Status::InProgress | Status::AwaitingApproval => CountedAs::UnderWay,
            Status::Completed => CountedAs::Done,
            Status::Suspended => CountedAs::Suspended,
            Status::Transferred | Status::Withdrawn => CountedAs::Excluded,
        }
    }

    /// The word in stored rows, in the terminal and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Status::New => "new",
            Status::Received => "received",
            Status::InProgress => "in_progress",
            Status::AwaitingApproval => "awaiting_approval",
            Status::Completed => "completed",
            Status::Suspended => "suspended",
            Status::Transferred => "transferred",
            Status::Withdrawn => "withdrawn",
        }
    }

    /// The status of a code, if it is one.
    pub fn from_code(code: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.code() == code)
    }
}

impl ChildStatus {
    /// The word on the wire.
    pub fn code(self) -> &'static str {
        Status::of(self, Standing::Active).code()
    }

    /// The child's status of a code, if it is one.
    pub fn from_code(code: &str) -> Option<ChildStatus> {
        use ChildStatus::*;
        [New, Received, InProgress, AwaitingApproval, Completed]
            .into_iter()
            .find(|status| status.code() == code)
    }

    /// Whether the child may take this step.
    ///
    /// DOMAIN 1.4 allows each status its neighbours. A unit that types up a paper register afterwards passes
    /// through several at once, so any step forward is a step; a step back is allowed where work is resumed
    /// (`AwaitingApproval` or `Completed` to `InProgress`), and to the same word (a new date, say).
    pub fn may_become(self, next: ChildStatus) -> bool {
        next >= self
            || matches!(
                (self, next),
                (
                    ChildStatus::AwaitingApproval | ChildStatus::Completed,
                    ChildStatus::InProgress
                )
            )
    }
}

impl Standing {
    /// The word on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Standing::Active => "active",
            Standing::Suspended => "suspended",
            Standing::Transferred => "transferred",
            Standing::Withdrawn => "withdrawn",
        }
    }

    /// The standing of a code, if it is one.
    pub fn from_code(code: &str) -> Option<Standing> {
        [
            Standing::Active,
            Standing::Suspended,
            Standing::Transferred,
            Standing::Withdrawn,
        ]
        .into_iter()
        .find(|standing| standing.code() == code)
    }

    /// Whether the parent may take this step: a transferred or withdrawn task has ended and stays so.
    pub fn may_become(self, next: Standing) -> bool {
        self == next || matches!(self, Standing::Active | Standing::Suspended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parents_word_prevails() {
        assert_eq!(
            Status::of(ChildStatus::Completed, Standing::Withdrawn),
            Status::Withdrawn
        );
        assert_eq!(Status::of(ChildStatus::Completed, Standing::Active), Status::Completed);
    }

    #[test]
    fn codes_name_each_status_once() {
        for status in Status::ALL {
            assert_eq!(Status::from_code(status.code()), Some(status));
        }
    }

    #[test]
    fn work_can_be_resumed_but_not_unreceived() {
        assert!(ChildStatus::Completed.may_become(ChildStatus::InProgress));
        assert!(ChildStatus::New.may_become(ChildStatus::Completed));
        assert!(!ChildStatus::InProgress.may_become(ChildStatus::New));
        assert!(!ChildStatus::Completed.may_become(ChildStatus::Received));
        assert!(!Standing::Withdrawn.may_become(Standing::Active));
    }
}

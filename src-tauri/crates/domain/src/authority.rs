//! Who may write what. One pure function, for a person's own keystroke as for a bundle from far away.
//!
//! It looks only at facts that every replica has and keeps for ever: the side of the author (from its device's
//! certificate and the channel's charter), the side of the record's maker (from the record's id), whether the record
//! is being made, the inline value, and the values that the change names as its predecessors. Never at the clock, at
//! what else has arrived, or at a detached value, which may be erased one day.

use crate::records::{self, Field, Form, Knowledge, Maker, Owner};
use crate::status::{ChildStatus, Standing};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// On which side of a channel a device writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The unit above.
    Parent,
    /// The unit below.
    Child,
    /// A unit's inner circle: it is both.
    Own,
}

/// Why a change is not applied. The word is shown, exported and reported back in acknowledgements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The field, or the making of such a record, belongs to the other side.
    NotYours,
    /// The record is written once; only the entry that makes it may set this.
    WrittenOnce,
    /// The step from the state it names to this one is not allowed.
    WrongStep,
    /// The value has not the form that the field asks for.
    WrongValue,
    /// A predecessor lies outside the entry's past, or in another cell.
    WrongPredecessor,
    /// The record is not there, in the entry's past.
    NoSuchRecord,
    /// This version of the rules knows no such kind or field.
    UnknownField,
    /// Free text and personal data must lie beside the line, and nothing else may.
    WrongPlace,
    /// Its device was revoked, and nobody has admitted it since.
    Revoked,
    /// The parent has retired the rules version that it follows.
    Retired,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Reason; 10] = [
        Reason::NotYours,
        Reason::WrittenOnce,
        Reason::WrongStep,
        Reason::WrongValue,
        Reason::WrongPredecessor,
        Reason::NoSuchRecord,
        Reason::UnknownField,
        Reason::WrongPlace,
        Reason::Revoked,
        Reason::Retired,
    ];

    /// The word on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Reason::NotYours => "not_yours",
            Reason::WrittenOnce => "written_once",
            Reason::WrongStep => "wrong_step",
            Reason::WrongValue => "wrong_value",
            Reason::WrongPredecessor => "wrong_predecessor",
            Reason::NoSuchRecord => "no_such_record",
            Reason::UnknownField => "unknown_field",
            Reason::WrongPlace => "wrong_place",
            Reason::Revoked => "revoked",
            Reason::Retired => "retired",
        }
    }
}

/// What the rules say of one change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is applied.
    Applied,
    /// It lies in quarantine.
    Quarantined(Reason),
    /// Its entry follows newer rules than this program knows, and names something unknown here. It is kept and
    /// relayed, and applied after the upgrade.
    Deferred,
}

/// One change as the rules see it.
#[derive(Clone, Copy, Debug)]
pub struct Proposal<'a> {
    /// Rules version that the entry names.
    pub rules: u32,
    /// Kind of the record.
    pub kind: &'a str,
    /// The field.
    pub field: &'a str,
    /// The author's side.
    pub author: Side,
    /// The side that made the record, or to whose unit it belongs.
    pub maker: Side,
    /// This entry makes the record.
    pub making: bool,
    /// The inline value; none when it is detached.
    pub value: Option<&'a Value>,
    /// The inline values of the applied changes that it names in `prev`.
    pub before: &'a [Value],
    /// The value the record was opened with, for fields that have one (a task's `opening_status`).
    pub opening: Option<&'a Value>,
}

fn is_parent(side: Side) -> bool {
    matches!(side, Side::Parent | Side::Own)
}

fn is_child(side: Side) -> bool {
    matches!(side, Side::Child | Side::Own)
}

/// Judges one change. `WrongPredecessor` and `NoSuchRecord` are the ledger's to find: they need the entry's past.
pub fn judge(proposal: &Proposal<'_>) -> Verdict {
    judge_by(&Knowledge::THIS, proposal)
}

/// The same by what some program knows.
pub fn judge_by(known: &Knowledge, proposal: &Proposal<'_>) -> Verdict {
    let unknown = if proposal.rules > known.version {
        Verdict::Deferred
    } else {
        Verdict::Quarantined(Reason::UnknownField)
    };
    let Some(kind) = known.kind(proposal.kind) else {
        return unknown;
    };
    let Some(field) = kind.field(proposal.field) else {
        return unknown;
    };
    if let Some(reason) = refusal(proposal, kind, field) {
        return Verdict::Quarantined(reason);
    }
    match proposal.value {
        Some(value) if !field.form.fits(value) && proposal.rules > known.version => Verdict::Deferred,
        Some(value) if !field.form.fits(value) => Verdict::Quarantined(Reason::WrongValue),
        Some(value) if !step_allowed(field, proposal, value) => Verdict::Quarantined(Reason::WrongStep),
        _ => Verdict::Applied,
    }
}

fn refusal(proposal: &Proposal<'_>, kind: &records::Kind, field: &Field) -> Option<Reason> {
    if proposal.making {
        let may_make = match kind.maker {
            Maker::Parent => is_parent(proposal.author),
            Maker::Child => is_child(proposal.author),
            Maker::Either => true,
            Maker::Owner => false,
        };
        if !may_make {
            return Some(Reason::NotYours);
        }
    }
    // A clearing carries no data, so it may stand in the line even where values are detached.
    let clears = proposal.value.is_some_and(Value::is_null);
    if !clears && field.detached == proposal.value.is_some() {
        return Some(Reason::WrongPlace);
    }
    let allowed = match field.owner {
        Owner::Parent => is_parent(proposal.author),
        Owner::Child => is_child(proposal.author),
        Owner::Either => true,
        Owner::Creator => proposal.author == proposal.maker,
        Owner::Once if proposal.making => true,
        Owner::Once => return Some(Reason::WrittenOnce),
    };
    (!allowed).then_some(Reason::NotYours)
}

/// A step of a state is judged against the values that its `prev` names: allowed if some of them may become it.
fn step_allowed(field: &Field, proposal: &Proposal<'_>, next: &Value) -> bool {
    let from = |key: &str| -> Vec<&str> {
        let named: Vec<&str> = proposal
            .before
            .iter()
            .filter_map(|value| value.get(key)?.as_str())
            .collect();
        if named.is_empty() {
            proposal
                .opening
                .and_then(|value| value.get(key)?.as_str())
                .into_iter()
                .collect()
        } else {
            named
        }
    };
    match field.form {
        Form::ChildStep if field.name == "status" => {
            let Some(next) = next
                .get("status")
                .and_then(Value::as_str)
                .and_then(ChildStatus::from_code)
            else {
                return false;
            };
            let before: Vec<_> = from("status").into_iter().filter_map(ChildStatus::from_code).collect();
            before.is_empty() || before.iter().any(|status| status.may_become(next))
        }
        Form::ParentStep => {
            let Some(next) = next
                .get("standing")
                .and_then(Value::as_str)
                .and_then(Standing::from_code)
            else {
                return false;
            };
            let before: Vec<_> = from("standing").into_iter().filter_map(Standing::from_code).collect();
            before.is_empty() || before.iter().any(|standing| standing.may_become(next))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn proposal<'a>(field: &'a str, author: Side, maker: Side, value: &'a Value) -> Proposal<'a> {
        Proposal {
            rules: 1,
            kind: "task",
            field,
            author,
            maker,
            making: false,
            value: Some(value),
            before: &[],
            opening: None,
        }
    }

    #[test]
    fn a_unit_cannot_move_the_deadline_of_a_task_it_was_given() {
        let date = json!("2017-12-31");
        assert_eq!(
            judge(&proposal("deadline", Side::Child, Side::Parent, &date)),
            Verdict::Quarantined(Reason::NotYours)
        );
        assert_eq!(
            judge(&proposal("deadline", Side::Parent, Side::Parent, &date)),
            Verdict::Applied
        );
        assert_eq!(
            judge(&proposal("deadline", Side::Child, Side::Child, &date)),
            Verdict::Applied
        );
    }

    #[test]
    fn the_original_deadline_never_moves() {
        let date = json!("2017-12-31");
        let mut moved = proposal("original_deadline", Side::Parent, Side::Parent, &date);
        assert_eq!(judge(&moved), Verdict::Quarantined(Reason::WrittenOnce));
        moved.making = true;
        assert_eq!(judge(&moved), Verdict::Applied);
    }

    #[test]
    fn the_parent_cannot_report_for_the_child_nor_the_child_judge_itself() {
        let done = json!({"status": "completed", "on": "2017-06-20"});
        assert_eq!(
            judge(&proposal("status", Side::Parent, Side::Parent, &done)),
            Verdict::Quarantined(Reason::NotYours)
        );
        let ended = json!({"standing": "withdrawn"});
        assert_eq!(
            judge(&proposal("standing", Side::Child, Side::Parent, &ended)),
            Verdict::Quarantined(Reason::NotYours)
        );
        let verdict = json!("accepted");
        let judged = Proposal {
            kind: "assessment",
            making: true,
            ..proposal("verdict", Side::Child, Side::Child, &verdict)
        };
        assert_eq!(judge(&judged), Verdict::Quarantined(Reason::NotYours));
    }

    #[test]
    fn a_step_is_judged_against_what_it_names() {
        let next = json!({"status": "received"});
        let before = [json!({"status": "in_progress"})];
        let step = Proposal {
            before: &before,
            ..proposal("status", Side::Child, Side::Parent, &next)
        };
        assert_eq!(judge(&step), Verdict::Quarantined(Reason::WrongStep));
        let opening = json!({"status": "completed"});
        let step = Proposal {
            opening: Some(&opening),
            ..proposal("status", Side::Child, Side::Parent, &next)
        };
        assert_eq!(judge(&step), Verdict::Quarantined(Reason::WrongStep));
        assert_eq!(
            judge(&proposal("status", Side::Child, Side::Parent, &next)),
            Verdict::Applied
        );
    }

    #[test]
    fn free_text_in_the_line_is_refused_since_it_could_never_be_erased() {
        let text = json!("Tập trung giải quyết dứt điểm");
        assert_eq!(
            judge(&proposal("content", Side::Parent, Side::Parent, &text)),
            Verdict::Quarantined(Reason::WrongPlace)
        );
    }

    #[test]
    fn what_newer_rules_name_waits_for_the_upgrade() {
        let value = json!(1);
        let mut newer = proposal("colour", Side::Parent, Side::Parent, &value);
        assert_eq!(judge(&newer), Verdict::Quarantined(Reason::UnknownField));
        newer.rules = records::RULES_VERSION + 1;
        assert_eq!(judge(&newer), Verdict::Deferred);
    }
}

//! What people write: the real kinds of records, by whoever may write them, in months of office work.

use crate::machine::{Machine, row_of};
use chidao_domain::ids::{ChannelId, RecordId};
use chidao_ledger::store::append::Wish;
use chidao_ledger::store::{LedgerError, cells};
use serde_json::{Value, json};

/// What somebody wants to write, and whether a step of a state may stand in its way.
pub struct Wanted {
    /// The use case.
    pub act: &'static str,
    /// The wishes; the first may make a record.
    pub wishes: Vec<Wish>,
    /// The rules may refuse it for the state that the record is in.
    pub may_be_refused: bool,
}

/// The records of a kind in a channel, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub fn records(machine: &Machine, channel: ChannelId, kind: &str) -> Result<Vec<RecordId>, LedgerError> {
    machine.store().read(|connection| {
        let row = row_of(connection, channel)?;
        let words = cells::Words::load(connection)?;
        let mut all = Vec::new();
        for record in cells::records_of(connection, &words, kind)? {
            let info = cells::record_info(connection, &words, record)?;
            if info.channel == row {
                all.push(info.id);
            }
        }
        Ok(all)
    })
}

/// A text that tells whose it is, in case it turns up where it must not.
#[must_use]
pub fn owned_text(unit: usize, step: u32, words: &str) -> String {
    format!("{words} «U{unit}»{step}")
}

/// Chooses what a person of one side writes. `unit` is the child of the channel; `of_side` tells which records its side made.
///
/// # Errors
/// When the database cannot be read.
pub fn choose(
    machine: &Machine,
    channel: ChannelId,
    (unit, step, dice): (usize, u32, u64),
    of_side: impl Fn(&RecordId) -> bool,
) -> Result<Wanted, LedgerError> {
    let parent = machine.unit == 0;
    let text = |words: &str| json!(owned_text(unit, step, words));
    let day = |add: u64| {
        json!(format!(
            "2017-{:02}-{:02}",
            7 + (dice >> 9) % 5,
            1 + ((dice >> 13) + add) % 28
        ))
    };
    let pick = |all: &[RecordId], by: u32| match all.len() {
        0 => None,
        count => Some(all[(dice >> by) as usize % count].clone()),
    };
    let new_task = || Wanted {
        act: "task.add",
        wishes: vec![Wish::make(
            "task",
            vec![
                ("code", json!(format!("NV{step:03}"))),
                ("kind", json!("task")),
                ("content", text("Rà soát hộ nghèo, hộ cận nghèo")),
                ("lead", text("Phòng Lao động")),
                ("deadline", day(0)),
            ],
        )],
        may_be_refused: false,
    };
    let tasks = records(machine, channel, "task")?;
    // Most people work on what is on top of the list: that is where they meet.
    let top = tasks.len().saturating_sub(3 + (dice >> 50) as usize % 4);
    let Some(task) = pick(&tasks[top..], 20) else {
        return Ok(new_task());
    };
    let change = |act: &'static str, record: &RecordId, field: &str, value: Value| Wanted {
        act,
        wishes: vec![Wish::change(record.clone(), vec![(field, value)])],
        may_be_refused: matches!(field, "status" | "standing"),
    };
    let make = |act: &'static str, kind: &str, set: Vec<(&str, Value)>| Wanted {
        act,
        wishes: vec![Wish::make(kind, set)],
        may_be_refused: false,
    };
    let about = ("task", json!(task.to_string()));
    let own: Vec<RecordId> = tasks.iter().filter(|task| of_side(task)).cloned().collect();
    let wanted = match dice % 32 {
        0..=4 => new_task(),
        5..=9 => change("task.edit", &task, "lead", text("Phòng Tư pháp")),
        10 => change("task.edit", &task, "lead", json!("Phòng Nội vụ")),
        11 => change("task.edit", &task, "highlighted", json!(dice & 64 == 0)),
        12 => change("task.edit", &task, "coordinating", json!([text("Công an xã")])),
        13..=14 => match pick(&own, 24) {
            Some(task) => change("task.edit", &task, "deadline", day(1)),
            None => new_task(),
        },
        15 => match pick(&own, 24) {
            Some(task) => change("task.edit", &task, "note", text("Ghi chú")),
            None => new_task(),
        },
        16 if dice & 0x700 == 0 => match pick(&own, 24) {
            Some(task) => change("task.delete", &task, "deleted", text("Nhập nhầm")),
            None => new_task(),
        },
        _ if parent => match dice % 8 {
            0 => change("task.edit", &task, "province_code", text("H02")),
            1 => {
                let word = ["active", "suspended", "active", "withdrawn"][(dice >> 30) as usize % 4];
                change(
                    "task.stand",
                    &task,
                    "standing",
                    json!({"standing": word, "on": null, "document": ""}),
                )
            }
            2 => make(
                "assessment.add",
                "assessment",
                vec![about, ("verdict", json!("accepted")), ("reason", text("Đạt yêu cầu"))],
            ),
            3 => make(
                "reminder.add",
                "reminder",
                vec![
                    ("tasks", json!([task.to_string()])),
                    ("text", text("Đôn đốc")),
                    ("on", day(2)),
                ],
            ),
            4 => make(
                "inspection.add",
                "inspection",
                vec![
                    ("title", text("Kiểm tra")),
                    ("held_on", day(3)),
                    ("tasks", json!([task.to_string()])),
                ],
            ),
            5 => match pick(&records(machine, channel, "inspection")?, 28) {
                Some(inspection) => make(
                    "finding.add",
                    "finding",
                    vec![
                        ("inspection", json!(inspection.to_string())),
                        about,
                        ("found_percent", json!(dice >> 8 & 63)),
                        ("note", text("Thực tế")),
                    ],
                ),
                None => new_task(),
            },
            6 => match pick(&records(machine, channel, "extension")?, 28) {
                Some(extension) => make(
                    "extension.decide",
                    "extension_decision",
                    vec![
                        ("extension", json!(extension.to_string())),
                        ("verdict", json!("approved")),
                        ("reason", text("Đồng ý")),
                    ],
                ),
                None => change("task.edit", &task, "lead", text("Văn phòng")),
            },
            _ => match pick(&records(machine, channel, "recommendation")?, 28) {
                Some(recommendation) => change("recommendation.take_up", &recommendation, "taken_up_on", day(4)),
                None => change("task.edit", &task, "lead", text("Thanh tra")),
            },
        },
        _ => match dice % 8 {
            0 | 1 => {
                let reports = records(machine, channel, "report")?;
                let follows: Vec<String> = pick(&reports, 28).iter().map(ToString::to_string).collect();
                let percent = ("percent", json!(dice >> 8 & 63));
                make(
                    "report.add",
                    "report",
                    vec![about, ("follows", json!(follows)), percent, ("note", text("Đã làm"))],
                )
            }
            2 | 3 => {
                let word = ["received", "in_progress", "awaiting_approval", "completed"][(dice >> 30) as usize % 4];
                change("task.step", &task, "status", json!({"status": word}))
            }
            4 => change("task.edit", &task, "unit_note", text("Việc riêng")),
            5 => make(
                "extension.ask",
                "extension",
                vec![
                    about,
                    ("deadline", day(5)),
                    ("reason", text("Mưa lũ")),
                    ("asked_on", day(0)),
                ],
            ),
            6 => make(
                "recommendation.add",
                "recommendation",
                vec![
                    ("content", text("Đề nghị cấp kinh phí")),
                    ("tasks", json!([task.to_string()])),
                ],
            ),
            _ => change("task.edit", &task, "responsible", text("Ông Sáu")),
        },
    };
    Ok(wanted)
}

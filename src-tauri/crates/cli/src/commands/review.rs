//! Conflicts, the quarantine, incidents, machines.

use crate::arguments::{ConflictsCommand, DevicesCommand, QuarantineAsked};
use crate::home;
use crate::print::{Output, Table, pairs, words};
use chidao_app::api::{
    ConflictSettle, Conflicts, DeviceRef, DeviceRevoke, Devices, FileRef, IncidentKind, Nothing, UseCases,
};
use chidao_app::{App, AppError};

/// Cells with several values, or settling one.
pub(super) fn conflicts(app: &App, asked: Option<&ConflictsCommand>, output: &mut Output) -> Result<(), AppError> {
    let found = app.conflicts(Nothing {})?;
    let Some(ConflictsCommand::Settle(settle)) = asked else {
        return show_conflicts(&found, output);
    };
    let changed = || AppError::new("conflict_changed").with("field", &settle.field);
    let row = found
        .rows
        .iter()
        .find(|row| row.field == settle.field && [&row.record, &row.about].contains(&&settle.record))
        .ok_or_else(changed)?;
    let keep = match settle.keep {
        Some(number) => Some(
            number
                .checked_sub(1)
                .and_then(|i| row.positions.get(i))
                .cloned()
                .ok_or_else(changed)?,
        ),
        None => None,
    };
    let left = app.conflict_settle(ConflictSettle {
        record: row.record.clone(),
        field: settle.field.clone(),
        keep,
        value: settle.value.clone(),
    })?;
    show_conflicts(&left, output)
}

fn show_conflicts(found: &Conflicts, output: &mut Output) -> Result<(), AppError> {
    output.answer(found, || {
        let mut table = Table::new()
            .text("Về", 20)
            .text("Trường", 24)
            .text("Số", 4)
            .text("Giá trị", 50)
            .text("Ai, ở đâu, khi nào", 80);
        for conflict in &found.rows {
            for (i, value) in conflict.values.iter().enumerate() {
                let first = |text: &str| if i == 0 { text.to_owned() } else { String::new() };
                table.row([
                    first(&conflict.about),
                    first(words::field(&conflict.field)),
                    (i + 1).to_string(),
                    value.text.clone(),
                    words::origin(&value.origin),
                ]);
            }
            for edit in &conflict.edits {
                table.row([
                    String::new(),
                    words::field(&edit.field).to_owned(),
                    String::new(),
                    edit.value.text.clone(),
                    words::origin(&edit.value.origin),
                ]);
            }
        }
        table.show("Không có xung đột.")
    })
}

/// Changes that were not applied, listed or written to a file.
pub(super) fn quarantine(app: &App, asked: &QuarantineAsked, output: &mut Output) -> Result<(), AppError> {
    let quarantine = app.quarantine(Nothing {})?;
    if let Some(path) = &asked.out {
        let ready = app.quarantine_export(Nothing {})?;
        app.save_file(&ready.file, path)?;
    }
    output.answer(&quarantine, || {
        let mut table = Table::new()
            .text("Về", 20)
            .text("Trường", 24)
            .text("Giá trị", 40)
            .text("Vì sao không áp dụng", 36)
            .text("Ai, ở đâu, khi nào", 80);
        for row in &quarantine.rows {
            table.row([
                row.about.clone(),
                words::field(&row.field).to_owned(),
                row.value.clone(),
                words::reason(&row.reason).to_owned(),
                words::origin(&row.origin),
            ]);
        }
        table.show("Mọi thay đổi đều đã được áp dụng.")
    })
}

/// What should not have happened.
pub(super) fn incidents(app: &App, output: &mut Output) -> Result<(), AppError> {
    let found = app.incidents(Nothing {})?;
    output.answer(&found, || {
        let mut table = Table::new()
            .text("Phát hiện", 16)
            .text("Đơn vị", 30)
            .text("Máy", 20)
            .text("Sự việc", 60)
            .text("Bắt đầu bởi", 80);
        for row in &found.rows {
            let what = match row.kind {
                IncidentKind::Fork => "Hai máy ghi dưới cùng một tên; cả hai nhánh đều được giữ",
                IncidentKind::Digest => "Hai bên có cùng bút toán nhưng kết quả khác nhau",
            };
            let branches = row.branches.iter().map(|branch| words::origin(&branch.origin));
            table.row([
                words::maybe_date(row.at.as_ref()),
                row.unit.name.clone(),
                row.device.clone(),
                what.to_owned(),
                branches.collect::<Vec<_>>().join(" · "),
            ]);
        }
        table.show("Không có sự cố.")
    })
}

/// The machines, or what is to become of one.
pub(super) fn devices(app: &App, asked: Option<&DevicesCommand>, output: &mut Output) -> Result<(), AppError> {
    let found: Devices = match asked {
        None => app.devices(Nothing {})?,
        Some(DevicesCommand::Approve { file, out }) => {
            let file = home::hand_over(app, file)?;
            let made = app.device_approve(FileRef { file })?;
            let path = home::place_in(out, &made.answer.name)?;
            app.save_file(&made.answer.file, &path)?;
            let told =
                serde_json::json!({"device": made.device, "person": made.person, "code": made.code, "path": path});
            return output.answer(&told, || {
                pairs(&[
                    ("Máy", made.device.clone()),
                    ("Người làm việc", words::person(&made.person)),
                    ("Trả lời", path.display().to_string()),
                    ("Mã để đọc cho máy kia", made.code.clone()),
                ])
            });
        }
        Some(DevicesCommand::Revoke { device, reason }) => app.device_revoke(DeviceRevoke {
            device: device.clone(),
            reason: reason.clone(),
        })?,
        Some(DevicesCommand::Admit { device }) => app.device_admit(DeviceRef { device: device.clone() })?,
    };
    output.answer(&found, || {
        let mut table = Table::new()
            .text("Máy", 24)
            .text("Đơn vị", 34)
            .text("Từ", 16)
            .text("Tin gần nhất", 16)
            .text("Tình trạng", 40)
            .text("Định danh", 32);
        for row in &found.rows {
            let standing = match (row.revoked, row.here) {
                (true, _) if row.held_back > 0 => format!("đã thu hồi, {} thay đổi bị giữ lại", row.held_back),
                (true, _) => "đã thu hồi".to_owned(),
                (false, true) => "máy này".to_owned(),
                (false, false) => "đang dùng".to_owned(),
            };
            table.row([
                row.name.clone(),
                row.unit.name.clone(),
                words::date(&row.since),
                words::maybe_date(row.last_word_at.as_ref()),
                standing,
                row.device.clone(),
            ]);
        }
        table.show("Chưa biết máy nào.")
    })
}

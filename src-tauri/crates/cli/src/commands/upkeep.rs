//! Conflicts, quarantine, checks, digests.

use super::Outcome;
use crate::print::{Output, Table, pairs, words};
use chidao_app::api::{DigestOf, Nothing, UseCases};
use chidao_app::{App, AppError};

/// Cells with several values.
pub(super) fn conflicts(app: &App, output: &mut Output) -> Result<(), AppError> {
    let conflicts = app.conflicts(Nothing {})?;
    output.answer(&conflicts, || {
        let mut table = Table::new()
            .text("Về", 20)
            .text("Trường", 24)
            .text("Giá trị", 50)
            .text("Ai, ở đâu, khi nào", 80);
        for conflict in &conflicts.rows {
            for (i, value) in conflict.values.iter().enumerate() {
                let first = |text: &str| if i == 0 { text.to_owned() } else { String::new() };
                table.row([
                    first(&conflict.about),
                    first(words::field(&conflict.field)),
                    value.text.clone(),
                    words::origin(&value.origin),
                ]);
            }
        }
        table.show("Không có xung đột.")
    })
}

/// Changes that were not applied.
pub(super) fn quarantine(app: &App, output: &mut Output) -> Result<(), AppError> {
    let quarantine = app.quarantine(Nothing {})?;
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

/// Rebuilds and compares. What does not agree is an answer, and the program ends with 1.
pub(super) fn check(app: &App, output: &mut Output) -> Result<Outcome, AppError> {
    let report = app.check(Nothing {})?;
    output.answer(&report, || {
        let counts = pairs(&[
            ("Dòng nhật ký", words::number(report.feeds)),
            ("Bút toán", words::number(report.entries)),
            ("Thay đổi", words::number(report.changes)),
            ("Tệp đính kèm", words::number(report.blobs)),
        ]);
        if report.ok {
            format!("Sổ nguyên vẹn: mọi bảng dựng lại từ bút toán đều khớp.\n\n{counts}")
        } else {
            format!("SỔ KHÔNG KHỚP:\n  {}\n\n{counts}", report.troubles.join("\n  "))
        }
    })?;
    Ok(if report.ok { Outcome::Done } else { Outcome::Disagrees })
}

/// The two digests of a channel.
pub(super) fn digest(app: &App, channel: &str, output: &mut Output) -> Result<(), AppError> {
    let digests = app.digest(DigestOf {
        channel: channel.to_owned(),
    })?;
    output.answer(&digests, || {
        pairs(&[
            ("Kênh", digests.channel.clone()),
            ("Theo bút toán", digests.entries.clone()),
            ("Theo trạng thái", digests.state.clone()),
            ("Bộ quy tắc", digests.rules.to_string()),
        ])
    })
}

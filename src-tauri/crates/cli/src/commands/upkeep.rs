//! Checks and digests.

use super::Outcome;
use crate::print::{Output, pairs, words};
use chidao_app::api::{DigestOf, Nothing, UseCases};
use chidao_app::{App, AppError};

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

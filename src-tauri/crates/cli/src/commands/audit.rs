//! The whole history of a channel, and its proof.

use crate::arguments::Audit;
use crate::print::{Output, pairs, words};
use chidao_app::api::{AuditExport, AuditParty, AuditReport, UseCases};
use chidao_app::{App, AppError, audit};
use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;
use std::path::Path;

/// Writes the history of a channel to a file.
pub(super) fn export(app: &App, asked: &Audit, output: &mut Output) -> Result<(), AppError> {
    let Audit::Export { channel, out } = asked else {
        return Ok(());
    };
    if out.exists() {
        return Err(AppError::new("file_exists").with("path", out.display()));
    }
    let made = app.audit_export(AuditExport {
        channel: channel.clone(),
    })?;
    app.save_file(&made.file.file, out)?;
    output.answer(&made, || {
        pairs(&[
            ("Tệp", out.display().to_string()),
            ("Số dòng", words::number(made.lines)),
            ("Bút toán", words::number(made.entries)),
            ("Dòng nhật ký", words::number(made.feeds)),
            ("Giá trị kèm theo", words::number(made.values)),
            ("Đã xoá theo yêu cầu", words::number(made.erased)),
            ("Chưa tới máy này", words::number(made.missing)),
        ])
    })
}

/// Proves a file.
pub(super) fn verify(path: &Path, output: &mut Output) -> Result<(), AppError> {
    let unreadable = |error: std::io::Error| {
        AppError::new("file_unreadable")
            .with("name", path.display())
            .with("detail", error)
    };
    let file = File::open(path).map_err(unreadable)?;
    let report = audit::verify(BufReader::with_capacity(1 << 16, file), &mut |_| {
        ControlFlow::Continue(())
    })?;
    output.answer(&report, || shown(&report))
}

fn shown(report: &AuditReport) -> String {
    let party = |party: &Option<AuditParty>| {
        let named = party
            .as_ref()
            .map(|party| format!("{}\n  khoá gốc {}", words::unit(&party.unit), party.root));
        named.unwrap_or_default()
    };
    pairs(&[
        ("Kết quả", "Mọi dòng đều khớp chuỗi, chữ ký và mã băm".to_owned()),
        ("Kênh", report.channel.clone()),
        ("Cấp trên", party(&report.parent)),
        ("Đơn vị", party(&report.child)),
        (
            "Lập bởi",
            format!(
                "{}, {}, máy {}, {}",
                words::person(&report.made_by),
                words::unit(&report.made_in),
                report.made_on,
                words::date(&report.made_at)
            ),
        ),
        ("Số dòng", words::number(report.lines)),
        ("Bút toán", words::number(report.entries)),
        ("Từ", words::maybe_date(report.first_at.as_ref())),
        ("Đến", words::maybe_date(report.last_at.as_ref())),
        ("Dòng nhật ký", words::number(report.feeds)),
        ("Chữ ký chốt", words::number(report.checkpoints)),
        ("Bút toán chưa chốt", words::number(report.unvouched)),
        ("Giá trị kèm theo", words::number(report.values)),
        ("Đã xoá theo yêu cầu", words::number(report.erased)),
        ("Chưa tới máy lập tệp", words::number(report.missing)),
        ("Thay đổi bị cách ly", words::number(report.quarantined)),
        ("Sự cố", words::number(report.incidents)),
        ("Mã đối chiếu theo bút toán", report.digest.clone()),
    ])
}

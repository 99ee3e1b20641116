//! Bundles out and in, and their journal.

use crate::arguments::Bundle;
use crate::home;
use crate::print::{Output, Table, pairs, words};
use chidao_app::api::{
    BundleExported, BundleOutcome, BundleReport, BundleTo, BundleVolumes, FileRef, Nothing, UseCases,
};
use chidao_app::{App, AppError};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// A bundle that was written.
#[derive(Serialize)]
struct Written<'a, T: Serialize> {
    /// The first of its files.
    path: &'a Path,
    /// All of them, in order.
    paths: &'a [PathBuf],
    #[serde(flatten)]
    made: T,
}

/// What a person does with one bundle.
pub(super) fn bundle(app: &App, asked: &Bundle, output: &mut Output) -> Result<(), AppError> {
    match asked {
        Bundle::Preview { to } => {
            let seen = app.bundle_preview(BundleTo { to: to.clone() })?;
            output.answer(&seen, || {
                let mut table = Table::new()
                    .text("Lúc", 16)
                    .text("Về", 20)
                    .text("Thay đổi", 70)
                    .text("Ai", 30);
                for line in &seen.lines {
                    table.row([
                        words::date(&line.origin.at),
                        match line.others {
                            0 => line.about.clone(),
                            others => format!("{} và {others} mục khác", line.about),
                        },
                        words::said(line),
                        line.origin.person.name.clone(),
                    ]);
                }
                format!(
                    "{}\n{}",
                    pairs(&[
                        ("Gửi cho", words::unit(&seen.to)),
                        ("Bút toán", words::number(seen.entries)),
                        (
                            "Tệp đính kèm",
                            format!("{} ({} byte)", seen.blobs, words::number(seen.blob_bytes))
                        ),
                        ("Số liệu tính đến", words::date(&seen.as_of)),
                        ("Đóng gói được", words::yes_or_no(seen.ready).to_owned()),
                        ("Bên nhận chưa xác nhận mã", words::yes(seen.unverified)),
                        (
                            "Bên kia xác nhận gần nhất",
                            words::maybe_date(seen.confirmed_at.as_ref())
                        ),
                    ]),
                    table.show("Không có gì mới.")
                )
            })
        }
        Bundle::Export { to, out, volume_size } => {
            let made = match volume_size {
                None => app.bundle_export(BundleTo { to: to.clone() })?,
                Some(size) => app.bundle_export_volumes(BundleVolumes {
                    to: to.clone(),
                    size: *size,
                })?,
            };
            let mut paths = Vec::new();
            for volume in &made.volumes {
                let path = home::place_in(out, &volume.file.name)?;
                app.save_file(&volume.file.file, &path)?;
                paths.push(path);
            }
            let path = paths.first().map(PathBuf::as_path).unwrap_or(out);
            output.answer(
                &Written {
                    path,
                    paths: &paths,
                    made: &made,
                },
                || exported_text(&made, &paths),
            )
        }
        Bundle::Verify { file } => {
            let report = app.bundle_verify(FileRef {
                file: home::hand_over(app, file)?,
            })?;
            output.answer(&report, || report_text(&report))
        }
        Bundle::Import { files } => match files.as_slice() {
            [file] => {
                let report = taken_in(app, file)?;
                output.answer(&report, || report_text(&report))
            }
            files => import_all(app, files, output),
        },
    }
}

fn taken_in(app: &App, file: &Path) -> Result<BundleReport, AppError> {
    app.bundle_import(FileRef {
        file: home::hand_over(app, file)?,
    })
}

/// What became of several files.
#[derive(Serialize)]
struct TakenIn {
    reports: Vec<BundleReport>,
}

/// Takes in one file after the other. One that is refused keeps none of the others out; the first refusal is answered,
/// with its file and with how many were taken in.
fn import_all(app: &App, files: &[PathBuf], output: &mut Output) -> Result<(), AppError> {
    let mut reports = Vec::new();
    let mut refused = None;
    for path in files {
        match taken_in(app, path) {
            Ok(report) => reports.push(report),
            Err(refusal) => refused = refused.or(Some(refusal.with("path", path.display()))),
        }
    }
    if let Some(refusal) = refused {
        return Err(refusal.with("taken_in", reports.len()));
    }
    let all = TakenIn { reports };
    output.answer(&all, || {
        all.reports.iter().map(report_text).collect::<Vec<_>>().join("\n")
    })
}

fn exported_text(made: &BundleExported, paths: &[PathBuf]) -> String {
    let size: u64 = made.volumes.iter().map(|volume| volume.file.size).sum();
    let mut told = pairs(&[
        ("Số", made.number.to_string()),
        ("Gửi cho", words::unit(&made.to)),
        ("Bút toán", words::number(made.entries)),
        ("Tệp đính kèm", words::number(made.blobs)),
        ("Kích thước", format!("{} byte", words::number(size))),
    ]);
    let mut files = Table::new().number("Tập").number("Byte").text("Gói", 200);
    for (volume, path) in made.volumes.iter().zip(paths) {
        files.row([
            format!("{}/{}", volume.index, made.volumes.len()),
            words::number(volume.file.size),
            path.display().to_string(),
        ]);
    }
    told.push('\n');
    told.push_str(&files.show(""));
    if made.volumes.iter().any(|volume| volume.larger) {
        told.push_str("\nCó tập lớn hơn cỡ yêu cầu vì chứa một tệp không chia nhỏ được.");
    }
    told
}

fn report_text(report: &BundleReport) -> String {
    let agree = |agree: Option<bool>| match agree {
        Some(true) => "khớp".to_owned(),
        Some(false) => "KHÔNG khớp".to_owned(),
        None => String::new(),
    };
    let heading = match report.outcome {
        BundleOutcome::AlreadyImported => format!(
            "Gói này đã nhận lúc {}; không có gì thay đổi.",
            words::maybe_date(report.imported_before_at.as_ref())
        ),
        BundleOutcome::Verified => "Gói nguyên vẹn, đúng chữ ký. Chưa nhận gì.".to_owned(),
        _ => "Đã nhận trọn vẹn.".to_owned(),
    };
    let some = |count: u32| {
        if count == 0 {
            String::new()
        } else {
            words::number(count)
        }
    };
    let mut text = pairs(&[
        ("Bên gửi", words::unit(&report.sender)),
        (
            "Người, máy",
            format!("{}, {}", report.sender_person, report.sender_device),
        ),
        ("Số", report.number.to_string()),
        ("Làm lúc", words::date(&report.made_at)),
        (
            "Bút toán",
            format!(
                "{} (mới {}, chờ {})",
                report.entries, report.new_entries, report.waiting
            ),
        ),
        ("Tệp đính kèm", words::number(report.blobs)),
        ("Đã áp dụng", some(report.applied)),
        ("Không áp dụng", some(report.quarantined)),
        ("Xung đột", some(report.conflicts)),
        ("Kiến nghị tiếp nhận", some(report.taken_up)),
        ("Số liệu hai bên", agree(report.totals_agree)),
        ("Mã đối chiếu", agree(report.digests_agree)),
    ]);
    for unit in &report.confirmed {
        text.push_str(&format!(
            "\nMã với {} đã được xác nhận ở máy khác của cơ quan; máy này không phải đối lại.\n",
            unit.name
        ));
    }
    if report.enrolled {
        text.push_str("\nĐơn vị đã được ghi danh. Hãy đọc mã với cấp trên rồi chạy: chidao enrol confirm MÃ\n");
    } else if report.unverified {
        text.push_str("\nLưu ý: bên gửi chưa được xác nhận mã.\n");
    }
    format!("{heading}\n\n{text}")
}

/// The journal, newest first.
pub(super) fn journal(app: &App, output: &mut Output) -> Result<(), AppError> {
    let journal = app.bundles(Nothing {})?;
    output.answer(&journal, || {
        let mut table = Table::new()
            .text("Lúc", 16)
            .text("Chiều", 5)
            .text("Kết quả", 18)
            .text("Đơn vị", 34)
            .number("Số")
            .number("Bút toán")
            .number("Tệp")
            .text("Bên kia nhận", 12)
            .text("Tên tệp / lý do", 70);
        for line in &journal.lines {
            let refusal = line.refusal.as_ref().map(|code| {
                let refusal = AppError {
                    code: code.clone(),
                    params: line.params.clone(),
                    retryable: false,
                };
                format!("{}: {}", line.file_name, crate::print::sentences::sentence(&refusal))
            });
            table.row([
                words::date(&line.at),
                if line.outgoing { "đi" } else { "đến" }.to_owned(),
                words::outcome(line.outcome).to_owned(),
                line.unit.as_ref().map(words::unit).unwrap_or_default(),
                line.number.map(|number| number.to_string()).unwrap_or_default(),
                words::number(line.entries),
                words::number(line.blobs),
                line.confirmed
                    .map(|confirmed| words::yes_or_no(confirmed).to_owned())
                    .unwrap_or_default(),
                refusal.unwrap_or_else(|| line.file_name.clone()),
            ]);
        }
        let mut told = table.show("Chưa có gói nào.");
        for set in &journal.volumes {
            let listed = |numbers: &[u32]| numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
            told.push_str(&format!(
                "\nGói số {} của {} có {} tập; chưa nhận tập {}.",
                set.number,
                words::unit(&set.unit),
                set.count,
                listed(&set.missing)
            ));
            if !set.refused.is_empty() {
                told.push_str(&format!(" Đã đến nhưng hỏng: {}.", listed(&set.refused)));
            }
        }
        for gap in &journal.missing {
            told.push_str(&format!(
                "\nCòn thiếu {} bút toán của {}{}; gói gửi đi lần tới sẽ xin lại.",
                words::number(gap.entries),
                words::unit(&gap.unit),
                match gap.device.as_str() {
                    "" => String::new(),
                    device => format!(" (máy {device})"),
                }
            ));
        }
        told
    })
}

//! Backups, and going back to one.

use super::Outcome;
use crate::arguments::{BackupAsked, Restore};
use crate::edges::{self, Clock};
use crate::print::{Output, Table, pairs, words};
use chidao_app::api::{
    BackupKeeping, BackupMade, BackupName, BackupRow, BackupVerified, BackupWhy, Backups, Nothing, UseCases,
};
use chidao_app::{App, AppError};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// A backup that was made, and where else it was saved.
#[derive(Serialize)]
struct Made {
    #[serde(flatten)]
    made: BackupMade,
    folder: String,
    saved: Option<PathBuf>,
}

/// Shows the backups, or changes how many are kept, or makes one.
pub(super) fn backup(app: &App, asked: &BackupAsked, output: &mut Output) -> Result<(), AppError> {
    let before = app.backups(Nothing {})?;
    let keeping = changed(&before.keeping, asked);
    let is_changed = keeping != before.keeping;
    let backups = match is_changed {
        true => app.backup_keeping(keeping)?,
        false => before,
    };
    if asked.list || is_changed {
        return output.answer(&backups, || listed(&backups));
    }
    let made = app.backup_make(Nothing {})?;
    let mut saved = None;
    if let (Some(row), Some(out)) = (&made.made, &asked.out) {
        let ready = app.backup_take(BackupName { name: row.name.clone() })?;
        let path = match out.is_dir() {
            true => out.join(&row.name),
            false => out.clone(),
        };
        app.save_file(&ready.file, &path)?;
        saved = Some(path);
    }
    let made = Made {
        made,
        folder: backups.folder,
        saved,
    };
    output.answer(&made, || {
        let row = made.made.made.as_ref();
        pairs(&[
            ("Đã tạo và đọc lại", row.map(|row| row.name.clone()).unwrap_or_default()),
            ("Thư mục", made.folder.clone()),
            ("Dung lượng", row.map(|row| bytes(row.size)).unwrap_or_default()),
            ("Bản cũ đã bỏ", words::number(made.made.removed)),
            (
                "Ghi thêm ra",
                made.saved
                    .as_ref()
                    .map(|path| path.display().to_string())
                    .unwrap_or_default(),
            ),
        ])
    })
}

fn changed(keeping: &BackupKeeping, asked: &BackupAsked) -> BackupKeeping {
    BackupKeeping {
        folder: match &asked.folder {
            Some(folder) => Some(folder.trim().to_owned()).filter(|folder| !folder.is_empty()),
            None => keeping.folder.clone(),
        },
        daily: asked.daily.unwrap_or(keeping.daily),
        weekly: asked.weekly.unwrap_or(keeping.weekly),
        before_import: asked.before_import.unwrap_or(keeping.before_import),
        before_upgrade: asked.before_upgrade.unwrap_or(keeping.before_upgrade),
        by_hand: asked.by_hand.unwrap_or(keeping.by_hand),
    }
}

fn bytes(size: u64) -> String {
    format!("{} KB", words::number(size.div_ceil(1000)))
}

fn why(why: BackupWhy) -> &'static str {
    match why {
        BackupWhy::Daily => "hằng ngày",
        BackupWhy::BeforeImport => "trước khi nhận",
        BackupWhy::BeforeUpgrade => "trước khi nâng cấp",
        BackupWhy::ByHand => "tự tay tạo",
    }
}

fn listed(backups: &Backups) -> String {
    let mut table = Table::new()
        .text("Lúc", 16)
        .text("Lý do", 18)
        .text("Dung lượng", 14)
        .text("Máy", 14)
        .text("Tên tệp", 80);
    for BackupRow {
        at,
        why: made,
        size,
        name,
        here,
        revoked,
        ..
    } in &backups.rows
    {
        let machine = match (revoked, here) {
            (true, _) => "đã thu hồi",
            (false, true) => "máy này",
            (false, false) => "máy khác",
        };
        table.row([
            words::date(at),
            why(*made).to_owned(),
            bytes(*size),
            machine.to_owned(),
            name.clone(),
        ]);
    }
    let keeping = &backups.keeping;
    let lost = match backups.folder_lost {
        true => "Thư mục đã chọn hiện không tới được; bản mới tạm để trong thư mục riêng của sổ.\n",
        false => "",
    };
    format!(
        "{}\n{lost}{}",
        table.show("Chưa có bản sao lưu nào."),
        pairs(&[
            ("Thư mục", backups.folder.clone()),
            ("Còn trống", backups.free.map(bytes).unwrap_or_default()),
            ("Bản tới chừng", bytes(backups.next)),
            ("Giữ theo ngày", keeping.daily.to_string()),
            ("Giữ theo tuần", keeping.weekly.to_string()),
            ("Giữ trước khi nhận", keeping.before_import.to_string()),
            ("Giữ trước nâng cấp", keeping.before_upgrade.to_string()),
            ("Giữ bản tự tạo", keeping.by_hand.to_string()),
        ])
    )
}

/// Tries out a backup without going back to it, also in a folder where nothing was started yet. What does not agree is an answer,
/// and the program ends with 1.
pub(super) fn verify(
    home: &Path,
    clock: Clock,
    file: &Path,
    passphrase_file: Option<&Path>,
    output: &mut Output,
) -> Result<Outcome, AppError> {
    let passphrase = edges::passphrase(passphrase_file)?;
    let verified = App::open(home, clock.edges())?.verify_backup_file(file, &passphrase)?;
    output.answer(&verified, || {
        let BackupVerified { backup, report } = &verified;
        let counts = pairs(&[
            ("Bản sao lưu lúc", words::date(&backup.at)),
            ("Bút toán", words::number(report.entries)),
            ("Tệp đính kèm", words::number(report.blobs)),
        ]);
        match report.ok {
            true => format!("Bản sao lưu nguyên vẹn: mở được và mọi bảng đều khớp.\n\n{counts}"),
            false => format!(
                "BẢN SAO LƯU KHÔNG KHỚP:\n  {}\n\n{counts}",
                report.troubles.join("\n  ")
            ),
        }
    })?;
    Ok(match verified.report.ok {
        true => Outcome::Done,
        false => Outcome::Disagrees,
    })
}

/// Goes back to a backup, also in a folder where nothing was started yet.
pub(super) fn restore(
    home: &Path,
    clock: Clock,
    asked: &Restore,
    passphrase_file: Option<&Path>,
    output: &mut Output,
) -> Result<(), AppError> {
    let passphrase = edges::passphrase(passphrase_file)?;
    let restored = App::open(home, clock.edges())?.restore_file(&asked.file, &passphrase)?;
    output.answer(&restored, || {
        let mut told = pairs(&[
            ("Sổ trở lại lúc", words::date(&restored.at)),
            (
                "Đơn vị",
                restored.session.unit.as_ref().map(words::unit).unwrap_or_default(),
            ),
            ("Sổ trước đó để ở", restored.set_aside.clone().unwrap_or_default()),
        ]);
        told.push_str("\nNhững gì ghi sau thời điểm ấy mà đã gửi đi sẽ trở lại cùng gói tiếp theo của bên kia.\n");
        told
    })
}

/// Makes today's backup where it has not been made. It must not stop what was asked for: what prevents it is told to a
/// person (a script sees it in `is_today_done`), and it is tried again the next time.
pub(super) fn daily(app: &App, output: &Output) {
    if let Err(refusal) = app.backup_daily(Nothing {})
        && !output.is_json()
    {
        eprintln!("chidao: {}", crate::print::sentences::sentence(&refusal));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_stays_and_an_empty_folder_is_the_registers_own() {
        let keeping = BackupKeeping {
            folder: Some("/d".into()),
            ..BackupKeeping::default()
        };
        let mut asked = BackupAsked {
            list: false,
            verify: None,
            out: None,
            folder: None,
            daily: Some(9),
            weekly: None,
            before_import: None,
            before_upgrade: None,
            by_hand: None,
        };
        let after = changed(&keeping, &asked);
        assert_eq!((after.folder.as_deref(), after.daily, after.weekly), (Some("/d"), 9, 4));
        asked.folder = Some(" ".into());
        assert_eq!(changed(&keeping, &asked).folder, None);
    }
}

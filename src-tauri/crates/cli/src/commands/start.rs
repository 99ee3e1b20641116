//! First start, settings, keys, enrolment, units.

use crate::arguments::{EditionWord, Enrol, Init, KeysCommand, LanguageWord, SettingsChange, ThemeWord};
use crate::edges::{self, Clock};
use crate::home;
use crate::print::{Output, Table, pairs, words};
use chidao_app::api::{
    ConfirmCode, Edition, FileRef, FirstStart, Language, Nothing, ReadyFile, Session, Settings, Theme, UseCases,
};
use chidao_app::{App, AppError};
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// First start. The recovery key is printed this once.
pub(super) fn init(
    home: &Path,
    clock: Clock,
    init: &Init,
    passphrase_file: Option<&Path>,
    output: &mut Output,
) -> Result<(), AppError> {
    let request = FirstStart {
        edition: match init.edition {
            EditionWord::Unit => Edition::Unit,
            EditionWord::Province => Edition::Province,
        },
        unit_name: init.unit.clone(),
        unit_code: init.code.clone(),
        person_name: init.person.clone(),
        person_title: init.title.clone(),
        device_name: init.device.clone(),
        passphrase: edges::passphrase(passphrase_file)?,
        // It is printed below, and what was printed cannot be closed unread.
        keep_recovery: false,
    };
    let started = App::open(home, clock.edges())?.first_start(request)?;
    output.answer(&started, || {
        format!(
            "{}\nKhoá khôi phục (chỉ hiện một lần này; hãy in ra và cất trong két của cơ quan):\n\n  {}\n",
            about(&started.session),
            started.recovery_key
        )
    })
}

fn about(session: &Session) -> String {
    let mut list = vec![
        ("Đơn vị", session.unit.as_ref().map(words::unit).unwrap_or_default()),
        (
            "Bản dùng",
            session.edition.map(words::edition).unwrap_or_default().to_owned(),
        ),
        (
            "Người làm việc",
            session.person.as_ref().map(words::person).unwrap_or_default(),
        ),
        ("Máy", session.device.clone().unwrap_or_default()),
        ("Cấp trên", session.parent.as_ref().map(words::unit).unwrap_or_default()),
    ];
    if session.edition == Some(Edition::Unit) {
        list.push(("Ghi danh", words::enrolment(session.enrolment).to_owned()));
        list.push(("Mã xác nhận", session.enrolment_code.clone().unwrap_or_default()));
        list.push(("Chưa gửi", format!("{} bút toán", words::number(session.unsent))));
    }
    list.push(("Xung đột", words::number(session.conflicts)));
    list.push(("Không áp dụng", words::number(session.quarantined)));
    list.push(("Hôm nay", words::date(&session.today)));
    pairs(&list)
}

/// Where this installation stands.
pub(super) fn session(app: &App, output: &mut Output) -> Result<(), AppError> {
    let session = app.session(Nothing {})?;
    output.answer(&session, || about(&session))
}

/// Shows the settings, after changing those that were given.
pub(super) fn settings(app: &App, change: &SettingsChange, output: &mut Output) -> Result<(), AppError> {
    let before = app.settings(Nothing {})?;
    let mut after = before.clone();
    if let Some(language) = change.language {
        after.language = match language {
            LanguageWord::Vi => Language::Vi,
            LanguageWord::En => Language::En,
        };
    }
    if let Some(theme) = change.theme {
        after.theme = match theme {
            ThemeWord::System => Theme::System,
            ThemeWord::Light => Theme::Light,
            ThemeWord::Dark => Theme::Dark,
        };
    }
    after.due_soon_days = change.due_soon_days.unwrap_or(after.due_soon_days);
    after.lock_after_minutes = change.lock_after_minutes.unwrap_or(after.lock_after_minutes);
    let given = |date: &String| Some(date.trim().to_owned()).filter(|date| !date.is_empty());
    if let Some(from) = &change.assigned_from {
        after.assigned_from = given(from);
    }
    if let Some(to) = &change.assigned_to {
        after.assigned_to = given(to);
    }
    let settings: Settings = if after == before {
        before
    } else {
        app.settings_set(after)?
    };
    output.answer(&settings, || {
        pairs(&[
            (
                "Ngôn ngữ",
                match settings.language {
                    Language::Vi => "Tiếng Việt",
                    Language::En => "English",
                }
                .into(),
            ),
            (
                "Nền",
                match settings.theme {
                    Theme::System => "theo hệ thống",
                    Theme::Light => "sáng",
                    Theme::Dark => "tối",
                }
                .into(),
            ),
            ("Sắp đến hạn", format!("trước {} ngày làm việc", settings.due_soon_days)),
            (
                "Tự khoá",
                match settings.lock_after_minutes {
                    0 => "không".into(),
                    minutes => format!("sau {minutes} phút"),
                },
            ),
            ("Kỳ báo cáo từ", words::maybe_date(settings.assigned_from.as_ref())),
            ("Kỳ báo cáo đến", words::maybe_date(settings.assigned_to.as_ref())),
        ])
    })
}

/// A file that was written.
#[derive(Serialize)]
struct Written<'a> {
    path: &'a Path,
}

/// Public keys, or the private age identity into a file.
pub(super) fn keys(app: &App, command: Option<&KeysCommand>, output: &mut Output) -> Result<(), AppError> {
    match command {
        None => {
            let keys = app.keys(Nothing {})?;
            output.answer(&keys, || {
                pairs(&[
                    ("Đơn vị", keys.unit.clone()),
                    ("Máy", keys.device.clone()),
                    ("Khoá ký (minisign)", keys.signing.clone()),
                    ("Khoá nhận (age)", keys.age.clone()),
                    ("Khoá gốc (minisign)", keys.root.clone()),
                    ("Khoá khôi phục (age)", keys.recovery.clone()),
                ])
            })
        }
        Some(KeysCommand::ExportIdentity { file }) => {
            let identity = app.export_identity()?;
            write_private(file, identity.as_bytes())?;
            output.answer(&Written { path: file }, || {
                format!(
                    "Đã ghi khoá riêng vào {}. Ai có tệp này đọc được mọi gói gửi cho máy.",
                    file.display()
                )
            })
        }
    }
}

/// Writes a new file that only its owner may read. An existing file is never touched.
fn write_private(path: &Path, bytes: &[u8]) -> Result<(), AppError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => AppError::new("file_exists").with("path", path.display()),
        _ => AppError::of_writing("file_not_written", &error).with("path", path.display()),
    };
    let mut file = options.open(path).map_err(failed)?;
    if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
        drop(file);
        // Half a key is no key.
        let _ = std::fs::remove_file(path);
        return Err(failed(error));
    }
    Ok(())
}

/// What was made, and where it was put.
#[derive(Serialize)]
struct Saved<'a, T: Serialize> {
    path: &'a Path,
    #[serde(flatten)]
    made: T,
}

/// Enrolment with a parent, from either side.
pub(super) fn enrol(app: &App, asked: &Enrol, output: &mut Output) -> Result<(), AppError> {
    match asked {
        Enrol::Request { out } => {
            let made: ReadyFile = app.enrol_request(Nothing {})?;
            app.save_file(&made.file, out)?;
            output.answer(&Saved { path: out, made: &made }, || {
                format!(
                    "Đã ghi phiếu đề nghị vào {}. Hãy mang hoặc gửi phiếu cho cấp trên.",
                    out.display()
                )
            })
        }
        Enrol::Look { file } => {
            let seen = app.enrol_look(FileRef {
                file: home::hand_over(app, file)?,
            })?;
            output.answer(&seen, || {
                pairs(&[
                    ("Đơn vị", words::unit(&seen.unit)),
                    ("Người lập", words::person(&seen.person)),
                    ("Máy", seen.device.clone()),
                    ("Lúc", words::date(&seen.at)),
                    ("Đã ghi danh", words::yes_or_no(seen.known).to_owned()),
                    ("Mã xác nhận", seen.code.clone()),
                ])
            })
        }
        Enrol::Approve { file, out } => {
            let approved = app.enrol_approve(FileRef {
                file: home::hand_over(app, file)?,
            })?;
            let path = home::place_in(out, &approved.bundle.name)?;
            app.save_file(&approved.bundle.file, &path)?;
            output.answer(&Saved { path: &path, made: &approved }, || {
                format!(
                    "{}\nHãy đọc mã này với đơn vị qua điện thoại hoặc trực tiếp, rồi mỗi bên chạy: chidao enrol confirm MÃ\n",
                    pairs(&[
                        ("Đơn vị", words::unit(&approved.unit)),
                        ("Mã xác nhận", approved.code.clone()),
                        ("Gói đầu tiên", path.display().to_string()),
                    ])
                )
            })
        }
        Enrol::Confirm { code } => {
            let session = app.enrol_confirm(ConfirmCode { code: code.clone() })?;
            output.answer(&session, || "Mã khớp. Hai bên đã xác nhận nhau.".to_owned())
        }
    }
}

/// The units known here.
pub(super) fn units(app: &App, output: &mut Output) -> Result<(), AppError> {
    let units = app.units(Nothing {})?;
    output.answer(&units, || {
        let mut table = Table::new()
            .text("Đơn vị", 60)
            .text("Mã", 20)
            .text("Quan hệ", 12)
            .text("Ghi danh", 20)
            .number("Nhiệm vụ")
            .text("Gói gần nhất", 16);
        for unit in &units.rows {
            table.row([
                unit.name.clone(),
                unit.code.clone(),
                words::relation(unit.relation).to_owned(),
                words::enrolment(unit.enrolment).to_owned(),
                words::number(unit.tasks),
                words::maybe_date(unit.last_bundle_at.as_ref()),
            ]);
            for office in &unit.offices {
                let blank = String::new;
                table.row([
                    format!("  {}", office.name),
                    blank(),
                    blank(),
                    blank(),
                    words::number(office.tasks),
                    blank(),
                ]);
            }
        }
        table.show("Chưa biết đơn vị nào.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_file_is_new_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("khoá.txt");
        write_private(&file, b"AGE-SECRET-KEY-1").unwrap();
        assert_eq!(write_private(&file, b"other").unwrap_err().code, "file_exists");
        assert_eq!(std::fs::read(&file).unwrap(), b"AGE-SECRET-KEY-1");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}

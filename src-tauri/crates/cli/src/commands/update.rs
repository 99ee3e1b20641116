//! Updates of the program: what is kept, installing one, and making one.

use super::Outcome;
use crate::arguments::{Update, UpdatePack};
use crate::edges::Clock;
use crate::home;
use crate::print::sentences::sentence;
use crate::print::{Output, Table, pairs, words};
use chidao_app::api::{FileRef, Nothing, UpdateCarry, UpdateRef, UpdateRow, UpdateTake, Updates, UseCases};
use chidao_app::updates::{self, Asked, CarriedOut, Machine};
use chidao_app::{App, AppError};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// How often and how long the one who carries out waits for the programs that have the home open: two minutes.
const WAITS: u32 = 240;
const WAIT: Duration = Duration::from_millis(500);

/// What became of installing.
#[derive(Serialize)]
struct Installed {
    version: String,
    /// The package that a person hands to the system's own installer.
    package: Option<PathBuf>,
    /// The new program opened the data.
    opened: bool,
    /// Why it was taken back.
    reason: Option<String>,
}

/// What is done without a home that can be opened.
pub(super) fn unopened(
    asked: &Update,
    home: Option<&Path>,
    clock: Clock,
    output: &mut Output,
) -> Result<bool, AppError> {
    match asked {
        Update::Pack(pack) => made(pack, clock, output)?,
        Update::CarryOut { then, words } => {
            carried_out(&home::chosen(home)?)?;
            if let Some(program) = then {
                // It goes on by itself.
                Command::new(program)
                    .args(words)
                    .stdin(Stdio::null())
                    .spawn()
                    .map_err(|error| unstarted(program, &error))?;
            }
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn unstarted(program: &Path, error: &std::io::Error) -> AppError {
    AppError::new("file_unreadable")
        .with("name", program.display())
        .with("detail", error)
}

fn carried_out(home: &Path) -> Result<CarriedOut, AppError> {
    for _ in 0..WAITS {
        match updates::carry_out(home, &Machine) {
            Err(error) if error.code == "home_in_use" => std::thread::sleep(WAIT),
            done => return done,
        }
    }
    updates::carry_out(home, &Machine)
}

fn made(asked: &UpdatePack, clock: Clock, output: &mut Output) -> Result<(), AppError> {
    let key = std::fs::read_to_string(&asked.key).map_err(|error| unstarted(&asked.key, &error))?;
    let (file, row) = updates::pack(
        &Asked {
            package: &asked.package,
            key: &key,
            version: &asked.of_version,
            platform: &asked.platform,
            kind: &asked.kind,
            least_store: asked.least_store,
            news_vi: &asked.news_vi,
            news_en: &asked.news_en,
            at: &clock.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
        },
        &asked.out,
    )?;
    /// The file that was made.
    #[derive(Serialize)]
    struct Made {
        #[serde(flatten)]
        row: UpdateRow,
        saved: PathBuf,
    }
    let made = Made { row, saved: file };
    output.answer(&made, || format!("{}\n{}", made.saved.display(), about(&made.row)))
}

/// Everything but installing.
pub(super) fn update(app: &App, asked: &Update, output: &mut Output) -> Result<(), AppError> {
    match asked {
        Update::Check { file } => {
            let row = app.update_look(FileRef {
                file: home::hand_over(app, file)?,
            })?;
            output.answer(&row, || about(&row))
        }
        Update::Keep { file } => {
            let kept = app.update_keep(FileRef {
                file: home::hand_over(app, file)?,
            })?;
            listed(&kept, output)
        }
        Update::Forget { update } => listed(&app.update_forget(named(app, update)?)?, output),
        Update::Carry { update, off } => {
            let UpdateRef { id } = named(app, update)?;
            listed(&app.update_carry(UpdateCarry { id, on: !off })?, output)
        }
        Update::Save { update, out, package } => {
            let UpdateRef { id } = named(app, update)?;
            let ready = app.update_take(UpdateTake { id, package: *package })?;
            let path = home::place_in(out, &ready.name)?;
            app.save_file(&ready.file, &path)?;
            output.answer(&path, || path.display().to_string())
        }
        Update::List | Update::Install { .. } | Update::CarryOut { .. } | Update::Pack(_) => {
            listed(&app.updates(Nothing {})?, output)
        }
    }
}

/// Installs: the backup and the former program are kept, the new one is put in place and tried out, and taken back if it
/// cannot open the data.
pub(super) fn install(
    app: App,
    home: &Path,
    wanted: &str,
    passphrase_file: Option<&Path>,
    output: &mut Output,
) -> Result<Outcome, AppError> {
    let file = Path::new(wanted);
    let which = match file.is_file() {
        true => {
            let token = home::hand_over(&app, file)?;
            let row = app.update_look(FileRef { file: token.clone() })?;
            app.update_keep(FileRef { file: token })?;
            UpdateRef { id: row.id }
        }
        false => named(&app, wanted)?,
    };
    let ready = app.update_install(which)?;
    let mut done = Installed {
        version: ready.version,
        package: None,
        opened: false,
        reason: None,
    };
    if let Some(package) = ready.package {
        let path = home::place_in(Path::new("."), &package.name)?;
        app.save_file(&package.file, &path)?;
        done.package = Some(path);
        return told(&done, output).map(|()| Outcome::Done);
    }
    // Whoever puts programs in place needs the home alone.
    drop(app);
    if let CarriedOut::New(folder) = carried_out(home)? {
        done.opened = opens(&folder, home, passphrase_file);
        if !done.opened && updates::give_up(home, &Machine)? {
            carried_out(home)?;
        }
    }
    if !done.opened {
        done.reason = Some(updates::last_reason(home).unwrap_or_default());
    }
    told(&done, output)?;
    Ok(match done.opened {
        true => Outcome::Done,
        false => Outcome::Disagrees,
    })
}

/// Whether the program in a folder opens the data.
fn opens(folder: &Path, home: &Path, passphrase_file: Option<&Path>) -> bool {
    let program = folder.join(format!("chidao{}", std::env::consts::EXE_SUFFIX));
    let mut command = Command::new(program);
    command.arg("--home").arg(home).args(["--json", "session"]);
    if let Some(file) = passphrase_file {
        command.arg("--passphrase-file").arg(file);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn told(done: &Installed, output: &mut Output) -> Result<(), AppError> {
    output.answer(done, || match (&done.package, done.opened) {
        (Some(package), _) => format!(
            "Bản {} cần quyền quản trị máy. Hãy chạy:\n  sudo apt install {}",
            done.version,
            std::path::absolute(package)
                .unwrap_or_else(|_| package.clone())
                .display()
        ),
        (None, true) => format!("Đã cài bản {}; dữ liệu mở được và đã được kiểm tra.", done.version),
        (None, false) => format!(
            "Bản {} không dùng được ở máy này ({}). Chương trình cũ và dữ liệu lúc trước đã được đặt lại như cũ.",
            done.version,
            done.reason.as_deref().unwrap_or_default()
        ),
    })
}

/// An update by its version or its id.
fn named(app: &App, wanted: &str) -> Result<UpdateRef, AppError> {
    let rows = app.updates(Nothing {})?.rows;
    // Where there are several of a version, the one that fits is meant.
    let fits = rows.iter().find(|row| row.version == wanted && row.unfit.is_none());
    let found = fits.or_else(|| rows.iter().find(|row| row.version == wanted || row.id == wanted));
    let found = found.ok_or_else(|| AppError::new("update_unknown").with("update", wanted))?;
    Ok(UpdateRef { id: found.id.clone() })
}

fn about(row: &UpdateRow) -> String {
    pairs(&[
        ("Phiên bản", row.version.clone()),
        ("Loại máy", row.platform.clone()),
        ("Kiểu cài", row.kind.clone()),
        ("Cỡ (byte)", words::number(row.size)),
        ("Làm lúc", words::date(&row.made_at)),
        ("Có gì mới", row.news_vi.clone()),
        ("Ở máy này", fitness(row)),
        ("Định danh", row.id.clone()),
    ])
}

fn fitness(row: &UpdateRow) -> String {
    match &row.unfit {
        None => "cài được".to_owned(),
        Some(code) => sentence(
            &AppError::new(code)
                .with("version", &row.version)
                .with("own", env!("CARGO_PKG_VERSION"))
                .with("kind", &row.kind)
                .with("platform", &row.platform),
        ),
    }
}

fn listed(known: &Updates, output: &mut Output) -> Result<(), AppError> {
    output.answer(known, || {
        let mut table = Table::new()
            .text("Phiên bản", 12)
            .text("Loại máy", 16)
            .text("Kiểu cài", 10)
            .text("Do đâu", 30)
            .text("Nhận lúc", 16)
            .text("Ở máy này", 60);
        for row in &known.rows {
            table.row([
                row.version.clone(),
                row.platform.clone(),
                row.kind.clone(),
                row.brought_by.clone(),
                words::date(&row.brought_at),
                fitness(row),
            ]);
        }
        let takes = match known.takes {
            true => "",
            false => "Chương trình này được dựng không kèm khoá của nơi phát hành, nên không nhận bản cập nhật.\n",
        };
        format!(
            "Đang dùng bản {} ({}).\n{takes}{}",
            known.version,
            known.platform,
            table.show("Không giữ bản cập nhật nào.")
        )
    })
}

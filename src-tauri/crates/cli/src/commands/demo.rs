//! The demonstration: two homes, and looking at one of them in a browser.

use crate::arguments::Serve;
use crate::edges::{Clock, counting_edges};
use crate::home;
use crate::print::{Output, pairs};
use crate::serve as page;
use chidao_app::{App, AppError, demo};
use chrono::DateTime;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Where the two homes are, and what opens them.
#[derive(Serialize)]
struct Made {
    province: Home,
    district: Home,
    /// Best looked at by this clock.
    now: &'static str,
}

#[derive(Serialize)]
struct Home {
    path: PathBuf,
    passphrase: &'static str,
}

/// Makes the demonstration in a folder, or in a new temporary one, and leaves it there.
pub(super) fn make(folder: Option<&Path>, clock: Clock, output: &mut Output) -> Result<(), AppError> {
    let folder = match folder {
        Some(folder) => folder.to_owned(),
        None => temporary()?.keep(),
    };
    let (province, district) = fill(&folder, clock)?;
    drop((province, district));
    let made = Made {
        province: Home {
            path: folder.join("tinh"),
            passphrase: demo::PROVINCE_PASSPHRASE,
        },
        district: Home {
            path: folder.join("huyen"),
            passphrase: demo::DISTRICT_PASSPHRASE,
        },
        now: demo::LOOKED_AT,
    };
    output.answer(&made, || {
        pairs(&[
            ("Tỉnh Bắc Giang", made.province.path.display().to_string()),
            ("  mật khẩu", made.province.passphrase.to_owned()),
            ("Huyện Yên Thế", made.district.path.display().to_string()),
            ("  mật khẩu", made.district.passphrase.to_owned()),
            ("Nên xem lúc", format!("CHIDAO_NOW={}", made.now)),
        ])
    })
}

/// Serves the district's side of a demonstration that is removed at the end. Its clock goes on from that afternoon.
pub(super) fn serve(asked: &Serve, clock: Clock) -> Result<(), AppError> {
    let folder = temporary()?;
    let (province, district) = fill(folder.path(), clock)?;
    drop((province, district));
    let clock = match clock {
        Clock::Machine => Clock::going_from(moment(demo::LOOKED_AT)?),
        set => set,
    };
    let app = App::open(&folder.path().join("huyen"), clock.edges())?;
    page::run_unlocked(app, asked, demo::DISTRICT_PASSPHRASE)
}

fn temporary() -> Result<tempfile::TempDir, AppError> {
    tempfile::Builder::new()
        .prefix("chidao-demo-")
        .tempdir()
        .map_err(|error| {
            AppError::new("home_unusable")
                .with("path", std::env::temp_dir().display())
                .with("detail", error)
        })
}

fn moment(text: &str) -> Result<DateTime<chrono::FixedOffset>, AppError> {
    DateTime::parse_from_rfc3339(text).map_err(|error| AppError::internal("demo", &error))
}

fn fill(folder: &Path, clock: Clock) -> Result<(App, App), AppError> {
    let begins = match clock {
        Clock::Standing(at) => at,
        _ => moment(demo::BEGINS)?,
    };
    let open = |name: &str| App::open(&home::place_in(folder, name)?, counting_edges(begins));
    let (province, district) = (open("tinh")?, open("huyen")?);
    demo::fill(&province, &district)?;
    Ok((province, district))
}

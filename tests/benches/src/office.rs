//! A unit at work: its home on the disk, filled with generated tasks, asked through the use cases.

use crate::Failure;
use chidao_app::api::{Edition, Unlock};
use chidao_app::api::{FirstStart, ReportAdd, TaskFilter, TaskSort, TasksPage, UseCases};
use chidao_app::generate::{self, Amount};
use chidao_app::{App, Edges};
use chrono::DateTime;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

const PASSPHRASE: &str = "mật khẩu để đo";

/// Edges whose clock goes on by a second with every look, and whose randomness comes from a count: enough for salts.
fn edges() -> Edges {
    let clock = Mutex::new(1_498_190_400_i64);
    let count = Mutex::new(0_u64);
    Edges {
        now: Box::new(move || {
            let mut clock = clock.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *clock += 1;
            let now = DateTime::from_timestamp(*clock, 0).unwrap_or_default();
            now.with_timezone(
                &chrono::FixedOffset::east_opt(7 * 3_600).unwrap_or_else(|| chrono::Offset::fix(&chrono::Utc)),
            )
        }),
        random: Box::new(move |bytes| {
            let mut count = count.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            for byte in bytes {
                *count = count
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                *byte = (*count >> 56) as u8;
            }
        }),
        machine: "máy đo".to_owned(),
    }
}

/// A home with so many tasks, opened, and how long writing them took; one that is there already is used again.
pub fn open(home: &Path, tasks: u32, seed: u64) -> Result<(App, Option<Duration>), Failure> {
    let app = App::open(home, edges())?;
    if home.join("ledger.db").exists() {
        app.unlock(Unlock {
            passphrase: PASSPHRASE.into(),
        })?;
        return Ok((app, None));
    }
    app.first_start(FirstStart {
        edition: Edition::Unit,
        unit_name: "UBND huyện Yên Thế".into(),
        unit_code: "H02.15".into(),
        person_name: "Nguyễn Văn A".into(),
        person_title: "Chuyên viên".into(),
        device_name: String::new(),
        passphrase: PASSPHRASE.into(),
    })?;
    let start = Instant::now();
    generate::generate(&app, Amount { tasks, edits: 0, seed }, &mut |_, _| {})?;
    Ok((app, Some(start.elapsed())))
}

/// The first page of a list; answers how many rows it has.
pub fn first_page(app: &App, search: &str, filters: Option<(&str, &str)>, sort: TaskSort) -> Result<usize, Failure> {
    let mut filter = TaskFilter {
        search: search.to_owned(),
        // After the last completion, so that a status is what the peer's column says.
        as_of: Some("2018-12-31".to_owned()),
        ..TaskFilter::default()
    };
    if let Some((lead, status)) = filters {
        filter.leads = vec![lead.to_owned()];
        filter.statuses = chidao_domain::status::Status::from_code(status).into_iter().collect();
    }
    let page = app.tasks_page(TasksPage {
        filter,
        sort,
        limit: 100,
        ..TasksPage::default()
    })?;
    Ok(page.rows.len())
}

/// The length of a list.
pub fn count(app: &App, search: &str) -> Result<u32, Failure> {
    let filter = TaskFilter {
        search: search.to_owned(),
        ..TaskFilter::default()
    };
    Ok(app.tasks_count(filter)?.count)
}

/// One progress report, committed.
pub fn report(app: &App, task: u32, percent: u8) -> Result<(), Failure> {
    app.report_add(ReportAdd {
        task: format!("NV{task:02}"),
        percent: Some(percent),
        note: "Đã kiểm đếm xong, đang niêm yết phương án tại nhà văn hoá thôn.".into(),
        ..ReportAdd::default()
    })?;
    Ok(())
}

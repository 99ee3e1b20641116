//! An office at work: its home on the disk, asked through the use cases, as the window and the terminal ask.

use crate::Failure;
use crate::peer::Order;
use chidao_app::api::*;
use chidao_app::generate::{self, Amount};
use chidao_app::{App, Edges};
use chrono::DateTime;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

const PASSPHRASE: &str = "mật khẩu để đo";
/// After the last completion, so that a status is what the peer's column says.
pub const AS_OF: &str = "2018-12-31";
/// The code of the unit below the province.
const UNIT_CODE: &str = "H02.15";
/// What a report says.
pub const NOTE: &str = "Đã kiểm đếm xong, đang niêm yết phương án tại nhà văn hoá thôn.";

/// Edges whose clock goes on by a second with every look, and whose randomness comes from a count: enough for salts.
fn edges(seed: u64) -> Edges {
    let clock = Mutex::new(1_498_190_400_i64);
    let count = Mutex::new(seed);
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

fn started(home: &Path, edition: Edition, unit: &str, code: &str) -> Result<App, Failure> {
    let app = App::open(home, edges(if edition == Edition::Unit { 1 } else { 2 }))?;
    app.first_start(FirstStart {
        edition,
        unit_name: unit.into(),
        unit_code: code.into(),
        person_name: "Nguyễn Văn A".into(),
        person_title: "Chuyên viên".into(),
        device_name: String::new(),
        passphrase: PASSPHRASE.into(),
        keep_recovery: false,
    })?;
    // What is measured is the taking in; a copy of the home before it is work of another kind, and may be turned off.
    app.backup_keeping(BackupKeeping {
        before_import: 0,
        ..BackupKeeping::default()
    })?;
    Ok(app)
}

/// A unit's home with so many tasks, opened, and how long writing them took; one that is there already is used again.
pub fn open(home: &Path, tasks: u32, seed: u64) -> Result<(App, Option<Duration>), Failure> {
    if home.join("ledger.db").exists() {
        let app = App::open(home, edges(3))?;
        app.unlock(Unlock {
            passphrase: PASSPHRASE.into(),
        })?;
        return Ok((app, None));
    }
    let app = started(home, Edition::Unit, "UBND huyện Yên Thế", UNIT_CODE)?;
    let start = Instant::now();
    generate::generate(&app, Amount { tasks, edits: 0, seed }, &mut |_, _| {})?;
    Ok((app, Some(start.elapsed())))
}

fn filter(search: &str, filters: Option<(&str, &str)>) -> TaskFilter {
    let mut filter = TaskFilter {
        search: search.to_owned(),
        as_of: Some(AS_OF.to_owned()),
        ..TaskFilter::default()
    };
    if let Some((lead, status)) = filters {
        filter.leads = vec![lead.to_owned()];
        filter.statuses = chidao_domain::status::Status::from_code(status).into_iter().collect();
    }
    filter
}

fn sort(order: Order) -> TaskSort {
    match order {
        Order::Deadline => TaskSort::Deadline,
        Order::Code => TaskSort::Code,
        Order::Content => TaskSort::Content,
    }
}

/// A page of the list; answers how many rows it has.
pub fn page(
    app: &App,
    search: &str,
    filters: Option<(&str, &str)>,
    order: Order,
    offset: u32,
) -> Result<usize, Failure> {
    let page = app.tasks_page(TasksPage {
        filter: filter(search, filters),
        sort: sort(order),
        limit: 100,
        offset,
        ..TasksPage::default()
    })?;
    Ok(page.rows.len())
}

/// The page after a cursor, sorted by code; answers its length, its last code and the next cursor.
pub fn page_after(app: &App, after: Option<String>) -> Result<(usize, String, Option<String>), Failure> {
    let page = app.tasks_page(TasksPage {
        filter: filter("", None),
        limit: 100,
        after,
        ..TasksPage::default()
    })?;
    let last = page.rows.last().map(|row| row.code.clone()).unwrap_or_default();
    Ok((page.rows.len(), last, page.next))
}

/// The length of a list.
pub fn count(app: &App, search: &str) -> Result<u32, Failure> {
    Ok(app.tasks_count(filter(search, None))?.count)
}

/// Totals by lead: all, done, done late, overdue.
pub fn totals(app: &App) -> Result<Vec<(String, [u32; 4])>, Failure> {
    let answer = app.totals(TotalsAsk {
        filter: filter("", None),
        by: Some(TotalsBy::Lead),
        ..TotalsAsk::default()
    })?;
    let groups = answer.groups.into_iter();
    let mut all: Vec<_> = groups
        .map(|row| (row.key, [row.total, row.done, row.done_late, row.open_overdue]))
        .collect();
    all.sort();
    Ok(all)
}

/// One progress report, committed.
pub fn report(app: &App, task: u32, percent: u8) -> Result<(), Failure> {
    app.report_add(ReportAdd {
        task: format!("NV{task:02}"),
        percent: Some(percent),
        note: NOTE.into(),
        ..ReportAdd::default()
    })?;
    Ok(())
}

/// A unit and its province, enrolled.
pub struct Pair {
    /// The unit.
    pub unit: App,
    /// The province.
    pub province: App,
}

/// What one bundle cost.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// Packing, signing, encrypting, reading back.
    pub export: Duration,
    /// Its size in bytes.
    pub size: u64,
    /// Entries in it.
    pub entries: u32,
    /// Decrypting, verifying, applying, until it was committed and every list showed it.
    pub import: Duration,
    /// Changes applied.
    pub changes: u32,
    /// Taking in the same file again.
    pub again: Duration,
}

impl Pair {
    /// Two homes in a folder. The unit's holds so many tasks that nobody else has yet.
    pub fn new(folder: &Path, tasks: u32, seed: u64) -> Result<Pair, Failure> {
        let (unit, _) = open(&folder.join("unit"), tasks, seed)?;
        let province = started(
            &folder.join("province"),
            Edition::Province,
            "UBND tỉnh Bắc Giang",
            "H02",
        )?;
        let request = unit.enrol_request(Nothing {})?;
        let approved = province.enrol_approve(carry(&unit, &request, &province)?)?;
        unit.bundle_import(carry(&province, &approved.bundle, &unit)?)?;
        unit.enrol_confirm(ConfirmCode {
            code: approved.code.clone(),
        })?;
        province.enrol_confirm(ConfirmCode { code: approved.code })?;
        Ok(Pair { unit, province })
    }

    /// The unit's bundle to the province, taken in there twice.
    pub fn send_up(&self) -> Result<Sent, Failure> {
        let start = Instant::now();
        let made = self.unit.bundle_export(BundleTo { to: String::new() })?;
        let export = start.elapsed();
        let file = carry(&self.unit, &made.file, &self.province)?;
        let start = Instant::now();
        let report = self.province.bundle_import(file)?;
        let import = start.elapsed();
        let file = carry(&self.unit, &made.file, &self.province)?;
        let start = Instant::now();
        let second = self.province.bundle_import(file)?;
        let again = start.elapsed();
        let whole = report.quarantined == 0 && report.waiting == 0 && report.digests_agree == Some(true);
        if !whole || second.outcome != BundleOutcome::AlreadyImported {
            return Err(format!("not taken in as it was sent: {report:?}").into());
        }
        Ok(Sent {
            export,
            size: made.file.size,
            entries: made.entries,
            import,
            changes: report.applied,
            again,
        })
    }

    /// The province's answer, which acknowledges what it has.
    pub fn answer(&self) -> Result<(), Failure> {
        let made = self.province.bundle_export(BundleTo { to: UNIT_CODE.into() })?;
        self.unit
            .bundle_import(carry(&self.province, &made.file, &self.unit)?)?;
        Ok(())
    }
}

fn carry(from: &App, file: &ReadyFile, to: &App) -> Result<FileRef, Failure> {
    let mut bytes = Vec::new();
    from.read_file(&file.file, &mut bytes)?;
    let staged = to.stage(&file.name, &mut bytes.as_slice())?;
    Ok(FileRef { file: staged.file })
}

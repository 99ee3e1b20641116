//! What the tests of the use cases begin with: a unit and a province on 23 June 2017, each with its own home.

#![allow(dead_code, reason = "each test program needs some of it")]

use chidao_app::api::*;
use chidao_app::{App, Edges};
use chrono::DateTime;
use std::path::Path;
use std::sync::Mutex;

const PASSPHRASE: &str = "mật khẩu thử";

pub(crate) const SAMPLE: &[u8] = include_bytes!("../../data/sample_41_tasks.csv");

/// A clock that stands at one moment, and randomness from a counter: enough for identities to differ.
pub(crate) fn edges(seed: u64) -> Edges {
    let counter = Mutex::new(0_u64);
    Edges {
        now: Box::new(|| DateTime::parse_from_rfc3339("2017-06-23T15:00:00+07:00").unwrap()),
        random: Box::new(move |bytes| {
            for piece in bytes.chunks_mut(32) {
                let mut counter = counter.lock().unwrap();
                *counter += 1;
                let hash = blake3::hash(&[seed.to_le_bytes(), counter.to_le_bytes()].concat());
                piece.copy_from_slice(&hash.as_bytes()[..piece.len()]);
            }
        }),
        machine: "may-thu".into(),
    }
}

pub(crate) fn started(
    home: &Path,
    seed: u64,
    edition: Edition,
    unit: &str,
    code: &str,
    person: &str,
    title: &str,
) -> App {
    let app = App::open(home, edges(seed)).unwrap();
    app.first_start(FirstStart {
        edition,
        unit_name: unit.into(),
        unit_code: code.into(),
        person_name: person.into(),
        person_title: title.into(),
        device_name: "Máy văn thư".into(),
        passphrase: PASSPHRASE.into(),
        keep_recovery: false,
    })
    .unwrap();
    app
}

/// The same home after the program was ended.
pub(crate) fn opened_again(home: &Path, seed: u64) -> App {
    let app = App::open(home, edges(seed)).unwrap();
    app.unlock(Unlock {
        passphrase: PASSPHRASE.into(),
    })
    .unwrap();
    app
}

pub(crate) fn province(home: &Path) -> App {
    started(
        home,
        1,
        Edition::Province,
        "UBND tỉnh Bắc Giang",
        "H02",
        "Nguyễn Đức Đăng",
        "Chánh Văn phòng UBND tỉnh",
    )
}

pub(crate) fn unit(home: &Path) -> App {
    started(
        home,
        2,
        Edition::Unit,
        "UBND huyện Yên Thế",
        "H02.15",
        "Trần Thị Hạnh",
        "Chuyên viên",
    )
}

pub(crate) fn carry(from: &App, file: &ReadyFile, to: &App) -> FileRef {
    let mut bytes = Vec::new();
    from.read_file(&file.file, &mut bytes).unwrap();
    handed(to, &file.name, &bytes)
}

pub(crate) fn handed(to: &App, name: &str, mut bytes: &[u8]) -> FileRef {
    FileRef {
        file: to.stage(name, &mut bytes).unwrap().file,
    }
}

pub(crate) fn enrol(province: &App, unit: &App) {
    let request = unit.enrol_request(Nothing {}).unwrap();
    let approved = province.enrol_approve(carry(unit, &request, province)).unwrap();
    let report = unit.bundle_import(carry(province, &approved.bundle, unit)).unwrap();
    assert!(report.enrolled && report.unverified);
    assert_eq!(unit.session(Nothing {}).unwrap().enrolment, EnrolmentState::Unverified);
    unit.enrol_confirm(ConfirmCode {
        code: approved.code.clone(),
    })
    .unwrap();
    province.enrol_confirm(ConfirmCode { code: approved.code }).unwrap();
    assert_eq!(unit.session(Nothing {}).unwrap().enrolment, EnrolmentState::Confirmed);
}

pub(crate) fn take_in(app: &App, unit: Option<&str>) -> TakenIn {
    let file = handed(app, "sample_41_tasks.csv", SAMPLE).file;
    app.tasks_take_in(TakeIn {
        file,
        sheet: None,
        mapping: None,
        unit: unit.map(str::to_owned),
    })
    .unwrap()
}

pub(crate) fn totals(app: &App, as_of: &str, by: Option<TotalsBy>) -> TotalsAnswer {
    let filter = TaskFilter {
        as_of: Some(as_of.into()),
        ..TaskFilter::default()
    };
    app.totals(TotalsAsk {
        filter,
        by,
        original_deadline: false,
    })
    .unwrap()
}

pub(crate) fn send(from: &App, to_unit: &str, to: &App) -> BundleReport {
    let made = from.bundle_export(BundleTo { to: to_unit.into() }).unwrap();
    to.bundle_import(carry(from, &made.file, to)).unwrap()
}

pub(crate) fn search(app: &App, words: &str) -> Vec<String> {
    let filter = TaskFilter {
        search: words.into(),
        ..TaskFilter::default()
    };
    let page = app
        .tasks_page(TasksPage {
            filter,
            ..TasksPage::default()
        })
        .unwrap();
    page.rows.into_iter().map(|row| row.code).collect()
}

pub(crate) fn show(app: &App, task: &str) -> TaskDetail {
    app.task_show(TaskId { task: task.into() }).unwrap()
}

pub(crate) fn photo(seed: u8, size: usize) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0];
    let mut hasher = blake3::Hasher::new_derive_key("photo");
    hasher.update(&[seed]);
    let mut noise = vec![0; size];
    hasher.finalize_xof().fill(&mut noise);
    bytes.append(&mut noise);
    bytes
}

pub(crate) fn report(app: &App, percent: u8, note: &str, files: Vec<String>) -> TaskDetail {
    let request = ReportAdd {
        task: "NV19".into(),
        percent: Some(percent),
        note: note.into(),
        files,
        ..ReportAdd::default()
    };
    app.report_add(request).unwrap()
}

/// The passphrase of a machine that joined.
pub(crate) const JOINED: &str = "mật khẩu máy hai";

/// A further machine of a unit, at which somebody else works.
pub(crate) fn joined(home: &Path, seed: u64, first: &App, person: &str) -> App {
    let app = App::open(home, edges(seed)).unwrap();
    let passphrase = JOINED.to_owned();
    let asked = app
        .join_request(JoinRequest {
            person_name: person.into(),
            person_title: String::new(),
            device_name: "Máy xách tay".into(),
            passphrase: passphrase.clone(),
        })
        .unwrap();
    let handed = carry(&app, &asked, first);
    let before = first.devices(Nothing {}).unwrap().rows.len();
    let seen = first.device_look(handed.clone()).unwrap();
    assert_eq!(
        (seen.device.as_str(), seen.person.name.as_str()),
        ("Máy xách tay", person)
    );
    assert_eq!(
        first.devices(Nothing {}).unwrap().rows.len(),
        before,
        "looking changes nothing"
    );
    let approved = first.device_approve(handed).unwrap();
    let answer = carry(first, &approved.answer, &app);
    let (file, code) = (answer.file, approved.code);
    app.join_accept(JoinAccept { file, passphrase, code }).unwrap();
    app
}

//! The demonstration: Bắc Giang province and Yên Thế district on 23 June 2017, by the same use cases that people use.
//!
//! The names of places and the counts are those of a public article of that day; persons other than the head of the
//! team, photos and most tasks are invented. Nothing here is written past the application: what the demonstration shows
//! is what the program does.

use crate::AppError;
use crate::api::*;
use crate::home::{App, unpoisoned};
use std::sync::{Arc, Weak};

/// The 41 tasks.
pub const TASKS: &[u8] = include_bytes!("../data/sample_41_tasks.csv");
/// Opens the province's home of a demonstration.
pub const PROVINCE_PASSPHRASE: &str = "bac-giang-2017";
/// Opens the district's home of a demonstration.
pub const DISTRICT_PASSPHRASE: &str = "yen-the-2017";
/// The moment at which a demonstration begins, RFC 3339; its clock is the caller's.
pub const BEGINS: &str = "2017-06-23T13:30:00+07:00";
/// The moment at which a demonstration is best looked at: the day's work is done.
pub const LOOKED_AT: &str = "2017-06-23T16:30:00+07:00";

const DISTRICT_CODE: &str = "H02.15";
const LAKE: &[u8] = include_bytes!("../data/ho_song_soi.png");
const FIREBREAK: &[u8] = include_bytes!("../data/duong_bang_can_lua.png");

fn person(name: &str, title: &str) -> PersonName {
    PersonName {
        name: name.to_owned(),
        title: title.to_owned(),
    }
}

/// Fills two fresh homes: the province's and the district's, enrolled with each other, with an inspection, findings,
/// five recommendations and bundles both ways. Both stay open.
///
/// # Errors
/// `already_started` when one of them is not fresh; otherwise whatever a use case answers.
pub fn fill(province: &App, district: &App) -> Result<(), AppError> {
    start(province, district)?;
    enrol(province, district)?;
    let list = province.stage("sample_41_tasks.csv", &mut &*TASKS)?.file;
    province.tasks_take_in(TakeIn {
        file: list,
        sheet: None,
        mapping: None,
        unit: Some(DISTRICT_CODE.to_owned()),
    })?;
    carry(province, district)?;
    work(district)?;
    carry(district, province)?;
    inspect(province)?;
    carry(province, district)?;
    recommend(district)?;
    carry(district, province)?;
    answer(province)?;
    carry(province, district)?;
    // Something is left to be sent, so that the page of bundles has something to show.
    report(
        district,
        "NV37",
        85,
        "Đã kiểm tra 12/14 bếp ăn tập thể; 2 cơ sở còn lại kiểm tra trong tuần tới.",
        "",
        &[],
    )
}

fn start(province: &App, district: &App) -> Result<(), AppError> {
    province.first_start(FirstStart {
        edition: Edition::Province,
        unit_name: "Văn phòng UBND tỉnh Bắc Giang".into(),
        unit_code: "H02".into(),
        person_name: "Nguyễn Đức Đăng".into(),
        person_title: "Chánh Văn phòng UBND tỉnh".into(),
        device_name: "VP-UBND-TINH-01".into(),
        passphrase: PROVINCE_PASSPHRASE.into(),
        keep_recovery: false,
    })?;
    district.first_start(FirstStart {
        edition: Edition::Unit,
        unit_name: "UBND huyện Yên Thế".into(),
        unit_code: DISTRICT_CODE.into(),
        person_name: "Hoàng Thị Mai".into(),
        person_title: "Chuyên viên Văn phòng HĐND và UBND huyện".into(),
        device_name: "YENTHE-VP-02".into(),
        passphrase: DISTRICT_PASSPHRASE.into(),
        keep_recovery: false,
    })?;
    for app in [province, district] {
        mark(app)?;
        let settings = app.settings(Nothing {})?;
        app.settings_set(Settings {
            assigned_from: Some("2017-01-01".into()),
            assigned_to: Some("2017-05-31".into()),
            ..settings
        })?;
    }
    Ok(())
}

/// Notes in the profile that the data are invented, so that every screen can say so.
fn mark(app: &App) -> Result<(), AppError> {
    // Nobody but this one may hold it while it is changed, not even by a reference that keeps nothing alive.
    *unpoisoned(&app.last_open) = Weak::new();
    let mut held = unpoisoned(&app.open);
    let open = held
        .as_mut()
        .and_then(Arc::get_mut)
        .ok_or_else(|| AppError::new("locked"))?;
    open.profile.demo = true;
    open.keep_profile()?;
    *unpoisoned(&app.last_open) = held.as_ref().map(Arc::downgrade).unwrap_or_default();
    Ok(())
}

fn enrol(province: &App, district: &App) -> Result<(), AppError> {
    let request = district.enrol_request(Nothing {})?;
    let approved = province.enrol_approve(FileRef {
        file: hand_over(district, province, &request)?,
    })?;
    district.bundle_import(FileRef {
        file: hand_over(province, district, &approved.bundle)?,
    })?;
    for app in [province, district] {
        app.enrol_confirm(ConfirmCode {
            code: approved.code.clone(),
        })?;
    }
    Ok(())
}

/// What a USB stick does.
fn hand_over(from: &App, to: &App, file: &ReadyFile) -> Result<String, AppError> {
    let mut bytes = Vec::new();
    from.read_file(&file.file, &mut bytes)?;
    Ok(to.stage(&file.name, &mut bytes.as_slice())?.file)
}

/// Takes a bundle from one home to the other.
fn carry(from: &App, to: &App) -> Result<(), AppError> {
    let other = to.session(Nothing {})?.unit.ok_or_else(|| AppError::new("locked"))?;
    let made = from.bundle_export(BundleTo { to: other.id })?;
    to.bundle_import(FileRef {
        file: hand_over(from, to, &made.file)?,
    })?;
    Ok(())
}

fn report(
    app: &App,
    task: &str,
    percent: u8,
    note: &str,
    difficulty: &str,
    photos: &[(&str, &[u8])],
) -> Result<(), AppError> {
    app.report_add(ReportAdd {
        task: task.into(),
        percent: Some(percent),
        note: note.into(),
        difficulty: difficulty.into(),
        files: photo_tokens(app, photos)?,
        ..ReportAdd::default()
    })?;
    Ok(())
}

fn photo_tokens(app: &App, photos: &[(&str, &[u8])]) -> Result<Vec<String>, AppError> {
    photos
        .iter()
        .map(|(name, bytes)| Ok(app.stage(name, &mut &**bytes)?.file))
        .collect()
}

/// The district names who answers for what, and reports.
fn work(district: &App) -> Result<(), AppError> {
    for (task, responsible) in [
        ("NV01", "Dương Văn Thắng, Trưởng phòng Tài nguyên và Môi trường"),
        ("NV09", "Giáp Thị Hạnh, Phó Trưởng phòng Nông nghiệp và PTNT"),
        ("NV14", "Lương Văn Sơn, Trưởng phòng Tư pháp"),
        ("NV19", "Vi Thị Lan, chuyên viên Phòng Văn hóa và Thông tin"),
        ("NV26", "Giáp Thị Hạnh, Phó Trưởng phòng Nông nghiệp và PTNT"),
    ] {
        district.task_set(TaskSet {
            task: task.into(),
            field: "responsible".into(),
            value: responsible.into(),
        })?;
    }
    report(
        district,
        "NV19",
        50,
        "19/21 xã, thị trấn đã dùng chữ ký số trong văn bản đi.",
        "",
        &[],
    )?;
    report(
        district,
        "NV19",
        65,
        "21/21 xã, thị trấn đã dùng chữ ký số; đang tổng hợp số liệu văn bản điện tử quý II.",
        "Đường truyền tại xã Đồng Hưu chưa ổn định.",
        &[],
    )?;
    report(
        district,
        "NV20",
        60,
        "Đã trả lời 18/30 kiến nghị của cử tri.",
        "7 kiến nghị thuộc thẩm quyền của các sở, ngành của tỉnh.",
        &[],
    )?;
    report(
        district,
        "NV02",
        25,
        "Đã lập xong nhiệm vụ quy hoạch khu Thác Ngà.",
        "",
        &[("ho-xuan-lung.png", LAKE)],
    )
}

/// The province's team on site.
fn inspect(province: &App) -> Result<(), AppError> {
    let held = province.inspection_save(InspectionSave {
        unit: DISTRICT_CODE.into(),
        held_on: "2017-06-23".into(),
        day_part: DayPart::Afternoon,
        place: "Trụ sở UBND huyện Yên Thế".into(),
        sending_body: "Văn phòng UBND tỉnh Bắc Giang".into(),
        head: person("Nguyễn Đức Đăng", "Chánh Văn phòng UBND tỉnh"),
        members: vec![
            person("Trần Thị Thu", "Trưởng phòng Tổng hợp"),
            person("Ngô Văn Bình", "Chuyên viên theo dõi khối nông nghiệp"),
        ],
        local_side: vec![
            person("Nguyễn Quang Hưng", "Phó Chủ tịch UBND huyện"),
            person("Hoàng Thị Mai", "Chuyên viên Văn phòng"),
        ],
        period_from: Some("2017-01-01".into()),
        period_to: Some("2017-05-31".into()),
        tasks: ["NV01", "NV09", "NV14", "NV26"].map(str::to_owned).to_vec(),
        ..InspectionSave::default()
    })?;
    let inspection = held.row.id;
    province.finding_add(FindingAdd {
        inspection: inspection.clone(),
        task: "NV01".into(),
        reported_percent: Some(100),
        found_percent: Some(100),
        note: "Hồ sơ đầy đủ; còn một vướng mắc đang chờ ý kiến cấp trên.".into(),
        agreed: true,
        files: photo_tokens(province, &[("ho-song-soi.png", LAKE)])?,
        ..FindingAdd::default()
    })?;
    province.finding_add(FindingAdd {
        inspection: inspection.clone(),
        task: "NV26".into(),
        reported_percent: Some(70),
        found_percent: Some(50),
        note: "Mới phát dọn xong một nửa chiều dài đường băng cản lửa.".into(),
        agreed: true,
        files: photo_tokens(
            province,
            &[("bang-can-lua-1.png", FIREBREAK), ("bang-can-lua-2.png", LAKE)],
        )?,
        ..FindingAdd::default()
    })?;
    province.finding_add(FindingAdd {
        inspection,
        task: "NV14".into(),
        reported_percent: Some(0),
        found_percent: Some(0),
        note: "Quá hạn 18 ngày, chưa có kế hoạch rà soát.".into(),
        agreed: true,
        negative: true,
        nature: "Chậm thực hiện".into(),
        degree: "Quá hạn 18 ngày".into(),
        cause: "Chưa phân công người thực hiện ngay sau khi được giao".into(),
        responsibility: "Phòng Tư pháp".into(),
        ..FindingAdd::default()
    })?;
    Ok(())
}

/// The five recommendations of the district, made during the inspection.
fn recommend(district: &App) -> Result<(), AppError> {
    let inspection = district.inspections(Nothing {})?.rows.first().map(|row| row.id.clone());
    let recommendations: [(&str, &str, &[&str]); 5] = [
        (
            "Đề nghị UBND tỉnh bố trí bổ sung vốn bồi thường, giải phóng mặt bằng dự án hồ sông Sỏi.",
            "UBND tỉnh",
            &["NV01"],
        ),
        (
            "Đề nghị Sở Tài nguyên và Môi trường hướng dẫn xử lý các hộ chưa có giấy chứng nhận tại vùng dự án hồ sông Sỏi.",
            "Sở Tài nguyên và Môi trường",
            &["NV01"],
        ),
        (
            "Đề nghị tỉnh sớm phê duyệt quy hoạch Khu du lịch sinh thái Xuân Lung - Thác Ngà.",
            "UBND tỉnh",
            &["NV02"],
        ),
        (
            "Đề nghị hỗ trợ máy phát dọn đường băng cản lửa cho Ban quản lý rừng.",
            "Sở Nông nghiệp và PTNT",
            &["NV26"],
        ),
        (
            "Đề nghị nâng cấp đường truyền cho các xã vùng cao để liên thông văn bản.",
            "Sở Thông tin và Truyền thông",
            &[],
        ),
    ];
    for (content, addressee, tasks) in recommendations {
        district.recommendation_add(RecommendationAdd {
            content: content.into(),
            addressee: addressee.into(),
            tasks: tasks.iter().map(|task| (*task).to_owned()).collect(),
            inspection: inspection.clone(),
        })?;
    }
    Ok(())
}

/// The province answers one of them.
fn answer(province: &App) -> Result<(), AppError> {
    let all = province.recommendations(RecommendationFilter::default())?.rows;
    let asked = all
        .iter()
        .find(|one| one.content.contains("máy phát dọn"))
        .ok_or_else(|| AppError::new("not_found").with("what", "recommendation"))?;
    province.recommendation_answer(RecommendationAnswer {
        recommendation: asked.id.clone(),
        answer: "Giao Sở Nông nghiệp và PTNT cấp 02 máy trước ngày 15/7/2017.".into(),
        document: "9101/UBND-NN".into(),
        on: None,
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Edges;
    use chrono::{DateTime, TimeDelta};
    use rand_chacha::rand_core::{Rng, SeedableRng};
    use std::path::Path;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicI64, Ordering};

    fn app(home: &Path, machine: &str) -> App {
        let begins = DateTime::parse_from_rfc3339(BEGINS).unwrap();
        let read = AtomicI64::new(0);
        let drawn = Mutex::new(rand_chacha::ChaCha8Rng::seed_from_u64(machine.len() as u64));
        App::open(
            home,
            Edges {
                now: Box::new(move || begins + TimeDelta::seconds(read.fetch_add(1, Ordering::Relaxed))),
                random: Box::new(move |bytes| unpoisoned(&drawn).fill_bytes(bytes)),
                machine: machine.to_owned(),
            },
        )
        .unwrap()
    }

    #[test]
    fn both_sides_of_the_demonstration_tell_the_same_story() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (province, district) = (app(one.path(), "tỉnh"), app(two.path(), "huyện Yên Thế"));
        fill(&province, &district).unwrap();
        for app in [&province, &district] {
            let session = app.session(Nothing {}).unwrap();
            assert!(session.demo && session.conflicts == 0 && session.quarantined == 0);
            let totals = app.totals(TotalsAsk::default()).unwrap().all;
            assert_eq!((totals.total, totals.done, totals.open_overdue), (41, 33, 2));
            let recommendations = app.recommendations(RecommendationFilter::default()).unwrap().rows;
            assert_eq!(recommendations.len(), 5);
            assert!(
                recommendations
                    .iter()
                    .all(|one| one.state != RecommendationState::Entered)
            );
            let found = app.task_show(TaskId { task: "NV26".into() }).unwrap().findings;
            assert_eq!(
                (
                    found[0].reported_percent,
                    found[0].found_percent,
                    found[0].attachments.len()
                ),
                (Some(70), Some(50), 2)
            );
            assert!(app.check(Nothing {}).unwrap().ok);
        }
        assert_eq!(
            district.session(Nothing {}).unwrap().enrolment,
            EnrolmentState::Confirmed
        );
        assert_eq!(fill(&province, &district).unwrap_err().code, "already_started");
    }
}

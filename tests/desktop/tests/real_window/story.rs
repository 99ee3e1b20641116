//! The main job, as a person does it at the window: begin, take in the list, look for a task, report with a photo, carry
//! bundles to the province and back.

use super::office::{DISTRICT, Office, PROVINCE, expected};
use desktop::{Desk, DeskError};
use serde_json::{Value, json};
use std::slice::from_ref;

type Tested = Result<(), DeskError>;

/// The day of the report that the sample data come from.
const MORNING: &str = "2017-06-23T08:00:00+07:00";
const DAYS: [[&str; 2]; 2] = [["2017-06-23", "23/06/2017"], ["2017-05-31", "31/05/2017"]];

#[tokio::test]
async fn a_first_start_shows_its_key_once_and_the_41_are_taken_in_and_found() -> Tested {
    let office = Office::open(MORNING).await?;
    let window = &office.window;
    office.fill_in(&DISTRICT).await?;
    let key: String = window.text_of("[data-test=recovery-key]").await?;
    let key: String = key.split_whitespace().collect();
    assert!(key.starts_with("AGE-SECRET-KEY-1") && key.len() == 74, "{key}");
    assert!(
        window.wait("[data-test=go-on][disabled]").await.is_ok(),
        "it is printed first"
    );
    office.keep_the_key().await?;
    window.click("[data-test=begin-take-in]").await?;
    let page = window
        .script("return document.documentElement.outerHTML", Value::Null)
        .await?;
    assert!(!page.to_string().contains("SECRET"), "the key has left the page");

    office.take_in_the_41().await?;
    office.go("tasks").await?;
    window.wait_says("[data-test=count]", "41 nhiệm vụ").await?;
    // As typed without marks, as printed in capitals, and as a Mac writes it: letters and marks apart.
    for (written, code) in [
        ("ho song soi", "NV01"),
        ("HỒ SÔNG SỎI", "NV01"),
        ("ho\u{302}\u{300} so\u{302}ng so\u{309}i", "NV01"),
        ("cau go", "NV03"),
    ] {
        office.look_for(written, 1).await?;
        window.wait_says("[data-test=task-grid] [id^=task-row-]", code).await?;
    }

    for day in DAYS {
        office.totals_are_those_expected(day).await?;
    }
    let expected = expected();
    assert_eq!(
        &office.totals_by("assigner", "UBND tỉnh").await?,
        &expected["nguoi_giao"]
    );
    let kinds = &expected["loai"];
    let named = json!({ "Chỉ đạo": kinds["chi_dao"], "Kết luận": kinds["ket_luan"], "Nhiệm vụ": kinds["nhiem_vu"] });
    assert_eq!(office.totals_by("kind", "Chỉ đạo").await?, named);
    office.window.close().await
}

#[tokio::test]
async fn a_report_with_its_photo_stands_in_the_history_and_a_draft_outlives_the_battery() -> Tested {
    let office = Office::begin(&DISTRICT, MORNING).await?;
    office.window.click("[data-test=begin-take-in]").await?;
    office.take_in_the_41().await?;
    office.go("tasks").await?;

    office.open_task("NV19").await?;
    office.report("50", "Đã tập huấn cho 19 xã", &[]).await?;
    let photo = office.photo("chữ ký số.png")?;
    office.report("65", "Đã triển khai tại 12 xã", from_ref(&photo)).await?;
    let kept = office.save_the_photo().await?;
    assert!(same(&photo, &kept)?, "the photo is kept byte for byte");
    office.window.click("#task-history").await?;
    for step in ["50", "65"] {
        office.window.wait_says("[data-test=history-act] .new", step).await?;
    }

    office.open_task("NV37").await?;
    let note = "Còn hai cơ sở chưa ký cam kết";
    let photo = office.photo("cơ sở.png")?;
    office.write_report("85", note, from_ref(&photo)).await?;
    // Kept by itself at a pause in the writing.
    office.window.wait("[data-test=draft-kept]").await?;
    let office = office.come_back_after_power_loss().await?;
    let window = &office.window;
    office.open_task("NV19").await?;
    window.wait_says("#task-detail", "65%").await?;
    office.open_task("NV37").await?;
    window.click("[data-test=report]").await?;
    window.wait("[data-test=draft-drop]").await?;
    window.wait_says("[data-test=handed]", "cơ sở.png").await?;
    window.wait("[data-test=handed] img").await?;
    let written = "return ['percent', 'note'].map((name) => document.querySelector(`[name=${name}]`).value);";
    assert_eq!(window.script(written, Value::Null).await?, json!(["85", note]));
    window.click("[data-test=report-save]").await?;
    window.wait_says("[data-test=report-entry]", note).await?;
    office.window.close().await
}

#[tokio::test]
async fn unit_and_province_enrol_and_each_takes_in_what_the_other_sends() -> Tested {
    let unit = Office::begin(&DISTRICT, MORNING).await?;
    unit.window.click("[data-test=begin-take-in]").await?;
    unit.take_in_the_41().await?;
    unit.go("tasks").await?;
    unit.open_task("NV19").await?;
    let photo = unit.photo("chữ ký số.png")?;
    unit.report("65", "Đã triển khai tại 12 xã", from_ref(&photo)).await?;
    let province = Office::begin(&PROVINCE, MORNING).await?;
    province.window.click("[data-test=begin-units]").await?;

    enrol(&unit, &province).await?;

    let bundle = unit.export().await?;
    let damaged = province.desk.lay_ready("hỏng.chidao", &with_a_byte_flipped(&bundle)?)?;
    let told = province.hand_over(&damaged, "refusal").await?;
    assert!(told.contains("Sổ không thay đổi"), "{told}");
    let told = province.hand_over(&bundle, "outcome").await?;
    for word in ["Đã nhận gói", "Số liệu hai bên khớp", "Sổ hai bên giống hệt"] {
        assert!(told.contains(word), "{word}: {told}");
    }
    let told = province.hand_over(&bundle, "outcome").await?;
    assert!(told.contains("Gói này đã nhận lúc 08:00 23/06/2017"), "{told}");
    for day in DAYS {
        province.totals_are_those_expected(day).await?;
    }
    province.go("tasks").await?;
    province.open_task("NV19").await?;
    province.window.wait_says("#task-detail", "65%").await?;
    province.window.click("#task-reports").await?;
    assert!(
        same(&photo, &province.save_the_photo().await?)?,
        "the photo arrived byte for byte"
    );

    // The answer brings back that everything arrived.
    province.go("bundles").await?;
    let answer = province.export().await?;
    let told = unit.hand_over(&answer, "outcome").await?;
    assert!(
        told.contains("Đã nhận gói") && told.contains("Sổ hai bên giống hệt"),
        "{told}"
    );
    unit.window
        .wait_says("[data-test=journal]", "✓ Bên nhận đã xác nhận")
        .await?;
    unit.window
        .wait_says("[data-test=send]", "Không có gì mới để gửi")
        .await?;
    unit.window.close().await?;
    province.window.close().await
}

/// A request, its approval, the answer, and the code that each side reads out to the other.
async fn enrol(unit: &Office, province: &Office) -> Tested {
    unit.go("bundles").await?;
    let before = unit.desk.saved()?;
    unit.window.click("[data-test=enrol-request]").await?;
    let request = unit.saved_since(&before, "[data-test=enrolment]").await?;
    province.window.upload("[data-test=request-file]", &[request]).await?;
    province
        .window
        .wait_says("[data-test=request]", "UBND huyện Yên Thế")
        .await?;
    let before = province.desk.saved()?;
    province.window.click("[data-test=approve]").await?;
    let answer = province.saved_since(&before, "[data-test=approved]").await?;

    unit.hand_over(&answer, "outcome").await?;
    let enrols = "Gói này ghi danh đơn vị với cấp trên";
    unit.window.wait_says("[data-test=outcome]", enrols).await?;
    let mut codes = Vec::new();
    for side in [unit, province] {
        codes.push(side.window.text_of("[data-test=enrolment-code]").await?);
    }
    assert_eq!(codes[0], codes[1], "both read out one code");
    // A code that differs in one digit is not confirmed.
    unit.window
        .type_into("[data-test=code-typed]", &another(&codes[1]))
        .await?;
    unit.window.click("[data-test=code-confirm]").await?;
    unit.window.wait("[data-test=code-typed][aria-invalid]").await?;
    for side in [unit, province] {
        side.window.write_over("[data-test=code-typed]", &codes[0]).await?;
        side.window.click("[data-test=code-confirm]").await?;
        side.window.wait_gone("[data-test=enrolment-code]").await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_demonstration_opens_filled_and_leaves_nothing_behind() -> Tested {
    let desk = Desk::new()?;
    let window = desk.open_demonstration().await?;
    window.wait_says("header", "Dữ liệu mẫu").await?;
    window.wait_says("[data-test=count]", "41 nhiệm vụ").await?;
    assert!(!desk.left_behind()?.is_empty(), "its home lies there");
    window.close().await?;
    assert_eq!(desk.left_behind()?, Vec::<std::path::PathBuf>::new());
    Ok(())
}

/// The code with its last digit changed.
fn another(code: &str) -> String {
    let digit = |last: char| if last == '0' { '1' } else { '0' };
    let mut letters: Vec<char> = code.chars().collect();
    if let Some(last) = letters.last_mut() {
        *last = digit(*last);
    }
    letters.into_iter().collect()
}

fn with_a_byte_flipped(bundle: &std::path::Path) -> Result<Vec<u8>, DeskError> {
    let mut bytes = read(bundle)?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    Ok(bytes)
}

fn same(one: &std::path::Path, other: &std::path::Path) -> Result<bool, DeskError> {
    Ok(read(one)? == read(other)?)
}

fn read(path: &std::path::Path) -> Result<Vec<u8>, DeskError> {
    std::fs::read(path).map_err(|error| DeskError::File(path.to_owned(), error))
}

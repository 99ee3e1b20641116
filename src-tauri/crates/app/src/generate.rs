//! Realistic data in any amount, by the same use cases that people use: for benchmarks and for trying out.
//!
//! The same seed gives the same texts, dates and acts. Identities and signatures are drawn anew each time.

use crate::AppError;
use crate::api::*;
use crate::home::App;
use chrono::{Days, NaiveDate};
use std::fmt::Write;

/// Tasks taken in at once: a list stays well below the limits of reading one.
const BATCH: u32 = 20_000;

/// How much to make.
#[derive(Clone, Debug)]
pub struct Amount {
    /// Tasks.
    pub tasks: u32,
    /// Edits after that: reports of progress, notes, persons.
    pub edits: u32,
    /// Where the drawing starts.
    pub seed: u64,
    /// Unit (id or code) whose tasks these are; this unit itself, or the only child, if absent.
    pub unit: Option<String>,
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Generated {
    /// New tasks; those of an earlier run with the same seed are there already.
    pub tasks: u32,
    /// Edits.
    pub edits: u32,
    /// Seed.
    pub seed: u64,
    /// Code of the first task.
    pub first: String,
    /// Code of the last task.
    pub last: String,
}

/// Draws by splitmix64 (Steele, Lea, Flood 2014).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, most: u64) -> u64 {
        self.next() % most.max(1)
    }
    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }
    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

const VERBS: &[&str] = &[
    "Rà soát",
    "Báo cáo",
    "Xây dựng",
    "Kiểm tra",
    "Đề xuất",
    "Triển khai",
    "Hoàn thành",
    "Tổng hợp",
    "Xử lý",
    "Tham mưu",
    "Thẩm định",
    "Đôn đốc",
    "Hướng dẫn",
    "Tổ chức thực hiện",
    "Giải quyết dứt điểm",
    "Cập nhật",
    "Lập kế hoạch",
    "Đánh giá",
];
const MATTERS: &[&str] = &[
    "công tác bồi thường, giải phóng mặt bằng",
    "kết quả giải quyết kiến nghị cử tri",
    "tiến độ giải ngân vốn đầu tư công",
    "quy hoạch chung thị trấn",
    "danh mục công trình trọng điểm",
    "phòng cháy, chữa cháy rừng mùa khô",
    "công tác tiếp công dân, giải quyết khiếu nại, tố cáo",
    "an toàn hồ, đập trước mùa mưa lũ",
    "thủ tục hành chính cấp xã",
    "cấp giấy chứng nhận quyền sử dụng đất còn tồn đọng",
    "hộ nghèo, hộ cận nghèo",
    "dịch bệnh gia súc, gia cầm",
    "khai thác cát, sỏi trái phép",
    "an toàn thực phẩm",
    "ứng dụng công nghệ thông tin, chữ ký số",
    "chương trình xây dựng nông thôn mới",
    "cơ sở vật chất trường học",
    "vi phạm hành lang an toàn giao thông",
    "kết luận thanh tra về quản lý đất đai",
    "văn bản quy phạm pháp luật",
    "vệ sinh môi trường, xử lý rác thải",
    "tuyển quân và huấn luyện dân quân",
    "chính sách người có công",
    "đường giao thông liên xã",
    "hệ thống kênh mương thuỷ lợi",
];
const PLACES: &[&str] = &[
    "xã An Thượng",
    "thị trấn Bố Hạ",
    "xã Bố Hạ",
    "thị trấn Cầu Gồ",
    "xã Canh Nậu",
    "xã Đồng Hưu",
    "xã Đồng Kỳ",
    "xã Đồng Lạc",
    "xã Đồng Sơn",
    "xã Đồng Tâm",
    "xã Đồng Tiến",
    "xã Đồng Vương",
    "xã Hồng Kỳ",
    "xã Hương Vĩ",
    "xã Phồn Xương",
    "xã Tam Hiệp",
    "xã Tam Tiến",
    "xã Tân Hiệp",
    "xã Tân Sỏi",
    "xã Tiến Thắng",
    "xã Xuân Lương",
    "khu vực hồ sông Sỏi",
    "khu du lịch Thác Ngà",
];
const LEADS: &[&str] = &[
    "Phòng Tài nguyên và Môi trường",
    "Phòng Văn hóa và Thông tin",
    "Ban QLDA đầu tư xây dựng",
    "Phòng Tài chính - Kế hoạch",
    "Phòng Kinh tế và Hạ tầng",
    "Phòng Nông nghiệp và PTNT",
    "Phòng Lao động - TB và XH",
    "Phòng Nội vụ",
    "Phòng Giáo dục và Đào tạo",
    "Phòng Tư pháp",
    "Văn phòng HĐND và UBND huyện",
    "Phòng Y tế",
    "Thanh tra huyện",
];
const ASSIGNERS: &[&str] = &["UBND tỉnh", "Chủ tịch UBND tỉnh", "Phó Chủ tịch UBND tỉnh"];
const FIELDS: &[&str] = &[
    "Đất đai",
    "Đầu tư",
    "Nông nghiệp",
    "Văn hoá - xã hội",
    "Nội chính",
    "Giáo dục",
    "Y tế",
    "Giao thông",
];
const FAMILIES: &[&str] = &[
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương", "Giáp", "Vi", "Lương",
];
const MIDDLES: &[&str] = &["Văn", "Thị", "Đức", "Quang", "Ngọc", "Minh", "Hữu", "Thanh", "Xuân"];
const GIVEN: &[&str] = &[
    "An", "Bình", "Chiến", "Dũng", "Đạt", "Hạnh", "Hoà", "Huệ", "Lan", "Mai", "Sơn", "Thắng", "Thu", "Tuấn", "Yến",
];
const DONE: &[&str] = &[
    "Đã hoàn thành khảo sát",
    "Đã có văn bản chỉ đạo các xã",
    "Đang tổng hợp số liệu",
    "Đã trình lãnh đạo xem xét",
    "Đã họp với các đơn vị liên quan",
    "Đã kiểm tra thực địa",
    "Đã thống nhất phương án",
    "Đang chờ ý kiến của sở, ngành",
];
const TROUBLES: &[&str] = &[
    "Thiếu kinh phí",
    "Một số hộ chưa đồng thuận",
    "Chưa có hướng dẫn của sở chuyên ngành",
    "Thời tiết mưa kéo dài",
    "Nhân lực kiêm nhiệm nhiều việc",
];

fn person(draw: &mut Draw) -> String {
    format!("{} {} {}", draw.one(FAMILIES), draw.one(MIDDLES), draw.one(GIVEN))
}

/// The code of one generated task: it tells the seed, so that runs with different seeds stand side by side.
fn code(seed: u64, i: u32) -> String {
    format!("GL{seed}-{i}", i = i + 1)
}

/// A list as an office would keep it, one task a row, from `first` up to `end`.
fn list(draw: &mut Draw, seed: u64, first: u32, end: u32, today: NaiveDate) -> String {
    let mut text = String::from(
        "ma;co_tren_he_thong_tinh;loai;nguoi_giao;so_ky_hieu;ngay_giao;noi_dung;chu_tri;linh_vuc;han;ngay_hoan_thanh;trang_thai;tien_do\n",
    );
    for i in first..end {
        let assigned = back(today, 30 + draw.below(500));
        let deadline = on(assigned, 10 + draw.below(120));
        let kind = draw.one(&["nhiem_vu", "ket_luan", "chi_dao", "chi_dao"]);
        let symbol = match kind {
            "nhiem_vu" => "QĐ-UBND",
            "ket_luan" => "TB-UBND",
            _ => "CT-UBND",
        };
        let content = format!("{} {} tại {}", draw.one(VERBS), draw.one(MATTERS), draw.one(PLACES));
        let (status, percent) = match draw.below(10) {
            0 => ("moi_giao", 0),
            1 => ("da_tiep_nhan", 0),
            2 | 3 => ("dang_thuc_hien", 5 * (1 + draw.below(18))),
            _ => ("hoan_thanh", 100),
        };
        let has_deadline = draw.chance(93);
        let late = draw.chance(12);
        let done = if late {
            on(deadline, 1 + draw.below(20))
        } else {
            back(deadline, draw.below(9))
        };
        let done = done.clamp(assigned, today);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{};{};{kind};{};{}/{symbol};{assigned};{content};{};{};{};{};{status};{percent}",
            code(seed, i),
            if draw.chance(88) { "x" } else { "" },
            draw.one(ASSIGNERS),
            i + 1,
            draw.one(LEADS),
            draw.one(FIELDS),
            if has_deadline {
                deadline.to_string()
            } else {
                String::new()
            },
            if status == "hoan_thanh" {
                done.to_string()
            } else {
                String::new()
            },
        );
    }
    text
}

fn back(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days)).unwrap_or(date)
}

fn on(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days)).unwrap_or(date)
}

/// Makes the data. `progress` hears how many tasks and edits are done.
///
/// # Errors
/// Whatever a use case answers; what was made before stays.
pub fn generate(app: &App, amount: &Amount, progress: &mut dyn FnMut(u32, u32)) -> Result<Generated, AppError> {
    let mut draw = Draw(amount.seed);
    let mut generated = Generated {
        tasks: 0,
        edits: 0,
        seed: amount.seed,
        first: code(amount.seed, 0),
        last: code(amount.seed, amount.tasks.saturating_sub(1)),
    };
    let today = app.today();
    let mut first = 0;
    while first < amount.tasks {
        let end = amount.tasks.min(first.saturating_add(BATCH));
        let text = list(&mut draw, amount.seed, first, end, today);
        let file = app.stage("sinh.csv", &mut text.as_bytes())?.file;
        let taken = app.tasks_take_in(TakeIn {
            file,
            sheet: None,
            mapping: None,
            unit: amount.unit.clone(),
        })?;
        generated.tasks += taken.new;
        first = end;
        progress(first, 0);
    }
    let may_report = app
        .task_show(TaskId {
            task: generated.first.clone(),
        })?
        .may_report;
    for i in 0..amount.edits {
        let task = code(amount.seed, draw.below(u64::from(amount.tasks)) as u32);
        edit(app, &mut draw, task, may_report)?;
        generated.edits = i + 1;
        progress(amount.tasks, i + 1);
    }
    Ok(generated)
}

/// One act of a person: most are reports; a parent, who may not report, writes notes and moves nothing.
fn edit(app: &App, draw: &mut Draw, task: String, may_report: bool) -> Result<(), AppError> {
    let note = format!("{} tại {}.", draw.one(DONE), draw.one(PLACES));
    let kind = draw.below(10);
    if may_report && kind < 7 {
        app.report_add(ReportAdd {
            task,
            percent: Some(5 * draw.below(20) as u8),
            note,
            difficulty: if draw.chance(20) {
                draw.one(TROUBLES).to_owned()
            } else {
                String::new()
            },
            ..ReportAdd::default()
        })?;
        return Ok(());
    }
    let (field, value) = match (may_report, kind) {
        (true, 7 | 8) => ("responsible", person(draw)),
        (true, _) => ("unit_note", note),
        (false, 0..5) => ("lead", draw.one(LEADS).to_owned()),
        (false, _) => ("note", note),
    };
    app.task_set(TaskSet {
        task,
        field: field.into(),
        value,
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_list() {
        let today = NaiveDate::from_ymd_opt(2017, 6, 23).unwrap();
        let of = |seed| list(&mut Draw(seed), seed, 0, 50, today);
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
        assert_eq!(of(7).lines().count(), 51);
        assert!(of(7).lines().all(|line| line.split(';').count() == 13));
    }
}

//! Words about the register of tasks.

use chidao_app::api;
use chidao_domain::deadline::DeadlineClass;
use chidao_domain::status::Status;
use clap::{Args, Subcommand, ValueEnum};
use serde::de::{DeserializeOwned, IntoDeserializer, value};
use std::path::PathBuf;

/// Reads a word as the application's own wire word, so that the terminal knows no list of its own.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let reader: value::StrDeserializer<'_, value::Error> = text.into_deserializer();
    T::deserialize(reader).map_err(|error| error.to_string())
}

/// Reads yes or no, in either language.
fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" | "có" | "co" => Ok(true),
        "no" | "không" | "khong" => Ok(false),
        _ => Err("cần yes hoặc no / needs yes or no".to_owned()),
    }
}

/// Which tasks.
#[derive(Clone, Debug, Args)]
pub(crate) struct Which {
    /// Trạng thái: new, received, in_progress, awaiting_approval, completed, suspended, transferred, withdrawn
    #[arg(long, value_parser = word::<Status>)]
    pub(crate) status: Vec<Status>,
    /// Tình trạng thời hạn: done_on_time, done_late, done_without_deadline, open_in_time, open_due_soon, open_overdue, open_without_deadline
    #[arg(long = "class", value_name = "CLASS", value_parser = word::<DeadlineClass>)]
    pub(crate) classes: Vec<DeadlineClass>,
    /// Đơn vị: mã hoặc định danh / unit by code or id
    #[arg(long)]
    pub(crate) unit: Vec<String>,
    /// Loại: task, conclusion, instruction, ad_hoc / kind
    #[arg(long, value_parser = word::<api::TaskKind>)]
    pub(crate) kind: Vec<api::TaskKind>,
    /// Người giao / assigner
    #[arg(long, value_name = "NAME")]
    pub(crate) assigner: Vec<String>,
    /// Cơ quan chủ trì / lead office
    #[arg(long, value_name = "NAME")]
    pub(crate) lead: Vec<String>,
    /// Lĩnh vực / field of work
    #[arg(long, value_name = "NAME")]
    pub(crate) field: Vec<String>,
    /// Người chịu trách nhiệm; "" tìm nhiệm vụ chưa có / responsible person; "" finds tasks without one
    #[arg(long, value_name = "NAME")]
    pub(crate) responsible: Vec<String>,
    /// Trên hệ thống của tỉnh: yes, no / on the province's system
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    pub(crate) on_province_system: Option<bool>,
    /// Được tính là hoàn thành ở ngày tính: yes, no / counted as done at the date judged
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    pub(crate) done: Option<bool>,
    /// Đã gia hạn, tức hạn hiện tại khác hạn gốc: yes, no / the deadline was changed from the original
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    pub(crate) extended: Option<bool>,
    /// Tính theo hạn gốc thay cho hạn hiện tại / judged by the original deadline
    #[arg(long)]
    pub(crate) original_deadline: bool,
    /// Từ cần tìm, có dấu hay không dấu / words, with or without diacritics
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) search: String,
    #[command(flatten)]
    pub(crate) period: Period,
}

/// The period of assignment and the date of judging.
#[derive(Clone, Debug, Args)]
pub(crate) struct Period {
    /// Giao từ ngày (kể cả) / assigned on or after
    #[arg(long, value_name = "DATE")]
    pub(crate) assigned_from: Option<String>,
    /// Giao đến ngày (kể cả) / assigned on or before
    #[arg(long, value_name = "DATE")]
    pub(crate) assigned_to: Option<String>,
    /// Tính đến ngày; mặc định hôm nay / judged as of; today if absent
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
}

/// One window of the list.
#[derive(Debug, Args)]
pub(crate) struct TaskList {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Sắp theo / sorted by: code, deadline, assigned_on, content, lead, status, percent, updated
    #[arg(long, default_value = "code", value_parser = word::<api::TaskSort>)]
    pub(crate) sort: api::TaskSort,
    /// Ngược lại / largest first
    #[arg(long)]
    pub(crate) descending: bool,
    /// Số dòng, nhiều nhất 500; 0 là 100 / rows wanted
    #[arg(long, default_value_t = 0)]
    pub(crate) limit: u32,
    /// Bắt đầu từ dòng thứ mấy, tính từ 0 / first row
    #[arg(long, default_value_t = 0)]
    pub(crate) offset: u32,
    /// Tiếp sau trang trước: giá trị "next" / cursor of the page before
    #[arg(long, value_name = "CURSOR")]
    pub(crate) after: Option<String>,
    /// Chỉ đếm / only count
    #[arg(long, conflicts_with_all = ["limit", "offset", "after"])]
    pub(crate) count: bool,
}

/// One task.
#[derive(Debug, Subcommand)]
pub(crate) enum TaskCommand {
    /// Xem trọn một nhiệm vụ / one task whole
    Show {
        /// Mã (NV01) hoặc định danh / code or id
        task: String,
    },
    /// Toàn bộ lịch sử: ai, khi nào, trên máy nào, cũ và mới / everything ever written of it
    History {
        /// Mã hoặc định danh / code or id
        task: String,
    },
    /// Báo cáo tiến độ / report progress
    Report(Report),
    /// Đặt một trường / set one field
    Set {
        /// Mã hoặc định danh / code or id
        task: String,
        /// Tên trường: content, deadline, lead, responsible, … / field name
        field: String,
        /// Giá trị như người gõ; rỗng là xoá / value as typed; empty clears
        value: String,
    },
    /// Thêm một nhiệm vụ / add one task
    Create {
        /// Đơn vị thực hiện; chính đơn vị này nếu bỏ trống / unit that carries it out
        #[arg(long, default_value = "")]
        unit: String,
        /// Trường=giá trị, lặp lại được: --field content="…" / field=value, repeatable
        #[arg(long, value_name = "FIELD=VALUE", value_parser = assignment, required = true)]
        field: Vec<(String, String)>,
        /// Tôi khẳng định văn bản không có dấu mật / I declare that the document bears no secrecy mark
        #[arg(long)]
        not_secret: bool,
    },
    /// Chuyển trạng thái / take one step of status
    Step {
        /// Mã hoặc định danh / code or id
        task: String,
        /// Trạng thái mới / where to
        #[arg(value_parser = word::<Status>)]
        to: Status,
        /// Kể từ ngày; mặc định hôm nay / from which date
        #[arg(long, value_name = "DATE")]
        on: Option<String>,
        /// Văn bản làm căn cứ (bước của cấp trên) / document that orders it
        #[arg(long, default_value = "")]
        document: String,
    },
    /// Lấy lại thay đổi cuối của mình trên máy này / take back one's last change
    Undo {
        /// Mã hoặc định danh / code or id
        task: String,
    },
    /// Cấp trên đánh giá việc báo hoàn thành / the parent's verdict on a reported completion
    Assess {
        /// Mã hoặc định danh / code or id
        task: String,
        /// Chấp nhận hay trả lại / verdict
        verdict: Verdict,
        /// Lý do; bắt buộc khi trả lại / why; mandatory when returned
        #[arg(long, default_value = "")]
        reason: String,
    },
}

/// The verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Verdict {
    /// chấp nhận
    Accepted,
    /// trả lại
    Returned,
}

/// `name=value`.
fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("cần dạng trường=giá trị / needs field=value")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

/// A progress report.
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Mã hoặc định danh / code or id
    pub(crate) task: String,
    /// Phần trăm / percent
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) percent: Option<u8>,
    /// Tiến độ bằng lời: "cơ bản đạt 100% kế hoạch" / progress in words
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) percent_words: String,
    /// Kết quả thực hiện / narrative
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) note: String,
    /// Khó khăn, vướng mắc / difficulty
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) difficulty: String,
    /// Sản phẩm: số, ký hiệu văn bản kết quả / result document
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) product: String,
    /// Ảnh, tệp đính kèm; lặp lại được / photos and files, repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) attach: Vec<PathBuf>,
    /// Hoàn thành ngày / done on
    #[arg(long, value_name = "DATE")]
    pub(crate) done_on: Option<String>,
}

/// Totals.
#[derive(Debug, Args)]
pub(crate) struct Totals {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Chia theo / broken down by: unit, lead, kind, field, assigner
    #[arg(long, value_parser = word::<api::TotalsBy>)]
    pub(crate) by: Option<api::TotalsBy>,
}

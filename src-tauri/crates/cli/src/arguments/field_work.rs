//! Words about inspections and recommendations.

use chidao_app::api::PersonName;
use clap::{Args, Subcommand, ValueEnum};
use std::convert::Infallible;
use std::path::PathBuf;

/// "Nguyễn Đức Đăng, Chánh Văn phòng UBND tỉnh": the name, a comma, the title.
fn person(text: &str) -> Result<PersonName, Infallible> {
    let (name, title) = text.split_once(',').unwrap_or((text, ""));
    Ok(PersonName {
        name: name.trim().to_owned(),
        title: title.trim().to_owned(),
    })
}

/// Inspections.
#[derive(Debug, Subcommand)]
pub(crate) enum Inspect {
    /// Lập đợt kiểm tra / start an inspection
    New(Inspection),
    /// Sửa phần đầu của đợt kiểm tra; trường không nêu thì giữ nguyên / change its head data
    Edit {
        /// Mã (KT01) hoặc định danh / code or id
        inspection: String,
        #[command(flatten)]
        given: Inspection,
    },
    /// Ghi kết quả kiểm tra một nhiệm vụ / record what was found of one task
    Finding(FindingGiven),
    /// Xem trọn một đợt / one inspection whole
    Show {
        /// Mã hoặc định danh / code or id
        inspection: String,
    },
    /// Kết thúc đợt kiểm tra / end an inspection
    Close {
        /// Mã hoặc định danh / code or id
        inspection: String,
    },
    /// Các đợt kiểm tra / all inspections
    List,
}

/// Head data of an inspection.
#[derive(Debug, Args)]
pub(crate) struct Inspection {
    /// Đơn vị được kiểm tra: mã hoặc định danh / unit inspected
    #[arg(long)]
    pub(crate) unit: Option<String>,
    /// Tên đợt; tự đặt nếu bỏ trống / title
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Ngày kiểm tra / held on
    #[arg(long, value_name = "DATE")]
    pub(crate) held_on: Option<String>,
    /// Cả ngày, buổi sáng hay buổi chiều / which half of the day
    #[arg(long)]
    pub(crate) day_part: Option<DayPartWord>,
    /// Địa điểm / place
    #[arg(long)]
    pub(crate) place: Option<String>,
    /// Cơ quan cử đoàn / the body that sends the team
    #[arg(long, value_name = "NAME")]
    pub(crate) sending_body: Option<String>,
    /// Trưởng đoàn: "Họ tên, chức vụ" / head of the team
    #[arg(long, value_name = "PERSON", value_parser = person)]
    pub(crate) head: Option<PersonName>,
    /// Thành viên, lặp lại được / members, repeatable
    #[arg(long, value_name = "PERSON", value_parser = person)]
    pub(crate) member: Vec<PersonName>,
    /// Phía đơn vị, lặp lại được / who takes part for the unit, repeatable
    #[arg(long, value_name = "PERSON", value_parser = person)]
    pub(crate) local: Vec<PersonName>,
    /// Kiểm tra nhiệm vụ giao từ ngày / tasks assigned from
    #[arg(long, value_name = "DATE")]
    pub(crate) period_from: Option<String>,
    /// Kiểm tra nhiệm vụ giao đến ngày / tasks assigned to
    #[arg(long, value_name = "DATE")]
    pub(crate) period_to: Option<String>,
    /// Nhiệm vụ được kiểm tra, lặp lại được / tasks to be inspected, repeatable
    #[arg(long, value_name = "TASK")]
    pub(crate) task: Vec<String>,
    /// Đánh giá chung của đoàn / the team's overall evaluation
    #[arg(long, value_name = "TEXT")]
    pub(crate) evaluation: Option<String>,
}

/// Half of the day.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum DayPartWord {
    /// cả ngày
    Day,
    /// buổi sáng
    Morning,
    /// buổi chiều
    Afternoon,
}

/// A finding.
#[derive(Debug, Args)]
pub(crate) struct FindingGiven {
    /// Đợt kiểm tra: mã hoặc định danh / inspection
    pub(crate) inspection: String,
    /// Nhiệm vụ: mã hoặc định danh / task
    pub(crate) task: String,
    /// Phần trăm theo báo cáo / percent as reported
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) reported: Option<u8>,
    /// Phần trăm thực tế / percent as found
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) found: Option<u8>,
    /// Kết quả kiểm tra / what was found
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) note: String,
    /// Đơn vị thống nhất / the unit agrees
    #[arg(long)]
    pub(crate) agreed: bool,
    /// Ý kiến khác của đơn vị / what the unit objects
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) objection: String,
    /// Có sai sót: khi kết thúc phải có đủ bốn mục sau / negative: the next four are mandatory before closing
    #[arg(long)]
    pub(crate) negative: bool,
    /// Tính chất / nature
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) nature: String,
    /// Mức độ / degree
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) degree: String,
    /// Nguyên nhân / cause
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) cause: String,
    /// Trách nhiệm / responsibility
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) responsibility: String,
    /// Ảnh, lặp lại được / photos, repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) photo: Vec<PathBuf>,
    /// Giữ lại ảnh của kết quả được sửa: định danh / photos kept from the finding corrected, by id
    #[arg(long, value_name = "ID")]
    pub(crate) keep: Vec<String>,
}

/// Recommendations.
#[derive(Debug, Subcommand)]
pub(crate) enum Recommend {
    /// Nêu kiến nghị / enter a recommendation
    Add {
        /// Nội dung / what is asked
        #[arg(long, value_name = "TEXT")]
        content: String,
        /// Nơi nhận kiến nghị / of whom
        #[arg(long, value_name = "NAME", default_value = "")]
        addressee: String,
        /// Nhiệm vụ liên quan, lặp lại được / tasks it is about, repeatable
        #[arg(long)]
        task: Vec<String>,
        /// Nêu trong đợt kiểm tra / the inspection in which it was made
        #[arg(long)]
        inspection: Option<String>,
    },
    /// Danh sách kiến nghị / list them
    List {
        /// Của đơn vị / of this unit
        #[arg(long)]
        unit: Option<String>,
        /// Của đợt kiểm tra / of this inspection
        #[arg(long)]
        inspection: Option<String>,
        /// Về nhiệm vụ / naming this task
        #[arg(long)]
        task: Option<String>,
        /// Chỉ kiến nghị chưa được trả lời / only those without an answer
        #[arg(long)]
        unanswered: bool,
    },
    /// Cấp trên trả lời kiến nghị / the parent answers
    Answer {
        /// Mã (KN01) hoặc định danh / code or id
        recommendation: String,
        /// Nội dung trả lời / the answer
        #[arg(long, value_name = "TEXT")]
        answer: String,
        /// Số, ký hiệu văn bản trả lời / its document
        #[arg(long, value_name = "TEXT", default_value = "")]
        document: String,
        /// Ngày trả lời; mặc định hôm nay / date
        #[arg(long, value_name = "DATE")]
        on: Option<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_a_name_and_a_title() {
        let named = person("Nguyễn Đức Đăng, Chánh Văn phòng UBND tỉnh").unwrap();
        assert_eq!(
            (named.name.as_str(), named.title.as_str()),
            ("Nguyễn Đức Đăng", "Chánh Văn phòng UBND tỉnh")
        );
        assert_eq!(person("Nguyễn Đức Đăng").unwrap().title, "");
    }
}

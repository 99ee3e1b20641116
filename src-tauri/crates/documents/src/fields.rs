//! The fields of a listed task.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a column can feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TaskField {
    /// Mã nhiệm vụ.
    Code,
    /// Có trên hệ thống của tỉnh.
    OnProvinceSystem,
    /// Loại: nhiệm vụ, kết luận, chỉ đạo, đột xuất.
    Kind,
    /// Người giao, cơ quan giao.
    Assigner,
    /// Số, ký hiệu văn bản giao.
    DocumentNumber,
    /// Ngày văn bản.
    DocumentDate,
    /// Ngày giao.
    AssignedOn,
    /// Cơ quan ban hành.
    Issuer,
    /// Nội dung nhiệm vụ.
    Content,
    /// Sản phẩm phải có.
    Product,
    /// Đơn vị chủ trì.
    Lead,
    /// Đơn vị phối hợp.
    Coordinating,
    /// Người chịu trách nhiệm.
    Responsible,
    /// Người theo dõi.
    Follower,
    /// Lĩnh vực.
    FieldOfWork,
    /// Mức ưu tiên.
    Priority,
    /// Hạn hoàn thành.
    Deadline,
    /// Hạn gốc.
    OriginalDeadline,
    /// Trạng thái.
    Status,
    /// Tiến độ, %.
    Percent,
    /// Ngày hoàn thành.
    CompletedOn,
    /// Kết quả.
    Result,
    /// Khó khăn, vướng mắc.
    Difficulty,
    /// Kiến nghị, đề xuất.
    Recommendation,
    /// Ghi chú.
    Note,
}

impl TaskField {
    /// All fields, in the order of a register.
    pub const ALL: [TaskField; 25] = [
        TaskField::Code,
        TaskField::OnProvinceSystem,
        TaskField::Kind,
        TaskField::Assigner,
        TaskField::DocumentNumber,
        TaskField::DocumentDate,
        TaskField::AssignedOn,
        TaskField::Issuer,
        TaskField::Content,
        TaskField::Product,
        TaskField::Lead,
        TaskField::Coordinating,
        TaskField::Responsible,
        TaskField::Follower,
        TaskField::FieldOfWork,
        TaskField::Priority,
        TaskField::Deadline,
        TaskField::OriginalDeadline,
        TaskField::Status,
        TaskField::Percent,
        TaskField::CompletedOn,
        TaskField::Result,
        TaskField::Difficulty,
        TaskField::Recommendation,
        TaskField::Note,
    ];
}

//! Words for backups.

use clap::Args;
use std::path::PathBuf;

/// Backups: one is made, or what there is and how many are kept is shown.
#[derive(Debug, Args)]
pub(crate) struct BackupAsked {
    /// Chỉ liệt kê, không tạo bản mới / only list
    #[arg(long)]
    pub(crate) list: bool,
    /// Ghi thêm bản mới ra một nơi khác (tệp chưa có, hoặc thư mục) / also save the new one elsewhere
    #[arg(long, value_name = "PATH", conflicts_with = "list")]
    pub(crate) out: Option<PathBuf>,
    /// Chỉ thử một bản đã có: mở trong bản chép riêng, đối chiếu hết, không đổi gì; mật khẩu là của lúc tạo bản ấy, hoặc khoá khôi phục / only verify one, changing nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["list", "out", "folder", "daily", "weekly", "before_import", "before_upgrade", "by_hand"])]
    pub(crate) verify: Option<PathBuf>,
    /// Từ nay để bản sao lưu ở thư mục này; để trống là thư mục riêng của sổ / from now on keep them in this folder; empty: the register's own
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<String>,
    /// Giữ bản của mấy ngày gần nhất (1-60) / so many days are kept
    #[arg(long, value_name = "COUNT")]
    pub(crate) daily: Option<u8>,
    /// Ngoài ra giữ bản của mấy tuần (0-52) / beyond those, so many weeks
    #[arg(long, value_name = "COUNT")]
    pub(crate) weekly: Option<u8>,
    /// Giữ mấy bản tạo trước khi nhận gói hoặc danh sách (0-20) / so many made before taking something in
    #[arg(long, value_name = "COUNT")]
    pub(crate) before_import: Option<u8>,
    /// Giữ mấy bản tạo trước khi nâng cấp (1-10) / so many made before upgrades
    #[arg(long, value_name = "COUNT")]
    pub(crate) before_upgrade: Option<u8>,
    /// Giữ mấy bản tự tay tạo (1-50) / so many made by hand
    #[arg(long, value_name = "COUNT")]
    pub(crate) by_hand: Option<u8>,
}

/// Going back to a backup.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// Tệp sao lưu / the backup
    pub(crate) file: PathBuf,
}

//! What a person decides: conflicts, the quarantine, machines.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Conflicts: without a command, the list.
#[derive(Debug, Subcommand)]
pub(crate) enum ConflictsCommand {
    /// Chốt một ô có nhiều giá trị / settle a cell with several values
    Settle(Settle),
}

/// Settles one conflict.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct Settle {
    /// Bản ghi, như trong danh sách / the record, as listed
    pub(crate) record: String,
    /// Trường, ví dụ lead / the field
    pub(crate) field: String,
    /// Giữ giá trị thứ mấy trong danh sách, từ 1 / keep the value with this number, from 1
    #[arg(long, value_name = "N", conflicts_with = "value", required_unless_present = "value")]
    pub(crate) keep: Option<usize>,
    /// Ghi giá trị khác; để trống là xoá / write a third value; empty clears
    #[arg(long, value_name = "TEXT")]
    pub(crate) value: Option<String>,
}

/// The quarantine.
#[derive(Debug, Args)]
pub(crate) struct QuarantineAsked {
    /// Ghi ra tệp JSON theo dòng, kèm nguyên văn bút toán / write JSON lines with each entry as it came
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// Erasure.
#[derive(Debug, Args)]
#[command(
    after_help = "Nội dung mất ở máy này ngay, ở các máy khác khi nhận gói tiếp theo; chuỗi bút toán vẫn chứng minh được.\n\
                        Bản sao lưu cũ còn giữ cho đến khi được thay. / Older backups still hold it until they are rotated."
)]
pub(crate) struct EraseAsked {
    /// Mã nhiệm vụ, hoặc định danh của báo cáo, kết quả kiểm tra, tệp, cán bộ / a task's code, or the id of any record
    pub(crate) record: String,
    /// Chỉ trường này; lặp lại được; mặc định là mọi nội dung xoá được, kèm tệp / only this field; repeatable; by default all, with attachments
    #[arg(long = "field", value_name = "FIELD")]
    pub(crate) fields: Vec<String>,
    /// Khẳng định: không lấy lại được / confirms that it cannot be undone
    #[arg(long, required = true)]
    pub(crate) for_ever: bool,
}

/// The audit.
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Ghi toàn bộ lịch sử một kênh ra tệp JSON theo dòng, có chữ ký / write the whole history as JSON lines, signed
    ///
    /// Tệp KHÔNG mã hoá: hãy giữ như hồ sơ. / The file is not encrypted: keep it as you keep records.
    Export {
        /// Đơn vị cùng kênh: mã hoặc định danh; chính đơn vị này là kênh nội bộ / unit by code or id; one's own for the inner channel
        #[arg(long, value_name = "UNIT")]
        channel: String,
        /// Tệp kết quả / the file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Chứng minh tệp kiểm toán; không cần dữ liệu, không cần mật khẩu / prove such a file; needs no data and no passphrase
    ///
    /// Kết thúc với 1 và nêu số dòng nếu có dòng nào bị sửa, mất, chuyển chỗ hay thêm vào.
    /// Exit 1 and the number of the line if any was changed, is missing, was moved or added.
    Verify {
        /// Tệp / the file
        file: PathBuf,
    },
}

/// A further machine for a unit that has others.
#[derive(Debug, Subcommand)]
pub(crate) enum Join {
    /// Máy mới: ghi đề nghị gia nhập đơn vị / a new machine asks
    Request {
        /// Họ và tên người dùng máy này / who works here
        #[arg(long, value_name = "NAME")]
        person: String,
        /// Chức vụ / title
        #[arg(long, default_value = "")]
        title: String,
        /// Tên máy / name of this machine
        #[arg(long, value_name = "NAME")]
        device: String,
        /// Tệp đề nghị / the request
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Nhận trả lời, với mã mà máy kia đọc / accept the answer by the code that the other machine shows
    Accept(Answered),
}

/// Machines: without a command, the list.
#[derive(Debug, Subcommand)]
pub(crate) enum DevicesCommand {
    /// Cấp chứng thư cho máy mới của đơn vị; in mã để đọc / certify a further machine; prints the code
    Approve {
        /// Tệp đề nghị của máy mới / the request
        file: PathBuf,
        /// Thư mục để trả lời / the answer's folder
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Thu hồi một máy: những gì đã có vẫn giữ, những gì đến sau bị cách ly / believe a machine no longer
    Revoke {
        /// Tên hoặc định danh của máy / name or id
        device: String,
        /// Lý do / why
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
    },
    /// Chấp nhận những gì máy đã thu hồi ghi sau đó / admit what a revoked machine wrote
    Admit {
        /// Tên hoặc định danh của máy / name or id
        device: String,
    },
}

/// The answer to a machine's request.
#[derive(Debug, Args)]
pub(crate) struct Answered {
    /// Tệp trả lời / the answer
    pub(crate) file: PathBuf,
    /// Mã mà máy kia hiện ra / the code
    #[arg(long)]
    pub(crate) code: String,
}

/// The persons who work at this machine: without a command, the list. New passphrases are read from files, so that they stand in no
/// history of commands.
#[derive(Debug, Subcommand)]
pub(crate) enum PersonsCommand {
    /// Thêm người cùng dùng máy này, có mật khẩu riêng / let another person work here
    Add {
        /// Họ và tên / full name
        name: String,
        /// Chức vụ / title
        #[arg(long, value_name = "TITLE", default_value = "")]
        title: String,
        /// Tệp chứa mật khẩu của người đó / their passphrase's file
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: PathBuf,
    },
    /// Gỡ một người: dữ liệu đổi khoá, máy đổi chứng thư / remove a person: another database key, another device
    Remove {
        /// Họ và tên, hoặc định danh / name or id
        person: String,
    },
    /// Đổi mật khẩu của mình / change one's own passphrase
    Passphrase {
        /// Tệp chứa mật khẩu mới / the new one's file
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: PathBuf,
    },
    /// Từ lần sau tài khoản Windows này mở sổ không cần mật khẩu / let this Windows account open it without a passphrase
    Remember,
    /// Từ lần sau lại hỏi mật khẩu / ask for the passphrase again
    Forget,
    /// Nhận lại máy đã mở bằng khoá khôi phục / take over a machine opened with the recovery key
    TakeOver {
        /// Họ và tên người nhận / full name
        name: String,
        /// Chức vụ / title
        #[arg(long, value_name = "TITLE", default_value = "")]
        title: String,
        /// Tệp chứa mật khẩu mới / the new passphrase's file
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: PathBuf,
    },
    /// Máy chờ chứng thư: ghi đề nghị cho máy giữ khoá gốc / a machine that waits for its certificate asks for it
    Request {
        /// Tệp đề nghị / the request
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Máy chờ chứng thư: nhận trả lời, với mã mà máy kia đọc / accept the answer by the code that the other machine shows
    Accept(Answered),
}

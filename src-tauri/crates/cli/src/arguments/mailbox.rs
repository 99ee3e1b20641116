//! Mailboxes: places where bundles lie.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What can be done with mailboxes.
#[derive(Debug, Subcommand)]
pub(crate) enum Mailbox {
    /// Thêm nơi để gói: thư mục (USB, ổ mạng), máy chủ WebDAV hoặc kho S3 / a folder, a WebDAV server or an S3 store
    Add(Box<MailboxAdd>),
    /// Các nơi để gói của máy này / the mailboxes of this machine
    List,
    /// Nhận gói mới rồi đặt gói chưa gửi / take in what is new, then put what is unsent
    Sync(MailboxSyncAsked),
    /// Thôi dùng một nơi / forget a mailbox
    Remove {
        /// Tên hoặc định danh / name or id
        mailbox: String,
        /// Xoá cả những gói của máy này còn nằm ở đó / also remove this machine's own bundles there
        #[arg(long)]
        clear: bool,
    },
}

/// A new mailbox.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct MailboxAdd {
    /// Tên để gọi / its name
    pub(crate) name: String,
    /// Thư mục / the folder
    #[arg(required_unless_present_any = ["webdav", "s3"], conflicts_with_all = ["webdav", "s3"])]
    pub(crate) folder: Option<PathBuf>,
    /// Địa chỉ thư mục trên máy chủ WebDAV, https://… / the folder's address on a WebDAV server
    #[arg(long, value_name = "URL")]
    pub(crate) webdav: Option<String>,
    /// Tên đăng nhập máy chủ WebDAV / user name at the WebDAV server
    #[arg(long, requires = "webdav", requires = "password_file")]
    pub(crate) user: Option<String>,
    /// Địa chỉ kho tương thích S3, https://… / address of an S3-compatible store
    #[arg(long, value_name = "URL", conflicts_with = "webdav", requires_all = ["bucket", "key_id", "password_file"])]
    pub(crate) s3: Option<String>,
    /// Ngăn (bucket) trong kho S3 / the bucket
    #[arg(long, requires = "s3")]
    pub(crate) bucket: Option<String>,
    /// Phần đầu của tên, như một thư mục trong ngăn / what the names begin with, like a folder
    #[arg(long, requires = "s3")]
    pub(crate) prefix: Option<String>,
    /// Vùng của kho S3; mặc định us-east-1 / the store's region
    #[arg(long, requires = "s3")]
    pub(crate) region: Option<String>,
    /// Mã khoá truy cập S3; khoá bí mật ở dòng đầu của --password-file / access key id; the secret stands in that file
    #[arg(long, value_name = "ID", requires = "s3")]
    pub(crate) key_id: Option<String>,
    /// Tệp có mật khẩu ở dòng đầu / a file whose first line is the password
    #[arg(long, value_name = "FILE", conflicts_with = "folder")]
    pub(crate) password_file: Option<PathBuf>,
    /// Tệp PEM chứng thư gốc riêng của cơ quan / a PEM file with the office's own root certificate
    #[arg(long, value_name = "FILE", conflicts_with = "folder")]
    pub(crate) ca: Option<PathBuf>,
    /// Đồng ý gửi không mã hoá đường truyền (http://) / agree to an unencrypted connection
    #[arg(long, conflicts_with = "folder")]
    pub(crate) unencrypted: bool,
    /// Chỉ trao đổi với đơn vị này; lặp lại được; mặc định là mọi đơn vị / only for this unit; can be repeated
    #[arg(long = "unit", value_name = "UNIT")]
    pub(crate) units: Vec<String>,
    /// Tự đồng bộ mỗi khi thư mục xuất hiện lúc chương trình đang mở / sync by itself whenever the folder appears
    #[arg(long)]
    pub(crate) by_itself: bool,
}

/// What is to be synchronised.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct MailboxSyncAsked {
    /// Tên hoặc định danh; mặc định là mọi nơi tới được / which ones; all that can be reached
    pub(crate) mailboxes: Vec<String>,
    /// Thử lại cả gói đã bị từ chối, gửi lại gói chưa được xác nhận / try again what was refused, send again what is unconfirmed
    #[arg(long)]
    pub(crate) again: bool,
}

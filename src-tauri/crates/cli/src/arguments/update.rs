//! Words for updates of the program.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Updates of the program without a network.
#[derive(Debug, Subcommand)]
pub(crate) enum Update {
    /// Các bản cập nhật đang giữ ở máy này / the updates that are kept here
    List,
    /// Kiểm tra một tệp cập nhật: chữ ký, phiên bản, có gì mới; không giữ lại / verify an update file, keep nothing
    Check {
        /// Tệp .chidao-update
        file: PathBuf,
    },
    /// Kiểm tra rồi giữ một tệp cập nhật / verify an update file and keep it
    Keep {
        /// Tệp .chidao-update
        file: PathBuf,
    },
    /// Sao lưu, cài bản mới, mở thử dữ liệu; không mở được thì quay lại bản cũ / back up, install, try it out, or go back
    Install {
        /// Tệp, phiên bản hoặc định danh / a file, a version or an id
        update: String,
    },
    /// Ghi tệp cập nhật (hoặc gói cài đặt bên trong) ra một thư mục / save an update file, or the package in it
    Save {
        /// Phiên bản hoặc định danh / a version or an id
        update: String,
        /// Thư mục / the folder
        #[arg(long, value_name = "DIR", default_value = ".")]
        out: PathBuf,
        /// Chỉ gói cài đặt / the package alone
        #[arg(long)]
        package: bool,
    },
    /// Gửi kèm bản cập nhật trong gói cho các đơn vị cấp dưới / carry an update on in bundles to the units below
    Carry {
        /// Phiên bản hoặc định danh / a version or an id
        update: String,
        /// Thôi gửi kèm / no longer
        #[arg(long)]
        off: bool,
    },
    /// Bỏ một bản cập nhật / remove an update
    Forget {
        /// Phiên bản hoặc định danh / a version or an id
        update: String,
    },
    /// Đặt bản mới vào, hoặc đặt lại bản cũ, khi không ai mở sổ / put in place what is due, while nobody has the register open
    #[command(hide = true)]
    CarryOut {
        /// Mở chương trình này khi xong / open this program afterwards
        #[arg(long, value_name = "PROGRAM")]
        then: Option<PathBuf>,
        /// Với những từ này / with these words
        #[arg(last = true)]
        words: Vec<std::ffi::OsString>,
    },
    /// Đóng và ký một tệp cập nhật: cho nơi phát hành chương trình / make and sign an update file: for the program's maker
    Pack(UpdatePack),
}

/// An update file to be made.
#[derive(Debug, Args)]
pub(crate) struct UpdatePack {
    /// Bộ cài, zip hoặc .deb / the package
    pub(crate) package: PathBuf,
    /// Tệp khoá bí mật minisign không mật khẩu (minisign -G -W) / the maker's secret key
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// Phiên bản của chương trình trong gói / version of the program in the package
    #[arg(long, value_name = "VERSION")]
    pub(crate) of_version: String,
    /// Loại máy, ví dụ windows-x86_64 / system and processor
    #[arg(long)]
    pub(crate) platform: String,
    /// installer, portable hoặc deb / how it is installed
    #[arg(long)]
    pub(crate) kind: String,
    /// Có gì mới, tiếng Việt / what is new, in Vietnamese
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) news_vi: String,
    /// Có gì mới, tiếng Anh / what is new, in English
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) news_en: String,
    /// Mở được dữ liệu từ khuôn dạng nào trở đi / the oldest database that it opens
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) least_store: u32,
    /// Thư mục để tệp / the folder for the file
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) out: PathBuf,
}

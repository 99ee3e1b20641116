//! The command line: what can be asked, in words that a person types. Vietnamese first, English beside it.

mod field_work;
mod mailbox;
mod register;
mod review;
mod safekeeping;
mod update;

pub(crate) use field_work::*;
pub(crate) use mailbox::*;
pub(crate) use register::*;
pub(crate) use review::*;
pub(crate) use safekeeping::*;
pub(crate) use update::*;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// Sổ Chỉ Đạo trên dòng lệnh / the register of directives in the terminal
#[derive(Debug, Parser)]
#[command(
    name = "chidao",
    version,
    after_help = "Mật khẩu: biến CHIDAO_PASSPHRASE hoặc --passphrase-file. Đồng hồ: CHIDAO_NOW (RFC 3339).\n\
                  Kết thúc với 0: xong; 1: bị từ chối (JSON trên stderr); 2: sai cách dùng.\n\
                  Passphrase: CHIDAO_PASSPHRASE or --passphrase-file. Clock: CHIDAO_NOW (RFC 3339).\n\
                  Exit 0: done; 1: refused (JSON on stderr); 2: wrong usage."
)]
pub(crate) struct Arguments {
    /// Thư mục dữ liệu; mặc định là thư mục riêng của người dùng / where the data lies
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// In một tài liệu JSON ra stdout / print one JSON document
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Đọc mật khẩu từ dòng đầu của tệp / read the passphrase from the file's first line
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Khởi tạo lần đầu; in khoá khôi phục một lần / first start; prints the recovery key once
    Init(Init),
    /// Thêm máy cho đơn vị đã có máy khác / a further machine for a unit
    #[command(subcommand)]
    Join(Join),
    /// Nơi này là đơn vị nào, ai đang làm việc / where this installation stands
    Session,
    /// Xem hoặc đổi cài đặt của máy này / show or change this machine's settings
    Settings(SettingsChange),
    /// Khoá công khai / public keys
    Keys {
        #[command(subcommand)]
        command: Option<KeysCommand>,
    },
    /// Ghi danh với cấp trên / enrolment
    #[command(subcommand)]
    Enrol(Enrol),
    /// Các đơn vị đã biết / the units known here
    Units,
    /// Nhận danh sách từ tệp / take in a list
    #[command(subcommand)]
    Import(Import),
    /// Danh sách nhiệm vụ / the list of tasks
    Tasks(TaskList),
    /// Một nhiệm vụ / one task
    #[command(subcommand)]
    Task(Box<TaskCommand>),
    /// Số liệu tổng hợp / totals
    Totals(Totals),
    /// Đợt kiểm tra / inspections
    #[command(subcommand)]
    Inspect(Box<Inspect>),
    /// Kiến nghị / recommendations
    #[command(subcommand)]
    Recommend(Recommend),
    /// Tệp đính kèm / attachments
    #[command(subcommand)]
    Attachment(Attachment),
    /// Gói đồng bộ / one bundle
    #[command(subcommand)]
    Bundle(Bundle),
    /// Nhật ký gói đồng bộ / the journal of bundles
    Bundles,
    /// Nơi để gói: USB, ổ mạng, thư mục đồng bộ / places where bundles lie
    #[command(subcommand)]
    Mailbox(Mailbox),
    /// Ô có nhiều giá trị cùng lúc / cells with several values
    Conflicts {
        #[command(subcommand)]
        command: Option<ConflictsCommand>,
    },
    /// Thay đổi không được áp dụng / changes that were not applied
    Quarantine(QuarantineAsked),
    /// Sự cố: máy bị sao chép, kết quả hai bên khác nhau / what should not have happened
    Incidents,
    /// Xoá hẳn dữ liệu cá nhân hoặc tệp đính kèm, ở mọi máy / remove personal data or attachments for ever, on every machine
    Erase(EraseAsked),
    /// Toàn bộ lịch sử một kênh, và chứng minh nó / the whole history of a channel, and its proof
    #[command(subcommand)]
    Audit(Audit),
    /// Những người cùng dùng máy này, mật khẩu, nhận lại máy / the persons who work here, passphrases, taking over
    Persons {
        #[command(subcommand)]
        command: Option<PersonsCommand>,
    },
    /// Các máy của đơn vị này và các đơn vị liên quan / machines
    Devices {
        #[command(subcommand)]
        command: Option<DevicesCommand>,
    },
    /// Tạo một bản sao lưu, đã đọc lại và đối chiếu; hoặc liệt kê, đổi số bản giữ lại / make a backup, verified; or list them
    Backup(BackupAsked),
    /// Trở lại một bản sao lưu; sổ hiện có được để riêng ra, không xoá / go back to a backup; what is here is set aside
    Restore(Restore),
    /// Cập nhật chương trình không cần mạng / updates of the program without a network
    #[command(subcommand)]
    Update(Update),
    /// Dựng lại mọi bảng từ bút toán và so sánh; 1 nếu sai khác / rebuild and compare; exit 1 when something differs
    Check,
    /// Hai mã đối chiếu của kênh chung với một đơn vị / the two digests of a channel
    Digest {
        /// Đơn vị: mã hoặc định danh / unit by code or id
        #[arg(long, value_name = "UNIT")]
        channel: String,
    },
    /// Phục vụ giao diện cho trình duyệt trên chính máy này / serve the page to a browser on this machine
    Serve(Serve),
    /// Tạo hai nơi làm việc mẫu: tỉnh Bắc Giang và huyện Yên Thế, 23/6/2017 / make the demonstration
    Demo,
    /// Sinh dữ liệu giống thật vào sổ còn trống / fill an empty register with realistic data
    Generate(Generate),
    /// Mô phỏng nhiều đơn vị dưới mọi sự cố, dành cho người phát triển / the simulation, for developers
    Simulate {
        /// --seed N [--units U] [--days D], --seeds A..B, --script FILE, --minutes M
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "WHAT")]
        what: Vec<OsString>,
    },
}

/// First start.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Bản dùng cho đơn vị hay cho tỉnh / the edition
    #[arg(long)]
    pub(crate) edition: EditionWord,
    /// Tên đầy đủ của đơn vị / full name of the unit
    #[arg(long, value_name = "NAME")]
    pub(crate) unit: String,
    /// Mã định danh, ví dụ H02.15 / identifier
    #[arg(long)]
    pub(crate) code: String,
    /// Họ và tên người làm việc / who works here
    #[arg(long, value_name = "NAME")]
    pub(crate) person: String,
    /// Chức vụ / title
    #[arg(long)]
    pub(crate) title: String,
    /// Tên máy / name of this machine
    #[arg(long, value_name = "NAME", default_value = "")]
    pub(crate) device: String,
}

/// The edition.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum EditionWord {
    /// đơn vị
    Unit,
    /// tỉnh
    Province,
}

/// Settings that are given are changed, the others stay.
#[derive(Debug, Args)]
pub(crate) struct SettingsChange {
    /// Ngôn ngữ / language
    #[arg(long)]
    pub(crate) language: Option<LanguageWord>,
    /// Nền sáng, tối hay theo hệ thống / theme
    #[arg(long)]
    pub(crate) theme: Option<ThemeWord>,
    /// "Sắp đến hạn" trước mấy ngày làm việc / working days that count as due soon
    #[arg(long, value_name = "DAYS")]
    pub(crate) due_soon_days: Option<u8>,
    /// Khoá sau mấy phút không dùng; 0 là không bao giờ / minutes until the vault is locked
    #[arg(long, value_name = "MINUTES")]
    pub(crate) lock_after_minutes: Option<u16>,
    /// Kỳ báo cáo: giao từ ngày; để trống là bỏ / start of the reporting period; empty clears
    #[arg(long, value_name = "DATE")]
    pub(crate) assigned_from: Option<String>,
    /// Kỳ báo cáo: giao đến ngày; để trống là bỏ / end of the reporting period; empty clears
    #[arg(long, value_name = "DATE")]
    pub(crate) assigned_to: Option<String>,
}

/// The language.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LanguageWord {
    /// Tiếng Việt
    Vi,
    /// English
    En,
}

/// The theme.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ThemeWord {
    /// theo hệ thống
    System,
    /// sáng
    Light,
    /// tối
    Dark,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Ghi khoá riêng age của máy ra tệp (chỉ chủ tệp đọc được); giữ như giữ chính dữ liệu / write the age identity
    ExportIdentity {
        /// Tệp chưa có / a file that does not exist yet
        file: PathBuf,
    },
}

/// Enrolment.
#[derive(Debug, Subcommand)]
pub(crate) enum Enrol {
    /// Đơn vị: ghi phiếu đề nghị ghi danh / unit: write a request
    Request {
        /// Tệp phiếu / where to
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Cấp trên: xem phiếu mà chưa chấp nhận / parent: look at a request
    Look {
        /// Tệp phiếu / the request
        file: PathBuf,
    },
    /// Cấp trên: chấp nhận; in mã để hai bên đọc cho nhau / parent: approve; prints the code to read out
    Approve {
        /// Tệp phiếu / the request
        file: PathBuf,
        /// Thư mục để gói đầu tiên / folder of the first bundle
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Mỗi bên xác nhận mã mà bên kia đọc / either side: confirm the code
    Confirm {
        /// Các chữ số; dấu cách và gạch nối bỏ qua / digits; spaces and hyphens are ignored
        code: String,
    },
}

/// Taking in lists.
#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// Danh sách nhiệm vụ (.xlsx, .xls, .ods, .csv): nhận hết hoặc không nhận gì / a list of tasks: all or nothing
    Tasks {
        /// Tệp danh sách / the list
        file: PathBuf,
        /// Chỉ xem trước, không ghi / only show what would happen
        #[arg(long)]
        preview: bool,
        /// Đơn vị thực hiện: mã hoặc định danh / the unit whose tasks these are
        #[arg(long)]
        unit: Option<String>,
        /// Tên trang tính / sheet by name
        #[arg(long, value_name = "NAME")]
        sheet: Option<String>,
        /// Cột nào vào trường nào, thay cho đoán; ví dụ C=content, D= (bỏ cột D); tên trường: xem --preview --json / which column feeds which field, instead of the guess
        #[arg(long, value_name = "COLUMN=FIELD", value_parser = chosen_column)]
        map: Vec<ChosenColumn>,
    },
}

/// A column by its letters, and the field that it is to feed; none: it is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChosenColumn {
    pub(crate) letters: String,
    pub(crate) field: Option<String>,
}

fn chosen_column(text: &str) -> Result<ChosenColumn, String> {
    match text.split_once('=') {
        Some((letters, field)) if !letters.is_empty() && letters.bytes().all(|one| one.is_ascii_alphabetic()) => {
            Ok(ChosenColumn {
                letters: letters.to_ascii_uppercase(),
                field: (!field.is_empty()).then(|| field.to_owned()),
            })
        }
        _ => Err("COLUMN=FIELD, as C=content".to_owned()),
    }
}

/// Attachments.
#[derive(Debug, Subcommand)]
pub(crate) enum Attachment {
    /// Lưu tệp đính kèm ra ngoài sổ / save an attachment outside the register
    Save {
        /// Định danh của tệp đính kèm (task show --json) / its id
        id: String,
        /// Tệp chưa có, hoặc thư mục / a file that does not exist yet, or a folder
        #[arg(long, value_name = "PATH")]
        out: PathBuf,
    },
}

/// Bundles.
#[derive(Debug, Subcommand)]
pub(crate) enum Bundle {
    /// Sẽ gửi gì / what would be sent
    Preview {
        /// Đơn vị nhận; cấp trên nếu bỏ trống / recipient; the parent if absent
        #[arg(long, value_name = "UNIT", default_value = "")]
        to: String,
    },
    /// Đóng gói, ký, mã hoá / pack, sign and encrypt
    Export {
        /// Đơn vị nhận: mã hoặc định danh / recipient by code or id
        #[arg(long, value_name = "UNIT")]
        to: String,
        /// Thư mục để gói / the bundle's folder
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Chia thành nhiều tập, mỗi tập nhiều nhất chừng này: 500KB, 10MB, 1GB; email-10, email-20, email-25 là vừa hộp thư có giới hạn ấy / volumes of at most this size; email-25 fits a mailbox limit of 25 MB
        #[arg(long, value_name = "SIZE", value_parser = volume_size)]
        volume_size: Option<u64>,
    },
    /// Kiểm tra gói mà không nhận / verify without taking in
    Verify {
        /// Tệp gói / the bundle
        file: PathBuf,
    },
    /// Nhận gói, mỗi gói trọn vẹn hoặc không gì cả; các tập theo thứ tự nào cũng được / take in, each whole or not at all; volumes in any order
    Import {
        /// Tệp gói / the bundles
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// Bytes of which a message makes so many more: letters and digits instead of bytes (RFC 2045, 6.8), a line end after
/// every 76 of them, and some room for the message itself.
const MAIL_GROWTH: (u64, u64) = (70, 100);

fn volume_size(text: &str) -> Result<u64, String> {
    let wrong = || "a size as 500KB, 10MB, 1GB, or email-10, email-20, email-25".to_owned();
    const MB: u64 = 1_000_000;
    if let Some(limit) = text.strip_prefix("email-") {
        return match limit {
            "10" => Ok(10 * MB * MAIL_GROWTH.0 / MAIL_GROWTH.1),
            "20" => Ok(20 * MB * MAIL_GROWTH.0 / MAIL_GROWTH.1),
            "25" => Ok(25 * MB * MAIL_GROWTH.0 / MAIL_GROWTH.1),
            _ => Err(wrong()),
        };
    }
    let digits = text.trim_end_matches(|one: char| one.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" => 1,
        "KB" => 1_000,
        "MB" => MB,
        "GB" => 1_000 * MB,
        _ => return Err(wrong()),
    };
    let size = digits.parse::<u64>().ok().and_then(|size| size.checked_mul(unit));
    size.filter(|size| *size > 0).ok_or_else(wrong)
}

/// Serving the page.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Cổng trên 127.0.0.1; 0 là cổng trống bất kỳ / port; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Thư mục trang đã dựng / folder of the built page
    #[arg(long, value_name = "DIR")]
    pub(crate) ui: Option<PathBuf>,
    /// Phục vụ bản dùng thử trong thư mục tạm, xoá đi khi dừng / serve the demonstration, removed at the end
    #[arg(long, conflicts_with = "home")]
    pub(crate) demo: bool,
}

/// How much data to make.
#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// Số nhiệm vụ / tasks
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) tasks: u32,
    /// Số lần cập nhật sau đó / edits after that
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10_000_000))]
    pub(crate) edits: u32,
    /// Hạt giống: cùng hạt giống, cùng nội dung / the same seed gives the same content
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_of_the_contract_is_understood() {
        for line in [
            "init --edition unit --unit A --code H02.15 --person B --title C",
            "keys",
            "keys export-identity id.txt",
            "enrol request --out f",
            "enrol approve f --out d",
            "enrol confirm 12345-67890",
            "units",
            "import tasks f --preview --unit H02.15",
            "tasks --status completed --class open_overdue --unit U --search x --assigned-from 2017-01-01 \
             --assigned-to 2017-05-31 --as-of 2017-06-23 --limit 5 --after c",
            "tasks --done no --extended yes --on-province-system no --original-deadline --count",
            "task show NV01",
            "task report NV19 --percent 65 --note x --difficulty y --attach a --attach b --done-on 2017-06-23",
            "task set NV01 deadline 2017-07-01",
            "inspect new --held-on 2017-06-23 --head A",
            "inspect finding KT01 NV26 --found 50",
            "inspect show KT01",
            "recommend add --content x --task NV01",
            "recommend list",
            "totals --assigned-from 2017-01-01 --assigned-to 2017-05-31 --as-of 2017-06-23 --by unit",
            "bundle export --to U --out d",
            "bundle verify f",
            "bundle import f",
            "bundles",
            "conflicts",
            "quarantine",
            "check",
            "digest --channel U",
            "serve",
            "demo",
            "bundle export --to H02 --out d --volume-size email-10",
            "bundle import a.chidao b.chidao",
            "mailbox add usb /media/usb --unit H02.15 --by-itself",
            "mailbox sync --again",
            "mailbox remove usb --clear",
            "import tasks a.xlsx --preview --map C=content --map d=",
            "generate --tasks 10 --edits 5 --seed 7",
            "--home d --json --passphrase-file p units",
            "units --home d --json",
        ] {
            let words = std::iter::once("chidao").chain(line.split_whitespace());
            assert!(Arguments::try_parse_from(words).is_ok(), "{line}");
        }
    }

    #[test]
    fn a_size_is_told_with_its_unit_or_by_the_limit_of_a_mailbox() {
        let sizes = ["65536", "500KB", "10mb", "1GB", "email-25"].map(|text| volume_size(text).unwrap());
        assert_eq!(sizes, [65_536, 500_000, 10_000_000, 1_000_000_000, 17_500_000]);
        for wrong in ["", "0", "10 MB", "-1", "email-11", "99999999999999GB", "1TB", "mười"] {
            assert!(volume_size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_column_is_named_by_its_letters() {
        for wrong in ["content", "=content", "3=content", "Ă=content"] {
            let words = ["chidao", "import", "tasks", "a.xlsx", "--map", wrong];
            assert!(Arguments::try_parse_from(words).is_err(), "{wrong}");
        }
        let dropped = ChosenColumn {
            letters: "AB".to_owned(),
            field: None,
        };
        assert_eq!(chosen_column("ab="), Ok(dropped));
    }

    #[test]
    fn no_passphrase_is_taken_from_the_command_line() {
        assert!(Arguments::try_parse_from(["chidao", "units", "--passphrase", "x"]).is_err());
    }
}

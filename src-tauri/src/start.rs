//! What the program was asked on its command line.

use std::ffi::OsString;
use std::path::PathBuf;

/// Printed by `--help` and after a wrong use.
pub(crate) const USAGE: &str = "\
Sổ Chỉ Đạo - sổ theo dõi nhiệm vụ, kết luận, chỉ đạo / the register of directives

  so-chi-dao [--home THƯ-MỤC] [--demo] [--bundle TỆP] [--in-browser | --serve] [--exit-once-painted]

  --home DIR            nơi để dữ liệu; mặc định là thư mục riêng của người dùng
                        where the data lies; by default the user's own data folder
  --demo                mở bản dùng thử với dữ liệu mẫu, xoá đi khi đóng
                        opens a demonstration with sample data, removed when closed
  --bundle FILE         xem gói đồng bộ này rồi hỏi có nhập không
                        shows what this bundle is and offers to take it in
  --in-browser          mở trong trình duyệt của máy, như khi thiếu WebView2
                        opens in the machine's browser, as where WebView2 is missing
  --serve               in địa chỉ của trang và không mở gì cả
                        prints the page's address and opens nothing
  --exit-once-painted   thoát ngay khi trang đầu hiện ra, in thời gian (để kiểm thử)
                        ends as soon as the first page is painted, and prints the time taken (for tests)
  --version, --help
";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Open the window.
    Window(Start),
    /// Print the usage.
    Help,
    /// Print the version.
    Version,
}

/// How to open the window.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Start {
    /// Where the data lies; the platform's own place if not given.
    pub(crate) home: Option<PathBuf>,
    /// Open the demonstration in a temporary home.
    pub(crate) demo: bool,
    /// A bundle to look at once the register is open.
    pub(crate) bundle: Option<PathBuf>,
    /// Where the page is shown.
    pub(crate) shown: Shown,
    /// End once the page is painted.
    pub(crate) exit_once_painted: bool,
}

/// Where the page is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shown {
    /// In a window of its own; in a browser where the system has none to offer.
    #[default]
    Window,
    /// In the machine's browser.
    Browser,
    /// Nowhere: its address is printed.
    Address,
}

/// A command line that means nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum WrongUse {
    /// `--home` without a folder.
    HomeWithoutFolder,
    /// `--home` and `--demo` contradict each other: a demonstration never touches real data.
    HomeAndDemo,
    /// `--bundle` without a file.
    BundleWithoutFile,
    /// Something else.
    Unknown(OsString),
}

impl std::fmt::Display for WrongUse {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WrongUse::HomeWithoutFolder => write!(out, "--home cần một thư mục / --home needs a folder"),
            WrongUse::BundleWithoutFile => write!(out, "--bundle cần một tệp / --bundle needs a file"),
            WrongUse::HomeAndDemo => write!(
                out,
                "--home và --demo không đi cùng nhau / --home and --demo exclude each other"
            ),
            WrongUse::Unknown(word) => {
                write!(
                    out,
                    "không hiểu {word} / not understood: {word}",
                    word = word.to_string_lossy()
                )
            }
        }
    }
}

impl Start {
    /// Reads the words after the program's name.
    pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Asked, WrongUse> {
        let mut start = Start::default();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            match word.to_str() {
                Some("--home") => {
                    let folder = words
                        .next()
                        .filter(|folder| !folder.is_empty())
                        .ok_or(WrongUse::HomeWithoutFolder)?;
                    start.home = Some(folder.into());
                }
                Some("--demo") => start.demo = true,
                Some("--bundle") => match words.next() {
                    // A menu starts the program without a file.
                    None => {}
                    Some(file) if file.is_empty() => return Err(WrongUse::BundleWithoutFile),
                    Some(file) => start.bundle = Some(file.into()),
                },
                Some("--in-browser") => start.shown = Shown::Browser,
                Some("--serve") => start.shown = Shown::Address,
                Some("--exit-once-painted") => start.exit_once_painted = true,
                Some("--help" | "-h") => return Ok(Asked::Help),
                Some("--version" | "-V") => return Ok(Asked::Version),
                _ => return Err(WrongUse::Unknown(word)),
            }
        }
        if start.home.is_some() && start.demo {
            return Err(WrongUse::HomeAndDemo);
        }
        Ok(Asked::Window(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Asked, WrongUse> {
        Start::parse(words.iter().map(OsString::from))
    }

    #[test]
    fn every_option_is_read() {
        assert_eq!(parse(&[]), Ok(Asked::Window(Start::default())));
        assert_eq!(
            parse(&["--home", "Dữ liệu/sổ", "--exit-once-painted"]),
            Ok(Asked::Window(Start {
                home: Some("Dữ liệu/sổ".into()),
                exit_once_painted: true,
                ..Start::default()
            }))
        );
        assert_eq!(
            parse(&["--demo"]),
            Ok(Asked::Window(Start {
                demo: true,
                ..Start::default()
            }))
        );
        assert_eq!(
            parse(&["--in-browser", "--bundle", "E:\\gói 1.chidao"]),
            Ok(Asked::Window(Start {
                bundle: Some("E:\\gói 1.chidao".into()),
                shown: Shown::Browser,
                ..Start::default()
            }))
        );
        assert_eq!(parse(&["--bundle"]), Ok(Asked::Window(Start::default())));
        assert_eq!(parse(&["--version"]), Ok(Asked::Version));
        assert_eq!(parse(&["-h"]), Ok(Asked::Help));
    }

    #[test]
    fn what_means_nothing_is_refused() {
        assert_eq!(parse(&["--home"]), Err(WrongUse::HomeWithoutFolder));
        assert_eq!(parse(&["--home", ""]), Err(WrongUse::HomeWithoutFolder));
        assert_eq!(parse(&["--home", "a", "--demo"]), Err(WrongUse::HomeAndDemo));
        assert_eq!(parse(&["--bundle", ""]), Err(WrongUse::BundleWithoutFile));
        assert_eq!(parse(&["--hom"]), Err(WrongUse::Unknown("--hom".into())));
    }
}

//! The clock, the randomness, the identity of the machine and the passphrase: the only place of this program that asks
//! for any of them.

use chidao_app::updates::Installation;
use chidao_app::{AppError, Edges};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use std::ffi::OsString;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

/// Vietnam's offset from UTC, in seconds: +07:00 all year.
const VIETNAM: i32 = 7 * 3600;
/// Holds the passphrase, for scripts.
const PASSPHRASE: &str = "CHIDAO_PASSPHRASE";

/// What time it is for the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// The machine's clock.
    Machine,
    /// Standing still at `CHIDAO_NOW`.
    Standing(DateTime<FixedOffset>),
    /// Going with the machine's, this far from it: a demonstration's afternoon.
    Apart(TimeDelta),
}

/// `CHIDAO_NOW` is not a moment.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("CHIDAO_NOW: \"{0}\" không phải thời điểm RFC 3339 / is not a moment in RFC 3339")]
pub(crate) struct NotAMoment(String);

impl Clock {
    /// The clock that `CHIDAO_NOW` sets; the machine's without it.
    pub(crate) fn from_environment(now: Option<OsString>) -> Result<Clock, NotAMoment> {
        let Some(text) = now else { return Ok(Clock::Machine) };
        let text = text.to_string_lossy();
        match DateTime::parse_from_rfc3339(text.trim()) {
            Ok(moment) => Ok(Clock::Standing(moment.with_timezone(&vietnam()))),
            Err(_) => Err(NotAMoment(text.into_owned())),
        }
    }

    /// A clock that stands at a moment now, and goes on from there.
    pub(crate) fn going_from(moment: DateTime<FixedOffset>) -> Clock {
        Clock::Apart(moment - Clock::Machine.now())
    }

    /// The moment, at +07:00.
    pub(crate) fn now(self) -> DateTime<FixedOffset> {
        match self {
            Clock::Standing(at) => at,
            Clock::Machine => DateTime::<Utc>::from(SystemTime::now()).with_timezone(&vietnam()),
            Clock::Apart(by) => Clock::Machine.now() + by,
        }
    }

    /// What the application needs of this machine.
    pub(crate) fn edges(self) -> Edges {
        Edges {
            now: Box::new(move || self.now()),
            random: Box::new(fill_random),
            machine: machine(),
        }
    }
}

/// A clock that starts at a moment and goes on by one second each time it is read: what a demonstration writes then
/// stands in order, and is the same each time.
pub(crate) fn counting_edges(start: DateTime<FixedOffset>) -> Edges {
    let read = AtomicI64::new(0);
    Edges {
        now: Box::new(move || start + TimeDelta::seconds(read.fetch_add(1, Ordering::Relaxed))),
        random: Box::new(fill_random),
        machine: machine(),
    }
}

fn vietnam() -> FixedOffset {
    FixedOffset::east_opt(VIETNAM).expect("seven hours are less than a day")
}

/// The program that is running and how it came here. Development builds can be told to be of another version, so that one
/// program stands for two in tests.
pub(crate) fn installation() -> Installation {
    let program = std::env::current_exe().unwrap_or_default();
    let installed = Installation::of(&program);
    let told = std::env::var("CHIDAO_AS_VERSION")
        .ok()
        .filter(|_| cfg!(debug_assertions));
    match told.and_then(|version| version.parse().ok()) {
        Some(version) => installed.as_version(version),
        None => installed,
    }
}

/// Fills a buffer from the machine's randomness. Where the machine has none to give, the program ends: anything it
/// wrote from then on could be guessed.
pub(crate) fn fill_random(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        eprintln!("chidao: máy không cho số ngẫu nhiên / the machine gives no randomness: {error}");
        std::process::abort();
    }
}

/// What Windows keeps of its identity.
#[cfg(windows)]
fn registry() -> Option<String> {
    let (key, value) = chidao_app::machine::WINDOWS;
    winreg::HKLM.open_subkey(key).ok()?.get_value(value).ok()
}

/// Elsewhere there is no registry.
#[cfg(not(windows))]
fn registry() -> Option<String> {
    None
}

/// What tells this machine from others, by the one rule of every program that opens a home.
fn machine() -> String {
    chidao_app::machine::identity(
        |file| std::fs::read_to_string(file).ok(),
        registry,
        |variable| std::env::var(variable).ok(),
    )
}

/// The passphrase from a file (its first line) or from `CHIDAO_PASSPHRASE`. Never from the command line, which every
/// program on the machine can read.
///
/// # Errors
/// `passphrase_missing`; `file_unreadable`.
pub(crate) fn passphrase(file: Option<&Path>) -> Result<String, AppError> {
    if let Some(file) = file {
        let text = std::fs::read_to_string(file).map_err(|error| {
            AppError::new("file_unreadable")
                .with("name", file.display())
                .with("detail", error)
        })?;
        let line = text.lines().next().unwrap_or_default();
        return Ok(line.to_owned());
    }
    passphrase_set().ok_or_else(|| AppError::new("passphrase_missing"))
}

/// The passphrase from the environment, if one is set.
pub(crate) fn passphrase_set() -> Option<String> {
    std::env::var(PASSPHRASE)
        .ok()
        .filter(|passphrase| !passphrase.is_empty())
}

/// The value of a variable of the environment, for finding folders.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_can_stop_the_clock() {
        let standing = Clock::from_environment(Some(" 2017-06-23T01:00:00Z".into())).unwrap();
        assert_eq!(standing.now().to_rfc3339(), "2017-06-23T08:00:00+07:00");
        assert_eq!(Clock::from_environment(None), Ok(Clock::Machine));
        assert_eq!(
            Clock::from_environment(Some("23/6/2017".into())),
            Err(NotAMoment("23/6/2017".into()))
        );
        assert_eq!(Clock::Machine.now().offset().local_minus_utc(), VIETNAM);
    }

    #[test]
    fn a_counting_clock_never_stands() {
        let start = DateTime::parse_from_rfc3339("2017-06-23T13:30:00+07:00").unwrap();
        let edges = counting_edges(start);
        assert_eq!((edges.now)(), start);
        assert_eq!((edges.now)(), start + TimeDelta::seconds(1));
    }

    #[test]
    fn a_passphrase_file_ends_at_its_first_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mật khẩu.txt");
        std::fs::write(&file, "đồng lúa chín \r\nghi chú\n").unwrap();
        assert_eq!(passphrase(Some(&file)).unwrap(), "đồng lúa chín ");
        let missing = passphrase(Some(&folder.path().join("không có"))).unwrap_err();
        assert_eq!(missing.code, "file_unreadable");
    }
}

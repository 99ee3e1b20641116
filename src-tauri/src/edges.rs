//! The clock, the randomness and the identity of the machine: the only place of this program that asks for any of them.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use std::time::{Instant, SystemTime};

/// Vietnam's offset from UTC, in seconds: +07:00 all year.
const VIETNAM: i32 = 7 * 3600;

/// What time it is for the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// The machine's clock.
    Machine,
    /// Standing still: tests.
    Standing(DateTime<FixedOffset>),
    /// Going on from another day at the pace of this one: the demonstration.
    From(DateTime<FixedOffset>, Instant),
}

/// The environment's `CHIDAO_NOW` is not a moment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotAMoment(pub(crate) String);

impl std::fmt::Display for NotAMoment {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "CHIDAO_NOW: \"{}\" không phải thời điểm RFC 3339 / is not a moment in RFC 3339",
            self.0
        )
    }
}

impl Clock {
    /// The clock that `CHIDAO_NOW` sets, as for the terminal program; the machine's without it.
    pub(crate) fn from_environment(now: Option<String>) -> Result<Clock, NotAMoment> {
        match now {
            None => Ok(Clock::Machine),
            Some(text) => match DateTime::parse_from_rfc3339(text.trim()) {
                Ok(moment) => Ok(Clock::Standing(moment.with_timezone(&vietnam()))),
                Err(_) => Err(NotAMoment(text)),
            },
        }
    }

    /// The demonstration's clock: it begins on the afternoon of 23 June 2017, the day of the report that the sample
    /// data come from.
    pub(crate) fn of_the_demonstration() -> Clock {
        let day = NaiveDate::from_ymd_opt(2017, 6, 23).and_then(|day| day.and_hms_opt(13, 30, 0));
        let moment = day.and_then(|moment| moment.and_local_timezone(vietnam()).single());
        Clock::From(moment.expect("that afternoon was"), Instant::now())
    }

    /// The moment, at +07:00.
    pub(crate) fn now(self) -> DateTime<FixedOffset> {
        match self {
            Clock::Standing(at) => at,
            Clock::From(at, since) => at + since.elapsed(),
            Clock::Machine => DateTime::<Utc>::from(SystemTime::now()).with_timezone(&vietnam()),
        }
    }
}

fn vietnam() -> FixedOffset {
    FixedOffset::east_opt(VIETNAM).expect("seven hours are less than a day")
}

/// Fills a buffer from the machine's randomness. Where the machine has none to give, the program ends: anything it
/// wrote from then on could be guessed.
pub(crate) fn fill_random(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        eprintln!("so-chi-dao: máy không cho số ngẫu nhiên / the machine gives no randomness: {error}");
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
pub(crate) fn machine() -> String {
    chidao_app::machine::identity(
        |file| std::fs::read_to_string(file).ok(),
        registry,
        |variable| std::env::var(variable).ok(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_environment_can_stop_the_clock() {
        let at_demo = Clock::from_environment(Some(" 2017-06-23T01:00:00Z".into())).unwrap();
        assert_eq!(at_demo.now().to_rfc3339(), "2017-06-23T08:00:00+07:00");
        assert_eq!(Clock::from_environment(None), Ok(Clock::Machine));
        assert_eq!(
            Clock::from_environment(Some("23/6/2017".into())),
            Err(NotAMoment("23/6/2017".into()))
        );
        assert_eq!(Clock::Machine.now().offset().local_minus_utc(), VIETNAM);
    }

    #[test]
    fn the_demonstration_happens_on_its_day_and_goes_on() {
        let Clock::From(start, began) = Clock::of_the_demonstration() else {
            panic!("the demonstration's clock stands still");
        };
        assert_eq!(start.to_rfc3339(), "2017-06-23T13:30:00+07:00");
        let minute = Duration::from_secs(60);
        let begun_before = began
            .checked_sub(minute)
            .expect("the machine runs for more than a minute");
        assert!(Clock::From(start, begun_before).now() >= start + minute);
    }

    #[test]
    fn randomness_differs_from_call_to_call() {
        let (mut one, mut two) = ([0_u8; 32], [0_u8; 32]);
        fill_random(&mut one);
        fill_random(&mut two);
        assert_ne!(one, two);
    }

    #[test]
    fn a_machine_is_always_called_the_same() {
        assert!(!machine().is_empty());
        assert_eq!(machine(), machine());
    }
}

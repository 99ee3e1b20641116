//! Files that another program holds for a moment: a virus scanner opens what was just written, and until it lets go Windows
//! refuses to rename, replace or remove it.

use std::io;
use std::sync::OnceLock;
use std::time::Duration;

/// How long is waited before each further try, in milliseconds: less than two seconds altogether.
const WAITS: [u64; 7] = [10, 20, 50, 100, 250, 500, 1000];

/// What Windows answers for a file that somebody else has open: access denied, sharing violation, lock violation.
const HELD: [i32; 3] = [5, 32, 33];

/// Waits; given by the edge of the program.
static PAUSE: OnceLock<fn(Duration)> = OnceLock::new();

/// Lets the program wait by this function for files that others hold. Without it nothing is tried twice.
pub fn wait_by(pause: fn(Duration)) {
    let _ = PAUSE.set(pause);
}

/// Does something with a file, and tries again for a short while as long as somebody else holds it.
pub(crate) fn insist<T>(act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let is_held = |error: &io::Error| cfg!(windows) && error.raw_os_error().is_some_and(|code| HELD.contains(&code));
    match PAUSE.get() {
        Some(pause) => insist_by(pause, is_held, act),
        None => insist_once(act),
    }
}

/// [`insist`], for the rooms that take it as a function.
pub(crate) fn insist_on(act: &mut dyn FnMut() -> io::Result<()>) -> io::Result<()> {
    insist(act)
}

fn insist_once<T>(mut act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    act()
}

fn insist_by<T>(
    pause: impl Fn(Duration),
    is_held: impl Fn(&io::Error) -> bool,
    mut act: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    for wait in WAITS {
        match act() {
            Err(error) if is_held(&error) => pause(Duration::from_millis(wait)),
            done => return done,
        }
    }
    act()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    /// Acts that fail so often as somebody holds the file; answers what came of it, and how long was waited.
    fn held_for(times: usize) -> (io::Result<usize>, Vec<u128>) {
        let waited = RefCell::new(Vec::new());
        let mut tries = 0;
        let done = insist_by(
            |time| waited.borrow_mut().push(time.as_millis()),
            |error| error.raw_os_error() == Some(32),
            || {
                tries += 1;
                match tries > times {
                    true => Ok(tries),
                    false => Err(io::Error::from_raw_os_error(32)),
                }
            },
        );
        (done, waited.into_inner())
    }

    #[test]
    fn a_file_that_is_let_go_of_is_renamed_after_all() {
        let (done, waited) = held_for(3);
        assert_eq!((done.unwrap(), waited), (4, vec![10, 20, 50]));
    }

    #[test]
    fn what_is_held_for_good_is_given_up_in_bounded_time() {
        let (done, waited) = held_for(usize::MAX);
        assert_eq!(done.unwrap_err().raw_os_error(), Some(32));
        assert!(waited.iter().sum::<u128>() < 2000 && waited.len() == WAITS.len());
    }

    #[test]
    fn what_fails_for_another_reason_is_not_tried_again() {
        let mut tries = 0;
        let done: io::Result<()> = insist_by(
            |_| panic!("waited"),
            |error| error.raw_os_error() == Some(32),
            || {
                tries += 1;
                Err(io::ErrorKind::NotFound.into())
            },
        );
        assert_eq!((done.unwrap_err().kind(), tries), (io::ErrorKind::NotFound, 1));
    }
}

//! The program killed at any moment: sixty times in the tests, a thousand times behind `cargo xtask crash`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

fn killed(seed: u64) {
    let counts = crash::kills::run(seed, 30).unwrap_or_else(|found| panic!("{found}"));
    println!("{counts:?}");
}

#[test]
fn nothing_that_was_answered_is_lost_and_nothing_half_is_seen_1() {
    killed(1);
}

#[test]
fn nothing_that_was_answered_is_lost_and_nothing_half_is_seen_2() {
    killed(2);
}

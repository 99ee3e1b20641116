//! The story that must pass, told by the real terminal program: Bắc Giang province and Yên Thế district, June 2017.
//!
//! Each test starts its own homes in a temporary folder and stops the clock with `CHIDAO_NOW`. The stock `age`, `zstd`,
//! `tar` and `minisign` must be installed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

mod at_rest;
mod audit;
mod backup;
mod carried;
mod erased;
mod hostile;
mod inspection;
mod lost_laptop;
mod mailbox;
mod office;
mod offline;
mod one_code;
mod refused;
mod samples;
mod sealed;
mod side_by_side;
mod simulated;
mod stock;
mod the_41;
#[cfg(unix)]
mod updates;

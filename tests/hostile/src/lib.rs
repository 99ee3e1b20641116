//! Bytes that mean harm, brought to the doors of the program: a bundle, a line, a request to be enrolled.
//!
//! [`office`] is a province and two units with homes of their own, [`forge`] takes a bundle apart and puts it together
//! again as no honest program would, and [`doors`] are the readers that must take any bytes at all, which `tests/fuzz`
//! and the tests here share. What is asked of every refusal stands in [`office::Desk::refuses`].

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

pub mod chance;
pub mod doors;
pub mod forge;
pub mod office;

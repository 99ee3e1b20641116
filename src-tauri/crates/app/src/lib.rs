//! The use cases: the only door.
//!
//! Everything a person can do is one method of [`api::UseCases`], implemented by [`App`] over an open home. This crate introduces the
//! ledger, the bundle and the documents to each other; it knows no window and no terminal. Time and randomness come in through [`Edges`].
//! Start with [`api`], then `home` (what an open home is), then the room you need.

mod alone;
pub mod api;
pub mod audit;
mod backup;
mod bundles;
mod channels;
mod dates;
pub mod demo;
mod devices;
mod enrolment;
mod epoch;
mod erasure;
mod error;
pub mod generate;
mod home;
mod inspections;
mod joining;
pub mod machine;
mod mailbox;
pub mod patience;
mod people;
mod register;
mod remembered;
mod renewal;
mod review;
mod sealed;
mod session;
mod staging;
mod sticks;
mod take_in;
mod tasks;
pub mod updates;
mod use_cases;
mod vault;
mod views;
mod work;

pub use error::AppError;
pub use home::{App, Clock, Edges, Randomness};
pub use remembered::Account;

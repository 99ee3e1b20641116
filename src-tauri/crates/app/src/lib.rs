//! The use cases: the only door.

pub mod api;
mod error;

pub use error::AppError;

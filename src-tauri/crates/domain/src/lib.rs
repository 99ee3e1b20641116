//! The office's rules: records, states, deadlines, authority, Vietnamese text. Pure.

pub mod authority;
pub mod calendar;
pub mod dates;
pub mod deadline;
pub mod ids;
pub mod number;
pub mod records;
pub mod status;
pub mod text;
pub mod totals;

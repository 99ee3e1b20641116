//! The office's rules: records, states, deadlines, authority, Vietnamese text. Pure.

pub mod status;

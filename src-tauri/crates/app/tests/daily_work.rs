//! What a person does every day through the use cases, one module for each room.

#![allow(
    clippy::unwrap_used,
    reason = "what a test builds on must be there; the panic is the failure"
)]

mod daily;
mod office;

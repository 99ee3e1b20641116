//! Bundles out and in: the ledger and the bundle file are introduced to each other here.

mod export;
mod import;
mod journal;
mod refusal;
mod telling;

pub(crate) use journal::Note;

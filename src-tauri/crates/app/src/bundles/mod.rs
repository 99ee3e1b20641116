//! Bundles out and in: the ledger and the bundle file are introduced to each other here.

mod beyond;
mod code_confirmed;
mod export;
mod import;
mod journal;
mod making;
mod refusal;
mod sets;
mod telling;
mod volumes;

pub(crate) use beyond::{Carried, Told, confirmed, confirmed_by, ranges_beyond};
pub(crate) use journal::Note;

//! The ledger: entries, feeds, merge; the encrypted store with its projections.
//!
//! The truth is a set of entries ([`entry`], specified in `ENTRY.md`); everything that screens read is derived from it and can be
//! rebuilt. This crate knows no bundle, no spreadsheet and no window; time, randomness and paths are passed in.
//! Start with `ENTRY.md`, then [`entry`], then [`store`].

pub mod chain;
pub mod entry;
pub mod generate;
pub mod store;
pub mod trust;

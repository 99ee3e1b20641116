//! Entries, feeds, merge, and the encrypted store with its projections.

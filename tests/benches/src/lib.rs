//! Benchmarks beside named peers.

//! Benchmarks beside named peers: what each of them is made of. The programs are in `benches/`; how to run them, and what
//! they said, is in `README.md`.

pub mod asks;
pub mod exchange;
pub mod import;
pub mod office;
pub mod peer;
pub mod register;
pub mod timing;
pub mod workload;

/// Whatever stops a benchmark.
pub type Failure = Box<dyn std::error::Error>;

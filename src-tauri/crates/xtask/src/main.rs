//! Setup, run, test, bench, dist.
fn main() {}

//! Windows, from a Debian machine: building for it, packing it for its users, and running under Wine what was built.
//!
//! Everything that is made on the way lies under `target/windows`: the standard library and OpenSSL, each built once;
//! the programs; the Wine prefix of the tests. Start reading at [`dist()`] and [`test()`].

mod dist;
mod installed;
mod test;
mod toolchain;
mod updated;
mod wine;

use crate::programs::Failure;

pub(crate) use dist::dist;
pub(crate) use test::{Extent, test};
pub(crate) use toolchain::usual_has_std;

/// How a unit's register is begun.
const BEGINNING: [&str; 11] = [
    "init",
    "--edition",
    "unit",
    "--unit",
    "UBND huyện Yên Thế",
    "--code",
    "H02.15",
    "--person",
    "Hoàng Thị Mai",
    "--title",
    "Chuyên viên",
];

/// What a test expects, and what is told otherwise.
fn holds(so: bool, otherwise: &str) -> Result<(), Failure> {
    match so {
        true => Ok(()),
        false => Err(Failure::new(otherwise)),
    }
}

/// What is built for: 64-bit Windows, linked by mingw-w64.
const TRIPLE: &str = "x86_64-pc-windows-gnu";

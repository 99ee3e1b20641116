//! The simulation: many units and a province, months of edits, and everything that can go wrong with machines, bundles and
//! people, in virtual time and from one seed.
//!
//! A [`script::Script`] is a pure function of its seed, and a run is a pure function of its script: what fails once fails
//! again. The machines are the real ledger over real files, and exchange real bundles. Beside them a [`model`] keeps,
//! by its own simple rules, who wrote what and who knew what; at the end, after everybody has exchanged until nothing
//! moves, the [`verdict`] compares. Start with [`world`], which carries a script out; `README.md` tells what was found.

pub mod cast;
pub mod chance;
pub mod edit;
mod forge;
pub mod machine;
pub mod model;
pub mod parcel;
pub mod run;
pub mod script;
pub mod verdict;
pub mod world;

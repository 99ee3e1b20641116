//! The sides: ours and its peers, each used as its documentation says.

mod automerge;
mod geodiff;
mod git;
mod loro;
mod ours;
mod session;
mod updates;
mod yrs;

use crate::stages::Values;
use benches::Failure;
use benches::timing::Times;
use benches::workload::Workload;
use std::path::Path;
use std::time::Duration;

/// The first so many edits are committed one by one, each on the disk before the next; the rest in larger transactions.
pub const ONE_BY_ONE: usize = 300;
/// The rest, so many together.
pub const TOGETHER: usize = 500;

/// What a sender made.
pub struct Made {
    /// Edits committed one by one.
    pub edits: Times,
    /// Exporting everything since both sides were alike.
    pub export: Duration,
    /// That export.
    pub all: Vec<u8>,
    /// The export of the first half of the edits.
    pub first: Vec<u8>,
    /// And of the second.
    pub second: Vec<u8>,
}

/// A side of the benchmark.
pub trait Peer {
    /// Its name in the table.
    fn name(&self) -> &'static str;

    /// Whether what it needs is on this machine; if not, what is missing.
    fn ready(&self) -> Result<(), String> {
        Ok(())
    }

    /// Whether what it exports is compressed already.
    fn packs_itself(&self) -> bool {
        false
    }

    /// Both sides begin with the rows; the sender makes its edits, the receiver its own. The receiver is left in the
    /// folder's `receiver`, without what the sender made.
    fn make(&self, folder: &Path, work: &Workload) -> Result<Made, Failure>;

    /// As many units as there are make the edits of their own rows, and each exports. A receiver that has all rows and no
    /// edit is left in the folder's `units`.
    fn make_units(&self, folder: &Path, work: &Workload) -> Result<Vec<Vec<u8>>, Failure>;

    /// Opens a receiver that was left in a folder.
    fn receiver(&self, folder: &Path) -> Result<Box<dyn Receiver>, Failure>;
}

/// One who takes in what others exported.
pub trait Receiver {
    /// Takes in, until it is on the disk.
    fn import(&mut self, parcel: Vec<u8>) -> Result<(), Failure>;

    /// Every value that stands in these cells, or is listed as standing against it.
    fn values(&mut self, cells: &[(usize, usize)]) -> Result<Values, Failure>;

    /// Bytes on the disk.
    fn size(&mut self) -> Result<u64, Failure>;

    /// Most memory held, where it is not this process's own.
    fn peak(&self) -> Option<u64> {
        None
    }
}

/// All of them, ours first.
pub fn all() -> Vec<Box<dyn Peer>> {
    use benches::exchange::Wrapping;
    vec![
        Box::new(ours::Ours(Wrapping::Bundle)),
        Box::new(ours::Ours(Wrapping::Bare)),
        Box::new(session::Session { encrypted: false }),
        Box::new(session::Session { encrypted: true }),
        Box::new(automerge::Automerge),
        Box::new(yrs::Yrs),
        Box::new(loro::Loro),
        Box::new(git::Git),
        Box::new(geodiff::Geodiff),
    ]
}

/// One by its name.
pub fn named(name: &str) -> Option<Box<dyn Peer>> {
    all().into_iter().find(|peer| peer.name() == name)
}

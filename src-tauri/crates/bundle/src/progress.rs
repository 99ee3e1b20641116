//! How far long work has come, and whether to go on.

use std::ops::ControlFlow;

use crate::error::BundleError;

/// How far packing or reading has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of members done.
    pub done: u64,
    /// Bytes of all members.
    pub total: u64,
}

/// Called every few hundred kilobytes; `ControlFlow::Break(())` ends the work with [`BundleError::Cancelled`].
pub type Watch<'w> = dyn FnMut(Progress) -> ControlFlow<()> + 'w;

/// A [`Watch`] that looks at nothing and never stops.
pub fn unwatched(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

pub(crate) fn tell(watch: &mut Watch<'_>, progress: Progress) -> Result<(), BundleError> {
    match watch(progress) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(BundleError::Cancelled),
    }
}

//! How far a transfer has come, and whether to go on.

use crate::error::MailboxError;
use std::ops::ControlFlow;

/// How far one file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes done.
    pub done: u64,
    /// Bytes of the file; 0 where that is not known, as while a listing is read.
    pub total: u64,
}

/// Called at least every few hundred kilobytes, and while a distant place keeps us waiting;
/// `ControlFlow::Break(())` ends the work with [`MailboxError::Cancelled`].
pub type Watch<'w> = dyn FnMut(Progress) -> ControlFlow<()> + 'w;

/// A [`Watch`] that looks at nothing and never stops.
pub fn unwatched(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// A [`Watch`] that gives up after so many looks: for clearing away at a place that may not answer any more, where there
/// is another occasion. A distant place that says nothing is looked at five times a second.
pub fn briefly(looks: u32) -> impl FnMut(Progress) -> ControlFlow<()> {
    let mut left = looks;
    move |_| {
        left = left.saturating_sub(1);
        match left {
            0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}

pub(crate) fn tell(watch: &mut Watch<'_>, done: u64, total: u64) -> Result<(), MailboxError> {
    match watch(Progress { done, total }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(MailboxError::Cancelled),
    }
}

//! Mailboxes (hộp thư): bundles go out and come in by themselves, through any place where files can lie.
//!
//! `../../mailbox/MAILBOX.md` is the agreement between the two sides. Here: which mailboxes this machine knows
//! ([`kept`]), one synchronisation from end to end ([`sync`]: first [`receive`], then [`send`]), and when a mailbox is to be
//! synchronised by itself ([`due`]).

mod due;
mod kept;
mod receive;
mod send;
mod sync;

use crate::AppError;
use crate::api::{MailboxTrouble, WorkStep};
use crate::work::Watch;
use chidao_mailbox::{MailboxError, Progress};
use std::ops::ControlFlow;

pub(crate) use due::Attended;

/// The error of a place, in the words of the seam; `mailbox` is its name.
fn told(error: MailboxError, mailbox: &str) -> AppError {
    let passing = error.is_passing();
    let told = match &error {
        MailboxError::Cancelled => return AppError::new("cancelled"),
        error => AppError::new(&format!("mailbox_{}", error.code())).with("mailbox", mailbox),
    };
    let told = match error {
        MailboxError::BadAddress(detail)
        | MailboxError::Unreachable(detail)
        | MailboxError::Broken(detail)
        | MailboxError::Refused(detail)
        | MailboxError::Insecure(detail)
        | MailboxError::Failed(detail) => told.with("detail", detail),
        MailboxError::Gone(name)
        | MailboxError::Taken(name)
        | MailboxError::ReadsBackWrong(name)
        | MailboxError::CutShort(name) => told.with("name", name),
        MailboxError::TooBig { allowed, .. } => told.with("limit", allowed),
        MailboxError::Io(detail) => told.with("detail", detail),
        _ => told,
    };
    if passing { told.retryable() } else { told }
}

fn trouble(error: &AppError) -> MailboxTrouble {
    MailboxTrouble {
        code: error.code.clone(),
        params: error.params.clone(),
        retryable: error.retryable,
    }
}

/// Tells how far a transfer is.
fn watched<'w>(watch: &'w mut Watch<'_>, step: WorkStep) -> impl FnMut(Progress) -> ControlFlow<()> + 'w {
    move |progress| watch.step(step, progress.done, progress.total)
}

//! When a mailbox is to be synchronised by itself: when its folder appears, and from time to time while it is there.

use super::kept::{self, Address, Kept};
use crate::api::{MailboxesDue, Nothing};
use crate::home::{App, unpoisoned};
use crate::{AppError, patience};
use chidao_mailbox::{Folder, mounts};
use chrono::{DateTime, FixedOffset, TimeDelta};
use std::collections::HashMap;
use std::path::PathBuf;

/// Between two tries of one mailbox that is there all the time.
const EVERY: TimeDelta = TimeDelta::minutes(5);

/// Names the folders at which something is plugged in now.
type Roots = Box<dyn Fn() -> Vec<PathBuf> + Send>;

/// What this run has noticed of the mailboxes.
pub(crate) struct Attended {
    roots: Roots,
    /// Whether each folder was there when it was last looked for.
    there: HashMap<String, bool>,
    /// When each was last tried.
    tried: HashMap<String, DateTime<FixedOffset>>,
    /// Being synchronised now.
    busy: bool,
}

impl Default for Attended {
    fn default() -> Attended {
        Attended {
            roots: Box::new(plugged_in),
            there: HashMap::new(),
            tried: HashMap::new(),
            busy: false,
        }
    }
}

/// What the system says.
fn plugged_in() -> Vec<PathBuf> {
    mounts::roots(
        || std::fs::read_to_string("/proc/self/mounts").ok(),
        |path| path.is_dir(),
        |folder| {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).collect()
        },
    )
}

impl Attended {
    pub(super) fn roots(&self) -> Vec<PathBuf> {
        (self.roots)()
    }
}

/// Held while mailboxes are being synchronised: two runs at once would send everything twice.
pub(super) struct Busy<'a>(&'a App);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        unpoisoned(&self.0.mailboxes).busy = false;
    }
}

impl App {
    /// The same application, asking `roots` instead of the system where sticks and shares appear.
    #[must_use]
    pub fn with_mounts(self, roots: impl Fn() -> Vec<PathBuf> + Send + 'static) -> App {
        unpoisoned(&self.mailboxes).roots = Box::new(roots);
        self
    }

    pub(super) fn begin_sync(&self) -> Result<Busy<'_>, AppError> {
        let mut attended = unpoisoned(&self.mailboxes);
        if std::mem::replace(&mut attended.busy, true) {
            return Err(AppError::new("mailbox_busy").retryable());
        }
        Ok(Busy(self))
    }

    pub(super) fn note_try(&self, mailbox: &Kept) {
        let now = (self.edges.now)();
        unpoisoned(&self.mailboxes).tried.insert(mailbox.id.clone(), now);
    }

    pub(crate) fn do_mailboxes_due(&self, _: Nothing) -> Result<MailboxesDue, AppError> {
        let open = self.opened()?;
        let all = open.store.read(kept::all)?;
        let now = (self.edges.now)();
        let mut attended = unpoisoned(&self.mailboxes);
        if attended.busy {
            return Ok(MailboxesDue { ids: Vec::new() });
        }
        let roots = attended.roots();
        let mut ids = Vec::new();
        for kept in all.into_iter().filter(|kept| kept.by_itself) {
            let there = match &kept.address {
                Address::Folder(address) => Folder::find(address, &roots, patience::insist_on).is_ok(),
                // Only trying tells.
                Address::Webdav(_) | Address::S3(_) => true,
            };
            let was_there = attended.there.insert(kept.id.clone(), there) == Some(true);
            // However the clock was moved: a long time is a long time.
            let long_ago = attended
                .tried
                .get(&kept.id)
                .is_none_or(|tried| (now - *tried).abs() >= EVERY);
            if there && (!was_there || long_ago) {
                ids.push(kept.id);
            }
        }
        Ok(MailboxesDue { ids })
    }
}

//! What every kind of mailbox can do.

use crate::error::MailboxError;
use crate::name::Name;
use crate::progress::Watch;
use std::fmt;
use std::io::Write;
use std::path::Path;

/// One bundle that lies at a mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// Its name.
    pub name: Name,
    /// Bytes that lie there now; one that is still being copied has fewer than it will have.
    pub size: u64,
    /// When it was last written by the place's own clock, in milliseconds since 1970, where the place tells. Good for
    /// putting files in order and for noticing that one has changed, for nothing else.
    pub modified: Option<i64>,
}

/// A place where bundles lie: a folder, or a store on a server.
///
/// Every method may be called again after a failure: nothing is half done under a bundle's own name. Those of distant
/// places wait for the network on the calling thread, which must not be one that drives asynchronous work.
pub trait Place: fmt::Debug + Send + Sync {
    /// The bundles that lie here, in the order in which they were written as far as the place tells, then by name; each
    /// once. Whatever else lies here is passed over.
    ///
    /// # Errors
    /// Those of [`MailboxError`] that concern the whole place.
    fn list(&self, watch: &mut Watch<'_>) -> Result<Vec<Item>, MailboxError>;

    /// The names of bundles that somebody laid here by hand, which [`Place::list`] passes over: at most
    /// [`STRAYS`](crate::limits::STRAYS), in order. Only a folder can have them: nobody carries a file into the others by hand.
    fn strays(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whether a bundle lies here, asked for by its name: surer than a listing, which may come late.
    ///
    /// # Errors
    /// As of [`Place::list`].
    fn holds(&self, name: &Name, watch: &mut Watch<'_>) -> Result<bool, MailboxError>;

    /// Copies a file of this machine here, so that it is whole under its name or not there at all, and reads it back.
    ///
    /// # Errors
    /// [`MailboxError::Taken`] if the name is in use, which is left as it is; [`MailboxError::ReadsBackWrong`]; and those
    /// that concern the whole place. On failure nothing is left under the name as far as the place can still be reached;
    /// see [`Place::clear`].
    fn put(&self, name: &Name, file: &Path, watch: &mut Watch<'_>) -> Result<(), MailboxError>;

    /// Copies a bundle from here; answers how many bytes came. What was written to `out` before a failure is worthless.
    ///
    /// # Errors
    /// [`MailboxError::Gone`]; [`MailboxError::CutShort`]; [`MailboxError::TooBig`]; those that concern the whole place.
    fn get(&self, name: &Name, out: &mut dyn Write, watch: &mut Watch<'_>) -> Result<u64, MailboxError>;

    /// Removes a bundle. One that is not there is removed already.
    ///
    /// # Errors
    /// As of [`Place::list`].
    fn remove(&self, name: &Name, watch: &mut Watch<'_>) -> Result<(), MailboxError>;

    /// Removes what an interrupted [`Place::put`] may have left under a name and beside it.
    ///
    /// # Errors
    /// As of [`Place::list`].
    fn clear(&self, name: &Name, watch: &mut Watch<'_>) -> Result<(), MailboxError>;
}

/// In the order of writing, then by name, each name once: of a listing that repeats itself the later word counts.
pub(crate) fn in_order(items: Vec<Item>) -> Result<Vec<Item>, MailboxError> {
    if items.len() > crate::limits::LISTING {
        return Err(MailboxError::TooBig {
            what: "listing",
            allowed: crate::limits::LISTING as u64,
        });
    }
    let by_name: std::collections::HashMap<Name, Item> = items.into_iter().map(|item| (item.name, item)).collect();
    let mut items: Vec<Item> = by_name.into_values().collect();
    items.sort_by_key(|item| (item.modified, item.name));
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Tag;

    #[test]
    fn a_listing_that_repeats_itself_names_each_once_and_the_later_word_counts() {
        let item = |random, size, modified| Item {
            name: Name::new(Tag([1; 16]), [random; 16]),
            size,
            modified,
        };
        let listed = vec![
            item(3, 10, Some(5)),
            item(2, 7, Some(9)),
            item(1, 7, Some(9)),
            item(3, 12, Some(6)),
        ];
        let ordered = in_order(listed).unwrap();
        assert_eq!(
            ordered,
            [item(3, 12, Some(6)), item(1, 7, Some(9)), item(2, 7, Some(9))]
        );
    }
}

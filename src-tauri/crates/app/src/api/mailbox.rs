//! Mailboxes: places where bundles lie, and what went through them.

use super::{BundleReport, UnitName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Where a mailbox is and what is needed to enter it. Secrets go in only: in answers they are empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MailboxPlace {
    /// A folder: a stick, a network share, a folder that some program keeps alike on several machines.
    Folder {
        /// Its absolute path.
        path: String,
    },
    /// A folder on a WebDAV server.
    Webdav {
        /// The folder's address, `https://…`.
        address: String,
        /// User name; empty where none is asked for.
        #[serde(default)]
        user: String,
        /// Password. Empty when changing: the one that is kept, if the address and the user stay the same.
        #[serde(default)]
        password: String,
        /// A person agrees that the password travels unencrypted: `http://…`. This very machine needs no agreement.
        #[serde(default)]
        unencrypted: bool,
        /// Path of a PEM file with the certificates of those who alone vouch for the server, as an office's own authority;
        /// they are kept, not the path. Empty for those that this system trusts; when changing: those that are kept.
        #[serde(default)]
        ca_file: String,
    },
    /// An S3-compatible store.
    S3 {
        /// The server's address, `https://…`.
        address: String,
        /// Region; `us-east-1` where the store knows none.
        #[serde(default)]
        region: String,
        /// Bucket.
        bucket: String,
        /// What the names begin with, like a folder; may be empty.
        #[serde(default)]
        prefix: String,
        /// Access key id.
        key_id: String,
        /// Secret access key. Empty when changing: the one that is kept, if the address and the key id stay the same.
        #[serde(default)]
        secret: String,
        /// A person agrees to an unencrypted connection.
        #[serde(default)]
        unencrypted: bool,
        /// Path of a PEM file with the certificates of those who alone vouch for the server, as an office's own authority;
        /// they are kept, not the path. Empty for those that this system trusts; when changing: those that are kept.
        #[serde(default)]
        ca_file: String,
    },
}

/// Adds a mailbox or changes one. It is entered before it is kept.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MailboxSave {
    /// The mailbox to change; none for a new one.
    #[serde(default)]
    pub id: Option<String>,
    /// Its name, for people. Unique on this machine.
    pub name: String,
    /// Where it is.
    pub place: MailboxPlace,
    /// Units (by id or code) that are served through it; all that are enrolled if empty.
    #[serde(default)]
    pub units: Vec<String>,
    /// Synchronise by itself: when the folder appears, and from time to time while it is there.
    #[serde(default)]
    pub by_itself: bool,
}

/// A mailbox by id or name.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MailboxRef {
    /// Id or name.
    pub mailbox: String,
}

/// Why something failed, as an error of the seam carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MailboxTrouble {
    /// One word for what went wrong.
    pub code: String,
    /// What the sentence needs.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    /// Trying again may help.
    #[serde(default)]
    pub retryable: bool,
}

/// One mailbox.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MailboxRow {
    /// Opaque id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it is, without secrets.
    pub place: MailboxPlace,
    /// The units chosen for it; empty for all.
    pub units: Vec<UnitName>,
    /// Whether it synchronises by itself.
    pub by_itself: bool,
    /// Whether the folder is there now; none for a place on the network.
    pub there: Option<bool>,
    /// When it was last synchronised to the end.
    pub synced_at: Option<String>,
    /// When it was last tried.
    pub tried_at: Option<String>,
    /// What went wrong then, if anything did.
    pub trouble: Option<MailboxTrouble>,
    /// Own bundles that lie there and are not confirmed yet.
    pub waiting: u32,
    /// Their bytes.
    pub waiting_bytes: u64,
    /// Bundles to this unit that lie there, were refused, and are not tried again by themselves.
    pub refused: u32,
}

/// The mailboxes of this machine, in the Vietnamese order of names.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Mailboxes {
    /// Rows.
    pub rows: Vec<MailboxRow>,
}

/// Removes a mailbox from this machine.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MailboxRemove {
    /// Id or name.
    pub mailbox: String,
    /// Also remove this machine's own bundles that lie there, confirmed or not.
    #[serde(default)]
    pub clear: bool,
}

/// Sends and receives through mailboxes.
#[derive(Clone, Debug, Default, Serialize, Deserialize, TS)]
pub struct MailboxSync {
    /// Which mailboxes, by id or name; all that can be reached if empty.
    #[serde(default)]
    pub mailboxes: Vec<String>,
    /// Also try again what was refused before, and send again what lies there unconfirmed.
    #[serde(default)]
    pub again: bool,
}

/// A bundle that was put into a mailbox.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MailboxSent {
    /// To whom.
    pub to: UnitName,
    /// Entries carried; none if it only confirms.
    pub entries: u32,
    /// Attachments carried.
    pub blobs: u32,
    /// Bytes.
    pub size: u64,
}

/// A bundle that was found in a mailbox.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MailboxReceived {
    /// Its name there.
    pub name: String,
    /// From whom, by the channel that its name tells.
    pub from: UnitName,
    /// What it carried; none if it was refused.
    pub report: Option<BundleReport>,
    /// Why it was refused.
    pub trouble: Option<MailboxTrouble>,
    /// It is still being written, or its end has not come: it will be tried again.
    pub unfinished: bool,
}

/// What came of one mailbox.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MailboxSyncedRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What was put there.
    pub sent: Vec<MailboxSent>,
    /// What was found there.
    pub received: Vec<MailboxReceived>,
    /// Own bundles removed, because they are confirmed.
    pub removed: u32,
    /// Own bundles that lie there and are not confirmed yet.
    pub waiting: u32,
    /// The names of bundles that somebody laid there by hand: they are left alone, and are to be opened as files.
    pub strays: Vec<String>,
    /// What ended the work early; what was done before stands.
    pub trouble: Option<MailboxTrouble>,
}

/// What came of a synchronisation, mailbox by mailbox.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MailboxSynced {
    /// Rows.
    pub rows: Vec<MailboxSyncedRow>,
}

/// The mailboxes that should be synchronised now, because they appeared or it is time again.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct MailboxesDue {
    /// Their ids.
    pub ids: Vec<String>,
}

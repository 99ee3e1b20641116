//! The mailbox (hộp thư): any place where files can lie, used to hand bundles over without carrying them.
//!
//! Bytes in, bytes out: this crate must never know what a bundle holds, who may read it, or where this installation keeps
//! what it has seen. It knows how a file gets its opaque name ([`name`]), how it comes to lie at a place whole or not at
//! all ([`Place`]), and what can go wrong there in plain words ([`MailboxError`]). `MAILBOX.md` beside this crate is the
//! agreement between the two sides. Start reading there, then [`place`], then [`folder`].

pub mod address;
pub mod error;
mod fetch;
pub mod folder;
pub mod limits;
pub mod marker;
pub mod mounts;
pub mod name;
pub mod patience;
pub mod place;
pub mod progress;
pub mod s3;
pub mod sticks;
pub mod webdav;
mod wire;
mod xml;

pub use address::{S3Address, WebdavAddress};
pub use error::MailboxError;
pub use folder::Folder;
pub use name::{ChannelSecret, Name, Tag};
pub use patience::{Insist, Patience, once};
pub use place::{Item, Place};
pub use progress::{Progress, Watch, briefly, unwatched};
pub use s3::S3;
pub use sticks::{Stick, Unfit};
pub use webdav::Webdav;

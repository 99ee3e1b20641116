//! What an update says of itself, and what the maker of the program signs.

use super::{PACKAGE_LIMIT, UpdateError, Version};
use crate::hex::Hash;
use serde::{Deserialize, Serialize};

/// The value of [`UpdateManifest::text_type`]: every signed text opens with its type.
pub const UPDATE_TYPE: &str = "chidao update manifest";
/// The reader version of this crate: it reads updates whose `reader` is at most this.
pub const UPDATE_READER: u32 = 1;
/// Most bytes of what is new, in each language.
const NEWS_LIMIT: usize = 16 << 10;

/// `update.json`. Members that a reader does not know are ignored: what it must know raises `reader`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateManifest {
    /// Always [`UPDATE_TYPE`].
    #[serde(rename = "type")]
    pub text_type: String,
    /// Least reader version that may open the file.
    pub reader: u32,
    /// Version of the program in the package.
    pub version: Version,
    /// What it runs on: system and processor, such as `windows-x86_64`.
    pub platform: String,
    /// How it is installed: `installer`, `portable` or `deb`.
    pub kind: String,
    /// Name of the package.
    pub file: String,
    /// Its bytes.
    pub size: u64,
    /// Their BLAKE3.
    pub blake3: Hash,
    /// The program in the package opens databases of this version and later ones.
    pub least_store: u32,
    /// The version of databases that it writes.
    pub store: u32,
    /// When it was made, RFC 3339 at +07:00.
    pub at: String,
    /// What is new, in words for the people who use it.
    pub news: News,
}

/// What is new, in two languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// What can be read of a manifest of any version.
#[derive(Deserialize)]
struct Opening {
    #[serde(rename = "type")]
    text_type: String,
    reader: u32,
}

impl UpdateManifest {
    /// Reads the bytes of `update.json` and judges what stands in it.
    ///
    /// # Errors
    /// [`UpdateError::NotAnUpdate`] for a text of another type, [`UpdateError::TooNew`], [`UpdateError::Malformed`],
    /// [`UpdateError::TooBig`].
    pub fn from_bytes(bytes: &[u8]) -> Result<UpdateManifest, UpdateError> {
        let malformed = |error: serde_json::Error| UpdateError::malformed(format!("manifest: {error}"));
        let opening: Opening = serde_json::from_slice(bytes).map_err(malformed)?;
        if opening.text_type != UPDATE_TYPE {
            return Err(UpdateError::NotAnUpdate);
        }
        if opening.reader > UPDATE_READER {
            return Err(UpdateError::TooNew { reader: opening.reader });
        }
        let manifest: UpdateManifest = serde_json::from_slice(bytes).map_err(malformed)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// What the signature's trusted comment must be, so that stock minisign shows what was signed.
    #[must_use]
    pub fn comment(&self) -> String {
        format!(
            "chidao update {} {} {} {}",
            self.version, self.platform, self.kind, self.blake3
        )
    }

    /// Name of the update file that carries it.
    #[must_use]
    pub fn file_name(&self) -> String {
        let UpdateManifest {
            version,
            platform,
            kind,
            ..
        } = self;
        format!("so-chi-dao-{version}-{platform}-{kind}.{}", super::ENDING)
    }

    /// Whether everything in it is as the format demands.
    ///
    /// # Errors
    /// [`UpdateError::Malformed`]; [`UpdateError::TooBig`].
    pub(super) fn check(&self) -> Result<(), UpdateError> {
        for (what, text) in [("platform", &self.platform), ("kind", &self.kind)] {
            if !is_word(text) {
                return Err(UpdateError::malformed(format!("manifest: {what}")));
            }
        }
        if !is_file_name(&self.file) {
            return Err(UpdateError::malformed("manifest: file"));
        }
        if self.size > PACKAGE_LIMIT {
            return Err(UpdateError::TooBig {
                what: "package",
                allowed: PACKAGE_LIMIT,
            });
        }
        let readable = |text: &String| {
            let controls = text.chars().any(|c| c.is_control() && c != '\n');
            text.len() <= NEWS_LIMIT && !controls
        };
        if !readable(&self.news.vi) || !readable(&self.news.en) || self.at.len() > 64 {
            return Err(UpdateError::malformed("manifest: news"));
        }
        if self.least_store > self.store {
            return Err(UpdateError::malformed("manifest: store"));
        }
        Ok(())
    }
}

fn is_word(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    (1..=40).contains(&text.len()) && text.bytes().all(plain)
}

/// A plain name that every file system takes as it is, and that leads nowhere else.
fn is_file_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._+-".contains(&b);
    let taken = name == super::file::MANIFEST_NAME || name == super::file::SIGNATURE_NAME;
    (1..=90).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(plain) && !taken
}

//! Making an update file: for the maker of the program, who holds the secret key.

use crate::AppError;
use crate::api::UpdateRow;
use chidao_bundle::Hash;
use chidao_bundle::keys::SigningKey;
use chidao_bundle::update::{self, News, UpdateManifest, Version};
use chidao_ledger::store::STORE_VERSION;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// What an update file is to say.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The package.
    pub package: &'a Path,
    /// The text of the maker's secret key, as minisign writes it without a password.
    pub key: &'a str,
    /// Version of the program in the package.
    pub version: &'a str,
    /// System and processor.
    pub platform: &'a str,
    /// `installer`, `portable` or `deb`.
    pub kind: &'a str,
    /// The oldest database that it opens.
    pub least_store: u32,
    /// What is new, in Vietnamese.
    pub news_vi: &'a str,
    /// What is new, in English.
    pub news_en: &'a str,
    /// When it is made, RFC 3339 at +07:00.
    pub at: &'a str,
}

/// Writes an update file into a folder, under the name that tells what it is; answers where, and what it says. One that
/// is there already is not replaced.
///
/// # Errors
/// `bad_value` for a version or a kind that is none; `update_key_unusable`; `file_unreadable`; `file_exists`;
/// `file_not_written`; those of the format.
pub fn pack(asked: &Asked<'_>, folder: &Path) -> Result<(PathBuf, UpdateRow), AppError> {
    let bad = |field: &str, value: &str| AppError::new("bad_value").with("field", field).with("value", value);
    let version: Version = asked.version.parse().map_err(|_| bad("version", asked.version))?;
    if !["installer", "portable", "deb"].contains(&asked.kind) {
        return Err(bad("kind", asked.kind));
    }
    let key = SigningKey::from_stock_text(asked.key).map_err(|_| AppError::new("update_key_unusable"))?;
    let unreadable =
        |error: std::io::Error| AppError::of_writing("file_unreadable", &error).with("name", asked.package.display());
    let mut package = File::open(asked.package).map_err(unreadable)?;
    let manifest = UpdateManifest {
        text_type: update::UPDATE_TYPE.to_owned(),
        reader: update::UPDATE_READER,
        version,
        platform: asked.platform.to_owned(),
        kind: asked.kind.to_owned(),
        file: asked
            .package
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        size: 0,
        blake3: Hash::of(b""),
        least_store: asked.least_store,
        store: u32::try_from(STORE_VERSION).map_err(|error| AppError::internal("store", &error))?,
        at: asked.at.to_owned(),
        news: News {
            vi: asked.news_vi.to_owned(),
            en: asked.news_en.to_owned(),
        },
    };
    let place = folder.join(manifest.file_name());
    if place.exists() {
        return Err(AppError::new("file_exists").with("path", place.display()));
    }
    let mut part = place.clone().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = write(&part, manifest, &mut package, &key).and_then(|manifest| {
        crate::vault::put_in_place(&part, &place)?;
        Ok(manifest)
    });
    let manifest = written.inspect_err(|_| {
        let _ = std::fs::remove_file(&part);
    })?;
    let failed = |error: std::io::Error| AppError::of_writing("file_not_written", &error).retryable();
    let mut hasher = blake3::Hasher::new();
    let size = std::io::copy(&mut File::open(&place).map_err(failed)?, &mut hasher).map_err(failed)?;
    let row = UpdateRow {
        id: hasher.finalize().to_hex().to_string(),
        version: manifest.version.to_string(),
        platform: manifest.platform,
        kind: manifest.kind,
        size,
        made_at: manifest.at,
        news_vi: manifest.news.vi,
        news_en: manifest.news.en,
        brought_by: String::new(),
        brought_at: String::new(),
        unfit: None,
        carried_on: false,
    };
    Ok((place, row))
}

fn write(
    part: &Path,
    manifest: UpdateManifest,
    package: &mut File,
    key: &SigningKey,
) -> Result<UpdateManifest, AppError> {
    let failed = |error: std::io::Error| AppError::of_writing("file_not_written", &error).retryable();
    let mut out = BufWriter::new(File::create(part).map_err(failed)?);
    let manifest = update::pack(&mut out, manifest, package, key)?;
    out.flush().map_err(failed)?;
    out.get_ref().sync_all().map_err(failed)?;
    Ok(manifest)
}

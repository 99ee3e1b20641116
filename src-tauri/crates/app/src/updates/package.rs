//! Laying an update ready beside the program: the package is taken out of its file, and the former program is copied.

use super::plan::{self, INSTALLED};
use super::shelf::Shelved;
use crate::AppError;
use crate::api::WorkStep;
use crate::home::App;
use crate::work::Watch;
use chidao_bundle::update;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Most files of a portable program.
const FILES: usize = 64;
/// Most bytes of all of them together, unpacked.
const UNPACKED: u64 = 768 << 20;

/// What is laid ready.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Laid {
    /// Files that are there now and will be replaced.
    pub files: Vec<String>,
    /// Files that are new.
    pub added: Vec<String>,
}

fn failed(error: io::Error) -> AppError {
    AppError::of_writing("file_not_written", &error).retryable()
}

fn malformed(what: &str) -> AppError {
    AppError::new("update_malformed").with("detail", what)
}

impl App {
    /// Takes the package out and copies the former program. What lay ready before is removed.
    ///
    /// # Errors
    /// `update_program_unwritable` where this account may not write into the program's folder; those of the update file.
    pub(super) fn lay_ready(&self, shelved: &Shelved, watch: &mut Watch<'_>) -> Result<Laid, AppError> {
        let coming = plan::coming(&self.home);
        if coming.exists() {
            fs::remove_dir_all(&coming).map_err(failed)?;
        }
        let (new, former) = (plan::new_files(&self.home), plan::former_files(&self.home));
        fs::create_dir_all(&new).map_err(failed)?;
        fs::create_dir_all(&former).map_err(failed)?;
        let program = &self.installation.folder;
        writable(program)?;
        let package = self.take_out(shelved, &new, watch)?;
        let names = match shelved.head.manifest.kind.as_str() {
            "portable" => {
                let names = unpack(&package, &new)?;
                fs::remove_file(&package).map_err(failed)?;
                names
            }
            _ => INSTALLED.map(str::to_owned).to_vec(),
        };
        let (files, added): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| program.join(name).is_file());
        for name in &files {
            fs::copy(program.join(name), former.join(name)).map_err(failed)?;
            File::options()
                .write(true)
                .open(former.join(name))
                .and_then(|file| file.sync_all())
                .map_err(failed)?;
        }
        crate::vault::sync_folder(&former);
        Ok(Laid { files, added })
    }

    /// Takes the package of an update out into a folder, verified once more; answers where it is.
    pub(super) fn take_out(
        &self,
        shelved: &Shelved,
        into: &Path,
        watch: &mut Watch<'_>,
    ) -> Result<std::path::PathBuf, AppError> {
        let manifest = &shelved.head.manifest;
        let place = into.join(&manifest.file);
        let mut input =
            File::open(&shelved.path).map_err(|_| AppError::new("update_unknown").with("update", &shelved.id))?;
        let mut out = File::create(&place).map_err(failed)?;
        let total = manifest.size;
        let mut told = |done| watch.step(WorkStep::Verifying, done, total);
        let taken = update::read(&mut input, self.update_key()?, &mut out, &mut told)
            .map_err(AppError::from)
            .and_then(|_| out.sync_all().map_err(failed));
        taken.inspect_err(|_| {
            let _ = fs::remove_file(&place);
        })?;
        Ok(place)
    }
}

/// Whether this account may put programs there.
fn writable(folder: &Path) -> Result<(), AppError> {
    let unwritable =
        |error: io::Error| AppError::of_writing("update_program_unwritable", &error).with("folder", folder.display());
    let probe = folder.join("so-chi-dao.probe.part");
    File::create(&probe).map_err(unwritable)?;
    fs::remove_file(&probe).map_err(unwritable)
}

/// Unpacks the zip of a portable program; answers the names of its files. Only plain files, in one folder or none, and no
/// more than the limits, whatever the zip says of itself.
fn unpack(package: &Path, into: &Path) -> Result<Vec<String>, AppError> {
    let bad = |error: zip::result::ZipError| malformed(&format!("zip: {error}"));
    let file = File::open(package).map_err(failed)?;
    let mut archive = zip::ZipArchive::new(io::BufReader::new(file)).map_err(bad)?;
    let mut names = Vec::new();
    let mut left = UNPACKED;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(bad)?;
        if entry.is_dir() {
            continue;
        }
        let path = entry.name().map_err(bad)?.into_owned();
        let (folder, name) = path.rsplit_once('/').unwrap_or(("so-chi-dao", &path));
        let is_plain = plain(folder) && plain(name) && entry.is_file() && !entry.is_symlink();
        let name = name.to_owned();
        // By this file a program knows that it is carried about: that is the machine's affair, not the update's.
        if is_plain && name == "portable.txt" {
            continue;
        }
        if !is_plain || names.contains(&name) || names.len() >= FILES {
            return Err(malformed(&format!("zip: {path:?}")));
        }
        let place = into.join(&name);
        let mut out = File::create_new(&place).map_err(failed)?;
        let written = io::copy(&mut (&mut entry).take(left + 1), &mut out)
            .map_err(|error| malformed(&format!("zip: {error}")))?;
        left = left.checked_sub(written).ok_or_else(|| malformed("zip: too large"))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = entry.unix_mode().unwrap_or(0o755) & 0o777;
            out.set_permissions(fs::Permissions::from_mode(mode | 0o600))
                .map_err(failed)?;
        }
        out.sync_all().map_err(failed)?;
        names.push(name);
    }
    crate::vault::sync_folder(into);
    let program = format!("chidao{}", std::env::consts::EXE_SUFFIX);
    match names.contains(&program) {
        true => Ok(names),
        false => Err(malformed("zip: no program")),
    }
}

fn plain(name: &str) -> bool {
    let safe = |c: char| !c.is_control() && !"\\/:*?\"<>|".contains(c);
    (1..=100).contains(&name.len()) && !name.starts_with('.') && name.chars().all(safe) && !name.ends_with(".part")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    fn zipped(folder: &Path, files: &[(&str, &[u8])]) -> std::path::PathBuf {
        let path = folder.join("p.zip");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        for (name, bytes) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        path
    }

    fn program() -> String {
        format!("chidao{}", std::env::consts::EXE_SUFFIX)
    }

    #[test]
    fn a_portable_program_is_its_plain_files_without_the_word_that_it_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let in_folder = format!("so-chi-dao/{}", program());
        let zip = zipped(
            folder.path(),
            &[
                (&in_folder, b"new"),
                ("so-chi-dao/portable.txt", b"x"),
                ("so-chi-dao/a.dll", b"d"),
            ],
        );
        let into = folder.path().join("new");
        fs::create_dir(&into).unwrap();
        assert_eq!(unpack(&zip, &into).unwrap(), [program(), "a.dll".to_owned()]);
        assert_eq!(fs::read(into.join(program())).unwrap(), b"new");
        assert!(!into.join("portable.txt").exists());
    }

    #[test]
    fn a_zip_that_leads_elsewhere_is_refused() {
        let program = program();
        for wrong in ["../evil", "a/b/c", "/passwd", "a/..", "x\\y", "con:"] {
            let folder = tempfile::tempdir().unwrap();
            let zip = zipped(folder.path(), &[(&program, b"new"), (wrong, b"x")]);
            let into = folder.path().join("new");
            fs::create_dir(&into).unwrap();
            let unpacked = unpack(&zip, &into);
            assert_eq!(unpacked.unwrap_err().code, "update_malformed", "{wrong}");
            assert!(!folder.path().join("evil").exists());
        }
        let folder = tempfile::tempdir().unwrap();
        let zip = zipped(folder.path(), &[("readme.txt", b"x")]);
        assert_eq!(unpack(&zip, folder.path()).unwrap_err().code, "update_malformed");
    }
}

//! Files onto a stick, so that it can be pulled out: all or none, flushed, read back.

use crate::api::{StickRow, StickSave, StickSaved, Sticks};
use crate::home::{App, unpoisoned};
use crate::{AppError, patience};
use chidao_mailbox::{Stick, Unfit, sticks};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

const MEGABYTE: u64 = 1_000_000;

/// Names what is plugged in now.
pub(crate) struct Plugged(Mutex<Box<dyn Fn() -> Vec<Stick> + Send>>);

impl Default for Plugged {
    fn default() -> Plugged {
        Plugged(Mutex::new(Box::new(sticks::plugged_in)))
    }
}

impl Plugged {
    fn all(&self) -> Vec<Stick> {
        unpoisoned(&self.0)()
    }

    fn find(&self, name: &str) -> Option<Stick> {
        self.all().into_iter().find(|stick| named(stick) == name)
    }
}

fn named(stick: &Stick) -> String {
    stick.root.display().to_string()
}

/// A name that nothing at this place has: `so0003.chidao`, `so0003 (2).chidao`.
fn free_name(folder: &Path, name: &str) -> PathBuf {
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    let mut path = folder.join(name);
    let mut n = 2_u64;
    while path.exists() {
        path = folder.join(format!("{stem} ({n}){ending}"));
        n += 1;
    }
    path
}

impl App {
    /// The same application, asking `sticks` instead of the system what is plugged in.
    #[must_use]
    pub fn with_sticks(self, sticks: impl Fn() -> Vec<Stick> + Send + 'static) -> App {
        *unpoisoned(&self.plugged.0) = Box::new(sticks);
        self
    }

    pub(crate) fn do_sticks(&self) -> Result<Sticks, AppError> {
        let rows = self.plugged.all().into_iter().map(|stick| StickRow {
            stick: named(&stick),
            largest_file: stick.largest_file(),
            label: stick.label,
            file_system: stick.file_system,
            free: stick.free,
            total: stick.total,
            read_only: stick.read_only,
        });
        Ok(Sticks { sticks: rows.collect() })
    }

    /// # Errors
    /// Before anything is written: `stick_gone`; `disk_read_only`; `stick_file_too_big`; `stick_full`. Afterwards also
    /// those of [`App::save_file`], and nothing of this call is left on the stick, unless it is gone.
    pub(crate) fn do_stick_save(&self, request: &StickSave) -> Result<StickSaved, AppError> {
        let gone = |label: &str| AppError::new("stick_gone").with("stick", label).retryable();
        let stick = self.plugged.find(&request.stick).ok_or_else(|| gone(&request.stick))?;
        let waiting = request
            .files
            .iter()
            .map(|token| self.file(token))
            .collect::<Result<Vec<_>, _>>()?;
        let sizes: Vec<u64> = waiting.iter().map(|file| file.size).collect();
        let full = |needed: u64, free: u64| {
            AppError::new("stick_full")
                .with("stick", &stick.label)
                .with("needed", needed.div_ceil(MEGABYTE))
                .with("free", free / MEGABYTE)
                .retryable()
        };
        stick.takes(&sizes).map_err(|unfit| match unfit {
            Unfit::ReadOnly => AppError::new("disk_read_only").retryable(),
            Unfit::TooLarge(index) => AppError::new("stick_file_too_big")
                .with("stick", &stick.label)
                .with("name", waiting.get(index).map_or("", |file| &file.name)),
            Unfit::NoRoom { needed } => full(needed, stick.free),
        })?;
        let mut paths: Vec<PathBuf> = Vec::new();
        for file in &waiting {
            let path = free_name(&stick.root, &file.name);
            if let Err(error) = self.save_file(&file.file, &path) {
                for path in &paths {
                    let _ = patience::insist(|| fs::remove_file(path));
                }
                return Err(match self.plugged.find(&request.stick) {
                    None => gone(&stick.label),
                    // Somebody else has written there meanwhile.
                    Some(now) if error.code == "disk_full" => full(sizes.iter().sum(), now.free),
                    Some(_) => error,
                });
            }
            paths.push(path);
        }
        // Pulled out at the last moment: what the system has taken may never have arrived.
        if self.plugged.find(&request.stick).is_none() {
            return Err(gone(&stick.label));
        }
        Ok(StickSaved {
            label: stick.label,
            paths: paths.iter().map(|path| path.display().to_string()).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_lies_there_keeps_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let name = |wanted: &str| free_name(folder.path(), wanted).file_name().unwrap().to_owned();
        assert_eq!(name("so0003.chidao"), "so0003.chidao");
        fs::write(folder.path().join("so0003.chidao"), "").unwrap();
        assert_eq!(name("so0003.chidao"), "so0003 (2).chidao");
        fs::write(folder.path().join("so0003 (2).chidao"), "").unwrap();
        assert_eq!(name("so0003.chidao"), "so0003 (3).chidao");
        fs::write(folder.path().join(".khoa"), "").unwrap();
        assert_eq!(name(".khoa"), ".khoa (2)");
    }
}

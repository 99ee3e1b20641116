//! Sticks: what is plugged in, how much of it is free, and what it can take.

use crate::mounts;
use std::path::PathBuf;
use sysinfo::{DiskRefreshKind, Disks};

/// The most that one file may have where FAT is the file system, in bytes: its sizes are 32-bit numbers.
const FAT_FILE: u64 = u32::MAX as u64;

/// What a file takes beside its bytes, at most: the rest of its last cluster, and its place in the folder. The largest
/// clusters that Windows formats sticks with have 64 KiB.
const BESIDE: u64 = 128 * 1024;

/// A stick, or another drive that a person can pull out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stick {
    /// Where it begins: `E:\`, `/media/mai/USB VP`.
    pub root: PathBuf,
    /// Its label; where it has none, its letter.
    pub label: String,
    /// As the system names it: `FAT32`, `exFAT`, `NTFS`, `vfat`.
    pub file_system: String,
    /// Bytes that are free.
    pub free: u64,
    /// Bytes altogether.
    pub total: u64,
    /// Nothing can be written: its lock is on, or it is worn out.
    pub read_only: bool,
}

/// Why a stick cannot take files. Found out before anything is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Nothing can be written on it.
    ReadOnly,
    /// This one of the files, counted from nought, is larger than its file system can hold.
    TooLarge(usize),
    /// All of them together need more bytes than are free.
    NoRoom {
        /// Bytes that are needed.
        needed: u64,
    },
}

impl Stick {
    /// The most that one file may have on it, in bytes; nothing where a bundle never comes near the limit.
    #[must_use]
    pub fn largest_file(&self) -> Option<u64> {
        let fat = ["fat", "fat12", "fat16", "fat32", "vfat", "msdos"];
        fat.iter()
            .any(|name| self.file_system.eq_ignore_ascii_case(name))
            .then_some(FAT_FILE)
    }

    /// Whether it can take files of these sizes, in bytes.
    ///
    /// # Errors
    /// The first reason why not.
    pub fn takes(&self, sizes: &[u64]) -> Result<(), Unfit> {
        if self.read_only {
            return Err(Unfit::ReadOnly);
        }
        let limit = self.largest_file().unwrap_or(u64::MAX);
        if let Some(index) = sizes.iter().position(|size| *size > limit) {
            return Err(Unfit::TooLarge(index));
        }
        let needed = sizes
            .iter()
            .fold(0_u64, |sum, size| sum.saturating_add(*size).saturating_add(BESIDE));
        match needed > self.free {
            true => Err(Unfit::NoRoom { needed }),
            false => Ok(()),
        }
    }
}

/// The sticks that the system knows of now, by label.
#[must_use]
pub fn plugged_in() -> Vec<Stick> {
    let disks = Disks::new_with_refreshed_list_specifics(DiskRefreshKind::nothing().with_storage());
    let mut all: Vec<Stick> = disks
        .list()
        .iter()
        .filter(|disk| disk.is_removable() || mounts::is_plugged(disk.mount_point()))
        .map(|disk| {
            let root = disk.mount_point().to_owned();
            // Elsewhere the system tells the device's name here, and mounts it in a folder named like the label.
            let label = match cfg!(windows) {
                true => Some(disk.name().to_string_lossy().trim().to_owned()),
                false => root.file_name().map(|name| name.to_string_lossy().into_owned()),
            };
            let letter = || root.display().to_string().trim_end_matches('\\').to_owned();
            Stick {
                label: label.filter(|label| !label.is_empty()).unwrap_or_else(letter),
                file_system: disk.file_system().to_string_lossy().into_owned(),
                free: disk.available_space(),
                total: disk.total_space(),
                read_only: disk.is_read_only(),
                root,
            }
        })
        // A reader of cards tells of its empty slots too.
        .filter(|stick| stick.total > 0)
        .collect();
    all.sort_by(|a, b| (&a.label, &a.root).cmp(&(&b.label, &b.root)));
    all.dedup_by(|a, b| a.root == b.root);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stick(file_system: &str, free: u64) -> Stick {
        Stick {
            root: "/media/mai/USB".into(),
            label: "USB".into(),
            file_system: file_system.into(),
            free,
            total: 8 << 30,
            read_only: false,
        }
    }

    #[test]
    fn fat_takes_no_file_of_four_gigabytes_under_any_of_its_names() {
        for name in ["FAT32", "FAT", "vfat", "msdos"] {
            let stick = stick(name, 7 << 30);
            assert_eq!(stick.largest_file(), Some(4_294_967_295), "{name}");
            assert_eq!(stick.takes(&[1, 1 << 32]), Err(Unfit::TooLarge(1)), "{name}");
            assert_eq!(stick.takes(&[(1 << 32) - 1]), Ok(()), "{name}");
        }
        for name in ["exFAT", "NTFS", "ext4"] {
            assert_eq!(stick(name, 7 << 30).takes(&[1 << 32]), Ok(()), "{name}");
        }
    }

    #[test]
    fn room_is_asked_for_all_files_together_with_their_last_clusters() {
        let stick = stick("exFAT", 1_000_000);
        assert_eq!(stick.takes(&[300_000, 300_000]), Ok(()));
        let needed = 800_000 + 2 * BESIDE;
        assert_eq!(stick.takes(&[400_000, 400_000]), Err(Unfit::NoRoom { needed }));
        assert_eq!(
            stick.takes(&[u64::MAX, u64::MAX]),
            Err(Unfit::NoRoom { needed: u64::MAX })
        );
    }

    #[test]
    fn a_locked_stick_takes_nothing() {
        let locked = Stick {
            read_only: true,
            ..stick("FAT32", 1 << 30)
        };
        assert_eq!(locked.takes(&[]), Err(Unfit::ReadOnly));
    }

    #[test]
    fn asking_the_system_answers_only_what_can_be_pulled_out() {
        for stick in plugged_in() {
            assert!(stick.root != std::path::Path::new("/"), "{stick:?}");
            assert!(!stick.label.is_empty() && stick.total > 0, "{stick:?}");
        }
    }
}

//! Where sticks and shares appear on this machine.

use std::path::{Path, PathBuf};

/// Folders below which systems of the Unix kind put what is plugged in.
const PLUGGED: [&str; 4] = ["/media/", "/run/media/", "/mnt/", "/Volumes/"];

/// The folders at which something is mounted now that a person may have plugged in: drive letters on Windows, mounts
/// elsewhere. `table` reads the system's table of mounts (`/proc/self/mounts`), or nothing where there is none; `is_there`
/// says whether a folder exists; `inside` lists a folder.
pub fn roots(
    table: impl Fn() -> Option<String>,
    is_there: impl Fn(&Path) -> bool,
    inside: impl Fn(&Path) -> Vec<PathBuf>,
) -> Vec<PathBuf> {
    if cfg!(windows) {
        return ('A'..='Z')
            .map(|letter| PathBuf::from(format!("{letter}:\\")))
            .filter(|root| is_there(root))
            .collect();
    }
    match table() {
        Some(table) => of_table(&table),
        // macOS keeps no table, but one folder.
        None => inside(Path::new("/Volumes")),
    }
}

/// Whether something mounted at this folder is one that a person may have plugged in.
pub(crate) fn is_plugged(folder: &Path) -> bool {
    let folder = folder.to_string_lossy();
    PLUGGED.iter().any(|place| folder.starts_with(place))
}

/// The mounts of a table that were plugged in.
fn of_table(table: &str) -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> = table
        .lines()
        .filter_map(|line| line.split(' ').nth(1))
        .map(unescape)
        .map(PathBuf::from)
        .filter(|path| is_plugged(path))
        .collect();
    roots.sort();
    roots.dedup();
    roots
}

/// The table writes spaces and the like as three octal digits after a backslash.
fn unescape(field: &str) -> String {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after
            .get(..3)
            .filter(|_| *first == b'\\')
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        match code {
            Some(code) => {
                bytes.push(code);
                rest = &after[3..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A folder's way from the root that it lies under, by which it is found again when that root has another name.
#[must_use]
pub fn below(folder: &Path, roots: &[PathBuf]) -> Option<PathBuf> {
    roots
        .iter()
        .filter_map(|root| folder.strip_prefix(root).ok())
        // The deepest root: mounts lie within mounts.
        .min_by_key(|rest| rest.components().count())
        .map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "/dev/sda1 / ext4 rw 0 0\n\
        proc /proc proc rw 0 0\n\
        /dev/sdb1 /media/mai/USB\\040VP vfat rw 0 0\n\
        //nas/chung /mnt/chung cifs rw 0 0\n\
        broken\n\
        /dev/sdc1 /run/media/mai/TH\\303\\201NG\\0406 exfat ro 0 0\n";

    #[test]
    fn what_is_plugged_in_is_found_under_its_real_name() {
        let found = of_table(TABLE);
        let wanted = ["/media/mai/USB VP", "/mnt/chung", "/run/media/mai/THÁNG 6"];
        assert_eq!(found, wanted.map(PathBuf::from));
        assert_eq!(unescape("\\04"), "\\04");
        assert_eq!(unescape("a\\"), "a\\");
    }

    #[cfg(not(windows))]
    #[test]
    fn without_a_table_one_folder_is_looked_into() {
        let volumes = roots(|| None, |_| true, |folder| vec![folder.join("USB")]);
        assert_eq!(volumes, [PathBuf::from("/Volumes/USB")]);
    }

    #[test]
    fn a_folder_is_known_by_its_way_from_the_deepest_root() {
        let roots = ["/mnt", "/mnt/chung", "/media/mai/USB"].map(PathBuf::from);
        let below = |path: &str| below(Path::new(path), &roots);
        assert_eq!(below("/mnt/chung/hộp thư"), Some("hộp thư".into()));
        assert_eq!(below("/media/mai/USB"), Some("".into()));
        assert_eq!(below("/srv/hop-thu"), None);
    }
}

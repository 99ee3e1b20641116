//! The file that marks a folder as a mailbox, so that a stick is known again under another letter, and so that nobody
//! writes to the empty folder in which an absent stick would appear.

use crate::error::MailboxError;
use crate::limits;
use crate::patience::Insist;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

/// The marker's name.
pub const NAME: &str = "hop-thu.so-chi-dao.json";
/// What the marker says it is.
const TYPE: &str = "so-chi-dao mailbox";
/// For a person who wonders what this folder is.
const ABOUT: &str = "Hộp thư của Sổ Chỉ Đạo: xin đừng xoá, đừng đổi tên tệp. / A mailbox of Sổ Chỉ Đạo: please remove or rename nothing.";

/// What the marker holds. Members of a later version are passed over.
#[derive(Serialize, Deserialize)]
struct Marker {
    #[serde(rename = "type")]
    text_type: String,
    v: u32,
    id: MarkerId,
    #[serde(default)]
    about: String,
}

/// The identity of a mailbox folder: 32 lower-case hexadecimal digits, drawn when it was first marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MarkerId(String);

impl MarkerId {
    /// From bytes drawn for it.
    #[must_use]
    pub fn new(random: [u8; 16]) -> Self {
        Self(random.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// The identity of the mailbox in a folder; none where there is no folder, no marker, or another file in its place.
#[must_use]
pub fn read(folder: &Path) -> Option<MarkerId> {
    let mut text = String::new();
    let file = fs::File::open(folder.join(NAME)).ok()?;
    file.take(limits::MARKER).read_to_string(&mut text).ok()?;
    let marker: Marker = serde_json::from_str(&text).ok()?;
    (marker.text_type == TYPE).then_some(marker.id)
}

/// Marks a folder, if it is not marked already: whoever comes first gives the identity, the others take it over.
///
/// # Errors
/// [`MailboxError::NotThere`] if the folder does not exist; [`MailboxError::Taken`] if a file of the marker's name is
/// something else; [`MailboxError::ReadOnly`], [`MailboxError::Full`], [`MailboxError::Denied`].
pub fn make(folder: &Path, fresh: MarkerId, insist: Insist) -> Result<MarkerId, MailboxError> {
    if !folder.is_dir() {
        return Err(MailboxError::NotThere);
    }
    if let Some(there) = read(folder) {
        return Ok(there);
    }
    let marker = Marker {
        text_type: TYPE.to_owned(),
        v: 1,
        id: fresh,
        about: ABOUT.to_owned(),
    };
    let text = serde_json::to_string_pretty(&marker).map_err(|error| MailboxError::Io(io::Error::other(error)))?;
    // Written beside, so that the other side never reads half of it.
    let part = folder.join(format!("{NAME}.{}.part", marker.id.0));
    let written = fs::File::create(&part)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| insist(&mut || settle(&part, &folder.join(NAME))));
    // Its name has to outlive a power cut: the other side remembers what it says.
    if let Ok(folder) = fs::File::open(folder) {
        // Windows and some shares cannot flush a folder; there the rename must be enough.
        let _ = folder.sync_all();
    }
    let removed = insist(&mut || fs::remove_file(&part));
    match written {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => {
            drop(removed);
            return Err(error.into());
        }
    }
    read(folder).ok_or_else(|| MailboxError::Taken(NAME.to_owned()))
}

/// Gives the file its name unless another has it: by a second link where the file system knows them, else by renaming.
fn settle(part: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(part, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => match fs::symlink_metadata(path) {
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => fs::rename(part, path),
        },
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::once;

    #[test]
    fn the_first_marks_and_the_second_takes_over() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (MarkerId::new([1; 16]), MarkerId::new([2; 16]));
        assert_eq!(read(folder.path()), None);
        assert_eq!(make(folder.path(), first.clone(), once).unwrap(), first);
        assert_eq!(make(folder.path(), second, once).unwrap(), first);
        assert_eq!(read(folder.path()), Some(first));
        let names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, [NAME], "nothing else is left");
    }

    #[test]
    fn a_file_of_that_name_that_is_something_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(NAME), r#"{"type":"another","v":1,"id":"x"}"#).unwrap();
        let refused = make(folder.path(), MarkerId::new([1; 16]), once);
        assert!(matches!(refused, Err(MailboxError::Taken(_))));
        let text = fs::read_to_string(folder.path().join(NAME)).unwrap();
        assert!(text.contains("another"));
        assert!(matches!(
            make(&folder.path().join("không có"), MarkerId::new([1; 16]), once),
            Err(MailboxError::NotThere)
        ));
    }
}

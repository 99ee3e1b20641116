//! A mailbox in a folder: what every mailbox must do, and what happens to sticks.

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

mod contract;

use chidao_mailbox::folder::FolderAddress;
use chidao_mailbox::marker::{self, MarkerId};
use chidao_mailbox::{Folder, MailboxError, Place, once, unwatched};
use contract::{Trial, bytes, file, got, name, names};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::{fs, io};

fn everything(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut all: Vec<String> = names.filter(|name| name != marker::NAME).collect();
    all.sort();
    all
}

fn made(folder: &Path) -> (Folder, FolderAddress) {
    Folder::make(folder, &[], MarkerId::new([1; 16]), once).unwrap()
}

#[test]
fn a_folder_keeps_the_agreement() {
    let stick = tempfile::tempdir().unwrap();
    let (folder, _) = made(stick.path());
    Trial {
        place: &folder,
        plant: &|name, bytes| match fs::write(stick.path().join(name), bytes) {
            // What Windows lets nobody write cannot lie there.
            Err(error) if cfg!(windows) && error.kind() == std::io::ErrorKind::InvalidFilename => {}
            written => written.unwrap(),
        },
        in_parts: true,
        everything: &|| everything(stick.path()),
    }
    .run();
}

thread_local! {
    /// The file that [`let_go`] holds.
    static HELD: RefCell<PathBuf> = RefCell::default();
}

/// Lets the first try fail, as if another program had the file.
fn let_go(act: &mut dyn FnMut() -> io::Result<()>) -> io::Result<()> {
    let file = HELD.with_borrow(PathBuf::clone);
    let held = file.with_extension("held");
    fs::rename(&file, &held)?;
    assert_eq!(act().unwrap_err().kind(), io::ErrorKind::NotFound);
    fs::rename(&held, &file)?;
    act()
}

#[test]
fn a_file_that_another_program_holds_gets_its_name_once_it_is_let_go_of() {
    let stick = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let (_, address) = made(stick.path());
    let (one, from) = (name(1, 1), file(elsewhere.path(), 10));

    let held_for_good = |_: &mut dyn FnMut() -> io::Result<()>| Err(io::ErrorKind::PermissionDenied.into());
    let (folder, _) = Folder::find(&address, &[], held_for_good).unwrap();
    assert!(matches!(
        folder.put(&one, &from, &mut unwatched),
        Err(MailboxError::Denied)
    ));
    let (folder, _) = Folder::find(&address, &[], let_go).unwrap();
    HELD.set(stick.path().join(one.part()));
    folder.put(&one, &from, &mut unwatched).unwrap();
    assert_eq!(everything(stick.path()), [one.to_string()]);
}

#[test]
fn a_stick_is_found_under_another_letter_and_no_other_in_its_place_elsewhere() {
    let machine = tempfile::tempdir().unwrap();
    let roots: Vec<PathBuf> = ["E", "F", "G"]
        .iter()
        .map(|letter| machine.path().join(letter))
        .collect();
    for root in &roots {
        fs::create_dir_all(root.join("Hộp thư")).unwrap();
    }
    let (folder, address) = Folder::make(&roots[0].join("Hộp thư"), &roots, MarkerId::new([1; 16]), once).unwrap();
    assert_eq!(address.below.as_deref(), Some(Path::new("Hộp thư")));
    Folder::make(&roots[1].join("Hộp thư"), &roots, MarkerId::new([2; 16]), once).unwrap();

    // Pulled out: an empty folder stands where it was, and another stick under F.
    fs::rename(&roots[0], machine.path().join("túi")).unwrap();
    fs::create_dir_all(roots[0].join("Hộp thư")).unwrap();
    assert!(matches!(
        Folder::find(&address, &roots, once),
        Err(MailboxError::NotThere)
    ));
    assert!(matches!(folder.list(&mut unwatched), Err(MailboxError::NotThere)));
    let here = file(machine.path(), 10);
    let put = folder.put(&name(1, 1), &here, &mut unwatched);
    assert!(matches!(put, Err(MailboxError::NotThere)), "{put:?}");
    assert_eq!(
        everything(folder.path()),
        [""; 0],
        "nothing is written where no stick is"
    );
    assert!(matches!(
        folder.holds(&name(1, 1), &mut unwatched),
        Err(MailboxError::NotThere)
    ));
    assert!(matches!(got(&folder, &name(1, 1)), Err(MailboxError::NotThere)));

    // Plugged in again, as G.
    fs::remove_dir_all(&roots[2]).unwrap();
    fs::rename(machine.path().join("túi"), &roots[2]).unwrap();
    let (again, moved) = Folder::find(&address, &roots, once).unwrap();
    assert_eq!(again.path(), roots[2].join("Hộp thư"));
    assert_eq!((moved.id, moved.below), (address.id, address.below));
}

#[test]
fn a_file_that_is_still_being_copied_is_seen_and_grows() {
    let stick = tempfile::tempdir().unwrap();
    let (folder, _) = made(stick.path());
    let (name, whole) = (name(1, 1), bytes(500_000));
    fs::write(stick.path().join(name.to_string()), &whole[..200_000]).unwrap();
    let half = folder.list(&mut unwatched).unwrap()[0];
    assert_eq!(half.size, 200_000);
    assert_eq!(
        got(&folder, &name).unwrap(),
        whole[..200_000],
        "whether it is whole, its reader sees"
    );
    fs::write(stick.path().join(name.to_string()), &whole).unwrap();
    assert_eq!(folder.list(&mut unwatched).unwrap()[0].size, 500_000);
}

#[test]
fn two_who_write_at_once_do_not_disturb_each_other() {
    let stick = tempfile::tempdir().unwrap();
    let source = tempfile::tempdir().unwrap();
    let path = file(source.path(), 700_000);
    let (folder, _) = made(stick.path());
    std::thread::scope(|scope| {
        for tag in [1, 2] {
            let (folder, path) = (&folder, &path);
            scope.spawn(move || {
                for random in 0..20 {
                    folder.put(&name(tag, random), path, &mut unwatched).unwrap();
                }
            });
        }
    });
    assert_eq!(names(&folder).len(), 40);
    for random in 0..20 {
        assert!(got(&folder, &name(2, random)).unwrap() == bytes(700_000));
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_no_file_of_ours() {
    let stick = tempfile::tempdir().unwrap();
    let (folder, _) = made(stick.path());
    let name = name(1, 1);
    std::os::unix::fs::symlink("/etc/hostname", stick.path().join(name.to_string())).unwrap();
    assert_eq!(names(&folder), []);
    assert!(matches!(got(&folder, &name), Err(MailboxError::Gone(_))));
    assert!(!folder.holds(&name, &mut unwatched).unwrap());
    fs::create_dir(stick.path().join(contract::name(1, 2).to_string())).unwrap();
    assert_eq!(names(&folder), []);
}

#[test]
fn a_path_that_depends_on_where_the_program_runs_is_no_address() {
    let refused = Folder::make(Path::new("USB"), &[], MarkerId::new([1; 16]), once);
    assert!(matches!(refused, Err(MailboxError::BadAddress(_))));
}

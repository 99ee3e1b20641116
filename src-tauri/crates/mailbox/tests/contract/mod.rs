//! What every kind of mailbox must do, asked of each alike.

use chidao_mailbox::{Item, MailboxError, Name, Place, Progress, Tag, unwatched};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// A place under trial.
pub(crate) struct Trial<'a> {
    /// The place, empty.
    pub(crate) place: &'a dyn Place,
    /// Puts bytes under any name, as a stranger would.
    pub(crate) plant: &'a dyn Fn(&str, &[u8]),
    /// Whether a file has another name until it is whole; else it appears at once.
    pub(crate) in_parts: bool,
    /// Names everything that lies there, whoever it belongs to.
    pub(crate) everything: &'a dyn Fn() -> Vec<String>,
}

pub(crate) fn name(tag: u8, random: u8) -> Name {
    Name::new(Tag([tag; 16]), [random; 16])
}

/// Bytes that repeat nowhere within a step of copying.
pub(crate) fn bytes(count: usize) -> Vec<u8> {
    (0..count as u64).map(|i| (i.wrapping_mul(i) >> 7) as u8).collect()
}

pub(crate) fn file(folder: &Path, count: usize) -> PathBuf {
    let path = folder.join(format!("{count}.chidao"));
    std::fs::write(&path, bytes(count)).unwrap();
    path
}

pub(crate) fn names(place: &dyn Place) -> Vec<Name> {
    place
        .list(&mut unwatched)
        .unwrap()
        .iter()
        .map(|item| item.name)
        .collect()
}

pub(crate) fn got(place: &dyn Place, name: &Name) -> Result<Vec<u8>, MailboxError> {
    let mut all = Vec::new();
    let count = place.get(name, &mut all, &mut unwatched)?;
    assert_eq!(count, all.len() as u64);
    Ok(all)
}

impl Trial<'_> {
    pub(crate) fn run(&self) {
        self.puts_lists_gets_removes();
        self.passes_strangers_over();
        self.writes_a_name_once();
        self.stops_when_asked();
        self.clears_what_a_crash_left();
    }

    fn puts_lists_gets_removes(&self) {
        let here = tempfile::tempdir().unwrap();
        assert_eq!(names(self.place), []);
        for (i, size) in [(1, 0), (2, 1), (3, 300_001), (4, 3_000_000)] {
            let name = name(9, i);
            assert!(!self.place.holds(&name, &mut unwatched).unwrap());
            self.place.put(&name, &file(here.path(), size), &mut unwatched).unwrap();
            assert!(self.place.holds(&name, &mut unwatched).unwrap());
            assert!(
                got(self.place, &name).unwrap() == bytes(size),
                "{size} bytes come back as they went"
            );
        }
        let mut sizes: Vec<u64> = self
            .place
            .list(&mut unwatched)
            .unwrap()
            .iter()
            .map(|item: &Item| item.size)
            .collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [0, 1, 300_001, 3_000_000]);
        assert_eq!(
            (self.everything)().len(),
            4,
            "nothing is left beside: {:?}",
            (self.everything)()
        );
        for i in 1..=4 {
            self.place.remove(&name(9, i), &mut unwatched).unwrap();
        }
        self.place.remove(&name(9, 1), &mut unwatched).unwrap();
        assert_eq!(names(self.place), []);
        let missing = got(self.place, &name(9, 1));
        assert!(matches!(missing, Err(MailboxError::Gone(_))), "{missing:?}");
    }

    fn passes_strangers_over(&self) {
        let ours = name(7, 1);
        let strange = [
            "đọc tôi.txt".to_owned(),
            "H02-15_H02_2017-06-23T1630_so0003.chidao".to_owned(),
            ours.part(),
            ours.to_string().replace(".chidao", " (1).chidao"),
            // Windows knows no file names with angle brackets.
            if cfg!(windows) {
                "&'%20#.chidao"
            } else {
                "&<>'%20#.chidao"
            }
            .to_owned(),
        ];
        for name in &strange {
            (self.plant)(name, b"not ours");
        }
        (self.plant)(&ours.to_string(), b"a name of ours, whatever it holds");
        assert_eq!(names(self.place), [ours]);
        self.place.remove(&ours, &mut unwatched).unwrap();
        assert_eq!(names(self.place), []);
        let left = (self.everything)();
        for name in &strange {
            assert!(left.contains(name), "{name} was touched: {left:?}");
        }
    }

    fn writes_a_name_once(&self) {
        let here = tempfile::tempdir().unwrap();
        let name = name(6, 1);
        self.place
            .put(&name, &file(here.path(), 1_000), &mut unwatched)
            .unwrap();
        let second = self.place.put(&name, &file(here.path(), 2_000), &mut unwatched);
        assert!(matches!(second, Err(MailboxError::Taken(_))), "{second:?}");
        assert_eq!(got(self.place, &name).unwrap().len(), 1_000, "the first stands");
        self.place.remove(&name, &mut unwatched).unwrap();
    }

    fn stops_when_asked(&self) {
        let here = tempfile::tempdir().unwrap();
        let (path, name) = (file(here.path(), 3_000_000), name(5, 1));
        let before = (self.everything)().len();
        let mut told = Vec::new();
        let mut stop_half_way = |progress: Progress| {
            told.push(progress.done);
            match progress.done {
                0..1_000_000 => ControlFlow::Continue(()),
                _ => ControlFlow::Break(()),
            }
        };
        let stopped = self.place.put(&name, &path, &mut stop_half_way);
        assert!(matches!(stopped, Err(MailboxError::Cancelled)), "{stopped:?}");
        assert!(told.is_sorted() && told.len() > 2, "{told:?}");
        assert_eq!((self.everything)().len(), before, "nothing is left of it");
        self.place.put(&name, &path, &mut unwatched).unwrap();
        let mut out = Counting(0);
        let stopped = self.place.get(&name, &mut out, &mut |progress| match progress.done {
            0..1_000_000 => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        });
        assert!(matches!(stopped, Err(MailboxError::Cancelled)), "{stopped:?}");
        assert!(out.0 < 3_000_000, "it stopped before the end");
        let stopped = self.place.list(&mut |_| ControlFlow::Break(()));
        assert!(matches!(stopped, Err(MailboxError::Cancelled)), "{stopped:?}");
        self.place.remove(&name, &mut unwatched).unwrap();
    }

    fn clears_what_a_crash_left(&self) {
        let name = name(4, 1);
        let before = (self.everything)();
        if self.in_parts {
            (self.plant)(&name.part(), b"half");
        }
        self.place.clear(&name, &mut unwatched).unwrap();
        assert_eq!((self.everything)(), before);
        (self.plant)(&name.to_string(), b"named, but never read back");
        self.place.clear(&name, &mut unwatched).unwrap();
        self.place.clear(&name, &mut unwatched).unwrap();
        assert_eq!((self.everything)(), before);
    }
}

struct Counting(u64);

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

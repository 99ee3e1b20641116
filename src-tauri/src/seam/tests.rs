//! The commands' work, without a window: an application of two shelves and a person who answers from a list.

use super::*;
use serde_json::json;
use std::io::{Read, Write};
use std::sync::Mutex;

#[derive(Default)]
struct Shelf(Mutex<Vec<(String, Vec<u8>)>>);

fn ready(number: usize, name: &str, size: usize) -> ReadyFile {
    ReadyFile {
        file: format!("f{number}"),
        name: name.into(),
        size: size as u64,
        media_type: String::new(),
    }
}

impl Host for Shelf {
    fn call(&self, request: &Value) -> Result<Value, AppError> {
        Ok(json!({ "echo": request }))
    }

    fn stage(&self, name: &str, bytes: &mut dyn Read) -> Result<ReadyFile, AppError> {
        let mut files = self.0.lock().unwrap();
        let mut whole = Vec::new();
        bytes.read_to_end(&mut whole).unwrap();
        files.push((name.to_owned(), whole));
        Ok(ready(files.len() - 1, name, files[files.len() - 1].1.len()))
    }

    fn file(&self, token: &str) -> Result<ReadyFile, AppError> {
        let files = self.0.lock().unwrap();
        let at = (0..files.len()).find(|at| format!("f{at}") == token);
        at.map(|at| ready(at, &files[at].0, files[at].1.len()))
            .ok_or_else(|| AppError::new("file_gone"))
    }

    fn read_file(&self, token: &str, out: &mut dyn Write) -> Result<u64, AppError> {
        let at = token[1..].parse::<usize>().unwrap();
        out.write_all(&self.0.lock().unwrap()[at].1).unwrap();
        Ok(0)
    }

    fn on_progress(&self, _: Box<dyn Fn(Progress) + Send + Sync>) {}

    fn stop_work(&self) {}

    fn save_file(&self, token: &str, path: &Path) -> Result<(), AppError> {
        if path.exists() {
            return Err(AppError::new("file_exists"));
        }
        let mut bytes = Vec::new();
        self.read_file(token, &mut bytes)?;
        std::fs::write(path, bytes).map_err(|_| AppError::new("file_not_written"))
    }
}

struct Person {
    chooses: Vec<PathBuf>,
    saves_in: Option<PathBuf>,
}

impl Dialogs for Person {
    fn pick(&self, _kind: PickKind, _language: Language) -> Vec<PathBuf> {
        self.chooses.clone()
    }

    fn place_to_save(&self, name: &str, _language: Language) -> Option<PathBuf> {
        self.saves_in.as_ref().map(|folder| folder.join(name))
    }

    fn place(&self, _kind: PlaceKind, _language: Language) -> Option<PathBuf> {
        self.chooses.first().cloned()
    }
}

const NOBODY: Person = Person {
    chooses: Vec::new(),
    saves_in: None,
};

#[test]
fn chosen_files_come_in_whole_and_named() {
    let (shelf, folder) = (Shelf::default(), tempfile::tempdir().unwrap());
    let photo = folder.path().join("Ảnh hồ Sông Sỏi.jpg");
    std::fs::write(&photo, [1, 2, 3]).unwrap();
    let person = Person {
        chooses: vec![photo],
        saves_in: None,
    };
    let taken = pick(&shelf, &person, PickKind::Attachments, Language::Vi, &|_| {}).unwrap();
    assert_eq!(
        (taken.len(), taken[0].name.as_str(), taken[0].size),
        (1, "Ảnh hồ Sông Sỏi.jpg", 3)
    );
    assert_eq!(shown_bytes(&shelf, "f0").unwrap(), [1, 2, 3]);
    assert_eq!(
        pick(&shelf, &NOBODY, PickKind::Bundle, Language::Vi, &|_| {})
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn a_chosen_place_is_told_by_its_path() {
    let person = Person {
        chooses: vec!["/media/USB/Hộp thư".into()],
        saves_in: None,
    };
    let told = |person| place(person, PlaceKind::Folder, Language::Vi).unwrap();
    assert_eq!(told(&person).as_deref(), Some("/media/USB/Hộp thư"));
    assert_eq!(told(&NOBODY), None);
}

#[cfg(unix)]
#[test]
fn a_place_whose_path_is_no_text_is_refused_and_not_told_as_another() {
    use std::os::unix::ffi::OsStringExt;
    let person = Person {
        chooses: vec![std::ffi::OsString::from_vec(b"/media/USB/H\xd4p th\xad".to_vec()).into()],
        saves_in: None,
    };
    let refused = place(&person, PlaceKind::Folder, Language::Vi).unwrap_err();
    assert_eq!(refused.code, "file_unreadable");
}

#[test]
fn taking_in_a_large_file_is_told_step_by_step() {
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("gói.chidao");
    let size = STEP * 2 + 5;
    std::fs::write(&large, vec![7; usize::try_from(size).unwrap()]).unwrap();
    let person = Person {
        chooses: vec![large],
        saves_in: None,
    };
    let told = Mutex::new(Vec::new());
    let tell = |progress: Progress| {
        told.lock()
            .unwrap()
            .push((progress.name, progress.done, progress.total))
    };
    pick(&Shelf::default(), &person, PickKind::Bundle, Language::Vi, &tell).unwrap();
    let told = told.into_inner().unwrap();
    assert_eq!(told.last(), Some(&("gói.chidao".to_owned(), size, size)));
    assert!(
        told.len() >= 2 && told.len() <= 3 && told.is_sorted_by_key(|step| step.1),
        "{told:?}"
    );
}

#[test]
fn whoever_watches_hears_of_the_applications_long_work() {
    let home = tempfile::tempdir().unwrap();
    let app = crate::host::open(crate::host::Opening {
        home: home.path(),
        clock: crate::edges::Clock::of_the_demonstration(),
        machine: "máy thử".to_owned(),
    })
    .unwrap();
    let started = json!({"do": "first_start", "with": {"edition": "unit", "unit_name": "UBND huyện Yên Thế",
        "unit_code": "H02.15", "person_name": "Hoàng Thị Mai", "person_title": "", "passphrase": "đồng lúa chín"}});
    app.call(&started).unwrap();
    let seam = Seam::new(app, Box::new(NOBODY));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heard);
    let channel = Channel::new(move |body| {
        kept.lock().unwrap().push(body.deserialize::<Progress>().unwrap());
        Ok(())
    });
    *seam.watching.lock().unwrap() = Some(channel);
    seam.host.call(&json!({"do": "check", "work": "w1"})).unwrap();
    let heard = heard.lock().unwrap();
    assert!(!heard.is_empty() && heard.iter().all(|progress| progress.work == "w1"));
    assert_eq!(heard[0].step, WorkStep::Replaying);
}

#[test]
fn a_chosen_file_that_cannot_be_read_is_told_by_name() {
    let person = Person {
        chooses: vec!["/không/có/ảnh.jpg".into()],
        saves_in: None,
    };
    let error = pick(&Shelf::default(), &person, PickKind::Attachments, Language::Vi, &|_| {}).unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.params["name"].as_str()),
        ("file_unreadable", "ảnh.jpg")
    );
}

#[test]
fn saving_puts_the_file_where_the_person_says_or_nowhere() {
    let (shelf, folder) = (Shelf::default(), tempfile::tempdir().unwrap());
    shelf.stage("Gói 1.chidao", &mut &b"moi"[..]).unwrap();
    assert_eq!(save(&shelf, &NOBODY, "f0", Language::En).unwrap(), None);
    let person = Person {
        chooses: Vec::new(),
        saves_in: Some(folder.path().to_owned()),
    };
    let path = folder.path().join("Gói 1.chidao");
    assert_eq!(
        save(&shelf, &person, "f0", Language::En).unwrap(),
        Some(Saved { path: path.clone() })
    );
    assert_eq!(std::fs::read(path).unwrap(), b"moi");
    assert_eq!(save(&shelf, &person, "f9", Language::En).unwrap_err().code, "file_gone");
}

#[test]
fn what_stands_there_is_replaced_whole_or_kept() {
    let (shelf, folder) = (Shelf::default(), tempfile::tempdir().unwrap());
    shelf.stage("Gói 1.chidao", &mut &b"moi"[..]).unwrap();
    let person = Person {
        chooses: Vec::new(),
        saves_in: Some(folder.path().to_owned()),
    };
    let path = folder.path().join("Gói 1.chidao");
    std::fs::write(&path, "cu").unwrap();
    save(&shelf, &person, "f0", Language::Vi).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"moi");

    // A folder of that name cannot be replaced: it stays, and nothing lies beside it.
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert_eq!(
        save(&shelf, &person, "f0", Language::Vi).unwrap_err().code,
        "file_not_written"
    );
    assert!(path.is_dir());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_too_big_to_show_is_refused_before_it_is_read() {
    struct Huge;
    impl Host for Huge {
        fn call(&self, _: &Value) -> Result<Value, AppError> {
            Ok(Value::Null)
        }
        fn stage(&self, _: &str, _: &mut dyn Read) -> Result<ReadyFile, AppError> {
            Err(AppError::new("not_asked"))
        }
        fn file(&self, _: &str) -> Result<ReadyFile, AppError> {
            Ok(ReadyFile {
                size: SHOWN_LIMIT + 1,
                ..ready(0, "phim.mp4", 0)
            })
        }
        fn read_file(&self, _: &str, _: &mut dyn Write) -> Result<u64, AppError> {
            Err(AppError::new("read"))
        }
        fn on_progress(&self, _: Box<dyn Fn(Progress) + Send + Sync>) {}
        fn stop_work(&self) {}
        fn save_file(&self, _: &str, _: &Path) -> Result<(), AppError> {
            Err(AppError::new("not_asked"))
        }
    }
    let error = shown_bytes(&Huge, "f0").unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.params["limit"].as_str()),
        ("file_too_big_to_show", "67108864")
    );
}

#[test]
fn a_name_survives_the_header() {
    let read = |text: &str| uploaded_name(Some(text));
    assert_eq!(read("a.csv").unwrap(), "a.csv");
    assert_eq!(read("%E1%BA%A2nh%20h%E1%BB%93.jpg").unwrap(), "Ảnh hồ.jpg");
    for wrong in ["", "%", "%4", "%zz", "%+1", "%ff", "a%"] {
        assert_eq!(read(wrong).unwrap_err().code, "bad_request", "{wrong}");
    }
    assert_eq!(uploaded_name(None).unwrap_err().code, "bad_request");
}

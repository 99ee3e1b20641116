//! A province and two of its units on 23 June 2017, each with a home of its own.

use age::secrecy::SecretString;
use chidao_app::api::*;
use chidao_app::{App, AppError, Edges};
use chrono::DateTime;
use serde::Deserialize;
use std::io::Read;
use std::path::Path;
use std::sync::Mutex;

/// Opens every home here.
pub const PASSPHRASE: &str = "mật khẩu thử";

/// Edges whose clock stands at one moment, and whose chance comes from a counter.
pub fn edges(seed: u64) -> Edges {
    let counter = Mutex::new(0_u64);
    Edges {
        now: Box::new(|| DateTime::parse_from_rfc3339("2017-06-23T15:00:00+07:00").unwrap()),
        random: Box::new(move |bytes| {
            for piece in bytes.chunks_mut(32) {
                let mut counter = counter.lock().unwrap();
                *counter += 1;
                let hash = blake3::hash(&[seed.to_le_bytes(), counter.to_le_bytes()].concat());
                piece.copy_from_slice(&hash.as_bytes()[..piece.len()]);
            }
        }),
        machine: "may-thu".into(),
    }
}

/// What a vault holds: an attacker who has an honest machine in his hands has these.
#[derive(Clone, Debug, Deserialize)]
pub struct Keys {
    /// age identity.
    pub age: String,
    /// minisign secret key of the device.
    pub signing: String,
    /// minisign secret key of the unit's root.
    pub root: String,
}

/// The keys in a home's vault.
pub fn keys_of(home: &Path) -> Keys {
    let files = std::fs::read_dir(home.join("vault"))
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut people = files.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("person-"));
    let file = std::fs::read(people.next().unwrap()).unwrap();
    let identity = age::scrypt::Identity::new(SecretString::from(PASSPHRASE.to_owned()));
    let one = std::iter::once(&identity as &dyn age::Identity);
    let mut text = Vec::new();
    age::Decryptor::new(&file[..])
        .unwrap()
        .decrypt(one)
        .unwrap()
        .read_to_end(&mut text)
        .unwrap();
    serde_json::from_slice(&text).unwrap()
}

/// One office's machine.
pub struct Desk {
    /// Its home.
    pub home: tempfile::TempDir,
    /// The program.
    pub app: App,
    /// What its vault holds.
    pub keys: Keys,
    /// The units that it shares a channel with; the empty one is its own.
    pub channels: Vec<&'static str>,
}

/// What no refused bundle may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    digests: Vec<Digests>,
    /// Feeds, entries, changes, blobs.
    counts: (u32, u64, u64, u32),
    troubles: Vec<String>,
    staged: Vec<String>,
}

impl Desk {
    /// A home that was started for the first time.
    pub fn new(seed: u64, edition: Edition, unit: &str, code: &str) -> Desk {
        let home = tempfile::tempdir().unwrap();
        let app = App::open(home.path(), edges(seed)).unwrap();
        app.first_start(FirstStart {
            edition,
            unit_name: unit.into(),
            unit_code: code.into(),
            person_name: "Trần Thị Hạnh".into(),
            person_title: "Chuyên viên".into(),
            device_name: "Máy văn thư".into(),
            passphrase: PASSPHRASE.into(),
            keep_recovery: false,
        })
        .unwrap();
        // What a refused bundle leaves in the home is measured here; a backup beside it is tested where backups are.
        app.backup_keeping(BackupKeeping {
            before_import: 0,
            ..BackupKeeping::default()
        })
        .unwrap();
        Desk {
            keys: keys_of(home.path()),
            home,
            app,
            channels: vec![""],
        }
    }

    /// Hands bytes to the program.
    pub fn handed(&self, name: &str, mut bytes: &[u8]) -> FileRef {
        FileRef {
            file: self.app.stage(name, &mut bytes).unwrap().file,
        }
    }

    /// Takes a bundle in, or tells why not.
    pub fn import(&self, name: &str, bytes: &[u8]) -> Result<BundleReport, AppError> {
        self.app.bundle_import(self.handed(name, bytes))
    }

    /// The bytes of a file that the program made.
    pub fn bytes(&self, file: &ReadyFile) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.app.read_file(&file.file, &mut bytes).unwrap();
        bytes
    }

    /// A bundle for a unit, or for the parent.
    pub fn bundle(&self, to: &str) -> Vec<u8> {
        let made = self.app.bundle_export(BundleTo { to: to.into() }).unwrap();
        self.bytes(&made.file)
    }

    /// What stands in the ledger and lies in staging.
    pub fn stand(&self) -> Stand {
        let check = self.app.check(Nothing {}).unwrap();
        Stand {
            digests: self.digests(),
            counts: (check.feeds, check.entries, check.changes, check.blobs),
            troubles: check.troubles,
            staged: staged(self.home.path()),
        }
    }

    /// Both digests of every channel.
    pub fn digests(&self) -> Vec<Digests> {
        let of = |channel: &&str| DigestOf {
            channel: (*channel).into(),
        };
        self.channels
            .iter()
            .map(|channel| self.app.digest(of(channel)).unwrap())
            .collect()
    }

    /// The journal's newest line, and how many there are.
    pub fn journal(&self) -> (Option<BundleLine>, usize) {
        let lines = self.app.bundles(Nothing {}).unwrap().lines;
        let count = lines.len();
        (lines.into_iter().next(), count)
    }

    /// A bundle is refused with this code: one line in the journal tells it, the digests are as they were, and no file of
    /// it is left in staging.
    #[track_caller]
    pub fn refuses(&self, name: &str, bytes: &[u8], codes: &[&str]) -> AppError {
        let (before, digests, files) = (self.journal().1, self.digests(), staged(self.home.path()));
        let error = match self.import(name, bytes) {
            Err(error) => error,
            Ok(report) => panic!("{name} was taken in: {report:?}"),
        };
        assert!(
            codes.contains(&error.code.as_str()),
            "{name}: {error}, not one of {codes:?}"
        );
        let (newest, after) = self.journal();
        let newest = newest.unwrap();
        // The journal shows its last thousand.
        assert!(after == before + 1 || after == 1000, "{name}: lines in the journal");
        assert_eq!(
            (newest.outcome, newest.file_name.as_str()),
            (BundleOutcome::Refused, name)
        );
        assert_eq!(newest.refusal.as_deref(), Some(error.code.as_str()), "{name}");
        assert_eq!(self.digests(), digests, "{name}");
        assert_eq!(staged(self.home.path()), files, "{name}");
        error
    }
}

/// Everything that lies in a home's staging, but the lock of the run.
fn staged(home: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![home.join("staging")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("lock") {
                files.push(path.display().to_string());
            }
        }
    }
    files.sort();
    files
}

/// A province with two enrolled units, and a bundle of the first that the province has not seen.
pub struct Offices {
    /// The province.
    pub province: Desk,
    /// UBND huyện Yên Thế.
    pub unit: Desk,
    /// UBND huyện Lục Ngạn.
    pub other: Desk,
    /// From the unit to the province: a task more, a report, and a photo.
    pub bundle: Vec<u8>,
    /// The bundle before it, which the province has taken in.
    pub earlier: Vec<u8>,
    /// From the other unit to the province, not taken in.
    pub others: Vec<u8>,
}

/// A photo of sorts.
pub const PHOTO: &[u8] = b"\xff\xd8\xff\xe0 bia tham muu, ho Song Soi";

impl Default for Offices {
    fn default() -> Self {
        Offices::new()
    }
}

impl Offices {
    /// The three, enrolled.
    pub fn new() -> Offices {
        let mut province = Desk::new(1, Edition::Province, "UBND tỉnh Bắc Giang", "H02");
        let mut unit = Desk::new(2, Edition::Unit, "UBND huyện Yên Thế", "H02.15");
        let mut other = Desk::new(3, Edition::Unit, "UBND huyện Lục Ngạn", "H02.20");
        for child in [&unit, &other] {
            let request = child.app.enrol_request(Nothing {}).unwrap();
            let request = province.handed(&request.name, &child.bytes(&request));
            let approved = province.app.enrol_approve(request).unwrap();
            let answer = province.bytes(&approved.bundle);
            assert!(child.import("tra-loi.chidao", &answer).unwrap().enrolled);
            let code = ConfirmCode { code: approved.code };
            child.app.enrol_confirm(code.clone()).unwrap();
            province.app.enrol_confirm(code).unwrap();
        }
        province.channels = vec!["", "H02.15", "H02.20"];
        unit.channels = vec!["", "H02"];
        other.channels = vec!["", "H02"];
        take_in(&unit, "NV01", "Kiểm tra hồ Sông Sỏi");
        take_in(&other, "NV01", "Rà soát diện tích vải thiều");
        let earlier = unit.bundle("");
        province.import("truoc.chidao", &earlier).unwrap();
        // The unit knows what has arrived, and sends only what is new.
        unit.import("dap.chidao", &province.bundle("H02.15")).unwrap();
        let others = other.bundle("");
        take_in(&unit, "NV02", "Lập biên bản bàn giao");
        report(&unit, "NV01", "Đã kiểm tra xong 3 đập phụ");
        let bundle = unit.bundle("");
        Offices {
            province,
            unit,
            other,
            bundle,
            earlier,
            others,
        }
    }
}

/// A task from a list of one.
pub fn take_in(desk: &Desk, code: &str, title: &str) {
    let list = format!("Mã,Nội dung nhiệm vụ,Thời hạn\n{code},{title},30/06/2017\n");
    let file = desk.handed("danh-sach.csv", list.as_bytes()).file;
    let taken = TakeIn {
        file,
        sheet: None,
        mapping: None,
        unit: None,
    };
    desk.app.tasks_take_in(taken).unwrap();
}

/// A report of progress with a photo.
pub fn report(desk: &Desk, task: &str, note: &str) {
    let photo = desk.handed("anh.jpg", PHOTO).file;
    let report = ReportAdd {
        task: task.into(),
        percent: Some(60),
        note: note.into(),
        files: vec![photo],
        ..ReportAdd::default()
    };
    desk.app.report_add(report).unwrap();
}

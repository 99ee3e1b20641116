//! An office with its own home, worked by the real program.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

/// The afternoon of the inspection.
pub(crate) const AFTERNOON: &str = "2017-06-23T14:00:00+07:00";
pub(crate) const PASSPHRASE: &str = "đồng lúa chín vàng";

pub(crate) const PROVINCE: &str = "H02";
pub(crate) const DISTRICT: &str = "H02.15";

/// The program of an office: that which `CHIDAO_BIN_H02_15` names for the office H02.15, so that the offices of one story
/// can work on different systems; else the one that is built here.
fn program_of(code: &str) -> PathBuf {
    let told = std::env::var_os(format!("CHIDAO_BIN_{}", code.replace('.', "_")));
    told.map_or_else(|| built().to_owned(), PathBuf::from)
}

/// The program, built as it stands: with the same selection of packages as the tests, so that nothing is built twice.
pub(crate) fn built() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("chidao"))
}

/// Builds a program of this house as it stands; answers where it lies.
pub(crate) fn build(name: &str) -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--workspace", "--bin", name, "--message-format", "json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "{name} does not build");
    let text = String::from_utf8(output.stdout).unwrap();
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut programs = messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    programs
        .rfind(|path| path.file_stem().is_some_and(|stem| stem == name))
        .unwrap()
}

/// One office.
#[derive(Clone)]
pub(crate) struct Office {
    pub(crate) home: PathBuf,
    pub(crate) code: &'static str,
    pub(crate) now: &'static str,
}

impl Office {
    /// Starts an office in a folder.
    pub(crate) fn start(folder: &Path, edition: &str, name: &str, code: &'static str, person: [&str; 2]) -> Office {
        Office::start_and_print(folder, edition, name, code, person).0
    }

    /// The same, with the recovery key that is printed once.
    fn start_and_print(
        folder: &Path,
        edition: &str,
        name: &str,
        code: &'static str,
        person: [&str; 2],
    ) -> (Office, String) {
        let office = Office {
            home: folder.join(code),
            code,
            now: AFTERNOON,
        };
        let started = office.json(&[
            "init",
            "--edition",
            edition,
            "--unit",
            name,
            "--code",
            code,
            "--person",
            person[0],
            "--title",
            person[1],
        ]);
        let key = started["recovery_key"].as_str().unwrap();
        assert!(key.starts_with("AGE-SECRET-KEY-1"));
        (office, key.to_owned())
    }

    /// The province's office.
    pub(crate) fn province(folder: &Path) -> Office {
        let head = ["Nguyễn Đức Đăng", "Chánh Văn phòng UBND tỉnh"];
        Office::start(folder, "province", "Văn phòng UBND tỉnh Bắc Giang", PROVINCE, head)
    }

    /// The district's office.
    pub(crate) fn district(folder: &Path) -> Office {
        Office::district_and_key(folder).0
    }

    /// The same, with the recovery key that is printed once.
    pub(crate) fn district_and_key(folder: &Path) -> (Office, String) {
        let clerk = ["Hoàng Thị Mai", "Chuyên viên Văn phòng HĐND và UBND huyện"];
        Office::start_and_print(folder, "unit", "UBND huyện Yên Thế", DISTRICT, clerk)
    }

    /// The same office by another clock.
    pub(crate) fn at(&self, now: &'static str) -> Office {
        Office { now, ..self.clone() }
    }

    /// The folder for temporary files that the program is told of: its own, so that one can look what it leaves there.
    pub(crate) fn temporary(&self) -> PathBuf {
        let folder = self.home.with_file_name(format!("{}-tmp", self.code));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program_of(self.code));
        for name in ["TMPDIR", "TMP", "TEMP", "SQLITE_TMPDIR"] {
            command.env(name, self.temporary());
        }
        command
            .arg("--home")
            .arg(&self.home)
            .args(words)
            .env("CHIDAO_NOW", self.now)
            .env("CHIDAO_PASSPHRASE", PASSPHRASE)
            .stdin(Stdio::null());
        command
    }

    fn output(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Does something and gives the JSON that it answers.
    pub(crate) fn json(&self, words: &[&str]) -> Value {
        let output = self.output(&[words, &["--json"]].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {said}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Does something and gives the text that a person reads.
    pub(crate) fn text(&self, words: &[&str]) -> String {
        let output = self.output(words);
        assert!(
            output.status.success(),
            "{words:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Is refused something, and gives the JSON on stderr.
    pub(crate) fn refused(&self, words: &[&str]) -> Value {
        let output = self.output(&[words, &["--json"]].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?} was not refused: {said}");
        assert!(output.stdout.is_empty(), "a refusal answers nothing");
        let told: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
        assert!(
            told["message"].as_str().is_some_and(|message| message.ends_with('.')),
            "{said}"
        );
        told
    }

    /// Starts something and leaves it running.
    pub(crate) fn begin(&self, words: &[&str]) -> Child {
        self.command(words)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Exports a bundle to another office.
    pub(crate) fn export(&self, to: &Office, folder: &Path) -> PathBuf {
        let made = self.json(&["bundle", "export", "--to", to.code, "--out", text(folder)]);
        lies_at(&made["path"])
    }

    /// Takes in a bundle.
    pub(crate) fn import(&self, bundle: &Path) -> Value {
        self.json(&["bundle", "import", text(bundle)])
    }

    /// What two sides compare: the digests of their common channel.
    pub(crate) fn digest(&self, with: &Office) -> Value {
        self.json(&["digest", "--channel", with.code])
    }

    /// Nothing disagrees with the entries.
    pub(crate) fn is_whole(&self) {
        let checked = self.json(&["check"]);
        assert_eq!(checked["ok"], true, "{checked}");
    }

    /// Reports progress with a note.
    pub(crate) fn report(&self, task: &str, percent: u8, note: &str) -> Value {
        self.json(&[
            "task",
            "report",
            task,
            "--percent",
            &percent.to_string(),
            "--note",
            note,
        ])
    }

    pub(crate) fn task(&self, code: &str) -> Value {
        self.json(&["task", "show", code])
    }

    /// The column of a list of tasks.
    pub(crate) fn codes(&self, words: &[&str]) -> Vec<String> {
        let page = self.json(&[&["tasks"], words].concat());
        page["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["code"].as_str().unwrap().to_owned())
            .collect()
    }
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Two offices that know each other.
pub(crate) struct Pair {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) province: Office,
    pub(crate) district: Office,
}

impl Pair {
    /// Enrolled with each other, and nothing else.
    pub(crate) fn enrolled() -> Pair {
        Pair::enrolled_and_key().0
    }

    /// The same, with the recovery key of the district.
    pub(crate) fn enrolled_and_key() -> (Pair, String) {
        let folder = tempfile::tempdir().unwrap();
        let province = Office::province(folder.path());
        let (district, key) = Office::district_and_key(folder.path());
        enrol(&province, &district, folder.path());
        let pair = Pair {
            folder,
            province,
            district,
        };
        (pair, key)
    }

    /// With the 41 tasks of the province's list on both sides.
    pub(crate) fn with_the_41() -> Pair {
        Pair::enrolled().given_the_41()
    }

    /// Gives both sides the 41 tasks of the province's list.
    pub(crate) fn given_the_41(self) -> Pair {
        let pair = self;
        let list = crate::samples::csv(pair.folder.path());
        pair.province
            .json(&["import", "tasks", text(&list), "--unit", DISTRICT]);
        pair.down();
        pair
    }

    /// A folder for bundles: a USB stick.
    pub(crate) fn stick(&self) -> PathBuf {
        self.folder.path().join("USB")
    }

    /// A bundle from the province to the district.
    pub(crate) fn down(&self) -> Value {
        self.district
            .import(&self.province.export(&self.district, &self.stick()))
    }

    /// A bundle from the district to the province.
    pub(crate) fn up(&self) -> Value {
        self.province
            .import(&self.district.export(&self.province, &self.stick()))
    }

    /// Both sides hold the same.
    pub(crate) fn agree(&self) {
        assert_eq!(
            self.province.digest(&self.district),
            self.district.digest(&self.province)
        );
        self.province.is_whole();
        self.district.is_whole();
    }
}

/// Where a file lies that a program tells of, which may be one for another system.
pub(crate) fn lies_at(told: &Value) -> PathBuf {
    let path = told.as_str().unwrap();
    PathBuf::from(if cfg!(windows) {
        path.to_owned()
    } else {
        path.replace('\\', "/")
    })
}

/// Enrols a unit with its parent: request, approval, the code read out by both.
pub(crate) fn enrol(parent: &Office, unit: &Office, folder: &Path) {
    let request = folder.join(format!("{}.chidao-request", unit.code));
    unit.json(&["enrol", "request", "--out", text(&request)]);
    let looked = parent.json(&["enrol", "look", text(&request)]);
    let approved = parent.json(&["enrol", "approve", text(&request), "--out", text(&folder.join("USB"))]);
    assert_eq!(looked["code"], approved["code"]);
    let answered = unit.import(&lies_at(&approved["path"]));
    assert_eq!(
        (&answered["enrolled"], &answered["unverified"]),
        (&true.into(), &true.into())
    );
    assert_eq!(unit.refused(&["enrol", "confirm", "1234 5678"])["code"], "wrong_code");
    let read_out = unit.json(&["session"])["enrolment_code"].as_str().unwrap().to_owned();
    assert_eq!(approved["code"], *read_out);
    for side in [parent, unit] {
        side.json(&["enrol", "confirm", &read_out]);
    }
    assert_eq!(unit.json(&["session"])["enrolment"], "confirmed");
}

//! A province and a district with what they were told, and what must still be there afterwards.

use crate::Answer;
use crate::office::Office;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// How everything begins that is typed here: found in plain on the disk, it is a leak.
pub const MARK: &str = "dấu-kín-";

/// The tasks that both have.
const THE_41: &str = include_str!("the_41.csv");

/// What each side said of a task: its reports and its history.
type Told = HashMap<(Side, String), (Value, String)>;

/// The province is 0, the district 1.
pub type Side = usize;

/// Something that was written, or may have been.
#[derive(Clone, Debug)]
pub struct Written {
    /// By whom.
    pub side: Side,
    /// In which task it is found; none for a list of tasks.
    pub task: Option<String>,
    /// The words by which it is found.
    pub mark: String,
    /// Attachments, or rows of the list.
    pub parts: usize,
    /// The program answered that it is written, or it was seen.
    pub stands: bool,
}

/// Two offices that know each other, with a stick and a mailbox between them.
#[derive(Debug)]
pub struct World {
    /// Province and district.
    pub offices: [Office; 2],
    /// All of it lies here.
    pub folder: PathBuf,
    /// Bundles on the stick that each side may take in.
    pub bundles: [BTreeSet<PathBuf>; 2],
    /// What was written.
    pub written: Vec<Written>,
    counter: u64,
}

/// A path as a word of a command.
///
/// # Errors
/// A path that is no text.
pub fn text(path: &Path) -> Answer<&str> {
    path.to_str().ok_or_else(|| "a path that is no text".into())
}

impl World {
    /// Enrolled with each other, with 41 tasks on both sides, and a mailbox.
    ///
    /// # Errors
    /// What the program was refused.
    pub fn begin(folder: &Path) -> Answer<World> {
        let province = Office::start(&folder.join("H02"), "province", "UBND tỉnh Bắc Giang", "H02")?;
        let district = Office::start(&folder.join("H02.15"), "unit", "UBND huyện Yên Thế", "H02.15")?;
        for name in ["stick", "mailbox", "desk"] {
            std::fs::create_dir(folder.join(name))?;
        }
        let world = World {
            offices: [province, district],
            folder: folder.to_owned(),
            bundles: [BTreeSet::new(), BTreeSet::new()],
            written: Vec::new(),
            counter: 0,
        };
        let [province, district] = &world.offices;
        let request = folder.join("desk/request.chidao-request");
        district.json(&["enrol", "request", "--out", text(&request)?])?;
        let approved = province.json(&["enrol", "approve", text(&request)?, "--out", text(&world.stick())?])?;
        district.json(&["bundle", "import", word(&approved["path"])?])?;
        for side in &world.offices {
            side.json(&["enrol", "confirm", word(&approved["code"])?])?;
            side.json(&["mailbox", "add", "Hộp chung", text(&folder.join("mailbox"))?])?;
        }
        let list = folder.join("desk/41.csv");
        std::fs::write(&list, THE_41)?;
        province.json(&["import", "tasks", text(&list)?, "--unit", "H02.15"])?;
        let sent = province.json(&["bundle", "export", "--to", "H02.15", "--out", text(&world.stick())?])?;
        district.json(&["bundle", "import", word(&sent["path"])?])?;
        Ok(world)
    }

    /// The folder for bundles.
    pub fn stick(&self) -> PathBuf {
        self.folder.join("stick")
    }

    /// Words that were never written before.
    pub fn mark(&mut self) -> String {
        self.counter += 1;
        format!("{MARK}{}", self.counter)
    }

    /// A photo that bears the mark inside.
    ///
    /// # Errors
    /// Of writing it.
    pub fn photo(&self, mark: &str, size: usize, i: usize) -> Answer<PathBuf> {
        let path = self.folder.join(format!("desk/{i}.jpg"));
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0];
        let mut chance = crate::chance::Chance::new(self.counter * 16 + i as u64);
        bytes.extend((0..size).map(|_| chance.number() as u8));
        bytes.extend_from_slice(mark.as_bytes());
        std::fs::write(&path, bytes)?;
        Ok(path)
    }

    /// A list of tasks with codes of its own.
    ///
    /// # Errors
    /// Of writing it.
    pub fn list(&self, mark: &str, rows: usize) -> Answer<PathBuf> {
        let mut lines = THE_41.lines();
        let heading = lines.next().unwrap_or_default();
        let mut all = format!("{heading}\n");
        for (i, line) in (1..=rows).zip(lines.cycle()) {
            let mut cells: Vec<String> = line.split(';').map(str::to_owned).collect();
            cells[0] = format!("K{}-{i}", self.counter);
            cells[7] = format!("{mark} việc {i}");
            all.push_str(&cells.join(";"));
            all.push('\n');
        }
        let path = self.folder.join("desk/list.csv");
        std::fs::write(&path, all)?;
        Ok(path)
    }

    /// How much of something is there: all of it, or nothing.
    ///
    /// # Errors
    /// A half.
    pub fn is_there(&self, on: Side, what: &Written) -> Answer<bool> {
        self.is_there_now(on, what, &mut Told::default())
    }

    /// The same, with each task asked once as long as nothing is written.
    fn is_there_now(&self, on: Side, what: &Written, told: &mut Told) -> Answer<bool> {
        let office = &self.offices[on];
        let found = match &what.task {
            None => {
                let page = office.json(&["tasks", "--search", &what.mark, "--limit", "200"])?;
                let rows = page["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
                let of_it = |row: &&Value| {
                    row["content"]
                        .as_str()
                        .is_some_and(|text| text.starts_with(&format!("{} ", what.mark)))
                };
                rows.iter().filter(of_it).count()
            }
            Some(task) => {
                let of_task = (on, task.clone());
                if !told.contains_key(&of_task) {
                    let shown = office.json(&["task", "show", task])?;
                    let history = office.json(&["task", "history", task])?.to_string();
                    told.insert(of_task.clone(), (shown["reports"].clone(), history));
                }
                let (reports, history) = &told[&of_task];
                let reports = reports.as_array().map(Vec::as_slice).unwrap_or_default();
                let Some(report) = reports.iter().find(|report| report["note"] == *what.mark) else {
                    // What was set may have been followed by another value: the history has it.
                    return Ok(what.parts == 0 && history.contains(&format!("{}\"", what.mark)));
                };
                let files = report["attachments"].as_array().map(Vec::as_slice).unwrap_or_default();
                let whole = files.iter().filter(|file| file["here"] == true).count();
                if whole != what.parts || files.len() != what.parts {
                    return Err(format!("half a report in {}: {report}", office.code).into());
                }
                return Ok(true);
            }
        };
        match found {
            0 => Ok(false),
            all if all == what.parts => Ok(true),
            half => Err(format!("{half} of {} rows of {}", what.parts, what.mark).into()),
        }
    }

    /// The report that bears the mark, if it is there.
    ///
    /// # Errors
    /// What the program was refused.
    pub fn report(&self, on: Side, what: &Written) -> Answer<Option<Value>> {
        self.reports(on, what, |report| report["note"] == *what.mark)
    }

    /// How many photos of a report are there, whatever else is left of it.
    ///
    /// # Errors
    /// What the program was refused.
    pub fn photos_left(&self, on: Side, what: &Written, id: &str) -> Answer<usize> {
        let report = self
            .reports(on, what, |report| report["id"] == *id)?
            .unwrap_or_default();
        let files = report["attachments"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(files.iter().filter(|file| file["here"] == true).count())
    }

    fn reports(&self, on: Side, what: &Written, wanted: impl Fn(&Value) -> bool) -> Answer<Option<Value>> {
        let Some(task) = &what.task else { return Ok(None) };
        let shown = self.offices[on].json(&["task", "show", task])?;
        let all = shown["reports"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(all.iter().find(|report| wanted(report)).cloned())
    }

    /// Everything that stands is there, on the side of its author or on both.
    ///
    /// # Errors
    /// What is missing or half.
    pub fn nothing_is_missing(&mut self, on_both: bool) -> Answer<()> {
        let mut told = Told::default();
        for i in 0..self.written.len() {
            let what = self.written[i].clone();
            let there = self.is_there_now(what.side, &what, &mut told)?;
            if what.stands && !there {
                return Err(format!("what was answered is gone: {what:?}").into());
            }
            // What was broken off, and is there, stays.
            self.written[i].stands |= there;
            if on_both && there && !self.is_there_now(1 - what.side, &what, &mut told)? {
                return Err(format!("the other side never got {what:?}").into());
            }
        }
        Ok(())
    }

    /// Nothing that was typed lies plain in the homes, on the stick or in the mailbox.
    ///
    /// # Errors
    /// Where it does.
    pub fn nothing_is_plain(&self) -> Answer<()> {
        let wide: Vec<u8> = MARK.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for name in ["H02", "H02.15", "stick", "mailbox"] {
            for path in files(&self.folder.join(name))? {
                let bytes = std::fs::read(&path)?;
                for mark in [MARK.as_bytes(), &wide] {
                    if bytes.windows(mark.len()).any(|window| window == mark) {
                        return Err(format!("plain in {}", path.display()).into());
                    }
                }
            }
        }
        Ok(())
    }

    /// Both exchange everything and agree.
    ///
    /// # Errors
    /// Where they do not.
    pub fn agree(&mut self) -> Answer<()> {
        for _ in 0..2 {
            for from in 0..2 {
                self.carry(from)?;
            }
        }
        let digest = |side: Side| self.offices[side].json(&["digest", "--channel", self.offices[1 - side].code]);
        let (one, other) = (digest(0)?, digest(1)?);
        if one != other {
            return Err(format!("they differ: {one} {other}").into());
        }
        self.offices.iter().try_for_each(Office::is_whole)?;
        self.nothing_is_missing(true)
    }

    /// One bundle from one side to the other.
    ///
    /// # Errors
    /// What the program was refused.
    pub fn carry(&self, from: Side) -> Answer<()> {
        let (sender, receiver) = (&self.offices[from], &self.offices[1 - from]);
        let sent = sender.json(&["bundle", "export", "--to", receiver.code, "--out", text(&self.stick())?])?;
        receiver.json(&["bundle", "import", word(&sent["path"])?])?;
        Ok(())
    }
}

/// A text in an answer.
///
/// # Errors
/// When there is none.
pub fn word(value: &Value) -> Answer<&str> {
    value.as_str().ok_or_else(|| format!("not a text: {value}").into())
}

/// Every file below a folder.
///
/// # Errors
/// Of reading it.
pub fn files(folder: &Path) -> Answer<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => all.extend(files(&entry.path())?),
            false => all.push(entry.path()),
        }
    }
    all.sort();
    Ok(all)
}

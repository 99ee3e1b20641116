//! Point 8: nothing of the story can be read in any file under a home: not in the database, not in its write-ahead log, not
//! in what a killed process left behind.

use crate::office::{Office, Pair, text};
use crate::offline::kill_at;
use crate::samples;
use chidao_domain::text::fold;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use unicode_normalization::UnicodeNormalization;

/// Shorter needles would be found in random bytes now and then.
const LEAST: usize = 7;

const WRITTEN: &[&str] = &[
    "21/21 xã, thị trấn đã dùng chữ ký số trong văn bản đi",
    "Đường truyền tại xã Đồng Hưu chưa ổn định",
    "Bố trí bổ sung vốn bồi thường dự án hồ sông Sỏi",
    "Mới phát dọn một nửa chiều dài đường băng cản lửa",
    "Nguyễn Đức Đăng Chánh Văn phòng UBND tỉnh Bắc Giang",
    "Hoàng Thị Mai Chuyên viên Văn phòng HĐND và UBND huyện Yên Thế",
    "Giáp Thị Hạnh Phó Trưởng phòng Nông nghiệp",
    "ghi dở dang khi máy mất điện đột ngột",
    "Ảnh chụp đường băng cản lửa",
];

/// Every word of the story that is long enough, and every two that stand together, in every form in which they could lie
/// on a disk; with what else was written.
pub(crate) fn needles(more: &[&str]) -> Vec<Vec<u8>> {
    let listed = samples::THE_41.lines().flat_map(|line| line.split(';'));
    let texts: Vec<&str> = listed
        .chain(WRITTEN.iter().copied())
        .chain(more.iter().copied())
        .collect();
    let mut all = BTreeSet::new();
    for text in texts {
        // Only Vietnamese: plain ASCII words such as "completed" are those of the format.
        if text.is_ascii() {
            continue;
        }
        let words: Vec<&str> = text
            .split_whitespace()
            .map(|word| word.trim_matches([',', '.', ';']))
            .collect();
        let pairs = words.windows(2).map(|pair| pair.join(" "));
        for phrase in words.iter().map(|word| (*word).to_owned()).chain(pairs) {
            if phrase.is_ascii() {
                continue;
            }
            let composed: String = phrase.nfc().collect();
            let decomposed: String = phrase.nfd().collect();
            let forms = [
                composed.clone(),
                decomposed,
                composed.to_lowercase(),
                composed.to_uppercase(),
                fold(&composed),
            ];
            for form in forms {
                let wide: Vec<u8> = form.encode_utf16().flat_map(u16::to_le_bytes).collect();
                let wide_the_other_way: Vec<u8> = form.encode_utf16().flat_map(u16::to_be_bytes).collect();
                all.extend(
                    [form.into_bytes(), wide, wide_the_other_way]
                        .into_iter()
                        .filter(|needle| needle.len() >= LEAST),
                );
            }
        }
    }
    all.into_iter().collect()
}

/// Needles by their first two bytes, so that each byte of a file is looked at once.
pub(crate) struct Search {
    by_head: Vec<Vec<Vec<u8>>>,
}

impl Search {
    pub(crate) fn new(needles: Vec<Vec<u8>>) -> Search {
        let mut by_head = vec![Vec::new(); 1 << 16];
        for needle in needles {
            by_head[usize::from(u16::from_le_bytes([needle[0], needle[1]]))].push(needle);
        }
        Search { by_head }
    }

    pub(crate) fn found(&self, bytes: &[u8]) -> Option<String> {
        (0..bytes.len().saturating_sub(1)).find_map(|at| {
            let head = usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
            let needle = self.by_head[head]
                .iter()
                .find(|needle| bytes[at..].starts_with(needle))?;
            Some(String::from_utf8_lossy(needle).into_owned())
        })
    }
}

pub(crate) fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => files(&entry.path(), all),
            false => all.push(entry.path()),
        }
    }
}

/// Looks through every file of a home, and at their names.
fn nothing_is_readable(search: &Search, office: &Office) {
    let mut all = Vec::new();
    files(&office.home, &mut all);
    for name in ["ledger.db", "ledger.db-wal"] {
        assert!(
            all.iter().any(|path| path.ends_with(name)),
            "{name} should be there to be looked at"
        );
    }
    for path in all {
        let bytes = fs::read(&path).unwrap();
        assert_eq!(search.found(&bytes), None, "readable in {}", path.display());
        assert_eq!(
            search.found(path.strip_prefix(&office.home).unwrap().to_string_lossy().as_bytes()),
            None
        );
    }
}

#[test]
fn nothing_of_the_story_can_be_read_in_any_file() {
    let search = Search::new(needles(&[]));
    assert!(
        search.found(samples::THE_41.as_bytes()).is_some(),
        "what is readable is found"
    );
    let decomposed: String = samples::THE_41.nfd().collect();
    assert!(search.found(decomposed.as_bytes()).is_some());
    assert!(
        search
            .found(fold("tại hồ sông Sỏi, huyện Yên Thế").as_bytes())
            .is_some()
    );

    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    // A photo that bears words, and a name that says what it is.
    let photo = samples::photo(pair.folder.path(), "Ảnh chụp đường băng cản lửa.jpg", 3_000_000, 8);
    let mut worded = fs::read(&photo).unwrap();
    worded.splice(1_000..1_000, WRITTEN.join("\n").into_bytes());
    fs::write(&photo, worded).unwrap();
    let visit = ["--head", "Nguyễn Đức Đăng, Chánh Văn phòng UBND tỉnh", "--task", "NV26"];
    province.json(
        &[
            &["inspect", "new", "--unit", "H02.15", "--held-on", "2017-06-23"],
            &visit[..],
        ]
        .concat(),
    );
    province.json(&[
        "inspect",
        "finding",
        "KT01",
        "NV26",
        "--found",
        "50",
        "--note",
        WRITTEN[3],
        "--photo",
        text(&photo),
    ]);
    pair.down();
    district.json(&["task", "set", "NV26", "responsible", WRITTEN[6]]);
    district.json(&[
        "task",
        "report",
        "NV19",
        "--percent",
        "65",
        "--note",
        WRITTEN[0],
        "--difficulty",
        WRITTEN[1],
        "--attach",
        text(&photo),
    ]);
    district.json(&["recommend", "add", "--content", WRITTEN[2], "--task", "NV01"]);
    pair.up();
    pair.down();
    pair.agree();

    // A process that dies in the middle of saving leaves its log and whatever else it had open.
    for office in [district, province] {
        let unfinished = match office.code {
            crate::office::DISTRICT => vec!["task", "report", "NV20", "--note", WRITTEN[7], "--attach", text(&photo)],
            _ => vec![
                "inspect",
                "finding",
                "KT01",
                "NV26",
                "--found",
                "40",
                "--note",
                WRITTEN[7],
                "--photo",
                text(&photo),
            ],
        };
        // On a busy machine a process may end before it is seen at work; a clean end removes the log, so one can try again.
        let killed = (0..20).any(|_| kill_at(office, office.begin(&unfinished), 500_000));
        assert!(killed, "it was to be killed in the middle");
        nothing_is_readable(&search, office);
    }
}

//! Point 4: work without a network, and a process that is killed while it saves.

use crate::office::{Office, Pair, text};
use crate::samples;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Child;

const FIVE_MEGABYTES: usize = 5_000_000;

#[test]
fn a_report_with_a_photo_follows_the_one_before() {
    let pair = Pair::with_the_41();
    let photo = samples::photo(pair.folder.path(), "Ảnh hiện trường.jpg", FIVE_MEGABYTES, 19);
    let unit = &pair.district;
    unit.report("NV19", 50, "19/21 xã đã dùng chữ ký số");
    let after = unit.at("2017-06-23T15:00:00+07:00");
    let shown = after.json(&[
        "task",
        "report",
        "NV19",
        "--percent",
        "65",
        "--note",
        "21/21 xã đã dùng chữ ký số",
        "--difficulty",
        "Đường truyền chưa ổn định",
        "--attach",
        text(&photo),
    ]);
    assert_eq!(shown["row"]["percent"], 65);
    let reports = shown["reports"].as_array().unwrap();
    let percents: Vec<&Value> = reports.iter().map(|report| &report["percent"]).collect();
    assert_eq!(percents, [&json!(65), &json!(50)]);
    assert_eq!(
        (&reports[0]["head"], &reports[1]["head"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(reports[0]["attachments"][0]["size"], FIVE_MEGABYTES);
    let history = unit.json(&["task", "history", "NV19"]);
    let written: Vec<&Value> = history["lines"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["kind"] == "report" && line["field"] == "percent")
        .collect();
    assert_eq!(
        written
            .iter()
            .map(|line| line["new"].as_str().unwrap())
            .collect::<Vec<_>>(),
        ["65", "50"]
    );
    for line in written {
        assert_eq!(line["origin"]["person"]["name"], "Hoàng Thị Mai");
        assert_eq!(line["origin"]["unit"], "UBND huyện Yên Thế");
        assert!(
            line["origin"]["device"]
                .as_str()
                .is_some_and(|device| !device.is_empty())
        );
    }
    save_and_compare(unit, &reports[0]["attachments"][0], &photo, pair.folder.path());
    unit.is_whole();
}

/// The attachment comes out as it went in.
pub(crate) fn save_and_compare(office: &Office, attachment: &Value, original: &Path, folder: &Path) {
    let out = folder.join(format!("ra-{}.jpg", office.code));
    let _ = fs::remove_file(&out);
    office.json(&[
        "attachment",
        "save",
        attachment["id"].as_str().unwrap(),
        "--out",
        text(&out),
    ]);
    assert!(
        fs::read(&out).unwrap() == fs::read(original).unwrap(),
        "not the same bytes"
    );
}

/// Bytes of the write-ahead log: how far a save has come.
fn log_size(office: &Office) -> u64 {
    fs::metadata(office.home.join("ledger.db-wal")).map_or(0, |file| file.len())
}

/// Kills a process as soon as the log has grown past a mark; false if it ended before.
pub(crate) fn kill_at(office: &Office, mut child: Child, mark: u64) -> bool {
    let killed = loop {
        if log_size(office) >= mark {
            // SIGKILL: nothing of it runs any more.
            let _ = child.kill();
            break true;
        }
        if child.try_wait().unwrap().is_some() {
            break false;
        }
        std::thread::yield_now();
    };
    let ended = child.wait().unwrap();
    killed && !ended.success()
}

#[test]
fn a_process_killed_while_saving_leaves_all_or_nothing() {
    let pair = Pair::with_the_41();
    let unit = &pair.district;
    let photo = samples::photo(pair.folder.path(), "kho.jpg", FIVE_MEGABYTES, 20);
    let opening = unit.task("NV20")["row"]["percent"].clone();
    let mut killed = 0;
    let mut saved = 0;
    for (i, mark) in [
        0, 1, 100_000, 1_000_000, 2_500_000, 4_000_000, 5_000_000, 5_100_000, 5_200_000,
    ]
    .into_iter()
    .enumerate()
    {
        let percent = 51 + i;
        let note = format!("lần ghi thứ {i}");
        let child = unit.begin(&[
            "task",
            "report",
            "NV20",
            "--percent",
            &percent.to_string(),
            "--note",
            &note,
            "--attach",
            text(&photo),
        ]);
        killed += u32::from(kill_at(unit, child, mark));
        unit.is_whole();
        let shown = unit.task("NV20");
        let reports = shown["reports"].as_array().unwrap();
        let this = reports.iter().find(|report| report["percent"] == percent);
        match this {
            Some(report) => {
                saved += 1;
                assert_eq!(
                    (&report["note"], &report["head"], &shown["row"]["percent"]),
                    (&json!(note), &json!(true), &json!(percent))
                );
                save_and_compare(unit, &report["attachments"][0], &photo, pair.folder.path());
            }
            None => assert_eq!(reports.len(), saved, "neither half a report nor a lost one"),
        }
        assert_eq!(reports.len(), saved);
        if saved == 0 {
            assert_eq!(shown["row"]["percent"], opening);
        }
    }
    assert!(killed >= 3, "only {killed} were killed in time");
    // Work goes on as if nothing had been.
    unit.json(&["task", "report", "NV20", "--percent", "70", "--attach", text(&photo)]);
    assert_eq!(unit.task("NV20")["row"]["percent"], 70);
    pair.up();
    pair.down();
    pair.agree();
    assert_eq!(pair.province.task("NV20")["row"]["percent"], 70);
}

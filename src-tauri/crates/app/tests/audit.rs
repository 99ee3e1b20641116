//! The audit: a channel's whole history in a file that proves itself, and every kind of tampering found by its line.
#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

mod office;

use chidao_app::api::*;
use chidao_app::{App, AppError, audit};
use office::*;
use std::ops::ControlFlow;

/// A file made by the province of its channel with a unit: both wrote in it, without knowing of each other.
fn file() -> (Vec<u8>, AuditExported) {
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (province, unit) = (province(homes[0].path()), unit(homes[1].path()));
    enrol(&province, &unit);
    take_in(&province, Some("H02.15"));
    send(&province, "H02.15", &unit);
    report(&unit, 40, "Đã giải phóng mặt bằng 12 hộ", Vec::new());
    let photo = handed(&unit, "anh.jpg", &photo(1, 3000)).file;
    report(&unit, 55, "Còn 3 hộ chưa đồng ý", vec![photo]);
    let set = |app: &App, value: &str| {
        app.task_set(TaskSet {
            task: "NV19".into(),
            field: "note".into(),
            value: value.into(),
        })
    };
    set(&province, "Xem lại hạn").unwrap();
    send(&unit, "H02", &province);
    let made = province
        .audit_export(AuditExport {
            channel: "H02.15".into(),
        })
        .unwrap();
    let mut bytes = Vec::new();
    province.read_file(&made.file.file, &mut bytes).unwrap();
    assert_eq!(bytes.len() as u64, made.file.size);
    // The page hands the file back: it is proven just so, and never lies plain on the disk.
    let again = province.audit_verify(handed(&province, "x.jsonl", &bytes)).unwrap();
    assert_eq!(again, verified(&bytes).unwrap());
    let digests = province.digest(DigestOf {
        channel: "H02.15".into(),
    });
    assert_eq!(again.digest, digests.unwrap().entries);
    (bytes, made)
}

fn verified(bytes: &[u8]) -> Result<AuditReport, AppError> {
    audit::verify(bytes, &mut |_| ControlFlow::Continue(()))
}

/// The code and the line of a refusal.
fn refused(lines: &[Vec<u8>]) -> (String, u64) {
    let error = verified(&lines.concat()).unwrap_err();
    let line = error.params.get("line").map_or(0, |line| line.parse().unwrap());
    (error.code, line)
}

fn lines_of(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

/// Numbers and hashes all lines anew, as a forger would who has read how.
fn rehashed(lines: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut before = "0".repeat(64);
    let mut all = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let text = std::str::from_utf8(line).unwrap().trim_end();
        let body = &text[..text.len() - 75];
        let (kind, rest) = body.split_once(",\"line\":").unwrap();
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let body = format!("{kind},\"line\":{}{rest}", i + 1);
        let covered = format!("chidao audit line 1\n{before}\n{body}");
        before = blake3::hash(covered.as_bytes()).to_string();
        all.push(format!("{body},\"hash\":\"{before}\"}}\n").into_bytes());
    }
    all
}

fn replaced(lines: &[Vec<u8>], line: usize, from: &str, to: &str) -> Vec<Vec<u8>> {
    let mut lines = lines.to_vec();
    let text = String::from_utf8(lines[line].clone()).unwrap();
    assert!(text.contains(from), "{text}");
    lines[line] = text.replacen(from, to, 1).into_bytes();
    lines
}

fn find(lines: &[Vec<u8>], part: &str) -> usize {
    let holds = |line: &&Vec<u8>| std::str::from_utf8(line).unwrap().contains(part);
    lines.iter().position(|line| holds(&line)).unwrap()
}

#[test]
fn a_file_proves_itself_and_tells_who_when_and_what() {
    let (bytes, made) = file();
    let report = verified(&bytes).unwrap();
    assert_eq!(
        (report.lines, report.entries, report.feeds, report.values),
        (made.lines, made.entries, made.feeds, made.values)
    );
    assert!(
        report.entries > 41 && report.values > 41 && report.feeds == 2,
        "{report:?}"
    );
    assert_eq!((report.unvouched, report.missing, report.erased), (0, 0, 0));
    assert!(report.checkpoints >= 2);
    assert_eq!(report.made_in.code, "H02");
    assert_eq!(report.parent.unwrap().unit.name, "UBND tỉnh Bắc Giang");
    let text = String::from_utf8(bytes).unwrap();
    let entry = text
        .lines()
        .find(|line| line.contains("\"act\":\"report.add\""))
        .unwrap();
    for part in ["2017-06-23T15:00:00+07:00", "Trần Thị Hạnh", "+ report percent = 40"] {
        assert!(entry.contains(part), "{part}: {entry}");
    }
    assert!(text.contains("Còn 3 hộ chưa đồng ý"));
}

#[test]
fn every_line_changed_lost_moved_or_added_is_named_by_its_number() {
    let lines = lines_of(&file().0);
    let last = lines.len() as u64;
    let is = |found: (String, u64), code: &str, line: u64| assert_eq!(found, (code.to_owned(), line));
    for (i, line) in lines.iter().enumerate() {
        let n = i as u64 + 1;
        // Of a million lines every one would do; a few hundred take a while.
        if i > 12 && i % 7 != 0 && n < last - 4 {
            continue;
        }
        let mut changed = lines.clone();
        let middle = line.len() / 2;
        changed[i][middle] ^= 1;
        is(refused(&changed), "audit_line_changed", n);

        let mut without = lines.clone();
        without.remove(i);
        let code = if n == last {
            "audit_cut_short"
        } else {
            "audit_line_missing"
        };
        is(refused(&without), code, n);

        let mut twice = lines.clone();
        twice.insert(i, line.clone());
        is(refused(&twice), "audit_line_added", n + 1);

        let mut strange = lines.clone();
        strange.insert(i, b"{\"type\":\"entry\"}\n".to_vec());
        let code = if n == 1 { "audit_not_one" } else { "audit_line_added" };
        is(refused(&strange), code, if n == 1 { 0 } else { n });

        if n < last {
            let mut swapped = lines.clone();
            swapped.swap(i, i + 1);
            is(refused(&swapped), "audit_line_moved", n);
            let mut to_the_end = lines.clone();
            let moved = to_the_end.remove(i);
            to_the_end.push(moved);
            is(refused(&to_the_end), "audit_line_moved", n);
            is(refused(&lines[..=i]), "audit_cut_short", n + 1);
        }
        let mut broken_off = lines[..=i].to_vec();
        broken_off[i].truncate(middle);
        is(refused(&broken_off), "audit_cut_short", n);
    }
    let mut after = lines.clone();
    after.push(b"\n".to_vec());
    is(refused(&after), "audit_line_added", last + 1);
}

#[test]
fn whoever_hashes_all_lines_anew_is_found_by_signatures_and_chain() {
    let lines = lines_of(&file().0);
    let last = lines.len() as u64;
    assert_eq!(rehashed(&lines), lines, "the forger knows how");
    let forge = |at: usize, from: &str, to: &str| refused(&rehashed(&replaced(&lines, at, from, to)));
    let is = |found: (String, u64), code: &str, at: usize| assert_eq!(found, (code.to_owned(), at as u64 + 1));

    let entry = find(&lines, "report percent = 40");
    is(
        forge(entry, "percent\\\",40", "percent\\\",90"),
        "audit_chain_broken",
        entry,
    );
    is(forge(entry, "percent = 40", "percent = 90"), "audit_untrue", entry);
    is(forge(entry, "T15:00:00", "T16:00:00"), "audit_untrue", entry);
    is(forge(entry, "report.add", "report.bad"), "audit_untrue", entry);
    let value = find(&lines, "12 hộ");
    is(forge(value, "12 hộ", "21 hộ"), "audit_value_wrong", value);
    is(forge(1, "Bắc Giang", "Bắc Ninh"), "audit_signature_wrong", 1);
    let certificate = find(&lines, "\"type\":\"certificate\"");
    is(
        forge(certificate, "Máy văn thư", "Máy kế toán"),
        "audit_signature_wrong",
        certificate,
    );
    let header = find(&lines, "\"type\":\"header\"");
    is(
        forge(header, "\\\"epoch\\\":1", "\\\"epoch\\\":2"),
        "audit_chain_broken",
        header,
    );
    let checkpoint = find(&lines, "\"type\":\"checkpoint\"");
    is(
        forge(checkpoint, "\\\"n\\\":", "\\\"n\\\":1"),
        "audit_signature_wrong",
        checkpoint,
    );
    let feed = find(&lines, "\"type\":\"feed\"");
    is(forge(feed, "\"from\":0", "\"from\":1"), "audit_chain_broken", feed);

    // Without a whole entry, or a value, or a feed, or with two entries exchanged.
    let without = |at: usize| {
        let mut lines = lines.clone();
        lines.remove(at);
        refused(&rehashed(&lines))
    };
    assert_eq!(without(entry).0, "audit_value_wrong");
    is(without(value), "audit_value_wrong", value);
    assert_eq!(without(feed).0, "audit_chain_broken");
    // What nothing but the seal holds: who is said to have written, and words of machines.
    let (code, line) = forge(entry, "Trần Thị Hạnh", "Trần Thị Hoa");
    assert_eq!((code.as_str(), line), ("audit_signature_wrong", last));
    assert_eq!(without(checkpoint), ("audit_signature_wrong".to_owned(), last - 1));
}

#[test]
fn an_audit_that_is_stopped_leaves_nothing() {
    let (bytes, _) = file();
    let stopped = audit::verify(bytes.as_slice(), &mut |_| ControlFlow::Break(()));
    assert_eq!(stopped.unwrap_err().code, "cancelled");
    let home = tempfile::tempdir().unwrap();
    let app = province(home.path());
    app.work_cancel(WorkRef { work: "w".into() }).unwrap();
    let call = serde_json::json!({"do": "audit_export", "with": {"channel": "H02"}, "work": "w"});
    assert_eq!(app.call_json(&call).unwrap_err().code, "cancelled");
    let staging = std::fs::read_dir(home.path().join("staging")).unwrap().flatten();
    let left: Vec<_> = staging
        .flat_map(|run| std::fs::read_dir(run.path()).unwrap().flatten())
        .collect();
    assert_eq!(left.len(), 1, "only the run's lock: {left:?}");
}

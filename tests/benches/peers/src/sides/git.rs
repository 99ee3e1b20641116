//! Git: a file for each task, a line for each field, a commit for each edit, a bundle between the sides. A merge that it
//! cannot settle leaves both values in the file; they are committed so, for a person to settle.

use super::{Made, ONE_BY_ONE, Peer, Receiver};
use crate::stages::{UNITS, Values, share, size};
use benches::Failure;
use benches::timing::Times;
use benches::workload::{Edit, FIELDS, Row, Workload};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Git.
pub struct Git;

/// Folders hold so many files, so that writing one tree does not mean writing all names.
const FOLDERS: usize = 100;

fn path_of(row: usize) -> String {
    format!("{}/{row}", row % FOLDERS)
}

fn text_of(row: &Row) -> String {
    let lines = FIELDS
        .iter()
        .zip(row)
        .map(|(field, value)| format!("{field}: {value}\n"));
    lines.collect()
}

fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("HOME", folder)
        .args(["-c", "user.name=bench", "-c", "user.email=bench@localhost"])
        .args(["-c", "gc.auto=0", "-c", "advice.detachedHead=false"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Runs it; answers whether it succeeded.
fn tried(folder: &Path, words: &[&str]) -> Result<bool, Failure> {
    Ok(git(folder).args(words).status()?.success())
}

fn run(folder: &Path, words: &[&str]) -> Result<(), Failure> {
    match tried(folder, words)? {
        true => Ok(()),
        false => Err(format!("git {} failed", words.join(" ")).into()),
    }
}

/// A repository with every row in its first commit, which is called `base`.
fn with_rows(folder: &Path, rows: &[Row]) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)?;
    run(folder, &["init", "-q", "-b", "main"])?;
    import(folder, |out| {
        begin_commit(out, "main", None)?;
        rows.iter()
            .enumerate()
            .try_for_each(|(number, row)| write_file(out, number, row))
    })?;
    run(folder, &["tag", "base"])?;
    run(folder, &["reset", "-q", "--hard"])
}

fn begin_commit(out: &mut dyn Write, branch: &str, from: Option<&str>) -> std::io::Result<()> {
    write!(
        out,
        "commit refs/heads/{branch}\ncommitter bench <bench@localhost> 1498190400 +0700\ndata 1\n.\n"
    )?;
    match from {
        Some(from) => writeln!(out, "from {from}"),
        None => Ok(()),
    }
}

fn write_file(out: &mut dyn Write, number: usize, row: &Row) -> std::io::Result<()> {
    let text = text_of(row);
    write!(
        out,
        "M 100644 inline {}\ndata {}\n{text}\n",
        path_of(number),
        text.len()
    )
}

/// Many commits at once, by `git fast-import`.
fn import(folder: &Path, work: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Failure> {
    let mut child = git(folder)
        .args(["fast-import", "--quiet"])
        .stdin(Stdio::piped())
        .spawn()?;
    let mut out = BufWriter::new(child.stdin.take().ok_or("git takes no input")?);
    work(&mut out)?;
    out.flush()?;
    drop(out);
    match child.wait()?.success() {
        true => Ok(()),
        false => Err("git fast-import failed".into()),
    }
}

/// Edits on a branch, each its own commit. `rows` is how the files stand.
fn together(folder: &Path, branch: &str, from: &str, rows: &mut [Row], edits: &[Edit]) -> Result<(), Failure> {
    import(folder, |out| {
        let mut from = Some(from);
        for edit in edits {
            rows[edit.row][edit.field].clone_from(&edit.value);
            begin_commit(out, branch, from.take())?;
            write_file(out, edit.row, &rows[edit.row])?;
        }
        Ok(())
    })
}

fn bundle(folder: &Path, after: &str, branch: &str) -> Result<Vec<u8>, Failure> {
    let name = format!("{branch}.bundle");
    run(
        folder,
        &["bundle", "create", "-q", &name, &format!("{after}..{branch}")],
    )?;
    Ok(std::fs::read(folder.join(name))?)
}

impl Peer for Git {
    fn name(&self) -> &'static str {
        "git bundle"
    }

    fn ready(&self) -> Result<(), String> {
        let found = Command::new("git").arg("--version").stdout(Stdio::null()).status();
        found.map(drop).map_err(|_| "git is not installed".to_owned())
    }

    fn packs_itself(&self) -> bool {
        true
    }

    fn make(&self, folder: &Path, work: &Workload) -> Result<Made, Failure> {
        let (sender, receiver) = (folder.join("sender"), folder.join("receiver"));
        with_rows(&receiver, &work.rows)?;
        crate::stages::copy(&receiver, &sender)?;
        let main = "refs/heads/main^0";
        together(&receiver, "main", main, &mut work.rows.clone(), &work.meanwhile)?;
        run(&receiver, &["reset", "-q", "--hard"])?;
        let mut rows = work.rows.clone();
        let (first_half, second_half) = work.edits.split_at(work.edits.len() / 2);
        let (one_by_one, rest) = first_half.split_at((ONE_BY_ONE / 3).min(first_half.len()));
        let mut edits = Times::default();
        for (number, edit) in one_by_one.iter().enumerate() {
            rows[edit.row][edit.field].clone_from(&edit.value);
            let path = path_of(edit.row);
            edits.take(number, || {
                std::fs::write(sender.join(&path), text_of(&rows[edit.row]))?;
                run(&sender, &["commit", "-q", "-m", ".", "--", &path])
            })?;
        }
        together(&sender, "main", main, &mut rows, rest)?;
        run(&sender, &["branch", "middle", "main"])?;
        together(&sender, "main", main, &mut rows, second_half)?;
        let start = Instant::now();
        let all = bundle(&sender, "base", "main")?;
        let export = start.elapsed();
        let first = bundle(&sender, "base", "middle")?;
        let second = bundle(&sender, "middle", "main")?;
        Ok(Made {
            edits,
            export,
            all,
            first,
            second,
        })
    }

    fn make_units(&self, folder: &Path, work: &Workload) -> Result<Vec<Vec<u8>>, Failure> {
        let (sender, receiver) = (folder.join("units-sender"), folder.join("units"));
        with_rows(&receiver, &work.rows)?;
        crate::stages::copy(&receiver, &sender)?;
        let mut parcels = Vec::new();
        for number in 0..UNITS {
            let branch = format!("unit-{number}");
            let edits = share(work, number);
            together(&sender, &branch, "refs/tags/base^0", &mut work.rows.clone(), &edits)?;
            parcels.push(bundle(&sender, "base", &branch)?);
        }
        Ok(parcels)
    }

    fn receiver(&self, folder: &Path) -> Result<Box<dyn Receiver>, Failure> {
        Ok(Box::new(Repository(folder.to_owned())))
    }
}

struct Repository(PathBuf);

impl Receiver for Repository {
    fn import(&mut self, parcel: Vec<u8>) -> Result<(), Failure> {
        std::fs::write(self.0.join(".git/incoming.bundle"), parcel)?;
        run(
            &self.0,
            &["fetch", "-q", ".git/incoming.bundle", "+refs/heads/*:refs/remotes/in/*"],
        )?;
        if !tried(&self.0, &["merge", "-q", "--no-edit", "FETCH_HEAD"])? {
            run(&self.0, &["commit", "-q", "-a", "-m", "both"])?;
        }
        Ok(())
    }

    fn values(&mut self, cells: &[(usize, usize)]) -> Result<Values, Failure> {
        let mut found = Values::new();
        for (row, field) in cells {
            let text = std::fs::read_to_string(self.0.join(path_of(*row)))?;
            let lines = text.lines().filter_map(|line| line.split_once(": "));
            let mut values: Vec<String> = lines
                .filter(|(name, _)| *name == FIELDS[*field])
                .map(|(_, value)| value.to_owned())
                .collect();
            values.dedup();
            found.insert((*row, *field), values);
        }
        Ok(found)
    }

    fn size(&mut self) -> Result<u64, Failure> {
        size(&self.0)
    }

    fn peak(&self) -> Option<u64> {
        // Its own processes did the work.
        Some(0)
    }
}

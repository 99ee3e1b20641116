//! `cargo xtask house`: the rules of the house that no compiler checks. Each rule is a pure function over texts and
//! names, so that its tests can plant a breach; this file feeds them with the tree as it is.

mod arrows;
mod edges;
mod leaks;
mod names;
mod source;

use crate::programs::{self, Failure, cargo, program};
use std::fmt;
use std::fs;
use std::path::Path;

/// One breach: where, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Breach {
    place: String,
    wrong: String,
}

impl Breach {
    fn new(place: impl Into<String>, wrong: impl Into<String>) -> Breach {
        Breach {
            place: place.into(),
            wrong: wrong.into(),
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.place, self.wrong)
    }
}

/// A file of the tree: its path from the root, with `/`, and its text (nothing of files that are not text).
struct Leaf {
    path: String,
    text: String,
}

/// Checks every rule, and tells every breach at once.
pub(crate) fn report(root: &Path) -> Result<(), Failure> {
    let leaves = leaves(root)?;
    let metadata = programs::answer(cargo(root).args(["metadata", "--format-version", "1", "--no-deps", "--offline"]))
        .and_then(|text| serde_json::from_str(&text).ok())
        .ok_or_else(|| Failure::new("`cargo metadata` gave no answer"))?;
    let mut breaches = arrows::check(&metadata);
    breaches.extend(edges::check(&leaves));
    breaches.extend(names::check(&leaves));
    breaches.extend(leaks::check(&leaves, &leaks::Private::of_this_machine(root)));
    breaches.sort();
    breaches.dedup();
    if breaches.is_empty() {
        println!("the house is in order ({} files)", leaves.len());
        return Ok(());
    }
    for breach in &breaches {
        println!("{breach}");
    }
    Err(Failure::new(format!(
        "the house is not in order: {} breaches",
        breaches.len()
    )))
}

/// Every file that is tracked, or would be with the next `git add`.
fn leaves(root: &Path) -> Result<Vec<Leaf>, Failure> {
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    // A checkout that someone else made, as on a build machine or a shared folder, is read all the same.
    let ours = format!("safe.directory={}", root.display());
    let listed = programs::answer(program("git", root).args(["-c", &ours]).args(list))
        .ok_or_else(|| Failure::new("git cannot list the tree's files; the house is checked in a checkout"))?;
    let paths = listed.split('\0').filter(|path| !path.is_empty());
    // A file that is listed and gone is being removed right now.
    let read = paths.filter_map(|path| Some((path, fs::read(root.join(path)).ok()?)));
    Ok(read
        .map(|(path, bytes)| Leaf {
            path: path.to_owned(),
            text: String::from_utf8(bytes).unwrap_or_default(),
        })
        .collect())
}

#[cfg(test)]
fn leaf(path: &str, text: &str) -> Leaf {
    Leaf {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

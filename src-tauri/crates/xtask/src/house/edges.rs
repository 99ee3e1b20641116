//! Time and randomness are passed in: nothing inside asks for them. And the domain does nothing at all but compute.

use super::source::{Token, bare, without_tests};
use super::{Breach, Leaf};

/// The rooms that get time and randomness from outside.
const INSIDE: &[&str] = &["domain", "ledger", "bundle", "documents", "mailbox", "app"];

/// Ways to ask the machine for the time or for randomness.
const ASKING: &[&str] = &[
    "SystemTime::now",
    "Instant::now",
    "Utc::now",
    "Local::now",
    "Local::today",
    "OffsetDateTime::now_utc",
    "OffsetDateTime::now_local",
    "Uuid::new_v4",
    "Uuid::now_v7",
    "rand::rng",
    "rand::random",
    "rand::make_rng",
    "thread_rng",
    "from_entropy",
    "from_os_rng",
    "from_rng",
    "getrandom",
    "OsRng",
    "SysRng",
    "ThreadRng",
    "RandomState",
    "fastrand",
    "thread::sleep",
];

/// Beyond these, the domain touches no file, network, process, environment or thread.
const DOING: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "std::thread",
    "std::io",
];

/// What is allowed all the same: the file, the words, and why. An exception that nothing needs any more is a breach.
const ALLOWED: &[(&str, &str, &str)] = &[];

/// Breaches in the sources.
pub(super) fn check(leaves: &[Leaf]) -> Vec<Breach> {
    check_against(leaves, ALLOWED)
}

fn check_against(leaves: &[Leaf], allowed: &[(&str, &str, &str)]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut needed = vec![false; allowed.len()];
    let (sources, seen_by_tests) = inner_sources(leaves);
    for (room, path, bare) in &sources {
        if seen_by_tests.iter().any(|test| path == test) {
            continue;
        }
        let (tokens, _) = without_tests(bare);
        let domain = if *room == "domain" { DOING } else { &[] };
        let asking = ASKING
            .iter()
            .map(|words| (words, "asks the machine itself; pass it in from the edge"));
        let doing = domain.iter().map(|words| (words, "the domain only computes"));
        for (words, wrong) in asking.chain(doing) {
            for line in occurrences(&tokens, words) {
                match allowed.iter().position(|(file, what, _)| file == path && what == words) {
                    Some(index) => needed[index] = true,
                    None => breaches.push(Breach::new(format!("{path}:{line}"), format!("{words}: {wrong}"))),
                }
            }
        }
    }
    for ((path, words, _), needed) in allowed.iter().zip(needed) {
        if !needed {
            breaches.push(Breach::new(
                *path,
                format!("the exception for {words} is no longer needed"),
            ));
        }
    }
    breaches
}

/// The bare sources of the inner rooms, and the paths of those files that only tests see.
fn inner_sources(leaves: &[Leaf]) -> (Vec<(&'static str, &str, String)>, Vec<String>) {
    let mut sources = Vec::new();
    let mut seen_by_tests = Vec::new();
    for leaf in leaves.iter().filter(|leaf| leaf.path.ends_with(".rs")) {
        let of_room = |room: &&&str| leaf.path.starts_with(&format!("src-tauri/crates/{room}/src/"));
        if let Some(room) = INSIDE.iter().find(of_room) {
            let bare = bare(&leaf.text);
            for module in without_tests(&bare).1 {
                let folder = match leaf.path.rsplit_once('/') {
                    Some((folder, "lib.rs" | "main.rs" | "mod.rs")) => folder,
                    _ => leaf.path.trim_end_matches(".rs"),
                };
                seen_by_tests.push(format!("{folder}/{module}.rs"));
                seen_by_tests.push(format!("{folder}/{module}/mod.rs"));
            }
            sources.push((*room, leaf.path.as_str(), bare));
        }
    }
    (sources, seen_by_tests)
}

/// The lines on which these words, joined by `::`, stand.
fn occurrences(tokens: &[Token<'_>], words: &str) -> Vec<usize> {
    let mut wanted = Vec::new();
    for (index, word) in words.split("::").enumerate() {
        if index > 0 {
            wanted.push("::");
        }
        wanted.push(word);
    }
    let matches = |window: &&[Token<'_>]| window.iter().zip(&wanted).all(|(token, word)| token.text == *word);
    tokens
        .windows(wanted.len())
        .filter(matches)
        .map(|window| window[0].line)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::leaf;
    use super::*;

    fn found(leaves: &[Leaf]) -> Vec<String> {
        check_against(leaves, &[]).iter().map(Breach::to_string).collect()
    }

    #[test]
    fn a_planted_clock_is_found_wherever_it_hides() {
        let planted = "use std::time::SystemTime;\nfn late() -> bool {\n    SystemTime :: now() > at\n}\n";
        let breaches = found(&[leaf("src-tauri/crates/ledger/src/store/write.rs", planted)]);
        assert_eq!(breaches.len(), 1);
        assert!(
            breaches[0].starts_with("src-tauri/crates/ledger/src/store/write.rs:3: SystemTime::now"),
            "{breaches:?}"
        );
        let dice = "fn id() { getrandom::fill(&mut x); let mut r = rand_core::OsRng; }";
        assert_eq!(found(&[leaf("src-tauri/crates/app/src/lib.rs", dice)]).len(), 2);
    }

    #[test]
    fn the_domain_only_computes() {
        let reads = "fn load() { std::fs::read(\"x\"); }";
        assert_eq!(found(&[leaf("src-tauri/crates/domain/src/text.rs", reads)]).len(), 1);
        assert_eq!(found(&[leaf("src-tauri/crates/bundle/src/file.rs", reads)]).len(), 0);
    }

    #[test]
    fn edges_tests_and_talk_are_free() {
        let asks = "fn now() { Instant::now(); }";
        let free = [
            leaf("src-tauri/src/edges.rs", asks),
            leaf("src-tauri/crates/cli/src/main.rs", asks),
            leaf("src-tauri/crates/ledger/tests/speed.rs", asks),
            leaf(
                "src-tauri/crates/ledger/src/lib.rs",
                "// Instant::now\n#[cfg(test)]\nmod tests { fn a() { Instant::now(); } }",
            ),
            leaf("src-tauri/crates/ledger/src/feed.rs", "#[cfg(test)]\nmod tests;"),
            leaf("src-tauri/crates/ledger/src/feed/tests.rs", asks),
        ];
        assert_eq!(found(&free), [""; 0]);
    }

    #[test]
    fn an_exception_is_used_and_outlives_its_need_nowhere() {
        let path = "src-tauri/crates/app/src/lib.rs";
        let allowed = [(path, "Instant::now", "measures progress")];
        assert_eq!(check_against(&[leaf(path, "fn a() { Instant::now(); }")], &allowed), []);
        let stale = check_against(&[leaf(path, "fn a() {}")], &allowed);
        assert_eq!(
            stale,
            [Breach::new(path, "the exception for Instant::now is no longer needed")]
        );
    }
}

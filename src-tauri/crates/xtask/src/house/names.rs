//! What may lie at the top, how rooms begin, and words that say nothing.

use super::source::{bare, without_tests};
use super::{Breach, Leaf};

/// The top level: the design's own names, and those that tools insist on having there.
const TOP: &[&str] = &[
    "Cargo.toml",
    "README.md",
    "src-tauri",
    "ui",
    "icons",
    "tests",
    // cargo, clippy and rustfmt
    "Cargo.lock",
    ".cargo",
    "clippy.toml",
    "rustfmt.toml",
    "rust-toolchain.toml",
    // git, the hosts of repositories, and the licence that they look for
    ".gitignore",
    ".gitattributes",
    ".github",
    ".ci",
    "LICENSE",
];

/// Words that name no concept of the office.
const EMPTY_WORDS: &[&str] = &["Manager", "Helper", "Util", "Utils", "Service"];

/// Breaches in the tree's names.
pub(super) fn check(leaves: &[Leaf]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for leaf in leaves {
        let top = leaf.path.split('/').next().unwrap_or_default();
        if !TOP.contains(&top) {
            breaches.push(Breach::new(top, "does not belong at the top level"));
        }
        if !leaf.path.ends_with(".rs") {
            continue;
        }
        if opens_a_crate(&leaf.path) && !leaf.text.trim_start().starts_with("//!") {
            breaches.push(Breach::new(&*leaf.path, "a crate opens by saying what it is for"));
        }
        let bare = bare(&leaf.text);
        let (tokens, _) = without_tests(&bare);
        for pair in tokens.windows(2) {
            let (kind, name) = (pair[0].text, pair[1].text);
            let named = matches!(kind, "struct" | "enum" | "trait" | "mod" | "type" | "union");
            if named && EMPTY_WORDS.iter().any(|word| has_word(name, word)) {
                let place = format!("{}:{}", leaf.path, pair[1].line);
                breaches.push(Breach::new(
                    place,
                    format!("{name} is called by a word that says nothing"),
                ));
            }
        }
    }
    breaches
}

fn opens_a_crate(path: &str) -> bool {
    ["/src/lib.rs", "/src/main.rs"].iter().any(|end| path.ends_with(end))
}

/// Whether a name in either case holds this word whole: `FileManager`, `file_manager`, not `Utility`.
fn has_word(name: &str, word: &str) -> bool {
    let small = word.to_lowercase();
    let in_snake = name.split('_').any(|part| part == small);
    let in_camel = name.match_indices(word).any(|(at, _)| {
        let after = name[at + word.len()..].chars().next();
        after.is_none_or(|letter| !letter.is_lowercase())
    });
    in_snake || in_camel
}

#[cfg(test)]
mod tests {
    use super::super::leaf;
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&[leaf(path, text)]).iter().map(Breach::to_string).collect()
    }

    #[test]
    fn a_stranger_at_the_top_is_found() {
        assert_eq!(found("docs/index.md", ""), ["docs: does not belong at the top level"]);
        assert_eq!(found("build.sh", ""), ["build.sh: does not belong at the top level"]);
        assert_eq!(found("ui/build.sh", ""), [""; 0]);
    }

    #[test]
    fn a_crate_without_a_word_about_itself_is_found() {
        assert_eq!(found("src-tauri/crates/app/src/lib.rs", "mod a;").len(), 1);
        assert_eq!(
            found("src-tauri/crates/app/src/lib.rs", "//! What it is for.\nmod a;"),
            [""; 0]
        );
        assert_eq!(found("src-tauri/crates/app/src/other.rs", "mod a;"), [""; 0]);
    }

    #[test]
    fn words_that_say_nothing_are_found_in_names_only() {
        let path = "src-tauri/crates/app/src/other.rs";
        for planted in [
            "struct FileManager;",
            "pub mod utils;",
            "trait HelperOfAll {}",
            "enum date_util {}",
        ] {
            assert_eq!(found(path, planted).len(), 1, "{planted}");
        }
        for fine in [
            "struct Utility;",
            "use tauri::Manager;",
            "// struct FileManager",
            "struct Servicemen;",
        ] {
            assert_eq!(found(path, fine), [""; 0], "{fine}");
        }
    }
}

//! Nothing in the tree tells of the machine on which it was made.

use super::{Breach, Leaf};
use crate::programs::{self, npm};
use std::path::Path;

/// Where the lock files may say that packages come from.
const CARGO_SOURCE: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM_SOURCE: &str = "https://registry.npmjs.org/";

/// What of this machine must not be found in the tree.
#[derive(Debug, Default)]
pub(super) struct Private {
    /// Texts: the checkout's own path, the hosts of registries other than the public ones.
    texts: Vec<String>,
}

impl Private {
    /// Asks the machine.
    pub(super) fn of_this_machine(root: &Path) -> Private {
        let mut texts = vec![root.to_string_lossy().into_owned()];
        let registries = programs::answer(npm(root).args(["config", "get", "registry"]));
        let from_environment = std::env::vars()
            .filter(|(name, _)| name.to_uppercase().contains("REGISTR") || name.to_uppercase().contains("INDEX_URL"))
            .map(|(_, value)| value);
        for address in registries.into_iter().chain(from_environment) {
            texts.extend(host(&address).filter(|host| !is_public(host)).map(str::to_owned));
        }
        Private { texts }
    }
}

/// The host of an address, without credentials and port.
fn host(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    (!host.is_empty()).then_some(host)
}

fn is_public(host: &str) -> bool {
    ["npmjs.org", "crates.io", "github.com", "pypi.org", "localhost"]
        .iter()
        .any(|public| host == *public || host.strip_suffix(public).is_some_and(|rest| rest.ends_with('.')))
}

/// Breaches in the tree's texts.
pub(super) fn check(leaves: &[Leaf], private: &Private) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for leaf in leaves {
        let file = leaf.path.rsplit('/').next().unwrap_or_default();
        for (number, line) in leaf.text.lines().enumerate() {
            let mut breach = |wrong: String| breaches.push(Breach::new(format!("{}:{}", leaf.path, number + 1), wrong));
            // The private text itself is not repeated: this report may be read elsewhere.
            if private.texts.iter().any(|text| line.contains(text.as_str())) {
                breach("tells a path or a host of this machine".to_owned());
            }
            if let Some(path) = path_of_a_person(line) {
                breach(format!("{path} is a path of somebody's machine"));
            }
            let source = match file {
                "Cargo.lock" => value(line, "source = \"").filter(|source| *source != CARGO_SOURCE),
                "package-lock.json" | "npm-shrinkwrap.json" => {
                    value(line, "\"resolved\": \"").filter(|source| !source.starts_with(NPM_SOURCE))
                }
                _ => None,
            };
            if source.is_some() {
                breach("a package comes from elsewhere than the public registry".to_owned());
            }
            let configures = matches!(file, ".npmrc" | ".yarnrc") || leaf.path.starts_with(".cargo/");
            let key = line.split('=').next().unwrap_or_default().trim();
            if configures && (key.ends_with("registry") || key == "replace-with") {
                breach("chooses a registry; that is each machine's own affair".to_owned());
            }
        }
    }
    breaches
}

fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.split_once(key)?.1.split('"').next()
}

/// A folder below a person's home, by its beginning: `/home/<name>/`, `/Users/<name>/`, `C:\Users\<name>\`.
fn path_of_a_person(line: &str) -> Option<&str> {
    for (beginning, end) in [("/home/", '/'), ("/Users/", '/'), (":\\Users\\", '\\')] {
        for (at, _) in line.match_indices(beginning) {
            let begins = !line[..at].ends_with(|letter: char| letter.is_alphanumeric() || "._-/~}".contains(letter))
                || beginning.starts_with(':');
            let name = line[at + beginning.len()..].split(end).next().unwrap_or_default();
            let whole = line[at + beginning.len()..].len() > name.len();
            let plain = !name.is_empty()
                && name
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter));
            // One-letter people live in examples only.
            if begins && whole && plain && name.len() > 1 {
                return Some(&line[at..at + beginning.len() + name.len()]);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::leaf;
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        let private = Private {
            texts: vec!["/srv/checkout".to_owned(), "mirror.example".to_owned()],
        };
        check(&[leaf(path, text)], &private).len()
    }

    #[test]
    fn what_tells_of_the_machine_is_found() {
        assert_eq!(found("README.md", "see /srv/checkout/target"), 1);
        assert_eq!(found("ui/.npmrc", "//mirror.example/npm/:x=y"), 1);
        assert_eq!(found("tests/a.rs", &format!("\"/ho{}\"", "me/anna/so/file")), 1);
        assert_eq!(found("tests/a.rs", &format!("\"C:\\Us{}\"", "ers\\Anna\\so")), 1);
        assert_eq!(
            found(
                "README.md",
                "~/.local/share, https://example.org/home/news/x, $HOME/x, /home/a/x"
            ),
            0
        );
    }

    #[test]
    fn packages_come_from_the_public_registries() {
        assert_eq!(found("Cargo.lock", &format!("source = \"{CARGO_SOURCE}\"")), 0);
        assert_eq!(
            found("Cargo.lock", "source = \"sparse+https://crates.elsewhere.example/\""),
            1
        );
        assert_eq!(
            found(
                "ui/package-lock.json",
                "  \"resolved\": \"https://registry.npmjs.org/vite/-/vite.tgz\","
            ),
            0
        );
        assert_eq!(
            found(
                "ui/package-lock.json",
                "  \"resolved\": \"https://npm.elsewhere.example/vite.tgz\","
            ),
            1
        );
        assert_eq!(found(".cargo/config.toml", "replace-with = \"nearby\""), 1);
        assert_eq!(found("ui/.npmrc", "registry=https://npm.elsewhere.example"), 1);
    }

    #[test]
    fn hosts_are_taken_from_addresses_without_secrets() {
        assert_eq!(
            host("https://user:word@npm.elsewhere.example:8080/x"),
            Some("npm.elsewhere.example")
        );
        assert_eq!(host("nothing"), None);
        assert!(is_public("registry.npmjs.org") && is_public("index.crates.io") && !is_public("crates.io.example"));
    }
}

//! Who may know whom. Arrows go one way: shell and terminal → app → ledger, bundle, documents, mailbox → domain.

use super::Breach;
use serde_json::Value;

/// Each package of the house, the packages of the house that it may know, and the outside packages that it alone may
/// use of those in [`KEPT_APART`].
const HOUSE: &[(&str, &[&str], &[&str])] = &[
    ("chidao-domain", &[], &[]),
    ("chidao-ledger", &["chidao-domain"], &["rusqlite"]),
    ("chidao-bundle", &["chidao-domain"], &[]),
    ("chidao-documents", &["chidao-domain"], &[]),
    ("chidao-mailbox", &[], &["ureq"]),
    (
        "chidao-app",
        &[
            "chidao-domain",
            "chidao-ledger",
            "chidao-bundle",
            "chidao-documents",
            "chidao-mailbox",
        ],
        &[],
    ),
    // The domain's words (dates, statuses) are those of the app's requests.
    ("chidao", &["chidao-app", "chidao-domain", "chidao-loopback"], &[]),
    ("chidao-loopback", &["chidao-app"], &["axum"]),
    (
        "so-chi-dao",
        &["chidao-app", "chidao-domain", "chidao-loopback"],
        &["tauri"],
    ),
    ("xtask", &[], &[]),
    ("desktop", &[], &[]),
    ("story", ALL, &[]),
    ("simulation", ALL, &[]),
    ("servers", &[], &[]),
    // It knows the program by its answers alone.
    ("crash", &[], &[]),
    ("hostile", ALL, &[]),
    ("benches", ALL, &["rusqlite"]),
];

const ALL: &[&str] = &[
    "chidao-domain",
    "chidao-ledger",
    "chidao-bundle",
    "chidao-documents",
    "chidao-mailbox",
    "chidao-app",
];

/// What the tests of every room may know, and nothing else.
const SERVING_TESTS: &[&str] = &["servers"];

/// Outside packages that only some rooms may know, by the beginnings of their names: the window, the database, the
/// server, the network. `tauri` stands for the whole family.
const KEPT_APART: &[(&str, &[&str])] = &[
    ("tauri", &["tauri", "wry", "tao", "webkit2gtk", "gtk", "rfd"]),
    ("rusqlite", &["rusqlite", "libsqlite3"]),
    ("axum", &["axum"]),
    ("ureq", &["ureq", "rusty-s3", "reqwest", "opendal"]),
];

/// Breaches in what `cargo metadata --no-deps` tells.
pub(super) fn check(metadata: &Value) -> Vec<Breach> {
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut breaches = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, may_know, may_use)) = HOUSE.iter().find(|(room, ..)| *room == name) else {
            breaches.push(Breach::new(
                name,
                "is no room of the house: add it to the arrows in xtask, with what it may know",
            ));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let other = dependency["name"].as_str().unwrap_or_default();
            let serves_tests = dependency["kind"] == "dev" && SERVING_TESTS.contains(&other);
            if names.contains(&other) && !may_know.contains(&other) && !serves_tests {
                breaches.push(Breach::new(name, format!("must not know {other}")));
            }
            for (family, beginnings) in KEPT_APART {
                let of_family = beginnings.iter().any(|beginning| {
                    other
                        .strip_prefix(beginning)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_', '3']))
                });
                if of_family && !may_use.contains(family) {
                    breaches.push(Breach::new(name, format!("must not use {other}")));
                }
            }
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn house(packages: &[(&str, &[&str])]) -> Vec<String> {
        let package = |(name, dependencies): &(&str, &[&str])| {
            let dependencies: Vec<_> = dependencies
                .iter()
                .map(|name| json!({ "name": name, "kind": "dev" }))
                .collect();
            json!({ "name": name, "dependencies": dependencies })
        };
        let packages: Vec<_> = packages.iter().map(package).collect();
        check(&json!({ "packages": packages }))
            .iter()
            .map(Breach::to_string)
            .collect()
    }

    #[test]
    fn the_arrows_of_the_design_are_allowed() {
        let rooms: &[(&str, &[&str])] = &[
            ("chidao-domain", &["chrono", "serde"]),
            ("chidao-ledger", &["chidao-domain", "rusqlite"]),
            ("chidao-bundle", &["age"]),
            ("chidao-app", &["chidao-ledger", "chidao-bundle"]),
            ("servers", &[]),
            ("chidao-mailbox", &["servers", "ureq"]),
            ("chidao-loopback", &["chidao-app", "axum"]),
            ("chidao", &["chidao-app", "chidao-loopback"]),
            (
                "so-chi-dao",
                &["chidao-app", "tauri", "tauri-build", "tauri-plugin-dialog"],
            ),
        ];
        assert_eq!(house(rooms), [""; 0]);
    }

    #[test]
    fn a_planted_arrow_is_found() {
        let domain: (&str, &[&str]) = ("chidao-domain", &[]);
        let ledger: (&str, &[&str]) = ("chidao-ledger", &[]);
        let planted = |name: &'static str, other: &'static [&'static str]| house(&[domain, ledger, (name, other)]);
        assert_eq!(
            planted("chidao-bundle", &["chidao-ledger"]),
            ["chidao-bundle: must not know chidao-ledger"]
        );
        let into_a_room = json!({ "packages": [
            { "name": "servers", "dependencies": [] },
            { "name": "chidao-mailbox", "dependencies": [{ "name": "servers", "kind": null }] },
        ] });
        let found: Vec<String> = check(&into_a_room).iter().map(Breach::to_string).collect();
        assert_eq!(found, ["chidao-mailbox: must not know servers"]);
        assert_eq!(
            planted("chidao", &["chidao-ledger"]),
            ["chidao: must not know chidao-ledger"]
        );
        assert_eq!(
            planted("xtask", &["chidao-domain"]),
            ["xtask: must not know chidao-domain"]
        );
        assert_eq!(
            planted("chidao-app", &["tauri-plugin-dialog"]),
            ["chidao-app: must not use tauri-plugin-dialog"]
        );
        assert_eq!(
            planted("chidao-documents", &["rusqlite"]),
            ["chidao-documents: must not use rusqlite"]
        );
        assert_eq!(planted("so-chi-dao", &["axum"]), ["so-chi-dao: must not use axum"]);
        assert_eq!(planted("utilities", &[]).len(), 1);
    }
}

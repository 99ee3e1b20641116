//! The tools of the trade, as Debian has them.

use crate::office::{Office, text};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs a stock tool in a folder.
pub(crate) fn run(folder: &Path, tool: &str, words: &[&str]) {
    let output = Command::new(tool).args(words).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| panic!("apt-get install age minisign zstd tar: {tool}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool} {words:?}: {said}");
}

/// A bundle taken apart by the recipient's exported identity, its signature verified.
pub(crate) struct Opened {
    pub(crate) folder: PathBuf,
    pub(crate) manifest: Value,
}

/// Opens a bundle with `age`, `zstd` and `tar`, and verifies it with `minisign`.
pub(crate) fn open(bundle: &Path, recipient: &Office, sender: &Office, name: &str) -> Opened {
    let folder = bundle.parent().unwrap().join(name);
    std::fs::create_dir(&folder).unwrap();
    let identity = folder.join("identity.txt");
    recipient.json(&["keys", "export-identity", text(&identity)]);
    let again = recipient.refused(&["keys", "export-identity", text(&identity)]);
    assert_eq!(again["code"], "file_exists");
    run(
        &folder,
        "age",
        &["-d", "-i", "identity.txt", "-o", "b.tar.zst", text(bundle)],
    );
    run(
        &folder,
        "zstd",
        &["-q", "-d", "--memory=8MB", "b.tar.zst", "-o", "b.tar"],
    );
    run(&folder, "tar", &["-xf", "b.tar"]);
    let key = sender.json(&["keys"])["signing"].as_str().unwrap().to_owned();
    run(
        &folder,
        "minisign",
        &[
            "-V",
            "-q",
            "-m",
            "manifest.json",
            "-x",
            "manifest.json.minisig",
            "-P",
            &key,
        ],
    );
    let manifest = serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    Opened { folder, manifest }
}

impl Opened {
    /// The totals in the manifest: their date and their counts.
    pub(crate) fn totals(&self) -> &Value {
        &self.manifest["channels"][0]["totals"]
    }

    /// Lines that the ranges carry, headers included.
    pub(crate) fn lines(&self) -> u64 {
        let ranges = self.manifest["channels"][0]["ranges"].as_array().unwrap();
        ranges
            .iter()
            .map(|range| range["last"].as_u64().unwrap() + 1 - range["first"].as_u64().unwrap())
            .sum()
    }
}

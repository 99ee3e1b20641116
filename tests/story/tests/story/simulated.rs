//! The simulation, reached from the terminal program.

use crate::office::{build, built};
use serde_json::Value;
use std::fs;
use std::process::Command;

#[test]
fn a_seed_is_simulated_from_the_terminal_and_without_the_simulation_that_is_said() {
    assert_eq!(build("simulation").parent(), built().parent());
    let said = Command::new(built())
        .args(["simulate", "--seed", "7", "--units", "2", "--days", "10"])
        .output()
        .unwrap();
    let text = String::from_utf8(said.stdout).unwrap();
    assert!(said.status.success(), "{text}");
    assert!(text.starts_with("seed 7: nothing found"), "{text}");
    let nonsense = Command::new(built()).args(["simulate", "--sed", "7"]).output().unwrap();
    assert_eq!(nonsense.status.code(), Some(1));
    assert!(String::from_utf8(nonsense.stderr).unwrap().contains("--seeds A..B"));

    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join(built().file_name().unwrap());
    fs::copy(built(), &alone).unwrap();
    let said = Command::new(alone).args(["simulate", "--seed", "7"]).output().unwrap();
    assert_eq!(said.status.code(), Some(1));
    let refusal: Value = serde_json::from_slice(&said.stderr).unwrap();
    assert_eq!(refusal["code"], "simulation_missing");
}

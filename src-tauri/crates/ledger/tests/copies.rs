//! Whole copies of a store on a disk: what a backup and a new key stand on.

#![allow(
    clippy::unwrap_used,
    reason = "what a test builds on must be there; the panic is the failure"
)]

mod office;

use chidao_ledger::store::append::Wish;
use chidao_ledger::store::copying::{self, CopyStep};
use chidao_ledger::store::{LedgerError, Store};
use office::*;
use std::ops::ControlFlow;
use std::path::Path;

const KEY: [u8; 32] = [7; 32];
const OTHER: [u8; 32] = [8; 32];

fn on_disk(folder: &Path) -> Machine {
    let mut office = office();
    let mut machine = office.machines.swap_remove(1);
    machine.store = Store::open(&folder.join("ledger.db"), &KEY).unwrap();
    machine
        .store
        .write(|writer| writer.take_charter(&office.charter))
        .unwrap();
    machine
}

fn write(machine: &Machine, count: u64) {
    for i in 0..count {
        let wish = Wish::make("task", vec![("content", format!("Nhiệm vụ {i}").into())]);
        machine.write(1_498_190_400_000 + i, i as u8, wish).unwrap();
    }
}

fn unwatched(_: CopyStep, _: u64, _: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn a_copy_under_another_key_holds_what_was_committed_and_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let machine = on_disk(folder.path());
    write(&machine, 30);
    let copy = folder.path().join("copy.db");
    // Somebody writes on meanwhile: the copy is of one moment.
    let mut steps = Vec::new();
    let held = machine
        .store
        .write(|_| {
            machine.store.copy_to(&copy, &OTHER, &mut |step, done, total| {
                steps.push((step, done, total));
                ControlFlow::Continue(())
            })
        })
        .unwrap();
    write(&machine, 3);
    assert!(
        steps
            .iter()
            .any(|(step, done, total)| *step == CopyStep::Writing && done == total && *total > 0)
    );
    assert_eq!(steps.last().map(|step| step.0), Some(CopyStep::Verifying));
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    names.retain(|name| name.to_string_lossy().starts_with("copy"));
    assert_eq!(names, ["copy.db"]);
    assert_eq!(copying::verify_at(&copy, &OTHER, &mut unwatched).unwrap(), held);
    assert!(matches!(
        copying::verify_at(&copy, &KEY, &mut unwatched),
        Err(LedgerError::WrongKey)
    ));
    let opened = Store::open(&copy, &OTHER).unwrap();
    assert_eq!(tasks(&opened).len(), 30);
    assert!(opened.check().unwrap().troubles.is_empty());
    assert_eq!(tasks(&machine.store).len(), 33);
}

#[test]
fn a_damaged_copy_is_found_and_a_copy_that_was_stopped_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let machine = on_disk(folder.path());
    write(&machine, 5);
    let copy = folder.path().join("copy.db");
    machine.store.copy_to(&copy, &KEY, &mut unwatched).unwrap();
    let whole = std::fs::read(&copy).unwrap();
    for at in (100..whole.len()).step_by(4096) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&copy, bytes).unwrap();
        assert!(copying::verify_at(&copy, &KEY, &mut unwatched).is_err(), "byte {at}");
    }
    assert!(
        machine.store.copy_to(&copy, &KEY, &mut unwatched).is_err(),
        "a file is never written over"
    );
    let stopped = machine
        .store
        .copy_to(&folder.path().join("stopped.db"), &KEY, &mut |_, _, _| {
            ControlFlow::Break(())
        });
    assert!(matches!(stopped, Err(LedgerError::Cancelled)));
}

#[test]
fn a_store_can_be_asked_its_version_and_copied_before_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    assert_eq!(copying::version_at(&path, &KEY).unwrap(), None);
    let machine = on_disk(folder.path());
    write(&machine, 2);
    drop(machine);
    assert_eq!(
        copying::version_at(&path, &KEY).unwrap(),
        Some(chidao_ledger::store::STORE_VERSION)
    );
    assert!(copying::would_migrate(chidao_ledger::store::STORE_VERSION - 1));
    let copy = folder.path().join("copy.db");
    let held = copying::copy_unopened(&path, &KEY, &copy, &KEY, &mut unwatched).unwrap();
    assert_eq!(copying::verify_at(&copy, &KEY, &mut unwatched).unwrap(), held);
}

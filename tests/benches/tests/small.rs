//! What the benchmarks ask, at sizes that take no time: every side must give the same answers.

use benches::peer::Peer;
use benches::register::{self, Rounds};
use benches::{Failure, import, office};

const SEED: u64 = 5;

#[test]
fn the_register_and_both_peers_answer_alike() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let tasks = 700;
    let (app, written) = office::open(&folder.path().join("home"), tasks, SEED)?;
    assert!(written.is_some());
    let peers = [false, true].map(|encrypted| {
        let file = folder.path().join(format!("{encrypted}.db"));
        Peer::open(&file, encrypted, tasks, SEED)
    });
    let peers = peers.into_iter().collect::<Result<Vec<_>, _>>()?;
    let rounds = Rounds {
        ours: 1,
        peer: 1,
        reports: 3,
    };
    let table = register::measure(&app, &peers, tasks, SEED, rounds)?;
    assert_eq!(
        table.lines().filter(|line| line.starts_with("| ")).count(),
        1 + 10 + 1 + 4 + 3,
        "{table}"
    );
    Ok(())
}

#[test]
fn the_encrypted_peer_is_encrypted() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let begins = |encrypted| -> Result<bool, Failure> {
        let file = folder.path().join("peer.db");
        drop(Peer::open(&file, encrypted, 10, SEED)?);
        let bytes = std::fs::read(&file)?;
        std::fs::remove_file(&file)?;
        Ok(bytes.starts_with(b"SQLite format 3"))
    };
    assert!(begins(false)?);
    assert!(!begins(true)?);
    Ok(())
}

#[test]
fn bundles_go_up_whole_and_come_again_as_known() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let pair = office::Pair::new(folder.path(), 30, SEED)?;
    let first = pair.send_up()?;
    assert!(first.entries >= 30 && first.changes > 300, "{first:?}");
    pair.answer()?;
    office::report(&pair.unit, 7, 40)?;
    let second = pair.send_up()?;
    assert!(second.entries < 5 && second.size < first.size, "{second:?}");
    Ok(())
}

#[test]
fn the_ledger_alone_takes_everything_in() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    assert!(import::run(folder.path(), 20, SEED)?.changes > 200);
    Ok(())
}

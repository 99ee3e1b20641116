//! The exchange that the benchmark does, small: nothing lost, in any order, once or twice.

use benches::Failure;
use benches::exchange::{Desk, Pair, Wrapping};
use benches::workload::Workload;
use std::path::Path;

/// Both sides have the rows; the unit edits in two halves, the province meanwhile.
fn exchanged(folder: &Path, wrapping: Wrapping, reversed: bool) -> Result<(), Failure> {
    let work = Workload::new(60, 400, 1);
    let pair = Pair::new()?;
    let mut unit = Desk::open(&folder.join("unit.db"), 1)?;
    let mut province = Desk::open(&folder.join("province.db"), 2)?;
    unit.join(&pair)?;
    province.join(&pair)?;
    let tasks = unit.create(&pair, &pair.child, &work.rows)?;
    let base = unit.place(&pair, &pair.child)?;
    let carried = unit.export(&pair, &pair.child, (None, &base), wrapping)?;
    assert_eq!(
        province.import(&pair, &pair.parent, &carried, wrapping)?.changes,
        60 * 20
    );
    let (first, second) = work.edits.split_at(200);
    unit.edit(&pair, &pair.child, &tasks, first)?;
    let middle = unit.place(&pair, &pair.child)?;
    unit.edit(&pair, &pair.child, &tasks, second)?;
    let end = unit.place(&pair, &pair.child)?;
    assert_eq!(end.line(), base.line() + 400);
    province.edit(&pair, &pair.parent, &tasks, &work.meanwhile)?;
    let mut parts = vec![
        unit.export(&pair, &pair.child, (Some(&base), &middle), wrapping)?,
        unit.export(&pair, &pair.child, (Some(&middle), &end), wrapping)?,
    ];
    if reversed {
        parts.reverse();
    }
    let mut changes = 0;
    for part in &parts {
        changes += province.import(&pair, &pair.parent, part, wrapping)?.changes;
    }
    assert_eq!(changes, 400);
    let whole = unit.export(&pair, &pair.child, (Some(&base), &end), wrapping)?;
    assert_eq!(province.import(&pair, &pair.parent, &whole, wrapping)?.changes, 0);
    let expected = work.expected();
    let found = province.values(&tasks, expected.keys().copied())?;
    let mut both = 0;
    for (cell, values) in &expected {
        let mut there = found[cell].clone();
        there.sort();
        let mut values = values.clone();
        values.sort();
        assert_eq!(there, values, "{cell:?}");
        both += usize::from(values.len() == 2);
    }
    assert!(both > 0);
    assert_eq!(province.conflicts()?, both);
    Ok(())
}

#[test]
fn a_bundle_carries_every_value() -> Result<(), Failure> {
    exchanged(tempfile::tempdir()?.path(), Wrapping::Bundle, false)
}

#[test]
fn bundles_in_the_wrong_order_carry_every_value() -> Result<(), Failure> {
    exchanged(tempfile::tempdir()?.path(), Wrapping::Bundle, true)
}

#[test]
fn bare_lines_carry_the_same() -> Result<(), Failure> {
    exchanged(tempfile::tempdir()?.path(), Wrapping::Bare, true)
}

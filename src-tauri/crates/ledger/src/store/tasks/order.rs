//! Places of texts in the Vietnamese order, as numbers that can be compared in a column.
//!
//! Between two neighbours there is room for others; where it runs out, the places around are spread anew. So a new text
//! costs two look-ups, and sorting a million tasks by their content compares numbers.

use super::super::Result;
use super::columns::{self, Column};
use chidao_domain::text;
use rusqlite::{Connection, OptionalExtension, params};

/// What is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Which {
    Code,
    Content,
}

/// Letters of a content by which it is sorted: those of the first line that a list shows, and more.
pub(super) const SORTED_LETTERS: usize = 80;

/// Room left after a text that comes last.
const STEP: u32 = 1_024;

impl Which {
    pub(super) const ALL: [Which; 2] = [Which::Code, Which::Content];

    pub(super) fn column(self) -> Column {
        match self {
            Which::Code => Column::Code,
            Which::Content => Column::Content,
        }
    }
}

/// The bytes whose order is that of the texts; nothing comes last.
pub(super) fn key(text: &str) -> Vec<u8> {
    let end = text.char_indices().nth(SORTED_LETTERS).map_or(text.len(), |(at, _)| at);
    let key = text::collation_key(&text[..end]);
    if text.is_empty() { vec![u8::MAX] } else { key }
}

struct Neighbour {
    key: Vec<u8>,
    slot: u32,
    place: u32,
}

fn neighbours(
    connection: &Connection,
    which: Which,
    after: bool,
    (key, slot): (&[u8], u32),
    most: usize,
) -> Result<Vec<Neighbour>> {
    let mut statement = connection.prepare_cached(if after {
        "SELECT key, slot, place FROM task_order WHERE which = ?1 AND (key, slot) > (?2, ?3) ORDER BY key, slot LIMIT ?4"
    } else {
        "SELECT key, slot, place FROM task_order WHERE which = ?1 AND (key, slot) < (?2, ?3)
         ORDER BY key DESC, slot DESC LIMIT ?4"
    })?;
    Ok(statement
        .query_map(params![which as i64, key, slot, most as i64], |row| {
            Ok(Neighbour {
                key: row.get(0)?,
                slot: row.get(1)?,
                place: row.get(2)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?)
}

/// The place of a text, and whether it is its own; else that of the next one, if there is one.
pub(super) fn place_of(connection: &Connection, which: Which, key: &[u8], slot: u32) -> Result<Option<(u32, bool)>> {
    Ok(connection
        .prepare_cached(
            "SELECT place, key = ?2 AND slot = ?3 FROM task_order WHERE which = ?1 AND (key, slot) >= (?2, ?3)
             ORDER BY key, slot LIMIT 1",
        )?
        .query_row(params![which as i64, key, slot], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// Takes a text out.
pub(super) fn remove(connection: &Connection, which: Which, key: &[u8], slot: u32) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM task_order WHERE which = ?1 AND key = ?2 AND slot = ?3")?
        .execute(params![which as i64, key, slot])?;
    Ok(())
}

/// Gives new texts their places.
pub(super) fn place(
    connection: &Connection,
    pending: &mut columns::Pending,
    which: Which,
    mut new: Vec<(Vec<u8>, u32)>,
) -> Result<()> {
    new.sort_unstable();
    let mut rest = new.as_slice();
    while let Some((key, slot)) = rest.first() {
        let here = (key.as_slice(), *slot);
        let next = neighbours(connection, which, true, here, 1)?.pop();
        let before = neighbours(connection, which, false, here, 1)?.pop();
        let run = match &next {
            Some(next) => {
                rest.partition_point(|(key, slot)| (key.as_slice(), *slot) < (next.key.as_slice(), next.slot))
            }
            None => rest.len(),
        };
        let (before, next) = (before.map(|one| one.place), next.map(|one| one.place));
        let Some((first, step)) = spread(before, next, run) else {
            make_room(connection, pending, which, here, run)?;
            continue;
        };
        let mut place = first;
        for (key, slot) in &rest[..run] {
            connection
                .prepare_cached("INSERT INTO task_order (which, key, slot, place) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![which as i64, key, slot, place])?;
            pending.set(connection, which.column(), *slot, u64::from(place))?;
            place = place.saturating_add(step);
        }
        rest = &rest[run..];
    }
    Ok(())
}

/// The first place and the step between places for a run of texts between two others; none if there is no room.
fn spread(before: Option<u32>, next: Option<u32>, run: usize) -> Option<(u32, u32)> {
    let run = u32::try_from(run).ok()?;
    let low = before.unwrap_or(0);
    let high = next.unwrap_or(u32::MAX);
    let even = (high - low) / run.checked_add(1)?;
    let step = if before.is_some() && next.is_some() {
        even
    } else {
        even.min(STEP)
    };
    if step == 0 {
        return None;
    }
    let first = match (before, next) {
        // Room on both sides of the first texts of all.
        (None, None) => (u32::MAX / 2) - step * (run / 2),
        (None, Some(next)) => next - step * run,
        (Some(before), _) => before + step,
    };
    Some((first, step))
}

/// Spreads the places around a text so that a run of new ones fits before it: around it as few as needed.
fn make_room(
    connection: &Connection,
    pending: &mut columns::Pending,
    which: Which,
    here: (&[u8], u32),
    run: usize,
) -> Result<()> {
    let mut around = 512.max(run);
    loop {
        let mut before = neighbours(connection, which, false, here, around + 1)?;
        let mut after = neighbours(connection, which, true, here, around + 1)?;
        let whole = before.len() <= around && after.len() <= around;
        let low = if before.len() > around {
            before.pop().map_or(0, |one| one.place)
        } else {
            0
        };
        let high = if after.len() > around {
            after.pop().map_or(u32::MAX, |one| one.place)
        } else {
            u32::MAX
        };
        let step = (u64::from(high) - u64::from(low)) / (before.len() + after.len() + run + 1) as u64;
        if step < 16 && !(whole && step > 0) {
            around *= 4;
            continue;
        }
        before.reverse();
        let gap = before.len();
        for (i, one) in before.into_iter().chain(after).enumerate() {
            let position = if i < gap { i } else { i + run };
            let place = u64::from(low) + step * (position as u64 + 1);
            connection
                .prepare_cached("UPDATE task_order SET place = ?4 WHERE which = ?1 AND key = ?2 AND slot = ?3")?
                .execute(params![which as i64, one.key, one.slot, place])?;
            pending.set(connection, which.column(), one.slot, place)?;
        }
        return Ok(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ordered(connection: &Connection) -> bool {
        let mut statement = connection
            .prepare("SELECT place FROM task_order WHERE which = 0 ORDER BY key, slot")
            .unwrap();
        let places: Vec<u32> = statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap();
        places.windows(2).all(|pair| pair[0] < pair[1])
    }

    fn add(connection: &Connection, new: Vec<(Vec<u8>, u32)>) {
        let mut pending = columns::Pending::default();
        place(connection, &mut pending, Which::Code, new).unwrap();
        pending.write(connection).unwrap();
    }

    fn empty() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(super::super::SCHEMA).unwrap();
        connection
    }

    #[test]
    fn room_is_made_where_it_runs_out() {
        let connection = empty();
        add(&connection, vec![(vec![0], 0), (vec![255], 1)]);
        // Always into the same gap, from above and from below: forty halvings would use up any number of 32 bits.
        for i in 0..2_000_u32 {
            let key = (1_000_000 - i).to_be_bytes();
            let key = [&[7][..], &key].concat();
            add(&connection, vec![(key, 2 + i)]);
        }
        for i in 0..2_000_u32 {
            let key = [&[6][..], &i.to_be_bytes()].concat();
            add(&connection, vec![(key, 3_000 + i)]);
        }
        assert!(ordered(&connection));
        let mut columns = columns::Columns::new(&connection).unwrap();
        let (place, own) = place_of(&connection, Which::Code, &[255], 1).unwrap().unwrap();
        assert!(own);
        assert_eq!(columns.value(Column::Code, 1).unwrap(), u64::from(place));
    }

    proptest! {
        #[test]
        fn any_runs_in_any_order_keep_the_order(runs in proptest::collection::vec(proptest::collection::vec(0..60_000_u32, 1..400), 1..8)) {
            let connection = empty();
            let mut slot = 0;
            for run in runs {
                let new = run.into_iter().map(|key| { slot += 1; (key.to_be_bytes().to_vec(), slot) }).collect();
                add(&connection, new);
                prop_assert!(ordered(&connection));
            }
        }
    }
}

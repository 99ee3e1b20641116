//! The work that every side of the exchange's benchmark does: rows of twenty fields, and edits that favour a few rows.

use chidao_ledger::generate::Generator;
use serde_json::Value;
use std::collections::BTreeMap;

/// The fields of a row, all of them text here. The names are those of a task.
pub const FIELDS: [&str; 20] = [
    "code",
    "kind",
    "document_number",
    "assigner",
    "assigned_on",
    "content",
    "product",
    "field_of_work",
    "priority",
    "original_deadline",
    "deadline",
    "deadline_words",
    "lead",
    "responsible",
    "follower",
    "received_on",
    "note",
    "unit_note",
    "difficulty",
    "coordinating",
];

/// The field that both sides may set.
pub const SHARED: usize = 12;
/// The fields that are edited, as often as they stand here.
const EDITED: [usize; 12] = [SHARED, SHARED, SHARED, 10, 10, 17, 17, 17, 13, 13, 7, 14];

/// One row.
pub type Row = [String; FIELDS.len()];

/// One field of one row set to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The row.
    pub row: usize,
    /// The place of the field in [`FIELDS`].
    pub field: usize,
    /// The value, always another than before.
    pub value: String,
}

/// Everything that is done.
#[derive(Clone, Debug)]
pub struct Workload {
    /// The rows that both sides begin with.
    pub rows: Vec<Row>,
    /// What the sender edits.
    pub edits: Vec<Edit>,
    /// What the receiver edits meanwhile, one in twenty of the cells that the sender edits too.
    pub meanwhile: Vec<Edit>,
}

/// A small generator of numbers (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

/// Ranks by Zipf's law: the `k`th is drawn `k` times more seldom than the first.
struct Zipf(Vec<f64>);

impl Zipf {
    fn new(ranks: usize) -> Zipf {
        let mut sum = 0.0;
        Zipf(
            (1..=ranks)
                .map(|rank| {
                    sum += 1.0 / rank as f64;
                    sum
                })
                .collect(),
        )
    }

    fn draw(&self, numbers: &mut Numbers) -> usize {
        let share = (numbers.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let wanted = share * self.0.last().copied().unwrap_or(0.0);
        self.0.partition_point(|sum| *sum <= wanted).min(self.0.len() - 1)
    }
}

/// Source of realistic words.
struct Words(Generator);

impl Words {
    fn task(&mut self) -> BTreeMap<String, String> {
        let set = self.0.task().set.into_iter();
        set.filter_map(|(field, value)| Some((field, value.as_str()?.to_owned())))
            .collect()
    }

    fn of(&mut self, field: usize) -> String {
        let mut task = self.task();
        let mut take = |name: &str| task.remove(name).unwrap_or_default();
        match FIELDS[field] {
            "unit_note" | "note" => take("content"),
            "follower" => take("responsible"),
            name => match take(name) {
                empty if empty.is_empty() => self.of(field),
                value => value,
            },
        }
    }

    fn row(&mut self, number: usize) -> Row {
        let task = self.task();
        let or = |name: &str, other: &str| task.get(name).cloned().unwrap_or_else(|| other.to_owned());
        let mut row = Row::default();
        for (place, name) in FIELDS.iter().enumerate() {
            row[place] = match *name {
                "code" => format!("NV{:02}", number + 1),
                "priority" => "normal".to_owned(),
                "original_deadline" | "deadline" => or(name, "2017-12-31"),
                "deadline_words" => "trong quý sau".to_owned(),
                "received_on" => or("assigned_on", "2017-01-03"),
                "follower" => or("responsible", ""),
                "note" => format!("Theo {}", or("document_number", "văn bản")),
                "unit_note" => "Đã giao phòng chuyên môn.".to_owned(),
                "difficulty" => "Chưa phát sinh".to_owned(),
                "coordinating" => or("lead", ""),
                "product" => or("product", "Báo cáo kết quả"),
                name => or(name, ""),
            };
        }
        row
    }
}

impl Workload {
    /// So many rows, and so many edits of them.
    pub fn new(rows: usize, edits: usize, seed: u64) -> Workload {
        let mut words = Words(Generator::new(seed));
        let mut numbers = Numbers(seed ^ 0x5eed);
        let rows: Vec<Row> = (0..rows).map(|number| words.row(number)).collect();
        let zipf = Zipf::new(rows.len());
        let mut stands: BTreeMap<(usize, usize), String> = BTreeMap::new();
        let mut made = Vec::with_capacity(edits);
        while made.len() < edits {
            // The favourites are spread over the rows, not the first of them.
            let row = zipf.draw(&mut numbers).wrapping_mul(7_919) % rows.len();
            let field = EDITED[numbers.below(EDITED.len())];
            let value = words.of(field);
            let before = stands.get(&(row, field)).unwrap_or(&rows[row][field]);
            if *before != value {
                stands.insert((row, field), value.clone());
                made.push(Edit { row, field, value });
            }
        }
        let shared: Vec<usize> = made
            .iter()
            .filter(|edit| edit.field == SHARED)
            .map(|edit| edit.row)
            .collect();
        let mut meanwhile: Vec<Edit> = Vec::new();
        let mut own: BTreeMap<usize, String> = BTreeMap::new();
        while meanwhile.len() < edits / 20 && !shared.is_empty() {
            let row = shared[numbers.below(shared.len())];
            let value = words.of(SHARED);
            let other = stands.get(&(row, SHARED));
            let before = own.get(&row).unwrap_or(&rows[row][SHARED]);
            if other != Some(&value) && *before != value {
                own.insert(row, value.clone());
                meanwhile.push(Edit {
                    row,
                    field: SHARED,
                    value,
                });
            }
        }
        Workload {
            rows,
            edits: made,
            meanwhile,
        }
    }

    /// What must be found in a cell once all is taken in: the last value of each side that edited it.
    pub fn expected(&self) -> BTreeMap<(usize, usize), Vec<String>> {
        let mut all: BTreeMap<(usize, usize), [Option<&String>; 2]> = BTreeMap::new();
        for (side, edits) in [&self.edits, &self.meanwhile].into_iter().enumerate() {
            for edit in edits {
                all.entry((edit.row, edit.field)).or_default()[side] = Some(&edit.value);
            }
        }
        all.into_iter()
            .map(|(cell, values)| (cell, values.into_iter().flatten().cloned().collect()))
            .collect()
    }
}

/// The value of a field in a form that a task takes.
pub fn value(field: usize, text: &str) -> Value {
    match FIELDS[field] {
        "coordinating" => Value::from(vec![text]),
        _ => Value::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rows_get_most_edits_and_every_edit_changes_something() {
        let work = Workload::new(500, 4_000, 3);
        let mut stands: BTreeMap<(usize, usize), &str> = BTreeMap::new();
        let mut counts = vec![0; 500];
        for edit in &work.edits {
            let before = stands.insert((edit.row, edit.field), &edit.value);
            assert_ne!(before.unwrap_or(&work.rows[edit.row][edit.field]), edit.value);
            counts[edit.row] += 1;
        }
        counts.sort_unstable_by_key(|count| std::cmp::Reverse(*count));
        assert!(counts[..50].iter().sum::<usize>() > 2_000, "{counts:?}");
        assert!(work.rows.iter().all(|row| row.iter().all(|value| !value.is_empty())));
    }

    #[test]
    fn one_edit_in_twenty_meets_another_of_the_same_cell() {
        let work = Workload::new(500, 4_000, 3);
        assert_eq!(work.meanwhile.len(), 200);
        let expected = work.expected();
        for edit in &work.meanwhile {
            let both = &expected[&(edit.row, edit.field)];
            assert!(both.len() == 2 && both[0] != both[1], "{both:?}");
        }
        assert_eq!(work.edits, Workload::new(500, 4_000, 3).edits);
        assert_ne!(work.edits, Workload::new(500, 4_000, 4).edits);
    }
}

//! Realistic tasks and edits from a seed, for benchmarks and trials: the same seed gives the same wishes for ever.
//!
//! Words, offices and persons follow Zipf's law as those of real registers do: a few are everywhere, most are rare.
//! Nothing here is a real office's paper.

mod vocabulary;

use crate::store::append::Wish;
use chidao_domain::ids::RecordId;
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};
use std::collections::HashMap;
use vocabulary as v;

/// A small generator of numbers (SplitMix64): not for secrets.
#[derive(Clone, Debug)]
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

    fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    /// A rank from 0, the `k`th about `k` times rarer than the first.
    fn zipf(&mut self, n: usize) -> usize {
        let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        // The inverse of the harmonic sum, near enough.
        let rank = ((n as f64 + 1.0).ln() * uniform).exp() - 1.0;
        (rank as usize).min(n.saturating_sub(1))
    }

    fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of.get(self.zipf(of.len())).copied().unwrap_or_default()
    }
}

/// Makes tasks and edits of them.
pub struct Generator {
    numbers: Numbers,
    made: u32,
    /// The report that stands at each task, to be followed.
    reported: HashMap<usize, RecordId>,
}

/// First day of the years in which the tasks are assigned.
const FIRST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2014, 1, 2) {
    Some(day) => day,
    None => NaiveDate::MIN,
};
/// Days over which the tasks are assigned.
const DAYS: usize = 1_260;

impl Generator {
    /// From a seed.
    pub fn new(seed: u64) -> Generator {
        Generator {
            numbers: Numbers(seed),
            made: 0,
            reported: HashMap::new(),
        }
    }

    /// The next task, with about fourteen fields, as the unit that carries it out registers it.
    pub fn task(&mut self) -> Wish {
        self.made += 1;
        let n = &mut self.numbers;
        let assigned = FIRST_DAY + Days::new(n.below(DAYS) as u64);
        let assigner = n.pick(v::ASSIGNERS);
        let kind = [
            "task",
            "task",
            "task",
            "conclusion",
            "instruction",
            "instruction",
            "ad_hoc",
        ][n.below(7)];
        let number = n.below(3_000) + 1;
        let document = format!("{number}{}", n.pick(v::DOCUMENTS));
        let mut set = vec![
            ("code", json!(format!("NV{:02}", self.made))),
            ("kind", json!(kind)),
            ("content", json!(content(n))),
            ("assigner", json!(assigner)),
            ("document_number", json!(document)),
            ("lead", json!(n.pick(v::OFFICES))),
            ("field_of_work", json!(n.pick(v::FIELDS))),
            ("assigned_on", json!(assigned.to_string())),
            ("on_province_system", json!(n.chance(85))),
            ("responsible", json!(person(n))),
        ];
        let due = n.chance(80).then(|| assigned + Days::new(10 + n.below(200) as u64));
        if let Some(due) = due {
            set.push(("original_deadline", json!(due.to_string())));
            let moved = if n.chance(12) {
                due + Days::new(15 + n.below(60) as u64)
            } else {
                due
            };
            set.push(("deadline", json!(moved.to_string())));
        }
        let (status, on, percent) = match n.below(100) {
            0..=7 => ("new", assigned, 0),
            8..=17 => ("received", assigned + Days::new(2), 0),
            18..=44 => ("in_progress", assigned + Days::new(5), 5 * (1 + n.below(19))),
            45..=49 => ("awaiting_approval", assigned + Days::new(30), 100),
            _ => {
                let done = assigned + Days::new(8 + n.below(180) as u64);
                // Most are done in time; who is late is late by weeks.
                let done = due.filter(|due| done > *due && n.chance(80)).unwrap_or(done);
                ("completed", done, 100)
            }
        };
        set.push(("opening_status", json!({"status": status, "on": on.to_string()})));
        set.push(("opening_percent", json!(percent)));
        if n.chance(30) {
            set.push((
                "product",
                json!(format!("{} {}", n.pick(v::PRODUCTS), n.pick(v::PLACES))),
            ));
        }
        if n.chance(25) {
            set.push(("coordinating", json!([n.pick(v::OFFICES), n.pick(v::OFFICES)])));
        }
        Wish::make("task", set)
    }

    /// The next edit of one of these tasks, with the task's place: mostly a progress report. The caller tells by
    /// [`Generator::reported`] what record a report became.
    ///
    /// # Panics
    /// When there are no tasks: an edit is of something.
    pub fn edit(&mut self, tasks: &[RecordId]) -> (usize, Wish) {
        assert!(!tasks.is_empty(), "an edit is of a task");
        let n = &mut self.numbers;
        let at = n.below(tasks.len());
        let task = &tasks[at];
        let wish = match n.below(10) {
            0..=6 => {
                let follows: Vec<Value> = self
                    .reported
                    .get(&at)
                    .map(|report| json!(report.to_string()))
                    .into_iter()
                    .collect();
                Wish::make(
                    "report",
                    vec![
                        ("task", json!(task.to_string())),
                        ("follows", json!(follows)),
                        ("percent", json!(5 * n.below(21))),
                        (
                            "note",
                            json!(format!("Đã {}. {}.", lower(&content(n)), n.pick(v::PROGRESS))),
                        ),
                        ("difficulty", json!(n.pick(v::DIFFICULTIES))),
                    ],
                )
            }
            7 => Wish::change(task.clone(), vec![("unit_note", json!(n.pick(v::PROGRESS)))]),
            8 => Wish::change(task.clone(), vec![("responsible", json!(person(n)))]),
            _ => Wish::change(task.clone(), vec![("lead", json!(n.pick(v::OFFICES)))]),
        };
        (at, wish)
    }

    /// Notes the report that now stands at a task.
    pub fn reported(&mut self, task: usize, report: RecordId) {
        self.reported.insert(task, report);
    }
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

/// What a task asks: an action upon something, somewhere, as some paper has it.
fn content(n: &mut Numbers) -> String {
    let mut text = format!("{} {}", n.pick(v::ACTIONS), n.pick(v::OBJECTS));
    if n.chance(40) {
        text.push_str(&format!(" và {}", n.pick(v::OBJECTS)));
    }
    match n.below(4) {
        0 => text.push_str(&format!(" tại {}", n.pick(v::PLACES))),
        1 => text.push_str(&format!(" thôn {}, {}", name(n), n.pick(v::PLACES))),
        2 => text.push_str(&format!(" thuộc dự án {} {}", n.pick(v::PROJECTS), name(n))),
        _ => text.push_str(" trên địa bàn huyện"),
    }
    if n.chance(35) {
        let (number, document) = (n.below(900) + 1, n.pick(v::DOCUMENTS));
        text.push_str(&format!(" theo {} số {number}{document}", n.pick(v::PAPERS)));
    }
    if n.chance(30) {
        text.push_str(&format!(", {}", n.pick(v::MANNERS)));
    }
    text
}

/// A name of two syllables: most of them rare.
fn name(n: &mut Numbers) -> String {
    let mut syllable = || {
        let initial = n.pick(v::INITIALS);
        let rhyme = n.pick(v::RHYMES);
        let mut letters = initial.chars().chain(rhyme.chars());
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
            .unwrap_or_default()
    };
    format!("{} {}", syllable(), syllable())
}

fn person(n: &mut Numbers) -> String {
    format!("{} {} {}", n.pick(v::FAMILIES), n.pick(v::MIDDLES), n.pick(v::GIVEN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chidao_domain::records;
    use std::collections::HashSet;

    #[test]
    fn a_seed_gives_the_same_wishes_for_ever() {
        let tasks = |seed| {
            let mut generator = Generator::new(seed);
            (0..50).map(|_| generator.task()).collect::<Vec<_>>()
        };
        assert_eq!(tasks(7), tasks(7));
        assert_ne!(tasks(7), tasks(8));
    }

    #[test]
    fn what_is_wished_fits_the_table() {
        let mut generator = Generator::new(1);
        let id = "task:00000000000000000000000000000000.1.0"
            .parse::<RecordId>()
            .expect("an id");
        let mut wishes: Vec<Wish> = (0..500).map(|_| generator.task()).collect();
        wishes.extend((0..500).map(|_| generator.edit(std::slice::from_ref(&id)).1));
        for wish in wishes {
            let kind = match &wish.target {
                crate::entry::Target::New(kind) => kind.clone(),
                crate::entry::Target::On(id) => id.kind.clone(),
            };
            for (field, value) in wish.set {
                let form = records::kind(&kind)
                    .and_then(|kind| kind.field(&field))
                    .expect("a field")
                    .form;
                assert!(form.fits(&value), "{kind}.{field}: {value}");
            }
        }
    }

    #[test]
    fn a_few_words_are_everywhere_and_most_are_rare() {
        let mut generator = Generator::new(1);
        let mut tasks = HashMap::<String, usize>::new();
        for _ in 0..5_000 {
            let content = content(&mut generator.numbers);
            let words: HashSet<String> = chidao_domain::text::fold(&content)
                .split(' ')
                .map(str::to_owned)
                .collect();
            for word in words {
                *tasks.entry(word).or_default() += 1;
            }
        }
        let rare = tasks.values().filter(|count| **count < 25).count();
        assert!(tasks.values().any(|count| *count > 1_500));
        assert!(rare * 2 > tasks.len() && tasks.len() > 600, "{rare} of {}", tasks.len());
    }
}

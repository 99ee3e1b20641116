//! What is asked of the list: two words of every kind, with and without filters, in several orders.

use chidao_domain::text::fold;
use chidao_ledger::generate::Generator;
use std::collections::{BTreeMap, HashSet};

/// How two words stand in a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// Each in a large part of the tasks.
    Common,
    /// Each in a large part of the tasks, but hardly ever in the same.
    Apart,
    /// One of each kind.
    Mixed,
    /// Each in a few of ten thousand tasks, at least once in the same.
    Rare,
    /// Nowhere.
    Absent,
}

impl Words {
    /// All of them.
    pub const ALL: [Words; 5] = [Words::Common, Words::Apart, Words::Mixed, Words::Rare, Words::Absent];

    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Words::Common => "common",
            Words::Apart => "common, apart",
            Words::Mixed => "common and rare",
            Words::Rare => "rare",
            Words::Absent => "absent",
        }
    }
}

/// Tasks from which the words are chosen: the first of the same register.
const SAMPLE: usize = 20_000;
/// Pairs of words of each kind.
pub const PAIRS: usize = 20;

/// Chooses pairs of words by how they stand in the first of the tasks of a seed.
pub fn pairs(seed: u64, tasks: u32) -> Vec<(Words, Vec<String>)> {
    let mut generator = Generator::new(seed);
    let sample = SAMPLE.min(tasks as usize);
    let texts: Vec<HashSet<String>> = (0..sample)
        .map(|_| {
            let wish = generator.task();
            let content = wish.set.iter().find(|(field, _)| field == "content");
            let text = content.and_then(|(_, value)| value.as_str()).unwrap_or_default();
            fold(text).split(' ').map(str::to_owned).collect()
        })
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for word in texts.iter().flatten() {
        *counts.entry(word).or_default() += 1;
    }
    let mut by_count: Vec<(&str, usize)> = counts.iter().map(|(word, count)| (*word, *count)).collect();
    by_count.sort_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
    let top: Vec<&str> = by_count.iter().take(PAIRS + 1).map(|(word, _)| *word).collect();
    let few: HashSet<&str> = by_count
        .iter()
        .filter(|(word, count)| (2..40).contains(count) && word.len() > 2)
        .map(|(word, _)| *word)
        .collect();
    let pair = |a: &str, b: &str| format!("{a} {b}");
    let common = top.windows(2).map(|two| pair(two[0], two[1])).collect();
    let rare: Vec<String> = texts
        .iter()
        .filter_map(|words| {
            let mut both: Vec<&String> = words.iter().filter(|word| few.contains(word.as_str())).collect();
            both.sort();
            (both.len() >= 2).then(|| pair(both[0], both[1]))
        })
        .take(PAIRS)
        .collect();
    let mixed = rare
        .iter()
        .zip(&top)
        .filter_map(|(rare, top)| rare.split(' ').next().map(|rare| pair(rare, top)))
        .collect();
    let absent = (0..PAIRS).map(|i| format!("zzx{i} wvz{i}")).collect();
    vec![
        (Words::Common, common),
        (Words::Apart, apart(&texts, &by_count)),
        (Words::Mixed, mixed),
        (Words::Rare, rare),
        (Words::Absent, absent),
    ]
}

/// Of the words that stand in at least one task of thirty, the pairs that stand together most seldom.
fn apart(texts: &[HashSet<String>], by_count: &[(&str, usize)]) -> Vec<String> {
    let common: Vec<&str> = by_count
        .iter()
        .take_while(|(_, count)| *count >= texts.len() / 30)
        .map(|(word, _)| *word)
        .collect();
    let mut together: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for a in 0..common.len() {
        for b in a + 1..common.len() {
            together.insert((a, b), 0);
        }
    }
    for words in texts {
        let here: Vec<usize> = (0..common.len()).filter(|i| words.contains(common[*i])).collect();
        for (i, a) in here.iter().enumerate() {
            for b in &here[i + 1..] {
                *together.entry((*a, *b)).or_default() += 1;
            }
        }
    }
    let mut pairs: Vec<((usize, usize), usize)> = together.into_iter().collect();
    pairs.sort_by_key(|((a, b), count)| (*count, a + b));
    pairs
        .into_iter()
        .take(PAIRS)
        .map(|((a, b), _)| format!("{} {}", common[a], common[b]))
        .collect()
}

/// Two filters at once, some wide and some narrow: a lead office and a status.
pub const FILTERS: [(&str, &str); 4] = [
    ("Phòng Tài nguyên và Môi trường", "completed"),
    ("Phòng Nội vụ", "in_progress"),
    ("Công an huyện", "completed"),
    ("Điện lực Yên Thế", "awaiting_approval"),
];

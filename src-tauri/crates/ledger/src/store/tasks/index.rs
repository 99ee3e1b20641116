//! Where words stand: for each word and each chunk of tasks, one bit for each task.
//!
//! Words are the syllables of the folded text (`domain::text::fold`). Beginnings of one and of two letters are kept as
//! if they were words, so that the first letters typed do not have to gather half of the dictionary.

use super::super::Result;
use super::columns::{self, Bits, CHUNK, Selection};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use std::collections::{BTreeSet, HashMap};

/// Chunks in a segment. New words are written to the last segment, which is small enough to stay in memory, and a word
/// is read from as many places as there are segments.
const SEGMENT: usize = 64;

/// Letters of a word that are kept; longer ones are found by their beginning and then compared.
pub(super) const WORD_LETTERS: usize = 24;

/// Stands before a beginning that is kept as a word; no folded text holds it.
const BEGINNING: char = '*';

/// Letters of the longest beginning that is kept.
const BEGINNING_LETTERS: usize = 2;

/// The first letters of a word, as many as are kept.
pub(super) fn kept(word: &str) -> &str {
    word.char_indices()
        .nth(WORD_LETTERS)
        .map_or(word, |(end, _)| &word[..end])
}

/// Everything under which a folded text is found.
pub(super) fn words(folded: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for word in folded.split(' ').filter(|word| !word.is_empty()) {
        let word = kept(word);
        if !words.insert(word.to_owned()) {
            continue;
        }
        for (at, letter) in word.char_indices().take(BEGINNING_LETTERS) {
            words.insert(format!("{BEGINNING}{}", &word[..at + letter.len_utf8()]));
        }
    }
    words
}

fn unpack(bytes: &[u8], into: &mut Bits) {
    if bytes.len() == CHUNK / 8 {
        for (word, bytes) in into.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *word |= u64::from_le_bytes(*bytes);
        }
    } else {
        for at in bytes.as_chunks::<2>().0 {
            let at = usize::from(u16::from_le_bytes(*at));
            if let Some(word) = into.get_mut(at / 64) {
                *word |= 1 << (at % 64);
            }
        }
    }
}

fn pack(bits: &Bits) -> Vec<u8> {
    let count: usize = bits.iter().map(|word| word.count_ones() as usize).sum();
    if 2 * count < CHUNK / 8 {
        columns::places(bits).flat_map(|at| (at as u16).to_le_bytes()).collect()
    } else {
        bits.iter().flat_map(|word| word.to_le_bytes()).collect()
    }
}

/// Reads where words stand.
pub(super) struct Index<'c> {
    word: CachedStatement<'c>,
    beginning: CachedStatement<'c>,
    slots: u32,
}

impl<'c> Index<'c> {
    pub(super) fn new(connection: &'c Connection, slots: u32) -> Result<Index<'c>> {
        Ok(Index {
            word: connection.prepare_cached("SELECT chunk, bits FROM task_word WHERE segment = ?1 AND word = ?2")?,
            beginning: connection
                .prepare_cached("SELECT chunk, bits FROM task_word WHERE segment = ?1 AND word >= ?2 AND word < ?3")?,
            slots,
        })
    }

    fn segments(&self) -> usize {
        (self.slots as usize).div_ceil(SEGMENT * CHUNK)
    }

    /// The tasks in which a word stands.
    pub(super) fn word(&mut self, word: &str) -> Result<Selection> {
        let mut found = Selection::none(self.slots);
        for segment in 0..self.segments() {
            gather(self.word.query(params![segment as i64, kept(word)])?, &mut found)?;
        }
        Ok(found)
    }

    /// The tasks in which a word stands that begins so.
    pub(super) fn beginning(&mut self, beginning: &str) -> Result<Selection> {
        if beginning.chars().count() <= BEGINNING_LETTERS {
            return self.word(&format!("{BEGINNING}{beginning}"));
        }
        let beginning = kept(beginning);
        let mut found = Selection::none(self.slots);
        for segment in 0..self.segments() {
            let end = format!("{beginning}{}", char::MAX);
            gather(
                self.beginning.query(params![segment as i64, beginning, end])?,
                &mut found,
            )?;
        }
        Ok(found)
    }
}

fn gather(mut rows: rusqlite::Rows<'_>, into: &mut Selection) -> Result<()> {
    while let Some(row) = rows.next()? {
        let chunk: i64 = row.get(0)?;
        if let Some(bits) = usize::try_from(chunk).ok().and_then(|chunk| into.chunk_mut(chunk)) {
            unpack(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?, bits);
        }
    }
    Ok(())
}

/// Words that came and went, gathered by chunk.
#[derive(Default)]
pub(super) struct Pending {
    chunks: HashMap<usize, HashMap<String, Delta>>,
}

#[derive(Default)]
struct Delta {
    come: Bits,
    gone: Bits,
}

impl Pending {
    /// Notes how a task's folded text changed.
    pub(super) fn change(&mut self, slot: u32, before: Option<&str>, after: &str) {
        let (chunk, at) = columns::place(slot);
        let before = before.map(words).unwrap_or_default();
        let after = words(after);
        let chunk = self.chunks.entry(chunk).or_default();
        let bit = 1 << (at % 64);
        for word in after.difference(&before) {
            let delta = chunk.entry(word.clone()).or_default();
            delta.come[at / 64] |= bit;
            delta.gone[at / 64] &= !bit;
        }
        for word in before.difference(&after) {
            let delta = chunk.entry(word.clone()).or_default();
            delta.gone[at / 64] |= bit;
            delta.come[at / 64] &= !bit;
        }
    }

    pub(super) fn write(&mut self, connection: &Connection) -> Result<()> {
        let mut all: Vec<(usize, String, usize, Delta)> = Vec::new();
        for (chunk, words) in self.chunks.drain() {
            all.extend(
                words
                    .into_iter()
                    .map(|(word, delta)| (chunk / SEGMENT, word, chunk, delta)),
            );
        }
        all.sort_unstable_by(|a, b| (a.0, &a.1, a.2).cmp(&(b.0, &b.1, b.2)));
        for (segment, word, chunk, delta) in all {
            let key = params![segment as i64, word, chunk as i64];
            let known: Option<Vec<u8>> = connection
                .prepare_cached("SELECT bits FROM task_word WHERE segment = ?1 AND word = ?2 AND chunk = ?3")?
                .query_row(key, |row| row.get(0))
                .optional()?;
            let mut bits = Bits::default();
            if let Some(known) = &known {
                unpack(known, &mut bits);
            }
            for (i, word) in bits.iter_mut().enumerate() {
                *word = (*word | delta.come[i]) & !delta.gone[i];
            }
            if bits == Bits::default() {
                connection
                    .prepare_cached("DELETE FROM task_word WHERE segment = ?1 AND word = ?2 AND chunk = ?3")?
                    .execute(key)?;
            } else {
                connection
                    .prepare_cached(
                        "INSERT INTO task_word (segment, word, chunk, bits) VALUES (?1, ?2, ?3, ?4)
                         ON CONFLICT DO UPDATE SET bits = excluded.bits",
                    )?
                    .execute(params![segment as i64, word, chunk as i64, pack(&bits)])?;
            }
        }
        Ok(())
    }
}

/// Calls back with every word and the tasks of one chunk in which it stands.
pub(super) fn each(connection: &Connection, mut each: impl FnMut(&str, usize, Bits) -> Result<()>) -> Result<()> {
    let mut statement = connection.prepare("SELECT word, chunk, bits FROM task_word")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let mut bits = Bits::default();
        unpack(row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?, &mut bits);
        let chunk: i64 = row.get(1)?;
        each(
            row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?,
            usize::try_from(chunk).unwrap_or(usize::MAX),
            bits,
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_where_they_stand_and_nowhere_else() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(super::super::SCHEMA).unwrap();
        let slots = (SEGMENT * CHUNK) as u32 + 10;
        let mut pending = Pending::default();
        // "ho" in every task: packed as bits; "song" in two: packed as places.
        for slot in 0..slots {
            pending.change(
                slot,
                None,
                if slot == 5 || slot + 1 == slots {
                    "ho song"
                } else {
                    "ho so"
                },
            );
        }
        pending.write(&connection).unwrap();
        let mut index = Index::new(&connection, slots).unwrap();
        assert_eq!(index.word("ho").unwrap().count(), slots);
        assert_eq!(index.word("song").unwrap().iter().collect::<Vec<_>>(), [5, slots - 1]);
        assert_eq!(index.word("son").unwrap().count(), 0);
        assert_eq!(index.beginning("son").unwrap().count(), 2);
        assert_eq!(index.beginning("so").unwrap().count(), slots);
        assert_eq!(index.beginning("s").unwrap().count(), slots);
        drop(index);
        pending.change(5, Some("ho song"), "ho");
        pending.change(slots - 1, Some("ho song"), "song ho");
        pending.write(&connection).unwrap();
        let mut index = Index::new(&connection, slots).unwrap();
        assert_eq!(index.word("song").unwrap().iter().collect::<Vec<_>>(), [slots - 1]);
        assert_eq!(index.beginning("s").unwrap().count(), slots - 1);
    }

    #[test]
    fn long_words_are_kept_by_their_beginning() {
        let long = "x".repeat(100);
        assert!(words(&long).iter().all(|word| word.len() <= WORD_LETTERS));
        assert_eq!(words("an").into_iter().collect::<Vec<_>>(), ["*a", "*an", "an"]);
        assert!(words("").is_empty());
    }
}

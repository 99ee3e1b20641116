//! Sets of lines.

use super::LineId;

/// A set of lines, as bits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines(Vec<u64>);

impl Lines {
    /// Adds one.
    pub fn add(&mut self, line: LineId) {
        let word = line / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (line % 64);
    }

    /// Adds all of another.
    pub fn add_all(&mut self, other: &Lines) {
        if other.0.len() > self.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    /// Whether one is in it.
    #[must_use]
    pub fn has(&self, line: LineId) -> bool {
        self.0.get(line / 64).is_some_and(|word| word >> (line % 64) & 1 == 1)
    }

    /// Whether all of another are in it.
    #[must_use]
    pub fn has_all(&self, other: &Lines) -> bool {
        let beyond = other.0.iter().skip(self.0.len()).all(|word| *word == 0);
        beyond && self.0.iter().zip(&other.0).all(|(word, wanted)| wanted & !word == 0)
    }

    /// The same lines, whatever the room they take.
    #[must_use]
    pub fn same(&self, other: &Lines) -> bool {
        self.has_all(other) && other.has_all(self)
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = LineId> + '_ {
        let of_word = |(i, word): (usize, &u64)| {
            let word = *word;
            (0..64)
                .filter(move |bit| word >> bit & 1 == 1)
                .map(move |bit| i * 64 + bit)
        };
        self.0.iter().enumerate().flat_map(of_word)
    }
}

impl FromIterator<LineId> for Lines {
    fn from_iter<I: IntoIterator<Item = LineId>>(all: I) -> Lines {
        let mut lines = Lines::default();
        all.into_iter().for_each(|line| lines.add(line));
        lines
    }
}

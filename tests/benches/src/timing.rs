//! Times, and what is said of them.
//!
//! Other work on the machine only ever makes a time longer. So a thing is done several times and its best time is noted
//! beside all of them: the best says what the program costs, all say what was seen.

use std::time::{Duration, Instant};

/// Times of several things, each done several times.
#[derive(Clone, Debug, Default)]
pub struct Times {
    all: Vec<(usize, Duration)>,
}

impl Times {
    /// Does something once and notes how long it took. What has the same number is the same thing done again.
    pub fn take<T>(&mut self, number: usize, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = work();
        self.all.push((number, start.elapsed()));
        done
    }

    /// Of all times, that which so many percent do not exceed, in milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        rank(self.all.iter().map(|(_, time)| *time).collect(), percent)
    }

    /// The same of the best time of each thing.
    pub fn best(&self, percent: usize) -> f64 {
        let mut sorted = self.all.clone();
        sorted.sort_unstable();
        sorted.dedup_by_key(|(number, _)| *number);
        rank(sorted.into_iter().map(|(_, time)| time).collect(), percent)
    }

    /// Adds the times of another, whose things are others.
    pub fn extend(&mut self, other: &Times) {
        let next = self.all.iter().map(|(number, _)| number + 1).max().unwrap_or(0);
        self.all
            .extend(other.all.iter().map(|(number, time)| (next + number, *time)));
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.all.len()
    }
}

fn rank(mut times: Vec<Duration>, percent: usize) -> f64 {
    times.sort_unstable();
    let rank = (times.len() * percent).div_ceil(100).max(1) - 1;
    times.get(rank).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(all: &[(usize, u64)]) -> Times {
        Times {
            all: all
                .iter()
                .map(|(number, ms)| (*number, Duration::from_millis(*ms)))
                .collect(),
        }
    }

    #[test]
    fn a_percentile_is_a_time_that_was_taken() {
        let hundred = times(&(1..=100).map(|ms| (0, ms)).collect::<Vec<_>>());
        assert_eq!(
            [1, 50, 95, 100].map(|percent| hundred.percentile(percent)),
            [1.0, 50.0, 95.0, 100.0]
        );
        assert_eq!(times(&[]).percentile(50), 0.0);
    }

    #[test]
    fn the_best_of_each_thing_counts_once() {
        let mut all = times(&[(0, 9), (1, 4), (0, 3), (1, 8)]);
        assert_eq!((all.best(50), all.best(100)), (3.0, 4.0));
        all.extend(&times(&[(0, 7)]));
        assert_eq!((all.best(100), all.count()), (7.0, 5));
    }
}

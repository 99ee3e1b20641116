//! Chance from a seed: the same numbers on every machine, for ever.

/// A source of numbers (SplitMix64). Good enough to choose by, and nothing else.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The source that belongs to a seed.
    #[must_use]
    pub fn from_seed(seed: u64) -> Chance {
        Chance(seed)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 for `n` = 0.
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 { 0 } else { self.draw() % n }
    }

    /// True `n` times in a hundred.
    pub fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }

    /// One of several, by weight.
    pub fn pick<T: Copy>(&mut self, all: &[(u64, T)]) -> T {
        let total = all.iter().map(|(weight, _)| weight).sum();
        let mut at = self.below(total);
        for (weight, one) in all {
            if at < *weight {
                return *one;
            }
            at -= weight;
        }
        all[all.len() - 1].1
    }
}

/// Bytes at random for one step of a run: they depend on the seed, the step and how many were drawn before.
pub fn fill(seed: u64, step: u32, counter: &mut u64, bytes: &mut [u8]) {
    for piece in bytes.chunks_mut(32) {
        *counter += 1;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes());
        hasher.update(&step.to_le_bytes());
        hasher.update(&counter.to_le_bytes());
        piece.copy_from_slice(&hasher.finalize().as_bytes()[..piece.len()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_another_gives_others() {
        let draw = |seed| {
            let mut chance = Chance::from_seed(seed);
            std::array::from_fn::<u64, 4, _>(|_| chance.draw())
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let (mut one, mut two) = ([0; 40], [0; 40]);
        fill(1, 2, &mut 0, &mut one);
        fill(1, 3, &mut 0, &mut two);
        assert_ne!(one, two);
    }
}

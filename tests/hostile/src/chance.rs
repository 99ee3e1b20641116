//! Chance from a seed, the same on every machine.

/// Bytes that mean something to somebody.
const ODD: &[u8] = b"\0\xff\n\"{}[],:0-9e\\/";

/// A stream of numbers from one seed.
pub struct Chance(blake3::OutputReader);

impl Chance {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Chance {
        Chance(blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof())
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        (u64::from_le_bytes(bytes) % end as u64) as usize
    }

    /// The bytes, changed in one to eight places: bits flipped, pieces cut out, doubled, moved, or taken from another.
    pub fn changed(&mut self, bytes: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(8) {
            if bytes.is_empty() {
                bytes.push(0);
            }
            let at = self.below(bytes.len());
            let end = (at + 1 + self.below(64)).min(bytes.len());
            match self.below(8) {
                0 => bytes[at] ^= 1 << self.below(8),
                1 => bytes[at] = ODD[self.below(ODD.len())],
                2 => bytes.truncate(at),
                3 => drop(bytes.drain(at..end)),
                4 => {
                    let piece = bytes[at..end].to_vec();
                    let to = self.below(bytes.len());
                    bytes.splice(to..to, piece);
                }
                5 => bytes[at..end].reverse(),
                6 if !other.is_empty() => {
                    let from = self.below(other.len());
                    let until = (from + 1 + self.below(64)).min(other.len());
                    bytes.splice(at..end, other[from..until].iter().copied());
                }
                _ => {
                    // A number made as large, as small or as long as numbers get.
                    let words: [&[u8]; 6] = [
                        b"-1",
                        b"9007199254740992",
                        b"18446744073709551616",
                        b"1e400",
                        b"0.1",
                        b"null",
                    ];
                    bytes.splice(at..at, words[self.below(words.len())].iter().copied());
                }
            }
        }
        bytes
    }
}

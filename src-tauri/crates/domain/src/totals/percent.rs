//! Percentages that are exact until they are printed, and whose parts add up.

use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// A percentage in hundredths of a percent: 9429 is printed "94,29%".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(transparent)]
pub struct Percent(pub u32);

impl Percent {
    /// 100,00%.
    pub const WHOLE: Percent = Percent(10_000);
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{:02}%", self.0 / 100, self.0 % 100)
    }
}

/// The percentages of the parts of one base, which is their sum. Together they are 100,00 exactly: each is rounded
/// down, and the hundredths left over go to the parts with the largest remainders (the earlier part if equal).
/// `None` if the base is 0: there is nothing to take a percentage of.
pub fn percentages(parts: &[u64]) -> Option<Vec<Percent>> {
    let base: u128 = parts.iter().map(|part| u128::from(*part)).sum();
    if base == 0 {
        return None;
    }
    let scaled = |part: u64| u128::from(part) * u128::from(Percent::WHOLE.0);
    let mut percents: Vec<u32> = parts
        .iter()
        .map(|part| u32::try_from(scaled(*part) / base).unwrap_or(Percent::WHOLE.0))
        .collect();
    let given: u32 = percents.iter().sum();
    let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
    by_remainder.sort_by_key(|i| std::cmp::Reverse(scaled(parts[*i]) % base));
    // Fewer hundredths are left over than there are parts.
    for i in by_remainder.into_iter().take((Percent::WHOLE.0 - given) as usize) {
        percents[i] += 1;
    }
    Some(percents.into_iter().map(Percent).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn printed(parts: &[u64]) -> Vec<String> {
        let percents = percentages(parts).unwrap_or_default();
        percents.iter().map(Percent::to_string).collect()
    }

    #[test]
    fn parts_add_up() {
        assert_eq!(printed(&[1, 1, 1]), ["33,34%", "33,33%", "33,33%"]);
        assert_eq!(printed(&[33, 2]), ["94,29%", "5,71%"]);
        assert_eq!(printed(&[0, 7]), ["0,00%", "100,00%"]);
        assert_eq!(percentages(&[]), None);
        assert_eq!(percentages(&[0, 0]), None);
        assert_eq!(printed(&[u64::MAX, u64::MAX]), ["50,00%", "50,00%"]);
    }

    proptest! {
        #[test]
        fn parts_of_one_base_sum_to_a_hundred(parts in prop::collection::vec(0..1_000_000u64, 1..8)) {
            let base: u64 = parts.iter().sum();
            match percentages(&parts) {
                None => prop_assert_eq!(base, 0),
                Some(percents) => {
                    prop_assert_eq!(percents.iter().map(|percent| percent.0).sum::<u32>(), 10_000);
                    for (part, percent) in parts.iter().zip(&percents) {
                        let exact = *part as f64 * 10_000.0 / base as f64;
                        prop_assert!((f64::from(percent.0) - exact).abs() < 1.0);
                    }
                }
            }
        }
    }
}

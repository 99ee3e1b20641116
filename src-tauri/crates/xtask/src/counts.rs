//! How many tests passed and failed, read from what the test programs print.

/// Tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Passed.
    pub(crate) passed: u64,
    /// Failed.
    pub(crate) failed: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Counts {
    /// Adds what this line of output reports, if it is a total of Rust's test harness, of vitest or of node's runner.
    pub(crate) fn read(&mut self, line: &str) {
        let line = without_colours(line);
        let line = line.trim();
        let words: Vec<&str> = line
            .split([' ', ';', '|', '(', ')'])
            .filter(|word| !word.is_empty())
            .collect();
        match words.as_slice() {
            // test result: ok. 12 passed; 0 failed; 0 ignored; …
            ["test", "result:", rest @ ..] => self.add_pairs(rest),
            // Tests  1 failed | 12 passed (13)
            ["Tests", rest @ ..] => self.add_pairs(rest),
            // ℹ pass 5, or # pass 5
            ["ℹ" | "#", "pass", number] => self.passed += number.parse().unwrap_or(0),
            ["ℹ" | "#", "fail" | "cancelled", number] => self.failed += number.parse().unwrap_or(0),
            _ => {}
        }
    }

    fn add_pairs(&mut self, words: &[&str]) {
        for pair in words.windows(2) {
            match (pair[0].parse::<u64>(), pair[1]) {
                (Ok(number), "passed") => self.passed += number,
                (Ok(number), "failed") => self.failed += number,
                _ => {}
            }
        }
    }
}

/// The line without the escape sequences that colour it.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            // ESC [ parameters letter
            letters.by_ref().find(|letter| letter.is_ascii_alphabetic());
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> (u64, u64) {
        let mut counts = Counts::default();
        lines.iter().for_each(|line| counts.read(line));
        (counts.passed, counts.failed)
    }

    #[test]
    fn totals_of_every_runner_are_read() {
        let rust =
            "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.10s\n";
        assert_eq!(
            read(&[rust, "test result: ok. 2 passed; 0 failed; 0 ignored\r\n"]),
            (14, 3)
        );
        assert_eq!(
            read(&["      Tests  1 failed | 12 passed (13)", " Test Files  4 passed (4)"]),
            (12, 1)
        );
        assert_eq!(
            read(&["\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m5 passed\u{1b}[39m\u{1b}[22m (5)"]),
            (5, 0)
        );
        assert_eq!(read(&["ℹ tests 6", "ℹ pass 5", "ℹ fail 1", "ℹ cancelled 0"]), (5, 1));
        assert_eq!(read(&["# tests 2", "# pass 2", "# fail 0"]), (2, 0));
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(
            read(&[
                "running 12 tests",
                "test a ... ok",
                "12 passed, 1 failed",
                "",
                "# pass x",
                "Tests"
            ]),
            (0, 0)
        );
    }
}

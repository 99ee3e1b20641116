//! Members that are made of lines: counted and measured as they pass.

use crate::error::{BundleError, Mismatch};
use crate::limits::{Limit, Limits};
use crate::manifest::Range;

/// The lines of one member. None may be empty or too long, the last one is ended like the others.
pub(crate) struct Lines {
    expected: Option<u64>,
    seen: u64,
    /// Bytes of the line under way.
    current: u64,
    longest: u64,
}

impl Lines {
    /// Expects as many lines as `range` has; any number without one.
    pub(crate) fn expecting(range: Option<&Range>, limits: &Limits) -> Self {
        Self {
            expected: range.map(Range::lines),
            seen: 0,
            current: 0,
            longest: limits.line,
        }
    }

    /// Takes the next bytes of the member called `name`.
    pub(crate) fn pass(&mut self, bytes: &[u8], name: &str) -> Result<(), BundleError> {
        let mut pieces = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(piece) = pieces.next() {
            self.current += piece.len() as u64;
            if self.current > self.longest {
                return Err(BundleError::TooBig {
                    limit: Limit::Line,
                    allowed: self.longest,
                });
            }
            if pieces.peek().is_some() {
                if self.current == 0 {
                    return Err(mismatch(name));
                }
                self.seen += 1;
                self.current = 0;
            }
        }
        Ok(())
    }

    /// After the last byte.
    pub(crate) fn finish(&self, name: &str) -> Result<(), BundleError> {
        let is_whole = self.current == 0 && self.expected.is_none_or(|expected| expected == self.seen);
        if is_whole { Ok(()) } else { Err(mismatch(name)) }
    }
}

fn mismatch(name: &str) -> BundleError {
    BundleError::MemberMismatch {
        name: name.to_owned(),
        what: Mismatch::Lines,
    }
}

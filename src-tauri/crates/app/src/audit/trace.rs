//! A line that does not follow the one before it: was it changed, is one missing, was one moved or added?

use super::line::{Framed, LIMIT, frame};
use crate::AppError;
use chidao_domain::ids::Hash;
use std::io::{BufRead, Read};

/// Reads one line with its line feed; nothing at the end.
///
/// # Errors
/// `file_unreadable`.
pub(super) fn next_line(file: &mut impl BufRead, line: &mut Vec<u8>) -> Result<bool, AppError> {
    line.clear();
    file.take(LIMIT + 1)
        .read_until(b'\n', line)
        .map_err(|error| AppError::new("file_unreadable").with("name", "").with("detail", error))?;
    Ok(!line.is_empty())
}

/// A line as text, without its line feed; nothing when it is too long, cut off or no text.
pub(super) fn text_of(line: &[u8]) -> Option<&str> {
    std::str::from_utf8(line.strip_suffix(b"\n")?).ok()
}

/// An error that names a line of the file, counted from 1.
pub(super) fn at(code: &'static str, line: u64) -> AppError {
    AppError::new(code).with("line", line)
}

/// Says what became of line `number`: at its place stands `found`, which does not follow the line with the hash `before`. The
/// rest of the file is looked through for the line that does.
pub(super) fn misplaced(found: &[u8], file: &mut impl BufRead, number: u64, before: Hash) -> AppError {
    let stands = text_of(found).and_then(frame);
    let ahead = stands.is_some_and(|framed| framed.line > number);
    let mut line = Vec::new();
    let mut distance = 0_u64;
    while let Ok(true) = next_line(file, &mut line) {
        distance += 1;
        let follows = |framed: Framed<'_>| framed.follows(number, before);
        if text_of(&line).and_then(frame).is_some_and(follows) {
            return match (distance, ahead) {
                // The right line comes next: what stands in its place does not belong there.
                (1, false) => AppError::new("audit_line_added").with("line", number),
                _ => AppError::new("audit_line_moved").with("line", number),
            };
        }
    }
    match (stands, ahead, found.ends_with(b"\n") || found.len() as u64 > LIMIT) {
        (_, true, _) => AppError::new("audit_line_missing").with("line", number),
        // The last line of the file, broken off.
        (None, _, false) => AppError::new("audit_cut_short").with("line", number),
        _ => AppError::new("audit_line_changed").with("line", number),
    }
}

//! What can be wrong with a scenario file, and where.

use std::ops::Range;

/// A scenario file that cannot be loaded: where and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct ScenarioError {
    /// Line in the file, from 1.
    pub line: usize,
    /// Column in the line, from 1, in characters.
    pub column: usize,
    /// What is wrong and what would be right.
    pub reason: String,
}

impl ScenarioError {
    /// An error at a byte range of the file.
    pub(super) fn at(text: &str, span: Range<usize>, reason: impl ToString) -> ScenarioError {
        let mut start = span.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &text[..start];
        ScenarioError {
            line: before.matches('\n').count() + 1,
            column: before.chars().rev().take_while(|c| *c != '\n').count() + 1,
            reason: reason.to_string().trim().to_owned(),
        }
    }
}

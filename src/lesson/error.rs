//! What can be wrong with a lesson, and where.

/// A lesson that cannot be used: where and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct LessonError {
    /// Line in the file, from 1.
    pub line: usize,
    /// Column in the line, from 1, in characters.
    pub column: usize,
    /// What is wrong and what would be right.
    pub reason: String,
}

/// A place in a lesson's file, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    line: usize,
    column: usize,
}

impl Spot {
    /// The place of a byte of the file.
    pub fn of(text: &str, at: usize) -> Spot {
        let mut end = at.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[..end];
        let column = before.chars().rev().take_while(|it| *it != '\n').count() + 1;
        Spot {
            line: before.matches('\n').count() + 1,
            column,
        }
    }

    /// The error that something is wrong there.
    pub fn wrong(self, reason: impl Into<String>) -> LessonError {
        LessonError {
            line: self.line,
            column: self.column,
            reason: reason.into(),
        }
    }
}

/// The error that something is wrong at a byte of the file.
pub(super) fn wrong(text: &str, at: usize, reason: impl Into<String>) -> LessonError {
    Spot::of(text, at).wrong(reason)
}

//! What can be wrong with a scenario file, and where.

use std::cell::RefCell;

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

/// A file's text and the first thing found wrong in it.
///
/// Readers note an error and go on with a harmless value; whoever builds on what was read asks
/// [`Source::check`] first. That keeps the error paths out of the way, and out of the page's size.
pub(super) struct Source<'a> {
    text: &'a str,
    first: RefCell<Option<ScenarioError>>,
}

impl<'a> Source<'a> {
    pub fn new(text: &'a str) -> Source<'a> {
        Source {
            text,
            first: RefCell::new(None),
        }
    }

    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Notes that something is wrong at a byte of the file, unless something was before.
    pub fn wrong(&self, at: usize, reason: String) {
        let error = self.error(at, reason);
        self.first.borrow_mut().get_or_insert(error);
    }

    /// An error at a byte of the file.
    pub fn error(&self, at: usize, reason: String) -> ScenarioError {
        let mut start = at.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &self.text[..start];
        ScenarioError {
            line: before.matches('\n').count() + 1,
            column: before.chars().rev().take_while(|c| *c != '\n').count() + 1,
            reason,
        }
    }

    /// The first error noted, if any.
    pub fn check(&self) -> Result<(), ScenarioError> {
        self.first.borrow_mut().take().map_or(Ok(()), Err)
    }
}

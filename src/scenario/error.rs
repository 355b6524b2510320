//! What can be wrong with a scenario file, and where.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};

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

/// Something that the author of a scenario file should know of although the file loads: where and what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("line {line}, column {column}: {kind}")]
pub struct ScenarioWarning {
    /// Line in the file, from 1.
    pub line: usize,
    /// Column in the line, from 1, in characters.
    pub column: usize,
    /// What the author should know.
    pub kind: WarningKind,
}

/// What a file lacks, or has without effect. A draft may have warnings of all these kinds; a file of the
/// catalogue has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum WarningKind {
    /// A key that only the catalogue needs.
    #[error("there is no {key}: {use_of}")]
    Missing {
        /// The key, as it is written.
        key: String,
        /// What it is for.
        use_of: String,
    },
    /// A program that no actor runs.
    #[error("nobody runs program \"{name}\"; call it in an actor's \"run\", or leave it out")]
    UnusedProgram {
        /// Its name.
        name: String,
    },
    /// A store that no step makes.
    #[error("no step makes store \"{name}\"; name it in a program, or leave it out")]
    UnusedStore {
        /// Its name.
        name: String,
    },
    /// A named lock that no step works on.
    #[error("no step works on lock \"{name}\"; name it in a program, or leave it out")]
    UnusedLock {
        /// Its name.
        name: String,
    },
    /// A label that no step goes to.
    #[error(
        "no step goes to label \"{name}>\"; go there with \"goto\" or \"else\", or leave it out"
    )]
    UnusedLabel {
        /// Its name.
        name: String,
    },
    /// An address space in which nobody does anything.
    #[error(
        "no step stores, loads or works on a PTE in address space \"{name}\"; leave \"mm\" out"
    )]
    UnusedSpace {
        /// Its name.
        name: String,
    },
    /// A key of an actor that changes nothing.
    #[error("\"{key}\" has no effect on actor \"{actor}\", who {reason}; leave it out")]
    UnusedKey {
        /// The key.
        key: String,
        /// The actor.
        actor: String,
        /// Why the key changes nothing.
        reason: String,
    },
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
        let (line, column) = self.place(at);
        ScenarioError {
            line,
            column,
            reason,
        }
    }

    /// A warning at a byte of the file.
    pub fn warning(&self, at: usize, kind: WarningKind) -> ScenarioWarning {
        let (line, column) = self.place(at);
        ScenarioWarning { line, column, kind }
    }

    /// Line and column of a byte of the file, from 1.
    pub fn place(&self, at: usize) -> (usize, usize) {
        let mut start = at.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &self.text[..start];
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        (before.matches('\n').count() + 1, column)
    }

    /// For each byte of a text that stands between quotes in the file, and for its end, the byte of the
    /// file: further on than in the text where the file has an escape or a folded line. `at` is the
    /// opening quote.
    pub fn places(&self, text: &str, at: usize) -> Vec<usize> {
        let rest = |from: usize| self.text.get(from..).unwrap_or_default();
        let escapes = rest(at).starts_with('"');
        let mut from = at + 1;
        for quotes in ["\"\"\"", "'''"] {
            if rest(at).starts_with(quotes) {
                from = at + 3;
                from += ["\n", "\r\n"]
                    .iter()
                    .find(|end| rest(from).starts_with(**end))
                    .map_or(0, |end| end.len());
            }
        }
        let mut places = Vec::with_capacity(text.len() + 1);
        for letter in text.chars() {
            if escapes {
                // A backslash at the end of a line joins the next one to it, without its indentation.
                while let Some(folded) = rest(from).strip_prefix('\\')
                    && let next = folded.trim_start()
                    && folded[..folded.len() - next.len()].contains('\n')
                {
                    from = self.text.len() - next.len();
                }
            }
            places.extend(std::iter::repeat_n(from, letter.len_utf8()));
            from += match (rest(from).as_bytes(), letter) {
                ([b'\\', kind, ..], _) if escapes => match kind {
                    b'x' => 4,
                    b'u' => 6,
                    b'U' => 10,
                    _ => 2,
                },
                ([b'\r', b'\n', ..], '\n') => 2,
                _ => letter.len_utf8(),
            };
        }
        places.push(from);
        places
    }

    /// The first error noted, if any.
    pub fn check(&self) -> Result<(), ScenarioError> {
        self.first.borrow_mut().take().map_or(Ok(()), Err)
    }
}

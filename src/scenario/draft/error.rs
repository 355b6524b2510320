//! What cannot be done with a draft, and why.

use serde::{Deserialize, Serialize};

use crate::scenario::error::ScenarioError;

/// A change that cannot be made to a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum DraftError {
    /// The file is no TOML, so nothing in it can be found.
    #[error("line {line}, column {column}: {reason}; first the file has to be readable")]
    Unreadable {
        /// Line in the file, from 1.
        line: usize,
        /// Column in the line, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// There is no edit of this number.
    #[error("there is no edit {number}; there are {many}")]
    NoEdit {
        /// The number, from 0.
        number: usize,
        /// How many there are.
        many: usize,
    },
    /// A later edit needs the one that is to be taken back.
    #[error("{words} needs it: take that back first ({reason})")]
    Needed {
        /// The later edit's number, from 0.
        number: usize,
        /// What the later edit does.
        words: String,
        /// Why it cannot be made then.
        reason: String,
    },
    /// An edit that no file can say.
    #[error("{words} cannot be written in a file: a name in it is empty or has a \"/\" or \"#\"")]
    NotWritable {
        /// What it does.
        words: String,
    },
    /// There is no table of this name.
    #[error("there is no {what} \"{name}\"; there are: {known}")]
    Missing {
        /// What was looked for.
        what: String,
        /// By which name.
        name: String,
        /// Those there are.
        known: String,
    },
    /// The name is taken.
    #[error("there is already another {what} \"{name}\"")]
    Taken {
        /// Of what kind.
        what: String,
        /// The name.
        name: String,
    },
    /// A value that its key cannot have.
    #[error("\"{value}\" cannot be {key}: {reason}")]
    Value {
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// What it would have to be.
        reason: String,
    },
    /// A list of tables is written without headings.
    #[error("\"{kind}\" is written as one value; write each as a table under [[{kind}]]")]
    Inline {
        /// The tables' kind.
        kind: String,
    },
    /// The file is longer than drafts can be.
    #[error("a draft has at most {most} bytes, and this one would have {bytes}")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The most there can be.
        most: usize,
    },
    /// The draft does not build, so it has no lines.
    #[error("line {line}, column {column}: {reason}")]
    NotBuilt {
        /// Line in the file, from 1.
        line: usize,
        /// Column in the line, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// There is no such line.
    #[error("the actor has no line {line}")]
    NoLine {
        /// The line, from 0.
        line: usize,
    },
    /// The line cannot be changed by an edit.
    #[error("{line} {reason}")]
    NotEditable {
        /// The line.
        line: String,
        /// Why not.
        reason: Uneditable,
    },
}

/// Why an edit cannot change a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Uneditable {
    /// It is a label.
    #[error("is a place to go to, not a step")]
    Label,
    /// It does not stand there any more.
    #[error("does not run there any more; put it back first")]
    Gone,
    /// The other line is in another program.
    #[error("can only go to a place in its own program")]
    OtherProgram,
    /// The other line is inside of it, or it is the same line.
    #[error("cannot go into itself")]
    Inside,
    /// The program has other steps that go by the same name.
    #[error("stands in lines of which the actor has others elsewhere; change them in the file")]
    Ambiguous,
}

impl DraftError {
    pub(super) fn unreadable(error: &ScenarioError) -> DraftError {
        DraftError::Unreadable {
            line: error.line,
            column: error.column,
            reason: error.reason.clone(),
        }
    }

    pub(super) fn not_built(error: &ScenarioError) -> DraftError {
        DraftError::NotBuilt {
            line: error.line,
            column: error.column,
            reason: error.reason.clone(),
        }
    }
}

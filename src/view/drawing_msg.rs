//! What a visitor wants otherwise of a pasted drawing.

use serde::{Deserialize, Serialize};

use crate::exchange::drawing::Said;

/// What a visitor wants otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DrawingMsg {
    /// Another drawing of the text.
    Which(usize),
    /// The column begins so many characters further to the right.
    Cut(usize, i8),
    /// The line of this number and column is something else; none for what it was read as.
    Said(usize, usize, Option<Said>),
}

//! The programs that a drawing becomes, and what they assume beyond it.

use serde::{Deserialize, Serialize};

/// A line of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub indent: usize,
    pub text: String,
    /// The cell it was made of; none for what the drawing leaves out.
    pub cell: Option<usize>,
    /// Whether it only holds the lines below it together.
    pub frame: bool,
}

/// Something that the drawing does not show and the model has to assume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Assumed {
    /// The bio that an actor has built goes out at the end of what is drawn of it.
    SubmittedAtEnd(String),
    /// A page whose dirty bit is cleared for I/O is written, though that is not drawn any more.
    Written(String),
    /// A lock is held when the drawing begins.
    HeldBefore(String, String),
    /// A lock is given back at the end.
    GivenBack(String, String),
    /// An actor waits for its own write of a page before it writes it once more.
    WaitsForItsOwn(String),
    /// A page lock that is not drawn is held for a step that needs it: actor, page lock.
    LockedFor(String, String),
    /// A function makes steps that are not drawn below it: actor, function, steps.
    Inside(String, String, String),
    /// A call that fails leaves the function, and gives back what it holds.
    LeavesOnFailure(String, String),
    /// Somebody writes the page, since it is under writeback and no column says who began that.
    Flusher,
    /// A disk serves the I/O.
    Disk,
    /// A softirq completes it.
    Completion,
    /// How the pages of the drawing are numbered.
    Pages(Vec<String>),
    /// More pages are named than the model has: these are taken for one of the others.
    PagesFolded(Vec<String>),
}

/// A drawing as programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Programs {
    /// The name of each column's actor.
    pub names: Vec<String>,
    /// The lines of each column's program.
    pub columns: Vec<Vec<Line>>,
    pub assumed: Vec<Assumed>,
    /// How the drawing calls the pages, if it has several.
    pub pages: Vec<String>,
    /// The file.
    pub text: String,
    /// Whether an actor goes on with a bio that it has not submitted.
    pub late: bool,
}

/// What the file says of itself.
pub(super) struct About {
    pub title: String,
    pub summary: String,
}

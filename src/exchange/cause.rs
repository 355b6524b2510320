//! A step behind a failure, or a line that is missing before one.

use crate::machine::ActorId;

/// A step that has to do with a failure, and how; or a line that is missing before a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The step's number, from 1; 0 for what was so from the start, and one more than there are for what is missing at the end.
    pub step: usize,
    /// The actor that made it.
    pub actor: ActorId,
    /// What it has to do with the failure.
    pub words: String,
    /// The changed line that this is about, by its place among its actor's lines.
    pub line: Option<usize>,
    /// Whether the line does not run here, but has its place before the step.
    pub missing: bool,
}

impl Cause {
    /// The moment at which it can be looked at: after its step, or where the missing line ought to run.
    pub fn moment(&self) -> usize {
        self.step - usize::from(self.missing).min(self.step)
    }
}

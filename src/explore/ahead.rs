//! Run to the next failure among the steps that lie ahead already.

use crate::machine::{End, History, Model, end};

use super::story::Story;

/// Moves to the next failure after the moment shown, if one stands on the steps ahead; says whether
/// one does.
pub fn follow_to_failure(model: &Model, history: &mut History) -> bool {
    let whole = Story::of_branch(model, history);
    let here = history.depth();
    let failures = whole.failures.iter().map(|it| it.step);
    let last = whole.steps.last().map(|told| end(model, &told.world));
    let stuck = matches!(last, Some(Some(End::Deadlock(_) | End::Stall(_))));
    let ends = stuck.then_some(whole.steps.len());
    let next = failures.chain(ends).filter(|it| *it > here).min();
    if let Some(step) = next {
        history.seek(step);
    }
    next.is_some()
}

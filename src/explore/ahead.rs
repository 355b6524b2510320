//! Run to the next failure among the steps that lie ahead already.

use crate::machine::{End, History, Model, end};

use super::story::Story;

/// Goes to the next failure after the moment shown, if the steps ahead of it come to one; returns
/// whether they do.
pub fn follow_to_failure(model: &Model, history: &mut History) -> bool {
    let whole = Story::of_branch(model, history);
    let here = history.depth();
    let failures = whole.failures.iter().filter(|it| it.fails());
    let failures = failures.map(|failure| failure.step);
    let last = (whole.steps.last()).map(|record| end(model, &record.world));
    let stuck = matches!(last, Some(Some(End::Deadlock(_) | End::Stall(_))));
    let ends = stuck.then_some(whole.steps.len());
    let next = failures.chain(ends).filter(|step| *step > here).min();
    if let Some(step) = next {
        history.seek(step);
    }
    next.is_some()
}

//! Run to the next failure: along the steps ahead if one stands there, else by search.

use crate::machine::{End, History, Model, end};

use super::space::{Limits, Progress, Space};
use super::story::Story;

/// Where [`to_next_failure`] has led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// To a failure on the steps that were ahead already.
    Followed,
    /// To the nearest failure there is, on a branch of its own.
    Found,
    /// Nowhere: everything reachable from here was looked at, and nothing fails.
    Safe {
        /// How many worlds that were.
        states: usize,
    },
    /// Nowhere: the bound was hit before everything was looked at.
    Unknown {
        /// How many worlds were looked at.
        states: usize,
    },
}

/// Worlds looked at before asking whether a failure was among them.
const SLICE: usize = 500;

/// Moves to the next failure after the moment shown, looking at up to `most` worlds.
pub fn to_next_failure(model: &Model, history: &mut History, most: usize) -> Ahead {
    let whole = Story::of_branch(model, history);
    let here = history.depth();
    let failures = whole.failures.iter().map(|it| it.step);
    let last = whole.steps.last().map(|told| end(model, &told.world));
    let stuck = matches!(last, Some(Some(End::Deadlock(_) | End::Stall(_))));
    let ends = stuck.then_some(whole.steps.len());
    if let Some(step) = failures.chain(ends).filter(|it| *it > here).min() {
        history.seek(step);
        return Ahead::Followed;
    }
    // Nearest first, so the first failure found is among the nearest; no need to go on.
    let mut space = Space::new(*history.world(), Limits::NONE);
    let mut nearest = None;
    while nearest.is_none() && space.states() < most {
        let progress = space.advance(model, SLICE.min(most));
        let found = space.findings(model).into_iter();
        let ahead = found.filter(|it| !it.schedule.is_empty());
        nearest = ahead.min_by_key(|it| it.schedule.len());
        if progress != Progress::Running {
            break;
        }
    }
    if let Some(finding) = nearest {
        for choice in &finding.schedule {
            history.choose(model, *choice);
        }
        return Ahead::Found;
    }
    let states = space.states();
    match space.progress() {
        Progress::Complete => Ahead::Safe { states },
        _ => Ahead::Unknown { states },
    }
}

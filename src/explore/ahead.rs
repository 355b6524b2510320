//! Run to the next failure: along the steps ahead if one stands there, else by search.

use crate::machine::{History, Model};

use super::search::Search;
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

/// Moves to the next failure after the moment shown, looking at up to `most` worlds.
pub fn to_next_failure(model: &Model, history: &mut History, most: usize) -> Ahead {
    let whole = Story::of_branch(model, history);
    let here = history.depth();
    let ahead = whole.steps.iter().skip(here);
    if let Some(steps) = ahead.map(|told| told.verdict().is_some()).position(|it| it) {
        history.seek(here + steps + 1);
        return Ahead::Followed;
    }
    let report = Search::run(model, *history.world(), most);
    let nearest = report
        .findings
        .iter()
        .filter(|finding| !finding.schedule.is_empty())
        .min_by_key(|finding| finding.schedule.len());
    if let Some(finding) = nearest {
        for choice in &finding.schedule {
            history.choose(model, *choice);
        }
        return Ahead::Found;
    }
    let states = report.states;
    if report.complete {
        Ahead::Safe { states }
    } else {
        Ahead::Unknown { states }
    }
}

//! What a diagram is about: the steps that must be seen, however it is folded.

use crate::exchange::leaks::last_world;
use crate::exchange::why::{why, why_end, why_round};
use crate::explore::Story;
use crate::machine::end;
use crate::scenario::Scenario;

/// The steps behind the run's failures, and behind its end where nobody can move or it goes round for ever, counted from 0.
pub(super) fn shown(scenario: &Scenario, story: &Story) -> Vec<usize> {
    let failures = story.failures.iter().filter(|it| it.verdict().is_some());
    let mut causes: Vec<usize> = failures
        .take(super::prose::MOST)
        .flat_map(|it| why(scenario, story, it))
        .map(|it| it.step)
        .collect();
    if let Some(how) = end(&scenario.model, &last_world(scenario, story)) {
        causes.extend(why_end(scenario, story, &how).into_iter().map(|it| it.step));
    }
    if let Some(round) = story.round(&scenario.model) {
        let round = why_round(scenario, story, &round);
        causes.extend(round.into_iter().map(|it| it.step));
    }
    causes.iter().filter_map(|it| it.checked_sub(1)).collect()
}

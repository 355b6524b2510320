//! Run to the failure that the scenario is about, or to the next one, among the steps that lie ahead already.

use crate::machine::{End, History, end};
use crate::scenario::{Scenario, Verdict};

use super::story::Story;

/// Goes to a failure after the moment shown, if the steps ahead of it come to one; returns whether they do. That is the
/// next one, but where the run is what the scenario is about, the step at which all of it has happened: the second fsync,
/// where the first one is told of the error.
pub fn follow_to_failure(scenario: &Scenario, history: &mut History) -> bool {
    let model = &scenario.model;
    let whole = Story::of_branch(model, history);
    let here = history.depth();
    let failures = whole.failures.iter().filter(|it| it.fails());
    let failures = failures.map(|failure| failure.step);
    let last = (whole.steps.last()).map(|record| end(model, &record.world));
    let stuck = matches!(last, Some(Some(End::Deadlock(_) | End::Stall(_))));
    let ends = stuck.then_some(whole.steps.len());
    let ends = ends.or(whole.goes_round(model, here));
    let next = failures.chain(ends).filter(|step| *step > here).min();
    let own = own_failure(scenario, &whole).filter(|step| *step > here);
    let aim = match (own, next) {
        (Some(own), Some(next)) => Some(own.max(next)),
        (own, next) => own.or(next),
    };
    if let Some(step) = aim {
        history.seek(step);
    }
    aim.is_some()
}

/// The step of a run at which all of what the scenario's file says of its opening run has happened; none where it says
/// nothing, or the run is another one.
fn own_failure(scenario: &Scenario, whole: &Story) -> Option<usize> {
    if !scenario.as_written() {
        return None;
    }
    let breaks = |invariant| {
        let mut broken = whole.broken.iter();
        broken.find(|(it, _)| *it == invariant).map(|it| it.1)
    };
    let steps: Option<Vec<usize>> = scenario.breaks.iter().map(|it| breaks(*it)).collect();
    let failures = whole.failures.iter().filter(|it| it.fails());
    let own = failures.filter(|it| {
        it.verdict()
            .is_some_and(|it| scenario.opening.contains(&it))
    });
    let mut first: Vec<(Verdict, usize)> = Vec::new();
    for failure in own {
        let verdict = failure.verdict()?;
        if !first.iter().any(|it| it.0 == verdict) {
            first.push((verdict, failure.step));
        }
    }
    let last = first.iter().map(|it| it.1).max()?;
    Some(steps?.into_iter().fold(last, usize::max))
}

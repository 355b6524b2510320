//! A livelock as a run shows it: a round that comes back to where it began, in which everybody who could move did, and after which
//! somebody is as far from the end of its program as before.

use std::collections::HashMap;

use crate::machine::{ActorId, Choice, Model, World, enabled};
use crate::scenario::Verdict;

use super::fairness::starved;
use super::graph::Graph;

/// The round with which a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// After how many steps of the run it began: the world was the same there.
    pub from: usize,
    /// Who never finishes, the first of them.
    pub starved: ActorId,
}

fn bit(actor: ActorId) -> u32 {
    1 << actor.0
}

/// The shortest round with which a run of so many steps ends; none if it does not end with one that could repeat for ever, with a
/// fair turn for everybody. `step` tells of each step, from 0, who made it and the world after it.
pub(super) fn last_round<'a>(
    model: &'a Model,
    steps: usize,
    step: &dyn Fn(usize) -> (ActorId, &'a World),
) -> Option<Round> {
    let world = |at: usize| at.checked_sub(1).map_or(&model.initial, |at| step(at).1);
    let last = world(steps);
    let starved = starved(model, last)?;
    let begin = |from: &usize| world(*from) == last;
    let earliest = (0..steps).find(begin)?;
    let (mut can, mut does) = (0, 0);
    for from in (earliest..steps).rev() {
        does |= bit(step(from).0);
        can |= enabled(model, world(from)).fold(0, |all, choice| all | bit(choice.actor));
        if can & !does == 0 && begin(&from) {
            return Some(Round { from, starved });
        }
    }
    None
}

/// Most places looked at for a round.
const MOST_PLACES: usize = 400_000;

/// A verdict, with a shortest schedule to it.
type Found = (Verdict, Vec<Choice>);

/// What to show of a verdict: the shortest schedule to it, and for a livelock the `round` that can follow for ever.
pub fn with_round((verdict, schedule): &Found, round: &[Choice]) -> Vec<Choice> {
    match verdict {
        Verdict::Livelock => [schedule, round].concat(),
        _ => schedule.clone(),
    }
}

/// The shortest round of a livelock that begins where a schedule to it ends, if it is among those found.
pub(super) fn round_of(graph: &Graph, found: &[Found]) -> Vec<Choice> {
    let mut found = found.iter();
    let livelock = found.find(|(verdict, _)| *verdict == Verdict::Livelock);
    livelock.map_or(Vec::new(), |(_, schedule)| go_round(graph, schedule))
}

fn go_round(graph: &Graph, schedule: &[Choice]) -> Vec<Choice> {
    let step = |state: u32, choice: &Choice| {
        let mut steps = graph.steps(state);
        steps.find(|it| it.choice == *choice).map(|it| it.to)
    };
    let Some(start) = schedule.iter().try_fold(0, step) else {
        return Vec::new();
    };
    // A place in a round: a state, who could have moved until then, and who has.
    type Place = (u32, u32, u32);
    let begin: Place = (start, 0, 0);
    let mut came: HashMap<Place, (Place, Choice)> = HashMap::new();
    let mut places = vec![begin];
    let mut next = 0;
    while let Some(place @ (state, can, does)) = places.get(next).copied() {
        next += 1;
        let can = graph
            .steps(state)
            .fold(can, |all, edge| all | bit(edge.choice.actor));
        for edge in graph.steps(state) {
            if !graph.verdicts_at(edge.to).has(Verdict::Livelock) {
                continue;
            }
            let to = (edge.to, can, does | bit(edge.choice.actor));
            if came.contains_key(&to) {
                continue;
            }
            came.insert(to, (place, edge.choice));
            if to.0 == start && can & !to.2 == 0 {
                let mut round = Vec::new();
                let mut at = to;
                while at != begin {
                    let (before, choice) = came[&at];
                    round.push(choice);
                    at = before;
                }
                round.reverse();
                return round;
            }
            places.push(to);
        }
        if places.len() > MOST_PLACES {
            break;
        }
    }
    Vec::new()
}

//! How far each verdict is from every state, and the failures that read best.

use std::collections::HashMap;

use crate::machine::{Choice, MAX_ACTORS, Model};
use crate::scenario::Verdict;

use super::graph::Graph;
use super::space::{Finding, Space};
use super::verdicts::Verdicts;

/// Stands for a verdict that cannot be reached.
const NEVER: u16 = u16::MAX;

/// What can still come of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Fate {
    /// No schedule from here fails.
    Safe,
    /// Some schedules from here fail.
    AtRisk,
    /// Every schedule from here fails.
    Doomed,
}

/// Distances from every state of a graph to every verdict.
#[derive(Clone, Debug)]
pub struct Foresight {
    /// For each verdict that is reached at all, the steps to it from each state.
    away: Vec<(Verdict, Vec<u16>)>,
    /// States from which some schedule does not fail.
    may_pass: Vec<bool>,
}

impl Foresight {
    /// Looks backwards from the failures of a graph. Where the search was not complete, a verdict
    /// that is not in sight may still lie beyond what was looked at.
    pub fn of(graph: &Graph) -> Foresight {
        let backwards = graph.backwards();
        let many = graph.states();
        let states = 0..many as u32;
        let mut reached = Verdicts::NONE;
        for state in states.clone() {
            graph.steps(state).for_each(|edge| reached.add(edge.broke));
        }
        graph.ends().iter().for_each(|(_, at)| reached.add(*at));
        let away = reached.iter().map(|verdict| {
            let mut away = vec![NEVER; many];
            let mut queue: Vec<u32> = Vec::new();
            for (state, verdicts) in graph.ends() {
                if verdicts.has(verdict) {
                    away[*state as usize] = 0;
                    queue.push(*state);
                }
            }
            let mut breaking: Vec<u32> = states.clone().collect();
            breaking.retain(|state| graph.steps(*state).any(|edge| edge.broke.has(verdict)));
            // Breadth first, backwards from both kinds of failure: a state that is a failure is no step
            // away from it, a state with a step that is a failure is one step away.
            let mut level = 0;
            while !queue.is_empty() || !breaking.is_empty() {
                let mut next = Vec::new();
                let mut reach = |state: u32| {
                    let cell = &mut away[state as usize];
                    if *cell == NEVER {
                        *cell = level + 1;
                        next.push(state);
                    }
                };
                for state in &queue {
                    let before = backwards.before(*state).iter();
                    before.for_each(|earlier| reach(*earlier));
                }
                breaking.drain(..).for_each(&mut reach);
                queue = next;
                level += 1;
            }
            (verdict, away)
        });
        let away = away.collect();
        // A run passes if it can end well, or go on for ever without anybody starving.
        let mut may_pass = vec![false; many];
        let mut queue = Vec::new();
        let mut pass = |state: u32, queue: &mut Vec<u32>| {
            if !std::mem::replace(&mut may_pass[state as usize], true) {
                queue.push(state);
            }
        };
        for state in states {
            let ends = graph.steps(state).next().is_none();
            if ends && graph.verdicts_at(state).safe() {
                pass(state, &mut queue);
            }
        }
        for round in graph.rounds() {
            let quiet = |state: &u32| {
                graph.verdicts_at(*state).safe()
                    && graph.steps(*state).all(|edge| edge.broke.safe())
            };
            if round.iter().all(quiet) {
                round.iter().for_each(|state| pass(*state, &mut queue));
            }
        }
        while let Some(state) = queue.pop() {
            for earlier in backwards.before(state) {
                let mut steps = graph.steps(*earlier);
                if steps.any(|edge| edge.to == state && edge.broke.safe()) {
                    pass(*earlier, &mut queue);
                }
            }
        }
        Foresight { away, may_pass }
    }

    /// The failures that are still reachable from a state, and in how many steps at best; 0 where
    /// the state itself is the failure.
    pub fn ahead(&self, state: u32) -> impl Iterator<Item = (Verdict, u16)> + '_ {
        self.away.iter().filter_map(move |(verdict, away)| {
            let steps = *away.get(state as usize)?;
            (steps != NEVER && verdict.fails()).then_some((*verdict, steps))
        })
    }

    /// What can still come of a state.
    pub fn fate(&self, state: u32) -> Fate {
        if self.ahead(state).next().is_none() {
            return Fate::Safe;
        }
        match self.may_pass.get(state as usize) {
            Some(false) => Fate::Doomed,
            _ => Fate::AtRisk,
        }
    }

    /// For each verdict that a search met a shortest schedule from the start: of those one with the fewest
    /// changes of actor. The foresight must be that of the search's graph.
    pub fn findings(&self, model: &Model, space: &Space, graph: &Graph) -> Vec<Finding> {
        let mut findings = space.findings(model);
        for finding in &mut findings {
            let best = self.witness(graph, 0, finding.verdict);
            if let Some(best) = best.filter(|best| best.len() == finding.schedule.len()) {
                finding.schedule = best;
            }
        }
        findings
    }

    /// Of all shortest schedules from a state to a verdict, one with the fewest changes of actor.
    pub fn witness(&self, graph: &Graph, from: u32, verdict: Verdict) -> Option<Vec<Choice>> {
        let (_, away) = self.away.iter().find(|(known, _)| *known == verdict)?;
        if *away.get(from as usize)? == NEVER {
            return None;
        }
        let nearer = |state: u32| {
            graph.steps(state).filter_map(move |edge| {
                let left = away[state as usize];
                if left == 1 && edge.broke.has(verdict) {
                    return Some((edge, None));
                }
                let next = *away.get(edge.to as usize)?;
                (next != NEVER && next + 1 == left).then_some((edge, Some(edge.to)))
            })
        };
        // The states on shortest ways, nearest to the failure last.
        let mut order = vec![from];
        let mut at: HashMap<u32, usize> = HashMap::from([(from, 0)]);
        let mut next = 0;
        while next < order.len() {
            for (_, to) in nearer(order[next]) {
                let Some(to) = to else { continue };
                at.entry(to).or_insert_with(|| {
                    order.push(to);
                    order.len() - 1
                });
            }
            next += 1;
        }
        // For each of these states, and each actor that may move first there: the fewest changes of
        // actor that are still to come then, the step to make, and where it leads.
        type Best = [Option<(u16, Choice, Option<u32>)>; MAX_ACTORS];
        let mut best: Vec<Best> = vec![[None; MAX_ACTORS]; order.len()];
        for (index, state) in order.iter().enumerate().rev() {
            for (edge, to) in nearer(*state) {
                let mover = edge.choice.actor.index();
                let rest = to.map_or(0, |to| {
                    let best_there = &best[at[&to]];
                    let after = (0..MAX_ACTORS).filter_map(|actor| {
                        let (changes, ..) = best_there[actor]?;
                        Some(changes + u16::from(actor != mover))
                    });
                    after.min().unwrap_or(0)
                });
                let cell = &mut best[index][mover];
                if cell.is_none_or(|(known, ..)| rest < known) {
                    *cell = Some((rest, edge.choice, to));
                }
            }
        }
        let mut schedule: Vec<Choice> = Vec::new();
        let mut here = Some(from);
        while let Some(state) = here.filter(|state| away[*state as usize] > 0) {
            let last = schedule.last().map(|choice| choice.actor.index());
            let first = (0..MAX_ACTORS).filter_map(|actor| {
                let (changes, choice, to) = best[at[&state]][actor]?;
                let change = last.is_some_and(|last| last != actor);
                Some((changes + u16::from(change), choice, to))
            });
            let (_, choice, to) = first.min_by_key(|(changes, ..)| *changes)?;
            schedule.push(choice);
            here = to;
        }
        Some(schedule)
    }
}

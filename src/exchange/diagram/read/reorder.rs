//! Lines that are drawn in another order than the program has them: which edit would make them that order.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::place::Placed;
use super::sheet::Sheet;
use super::{Missing, Placement};
use crate::exchange::diagram::call::{groups_at, standing};
use crate::machine::{ActorId, step};
use crate::scenario::Scenario;

/// A step or composite of an actor's program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// Its first instruction.
    pub pc: u8,
    /// Its key, for a composite; empty for a step.
    pub group: String,
}

/// A line that has no place because its actor has made its step before those that are drawn above it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reorder {
    /// The number of the line, from 1.
    pub line: usize,
    /// The actor.
    pub actor: ActorId,
    /// What the line names.
    pub what: Drawn,
    /// What is drawn above it: the program has it behind.
    pub above: Drawn,
    /// Whether that is all there is between the two, so that it may as well be moved up.
    pub alone: bool,
}

/// A step that an actor has made: its place in the run, and where it stood.
struct Made {
    at: usize,
    actor: ActorId,
    pc: u8,
    tag: usize,
}

/// The lines of a sheet that are out of order, but for the order have a place.
pub(super) fn reorders(scenario: &Scenario, sheet: &Sheet, placed: &Placed) -> Vec<Reorder> {
    let model = &scenario.model;
    let mut world = model.initial;
    let mut run: Vec<Made> = Vec::new();
    for (at, choice) in placed.choices.iter().enumerate() {
        if let Some((pc, instr)) = standing(model, &world, choice.actor) {
            run.push(Made {
                at,
                actor: choice.actor,
                pc,
                tag: instr.tag.into(),
            });
        }
        world = step(model, &world, *choice).0;
    }
    let named: Vec<(ActorId, &Range<usize>)> = placed
        .placements
        .iter()
        .filter_map(|it| match it {
            Placement::Steps { actor, steps, .. } => Some((*actor, steps)),
            _ => None,
        })
        .collect();
    let mut found = Vec::new();
    for (at, (cell, placement)) in sheet.cells.iter().zip(&placed.placements).enumerate() {
        let Placement::Missing(Missing::Passed { actor }) = placement else {
            continue;
        };
        let lines = &scenario.cast[actor.index()].lines;
        let begins = |made: &Made| {
            let pc = made.pc;
            groups_at(lines, pc).filter(move |it| lines[*it].pcs.start == pc)
        };
        // The step that no line names and this one would.
        let is_it = |made: &&Made| {
            let free = !named.iter().any(|(_, steps)| steps.contains(&made.at));
            let step = cell.parsed.names_step(made.tag);
            let is = step || begins(made).any(|it| cell.parsed.names(&lines[it]));
            made.actor == *actor && free && is
        };
        let Some(missed) = run.iter().rev().find(is_it) else {
            continue;
        };
        let above: Vec<&Range<usize>> = placed.placements[..at]
            .iter()
            .filter_map(|it| match it {
                Placement::Steps {
                    actor: of, steps, ..
                } if of == actor => Some(steps),
                _ => None,
            })
            .filter(|steps| steps.start > missed.at)
            .collect();
        let (Some(last), alone) = (above.last(), above.len() == 1) else {
            continue;
        };
        let drawn = |made: &Made, steps: &Range<usize>, step: bool| Drawn {
            pc: made.pc,
            group: match step || steps.len() == 1 {
                true => String::new(),
                false => begins(made)
                    .next()
                    .map_or(String::new(), |it| lines[it].key.clone()),
            },
        };
        let Some(first) = run.iter().find(|it| it.at == last.start) else {
            continue;
        };
        let is_step = cell.parsed.names_step(missed.tag);
        found.push(Reorder {
            line: cell.line + 1,
            actor: *actor,
            what: drawn(missed, &(0..2), is_step),
            above: drawn(first, last, false),
            alone,
        });
    }
    found
}

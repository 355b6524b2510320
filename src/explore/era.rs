//! A run in another kernel, on another device, in another ordering: as far as the orders agree, and
//! with the same turns beyond.

use crate::machine::{
    ActorId, Choice, History, Model, Operand, PageId, Status, status, step, ways,
};
use crate::scenario::Scenario;

/// How much of a run another era or device has in common with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The choices that both have, from the start.
    pub choices: Vec<Choice>,
    /// Where the two runs part, if they do.
    pub parting: Option<Parting>,
}

/// The step at which two variants of a run part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parting {
    /// The step's number in the old run, from 1.
    pub step: usize,
    /// The actor whose step it is.
    pub actor: ActorId,
    /// The row of the step that the old run makes.
    pub old: usize,
    /// The row of the step that the actor would make in the new one; none if its program is over.
    pub new: Option<usize>,
    /// Whether the same step is due there, but cannot be made now.
    pub blocked: bool,
}

/// Runs the current branch of a history, up to the moment shown, in another build of the same
/// scenario, as long as the same actors have the same steps to make.
pub fn carry(old: &Scenario, history: &History, new: &Scenario) -> Carried {
    let mut there = History::new(&new.model);
    let mut choices = Vec::new();
    let mut world = old.model.initial;
    for (choice, _, after) in history.replay(&old.model) {
        let actor = choice.actor;
        let before = next(&old.model, &world, actor);
        let due = next(&new.model, there.world(), actor);
        let same = before.is_some() && before == due;
        let possible = choice.way < ways(&new.model, there.world(), actor);
        if !same || !possible {
            let parting = Parting {
                step: choices.len() + 1,
                actor: choice.actor,
                old: before.map_or(0, |(row, ..)| row),
                new: due.map(|(row, ..)| row),
                blocked: same && status(&new.model, there.world(), actor) != Status::Ready,
            };
            return Carried {
                choices,
                parting: Some(parting),
            };
        }
        there.choose(&new.model, choice);
        choices.push(choice);
        world = after;
    }
    Carried {
        choices,
        parting: None,
    }
}

/// The turns of a run, given to another build of the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turns {
    /// For each step of the run what the same actor does there; none where it cannot move and its
    /// turn passes.
    pub choices: Vec<Option<Choice>>,
    /// The first step that is another one there.
    pub parting: Option<Parting>,
}

/// Gives the turns of a schedule to another build of the same scenario: whoever moves here moves
/// there, if it can.
pub fn same_turns(old: &Scenario, schedule: &[Choice], new: &Scenario) -> Turns {
    let (mut here, mut there) = (old.model.initial, new.model.initial);
    let mut turns = Turns {
        choices: Vec::new(),
        parting: None,
    };
    for choice in schedule {
        let actor = choice.actor;
        let before = next(&old.model, &here, actor);
        let due = next(&new.model, &there, actor);
        let many = ways(&new.model, &there, actor);
        let moves = (many > 0).then(|| Choice {
            way: choice.way.min(many - 1),
            ..*choice
        });
        let same = before.is_some() && before == due;
        if turns.parting.is_none() && (!same || moves != Some(*choice)) {
            turns.parting = Some(Parting {
                step: turns.choices.len() + 1,
                actor: choice.actor,
                old: before.map_or(0, |(row, ..)| row),
                new: due.map(|(row, ..)| row),
                blocked: same && moves.is_none(),
            });
        }
        if let Some(choice) = moves {
            there = step(&new.model, &there, choice).0;
        }
        here = step(&old.model, &here, *choice).0;
        turns.choices.push(moves);
    }
    turns
}

/// The row, page and operand of the step an actor would make next.
fn next(
    model: &Model,
    world: &crate::machine::World,
    actor: ActorId,
) -> Option<(usize, PageId, Operand)> {
    let code = model.actors.get(actor.index())?;
    let state = model.actor(world, actor);
    if !state.faulting && state.pc >= code.main {
        return None;
    }
    let instr = code.code.get(usize::from(state.pc))?;
    Some((instr.tag.into(), instr.page, instr.operand))
}

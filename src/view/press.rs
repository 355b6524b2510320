//! Presses: how many steps one press takes. A press is a line of a program as it is folded; it ends early wherever
//! something happens that deserves a look of its own.

use crate::exchange::slept;
use crate::explore::Story;
use crate::machine::{
    ActorId, Choice, Effect, Model, Operand, Status, World, enabled, status, step_watched, ways,
};
use crate::protocol::Line;
use crate::scenario::Scenario;

use super::ui_state::Folded;

/// What a step counts to: the line that is shown for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// A line, by its index.
    Line(usize),
    /// The loop over the sectors in an open composite, by its line; none for one at the top of a program, which its op's
    /// row tells from others.
    Loop(Option<usize>, u8),
}

/// The line that a press counts an instruction to.
fn unit(scenario: &Scenario, folded: &[Folded], actor: ActorId, pc: u8) -> Option<Unit> {
    let lines = &scenario.cast.get(actor.index())?.lines;
    let mut parent = None;
    let mut open_by_hand = false;
    for (at, line) in lines.iter().enumerate() {
        if !line.pcs.contains(&pc) {
            continue;
        }
        if line.row.is_none() && !line.key.is_empty() {
            let by_hand = folded.iter().find(|it| (it.actor, it.line) == (actor, at));
            open_by_hand = by_hand.is_some_and(|it| it.open);
            match by_hand.map_or_else(|| is_open(lines, at), |it| it.open) {
                true => parent = Some(at),
                false => return Some(Unit::Line(at)),
            }
            continue;
        }
        let code = &scenario.model.actors[actor.index()].code;
        let instr = code.get(usize::from(pc))?;
        return Some(match instr.operand {
            Operand::Sector(_) if !open_by_hand => {
                let tag = parent.map_or(instr.tag, |_| 0);
                Unit::Loop(parent, tag)
            }
            _ => Unit::Line(at),
        });
    }
    None
}

/// What an actor's next press is called, if it is a folded composite: the function, or its line.
pub fn press_name(
    scenario: &Scenario,
    folded: &[Folded],
    actor: ActorId,
    pc: u8,
) -> Option<String> {
    let Some(Unit::Line(at)) = unit(scenario, folded, actor, pc) else {
        return None;
    };
    let line = &scenario.cast[actor.index()].lines[at];
    let composite = line.row.is_none() && line.pcs.start == pc;
    let name = line.text.split('(').next().unwrap_or_default();
    composite.then(|| name.trim_start_matches("->").to_owned())
}

/// Whether a composite is unfolded wherever its actor is: its lines belong to the fault handler, or one of them was edited.
pub fn is_open(lines: &[Line], at: usize) -> bool {
    let line = &lines[at];
    let mut below = lines[at + 1..]
        .iter()
        .take_while(|it| it.depth > line.depth);
    line.handler || below.any(|it| it.mark != crate::protocol::Mark::Kept)
}

/// The world after so many steps.
fn world_after(model: &Model, story: &Story, steps: usize) -> World {
    let last = steps.checked_sub(1).and_then(|at| story.steps.get(at));
    last.map_or(model.initial, |record| record.world)
}

/// Whether a step (counted from 1) is worth a look of its own, so that a press ends behind it.
pub fn stands_out(scenario: &Scenario, story: &Story, step: usize) -> bool {
    let Some(record) = step.checked_sub(1).and_then(|at| story.steps.get(at)) else {
        return false;
    };
    let happens = |effect: &Effect| {
        matches!(
            effect,
            Effect::Broke(_)
                | Effect::Stored { .. }
                | Effect::Faulted { .. }
                | Effect::FellAsleep { .. }
                | Effect::Woke { .. }
                | Effect::Checked { matched: false, .. }
        )
    };
    record.effects.iter().any(happens)
        || story.broken.iter().any(|(_, at)| *at == step)
        || story.failures.iter().any(|failure| failure.step == step)
        || status(&scenario.model, &record.world, record.choice.actor) != Status::Ready
        || slept(scenario, story, step - 1) > 0
}

/// Whether a press that began after `began` steps of a run goes on behind the step of this number, which is in it, if the
/// same actor moves again.
fn goes_on(
    scenario: &Scenario,
    story: &Story,
    folded: &[Folded],
    began: usize,
    step: usize,
) -> bool {
    if stands_out(scenario, story, step) {
        return false;
    }
    let model = &scenario.model;
    let record = &story.steps[step - 1];
    let actor = record.choice.actor;
    let pc = |steps: usize| model.actor(&world_after(model, story, steps), actor).pc;
    let next = pc(step);
    // Another round of a loop is another press.
    let round = (began..step).any(|at| pc(at) == next);
    let here = unit(scenario, folded, actor, pc(step - 1));
    !round
        && ways(model, &record.world, actor) < 2
        && here.is_some()
        && here == unit(scenario, folded, actor, next)
}

/// The moments between the presses of a run, in steps: its start, then the end of each press.
pub fn presses(scenario: &Scenario, whole: &Story, folded: &[Folded]) -> Vec<usize> {
    let mut bounds = vec![0];
    let mut began = 0;
    for step in 1..=whole.steps.len() {
        let actor = whole.actor(step);
        let same = actor == whole.actor(step + 1);
        if !same || !goes_on(scenario, whole, folded, began, step) {
            bounds.push(step);
            began = step;
        }
    }
    bounds
}

/// Where the press that ends at a moment began; one step earlier if none ends there.
pub fn press_behind(scenario: &Scenario, whole: &Story, folded: &[Folded], depth: usize) -> usize {
    let bounds = presses(scenario, whole, folded);
    let at = bounds.iter().position(|it| *it == depth);
    let before = at.and_then(|at| bounds.get(at.checked_sub(1)?).copied());
    before.unwrap_or_else(|| depth.saturating_sub(1))
}

/// The choices that one press makes from the moment that a story ends at: the step asked for, and what follows in its
/// line. Empty if that step is not possible.
pub fn press_ahead(
    scenario: &Scenario,
    story: &Story,
    folded: &[Folded],
    first: Choice,
) -> Vec<Choice> {
    let model = &scenario.model;
    let began = story.steps.len();
    let mut story = story.clone();
    let mut choices = Vec::new();
    let mut choice = first;
    loop {
        let world = world_after(model, &story, story.steps.len());
        if !enabled(model, &world).any(|it| it == choice) {
            return choices;
        }
        let mut effects = Vec::new();
        let world = step_watched(model, &world, choice, &mut effects);
        story.go_on(
            model,
            crate::explore::StepRecord {
                choice,
                effects,
                world,
            },
        );
        choices.push(choice);
        if !goes_on(scenario, &story, folded, began, story.steps.len()) {
            return choices;
        }
        choice = Choice::of(first.actor);
    }
}

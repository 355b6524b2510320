//! A run as the lines of a diagram, and which steps each of them stands for.

use std::ops::Range;

use super::call::{group_call, groups_at, line_at, standing, stays, step_call};
use super::notes::{blocked, notes, result};
use super::{Detail, Options};
use crate::exchange::narration::world_before;
use crate::explore::Story;
use crate::machine::{ActorId, Effect, Model, Op, Status, World, end, status, ways};
use crate::protocol::Era;
use crate::scenario::Scenario;

/// A line of the diagram, before it has a place in a column.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub actor: ActorId,
    /// How many composites the line is inside of.
    pub depth: u8,
    /// The call, with its result behind an arrow.
    pub text: String,
    /// Remarks, each in its brackets.
    pub notes: Vec<String>,
}

/// Makes the events of a run, step by step.
struct EventBuilder<'a> {
    scenario: &'a Scenario,
    story: &'a Story,
    era: Era,
    detail: Detail,
    /// For each actor, the instructions it stood at before and after its last step.
    last: Vec<Option<(u8, u8)>>,
    events: Vec<Event>,
}

/// The events of a run up to the moment shown.
pub(super) fn events(scenario: &Scenario, story: &Story, options: &Options) -> Vec<Event> {
    let mut builder = EventBuilder {
        scenario,
        story,
        era: options.era.unwrap_or(scenario.era),
        detail: options.detail,
        last: vec![None; scenario.model.actors.len()],
        events: Vec::new(),
    };
    builder.fell_asleep(None);
    let mut at = 0;
    while at < story.steps.len() {
        let steps = builder.step(at);
        for step in steps.clone() {
            builder.fell_asleep(Some(step));
        }
        at = steps.end.max(at + 1);
    }
    builder.events
}

/// The number of the instruction that an actor runs next.
pub(super) fn pc(model: &Model, world: &World, actor: ActorId) -> u8 {
    model.actor(world, actor).pc
}

impl EventBuilder<'_> {
    fn model(&self) -> &Model {
        &self.scenario.model
    }

    fn actor(&self, at: usize) -> ActorId {
        self.story.steps[at].choice.actor
    }

    /// Adds the line for the step at `at`, after the lines of the composites that it enters. Returns the steps that
    /// the line stands for: more than that one where a composite is folded.
    fn step(&mut self, at: usize) -> Range<usize> {
        let (scenario, actor) = (self.scenario, self.actor(at));
        let before = world_before(scenario, self.story, at);
        let Some((pc, instr)) = standing(self.model(), &before, actor) else {
            return at..at + 1;
        };
        let lines = &scenario.cast[actor.index()].lines;
        let mut made = at..at + 1;
        let mut folded = None;
        for group in groups_at(lines, pc) {
            let line = &lines[group];
            let goes_on = |it: (u8, u8)| it.1 == pc && stays(line, it.0, pc);
            if self.last[actor.index()].is_some_and(goes_on) {
                continue;
            }
            if let Some(end) = self.folds(line, at) {
                made.end = end;
                folded = Some(line);
                break;
            }
            self.events.push(Event {
                actor,
                depth: line.depth,
                text: group_call(scenario, self.era, line, instr.page),
                notes: Vec::new(),
            });
        }
        let line = folded.or_else(|| line_at(lines, pc));
        let mut text = match folded {
            Some(line) => group_call(scenario, self.era, line, instr.page),
            None => step_call(scenario, self.era, instr),
        };
        if let Some(result) = result(scenario, self.story, made.clone()) {
            text = format!("{text} -> {result}");
        }
        self.events.push(Event {
            actor,
            depth: line.map_or(0, |it| it.depth),
            text,
            notes: notes(scenario, self.story, made.clone(), line.map(|it| it.mark)),
        });
        for step in made.clone() {
            let before = world_before(scenario, self.story, step);
            let after = &self.story.steps[step].world;
            let model = &scenario.model;
            self.last[actor.index()] = Some((
                self::pc(model, &before, actor),
                self::pc(model, after, actor),
            ));
        }
        made
    }

    /// The end of the steps of a composite entered at the step `at`, if one line can stand for all of them: no other
    /// actor moves before it is left, none of its steps has two ways, and nobody waits for what its steps do.
    fn folds(&self, line: &crate::protocol::Line, at: usize) -> Option<usize> {
        let actor = self.actor(at);
        let model = self.model();
        let code = &model.actors[actor.index()].code;
        let loud = |pc: u8| code.get(usize::from(pc)).is_some_and(|it| !quiet(it.op));
        if self.detail == Detail::Unfolded || line.pcs.clone().any(loud) {
            return None;
        }
        for step in at..self.story.steps.len() {
            let before = world_before(self.scenario, self.story, step);
            if self.actor(step) != actor || ways(model, &before, actor) > 1 {
                return None;
            }
            let after = &self.story.steps[step].world;
            if !stays(line, pc(model, &before, actor), pc(model, after, actor)) {
                return Some(step + 1);
            }
        }
        None
    }

    /// Adds a line for each actor that falls asleep by a step (none: that sleeps from the start). That is the actor that
    /// made the step, if its next step must wait; and, where the run is over, also any other that the step has put to
    /// sleep for good.
    fn fell_asleep(&mut self, step: Option<usize>) {
        let model = &self.scenario.model;
        let last = self.story.steps.last().map_or(model.initial, |it| it.world);
        let over = end(model, &last).is_some();
        let world = step.map_or(model.initial, |at| self.story.steps[at].world);
        for actor in model.actor_ids() {
            let Status::Asleep(wait) = status(model, &world, actor) else {
                continue;
            };
            let own = step.is_some_and(|at| self.actor(at) == actor);
            let for_good = over && self.sleeps_for_good(actor, step);
            if !own && !for_good {
                continue;
            }
            let told = step.map(|at| &self.story.steps[at].effects);
            let said =
                |all: &Vec<Effect>| all.iter().any(|it| matches!(it, Effect::FellAsleep { .. }));
            let Some((pc, instr)) = standing(model, &world, actor) else {
                continue;
            };
            if own && told.is_some_and(said) {
                continue;
            }
            // The line is indented by the composites that the actor is in already: those that its next step enters
            // get their lines when that step is made.
            let lines = &self.scenario.cast[actor.index()].lines;
            let last = self.last[actor.index()];
            let goes_on = |at: &usize| last.is_some_and(|it| stays(&lines[*at], it.0, pc));
            let depth = groups_at(lines, pc).filter(goes_on).count() as u8;
            let call = step_call(self.scenario, self.era, instr);
            let event = Event {
                actor,
                depth,
                text: call,
                notes: vec![blocked(self.scenario, wait)],
            };
            self.events.push(event);
        }
    }

    /// Whether an actor sleeps from a step on (none: from the start) to the end of the run, and not yet before it.
    fn sleeps_for_good(&self, actor: ActorId, step: Option<usize>) -> bool {
        let model = &self.scenario.model;
        let asleep = |it: &World| matches!(status(model, it, actor), Status::Asleep(_));
        let rest = self.story.steps.iter().skip(step.map_or(0, |at| at + 1));
        let before = step.map(|at| world_before(self.scenario, self.story, at));
        before.is_none_or(|it| !asleep(&it)) && rest.into_iter().all(|it| asleep(&it.world))
    }
}

/// Whether a folded composite may hide a step: one that takes or releases a lock, sets PG_writeback, waits or chooses
/// always has a line.
fn quiet(op: Op) -> bool {
    !matches!(
        op,
        Op::LockPage
            | Op::TrylockPage
            | Op::UnlockPage
            | Op::WaitPageUnlocked
            | Op::Take(_)
            | Op::Release(_)
            | Op::Await(_)
            | Op::SetPageWriteback
            | Op::WaitWriteback
            | Op::WaitStable
            | Op::WaitOnce
            | Op::WaitBio
            | Op::Choose
    )
}

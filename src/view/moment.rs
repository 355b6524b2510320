//! The moment shown: a run at one of its moments, with all that the page derives from it.

use std::sync::Arc;

use crate::exchange::sentence;
use crate::explore::{Failure, Round, Story};
use crate::machine::{ActorId, Effect, End, History, NodeId, Status, World, end, status, ways};
use crate::scenario::{Scenario, Verdict};

use super::program_rows::ProgramPosition;

/// A run at the moment shown. Sections are functions of this.
pub struct Moment {
    /// The moment's number; no two moments that a page has shown have the same.
    pub number: u32,
    /// The scenario.
    pub scenario: Arc<Scenario>,
    /// Whether the scenario is from a visitor's file.
    pub own: bool,
    /// The run up to the moment shown.
    pub story: Story,
    /// The current branch from start to end.
    pub whole: Arc<Story>,
    branch: Vec<NodeId>,
    /// The world at the moment shown.
    pub world: World,
    /// The world one step earlier; at the start the same.
    pub before: World,
    /// How the run ends, where nobody can move.
    pub end: Option<End>,
    /// The round with which the run ends, where it can repeat for ever and keeps somebody from finishing.
    pub round: Option<Round>,
    /// The ends of all branches with their lengths, and which is the current one.
    pub branches: Vec<(NodeId, usize, bool)>,
}

/// The verdict of an end at which actors sleep for ever, or of a round that repeats for ever.
pub fn stuck(end: Option<&End>, round: Option<&Round>) -> Option<Verdict> {
    match (end, round) {
        (Some(End::Deadlock(_)), _) => Some(Verdict::Deadlock),
        (Some(End::Stall(_)), _) => Some(Verdict::Stall),
        (None, Some(_)) => Some(Verdict::Livelock),
        _ => None,
    }
}

impl Moment {
    /// The moment that a history stands at. `last` is the moment shown before, from which the story is continued
    /// where that is possible.
    pub fn of(
        scenario: &Arc<Scenario>,
        history: &History,
        own: bool,
        last: Option<&Moment>,
    ) -> Moment {
        let model = &scenario.model;
        let number = last.map_or(0, |last| last.number + 1);
        let branch = history.branch().to_vec();
        let current = branch.last().copied();
        let last = last.filter(|it| Arc::ptr_eq(&it.scenario, scenario) && it.branch == branch);
        let whole = match last {
            // The branch is the same, so its story is.
            Some(last) => last.whole.clone(),
            None => Arc::new(Story::of_branch(model, history)),
        };
        let depth = history.depth();
        let story = match last {
            // One step further, as most often.
            Some(last) if last.depth() + 1 == depth => {
                let mut story = last.story.clone();
                story.go_on(model, whole.steps[depth - 1].clone());
                story
            }
            _ => whole.first(model, depth),
        };
        let ends = history.ends().into_iter();
        let branches = ends.map(|end| (end, history.depth_of(end), Some(end) == current));
        let mut now = Moment {
            number,
            scenario: scenario.clone(),
            own,
            whole,
            branch,
            world: *history.world(),
            before: model.initial,
            end: end(model, history.world()),
            round: story.round(model),
            branches: branches.collect(),
            story,
        };
        now.before = now.world_at(now.depth().saturating_sub(1));
        now
    }

    /// Whether a failure has been met so far.
    pub fn failed(&self) -> bool {
        let mut failures = self.story.failures.iter();
        failures.any(Failure::fails)
    }

    /// The verdict of a run in which actors sleep for ever, or go round for ever.
    pub fn stuck(&self) -> Option<Verdict> {
        stuck(self.end.as_ref(), self.round.as_ref())
    }

    /// How many steps led here.
    pub fn depth(&self) -> usize {
        self.story.steps.len()
    }

    /// The moment after so many steps of the current branch, if it has as many.
    pub fn node_at(&self, steps: usize) -> Option<NodeId> {
        self.branch.get(steps).copied()
    }

    /// How many steps the current branch has.
    pub fn length(&self) -> usize {
        self.whole.steps.len()
    }

    /// The world after so many steps of the run shown.
    fn world_at(&self, steps: usize) -> World {
        match steps.checked_sub(1) {
            Some(at) => self.story.steps[at].world,
            None => self.scenario.model.initial,
        }
    }

    /// Who made the last step.
    pub fn last_actor(&self) -> Option<ActorId> {
        Some(self.story.steps.last()?.choice.actor)
    }

    /// The actor of the step made last, the row of its op in [`OPS`](crate::protocol::OPS), and its pc.
    pub fn last_row(&self) -> Option<(ActorId, usize, u8)> {
        let actor = self.last_actor()?;
        let model = &self.scenario.model;
        let pc = model.actor(&self.before, actor).pc;
        let instr = model.actors[actor.index()].code.get(usize::from(pc))?;
        Some((actor, instr.tag.into(), pc))
    }

    /// Where an actor is in its program.
    pub fn position(&self, actor: ActorId) -> ProgramPosition {
        let model = &self.scenario.model;
        let state = model.actor(&self.world, actor);
        let mut retry = None;
        if state.faulting {
            let faulted = |effect: &Effect| matches!(effect, Effect::Faulted { .. });
            let fault = self.story.steps.iter().rposition(|record| {
                record.choice.actor == actor && record.effects.iter().any(faulted)
            });
            retry = fault.map(|at| model.actor(&self.world_at(at), actor).pc);
        }
        ProgramPosition {
            pc: state.pc,
            retry,
        }
    }

    /// Whether an actor can move, and if not, why.
    pub fn status(&self, actor: ActorId) -> Status {
        status(&self.scenario.model, &self.world, actor)
    }

    /// How many ways an actor can go now.
    pub fn ways(&self, actor: ActorId) -> u8 {
        ways(&self.scenario.model, &self.world, actor)
    }

    /// The last step in a sentence.
    #[inline(never)]
    pub fn sentence(&self) -> Option<String> {
        let last = self.depth().checked_sub(1)?;
        Some(sentence(&self.scenario, &self.story, last))
    }
}

//! The moment shown: a run at one of its moments, with all that the page derives from it.

use std::sync::Arc;

use crate::exchange::{press_sentence, sentence};
use crate::explore::{Failure, Round, Story};
use crate::machine::{ActorId, Effect, End, History, NodeId, Status, World, end, status, ways};
use crate::scenario::{Scenario, Verdict};

use super::program_rows::ProgramPosition;

/// A run at the moment shown. Sections are functions of this.
#[derive(Clone)]
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
    /// After how many steps the last press began: one less than were made, or fewer if it made several.
    pub began: usize,
    /// The world when the last press began; at the start the same.
    pub before: World,
    /// The moment that the opening run leads to, if that was made.
    opening: Option<NodeId>,
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
            began: 0,
            before: model.initial,
            opening: history.follow(&scenario.schedule),
            end: end(model, history.world()),
            round: story.round(model),
            branches: branches.collect(),
            story,
        };
        now.began = depth.saturating_sub(1);
        now.before = now.world_at(now.began);
        now
    }

    /// The same moment, reached by a press that began after so many steps; without a number, by a single step.
    pub fn since(mut self, began: Option<usize>) -> Moment {
        let single = self.depth().saturating_sub(1);
        self.began = began.map_or(single, |began| began.min(single));
        self.before = self.world_at(self.began);
        self
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
        self.row_of(self.depth(), actor)
    }

    /// The same of the step of that number.
    pub fn row_of(&self, step: usize, actor: ActorId) -> Option<(ActorId, usize, u8)> {
        let model = &self.scenario.model;
        let pc = model.actor(&self.world_at(step.checked_sub(1)?), actor).pc;
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
            calls: false,
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
    pub fn step_sentence(&self) -> Option<String> {
        let last = self.depth().checked_sub(1)?;
        Some(sentence(&self.scenario, &self.story, last))
    }

    /// The last press in a sentence.
    #[inline(never)]
    pub fn sentence(&self) -> Option<String> {
        let depth = self.depth();
        (depth > 0).then(|| press_sentence(&self.scenario, &self.story, self.began, depth))
    }

    /// The remarks of the file on the steps of the last press.
    pub fn notes(&self) -> Vec<&str> {
        let mut notes = Vec::new();
        let actor = self.last_actor();
        for step in self.began + 1..=self.depth() {
            let row = actor.and_then(|actor| self.row_of(step, actor));
            let note = row.and_then(|(actor, row, _)| self.scenario.note(actor, row));
            notes.extend(note.filter(|note| !notes.contains(note)));
        }
        notes
    }

    /// The length of the longest run tried so far, which the timeline has room for.
    pub fn longest(&self) -> usize {
        let lengths = self.branches.iter().map(|(_, length, _)| *length);
        lengths.fold(self.length(), usize::max)
    }

    /// Whether the current run is the opening one, as far as it goes.
    fn opens(&self) -> bool {
        let schedule = &self.scenario.schedule;
        let mut pairs = self.whole.steps.iter().zip(schedule);
        self.length() <= schedule.len() && pairs.all(|(step, choice)| step.choice == *choice)
    }

    /// What a run is called, by its end.
    pub fn run_name(&self, end: NodeId) -> String {
        let mut own = self.branches.iter().filter(|it| Some(it.0) != self.opening);
        let several = own.clone().count() > 1;
        match own.position(|it| it.0 == end) {
            None if Some(end) == self.opening => "the opening run".to_owned(),
            Some(at) if several && at > 0 => format!("your own run {}", at + 1),
            // One that ends inside of another, too.
            _ => "your own run".to_owned(),
        }
    }

    /// Of how many steps the current run is: "of 54"; "of your own run" at the end of one that the visitor makes.
    pub fn of_run(&self) -> String {
        let (depth, length) = (self.depth(), self.length());
        if self.opens() {
            return format!("of {length}");
        }
        let name = match self.branch.last() {
            Some(end) => self.run_name(*end),
            None => "your own run".to_owned(),
        };
        match depth == length {
            true => format!("of {name}"),
            false => format!("of {length} of {name}"),
        }
    }
}

//! A capture's order on a scenario: each line's step is made where the line stands.

use std::collections::BTreeMap;

use crate::machine::{ActorId, Choice, Status, World, status, step, ways};
use crate::scenario::Scenario;

/// Most steps of a run, and most up to one line.
const MOST_STEPS: usize = 2_000;
const MOST_FOR_A_LINE: usize = 300;

/// How far an actor has to be when an event happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub event: u32,
    pub actor: usize,
    pub key: &'static str,
    /// The how-manieth step of that key, from 1.
    pub nth: usize,
    /// Whether it is enough to stand at the step.
    pub reach: bool,
    /// Whether the task slept there; none where the capture does not say.
    pub slept: Option<bool>,
}

/// The completion's place among the actors of the targets.
pub(super) const COMPLETION: usize = usize::MAX;
pub(super) const DISK: usize = usize::MAX - 1;

/// The step by which a disk answers.
pub(super) const ANSWER: &str = "complete_request";

/// A run that follows a capture.
#[derive(Clone)]
pub(super) struct Run<'a> {
    scenario: &'a Scenario,
    world: World,
    pub choices: Vec<Choice>,
    /// How many steps of each key each actor has made.
    made: BTreeMap<(usize, String), usize>,
    /// The last targets that are the disk's answer, and the completion's.
    last: (Option<usize>, Option<usize>),
    /// The disk, which acts when somebody waits for it.
    disk: Option<ActorId>,
    /// Whether no line of the capture is the disk's answer any more.
    answers: bool,
    /// The completion.
    ends: Option<ActorId>,
    /// The same, once no line of the capture is its own any more.
    completion: Option<ActorId>,
}

impl<'a> Run<'a> {
    /// Begins where the scenario begins.
    pub fn new(
        scenario: &'a Scenario,
        targets: &[Target],
        disk: Option<ActorId>,
        ends: Option<ActorId>,
    ) -> Run<'a> {
        let answer = |it: &Target| it.actor == DISK && !it.reach;
        let end = |it: &Target| it.actor == COMPLETION;
        Run {
            last: (
                targets.iter().rposition(answer),
                targets.iter().rposition(end),
            ),
            scenario,
            world: scenario.model.initial,
            choices: Vec::new(),
            made: BTreeMap::new(),
            disk,
            answers: false,
            ends,
            completion: None,
        }
    }

    /// Whether an actor that was brought to a line does there what the capture says: sleep, or not.
    pub fn agrees(&self, actor: ActorId, target: &Target) -> bool {
        let asleep = !self.ready(actor) && self.key(actor) == target.key;
        target.slept.is_none_or(|slept| slept == asleep)
    }

    /// From a target on, lets disk and completion act as they like, if the capture says nothing of them any more.
    pub fn frees(&mut self, at: usize) {
        let (answer, end) = self.last;
        self.answers = answer.is_none_or(|it| it < at);
        if end.is_none_or(|it| it < at) {
            self.completion = self.ends;
        }
    }

    /// Lets an actor act until it has made a step.
    pub fn make(&mut self, actor: ActorId, key: &str) {
        for _ in 0..MOST_FOR_A_LINE {
            if self.made(actor, key) > 0 || !self.step(actor) {
                break;
            }
        }
    }

    /// Lets the disk take its bytes, up to its answer.
    pub fn read_early(&mut self, disk: ActorId) {
        for _ in 0..MOST_FOR_A_LINE {
            if self.key(disk) == ANSWER || !self.step(disk) {
                break;
            }
        }
    }

    /// The key of the step that an actor stands at.
    fn key(&self, actor: ActorId) -> String {
        let pc = self.scenario.model.actor(&self.world, actor).pc;
        let lines = self.scenario.cast[actor.index()].lines.iter();
        let mut at = lines.filter(|it| it.row.is_some() && it.pcs.contains(&pc));
        at.next().map_or(String::new(), |it| it.key.clone())
    }

    pub fn made(&self, actor: ActorId, key: &str) -> usize {
        let made = self.made.get(&(actor.index(), key.to_owned()));
        made.copied().unwrap_or(0)
    }

    fn ready(&self, actor: ActorId) -> bool {
        status(&self.scenario.model, &self.world, actor) == Status::Ready
    }

    /// Whether an actor sleeps, or can only sleep.
    pub fn asleep(&self, actor: ActorId) -> bool {
        let status = status(&self.scenario.model, &self.world, actor);
        !matches!(status, Status::Ready | Status::Finished)
    }

    fn step(&mut self, actor: ActorId) -> bool {
        let model = &self.scenario.model;
        if self.choices.len() >= MOST_STEPS
            || !self.ready(actor)
            || ways(model, &self.world, actor) == 0
        {
            return false;
        }
        let key = self.key(actor);
        let choice = Choice { actor, way: 0 };
        let (next, _) = step(model, &self.world, choice);
        self.world = next;
        self.choices.push(choice);
        *self.made.entry((actor.index(), key)).or_default() += 1;
        true
    }

    /// Lets the disk and the completion act until an actor can go on; says whether it can.
    fn help(&mut self, actor: ActorId) -> bool {
        for _ in 0..MOST_FOR_A_LINE {
            if self.ready(actor) {
                return true;
            }
            // The disk answers when the capture says so, or that what follows its answer has happened.
            let answers = self.answers || Some(actor) == self.ends;
            let disk = self.disk.filter(|it| answers || self.key(*it) != ANSWER);
            let mut servers = [disk, self.completion].into_iter().flatten();
            if !servers.any(|it| it != actor && self.step(it)) {
                return false;
            }
        }
        false
    }

    /// Brings an actor to where an event has it; says whether it can get there.
    pub fn bring(&mut self, actor: ActorId, target: &Target) -> bool {
        for _ in 0..MOST_FOR_A_LINE {
            let made = self.made(actor, target.key);
            let there = target.reach && made + 1 >= target.nth && self.key(actor) == target.key;
            let over = status(&self.scenario.model, &self.world, actor) == Status::Finished;
            if made >= target.nth || over {
                return true;
            }
            if there {
                // Whoever has nothing to wait for goes on at once.
                self.step(actor);
                return true;
            }
            if !self.help(actor) || !self.step(actor) {
                return false;
            }
        }
        false
    }
}

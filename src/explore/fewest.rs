//! How few steps it takes to a verdict: a search that keeps lengths, and looks no further than to what is sought.
//!
//! Two reductions, each held to the plain search by tests. *Quiet steps are made late*: a step that nobody else can tell
//! from not having been made ([`quiet`](super::quiet)) is made together with its actor's next other step, so states in
//! between are never stored, and a failure that does not need it is not made longer by it. *Alike actors are sorted*: worlds
//! that differ only in who of them is who are one.
//!
//! A stored step stands for one or more, so states are looked at in the order of their distance, not of their finding.

use crate::machine::{ActorId, Choice, Model, World, alike, sort_alike, step_possible, ways};
use crate::scenario::Verdict;

use super::quiet::Quiet;
use super::space::{Broken, Progress, verdicts_of_end};
use super::states::States;
use super::verdicts::Verdicts;

/// How many states are looked at between two looks at how much memory is taken.
const LOOKS: u32 = 256;

/// A search for what is known to be met, to be run in slices.
pub(super) struct Fewest {
    /// The verdicts that it looks for.
    sought: Verdicts,
    quiet: Quiet,
    classes: Vec<Vec<ActorId>>,
    states: States,
    /// For each state the fewest steps to it that are known so far.
    away: Vec<u16>,
    /// States to be looked at, by distance.
    ahead: Vec<Vec<u32>>,
    /// The distance looked at.
    level: usize,
    /// States looked at.
    looked: u32,
    /// The most bytes it may take.
    bytes: usize,
    /// For each verdict the fewest steps to it.
    met: [Option<u16>; Verdict::ALL.len()],
    progress: Progress,
}

impl Fewest {
    /// A search from a model's start for some verdicts, that takes so many bytes at most.
    pub(super) fn new(model: &Model, bytes: usize, sought: Verdicts) -> Fewest {
        let classes = alike(model);
        let first = sort_alike(model, &classes, &model.initial);
        Fewest {
            sought,
            quiet: Quiet::of(model),
            classes,
            states: States::new(model, &first),
            away: vec![0],
            ahead: vec![vec![0]],
            level: 0,
            looked: 0,
            bytes,
            met: [None; Verdict::ALL.len()],
            progress: Progress::Running,
        }
    }

    /// Looks at up to so many more states.
    pub(super) fn advance(&mut self, model: &Model, states: usize) -> Progress {
        for _ in 0..states {
            if self.progress != Progress::Running {
                break;
            }
            let Some(state) = self.ahead.get_mut(self.level).and_then(Vec::pop) else {
                self.level += 1;
                if self.level >= self.ahead.len() || self.has_all() {
                    self.progress = Progress::Complete;
                }
                continue;
            };
            // This state was reached by a shorter way meanwhile, and looked at then.
            if (self.away[state as usize] as usize) < self.level {
                continue;
            }
            self.look(model, state);
            self.looked += 1;
            if self.looked.is_multiple_of(LOOKS) && self.bytes() > self.bytes {
                self.progress = Progress::Full;
            }
        }
        self.progress
    }

    /// Whether nothing that lies ahead can come sooner to what is sought.
    fn has_all(&self) -> bool {
        let mut sought = self.sought.iter();
        sought.all(|it| self.met[it as usize].is_some_and(|away| usize::from(away) <= self.level))
    }

    fn look(&mut self, model: &Model, state: u32) {
        let mut row = self.states.row(state);
        let world = self.states.world(state);
        let lanes = world.lanes();
        let mut ended = true;
        for actor in model.actor_ids() {
            let (before, made) = self.make_quiet_steps(model, &world, actor);
            let away = self.level as u16 + made;
            for way in 0..ways(model, &before, actor) {
                ended = false;
                let choice = Choice { actor, way };
                let mut broken = Broken::default();
                let to = step_possible(model, &before, choice, &mut broken);
                self.meet(broken.verdicts, away + 1);
                let to = match self.classes.is_empty() {
                    true => to,
                    false => sort_alike(model, &self.classes, &to),
                };
                let Some((number, new)) = self.states.number(state, &lanes, &mut row, &to.lanes())
                else {
                    self.progress = Progress::Full;
                    return;
                };
                self.reach(number, new, away + 1);
            }
        }
        if ended {
            // Quiet steps that are still due are made before the end is judged.
            let (mut last, mut steps) = (world, self.level as u16);
            for actor in model.actor_ids() {
                let (after, made) = self.make_quiet_steps(model, &last, actor);
                (last, steps) = (after, steps + made);
            }
            self.meet(verdicts_of_end(model, &last), steps);
        }
    }

    fn reach(&mut self, state: u32, new: bool, away: u16) {
        if new {
            self.away.push(away);
        } else {
            let known = &mut self.away[state as usize];
            if *known <= away {
                return;
            }
            *known = away;
        }
        if self.ahead.len() <= away as usize {
            self.ahead.resize(away as usize + 1, Vec::new());
        }
        self.ahead[away as usize].push(state);
    }

    /// Makes the quiet steps that an actor is due to make; returns the world after them, and how many
    /// they were. A step that breaks something is not quiet after all, and is not made here.
    fn make_quiet_steps(&self, model: &Model, world: &World, actor: ActorId) -> (World, u16) {
        let mut world = *world;
        let most = model.actors[actor.index()].code.len();
        for made in 0..most {
            let possible = ways(model, &world, actor) == 1;
            if !possible || !self.quiet.at(model, &world, actor) {
                return (world, made as u16);
            }
            let mut broken = Broken::default();
            let next = step_possible(model, &world, Choice::of(actor), &mut broken);
            if !broken.verdicts.is_empty() {
                return (world, made as u16);
            }
            world = next;
        }
        // The actor goes round in quiet steps for ever: the step after these is stored.
        (world, most as u16)
    }

    fn meet(&mut self, verdicts: Verdicts, away: u16) {
        for verdict in verdicts.iter() {
            let met = &mut self.met[verdict as usize];
            *met = Some(met.map_or(away, |known| known.min(away)));
        }
    }

    /// The fewest steps to a verdict, as far as the search has come.
    pub(super) fn steps_to(&self, verdict: Verdict) -> Option<u16> {
        self.met[verdict as usize]
    }

    /// How far the search has come.
    pub(super) fn progress(&self) -> Progress {
        self.progress
    }

    fn bytes(&self) -> usize {
        let levels = self.ahead.iter();
        let ahead: usize = levels.map(|level| 4 * level.capacity()).sum();
        self.states.bytes() + 2 * self.away.capacity() + ahead
    }
}

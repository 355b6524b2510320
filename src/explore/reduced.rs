//! A search that looks at fewer states: every verdict of the plain one but livelock, and how soon each is reached.
//!
//! From each state it makes the steps of a [persistent set](super::persistent) only; where that is one step, it goes on
//! without storing the state (a chain). *Alike actors and bios are sorted*: worlds that differ only in who of them is who are
//! one.
//!
//! What is judged where a run ends (deadlock, stall, what is lost, torn or left behind) is found after the fewest steps,
//! since the runs that this search leaves out end where those it makes end, after as many steps. A step that breaks
//! something on the way is found too, if nobody is forgotten for ever: every way that goes round has a step that takes its
//! actor back, and from the state before such a step all steps are made. The same goes for a step that halts the machine.
//! But such a step may be found late, behind steps that it could have done without. So [`Fewest`], which keeps lengths,
//! looks for it up to the length found.
//!
//! Livelock is a question about cycles of single steps, which this search cannot answer; whether there are any cycles it
//! can, since where the plain search goes round this one does.

use crate::machine::{
    ActorId, Choice, Model, Op, World, alike, sort_alike, sort_bios, step_possible, ways,
};
use crate::scenario::Verdict;

use super::fewest::Fewest;
use super::messages::ReducedResult;
use super::persistent::{Actors, Persistent};
use super::space::{Broken, Progress, verdicts_of_end};
use super::states::States;
use super::verdicts::Verdicts;

/// How many states are looked at between two looks at how much memory is taken.
const LOOKS: u32 = 256;
/// Most steps of a chain.
const CHAIN: u16 = 200;

/// A reduced search, to be run in slices.
pub struct Reduced {
    sets: Persistent,
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
    /// For each verdict the fewest steps to it: at an end of a run, and on the way.
    at_end: [Option<u16>; Verdict::ALL.len()],
    on_the_way: [Option<u16>; Verdict::ALL.len()],
    /// The stored steps, by which it is told whether a run can go round.
    edges: Vec<(u32, u32)>,
    /// Whether a step was made that takes its actor back: without one nothing goes round.
    back: bool,
    may_loop: bool,
    progress: Progress,
    /// Room for the steps from a state.
    made: Vec<Made>,
    /// The search for what breaks on the way.
    fewest: Option<Fewest>,
}

/// A step from a state, made.
struct Made {
    choice: Choice,
    to: World,
    broke: Verdicts,
    /// Whether it takes its actor back in its code, as one in each cycle must.
    back: bool,
    halts: bool,
}

impl Reduced {
    /// A search from a model's start that takes so many bytes at most.
    pub fn new(model: &Model, bytes: usize) -> Reduced {
        let classes = alike(model);
        let first = sort_alike(model, &classes, &model.initial);
        Reduced {
            sets: Persistent::new(model),
            classes,
            states: States::new(model, &first),
            away: vec![0],
            ahead: vec![vec![0]],
            level: 0,
            looked: 0,
            bytes,
            at_end: [None; Verdict::ALL.len()],
            on_the_way: [None; Verdict::ALL.len()],
            edges: Vec::new(),
            back: false,
            may_loop: true,
            progress: Progress::Running,
            made: Vec::new(),
            fewest: None,
        }
    }

    /// Makes the whole search in one go.
    pub fn explore(model: &Model, bytes: usize) -> Reduced {
        let mut search = Reduced::new(model, bytes);
        while search.advance(model, 1 << 16) == Progress::Running {}
        search
    }

    /// Looks at up to so many more states.
    pub fn advance(&mut self, model: &Model, states: usize) -> Progress {
        if let Some(fewest) = &mut self.fewest {
            self.progress = match fewest.advance(model, states) {
                // What this search is for is known all the same.
                Progress::Full => Progress::Complete,
                progress => progress,
            };
            return self.progress;
        }
        for _ in 0..states {
            if self.progress != Progress::Running || self.is_through() {
                break;
            }
            let Some(state) = self.ahead.get_mut(self.level).and_then(Vec::pop) else {
                self.level += 1;
                continue;
            };
            // This state was reached by a shorter way meanwhile, and looked at then.
            if (self.away[state as usize] as usize) < self.level {
                continue;
            }
            if self.look(model, state).is_none() {
                self.progress = Progress::Full;
            }
            self.looked += 1;
            if self.looked.is_multiple_of(LOOKS) && self.bytes() > self.bytes {
                self.progress = Progress::Full;
            }
        }
        if self.progress == Progress::Running && self.is_through() {
            self.ask_for_fewest(model);
        }
        self.progress
    }

    fn is_through(&self) -> bool {
        self.level >= self.ahead.len()
    }

    /// Whether every state was looked at, so that all verdicts are met, though it may not be known how soon.
    pub fn all_met(&self) -> bool {
        self.progress == Progress::Complete || self.fewest.is_some()
    }

    /// Ends the search, or begins the one for the fewest steps to what breaks on the way.
    fn ask_for_fewest(&mut self, model: &Model) {
        self.may_loop = self.back && goes_round(self.states.len(), &self.edges);
        self.edges = Vec::new();
        let all = Verdict::ALL.into_iter();
        let sought = all.filter(|it| self.on_the_way[*it as usize].is_some());
        let sought: Verdicts = sought.collect();
        match sought.is_empty() {
            true => self.progress = Progress::Complete,
            false => self.fewest = Some(Fewest::new(model, self.bytes, sought)),
        }
    }

    /// Makes the steps from a state. None where a packed row would take more words than it can.
    fn look(&mut self, model: &Model, state: u32) -> Option<()> {
        let world = self.states.world(state);
        let lanes = world.lanes();
        let mut row = self.states.row(state);
        let away = self.level as u16;
        let mut made = std::mem::take(&mut self.made);
        self.make_steps(model, &world, &mut made);
        if made.is_empty() {
            meet(&mut self.at_end, verdicts_of_end(model, &world), away);
        }
        for step in &made {
            meet(&mut self.on_the_way, step.broke, away + 1);
            let (to, steps) = match step.halts {
                true => (step.to, 0),
                false => self.go_on(model, step.to, step.choice.actor, away + 1),
            };
            let to = self.renamed(model, to);
            let (number, new) = self.states.number(state, &lanes, &mut row, &to.lanes())?;
            self.back |= step.back;
            self.edges.push((state, number));
            self.reach(number, new, away + 1 + steps);
        }
        self.made = made;
        Some(())
    }

    /// A world with everything named in order that has a name without meaning.
    fn renamed(&self, model: &Model, world: World) -> World {
        let world = match self.sets.steps().is_orderly() {
            true => sort_bios(model, &world),
            false => world,
        };
        match self.classes.is_empty() {
            true => world,
            false => sort_alike(model, &self.classes, &world),
        }
    }

    /// Goes on from a world, reached by a step of `last`, as long as there is one step to be made and no way can go round;
    /// returns where that leads, and after how many steps.
    fn go_on(&mut self, model: &Model, from: World, last: ActorId, away: u16) -> (World, u16) {
        let (mut world, mut last) = (from, last);
        for steps in 0..CHAIN {
            let chosen = self.sets.choose(model, &world, Some(last));
            if chosen.ways != 1 {
                return (world, steps);
            }
            let actor = ActorId((chosen.set & chosen.ready).trailing_zeros() as u8);
            let step = self.make(model, &world, Choice::of(actor));
            if step.back || step.halts {
                return (world, steps);
            }
            meet(&mut self.on_the_way, step.broke, away + steps + 1);
            (world, last) = (step.to, actor);
        }
        (world, CHAIN)
    }

    /// The steps to be made in a state: those of a persistent set, or all of them where one of those takes its actor back or
    /// halts the machine.
    fn make_steps(&mut self, model: &Model, world: &World, made: &mut Vec<Made>) {
        let chosen = self.sets.choose(model, world, None);
        self.make_all(model, world, chosen.set, made);
        let more = made.iter().any(|step| step.back || step.halts);
        if more && chosen.set != chosen.ready {
            self.make_all(model, world, chosen.ready, made);
        }
    }

    fn make_all(&self, model: &Model, world: &World, set: Actors, made: &mut Vec<Made>) {
        made.clear();
        for actor in model.actor_ids().filter(|it| set >> it.0 & 1 != 0) {
            let all = 0..ways(model, world, actor);
            made.extend(all.map(|way| self.make(model, world, Choice { actor, way })));
        }
    }

    fn make(&self, model: &Model, world: &World, choice: Choice) -> Made {
        let mut broken = Broken::default();
        let to = step_possible(model, world, choice, &mut broken);
        Made {
            back: self.goes_back(model, world, &to, choice.actor),
            halts: model.halted(&to),
            broke: broken.verdicts,
            choice,
            to,
        }
    }

    /// Whether a step takes its actor back in its code, so that it could make it again and again. Each way that goes round
    /// has such a step: a fault (after whose end its actor stands before the store again), or one that leads to an earlier
    /// instruction. Whoever only serves goes round because others give it bios, and they have such a step themselves.
    fn goes_back(&self, model: &Model, from: &World, to: &World, actor: ActorId) -> bool {
        let (before, after) = (model.actor(from, actor), model.actor(to, actor));
        if before.store != after.store {
            return after.store.is_some();
        }
        if after.pc > before.pc {
            return false;
        }
        let op = |world| model.due(world, actor).map(|instr| instr.op);
        let serves =
            matches!(op(from), Some(Op::EndIo(_))) || matches!(op(to), Some(Op::TakeRequest));
        !(serves && self.sets.steps().only_serves(actor))
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

    /// The verdicts met, each with the fewest steps to it; livelock is never among them.
    pub fn verdicts(&self) -> impl Iterator<Item = (Verdict, u16)> + '_ {
        let fewest = |verdict: Verdict| {
            let fewest = self.fewest.as_ref().and_then(|it| it.steps_to(verdict));
            let on_the_way = fewest.or(self.on_the_way[verdict as usize]);
            let both = [self.at_end[verdict as usize], on_the_way];
            Some((verdict, both.into_iter().flatten().min()?))
        };
        Verdict::ALL.into_iter().filter_map(fewest)
    }

    /// Whether there are no shorter ways to these verdicts. If not, memory was full for the search for them.
    pub fn are_fewest(&self) -> bool {
        self.progress == Progress::Complete
            && (self.fewest.as_ref()).is_none_or(|it| it.progress() == Progress::Complete)
    }

    /// Whether a run can go round, so that somebody might do so for ever. Not known to be false before the search has met all.
    pub fn may_loop(&self) -> bool {
        self.may_loop
    }

    /// What it has met, as it is told.
    pub(super) fn result(&self) -> ReducedResult {
        ReducedResult {
            complete: self.all_met(),
            states: self.states() as u32,
            verdicts: self.verdicts().collect(),
            fewest: self.are_fewest(),
            may_loop: self.may_loop(),
        }
    }

    /// States stored.
    pub fn states(&self) -> usize {
        self.states.len()
    }

    /// How far the search has come.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// Bytes it takes.
    pub fn bytes(&self) -> usize {
        let levels = self.ahead.iter();
        let ahead: usize = levels.map(|level| 4 * level.capacity()).sum();
        self.states.bytes()
            + self.sets.bytes()
            + 2 * self.away.capacity()
            + 8 * self.edges.capacity()
            + ahead
    }
}

/// Whether a graph has a cycle: whether states are left when again and again those are taken out that no step leads to.
fn goes_round(states: usize, edges: &[(u32, u32)]) -> bool {
    let (mut first, mut to_it) = (vec![0u32; states + 1], vec![0u32; states]);
    for (from, to) in edges {
        first[*from as usize + 1] += 1;
        to_it[*to as usize] += 1;
    }
    for at in 0..states {
        first[at + 1] += first[at];
    }
    let (mut free, mut sorted) = (first.clone(), vec![0u32; edges.len()]);
    for (from, to) in edges {
        let at = &mut free[*from as usize];
        sorted[*at as usize] = *to;
        *at += 1;
    }
    let mut out: Vec<u32> = (0..states as u32)
        .filter(|it| to_it[*it as usize] == 0)
        .collect();
    let mut taken = 0;
    while let Some(state) = out.pop() {
        taken += 1;
        for to in &sorted[first[state as usize] as usize..first[state as usize + 1] as usize] {
            to_it[*to as usize] -= 1;
            if to_it[*to as usize] == 0 {
                out.push(*to);
            }
        }
    }
    taken < states
}

/// Notes verdicts that are met after so many steps.
fn meet(met: &mut [Option<u16>], verdicts: Verdicts, away: u16) {
    for verdict in verdicts.iter() {
        let met = &mut met[verdict as usize];
        *met = Some(met.map_or(away, |known| known.min(away)));
    }
}

//! Some states looked at: their steps taken, packed and looked up, from what is known so far and without changing that. So
//! several threads can each look at a share of the states of one distance.

use std::ops::Range;

use crate::machine::{
    ActorId, Choice, Effect, End, Invariant, MAX_ACTORS, Model, Watch, World, broken, end,
    step_possible, ways,
};
use crate::scenario::Verdict;

use super::packing::Row;
use super::states::States;
use super::verdicts::Verdicts;

/// What a step broke.
#[derive(Default)]
pub(super) struct Broken {
    pub(super) verdicts: Verdicts,
    pub(super) unstable: bool,
}

impl Watch for Broken {
    #[inline]
    fn see(&mut self, effect: Effect) {
        if let Effect::Broke(violation) = effect {
            match Verdict::of(violation) {
                Some(verdict) => self.verdicts.add(Verdicts::one(verdict)),
                None => self.unstable = true,
            }
        }
    }
}

/// Where a verdict was first met.
#[derive(Clone, Copy, Debug)]
pub(super) struct Met {
    /// Steps from the start.
    steps: u32,
    pub(super) state: u32,
    /// The step that broke the rule, where the state itself is not the failure.
    pub(super) step: Option<Choice>,
}

/// For each verdict where it was first met.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AllMet([Option<Met>; Verdict::ALL.len()]);

impl AllMet {
    /// Notes where verdicts were met, if nowhere nearer before: states come nearest first, but a step leads one further than
    /// its state, which is `depth` steps away.
    pub(super) fn meet(
        &mut self,
        verdicts: Verdicts,
        depth: u32,
        state: u32,
        step: Option<Choice>,
    ) {
        let steps = depth + u32::from(step.is_some());
        for verdict in verdicts.iter() {
            self.note(verdict, Met { steps, state, step });
        }
    }

    fn note(&mut self, verdict: Verdict, met: Met) {
        let known = &mut self.0[verdict as usize];
        if known.is_none_or(|known| met.steps < known.steps) {
            *known = Some(met);
        }
    }

    /// Adds what another thread has met, of states that come later.
    pub(super) fn join(&mut self, other: &AllMet) {
        for verdict in Verdict::ALL {
            if let Some(met) = other.of(verdict) {
                self.note(verdict, met);
            }
        }
    }

    /// Where a verdict was first met.
    pub(super) fn of(&self, verdict: Verdict) -> Option<Met> {
        self.0[verdict as usize]
    }
}

/// A step that was taken.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) from: u32,
    pub(super) choice: Choice,
    pub(super) broke: Verdicts,
    pub(super) row: Row,
    /// The row's hash, and the state that it is likely to be.
    pub(super) hash: u64,
    likely: u32,
    /// The state that it leads to, if that was looked up and is known.
    pub(super) to: Option<u32>,
}

/// States looked at together.
pub(super) const TOGETHER: u32 = 16;
/// Instructions an actor can have.
const MOST_CODE: usize = 256;

/// What was found in a share of states.
#[derive(Clone, Debug)]
pub(super) struct Looked {
    /// The states.
    pub(super) states: Range<u32>,
    /// Their steps, in their order.
    pub(super) taken: Vec<Taken>,
    /// Worlds that have something in them for the first time, so that they cannot be packed yet, each with the place of its step.
    pub(super) unpacked: Vec<(usize, World)>,
    /// States in which nobody can move, and what they come to.
    pub(super) ends: Vec<(u32, Verdicts)>,
    /// Of all shares that were looked at: where verdicts were met.
    pub(super) met: AllMet,
    pub(super) unstable: bool,
    pub(super) needless_write: bool,
    /// How often each instruction of each actor ran.
    ran: Vec<u32>,
}

impl Looked {
    pub(super) fn new() -> Looked {
        Looked {
            states: 0..0,
            taken: Vec::new(),
            unpacked: Vec::new(),
            ends: Vec::new(),
            met: AllMet::default(),
            unstable: false,
            needless_write: false,
            ran: vec![0; MAX_ACTORS * MOST_CODE],
        }
    }

    /// Forgets the share that was looked at, but not what was counted.
    pub(super) fn clear(&mut self) {
        self.states = 0..0;
        self.taken.clear();
        self.unpacked.clear();
        self.ends.clear();
    }

    /// Looks at states that are `depth` steps from the start, and looks up where their steps lead.
    pub(super) fn look_up(&mut self, model: &Model, known: &States, all: Range<u32>, depth: u32) {
        for from in all.clone().step_by(TOGETHER as usize) {
            let first = self.taken.len();
            self.look(model, known, from..all.end.min(from + TOGETHER), depth);
            self.fetch(known, first);
            for step in &mut self.taken[first..] {
                step.to = known.find_hashed(&step.row, step.hash);
            }
        }
        // What was not packed has no row yet.
        for (at, _) in &self.unpacked {
            self.taken[*at].to = None;
        }
    }

    /// Looks at states that are `depth` steps from the start, and come next.
    pub(super) fn look(&mut self, model: &Model, known: &States, all: Range<u32>, depth: u32) {
        match self.states.is_empty() {
            true => self.states = all.clone(),
            false => self.states.end = all.end,
        }
        for at in all {
            self.take_steps(model, known, at, depth);
        }
    }

    /// Has the processor fetch what the steps from a place on are looked up by together, first the places in the table and then
    /// the rows: each alone would wait for memory.
    pub(super) fn fetch(&mut self, known: &States, first: usize) {
        let taken = &mut self.taken[first..];
        for step in &mut *taken {
            step.hash = known.hash(&step.row);
        }
        for step in &mut *taken {
            step.likely = known.likely(step.hash);
        }
        let touch = |all, step: &Taken| all ^ known.touch(step.likely);
        std::hint::black_box(taken.iter().fold(0, touch));
    }

    /// Takes every step from a state; where there is none, judges the end.
    fn take_steps(&mut self, model: &Model, known: &States, at: u32, depth: u32) {
        let row = known.row(at);
        let world = known.world_of(&row);
        let lanes = world.lanes();
        let before = self.taken.len();
        for actor in model.actor_ids() {
            for way in 0..ways(model, &world, actor) {
                let choice = Choice { actor, way };
                let mut broken = Broken::default();
                let to = step_possible(model, &world, choice, &mut broken);
                let packed = known.known_neighbour(&lanes, &row, &to.lanes());
                if packed.is_none() {
                    self.unpacked.push((self.taken.len(), to));
                }
                let pc = usize::from(model.actor(&world, actor).pc);
                self.ran[actor.index() * MOST_CODE + pc] += 1;
                self.unstable |= broken.unstable;
                if !broken.verdicts.is_empty() {
                    self.met.meet(broken.verdicts, depth, at, Some(choice));
                }
                self.taken.push(Taken {
                    from: at,
                    choice,
                    broke: broken.verdicts,
                    row: packed.unwrap_or_default(),
                    hash: 0,
                    likely: 0,
                    to: None,
                });
            }
        }
        if self.taken.len() == before {
            let verdicts = verdicts_of_end(model, &world);
            self.met.meet(verdicts, depth, at, None);
            self.needless_write = self.needless_write || needs_no_write(model, &world);
            self.ends.push((at, verdicts));
        }
    }

    /// How often an instruction ran.
    pub(super) fn ran(&self, actor: ActorId, pc: usize) -> u32 {
        let ran = self.ran.get(actor.index() * MOST_CODE + pc);
        ran.copied().unwrap_or(0)
    }

    /// Bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        self.taken.capacity() * size_of::<Taken>()
            + self.unpacked.capacity() * size_of::<(usize, World)>()
            + 4 * self.ran.capacity()
    }
}

/// Whether a PTE calls a clean page dirty, and did not from the start.
fn needs_no_write(model: &Model, world: &World) -> bool {
    let is = |world: &World| broken(model, world, None, &[]).contains(&Invariant::I5);
    is(world) && !is(&model.initial)
}

/// The verdicts of a run that ends in a world.
pub(super) fn verdicts_of_end(model: &Model, world: &World) -> Verdicts {
    match end(model, world) {
        Some(End::Deadlock(_)) => Verdicts::one(Verdict::Deadlock),
        Some(End::Stall(_)) => Verdicts::one(Verdict::Stall),
        Some(End::Rest(found)) => found.into_iter().filter_map(Verdict::of).collect(),
        Some(End::Halted) | None => Verdicts::NONE,
    }
}

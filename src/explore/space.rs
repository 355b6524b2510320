//! Every interleaving, breadth first: the checker's search.
//!
//! Each state is looked at once, each step from it taken. States are numbered in the order of
//! finding, so that a state's number also says how near it is.

use crate::machine::{
    ActorId, Choice, Effect, End, Invariant, MAX_ACTORS, Model, Watch, World, broken, enabled, end,
    step_possible, ways,
};
use crate::scenario::Verdict;

use super::graph::{Graph, Label};
use super::packing::Row;
use super::states::States;
use super::verdicts::Verdicts;

/// What a search keeps, and how much room it may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes for states, table and graph; the search stops before it would take more.
    pub bytes: usize,
    /// Whether the steps are kept too, as questions about the whole graph need; livelock is one.
    pub graph: bool,
}

impl Limits {
    /// No bound on memory, and the graph is kept.
    pub const NONE: Limits = Limits {
        bytes: usize::MAX,
        graph: true,
    };

    /// So many bytes at most, and the graph is kept.
    pub fn bytes(bytes: usize) -> Limits {
        Limits {
            bytes,
            ..Limits::NONE
        }
    }
}

/// How far a search has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There is more to look at.
    Running,
    /// Every reachable state was looked at: only now does no failure mean *safe*.
    Complete,
    /// The bound on memory was hit before that.
    Full,
    /// It was stopped before that.
    Stopped,
}

/// A shortest schedule to a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// The choices, from the world the search started in.
    pub schedule: Vec<Choice>,
}

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
struct Met {
    /// Steps from the start.
    steps: u32,
    state: u32,
    /// The step that broke the rule, where the state itself is not the failure.
    step: Option<Choice>,
}

/// A step that was taken, and that leads to a state whose number is still to be looked up.
#[derive(Clone, Debug)]
struct Taken {
    from: u32,
    choice: Choice,
    broke: Verdicts,
    row: Row,
    /// The row's hash, and the state that it is likely to be.
    hash: u64,
    likely: u32,
}

/// A search and all it has found, to be run in slices.
#[derive(Clone, Debug)]
pub struct Space {
    known: States,
    limits: Limits,
    /// The next state to look at.
    next: u32,
    /// The first state that is further from the start than the next one to look at.
    level: u32,
    /// Steps from the start to the next state to look at.
    depth: u32,
    edges: u64,
    ends: u32,
    unstable: bool,
    needless_write: bool,
    /// Whether some step leads no further from the start, as one in each cycle must.
    may_loop: bool,
    met: [Option<Met>; Verdict::ALL.len()],
    graph: Option<Graph>,
    /// How often each instruction of each actor ran.
    ran: Vec<u32>,
    /// Room for the steps taken together, kept between two looks.
    taken: Vec<Taken>,
    progress: Progress,
}

/// States looked at together.
const TOGETHER: usize = 16;
/// Instructions an actor can have.
const MOST_CODE: usize = 256;

impl Space {
    /// A search from one world.
    pub fn new(model: &Model, from: World, limits: Limits) -> Space {
        Space {
            known: States::new(model, &from),
            limits,
            next: 0,
            level: 1,
            depth: 0,
            edges: 0,
            ends: 0,
            unstable: false,
            needless_write: false,
            may_loop: false,
            met: [None; Verdict::ALL.len()],
            graph: limits.graph.then(Graph::new),
            ran: vec![0; MAX_ACTORS * MOST_CODE],
            taken: Vec::new(),
            progress: Progress::Running,
        }
    }

    /// Looks at everything reachable, as far as the limits allow.
    pub fn explore(model: &Model, from: World, limits: Limits) -> Space {
        let mut space = Space::new(model, from, limits);
        while space.advance(model, 1 << 16) == Progress::Running {}
        space
    }

    /// Looks at up to so many more states.
    pub fn advance(&mut self, model: &Model, states: usize) -> Progress {
        let mut left = states;
        while left > 0 && self.progress == Progress::Running {
            if self.next as usize == self.known.len() {
                self.progress = Progress::Complete;
                self.look_for_livelock(model);
            } else if self.bytes() > self.limits.bytes {
                self.progress = Progress::Full;
            } else {
                left = left.saturating_sub(self.look(model, left));
            }
        }
        self.progress
    }

    /// Looks at some states of one distance together, up to `most`; says how many.
    ///
    /// All their steps are taken first and looked up afterwards, one after the other: where the
    /// table is larger than the processor's caches, look-ups then wait for memory together.
    fn look(&mut self, model: &Model, most: usize) -> usize {
        if self.next == self.level {
            self.level = self.known.len() as u32;
            self.depth += 1;
        }
        let until = self.level.min(self.next + most.min(TOGETHER) as u32);
        let mut taken = std::mem::take(&mut self.taken);
        taken.clear();
        for at in self.next..until {
            if self.take_steps(model, at, &mut taken).is_none() {
                self.progress = Progress::Full;
                return 1;
            }
        }
        // What they are looked up by is fetched together, first the places in the table and then the rows: each alone would
        // wait for memory.
        for step in &mut taken {
            step.hash = self.known.hash(&step.row);
        }
        for step in &mut taken {
            step.likely = self.known.likely(step.hash);
        }
        let touch = |all, step: &Taken| all ^ self.known.touch(step.likely);
        std::hint::black_box(taken.iter().fold(0, touch));
        let mut next = 0;
        for at in self.next..until {
            while let Some(step) = taken.get(next).filter(|step| step.from == at) {
                next += 1;
                let (number, _) = self.known.enter_hashed(&step.row, step.hash, at);
                self.may_loop |= number < self.level;
                if let Some(graph) = &mut self.graph {
                    graph.add(Label::new(step.choice, step.broke), number);
                }
            }
            if let Some(graph) = &mut self.graph {
                graph.close();
            }
        }
        self.edges += taken.len() as u64;
        self.taken = taken;
        let looked = until - self.next;
        self.next = until;
        looked as usize
    }

    /// Takes every step from a state; where there is none, judges the end. None where a packed row would
    /// take more words than it can.
    fn take_steps(&mut self, model: &Model, at: u32, taken: &mut Vec<Taken>) -> Option<()> {
        let mut row = self.known.row(at);
        let world = self.known.world_of(&row);
        let lanes = world.lanes();
        let before = taken.len();
        for actor in model.actor_ids() {
            for way in 0..ways(model, &world, actor) {
                let choice = Choice { actor, way };
                let mut broken = Broken::default();
                let to = step_possible(model, &world, choice, &mut broken).lanes();
                let packed = loop {
                    match self.known.neighbour(&lanes, &row, &to) {
                        Some(packed) => break packed,
                        None => {
                            self.known.repack()?;
                            row = self.known.row(at);
                            for step in &mut *taken {
                                step.row = self.known.moved(&step.row);
                            }
                        }
                    }
                };
                let pc = usize::from(model.actor(&world, actor).pc);
                self.ran[actor.index() * MOST_CODE + pc] += 1;
                self.unstable |= broken.unstable;
                if !broken.verdicts.is_empty() {
                    self.meet(broken.verdicts, at, Some(choice));
                }
                taken.push(Taken {
                    from: at,
                    choice,
                    broke: broken.verdicts,
                    row: packed,
                    hash: 0,
                    likely: 0,
                });
            }
        }
        if taken.len() == before {
            self.ends += 1;
            let verdicts = verdicts_of_end(model, &world);
            self.meet(verdicts, at, None);
            self.needless_write = self.needless_write || needs_no_write(model, &world);
            if let Some(graph) = &mut self.graph {
                graph.end(at, verdicts);
            }
        }
        Some(())
    }

    /// Notes where a verdict was met, if nowhere nearer before: states come nearest first, but a
    /// step leads one further than its state.
    #[cold]
    fn meet(&mut self, verdicts: Verdicts, state: u32, step: Option<Choice>) {
        let steps = self.depth + u32::from(step.is_some());
        for verdict in verdicts.iter() {
            let met = &mut self.met[verdict as usize];
            if met.is_none_or(|known| steps < known.steps) {
                *met = Some(Met { state, step, steps });
            }
        }
    }

    fn look_for_livelock(&mut self, model: &Model) {
        if !self.may_loop {
            return;
        }
        let Some(mut graph) = self.graph.take() else {
            return;
        };
        let worlds = |state| self.world(state);
        let found = super::fairness::livelocks(model, &graph, &worlds);
        // States are numbered in the order of finding, so the one with the smallest number is nearest.
        if let Some(nearest) = found.iter().flatten().min() {
            self.meet(Verdicts::one(Verdict::Livelock), *nearest, None);
        }
        for mut states in found {
            states.sort_unstable();
            graph.mark(&states, Verdicts::one(Verdict::Livelock));
        }
        self.graph = Some(graph);
    }

    /// A state by its number.
    pub fn world(&self, state: u32) -> World {
        self.known.world(state)
    }

    /// The number of a world, if it was found.
    pub fn find(&self, world: &World) -> Option<u32> {
        self.known.find(world)
    }

    /// A shortest schedule to a state.
    pub fn schedule(&self, model: &Model, state: u32) -> Vec<Choice> {
        let mut chain = vec![state];
        let mut at = state;
        while at != 0 {
            at = self.known.parent(at);
            chain.push(at);
        }
        chain.reverse();
        let mut schedule = Vec::new();
        for pair in chain.windows(2) {
            let (from, to) = (self.world(pair[0]), self.world(pair[1]));
            let leads = |choice: &Choice| {
                step_possible(model, &from, *choice, &mut Broken::default()) == to
            };
            schedule.extend(enabled(model, &from).find(leads));
        }
        schedule
    }

    /// A shortest schedule for each verdict met, as it was found first.
    pub fn findings(&self, model: &Model) -> Vec<Finding> {
        let found = |verdict: Verdict| {
            let met = self.met[verdict as usize]?;
            let mut schedule = self.schedule(model, met.state);
            schedule.extend(met.step);
            Some(Finding { verdict, schedule })
        };
        Verdict::ALL.into_iter().filter_map(found).collect()
    }

    /// The verdicts met so far.
    pub fn verdicts(&self) -> Verdicts {
        let met = |verdict: &Verdict| self.met[*verdict as usize].is_some();
        Verdict::ALL.into_iter().filter(met).collect()
    }

    /// Looks no further; what was found stays.
    pub fn stop(&mut self) {
        if self.progress == Progress::Running {
            self.progress = Progress::Stopped;
        }
    }

    /// How far the search has come.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// Distinct states found.
    pub fn states(&self) -> usize {
        self.known.len()
    }

    /// States found whose steps have not been taken yet.
    pub fn frontier(&self) -> usize {
        self.known.len() - self.next as usize
    }

    /// Steps taken between states.
    pub fn edges(&self) -> u64 {
        self.edges
    }

    /// States in which nobody can move.
    pub fn ends(&self) -> u32 {
        self.ends
    }

    /// Steps of the longest shortest schedule to any state looked at.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// Whether some schedule changes bytes between checksum and completion, noticed or not.
    pub fn unstable(&self) -> bool {
        self.unstable
    }

    /// Whether some run ends with a clean page that a PTE calls dirty (I5), and did not begin so. Where nothing fails, the
    /// media have its bytes, so that costs a needless write and no more.
    pub fn needless_write(&self) -> bool {
        self.needless_write
    }

    /// The steps, where they were kept.
    pub fn graph(&self) -> Option<&Graph> {
        self.graph.as_ref()
    }

    /// How often an instruction ran: on how many of the steps.
    pub fn ran(&self, actor: ActorId, pc: usize) -> u32 {
        self.ran
            .get(actor.index() * MOST_CODE + pc)
            .copied()
            .unwrap_or(0)
    }

    /// Bytes it takes, dictionaries, table and graph included.
    pub fn bytes(&self) -> usize {
        self.known.bytes() + 4 * self.ran.capacity() + self.graph.as_ref().map_or(0, Graph::bytes)
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

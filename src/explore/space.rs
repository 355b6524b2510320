//! Every interleaving, breadth first: the checker's search.
//!
//! Each state is looked at once, each step from it taken. States are numbered in the order of
//! finding, so that a state's number also says how near it is.

use std::ops::Range;

use crate::machine::{ActorId, Choice, Model, World, enabled, step_possible};
use crate::scenario::Verdict;

use super::graph::{Graph, Label};
use super::looked::{AllMet, Broken, Looked, TOGETHER};
use super::states::States;
use super::verdicts::Verdicts;

/// What a search keeps, and how much room it may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes for states, table and graph; the search stops before it would take more.
    pub bytes: usize,
    /// Whether the steps are kept too, as questions about the whole graph need; livelock is one.
    pub graph: bool,
    /// How many threads look at states together. Where there are none to be had, as in a browser's worker, it is 1.
    pub threads: usize,
}

impl Limits {
    /// No bound on memory, and the graph is kept; one thread.
    pub const NONE: Limits = Limits {
        bytes: usize::MAX,
        graph: true,
        threads: 1,
    };

    /// So many bytes at most, and the graph is kept; one thread.
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
    /// Whether some step leads no further from the start, as one in each cycle must.
    may_loop: bool,
    met: AllMet,
    graph: Option<Graph>,
    /// What each thread has found.
    looked: Vec<Looked>,
    progress: Progress,
}

/// States that a thread looks at before the steps of all threads are entered: so many at least, or to have a thread begin would take longer than
/// its work, and at most, so that what they are entered by is still in the processor's caches.
const SHARE: Range<u32> = 128..512;

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
            may_loop: false,
            met: AllMet::default(),
            graph: limits.graph.then(Graph::new),
            looked: vec![Looked::new(); limits.threads.max(1)],
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
        let ahead = (self.level - self.next).min(most as u32);
        let threads = self.looked.len() as u32;
        let share = (ahead / threads).min(SHARE.end);
        for looked in &mut self.looked {
            looked.clear();
        }
        let from = self.next;
        let shared = cfg!(not(target_family = "wasm")) && threads > 1 && share >= SHARE.start;
        let until = match shared {
            true => {
                self.share(model, share);
                from + threads * share
            }
            false => {
                let until = from + ahead.min(TOGETHER);
                self.looked[0].look(model, &self.known, from..until, self.depth);
                until
            }
        };
        let Some(moved) = self.pack_what_is_new() else {
            self.progress = Progress::Full;
            return 1;
        };
        if moved || !shared {
            for looked in &mut self.looked {
                looked.fetch(&self.known, 0);
            }
        }
        let looked = std::mem::take(&mut self.looked);
        for looked in &looked {
            self.enter(looked);
        }
        self.looked = looked;
        self.next = until;
        (until - from) as usize
    }

    /// Has each thread look at a share of the states that come next.
    fn share(&mut self, model: &Model, share: u32) {
        let (known, depth) = (&self.known, self.depth);
        let mut from = self.next;
        std::thread::scope(|scope| {
            for looked in &mut self.looked {
                let mine = from..from + share;
                from = mine.end;
                scope.spawn(move || looked.look_up(model, known, mine, depth));
            }
        });
    }

    /// Packs the worlds that have something new in them; says whether all rows were moved for that. None where a row would
    /// take more words than it can.
    fn pack_what_is_new(&mut self) -> Option<bool> {
        let mut moved = false;
        for share in 0..self.looked.len() {
            for (at, world) in std::mem::take(&mut self.looked[share].unpacked) {
                let from = self.looked[share].taken[at].from;
                let row = loop {
                    match self.known.neighbour_of(from, &world) {
                        Some(row) => break row,
                        None => self.known.repack()?,
                    }
                    moved = true;
                    for looked in &mut self.looked {
                        for step in &mut looked.taken {
                            step.row = self.known.moved(&step.row);
                        }
                    }
                };
                let step = &mut self.looked[share].taken[at];
                (step.row, step.hash) = (row, self.known.hash(&row));
            }
        }
        Some(moved)
    }

    /// Gives a number to what the steps of a share lead to, in order.
    fn enter(&mut self, looked: &Looked) {
        let mut taken = looked.taken.iter().peekable();
        for state in looked.states.clone() {
            while let Some(step) = taken.next_if(|step| step.from == state) {
                let enter = || self.known.enter_hashed(&step.row, step.hash, state).0;
                let number = step.to.unwrap_or_else(enter);
                self.may_loop |= number < self.level;
                if let Some(graph) = &mut self.graph {
                    graph.add(Label::new(step.choice, step.broke), number);
                }
            }
            if let Some(graph) = &mut self.graph {
                graph.close();
            }
        }
        self.edges += looked.taken.len() as u64;
        self.ends += looked.ends.len() as u32;
        if let Some(graph) = &mut self.graph {
            for (state, verdicts) in &looked.ends {
                graph.end(*state, *verdicts);
            }
        }
        self.met.join(&looked.met);
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
            let livelock = Verdicts::one(Verdict::Livelock);
            self.met.meet(livelock, self.depth, *nearest, None);
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
            let met = self.met.of(verdict)?;
            let mut schedule = self.schedule(model, met.state);
            schedule.extend(met.step);
            Some(Finding { verdict, schedule })
        };
        Verdict::ALL.into_iter().filter_map(found).collect()
    }

    /// The verdicts met so far.
    pub fn verdicts(&self) -> Verdicts {
        let met = |verdict: &Verdict| self.met.of(*verdict).is_some();
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
        self.looked.iter().any(|it| it.unstable)
    }

    /// Whether some run ends with a clean page that a PTE calls dirty (I5), and did not begin so. Where nothing fails, the
    /// media have its bytes, so that costs a needless write and no more.
    pub fn needless_write(&self) -> bool {
        self.looked.iter().any(|it| it.needless_write)
    }

    /// The steps, where they were kept.
    pub fn graph(&self) -> Option<&Graph> {
        self.graph.as_ref()
    }

    /// How often an instruction ran: on how many of the steps.
    pub fn ran(&self, actor: ActorId, pc: usize) -> u32 {
        self.looked.iter().map(|it| it.ran(actor, pc)).sum()
    }

    /// Bytes it takes, dictionaries, table and graph included.
    pub fn bytes(&self) -> usize {
        let looked: usize = self.looked.iter().map(Looked::bytes).sum();
        self.known.bytes() + looked + self.graph.as_ref().map_or(0, Graph::bytes)
    }
}

//! The state graph: which steps lead from where to where, and what they break.

use crate::machine::{ActorId, Choice};
use crate::scenario::Verdict;

use super::verdicts::Verdicts;

/// What is known of one edge: who moves, which way, and what breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label(u16);

/// Every verdict that a step by itself can come to fits into a label. That a write is torn is judged at the end of a run.
const _: () = assert!((Verdict::UnstableWrite as u16) < 11);

impl Label {
    /// Actor in three bits, way in two, then the verdicts of a step.
    pub(super) fn new(choice: Choice, broke: Verdicts) -> Label {
        Label(u16::from(choice.actor.0) | u16::from(choice.way) << 3 | broke.bits() << 5)
    }

    pub(super) fn choice(self) -> Choice {
        Choice {
            actor: ActorId((self.0 & 7) as u8),
            way: (self.0 >> 3 & 3) as u8,
        }
    }

    pub(super) fn broke(self) -> Verdicts {
        Verdicts::of_bits(self.0 >> 5)
    }
}

/// One step from a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Who moves, and which way.
    pub choice: Choice,
    /// The state it leads to.
    pub to: u32,
    /// The verdicts the step itself amounts to.
    pub broke: Verdicts,
    /// Its place among all steps of the graph.
    pub number: u32,
}

/// The states of a search, numbered in the order of finding, and the steps between them.
///
/// States that have not been looked at yet have no steps.
#[derive(Clone, Debug)]
pub struct Graph {
    /// For each state that was looked at, where its steps begin in `to` and `labels`.
    first: Vec<u32>,
    to: Vec<u32>,
    labels: Vec<Label>,
    /// States in which a run ends, or goes round in a livelock, with the verdicts of that.
    ends: Vec<(u32, Verdicts)>,
}

impl Graph {
    pub(super) fn new() -> Graph {
        Graph {
            first: vec![0],
            to: Vec::new(),
            labels: Vec::new(),
            ends: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, label: Label, to: u32) {
        self.to.push(to);
        self.labels.push(label);
    }

    /// Ends the steps of one state; those that are added from now on are the next state's.
    pub(super) fn close(&mut self) {
        self.first.push(self.to.len() as u32);
    }

    /// Notes that runs end in a state. States come in the order of their numbers, each once.
    pub(super) fn end(&mut self, state: u32, verdicts: Verdicts) {
        self.ends.push((state, verdicts));
    }

    /// Adds verdicts to any states, unlike [`end`](Graph::end), which takes them in order.
    pub(super) fn mark(&mut self, states: &[u32], verdicts: Verdicts) {
        for state in states {
            match self.ends.binary_search_by_key(state, |(known, _)| *known) {
                Ok(at) => self.ends[at].1.add(verdicts),
                Err(at) => self.ends.insert(at, (*state, verdicts)),
            }
        }
    }

    /// How many states were looked at.
    pub fn states(&self) -> usize {
        self.first.len() - 1
    }

    /// The steps from a state.
    pub fn steps(&self, state: u32) -> impl Iterator<Item = Edge> + '_ {
        let bound = |at: usize| self.first.get(at).copied();
        let from = bound(state as usize).unwrap_or(0) as usize;
        let until = bound(state as usize + 1).unwrap_or(from as u32) as usize;
        (from..until.max(from)).map(|at| Edge {
            choice: self.labels[at].choice(),
            to: self.to[at],
            broke: self.labels[at].broke(),
            number: at as u32,
        })
    }

    /// The verdicts of a run that ends in a state, or goes round in it for ever.
    pub fn verdicts_at(&self, state: u32) -> Verdicts {
        let found = self.ends.binary_search_by_key(&state, |(known, _)| *known);
        found.map_or(Verdicts::NONE, |at| self.ends[at].1)
    }

    /// States with a verdict of their own.
    pub fn ends(&self) -> &[(u32, Verdicts)] {
        &self.ends
    }

    /// Bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        4 * (self.first.capacity() + self.to.capacity())
            + 2 * self.labels.capacity()
            + 8 * self.ends.capacity()
    }

    /// For each state, the states with a step to it.
    pub fn backwards(&self) -> Backwards {
        let many = self.states();
        let mut first = vec![0u32; many + 1];
        for to in &self.to {
            if let Some(count) = first.get_mut(*to as usize + 1) {
                *count += 1;
            }
        }
        for at in 0..many {
            first[at + 1] += first[at];
        }
        let mut free = first.clone();
        let mut from = vec![0; first[many] as usize];
        for state in 0..many as u32 {
            for edge in self.steps(state) {
                if let Some(at) = free
                    .get_mut(edge.to as usize)
                    .filter(|_| (edge.to as usize) < many)
                {
                    from[*at as usize] = state;
                    *at += 1;
                }
            }
        }
        Backwards { first, from }
    }

    /// All strongly connected components, each one's successors before it.
    pub fn order(&self) -> Order {
        let all: Vec<u32> = (0..self.states() as u32).collect();
        let components = self.components(&all);
        let mut member = vec![0; self.states()];
        for (number, component) in components.iter().enumerate() {
            for state in component {
                member[*state as usize] = number as u32;
            }
        }
        Order { components, member }
    }

    /// The components a run can stay in for ever and never leave once it is there.
    pub fn rounds(&self) -> Vec<Vec<u32>> {
        let mut order = self.order();
        let components = std::mem::take(&mut order.components);
        let mut found = components;
        found.retain(|component| {
            let inside = |state: &u32| {
                let mut steps = self.steps(*state).peekable();
                steps.peek().is_some() && steps.all(|edge| order.inside(*state, edge.to))
            };
            component.iter().all(inside)
        });
        found
    }

    /// The strongly connected components among some states, each component's successors before
    /// it. (Tarjan.)
    pub fn components(&self, among: &[u32]) -> Vec<Vec<u32>> {
        self.components_in(&mut Marks::of(self), among)
    }

    /// As [`components`](Graph::components), for whoever asks again and again: room for all states is taken once.
    pub(super) fn components_in(&self, marks: &mut Marks, among: &[u32]) -> Vec<Vec<u32>> {
        let Marks {
            inside,
            index,
            low,
            on_stack,
        } = marks;
        for state in among {
            inside[*state as usize] = true;
            index[*state as usize] = NEW;
        }
        let (mut stack, mut found, mut next) = (Vec::new(), Vec::new(), 0);
        for root in among {
            if index[*root as usize] != NEW {
                continue;
            }
            let mut calls = vec![(*root, self.first[*root as usize])];
            while let Some((state, mut edge)) = calls.pop() {
                let s = state as usize;
                if index[s] == NEW {
                    index[s] = next;
                    low[s] = next;
                    next += 1;
                    stack.push(state);
                    on_stack[s] = true;
                } else {
                    let to = self.to[edge as usize - 1] as usize;
                    if on_stack.get(to) == Some(&true) {
                        low[s] = low[s].min(low[to]);
                    }
                }
                let mut deeper = false;
                while edge < self.first[s + 1] {
                    let to = self.to[edge as usize];
                    let t = to as usize;
                    edge += 1;
                    if inside.get(t) != Some(&true) {
                        continue;
                    }
                    if index[t] == NEW {
                        calls.push((state, edge));
                        calls.push((to, self.first[t]));
                        deeper = true;
                        break;
                    }
                    if on_stack[t] {
                        low[s] = low[s].min(index[t]);
                    }
                }
                if deeper || low[s] != index[s] {
                    continue;
                }
                let root = stack.iter().rposition(|other| *other == state);
                let from = root.unwrap_or(0);
                let component = stack.split_off(from);
                for state in &component {
                    on_stack[*state as usize] = false;
                }
                found.push(component);
            }
        }
        for state in among {
            inside[*state as usize] = false;
        }
        found
    }
}

/// A state that was not come to yet.
const NEW: u32 = u32::MAX;

/// What is noted of each state while components are looked for.
pub(super) struct Marks {
    inside: Vec<bool>,
    index: Vec<u32>,
    low: Vec<u32>,
    on_stack: Vec<bool>,
}

impl Marks {
    pub(super) fn of(graph: &Graph) -> Marks {
        let many = graph.states();
        Marks {
            inside: vec![false; many],
            index: vec![NEW; many],
            low: vec![0; many],
            on_stack: vec![false; many],
        }
    }
}

/// The strongly connected components of a graph, within which runs can go round.
#[derive(Clone, Debug)]
pub struct Order {
    /// The strongly connected components, each one's successors before it.
    pub components: Vec<Vec<u32>>,
    /// For each state the index of its component.
    member: Vec<u32>,
}

impl Order {
    /// Whether a step stays in its component.
    pub fn inside(&self, from: u32, to: u32) -> bool {
        self.member.get(from as usize) == self.member.get(to as usize)
    }
}

/// Steps against their direction; see [`Graph::backwards`].
#[derive(Clone, Debug)]
pub struct Backwards {
    first: Vec<u32>,
    from: Vec<u32>,
}

impl Backwards {
    /// The states with a step to a state.
    pub fn before(&self, state: u32) -> &[u32] {
        let at = state as usize;
        &self.from[self.first[at] as usize..self.first[at + 1] as usize]
    }
}

//! Which actors' steps are enough to look at in a state: those of a set whose next steps nobody else can be in the way of.
//!
//! A set is *persistent* if, whatever the others do while the set stands still, its members' next steps stay what they
//! are: none becomes possible or impossible, and none comes to anything else by being made later (after Godefroid). A
//! search that makes only their steps finds every end of a run, after as many steps: a run to an end must come to a step
//! of the set sooner or later, and that step could as well have been made first.
//! A step that breaks something on the way is found too, provided that nobody is forgotten on a way that goes round:
//! see [`reduced`](super::reduced).

use crate::machine::{ActorId, Model, Status, World, control_bits, status};

use super::independence::{Facts, Independence};
use super::table::Table;

/// A set of actors, one bit each.
pub(super) type Actors = u8;

/// Whose steps to make in a state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen {
    /// Those of a persistent set.
    pub set: Actors,
    /// Everybody who can move.
    pub ready: Actors,
    /// In how many ways those of the set can move.
    pub ways: u8,
}

/// The choice of persistent sets for the states of a model. It depends on where actors stand and who holds what, and not on
/// bytes and page tables, so it is remembered for that part of a state.
pub(super) struct Persistent {
    steps: Independence,
    /// The lanes of a world that the choice depends on, and which of their bits.
    lanes: Vec<(usize, u64)>,
    known: Table,
    keys: Vec<u64>,
    chosen: Vec<Chosen>,
    /// Room for a key.
    key: Vec<u64>,
}

impl Persistent {
    pub(super) fn new(model: &Model) -> Persistent {
        let masks = control_bits(model);
        let lanes = masks.into_iter().enumerate();
        Persistent {
            steps: Independence::of(model),
            lanes: lanes.filter(|(_, mask)| *mask != 0).collect(),
            known: Table::new(),
            keys: Vec::new(),
            chosen: Vec::new(),
            key: Vec::new(),
        }
    }

    /// What the steps of the model have to do with each other.
    pub(super) fn steps(&self) -> &Independence {
        &self.steps
    }

    /// Whose steps to make in a state. `last` is tried first: who moved last often can go on alone.
    pub(super) fn choose(&mut self, model: &Model, world: &World, last: Option<ActorId>) -> Chosen {
        let (all, many) = (world.lanes(), self.lanes.len());
        self.key.clear();
        let lanes = self.lanes.iter();
        self.key.extend(lanes.map(|(lane, mask)| all[*lane] & mask));
        let (key, keys) = (&self.key, &self.keys);
        let same = |number: u32| keys[number as usize * many..][..many] == key[..];
        let hash_here = hash(key);
        let gap = match self.known.find(hash_here, same) {
            Ok(number) => return self.chosen[number as usize],
            Err(gap) => gap,
        };
        let facts = self.steps.facts(model, world);
        let set = smallest(&mut self.steps, model, world, &facts, last);
        let chosen = Chosen {
            set,
            ready: facts.ready,
            ways: many_ways(&facts, set),
        };
        self.keys.extend_from_slice(&self.key);
        self.chosen.push(chosen);
        let keys = &self.keys;
        self.known.insert(gap, hash_here, |number| {
            hash(&keys[number as usize * many..][..many])
        });
        chosen
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.steps.bytes()
            + self.known.bytes()
            + 8 * self.keys.capacity()
            + self.chosen.capacity() * size_of::<Chosen>()
    }
}

fn hash(key: &[u64]) -> u64 {
    let mut hash = 0u64;
    for word in key {
        hash = (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    hash ^ hash >> 32
}

/// The persistent set with the fewest ways to go on.
fn smallest(
    steps: &mut Independence,
    model: &Model,
    world: &World,
    facts: &Facts,
    first: Option<ActorId>,
) -> Actors {
    let ready = model.actor_ids().filter(|it| facts.ready >> it.0 & 1 != 0);
    let first = first.filter(|it| facts.ready >> it.0 & 1 != 0);
    let (mut best, mut fewest) = (facts.ready, many_ways(facts, facts.ready));
    if fewest <= 1 {
        return best;
    }
    for seed in first
        .into_iter()
        .chain(ready.filter(|it| first != Some(*it)))
    {
        if fewest <= 1 {
            break;
        }
        let found = grown(steps, model, world, facts, seed, fewest);
        if let Some((set, ways)) = found {
            (best, fewest) = (set, ways);
        }
    }
    best
}

fn many_ways(facts: &Facts, set: Actors) -> u8 {
    let ways = facts.ways.iter().enumerate();
    let of_set = ways.filter(|(actor, _)| set >> actor & 1 != 0);
    of_set.map(|(_, ways)| ways).sum()
}

/// The persistent set that grows from an actor, and in how many ways it goes on; none if in no fewer than `most`.
fn grown(
    steps: &mut Independence,
    model: &Model,
    world: &World,
    facts: &Facts,
    seed: ActorId,
    most: u8,
) -> Option<(Actors, u8)> {
    let mut set: Actors = 1 << seed.0;
    let mut next = steps.next(model, facts, seed);
    loop {
        let ways = many_ways(facts, set);
        if ways >= most {
            return None;
        }
        let out = facts.due & !set;
        let futures = steps.futures(model, facts, out);
        if !next.conflicts(&futures.together) {
            return Some((set, ways));
        }
        let in_the_way = |actor: &ActorId| {
            let future = steps.future(futures.each[actor.index()]).touched();
            next.conflicts(future)
        };
        let mut others = model.actor_ids().filter(|it| out >> it.0 & 1 != 0);
        let Some(found) = others.find(in_the_way) else {
            return Some((set, ways));
        };
        // Who sleeps cannot be in the way before somebody has woken it.
        let waker = match status(model, world, found) {
            Status::Asleep(wait) => wait.holder.filter(|it| out >> it.0 & 1 != 0),
            _ => None,
        };
        let joins = waker.unwrap_or(found);
        set |= 1 << joins.0;
        next.join(&steps.next(model, facts, joins));
    }
}

//! Questions about the whole graph: what can go on for ever, and how long somebody can sleep.

use crate::machine::{ActorId, MAX_ACTORS, Model, Status, World, status};

use super::graph::{Graph, Marks};

/// The livelocks of a graph: its parts in which every actor that can move again and again does move
/// again and again (strong fairness), and an actor whose program has an end never finishes.
///
/// Where an actor can move somewhere in a strongly connected component but none of its steps stays in
/// it, the states in which that actor can move are taken out, and the components of what is left are
/// looked at (the usual emptiness check for Streett conditions).
pub(super) fn livelocks(
    model: &Model,
    graph: &Graph,
    world: &dyn Fn(u32) -> World,
) -> Vec<Vec<u32>> {
    let mut work = vec![(0..graph.states() as u32).collect::<Vec<u32>>()];
    let mut found = Vec::new();
    // For each state the number of the component it was last found in.
    let mut member = vec![0usize; graph.states()];
    let mut number = 0;
    let mut marks = Marks::of(graph);
    while let Some(part) = work.pop() {
        for component in graph.components_in(&mut marks, &part) {
            number += 1;
            for state in &component {
                member[*state as usize] = number;
            }
            let (mut can, mut does) = (0u32, 0u32);
            for edge in component.iter().flat_map(|state| graph.steps(*state)) {
                can |= 1 << edge.choice.actor.0;
                let inside = member[edge.to as usize] == number;
                does |= u32::from(inside) << edge.choice.actor.0;
            }
            if does == 0 {
                continue;
            }
            let denied = can & !does;
            if denied != 0 {
                let rest = component.iter().copied().filter(|state| {
                    let mut steps = graph.steps(*state);
                    !steps.any(|edge| denied & 1 << edge.choice.actor.0 != 0)
                });
                work.push(rest.collect());
                continue;
            }
            let somewhere = world(component[0]);
            if starved(model, &somewhere).is_some() {
                found.push(component);
            }
        }
    }
    found
}

/// The first actor that never finishes although its program has an end, given any world of a loop that
/// everybody goes round fairly.
pub fn starved(model: &Model, world: &World) -> Option<ActorId> {
    model.actor_ids().find(|actor| {
        let now = status(model, world, *actor);
        let unfinished = matches!(now, Status::Ready | Status::Asleep(_));
        !model.actors[actor.index()].forever && unfinished
    })
}

/// The longest that an actor must sleep in any run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sleep {
    /// So many steps that others must make first, and who makes most of them.
    Steps(u32, ActorId),
    /// For ever: in some state nothing that others can do wakes it.
    Forever,
}

/// How long an actor sleeps at worst although everybody else does only what it takes to wake it:
/// over all states in which it is asleep, the most steps on a shortest way to its waking. `world`
/// gives each state of the graph.
pub fn longest_sleep(
    model: &Model,
    graph: &Graph,
    world: &dyn Fn(u32) -> World,
    actor: ActorId,
) -> Sleep {
    let many = graph.states();
    let asleep: Vec<bool> = (0..many as u32)
        .map(|state| matches!(status(model, &world(state), actor), Status::Asleep(_)))
        .collect();
    let backwards = graph.backwards();
    // Breadth first, backwards from the states in which the actor is awake.
    let steps_to_awake = |asleep: &bool| (!asleep).then_some(0);
    let mut away: Vec<Option<u32>> = asleep.iter().map(steps_to_awake).collect();
    let mut queue: Vec<usize> = (0..many).filter(|state| !asleep[*state]).collect();
    let mut next = 0;
    while next < queue.len() {
        let state = queue[next];
        next += 1;
        for earlier in backwards.before(state as u32) {
            let at = *earlier as usize;
            if away[at].is_none() {
                away[at] = away[state].map(|steps| steps + 1);
                queue.push(at);
            }
        }
    }
    if away.contains(&None) {
        return Sleep::Forever;
    }
    let worst = (0..many).max_by_key(|state| away[*state]).unwrap_or(0);
    let mut moved = [0u32; MAX_ACTORS];
    let mut at = worst;
    while asleep[at] {
        let steps = graph.steps(at as u32);
        let Some(edge) = steps.min_by_key(|edge| away[edge.to as usize]) else {
            break;
        };
        moved[edge.choice.actor.index()] += 1;
        at = edge.to as usize;
    }
    let behind = ActorId::first(MAX_ACTORS).max_by_key(|actor| moved[actor.index()]);
    Sleep::Steps(away[worst].unwrap_or(0), behind.unwrap_or_default())
}

//! What can go on for ever, and how long somebody can sleep: questions about the whole graph.

use crate::machine::{MAX_ACTORS, Model, Status, World, enabled, status, step_watched};

/// Every reachable world and the steps between them.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    worlds: Vec<World>,
    /// For each world: who moves, and where that leads.
    steps: Vec<Vec<(u8, u32)>>,
}

impl Graph {
    /// A graph over worlds that are closed under the model's steps; `number` finds a world.
    pub(super) fn new(
        model: &Model,
        worlds: Vec<World>,
        number: impl Fn(&World) -> Option<u32>,
    ) -> Graph {
        let mut effects = Vec::new();
        let steps = worlds.iter().map(|world| {
            let mut steps = Vec::new();
            for choice in enabled(model, world) {
                effects.clear();
                let next = step_watched(model, world, choice, &mut effects);
                steps.extend(number(&next).map(|to| (choice.actor, to)));
            }
            steps
        });
        let steps = steps.collect();
        Graph { worlds, steps }
    }
}

/// A part of the graph in which everybody who can move again and again does, and an actor whose
/// program has an end never finishes: a world in it, and the actor.
///
/// That is strong fairness. Where an actor can move somewhere in a loop but the loop has no step
/// of its own, the worlds in which it can move are taken out and what is left is looked at again
/// (the usual emptiness check for Streett conditions).
pub(super) fn livelock(model: &Model, graph: &Graph) -> Option<(u32, u8)> {
    let all: Vec<u32> = (0..graph.worlds.len() as u32).collect();
    let mut work = vec![all];
    let mut found: Option<(u32, u8)> = None;
    // Which component a world was last found in.
    let mut member = vec![0usize; graph.worlds.len()];
    let mut number = 0;
    while let Some(part) = work.pop() {
        for component in components(graph, &part) {
            number += 1;
            for world in &component {
                member[*world as usize] = number;
            }
            let inside = |it: &u32| member[*it as usize] == number;
            let (mut can, mut does) = (0u32, 0u32);
            for world in &component {
                for (actor, to) in &graph.steps[*world as usize] {
                    can |= 1 << actor;
                    does |= u32::from(inside(to)) << actor;
                }
            }
            if does == 0 {
                continue;
            }
            let denied = can & !does;
            if denied != 0 {
                let rest = component.iter().copied().filter(|world| {
                    let steps = &graph.steps[*world as usize];
                    !steps.iter().any(|(actor, _)| denied & 1 << actor != 0)
                });
                work.push(rest.collect());
                continue;
            }
            // Worlds are numbered in the order of finding, so the first is nearest.
            let first = component.iter().copied().min().unwrap_or(0);
            let world = &graph.worlds[first as usize];
            let starved = (0..model.actors.len()).find(|actor| {
                let unfinished = matches!(
                    status(model, world, *actor),
                    Status::Ready | Status::Asleep(_)
                );
                !model.actors[*actor].forever && unfinished
            });
            if let Some(actor) = starved {
                let better = found.is_none_or(|(at, _)| first < at);
                found = if better {
                    Some((first, actor as u8))
                } else {
                    found
                };
            }
        }
    }
    found
}

/// The strongly connected components of a part of the graph. (Tarjan.)
fn components(graph: &Graph, part: &[u32]) -> Vec<Vec<u32>> {
    const NEW: u32 = u32::MAX;
    let many = graph.worlds.len();
    let mut inside = vec![false; many];
    for world in part {
        inside[*world as usize] = true;
    }
    let mut index = vec![NEW; many];
    let mut low = vec![0; many];
    let mut on_stack = vec![false; many];
    let (mut stack, mut found, mut next) = (Vec::new(), Vec::new(), 0);
    for root in part {
        if index[*root as usize] != NEW {
            continue;
        }
        let mut calls = vec![(*root, 0)];
        while let Some((world, edge)) = calls.pop() {
            let w = world as usize;
            if edge == 0 {
                index[w] = next;
                low[w] = next;
                next += 1;
                stack.push(world);
                on_stack[w] = true;
            } else {
                let (_, to) = graph.steps[w][edge - 1];
                low[w] = low[w].min(low[to as usize]);
            }
            let mut edge = edge;
            let mut deeper = false;
            while let Some((_, to)) = graph.steps[w].get(edge) {
                edge += 1;
                let t = *to as usize;
                if !inside[t] {
                    continue;
                }
                if index[t] == NEW {
                    calls.push((world, edge));
                    calls.push((*to, 0));
                    deeper = true;
                    break;
                }
                if on_stack[t] {
                    low[w] = low[w].min(index[t]);
                }
            }
            if deeper || low[w] != index[w] {
                continue;
            }
            let mut component = Vec::new();
            while let Some(member) = stack.pop() {
                on_stack[member as usize] = false;
                component.push(member);
                if member == world {
                    break;
                }
            }
            found.push(component);
        }
    }
    found
}

/// The longest that an actor must sleep in any run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sleep {
    /// So many steps that others must make first, and who makes most of them.
    Steps(u32, u8),
    /// In some world nothing that others can do wakes it.
    Forever,
}

/// How long an actor sleeps at worst although everybody else does only what it takes to wake it:
/// over all worlds in which it is asleep, the most steps on a shortest way to its waking.
pub fn longest_sleep(model: &Model, graph: &Graph, actor: usize) -> Sleep {
    let many = graph.worlds.len();
    let asleep: Vec<bool> = (graph.worlds.iter())
        .map(|world| matches!(status(model, world, actor), Status::Asleep(_)))
        .collect();
    let mut before: Vec<Vec<u32>> = vec![Vec::new(); many];
    for (world, steps) in graph.steps.iter().enumerate() {
        for (_, to) in steps {
            before[*to as usize].push(world as u32);
        }
    }
    // Breadth first, backwards from the worlds in which it is awake.
    let mut away: Vec<Option<u32>> = asleep.iter().map(|it| (!it).then_some(0)).collect();
    let mut queue: Vec<usize> = (0..many).filter(|it| !asleep[*it]).collect();
    let mut next = 0;
    while next < queue.len() {
        let world = queue[next];
        next += 1;
        for earlier in &before[world] {
            let at = *earlier as usize;
            if away[at].is_none() {
                away[at] = away[world].map(|it| it + 1);
                queue.push(at);
            }
        }
    }
    if away.contains(&None) {
        return Sleep::Forever;
    }
    let worst = (0..many).max_by_key(|it| away[*it]).unwrap_or(0);
    let mut moved = [0u32; MAX_ACTORS];
    let mut at = worst;
    while asleep[at] {
        let steps = graph.steps[at].iter();
        let Some((mover, to)) = steps.min_by_key(|(_, to)| away[*to as usize]) else {
            break;
        };
        moved[*mover as usize] += 1;
        at = *to as usize;
    }
    let behind = (0..MAX_ACTORS).max_by_key(|it| moved[*it]).unwrap_or(0);
    Sleep::Steps(away[worst].unwrap_or(0), behind as u8)
}

//! What an ordering costs: waiting, copying, walking page tables, flushing TLBs.

use crate::machine::{
    ActorId, Effect, Model, PAGE_SIZE, Status, Watch, World, status, step_possible,
};

use super::expectation::{Worth, mean, most};
use super::graph::{Edge, Graph};

/// A kind of cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Cost {
    /// Steps that others make while somebody who wants to store sleeps.
    Stall,
    /// Bytes copied so that a page can be written to while it is under I/O.
    Copied,
    /// PTEs looked at to make them read-only, or removed.
    Walked,
    /// Translations flushed from TLBs.
    Flushes,
}

impl Cost {
    /// All kinds of cost.
    pub const ALL: [Cost; 4] = [Cost::Stall, Cost::Copied, Cost::Walked, Cost::Flushes];

    /// What is counted, in words.
    pub fn words(self) -> &'static str {
        match self {
            Cost::Stall => "steps a writer sleeps",
            Cost::Copied => "bytes copied",
            Cost::Walked => "PTEs walked",
            Cost::Flushes => "TLB flushes sent",
        }
    }
}

/// One cost over all schedules.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Bill {
    /// What is counted.
    pub cost: Cost,
    /// On average, when every possible step is equally likely at every moment.
    pub mean: f64,
    /// In the dearest schedule; infinite where for each schedule there is a dearer one.
    pub most: f64,
}

/// What the effects of a step cost.
#[derive(Default)]
struct Meter {
    /// Bytes of a sector.
    interval: u32,
    copied: u32,
    walked: u32,
    flushes: u32,
}

impl Watch for Meter {
    fn see(&mut self, effect: Effect) {
        match effect {
            Effect::Copied { .. } | Effect::WriteAccess { frozen: true, .. } => {
                self.copied += PAGE_SIZE as u32;
            }
            Effect::CopiedSector { .. } => self.copied += self.interval,
            Effect::Cleaned { .. }
            | Effect::Revoked { .. }
            | Effect::FoundClean { .. }
            | Effect::Zapped { .. } => self.walked += 1,
            Effect::TlbFlushed { .. } => self.flushes += 1,
            _ => {}
        }
    }
}

/// The bills of all schedules of a complete search; `world` gives each state of the graph.
pub fn costs(model: &Model, graph: &Graph, world: &dyn Fn(u32) -> World) -> Vec<Bill> {
    let writers: Vec<bool> = (model.actors.iter())
        .map(|actor| actor.code.iter().any(|instr| instr.op.writes()))
        .collect();
    let mut paid: Vec<[u32; 4]> = Vec::new();
    for state in 0..graph.states() as u32 {
        let here = world(state);
        let asleep = |actor: &ActorId| matches!(status(model, &here, *actor), Status::Asleep(_));
        let writing = (model.actor_ids()).filter(|actor| writers[actor.index()]);
        let stalled = writing.filter(asleep).count() as u32;
        for edge in graph.steps(state) {
            let mut meter = Meter {
                interval: model.geometry.interval.into(),
                ..Meter::default()
            };
            step_possible(model, &here, edge.choice, &mut meter);
            paid.push([stalled, meter.copied, meter.walked, meter.flushes]);
        }
    }
    let order = graph.order();
    let bill = |cost: Cost| {
        let adds = |edge: Edge| f64::from(paid[edge.number as usize][cost as usize]);
        let worth = |edge: Edge| Worth {
            adds: adds(edge),
            follow: true,
        };
        Bill {
            cost,
            mean: mean(graph, &order, &worth, &|_| 0.0)[0],
            most: most(graph, &order, &adds)[0],
        }
    };
    Cost::ALL.into_iter().map(bill).collect()
}

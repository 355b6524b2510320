//! Choices: a run is a list of them.

use super::id::ActorId;

/// Which actor moves, and which way where its op has more than one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Choice {
    /// The actor.
    pub actor: ActorId,
    /// The outcome's number; 0 for every op that has a single one.
    pub way: u8,
}

impl Choice {
    /// The first way of an actor; the only one of most ops.
    pub fn of(actor: ActorId) -> Choice {
        Choice { actor, way: 0 }
    }
}

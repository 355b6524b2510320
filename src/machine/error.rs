//! Why a model cannot be built.

use super::id::ActorId;
use super::lock::LockKind;
use super::op::Resource;

/// A model that cannot be built, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// A count is outside what a world has room for.
    #[error("{what}: {found} is not between {least} and {most}")]
    Count {
        /// What was counted.
        what: &'static str,
        /// How many there were.
        found: usize,
        /// The least that is possible.
        least: usize,
        /// The most that is possible.
        most: usize,
    },
    /// The protection interval is neither 512 nor 4096 bytes.
    #[error("a protection interval has 512 or 4096 bytes, not {found}")]
    Interval {
        /// The size given.
        found: u16,
    },
    /// Steps of reads and of writes, and somebody who gets both and does not look which of them it has.
    #[error(
        "actor {actor} gets reads and writes alike (submit_read, queue_bio): have it look which one it has (bio_is_read)"
    )]
    ReadsAndWrites {
        /// The actor.
        actor: ActorId,
    },
    /// A step on a named lock of another kind.
    #[error("step {pc} of actor {actor} has no meaning for a {}", kind.word())]
    LockKind {
        /// The actor.
        actor: ActorId,
        /// The instruction.
        pc: usize,
        /// What the lock is.
        kind: LockKind,
    },
    /// The block size fits neither interval nor page.
    #[error("a block has 512, 1024, 2048 or 4096 bytes and at least one interval, not {found}")]
    Block {
        /// The size given.
        found: u16,
    },
    /// The checksum inside a block is not inside one interval.
    #[error("a block's checksum and the bytes it covers must lie in one protection interval")]
    Stamp,
    /// More state than a world has room for.
    #[error(
        "this takes {found} bytes of state and a world has {most}; use fewer pages or actors, or 4096-byte intervals"
    )]
    TooBig {
        /// Bytes needed.
        found: usize,
        /// Bytes there are.
        most: usize,
    },
    /// A store reaches past the end of its page.
    #[error("a store of {length} bytes at offset {offset} leaves its 4096-byte page")]
    StoreOutside {
        /// Offset in the page.
        offset: u16,
        /// Number of bytes.
        length: usize,
    },
    /// More distinct contents than ids.
    #[error(
        "the stores can leave more than {most} different sector contents; use fewer or smaller stores"
    )]
    TooManyContents {
        /// The most that is possible.
        most: usize,
    },
    /// An instruction's operand is not what its op works on.
    #[error("actor {actor}, instruction {pc}: its operand must be {wanted}, not {found}")]
    Operand {
        /// The actor.
        actor: ActorId,
        /// The instruction's index.
        pc: usize,
        /// The kind its op wants.
        wanted: &'static str,
        /// The kind it has.
        found: &'static str,
    },
    /// A resource that is held at the start is named by a page although it belongs to an address
    /// space, or the other way round.
    #[error(
        "{resource:?} is held of a page where there is one for each address space, or the other way round"
    )]
    Held {
        /// What is held.
        resource: Resource,
    },
    /// An instruction refers to something that does not exist.
    #[error("actor {actor}, instruction {pc}: {what} {found} does not exist")]
    Missing {
        /// The actor.
        actor: ActorId,
        /// The instruction's index.
        pc: usize,
        /// What is referred to.
        what: &'static str,
        /// Its number.
        found: usize,
    },
    /// A thread that stores through a mapping has no address space, TLB or fault handler.
    #[error("actor {actor} stores through a mapping but has no address space or no fault handler")]
    NoHandler {
        /// The actor.
        actor: ActorId,
    },
    /// More than one actor calls fsync, and there are registers for one promise only.
    #[error("only one actor can call fsync in a scenario; actors {one} and {other} both do")]
    TwoPromises {
        /// The first.
        one: ActorId,
        /// The second.
        other: ActorId,
    },
}

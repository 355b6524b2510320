//! What exists, and how one step changes it.
//!
//! This module is the engine: a pure function [`step`] from a [`Model`], a [`World`] and a
//! [`Choice`] to the next world and a list of typed [`Effect`]s.
//! It knows no browser, no clock and no randomness, and it cannot fail: a step that may not run
//! is a [`Status`] with a reason, not an error.
//!
//! Sources named in this module are sections of the kernel dossier (docs/kernel) and, through it,
//! files of the Linux kernel at the release given.

mod alike;
mod build;
mod check;
mod checksum;
mod choice;
mod content;
mod effect;
mod error;
mod footprint;
mod id;
mod invariant;
mod lock;
mod lock_state;
mod model;
mod op;
mod parts;
mod read;
mod rest;
mod run;
mod status;
mod step;
mod view;
mod world;

pub use alike::{alike, sort_alike, sort_bios};
pub use check::MOST_INSTRS;
pub use checksum::{crc32c, guard, ip_checksum};
pub use choice::Choice;
pub use content::{Content, Contents};
pub use effect::{Assertion, Consumer, Effect, Hop, Leak, Loss, Through, Violation, Watch};
pub use error::ModelError;
pub use footprint::{Cell, Footprint, MOVING_ON, Reach, Register};
pub use id::{ActorId, BioId, LockId, PageId, SectorId, SpaceId, StoreId, TlbId};
pub use invariant::{Invariant, broken};
pub use lock::{Lock, LockKind, LockStep};
pub use lock_state::LockState;
pub use model::Model;
pub use op::{EndIo, Instr, Op, Operand, OperandKind, Resource, Which};
pub use parts::{
    Actor, Geometry, PAGE_SIZE, PageStart, Parts, Protection, Rules, StableWait, Stamp, Store,
};
pub use read::ReadStep;
pub use run::{History, NodeId};
pub use status::{End, Status, Wait, control_bits, cycle, enabled, end, status, ways};
pub use step::{step, step_possible, step_watched};
pub use view::{ActorState, Bio, Intervals, Page, Stage};
pub use world::{
    Access, CELLS, LANES, Layout, MAX_ACTORS, MAX_PAGES, MAX_SPACES, MAX_TLBS, SECTORS, World,
};

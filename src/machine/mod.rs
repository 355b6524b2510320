//! What exists, and how one step changes it.
//!
//! This module is the engine: a pure function [`step`] from a [`Model`], a [`World`] and a
//! [`Choice`] to the next world and a list of typed [`Effect`]s.
//! It knows no browser, no clock and no randomness, and it cannot fail: a step that may not run
//! is a [`Status`] with a reason, not an error.
//!
//! Sources named in this module are sections of the project's kernel dossier and, through it,
//! files of the Linux kernel at the release given.

mod content;
mod effect;
mod model;
mod op;
mod run;
mod status;
mod step;
mod world;

pub use content::{Content, Contents, PAGE_SIZE, guard};
pub use effect::{Assertion, Effect, Hop, Through, Violation, Watch};
pub use model::{
    Actor, Geometry, MOST_INSTRS, Model, ModelError, Parts, Protection, Role, Rules, Store,
};
pub use op::{Instr, Op};
pub use run::{History, NodeId};
pub use status::{End, Resource, Status, Wait, enabled, end, status};
pub use step::{Choice, step, step_watched};
pub use world::{
    Access, ActorState, Bio, IoStatus, MAX_ACTORS, MAX_PAGES, MAX_SPACES, MAX_TLBS, Media, NOBODY,
    Page, SECTORS, Stage, World,
};

//! Scenarios: data files, and the models that are built from them.
//!
//! A scenario is one readable TOML file under `assets/scenarios`; the file's name is its slug.
//! `ARCHITECTURE.md` documents the format. [`load`] checks a file and says line, column, reason.
//! The page has no reader of files: it gets scenarios built, as bytes ([`Packed`]).

mod build;
mod catalogue;
mod draft;
mod error;
mod file;
mod keys;
mod loaded;
mod name;
mod packed;
mod pairs;
mod schedule;
mod table;
mod verdict;

pub use build::{Prepared, Variant, load, load_for, load_variant, programs, unchanged};
pub use catalogue::{Entry, catalogue, find};
pub use draft::{
    ActionKind, ActorKey, ActorKind, Change, Completion, Draft, DraftError, LONGEST_DRAFT,
    LineAction, LockKey, PageKey, ProgramKey, StoreKey, TextToken, Uneditable, complete,
    insert_line, line_actions, move_line, place_of_line, replace_line, swap_lines, tokens,
};
pub use error::{ScenarioError, ScenarioWarning, WarningKind};
pub use keys::{FILE_KEYS, FileKey};
pub use loaded::{Cast, Note, Scenario, StallBound, words};
pub use packed::{BUILD, PackError, Packed, seal, to_bytes, unseal};
pub use pairs::{NeverExisted, never_existed};
pub use schedule::Run;
pub use verdict::{Device, SAFE, Severity, Verdict};

//! Scenarios: data files into models.
//!
//! A scenario is one readable TOML file under `assets/scenarios`; the file's name is its slug.
//! `ARCHITECTURE.md` documents the format. [`load`] checks a file and says line, column, reason.

mod build;
mod catalogue;
mod error;
mod file;
mod schedule;

pub use build::{Cast, Device, Scenario, Verdict, load, load_for};
pub use catalogue::{Entry, catalogue, find};
pub use error::ScenarioError;

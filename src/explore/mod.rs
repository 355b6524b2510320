//! What a run did, and what every run can do.

mod search;
mod story;

pub use search::{Finding, Outcome, Report, Search};
pub use story::{Check, Column, Failure, Stored, Story, Told};

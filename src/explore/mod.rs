//! What a run did, and what every run can do.

mod ahead;
mod search;
mod story;

pub use ahead::{Ahead, to_next_failure};
pub use search::{Finding, Outcome, Report, Search};
pub use story::{Check, Column, Failure, Stored, Story, Told};

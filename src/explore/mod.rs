//! What a run did, and what every run can do.

mod ahead;
mod era;
mod fairness;
mod search;
mod story;

pub use ahead::{Ahead, to_next_failure};
pub use era::{Carried, Parting, carry};
pub use fairness::{Graph, Sleep, longest_sleep};
pub use search::{Finding, Outcome, Report, Search};
pub use story::{Check, Column, Failure, Stored, Story, Told};

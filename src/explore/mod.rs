//! What a run did, and what every run can do.

mod ahead;
mod era;
mod fairness;
mod graph;
mod packing;
mod space;
mod story;
mod verdicts;

pub use ahead::{Ahead, to_next_failure};
pub use era::{Carried, Parting, carry};
pub use fairness::{Sleep, longest_sleep, starved};
pub use graph::{Backwards, Edge, Graph};
pub use space::{Finding, Limits, Progress, Space};
pub use story::{Check, Column, Failure, Stored, Story, Told};
pub use verdicts::Verdicts;

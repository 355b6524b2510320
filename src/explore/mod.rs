//! What a run did, and what every run can do.

mod ahead;
mod checker;
mod costs;
mod era;
mod expectation;
mod fairness;
mod foresight;
mod graph;
mod messages;
mod mutants;
mod odds;
mod packing;
mod quiet;
mod race;
mod reduced;
mod space;
mod states;
mod story;
mod verdicts;

pub use ahead::follow_to_failure;
pub use checker::Checker;
pub use costs::{Bill, Cost, costs};
pub use era::{Carried, Parting, Turns, carry, same_turns};
pub use expectation::failing_share;
pub use fairness::{Sleep, longest_sleep, starved};
pub use foresight::{Fate, Foresight};
pub use graph::{Backwards, Edge, Graph};
pub use messages::{Ahead, Answer, Ask, Checked, Digits, Outlook, Sofar, Subject, Tell};
pub use mutants::{Mutant, MutantWork};
pub use odds::{Odds, OddsWork, Share, TooManyEquations};
pub use race::{Cell, Position, RaceMap};
pub use reduced::Reduced;
pub use space::{Finding, Limits, Progress, Space};
pub use story::{Check, Column, Failure, Stored, Story, Told};
pub use verdicts::Verdicts;

//! What a run did, and what every run can do.

mod ahead;
mod aside;
mod asides;
mod checker;
mod costs;
mod deeds;
mod era;
mod expectation;
mod fairness;
mod fewest;
mod foresight;
mod graph;
mod independence;
mod line_pairs;
mod matrix;
mod mending;
mod messages;
mod mutants;
mod odds;
mod onward;
mod packing;
mod persistent;
mod quiet;
mod race;
mod reduced;
mod report;
mod round;
mod safe;
mod space;
mod spans;
mod states;
mod story;
mod table;
mod unchanged;
mod verdicts;
mod without;

pub use ahead::follow_to_failure;
pub use aside::{Aside, AsideAnswer, AsideFound, AsideRequest, AsideTask};
pub use checker::Checker;
pub use costs::{Bill, Cost, costs};
pub use deeds::{Deed, Deeds, Profile, Safety, invariants};
pub use era::{Carried, Parting, Turns, carry, same_turns};
pub use expectation::failing_share;
pub use fairness::{Sleep, longest_sleep, starved};
pub use foresight::{Fate, Foresight};
pub use graph::{Backwards, Edge, Graph};
pub use matrix::{BesideWork, CellFound, MatrixCell, MatrixWork};
pub use mending::{Mending, MendingWork, mending};
pub use messages::{
    Ahead, CheckerMessage, CheckerRequest, CheckerResponse, CostsOf, DecimalOdds, Outlook,
    ReducedResult, ScenarioSpec, SearchProgress, SearchResult,
};
pub use mutants::{Merged, Mutant, MutantWork};
pub use odds::{Odds, OddsWork, Share, TooManyEquations};
pub use onward::onward;
pub use race::{Cell, Position, RaceMap};
pub use reduced::Reduced;
pub use report::{Coverage, Difference, Opening, Report};
pub use round::{Round, with_round};
pub use safe::safe_steps;
pub use space::{Finding, Limits, Progress, Space};
pub use spans::{Held, Span, spans};
pub use story::{Check, Column, Failure, StepRecord, Stored, Story};
pub use unchanged::{Change, Departure, beside_unchanged};
pub use verdicts::Verdicts;
pub use without::{Omission, Without, WithoutWork, omission, step_place, without};

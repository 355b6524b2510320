//! What the page asks the checker, and what the checker tells it.
//!
//! The two live in different threads, so messages go over as bytes (postcard). Each request but
//! [`CheckerRequest::Build`] belongs to the newest [`CheckerRequest::Check`], whose number is the turn; the page drops
//! responses of an older turn.

use serde::{Deserialize, Serialize};

use crate::machine::{ActorId, Choice, World};
use crate::protocol::{Edit, Era};
use crate::scenario::{Device, Variant, Verdict};

use super::costs::Bill;
use super::foresight::Fate;
use super::matrix::MatrixCell;
use super::mutants::{Merged, Mutant};
use super::race::RaceMap;
use super::verdicts::Verdicts;

/// What a scenario is built from: its file, and what is to be different from the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioSpec {
    /// The file's name without ending.
    pub slug: String,
    /// The text of the file.
    pub text: String,
    /// The device, by its place in [`Device::ALL`].
    pub device: Option<u8>,
    /// The kernel, by its place in [`Era::ALL`].
    pub era: Option<u8>,
    /// The edits beyond the file's.
    pub edits: Vec<Edit>,
}

impl ScenarioSpec {
    /// What is to be different from the file.
    pub fn variant(&self) -> Variant {
        let (device, era) = (self.device.map(usize::from), self.era.map(usize::from));
        Variant {
            device: device.and_then(|place| Device::ALL.get(place).copied()),
            era: era.and_then(|place| Era::ALL.get(place).copied()),
            edits: self.edits.clone(),
            // A visitor's file may be at work.
            cut_schedule: true,
            ..Variant::default()
        }
    }
}

/// What the page asks of the checker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CheckerRequest {
    /// Look at every interleaving of a scenario; the search under way is dropped.
    Check {
        /// The number of this check.
        turn: u32,
        /// The scenario.
        spec: ScenarioSpec,
        /// How many bytes states, table and graph may take.
        bytes: u64,
    },
    /// Tell what lies ahead at the end of a schedule, one step before that and after each step offered there.
    Outlooks {
        /// The schedule, from the start.
        schedule: Vec<Choice>,
    },
    /// Find a shortest failure from the end of a schedule on.
    FindFailure {
        /// The schedule, from the start.
        schedule: Vec<Choice>,
    },
    /// Draw up the race map of two actors.
    RaceMap((ActorId, ActorId)),
    /// Find a shortest schedule to a state, by its number.
    Schedule(u32),
    /// Try every single change of the scenario.
    Mutants,
    /// Tell what the ordering comes to in every other kernel and on every other device.
    Matrix,
    /// Tell what the scenario costs.
    Costs,
    /// Tell what another scenario costs.
    CostsOf(ScenarioSpec),
    /// Stop the search, or the trying of changes or of other devices, that is under way; what is known stays.
    Stop,
    /// Build a scenario for the page, which has no reader of files. The response comes at once and belongs to no
    /// check.
    Build {
        /// Names the request in the response.
        number: u32,
        /// The scenario.
        spec: ScenarioSpec,
    },
}

/// How far a search has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchProgress {
    /// How many distinct states were found.
    pub states: u32,
    /// How many of these are still to be looked at.
    pub frontier: u32,
    /// How many transitions between states were found.
    pub edges: u64,
    /// The steps to the state that is farthest from the start.
    pub depth: u32,
    /// Milliseconds since the search began.
    pub millis: u32,
    /// The verdicts met.
    pub verdicts: Verdicts,
}

/// What a search has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchResult {
    /// How far the search came.
    pub progress: SearchProgress,
    /// Whether every state was looked at.
    pub complete: bool,
    /// Whether the search was stopped; if it was not, and is not complete, memory was full.
    pub stopped: bool,
    /// How many states there are in which nobody can move.
    pub ends: u32,
    /// Whether bytes can change between their checksum and the completion of the I/O, noticed or not.
    pub unstable: bool,
    /// Whether some run ends with I5 broken and nothing else, of which no verdict tells.
    pub needless_write: bool,
    /// How many bytes the search took.
    pub bytes: u64,
    /// For each verdict that can be reached a shortest schedule, among those one with the fewest changes of actor.
    pub findings: Vec<(Verdict, Vec<Choice>)>,
    /// For a livelock among them, the round that can follow its schedule for ever.
    pub round: Vec<Choice>,
    /// For each actor, how often each of its instructions ran.
    pub ran: Vec<Vec<u32>>,
}

impl SearchResult {
    /// Whether nothing that was found is a failure: only of a complete search does that mean *safe*.
    pub fn safe(&self) -> bool {
        !self.findings.iter().any(|(verdict, _)| verdict.fails())
    }
}

/// Odds as decimal numbers, which may have hundreds of digits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecimalOdds {
    /// The share of schedules that fail.
    pub failing: f64,
    /// That share exactly: numerator and denominator.
    pub exactly: (String, String),
    /// The share of schedules that go on for ever without failing.
    pub endless: f64,
    /// How many schedules there are, and how many of them fail; none where runs can go round for ever.
    pub schedules: Option<(String, String)>,
}

/// What lies ahead of a state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ahead {
    /// The verdicts within reach, and in how many steps; nearest first.
    pub verdicts: Vec<(Verdict, u16)>,
    /// Whether none, some or all schedules from there fail.
    pub fate: Fate,
    /// The share of schedules from there that fail.
    pub share: f64,
}

impl Ahead {
    /// Whether the step that it is said of fails itself, or ends in a failure.
    pub fn fails_at_once(&self) -> bool {
        self.verdicts.first().is_some_and(|(_, away)| *away <= 1)
    }
}

/// What lies ahead of the moment on the stage, and behind each step offered there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outlook {
    /// What lies ahead of the moment itself.
    pub here: Ahead,
    /// What lies ahead after each possible step, with distances from the moment itself: a verdict that the step
    /// amounts to is one step away, as is an end that it leads to.
    pub steps: Vec<(Choice, Ahead)>,
    /// Whether the whole graph is known; if not, there may be verdicts that this does not tell of.
    pub complete: bool,
}

/// What another scenario costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CostsOf {
    /// Its title.
    pub title: String,
    /// Its device.
    pub device: Device,
    /// Its kernel.
    pub era: Era,
    /// The verdicts it comes to.
    pub verdicts: Verdicts,
    /// What it costs.
    pub bills: Vec<Bill>,
}

/// What a reduced search has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReducedResult {
    /// Whether it came to its end.
    pub complete: bool,
    /// How many states it stored.
    pub states: u32,
    /// The verdicts, each with a number of steps that it can be reached in.
    pub verdicts: Vec<(Verdict, u16)>,
    /// Whether these are the fewest steps to each.
    pub fewest: bool,
    /// Whether somebody might go round for ever, which a reduced search cannot tell.
    pub may_loop: bool,
}

/// What the checker answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CheckerResponse {
    /// The search goes on.
    Progress(SearchProgress),
    /// The search is over.
    Checked(Box<SearchResult>),
    /// What a reduced search found, which runs beside the plain one where there are many states, and after it where memory was
    /// full.
    Reduced(ReducedResult),
    /// The odds, or why they cannot be computed.
    Odds(Result<DecimalOdds, String>),
    /// What lies ahead: first of the moment asked about, then of those beside it; of moments that were not looked at
    /// there is none.
    Outlooks(Vec<(World, Outlook)>),
    /// A shortest failure from the moment asked about.
    Failure(Vec<Choice>),
    /// No failure lies ahead of the moment asked about, in the states looked at.
    NoFailure {
        /// Whether every state was looked at.
        complete: bool,
        /// How many states were looked at.
        states: u32,
    },
    /// The race map.
    RaceMap(RaceMap),
    /// A schedule that was asked for.
    Schedule(Vec<Choice>),
    /// Some more single changes have been tried.
    Mutants {
        /// What each of them leads to.
        found: Vec<Mutant>,
        /// How many changes are still to be tried.
        left: u32,
        /// Some more that come to the same as another one, or change nothing.
        same: Vec<Merged>,
    },
    /// What the ordering comes to in some more kernels and on some more devices.
    Matrix {
        /// What it comes to in each of them.
        cells: Vec<MatrixCell>,
        /// How many are still to be looked at.
        left: u32,
    },
    /// What the scenario costs.
    Costs(Vec<Bill>),
    /// What the other scenario is, and what it costs.
    CostsOf(CostsOf),
    /// Something could not be done.
    Failed(String),
    /// A scenario that was to be built, [packed](crate::scenario::Packed), or what is wrong with its
    /// file.
    Built(u32, Result<Vec<u8>, String>),
}

/// A response, and the turn of the check that it belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckerMessage {
    /// The turn of the check.
    pub turn: u32,
    /// The response.
    pub response: CheckerResponse,
}

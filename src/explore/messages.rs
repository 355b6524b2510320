//! What the page asks the checker, and what the checker tells it.
//!
//! The two live in different threads, so messages are bytes (postcard). Each question but
//! [`Ask::Load`] belongs to the turn of a [`Ask::Check`]; answers to an older one come too late and
//! are dropped.

use serde::{Deserialize, Serialize};

use crate::machine::{Choice, World};
use crate::protocol::{Edit, Era};
use crate::scenario::{Device, Variant, Verdict};

use super::costs::Bill;
use super::foresight::Fate;
use super::mutants::Mutant;
use super::race::RaceMap;
use super::verdicts::Verdicts;

/// A scenario to build or check: its file, and what is different from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The file's name without ending.
    pub slug: String,
    /// The file.
    pub text: String,
    /// The device, by its place in [`Device::ALL`].
    pub device: Option<u8>,
    /// The kernel, by its place in [`Era::ALL`].
    pub era: Option<u8>,
    /// Edits beyond the file's.
    pub edits: Vec<Edit>,
}

impl Subject {
    /// What is different from the file.
    pub fn variant(&self) -> Variant {
        let (device, era) = (self.device.map(usize::from), self.era.map(usize::from));
        Variant {
            device: device.and_then(|it| Device::ALL.get(it).copied()),
            era: era.and_then(|it| Era::ALL.get(it).copied()),
            edits: self.edits.clone(),
            unchanged: false,
        }
    }
}

/// What the page asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Ask {
    /// Look at every interleaving of this; whatever was under way is dropped.
    Check {
        /// Counts checks.
        turn: u32,
        /// What to check.
        subject: Subject,
        /// Bytes that states, table and graph may take.
        bytes: u64,
    },
    /// What lies ahead at the end of this schedule, one step before it and one after it?
    Look {
        /// The run so far.
        schedule: Vec<Choice>,
    },
    /// A shortest failure from the end of this schedule on.
    Fail {
        /// The run so far.
        schedule: Vec<Choice>,
    },
    /// Where can these two actors stand at the same time?
    Map((u8, u8)),
    /// A shortest schedule to a state, by its number.
    Way(u32),
    /// What comes of every single change?
    Mutants,
    /// What does it cost?
    Costs,
    /// And what does this one cost?
    Compare(Subject),
    /// Stop whatever is under way; what is known stays.
    Stop,
    /// Build this for the page, which has no reader of files. It is answered at once and concerns no
    /// check.
    Load {
        /// Names the question in the answer.
        number: u32,
        /// What to build.
        subject: Subject,
    },
}

/// How far a search has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sofar {
    /// Distinct states found.
    pub states: u32,
    /// Of these, how many are still to be looked at.
    pub frontier: u32,
    /// Steps between them.
    pub edges: u64,
    /// Steps of the longest shortest schedule.
    pub depth: u32,
    /// Milliseconds since the search began.
    pub millis: u32,
    /// Verdicts met.
    pub verdicts: Verdicts,
}

/// What a search has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// How far it came.
    pub sofar: Sofar,
    /// Whether everything was looked at.
    pub complete: bool,
    /// Whether it was stopped; else, if not complete, memory was the bound.
    pub stopped: bool,
    /// States in which nobody can move.
    pub ends: u32,
    /// Whether bytes can change between checksum and completion, noticed or not.
    pub unstable: bool,
    /// Bytes taken.
    pub bytes: u64,
    /// For each verdict a shortest schedule, of those one with the fewest changes of actor.
    pub findings: Vec<(Verdict, Vec<Choice>)>,
    /// For each actor, how often each of its instructions ran.
    pub ran: Vec<Vec<u32>>,
}

/// Odds as decimal numbers, which may have hundreds of digits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Digits {
    /// The share that fails.
    pub failing: f64,
    /// The same, exactly: numerator and denominator.
    pub exactly: (String, String),
    /// The share that goes on for ever without failing.
    pub endless: f64,
    /// How many schedules there are, and how many of them fail; none where runs can go round.
    pub schedules: Option<(String, String)>,
}

/// What lies ahead of a state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ahead {
    /// The verdicts within reach, and in how many steps; nearest first.
    pub verdicts: Vec<(Verdict, u16)>,
    /// What can come of it.
    pub fate: Fate,
    /// The share of schedules from here that fail.
    pub share: f64,
}

/// What lies ahead of the moment on the stage, and behind each step offered there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outlook {
    /// From here.
    pub here: Ahead,
    /// After each possible step. A verdict that the step itself amounts to is one step away, as is
    /// an end that it leads to; distances count from here.
    pub steps: Vec<(Choice, Ahead)>,
    /// Whether all of the graph is known; else there may be more than is seen.
    pub complete: bool,
}

/// What the checker tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// The checker is there and takes questions.
    Ready,
    /// A search goes on.
    Progress(Sofar),
    /// A search is over.
    Checked(Box<Checked>),
    /// What a reduced search found, where memory was full before everything was looked at.
    Reduced {
        /// Whether it looked at everything.
        complete: bool,
        /// States stored.
        states: u32,
        /// The verdicts, each with the fewest steps to it.
        verdicts: Vec<(Verdict, u16)>,
        /// Whether somebody might go round for ever, which a reduced search cannot tell.
        may_loop: bool,
    },
    /// The odds, or why there are none.
    Odds(Result<Digits, String>),
    /// What lies ahead: first of the moment asked about, then of those beside it. None of what lies beyond what
    /// was looked at.
    Outlooks(Vec<(World, Outlook)>),
    /// A shortest failure, from the moment asked about.
    Failure(Vec<Choice>),
    /// No failure lies ahead of it: none at all if everything was looked at.
    NoFailure {
        /// Whether everything was looked at.
        complete: bool,
        /// How many states that were.
        states: u32,
    },
    /// A race map.
    Map(RaceMap),
    /// A schedule that was asked for.
    Way(Vec<Choice>),
    /// Some more changes, and how many are left.
    Mutants {
        /// What comes of them.
        found: Vec<Mutant>,
        /// Changes still to be looked at.
        left: u32,
        /// Changes that come to the same as another one, or to none.
        same: u32,
    },
    /// What the ordering costs.
    Costs(Vec<Bill>),
    /// What the other ordering costs, and what it is called.
    Compared(String, Vec<Bill>),
    /// Something could not be done.
    Failed(String),
    /// A scenario that was to be built, [packed](crate::scenario::Packed), or what is wrong with its
    /// file.
    Loaded(u32, Result<Vec<u8>, String>),
}

/// An answer and the turn it belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tell {
    /// The turn of the check.
    pub turn: u32,
    /// The answer.
    pub answer: Answer,
}

//! Where each line of a pasted diagram has its place in the run, or why it has none, with the words for that.

use crate::machine::{ActorId, SectorId};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::exchange::words::the;
use crate::scenario::Scenario;

/// What a line of a pasted text stands for in the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Placement {
    /// The line stands for steps of an actor.
    Steps {
        /// The actor.
        actor: ActorId,
        /// Its steps, as choices of the run, counted from 0.
        steps: Range<usize>,
        /// How many choices right before these no line names; they were filled in so that the steps are possible.
        left_out: usize,
        /// The sector that the actor's store goes into, where the line names another sector.
        sector: Option<SectorId>,
    },
    /// The line is the head of a composite; the lines of its steps follow.
    Composite {
        /// The actor that enters it.
        actor: ActorId,
        /// The choices right before it that no line names and that were filled in.
        steps: Range<usize>,
    },
    /// The line says that an actor sleeps, and in the run it does.
    Sleeps {
        /// The actor.
        actor: ActorId,
        /// The choices right before it that no line names and that were filled in.
        steps: Range<usize>,
    },
    /// The line goes on with the one above it.
    Continued,
    /// The line is a remark, a result or an ellipsis, which stands for no step.
    Remark,
    /// The line has the columns' labels or the dashes below them.
    Heading,
    /// The line is text around the diagram.
    Prose,
    /// The line has no place in the run.
    Missing(Missing),
}

/// Why a line has no place in the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Missing {
    /// Nothing in the model has this name.
    Unknown {
        /// The function, or the words.
        name: String,
    },
    /// The model knows it, but the programs of this column's actors have no such step.
    Elsewhere {
        /// The function, or the words.
        name: String,
    },
    /// The actor's program has such a step, but the actor does not come to it any more.
    Passed {
        /// The actor.
        actor: ActorId,
    },
    /// The actor sleeps before it comes to that step.
    Asleep {
        /// The actor.
        actor: ActorId,
        /// The actor that would have to act to wake it, if there is one.
        behind: Option<ActorId>,
    },
    /// The actor has no work that would lead it there.
    Idle {
        /// The actor.
        actor: ActorId,
    },
    /// The line says that the actor sleeps, but in the run it can go on.
    Awake {
        /// The actor.
        actor: ActorId,
    },
    /// The kernel has stopped with a BUG earlier in the run.
    Halted,
    /// The page that the line names is not in the scenario.
    NoPage {
        /// The number it has in the text.
        page: Option<u32>,
    },
    /// No actor is left for the line's column.
    Nobody,
    /// The step comes after more steps than are tried.
    TooFar,
}

impl Placement {
    /// A sentence to be shown beside the line; empty for lines that need none.
    pub fn words(&self, scenario: &Scenario) -> String {
        let filled = |many: usize| match many {
            0 => String::new(),
            1 => "; 1 step before it is filled in".to_owned(),
            _ => format!("; {many} steps before it are filled in"),
        };
        match self {
            Placement::Steps {
                steps,
                left_out,
                sector,
                ..
            } => {
                let which = match steps.len() {
                    1 => format!("Step {}", steps.end),
                    _ => format!("Steps {} to {}", steps.start + 1, steps.end),
                };
                let other = match sector {
                    Some(sector) => format!("; here it stores into sector {sector}"),
                    None => String::new(),
                };
                format!("{which}{}{other}.", filled(*left_out))
            }
            Placement::Composite { steps, .. } => {
                format!("The steps of this call follow{}.", filled(steps.len()))
            }
            Placement::Sleeps { actor, steps } => format!(
                "Here {} sleeps{}.",
                the(scenario, *actor),
                filled(steps.len())
            ),
            Placement::Missing(why) => format!("Not placed: {}.", why.words(scenario)),
            Placement::Continued | Placement::Remark | Placement::Heading | Placement::Prose => {
                String::new()
            }
        }
    }
}

impl Missing {
    fn words(&self, scenario: &Scenario) -> String {
        match self {
            Missing::Unknown { name } => format!("nothing in the model is called \"{name}\""),
            Missing::Elsewhere { name } => {
                format!("nobody in this column does \"{name}\" in this scenario")
            }
            Missing::Passed { actor } => {
                format!("{} does not come to it any more", the(scenario, *actor))
            }
            Missing::Asleep { actor, behind } => {
                let behind = behind.map_or("nobody".to_owned(), |it| the(scenario, it));
                format!(
                    "{} sleeps before it, behind {behind}",
                    the(scenario, *actor)
                )
            }
            Missing::Idle { actor } => format!("{} has no work here", the(scenario, *actor)),
            Missing::Awake { actor } => format!("{} need not sleep here", the(scenario, *actor)),
            Missing::Halted => "the kernel has stopped before it".to_owned(),
            Missing::NoPage { page } => format!(
                "the scenario has no page {}",
                page.map_or(String::new(), |it| it.to_string())
            ),
            Missing::Nobody => "no actor is left for this column".to_owned(),
            Missing::TooFar => "it takes more steps than are tried".to_owned(),
        }
    }
}

//! What becomes of each line of a pasted diagram, and what is said of it.

use crate::machine::{ActorId, SectorId};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::exchange::words::the;
use crate::scenario::Scenario;

/// What a line of a pasted text came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// It stands for steps of an actor.
    Made {
        /// Whose.
        actor: ActorId,
        /// Which choices of the run, counted from 0.
        steps: Range<usize>,
        /// How many choices right before them no line names: filled in, so that they can be made.
        left_out: usize,
        /// The sector it stores into here, where the line names another one.
        sector: Option<SectorId>,
    },
    /// It is the head of a composite whose steps follow; `steps` are filled in before it.
    Opened {
        /// Whose.
        actor: ActorId,
        /// Choices no line names.
        steps: Range<usize>,
    },
    /// It says that an actor sleeps, and so it does; `steps` are filled in before it.
    Stands {
        /// Who.
        actor: ActorId,
        /// Choices no line names.
        steps: Range<usize>,
    },
    /// It goes on with the line above.
    Continued,
    /// A remark, a result or an ellipsis: nothing to place.
    Remark,
    /// Labels, or the dashes below them.
    Heading,
    /// Text around the diagram.
    Prose,
    /// It has no place in the run.
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
    /// The actor makes such a step, but not any more from where it stands.
    Passed {
        /// Who.
        actor: ActorId,
    },
    /// The actor sleeps before it comes to that step.
    Asleep {
        /// Who.
        actor: ActorId,
        /// Who would have to act, if anybody can.
        behind: Option<ActorId>,
    },
    /// The actor has no work that would lead it there.
    Idle {
        /// Who.
        actor: ActorId,
    },
    /// The line says that the actor sleeps; here it need not.
    Awake {
        /// Who.
        actor: ActorId,
    },
    /// The kernel hit a BUG before.
    Halted,
    /// The page it is about is not in the scenario.
    NoPage {
        /// The number it has in the text.
        page: Option<u32>,
    },
    /// No actor is left for its column.
    Nobody,
    /// It takes more steps than are tried.
    TooFar,
}

impl Fate {
    /// What is said beside the line, in a sentence; empty where nothing need be.
    pub fn words(&self, scenario: &Scenario) -> String {
        let filled = |many: usize| match many {
            0 => String::new(),
            1 => "; 1 step before it is filled in".to_owned(),
            _ => format!("; {many} steps before it are filled in"),
        };
        match self {
            Fate::Made {
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
            Fate::Opened { steps, .. } => {
                format!("The steps of this call follow{}.", filled(steps.len()))
            }
            Fate::Stands { actor, steps } => format!(
                "Here {} sleeps{}.",
                the(scenario, *actor),
                filled(steps.len())
            ),
            Fate::Missing(why) => format!("Not placed: {}.", why.words(scenario)),
            Fate::Continued | Fate::Remark | Fate::Heading | Fate::Prose => String::new(),
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

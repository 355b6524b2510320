//! A second worker beside the checker: does tasks that need nothing of the checker's but the file, so that a large ordering's verdicts and
//! the table of its changes do not wait for one processor.
//!
//! Workers share no memory, since that would need a standard library built with atomics. So what is given away are whole
//! tasks: a search that looks at fewer states, a change, a kernel on a device.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::protocol::{Edit, Era};
use crate::scenario::{Device, Prepared, Scenario, Variant, load_variant};

use super::deeds::Profile;
use super::matrix::{CellWork, MatrixCell};
use super::messages::{ReducedResult, ScenarioSpec};
use super::mutants::{Mutant, Trial};
use super::reduced::Reduced;
use super::space::{Limits, Progress};

/// What a worker beside the checker is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AsideRequest {
    /// The turn of the check that it is asked for.
    pub turn: u32,
    /// What it is asked to do.
    pub task: AsideTask,
}

/// What such a worker can do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum AsideTask {
    /// Drop what was asked before, and do what comes now for this scenario.
    About {
        /// The scenario.
        spec: ScenarioSpec,
        /// How many bytes a search may take.
        bytes: u64,
    },
    /// Drop what was asked before.
    Drop,
    /// Look at fewer states, for all verdicts.
    Reduced,
    /// Hold the changes that come now against what the scenario comes to without them, if that is known.
    Before(Option<Profile>),
    /// Try a change, which has this place among those tried.
    Change(u32, Edit),
    /// Tell what the ordering comes to in a kernel on a device.
    Cell(Era, Device),
}

/// What such a worker answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AsideAnswer {
    /// The turn of the check that it was asked for.
    pub turn: u32,
    /// What it has found.
    pub found: AsideFound,
}

/// What such a worker finds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum AsideFound {
    /// What the search that looks at fewer states has met. It is told when all is met, and again when the search is over.
    Reduced {
        /// What was met.
        met: ReducedResult,
        /// Whether the search is over.
        over: bool,
    },
    /// What comes of the change with this place; none if it cannot be made.
    Change(u32, Option<Box<Mutant>>),
    /// What it comes to in a kernel on a device.
    Cell(Box<MatrixCell>),
}

/// What a worker's tasks are about.
struct About {
    spec: ScenarioSpec,
    variant: Variant,
    bytes: usize,
    /// The file, once a change was asked for.
    file: Option<Prepared>,
    before: Option<Arc<Profile>>,
}

/// A task under way.
enum Running {
    Reduced {
        scenario: Box<Scenario>,
        search: Box<Reduced>,
        told: bool,
    },
    Change(u32, Box<Trial>),
    Cell(CellWork),
}

/// The program of such a worker. Like the checker it has no clock and no thread.
#[derive(Default)]
pub struct Aside {
    turn: u32,
    about: Option<About>,
    tasks: VecDeque<AsideTask>,
    running: Option<Running>,
}

/// How many states are looked at between two looks at the clock.
const SLICE: usize = 2_000;
/// The same of a search that looks at fewer states, each of which takes it longer.
const SLICE_REDUCED: usize = 500;

impl Aside {
    /// Takes a request.
    pub fn handle(&mut self, request: AsideRequest) {
        match request.task {
            AsideTask::About { spec, bytes } => {
                *self = Aside {
                    turn: request.turn,
                    about: Some(About {
                        variant: spec.variant(),
                        spec,
                        bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
                        file: None,
                        before: None,
                    }),
                    ..Aside::default()
                }
            }
            AsideTask::Drop => *self = Aside::default(),
            task => self.tasks.push_back(task),
        }
    }

    /// Whether there is anything to do.
    pub fn busy(&self) -> bool {
        self.running.is_some() || !self.tasks.is_empty()
    }

    /// Does some of the work; answers go to `send`.
    pub fn work(&mut self, send: &mut dyn FnMut(AsideAnswer)) {
        if self.running.is_none()
            && let Some(task) = self.tasks.pop_front()
        {
            match self.begin(task) {
                Ok(running) => self.running = running,
                Err(found) => self.answer(send, found),
            }
        }
        let (found, over) = match &mut self.running {
            None => return,
            Some(Running::Reduced {
                scenario,
                search,
                told,
            }) => {
                let over = search.advance(&scenario.model, SLICE_REDUCED) != Progress::Running;
                let tells = over || !*told && search.all_met();
                *told |= tells;
                let met = tells.then(|| search.result());
                (met.map(|met| AsideFound::Reduced { met, over }), over)
            }
            Some(Running::Change(place, trial)) => {
                let found = trial.advance(SLICE, usize::MAX);
                let over = found.is_some();
                (
                    found.map(|it| AsideFound::Change(*place, Some(Box::new(it)))),
                    over,
                )
            }
            Some(Running::Cell(work)) => {
                let found = work.advance(SLICE);
                let over = found.is_some();
                (found.map(|it| AsideFound::Cell(Box::new(it))), over)
            }
        };
        if over {
            self.running = None;
        }
        if let Some(found) = found {
            self.answer(send, found);
        }
    }

    fn answer(&self, send: &mut dyn FnMut(AsideAnswer), found: AsideFound) {
        let turn = self.turn;
        send(AsideAnswer { turn, found });
    }

    /// Begins with a task; what was found, where that is known at once.
    fn begin(&mut self, task: AsideTask) -> Result<Option<Running>, AsideFound> {
        let Some(about) = &mut self.about else {
            return Ok(None);
        };
        let (spec, bytes) = (&about.spec, about.bytes);
        match task {
            AsideTask::About { .. } | AsideTask::Drop => Ok(None),
            AsideTask::Before(before) => {
                about.before = before.map(Arc::new);
                Ok(None)
            }
            AsideTask::Reduced => {
                // The checker has built it, so it can be built.
                let built = load_variant(&spec.slug, &spec.text, &about.variant).ok();
                Ok(built.map(|scenario| Running::Reduced {
                    search: Box::new(Reduced::new(&scenario.model, bytes)),
                    scenario: Box::new(scenario),
                    told: false,
                }))
            }
            AsideTask::Change(place, edit) => {
                if about.file.is_none() {
                    about.file = Prepared::new(&spec.slug, &spec.text, &about.variant).ok();
                }
                let file = about.file.as_ref();
                let Some(changed) = file.and_then(|it| it.with(&edit).ok()) else {
                    return Err(AsideFound::Change(place, None));
                };
                let (limits, before) = (Limits::bytes(bytes), about.before.clone());
                let trial = Box::new(Trial::new(edit, changed, limits, before));
                Ok(Some(Running::Change(place, trial)))
            }
            AsideTask::Cell(era, device) => {
                let (slug, text) = (&spec.slug, &spec.text);
                let work = CellWork::new(slug, text, &about.variant, (era, device), bytes);
                Ok(Some(Running::Cell(work)))
            }
        }
    }
}

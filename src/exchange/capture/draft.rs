//! A stretch of a folio's history becomes a scenario: an actor a task, and the capture's order as a run of it.
//!
//! The programs have the steps that the capture shows, in the order in which each task made them, and what must have been between them: the
//! page lock, which is taken unseen, and the store whose fault was served. The run makes each step where its line stands; where the model
//! cannot go on, the capture departs from it.

use super::Capture;
use super::programs::Programs;
use super::replay::{COMPLETION, DISK, Run};
use super::stretch::Stretch;
use crate::exchange::made_file::{explored, run_verdicts, with_run};
use crate::explore::{Progress, Verdicts};
use crate::machine::{ActorId, Choice};
use crate::scenario::{Scenario, ScenarioError, Verdict, load};

/// The name of a capture's scenario in links.
const SLUG: &str = "capture";
/// Most events of a stretch that becomes a scenario.
const MOST_EVENTS: usize = 400;
/// Most tasks that become actors; a disk and a completion come besides.
const MOST_TASKS: usize = 6;

/// A stretch that becomes no scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// It has too many events.
    #[error(
        "The stretch has {found} events; at most {MOST_EVENTS} become a scenario. Take a shorter one."
    )]
    TooLong {
        /// How many it has.
        found: usize,
    },
    /// Too many tasks take part.
    #[error(
        "{found} tasks take part in the stretch; at most {MOST_TASKS} become actors. Take a shorter one."
    )]
    TooManyTasks {
        /// How many there are.
        found: usize,
    },
    /// Nothing in it is a step of the model.
    #[error("Nobody locks, cleans, writes or waits for the folio in the stretch.")]
    Nothing,
    /// The file does not build.
    #[error("The stretch becomes a scenario that does not build: {0}")]
    Unbuildable(ScenarioError),
}

/// A stretch as a scenario.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The scenario's file.
    pub text: String,
    /// The scenario.
    pub scenario: Scenario,
    /// The capture's order, as far as the model can go with it.
    pub choices: Vec<Choice>,
    /// How many choices are made when an event is reached: the event and the number, in the capture's order.
    pub reached: Vec<(u32, usize)>,
    /// The event at which the model cannot go on, and who it is that cannot.
    pub departs: Option<(u32, String)>,
    /// Events at which the model sleeps and the kernel did not, or the other way round.
    pub unlike: Vec<u32>,
    /// What the file has that the capture does not show.
    pub assumed: Vec<String>,
    /// What the capture's order comes to.
    pub drawn: Vec<Verdict>,
    /// What some order of the same steps comes to.
    pub all: Verdicts,
    /// How many states there are, and whether all were looked at.
    pub states: usize,
    /// Whether every order was looked at.
    pub complete: bool,
    /// A shortest run to each verdict.
    pub shortest: Vec<(Verdict, Vec<Choice>)>,
}

impl Capture {
    /// Makes a scenario of a stretch of a folio's history.
    ///
    /// # Errors
    /// [`DraftError`] where it is too long, or nothing in it is a step.
    pub fn draft(&self, folio: u32, stretch: Stretch) -> Result<Draft, DraftError> {
        let events = self.events_of(folio);
        let to = stretch.to.min(events.len());
        let events = &events[stretch.from.min(to)..to];
        if events.len() > MOST_EVENTS {
            return Err(DraftError::TooLong {
                found: events.len(),
            });
        }
        let mut programs = self.programs(events);
        if programs.io() && self.guards() {
            let words = "The disk has guard tags: `bio_integrity_prep` is in the capture, which kernels before 7.1 call for any disk.";
            programs.assumed.push(words.to_owned());
        }
        let found = programs
            .actors
            .iter()
            .filter(|it| !it.lines.is_empty())
            .count();
        if found > MOST_TASKS {
            return Err(DraftError::TooManyTasks { found });
        }
        if found == 0 {
            return Err(DraftError::Nothing);
        }
        let lines = |it: Option<&u32>| it.map_or(0, |it| self.events[*it as usize].line);
        let (first, last) = (lines(events.first()), lines(events.last()));
        let about = format!("{}, lines {first} to {last}", self.folio_name(folio));
        let text = self.file(&programs, &about, folio);
        let scenario = load(SLUG, &text).map_err(DraftError::Unbuildable)?;
        Ok(judged(scenario, text, programs))
    }
}

fn judged(scenario: Scenario, text: String, programs: Programs) -> Draft {
    let named = |name: &str| scenario.cast.iter().position(|it| it.name == name);
    let ids: Vec<ActorId> = scenario.model.actor_ids().collect();
    let id = |at: Option<usize>| at.and_then(|at| ids.get(at).copied());
    let (disk, completion, flusher) = (
        id(named("disk")),
        id(named("completion")),
        id(named("flusher_")),
    );
    let mut run = Run::new(&scenario, &programs.targets, disk, completion);
    if let Some(flusher) = flusher {
        run.make(flusher, "queue_bio");
        // Whether the disk took it is not in the stretch, and nothing says that it did not.
        if let Some(disk) = disk {
            run.read_early(disk);
        }
    }
    let (mut reached, mut departs, mut unlike) = (Vec::new(), None, Vec::new());
    for (at, target) in programs.targets.iter().enumerate() {
        run.frees(at);
        let actor = match target.actor {
            DISK => disk,
            COMPLETION => completion,
            index => id(named(&programs.actors[index].name)),
        };
        let Some(actor) = actor else { continue };
        let there = match target.actor {
            DISK if target.reach => {
                run.read_early(actor);
                true
            }
            _ => run.bring(actor, target),
        };
        if !there {
            departs = Some((target.event, scenario.cast[actor.index()].name.clone()));
            break;
        }
        if !run.agrees(actor, target) {
            unlike.push(target.event);
        }
        reached.push((target.event, run.choices.len()));
    }
    let choices = run.choices;
    let (text, scenario) = with_run(text, scenario, &choices);
    let space = explored(&scenario);
    let drawn = run_verdicts(&scenario, &choices);
    let findings = space.findings(&scenario.model).into_iter();
    Draft {
        text,
        choices,
        reached,
        departs,
        unlike,
        assumed: programs.assumed,
        drawn,
        all: space.verdicts(),
        states: space.states(),
        complete: space.progress() == Progress::Complete,
        shortest: findings.map(|it| (it.verdict, it.schedule)).collect(),
        scenario,
    }
}

//! All that a check of one scenario comes to, in one value, and where that differs from what its file
//! states. The terminal's `check` prints it.

use std::fmt;

use crate::machine::{ActorId, Choice, History, Invariant, Model, Op, end};
use crate::scenario::{Scenario, StallBound, Verdict, words};

use super::checker::MOST_KNOWN;
use super::fairness::{Sleep, longest_sleep};
use super::foresight::Foresight;
use super::graph::Graph;
use super::odds::{Odds, TooManyEquations};
use super::onward::onward;
use super::reduced::Reduced;
use super::space::{Finding, Limits, Progress, Space};
use super::story::Story;
use super::verdicts::Verdicts;

/// How much of what can be reached was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Every reachable state.
    Complete,
    /// Memory was full; a reduced search, with so many states of its own, then looked at everything.
    Reduced {
        /// States it stored.
        states: usize,
        /// Whether runs can go round, so that there may be a livelock: the reduced search cannot tell.
        may_loop: bool,
        /// Whether the steps to each verdict are the fewest. If not, memory was full for the search for them.
        fewest: bool,
    },
    /// Not everything: memory was full for both searches. A verdict that was not met may still be there.
    Partial,
}

/// What the opening run of a file shows, on the device and in the kernel the file is written for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// For a file that has none, one it could have: a shortest failure, after which everybody goes on in turn
    /// until nobody can.
    pub proposed: Option<Vec<Choice>>,
    /// Its verdicts.
    pub verdicts: Vec<Verdict>,
    /// The invariants it breaks, in the order of breaking.
    pub breaks: Vec<Invariant>,
    /// Whether it stops where somebody could go on and no run comes round again.
    pub stops_short: bool,
}

/// What a check of a scenario found, on its device and in its kernel.
#[derive(Clone, Debug)]
pub struct Report {
    /// How much was looked at.
    pub coverage: Coverage,
    /// Distinct states found.
    pub states: usize,
    /// Steps taken between them.
    pub transitions: u64,
    /// States in which nobody can move.
    pub ends: u32,
    /// Steps of the longest shortest schedule to any state looked at.
    pub depth: u32,
    /// Whether some schedule changes bytes between checksum and completion, noticed or not.
    pub unstable: bool,
    /// Whether some run ends with I5 broken and nothing else, of which no verdict tells.
    pub needless_write: bool,
    /// How many instructions the search reached, of how many there are.
    pub reached: (usize, usize),
    /// The verdicts met, each with the fewest steps to it.
    pub verdicts: Vec<(Verdict, usize)>,
    /// For each of them a shortest schedule: of those one with the fewest changes of actor. None for a
    /// verdict that only the reduced search met.
    pub findings: Vec<Finding>,
    /// The odds; none where not everything was looked at, or too much for exact numbers.
    pub odds: Option<Result<Odds, TooManyEquations>>,
    /// What the opening run shows, if this is the device, kernel and ordering it is written for.
    pub opening: Option<Opening>,
    /// How long the actor of the file's `[stall]` must sleep at worst, on the same condition.
    pub sleep: Option<Sleep>,
}

/// How many instructions of all actors a search reached, of how many there are.
fn reached(model: &Model, space: &Space) -> (usize, usize) {
    let of = |actor: ActorId| {
        let code = model.actors[actor.index()].code.iter().enumerate();
        let code = code.filter(|(_, it)| it.op != Op::Goto);
        code.map(move |(pc, _)| space.ran(actor, pc) > 0)
    };
    let all: Vec<bool> = model.actor_ids().flat_map(of).collect();
    (all.iter().filter(|it| **it).count(), all.len())
}

/// Where a file states something else than was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Other verdicts.
    Verdicts {
        /// By the file.
        stated: Vec<Verdict>,
        /// By the search.
        found: Vec<Verdict>,
    },
    /// The file states verdicts, and they were neither shown nor refuted.
    NotExplored {
        /// By the file.
        stated: Vec<Verdict>,
    },
    /// The opening run shows other verdicts.
    Opening {
        /// By the file.
        stated: Vec<Verdict>,
        /// By the run.
        found: Vec<Verdict>,
    },
    /// The opening run breaks other invariants, or in another order.
    Breaks {
        /// By the file.
        stated: Vec<Invariant>,
        /// By the run.
        found: Vec<Invariant>,
    },
    /// The opening run stops before its end.
    StopsShort,
    /// The longest sleep is another one.
    Sleep {
        /// By the file.
        stated: StallBound,
        /// By the search.
        found: Sleep,
        /// The actors' names.
        names: Vec<String>,
    },
}

impl Report {
    /// Looks at every schedule of a scenario, with so many bytes of memory at most for states and graph.
    pub fn of(scenario: &Scenario, bytes: usize) -> Report {
        let model = &scenario.model;
        let limits = Limits::bytes(bytes);
        let space = Space::explore(model, model.initial, limits);
        let complete = space.progress() == Progress::Complete;
        let graph = space.graph().filter(|_| space.states() <= MOST_KNOWN);
        let findings = match graph {
            Some(graph) => Foresight::of(graph).findings(model, &space, graph),
            None => space.findings(model),
        };
        let own = scenario.era == scenario.own_era
            && scenario.device == scenario.own_device
            && scenario.own_edits.is_empty();
        let mut report = Report {
            coverage: Coverage::Complete,
            states: space.states(),
            transitions: space.edges(),
            ends: space.ends(),
            depth: space.depth(),
            unstable: space.unstable(),
            needless_write: space.needless_write(),
            reached: reached(model, &space),
            verdicts: (findings.iter())
                .map(|finding| (finding.verdict, finding.schedule.len()))
                .collect(),
            odds: graph.filter(|_| complete).map(Odds::of),
            opening: own.then(|| {
                let failure = findings.iter().find(|it| it.verdict.fails());
                Opening::of(scenario, &space, failure)
            }),
            sleep: (space.graph().zip(scenario.stall))
                .filter(|_| own && complete)
                .map(|(graph, bound)| {
                    let world = |state| space.world(state);
                    longest_sleep(model, graph, &world, bound.actor)
                }),
            findings,
        };
        // The reduced search gets the memory of the full one.
        drop(space);
        if !complete {
            report.search_reduced(scenario, bytes);
        }
        report
    }

    fn search_reduced(&mut self, scenario: &Scenario, bytes: usize) {
        let reduced = Reduced::explore(&scenario.model, bytes);
        self.coverage = match reduced.progress() {
            Progress::Complete => Coverage::Reduced {
                states: reduced.states(),
                may_loop: reduced.may_loop(),
                fewest: reduced.are_fewest(),
            },
            _ => Coverage::Partial,
        };
        for (verdict, steps) in reduced.verdicts() {
            if !self.found().contains(&verdict) {
                self.verdicts.push((verdict, steps.into()));
            }
        }
        self.verdicts.sort();
    }

    /// The verdicts met.
    pub fn found(&self) -> Vec<Verdict> {
        self.verdicts.iter().map(|(verdict, _)| *verdict).collect()
    }

    /// Whether nothing that was met is a failure.
    pub fn safe(&self) -> bool {
        !self.verdicts.iter().any(|(verdict, _)| verdict.fails())
    }

    /// Whether the verdicts met are all there are: only then does none mean *safe*.
    pub fn settled(&self) -> bool {
        match self.coverage {
            Coverage::Complete => true,
            Coverage::Reduced { may_loop, .. } => !may_loop,
            Coverage::Partial => false,
        }
    }

    /// What the scenario's file states otherwise.
    pub fn differences(&self, scenario: &Scenario) -> Vec<Difference> {
        let mut all = Vec::new();
        if let Some(stated) = scenario.stated() {
            let (stated, found) = (stated.to_vec(), self.found());
            // A verdict that was met and is not stated is a difference, however much is left to look at.
            let beyond = found.iter().any(|verdict| !stated.contains(verdict));
            if beyond || self.settled() && found != stated {
                all.push(Difference::Verdicts { stated, found });
            } else if !self.settled() {
                all.push(Difference::NotExplored { stated });
            }
        }
        if let Some(opening) = &self.opening {
            // A draft says neither what its opening run shows nor what can come of it.
            let draft = scenario.stated().is_none() && scenario.opening.is_empty();
            if opening.verdicts != scenario.opening && !draft {
                all.push(Difference::Opening {
                    stated: scenario.opening.clone(),
                    found: opening.verdicts.clone(),
                });
            }
            let draft = opening.proposed.is_some() && scenario.breaks.is_empty();
            if opening.breaks != scenario.breaks && !draft {
                all.push(Difference::Breaks {
                    stated: scenario.breaks.clone(),
                    found: opening.breaks.clone(),
                });
            }
            if opening.stops_short {
                all.push(Difference::StopsShort);
            }
        }
        if let Some((found, stated)) = self.sleep.zip(scenario.stall)
            && found != Sleep::Steps(stated.steps, stated.behind)
        {
            let names = scenario.cast.iter().map(|actor| actor.name.clone());
            let names = names.collect();
            all.push(Difference::Sleep {
                stated,
                found,
                names,
            });
        }
        all
    }
}

impl Opening {
    /// Makes the opening run. Whether the run ends in a livelock only the search knows, as that is a
    /// question about what can come after it.
    fn of(scenario: &Scenario, space: &Space, failure: Option<&Finding>) -> Opening {
        let model = &scenario.model;
        let proposed = scenario.schedule.is_empty();
        let proposed = proposed.then(|| propose(model, failure));
        let mut history = History::new(model);
        for choice in proposed.as_ref().unwrap_or(&scenario.schedule) {
            history.choose(model, *choice);
        }
        let story = Story::of(model, &history);
        let last = history.world();
        let known = space.graph().zip(space.find(last));
        let known = known.filter(|(graph, state)| (*state as usize) < graph.states());
        let mut verdicts: Verdicts = story.verdicts(model).into_iter().collect();
        if known.is_some_and(|(graph, state)| graph.verdicts_at(state).has(Verdict::Livelock)) {
            verdicts.add(Verdicts::one(Verdict::Livelock));
        }
        let goes_round = |graph: &Graph, state: u32| {
            let order = graph.order();
            graph.steps(state).any(|edge| order.inside(state, edge.to))
        };
        let mut broken = story.broken.clone();
        broken.sort_by_key(|(invariant, step)| (*step, *invariant as usize));
        Opening {
            proposed,
            verdicts: verdicts.iter().collect(),
            breaks: broken.into_iter().map(|(invariant, _)| invariant).collect(),
            stops_short: end(model, last).is_none()
                && known.is_some_and(|(graph, state)| !goes_round(graph, state)),
        }
    }
}

/// A run that begins with a failure, if there is one, and goes on until nobody can move.
fn propose(model: &Model, failure: Option<&Finding>) -> Vec<Choice> {
    onward(
        model,
        failure.map_or(Vec::new(), |failure| failure.schedule.clone()),
    )
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Difference::Verdicts { stated, found } => write!(
                out,
                "[expect] states {}, and the search found {}",
                words(stated),
                words(found)
            ),
            Difference::NotExplored { stated } => write!(
                out,
                "[expect] states {}, and not all was explored, so that is neither shown nor refuted: grant more memory",
                words(stated)
            ),
            Difference::Opening { stated, found } => write!(
                out,
                "the opening run is to show {} (\"opening\", or else [expect]), and shows {}",
                words(stated),
                words(found)
            ),
            Difference::Breaks { stated, found } => write!(
                out,
                "\"breaks\" states {}, and the opening run breaks {}",
                numbers(stated),
                numbers(found)
            ),
            Difference::StopsShort => write!(
                out,
                "the opening run stops where somebody could go on: lengthen \"schedule\", for instance with \"disk until stuck\""
            ),
            Difference::Sleep {
                stated,
                found,
                names,
            } => {
                let name = |actor: ActorId| names.get(actor.index()).map_or("", String::as_str);
                write!(
                    out,
                    "[stall] states that {} sleeps {} steps at worst, behind {}, and it sleeps ",
                    name(stated.actor),
                    stated.steps,
                    name(stated.behind),
                )?;
                match found {
                    Sleep::Steps(steps, behind) => write!(out, "{steps}, behind {}", name(*behind)),
                    Sleep::Forever => write!(out, "for ever"),
                }
            }
        }
    }
}

/// "I3, I2", or "none".
fn numbers(invariants: &[Invariant]) -> String {
    match invariants {
        [] => "none".to_owned(),
        _ => {
            let numbers = invariants.iter().map(|invariant| invariant.name().0);
            numbers.collect::<Vec<&str>>().join(", ")
        }
    }
}

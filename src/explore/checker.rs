//! The checker at work: takes requests, does a slice of the search under way, sends responses.
//!
//! It has no clock and no thread of its own. The page's worker runs it, or, where no worker may
//! run, the page itself in small slices; the tests run it as it is.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::machine::{Choice, World, step_possible, ways};
use crate::scenario::{Packed, Scenario, Verdict, load_variant};

use super::aside::{AsideAnswer, AsideFound, AsideRequest, AsideTask};
use super::asides::Asides;
use super::costs::costs;
use super::deeds::Profile;
use super::expectation::failing_shares;
use super::foresight::{Fate, Foresight};
use super::matrix::{CellFound, MatrixCell, MatrixWork};
use super::messages::{
    Ahead, CheckerMessage, CheckerRequest, CheckerResponse, CostsOf, DecimalOdds, Outlook,
    ReducedResult, ScenarioSpec, SearchProgress, SearchResult,
};
use super::mutants::{Mutant, MutantWork};
use super::odds::{Odds, OddsWork};
use super::race::RaceMap;
use super::reduced::Reduced;
use super::round::round_of;
use super::space::{Limits, Progress, Space};

/// How many states are looked at between two looks at the clock.
const SLICE: usize = 2_000;
/// In graphs of more states than this only the verdicts are known: a question about the whole graph is
/// answered in one go, during which no other request is taken.
pub(super) const MOST_KNOWN: usize = 1_000_000;
/// From so many states on the reduced search goes along with the plain one: it is the sooner to know the verdicts.
const MANY: usize = 5_000;
/// From so many states on it does so in a worker beside the checker if there is one, which costs the plain search nothing.
const MANY_FOR_ASIDE: usize = 2_000;
/// Once the reduced search itself has so many, such a worker is asked for, and begins it anew: to start one takes longer than a smaller search.
const LONG: usize = 40_000;
/// Of more states than this it is not looked up what each step does; that takes some 0.1 s.
const MOST_PROFILED: usize = 200_000;

/// What is computed from the graph as a whole, once the search is over.
struct Known {
    foresight: Foresight,
    /// For each state the share of schedules that fail; empty where the search was not complete.
    shares: Vec<f64>,
}

/// A scenario under check.
struct Case {
    spec: ScenarioSpec,
    scenario: Scenario,
    space: Space,
    began: f64,
    known: Option<Known>,
    odds: Option<OddsWork>,
    /// The search that looks at fewer states, where there are many.
    reduced: Option<Reduced>,
    /// Whether its verdicts were told.
    told: bool,
    /// Whether it is its turn.
    its_turn: bool,
    /// The same search in a worker beside the checker.
    aside: ReducedAside,
    mutants: Option<MutantWork>,
    /// What all runs come to, once somebody has asked for it.
    profile: Option<Arc<Profile>>,
    matrix: Option<MatrixWork>,
}

impl Case {
    /// Computes what is [`Known`] from the graph, unless that was done or the graph is too large for it.
    fn learn(&mut self) {
        let few = self.space.states() <= MOST_KNOWN;
        let Some(graph) = self.space.graph().filter(|_| few && self.known.is_none()) else {
            return;
        };
        self.known = Some(Known {
            shares: match self.space.progress() {
                Progress::Complete => failing_shares(graph),
                _ => Vec::new(),
            },
            foresight: Foresight::of(graph),
        });
    }
}

/// A reduced search in a worker beside the checker.
enum ReducedAside {
    /// There is none.
    None,
    /// This worker makes it.
    With(usize),
    /// It is over; this is what it met.
    Over(ReducedResult),
}

/// Another ordering, whose costs are wanted.
struct Other {
    scenario: Scenario,
    space: Space,
}

/// The checker's state: the scenario under check, the requests that wait, and the work on their
/// responses. The worker, the page or a test keeps it.
pub struct Checker {
    /// The time in milliseconds.
    clock: fn() -> f64,
    turn: u32,
    bytes: usize,
    case: Option<Case>,
    other: Option<Other>,
    asides: Asides,
    /// Requests to be answered once the search is over.
    waiting: VecDeque<CheckerRequest>,
    /// When progress was last reported.
    reported: f64,
}

/// Milliseconds between two reports of progress.
const REPORT: f64 = 90.0;

impl Checker {
    /// A checker that has nothing to do.
    pub fn new(clock: fn() -> f64) -> Checker {
        Checker {
            clock,
            turn: 0,
            bytes: 0,
            case: None,
            other: None,
            asides: Asides::default(),
            waiting: VecDeque::new(),
            reported: 0.0,
        }
    }

    /// Takes a request; the response comes at once or from [`work`](Checker::work).
    pub fn handle(&mut self, request: CheckerRequest, send: &mut dyn FnMut(CheckerMessage)) {
        match request {
            CheckerRequest::Check { turn, spec, bytes } => {
                self.asides.begin();
                *self = Checker {
                    turn,
                    bytes: usize::try_from(bytes).unwrap_or(usize::MAX),
                    reported: (self.clock)(),
                    asides: std::mem::take(&mut self.asides),
                    ..Checker::new(self.clock)
                };
                match load_variant(&spec.slug, &spec.text, &spec.variant()) {
                    Ok(scenario) => {
                        let limits = self.limits();
                        self.case = Some(Case {
                            space: Space::new(&scenario.model, scenario.model.initial, limits),
                            spec,
                            scenario,
                            began: (self.clock)(),
                            known: None,
                            odds: None,
                            reduced: None,
                            told: false,
                            its_turn: false,
                            aside: ReducedAside::None,
                            mutants: None,
                            profile: None,
                            matrix: None,
                        });
                    }
                    Err(error) => self.respond(send, CheckerResponse::Failed(error.to_string())),
                }
            }
            CheckerRequest::Stop => self.stop(send),
            CheckerRequest::Build { number, spec } => {
                let built = Packed::build(&spec.slug, &spec.text, &spec.variant());
                let built = built.map(|packed| packed.bytes());
                let built = built.map_err(|error| error.to_string());
                self.respond(send, CheckerResponse::Built(number, built));
            }
            // Of the requests of one kind only the newest matters.
            request => {
                let kind = std::mem::discriminant(&request);
                self.waiting
                    .retain(|waiting| std::mem::discriminant(waiting) != kind);
                self.waiting.push_back(request);
            }
        }
    }

    fn limits(&self) -> Limits {
        Limits::bytes(self.bytes)
    }

    fn respond(&self, send: &mut dyn FnMut(CheckerMessage), response: CheckerResponse) {
        send(CheckerMessage {
            turn: self.turn,
            response,
        });
    }

    fn stop(&mut self, send: &mut dyn FnMut(CheckerMessage)) {
        self.other = None;
        let matrix_waits = self.waiting.contains(&CheckerRequest::Matrix);
        self.waiting.clear();
        self.asides.begin();
        let Some(case) = &mut self.case else {
            return;
        };
        case.odds = None;
        case.reduced = None;
        case.aside = ReducedAside::None;
        if case.matrix.take().is_some() || matrix_waits {
            let (cells, left) = (Vec::new(), 0);
            self.respond(send, CheckerResponse::Matrix { cells, left });
        }
        let Some(case) = &mut self.case else {
            return;
        };
        if let Some(mutants) = case.mutants.take() {
            let (left, same) = (0, mutants.same);
            let found = Vec::new();
            self.respond(send, CheckerResponse::Mutants { found, left, same });
        } else if case.space.progress() == Progress::Running {
            case.space.stop();
            self.report(true, send);
        }
    }

    /// Whether there is anything to do.
    pub fn busy(&self) -> bool {
        let Some(case) = &self.case else {
            return false;
        };
        case.space.progress() == Progress::Running
            || case.odds.is_some()
            || case.reduced.is_some()
            || case.mutants.as_ref().is_some_and(MutantWork::busy)
            || case.matrix.as_ref().is_some_and(MatrixWork::busy)
            || self.other.is_some()
            || !self.waiting.is_empty()
    }

    /// Works until the clock says so or nothing is left to do, or the reduced search has told its verdicts, which are to be
    /// shown before the plain one goes on.
    pub fn work(&mut self, until: f64, send: &mut dyn FnMut(CheckerMessage)) {
        let told = self.told();
        while self.busy() && (self.clock)() < until && self.told() == told {
            self.slice(send);
        }
    }

    /// Whether the reduced search has told its verdicts.
    fn told(&self) -> bool {
        self.case.as_ref().is_some_and(|case| case.told)
    }

    fn slice(&mut self, send: &mut dyn FnMut(CheckerMessage)) {
        let Some(case) = &mut self.case else {
            return;
        };
        if case.space.progress() == Progress::Running {
            let states = case.space.states();
            let here = matches!(case.aside, ReducedAside::None);
            let long = case.reduced.as_ref().map(|it| it.states() > LONG);
            if long == Some(true) && !case.told {
                self.asides.want();
            }
            if states > MANY_FOR_ASIDE
                && here
                && !case.told
                && long != Some(false)
                && let Some(number) = self.asides.free()
            {
                case.reduced = None;
                case.aside = ReducedAside::With(number);
                let of = (self.turn, &case.spec, self.bytes);
                self.asides.give(number, AsideTask::Reduced, of);
            }
            case.its_turn = !case.its_turn && !case.told && here && states > MANY;
            // While the reduced search goes along most of the time is its own.
            let states = match case.reduced.is_some() && !case.told {
                true => SLICE / 20,
                false => SLICE,
            };
            if case.its_turn {
                self.look_reduced(send);
            } else if case.space.advance(&case.scenario.model, states) != Progress::Running {
                self.report(false, send);
            } else if (self.clock)() - self.reported > REPORT {
                self.reported = (self.clock)();
                let response = CheckerResponse::Progress(self.progress());
                self.respond(send, response);
            }
        } else if let Some(request) = self.waiting.pop_front() {
            self.answer(request, send);
        } else if let Some(odds) = &mut case.odds {
            let Some(graph) = case.space.graph() else {
                return;
            };
            if let Some(done) = odds.advance(graph, SLICE) {
                case.odds = None;
                let done = done.map(|odds| decimal(&odds));
                let response = done.map_err(|error| error.to_string());
                self.respond(send, CheckerResponse::Odds(response));
            }
        } else if case.reduced.is_some() {
            self.look_reduced(send);
        } else if let Some(other) = &mut self.other {
            let model = &other.scenario.model;
            if other.space.advance(model, SLICE) == Progress::Running {
                return;
            }
            let complete = other.space.progress() == Progress::Complete;
            let response = match (other.space.graph(), complete) {
                (Some(graph), true) => {
                    let (space, of) = (&other.space, &other.scenario);
                    CheckerResponse::CostsOf(CostsOf {
                        title: of.title.clone(),
                        device: of.device,
                        era: of.era,
                        verdicts: space.verdicts(),
                        bills: costs(model, graph, &|state| space.world(state)),
                    })
                }
                _ => CheckerResponse::Failed(format!(
                    "\u{201c}{}\u{201d} has more states than memory is granted for, so its costs are not known.",
                    other.scenario.title
                )),
            };
            self.other = None;
            self.respond(send, response);
        } else if let Some(matrix) = &mut case.matrix {
            let cells: Vec<_> = matrix.advance(SLICE).into_iter().collect();
            self.tell_cells(cells, send);
            self.give_away();
        } else if let Some(mutants) = &mut case.mutants {
            let found = mutants.advance(SLICE);
            self.tell_mutants(found, send);
            self.give_away();
        }
    }

    /// Tells what some places of the matrix come to.
    fn tell_cells(&mut self, cells: Vec<MatrixCell>, send: &mut dyn FnMut(CheckerMessage)) {
        let Some(case) = &mut self.case else {
            return;
        };
        let left = case.matrix.as_ref().map_or(0, MatrixWork::left) as u32;
        if left == 0 {
            case.matrix = None;
        }
        if left == 0 || !cells.is_empty() {
            self.respond(send, CheckerResponse::Matrix { cells, left });
        }
    }

    /// Tells what came of a change, and of those behind it that are known.
    fn tell_mutants(&mut self, found: Option<Mutant>, send: &mut dyn FnMut(CheckerMessage)) {
        let Some(case) = &mut self.case else {
            return;
        };
        let Some(mutants) = &mut case.mutants else {
            return;
        };
        let mut found: Vec<_> = found.into_iter().collect();
        found.extend(std::iter::from_fn(|| mutants.next_found()));
        let (left, same) = (mutants.left() as u32, std::mem::take(&mut mutants.same));
        if left == 0 {
            case.mutants = None;
        }
        if left == 0 || !found.is_empty() || !same.is_empty() {
            self.respond(send, CheckerResponse::Mutants { found, left, same });
        }
    }

    /// Gives work to those beside the checker who have room for it.
    fn give_away(&mut self) {
        let Some(case) = &mut self.case else {
            return;
        };
        // Each of them may come to take as much memory as the scenario itself; all together no more than is granted.
        if case.space.bytes().saturating_mul(self.asides.many() + 1) > self.bytes {
            return;
        }
        let of = (self.turn, &case.spec, self.bytes);
        while let Some(number) = self.asides.free() {
            let cell = case.matrix.as_mut().and_then(|it| it.give_away(number));
            let cell = cell.map(|(era, device)| AsideTask::Cell(era, device));
            let task = cell.or_else(|| {
                let (place, edit) = case.mutants.as_mut()?.give_away(number)?;
                Some(AsideTask::Change(place, edit))
            });
            match task {
                Some(task) => self.asides.give(number, task, of),
                None => return,
            }
        }
    }

    /// Whether workers beside the checker would have something to do.
    pub fn wants_asides(&self) -> bool {
        self.asides.are_wanted()
    }

    /// What workers beside the checker are to be asked, each by its number.
    pub fn to_asides(&mut self) -> Vec<(usize, AsideRequest)> {
        self.asides.requests()
    }

    /// Notes that a worker beside the checker is there.
    pub fn add_aside(&mut self, number: usize) {
        self.asides.add(number);
        self.give_away();
    }

    /// Notes that a worker beside the checker is gone: what it was asked is done here.
    pub fn remove_aside(&mut self, number: usize) {
        self.asides.remove(number);
        let Some(case) = &mut self.case else {
            return;
        };
        if matches!(case.aside, ReducedAside::With(with) if with == number) {
            case.aside = ReducedAside::None;
            if case.space.progress() == Progress::Full {
                let model = &case.scenario.model;
                case.reduced = Some(Reduced::new(model, self.bytes));
            }
        }
        if let Some(mutants) = &mut case.mutants {
            mutants.take_back(number);
        }
        if let Some(matrix) = &mut case.matrix {
            matrix.take_back(number);
        }
    }

    /// Takes the answer of a worker beside the checker.
    pub fn take_aside(
        &mut self,
        number: usize,
        answer: AsideAnswer,
        send: &mut dyn FnMut(CheckerMessage),
    ) {
        let Some(case) = self.case.as_mut().filter(|_| answer.turn == self.turn) else {
            return;
        };
        match answer.found {
            AsideFound::Reduced { met, over } => {
                if over {
                    self.asides.done(number);
                }
                if !matches!(case.aside, ReducedAside::With(with) if with == number) {
                    return;
                }
                // Of a search that is complete everything is known.
                let asked = match case.space.progress() {
                    Progress::Running => !case.told,
                    Progress::Full => true,
                    Progress::Complete | Progress::Stopped => false,
                };
                let tells = asked && (met.complete || case.space.progress() == Progress::Full);
                case.told |= tells;
                if over {
                    case.aside = ReducedAside::Over(met.clone());
                }
                if tells {
                    self.respond(send, CheckerResponse::Reduced(met));
                }
            }
            AsideFound::Change(place, found) => {
                self.asides.done(number);
                if let Some(mutants) = &mut case.mutants {
                    mutants.came_back(place, found.map(|it| *it));
                    self.tell_mutants(None, send);
                }
            }
            AsideFound::Cell(cell) => {
                self.asides.done(number);
                let matrix = case.matrix.as_mut();
                if matrix.is_some_and(|it| it.came_back(&cell)) {
                    self.tell_cells(vec![*cell], send);
                }
            }
        }
        self.give_away();
    }

    /// A slice of the reduced search (a small one: a state takes it longer), which tells its verdicts as soon as it has all of them, and how soon each can be
    /// reached once that is known. While the plain search goes on, which finds that too, it is not looked for.
    fn look_reduced(&mut self, send: &mut dyn FnMut(CheckerMessage)) {
        let bytes = self.bytes;
        let Some(case) = &mut self.case else {
            return;
        };
        let model = &case.scenario.model;
        let reduced = case
            .reduced
            .get_or_insert_with(|| Reduced::new(model, bytes));
        let beside = case.space.progress() == Progress::Running;
        let over = reduced.progress() != Progress::Running
            || reduced.advance(model, SLICE / 4) != Progress::Running;
        let complete = reduced.all_met();
        if beside && over && !complete {
            // Out of memory: the plain search may still come to its end.
            case.told = true;
            return;
        }
        let tells = over || beside && complete;
        let response = tells.then(|| CheckerResponse::Reduced(reduced.result()));
        case.told |= tells;
        if over && !beside {
            case.reduced = None;
        }
        if let Some(response) = response {
            self.respond(send, response);
        }
    }

    /// What all runs of the scenario under check come to; none where not everything was looked at, or there is too much of it.
    pub fn profile(&mut self) -> Option<Arc<Profile>> {
        let case = self.case.as_mut()?;
        let small = case.space.states() <= MOST_PROFILED;
        if case.profile.is_none() && small && case.space.progress() == Progress::Complete {
            case.profile = Profile::of(&case.scenario, &case.space).map(Arc::new);
        }
        case.profile.clone()
    }

    fn progress(&self) -> SearchProgress {
        let Some(case) = &self.case else {
            return SearchProgress {
                states: 0,
                frontier: 0,
                edges: 0,
                depth: 0,
                millis: 0,
                verdicts: super::verdicts::Verdicts::NONE,
            };
        };
        SearchProgress {
            states: case.space.states() as u32,
            frontier: case.space.frontier() as u32,
            edges: case.space.edges(),
            depth: case.space.depth(),
            millis: ((self.clock)() - case.began) as u32,
            verdicts: case.space.verdicts(),
        }
    }

    /// Sends what the search found, be it complete, stopped or out of memory.
    fn report(&mut self, stopped: bool, send: &mut dyn FnMut(CheckerMessage)) {
        let progress = self.progress();
        let Some(case) = &mut self.case else {
            return;
        };
        // After a stop nothing more is computed: it takes long, and the visitor wants an end now.
        if !stopped {
            case.learn();
        }
        let Some(graph) = case.space.graph() else {
            return;
        };
        let complete = case.space.progress() == Progress::Complete;
        let model = &case.scenario.model;
        let findings = match &case.known {
            Some(known) => known.foresight.findings(model, &case.space, graph),
            None => case.space.findings(model),
        };
        let findings = findings.into_iter();
        let findings = findings.map(|finding| (finding.verdict, finding.schedule));
        let findings: Vec<_> = findings.collect();
        let actors = model.actor_ids().zip(&model.actors);
        let response = SearchResult {
            progress,
            complete,
            stopped,
            ends: case.space.ends(),
            unstable: case.space.unstable(),
            needless_write: case.space.needless_write(),
            bytes: case.space.bytes() as u64,
            round: round_of(graph, &findings),
            findings,
            ran: actors
                .map(|(number, actor)| {
                    let pcs = 0..actor.code.len();
                    pcs.map(|pc| case.space.ran(number, pc)).collect()
                })
                .collect(),
        };
        case.odds = (complete && case.known.is_some()).then(|| OddsWork::new(graph));
        let mut met = None;
        match (case.space.progress(), &case.aside) {
            (Progress::Full, ReducedAside::None) => {
                let reduced = || Reduced::new(model, self.bytes);
                case.reduced.get_or_insert_with(reduced);
            }
            (Progress::Full, ReducedAside::Over(known)) => met = Some(known.clone()),
            (Progress::Full, ReducedAside::With(_)) => {}
            (_, ReducedAside::With(number)) => {
                self.asides.recall(*number);
                case.aside = ReducedAside::None;
            }
            _ => case.reduced = None,
        }
        self.respond(send, CheckerResponse::Checked(Box::new(response)));
        if let Some(met) = met {
            self.respond(send, CheckerResponse::Reduced(met));
        }
    }

    /// Begins to look at the ordering in every other kernel and on every other device. What it comes to where it stands
    /// is known.
    fn begin_matrix(&mut self, send: &mut dyn FnMut(CheckerMessage)) {
        let bytes = self.bytes;
        let Some(case) = &mut self.case else {
            return;
        };
        let variant = case.spec.variant();
        let work = MatrixWork::new(&case.scenario, &case.spec.text, &variant, bytes);
        let left = work.left() as u32;
        case.matrix = Some(work);
        self.asides.want();
        let cells = vec![MatrixCell {
            era: case.scenario.era,
            device: case.scenario.device,
            found: Ok(CellFound::of(&case.scenario, &case.space)),
        }];
        self.respond(send, CheckerResponse::Matrix { cells, left });
    }

    fn answer(&mut self, request: CheckerRequest, send: &mut dyn FnMut(CheckerMessage)) {
        let limits = self.limits();
        let profile = match request {
            CheckerRequest::Mutants => self.profile(),
            _ => None,
        };
        let Some(case) = &mut self.case else {
            return;
        };
        if let CheckerRequest::Matrix = request {
            return self.begin_matrix(send);
        }
        case.learn();
        let (Some(graph), Some(known)) = (case.space.graph(), &case.known) else {
            return self.respond(
                send,
                match request {
                    CheckerRequest::Outlooks { .. } => CheckerResponse::Outlooks(Vec::new()),
                    _ => CheckerResponse::Failed(format!(
                        "More than {MOST_KNOWN} states: verdicts are all that is known of so many here."
                    )),
                },
            );
        };
        let model = &case.scenario.model;
        let complete = case.space.progress() == Progress::Complete;
        let response = match request {
            CheckerRequest::Outlooks { schedule } => {
                // The state at the end of a schedule, if it was looked at.
                let state = |schedule| {
                    let world = replay(&case.scenario, schedule);
                    let state = world.and_then(|world| case.space.find(&world));
                    state.filter(|state| (*state as usize) < graph.states())
                };
                let here = state(&schedule);
                let before = here.and_then(|_| state(schedule.split_last()?.1));
                let after = here.into_iter().flat_map(|here| graph.steps(here));
                let after = after
                    .map(|edge| edge.to)
                    .filter(|to| (*to as usize) < graph.states());
                let mut states: Vec<u32> = Vec::new();
                for state in here.into_iter().chain(before).chain(after) {
                    if !states.contains(&state) {
                        states.push(state);
                    }
                }
                let outlooks = states.into_iter();
                let outlooks =
                    outlooks.map(|state| (case.space.world(state), outlook(case, known, state)));
                CheckerResponse::Outlooks(outlooks.collect())
            }
            CheckerRequest::FindFailure { schedule } => {
                let world = replay(&case.scenario, &schedule);
                let from = world.and_then(|world| case.space.find(&world));
                let way = from.and_then(|state| {
                    let ahead = known.foresight.ahead(state);
                    let ahead = ahead.filter(|(_, steps)| *steps > 0);
                    // What the scenario is about comes before what is merely nearer.
                    let own = case.scenario.as_written();
                    let other = |verdict| !(own && case.scenario.opening.contains(&verdict));
                    let (verdict, _) =
                        ahead.min_by_key(|(verdict, steps)| (other(*verdict), *steps))?;
                    known.foresight.witness(graph, state, verdict)
                });
                let states = case.space.states() as u32;
                way.map_or(
                    CheckerResponse::NoFailure { complete, states },
                    CheckerResponse::Failure,
                )
            }
            CheckerRequest::RaceMap(actors) => {
                let many = model.actors.len();
                match actors.0.index() < many && actors.1.index() < many && actors.0 != actors.1 {
                    true => {
                        let space = &case.space;
                        CheckerResponse::RaceMap(RaceMap::of(
                            model,
                            space,
                            &known.foresight,
                            actors,
                        ))
                    }
                    false => {
                        CheckerResponse::Failed("A race map takes two different actors.".to_owned())
                    }
                }
            }
            CheckerRequest::Schedule(state) if (state as usize) < case.space.states() => {
                CheckerResponse::Schedule(case.space.schedule(model, state))
            }
            CheckerRequest::Costs if complete => {
                let space = &case.space;
                CheckerResponse::Costs(costs(model, graph, &|state| space.world(state)))
            }
            CheckerRequest::Mutants => {
                let ScenarioSpec { text, .. } = &case.spec;
                let variant = case.spec.variant();
                self.asides.want();
                self.asides.begin_changes(profile.clone());
                let work = MutantWork::new(&case.scenario, text, &variant, limits.bytes, profile);
                case.mutants = Some(work);
                return;
            }
            CheckerRequest::CostsOf(spec) => {
                match load_variant(&spec.slug, &spec.text, &spec.variant()) {
                    Ok(scenario) => {
                        let space = Space::new(&scenario.model, scenario.model.initial, limits);
                        self.other = Some(Other { scenario, space });
                        return;
                    }
                    Err(error) => CheckerResponse::Failed(error.to_string()),
                }
            }
            CheckerRequest::Costs | CheckerRequest::Schedule(_) => CheckerResponse::Failed(
                "Not everything was looked at, so this is not known.".to_owned(),
            ),
            CheckerRequest::Check { .. }
            | CheckerRequest::Stop
            | CheckerRequest::Matrix
            | CheckerRequest::Build { .. } => return,
        };
        self.respond(send, response);
    }
}

/// The world at the end of a schedule; none where a step of it is not possible.
fn replay(scenario: &Scenario, schedule: &[Choice]) -> Option<World> {
    let model = &scenario.model;
    let mut world = model.initial;
    for choice in schedule {
        if choice.way >= ways(model, &world, choice.actor) {
            return None;
        }
        world = step_possible(model, &world, *choice, &mut Vec::new());
    }
    Some(world)
}

fn ahead(known: &Known, state: u32) -> Ahead {
    let mut verdicts: Vec<(Verdict, u16)> = Vec::new();
    for (verdict, steps) in known.foresight.ahead(state) {
        let farther = verdicts.iter().position(|(_, other)| steps < *other);
        verdicts.insert(farther.unwrap_or(verdicts.len()), (verdict, steps));
    }
    Ahead {
        verdicts,
        fate: known.foresight.fate(state),
        share: known.shares.get(state as usize).copied().unwrap_or(0.0),
    }
}

fn outlook(case: &Case, known: &Known, state: u32) -> Outlook {
    let steps = case.space.graph().map(|graph| {
        let each = graph.steps(state).map(|edge| {
            let mut after = ahead(known, edge.to);
            for (_, steps) in &mut after.verdicts {
                *steps = steps.saturating_add(1);
            }
            // An unstable write is no failure: what comes of the run is judged where it ends.
            for verdict in edge.broke.iter().filter(|it| it.fails()) {
                after.verdicts.retain(|(known, _)| *known != verdict);
                after.verdicts.insert(0, (verdict, 1));
                (after.fate, after.share) = (Fate::Doomed, 1.0);
            }
            (edge.choice, after)
        });
        each.collect()
    });
    Outlook {
        here: ahead(known, state),
        steps: steps.unwrap_or_default(),
        complete: case.space.progress() == Progress::Complete,
    }
}

fn decimal(odds: &Odds) -> DecimalOdds {
    let (above, below) = odds.failing.terms();
    let counted = odds.schedules.as_ref().zip(odds.failing_schedules.as_ref());
    DecimalOdds {
        failing: odds.failing.value(),
        exactly: (above.to_string(), below.to_string()),
        endless: odds.endless.value(),
        schedules: counted.map(|(all, failing)| (all.to_string(), failing.to_string())),
    }
}

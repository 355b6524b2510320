//! Which steps carry weight: what comes of every single change to the loaded ordering.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::machine::{Choice, Instr, Op, Operand, PageId};
use crate::protocol::{Edit, Program, single_edits};
use crate::scenario::{Prepared, Scenario, Variant, Verdict, programs};

use super::costs::{Bill, costs};
use super::deeds::{Profile, Safety};
use super::expectation::failing_share;
use super::foresight::Foresight;
use super::round::round_of;
use super::space::{Limits, Progress, Space};
use super::verdicts::Verdicts;

/// What comes of one change.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Mutant {
    /// The change.
    pub edit: Edit,
    /// What it changes, in the release's names.
    pub words: String,
    /// The verdicts that can be reached with it.
    pub verdicts: Verdicts,
    /// The share of schedules that fail, where everything was looked at.
    pub share: Option<f64>,
    /// A shortest failure, of those the one with the fewest changes of actor.
    pub shortest: Option<(Verdict, Vec<Choice>)>,
    /// For a livelock, the round that can follow that for ever.
    pub round: Vec<Choice>,
    /// Distinct states looked at.
    pub states: u32,
    /// Where everything was looked at and nothing fails: what is to be said of that. None where the unchanged ordering is not known well
    /// enough.
    pub safety: Option<Safety>,
}

/// A change that comes to the same as another one.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Merged {
    /// The change.
    pub edit: Edit,
    /// What it changes, in the release's names.
    pub words: String,
    /// The other one, by its place among those tried; none if the change changes nothing.
    pub row: Option<u32>,
}

/// The code of all actors, by which changes are recognized that come to the same, or change nothing.
type Code = Vec<(u8, Vec<(Op, PageId, Operand, u8)>)>;

fn code(scenario: &Scenario) -> Code {
    let instr = |instr: &Instr| (instr.op, instr.page, instr.operand, instr.no);
    let actors = scenario.model.actors.iter();
    actors
        .map(|actor| (actor.main, actor.code.iter().map(instr).collect()))
        .collect()
}

/// One change that is being tried.
pub(super) struct Trial {
    edit: Edit,
    scenario: Scenario,
    space: Space,
    /// What the ordering without the edit comes to.
    before: Option<Arc<Profile>>,
}

impl Trial {
    /// A trial of an edit; `scenario` is the one with the edit made, `before` what the one without it comes to.
    pub fn new(
        edit: Edit,
        scenario: Scenario,
        limits: Limits,
        before: Option<Arc<Profile>>,
    ) -> Trial {
        Trial {
            before,
            space: Space::new(&scenario.model, scenario.model.initial, limits),
            edit,
            scenario,
        }
    }

    /// What the ordering with the edit costs, once everything was looked at.
    pub fn costs(&self) -> Option<Vec<Bill>> {
        let complete = self.space.progress() == Progress::Complete;
        let graph = self.space.graph().filter(|_| complete)?;
        let world = |state| self.space.world(state);
        Some(costs(&self.scenario.model, graph, &world))
    }

    /// Looks at up to `states` more states. Returns what comes of the change once all states were
    /// looked at, or as far as it is known once there are `most` of them.
    pub fn advance(&mut self, states: usize, most: usize) -> Option<Mutant> {
        let left = most.saturating_sub(self.space.states());
        let progress = self.space.advance(&self.scenario.model, states.min(left));
        if self.space.states() >= most {
            self.space.stop();
        } else if progress == Progress::Running {
            return None;
        }
        let space = &self.space;
        let complete = space.progress() == Progress::Complete;
        let graph = space.graph()?;
        let foresight = Foresight::of(graph);
        let nearest = foresight.ahead(0).min_by_key(|(_, steps)| *steps);
        let shortest = nearest.and_then(|(verdict, _)| {
            let schedule = foresight.witness(graph, 0, verdict)?;
            Some((verdict, schedule))
        });
        let before = self.before.as_ref();
        let before = before.filter(|_| complete && space.verdicts().safe());
        let safety = before.and_then(|before| {
            let changed = Profile::of(&self.scenario, space)?;
            Some(before.safety(&changed, &self.scenario, space))
        });
        Some(Mutant {
            safety,
            edit: self.edit.clone(),
            words: self.scenario.edits.last().cloned().unwrap_or_default(),
            verdicts: space.verdicts(),
            share: complete.then(|| failing_share(graph)),
            round: round_of(graph, shortest.as_slice()),
            shortest,
            states: space.states() as u32,
        })
    }
}

/// Whose a program is. The table of single changes changes only programs of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProgramOwner {
    /// The kernel's: of the library, or of the file's own.
    Kernel,
    /// The device, or the host that a guest passes its requests on to.
    Device,
    /// Lines of a user's thread.
    User,
    /// Lines of another actor, such as the completion.
    Lines,
}

impl ProgramOwner {
    /// Whose `program` is; `all` are the programs that the scenario's actors run.
    pub fn of(scenario: &Scenario, all: &[Program], program: &Program) -> ProgramOwner {
        let name = &program.name;
        let mut namesakes = all.iter().filter(|other| other.name == *name);
        let takes = |program: &Program| {
            let mut ops = program.steps.iter().filter_map(|step| step.op());
            ops.any(|op| op == Op::TakeRequest)
        };
        let mut actors = scenario.cast.iter().zip(&scenario.model.actors);
        // Lines that are no program of their own are a program with the name of their actor.
        let own = actors.find(|(cast, _)| cast.name == *name);
        let serves = own.is_some_and(|(_, actor)| {
            let mut code = actor.code.iter();
            code.any(|instr| instr.op == Op::TakeRequest)
        });
        match own {
            _ if serves || namesakes.any(takes) => ProgramOwner::Device,
            Some((_, actor)) if actor.space.is_some() => ProgramOwner::User,
            Some(_) => ProgramOwner::Lines,
            None => ProgramOwner::Kernel,
        }
    }
}

/// All changes of a scenario, one after the other, in slices. Some can be tried elsewhere.
pub struct MutantWork {
    /// None where the text does not load: it did before.
    file: Option<Prepared>,
    edits: std::vec::IntoIter<Edit>,
    /// The code of all changes tried, each with its place among them; none for that of the unchanged scenario.
    seen: HashMap<Code, Option<u32>>,
    limits: Limits,
    /// The change that is being tried, with its place.
    running: Option<(u32, Trial)>,
    before: Option<Arc<Profile>>,
    /// Changes that are tried elsewhere: the place of each, and where.
    away: Vec<(u32, Edit, usize)>,
    /// Changes that came back from there without having been tried.
    back: Vec<(u32, Edit)>,
    /// What came of changes, if it was not told yet, by place: those before them come first.
    found: BTreeMap<u32, Mutant>,
    /// How many were told.
    told: u32,
    /// Changes that come to the same code as one tried before, or as the unchanged scenario, since they were last taken.
    pub same: Vec<Merged>,
}

impl MutantWork {
    /// Every change of a scenario that was loaded from this text with this variant; `before` is what that comes to, if it is known.
    pub fn new(
        scenario: &Scenario,
        text: &str,
        variant: &Variant,
        bytes: usize,
        before: Option<Arc<Profile>>,
    ) -> MutantWork {
        // The text was loaded with this variant before, so it loads again.
        let all = programs(text, variant).unwrap_or_default();
        let of_kernel =
            |program: &&Program| ProgramOwner::of(scenario, &all, program) == ProgramOwner::Kernel;
        let programs: Vec<Program> = all.iter().filter(of_kernel).cloned().collect();
        MutantWork {
            file: Prepared::new(&scenario.slug, text, variant).ok(),
            edits: single_edits(&programs).into_iter(),
            seen: HashMap::from([(code(scenario), None)]),
            before,
            limits: Limits::bytes(bytes),
            running: None,
            away: Vec::new(),
            back: Vec::new(),
            found: BTreeMap::new(),
            told: 0,
            same: Vec::new(),
        }
    }

    /// Changes not looked at yet.
    pub fn left(&self) -> usize {
        let here = self.edits.len() + self.back.len() + usize::from(self.running.is_some());
        here + self.away.len() + self.found.len()
    }

    /// Whether there is anything to do here.
    pub(super) fn busy(&self) -> bool {
        self.running.is_some() || !self.back.is_empty() || self.edits.len() > 0
    }

    /// A change that is to be tried elsewhere, and its place; none if there are no more.
    pub(super) fn give_away(&mut self, to: usize) -> Option<(u32, Edit)> {
        loop {
            let edit = self.edits.next()?;
            if let Some((place, _)) = self.changed(&edit) {
                self.away.push((place, edit.clone(), to));
                return Some((place, edit));
            }
        }
    }

    /// Takes what came of a change that was tried elsewhere; without that it is tried here.
    pub(super) fn came_back(&mut self, place: u32, found: Option<Mutant>) {
        let Some(at) = self.away.iter().position(|it| it.0 == place) else {
            return;
        };
        let (_, edit, _) = self.away.swap_remove(at);
        match found {
            Some(found) => drop(self.found.insert(place, found)),
            None => self.back.push((place, edit)),
        }
    }

    /// Has the changes tried here that were given to somebody who is gone.
    pub(super) fn take_back(&mut self, from: usize) {
        let back = self.away.extract_if(.., |it| it.2 == from);
        self.back.extend(back.map(|(place, edit, _)| (place, edit)));
    }

    /// What came of the next change, in the order in which they were to be tried, if it is known.
    pub(super) fn next_found(&mut self) -> Option<Mutant> {
        let found = self.found.remove(&self.told)?;
        self.told += 1;
        Some(found)
    }

    /// The scenario with a change, and its place; none if the change cannot be made, or comes to the same as one before.
    fn changed(&mut self, edit: &Edit) -> Option<(u32, Scenario)> {
        let scenario = self.file.as_ref()?.with(edit).ok()?;
        let place = self.seen.len() as u32 - 1;
        match self.seen.entry(code(&scenario)) {
            Entry::Occupied(known) => {
                let row = *known.get();
                let words = scenario.edits.last().cloned().unwrap_or_default();
                let edit = edit.clone();
                self.same.push(Merged { edit, words, row });
                None
            }
            Entry::Vacant(free) => {
                free.insert(Some(place));
                Some((place, scenario))
            }
        }
    }

    /// The scenario with each of the changes that come to something of their own, for whoever looks at them otherwise.
    pub fn scenarios(mut self) -> impl Iterator<Item = Scenario> {
        std::iter::from_fn(move || {
            loop {
                let edit = self.edits.next()?;
                if let Some((_, scenario)) = self.changed(&edit) {
                    return Some(scenario);
                }
            }
        })
    }

    /// Looks at up to `states` states of one change. Returns what comes of the change once all of its
    /// states were looked at, and those before it were tried; none for a change that cannot be made.
    pub fn advance(&mut self, states: usize) -> Option<Mutant> {
        if self.running.is_none() {
            let (edit, (place, scenario)) = self.next_change()?;
            let trial = Trial::new(edit, scenario, self.limits, self.before.clone());
            self.running = Some((place, trial));
        }
        let (place, trial) = self.running.as_mut()?;
        let found = trial.advance(states, usize::MAX)?;
        self.found.insert(*place, found);
        self.running = None;
        self.next_found()
    }

    fn next_change(&mut self) -> Option<(Edit, (u32, Scenario))> {
        if let Some((place, edit)) = self.back.pop() {
            // It was built before it was given away.
            let scenario = self.file.as_ref()?.with(&edit).ok()?;
            return Some((edit, (place, scenario)));
        }
        let edit = self.edits.next()?;
        let changed = self.changed(&edit)?;
        Some((edit, changed))
    }
}

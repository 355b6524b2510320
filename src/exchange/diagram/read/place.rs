//! Runs the machine by the lines of a diagram.
//!
//! A line as this program writes them is compared whole with what its actor does next. Any other
//! is taken by the name it has: its actor goes on to the next step or composite of that name, and
//! through it, and whoever has no column of its own acts where it must.

mod seek;

use std::ops::Range;

use super::names::{Said, unlisted};
use super::sheet::{Cell, Sheet};
use super::{Fate, Missing};
use crate::exchange::diagram::call::{group_call, groups_at, serves, standing, stays, step_call};
use crate::exchange::diagram::columns::name;
use crate::exchange::diagram::events::pc;
use crate::exchange::diagram::notes::way;
use crate::machine::{
    ActorId, Choice, Instr, Op, PageId, SectorId, Status, World, status, step, ways,
};
use crate::protocol::Era;
use crate::scenario::Scenario;

/// Most steps that a single line may stand for, those it leaves out included.
const MOST_AHEAD: usize = 400;
/// Most lines that one call may be wrapped onto.
const MOST_WRAPPED: usize = 6;
/// Most steps at a time of somebody who has no column.
const MOST_SPARE: usize = 100;
/// How many steps with two ways are tried both ways in search of a line.
const FORKS: u8 = 2;

/// Who a diagram's columns are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Crew {
    /// For each column its actors; the first is meant where a line does not say. Empty: nobody.
    pub columns: Vec<Vec<ActorId>>,
}

/// What came of reading a sheet with one crew.
pub(super) struct Placed {
    pub choices: Vec<Choice>,
    /// For each cell.
    pub fates: Vec<Fate>,
    /// The number that the text has for each page.
    pub pages: Vec<u32>,
}

impl Placed {
    /// How many lines have a place.
    pub fn many(&self) -> usize {
        let placed = |it: &&Fate| {
            matches!(
                it,
                Fate::Made { .. } | Fate::Opened { .. } | Fate::Stands { .. }
            )
        };
        self.fates.iter().filter(placed).count()
    }
}

/// What a line stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Step,
    /// A composite, by its line.
    Group(usize),
}

/// A run as far as the lines above made it.
pub(super) struct Placer<'a> {
    scenario: &'a Scenario,
    cells: &'a [Cell],
    crew: &'a Crew,
    /// Whoever serves others and has no column.
    free: Vec<ActorId>,
    /// For each column, whose line was the last.
    now: Vec<Option<ActorId>>,
    /// How the pages are numbered that lines name: those of the scenario, in order.
    pages: Vec<u32>,
    /// Whoever else has no column.
    spare: Vec<ActorId>,
    /// The first cell after the line that is placed, and that line's column.
    next: usize,
    column: usize,
    /// Whether a line is only looked for.
    looking: bool,
    /// The last step that was made for a line.
    made: Option<Instr>,
    world: World,
    choices: Vec<Choice>,
    /// How many steps may still be tried.
    budget: usize,
}

/// How the diagram numbers pages: as the model does, or by their indexes in the file.
fn pages(scenario: &Scenario, cells: &[Cell]) -> Vec<u32> {
    let mut said = cells.iter().filter_map(|it| it.said.page);
    let many = u32::from(scenario.model.geometry.pages);
    match said.all(|it| it < many) {
        true => (0..many).collect(),
        false => scenario.indexes.clone(),
    }
}

/// The sector a step stores into, where a line names one that it does not.
fn other_sector(scenario: &Scenario, said: &Said, instr: Instr) -> Option<SectorId> {
    let named = said.sector?;
    if !instr.op.stores() {
        return None;
    }
    let store = scenario.model.stores.get(instr.store().index())?;
    let interval = usize::from(scenario.model.geometry.interval);
    let first = SectorId::at(usize::from(store.offset) / interval);
    let end = usize::from(store.offset) + store.bytes.len().max(1) - 1;
    let last = SectorId::at(end / interval);
    (!(first..=last).contains(&named)).then_some(first)
}

impl<'a> Placer<'a> {
    pub fn new(scenario: &'a Scenario, sheet: &'a Sheet, crew: &'a Crew, budget: usize) -> Self {
        let has_column = |it: &ActorId| crew.columns.iter().any(|column| column.contains(it));
        let actors = scenario.model.actor_ids();
        let serving = |it: &ActorId| serves(&scenario.model.actors[it.index()]);
        Placer {
            scenario,
            cells: &sheet.cells,
            crew,
            free: (actors.clone().filter(|it| serving(it) && !has_column(it))).collect(),
            spare: (actors.filter(|it| !serving(it) && !has_column(it))).collect(),
            next: 0,
            column: 0,
            looking: false,
            made: None,
            now: crew.columns.iter().map(|it| it.first().copied()).collect(),
            pages: pages(scenario, &sheet.cells),
            world: scenario.model.initial,
            choices: Vec::new(),
            budget,
        }
    }

    /// Places every line it can.
    pub fn run(mut self) -> Placed {
        let mut fates: Vec<Fate> = Vec::with_capacity(self.cells.len());
        while fates.len() < self.cells.len() {
            let at = fates.len();
            if self.cells[at].remark {
                fates.push(Fate::Remark);
                continue;
            }
            let (many, fate) = self.cell(at);
            fates.push(fate);
            fates.extend((1..many).map(|_| Fate::Continued));
        }
        Placed {
            choices: self.choices,
            fates,
            pages: self.pages,
        }
    }

    /// Places a cell; with how many cells that is.
    fn cell(&mut self, at: usize) -> (usize, Fate) {
        let cell = &self.cells[at];
        let Some(Some(mut actor)) = self.now.get(cell.column).copied() else {
            return (1, Fate::Missing(Missing::Nobody));
        };
        self.column = cell.column;
        let mut text = cell.text.as_str();
        let named = |it: &&ActorId| {
            let rest = cell.text.strip_prefix(&name(self.scenario, **it));
            rest.is_some_and(|it| it.starts_with(':'))
        };
        let all = self.crew.columns[cell.column].iter();
        if let Some(other) = all.chain(&self.free).find(named) {
            actor = *other;
            text = cell.text[name(self.scenario, actor).len() + 1..].trim_start();
        }
        // An actor may be called as a call begins: in full it counts first.
        let last = self.now[cell.column].unwrap_or(actor);
        let listed = unlisted(text);
        let whole = self.whole(at, last, &cell.text).map(|it| (last, it));
        let whole = whole.or_else(|| Some((actor, self.whole(at, actor, text)?)));
        let whole = whole.or_else(|| Some((actor, self.whole(at, actor, listed)?)));
        self.now[cell.column] = Some(whole.as_ref().map_or(actor, |it| it.0));
        if let Some((actor, (many, target, result))) = whole {
            self.next = at + many;
            let fate = self.exactly(at + many, actor, target, &result, cell.start);
            // Somebody else may have to act first.
            if !matches!(fate, Fate::Missing(_)) {
                return (many, fate);
            }
        }
        let (many, joined) = self.joined(at, text);
        self.next = at + many;
        (many, self.by_name(at + many, actor, &joined, cell))
    }

    /// The cells of the same column below that stand further in, and are no remarks.
    fn below(&self, at: usize) -> impl Iterator<Item = &'a Cell> {
        let (cells, first) = (self.cells, &self.cells[at]);
        let goes_on =
            move |it: &&Cell| it.column == first.column && it.start > first.start && !it.remark;
        cells[at + 1..].iter().take_while(goes_on)
    }

    /// Whether the cells from `next` on begin with one further in than `start`, by the same actor:
    /// what stands above it is the head of a composite.
    fn opens(&self, next: usize, column: usize, start: usize) -> bool {
        let mut rest = self.cells[next.min(self.cells.len())..].iter();
        let follower = rest.find(|it| it.column == column && !it.remark);
        follower.is_some_and(|it| {
            let all = self.crew.columns[column].iter().chain(&self.free);
            let mut names = all.map(|actor| name(self.scenario, *actor));
            let other = names.any(|name| {
                let rest = it.text.strip_prefix(&name);
                rest.is_some_and(|it| it.starts_with(':'))
            });
            it.start > start && !other
        })
    }

    /// Whether a remark right below says that somebody sleeps.
    fn sleeps_below(&self, next: usize, column: usize) -> bool {
        let cell = self.cells.get(next);
        let cell = cell.filter(|it| it.column == column && it.remark);
        cell.is_some_and(|it| it.text.starts_with("<block"))
    }

    /// Whether a line, with those it is wrapped onto, is what an actor does next, in full: then of
    /// how many cells it is, what it stands for, and what came of it.
    fn whole(&self, at: usize, actor: ActorId, text: &str) -> Option<(usize, Target, String)> {
        let rest = self.below(at).map(|it| it.text.as_str());
        let mut joined = String::new();
        for (more, part) in std::iter::once(text)
            .chain(rest)
            .take(MOST_WRAPPED)
            .enumerate()
        {
            joined.extend(part.chars().filter(|it| *it != ' '));
            let Some((target, tail)) = self.is_next(actor, &joined) else {
                continue;
            };
            let mut tail = tail.to_owned();
            let mut many = more + 1;
            let result = self
                .below(at)
                .nth(more)
                .filter(|it| it.text.starts_with("-> "));
            if let (true, Some(result)) = (tail.is_empty(), result) {
                tail.extend(result.text.chars().filter(|it| *it != ' '));
                many += 1;
            }
            return Some((many, target, tail));
        }
        None
    }

    /// Whether a text without blanks begins with what an actor does next, in the words of any era;
    /// what follows it.
    fn is_next<'t>(&self, actor: ActorId, text: &'t str) -> Option<(Target, &'t str)> {
        let scenario = self.scenario;
        let (pc, instr) = standing(&scenario.model, &self.world, actor)?;
        let lines = &scenario.cast[actor.index()].lines;
        let begins = |call: String| {
            let call: String = call.chars().filter(|it| *it != ' ').collect();
            let tail = text.strip_prefix(&call)?;
            (tail.is_empty() || tail.starts_with(['[', '<']) || tail.starts_with("->"))
                .then_some(tail)
        };
        for group in groups_at(lines, pc) {
            let mut eras = Era::ALL.into_iter();
            let tail =
                eras.find_map(|era| begins(group_call(scenario, era, &lines[group], instr.page)));
            if let Some(tail) = tail {
                return Some((Target::Group(group), tail));
            }
        }
        let mut eras = Era::ALL.into_iter();
        let tail = eras.find_map(|era| begins(step_call(scenario, era, instr)))?;
        Some((Target::Step, tail))
    }

    /// Makes what an actor does next; `tail` is what the line says after the call.
    fn exactly(
        &mut self,
        next: usize,
        actor: ActorId,
        target: Target,
        tail: &str,
        start: usize,
    ) -> Fate {
        let column = self.cells[next - 1].column;
        let now = status(&self.scenario.model, &self.world, actor);
        if tail.contains("<block") || self.sleeps_below(next, column) {
            return match now {
                Status::Asleep(_) => Fate::Stands {
                    actor,
                    steps: self.none(),
                },
                _ => Fate::Missing(Missing::Awake { actor }),
            };
        }
        if matches!(target, Target::Group(_)) && self.opens(next, column, start) {
            return Fate::Opened {
                actor,
                steps: self.none(),
            };
        }
        let (world, first) = (self.world, self.choices.len());
        let result = tail.strip_prefix("->").unwrap_or("");
        let result = result.split(['[', '<']).next().unwrap_or("");
        match self.make(actor, target, result) {
            Ok(()) => Fate::Made {
                actor,
                steps: first..self.choices.len(),
                left_out: 0,
                sector: None,
            },
            Err(why) => {
                self.restore(world, first);
                Fate::Missing(why)
            }
        }
    }

    fn none(&self) -> Range<usize> {
        self.choices.len()..self.choices.len()
    }

    fn restore(&mut self, world: World, steps: usize) {
        self.world = world;
        self.choices.truncate(steps);
    }

    /// One step of an actor, if it can make it.
    fn step(&mut self, actor: ActorId, way: u8) -> bool {
        let model = &self.scenario.model;
        let many = ways(model, &self.world, actor);
        if way >= many || self.budget == 0 {
            return false;
        }
        self.budget -= 1;
        let choice = Choice { actor, way };
        self.world = step(model, &self.world, choice).0;
        self.choices.push(choice);
        true
    }

    /// Makes the step or composite that an actor stands at.
    fn make(&mut self, actor: ActorId, target: Target, result: &str) -> Result<(), Missing> {
        let model = &self.scenario.model;
        let Target::Group(group) = target else {
            let many = ways(model, &self.world, actor);
            let plain = |text: &str| text.replace(' ', "");
            let said = |it: &u8| {
                let words = way(model, &self.world, actor, *it);
                words.is_some_and(|it| plain(&it) == plain(result))
            };
            let chosen = (0..many).find(said);
            let forks = many > 1 && result.is_empty();
            let way = match chosen {
                None if forks => self.fork(actor, many),
                _ => chosen.unwrap_or(0),
            };
            self.made = standing(model, &self.world, actor).map(|it| it.1);
            return match self.step(actor, way) {
                true => Ok(()),
                false => Err(self.cannot(actor)),
            };
        };
        let line = &self.scenario.cast[actor.index()].lines[group];
        self.made = None;
        for _ in 0..MOST_AHEAD {
            let before = pc(model, &self.world, actor);
            match status(model, &self.world, actor) {
                Status::Ready => {
                    if !self.step(actor, 0) {
                        return Err(Missing::TooFar);
                    }
                }
                _ if self.helped(actor) => continue,
                _ => return Err(self.cannot(actor)),
            }
            if !stays(line, before, pc(model, &self.world, actor)) {
                return Ok(());
            }
        }
        Err(Missing::TooFar)
    }

    /// Why an actor cannot go on.
    fn cannot(&self, actor: ActorId) -> Missing {
        match status(&self.scenario.model, &self.world, actor) {
            Status::Ready => Missing::TooFar,
            Status::Asleep(wait) => Missing::Asleep {
                actor,
                behind: wait.holder,
            },
            Status::Idle => Missing::Idle { actor },
            Status::Finished => Missing::Passed { actor },
            Status::Halted => Missing::Halted,
        }
    }

    /// A call that goes on in the lines below, as its parentheses are open.
    fn joined(&self, at: usize, text: &str) -> (usize, String) {
        let mut joined = text.to_owned();
        let mut many = 1;
        for cell in self.below(at).take(MOST_WRAPPED) {
            if joined.matches('(').count() <= joined.matches(')').count() {
                break;
            }
            joined.push(' ');
            joined += &cell.text;
            many += 1;
        }
        match joined.matches('(').count() == joined.matches(')').count() {
            true => (many, joined),
            false => (1, text.to_owned()),
        }
    }
}

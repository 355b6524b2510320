//! Makes a run from the lines of a diagram, one line after the other.
//!
//! A line that this program wrote is, as a whole, the call that its actor makes next. Any other line is taken by the name
//! in it: its actor goes on to the next step or composite of that name, and through it; actors without a column act where
//! that actor cannot go on without them.

mod make;
mod seek;

use std::ops::Range;

use super::names::{ParsedLine, unlisted};
use super::sheet::{Cell, Sheet};
use super::{Missing, Placement};
use crate::exchange::diagram::call::{
    REST, group_call, groups_at, sectors_call, serves, standing, stays, step_call, whole_group_call,
};
use crate::exchange::diagram::columns::name;
use crate::exchange::diagram::events::pc;
use crate::exchange::diagram::notes::way;
use crate::exchange::words::release_words;
use crate::machine::{
    ActorId, Choice, Instr, Op, Operand, PageId, SectorId, Status, World, status, step, ways,
};
use crate::protocol::Era;
use crate::scenario::Scenario;

/// Most steps that a single line may stand for, including those filled in before it.
const MOST_AHEAD: usize = 400;
/// Most lines that one call may be wrapped onto.
const MOST_WRAPPED: usize = 6;
/// Most steps in a row of an actor that has no column.
const MOST_SPARE: usize = 100;
/// How many steps with two ways are tried both ways in the search for a line's step.
const FORKS: u8 = 2;

/// Which actors a diagram's columns stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Casting {
    /// For each column its actors, first the one that lines without a name are about; empty if there is none.
    pub columns: Vec<Vec<ActorId>>,
}

/// The run that a sheet gives with one casting.
pub(super) struct Placed {
    pub choices: Vec<Choice>,
    /// What each cell stands for.
    pub placements: Vec<Placement>,
    /// The number that the text calls each page by.
    pub pages: Vec<u32>,
}

impl Placed {
    /// How many lines have a place in the run.
    pub fn many(&self) -> usize {
        let placed = |it: &&Placement| {
            matches!(
                it,
                Placement::Steps { .. } | Placement::Composite { .. } | Placement::Sleeps { .. }
            )
        };
        self.placements.iter().filter(placed).count()
    }
}

/// What a line that names what its actor does next stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Step,
    /// A composite, by the index of its line in the actor's program.
    Group(usize),
    /// What is done to several sectors in a row, up to this one.
    Sectors(SectorId),
}

/// A composite of which the lines below its call are being placed.
#[derive(Clone, Copy)]
struct Open {
    column: usize,
    /// The character at which the line of the call begins.
    start: usize,
    actor: ActorId,
    /// The index of its line in the actor's program.
    group: usize,
}

/// A run as far as the lines above made it.
pub(super) struct Placer<'a> {
    scenario: &'a Scenario,
    cells: &'a [Cell],
    casting: &'a Casting,
    /// Actors without a column that serve others.
    free_servers: Vec<ActorId>,
    /// For each column, the actor of the last line in it.
    last_actor: Vec<Option<ActorId>>,
    /// The number that the text calls each page of the scenario by.
    pages: Vec<u32>,
    /// All other actors without a column.
    free_others: Vec<ActorId>,
    /// The first cell after the line that is placed, and that line's column.
    next: usize,
    column: usize,
    /// Whether a way is only tried out to see whether it leads to the next line.
    looking: bool,
    /// The last step that was made for a line.
    made: Option<Instr>,
    /// The composites whose calls are above the line that is placed, outermost first.
    open: Vec<Open>,
    world: World,
    choices: Vec<Choice>,
    /// How many steps may still be tried.
    budget: usize,
}

/// The number that the diagram calls each page by: the model's number, or the page's index in its file.
fn pages(scenario: &Scenario, cells: &[Cell]) -> Vec<u32> {
    let mut numbers = cells.iter().filter_map(|cell| cell.parsed.page);
    let many = u32::from(scenario.model.geometry.pages);
    match numbers.all(|number| number < many) {
        true => (0..many).collect(),
        false => scenario.indexes.clone(),
    }
}

/// The last sector of a line without blanks about several, "sectors0-2:DMA".
fn last_sector(text: &str) -> Option<SectorId> {
    let (_, rest) = text.strip_prefix("sectors")?.split_once('-')?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest[..digits].parse().ok().map(SectorId)
}

/// A placement that stands for steps right before it as well, which the call of its composite names.
fn with_skipped(placement: Placement, skipped: &Range<usize>) -> Placement {
    match placement {
        _ if skipped.is_empty() => placement,
        Placement::Steps {
            actor,
            steps,
            left_out,
            sector,
        } => Placement::Steps {
            actor,
            steps: skipped.start..steps.end,
            left_out,
            sector,
        },
        Placement::Composite { actor, .. } | Placement::Sleeps { actor, .. } => Placement::Steps {
            actor,
            steps: skipped.clone(),
            left_out: 0,
            sector: None,
        },
        other => other,
    }
}

/// The first sector that a step stores into, if the line names a sector that it does not store into.
fn other_sector(scenario: &Scenario, line: &ParsedLine, instr: Instr) -> Option<SectorId> {
    let named = line.sector?;
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
    pub fn new(
        scenario: &'a Scenario,
        sheet: &'a Sheet,
        casting: &'a Casting,
        budget: usize,
    ) -> Self {
        let has_column = |it: &ActorId| casting.columns.iter().any(|column| column.contains(it));
        let actors = scenario.model.actor_ids();
        let serving = |it: &ActorId| serves(&scenario.model.actors[it.index()]);
        Placer {
            scenario,
            cells: &sheet.cells,
            casting,
            free_servers: (actors.clone().filter(|it| serving(it) && !has_column(it))).collect(),
            free_others: (actors.filter(|it| !serving(it) && !has_column(it))).collect(),
            next: 0,
            column: 0,
            looking: false,
            made: None,
            open: Vec::new(),
            last_actor: casting
                .columns
                .iter()
                .map(|it| it.first().copied())
                .collect(),
            pages: pages(scenario, &sheet.cells),
            world: scenario.model.initial,
            choices: Vec::new(),
            budget,
        }
    }

    /// Places every line it can.
    pub fn run(mut self) -> Placed {
        let mut placements: Vec<Placement> = Vec::with_capacity(self.cells.len());
        while placements.len() < self.cells.len() {
            let at = placements.len();
            if self.cells[at].remark {
                placements.push(self.rest(at));
                continue;
            }
            let (many, placement) = self.place_cell(at);
            placements.push(placement);
            placements.extend((1..many).map(|_| Placement::Continued));
        }
        Placed {
            choices: self.choices,
            placements,
            pages: self.pages,
        }
    }

    /// Places a cell, and returns how many cells its line is wrapped onto.
    fn place_cell(&mut self, at: usize) -> (usize, Placement) {
        let cell = &self.cells[at];
        let Some(Some(mut actor)) = self.last_actor.get(cell.column).copied() else {
            return (1, Placement::Missing(Missing::Nobody));
        };
        self.column = cell.column;
        let mut text = cell.text.as_str();
        let named = |actor: &&ActorId| {
            let rest = cell.text.strip_prefix(&name(self.scenario, **actor));
            rest.is_some_and(|rest| rest.starts_with(':'))
        };
        let all = self.casting.columns[cell.column].iter();
        if let Some(other) = all.chain(&self.free_servers).find(named) {
            actor = *other;
            text = cell.text[name(self.scenario, actor).len() + 1..].trim_start();
        }
        // The whole text is tried first: what looks like an actor's name in front of it may be part of the call.
        let last = self.last_actor[cell.column].unwrap_or(actor);
        let listed = unlisted(text);
        let whole = self
            .match_exactly(at, last, &cell.text)
            .map(|it| (last, it));
        let whole = whole.or_else(|| Some((actor, self.match_exactly(at, actor, text)?)));
        let mut whole = whole.or_else(|| Some((actor, self.match_exactly(at, actor, listed)?)));
        let (world, first) = (self.world, self.choices.len());
        if whole.is_none() {
            whole = self.catch_up(at, actor, text).map(|it| (actor, it));
        }
        let made = first..self.choices.len();
        self.open
            .retain(|it| it.column != cell.column || it.start < cell.start);
        self.last_actor[cell.column] = Some(whole.as_ref().map_or(actor, |it| it.0));
        if let Some((actor, (many, target, result))) = whole {
            self.next = at + many;
            let placement = self.make_exactly(at + many, actor, target, &result, cell.start);
            // Where the actor cannot make the step yet, it is looked for by name, which lets others act before.
            if !matches!(placement, Placement::Missing(_)) {
                return (many, with_skipped(placement, &made));
            }
            self.restore(world, first);
        }
        let (many, joined) = self.joined(at, text);
        self.next = at + many;
        (many, self.by_name(at + many, actor, &joined, cell))
    }

    /// What an ellipsis stands for: the steps that are left of the composite whose call is above it, if there are any.
    fn rest(&mut self, at: usize) -> Placement {
        let cell = &self.cells[at];
        let inside = |it: &&Open| it.column == cell.column && it.start < cell.start;
        let open = self.open.iter().rev().find(inside).copied();
        let Some(open) = open.filter(|_| cell.text == REST) else {
            return Placement::Remark;
        };
        let (world, first) = (self.world, self.choices.len());
        match self.leave(open) {
            true if self.choices.len() > first => Placement::Steps {
                actor: open.actor,
                steps: first..self.choices.len(),
                left_out: 0,
                sector: None,
            },
            _ => {
                self.restore(world, first);
                Placement::Remark
            }
        }
    }

    /// Whether an actor stands inside of a composite.
    fn is_inside(&self, open: Open) -> bool {
        let line = &self.scenario.cast[open.actor.index()].lines[open.group];
        line.pcs
            .contains(&pc(&self.scenario.model, &self.world, open.actor))
    }

    /// Makes the steps that are left of a composite, if its actor can make them and none has two ways.
    fn leave(&mut self, open: Open) -> bool {
        while self.is_inside(open) {
            match self.go_on(open) {
                Some(true) => {}
                Some(false) => return true,
                None => return false,
            }
        }
        true
    }

    /// Makes the next step of a composite: whether its actor is still in the same round of it, or none if the step cannot
    /// be made or has two ways.
    fn go_on(&mut self, open: Open) -> Option<bool> {
        let (model, actor) = (&self.scenario.model, open.actor);
        let before = pc(model, &self.world, actor);
        let ready = status(model, &self.world, actor) == Status::Ready;
        if !ready || ways(model, &self.world, actor) > 1 || !self.step(actor, 0) {
            return None;
        }
        let line = &self.scenario.cast[actor.index()].lines[open.group];
        Some(stays(line, before, pc(model, &self.world, actor)))
    }

    /// The line below the call of a composite names only some of its steps. Makes those of its steps that stand in front
    /// of what a line is the call of, and returns what that is, as [`match_exactly`](Self::match_exactly) does.
    fn catch_up(
        &mut self,
        at: usize,
        actor: ActorId,
        text: &str,
    ) -> Option<(usize, Target, String)> {
        let cell = &self.cells[at];
        let mine = |it: &&Open| (it.column, it.actor) == (cell.column, actor);
        let open: Vec<Open> = self.open.iter().filter(mine).copied().collect();
        let (world, first) = (self.world, self.choices.len());
        let over = open.iter().rev().filter(|it| it.start >= cell.start);
        let inside = open.iter().rev().find(|it| it.start < cell.start);
        for open in over {
            if !self.leave(*open) {
                self.restore(world, first);
                return None;
            }
        }
        loop {
            if self.choices.len() > first
                && let Some(found) = self.match_exactly(at, actor, text)
            {
                return Some(found);
            }
            let goes_on = inside.filter(|it| self.is_inside(**it));
            if goes_on.and_then(|it| self.go_on(*it)).is_none() {
                self.restore(world, first);
                return None;
            }
        }
    }

    /// The cells right below one that are in its column, further to the right, and no remarks: those that it may be
    /// wrapped onto.
    fn below(&self, at: usize) -> impl Iterator<Item = &'a Cell> {
        let (cells, first) = (self.cells, &self.cells[at]);
        let goes_on =
            move |it: &&Cell| it.column == first.column && it.start > first.start && !it.remark;
        cells[at + 1..].iter().take_while(goes_on)
    }

    /// Whether the next line of a column, from the cell `next` on, begins further to the right than `start` and is by the
    /// same actor: then the line above it is the head of a composite.
    fn opens(&self, next: usize, column: usize, start: usize) -> bool {
        let mut rest = self.cells[next.min(self.cells.len())..].iter();
        let follower = rest.find(|cell| cell.column == column && !cell.remark);
        follower.is_some_and(|cell| {
            let all = self.casting.columns[column]
                .iter()
                .chain(&self.free_servers);
            let mut names = all.map(|actor| name(self.scenario, *actor));
            let other = names.any(|name| {
                let rest = cell.text.strip_prefix(&name);
                rest.is_some_and(|rest| rest.starts_with(':'))
            });
            cell.start > start && !other
        })
    }

    /// Whether a remark in the cell `next` says that the actor of the line above it sleeps.
    fn sleeps_below(&self, next: usize, column: usize) -> bool {
        let cell = self.cells.get(next);
        let cell = cell.filter(|it| it.column == column && it.remark);
        cell.is_some_and(|it| it.text.starts_with("<block"))
    }

    /// If a line, with the cells it is wrapped onto, is in full the call that an actor makes next: how many cells it has,
    /// what it stands for, and the result behind the call.
    fn match_exactly(
        &self,
        at: usize,
        actor: ActorId,
        text: &str,
    ) -> Option<(usize, Target, String)> {
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

    /// If a text without blanks begins with the call that an actor makes next, as any kernel has it: what that stands for,
    /// and the rest of the text.
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
            let line = &lines[group];
            let tail = eras.find_map(|era| {
                let whole = begins(whole_group_call(scenario, era, line, instr.page));
                whole.or_else(|| begins(group_call(scenario, era, line, instr.page)))
            });
            if let Some(tail) = tail {
                return Some((Target::Group(group), tail));
            }
        }
        let mut eras = Era::ALL.into_iter();
        if let (Operand::Sector(low), Some(high)) = (instr.operand, last_sector(text)) {
            let code = &scenario.model.actors[actor.index()].code[usize::from(pc)..];
            let same = code
                .iter()
                .take_while(|it| it.operand == instr.operand && it.page == instr.page);
            let tags: Vec<u8> = same.map(|it| it.tag).collect();
            let range = (low, high);
            let tail =
                eras.find_map(|era| begins(sectors_call(scenario, era, range, instr.page, &tags)))?;
            return Some((Target::Sectors(high), tail));
        }
        let tail = eras.find_map(|era| begins(step_call(scenario, era, actor, (pc, instr))))?;
        Some((Target::Step, tail))
    }

    /// A call with the cells below that it goes on in until its parentheses are closed, and how many cells that is.
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

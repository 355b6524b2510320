//! A run beside the ordering without its changes, line by line: where a changed line came in, what it would have done in its place,
//! and the first step that would have gone otherwise there.

use crate::machine::{
    ActorId, Cell, Choice, Content, Effect, End, Model, Status, Wait, World, end, status, step,
    ways,
};
use crate::protocol::Mark;
use crate::scenario::Scenario;

use super::line_pairs::{Pair, outermost, pairs};
use super::story::{StepRecord, Story};

/// A changed line, as a run met it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose line it is.
    pub actor: ActorId,
    /// The line, by its place among the actor's.
    pub line: usize,
    /// What was done to it.
    pub mark: Mark,
    /// The step that ran it; where none did, the actor's step before which it has its place, or one more than there are.
    pub step: usize,
    /// Whether that step ran it.
    pub ran: bool,
    /// What it would have done in its place: steps of [`Departure::there`], from 0.
    pub does: Vec<usize>,
    /// On what its actor would have slept in its place.
    pub waits: Option<Wait>,
    /// For a line that runs too early, the line that ought to run before it.
    pub overtakes: Option<usize>,
    /// The step at which the line overtaken, or the line moved away, runs after all.
    pub late: Option<usize>,
}

/// What a run has of the changes to its ordering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// The changed lines that made the difference, in the order of their steps.
    pub changes: Vec<Change>,
    /// Whether it was seen how: a step that would have gone otherwise reads what they changed, or somebody sleeps at them.
    pub seen: bool,
    /// The first step that would have gone otherwise, from 1; none where the two orderings differ only in who is left asleep.
    pub step: Option<usize>,
    /// On what the actor of that step would have slept instead.
    pub waits: Option<Wait>,
    /// Whether that actor would never have come to the step.
    pub never: bool,
    /// What it would have done instead: a step of `there`, from 0.
    pub does: Option<usize>,
    /// The run of the ordering without the changes, up to that step, which it includes if it could be made.
    pub there: Story,
    /// For each step there, the step of the run at which it was made.
    pub at: Vec<usize>,
}

/// A step that only one of the two orderings has made so far.
struct Extra {
    actor: ActorId,
    /// The line, by its place among the pairs of the actor.
    pair: usize,
    /// The step of the run at which it was made.
    step: usize,
    /// For a step of the other ordering: the line for which it was made, and its number there.
    toward: Option<(usize, usize)>,
    before: World,
    after: World,
    /// The step at which the run makes it after all.
    late: Option<usize>,
}

struct Walk<'a> {
    here: &'a Scenario,
    story: &'a Story,
    model: &'a Model,
    pairs: Vec<Vec<Pair>>,
    world: World,
    there: Story,
    at: Vec<usize>,
    /// Steps that the other ordering has made and the run has not.
    ahead: Vec<Extra>,
    /// Steps that the run has made and the other ordering has not.
    own: Vec<Extra>,
    /// The moved lines that the run has come to, each with the last step that ran it.
    moved: Vec<(ActorId, usize, usize)>,
    /// The first step that did something else there, after which both went on alike all the same.
    aside: Option<Part>,
}

/// Why the other ordering cannot follow the run any further.
struct Part {
    step: usize,
    actor: ActorId,
    /// The line at which its actor stands there, and for which line it was on its way.
    stands: Option<(usize, usize)>,
    waits: Option<Wait>,
    /// The world there before the step.
    world: World,
    /// The step there, if there is one.
    made: Option<usize>,
    /// Whether its actor does not come to the line at all.
    never: bool,
}

/// Follows a run in the ordering without its changes: each actor makes there the steps that it makes here, in the order of that
/// ordering. None where the lines of the two do not correspond.
pub fn beside_unchanged(here: &Scenario, story: &Story, other: &Scenario) -> Option<Departure> {
    if here.cast.len() != other.cast.len() {
        return None;
    }
    let casts = here.cast.iter().zip(&other.cast);
    let pairs: Option<Vec<_>> = casts
        .map(|(here, other)| pairs(&here.lines, &other.lines))
        .collect();
    let mut walk = Walk {
        here,
        story,
        model: &other.model,
        pairs: pairs?,
        world: other.model.initial,
        there: Story::begin(&other.model),
        at: Vec::new(),
        ahead: Vec::new(),
        own: Vec::new(),
        moved: Vec::new(),
        aside: None,
    };
    let mut before = here.model.initial;
    let mut parted = None;
    for (index, record) in story.steps.iter().enumerate() {
        parted = walk.follow(index + 1, record, &before);
        if parted.is_some() {
            break;
        }
        before = record.world;
    }
    let sleepers = match &parted {
        Some(_) => Vec::new(),
        None => walk.catch_up_sleepers(&before, story.steps.len() + 1),
    };
    if parted.is_none() {
        walk.catch_up_finished(&before);
    }
    walk.find_late();
    let parted = match sleepers.is_empty() {
        true => parted.or(walk.aside.take()),
        false => parted,
    };
    Some(walk.departure(parted, &sleepers))
}

impl Walk<'_> {
    /// Makes a step of the run there as well. Returns where the other ordering cannot, or does something else.
    fn follow(&mut self, step: usize, record: &StepRecord, before: &World) -> Option<Part> {
        let actor = record.choice.actor;
        let pc = self.here.model.actor(before, actor).pc;
        let pairs = &self.pairs[actor.index()];
        let pair = pairs.iter().position(|it| it.here == Some(pc))?;
        let Some(target) = pairs[pair].there else {
            self.own.push(Extra {
                actor,
                pair,
                step,
                toward: None,
                before: *before,
                after: record.world,
                late: None,
            });
            return None;
        };
        if pairs[pair].mark == Mark::MovedHere {
            self.moved.push((actor, pair, step));
        }
        let waiting = |it: &&mut Extra| (it.actor, it.pair, it.late) == (actor, pair, None);
        if let Some(made) = self.ahead.iter_mut().find(waiting) {
            made.late = Some(step);
            return None;
        }
        let part = self.catch_up(step, actor, pair, target);
        if part.is_some() {
            return part;
        }
        let mut part = Part {
            step,
            actor,
            stands: Some((pair, pair)),
            waits: self.wait(actor),
            world: self.world,
            made: None,
            never: false,
        };
        let choice = record.choice;
        if choice.way >= ways(self.model, &self.world, actor) {
            return Some(part);
        }
        self.make(step, choice);
        let made = self.there.steps.last().map_or(&[][..], |it| &it.effects);
        if alike(&self.here.model, &record.effects, self.model, made) {
            return None;
        }
        part.made = Some(self.at.len() - 1);
        if !self.goes_on_alike(actor, &record.world) {
            return Some(part);
        }
        self.aside.get_or_insert(part);
        None
    }

    /// Whether an actor is before the same line in both orderings, or before a changed one in either.
    fn goes_on_alike(&self, actor: ActorId, world: &World) -> bool {
        let pairs = &self.pairs[actor.index()];
        let (here, there) = (
            self.here.model.actor(world, actor),
            self.model.actor(&self.world, actor),
        );
        let changed = |it: Option<&Pair>| it.is_some_and(|it| it.mark != Mark::Kept);
        let now = pairs.iter().find(|it| it.here == Some(here.pc));
        let then = pairs.iter().find(|it| it.there == Some(there.pc));
        let same = match (now, then) {
            (Some(now), Some(then)) => now.line == then.line,
            (None, None) => true,
            _ => false,
        };
        here.faulting == there.faulting && (same || changed(now) || changed(then))
    }

    /// Finds when the run makes after all what it has not made until the orderings parted.
    fn find_late(&mut self) {
        let mut before = self.here.model.initial;
        for (index, record) in self.story.steps.iter().enumerate() {
            let actor = record.choice.actor;
            let pc = self.here.model.actor(&before, actor).pc;
            let waiting = self.ahead.iter_mut().find(|it| {
                let pair = &self.pairs[it.actor.index()][it.pair];
                it.late.is_none() && it.actor == actor && it.step <= index && pair.here == Some(pc)
            });
            if let Some(it) = waiting {
                it.late = Some(index + 1);
            }
            before = record.world;
        }
    }

    /// The way an actor goes at a line when the run comes to it.
    fn way_at(&self, actor: ActorId, line: usize, from: usize) -> u8 {
        let pc = self.pairs[actor.index()][line].here;
        let steps = self.story.steps.iter().enumerate().skip(from - 1);
        let mut ways = steps.filter(|(_, record)| record.choice.actor == actor);
        let found = ways.find(|(at, _)| {
            let before = at.checked_sub(1).map(|at| self.story.steps[at].world);
            let world = before.unwrap_or(self.here.model.initial);
            Some(self.here.model.actor(&world, actor).pc) == pc
        });
        found.map_or(0, |(_, record)| record.choice.way)
    }

    fn wait(&self, actor: ActorId) -> Option<Wait> {
        match status(self.model, &self.world, actor) {
            Status::Asleep(wait) => Some(wait),
            _ => None,
        }
    }

    fn make(&mut self, at: usize, choice: Choice) {
        let (world, effects) = step(self.model, &self.world, choice);
        self.there.go_on(
            self.model,
            StepRecord {
                choice,
                effects,
                world,
            },
        );
        self.at.push(at);
        self.world = world;
    }

    /// Makes the steps of an actor that stand before a line there; returns where it is stopped on the way.
    fn catch_up(&mut self, step: usize, actor: ActorId, pair: usize, target: u8) -> Option<Part> {
        for _ in 0..self.model.actors[actor.index()].code.len() {
            let pc = self.model.actor(&self.world, actor).pc;
            let ready = status(self.model, &self.world, actor);
            if pc == target && ready != Status::Finished {
                return None;
            }
            let line = self.pairs[actor.index()].iter();
            let line = line.clone().position(|it| it.there == Some(pc));
            let part = Part {
                step,
                actor,
                stands: line.map(|line| (line, pair)),
                waits: self.wait(actor),
                world: self.world,
                made: None,
                never: ready == Status::Finished,
            };
            let (Some(line), Status::Ready) = (line, ready) else {
                return Some(part);
            };
            let before = self.world;
            let many = ways(self.model, &before, actor);
            let way = match many {
                0 | 1 => 0,
                _ => self.way_at(actor, line, step).min(many - 1),
            };
            self.make(step, Choice { actor, way });
            self.ahead.push(Extra {
                actor,
                pair: line,
                step,
                toward: Some((pair, self.at.len() - 1)),
                before,
                after: self.world,
                late: None,
            });
        }
        Some(Part {
            step,
            actor,
            stands: None,
            waits: None,
            world: self.world,
            made: None,
            never: true,
        })
    }

    /// Where the run has ended with actors asleep, lets those go as far there; returns the lines at which they sleep here.
    fn catch_up_sleepers(&mut self, world: &World, step: usize) -> Vec<(ActorId, usize)> {
        let mut found = Vec::new();
        if !matches!(
            end(&self.here.model, world),
            Some(End::Deadlock(_) | End::Stall(_))
        ) {
            return found;
        }
        for actor in self.here.model.actor_ids() {
            if !matches!(status(&self.here.model, world, actor), Status::Asleep(_)) {
                continue;
            }
            let pc = self.here.model.actor(world, actor).pc;
            let pairs = &self.pairs[actor.index()];
            let Some(pair) = pairs.iter().position(|it| it.here == Some(pc)) else {
                continue;
            };
            found.push((actor, pair));
            if let Some(target) = pairs[pair].there {
                // That it cannot go so far is no matter here.
                let _ = self.catch_up(step, actor, pair, target);
            }
        }
        found
    }

    /// Lets those who have finished here finish there.
    fn catch_up_finished(&mut self, world: &World) {
        for actor in self.here.model.actor_ids() {
            if status(&self.here.model, world, actor) != Status::Finished {
                continue;
            }
            let after = self.story.last(usize::MAX, Some(actor), &|_| true);
            let step = after.unwrap_or(0) + 1;
            let pairs = &self.pairs[actor.index()];
            // No line has this place.
            let (last, beyond) = (pairs.len() - 1, u8::MAX);
            let _ = self.catch_up(step, actor, last, beyond);
        }
    }

    /// Whether a step changed what an actor's next step there reads.
    fn is_read(&self, extra: &Extra, cells: &[Cell], actor: ActorId, world: &World) -> bool {
        let Some(instr) = self.model.due(world, actor) else {
            return false;
        };
        let footprint = instr.op.footprint();
        cells.iter().any(|cell| {
            extra.before[cell.at] & cell.bits != extra.after[cell.at] & cell.bits
                && footprint.reads.contains(&cell.register)
                && cell.is_within(footprint.reach, &instr)
        })
    }

    fn departure(self, parted: Option<Part>, sleepers: &[(ActorId, usize)]) -> Departure {
        let mut changes: Vec<Change> = Vec::new();
        let (here, there) = (self.here.model.cells(), self.model.cells());
        if let Some(part) = &parted {
            if let Some((line, toward)) = part.stands.filter(|(line, toward)| line != toward) {
                let waits = part.waits;
                let missed = self.change(part.actor, line, Some(toward), part.step);
                changes.extend(missed.map(|it| Change { waits, ..it }));
            }
            let read = |cells: &[Cell], extra: &&Extra| {
                self.is_read(extra, cells, part.actor, &part.world)
            };
            let ahead = self.ahead.iter().filter(|it| read(&there, it));
            let own = self.own.iter().filter(|it| read(&here, it));
            changes.extend(ahead.chain(own).filter_map(|extra| self.extra(extra)));
        }
        for (actor, pair) in sleepers {
            let mark = self.pairs[actor.index()][*pair].mark;
            if matches!(mark, Mark::MovedHere | Mark::Inserted) {
                let last = self.story.steps.len() + 1;
                let change = self.change(*actor, *pair, None, last);
                changes.extend(change.map(|it| Change { ran: false, ..it }));
            }
        }
        let mut seen = match &parted {
            Some(_) => !changes.is_empty(),
            None => !sleepers.is_empty(),
        };
        if changes.is_empty() {
            // What nobody has done at the end, though it has its place there.
            let undone = |it: &&Extra| {
                let steps = self.story.steps.iter().skip(it.step - 1);
                let mut later = steps.filter(|step| step.choice.actor == it.actor);
                it.late.is_none() && later.next().is_none()
            };
            let undone = self.ahead.iter().filter(undone);
            changes = undone.filter_map(|extra| self.extra(extra)).collect();
            seen |= !changes.is_empty();
        }
        // Where what made the difference was not read, but passed on: whatever was changed.
        if changes.is_empty() {
            let all = self.ahead.iter().chain(&self.own);
            changes = all.filter_map(|extra| self.extra(extra)).collect();
        }
        if changes.is_empty() {
            let moved = self.moved.iter();
            let moved =
                moved.filter_map(|(actor, pair, step)| self.change(*actor, *pair, None, *step));
            changes = moved.collect();
            seen |= parted.is_some();
        }
        changes.sort_by_key(|it| it.step);
        Departure {
            changes: together(changes),
            seen,
            step: parted.as_ref().map(|part| part.step),
            waits: parted
                .as_ref()
                .and_then(|part| part.waits.filter(|_| part.made.is_none())),
            never: parted.as_ref().is_some_and(|part| part.never),
            does: parted.as_ref().and_then(|part| part.made),
            there: self.there,
            at: self.at,
        }
    }

    /// The change behind a line that one of the two orderings runs alone, the other ordering on its way to another line.
    fn change(
        &self,
        actor: ActorId,
        line: usize,
        toward: Option<usize>,
        step: usize,
    ) -> Option<Change> {
        let pairs = &self.pairs[actor.index()];
        let pair = &pairs[line];
        let change = Change {
            actor,
            line: pair.owner,
            mark: pair.mark,
            step,
            ran: toward.is_none(),
            does: Vec::new(),
            waits: None,
            overtakes: None,
            late: None,
        };
        let toward = toward.map(|toward| &pairs[toward]);
        match (pair.mark, toward.filter(|it| it.mark == Mark::MovedHere)) {
            (Mark::Kept, Some(toward)) => {
                let lines = &self.here.cast[actor.index()].lines;
                let outer = outermost(lines, pair.line);
                let whole = outer != outermost(lines, toward.line);
                Some(Change {
                    line: toward.owner,
                    mark: Mark::MovedHere,
                    ran: true,
                    overtakes: Some(if whole { outer } else { pair.line }),
                    ..change
                })
            }
            (Mark::Kept, None) => None,
            _ => Some(change),
        }
    }

    /// The change behind a step that one of the two orderings has made alone.
    fn extra(&self, extra: &Extra) -> Option<Change> {
        let toward = extra.toward.map(|(toward, _)| toward);
        let change = self.change(extra.actor, extra.pair, toward, extra.step)?;
        Some(Change {
            does: extra.toward.map(|(_, made)| made).into_iter().collect(),
            late: extra.late,
            ..change
        })
    }
}

/// The changes, each line once: of several rounds the last, and what its parts do in that.
fn together(changes: Vec<Change>) -> Vec<Change> {
    let mut all: Vec<Change> = Vec::new();
    for change in changes {
        let same = |it: &&mut Change| (it.actor, it.line) == (change.actor, change.line);
        match all.iter_mut().find(same) {
            Some(known) if known.step == change.step => {
                known.does.extend(change.does);
                known.waits = known.waits.or(change.waits);
                known.late = known.late.min(change.late).or(known.late).or(change.late);
            }
            Some(known) => *known = change,
            None => all.push(change),
        }
    }
    all
}

/// Whether two steps did the same, by what it means to those who come later.
fn alike(model: &Model, one: &[Effect], of: &Model, other: &[Effect]) -> bool {
    let told = |effects: &[Effect]| -> Vec<Effect> {
        let all = effects.iter().copied();
        all.filter(|it| !matches!(it, Effect::Broke(_))).collect()
    };
    let (one, other) = (told(one), told(other));
    let bytes =
        |one: Content, other: Content| model.contents.bytes(one) == of.contents.bytes(other);
    let same = |pair: (&Effect, &Effect)| match pair {
        (Effect::Guarded { content: one, .. }, Effect::Guarded { content: other, .. })
        | (Effect::Sampled { content: one, .. }, Effect::Sampled { content: other, .. })
        | (Effect::Fetched { content: one, .. }, Effect::Fetched { content: other, .. })
        | (
            Effect::CopiedSector { content: one, .. },
            Effect::CopiedSector { content: other, .. },
        )
        | (Effect::Inserted { content: one, .. }, Effect::Inserted { content: other, .. })
        | (Effect::Stored { to: one, .. }, Effect::Stored { to: other, .. })
        | (
            Effect::ChecksumRead { content: one, .. },
            Effect::ChecksumRead { content: other, .. },
        ) => bytes(*one, *other),
        (Effect::Checked { matched: one, .. }, Effect::Checked { matched: other, .. })
        | (Effect::MappingChecked { gone: one, .. }, Effect::MappingChecked { gone: other, .. })
        | (Effect::Completed { failed: one, .. }, Effect::Completed { failed: other, .. })
        | (Effect::Ended { failed: one, .. }, Effect::Ended { failed: other, .. })
        | (
            Effect::FsyncReturned { failed: one, .. },
            Effect::FsyncReturned { failed: other, .. },
        )
        | (Effect::WriteAccess { frozen: one, .. }, Effect::WriteAccess { frozen: other, .. })
        | (Effect::Tagged { tagged: one, .. }, Effect::Tagged { tagged: other, .. }) => {
            one == other
        }
        (Effect::Buffers { mask: one, .. }, Effect::Buffers { mask: other, .. }) => one == other,
        (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
    };
    one.len() == other.len() && one.iter().zip(&other).all(same)
}

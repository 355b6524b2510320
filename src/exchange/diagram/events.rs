//! A run as the lines of a diagram, and which steps each of them stands for.

use std::ops::Range;

use super::call::{
    REST, group_call, groups_at, left_out_call, line_at, sectors_call, standing, stays, step_call,
};
use super::notes::{NO_WAIT, blocked, changed, notes, result};
use super::{Detail, Options};
use crate::exchange::narration::world_before;
use crate::explore::Story;
use crate::machine::{
    ActorId, Effect, Instr, Model, Op, Operand, OperandKind, Status, World, end, status, ways,
};
use crate::protocol::{Era, Line, Mark, OPS};
use crate::scenario::Scenario;

/// A line of the diagram, before it has a place in a column.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub actor: ActorId,
    /// How many composites the line is inside of.
    pub depth: u8,
    /// The call, with its result behind an arrow.
    pub text: String,
    /// Remarks, each in its brackets.
    pub notes: Vec<String>,
}

/// Makes the events of a run, step by step.
struct EventBuilder<'a> {
    scenario: &'a Scenario,
    story: &'a Story,
    era: Era,
    detail: Detail,
    /// The steps that no fold may hide, counted from 0.
    shown: &'a [usize],
    /// For each actor, the instructions it stood at before and after its last step.
    last: Vec<Option<(u8, u8)>>,
    /// For each actor, the lines left out of its program that were told of already.
    told: Vec<Vec<usize>>,
    /// For each actor, whether its last line says that it sleeps.
    slept: Vec<bool>,
    events: Vec<Event>,
}

/// The events of a run up to the moment shown. `shown` has steps that no fold may hide, counted from 0.
pub(super) fn events(
    scenario: &Scenario,
    story: &Story,
    options: &Options,
    shown: &[usize],
) -> Vec<Event> {
    let mut builder = EventBuilder {
        scenario,
        story,
        era: options.era.unwrap_or(scenario.era),
        detail: options.detail,
        shown,
        last: vec![None; scenario.model.actors.len()],
        told: vec![Vec::new(); scenario.model.actors.len()],
        slept: vec![false; scenario.model.actors.len()],
        events: Vec::new(),
    };
    builder.fell_asleep(None);
    let mut at = 0;
    while at < story.steps.len() {
        let steps = builder.step(at);
        for step in steps.clone() {
            builder.fell_asleep(Some(step));
        }
        at = steps.end.max(at + 1);
    }
    builder.events
}

/// The number of the instruction that an actor runs next.
pub(super) fn pc(model: &Model, world: &World, actor: ActorId) -> u8 {
    model.actor(world, actor).pc
}

impl<'a> EventBuilder<'a> {
    fn model(&self) -> &'a Model {
        &self.scenario.model
    }

    fn actor(&self, at: usize) -> ActorId {
        self.story.steps[at].choice.actor
    }

    fn lines(&self, actor: ActorId) -> &'a [Line] {
        &self.scenario.cast[actor.index()].lines
    }

    /// The instruction that an actor makes with a step, and its number.
    fn instr(&self, at: usize) -> Option<(u8, Instr)> {
        let before = world_before(self.scenario, self.story, at);
        standing(self.model(), &before, self.actor(at))
    }

    /// Adds the line for the step at `at`, after the lines of the composites that it enters. Returns the steps that
    /// the line stands for: more than that one where a composite is folded.
    fn step(&mut self, at: usize) -> Range<usize> {
        let actor = self.actor(at);
        let Some((pc, instr)) = self.instr(at) else {
            return at..at + 1;
        };
        let lines = self.lines(actor);
        self.left_out_first(actor, pc);
        for group in groups_at(lines, pc) {
            let line = &lines[group];
            let goes_on = |it: (u8, u8)| it.1 == pc && stays(line, it.0, pc);
            if self.last[actor.index()].is_some_and(goes_on) {
                continue;
            }
            if let Some(end) = self.folds(line, at) {
                self.folded(group, at..end);
                return at..end;
            }
            self.head(actor, group, instr);
        }
        self.single(at)
    }

    /// Adds the line of a composite whose steps get lines of their own, and below it what was left out in front of them.
    fn head(&mut self, actor: ActorId, group: usize, instr: Instr) {
        let line = &self.lines(actor)[group];
        self.events.push(Event {
            actor,
            depth: line.depth,
            text: group_call(self.scenario, self.era, line, instr.page),
            notes: changed(line.mark).into_iter().collect(),
        });
        self.left_out(actor, group + 1);
    }

    /// Adds the line for one step, or, where the same is done to several sectors in a row, the one line for all of
    /// these steps, which are returned.
    fn single(&mut self, at: usize) -> Range<usize> {
        let actor = self.actor(at);
        let Some((pc, instr)) = self.instr(at) else {
            return at..at + 1;
        };
        let line = line_at(self.lines(actor), pc);
        let (made, text) = match self.sectors(at) {
            Some((end, text)) => (at..end, text),
            None => (
                at..at + 1,
                step_call(self.scenario, self.era, actor, (pc, instr)),
            ),
        };
        self.add(line, made.clone(), text);
        made
    }

    /// Adds the line of some steps, with its result and its remarks, and below it what was left out behind them.
    fn add(&mut self, line: Option<&Line>, made: Range<usize>, mut text: String) {
        let actor = self.actor(made.start);
        let slept = std::mem::take(&mut self.slept[actor.index()]);
        if let Some(result) = result(self.scenario, self.story, self.era, made.clone()) {
            let woken = slept && result == NO_WAIT;
            text = format!("{text} -> {}", if woken { "woken" } else { &result });
        }
        let mark = line.map(|it| it.mark);
        self.events.push(Event {
            actor,
            depth: line.map_or(0, |it| it.depth),
            text,
            notes: notes(self.scenario, self.story, self.era, made.clone(), mark),
        });
        self.pass(made);
        self.left_out_behind(actor);
    }

    /// The lines for a composite that nobody interrupts: one for all of its steps, unless some of them must be seen;
    /// then one for the call, and below it those alone.
    fn folded(&mut self, group: usize, made: Range<usize>) {
        let actor = self.actor(made.start);
        let (lines, Some((_, instr))) = (self.lines(actor), self.instr(made.start)) else {
            return;
        };
        let line = &lines[group];
        if !self.disputed(group, made.clone()) {
            let text = group_call(self.scenario, self.era, line, instr.page);
            return self.add(Some(line), made, text);
        }
        self.head(actor, group, instr);
        let mut hidden: Option<(Option<usize>, Range<usize>)> = None;
        let mut at = made.start;
        while at < made.end {
            let (inner, part) = self.part(group, at, made.end);
            let seen = match inner {
                Some(inner) => {
                    let it = &lines[inner];
                    it.key == "page_mkclean" || it.mark != Mark::Kept || self.tells(inner, &part)
                }
                None => self.is_shown(at),
            };
            at = part.end;
            if seen {
                hidden = None;
                at = self.part_line(inner, part);
                continue;
            }
            if at < made.end {
                self.pass(part.clone());
                self.left_out_behind(actor);
            }
            hidden = Some(match hidden {
                Some((_, before)) => (None, before.start..part.end),
                None => (inner, part),
            });
        }
        // What is not seen at the end: a line that is as short as an ellipsis would be, else that, where the reader cannot
        // tell from the same actor's next line that the call is over.
        let goes_on = made.end < self.story.steps.len() && self.actor(made.end) == actor;
        match hidden {
            Some((inner, part)) if inner.is_some() || part.len() == 1 => {
                self.part_line(inner, part);
            }
            Some((_, part)) => {
                self.pass(part);
                if !goes_on {
                    self.events.push(Event {
                        actor,
                        depth: line.depth + 1,
                        text: REST.to_owned(),
                        notes: Vec::new(),
                    });
                }
                self.left_out_behind(actor);
            }
            None => {}
        }
    }

    /// Notes where an actor stands after steps of its own.
    fn pass(&mut self, made: Range<usize>) {
        let Some(step) = made.last() else { return };
        let actor = self.actor(step);
        let before = world_before(self.scenario, self.story, step);
        let after = &self.story.steps[step].world;
        let model = self.model();
        self.last[actor.index()] = Some((pc(model, &before, actor), pc(model, after, actor)));
    }

    /// The lines for a part of a composite that nobody interrupts; returns where their steps end.
    fn part_line(&mut self, inner: Option<usize>, part: Range<usize>) -> usize {
        match inner {
            Some(inner) => {
                self.folded(inner, part.clone());
                part.end
            }
            None => self.single(part.start).end,
        }
    }

    /// The composite right below another one that a step is in, if it is in one, and how far that goes.
    fn part(&self, group: usize, at: usize, end: usize) -> (Option<usize>, Range<usize>) {
        let actor = self.actor(at);
        let lines = self.lines(actor);
        let pc_at = |step: usize| self.instr(step).map_or(0, |it| it.0);
        let inside = |it: &usize| lines[*it].depth == lines[group].depth + 1;
        let Some(inner) = groups_at(lines, pc_at(at)).find(inside) else {
            return (None, at..at + 1);
        };
        let mut last = at + 1;
        while last < end && stays(&lines[inner], pc_at(last - 1), pc_at(last)) {
            last += 1;
        }
        (Some(inner), at..last)
    }

    /// Whether a step has something to tell beyond its name, or has to do with the failure, or is changed.
    fn is_shown(&self, at: usize) -> bool {
        let line = self
            .instr(at)
            .and_then(|(pc, _)| line_at(self.lines(self.actor(at)), pc));
        let changed = line.is_some_and(|it| it.mark != Mark::Kept);
        let steps = at..at + 1;
        changed
            || self.shown.contains(&at)
            || result(self.scenario, self.story, self.era, steps.clone()).is_some()
            || !notes(self.scenario, self.story, self.era, steps, None).is_empty()
    }

    /// Whether a part of a composite has to be seen.
    fn tells(&self, group: usize, steps: &Range<usize>) -> bool {
        let remarks = notes(self.scenario, self.story, self.era, steps.clone(), None);
        let causes = steps.clone().any(|it| self.shown.contains(&it));
        causes || !remarks.is_empty() || self.disputed(group, steps.clone())
    }

    /// Whether one line for all steps of a composite would hide what the diagram is about. A loop over sectors has a
    /// remark on each sector that matters, and needs no further lines.
    fn disputed(&self, group: usize, steps: Range<usize>) -> bool {
        let actor = self.actor(steps.start);
        let lines = self.lines(actor);
        let below = lines[group + 1..].iter();
        let mut below = below.take_while(|it| it.depth > lines[group].depth);
        let changed =
            |it: &Line| matches!(it.mark, Mark::Dropped | Mark::MovedHere | Mark::Inserted);
        let walks = |it: &Line| it.key == "page_mkclean" && !it.pcs.is_empty();
        if below.clone().any(|it| changed(it) || walks(it)) {
            return true;
        }
        let each_sector = |it: &Line| {
            it.row
                .is_none_or(|row| matches!(OPS[row].op.operand(), OperandKind::Sector))
        };
        !below.all(each_sector) && steps.into_iter().any(|it| self.shown.contains(&it))
    }

    /// If the step begins what is done to several sectors, one after the other, without anything to be told of any of
    /// them: where that ends, and the line for it.
    fn sectors(&self, at: usize) -> Option<(usize, String)> {
        let actor = self.actor(at);
        let lines = self.lines(actor);
        // The sector that a step works on, with what it does.
        let work = |step: usize| {
            if step >= self.story.steps.len() || self.actor(step) != actor {
                return None;
            }
            let (pc, instr) = self.instr(step)?;
            match instr.operand {
                Operand::Sector(sector) => Some((pc, instr, sector)),
                _ => None,
            }
        };
        let (first, instr, _) = work(at)?;
        let around = groups_at(lines, first).last();
        let alone = |step: usize| {
            let before = world_before(self.scenario, self.story, step);
            ways(self.model(), &before, actor) < 2 && !self.is_shown(step)
        };
        // The steps on one sector, if they are all of those that the loop makes.
        let round = |from: usize| {
            let (pc, instr, sector) = work(from)?;
            let code = &self.model().actors[actor.index()].code;
            let same = |at: usize| {
                let other = code.get(at);
                other.is_some_and(|it| {
                    it.operand == instr.operand
                        && it.page == instr.page
                        && groups_at(lines, at as u8).last() == around
                })
            };
            if groups_at(lines, pc).last() != around
                || usize::from(pc) > 0 && same(usize::from(pc) - 1)
            {
                return None;
            }
            let many = (usize::from(pc)..).take_while(|at| same(*at)).count();
            let steps = from..from + many;
            let whole = steps.clone().enumerate().all(|(more, step)| {
                let made = work(step).is_some_and(|it| usize::from(it.0) == usize::from(pc) + more);
                made && alone(step)
            });
            let tags: Vec<u8> = steps
                .clone()
                .filter_map(|it| Some(work(it)?.1.tag))
                .collect();
            whole.then_some((steps.end, instr.page, sector, tags))
        };
        let (mut end, page, low, tags) = round(at)?;
        let mut high = low;
        while let Some((next, of, sector, same)) = round(end) {
            if of != page || sector.0 != high.0 + 1 || same != tags {
                break;
            }
            (end, high) = (next, sector);
        }
        let text = sectors_call(self.scenario, self.era, (low, high), instr.page, &tags);
        (high > low).then_some((end, text))
    }

    /// Adds a remark for each line that was left out in front of the first step of a program.
    fn left_out_first(&mut self, actor: ActorId, pc: u8) {
        let main = self.model().actors[actor.index()].main;
        if pc != 0 && pc != main {
            return;
        }
        let lines = self.lines(actor);
        let handler = pc == main && main > 0;
        if let Some(first) = lines.iter().position(|it| it.handler == handler) {
            self.left_out(actor, first);
        }
    }

    /// Adds a remark for each line that was left out right behind the step that an actor made last.
    fn left_out_behind(&mut self, actor: ActorId) {
        let Some((from, to)) = self.last[actor.index()] else {
            return;
        };
        let it = &self.model().actors[actor.index()];
        let next = from.wrapping_add(1);
        let over = usize::from(next) >= it.code.len() || next == it.main;
        let jump = it
            .code
            .get(usize::from(next))
            .filter(|it| it.op == Op::Goto);
        if to != next && !over && jump.is_none_or(|it| it.no != to) {
            return;
        }
        let lines = self.lines(actor);
        let made = |it: &Line| it.row.is_some() && it.pcs.contains(&from);
        if let Some(at) = lines.iter().position(made) {
            self.left_out(actor, at + 1);
        }
    }

    /// Adds a remark for each of the lines from one on that are left out of a program, up to the next that is not.
    fn left_out(&mut self, actor: ActorId, from: usize) {
        let lines = self.lines(actor);
        let mut at = from;
        while let Some(line) = lines.get(at) {
            let waits = line.row.is_some_and(|row| {
                matches!(
                    OPS[row].op,
                    Op::WaitStable | Op::WaitWriteback | Op::WaitOnce
                )
            });
            let told = match line.mark {
                Mark::Dropped => true,
                Mark::NotYet => waits,
                Mark::MovedAway => lines[at..]
                    .iter()
                    .any(|it| it.mark == Mark::MovedHere && it.key == line.key),
                Mark::Elsewhere => false,
                // A composite without steps of this device; a label begins another path.
                _ if line.row.is_none() && line.pcs.is_empty() && !line.key.is_empty() => false,
                _ => return,
            };
            if told && !self.told[actor.index()].contains(&at) {
                self.told[actor.index()].push(at);
                self.events.push(Event {
                    actor,
                    depth: line.depth,
                    text: left_out_call(self.scenario, self.era, line),
                    notes: Vec::new(),
                });
            }
            let inner = lines[at + 1..].iter();
            at += 1 + match line.mark {
                Mark::Kept => 0,
                _ => inner.take_while(|it| it.depth > line.depth).count(),
            };
        }
    }

    /// The end of the steps of a composite entered at the step `at`, if one line can stand for all of them: no other
    /// actor moves before it is left, none of its steps has two ways, and nobody waits for what its steps do.
    fn folds(&self, line: &Line, at: usize) -> Option<usize> {
        let actor = self.actor(at);
        let model = self.model();
        let code = &model.actors[actor.index()].code;
        let loud = |pc: u8| code.get(usize::from(pc)).is_some_and(|it| !quiet(it.op));
        if self.detail == Detail::Unfolded || line.pcs.clone().any(loud) {
            return None;
        }
        for step in at..self.story.steps.len() {
            let before = world_before(self.scenario, self.story, step);
            if self.actor(step) != actor || ways(model, &before, actor) > 1 {
                return None;
            }
            let after = &self.story.steps[step].world;
            if !stays(line, pc(model, &before, actor), pc(model, after, actor)) {
                return Some(step + 1);
            }
        }
        None
    }

    /// Adds a line for each actor that falls asleep by a step (none: that sleeps from the start). That is the actor that
    /// made the step, if its next step must wait; and, where the run is over, also any other that the step has put to
    /// sleep for good.
    fn fell_asleep(&mut self, step: Option<usize>) {
        let model = &self.scenario.model;
        let last = self.story.steps.last().map_or(model.initial, |it| it.world);
        let over = end(model, &last).is_some();
        let world = step.map_or(model.initial, |at| self.story.steps[at].world);
        for actor in model.actor_ids() {
            let Status::Asleep(wait) = status(model, &world, actor) else {
                continue;
            };
            let own = step.is_some_and(|at| self.actor(at) == actor);
            let for_good = over && self.sleeps_for_good(actor, step);
            if !own && !for_good {
                continue;
            }
            let told = step.map(|at| &self.story.steps[at].effects);
            let said =
                |all: &Vec<Effect>| all.iter().any(|it| matches!(it, Effect::FellAsleep { .. }));
            let Some((pc, instr)) = standing(model, &world, actor) else {
                continue;
            };
            if own && told.is_some_and(said) {
                continue;
            }
            // The line is indented by the composites that the actor is in already: those that its next step enters
            // get their lines when that step is made.
            let lines = &self.scenario.cast[actor.index()].lines;
            let last = self.last[actor.index()];
            let goes_on = |at: &usize| last.is_some_and(|it| stays(&lines[*at], it.0, pc));
            let depth = groups_at(lines, pc).filter(goes_on).count() as u8;
            let call = step_call(self.scenario, self.era, actor, (pc, instr));
            if for_good {
                // Of a composite that it will never enter there is no line, but of what is left out in front.
                let first = self.events.len();
                for group in groups_at(lines, pc).filter(|it| !goes_on(it)) {
                    self.left_out(actor, group + 1);
                }
                self.events[first..]
                    .iter_mut()
                    .for_each(|it| it.depth = depth);
            }
            let event = Event {
                actor,
                depth,
                text: call,
                notes: line_at(lines, pc)
                    .and_then(|it| changed(it.mark))
                    .into_iter()
                    .chain([blocked(self.scenario, wait)])
                    .collect(),
            };
            self.events.push(event);
            self.slept[actor.index()] = true;
        }
    }

    /// Whether an actor sleeps from a step on (none: from the start) to the end of the run, and not yet before it.
    fn sleeps_for_good(&self, actor: ActorId, step: Option<usize>) -> bool {
        let model = &self.scenario.model;
        let asleep = |it: &World| matches!(status(model, it, actor), Status::Asleep(_));
        let rest = self.story.steps.iter().skip(step.map_or(0, |at| at + 1));
        let before = step.map(|at| world_before(self.scenario, self.story, at));
        before.is_none_or(|it| !asleep(&it)) && rest.into_iter().all(|it| asleep(&it.world))
    }
}

/// Whether a folded composite may hide a step: one that takes or releases a lock, sets PG_writeback, waits or chooses
/// always has a line.
fn quiet(op: Op) -> bool {
    !matches!(
        op,
        Op::LockPage
            | Op::TrylockPage
            | Op::UnlockPage
            | Op::WaitPageUnlocked
            | Op::Take(_)
            | Op::Release(_)
            | Op::Await(_)
            | Op::Lock(_)
            | Op::SetPageWriteback
            | Op::SetBlocksWriteback
            | Op::WaitWriteback
            | Op::WaitStable
            | Op::WaitOnce
            | Op::WaitBio
            | Op::Choose
    )
}

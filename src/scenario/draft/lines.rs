//! What can be done with a line on the stage, as changes to the draft: left out, put back, moved, swapped, made not to wait,
//! repeated, replaced.

use serde::{Deserialize, Serialize};

use crate::machine::{ActorId, Op, Operand, PageId};
use crate::protocol::{
    Edit, Line, LineStep, Mark, OPS, Place, Program, Side, Step, UNMODELLED, What, line_steps,
};
use crate::scenario::build::{Variant, programs};
use crate::scenario::loaded::Scenario;

use super::error::{DraftError, Uneditable};
use super::layout::Layout;
use super::{Change, Draft};

/// What can be done with a line, and the change that does it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineAction {
    /// What is done.
    pub kind: ActionKind,
    /// The same, in a few words.
    pub words: String,
    /// What it changes.
    pub change: Change,
}

/// Kinds of things that can be done with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ActionKind {
    /// It is left out.
    Drop,
    /// What was done to it is undone.
    PutBack,
    /// It goes one line up.
    Up,
    /// It goes one line down.
    Down,
    /// It runs twice.
    Twice,
    /// A wait is passed, a lock only tried.
    NoWait,
    /// A wait that waits where the device asks for it waits always, or the other way round.
    OtherWait,
    /// A step that a later kernel has is made here.
    Now,
}

/// What stands in the place of a step that must not wait.
const NO_WAIT: [(&str, &str); 6] = [
    ("lock_page", "trylock_page"),
    ("mutex_lock", "mutex_trylock"),
    ("spin_lock", "spin_trylock"),
    ("down_read", "down_read_trylock"),
    ("down_write", "down_write_trylock"),
    ("wait_on_page_locked", ""),
];

/// The two waits for writeback, each with the other one.
const WAITS: [(&str, &str, &str); 2] = [
    (
        "wait_for_stable_page",
        "wait_on_page_writeback",
        "Wait for writeback always",
    ),
    (
        "wait_on_page_writeback",
        "wait_for_stable_page",
        "Wait only where stable pages are asked for",
    ),
];

/// A draft as it is built for the stage: on the device and in the kernel of a scenario.
struct Stage<'a> {
    draft: &'a Draft,
    setting: Variant,
    programs: Vec<Program>,
    /// How many edits the file has itself that are made.
    of_file: usize,
    /// The names of the file's stores.
    stores: Vec<String>,
}

impl<'a> Stage<'a> {
    fn of(draft: &'a Draft, scenario: &Scenario) -> Result<Stage<'a>, DraftError> {
        let setting = Variant {
            device: Some(scenario.device),
            era: Some(scenario.era),
            unchanged: scenario.unchanged,
            ..Variant::default()
        };
        let programs = programs(&draft.text, &draft.variant(&setting));
        let programs = programs.map_err(|error| DraftError::not_built(&error))?;
        let layout = Layout::of(&draft.text)?;
        Ok(Stage {
            draft,
            programs,
            of_file: match setting.unchanged {
                true => 0,
                false => layout.all("edit").count(),
            },
            stores: layout.names("store"),
            setting,
        })
    }

    /// What stands behind a line.
    fn line(&self, actor: ActorId, line: usize) -> Result<LineStep<'_>, DraftError> {
        let found = line_steps(&self.programs, actor).into_iter().nth(line);
        found.ok_or(DraftError::NoLine { line })
    }

    /// The number of an edit among the draft's own, by its number among all; none for one of the file.
    fn own(&self, number: usize) -> Option<usize> {
        number.checked_sub(self.of_file)
    }

    /// The scenario with a change; none if that does not build.
    fn with(&self, change: &Change) -> Option<Scenario> {
        let draft = self.draft.apply(change).ok()?;
        draft.build("", &self.setting).ok()
    }

    /// How an edit names the step of a line.
    fn place(&self, line: &LineStep) -> Result<Place, DraftError> {
        let reason = |reason| DraftError::NotEditable {
            line: words(line),
            reason,
        };
        if line.step().is_none_or(|it| it.key().is_empty()) {
            return Err(reason(Uneditable::Label));
        }
        let Some(place) = &line.place else {
            return Err(reason(Uneditable::Gone));
        };
        // Lines of an actor's own on both sides of a program that it runs go by one name, and an edit would be made in both.
        let own = keys(&line.program.steps);
        let mut namesakes = self
            .programs
            .iter()
            .filter(|it| it.name == place.program && it.actor == line.program.actor && !it.handler);
        match line.program.handler || namesakes.all(|it| keys(&it.steps) == own) {
            true => Ok(place.clone()),
            false => Err(reason(Uneditable::Ambiguous)),
        }
    }

    /// The change that moves a step beside another one.
    fn moved(&self, from: &LineStep, to: &LineStep, side: Side) -> Result<Change, DraftError> {
        let reason = |reason| DraftError::NotEditable {
            line: words(from),
            reason,
        };
        if !std::ptr::eq(from.program, to.program) {
            return Err(reason(Uneditable::OtherProgram));
        }
        if to.path.starts_with(&from.path) {
            return Err(reason(Uneditable::Inside));
        }
        let (what, beside) = (self.place(from)?, self.place(to)?);
        // A step that an edit has put here is put elsewhere by the same edit.
        let edit = from.step().and_then(|it| it.edit);
        let own = edit.and_then(|it| self.own(it));
        if let Some(number) = own
            && let Some(change) = self.moved_again(number, from, to, side)
        {
            return Ok(change);
        }
        Ok(Change::Edit(Edit::Move(what, beside, side)))
    }

    /// The change to an edit that has moved or inserted a step, so that it puts it elsewhere; none if another edit has to do it.
    fn moved_again(
        &self,
        number: usize,
        from: &LineStep,
        to: &LineStep,
        side: Side,
    ) -> Option<Change> {
        // Only the last edit: those after it may name places that it has made.
        if number + 1 != self.draft.edits.len() {
            return None;
        }
        let before = Draft {
            text: self.draft.text.clone(),
            edits: self.draft.edits[..number].to_vec(),
        };
        let all = programs(&before.text, &before.variant(&self.setting)).ok()?;
        let at = self
            .programs
            .iter()
            .position(|it| std::ptr::eq(it, from.program))?;
        let program = all.get(at)?;
        // Without the edit, what it has put there is not in its list.
        let mut path = to.path.clone();
        let (own, list) = from.path.split_last()?;
        if path.len() > list.len() && path.starts_with(list) && path[list.len()] > *own {
            path[list.len()] -= 1;
        }
        let beside = LineStep::at(program, &path)?;
        let edit = match &self.draft.edits[number] {
            Edit::Move(what, ..) => {
                if beside == *what {
                    return Some(Change::TakeBack(number));
                }
                Edit::Move(what.clone(), beside, side)
            }
            Edit::Insert(line, ..) => Edit::Insert(line.clone(), beside, side),
            _ => return None,
        };
        let change = Change::Amend(number, edit);
        let after = self.with(&change)?;
        let is_as_before = before.build("", &self.setting).ok()?.model == after.model;
        match is_as_before && matches!(self.draft.edits[number], Edit::Move(..)) {
            true => Some(Change::TakeBack(number)),
            false => Some(change),
        }
    }

    /// The change that leaves a step out.
    fn dropped(&self, line: &LineStep) -> Result<Change, DraftError> {
        let place = self.place(line)?;
        let step = line.step();
        let own = step.and_then(|it| it.edit).and_then(|it| self.own(it));
        if let (Some(number), Some(step)) = (own, step)
            && number + 1 == self.draft.edits.len()
        {
            match (&self.draft.edits[number], step.mark) {
                // What was added is not there any more, nor what was added beside it in the same line.
                (Edit::Insert(..), Mark::Inserted) => return Ok(Change::TakeBack(number)),
                (Edit::Move(what, ..), Mark::MovedHere) => {
                    return Ok(Change::Amend(number, Edit::Drop(what.clone())));
                }
                _ => {}
            }
        }
        Ok(Change::Edit(Edit::Drop(place)))
    }

    /// Whether a change has the steps of a line run once more right behind it.
    fn repeats(&self, change: &Change, actor: ActorId, line: usize) -> bool {
        let Some(scenario) = self.with(change) else {
            return false;
        };
        let of_actor = scenario
            .cast
            .get(actor.index())
            .zip(scenario.model.actors.get(actor.index()));
        let Some((cast, machine)) = of_actor else {
            return false;
        };
        let Some(first) = cast.lines.get(line) else {
            return false;
        };
        let own = usize::from(first.pcs.start)..usize::from(first.pcs.end);
        let again = own.end..own.end + own.len();
        let steps = |range: std::ops::Range<usize>| {
            let code = machine.code.get(range)?.iter();
            Some(
                code.map(|it| (it.op, it.page, it.operand, it.tag))
                    .collect::<Vec<_>>(),
            )
        };
        let is_added = |it: &Line| {
            usize::from(it.pcs.start) == own.end
                && it.pcs.len() == own.len()
                && it.mark == Mark::Inserted
        };
        !own.is_empty() && cast.lines.iter().any(is_added) && steps(own.clone()) == steps(again)
    }

    /// The change that undoes what an edit did to a line; none if none did. An edit of the file itself is undone by another edit if
    /// one can, so that the file stays the one it is; else it is taken out of the file.
    fn put_back(&self, line: &LineStep, all: &[LineStep], names: &Names) -> Option<Change> {
        let mut around = line.steps.iter().rev();
        let number = around.find_map(|it| it.edit)?;
        match self.own(number) {
            Some(own) => Some(Change::TakeBack(own)),
            None => {
                let removed = Change::RemoveEdit(number);
                self.countered(number, all, names).or(Some(removed))
            }
        }
    }

    /// The edit that undoes one of the file; none if no single one does. `all` are the lines of an actor that it concerns.
    fn countered(&self, number: usize, all: &[LineStep], names: &Names) -> Option<Change> {
        let goal = self.with(&Change::RemoveEdit(number))?.model;
        let marked = |mark: Mark| {
            let by_it = move |it: &&LineStep| {
                it.step()
                    .is_some_and(|step| step.edit == Some(number) && step.mark == mark)
            };
            all.iter().filter(by_it)
        };
        let mut tries: Vec<Edit> = Vec::new();
        let here: Vec<&Place> = marked(Mark::MovedHere)
            .filter_map(|it| it.place.as_ref())
            .collect();
        let added: Vec<&Place> = marked(Mark::Inserted)
            .filter_map(|it| it.place.as_ref())
            .collect();
        if let [one, other] = here[..] {
            tries.push(Edit::Swap(one.clone(), other.clone()));
        }
        for (from, to) in marked(Mark::MovedAway).zip(&here) {
            let anchors = anchors(from).into_iter();
            tries.extend(anchors.map(|(beside, side)| Edit::Move((*to).clone(), beside, side)));
        }
        for gone in marked(Mark::Dropped) {
            let Some(line) = gone.step().and_then(|it| names.line_with_label(it)) else {
                continue;
            };
            tries.extend(
                added
                    .iter()
                    .map(|it| Edit::Replace((*it).clone(), line.clone())),
            );
            let anchors = anchors(gone).into_iter();
            tries.extend(anchors.map(|(beside, side)| Edit::Insert(line.clone(), beside, side)));
        }
        tries.extend(added.iter().map(|it| Edit::Drop((*it).clone())));
        let mut changes = tries.into_iter().map(Change::Edit);
        changes.find(|it| self.with(it).is_some_and(|it| it.model == goal))
    }
}

/// The nearest steps that run on both sides of a step in its list, as an edit names them, and on which side of them it stands.
fn anchors(line: &LineStep) -> Vec<(Place, Side)> {
    let Some(own) = line.path.last() else {
        return Vec::new();
    };
    let list = line.list();
    let runs = |index: &usize| list.get(*index).is_some_and(|it| it.mark.runs());
    let place = |index: usize| line.beside(index);
    let behind = (own + 1..list.len()).filter(runs).find_map(place);
    let before = (0..*own).rev().filter(runs).find_map(place);
    let behind = behind.map(|it| (it, Side::Before));
    behind
        .into_iter()
        .chain(before.map(|it| (it, Side::After)))
        .collect()
}

/// A line by its step.
fn words(line: &LineStep) -> String {
    let key = line.step().map_or("", |it| it.key());
    match key {
        "" => "A label".to_owned(),
        key => format!("`{key}`"),
    }
}

/// What stands behind a line on the stage, as an edit names it: to insert before or after, to replace, to move to. None for a
/// label, and for what does not run there any more. `programs` are what the scenario's actors run.
pub fn place_of_line(programs: &[Program], actor: ActorId, line: usize) -> Option<Place> {
    let found = line_steps(programs, actor).into_iter().nth(line)?;
    found.place
}

/// The change that moves a line of an actor's programs to right before or after another one. A line that an edit has put
/// there is moved by that edit.
///
/// # Errors
/// [`DraftError`] if the draft does not build on this stage, or the line cannot go there.
pub fn move_line(
    draft: &Draft,
    scenario: &Scenario,
    actor: ActorId,
    from: usize,
    to: usize,
    side: Side,
) -> Result<Change, DraftError> {
    let stage = Stage::of(draft, scenario)?;
    let (from, to) = (stage.line(actor, from)?, stage.line(actor, to)?);
    stage.moved(&from, &to, side)
}

/// The change that swaps two lines of an actor's programs.
///
/// # Errors
/// As [`move_line`].
pub fn swap_lines(
    draft: &Draft,
    scenario: &Scenario,
    actor: ActorId,
    one: usize,
    other: usize,
) -> Result<Change, DraftError> {
    let stage = Stage::of(draft, scenario)?;
    let (one, other) = (stage.line(actor, one)?, stage.line(actor, other)?);
    let reason = |reason| DraftError::NotEditable {
        line: words(&one),
        reason,
    };
    if !std::ptr::eq(one.program, other.program) {
        return Err(reason(Uneditable::OtherProgram));
    }
    if one.path.starts_with(&other.path) || other.path.starts_with(&one.path) {
        return Err(reason(Uneditable::Inside));
    }
    let edit = Edit::Swap(stage.place(&one)?, stage.place(&other)?);
    Ok(Change::Edit(edit))
}

/// The change that adds a line of the program language right before or after a line.
///
/// # Errors
/// As [`move_line`]; what is wrong with the added line itself is said when the draft is built.
pub fn insert_line(
    draft: &Draft,
    scenario: &Scenario,
    actor: ActorId,
    line: usize,
    added: &str,
    side: Side,
) -> Result<Change, DraftError> {
    let stage = Stage::of(draft, scenario)?;
    let place = stage.place(&stage.line(actor, line)?)?;
    Ok(Change::Edit(Edit::Insert(added.to_owned(), place, side)))
}

/// The change that has a line of the program language run in the place of a line.
///
/// # Errors
/// As [`insert_line`].
pub fn replace_line(
    draft: &Draft,
    scenario: &Scenario,
    actor: ActorId,
    line: usize,
    by: &str,
) -> Result<Change, DraftError> {
    let stage = Stage::of(draft, scenario)?;
    let place = stage.place(&stage.line(actor, line)?)?;
    Ok(Change::Edit(Edit::Replace(place, by.to_owned())))
}

/// What can be done with a line of an actor's programs: only changes with which the draft builds on the scenario's device and
/// in its kernel. Nothing if the draft does not build, or there is no such line.
pub fn line_actions(
    draft: &Draft,
    scenario: &Scenario,
    actor: ActorId,
    line: usize,
) -> Vec<LineAction> {
    let Ok(stage) = Stage::of(draft, scenario) else {
        return Vec::new();
    };
    let all = line_steps(&stage.programs, actor);
    let Some(this) = all.get(line) else {
        return Vec::new();
    };
    let names = Names {
        pages: scenario.indexes.len(),
        stores: stage.stores.clone(),
        locks: scenario.locks.clone(),
        spaces: scenario.spaces.clone(),
    };
    let mut actions: Vec<LineAction> = Vec::new();
    let mut offer = |kind: ActionKind, words: &str, change: Option<Change>| {
        let change = change.filter(|it| stage.with(it).is_some());
        actions.extend(change.map(|change| LineAction {
            kind,
            words: words.to_owned(),
            change,
        }));
    };
    offer(
        ActionKind::PutBack,
        "Put it back",
        stage.put_back(this, &all, &names),
    );
    let (Ok(place), Some(step)) = (stage.place(this), this.step()) else {
        return actions;
    };
    let replace = |by: &str| Some(Change::Edit(Edit::Replace(place.clone(), by.to_owned())));
    if step.mark == Mark::NotYet {
        let own = names.line(step).and_then(|it| replace(&it));
        offer(ActionKind::Now, "Have this kernel do it", own);
        offer(ActionKind::Drop, "Leave it out", stage.dropped(this).ok());
        return actions;
    }
    offer(ActionKind::Drop, "Leave it out", stage.dropped(this).ok());
    let beside = |up: bool| {
        let goal = neighbour(&all, line, up)?;
        let side = if up { Side::Before } else { Side::After };
        stage.moved(this, goal, side).ok()
    };
    offer(ActionKind::Up, "Move it up", beside(true));
    offer(ActionKind::Down, "Move it down", beside(false));
    let twice = names
        .line(step)
        .map(|it| Change::Edit(Edit::Insert(it, place.clone(), Side::After)));
    let twice = twice.filter(|it| stage.repeats(it, actor, line));
    offer(ActionKind::Twice, "Do it twice", twice);
    if let Some((_, by)) = NO_WAIT.iter().find(|(key, _)| *key == step.key()) {
        let change = match by.is_empty() {
            true => stage.dropped(this).ok(),
            false => names.with_operand(by, step).and_then(|it| replace(&it)),
        };
        let words = if by.is_empty() {
            "Do not wait"
        } else {
            "Only try the lock"
        };
        offer(ActionKind::NoWait, words, change);
    } else if step.op().is_some_and(is_wait) {
        offer(ActionKind::NoWait, "Do not wait", stage.dropped(this).ok());
    }
    if let Some((_, by, words)) = WAITS.iter().find(|(key, ..)| *key == step.key()) {
        let other = names.with_operand(by, step).and_then(|it| replace(&it));
        offer(ActionKind::OtherWait, words, other);
    }
    actions
}

/// Whether a step does nothing but wait.
fn is_wait(op: Op) -> bool {
    OPS.iter()
        .any(|row| row.op == op && row.key.starts_with("wait_"))
}

/// The line over which a line goes up or down: the next one in its list that runs, or else the composite around it.
fn neighbour<'a, 'p>(all: &'a [LineStep<'p>], line: usize, up: bool) -> Option<&'a LineStep<'p>> {
    let this = &all[line];
    let (own, list) = this.path.split_last()?;
    let is_beside = |it: &&LineStep| {
        let same = std::ptr::eq(it.program, this.program) && it.path.len() == this.path.len();
        let runs = it.place.is_some() && it.step().is_some_and(|it| it.mark.runs());
        let other = it.path.last();
        same && runs
            && it.path.starts_with(list)
            && other.is_some_and(|it| if up { it < own } else { it > own })
    };
    let mut beside = all.iter().filter(is_beside);
    let near = if up {
        beside.next_back()
    } else {
        beside.next()
    };
    near.or_else(|| {
        let mut around = all.iter();
        around.find(|it| {
            let same = std::ptr::eq(it.program, this.program);
            same && !list.is_empty() && it.path == list && it.place.is_some()
        })
    })
}

/// The keys of some steps and of those inside of them.
fn keys(steps: &[Step]) -> Vec<&str> {
    let mut all = Vec::new();
    for step in steps {
        all.push(step.key());
        if let What::Group(_, inner) = &step.what {
            all.extend(keys(inner));
        }
    }
    all
}

/// The names of what steps work on.
struct Names {
    pages: usize,
    stores: Vec<String>,
    locks: Vec<String>,
    spaces: Vec<String>,
}

impl Names {
    /// The line of the program language that has an actor make a step; none if no line can say it by itself.
    fn line(&self, step: &Step) -> Option<String> {
        match &step.what {
            What::Op { .. } => self.with_operand(step.key(), step),
            What::Group(key, inner) => {
                // What its steps work on, it is called with.
                let mut line = key.clone();
                let mut of = Operands::default();
                of.see(inner);
                if let Some(store) = of.store {
                    line += &format!(" {}", self.stores.get(store)?);
                } else if let Some(page) = of.page.filter(|_| self.pages > 1) {
                    line += &format!(" {page}");
                }
                if let Some(lock) = of.lock {
                    line += &format!(" {}", self.locks.get(lock)?);
                }
                Some(line)
            }
            What::Label(_) => None,
        }
    }

    /// The same with the label that the step goes to if it answers no.
    fn line_with_label(&self, step: &Step) -> Option<String> {
        let line = self.line(step)?;
        Some(match &step.what {
            What::Op {
                no: Some(label), ..
            } => {
                format!("{line} else {}", label.split('@').next().unwrap_or("end"))
            }
            _ => line,
        })
    }

    /// A step's key with what another step works on.
    fn with_operand(&self, key: &str, step: &Step) -> Option<String> {
        let What::Op {
            page,
            operand,
            shown,
            ..
        } = &step.what
        else {
            return None;
        };
        let page = match self.pages > 1 {
            true => format!(" {page}"),
            false => String::new(),
        };
        Some(match operand {
            Operand::None if key == UNMODELLED => {
                format!("{key} {}", shown.as_deref().unwrap_or_default())
            }
            Operand::None => format!("{key}{page}"),
            Operand::Store(store) => format!("{key} {}", self.stores.get(store.index())?),
            Operand::Lock(lock) => format!("{key} {}", self.locks.get(lock.index())?),
            Operand::Space(space) => {
                format!("{key}{page} {}", self.spaces.get(space.index())?)
            }
            Operand::Sectors(some) => {
                let last = 7 - some.leading_zeros();
                format!("{key}{page} {}-{last}", some.trailing_zeros())
            }
            // It is named by nothing but the round of a loop.
            Operand::Sector(_) => return None,
        })
    }
}

/// The first page, store and lock that steps work on.
#[derive(Default)]
struct Operands {
    page: Option<PageId>,
    store: Option<usize>,
    lock: Option<usize>,
}

impl Operands {
    fn see(&mut self, steps: &[Step]) {
        for step in steps {
            match &step.what {
                What::Op { page, operand, .. } => {
                    self.page.get_or_insert(*page);
                    match operand {
                        Operand::Store(store) => _ = self.store.get_or_insert(store.index()),
                        Operand::Lock(lock) => _ = self.lock.get_or_insert(lock.index()),
                        _ => {}
                    }
                }
                What::Group(_, inner) => self.see(inner),
                What::Label(_) => {}
            }
        }
    }
}

//! Every single change to an ordering: one step is dropped, moved or swapped with another, or one wait
//! becomes conditional or unconditional.

use super::edit::{Edit, Place, Program, Side, find};
use super::text::UNMODELLED;
use super::tree::{Step, What};

/// More steps of one key than this side by side are the rounds of a loop over sectors. Single rounds
/// are not edited; a composite around them is, as a whole.
const MOST_ALIKE: usize = 3;

/// The two waits for writeback (only where the mapping asks for stable pages, and always), each with
/// the other one, which can stand in its place.
const WAITS: [(&str, &str); 2] = [
    ("wait_for_stable_page", "wait_on_page_writeback"),
    ("wait_on_page_writeback", "wait_for_stable_page"),
];

/// Every single edit of these programs: each step dropped, moved to before each other one (and to
/// after the last one of a list), swapped with each other one, and each wait made unconditional or
/// conditional. Some of these edits come to the same code or cannot be made, which only compiling
/// shows.
pub fn single_edits(programs: &[Program]) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (index, program) in programs.iter().enumerate() {
        // An edit applies to all programs of a name.
        if programs[..index]
            .iter()
            .any(|other| other.name == program.name)
        {
            continue;
        }
        let steps = steps_of(program);
        let place = |step: &Found| step.place.clone();
        let separate = |one: &Found, other: &Found| {
            !one.path.starts_with(&other.path) && !other.path.starts_with(&one.path)
        };
        for step in &steps {
            edits.push(Edit::Drop(place(step)));
        }
        for (wait, line) in WAITS {
            for step in &steps {
                if step.place.step == wait {
                    edits.push(Edit::Replace(place(step), line.to_owned()));
                }
            }
        }
        for step in &steps {
            for other in steps.iter().filter(|other| separate(step, other)) {
                if !step.precedes(other) {
                    edits.push(Edit::Move(place(step), place(other), Side::Before));
                }
                if other.last && !other.precedes(step) {
                    edits.push(Edit::Move(place(step), place(other), Side::After));
                }
            }
        }
        for (at, step) in steps.iter().enumerate() {
            for other in steps[at + 1..].iter().filter(|other| separate(step, other)) {
                edits.push(Edit::Swap(place(step), place(other)));
            }
        }
    }
    edits
}

/// How many instructions a program comes to.
pub fn instructions(program: &Program) -> usize {
    named(program).iter().filter(|(step, _)| step.instr).count()
}

/// The step behind an instruction of a program, counted from its first, as an edit names it.
pub fn place_of(program: &Program, instruction: usize) -> Option<Place> {
    let mut instrs = named(program).into_iter().filter(|(step, _)| step.instr);
    instrs.nth(instruction).map(|(step, _)| step.place)
}

/// The step at a path of a program, as an edit names it; none for one that no edit can name.
pub(super) fn place_at(program: &Program, path: &[usize]) -> Option<[Place; 2]> {
    let mut all = named(program).into_iter();
    let (found, _) = all.find(|(step, _)| step.path == path)?;
    let plain = Place {
        nth: None,
        ..found.place.clone()
    };
    // Without a number where none is needed.
    let place = match find(program, &plain).is_ok_and(|it| it == path) {
        true => plain,
        false => found.place.clone(),
    };
    (!place.step.is_empty()).then_some([place, found.place])
}

/// A step that an edit can name.
struct Found {
    place: Place,
    path: Vec<usize>,
    /// Whether it is the last step of its list that is edited here.
    last: bool,
    /// Whether it is an instruction of the program's code.
    instr: bool,
}

impl Found {
    /// Whether it stands right before the other step, in the same list.
    fn precedes(&self, other: &Found) -> bool {
        match (self.path.split_last(), other.path.split_last()) {
            (Some((at, list)), Some((next, of))) => list == of && at + 1 == *next,
            _ => false,
        }
    }
}

/// The steps of a program that [`single_edits`] edits.
fn steps_of(program: &Program) -> Vec<Found> {
    let steps = named(program).into_iter();
    steps
        .filter(|(_, usable)| *usable)
        .map(|(step, _)| step)
        .collect()
}

/// All steps of a program that an edit can name, each with whether [`single_edits`] edits it.
fn named(program: &Program) -> Vec<(Found, bool)> {
    let mut found = Vec::new();
    walk(program, &program.steps, true, &mut Vec::new(), &mut found);
    // Where a program has several steps of a key, each is named by its number among them.
    let keys: Vec<String> = found
        .iter()
        .map(|(step, _)| step.place.step.clone())
        .collect();
    for (index, (step, _)) in found.iter_mut().enumerate() {
        let same = |key: &&String| **key == keys[index];
        if keys.iter().filter(same).count() > 1 {
            step.place.nth = Some(keys[..=index].iter().filter(same).count());
        }
    }
    found
}

/// Adds the steps of a list, and those below them, to what [`named`] returns. `runs` says whether the
/// composites around the list run.
fn walk(
    program: &Program,
    steps: &[Step],
    runs: bool,
    path: &mut Vec<usize>,
    found: &mut Vec<(Found, bool)>,
) {
    // A call that is not modelled changes nothing, wherever it stands.
    let does = |step: &Step| !step.key().is_empty() && step.key() != UNMODELLED;
    let usable = |step: &Step| step.mark.runs() && does(step) && !step.leaves();
    let last = steps.iter().rposition(usable);
    for (index, step) in steps.iter().enumerate() {
        if !step.mark.counts() {
            continue;
        }
        path.push(index);
        let alike = steps
            .iter()
            .filter(|other| other.key() == step.key())
            .count();
        let of = Found {
            place: Place {
                program: program.name.clone(),
                step: step.key().to_owned(),
                nth: None,
            },
            path: path.clone(),
            last: last == Some(index),
            instr: runs && step.mark.runs() && matches!(step.what, What::Op { .. }),
        };
        found.push((of, runs && usable(step) && alike <= MOST_ALIKE));
        if let What::Group(_, inner) = &step.what {
            walk(program, inner, runs && step.mark.runs(), path, found);
        }
        path.pop();
    }
}

//! Edits: a broken ordering is the correct one plus these.

use crate::machine::Op;

use super::ops::OPS;
use super::program::Program;
use super::tree::{Mark, Step, What};

/// A step of a program, written `program/step`: `writepage/unlock_page`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The program's name.
    pub program: String,
    /// The step's key, at any depth.
    pub step: String,
}

impl Place {
    /// Reads `program/step`.
    ///
    /// # Errors
    /// [`EditError::NotAPlace`] if there is no single `/` between two names.
    pub fn parse(text: &str) -> Result<Place, EditError> {
        match text.split_once('/') {
            Some((program, step))
                if !program.is_empty() && !step.is_empty() && !step.contains('/') =>
            {
                Ok(Place {
                    program: program.to_owned(),
                    step: step.to_owned(),
                })
            }
            _ => Err(EditError::NotAPlace {
                text: text.to_owned(),
            }),
        }
    }
}

/// One change to an ordering.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Edit {
    /// The step is not run.
    Drop(Place),
    /// The step runs right before another one of the same program.
    MoveBefore(Place, Place),
    /// Two steps of the same program change places.
    Swap(Place, Place),
    /// An op without operand (by key) runs right before a step.
    InsertBefore(String, Place),
}

/// An edit that cannot be made, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Not of the form `program/step`.
    #[error("\"{text}\" is not of the form program/step, such as writepage/unlock_page")]
    NotAPlace {
        /// What was written.
        text: String,
    },
    /// No program of this name.
    #[error("there is no program \"{name}\"; programs are {known}")]
    NoProgram {
        /// The name given.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// The program has no such step.
    #[error("program \"{program}\" has no step \"{step}\"; its steps are {known}")]
    NoStep {
        /// The program.
        program: String,
        /// The step given.
        step: String,
        /// The steps it has.
        known: String,
    },
    /// A program has more than one step of this key.
    #[error("program \"{program}\" has several steps \"{step}\"; edit the step that holds them")]
    Ambiguous {
        /// The program.
        program: String,
        /// The step given.
        step: String,
    },
    /// The two steps of one edit are in different programs, or one holds the other.
    #[error("\"{one}\" and \"{other}\" must be two separate steps of the same program")]
    NotSeparate {
        /// The first.
        one: String,
        /// The second.
        other: String,
    },
    /// Not one of the forms of an edit.
    #[error("an edit is drop; move and before; swap and with; or insert and before")]
    NotAnEdit,
    /// Only ops without operand can be inserted.
    #[error("\"{key}\" cannot be inserted; what can be is {known}")]
    NotInsertable {
        /// The key given.
        key: String,
        /// What is possible.
        known: String,
    },
}

/// The ops an edit may insert: those that need no operand beyond the page.
fn insertable() -> impl Iterator<Item = Op> {
    [
        Op::LockPage,
        Op::UnlockPage,
        Op::TestClearPageDirty,
        Op::SetPageDirty,
        Op::SetPageWriteback,
        Op::WaitOnPageWriteback,
    ]
    .into_iter()
}

/// Where a step is: an index at each level.
type Path = Vec<usize>;

/// Makes one edit in every program of the name it gives.
///
/// # Errors
/// [`EditError`]; the programs are then unchanged.
pub fn apply(edit: &Edit, programs: &mut [Program]) -> Result<(), EditError> {
    let place = match edit {
        Edit::Drop(place)
        | Edit::MoveBefore(place, _)
        | Edit::Swap(place, _)
        | Edit::InsertBefore(_, place) => place,
    };
    if !programs.iter().any(|program| program.name == place.program) {
        let mut known: Vec<&str> = programs.iter().map(|program| program.name).collect();
        known.dedup();
        return Err(EditError::NoProgram {
            name: place.program.clone(),
            known: known.join(", "),
        });
    }
    let mut edited = programs.to_vec();
    for program in &mut edited {
        if program.name == place.program {
            edit_one(edit, program)?;
        }
    }
    programs.clone_from_slice(&edited);
    Ok(())
}

fn edit_one(edit: &Edit, program: &mut Program) -> Result<(), EditError> {
    match edit {
        Edit::Drop(place) => {
            let path = find(program, place)?;
            at(program, &path).mark = Mark::Dropped;
        }
        Edit::MoveBefore(what, before) => {
            let (from, to) = separate(program, what, before)?;
            let moved = ghost(program, &from);
            insert(program, to, moved);
        }
        Edit::Swap(one, other) => {
            let (first, second) = separate(program, one, other)?;
            let moved_first = ghost(program, &first);
            let moved_second = ghost(program, &second);
            // The later place first, so that the earlier one keeps its index.
            let (early, late) = if first < second {
                ((first, moved_second), (second, moved_first))
            } else {
                ((second, moved_first), (first, moved_second))
            };
            insert(program, late.0, late.1);
            insert(program, early.0, early.1);
        }
        Edit::InsertBefore(key, place) => {
            let path = find(program, place)?;
            let op = insertable()
                .find(|op| OPS[*op as usize].key == key)
                .ok_or_else(|| EditError::NotInsertable {
                    key: key.clone(),
                    known: list(insertable().map(|op| OPS[op as usize].key)),
                })?;
            let mut step = Step::op(op, 0);
            step.mark = Mark::Inserted;
            insert(program, path, step);
        }
    }
    Ok(())
}

fn list<'a>(keys: impl Iterator<Item = &'a str>) -> String {
    let mut keys: Vec<&str> = keys.collect();
    keys.dedup();
    keys.join(", ")
}

/// The only running step of a key.
fn find(program: &Program, place: &Place) -> Result<Path, EditError> {
    fn walk(steps: &[Step], here: &mut Path, visit: &mut dyn FnMut(&Path, &Step)) {
        for (index, step) in steps.iter().enumerate() {
            here.push(index);
            visit(here, step);
            // What a dropped or moved composite held does not run there any more.
            if let (What::Group(_, children), true) = (&step.what, step.mark.runs()) {
                walk(children, here, visit);
            }
            here.pop();
        }
    }
    let mut found = Vec::new();
    let mut known = Vec::new();
    walk(&program.steps, &mut Vec::new(), &mut |path, step| {
        if step.mark.runs() {
            known.push(step.key());
            if step.key() == place.step {
                found.push(path.clone());
            }
        }
    });
    if found.len() > 1 {
        return Err(EditError::Ambiguous {
            program: place.program.clone(),
            step: place.step.clone(),
        });
    }
    found.pop().ok_or_else(|| EditError::NoStep {
        program: place.program.clone(),
        step: place.step.clone(),
        known: list(known.into_iter()),
    })
}

fn separate(program: &Program, one: &Place, other: &Place) -> Result<(Path, Path), EditError> {
    let not_separate = || EditError::NotSeparate {
        one: format!("{}/{}", one.program, one.step),
        other: format!("{}/{}", other.program, other.step),
    };
    if one.program != other.program {
        return Err(not_separate());
    }
    let first = find(program, one)?;
    let second = find(program, other)?;
    if first.starts_with(&second) || second.starts_with(&first) {
        return Err(not_separate());
    }
    Ok((first, second))
}

/// The list a path ends in, and the index there.
fn level<'a>(program: &'a mut Program, path: &[usize]) -> (&'a mut Vec<Step>, usize) {
    let (last, above) = path.split_last().expect("a path names a step");
    let mut level = &mut program.steps;
    for index in above {
        match &mut level[*index].what {
            What::Group(_, children) => level = children,
            What::Op { .. } => unreachable!("paths lead through composites"),
        }
    }
    (level, *last)
}

fn at<'a>(program: &'a mut Program, path: &[usize]) -> &'a mut Step {
    let (level, index) = level(program, path);
    &mut level[index]
}

/// Leaves a mark at the old place and returns the step for its new one.
fn ghost(program: &mut Program, path: &Path) -> Step {
    let step = at(program, path);
    let mut moved = step.clone();
    step.mark = Mark::MovedAway;
    moved.mark = Mark::MovedHere;
    moved
}

fn insert(program: &mut Program, before: Path, step: Step) {
    let (level, index) = level(program, &before);
    level.insert(index, step);
}

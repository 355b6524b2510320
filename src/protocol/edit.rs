//! Edits: a broken ordering is the correct one plus one or more edits.

use crate::machine::ActorId;

use super::source::one_line;
use super::suggest::{did_you_mean, kernel_name};
use super::text::{Frame, Shape, TextError, expand_among};
use super::tree::{Mark, Step, What};

/// A program as an actor runs it, which edits can address by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its name in edits.
    pub name: String,
    /// Who runs it.
    pub actor: ActorId,
    /// Whether it is the program of its actor's write faults.
    pub handler: bool,
    /// What its lines refer to if they do not say.
    pub frame: Frame,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// A step of a program, written `program/step`: `writepage/unlock_page`; where a program has
/// several of a name, `writepage/pte_wrprotect#2`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Place {
    /// The program's name.
    pub program: String,
    /// The step's key, at any depth.
    pub step: String,
    /// Which of several steps of this key, from 1.
    pub nth: Option<usize>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(out, "{}/{}", self.program, self.step)?;
        match self.nth {
            Some(nth) => write!(out, "#{nth}"),
            None => Ok(()),
        }
    }
}

impl Place {
    /// Reads `program/step` or `program/step#n`.
    ///
    /// # Errors
    /// [`EditError::NotAPlace`] if there is no single `/` between two names.
    pub fn parse(text: &str) -> Result<Place, EditError> {
        let wrong = || EditError::NotAPlace {
            text: text.to_owned(),
        };
        let (program, step) = text.split_once('/').ok_or_else(wrong)?;
        let (step, nth) = match step.split_once('#') {
            Some((step, nth)) => (step, Some(nth.parse().map_err(|_| wrong())?)),
            None => (step, None),
        };
        if program.is_empty() || step.is_empty() || step.contains('/') || nth == Some(0) {
            return Err(wrong());
        }
        Ok(Place {
            program: program.to_owned(),
            step: step.to_owned(),
            nth,
        })
    }
}

/// One change to an ordering.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Edit {
    /// The step is not run.
    Drop(Place),
    /// The step runs right before (or, if so said, right after) another one of the same program.
    Move(Place, Place, Side),
    /// Two steps of the same program change places.
    Swap(Place, Place),
    /// A line of the program language is added right before or after a step.
    Insert(String, Place, Side),
    /// A line of the program language runs in the place of a step.
    Replace(Place, String),
}

impl Edit {
    /// The edit with other places.
    #[must_use]
    pub fn with_places(&self, place: impl Fn(&Place) -> Place) -> Edit {
        match self {
            Edit::Drop(it) => Edit::Drop(place(it)),
            Edit::Move(it, to, side) => Edit::Move(place(it), place(to), *side),
            Edit::Swap(one, other) => Edit::Swap(place(one), place(other)),
            Edit::Insert(line, to, side) => Edit::Insert(line.clone(), place(to), *side),
            Edit::Replace(it, line) => Edit::Replace(place(it), line.clone()),
        }
    }

    /// The step that it changes, or beside which it adds a line.
    pub fn place(&self) -> &Place {
        match self {
            Edit::Drop(place)
            | Edit::Move(place, ..)
            | Edit::Swap(place, _)
            | Edit::Replace(place, _)
            | Edit::Insert(_, place, _) => place,
        }
    }

    /// What the edit does, by the names that files and links use, with steps between backquotes. What a release calls
    /// them is told by [`change_words`](super::change_words).
    pub fn words(&self) -> String {
        let side = |side: &Side| match side {
            Side::Before => "before",
            Side::After => "after",
        };
        // A number tells which of several steps of a key is meant.
        let step = |place: &Place| match place.nth {
            Some(nth) => format!("`{}#{nth}`", place.step),
            None => format!("`{}`", place.step),
        };
        match self {
            Edit::Drop(place) => format!("{} left out of {}", step(place), place.program),
            Edit::Move(place, to, at) => format!("{} moved {} {}", step(place), side(at), step(to)),
            Edit::Swap(one, other) => format!("{} and {} swapped", step(one), step(other)),
            Edit::Insert(line, to, at) => format!("`{line}` added {} {}", side(at), step(to)),
            Edit::Replace(place, line) => format!("`{line}` instead of {}", step(place)),
        }
    }
}

/// On which side of a step something is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Side {
    /// Right before it.
    Before,
    /// Right after it.
    After,
}

/// An edit that cannot be made, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// A place is not of the form `program/step`.
    #[error("\"{text}\" is not of the form program/step, such as writepage/unlock_page")]
    NotAPlace {
        /// What was written.
        text: String,
    },
    /// No actor runs a program of this name.
    #[error("no actor runs a program \"{}\"{hint}; programs are {known}", place.program)]
    NoProgram {
        /// The place given.
        place: Place,
        /// Which name may have been meant.
        hint: String,
        /// The names that exist.
        known: String,
    },
    /// The program has no such step.
    #[error("program \"{}\" has no step \"{}\"{hint}; its steps are {known}", place.program, place.step)]
    NoStep {
        /// The place given.
        place: Place,
        /// Which step may have been meant.
        hint: String,
        /// The steps the program has.
        known: String,
    },
    /// A program has fewer steps of a key than the number asks for.
    #[error("program \"{}\" has {many} of step \"{}\", so no {place}", place.program, place.step)]
    TooFew {
        /// The place given.
        place: Place,
        /// How many there are.
        many: usize,
    },
    /// A program has more than one step of this key.
    #[error("program \"{}\" has {many} steps \"{step}\"; say which, as \"{step}#1\"", place.program, step = place.step)]
    Ambiguous {
        /// The place given.
        place: Place,
        /// How many there are.
        many: usize,
    },
    /// The two steps of one edit are in different programs, or one holds the other.
    #[error("\"{one}\" and \"{other}\" must be two separate steps of the same program")]
    NotSeparate {
        /// The first.
        one: String,
        /// The second.
        other: String,
    },
    /// The keys given are not those of one of the forms of an edit.
    #[error(
        "an edit is drop; move and before or after; swap and with; replace and with; or insert and before or after"
    )]
    NotAnEdit,
    /// What is to be inserted is no line of the language.
    #[error("\"{line}\" cannot be inserted: {reason}")]
    NotInsertable {
        /// The line given.
        line: String,
        /// Why not.
        reason: TextError,
    },
}

impl EditError {
    /// The text of the edit that is at fault; none where it is the edit as a whole.
    pub fn text(&self) -> Option<String> {
        match self {
            EditError::NotAPlace { text: at } | EditError::NotSeparate { other: at, .. } => {
                Some(at.clone())
            }
            EditError::NoProgram { place, .. }
            | EditError::NoStep { place, .. }
            | EditError::TooFew { place, .. }
            | EditError::Ambiguous { place, .. } => Some(place.to_string()),
            EditError::NotInsertable { line, .. } => Some(line.clone()),
            EditError::NotAnEdit => None,
        }
    }
}

/// Where a step stands in the tree of a program: an index at each level.
pub(super) type Path = Vec<usize>;

/// Makes one edit in every program of the name it gives. `number` says which of a scenario's edits it is: the steps it
/// marks keep that. `line_at` maps a byte of the line that the edit inserts, if it inserts one, to its place in the scenario
/// file.
///
/// # Errors
/// [`EditError`]; the programs are then unchanged.
pub fn apply(
    shape: &Shape,
    edit: &Edit,
    number: usize,
    programs: &mut [Program],
    line_at: &dyn Fn(usize) -> Option<usize>,
) -> Result<(), EditError> {
    let place = edit.place();
    if !programs.iter().any(|program| program.name == place.program) {
        let names = || programs.iter().map(|program| program.name.as_str());
        return Err(EditError::NoProgram {
            place: place.clone(),
            hint: did_you_mean(&place.program, names()),
            known: list(names()),
        });
    }
    let mut edited = programs.to_vec();
    for program in &mut edited {
        if program.name == place.program {
            edit_one(shape, edit, number, program, line_at)?;
        }
    }
    programs.clone_from_slice(&edited);
    Ok(())
}

fn edit_one(
    shape: &Shape,
    edit: &Edit,
    number: usize,
    program: &mut Program,
    line_at: &dyn Fn(usize) -> Option<usize>,
) -> Result<(), EditError> {
    let added = |program: &Program, line: &str, path: &[usize]| {
        let mut steps = added(shape, line, program, path, line_at)?;
        for step in &mut steps {
            step.edit = Some(number);
        }
        Ok(steps)
    };
    match edit {
        Edit::Drop(place) => {
            let path = find(program, place)?;
            at(program, &path).set(Mark::Dropped, number);
        }
        Edit::Move(what, to, side) => {
            let (from, to) = apart(program, what, to)?;
            let moved = move_away(program, &from, number);
            insert(program, beside(to, *side), vec![moved]);
        }
        Edit::Swap(one, other) => {
            let (first, second) = separate(program, one, other)?;
            let moved_first = move_away(program, &first, number);
            let moved_second = move_away(program, &second, number);
            // The step at the later place is inserted first, so that the earlier place keeps its index.
            let (early, late) = if first < second {
                ((first, moved_second), (second, moved_first))
            } else {
                ((second, moved_first), (first, moved_second))
            };
            insert(program, late.0, vec![late.1]);
            insert(program, early.0, vec![early.1]);
        }
        Edit::Insert(line, place, side) => {
            let path = find(program, place)?;
            let steps = added(program, line, &path)?;
            insert(program, beside(path, *side), steps);
        }
        Edit::Replace(place, line) => {
            let path = find(program, place)?;
            let steps = added(program, line, &path)?;
            at(program, &path).set(Mark::Dropped, number);
            insert(program, beside(path, Side::After), steps);
        }
    }
    Ok(())
}

/// The steps of a line that is not in the correct ordering and is to stand at a path of a program: it can go to the labels of
/// that program.
pub(super) fn added(
    shape: &Shape,
    line: &str,
    program: &Program,
    path: &[usize],
    line_at: &dyn Fn(usize) -> Option<usize>,
) -> Result<Vec<Step>, EditError> {
    let source = one_line(line, line, line_at);
    let labels = labels_from(&program.steps, path);
    let steps = expand_among(shape, &source, program.frame, &labels);
    let mut steps = steps.map_err(|reason| EditError::NotInsertable {
        line: line.to_owned(),
        reason,
    })?;
    for step in &mut steps {
        if step.mark == Mark::Kept {
            step.mark = Mark::Inserted;
        }
    }
    Ok(steps)
}

/// The labels that a step at a path of a program can go to: those in its own list first, from it on, then those around it.
fn labels_from(steps: &[Step], path: &[usize]) -> Vec<String> {
    let Some((here, below)) = path.split_first() else {
        return Vec::new();
    };
    let mut labels = match steps.get(*here).map(|it| &it.what) {
        Some(What::Group(_, inner)) => labels_from(inner, below),
        _ => Vec::new(),
    };
    let (before, behind) = steps.split_at((*here).min(steps.len()));
    for step in behind.iter().chain(before) {
        if let What::Label(name) = &step.what {
            labels.push(name.clone());
        }
    }
    labels
}

fn list<'a>(keys: impl Iterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = Vec::new();
    for key in keys {
        if !key.is_empty() && !known.contains(&key) {
            known.push(key);
        }
    }
    known.join(", ")
}

/// The path at which a step is inserted to stand right before or after another one.
fn beside(mut path: Path, side: Side) -> Path {
    if let (Side::After, Some(last)) = (side, path.last_mut()) {
        *last += 1;
    }
    path
}

/// The path to the step of a place. A step that is reached by a label only (after an `end`) must be
/// asked for by number if there are others of its key.
pub(super) fn find(program: &Program, place: &Place) -> Result<Path, EditError> {
    struct Found<'a> {
        key: &'a str,
        all: Vec<Path>,
        /// How many of `all` are reached without going to a label.
        straight: usize,
        /// Whether the walk is past an `end` or `goto` of the program, from where on steps are reached
        /// by a label only.
        left: bool,
        /// The keys of all steps that an edit can name.
        known: Vec<&'a str>,
    }
    fn walk<'a>(steps: &'a [Step], here: &mut Path, found: &mut Found<'a>) {
        for (index, step) in steps.iter().enumerate() {
            here.push(index);
            if step.mark.counts() {
                found.known.push(step.key());
                if step.key() == found.key {
                    found.all.push(here.clone());
                    found.straight += usize::from(!found.left);
                }
                if here.len() == 1 && step.leaves() {
                    found.left = true;
                }
                // Steps inside a composite that was dropped or moved away do not run there any more,
                // and are not looked at.
                if let What::Group(_, children) = &step.what {
                    walk(children, here, found);
                }
            }
            here.pop();
        }
    }
    let mut found = Found {
        key: &place.step,
        all: Vec::new(),
        straight: 0,
        left: false,
        known: Vec::new(),
    };
    walk(&program.steps, &mut Vec::new(), &mut found);
    let nth = match (place.nth, found.straight) {
        (Some(nth), _) => nth - 1,
        (None, 0 | 1) => 0,
        (None, many) => {
            return Err(EditError::Ambiguous {
                place: place.clone(),
                many,
            });
        }
    };
    let many = found.all.len();
    found.all.into_iter().nth(nth).ok_or_else(|| match many {
        0 => EditError::NoStep {
            place: place.clone(),
            hint: kernel_name(&place.step)
                .unwrap_or_else(|| did_you_mean(&place.step, found.known.iter().copied())),
            known: list(found.known.into_iter()),
        },
        _ => EditError::TooFew {
            place: place.clone(),
            many,
        },
    })
}

/// The paths to two steps of which neither holds the other.
fn separate(program: &Program, one: &Place, other: &Place) -> Result<(Path, Path), EditError> {
    let (first, second) = apart(program, one, other)?;
    match first.starts_with(&second) {
        true => Err(not_separate(one, other)),
        false => Ok((first, second)),
    }
}

/// The paths to two steps of which the first does not hold the second.
fn apart(program: &Program, one: &Place, other: &Place) -> Result<(Path, Path), EditError> {
    if one.program != other.program {
        return Err(not_separate(one, other));
    }
    let first = find(program, one)?;
    let second = find(program, other)?;
    match second.starts_with(&first) {
        true => Err(not_separate(one, other)),
        false => Ok((first, second)),
    }
}

fn not_separate(one: &Place, other: &Place) -> EditError {
    EditError::NotSeparate {
        one: one.to_string(),
        other: other.to_string(),
    }
}

/// The list a path ends in, and the index there.
fn level<'a>(program: &'a mut Program, path: &[usize]) -> (&'a mut Vec<Step>, usize) {
    let (last, above) = path.split_last().expect("a path names a step");
    let mut level = &mut program.steps;
    for index in above {
        match &mut level[*index].what {
            What::Group(_, children) => level = children,
            _ => unreachable!("paths lead through composites"),
        }
    }
    (level, *last)
}

fn at<'a>(program: &'a mut Program, path: &[usize]) -> &'a mut Step {
    let (level, index) = level(program, path);
    &mut level[index]
}

/// Marks a step as moved away, and returns the copy of it that is inserted at its new place.
fn move_away(program: &mut Program, path: &Path, number: usize) -> Step {
    let step = at(program, path);
    let mut moved = step.clone();
    if step.mark.runs() {
        step.set(Mark::MovedAway, number);
        moved.set(Mark::MovedHere, number);
    } else {
        // A step of another kernel or device is shown at neither place.
        step.set(Mark::Elsewhere, number);
    }
    moved
}

fn insert(program: &mut Program, place: Path, steps: Vec<Step>) {
    let (level, index) = level(program, &place);
    level.splice(index..index, steps);
}

//! What stands behind a line of an actor's program: its program, its step, and how an edit names that.

use crate::machine::ActorId;

use super::edit::{Place, Program};
use super::single::place_at;
use super::tree::{Step, What, line_paths};

/// What stands behind a line.
#[derive(Clone, Debug)]
pub struct LineStep<'a> {
    /// The program it belongs to.
    pub program: &'a Program,
    /// Where in the program's tree its step stands: an index at each level.
    pub path: Vec<usize>,
    /// The steps around its step, outermost first, and the step itself.
    pub steps: Vec<&'a Step>,
    /// Its step as an edit names it; none for a label, and for what was dropped or moved away.
    pub place: Option<Place>,
    /// The same with its number among those of its key, as [`single_edits`](super::single_edits) has it.
    pub numbered: Option<Place>,
}

impl<'a> LineStep<'a> {
    /// Its step.
    pub fn step(&self) -> Option<&'a Step> {
        self.steps.last().copied()
    }

    /// The steps of the list in which its step stands.
    pub fn list(&self) -> &'a [Step] {
        match self.steps.iter().rev().nth(1).map(|it| &it.what) {
            Some(What::Group(_, inner)) => inner,
            _ => &self.program.steps,
        }
    }

    /// A step beside it in its list, as an edit names it.
    pub fn beside(&self, index: usize) -> Option<Place> {
        let mut path = self.path.clone();
        *path.last_mut()? = index;
        place_at(self.program, &path).map(|[it, _]| it)
    }

    /// The composite around it, as an edit names it.
    pub fn around(&self) -> Option<Place> {
        let around = &self.path[..self.path.len().checked_sub(1)?];
        place_at(self.program, around).map(|[it, _]| it)
    }

    /// The step at a path of its program, as an edit names it.
    pub fn at(program: &Program, path: &[usize]) -> Option<Place> {
        place_at(program, path).map(|[it, _]| it)
    }
}

/// What stands behind each line of an actor, of a scenario whose actors run these programs.
pub fn line_steps(programs: &[Program], actor: ActorId) -> Vec<LineStep<'_>> {
    let part = |handler: bool| {
        let own = programs.iter();
        let own = own.filter(move |it| it.actor == actor && it.handler == handler);
        own.collect::<Vec<&Program>>()
    };
    let steps =
        |part: &[&Program]| -> Vec<Step> { part.iter().flat_map(|it| it.steps.clone()).collect() };
    let mut lines = Vec::new();
    for handler in [false, true] {
        let part = part(handler);
        let paths = match handler {
            false => line_paths(&steps(&part), &[]),
            true => line_paths(&[], &steps(&part)),
        };
        for mut path in paths {
            // The programs of an actor are compiled as one.
            let mut programs = part.iter();
            let program = programs.find(|it| match path[0].checked_sub(it.steps.len()) {
                Some(rest) => {
                    path[0] = rest;
                    false
                }
                None => true,
            });
            let Some(program) = program else { continue };
            let mut steps = Vec::new();
            let mut level: &[Step] = &program.steps;
            for index in &path {
                let step = &level[*index];
                steps.push(step);
                level = match &step.what {
                    What::Group(_, inner) => inner,
                    _ => &[],
                };
            }
            let place = place_at(program, &path);
            lines.push(LineStep {
                place: place.clone().map(|[it, _]| it),
                numbered: place.map(|[_, it]| it),
                program,
                path,
                steps,
            });
        }
    }
    lines
}

//! The race map as lines: cells, regions and the run as paths of a drawing.

use std::fmt::Write;
use std::sync::Arc;

use crate::explore::{Cell, Position, RaceMap};

use super::super::super::moment::Moment;

/// A cell's side, in units of the drawing.
pub const SIDE: usize = 13;

/// The cells of a race map by row and column.
pub struct Grid {
    /// The map.
    pub map: Arc<RaceMap>,
    places: Vec<Option<Cell>>,
}

impl Grid {
    /// Puts a map's cells where they belong.
    pub fn of(map: &Arc<RaceMap>) -> Grid {
        let mut places = vec![None; map.rows.len() * map.columns.len()];
        for cell in &map.cells {
            places[cell.at.0 as usize * map.columns.len() + cell.at.1 as usize] = Some(*cell);
        }
        Grid {
            map: map.clone(),
            places,
        }
    }

    /// How many steps the first actor can be before.
    pub fn rows(&self) -> usize {
        self.map.rows.len()
    }

    /// How many steps the second actor can be before.
    pub fn columns(&self) -> usize {
        self.map.columns.len()
    }

    /// The cell of a row and a column, if a schedule comes there.
    pub fn at(&self, row: usize, column: usize) -> Option<&Cell> {
        if row >= self.rows() || column >= self.columns() {
            return None;
        }
        self.places[row * self.columns() + column].as_ref()
    }

    /// A box for every cell of a kind.
    pub fn boxes(&self, is: &dyn Fn(&Cell) -> bool) -> String {
        self.figure(is, "h13v13h-13z")
    }

    /// A short stroke for every cell that no schedule comes to.
    pub fn unreachable(&self) -> String {
        let mut path = String::new();
        for (place, _) in self.places.iter().enumerate().filter(|it| it.1.is_none()) {
            let (row, column) = (place / self.columns(), place % self.columns());
            let _ = write!(path, "M{} {}h3", column * SIDE + 5, row * SIDE + 6);
        }
        path
    }

    /// The same small figure in every cell of a kind.
    pub fn figure(&self, is: &dyn Fn(&Cell) -> bool, figure: &str) -> String {
        let mut path = String::new();
        for cell in self.map.cells.iter().filter(|it| is(it)) {
            let (x, y) = (cell.at.1 as usize * SIDE, cell.at.0 as usize * SIDE);
            let _ = write!(path, "M{x} {y}{figure}");
        }
        path
    }

    /// The border around all cells of a kind.
    pub fn border(&self, is: &dyn Fn(&Cell) -> bool) -> String {
        let mut path = String::new();
        let inside = |row: usize, column: usize| self.at(row, column).is_some_and(is);
        for cell in self.map.cells.iter().filter(|it| is(it)) {
            let (row, column) = (cell.at.0 as usize, cell.at.1 as usize);
            let (x, y) = (column * SIDE, row * SIDE);
            let mut edge = |open: bool, from: (usize, usize), along: char| {
                if open {
                    let _ = write!(path, "M{} {}{along}{SIDE}", from.0, from.1);
                }
            };
            edge(row == 0 || !inside(row - 1, column), (x, y), 'h');
            edge(!inside(row + 1, column), (x, y + SIDE), 'h');
            edge(column == 0 || !inside(row, column - 1), (x, y), 'v');
            edge(!inside(row, column + 1), (x + SIDE, y), 'v');
        }
        path
    }

    /// The stretches of rows, or of columns, at which their actor holds the page lock.
    fn locked(&self, of_rows: bool) -> Vec<(usize, usize)> {
        let many = if of_rows { self.rows() } else { self.columns() };
        let holds = |at: usize| {
            self.map.cells.iter().any(|cell| match of_rows {
                true => cell.at.0 as usize == at && cell.locked.0 > 0,
                false => cell.at.1 as usize == at && cell.locked.1 > 0,
            })
        };
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for at in (0..many).filter(|at| holds(*at)) {
            match runs.last_mut() {
                Some((_, end)) if *end == at => *end += 1,
                _ => runs.push((at, at + 1)),
            }
        }
        runs
    }

    /// The rectangles in which both actors would hold the page lock: no schedule enters them.
    pub fn forbidden(&self) -> String {
        let mut path = String::new();
        for (top, bottom) in self.locked(true) {
            for (left, right) in self.locked(false) {
                let (x, y) = (left * SIDE, top * SIDE);
                let (width, height) = ((right - left) * SIDE, (bottom - top) * SIDE);
                let _ = write!(path, "M{x} {y}h{width}v{height}h-{width}z");
            }
        }
        path
    }

    /// Bars beside the axes where the axis's actor holds the page lock.
    pub fn bars(&self) -> String {
        let mut path = String::new();
        for (from, to) in self.locked(true) {
            let _ = write!(path, "M-4 {}v{}", from * SIDE, (to - from) * SIDE);
        }
        for (from, to) in self.locked(false) {
            let _ = write!(path, "M{} -4h{}", from * SIDE, (to - from) * SIDE);
        }
        path
    }

    fn place(&self, row: Position, column: Position) -> Option<(usize, usize)> {
        let row = self.map.rows.iter().position(|it| *it == row)?;
        let column = self.map.columns.iter().position(|it| *it == column)?;
        Some((row, column))
    }

    /// The cell of a moment of the run, if the map has it.
    pub fn moment(&self, now: &Moment, moment: usize) -> Option<(usize, usize)> {
        let model = &now.scenario.model;
        let world = match moment.checked_sub(1) {
            Some(step) => &now.whole.steps.get(step)?.world,
            None => &model.initial,
        };
        let (first, second) = (self.map.actors.0, self.map.actors.1);
        let row = Position::of(model, world, first);
        self.place(row, Position::of(model, world, second))
    }

    /// The run's path through the map.
    pub fn run(&self, now: &Moment) -> Run {
        let mut run = Run::default();
        let failures: Vec<usize> = now.whole.failures.iter().map(|it| it.step).collect();
        for moment in 0..=now.whole.steps.len() {
            let Some((row, column)) = self.moment(now, moment) else {
                continue;
            };
            let (x, y) = (column * SIDE + SIDE / 2, row * SIDE + SIDE / 2);
            let line = |path: &mut String| {
                let command = if path.is_empty() { 'M' } else { 'L' };
                let _ = write!(path, "{command}{x} {y}");
            };
            if moment <= now.depth() {
                line(&mut run.past);
            }
            if moment >= now.depth() {
                line(&mut run.ahead);
            }
            if moment == now.depth() {
                run.here = format!("M{} {y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", x - 4);
            }
            if failures.contains(&moment) {
                let _ = write!(run.failed, "M{} {}l10 10m0 -10l-10 10", x - 5, y - 5);
            }
        }
        run
    }
}

/// The run on the stage as paths.
#[derive(Default)]
pub struct Run {
    /// Up to the moment shown.
    pub past: String,
    /// From there on.
    pub ahead: String,
    /// A spot at the moment shown.
    pub here: String,
    /// Crosses where a rule is broken.
    pub failed: String,
}

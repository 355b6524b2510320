//! The race map: where two actors can stand at the same time, and what comes of it.
//!
//! A progress graph after Dijkstra ("Cooperating sequential processes", 1968; the geometry is
//! Carson and Reynolds', 1987): one axis for each program, a schedule is a path that only goes
//! right or down (and round, where a program loops). All reachable states that show the two at the
//! same places fall into one cell.

use crate::machine::{ActorId, Model, Status, World, status};

use super::foresight::{Fate, Foresight};
use super::space::Space;

/// Where an actor stands: the instruction it will run next, and the store that faulted while it is
/// in its fault handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Position {
    /// Index into its code; one past the end of the program once that is over.
    pub pc: u8,
    /// The faulting store's index, while the fault is handled.
    pub store: Option<u8>,
}

impl Position {
    /// Where an actor stands in a world.
    pub fn of(model: &Model, world: &World, actor: ActorId) -> Position {
        let state = model.actor(world, actor);
        Position {
            pc: state.pc,
            store: state.store,
        }
    }

    /// A key that sorts positions by progress: those in the handler come between the store that faulted
    /// and the instruction after it.
    fn progress(self) -> (u8, u8, u8) {
        match self.store {
            None => (self.pc, 0, 0),
            Some(store) => (store, 1, self.pc),
        }
    }
}

/// All states with the two actors at the same two places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Cell {
    /// Row and column: the places of the first and of the second actor.
    pub at: (u8, u8),
    /// How many states fall into it.
    pub states: u32,
    /// The nearest of them, by its number in the search.
    pub nearest: u32,
    /// In how many of them the first, or the second, actor sleeps.
    pub asleep: (u32, u32),
    /// In how many the first, the second, or anybody else holds a page lock.
    pub locked: (u32, u32, u32),
    /// In how many a page is under writeback.
    pub writeback: u32,
    /// From how many of them some schedule fails.
    pub risky: u32,
    /// From how many every schedule fails.
    pub doomed: u32,
}

impl Cell {
    /// What can come of it: doomed or safe only if all its states are.
    pub fn fate(&self) -> Fate {
        if self.doomed == self.states {
            Fate::Doomed
        } else if self.risky == 0 {
            Fate::Safe
        } else {
            Fate::AtRisk
        }
    }
}

/// The map of two actors.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RaceMap {
    /// The actor of the rows, and the actor of the columns.
    pub actors: (ActorId, ActorId),
    /// The places of the first, in the order of its progress.
    pub rows: Vec<Position>,
    /// The places of the second, in the order of its progress.
    pub columns: Vec<Position>,
    /// The cells that can be reached, row by row.
    pub cells: Vec<Cell>,
}

impl RaceMap {
    /// Draws the map of two actors from what a search has found.
    pub fn of(
        model: &Model,
        space: &Space,
        foresight: &Foresight,
        actors: (ActorId, ActorId),
    ) -> RaceMap {
        let (first, second) = actors;
        let looked = space.graph().map_or(0, |graph| graph.states()) as u32;
        let mut found: std::collections::BTreeMap<_, Cell> = std::collections::BTreeMap::new();
        let mut rows = std::collections::BTreeMap::new();
        let mut columns = std::collections::BTreeMap::new();
        for state in 0..looked {
            let world = space.world(state);
            let row = Position::of(model, &world, first);
            let column = Position::of(model, &world, second);
            rows.insert(row.progress(), row);
            columns.insert(column.progress(), column);
            let key = (row.progress(), column.progress());
            let cell = found.entry(key).or_insert(Cell {
                at: (0, 0),
                states: 0,
                nearest: state,
                asleep: (0, 0),
                locked: (0, 0, 0),
                writeback: 0,
                risky: 0,
                doomed: 0,
            });
            cell.states += 1;
            let asleep = |who| u32::from(matches!(status(model, &world, who), Status::Asleep(_)));
            cell.asleep.0 += asleep(first);
            cell.asleep.1 += asleep(second);
            let (mut locked, mut writeback) = ((0, 0, 0), 0);
            for page in model.page_ids() {
                let page = model.page(&world, page);
                match page.lock {
                    None => {}
                    Some(owner) if owner == first => locked.0 = 1,
                    Some(owner) if owner == second => locked.1 = 1,
                    Some(_) => locked.2 = 1,
                }
                writeback |= u32::from(page.writeback.is_some());
            }
            cell.locked.0 += locked.0;
            cell.locked.1 += locked.1;
            cell.locked.2 += locked.2;
            cell.writeback += writeback;
            match foresight.fate(state) {
                Fate::Safe => {}
                Fate::AtRisk => cell.risky += 1,
                Fate::Doomed => {
                    cell.risky += 1;
                    cell.doomed += 1;
                }
            }
        }
        let place = |of: &std::collections::BTreeMap<_, Position>, key: &(u8, u8, u8)| {
            let place = of.keys().position(|known| known == key);
            place.unwrap_or(0).min(255) as u8
        };
        let cells = found.iter().map(|((row, column), cell)| Cell {
            at: (place(&rows, row), place(&columns, column)),
            ..*cell
        });
        RaceMap {
            actors,
            cells: cells.collect(),
            rows: rows.into_values().collect(),
            columns: columns.into_values().collect(),
        }
    }
}

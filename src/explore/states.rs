//! A set of states, each packed into a few words and numbered in the order of finding.
//!
//! Packed rows ([`packing`](super::packing)) stand in one array, in units of half a word; a hash
//! [table](super::table) of numbers finds them again.

use crate::machine::{LANES, Model, World};

use super::packing::{Packing, Row};
use super::table::Table;

/// States, and from which state each was found.
#[derive(Clone, Debug)]
pub(super) struct States {
    packing: Packing,
    /// Packed states, each of as many halves of words as the packing says.
    rows: Vec<u32>,
    /// For each state the one it was found from.
    parents: Vec<u32>,
    table: Table,
}

impl States {
    /// A set of one, whose number is 0.
    pub(super) fn new(model: &Model, first: &World) -> States {
        let packing = Packing::new(&first.lanes(), model.layout.used);
        let mut states = States {
            packing,
            rows: Vec::new(),
            parents: Vec::new(),
            table: Table::new(),
        };
        states.enter(&Row::default(), 0);
        states
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.parents.len()
    }

    /// The state a state was found from.
    pub(super) fn parent(&self, state: u32) -> u32 {
        self.parents[state as usize]
    }

    /// A state by its number.
    pub(super) fn world(&self, state: u32) -> World {
        self.world_of(&self.row(state))
    }

    /// The state of a row.
    pub(super) fn world_of(&self, row: &Row) -> World {
        self.packing.world(row)
    }

    /// The number of a state's neighbour, and whether it is new. `row` is the state's own row, `lanes`
    /// are its world's. None where a row would take more than [`MOST_WORDS`].
    pub(super) fn number(
        &mut self,
        state: u32,
        lanes: &[u64; LANES],
        row: &mut Row,
        to: &[u64; LANES],
    ) -> Option<(u32, bool)> {
        let packed = loop {
            match self.neighbour(lanes, row, to) {
                Some(packed) => break packed,
                None => {
                    self.repack()?;
                    *row = self.row(state);
                }
            }
        };
        Some(self.enter(&packed, state))
    }

    /// A neighbour's row; None where all must be [`repack`](States::repack)ed first.
    pub(super) fn neighbour(
        &mut self,
        lanes: &[u64; LANES],
        row: &Row,
        to: &[u64; LANES],
    ) -> Option<Row> {
        self.packing.neighbour(lanes, row, to)
    }

    /// A row from before the last repacking, as it is now.
    pub(super) fn moved(&self, row: &Row) -> Row {
        self.packing.moved(row)
    }

    /// A packed state.
    pub(super) fn row(&self, state: u32) -> Row {
        row_at(&self.rows, self.packing.halves(), state)
    }

    /// The hash by which a row is found.
    pub(super) fn hash(&self, row: &Row) -> u64 {
        hash(row, self.packing.halves())
    }

    /// Has the processor fetch where a row of this hash will be looked up, and returns the state that is likely to be the
    /// one.
    #[inline]
    pub(super) fn likely(&self, hash: u64) -> u32 {
        self.table.hint(hash).unwrap_or(0)
    }

    /// Has the processor fetch a state's row, and returns something of it.
    #[inline]
    pub(super) fn touch(&self, state: u32) -> u32 {
        let at = state as usize * self.packing.halves();
        self.rows.get(at).copied().unwrap_or(0)
    }

    /// The number of a row, a new one if it was not known.
    pub(super) fn enter(&mut self, row: &Row, from: u32) -> (u32, bool) {
        self.enter_hashed(row, self.hash(row), from)
    }

    /// As [`enter`](States::enter), with the row's hash.
    pub(super) fn enter_hashed(&mut self, row: &Row, hash_here: u64, from: u32) -> (u32, bool) {
        let halves = self.packing.halves();
        let rows = &self.rows;
        let gap = match self
            .table
            .find(hash_here, |state| same(rows, state, row, halves))
        {
            Ok(known) => return (known, false),
            Err(gap) => gap,
        };
        let number = self.parents.len() as u32;
        reserve(&mut self.rows, halves);
        push(&mut self.rows, row, halves);
        reserve(&mut self.parents, 1);
        self.parents.push(from);
        let rows = &self.rows;
        self.table.insert(gap, hash_here, |state| {
            hash(&row_at(rows, halves, state), halves)
        });
        (number, true)
    }

    /// Moves all rows into the packing's new layout. None where a row would take more than
    /// [`MOST_HALVES`](super::packing::MOST_HALVES).
    pub(super) fn repack(&mut self) -> Option<()> {
        if self.packing.is_full() {
            return None;
        }
        let (many, halves) = (self.parents.len(), self.packing.halves());
        let before = self.rows.len() / many;
        let mut rows = Vec::with_capacity(many * halves);
        for state in 0..many as u32 {
            let row = self.packing.moved(&row_at(&self.rows, before, state));
            push(&mut rows, &row, halves);
        }
        self.rows = rows;
        let rows = &self.rows;
        self.table
            .renew(many, |state| hash(&row_at(rows, halves, state), halves));
        Some(())
    }

    /// The number of a world, if it was found.
    pub(super) fn find(&self, world: &World) -> Option<u32> {
        let row = self.packing.known(&world.lanes())?;
        let halves = self.packing.halves();
        let is = |state| same(&self.rows, state, &row, halves);
        self.table.find(hash(&row, halves), is).ok()
    }

    /// Bytes they take, dictionaries and table included.
    pub(super) fn bytes(&self) -> usize {
        4 * (self.rows.capacity() + self.parents.capacity())
            + self.table.bytes()
            + self.packing.bytes()
    }
}

/// Makes room for `more` elements, growing by a quarter rather than by doubling: memory is what bounds
/// a search.
fn reserve<T>(all: &mut Vec<T>, more: usize) {
    if all.len() + more > all.capacity() {
        all.reserve_exact(more.max(all.len() / 4));
    }
}

/// A state's row.
#[inline]
fn row_at(rows: &[u32], halves: usize, state: u32) -> Row {
    let at = state as usize * halves;
    let mut row = Row::default();
    for (number, half) in rows[at..at + halves].iter().enumerate() {
        row[number / 2] |= u64::from(*half) << (32 * (number % 2));
    }
    row
}

fn push(rows: &mut Vec<u32>, row: &Row, halves: usize) {
    rows.extend((0..halves).map(|number| (row[number / 2] >> (32 * (number % 2))) as u32));
}

/// Whether a state has this row. A call of `memcmp` would take longer than comparing these few words.
#[inline]
fn same(rows: &[u32], state: u32, row: &Row, halves: usize) -> bool {
    row_at(rows, halves, state) == *row
}

fn hash(row: &Row, halves: usize) -> u64 {
    let mut hash = 0u64;
    for word in &row[..halves.div_ceil(2)] {
        hash = (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    hash ^ hash >> 32
}

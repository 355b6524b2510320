//! A set of states, each packed into a few words and numbered in the order of finding.
//!
//! Packed rows ([`packing`](super::packing)) stand in one array; a hash table of numbers finds
//! them again.

use hashbrown::HashTable;

use crate::machine::{LANES, Model, World};

use super::packing::{MOST_WORDS, Packing, Row};

/// States, and from which state each was found.
#[derive(Clone, Debug)]
pub(super) struct States {
    packing: Packing,
    /// Packed states, each of as many words as the packing says.
    rows: Vec<u64>,
    /// For each state the one it was found from.
    parents: Vec<u32>,
    /// Numbers of states, by hash.
    table: HashTable<u32>,
}

impl States {
    /// A set of one, whose number is 0.
    pub(super) fn new(model: &Model, first: &World) -> States {
        let packing = Packing::new(&first.lanes(), model.layout.used);
        let mut states = States {
            rows: vec![0; packing.words()],
            packing,
            parents: vec![0],
            table: HashTable::new(),
        };
        let (rows, words) = (&states.rows, states.packing.words());
        let hasher = |state: &u32| rehash(rows, words, *state);
        states.table.insert_unique(hasher(&0), 0, hasher);
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
        self.packing.world(&self.row(state))
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
        let words = self.packing.words();
        let mut row = [0; MOST_WORDS];
        let from = state as usize * words;
        row[..words].copy_from_slice(&self.rows[from..from + words]);
        row
    }

    /// The number of a row, a new one if it was not known.
    pub(super) fn enter(&mut self, row: &Row, from: u32) -> (u32, bool) {
        let words = self.packing.words();
        let row = &row[..words];
        let (rows, hash) = (&self.rows, hash(row));
        let same_row = |state: &u32| same(rows, *state, row);
        if let Some(known) = self.table.find(hash, same_row) {
            return (*known, false);
        }
        let number = self.parents.len() as u32;
        reserve(&mut self.rows, words);
        self.rows.extend_from_slice(row);
        reserve(&mut self.parents, 1);
        self.parents.push(from);
        let rows = &self.rows;
        self.table
            .insert_unique(hash, number, |state| rehash(rows, words, *state));
        (number, true)
    }

    /// Moves all rows into the packing's new layout. None where a row would take more than
    /// [`MOST_WORDS`].
    pub(super) fn repack(&mut self) -> Option<()> {
        if self.packing.is_full() {
            return None;
        }
        let words = self.rows.len() / self.parents.len();
        let mut rows = Vec::with_capacity(self.parents.len() * self.packing.words());
        for row in self.rows.chunks_exact(words) {
            rows.extend_from_slice(&self.packing.moved(row)[..self.packing.words()]);
        }
        self.rows = rows;
        let (rows, words) = (&self.rows, self.packing.words());
        self.table.clear();
        for number in 0..self.parents.len() as u32 {
            let hasher = |state: &u32| rehash(rows, words, *state);
            self.table.insert_unique(hasher(&number), number, hasher);
        }
        Some(())
    }

    /// The number of a world, if it was found.
    pub(super) fn find(&self, world: &World) -> Option<u32> {
        let row = self.packing.known(&world.lanes())?;
        let row = &row[..self.packing.words()];
        let same_row = |state: &u32| same(&self.rows, *state, row);
        self.table.find(hash(row), same_row).copied()
    }

    /// Bytes they take, dictionaries and table included.
    pub(super) fn bytes(&self) -> usize {
        8 * self.rows.capacity()
            + 4 * self.parents.capacity()
            + self.table.allocation_size()
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

/// Whether a state has this row. A call of `memcmp` would take longer than comparing these few words.
#[inline]
fn same(rows: &[u64], state: u32, row: &[u64]) -> bool {
    let at = state as usize * row.len();
    rows[at..at + row.len()]
        .iter()
        .zip(row)
        .all(|(one, other)| one == other)
}

fn rehash(rows: &[u64], words: usize, state: u32) -> u64 {
    let at = state as usize * words;
    hash(&rows[at..at + words])
}

fn hash(row: &[u64]) -> u64 {
    let mut hash = 0u64;
    for word in row {
        hash = (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    hash ^ hash >> 32
}

//! A set of states, each packed into a few words and numbered in the order of finding.
//!
//! Packed rows ([`packing`](super::packing)) stand in one array; a hash table of numbers finds
//! them again.

use crate::machine::{LANES, World};

use super::packing::{MOST_WORDS, Packing, Row};

/// States, and from which state each was found.
#[derive(Clone, Debug)]
pub(super) struct States {
    packing: Packing,
    /// Packed states, each of as many words as the packing says.
    rows: Vec<u64>,
    /// The state each was found from.
    parents: Vec<u32>,
    /// Numbers of states plus one, by hash; at most three quarters full.
    table: Vec<u32>,
}

impl States {
    /// A set of one, whose number is 0.
    pub(super) fn new(first: &World) -> States {
        let packing = Packing::new(&first.lanes());
        let mut states = States {
            rows: vec![0; packing.words()],
            packing,
            parents: vec![0],
            table: vec![0; 1 << 10],
        };
        states.index();
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

    /// The number of a state's neighbour, and whether it is new. `row` is the state's own, `lanes`
    /// its world's. None where rows have outgrown their room.
    pub(super) fn number(
        &mut self,
        state: u32,
        lanes: &[u64; LANES],
        row: &mut Row,
        to: &[u64; LANES],
    ) -> Option<(u32, bool)> {
        let packed = loop {
            match self.packing.neighbour(lanes, row, to) {
                Some(packed) => break packed,
                None => {
                    self.repack()?;
                    *row = self.row(state);
                }
            }
        };
        Some(self.enter(&packed, state))
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
    fn enter(&mut self, row: &Row, from: u32) -> (u32, bool) {
        let words = self.packing.words();
        let mask = self.table.len() - 1;
        let mut slot = hash(&row[..words]) & mask;
        loop {
            let known = self.table[slot];
            if known == 0 {
                break;
            }
            let at = (known as usize - 1) * words;
            // A call to compare memory would take longer than these few words.
            let mut here = self.rows[at..at + words].iter().zip(row);
            if here.all(|(one, other)| one == other) {
                return (known - 1, false);
            }
            slot = (slot + 1) & mask;
        }
        let number = self.parents.len() as u32;
        room(&mut self.rows, words);
        self.rows.extend_from_slice(&row[..words]);
        room(&mut self.parents, 1);
        self.parents.push(from);
        self.table[slot] = number + 1;
        if 4 * self.parents.len() > 3 * self.table.len() {
            self.table = vec![0; 2 * self.table.len()];
            self.index();
        }
        (number, true)
    }

    /// Fills the empty table.
    fn index(&mut self) {
        let words = self.packing.words();
        let mask = self.table.len() - 1;
        for (number, row) in self.rows.chunks_exact(words).enumerate() {
            let mut slot = hash(row) & mask;
            while self.table[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            self.table[slot] = number as u32 + 1;
        }
    }

    /// Rows are laid out anew: moves them all. None where they have outgrown their room.
    fn repack(&mut self) -> Option<()> {
        if self.packing.is_full() {
            return None;
        }
        let words = self.rows.len() / self.parents.len();
        let mut rows = Vec::with_capacity(self.parents.len() * self.packing.words());
        for row in self.rows.chunks_exact(words) {
            rows.extend_from_slice(&self.packing.moved(row)[..self.packing.words()]);
        }
        self.rows = rows;
        self.table.fill(0);
        self.index();
        Some(())
    }

    /// The number of a world, if it was found.
    pub(super) fn find(&self, world: &World) -> Option<u32> {
        let row = self.packing.known(&world.lanes())?;
        let words = self.packing.words();
        let mask = self.table.len() - 1;
        let mut slot = hash(&row[..words]) & mask;
        loop {
            let number = self.table[slot].checked_sub(1)?;
            let at = number as usize * words;
            if self.rows[at..at + words] == row[..words] {
                return Some(number);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Bytes they take, dictionaries and table included.
    pub(super) fn bytes(&self) -> usize {
        8 * self.rows.capacity()
            + 4 * (self.parents.capacity() + self.table.capacity())
            + self.packing.bytes()
    }
}

/// Makes room by a quarter rather than by doubling: memory is what bounds a search.
fn room<T>(all: &mut Vec<T>, more: usize) {
    if all.len() + more > all.capacity() {
        all.reserve_exact(more.max(all.len() / 4));
    }
}

fn hash(row: &[u64]) -> usize {
    let mut hash = 0u64;
    for word in row {
        hash = (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    (hash >> 29) as usize
}

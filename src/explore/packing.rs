//! Worlds in a few words: four registers at a time become a number in a dictionary.
//!
//! What happens to a page or an actor takes few forms although it spans many registers, so each
//! group of four has a dictionary of the values seen, and a world is stored as the row of their
//! numbers, each in as many bits as its dictionary needs. Nothing is lost: a row is unpacked by
//! looking the numbers up. A step changes few groups, so a neighbour is packed from its
//! predecessor's row.

use crate::machine::{LANES, World};

/// Most words of a row. The catalogue needs one or two.
const MOST_WORDS: usize = 4;

/// The same in halves of words, in which rows are stored.
pub(super) const MOST_HALVES: usize = 2 * MOST_WORDS;
/// A layout fills up so many halves at least.
const LEAST_HALVES: usize = 3;

/// A packed world; halves of words beyond [`Packing::halves`] are zero.
pub(super) type Row = [u64; MOST_WORDS];

/// The dictionary of a group: the values it has taken, and where in a row the number of one stands.
#[derive(Clone, Debug, Default)]
struct Group {
    word: usize,
    shift: u32,
    bits: u32,
    values: Vec<u32>,
    /// How many values it had when rows were last laid out.
    before: usize,
    /// Open addressing: values, each with its number plus one, by hash of the value; at most half full.
    slots: Vec<(u32, u32)>,
}

impl Group {
    fn hash(&self, value: u32) -> usize {
        // Of the product the high bits depend on all of the value, the low ones only on its low bits.
        let spread = u64::from(value.wrapping_mul(0x9e37_79b1));
        ((spread * self.slots.len() as u64) >> 32) as usize
    }

    /// The slot of a value: its own, or the empty one where it would go.
    fn slot(&self, value: u32) -> usize {
        let mut at = self.hash(value);
        while self.slots[at].1 != 0 && self.slots[at].0 != value {
            at = (at + 1) & (self.slots.len() - 1);
        }
        at
    }

    fn find(&self, value: u32) -> Option<u32> {
        self.slots[self.slot(value)].1.checked_sub(1)
    }

    /// The value's number, a new one if need be.
    #[inline]
    fn number(&mut self, value: u32) -> u32 {
        let at = self.slot(value);
        match self.slots[at].1.checked_sub(1) {
            Some(known) => known,
            None => self.add(value, at),
        }
    }

    #[cold]
    fn add(&mut self, value: u32, slot: usize) -> u32 {
        self.values.push(value);
        let many = self.values.len() as u32;
        self.slots[slot] = (value, many);
        if 2 * self.values.len() > self.slots.len() {
            self.slots = vec![(0, 0); 2 * self.slots.len()];
            for number in 0..self.values.len() {
                let slot = self.slot(self.values[number]);
                self.slots[slot] = (self.values[number], number as u32 + 1);
            }
        }
        many - 1
    }
}

/// Bits of a row that keep their distances when the layout changes.
#[derive(Clone, Copy, Debug)]
struct Move {
    from: usize,
    mask: u64,
    to: usize,
    /// How far they turn to the left.
    turn: u32,
}

/// The dictionaries of a search.
#[derive(Clone, Debug)]
pub(super) struct Packing {
    groups: Vec<Group>,
    /// Lanes in use.
    lanes: usize,
    halves: usize,
    /// What moves a row from the layout before the last change to the present one.
    moves: Vec<Move>,
}

impl Packing {
    /// A packing for worlds of so many registers like this one, whose row is all zeroes.
    pub(super) fn new(first: &[u64; LANES], registers: usize) -> Packing {
        let group = |index: usize| {
            let mut group = Group {
                slots: vec![(0, 0); 8],
                ..Group::default()
            };
            group.number(group_value(first, index));
            group
        };
        let lanes = registers.div_ceil(8).min(LANES);
        Packing {
            groups: (0..2 * lanes).map(group).collect(),
            lanes,
            halves: 1,
            moves: Vec::new(),
        }
    }

    /// How many halves of words a row has at present.
    pub(super) fn halves(&self) -> usize {
        self.halves
    }

    /// Bytes the dictionaries take.
    pub(super) fn bytes(&self) -> usize {
        let of = |group: &Group| 4 * group.values.capacity() + 8 * group.slots.capacity();
        self.groups.iter().map(of).sum()
    }

    /// Packs a world that differs from another only in some groups, given the other's row.
    ///
    /// None where a dictionary has outgrown its bits: rows have a new layout from now on, and all that
    /// exist must be [`moved`](Packing::moved) to it before anything else.
    pub(super) fn neighbour(
        &mut self,
        from: &[u64; LANES],
        row: &Row,
        to: &[u64; LANES],
    ) -> Option<Row> {
        let mut packed = *row;
        for lane in 0..self.lanes {
            let changed = from[lane] ^ to[lane];
            if changed as u32 != 0 {
                self.set(2 * lane, to[lane] as u32, &mut packed)?;
            }
            if changed >> 32 != 0 {
                self.set(2 * lane + 1, (to[lane] >> 32) as u32, &mut packed)?;
            }
        }
        Some(packed)
    }

    /// Puts a group's value into a row. None where the dictionary has outgrown its bits.
    fn set(&mut self, group: usize, value: u32, row: &mut Row) -> Option<()> {
        let group = &mut self.groups[group];
        let number = u64::from(group.number(value));
        if number >> group.bits != 0 {
            self.widen();
            return None;
        }
        let mask = (1u64 << group.bits) - 1;
        let word = &mut row[group.word];
        *word = *word & !(mask << group.shift) | number << group.shift;
        Some(())
    }

    /// Gives each group the bits it needs by now, and each its place in a new layout.
    fn widen(&mut self) {
        let place = |group: &Group| (group.word, group.shift, group.bits);
        let before: Vec<(usize, u32, u32)> = self.groups.iter().map(place).collect();
        for group in &mut self.groups {
            let largest = group.values.len().saturating_sub(1);
            group.bits = usize::BITS - largest.leading_zeros();
        }
        self.lay_out();
        self.spread();
        self.moves.clear();
        for (group, (from, shift, bits)) in self.groups.iter().zip(before) {
            // A group that had a single value has the number 0.
            if bits == 0 {
                continue;
            }
            let mask = ((1 << bits) - 1) << shift;
            let (to, turn) = (group.word, (64 + group.shift - shift) % 64);
            let alike = |it: &&mut Move| (it.from, it.to, it.turn) == (from, to, turn);
            match self.moves.iter_mut().find(alike) {
                Some(it) => it.mask |= mask,
                None => self.moves.push(Move {
                    from,
                    mask,
                    to,
                    turn,
                }),
            }
        }
        for group in &mut self.groups {
            group.before = group.values.len();
        }
    }

    /// Gives away the bits that are left of the last word. Moving all rows is dear, and that room is free: it goes to the
    /// dictionaries that will be full first, if each grows as it has grown since the last layout.
    fn spread(&mut self) {
        let most = self.halves.max(LEAST_HALVES);
        let mut left: Vec<usize> = (0..self.groups.len()).collect();
        let room = |group: &Group| {
            let many = group.values.len() as u128;
            ((group.before.max(1) as u128 * 256) << group.bits) / (many * many)
        };
        while let Some(at) = (0..left.len()).min_by_key(|at| room(&self.groups[left[*at]])) {
            let group = left[at];
            self.groups[group].bits += 1;
            self.lay_out();
            // Numbers have no more bits than values.
            if self.halves > most || self.groups[group].bits > u32::BITS {
                self.groups[group].bits -= 1;
                self.lay_out();
                left.swap_remove(at);
            }
        }
    }

    /// Gives each group its place, none across two words.
    fn lay_out(&mut self) {
        let (mut word, mut shift) = (0, 0);
        for group in &mut self.groups {
            if shift + group.bits > 64 {
                (word, shift) = (word + 1, 0);
            }
            // A group that has had a single value takes no bits. Behind a full word its shift would
            // be 64, which no word can be shifted by, so it is given the start of the row.
            (group.word, group.shift) = match group.bits {
                0 => (0, 0),
                _ => (word, shift),
            };
            shift += group.bits;
        }
        self.halves = 2 * word + 1 + usize::from(shift > 32);
    }

    /// A row of the layout before the last change, in the new one.
    pub(super) fn moved(&self, row: &Row) -> Row {
        let mut moved = Row::default();
        for it in &self.moves {
            moved[it.to] |= (row[it.from] & it.mask).rotate_left(it.turn);
        }
        moved
    }

    /// The row of a world all of whose groups have been seen.
    pub(super) fn known(&self, lanes: &[u64; LANES]) -> Option<Row> {
        let mut row = Row::default();
        for (index, group) in self.groups.iter().enumerate() {
            let number = group.find(group_value(lanes, index))?;
            row[group.word] |= u64::from(number) << group.shift;
        }
        Some(row)
    }

    /// Whether a row would take more than [`MOST_HALVES`].
    pub(super) fn is_full(&self) -> bool {
        self.halves > MOST_HALVES
    }

    pub(super) fn unpack(&self, row: &[u64]) -> [u64; LANES] {
        let value = |group: &Group| {
            let number = row[group.word] >> group.shift & ((1 << group.bits) - 1);
            u64::from(group.values[number as usize])
        };
        std::array::from_fn(|lane| {
            if lane >= self.lanes {
                return 0;
            }
            value(&self.groups[2 * lane]) | value(&self.groups[2 * lane + 1]) << 32
        })
    }

    /// The world of a row.
    pub(super) fn world(&self, row: &[u64]) -> World {
        World::of_lanes(&self.unpack(row))
    }
}

/// The value of a group in a world: four registers, half a lane.
fn group_value(lanes: &[u64; LANES], index: usize) -> u32 {
    (lanes[index / 2] >> (32 * (index % 2))) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups of four registers in a world.
    const GROUPS: usize = 2 * LANES;

    /// Worlds one after the other, each with one group changed, until each of `groups` has taken 256 values: as they are
    /// packed in the end.
    fn fill(packing: &mut Packing, groups: std::ops::Range<usize>) -> Vec<([u64; LANES], Row)> {
        let mut worlds = vec![([0; LANES], Row::default())];
        for value in 1..256 {
            for group in groups.clone() {
                let (from, row) = worlds[worlds.len() - 1];
                let mut to = from;
                let at = 32 * (group % 2);
                to[group / 2] = to[group / 2] & !(0xffff_ffff << at) | value << at;
                let mut row = row;
                let packed = loop {
                    if let Some(packed) = packing.neighbour(&from, &row, &to) {
                        break packed;
                    }
                    assert!(!packing.is_full());
                    for (_, row) in &mut worlds {
                        *row = packing.moved(row);
                    }
                    row = packing.moved(&row);
                };
                worlds.push((to, packed));
            }
        }
        worlds
    }

    /// Whatever the layouts on the way, no world is lost. Groups of eight bits fill words to the last bit, behind which those
    /// that never change have their place too.
    #[test]
    fn what_is_packed_is_unpacked_again() {
        const ALL: usize = 8 * LANES;
        // Where there are two groups at all, each gets as many bits as a value has.
        let cases = [
            (8, 2, 2),
            (ALL, 4, 3),
            (ALL, 16, 4),
            (ALL, GROUPS, MOST_HALVES),
        ];
        for (registers, groups, halves) in cases {
            let mut packing = Packing::new(&[0; LANES], registers);
            let worlds = fill(&mut packing, 0..groups);
            assert_eq!(packing.halves(), halves, "{groups} groups");
            for (lanes, row) in &worlds {
                assert_eq!(packing.unpack(row), *lanes);
                assert_eq!(packing.known(lanes), Some(*row));
            }
        }
    }

    /// A row never gets longer than it may.
    #[test]
    fn dictionaries_that_take_too_many_bits_are_noticed() {
        let mut packing = Packing::new(&[0; LANES], 8 * LANES);
        let worlds = fill(&mut packing, 0..GROUPS);
        let (from, row) = worlds[worlds.len() - 1];
        let mut to = from;
        to[0] = 256 << 32 | 256;
        assert_eq!(packing.neighbour(&from, &row, &to), None);
        // Nine bits for one group, and there is no room for the others.
        assert!(packing.is_full());
    }
}

//! A hash table of the numbers of states, four bytes a slot.
//!
//! A slot holds a number plus one in as many of its low bits as the table's size needs, and in the bits left over some of
//! the hash, so that the state of another hash is seldom looked at. Where a search looks up many states that lie far apart
//! in memory, it first asks for all [`hint`](Table::hint)s: the processor then waits for them together.

/// Numbers by hash; open addressing.
#[derive(Clone, Debug)]
pub(super) struct Table {
    slots: Vec<u32>,
    /// The size is two to the power of this.
    bits: u32,
    many: usize,
}

/// Where a number that was not found goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gap(usize);

impl Table {
    const LEAST_BITS: u32 = 4;

    pub(super) fn new() -> Table {
        Table {
            slots: vec![0; 1 << Table::LEAST_BITS],
            bits: Table::LEAST_BITS,
            many: 0,
        }
    }

    fn home(&self, hash: u64) -> usize {
        (hash >> (64 - self.bits)) as usize
    }

    /// The bits of a slot that are the hash's.
    fn tag(&self, hash: u64) -> u32 {
        (hash as u32) << self.bits
    }

    /// The number that a hash leads to first, if it is likely to be the one.
    pub(super) fn hint(&self, hash: u64) -> Option<u32> {
        let slot = self.slots[self.home(hash)];
        let mine = slot >> self.bits == self.tag(hash) >> self.bits;
        (mine && slot != 0).then(|| (slot & self.low()).wrapping_sub(1))
    }

    fn low(&self) -> u32 {
        (1 << self.bits) - 1
    }

    /// The number with this hash for which `is` holds, or where it would go.
    pub(super) fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Result<u32, Gap> {
        let (mut at, tag, low) = (self.home(hash), self.tag(hash), self.low());
        loop {
            let slot = self.slots[at];
            if slot & low == 0 {
                return Err(Gap(at));
            }
            let number = (slot & low) - 1;
            if slot & !low == tag && is(number) {
                return Ok(number);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// Puts the next number (they come in order, from 0) where [`find`](Table::find) found a gap for its hash. `hash_of` tells
    /// the hash of any number, for when the table grows.
    pub(super) fn insert(&mut self, gap: Gap, hash: u64, hash_of: impl Fn(u32) -> u64) {
        let number = self.many as u32;
        self.many += 1;
        if self.many * 8 < self.slots.len() * 7 {
            self.slots[gap.0] = self.tag(hash) | (number + 1);
        } else {
            self.rebuild(self.many, self.bits + 1, hash_of);
        }
    }

    /// Puts all numbers below `many` in again, since their hashes have changed.
    pub(super) fn renew(&mut self, many: usize, hash_of: impl Fn(u32) -> u64) {
        self.rebuild(many, self.bits, hash_of);
    }

    fn rebuild(&mut self, many: usize, bits: u32, hash_of: impl Fn(u32) -> u64) {
        self.slots = Vec::new();
        *self = Table {
            slots: vec![0; 1 << bits],
            bits,
            many,
        };
        for number in 0..many as u32 {
            let hash = hash_of(number);
            let mut at = self.home(hash);
            while self.slots[at] != 0 {
                at = (at + 1) & (self.slots.len() - 1);
            }
            self.slots[at] = self.tag(hash) | (number + 1);
        }
    }

    /// Bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        4 * self.slots.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers are found by their hash, also where many hashes are alike in the bits that choose the slot.
    #[test]
    fn what_was_put_in_is_found() {
        for spread in [0x9e37_79b9_7f4a_7c15_u64, 1, 1 << 60] {
            let hash = |number: u32| u64::from(number).wrapping_mul(spread);
            let mut table = Table::new();
            for number in 0..2_000 {
                let gap = table.find(hash(number), |it| it == number);
                let gap = gap.expect_err("not there yet");
                table.insert(gap, hash(number), hash);
            }
            for number in 0..2_000 {
                assert_eq!(
                    table.find(hash(number), |it| it == number).ok(),
                    Some(number)
                );
            }
            assert!(table.find(hash(5_000), |it| it == 5_000).is_err());
            assert!(table.bytes() <= 4 * 4096);
        }
    }
}

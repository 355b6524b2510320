//! Real bytes, kept outside the world: equal bytes have equal ids.

use crc::{CRC_16_T10_DIF, Crc};

use super::model::{Geometry, ModelError, Store};

/// Bytes in a page. (x86 and the dossier's scenarios; `PAGE_SIZE` in the kernel.)
pub const PAGE_SIZE: usize = 4096;

const T10_DIF: Crc<u16> = Crc::<u16>::new(&CRC_16_T10_DIF);

/// The guard tag of one protection interval: CRC-16/T10-DIF over all of its bytes.
///
/// Polynomial 8BB7h, initial value 0, no reflection, no final XOR; the check value of
/// `"123456789"` is D0DBh. (T10 SBC, as `crc_t10dif` in the kernel's `lib/crc-t10dif.c`.)
pub fn guard(bytes: &[u8]) -> u16 {
    T10_DIF.checksum(bytes)
}

/// The id of one interval's bytes in a [`Contents`] table; 0 is "nothing".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct Content(pub u8);

impl Content {
    /// No bytes: a tuple not generated, a sector not fetched, media never written.
    pub const NONE: Content = Content(0);

    /// Whether there are bytes at all.
    pub fn is_some(self) -> bool {
        self != Content::NONE
    }
}

/// Every content an interval can ever hold in one model, with its guard.
///
/// A store overwrites fixed bytes, so the contents reachable from the initial ones are finite;
/// the table is closed under all stores of the model when the model is built.
/// That keeps [`step`](super::step) pure and worlds a few bytes an interval.
#[derive(Clone, Debug)]
pub struct Contents {
    bytes: Vec<Vec<u8>>,
    guards: Vec<u16>,
    /// `after[store][interval][content]`, where interval counts through all pages.
    after: Vec<Vec<Vec<Content>>>,
}

impl Contents {
    /// Most distinct contents one model can have: ids are one byte and 0 is taken.
    pub const MOST: usize = 255;

    /// The table, the ids of the `initial` contents of memory, and those of `others`.
    pub(super) fn build(
        geometry: Geometry,
        stores: &[Store],
        initial: &[Vec<u8>],
        others: &[Vec<u8>],
    ) -> Result<(Contents, Vec<Content>, Vec<Content>), ModelError> {
        let mut table = Contents {
            bytes: vec![Vec::new()],
            guards: vec![0],
            after: Vec::new(),
        };
        let others: Result<Vec<Content>, ModelError> = others
            .iter()
            .map(|bytes| table.intern(bytes.clone()))
            .collect();
        let others = others?;
        let mut start = Vec::new();
        let mut edges = Vec::new();
        for (interval, bytes) in initial.iter().enumerate() {
            let first = table.intern(bytes.clone())?;
            start.push(first);
            let mut reached = vec![first];
            let mut next = 0;
            while next < reached.len() {
                let from = reached[next];
                next += 1;
                for (number, store) in stores.iter().enumerate() {
                    let mut changed = table.bytes[from.0 as usize].clone();
                    store.write(geometry, interval, &mut changed);
                    let to = table.intern(changed)?;
                    edges.push((number, interval, from, to));
                    if !reached.contains(&to) {
                        reached.push(to);
                    }
                }
            }
        }
        let same: Vec<Content> = (0..table.bytes.len()).map(|id| Content(id as u8)).collect();
        table.after = vec![vec![same; initial.len()]; stores.len()];
        for (store, interval, from, to) in edges {
            table.after[store][interval][from.0 as usize] = to;
        }
        Ok((table, start, others))
    }

    fn intern(&mut self, bytes: Vec<u8>) -> Result<Content, ModelError> {
        let known = self.bytes.iter().skip(1).position(|known| *known == bytes);
        if let Some(index) = known {
            return Ok(Content(index as u8 + 1));
        }
        if self.bytes.len() > Contents::MOST {
            return Err(ModelError::TooManyContents {
                most: Contents::MOST,
            });
        }
        self.guards.push(guard(&bytes));
        self.bytes.push(bytes);
        Ok(Content(self.bytes.len() as u8 - 1))
    }

    /// The bytes behind an id; empty for [`Content::NONE`] and for an id of another model.
    pub fn bytes(&self, content: Content) -> &[u8] {
        self.bytes.get(content.0 as usize).map_or(&[], |b| b)
    }

    /// The guard tag of the bytes behind an id.
    pub fn guard(&self, content: Content) -> u16 {
        self.guards.get(content.0 as usize).copied().unwrap_or(0)
    }

    /// Whether a check that compares guards passes: equal bytes, or a collision of their CRCs.
    pub fn guards_match(&self, one: Content, other: Content) -> bool {
        self.guard(one) == self.guard(other)
    }

    /// What `interval` (counted through all pages) holds after `store`, if it held `from`.
    pub(super) fn after(&self, store: usize, interval: usize, from: Content) -> Content {
        self.after[store][interval]
            .get(from.0 as usize)
            .copied()
            .unwrap_or(from)
    }
}

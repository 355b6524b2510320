//! Real bytes, kept outside the world: equal bytes have equal ids.

use super::checksum::{guard, ip_checksum};
use super::error::ModelError;
use super::id::StoreId;
use super::parts::{Geometry, Stamp, Store};

/// Which bytes an interval holds, by their number in `contents`, the table of all that can be held.
/// Equal numbers are equal bytes; 0 stands for none.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
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
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Contents {
    bytes: Vec<Vec<u8>>,
    guards: Vec<u16>,
    /// Whether guards are Internet checksums instead of CRCs.
    ip: bool,
    /// `after[store][interval][content]`, where interval counts through all pages.
    after: Vec<Vec<Vec<Content>>>,
    stamp: Option<Stamp>,
    /// Whether a block's own checksum is that of its bytes, for each content.
    valid: Vec<bool>,
    /// `stamped[content][read]`: the content once the checksum over `read` is stored in it.
    stamped: Vec<Vec<Content>>,
}

impl Contents {
    /// Most distinct contents one model can have: ids are one byte and 0 is taken.
    pub const MOST: usize = 255;

    /// The table, the ids of the `initial` contents of memory, and the ids of the `others`: the
    /// contents of the media, which stores do not change; but where anybody `reads`, they come into memory.
    pub(super) fn build(
        geometry: Geometry,
        stores: &[Store],
        initial: &[Vec<u8>],
        others: &[Vec<u8>],
        reads: bool,
    ) -> Result<(Contents, Vec<Content>, Vec<Content>), ModelError> {
        let mut table = Contents {
            bytes: vec![Vec::new()],
            guards: vec![0],
            ip: geometry.ip_guards,
            after: Vec::new(),
            stamp: geometry.stamp,
            valid: Vec::new(),
            stamped: Vec::new(),
        };
        let others: Result<Vec<Content>, ModelError> = others
            .iter()
            .map(|bytes| table.intern(bytes.clone()))
            .collect();
        let others = others?;
        let mut start = Vec::new();
        let mut edges = Vec::new();
        let mut stamped = Vec::new();
        for (interval, bytes) in initial.iter().enumerate() {
            let first = table.intern(bytes.clone())?;
            start.push(first);
            let mut reached = vec![first];
            let read = others.get(interval).filter(|it| reads && **it != first);
            reached.extend(read);
            let here = |stamp: &Stamp| stamp.interval(geometry) == interval;
            let stamp = table.stamp.filter(here);
            let mut next = 0;
            while next < reached.len() {
                let from = reached[next];
                next += 1;
                for (number, store) in stores.iter().enumerate() {
                    let mut changed = table.bytes[usize::from(from.0)].clone();
                    store.write(geometry, interval, &mut changed);
                    let to = table.intern(changed)?;
                    edges.push((number, interval, from, to));
                    if !reached.contains(&to) {
                        reached.push(to);
                    }
                }
                let Some(stamp) = stamp else { continue };
                // Every pair of a content and one read earlier, in both orders.
                for earlier in 0..next {
                    let read = reached[earlier];
                    for (into, read) in [(from, read), (read, from)] {
                        let mut changed = table.bytes[usize::from(into.0)].clone();
                        stamp.write(&table.bytes[usize::from(read.0)], &mut changed);
                        let to = table.intern(changed)?;
                        stamped.push((into, read, to));
                        if !reached.contains(&to) {
                            reached.push(to);
                        }
                    }
                }
            }
        }
        let many = table.bytes.len();
        let same: Vec<Content> = (0..many).map(|id| Content(id as u8)).collect();
        table.after = vec![vec![same.clone(); initial.len()]; stores.len()];
        for (store, interval, from, to) in edges {
            table.after[store][interval][usize::from(from.0)] = to;
        }
        if let Some(stamp) = table.stamp {
            let verifies = |bytes: &Vec<u8>| stamp.verifies(bytes);
            table.valid = table.bytes.iter().map(verifies).collect();
            table.stamped = same.iter().map(|into| vec![*into; many]).collect();
            for (into, read, to) in stamped {
                table.stamped[usize::from(into.0)][usize::from(read.0)] = to;
            }
        }
        Ok((table, start, others))
    }

    /// The id of these bytes, a new one if they are not in the table yet.
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
        self.guards.push(match self.ip {
            true => ip_checksum(&bytes),
            false => guard(&bytes),
        });
        self.bytes.push(bytes);
        Ok(Content((self.bytes.len() - 1) as u8))
    }

    /// How many ids there are, [`Content::NONE`] included.
    pub fn count(&self) -> usize {
        self.guards.len()
    }

    /// The bytes behind an id; empty for [`Content::NONE`] and for an id of another model.
    pub fn bytes(&self, content: Content) -> &[u8] {
        self.bytes
            .get(usize::from(content.0))
            .map_or(&[], |bytes| bytes)
    }

    /// The guard tag of the bytes behind an id, in the format the adapter wants.
    pub fn guard(&self, content: Content) -> u16 {
        self.guards
            .get(usize::from(content.0))
            .copied()
            .unwrap_or(0)
    }

    /// Whether a check that compares guards passes: equal bytes, or a collision of their guards.
    pub fn guards_match(&self, one: Content, other: Content) -> bool {
        self.guard(one) == self.guard(other)
    }

    /// What `interval` (counted through all pages) holds after `store`, if it held `from`.
    pub fn after(&self, store: StoreId, interval: usize, from: Content) -> Content {
        let row = self
            .after
            .get(store.index())
            .and_then(|intervals| intervals.get(interval));
        row.and_then(|row| row.get(usize::from(from.0)))
            .copied()
            .unwrap_or(from)
    }

    /// What a block holds once the checksum computed over `read` is stored in it.
    pub fn stamped(&self, into: Content, read: Content) -> Content {
        let row = self.stamped.get(usize::from(into.0));
        row.and_then(|row| row.get(usize::from(read.0)))
            .copied()
            .unwrap_or(into)
    }

    /// Whether a block's own checksum is that of its bytes; true for blocks without one.
    pub fn verifies(&self, content: Content) -> bool {
        self.valid
            .get(usize::from(content.0))
            .copied()
            .unwrap_or(true)
    }
}

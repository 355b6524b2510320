//! A model: all that never changes during a run.

use super::content::Contents;
use super::id::{ActorId, BioId, LockId, PageId, SectorId, SpaceId, TlbId};
use super::lock::Lock;
use super::op::{Op, Resource, Which};
use super::parts::{Actor, Geometry, Protection, Rules, Store};
use super::world::{Layout, World};

/// An immutable machine, ready to run.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Model {
    /// Pages, intervals and blocks, and where they lie on the disk.
    pub geometry: Geometry,
    /// The kind of device, by who takes checksums and who compares them.
    pub protection: Protection,
    /// Whether the mapping asks for stable pages (AS_STABLE_WRITES).
    pub stable: bool,
    /// The kernel's rules.
    pub rules: Rules,
    /// The actors.
    pub actors: Vec<Actor>,
    /// The stores that instructions refer to.
    pub stores: Vec<Store>,
    /// The named locks, counters and flags.
    pub locks: Vec<Lock>,
    /// All bytes that intervals can come to hold, with their guards.
    pub contents: Contents,
    /// The address space of each TLB.
    pub tlb_spaces: Vec<SpaceId>,
    /// How many address spaces map the file.
    pub spaces: u8,
    /// For each page, whether it belongs to a file.
    pub cached: Vec<bool>,
    /// Whether any program has a step of a read.
    pub(super) reads: bool,
    /// Where each register of a world stands.
    pub layout: Layout,
    /// Where every run begins.
    pub initial: World,
    /// The actor that takes requests: the device.
    pub(super) disk: Option<ActorId>,
    /// The actor that ends bios the device is done with.
    pub(super) completion: Option<ActorId>,
    /// The actor that takes over a guest's bios.
    pub(super) host: Option<ActorId>,
}

impl Model {
    /// Whether all its bios are reads.
    pub fn reads(&self) -> bool {
        self.reads && !self.writes()
    }

    /// Whether some of its bios are reads and others writes.
    pub fn reads_and_writes(&self) -> bool {
        self.reads && self.writes()
    }

    fn writes(&self) -> bool {
        let mut code = self.actors.iter().flat_map(|actor| &actor.code);
        code.any(|instr| instr.op == Op::QueueBio)
    }

    /// Whether a page can be in several bios at a time, each of which has some of its sectors.
    pub fn in_parts(&self) -> bool {
        self.layout.parts() > 1
    }

    /// The pages, in order.
    pub fn page_ids(
        &self,
    ) -> impl ExactSizeIterator<Item = PageId> + DoubleEndedIterator + Clone + use<> {
        self.geometry.page_ids()
    }

    /// The sectors of a page, in order.
    pub fn sector_ids(
        &self,
    ) -> impl ExactSizeIterator<Item = SectorId> + DoubleEndedIterator + Clone + use<> {
        self.geometry.sector_ids()
    }

    /// The actors, in order.
    pub fn actor_ids(
        &self,
    ) -> impl ExactSizeIterator<Item = ActorId> + DoubleEndedIterator + Clone + use<> {
        ActorId::first(self.actors.len())
    }

    /// The address spaces that map the file, in order.
    pub fn space_ids(
        &self,
    ) -> impl ExactSizeIterator<Item = SpaceId> + DoubleEndedIterator + Clone + use<> {
        SpaceId::first(self.spaces.into())
    }

    /// The TLBs, in order.
    pub fn tlb_ids(
        &self,
    ) -> impl ExactSizeIterator<Item = TlbId> + DoubleEndedIterator + Clone + use<> {
        TlbId::first(self.tlb_spaces.len())
    }

    /// The bios there is room for, in order.
    pub fn bio_ids(
        &self,
    ) -> impl ExactSizeIterator<Item = BioId> + DoubleEndedIterator + Clone + use<> {
        BioId::first(self.page_ids().len() * self.layout.parts())
    }

    /// All instances of a resource, in order: one for each address space, for each page, for each
    /// lock that was declared, or a single one.
    pub fn all_of(&self, resource: Resource) -> impl Iterator<Item = Which> + use<> {
        let (spaces, locks, pages) = match resource {
            Resource::PteLock => (self.space_ids().len(), 0, 0),
            Resource::Named => (0, self.locks.len(), 0),
            Resource::Handle | Resource::Commit | Resource::Mutex => (0, 0, 1),
            _ => (0, 0, self.page_ids().len()),
        };
        let spaces = SpaceId::first(spaces).map(Which::Space);
        let locks = LockId::first(locks).map(Which::Lock);
        (spaces.chain(locks)).chain(PageId::first(pages).map(Which::Page))
    }
}

//! The state of everything at one moment: small, `Copy`, hashable, without history.
//!
//! A world is a row of bytes. Which byte means what is up to the model's [`Layout`]: registers
//! that no program of the model uses take no room, so that worlds stay small although the machine
//! knows many things. [`view`](super::view) reads them by name.

use std::ops::{Index, IndexMut, Range};

use super::id::{ActorId, BioId, LockId, PageId, SectorId, SpaceId, TlbId};
use super::op::{Resource, Which};

/// Most pages a model has.
pub const MAX_PAGES: usize = 3;
/// Most protection intervals a page has: eight of 512 bytes.
pub const SECTORS: usize = 8;
/// Most address spaces (`mm_struct`) that map the file.
pub const MAX_SPACES: usize = 3;
/// Most TLBs, one for each pair of CPU and address space that runs on it.
pub const MAX_TLBS: usize = 4;
/// Most actors.
pub const MAX_ACTORS: usize = 8;
/// What a register holds in place of an actor for nobody.
pub(super) const NOBODY: u8 = u8::MAX;
/// What a page's lock register holds instead of its owner while the page is read: the lock goes with the read, whose end
/// gives it back.
pub(super) const WITH_READ: u8 = NOBODY - 1;
/// Bytes of a world.
pub const CELLS: usize = 128;
/// Words of eight registers in a world.
pub const LANES: usize = CELLS / 8;

/// Everything that can change, as registers of one byte. Registers not in use are zero, so that
/// worlds that behave alike are equal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(into = "[u64; LANES]", from = "[u64; LANES]")]
pub struct World {
    cells: [u8; CELLS],
}

impl World {
    pub(super) const BLANK: World = World { cells: [0; CELLS] };

    /// All registers, eight to a lane: the form in which the checker compares and stores worlds.
    pub fn lanes(&self) -> [u64; LANES] {
        std::array::from_fn(|lane| {
            let cells = self.cells[8 * lane..].first_chunk();
            cells.map_or(0, |it| u64::from_le_bytes(*it))
        })
    }

    /// The world of these [`lanes`](World::lanes). They must be those of a world of the model it
    /// is used with.
    pub fn of_lanes(lanes: &[u64; LANES]) -> World {
        let mut world = World::BLANK;
        for (cells, lane) in world.cells.chunks_exact_mut(8).zip(lanes) {
            cells.copy_from_slice(&lane.to_le_bytes());
        }
        world
    }
}

impl From<World> for [u64; LANES] {
    fn from(world: World) -> Self {
        world.lanes()
    }
}

impl From<[u64; LANES]> for World {
    fn from(lanes: [u64; LANES]) -> World {
        World::of_lanes(&lanes)
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        for cell in &self.cells {
            write!(out, "{cell:02x}")?;
        }
        Ok(())
    }
}

// Every layout fits into a world, so masking the index changes nothing; it spares the bounds check
// at each access.
impl Index<usize> for World {
    type Output = u8;
    fn index(&self, cell: usize) -> &u8 {
        &self.cells[cell & (CELLS - 1)]
    }
}

impl IndexMut<usize> for World {
    fn index_mut(&mut self, cell: usize) -> &mut u8 {
        &mut self.cells[cell & (CELLS - 1)]
    }
}

// A world is copied at every step and stored for every state the checker visits.
const _: () = assert!(size_of::<World>() <= 128 && CELLS.is_power_of_two());
// The sectors of all pages, one bit each, are a number.
const _: () = assert!(SECTORS == 8 && MAX_PAGES * SECTORS <= 32);

/// The bits of a PTE, or of a TLB entry that caches it: the sum of 1 (present or cached), 2 (write)
/// and 4 (dirty).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema), schemars(extend("maximum" = 7)))]
pub struct Access(pub(super) u8);

impl Access {
    /// Not present (PTE) or not cached (TLB).
    pub const NONE: Access = Access(0);
    /// Present (PTE) or cached (TLB), read-only, clean.
    pub const READ_ONLY: Access = Access(1);
    /// Present, writable, clean: `page_mkwrite` never leaves a PTE so, but fork may.
    pub const WRITABLE_CLEAN: Access = Access(3);
    /// Present, writable and dirty: the store goes through.
    pub const WRITABLE_DIRTY: Access = Access(7);

    /// An entry with the given bits.
    pub fn new(present: bool, write: bool, dirty: bool) -> Access {
        Access(u8::from(present) | u8::from(write) << 1 | u8::from(dirty) << 2)
    }
    /// Present in the page table, or cached in the TLB.
    pub fn present(self) -> bool {
        self.0 & 1 != 0
    }
    /// Stores are allowed.
    pub fn write(self) -> bool {
        self.0 & 2 != 0
    }
    /// The hardware has recorded a store.
    pub fn dirty(self) -> bool {
        self.0 & 4 != 0
    }
}

/// Bits of a page's flag register.
pub(super) mod flag {
    pub const DIRTY: u8 = 1;
    pub const GONE: u8 = 2;
    pub const READ_ONLY: u8 = 4;
    pub const TOWRITE: u8 = 8;
    pub const COMMITTING: u8 = 16;
    /// One pin.
    pub const PIN: u8 = 32;
    pub const PINS: u8 = 0xe0;
}

/// Bits of an actor's flag register.
pub(super) mod actor {
    pub const CLEANED: u8 = 1;
    pub const TAGGED: u8 = 2;
    pub const SLEEPING: u8 = 4;
    pub const WOKEN: u8 = 8;
    /// fsync has told this actor, as an opener of the file, of the write error.
    pub const SEEN: u8 = 16;
    /// From this bit on stand the three bits of the PTE as it was at the fault.
    pub const ORIG: u8 = 5;
}

/// Bits of the one register that belongs to no page and no actor.
pub(super) mod global {
    pub const HALTED: u8 = 1;
    pub const ERROR_PENDING: u8 = 2;
    pub const ERROR_EVER: u8 = 4;
}

/// Bits of a bio's state register; the low three are its [`Stage`](super::view::Stage).
pub(super) mod bio {
    pub const STAGE: u8 = 7;
    pub const FAILED: u8 = 8;
    pub const GUARDED: u8 = 16;
    /// One requeue.
    pub const REQUEUE: u8 = 32;
    pub const REQUEUES: u8 = 0xe0;
    /// More requeues than there are: a read.
    pub const READ: u8 = REQUEUES;
}

/// How many of everything a model has, and which of the optional registers it needs.
#[derive(Clone, Debug, Default)]
pub(super) struct Needs {
    pub pages: usize,
    pub sectors: usize,
    pub spaces: usize,
    pub tlbs: usize,
    pub actors: usize,
    pub tuples: bool,
    pub buffers: bool,
    pub copy: bool,
    /// Whether a copy is made sector by sector.
    pub copied_by_sector: bool,
    pub promise: bool,
    pub block_writeback: bool,
    pub mixed: bool,
    /// Whether anybody uses it, for each of [`Resource::OWNED`].
    pub resources: [bool; 6],
    /// How many registers each named lock takes.
    pub locks: Vec<usize>,
    /// Of each sector the part of its page that it belongs to, from 0.
    pub part_of: [u8; SECTORS],
}

/// Where each register of a model's worlds stands. The methods named after registers return the
/// place of one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Layout {
    sectors: usize,
    pages: usize,
    /// Of each sector the part of its page that it belongs to: sectors that no step tells apart are in one bio or in
    /// none, and share a register.
    part_of: [u8; SECTORS],
    parts: usize,
    /// Cells in use.
    pub used: usize,
    pub(super) global: usize,
    lock: usize,
    writeback: usize,
    flags: usize,
    bio_of: usize,
    buffers: Option<usize>,
    block_writeback: Option<usize>,
    mask: Option<usize>,
    sampled: Option<usize>,
    memory: usize,
    sealed: usize,
    wire: usize,
    media: usize,
    tuples: Option<usize>,
    copy: Option<usize>,
    /// Whether a copy is made sector by sector, so that it can have half of a store.
    pub(super) copied_by_sector: bool,
    promise: Option<usize>,
    mixed: Option<usize>,
    ptes: usize,
    tlbs: usize,
    bios: usize,
    actors: usize,
    resources: [Option<usize>; 6],
    /// The first register of each named lock.
    locks: Vec<usize>,
}

impl Layout {
    /// Lays the registers out; the `used` count may exceed [`CELLS`], which the caller refuses.
    pub(super) fn new(needs: &Needs) -> Layout {
        let mut used = 0;
        let mut take = |many: usize| {
            let at = used;
            used += many;
            at
        };
        let pages = needs.pages;
        let intervals = pages * needs.sectors;
        let parts = 1 + usize::from(needs.part_of.into_iter().max().unwrap_or(0));
        let mut layout = Layout {
            sectors: needs.sectors,
            pages,
            part_of: needs.part_of,
            parts,
            used: 0,
            // Registers that change together stand together: the checker packs four neighbours as
            // one number.
            memory: take(intervals),
            sealed: take(intervals),
            wire: take(intervals),
            media: take(intervals),
            tuples: needs.tuples.then(|| take(intervals)),
            copy: needs.copy.then(|| take(intervals)),
            copied_by_sector: needs.copied_by_sector,
            promise: needs.promise.then(|| take(intervals)),
            actors: take(4 * needs.actors),
            global: take(1),
            lock: take(pages),
            writeback: take(pages),
            flags: take(pages),
            bio_of: take(pages * parts),
            bios: take(2 * pages * parts),
            buffers: needs.buffers.then(|| take(pages)),
            mask: needs.buffers.then(|| take(pages)),
            block_writeback: needs.block_writeback.then(|| take(pages)),
            sampled: needs.promise.then(|| take(pages)),
            mixed: needs.mixed.then(|| take(pages)),
            ptes: take(needs.spaces * pages),
            tlbs: take(needs.tlbs * pages),
            resources: [None; 6],
            locks: Vec::new(),
        };
        for (number, resource) in Resource::OWNED.into_iter().enumerate() {
            if needs.resources[number] {
                let many = match resource {
                    Resource::PteLock => needs.spaces,
                    _ if resource.of_page() => pages,
                    _ => 1,
                };
                layout.resources[number] = Some(take(many));
            }
        }
        layout.locks = needs.locks.iter().map(|many| take(*many)).collect();
        layout.used = used;
        layout
    }

    /// An interval's place in a row of those of all pages.
    fn interval(&self, page: PageId, sector: SectorId) -> usize {
        page.index() * self.sectors + sector.index()
    }
    pub(super) fn lock(&self, page: PageId) -> usize {
        self.lock + page.index()
    }
    pub(super) fn writeback(&self, page: PageId) -> usize {
        self.writeback + page.index()
    }
    pub(super) fn flags(&self, page: PageId) -> usize {
        self.flags + page.index()
    }
    /// The bio of a sector, plus one; 0 for none.
    pub(super) fn bio_of(&self, page: PageId, sector: SectorId) -> usize {
        let part = self.part_of[sector.index() & (SECTORS - 1)];
        self.bio_of + page.index() * self.parts + usize::from(part)
    }
    /// The registers of a page that hold its bios: one, unless the page goes out in parts.
    pub(super) fn bios_of(&self, page: PageId) -> Range<usize> {
        let first = self.bio_of + page.index() * self.parts;
        first..first + self.parts
    }
    /// How many parts the programs tell apart of a page: as many bios it can be in at a time.
    pub(super) fn parts(&self) -> usize {
        self.parts
    }
    /// Sectors whose blocks are under writeback, one bit each.
    pub(super) fn block_writeback(&self, page: PageId) -> Option<usize> {
        self.block_writeback.map(|at| at + page.index())
    }
    /// Dirty buffers, one bit a sector.
    pub(super) fn buffers(&self, page: PageId) -> Option<usize> {
        self.buffers.map(|at| at + page.index())
    }
    /// Sectors that are under I/O, one bit each.
    pub(super) fn mask(&self, page: PageId) -> Option<usize> {
        self.mask.map(|at| at + page.index())
    }
    /// Sectors fetched after fsync promised them, one bit each.
    pub(super) fn sampled(&self, page: PageId) -> Option<usize> {
        self.sampled.map(|at| at + page.index())
    }
    /// Sectors of which the last completed write took other bytes than had been sampled for it, one bit each: two
    /// copies of a mirror that differ, parity of other bytes, or what may be a mix of old and new.
    pub(super) fn mixed(&self, page: PageId) -> Option<usize> {
        self.mixed.map(|at| at + page.index())
    }
    pub(super) fn memory(&self, page: PageId, sector: SectorId) -> usize {
        self.memory + self.interval(page, sector)
    }
    pub(super) fn sealed(&self, page: PageId, sector: SectorId) -> usize {
        self.sealed + self.interval(page, sector)
    }
    pub(super) fn wire(&self, page: PageId, sector: SectorId) -> usize {
        self.wire + self.interval(page, sector)
    }
    pub(super) fn media(&self, page: PageId, sector: SectorId) -> usize {
        self.media + self.interval(page, sector)
    }
    pub(super) fn tuples(&self, page: PageId, sector: SectorId) -> Option<usize> {
        self.tuples.map(|at| at + self.interval(page, sector))
    }
    /// The bounce copy, or jbd2's frozen data.
    pub(super) fn copy(&self, page: PageId, sector: SectorId) -> Option<usize> {
        self.copy.map(|at| at + self.interval(page, sector))
    }
    /// What fsync must see on the media before it returns.
    pub(super) fn promise(&self, page: PageId, sector: SectorId) -> Option<usize> {
        self.promise.map(|at| at + self.interval(page, sector))
    }
    pub(super) fn pte(&self, space: SpaceId, page: PageId) -> usize {
        self.ptes + space.index() * self.pages + page.index()
    }
    pub(super) fn tlb(&self, tlb: TlbId, page: PageId) -> usize {
        self.tlbs + tlb.index() * self.pages + page.index()
    }
    pub(super) fn bio_state(&self, bio: BioId) -> usize {
        self.bios + 2 * bio.index()
    }
    pub(super) fn bio_owner(&self, bio: BioId) -> usize {
        self.bios + 2 * bio.index() + 1
    }
    pub(super) fn pc(&self, actor: ActorId) -> usize {
        self.actors + 4 * actor.index()
    }
    /// While a write fault is handled: the store to run again, plus one; 0 otherwise.
    pub(super) fn retry(&self, actor: ActorId) -> usize {
        self.actors + 4 * actor.index() + 1
    }
    pub(super) fn actor_flags(&self, actor: ActorId) -> usize {
        self.actors + 4 * actor.index() + 2
    }
    /// For the device and the completion, the bio at hand, plus one; for an actor that stores a
    /// block's checksum, the content it read.
    pub(super) fn reg(&self, actor: ActorId) -> usize {
        self.actors + 4 * actor.index() + 3
    }
    /// Whether a resource has a register.
    pub(super) fn has(&self, resource: Resource) -> bool {
        self.first_owner(resource).is_some()
    }
    /// The first register of a named lock. Of a mutex or a spin lock it is the only one, and holds the owner plus one; a
    /// rwsem has three more, with a bit for each actor: the low and the high digit of how many shares it has, and whether
    /// it waits as a writer. Of a counter or flag the only one holds the value.
    pub(super) fn lock_cell(&self, lock: LockId) -> Option<usize> {
        self.locks.get(lock.index()).copied()
    }
    /// The owner of a resource, plus one; 0 for none.
    pub(super) fn resource(&self, resource: Resource, which: Which) -> Option<usize> {
        self.first_owner(resource).map(|at| match resource {
            Resource::Handle | Resource::Commit | Resource::Mutex => at,
            _ => at + which.index(),
        })
    }
    /// The first register of those that hold the owners of a resource.
    fn first_owner(&self, resource: Resource) -> Option<usize> {
        let mut owned = Resource::OWNED.iter();
        let number = owned.position(|owned| *owned == resource)?;
        self.resources[number]
    }
}

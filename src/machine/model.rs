//! The part that never changes during a run: geometry, device, actors and their code.

use super::content::{Content, Contents, PAGE_SIZE, crc32c};
use super::op::{Instr, Op, Operand, Resource};
use super::world::{
    Access, CELLS, Layout, MAX_ACTORS, MAX_PAGES, MAX_SPACES, MAX_TLBS, NOBODY, Needs, World, flag,
};

/// Most instructions of an actor, program and handler together: the pc and the retry register
/// (a pc plus one) are bytes.
pub const MOST_INSTRS: usize = 250;

/// Sizes and places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// How many pages exist, 1 to [`MAX_PAGES`].
    pub pages: u8,
    /// Bytes in a protection interval: 512 or 4096.
    pub interval: u16,
    /// LBA of the first interval of page 0, in intervals.
    pub first_lba: u32,
    /// Bytes in a file system block, where pages have buffers (512 to 4096); 0 where they do not.
    pub block: u16,
    /// Whether operating system and adapter guard with the Internet checksum instead of the CRC.
    pub ip_guards: bool,
    /// The checksum a block carries inside, if it does.
    pub stamp: Option<Stamp>,
}

impl Geometry {
    /// Protection intervals in a page: 8 or 1.
    pub fn sectors(self) -> usize {
        PAGE_SIZE / self.interval as usize
    }

    /// The LBA of an interval, which is also its Type 1 reference tag (low 32 bits).
    pub fn lba(self, page: usize, sector: usize) -> u32 {
        self.first_lba
            .wrapping_add((page * self.sectors() + sector) as u32)
    }

    /// The sectors of the buffers that a bit mask of sectors touches, whole buffers only.
    pub(super) fn whole_buffers(self, sectors: u8) -> u8 {
        let many = (self.block as usize / self.interval as usize).max(1);
        let mut all = 0;
        for first in (0..self.sectors()).step_by(many) {
            let buffer = (((1u16 << many) - 1) << first) as u8;
            if sectors & buffer != 0 {
                all |= buffer;
            }
        }
        all
    }

    /// Every sector of a page, as bits.
    pub(super) fn all_sectors(self) -> u8 {
        ((1u16 << self.sectors()) - 1) as u8
    }
}

/// A CRC-32C stored inside the block it covers (ext4's superblock).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The page that holds the block.
    pub page: u8,
    /// Where the covered bytes begin, in the page.
    pub from: u16,
    /// Where they end and the four bytes of the checksum stand, little-endian.
    pub at: u16,
}

impl Stamp {
    pub(super) fn interval(self, geometry: Geometry) -> usize {
        self.page as usize * geometry.sectors() + self.at as usize / geometry.interval as usize
    }

    fn range(self, size: usize) -> Option<(usize, usize)> {
        let base = (self.at as usize).checked_div(size)? * size;
        let from = (self.from as usize).checked_sub(base)?;
        let at = self.at as usize - base;
        (from < at && at + 4 <= size).then_some((from, at))
    }

    /// Stores the checksum over what was read into a block.
    pub(super) fn write(self, read: &[u8], into: &mut [u8]) {
        if let Some((from, at)) = self.range(read.len()) {
            into[at..at + 4].copy_from_slice(&crc32c(&read[from..at]).to_le_bytes());
        }
    }

    pub(super) fn verifies(self, bytes: &[u8]) -> bool {
        match self.range(bytes.len()) {
            Some((from, at)) => bytes[at..at + 4] == crc32c(&bytes[from..at]).to_le_bytes(),
            None => true,
        }
    }
}

/// Who takes a checksum of the bytes, or a second copy of them, and who compares.
///
/// The dossier's section 8.4 (`drivers/scsi/sd.c`, 6.19) and 7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protection {
    /// Nobody (NORMAL).
    None,
    /// The block layer generates, HBA and target check (WRITE_PASS).
    DixDif,
    /// The block layer generates, the HBA checks and strips (Type 0, WRITE_STRIP).
    DixOnly,
    /// The HBA generates from the bytes it fetched, the target checks (WRITE_INSERT).
    HbaInsert,
    /// The block layer generates, the NVMe controller checks; the host requeues what fails.
    Nvme,
    /// The file system keeps a checksum of the data elsewhere; reads compare (btrfs).
    FsChecksum,
    /// Parity is computed first, the data fetched later, with `skip_copy` (raid5).
    Parity,
    /// Each leg of a mirror fetches for itself (raid1).
    Mirror,
}

impl Protection {
    /// Whether the block layer generates a guard for each interval.
    pub fn guards(self) -> bool {
        matches!(
            self,
            Protection::DixDif | Protection::DixOnly | Protection::Nvme
        )
    }

    /// Whether the media stores a tuple with each interval.
    pub fn tuples(self) -> bool {
        matches!(
            self,
            Protection::DixDif | Protection::HbaInsert | Protection::Nvme
        )
    }

    /// Whether the device or the file system asks for stable pages (the dossier's 7.1): raid1
    /// does not, and a disk whose adapter inserts guards has no integrity profile that would.
    pub fn wants_stable(self) -> bool {
        matches!(
            self,
            Protection::DixDif
                | Protection::DixOnly
                | Protection::Nvme
                | Protection::FsChecksum
                | Protection::Parity
        )
    }
}

/// How the fault path and `write_begin` wait for a page under writeback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StableWait {
    /// Not at all (2.6.39).
    Never,
    /// Always (3.0 to 3.8).
    Always,
    /// If the mapping asks for stable pages (3.9 and later).
    IfRequired,
}

/// Rules that differ between kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// `set_page_writeback` asserts the page lock (today's `__folio_start_writeback`; 2.6.39's
    /// `set_page_writeback` did not).
    pub writeback_asserts_lock: bool,
    /// How whoever wants to write waits.
    pub wait: StableWait,
    /// Whether each opener learns of a write error once (errseq), rather than the first to ask
    /// (AS_EIO).
    pub errseq: bool,
}

/// An actor and its code: its program, then, for a user thread, its fault handler.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The address space it runs in, for user threads.
    pub space: Option<u8>,
    /// The TLB it uses, for user threads.
    pub tlb: Option<u8>,
    /// Program and handler.
    pub code: Vec<Instr>,
    /// How many instructions of `code` are the program; the handler is the rest.
    pub main: u8,
    /// Its program begins again when it ends.
    pub forever: bool,
}

/// A store of fixed bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// Which page.
    pub page: u8,
    /// Byte offset in the page.
    pub offset: u16,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Store {
    /// Writes this store's share into the bytes of `interval` (counted through all pages).
    pub(super) fn write(&self, geometry: Geometry, interval: usize, into: &mut [u8]) {
        let size = geometry.interval as usize;
        let start = interval * size;
        let first = self.page as usize * PAGE_SIZE + self.offset as usize;
        for (index, byte) in self.bytes.iter().enumerate() {
            if let Some(cell) = (first + index)
                .checked_sub(start)
                .and_then(|at| into.get_mut(at))
            {
                *cell = *byte;
            }
        }
    }

    /// Whether the store touches an interval of its page.
    pub fn touches(&self, geometry: Geometry, sector: usize) -> bool {
        let size = geometry.interval as usize;
        let end = self.offset as usize + self.bytes.len();
        (self.offset as usize) < (sector + 1) * size && end > sector * size
    }
}

/// A page as it is when a run begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageStart {
    /// PG_dirty.
    pub dirty: bool,
    /// Whether it belongs to a file; a user's direct I/O buffer or a guest's page does not.
    pub cached: bool,
    /// Its dirty buffers, one bit a sector, where pages have buffers.
    pub buffers: u8,
    /// The journal's committing transaction holds it (jbd2).
    pub committing: bool,
    /// How often it is pinned for DMA.
    pub pins: u8,
    /// The PTE of each address space.
    pub ptes: Vec<Access>,
    /// What each TLB caches of it.
    pub tlbs: Vec<Access>,
}

/// What a model is built from.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Sizes and places.
    pub geometry: Geometry,
    /// The device.
    pub protection: Protection,
    /// Whether the mapping asks for stable pages.
    pub stable: bool,
    /// The kernel's rules.
    pub rules: Rules,
    /// The actors.
    pub actors: Vec<Actor>,
    /// The stores that instructions refer to.
    pub stores: Vec<Store>,
    /// Bytes of every interval in memory at the start, all pages in a row.
    pub memory: Vec<Vec<u8>>,
    /// Bytes of every interval on media at the start, all pages in a row.
    pub media: Vec<Vec<u8>>,
    /// The pages.
    pub pages: Vec<PageStart>,
    /// How many address spaces there are.
    pub spaces: u8,
    /// For each TLB, the address space it belongs to.
    pub tlbs: Vec<u8>,
    /// What is taken at the start: resource, its page or address space, and by whom.
    pub held: Vec<(Resource, u8, u8)>,
}

/// A model that cannot be built, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// A count is outside what a world has room for.
    #[error("{what}: {found} is not between {least} and {most}")]
    Count {
        /// What was counted.
        what: &'static str,
        /// How many there were.
        found: usize,
        /// The least that is possible.
        least: usize,
        /// The most that is possible.
        most: usize,
    },
    /// The protection interval is neither 512 nor 4096 bytes.
    #[error("a protection interval has 512 or 4096 bytes, not {found}")]
    Interval {
        /// The size given.
        found: u16,
    },
    /// The block size fits neither interval nor page.
    #[error("a block has 512, 1024, 2048 or 4096 bytes and at least one interval, not {found}")]
    Block {
        /// The size given.
        found: u16,
    },
    /// The checksum inside a block is not inside one interval.
    #[error("a block's checksum and the bytes it covers must lie in one protection interval")]
    Stamp,
    /// More state than a world has room for.
    #[error(
        "this takes {found} bytes of state and a world has {most}; use fewer pages or actors, or 4096-byte intervals"
    )]
    TooBig {
        /// Bytes needed.
        found: usize,
        /// Bytes there are.
        most: usize,
    },
    /// A store reaches past the end of its page.
    #[error("a store of {length} bytes at offset {offset} leaves its 4096-byte page")]
    StoreOutside {
        /// Offset in the page.
        offset: u16,
        /// Number of bytes.
        length: usize,
    },
    /// More distinct contents than ids.
    #[error(
        "the stores can leave more than {most} different sector contents; use fewer or smaller stores"
    )]
    TooManyContents {
        /// The most that is possible.
        most: usize,
    },
    /// An instruction refers to something that does not exist.
    #[error("actor {actor}, instruction {pc}: {what} {found} does not exist")]
    Operand {
        /// The actor's number.
        actor: usize,
        /// The instruction's index.
        pc: usize,
        /// What is referred to.
        what: &'static str,
        /// Its number.
        found: usize,
    },
    /// A thread that stores through a mapping has no address space, TLB or fault handler.
    #[error("actor {actor} stores through a mapping but has no address space or no fault handler")]
    NoHandler {
        /// The actor's number.
        actor: usize,
    },
    /// More than one actor promises what fsync promises.
    #[error("only one actor can call fsync in a scenario; actors {one} and {other} both do")]
    TwoPromises {
        /// The first.
        one: usize,
        /// The second.
        other: usize,
    },
}

/// An immutable machine, ready to run.
#[derive(Clone, Debug)]
pub struct Model {
    /// Sizes and places.
    pub geometry: Geometry,
    /// The device.
    pub protection: Protection,
    /// Whether the mapping asks for stable pages (AS_STABLE_WRITES).
    pub stable: bool,
    /// The kernel's rules.
    pub rules: Rules,
    /// The actors.
    pub actors: Vec<Actor>,
    /// The stores that instructions refer to.
    pub stores: Vec<Store>,
    /// The bytes and guards.
    pub contents: Contents,
    /// The address space of each TLB.
    pub tlb_spaces: Vec<u8>,
    /// How many address spaces map the file.
    pub spaces: u8,
    /// For each page, whether it belongs to a file.
    pub cached: Vec<bool>,
    /// Where each register of a world stands.
    pub layout: Layout,
    /// Where every run begins.
    pub initial: World,
    /// Who takes requests, completes them, and takes over a guest's bios.
    pub(super) disk: Option<u8>,
    pub(super) completion: Option<u8>,
    pub(super) host: Option<u8>,
}

fn within(what: &'static str, found: usize, least: usize, most: usize) -> Result<(), ModelError> {
    if (least..=most).contains(&found) {
        Ok(())
    } else {
        Err(ModelError::Count {
            what,
            found,
            least,
            most,
        })
    }
}

impl Model {
    /// Checks the parts and builds the machine.
    ///
    /// # Errors
    /// [`ModelError`] when a count, an operand or a store is outside what the machine has; a
    /// model that was built never panics, whatever its programs do.
    pub fn new(mut parts: Parts) -> Result<Model, ModelError> {
        check(&parts)?;
        let geometry = parts.geometry;
        // A block that carries its own checksum begins with a valid one.
        if let Some(stamp) = geometry.stamp {
            for all in [&mut parts.memory, &mut parts.media] {
                let block = &mut all[stamp.interval(geometry)];
                let read = block.clone();
                stamp.write(&read, block);
            }
        }
        let layout = Layout::new(&needs(&parts)?);
        if layout.used > CELLS {
            return Err(ModelError::TooBig {
                found: layout.used,
                most: CELLS,
            });
        }
        let (contents, memory, media) =
            Contents::build(geometry, &parts.stores, &parts.memory, &parts.media)?;
        let who = |op: Op| {
            let runs = |it: &Actor| it.code.iter().any(|instr| instr.op == op);
            parts.actors.iter().position(runs).map(|it| it as u8)
        };
        let (disk, completion, host) = (who(Op::TakeRequest), who(Op::BioEndio), who(Op::TakeOver));
        let mut model = Model {
            geometry,
            protection: parts.protection,
            stable: parts.stable,
            rules: parts.rules,
            stores: parts.stores,
            contents,
            tlb_spaces: parts.tlbs,
            spaces: parts.spaces,
            cached: parts.pages.iter().map(|page| page.cached).collect(),
            layout,
            initial: World::BLANK,
            actors: parts.actors,
            disk,
            completion,
            host,
        };
        model.initial = model.start(&parts.pages, &parts.held, &memory, &media);
        for actor in 0..model.actors.len() {
            let mut world = model.initial;
            super::step::settle(&model, &mut world, actor);
            model.initial = world;
        }
        Ok(model)
    }

    fn start(
        &self,
        pages: &[PageStart],
        held: &[(Resource, u8, u8)],
        memory: &[Content],
        media: &[Content],
    ) -> World {
        let (at, sectors) = (&self.layout, self.geometry.sectors());
        let mut world = World::BLANK;
        for (page, start) in pages.iter().enumerate() {
            world[at.lock(page)] = NOBODY;
            world[at.writeback(page)] = NOBODY;
            let mut flags = start.pins.min(7) * flag::PIN;
            for (is, bit) in [
                (start.dirty, flag::DIRTY),
                (start.committing, flag::COMMITTING),
            ] {
                flags |= if is { bit } else { 0 };
            }
            world[at.flags(page)] = flags;
            if let Some(cell) = at.buffers(page) {
                world[cell] = self.geometry.whole_buffers(start.buffers);
            }
            for sector in 0..sectors {
                let interval = page * sectors + sector;
                world[at.memory(page, sector)] = memory[interval].0;
                world[at.media(page, sector)] = media[interval].0;
                if let Some(cell) = at.tuples(page, sector) {
                    world[cell] = media[interval].0;
                }
            }
            for (space, pte) in start.ptes.iter().enumerate() {
                world[at.pte(space, page)] = pte.0;
            }
            for (tlb, cached) in start.tlbs.iter().enumerate() {
                world[at.tlb(tlb, page)] = cached.0;
            }
        }
        for bio in 0..at.most_bios() {
            world[at.bio_owner(bio)] = NOBODY;
        }
        for (resource, which, owner) in held {
            match resource {
                Resource::PageLock => world[at.lock(*which as usize)] = *owner,
                _ => {
                    if let Some(cell) = at.resource(*resource, *which as usize) {
                        world[cell] = owner + 1;
                    }
                }
            }
        }
        world
    }
}

fn needs(parts: &Parts) -> Result<Needs, ModelError> {
    let mut needs = Needs {
        pages: parts.geometry.pages.into(),
        sectors: parts.geometry.sectors(),
        spaces: parts.spaces.into(),
        tlbs: parts.tlbs.len(),
        actors: parts.actors.len(),
        tuples: parts.protection.tuples(),
        buffers: parts.geometry.block != 0,
        ..Needs::default()
    };
    let mut promises = None;
    let mut need = |resource: Resource| {
        let number = Resource::OWNED.iter().position(|it| *it == resource);
        if let Some(number) = number {
            needs.resources[number] = true;
        }
    };
    for (resource, ..) in &parts.held {
        need(*resource);
    }
    for (number, actor) in parts.actors.iter().enumerate() {
        for instr in &actor.code {
            if let Some(resource) = instr.op.resource() {
                need(resource);
            }
            match instr.op {
                // A walk that cleans PTEs respects the page table lock where somebody takes it.
                Op::BounceCopy | Op::GetWriteAccess => needs.copy = true,
                Op::FsyncBegin => {
                    needs.promise = true;
                    match promises {
                        Some(one) if one != number => {
                            return Err(ModelError::TwoPromises { one, other: number });
                        }
                        _ => promises = Some(number),
                    }
                }
                _ => {}
            }
        }
    }
    Ok(needs)
}

fn check(parts: &Parts) -> Result<(), ModelError> {
    let geometry = parts.geometry;
    if geometry.interval != 512 && geometry.interval != 4096 {
        return Err(ModelError::Interval {
            found: geometry.interval,
        });
    }
    let block = geometry.block;
    if block != 0 && !([512, 1024, 2048, 4096].contains(&block) && block >= geometry.interval) {
        return Err(ModelError::Block { found: block });
    }
    let pages = geometry.pages as usize;
    let intervals = pages * geometry.sectors();
    within("pages", pages, 1, MAX_PAGES)?;
    within("actors", parts.actors.len(), 1, MAX_ACTORS)?;
    within("address spaces", parts.spaces.into(), 0, MAX_SPACES)?;
    within("TLBs", parts.tlbs.len(), 0, MAX_TLBS)?;
    within("stores", parts.stores.len(), 0, 255)?;
    within("descriptions of a page", parts.pages.len(), pages, pages)?;
    for space in &parts.tlbs {
        let most = (parts.spaces as usize).saturating_sub(1);
        within("address space of a TLB", *space as usize, 0, most)?;
    }
    for page in &parts.pages {
        let spaces = parts.spaces as usize;
        within("PTEs of a page", page.ptes.len(), spaces, spaces)?;
        let tlbs = parts.tlbs.len();
        within("TLB entries of a page", page.tlbs.len(), tlbs, tlbs)?;
    }
    for bytes in [&parts.memory, &parts.media] {
        within("intervals", bytes.len(), intervals, intervals)?;
        for interval in bytes {
            let size = geometry.interval as usize;
            within("bytes of an interval", interval.len(), size, size)?;
        }
    }
    for store in &parts.stores {
        within("page of a store", store.page as usize, 0, pages - 1)?;
        if store.offset as usize + store.bytes.len() > PAGE_SIZE {
            return Err(ModelError::StoreOutside {
                offset: store.offset,
                length: store.bytes.len(),
            });
        }
    }
    if let Some(stamp) = geometry.stamp {
        within("page of a checksum", stamp.page as usize, 0, pages - 1)?;
        let place = stamp.at as usize;
        if place + 4 > PAGE_SIZE || stamp.range(geometry.interval as usize).is_none() {
            return Err(ModelError::Stamp);
        }
    }
    for (resource, which, owner) in &parts.held {
        let most = match resource {
            Resource::PteLock => (parts.spaces as usize).saturating_sub(1),
            it if it.of_page() => pages - 1,
            _ => 0,
        };
        within("place of what is held", *which as usize, 0, most)?;
        within("holder", *owner as usize, 0, parts.actors.len() - 1)?;
    }
    for (actor, it) in parts.actors.iter().enumerate() {
        check_code(parts, actor, it)?;
    }
    Ok(())
}

fn check_code(parts: &Parts, actor: usize, it: &Actor) -> Result<(), ModelError> {
    within("instructions of an actor", it.code.len(), 0, MOST_INSTRS)?;
    within(
        "instructions of a program",
        it.main as usize,
        0,
        it.code.len(),
    )?;
    if let Some(space) = it.space {
        let most = (parts.spaces as usize).saturating_sub(1);
        within("address space of an actor", space as usize, 0, most)?;
    }
    if let Some(tlb) = it.tlb {
        let most = parts.tlbs.len().saturating_sub(1);
        within("TLB of an actor", tlb as usize, 0, most)?;
    }
    let user = it.space.is_some() && it.tlb.is_some() && parts.spaces > 0 && !parts.tlbs.is_empty();
    for (pc, instr) in it.code.iter().enumerate() {
        let operand = |what, found: u8, many: usize| {
            if (found as usize) < many {
                Ok(())
            } else {
                Err(ModelError::Operand {
                    actor,
                    pc,
                    what,
                    found: found as usize,
                })
            }
        };
        operand("page", instr.page, parts.geometry.pages as usize)?;
        operand("jump target", instr.no, it.code.len() + 1)?;
        match instr.op.operand() {
            Operand::Sector => operand("sector", instr.arg, parts.geometry.sectors())?,
            Operand::Space => operand("address space", instr.arg, parts.spaces as usize)?,
            Operand::Store => operand("store", instr.arg, parts.stores.len())?,
            Operand::None => {}
        }
        let handled = (it.main as usize) < it.code.len() && pc < it.main as usize;
        let faults = instr.op == Op::Store && !(user && handled);
        let walks = matches!(instr.op, Op::Load | Op::ForkPte | Op::PteMkwrite) && !user;
        if faults || walks {
            return Err(ModelError::NoHandler { actor });
        }
    }
    Ok(())
}

//! The part that never changes during a run: geometry, device, actors and their code.

use super::content::{Content, Contents, PAGE_SIZE};
use super::op::{Instr, Op};
use super::world::{Access, MAX_ACTORS, MAX_PAGES, MAX_SPACES, MAX_TLBS, Media, SECTORS, World};

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
}

/// Who generates guards and who checks them on a write.
///
/// The dossier's section 8.4, from `drivers/scsi/sd.c` (6.19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protection {
    /// No protection information (NORMAL).
    None,
    /// The block layer generates, HBA and target check (WRITE_PASS).
    DixDif,
    /// The HBA generates from the bytes it fetched, the target checks (WRITE_INSERT).
    HbaInsert,
}

/// What an actor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Writes dirty pages back.
    Flusher,
    /// Stores through a shared file mapping.
    Mmap,
    /// HBA and target.
    Disk,
    /// The I/O completion.
    Completion,
}

impl Role {
    /// Whether the actor serves others for ever, so that waiting for work is not being stuck.
    pub fn serves(self) -> bool {
        matches!(self, Role::Disk | Role::Completion)
    }
}

/// An actor and its code: its program, then, for a user thread, its fault handler.
#[derive(Clone, Debug)]
pub struct Actor {
    /// What it is.
    pub role: Role,
    /// Which address space it runs in (user threads only).
    pub space: u8,
    /// Which TLB it uses (user threads only).
    pub tlb: u8,
    /// Program and handler.
    pub code: Vec<Instr>,
    /// How many instructions of `code` are the program; the handler is the rest.
    pub main: u8,
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

/// Rules that differ between kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// `set_page_writeback` asserts the page lock (today's `__folio_start_writeback`; 2.6.39's
    /// `set_page_writeback` did not).
    pub writeback_asserts_lock: bool,
}

/// What a model is built from.
#[derive(Clone, Debug)]
pub struct Parts {
    /// Sizes and places.
    pub geometry: Geometry,
    /// The device.
    pub protection: Protection,
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
    /// PG_dirty of each page at the start.
    pub dirty: Vec<bool>,
    /// The PTE of each address space (for every page) at the start, and of its TLBs.
    pub ptes: Vec<Access>,
    /// For each TLB, the address space it belongs to and what it caches at the start.
    pub tlbs: Vec<(u8, Access)>,
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
    /// A thread that stores has no fault handler.
    #[error("actor {actor} stores through a mapping but has no fault handler")]
    NoHandler {
        /// The actor's number.
        actor: usize,
    },
}

/// An immutable machine, ready to run.
#[derive(Clone, Debug)]
pub struct Model {
    /// Sizes and places.
    pub geometry: Geometry,
    /// The device.
    pub protection: Protection,
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
    /// Where every run begins.
    pub initial: World,
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
    pub fn new(parts: Parts) -> Result<Model, ModelError> {
        let geometry = parts.geometry;
        if geometry.interval != 512 && geometry.interval != 4096 {
            return Err(ModelError::Interval {
                found: geometry.interval,
            });
        }
        let pages = geometry.pages as usize;
        let intervals = pages * geometry.sectors();
        within("pages", pages, 1, MAX_PAGES)?;
        within("actors", parts.actors.len(), 1, MAX_ACTORS)?;
        within("address spaces", parts.ptes.len(), 0, MAX_SPACES)?;
        within("TLBs", parts.tlbs.len(), 0, MAX_TLBS)?;
        within("stores", parts.stores.len(), 0, 255)?;
        within("dirty bits", parts.dirty.len(), pages, pages)?;
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
        for (actor, it) in parts.actors.iter().enumerate() {
            check_code(&parts, actor, it)?;
        }

        let (contents, memory, media) =
            Contents::build(geometry, &parts.stores, &parts.memory, &parts.media)?;
        let mut initial = World::blank();
        let sectors = geometry.sectors();
        for page in 0..pages {
            initial.pages[page].dirty = parts.dirty[page];
            let mut disk = Media {
                bytes: [Content::NONE; SECTORS],
                tuples: [Content::NONE; SECTORS],
            };
            for sector in 0..sectors {
                initial.pages[page].memory[sector] = memory[page * sectors + sector];
                disk.bytes[sector] = media[page * sectors + sector];
            }
            if parts.protection != Protection::None {
                disk.tuples = disk.bytes;
            }
            initial.media[page] = disk;
            for (space, pte) in parts.ptes.iter().enumerate() {
                initial.ptes[space][page] = *pte;
            }
            for (tlb, (_, cached)) in parts.tlbs.iter().enumerate() {
                initial.tlbs[tlb][page] = *cached;
            }
        }
        Ok(Model {
            geometry,
            protection: parts.protection,
            rules: parts.rules,
            actors: parts.actors,
            stores: parts.stores,
            contents,
            tlb_spaces: parts.tlbs.iter().map(|(space, _)| *space).collect(),
            spaces: parts.ptes.len() as u8,
            initial,
        })
    }
}

fn check_code(parts: &Parts, actor: usize, it: &Actor) -> Result<(), ModelError> {
    within("instructions of an actor", it.code.len(), 0, MOST_INSTRS)?;
    within(
        "instructions of a program",
        it.main as usize,
        0,
        it.code.len(),
    )?;
    if it.role == Role::Mmap {
        within(
            "address space of an actor",
            it.space as usize,
            0,
            parts.ptes.len().saturating_sub(1),
        )?;
        within(
            "TLB of an actor",
            it.tlb as usize,
            0,
            parts.tlbs.len().saturating_sub(1),
        )?;
        if parts.ptes.is_empty() || parts.tlbs.is_empty() || it.main as usize == it.code.len() {
            return Err(ModelError::NoHandler { actor });
        }
    }
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
        match instr.op {
            Op::GenerateGuard
            | Op::DmaSector
            | Op::HbaVerify
            | Op::HbaInsert
            | Op::TargetVerify => operand("sector", instr.arg, parts.geometry.sectors())?,
            Op::PteWrprotect | Op::FlushTlb | Op::PteMkwrite => {
                operand("address space", instr.arg, parts.ptes.len())?;
            }
            Op::Store => {
                operand("store", instr.arg, parts.stores.len())?;
                if it.role != Role::Mmap {
                    return Err(ModelError::NoHandler { actor });
                }
            }
            _ => {}
        }
    }
    Ok(())
}

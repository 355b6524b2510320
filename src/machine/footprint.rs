//! Which registers each step reads and writes.
//!
//! The footprint is stated once for each [`Op`]. The checker's reduction asks by it what other
//! actors could notice of a step, the reader of diagrams whether a step is about a page.
//! `tests/footprint.rs` compares it with `step` and `status`: no step changes a register that its
//! footprint does not name, and none behaves differently for the value of such a register.

use super::id::{ActorId, LockId, PageId, SectorId, SpaceId};
use super::lock::LockKind;
use super::model::Model;
use super::op::{EndIo, Instr, Op, Operand, Resource, Which};
use super::read::ReadStep;
use super::world::{flag, global};

/// A kind of register. A model has one of a kind for each page, sector, PTE, TLB entry, bio, lock or
/// actor, or a single one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Register {
    /// PG_locked's holder.
    PageLock,
    /// Who set PG_writeback.
    Writeback,
    /// The page's blocks under writeback.
    BlockWriteback,
    /// PG_dirty.
    Dirty,
    /// PAGECACHE_TAG_TOWRITE.
    ToWrite,
    /// Whether the page has left the file.
    Gone,
    /// Whether the kernel's own mapping of the page is read-only.
    ReadOnly,
    /// Whether the page is on the committing transaction.
    Committing,
    /// The page's pins for DMA.
    Pins,
    /// The page's dirty buffers.
    Buffers,
    /// The bio the page is in.
    BioOf,
    /// The page's sectors under I/O.
    Mask,
    /// The page's sectors fetched since fsync began.
    Sampled,
    /// The page's sectors of which the last write took other bytes than were sampled.
    Mixed,
    /// Bytes in memory.
    Memory,
    /// Bytes as they were when their checksum was taken.
    Sealed,
    /// Bytes as the adapter fetched them.
    Wire,
    /// Bytes on media.
    Media,
    /// What the stored guard was computed from.
    Tuple,
    /// Bytes of a bounce copy.
    Copy,
    /// Bytes that fsync promises.
    Promise,
    /// A page table entry.
    Pte,
    /// A TLB entry.
    Tlb,
    /// The stage, status and owner of a bio.
    Bio,
    /// The owner of a lock that is not the page lock.
    Lock(Resource),
    /// A named lock, counter or flag.
    Named,
    /// Errors latched in the mapping.
    Errors,
    /// Where other actors stand and whether they sleep.
    Actors,
}

impl Register {
    /// Whether it describes a page's I/O. From submission to completion only the actor that has the
    /// bio at hand works on registers of these kinds; a store reads one, the sealed bytes.
    pub fn of_io(self) -> bool {
        matches!(
            self,
            Register::BioOf
                | Register::Mask
                | Register::Sealed
                | Register::Wire
                | Register::Copy
                | Register::Bio
        )
    }
}

/// On which pages, sectors and address spaces a step touches the registers of its [`Footprint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Nothing of any page; of named locks the one it names.
    Nothing,
    /// One sector of its page.
    Sector,
    /// Its page; of PTEs and TLB entries those of the address space it names, if it names one.
    Page,
    /// Its page, and all address spaces.
    AllSpaces,
    /// Every page.
    AllPages,
}

/// What a step reads, to see whether it is possible and what it comes to, and what it writes.
/// Its actor's own registers are not named: each step reads and writes them.
#[derive(Clone, Copy, Debug)]
pub struct Footprint {
    /// On which pages, sectors and address spaces it touches registers of the kinds named.
    pub reach: Reach,
    /// The kinds of register it reads.
    pub reads: &'static [Register],
    /// The kinds of register it writes.
    pub writes: &'static [Register],
}

/// The registers that every step reads, on every page: an actor that moves on passes over
/// instructions that have nothing to do, such as those on sectors of another actor's bio.
pub const MOVING_ON: &[Register] = &[Register::BioOf, Register::Mask, Register::Bio];

impl Op {
    /// The registers it reads and writes.
    pub fn footprint(self) -> Footprint {
        use Register::*;
        const PTE_LOCK: Register = Register::Lock(Resource::PteLock);
        const SHADOW: Register = Register::Lock(Resource::Shadow);
        const BUFFER_LOCK: Register = Register::Lock(Resource::BufferLock);
        let (reach, reads, writes): (Reach, &[Register], &[Register]) = match self {
            Op::LockPage | Op::TrylockPage | Op::UnlockPage => {
                (Reach::Page, &[PageLock], &[PageLock])
            }
            Op::WaitPageUnlocked => (Reach::Page, &[PageLock], &[]),
            Op::Take(what) | Op::Release(what) => {
                let lock = lock(what);
                (Reach::Page, lock, lock)
            }
            Op::Await(what) => (Reach::Page, lock(what), &[]),
            Op::Lock(step) if step.only_looks() => (Reach::Nothing, &[Named], &[]),
            Op::Lock(_) => (Reach::Nothing, &[Named], &[Named]),
            Op::Read(step) => match step {
                ReadStep::Bounce => (Reach::Page, &[Memory], &[Copy]),
                ReadStep::Submit => (Reach::AllPages, &[Bio, BioOf, PageLock], &[Bio, PageLock]),
                ReadStep::Complete => (Reach::Nothing, &[Bio], &[Bio]),
                ReadStep::Unlock => (Reach::Page, &[PageLock], &[PageLock]),
                ReadStep::Dma => (
                    Reach::Sector,
                    &[Media, Tuple, Copy, Memory, Gone, Errors],
                    &[Memory, Copy, Sealed],
                ),
                ReadStep::Check | ReadStep::Verify => (Reach::Sector, &[Sealed, Memory, Copy], &[]),
                ReadStep::CopyOut => (Reach::Page, &[Copy], &[Memory, Copy]),
                ReadStep::IsRead => (Reach::Nothing, &[Bio], &[]),
                ReadStep::Again => (Reach::AllPages, &[BioOf, Bio, Memory], &[Copy, Sealed, Bio]),
            },
            Op::TestPageDirty => (Reach::Page, &[Dirty], &[]),
            Op::TagTowrite => (Reach::AllPages, &[Dirty], &[ToWrite]),
            Op::FindTagged => (Reach::Page, &[Dirty, ToWrite], &[ToWrite]),
            Op::PteWrprotect => (Reach::Page, &[PageLock, Pte, PTE_LOCK], &[Pte]),
            Op::PteRevoke | Op::PteMkwrite | Op::ZapPte => (Reach::Page, &[Pte, PTE_LOCK], &[Pte]),
            Op::ForkPte => (Reach::AllSpaces, &[Pte, PTE_LOCK], &[Pte, Tlb]),
            Op::CheckVma => (Reach::Page, &[Pte], &[]),
            Op::FlushTlb => (Reach::Page, &[Tlb], &[Tlb]),
            Op::RedirtyIfCleaned | Op::SetPageDirty => (Reach::Page, &[Dirty], &[Dirty, Buffers]),
            Op::TestClearPageDirty => (Reach::Page, &[PageLock, Dirty], &[Dirty]),
            Op::ClearDirtyBuffers => (Reach::Page, &[Buffers], &[Buffers, Mask]),
            Op::SetPageWriteback => (Reach::Page, &[PageLock, Writeback], &[Writeback]),
            Op::SetBlocksWriteback => (
                Reach::Page,
                &[PageLock, Writeback, BlockWriteback],
                &[Writeback, BlockWriteback],
            ),
            Op::WaitWriteback | Op::WaitStable | Op::WaitOnce | Op::AssertNoWriteback => {
                (Reach::Page, &[Writeback], &[])
            }
            Op::ClearWriteback => (
                Reach::Page,
                &[Writeback, BioOf, Bio],
                &[Writeback, BioOf, Mask, Sealed, Wire, Copy, Bio],
            ),
            Op::WakeUpPage => (Reach::Page, &[Actors], &[Actors]),
            Op::EndIo(EndIo::Writeback) => (
                Reach::Page,
                &[Writeback, BioOf, Bio, Actors],
                &[Writeback, BioOf, Mask, Sealed, Wire, Copy, Bio, Actors],
            ),
            Op::EndIo(EndIo::Blocks) => (
                Reach::Page,
                &[Writeback, BlockWriteback, BioOf, Bio, Actors],
                &[
                    Writeback,
                    BlockWriteback,
                    BioOf,
                    Mask,
                    Sealed,
                    Wire,
                    Copy,
                    Bio,
                    Actors,
                ],
            ),
            Op::EndIo(EndIo::Buffer) => (
                Reach::Page,
                &[BioOf, Bio],
                &[BioOf, Mask, Sealed, Wire, Copy, Bio, BUFFER_LOCK],
            ),
            Op::EndIo(EndIo::Shadow) => (
                Reach::Page,
                &[BioOf, Bio],
                &[BioOf, Mask, Sealed, Wire, Copy, Bio, SHADOW],
            ),
            Op::EndIo(EndIo::Direct | EndIo::Part) => (
                Reach::Page,
                &[BioOf, Bio],
                &[BioOf, Mask, Sealed, Wire, Copy, Bio],
            ),
            Op::Pause | Op::Choose | Op::Sigbus | Op::Goto => (Reach::Nothing, &[], &[]),
            Op::BioAdd => (Reach::Page, &[BioOf, Bio], &[BioOf, Mask, Bio]),
            Op::WaitBio => (Reach::Page, &[BioOf], &[]),
            Op::GenerateGuard | Op::SampleFirst => (Reach::Sector, &[Memory, Copy], &[Sealed]),
            Op::BounceCopy => (Reach::Page, &[Memory], &[Copy]),
            Op::CopySector => (Reach::Sector, &[Memory], &[Copy]),
            Op::QueueBio => (
                Reach::AllPages,
                &[Bio, BioOf, Mask, Sealed, Memory, Copy],
                &[Sealed, Bio],
            ),
            Op::HandOver | Op::TakeOver | Op::TakeRequest => (Reach::Nothing, &[Bio], &[Bio]),
            Op::BioEndio => (Reach::Nothing, &[Bio], &[]),
            Op::DmaSector => (Reach::Sector, &[Memory, Copy, Promise], &[Wire, Sampled]),
            Op::HbaInsert => (Reach::Sector, &[Wire], &[]),
            Op::HbaVerify | Op::TargetVerify => {
                (Reach::Sector, &[Sealed, Wire, BioOf, Bio], &[Bio])
            }
            Op::CommitMedia => (
                Reach::AllPages,
                &[Bio, BioOf, Wire, Sealed, Promise, Sampled],
                &[Media, Tuple, Promise, Sampled],
            ),
            Op::Requeue => (Reach::AllPages, &[Bio, BioOf], &[Bio, Wire]),
            Op::CompleteRequest => (
                Reach::AllPages,
                &[Bio, BioOf, Sealed, Wire, Mixed],
                &[Bio, Sealed, Wire, Copy, Sampled, Mixed],
            ),
            Op::MappingSetError => (Reach::Nothing, &[Errors], &[Errors]),
            Op::Store => (
                Reach::AllSpaces,
                &[Pte, Tlb, Memory, Gone, Sealed, Copy],
                &[Pte, Tlb, Memory],
            ),
            Op::Load => (Reach::AllSpaces, &[Pte, Tlb], &[Pte, Tlb]),
            Op::KernelStore => (
                Reach::Page,
                &[ReadOnly, Memory, Gone, Sealed, Copy],
                &[Memory],
            ),
            Op::DmaStore => (Reach::Page, &[Memory, Gone, Sealed, Copy], &[Memory]),
            Op::CheckMapping => (Reach::Page, &[Gone], &[]),
            Op::CancelDirty => (Reach::Page, &[], &[Dirty, ToWrite]),
            Op::RemoveFromCache => (Reach::Page, &[PageLock], &[Gone]),
            Op::Pin | Op::Unpin => (Reach::Page, &[Pins], &[Pins]),
            Op::FsyncBegin => (Reach::AllPages, &[Memory, Media], &[Promise, Sampled]),
            Op::FsyncReturn => (
                Reach::AllPages,
                &[Errors, Promise, Gone],
                &[Errors, Promise],
            ),
            Op::SetMemoryRo | Op::SetMemoryRw => (Reach::Page, &[], &[ReadOnly]),
            Op::GetWriteAccess => (Reach::Page, &[SHADOW, Committing, Copy, Memory], &[Copy]),
            Op::FileShadow => (Reach::Page, &[SHADOW], &[SHADOW, Committing]),
            // The block that carries the checksum need not be on the page of the instruction.
            Op::ReadChecksum => (Reach::AllPages, &[Memory], &[]),
            Op::StoreChecksum => (Reach::AllPages, &[Memory, Sealed, Copy], &[Memory]),
        };
        Footprint {
            reach,
            reads,
            writes,
        }
    }
}

/// The register of a lock, as a list.
fn lock(what: Resource) -> &'static [Register] {
    match what {
        Resource::PageLock => &[Register::PageLock],
        Resource::Writeback => &[Register::Writeback],
        Resource::Bio => &[Register::BioOf],
        Resource::BufferLock => &[Register::Lock(Resource::BufferLock)],
        Resource::Shadow => &[Register::Lock(Resource::Shadow)],
        Resource::PteLock => &[Register::Lock(Resource::PteLock)],
        Resource::Handle => &[Register::Lock(Resource::Handle)],
        Resource::Commit => &[Register::Lock(Resource::Commit)],
        Resource::Mutex => &[Register::Lock(Resource::Mutex)],
        Resource::Named => &[Register::Named],
    }
}

/// Where a register of a model stands in its worlds.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// Its kind.
    pub register: Register,
    /// Its page, where it belongs to one.
    pub page: Option<PageId>,
    /// Its sector, where it belongs to one.
    pub sector: Option<SectorId>,
    /// Its address space, where it belongs to one.
    pub space: Option<SpaceId>,
    /// Its actor, for [`Register::Actors`].
    pub actor: Option<ActorId>,
    /// Its lock, for [`Register::Named`].
    pub lock: Option<LockId>,
    /// The byte of the world in which it stands.
    pub at: usize,
    /// Its bits of that byte.
    pub bits: u8,
}

impl Cell {
    /// Whether this very register is touched by an instruction whose footprint names its kind.
    pub fn is_within(&self, reach: Reach, instr: &Instr) -> bool {
        let page = self.page.is_none_or(|page| page == instr.page);
        let space = match instr.operand {
            Operand::Space(named) => self.space.is_none_or(|space| space == named),
            _ => true,
        };
        match reach {
            Reach::Nothing => {
                self.page.is_none() && self.lock.is_none_or(|lock| lock == instr.lock())
            }
            Reach::Sector => page && self.sector.is_none_or(|sector| sector == instr.sector()),
            Reach::Page => page && space,
            Reach::AllSpaces => page,
            Reach::AllPages => true,
        }
    }
}

impl Model {
    /// Every register of the model's worlds.
    pub fn cells(&self) -> Vec<Cell> {
        let at = &self.layout;
        let mut cells = Vec::new();
        let mut add = |register, page, sector, at: Option<usize>| {
            cells.extend(at.map(|at| Cell {
                register,
                page,
                sector,
                space: None,
                actor: None,
                lock: None,
                at,
                bits: u8::MAX,
            }));
        };
        for page in self.page_ids() {
            let here = Some(page);
            add(Register::PageLock, here, None, Some(at.lock(page)));
            add(Register::Writeback, here, None, Some(at.writeback(page)));
            for cell in at.bios_of(page) {
                add(Register::BioOf, here, None, Some(cell));
            }
            add(Register::Buffers, here, None, at.buffers(page));
            add(
                Register::BlockWriteback,
                here,
                None,
                at.block_writeback(page),
            );
            add(Register::Mask, here, None, at.mask(page));
            add(Register::Sampled, here, None, at.sampled(page));
            add(Register::Mixed, here, None, at.mixed(page));
            for lock in [Resource::BufferLock, Resource::Shadow] {
                add(
                    Register::Lock(lock),
                    here,
                    None,
                    at.resource(lock, Which::Page(page)),
                );
            }
            for sector in self.sector_ids() {
                let one = Some(sector);
                add(Register::Memory, here, one, Some(at.memory(page, sector)));
                add(Register::Sealed, here, one, Some(at.sealed(page, sector)));
                add(Register::Wire, here, one, Some(at.wire(page, sector)));
                add(Register::Media, here, one, Some(at.media(page, sector)));
                add(Register::Tuple, here, one, at.tuples(page, sector));
                add(Register::Copy, here, one, at.copy(page, sector));
                add(Register::Promise, here, one, at.promise(page, sector));
            }
        }
        for lock in [Resource::Handle, Resource::Commit, Resource::Mutex] {
            let which = Which::Page(PageId(0));
            add(Register::Lock(lock), None, None, at.resource(lock, which));
        }
        for bio in self.bio_ids() {
            add(Register::Bio, None, None, Some(at.bio_state(bio)));
            add(Register::Bio, None, None, Some(at.bio_owner(bio)));
        }
        let plain = |register, at| Cell {
            register,
            page: None,
            sector: None,
            space: None,
            actor: None,
            lock: None,
            at,
            bits: u8::MAX,
        };
        for page in self.page_ids() {
            for (register, bits) in [
                (Register::Dirty, flag::DIRTY),
                (Register::Gone, flag::GONE),
                (Register::ReadOnly, flag::READ_ONLY),
                (Register::ToWrite, flag::TOWRITE),
                (Register::Committing, flag::COMMITTING),
                (Register::Pins, flag::PINS),
            ] {
                cells.push(Cell {
                    page: Some(page),
                    bits,
                    ..plain(register, at.flags(page))
                });
            }
            for space in self.space_ids() {
                cells.push(Cell {
                    page: Some(page),
                    space: Some(space),
                    ..plain(Register::Pte, at.pte(space, page))
                });
            }
            for (tlb, space) in self.tlb_ids().zip(&self.tlb_spaces) {
                cells.push(Cell {
                    page: Some(page),
                    space: Some(*space),
                    ..plain(Register::Tlb, at.tlb(tlb, page))
                });
            }
        }
        for space in self.space_ids() {
            let lock = at.resource(Resource::PteLock, Which::Space(space));
            cells.extend(lock.map(|at| Cell {
                space: Some(space),
                ..plain(Register::Lock(Resource::PteLock), at)
            }));
        }
        for (lock, it) in self.lock_ids().zip(&self.locks) {
            let many = if it.kind == LockKind::Rwsem { 4 } else { 1 };
            let first = at.lock_cell(lock).into_iter();
            cells.extend(first.flat_map(|at| at..at + many).map(|at| Cell {
                lock: Some(lock),
                ..plain(Register::Named, at)
            }));
        }
        for actor in self.actor_ids() {
            for at in at.pc(actor)..at.pc(actor) + 4 {
                cells.push(Cell {
                    actor: Some(actor),
                    ..plain(Register::Actors, at)
                });
            }
        }
        cells.push(Cell {
            bits: global::ERROR_PENDING | global::ERROR_EVER,
            ..plain(Register::Errors, at.global)
        });
        cells
    }
}

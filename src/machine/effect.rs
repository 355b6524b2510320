//! What a step changed and why, typed: the page marks it, the narration tells it.

use super::content::Content;
use super::id::{BioId, LockId, PageId, SectorId, SpaceId, StoreId};
use super::op::{EndIo, Resource, Which};
use super::world::Access;

/// Where a guard is recomputed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub enum Hop {
    /// The host adapter (DIX check).
    Hba,
    /// The disk (DIF check).
    Target,
}

/// How a store reached the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub enum Through {
    /// A cached writable and dirty TLB entry: the page table was not consulted.
    Tlb,
    /// A walk of the page table, which set the PTE's dirty bit and filled the TLB.
    PageTable,
    /// The kernel's own mapping of all memory.
    Kernel,
    /// A device, by physical address.
    Dma,
}

/// What the kernel would BUG or WARN on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub enum Assertion {
    /// `unlock_page` by somebody who does not hold the lock.
    UnlockNotHeld,
    /// `page_mkclean` or `TestClearPageDirty` without the page lock.
    CleanUnlocked,
    /// `set_page_writeback` although PG_writeback is set.
    WritebackTwice,
    /// `set_page_writeback` without the page lock, where the kernel asserts it.
    WritebackUnlocked,
    /// `end_page_writeback` although PG_writeback is clear.
    EndWithoutWriteback,
    /// `BUG_ON(PageWriteback(page))` after a wait that should have left it clear.
    StillWriteback,
    /// A journal handle, a buffer lock or another lock given back by somebody else.
    ReleaseNotHeld,
    /// A page removed from its mapping without the page lock.
    RemoveUnlocked,
    /// A counter taken below zero.
    BelowZero,
}

impl Assertion {
    /// What the kernel's own check objects to.
    pub const fn meaning(self) -> &'static str {
        match self {
            Assertion::UnlockNotHeld => "`unlock_page` on a page that its caller has not locked",
            Assertion::CleanUnlocked => "the page must be locked while it is cleaned",
            Assertion::WritebackTwice => "`set_page_writeback` on a page under writeback",
            Assertion::WritebackUnlocked => {
                "`set_page_writeback` on a page that its caller has not locked"
            }
            Assertion::EndWithoutWriteback => "`end_page_writeback` on a page not under writeback",
            Assertion::StillWriteback => {
                "the page is under writeback where it must not be (`BUG_ON(PageWriteback(page))`)"
            }
            Assertion::ReleaseNotHeld => {
                "a lock or a journal handle given back by somebody who does not hold it"
            }
            Assertion::RemoveUnlocked => "a page removed from its file without the page lock",
            Assertion::BelowZero => "a counter taken below zero",
        }
    }
}

/// How an update is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub enum Loss {
    /// Everybody is finished or idle, memory is newer than media, and neither a dirty bit nor an
    /// error tells of it.
    AtRest,
    /// fsync returned success although bytes stored before it was called are not on media.
    Fsync,
    /// A store went into a page that is no longer part of the file.
    Detached,
    /// A read brought older bytes over it.
    ReadOver,
}

/// What is left behind where everybody is at rest: nobody will put it right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub enum Leak {
    /// A lock, a bit, a handle or an I/O that nobody gives back or ends.
    Held(Resource, Which),
    /// A bio that has no page any more, since somebody else ended the page's I/O.
    Bio(BioId),
    /// A pin that was taken during the run.
    Pin(PageId),
    /// `set_memory_ro` without its `set_memory_rw`.
    ReadOnly(PageId),
}

impl Leak {
    /// The page it is about; the first one where it is not about a page.
    pub fn page(self) -> PageId {
        match self {
            Leak::Held(_, which) => which.page().unwrap_or(PageId(0)),
            Leak::Bio(_) => PageId(0),
            Leak::Pin(page) | Leak::ReadOnly(page) => page,
        }
    }
}

/// Whose checksum does not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub enum Consumer {
    /// The file system's data checksum, kept apart from the data (btrfs).
    FileSystem,
    /// A checksum stored inside the block it covers.
    Block,
}

/// A rule that a step broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[allow(missing_docs, reason = "the fields are page and sector by name")]
pub enum Violation {
    /// Bytes changed between their checksum and the I/O's completion, noticed or not.
    Unstable { page: PageId, sector: SectorId },
    /// A hop recomputed a guard and it differed.
    Guard {
        hop: Hop,
        page: PageId,
        sector: SectorId,
        /// The content the received guard was computed from.
        received: Content,
        /// The content that arrived.
        computed: Content,
    },
    /// The write completed without error, but of other bytes than were sampled for it: when it was submitted, or when
    /// parity or the mirror's first leg took theirs. What that comes to is judged at rest.
    UnstableWrite { page: PageId, sector: SectorId },
    /// Everybody is at rest, and after an unstable write the media hold neither what was sampled nor what memory holds
    /// (or the mirror's legs differ, or the journal holds bytes of the next transaction); or a copy that was made interval by
    /// interval has brought half of a store onto them. The page is dirty: the next
    /// writeback repairs it, and only a stop of the machine before that would show.
    Torn { page: PageId, sector: SectorId },
    /// As [`Torn`](Violation::Torn), but nobody will repair it.
    Corrupt { page: PageId, sector: SectorId },
    /// The write completed without error, but a checksum was taken from other bytes: a later read finds out.
    Checksum {
        page: PageId,
        sector: SectorId,
        consumer: Consumer,
    },
    /// A read brought the right bytes, but the host found others in memory when it compared them with the guard
    /// (`guard`), or else with the file system's checksum, and failed the read.
    ReadMismatch {
        page: PageId,
        sector: SectorId,
        guard: bool,
        /// The content that the guard or checksum is that of.
        received: Content,
        /// The content that was found.
        computed: Content,
    },
    /// Newer bytes do not reach the media although nobody is told so; [`Loss`] says how.
    Lost {
        page: PageId,
        sector: SectorId,
        how: Loss,
    },
    /// Everybody is at rest, and a page that counts as clean can be written to without a fault (I4), or is newer than the
    /// media and only a PTE says so (I5): the next store, or an fsync, goes past it.
    Exposed { page: PageId },
    /// Everybody is at rest, and something is left behind.
    Leaked(Leak),
    /// The kernel would BUG.
    Assertion { page: PageId, what: Assertion },
    /// A store hit a page that `set_memory_ro` had made read-only.
    Trap { page: PageId },
}

/// One thing a step did, or rather the actor that made the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[allow(
    missing_docs,
    reason = "the fields are page, sector, space, bio and contents by name"
)]
pub enum Effect {
    /// Took the page lock.
    Locked { page: PageId },
    /// `trylock_page` failed.
    LockBusy { page: PageId },
    /// Released the page lock.
    Unlocked { page: PageId },
    /// Took something else that actors sleep on.
    Took { what: Resource, page: PageId },
    /// Gave back what it had taken.
    GaveBack { what: Resource, page: PageId },
    /// Found free what it would have slept on, and goes on without taking it.
    FoundFree { what: Resource, page: PageId },
    /// Took a named lock, alone or with other readers.
    LockTaken { lock: LockId, shared: bool },
    /// Began to wait for a named lock as a writer, which keeps new readers out.
    LockQueued { lock: LockId },
    /// Tried to take a named lock, and did not get it.
    LockRefused { lock: LockId, shared: bool },
    /// Gave a named lock back.
    LockReleased { lock: LockId, shared: bool },
    /// Changed a named counter or flag.
    ValueChanged { lock: LockId, from: u8, to: u8 },
    /// Looked at a named counter or flag, perhaps after waiting for it.
    ValueSeen { lock: LockId, value: u8 },
    /// Write-protected and cleaned a PTE.
    Cleaned {
        page: PageId,
        space: SpaceId,
        was: Access,
    },
    /// Write-protected a PTE, its dirty bit left as it was.
    Revoked { page: PageId, space: SpaceId },
    /// Found a PTE read-only and clean already (or not there).
    FoundClean { page: PageId, space: SpaceId },
    /// Flushed a translation; `entries` says how many TLBs held it.
    TlbFlushed {
        page: PageId,
        space: SpaceId,
        entries: u8,
    },
    /// Removed a PTE, as `munmap` and `truncate` do.
    Zapped {
        page: PageId,
        space: SpaceId,
        was: Access,
    },
    /// Copied a PTE to a child: clean, the write bit kept.
    Forked {
        page: PageId,
        space: SpaceId,
        to: Access,
    },
    /// Set PG_dirty, which was `was`.
    DirtySet { page: PageId, was: bool },
    /// No PTE had been dirty or writable, so PG_dirty stays as it is.
    NotRedirtied { page: PageId },
    /// Cleared PG_dirty.
    DirtyCleared { page: PageId },
    /// Found PG_dirty set.
    FoundDirty { page: PageId },
    /// Found PG_dirty clear: nothing to write.
    NotDirty { page: PageId },
    /// Tagged the page TOWRITE, if it was dirty.
    Tagged { page: PageId, tagged: bool },
    /// Moved the dirty buffers, one bit a sector, into the I/O.
    Buffers { page: PageId, mask: u8 },
    /// Set PG_writeback.
    WritebackSet { page: PageId },
    /// Marked blocks of the page, the sectors one bit each, as under writeback.
    BlocksMarked { page: PageId, mask: u8 },
    /// Found PG_writeback clear and goes on.
    NoWriteback { page: PageId },
    /// Goes on although PG_writeback is set: nothing asks for stable pages here.
    WritebackIgnored { page: PageId },
    /// Queued itself to be woken.
    FellAsleep { page: PageId },
    /// Was woken and goes on without looking again.
    Woke { page: PageId },
    /// Cleared PG_writeback; `woke` says whether its waiters are woken in the same step.
    WritebackCleared { page: PageId, woke: bool },
    /// Woke the actors that wait for PG_writeback, so many.
    WokeWaiters { page: PageId, many: u8 },
    /// A step in which nothing but time passes.
    Passed,
    /// Took one of two ways.
    Chose { way: u8 },
    /// Added the page to its bio.
    Added { page: PageId, bio: BioId },
    /// Generated the guard (or another checksum) of an interval.
    Guarded {
        page: PageId,
        sector: SectorId,
        content: Content,
    },
    /// Copied the page; from here on the I/O takes the copy.
    Copied { page: PageId },
    /// Copied one interval, which may have changed since its neighbours were; the I/O takes the copy.
    CopiedSector {
        page: PageId,
        sector: SectorId,
        content: Content,
    },
    /// Submitted the bio.
    Queued { bio: BioId, guarded: bool },
    /// Handed the bio to the host below.
    HandedOver { bio: BioId },
    /// The host took the guest's bio.
    TookOver { bio: BioId },
    /// The device took the request.
    Taken { bio: BioId },
    /// Parity, or the mirror's first leg, took its sample.
    Sampled {
        page: PageId,
        sector: SectorId,
        content: Content,
    },
    /// The HBA fetched an interval.
    Fetched {
        page: PageId,
        sector: SectorId,
        content: Content,
    },
    /// The HBA generated a guard.
    Inserted {
        page: PageId,
        sector: SectorId,
        content: Content,
    },
    /// A hop compared a guard.
    Checked {
        hop: Hop,
        page: PageId,
        sector: SectorId,
        received: Content,
        computed: Content,
        matched: bool,
    },
    /// The target wrote the bio's intervals.
    Committed { bio: BioId },
    /// The driver requeued the failed command, for the nth time.
    Requeued { bio: BioId, times: u8 },
    /// The device reported status.
    Completed { bio: BioId, failed: bool },
    /// The completion looked at the status.
    Ended { bio: BioId, failed: bool },
    /// Latched an error in the mapping.
    ErrorLatched,
    /// Gave the bio of a read a page of the kernel's, which the I/O reads into.
    ReadBounced { page: PageId },
    /// The device brought an interval into memory, or into the kernel's page.
    ReadInto {
        page: PageId,
        sector: SectorId,
        content: Content,
        bounced: bool,
    },
    /// The host compared the bytes that a read has left in memory with the guard or checksum that goes with them.
    ReadChecked {
        page: PageId,
        sector: SectorId,
        received: Content,
        computed: Content,
        matched: bool,
    },
    /// Copied the kernel's page to where the bytes were wanted.
    CopiedOut { page: PageId },
    /// Submitted the read once more, into a page of the kernel's.
    ReadAgain { bio: BioId },
    /// Looked whether the bio at hand is a read or a write.
    Direction { bio: BioId, read: bool },
    /// Gave back what the page's I/O held.
    IoEnded { page: PageId, what: EndIo },
    /// A store was refused by the MMU; the fault handler runs.
    Faulted {
        page: PageId,
        space: SpaceId,
        mapped: bool,
    },
    /// A load went through.
    Loaded { page: PageId, space: SpaceId },
    /// A store changed an interval.
    Stored {
        page: PageId,
        sector: SectorId,
        store: StoreId,
        from: Content,
        to: Content,
        through: Through,
    },
    /// A PTE became writable and dirty.
    MadeWritable { page: PageId, space: SpaceId },
    /// The PTE was not what it had been at the fault; the handler gives up and the CPU retries.
    PteChanged { page: PageId, space: SpaceId },
    /// The fault is handled: the CPU runs the store again.
    Retries,
    /// The page is still part of the file, or no longer.
    MappingChecked { page: PageId, gone: bool },
    /// Truncate dropped the page's dirty bit.
    DirtyCancelled { page: PageId },
    /// The page left the file.
    Removed { page: PageId },
    /// The thread got SIGBUS.
    Sigbus,
    /// Pinned or unpinned the page for DMA.
    Pinned { page: PageId, pins: u8 },
    /// fsync began: what memory holds now must be on media when it returns success.
    FsyncBegan,
    /// fsync returned: with the error, if it `failed`; without it although a write failed, if it
    /// `missed` the error because somebody else was told.
    FsyncReturned { failed: bool, missed: bool },
    /// The kernel's mapping of the page became read-only, or writable again.
    KernelMapping { page: PageId, read_only: bool },
    /// Found that it may write the block, perhaps after a frozen copy was taken.
    WriteAccess { page: PageId, frozen: bool },
    /// The journal filed the block as being written.
    Shadowed { page: PageId },
    /// Computed a block's checksum.
    ChecksumRead { page: PageId, content: Content },
    /// A rule is broken.
    Broke(Violation),
}

/// Receives the effects of a step while it runs.
pub trait Watch {
    /// Called with each effect as it happens.
    fn see(&mut self, effect: Effect);
}

impl Watch for Vec<Effect> {
    fn see(&mut self, effect: Effect) {
        self.push(effect);
    }
}

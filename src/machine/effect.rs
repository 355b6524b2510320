//! What a step changed and why, typed: the page marks it, the narration tells it.

use super::content::Content;
use super::world::Access;

/// Where a guard is recomputed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Hop {
    /// The host adapter (DIX check).
    Hba,
    /// The disk (DIF check).
    Target,
}

/// How a store reached the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Through {
    /// A cached writable and dirty TLB entry: the page table was not consulted.
    Tlb,
    /// A walk of the page table, which set the PTE's dirty bit and filled the TLB.
    PageTable,
}

/// What the kernel would BUG or WARN on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
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
}

/// A rule that a step broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum Violation {
    /// Bytes changed between their checksum and the I/O's completion, noticed or not.
    Unstable {
        /// The page.
        page: u8,
        /// The interval.
        sector: u8,
    },
    /// A hop recomputed a guard and it differed.
    Guard {
        /// Who refused.
        hop: Hop,
        /// The page.
        page: u8,
        /// The interval.
        sector: u8,
        /// The content the received guard was computed from.
        received: Content,
        /// The content that arrived.
        computed: Content,
    },
    /// The write completed without error, but the media does not hold what was sealed.
    Silent {
        /// The page.
        page: u8,
        /// The interval.
        sector: u8,
    },
    /// At rest: memory newer than media, and no dirty bit and no error says so.
    Lost {
        /// The page.
        page: u8,
        /// The interval.
        sector: u8,
    },
    /// The kernel would BUG.
    Assertion {
        /// The page.
        page: u8,
        /// Which assertion.
        what: Assertion,
    },
}

/// One thing a step did. The actor is the one that moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are page, sector, space, and contents by name"
)]
pub enum Effect {
    /// Took the page lock.
    Locked { page: u8 },
    /// Released the page lock.
    Unlocked { page: u8 },
    /// Write-protected and cleaned a PTE.
    Cleaned { page: u8, space: u8, was: Access },
    /// Found a PTE read-only and clean already.
    FoundClean { page: u8, space: u8 },
    /// Flushed a translation; `entries` says how many TLBs held it.
    TlbFlushed { page: u8, space: u8, entries: u8 },
    /// Set PG_dirty, which was `was`.
    DirtySet { page: u8, was: bool },
    /// No PTE had been dirty or writable, so PG_dirty stays as it is.
    NotRedirtied { page: u8 },
    /// Cleared PG_dirty.
    DirtyCleared { page: u8 },
    /// Found PG_dirty clear: nothing to write.
    NotDirty { page: u8 },
    /// Set PG_writeback.
    WritebackSet { page: u8 },
    /// Found PG_writeback clear and goes on.
    NoWriteback { page: u8 },
    /// Cleared PG_writeback.
    WritebackCleared { page: u8 },
    /// Generated the guard of an interval.
    Guarded {
        page: u8,
        sector: u8,
        content: Content,
    },
    /// Submitted the bio.
    Queued { page: u8, guarded: bool },
    /// The device took the request.
    Taken { page: u8 },
    /// The HBA fetched an interval.
    Fetched {
        page: u8,
        sector: u8,
        content: Content,
    },
    /// The HBA generated a guard.
    Inserted {
        page: u8,
        sector: u8,
        content: Content,
    },
    /// A hop compared a guard.
    Checked {
        hop: Hop,
        page: u8,
        sector: u8,
        received: Content,
        computed: Content,
        matched: bool,
    },
    /// The target wrote the page's intervals.
    Committed { page: u8 },
    /// The device reported status.
    Completed { page: u8, failed: bool },
    /// The completion looked at the status.
    Ended { page: u8, failed: bool },
    /// Latched an error in the mapping.
    ErrorLatched { page: u8 },
    /// A store was refused by the MMU; the fault handler runs.
    Faulted { page: u8, space: u8 },
    /// A store changed an interval.
    Stored {
        page: u8,
        sector: u8,
        store: u8,
        from: Content,
        to: Content,
        through: Through,
    },
    /// A PTE became writable and dirty.
    MadeWritable { page: u8, space: u8 },
    /// The PTE was not what it had been at the fault; the handler gives up and the CPU retries.
    PteChanged { page: u8, space: u8 },
    /// The fault is handled: the CPU runs the store again.
    Retries,
    /// A rule is broken.
    Broke(Violation),
}

/// Somebody who looks on while a step runs.
pub trait Watch {
    /// Is told each effect as it happens.
    fn see(&mut self, effect: Effect);
}

impl Watch for Vec<Effect> {
    fn see(&mut self, effect: Effect) {
        self.push(effect);
    }
}

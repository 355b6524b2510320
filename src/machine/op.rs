//! Ops: visible, indivisible steps, and the instructions that programs are made of.

/// One visible, indivisible step of an actor.
///
/// An op corresponds to one kernel function, or one line of it; names, labels, meanings and
/// sources of all ops stand in one table, `protocol::ops`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Op {
    /// Take PG_locked; sleeps while anyone holds it.
    LockPage,
    /// Release PG_locked and wake its waiters.
    UnlockPage,
    /// Write-protect and clean one PTE; answers *no* if it was read-only and clean already.
    PteWrprotect,
    /// Flush the page's translation from every CPU that runs the address space.
    FlushTlb,
    /// `if (page_mkclean(page)) set_page_dirty(page)`.
    RedirtyIfCleaned,
    /// Clear PG_dirty; answers *no* if it was clear.
    TestClearPageDirty,
    /// Set PG_dirty.
    SetPageDirty,
    /// Set PG_writeback.
    SetPageWriteback,
    /// Sleep until PG_writeback is clear.
    WaitOnPageWriteback,
    /// Compute one interval's guard over its bytes in memory.
    GenerateGuard,
    /// Hand the bio to the device's queue.
    QueueBio,
    /// The device takes the queued request.
    TakeRequest,
    /// The HBA fetches one interval from memory.
    DmaSector,
    /// The HBA recomputes one guard; answers *no* on a mismatch.
    HbaVerify,
    /// The HBA computes one guard from the bytes it fetched (WRITE_INSERT).
    HbaInsert,
    /// The target recomputes one guard; answers *no* on a mismatch.
    TargetVerify,
    /// The target writes the bytes and their tuples.
    CommitMedia,
    /// The device reports status and raises its interrupt.
    CompleteRequest,
    /// The completion runs; answers *no* when the bio did not fail.
    BioEndio,
    /// Latch the error in the mapping, for fsync.
    MappingSetError,
    /// Clear PG_writeback and wake its waiters.
    EndPageWriteback,
    /// A user thread stores bytes: TLB, then PTE, then perhaps a fault.
    Store,
    /// Make one PTE writable and dirty; answers *no* if it changed meanwhile.
    PteMkwrite,
}

impl Op {
    /// Every op, in the order of the enum.
    pub const ALL: [Op; 23] = [
        Op::LockPage,
        Op::UnlockPage,
        Op::PteWrprotect,
        Op::FlushTlb,
        Op::RedirtyIfCleaned,
        Op::TestClearPageDirty,
        Op::SetPageDirty,
        Op::SetPageWriteback,
        Op::WaitOnPageWriteback,
        Op::GenerateGuard,
        Op::QueueBio,
        Op::TakeRequest,
        Op::DmaSector,
        Op::HbaVerify,
        Op::HbaInsert,
        Op::TargetVerify,
        Op::CommitMedia,
        Op::CompleteRequest,
        Op::BioEndio,
        Op::MappingSetError,
        Op::EndPageWriteback,
        Op::Store,
        Op::PteMkwrite,
    ];
}

/// One instruction of an actor's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instr {
    /// What it does.
    pub op: Op,
    /// The page it works on.
    pub page: u8,
    /// Interval, address space or store, as the op asks for; 0 otherwise.
    pub arg: u8,
    /// Where to go on when the op answers *no*.
    pub no: u8,
}

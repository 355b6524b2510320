//! Ops: visible, indivisible steps, and the instructions that programs are made of.

/// A thing one sleeps on. Each has an owner while it is taken.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[repr(u8)]
pub enum Resource {
    /// PG_locked of a page.
    PageLock,
    /// PG_writeback of a page.
    Writeback,
    /// A page's earlier bio, which is still on its way.
    Bio,
    /// BH_Lock of a page's buffers.
    BufferLock,
    /// BH_Shadow of a metadata block: the journal is writing it.
    Shadow,
    /// The lock of an address space's page table.
    PteLock,
    /// A handle of the running journal transaction: it cannot close while one is open.
    Handle,
    /// The journal commit that somebody waits for.
    Commit,
    /// Another sleeping lock of the file system or the process.
    Mutex,
}

impl Resource {
    /// Those with a register of their own, in the order of the enum.
    pub const OWNED: [Resource; 6] = [
        Resource::BufferLock,
        Resource::Shadow,
        Resource::PteLock,
        Resource::Handle,
        Resource::Commit,
        Resource::Mutex,
    ];

    /// Whether there is one for each page.
    pub fn of_page(self) -> bool {
        !matches!(
            self,
            Resource::PteLock | Resource::Handle | Resource::Commit | Resource::Mutex
        )
    }
}

/// What the end of an I/O gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum EndIo {
    /// PG_writeback is cleared and its waiters are woken.
    Writeback,
    /// The buffer is unlocked (`end_buffer_write_sync`).
    Buffer,
    /// BH_Shadow is cleared (`journal_end_buffer_io_sync`).
    Shadow,
    /// Nothing of the page: direct I/O.
    Direct,
}

/// One visible, indivisible step of an actor.
///
/// An op corresponds to one kernel function, or one line of it; names, labels, meanings and
/// sources of all steps stand in one table, `protocol::ops`. Several rows of that table may share
/// an op (`lock_buffer` and `journal_start` both take a [`Resource`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
#[allow(missing_docs, reason = "each is documented where its table row stands")]
pub enum Op {
    LockPage,
    TrylockPage,
    UnlockPage,
    WaitPageUnlocked,
    /// Take a [`Resource`]; sleeps while anyone holds it.
    Take(Resource),
    /// Give a [`Resource`] back.
    Release(Resource),
    /// Sleep until a [`Resource`] is free.
    Await(Resource),
    TestPageDirty,
    TagTowrite,
    FindTagged,
    PteWrprotect,
    PteRevoke,
    FlushTlb,
    RedirtyIfCleaned,
    TestClearPageDirty,
    SetPageDirty,
    ClearDirtyBuffers,
    SetPageWriteback,
    WaitWriteback,
    WaitStable,
    WaitOnce,
    AssertNoWriteback,
    ClearWriteback,
    WakeUpPage,
    EndIo(EndIo),
    /// A step that changes nothing: sleeping in the allocator, say.
    Pause,
    /// A step with two outcomes: way 0 goes on, way 1 answers *no*.
    Choose,
    BioAdd,
    GenerateGuard,
    BounceCopy,
    QueueBio,
    HandOver,
    TakeOver,
    WaitBio,
    TakeRequest,
    SampleFirst,
    DmaSector,
    HbaVerify,
    HbaInsert,
    TargetVerify,
    CommitMedia,
    /// The host driver requeues a failed command, with the same tags.
    Requeue,
    CompleteRequest,
    BioEndio,
    MappingSetError,
    Store,
    Load,
    PteMkwrite,
    /// A store by the kernel through its own mapping of memory.
    KernelStore,
    /// A store by a device that knows only the physical address.
    DmaStore,
    ZapPte,
    ForkPte,
    CheckMapping,
    CheckVma,
    CancelDirty,
    RemoveFromCache,
    Sigbus,
    Pin,
    Unpin,
    FsyncBegin,
    FsyncReturn,
    SetMemoryRo,
    SetMemoryRw,
    GetWriteAccess,
    FileShadow,
    ReadChecksum,
    StoreChecksum,
    /// Not a step: go on at `no`.
    Goto,
}

/// What an instruction's argument counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// Nothing.
    None,
    /// A protection interval of the page.
    Sector,
    /// An address space.
    Space,
    /// A store of the model.
    Store,
}

impl Op {
    /// What the argument of its instructions is.
    pub fn operand(self) -> Operand {
        match self {
            Op::GenerateGuard
            | Op::SampleFirst
            | Op::DmaSector
            | Op::HbaVerify
            | Op::HbaInsert
            | Op::TargetVerify => Operand::Sector,
            Op::PteWrprotect
            | Op::PteRevoke
            | Op::FlushTlb
            | Op::PteMkwrite
            | Op::ZapPte
            | Op::ForkPte
            | Op::CheckVma
            | Op::Take(Resource::PteLock)
            | Op::Release(Resource::PteLock)
            | Op::Await(Resource::PteLock) => Operand::Space,
            Op::Store | Op::Load | Op::KernelStore | Op::DmaStore => Operand::Store,
            _ => Operand::None,
        }
    }

    /// The owned resource it works on.
    pub fn resource(self) -> Option<Resource> {
        match self {
            Op::Take(it) | Op::Release(it) | Op::Await(it) => Some(it),
            Op::EndIo(EndIo::Buffer) => Some(Resource::BufferLock),
            Op::EndIo(EndIo::Shadow) | Op::GetWriteAccess | Op::FileShadow => {
                Some(Resource::Shadow)
            }
            _ => None,
        }
    }

    /// Whether it can answer *no* and go elsewhere.
    pub fn can_answer_no(self) -> bool {
        matches!(
            self,
            Op::TrylockPage
                | Op::TestPageDirty
                | Op::FindTagged
                | Op::PteWrprotect
                | Op::PteRevoke
                | Op::TestClearPageDirty
                | Op::Choose
                | Op::HbaVerify
                | Op::TargetVerify
                | Op::Requeue
                | Op::BioEndio
                | Op::PteMkwrite
                | Op::ZapPte
                | Op::CheckMapping
                | Op::CheckVma
                | Op::Goto
        )
    }
}

/// One instruction of an actor's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Instr {
    /// What it does.
    pub op: Op,
    /// The page it works on.
    pub page: u8,
    /// Interval, address space or store, as the op asks for; 0 otherwise.
    pub arg: u8,
    /// Where to go on when the op answers *no*.
    pub no: u8,
    /// A number for whoever names steps; the machine does not look at it.
    pub tag: u8,
}

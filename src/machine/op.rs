//! Ops: visible, indivisible steps, and the instructions that programs are made of.

use super::id::{LockId, PageId, SectorId, SpaceId, StoreId};
use super::lock::LockStep;
use super::read::ReadStep;

/// Something that actors sleep on. It has an owner while it is taken.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
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
    /// A lock, counter or flag that the scenario declares by name.
    Named,
}

impl Resource {
    /// The resources whose owner has a register of this kind ([`Layout`](super::Layout)), in the
    /// order of the enum.
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
            Resource::PteLock
                | Resource::Handle
                | Resource::Commit
                | Resource::Mutex
                | Resource::Named
        )
    }
}

/// What the end of an I/O gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
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
    /// Nothing of the page: other bios of it may be on their way.
    Part,
    /// The writeback bits of the bio's blocks are cleared, and PG_writeback with the last of the page.
    Blocks,
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
    /// A step on a named lock, counter or flag.
    Lock(LockStep),
    /// A step of a read.
    Read(ReadStep),
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
    SetBlocksWriteback,
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
    CopySector,
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

/// Which one of a [`Resource`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub enum Which {
    /// That of a page; for a resource of which a model has a single one, the page of the step that
    /// uses it.
    Page(PageId),
    /// That of an address space: its page table's lock.
    Space(SpaceId),
    /// A named lock, counter or flag.
    Lock(LockId),
}

impl Which {
    /// The number of the page, the address space or the named lock.
    pub fn number(self) -> u8 {
        match self {
            Which::Page(page) => page.0,
            Which::Space(space) => space.0,
            Which::Lock(lock) => lock.0,
        }
    }

    /// The page, if it is that of a page.
    pub fn page(self) -> Option<PageId> {
        match self {
            Which::Page(page) => Some(page),
            Which::Space(_) | Which::Lock(_) => None,
        }
    }

    pub(super) fn index(self) -> usize {
        usize::from(self.number())
    }
}

/// What an instruction works on, besides its page.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Operand {
    /// Nothing else.
    #[default]
    None,
    /// A protection interval of the page.
    Sector(SectorId),
    /// An address space.
    Space(SpaceId),
    /// A store of the model.
    Store(StoreId),
    /// A named lock, counter or flag.
    Lock(LockId),
    /// Some of the page's sectors, one bit each.
    Sectors(u8),
}

impl Operand {
    /// Its kind.
    pub fn kind(self) -> OperandKind {
        match self {
            Operand::None => OperandKind::None,
            Operand::Sector(_) => OperandKind::Sector,
            Operand::Space(_) => OperandKind::Space,
            Operand::Store(_) => OperandKind::Store,
            Operand::Lock(_) => OperandKind::Lock,
            Operand::Sectors(_) => OperandKind::Sectors,
        }
    }

    /// The number of the sector, address space, store or named lock, or the sectors' bits; 0 for none. Checksums of models and texts
    /// for tests have operands in this form.
    pub fn number(self) -> u8 {
        match self {
            Operand::None => 0,
            Operand::Sector(sector) => sector.0,
            Operand::Space(space) => space.0,
            Operand::Store(store) => store.0,
            Operand::Lock(lock) => lock.0,
            Operand::Sectors(sectors) => sectors,
        }
    }
}

/// What an op wants as the operand of its instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperandKind {
    /// Nothing.
    None,
    /// A protection interval of the page.
    Sector,
    /// An address space.
    Space,
    /// A store of the model.
    Store,
    /// A named lock, counter or flag.
    Lock,
    /// Some of the page's sectors, or nothing, which means all of them.
    Sectors,
}

impl OperandKind {
    /// What it is called in messages.
    pub fn name(self) -> &'static str {
        match self {
            OperandKind::None => "nothing",
            OperandKind::Sector => "sector",
            OperandKind::Space => "address space",
            OperandKind::Store => "store",
            OperandKind::Lock => "named lock",
            OperandKind::Sectors => "sectors",
        }
    }
}

impl Op {
    /// What the operand of its instructions must be, and whether it can answer *no*. Without a wildcard, so that
    /// the compiler asks both of a new op.
    fn shape(self) -> (OperandKind, bool) {
        match self {
            Op::HbaVerify | Op::TargetVerify => (OperandKind::Sector, true),
            Op::GenerateGuard
            | Op::CopySector
            | Op::SampleFirst
            | Op::DmaSector
            | Op::HbaInsert => (OperandKind::Sector, false),
            Op::PteWrprotect | Op::PteRevoke | Op::PteMkwrite | Op::ZapPte | Op::CheckVma => {
                (OperandKind::Space, true)
            }
            Op::FlushTlb
            | Op::ForkPte
            | Op::Take(Resource::PteLock)
            | Op::Release(Resource::PteLock)
            | Op::Await(Resource::PteLock) => (OperandKind::Space, false),
            Op::Store | Op::Load | Op::KernelStore | Op::DmaStore => (OperandKind::Store, false),
            Op::BioAdd | Op::ClearDirtyBuffers | Op::SetBlocksWriteback => {
                (OperandKind::Sectors, false)
            }
            Op::Lock(step) => (OperandKind::Lock, step.can_answer_no()),
            Op::Read(step) if step.of_sector() => (OperandKind::Sector, step.can_answer_no()),
            Op::Read(step) => (OperandKind::None, step.can_answer_no()),
            Op::TrylockPage
            | Op::TestPageDirty
            | Op::FindTagged
            | Op::TestClearPageDirty
            | Op::Choose
            | Op::Requeue
            | Op::BioEndio
            | Op::CheckMapping
            | Op::Goto => (OperandKind::None, true),
            Op::LockPage
            | Op::UnlockPage
            | Op::WaitPageUnlocked
            | Op::Take(_)
            | Op::Release(_)
            | Op::Await(_)
            | Op::TagTowrite
            | Op::RedirtyIfCleaned
            | Op::SetPageDirty
            | Op::SetPageWriteback
            | Op::WaitWriteback
            | Op::WaitStable
            | Op::WaitOnce
            | Op::AssertNoWriteback
            | Op::ClearWriteback
            | Op::WakeUpPage
            | Op::EndIo(_)
            | Op::Pause
            | Op::BounceCopy
            | Op::QueueBio
            | Op::HandOver
            | Op::TakeOver
            | Op::WaitBio
            | Op::TakeRequest
            | Op::CommitMedia
            | Op::CompleteRequest
            | Op::MappingSetError
            | Op::CancelDirty
            | Op::RemoveFromCache
            | Op::Sigbus
            | Op::Pin
            | Op::Unpin
            | Op::FsyncBegin
            | Op::FsyncReturn
            | Op::SetMemoryRo
            | Op::SetMemoryRw
            | Op::GetWriteAccess
            | Op::FileShadow
            | Op::ReadChecksum
            | Op::StoreChecksum => (OperandKind::None, false),
        }
    }

    /// What the operand of its instructions must be.
    pub fn operand(self) -> OperandKind {
        self.shape().0
    }

    /// Whether it can answer *no*, after which its actor goes on at [`Instr::no`].
    pub fn can_answer_no(self) -> bool {
        self.shape().1
    }

    /// Whether it puts a store of the model into its page.
    pub fn stores(self) -> bool {
        matches!(self, Op::Store | Op::KernelStore | Op::DmaStore)
    }

    /// Whether by this op a thread writes to a page, for which it may have to sleep. A device writes
    /// too, and never sleeps.
    pub fn writes(self) -> bool {
        matches!(self, Op::Store | Op::KernelStore | Op::StoreChecksum)
    }

    /// Whether an actor at this op waits, idle, until somebody has a bio for it.
    pub fn serves(self) -> bool {
        matches!(self, Op::TakeRequest | Op::BioEndio | Op::TakeOver)
    }

    /// The resource it takes, gives back or waits for.
    pub fn resource(self) -> Option<Resource> {
        match self {
            Op::Take(resource) | Op::Release(resource) | Op::Await(resource) => Some(resource),
            Op::Lock(_) => Some(Resource::Named),
            Op::EndIo(EndIo::Buffer) => Some(Resource::BufferLock),
            Op::EndIo(EndIo::Shadow) | Op::GetWriteAccess | Op::FileShadow => {
                Some(Resource::Shadow)
            }
            _ => None,
        }
    }
}

/// One instruction of an actor's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
// Eight bytes, so that one register holds an instruction: it is read several times a step.
#[repr(align(8))]
pub struct Instr {
    /// What it does.
    pub op: Op,
    /// The page it works on.
    pub page: PageId,
    /// Interval, address space, store, named lock or sectors, as the op asks for.
    pub operand: Operand,
    /// Where to go on when the op answers *no*.
    pub no: u8,
    /// The step's row in the table of steps, `protocol::ops`; the machine does not look at it.
    pub tag: u8,
}

// `Model::new` refuses an operand that is not of the kind its op wants, so the zeros below are never
// used; they spare each step a case that cannot occur.
impl Instr {
    /// The sector of an op that wants one; 0 of any other.
    pub fn sector(self) -> SectorId {
        match self.operand {
            Operand::Sector(sector) => sector,
            _ => SectorId(0),
        }
    }

    /// The sectors of an op that wants some, one bit each; none where it means all of its page.
    pub fn sectors(self) -> Option<u8> {
        match self.operand {
            Operand::Sectors(sectors) => Some(sectors),
            _ => None,
        }
    }

    /// The address space of an op that wants one; 0 of any other.
    pub fn space(self) -> SpaceId {
        match self.operand {
            Operand::Space(space) => space,
            _ => SpaceId(0),
        }
    }

    /// The store of an op that wants one; 0 of any other.
    pub fn store(self) -> StoreId {
        match self.operand {
            Operand::Store(store) => store,
            _ => StoreId(0),
        }
    }

    /// The named lock of an op that wants one; 0 of any other.
    pub fn lock(self) -> LockId {
        match self.operand {
            Operand::Lock(lock) => lock,
            _ => LockId(0),
        }
    }

    /// Which one of a resource it takes, gives back or waits for.
    pub fn which(self, resource: Resource) -> Which {
        match resource {
            Resource::PteLock => Which::Space(self.space()),
            Resource::Named => Which::Lock(self.lock()),
            _ => Which::Page(self.page),
        }
    }
}

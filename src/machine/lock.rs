//! Locks, counters and flags that a scenario declares by name: what kinds there are, and what steps can do with them.

/// A lock, counter or flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Lock {
    /// What it is.
    pub kind: LockKind,
    /// Of a rwsem: while readers hold it, a waiting writer keeps new readers out.
    pub fair: bool,
    /// Of a counter or flag: its value when a run begins.
    pub start: u8,
}

/// The kinds of named locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub enum LockKind {
    /// One holder; whoever else wants it sleeps.
    Mutex,
    /// One holder; whoever else wants it spins.
    Spin,
    /// One writer or several readers.
    Rwsem,
    /// A number that can be waited for to become zero.
    Count,
    /// A number of events, of which each waiter takes one.
    Completion,
    /// A bit that can be waited for, either way.
    Flag,
}

impl LockKind {
    /// All kinds.
    pub const ALL: [LockKind; 6] = [
        LockKind::Mutex,
        LockKind::Spin,
        LockKind::Rwsem,
        LockKind::Count,
        LockKind::Completion,
        LockKind::Flag,
    ];

    /// Its word in scenario files.
    pub const fn word(self) -> &'static str {
        match self {
            LockKind::Mutex => "mutex",
            LockKind::Spin => "spin lock",
            LockKind::Rwsem => "rwsem",
            LockKind::Count => "count",
            LockKind::Completion => "completion",
            LockKind::Flag => "flag",
        }
    }

    /// Whether actors hold it. Counters and flags belong to nobody.
    pub const fn is_held(self) -> bool {
        matches!(self, LockKind::Mutex | LockKind::Spin | LockKind::Rwsem)
    }
}

/// What a step does with a named lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum LockStep {
    /// Take it alone; sleeps while anyone holds it.
    Take,
    /// Take it alone if it is free; else answer *no*.
    Try,
    /// Give it back.
    Release,
    /// Take it with other readers; sleeps while a writer holds it or is to have it first.
    TakeShared,
    /// Take it with other readers; else answer *no*.
    TryShared,
    /// Give back a reader's share.
    ReleaseShared,
    /// Count one up, or set the flag.
    Raise,
    /// Count one down, or clear the flag.
    Lower,
    /// Count one down; answer *no* unless it is zero then.
    LowerAndTest,
    /// Sleep until the number is not zero, and take one of it.
    Consume,
    /// Sleep until it is zero, or clear.
    AwaitZero,
    /// Sleep until the flag is set.
    AwaitSet,
    /// Answer *no* if it is zero, or clear.
    Test,
}

impl LockStep {
    /// All of them.
    pub const ALL: [LockStep; 13] = [
        LockStep::Take,
        LockStep::Try,
        LockStep::Release,
        LockStep::TakeShared,
        LockStep::TryShared,
        LockStep::ReleaseShared,
        LockStep::Raise,
        LockStep::Lower,
        LockStep::LowerAndTest,
        LockStep::Consume,
        LockStep::AwaitZero,
        LockStep::AwaitSet,
        LockStep::Test,
    ];

    /// Whether it can answer *no*.
    pub fn can_answer_no(self) -> bool {
        matches!(
            self,
            LockStep::Try | LockStep::TryShared | LockStep::LowerAndTest | LockStep::Test
        )
    }

    /// Whether it changes nothing but where its actor stands.
    pub fn only_looks(self) -> bool {
        matches!(
            self,
            LockStep::AwaitZero | LockStep::AwaitSet | LockStep::Test
        )
    }

    /// Whether there is such a step for a kind of lock.
    pub fn fits(self, kind: LockKind) -> bool {
        match self {
            LockStep::Take | LockStep::Try | LockStep::Release => kind.is_held(),
            LockStep::TakeShared | LockStep::TryShared | LockStep::ReleaseShared => {
                kind == LockKind::Rwsem
            }
            LockStep::Raise => !kind.is_held(),
            LockStep::Lower | LockStep::AwaitZero | LockStep::Test => {
                matches!(kind, LockKind::Count | LockKind::Flag)
            }
            LockStep::LowerAndTest => kind == LockKind::Count,
            LockStep::Consume => kind == LockKind::Completion,
            LockStep::AwaitSet => kind == LockKind::Flag,
        }
    }
}

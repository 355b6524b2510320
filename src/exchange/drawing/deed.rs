//! What a line of a drawing does.

/// What a line of a drawing does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// A step on a page, by its key.
    Page(&'static str),
    /// `clear_page_dirty_for_io`, with the walk over the PTEs.
    ClearForIo,
    /// Everything that truncation does to a page.
    Truncate,
    /// Checksums or guards are taken.
    Checksum,
    /// The bio goes out.
    Submit,
    /// The kernel stores into the page, by the key of the step.
    Store(&'static str),
    /// A lock by its name is taken or given back.
    Lock(How, String),
    /// A counter, a flag or a completion, by the key of the step and its name.
    Count(&'static str, String),
}

/// How a named lock is worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    Take,
    Share,
    Try,
    TryShare,
    Release,
    ReleaseShare,
}

impl How {
    /// Whether others may hold the lock at the same time.
    pub fn shared(self) -> bool {
        matches!(self, How::Share | How::TryShare | How::ReleaseShare)
    }

    /// Whether the call comes back without the lock if somebody has it.
    pub fn tries(self) -> bool {
        matches!(self, How::Try | How::TryShare)
    }

    /// Whether it gives the lock back.
    pub fn releases(self) -> bool {
        matches!(self, How::Release | How::ReleaseShare)
    }
}

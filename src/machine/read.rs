//! Reads: bytes go from the media into memory, and the host checks them there.

/// What a step of a read does. A bio that its actor has built is a read if it is submitted as one; the device and whoever
/// checks and ends it have programs of their own, or look which of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum ReadStep {
    /// Give the bio a page of the kernel's to read into.
    Bounce,
    /// Submit the bio as a read.
    Submit,
    /// Bring a sector from the media into memory, or into the kernel's page, with its guard where there is one.
    Dma,
    /// Report the read as done.
    Complete,
    /// Compare what is in memory now with the guard that came; answer *no* if they differ.
    Check,
    /// As `Check`, and if they differ, fail.
    Verify,
    /// Copy the kernel's page to where the bytes were wanted.
    CopyOut,
    /// Submit the bio once more, with a page of the kernel's to read into.
    Again,
    /// Look whether the bio at hand is a read; answer *no* if it is a write.
    IsRead,
    /// Unlock the page, which whoever submitted the read had locked.
    Unlock,
}

impl ReadStep {
    /// All of them.
    pub const ALL: [ReadStep; 10] = [
        ReadStep::Bounce,
        ReadStep::Submit,
        ReadStep::Dma,
        ReadStep::Complete,
        ReadStep::Check,
        ReadStep::Verify,
        ReadStep::CopyOut,
        ReadStep::Again,
        ReadStep::IsRead,
        ReadStep::Unlock,
    ];

    /// Whether it works on one sector.
    pub fn of_sector(self) -> bool {
        matches!(self, ReadStep::Dma | ReadStep::Check | ReadStep::Verify)
    }

    /// Whether it can answer *no*.
    pub fn can_answer_no(self) -> bool {
        matches!(self, ReadStep::Check | ReadStep::Verify | ReadStep::IsRead)
    }

    /// Whether it is a step on the bio that its actor builds, not on one that it has at hand.
    pub fn is_submission(self) -> bool {
        matches!(self, ReadStep::Bounce | ReadStep::Submit)
    }
}

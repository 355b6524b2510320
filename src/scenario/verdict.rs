//! What can come of a run, and the kinds of device for which a scenario says what must.

use crate::machine::{Protection, Violation};

/// What can come of a run; a scenario states which it must have.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Verdict {
    /// A hop recomputed a guard and it differed.
    GuardError,
    /// An unstable write has left on the media what is neither what was sampled nor what memory holds, and nobody will
    /// repair it.
    SilentCorruption,
    /// A checksum was taken from other bytes than were written.
    ChecksumMismatch,
    /// Bytes newer than the media's do not reach it, and nobody is told.
    LostUpdate,
    /// Everybody is at rest, and a lock, a bit, a bio or a pin is left behind.
    Leak,
    /// Actors are left that wait for each other.
    Deadlock,
    /// Somebody waits for what nobody will do any more.
    Stall,
    /// Everybody gets a turn for ever, and somebody never finishes.
    Livelock,
    /// The kernel would BUG or WARN.
    Assertion,
    /// A store hit a page that was made read-only to catch it.
    Trap,
    /// A write completed without error, of other bytes than were sampled for it.
    UnstableWrite,
    /// As silent corruption, but the page is dirty: the next writeback repairs it.
    TornWrite,
    /// Everybody is at rest, and a page that counts as clean is still writable, or newer with only a PTE to say so.
    ExposedPage,
}

/// How bad a verdict is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A fact, no failure: an ordering that comes to nothing worse is safe.
    Fact,
    /// Harmless unless the machine stops before the next writeback.
    Passing,
    /// Something is wrong that nobody will put right by itself.
    Failure,
}

/// What "safe" means, in a sentence or two.
pub const SAFE: &str = "Every schedule of this model was looked at, and none breaks a rule, loses an update, leaves anything behind or gets stuck. \u{201c}safe (unstable write)\u{201d}: bytes do change under a write in some schedules, and nothing comes of it here. What the model leaves out, \u{201c}safe\u{201d} does not cover.";

impl Verdict {
    /// All verdicts, in the order of the enum.
    pub const ALL: [Verdict; 13] = [
        Verdict::GuardError,
        Verdict::SilentCorruption,
        Verdict::ChecksumMismatch,
        Verdict::LostUpdate,
        Verdict::Leak,
        Verdict::Deadlock,
        Verdict::Stall,
        Verdict::Livelock,
        Verdict::Assertion,
        Verdict::Trap,
        Verdict::UnstableWrite,
        Verdict::TornWrite,
        Verdict::ExposedPage,
    ];

    /// The words scenario files and the page use.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::GuardError => "guard error",
            Verdict::SilentCorruption => "silent corruption",
            Verdict::ChecksumMismatch => "checksum mismatch",
            Verdict::LostUpdate => "lost update",
            Verdict::Leak => "leak",
            Verdict::Deadlock => "deadlock",
            Verdict::Stall => "stall",
            Verdict::Livelock => "livelock",
            Verdict::Assertion => "assertion",
            Verdict::Trap => "trap",
            Verdict::UnstableWrite => "unstable write",
            Verdict::TornWrite => "torn write",
            Verdict::ExposedPage => "exposed page",
        }
    }

    /// What the verdict means, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Verdict::GuardError => {
                "Somebody on the way recomputed a guard tag, got another than came with the bytes, and refused them."
            }
            Verdict::SilentCorruption => {
                "A write was reported as done although bytes changed under it. The media hold neither what was submitted nor what memory holds (or they hold half of a store, or parity or a leg of the mirror disagrees), and no writeback is sure to repair that."
            }
            Verdict::ChecksumMismatch => {
                "The write was reported as done, but its checksum was taken from other bytes: a read from the disk finds out, once memory no longer holds the page. If the page is dirty, the next writeback mends it first. (Of a read: what was in memory when it was checked was not what had come.)"
            }
            Verdict::LostUpdate => {
                "No writeback will look for bytes that were stored; or fsync returned success without them."
            }
            Verdict::Leak => {
                "Everybody is at rest, and something is left behind that nobody will put right: a lock still held, a bit still set, an I/O that never ends, a pin never released."
            }
            Verdict::Deadlock => "Actors wait for each other in a circle, or one waits for itself.",
            Verdict::Stall => "Somebody sleeps for ever, waiting for what nobody is left to do.",
            Verdict::Livelock => "Everybody keeps getting turns, and yet somebody never finishes.",
            Verdict::Assertion => {
                "The kernel would stop with a BUG or complain with a WARN. What 6.19 asserts of page lock and writeback bit is a VM_BUG_ON: only a kernel with CONFIG_DEBUG_VM stops there."
            }
            Verdict::Trap => "A store hit a page that had been made read-only to catch it.",
            Verdict::UnstableWrite => {
                "Bytes changed while they were written, and the write was reported as done all the same. By itself that is no failure: on a disk without checksums it happens all day, and the media end up with what was submitted or with what memory holds."
            }
            Verdict::TornWrite => {
                "Bytes changed while they were written, and the media hold a mix of old and new. The page is dirty, so the next writeback repairs it: harmless unless the machine stops first."
            }
            Verdict::ExposedPage => {
                "A page that counts as clean can still be written to without a fault, or is newer than the disk and only a PTE says so. Nothing is lost yet, but the next store or fsync goes past it."
            }
        }
    }

    /// How bad it is.
    pub fn severity(self) -> Severity {
        match self {
            Verdict::UnstableWrite => Severity::Fact,
            Verdict::TornWrite => Severity::Passing,
            _ => Severity::Failure,
        }
    }

    /// Whether an ordering that can come to it is not safe.
    pub fn fails(self) -> bool {
        self.severity() > Severity::Fact
    }

    /// The verdict a violation amounts to; an unstable window alone is a property, not a verdict.
    pub fn of(violation: Violation) -> Option<Verdict> {
        match violation {
            Violation::Unstable { .. } => None,
            Violation::Guard { .. } | Violation::ReadMismatch { guard: true, .. } => {
                Some(Verdict::GuardError)
            }
            Violation::ReadMismatch { guard: false, .. } => Some(Verdict::ChecksumMismatch),
            Violation::UnstableWrite { .. } => Some(Verdict::UnstableWrite),
            Violation::Torn { .. } => Some(Verdict::TornWrite),
            Violation::Corrupt { .. } => Some(Verdict::SilentCorruption),
            Violation::Checksum { .. } => Some(Verdict::ChecksumMismatch),
            Violation::Lost { .. } => Some(Verdict::LostUpdate),
            Violation::Exposed { .. } => Some(Verdict::ExposedPage),
            Violation::Leaked(_) => Some(Verdict::Leak),
            Violation::Assertion { .. } => Some(Verdict::Assertion),
            Violation::Trap { .. } => Some(Verdict::Trap),
        }
    }
}

/// A kind of device (with the file system's checksum, if there is one on top).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct Device {
    /// Who takes checksums and who compares.
    pub protection: Protection,
    /// Whether guards between operating system and adapter are IP checksums.
    pub ip: bool,
}

const fn device(protection: Protection) -> Device {
    Device {
        protection,
        ip: false,
    }
}

impl Device {
    /// Every kind of device.
    pub const ALL: [Device; 9] = [
        device(Protection::DixDif),
        device(Protection::HbaInsert),
        device(Protection::None),
        device(Protection::FsChecksum),
        device(Protection::DixOnly),
        device(Protection::Nvme),
        Device {
            protection: Protection::DixDif,
            ip: true,
        },
        device(Protection::Parity),
        device(Protection::Mirror),
    ];

    /// For how many devices, the first of [`ALL`](Device::ALL), every file with an `[expect]` must state
    /// its verdicts. (The dossier's section 9.1.)
    pub const STATED: usize = 4;

    /// The word scenario files use.
    pub fn word(self) -> &'static str {
        match (self.protection, self.ip) {
            (Protection::DixDif, false) => "dix+dif",
            (Protection::DixDif, true) => "dix+dif ip",
            (Protection::HbaInsert, _) => "hba insert",
            (Protection::None, _) => "none",
            (Protection::FsChecksum, _) => "fs checksum",
            (Protection::DixOnly, _) => "dix only",
            (Protection::Nvme, _) => "nvme pi",
            (Protection::Parity, _) => "raid5 parity",
            (Protection::Mirror, _) => "raid1 mirror",
        }
    }

    /// The word that links use.
    pub fn link_word(self) -> String {
        self.word().replace([' ', '+'], "-")
    }

    /// What the device is, in a few words.
    pub fn about(self) -> &'static str {
        match (self.protection, self.ip) {
            (Protection::DixDif, false) => {
                "DIX and DIF: the block layer makes guards, adapter and disk check"
            }
            (Protection::DixDif, true) => "DIX with IP checksums, DIF on the wire",
            (Protection::HbaInsert, _) => "DIF only: the adapter makes the guards itself",
            (Protection::None, _) => "no protection information",
            (Protection::FsChecksum, _) => "file system checksums (as btrfs), a plain disk",
            (Protection::DixOnly, _) => "DIX only: the adapter checks and strips",
            (Protection::Nvme, _) => "NVMe with PI: the controller checks, the host requeues",
            (Protection::Parity, _) => "RAID5 with skip_copy: parity first, data later",
            (Protection::Mirror, _) => "RAID1: each leg fetches for itself",
        }
    }

    /// The device where a sentence says on what something runs.
    pub fn on(self) -> &'static str {
        match (self.protection, self.ip) {
            (Protection::DixDif, false) => "on a DIX+DIF disk",
            (Protection::DixDif, true) => "on a DIX+DIF disk with IP guards",
            (Protection::HbaInsert, _) => "on a DIF disk whose adapter makes the guards",
            (Protection::None, _) => "on an ordinary disk",
            (Protection::FsChecksum, _) => "with file system checksums",
            (Protection::DixOnly, _) => "behind a DIX-only adapter",
            (Protection::Nvme, _) => "on NVMe with PI",
            (Protection::Parity, _) => "on RAID5",
            (Protection::Mirror, _) => "on RAID1",
        }
    }

    /// The device as a heading.
    pub fn heading(self) -> &'static str {
        match (self.protection, self.ip) {
            (Protection::DixDif, false) => "DIX+DIF disk",
            (Protection::DixDif, true) => "DIX+DIF, IP guards",
            (Protection::HbaInsert, _) => "DIF disk, adapter's guards",
            (Protection::None, _) => "ordinary disk",
            (Protection::FsChecksum, _) => "file system checksums",
            (Protection::DixOnly, _) => "DIX-only adapter",
            (Protection::Nvme, _) => "NVMe with PI",
            (Protection::Parity, _) => "RAID5",
            (Protection::Mirror, _) => "RAID1",
        }
    }
}

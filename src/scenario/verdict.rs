//! What can come of a run, and the kinds of device for which a scenario says what must.

use crate::machine::{Protection, Violation};

/// What can come of a run; a scenario states which it must have.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Verdict {
    /// A hop recomputed a guard and it differed.
    GuardError,
    /// The write completed without error, but media does not hold what was sealed.
    SilentCorruption,
    /// A checksum, parity or mirror kept elsewhere was taken from other bytes than were written.
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
}

impl Verdict {
    /// All verdicts, in the order of the enum.
    pub const ALL: [Verdict; 10] = [
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
        }
    }

    /// What the verdict means, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Verdict::GuardError => {
                "Somebody on the way recomputed a guard tag, and it was not the one that came with the bytes: the write is refused."
            }
            Verdict::SilentCorruption => {
                "The write was reported as done, but the media does not hold what the page held when it was submitted."
            }
            Verdict::ChecksumMismatch => {
                "The write was reported as done, but the checksum, parity or mirror kept elsewhere was taken from other bytes: a later read or rebuild finds out."
            }
            Verdict::LostUpdate => {
                "Bytes were stored that will never reach the media, and nothing says so."
            }
            Verdict::Leak => {
                "Everybody is at rest, and something is left behind that nobody will put right: a lock or a bit that is still set, an I/O that never ends, a pin that is never given back."
            }
            Verdict::Deadlock => "Actors wait for each other in a circle.",
            Verdict::Stall => "Somebody sleeps for ever on what nobody will do any more.",
            Verdict::Livelock => {
                "Everybody goes on getting turns, and yet somebody never finishes."
            }
            Verdict::Assertion => "The kernel would stop with a BUG or complain with a WARN.",
            Verdict::Trap => "A store hit a page that had been made read-only to catch it.",
        }
    }

    /// The verdict a violation amounts to; an unstable window alone is a property, not a verdict.
    pub fn of(violation: Violation) -> Option<Verdict> {
        match violation {
            Violation::Unstable { .. } => None,
            Violation::Guard { .. } => Some(Verdict::GuardError),
            Violation::Silent { .. } => Some(Verdict::SilentCorruption),
            Violation::Checksum { .. } => Some(Verdict::ChecksumMismatch),
            Violation::Lost { .. } => Some(Verdict::LostUpdate),
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
                "DIX and DIF: block layer guards, adapter and disk check"
            }
            (Protection::DixDif, true) => "DIX with IP checksums, DIF on the wire",
            (Protection::HbaInsert, _) => "DIF only: the adapter computes guards itself",
            (Protection::None, _) => "no protection information",
            (Protection::FsChecksum, _) => "file system checksums (as btrfs), a plain disk",
            (Protection::DixOnly, _) => "DIX only: the adapter checks and strips",
            (Protection::Nvme, _) => "NVMe with PI: the controller checks, the host requeues",
            (Protection::Parity, _) => "RAID5 with skip_copy: parity first, data later",
            (Protection::Mirror, _) => "RAID1: each leg fetches for itself",
        }
    }
}

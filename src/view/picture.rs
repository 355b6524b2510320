//! How much of the stage is drawn: all of it, or what a lesson has introduced.

use crate::lesson::{Part, Parts};
use crate::machine::{Op, ReadStep, Resource};
use crate::protocol::{Line, Mark, OPS};

/// The parts of the stage that are drawn, and those that are new.
#[derive(Clone, Copy)]
pub struct Picture {
    /// Those of a lesson; none for all there are.
    parts: Option<Parts>,
    new: Parts,
}

impl Picture {
    /// The whole stage.
    pub const ALL: Picture = Picture {
        parts: None,
        new: Parts::NONE,
    };

    /// What a lesson has introduced, of which some is new.
    pub fn of(parts: Parts, new: Parts) -> Picture {
        let parts = Some(parts);
        Picture { parts, new }
    }

    /// Whether all is drawn.
    pub fn whole(self) -> bool {
        self.parts.is_none()
    }

    /// Whether a part is drawn.
    pub fn has(self, part: Part) -> bool {
        self.parts.is_none_or(|parts| parts.has(part))
    }

    /// Whether what all pages share is drawn.
    pub fn has_shared(self) -> bool {
        self.has(Part::Journal)
    }

    /// Whether it is said how long the bytes must not change.
    pub fn has_window(self) -> bool {
        self.has(Part::PgWriteback)
    }

    /// Whether a part is new.
    pub fn is_new(self, part: Part) -> bool {
        self.new.has(part)
    }

    /// Whether a step is spoken of.
    pub fn has_step(self, op: Op) -> bool {
        part_of_step(op).is_none_or(|part| self.has(part))
    }

    /// Whether a line of a program is shown: a step that has been introduced, or a composite with such a line.
    pub fn has_line(self, lines: &[Line], at: usize) -> bool {
        let line = &lines[at];
        match line.row.map(|row| OPS[row].op) {
            _ if self.whole() => true,
            _ if matches!(line.mark, Mark::NotYet | Mark::Elsewhere) => false,
            // Whoever knows no PTE knows no fault.
            _ if line.handler && !self.has(Part::Pte) => false,
            Some(op) => op != Op::Goto && self.has_step(op),
            None => {
                let mut inside = lines[at + 1..]
                    .iter()
                    .take_while(|it| it.depth > line.depth)
                    .filter_map(|it| it.row);
                inside.any(|row| self.has_step(OPS[row].op))
            }
        }
    }
}

/// The part that a bit is, by its name in the markup; none for one that has no part of its own.
pub fn part_of_bit(key: &str) -> Option<Part> {
    match key {
        "PG_locked" => Some(Part::PageLock),
        "PG_dirty" => Some(Part::PgDirty),
        "PG_writeback" => Some(Part::PgWriteback),
        "BH_Lock" | "BH_Shadow" | "BJ_Metadata" => Some(Part::Journal),
        _ => None,
    }
}

/// The part that a step is about; none for what is there from the start. Without a wildcard, so that the compiler asks it of a
/// new step.
fn part_of_step(op: Op) -> Option<Part> {
    match op {
        Op::LockPage | Op::TrylockPage | Op::UnlockPage | Op::WaitPageUnlocked => {
            Some(Part::PageLock)
        }
        Op::Take(of) | Op::Release(of) | Op::Await(of) => part_of_resource(of),
        Op::TestPageDirty
        | Op::TagTowrite
        | Op::FindTagged
        | Op::RedirtyIfCleaned
        | Op::TestClearPageDirty
        | Op::SetPageDirty
        | Op::ClearDirtyBuffers
        | Op::CancelDirty => Some(Part::PgDirty),
        Op::PteWrprotect
        | Op::PteRevoke
        | Op::PteMkwrite
        | Op::ZapPte
        | Op::ForkPte
        | Op::CheckVma
        | Op::CheckMapping
        | Op::Sigbus => Some(Part::Pte),
        Op::FlushTlb => Some(Part::Tlb),
        Op::SetPageWriteback
        | Op::SetBlocksWriteback
        | Op::WaitWriteback
        | Op::WaitStable
        | Op::WaitOnce
        | Op::AssertNoWriteback
        | Op::ClearWriteback
        | Op::WakeUpPage
        | Op::EndIo(_) => Some(Part::PgWriteback),
        Op::GenerateGuard | Op::SampleFirst => Some(Part::GuardTag),
        Op::Read(ReadStep::Check | ReadStep::Verify) => Some(Part::GuardTag),
        Op::HbaVerify | Op::HbaInsert | Op::TargetVerify => Some(Part::Adapter),
        Op::GetWriteAccess | Op::FileShadow => Some(Part::Journal),
        Op::Lock(_)
        | Op::Read(_)
        | Op::Pause
        | Op::Choose
        | Op::BioAdd
        | Op::BounceCopy
        | Op::CopySector
        | Op::QueueBio
        | Op::HandOver
        | Op::TakeOver
        | Op::WaitBio
        | Op::TakeRequest
        | Op::DmaSector
        | Op::CommitMedia
        | Op::Requeue
        | Op::CompleteRequest
        | Op::BioEndio
        | Op::MappingSetError
        | Op::Store
        | Op::Load
        | Op::KernelStore
        | Op::DmaStore
        | Op::RemoveFromCache
        | Op::Pin
        | Op::Unpin
        | Op::FsyncBegin
        | Op::FsyncReturn
        | Op::SetMemoryRo
        | Op::SetMemoryRw
        | Op::ReadChecksum
        | Op::StoreChecksum
        | Op::Goto => None,
    }
}

fn part_of_resource(of: Resource) -> Option<Part> {
    match of {
        Resource::PageLock => Some(Part::PageLock),
        Resource::Writeback => Some(Part::PgWriteback),
        Resource::PteLock => Some(Part::Pte),
        Resource::BufferLock | Resource::Shadow | Resource::Handle | Resource::Commit => {
            Some(Part::Journal)
        }
        Resource::Bio | Resource::Mutex | Resource::Named => None,
    }
}

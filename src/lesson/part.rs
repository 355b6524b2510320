//! The parts of the picture, which grows with the lesson: what has not been introduced is not shown.

use crate::machine::{Op, Resource};
use crate::protocol::did_you_mean;
use crate::scenario::Scenario;

/// A part of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Part {
    /// A single sector stands for the page.
    OneSector,
    /// The page's eight sectors.
    EightSectors,
    /// The page's bytes in memory.
    Memory,
    /// The bytes on the media.
    Disk,
    /// The checksum that travels with a sector.
    GuardTag,
    /// The host's adapter, which fetches and checks.
    Adapter,
    /// The page lock.
    PageLock,
    /// The bit of a page that must still be written.
    PgDirty,
    /// The bit of a page that is on its way to the disk.
    PgWriteback,
    /// The page table entry.
    Pte,
    /// The processor's copy of it.
    Tlb,
    /// Another process that maps the page.
    SecondProcess,
    /// Somebody in the kernel who stores without a PTE.
    KernelWriter,
    /// The journal: handles, commits, blocks under I/O.
    Journal,
}

impl Part {
    /// All parts.
    pub const ALL: [Part; 14] = [
        Part::OneSector,
        Part::EightSectors,
        Part::Memory,
        Part::Disk,
        Part::GuardTag,
        Part::Adapter,
        Part::PageLock,
        Part::PgDirty,
        Part::PgWriteback,
        Part::Pte,
        Part::Tlb,
        Part::SecondProcess,
        Part::KernelWriter,
        Part::Journal,
    ];

    /// The words lessons use.
    pub fn words(self) -> &'static str {
        match self {
            Part::OneSector => "one sector",
            Part::EightSectors => "eight sectors",
            Part::Memory => "memory",
            Part::Disk => "disk",
            Part::GuardTag => "guard tag",
            Part::Adapter => "adapter",
            Part::PageLock => "page lock",
            Part::PgDirty => "PG_dirty",
            Part::PgWriteback => "PG_writeback",
            Part::Pte => "PTE",
            Part::Tlb => "TLB",
            Part::SecondProcess => "second process",
            Part::KernelWriter => "kernel writer",
            Part::Journal => "journal",
        }
    }

    /// The part of that name.
    ///
    /// # Errors
    /// The reason, with the nearest name there is.
    pub(super) fn named(word: &str) -> Result<Part, String> {
        let found = Part::ALL.into_iter().find(|it| it.words() == word);
        found.ok_or_else(|| {
            let known = Part::ALL.map(Part::words);
            let near = did_you_mean(word, known.into_iter());
            format!(
                "there is no part \"{word}\"{near}; parts are {}",
                known.join(", ")
            )
        })
    }

    /// Whether a scenario has such a part.
    pub fn is_in(self, scenario: &Scenario) -> bool {
        let model = &scenario.model;
        match self {
            Part::OneSector => model.geometry.sectors() == 1,
            Part::EightSectors => model.geometry.sectors() == 8,
            // Parity and a mirror's first leg are a first sample, too, which a later one is held against.
            Part::GuardTag => {
                let mut code = model.actors.iter().flat_map(|it| &it.code);
                let samples = [Op::GenerateGuard, Op::SampleFirst];
                code.any(|instr| samples.contains(&instr.op)) || model.protection.tuples()
            }
            Part::Pte | Part::Tlb => !scenario.spaces.is_empty(),
            Part::SecondProcess => scenario.spaces.len() > 1,
            Part::Journal => [Resource::Handle, Resource::Commit, Resource::Shadow]
                .into_iter()
                .any(|it| model.has(it)),
            _ => true,
        }
    }
}

/// A set of parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Parts(u16);

impl Parts {
    /// No part.
    pub const NONE: Parts = Parts(0);

    /// Adds a part. One sector and eight replace each other.
    pub fn add(&mut self, part: Part) {
        let sectors = 1 << Part::OneSector as u16 | 1 << Part::EightSectors as u16;
        if matches!(part, Part::OneSector | Part::EightSectors) {
            self.0 &= !sectors;
        }
        self.0 |= 1 << part as u16;
    }

    /// Whether a part is in it.
    pub fn has(self, part: Part) -> bool {
        self.0 & 1 << part as u16 != 0
    }

    /// The parts in it that are not in another set.
    pub fn beyond(self, other: Parts) -> Parts {
        Parts(self.0 & !other.0)
    }

    /// The parts in it.
    pub fn iter(self) -> impl Iterator<Item = Part> {
        Part::ALL.into_iter().filter(move |it| self.has(*it))
    }
}

//! How much of the stage a figure shows: all of it, or what a lesson has introduced.

use crate::lesson::{Part, Parts};

use super::super::grid::{Cell, Level};
use super::super::machine_state::{BitGroup, PageBits};

/// The parts of the stage that are drawn.
#[derive(Clone, Copy)]
pub struct Picture {
    /// Those of a lesson; none for all there are.
    parts: Option<Parts>,
}

impl Picture {
    /// The whole stage.
    pub const ALL: Picture = Picture { parts: None };

    /// What a lesson has introduced.
    pub fn of(parts: Parts) -> Picture {
        Picture { parts: Some(parts) }
    }

    fn has(self, part: Part) -> bool {
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

    /// Whether a row of bytes is drawn.
    pub fn has_level(self, level: Level) -> bool {
        match level {
            Level::Memory | Level::Copy => self.has(Part::Memory),
            Level::Tuple => self.has(Part::GuardTag),
            Level::Hba | Level::Target => self.has(Part::Adapter),
            Level::Media => self.has(Part::Disk),
        }
    }

    /// A cell as it is drawn: without its checksum where there are none yet.
    pub fn cell(self, mut cell: Cell) -> Cell {
        if !self.has(Part::GuardTag) && !cell.failed {
            cell.second.clear();
        }
        cell
    }

    /// The bits around a page that are drawn.
    pub fn bits(self, mut all: PageBits) -> PageBits {
        let Some(parts) = self.parts else {
            return all;
        };
        for group in &mut all.frame {
            group.bits.retain(|bit| match bit.name.as_str() {
                "PG_locked" => parts.has(Part::PageLock),
                "PG_dirty" => parts.has(Part::PgDirty),
                "PG_writeback" => parts.has(Part::PgWriteback),
                "BH_Lock" | "BH_Shadow" | "BJ_Metadata" => parts.has(Part::Journal),
                _ => bit.on,
            });
        }
        all.frame.retain(|group: &BitGroup| !group.bits.is_empty());
        let spaces = match (parts.has(Part::Pte), parts.has(Part::SecondProcess)) {
            (false, _) => 0,
            (true, false) => 1,
            (true, true) => usize::MAX,
        };
        all.mappings.truncate(spaces);
        if !parts.has(Part::Tlb) {
            all.mappings.iter_mut().for_each(|it| it.caches.clear());
        }
        if !self.has_window() {
            all.window.clear();
        }
        all
    }
}

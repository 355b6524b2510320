//! What the cells of the stage say: one column a sector, from memory down to media.

use stable_pages::exchange::{bytes, hex, stored};
use stable_pages::explore::{Check, Column};
use stable_pages::machine::{Content, SECTORS, Stage, World};

use super::desk::Shown;

/// What a cell shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Whose bytes these are: of the page as it was, newer, or those on disk before.
    pub tone: &'static str,
    pub first: String,
    pub second: String,
    /// Changed by the last step.
    pub fresh: bool,
    /// A check that failed.
    pub failed: bool,
    /// Under the promise of being stable.
    pub sealed: bool,
    /// What the cell says in words.
    pub words: String,
}

/// The rows from memory down to media.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Memory,
    Tuple,
    Hba,
    Target,
    Media,
}

impl Level {
    pub const ALL: [Level; 5] = [
        Level::Memory,
        Level::Tuple,
        Level::Hba,
        Level::Target,
        Level::Media,
    ];

    pub fn title(self) -> (&'static str, &'static str) {
        match self {
            Level::Memory => ("memory", "bytes now, their CRC"),
            Level::Tuple => ("bio", "guard tag, ref tag"),
            Level::Hba => ("HBA", "fetched, CRC"),
            Level::Target => ("target", "CRC recomputed"),
            Level::Media => ("media", "bytes, stored guard"),
        }
    }

    pub fn key(self) -> &'static str {
        self.title().0
    }
}

/// One moment of the page: the facts a cell is drawn from.
pub struct Moment<'a> {
    pub scenario: &'a Shown,
    pub world: World,
    pub before: World,
    pub columns: &'a [Column; SECTORS],
    pub step: usize,
}

impl Moment<'_> {
    fn guard(&self, content: Content) -> String {
        hex(self.scenario.model.contents.guard(content))
    }

    fn tone(&self, sector: usize, content: Content) -> &'static str {
        let initial = &self.scenario.model.initial;
        if content == initial.pages[0].memory[sector] {
            "page"
        } else if content == initial.media[0].bytes[sector] {
            "old"
        } else {
            "newer"
        }
    }

    /// Four bytes where the first store into the sector goes, else from its start.
    fn excerpt(&self, sector: usize, content: Content) -> String {
        let model = &self.scenario.model;
        let size = model.geometry.interval as usize;
        let stores = model.stores.iter();
        let mut touching = stores.filter(|store| store.touches(model.geometry, sector));
        let at = touching.next().map_or(0, |store| {
            (store.offset as usize)
                .saturating_sub(sector * size)
                .min(size - 4)
        });
        let all = model.contents.bytes(content);
        bytes(all.get(at..at + 4).unwrap_or(&[]))
    }

    /// The cell of a row in a column.
    pub fn cell(&self, level: Level, sector: usize) -> Cell {
        let column = &self.columns[sector];
        match level {
            Level::Memory => self.memory(sector, column),
            Level::Tuple => self.tuple(sector, column),
            Level::Hba => match column.wire {
                None => Cell::default(),
                Some((content, step)) => {
                    let first = self.excerpt(sector, content);
                    let fetched = Cell {
                        tone: self.tone(sector, content),
                        words: format!("fetched \"{first}\" at step {step}"),
                        first,
                        fresh: step == self.step,
                        ..Cell::default()
                    };
                    match column.hba {
                        Some(check) => self.checked(fetched, check),
                        None if column.inserted => Cell {
                            second: self.guard(content),
                            ..fetched
                        },
                        None => fetched,
                    }
                }
            },
            Level::Target => match column.target {
                None => Cell::default(),
                Some(check) => {
                    let blank = Cell {
                        tone: self.tone(sector, check.computed),
                        ..Cell::default()
                    };
                    self.checked(blank, check)
                }
            },
            Level::Media => {
                let media = self.world.media[0];
                let content = media.bytes[sector];
                let first = self.excerpt(sector, content);
                let tuple = media.tuples[sector];
                let before = self.before.media[0].bytes[sector];
                Cell {
                    tone: self.tone(sector, content),
                    words: format!("media holds \"{first}\""),
                    first,
                    second: if tuple.is_some() {
                        self.guard(tuple)
                    } else {
                        String::new()
                    },
                    fresh: before != content,
                    ..Cell::default()
                }
            }
        }
    }

    fn memory(&self, sector: usize, column: &Column) -> Cell {
        let content = self.world.pages[0].memory[sector];
        let first = self.excerpt(sector, content);
        let bio = self.world.bios[0];
        let guard = self.guard(content);
        let mut words = format!("memory holds \"{first}\", CRC {guard}");
        if let Some(by) = &column.stored {
            words += &format!("; {} at step {}", stored(self.scenario, by), by.step);
        }
        Cell {
            tone: self.tone(sector, content),
            words,
            first,
            second: guard,
            fresh: column.stored.is_some_and(|by| by.step == self.step),
            sealed: bio.sealed[sector].is_some() && bio.stage != Stage::Done,
            ..Cell::default()
        }
    }

    fn tuple(&self, sector: usize, column: &Column) -> Cell {
        let Some((content, step)) = column.guard else {
            return Cell::default();
        };
        let lba = self.scenario.model.geometry.lba(0, sector);
        let guard = self.guard(content);
        Cell {
            tone: self.tone(sector, content),
            words: format!("guard {guard} computed at step {step}, reference tag {lba}"),
            first: guard,
            second: format!("ref {lba}"),
            fresh: step == self.step,
            ..Cell::default()
        }
    }

    fn checked(&self, cell: Cell, check: Check) -> Cell {
        let computed = self.guard(check.computed);
        let received = self.guard(check.received);
        let sign = if check.matched {
            "\u{2713}"
        } else {
            "\u{2715}"
        };
        let verdict = if check.matched {
            format!("recomputed {computed}, as received")
        } else {
            format!("recomputed {computed}, but received {received}: refused")
        };
        Cell {
            second: format!("{computed} {sign}"),
            failed: !check.matched,
            fresh: cell.fresh || check.step == self.step,
            words: if cell.words.is_empty() {
                verdict
            } else {
                format!("{}; {verdict}", cell.words)
            },
            ..cell
        }
    }
}

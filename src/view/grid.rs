//! What the cells of the stage say: a column for each sector, from memory down to media.

use crate::exchange::{bytes, hex, stored};
use crate::explore::{Check, Column, Failure};
use crate::lesson::Part;
use crate::machine::{
    ActorId, Content, End, Loss, Model, Op, Page, PageId, Protection, ReadStep, SECTORS, SectorId,
    Stage, Violation,
};
use crate::scenario::Scenario;

use super::moment::Moment;
use super::picture::Picture;

/// How a cell hangs together with the one above it. A mismatch is a break in the column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CellLink {
    /// Not at all, or not any more.
    #[default]
    None,
    /// Taken from what is above, and still the same.
    Tie,
    /// Compared with what is above, and equal.
    Match,
    /// What is above has changed since, and no check has found that yet.
    Parted,
    /// Compared with what is above, and different.
    Break,
}

impl CellLink {
    /// The link's class in style sheets, with a space before it.
    pub fn class(self) -> &'static str {
        match self {
            CellLink::None => "",
            CellLink::Tie => " tie",
            CellLink::Match => " match",
            CellLink::Parted => " parted",
            CellLink::Break => " break",
        }
    }
}

/// What a cell shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// How it hangs together with the one above it.
    pub link: CellLink,
    /// The class of the bytes' age: of the page as it was (`page`), `newer`, or on disk before (`old`).
    pub tone: &'static str,
    /// The first and the second line.
    pub first: String,
    pub second: String,
    /// Changed by the last step.
    pub fresh: bool,
    /// A check that failed, or bytes that are wrong.
    pub failed: bool,
    /// Whether the next writeback puts right what is wrong.
    pub passing: bool,
    /// What the cell says in words.
    pub words: String,
}

impl Cell {
    /// The cell as a picture has it: without its checksum where there are none yet.
    pub fn within(mut self, picture: Picture) -> Cell {
        if !picture.has(Part::GuardTag) && !self.failed {
            self.second.clear();
        }
        self
    }
}

/// The rows from memory down to media.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Memory,
    Copy,
    Tuple,
    Hba,
    Target,
    Media,
}

impl Level {
    /// The rows of a scenario: only those that its programs can fill.
    pub fn all(scenario: &Scenario) -> Vec<Level> {
        let runs = |wanted: &[Op]| {
            let mut code = scenario.model.actors.iter().flat_map(|it| &it.code);
            code.any(|instr| wanted.contains(&instr.op))
        };
        let reads = scenario.model.reads();
        let bounces = [ReadStep::Bounce, ReadStep::Again].map(Op::Read);
        let checks = [ReadStep::Check, ReadStep::Verify].map(Op::Read);
        let copies = [Op::BounceCopy, Op::CopySector, Op::GetWriteAccess];
        let all = [
            (Level::Memory, true),
            (Level::Copy, runs(&copies) || runs(&bounces)),
            (
                Level::Tuple,
                runs(&[Op::GenerateGuard, Op::SampleFirst]) || runs(&checks),
            ),
            (Level::Hba, !reads),
            (Level::Target, runs(&[Op::TargetVerify])),
            (Level::Media, true),
        ];
        all.into_iter()
            .filter_map(|(level, is)| is.then_some(level))
            .collect()
    }

    /// The rows that a picture has.
    pub fn within(scenario: &Scenario, picture: Picture) -> Vec<Level> {
        let mut levels = Level::all(scenario);
        levels.retain(|level| picture.has(level.part()));
        levels
    }

    /// The part of the picture that the row is.
    pub fn part(self) -> Part {
        match self {
            Level::Memory | Level::Copy => Part::Memory,
            Level::Tuple => Part::GuardTag,
            Level::Hba | Level::Target => Part::Adapter,
            Level::Media => Part::Disk,
        }
    }

    /// The row's name, and what its cells show.
    pub fn title(self, protection: Protection) -> (&'static str, &'static str) {
        match (self, protection) {
            (Level::Memory, _) => ("memory", "bytes, CRC"),
            (Level::Copy, _) => ("copy", "what the I/O uses"),
            (Level::Tuple, Protection::FsChecksum) => ("checksum", "what it is taken from"),
            (Level::Tuple, Protection::Parity) => ("parity", "what it is taken from"),
            (Level::Tuple, Protection::Mirror) => ("first leg", "fetched, CRC"),
            (Level::Tuple, _) => ("bio", "guard, ref tag"),
            (Level::Hba, Protection::Mirror) => ("second leg", "fetched, CRC"),
            (Level::Hba, Protection::Nvme) => ("controller", "fetched, CRC"),
            (Level::Hba, Protection::HbaInsert) => ("HBA", "fetched, guard put in"),
            (Level::Hba, _) => ("HBA", "bytes, check"),
            (Level::Target, _) => ("target", "bytes, check"),
            (Level::Media, it) if it.tuples() => ("media", "bytes, guard"),
            (Level::Media, _) => ("media", "bytes"),
        }
    }

    /// Whether the row is of the device, and not of the host.
    pub fn of_device(self) -> bool {
        matches!(self, Level::Hba | Level::Target | Level::Media)
    }

    /// The row's name in the markup.
    pub fn key(self) -> &'static str {
        match self {
            Level::Memory => "memory",
            Level::Copy => "copy",
            Level::Tuple => "bio",
            Level::Hba => "HBA",
            Level::Target => "target",
            Level::Media => "media",
        }
    }

    /// The name of the row's cell in a column, in the markup. Cells of the first page have no page number in theirs.
    pub fn cell(self, page: PageId, sector: SectorId) -> String {
        match page {
            PageId(0) => format!("{}-{sector}", self.key()),
            _ => format!("{page}-{}-{sector}", self.key()),
        }
    }
}

/// The class of a sector's bytes by their age: those that the page began with, those that were on disk, or newer ones.
pub fn tone(initial: &Page, sector: SectorId, content: Content) -> &'static str {
    if content == initial.memory[sector.index()] {
        "page"
    } else if content == initial.media[sector.index()] {
        "old"
    } else {
        "newer"
    }
}

/// Four of a sector's bytes: where the first store into it goes; without a store those at its start.
pub fn excerpt(model: &Model, page: PageId, sector: SectorId, content: Content) -> String {
    let size = usize::from(model.geometry.interval);
    let mut stores = model.stores.iter();
    let touching = stores.find(|store| store.page == page && store.touches(model.geometry, sector));
    let at = touching.map_or(0, |store| {
        usize::from(store.offset)
            .saturating_sub(sector.index() * size)
            .min(size - 4)
    });
    let all = model.contents.bytes(content);
    bytes(all.get(at..at + 4).unwrap_or(&[]))
}

/// One page at the moment shown: the facts that its cells and bits are drawn from.
pub struct PageMoment<'a> {
    pub scenario: &'a Scenario,
    pub number: PageId,
    pub page: Page,
    /// The page when the last press began.
    pub before: Page,
    /// The page when the run began.
    pub initial: Page,
    /// How far its bio has come.
    pub stage: Stage,
    pub columns: &'a [Column; SECTORS],
    pub failures: &'a [Failure],
    /// The sectors that an unstable write has left torn, where everybody is at rest.
    pub torn: Vec<SectorId>,
    /// Whether the next writeback repairs them.
    pub repaired: bool,
    pub step: usize,
    /// After how many steps the last press began.
    pub began: usize,
    /// Who made the last step.
    pub mover: Option<ActorId>,
}

/// The sectors of a page that an unstable write has left torn or corrupt at the end of the run.
/// Of a page judged as a whole those are the ones in which the media differ from memory; and whether the next writeback repairs them.
fn torn(now: &Moment, number: PageId) -> (Vec<SectorId>, bool) {
    let Some(End::Rest(found)) = &now.end else {
        return (Vec::new(), false);
    };
    let of_page = found.iter().filter_map(|it| match *it {
        Violation::Torn { page, sector } => (page == number).then_some((sector, true)),
        Violation::Corrupt { page, sector } => (page == number).then_some((sector, false)),
        _ => None,
    });
    let (torn, repaired): (Vec<SectorId>, Vec<bool>) = of_page.unzip();
    (torn, repaired.contains(&true))
}

impl PageMoment<'_> {
    /// Takes the facts of a page from the moment shown.
    pub fn of(now: &Moment, number: PageId) -> PageMoment<'_> {
        let model = &now.scenario.model;
        let (torn, repaired) = torn(now, number);
        PageMoment {
            scenario: &now.scenario,
            number,
            page: model.page(&now.world, number),
            before: model.page(&now.before, number),
            initial: model.page(&model.initial, number),
            stage: model.stage(&now.world, number),
            columns: &now.story.columns[number.index()],
            failures: &now.story.failures,
            torn,
            repaired,
            step: now.depth(),
            began: now.began,
            mover: now.last_actor(),
        }
    }

    /// Whether a step belongs to the last press.
    fn just(&self, step: usize) -> bool {
        step > self.began && step <= self.step
    }

    fn guard(&self, content: Content) -> String {
        hex(self.scenario.model.contents.guard(content))
    }

    fn tone(&self, sector: SectorId, content: Content) -> &'static str {
        tone(&self.initial, sector, content)
    }

    fn excerpt(&self, sector: SectorId, content: Content) -> String {
        excerpt(&self.scenario.model, self.number, sector, content)
    }

    /// Whether this sector's bytes on media are wrong; with `lost`, whether an update of it was lost.
    fn wrong(&self, sector: SectorId, lost: bool) -> bool {
        // Of parity and data that disagree it is the parity that is wrong.
        let parity = self.scenario.model.protection == Protection::Parity;
        if !lost && !parity && self.torn.contains(&sector) {
            return true;
        }
        let mut failures = self.failures.iter();
        failures.any(|failure| {
            let kind = match failure.violation {
                Violation::Checksum { .. } => !lost,
                // Bytes that a read has gone over are gone from memory too: that is shown once.
                Violation::Lost {
                    how: Loss::ReadOver,
                    ..
                } => lost && self.brought(sector),
                Violation::Lost { .. } => lost,
                _ => false,
            };
            kind && (failure.page.index(), failure.sector.index())
                == (self.number.index(), sector.index())
        })
    }

    /// Whether the last press has changed what memory holds of a sector.
    fn brought(&self, sector: SectorId) -> bool {
        self.before.memory[sector.index()] != self.page.memory[sector.index()]
    }

    /// The cell of a row in a column.
    pub fn cell(&self, level: Level, sector: SectorId) -> Cell {
        let column = &self.columns[sector.index()];
        match level {
            Level::Memory => self.memory(sector, column),
            Level::Copy => self.copy(sector),
            Level::Tuple => self.tuple(sector, column),
            Level::Hba => match column.wire {
                None => Cell::default(),
                Some((content, step)) => {
                    let first = self.excerpt(sector, content);
                    let now = self.just(step);
                    let fetched = Cell {
                        tone: self.tone(sector, content),
                        words: format!("fetched \"{first}\" at step {step}"),
                        first,
                        fresh: now,
                        link: CellLink::Tie,
                        ..Cell::default()
                    };
                    match column.hba {
                        Some(check) => self.checked(fetched, check),
                        None => Cell {
                            second: self.guard(content),
                            ..fetched
                        },
                    }
                }
            },
            Level::Target => match column.target {
                None => Cell::default(),
                Some(check) => {
                    let blank = Cell {
                        tone: self.tone(sector, check.computed),
                        first: self.excerpt(sector, check.computed),
                        ..Cell::default()
                    };
                    self.checked(blank, check)
                }
            },
            Level::Media => {
                let content = self.page.media[sector.index()];
                let first = self.excerpt(sector, content);
                let tuple = self.page.tuples[sector.index()];
                let failed = self.wrong(sector, false);
                let wire = column.wire.map(|(content, _)| content);
                let passing = self.repaired && self.torn.contains(&sector);
                let but = match (failed, passing) {
                    (true, true) => ", and memory holds other bytes: torn until the next writeback",
                    (true, false) => ", which is wrong",
                    _ => "",
                };
                Cell {
                    tone: self.tone(sector, content),
                    words: format!("the media hold \"{first}\"{but}"),
                    first,
                    second: match (tuple.is_some(), failed) {
                        (_, true) if passing => "! torn".to_owned(),
                        (_, true) => "\u{2715} wrong".to_owned(),
                        (true, _) => self.guard(tuple),
                        _ => String::new(),
                    },
                    fresh: self.before.media[sector.index()] != content,
                    failed,
                    passing,
                    link: match wire == Some(content) && !self.waiting() {
                        true => CellLink::Tie,
                        false => CellLink::None,
                    },
                }
            }
        }
    }

    fn memory(&self, sector: SectorId, column: &Column) -> Cell {
        let content = self.page.memory[sector.index()];
        let first = self.excerpt(sector, content);
        let guard = self.guard(content);
        let mut words = format!("memory holds \"{first}\", CRC {guard}");
        if let Some(by) = &column.stored {
            words += &format!("; {} at step {}", stored(self.scenario, by), by.step);
        }
        let failed = self.wrong(sector, true);
        if failed {
            words += "; lost";
        }
        Cell {
            tone: self.tone(sector, content),
            words,
            first,
            second: match failed {
                true => "\u{2715} lost".to_owned(),
                false => guard,
            },
            fresh: self.brought(sector),
            failed,
            ..Cell::default()
        }
    }

    /// Whether a guard and the bytes it was taken from still agree, while these are on their way.
    fn seal(&self, sector: SectorId, content: Content) -> CellLink {
        let contents = &self.scenario.model.contents;
        let copy = self.page.copy[sector.index()];
        let above = if copy.is_some() {
            copy
        } else {
            self.page.memory[sector.index()]
        };
        match (
            self.frozen(),
            contents.guard(above) == contents.guard(content),
        ) {
            (false, _) => CellLink::None,
            (true, true) => CellLink::Tie,
            (true, false) => CellLink::Parted,
        }
    }

    /// Whether the device has not taken the latest bio yet.
    fn waiting(&self) -> bool {
        matches!(self.stage, Stage::Building | Stage::Queued)
    }

    /// Whether the page's bytes are on their way.
    pub fn frozen(&self) -> bool {
        let sealed = self.page.sealed.iter().any(|it| it.is_some());
        sealed && !matches!(self.stage, Stage::Free | Stage::Done)
    }

    fn copy(&self, sector: SectorId) -> Cell {
        let content = self.page.copy[sector.index()];
        if !content.is_some() {
            return Cell::default();
        }
        let first = self.excerpt(sector, content);
        Cell {
            tone: self.tone(sector, content),
            words: format!("the I/O uses this copy, \"{first}\""),
            first,
            second: self.guard(content),
            fresh: self.before.copy[sector.index()] != content,
            link: match content == self.page.memory[sector.index()] {
                true => CellLink::Tie,
                false => CellLink::None,
            },
            ..Cell::default()
        }
    }

    fn tuple(&self, sector: SectorId, column: &Column) -> Cell {
        let Some((content, step)) = column.guard else {
            return Cell::default();
        };
        let guard = self.guard(content);
        let cell = Cell {
            tone: self.tone(sector, content),
            fresh: self.just(step),
            link: self.seal(sector, content),
            ..Cell::default()
        };
        if !self.scenario.model.protection.guards() {
            let first = self.excerpt(sector, content);
            let parity = self.scenario.model.protection == Protection::Parity;
            let failed = parity && self.torn.contains(&sector);
            let but = if failed {
                "; it is not that of the data"
            } else {
                ""
            };
            return Cell {
                words: format!("taken from \"{first}\" at step {step}{but}"),
                first,
                second: if failed {
                    "\u{2715} wrong".to_owned()
                } else {
                    guard
                },
                failed,
                ..cell
            };
        }
        let lba = self.scenario.model.geometry.lba(self.number, sector);
        Cell {
            words: match self.scenario.model.reads() {
                true => format!("guard {guard} came at step {step}, reference tag {lba}"),
                false => format!("guard {guard} computed at step {step}, reference tag {lba}"),
            },
            first: guard,
            second: format!("ref {lba}"),
            ..cell
        }
    }

    fn checked(&self, cell: Cell, check: Check) -> Cell {
        let computed = self.guard(check.computed);
        let received = self.guard(check.received);
        let sign = if check.matched { "=" } else { "\u{2260}" };
        let verdict = if check.matched {
            format!("recomputed {computed}, as received")
        } else {
            format!("recomputed {computed}, but received {received}: refused")
        };
        Cell {
            second: format!("{received}{sign}\u{200b}{computed}"),
            failed: !check.matched,
            link: match check.matched {
                true => CellLink::Match,
                false => CellLink::Break,
            },
            fresh: cell.fresh || self.just(check.step),
            words: if cell.words.is_empty() {
                verdict
            } else {
                format!("{}; {verdict}", cell.words)
            },
            ..cell
        }
    }
}

//! The state of the page beside the run: what is open, chosen and said.

use crate::machine::{ActorId, PageId, SectorId};
use serde::{Deserialize, Serialize};

use super::course::{Attended, Progress};
use super::picture::Picture;

/// The speeds that a run can be played at, in quarters of the pace at which one reads.
pub const SPEEDS: [u32; 5] = [1, 2, 4, 8, 16];

/// The place in [`SPEEDS`] that a page begins with.
pub const USUAL_SPEED: usize = 2;

/// How many milliseconds a sentence takes to be read at one of the speeds: 200 words a minute, but no blink and no long
/// pause.
pub fn reading_time(sentence: &str, speed: usize) -> u32 {
    let words = sentence.split_whitespace().count() as u32;
    let quarters = SPEEDS[speed.min(SPEEDS.len() - 1)];
    (words * 300).clamp(800, 7000) * 4 / quarters
}

/// How far one press goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepSize {
    /// A line of a program as it is folded.
    #[default]
    Call,
    /// A step of the machine.
    Single,
}

impl StepSize {
    /// The other size.
    pub fn other(self) -> StepSize {
        match self {
            StepSize::Call => StepSize::Single,
            StepSize::Single => StepSize::Call,
        }
    }
}

/// A composite that the visitor has folded or unfolded by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folded {
    /// Whose program it is in.
    pub actor: ActorId,
    /// Its line.
    pub line: usize,
    /// Whether it is unfolded.
    pub open: bool,
}

/// The dialogs that can lie over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sheet {
    /// Keys and words.
    Keys,
    /// Link, text, figure, data.
    Share,
    /// The lessons.
    Course,
    /// A file of the visitor's that the page itself does not read.
    Opened,
}

/// The checker's panels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Panel {
    /// Verdicts, shortest schedules and odds.
    Verdicts,
    /// The race map.
    Map,
    /// What the ordering comes to in other kernels and on other devices.
    Matrix,
    /// Every single change of the scenario, and what comes of it.
    Mutants,
    /// What an ordering costs.
    Costs,
    /// Which steps the search reached, and how often.
    Coverage,
}

/// What the column at the side shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tab {
    /// The explanation of the step made last.
    #[default]
    Explain,
    /// A sector, byte by byte.
    Inspect,
    /// The same schedule in another build of the scenario.
    Compare,
    /// What the checker knows of every schedule.
    Check,
    /// The ordering, to be changed.
    Edit,
}

/// What lies over the stage where the window is too narrow for all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Drawer {
    /// The column at the side.
    Side,
    /// The programs of the actors.
    Programs,
}

/// Another build of the scenario, to be compared with the one on the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OtherBuild {
    /// No other build.
    #[default]
    None,
    /// The correct ordering: without the file's edits and without the visitor's.
    Unchanged,
    /// For another kernel, by its place in [`Era::ALL`](crate::protocol::Era::ALL).
    Era(usize),
    /// On another device, by its place in [`Device::ALL`](crate::scenario::Device::ALL).
    Device(usize),
}

/// A card with sentences, in which each glossary term is a button where it first occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Card {
    /// The step's sentence, above the stage.
    Sentence,
    /// A failure, by its place among those shown.
    Failure(u8),
    /// What the step made last is for.
    Step,
    /// The invariants broken so far.
    Broken,
    /// The steps behind a failure.
    Chain,
    /// What a lesson says of an answer, by its place.
    Answer(u8),
}

/// A glossary term in the sentences of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermRef {
    /// The card whose term was pressed.
    pub card: Card,
    /// The term, by its place in [`TERMS`](crate::protocol::TERMS).
    pub term: u8,
}

impl UiState {
    /// What of the stage is drawn.
    pub fn picture(&self) -> Picture {
        self.lesson.as_ref().map_or(Picture::ALL, Attended::picture)
    }

    /// Whether the visitor steps actors by hand: always, but for beats of a lesson that do not ask for it.
    pub fn by_hand(&self) -> bool {
        self.lesson.as_ref().is_none_or(Attended::by_hand)
    }

    /// Whether what can still come is shown: not to a learner, who is to find out.
    pub fn hints(&self) -> bool {
        self.lesson.as_ref().is_none_or(|it| it.whole)
    }

    /// The tab whose content the column at the side shows: a panel is part of what the checker knows.
    pub fn shown(&self) -> Tab {
        match self.panel {
            Some(_) => Tab::Check,
            None => self.tab,
        }
    }
}

/// The state of the page beside the run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UiState {
    /// Says what could not be done; empty if nothing is to be said.
    pub notice: String,
    /// The name of the scenario that could not be fetched, to be tried again.
    pub failed: Option<String>,
    /// Whether a newer build of the page lies ready.
    pub newer: bool,
    /// The title of what is being fetched.
    pub loading: String,
    /// Says what was done; empty if nothing is to be said.
    pub remark: String,
    /// Whether a file is held over the page.
    pub dropping: bool,
    /// Whether the run is being played.
    pub playing: bool,
    /// The speed to play at: an index into [`SPEEDS`].
    pub speed: usize,
    /// The page and the sector whose bytes the inspector shows.
    pub sector: (PageId, SectorId),
    /// The dialog that is open.
    pub sheet: Option<Sheet>,
    /// Whether the text for a mail has a line for every step.
    pub unfolded: bool,
    /// Which kernel's names the text for a mail has: 0 for the kernel on the stage, else one more than a place
    /// in [`Era::ALL`](crate::protocol::Era::ALL).
    pub names: usize,
    /// Which of the alternative castings of a pasted diagram is taken.
    pub casting: Option<usize>,
    /// The composites that the visitor has folded or unfolded by hand.
    pub folded: Vec<Folded>,
    /// How far one press goes.
    pub step_size: StepSize,
    /// The words that the list of orderings is searched for.
    pub find: String,
    /// How wide the timeline is, in CSS pixels; 0 as long as that is not known.
    pub tape: u16,
    /// The actors whose cards the visitor has folded or unfolded by hand.
    pub cards: Vec<ActorId>,
    /// The actors whose programs are shown with all their lines.
    pub lines: Vec<ActorId>,
    /// What the column at the side shows, while no panel is open.
    pub tab: Tab,
    /// What lies over the stage, in a narrow window.
    pub drawer: Option<Drawer>,
    /// Which build of the scenario the stage is compared with.
    pub other: OtherBuild,
    /// The timeline's zoom: 0 shows all of the run, n gives each step n times six pixels.
    pub zoom: u8,
    /// The failing step of which it is pointed out what is behind it.
    pub why: Option<usize>,
    /// Whether the inspector shows every byte of the sector, and not only those that differ.
    pub whole: bool,
    /// The byte at which the inspector follows the checksum's computation; none for the first byte that
    /// differs.
    pub crc_byte: Option<usize>,
    /// The checker's panel that is open.
    pub panel: Option<Panel>,
    /// How the table of mutants is sorted: by which column, and whether downwards.
    pub order: (usize, bool),
    /// The words of the mutants that the table shows; empty for those of the kind chosen.
    pub filter: String,
    /// Which kind of mutants the table shows.
    pub kind: usize,
    /// The two actors of the race map.
    pub racers: (ActorId, ActorId),
    /// The row and column of the race map that is pointed at.
    pub cell: Option<(usize, usize)>,
    /// Whether the window is too narrow for the names of steps on the race map.
    pub narrow: bool,
    /// The name of the scenario whose costs are compared.
    pub costs_of: String,
    /// Whether the checker works on the page's own thread, since no worker may run.
    pub slow: bool,
    /// Why there is no checker, where there is none.
    pub gone: Option<String>,
    /// The glossary term whose meaning is shown.
    pub term: Option<TermRef>,
    /// What on the page is asked about, as its element names it; empty for nothing.
    pub define: String,
    /// The beat of a lesson that is attended.
    pub lesson: Option<Attended>,
    /// How far the learner has come in each lesson.
    pub progress: Progress,
    /// Whether the page is for many to look at: large type, nothing but lesson, stage and sentence.
    pub projector: bool,
}

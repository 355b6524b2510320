//! Everything the page shows beside the run itself: what is open, chosen, said.

use serde::{Deserialize, Serialize};

use super::glossary::Word;

/// Steps a second to play at.
pub const SPEEDS: [u32; 4] = [1, 2, 5, 12];

/// What hangs over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sheet {
    /// Keys and words.
    Keys,
    /// Link, text, figure, data.
    Share,
}

/// The checker's panels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Panel {
    /// Verdicts, shortest schedules and odds.
    Verdicts,
    /// The race map.
    Map,
    /// Every single change.
    Mutants,
    /// What an ordering costs.
    Costs,
    /// What was reached.
    Coverage,
}

/// What the column at the side shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tab {
    /// The step in words.
    #[default]
    Explain,
    /// A sector, byte by byte.
    Inspect,
    /// The same schedule in another ordering.
    Beside,
}

/// Another build of the scenario, to be set beside the one on the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Other {
    /// None.
    #[default]
    None,
    /// Without anything that was changed: the file's edits and the visitor's.
    Unchanged,
    /// In another kernel, by its index.
    Era(usize),
    /// On another device, by its index.
    Device(usize),
}

/// What is beside the run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// A message about something that could not be done.
    pub notice: String,
    /// The name of the scenario that could not be fetched, to be tried again.
    pub failed: Option<String>,
    /// Whether a newer build of the page lies ready.
    pub newer: bool,
    /// The title of what is being fetched.
    pub loading: String,
    /// A message about something that was done.
    pub remark: String,
    /// Whether a file is held over the page.
    pub dropping: bool,
    /// Whether the run is played.
    pub playing: bool,
    /// Index into [`SPEEDS`].
    pub speed: usize,
    /// The page and the sector whose bytes are looked at.
    pub sector: (usize, usize),
    /// The sheet that is open.
    pub sheet: Option<Sheet>,
    /// Whether the text for a mail has a line for every step.
    pub unfolded: bool,
    /// Whose names it has: the kernel's on the stage, or, from 1, one of all.
    pub names: usize,
    /// Which of the other castings of a pasted diagram is taken.
    pub casting: Option<usize>,
    /// Program lines folded or unfolded by hand: actor and line.
    pub toggled: Vec<(usize, usize)>,
    /// Actors whose cards a visitor has folded or unfolded by hand.
    pub cards: Vec<usize>,
    /// Actors whose programs are shown with all their lines.
    pub lines: Vec<usize>,
    /// What the column at the side shows.
    pub tab: Tab,
    /// Which ordering is set beside.
    pub other: Other,
    /// How much of the timeline is seen: 0 all of it, else so many times six pixels a step.
    pub zoom: u8,
    /// Whether the steps behind a failure are pointed out.
    pub why: bool,
    /// Whether every byte of the sector is shown, and not only those that differ.
    pub whole: bool,
    /// The byte of the checksum's computation that is looked at; by itself the first that differs.
    pub crc_byte: Option<usize>,
    /// The checker's panel that is open.
    pub panel: Option<Panel>,
    /// How the table of changes is sorted: by which column, and whether downwards.
    pub order: (usize, bool),
    /// Which kind of changes the table shows.
    pub kind: usize,
    /// The two actors of the race map.
    pub racers: (u8, u8),
    /// The row and column of the race map that is pointed at.
    pub cell: Option<(usize, usize)>,
    /// Whether the window is too narrow for names on the race map.
    pub narrow: bool,
    /// The name of the ordering whose costs are set beside.
    pub costs_of: String,
    /// No worker may run here: the checker works on the page's own thread.
    pub slow: bool,
    /// Why there is no checker.
    pub gone: Option<String>,
    /// The word whose meaning is shown.
    pub term: Option<Word>,
}

//! Everything the page shows beside the run itself: what is open, chosen, said.

use serde::{Deserialize, Serialize};

use crate::scenario::Entry;

use super::glossary::Word;

/// Steps a second to play at.
pub const SPEEDS: [u32; 4] = [1, 2, 5, 12];

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

/// What is beside the run.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// A message about something that could not be done.
    pub notice: String,
    /// The scenario that could not be fetched, to be tried again.
    pub failed: Option<Entry>,
    /// What is being fetched.
    pub loading: &'static str,
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
    /// Whether the sheet of keys and words is open.
    pub help: bool,
    /// Program lines folded or unfolded by hand: actor and line.
    pub toggled: Vec<(usize, usize)>,
    /// What the column at the side shows.
    pub tab: Tab,
    /// Whether the steps behind a failure are pointed out.
    pub why: bool,
    /// The word whose meaning is shown.
    pub term: Option<Word>,
    /// The byte of the checksum's computation that is looked at.
    pub crc_byte: usize,
}

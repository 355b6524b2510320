//! What a visitor can ask the page for by pressing something on it.

use serde::{Deserialize, Serialize};

use super::glossary::Word;
use super::look::{Other, Panel, Sheet, Tab};
use crate::machine::{Choice, NodeId};
use crate::protocol::Edit;
use crate::scenario::Verdict;

/// One thing asked for; the page's `Desk::grant` does it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Wish {
    /// Back to the start.
    Reset,
    /// One step back.
    Back,
    /// One step forward.
    Forward,
    /// Play, or pause.
    Play,
    /// The next of the speeds.
    Speed,
    /// On to a failure.
    ToFailure,
    /// To a moment, counted in steps.
    Seek(usize),
    /// A step of an actor, and which way.
    Step(u8, u8),
    /// An actor's steps to the end of its line.
    StepLine(u8),
    /// To another of the runs tried.
    Switch(NodeId),
    /// Fold or unfold a line of an actor's program.
    ToggleLine(usize, usize),
    /// Fold or unfold an actor's card.
    ToggleCard(usize),
    /// Show all lines of an actor's program, or only those around the current one.
    Lines(usize),
    /// Set another ordering beside.
    Beside(Other),
    /// How much of the timeline is seen at once.
    Zoom(u8),
    /// Look at a sector: page and number.
    Sector(usize, usize),
    /// Look at a byte of the checksum's computation.
    CrcByte(usize),
    /// Show every byte of the sector, or only those that differ.
    Whole(bool),
    /// Show a sheet, or none.
    Sheet(Option<Sheet>),
    /// Put a text into the clipboard.
    Copy(String),
    /// Save a figure, by its address, as a picture of that name.
    Png(String, String),
    /// A line for every step in the text for a mail, or composites in one.
    Unfolded(bool),
    /// Whose names it has.
    Names(usize),
    /// Another casting of a pasted diagram's columns.
    Casting(usize),
    /// Read a pasted diagram with every scenario of the catalogue.
    Everywhere,
    /// Go to a link: what stands behind `#`.
    Visit(String),
    /// Take the message away.
    CloseNotice,
    /// Fetch again what could not be fetched.
    TryAgain,
    /// Load the page again.
    Reload,
    /// Take the newer build of the page.
    Update,
    /// Open a scenario of the catalogue by its name.
    Open(String),
    /// Take a link's way, which the browser does; the list closes.
    Follow(String),
    /// Another kernel: an index into all eras.
    Era(usize),
    /// Another device: an index into all devices.
    Device(usize),
    /// Take the visitor's changes back.
    Undo,
    /// Show or hide a panel of the checker's.
    Panel(Panel),
    /// Hide it.
    ClosePanel,
    /// Stop the search.
    StopChecking,
    /// A schedule onto the stage, to be walked from its start; it ends in that verdict.
    Walk(Vec<Choice>, Verdict),
    /// A schedule onto the stage, at its end.
    ShowEnd(Vec<Choice>),
    /// Try every single change.
    Mutate,
    /// Make further changes to the scenario; the run lies ahead.
    Change(Vec<Edit>, Vec<Choice>),
    /// Sort the table by a column.
    Sort(usize),
    /// Show changes of one kind.
    Kind(usize),
    /// The race map of two actors.
    Race(u8, u8),
    /// Set another ordering's costs beside, by its name.
    Compare(String),
    /// What the column at the side shows.
    Tab(Tab),
    /// Open the meaning of a word, or close it.
    Term(Word),
    /// Point out the steps behind a failure, or no longer.
    Why,
}

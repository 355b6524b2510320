//! The messages of the page: what a visitor asks for by using an element.

use serde::{Deserialize, Serialize};

use super::course::CourseMsg;
use super::editor::Sealed;
use super::ui_state::{Drawer, Folded, OtherBuild, Panel, Sheet, StepSize, Tab, TermRef};
use crate::machine::{ActorId, Choice, NodeId, PageId, SectorId};
use crate::protocol::{Edit, Era};
use crate::scenario::{Device, Verdict};

/// A message; `update` (`app/update.rs`) does what it asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Msg {
    /// Go back to the start of the run.
    Reset,
    /// Go one step back.
    Back,
    /// Go one step forward.
    Forward,
    /// Play the run, or pause.
    TogglePlay,
    /// Play at the next of the speeds.
    NextSpeed,
    /// Go on to a failure.
    ToFailure,
    /// Go to a moment of the run, counted in steps.
    Seek(usize),
    /// Make an actor's next step: the actor, and which way.
    Step(ActorId, u8),
    /// Make an actor's next step of the size that is not chosen.
    StepOther(ActorId),
    /// Make an actor's steps to the end of its line.
    StepLine(ActorId),
    /// Go one step back, of the size that is not chosen.
    BackOther,
    /// Go one step forward, of the size that is not chosen.
    ForwardOther,
    /// Choose how far one press goes.
    StepSize(StepSize),
    /// Go to another of the runs tried, by its end.
    SwitchRun(NodeId),
    /// Fold or unfold a composite of an actor's program.
    Fold(Folded),
    /// Fold or unfold an actor's card.
    ToggleCard(ActorId),
    /// Show all lines of an actor's program, or only those around the current one.
    ToggleLines(ActorId),
    /// Compare the run with the same turns in another build of the scenario.
    CompareWith(OtherBuild),
    /// Zoom the timeline.
    Zoom(u8),
    /// Inspect a sector: page and number.
    Sector(PageId, SectorId),
    /// Follow the checksum's computation at a byte.
    CrcByte(usize),
    /// Show every byte of the sector, or only those that differ.
    AllBytes(bool),
    /// Open a dialog, or close it.
    Sheet(Option<Sheet>),
    /// Put a text into the clipboard.
    CopyText(String),
    /// Save a figure as a PNG: the figure's address, the PNG's name.
    SavePng(String, String),
    /// Give every step its line in the text for a mail, or fold composites.
    MailUnfolded(bool),
    /// Choose whose names the text for a mail has: see [`UiState::names`](super::UiState::names).
    MailNames(usize),
    /// Read a diagram that was pasted.
    ReadDiagram(String),
    /// Read a pasted diagram with another casting of its columns.
    DiagramCasting(usize),
    /// Read a pasted diagram with every scenario of the catalogue.
    ReadWithAll,
    /// Go to a link: what stands behind `#`.
    GoToLink(String),
    /// Take the notice away.
    CloseNotice,
    /// Fetch again the scenario that could not be fetched.
    TryAgain,
    /// Load the page again.
    Reload,
    /// Load the newer build of the page.
    TakeNewBuild,
    /// Open a scenario of the catalogue by its name.
    OpenScenario(String),
    /// Follow a link to a scenario of the catalogue, which the browser does; the list closes.
    FollowLink(String),
    /// Take the run to another kernel, by its place in [`Era::ALL`](crate::protocol::Era::ALL).
    Era(usize),
    /// Take the run to another device, by its place in [`Device::ALL`](crate::scenario::Device::ALL).
    Device(usize),
    /// Take the run to another kernel and device.
    OpenAt(Era, Device),
    /// Look at the ordering in every other kernel and on every other device.
    FillMatrix,
    /// Take back the visitor's edits of the scenario.
    UndoEdits,
    /// Open a panel of the checker's, or close it if it is open.
    Panel(Panel),
    /// Close the panel.
    ClosePanel,
    /// Stop the search.
    StopChecking,
    /// Put a schedule onto the stage, to be walked through from its start; it ends in that verdict.
    WalkThrough(Vec<Choice>, Verdict),
    /// Put a schedule onto the stage, at its end.
    ShowEnd(Vec<Choice>),
    /// Try every single change of the scenario.
    TryMutants,
    /// Make further edits to the scenario, and put a run of it onto the stage.
    ApplyEdits(Vec<Edit>, Vec<Choice>),
    /// Sort the table of mutants by a column.
    SortMutants(usize),
    /// Show the orderings that have these words.
    FindOrdering(String),
    /// Show the mutants that have these words.
    FindChange(String),
    /// Show mutants of one kind.
    MutantKind(usize),
    /// Draw the race map of two actors.
    Racers(ActorId, ActorId),
    /// Compare the costs with those of another scenario, by its name.
    CompareCosts(String),
    /// Choose what the column at the side shows; in a narrow window, bring it over the stage or put it away.
    Tab(Tab),
    /// Bring something over the stage, in a narrow window; or put it away.
    Drawer(Option<Drawer>),
    /// Show the meaning of a glossary term, or hide it.
    ToggleTerm(TermRef),
    /// Point out what is behind the failure at a step, or no longer.
    Why(Option<usize>),
    /// Do something in the course.
    Course(CourseMsg),
    /// Do something in the editor.
    Edit(Sealed),
    /// Choose a line of an actor's program for the editor.
    EditLine(ActorId, usize),
    /// Do something in the editor with the list of drafts that are kept.
    Drafts(Sealed),
    /// Open a draft kept in this browser, by its key.
    OpenDraft(String),
    /// Forget a draft kept in this browser.
    ForgetDraft(String),
}

//! What the page and the worker tell each other. Messages are plain data and go over as bytes (postcard).

use serde::{Deserialize, Serialize};

use crate::explore::{CheckerRequest, Outlook};
use crate::machine::{Choice, World};

use super::course::{Attended, BeatRun, LessonFile};
use super::editor::{DraftAsked, Drafted};
use super::ui_state::UiState;
use super::vdom::Element;
use super::why::ChainMark;

/// What the page shows, as far as the worker must know to draw its sections.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RenderInput {
    /// Counts what was asked to be drawn; [`WorkerResponse::Rendered`] names it.
    pub number: u32,
    /// The check that the scenario belongs to.
    pub turn: u32,
    /// Whether the scenario is from a visitor's file.
    pub own: bool,
    /// The current run, to its end.
    pub run: Vec<Choice>,
    /// How many steps of it have been made.
    pub depth: usize,
    /// After how many of them the last press began, if it made several.
    pub began: Option<usize>,
    /// The state beside the run.
    pub ui: UiState,
    /// The page's address without what stands behind `#` and behind `?`.
    pub base: String,
}

/// What the page sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum WorkerRequest {
    /// A request for the checker.
    Checker(CheckerRequest),
    /// Draw what is shown now.
    Render(Box<RenderInput>),
    /// Find a shortest schedule to a cell of the race map: row and column.
    ScheduleToCell(usize, usize),
    /// Write the run as a text for a mail.
    MailText,
    /// Read a diagram that was pasted.
    ReadDiagram(String),
    /// Read it with further scenarios, too: their names and files.
    DiagramFiles(Vec<(String, String)>),
    /// Open the run that a saved figure carries.
    OpenFigure {
        /// Names the request in the response.
        number: u32,
        /// The figure.
        svg: String,
    },
    /// Open a run of a beat of a lesson.
    OpenBeat {
        /// Names the request in the response.
        number: u32,
        /// The lesson; none for the one opened last.
        lesson: Option<LessonFile>,
        /// The beat, counted from 0.
        beat: usize,
        /// Which run.
        which: BeatRun,
    },
    /// Do something in the editor; the number names the request in the response.
    Draft(u32, DraftAsked),
    /// Open a link.
    OpenLink {
        /// Names the request in the response.
        number: u32,
        /// What stands behind `#` in the address.
        link: String,
        /// The file of the scenario that the link names.
        text: String,
    },
}

/// A place in the page's frame whose section the worker draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Slot {
    /// The checker's result in one line.
    Result,
    /// The checker's panel that is open.
    Panel,
    /// The column at the side.
    Side,
    /// The dialog that is open.
    Sheet,
    /// The meaning of a glossary term in the step's sentence.
    TermMeaning,
    /// The steps behind a failure, under the step's sentence.
    Chain,
    /// What the thing that is pointed at is.
    Definition,
    /// The list of orderings.
    Orderings,
    /// The verdict beside the title.
    Badge,
    /// The beat of the lesson that is attended.
    Lesson,
    /// What the signs mean.
    Legend,
    /// The buttons of the checker's panels.
    Questions,
    /// What the ordering is before its first step, where it is not as its file has it.
    Elsewhere,
}

impl Slot {
    /// All slots, in the order of their numbers.
    pub const ALL: [Slot; 13] = [
        Slot::Result,
        Slot::Panel,
        Slot::Side,
        Slot::Sheet,
        Slot::TermMeaning,
        Slot::Chain,
        Slot::Definition,
        Slot::Orderings,
        Slot::Badge,
        Slot::Lesson,
        Slot::Legend,
        Slot::Questions,
        Slot::Elsewhere,
    ];
}

/// What the worker sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum WorkerResponse {
    /// The worker is there.
    Ready,
    /// What lies ahead at some moments; none where that is not known.
    Outlooks(Vec<(World, Outlook)>),
    /// A schedule that was asked for.
    Schedule(Vec<Choice>),
    /// A shortest failure, from the moment asked about.
    Failure(Vec<Choice>),
    /// No failure lies ahead of the moment asked about: whether all states were looked at, and how many.
    NoFailure(bool, u32),
    /// Something could not be done.
    Failed(String),
    /// A scenario that was to be built, or what is wrong with its file.
    Built(u32, Result<Vec<u8>, String>),
    /// The run of a link, a figure or a lesson's beat, or why it cannot be opened.
    Opened(u32, Result<Box<OpenedRun>, String>),
    /// What became of a request for a draft.
    Drafted(Box<Drafted>),
    /// The run as a text for a mail.
    MailText(String),
    /// The link of what is shown: what stands behind `#`; empty where it has none.
    Link(String),
    /// The steps that the timeline marks as being behind a failure.
    Chain(Vec<ChainMark>),
    /// A section, drawn anew.
    Section(Slot, Element),
    /// All sections are drawn for the input of that number.
    Rendered(u32),
}

/// The run that a link or a figure names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OpenedRun {
    /// A link to go to instead, where the page must fetch the scenario; else empty.
    pub link: String,
    /// Whether the scenario is a visitor's own.
    pub own: bool,
    /// The scenario, [packed](crate::scenario::Packed).
    pub packed: Vec<u8>,
    /// The run, as far as it is possible.
    pub run: Vec<Choice>,
    /// The moment shown.
    pub at: usize,
    /// What is open, in the words of [`route_words`](super::route_words()).
    pub route: Vec<String>,
    /// What is different from what was linked; empty if nothing is.
    pub changed: String,
    /// The beat of a lesson that the run belongs to, if it does: it is played from the moment shown to its end.
    pub attended: Option<Attended>,
}

/// A response, and the turn of the check that it belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerMessage {
    /// The turn of the check.
    pub turn: u32,
    /// The response.
    pub response: WorkerResponse,
}

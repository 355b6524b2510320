//! What a visitor wants to see of a capture.

use serde::{Deserialize, Serialize};

/// Where events are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// Under the folio of that number.
    Folio(u32),
    /// Under the outcome of that number.
    Outcome(u32),
    /// Under the field for a line.
    Line,
}

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaptureMsg {
    /// Stop reading the file.
    Cancel,
    /// Away from what was opened last, to the capture that was there before.
    Back,
    /// Open the list of a rule's outcomes of one kind, or close it.
    List(u8, u8),
    /// Show another part of that list.
    ListFrom(u8, u8, u32),
    /// Open the events of a place, or close them.
    Events(Place),
    /// Show them from another one on.
    EventsFrom(Place, u32),
    /// Show the line of the value.
    Line,
    /// Show the original text of an event, or hide it.
    Text(u32),
    /// Draw the folios over time, or over lines.
    ByTime(bool),
    /// Sort the folios.
    Order(u8),
    /// Show other folios: from the one at that place on.
    Folios(u32),
    /// Make a scenario of a round of a folio, or put it away: the folio, and the number of the round.
    Draft(u32, u32),
    /// Draw a stretch of a folio as a diagram, which is read as if it had been pasted: the folio, and the stretch's number.
    Diagram(u32, u32),
}

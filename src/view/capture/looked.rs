//! A capture that was read, with what of it is looked at.

use std::collections::BTreeMap;

use crate::exchange::capture::{Capture, Finding, Outcome};

use crate::scenario::Scenario;

use super::super::capture_msg::Place;
use super::super::vdom::Element;

/// What the capture says of a folio, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// How often a rule is broken.
    pub broken: u32,
    /// How often it does not hold, and need not.
    pub not_asked: u32,
    /// How often the capture cannot tell.
    pub unknown: u32,
}

/// A capture that was read, and what of it is looked at.
pub(super) struct Looked {
    pub capture: Capture,
    /// Of each folio.
    pub tallies: Vec<Tally>,
    /// How many processors came up.
    pub cpus: usize,
    /// Whether folios are drawn over time.
    pub by_time: bool,
    /// How they are sorted: the place in [`ORDERS`].
    pub order: usize,
    /// The folios in that order.
    pub sorted: Vec<u32>,
    /// From which of them on they are shown.
    pub first: usize,
    /// The lists of outcomes that are open, by rule and finding, and from which outcome on.
    pub lists: BTreeMap<(u8, u8), usize>,
    /// The places whose events are open, and from which event on.
    pub open: Vec<(Place, usize)>,
    /// What was asked for last in the field for a line, and what came of it: its events, or why there are none.
    pub line: Result<(u32, Option<u32>), String>,
    /// The rounds that are scenarios, drawn: by folio and number.
    pub drafts: BTreeMap<(u32, u32), Element>,
    /// The orderings of the catalogue, once somebody has asked which of them explain a round.
    pub catalogue: Vec<Scenario>,
    /// The original text of events.
    pub texts: BTreeMap<u32, String>,
}

/// The events of an outcome, by their numbers.
pub(super) fn events_of(outcome: &Outcome) -> Vec<u32> {
    let mut events: Vec<u32> = outcome.at.to_vec();
    events.retain(|it| *it != u32::MAX);
    events.sort_unstable();
    events.dedup();
    events
}

impl Looked {
    /// A capture just read.
    pub fn new(capture: Capture) -> Looked {
        let mut tallies = vec![Tally::default(); capture.folios.len()];
        for outcome in &capture.outcomes {
            if let Some(tally) = tallies.get_mut(outcome.folio as usize) {
                match outcome.finding {
                    Finding::Broken => tally.broken += 1,
                    Finding::NotAsked => tally.not_asked += 1,
                    Finding::Unknown => tally.unknown += 1,
                    Finding::Kept => {}
                }
            }
        }
        let mut cpus: Vec<u16> = Vec::new();
        for event in &capture.events {
            if !cpus.contains(&event.cpu) {
                cpus.push(event.cpu);
            }
        }
        Looked {
            tallies,
            cpus: cpus.len(),
            by_time: false,
            order: 0,
            sorted: Vec::new(),
            first: 0,
            lists: BTreeMap::new(),
            open: Vec::new(),
            line: Err(String::new()),
            drafts: BTreeMap::new(),
            catalogue: Vec::new(),
            texts: BTreeMap::new(),
            capture,
        }
    }

    /// The folio whose events a place shows.
    pub fn folio_of(&self, place: Place) -> Option<u32> {
        let folio = match place {
            Place::Folio(folio) => Some(folio),
            Place::Outcome(at) => self.capture.outcomes.get(at as usize).map(|it| it.folio),
            Place::Line => self.line.as_ref().ok().and_then(|it| it.1),
        };
        folio.filter(|it| (*it as usize) < self.capture.folios.len())
    }

    /// The first event that a place is to show, by its place in the folio's list.
    pub fn begins(&self, place: Place) -> usize {
        let event = match place {
            Place::Folio(_) => None,
            Place::Outcome(at) => {
                let outcome = self.capture.outcomes.get(at as usize);
                outcome.and_then(|it| events_of(it).first().copied())
            }
            Place::Line => self.line.as_ref().ok().map(|it| it.0),
        };
        let Some(event) = event else { return 0 };
        let at = match self.folio_of(place) {
            Some(folio) => {
                let events = &self.capture.folios[folio as usize].events;
                events.partition_point(|it| *it < event)
            }
            // Without a folio the events of everybody around the line are shown.
            None if place == Place::Line => event as usize,
            None => 0,
        };
        at.saturating_sub(3)
    }
}

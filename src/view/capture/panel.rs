//! A capture that was read: does what is asked for, and draws what is to be seen then.

use crate::exchange::capture::Capture;
use crate::scenario::{Variant, load_variant};

use super::super::capture_msg::{CaptureMsg, Place};
use super::super::vdom::{Attr, el};
use super::looked::Looked;
use super::read_file::{Fate, ReadFile};
use super::strips::ORDERS;
use super::{overview, round, strips};

/// Reads bytes of the file again: from where, and how many at most. None where the file is gone or was changed.
pub type ReadAgain<'a> = &'a dyn Fn(u64, usize) -> Option<Vec<u8>>;

/// Most places whose events are open at a time: what is open is drawn anew at each press.
const MOST_OPEN: usize = 4;
/// Most bytes shown of a line.
const MOST_OF_LINE: usize = 4_000;

/// A capture that was read: draws what is asked for of it.
pub struct CapturePanel {
    looked: Looked,
}

impl CapturePanel {
    /// A capture just read.
    pub fn new(capture: Capture) -> CapturePanel {
        let mut panel = CapturePanel {
            looked: Looked::new(capture),
        };
        panel.sort();
        panel
    }

    fn sort(&mut self) {
        let (folios, tallies) = (&self.looked.capture.folios, &self.looked.tallies);
        let mut sorted: Vec<u32> = (0..).take(folios.len()).collect();
        let events = |it: u32| folios[it as usize].events.len();
        // What comes first stays first among equals.
        match ORDERS[self.looked.order] {
            // And of those alike the one that more is known of.
            "what is broken first" => sorted.sort_by_key(|it| {
                let tally = tallies[*it as usize];
                std::cmp::Reverse((tally.broken, tally.not_asked, events(*it)))
            }),
            "most events first" => sorted.sort_by_key(|it| std::cmp::Reverse(events(*it))),
            "by place in the file" => sorted.sort_by_key(|it| {
                let folio = &folios[*it as usize];
                (folio.inode.is_none(), folio.inode, folio.index)
            }),
            _ => {}
        }
        (self.looked.sorted, self.looked.first) = (sorted, 0);
    }

    fn show(&mut self, place: Place, from: usize) {
        self.looked.open.retain(|it| it.0 != place);
        if self.looked.open.len() >= MOST_OPEN {
            self.looked.open.remove(0);
        }
        self.looked.open.push((place, from));
    }

    /// Looks for a line that somebody wants to see.
    fn go_to_line(&mut self, value: &str) {
        self.looked.open.retain(|it| it.0 != Place::Line);
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        let Ok(line) = digits.parse::<u32>() else {
            self.looked.line = Err(match value.trim().is_empty() {
                true => String::new(),
                false => "A line is asked for by its number.".to_owned(),
            });
            return;
        };
        let events = &self.looked.capture.events;
        let at = events.partition_point(|it| it.line < line);
        if at == events.len() {
            let last = events.last().map_or(0, |it| it.line);
            self.looked.line = Err(format!(
                "Nothing about writeback comes at line {line} or behind it; the last such line is {last}."
            ));
            return;
        }
        let event = at as u32;
        let has = |it: &u32| {
            let events = &self.looked.capture.folios[*it as usize].events;
            events.binary_search(&event).is_ok()
        };
        let folio = (0..).take(self.looked.capture.folios.len()).find(has);
        self.looked.line = Ok((event, folio));
        let from = self.looked.begins(Place::Line);
        self.show(Place::Line, from);
    }

    /// Does what is asked for, and draws what is to be seen then; `value` is that of the field, if one asks.
    pub fn used(&mut self, msg: CaptureMsg, value: &str, again: ReadAgain) -> ReadFile {
        match msg {
            // The checker's worker does these.
            CaptureMsg::Cancel | CaptureMsg::Back => {}
            CaptureMsg::List(rule, finding) => {
                if self.looked.lists.remove(&(rule, finding)).is_none() {
                    self.looked.lists.insert((rule, finding), 0);
                }
            }
            CaptureMsg::ListFrom(rule, finding, from) => {
                self.looked.lists.insert((rule, finding), from as usize);
            }
            CaptureMsg::Events(place) => {
                let before = self.looked.open.len();
                self.looked.open.retain(|it| it.0 != place);
                if self.looked.open.len() == before {
                    let from = self.looked.begins(place);
                    self.show(place, from);
                }
            }
            CaptureMsg::EventsFrom(place, from) => {
                if let Some(open) = self.looked.open.iter_mut().find(|it| it.0 == place) {
                    open.1 = from as usize;
                }
            }
            CaptureMsg::Line => self.go_to_line(value),
            CaptureMsg::Text(event) => {
                if self.looked.texts.remove(&event).is_none()
                    && let Some(at) = self.looked.capture.events.get(event as usize)
                {
                    let text = again(at.offset, MOST_OF_LINE).map_or_else(
                        || "The file was changed or taken away since it was read.".to_owned(),
                        |bytes| {
                            let line = bytes.split(|it| *it == b'\n').next().unwrap_or_default();
                            String::from_utf8_lossy(line).trim().to_owned()
                        },
                    );
                    self.looked.texts.insert(event, text);
                }
            }
            CaptureMsg::ByTime(by_time) => self.looked.by_time = by_time,
            CaptureMsg::Order(order) => {
                self.looked.order = usize::from(order).min(ORDERS.len() - 1);
                self.sort();
            }
            CaptureMsg::Folios(first) => self.looked.first = first as usize,
            CaptureMsg::Draft(folio, number) => {
                if self.looked.drafts.remove(&(folio, number)).is_none()
                    && let Some(round) = self.looked.capture.stretches(folio).get(number as usize)
                {
                    let drawn = round::draft(&self.looked, folio, *round);
                    self.looked.drafts.insert((folio, number), drawn);
                }
            }
            CaptureMsg::Diagram(folio, stretch) => {
                if let Some(diagram) = self.diagram(folio, stretch as usize) {
                    return diagram;
                }
            }
        }
        self.drawn()
    }

    /// Takes the orderings of the catalogue, and says of the rounds that are open which of them explain them.
    pub fn take_catalogue(&mut self, files: &[(String, String)]) -> ReadFile {
        let built = files
            .iter()
            .filter_map(|(slug, text)| load_variant(slug, text, &Variant::default()).ok());
        self.looked.catalogue = built.collect();
        let open: Vec<(u32, u32)> = self.looked.drafts.keys().copied().collect();
        for (folio, number) in open {
            let rounds = self.looked.capture.stretches(folio);
            if let Some(round) = rounds.get(number as usize) {
                let drawn = round::draft(&self.looked, folio, *round);
                self.looked.drafts.insert((folio, number), drawn);
            }
        }
        self.drawn()
    }

    /// A stretch of a folio as a diagram, to be read as one that was pasted.
    fn diagram(&self, folio: u32, stretch: usize) -> Option<ReadFile> {
        let capture = &self.looked.capture;
        let stretch = *capture.stretches(folio).get(stretch)?;
        let events = &capture.folios.get(folio as usize)?.events;
        let line = |at: usize| events.get(at).map(|it| capture.events[*it as usize].line);
        let (from, to) = (line(stretch.from)?, line(stretch.to.checked_sub(1)?)?);
        let name = format!(
            "{}, lines {from} to {to} of {}",
            capture.folio_name(folio),
            capture.name
        );
        let text = capture.diagram(folio, stretch);
        let view = el("pre", "mail")
            .attr(Attr::TabIndex, "0")
            .attr(Attr::Label, "The stretch as a diagram")
            .text(&text);
        Some(ReadFile {
            name,
            fate: Fate::Text(text),
            view,
        })
    }

    /// As it is to be seen.
    pub fn drawn(&self) -> ReadFile {
        ReadFile {
            name: self.looked.capture.name.clone(),
            fate: Fate::Capture,
            view: el("div", "")
                .attr(Attr::Part, "capture")
                .child(overview::answer(&self.looked))
                .child(overview::rules(&self.looked))
                .child(strips::folios(&self.looked))
                .child(overview::facts(&self.looked)),
        }
    }
}

//! A stretch of a folio's history as a diagram: a column a task, a line an event, as it is drawn for a mail.

use std::fmt::Write as _;

use super::Capture;
use super::event::What;

/// Most events of a stretch that becomes a diagram.
const MOST_EVENTS: usize = 120;

/// Events of a folio that belong together: it is made dirty, written, and written into again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first event, by its place in the folio's list.
    pub from: usize,
    /// The event behind the last.
    pub to: usize,
}

impl Capture {
    /// The rounds of a folio: each begins with what makes it dirty, or with its cleaning, and lasts until the next begins.
    pub fn stretches(&self, folio: u32) -> Vec<Stretch> {
        let events = self
            .folios
            .get(folio as usize)
            .map_or(&[][..], |it| &it.events);
        let (mut all, mut from): (Vec<Stretch>, usize) = (Vec::new(), 0);
        let (mut ended, mut faulting): (bool, Vec<u16>) = (false, Vec::new());
        for (at, number) in events.iter().enumerate() {
            let event = &self.events[*number as usize];
            let begins = match event.what() {
                What::Fault | What::MkwriteCalled => !faulting.contains(&event.task),
                What::ClearedForIo => true,
                _ => false,
            };
            if ended && begins && faulting.is_empty() && at > from {
                all.push(Stretch { from, to: at });
                (from, ended) = (at, false);
            }
            match event.what() {
                What::Fault | What::MkwriteCalled if !faulting.contains(&event.task) => {
                    faulting.push(event.task);
                }
                What::Unlocked | What::Fault => faulting.retain(|it| *it != event.task),
                What::WritebackEnded => ended = true,
                _ => {}
            }
        }
        if from < events.len() {
            all.push(Stretch {
                from,
                to: events.len(),
            });
        }
        all
    }

    /// A stretch as a diagram, at most 120 events of it.
    pub fn diagram(&self, folio: u32, stretch: Stretch) -> String {
        let events = self
            .folios
            .get(folio as usize)
            .map_or(&[][..], |it| &it.events);
        let to = stretch.to.min(stretch.from + MOST_EVENTS).min(events.len());
        let events = &events[stretch.from.min(to)..to];
        let mut columns: Vec<u16> = Vec::new();
        for number in events {
            let event = &self.events[*number as usize];
            if !columns.contains(&event.task) {
                columns.push(event.task);
            }
        }
        let labels: Vec<String> = columns
            .iter()
            .map(|it| self.task_name(*it).replace(' ', "_"))
            .collect();
        let mut lines: Vec<(usize, String)> = Vec::new();
        for number in events {
            let event = &self.events[*number as usize];
            let column = columns.iter().position(|it| *it == event.task).unwrap_or(0);
            let call = format!("{}()", event.name());
            lines.push((column, format!("{call}  [{}]", event.line)));
        }
        let width = lines
            .iter()
            .map(|it| it.1.len())
            .chain(labels.iter().map(String::len))
            .max();
        let width = width.unwrap_or(0) + 3;
        let mut text = String::new();
        let mut heading = String::new();
        for label in &labels {
            let _ = write!(heading, "{label:width$}");
        }
        let _ = writeln!(text, "{}", heading.trim_end());
        for (column, line) in lines {
            let _ = writeln!(text, "{:indent$}{line}", "", indent = column * width);
        }
        text
    }
}

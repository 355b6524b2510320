//! Runs as the column diagrams of kernel mail.
//!
//! One column for an actor, or for several that take over from each other, one event a line, time
//! downwards; at most 72 columns of plain ASCII, without tabs. Section 11 of the dossier has the
//! conventions.

mod call;
mod columns;
mod events;
mod focus;
mod heading;
mod layout;
mod notes;
pub(in crate::exchange) mod plain;
mod prose;
mod read;

use serde::{Deserialize, Serialize};

use crate::explore::Story;
use crate::protocol::Era;
use crate::scenario::{Scenario, Verdict};
pub use call::ascii;
use columns::{columns, name, names_actor};
use events::events;
use focus::shown;
use layout::{Strip, paragraph, wrap};
pub use read::{
    Drawn, Missing, Placement, Rank, ReadColumn, ReadError, ReadLine, Reading, Reorder, read,
    read_as,
};

/// Most characters of a line, links excepted, so that a mail that quotes it twice still fits a terminal.
pub const WIDTH: usize = 72;

/// Which lines a diagram has for a composite: one for the call, or one for each step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    /// A composite is one line where nobody else moves meanwhile, nobody waits for what it does, and the run's failure
    /// has nothing to do with what is inside.
    #[default]
    Folded,
    /// Every step is a line, but for what is done to several sectors in a row.
    Unfolded,
}

/// What a diagram looks like, and the text around it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// Whether composites are folded.
    pub detail: Detail,
    /// The kernel whose names are used; none for the scenario's.
    pub era: Option<Era>,
    /// What a search of every order of steps has found, if it is complete.
    pub searched: Option<Searched>,
    /// The address of the run, if it has one. It stands on a line of its own, which is never wrapped.
    pub link: Option<String>,
}

/// A search that looked at everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searched {
    /// How many states there are.
    pub states: u32,
    /// What can come of the ordering; empty if it is safe.
    pub found: Vec<Verdict>,
}

/// A run up to the moment shown, as plain text to be pasted into a mail.
///
/// The lines below the columns' labels determine the run: [`read`] gets the same choices out of them.
pub fn write(scenario: &Scenario, story: &Story, options: &Options) -> String {
    let era = options.era.unwrap_or(scenario.era);
    let mut out = paragraph(&ascii(&heading::title(scenario, era)));
    out += &paragraph(&ascii(&heading::setting(scenario, era)));
    if let Some(claim) = heading::claim(scenario, era) {
        part(&mut out, &paragraph(&ascii(&claim)));
    }
    part(&mut out, &draw(scenario, story, options));
    if let Some(link) = &options.link {
        let link: String = link.chars().filter(char::is_ascii_graphic).collect();
        part(&mut out, &format!("Link: {link}\n"));
    }
    out
}

/// The diagram alone, and below it what failed and how the run ended.
pub fn draw(scenario: &Scenario, story: &Story, options: &Options) -> String {
    let mut out = table(scenario, story, options);
    part(&mut out, &prose::verdict(scenario, story, options));
    out
}

/// Adds a paragraph to the text, after an empty line.
fn part(out: &mut String, text: &str) {
    if !out.is_empty() && !text.is_empty() {
        out.push('\n');
    }
    *out += text;
}

/// The columns: header, dashes and events.
fn table(scenario: &Scenario, story: &Story, options: &Options) -> String {
    let events = events(scenario, story, options, &shown(scenario, story));
    let columns = columns(scenario, story, &events);
    let mut out = String::new();
    let mut labels: Vec<Vec<String>> = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let width = columns.get(at + 1).map_or(WIDTH, |next| next.at) - column.at - 2;
        let processors = columns[..at].iter().filter(|it| !it.is_device(scenario));
        let label = column.label(scenario, processors.count());
        labels.push(wrap(&label, width, width, width));
    }
    let dashes = |it: &Vec<String>| "-".repeat(it.iter().map(String::len).max().unwrap_or(0));
    let rows = labels.iter().map(Vec::len).max().unwrap_or(0);
    for row in 0..=rows {
        let mut line = String::new();
        for (column, label) in columns.iter().zip(&labels) {
            let text = match row == rows {
                true => dashes(label),
                // A label of fewer lines than others stands lower, right above its dashes.
                false => match (row + label.len()).checked_sub(rows) {
                    Some(at) => label[at].clone(),
                    None => continue,
                },
            };
            line = format!("{line:width$}{text}", width = column.at);
        }
        if !columns.is_empty() {
            out += line.trim_end();
            out.push('\n');
        }
    }
    for (at, event) in events.iter().enumerate() {
        let with = |it: &columns::Column| it.actors.contains(&event.actor);
        let Some(place) = columns.iter().position(with) else {
            continue;
        };
        let text = match names_actor(&columns[place], &events, at) {
            true => format!("{}: {}", name(scenario, event.actor), event.text),
            false => event.text.clone(),
        };
        let strip = Strip {
            at: columns[place].at,
            next: columns.get(place + 1).map(|it| it.at),
        };
        strip.put(&mut out, event.depth, &text, &event.notes);
    }
    out
}

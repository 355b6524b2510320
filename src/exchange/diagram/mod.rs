//! Runs as the column diagrams of kernel mail.
//!
//! One column for an actor, or for several that take over from each other, one event a line, time
//! downwards; at most 72 columns of plain ASCII, without tabs. Section 11 of the dossier has the
//! conventions.

mod call;
mod columns;
mod events;
mod layout;
mod notes;
mod prose;
mod read;

use serde::{Deserialize, Serialize};

use crate::explore::Story;
use crate::protocol::Era;
use crate::scenario::Scenario;
pub use call::ascii;
use columns::{columns, name, names_actor};
use events::events;
use layout::{Strip, paragraph, wrap};
pub use read::{Missing, Placement, Rank, ReadColumn, ReadError, ReadLine, Reading, read, read_as};

/// Most characters of a line, links excepted, so that a mail that quotes it twice still fits a terminal.
pub const WIDTH: usize = 72;

/// Which lines a diagram has for a composite: one for the call, or one for each step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    /// A composite is one line where nobody else moves meanwhile, and nobody waits for what it does.
    #[default]
    Folded,
    /// Every step is a line.
    Unfolded,
}

/// What columns are called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Labels {
    /// By the actors' names.
    #[default]
    Actors,
    /// `CPU0`, `CPU1`, with a legend above.
    Cpus,
}

/// What a diagram looks like, and the text around it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// The first line, if there is to be one.
    pub title: Option<String>,
    /// A sentence below the title, if there is to be one.
    pub claim: Option<String>,
    /// Whether composites are folded.
    pub detail: Detail,
    /// The kernel whose names are used; none for the scenario's.
    pub era: Option<Era>,
    /// What columns are called.
    pub labels: Labels,
    /// How likely such a failure is, in a sentence or two, if the checker has found that out.
    pub odds: Option<String>,
    /// The address of the run, if it has one. It stands on a line of its own, which is never wrapped.
    pub link: Option<String>,
}

/// A run up to the moment shown, as plain text to be pasted into a mail.
///
/// The lines below the columns' labels determine the run: [`read`] gets the same choices out of them.
pub fn write(scenario: &Scenario, story: &Story, options: &Options) -> String {
    let mut out = String::new();
    for text in [&options.title, &options.claim].into_iter().flatten() {
        part(&mut out, &paragraph(&ascii(text)));
    }
    part(&mut out, &table(scenario, story, options));
    part(&mut out, &prose::verdict(scenario, story));
    if !scenario.edits.is_empty() {
        let edits = scenario.edits.join("; ");
        let text = format!("Changed from the correct ordering: {edits}.");
        part(&mut out, &paragraph(&ascii(&text)));
    }
    if let Some(odds) = &options.odds {
        part(&mut out, &paragraph(&ascii(odds)));
    }
    if let Some(link) = &options.link {
        let link: String = link.chars().filter(char::is_ascii_graphic).collect();
        part(&mut out, &format!("Link: {link} [1]\n"));
    }
    out
}

/// Adds a paragraph to the text, after an empty line.
fn part(out: &mut String, text: &str) {
    if !out.is_empty() && !text.is_empty() {
        out.push('\n');
    }
    *out += text;
}

/// The columns: legend, header, dashes and events.
fn table(scenario: &Scenario, story: &Story, options: &Options) -> String {
    let events = events(scenario, story, options);
    let columns = columns(scenario, story, &events);
    let mut out = String::new();
    let mut labels: Vec<Vec<String>> = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let label = column.label(scenario);
        let width = columns.get(at + 1).map_or(WIDTH, |next| next.at) - column.at - 2;
        labels.push(match options.labels {
            Labels::Actors => wrap(&label, width, width, width),
            Labels::Cpus => {
                out += &paragraph(&format!("CPU{at}: {label}"));
                vec![format!("CPU{at}")]
            }
        });
    }
    if options.labels == Labels::Cpus && !out.is_empty() {
        out.push('\n');
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

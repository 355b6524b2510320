//! Reads a pasted column diagram as a run, whether this program wrote it or somebody drew it in a kernel commit or
//! mail.
//!
//! A diagram that [`write`](super::write) made gives the very run it was made of. In any other, each line that names a
//! step or composite of its column's actor brings that actor up to it and through it; steps that no line names are
//! filled in, and the reading says which.
//!
//! Lines with the following have no place in a run, and the reading says so line by line:
//! - functions without a counterpart in the model (`find_get_pages_range_tag()`, `cond_resched()`),
//!   and functions that call the one that matters, where the actor's program has no such composite;
//! - conditions, assignments and data structures (`wbc->nr_to_write--`, `if (ret)`, bit masks), but
//!   for `PageWriteback?` and the like;
//! - "goto", loops and "again" written as words or arrows; two diagrams in one text (the first
//!   counts), and columns without a header, or side by side with line numbers between them;
//! - events drawn in the order of cause rather than time: a line above another is taken to be
//!   earlier;
//! - text that goes on in the next line without an open parenthesis, and all but the first function on
//!   a line;
//! - a column that stands for several tasks, where none of its lines says so as `name:` does;
//! - interrupts, preemption and memory barriers.

mod casting;
mod names;
mod place;
mod placement;
mod reorder;
mod sheet;

use serde::{Deserialize, Serialize};

use super::columns::name;
use crate::machine::{ActorId, Choice};
use crate::scenario::Scenario;
use casting::castings;
use names::ParsedLine;
use place::{Casting, Placed, Placer};
pub use placement::{Missing, Placement};
use reorder::reorders;
pub use reorder::{Drawn, Reorder};
use sheet::Sheet;

/// Most steps that are tried for one text.
const BUDGET: usize = 400_000;
/// Most scenarios that are tried for a text that names none.
const MOST_TRIED: usize = 8;

/// A text that is no diagram.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The text is too long.
    #[error("The text has {found} bytes; at most {most} are read. Paste the diagram alone.")]
    TooLong {
        /// How many bytes it has.
        found: usize,
        /// Most that are read.
        most: usize,
    },
    /// The text has too many lines.
    #[error("The text has {found} lines; at most {most} are read. Paste the diagram alone.")]
    TooManyLines {
        /// How many lines it has.
        found: usize,
        /// Most that are read.
        most: usize,
    },
    /// No line of the text looks like labels over columns.
    #[error(
        "No line of the text has labels over columns, such as \"CPU0\" and \"CPU1\" with two blanks or more between them. Paste the diagram with its heading."
    )]
    NoHeader,
    /// The text has labels, but no lines below them.
    #[error(
        "Below the labels in line {line} there is nothing. Paste the lines of the diagram too."
    )]
    Empty {
        /// The line of the labels, from 1.
        line: usize,
    },
    /// There is no scenario to read the diagram with.
    #[error("There is no scenario to read the diagram with. Open one first.")]
    NoScenario,
}

/// A column of a pasted diagram.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadColumn {
    /// The label over the column.
    pub label: String,
    /// The actors that the column stands for, first the one that lines without a name are about; empty if none does.
    pub actors: Vec<ActorId>,
}

/// A line of a pasted text, or what one column has of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadLine {
    /// Its number, from 1.
    pub number: usize,
    /// Its text, without quote marks.
    pub text: String,
    /// What it stands for in the run, or why for nothing.
    pub placement: Placement,
}

/// How much of a diagram another scenario could place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rank {
    /// The scenario's name in links.
    pub slug: String,
    /// How many lines it places.
    pub placed: usize,
}

/// A run out of a pasted diagram.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The scenario's name in links.
    pub slug: String,
    /// The columns, with the actors they stand for.
    pub columns: Vec<ReadColumn>,
    /// Other castings that place as many lines: the actors of each column. Where there are any, the visitor must
    /// choose; [`read_as`] reads the text with the chosen one.
    pub alternatives: Vec<Vec<Vec<ActorId>>>,
    /// For each page of the scenario the number that the text is taken to call it by: the model's number, or, where the
    /// text has a number too large for that, the page's index in its file.
    pub pages: Vec<u32>,
    /// The run.
    pub choices: Vec<Choice>,
    /// Every line that is not blank.
    pub lines: Vec<ReadLine>,
    /// How many lines have a place.
    pub placed: usize,
    /// Lines without one that would have it in another order of the program.
    pub reorders: Vec<Reorder>,
    /// The address below the diagram, if the text has one.
    pub link: Option<String>,
    /// The other scenarios that were tried, those that place most lines first.
    pub others: Vec<Rank>,
}

impl Reading {
    /// The choices of the run that no line names, counted from 0.
    pub fn filled_in(&self) -> Vec<usize> {
        let named = |step: &usize| {
            let mut lines = self.lines.iter();
            lines.any(|it| matches!(&it.placement, Placement::Steps { steps, .. } if steps.contains(step)))
        };
        (0..self.choices.len()).filter(|it| !named(it)).collect()
    }

    /// The lines that have no place in the run, each with the reason.
    pub fn missing(&self) -> impl Iterator<Item = (&ReadLine, &Missing)> {
        self.lines.iter().filter_map(|line| match &line.placement {
            Placement::Missing(why) => Some((line, why)),
            _ => None,
        })
    }
}

/// Reads a diagram with the scenario that places most of its lines; if the text has a link that names a scenario, with
/// that one and no other.
///
/// # Errors
/// [`ReadError`] where the text is no diagram. Lines that have no place are no error: the reading
/// has them, with the reason.
pub fn read(text: &str, scenarios: &[&Scenario]) -> Result<Reading, ReadError> {
    let sheet = sheet(text, scenarios)?;
    let linked = |it: &&&Scenario| {
        let link = sheet.link.as_deref().unwrap_or("");
        link.split(['#', '/', '?', '&', '='])
            .any(|part| part == it.slug)
    };
    let named: Vec<&&Scenario> = scenarios.iter().filter(linked).take(1).collect();
    let all = match named.is_empty() {
        true => scenarios.iter().collect(),
        false => named,
    };
    let cast = all.into_iter().map(|it| (*it, castings(it, &sheet)));
    let mut tried: Vec<(&Scenario, _)> = cast.collect();
    tried.sort_by_key(|(_, castings)| std::cmp::Reverse(castings.first().map_or(0, |best| best.0)));
    tried.truncate(MOST_TRIED);
    let share = BUDGET / tried.len().max(1);
    let mut readings: Vec<Reading> = tried
        .into_iter()
        .filter_map(|(scenario, castings)| {
            let castings = castings.into_iter().map(|it| it.1).collect();
            best(&sheet, scenario, castings, share)
        })
        .collect();
    readings.sort_by_key(|it| (std::cmp::Reverse(it.placed), it.filled_in().len()));
    let mut readings = readings.into_iter();
    let mut reading = readings.next().ok_or(ReadError::NoScenario)?;
    reading.others = readings
        .map(|it| Rank {
            slug: it.slug,
            placed: it.placed,
        })
        .collect();
    Ok(reading)
}

/// Reads a diagram with the given actors for each column, first the one that lines without a name are about. Superfluous
/// columns and actors that the scenario does not have are ignored.
///
/// # Errors
/// As [`read`].
pub fn read_as(
    text: &str,
    scenario: &Scenario,
    actors: &[Vec<ActorId>],
) -> Result<Reading, ReadError> {
    let sheet = sheet(text, &[scenario])?;
    let exists = |it: &ActorId| it.index() < scenario.cast.len();
    let column = |at: usize| {
        let given = actors.get(at).into_iter().flatten().copied();
        given.filter(exists).collect()
    };
    let columns = (0..sheet.labels.len()).map(column).collect();
    best(&sheet, scenario, vec![Casting { columns }], BUDGET).ok_or(ReadError::NoScenario)
}

fn sheet(text: &str, scenarios: &[&Scenario]) -> Result<Sheet, ReadError> {
    let known = |label: &str| {
        scenarios.iter().any(|it| {
            let mut actors = it.model.actor_ids();
            actors.any(|actor| name(it, actor).eq_ignore_ascii_case(label))
        })
    };
    let event = |text: &str| {
        let text = text.trim();
        let remark = text.starts_with(['[', '<', '.']);
        remark || text.contains('(') && ParsedLine::of(text).is_known()
    };
    let sheet = Sheet::of(text, &known, &event)?;
    match sheet.cells.is_empty() {
        true => Err(ReadError::Empty {
            line: sheet.header.start + 1,
        }),
        false => Ok(sheet),
    }
}

/// The reading by the casting that places most lines, with the other castings that place as many.
fn best(
    sheet: &Sheet,
    scenario: &Scenario,
    castings: Vec<Casting>,
    budget: usize,
) -> Option<Reading> {
    let share = budget / castings.len().max(1);
    let mut found: Vec<(Casting, Placed)> = Vec::new();
    for casting in castings {
        let placed = Placer::new(scenario, sheet, &casting, share).run();
        found.push((casting, placed));
    }
    found.sort_by_key(|(_, placed)| (std::cmp::Reverse(placed.many()), placed.choices.len()));
    let mut found = found.into_iter();
    let (casting, placed) = found.next()?;
    let many = placed.many();
    let as_good = found.take_while(|(_, placed)| placed.many() == many);
    let columns = sheet.labels.iter().zip(&casting.columns);
    Some(Reading {
        slug: scenario.slug.clone(),
        columns: columns
            .map(|(label, actors)| ReadColumn {
                label: label.clone(),
                actors: actors.clone(),
            })
            .collect(),
        alternatives: as_good.map(|(casting, _)| casting.columns).collect(),
        placed: many,
        lines: lines(sheet, &placed.placements),
        reorders: reorders(scenario, sheet, &placed),
        pages: placed.pages,
        choices: placed.choices,
        link: sheet.link.clone(),
        others: Vec::new(),
    })
}

/// Every line that is not blank, with what it stands for.
fn lines(sheet: &Sheet, placements: &[Placement]) -> Vec<ReadLine> {
    let mut all = Vec::new();
    let mut cells = sheet.cells.iter().zip(placements).peekable();
    for (at, text) in sheet.lines.iter().enumerate() {
        let mut any = false;
        while let Some((cell, placement)) = cells.next_if(|it| it.0.line == at) {
            any = true;
            all.push(ReadLine {
                number: at + 1,
                text: cell.text.clone(),
                placement: placement.clone(),
            });
        }
        if !any && !text.trim().is_empty() {
            all.push(ReadLine {
                number: at + 1,
                text: text.trim().to_owned(),
                placement: match sheet.header.contains(&at) {
                    true => Placement::Heading,
                    false => Placement::Prose,
                },
            });
        }
    }
    all
}

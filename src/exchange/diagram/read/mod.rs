//! A pasted column diagram as a run: of our own making, or out of a kernel commit or mail.
//!
//! A diagram as [`write`](super::write) makes them comes back as the very run it was made of. Of any
//! other, each line that names a step or composite of its column's actor brings that actor up to it
//! and through it; steps that no line names are filled in, and said to be.
//!
//! What is not placed, and said so line by line:
//! - functions without a counterpart in the model (`find_get_pages_range_tag()`, `cond_resched()`),
//!   and the frames of a call chain above the step that counts, where the program has no such
//!   composite;
//! - conditions, assignments and data structures (`wbc->nr_to_write--`, `if (ret)`, bit masks), but
//!   for `PageWriteback?` and the like;
//! - "goto", loops and "again" written as words or arrows; two diagrams in one text (the first
//!   counts), and columns without a header, or side by side with line numbers between them;
//! - events drawn in the order of cause rather than time: a line above another is taken to be
//!   earlier;
//! - what spans several lines otherwise than by an open parenthesis, and more than one function on
//!   a line: the first counts;
//! - a column that stands for several tasks, where none of its lines says so as `name:` does;
//! - interrupts, preemption and memory barriers.

mod crew;
mod fate;
mod names;
mod place;
mod sheet;

use serde::{Deserialize, Serialize};

use super::columns::name;
use crate::machine::{ActorId, Choice};
use crate::scenario::Scenario;
use crew::crews;
pub use fate::{Fate, Missing};
use names::Said;
use place::{Crew, Placed, Placer};
use sheet::Sheet;

/// Most steps that are tried for one text.
const BUDGET: usize = 400_000;
/// Most scenarios that are tried for a text that names none.
const MOST_TRIED: usize = 8;

/// A text that is no diagram.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is too long.
    #[error("The text has {found} bytes; at most {most} are read. Paste the diagram alone.")]
    TooLong {
        /// Its bytes.
        found: usize,
        /// Most that are read.
        most: usize,
    },
    /// It has too many lines.
    #[error("The text has {found} lines; at most {most} are read. Paste the diagram alone.")]
    TooManyLines {
        /// Its lines.
        found: usize,
        /// Most that are read.
        most: usize,
    },
    /// Nothing in it looks like the labels over columns.
    #[error(
        "No line of the text has labels over columns, such as \"CPU0\" and \"CPU1\" with two blanks or more between them. Paste the diagram with its heading."
    )]
    NoHeader,
    /// It has labels, but nothing below.
    #[error(
        "Below the labels in line {line} there is nothing. Paste the lines of the diagram too."
    )]
    Empty {
        /// The line of the labels, from 1.
        line: usize,
    },
    /// There is no scenario to read it with.
    #[error("There is no scenario to read the diagram with. Open one first.")]
    NoScenario,
}

/// A column of a pasted diagram.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadColumn {
    /// What stands over it.
    pub label: String,
    /// Whom it is taken to be about, the one that is meant first; nobody, if empty.
    pub actors: Vec<ActorId>,
}

/// A line of a pasted text, or what one column has of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadLine {
    /// Its number, from 1.
    pub number: usize,
    /// What it says, without quote marks.
    pub text: String,
    /// What it came to.
    pub fate: Fate,
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
    /// Whom the columns are about.
    pub columns: Vec<ReadColumn>,
    /// Other castings that place as many lines: for each column whom it may be about. Where there
    /// are any, somebody must choose; [`read_as`] reads the text so.
    pub alternatives: Vec<Vec<Vec<ActorId>>>,
    /// For each page of the scenario the number that the text is taken to have for it: the
    /// model's own, or its index in the file where the text has a number beyond those.
    pub pages: Vec<u32>,
    /// The run.
    pub choices: Vec<Choice>,
    /// Every line that is not blank.
    pub lines: Vec<ReadLine>,
    /// How many lines have a place.
    pub placed: usize,
    /// The address given below the diagram, if one is.
    pub link: Option<String>,
    /// Other scenarios that were tried, best first.
    pub others: Vec<Rank>,
}

impl Reading {
    /// The choices that no line names, counted from 0.
    pub fn filled_in(&self) -> Vec<usize> {
        let named = |step: &usize| {
            let mut lines = self.lines.iter();
            lines.any(|it| matches!(&it.fate, Fate::Made { steps, .. } if steps.contains(step)))
        };
        (0..self.choices.len()).filter(|it| !named(it)).collect()
    }

    /// The lines that have no place, with the reason.
    pub fn missing(&self) -> impl Iterator<Item = (&ReadLine, &Missing)> {
        self.lines.iter().filter_map(|line| match &line.fate {
            Fate::Missing(why) => Some((line, why)),
            _ => None,
        })
    }
}

/// Reads a diagram with whichever of some scenarios places most of it; one that its link names is
/// taken without asking further.
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
    let cast = all.into_iter().map(|it| (*it, crews(it, &sheet)));
    let mut tried: Vec<(&Scenario, _)> = cast.collect();
    tried.sort_by_key(|it| std::cmp::Reverse(it.1.first().map_or(0, |it| it.0)));
    tried.truncate(MOST_TRIED);
    let share = BUDGET / tried.len().max(1);
    let mut readings: Vec<Reading> = tried
        .into_iter()
        .filter_map(|(scenario, crews)| {
            let crews = crews.into_iter().map(|it| it.1).collect();
            best(&sheet, scenario, crews, share)
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

/// Reads a diagram with a scenario whose actors are known for each column, the one that is meant
/// first; what there are more of than columns or actors is left out.
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
    best(&sheet, scenario, vec![Crew { columns }], BUDGET).ok_or(ReadError::NoScenario)
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
        remark || text.contains('(') && Said::of(text).is_known()
    };
    let sheet = Sheet::of(text, &known, &event)?;
    match sheet.cells.is_empty() {
        true => Err(ReadError::Empty {
            line: sheet.header.start + 1,
        }),
        false => Ok(sheet),
    }
}

/// The best of several castings, with those that are as good.
fn best(sheet: &Sheet, scenario: &Scenario, crews: Vec<Crew>, budget: usize) -> Option<Reading> {
    let share = budget / crews.len().max(1);
    let mut found: Vec<(Crew, Placed)> = Vec::new();
    for crew in crews {
        let placed = Placer::new(scenario, sheet, &crew, share).run();
        found.push((crew, placed));
    }
    found.sort_by_key(|it| (std::cmp::Reverse(it.1.many()), it.1.choices.len()));
    let mut found = found.into_iter();
    let (crew, placed) = found.next()?;
    let many = placed.many();
    let as_good = found.take_while(|it| it.1.many() == many);
    let columns = sheet.labels.iter().zip(&crew.columns);
    Some(Reading {
        slug: scenario.slug.clone(),
        columns: columns
            .map(|(label, actors)| ReadColumn {
                label: label.clone(),
                actors: actors.clone(),
            })
            .collect(),
        alternatives: as_good.map(|it| it.0.columns).collect(),
        placed: many,
        lines: lines(sheet, &placed.fates),
        pages: placed.pages,
        choices: placed.choices,
        link: sheet.link.clone(),
        others: Vec::new(),
    })
}

/// What became of every line that is not blank.
fn lines(sheet: &Sheet, fates: &[Fate]) -> Vec<ReadLine> {
    let mut all = Vec::new();
    let mut cells = sheet.cells.iter().zip(fates).peekable();
    for (at, text) in sheet.lines.iter().enumerate() {
        let mut any = false;
        while let Some((cell, fate)) = cells.next_if(|it| it.0.line == at) {
            any = true;
            all.push(ReadLine {
                number: at + 1,
                text: cell.text.clone(),
                fate: fate.clone(),
            });
        }
        if !any && !text.trim().is_empty() {
            all.push(ReadLine {
                number: at + 1,
                text: text.trim().to_owned(),
                fate: match sheet.header.contains(&at) {
                    true => Fate::Heading,
                    false => Fate::Prose,
                },
            });
        }
    }
    all
}

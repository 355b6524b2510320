//! Somebody's drawing of a race becomes programs that run.
//!
//! Columns are actors and lines are steps (`fate.rs`); what the model does not know stays as a call that changes nothing, and locks that
//! are named exist. What the drawing leaves out is added and said ([`Assumed`]). The result is a scenario file, the drawn order as a run of
//! it (`replay.rs`), and what every order comes to ([`Judgement`]). A diagram of this program's own is read by [`diagram::read`] instead.
//!
//! [`diagram::read`]: super::diagram::read

mod answer;
mod cell;
mod deed;
mod fate;
mod file;
mod functions;
mod judge;
mod made;
mod names;
mod outside;
mod phrases;
mod program;
mod replay;
mod sheet;
mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::diagram::plain::MOST_BYTES;
use super::made_file::with_run;
use crate::machine::Choice;
use crate::scenario::{Device, Scenario, ScenarioError, load, load_for};
pub use answer::{Answer, Tone};
use deed::Deed;
pub use fate::{CHOICES, Fate, Said};
pub use judge::{Elsewhere, Judgement, Mend};
use made::About;
pub use made::Assumed;
use program::{Way, matters, programs};
pub use replay::Reached;
use replay::Shown;
use sheet::Sheet;

/// The name of a drawing's scenario in links.
pub const SLUG: &str = "drawing";

/// Most lines of a drawing.
const MOST_CELLS: usize = 400;

/// A text that is no drawing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawingError {
    /// The text is too long.
    #[error(
        "The text has {found} bytes; at most {most} are read. Paste the part with the drawing."
    )]
    TooLong {
        /// How many bytes it has.
        found: usize,
        /// Most that are read.
        most: usize,
    },
    /// The drawing has more lines than programs can have.
    #[error(
        "The drawing from line {line} on has {found} lines; at most {MOST_CELLS} become programs. Paste a part of it."
    )]
    TooManyLines {
        /// Its first line, from 1.
        line: usize,
        /// How many lines it has, those of each column counted.
        found: usize,
    },
    /// There are no two columns in it.
    #[error(
        "There is no drawing in this text: no two columns with a call in each. Labels over the columns help, such as \"CPU0\" and \"CPU1\"."
    )]
    NoColumns,
    /// The programs do not build.
    #[error("The drawing becomes programs that do not build: {0}")]
    Unbuildable(ScenarioError),
}

/// What a visitor wants otherwise than it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Which of several drawings in the text, from 0.
    pub which: usize,
    /// The characters at which the columns begin, if not where they were found.
    pub starts: Option<Vec<usize>>,
    /// What a line is, by the number of its line, from 1, and its column.
    pub said: BTreeMap<(usize, usize), Said>,
}

/// A line of a drawing, or what one column has of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnLine {
    /// Its number in the text, from 1.
    pub number: usize,
    /// Its column.
    pub column: usize,
    /// Its text.
    pub text: String,
    /// What it is.
    pub fate: Fate,
    /// What it became, in words.
    pub words: String,
    /// What happens to it in the drawn order.
    pub reached: Reached,
    /// Whether it names a call, or something that happens.
    pub matters: bool,
    /// Whether it is words of which nothing was made.
    pub prose: bool,
}

/// A drawing that runs.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// How many drawings the text has.
    pub many: usize,
    /// Which of them it is, from 0.
    pub which: usize,
    /// The number of its first line in the text, from 1, and of its last.
    pub span: (usize, usize),
    /// The label of each column; empty for one without.
    pub labels: Vec<String>,
    /// The character at which each column begins.
    pub starts: Vec<usize>,
    /// Whether the cut between the columns is a guess.
    pub guessed: bool,
    /// The text's lines as they were cut, without tabs and quote marks.
    pub source: Vec<String>,
    /// Its lines, in the order of time.
    pub lines: Vec<DrawnLine>,
    /// What it leaves out and the model assumes.
    pub assumed: Vec<Assumed>,
    /// What it is about that the model does not have: what, and why the model cannot judge it.
    pub outside: Vec<(&'static str, &'static str)>,
    /// Whether it is lockdep's table of lock classes.
    pub lockdep: bool,
    /// The scenario's file.
    pub text: String,
    /// The scenario.
    pub scenario: Scenario,
    /// The drawn order, and what follows it.
    pub choices: Vec<Choice>,
    /// How many of the choices are drawn.
    pub drawn: usize,
    /// The drawn order on the other devices that a file must state: device, and the run's scenario and choices.
    pub elsewhere: Vec<(Device, Scenario, Vec<Choice>)>,
    /// The drawn lines, and how the programs show them.
    texts: Vec<Shown>,
    /// How the drawing calls the pages of the model, if it has several.
    pages: Vec<String>,
    /// What each column works on: column, page, lock or flag.
    things: Vec<(usize, String)>,
    /// The same drawing where a bio that no line submits goes out at once, if that is another one.
    pub at_once: Option<Box<Scenario>>,
}

impl Drawing {
    /// Makes programs of a drawing in a text.
    ///
    /// # Errors
    /// [`DrawingError`] where the text has none.
    pub fn of(text: &str, wish: &Wish) -> Result<Drawing, DrawingError> {
        if text.len() > MOST_BYTES {
            return Err(DrawingError::TooLong {
                found: text.len(),
                most: MOST_BYTES,
            });
        }
        let source = sheet::plain_lines(text);
        let sheets = sheet::sheets(&source);
        let (many, which) = (sheets.len(), wish.which.min(sheets.len().saturating_sub(1)));
        let Some(mut sheet) = sheets.into_iter().nth(which) else {
            return Err(DrawingError::NoColumns);
        };
        if let Some(starts) = &wish.starts {
            sheet.recut(&source, starts.clone());
        }
        if sheet.cells.len() > MOST_CELLS {
            return Err(DrawingError::TooManyLines {
                line: sheet.lines.start + 1,
                found: sheet.cells.len(),
            });
        }
        Drawing::of_sheet(sheet, source, wish, (many, which))
    }

    fn of_sheet(
        mut sheet: Sheet,
        source: Vec<String>,
        wish: &Wish,
        (many, which): (usize, usize),
    ) -> Result<Drawing, DrawingError> {
        let by_line = wish.said.iter();
        let said = by_line
            .map(|((line, column), said)| ((line.saturating_sub(1), *column), said.clone()))
            .collect();
        let items = fate::judge(&mut sheet, &said);
        let outside = outside::outside(&sheet, &source);
        let about = About {
            title: title(&sheet, &outside),
            summary: summary(&outside),
        };
        let mut made = programs(&sheet, &items, Way::default(), &about);
        let mut scenario = load(SLUG, &made.text).map_err(DrawingError::Unbuildable)?;
        let replay = replay::replay(&scenario, &made, &sheet.cells);
        // The drawn order is the file's opening run.
        (made.text, scenario) = with_run(made.text, scenario, &replay.choices);
        let elsewhere = Device::ALL[1..Device::STATED].iter().filter_map(|device| {
            let other = load_for(SLUG, &made.text, Some(*device), None).ok()?;
            let choices = replay::replay(&other, &made, &sheet.cells).choices;
            Some((*device, other, choices))
        });
        let elsewhere = elsewhere.collect();
        let at_once = made.late.then(|| {
            let made = programs(&sheet, &items, Way { at_once: true }, &about);
            load(SLUG, &made.text).ok().map(Box::new)
        });
        let lines = sheet.cells.iter().zip(&items).enumerate();
        let lines = lines.map(|(at, (cell, item))| DrawnLine {
            number: cell.line + 1,
            column: cell.column,
            text: cell.text.clone(),
            fate: item.fate,
            words: words::of(item, cell, &made, at),
            reached: replay.reached[at].clone(),
            matters: matters(cell, item),
            prose: item.fate == Fate::Remark && cell.parsed.shape == cell::Shape::Words,
        });
        Ok(Drawing {
            many,
            which,
            span: (sheet.lines.start + 1, sheet.lines.end),
            lines: lines.collect(),
            outside,
            lockdep: outside::is_lockdep(&sheet),
            labels: sheet.labels.clone(),
            starts: sheet.starts,
            guessed: sheet.guessed,
            source,
            assumed: made.assumed,
            text: made.text,
            scenario,
            drawn: replay.drawn,
            choices: replay.choices,
            elsewhere,
            texts: replay.texts,
            pages: made.pages,
            things: things(&sheet.cells, &items),
            at_once: at_once.flatten(),
        })
    }

    /// A text that names pages of the model, with the names that the drawing has for them.
    pub fn named(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (at, name) in self.pages.iter().enumerate() {
            text = text.replace(&format!("page {at}"), &format!("page {name}"));
        }
        text
    }

    /// How many of the lines that name a call have a place as a step, a lock, a condition or a frame, and how many there are.
    pub fn placed(&self) -> (usize, usize) {
        let all = self.lines.iter().filter(|it| it.matters);
        let placed = all.clone().filter(|it| {
            matches!(
                it.fate,
                Fate::Step | Fate::Lock | Fate::Frame | Fate::Part | Fate::Condition | Fate::Jump
            )
        });
        (placed.count(), all.count())
    }
}

/// What each column works on.
fn things(cells: &[sheet::Cell], items: &[fate::Item]) -> Vec<(usize, String)> {
    let mut all = Vec::new();
    for (cell, item) in cells.iter().zip(items) {
        let thing = match &item.deed {
            Some(Deed::Lock(_, name) | Deed::Count(_, name)) => name.clone(),
            None if item.inside.is_empty() && !item.asks_dirty => continue,
            _ => format!("page {}", item.page.as_deref().unwrap_or("")),
        };
        all.push((cell.column, thing));
    }
    all
}

/// What the scenario is called. Wherever it goes, it says what the model cannot judge of it.
fn title(sheet: &Sheet, outside: &[(&str, &str)]) -> String {
    let labels: Vec<&str> = sheet
        .labels
        .iter()
        .map(String::as_str)
        .filter(|it| !it.is_empty())
        .collect();
    let what = match outside.first() {
        Some((what, _)) => format!("A drawing (not judged: {what})"),
        None => "A drawing".to_owned(),
    };
    match labels.is_empty() {
        true => format!("{what} of {} columns", sheet.starts.len()),
        false => format!("{what}: {}", labels.join(", ")),
    }
}

fn summary(outside: &[(&str, &str)]) -> String {
    let mut text = "Read out of a drawing, a column an actor and a line a step.".to_owned();
    for (what, why) in outside {
        text += &format!(" What it is about the model cannot judge: {what}. {why}");
    }
    text
}

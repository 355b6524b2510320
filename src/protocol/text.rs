//! The small language programs are written in, and its expansion into trees of steps.
//!
//! A program is a list of indented lines: a step by its key, a composite (`name:` and deeper
//! lines), another program by its name, `each sector|mapping|page`, labels (`name>`), `goto name`
//! and `end`. `?word` in front makes a line depend on the era or the device.
//! `ARCHITECTURE.md` documents it for whoever writes scenario files.

use std::cell::Cell;

use crate::machine::{Op, Operand, Protection};

use super::era::Era;
use super::library::LIBRARY;
use super::ops::{OPS, op_number};
use super::tree::{Mark, Step, What};

/// What a program must know of the machine it runs on.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Counts the scopes of labels given out so far.
    pub scopes: Cell<usize>,
    /// Pages.
    pub pages: u8,
    /// Protection intervals in a page.
    pub sectors: u8,
    /// The names of the address spaces that map the file.
    pub spaces: Vec<String>,
    /// The stores, each with its name, its page and how it is shown.
    pub stores: Vec<(String, u8, String)>,
    /// Whether pages have buffers.
    pub buffers: bool,
    /// The device.
    pub protection: Protection,
    /// The kernel.
    pub era: Era,
    /// Programs that the scenario brings along.
    pub own: Vec<Source>,
}

/// A program as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Whether it begins again when it ends.
    pub forever: bool,
    /// Its lines: indentation, text, and a place for messages.
    pub lines: Vec<(usize, String, usize)>,
}

/// A program text that cannot be read, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct TextError {
    /// What is wrong and what would be right.
    pub reason: String,
    /// The place the line was given with.
    pub at: usize,
}

/// What the lines of one program refer to if they do not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The page.
    pub page: u8,
    /// The store.
    pub store: Option<u8>,
    /// The address space of the actor that runs it.
    pub space: Option<u8>,
}

/// Splits a text into the lines of a program; `place` maps a line's number to its place.
pub fn lines(text: &str, place: impl Fn(usize) -> usize) -> Vec<(usize, String, usize)> {
    let mut all = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.split('#').next().unwrap_or("").trim_end();
        let body = code.trim_start();
        if !body.is_empty() {
            all.push((code.len() - body.len(), body.to_owned(), place(number)));
        }
    }
    all
}

/// A program of the library, or of the scenario.
pub fn source(shape: &Shape, name: &str) -> Option<Source> {
    let own = shape.own.iter().find(|source| source.name == name);
    own.cloned().or_else(|| in_library(name))
}

fn in_library(name: &str) -> Option<Source> {
    let (header, body) = sections().find(|(header, _)| header.split(' ').next() == Some(name))?;
    Some(Source {
        name: name.to_owned(),
        forever: header.ends_with(" forever"),
        lines: lines(body, |_| 0),
    })
}

fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    let programs = LIBRARY.split("\nprogram ").skip(1);
    programs.map(|text| text.split_once('\n').unwrap_or((text, "")))
}

/// The names of the library's programs.
pub fn library() -> impl Iterator<Item = &'static str> {
    sections().map(|(header, _)| header.split(' ').next().unwrap_or(header))
}

/// A program of the library as it is written there.
pub fn library_text(name: &str) -> Option<&'static str> {
    let mut all = sections().map(|(header, body)| (header.split(' ').next(), body));
    all.find(|(of, _)| *of == Some(name)).map(|(_, body)| body)
}

/// Most steps an actor's programs may have before compilation; more cannot run anyhow.
const MOST_STEPS: usize = 2000;
/// Deepest nesting of programs, composites and loops.
const DEEPEST: usize = 12;

/// Expands a program.
///
/// # Errors
/// [`TextError`] when a line is none of the language, or names what does not exist.
pub fn expand(shape: &Shape, program: &Source, frame: Frame) -> Result<Vec<Step>, TextError> {
    let mut expander = Expander {
        shape,
        scopes: Vec::new(),
        steps: 0,
        depth: 0,
    };
    expander.program(program, frame)
}

struct Expander<'a> {
    shape: &'a Shape,
    /// Labels that can be reached from here, innermost last, each scope with a number.
    scopes: Vec<(Vec<String>, usize)>,
    steps: usize,
    depth: usize,
}

type Lines<'a> = &'a [(usize, String, usize)];

fn wrong<T>(at: usize, reason: String) -> Result<T, TextError> {
    Err(TextError { reason, at })
}

impl Expander<'_> {
    fn program(&mut self, program: &Source, frame: Frame) -> Result<Vec<Step>, TextError> {
        let mut labels = labels(&program.lines);
        labels.push("end".to_owned());
        let id = self.open(labels);
        let mut steps = self.body(&program.lines, frame)?;
        steps.push(kept(What::Label(format!("end@{id}"))));
        self.scopes.pop();
        Ok(steps)
    }

    fn open(&mut self, labels: Vec<String>) -> usize {
        // Unlike all others of the scenario: an actor's programs are compiled together.
        let scope = self.shape.scopes.get() + 1;
        self.shape.scopes.set(scope);
        self.scopes.push((labels, scope));
        scope
    }

    fn body(&mut self, lines: Lines, frame: Frame) -> Result<Vec<Step>, TextError> {
        let mut steps = Vec::new();
        let mut next = 0;
        self.depth += 1;
        while let Some((indent, text, at)) = lines.get(next) {
            let deeper = lines[next + 1..]
                .iter()
                .take_while(|(other, ..)| other > indent);
            let many = deeper.count();
            let children = &lines[next + 1..next + 1 + many];
            if self.depth > DEEPEST {
                return wrong(
                    *at,
                    "programs and loops are nested too deeply here".to_owned(),
                );
            }
            steps.extend(self.line(text, *at, children, frame)?);
            next += 1 + many;
        }
        self.depth -= 1;
        Ok(steps)
    }

    fn line(
        &mut self,
        text: &str,
        at: usize,
        children: Lines,
        frame: Frame,
    ) -> Result<Vec<Step>, TextError> {
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let mut mark = Mark::Kept;
        while let Some(condition) = words.first().and_then(|word| word.strip_prefix('?')) {
            match self.condition(condition, at)? {
                Some(it) if mark == Mark::Kept => mark = it,
                _ => {}
            }
            words.remove(0);
        }
        let mut steps = Vec::new();
        if let Some(name) = words.first().and_then(|word| word.strip_suffix('>')) {
            steps.push(kept(What::Label(self.label(name, at)?)));
            words.remove(0);
        }
        let Some(head) = words.first().copied() else {
            return Ok(steps);
        };
        let made = if head == "each" {
            self.each(&words, at, children, frame)?
        } else if let (Some(key), 1) = (head.strip_suffix(':'), words.len()) {
            let inner = self.body(children, frame)?;
            vec![kept(What::Group(key.to_owned(), inner))]
        } else if !children.is_empty() {
            return wrong(
                at,
                format!("\"{text}\" has deeper lines below; a composite is written \"{text}:\""),
            );
        } else {
            self.call(&words, at, frame)?
        };
        self.steps += made.len();
        if self.steps > MOST_STEPS {
            return wrong(at, format!("a program has at most {MOST_STEPS} steps"));
        }
        for mut step in made {
            if mark != Mark::Kept {
                step.mark = mark;
            }
            steps.push(step);
        }
        Ok(steps)
    }

    /// What a condition makes of its line; none if it holds.
    fn condition(&self, word: &str, at: usize) -> Result<Option<Mark>, TextError> {
        let protection = self.shape.protection;
        let holds = match word {
            "guards" => protection.guards(),
            "checked" => matches!(protection, Protection::DixDif | Protection::HbaInsert),
            "insert" => protection == Protection::HbaInsert,
            "csum" => protection == Protection::FsChecksum,
            "parity" => protection == Protection::Parity,
            "mirror" => protection == Protection::Mirror,
            "nvme" => protection == Protection::Nvme,
            "buffers" => self.shape.buffers,
            _ => {
                let (era, since) = match word.strip_suffix('+') {
                    Some(era) => (era, true),
                    None => (word.strip_suffix('-').unwrap_or(word), false),
                };
                let Some(era) = Era::ALL.into_iter().find(|it| it.word() == era) else {
                    return wrong(
                        at,
                        format!(
                            "\"?{word}\" is no condition; there are ?guards, ?checked, ?insert, ?csum, ?parity, ?mirror, ?nvme, ?buffers, and eras such as ?3.0+ and ?3.0-"
                        ),
                    );
                };
                let now = self.shape.era;
                return Ok(match (since, word.ends_with('-')) {
                    (true, _) => (now < era).then_some(Mark::NotYet),
                    (_, true) => (now > era).then_some(Mark::Elsewhere),
                    _ => (now != era).then_some(Mark::Elsewhere),
                });
            }
        };
        Ok((!holds).then_some(Mark::Elsewhere))
    }

    fn label(&self, name: &str, at: usize) -> Result<String, TextError> {
        let scopes = self.scopes.iter().rev();
        for (labels, id) in scopes {
            if labels.iter().any(|label| label == name) {
                return Ok(format!("{name}@{id}"));
            }
        }
        wrong(
            at,
            format!("there is no label \"{name}>\" to go to in this program"),
        )
    }

    fn each(
        &mut self,
        words: &[&str],
        at: usize,
        children: Lines,
        frame: Frame,
    ) -> Result<Vec<Step>, TextError> {
        let many = match words {
            ["each", "sector"] => self.shape.sectors as usize,
            ["each", "mapping"] => self.shape.spaces.len(),
            ["each", "page"] => self.shape.pages as usize,
            _ => {
                return wrong(
                    at,
                    "a loop is \"each sector\", \"each mapping\" or \"each page\"".to_owned(),
                );
            }
        };
        let mut steps = Vec::new();
        for number in 0..many {
            let mut frame = frame;
            match words[1] {
                "mapping" => frame.space = Some(number as u8),
                "page" => frame.page = number as u8,
                // A store's number is of no use here, so the sector travels in its place.
                _ => frame.store = Some(number as u8),
            }
            self.open(labels(children));
            steps.extend(self.body(children, frame)?);
            self.scopes.pop();
        }
        Ok(steps)
    }

    /// One op, jump or program.
    fn call(&mut self, words: &[&str], at: usize, frame: Frame) -> Result<Vec<Step>, TextError> {
        let (words, no) = match words {
            [most @ .., "else", label] => (most, Some(self.label(label, at)?)),
            _ => (words, None),
        };
        let Some((head, arguments)) = words.split_first() else {
            return wrong(at, "a step is missing before \"else\"".to_owned());
        };
        if let ("goto" | "end", [] | [_]) = (*head, arguments) {
            let label = arguments.first().copied().unwrap_or("end");
            let what = What::Op {
                row: op_number("goto").unwrap_or(0),
                page: frame.page,
                arg: 0,
                shown: arguments.first().map(|label| (*label).to_owned()),
                no: Some(self.label(label, at)?),
            };
            return Ok(vec![kept(what)]);
        }
        let frame = self.arguments(arguments, at, frame)?;
        if let Some(row) = op_number(head) {
            return Ok(vec![self.op(row, at, frame, no)?]);
        }
        let Some(source) = source(self.shape, head) else {
            return wrong(
                at,
                format!("there is no step and no program \"{head}\"; ARCHITECTURE.md lists both"),
            );
        };
        if no.is_some() {
            return wrong(at, format!("a program (\"{head}\") cannot answer no"));
        }
        let inner = self.program(&source, frame)?;
        Ok(vec![kept(What::Group(source.name, inner))])
    }

    /// A number is a page, a name a store or an address space.
    fn arguments(&self, words: &[&str], at: usize, mut frame: Frame) -> Result<Frame, TextError> {
        for word in words {
            let store = self.shape.stores.iter().position(|(name, ..)| name == word);
            let space = self.shape.spaces.iter().position(|name| name == word);
            if let Ok(page) = word.parse::<u8>() {
                if page >= self.shape.pages {
                    return wrong(at, format!("there is no page {page}; they count from 0"));
                }
                frame.page = page;
            } else if let Some(store) = store {
                frame.store = Some(store as u8);
                frame.page = self.shape.stores[store].1;
            } else if let Some(space) = space {
                frame.space = Some(space as u8);
            } else {
                return wrong(
                    at,
                    format!(
                        "\"{word}\" is neither a page's number nor a store nor an address space"
                    ),
                );
            }
        }
        Ok(frame)
    }

    fn op(
        &self,
        row: usize,
        at: usize,
        frame: Frame,
        no: Option<String>,
    ) -> Result<Step, TextError> {
        let op = OPS[row].op;
        let key = OPS[row].key;
        if no.is_some() && !op.can_answer_no() {
            return wrong(at, format!("\"{key}\" has one outcome, so no \"else\""));
        }
        let (arg, shown) = match op.operand() {
            Operand::None => (0, None),
            Operand::Sector => match frame.store {
                Some(sector) if sector < self.shape.sectors => {
                    let shown = match self.shape.pages {
                        1 => sector.to_string(),
                        _ => format!("{sector} of page {}", frame.page),
                    };
                    (sector, Some(shown))
                }
                _ => return wrong(at, format!("\"{key}\" stands below \"each sector\"")),
            },
            Operand::Space => match frame.space {
                Some(space) => {
                    let shown = self.shape.spaces.get(space as usize).cloned();
                    (space, Some(shown.unwrap_or_default()))
                }
                None => {
                    return wrong(
                        at,
                        format!(
                            "\"{key}\" needs an address space: below \"each mapping\", by name, or that of an actor with \"mm\""
                        ),
                    );
                }
            },
            Operand::Store => match frame.store {
                Some(store) if (store as usize) < self.shape.stores.len() => {
                    let shown = self.shape.stores[store as usize].2.clone();
                    (store, Some(shown))
                }
                _ => return wrong(at, format!("\"{key}\" needs the name of a store")),
            },
        };
        // A store goes to its own page.
        let page = match op {
            Op::Store | Op::Load | Op::KernelStore | Op::DmaStore => {
                self.shape.stores[arg as usize].1
            }
            _ => frame.page,
        };
        Ok(kept(What::Op {
            row,
            page,
            arg,
            shown,
            no,
        }))
    }
}

fn kept(what: What) -> Step {
    Step {
        what,
        mark: Mark::Kept,
    }
}

/// The labels that lines define, those inside loops excepted: each round has its own.
fn labels(lines: Lines) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside: Option<usize> = None;
    for (indent, text, _) in lines {
        if inside.is_some_and(|outer| *indent > outer) {
            continue;
        }
        inside = None;
        let mut words = text.split_whitespace();
        let mut word = words.next().unwrap_or("");
        while word.starts_with('?') {
            word = words.next().unwrap_or("");
        }
        if word == "each" {
            inside = Some(*indent);
        } else if let Some(label) = word.strip_suffix('>') {
            found.push(label.to_owned());
        }
    }
    found
}

//! Programs as trees of steps, and their compilation into code and lines.

use std::ops::Range;

use crate::machine::{Instr, Op, Operand, PageId};

use super::era::Era;
use super::groups::{device_call, group_row};
use super::ops::OPS;

/// What an edit, an era or a device did to a step; the page shows it in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Mark {
    /// The step stands where the correct ordering has it.
    Kept,
    /// The correct ordering has the step here; it is not run any more.
    Dropped,
    /// The correct ordering has the step here; it runs elsewhere now.
    MovedAway,
    /// The correct ordering has the step elsewhere; it runs here now.
    MovedHere,
    /// The step runs here and is not in the correct ordering.
    Inserted,
    /// The step came with a later kernel than the one shown.
    NotYet,
    /// The step is of another kernel or device: it is neither run nor shown.
    Elsewhere,
}

impl Mark {
    /// Whether the step runs.
    pub fn runs(self) -> bool {
        matches!(self, Mark::Kept | Mark::MovedHere | Mark::Inserted)
    }

    /// Whether an edit can name it.
    pub(super) fn counts(self) -> bool {
        !matches!(self, Mark::Dropped | Mark::MovedAway)
    }
}

/// What a node of a program is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// One op with its page and operand.
    Op {
        /// Its row in the table.
        row: usize,
        /// The page.
        page: PageId,
        /// Interval, address space, store, named lock or sectors.
        operand: Operand,
        /// The operand as shown, if the line shows one.
        shown: Option<String>,
        /// Which label follows when the op answers *no*.
        no: Option<String>,
    },
    /// A line that unfolds, by its key.
    Group(String, Vec<Step>),
    /// A place that steps can go to, by its name and the number of its scope.
    Label(String),
}

/// A node of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Op, composite or label.
    pub what: What,
    /// What an edit did to it.
    pub mark: Mark,
    /// The byte of the scenario file at which the word stands that asks for it: its own, or that of
    /// the call of its program; none if a link's edit does.
    pub at: Option<usize>,
    /// Which of the scenario's edits marked it last: those of its file come first.
    pub edit: Option<usize>,
}

impl Step {
    /// Marks the step, by the edit of a number.
    pub(super) fn set(&mut self, mark: Mark, edit: usize) {
        self.mark = mark;
        self.edit = Some(edit);
    }

    /// The name edits use.
    pub fn key(&self) -> &str {
        match &self.what {
            What::Op { row, .. } => OPS[*row].key,
            What::Group(key, _) => key,
            What::Label(_) => "",
        }
    }

    /// What the machine does in the step; none for a composite and a label.
    pub fn op(&self) -> Option<Op> {
        match &self.what {
            What::Op { row, .. } => Some(OPS[*row].op),
            What::Group(..) | What::Label(_) => None,
        }
    }

    /// Adds what the machine does in the step, or in the steps of a composite, that run.
    fn ops(&self, all: &mut Vec<Op>) {
        if let What::Group(_, children) = &self.what {
            children.iter().for_each(|child| child.ops(all));
        }
        all.extend(self.op().filter(|_| self.mark.runs()));
    }

    /// Whether the program ends or turns here: what follows is reached by a label only.
    pub(super) fn leaves(&self) -> bool {
        self.op() == Some(Op::Goto)
    }

    /// The line of source shown in an era; with `several` pages the line names its page.
    pub(super) fn call(&self, era: Era, several: bool) -> String {
        let (call, page) = match &self.what {
            What::Op {
                row, page, shown, ..
            } => {
                let call = OPS[*row].calls()[era as usize];
                (call.replace("{}", shown.as_deref().unwrap_or("")), *page)
            }
            What::Group(key, children) => {
                let mut ops = Vec::new();
                children.iter().for_each(|child| child.ops(&mut ops));
                let row = device_call(key, &ops)
                    .or_else(|| group_row(key).map(|row| row.calls[era as usize]));
                let page = children.iter().find_map(|child| match child.what {
                    What::Op { page, .. } => Some(page),
                    _ => None,
                });
                (row.unwrap_or(key).to_owned(), page.unwrap_or_default())
            }
            What::Label(_) => return String::new(),
        };
        let call = match several {
            true => with_page(&call, page),
            false => call,
        };
        match self.what {
            What::Op {
                operand: Operand::Sectors(some),
                ..
            } => with_sectors(&call, Some(some)),
            _ => call,
        }
    }
}

/// Calls `see` for every step that an edit can name.
pub(super) fn each<'a>(steps: &'a [Step], see: &mut dyn FnMut(&'a Step)) {
    for step in steps
        .iter()
        .filter(|it| it.mark.counts() && !it.key().is_empty())
    {
        see(step);
        if let What::Group(_, inner) = &step.what {
            each(inner, see);
        }
    }
}

/// A line of source that names its page: `lock_page(page)` as `lock_page(page 1)`.
pub fn with_page(call: &str, page: PageId) -> String {
    let mut named = call.to_owned();
    for word in ["page", "folio"] {
        for before in ["(", ", "] {
            let with = format!("{before}{word} {page})");
            named = named.replace(&format!("{before}{word})"), &with);
        }
    }
    named
}

/// A line of source that names the sectors of its page, if it is about some: `bio_add_page(bio, page, sectors 0-3)`.
pub fn with_sectors(call: &str, sectors: Option<u8>) -> String {
    match (sectors, call.strip_suffix(')')) {
        (Some(some), Some(open)) => {
            let last = 7 - some.leading_zeros();
            format!("{open}, sectors {}-{last})", some.trailing_zeros())
        }
        _ => call.to_owned(),
    }
}

/// One line of an actor's program as shown.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Line {
    /// Nesting, 0 for the program's own steps.
    pub depth: u8,
    /// The row of the op in the table, or none for a composite or a label.
    pub row: Option<usize>,
    /// The step's key; empty for a label.
    pub key: String,
    /// The line of source.
    pub text: String,
    /// The instructions it stands for; empty where it does not run.
    pub pcs: Range<u8>,
    /// What an edit did to it.
    pub mark: Mark,
    /// Whether it belongs to the fault handler.
    pub handler: bool,
}

/// Code and lines of one actor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// What the machine runs.
    pub instrs: Vec<Instr>,
    /// How many instructions are the program; the rest is its fault handler.
    pub main: u8,
    /// What the page shows.
    pub lines: Vec<Line>,
}

struct Compiler {
    era: Era,
    several: bool,
    handler: bool,
    code: Code,
    /// The path to the step that is being compiled.
    path: Vec<usize>,
    /// For each line the path to its step.
    paths: Vec<Vec<usize>>,
    /// Each jump by the index of its instruction, with the label it leads to.
    jumps: Vec<(usize, String)>,
    /// Each label with the index of the instruction behind it, and whether it stands where steps run.
    labels: Vec<(String, usize, bool)>,
}

/// Flattens a program and its fault handler. Code of more than
/// [`MOST_INSTRS`](crate::machine::MOST_INSTRS) instructions is not usable; the machine refuses it.
pub fn compile(program: &[Step], handler: &[Step], era: Era, several_pages: bool) -> Code {
    compiled(program, handler, era, several_pages).code
}

/// For each line that [`compile`] makes, the path to its step: an index at each level.
pub(super) fn line_paths(program: &[Step], handler: &[Step]) -> Vec<Vec<usize>> {
    // The words of a line depend on the kernel, not which lines there are.
    compiled(program, handler, Era::V3_0, false).paths
}

fn compiled(program: &[Step], handler: &[Step], era: Era, several_pages: bool) -> Compiler {
    let mut compiler = Compiler {
        era,
        several: several_pages,
        handler: false,
        code: Code::default(),
        path: Vec::new(),
        paths: Vec::new(),
        jumps: Vec::new(),
        labels: Vec::new(),
    };
    compiler.part(program);
    let main = compiler.code.instrs.len();
    compiler.handler = true;
    compiler.part(handler);
    compiler.code.main = main.min(255) as u8;
    compiler
}

impl Compiler {
    /// Compiles the program or the handler, each of which has jumps and labels of its own.
    fn part(&mut self, steps: &[Step]) {
        self.jumps.clear();
        self.labels.clear();
        self.flatten(steps, 0, true);
        let end = self.code.instrs.len();
        for (pc, label) in std::mem::take(&mut self.jumps) {
            let mut places = self.labels.iter().filter(|(name, ..)| *name == label);
            let running = places.clone().find(|(.., runs)| *runs);
            let target = running.or(places.next()).map_or(end, |(_, at, _)| *at);
            self.code.instrs[pc].no = target.min(255) as u8;
        }
    }

    /// The line of a label, as C writes it.
    fn label(&mut self, name: &str, depth: u8) {
        let at = self.code.instrs.len().min(255) as u8;
        self.paths.push(self.path.clone());
        self.code.lines.push(Line {
            depth,
            row: None,
            key: String::new(),
            text: format!("{name}:"),
            pcs: at..at,
            mark: Mark::Kept,
            handler: self.handler,
        });
    }

    fn flatten(&mut self, steps: &[Step], depth: u8, runs: bool) {
        // Whether the last step that runs was a jump: steps behind it are reached by a label only,
        // so the label is shown.
        let mut left = false;
        for (index, step) in steps.iter().enumerate() {
            self.path.truncate(depth.into());
            self.path.push(index);
            let runs = runs && step.mark.runs();
            // The machine refuses code that is longer than a byte can count.
            let first = self.code.instrs.len().min(255) as u8;
            let line = self.code.lines.len();
            left |= step.leaves() && runs;
            let shown = match &step.what {
                What::Label(name) => {
                    let at = self.code.instrs.len();
                    self.labels.push((name.clone(), at, runs));
                    let name = name.split('@').next().unwrap_or("");
                    if left && runs && name != "end" {
                        self.label(name, depth);
                    }
                    continue;
                }
                // A jump to the end of its program without a label needs no line.
                What::Op { row, shown, .. } => OPS[*row].op != Op::Goto || shown.is_some(),
                What::Group(..) => true,
            } && step.mark != Mark::Elsewhere;
            if shown {
                self.paths.push(self.path.clone());
                self.code.lines.push(Line {
                    depth,
                    row: match &step.what {
                        What::Op { row, .. } => Some(*row),
                        _ => None,
                    },
                    key: step.key().to_owned(),
                    text: step.call(self.era, self.several),
                    pcs: first..first,
                    mark: step.mark,
                    handler: self.handler,
                });
            }
            match &step.what {
                What::Op {
                    row,
                    page,
                    operand,
                    no,
                    ..
                } => {
                    if runs {
                        if let Some(label) = no {
                            self.jumps.push((self.code.instrs.len(), label.clone()));
                        }
                        self.code.instrs.push(Instr {
                            op: OPS[*row].op,
                            page: *page,
                            operand: *operand,
                            no: first.saturating_add(1),
                            tag: *row as u8,
                        });
                    }
                }
                What::Group(_, children) if shown => self.flatten(children, depth + 1, runs),
                What::Group(..) | What::Label(_) => {}
            }
            if shown {
                self.code.lines[line].pcs.end = self.code.instrs.len().min(255) as u8;
            }
        }
    }
}

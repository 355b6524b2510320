//! Programs as trees of steps, and their compilation into code and lines.

use std::ops::Range;

use crate::machine::{Instr, Op};

use super::ops::{Era, group_row, op_row};

/// What an edit did to a step; the page shows it in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// As in the correct ordering.
    Kept,
    /// Not run any more.
    Dropped,
    /// Stood here in the correct ordering; it runs elsewhere now.
    MovedAway,
    /// Runs here now.
    MovedHere,
    /// Not in the correct ordering.
    Inserted,
}

impl Mark {
    /// Whether the step runs.
    pub fn runs(self) -> bool {
        !matches!(self, Mark::Dropped | Mark::MovedAway)
    }
}

/// What a step is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// One op with its page and operand.
    Op {
        /// The op.
        op: Op,
        /// The page.
        page: u8,
        /// Interval, address space or store.
        arg: u8,
        /// The operand as shown, if the line shows one.
        shown: Option<String>,
        /// Which step (by key, in the same program) follows when the op answers *no*.
        no: Option<&'static str>,
    },
    /// A line that unfolds, by its key in the table.
    Group(&'static str, Vec<Step>),
}

/// A node of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Op or composite.
    pub what: What,
    /// What an edit did to it.
    pub mark: Mark,
}

impl Step {
    /// An op without operand.
    pub fn op(op: Op, page: u8) -> Step {
        Step::with(op, page, 0, None)
    }

    /// An op with an operand and how to show it.
    pub fn with(op: Op, page: u8, arg: u8, shown: Option<String>) -> Step {
        Step {
            what: What::Op {
                op,
                page,
                arg,
                shown,
                no: None,
            },
            mark: Mark::Kept,
        }
    }

    /// A composite.
    pub fn group(key: &'static str, steps: Vec<Step>) -> Step {
        Step {
            what: What::Group(key, steps),
            mark: Mark::Kept,
        }
    }

    /// This op, going to the step called `key` when it answers *no*.
    pub fn or(mut self, key: &'static str) -> Step {
        if let What::Op { no, .. } = &mut self.what {
            *no = Some(key);
        }
        self
    }

    /// The name edits use.
    pub fn key(&self) -> &'static str {
        match &self.what {
            What::Op { op, .. } => op_row(*op).key,
            What::Group(key, _) => key,
        }
    }

    /// The line of source shown in an era.
    pub fn call(&self, era: Era) -> String {
        match &self.what {
            What::Op { op, shown, .. } => {
                let call = op_row(*op).calls[era as usize];
                call.replace("{}", shown.as_deref().unwrap_or(""))
            }
            What::Group(key, _) => {
                group_row(key).map_or((*key).to_owned(), |row| row.calls[era as usize].to_owned())
            }
        }
    }
}

/// One line of an actor's program as shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Nesting, 0 for the program's own steps.
    pub depth: u8,
    /// The op, or none for a composite.
    pub op: Option<Op>,
    /// The step's key.
    pub key: &'static str,
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

/// Flattens a program and its fault handler. Code of more than [`MOST_INSTRS`](crate::machine::MOST_INSTRS) instructions is
/// not usable; the machine refuses it.
pub fn compile(program: &[Step], handler: &[Step], era: Era) -> Code {
    let mut code = Code::default();
    let mut jumps = Vec::new();
    let mut part = |steps: &[Step], is_handler: bool, code: &mut Code| {
        jumps.clear();
        let first_line = code.lines.len();
        flatten(steps, 0, true, is_handler, era, code, &mut jumps);
        let end = code.instrs.len();
        for (pc, key) in jumps.drain(..) {
            // A jump only leads forward: where an edit left nothing there, the program ends.
            let lines = &code.lines[first_line..];
            let target = match key {
                // Nothing was cleaned: past the flush of the same PTE, if an edit has left it.
                SKIP_FLUSH => {
                    let flush = |instr: &Instr| {
                        instr.op == Op::FlushTlb && instr.arg == code.instrs[pc].arg
                    };
                    let next = code.instrs.get(pc + 1);
                    Some(pc + 1 + usize::from(next.is_some_and(flush)))
                }
                key => lines
                    .iter()
                    .filter(|line| line.key == key && line.mark.runs() && !line.pcs.is_empty())
                    .map(|line| line.pcs.start as usize)
                    .find(|start| *start > pc),
            };
            code.instrs[pc].no = target.unwrap_or(end).min(end) as u8;
        }
        end
    };
    let main = part(program, false, &mut code);
    part(handler, true, &mut code);
    code.main = main.min(255) as u8;
    code
}

/// The pseudo key of a jump over the flush that follows.
pub(super) const SKIP_FLUSH: &str = "(skip flush)";

fn flatten(
    steps: &[Step],
    depth: u8,
    runs: bool,
    handler: bool,
    era: Era,
    code: &mut Code,
    jumps: &mut Vec<(usize, &'static str)>,
) {
    for step in steps {
        let runs = runs && step.mark.runs();
        // Past 250 the whole is refused; until then a pc fits.
        let first = code.instrs.len().min(255) as u8;
        let line = code.lines.len();
        code.lines.push(Line {
            depth,
            op: None,
            key: step.key(),
            text: step.call(era),
            pcs: first..first,
            mark: step.mark,
            handler,
        });
        match &step.what {
            What::Op {
                op, page, arg, no, ..
            } => {
                code.lines[line].op = Some(*op);
                if runs {
                    if let Some(key) = no {
                        jumps.push((code.instrs.len(), key));
                    }
                    code.instrs.push(Instr {
                        op: *op,
                        page: *page,
                        arg: *arg,
                        no: first.saturating_add(1),
                    });
                }
            }
            What::Group(_, children) => {
                flatten(children, depth + 1, runs, handler, era, code, jumps);
            }
        }
        code.lines[line].pcs.end = code.instrs.len().min(255) as u8;
    }
}

//! What the lines of a capture come to: whose folio each of them is about, and which rules they keep or break.
//!
//! A line names its folio where the recorder asked for it. Others belong to a folio by what their task does: the fault before a
//! `page_mkwrite`, the bio after `PG_writeback`, the disk's answer to a request of that sector. Where nothing tells, they stay without one.

mod kept;
mod requests;
mod whose;

use std::collections::{HashMap, VecDeque};

use super::event::{Event, NONE, ROWS, What};
use super::line::{Line, field, hex, request};
use super::rules::{Finding, Outcome, Rule, Why};

/// Most events that are kept; those behind are counted only.
const MOST_EVENTS: usize = 2_000_000;
/// Most folios.
const MOST_FOLIOS: usize = 400_000;
/// Most tasks.
const MOST_TASKS: usize = 60_000;
/// Most outcomes kept of a rule: those that keep it, and others; all are counted.
const MOST_KEPT: u64 = 1_000;
const MOST_OTHERS: u64 = 50_000;
/// Most folios or passes that a task has under way, and most requests that are remembered.
const MOST_UNDER_WAY: usize = 4_096;

/// Somebody who does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The name.
    pub name: String,
    /// The number; none for interrupts and idle processors.
    pub pid: Option<u32>,
    /// How many events are its doing.
    pub events: u32,
}

/// A folio that the capture tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folio {
    /// Its address in the kernel.
    pub address: Option<u64>,
    /// The number of its inode.
    pub inode: Option<u64>,
    /// Its place in the file, in pages.
    pub index: Option<u64>,
    /// Its events, in order, by their places in [`super::Capture::events`].
    pub events: Vec<u32>,
    pub(super) state: State,
}

/// What is known of a folio while lines are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    writeback: Option<bool>,
    started: Option<u32>,
    ended: Option<u32>,
    ends: u32,
    batch: Option<usize>,
    /// When somebody was let write last.
    granted: Option<u32>,
    /// Outcomes that only the next line about writeback can settle, since what was before the capture is not known.
    open: Vec<usize>,
}

/// A call of page_mkwrite that has not returned.
#[derive(Clone, Debug)]
struct Mkwrite {
    folio: Option<u32>,
    stable: bool,
}

/// A folio that was cleared for I/O.
#[derive(Clone, Debug)]
struct Pass {
    folio: u32,
    cleared: u32,
    mkclean: u32,
    unlocked: u32,
}

#[derive(Clone, Debug)]
struct Wait {
    folio: u32,
    call: u32,
    ends: u32,
}

#[derive(Clone, Debug, Default)]
struct Doing {
    /// Events that will belong to the folio of the next one.
    pending: Vec<u32>,
    mkwrite: Option<Mkwrite>,
    /// The folio that it was let write, until it is unlocked.
    granted: Option<u32>,
    /// The folio that it writes into: since which event.
    copying: Option<(u32, u32)>,
    passes: Vec<Pass>,
    /// The folios that it has marked and not submitted.
    started: Vec<u32>,
    wait: Option<Wait>,
    /// The folio for which it has asked whether to wait for a stable page, if it is known.
    stable: Option<Option<u32>>,
    /// The folio that lines without one are about.
    current: Option<u32>,
    /// Folios of a bio that ends, for lines without one.
    ending: VecDeque<u32>,
    /// The request whose end it serves.
    batch: Option<usize>,
    last: Option<u8>,
}

impl Doing {
    /// The folio that it asks the file system for, to write.
    fn asks_for(&self) -> Option<u32> {
        self.mkwrite.as_ref()?.folio
    }
}

/// A bio on its way.
#[derive(Clone, Debug)]
struct Batch {
    folios: Vec<u32>,
    task: u16,
    bio: u64,
    sector: Option<u64>,
    prepared: u32,
    issued: u32,
    completed: u32,
}

/// How often a mapping was seen to ask for stable pages, and not to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asks {
    /// `folio_wait_stable` went on to wait for writeback.
    pub yes: u32,
    /// It returned at once.
    pub no: u32,
}

/// Follows the lines of a capture.
#[derive(Debug, Default)]
pub(super) struct Follow {
    pub events: Vec<Event>,
    pub folios: Vec<Folio>,
    pub tasks: Vec<Task>,
    pub outcomes: Vec<Outcome>,
    pub counts: HashMap<(Rule, Finding), u64>,
    /// Whether each inode's mapping asks for stable pages.
    pub asks: HashMap<Option<u64>, Asks>,
    /// How many events of each row there are.
    pub rows: Vec<u64>,
    /// Events behind the most that are kept.
    pub beyond: u64,
    task_of: HashMap<u64, u16>,
    by_address: HashMap<u64, u32>,
    by_place: HashMap<(u64, u64), u32>,
    doing: Vec<Doing>,
    batches: VecDeque<Batch>,
    /// How many batches have been forgotten.
    forgotten: usize,
}

impl Follow {
    /// Takes a line whose name has a row.
    pub fn take(&mut self, row: usize, line: &Line<'_>, offset: u64, at: u32) {
        if self.rows.is_empty() {
            self.rows = vec![0; ROWS.len()];
        }
        self.rows[row] += 1;
        if self.events.len() >= MOST_EVENTS {
            self.beyond += 1;
            return;
        }
        let task = self.task(line);
        self.tasks[usize::from(task)].events += 1;
        let spec = &ROWS[row];
        let what = match (spec.what, line.rest) {
            // The tracepoint of this name says that somebody sleeps; the function is only called.
            (What::WaitCalled, [b'b', b'd', b'i', ..]) => What::WaitSleeps,
            (what, _) => what,
        };
        let folio = self.named(line.rest);
        let doing = &mut self.doing[usize::from(task)];
        let last = doing.last.replace(u8::try_from(row).unwrap_or(u8::MAX));
        // A wrapper of older kernels, and behind it the function that it calls.
        let wrapped = last.is_some_and(|it| {
            let last = &ROWS[usize::from(it)];
            last.wrapper && last.what == spec.what && !spec.wrapper
        });
        if wrapped && folio.is_none() {
            return;
        }
        let value = match what {
            What::MkwriteReturned => field(line.rest, b"ret").and_then(hex),
            What::Fault => field(line.rest, b"address").and_then(hex),
            What::Issued => request(line.rest).map(|it| it.1),
            What::Completed => request(line.rest).map(|it| it.3.cast_unsigned()),
            _ => None,
        };
        let row = match what {
            What::WaitSleeps => super::event::sleeps(),
            _ => row,
        };
        let number = u32::try_from(self.events.len()).unwrap_or(NONE);
        self.events.push(Event {
            offset,
            time: line.time,
            value: value.unwrap_or(0),
            line: at,
            task,
            cpu: line.cpu,
            row: u8::try_from(row).unwrap_or(u8::MAX),
        });
        self.happened(number, what, task, folio, line.rest);
    }

    fn doing(&mut self, task: u16) -> &mut Doing {
        &mut self.doing[usize::from(task)]
    }

    fn state(&mut self, folio: u32) -> &mut State {
        &mut self.folios[folio as usize].state
    }

    fn happened(&mut self, event: u32, what: What, task: u16, named: Option<u32>, text: &[u8]) {
        self.wait_is_over(event, what, task, named);
        self.asked_for_stable(what, task, named);
        let folio = named.or_else(|| self.follows(event, what, task));
        if let Some(folio) = folio {
            self.about(event, folio);
            self.settle_pending(task, what, folio);
        }
        match what {
            What::Fault => {
                // The task was in its own program: nothing of before is under way.
                let doing = self.doing(task);
                (doing.mkwrite, doing.copying) = (None, None);
                doing.pending.clear();
                doing.pending.push(event);
            }
            What::WriteFault => self.doing(task).pending.push(event),
            What::MkwriteCalled => {
                let doing = self.doing(task);
                doing.pending.push(event);
                doing.mkwrite = Some(Mkwrite {
                    folio: None,
                    stable: false,
                });
            }
            What::MkwriteReturned => self.mkwrite_returned(event, task),
            What::ClearedForIo => self.cleared(event, task, folio),
            What::Mkclean | What::MkcleanOne => {
                let passes = &mut self.doing(task).passes;
                if let Some(pass) = passes.iter_mut().rev().find(|it| Some(it.folio) == folio)
                    && pass.mkclean == NONE
                {
                    pass.mkclean = event;
                }
            }
            What::WritebackStarted => self.started(event, task, folio),
            What::WritebackEnded => self.ended(event, folio),
            What::WaitCalled => {
                if let Some(folio) = folio
                    && self.state(folio).writeback != Some(false)
                {
                    let ends = self.state(folio).ends;
                    self.doing(task).wait = Some(Wait {
                        folio,
                        call: event,
                        ends,
                    });
                }
            }
            What::StableCalled => {
                let doing = self.doing(task);
                doing.stable = Some(folio);
                match &mut doing.mkwrite {
                    Some(mkwrite) => mkwrite.stable = true,
                    None if doing.copying.is_none_or(|it| Some(it.0) != folio) => {
                        doing.copying = folio.map(|it| (it, event));
                    }
                    None => {}
                }
            }
            What::Unlocked => self.unlocked(event, task, folio),
            What::Submitted | What::GuardPrepared => self.submitted(event, what, task, text),
            What::Issued => self.issued(event, task, text),
            What::Completed => self.completed(event, task, text),
            What::BioEnded => self.bio_ended(event, task, text),
            // Only who finds the bit set comes to the tracepoint.
            What::WaitSleeps => {
                if let Some(folio) = folio {
                    let state = self.state(folio);
                    let ends = state.ends;
                    state.writeback.get_or_insert(true);
                    let wait = &mut self.doing(task).wait;
                    wait.get_or_insert(Wait {
                        folio,
                        call: event,
                        ends,
                    });
                }
            }
            What::AddedToBio
            | What::MadeWritable
            | What::MarkedDirty
            | What::DirtyTold
            | What::LockSleeps
            | What::Queued => {}
        }
    }

    /// Calls of page_mkwrite whose return is not recorded.
    fn unreturned(&mut self) {
        let why = Why::NotRecorded("the return of page_mkwrite");
        for event in 0..u32::try_from(self.events.len()).unwrap_or(0) {
            if self.events[event as usize].what() == What::MkwriteCalled {
                let at = [event, NONE, NONE, NONE];
                self.say(Rule::Granted, Finding::Unknown, NONE, at, why);
            }
        }
    }

    /// Settles what only the whole capture can tell.
    pub fn finish(&mut self) {
        let seen = |what: What| {
            let rows = ROWS.iter().zip(&self.rows);
            rows.filter(|it| it.0.what == what)
                .map(|it| it.1)
                .sum::<u64>()
                > 0
        };
        let walks = seen(What::Mkclean) || seen(What::MkcleanOne);
        let waits = seen(What::WaitCalled);
        if seen(What::MkwriteCalled) && !seen(What::MkwriteReturned) {
            self.unreturned();
        }
        let mut moved = Vec::new();
        for outcome in &mut self.outcomes {
            let before = outcome.finding;
            match outcome.rule {
                Rule::Protected if before == Finding::Broken && !walks => {
                    outcome.finding = Finding::Unknown;
                }
                Rule::Granted | Rule::Copied if before == Finding::Broken => {
                    let folio = self.folios.get(outcome.folio as usize);
                    let asks = folio.and_then(|it| self.asks.get(&it.inode)).copied();
                    let asks = asks.unwrap_or_default();
                    let time = |at: usize| {
                        let event = self.events.get(outcome.at[at] as usize);
                        event.map(|it| (it.time, it.cpu))
                    };
                    let same = matches!((time(0), time(1)), (Some(one), Some(other)) if one.0 == other.0 && one.1 != other.1);
                    (outcome.finding, outcome.why) = match (waits, asks.yes, asks.no) {
                        _ if same => (Finding::Unknown, Why::SameTime),
                        (true, 0, 1..) => (Finding::NotAsked, Why::Nothing),
                        (true, 1.., _) => (Finding::Broken, Why::Nothing),
                        _ => (Finding::Unknown, Why::Asked),
                    };
                }
                _ => {}
            }
            if outcome.finding != before {
                moved.push((outcome.rule, before, outcome.finding));
            }
        }
        for (rule, before, after) in moved {
            *self.counts.entry((rule, before)).or_default() -= 1;
            *self.counts.entry((rule, after)).or_default() += 1;
        }
        self.counts.retain(|_, count| *count > 0);
    }
}
